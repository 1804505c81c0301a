//! Bad input: each a clear error that names the file, the line and what to do. The words are in `bad-input.txt`;
//! `UPDATE_EXPECT=1 cargo test --test daemon` writes it anew, to be read before it is committed.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use crate::county::{BINARY, Home, TOKEN, eventually, text};
use crate::disk::Disk;

type Spoil = fn(&Home);

/// What a person may do wrong in a file of the county, by name; tests/golden.rs has many more.
const CONTENT: &[(&str, Spoil)] = &[
    ("unknown key in a broadcast", |home| home.edit("broadcasts/masks.toml", "[how]", "[how]\nvolumme = 80")),
    ("broken Fluent", |home| home.edit("locales/bo/epidemic.ftl", "wear-mask =", "wear-mask { =")),
    ("clip that does not decode", |home| {
        let path = clip_path(home);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
        std::fs::write(path, bytes).unwrap();
    }),
    ("not UTF-8", |home| {
        std::fs::write(home.path("locales/lis/epidemic.ftl"), b"# ok\nwear-mask = \xff\n").unwrap();
    }),
    ("no config", |home| std::fs::remove_dir_all(home.path("config")).unwrap()),
];

/// And in what concerns this machine: the daemon does not start, or goes on without what is at fault.
const MACHINE: &[(&str, Spoil)] = &[
    ("unknown key in machine.toml", |home| home.edit("config/machine.toml", "listen =", "lisen =")),
    ("no such sink", |home| home.edit("config/machine.toml", "kind = \"wav\"", "kind = \"mp3\"")),
    ("loudspeaker of no station", |home| home.edit("config/machine.toml", "station = \"upper\"", "station = \"uper\"")),
    ("several faults in machine.toml at once", |home| {
        home.edit("config/machine.toml", "station = \"upper\"", "station = \"uper\"");
        home.edit("config/machine.toml", "[channel.folder]", "[channel.folder]\ncolour = 1");
    }),
    ("page beyond this machine", |home| home.edit("config/machine.toml", "127.0.0.1:0", "0.0.0.0:8320")),
    ("no machine.toml", |home| std::fs::remove_file(home.path("config/machine.toml")).unwrap()),
    ("missing token", |home| std::fs::remove_file(home.path("config/telegram.token")).unwrap()),
    ("token that others may read", |home| home.set_mode("config/telegram.token", 0o644)),
    ("token that is none", |home| {
        home.write("config/telegram.token", "hello");
        home.set_mode("config/telegram.token", 0o600);
    }),
    ("no sample and a shifted clock", |home| home.edit("config/county.toml", "sample = true", "sample = false")),
    ("faults in config at the first start", |home| {
        home.edit("config/county.toml", "from = \"21:00\"", "from = \"9pm\"")
    }),
    ("ledger that is none", |home| {
        std::fs::create_dir_all(home.data()).unwrap();
        std::fs::write(home.data().join("ledger.db"), "this is no database, whatever its name says".repeat(100))
            .unwrap();
    }),
];

/// What is wrong with the words of a command.
const ARGUMENTS: &[&[&str]] = &[
    &["run", "--clock", "soon"],
    &["rum"],
    &["plan", "--station", "nowhere"],
    &["plan", "--days", "15"],
    &["explain", "--station", "upper", "--at", "noon"],
    &["cancel", "first"],
    &["skip", "masks"],
    &["log", "--outcome", "lost"],
    &["status"],
    &["backup", "county.tar.gz"],
];

fn clip_path(home: &Home) -> std::path::PathBuf {
    let entries = std::fs::read_dir(home.path("broadcasts/clips")).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find(|path| path.to_str().unwrap().contains("wear-mask.bo.")).unwrap()
}

fn home() -> Home {
    let home = Home::new();
    home.machine("wav", Some("http://127.0.0.1:9"));
    home.daily("masks", "wear-mask", "at = [\"12:00\"]", "repeat = 2");
    home
}

/// Digests differ from machine to machine with the codec's build: they are not what is tested here.
fn without_digests(text: &str) -> String {
    let word = |word: &str| {
        if word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()) { "DIGEST" } else { word }.to_owned()
    };
    let parts: Vec<String> = text.split(' ').map(word).collect();
    let mut text = parts.join(" ");
    while let Some(at) = text.find(".opus") {
        let start = text[..at].rfind('.').unwrap_or(at);
        text.replace_range(start..at + ".opus".len(), " OPUS");
    }
    text.replace(" OPUS", ".<digest>.opus").replace(TOKEN, "THE TOKEN WAS PRINTED")
}

#[test]
fn bad_input_is_told_with_its_place_and_what_to_do() {
    let mut told = String::new();
    for (name, spoil) in CONTENT {
        let home = home();
        spoil(&home);
        let text = home.refuse(if *name == "no config" { 2 } else { 1 }, &["check"]);
        writeln!(told, "## {name}\n{}", without_digests(&text)).unwrap();
    }
    for (name, spoil) in MACHINE {
        let home = home();
        spoil(&home);
        let mut daemon = home.spawn(&["run", "--clock", "2026-11-24T09:00:00+08:00"], &[]);
        let end = eventually(name, || match daemon.child.try_wait().unwrap() {
            Some(status) => Some(format!("exit status {}", status.code().unwrap())),
            None => daemon.log().contains(" ready ").then(|| "it goes on".to_owned()),
        });
        // Log lines before the fault are not what is tested.
        let lines = daemon.log();
        let lines = lines.lines().filter_map(|line| match line.split_once(" SHIFTED ERROR ") {
            Some((_, fault)) => Some(fault),
            None => Some(line).filter(|line| !line.contains(" SHIFTED ")),
        });
        let lines: Vec<&str> = lines.collect();
        let lines = lines.join("\n").replace(&home.path("").display().to_string(), "HOME/");
        writeln!(told, "## {name} ({end})\n{}\n", without_digests(&lines)).unwrap();
    }
    for arguments in ARGUMENTS {
        let text = home().refuse(2, arguments);
        writeln!(told, "## cunxiang {} (exit status 2)\n{text}", arguments.join(" ")).unwrap();
    }
    expect_test::expect_file!["./bad-input.txt"].assert_eq(&told);
}

#[test]
fn doctor_looks_at_the_machine_file_it_is_given() {
    let home = home();
    home.write("other.toml", "[[loudspeaker]]\nstation = \"upper\"\nsink = { kind = \"null\" }\n");
    let told =
        String::from_utf8(home.output(&["doctor", "--machine", home.path("other.toml").to_str().unwrap()]).stdout);
    assert!(told.as_ref().unwrap().contains("upper: null: keeps time, keeps no sound"), "{told:?}");
    assert!(!told.as_ref().unwrap().contains("lower"), "{told:?}");
    let told = home.refuse(1, &["doctor", "--machine", home.path("none.toml").to_str().unwrap()]);
    assert!(told.contains("none.toml cannot be read: No such file"), "{told}");

    // A card or none: ALSA's library says nothing of its own on standard error, eight lines where there is none.
    let card = "[[loudspeaker]]\nstation = \"upper\"\nsink = { kind = \"sound-card\", device = \"default\" }\n";
    home.write("other.toml", card);
    let output = home.output(&["doctor", "--machine", home.path("other.toml").to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("loudspeaker"), "{told}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{told}");
}

#[test]
fn a_folder_a_port_and_a_county_belong_to_one_daemon() {
    let home = home();
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let second = home.refuse(2, &["run", "--clock", "2026-11-24T09:00:00+08:00"]);
    let says = "another daemon runs on HOME/data; stop it first, or give this one a folder of its own with --data";
    assert!(second.contains(says), "{second}");

    let address = daemon.address();
    let other = self::home();
    other.edit("config/machine.toml", "127.0.0.1:0", &address);
    let taken = other.refuse(2, &["run", "--clock", "2026-11-24T09:00:00+08:00"]);
    let says = format!(
        "{address} is in use by another program; end it, or write another port in config/machine.toml `listen`"
    );
    assert!(taken.contains(&says), "{taken}");
    assert_eq!(daemon.get("/healthz").0, 200);
}

#[test]
fn a_folder_that_may_not_be_written_is_told() {
    if !rustix::process::geteuid().is_root() {
        println!("left out: only root may act as another account");
        return;
    }
    let home = home();
    home.set_mode("", 0o755);
    // A file of root's alone is no test of the data folder.
    home.machine("wav", None);
    let mut command = Command::new(home.program());
    command
        .arg("--home")
        .arg(home.path(""))
        .args(["run", "--clock", "2026-11-24T09:00:00+08:00"])
        .uid(65_534)
        .gid(65_534);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("/data cannot be made; give this user the right to write there"), "{told}");

    std::fs::create_dir_all(home.data()).unwrap();
    let output = command.output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("/data/cunxiang.lock cannot be written; give this user the right to write there"), "{told}");
}

#[test]
fn a_full_disk_is_told_and_nothing_is_said_to_be_saved() {
    let home = Home::new();
    let Some(disk) = Disk::mount(home.data(), 16) else { return };
    home.daily("masks", "wear-mask", "at = [\"09:00:20\"]", "repeat = 2\nlate = \"10s\"");
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let is_planned = |station: &serde_json::Value| station["rundown"]["epoch"].is_u64();
    eventually("it is planned", || home.status()["stations"].as_array()?.iter().all(is_planned).then_some(()));
    disk.fill();
    // The order is refused, not lost.
    let refused = home.refuse(2, &["announce", "masks"]);
    assert!(refused.contains("the disk is full"), "{refused}");
    // Claims go into room that was kept for them, and outcomes too: what is due still sounds.
    eventually("it sounds", || (home.files_aired().len() == 3).then_some(()));
    daemon.wait_for("trying again");
    disk.free();
    let log = eventually("it is told how the airings ended", || {
        let log = home.json(&["log", "--to", "2026-11-24T10:00:00+08:00"]);
        (log.len() == 3 && log.iter().all(|row| row["state"] == "ended")).then_some(log)
    });
    assert!(log.iter().all(|row| row["outcome"] == "played"), "{log:#?}");
    assert!(!home.say(&["orders"]).contains("announce"));
    assert_eq!(daemon.stop().1, Some(0));
}

#[test]
fn a_stop_does_not_wait_for_the_pass_that_is_under_way() {
    let home = home();
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_, status) = runtime.block_on(async {
        // Whoever holds the ledger's write lock makes a pass that writes wait for it, five seconds a write.
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}", home.data().join("ledger.db").display());
        let mut holder = <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut holder).await.unwrap();
        home.edit("broadcasts/masks.toml", "title = \"masks\"", "title = \"faces\"");
        crate::county::wait(std::time::Duration::from_secs(1));
        let failed = |log: &str| log.matches("trying again").count();
        let before = failed(&daemon.log());
        daemon.signal(rustix::process::Signal::TERM);
        eventually("it is stopping", || daemon.log().contains(" stopping").then_some(()));
        let log = daemon.log();
        let stopping = log.find(" stopping").unwrap();
        assert!(failed(&log[..stopping]) <= before, "the pass came first:\n{log}");
        sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
        daemon.stop()
    });
    assert_eq!(status, Some(0));
}

#[test]
fn what_the_daemon_makes_is_closed_to_other_accounts() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home();
    std::fs::create_dir(home.data()).unwrap();
    home.set_mode("data", 0o755);
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    assert_eq!(daemon.stop().1, Some(0));
    let mut folders = vec![home.data()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&folder) & 0o027, 0, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                seen += 1;
                assert_eq!(mode(&path) & 0o027, 0, "{}", path.display());
            }
        }
    }
    assert!(seen > 8, "{seen}");
    let told = |home: &Home| text(&home.output(&["doctor"]).stdout);
    assert!(told(&home).contains("is closed to other accounts"));
    home.set_mode("data", 0o755);
    assert!(told(&home).contains("has mode 755: other accounts may look in; run chmod 750 on it"));
}

#[test]
fn the_program_says_what_it_is() {
    let output = Command::new(BINARY).arg("--version").output().unwrap();
    assert!(output.status.success() && text(&output.stdout).starts_with("cunxiang "));
}
