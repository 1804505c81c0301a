//! Reads `[link]` of `config/machine.toml`: where village boxes reach the county.

use std::net::SocketAddr;
use std::path::Path;

use crate::base::table::{Field, Table};
use crate::link::county as link;

/// Where village boxes reach the county: never open to others without TLS.
pub(super) fn options(table: Table<'_>, home: &Path) -> Option<link::Options> {
    let listen =
        table.require("listen", "\"0.0.0.0:8443\"").and_then(|field| match field.text()?.parse::<SocketAddr>() {
            Ok(address) => Some((field, address)),
            Err(_) => {
                let what = format!("`listen` = {} is no address", field.text().unwrap_or_default());
                field.fault("bad-value", what, "write it as \"0.0.0.0:8443\"");
                None
            }
        });
    let file = |field: Field<'_>| field.text().map(|text| home.join(text));
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
    let (field, listen) = listen?;
    let fault = |what: &str, help: &str| field.fault("bad-value", what.to_owned(), help);
    let transport = match (certificate, key) {
        (Some(certificate), Some(key)) if !behind_proxy => link::Transport::Tls { certificate, key },
        (None, None) if behind_proxy => link::Transport::BehindProxy,
        (None, None) if listen.ip().is_loopback() => link::Transport::Plain,
        (None, None) => {
            fault(
                "[link] is open to others without TLS",
                "name `certificate` and `key` (`cunxiang tls init` makes them), or write behind_proxy = true where a proxy ends TLS",
            );
            return None;
        }
        (Some(_), Some(_)) => {
            fault("[link] has a certificate and behind_proxy", "keep one: who ends TLS, this program or the proxy?");
            return None;
        }
        _ => {
            fault("[link] names one of `certificate` and `key` only", "name both files, or none");
            return None;
        }
    };
    Some(link::Options { listen, transport, url })
}
