//! What the county lets residents know through the bot: its places, its groups, and the notices that are approved.

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::Value;

use super::snapshot::Board;
use crate::base::{Id, Tag};
use crate::bot::{Group, Notice, Noticeboard, Township, Village};
use crate::catalog::Catalog;
use crate::catalog::model::{Chat, Names, Send, Station};
use crate::lang::Piece;
use crate::lang::language::{LANGUAGES, SOURCE};
use crate::planner::Approval;
use crate::rundown::PostPart;

/// The board as it is on each look.
pub struct Residents(pub Arc<Board>);

impl Residents {
    fn catalog(&self) -> Arc<Catalog> {
        self.0.read().catalog.clone()
    }
}

impl Noticeboard for Residents {
    fn county(&self, language: &Tag) -> String {
        let catalog = self.catalog();
        let source: Tag = SOURCE.tag.parse().expect("the table's tags are tags");
        let found = catalog.county.name.get(language).or_else(|| catalog.county.name.get(&source));
        found.cloned().unwrap_or_else(|| catalog.county.id.to_string())
    }

    fn zone(&self) -> Tz {
        self.catalog().county.zone
    }

    fn languages(&self) -> Vec<Tag> {
        let catalog = self.catalog();
        let spoken = |tag: &str| {
            let stations = catalog.stations.values().flat_map(|station| &station.languages);
            let chats = catalog.chats.values().flat_map(|chat| &chat.languages);
            stations.chain(chats).any(|language| language.as_str() == tag)
        };
        let known = LANGUAGES.iter().filter(|language| spoken(language.tag));
        known.map(|language| language.tag.parse().expect("the table's tags are tags")).collect()
    }

    fn townships(&self) -> Vec<Township> {
        let catalog = self.catalog();
        let named = |(id, names): (&Id, &Names)| Township { id: id.clone(), names: names.clone() };
        catalog.townships.values().map(|township| named((&township.id, &township.name))).collect()
    }

    fn villages(&self) -> Vec<Village> {
        let catalog = self.catalog();
        let village = |station: &Station| Village {
            id: station.id.clone(),
            township: station.township.clone(),
            names: station.name.clone(),
        };
        catalog.stations.values().map(village).collect()
    }

    fn group(&self, address: &Value, name: Option<&str>) -> Option<Group> {
        let catalog = self.catalog();
        let is_it = |chat: &&Chat| {
            let written = chat.address.get("chat");
            let by_number = written.is_some() && written == address.get("chat");
            let by_name = name.is_some_and(|name| {
                written.and_then(Value::as_str).is_some_and(|written| written.eq_ignore_ascii_case(name))
            });
            chat.channel == crate::bot::CHANNEL && (by_number || by_name)
        };
        let chat = catalog.chats.values().find(is_it)?;
        let concerns = |station: &&Station| match (&chat.station, &chat.township) {
            (Some(village), _) => station.id == *village,
            (None, Some(township)) => station.township == *township,
            (None, None) => true,
        };
        let villages = catalog.stations.values().filter(concerns).map(|station| station.id.clone()).collect();
        Some(Group { id: chat.id.clone(), languages: chat.languages.clone(), villages })
    }

    fn notice(&self, broadcast: &Id, village: &Id, language: &Tag) -> Option<Notice> {
        let (catalog, registry) = {
            let snapshot = self.0.read();
            (snapshot.catalog.clone(), snapshot.registry.clone())
        };
        if registry.withdrawn.contains_key(broadcast) {
            return None;
        }
        let broadcast = catalog.broadcasts.get(broadcast)?;
        let station = catalog.stations.get(village)?;
        let number = catalog.editions.get(&broadcast.id).and_then(|edition| registry.editions.get(&edition.digest));
        // As a group of that village would get it in this one language.
        let reader = Chat {
            id: station.id.clone(),
            name: Names::new(),
            township: Some(station.township.clone()),
            station: Some(station.id.clone()),
            languages: vec![language.clone()],
            send: vec![Send::Text],
            channel: String::new(),
            address: serde_json::Map::new(),
            place: broadcast.where_place.clone(),
        };
        let approval = Approval::of(&catalog, &registry, broadcast, None);
        let number = number.map(|registered| registered.notice.as_str());
        let (parts, _) = catalog.post_parts_within(broadcast, &reader, number, &approval);
        let text = parts.into_iter().find_map(|part| match part {
            PostPart::Text { text, .. } => Some(text),
            _ => None,
        })?;
        let first = broadcast.messages.first()?;
        let title = catalog.text(first, language, Piece::Title, &broadcast.arguments).unwrap_or_default();
        Some(Notice { title, text })
    }
}
