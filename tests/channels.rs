//! What every channel must do, run for each of them, and what Telegram's answers mean.

mod fake_telegram;

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::Timestamp;
use cunxiang::ledger::CallId;
use cunxiang::outbox::channel::{self, Answer, Channel, Content, Parcel, TextMax};
use cunxiang::outbox::{Options, folder, telegram};
use cunxiang::rundown::{Class, Post};
use fake_telegram::{FakeTelegram, Reply};
use serde_json::{Value, json};

const TOKEN: &str = "123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
const SECRET: &str = "AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
const PASSWORD: &str = "hunter2-of-the-proxy";

/// A channel and a service for it.
struct Place {
    channel: Arc<dyn Channel>,
    /// The same with a service that is not there.
    away: Arc<dyn Channel>,
    address: Value,
    bad_addresses: Vec<Value>,
    /// What the group sees: texts, and the bytes of voice notes.
    seen: Box<dyn Fn() -> Vec<Vec<u8>>>,
    _keep: Box<dyn std::any::Any>,
}

async fn folder_place() -> Place {
    let home = tempfile::tempdir().unwrap();
    let posts = home.path().join("posts");
    std::fs::write(home.path().join("a-file"), "in the way").unwrap();
    let open = |folder: &Path| {
        let options = folder::Options { folder: folder.to_owned() };
        open_one(Options { folder: Some(options), telegram: None })
    };
    Place {
        channel: open(&posts),
        away: open(&home.path().join("a-file/posts")),
        address: json!({}),
        bad_addresses: vec![],
        seen: Box::new(move || {
            let mut files: Vec<_> = walk(&posts).into_iter().filter(|path| !path.ends_with("post.json")).collect();
            files.sort();
            files.iter().map(|path| std::fs::read(path).unwrap().trim_ascii_end().to_vec()).collect()
        }),
        _keep: Box::new(home),
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

async fn telegram_place() -> Place {
    let server = Arc::new(FakeTelegram::start(TOKEN).await);
    // A port that was free a moment ago and that nobody listens on.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let for_seen = server.clone();
    Place {
        channel: telegram(&server.url, Duration::from_secs(60)),
        away: telegram(&format!("http://{closed}"), Duration::from_secs(60)),
        address: json!({ "kind": "telegram", "chat": -1001 }),
        bad_addresses: vec![json!({}), json!({ "chat": "the village" }), json!({ "chat": 0 }), json!({ "chat": null })],
        seen: Box::new(move || {
            let arrived = for_seen.arrived();
            arrived.into_iter().map(|call| call.voice.unwrap_or_else(|| call.text.into_bytes())).collect()
        }),
        _keep: Box::new(server),
    }
}

fn telegram(url: &str, timeout: Duration) -> Arc<dyn Channel> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{TOKEN}\n")).unwrap();
    let token_file = file.path().to_owned();
    let options = telegram::Options { token_file, api_url: Some(url.into()), proxy: None, timeout };
    open_one(Options { folder: None, telegram: Some(options) })
}

fn open_one(options: Options) -> Arc<dyn Channel> {
    let (mut channels, faults) = channel::open(&options);
    assert!(faults.is_empty(), "{faults:?}");
    channels.pop().unwrap()
}

fn text(words: &str) -> Content {
    Content::Text { language: "bo".parse().unwrap(), text: words.into() }
}

fn voice(bytes: &[u8]) -> Content {
    Content::Voice {
        language: "bo".parse().unwrap(), title: "ཁ་རས།".into(), frames: 96_001, bytes: bytes.to_vec()
    }
}

fn parcel(place: &Place, position: u32, content: Content) -> Parcel {
    let at = Timestamp::from_timestamp(1_795_000_000, 0).unwrap();
    let post = Post {
        broadcast: "wear-mask".parse().unwrap(),
        occasion: "20261124".into(),
        chat: "benzilan".parse().unwrap(),
        class: Class::Daily,
        level: None,
        notice: Some("2026-0412".into()),
        due: at,
        expires: at + TimeDelta::hours(1),
        parts: vec![],
        order: None,
    };
    let id = CallId { post: post.id(), position, repeat: 0 };
    Parcel { id, chat: post.chat.clone(), address: place.address.clone(), content, post }
}

fn no_secret(said: &(impl Debug + ?Sized)) {
    let said = format!("{said:?}");
    assert!(!said.contains(SECRET) && !said.contains(PASSWORD), "{said}");
}

async fn contract(place: Place) {
    let Place { channel, .. } = &place;
    // A text and a voice note arrive as they are.
    let words = "ཁ་རས་གོན་རོགས།\n请戴口罩。<b>*_[";
    let first = parcel(&place, 0, text(words));
    let Answer::Sent { ids } = channel.send(&first).await else { panic!("{}", channel.kind()) };
    assert!(ids.iter().all(|id| !id.is_empty()) && !ids.is_empty());
    let clip: Vec<u8> = b"OggS".iter().copied().chain((0..3_000_000u32).map(|i| (i * 7) as u8)).chain([1]).collect();
    assert!(matches!(channel.send(&parcel(&place, 1, voice(&clip))).await, Answer::Sent { .. }));
    assert!((place.seen)() == [words.as_bytes().to_vec(), clip], "{}", channel.kind());

    // What is said of idempotency is true.
    assert!(matches!(channel.send(&first).await, Answer::Sent { .. }));
    assert_eq!((place.seen)().len(), if channel.idempotent() { 2 } else { 3 });

    // The longest text is taken, and addresses are checked beforehand and again when sent.
    let TextMax { size, unit } = channel.text_max();
    let longest = "长".repeat(size.min(50_000) / unit.size_of("长"));
    assert!(matches!(channel.send(&parcel(&place, 2, text(&longest))).await, Answer::Sent { .. }));
    assert_eq!(check_address(channel.kind())(&place.address), Ok(()));
    let seen = (place.seen)().len();
    for address in &place.bad_addresses {
        let why = check_address(channel.kind())(address).unwrap_err();
        assert!(why.contains("write"), "says what to do: {why}");
        let parcel = Parcel { address: address.clone(), ..parcel(&place, 3, text("x")) };
        assert!(matches!(channel.send(&parcel).await, Answer::Refused { .. }));
    }
    assert_eq!((place.seen)().len(), seen);

    // A service that is not there is tried again, says what to do, and nothing says a secret.
    let answer = place.away.send(&parcel(&place, 0, text("x"))).await;
    let Answer::Retry { detail, .. } = &answer else { panic!("{answer:?}") };
    assert!(detail.contains("check"), "{detail}");
    no_secret(&answer);
    no_secret(channel.robot());
    assert!(channel.budget().iter().all(|limit| limit.calls > 0 && limit.per > TimeDelta::zero()));
}

#[tokio::test]
async fn every_channel_keeps_the_contract() {
    contract(folder_place().await).await;
    contract(telegram_place().await).await;
    assert_eq!(channel::CHANNELS.len(), 2, "a new channel is added here");
}

#[tokio::test]
async fn the_folder_is_laid_out_for_people() {
    let place = folder_place().await;
    let mut again = parcel(&place, 1, voice(b"OggS"));
    place.channel.send(&parcel(&place, 0, text("x"))).await;
    place.channel.send(&again).await;
    again.id.repeat = 1;
    let Answer::Sent { ids } = place.channel.send(&again).await else { panic!() };
    assert_eq!(ids, ["benzilan/wear-mask.20261124.benzilan/02-bo-repeat-1.opus"]);
    let home = place._keep.downcast_ref::<tempfile::TempDir>().unwrap().path().join("posts");
    let mut files: Vec<_> =
        walk(&home).iter().map(|path| path.strip_prefix(&home).unwrap().to_str().unwrap().to_owned()).collect();
    files.sort();
    let here = "benzilan/wear-mask.20261124.benzilan";
    assert_eq!(files, ["01-bo.txt", "02-bo-repeat-1.opus", "02-bo.opus", "post.json"].map(|f| format!("{here}/{f}")));
    let post: Value = serde_json::from_slice(&std::fs::read(home.join(here).join("post.json")).unwrap()).unwrap();
    assert_eq!(post["notice"], "2026-0412");
}

/// The word of an answer, its code, and the wait or address it names.
fn gist(answer: &Answer) -> (&'static str, String) {
    match answer {
        Answer::Sent { ids } => ("sent", ids.join(" ")),
        Answer::Retry { after, code, .. } => ("retry", format!("{code} {}", after.map_or(0, |t| t.num_seconds()))),
        Answer::Moved { address } => ("moved", address["chat"].to_string()),
        Answer::Refused { code, .. } => ("refused", code.clone()),
        Answer::Unknown { code, .. } => ("unknown", code.clone()),
    }
}

#[tokio::test]
async fn telegram_answers_mean_what_they_mean() {
    const LONG: Duration = Duration::from_secs(60);
    // What never answers ends in `unknown` however long the bound is; so does an error of the server, for which
    // teloxide itself would wait 10 s.
    const SHORT: Duration = Duration::from_millis(300);
    let leak = "Bad Request: no such token AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao in 123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
    for (reply, bound, word, code) in [
        (Reply::Arrives, LONG, "sent", "1"),
        (Reply::ArrivesInNewWords, LONG, "sent", "1"),
        (Reply::FailsAfterArrival, SHORT, "unknown", "timeout"),
        (Reply::CutAfterArrival, LONG, "unknown", "cut-off"),
        (Reply::Flood(17), LONG, "retry", "429 17"),
        (Reply::Moved(-100_777), LONG, "moved", "-100777"),
        (Reply::Error(403, "Forbidden: bot was kicked from the supergroup chat"), LONG, "refused", "403"),
        (Reply::Error(403, "Forbidden: bot was kicked from the group chat"), LONG, "refused", "403"),
        (Reply::Error(403, "Forbidden: words that are new"), LONG, "refused", "403"),
        (Reply::Error(400, "Bad Request: chat not found"), LONG, "refused", "400"),
        (Reply::Error(400, leak), LONG, "refused", "400"),
        (Reply::Error(401, "Unauthorized"), LONG, "retry", "401 60"),
        (Reply::ErrorInNewWords(401, "Unauthorized"), LONG, "retry", "401 60"),
        (Reply::Error(404, "Not Found"), LONG, "retry", "401 60"),
        (Reply::Error(413, "Request Entity Too Large"), LONG, "refused", "413"),
        (Reply::ErrorInNewWords(403, "Forbidden: bot is not a member"), LONG, "refused", "403"),
        (Reply::ErrorInNewWords(418, "A teapot"), LONG, "refused", "418"),
        (Reply::Error(418, "Something else altogether"), LONG, "unknown", "server"),
        (Reply::HtmlBadGateway, SHORT, "unknown", "timeout"),
        (Reply::Hangs, SHORT, "unknown", "timeout"),
    ] {
        let server = FakeTelegram::start(TOKEN).await;
        let place = Place { channel: telegram(&server.url, bound), ..telegram_place().await };
        server.script([reply.clone()]);
        let answer = place.channel.send(&parcel(&place, 0, text("请戴口罩。"))).await;
        assert_eq!(gist(&answer), (word, code.to_owned()), "{reply:?}: {answer:?}");
        let (received, arrived) = (server.received().len(), server.arrived().len());
        assert_eq!(received, 1, "{reply:?}: a channel sends once");
        match word {
            "sent" => assert_eq!(arrived, 1, "{reply:?}"),
            "unknown" => {}
            _ => assert_eq!(arrived, 0, "{reply:?}: it surely did not arrive"),
        }
        assert!(!format!("{answer:?}").contains(TOKEN), "{answer:?}");
    }
}

#[tokio::test]
async fn a_refused_token_is_the_robots_fault_until_its_file_has_another() {
    let server = FakeTelegram::start(TOKEN).await;
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    let write = |text: &str| {
        // As an editor saves: another file under the name.
        let beside = folder.path().join("beside");
        std::fs::write(&beside, text).unwrap();
        std::fs::set_permissions(&beside, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::rename(beside, &token_file).unwrap();
    };
    let old = "123456789:OLD7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
    write(old);
    let options = telegram::Options {
        token_file: token_file.clone(),
        api_url: Some(server.url.clone()),
        proxy: None,
        timeout: Duration::from_secs(60),
    };
    let channel = open_one(Options { folder: None, telegram: Some(options) });
    let place = Place { channel, ..telegram_place().await };
    let parcel = parcel(&place, 0, text("x"));
    assert_eq!(place.channel.fault(), None);
    let answer = place.channel.send(&parcel).await;
    assert_eq!(gist(&answer), ("retry", "401 60".to_owned()), "{answer:?}");
    let fault = place.channel.fault().unwrap();
    assert!(fault.contains("telegram: the service refuses the token in "), "{fault}");
    assert!(!format!("{answer:?}{fault}").contains("OLD7"), "{answer:?} {fault}");

    write("nonsense");
    assert_eq!(gist(&place.channel.send(&parcel).await).0, "retry");
    let fault = place.channel.fault().unwrap();
    assert!(fault.contains("holds no robot's token; write it as BotFather gives it"), "{fault}");

    write(TOKEN);
    assert_eq!(gist(&place.channel.send(&parcel).await).0, "sent");
    assert_eq!(place.channel.fault(), None);
}

#[tokio::test]
async fn a_proxy_is_used_and_its_password_stays_secret() {
    let server = FakeTelegram::start(TOKEN).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), TOKEN).unwrap();
    let options = telegram::Options {
        token_file: file.path().to_owned(),
        api_url: Some("http://telegram.invalid".into()),
        proxy: Some(server.url.replace("http://", &format!("http://office:{PASSWORD}@"))),
        timeout: Duration::from_secs(60),
    };
    no_secret(&options);
    let place = Place {
        channel: open_one(Options { folder: None, telegram: Some(options.clone()) }),
        ..telegram_place().await
    };
    let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
    assert_eq!(gist(&answer).0, "sent", "{answer:?}");
    assert_eq!(server.arrived()[0].chat, "-1001");

    let bad = |options: telegram::Options| {
        let (channels, faults) = channel::open(&Options { folder: None, telegram: Some(options) });
        assert!(channels.is_empty());
        no_secret(&faults);
        faults[0].to_string()
    };
    let fault = bad(telegram::Options { proxy: Some(format!("::{PASSWORD}")), ..options.clone() });
    assert!(fault.contains("`proxy` is no address; write it as"), "{fault}");
    let fault = bad(telegram::Options { api_url: Some("telegram".into()), ..options.clone() });
    assert!(fault.contains("`api_url` is no address"), "{fault}");
    std::fs::write(file.path(), format!("{SECRET} without its number")).unwrap();
    let fault = bad(options.clone());
    assert!(fault.contains("holds no robot's token"), "{fault}");
    std::fs::remove_file(file.path()).unwrap();
    let fault = bad(options);
    assert!(fault.contains("write the robot's token into that file"), "{fault}");
}

/// The check of addresses that the table has for a kind.
fn check_address(kind: &str) -> fn(&serde_json::Value) -> Result<(), String> {
    channel::CHANNELS.iter().find(|entry| entry.name == kind).expect("every channel is in the table").check_address
}
