//! Our county as its boxes see it: started in a process of its own, asked over its port, driven over its pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use cunxiang::base::Clock as _;
use cunxiang::base::clock::RealClock;
use cunxiang::link::{proof, wire};

use crate::crowd::{Crowd, Delivery, Whole, connect, header};
use crate::village::pause;

/// A server in a process of its own; it ends with its handle.
pub struct Server {
    pub child: Child,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Our county, with the pipes it is driven by.
pub struct Ours {
    pub server: Server,
    said: BufReader<ChildStdout>,
    orders: ChildStdin,
    pub clip: String,
}

impl Ours {
    pub fn start(boxes: usize, days: i64, change: &str) -> Ours {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command
            .args(["serve", &boxes.to_string(), &days.to_string(), change])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts again");
        let mut said = BufReader::new(child.stdout.take().expect("it is piped"));
        let orders = child.stdin.take().expect("it is piped");
        let mut line = String::new();
        said.read_line(&mut line).expect("the county says its port");
        let (port, clip) = line.trim().split_once(' ').expect("its port and a clip");
        let port = port.parse().expect("a port");
        Ours { server: Server { child, port }, said, orders, clip: clip.to_owned() }
    }

    pub fn order(&mut self, word: &str) {
        writeln!(self.orders, "{word}").expect("the county listens");
    }

    /// What it says to an order: how many boxes wait.
    pub fn answer(&mut self) -> usize {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("the county answers");
        line.trim().parse().expect("a number")
    }

    pub fn crowd(&self, boxes: usize) -> Crowd {
        Crowd::new((0..boxes).map(|_| connect(self.server.port)).collect(), Whole::Http)
    }

    /// Every box asks for a newer rundown than the one under its tag, and all of them wait.
    pub fn wait(&mut self, crowd: &mut Crowd, tags: &[String]) {
        for (n, tag) in tags.iter().enumerate() {
            crowd.send(n, &question(n, tag, 55));
        }
        loop {
            self.order("waiting");
            if self.answer() == crowd.len() {
                return;
            }
            pause(20);
        }
    }

    /// Connected boxes that hold the rundown in force.
    pub fn held(&mut self, boxes: usize) -> (Crowd, Vec<String>) {
        let mut crowd = self.crowd(boxes);
        for n in 0..boxes {
            crowd.send(n, &question(n, "", 0));
        }
        let first = crowd.deliver(|| {});
        assert_eq!(first.missed, 0, "everybody gets the whole rundown");
        let tags = tags(&crowd);
        (crowd, tags)
    }

    /// One change to all that wait: `offer` puts in force what is on disk already, `change` writes and seals it first.
    pub fn deliver(&mut self, crowd: &mut Crowd, held: &mut Vec<String>, word: &str) -> Delivery {
        if word == "offer" {
            self.order("prepare");
            self.answer();
        }
        self.wait(crowd, held);
        let delivery = crowd.deliver(|| self.order(word));
        self.answer();
        if delivery.missed == 0 {
            let fresh = tags(crowd);
            assert!(fresh.iter().zip(held.iter()).all(|(fresh, old)| fresh != old), "each has a new rundown");
            *held = fresh;
        }
        delivery
    }
}

pub fn tags(crowd: &Crowd) -> Vec<String> {
    (0..crowd.len()).map(|n| header(crowd.got(n), "etag").expect("a rundown has a tag")).collect()
}

/// A long poll with its proof.
pub fn question(n: usize, tag: &str, wait: u64) -> Vec<u8> {
    let (station, keys) = (super::station(n), super::KEYS_VERSION);
    let path = format!("{}?station={station}&wait={wait}&epoch=1&version=1&keys={keys}&patch=1", wire::RUNDOWN);
    let proof = proof::make(&super::key(n), super::root().id(), ("GET", &path, b""), RealClock::default().now());
    format!(
        "GET {path} HTTP/1.1\r\nhost: county\r\nauthorization: Bearer {proof}\r\naccept-encoding: gzip\r\n\
         if-none-match: {tag}\r\n\r\n"
    )
    .into_bytes()
}
