//! Decodes a foreign file in a child process, so that a crash, a bomb or a hang there harms nothing.
//!
//! The child is our own program with a hidden subcommand. It gets the open file as its standard input and nothing else, and
//! writes samples to its standard output.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getrlimit, kill_process, prlimit,
    set_parent_process_death_signal, setrlimit, waitid,
};

use super::LENGTH_MAX_MS;
use super::complete;
use super::fault::{ImportFault, Stop};
use super::foreign;
use super::pcm::Pcm;
use super::wire::{self, Sender};

/// What the child may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time on the wall, for a child that waits for ever.
    pub wall: Duration,
    /// Seconds of processor time. Ten minutes of the costliest kind take one here (measured), a few on a small board.
    pub cpu_s: u64,
    /// Memory of its own that it may write (RLIMIT_DATA; setrlimit(2)): how long the program's file is does not count. Ten
    /// minutes of every accepted kind decode within 16 MiB (measured); the rest is for cover pictures and the long tables
    /// of hour-long mp4 files.
    pub memory_bytes: u64,
    /// Ten minutes of 24-bit stereo at 96 kHz are 346 MB; twenty of ordinary wav fit too.
    pub file_bytes: u64,
    /// Sound that is taken from the child, in ms.
    pub length_ms: u64,
}

/// All that the child may map, its program and that one's libraries included: a backstop behind what it may write. A test
/// build alone takes 90 MB.
const ADDRESS_BYTES_MAX: u64 = 256 << 20;

/// For a person who waits at a terminal or a page.
pub const LIMITS: Limits = Limits {
    wall: Duration::from_secs(60),
    cpu_s: 30,
    memory_bytes: 96 << 20,
    file_bytes: 400 << 20,
    length_ms: LENGTH_MAX_MS,
};

impl Default for Limits {
    fn default() -> Limits {
        LIMITS
    }
}

/// Decodes `source` by running `exe args..`, which must call [`child_main`].
///
/// Errors: the file cannot be read, is of a kind that is not taken, does not decode whole, or goes beyond `limits`.
pub fn decode_in_child(exe: &Path, args: &[&str], source: &Path, limits: &Limits) -> Result<Pcm, ImportFault> {
    let mut file = File::open(source)?;
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(ImportFault::NotAudio);
    }
    if facts.len() > limits.file_bytes {
        return Err(ImportFault::FileTooLarge { bytes: facts.len(), max: limits.file_bytes });
    }
    // Only the magic number is looked at here, so that a refusal costs no process.
    let mut magic = Vec::new();
    Read::by_ref(&mut file).take(complete::MAGIC_BYTES).read_to_end(&mut magic)?;
    complete::sniff(&magic)?;
    std::io::Seek::rewind(&mut file)?;

    let mut child = Command::new(exe)
        .args(args)
        .env_clear()
        .current_dir("/")
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(ImportFault::Start)?;
    let (received, status) = supervise(&mut child, limits)?;
    match received {
        Ok(Some(pcm)) if status.success() => Ok(pcm),
        Ok(_) => Err(ImportFault::Stopped(reason(status))),
        Err(fault) => Err(fault),
    }
}

type Received = Result<Option<Pcm>, ImportFault>;

/// Takes what the child says, kills it when its time is up or it says too much, and waits for its end.
fn supervise(child: &mut Child, limits: &Limits) -> Result<(Received, ExitStatus), ImportFault> {
    let pid = Pid::from_child(child);
    // The child sets these itself, first of all; from here they hold even if it does not.
    let bounds =
        [(Resource::Cpu, limits.cpu_s), (Resource::Data, limits.memory_bytes), (Resource::As, ADDRESS_BYTES_MAX)];
    for (resource, bound) in bounds {
        let _ = prlimit(Some(pid), resource, rlimit(resource, bound));
    }
    let out = child.stdout.take().expect("its standard output is a pipe");
    let (over, watched) = channel::<()>();
    let received = std::thread::scope(|scope| {
        let wall = limits.wall;
        scope.spawn(move || {
            if watched.recv_timeout(wall) == Err(RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        let received = wire::receive(&mut BufReader::with_capacity(1 << 16, out), limits.length_ms);
        if received.is_err() {
            let _ = kill_process(pid, Signal::KILL);
        }
        // The child stays unreaped until the watch is over, so that its number cannot pass to another process.
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        drop(over);
        received
    });
    Ok((received, child.wait()?))
}

fn reason(status: ExitStatus) -> Stop {
    match status.signal() {
        Some(n) if n == Signal::KILL.as_raw() => Stop::Time,
        Some(n) if n == Signal::XCPU.as_raw() => Stop::Cpu,
        Some(n) if n == Signal::ABORT.as_raw() || n == Signal::SEGV.as_raw() => Stop::Memory,
        _ => Stop::Crash,
    }
}

/// What the hidden subcommand runs: bounds itself, decodes `source`, answers on `to`. Gives the exit status.
pub fn child_main(source: File, to: impl Write) -> i32 {
    if confine().is_err() {
        return 2;
    }
    let mut sender = Sender::new(BufWriter::with_capacity(1 << 16, to));
    match foreign::decode(source, &mut sender).and_then(|verdict| sender.end(&verdict)) {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

/// No more memory and time than [`LIMITS`], no file ever grows, no core is dumped, no privilege is gained, and the child
/// dies with its parent.
fn confine() -> rustix::io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    let bounds = [
        (Resource::Data, LIMITS.memory_bytes),
        (Resource::As, ADDRESS_BYTES_MAX),
        (Resource::Cpu, LIMITS.cpu_s),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, bound) in bounds {
        // A bound that the parent already set lower stays.
        let bound = getrlimit(resource).current.map_or(bound, |now| now.min(bound));
        setrlimit(resource, rlimit(resource, bound))?;
    }
    Ok(())
}

/// A bound that cannot be raised again. At the soft one for processor time the kernel says why it kills, at the hard one,
/// a second later, it does not.
fn rlimit(resource: Resource, bound: u64) -> Rlimit {
    let grace_s = u64::from(resource == Resource::Cpu);
    Rlimit { current: Some(bound), maximum: Some(bound + grace_s) }
}
