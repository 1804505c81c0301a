//! Everything a broadcast names must be there: messages, arguments, stations, chats, its chime.

use std::collections::BTreeSet;

use crate::base::problem::Place;
use crate::base::{Id, Problem};
use crate::catalog::model::{Broadcast, Target};
use crate::catalog::{Catalog, broadcast};
use crate::lang::language::SOURCE;

/// What of it is not there.
pub(super) fn references(broadcast: &Broadcast, catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    let source = &catalog.bundles[SOURCE.tag];
    for message in &broadcast.messages {
        let place = broadcast.messages_place.clone();
        let Some(entry) = source.entry(message) else {
            problems.push(Problem::error(
                "unknown-message",
                place,
                format!("there is no message `{message}`"),
                "write it in locales/zh-CN, or correct the name",
            ));
            continue;
        };
        let spoken = entry.patterns.get("voice").or_else(|| entry.patterns.get(""));
        for variable in spoken.iter().flat_map(|pattern| &pattern.variables) {
            if broadcast::TARGET_VARIABLES.contains(&variable.as_str()) {
                let what = format!("`{message}` reads ${variable} aloud, which differs from place to place");
                problems.push(Problem::error(
                    "target-in-voice",
                    place.clone(),
                    what,
                    "give the message a .voice without it",
                ));
            }
        }
        let used = entry.patterns.values().flat_map(|pattern| &pattern.variables);
        for variable in used.collect::<BTreeSet<_>>() {
            if !broadcast.arguments.contains_key(variable) && !broadcast::TARGET_VARIABLES.contains(&variable.as_str())
            {
                let what = format!("`{message}` needs ${variable}, and this broadcast does not give it");
                problems.push(Problem::error(
                    "missing-argument",
                    place.clone(),
                    what,
                    format!("add {variable} = \"...\" to [arguments]"),
                ));
            }
        }
    }
    let place = &broadcast.where_place;
    for target in &broadcast.stations {
        problems.extend(unknown_target(target, catalog, place, "station", |id| catalog.stations.contains_key(id)));
    }
    for target in &broadcast.chats {
        problems.extend(unknown_target(target, catalog, place, "chat", |id| catalog.chats.contains_key(id)));
    }
    if let Some(chime) = broadcast.how.chime.as_ref().filter(|chime| !catalog.recordings.chimes.contains_key(*chime)) {
        let what = format!("there is no usable chime `{chime}`: it airs without one");
        problems.push(Problem::warning(
            "unknown-chime",
            broadcast.where_place.clone(),
            what,
            "import it with `cunxiang clip import FILE --chime NAME`, or remove `chime`",
        ));
    }
    problems
}

fn unknown_target(
    target: &Target,
    catalog: &Catalog,
    place: &Place,
    kind: &str,
    is_known: impl Fn(&Id) -> bool,
) -> Option<Problem> {
    let what = match target {
        Target::All => return None,
        Target::One(id) if is_known(id) => return None,
        Target::One(id) => format!("there is no {kind} `{id}`"),
        Target::Township(id) if catalog.townships.contains_key(id) => return None,
        Target::Township(id) => format!("there is no township `{id}`"),
        Target::Group(id) if kind == "station" && catalog.stations.values().any(|s| s.groups.contains(id)) => {
            return None;
        }
        Target::Group(id) => format!("no {kind} is in a group `{id}`"),
    };
    Some(Problem::error(
        if kind == "chat" { "unknown-chat" } else { "unknown-station" },
        place.clone(),
        what,
        "correct the name, or add it to config/",
    ))
}
