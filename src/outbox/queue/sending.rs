//! One call: what it sends, and what the answer means for it.

use chrono::TimeDelta;

use super::{BACK_OFF_MAX_MS, BACK_OFF_MIN_MS};
use crate::base::Timestamp;
use crate::ledger::{Call, CallEnd, CallId, Ledger, MAY_HAVE_ARRIVED};
use crate::outbox::amend::Amend;
use crate::outbox::channel::{Answer, Channel, Parcel};
use crate::outbox::compose::{self, NoContent};
use crate::outbox::{Draw, Words};
use crate::rundown::Post;
use crate::store::Store;

/// Has a channel send a call.
pub(super) async fn send_once(
    channel: &dyn Channel,
    call: &Call,
    post: Post,
    (ledger, store, words, draw): (Ledger, Store, Words, Draw),
    at: Timestamp,
) -> Answer {
    if let Some(amend) = Amend::of(call) {
        return amend.make(channel, call, &ledger).await;
    }
    let read = if call.heavy {
        let (call, post) = (call.clone(), post.clone());
        tokio::task::spawn_blocking(move || compose::content(&call, &post, &store, &words, &draw)).await
    } else {
        // A text is in the row itself.
        Ok(compose::content(call, &post, &store, &words, &draw))
    };
    let content = match read {
        Ok(Ok(content)) => content,
        Ok(Err(NoContent::Broken(detail))) => return Answer::Refused { code: "no-clip".into(), detail },
        // The rest of the post does not wait for it.
        Ok(Err(NoContent::Undrawn(detail))) => return Answer::Refused { code: "no-card".into(), detail },
        Ok(Err(NoContent::Store(detail))) => return Answer::Retry { after: None, code: "store".into(), detail },
        Err(_) => {
            let detail = "reading the clip was interrupted".to_owned();
            return Answer::Retry { after: None, code: "store".into(), detail };
        }
    };
    let (id, chat, address) = (call.id.clone(), call.chat.clone(), call.address.clone());
    let answer = channel.send(&Parcel { id, chat, address, content, post, at }).await;
    match answer {
        // That this attempt did not arrive says nothing of an earlier one.
        Answer::Refused { code, detail } if call.may_have_arrived() => Answer::Unknown { code, detail },
        // Sent again, it would arrive twice.
        Answer::Doubtful { code, detail, .. } if !channel.idempotent() => Answer::Unknown { code, detail },
        answer => answer,
    }
}

/// What an answer means for its call.
pub(super) fn end_of(call: &Call, answer: &Answer, now: Timestamp) -> CallEnd {
    match answer.clone() {
        Answer::Sent { ids } => CallEnd::Delivered { ids },
        Answer::Handed { ids } => CallEnd::Handed { ids },
        Answer::Retry { after, code, detail } => {
            let due = now + after.unwrap_or_else(|| back_off(&call.id, call.attempts));
            match call.may_have_arrived() {
                true => still_in_doubt(due, &code, &detail),
                false => CallEnd::Again { due, code, detail },
            }
        }
        Answer::Doubtful { after, code, detail } => {
            still_in_doubt(now + after.unwrap_or_else(|| back_off(&call.id, call.attempts)), &code, &detail)
        }
        Answer::Moved { address } => CallEnd::Moved { address },
        Answer::Refused { code, detail } => {
            let instead = Amend::of(call).and_then(|amend| amend.instead(&code, &detail));
            instead.unwrap_or(CallEnd::Refused { code, detail })
        }
        // To do it twice does no harm.
        Answer::Unknown { code, detail } if call.harmless => {
            CallEnd::Again { due: now + back_off(&call.id, call.attempts), code, detail }
        }
        Answer::Unknown { code, detail } => CallEnd::Unknown { code, detail },
    }
}

/// What may have arrived once may have arrived for ever after, whatever becomes of later attempts.
fn still_in_doubt(due: Timestamp, code: &str, detail: &str) -> CallEnd {
    CallEnd::Again { due, code: MAY_HAVE_ARRIVED.into(), detail: format!("{code}: {detail}") }
}

/// Doubles with each attempt, up to a bound, and is up to a quarter longer or shorter, so that groups that failed
/// together do not come back together. The same call and attempt wait equally long each time.
pub(super) fn back_off(id: &CallId, attempt: u32) -> TimeDelta {
    let base = (BACK_OFF_MIN_MS << attempt.saturating_sub(1).min(10)).min(BACK_OFF_MAX_MS);
    let noise = i64::from(crc32fast::hash(format!("{id} {attempt}").as_bytes()) % 1000);
    TimeDelta::milliseconds(base * 3 / 4 + base / 2 * noise / 1000)
}
