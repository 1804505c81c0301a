//! The form of a broadcast: its fields as they are shown, and what of them was sent.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::super::form::Form;
use super::super::super::layout::name;
use super::super::super::words::Words;
use crate::base::Id;
use crate::catalog::Catalog;
use crate::console::edit::broadcast::{BY_ORDER, Fields};
use crate::lang::language::SOURCE;

/// A county with no more villages has them all on the page; in a larger one a township is opened first.
const VILLAGES_MAX: usize = 250;
/// Chats that are offered as boxes; others are typed.
const CHATS_MAX: usize = 120;
/// Messages that are offered while one types.
const MESSAGES_OFFERED_MAX: usize = 300;
/// Empty fields for more messages.
const MORE_MESSAGES: usize = 3;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Fields that are sent as they are.
const PLAIN: [&str; 18] = [
    "title",
    "state",
    "class",
    "level",
    "when.from",
    "when.until",
    "how.chime",
    "how.repeat",
    "how.gap",
    "how.late",
    "how.volume",
    "how.missing_language",
    "how.post",
    "how.post_expires",
    "how.all_clear",
    "repeat.every",
    "repeat.expires",
    "arguments",
];

/// What was sent, as the file is to have it.
pub fn typed(form: &Form) -> Fields {
    let mut fields: Fields = PLAIN.iter().map(|name| ((*name).to_owned(), form.one(name).trim().to_owned())).collect();
    let mut put = |name: &str, values: Vec<String>| drop(fields.insert(name.to_owned(), values.join("\n")));
    let all = |name: &str| -> Vec<String> {
        form.all(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    };
    put("messages", all("messages"));
    let is_daily = form.one("class") == "daily";
    let rule = if is_daily { form.one("when.rule") } else { "" };
    let of = |wanted: &str, values: Vec<String>| if rule == wanted { values } else { Vec::new() };
    put("when.at", of("at", all("when.slot").into_iter().chain(parted(form.one("when.times"), true)).collect()));
    let days = all("when.day");
    put("when.days", of("at", if days.len() == DAYS.len() { Vec::new() } else { days }));
    put("when.cron", of("cron", vec![form.one("when.cron").trim().to_owned()]));
    let on = match rule {
        "on" => parted(form.one("when.on"), false).into_iter().map(instant).collect(),
        "order" => vec![BY_ORDER.to_owned()],
        _ => Vec::new(),
    };
    put("when.on", on);
    put("when.except", if is_daily { parted(form.one("when.except"), true) } else { Vec::new() });
    for place in ["stations", "chats"] {
        let chosen = all(place);
        let others = parted(form.one(&format!("{place}.others")), true);
        let chosen = if chosen.iter().any(|one| one == "all") {
            vec!["all".to_owned()]
        } else {
            chosen.into_iter().chain(others).collect()
        };
        put(&format!("where.{place}"), chosen);
    }
    let away: &[&str] = if is_daily {
        &["level", "repeat.every", "repeat.expires", "how.all_clear"]
    } else {
        &["when.from", "when.until"]
    };
    away.iter().for_each(|name| put(name, Vec::new()));
    fields
}

/// A list that was typed on a line.
fn parted(text: &str, by_space: bool) -> Vec<String> {
    let is_end = |c: char| matches!(c, ',' | '，' | '、' | ';' | '\n') || (by_space && c.is_whitespace());
    text.split(is_end).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// `2026-11-25 9:00` as TOML writes it.
fn instant(typed: String) -> String {
    let (day, time) = typed.split_once([' ', 'T']).map_or((typed.as_str(), ""), |(day, time)| (day, time.trim()));
    match time.matches(':').count() {
        1 => format!("{day}T{time:0>5}:00"),
        2 => format!("{day}T{time:0>8}"),
        _ => typed,
    }
}

/// What is chosen of places, and which townships are open.
struct Places<'a> {
    words: Words,
    catalog: &'a Catalog,
    chosen: BTreeSet<&'a str>,
    open: BTreeSet<&'a str>,
}

fn key(words: Words, key: &str) -> String {
    words.say_with("broadcasts-key", &[("key", key)])
}

fn lines<'f>(fields: &'f Fields, name: &str) -> Vec<&'f str> {
    fields.get(name).map_or_else(Vec::new, |text| text.lines().collect())
}

fn value<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

/// A choice of words; the first where nothing was chosen.
fn choice(words: Words, fields: &Fields, name: &str, word: &str, values: &[&str]) -> Markup {
    html! {
        label { (key(words, word))
            select name=(name) { @for one in values {
                option value=(one) selected[value(fields, name) == *one] { (words.say_with("broadcasts-value", &[("value", &format!("{word}-{}", if one.is_empty() { "usual" } else { one }))])) }
            } } }
    }
}

fn line(words: Words, fields: &Fields, name: &str, word: &str, hint: &str) -> Markup {
    html! { label { (key(words, word)) input name=(name) value=(value(fields, name)) placeholder=(hint) autocomplete="off"; } }
}

fn tick(name: &str, one: &str, checked: bool, shown: Markup) -> Markup {
    html! { label.tick { input type="checkbox" name=(name) value=(one) checked[checked]; " " (shown) } }
}

/// The whole form but its buttons.
pub fn shown(words: Words, catalog: &Catalog, fields: &Fields, form: &Form) -> Markup {
    let open: BTreeSet<&str> = form.all("open").chain(form.all("opened")).collect();
    let places =
        |name: &str| Places { words, catalog, chosen: lines(fields, name).into_iter().collect(), open: open.clone() };
    html! {
        label { (key(words, "title")) input lang="zh-CN" name="title" required value=(value(fields, "title")) autocomplete="off"; }
        (choice(words, fields, "state", "state", &["draft", "ready", "paused"]))
        (messages(words, catalog, fields))
        (choice(words, fields, "class", "class", &["daily", "drill", "emergency"]))
        (when(words, catalog, fields))
        fieldset { legend { (words.say("broadcasts-by-order")) }
            label { (key(words, "level")) select name="level" { @for one in ["", "I", "II", "III", "IV"] { option value=(one) selected[value(fields, "level") == one] { (one) } } } }
            (line(words, fields, "repeat.every", "every", "10m"))
            (line(words, fields, "repeat.expires", "lasts", "6h"))
            (line(words, fields, "how.all_clear", "all-clear", ""))
        }
        (places("where.stations").stations())
        (places("where.chats").chats())
        fieldset { legend { (key(words, "how")) }
            label { (key(words, "chime")) select name="how.chime" { option value="" { "–" } @for id in catalog.recordings.chimes.keys() { option value=(id) selected[value(fields, "how.chime") == id.as_str()] { (id) } } } }
            (choice(words, fields, "how.missing_language", "missing", &["hold", "skip"]))
            (line(words, fields, "how.repeat", "repeat", "1"))
            (line(words, fields, "how.gap", "gap", "2s"))
            (line(words, fields, "how.late", "late", "5m"))
            (line(words, fields, "how.volume", "volume", "80"))
            (choice(words, fields, "how.post", "post", &["", "once", "daily", "each", "none"]))
            (line(words, fields, "how.post_expires", "expires", "12h"))
        }
        label { (key(words, "arguments")) textarea name="arguments" rows="2" lang="zh-CN" dir="ltr" placeholder="phone = 12320" { "\n" (value(fields, "arguments")) } }
    }
}

fn messages(words: Words, catalog: &Catalog, fields: &Fields) -> Markup {
    let chosen = lines(fields, "messages");
    let blanks = std::iter::repeat_n("", MORE_MESSAGES);
    html! {
        fieldset { legend { (key(words, "messages")) }
            @for one in chosen.iter().copied().chain(blanks) { input name="messages" value=(one) list="messages" aria-label=(key(words, "messages")) autocomplete="off"; }
            datalist id="messages" { @for entry in catalog.bundle(SOURCE.tag).into_iter().flat_map(|bundle| bundle.entries()).take(MESSAGES_OFFERED_MAX) {
                option value=(entry.id) lang="zh-CN" { (entry.source.lines().find_map(|line| line.trim().strip_prefix(".title =")).unwrap_or_default().trim()) }
            } }
        }
    }
}

fn when(words: Words, catalog: &Catalog, fields: &Fields) -> Markup {
    let at = lines(fields, "when.at");
    let (slots, times): (Vec<&str>, Vec<&str>) =
        at.into_iter().partition(|one| one.parse::<Id>().is_ok_and(|id| catalog.county.slots.contains_key(&id)));
    let days = lines(fields, "when.days");
    let on = lines(fields, "when.on");
    let rule = match () {
        () if !value(fields, "when.cron").is_empty() => "cron",
        () if on == [BY_ORDER] => "order",
        () if !on.is_empty() => "on",
        () => "at",
    };
    let radio = |one: &str| {
        html! { label.tick { input type="radio" name="when.rule" value=(one) checked[rule == one]; " " (words.say_with("broadcasts-value", &[("value", &format!("rule-{one}"))])) } }
    };
    html! {
        fieldset { legend { (key(words, "when")) }
            (radio("at"))
            div { @for (slot, time) in &catalog.county.slots { (tick("when.slot", slot.as_str(), slots.contains(&slot.as_str()), html! { (slot) " " (time.format("%H:%M")) })) } }
            label { (key(words, "times")) input name="when.times" value=(times.join(" ")) placeholder="09:00 15:30" autocomplete="off"; }
            div { @for day in DAYS { (tick("when.day", day, days.is_empty() || days.contains(&day), html! { (words.say_with("broadcasts-day", &[("day", day)])) })) } }
            (radio("on"))
            label { (key(words, "on")) textarea name="when.on" rows="2" placeholder="2026-11-25 09:00" { "\n" @if rule == "on" { (on.join("\n")) } } }
            (radio("order"))
            (radio("cron"))
            label { (key(words, "cron")) input name="when.cron" value=(value(fields, "when.cron")) placeholder="0 30 7 * * Mon-Fri" autocomplete="off"; }
            label { (key(words, "from")) input type="date" name="when.from" value=(value(fields, "when.from")); }
            label { (key(words, "until")) input type="date" name="when.until" value=(value(fields, "when.until")); }
            label { (key(words, "except")) input name="when.except" value=(lines(fields, "when.except").join(" ")) placeholder="2026-12-25" autocomplete="off"; }
        }
    }
}

impl Places<'_> {
    fn has(&self, one: &str) -> bool {
        self.chosen.contains(one)
    }

    fn stations(&self) -> Markup {
        let (words, catalog) = (self.words, self.catalog);
        let groups: BTreeSet<&Id> = catalog.stations.values().flat_map(|station| &station.groups).collect();
        let is_small = catalog.stations.len() <= VILLAGES_MAX;
        html! {
            fieldset { legend { (key(words, "stations")) }
                (tick("stations", "all", self.has("all"), html! { b { (words.say("broadcasts-all-villages")) } }))
                @for group in groups { @let one = format!("group:{group}"); (tick("stations", &one, self.has(&one), html! { (words.say("broadcasts-group")) " " (group) })) }
                @for township in catalog.townships.values() {
                    @let one = format!("township:{}", township.id);
                    @let inside: Vec<_> = catalog.stations.values().filter(|station| station.township == township.id).collect();
                    @let open = is_small || self.open.contains(township.id.as_str());
                    div.township {
                        (tick("stations", &one, self.has(&one), html! { b { (name(&township.name, words.language())) } " " small { (words.say_with("today-stations", &[("count", &inside.len().to_string())])) } }))
                        @if open { input type="hidden" name="opened" value=(township.id); }
                        @else { button name="open" value=(township.id) formnovalidate { (words.say("broadcasts-open")) } }
                        div { @for station in inside.iter().filter(|station| open || self.has(station.id.as_str())) {
                            (tick("stations", station.id.as_str(), self.has(station.id.as_str()), name(&station.name, words.language())))
                        } }
                    }
                }
            }
        }
    }

    fn chats(&self) -> Markup {
        let (words, catalog) = (self.words, self.catalog);
        let offered: Vec<&str> = catalog.chats.keys().map(Id::as_str).take(CHATS_MAX).collect();
        let is_offered = |one: &&&str| {
            **one == "all"
                || offered.contains(*one)
                || one.strip_prefix("township:").is_some_and(|id| catalog.townships.contains_key(id))
        };
        let others: Vec<&str> = self.chosen.iter().filter(|one| !is_offered(one)).copied().collect();
        html! {
            fieldset { legend { (key(words, "chats")) }
                (tick("chats", "all", self.has("all"), html! { b { (words.say("broadcasts-all-chats")) } }))
                @for township in catalog.townships.values() { @let one = format!("township:{}", township.id); (tick("chats", &one, self.has(&one), name(&township.name, words.language()))) }
                @for chat in catalog.chats.values().take(CHATS_MAX) { (tick("chats", chat.id.as_str(), self.has(chat.id.as_str()), name(&chat.name, words.language()))) }
                @if catalog.chats.len() > CHATS_MAX || !others.is_empty() {
                    label { (words.say("broadcasts-others")) input name="chats.others" value=(others.join(" ")) autocomplete="off"; }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_reads_as_the_file_has_it() {
        let sent = "title=+a+&class=daily&when.rule=at&when.slot=noon&when.times=07:30,+09:00&when.day=mon&when.on=2026-11-25+9:00\
                    &stations=township:a&stations=b&chats=all&chats=c&level=I&messages=x&messages=&when.except=2026-12-25";
        let fields = typed(&Form::read(sent.as_bytes()).unwrap());
        let expected = [
            ("title", "a"),
            ("when.at", "noon\n07:30\n09:00"),
            ("when.days", "mon"),
            ("when.on", ""),
            ("where.stations", "township:a\nb"),
            ("where.chats", "all"),
            ("level", ""),
            ("messages", "x"),
            ("when.except", "2026-12-25"),
        ];
        assert!(expected.iter().all(|(name, value)| fields[*name] == *value), "{fields:?}");
        let other = sent.replace("rule=at", "rule=on");
        let fields = typed(&Form::read(other.as_bytes()).unwrap());
        assert_eq!((&*fields["when.at"], &*fields["when.on"]), ("", "2026-11-25T09:00:00"));
        let fields = typed(&Form::read(sent.replace("class=daily", "class=drill").as_bytes()).unwrap());
        assert_eq!((&*fields["when.at"], &*fields["level"]), ("", "I"));
        assert_eq!(instant("soon".into()), "soon");
    }
}
