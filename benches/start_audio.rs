//! How far from its instant does an airing begin to sound? Goals P5-P7.
//!
//! The card is virtual and paced like a real one: PulseAudio's `module-pipe-sink` on the system clock, read by this
//! bench, which stamps the first loud sample. Ours is a station of its own process with the `sound-card` sink. Its peers
//! are warm players that get a perfect trigger, which is kinder than any scheduler: `mpg123 -R` (LOAD on its FIFO) and
//! MPD (`play` on its port). All in the same interleaved rounds; again beside four busy loops; ours again at 5 % of a
//! core and 32 MiB, where cgroups can be made (`-- ROUNDS small` does that alone, after two stations due together, P8).
//!
//! `cargo bench --bench start_audio [-- ROUNDS]`; some five minutes with five rounds. Needs pulseaudio,
//! libasound2-plugins and ffmpeg, and for the peers mpg123 and mpd.

mod village;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::clock::{RealClock, wake_exactly};
use cunxiang::base::{Clock, Timestamp};
use cunxiang::station::{self, Options, sink};
use village::{County, due_in, goal, loudspeaker, median, now, pause, sleep_until};

const RATE: i64 = 48_000;
/// Louder than this is sound: far above any dither.
const LOUD: i16 = 2_000;
/// Silence of this length makes what follows a new sound ...
const NEW_FRAMES: u64 = 2_400;
/// ... and of this length, inside a sound, is a gap that can be heard.
const GAP_FRAMES: u64 = 240;
/// Where a process may be held to a share of a core, and to so much memory (cgroup v1).
const CPU_GROUPS: &str = "/sys/fs/cgroup/cpu";
const MEMORY_GROUPS: &str = "/sys/fs/cgroup/memory";
const MEMORY_BYTES: &str = "33554432";
/// What each round plays, in seconds.
const CLIP_S: usize = 1;

/// A beginning that the card heard, and what followed.
#[derive(Debug, Clone, Copy)]
struct Sound {
    at: Timestamp,
    gaps: u32,
}

/// Reads what the card plays, for ever.
fn listen(card: &Path, sounds: &Mutex<Vec<Sound>>) {
    wake_exactly();
    // Opened for writing too, a FIFO never ends.
    let mut card = std::fs::File::options().read(true).write(true).open(card).expect("the card's FIFO is there");
    let mut bytes = vec![0u8; 1 << 17];
    let (mut kept, mut silent) = (0, u64::MAX / 2);
    let mut last = now();
    loop {
        let Ok(got) = card.read(&mut bytes[kept..]) else { return };
        let at = now();
        if at - last > TimeDelta::milliseconds(100) {
            silent = silent.max(NEW_FRAMES);
        }
        last = at;
        let whole = (kept + got) / 4 * 4;
        for (i, frame) in bytes[..whole].chunks_exact(4).enumerate() {
            if i16::from_le_bytes([frame[0], frame[1]]).unsigned_abs() <= LOUD.unsigned_abs() {
                silent += 1;
                continue;
            }
            let mut sounds = sounds.lock().expect("no holder panics");
            if silent >= NEW_FRAMES {
                // A card plays a block from when it is taken: its sample i is heard i frames later.
                let at = at + TimeDelta::nanoseconds(i as i64 * 1_000_000_000 / RATE);
                sounds.push(Sound { at, gaps: 0 });
            } else if let Some(sound) = sounds.last_mut().filter(|_| silent >= GAP_FRAMES) {
                sound.gaps += 1;
            }
            silent = 0;
        }
        bytes.copy_within(whole..kept + got, 0);
        kept = kept + got - whole;
    }
}

/// A program that ends with its handle.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // mpg123 in remote mode listens to no gentler signal.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn(folder: &Path, command: &mut Command) -> Option<Program> {
    let command = command.env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
    let command = command.env("ALSA_CONFIG_PATH", folder.join("asound.conf"));
    if !command.get_envs().any(|(name, _)| name == "PULSE_SINK") {
        command.env("PULSE_SINK", "card");
    }
    command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().ok().map(Program)
}

fn mkfifo(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let _ = std::fs::remove_file(path);
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a FIFO can be made");
}

/// The virtual card and everything that plays to it.
struct Stage {
    folder: PathBuf,
    sounds: Arc<Mutex<Vec<Sound>>>,
    /// What a second card plays.
    others: Arc<Mutex<Vec<Sound>>>,
    mpd_port: u16,
    mpd: Option<Program>,
    _server: Program,
}

impl Stage {
    fn new(folder: &Path) -> Stage {
        let card = folder.join("card.fifo");
        let socket = folder.join("pulse.sock");
        let alsa = std::fs::read_to_string("/usr/share/alsa/alsa.conf").expect("ALSA's configuration is installed");
        let text = format!("{alsa}\npcm.!default {{ type pulse server \"unix:{}\" }}\n", socket.display());
        std::fs::write(folder.join("asound.conf"), text).expect("the folder can be written");
        let native = format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display());
        let other = folder.join("other.fifo");
        let [pipe, other_pipe] = [("card", &card), ("other", &other)].map(|(name, file)| {
            let file = file.display();
            format!(
                "module-pipe-sink sink_name={name} file={file} rate=48000 channels=2 format=s16le \
                 use_system_clock_for_timing=yes"
            )
        });
        let mut server = Command::new("pulseaudio");
        server.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=1", "--realtime=no"]);
        server
            .args(["--high-priority=no", "--use-pid-file=no", "-L", &native, "-L", &pipe, "-L", &other_pipe])
            .stdout(Stdio::null());
        let server = spawn(folder, &mut server).expect("pulseaudio is installed");
        for _ in 0..100 {
            if other.exists() && socket.exists() {
                break;
            }
            pause(50);
        }
        let sounds = Arc::new(Mutex::new(vec![]));
        let others = Arc::new(Mutex::new(vec![]));
        for (card, into) in [(card, sounds.clone()), (other, others.clone())] {
            std::thread::spawn(move || listen(&card, &into));
        }
        let mpd_port =
            TcpListener::bind("127.0.0.1:0").expect("loopback works").local_addr().expect("it is bound").port();
        let mut stage = Stage { folder: folder.to_owned(), sounds, others, mpd_port, mpd: None, _server: server };
        stage.mpd = stage.start_mpd();
        stage
    }

    /// Runs one contender; says how late its first loud sample was, in ms, and how many gaps followed.
    fn round(&self, due: Timestamp, play: impl FnOnce()) -> Option<(f64, u32)> {
        self.sounds.lock().expect("no holder panics").clear();
        play();
        sleep_until(due + TimeDelta::milliseconds(CLIP_S as i64 * 1000 + 500));
        // What sounded long before was to open the card.
        let sounds = self.sounds.lock().expect("no holder panics");
        let sound = *sounds.iter().find(|sound| sound.at > due - TimeDelta::seconds(1))?;
        Some(((sound.at - due).num_microseconds()? as f64 / 1e3, sound.gaps))
    }

    /// `mode` is `planned` or `unplanned`.
    fn ours(&self, mode: &str, groups: &[PathBuf]) -> Option<(f64, u32)> {
        // The card is opened 5 s ahead; a throttled process needs its time to begin.
        let due = due_in(TimeDelta::seconds(if groups.is_empty() { 6 } else { 10 }));
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.args([mode, &due.timestamp().to_string()]).stdout(Stdio::piped());
        let mut child = None;
        let measured = self.round(due, || {
            child = spawn(&self.folder, &mut command);
            for group in groups {
                let Some(Program(child)) = &child else { continue };
                std::fs::write(group.join("cgroup.procs"), child.id().to_string()).expect("the group takes processes");
            }
        });
        let said = said(child?)?;
        if !said.starts_with("played starved 0") {
            println!("  ours ended otherwise: {}", said.trim());
        }
        measured
    }

    /// Two stations, each a process with a card of its own, that are due together: how far apart they begin, in ms.
    fn together(&self) -> Option<f64> {
        let due = due_in(TimeDelta::seconds(6));
        self.others.lock().expect("no holder panics").clear();
        let start = |card: &str| {
            let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
            command.args(["planned", &due.timestamp().to_string()]).env("PULSE_SINK", card).stdout(Stdio::piped());
            spawn(&self.folder, &mut command)
        };
        let mut two = Vec::new();
        let one = self.round(due, || two.extend([start("card"), start("other")]));
        let said: Vec<String> = two.into_iter().flatten().filter_map(said).collect();
        if one.is_none() || said.iter().any(|said| !said.starts_with("played starved 0")) {
            println!("  the two ended otherwise: {said:?}");
        }
        let (one, _) = one?;
        let others = self.others.lock().expect("no holder panics");
        let other = others.iter().find(|sound| sound.at > due - TimeDelta::seconds(1))?;
        let apart = one - (other.at - due).num_microseconds()? as f64 / 1e3;
        drop(others);
        pause(500);
        Some(apart.abs())
    }

    fn mpg123(&self) -> Option<(f64, u32)> {
        let fifo = self.folder.join("mpg.fifo");
        mkfifo(&fifo);
        let mut command = Command::new("mpg123");
        command.args(["-q", "-R", "-o", "alsa", "-a", "default", "--fifo"]).arg(&fifo).stdout(Stdio::null());
        let player = spawn(&self.folder, &mut command)?;
        pause(600);
        let mut orders = std::fs::File::options().read(true).write(true).open(&fifo).ok()?;
        let due = due_in(TimeDelta::milliseconds(300));
        let load = format!("LOAD {}\n", self.folder.join("click.mp3").display());
        let measured = self.round(due, || {
            sleep_until(due);
            let _ = orders.write_all(load.as_bytes());
        });
        drop(player);
        pause(300);
        measured
    }

    fn start_mpd(&self) -> Option<Program> {
        let at = self.folder.display();
        let text = format!(
            "music_directory \"{at}\"\nplaylist_directory \"{at}\"\ndb_file \"{at}/mpd.db\"\nlog_file \"{at}/mpd.log\"\n\
             port \"{}\"\nbind_to_address \"127.0.0.1\"\n\
             audio_output {{\n type \"alsa\"\n name \"card\"\n device \"default\"\n mixer_type \"none\"\n}}\n",
            self.mpd_port
        );
        let config = self.folder.join("mpd.conf");
        std::fs::write(&config, text).ok()?;
        let mpd = spawn(&self.folder, Command::new("mpd").arg("--no-daemon").arg(config).stdout(Stdio::null()))?;
        (0..100).find_map(|_| {
            pause(50);
            self.mpd_says("update").ok()
        })?;
        (0..100).find_map(|_| {
            pause(50);
            self.mpd_says("clear\nadd click.mp3").ok()
        })?;
        Some(mpd)
    }

    /// A connection after these orders were obeyed.
    fn mpd_says(&self, orders: &str) -> std::io::Result<TcpStream> {
        let mut mpd = TcpStream::connect(("127.0.0.1", self.mpd_port))?;
        mpd.set_read_timeout(Some(Duration::from_secs(5)))?;
        mpd.set_nodelay(true)?;
        mpd.write_all(format!("command_list_begin\n{orders}\ncommand_list_end\n").as_bytes())?;
        let mut said = String::new();
        let mut bytes = [0u8; 512];
        while !said.ends_with("\nOK\n") || said.lines().count() < 2 {
            let got = mpd.read(&mut bytes)?;
            said.push_str(&String::from_utf8_lossy(&bytes[..got]));
            if got == 0 || said.contains("ACK ") {
                return Err(std::io::Error::other(said));
            }
        }
        Ok(mpd)
    }

    fn mpd(&self) -> Option<(f64, u32)> {
        self.mpd.as_ref()?;
        let mut mpd = self.mpd_says("stop").ok()?;
        pause(600);
        let due = due_in(TimeDelta::milliseconds(300));
        self.round(due, || {
            sleep_until(due);
            let _ = mpd.write_all(b"play\n");
        })
    }
}

/// Lateness of each round, and all gaps.
#[derive(Default)]
struct Row {
    late_ms: Vec<f64>,
    gaps: u32,
    silent: u32,
}

impl Row {
    fn note(&mut self, measured: Option<(f64, u32)>) {
        match measured {
            Some((late_ms, gaps)) => {
                self.late_ms.push(late_ms);
                self.gaps += gaps;
            }
            None => self.silent += 1,
        }
    }

    /// Median distance from the instant, early or late.
    fn off(&self) -> f64 {
        median(&self.late_ms.iter().map(|ms| ms.abs()).collect::<Vec<_>>())
    }

    fn print(&self, name: &str, ours: f64) {
        if self.late_ms.is_empty() {
            return println!("  {name:18} not measured: no sound came");
        }
        let low = self.late_ms.iter().copied().fold(f64::NAN, f64::min);
        let high = self.late_ms.iter().copied().fold(f64::NAN, f64::max);
        println!(
            "  {name:18} median |error| {:8.2}  from {low:8.2} to {high:8.2}  ours/this {:.4}  gaps {}  silent rounds {}",
            self.off(),
            ours / self.off(),
            self.gaps,
            self.silent,
        );
    }
}

fn compare(stage: &Stage, title: &str, round_count: usize) -> f64 {
    let mut rows: [Row; 4] = Default::default();
    for _ in 0..round_count {
        rows[0].note(stage.ours("planned", &[]));
        rows[1].note(stage.mpg123());
        rows[2].note(stage.mpd());
        rows[3].note(stage.ours("unplanned", &[]));
    }
    println!("\n{title}: first loud sample less the instant, in ms, {round_count} rounds");
    let ours = rows[0].off();
    for (row, name) in rows.iter().zip(["ours, planned", "mpg123 -R", "MPD", "ours, unplanned"]) {
        row.print(name, ours);
    }
    goal("P5, error over the best warm player's", ours / rows[1].off().min(rows[2].off()), 0.1);
    goal("P7, unplanned over mpg123 -R", rows[3].off() / rows[1].off(), 1.25);
    ours
}

/// The station alone: airs a click on the default device and says how it ended. Unplanned, it gets the sealed rundown at
/// the very instant, on a card that an airing shortly before has opened.
fn station_alone(due: i64, unplanned: bool) {
    let due = Timestamp::from_timestamp(due, 0).expect("a time soon");
    let county = County::new();
    let part = county.part(&click());
    let loudspeakers = vec![loudspeaker("a", sink::Options::SoundCard { device: "default".to_owned() })];
    let options = Options { journal: county.folder.path().join("journal"), loudspeakers, remote: false };
    let clock: Arc<dyn Clock> = Arc::new(RealClock::default());
    let (store, trust) = (county.store.clone(), county.trust());
    let running = station::start(options, clock, store, trust, Box::new(|| {})).expect("it starts");
    let rundown = county.sealed("a", 2, due, &part);
    if unplanned {
        let before = county.part(&click()[..RATE as usize / 10]);
        running.offer(vec![county.sealed("a", 1, due - TimeDelta::seconds(3), &before)]);
        sleep_until(due);
    }
    running.offer(vec![rundown]);
    let ended = || running.receipts().into_iter().find(|receipt| receipt.airing.instant == due);
    while ended().is_none() && now() < due + TimeDelta::seconds(20) {
        pause(100);
    }
    let outcome = ended().map_or("nothing".to_owned(), |receipt| receipt.outcome.to_string());
    let starved = running.status()[0].starved_frames;
    println!("{outcome} starved {starved} frames, device {:?}", running.status()[0].device);
    running.shutdown(Duration::from_secs(2));
}

/// A square wave: loud from its first sample.
fn click() -> Vec<f32> {
    (0..CLIP_S * RATE as usize).map(|i| if i / 24 % 2 == 0 { 0.4 } else { -0.4 }).collect()
}

fn write_click(folder: &Path) {
    let wav = folder.join("click.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&wav, spec).expect("the folder can be written");
    for sample in click() {
        for _ in 0..2 {
            writer.write_sample((sample * 32_767.0) as i16).expect("the folder can be written");
        }
    }
    writer.finalize().expect("the folder can be written");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-i"]).arg(&wav).args(["-b:a", "128k"]).arg(folder.join("click.mp3"));
    let done = ffmpeg.status().expect("ffmpeg is installed");
    assert!(done.success(), "ffmpeg writes an MP3");
}

/// Groups that hold their processes to 5 % of a core and to 32 MiB, if they can be made.
fn small_box() -> Option<Vec<PathBuf>> {
    let name = format!("cunxiang-bench-{}", std::process::id());
    let group = |of: &str, limits: &[(&str, &str)]| {
        let group = Path::new(of).join(&name);
        std::fs::create_dir(&group).ok()?;
        let held = limits.iter().try_for_each(|(limit, value)| std::fs::write(group.join(limit), value));
        if held.is_err() {
            let _ = std::fs::remove_dir(&group);
        }
        held.ok().map(|()| group)
    };
    let cpu = group(CPU_GROUPS, &[("cpu.cfs_period_us", "100000"), ("cpu.cfs_quota_us", "5000")])?;
    match group(MEMORY_GROUPS, &[("memory.limit_in_bytes", MEMORY_BYTES)]) {
        Some(memory) => Some(vec![cpu, memory]),
        None => {
            let _ = std::fs::remove_dir(&cpu);
            None
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [mode @ ("planned" | "unplanned"), due] => {
            return station_alone(due.parse().expect("seconds since 1970"), mode == "unplanned");
        }
        ["burn"] => loop {
            std::hint::spin_loop();
        },
        _ => {}
    }
    let round_count = args.iter().find_map(|a| a.parse().ok()).unwrap_or(5);
    let folder = tempfile::tempdir().expect("the temporary folder can be written");
    for (program, package) in [("pulseaudio", "pulseaudio libasound2-plugins"), ("ffmpeg", "ffmpeg")] {
        let found = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if found.is_err() {
            return println!("nothing is measured: `{program}` is missing; apt-get install {package}");
        }
    }
    wake_exactly();
    write_click(folder.path());
    let stage = Stage::new(folder.path());
    if stage.mpd.is_none() {
        println!("MPD is not measured: it is not installed or does not start");
    }
    if !args.iter().any(|a| a == "small") {
        compare_all(&stage, folder.path(), round_count);
    }
    together(&stage, round_count);
    small(&stage, round_count);
}

fn compare_all(stage: &Stage, folder: &Path, round_count: usize) {
    let idle = compare(stage, "P5, P7: a machine with nothing else to do", round_count);
    goal("P5, median |error| in ms", idle, 1.0);

    let me = std::env::current_exe().expect("this program has a path");
    let burning: Vec<Program> =
        (0..4).filter_map(|_| spawn(folder, Command::new(&me).arg("burn").stdout(Stdio::null()))).collect();
    let busy = compare(stage, "P6: beside four busy loops", round_count);
    drop(burning);
    goal("P6, median |error| in ms", busy, 1.0);
}

/// What a station of a process of its own says at its end.
fn said(mut program: Program) -> Option<String> {
    let mut said = String::new();
    program.0.stdout.take()?.read_to_string(&mut said).ok()?;
    Some(said.trim().to_owned())
}

fn together(stage: &Stage, round_count: usize) {
    let mut apart: Vec<f64> = (0..round_count * 4).filter_map(|_| stage.together()).collect();
    apart.sort_by(f64::total_cmp);
    let p95 = apart.get((apart.len() * 95).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN);
    println!("\nP8: two stations due together, {} of {} rounds sounded on both", apart.len(), round_count * 4);
    println!("  apart: median {:.2} ms, at most {:.2}", median(&apart), apart.last().copied().unwrap_or(f64::NAN));
    goal("P8, apart at p95, in ms", p95, 0.5);
}

fn small(stage: &Stage, round_count: usize) {
    let Some(groups) = small_box() else {
        return println!("\nP26 is not measured: no group can be made in {CPU_GROUPS} and {MEMORY_GROUPS}");
    };
    let mut row = Row::default();
    for _ in 0..round_count {
        row.note(stage.ours("planned", &groups));
    }
    println!("\nP6, P26: ours at 5 % of a core (100 ms periods) and 32 MiB");
    row.print("ours, planned", row.off());
    goal("P26, median |error| in ms", row.off(), 1.0);
    goal("P26, gaps", row.gaps.into(), 0.0);
    goal("P26, killed or silent", row.silent.into(), 0.0);
    // A group can be taken away only when its last process is gone.
    pause(200);
    for group in groups {
        let _ = std::fs::remove_dir(group);
    }
}
