//! What changes on a page by itself: the server sends a part when it has changed, and nothing else (EventSource, WHATWG
//! HTML, section 9.2). However many watch, it is looked up and written once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use futures::stream;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::alerts::{self, Reached};
use super::asked::{Answered, Asked, Stop};
use super::pages::today::{self, Recorded};
use super::site::Site;
use super::words::Words;
use crate::ledger::LedgerFault;

/// Stations are looked at this often while somebody watches ...
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// ... and the ledger this often.
const READ_EVERY: Duration = Duration::from_secs(15);
/// A line that says nothing for longer is cut by proxies.
const SIGN_EVERY: u32 = 10;
/// Looks of one request; the browser asks anew, and is asked who it is.
const LOOKS_MAX: u32 = 150;
/// People who watch at a time.
const WATCHERS_MAX: usize = 200;

/// Parts of a page by their ids, as HTML. What did not change is the same `Arc`.
pub type Sections = Arc<Vec<(&'static str, Arc<str>)>>;

/// What those who watch share.
pub struct Live {
    shared: Mutex<Shared>,
    places: Arc<Semaphore>,
}

impl Default for Live {
    fn default() -> Live {
        Live { shared: Mutex::default(), places: Arc::new(Semaphore::new(WATCHERS_MAX)) }
    }
}

#[derive(Default)]
struct Shared {
    read: Option<(Duration, Recorded, Reached)>,
    rendered: BTreeMap<&'static str, (Duration, Sections)>,
    /// Times that a page's parts were written, for the test that they are shared.
    written: u64,
}

impl Live {
    /// The parts of the first page in a language, as they are now or were a moment ago.
    pub async fn sections(&self, site: &Site, words: Words) -> Result<Sections, LedgerFault> {
        let now = site.clock().monotonic();
        // Whoever comes while they are written waits for them.
        let mut shared = self.shared.lock().await;
        let before = shared.rendered.get(words.language()).cloned();
        if let Some((at, sections)) = &before
            && now.saturating_sub(*at) < LOOK_EVERY
        {
            return Ok(sections.clone());
        }
        // An emergency is seen at the next look.
        let on = alerts::now(site).await?;
        if shared.read.as_ref().is_none_or(|(at, ..)| now.saturating_sub(*at) >= READ_EVERY) {
            shared.read = Some((now, today::recorded(site).await?, alerts::reached(site, &on).await?));
        }
        let (_, recorded, reached) = shared.read.as_ref().expect("it was read just now");
        let today = today::today(site, recorded);
        let alerts = alerts::section(&on, reached, &site.village(), today.zone, words);
        let fresh = [("alerts", alerts)].into_iter().chain(today::sections(&today, words));
        let sections = fresh.into_iter().map(|(id, markup)| {
            let text = markup.into_string();
            let old = before.as_ref().and_then(|(_, old)| old.iter().find(|(found, _)| *found == id));
            (id, old.map(|(_, old)| old).filter(|old| ***old == *text).cloned().unwrap_or_else(|| text.into()))
        });
        let sections: Sections = Arc::new(sections.collect());
        shared.written += 1;
        shared.rendered.insert(words.language(), (now, sections.clone()));
        Ok(sections)
    }

    /// How often parts were written since the start.
    pub async fn written(&self) -> u64 {
        self.shared.lock().await.written
    }
}

/// Of one who watches.
struct Watcher {
    site: Arc<Site>,
    words: Words,
    sent: Option<Sections>,
    looks: u32,
    _place: OwnedSemaphorePermit,
}

impl Watcher {
    /// What to send next; none when it is enough.
    async fn next(&mut self) -> Option<Bytes> {
        while self.looks < LOOKS_MAX {
            if self.looks > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            self.looks += 1;
            // What cannot be read now can be in a moment; until then the page stays as it is.
            let Ok(sections) = self.site.live.sections(&self.site, self.words).await else { continue };
            let text = changes(self.sent.as_ref(), &sections);
            self.sent = Some(sections);
            if !text.is_empty() {
                return Some(text.into());
            }
            if self.looks.is_multiple_of(SIGN_EVERY) {
                return Some(Bytes::from_static(b":\n\n"));
            }
        }
        None
    }
}

/// The parts that differ, as events named by their ids.
fn changes(sent: Option<&Sections>, now: &Sections) -> String {
    let mut text = String::new();
    for (id, section) in now.iter() {
        let is_sent = sent.is_some_and(|sent| sent.iter().any(|(found, old)| found == id && Arc::ptr_eq(old, section)));
        if !is_sent {
            text += &format!("event: {id}\n");
            section.lines().for_each(|line| text += &format!("data: {line}\n"));
            text.push('\n');
        }
    }
    text
}

pub async fn watch(asked: Asked) -> Answered {
    let Ok(place) = asked.site.live.places.clone().try_acquire_owned() else { return Err(Stop::Late) };
    let watcher = Watcher { site: asked.site.clone(), words: asked.words, sent: None, looks: 0, _place: place };
    let events = stream::unfold(watcher, |mut watcher| async {
        let next = watcher.next().await?;
        Some((Ok::<_, std::convert::Infallible>(next), watcher))
    });
    let head = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::OK, head, Body::from_stream(events)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_sent() {
        let (one, two): (Arc<str>, Arc<str>) = ("a\nb".into(), "c".into());
        let before: Sections = Arc::new(vec![("x", one.clone()), ("y", two)]);
        let after: Sections = Arc::new(vec![("x", one), ("y", "d".into())]);
        assert_eq!(changes(None, &before), "event: x\ndata: a\ndata: b\n\nevent: y\ndata: c\n\n");
        assert_eq!(changes(Some(&before), &before), "");
        assert_eq!(changes(Some(&before), &after), "event: y\ndata: d\n\n");
    }
}
