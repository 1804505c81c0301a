//! Reads `[page]` of `config/machine.toml`: the public pages of notices.

use std::net::SocketAddr;

use crate::base::table::Table;

/// Where the public pages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub listen: SocketAddr,
    /// What links begin with.
    pub url: String,
    /// Whether a notice's number is enough to find its page.
    pub by_number: bool,
}

pub(super) fn page(table: Table<'_>) -> Option<Page> {
    let listen = table.require("listen", "\"127.0.0.1:8330\"").and_then(|field| {
        let address = field.text()?.parse().ok();
        if address.is_none() {
            field.fault("bad-value", "`listen` is no address with a port".to_owned(), "write \"127.0.0.1:8330\"");
        }
        address
    });
    let url = table.require("url", "\"https://notices.example.org\"").and_then(|field| {
        let text = field.text()?;
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let is_plain = rest.is_some_and(|rest| !rest.trim_end_matches('/').is_empty())
            && !text.contains(['?', '#', '@'])
            && !text.contains(char::is_whitespace);
        if !is_plain {
            let what = format!("`url` = \"{text}\" is no address that links can begin with");
            field.fault("bad-value", what, "write it as \"https://notices.example.org\"");
        }
        is_plain.then(|| text.to_owned())
    });
    let by_number = table.get("names").and_then(|field| field.word(&[("link", false), ("number", true)]));
    table.done();
    Some(Page { listen: listen?, url: url?, by_number: by_number.unwrap_or(false) })
}
