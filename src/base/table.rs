//! Reading TOML through its spans, so that every fault of a file is told at once and with its place.
//!
//! A [`Table`] hands out values by key and remembers which keys were asked for; what nobody asked for is an
//! unknown key. Serde's derive would stop at the first fault.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::base::problem::Place;
use crate::base::{Problem, near};

/// The rule of a file that is not TOML.
pub const SYNTAX: &str = "toml-syntax";

/// A file being read: collects its faults.
pub struct Document<'t> {
    file: &'t str,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Document<'t> {
    /// Faults of syntax are collected; what could be read is there to be looked at.
    pub fn parse(file: &'t str, text: &'t str) -> Document<'t> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let problems = errors
            .iter()
            .map(|error| {
                let place = Place::of_byte(file, text, error.span().map_or(0, |span| span.start));
                let what = error.message().lines().collect::<Vec<_>>().join(", ");
                Problem::error(
                    SYNTAX,
                    place,
                    format!("this is not TOML: {what}"),
                    "mend the line; texts stand in quotes, lists in brackets",
                )
            })
            .collect();
        Document { file, text, root, problems: RefCell::new(problems) }
    }

    pub fn root(&self) -> Table<'_> {
        Table { document: self, table: self.root.get_ref(), span: 0..0, asked: RefCell::default() }
    }

    /// The faults found so far, in order of place. Of a file that is not TOML those of syntax alone: what else seems
    /// wrong may be what the syntax hid.
    pub fn problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        if problems.iter().any(|problem| problem.rule == SYNTAX) {
            problems.retain(|problem| problem.rule == SYNTAX);
        }
        problems.sort();
        problems.dedup();
        problems
    }

    /// The whole file as JSON: what it says, without its comments and layout.
    pub fn json(&self) -> serde_json::Value {
        json(&DeValue::Table(self.root.get_ref().clone()))
    }

    pub fn place(&self, byte: usize) -> Place {
        Place::of_byte(self.file, self.text, byte)
    }

    fn error(&self, rule: &'static str, byte: usize, message: String, help: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::error(rule, self.place(byte), message, help));
    }
}

/// A table of a [`Document`].
pub struct Table<'d> {
    document: &'d Document<'d>,
    table: &'d DeTable<'d>,
    span: Range<usize>,
    asked: RefCell<BTreeSet<&'d str>>,
}

/// One value with its key, for faults that are found later.
#[derive(Clone, Copy)]
pub struct Field<'d> {
    document: &'d Document<'d>,
    key: &'d str,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Table<'d> {
    pub fn place(&self) -> Place {
        self.document.place(self.span.start)
    }

    pub fn place_of(&self, key: &str) -> Place {
        self.find(key).map_or_else(|| self.place(), |field| field.place())
    }

    /// Notes a fault of the table as a whole.
    pub fn fault(&self, rule: &'static str, message: String, help: impl Into<String>) {
        self.document.error(rule, self.span.start, message, help);
    }

    pub fn get(&self, key: &'d str) -> Option<Field<'d>> {
        self.asked.borrow_mut().insert(key);
        self.find(key)
    }

    fn find(&self, key: &str) -> Option<Field<'d>> {
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some(Field { document: self.document, key: name.get_ref().as_ref(), value })
    }

    /// As [`Table::get`]; a missing key is a fault.
    pub fn require(&self, key: &'d str, example: &str) -> Option<Field<'d>> {
        let field = self.get(key);
        if field.is_none() {
            self.fault("missing-key", format!("`{key}` is missing"), format!("add {key} = {example}"));
        }
        field
    }

    pub fn table(&self, key: &'d str) -> Option<Table<'d>> {
        self.get(key)?.table()
    }

    /// The tables of `[[key]]`; none when the key is missing.
    pub fn tables(&self, key: &'d str) -> Vec<Table<'d>> {
        let Some(field) = self.get(key) else { return Vec::new() };
        field.items().into_iter().filter_map(|item| item.table()).collect()
    }

    /// Every key with its value, for tables whose keys people choose.
    pub fn entries(&self) -> Vec<Field<'d>> {
        let entries: Vec<Field<'d>> = self
            .table
            .iter()
            .map(|(key, value)| Field { document: self.document, key: key.get_ref().as_ref(), value })
            .collect();
        self.asked.borrow_mut().extend(entries.iter().map(|field| field.key));
        entries
    }

    /// Ends the reading of this table: whatever nobody asked for is an unknown key.
    pub fn done(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter().filter(|(key, _)| !asked.contains(key.get_ref().as_ref())) {
            let name: &str = key.get_ref().as_ref();
            let help = match near::nearest(name, asked.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("remove it; known here: {}", asked.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            self.document.error("unknown-key", key.span().start, format!("unknown key `{name}`"), help);
        }
    }
}

impl<'d> Field<'d> {
    pub fn key(&self) -> &'d str {
        self.key
    }

    pub fn place(&self) -> Place {
        self.document.place(self.value.span().start)
    }

    /// Notes a fault of this value.
    pub fn fault(&self, rule: &'static str, message: String, help: impl Into<String>) {
        self.document.error(rule, self.value.span().start, message, help);
    }

    fn wrong_type(&self, wanted: &str, example: &str) {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.fault("wrong-type", format!("`{}` is {found}, not {wanted}", self.key), format!("write it as {example}"));
    }

    pub fn text(&self) -> Option<&'d str> {
        if let DeValue::String(text) = self.value.get_ref() {
            return Some(text.as_ref());
        }
        self.wrong_type("a text", &format!("{} = \"...\"", self.key));
        None
    }

    /// A text that `T` can read; what `T` says of it is the fault.
    pub fn parse<T: FromStr<Err: Display>>(&self) -> Option<T> {
        let text = self.text()?;
        text.parse().map_err(|error: T::Err| self.bad_value(&error.to_string())).ok()
    }

    /// Splits `what; what to do` where a message has both.
    pub fn bad_value(&self, error: &str) {
        let (what, help) = error.split_once(": ").filter(|(what, _)| !what.is_empty()).unwrap_or((error, "correct it"));
        self.fault("bad-value", format!("`{}`: {what}", self.key), help);
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
            self.fault("bad-value", format!("`{}` cannot be \"{text}\"", self.key), format!("write one of {known}"));
        }
        found
    }

    pub fn bool(&self) -> Option<bool> {
        if let DeValue::Boolean(value) = self.value.get_ref() {
            return Some(*value);
        }
        self.wrong_type("true or false", &format!("{} = true", self.key));
        None
    }

    /// A whole number within bounds.
    pub fn int(&self, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let DeValue::Integer(number) = self.value.get_ref() else {
            self.wrong_type("a whole number", &format!("{} = {}", self.key, bounds.start()));
            return None;
        };
        let value = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok();
        let value = value.filter(|value| bounds.contains(value));
        if value.is_none() {
            let message = format!("`{}` cannot be {}", self.key, number.as_str());
            self.fault(
                "bad-value",
                message,
                format!("write a whole number from {} to {}", bounds.start(), bounds.end()),
            );
        }
        value
    }

    /// A number, with or without a point, within bounds.
    pub fn float(&self, bounds: std::ops::RangeInclusive<f64>) -> Option<f64> {
        let text = match self.value.get_ref() {
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            _ => {
                self.wrong_type("a number", &format!("{} = 0.0", self.key));
                return None;
            }
        };
        let value = text.replace('_', "").parse().ok().filter(|value| bounds.contains(value));
        if value.is_none() {
            let message = format!("`{}` cannot be {text}", self.key);
            self.fault("bad-value", message, format!("write a number from {} to {}", bounds.start(), bounds.end()));
        }
        value
    }

    /// An unquoted TOML date, time, or date with time, without an offset.
    pub fn datetime(&self) -> Option<Datetime> {
        if let DeValue::Datetime(value) = self.value.get_ref() {
            return Some(*value);
        }
        self.wrong_type("a date", &format!("{} = 2026-11-23, without quotes", self.key));
        None
    }

    pub fn table(&self) -> Option<Table<'d>> {
        if let DeValue::Table(table) = self.value.get_ref() {
            let span = self.value.span();
            return Some(Table { document: self.document, table, span, asked: RefCell::default() });
        }
        self.wrong_type("a table", &format!("[{0}], or {0} = {{ ... }}", self.key));
        None
    }

    /// The items of a list; none when it is no list, which is a fault.
    pub fn items(&self) -> Vec<Field<'d>> {
        self.list().unwrap_or_default()
    }

    /// As [`Field::items`], for where an empty list is another fault.
    pub fn list(&self) -> Option<Vec<Field<'d>>> {
        if let DeValue::Array(items) = self.value.get_ref() {
            return Some(items.iter().map(|value| Field { document: self.document, key: self.key, value }).collect());
        }
        self.wrong_type("a list", &format!("{} = [...]", self.key));
        None
    }

    pub fn is_text(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::String(_))
    }

    /// The value as JSON, for what another module understands: an address, say.
    pub fn json(&self) -> serde_json::Value {
        json(self.value.get_ref())
    }
}

fn json(value: &DeValue<'_>) -> serde_json::Value {
    use serde_json::Value;
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
            .map_or_else(|_| Value::String(number.as_str().to_owned()), Value::from),
        DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(value) => Value::String(value.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The local date of a TOML value; none, with a fault, when it has a time or an offset.
pub fn local_date(field: &Field<'_>) -> Option<chrono::NaiveDate> {
    let value = field.datetime()?;
    let date = match value {
        Datetime { date: Some(date), time: None, offset: None } => {
            chrono::NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
        }
        _ => None,
    };
    if date.is_none() {
        field.fault(
            "bad-value",
            format!("`{}` is not a date: {value}", field.key),
            "write a date alone, as 2026-11-23",
        );
    }
    date
}

/// The local date and time of a TOML value; none, with a fault, when a part is missing or an offset is there.
pub fn local_datetime(field: &Field<'_>) -> Option<chrono::NaiveDateTime> {
    let value = field.datetime()?;
    let instant = match value {
        Datetime { date: Some(date), time: Some(time), offset: None } => {
            let second = time.second.unwrap_or(0);
            chrono::NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
                .and_then(|date| date.and_hms_opt(time.hour.into(), time.minute.into(), second.into()))
        }
        _ => None,
    };
    if instant.is_none() {
        let help = "write date and local time without an offset, as 2026-11-25T09:00:00";
        field.fault("bad-value", format!("`{}` is not a local date with time: {value}", field.key), help);
    }
    instant
}

/// A time of day, written "07:30" or "07:30:15".
pub fn time_of_day(text: &str) -> Option<chrono::NaiveTime> {
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.split(':');
    let (Some(hour), Some(minute), second, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let second = second.unwrap_or("00");
    if !digits(hour) || !digits(minute) || !digits(second) {
        return None;
    }
    chrono::NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn every_fault_of_a_file_is_told_with_its_place() {
        let text = "name = 5\nvolum = 80\nlate = \"5x\"\n\n[how]\ncolour = \"red\"\nclass = \"daly\"\n";
        let document = Document::parse("a.toml", text);
        let root = document.root();
        root.get("name").and_then(|f| f.text());
        root.get("volume");
        root.get("late").and_then(|f| f.parse::<crate::base::Length>());
        root.require("title", "\"...\"");
        let how = root.table("how").unwrap();
        how.get("class").and_then(|f| f.word(&[("daily", 1), ("drill", 2)]));
        how.done();
        root.done();
        let lines: Vec<String> = document.problems().iter().map(Problem::to_string).collect();
        expect![[r#"
            a.toml:1:1: `title` is missing; add title = "..."
            a.toml:1:8: `name` is a whole number, not a text; write it as name = "..."
            a.toml:2:1: unknown key `volum`; did you mean `volume`?
            a.toml:3:8: `late`: `5x` is no length of time; write a whole number and a unit, as 500ms, 2s, 5m, 12h or 14d
            a.toml:6:1: unknown key `colour`; remove it; known here: class
            a.toml:7:9: `class` cannot be "daly"; write one of "daily", "drill""#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn broken_toml_is_one_problem_each() {
        let document = Document::parse("a.toml", "a = [1,\nb = \"x\nc = 3\n");
        assert!(!document.problems().is_empty());
    }
}
