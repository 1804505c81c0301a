//! Keeps time and drops the sound: for a station that only rehearses, and for measuring.

use super::{LATE_MAX, Options, Paced, Sink, SinkFault};
use crate::rundown::AiringId;

struct Null;

pub fn build(options: &Options) -> Option<Paced> {
    matches!(options, Options::Null).then(|| Paced { sink: Box::new(Null), fed_when_idle: false, late_max: LATE_MAX })
}

impl Sink for Null {
    fn open(&mut self) -> Result<(), SinkFault> {
        Ok(())
    }

    fn mark(&mut self, _: Option<&AiringId>) -> Result<(), SinkFault> {
        Ok(())
    }

    fn write(&mut self, _: &[f32]) -> Result<(), SinkFault> {
        Ok(())
    }

    fn close(&mut self) {}
}
