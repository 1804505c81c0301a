//! Something between boxes and their county that ends TLS, as a proxy does, and is in a thief's hands: it knows all that
//! passes, and answers as it likes.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, ETAG, HOST};
use axum::response::Response;
use axum_server::tls_rustls::RustlsConfig;
use cunxiang::link::county::tls;
use tokio::sync::watch;

use crate::village::Certificate;

const BYTES_MAX: usize = 16 << 20;

struct Inner {
    county: String,
    client: reqwest::Client,
    /// What answers the next question whose path begins so, in the county's stead.
    forged: Mutex<VecDeque<(&'static str, Vec<u8>)>>,
    /// Moves when something was forged: who waits at the county is answered at once.
    news: watch::Sender<u64>,
    /// So many answers with clips are still to be spoilt.
    spoil: AtomicUsize,
    /// What the county said, by the path of the question.
    said: Mutex<Vec<(String, Vec<u8>)>>,
}

pub struct Middle {
    pub port: u16,
    inner: Arc<Inner>,
    _runtime: tokio::runtime::Runtime,
}

impl Middle {
    /// Before a county that listens at `port` and trusts whatever is in front of it.
    pub fn before(port: u16, certificate: &Certificate) -> Middle {
        use std::os::unix::fs::PermissionsExt as _;
        let files = tempfile::tempdir().unwrap();
        let (pem, key) = (files.path().join("pem"), files.path().join("key"));
        std::fs::write(&pem, &certificate.certificate).unwrap();
        std::fs::write(&key, &certificate.key).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let config = RustlsConfig::from_config(tls::server_config(&pem, &key).unwrap());
        let inner = Arc::new(Inner {
            county: format!("http://127.0.0.1:{port}"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            forged: Mutex::default(),
            news: watch::Sender::new(0),
            spoil: AtomicUsize::new(0),
            said: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(answer).with_state(inner.clone());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(async move {
            let server = axum_server::from_tcp_rustls(listener, config).unwrap();
            server.serve(router.into_make_service()).await.unwrap();
        });
        Middle { port, inner, _runtime: runtime }
    }

    /// Answers the next question under this path.
    pub fn forge(&self, path: &'static str, body: Vec<u8>) {
        self.inner.forged.lock().unwrap().push_back((path, body));
        self.inner.news.send_modify(|count| *count += 1);
    }

    /// Forged answers that nobody has asked for yet.
    pub fn left(&self) -> usize {
        self.inner.forged.lock().unwrap().len()
    }

    pub fn spoil_clips(&self, count: usize) {
        self.inner.spoil.store(count, Ordering::SeqCst);
    }

    /// The newest good answer of the county to a question under this path.
    pub fn said(&self, path: &str) -> Option<Vec<u8>> {
        let said = self.inner.said.lock().unwrap();
        said.iter().rev().find(|(asked, _)| asked.starts_with(path)).map(|(_, body)| body.clone())
    }
}

impl Inner {
    fn forgery(&self, path: &str) -> Option<Response> {
        let mut forged = self.forged.lock().unwrap();
        let at = forged.iter().position(|(begin, _)| path.starts_with(begin))?;
        let (_, body) = forged.remove(at)?;
        let etag = format!("\"forged-{}\"", *self.news.borrow());
        Some(Response::builder().header(ETAG, etag).body(Body::from(body)).unwrap())
    }

    async fn forward(&self, path: String, request: Request) -> Result<Response, reqwest::Error> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, BYTES_MAX).await.unwrap_or_default();
        let mut headers = parts.headers;
        // In plain, to look at it.
        [HOST, CONTENT_LENGTH, ACCEPT_ENCODING].iter().for_each(|name| drop(headers.remove(name)));
        let url = format!("{}{path}", self.county);
        let asked = self.client.request(parts.method, url).headers(headers).body(body);
        let answer = asked.timeout(Duration::from_secs(90)).send().await?;
        let mut response = Response::builder().status(answer.status());
        *response.headers_mut().expect("the status is one") = answer.headers().clone();
        let status = answer.status();
        let mut body = answer.bytes().await?.to_vec();
        if status.is_success() {
            self.said.lock().unwrap().push((path.clone(), body.clone()));
        }
        let is_clip = path.starts_with("/link/v1/clips/") && body.len() > 100;
        let spoilt = |left: usize| left.checked_sub(1).filter(|_| is_clip);
        if self.spoil.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spoilt).is_ok() {
            body[100] ^= 1;
        }
        Ok(response.body(Body::from(body)).expect("it is the county's own answer"))
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut news = inner.news.subscribe();
    let forward = inner.forward(path.clone(), request);
    tokio::pin!(forward);
    loop {
        if let Some(forged) = inner.forgery(&path) {
            return forged;
        }
        tokio::select! {
            answer = &mut forward => {
                let none = |_| Response::builder().status(502).body(Body::empty()).unwrap();
                return answer.unwrap_or_else(none);
            }
            _ = news.changed() => {}
        }
    }
}
