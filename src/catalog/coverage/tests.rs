//! Rules of recordings and coverage, on a county of text files.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::base::{Digest, Tag};
use crate::catalog::files::ClipFacts;
use crate::catalog::model::GapReason;
use crate::catalog::{Files, Loaded, load};
use crate::rundown::Programme;
use crate::rundown::programme::FRAMES_PER_SECOND;

const COUNTY: &str = r#"
[county]
id = "test"
name = { zh-CN = "县" }
time_zone = "Asia/Shanghai"
[quiet]
from = "21:00"
until = "07:00"
[review]
required = false
"#;

const STATIONS: &str = r#"
[[township]]
id = "north"
name = { zh-CN = "北乡" }
[[station]]
id = "any"
name = { zh-CN = "一" }
township = "north"
languages = ["lis", "zh-CN", "bo"]
[[station]]
id = "central"
name = { zh-CN = "二" }
township = "north"
languages = ["bo", "zh-CN"]
voices = { bo = ["bod"] }
[[station]]
id = "khams"
name = { zh-CN = "三" }
township = "north"
languages = ["bo", "zh-CN"]
voices = { bo = ["khg"] }
"#;

const MESSAGES: [&str; 2] = ["call", "masks"];
const TAGS: [&str; 3] = ["zh-CN", "bo", "lis"];

/// What is said in each language, in the order of [`TAGS`]; `call` reads a number.
fn said(message: &str, language: &str) -> &'static str {
    match (message, language) {
        ("call", "zh-CN") => "有事请到{ $gate }号门。",
        ("call", "bo") => "ཁ་པར་{ $gate }ལ་གཏོང་།",
        ("call", _) => "ꓘꓳ { $gate } ꓬꓰ꓿",
        (_, "zh-CN") => "请戴口罩。",
        (_, "bo") => "ཁ་རས་གྱོན་རོགས།",
        _ => "ꓘꓳ ꓚꓳ ꓬꓰ꓿",
    }
}

/// A recording to be: message, language, voice, kind, the number that was read.
type Read<'r> = (&'r str, &'r str, &'r str, &'r str, &'r str);

struct Content {
    texts: BTreeMap<String, String>,
    recordings: String,
    clips: Vec<(String, ClipFacts)>,
}

impl Content {
    fn new() -> Content {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (path, text) in [("county", COUNTY), ("stations", STATIONS), ("chats", "")] {
            texts.insert(format!("config/{path}.toml"), text.to_owned());
        }
        let mut content = Content { texts, recordings: String::new(), clips: Vec::new() };
        for language in TAGS {
            content = content.with_language(language, &MESSAGES);
        }
        content
    }

    fn with(mut self, path: &str, text: &str) -> Content {
        self.texts.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The texts of a language, these messages only.
    fn with_language(self, language: &str, messages: &[&str]) -> Content {
        let one = |message: &&str| {
            let text = said(message, language);
            let short = said("masks", language);
            format!("{message} = {text}\n    .title = {short}\n    .short = {short}\n")
        };
        let text: String = messages.iter().map(one).collect();
        self.with(&format!("locales/{language}/test.ftl"), &text)
    }

    fn broadcast(self, id: &str, class: &str, how: &str, gate: &str) -> Content {
        let messages = format!("messages = {MESSAGES:?}");
        let tables = match class {
            "daily" => "class = \"daily\"\n[when]\nat = [\"12:00\"]",
            _ => "class = \"emergency\"\nlevel = \"I\"\n[repeat]\nevery = \"10m\"\nexpires = \"1h\"",
        };
        let text = format!(
            "title = \"t\"\nstate = \"ready\"\n{messages}\n{tables}\n[where]\nstations = [\"all\"]\n[how]\n{how}\n\
             [arguments]\ngate = \"{gate}\"\n"
        );
        self.with(&format!("broadcasts/{id}.toml"), &text)
    }

    fn recorded(mut self, reads: &[Read<'_>]) -> Content {
        for (message, language, voice, kind, gate) in reads {
            let wording = said(message, language).replace("{ $gate }", gate);
            let file = format!("clips/{}.opus", self.clips.len());
            let (text, clip) = (Digest::of(wording.as_bytes()), Digest::of(file.as_bytes()));
            let frames = 2 * u64::from(FRAMES_PER_SECOND);
            let voice = if voice.is_empty() { String::new() } else { format!("voice = \"{voice}\"\n") };
            self.recordings += &format!(
                "[[recording]]\nfile = \"{file}\"\nmessage = \"{message}\"\nlanguage = \"{language}\"\n{voice}\
                 text = \"{text}\"\nwording = \"{wording}\"\nclip = \"{clip}\"\nframes = {frames}\nbytes = 4000\n\
                 kind = \"{kind}\"\n"
            );
            self.clips.push((format!("broadcasts/{file}"), ClipFacts { digest: clip, bytes: 4000, frames }));
        }
        self
    }

    fn load(&self) -> (Catalog, Vec<Problem>) {
        let files = self.texts.iter().fold(Files::default(), |files, (path, text)| files.with_text(path, text));
        let files = self.clips.iter().fold(files, |files, (path, facts)| files.with_clip(path, *facts));
        let Loaded { catalog, problems, .. } =
            load(&files.with_text("broadcasts/recordings.toml", &self.recordings), &BTreeMap::new());
        (catalog.unwrap(), problems)
    }
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

fn at(catalog: &Catalog, broadcast: &str, station: &str) -> (Option<Programme>, Vec<Gap>) {
    let station = &catalog.stations[station];
    catalog.programme(&catalog.broadcasts[broadcast], &station.languages, &station.voices)
}

/// All there is to read in every language, by people, Tibetan in Khams.
fn all(gate: &str) -> Vec<Read<'_>> {
    let read = |message| [(message, "zh-CN", "", "person", gate), (message, "bo", "khg", "person", gate)];
    let lisu = MESSAGES.map(|message| (message, "lis", "", "person", gate));
    MESSAGES.into_iter().flat_map(read).chain(lisu).collect()
}

#[test]
fn a_recording_serves_only_the_arguments_it_was_read_with() {
    let two = || {
        Content::new().broadcast("first", "daily", "missing_language = \"hold\"", "7").broadcast(
            "second",
            "daily",
            "missing_language = \"hold\"",
            "8",
        )
    };
    let (catalog, problems) = two().recorded(&all("7")).load();
    assert!(at(&catalog, "first", "khams").0.is_some());
    let (programme, gaps) = at(&catalog, "second", "khams");
    assert!(programme.is_none());
    let wanted = ["bo", "zh-CN"].map(|language| Gap {
        language: tag(language),
        message: "call".parse().unwrap(),
        why: GapReason::OtherWording,
    });
    assert_eq!(gaps, wanted, "`masks` has no arguments, and serves both");
    // It reads what the other broadcast says: nothing is outdated, one reading is missing.
    assert!(problems.iter().all(|problem| problem.rule != "recording-outdated"), "{problems:#?}");

    let (catalog, _) = two().recorded(&all("7")).recorded(&all("8")).load();
    let clip_of_call = |broadcast| at(&catalog, broadcast, "khams").0.unwrap().parts[0].clip;
    assert_ne!(clip_of_call("first"), clip_of_call("second"));
}

#[test]
fn another_dialect_never_counts() {
    let content = Content::new().broadcast("b", "daily", "missing_language = \"skip\"", "8").recorded(&all("8"));
    let (catalog, _) = content.load();
    let languages = |station| {
        let programme = at(&catalog, "b", station).0.unwrap();
        let tags: Vec<String> =
            programme.parts.iter().map(|part| part.language.as_ref().unwrap().to_string()).collect();
        tags.join(" ")
    };
    assert_eq!(languages("khams"), "bo bo zh-CN zh-CN");
    assert_eq!(languages("any"), "lis lis zh-CN zh-CN bo bo");
    assert_eq!(languages("central"), "zh-CN zh-CN");
    let why = &at(&catalog, "b", "central").1[0].why;
    assert_eq!(*why, GapReason::OtherVoice(vec![tag("bod")]));

    let cell = |stations: &[&str]| {
        let stations = Some(stations.iter().map(|id| id.parse().unwrap()).collect());
        let cells = catalog.message_coverage(&Scope { broadcast: None, stations });
        cells.into_iter().find(|cell| cell.message.as_str() == "masks" && cell.language.as_str() == "bo").unwrap()
    };
    for (stations, voice, standing, reason) in [
        (&["khams"][..], Some(true), Standing::Ready, None),
        (&["any"], None, Standing::Ready, None),
        (&["central"], Some(false), Standing::Missing, Some("other-voice")),
        (&["any", "central", "khams"], Some(false), Standing::Missing, Some("other-voice")),
    ] {
        let cell = cell(stations);
        assert_eq!((cell.voice, cell.standing, cell.reason), (voice, standing, reason), "{stations:?}");
        assert_eq!(cell.recorded, Some(Kind::Person), "{stations:?}: recorded it is");
    }
}

#[test]
fn a_stand_in_is_told_for_as_long_as_somebody_hears_it() {
    for (voice, person, told) in [
        ("", None, true),
        ("", Some("khg"), false),
        // `central` asks for `bod`: there the person's Khams does not count, and the machine is heard.
        ("bod", Some("khg"), true),
        ("bod", Some("bod"), false),
    ] {
        let content = Content::new().broadcast("b", "daily", "missing_language = \"skip\"", "8");
        let content = content.recorded(&[("masks", "bo", voice, "synthetic", "")]);
        let person = person.map(|voice| ("masks", "bo", voice, "person", ""));
        let (_, problems) = content.recorded(person.as_slice()).load();
        assert_eq!(problems.iter().any(|problem| problem.rule == "stand-in"), told, "{voice} {person:?}");
    }
}

#[test]
fn every_step_of_a_message_shows() {
    let content = Content::new()
        .broadcast("b", "daily", "missing_language = \"skip\"", "8")
        .with_language("lis", &["masks"])
        .recorded(&[
            ("masks", "zh-CN", "cmn", "synthetic", ""),
            ("masks", "bo", "khg", "person", ""),
            ("masks", "lis", "", "placeholder", ""),
            ("call", "zh-CN", "", "person", "9"),
        ]);
    let bo = content.texts["locales/bo/test.ftl"].clone();
    let (catalog, _) = content.with("locales/bo/test.ftl", &format!("### review = \"draft\"\n\n{bo}")).load();
    let stations = Some(["any".parse().unwrap()].into());
    let cells = catalog.message_coverage(&Scope { broadcast: None, stations });
    let shown: Vec<String> = cells
        .iter()
        .map(|cell| {
            let steps = [("text", cell.text), ("reviewed", cell.reviewed), ("recorded", cell.recorded.is_some())];
            let steps: Vec<&str> = steps.iter().filter(|(_, yes)| *yes).map(|(step, _)| *step).collect();
            let reason = cell.reason.unwrap_or("-");
            format!("{} {} {:?} {reason}: {}", cell.message, cell.language, cell.standing, steps.join(" "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "call zh-CN Missing other-wording: text reviewed",
            "call bo Missing no-recording: text",
            "call lis Missing no-text: ",
            "masks zh-CN StandIn synthetic: text reviewed recorded",
            "masks bo StandIn draft: text recorded",
            "masks lis StandIn placeholder: text reviewed recorded",
        ]
    );
}

#[test]
fn what_to_do_with_a_missing_language_is_said_or_nothing_airs() {
    for (class, how, wanted) in [
        ("daily", "", Some("`missing_language` is missing")),
        ("daily", "missing_language = \"fall-back\"", Some("`missing_language` cannot be")),
        ("daily", "missing_language = \"hold\"", None),
        ("daily", "missing_language = \"skip\"", None),
        ("emergency", "", Some("`missing_language` is missing")),
        ("emergency", "missing_language = \"hold\"", Some("an emergency cannot hold back for a missing language")),
        ("emergency", "missing_language = \"skip\"", None),
    ] {
        let (catalog, problems) = Content::new().broadcast("b", class, how, "8").recorded(&all("8")).load();
        let told = problems.iter().find(|problem| problem.message.contains("missing")).map(|problem| &problem.message);
        let told = told.filter(|_| !catalog.broadcasts.contains_key("b"));
        match wanted {
            Some(wanted) => assert!(told.is_some_and(|told| told.contains(wanted)), "{class} {how}: {problems:#?}"),
            None => assert!(catalog.broadcasts.contains_key("b"), "{class} {how}: {problems:#?}"),
        }
    }
}

#[test]
fn an_emergency_whose_recording_is_outdated_is_an_error() {
    for (class, error) in [("daily", false), ("emergency", true)] {
        let how = "missing_language = \"skip\"";
        let (_, problems) = Content::new().broadcast("b", class, how, "8").recorded(&all("7")).load();
        let told: Vec<&Problem> = problems.iter().filter(|problem| problem.rule == "recording-outdated").collect();
        assert_eq!(told.len(), 3, "`call` in each language: {problems:#?}");
        assert!(told.iter().all(|problem| problem.is_error() == error), "{told:#?}");
        assert!(told.iter().any(|problem| problem.message.contains("请到[-7-]{+8+}号门。")), "{told:#?}");
    }
}

proptest! {
    /// Whatever is missing: a language sounds whole and as itself, or not at all, and then its gap is shown.
    #[test]
    fn no_language_takes_anothers_place(
        has_text in proptest::array::uniform6(prop::bool::weighted(0.8)),
        has_recording in proptest::array::uniform6(prop::bool::weighted(0.7)),
        hold in any::<bool>(),
    ) {
        let pairs: Vec<(&str, &str)> =
            TAGS.into_iter().flat_map(|language| MESSAGES.map(|message| (message, language))).collect();
        let how = format!("missing_language = \"{}\"", if hold { "hold" } else { "skip" });
        let mut content = Content::new().broadcast("b", "daily", &how, "8");
        // Chinese is the source: without it the others are nobody's translation.
        for language in &TAGS[1..] {
            let of_language = || pairs.iter().zip(has_text).filter(|((_, l), _)| l == language);
            let messages: Vec<&str> = of_language().filter(|(_, has)| *has).map(|((message, _), _)| *message).collect();
            content = content.with_language(language, &messages);
        }
        let reads: Vec<Read<'_>> = pairs
            .iter()
            .zip(has_recording)
            .filter(|(_, has)| *has)
            .map(|((message, language), _)| (*message, *language, "", "person", "8"))
            .collect();
        let (catalog, _) = content.recorded(&reads).load();
        let broadcast = &catalog.broadcasts["b"];
        for station in catalog.stations.values() {
            let (programme, gaps) = at(&catalog, "b", station.id.as_str());
            let missing: BTreeSet<&Tag> = gaps.iter().map(|gap| &gap.language).collect();
            let whole: Vec<&Tag> = station.languages.iter().filter(|language| !missing.contains(language)).collect();
            prop_assert!(missing.iter().all(|language| station.languages.contains(language)));
            let Some(programme) = programme else {
                prop_assert!((hold && !missing.is_empty()) || whole.is_empty(), "silent without a reason");
                continue;
            };
            prop_assert!(!hold || missing.is_empty());
            // Each language that has no gap, in the station's order, every message in the broadcast's.
            let wanted: Vec<(&Tag, &Id)> =
                whole.iter().flat_map(|l| broadcast.messages.iter().map(move |m| (*l, m))).collect();
            let heard: Vec<(&Tag, &Id)> = programme
                .parts
                .iter()
                .map(|part| (part.language.as_ref().unwrap(), part.message.as_ref().unwrap()))
                .collect();
            prop_assert_eq!(heard, wanted);
            for part in &programme.parts {
                let (language, message) = (part.language.as_ref().unwrap(), part.message.as_ref().unwrap());
                let recording = catalog.recordings.recordings.iter().find(|r| r.clip == part.clip).unwrap();
                let text = catalog.spoken_text(broadcast, message, language).unwrap();
                prop_assert_eq!((&recording.language, &recording.message, recording.text), (language, message, text.digest));
            }
        }
        for place in catalog.place_coverage(&Scope::default()) {
            let shown: BTreeSet<&Tag> = place.missing.iter().map(|missing| &missing.language).collect();
            let silent: BTreeSet<&Tag> =
                catalog.stations[&place.station].languages.iter().filter(|l| !place.heard.contains(l)).collect();
            prop_assert!(shown.is_subset(&silent));
            prop_assert!(silent.is_empty() || !shown.is_empty(), "what is silent is shown");
            prop_assert!(!place.airs || shown == silent);
        }
    }
}
