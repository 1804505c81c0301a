//! The rest of the world, by an Apprise API server: it passes what it is sent on to the services of its configuration.
//!
//! What the server says at <https://github.com/caronc/apprise-api>: `POST /notify/{key}` with `body`, `title`, `type`, `tag`,
//! `format`, and files beside them in a form. 200: passed on to all; 204: it has no configuration of this key; 424: not
//! passed on to one of its services or more, and nobody says to which. It has no idempotency key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::multipart::{Form as Fields, Part};
use reqwest::{Client, RequestBuilder, Url};
use serde_json::{Value, json};

use super::https::{self, FILE_TIMES, Reach, Reply, refused, retry, unknown};
use super::secret::{Fault, Form, Secret};
use super::webhook::{self, Guard};
use super::{Answer, Channel, ChannelFault, Content, Limit, Parcel, Scope, TextMax, Unit};
use crate::base::{Id, near};
use crate::rundown::Class;

pub const KIND: &str = "apprise";

/// Services behind it differ; this is gentle to all.
const BUDGET: &[Limit] = &[Limit { scope: Scope::Robot, calls: 15, per: TimeDelta::seconds(60) }];
/// What the strictest of the common services behind it takes in one message.
const TEXT_MAX: TextMax = TextMax { size: 2000, unit: Unit::Utf16 };
/// As the server bounds the names of its configurations.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 1..=128;
/// A tag is a word; several are several chats.
const TAG_CHARS_MAX: usize = 64;
/// A mended key is tried this soon.
const BAD_KEY_RETRY: TimeDelta = TimeDelta::minutes(1);
/// A person has to set the server up.
const NO_SERVER_RETRY: TimeDelta = TimeDelta::minutes(5);

/// Which servers there are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// By the name that `channel = { kind = "apprise", server = ".." }` uses.
    pub servers: BTreeMap<Id, Server>,
    /// Hosts that may lie in this network, and be spoken to without TLS.
    pub private_hosts: BTreeSet<String>,
    /// Such as `http://proxy:3128`; may hold a password. Then it is the proxy that asks where hosts are.
    pub proxy: Option<String>,
    pub timeout: Duration,
}

/// One server, or one configuration of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Without the path of the interface.
    pub url: String,
    /// Holds the key of a configuration and, on the next line, `user:password` where the server asks for one; mode 0600.
    pub secret_file: PathBuf,
}

#[derive(Clone, PartialEq, Eq)]
struct Key {
    key: String,
    login: Option<(String, String)>,
}

static FORM: Form<Key> = Form {
    name: "the key or the login",
    whose: "key of an Apprise configuration",
    help: "write the key into it, letters, digits, - and _ alone, and on the next line user:password where the server asks for one",
    parse: key,
};

fn key(text: &str) -> Option<Key> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (key, login) = (lines.next()?, lines.next());
    let is_key = KEY_CHARS.contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let login = match login.map(|line| line.split_once(':')) {
        None => None,
        Some(login) => Some(login?),
    };
    let login = login.map(|(user, password)| (user.to_owned(), password.to_owned()));
    (is_key && lines.next().is_none()).then(|| Key { key: key.to_owned(), login })
}

pub struct Apprise {
    client: Client,
    timeout: Duration,
    servers: BTreeMap<Id, (Url, Mutex<Secret<Key>>)>,
}

impl Apprise {
    /// Errors: no address in `proxy`; an address of a server that is none, is not HTTPS, or lies in this network and is
    /// not allowed to.
    pub fn open(options: &Options) -> Result<Apprise, ChannelFault> {
        let timeout = options.timeout.min(https::TIMEOUT_MAX);
        let mut builder = https::builder(&Reach { kind: KIND, proxy: options.proxy.as_deref(), timeout })?;
        if options.proxy.is_none() {
            builder = builder.dns_resolver(Arc::new(Guard::of(&options.private_hosts)));
        }
        let mut servers = BTreeMap::new();
        for (name, server) in &options.servers {
            let url = webhook::address(&server.url, &options.private_hosts).map_err(|(what, help)| ChannelFault {
                kind: KIND,
                what: format!("`{name}`: {what}"),
                help: help.into(),
            })?;
            servers.insert(name.clone(), (url, Mutex::new(Secret::of(&server.secret_file, &FORM))));
        }
        Ok(Apprise { client: https::build(KIND, builder)?, timeout, servers })
    }

    async fn call(&self, parcel: &Parcel) -> Result<Answer, Answer> {
        let place = place_of(&parcel.address).map_err(|why| refused("bad-address", &why))?;
        let Some((url, secret)) = self.servers.get(&place.server) else {
            let name = &place.server;
            let hint = near::hint(name.as_str(), self.servers.keys().map(Id::as_str));
            let detail = format!(
                "this machine has no Apprise server `{name}`{hint}; add it to config/machine.toml and start again"
            );
            return Err(retry(Some(NO_SERVER_RETRY), "no-robot", &detail));
        };
        let key = lock(secret).now();
        let key =
            key.map_err(|Fault { what, help }| retry(Some(BAD_KEY_RETRY), "no-secret", &format!("{what}; {help}")))?;
        let (request, limit) = match &parcel.content {
            Content::Text { text, .. } => (self.text(url, &key, parcel, &place, text), self.timeout),
            Content::Voice { language, title, bytes, .. } => {
                let file = (format!("{language}.ogg"), "audio/ogg", bytes.clone());
                (self.file(url, &key, parcel, &place, title, file)?, self.timeout * FILE_TIMES)
            }
            Content::Card { language, title, bytes } => {
                let file = (format!("{language}.png"), "image/png", bytes.clone());
                (self.file(url, &key, parcel, &place, title, file)?, self.timeout * FILE_TIMES)
            }
        };
        Ok(classify(&https::ask(request, limit).await?, secret))
    }

    fn post(&self, url: &Url, key: &Key) -> RequestBuilder {
        let address = format!("{}/notify/{}", url.as_str().trim_end_matches('/'), key.key);
        let request = self.client.post(address).header("accept", "application/json");
        match &key.login {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        }
    }

    fn text(&self, url: &Url, key: &Key, parcel: &Parcel, place: &Place, text: &str) -> RequestBuilder {
        let mut body = json!({ "body": text, "type": kind_of(parcel.post.class), "format": "text" });
        if let Some(tag) = &place.tag {
            body["tag"] = json!(tag);
        }
        self.post(url, key).header("content-type", "application/json").body(body.to_string())
    }

    /// Below its title.
    fn file(
        &self,
        url: &Url,
        key: &Key,
        parcel: &Parcel,
        place: &Place,
        title: &str,
        (name, mime, bytes): (String, &str, Vec<u8>),
    ) -> Result<RequestBuilder, Answer> {
        let part = Part::bytes(bytes).file_name(name).mime_str(mime);
        let part = part.map_err(|_| refused("bad-file", "the file cannot be sent"))?;
        let fields = Fields::new().text("body", title.to_owned()).text("type", kind_of(parcel.post.class));
        let fields = fields.text("format", "text").part("attach", part);
        let fields = match &place.tag {
            Some(tag) => fields.text("tag", tag.clone()),
            None => fields,
        };
        Ok(self.post(url, key).multipart(fields))
    }
}

/// What the services behind it show beside a message.
fn kind_of(class: Class) -> &'static str {
    if class == Class::Emergency { "warning" } else { "info" }
}

fn classify(reply: &Reply, secret: &Mutex<Secret<Key>>) -> Answer {
    let status = reply.status;
    let code = status.to_string();
    let said = format!("the server answered HTTP {status}");
    match status {
        200 if is_the_servers(reply) => {
            lock(secret).refused(false);
            Answer::Sent { ids: Vec::new() }
        }
        200 => unknown("unreadable", "the answer is no Apprise server's; check `url` in config/machine.toml"),
        204 => {
            lock(secret).refused(true);
            let detail = format!("{said}: it has no configuration of this key; {}", FORM.help);
            retry(Some(BAD_KEY_RETRY), &code, &detail)
        }
        401 | 403 => {
            lock(secret).refused(true);
            retry(Some(BAD_KEY_RETRY), &code, &format!("{said}: it refuses the login; {}", FORM.help))
        }
        404 => {
            let detail = format!("{said}: there is no Apprise server at `url`; write its address without a path");
            retry(Some(NO_SERVER_RETRY), &code, &detail)
        }
        424 => {
            let detail = format!(
                "{said}: it could not pass it on to one of its services, or has none of this tag; others may have it"
            );
            unknown(&code, &detail)
        }
        429 => retry(reply.wait("retry-after"), &code, &said),
        503 if reply.wait("retry-after").is_some() => retry(reply.wait("retry-after"), &code, &said),
        300..=399 => refused(&code, &format!("{said}, which leads elsewhere; write the address that it leads to")),
        400..=499 if status != 408 => refused(&code, &said),
        _ => unknown(&code, &format!("{said}; it may have passed it on")),
    }
}

/// A network's page for visitors is an answer to everything, too. Older servers answer a form in words.
fn is_the_servers(reply: &Reply) -> bool {
    let kind = reply.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    reply.json().is_some() || kind.starts_with("text/plain")
}

/// Where an address leads.
struct Place {
    server: Id,
    tag: Option<String>,
}

fn place_of(address: &Value) -> Result<Place, String> {
    let server = address["server"].as_str().and_then(|name| name.parse().ok()).ok_or_else(|| {
        "a group behind Apprise is named by its server; write server = \"NAME\", as config/machine.toml names it"
            .to_owned()
    })?;
    let tag = match &address["tag"] {
        Value::Null => None,
        tag => Some(tag.as_str().filter(|tag| is_tag(tag)).ok_or_else(|| {
            format!("`tag` is no tag; write one word of at most {TAG_CHARS_MAX} letters, digits, - and _, as the server's configuration has it")
        })?),
    };
    Ok(Place { server, tag: tag.map(str::to_owned) })
}

fn is_tag(tag: &str) -> bool {
    (1..=TAG_CHARS_MAX).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// Whether an address names a server; what is wrong and what to write instead.
pub fn check_address(address: &Value) -> Result<(), String> {
    place_of(address).map(drop)
}

/// What this machine lacks for an address.
pub(super) fn lacking(options: &Options, address: &Value) -> Option<String> {
    let name = place_of(address).ok().map(|place| place.server).filter(|name| !options.servers.contains_key(name))?;
    let hint = near::hint(name.as_str(), options.servers.keys().map(Id::as_str));
    Some(format!(
        "this machine has no Apprise server `{name}`{hint}; add it under [channel.apprise.servers] of config/machine.toml"
    ))
}

fn lock(secret: &Mutex<Secret<Key>>) -> MutexGuard<'_, Secret<Key>> {
    secret.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Channel for Apprise {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn robot(&self, address: &Value) -> String {
        place_of(address).map_or_else(|_| KIND.to_owned(), |place| format!("{KIND}:{}", place.server))
    }

    fn idempotent(&self) -> bool {
        false
    }

    fn budget(&self) -> &'static [Limit] {
        BUDGET
    }

    fn text_max(&self) -> TextMax {
        TEXT_MAX
    }

    fn faults(&self) -> Vec<String> {
        let fault = |(name, (_, secret)): (&Id, &(Url, Mutex<Secret<Key>>))| {
            lock(secret).fault().map(|fault| format!("{KIND} {name}: {fault}"))
        };
        self.servers.iter().filter_map(fault).collect()
    }

    fn notes(&self) -> Vec<String> {
        let place = |(name, (url, _)): (&Id, &(Url, _))| {
            format!("{KIND} {name} goes to {}", url.host_str().unwrap_or_default())
        };
        self.servers.iter().map(place).collect()
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        async move { self.call(parcel).await.unwrap_or_else(|answer| answer) }.boxed()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("apprise::Options")
            .field("servers", &self.servers.keys())
            .field("private_hosts", &self.private_hosts)
            .field("proxy", &self.proxy.as_ref().map(|_| "<set>"))
            .finish()
    }
}

impl fmt::Debug for Apprise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND}({:?})", self.servers.keys())
    }
}
