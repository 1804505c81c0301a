//! Reads `[channel.*]` of `config/machine.toml`: the chat services that this machine reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::base::Id;
use crate::base::table::{Field, Table};
use crate::outbox::channel::https;
use crate::outbox::{self, apprise, folder, robots, telegram, webhook};

/// The keywords of robots are short words; longer ones would take the room of texts.
const KEYWORD_CHARS_MAX: usize = 20;
/// As systemd's services find what it keeps for them.
const CREDENTIALS: &str = "$CREDENTIALS_DIRECTORY/";

pub(super) fn channels(table: Table<'_>, home: &Path) -> outbox::Options {
    let folder = table.table("folder").and_then(|table| files(table, home, "\"data/posts\""));
    let manual = table.table("manual").and_then(|table| files(table, home, "\"data/tasks\""));
    let telegram = table.table("telegram").and_then(|table| {
        let token_file =
            table.require("token_file", "\"config/telegram.token\"").and_then(|field| secret(&field, home));
        let (api_url, proxy) = (text(&table, "api_url"), text(&table, "proxy"));
        table.done();
        Some(telegram::Options { token_file: token_file?, api_url, proxy, timeout: https::TIMEOUT })
    });
    let wecom = table.table("wecom").map(|table| service(table, home, false));
    let dingtalk = table.table("dingtalk").map(|table| service(table, home, true));
    let feishu = table.table("feishu").map(|table| service(table, home, true));
    let webhook = table.table("webhook").map(|table| webhooks(table, home));
    let apprise = table.table("apprise").map(|table| servers(table, home));
    table.done();
    outbox::Options { folder, manual, telegram, wecom, dingtalk, feishu, webhook, apprise }
}

/// A channel that writes files.
fn files(table: Table<'_>, home: &Path, example: &str) -> Option<folder::Options> {
    let folder = table.require("folder", example).and_then(|field| field.text());
    table.done();
    Some(folder::Options { folder: home.join(folder?) })
}

fn text(table: &Table<'_>, key: &'static str) -> Option<String> {
    table.get(key).and_then(|field| field.text().map(str::to_owned))
}

/// A service whose robots have an address each.
fn service(table: Table<'_>, home: &Path, knows_keywords: bool) -> robots::Options {
    let (api_url, proxy) = (text(&table, "api_url"), text(&table, "proxy"));
    let mut robots = BTreeMap::new();
    let mut files = BTreeSet::new();
    let named = table.require("robots", "{ benzilan = \"config/benzilan.robot\" }").and_then(|field| field.table());
    for field in named.iter().flat_map(Table::entries) {
        let name = field.key().parse::<Id>().map_err(|why| field.fault("bad-value", why.to_string(), "rename it")).ok();
        let robot = robot(&field, home, knows_keywords);
        if let Some(robot) = robot.as_ref().filter(|robot| !files.insert(robot.secret_file.clone())) {
            let what = format!("two robots have the file {}", robot.secret_file.display());
            field.fault("bad-value", what, "give each robot a file of its own, or name one robot in both chats");
        }
        robots.extend(name.zip(robot));
    }
    table.done();
    robots::Options { robots, api_url, proxy, timeout: https::TIMEOUT }
}

/// Programs that take posts, each with its address and secret.
fn webhooks(table: Table<'_>, home: &Path) -> webhook::Options {
    let named = named_places(&table, home, "hooks", "office.hook");
    let hooks = named.places.into_iter().map(|(name, (url, secret_file))| (name, webhook::Hook { url, secret_file }));
    let hooks = hooks.collect();
    table.done();
    webhook::Options { hooks, private_hosts: named.private_hosts, proxy: named.proxy, timeout: https::TIMEOUT }
}

/// Apprise API servers, each with its address and the key of a configuration.
fn servers(table: Table<'_>, home: &Path) -> apprise::Options {
    let named = named_places(&table, home, "servers", "office.apprise");
    let places = named.places.into_iter();
    let servers = places.map(|(name, (url, secret_file))| (name, apprise::Server { url, secret_file })).collect();
    table.done();
    apprise::Options { servers, private_hosts: named.private_hosts, proxy: named.proxy, timeout: https::TIMEOUT }
}

/// Addresses with secrets, by name, and how they are reached.
struct NamedPlaces {
    places: BTreeMap<Id, (String, PathBuf)>,
    private_hosts: BTreeSet<String>,
    proxy: Option<String>,
}

fn named_places(table: &Table<'_>, home: &Path, key: &'static str, file: &str) -> NamedPlaces {
    let proxy = text(table, "proxy");
    let hosts = table.get("private_hosts").map(|field| field.items()).unwrap_or_default();
    let private_hosts: BTreeSet<String> = hosts.iter().filter_map(|host| host.text()).map(str::to_owned).collect();
    let mut places = BTreeMap::new();
    let example = format!("{{ office = {{ url = \"https://host/path\", secret_file = \"config/{file}\" }} }}");
    let named = table.require(key, &example);
    for field in named.and_then(|field| field.table()).iter().flat_map(Table::entries) {
        let name = field.key().parse::<Id>().map_err(|why| field.fault("bad-value", why.to_string(), "rename it")).ok();
        let Some(place) = field.table() else { continue };
        let url = place.require("url", "\"https://host/path\"").and_then(|field| {
            let url = webhook::address(field.text()?, &private_hosts);
            url.map_err(|(what, help)| field.fault("bad-value", what, help)).ok()
        });
        let secret_file =
            place.require("secret_file", &format!("\"config/{file}\"")).and_then(|field| secret(&field, home));
        place.done();
        if let (Some(name), Some(url), Some(secret_file)) = (name, url, secret_file) {
            places.insert(name, (url.into(), secret_file));
        }
    }
    NamedPlaces { places, private_hosts, proxy }
}

/// `"FILE"`, or `{ secret_file = "FILE", keyword = "通知" }`.
fn robot(field: &Field<'_>, home: &Path, knows_keywords: bool) -> Option<robots::Robot> {
    if field.is_text() {
        return Some(robots::Robot { secret_file: secret(field, home)?, keyword: None });
    }
    let table = field.table()?;
    let secret_file = table.require("secret_file", "\"config/benzilan.robot\"").and_then(|field| secret(&field, home));
    let keyword = if knows_keywords { table.get("keyword").and_then(|field| keyword(&field)) } else { None };
    table.done();
    Some(robots::Robot { secret_file: secret_file?, keyword })
}

fn keyword(field: &Field<'_>) -> Option<String> {
    let word = field.text()?.trim();
    if word.is_empty() || word.chars().count() > KEYWORD_CHARS_MAX || word.contains(char::is_control) {
        let what = format!("`keyword` = \"{word}\" is no keyword");
        field.fault("bad-value", what, format!("write a word of at most {KEYWORD_CHARS_MAX} letters"));
        return None;
    }
    Some(word.to_owned())
}

/// A file that holds a secret: below home, or among those that systemd keeps. A secret itself is a fault.
fn secret(field: &Field<'_>, home: &Path) -> Option<PathBuf> {
    let text = field.text()?;
    if text.contains("://") || text.contains(':') {
        // Not repeated: it is read on screens and in logs.
        let what = format!("`{}` is the name of a file, and this looks like the secret itself", field.key());
        field.fault("bad-value", what, "write it into a file of mode 0600, and name that file here");
        return None;
    }
    match text.strip_prefix(CREDENTIALS) {
        // Outside of the service there is none, and what reads it says so.
        Some(name) => {
            Some(std::env::var_os("CREDENTIALS_DIRECTORY").map_or_else(|| text.into(), PathBuf::from).join(name))
        }
        None => Some(home.join(text)),
    }
}
