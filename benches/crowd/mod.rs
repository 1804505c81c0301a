//! Many connections to one server, each waiting for one message: when the last of them has it.
#![allow(clippy::disallowed_methods)] // A benchmark reads the real clock.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::fd::OwnedFd;

/// What does not come within this is missed.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// One process has 20,000 files at the most; beyond that this bench does not go.
pub const FILES_MAX: u64 = 20_000;

/// When a message is whole, and what its end says.
pub enum Whole {
    /// So many bytes.
    Bytes(usize),
    /// A head of HTTP, and as many bytes as that says.
    Http,
}

pub struct Crowd {
    streams: Vec<TcpStream>,
    got: Vec<Vec<u8>>,
    epoll: OwnedFd,
    whole: Whole,
}

/// How one delivery went.
#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    pub last_ms: f64,
    pub missed: usize,
    /// Of one message.
    pub bytes: usize,
}

pub fn raise_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let most = getrlimit(Resource::Nofile).maximum.map_or(FILES_MAX, |most| most.min(FILES_MAX));
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: Some(most) });
}

pub fn connect(port: u16) -> TcpStream {
    for _ in 0..500 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            stream.set_nodelay(true).expect("TCP has that");
            return stream;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nobody listens on port {port}");
}

impl Crowd {
    pub fn new(streams: Vec<TcpStream>, whole: Whole) -> Crowd {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("epoll is there");
        for (n, stream) in streams.iter().enumerate() {
            stream.set_nonblocking(true).expect("a socket can be that");
            epoll::add(&epoll, stream, epoll::EventData::new_u64(n as u64), epoll::EventFlags::IN)
                .expect("room for it");
        }
        Crowd { got: vec![Vec::new(); streams.len()], streams, epoll, whole }
    }

    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Says something on one connection.
    pub fn send(&mut self, n: usize, bytes: &[u8]) {
        // So little of it always fits.
        self.streams[n].write_all(bytes).expect("the server reads");
    }

    /// Takes what has come on each connection, and answers where something has.
    pub fn settle(&mut self, answer: &[u8]) {
        let mut buffer = [0; 4096];
        for n in 0..self.streams.len() {
            let mut came = false;
            while self.streams[n].read(&mut buffer).is_ok_and(|count| count > 0) {
                came = true;
            }
            if came {
                self.send(n, answer);
            }
        }
    }

    /// What came last on a connection.
    pub fn got(&self, n: usize) -> &[u8] {
        &self.got[n]
    }

    /// Waits until everybody has one message, from when `begin` is called on.
    pub fn deliver(&mut self, begin: impl FnOnce()) -> Delivery {
        self.got.iter_mut().for_each(Vec::clear);
        let started = Instant::now();
        begin();
        let (mut left, mut bytes, mut last) = (self.streams.len(), 0, started);
        let mut events = Vec::with_capacity(1024);
        let mut buffer = vec![0; 1 << 16];
        while left > 0 && started.elapsed() < WAIT_MAX {
            events.clear();
            let wait = rustix::time::Timespec { tv_sec: 1, tv_nsec: 0 };
            let _ = epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&wait));
            for event in &events {
                let event: &epoll::Event = event;
                let n = event.data.u64() as usize;
                while let Ok(count) = self.streams[n].read(&mut buffer) {
                    assert!(count > 0, "the server hung up: {}", String::from_utf8_lossy(&self.got[n]));
                    self.got[n].extend_from_slice(&buffer[..count]);
                    if self.is_whole(n) {
                        (left, bytes, last) = (left - 1, self.got[n].len(), Instant::now());
                        break;
                    }
                    if count < buffer.len() {
                        break;
                    }
                }
            }
        }
        Delivery { last_ms: (last - started).as_secs_f64() * 1e3, missed: left, bytes }
    }

    fn is_whole(&self, n: usize) -> bool {
        let got = &self.got[n];
        match self.whole {
            Whole::Bytes(count) => got.len() >= count,
            Whole::Http => head_and_body(got).is_some_and(|(head, body)| got.len() == head + body),
        }
    }
}

/// How long head and body of an answer are.
fn head_and_body(got: &[u8]) -> Option<(usize, usize)> {
    let head = got.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    Some((head, header(&got[..head], "content-length").map_or(0, |text| text.parse().expect("a length"))))
}

/// A header of an answer.
pub fn header(got: &[u8], name: &str) -> Option<String> {
    let head = String::from_utf8_lossy(got);
    let mut lines = head.lines().take_while(|line| !line.is_empty());
    lines.find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

/// What a process is accounted for: nanoseconds on a processor, and its share of memory in bytes.
pub fn account(pid: u32) -> (u64, u64) {
    let mut ns = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        ns += text.split(' ').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    }
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kib = text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
    (ns, kib.unwrap_or(0u64) * 1024)
}
