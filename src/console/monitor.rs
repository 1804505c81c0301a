//! `/healthz` and `/metrics`, for a monitor on this machine. Loopback only: it has no login.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use tokio::net::TcpListener;

/// What the two pages say, asked anew at each request.
pub struct Monitor {
    /// Ok, or what is not.
    pub health: Box<dyn Fn() -> Result<String, String> + Send + Sync>,
    /// Prometheus text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
}

/// Why the pages are not there.
#[derive(Debug, thiserror::Error)]
pub enum MonitorFault {
    #[error("`listen` = {0} is not on loopback; write 127.0.0.1 and a port: these pages have no login")]
    NotLoopback(SocketAddr),
    #[error("{0} is in use by another program; end it, or write another port in config/machine.toml `listen`")]
    InUse(SocketAddr),
    #[error("{0} cannot be listened on: {1}")]
    Io(SocketAddr, std::io::Error),
}

/// Takes the port.
///
/// Errors: not on loopback, in use.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, MonitorFault> {
    if !address.ip().is_loopback() {
        return Err(MonitorFault::NotLoopback(address));
    }
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => MonitorFault::InUse(address),
        _ => MonitorFault::Io(address, error),
    })
}

/// Serves the pages for ever.
pub async fn serve(listener: TcpListener, monitor: Monitor) {
    let monitor = Arc::new(monitor);
    let for_metrics = monitor.clone();
    let health = move || async move {
        match (monitor.health)() {
            Ok(text) => (StatusCode::OK, text),
            Err(text) => (StatusCode::SERVICE_UNAVAILABLE, text),
        }
    };
    let metrics = move || async move {
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        ([(header::CONTENT_TYPE, kind)], (for_metrics.metrics)())
    };
    let pages = Router::new().route("/healthz", get(health)).route("/metrics", get(metrics));
    if let Err(error) = axum::serve(listener, pages).await {
        tracing::error!("the monitor's pages ended: {error}");
    }
}
