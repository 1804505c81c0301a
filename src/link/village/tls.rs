//! What TLS of the link believes: the usual roots and the county's own CA; dates by the box's corrected clock.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::base::Clock;

/// Whether the dates of certificates are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    Checked,
    /// For asking the time alone: a box that begins in 1970 could never ask it otherwise.
    Ignored,
}

/// A text that names no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it holds no certificate in PEM ({0}); give the file that `cunxiang tls init` made at the county")]
pub struct BadCa(String);

/// The roots that are trusted for the county's name: the web's and, where it has one, the county's own.
pub(super) fn roots(ca_pem: Option<&str>) -> Result<RootCertStore, BadCa> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca_pem {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| BadCa(error.to_string()))?;
            roots.add(certificate).map_err(|error| BadCa(error.to_string()))?;
            count += 1;
        }
        if count == 0 {
            return Err(BadCa("it is empty".to_owned()));
        }
    }
    Ok(roots)
}

pub(super) fn config(roots: RootCertStore, clock: Arc<dyn Clock>, dates: Dates) -> ClientConfig {
    let provider = Arc::new(ring::default_provider());
    let roots = Arc::new(roots);
    let builder = ClientConfig::builder_with_details(provider.clone(), Arc::new(BoxTime(clock)))
        .with_safe_default_protocol_versions()
        .expect("ring has all of the default versions");
    match dates {
        Dates::Checked => builder.with_root_certificates(roots).with_no_client_auth(),
        Dates::Ignored => {
            let inner = WebPkiServerVerifier::builder_with_provider(roots, provider)
                .build()
                .expect("there are roots, and no revocation lists");
            let verifier = Arc::new(Dateless(inner));
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
    }
}

struct BoxTime(Arc<dyn Clock>);

impl std::fmt::Debug for BoxTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BoxTime")
    }
}

impl TimeProvider for BoxTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().timestamp()).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Chain, name and signatures are checked; a certificate that was good at any one moment is good.
#[derive(Debug)]
struct Dateless(Arc<WebPkiServerVerifier>);

/// A chain has fewer certificates than this, and each moves the moment at most twice.
const MOMENTS_MAX: usize = 16;

impl ServerCertVerifier for Dateless {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut moment = now;
        for _ in 0..MOMENTS_MAX {
            let result = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, moment);
            // A moment at which all of the chain was valid is searched for, from each complaint to the next.
            moment = match result {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })) => not_before,
                Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => not_after,
                result => return result,
            };
        }
        Err(Error::InvalidCertificate(CertificateError::Expired))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    use super::*;

    fn chain(year: i32, name: &str) -> (String, CertificateDer<'static>) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "the county's own CA");
        (params.not_before, params.not_after) =
            (rcgen::date_time_ymd(year, 1, 1), rcgen::date_time_ymd(year + 9, 1, 1));
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (rcgen::date_time_ymd(year, 6, 1), rcgen::date_time_ymd(year + 1, 1, 1));
        let leaf = params.signed_by(&KeyPair::generate().unwrap(), &ca).unwrap();
        (ca.pem(), leaf.der().clone())
    }

    #[test]
    fn dates_alone_are_passed_over() {
        let (ca, leaf) = chain(2026, "county.example");
        let (other_ca, _) = chain(2026, "county.example");
        let check = |ca: &str, leaf: &CertificateDer<'_>, name: &'static str, year: u64, passes: bool| {
            let provider = Arc::new(ring::default_provider());
            let roots = Arc::new(roots(Some(ca)).unwrap());
            let inner = WebPkiServerVerifier::builder_with_provider(roots, provider).build().unwrap();
            let now = UnixTime::since_unix_epoch(Duration::from_secs((year - 1970) * 31_557_600));
            let name = ServerName::try_from(name).unwrap();
            let strict = inner.verify_server_cert(leaf, &[], &name, &[], now);
            let found = Dateless(inner).verify_server_cert(leaf, &[], &name, &[], now);
            assert_eq!(found.is_ok(), passes, "{name:?} {year}: {found:?}");
            // Where dates count, another year is none.
            assert!(strict.is_err(), "{name:?} {year}");
        };
        check(&ca, &leaf, "county.example", 1970, true);
        check(&ca, &leaf, "county.example", 2040, true);
        check(&ca, &leaf, "another.example", 1970, false);
        check(&other_ca, &leaf, "county.example", 1970, false);
        assert!(roots(Some("no certificate")).is_err());
    }
}
