//! Reads `[[loudspeaker]]`: the same of a county's machine and of a village box.

use std::net::SocketAddr;
use std::path::Path;

use crate::base::table::{Field, Table};
use crate::base::{Id, Length};
use crate::station;
use crate::station::sink::rtp::{self, Codec, RtpOptions};
use crate::station::sink::{self, wav};

const SINKS: &str = "{ kind = \"sound-card\", device = \"default\" }";

/// A power-on command needs time for an amplifier to warm up, not for a coffee.
const POWER_LEAD_MAX: Length = Length::seconds(60);

/// Whoever wants WAV files longer copies them away: the ledger keeps its rows no longer, either.
const KEEP_DAYS_MAX: i64 = 400;

/// The loudspeakers of this machine, each station once.
pub(super) fn loudspeakers(
    root: &Table<'_>,
    home: &Path,
    is_station: Option<&dyn Fn(&Id) -> bool>,
) -> Vec<station::Loudspeaker> {
    let mut loudspeakers: Vec<station::Loudspeaker> = Vec::new();
    for table in root.tables("loudspeaker") {
        if let Some(found) = loudspeaker(&table, home, is_station) {
            if loudspeakers.iter().any(|other| other.station == found.station) {
                table.fault(
                    "duplicate-id",
                    format!("station `{}` stands twice", found.station),
                    "a station has one loudspeaker here",
                );
            } else {
                loudspeakers.push(found);
            }
        }
        table.done();
    }
    loudspeakers
}

fn loudspeaker(
    table: &Table<'_>,
    home: &Path,
    is_station: Option<&dyn Fn(&Id) -> bool>,
) -> Option<station::Loudspeaker> {
    let station = table.require("station", "\"benzilan-xiayi\"").and_then(|field| {
        let id = field.parse::<Id>()?;
        if is_station.is_some_and(|is_station| !is_station(&id)) {
            field.fault(
                "unknown-station",
                format!("there is no station `{id}`"),
                "add it to config/stations.toml, or correct [[loudspeaker]] station",
            );
        }
        Some(id)
    });
    let sink = table.require("sink", SINKS).and_then(|field| sink(&field, home));
    let power_on = table.get("power_on").map_or(Some(Vec::new()), |field| command(&field));
    let power_off = table.get("power_off").map_or(Some(Vec::new()), |field| command(&field));
    let power_lead = table.get("power_lead").map_or(Some(Length::default()), |field| {
        let lead = field.parse::<Length>()?;
        if lead > POWER_LEAD_MAX {
            field.fault(
                "bad-value",
                format!("`power_lead` = {lead} is too long"),
                format!("write at most {POWER_LEAD_MAX}"),
            );
            return None;
        }
        Some(lead)
    });
    let gain_db = table.get("gain_db").map_or(Some(0.0), |field| field.float(-60.0..=12.0));
    Some(station::Loudspeaker {
        station: station?,
        sink: sink?,
        power_on: power_on?,
        power_off: power_off?,
        power_lead: power_lead?,
        gain_db: gain_db? as f32,
    })
}

fn sink(field: &Field<'_>, home: &Path) -> Option<sink::Options> {
    let table = field.table()?;
    let kind = table.require("kind", "\"sound-card\"")?;
    let options = match kind.text()? {
        "wav" => {
            let days = table.get("keep_days").map_or(Some(wav::KEEP_DAYS.into()), |field| field.int(1..=KEEP_DAYS_MAX));
            let folder = table.require("folder", "\"data/aired\"").and_then(|field| field.text());
            folder.zip(days).map(|(folder, days)| sink::Options::Wav {
                folder: home.join(folder),
                keep_days: u32::try_from(days).expect("it is within its bounds"),
            })
        }
        "sound-card" => table
            .require("device", "\"default\"")
            .and_then(|field| field.text())
            .map(|device| sink::Options::SoundCard { device: device.to_owned() }),
        "command" => table
            .require("command", "[\"program\", \"argument\"]")
            .and_then(|field| command(&field))
            .map(|argv| sink::Options::Command { argv }),
        "rtp" => rtp(&table).map(sink::Options::Rtp),
        "null" => Some(sink::Options::Null),
        other => {
            kind.fault(
                "unknown-sink",
                format!("there is no sink `{other}`"),
                "write one of sound-card, wav, command, rtp, null",
            );
            None
        }
    };
    table.done();
    options
}

/// Rates that receivers know.
const SAMPLE_RATES: [i64; 7] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const PACKET_MAX: Length = Length::ms(60);
const TTL_MAX: i64 = 255;
/// Linux: `IFNAMSIZ`, with the zero behind it.
const INTERFACE_BYTES_MAX: usize = 15;

fn rtp(table: &Table<'_>) -> Option<RtpOptions> {
    let address = table.require("address", "\"239.1.2.3:5004\"").and_then(|field| rtp_address(&field));
    let codecs = [("l16", Codec::L16), ("pcma", Codec::Pcma), ("pcmu", Codec::Pcmu)];
    let codec = table.require("codec", "\"l16\"").and_then(|field| field.word(&codecs));
    let ttl = table.get("ttl").map_or(Some(1), |field| field.int(1..=TTL_MAX));
    let interface = table.get("interface").map_or(Some(None), |field| interface(&field, address).map(Some));
    let rate_field = table.get("sample_rate");
    let packet_field = table.get("packet");
    let codec = codec?;
    let sample_rate = match &rate_field {
        None => Some(if codec == Codec::L16 { 48_000 } else { 8_000 }),
        Some(field) => field.int(8_000..=48_000).and_then(|rate| {
            let help = match codec {
                Codec::L16 if SAMPLE_RATES.contains(&rate) => return Some(rate),
                Codec::L16 => "write one of 8000, 16000, 22050, 24000, 32000, 44100, 48000",
                _ if rate == 8_000 => return Some(rate),
                _ => "G.711 has 8000 and no other: leave the key out",
            };
            field.fault("bad-value", format!("`sample_rate` = {rate} is no rate of {}", codec.name()), help);
            None
        }),
    }?;
    let sample_rate = u32::try_from(sample_rate).expect("it is within its bounds");
    let of = |packet_ms: u32| RtpOptions {
        address: address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 5004))),
        codec,
        sample_rate,
        packet_ms,
        ttl: 1,
        interface: None,
    };
    let fits = |options: &RtpOptions| options.payload_bytes().is_some_and(|bytes| bytes <= rtp::PAYLOAD_BYTES_MAX);
    let options = match &packet_field {
        None => [rtp::PACKET_MS, rtp::PACKET_SHORT_MS].map(of).into_iter().find(fits)?,
        Some(field) => {
            let length = field.parse::<Length>()?;
            let options = of(u32::try_from(length.ms.min(PACKET_MAX.ms)).expect("it is within its bounds"));
            let what = match options.payload_bytes() {
                _ if length.ms == 0 || length > PACKET_MAX => format!("is not within 1ms and {PACKET_MAX}"),
                None => format!("holds no whole number of samples at {sample_rate}"),
                Some(bytes) if !fits(&options) => {
                    format!("holds {bytes} bytes, and {} fit into one packet", rtp::PAYLOAD_BYTES_MAX)
                }
                Some(_) => String::new(),
            };
            if !what.is_empty() {
                let help = "leave the key out, or write \"10ms\" or \"20ms\"";
                field.fault("bad-value", format!("`packet` = {length} {what}"), help);
                return None;
            }
            options
        }
    };
    let ttl = u8::try_from(ttl?).expect("it is within its bounds");
    Some(RtpOptions { address: address?, ttl, interface: interface?, ..options })
}

fn rtp_address(field: &Field<'_>) -> Option<SocketAddr> {
    let text = field.text()?;
    let help = "write an address and a port, as \"192.168.1.20:5004\", \"239.1.2.3:5004\" or \"[ff15::1]:5004\"";
    let what = match text.parse::<SocketAddr>() {
        Err(_) => "is no address with a port",
        Ok(address) if address.port() == 0 => "has no port",
        Ok(address) if address.ip().is_unspecified() => "is nobody's address",
        Ok(SocketAddr::V4(address)) if address.ip().is_broadcast() => "is for every machine of the network",
        Ok(address) => return Some(address),
    };
    field.fault("bad-value", format!("`address` = {text} {what}"), help);
    None
}

fn interface(field: &Field<'_>, address: Option<SocketAddr>) -> Option<String> {
    let name = field.text()?;
    let what = match address {
        Some(address) if !address.ip().is_multicast() => {
            "is for multicast; the routes say how one loudspeaker is reached"
        }
        _ if name.is_empty() || name.len() > INTERFACE_BYTES_MAX => "is no network interface",
        _ => return Some(name.to_owned()),
    };
    let help = "leave the key out, or write a name that `ip link` lists, as \"eth0\"";
    field.fault("bad-value", format!("`interface` = {name} {what}"), help);
    None
}

/// A program and its arguments, run without a shell.
fn command(field: &Field<'_>) -> Option<Vec<String>> {
    let items = field.items();
    let argv: Option<Vec<String>> = items.iter().map(|item| item.text().map(str::to_owned)).collect();
    if items.is_empty() {
        field.fault(
            "bad-value",
            format!("`{}` names no program", field.key()),
            "write it as [\"/usr/bin/program\", \"argument\"]",
        );
        return None;
    }
    argv
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::machine::read;

    /// What the sink's keys are read as, or the first fault.
    fn check(keys: &str) -> Result<RtpOptions, String> {
        let text = format!("[[loudspeaker]]\nstation = \"a\"\nsink = {{ kind = \"rtp\", {keys} }}\n");
        let machine = read("machine.toml", &text, Path::new("/"), None);
        match machine.map(|machine| machine.loudspeakers[0].sink.clone()) {
            Ok(sink::Options::Rtp(options)) => Ok(options),
            Ok(other) => panic!("{other:?}"),
            Err(problems) => Err(problems[0].to_string()),
        }
    }

    #[test]
    fn a_stream_has_what_is_left_out() {
        for (keys, rate, packet_ms, ttl, interface) in [
            (r#"address = "239.1.2.3:5004", codec = "l16""#, 48_000, 10, 1, None),
            (r#"address = "10.0.0.9:5004", codec = "pcma""#, 8_000, 20, 1, None),
            (r#"address = "[fd00::9]:5004", codec = "l16", sample_rate = 16000, ttl = 4"#, 16_000, 20, 4, None),
            (r#"address = "10.0.0.9:5004", codec = "l16", sample_rate = 22050"#, 22_050, 20, 1, None),
            (
                r#"address = "239.1.2.3:5004", codec = "pcmu", packet = "30ms", interface = "eth1""#,
                8_000,
                30,
                1,
                Some("eth1"),
            ),
        ] {
            let options = check(keys).unwrap();
            let found = (options.sample_rate, options.packet_ms, options.ttl, options.interface.as_deref());
            assert_eq!(found, (rate, packet_ms, ttl, interface), "{keys}");
            assert!(options.payload_bytes().unwrap() <= rtp::PAYLOAD_BYTES_MAX);
        }
    }

    #[test]
    fn a_stream_nobody_could_receive_is_a_fault() {
        let l16 = r#"address = "10.0.0.9:5004", codec = "l16""#;
        for (keys, said) in [
            (r#"address = "speaker:5004", codec = "l16""#.to_owned(), "is no address with a port; write"),
            (r#"address = "10.0.0.9", codec = "l16""#.to_owned(), "is no address with a port; write"),
            (r#"address = "10.0.0.9:0", codec = "l16""#.to_owned(), "has no port; write"),
            (r#"address = "0.0.0.0:5004", codec = "l16""#.to_owned(), "is nobody's address; write"),
            (r#"address = "255.255.255.255:5004", codec = "l16""#.to_owned(), "is for every machine"),
            (r#"address = "10.0.0.9:5004", codec = "opus""#.to_owned(), "l16"),
            (r#"address = "10.0.0.9:5004", codec = "pcma", sample_rate = 16000"#.to_owned(), "G.711 has 8000"),
            (format!("{l16}, sample_rate = 11025"), "`sample_rate` = 11025 is no rate of L16; write one of"),
            (format!("{l16}, packet = \"20ms\""), "holds 1920 bytes, and 1440 fit into one packet; leave"),
            (format!("{l16}, packet = \"0ms\""), "is not within 1ms and 60ms"),
            (format!("{l16}, packet = \"1m\""), "is not within 1ms and 60ms"),
            (format!("{l16}, sample_rate = 22050, packet = \"10ms\""), "holds no whole number of samples"),
            (format!("{l16}, ttl = 0"), "ttl"),
            (format!("{l16}, interface = \"eth1\""), "is for multicast"),
        ] {
            let fault = check(&keys).unwrap_err();
            assert!(fault.contains(said), "{keys}: {fault}");
        }
    }
}
