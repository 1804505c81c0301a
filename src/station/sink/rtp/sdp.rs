//! What an IP loudspeaker, ffmpeg or VLC must know to receive the stream, as SDP (RFC 8866).

use std::fmt::Write as _;
use std::net::IpAddr;

use super::RtpOptions;
use crate::base::Id;

/// The description of a station's stream.
///
/// The session is described once for all time, so its number and version are fixed; the sender's address is left open,
/// for it is the receiver that reads it.
pub fn describe(station: &Id, options: &RtpOptions) -> String {
    let ip = options.address.ip();
    let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
    let unspecified = if ip.is_ipv4() { "0.0.0.0" } else { "::" };
    // RFC 8866 section 5.7: IPv4 multicast has its TTL behind the address, nothing else has.
    let reach = match ip {
        IpAddr::V4(ip) if ip.is_multicast() => format!("/{}", options.ttl),
        _ => String::new(),
    };
    let (port, number) = (options.address.port(), options.payload_type());
    let mut text = String::new();
    for line in [
        "v=0".to_owned(),
        format!("o=- 0 0 IN {family} {unspecified}"),
        format!("s={station}"),
        format!("c=IN {family} {ip}{reach}"),
        "t=0 0".to_owned(),
        format!("m=audio {port} RTP/AVP {number}"),
        format!("a=rtpmap:{number} {}/{}/1", options.codec.name(), options.sample_rate),
        format!("a=ptime:{}", options.packet_ms),
        "a=recvonly".to_owned(),
    ] {
        write!(text, "{line}\r\n").expect("a String takes all");
    }
    text
}
