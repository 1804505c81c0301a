//! A county of text files, read by the catalog as any other: two townships, three stations, three chats.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use crate::base::{Digest, Id, Tag, Timestamp};
use crate::catalog::files::ClipFacts;
use crate::catalog::{Catalog, Files, load};
use crate::planner::plan::{Planner, Registered, Registry, StationPlan};
use crate::rundown::programme::FRAMES_PER_SECOND;
use crate::rundown::{Class, Order, OrderKind, OrderState};

const COUNTY: &str = r#"
[county]
id = "test"
name = { zh-CN = "县", bo = "རྫོང་" }
time_zone = "Asia/Shanghai"
sample = true
[slots]
morning = "07:30"
[quiet]
from = "21:00"
until = "07:00"
[limits]
min_gap = "30m"
airings_per_day_max = 6
[review]
required = false
"#;

const STATIONS: &str = r#"
[[township]]
id = "north"
name = { zh-CN = "北乡" }
[[township]]
id = "south"
name = { zh-CN = "南乡" }
[[station]]
id = "n1"
name = { zh-CN = "北一" }
township = "north"
languages = ["bo", "zh-CN"]
[[station]]
id = "n2"
name = { zh-CN = "北二" }
township = "north"
languages = ["bo", "zh-CN"]
[[station]]
id = "s1"
name = { zh-CN = "南一" }
township = "south"
languages = ["zh-CN"]
"#;

const CHATS: &str = r#"
[[chat]]
id = "all-chat"
name = { zh-CN = "全县群" }
languages = ["zh-CN"]
send = ["text"]
channel = { kind = "folder" }
[[chat]]
id = "north-chat"
name = { zh-CN = "北乡群" }
township = "north"
languages = ["zh-CN"]
send = ["text"]
channel = { kind = "telegram", chat = -1001 }
[[chat]]
id = "south-chat"
name = { zh-CN = "南乡群" }
township = "south"
languages = ["zh-CN"]
send = ["text"]
channel = { kind = "folder" }
"#;

/// The messages, with what they last in each language in which they are recorded.
const MESSAGES: [(&str, &[(&str, u64)]); 3] = [
    ("short", &[("zh-CN", 20), ("bo", 20)]),
    ("long", &[("zh-CN", 400), ("bo", 400)]),
    ("chinese-only", &[("zh-CN", 20)]),
];

/// Texts by path: change or add any, then [`Content::catalog`].
#[derive(Clone)]
pub struct Content(pub BTreeMap<String, String>);

impl Content {
    pub fn new() -> Content {
        let text = |said: &str| {
            let one = |id: &str| format!("{id} = {said}\n    .title = {said}\n    .short = {said}\n");
            format!("### review = \"source\"\n\n{}", MESSAGES.map(|(id, _)| one(id)).concat())
        };
        let texts = [
            ("config/county.toml", COUNTY.to_owned()),
            ("config/stations.toml", STATIONS.to_owned()),
            ("config/chats.toml", CHATS.to_owned()),
            ("locales/zh-CN/test.ftl", text("请大家戴好口罩。")),
            ("locales/bo/test.ftl", text("ཁ་རས་གོན་རོགས།")),
        ];
        Content(texts.into_iter().map(|(path, text)| (path.to_owned(), text)).collect())
    }

    pub fn with(mut self, path: &str, text: &str) -> Content {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    pub fn replace(mut self, path: &str, from: &str, to: &str) -> Content {
        let text = self.0.get_mut(path).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        *text = text.replace(from, to);
        self
    }

    /// A daily broadcast. `when` are lines of `[when]`, `how` of `[how]` beside `missing_language`.
    pub fn daily(self, id: &str, message: &str, when: &str, how: &str) -> Content {
        self.broadcast(id, message, "class = \"daily\"", &format!("[when]\n{when}"), how)
    }

    /// What only an order airs, each ten minutes for six hours.
    pub fn on_order(self, id: &str, message: &str, class: &str, level: &str) -> Content {
        let class = format!("class = \"{class}\"\nlevel = \"{level}\"");
        self.broadcast(id, message, &class, "[repeat]\nevery = \"10m\"\nexpires = \"6h\"", "")
    }

    fn broadcast(self, id: &str, message: &str, class: &str, tables: &str, how: &str) -> Content {
        let text = format!(
            "title = \"{id}\"\nstate = \"ready\"\nmessages = [\"{message}\"]\n{class}\n{tables}\n\
             [where]\nstations = [\"all\"]\nchats = [\"all\"]\n[how]\nmissing_language = \"skip\"\n{how}\n"
        );
        self.with(&format!("broadcasts/{id}.toml"), &text)
    }

    /// The catalog of these texts, every message recorded as [`MESSAGES`] says.
    pub fn catalog(&self) -> Catalog {
        let mut files = self.0.iter().fold(Files::default(), |files, (path, text)| files.with_text(path, text));
        let draft = loaded(&files);
        let mut recordings = String::new();
        let any = draft.broadcasts.values().next().expect("a broadcast is there");
        for (message, languages) in MESSAGES {
            for (language, seconds) in languages {
                let (id, tag): (Id, Tag) = (message.parse().unwrap(), language.parse().unwrap());
                let text = draft.spoken_text(any, &id, &tag).unwrap().digest;
                let file = format!("clips/{message}.{language}.opus");
                let clip = Digest::of(file.as_bytes());
                let frames = seconds * u64::from(FRAMES_PER_SECOND);
                recordings += &format!(
                    "[[recording]]\nfile = \"{file}\"\nmessage = \"{message}\"\nlanguage = \"{language}\"\ntext = \"{text}\"\n\
                     clip = \"{clip}\"\nframes = {frames}\nbytes = 4000\nkind = \"person\"\n"
                );
                files = files.with_clip(&format!("broadcasts/{file}"), ClipFacts { digest: clip, bytes: 4000, frames });
            }
        }
        loaded(&files.with_text("broadcasts/recordings.toml", &recordings))
    }
}

fn loaded(files: &Files) -> Catalog {
    let loaded = load(files, &BTreeMap::new());
    // A language may be missing; nothing else may be wrong.
    let is_other = |p: &&crate::base::Problem| p.is_error() && !["gap", "silent"].contains(&p.rule);
    let wrong: Vec<String> = loaded.problems.iter().filter(is_other).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    loaded.catalog.unwrap()
}

/// `24T07:30` is in November 2026, in Shanghai.
pub fn at(text: &str) -> Timestamp {
    let seconds = if text.len() > 8 { "" } else { ":00" };
    format!("2026-11-{text}{seconds}+08:00").parse::<DateTime<FixedOffset>>().unwrap().to_utc()
}

pub fn id(text: &str) -> Id {
    text.parse().unwrap()
}

/// Everything known since the start of the month.
pub fn registry(catalog: &Catalog) -> Registry {
    let first_seen = at("01T00:00");
    Registry {
        editions: catalog
            .editions
            .values()
            .enumerate()
            .map(|(n, edition)| (edition.digest, Registered { notice: format!("2026-{n:04}"), first_seen }))
            .collect(),
        broadcasts_first_seen: catalog.broadcasts.keys().map(|id| (id.clone(), first_seen)).collect(),
        ..Registry::default()
    }
}

pub fn order(id: u64, released: &str, kind: OrderKind) -> Order {
    Order {
        id,
        kind,
        state: OrderState::Released,
        filed_by: "test".to_owned(),
        filed_at: at(released),
        confirmed_by: None,
        signed: None,
        released_at: Some(at(released)),
    }
}

pub fn announce(broadcast: &str, stations: &[&str], class: Class) -> OrderKind {
    let stations = stations.iter().map(|s| s.to_string()).collect();
    OrderKind::Announce { broadcast: id(broadcast), stations, class, agreed: None }
}

pub fn silence(stations: &[&str], until: &str) -> OrderKind {
    OrderKind::Silence { stations: stations.iter().map(|s| s.to_string()).collect(), until: at(until) }
}

/// `24T07:30 name`, with seconds where there are any.
pub fn listed(plan: &StationPlan) -> Vec<String> {
    plan.airings.iter().map(|airing| format!("{} {}", shown(airing.at), airing.id.broadcast)).collect()
}

pub fn shown(at: Timestamp) -> String {
    let text = at.with_timezone(&chrono_tz::Asia::Shanghai).format("%dT%H:%M:%S").to_string();
    text.strip_suffix(":00").unwrap_or(&text).to_owned()
}

pub fn station(catalog: &Catalog, orders: &[Order], now: &str, station: &str) -> StationPlan {
    let registry = registry(catalog);
    Planner::new(catalog, orders, &registry, at(now)).station(&id(station)).unwrap()
}
