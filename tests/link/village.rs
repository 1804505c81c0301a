//! A village box for tests: a home of its own, the real program, and what can be seen of it from outside.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;

use crate::county::{BINARY, Home, STATIONS, eventually, text};

/// A home of its own for a box of one station.
pub struct Village {
    folder: tempfile::TempDir,
    pub station: &'static str,
}

/// The box's daemon; killed when dropped.
pub struct Runs {
    child: Child,
    log: PathBuf,
    from: usize,
}

impl Village {
    /// A box of a sample county that writes what it airs into files.
    pub fn new(station: &'static str, ca: &str) -> Village {
        let village = Village { folder: tempfile::tempdir().unwrap(), station };
        village.settings(true);
        village.write("ca.pem", ca);
        village
    }

    /// Whether the box believes its machine's clock after a boot.
    pub fn settings(&self, battery: bool) {
        let sink = "sink = { kind = \"wav\", folder = \"aired\" }";
        let station = self.station;
        self.write(
            "station.toml",
            &format!("sample = true\n[clock]\nbattery = {battery}\n[[loudspeaker]]\nstation = \"{station}\"\n{sink}\n"),
        );
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.arg("--home").arg(self.folder.path()).arg("station").args(arguments);
        command.env_remove("NOTIFY_SOCKET").stdin(Stdio::null());
        command
    }

    /// Exit status and what was printed.
    pub fn say(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.command(arguments).output().unwrap();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    }

    /// Joins, and has a person confirm it.
    pub fn enter(&self, home: &Home) {
        let enrolment = home.say(&["enrol", self.station, "--format", "json"]);
        let enrolment: Value = serde_json::from_str(&enrolment).unwrap();
        let (url, code) = (enrolment["url"].as_str().unwrap(), enrolment["code"].as_str().unwrap());
        let ca = self.path("ca.pem").display().to_string();
        // A line may break while the code is on its way, or its answer: then a person has another one made.
        let (status, told) = self.say(&["join", url, code, "--ca", &ca]);
        assert_eq!(status, Some(0), "{told}");
        let fingerprint = told.lines().find_map(|line| line.strip_prefix("fingerprint: ")).unwrap();
        home.say(&["stations", "confirm", self.station, "--fingerprint", fingerprint]);
    }

    pub fn start(&self) -> Runs {
        self.spawn(&["run"])
    }

    /// As if the box booted at an instant.
    pub fn boot(&self, clock: &str) -> Runs {
        self.spawn(&["run", "--clock", clock])
    }

    fn spawn(&self, arguments: &[&str]) -> Runs {
        let log = self.path("log");
        let from = std::fs::metadata(&log).map_or(0, |metadata| metadata.len()) as usize;
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut command = self.command(arguments);
        command.stderr(file.try_clone().unwrap()).stdout(file);
        Runs { child: command.spawn().unwrap(), log, from }
    }

    /// The box's own account, once its daemon has written one.
    pub fn status(&self) -> Option<Value> {
        let text = std::fs::read_to_string(self.path("data/status.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Waits until the box has its rundown with all clips, knows the time and its past.
    pub fn is_ready(&self) {
        eventually("rundown and clips are there", || {
            let status = self.status()?;
            let is_here = status["box"]["stations"][0]["held"]["version"].as_u64()? > 0
                && status["link"]["clips_wanted"] == 0
                && status["box"]["amnesia"] == false
                && status["box"]["clock_trusted"] == true;
            is_here.then_some(())
        });
    }

    /// Receipts that the county has acknowledged.
    pub fn acknowledged(&self) -> u64 {
        let text = std::fs::read_to_string(self.path("data/receipts.json")).unwrap_or_default();
        serde_json::from_str::<Value>(&text).ok().and_then(|known| known["number"].as_u64()).unwrap_or(0)
    }

    /// What a whole file of an airing sounds like.
    pub fn aired(&self, airing: &str) -> Option<Vec<f32>> {
        let path = self.path("aired").join(format!("{airing}.wav"));
        let mut wav = hound::WavReader::open(path).ok()?;
        Some(wav.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_767.0).collect())
    }

    /// The airings that have a file, whole or not.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("aired")).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> =
            names.filter_map(|name| Some(name.trim_start_matches('.').strip_suffix(".wav")?.to_owned())).collect();
        names.sort();
        names
    }
}

impl Runs {
    pub fn log(&self) -> String {
        text(&std::fs::read(&self.log).unwrap()[self.from..])
    }

    pub fn wait_for(&self, what: &str) {
        eventually(what, || self.log().contains(what).then_some(()));
    }

    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("the box's log:\n{}", self.log());
        }
    }
}

/// A certificate for the loopback address that holds in the year of the test's county and in the machine's.
pub struct Certificate {
    pub ca: String,
    pub certificate: String,
    pub key: String,
}

impl Certificate {
    pub fn new() -> Certificate {
        let dated = |mut params: CertificateParams| {
            let ymd = rcgen::date_time_ymd;
            (params.not_before, params.not_after) = (ymd(2020, 1, 1), ymd(2090, 1, 1));
            params
        };
        let mut params = dated(CertificateParams::new(Vec::new()).unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = dated(CertificateParams::new(["127.0.0.1".to_owned()]).unwrap()).signed_by(&key, &ca).unwrap();
        Certificate { ca: ca.pem(), certificate: leaf.pem(), key: key.serialize_pem() }
    }
}

/// A port that nobody has, for a county that keeps it over a restart.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A county all of whose stations are boxes of their own. They reach it at `url_port`, which may be another's.
pub fn county_of_boxes(port: u16, url_port: u16, certificate: Option<&Certificate>) -> Home {
    let home = Home::new();
    let mut machine = format!(
        "listen = \"127.0.0.1:0\"\n[channel.folder]\nfolder = \"posts\"\n[link]\nlisten = \"127.0.0.1:{port}\"\n\
         url = \"https://127.0.0.1:{url_port}\"\n"
    );
    match certificate {
        Some(certificate) => {
            home.write("config/link.crt", &certificate.certificate);
            home.write("config/link.key", &certificate.key);
            home.set_mode("config/link.key", 0o600);
            machine += "certificate = \"config/link.crt\"\nkey = \"config/link.key\"\n";
        }
        None => machine += "behind_proxy = true\n",
    }
    home.write("config/machine.toml", &machine);
    home
}

/// A box for each station of the county.
pub fn villages(ca: &str) -> Vec<Village> {
    STATIONS.iter().map(|(station, _)| Village::new(station, ca)).collect()
}

/// Outcome and reason of an airing, as the county's log has it.
pub fn outcome(home: &Home, airing: &str) -> Option<String> {
    let rows = home.json(&["log", "--from", "2026-11-01", "--to", "2026-12-31"]);
    let row = rows.iter().find(|row| row["airing"] == airing)?;
    let outcome = row["outcome"].as_str()?;
    Some(row["reason"].as_str().map_or_else(|| outcome.to_owned(), |reason| format!("{outcome}({reason})")))
}
