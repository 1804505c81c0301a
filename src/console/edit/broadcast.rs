//! A change of a broadcast's file: the values that somebody set stand in it, and its comments, its order and everything
//! else stay.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use toml_edit::{Array, Datetime, DocumentMut, Formatted, Item, Table, Value};

use super::{Proposed, Refusal};
use crate::base::problem::Place;
use crate::base::table::SYNTAX;
use crate::base::{Digest, Id, Problem};
use crate::catalog::Files;
use crate::catalog::broadcast::path;

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// Texts in their order.
    List,
    /// Texts whose order says nothing.
    Set,
    Date,
    Dates,
}

/// The keys that a form sets, by table; the tables in the order of a new file.
const KEYS: [(&str, &str, Kind); 27] = [
    ("", "title", Kind::Text),
    ("", "written_by", Kind::Text),
    ("", "state", Kind::Text),
    ("", "messages", Kind::List),
    ("", "class", Kind::Text),
    ("", "level", Kind::Text),
    ("when", "at", Kind::Set),
    ("when", "days", Kind::Set),
    ("when", "cron", Kind::Text),
    ("when", "on", Kind::Dates),
    ("when", "from", Kind::Date),
    ("when", "until", Kind::Date),
    ("when", "except", Kind::Dates),
    ("where", "stations", Kind::Set),
    ("where", "chats", Kind::Set),
    ("how", "chime", Kind::Text),
    ("how", "repeat", Kind::Number),
    ("how", "gap", Kind::Text),
    ("how", "late", Kind::Text),
    ("how", "volume", Kind::Number),
    ("how", "missing_language", Kind::Text),
    ("how", "post", Kind::Text),
    ("how", "post_expires", Kind::Text),
    ("how", "all_clear", Kind::Text),
    ("repeat", "every", Kind::Text),
    ("repeat", "expires", Kind::Text),
    ("arguments", "", Kind::Text),
];

/// A field by its name, as `when.at`; a list has a line for each of its values, arguments `name = value`.
pub type Fields = BTreeMap<String, String>;

/// An order airs it and no time: `[when] on = []`.
pub const BY_ORDER: &str = "by-order";

/// The name of a key's field.
fn name_of(table: &str, key: &str) -> String {
    [table, key].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// The fields of a file; none when it is no TOML.
pub fn fields_of(text: &str) -> Option<Fields> {
    let document: DocumentMut = text.parse().ok()?;
    let mut fields = Fields::new();
    for (table, key, _) in KEYS.iter().filter(|(table, ..)| *table != "arguments") {
        let found =
            if table.is_empty() { document.get(key) } else { document.get(table).and_then(|item| item.get(key)) };
        if let Some(values) = found.and_then(Item::as_value).map(plain) {
            fields.insert(name_of(table, key), values.join("\n"));
        }
    }
    if document.get("when").and_then(|when| when.get("on")).and_then(Item::as_array).is_some_and(Array::is_empty) {
        fields.insert("when.on".to_owned(), BY_ORDER.to_owned());
    }
    let arguments = document.get("arguments").and_then(Item::as_table_like);
    let lines = arguments
        .into_iter()
        .flat_map(|table| table.iter())
        .filter_map(|(name, item)| Some(format!("{name} = {}", plain(item.as_value()?).join(" "))));
    fields.insert("arguments".to_owned(), lines.collect::<Vec<_>>().join("\n"));
    Some(fields)
}

/// A value as somebody would type it; each of a list by itself.
fn plain(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.value().clone()],
        Value::Integer(number) => vec![number.value().to_string()],
        Value::Float(number) => vec![number.value().to_string()],
        Value::Boolean(value) => vec![value.value().to_string()],
        Value::Datetime(value) => vec![value.value().to_string()],
        Value::Array(items) => items.iter().flat_map(plain).collect(),
        Value::InlineTable(_) => Vec::new(),
    }
}

/// What somebody wants a broadcast to be.
#[derive(Debug, Clone)]
pub struct BroadcastChange {
    pub id: Id,
    /// The file as it stood on the page; none: there was none.
    pub based_on: Option<Digest>,
    /// All of them: what is not here, or empty, is to be away.
    pub fields: Fields,
}

impl BroadcastChange {
    /// The text it leads to.
    ///
    /// Errors: a conflict, no change, a file that is no TOML.
    pub fn proposed(&self, files: &Files) -> Result<Proposed, Refusal> {
        let path: Arc<str> = path(&self.id).into();
        let now = files.text(&path);
        if now.map(|text| Digest::of(text.as_bytes())) != self.based_on {
            return Err(Refusal::Conflict(now.map(|text| text.to_string())));
        }
        let before = now.map(|text| text.to_string());
        let mut document: DocumentMut = before.as_deref().unwrap_or_default().parse().map_err(|error| {
            let what = format!("the file is no TOML: {error}");
            let problem = Problem::error("toml-syntax", Place::file(&path), what, "mend it with a text editor first");
            Refusal::Faulty(vec![Problem { rule: SYNTAX, ..problem }])
        })?;
        for (table, key, kind) in KEYS {
            let typed = self.fields.get(&name_of(table, key)).map(String::as_str).unwrap_or_default();
            if table == "arguments" {
                arguments(&mut document, typed);
            } else {
                set(&mut document, table, key, value_of(kind, typed), kind == Kind::Set);
            }
        }
        for table in ["when", "repeat", "arguments"] {
            if document.get(table).and_then(Item::as_table).is_some_and(Table::is_empty) {
                document.remove(table);
            }
        }
        let after = document.to_string();
        if before.as_ref() == Some(&after) {
            return Err(Refusal::Same);
        }
        Ok(Proposed {
            texts: vec![(path.clone(), after.clone())],
            sounds: Vec::new(),
            path,
            item: String::new(),
            before,
            after,
        })
    }
}

fn lines(typed: &str) -> Vec<&str> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// A typed value; none when there is nothing. What is no number or date stays a text, and is a fault that is told.
fn value_of(kind: Kind, typed: &str) -> Option<Value> {
    let date = |text: &str| Datetime::from_str(text).map_or_else(|_| Value::from(text), Value::from);
    let all = lines(typed);
    if kind == Kind::Dates && all == [BY_ORDER] {
        return Some(Value::Array(Array::new()));
    }
    let first = *all.first()?;
    Some(match kind {
        Kind::Text => first.into(),
        Kind::Number => first.parse::<i64>().map_or_else(|_| Value::from(first), Value::from),
        Kind::Date => date(first),
        Kind::List | Kind::Set => Value::Array(all.into_iter().map(Value::from).collect()),
        Kind::Dates => Value::Array(all.into_iter().map(date).collect()),
    })
}

/// Puts a value in its place where it is another one. What stands around it, as a comment behind it, stays.
fn set(document: &mut DocumentMut, table: &str, key: &str, value: Option<Value>, is_set: bool) {
    let root = document.as_table_mut();
    let Some(value) = value else {
        match (table.is_empty(), root.get_mut(table).and_then(Item::as_table_like_mut)) {
            (true, _) => drop(root.remove(key)),
            (false, Some(table)) => drop(table.remove(key)),
            (false, None) => {}
        }
        return;
    };
    let place: &mut dyn toml_edit::TableLike = if table.is_empty() {
        root
    } else {
        let item = root.entry(table).or_insert_with(|| Item::Table(Table::new()));
        match item.as_table_like_mut() {
            Some(table) => table,
            // Something else of that name is a fault of the file, which the checks tell.
            None => return,
        }
    };
    match place.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if is_same(old, &value, is_set) => {}
        Some(old) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        None => drop(place.insert(key, Item::Value(value))),
    }
}

fn is_same(old: &Value, new: &Value, is_set: bool) -> bool {
    let is_alike = std::mem::discriminant(old) == std::mem::discriminant(new);
    let (old, new) = (plain(old), plain(new));
    if is_set {
        let sorted = |values: Vec<String>| values.into_iter().collect::<BTreeSet<String>>();
        return is_alike && sorted(old) == sorted(new);
    }
    is_alike && old == new
}

/// `name = value` on each line. A number that was one stays one.
fn arguments(document: &mut DocumentMut, typed: &str) {
    let wanted: Vec<(String, String)> = lines(typed)
        .into_iter()
        .map(|line| line.split_once('=').unwrap_or((line, "")))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let old = document.get("arguments").and_then(Item::as_table_like);
    let old: Vec<(String, bool)> = old
        .into_iter()
        .flat_map(|table| table.iter().map(|(name, item)| (name.to_owned(), item.is_integer())))
        .collect();
    for (name, _) in old.iter().filter(|(name, _)| wanted.iter().all(|(other, _)| other != name)) {
        set(document, "arguments", name, None, false);
    }
    for (name, value) in wanted.iter().filter(|(name, _)| !name.is_empty()) {
        let was_number = old.iter().any(|(other, is_number)| other == name && *is_number);
        let number = value.parse::<i64>().ok().filter(|_| was_number);
        let value = number.map_or_else(|| Value::from(value.as_str()), |number| Value::Integer(Formatted::new(number)));
        set(document, "arguments", name, Some(value), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Twice a week.\ntitle = \"口罩\"   # for the plan\nstate = \"ready\"\nmessages = [\n    \"wear-mask\",  # first\n]\nclass = \"daily\"\n\n\
                        [when]\nat = [\"morning\", \"18:00\"]    # slots\nfrom = 2026-11-23\n\n# Everywhere.\n[where]\nstations = [\"all\"]\n\n[how]\nvolume = 80\nmissing_language = \"hold\"\n\n\
                        [arguments]\nphone = \"12320\"\ndays = 14\n";

    fn made(text: Option<&str>, change: &[(&str, &str)]) -> Result<String, Refusal> {
        let mut files = Files::default();
        if let Some(text) = text {
            files = files.with_text("broadcasts/a.toml", text);
        }
        let mut fields = text.map(|text| fields_of(text).unwrap()).unwrap_or_default();
        fields.extend(change.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let based_on = text.map(|text| Digest::of(text.as_bytes()));
        BroadcastChange { id: "a".parse().unwrap(), based_on, fields }.proposed(&files).map(|made| made.after)
    }

    #[test]
    fn only_what_was_set_changes() {
        assert!(matches!(made(Some(FILE), &[]), Err(Refusal::Same)));
        for (field, value, old, new) in [
            ("title", "戴口罩", "\"口罩\" ", "\"戴口罩\" "),
            ("when.at", "18:00\nmorning", "", ""),
            ("when.at", "morning\nnoon", "[\"morning\", \"18:00\"]", "[\"morning\", \"noon\"]"),
            ("when.from", "", "from = 2026-11-23\n", ""),
            ("when.from", "2026-12-01", "2026-11-23", "2026-12-01"),
            ("when.from", "soon", "2026-11-23", "\"soon\""),
            ("when.until", "2026-12-31", "from = 2026-11-23\n", "from = 2026-11-23\nuntil = 2026-12-31\n"),
            ("how.volume", "60", "80", "60"),
            ("how.volume", "loud", "80", "\"loud\""),
            ("how.repeat", "2", "\"hold\"\n", "\"hold\"\nrepeat = 2\n"),
            ("arguments", "phone = 120\ndays = 7", "\"12320\"\ndays = 14", "\"120\"\ndays = 7"),
            ("arguments", "phone = 12320", "days = 14\n", ""),
            ("arguments", "", "\n[arguments]\nphone = \"12320\"\ndays = 14\n", ""),
        ] {
            match made(Some(FILE), &[(field, value)]) {
                Ok(text) => assert_eq!(text, FILE.replacen(old, new, 1), "{field} {value}"),
                Err(Refusal::Same) => assert_eq!(old, new, "{field} {value}"),
                Err(other) => panic!("{other}"),
            }
        }
    }

    #[test]
    fn a_new_file_reads_back() {
        let fields = [
            ("title", "新 \"x\""),
            ("state", "draft"),
            ("messages", "wear-mask\nwash-hands"),
            ("class", "daily"),
            ("when.on", "2026-11-25T09:00:00\n2026-11-26T09:00:00"),
            ("where.stations", "township:benzilan"),
            ("how.missing_language", "hold"),
        ];
        let text = made(None, &fields).unwrap();
        let read = fields_of(&text).unwrap();
        assert!(fields.iter().all(|(name, value)| read[*name] == *value), "{text}");
        assert!(text.contains("on = [2026-11-25T09:00:00, 2026-11-26T09:00:00]"), "{text}");
        let text = made(Some(&text), &[("when.on", BY_ORDER)]).unwrap();
        assert!(text.contains("on = []"));
        assert_eq!(fields_of(&text).unwrap()["when.on"], BY_ORDER);
        assert!(made(Some(&text), &[("when.on", "")]).is_ok_and(|text| !text.contains("[when]")));
    }

    #[test]
    fn what_is_no_toml_is_told() {
        let files = Files::default().with_text("broadcasts/a.toml", "a = [");
        let change = |based_on| BroadcastChange { id: "a".parse().unwrap(), based_on, fields: Fields::new() };
        assert!(matches!(change(None).proposed(&files), Err(Refusal::Conflict(Some(_)))));
        let based_on = Some(Digest::of(b"a = ["));
        assert!(matches!(change(based_on).proposed(&files), Err(Refusal::Faulty(faults)) if faults[0].rule == SYNTAX));
    }
}
