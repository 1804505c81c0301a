//! What the ledger remembers of the content, as the planner takes it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde_json::json;
use tracing::{info, warn};

use crate::base::{Digest, Id, Tag, Timestamp};
use crate::bot::{self, CHANNEL, Noticeboard as _};
use crate::catalog::{Catalog, State};
use crate::county::noticeboard::Residents;
use crate::ledger::{Ledger, LedgerFault, NewEdition};
use crate::planner::{Registered, Registry};
use crate::rundown::{Order, OrderKind, OrderState, Review};

/// Gives what is ready its notice numbers, and says what is known of it; reviews are [`reviews`]'.
pub(super) async fn register(ledger: &Ledger, catalog: &Catalog, now: Timestamp) -> Result<Registry, LedgerFault> {
    let ready = catalog.broadcasts.values().filter(|broadcast| broadcast.state == State::Ready);
    let editions: Vec<NewEdition> = ready
        .filter_map(|broadcast| catalog.editions.get(&broadcast.id))
        .map(|edition| NewEdition {
            digest: edition.digest,
            broadcast: edition.broadcast.clone(),
            bytes: edition.bytes.to_vec(),
        })
        .collect();
    let year = now.with_timezone(&catalog.county.zone).year();
    let registered = ledger.register_editions(&editions, now, year).await?;
    let of = |(digest, r): (Digest, crate::ledger::Registered)| {
        (digest, Registered { notice: r.notice, first_seen: r.first_seen })
    };
    Ok(Registry {
        editions: registered.into_iter().map(of).collect(),
        broadcasts_first_seen: ledger.broadcasts_first_seen().await?,
        ..Registry::default()
    })
}

/// Says, and keeps in the audit, that review came to be required or is so no more: what nobody looked at airs then.
pub(super) async fn note_review_rule(ledger: &Ledger, was: bool, is: bool, now: Timestamp) -> Result<(), LedgerFault> {
    match (was, is) {
        (true, false) => warn!("review is no longer required: what nobody approved airs and is posted from now on"),
        (false, true) => info!("review is required now: what is not approved neither airs nor is posted"),
        _ => return Ok(()),
    }
    // Whoever may write config/ may do this; which person that was, the file system knows better.
    ledger.audit_append("config/county.toml", "require review", &json!({ "was": was, "is": is }), now).await
}

/// The languages that groups of the directory chose through the bot, as far as notices come in them.
pub(super) async fn chosen(ledger: &Ledger, residents: &Residents) -> Result<BTreeMap<Id, Vec<Tag>>, LedgerFault> {
    let moves = ledger.moves().await?;
    let known = residents.languages();
    let settings = ledger.group_settings(CHANNEL).await?;
    let chosen = settings.into_iter().filter_map(|mut settings| {
        settings.languages.retain(|language| known.contains(language));
        let group = bot::group(residents, &moves, &settings.address, None)?;
        (!settings.languages.is_empty()).then_some((group.id, settings.languages))
    });
    Ok(chosen.collect())
}

/// The reviews of every edition there is, and of those that orders are for.
pub async fn reviews(
    ledger: &Ledger,
    catalog: &Catalog,
    orders: &[Order],
) -> Result<BTreeMap<Digest, Vec<Review>>, LedgerFault> {
    let mut found = BTreeMap::new();
    if !catalog.county.review_required {
        return Ok(found);
    }
    let agreed = orders.iter().filter_map(|order| match &order.kind {
        OrderKind::Announce { agreed, .. } => agreed.as_ref().map(|agreed| agreed.edition),
        _ => None,
    });
    let editions: BTreeSet<Digest> = catalog.editions.values().map(|edition| edition.digest).chain(agreed).collect();
    for edition in editions {
        let reviews = ledger.reviews_of(edition).await?;
        if !reviews.is_empty() {
            found.insert(edition, reviews);
        }
    }
    Ok(found)
}

/// The broadcasts that released orders withdrew, and nobody took that back.
pub fn withdrawn(orders: &[Order]) -> BTreeMap<Id, u64> {
    let is_released = |order: &&Order| order.state == OrderState::Released;
    let cancelled: BTreeSet<u64> = orders
        .iter()
        .filter(is_released)
        .filter_map(|order| match order.kind {
            OrderKind::Cancel { order } => Some(order),
            _ => None,
        })
        .collect();
    let standing = orders.iter().filter(is_released).filter(|order| !cancelled.contains(&order.id));
    let named = standing.filter_map(|order| match &order.kind {
        OrderKind::Withdraw { broadcast } => Some((broadcast.clone(), order.id)),
        _ => None,
    });
    named.collect()
}
