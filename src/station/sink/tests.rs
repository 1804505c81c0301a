//! What every clock-paced sink keeps to.

use super::*;

fn options(kind: &str, folder: &std::path::Path) -> (Options, Options) {
    let nowhere = folder.join("file");
    std::fs::write(&nowhere, b"").unwrap();
    match kind {
        "wav" => (
            Options::Wav { folder: folder.join("out"), keep_days: 14 },
            Options::Wav { folder: nowhere.join("below"), keep_days: 14 },
        ),
        "command" => {
            let good = vec!["sh".to_owned(), "-c".to_owned(), "exec cat > /dev/null".to_owned()];
            (Options::Command { argv: good }, Options::Command { argv: vec!["/no/such/program".to_owned()] })
        }
        "rtp" => {
            let options = |address: &str, interface: Option<&str>| {
                Options::Rtp(rtp::RtpOptions {
                    address: address.parse().unwrap(),
                    codec: rtp::Codec::Pcma,
                    sample_rate: 8_000,
                    packet_ms: 20,
                    ttl: 1,
                    interface: interface.map(str::to_owned),
                })
            };
            // Nobody listens at the port of discarded packets, which costs no more than a few of them.
            (options("127.0.0.1:9", None), options("239.1.2.3:5004", Some("nosuch0")))
        }
        "null" => (Options::Null, Options::Null),
        other => panic!("say how `{other}` is tried"),
    }
}

#[test]
fn every_sink_keeps_the_contract() {
    for (kind, build) in SINKS {
        let folder = tempfile::tempdir().unwrap();
        let (good, bad) = options(kind, folder.path());
        assert_eq!(good.kind(), kind);
        assert!(good.name().starts_with(kind));
        let mut sink = build(&good).expect("its own options fit").sink;
        let airings = ["a.20261124T233000Z.s", "b.20261124T233000Z.s"].map(|id| id.parse::<AiringId>().unwrap());
        // Twice: a sink that was closed opens again.
        for airing in &airings {
            sink.open().unwrap();
            sink.write(&[0.0; 480]).unwrap();
            sink.mark(Some(airing)).unwrap();
            sink.write(&[0.5; 333]).unwrap();
            sink.write(&[]).unwrap();
            sink.mark(None).unwrap();
            sink.write(&[0.0; 480]).unwrap();
            sink.close();
        }
        let mut sink = build(&bad).expect("its own options fit").sink;
        if let Err(fault) = sink.open() {
            assert!(fault.to_string().contains("; "), "`{fault}` says what to do");
        } else {
            assert_eq!(kind, "null", "a sink that cannot work says so when it is opened");
        }
        sink.close();
        // Options of another sink are none of its own.
        let other = Options::SoundCard { device: "default".to_owned() };
        assert!(build(&other).is_none());
    }
}

#[test]
fn a_file_holds_a_second_of_silence_and_then_the_sound() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = wav::build(&Options::Wav { folder: folder.path().to_owned(), keep_days: 14 }).unwrap().sink;
    let airing: AiringId = "a.20261124T233000Z.s".parse().unwrap();
    sink.open().unwrap();
    sink.mark(Some(&airing)).unwrap();
    sink.write(&[0.25, -1.0, 1.0]).unwrap();
    let whole = folder.path().join(format!("{airing}.wav"));
    assert!(!whole.exists(), "a file that is not whole has another name");
    sink.mark(None).unwrap();
    let mut wav = hound::WavReader::open(whole).unwrap();
    let samples: Vec<i16> = wav.samples::<i16>().map(Result::unwrap).collect();
    assert_eq!(samples.len() as u64, wav::HEAD_FRAMES + 3);
    assert_eq!(samples[48_000..], [8192, -32767, 32767]);
}

#[test]
fn a_program_that_ends_or_hangs_is_a_fault() {
    for (script, seconds) in [("exit 0", 60), ("exec sleep 30", 60)] {
        let argv = vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()];
        let mut sink = command::build(&Options::Command { argv }).unwrap().sink;
        sink.open().unwrap();
        let fault = (0..seconds * 100).find_map(|_| {
            if script == "exit 0" {
                crate::station::tests::wait_real(std::time::Duration::from_millis(1));
            }
            sink.write(&[0.1; 480]).err()
        });
        assert!(fault.expect("nobody reads it").to_string().contains("sh"), "{script}");
        sink.close();
    }
}
