//! The county over HTTPS: the address, the connection, and whom it trusts.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, Response};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::{Client, redirect};

use super::calls::{Calls, Carrier, Flow, Terms};
use super::county::Fault;
use super::tls::{self, Dates};
use crate::base::Clock;
use crate::rundown::seal::{PublicKey, Signer};

/// To a connection with TLS on it: satellite and 2G lines take seconds for each of its round trips.
const CONNECT_MAX: Duration = Duration::from_secs(30);
/// Nothing at all for this long: the line is dead, whatever TCP still hopes.
const SILENCE_MAX: Duration = Duration::from_secs(75);
/// Where the county is, and how to get there.
#[derive(Debug, Clone)]
pub struct Address {
    /// `https://county.example:8443`, nothing after the port.
    pub url: String,
    /// The county's own CA, where the web's do not vouch for it.
    pub ca_pem: Option<String>,
    /// `http://`, `https://` or `socks5h://`; may hold a password.
    pub proxy: Option<String>,
}

/// An address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("`{0}` is no address of a county; write it as https://county.example:8443")]
    Url(String),
    #[error("the CA file is at fault: {0}")]
    Ca(#[from] tls::BadCa),
    #[error("the proxy's address does not read; write it as http://proxy:3128 or socks5h://proxy:1080")]
    Proxy,
}

/// The way to the county at an address.
pub struct Https {
    url: String,
    client: Client,
    dateless: Client,
}

/// An address as it is kept: `https` alone, nothing after host and port.
pub fn tidy_url(text: &str) -> Result<String, BadAddress> {
    let bad = || BadAddress::Url(text.to_owned());
    let url = reqwest::Url::parse(text.trim()).map_err(|_| bad())?;
    let is_plain = url.scheme() == "https"
        && url.host_str().is_some()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_plain { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(bad()) }
}

impl Https {
    /// The county of this root key at this address, asked under a box's own key.
    ///
    /// Errors: address, CA or proxy do not read.
    pub fn county(
        address: &Address,
        signer: Arc<Signer>,
        root: &PublicKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Calls<Https>, BadAddress> {
        Ok(Calls::new(Https::at(address, &clock)?, signer, root, clock))
    }

    /// Whatever county is at this address, for a box that joins it.
    ///
    /// Errors: as those of [`Https::county`].
    pub fn to_join(address: &Address, clock: Arc<dyn Clock>) -> Result<Calls<Https>, BadAddress> {
        Ok(Calls::to_join(Https::at(address, &clock)?, clock))
    }

    fn at(address: &Address, clock: &Arc<dyn Clock>) -> Result<Https, BadAddress> {
        let url = tidy_url(&address.url)?;
        let roots = tls::roots(address.ca_pem.as_deref())?;
        let client = |dates| {
            let config = tls::config(roots.clone(), clock.clone(), dates);
            let builder = Client::builder()
                .use_preconfigured_tls(config)
                .https_only(true)
                // A county that moved says so by a visit, not by an answer that nobody signed.
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_MAX)
                .read_timeout(SILENCE_MAX)
                // What the environment names is not what the file says.
                .no_proxy()
                .user_agent(concat!("cunxiang/", env!("CARGO_PKG_VERSION")));
            let builder = match &address.proxy {
                Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy).map_err(|_| BadAddress::Proxy)?),
                None => builder,
            };
            builder.build().map_err(|_| BadAddress::Proxy)
        };
        let (with_dates, dateless) = (client(Dates::Checked)?, client(Dates::Ignored)?);
        Ok(Https { url, client: with_dates, dateless })
    }
}

impl Carrier for Https {
    async fn carry(&self, question: Request<Vec<u8>>, terms: Terms) -> Result<Response<Flow>, Fault> {
        let (head, body) = question.into_parts();
        let client = match terms.dates {
            Dates::Checked => &self.client,
            Dates::Ignored => &self.dateless,
        };
        let request = client.request(head.method, format!("{}{}", self.url, head.uri));
        let request = request.headers(head.headers).timeout(terms.within);
        let request = if body.is_empty() { request } else { request.body(body) };
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let flow: BoxStream<'static, _> =
            response.bytes_stream().map(|chunk| chunk.map_err(|error| unreachable(&error))).boxed();
        let mut response = Response::new(flow);
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }
}

/// The innermost cause is what a person can do something about; the address is in the box's own file.
fn unreachable(error: &reqwest::Error) -> Fault {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let said = if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() };
    Fault::Unreachable(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_host_and_port() {
        for (text, tidy) in [
            ("https://county.example:8443", Some("https://county.example:8443")),
            (" https://county.example/ ", Some("https://county.example")),
            ("https://[::1]:8443/", Some("https://[::1]:8443")),
            ("http://county.example", None),
            ("county.example", None),
            ("https://county.example/link", None),
            ("https://me:secret@county.example", None),
        ] {
            assert_eq!(tidy_url(text).ok().as_deref(), tidy, "{text}");
        }
    }
}
