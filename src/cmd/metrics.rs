//! What Prometheus reads.

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::base::Timestamp;
use crate::cmd::status::Boxes;
use crate::county::snapshot::Snapshot;
use crate::outbox::Counts;
use crate::station::{DeviceState, Status};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Of {
    station: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    outcome: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKey {
    key: String,
    used_for: String,
    person: String,
}

/// Every metric, in the OpenMetrics text format.
pub fn text(
    snapshot: &Snapshot,
    (stations, boxes): (&[Status], &Boxes),
    posts: Counts,
    now: Timestamp,
    is_shifted: bool,
) -> String {
    let mut registry = Registry::with_prefix("cunxiang");
    let mut put = |name: &str, help: &str, value: i64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    put("sample", "1 for a sample county", i64::from(snapshot.catalog.county.sample));
    put("clock_shifted", "1 when the clock was shifted by --clock", i64::from(is_shifted));
    put("clock_seconds", "the county's clock, seconds since 1970 UTC", now.timestamp());
    put("hold", "1 while the county is in HOLD", i64::from(snapshot.hold.is_some()));
    let errors = snapshot.problems.iter().filter(|problem| problem.is_error()).count();
    put("content_faults", "faults of content and plan that hold something back", errors as i64);
    put("broadcasts", "broadcasts without faults", snapshot.catalog.broadcasts.len() as i64);
    if let Some(expires) = snapshot.key_expires {
        put("key_expires_seconds", "when the rundown key ends, seconds since 1970 UTC", expires.timestamp());
    }
    if let Some(Ok(ends)) = &snapshot.certificate {
        put("certificate_days_left", "days until the link's certificate ends", (*ends - now).num_days());
    }
    if let Some(served) = boxes.served {
        put("link_up", "1 while village boxes are served, 0 while the certificate cannot be used", i64::from(served));
    }
    put("boxes_confirmed", "village boxes that are confirmed", boxes.confirmed as i64);
    put("boxes_pending", "village boxes that wait for a person to confirm them", boxes.pending as i64);
    put("boxes_silent", "stations whose village box has not been heard for 10 minutes", boxes.silent.len() as i64);
    put("posts_delivered", "calls delivered since the start", number(posts.delivered));
    put("posts_handed", "calls that became tasks of people since the start", number(posts.handed));
    put("posts_refused", "calls refused since the start", number(posts.refused));
    put("posts_unknown", "calls of which nobody knows whether they arrived, since the start", number(posts.unknown));
    put("posts_expired", "calls expired since the start", number(posts.expired));
    put(
        "posts_unsettled",
        "calls that may or may not have arrived, and nobody has said which",
        number(posts.unsettled),
    );
    put("posts_digested", "posts that went out in a digest, since the start", number(posts.digested));
    put("posts_in_flight", "calls on their way now", number(posts.in_flight));

    let keys: Family<OfKey, Gauge> = Family::default();
    for key in snapshot.keys.iter().flat_map(|keys| &keys.keys).filter(|key| !key.revoked) {
        let used_for = format!("{:?}", key.purpose).to_lowercase();
        let person = key.person.clone().unwrap_or_default();
        keys.get_or_create(&OfKey { key: key.id.to_string(), used_for, person }).set(key.not_after.timestamp());
    }
    registry.register("key_ends_seconds", "when each key that is not revoked ends, seconds since 1970 UTC", keys);
    let ended: Family<Ended, Gauge> = Family::default();
    for (outcome, count) in &snapshot.outcomes {
        ended.get_or_create(&Ended { outcome: (*outcome).to_owned() }).set(number(*count));
    }
    registry.register("airings_ended", "airings ended since the start, by outcome", ended);
    type PerStation = Family<Of, Gauge>;
    let (open, sounding, starved, refused) =
        (PerStation::default(), PerStation::default(), PerStation::default(), PerStation::default());
    for status in stations {
        let of = Of { station: status.station.to_string() };
        open.get_or_create(&of).set(i64::from(status.device == DeviceState::Open));
        sounding.get_or_create(&of).set(i64::from(status.sounding.is_some()));
        starved.get_or_create(&of).set(number(status.starved_frames));
        refused.get_or_create(&of).set(i64::from(status.refusal.is_some()));
    }
    registry.register("device_open", "1 while the sound device is open", open);
    registry.register("sounding", "1 while an airing sounds", sounding);
    registry.register("starved_frames", "frames of silence that stood in for sound, since the start", starved);
    registry.register("rundown_refused", "1 when the last rundown offered was refused", refused);
    let mut out = String::new();
    text::encode(&mut out, &registry).expect("a String takes any text");
    out
}
