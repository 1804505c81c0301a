//! Asks the county's time, and believes it only under a key for that.

use super::Station;
use super::county::County;
use super::errand::{ErrandFault, Link};
use crate::base::Timestamp;
use crate::link::wire::{self, NONCE_DIGITS, TIME_TYPE};
use crate::rundown::seal::{CLOCK_SKEW_MAX, Envelope, Use};

impl<C: County, S: Station> Link<C, S> {
    /// Asks the county's time.
    pub async fn ask_time(&self) -> Result<(), ErrandFault> {
        let nonce: String = rand::random::<[u8; NONCE_DIGITS / 2]>().iter().map(|byte| format!("{byte:02x}")).collect();
        let asked = self.clock.monotonic();
        let envelope = self.county.time(&nonce).await?;
        let answered = self.clock.monotonic();
        let at = self.time_of(&envelope, &nonce)?;
        let set = self.clock.set(at, asked, answered);
        // It may be in force and not kept, as on a full disk.
        self.station.clock_was_set();
        // What a wrong clock had left out may pass now.
        self.look();
        set.map_err(ErrandFault::Time)
    }

    /// The time an answer tells, where a key for it signed just this answer.
    fn time_of(&self, envelope: &Envelope, nonce: &str) -> Result<Timestamp, ErrandFault> {
        let bad = |what: &str| ErrandFault::Time(what.to_owned());
        if envelope.payload_type != TIME_TYPE {
            return Err(bad("it is sealed as something else"));
        }
        let time: wire::Time =
            serde_json::from_slice(&envelope.payload).map_err(|error| ErrandFault::Time(error.to_string()))?;
        if time.nonce != nonce {
            return Err(bad("it answers another question"));
        }
        let state = self.state();
        // The time of the answer itself: whoever asks has none.
        let mut keys = state.held.keys().keys.iter().filter(|key| {
            key.purpose == Use::Time
                && !key.revoked
                && key.not_before <= time.at + CLOCK_SKEW_MAX
                && time.at <= key.not_after
        });
        if keys.any(|key| envelope.is_signed_by(key)) {
            Ok(time.at)
        } else {
            Err(bad("no time key of the county signed it"))
        }
    }
}
