//! Looks at how the county does and posts alarms to the chats of those on duty.

mod boxes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono::TimeDelta;

use super::alarm::{Alarms, Facts, REMEMBERED};
use super::noticeboard::Residents;
use super::snapshot::{Board, Snapshot};
use crate::base::{Id, Tag, Timestamp};
use crate::bot::{self, CHANNEL};
use crate::catalog::Catalog;
use crate::lang::words::word;
use crate::ledger::{AiringRow, Call, ChatRequest, ChatSettings, Ledger, LedgerFault, Move};
use crate::outbox::Outbox;
use crate::rundown::airing::instant_text;
use crate::rundown::post::ALARM;
use crate::rundown::seal::{Keys, Use};
use crate::rundown::{Class, Post, PostPart, Reason};

/// Facts are gathered no more often than this.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(30);
/// A key is told this long before it ends: the root key has to be fetched from its safe.
const KEY_ENDS_SOON: TimeDelta = TimeDelta::days(30);
/// A certificate is told this long before it ends: what renews them by itself (ACME) does so earlier.
pub const CERTIFICATE_ENDS_SOON: TimeDelta = TimeDelta::days(21);
/// Below this a disk is as good as full: a ledger, a journal and a day of posts must fit.
const DISK_FREE_BYTES_MIN: u64 = 500 << 20;
/// An alarm that could not be posted for so long is of another night.
const EXPIRES_AFTER: TimeDelta = TimeDelta::hours(12);
/// Villages named in one line.
const NAMES_MAX: usize = 3;
/// Of a group's own title, in one line.
const TITLE_CHARS_MAX: usize = 30;
/// In the ledger: what was told.
const MEMORY: &str = "alarms";
const LANGUAGE: &str = "zh-CN";

/// What the stations of this machine say is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StationFaults {
    /// By station, what its sound device said.
    pub devices: Vec<(Id, String)>,
    /// What is wrong with the journal of claims.
    pub journal: Option<String>,
}

/// The one who tells.
#[derive(Default)]
pub struct Duty {
    /// Read from the ledger at the first look.
    alarms: Option<Alarms>,
    looked_at: Option<Timestamp>,
    /// The first pass: nobody could be heard before.
    began: Option<Timestamp>,
}

impl Duty {
    /// Looks, and posts what is new. Does nothing where nobody is to be told.
    ///
    /// Errors: the ledger cannot be read or written; what was not posted is tried again.
    pub async fn turn(
        &mut self,
        ledger: &Ledger,
        outbox: &Outbox,
        (snapshot, faults, data): (&SnapshotFacts, StationFaults, &Path),
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let began = *self.began.get_or_insert(now);
        let catalog = &snapshot.catalog;
        let to = &catalog.county.alarm_chats;
        if to.is_empty() || self.looked_at.is_some_and(|at| at <= now && now - at < LOOK_EVERY) {
            return Ok(());
        }
        self.looked_at = Some(now);
        let mut alarms = match self.alarms.take() {
            Some(alarms) => alarms,
            None => {
                let kept = ledger.meta_get(MEMORY).await?;
                kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
            }
        };
        let before = alarms.clone();
        let mut facts =
            Facts { states: states(snapshot, faults, outbox.faults(), free_bytes(data), now), ..Facts::default() };
        facts.events = events(catalog, &ledger.ended_badly(now - REMEMBERED).await?);
        facts.states.extend(groups(catalog, &ledger.group_settings(CHANNEL).await?, &ledger.moves().await?));
        facts.events.extend(requests(&ledger.chat_requests(false).await?));
        facts.events.extend(tasks(&ledger.tasks_left(now - REMEMBERED).await?));
        let villages = boxes::villages(ledger.boxes().await?, began, now);
        facts.states.extend(boxes::states(catalog, &villages, &|key| alarms.is_told(key)));
        let (unready, urgent) = boxes::unready(catalog, &villages, now);
        facts.events.extend(unready);
        facts.urgent = urgent;
        if let Some(lines) = alarms.turn(&facts, now) {
            let posts = to.iter().map(|chat| post(catalog, chat, &lines, now)).collect();
            let refused = outbox.enqueue(posts, &super::directory(catalog), now).await?.refused;
            for (post, why) in refused {
                tracing::warn!("alarm {post} cannot go out: {why}");
            }
        }
        // After the posts: a crash between tells a thing twice, and none is lost.
        if alarms != before {
            let text = serde_json::to_string(&alarms).expect("what was told is plain data");
            ledger.meta_set(MEMORY, &text).await?;
        }
        self.alarms = Some(alarms);
        Ok(())
    }
}

/// What of the board alarms look at.
pub struct SnapshotFacts {
    pub catalog: Arc<Catalog>,
    hold: Option<String>,
    key_expires: Option<Timestamp>,
    /// By approver, when the last of their keys ends.
    approvers: BTreeMap<String, Timestamp>,
    certificate: Option<Result<Timestamp, String>>,
    /// Stations with whose key two boxes speak.
    copied: BTreeSet<Id>,
    /// How many faults hold something back, and the first of them.
    faults: Option<(usize, String)>,
}

impl SnapshotFacts {
    pub fn of(snapshot: &Snapshot) -> SnapshotFacts {
        let mut errors = snapshot.problems.iter().filter(|problem| problem.is_error());
        let first = errors.next();
        SnapshotFacts {
            catalog: snapshot.catalog.clone(),
            hold: snapshot.hold.as_ref().map(|hold| hold.reason.clone()),
            key_expires: snapshot.key_expires,
            approvers: snapshot.keys.as_ref().map(approvers).unwrap_or_default(),
            certificate: snapshot.certificate.clone(),
            copied: snapshot.reach.copied(),
            faults: first.map(|first| (1 + errors.count(), first.to_string())),
        }
    }
}

fn approvers(keys: &Keys) -> BTreeMap<String, Timestamp> {
    let mut found = BTreeMap::new();
    for key in keys.keys.iter().filter(|key| key.purpose == Use::Approver && !key.revoked) {
        let name = key.person.clone().unwrap_or_else(|| key.id.to_string());
        let ends = found.entry(name).or_insert(key.not_after);
        *ends = key.not_after.max(*ends);
    }
    found
}

fn states(
    snapshot: &SnapshotFacts,
    stations: StationFaults,
    channels: Vec<String>,
    free_bytes: Option<u64>,
    now: Timestamp,
) -> BTreeMap<String, String> {
    let catalog = &snapshot.catalog;
    let mut states = BTreeMap::new();
    let mut put = |key: String, id: &str, arguments: &[(&str, &str)]| {
        states.insert(key, word(LANGUAGE, id, arguments));
    };
    if let Some(why) = &snapshot.hold {
        put("hold".to_owned(), "ui-alarm-hold", &[("why", why)]);
    }
    let date = |ends: Timestamp| ends.with_timezone(&catalog.county.zone).format("%Y-%m-%d").to_string();
    if let Some(ends) = snapshot.key_expires.filter(|ends| *ends - now < KEY_ENDS_SOON) {
        put("key".to_owned(), "ui-alarm-key", &[("date", &date(ends))]);
    }
    for (name, ends) in snapshot.approvers.iter().filter(|(_, ends)| **ends - now < KEY_ENDS_SOON) {
        put(format!("approver.{name}"), "ui-alarm-approver", &[("name", name), ("date", &date(*ends))]);
    }
    match &snapshot.certificate {
        Some(Ok(ends)) if *ends - now < CERTIFICATE_ENDS_SOON => {
            put("certificate".to_owned(), "ui-alarm-certificate", &[("date", &date(*ends))]);
        }
        Some(Err(why)) => put("certificate-fault".to_owned(), "ui-alarm-certificate-fault", &[("why", why)]),
        _ => {}
    }
    if let Some((count, first)) = &snapshot.faults {
        put("content".to_owned(), "ui-alarm-content", &[("count", &count.to_string()), ("first", first)]);
    }
    for station in &snapshot.copied {
        put(format!("copied.{station}"), "ui-alarm-copied", &[("station", &name(catalog, station))]);
    }
    for (station, why) in stations.devices {
        put(format!("device.{station}"), "ui-alarm-device", &[("station", &name(catalog, &station)), ("why", &why)]);
    }
    if let Some(why) = stations.journal {
        put("journal".to_owned(), "ui-alarm-journal", &[("why", &why)]);
    }
    for why in channels {
        let key = why.split(':').next().unwrap_or_default();
        put(format!("channel.{key}"), "ui-alarm-channel", &[("why", &why)]);
    }
    if let Some(free) = free_bytes.filter(|free| *free < DISK_FREE_BYTES_MIN) {
        put("disk".to_owned(), "ui-alarm-disk", &[("free", &(free >> 20).to_string())]);
    }
    states
}

/// Groups of the directory that get nothing any more.
fn groups(catalog: &Arc<Catalog>, settings: &[ChatSettings], moves: &[Move]) -> BTreeMap<String, String> {
    let residents = Residents(Arc::new(Board::new(Snapshot::new(catalog.clone()))));
    let gone = settings.iter().filter(|settings| settings.gone_at.is_some());
    let told = gone.filter_map(|settings| {
        let group = bot::group(&residents, moves, &settings.address, None)?;
        let name = catalog.chats.get(&group.id).and_then(|chat| chat.name.values().next().cloned());
        let name = name.unwrap_or_else(|| group.id.to_string());
        Some((format!("group.{}", group.id), word(LANGUAGE, "ui-alarm-group", &[("group", &name)])))
    });
    told.collect()
}

/// Groups that wait for the county's yes.
fn requests(open: &[ChatRequest]) -> BTreeMap<String, (u64, String)> {
    let told = open.iter().map(|request| {
        let number = request.number.to_string();
        // Strangers wrote the title: it is shown on one line, and cut.
        let title: String = request.title.chars().filter(|c| !c.is_control()).take(TITLE_CHARS_MAX).collect();
        let line = word(LANGUAGE, "ui-alarm-request", &[("number", &number), ("group", &title)]);
        (format!("request.{number}"), (1, line))
    });
    told.collect()
}

/// What a person was to post by hand and nobody said was done. An alarm that was such a task is told no further.
fn tasks(left: &[Call]) -> BTreeMap<String, (u64, String)> {
    let told = left.iter().filter(|call| !call.id.post.starts_with(ALARM)).map(|call| {
        let person = call.address["person"].as_str().unwrap_or_default();
        let line = word(
            LANGUAGE,
            "ui-alarm-task",
            &[("person", person), ("group", call.chat.as_str()), ("post", &call.id.post)],
        );
        (format!("task.{}", call.id.post), (1, line))
    });
    told.collect()
}

fn title(catalog: &Catalog, broadcast: &Id) -> String {
    catalog.broadcasts.get(broadcast).map_or(broadcast.to_string(), |found| found.title.clone())
}

fn clock(catalog: &Catalog, at: Timestamp) -> String {
    at.with_timezone(&catalog.county.zone).format("%m-%d %H:%M").to_string()
}

/// How many villages, and the names of the first.
fn shown(mut names: Vec<String>) -> (u64, String) {
    let count = names.len() as u64;
    names.truncate(NAMES_MAX);
    (count, names.join("、"))
}

/// Airings that ended badly, one event for all stations of one instant and reason.
fn events(catalog: &Catalog, ended: &[AiringRow]) -> BTreeMap<String, (u64, String)> {
    let mut grouped: BTreeMap<String, (&AiringRow, Vec<String>)> = BTreeMap::new();
    for row in ended {
        let Some(outcome) = row.outcome.filter(|outcome| !is_wanted(outcome.reason())) else { continue };
        let key = format!("{}.{}.{outcome}", row.id.broadcast, instant_text(row.id.instant));
        let names = &mut grouped.entry(key).or_insert((row, Vec::new())).1;
        names.push(name(catalog, &row.id.station));
    }
    let line = |(row, names): (&AiringRow, Vec<String>)| {
        let outcome = row.outcome.expect("only those with an outcome are grouped");
        let (title, at) = (title(catalog, &row.id.broadcast), clock(catalog, row.at));
        let reason = outcome.reason().map(|reason| reason.to_string()).unwrap_or_default();
        let (count, shown) = shown(names);
        let arguments = [
            ("outcome", outcome.word()),
            ("title", &title),
            ("at", &at),
            ("count", &count.to_string()),
            ("names", &shown),
            ("reason", &reason),
        ];
        (count, word(LANGUAGE, "ui-alarm-airing", &arguments))
    };
    grouped.into_iter().map(|(key, found)| (key, line(found))).collect()
}

/// What a person asked for, or what goes first by rule, is no alarm.
fn is_wanted(reason: Option<Reason>) -> bool {
    use Reason::{Cancelled, PreEmpted, Silenced, Skipped, Unlisted};
    reason.is_some_and(|reason| [Cancelled, PreEmpted, Silenced, Skipped, Unlisted].contains(&reason))
}

fn name(catalog: &Catalog, station: &Id) -> String {
    let language: Tag = LANGUAGE.parse().expect("it is a tag");
    let name = catalog.stations.get(station).and_then(|station| station.name.get(&language).cloned());
    name.unwrap_or_else(|| station.to_string())
}

fn post(catalog: &Catalog, chat: &Id, lines: &[String], now: Timestamp) -> Post {
    let at = now.with_timezone(&catalog.county.zone).format("%Y-%m-%d %H:%M").to_string();
    let mut text = Vec::new();
    if catalog.county.sample {
        text.push(word(LANGUAGE, "ui-sample-banner", &[]));
    }
    text.push(word(LANGUAGE, "ui-alarm-head", &[("at", &at)]));
    text.extend(lines.iter().cloned());
    let language = LANGUAGE.parse().expect("it is a tag");
    Post {
        broadcast: ALARM.parse().expect("it is an id"),
        occasion: instant_text(now),
        chat: chat.clone(),
        class: Class::Daily,
        level: None,
        notice: None,
        due: now,
        expires: now + EXPIRES_AFTER,
        parts: vec![PostPart::Text { language, text: text.join("\n") }],
        order: None,
    }
}

fn free_bytes(data: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(data).ok()?;
    Some(found.f_bavail * found.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{self, files::Files, load::Texts};

    #[test]
    fn every_state_has_its_line() {
        let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
        let catalog = catalog::load(&files, &Texts::new()).catalog.unwrap();
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let snapshot = SnapshotFacts {
            catalog: Arc::new(catalog),
            hold: Some("restored".to_owned()),
            key_expires: Some(now + TimeDelta::days(29)),
            approvers: [
                ("tashi".to_owned(), now + TimeDelta::days(20)),
                ("lhamo".to_owned(), now + TimeDelta::days(40)),
            ]
            .into(),
            certificate: Some(Ok(now + TimeDelta::days(20))),
            copied: ["benzilan-xiashe".parse().unwrap()].into(),
            faults: Some((2, "a.toml:1: wrong".to_owned())),
        };
        let stations = StationFaults {
            devices: vec![("benzilan-xiashe".parse().unwrap(), "unplugged".to_owned())],
            journal: Some("full".to_owned()),
        };
        let found = states(&snapshot, stations, vec!["telegram: 401".to_owned()], Some(1 << 20), now);
        let keys: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "approver.tashi",
                "certificate",
                "channel.telegram",
                "content",
                "copied.benzilan-xiashe",
                "device.benzilan-xiashe",
                "disk",
                "hold",
                "journal",
                "key"
            ]
        );
        assert!(found["approver.tashi"].starts_with("审批人tashi的密钥将于2027-02-04到期"), "{found:?}");
        assert!(found["certificate"].contains("2027-02-04"), "{found:?}");
        assert_eq!(found["device.benzilan-xiashe"], "广播点下社没有声音设备：unplugged");
        assert!(found["copied.benzilan-xiashe"].starts_with("广播点下社有两台机器用同一把密钥"), "{found:?}");
        assert_eq!(found["key"], "签名密钥将于2027-02-13到期，请把根密钥放回原处后重启");
        assert_eq!(found["disk"], "磁盘快满了，只剩1 MiB");
        let gone = SnapshotFacts { certificate: Some(Err("it is gone".to_owned())), ..snapshot };
        let found = states(&gone, StationFaults::default(), vec![], None, now);
        assert!(found["certificate-fault"].contains("it is gone"), "{found:?}");
        let well = SnapshotFacts {
            hold: None,
            key_expires: Some(now + TimeDelta::days(31)),
            approvers: [("lhamo".to_owned(), now + TimeDelta::days(40))].into(),
            certificate: Some(Ok(now + TimeDelta::days(22))),
            copied: BTreeSet::new(),
            faults: None,
            ..gone
        };
        assert_eq!(states(&well, StationFaults::default(), vec![], Some(1 << 40), now), BTreeMap::new());
    }
}
