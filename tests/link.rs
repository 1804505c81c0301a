//! A county and a village box as their users meet them: two real programs, TLS on a loopback port between them.
#![allow(clippy::unwrap_used)]

#[path = "county/mod.rs"]
mod county;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use county::{BINARY, CHIME_FRAMES, CLIP_FRAMES, Home, correlation, eventually, text};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;

const NOON: &str = "masks.20261124T040000Z.upper";
const LATER: &str = "masks.20261124T040200Z.upper";
/// Silence before the first sound of an airing.
const HEAD_FRAMES: usize = 48_000;

/// A home of its own for the box, beside the county's.
struct Village {
    folder: tempfile::TempDir,
}

/// The box's daemon; killed when dropped.
struct Runs {
    child: Child,
    log: PathBuf,
}

impl Village {
    fn new(ca: &str) -> Village {
        let village = Village { folder: tempfile::tempdir().unwrap() };
        let sink = "sink = { kind = \"wav\", folder = \"aired\" }";
        village.write("station.toml", &format!("[[loudspeaker]]\nstation = \"upper\"\n{sink}\n"));
        village.write("ca.pem", ca);
        village
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.arg("--home").arg(self.folder.path()).arg("station").args(arguments);
        command.env_remove("NOTIFY_SOCKET").stdin(Stdio::null());
        command
    }

    /// Exit status and what was printed.
    fn say(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.command(arguments).output().unwrap();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    }

    fn start(&self) -> Runs {
        let log = self.path("log");
        let file = std::fs::File::create(&log).unwrap();
        let mut command = self.command(&["run"]);
        command.stderr(file.try_clone().unwrap()).stdout(file);
        Runs { child: command.spawn().unwrap(), log }
    }

    /// The box's own account, once its daemon has written one.
    fn status(&self) -> Option<Value> {
        let (_, text) = self.say(&["status", "--format", "json"]);
        serde_json::from_str(&text).ok()
    }

    fn aired(&self, airing: &str) -> Option<Vec<f32>> {
        let path = self.path("aired").join(format!("{airing}.wav"));
        let mut wav = hound::WavReader::open(path).ok()?;
        Some(wav.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_767.0).collect())
    }
}

impl Runs {
    fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("the box's log:\n{}", std::fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

/// A certificate for the loopback address that holds in the year of the test's county and in the machine's.
fn certificate() -> (String, String, String) {
    let dated = |mut params: CertificateParams| {
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2090, 1, 1));
        params
    };
    let mut params = dated(CertificateParams::new(Vec::new()).unwrap());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = dated(CertificateParams::new(["127.0.0.1".to_owned()]).unwrap()).signed_by(&key, &ca).unwrap();
    (ca.pem(), leaf.pem(), key.serialize_pem())
}

/// A port that nobody has, for a county that keeps it over a restart.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A county whose station `upper` is a box of its own.
fn home(port: u16, certificate: &str, key: &str) -> Home {
    let home = Home::new();
    home.daily("masks", "wear-mask", "at = [\"12:00\", \"12:02\"]", "chime = \"chime\"\ngap = \"200ms\"\nvolume = 100");
    home.write("config/link.crt", certificate);
    home.write("config/link.key", key);
    home.set_mode("config/link.key", 0o600);
    let mut machine = home.read("config/machine.toml");
    let upper = machine.find("[[loudspeaker]]\nstation = \"upper\"").unwrap();
    let end = machine[upper..].find("[channel").unwrap() + upper;
    machine.replace_range(upper..end, "");
    machine += &format!(
        "[link]\nlisten = \"127.0.0.1:{port}\"\ncertificate = \"config/link.crt\"\nkey = \"config/link.key\"\n\
         url = \"https://127.0.0.1:{port}\"\n"
    );
    home.write("config/machine.toml", &machine);
    home
}

/// How an airing ended, as the county's log has it.
fn outcome(home: &Home, airing: &str) -> Option<String> {
    let rows = home.json(&["log"]);
    let row = rows.iter().find(|row| row["airing"] == airing)?;
    Some(row["outcome"].as_str()?.to_owned())
}

#[test]
fn a_village_airs_what_its_county_plans_and_says_so_through_every_cut() {
    let (ca, certificate, key) = certificate();
    let home = home(free_port(), &certificate, &key);
    let village = Village::new(&ca);
    let ca_file = village.path("ca.pem").display().to_string();

    let daemon = home.start("2026-11-24T11:00:00+08:00");
    let enrolment: Value = serde_json::from_str(&home.say(&["enrol", "upper", "--format", "json"])).unwrap();
    let (url, code) = (enrolment["url"].as_str().unwrap(), enrolment["code"].as_str().unwrap());
    // Before it has joined, a box says so; with a wrong code, or a CA that does not vouch, it does not join.
    let (status, told) = village.say(&["run"]);
    assert!(status == Some(2) && told.contains("this box has joined no county"), "{told}");
    let (status, told) = village.say(&["join", url, "wrong-code", "--ca", &ca_file]);
    assert!(status == Some(2) && told.contains("the county refused"), "{told}");
    let (status, told) = village.say(&["join", url, code]);
    assert!(status == Some(2) && told.contains("the county cannot be reached"), "{told}");
    let (status, told) = village.say(&["join", url, code, "--ca", &ca_file]);
    assert!(status == Some(0) && told.contains("joined as upper"), "{told}");
    let fingerprint = told.lines().find_map(|line| line.strip_prefix("fingerprint: ")).unwrap().to_owned();

    let runs = village.start();
    eventually("the box is told that it waits", || {
        let fault = village.status()?["last"]["link"]["fault"].as_str()?.to_owned();
        fault.contains("the county refused").then_some(())
    });
    assert!(village.say(&["status"]).1.contains(&fingerprint));
    home.say(&["stations", "confirm", "upper", "--fingerprint", &fingerprint]);
    eventually("rundown and clips are there", || {
        let status = village.status()?;
        let is_here = status["rundowns"]["upper"]["version"].as_u64()? > 0
            && status["last"]["link"]["clips_wanted"] == 0
            && status["last"]["box"]["amnesia"] == false
            && status["last"]["box"]["clock_trusted"] == true;
        is_here.then_some(())
    });

    // A stick holds the same, and is taken while the box runs.
    let stick = village.path("stick.tar");
    home.say(&["station", "export", "--station", "upper", stick.to_str().unwrap()]);
    let (status, told) = village.say(&["import", stick.to_str().unwrap()]);
    assert!(status == Some(0) && told.contains("clips taken"), "{told}");
    let mut bytes = std::fs::read(&stick).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&stick, bytes).unwrap();
    let (status, told) = village.say(&["import", stick.to_str().unwrap()]);
    assert!(status == Some(2) && told.contains("nothing changed"), "{told}");

    // Both start again shortly before noon; a clip went bad at rest meanwhile.
    runs.stop();
    assert_eq!(daemon.stop().1, Some(0));
    let (spoilt, _) = home.clip("masks", "bo");
    let digest = cunxiang::base::Digest::of(&spoilt).to_string();
    let spoilt = village.path("data/clips").join(&digest[..2]).join(&digest);
    let mut bytes = std::fs::read(&spoilt).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&spoilt, bytes).unwrap();
    let daemon = home.start("2026-11-24T11:59:40+08:00");
    let runs = village.start();
    let sound = eventually("noon sounds in the village", || village.aired(NOON));
    let mut at = HEAD_FRAMES;
    let mut parts = vec![home.clip_file("chime").1];
    parts.extend(["bo", "zh-CN"].map(|language| home.clip("masks", language).1));
    for (i, part) in parts.iter().enumerate() {
        let alike = correlation(&sound[at..at + part.len()], part);
        assert!(alike > 0.999, "part {i} at frame {at}: {alike}");
        at += part.len() + 9_600;
    }
    assert_eq!(sound.len(), HEAD_FRAMES + CHIME_FRAMES + 2 * (9_600 + CLIP_FRAMES));
    eventually("the county knows", || (outcome(&home, NOON)? == "played").then_some(()));

    // The county dies; the village airs on, and tells it when it is back.
    daemon.kill();
    eventually("the village airs by itself", || village.aired(LATER));
    let _daemon = home.start("2026-11-24T12:05:00+08:00");
    eventually("the county hears of it", || (outcome(&home, LATER)? == "played").then_some(()));
    assert_eq!(outcome(&home, NOON).as_deref(), Some("played"));
    runs.stop();
}
