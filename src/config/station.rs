//! Reads `station.toml`, the one file of a village box.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::loudspeaker::loudspeakers;
use super::machine::{self, LogFormat};
use crate::base::Problem;
use crate::base::table::{Document, Field, Table};
use crate::station::Loudspeaker;

/// Its name below the home folder.
pub const PATH: &str = "station.toml";

/// Months of a county's clips; boxes begin at cards of 8 GB.
const DISK_MB: i64 = 2000;
const DISK_MB_MAX: i64 = 1_000_000;

/// What a person says of a village box.
#[derive(Debug)]
pub struct Settings {
    pub loudspeakers: Vec<Loudspeaker>,
    /// Where the box keeps its key, rundowns, clips and journal; none: where the command says.
    pub data: Option<PathBuf>,
    /// May hold a password.
    pub proxy: Option<String>,
    /// The machine's clock runs on while it is off.
    pub battery: bool,
    /// A box of a sample county: `station run --clock` may shift its clock.
    pub sample: bool,
    /// Clips take no more than this, but for those that a rundown needs.
    pub disk_bytes_max: u64,
    /// The page on the spot; none: there is none.
    pub page: Option<Page>,
    pub log_format: LogFormat,
    pub log_filter: String,
}

/// The languages the page speaks.
const LANGUAGES: [(&str, &str); 4] = [("zh-CN", "zh-CN"), ("bo", "bo"), ("lis", "lis"), ("en", "en")];

/// The page for a person at the loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// On loopback.
    pub listen: SocketAddr,
    /// None: as the browser asks.
    pub language: Option<&'static str>,
}

/// Where the file is, and how messages name it.
pub fn place(home: &Path, named: Option<&Path>) -> (PathBuf, String) {
    let path = named.map_or_else(|| home.join(PATH), Path::to_owned);
    let shown = path.strip_prefix(home).unwrap_or(&path).display().to_string();
    (path, shown)
}

/// Reads the file's text. `home` is what relative paths in it start from.
///
/// Errors: every fault of the file.
pub fn read(file: &str, text: &str, home: &Path) -> Result<Settings, Vec<Problem>> {
    let document = Document::parse(file, text);
    let root = document.root();
    let loudspeakers = loudspeakers(&root, home, None);
    let path = |field: Field<'_>| field.text().map(|text| home.join(text));
    let data = root.get("data").and_then(path);
    let proxy = root.get("proxy").and_then(|field| proxy(&field));
    let battery = root.table("clock").and_then(|table| {
        let battery = table.get("battery").and_then(|field| field.bool());
        table.done();
        battery
    });
    let sample = root.get("sample").and_then(|field| field.bool()).unwrap_or(false);
    let disk_mb = root.get("disk_mb").and_then(|field| field.int(1..=DISK_MB_MAX)).unwrap_or(DISK_MB);
    let page = root.table("page").and_then(page);
    let (log_format, log_filter) = root.table("log").map_or((LogFormat::Text, "info".to_owned()), machine::log);
    root.done();
    let problems = document.problems();
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    let disk_bytes_max = u64::try_from(disk_mb).expect("it is within its bounds") << 20;
    // Without a word, the careful side: such a box waits for the county's time after each boot.
    let battery = battery.unwrap_or(false);
    Ok(Settings { loudspeakers, data, proxy, battery, sample, disk_bytes_max, page, log_format, log_filter })
}

fn page(table: Table<'_>) -> Option<Page> {
    let listen = table.require("listen", "\"127.0.0.1:8080\"").and_then(|field| {
        let address = field.parse::<SocketAddr>()?;
        if !address.ip().is_loopback() {
            field.fault(
                "bad-value",
                format!("[page] `listen` = {address} is not on loopback"),
                "write \"127.0.0.1:8080\": the page has no login; from elsewhere it is reached through ssh -L",
            );
        }
        Some(address)
    });
    let language = table.get("language").and_then(|field| field.word(&LANGUAGES));
    table.done();
    Some(Page { listen: listen?, language })
}

fn proxy(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let is_one = ["http://", "https://", "socks5://", "socks5h://"].iter().any(|scheme| text.starts_with(scheme));
    if !is_one {
        field.fault(
            "bad-value",
            "`proxy` is no proxy's address".to_owned(),
            "write it as \"http://proxy:3128\" or \"socks5h://proxy:1080\"",
        );
    }
    is_one.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_s_file_is_read_and_all_of_its_faults_are_told() {
        let home = Path::new("/box");
        let speaker = "[[loudspeaker]]\nstation = \"upper\"\nsink = { kind = \"null\" }\n";
        let good =
            format!("data = \"kept\"\ndisk_mb = 500\nproxy = \"http://p:1\"\n[clock]\nbattery = true\n{speaker}");
        let read_box = read("station.toml", &good, home).unwrap();
        assert_eq!((read_box.data.as_deref(), read_box.battery), (Some(Path::new("/box/kept")), true));
        assert_eq!((read_box.disk_bytes_max, read_box.loudspeakers.len()), (500 << 20, 1));
        let plain = read("station.toml", speaker, home).unwrap();
        assert_eq!((plain.battery, plain.disk_bytes_max, plain.proxy), (false, 2000 << 20, None));
        assert!(!plain.sample && read("station.toml", &format!("sample = true\n{speaker}"), home).unwrap().sample);
        assert_eq!(plain.page, None);
        let with = |page: &str| read("station.toml", &format!("{speaker}[page]\n{page}"), home);
        let page = with("listen = \"127.0.0.1:8080\"\nlanguage = \"bo\"").unwrap().page.unwrap();
        assert_eq!((page.listen.port(), page.language), (8080, Some("bo")));
        for bad in [
            "",
            "listen = \"0.0.0.0:8080\"",
            "listen = \"[::]:80\"",
            "listen = \"here\"",
            "listen = \"127.0.0.1:1\"\nlanguage = \"fr\"",
        ] {
            assert_eq!(with(bad).unwrap_err().len(), 1, "{bad}");
        }
        let bad = format!("proxy = \"p:1\"\ndisk_mb = 0\ncolour = 1\n{speaker}{speaker}");
        let rules: Vec<&str> = read("station.toml", &bad, home).unwrap_err().iter().map(|p| p.rule).collect();
        assert_eq!(rules.len(), 4, "{rules:?}");
    }
}
