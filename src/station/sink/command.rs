//! A program that reads samples from its standard input: mono, 48 kHz, signed 16 bit, little-endian.

use std::io;
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use chrono::TimeDelta;

use super::{LATE_MAX, Options, Paced, Sink, SinkFault, to_i16};
use crate::base::Clock;
use crate::base::clock::{Alarm, RealClock};
use crate::rundown::AiringId;
use crate::rundown::programme::FRAMES_PER_SECOND;

/// Samples kept for a program that is slow to read: more than any player buffers, and past it the program hangs.
const BEHIND_BYTES_MAX: usize = 2 * 2 * FRAMES_PER_SECOND as usize;
/// How long a program may take to end after its input did.
const END_WAIT: TimeDelta = TimeDelta::seconds(3);
/// How often it is looked at meanwhile.
const END_LOOK: TimeDelta = TimeDelta::milliseconds(100);

struct Program {
    argv: Vec<String>,
    running: Option<(Child, ChildStdin)>,
    /// What the pipe did not take yet.
    behind: Vec<u8>,
}

pub fn build(options: &Options) -> Option<Paced> {
    let Options::Command { argv } = options else { return None };
    Some(Paced {
        sink: Box::new(Program { argv: argv.clone(), running: None, behind: vec![] }),
        fed_when_idle: true,
        late_max: LATE_MAX,
    })
}

impl Program {
    fn fault(&self, what: impl std::fmt::Display) -> SinkFault {
        let name = self.argv.first().map_or("(none)", String::as_str);
        SinkFault(format!("the sound program `{name}` {what}; run it by hand to see what it says"))
    }
}

impl Sink for Program {
    fn open(&mut self) -> Result<(), SinkFault> {
        let Some((program, arguments)) = self.argv.split_first() else {
            return Err(SinkFault("no sound program is named; write it as `argv = [\"program\", ...]`".to_owned()));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|e| self.fault(format_args!("does not start: {e}")))?;
        let stdin = child.stdin.take().expect("its standard input was asked for");
        let nonblocking = rustix::io::ioctl_fionbio(stdin.as_fd(), true);
        self.behind.clear();
        self.running = Some((child, stdin));
        nonblocking.map_err(|e| self.fault(e))
    }

    fn mark(&mut self, _: Option<&AiringId>) -> Result<(), SinkFault> {
        Ok(())
    }

    fn write(&mut self, samples: &[f32]) -> Result<(), SinkFault> {
        let Some((_, stdin)) = &self.running else { return Err(self.fault("is not running")) };
        self.behind.extend(samples.iter().flat_map(|sample| to_i16(*sample).to_le_bytes()));
        let mut done = 0;
        let result = loop {
            match rustix::io::write(stdin, &self.behind[done..]) {
                Ok(n) => done += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(rustix::io::Errno::AGAIN) => break Ok(()),
                Err(e) => break Err(io::Error::from(e)),
            }
            if done == self.behind.len() {
                break Ok(());
            }
        };
        self.behind.drain(..done);
        match result {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Err(self.fault("ended while it was needed")),
            Err(e) => Err(self.fault(e)),
            Ok(()) if self.behind.len() > BEHIND_BYTES_MAX => Err(self.fault("does not read its input any more")),
            Ok(()) => Ok(()),
        }
    }

    fn close(&mut self) {
        let Some((child, stdin)) = self.running.take() else { return };
        let behind = std::mem::take(&mut self.behind);
        let reap = move || end(child, stdin, &behind);
        // Waiting for it must not hold up the other loudspeakers.
        let _ = std::thread::Builder::new().name("sink-end".to_owned()).spawn(reap);
    }
}

/// Hands over what is left, then waits for the program to end, then ends it.
fn end(mut child: Child, stdin: ChildStdin, mut behind: &[u8]) {
    let clock = Arc::new(RealClock::default());
    let deadline = clock.monotonic() + END_WAIT.to_std().expect("the wait is positive");
    let alarm = Alarm::new();
    let mut stdin = Some(stdin);
    while clock.monotonic() < deadline {
        if let Some(pipe) = stdin.as_ref().filter(|_| !behind.is_empty()) {
            match rustix::io::write(pipe, behind) {
                Ok(n) => behind = &behind[n..],
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
                Err(_) => behind = &[],
            }
        }
        if behind.is_empty() {
            stdin = None;
        }
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        let Ok(alarm) = &alarm else { break };
        alarm.wait(&*clock, Some(clock.now() + END_LOOK));
    }
    let _ = child.kill();
    let _ = child.wait();
}
