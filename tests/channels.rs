//! What every channel must do, run for each of them, and what each service's answers mean.

mod fake_apprise;
mod fake_robots;
mod fake_telegram;
mod fake_webhook;
mod socks;

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use cunxiang::base::Timestamp;
use cunxiang::ledger::CallId;
use cunxiang::outbox::channel::{self, Amendment, Answer, Carriage, Change, Channel, Content, Parcel, TextMax};
use cunxiang::outbox::{Options, apprise, folder, manual, robots, telegram, webhook};
use cunxiang::rundown::{Class, Post};
use fake_apprise::{FakeApprise, Reply as Passes};
use fake_robots::{FakeRobots, Reply as Said, SIGNING, Service};
use fake_telegram::{FakeTelegram, Reply};
use fake_webhook::{FakeWebhook, Reply as Taken};
use serde_json::{Value, json};

const TOKEN: &str = "123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
const SECRET: &str = "AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
const PASSWORD: &str = "hunter2-of-the-proxy";
/// The instant of every call here.
const AT: i64 = 1_795_000_000;
const LONG: Duration = Duration::from_secs(60);
/// For what never answers: it ends in `unknown` however long the bound is.
const SHORT: Duration = Duration::from_millis(300);

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
    files_place(|options| Options { folder: Some(options), ..Options::default() })
}

async fn manual_place() -> Place {
    let place = files_place(|options| Options { manual: Some(options), ..Options::default() });
    let bad = ["", " ", "one\ntwo", &"名".repeat(41)].map(|name| json!({ "person": name }));
    let bad_addresses = [json!({}), json!({ "person": 5 })].into_iter().chain(bad).collect();
    Place { address: json!({ "kind": "manual", "person": "扎西" }), bad_addresses, ..place }
}

fn files_place(options_of: impl Fn(folder::Options) -> Options) -> Place {
    let home = tempfile::tempdir().unwrap();
    let posts = home.path().join("posts");
    std::fs::write(home.path().join("a-file"), "in the way").unwrap();
    let open = |folder: &Path| open_one(options_of(folder::Options { folder: folder.to_owned() }));
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
    open_one(Options { telegram: Some(options), ..Options::default() })
}

const ROBOTS: [Service; 3] = [Service::Wecom, Service::Dingtalk, Service::Feishu];

async fn robots_place(service: Service) -> Place {
    let server = Arc::new(FakeRobots::start(service, AT * 1000).await);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let for_seen = server.clone();
    Place {
        channel: robots(service, &server.url, LONG),
        away: robots(service, &format!("http://{closed}"), LONG),
        address: json!({ "robot": "benzilan" }),
        bad_addresses: vec![json!({}), json!({ "robot": 5 }), json!({ "robot": "No Such" }), json!({ "chat": "x" })],
        seen: Box::new(move || for_seen.arrived()),
        _keep: Box::new(server),
    }
}

/// What the service shows when a robot is made, and its secret for signing.
fn robot_file(service: Service, token: &str) -> String {
    match service {
        Service::Wecom => format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}\n"),
        Service::Dingtalk => format!("https://oapi.dingtalk.com/robot/send?access_token={token}\n{SIGNING}\n"),
        Service::Feishu => format!("https://open.feishu.cn/open-apis/bot/v2/hook/{token}\n{SIGNING}\n"),
    }
}

fn robots(service: Service, url: &str, timeout: Duration) -> Arc<dyn Channel> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), robot_file(service, fake_robots::TOKEN)).unwrap();
    // The file stays as long as the test's process: it is looked at with each call.
    let (_, path) = file.keep().unwrap();
    robots_of(service, robot_options(&path, url, timeout))
}

fn robot_options(file: &Path, url: &str, timeout: Duration) -> robots::Options {
    let robot = robots::Robot { secret_file: file.to_owned(), keyword: None };
    let robots = [("benzilan".parse().unwrap(), robot)].into();
    robots::Options { robots, api_url: Some(url.into()), proxy: None, timeout }
}

fn robots_of(service: Service, options: robots::Options) -> Arc<dyn Channel> {
    open_one(match service {
        Service::Wecom => Options { wecom: Some(options), ..Options::default() },
        Service::Dingtalk => Options { dingtalk: Some(options), ..Options::default() },
        Service::Feishu => Options { feishu: Some(options), ..Options::default() },
    })
}

async fn webhook_place() -> Place {
    let server = Arc::new(FakeWebhook::start(AT).await);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let for_seen = server.clone();
    Place {
        channel: webhook(&server.url, LONG),
        away: webhook(&format!("http://localhost:{}", closed.port()), LONG),
        address: json!({ "hook": "office" }),
        bad_addresses: vec![json!({}), json!({ "hook": 5 }), json!({ "hook": "No Such" })],
        seen: Box::new(move || for_seen.seen()),
        _keep: Box::new(server),
    }
}

fn webhook(url: &str, timeout: Duration) -> Arc<dyn Channel> {
    open_one(Options { webhook: Some(webhook_options(url, timeout)), ..Options::default() })
}

fn webhook_options(url: &str, timeout: Duration) -> webhook::Options {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), fake_webhook::SECRET).unwrap();
    let (_, secret_file) = file.keep().unwrap();
    let hook = webhook::Hook { url: url.into(), secret_file };
    webhook::Options {
        hooks: [("office".parse().unwrap(), hook)].into(),
        private_hosts: ["localhost".to_owned()].into(),
        proxy: None,
        timeout,
    }
}

async fn apprise_place() -> Place {
    let server = Arc::new(FakeApprise::start().await);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let for_seen = server.clone();
    let bad = ["", " ", "two words", "a,b", "标签", &"x".repeat(65)];
    let bad = bad.map(|tag| json!({ "server": "office", "tag": tag }));
    Place {
        channel: apprise(&server.url, LONG, fake_apprise::KEY),
        away: apprise(&format!("http://localhost:{}", closed.port()), LONG, fake_apprise::KEY),
        address: json!({ "server": "office", "tag": "benzilan" }),
        bad_addresses: [json!({}), json!({ "server": 5 }), json!({ "server": "No Such" })]
            .into_iter()
            .chain(bad)
            .collect(),
        seen: Box::new(move || for_seen.seen()),
        _keep: Box::new(server),
    }
}

fn apprise(url: &str, timeout: Duration, key: &str) -> Arc<dyn Channel> {
    let options = apprise_options(url, timeout, key);
    no_secret(&options);
    open_one(Options { apprise: Some(options), ..Options::default() })
}

fn apprise_options(url: &str, timeout: Duration, key: &str) -> apprise::Options {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{key}\nuser:{}\n", fake_apprise::PASSWORD)).unwrap();
    let (_, secret_file) = file.keep().unwrap();
    apprise::Options {
        servers: [("office".parse().unwrap(), apprise::Server { url: url.into(), secret_file })].into(),
        private_hosts: ["localhost".to_owned()].into(),
        proxy: None,
        timeout,
    }
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

fn card(bytes: &[u8]) -> Content {
    Content::Card { language: "bo".parse().unwrap(), title: "ཁ་རས།".into(), bytes: bytes.to_vec() }
}

fn parcel(place: &Place, position: u32, content: Content) -> Parcel {
    let at = Timestamp::from_timestamp(AT, 0).unwrap();
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
    Parcel { id, chat: post.chat.clone(), address: place.address.clone(), content, post, at }
}

fn no_secret(said: &(impl Debug + ?Sized)) {
    let said = format!("{said:?}");
    for secret in
        [SECRET, PASSWORD, fake_robots::TOKEN, SIGNING, fake_webhook::SECRET, fake_apprise::KEY, fake_apprise::PASSWORD]
    {
        assert!(!said.contains(secret), "{said}");
    }
}

async fn contract(place: Place) {
    let Place { channel, .. } = &place;
    let carries = channel::kind(channel.kind()).unwrap().carries;
    // What the service takes arrives as it is, and the rest is refused and does not.
    let words = "ཁ་རས་གོན་རོགས།\n请戴口罩。<b>*_[";
    let first = parcel(&place, 0, text(words));
    let (Answer::Sent { ids } | Answer::Handed { ids }) = channel.send(&first).await else {
        panic!("{}", channel.kind())
    };
    // Only a person's word ends what is a person's task.
    let taken = if channel.kind() == manual::KIND { "handed" } else { "sent" };
    assert!(ids.iter().all(|id| !id.is_empty()));
    let mut expected = vec![words.as_bytes().to_vec()];
    let noise = |begin: &[u8], bytes: u32| -> Vec<u8> {
        begin.iter().copied().chain((0..bytes).map(|i| (i * 7) as u8)).chain([1]).collect()
    };
    let (clip, picture) = (noise(b"OggS", 3_000_000), noise(b"\x89PNG\r\n\x1a\n", 1_500_000));
    for (position, carriage, content, bytes) in
        [(1, carries.voice, voice(&clip), clip), (2, carries.card, card(&picture), picture)]
    {
        let answer = channel.send(&parcel(&place, position, content)).await;
        if carriage == Carriage::Page {
            assert_eq!(gist(&answer), ("refused", "impossible".to_owned()), "{}", channel.kind());
        } else {
            assert_eq!(gist(&answer).0, taken, "{}: {answer:?}", channel.kind());
            expected.push(bytes);
        }
    }
    assert!((place.seen)() == expected, "{}", channel.kind());

    // What is said of idempotency is true.
    assert_eq!(gist(&channel.send(&first).await).0, taken);
    assert_eq!((place.seen)().len(), expected.len() + usize::from(!channel.idempotent()));

    // The longest text is taken, and addresses are checked beforehand and again when sent.
    let TextMax { size, unit } = channel.text_max();
    let longest = "长".repeat(size.min(50_000) / unit.size_of("长"));
    let answer = channel.send(&parcel(&place, 3, text(&longest))).await;
    assert_eq!(gist(&answer).0, taken, "{}: {answer:?}", channel.kind());
    assert_eq!(check_address(channel.kind())(&place.address), Ok(()));
    let seen = (place.seen)().len();
    for address in &place.bad_addresses {
        let why = check_address(channel.kind())(address).unwrap_err();
        assert!(why.contains("write"), "says what to do: {why}");
        let parcel = Parcel { address: address.clone(), ..parcel(&place, 4, text("x")) };
        assert!(matches!(channel.send(&parcel).await, Answer::Refused { .. }));
    }
    assert_eq!((place.seen)().len(), seen);

    // A service that is not there got nothing for certain: it is tried again, says what to do, and nothing says a secret.
    let answer = place.away.send(&parcel(&place, 0, text("x"))).await;
    let Answer::Retry { detail, .. } = &answer else { panic!("{answer:?}") };
    assert!(detail.contains("check"), "{detail}");
    no_secret(&answer);
    no_secret(&(channel.robot(&place.address), channel.faults(), channel.notes()));
    assert!(channel.budget().iter().all(|limit| limit.calls > 0 && limit.per > TimeDelta::zero()));
}

#[tokio::test]
async fn every_channel_keeps_the_contract() {
    contract(folder_place().await).await;
    contract(telegram_place().await).await;
    for service in ROBOTS {
        contract(robots_place(service).await).await;
    }
    contract(webhook_place().await).await;
    contract(manual_place().await).await;
    contract(apprise_place().await).await;
    assert_eq!(channel::CHANNELS.len(), 8, "a new channel is added here");
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

#[tokio::test]
async fn a_task_says_where_its_files_are() {
    let place = manual_place().await;
    let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
    let Answer::Handed { ids } = answer else { panic!("{answer:?}") };
    let home = place._keep.downcast_ref::<tempfile::TempDir>().unwrap().path().join("posts");
    let file = home.join("benzilan/wear-mask.20261124.benzilan/01-bo.txt");
    assert_eq!(ids, [file.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "x\n");
}

/// The word of an answer, its code, and the wait or address it names.
fn gist(answer: &Answer) -> (&'static str, String) {
    match answer {
        Answer::Sent { ids } => ("sent", ids.join(" ")),
        Answer::Handed { ids } => ("handed", ids.join(" ")),
        Answer::Retry { after, code, .. } => ("retry", format!("{code} {}", after.map_or(0, |t| t.num_seconds()))),
        Answer::Doubtful { after, code, .. } => {
            ("doubtful", format!("{code} {}", after.map_or(0, |t| t.num_seconds())))
        }
        Answer::Moved { address } => ("moved", address["chat"].to_string()),
        Answer::Refused { code, .. } => ("refused", code.clone()),
        Answer::Unknown { code, .. } => ("unknown", code.clone()),
    }
}

#[tokio::test]
async fn telegram_answers_mean_what_they_mean() {
    // For an error of the server teloxide itself would wait 10 s.
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
async fn telegram_changes_and_deletes_what_arrived() {
    let amend = |message: &str, change: Change| Amendment {
        address: json!({ "kind": "telegram", "chat": -1001 }),
        message: message.into(),
        change,
    };
    let text = |words: &str| Change::Text(words.into());
    let caption = |words: &str| Change::Caption(words.into());
    for (message, change, reply, word, code) in [
        ("1", text("新"), None, "sent", "1"),
        ("1", text("请戴口罩。"), None, "sent", "1"),
        ("2", caption("新"), None, "sent", "2"),
        ("1", Change::Delete, None, "sent", "1"),
        ("7", Change::Delete, None, "sent", "7"),
        ("7", text("新"), None, "refused", "400"),
        ("x", Change::Delete, None, "refused", "bad-message"),
        ("1", Change::Delete, Some(Reply::Error(400, "Bad Request: message can't be deleted")), "refused", "400"),
        ("1", text("新"), Some(Reply::Error(400, "Bad Request: message can't be edited")), "refused", "400"),
        (
            "1",
            text("新"),
            Some(Reply::Error(403, "Forbidden: bot was kicked from the supergroup chat")),
            "refused",
            "403",
        ),
        ("1", text("新"), Some(Reply::Flood(17)), "retry", "429 17"),
        ("1", text("新"), Some(Reply::Error(401, "Unauthorized")), "retry", "401 60"),
        ("1", text("新"), Some(Reply::Moved(-100_777)), "moved", "-100777"),
        ("1", text("新"), Some(Reply::CutAfterArrival), "unknown", "cut-off"),
        ("1", Change::Delete, Some(Reply::Hangs), "unknown", "timeout"),
    ] {
        let server = FakeTelegram::start(TOKEN).await;
        let bound = if reply == Some(Reply::Hangs) { SHORT } else { LONG };
        let place = Place { channel: telegram(&server.url, bound), ..telegram_place().await };
        for (position, content) in [(0, self::text("请戴口罩。")), (1, voice(b"OggS"))] {
            assert_eq!(gist(&place.channel.send(&parcel(&place, position, content)).await).0, "sent");
        }
        server.script(reply.clone());
        let answer = place.channel.amend(&amend(message, change.clone())).await;
        assert_eq!(gist(&answer), (word, code.to_owned()), "{message} {change:?} {reply:?}: {answer:?}");
        no_secret(&answer);
        let shown: Vec<String> = server.shown().into_iter().map(|call| call.text).collect();
        let is_done = word == "sent" || reply == Some(Reply::CutAfterArrival);
        match (message, change) {
            ("1", Change::Text(words)) if is_done => assert_eq!(shown, [words.as_str(), "ཁ་རས།"]),
            ("2", Change::Caption(words)) if is_done => assert_eq!(shown, ["请戴口罩。", words.as_str()]),
            ("1", Change::Delete) if is_done => assert_eq!(shown, ["ཁ་རས།"]),
            _ => assert_eq!(shown, ["请戴口罩。", "ཁ་རས།"]),
        }
    }
    // The others say that they cannot.
    for place in [folder_place().await, robots_place(Service::Wecom).await, webhook_place().await, manual_place().await]
    {
        assert!(!place.channel.amends());
        let answer = place.channel.amend(&amend("1", Change::Delete)).await;
        assert_eq!(gist(&answer), ("refused", "impossible".to_owned()));
    }
}

#[tokio::test]
async fn telegram_gets_the_same_media_once() {
    let server = FakeTelegram::start(TOKEN).await;
    let place = Place { channel: telegram(&server.url, LONG), ..telegram_place().await };
    for (content, method) in [(voice(b"OggS a clip"), "sendvoice"), (card(b"\x89PNG a card"), "sendphoto")] {
        let seen = server.received().len();
        for group in [-1, -2, -3] {
            let parcel = Parcel { address: json!({ "chat": group }), ..parcel(&place, 0, content.clone()) };
            assert_eq!(gist(&place.channel.send(&parcel).await).0, "sent");
        }
        let sent = server.received().split_off(seen);
        assert!(sent.iter().all(|call| call.method == method && call.arrived), "{sent:?}");
        let by: Vec<bool> = sent.iter().map(|call| call.file_id.is_some()).collect();
        assert_eq!(by, [false, true, true], "uploaded once");
        assert!(sent.iter().all(|call| call.voice == sent[0].voice && call.text == sent[0].text), "{sent:?}");

        // What the service does not have any more is tried again, and uploaded then.
        server.forget_media();
        let again = parcel(&place, 0, content);
        assert_eq!(gist(&place.channel.send(&again).await), ("retry", "400 0".to_owned()));
        assert_eq!(gist(&place.channel.send(&again).await).0, "sent");
        assert!(server.received().pop().unwrap().file_id.is_none());
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
    let channel = open_one(Options { telegram: Some(options), ..Options::default() });
    let place = Place { channel, ..telegram_place().await };
    let parcel = parcel(&place, 0, text("x"));
    assert_eq!(place.channel.faults(), [""; 0]);
    let answer = place.channel.send(&parcel).await;
    assert_eq!(gist(&answer), ("retry", "401 60".to_owned()), "{answer:?}");
    let fault = place.channel.faults().remove(0);
    assert!(fault.contains("telegram: the service refuses the token in "), "{fault}");
    assert!(!format!("{answer:?}{fault}").contains("OLD7"), "{answer:?} {fault}");

    write("nonsense");
    assert_eq!(gist(&place.channel.send(&parcel).await).0, "retry");
    let fault = place.channel.faults().remove(0);
    assert!(fault.contains("holds no robot's token; write it as BotFather gives it"), "{fault}");

    write(TOKEN);
    assert_eq!(gist(&place.channel.send(&parcel).await).0, "sent");
    assert_eq!(place.channel.faults(), [""; 0]);
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
        channel: open_one(Options { telegram: Some(options.clone()), ..Options::default() }),
        ..telegram_place().await
    };
    let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
    assert_eq!(gist(&answer).0, "sent", "{answer:?}");
    assert_eq!(server.arrived()[0].chat, "-1001");

    let bad = |options: telegram::Options| {
        let (channels, faults) = channel::open(&Options { telegram: Some(options), ..Options::default() });
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

#[tokio::test]
async fn a_webhook_is_sent_again_until_it_is_taken_once() {
    for (reply, bound, word, code) in [
        (Taken::FailsAfterTaking, LONG, "doubtful", "502 0"),
        (Taken::CutAfterTaking, LONG, "doubtful", "cut-off 0"),
        (Taken::SlowAfterTaking, SHORT / 4, "doubtful", "timeout 0"),
        (Taken::Later(33), LONG, "doubtful", "503 33"),
        (Taken::Status(429), LONG, "retry", "429 0"),
        (Taken::Status(401), LONG, "retry", "401 60"),
        (Taken::Status(404), LONG, "refused", "404"),
        (Taken::Redirect, LONG, "refused", "307"),
    ] {
        let server = FakeWebhook::start(AT).await;
        let place = Place { channel: webhook(&server.url, bound), ..webhook_place().await };
        server.script([reply.clone()]);
        let parcel = parcel(&place, 0, text("请戴口罩。"));
        let answer = place.channel.send(&parcel).await;
        assert_eq!(gist(&answer), (word, code.to_owned()), "{reply:?}: {answer:?}");
        assert_eq!(server.received(), 1, "{reply:?}");
        no_secret(&answer);
        assert_eq!(gist(&place.channel.send(&parcel).await).0, "sent");
        assert_eq!(server.taken().len(), 1, "{reply:?}: the id is taken once");
        let call = &server.taken()[0];
        assert_eq!(call["id"], "wear-mask.20261124.benzilan#1");
        assert_eq!((&call["class"], &call["notice"], &call["part"]), (&json!("daily"), &json!("2026-0412"), &json!(1)));
        assert_eq!(call["due"], "2026-11-18T11:06:40Z");
    }
}

#[tokio::test]
async fn the_answers_of_apprise_mean_what_they_mean() {
    for (reply, bound, key, word, code) in [
        (Passes::PassesOn, LONG, fake_apprise::KEY, "sent", ""),
        (Passes::Words, LONG, fake_apprise::KEY, "sent", ""),
        (Passes::PassesOn, LONG, "another-key-0123456789", "retry", "204 60"),
        (Passes::StatusAfter(424), LONG, fake_apprise::KEY, "unknown", "424"),
        (Passes::StatusAfter(500), LONG, fake_apprise::KEY, "unknown", "500"),
        (Passes::StatusAfter(502), LONG, fake_apprise::KEY, "unknown", "502"),
        (Passes::CutAfter, LONG, fake_apprise::KEY, "unknown", "cut-off"),
        (Passes::Hangs, SHORT, fake_apprise::KEY, "unknown", "timeout"),
        (Passes::Page, LONG, fake_apprise::KEY, "unknown", "unreadable"),
        (Passes::Status(401), LONG, fake_apprise::KEY, "retry", "401 60"),
        (Passes::Status(403), LONG, fake_apprise::KEY, "retry", "403 60"),
        (Passes::Status(404), LONG, fake_apprise::KEY, "retry", "404 300"),
        (Passes::Status(400), LONG, fake_apprise::KEY, "refused", "400"),
        (Passes::Status(431), LONG, fake_apprise::KEY, "refused", "431"),
        (Passes::Status(408), LONG, fake_apprise::KEY, "unknown", "408"),
        (Passes::Status(503), LONG, fake_apprise::KEY, "unknown", "503"),
        (Passes::Later(503, 20), LONG, fake_apprise::KEY, "retry", "503 20"),
        (Passes::Later(429, 33), LONG, fake_apprise::KEY, "retry", "429 33"),
        (Passes::Redirect, LONG, fake_apprise::KEY, "refused", "308"),
    ] {
        let server = FakeApprise::start().await;
        let place = Place { channel: apprise(&server.url, bound, key), ..apprise_place().await };
        server.script([reply.clone()]);
        let answer = place.channel.send(&parcel(&place, 0, text("请戴口罩。"))).await;
        assert_eq!(gist(&answer), (word, code.to_owned()), "{reply:?}: {answer:?}");
        assert_eq!(server.received(), 1, "{reply:?}: a channel sends once and follows nothing");
        no_secret(&answer);
        assert!(!format!("{answer:?}").contains(key), "{answer:?}");
        assert_eq!(!place.channel.faults().is_empty(), ["204 60", "401 60", "403 60"].contains(&code), "{reply:?}");
        if word == "sent" {
            let passed = &server.passed()[0];
            assert_eq!((passed.tag.as_deref(), passed.kind.as_str()), (Some("benzilan"), "info"));
        } else if word != "unknown" {
            assert!(server.passed().is_empty(), "{reply:?}: it surely did not arrive");
        }
    }
}

/// A name that leads into this network is refused when the connection is made, whatever it led to before.
#[tokio::test]
async fn a_webhook_goes_to_no_private_place() {
    let server = FakeWebhook::start(AT).await;
    let mut options = webhook_options(&server.url.replace("http://", "https://"), LONG);
    options.private_hosts.clear();
    let channel = open_one(Options { webhook: Some(options.clone()), ..Options::default() });
    let place = Place { channel, ..webhook_place().await };
    let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
    assert_eq!(gist(&answer), ("refused", "private-address".to_owned()), "{answer:?}");
    assert_eq!(server.received(), 0);
    let Answer::Refused { detail, .. } = answer else { panic!() };
    assert!(detail.contains("localhost lies in a private network; name it in `private_hosts`"), "{detail}");
    // And so is an address that says so itself, or one without TLS, before anything is sent.
    for (url, what) in [("https://127.0.0.1/x", "private network"), ("http://example.org/x", "not HTTPS")] {
        let mut options = options.clone();
        options.hooks.values_mut().for_each(|hook| hook.url = url.into());
        let (channels, faults) = channel::open(&Options { webhook: Some(options), ..Options::default() });
        assert!(channels.is_empty() && faults[0].to_string().contains(what), "{faults:?}");
    }
}

/// `cunxiang chats test`, as an operator runs it.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_a_group_is_tried() {
    // The program's own clock signs.
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
    let server = FakeRobots::start(Service::Dingtalk, now).await;
    let home = tempfile::tempdir().unwrap();
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/base");
    for folder in ["broadcasts", "config", "locales"] {
        let done = std::process::Command::new("cp").arg("-r").arg(base.join(folder)).arg(home.path()).status().unwrap();
        assert!(done.success());
    }
    let secret = home.path().join("config/robot");
    std::fs::write(&secret, robot_file(Service::Dingtalk, fake_robots::TOKEN)).unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let machine =
        format!("[channel.dingtalk]\napi_url = \"{}\"\nrobots = {{ north = \"config/robot\" }}\n", server.url);
    std::fs::write(home.path().join("config/machine.toml"), machine).unwrap();
    let chat = |robot: &str| {
        format!(
            "[[chat]]\nid = \"north\"\nname = {{ zh-CN = \"北村群\" }}\nlanguages = [\"bo\", \"zh-CN\"]\nsend = [\"text\", \"voice\"]\n\
             channel = {{ kind = \"dingtalk\", robot = \"{robot}\" }}\n"
        )
    };
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cunxiang"));
        let output = command.arg("--home").arg(home.path()).args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        no_secret(&said);
        (output.status.code(), said)
    };
    std::fs::write(home.path().join("config/chats.toml"), chat("north")).unwrap();
    let (status, said) = run(&["chats", "test", "north"]);
    assert_eq!((status, said.trim()), (Some(0), "north by dingtalk:north: sent; the service took it"));
    let seen = String::from_utf8(server.arrived().remove(0)).unwrap();
    assert!(seen.starts_with("འདི་ནི་ཚོད་ལྟ་ཙམ་ཡིན།") && seen.contains("【测试】"), "{seen}");
    server.script([Said::Code(200, 130_101, "send too fast")]);
    let (status, said) = run(&["chats", "test", "north"]);
    assert_eq!(status, Some(1));
    assert!(said.contains("not sent; 130101: the service says: send too fast"), "{said}");
    // What the group asks for and does not get, and where the messages go, is told beforehand.
    let (_, said) = run(&["check"]);
    assert!(
        said.contains("chat `north` asks for voice, which dingtalk does not take from a robot; it gets the rest"),
        "{said}"
    );
    let (_, said) = run(&["doctor"]);
    assert!(said.contains(&format!("dingtalk goes to {} by `api_url`, not to the service", server.url)), "{said}");
    std::fs::write(home.path().join("config/chats.toml"), chat("nort")).unwrap();
    let (status, said) = run(&["chats", "test", "nort"]);
    assert_eq!(status, Some(2), "{said}");
    let (status, said) = run(&["chats", "test", "north"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("this machine has no dingtalk robot `nort`"), "{said}");
    assert_eq!(server.received().len(), 2);
}

/// The table that operators read is the one that the program goes by.
#[test]
fn the_table_of_services_is_true() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ref/chats.md")).unwrap();
    let word = |carriage| match carriage {
        Carriage::Native => "native",
        Carriage::File => "file",
        Carriage::Page => "by public page",
    };
    for kind in channel::CHANNELS {
        let [text, voice, card] = [kind.carries.text, kind.carries.voice, kind.carries.card].map(word);
        let row = format!("| `{}` | {text} | {voice} | {card} |", kind.name);
        assert!(page.contains(&row), "docs/ref/chats.md lacks {row}");
    }
}

/// For each service: what it says, the bound on the call, and what that means.
#[tokio::test]
async fn the_answers_of_group_robots_mean_what_they_mean() {
    let everywhere = [
        (Said::Arrives, LONG, "sent", ""),
        (Said::FailsAfterArrival, LONG, "unknown", "server"),
        (Said::CutAfterArrival, LONG, "unknown", "cut-off"),
        (Said::SlowAfterArrival, SHORT, "unknown", "timeout"),
        (Said::Raw(200, "<html>Please log in to this network</html>"), LONG, "unknown", "unreadable"),
        (Said::Raw(200, ""), LONG, "unknown", "unreadable"),
        (Said::Raw(200, "{\"ok\":true}"), LONG, "unknown", "unreadable"),
        (Said::Raw(500, "{\"errcode\":0,\"code\":0}"), LONG, "unknown", "server"),
        (Said::Endless, LONG, "unknown", "unreadable"),
        (Said::Flood(17), LONG, "retry", "429 17"),
        (Said::Redirect(302), LONG, "unknown", "unreadable"),
        (Said::Redirect(307), LONG, "unknown", "unreadable"),
    ];
    let wecom = [
        (Said::Code(200, 45009, "api freq out of limit"), LONG, "retry", "45009 65"),
        (Said::Code(200, 45033, "api concurrent out of limit"), LONG, "retry", "45033 65"),
        (Said::Code(200, 93000, "invalid webhook url"), LONG, "retry", "93000 60"),
        (Said::Code(200, 40058, "invalid Request Parameter"), LONG, "refused", "40058"),
        (Said::Code(200, -1, "system busy"), LONG, "unknown", "-1"),
    ];
    let dingtalk = [
        (Said::Code(200, 130_101, "send too fast, exceed 20 times per minute"), LONG, "retry", "130101 600"),
        (Said::Code(200, 410_100, "发送速度太快而限流"), LONG, "retry", "410100 600"),
        (Said::Code(200, 310_000, "sign not match, more: [...]"), LONG, "retry", "310000 60"),
        (Said::Code(200, 310_000, "ip 1.2.3.4 not in whitelist"), LONG, "retry", "310000 60"),
        (Said::Code(200, 310_000, "keywords not in content"), LONG, "refused", "310000"),
        (Said::Code(200, 300_001, "token is not exist"), LONG, "retry", "300001 60"),
        (Said::Code(200, 400_013, "群已被解散"), LONG, "refused", "400013"),
        (Said::Code(200, 430_104, "含有不合适的图片"), LONG, "refused", "430104"),
        (Said::Code(200, -1, "系统繁忙"), LONG, "unknown", "-1"),
    ];
    let feishu = [
        (Said::Code(400, 9499, "too many request"), LONG, "retry", "9499 90"),
        (Said::Code(400, 9499, "Bad Request"), LONG, "refused", "9499"),
        (Said::Code(200, 11232, "frequency limited psm[lark.oapi.app_platform_runtime]"), LONG, "retry", "11232 90"),
        (
            Said::CodeWith(429, 99_991_400, "request trigger frequency limit", ("x-ogw-ratelimit-reset", "41")),
            LONG,
            "retry",
            "99991400 41",
        ),
        (Said::Code(200, 19001, "param invalid: incoming webhook access token invalid"), LONG, "retry", "19001 60"),
        (Said::Code(200, 19021, "sign match fail or timestamp is not within one hour"), LONG, "retry", "19021 60"),
        (Said::Code(200, 19022, "Ip Not Allowed"), LONG, "retry", "19022 60"),
        (Said::Code(200, 19024, "Key Words Not Found"), LONG, "refused", "19024"),
    ];
    for (service, own) in [(Service::Wecom, &wecom[..]), (Service::Dingtalk, &dingtalk), (Service::Feishu, &feishu)] {
        for (reply, bound, word, code) in everywhere.iter().chain(own) {
            let server = FakeRobots::start(service, AT * 1000).await;
            let place = Place { channel: robots(service, &server.url, *bound), ..robots_place(service).await };
            server.script([reply.clone()]);
            let answer = place.channel.send(&parcel(&place, 0, text("请戴口罩。"))).await;
            assert_eq!(gist(&answer), (*word, (*code).to_owned()), "{service:?} {reply:?}: {answer:?}");
            assert_eq!(server.received().len(), 1, "{service:?} {reply:?}: a channel sends once and follows nothing");
            match *word {
                "sent" => assert_eq!(server.arrived().len(), 1, "{service:?} {reply:?}"),
                "unknown" => {}
                _ => assert!(server.arrived().is_empty(), "{service:?} {reply:?}: it surely did not arrive"),
            }
            no_secret(&answer);
            let is_robots = matches!(reply, Said::Code(_, 93000 | 300_001 | 19001 | 19021 | 19022, _))
                || matches!(reply, Said::Code(_, 310_000, words) if !words.contains("keyword"));
            assert_eq!(!place.channel.faults().is_empty(), is_robots, "{service:?} {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_robots_secret_is_mended_while_it_runs() {
    for service in ROBOTS {
        let server = FakeRobots::start(service, AT * 1000).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("benzilan.robot");
        let write = |text: &str| {
            std::fs::write(folder.path().join("new"), text).unwrap();
            std::fs::set_permissions(folder.path().join("new"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            std::fs::rename(folder.path().join("new"), &file).unwrap();
        };
        let options = robot_options(&file, &server.url, LONG);
        let place = Place { channel: robots_of(service, options), ..robots_place(service).await };
        let parcel = parcel(&place, 0, text("x"));
        // No file yet; another that is no robot's; a robot that is gone; the right one.
        assert_eq!(gist(&place.channel.send(&parcel).await), ("retry", "no-secret 60".to_owned()));
        assert!(place.channel.faults()[0].contains("benzilan: "), "{:?}", place.channel.faults());
        write("https://example.org/robot/send?access_token=0123456789abcdef");
        let Answer::Retry { detail, code, .. } = place.channel.send(&parcel).await else { panic!() };
        assert_eq!(code, "no-secret");
        assert!(detail.contains("robot's address; copy the Webhook address") || detail.contains("bot's address; copy"));
        write(&robot_file(service, "0123456789abcdef0123456789abcdef"));
        let answer = place.channel.send(&parcel).await;
        assert_eq!(gist(&answer).0, "retry", "{answer:?}");
        let fault = place.channel.faults().remove(0);
        assert!(fault.contains("the service refuses the address"), "{fault}");
        assert!(!format!("{answer:?}{fault}").contains("0123456789abcdef"), "{answer:?} {fault}");
        write(&robot_file(service, fake_robots::TOKEN));
        assert_eq!(gist(&place.channel.send(&parcel).await).0, "sent");
        assert_eq!(place.channel.faults(), [""; 0]);
        // A clock that is two hours off is the signature's fault, and says so.
        if service != Service::Wecom {
            let late = Parcel { at: parcel.at + TimeDelta::hours(2), ..parcel.clone() };
            let Answer::Retry { detail, .. } = place.channel.send(&late).await else { panic!() };
            assert!(detail.contains("check this machine's clock"), "{detail}");
        }
        // A robot that this machine does not have.
        let other = Parcel { address: json!({ "robot": "benzilam" }), ..parcel.clone() };
        let Answer::Retry { detail, code, .. } = place.channel.send(&other).await else { panic!() };
        assert_eq!(code, "no-robot");
        assert!(detail.contains("did you mean `benzilan`?"), "{detail}");
    }
}

#[tokio::test]
async fn a_robot_with_a_keyword_gets_it() {
    for service in [Service::Dingtalk, Service::Feishu] {
        let server = FakeRobots::start_with(service, AT * 1000, Some("通知")).await;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), robot_file(service, fake_robots::TOKEN)).unwrap();
        let mut options = robot_options(file.path(), &server.url, LONG);
        let send = |options: robots::Options, words: &'static str| {
            let channel = robots_of(service, options);
            async move {
                let place = Place { channel, ..robots_place(service).await };
                gist(&place.channel.send(&parcel(&place, 0, text(words))).await).0
            }
        };
        assert_eq!(send(options.clone(), "ཁ་རས།").await, "refused");
        options.robots.values_mut().for_each(|robot| robot.keyword = Some("通知".into()));
        assert_eq!(send(options.clone(), "ཁ་རས།").await, "sent");
        assert_eq!(send(options, "村里的通知").await, "sent");
        assert_eq!(server.arrived(), ["ཁ་རས།\n\n通知", "村里的通知"].map(|text| text.as_bytes().to_vec()));
    }
}

#[tokio::test]
async fn wecom_gets_the_same_file_once() {
    let server = FakeRobots::start(Service::Wecom, AT * 1000).await;
    let place = Place { channel: robots(Service::Wecom, &server.url, LONG), ..robots_place(Service::Wecom).await };
    let note = parcel(&place, 0, voice(b"OggS and more"));
    let (upload, send) = ("/cgi-bin/webhook/upload_media", "/cgi-bin/webhook/send");
    for _ in 0..3 {
        assert_eq!(gist(&place.channel.send(&note).await).0, "sent");
    }
    assert_eq!(server.received(), [upload, send, send, send], "uploaded once, then named");
    assert_eq!(server.arrived(), vec![b"OggS and more".to_vec(); 3]);
    // What the service does not have any more is tried again, and uploaded then.
    server.script([Said::Code(200, 40007, "invalid media_id")]);
    assert_eq!(gist(&place.channel.send(&note).await), ("retry", "40007 0".to_owned()));
    assert_eq!(gist(&place.channel.send(&note).await).0, "sent");
    assert_eq!(server.received()[4..], [send, upload, send]);
    // It keeps a file for three days: after two it is uploaded anew.
    let later = Parcel { at: note.at + TimeDelta::days(2), ..note };
    assert_eq!(gist(&place.channel.send(&later).await).0, "sent");
    assert_eq!(server.received()[7..], [upload, send]);
}

/// A proxy of each kind, as a machine of an office has it: the service is asked by its name, which only the proxy knows.
#[tokio::test]
async fn every_service_is_reached_through_a_proxy() {
    for service in ROBOTS {
        let server = FakeRobots::start(service, AT * 1000).await;
        let socks = socks::start(server.url.strip_prefix("http://").unwrap().to_owned()).await;
        for proxy in [server.url.clone(), format!("socks5h://{}", socks.address)] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), robot_file(service, fake_robots::TOKEN)).unwrap();
            let mut options = robot_options(file.path(), "http://robots.invalid", LONG);
            options.proxy = Some(proxy.clone());
            let place = Place { channel: robots_of(service, options), ..robots_place(service).await };
            let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
            assert_eq!(gist(&answer).0, "sent", "{service:?} {proxy}: {answer:?}");
        }
        assert_eq!(server.arrived().len(), 2, "{service:?}");
        assert_eq!(socks.asked(), ["robots.invalid:80"], "{service:?}: the name goes to the proxy");
    }
    let server = FakeTelegram::start(TOKEN).await;
    let socks = socks::start(server.url.strip_prefix("http://").unwrap().to_owned()).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), TOKEN).unwrap();
    for proxy in [server.url.clone(), format!("socks5h://{}", socks.address)] {
        let options = telegram::Options {
            token_file: file.path().to_owned(),
            api_url: Some("http://telegram.invalid".into()),
            proxy: Some(proxy.clone()),
            timeout: LONG,
        };
        let channel = open_one(Options { telegram: Some(options), ..Options::default() });
        let place = Place { channel, ..telegram_place().await };
        assert_eq!(gist(&place.channel.send(&parcel(&place, 0, text("x"))).await).0, "sent", "{proxy}");
    }
    assert_eq!(server.arrived().len(), 2);
    assert_eq!(socks.asked(), ["telegram.invalid:80"]);
}

/// Receivers of one's own as well: nobody here asks where they are, so nobody here can say that they lie in this network.
#[tokio::test]
async fn receivers_are_reached_through_a_proxy() {
    let allowed = || [("hooks.invalid".to_owned())].into();
    let server = FakeWebhook::start(AT).await;
    let leads_to = |url: &str| url.replace("http://localhost", "127.0.0.1");
    let socks = socks::start(leads_to(&server.url)).await;
    let proxies = |url: &str, socks: &socks::Socks| [url.to_owned(), format!("socks5h://{}", socks.address)];
    for proxy in proxies(&server.url, &socks) {
        let options = webhook::Options {
            private_hosts: allowed(),
            proxy: Some(proxy.clone()),
            ..webhook_options("http://hooks.invalid/notices", LONG)
        };
        let channel = open_one(Options { webhook: Some(options), ..Options::default() });
        let place = Place { channel, ..webhook_place().await };
        let position = u32::from(proxy.starts_with("socks"));
        let answer = place.channel.send(&parcel(&place, position, text("x"))).await;
        assert_eq!(gist(&answer).0, "sent", "{proxy}: {answer:?}");
    }
    assert_eq!(server.seen().len(), 2);
    assert_eq!(socks.asked(), ["hooks.invalid:80"], "the name goes to the proxy");

    let server = FakeApprise::start().await;
    let socks = socks::start(leads_to(&server.url)).await;
    for proxy in proxies(&server.url, &socks) {
        let mut options = apprise_options("http://hooks.invalid", LONG, fake_apprise::KEY);
        (options.private_hosts, options.proxy) = (allowed(), Some(proxy.clone()));
        let channel = open_one(Options { apprise: Some(options), ..Options::default() });
        let place = Place { channel, ..apprise_place().await };
        let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
        assert_eq!(gist(&answer).0, "sent", "{proxy}: {answer:?}");
    }
    assert_eq!(server.seen().len(), 2);
    assert_eq!(socks.asked(), ["hooks.invalid:80"]);

    // A proxy that is not there: nothing left.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for proxy in [format!("http://{closed}"), format!("socks5h://{closed}")] {
        let options = webhook::Options {
            private_hosts: allowed(),
            proxy: Some(proxy.clone()),
            ..webhook_options("http://hooks.invalid/notices", LONG)
        };
        let channel = open_one(Options { webhook: Some(options), ..Options::default() });
        let place = Place { channel, ..webhook_place().await };
        let answer = place.channel.send(&parcel(&place, 0, text("x"))).await;
        assert_eq!(gist(&answer), ("retry", "unreachable 0".to_owned()), "{proxy}: {answer:?}");
    }
}

/// The upload that goes before a file is no message: whatever becomes of it, nothing arrived.
#[tokio::test]
async fn a_failed_upload_to_wecom_is_tried_again() {
    for reply in [Said::FailsAfterArrival, Said::CutAfterArrival, Said::Raw(200, "<html>"), Said::SlowAfterArrival] {
        let server = FakeRobots::start(Service::Wecom, AT * 1000).await;
        let channel = robots(Service::Wecom, &server.url, SHORT);
        let place = Place { channel, ..robots_place(Service::Wecom).await };
        server.script([reply.clone()]);
        let parcel = parcel(&place, 0, voice(b"OggS and more"));
        assert_eq!(gist(&place.channel.send(&parcel).await).0, "retry", "{reply:?}");
        assert_eq!(server.received(), ["/cgi-bin/webhook/upload_media"]);
        assert_eq!(gist(&place.channel.send(&parcel).await).0, "sent");
        assert_eq!(server.arrived(), [b"OggS and more".to_vec()]);
    }
    let place = robots_place(Service::Wecom).await;
    let picture = card(&vec![7; (2 << 20) + 1]);
    let answer = place.channel.send(&parcel(&place, 0, picture)).await;
    assert_eq!(gist(&answer), ("refused", "impossible".to_owned()));
}

/// The check of addresses that the table has for a kind.
fn check_address(kind: &str) -> fn(&serde_json::Value) -> Result<(), String> {
    channel::CHANNELS.iter().find(|entry| entry.name == kind).expect("every channel is in the table").check_address
}
