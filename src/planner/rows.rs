//! A plan as rows for `plan` and `log`: one an airing, times with the county's offset.

use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde::Serialize;

use crate::base::{Id, Tag, Timestamp};

use crate::planner::plan::StationPlan;
use crate::rundown::{Airing, AiringId, Class, Level, Programme};

/// One airing, as `plan --format json` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub airing: AiringId,
    pub broadcast: Id,
    pub station: Id,
    /// When it is due, RFC 3339 with the county's offset.
    pub at: String,
    /// The last instant at which it may start.
    pub until: String,
    pub class: Class,
    pub level: Option<Level>,
    /// `airs`, or what will become of it: `waits`, `cut`, `missed`.
    pub state: &'static str,
    /// As they sound, in order.
    pub languages: Vec<Tag>,
    pub notice: Option<String>,
}

impl Row {
    pub fn of(airing: &Airing, programme: &Programme, state: &'static str, zone: Tz) -> Row {
        Row {
            airing: airing.id.clone(),
            broadcast: airing.id.broadcast.clone(),
            station: airing.id.station.clone(),
            at: local_time(airing.at, zone),
            until: local_time(airing.until(), zone),
            class: airing.class,
            level: airing.level,
            state,
            languages: programme.languages(),
            notice: programme.notice.clone(),
        }
    }
}

/// The rows of a station's airings due in `[from, until)`, in order.
pub fn rows(plan: &StationPlan, from: Timestamp, until: Timestamp, zone: Tz) -> Vec<Row> {
    let airings = plan.airings.iter().zip(plan.forecasts.iter());
    airings
        .filter(|(airing, _)| from <= airing.at && airing.at < until)
        .map(|(airing, forecast)| Row::of(airing, &plan.programmes[airing.programme as usize], forecast.word(), zone))
        .collect()
}

/// RFC 3339 with the offset of `zone`, to the second, or finer where it is not whole.
pub fn local_time(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}
