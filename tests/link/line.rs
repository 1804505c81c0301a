//! A line between boxes and their county, as TCP sees it: it can be cut, be slow, and lose bytes to noise.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::county::wait;

/// What a slow line takes for each [`CHUNK`].
const SLOW: Duration = Duration::from_millis(40);
const CHUNK: usize = 1400;

#[derive(Default)]
struct State {
    is_cut: AtomicBool,
    is_slow: AtomicBool,
    /// So many of the next connections have a byte spoilt on the way to the box, each later than the one before.
    noisy: AtomicUsize,
    spoilt: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
}

pub struct Line {
    pub port: u16,
    state: Arc<State>,
}

impl Line {
    /// To whatever listens at the port.
    pub fn to(port: u16) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Line { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = line.state.clone();
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = carry(stream.unwrap(), port, &state);
            }
        });
        line
    }

    /// Hangs up on everybody, and on whoever calls from now on.
    pub fn cut(&self) {
        self.state.is_cut.store(true, Ordering::SeqCst);
        for stream in self.state.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn mend(&self) {
        self.state.is_cut.store(false, Ordering::SeqCst);
    }

    pub fn slow(&self, is_slow: bool) {
        self.state.is_slow.store(is_slow, Ordering::SeqCst);
    }

    pub fn spoil(&self, connections: usize) {
        self.state.noisy.store(connections, Ordering::SeqCst);
    }

    /// Bytes that were spoilt.
    pub fn spoilt(&self) -> usize {
        self.state.spoilt.load(Ordering::SeqCst)
    }
}

/// Both ways of one connection, until one of its ends hangs up.
fn carry(near: TcpStream, port: u16, state: &Arc<State>) -> std::io::Result<()> {
    if state.is_cut.load(Ordering::SeqCst) {
        return near.shutdown(Shutdown::Both);
    }
    let far = TcpStream::connect(("127.0.0.1", port))?;
    state.open.lock().unwrap().extend([near.try_clone()?, far.try_clone()?]);
    let noisy = state.noisy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).ok();
    // In the middle of the handshake, of an answer's head, of a rundown, of a clip.
    let spoilt_at = noisy.map(|left| 700 + 900 * left);
    for (from, to, spoilt_at) in [(near.try_clone()?, far.try_clone()?, None), (far, near, spoilt_at)] {
        let state = state.clone();
        std::thread::spawn(move || {
            let _ = pass(&from, &to, spoilt_at, &state);
            let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
        });
    }
    Ok(())
}

fn pass(mut from: &TcpStream, mut to: &TcpStream, spoilt_at: Option<usize>, state: &State) -> std::io::Result<()> {
    let (mut passed, mut bytes) = (0, [0; CHUNK]);
    loop {
        let count = from.read(&mut bytes)?;
        if count == 0 {
            return Ok(());
        }
        if state.is_slow.load(Ordering::SeqCst) {
            wait(SLOW);
        }
        if let Some(at) = spoilt_at.and_then(|at| at.checked_sub(passed)).filter(|at| *at < count) {
            bytes[at] ^= 1;
            state.spoilt.fetch_add(1, Ordering::SeqCst);
        }
        to.write_all(&bytes[..count])?;
        passed += count;
    }
}
