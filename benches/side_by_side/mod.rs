//! Running contenders side by side: the same work, the same run, in turn.

use std::process::{Command, Stdio};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tempfile::TempDir;

const ROUNDS: usize = 7;

/// A program that does the work on a clip of so many seconds.
pub struct Contender {
    pub name: &'static str,
    command: Box<dyn Fn(u32) -> Command>,
}

impl Contender {
    pub fn new(name: &'static str, command: impl Fn(u32) -> Command + 'static) -> Contender {
        Contender { name, command: Box::new(command) }
    }
}

pub fn scratch() -> TempDir {
    tempfile::tempdir().expect("the temporary folder can be written")
}

/// This bench again, doing one contender's work.
pub fn me(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(args);
    command
}

pub fn tool(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// Speech at 48 kHz in a row of so many seconds, also left as `<seconds>.wav` in the folder.
pub fn speech(folder: &TempDir, seconds: u32) -> Vec<f32> {
    let text = "各位村民请注意，今天下午三点在村委会召开护林防火会议。气象台发布暴雨橙色预警，请大家不要在河边停留。";
    let at = |name: &str| folder.path().join(name);
    run(Command::new("espeak-ng").args(["-v", "cmn", "-s", "140", "-w"]).arg(at("spoken.wav")).arg(text));
    let repeat = (seconds / 5).to_string();
    run(Command::new("sox")
        .args(["-D", "-v", "0.8"])
        .arg(at("spoken.wav"))
        .args(["-r", "48000", "-b", "16", "-c", "1"])
        .arg(at(&format!("{seconds}.wav")))
        .args(["repeat", &repeat, "trim", "0", &seconds.to_string()]));
    let mut wav = hound::WavReader::open(at(&format!("{seconds}.wav"))).expect("sox wrote a wav");
    let samples: Vec<f32> = wav.samples::<i16>().map(|s| f32::from(s.expect("the wav is whole")) / 32_768.0).collect();
    assert_eq!(samples.len(), seconds as usize * 48_000, "the speech is long enough");
    samples
}

fn run(command: &mut Command) {
    let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let done = done.unwrap_or_else(|e| panic!("{command:?}: {e}; install ffmpeg opus-tools espeak-ng sox valgrind"));
    assert!(done.success(), "{command:?}");
}

/// Prints instructions per second of audio (if valgrind is there) and CPU ms for 60 s, each with its ratio to `limit`.
pub fn table(title: &str, contenders: &[Contender], limit: &str) {
    let counted: Vec<Option<f64>> = contenders.iter().map(million_instructions_per_s).collect();
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for (contender, times) in contenders.iter().zip(&mut times) {
            times.push(cpu_ms(&mut (contender.command)(60)));
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|t| median(t)).collect();
    let base = contenders.iter().position(|c| c.name == limit).expect("the limit is a contender");
    println!("\n{title}\n{:34}{:>16}{:>8}{:>18}{:>8}", "", "M instr/s audio", "ratio", "CPU ms per 60 s", "ratio");
    for (i, contender) in contenders.iter().enumerate() {
        let cells = match (counted[i], counted[base]) {
            (Some(count), Some(least)) => format!("{count:16.2}{:8.2}", count / least),
            _ => format!("{:>16}{:>8}", "-", "-"),
        };
        println!("{:34}{cells}{:18.1}{:8.2}", contender.name, medians[i], medians[i] / medians[base]);
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The difference of a minute and half a minute, so that starting up cancels out.
fn million_instructions_per_s(contender: &Contender) -> Option<f64> {
    let long = instructions(&(contender.command)(60))?;
    let short = instructions(&(contender.command)(30))?;
    Some((long - short) / 30.0 / 1e6)
}

fn instructions(command: &Command) -> Option<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(command.get_program()).args(command.get_args());
    let report = valgrind.stdin(Stdio::null()).output().ok()?;
    let report = String::from_utf8_lossy(&report.stderr).into_owned();
    let line = report.lines().find(|line| line.contains("I refs:") || line.contains("I   refs:"))?;
    line.rsplit_once(':')?.1.trim().replace(',', "").parse().ok()
}

/// User and system time of one run, from the kernel's account of the child.
fn cpu_ms(command: &mut Command) -> f64 {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}; install ffmpeg opus-tools espeak-ng sox"));
    let pid = Pid::from_child(&child);
    let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    // The account stays readable until the child is reaped.
    let account = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    let fields: Vec<&str> = account.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    let done = child.wait().expect("the child was spawned");
    assert!(done.success(), "{command:?}");
    // In hundredths of a second, utime and stime are the 14th and 15th fields (proc_pid_stat(5)).
    (ticks(11) + ticks(12)) * 10.0
}
