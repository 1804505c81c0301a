//! How many may be connected at a time, over all and from one address. Whoever comes when there is no place is hung up on,
//! and comes back after a while.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use futures::future::BoxFuture;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use super::lock;
use crate::base::network;

/// No address has more than this part of all places: a carrier may put all boxes of some townships behind one, and still
/// nobody keeps the others out by himself.
const PART_OF_ONE: usize = 4;

/// Lets no more in than there are places.
#[derive(Clone)]
pub struct Places {
    free: Arc<Semaphore>,
    all: usize,
    /// It was told that there are none left.
    told: Arc<AtomicBool>,
    /// Connections by address; none where all come from a proxy's.
    by_address: Option<Arc<Mutex<BTreeMap<IpAddr, OfOne>>>>,
}

/// The connections of one address; gone with the last of them.
#[derive(Debug, Default)]
struct OfOne {
    open: usize,
    /// It was told that there are too many.
    told: bool,
}

/// A place; free again when it is let go of.
pub struct Place {
    _one_of_all: OwnedSemaphorePermit,
    _one_of_one: Option<Share>,
}

/// What an address has taken.
struct Share(Arc<Mutex<BTreeMap<IpAddr, OfOne>>>, IpAddr);

impl Drop for Share {
    fn drop(&mut self) {
        let mut addresses = lock(&self.0);
        let Some(of_one) = addresses.get_mut(&self.1) else { return };
        of_one.open -= 1;
        if of_one.open == 0 {
            addresses.remove(&self.1);
        }
    }
}

impl Places {
    /// So many over all, and a part of them for each address.
    pub fn new(all: usize) -> Places {
        Places { by_address: Some(Arc::default()), ..Places::behind_proxy(all) }
    }

    /// Where all connections are a proxy's.
    pub fn behind_proxy(all: usize) -> Places {
        Places { free: Arc::new(Semaphore::new(all)), all, told: Arc::default(), by_address: None }
    }

    /// None where there is no place for this address.
    fn take(&self, address: Option<IpAddr>) -> Option<Place> {
        // Whoever is on this machine may be a proxy, a tunnel or a test, and can do worse than connect.
        let address = address.map(network).filter(|address| !address.is_loopback());
        let share = match (&self.by_address, address) {
            (Some(addresses), Some(address)) => Some(self.share(addresses, address)?),
            _ => None,
        };
        let place = self.free.clone().try_acquire_owned().ok();
        if place.is_none() && !self.told.swap(true, Ordering::SeqCst) {
            tracing::warn!("{} connections are open, and no more are let in: who opens so many?", self.all);
        }
        // Told anew only after a tenth of them has gone.
        if self.free.available_permits() > self.all / 10 {
            self.told.store(false, Ordering::SeqCst);
        }
        Some(Place { _one_of_all: place?, _one_of_one: share })
    }

    fn share(&self, addresses: &Arc<Mutex<BTreeMap<IpAddr, OfOne>>>, address: IpAddr) -> Option<Share> {
        let most = (self.all / PART_OF_ONE).max(1);
        let mut taken = lock(addresses);
        let of_one = taken.entry(address).or_default();
        if of_one.open >= most {
            if !std::mem::replace(&mut of_one.told, true) {
                tracing::warn!("{address} has {most} connections open, and gets no more: who opens so many?");
            }
            return None;
        }
        of_one.open += 1;
        Some(Share(addresses.clone(), address))
    }
}

/// A service that holds a place as long as its connection is there.
#[derive(Clone)]
pub struct Placed<S> {
    service: S,
    _place: Arc<Place>,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Places {
    type Stream = TcpStream;
    type Service = Placed<S>;
    type Future = BoxFuture<'static, std::io::Result<(TcpStream, Placed<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = self.take(stream.peer_addr().ok().map(|peer| peer.ip()));
        Box::pin(async move {
            let place = place.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::ConnectionRefused))?;
            Ok((stream, Placed { service, _place: Arc::new(place) }))
        })
    }
}

impl<R, S: Service<R>> Service<R> for Placed<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.service.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes places from one address until there is none; how many there were.
    fn taken(places: &Places, address: &str) -> Vec<Place> {
        std::iter::from_fn(|| places.take(Some(address.parse().unwrap()))).take(1000).collect()
    }

    #[tokio::test]
    async fn places_come_back_with_their_connections() {
        let places = Places::new(1);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = || async { TcpStream::connect(listener.local_addr().unwrap()).await.unwrap() };
        let (_, first) = places.accept(stream().await, ()).await.unwrap();
        assert!(places.accept(stream().await, ()).await.is_err());
        drop(first);
        assert!(places.accept(stream().await, ()).await.is_ok());
    }

    #[test]
    fn no_address_takes_all_places() {
        let places = Places::new(100);
        let first = taken(&places, "10.0.0.1");
        assert_eq!(first.len(), 25);
        let network = taken(&places, "2001:db8:0:7::1");
        assert_eq!(network.len(), 25);
        // The same network under another address, and IPv4 as IPv6 writes it.
        assert_eq!(taken(&places, "2001:db8:0:7:ffff::2").len(), 0);
        assert_eq!(taken(&places, "::ffff:10.0.0.1").len(), 0);
        assert!(places.take(None).is_some());
        drop(first);
        let again = taken(&places, "10.0.0.1");
        assert_eq!(again.len(), 25, "they come back");
        // This machine itself has whatever is left.
        let here = taken(&places, "127.0.0.1");
        assert_eq!(here.len(), 50);
        assert_eq!(taken(&places, "10.0.0.2").len(), 0, "over all there is an end");
        drop((network, again, here));
        assert_eq!(lock(places.by_address.as_ref().unwrap()).len(), 0, "nobody is remembered");
        assert_eq!(
            (taken(&Places::new(2), "10.0.0.1").len(), taken(&Places::behind_proxy(100), "10.0.0.1").len()),
            (1, 100)
        );
    }
}
