//! How much of the kernel's work each waiting station costs: one write.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::*;
use crate::link::county::places::{Placed, Places};
use crate::link::county::serving::bounded;
use crate::link::county::tls;

/// Hands on what it gets, and counts what is handed to the kernel.
#[derive(Clone)]
struct Counting {
    places: Places,
    writes: Arc<AtomicUsize>,
}

struct Counted<I> {
    stream: I,
    writes: Arc<AtomicUsize>,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Counting {
    type Stream = Counted<TcpStream>;
    type Service = Placed<S>;
    type Future = BoxFuture<'static, io::Result<(Counted<TcpStream>, Placed<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let (placed, writes) = (self.places.accept(stream, service), self.writes.clone());
        Box::pin(async move {
            let (stream, service) = placed.await?;
            Ok((Counted { stream, writes }, service))
        })
    }
}

impl<I> Counted<I> {
    fn count(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if polled.is_ready() {
            self.writes.fetch_add(1, Ordering::SeqCst);
        }
        polled
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Counted<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Counted<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.count(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.count(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

const STATIONS: usize = 40;

/// Offers new rundowns, as long as those of a fortnight, to stations that wait; how often something was written meanwhile.
async fn writes(with_tls: bool) -> usize {
    let place = place().await;
    let stations: Vec<String> = (0..STATIONS).map(|n| format!("village-{n}")).collect();
    let ours = signer(7);
    place.let_in(&ours, &stations.iter().map(String::as_str).collect::<Vec<_>>()).await;
    place.ledger.confirm_box(ours.id(), "tashi", start()).await.unwrap();
    place.gate.reload().await.unwrap();
    let offer = |version: u64| {
        for station in &stations {
            let airings: Vec<String> = (0..300).map(|n| Digest::of(&[n as u8, version as u8]).to_string()).collect();
            let payload = airings.join(",").into_bytes();
            let envelope = Arc::new(Envelope::seal(RUNDOWN_TYPE, payload, &[&signer(102)]));
            place.gate.offer(&id(station), envelope, Edge { epoch: 7, version });
        }
    };
    offer(1);

    let writes = Arc::new(AtomicUsize::new(0));
    let places = Places::new(STATIONS);
    let counting = Counting { places, writes: writes.clone() };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let service = place.router.clone().into_make_service();
    let server = bounded(axum_server::from_tcp(listener).unwrap());
    let client = reqwest::Client::builder().no_proxy();
    let client = if with_tls {
        let folder = place._folder.path().join("tls");
        let made = tls::init(&folder, &["127.0.0.1".to_owned()], start()).unwrap();
        let config = RustlsConfig::from_config(tls::server_config(&made.certificate, &made.key).unwrap());
        tokio::spawn(server.acceptor(RustlsAcceptor::new(config).acceptor(counting)).serve(service));
        client.danger_accept_invalid_certs(true)
    } else {
        tokio::spawn(server.acceptor(counting).serve(service));
        client
    };
    let client = client.build().unwrap();
    let ask = |station: &str, etag: Option<&str>| {
        let path = format!("{}?station={station}&wait=55&keys=3", wire::RUNDOWN);
        let proof = proof::make(&ours, &place.gate.root().id(), ("GET", &path, b""), place.clock.now());
        let scheme = if with_tls { "https" } else { "http" };
        let request = client.get(format!("{scheme}://{address}{path}"));
        let request = request.header("authorization", format!("Bearer {proof}")).header("accept-encoding", "gzip");
        etag.map_or(request.try_clone().unwrap(), |etag| request.header("if-none-match", etag)).send()
    };
    let mut waiting = Vec::new();
    for station in &stations {
        let first = ask(station, None).await.unwrap();
        let etag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert!(first.bytes().await.unwrap().len() > 4_000);
        waiting.push(tokio::spawn(ask(station, Some(&etag))));
    }
    while place.gate.waiting() < STATIONS {
        tokio::task::yield_now().await;
    }
    let before = writes.load(Ordering::SeqCst);
    offer(2);
    for answer in waiting {
        let answer = answer.await.unwrap().unwrap();
        assert!(answer.status() == 200 && answer.bytes().await.unwrap().len() > 4_000);
    }
    writes.load(Ordering::SeqCst) - before
}

#[tokio::test]
async fn a_station_that_waits_costs_one_write() {
    assert_eq!(writes(false).await, STATIONS);
}

#[tokio::test]
async fn with_tls_a_station_that_waits_costs_one_write() {
    assert_eq!(writes(true).await, STATIONS);
}
