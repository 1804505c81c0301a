//! Everything a broadcast names must be there: messages, arguments, stations, chats, its chime.

use std::collections::BTreeSet;

use crate::base::problem::Place;
use crate::base::{Id, Problem};
use crate::catalog::model::{Broadcast, Target};
use crate::catalog::{Catalog, broadcast};
use crate::lang::language::SOURCE;
use crate::rundown::Class;

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

/// What keeps the notice that an emergency names from saying that it is over. Any other broadcast may be that notice, so
/// it is asked when all of them are read.
pub(super) fn all_clear(notice: &Id, place: Place, catalog: &Catalog) -> Option<Problem> {
    let what = match catalog.broadcasts.get(notice).map(|found| found.class) {
        Some(Class::Daily) => return None,
        Some(class) => format!("`{notice}`, the all-clear, is of class {class}: one person could raise it alone"),
        None => format!("there is no usable broadcast `{notice}` to say that it is over"),
    };
    let help = "name a broadcast of class daily, with on = [] in its [when] if only the all-clear airs it";
    Some(Problem::warning("all-clear", place, what, help))
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
