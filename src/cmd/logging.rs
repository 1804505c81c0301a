//! Log lines: text or JSON, on standard error, with the county's time where the clock is shifted.

use std::fmt;
use std::sync::{Arc, OnceLock};

use chrono::SecondsFormat;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::base::Clock;
use crate::base::clock::RealClock;
use crate::config::machine::LogFormat;

/// Begins logging. A `shifted` clock's lines are marked, each of them.
///
/// Errors: the filter is none.
pub fn begin(format: LogFormat, filter: &str, shifted: Option<Arc<dyn Clock>>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("[log] filter in config/machine.toml: {error}; write it as \"info\""))?;
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr())
        && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let is_shifted = shifted.is_some();
    let time = LineTime { clock: shifted.unwrap_or_else(|| Arc::new(RealClock::default())), is_shifted };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_timer(time)
        .with_target(false);
    match format {
        LogFormat::Text => lines.with_ansi(colour).init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

/// The county's zone, once it is known; the machine's until then.
static ZONE: OnceLock<chrono_tz::Tz> = OnceLock::new();

/// Writes the times of all further lines in the county's zone.
pub fn in_zone(zone: chrono_tz::Tz) {
    let _ = ZONE.set(zone);
}

struct LineTime {
    clock: Arc<dyn Clock>,
    is_shifted: bool,
}

impl FormatTime for LineTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let now = self.clock.now();
        let text = match ZONE.get() {
            Some(zone) => now.with_timezone(zone).to_rfc3339_opts(SecondsFormat::Millis, false),
            None => now.with_timezone(&chrono::Local).to_rfc3339_opts(SecondsFormat::Millis, false),
        };
        writer.write_str(&text)?;
        if self.is_shifted { writer.write_str(" SHIFTED") } else { Ok(()) }
    }
}
