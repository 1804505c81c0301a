//! The server's certificate: read from files, or made here with a private CA of the county's own.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use chrono::{Datelike as _, TimeDelta};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::base::{Timestamp, durable};

/// The CA is pinned on each box: it outlives the boxes.
const CA_VALID_FOR: TimeDelta = TimeDelta::days(3650);
/// Who makes certificates by hand does so again after two years; `tls init` keeps the CA then.
const CERTIFICATE_VALID_FOR: TimeDelta = TimeDelta::days(800);

/// Why TLS cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    #[error("{path}: {error}; [link] certificate and key name files that this user can read")]
    File { path: PathBuf, error: io::Error },
    #[error("{0} may be read by others; run chmod 600 on it")]
    Open(PathBuf),
    #[error("{path} is no {what} in PEM ({why}); `cunxiang tls init` makes one")]
    Unreadable { path: PathBuf, what: &'static str, why: String },
    #[error("certificate and key do not belong together: {0}; name the two files that were made together")]
    Pair(String),
    #[error("`{0}` is no name or address of a server; write it as county.example or 10.1.2.3")]
    Name(String),
    #[error("a certificate cannot be made: {0}")]
    Make(String),
}

/// When the certificates of a file end: the first of them that does.
///
/// Errors: the file cannot be read, or is not what it should be.
pub fn ends(certificate: &Path) -> Result<Timestamp, TlsFault> {
    let bytes = std::fs::read(certificate).map_err(|error| TlsFault::File { path: certificate.to_owned(), error })?;
    let unreadable = |why: String| TlsFault::Unreadable { path: certificate.to_owned(), what: "certificate", why };
    let mut first: Option<Timestamp> = None;
    for one in CertificateDer::pem_slice_iter(&bytes) {
        let one = one.map_err(|error| unreadable(error.to_string()))?;
        let (_, read) = x509_parser::parse_x509_certificate(&one).map_err(|error| unreadable(error.to_string()))?;
        let ends = Timestamp::from_timestamp(read.validity().not_after.timestamp(), 0);
        let ends = ends.ok_or_else(|| unreadable("it ends in a year that no clock shows".to_owned()))?;
        first = Some(first.map_or(ends, |first| first.min(ends)));
    }
    first.ok_or_else(|| unreadable("there is none in it".to_owned()))
}

/// What a server says of itself: TLS 1.2 and 1.3, no client certificates (a box proves itself by its own key).
///
/// Errors: a file is missing, may be read by others, or is not what it should be.
pub fn server_config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsFault> {
    let file = |path: &Path| std::fs::read(path).map_err(|error| TlsFault::File { path: path.to_owned(), error });
    let unreadable = |path: &Path, what, why: String| TlsFault::Unreadable { path: path.to_owned(), what, why };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&file(certificate)?).collect();
    let certificates = certificates.map_err(|error| unreadable(certificate, "certificate", error.to_string()))?;
    let text = file(key)?;
    let mode = std::fs::metadata(key).map_err(|error| TlsFault::File { path: key.to_owned(), error })?.permissions();
    if mode.mode() & 0o077 != 0 {
        return Err(TlsFault::Open(key.to_owned()));
    }
    let private =
        PrivateKeyDer::from_pem_slice(&text).map_err(|error| unreadable(key, "private key", error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsFault::Pair(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .map_err(|error| TlsFault::Pair(error.to_string()))?;
    Ok(Arc::new(config))
}

/// Takes up changed files, for ever. What was in use stays where the new files are at fault; that is told once.
pub(super) async fn renew(config: RustlsConfig, certificate: PathBuf, key: PathBuf, every: Duration) {
    let read = || (std::fs::read(&certificate).ok(), std::fs::read(&key).ok());
    let mut known = read();
    loop {
        tokio::time::sleep(every).await;
        let found = read();
        if found == known {
            continue;
        }
        known = found;
        match server_config(&certificate, &key) {
            Ok(fresh) => {
                config.reload_from_config(fresh);
                tracing::info!("the link's certificate was renewed");
            }
            Err(fault) => tracing::error!("the link's new certificate is not used: {fault}"),
        }
    }
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// For the boxes: it is public.
    pub ca: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub until: Timestamp,
    /// The CA was there already.
    pub ca_is_old: bool,
}

/// Makes a certificate for `names` in `folder`, with a CA of its own; one that is there is used again, so that boxes
/// need no visit.
///
/// Errors: the folder cannot be written, a name is none.
pub fn init(folder: &Path, names: &[String], now: Timestamp) -> Result<Made, TlsFault> {
    let file = |path: &Path| {
        let path = path.to_owned();
        move |error| TlsFault::File { path, error }
    };
    std::fs::create_dir_all(folder).map_err(file(folder))?;
    let path = |name: &str| folder.join(name);
    let (ca, ca_key) = (path("ca.pem"), path("ca.key"));
    let ca_is_old = ca.exists() && ca_key.exists();
    let authority = authority(now);
    let authority_key = if ca_is_old {
        let text = std::fs::read_to_string(&ca_key).map_err(file(&ca_key))?;
        KeyPair::from_pem(&text).map_err(|error| TlsFault::Unreadable {
            path: ca_key.clone(),
            what: "private key",
            why: error.to_string(),
        })?
    } else {
        let key = KeyPair::generate().map_err(made)?;
        let certificate = authority.self_signed(&key).map_err(made)?.pem();
        durable::write(&ca_key, key.serialize_pem().as_bytes(), 0o600).map_err(file(&ca_key))?;
        durable::write(&ca, certificate.as_bytes(), 0o644).map_err(file(&ca))?;
        key
    };
    // A certificate names its issuer and that one's key, which stay the same: the dates of the CA do not enter.
    let issuer = Issuer::from_params(&authority, authority_key);
    let until = now + CERTIFICATE_VALID_FOR;
    let server_key = KeyPair::generate().map_err(made)?;
    let server = server(names, now, until)?.signed_by(&server_key, &issuer).map_err(made)?;
    let (certificate, key) = (path("server.pem"), path("server.key"));
    durable::write(&key, server_key.serialize_pem().as_bytes(), 0o600).map_err(file(&key))?;
    durable::write(&certificate, server.pem().as_bytes(), 0o644).map_err(file(&certificate))?;
    Ok(Made { ca, certificate, key, until, ca_is_old })
}

fn made(error: rcgen::Error) -> TlsFault {
    TlsFault::Make(error.to_string())
}

fn authority(now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("cunxiang county CA");
    // It vouches for servers, not for further authorities.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    dated(&mut params, now, now + CA_VALID_FOR);
    params
}

fn server(names: &[String], now: Timestamp, until: Timestamp) -> Result<CertificateParams, TlsFault> {
    let first = names.first().ok_or_else(|| TlsFault::Name(String::new()))?;
    let is_name = |name: &String| {
        name.parse::<std::net::IpAddr>().is_ok()
            || (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'))
    };
    names.iter().find(|name| !is_name(name)).map_or(Ok(()), |name| Err(TlsFault::Name(name.clone())))?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(|_| TlsFault::Name(first.clone()))?;
    params.distinguished_name = named(first);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    dated(&mut params, now, until);
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut found = DistinguishedName::new();
    found.push(DnType::CommonName, name);
    found
}

/// Valid from the day before: a box's clock may be behind.
fn dated(params: &mut CertificateParams, now: Timestamp, until: Timestamp) {
    let day = |at: Timestamp| rcgen::date_time_ymd(at.year(), at.month() as u8, at.day() as u8);
    (params.not_before, params.not_after) = (day(now - TimeDelta::days(1)), day(until));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_renewed_under_its_ca_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("tls");
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let names = ["county.example".to_owned(), "10.1.2.3".to_owned()];
        let made = init(&folder, &names, now).unwrap();
        assert!(!made.ca_is_old && server_config(&made.certificate, &made.key).is_ok());
        assert_eq!(ends(&made.certificate).unwrap().date_naive(), (now + CERTIFICATE_VALID_FOR).date_naive());
        assert!(matches!(ends(&made.key), Err(TlsFault::Unreadable { .. })));
        assert!(matches!(ends(&folder.join("none.pem")), Err(TlsFault::File { .. })));
        let (ca, certificate) = (std::fs::read(&made.ca).unwrap(), std::fs::read(&made.certificate).unwrap());
        for secret in ["ca.key", "server.key"] {
            let mode = std::fs::metadata(folder.join(secret)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{secret}");
        }
        let again = init(&folder, &names, now).unwrap();
        assert!(again.ca_is_old && std::fs::read(&again.ca).unwrap() == ca);
        assert_ne!(std::fs::read(&again.certificate).unwrap(), certificate);
        server_config(&again.certificate, &again.key).unwrap();

        assert!(matches!(init(&folder, &["two words".to_owned()], now), Err(TlsFault::Name(_))));
        let mixed = server_config(&made.ca, &made.key);
        assert!(matches!(mixed, Err(TlsFault::Pair(_))), "{mixed:?}");
        std::fs::set_permissions(&made.key, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(server_config(&made.certificate, &made.key), Err(TlsFault::Open(_))));
    }
}
