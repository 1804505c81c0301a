//! Whether the cards that groups ask for can be drawn on this machine, before one is wanted.

use std::collections::BTreeSet;

use crate::base::Problem;
use crate::card::{self, Fonts};
use crate::catalog::model::{Broadcast, Chat, PostRule};
use crate::catalog::{Catalog, Send};
use crate::county::cards;
use crate::outbox::channel::{self, Carriage};
use crate::rundown::PostPart;

/// As long as any notice number, which stands on a card, too.
const NOTICE: &str = "2026-0000";

/// Groups that ask for cards where no fonts are, and notices that cannot be drawn: the rest of their posts goes out.
pub fn problems(catalog: &Catalog, options: &card::Options) -> Vec<Problem> {
    let wanted: Vec<&Chat> = catalog.chats.values().filter(|chat| takes_cards(chat)).collect();
    let Some(first) = wanted.first() else { return Vec::new() };
    let warning = |place: &crate::base::problem::Place, what: String, help: String| {
        vec![Problem::warning("no-card", place.clone(), what, help)]
    };
    match Fonts::open(options) {
        Ok(fonts) => {
            let posted = catalog.broadcasts.values().filter(|broadcast| broadcast.how.post != PostRule::None);
            posted.flat_map(|broadcast| undrawn(catalog, &fonts, broadcast)).collect()
        }
        Err(fault) => {
            let what = format!("chat `{}` asks for cards, and none can be drawn here: {fault}", first.id);
            let (what, help) = what.split_once("; ").unwrap_or((&what, "mend it"));
            let help = format!("{help}; until then groups get the rest of each post");
            warning(&first.place, what.to_owned(), help)
        }
    }
}

fn takes_cards(chat: &Chat) -> bool {
    let carries = channel::kind(&chat.channel).is_some_and(|kind| kind.carries.card != Carriage::Page);
    carries && chat.send.contains(&Send::Card)
}

/// The faults of a broadcast's cards, each once however many groups get it.
fn undrawn(catalog: &Catalog, fonts: &Fonts, broadcast: &Broadcast) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut faults = BTreeSet::new();
    for chat in catalog.chats_of(&broadcast.chats).into_iter().filter(|chat| takes_cards(chat)) {
        for part in catalog.post_parts(broadcast, chat, Some(NOTICE)).0 {
            let PostPart::Card { language, card: text, .. } = part else { continue };
            if !seen.insert((language.clone(), text.clone())) {
                continue;
            }
            let card = cards::card(broadcast.class, broadcast.level, Some(NOTICE), &language, &text);
            faults.extend(
                card.check(fonts).err().map(|fault| format!("the card in {language} cannot be drawn: {fault}")),
            );
        }
    }
    let problem = |fault: String| {
        let (what, help) = fault.split_once("; ").unwrap_or((&fault, "make its texts shorter"));
        Problem::warning(
            "no-card",
            broadcast.messages_place.clone(),
            what,
            format!("{help}; until then it is posted without"),
        )
    };
    faults.into_iter().map(problem).collect()
}
