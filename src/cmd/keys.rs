//! `cunxiang keys`: what stations trust, shown and changed under the root's signature. Works on the files; a daemon that
//! runs takes the change up by itself.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;
use zeroize::Zeroizing;

use crate::base::clock::RealClock;
use crate::base::{Clock, Timestamp};
use crate::cmd::order::ask_daemon;
use crate::cmd::{FINE, Format, Place, data, page, status};
use crate::console::control::{Answer, Ask};
use crate::county::keys::CountyKeys;
use crate::county::keys::approver::{self, ApproverKey, Cost};
use crate::ledger::{Ledger, Person, Role};
use crate::rundown::seal::{Key, Keys, Use};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print every key: what for, whose, until when
    Show {
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Make a new rundown or time key; the old one may be verified with for 15 more days
    Rotate {
        /// rundown or time
        #[arg(long = "use", value_enum, default_value = "rundown", value_name = "USE")]
        purpose: Working,
        #[command(flatten)]
        root: Root,
    },
    /// Take the trust of a key away, at once and for ever
    Revoke {
        /// As `keys show` prints it, such as ed25519:5f0c…
        key: String,
        #[command(flatten)]
        root: Root,
    },
    /// Make a key with which an approver signs emergencies; an older one of theirs is revoked
    Approver {
        /// The person's name among the people
        name: String,
        /// Where their key goes, on a stick of theirs, say [default: keys/approvers in the data folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        passphrase: PassphraseFile,
        #[command(flatten)]
        root: Root,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Working {
    Rundown,
    Time,
}

#[derive(clap::Args)]
struct Root {
    /// The root's private key, where it is not in the data folder
    #[arg(long = "root", value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Where the passphrase comes from when nobody types it.
#[derive(clap::Args)]
pub struct PassphraseFile {
    /// Read the passphrase from the first line of a file instead of asking for it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseFile {
    /// The passphrase of a key there is.
    pub fn read(&self, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
        match &self.passphrase_file {
            Some(path) => first_line(path),
            None => ask(prompt),
        }
    }

    /// A new one, typed twice.
    fn choose(&self, person: &str) -> anyhow::Result<Zeroizing<String>> {
        if let Some(path) = &self.passphrase_file {
            return first_line(path);
        }
        let first = ask(&format!("{person}, a passphrase for your key (12 characters or more, several words): "))?;
        if first != ask("The same again: ")? {
            bail!("the two are not the same; start again");
        }
        Ok(first)
    }
}

fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let typed = rpassword::prompt_password(prompt);
    typed
        .map(Zeroizing::new)
        .context("there is no terminal to type a passphrase at; name a file with --passphrase-file")
}

fn first_line(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new);
    let text = text.with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

pub fn run(place: &Place, args: &Args) -> anyhow::Result<u8> {
    let folder = place.data().join("keys");
    if !folder.join("keys.json").exists() {
        bail!("there are no keys in {}; `cunxiang run` makes them at its first start", folder.display());
    }
    if !matches!(args.command, Command::Show { .. }) {
        data::open(&place.data())?;
    }
    // By the daemon's clock, which may be shifted.
    let now = status::ask(place).map_or_else(|_| RealClock::default().now(), |report| report.clock.to_utc());
    let mut keys = CountyKeys::look(&folder)?;
    match &args.command {
        Command::Show { format } => show(&keys, *format, now)?,
        Command::Rotate { purpose, root } => {
            let root = keys.root_key(root.file.as_deref())?;
            let purpose = match purpose {
                Working::Rundown => Use::Rundown,
                Working::Time => Use::Time,
            };
            let changed = keys.rotate(&root, purpose, now)?;
            let made = changed.made.context("a rotation makes a key")?;
            let old =
                changed.ends.map(|(old, until)| format!("; {old} may be verified with until {}", until.date_naive()));
            anstream::println!("{made} signs from now on{}", old.unwrap_or_default());
            after(place, &keys);
        }
        Command::Revoke { key, root } => {
            let root = keys.root_key(root.file.as_deref())?;
            let changed = keys.revoke(&root, key, now)?;
            let made = changed.made.map(|made| format!("; {made} signs in its place"));
            anstream::println!("{key} is revoked{}", made.unwrap_or_default());
            anstream::println!(
                "a station trusts it until it gets keys document {}: mind those without a line",
                changed.version
            );
            after(place, &keys);
        }
        Command::Approver { name, out, passphrase, root } => {
            let root = keys.root_key(root.file.as_deref())?;
            is_approver(place, name)?;
            let key = ApproverKey::make(name, &passphrase.choose(name)?, Cost::RECOMMENDED)?;
            let path = out.clone().unwrap_or_else(|| approver::place(&folder, name, key.id()));
            // First the file: a key that is named and lies nowhere would make emergencies wait for nobody.
            key.write(&path)?;
            let changed = keys.name_approver(&root, name, key.public(), now)?;
            anstream::println!("{} is the key of {name}; its private half is in {}", key.id(), path.display());
            if let Some((old, _)) = changed.ends {
                anstream::println!("{old}, the older one, is revoked");
            }
            let people = approvers(keys.keys(), now).len();
            if people < crate::rundown::statement::APPROVERS_NEEDED {
                anstream::println!(
                    "from now on an emergency needs two approvers' signatures, and only {people} has a key: make a second one now"
                );
            }
            after(place, &keys);
        }
    }
    Ok(FINE)
}

/// Whether emergencies would air, as far as keys go; in words when something is to be done.
pub fn advice(keys: &Keys, now: Timestamp) -> Option<String> {
    let people = approvers(keys, now).len();
    if !keys.approvals_required() {
        return Some(
            "no approver has a key: whoever holds the rundown key could raise an emergency; make two with `cunxiang keys approver NAME`"
                .to_owned(),
        );
    }
    (people < crate::rundown::statement::APPROVERS_NEEDED).then(|| {
        format!("{people} of the 2 approvers needed has a valid key: no emergency can air; make one with `cunxiang keys approver NAME`")
    })
}

/// The people with a key that is valid now.
fn approvers(keys: &Keys, now: Timestamp) -> std::collections::BTreeSet<&str> {
    keys.approvers(now).filter_map(|key| key.person.as_deref()).collect()
}

/// What remains to be done after a change.
fn after(place: &Place, keys: &CountyKeys) {
    // Where none runs the next start reads it.
    if let Ok(Answer::Done(said)) = ask_daemon(place, &Ask::LookAtKeys) {
        anstream::println!("{said}");
    }
    if keys.root_is_here() {
        anstream::println!("root.key lies in the data folder: take it away to a safe place");
    }
}

/// Errors: nobody of that name may approve emergencies.
fn is_approver(place: &Place, name: &str) -> anyhow::Result<()> {
    let people = match ask_daemon(place, &Ask::People) {
        Ok(Answer::People(people)) => people,
        _ => people_of_ledger(place)?,
    };
    let found = people.iter().find(|person| person.name == name && person.retired.is_none());
    if found.is_some_and(|person| person.roles.contains(&Role::Approver)) {
        return Ok(());
    }
    bail!(
        "{name} is not an approver among the people; an engineer adds one with `cunxiang people add NAME --account ACCOUNT --role approver`"
    );
}

fn people_of_ledger(place: &Place) -> anyhow::Result<Vec<Person>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let ledger = Ledger::open(&place.data().join("ledger.db")).await?;
        let people = ledger.people().await?;
        ledger.close().await;
        Ok(people)
    })
}

/// How a key stands.
pub fn standing(key: &Key, now: Timestamp) -> &'static str {
    match () {
        () if key.revoked => "revoked",
        () if now > key.not_after => "ended",
        () if now < key.not_before => "not yet",
        () => "valid",
    }
}

fn show(keys: &CountyKeys, format: Format, now: Timestamp) -> anyhow::Result<()> {
    let days = |key: &Key| (key.not_after - now).num_days().max(0);
    let is_used = |key: &Key| keys.in_use(key.purpose) == Some(&key.id);
    let root = keys.root.id();
    if format == Format::Json {
        let rows = keys.keys().keys.iter().map(|key| {
            let (state, in_use) = (standing(key, now), is_used(key));
            json!({
                "id": key.id, "use": key.purpose, "person": key.person, "not_before": key.not_before,
                "not_after": key.not_after, "revoked": key.revoked, "days_left": days(key), "state": state, "in_use": in_use,
            })
        });
        let here = keys.root_is_here();
        page::json(&json!({
            "version": keys.version(), "root": { "id": root, "here": here },
            "approvals_required": keys.keys().approvals_required(), "keys": rows.collect::<Vec<_>>(),
        }))?;
        return Ok(());
    }
    let rows: Vec<Vec<String>> = keys
        .keys()
        .keys
        .iter()
        .map(|key| {
            let purpose = format!("{:?}", key.purpose).to_lowercase();
            let state = match standing(key, now) {
                "valid" if is_used(key) => "in use".to_owned(),
                state => state.to_owned(),
            };
            vec![
                key.id.to_string(),
                purpose,
                key.person.clone().unwrap_or_else(|| "-".to_owned()),
                key.not_before.date_naive().to_string(),
                key.not_after.date_naive().to_string(),
                days(key).to_string(),
                state,
            ]
        })
        .collect();
    page::table(&["KEY", "USE", "PERSON", "FROM", "UNTIL", "DAYS", "STATE"], &rows);
    let here = if keys.root_is_here() { "lies here: take it away to a safe place" } else { "is not here" };
    anstream::println!("keys document {}, signed by the root {root}, whose private key {here}", keys.version());
    if let Some(advice) = advice(keys.keys(), now) {
        anstream::println!("{advice}");
    }
    Ok(())
}
