//! Whatever residents would notice gives another edition; whatever they would not gives the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::catalog::changes::changes;
use crate::catalog::files::ClipFacts;
use crate::catalog::{Files, load};

const COUNTY: &str = "[county]\nid = \"test\"\nname = { zh-CN = \"县\" }\ntime_zone = \"Asia/Shanghai\"\n\
    [slots]\nmorning = \"07:30\"\n[quiet]\nfrom = \"21:00\"\nuntil = \"07:00\"\n[review]\nrequired = true\n";
const STATIONS: &str = "[[township]]\nid = \"north\"\nname = { zh-CN = \"北乡\" }\n\
    [[station]]\nid = \"n1\"\nname = { zh-CN = \"北一\" }\ntownship = \"north\"\nlanguages = [\"bo\", \"zh-CN\"]\n";
const CHATS: &str = "[[chat]]\nid = \"c\"\nname = { zh-CN = \"群\" }\nlanguages = [\"zh-CN\"]\nsend = [\"text\"]\n\
    channel = { kind = \"folder\" }\n";
const CHINESE: &str = "### review = \"draft\"\n-station = 村委会\n\n# @written-by 李明\nmask = 请戴好口罩，问{ -station }，在{ $place }。\n    \
    .title = 口罩\n    .short = 戴口罩\n\nhands = 请洗手。\n    .title = 洗手\n    .short = 洗手\n";
const TIBETAN: &str = "-station = གྲོང་ཚོ\n\n# @translated-by 卓玛\nmask = ཁ་རས་གོན་རོགས། { -station } { $place }\n    \
    .title = ཁ་རས།\n    .short = ཁ་རས་གོན།\n";
const MASKS: &str = "title = \"口罩\"\nwritten_by = \"阿普\"\nstate = \"ready\"\nmessages = [\"mask\"]\nclass = \"daily\"\n\
    [when]\nat = [\"morning\"]\n[where]\nstations = [\"all\"]\nchats = [\"all\"]\n\
    [how]\nchime = \"bell\"\nvolume = 80\nmissing_language = \"skip\"\n[arguments]\nplace = \"村口\"\n";

fn texts() -> BTreeMap<&'static str, String> {
    [
        ("config/county.toml", COUNTY),
        ("config/stations.toml", STATIONS),
        ("config/chats.toml", CHATS),
        ("locales/zh-CN/a.ftl", CHINESE),
        ("locales/bo/a.ftl", TIBETAN),
        ("broadcasts/masks.toml", MASKS),
    ]
    .map(|(path, text)| (path, text.to_owned()))
    .into()
}

/// Language, voice and name of each recording, in the order of the file.
type Recorded = Vec<(&'static str, Option<&'static str>, &'static str)>;

fn recorded() -> Recorded {
    vec![("zh-CN", None, "zh"), ("bo", None, "bo"), ("bo", Some("khg"), "bo-khg")]
}

fn edition_of(texts: &BTreeMap<&str, String>, recorded: &Recorded, chime: &str) -> Edition {
    let mut files = texts.iter().fold(Files::default(), |files, (path, text)| files.with_text(path, text));
    let draft = load(&files, &BTreeMap::new()).catalog.unwrap();
    let broadcast = &draft.broadcasts["masks"];
    let mut list = String::new();
    let mut put = |head: String, name: &str| {
        let (file, clip) = (format!("clips/{name}.opus"), Digest::of(name.as_bytes()));
        list +=
            &format!("{head}file = \"{file}\"\nclip = \"{clip}\"\nframes = 48000\nbytes = 4000\nkind = \"person\"\n");
        ClipFacts { digest: clip, bytes: 4000, frames: 48_000 }
    };
    let facts = put("[[chime]]\nid = \"bell\"\n".to_owned(), chime);
    files = files.with_clip(&format!("broadcasts/clips/{chime}.opus"), facts);
    for (language, voice, name) in recorded {
        let text = draft.spoken_text(broadcast, &broadcast.messages[0], &language.parse().unwrap()).unwrap();
        let voice = voice.map_or_else(String::new, |voice| format!("voice = \"{voice}\"\n"));
        let head = format!(
            "[[recording]]\nmessage = \"{}\"\nlanguage = \"{language}\"\ntext = \"{}\"\n{voice}",
            broadcast.messages[0], text.digest
        );
        let facts = put(head, name);
        files = files.with_clip(&format!("broadcasts/clips/{name}.opus"), facts);
    }
    let loaded = load(&files.with_text("broadcasts/recordings.toml", &list), &BTreeMap::new());
    loaded.catalog.unwrap().editions.remove("masks").unwrap()
}

fn first() -> Edition {
    edition_of(&texts(), &recorded(), "ding")
}

/// One change of one file, and the lines that tell of it.
fn check(path: &str, from: &str, to: &str, told: &[&str]) {
    let mut changed = texts();
    let text = changed.get_mut(path).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    *text = text.replacen(from, to, 1);
    compare(&edition_of(&changed, &recorded(), "ding"), told);
}

fn compare(new: &Edition, told: &[&str]) {
    let old = first();
    let read = |edition: &Edition| Written::read(&edition.bytes).unwrap();
    let found: Vec<String> = changes(&read(&old), &read(new))
        .into_iter()
        .flat_map(|(part, lines)| {
            let part = part.map_or_else(|| "plan".to_owned(), |tag| tag.to_string());
            lines.into_iter().map(move |line| format!("{part}: {line}"))
        })
        .collect();
    assert_eq!(found, told);
    assert_eq!(old.digest == new.digest, told.is_empty());
}

#[test]
fn what_nobody_would_notice_is_the_same_edition() {
    let file = "broadcasts/masks.toml";
    check(file, "state = \"ready\"", "state = \"paused\"", &[]);
    check(file, "volume = 80", "volume  =  80 # loud", &[]);
    let more = "[[station]]\nid = \"n0\"\nname = { zh-CN = \"北零\" }\ntownship = \"north\"\nlanguages = [\"lis\"]\n[[station]]";
    check("config/stations.toml", "[[station]]", more, &[]);
    check("config/chats.toml", "[[chat]]", &format!("{}[[chat]]", CHATS.replace("\"c\"", "\"d\"")), &[]);
    check("locales/zh-CN/a.ftl", "### review = \"draft\"\n", "", &[]);
    check("locales/zh-CN/a.ftl", "请洗手。", "请用肥皂洗手。", &[]);
    check("config/county.toml", "required = true", "required = false", &[]);
    // An older recording of the same voice, which nobody hears any more.
    let mut more = recorded();
    more.insert(0, ("bo", None, "bo-before"));
    compare(&edition_of(&texts(), &more, "ding"), &[]);
}

#[test]
fn each_change_is_told_and_nothing_else() {
    let file = "broadcasts/masks.toml";
    check(file, "\"口罩\"", "\"戴口罩\"", &["plan: title = \"戴口罩\", before \"口罩\""]);
    check(file, "阿普", "卓玛", &["plan: written_by = \"卓玛\", before \"阿普\""]);
    check(file, "[\"morning\"]", "[\"12:00\"]", &["plan: [when] at = [\"12:00\"], before [\"morning\"]"]);
    check(file, "volume = 80\n", "", &["plan: [how] volume is gone, before 80"]);
    check(file, "[\"all\"]\nchats", "[\"n1\"]\nchats", &["plan: [where] stations = [\"n1\"], before [\"all\"]"]);
    check(
        file,
        "村口",
        "村里",
        &[
            "plan: [arguments] place = \"村里\", before \"村口\"",
            "bo: mask: text: …གོན་རོགས། གྲོང་ཚོ 村[-口-]{+里+}",
            "zh-CN: mask: text: …，问村委会，在村[-口-]{+里+}。",
        ],
    );
    let chinese = "locales/zh-CN/a.ftl";
    check(chinese, "好口罩", "口罩", &["zh-CN: mask: text: 请戴[-好-]口罩，问村委会，…"]);
    check(chinese, "李明", "阿普", &["zh-CN: mask: by 阿普, before 李明"]);
    check(chinese, "{ $place }", "{$place}", &["zh-CN: mask: is written otherwise, and reads the same"]);
    // A term that the text uses, which stands elsewhere.
    check(
        chinese,
        "-station = 村委会",
        "-station = 卫生院",
        &["zh-CN: mask: text: 请戴好口罩，问[-村委会-]{+卫生院+}，在村口。"],
    );
    check("locales/bo/a.ftl", ".short = ཁ་རས་གོན།", ".short = ཁ་རས།", &["bo: mask: short: ཁ་[-རས་གོན-]{+རས+}།"]);
    check(
        "locales/bo/a.ftl",
        "    .title",
        "    .voice = ཁ་རས། { -station } { $place }\n    .title",
        &["bo: mask: read aloud: {+ཁ་རས། གྲོང་ཚོ 村口+}"],
    );
}

#[test]
fn another_recording_and_another_chime_are_told() {
    let with = |change: fn(&mut Recorded)| {
        let mut list = recorded();
        change(&mut list);
        edition_of(&texts(), &list, "ding")
    };
    let short = |name: &str| Digest::of(name.as_bytes()).short();
    let line = |what: &str, name: &str| format!("bo: mask: {what} ({}, person)", short(name));
    compare(&with(|list| list[2].2 = "new"), &[&line("another recording in khg", "new")]);
    compare(&with(|list| list.push(("bo", None, "new"))), &[&line("another recording", "new")]);
    compare(&with(|list| list.push(("bo", Some("adx"), "new"))), &[&line("a new recording in adx", "new")]);
    compare(&with(|list| list.truncate(2)), &["bo: mask: the recording in khg is gone"]);
    compare(&edition_of(&texts(), &recorded(), "dong"), &["plan: the chime is another sound"]);
    // The same recordings, but another of them goes first where any voice counts.
    compare(&with(|list| list.swap(1, 2)), &["bo: mask: another of its recordings goes first"]);
}

#[test]
fn an_order_binds_what_sounds_and_not_when() {
    let of = |from: &str, to: &str| {
        let mut changed = texts();
        let text = changed.get_mut("broadcasts/masks.toml").unwrap();
        *text = text.replacen(from, to, 1);
        edition_of(&changed, &recorded(), "ding")
    };
    for (from, to, same) in [
        ("morning", "12:00", true),
        ("[\"all\"]\nchats", "[\"n1\"]\nchats", true),
        ("title = \"口罩\"", "title = \"罩\"", true),
        ("阿普", "卓玛", true),
        ("80", "100", false),
        ("chats = [\"all\"]", "chats = []", false),
        ("村口", "村里", false),
    ] {
        assert_eq!(of(from, to).plan == first().plan, same, "{from} -> {to}");
    }
    let (before, after) = (first().languages, of("村口", "村里").languages);
    assert!(before.iter().all(|(tag, texts)| after[tag] != *texts));
    // The texts are the same whoever reads them, and however they are written in their file.
    let silent = edition_of(&texts(), &recorded()[..1].to_vec(), "ding");
    assert_eq!(silent.languages, before);
}

#[test]
fn nobody_reviews_what_is_their_own() {
    let written = Written::read(&first().bytes).unwrap();
    let of = |tag: Option<&str>| -> Vec<String> {
        let tag = tag.map(|tag| tag.parse().unwrap());
        written.authors(tag.as_ref()).into_iter().map(str::to_owned).collect()
    };
    assert_eq!(of(None), ["李明", "阿普"]);
    assert_eq!(of(Some("zh-CN")), ["李明", "阿普"]);
    assert_eq!(of(Some("bo")), ["卓玛", "李明", "阿普"]);
}

#[test]
fn a_text_is_signed_by_itself_or_by_its_file() {
    let unsigned = |texts: &BTreeMap<&str, String>, tag: &str| -> Vec<String> {
        let written = Written::read(&edition_of(texts, &recorded(), "ding").bytes).unwrap();
        written.unsigned(&tag.parse().unwrap()).into_iter().map(Id::to_string).collect()
    };
    let mut changed = texts();
    assert_eq!(unsigned(&changed, "bo"), [""; 0]);
    changed.insert("locales/bo/a.ftl", TIBETAN.replace("# @translated-by 卓玛\n", ""));
    assert_eq!(unsigned(&changed, "bo"), ["mask"], "the writer of the broadcast is not the translator");
    changed.insert("locales/bo/a.ftl", format!("### @translated-by 卓玛\n\n{}", changed["locales/bo/a.ftl"]));
    assert_eq!(unsigned(&changed, "bo"), [""; 0]);
    changed.insert("broadcasts/masks.toml", MASKS.replace("written_by = \"阿普\"\n", ""));
    let has_writer = |texts| Written::read(&edition_of(&texts, &recorded(), "ding").bytes).unwrap().has_writer();
    assert!(has_writer(texts()) && !has_writer(changed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any one letter of a text, and any one digit of the broadcast's file, gives another edition.
    #[test]
    fn any_single_change_gives_another_edition(at in 0usize..200, put in "[甲-癸]") {
        let (path, from) = ("locales/zh-CN/a.ftl", CHINESE.find("mask = ").unwrap() + 7);
        let text = &CHINESE[from..CHINESE.find("\n\nhands").unwrap()];
        let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| ('一'..='龥').contains(c)).collect();
        let (i, letter) = letters[at % letters.len()];
        prop_assume!(put != letter.to_string());
        let mut changed = texts();
        let whole = format!("{}{put}{}", &CHINESE[..from + i], &CHINESE[from + i + letter.len_utf8()..]);
        changed.insert(path, whole);
        let (new, old) = (edition_of(&changed, &recorded(), "ding"), first());
        prop_assert_ne!(new.digest, old.digest);
        let of = |edition: &Edition, tag: &str| edition.languages[tag];
        prop_assert_ne!(of(&new, "zh-CN"), of(&old, "zh-CN"));
        prop_assert_eq!(of(&new, "bo"), of(&old, "bo"));
        prop_assert_eq!(new.plan, old.plan);
    }

    #[test]
    fn any_single_number_gives_another_edition(volume in 1u8..100, repeat in 2u8..10) {
        for (from, to) in [("volume = 80", format!("volume = {volume}")), ("volume", format!("repeat = {repeat}\nvolume"))] {
            prop_assume!(from != to);
            let mut changed = texts();
            changed.insert("broadcasts/masks.toml", MASKS.replacen(from, &to, 1));
            prop_assert_ne!(edition_of(&changed, &recorded(), "ding").digest, first().digest);
        }
    }
}
