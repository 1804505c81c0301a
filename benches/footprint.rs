//! Time to ready, memory, wake-ups and processor time of the daemon with the sample county, idle and playing; beside MPD
//! idle in the same run where it is installed.
//!
//! Goals: the county daemon with the sample at most 40 MB; ready in at most a fifth of MPD's time.
#![allow(clippy::disallowed_methods)] // A benchmark reads the real clock.

use std::collections::BTreeMap;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
/// Idle, the daemon's threads wake each 30 s at the latest, and all at once: a shorter look sees none or all of that.
const IDLE_WATCHED: Duration = Duration::from_secs(60);
/// As long as the bulletin sounds.
const PLAY_WATCHED: Duration = Duration::from_secs(10);
const HOME: &str = env!("CARGO_MANIFEST_DIR");

struct Figures {
    ready_ms: Vec<f64>,
    idle_pss_mib: Vec<f64>,
    idle_wakes: Vec<f64>,
    idle_cpu_ms: Vec<f64>,
    play_pss_mib: Vec<f64>,
    play_cpu_ms: Vec<f64>,
}

fn main() {
    let folder = std::env::temp_dir().join(format!("cunxiang-footprint-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the measurement");
    let machine = folder.join("machine.toml");
    std::fs::write(
        &machine,
        "listen = \"127.0.0.1:18329\"\n[[loudspeaker]]\nstation = \"shengping-xiancheng\"\nsink = { kind = \"null\" }\n",
    )
    .expect("the machine's file");
    let mut figures = Figures {
        ready_ms: vec![],
        idle_pss_mib: vec![],
        idle_wakes: vec![],
        idle_cpu_ms: vec![],
        play_pss_mib: vec![],
        play_cpu_ms: vec![],
    };
    let mut mpd = Vec::new();
    for round in 0..ROUNDS {
        // 07:10: nothing sounds for 20 minutes. The data folder stays, so that later rounds start with a ledger.
        let (daemon, ready_ms) = start(&folder, &machine, "data", "2026-11-24T07:10:00+08:00", round);
        if round > 0 {
            figures.ready_ms.push(ready_ms);
        }
        std::thread::sleep(Duration::from_secs(3));
        let (wakes, cpu_ms) = watch(&daemon, IDLE_WATCHED);
        figures.idle_wakes.push(wakes);
        figures.idle_cpu_ms.push(cpu_ms);
        figures.idle_pss_mib.push(pss_mib(daemon.id()));
        stop(daemon);
        // 07:29:55: the bulletin sounds from 5 s on, for 39 s.
        let (daemon, _) = start(&folder, &machine, &format!("play-{round}"), "2026-11-24T07:29:55+08:00", round);
        std::thread::sleep(Duration::from_secs(8));
        let (_, cpu_ms) = watch(&daemon, PLAY_WATCHED);
        figures.play_cpu_ms.push(cpu_ms);
        figures.play_pss_mib.push(pss_mib(daemon.id()));
        stop(daemon);
        mpd.extend(start_mpd(&folder));
    }
    println!("the daemon with the sample county, {ROUNDS} rounds: median (min..max)");
    println!("ready               {} ms", row(&figures.ready_ms));
    println!("idle memory (PSS)   {} MiB", row(&figures.idle_pss_mib));
    println!("idle wake-ups       {} a second", row(&figures.idle_wakes));
    println!("idle processor      {} ms a second", row(&figures.idle_cpu_ms));
    println!("playing memory      {} MiB", row(&figures.play_pss_mib));
    println!("playing processor   {} ms a second", row(&figures.play_cpu_ms));
    let binary = std::fs::metadata(env!("CARGO_BIN_EXE_cunxiang")).map_or(0, |m| m.len());
    println!("binary              {:.1} MB", binary as f64 / 1e6);
    match mpd.is_empty() {
        true => println!("MPD: not measured (mpd is not installed)"),
        false => {
            let (ready, pss): (Vec<f64>, Vec<f64>) = mpd.into_iter().unzip();
            println!("MPD ready           {} ms", row(&ready));
            println!("MPD idle memory     {} MiB", row(&pss));
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// Starts the daemon and waits for its READY=1; the time from the start to it, in ms.
fn start(folder: &Path, machine: &Path, data: &str, clock: &str, round: usize) -> (Child, f64) {
    let socket = folder.join(format!("notify-{data}-{round}"));
    let _ = std::fs::remove_file(&socket);
    let notify = UnixDatagram::bind(&socket).expect("a notify socket");
    notify.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    let begun = Instant::now();
    let daemon = Command::new(env!("CARGO_BIN_EXE_cunxiang"))
        .args(["run", "--home", HOME, "--clock", clock, "--machine"])
        .arg(machine)
        .arg("--data")
        .arg(folder.join(data))
        .env("NOTIFY_SOCKET", &socket)
        .stderr(Stdio::null())
        .spawn()
        .expect("the daemon starts");
    let mut message = [0u8; 256];
    while !message.starts_with(b"READY=1") {
        notify.recv(&mut message).expect("the daemon says that it is ready");
    }
    (daemon, begun.elapsed().as_secs_f64() * 1000.0)
}

fn stop(mut daemon: Child) {
    let _ = Command::new("kill").arg(daemon.id().to_string()).status();
    let _ = daemon.wait();
}

/// Wake-ups a second (voluntary context switches of all threads) and processor time in ms a second.
fn watch(daemon: &Child, length: Duration) -> (f64, f64) {
    let before = threads(daemon.id());
    let begun = Instant::now();
    std::thread::sleep(length);
    let after = threads(daemon.id());
    let seconds = begun.elapsed().as_secs_f64();
    // Thread by thread: one that ended meanwhile takes its figures with it, one that is new brings all of them.
    let (mut wakes, mut ns) = (0, 0);
    for (thread, (wakes_after, ns_after)) in after {
        let (wakes_before, ns_before) = before.get(&thread).copied().unwrap_or((0, 0));
        wakes += wakes_after - wakes_before;
        ns += ns_after - ns_before;
    }
    assert!(wakes > 0 && ns > 0, "a daemon that does nothing at all for {seconds:.0} s is dead");
    (wakes as f64 / seconds, ns as f64 / 1e6 / seconds)
}

/// Voluntary context switches and nanoseconds on a processor so far, of each thread.
fn threads(pid: u32) -> BTreeMap<std::ffi::OsString, (u64, u64)> {
    let mut found = BTreeMap::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process lives").flatten() {
        let read = |name: &str| std::fs::read_to_string(task.path().join(name)).ok();
        // A thread that ends while it is read is left out. `schedstat` counts nanoseconds, where `stat` has hundredths of
        // a second: for an idle daemon that is nothing in a minute.
        let (Some(status), Some(schedstat)) = (read("status"), read("schedstat")) else { continue };
        let wakes = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")?.trim().parse().ok());
        let ns = schedstat.split(' ').next().and_then(|n| n.parse().ok());
        found.insert(task.file_name(), wakes.zip(ns).expect("the kernel counts switches and time of threads"));
    }
    found
}

fn pss_mib(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib =
        text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

/// MPD's time until it answers on its port, in ms, and its memory idle.
fn start_mpd(folder: &Path) -> Option<(f64, f64)> {
    let config: PathBuf = folder.join("mpd.conf");
    let path = folder.display();
    let text = format!(
        "music_directory \"{path}\"\ndb_file \"{path}/mpd.db\"\nlog_file \"{path}/mpd.log\"\nport \"16601\"\n\
         bind_to_address \"127.0.0.1\"\naudio_output {{\n type \"null\"\n name \"null\"\n}}\n"
    );
    std::fs::write(&config, text).ok()?;
    let begun = Instant::now();
    let mut mpd = Command::new("mpd").arg("--no-daemon").arg(&config).stderr(Stdio::null()).spawn().ok()?;
    let answers = |_: &u32| std::net::TcpStream::connect("127.0.0.1:16601").is_ok();
    let up = (0..2000u32).inspect(|_| std::thread::sleep(Duration::from_millis(1))).find(answers);
    let ready_ms = begun.elapsed().as_secs_f64() * 1000.0;
    std::thread::sleep(Duration::from_secs(1));
    let pss = pss_mib(mpd.id());
    let _ = Command::new("kill").arg(mpd.id().to_string()).status();
    let _ = mpd.wait();
    up.map(|_| (ready_ms, pss))
}

fn row(values: &[f64]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!("{:.2} ({:.2}..{:.2})", sorted[sorted.len() / 2], sorted[0], sorted[sorted.len() - 1])
}
