//! Runs the commands that switch an amplifier on and off. No shell; never waited for on the scheduling thread.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A switch that takes longer hangs: the airing goes on without it and says so.
const RUN_MAX: Duration = Duration::from_secs(10);
/// How often a running switch is looked at.
pub(super) const LOOK_EVERY: chrono::TimeDelta = chrono::TimeDelta::milliseconds(50);

/// A command that was started.
pub(super) struct Switch {
    child: Result<Child, String>,
    name: String,
    since: Duration,
}

impl Switch {
    pub fn start(argv: &[String], now: Duration) -> Switch {
        let name = argv.first().cloned().unwrap_or_default();
        let child = Command::new(&name)
            .args(argv.get(1..).unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("the power command `{name}` does not start: {e}"));
        Switch { child, name, since: now }
    }

    /// None while it runs; then what went wrong, if anything did.
    pub fn look(&mut self, now: Duration) -> Option<Option<String>> {
        let child = match &mut self.child {
            Ok(child) => child,
            Err(said) => return Some(Some(said.clone())),
        };
        match child.try_wait() {
            Ok(Some(status)) if status.success() => Some(None),
            Ok(Some(status)) => Some(Some(format!("the power command `{}` failed: {status}", self.name))),
            Ok(None) if now.saturating_sub(self.since) < RUN_MAX => None,
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                Some(Some(format!("the power command `{}` did not end within {} s", self.name, RUN_MAX.as_secs())))
            }
            Err(e) => Some(Some(format!("the power command `{}` cannot be watched: {e}", self.name))),
        }
    }
}
