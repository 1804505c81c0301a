//! Any program that takes posts as JSON over HTTPS: `docs/ref/webhook.md` has what it gets.
//!
//! Each call has an id that stays the same however often it is sent, and the receiver takes an id once: so a call that may
//! have arrived is sent again. Where a host is, is asked once for each connection, which goes to no other place
//! than the one that was looked at: a name that points into this network later is of no use to anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{SecondsFormat, TimeDelta};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use hmac::{Hmac, Mac as _};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};
use serde_json::{Value, json};
use sha2::Sha256;

use super::https::{self, FILE_TIMES, Reach, RefusedPlace, Reply, refused, retry};
use super::secret::{Fault, Form, Secret};
use super::{Answer, Channel, ChannelFault, Content, Limit, Parcel, Scope, TextMax, Unit};
use crate::base::{Digest, Id, near};

pub const KIND: &str = "webhook";

/// The version of what is sent.
const FORMAT: u32 = 1;
/// Receivers differ; this is gentle to all.
const BUDGET: &[Limit] = &[Limit { scope: Scope::Robot, calls: 45, per: TimeDelta::seconds(60) }];
/// Far above any notice, and far below what a receiver refuses.
const TEXT_BYTES_MAX: usize = 100_000;
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 16..=256;
/// A mended secret is tried this soon.
const BAD_SECRET_RETRY: TimeDelta = TimeDelta::minutes(1);
/// A person has to set the receiver up and start again.
const NO_HOOK_RETRY: TimeDelta = TimeDelta::minutes(5);

/// Which receivers there are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// By the name that `channel = { kind = "webhook", hook = ".." }` uses.
    pub hooks: BTreeMap<Id, Hook>,
    /// Hosts that may lie in this network, and be spoken to without TLS.
    pub private_hosts: BTreeSet<String>,
    /// Such as `http://proxy:3128`; may hold a password. Then it is the proxy that asks where hosts are.
    pub proxy: Option<String>,
    pub timeout: Duration,
}

/// One receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub url: String,
    /// Holds the secret that signs, and nothing else; mode 0600.
    pub secret_file: PathBuf,
}

static FORM: Form<String> = Form {
    name: "the signature with the secret",
    whose: "secret for signing",
    help: "write a secret of 16 to 256 characters without spaces into it, the same as at the receiver",
    parse: |text| (SECRET_CHARS.contains(&text.len()) && !text.contains(char::is_whitespace)).then(|| text.to_owned()),
};

pub struct Webhook {
    client: Client,
    timeout: Duration,
    hooks: BTreeMap<Id, (Url, Mutex<Secret<String>>)>,
}

impl Webhook {
    /// Errors: no address in `proxy`; an address of a receiver that is none, is not HTTPS, or lies in this network and is
    /// not allowed to.
    pub fn open(options: &Options) -> Result<Webhook, ChannelFault> {
        let timeout = options.timeout.min(https::TIMEOUT_MAX);
        let mut builder = https::builder(&Reach { kind: KIND, proxy: options.proxy.as_deref(), timeout })?;
        // A proxy asks for itself; its own address is none of the receivers'.
        if options.proxy.is_none() {
            builder = builder.dns_resolver(Arc::new(Guard::of(&options.private_hosts)));
        }
        let mut hooks = BTreeMap::new();
        for (name, hook) in &options.hooks {
            let url = address(&hook.url, &options.private_hosts).map_err(|(what, help)| ChannelFault {
                kind: KIND,
                what: format!("`{name}`: {what}"),
                help: help.into(),
            })?;
            hooks.insert(name.clone(), (url, Mutex::new(Secret::of(&hook.secret_file, &FORM))));
        }
        Ok(Webhook { client: https::build(KIND, builder)?, timeout, hooks })
    }

    async fn call(&self, parcel: &Parcel) -> Result<Answer, Answer> {
        let name = hook_of(&parcel.address).map_err(|why| refused("bad-address", &why))?;
        let Some((url, secret)) = self.hooks.get(&name) else {
            let hint = near::hint(name.as_str(), self.hooks.keys().map(Id::as_str));
            let detail =
                format!("this machine has no webhook `{name}`{hint}; add it to config/machine.toml and start again");
            return Err(retry(Some(NO_HOOK_RETRY), "no-robot", &detail));
        };
        let key = lock(secret).now();
        let key =
            key.map_err(|Fault { what, help }| retry(Some(BAD_SECRET_RETRY), "no-secret", &format!("{what}; {help}")))?;
        let body = body(parcel).to_string();
        let timestamp = parcel.at.timestamp().to_string();
        let request = self
            .client
            .post(url.clone())
            .header("content-type", "application/json")
            .header("x-cunxiang-id", parcel.id.to_string())
            .header("x-cunxiang-timestamp", &timestamp)
            .header("x-cunxiang-signature", format!("sha256={}", signature(&key, &timestamp, &body)));
        match https::ask(request.body(body), self.timeout * FILE_TIMES).await {
            Ok(reply) => Ok(classify(parcel, &reply, secret)),
            // The receiver takes an id once, so sending it again does no harm.
            Err(Answer::Unknown { code, detail }) => Err(Answer::Doubtful { after: None, code, detail }),
            Err(answer) => Err(answer),
        }
    }
}

fn classify(parcel: &Parcel, reply: &Reply, secret: &Mutex<Secret<String>>) -> Answer {
    let status = reply.status;
    let code = status.to_string();
    let said = format!("the receiver answered HTTP {status}");
    match status {
        200..=299 => {
            lock(secret).refused(false);
            Answer::Sent { ids: vec![parcel.id.to_string()] }
        }
        401 | 403 => {
            lock(secret).refused(true);
            let detail = format!("{said}: it refuses the signature; {}; check this machine's clock", FORM.help);
            retry(Some(BAD_SECRET_RETRY), &code, &detail)
        }
        425 | 429 => retry(reply.wait("retry-after"), &code, &said),
        // It may have taken it first.
        408 | 500..=599 => Answer::Doubtful { after: reply.wait("retry-after"), code, detail: said },
        300..=399 => refused(&code, &format!("{said}, which leads elsewhere; write the address that it leads to")),
        _ => refused(&code, &said),
    }
}

/// What the receiver gets; docs/ref/webhook.md describes it.
fn body(parcel: &Parcel) -> Value {
    let Parcel { id, chat, post, content, .. } = parcel;
    let time = |at: crate::base::Timestamp| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let media = |kind: &str, bytes: &[u8]| json!({ "type": kind, "sha256": Digest::of(bytes).to_string(), "base64": BASE64_STANDARD.encode(bytes) });
    let mut body = json!({
        "format": FORMAT,
        "id": id.to_string(),
        "post": id.post,
        "part": id.position + 1,
        "repeat": id.repeat,
        "chat": chat,
        "broadcast": post.broadcast,
        "occasion": post.occasion,
        "class": post.class,
        "level": post.level,
        "notice": post.notice,
        "due": time(post.due),
        "expires": time(post.expires),
    });
    let own = match content {
        Content::Text { language, text } => json!({ "kind": "text", "language": language, "text": text }),
        Content::Voice { language, title, frames, bytes } => json!({
            "kind": "voice", "language": language, "title": title, "frames": frames, "media": media("audio/ogg", bytes),
        }),
        Content::Card { language, title, bytes } => {
            json!({ "kind": "card", "language": language, "title": title, "media": media("image/png", bytes) })
        }
    };
    let (Value::Object(body_fields), Value::Object(own)) = (&mut body, own) else { unreachable!("both are objects") };
    body_fields.extend(own);
    body
}

/// HMAC-SHA256 over `<timestamp>.<body>`, in hexadecimal digits.
fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{timestamp}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A receiver's address; what is wrong with it and what to write. It may hold a secret, so it is not repeated.
pub fn address(text: &str, private_hosts: &BTreeSet<String>) -> Result<Url, (String, &'static str)> {
    const HELP: &str = "write it as https://host/path";
    let url = Url::parse(text).ok().ok_or_else(|| ("`url` is no address".to_owned(), HELP))?;
    let host = url.host_str().ok_or_else(|| ("`url` names no host".to_owned(), HELP))?.to_owned();
    let is_allowed = private_hosts.contains(&host);
    match url.scheme() {
        "https" => {}
        "http" if is_allowed => {}
        _ => return Err((format!("`url` of {host} is not HTTPS"), HELP)),
    }
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    if ip.is_some_and(|ip| !is_public(ip)) && !is_allowed {
        return Err((format!("{host} lies in a private network"), "name it in `private_hosts` if that is meant"));
    }
    Ok(url)
}

/// Asks where a host is, and hands out no private places but of hosts that are allowed to be there.
pub(super) struct Guard {
    private_hosts: BTreeSet<String>,
}

impl Guard {
    pub fn of(private_hosts: &BTreeSet<String>) -> Guard {
        Guard { private_hosts: private_hosts.clone() }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let is_allowed = self.private_hosts.contains(&host);
        Box::pin(async move {
            let mut found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            if !is_allowed {
                found.retain(|place| is_public(place.ip()));
                if found.is_empty() {
                    let why = format!("{host} lies in a private network; name it in `private_hosts` if that is meant");
                    return Err(Box::new(RefusedPlace(why)) as Box<dyn std::error::Error + Send + Sync>);
                }
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the open Internet (the registries of RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            let is_reserved = a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || (a == 198 && (b == 18 || b == 19));
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || is_shared
                || is_reserved)
        }
        IpAddr::V6(ip) => {
            if let Some(inside) = ip.to_ipv4_mapped() {
                return is_public(IpAddr::V4(inside));
            }
            let [a, b, .., y, z] = ip.segments();
            // 64:ff9b::/96 leads to the IPv4 address in it.
            if (a, b) == (0x64, 0xff9b) {
                let [[p, q], [r, s]] = [y.to_be_bytes(), z.to_be_bytes()];
                return is_public(IpAddr::V4(Ipv4Addr::new(p, q, r, s)));
            }
            // Only 2000::/3 is given out, without tunnels (6to4, Teredo) and the example.
            a & 0xe000 == 0x2000 && a != 0x2002 && (a, b) != (0x2001, 0) && (a, b) != (0x2001, 0xdb8)
        }
    }
}

fn lock(secret: &Mutex<Secret<String>>) -> MutexGuard<'_, Secret<String>> {
    secret.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hook_of(address: &Value) -> Result<Id, String> {
    let name = address["hook"].as_str().and_then(|name| name.parse().ok());
    name.ok_or_else(|| {
        "a group behind a webhook is named by it; write hook = \"NAME\", as config/machine.toml names it".into()
    })
}

/// Whether an address names a receiver; what is wrong and what to write instead.
pub fn check_address(address: &Value) -> Result<(), String> {
    hook_of(address).map(drop)
}

/// What this machine lacks for an address.
pub(super) fn lacking(options: &Options, address: &Value) -> Option<String> {
    let name = hook_of(address).ok().filter(|name| !options.hooks.contains_key(name))?;
    let hint = near::hint(name.as_str(), options.hooks.keys().map(Id::as_str));
    Some(format!(
        "this machine has no webhook `{name}`{hint}; add it under [channel.webhook.hooks] of config/machine.toml"
    ))
}

impl Channel for Webhook {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn robot(&self, address: &Value) -> String {
        hook_of(address).map_or_else(|_| KIND.to_owned(), |name| format!("{KIND}:{name}"))
    }

    fn idempotent(&self) -> bool {
        true
    }

    fn budget(&self) -> &'static [Limit] {
        BUDGET
    }

    fn text_max(&self) -> TextMax {
        TextMax { size: TEXT_BYTES_MAX, unit: Unit::Bytes }
    }

    fn faults(&self) -> Vec<String> {
        let fault = |(name, (_, secret)): (&Id, &(_, Mutex<Secret<String>>))| {
            lock(secret).fault().map(|fault| format!("{KIND} {name}: {fault}"))
        };
        self.hooks.iter().filter_map(fault).collect()
    }

    fn notes(&self) -> Vec<String> {
        let place = |(name, (url, _)): (&Id, &(Url, _))| {
            format!("{KIND} {name} goes to {}", url.host_str().unwrap_or_default())
        };
        self.hooks.iter().map(place).collect()
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        async move { self.call(parcel).await.unwrap_or_else(|answer| answer) }.boxed()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("webhook::Options")
            .field("hooks", &self.hooks.keys())
            .field("private_hosts", &self.private_hosts)
            .field("proxy", &self.proxy.as_ref().map(|_| "<set>"))
            .finish()
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND}({:?})", self.hooks.keys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_places_are_known() {
        for (text, public) in [
            ("8.8.8.8", true),
            ("10.1.2.3", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("198.18.0.1", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::808:808", true),
            ("2002:7f00:1::", false),
            ("2400:3200::1", true),
        ] {
            assert_eq!(is_public(text.parse().unwrap()), public, "{text}");
        }
    }

    #[test]
    fn addresses_are_looked_at_beforehand() {
        let allowed = BTreeSet::from(["hooks.lan".to_owned(), "10.0.0.5".to_owned()]);
        let check = |text: &str| address(text, &allowed).map(drop).map_err(|(what, _)| what);
        assert_eq!(check("https://hooks.example.org/a"), Ok(()));
        assert_eq!(check("http://hooks.lan/a"), Ok(()));
        assert_eq!(check("https://10.0.0.5/a"), Ok(()));
        assert_eq!(check("http://hooks.example.org/a"), Err("`url` of hooks.example.org is not HTTPS".into()));
        for private in ["10.0.0.6", "127.0.0.1", "[::1]", "2130706433", "0x7f.1"] {
            assert!(check(&format!("https://{private}/a")).unwrap_err().contains("private network"), "{private}");
        }
        assert!(check("hooks").is_err());
    }
}
