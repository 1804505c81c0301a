//! Group robots that have one web address each: which robot a chat names, its secret, and what the code in the body of an
//! answer says. Shared by the services whose robots work that way.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::https::{self, Reach, Reply, unknown};
use super::secret::{Fault, Form, Secret};
use super::{Answer, ChannelFault};
use crate::base::{Id, near};

/// How to reach the service, and which robots there are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// By the name that `channel = { kind = "..", robot = ".." }` uses.
    pub robots: BTreeMap<Id, Robot>,
    /// Another server that speaks the same, for trials; none for the service's own.
    pub api_url: Option<String>,
    /// Such as `http://proxy:3128` or `socks5h://127.0.0.1:1080`; may hold a password.
    pub proxy: Option<String>,
    /// The bound on a text; [`https::TIMEOUT`] unless there is a reason.
    pub timeout: Duration,
}

/// One robot, in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Robot {
    /// Holds the address that the service shows, and below it the secret for signing where there is one; mode 0600.
    pub secret_file: PathBuf,
    /// A word that every message must hold, where the robot is set so.
    pub keyword: Option<String>,
}

/// What tells a robot of one service from those of others.
pub(super) struct Service {
    pub kind: &'static str,
    /// Where robots may be; the first unless an address says another.
    pub hosts: &'static [&'static str],
    /// In an answer's body: its code, 0 for fine, and its words.
    pub code: &'static str,
    pub words: &'static str,
    pub form: &'static Form<Key>,
    /// What a code other than 0 says.
    pub say: fn(i64, &str, &Reply) -> Said,
}

/// What a service says of a call that it did not take.
pub(super) enum Said {
    Answer(Answer),
    /// The robot's address or secret is wrong, or its service keeps this machine out: a fault of the robot, not of the
    /// post, which waits until it is mended or expires.
    BadRobot,
}

/// What a robot's file holds.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// None for the service's first host.
    pub host: Option<&'static str>,
    pub token: String,
    pub signing: Option<String>,
}

/// A mended robot is tried this soon.
const BAD_ROBOT_RETRY: TimeDelta = TimeDelta::minutes(1);
/// A person has to set the robot up and start again.
const NO_ROBOT_RETRY: TimeDelta = TimeDelta::minutes(5);
/// Robots' tokens are 32 to 64 letters long.
const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 16..=128;

/// The robots of one service on this machine.
pub(super) struct Robots {
    service: &'static Service,
    pub client: Client,
    api_url: Option<String>,
    pub timeout: Duration,
    robots: BTreeMap<Id, (Option<String>, Mutex<Secret<Key>>)>,
}

/// A robot that a call goes to, with its secret as it is now.
pub(super) struct Chosen<'a> {
    pub key: Key,
    pub keyword: Option<&'a str>,
    secret: &'a Mutex<Secret<Key>>,
    /// `https://host`
    server: String,
    service: &'static Service,
}

impl Robots {
    /// Reads the secrets and makes ready; a robot whose secret is missing holds back only its own groups.
    pub fn open(service: &'static Service, options: &Options) -> Result<Robots, ChannelFault> {
        let timeout = options.timeout.min(https::TIMEOUT_MAX);
        let reach = Reach { kind: service.kind, proxy: options.proxy.as_deref(), timeout };
        let robots = options.robots.iter().map(|(name, robot)| {
            let secret = Mutex::new(Secret::of(&robot.secret_file, service.form));
            (name.clone(), (robot.keyword.clone(), secret))
        });
        Ok(Robots {
            service,
            client: https::client(&reach)?,
            api_url: https::other_server(service.kind, options.api_url.as_deref())?,
            timeout,
            robots: robots.collect(),
        })
    }

    /// The robot that an address names.
    ///
    /// Errors: how a call to it ends without one.
    pub fn choose(&self, address: &Value) -> Result<Chosen<'_>, Answer> {
        let name = robot_of(address).map_err(|why| https::refused("bad-address", &why))?;
        let Some((keyword, secret)) = self.robots.get(&name) else {
            let hint = near::hint(name.as_str(), self.robots.keys().map(Id::as_str));
            let detail = format!(
                "this machine has no {} robot `{name}`{hint}; add it to config/machine.toml and start again",
                self.service.kind
            );
            return Err(https::retry(Some(NO_ROBOT_RETRY), "no-robot", &detail));
        };
        let key = lock(secret).now().map_err(|Fault { what, help }| {
            https::retry(Some(BAD_ROBOT_RETRY), "no-secret", &format!("{what}; {help}"))
        })?;
        let host = key.host.unwrap_or(self.service.hosts[0]);
        let server = self.api_url.clone().unwrap_or_else(|| format!("https://{host}"));
        Ok(Chosen { key, keyword: keyword.as_deref(), secret, server, service: self.service })
    }

    /// Whose budget a call to this address uses.
    pub fn budget_of(&self, address: &Value) -> String {
        match robot_of(address) {
            Ok(name) => format!("{}:{name}", self.service.kind),
            Err(_) => self.service.kind.to_owned(),
        }
    }

    /// What is wrong with each robot.
    pub fn faults(&self) -> Vec<String> {
        let fault = |(name, (_, secret)): (&Id, &(_, Mutex<Secret<Key>>))| {
            lock(secret).fault().map(|fault| format!("{} {name}: {fault}", self.service.kind))
        };
        self.robots.iter().filter_map(fault).collect()
    }

    /// What people should know of how it is set up.
    pub fn notes(&self) -> Vec<String> {
        let note = |url| format!("{} goes to {url} by `api_url`, not to the service", self.service.kind);
        self.api_url.iter().map(note).collect()
    }
}

impl Chosen<'_> {
    /// The robot's address, with another path where the service has one.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}{}", self.server, self.key.token)
    }

    /// Sends once, and reads the code in the body: the status alone says nothing.
    pub async fn ask(&self, request: RequestBuilder, limit: Duration) -> Result<Value, Answer> {
        let reply = https::ask(request, limit).await?;
        let said = reply.json().and_then(|said| Some((said[self.service.code].as_i64()?, said)));
        match said {
            // An error of the server may come after delivery.
            _ if reply.status >= 500 => Err(unknown("server", &format!("the service failed (HTTP {})", reply.status))),
            Some((0, said)) => {
                lock(self.secret).refused(false);
                Ok(said)
            }
            Some((code, said)) => {
                let words = self.masked(said[self.service.words].as_str().unwrap_or_default());
                Err(self.settle(code, &words, &reply))
            }
            None if reply.status == 429 => {
                Err(https::retry(reply.wait("retry-after"), "429", "the service asks to wait"))
            }
            None => {
                let detail = format!("the answer (HTTP {}) is none of the service's", reply.status);
                Err(unknown("unreadable", &detail))
            }
        }
    }

    fn settle(&self, code: i64, words: &str, reply: &Reply) -> Answer {
        match (self.service.say)(code, words, reply) {
            Said::Answer(answer) => {
                // What is refused for its content came from a robot that is known.
                if matches!(answer, Answer::Refused { .. }) {
                    lock(self.secret).refused(false);
                }
                answer
            }
            Said::BadRobot => {
                lock(self.secret).refused(true);
                let help = self.service.form.help;
                let detail = format!("the service refuses the robot: {words}; {help}");
                https::retry(Some(BAD_ROBOT_RETRY), &code.to_string(), &detail)
            }
        }
    }

    /// Services repeat what they were sent; the secrets are masked wherever they turn up.
    fn masked(&self, text: &str) -> String {
        let text = text.replace(&self.key.token, "<token>");
        match &self.key.signing {
            Some(secret) => text.replace(secret.as_str(), "<secret>"),
            None => text,
        }
    }
}

fn lock(secret: &Mutex<Secret<Key>>) -> MutexGuard<'_, Secret<Key>> {
    secret.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The robot that an address names.
///
/// Errors: what is wrong with it, and what to write.
pub(super) fn robot_of(address: &Value) -> Result<Id, String> {
    let name = address["robot"].as_str().and_then(|name| name.parse().ok());
    name.ok_or_else(|| {
        "a group of this service is named by its robot; write robot = \"NAME\", as config/machine.toml names it".into()
    })
}

/// What this machine lacks for an address; what is wrong and what to do.
pub(super) fn lacking(kind: &str, options: &Options, address: &Value) -> Option<String> {
    let name = robot_of(address).ok().filter(|name| !options.robots.contains_key(name))?;
    let hint = near::hint(name.as_str(), options.robots.keys().map(Id::as_str));
    Some(format!(
        "this machine has no {kind} robot `{name}`{hint}; add it under [channel.{kind}.robots] of config/machine.toml"
    ))
}

/// Reads a robot's file: the address that the service shows, or its token alone; on the next line the secret for signing.
pub(super) fn key(text: &str, hosts: &[&'static str], path: &str, signing: fn(&str) -> bool) -> Option<Key> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, second) = (lines.next()?, lines.next());
    if lines.next().is_some() || second.is_some_and(|second| !signing(second)) {
        return None;
    }
    let (host, token) = match first.strip_prefix("https://") {
        Some(rest) => {
            let (host, rest) = rest.split_at(rest.find('/')?);
            (hosts.iter().find(|known| **known == host).copied().map(Some)?, rest.strip_prefix(path)?)
        }
        None => (None, first),
    };
    let is_token = TOKEN_CHARS.contains(&token.len())
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_token.then(|| Key { host, token: token.to_owned(), signing: second.map(str::to_owned) })
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("robots::Options")
            .field("robots", &self.robots)
            .field("api_url", &self.api_url)
            .field("proxy", &self.proxy.as_ref().map(|_| "<set>"))
            .field("timeout", &self.timeout)
            .finish()
    }
}

impl fmt::Debug for Robots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", self.service.kind, self.robots.keys())
    }
}
