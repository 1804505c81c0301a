//! What a receiver may rely on, packet by packet.

use super::*;

fn options(codec: Codec, sample_rate: u32, packet_ms: u32) -> RtpOptions {
    let address = "127.0.0.1:5004".parse().unwrap();
    RtpOptions { address, codec, sample_rate, packet_ms, ttl: 1, interface: None }
}

/// A packet as a receiver reads it.
#[derive(Debug, PartialEq)]
struct Packet {
    marker: bool,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    payload: Vec<u8>,
}

fn read(bytes: &[u8]) -> Packet {
    assert_eq!(bytes[0], 0x80, "version 2 and nothing else");
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    Packet {
        marker: bytes[1] & 0x80 != 0,
        payload_type: bytes[1] & 0x7f,
        sequence: u16::from_be_bytes([bytes[2], bytes[3]]),
        timestamp: word(4),
        ssrc: word(8),
        payload: bytes[12..].to_vec(),
    }
}

fn drain(stream: &mut Stream) -> Vec<Packet> {
    std::iter::from_fn(|| stream.packet().map(read)).collect()
}

/// Airs `frames` of a constant from `at` on, in blocks as the pump pulls them.
fn air(stream: &mut Stream, at: Duration, frames: usize) -> Vec<Packet> {
    let mut packets = Vec::new();
    for from in (0..frames).step_by(480) {
        stream.at(at + crate::station::desk::time_of(from as u64));
        if from == 0 {
            stream.begin();
        }
        stream.push(&vec![0.25; (frames - from).min(480)]);
        let ready = drain(stream);
        assert!(ready.len() <= 2, "a block makes {} packets", ready.len());
        packets.extend(ready);
    }
    stream.end();
    // Between the end of a voice and the end of its block there is nothing to send.
    stream.push(&[0.5; 100]);
    packets.extend(drain(stream));
    packets
}

#[test]
fn packets_are_counted_and_timed_through_a_pause() {
    for (codec, rate, ms, number, bytes) in [
        (Codec::L16, 48_000, 10, 96, 960),
        (Codec::L16, 44_100, 10, 11, 882),
        (Codec::L16, 16_000, 20, 96, 640),
        (Codec::Pcma, 8_000, 20, 8, 160),
        (Codec::Pcmu, 8_000, 30, 0, 240),
        (Codec::L16, 48_000, 5, 96, 480),
    ] {
        let options = options(codec, rate, ms);
        assert_eq!(options.payload_bytes(), Some(bytes));
        let mut stream = Stream::new(&options);
        // One second, a pause of 4 s, one second.
        let first = air(&mut stream, Duration::from_secs(100), 48_000);
        let second = air(&mut stream, Duration::from_secs(105), 48_000);
        let each = (1000usize).div_ceil(ms as usize);
        assert_eq!((first.len(), second.len()), (each, each), "{codec:?} {rate} {ms}");
        let packet_frames = rate * ms / 1000;
        let begin = &first[0];
        for (i, packet) in first.iter().chain(&second).enumerate() {
            assert_eq!(packet.sequence, begin.sequence.wrapping_add(i as u16));
            assert_eq!((packet.ssrc, packet.payload_type), (begin.ssrc, number));
            assert_eq!(packet.marker, i == 0 || i == each, "packet {i}");
            assert_eq!(packet.payload.len() as u32, bytes);
            let since = if i < each { i as u32 * packet_frames } else { 5 * rate + (i - each) as u32 * packet_frames };
            assert_eq!(packet.timestamp, begin.timestamp.wrapping_add(since), "packet {i}");
        }
    }
}

#[test]
fn samples_stand_in_network_order() {
    let mut stream = Stream::new(&options(Codec::L16, 48_000, 10));
    let packets = air(&mut stream, Duration::from_secs(1), 700);
    // 0.25 of 32767, rounded: 8192 is 0x2000.
    let samples: Vec<[u8; 2]> = packets.iter().flat_map(|p| p.payload.chunks_exact(2).map(|b| [b[0], b[1]])).collect();
    assert_eq!(samples.len(), 960, "the last packet is filled up");
    assert!(samples[..700].iter().all(|s| *s == [0x20, 0x00]));
    assert!(samples[700..].iter().all(|s| *s == [0, 0]));
    let mut stream = Stream::new(&options(Codec::Pcma, 8_000, 20));
    let packets = air(&mut stream, Duration::from_secs(1), 9_600);
    let middle = &packets[5].payload;
    assert!(middle.iter().all(|byte| *byte == crate::audio::g711::a_law(8192)), "{middle:?}");
}

#[test]
fn a_gap_within_an_airing_shows_in_the_timestamps() {
    let mut stream = Stream::new(&options(Codec::L16, 48_000, 10));
    let mut packets = Vec::new();
    for (at_ms, begins) in [(0, true), (10, false), (320, false), (330, false)] {
        stream.at(Duration::from_millis(1_000 + at_ms));
        if begins {
            stream.begin();
        }
        stream.push(&[0.1; 480]);
        packets.extend(drain(&mut stream));
    }
    let since: Vec<(u32, bool)> =
        packets.iter().map(|p| (p.timestamp.wrapping_sub(packets[0].timestamp), p.marker)).collect();
    assert_eq!(since, [(0, true), (480, false), (320 * 48, true), (330 * 48, false)]);
}

#[test]
fn an_airing_that_goes_before_another_is_marked_and_loses_nothing() {
    let mut stream = Stream::new(&options(Codec::Pcmu, 8_000, 20));
    stream.at(Duration::from_secs(9));
    stream.begin();
    stream.push(&[0.1; 480]);
    stream.push(&[0.1; 240]);
    stream.begin();
    stream.push(&[0.2; 240]);
    let packets = drain(&mut stream);
    stream.at(Duration::from_secs(9) + Duration::from_millis(20));
    stream.push(&[0.2; 960]);
    stream.end();
    let packets: Vec<Packet> = packets.into_iter().chain(drain(&mut stream)).collect();
    let since: Vec<u32> = packets.iter().map(|p| p.timestamp.wrapping_sub(packets[0].timestamp)).collect();
    assert_eq!(since, [0, 160]);
    assert!(packets[0].marker);
}

/// The pump itself, with its time given: late by a little it makes up for it, late by more it leaves a gap.
#[test]
fn no_flood_follows_a_pause_of_the_machine() {
    use crate::station::desk::{self, Command, Voice};
    use crate::station::pump::{Pump, Request};
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_nonblocking(true).unwrap();
    let options = RtpOptions { address: receiver.local_addr().unwrap(), ..options(Codec::Pcma, 8_000, 20) };
    let (requests, asked) = std::sync::mpsc::channel();
    let (news, _told) = std::sync::mpsc::channel();
    let bell = crate::base::clock::Alarm::new().unwrap().bell();
    let mut pump = Pump::new([(0, build(&Options::Rtp(options)).unwrap())].into(), asked, news, bell);
    let (mut handle, desk) = desk::desk();
    let (mut sound, ring) = rtrb::RingBuffer::new(96_000);
    (0..96_000).for_each(|_| sound.push(0.25).unwrap());
    let ms = Duration::from_millis;
    let start = ms(50_000);
    let airing: AiringId = "a.20261124T233000Z.s".parse().unwrap();
    requests.send(Request::Open { speaker: 0, desk }).unwrap();
    pump.turn(start - ms(100));
    requests.send(Request::Name { speaker: 0, voice: 1, airing }).unwrap();
    let voice = Voice {
        id: 1,
        start,
        until: start + ms(1_000),
        gain: 1.0,
        frames: 96_000,
        sound: ring,
        started: None,
        left: 0,
        starved_frames: 0,
    };
    assert!(handle.commands.push(Command::Arm(Box::new(voice))).is_ok());
    let received = || {
        let mut bytes = [0; 2048];
        std::iter::from_fn(|| receiver.recv(&mut bytes).ok().map(|length| read(&bytes[..length]))).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for (at, most) in [(0, 0), (10, 1), (20, 1), (30, 1), (40, 1), (190, 9), (200, 1), (900, 2), (910, 1), (920, 1)] {
        pump.turn(start + ms(at));
        let packets = received();
        assert!(packets.len() <= most, "{} packets at {at} ms", packets.len());
        all.extend(packets);
    }
    assert!(all.len() > 10, "{}", all.len());
    let jumps: Vec<(u32, bool)> =
        all.windows(2).map(|two| (two[1].timestamp.wrapping_sub(two[0].timestamp), two[1].marker)).collect();
    // 210 ms had left when the machine stood still; what follows is of 900 ms, and says so.
    let gaps: Vec<&(u32, bool)> = jumps.iter().filter(|(step, _)| *step != 160).collect();
    assert_eq!(gaps.len(), 1, "{jumps:?}");
    assert!(gaps[0].1 && gaps[0].0 > 600 * 8, "{gaps:?}");
}

#[test]
fn two_streams_are_told_apart() {
    let options = options(Codec::L16, 48_000, 10);
    let begin = || air(&mut Stream::new(&options), Duration::from_secs(1), 480).remove(0);
    let (a, b) = (begin(), begin());
    assert_ne!(a.ssrc, b.ssrc);
    assert_ne!((a.sequence, a.timestamp), (b.sequence, b.timestamp));
}

#[test]
fn a_loudspeaker_that_refuses_for_a_second_is_lost() {
    let ms = Duration::from_millis;
    let mut trouble = Trouble::default();
    // A second now and then is no reason; twenty minutes later it is a new story.
    assert!(!trouble.meet(ms(10_000)));
    assert!(!trouble.meet(ms(10_900)));
    assert!(!trouble.meet(ms(1_210_000)));
    assert!(!trouble.meet(ms(1_211_000)));
    assert!(trouble.meet(ms(1_211_020)));

    // A port of our own that was let go: the kernel says that nobody listens.
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = RtpOptions { address: port, ..options(Codec::Pcma, 8_000, 20) };
    let mut sink = build(&Options::Rtp(options)).unwrap().sink;
    sink.open().unwrap();
    let airing: AiringId = "a.20261124T233000Z.s".parse().unwrap();
    sink.at(Duration::ZERO);
    sink.mark(Some(&airing)).unwrap();
    let fault = (0..200).find_map(|i| {
        sink.at(ms(i * 10));
        sink.write(&[0.1; 480]).err().map(|fault| (i, fault.to_string()))
    });
    let (blocks, fault) = fault.expect("nobody listens");
    assert!((100..110).contains(&blocks), "{blocks}");
    assert!(fault.contains("nothing listens at that port; "), "{fault}");
    sink.close();
}

#[test]
fn what_cannot_be_reached_is_told_at_once() {
    let nowhere = RtpOptions {
        address: "239.1.2.3:5004".parse().unwrap(),
        interface: Some("nosuch0".to_owned()),
        ..options(Codec::L16, 48_000, 10)
    };
    let fault = nowhere.connect().unwrap_err().to_string();
    assert!(fault.contains("there is no network interface `nosuch0`; "), "{fault}");
    // Not even root may send to an address of the class that is kept for later.
    let nowhere = RtpOptions { address: "255.255.255.255:5004".parse().unwrap(), ..options(Codec::L16, 48_000, 10) };
    let fault = nowhere.connect().unwrap_err().to_string();
    assert!(fault.starts_with("no sound can be sent to 255.255.255.255:5004: "), "{fault}");
}

#[test]
fn a_description_says_what_the_packets_are() {
    let station = "benzilan-xiayi".parse().unwrap();
    let group = RtpOptions { address: "239.1.2.3:5004".parse().unwrap(), ttl: 4, ..options(Codec::L16, 48_000, 10) };
    assert_eq!(
        sdp::describe(&station, &group),
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=benzilan-xiayi\r\nc=IN IP4 239.1.2.3/4\r\nt=0 0\r\n\
         m=audio 5004 RTP/AVP 96\r\na=rtpmap:96 L16/48000/1\r\na=ptime:10\r\na=recvonly\r\n"
    );
    let one = RtpOptions { address: "[fd00::7]:6000".parse().unwrap(), ..options(Codec::Pcma, 8_000, 20) };
    let text = sdp::describe(&station, &one);
    for line in ["c=IN IP6 fd00::7\r\n", "m=audio 6000 RTP/AVP 8\r\n", "a=rtpmap:8 PCMA/8000/1\r\n"] {
        assert!(text.contains(line), "{text}");
    }
}
