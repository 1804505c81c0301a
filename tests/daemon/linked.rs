//! A village box at the county's door, over TLS: let in, compared, confirmed, served, heard, revoked.

use cunxiang::base::Timestamp;
use cunxiang::link::{proof, wire};
use cunxiang::rundown::document::Edge;
use cunxiang::rundown::seal::{Envelope, KeyId, PublicKey, Signer, Trust};
use cunxiang::rundown::{Outcome, Receipt, Rundown};
use serde_json::{Value, json};

use crate::county::{Daemon, Home, eventually};

/// A box of one station, as far as the wire goes.
struct Village {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: String,
    signer: Signer,
    /// The id of the county's root key.
    county: KeyId,
}

impl Village {
    fn at(home: &Home, daemon: &Daemon) -> Village {
        let log = daemon.log();
        let (_, rest) = log.split_once("address=").expect("it says where boxes reach it");
        let port = rest.split([' ', '\n']).next().unwrap().rsplit(':').next().unwrap().to_owned();
        let ca = reqwest::Certificate::from_pem(home.read("data/tls/ca.pem").as_bytes()).unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_built_in_root_certs(false).add_root_certificate(ca);
        Village {
            runtime: tokio::runtime::Runtime::new().unwrap(),
            client: client.build().unwrap(),
            url: format!("https://localhost:{port}"),
            signer: Signer::from_secret(&[9; 32]),
            county: home.read("data/keys/root.pub").parse::<PublicKey>().unwrap().id(),
        }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null))
        })
    }

    /// The county's clock is shifted here: a box asks for it.
    fn now(&self) -> Timestamp {
        let nonce = "0123456789abcdef0123456789abcdef";
        let (status, envelope) = self.send(self.client.get(format!("{}{}?nonce={nonce}", self.url, wire::TIME)));
        assert_eq!(status, 200);
        let envelope: Envelope = serde_json::from_value(envelope).unwrap();
        let time: wire::Time = serde_json::from_slice(&envelope.payload).unwrap();
        assert_eq!(time.nonce, nonce);
        time.at
    }

    fn ask(&self, method: &str, path: &str, body: String) -> (u16, Value) {
        let proof = proof::make(&self.signer, &self.county, (method, path, body.as_bytes()), self.now());
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.url));
        self.send(request.bearer_auth(proof).body(body))
    }
}

#[test]
fn a_box_is_let_in_served_heard_and_sent_away() {
    let home = Home::new();
    let said = home.say(&["tls", "init", "--name", "localhost"]);
    assert!(said.contains("[link]") && said.contains("data/tls/ca.pem"), "{said}");
    home.daily("masks", "wear-mask", "at = [\"09:20\"]", "repeat = 1\ngap = \"0s\"");
    let link =
        "[link]\nlisten = \"127.0.0.1:0\"\ncertificate = \"data/tls/server.pem\"\nkey = \"data/tls/server.key\"\n";
    let machine = "listen = \"127.0.0.1:0\"\n[[loudspeaker]]\nstation = \"upper\"\nsink = { kind = \"null\" }\n";
    home.write("config/machine.toml", &format!("{machine}[channel.folder]\nfolder = \"posts\"\n{link}"));
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    let village = Village::at(&home, &daemon);

    let refused = home.refuse(2, &["enrol", "upper"]);
    assert!(refused.contains("attached to this machine"), "{refused}");
    assert!(home.refuse(2, &["enrol", "nowhere"]).contains("there is no station `nowhere`"));
    assert!(home.refuse(2, &["enrol", "lower", "lower"]).contains("lower is named twice"));
    let said = home.say(&["enrol", "lower"]);
    assert!(said.contains("cunxiang station join https://") && said.contains('█'), "{said}");
    let code: Value = serde_json::from_str(&home.say(&["enrol", "lower", "--format", "json"])).unwrap();
    let code = code["code"].as_str().unwrap().to_owned();

    let public = village.signer.public();
    let signature = proof::sign(&village.signer, &wire::enrol_message(&code, &public));
    let ask = json!({ "code": code, "public": public.to_string(), "signature": signature, "version": "0" });
    let (status, enrolled) = village.send(village.client.post(format!("{}{}", village.url, wire::ENROL)).json(&ask));
    assert_eq!(status, 200, "{enrolled}");
    let enrolled: wire::Enrolled = serde_json::from_value(enrolled).unwrap();
    let trust = Trust::begin(&enrolled.root, &enrolled.keys).unwrap();
    let rundown = format!("{}?station=lower&wait=0", wire::RUNDOWN);
    let get = || village.ask("GET", &rundown, String::new());
    assert_eq!(get().1["why"], "pending");

    // Nobody is there to be asked; a wrong fingerprint is refused; the right one is what the box computes itself.
    assert!(home.refuse(2, &["stations", "confirm", "lower"]).contains("--fingerprint"));
    let wrong = home.refuse(2, &["stations", "confirm", "lower", "--fingerprint", "0000 0000 0000 0000 0000 0000"]);
    assert!(wrong.contains("let no box in"), "{wrong}");
    let fingerprint = wire::fingerprint(&enrolled.root, &public);
    home.say(&["stations", "confirm", "lower", "--fingerprint", &fingerprint]);
    let shown = home.say(&["stations"]);
    assert!(shown.contains(&fingerprint) && shown.contains("confirmed"), "{shown}");

    let (status, served) = get();
    assert_eq!(status, 200, "{served}");
    let served: wire::Served = serde_json::from_value(served).unwrap();
    let station = "lower".parse().unwrap();
    let opened: Rundown = trust.open(&served.rundown, &station, Edge::default(), village.now()).unwrap();
    let airing = opened.airings.first().expect("it airs today").clone();
    let clip = &opened.keep.first().expect("it has a clip").clip;
    assert_eq!(village.ask("GET", &format!("{}/{clip}", wire::CLIPS), String::new()).0, 200);
    // Its airings are planned in the ledger as those of this machine are.
    let planned = || {
        let rows = home.json(&["log", "--from", "2026-11-24", "--until", "2026-11-25", "--station", "lower"]);
        rows.first().map(|row| (row["state"].clone(), row["outcome"].clone()))
    };
    eventually("it is planned", || (planned() == Some((json!("planned"), Value::Null))).then_some(()));

    let receipt = Receipt {
        number: 1,
        airing: airing.id,
        at: airing.at,
        outcome: Outcome::Played,
        started: Some(airing.at),
        frames: 1,
        frames_planned: 1,
        parts: Vec::new(),
        volume: 80,
        sink: "null".into(),
        detail: None,
    };
    let batch = wire::Receipts {
        before: wire::chain_begin(),
        first: 1,
        gap: false,
        receipts: vec![wire::receipt_text(&receipt)],
    };
    let (status, acknowledged) = village.ask("POST", wire::RECEIPTS, serde_json::to_string(&batch).unwrap());
    assert_eq!((status, &acknowledged["number"]), (200, &json!(1)));
    assert_eq!(planned(), Some((json!("ended"), json!("played"))));
    assert_eq!(home.status()["boxes"], json!({ "confirmed": 1, "pending": 0, "served": true, "silent": [] }));

    // It knows more than this county: nothing goes out until a person says so, and then in a new epoch.
    let (held, mut ahead) = (opened.edge, opened.edge);
    ahead.version += 1;
    let path = format!("{rundown}&epoch={}&version={}", ahead.epoch, ahead.version);
    assert_eq!(village.ask("GET", &path, String::new()).1["why"], "unavailable");
    eventually("the county waits", || {
        home.status()["hold"].as_str()?.contains("newer than this county's").then_some(())
    });
    let released = home.say(&["release"]);
    assert!(released.contains("lower holds rundown") && released.contains(&fingerprint), "{released}");
    let fresh = eventually("it goes on", || {
        let (status, served) = village.ask("GET", &path, String::new());
        (status == 200).then(|| serde_json::from_value::<wire::Served>(served).unwrap())
    });
    let fresh = trust.open(&fresh.rundown, &station, ahead, village.now()).unwrap();
    assert!(fresh.edge.epoch > held.epoch, "{:?}", fresh.edge);

    // A stranger who got hold of a code is sent away, and the village keeps its box.
    let code: Value = serde_json::from_str(&home.say(&["enrol", "lower", "--format", "json"])).unwrap();
    let (code, stranger) = (code["code"].as_str().unwrap().to_owned(), Signer::generate());
    let signature = proof::sign(&stranger, &wire::enrol_message(&code, &stranger.public()));
    let public = stranger.public().to_string();
    let ask = json!({ "code": code, "public": public, "signature": signature, "version": "0" });
    assert_eq!(village.send(village.client.post(format!("{}{}", village.url, wire::ENROL)).json(&ask)).0, 200);
    assert_eq!(home.status()["boxes"]["pending"], 1);
    let said = home.say(&["stations", "revoke", "lower"]);
    assert!(said.contains("the confirmed box stays"), "{said}");
    assert_eq!(home.status()["boxes"], json!({ "confirmed": 1, "pending": 0, "served": true, "silent": [] }));
    assert_eq!(get().0, 200);

    // Stolen, it says so again; without it there is no reason to wait.
    let mut stolen = fresh.edge;
    stolen.version += 1;
    let path = format!("{rundown}&epoch={}&version={}", stolen.epoch, stolen.version);
    assert_eq!(village.ask("GET", &path, String::new()).1["why"], "unavailable");
    eventually("the county waits", || home.status()["hold"].as_str().map(drop));
    home.say(&["stations", "revoke", "lower"]);
    eventually("the county goes on", || home.status()["hold"].is_null().then_some(()));
    assert!(home.refuse(2, &["release"]).contains("no HOLD"));
    assert_eq!(get().1["why"], "revoked");
    assert!(home.say(&["stations"]).contains("no village box"));
    assert!(home.say(&["stations", "--all"]).contains("revoked"));
    assert_eq!(daemon.stop().1, Some(0));
}

#[test]
fn a_certificate_that_is_missing_keeps_the_link_down_and_no_loudspeaker() {
    let home = Home::new();
    home.daily("masks", "wear-mask", "at = [\"09:00:08\"]", "repeat = 1\ngap = \"0s\"");
    let link =
        "[link]\nlisten = \"127.0.0.1:0\"\ncertificate = \"data/tls/server.pem\"\nkey = \"data/tls/server.key\"\n";
    let machine = "listen = \"127.0.0.1:0\"\n[[loudspeaker]]\nstation = \"upper\"\nsink = { kind = \"null\" }\n";
    home.write("config/machine.toml", &format!("{machine}[channel.folder]\nfolder = \"posts\"\n{link}"));
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    daemon.wait_for("no village box is served until the certificate is mended");
    assert!(daemon.get("/metrics").1.contains("cunxiang_link_up 0"));
    let said = home.say(&["status"]);
    assert!(said.contains("the link is down until its certificate can be used"), "{said}");
    assert!(said.contains("server.pem"), "{said}");
    let day = ["log", "--station", "upper", "--from", "2026-11-24T00:00:00+08:00", "--to", "2026-11-25T00:00:00+08:00"];
    eventually("the loudspeaker here sounds all the same", || {
        home.json(&day).iter().any(|row| row["outcome"] == "played").then_some(())
    });
    home.say(&["tls", "init", "--name", "localhost"]);
    daemon.wait_for("village boxes are served");
    eventually("the link is up", || daemon.get("/metrics").1.contains("cunxiang_link_up 1").then_some(()));
    assert_eq!(Village::at(&home, &daemon).now().date_naive().to_string(), "2026-11-24");
}
