//! The listener of the link, and of the console: TLS, or plain HTTP on loopback or behind a proxy that ends TLS.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::places::Places;
use super::tls::{self, TlsFault};

/// Connections at a time: 10,000 waiting stations, and what comes in between while a proxy reconnects them.
pub const CONNECTIONS_MAX: usize = 12_000;
/// Files that the rest of the daemon may have open: ledger, content, recordings, sound devices, chats.
const FILES_KEPT: u64 = 512;
/// A connection holds its own, and a clip that is being read for it.
const FILES_PER_CONNECTION: u64 = 2;
/// Between two questions of a connection, and for the head of one: a box asks again at once, or some seconds later.
const HEAD_WAIT: Duration = Duration::from_secs(90);
/// The lines of a question's head, of which a proof is one, are far shorter.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// What is under way when the daemon stops may end within this.
const STOP_MAX: Duration = Duration::from_secs(2);
/// The certificate's files are looked at this often: what renews them (ACME) need not restart the daemon.
const CERTIFICATE_LOOK: Duration = Duration::from_secs(600);
/// And this often while they cannot be used: whoever mends them waits for it.
const FAULTY_LOOK: Duration = Duration::from_secs(5);

/// Where the link is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub listen: SocketAddr,
    pub transport: Transport,
    /// How boxes reach it, as `https://county.example:8443`, for the line that `enrol` prints.
    pub url: Option<String>,
}

/// Who keeps what passes from curious eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    Tls {
        certificate: PathBuf,
        key: PathBuf,
    },
    /// A proxy in front of this machine ends TLS.
    BehindProxy,
    /// On loopback only.
    Plain,
}

/// Why the link is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    #[error(
        "[{1}] listen = {0} is open to others without TLS; name `certificate` and `key` (`cunxiang tls init` makes them), or write `behind_proxy = true` where a proxy ends TLS"
    )]
    Open(SocketAddr, &'static str),
    #[error("{0} is in use by another program; end it, or write another port in config/machine.toml [{1}] listen")]
    InUse(SocketAddr, &'static str),
    #[error("{0} cannot be listened on: {2}; correct config/machine.toml [{1}] listen")]
    Io(SocketAddr, &'static str, std::io::Error),
    #[error(transparent)]
    Tls(#[from] TlsFault),
}

/// A port that was taken, before anything is served on it.
pub struct Serving {
    listener: TcpListener,
    options: Options,
    tls: Option<Result<RustlsConfig, TlsFault>>,
    up: Arc<AtomicBool>,
    handle: Handle<SocketAddr>,
    /// What is served, as its section of `config/machine.toml` is called.
    section: &'static str,
    connections_max: Option<usize>,
}

/// Takes the port of the link, and reads the certificate. One that cannot be used keeps the link down until it is mended,
/// and nothing else: the loudspeakers of this machine need none.
///
/// Errors: open to others without TLS, in use.
pub fn listen(options: &Options) -> Result<Serving, ServeFault> {
    listen_for("link", None, options)
}

/// The same for what another section of `config/machine.toml` describes, with no more connections than that.
///
/// Errors: as those of [`listen`].
pub fn listen_for(
    section: &'static str,
    connections_max: Option<usize>,
    options: &Options,
) -> Result<Serving, ServeFault> {
    let tls = match &options.transport {
        Transport::Tls { certificate, key } => {
            Some(tls::server_config(certificate, key).map(RustlsConfig::from_config))
        }
        Transport::Plain if !options.listen.ip().is_loopback() => {
            return Err(ServeFault::Open(options.listen, section));
        }
        Transport::Plain | Transport::BehindProxy => None,
    };
    let listener = TcpListener::bind(options.listen).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServeFault::InUse(options.listen, section),
        _ => ServeFault::Io(options.listen, section, error),
    })?;
    listener.set_nonblocking(true).map_err(|error| ServeFault::Io(options.listen, section, error))?;
    let up = Arc::new(AtomicBool::new(!matches!(tls, Some(Err(_)))));
    Ok(Serving { listener, options: options.clone(), tls, up, handle: Handle::new(), section, connections_max })
}

impl Serving {
    /// With port 0 the system chooses one.
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap_or(self.options.listen)
    }

    /// Whether boxes are served, now and later: not while the certificate cannot be used.
    pub fn up(&self) -> Arc<AtomicBool> {
        self.up.clone()
    }

    /// Ends what is served, and lets what is under way end within two seconds.
    pub fn stopper(&self) -> impl Fn() + Send + Sync + use<> {
        let handle = self.handle.clone();
        move || handle.graceful_shutdown(Some(STOP_MAX))
    }

    /// Serves for ever, or until stopped.
    pub async fn serve(self, router: Router) {
        let Serving { listener, options, tls, up, handle, section, connections_max: most } = self;
        let tls = match (tls, &options.transport) {
            (Some(Err(fault)), Transport::Tls { certificate, key }) => {
                let config = once_mended(&listener, &fault, || tls::server_config(certificate, key)).await;
                Some(RustlsConfig::from_config(config))
            }
            (tls, _) => tls.and_then(Result::ok),
        };
        up.store(true, Ordering::SeqCst);
        let most = most.unwrap_or_else(|| connections_max(raise_files()));
        let places = match options.transport {
            Transport::BehindProxy => Places::behind_proxy(most),
            Transport::Tls { .. } | Transport::Plain => Places::new(most),
        };
        let server = match axum_server::from_tcp(listener) {
            Ok(server) => server.handle(handle),
            Err(error) => {
                tracing::error!("[{section}] cannot be served: {error}");
                return;
            }
        };
        let server = bounded(server).acceptor(places.clone());
        let by_address = router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let ended = match (tls, options.transport) {
            (Some(config), Transport::Tls { certificate, key }) => {
                let renewing = tokio::spawn(tls::renew(config.clone(), certificate, key, CERTIFICATE_LOOK));
                let acceptor = RustlsAcceptor::new(config).acceptor(places);
                let ended = server.acceptor(acceptor).serve(by_address).await;
                renewing.abort();
                ended
            }
            // The address is the proxy's: it says nothing of who asks.
            (_, Transport::BehindProxy) => server.serve(router.into_make_service()).await,
            (_, _) => server.serve(by_address).await,
        };
        if let Err(error) = ended {
            tracing::error!("[{section}] ended: {error}");
        }
    }
}

/// Waits until the certificate can be used, and hangs up on whoever comes meanwhile: they come back after a while.
async fn once_mended<T>(listener: &TcpListener, first: &TlsFault, mut read: impl FnMut() -> Result<T, TlsFault>) -> T {
    let mut told = first.to_string();
    tracing::error!("no village box is served until the certificate is mended: {told}");
    let callers = listener.try_clone().and_then(tokio::net::TcpListener::from_std).ok();
    let hang_up = async {
        let Some(callers) = &callers else { return std::future::pending::<()>().await };
        loop {
            if callers.accept().await.is_err() {
                tokio::time::sleep(FAULTY_LOOK).await;
            }
        }
    };
    tokio::pin!(hang_up);
    loop {
        let _ = tokio::time::timeout(FAULTY_LOOK, &mut hang_up).await;
        match read() {
            Ok(mended) => {
                tracing::info!("the link's certificate is mended, and village boxes are served");
                return mended;
            }
            Err(fault) if fault.to_string() != told => {
                told = fault.to_string();
                tracing::error!("no village box is served yet: {told}");
            }
            Err(_) => {}
        }
    }
}

/// With the bounds of each connection.
pub(super) fn bounded(server: Server<SocketAddr>) -> Server<SocketAddr> {
    let mut server = server.http1_only();
    let mut http = server.http_builder().http1();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT).max_buf_size(HEAD_BYTES_MAX);
    server
}

/// Lets this process have as many files open as the system allows it. How many that are; none: no bound.
fn raise_files() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if raised.is_ok() { maximum } else { current }
}

/// How many may be connected where so many files may be open: what else the daemon does goes on when they all are.
fn connections_max(files: Option<u64>) -> usize {
    let most = files.map_or(u64::MAX, |files| files.saturating_sub(FILES_KEPT) / FILES_PER_CONNECTION);
    let most = usize::try_from(most).unwrap_or(usize::MAX).clamp(1, CONNECTIONS_MAX);
    if most < CONNECTIONS_MAX {
        tracing::warn!(
            "no more than {most} boxes can be connected, for so few files may be open; a larger county sets LimitNOFILE=65536 in its unit"
        );
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(listen: &str, transport: Transport) -> Options {
        Options { listen: listen.parse().unwrap(), transport, url: None }
    }

    #[test]
    fn nothing_is_open_to_others_without_tls() {
        let open = listen(&options("0.0.0.0:0", Transport::Plain)).err().unwrap();
        assert!(open.to_string().contains("cunxiang tls init"), "{open}");
        let here = listen(&options("127.0.0.1:0", Transport::Plain)).unwrap();
        let taken = listen(&options(&here.address().to_string(), Transport::Plain)).err().unwrap();
        assert!(matches!(taken, ServeFault::InUse(..)), "{taken}");
        let nowhere = Transport::Tls { certificate: "/no/such.pem".into(), key: "/no/such.key".into() };
        let down = listen(&options("127.0.0.1:0", nowhere)).unwrap();
        assert!(!down.up().load(Ordering::SeqCst), "the county starts, and its link is down");
        assert!(here.up().load(Ordering::SeqCst));
    }

    #[tokio::test(start_paused = true)]
    async fn a_certificate_is_waited_for_and_callers_are_hung_up_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (mut looks, caller) = (0, std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap());
        let fault = || TlsFault::Open("/server.key".into());
        let first = fault();
        let mended = once_mended(&listener, &first, || {
            looks += 1;
            if looks < 3 { Err(fault()) } else { Ok("mended") }
        });
        assert_eq!(mended.await, "mended");
        assert_eq!(looks, 3);
        let mut byte = [0];
        assert!(matches!(std::io::Read::read(&mut &caller, &mut byte), Ok(0) | Err(_)));
    }

    #[test]
    fn files_are_left_for_what_else_the_daemon_does() {
        for (files, most) in
            [(None, CONNECTIONS_MAX), (Some(65_536), CONNECTIONS_MAX), (Some(1_024), 256), (Some(64), 1)]
        {
            assert_eq!(connections_max(files), most, "{files:?}");
        }
    }
}
