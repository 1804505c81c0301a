//! Reads `config/county.toml`.

use std::collections::BTreeMap;

use crate::base::table::{Document, Field, Table, time_of_day};
use crate::base::{Id, Length, Tag};
use crate::catalog::model::{County, Names};
use crate::lang::{Language, tags};
use crate::rundown::quiet::Quiet;

/// Where the notice number stands in `notice_link`.
pub const NOTICE_PLACE: &str = "{notice}";

/// Reads the file; every fault is left in `document`. None when a part without which nothing works is missing.
pub fn read(document: &Document<'_>) -> Option<County> {
    let root = document.root();
    let county = root.table("county").or_else(|| missing(&root, "[county]"))?;
    let slots = root.table("slots").map(slots).unwrap_or_default();
    let quiet = root.table("quiet").or_else(|| missing(&root, "[quiet]"))?;
    let limits = root.table("limits");
    let review_required = root.table("review").is_none_or(|review| {
        let required = review.get("required").and_then(|field| field.bool());
        review.done();
        required.unwrap_or(true)
    });
    let alarm_chats = root.table("alarm").map(|alarm| {
        let chats = alarm.get("chats").map(|field| parsed_items(&field)).unwrap_or_default();
        alarm.done();
        chats
    });
    root.done();

    let id = county.require("id", "\"deqin\"").and_then(|field| field.parse::<Id>());
    let name = county.require("name", "{ zh-CN = \"德钦县\" }").and_then(|field| names(&field));
    let zone = county.require("time_zone", "\"Asia/Shanghai\"").and_then(|field| {
        let zone = field.text()?.parse::<chrono_tz::Tz>().ok();
        if zone.is_none() {
            let message = format!("there is no time zone `{}`", field.text().unwrap_or_default());
            field.fault("bad-value", message, "write a name of the IANA time zone database, as Asia/Shanghai");
        }
        zone
    });
    let sample = county.get("sample").and_then(|field| field.bool()).unwrap_or(false);
    let hotline = county.get("hotline").and_then(|field| hotline(&field));
    let notice_link = county.get("notice_link").and_then(|field| notice_link(&field));
    county.done();

    let from = quiet.require("from", "\"21:00\"").and_then(|field| time(&field));
    let until = quiet.require("until", "\"07:00\"").and_then(|field| time(&field));
    quiet.done();
    let (min_gap, airings_per_day_max) = limits.map_or((None, None), |limits| {
        let min_gap = limits.get("min_gap").and_then(|field| field.parse::<Length>());
        let max = limits.get("airings_per_day_max").and_then(|field| field.int(1..=96));
        limits.done();
        (min_gap, max)
    });
    Some(County {
        id: id?,
        name: name?,
        zone: zone?,
        sample,
        slots,
        quiet: Quiet { from: from?, until: until?, zone: zone? },
        min_gap: min_gap.unwrap_or(Length::minutes(30)),
        airings_per_day_max: airings_per_day_max.map_or(6, |max| max as u32),
        review_required,
        alarm_chats: alarm_chats.unwrap_or_default(),
        hotline,
        notice_link,
    })
}

fn missing<T>(root: &Table<'_>, name: &str) -> Option<T> {
    root.fault("missing-key", format!("{name} is missing"), format!("add it; docs/ref/county.md shows {name}"));
    None
}

/// Longer than any number to call, with its spaces.
const TELEPHONE_CHARS_MAX: usize = 32;

/// Whether it is a number to call: digits, spaces, hyphens and `+`.
pub fn is_telephone(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || [' ', '-', '+'].contains(&c))
        && text.len() <= TELEPHONE_CHARS_MAX
}

/// Whether it is the address of a page: a telephone that reads it from a code opens it.
pub fn is_web_address(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') && rest.chars().all(|c| c.is_ascii_graphic())
    })
}

fn hotline(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let is_number = is_telephone(text);
    if !is_number {
        field.fault("bad-value", format!("`{text}` is no telephone number"), "write digits, as \"12320\"");
    }
    is_number.then(|| text.to_owned())
}

fn notice_link(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let is_link = is_web_address(text);
    if !is_link {
        let help = format!("write it as \"https://example.org/notices/{NOTICE_PLACE}\"");
        field.fault("bad-value", format!("`{text}` is no web address"), help);
    }
    is_link.then(|| text.to_owned())
}

fn slots(table: Table<'_>) -> BTreeMap<Id, chrono::NaiveTime> {
    let mut slots = BTreeMap::new();
    for field in table.entries() {
        match field.key().parse::<Id>() {
            Ok(id) => {
                slots.extend(time(&field).map(|time| (id, time)));
            }
            Err(_) => field.fault(
                "bad-id",
                format!("`{}` is no name of a slot", field.key()),
                "use small letters a-z, digits and hyphens",
            ),
        }
    }
    slots
}

/// A time of day; none, with a fault, when it is not one.
pub fn time(field: &Field<'_>) -> Option<chrono::NaiveTime> {
    let text = field.text()?;
    let time = time_of_day(text);
    if time.is_none() {
        field.fault("bad-time", format!("`{text}` is no time of day"), "write hours and minutes, as \"07:30\"");
    }
    time
}

/// Names by language.
pub fn names(field: &Field<'_>) -> Option<Names> {
    let table = field.table()?;
    let mut names = Names::new();
    for entry in table.entries() {
        match (known_language(&entry, entry.key()), entry.text()) {
            (Some(tag), Some(text)) if !text.trim().is_empty() => {
                names.insert(tag, text.to_owned());
            }
            (Some(_), Some(_)) => {
                entry.fault("bad-value", "a name is empty".into(), "write the name, or leave this language out")
            }
            _ => {}
        }
    }
    Some(names)
}

/// The tag of a language of the table; none, with a fault, when there is no such language.
pub fn known_language(field: &Field<'_>, text: &str) -> Option<Tag> {
    let known = Language::of(text).and_then(|language| language.tag.parse().ok());
    if known.is_none() {
        field.fault("unknown-language", format!("there is no language `{text}` here"), tags::help(text));
    }
    known
}

/// The items of a list that `T` can read.
pub fn parsed_items<T: std::str::FromStr<Err: std::fmt::Display>>(field: &Field<'_>) -> Vec<T> {
    field.items().iter().filter_map(|item| item.parse()).collect()
}
