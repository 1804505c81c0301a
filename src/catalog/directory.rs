//! Reads the directories: `config/stations.toml` and `config/chats.toml`.

use std::collections::BTreeMap;

use crate::base::table::{Document, Field, Table};
use crate::base::{Id, Tag};
use crate::catalog::county::{known_language, names, parsed_items};
use crate::catalog::model::{Chat, Send, Station, Township};
use crate::catalog::recordings::known_voice;
use crate::lang::Language;

const SENDS: [(&str, Send); 3] = [("text", Send::Text), ("voice", Send::Voice), ("card", Send::Card)];

/// Reads townships and stations; every fault is left in `document`.
pub fn stations(document: &Document<'_>) -> (BTreeMap<Id, Township>, BTreeMap<Id, Station>) {
    let root = document.root();
    let (mut townships, mut stations) = (BTreeMap::new(), BTreeMap::new());
    for table in root.tables("township") {
        let id = table.require("id", "\"benzilan\"").and_then(|field| field.parse::<Id>());
        let name = table.require("name", "{ zh-CN = \"奔子栏镇\" }").and_then(|field| names(&field));
        table.get("id").filter(|_| id.as_ref().is_some_and(|id| townships.contains_key(id))).iter().for_each(twice);
        if let (Some(id), Some(name)) = (id, name) {
            townships.entry(id.clone()).or_insert(Township { id, name });
        }
        table.done();
    }
    for table in root.tables("station") {
        let station = station(&table, &townships);
        table
            .get("id")
            .filter(|_| station.as_ref().is_some_and(|s| stations.contains_key(&s.id)))
            .iter()
            .for_each(twice);
        table.done();
        if let Some(station) = station {
            stations.entry(station.id.clone()).or_insert(station);
        }
    }
    root.done();
    (townships, stations)
}

fn twice(field: &Field<'_>) {
    let message = format!("`{}` stands twice", field.text().unwrap_or_default());
    field.fault("duplicate-id", message, "give each an id of its own; an id is never used again");
}

fn station(table: &Table<'_>, townships: &BTreeMap<Id, Township>) -> Option<Station> {
    let id = table.require("id", "\"benzilan-xiayi\"").and_then(|field| field.parse::<Id>());
    let name = table.require("name", "{ zh-CN = \"下社\" }").and_then(|field| names(&field));
    let township = table.require("township", "\"benzilan\"").and_then(|field| known_township(&field, townships));
    let languages = table.require("languages", "[\"bo\", \"zh-CN\"]").and_then(|field| languages(&field));
    let mut voices = BTreeMap::new();
    if let Some(wanted) = table.table("voices") {
        for entry in wanted.entries() {
            if let Some(tag) = known_language(&entry, entry.key()) {
                let wanted = entry.items().iter().filter_map(|item| known_voice(item, &tag)).collect::<Vec<Tag>>();
                voices.insert(tag, wanted);
            }
        }
    }
    let groups = table.get("groups").map(|field| parsed_items(&field)).unwrap_or_default();
    Some(Station {
        id: id?,
        name: name?,
        township: township?,
        languages: languages?,
        voices,
        groups: groups.into_iter().collect(),
    })
}

fn known_township(field: &Field<'_>, townships: &BTreeMap<Id, Township>) -> Option<Id> {
    let id = field.parse::<Id>()?;
    if townships.contains_key(&id) {
        return Some(id);
    }
    let help = "add a [[township]] of that id to config/stations.toml, or correct it";
    field.fault("unknown-township", format!("there is no township `{id}`"), help);
    None
}

fn known_station(field: &Field<'_>, stations: &BTreeMap<Id, Station>) -> Option<Id> {
    let id = field.parse::<Id>()?;
    if stations.contains_key(&id) {
        return Some(id);
    }
    let help = "add a [[station]] of that id to config/stations.toml, or correct it";
    field.fault("unknown-station", format!("there is no station `{id}`"), help);
    None
}

fn languages(field: &Field<'_>) -> Option<Vec<Tag>> {
    let mut languages: Vec<Tag> = Vec::new();
    for item in field.list()? {
        if let Some(tag) = item.text().and_then(|text| known_language(&item, text)) {
            if languages.contains(&tag) {
                item.fault("duplicate-language", format!("`{tag}` stands twice"), "name each language once");
            } else {
                languages.push(tag);
            }
        }
    }
    if languages.is_empty() {
        field.fault(
            "no-language",
            "there is no language here".into(),
            format!("name at least one of {}", Language::known()),
        );
        return None;
    }
    Some(languages)
}

/// Reads chats; every fault is left in `document`.
pub fn chats(
    document: &Document<'_>,
    townships: &BTreeMap<Id, Township>,
    stations: &BTreeMap<Id, Station>,
) -> BTreeMap<Id, Chat> {
    let root = document.root();
    let mut chats = BTreeMap::new();
    for table in root.tables("chat") {
        let chat = chat(&table, townships, stations);
        table.get("id").filter(|_| chat.as_ref().is_some_and(|c| chats.contains_key(&c.id))).iter().for_each(twice);
        table.done();
        if let Some(chat) = chat {
            chats.entry(chat.id.clone()).or_insert(chat);
        }
    }
    root.done();
    chats
}

fn chat(table: &Table<'_>, townships: &BTreeMap<Id, Township>, stations: &BTreeMap<Id, Station>) -> Option<Chat> {
    let id = table.require("id", "\"benzilan-residents\"").and_then(|field| field.parse::<Id>());
    let name = table.require("name", "{ zh-CN = \"...\" }").and_then(|field| names(&field));
    let mut township = table.get("township").map(|field| known_township(&field, townships));
    let station = table.get("station").map(|field| known_station(&field, stations));
    if let Some(Some(station)) = &station {
        let here = stations[station].township.clone();
        if let Some(Some(other)) = township.as_ref().filter(|other| other.as_ref() != Some(&here)) {
            let what = format!("`{station}` lies in the township `{here}`, not in `{other}`");
            table.fault("wrong-township", what, "take `township` out: the station says it");
        }
        township = Some(Some(here));
    }
    let languages = table.require("languages", "[\"bo\", \"zh-CN\"]").and_then(|field| languages(&field));
    let send = table.require("send", "[\"text\", \"voice\"]").map(|field| {
        let mut send: Vec<Send> = field.items().iter().filter_map(|item| item.word(&SENDS)).collect();
        send.sort();
        send.dedup();
        send
    });
    let channel = table.require("channel", "{ kind = \"folder\" }").and_then(|field| {
        let kind = field.table()?.require("kind", "\"folder\"")?.text()?.to_owned();
        let serde_json::Value::Object(mut address) = field.json() else { return None };
        address.remove("kind");
        Some((kind, address, field.place()))
    });
    let (channel, address, place) = channel?;
    Some(Chat {
        id: id?,
        name: name?,
        township: township.map_or(Some(None), |t| t.map(Some))?,
        station: station.map_or(Some(None), |s| s.map(Some))?,
        languages: languages?,
        send: send?,
        channel,
        address,
        place,
    })
}
