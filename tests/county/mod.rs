//! A small county in a folder of its own, on the texts of the sample, with short clips that no two parts share; and the
//! real daemon on it.

#![allow(dead_code, reason = "each test that uses it needs another part")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};
use cunxiang::audio::{self, ClipDecoder};
use cunxiang::base::clock::{Alarm, RealClock};
use cunxiang::base::{Clock, Digest, Timestamp};
use cunxiang::catalog::{self, Files, load::Texts};
use serde_json::Value;

/// What sets the daemon off; made by cargo for these tests.
pub const BINARY: &str = env!("CARGO_BIN_EXE_cunxiang");
pub const TOKEN: &str = "123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";

/// A station in the north (Tibetan, Chinese), one in the south (Lisu, Chinese), one where all three sound.
pub const STATIONS: [(&str, &[&str]); 3] =
    [("cross", &["bo", "lis", "zh-CN"]), ("lower", &["lis", "zh-CN"]), ("upper", &["bo", "zh-CN"])];

/// How long a clip of [`Home`] is, in frames; odd, so that an error of a block shows.
pub const CLIP_FRAMES: usize = 12_001;
pub const CHIME_FRAMES: usize = 6_003;

pub const COUNTY: &str = r#"
[county]
id = "deqin"
name = { zh-CN = "德钦县" }
time_zone = "Asia/Shanghai"
sample = true
[slots]
morning = "07:30"
noon = "12:00"
[quiet]
from = "21:00"
until = "07:00"
[limits]
min_gap = "0s"
airings_per_day_max = 96
[review]
required = false
"#;

const CHATS: &str = r#"
[[chat]]
id = "files"
name = { zh-CN = "文件" }
languages = ["bo", "lis", "zh-CN"]
send = ["text", "voice"]
channel = { kind = "folder" }
[[chat]]
id = "group"
name = { zh-CN = "村民群" }
languages = ["bo", "lis", "zh-CN"]
send = ["text", "voice"]
channel = { kind = "telegram", chat = -1001 }
"#;

/// A home folder. What is written goes below it; the data folder is `data` in it.
pub struct Home {
    folder: tempfile::TempDir,
}

/// Waits on the machine's clock; for another process there is no other.
pub fn wait(length: Duration) {
    let clock = RealClock::default();
    let until = clock.monotonic() + length;
    let alarm = Alarm::new().unwrap();
    while let Some(left) = until.checked_sub(clock.monotonic()).filter(|left| !left.is_zero()) {
        alarm.wait(&clock, Some(clock.now() + TimeDelta::from_std(left).unwrap()));
    }
}

/// Looks again and again, far longer than it takes on the slowest machine.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let clock = RealClock::default();
    let until = clock.monotonic() + Duration::from_secs(180);
    while clock.monotonic() < until {
        if let Some(found) = look() {
            return found;
        }
        wait(Duration::from_millis(20));
    }
    panic!("{what}: not within three minutes");
}

pub fn instant(text: &str) -> Timestamp {
    text.parse::<DateTime<FixedOffset>>().unwrap().to_utc()
}

impl Home {
    /// The county without broadcasts, its loudspeakers writing WAV files, its posts files.
    pub fn new() -> Home {
        let home = Home { folder: tempfile::tempdir().unwrap() };
        let mut stations = String::new();
        for (id, name) in [("north", "北乡"), ("south", "南乡")] {
            writeln!(stations, "[[township]]\nid = \"{id}\"\nname = {{ zh-CN = \"{name}\" }}").unwrap();
        }
        for (id, languages) in STATIONS {
            let township = if id == "lower" { "south" } else { "north" };
            let name = format!("name = {{ zh-CN = \"{id}村\" }}");
            writeln!(stations, "[[station]]\nid = \"{id}\"\n{name}\ntownship = \"{township}\"").unwrap();
            writeln!(stations, "languages = {languages:?}").unwrap();
        }
        home.write("config/county.toml", COUNTY);
        home.write("config/stations.toml", &stations);
        home.write("config/chats.toml", CHATS);
        home.write("config/telegram.token", TOKEN);
        home.set_mode("config/telegram.token", 0o600);
        home.machine("wav", None);
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
        copy(&sample, &home.path("locales"));
        home.write("broadcasts/recordings.toml", "");
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Saves a file as editors do: a new file under the old one's name.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let beside = path.with_file_name(".being-saved~");
        std::fs::write(&beside, text).unwrap();
        std::fs::rename(beside, path).unwrap();
    }

    /// Replaces a text that stands in a file.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no `{from}`");
        self.write(name, &text.replacen(from, to, 1));
    }

    pub fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// `config/machine.toml`: every station on a sink of this kind, posts to files and, where there is one, to a
    /// Telegram server at this address.
    pub fn machine(&self, sink: &str, telegram: Option<&str>) {
        let sink = match sink {
            "wav" => "{ kind = \"wav\", folder = \"aired\" }".to_owned(),
            "null" => "{ kind = \"null\" }".to_owned(),
            command => format!("{{ kind = \"command\", command = {command} }}"),
        };
        let mut text = "listen = \"127.0.0.1:0\"\n".to_owned();
        for (id, _) in STATIONS {
            writeln!(text, "[[loudspeaker]]\nstation = \"{id}\"\nsink = {sink}").unwrap();
        }
        writeln!(text, "[channel.folder]\nfolder = \"posts\"").unwrap();
        if let Some(url) = telegram {
            writeln!(text, "[channel.telegram]\ntoken_file = \"config/telegram.token\"\napi_url = \"{url}\"").unwrap();
        }
        self.write("config/machine.toml", &text);
    }

    /// A daily broadcast; `rest` may add keys to its [how].
    pub fn daily(&self, id: &str, message: &str, when: &str, rest: &str) {
        let text = format!(
            "title = \"{id}\"\nstate = \"ready\"\nmessages = [\"{message}\"]\nclass = \"daily\"\n[when]\n{when}\n\
             [where]\nstations = [\"all\"]\nchats = [\"all\"]\n[how]\nmissing_language = \"hold\"\n{rest}\n"
        );
        self.write(&format!("broadcasts/{id}.toml"), &text);
        self.record();
    }

    /// An emergency or a drill.
    pub fn on_order(&self, id: &str, message: &str, class: &str, level: &str, rest: &str) {
        let text = format!(
            "title = \"{id}\"\nstate = \"ready\"\nmessages = [\"{message}\"]\nclass = \"{class}\"\nlevel = \"{level}\"\n\
             [where]\nstations = [\"all\"]\nchats = [\"all\"]\n[how]\nmissing_language = \"skip\"\n{rest}\n\
             [repeat]\nevery = \"1m\"\nexpires = \"1h\"\n"
        );
        self.write(&format!("broadcasts/{id}.toml"), &text);
        self.record();
    }

    /// Gives every text of every broadcast a clip, and the chime one; those that have one keep it.
    pub fn record(&self) {
        let mut entries: BTreeMap<String, String> = BTreeMap::new();
        let mut put = |name: &str, key: &str, frames: usize, head: &str| {
            let sound = noise(name, frames);
            let bytes = audio::encode(&sound).unwrap();
            let clip = Digest::of(&bytes);
            let file = format!("clips/{name}.opus");
            let path = self.path("broadcasts").join(&file);
            if !path.exists() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &bytes).unwrap();
            }
            let size = bytes.len();
            entries.insert(
                name.to_owned(),
                format!(
                    "[[{key}]]\n{head}\nfile = \"{file}\"\nclip = \"{clip}\"\nframes = {frames}\nbytes = {size}\n\
                     kind = \"person\"\n"
                ),
            );
        };
        put("chime", "chime", CHIME_FRAMES, "id = \"chime\"");
        let catalog = self.catalog();
        for broadcast in catalog.broadcasts.values() {
            for language in ["bo", "lis", "zh-CN"].map(|tag| tag.parse().unwrap()) {
                for message in &broadcast.messages {
                    let Ok(text) = catalog.spoken_text(broadcast, message, &language) else { continue };
                    let name = format!("{message}.{language}.{}", text.digest.short());
                    let head =
                        format!("message = \"{message}\"\nlanguage = \"{language}\"\ntext = \"{}\"", text.digest);
                    put(&name, "recording", CLIP_FRAMES, &head);
                }
            }
        }
        let text: String = entries.into_values().collect();
        if text != self.read("broadcasts/recordings.toml") {
            self.write("broadcasts/recordings.toml", &text);
        }
    }

    pub fn catalog(&self) -> catalog::Catalog {
        let files = Files::read(self.folder.path(), None).unwrap();
        let loaded = catalog::load(&files, &Texts::new());
        loaded.catalog.unwrap_or_else(|| panic!("{:#?}", loaded.problems))
    }

    /// The bytes of the clip of a message in a language, and what they sound like.
    pub fn clip(&self, broadcast: &str, language: &str) -> (Vec<u8>, Vec<f32>) {
        let catalog = self.catalog();
        let broadcast = &catalog.broadcasts[broadcast];
        let text = catalog.spoken_text(broadcast, &broadcast.messages[0], &language.parse().unwrap()).unwrap();
        self.clip_file(&format!("{}.{language}.{}", broadcast.messages[0], text.digest.short()))
    }

    pub fn clip_file(&self, name: &str) -> (Vec<u8>, Vec<f32>) {
        let bytes = std::fs::read(self.path("broadcasts/clips").join(format!("{name}.opus"))).unwrap();
        let mut decoder = ClipDecoder::open(std::io::Cursor::new(bytes.clone())).unwrap();
        let mut sound = vec![0.0; decoder.frames() as usize];
        assert_eq!(decoder.read(&mut sound).unwrap(), sound.len());
        (bytes, sound)
    }

    /// A copy of the program that other accounts may reach.
    pub fn program(&self) -> PathBuf {
        let copy = self.path("cunxiang");
        if std::fs::hard_link(BINARY, &copy).is_err() && !copy.exists() {
            std::fs::copy(BINARY, &copy).unwrap();
        }
        copy
    }

    /// A command on this county, ready to run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.arg("--home").arg(self.folder.path()).args(arguments);
        command.env_remove("NOTIFY_SOCKET").env("TZ", "Asia/Shanghai").stdin(Stdio::null());
        command
    }

    pub fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command prints, which must end well.
    pub fn say(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {}\n{out}{err}", output.status);
        out
    }

    /// What a command prints that must be refused with this exit status.
    pub fn refuse(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{arguments:?}\n{out}{err}");
        format!("{out}{err}").replace(&self.folder.path().display().to_string(), "HOME")
    }

    pub fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.say(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}"))
    }

    /// Starts the daemon with its clock at an instant and waits until it is ready.
    pub fn start(&self, clock: &str) -> Daemon {
        self.start_with(&["run", "--clock", clock], &[])
    }

    pub fn start_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Daemon {
        let mut daemon = self.spawn(arguments, environment);
        eventually("the daemon is ready", || {
            if let Some(status) = daemon.child.try_wait().unwrap() {
                panic!("the daemon ended: {status}\n{}", daemon.log());
            }
            daemon.log().contains("ready").then_some(())
        });
        daemon
    }

    /// Starts the daemon and does not wait.
    pub fn spawn(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Daemon {
        let log = self.path("log");
        let from = std::fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut command = self.command(arguments);
        command.envs(environment.iter().copied()).stderr(file.try_clone().unwrap()).stdout(file);
        Daemon { child: command.spawn().unwrap(), log, from }
    }

    pub fn status(&self) -> Value {
        serde_json::from_str(&self.say(&["status", "--format", "json"])).unwrap()
    }

    /// The samples of the WAV file of an airing.
    pub fn aired(&self, airing: &str) -> Vec<f32> {
        let path = self.path("aired").join(format!("{airing}.wav"));
        let mut wav = hound::WavReader::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!((wav.spec().channels, wav.spec().sample_rate), (1, audio::RATE));
        wav.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_767.0).collect()
    }

    /// The airings that have a whole WAV file.
    pub fn files_aired(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path("aired")) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".wav")?.to_owned())).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }
}

/// The daemon as a process of its own; killed when dropped.
pub struct Daemon {
    pub child: Child,
    log: PathBuf,
    from: u64,
}

impl Daemon {
    /// What it has logged.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap();
        text(&bytes[self.from as usize..])
    }

    pub fn wait_for(&self, what: &str) {
        eventually(what, || self.log().contains(what).then_some(()));
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Asks it to end and waits; how long that took, and its exit status.
    pub fn stop(mut self) -> (Duration, Option<i32>) {
        let clock = RealClock::default();
        let begin = clock.monotonic();
        self.signal(rustix::process::Signal::TERM);
        let status = self.child.wait().unwrap();
        (clock.monotonic() - begin, status.code())
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The address of its pages.
    pub fn address(&self) -> String {
        let log = self.log();
        let (_, rest) = log.split_once("listen=").or_else(|| log.split_once("\"listen\":\"")).expect("it says where");
        rest.split([' ', '"']).next().unwrap().to_owned()
    }

    /// The status and the body of a page.
    pub fn get(&self, page: &str) -> (u16, String) {
        let mut stream = std::net::TcpStream::connect(self.address()).unwrap();
        write!(stream, "GET {page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("the daemon's log:\n{}", self.log());
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Noise that only this name gives: two of them have nothing in common, and one has nothing in common with itself moved
/// by a few frames.
pub fn noise(name: &str, frames: usize) -> Vec<f32> {
    let seed = Digest::of(name.as_bytes()).0;
    let mut state = u64::from_le_bytes(seed[..8].try_into().unwrap()) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    (0..frames).map(|_| 0.6 * next()).collect()
}

/// How alike two sounds are, whatever their volume: 1 for the same, about 0 for others.
pub fn correlation(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let product = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(x * y)).sum::<f64>();
    let energy = (product(a, a) * product(b, b)).sqrt();
    if energy == 0.0 { 0.0 } else { (product(a, b) / energy) as f32 }
}
