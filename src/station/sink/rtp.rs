//! RTP to an IP loudspeaker: L16 or G.711 in UDP packets, to one address or to a multicast group.
//!
//! RFC 3550 (the packet) and RFC 3551 (its payload types). Nothing is sent while nothing sounds: the first packet of an
//! airing bears the marker, and timestamps count on through the pause by the station's own clock. The pump paces it, so
//! that a packet leaves when its sound does; a few at a time are the most that a late pump makes up for. No RTCP is
//! sent. UDP knows no receipt: what left this machine is what can be told.

mod packet;
pub mod sdp;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use super::{Options, Paced, Sink, SinkFault};
use crate::rundown::AiringId;
use packet::Stream;

/// A whole packet with its headers must fit into 1500 bytes of Ethernet: one that is cut in pieces is lost as a whole
/// when any of them is. 40 bytes of IPv6, 8 of UDP, 12 of RTP.
pub const PAYLOAD_BYTES_MAX: u32 = 1500 - 40 - 8 - 12;
/// The length of a packet where nobody says otherwise (RFC 3551 section 4.2), and where that is too long.
pub const PACKET_MS: u32 = 20;
pub const PACKET_SHORT_MS: u32 = 10;
/// A pump that is later than this leaves a gap: an IP loudspeaker buffers some hundred ms, and drops what is more.
const LATE_MAX: Duration = Duration::from_millis(200);
/// How long the network may refuse packets now and then before the loudspeaker counts as lost.
const TROUBLE_MAX: Duration = Duration::from_secs(1);
/// Refusals come back as the network likes, up to some seconds apart; after this long without one it is well again.
const TROUBLE_OVER: Duration = Duration::from_secs(5);

/// How sound stands in a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// 16 bit, big-endian.
    L16,
    /// G.711 A-law.
    Pcma,
    /// G.711 µ-law.
    Pcmu,
}

/// Where packets go, and how they are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpOptions {
    pub address: SocketAddr,
    pub codec: Codec,
    /// Frames a second; 8000 for G.711.
    pub sample_rate: u32,
    /// Length of a packet.
    pub packet_ms: u32,
    /// How many routers a packet may pass.
    pub ttl: u8,
    /// The network interface that multicast leaves by; none: as the routes say.
    pub interface: Option<String>,
}

impl Codec {
    /// As RFC 3551 names it.
    pub fn name(self) -> &'static str {
        match self {
            Codec::L16 => "L16",
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
        }
    }

    fn bytes_per_frame(self) -> u32 {
        if self == Codec::L16 { 2 } else { 1 }
    }
}

impl RtpOptions {
    /// RFC 3551 table 4; 96 is the first that is free for a stream that the table does not have.
    pub fn payload_type(&self) -> u8 {
        match (self.codec, self.sample_rate) {
            (Codec::Pcmu, _) => 0,
            (Codec::Pcma, _) => 8,
            (Codec::L16, 44_100) => 11,
            (Codec::L16, _) => 96,
        }
    }

    /// How many bytes of sound are in a packet; none where no whole number of frames fits its length.
    pub fn payload_bytes(&self) -> Option<u32> {
        let frames_by_1000 = self.sample_rate * self.packet_ms;
        frames_by_1000.is_multiple_of(1000).then(|| frames_by_1000 / 1000 * self.codec.bytes_per_frame())
    }

    fn fault(&self, what: impl std::fmt::Display) -> SinkFault {
        SinkFault(format!(
            "no sound can be sent to {}: {what}; see that the loudspeaker is on and its network is up, and correct \
             [[loudspeaker]] sink if its address has changed",
            self.address
        ))
    }

    /// A socket that sends there.
    ///
    /// Errors: there is no such interface, or no way to the address.
    pub fn connect(&self) -> Result<UdpSocket, SinkFault> {
        let socket = self.socket().map_err(|error| match (error.kind(), &self.interface) {
            (ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable, None) if self.address.ip().is_multicast() => {
                self.fault("no route leads there; write `interface = \"eth0\"` to say which network it leaves by")
            }
            (ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable, _) => self.fault("no route leads there"),
            _ => self.fault(error),
        })?;
        Ok(socket)
    }

    fn socket(&self) -> io::Result<UdpSocket> {
        let any: IpAddr = if self.address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { IpAddr::from([0u16; 8]) };
        let socket = UdpSocket::bind((any, 0))?;
        let ttl = u32::from(self.ttl);
        match (self.address.ip(), self.address.ip().is_multicast()) {
            (IpAddr::V4(_), false) => socket.set_ttl(ttl)?,
            (IpAddr::V4(_), true) => socket.set_multicast_ttl_v4(ttl)?,
            (IpAddr::V6(_), false) => rustix::net::sockopt::set_ipv6_unicast_hops(&socket, Some(self.ttl))?,
            (IpAddr::V6(_), true) => rustix::net::sockopt::set_ipv6_multicast_hops(&socket, ttl)?,
        }
        if let Some(name) = &self.interface {
            let index = rustix::net::netdevice::name_to_index(&socket, name)
                .map_err(|_| io::Error::other(format!("there is no network interface `{name}`")))?;
            let any = Ipv4Addr::UNSPECIFIED;
            if self.address.is_ipv4() {
                rustix::net::sockopt::set_ip_multicast_if_with_ifindex(&socket, &any, &any, index)?;
            } else {
                rustix::net::sockopt::set_ipv6_multicast_if(&socket, index)?;
            }
        }
        socket.connect(self.address)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
}

struct Rtp {
    options: RtpOptions,
    stream: Stream,
    socket: Option<UdpSocket>,
    trouble: Trouble,
}

/// Packets that the network refused, by the stream's own time.
#[derive(Default)]
struct Trouble {
    since: Option<Duration>,
    last: Duration,
}

impl Trouble {
    /// A packet was refused at `at`. Whether that has gone on for too long.
    fn meet(&mut self, at: Duration) -> bool {
        if at.saturating_sub(self.last) > TROUBLE_OVER {
            self.since = None;
        }
        self.last = at;
        at.saturating_sub(*self.since.get_or_insert(at)) > TROUBLE_MAX
    }
}

pub fn build(options: &Options) -> Option<Paced> {
    let Options::Rtp(options) = options else { return None };
    let stream = Stream::new(options);
    let sink = Rtp { options: options.clone(), stream, socket: None, trouble: Trouble::default() };
    Some(Paced { sink: Box::new(sink), fed_when_idle: false, late_max: LATE_MAX })
}

impl Rtp {
    /// Sends what is ready.
    fn send(&mut self) -> Result<(), SinkFault> {
        let Some(socket) = &self.socket else { return Ok(()) };
        let at = self.stream.now();
        while let Some(packet) = self.stream.packet() {
            // The first error may be the answer to the packet before, so each has a second try. One that is not taken
            // then is lost: sound that comes later than its time is worth nothing.
            let Err(_) = socket.send(packet) else { continue };
            let second = socket.send(packet);
            if self.trouble.meet(at) {
                let error = second.err().unwrap_or_else(|| ErrorKind::ConnectionRefused.into());
                return Err(match error.kind() {
                    ErrorKind::ConnectionRefused => self.options.fault("nothing listens at that port"),
                    ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => {
                        self.options.fault("it cannot be reached")
                    }
                    _ => self.options.fault(error),
                });
            }
        }
        Ok(())
    }
}

impl Sink for Rtp {
    fn open(&mut self) -> Result<(), SinkFault> {
        self.socket = Some(self.options.connect()?);
        self.trouble = Trouble::default();
        Ok(())
    }

    fn at(&mut self, time: Duration) {
        self.stream.at(time);
    }

    fn mark(&mut self, airing: Option<&AiringId>) -> Result<(), SinkFault> {
        match airing {
            Some(_) => self.stream.begin(),
            None => self.stream.end(),
        }
        self.send()
    }

    fn write(&mut self, samples: &[f32]) -> Result<(), SinkFault> {
        self.stream.push(samples);
        self.send()
    }

    fn close(&mut self) {
        self.stream.end();
        // A fault here has been told before.
        let _ = self.send();
        self.socket = None;
    }
}
