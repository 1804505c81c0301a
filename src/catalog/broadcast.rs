//! Reads `broadcasts/<name>.toml`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, Weekday};

use crate::base::problem::Place;
use crate::base::table::{Document, Field, Table, local_date, local_datetime, time_of_day};
use crate::base::{Id, Length};
use crate::catalog::cron;
use crate::catalog::model::{
    Broadcast, County, Day, How, MissingLanguage, PostRule, Repeat, Rule, State, Target, When,
};
use crate::lang::{Argument, Arguments, lint};
use crate::rundown::{Class, Level};

const STATES: [(&str, State); 3] = [("draft", State::Draft), ("ready", State::Ready), ("paused", State::Paused)];
const CLASSES: [(&str, Class); 3] = [("daily", Class::Daily), ("drill", Class::Drill), ("emergency", Class::Emergency)];
const LEVELS: [(&str, Level); 4] = [("I", Level::I), ("II", Level::II), ("III", Level::III), ("IV", Level::IV)];
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];
const MISSING: [(&str, MissingLanguage); 2] = [("hold", MissingLanguage::Hold), ("skip", MissingLanguage::Skip)];
const POSTS: [(&str, PostRule); 4] =
    [("once", PostRule::Once), ("daily", PostRule::Daily), ("each", PostRule::Each), ("none", PostRule::None)];

/// Variables that come from the station or chat, not from `[arguments]`.
pub const TARGET_VARIABLES: [&str; 3] = ["village", "township", "county"];

/// A broadcast says no more messages than this: an airing is minutes, not a programme of an evening.
const MESSAGES_MAX: usize = 20;
/// The longest late window: after that a notice is news no more.
const LATE_MAX: Length = Length::minutes(120);
const GAP_MAX: Length = Length::seconds(60);
/// A repeat more often than this leaves no silence to act in.
const REPEAT_EVERY_MIN: Length = Length::minutes(1);

/// Reads the file; every fault is left in `document`.
pub fn read(id: Id, document: &Document<'_>, county: &County) -> Option<Broadcast> {
    let root = document.root();
    let title = root.require("title", "\"...\"").and_then(|field| field.text());
    let written_by = root.get("written_by").map(|field| field.text());
    let state = root.require("state", "\"ready\"").and_then(|field| field.word(&STATES));
    let messages = root.require("messages", "[\"wear-mask\"]").and_then(|field| messages(&field));
    let class = root.require("class", "\"daily\"").and_then(|field| field.word(&CLASSES));
    let level = level(&root, class);
    let when_place = root.place_of("when");
    let when = match (root.table("when"), class) {
        (Some(table), Some(Class::Daily)) => Some(when(table, county)?),
        (Some(table), Some(_)) => {
            table.fault(
                "order-only",
                "a drill or an emergency has no [when]".into(),
                "remove it: only an order airs this",
            );
            None
        }
        (None, Some(Class::Daily)) => {
            root.fault("missing-key", "[when] is missing".into(), "add [when] with at, cron or on");
            return None;
        }
        _ => None,
    };
    let repeat = repeat(&root, class);
    let where_place = root.place_of("where");
    let (stations, chats) = root.table("where").map(targets).unwrap_or_else(|| {
        root.fault("missing-key", "[where] is missing".into(), "add [where] with stations = [\"all\"]");
        (None, Vec::new())
    });
    let how = root.table("how").map(|table| how(table, class)).unwrap_or_else(|| {
        root.fault("missing-key", "[how] is missing".into(), "add [how] with missing_language = \"hold\"");
        None
    });
    let arguments = root.table("arguments").map(arguments).unwrap_or_default();
    let messages_place = root.place_of("messages");
    root.done();
    Some(Broadcast {
        id,
        title: title?.to_owned(),
        written_by: written_by.map_or(Some(None), |name| name.map(|name| Some(name.trim().to_owned())))?,
        state: state?,
        messages: messages?,
        class: class?,
        level: level?,
        when,
        stations: stations?,
        chats,
        how: how?,
        repeat: repeat?,
        arguments,
        when_place,
        where_place,
        messages_place,
    })
}

fn messages(field: &Field<'_>) -> Option<Vec<Id>> {
    let items = field.list()?;
    let messages: Vec<Id> = items.iter().filter_map(|item| item.parse()).collect();
    if messages.is_empty() || items.len() > MESSAGES_MAX {
        field.fault(
            "bad-value",
            format!("`messages` names {} messages", items.len()),
            format!("name 1 to {MESSAGES_MAX}"),
        );
        return None;
    }
    Some(messages)
}

/// The level of a drill or an emergency; the outer none is a fault.
fn level(root: &Table<'_>, class: Option<Class>) -> Option<Option<Level>> {
    let field = root.get("level");
    match (class, field) {
        (Some(Class::Daily), Some(field)) => {
            field.fault("bad-value", "a daily broadcast has no level".into(), "remove `level`");
            None
        }
        (Some(Class::Drill | Class::Emergency), None) => {
            root.fault("missing-key", "`level` is missing".into(), "add level = \"I\", \"II\", \"III\" or \"IV\"");
            None
        }
        (_, Some(field)) => field.word(&LEVELS).map(Some),
        (_, None) => Some(None),
    }
}

fn repeat(root: &Table<'_>, class: Option<Class>) -> Option<Option<Repeat>> {
    let table = root.table("repeat");
    match (class, table) {
        (Some(Class::Drill | Class::Emergency), None) => {
            root.fault(
                "missing-key",
                "[repeat] is missing".into(),
                "add [repeat] with every = \"10m\" and expires = \"6h\"",
            );
            None
        }
        (Some(Class::Daily), Some(table)) => {
            table.fault(
                "bad-value",
                "a daily broadcast has no [repeat]".into(),
                "remove it; [how] repeat says it twice",
            );
            None
        }
        (_, Some(table)) => {
            let every = table.require("every", "\"10m\"").and_then(|field| {
                let every = field.parse::<Length>()?;
                if every < REPEAT_EVERY_MIN {
                    field.fault(
                        "bad-value",
                        format!("`every` = {every} is too often"),
                        format!("write at least {REPEAT_EVERY_MIN}"),
                    );
                    return None;
                }
                Some(every)
            });
            let expires = table.require("expires", "\"6h\"").and_then(|field| {
                let expires = field.parse::<Length>()?;
                if !(Length::minutes(1)..=Length::minutes(7 * 24 * 60)).contains(&expires) {
                    field.fault("bad-value", format!("`expires` = {expires} cannot be"), "write from 1m to 7d");
                    return None;
                }
                Some(expires)
            });
            table.done();
            Some(Some(Repeat { every: every?, expires: expires? }))
        }
        (_, None) => Some(None),
    }
}

fn when(table: Table<'_>, county: &County) -> Option<When> {
    let at = table.get("at").map(|field| times(&field, county));
    let days = table.get("days");
    let cron_text = table.get("cron");
    let on = table.get("on");
    let given = [at.is_some(), cron_text.is_some(), on.is_some()].iter().filter(|given| **given).count();
    if given != 1 {
        let message = if given == 0 { "[when] says no time" } else { "[when] says its times in more than one way" };
        table.fault("bad-schedule", message.into(), "write exactly one of at, cron and on");
    }
    if let (Some(days), false) = (&days, at.is_some()) {
        days.fault("bad-schedule", "`days` belongs to `at`".into(), "remove it, or write at = [...]");
    }
    let rule = if let Some(times) = at {
        let days =
            days.map_or_else(|| Some(DAYS.iter().map(|(_, day)| Day::from(*day)).collect()), |field| weekdays(&field));
        times.and_then(|times| Some(Rule::At { times, days: days? }))
    } else if let Some(field) = cron_text {
        field.text().and_then(|text| match cron::check(text) {
            Ok(()) => Some(Rule::Cron(text.to_owned())),
            Err(why) => {
                let (what, help) = why.split_once("; ").unwrap_or((&why, "write it as \"0 30 7 * * Mon-Fri\""));
                field.fault("bad-cron", what.to_owned(), help);
                None
            }
        })
    } else {
        on.and_then(|field| {
            let items = field.list()?;
            let instants: BTreeSet<_> = items.iter().filter_map(local_datetime).collect();
            // A list that is written empty says that only an order airs it; one of faults alone says nothing.
            (items.is_empty() || !instants.is_empty()).then(|| Rule::On(instants.into_iter().collect()))
        })
    };
    let from = table.get("from").map(|field| local_date(&field));
    let until = table.get("until").map(|field| local_date(&field));
    let except = table.get("except").map(|field| field.items().iter().filter_map(local_date).collect());
    if let (Some(Some(from)), Some(Some(until))) = (from, until)
        && until < from
    {
        let message = format!("`until` ({until}) is before `from` ({from})");
        table.fault("bad-schedule", message, "swap or correct them");
        return None;
    }
    table.done();
    (given == 1).then_some(When {
        rule: rule?,
        from: from.flatten(),
        until: until.flatten(),
        except: except.unwrap_or_default(),
    })
}

fn times(field: &Field<'_>, county: &County) -> Option<Vec<NaiveTime>> {
    let mut times = BTreeSet::new();
    let mut complete = true;
    for item in field.items() {
        let Some(text) = item.text() else {
            complete = false;
            continue;
        };
        let time = time_of_day(text).or_else(|| county.slots.get(text).copied());
        if time.is_none() {
            let slots = county.slots.keys().map(Id::as_str).collect::<Vec<_>>().join(", ");
            item.fault(
                "bad-time",
                format!("`{text}` is neither a time of day nor a slot"),
                format!("write \"07:30\" or a slot of config/county.toml: {slots}"),
            );
        }
        complete &= time.is_some();
        times.extend(time);
    }
    (complete && !times.is_empty()).then(|| times.into_iter().collect())
}

fn weekdays(field: &Field<'_>) -> Option<BTreeSet<Day>> {
    let items = field.items();
    let days: Option<BTreeSet<Day>> = items.iter().map(|item| item.word(&DAYS).map(Day::from)).collect();
    days.filter(|days| !days.is_empty())
}

fn targets(table: Table<'_>) -> (Option<Vec<Target>>, Vec<Target>) {
    let read = |field: &Field<'_>| field.items().iter().map(|item| item.parse::<Target>()).collect::<Option<Vec<_>>>();
    let stations = table.require("stations", "[\"all\"]").and_then(|field| read(&field));
    let chats = table.get("chats").map(|field| read(&field));
    table.done();
    // A chat that cannot be read holds the broadcast back as a whole, like a station.
    match chats {
        Some(None) => (None, Vec::new()),
        chats => (stations, chats.flatten().unwrap_or_default()),
    }
}

fn how(table: Table<'_>, class: Option<Class>) -> Option<How> {
    let bounded = |key: &'static str, max: Length| -> Option<Option<Length>> {
        let Some(field) = table.get(key) else { return Some(None) };
        let length = field.parse::<Length>()?;
        if length > max {
            field.fault("bad-value", format!("`{key}` = {length} is too long"), format!("write at most {max}"));
            return None;
        }
        Some(Some(length))
    };
    let chime = table.get("chime").map(|field| field.parse::<Id>());
    let repeat = table.get("repeat").map_or(Some(1), |field| field.int(1..=10));
    let gap = bounded("gap", GAP_MAX);
    let late = bounded("late", LATE_MAX);
    let volume = table.get("volume").map_or(Some(80), |field| field.int(1..=100));
    let missing = table.require("missing_language", "\"hold\"").and_then(|field| {
        let missing = field.word(&MISSING)?;
        if class == Some(Class::Emergency) && missing != MissingLanguage::Skip {
            let help = "write \"skip\": an emergency waits for no recording";
            field.fault("bad-value", "an emergency cannot hold back for a missing language".into(), help);
            return None;
        }
        Some(missing)
    });
    let post = table.get("post").map_or(Some(PostRule::Once), |field| field.word(&POSTS));
    let all_clear = all_clear(&table, class);
    let post_expires = bounded("post_expires", Length::minutes(7 * 24 * 60));
    table.done();
    let late_default = if class == Some(Class::Daily) { Length::minutes(5) } else { Length::minutes(10) };
    Some(How {
        chime: chime.map_or(Some(None), |chime| chime.map(Some))?,
        repeat: repeat? as u8,
        gap: gap?.unwrap_or(Length::seconds(2)),
        late: late?.unwrap_or(late_default),
        volume: volume? as u8,
        missing_language: missing?,
        post: post?,
        post_expires: post_expires?.unwrap_or(Length::minutes(12 * 60)),
        all_clear: all_clear?,
    })
}

/// The notice that ends an emergency or a drill; the outer none is a fault.
fn all_clear(table: &Table<'_>, class: Option<Class>) -> Option<Option<Id>> {
    let Some(field) = table.get("all_clear") else { return Some(None) };
    if class == Some(Class::Daily) {
        field.fault("bad-value", "a daily broadcast needs no all-clear".into(), "remove `all_clear`");
        return None;
    }
    field.parse().map(Some)
}

fn arguments(table: Table<'_>) -> Arguments {
    let mut arguments = BTreeMap::new();
    for field in table.entries() {
        if TARGET_VARIABLES.contains(&field.key()) {
            let help = "remove it: it is the station's or the chat's own";
            field.fault("bad-value", format!("`{}` is no argument of a broadcast", field.key()), help);
            continue;
        }
        let value = if field.is_text() {
            let text = field.text();
            if let Some((what, help)) = text.and_then(lint::argument) {
                field.fault("bad-argument", format!("the value of `{}` cannot go on air: {what}", field.key()), help);
            }
            text.map(|text| Argument::Text(text.to_owned()))
        } else {
            field.int(i64::MIN..=i64::MAX).map(Argument::Number)
        };
        arguments.extend(value.map(|value| (field.key().to_owned(), value)));
    }
    arguments
}

/// The place a broadcast's faults are told at when its file has no line for them.
pub fn path(id: &Id) -> String {
    format!("broadcasts/{id}.toml")
}

/// The file as a whole.
pub fn place(id: &Id) -> Place {
    Place::file(&path(id))
}
