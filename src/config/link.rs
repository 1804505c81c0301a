//! Reads `[link]` and `[console]` of `config/machine.toml`: where village boxes reach the county, and browsers the console.

use std::net::SocketAddr;
use std::path::Path;

use crate::base::table::{Field, Table};
use crate::link::county as link;

/// Where the console is, when nothing else is said.
const CONSOLE: &str = "127.0.0.1:8330";

/// Where village boxes reach the county: never open to others without TLS.
pub(super) fn options(table: Table<'_>, home: &Path) -> Option<link::Options> {
    let field = table.require("listen", "\"0.0.0.0:8443\"");
    let listen = field.and_then(|field| Some((address(&field, "0.0.0.0:8443")?, Some(field))));
    served("link", table, home, listen)
}

/// Where browsers reach the console: this machine alone unless a certificate or a proxy is named.
pub(super) fn console(table: Table<'_>, home: &Path) -> Option<link::Options> {
    let listen = match table.get("listen") {
        Some(field) => address(&field, CONSOLE).map(|address| (address, Some(field))),
        None => CONSOLE.parse().ok().map(|address| (address, None)),
    };
    served("console", table, home, listen)
}

fn address(field: &Field<'_>, example: &str) -> Option<SocketAddr> {
    let text = field.text()?;
    let address = text.parse().ok();
    if address.is_none() {
        field.fault("bad-value", format!("`listen` = {text} is no address"), format!("write it as \"{example}\""));
    }
    address
}

fn served(
    section: &str,
    table: Table<'_>,
    home: &Path,
    listen: Option<(SocketAddr, Option<Field<'_>>)>,
) -> Option<link::Options> {
    let file = |field: Field<'_>| field.text().map(|text| home.join(text));
    let named = ["certificate", "key", "behind_proxy"].into_iter().find_map(|key| table.get(key));
    let (certificate, key) = (table.get("certificate").and_then(file), table.get("key").and_then(file));
    let behind_proxy = table.get("behind_proxy").and_then(|field| field.bool()).unwrap_or(false);
    let url = table.get("url").and_then(|field| {
        let text = field.text()?.trim_end_matches('/');
        if !text.strip_prefix("https://").is_some_and(|host| !host.is_empty() && !host.contains('/')) {
            let what = format!("`url` = {text} is no address of a county");
            field.fault("bad-value", what, "write it as \"https://county.example:8443\"");
            return None;
        }
        Some(text.to_owned())
    });
    table.done();
    let (listen, field) = listen?;
    let place = field.or(named);
    let fault = |what: &str, help: &str| {
        place.iter().for_each(|field| field.fault("bad-value", format!("[{section}] {what}"), help));
    };
    let transport = match (certificate, key) {
        (Some(certificate), Some(key)) if !behind_proxy => link::Transport::Tls { certificate, key },
        (None, None) if behind_proxy => link::Transport::BehindProxy,
        (None, None) if listen.ip().is_loopback() => link::Transport::Plain,
        (None, None) => {
            fault(
                "is open to others without TLS",
                "name `certificate` and `key` (`cunxiang tls init` makes them), or write behind_proxy = true where a proxy ends TLS",
            );
            return None;
        }
        (Some(_), Some(_)) => {
            fault("has a certificate and behind_proxy", "keep one: who ends TLS, this program or the proxy?");
            return None;
        }
        _ => {
            fault("names one of `certificate` and `key` only", "name both files, or none");
            return None;
        }
    };
    Some(link::Options { listen, transport, url })
}
