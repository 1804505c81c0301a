//! The services of the flood: fakes with their real paths and codes, and what seeds make of each call.

use std::sync::{Arc, Mutex};

use cunxiang::base::Clock as _;
use cunxiang::base::clock::SimulatedClock;

use crate::dice::Dice;
use crate::fake_robots::{self, FakeRobots, Service};
use crate::fake_telegram::{self, FakeTelegram};
use crate::fake_webhook::{self, FakeWebhook};

pub const TOKEN: &str = "123456789:AAF7-g0gYncWnm5IyfZlpPRqRRv6kNAGlao";
/// How long a chat is to be left alone when its service says so.
pub const LATER_S: u32 = 7;
/// One call of so many goes wrong in each way ...
const WRONG: i64 = 150;
/// ... and one of so many in each way that takes the whole bound on an answer, in real time.
const SLOW: i64 = 4_000;

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    FailsAfterArrival,
    CutAfterArrival,
    SlowAfterArrival,
    /// A proxy's page; it did not arrive, which nobody can tell.
    Html,
    Later,
    Refused,
}

impl Fate {
    fn of(dice: &mut Dice, service: &str) -> Fate {
        let fails = [Fate::FailsAfterArrival, Fate::Html];
        // teloxide waits for ten seconds when the server fails.
        let is_slow = service == "telegram";
        let slow = [Fate::SlowAfterArrival].into_iter().chain(fails.into_iter().filter(|_| is_slow));
        let quick = [Fate::CutAfterArrival, Fate::Later, Fate::Refused];
        let quick = quick.into_iter().chain(fails.into_iter().filter(|_| !is_slow));
        let (rare, usual) = (dice.below(SLOW) as usize, dice.below(WRONG) as usize);
        slow.into_iter().nth(rare).or_else(|| quick.into_iter().nth(usual)).unwrap_or(Fate::Arrives)
    }

    /// Nobody but the service can say whether it arrived.
    pub fn is_doubtful(self) -> bool {
        !matches!(self, Fate::Arrives | Fate::Later | Fate::Refused)
    }
}

/// A call as a service heard it.
#[derive(Debug, Clone)]
pub struct Heard {
    pub service: &'static str,
    /// Whose budget it used in the chat.
    pub chat: String,
    pub at_ms: i64,
    /// The posts whose texts it carries.
    pub posts: Vec<usize>,
    pub fate: Fate,
}

/// Everything heard, in order.
#[derive(Clone)]
pub struct Ear {
    clock: Arc<SimulatedClock>,
    dice: Arc<Mutex<Dice>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Ear {
    pub fn new(seed: u64, clock: Arc<SimulatedClock>) -> Ear {
        Ear { clock, dice: Arc::new(Mutex::new(Dice::new(seed, 1))), heard: Arc::default() }
    }

    fn hear(&self, service: &'static str, body: &[u8]) -> Fate {
        let body = String::from_utf8_lossy(body);
        let fate = Fate::of(&mut self.dice.lock().unwrap(), service);
        let at_ms = self.clock.now().timestamp_millis();
        let posts = posts_in(&body);
        // Telegram alone counts by chat here; every other robot has one.
        let chat = body.split("-100").nth(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).collect());
        let chat = chat.unwrap_or_default();
        self.heard.lock().unwrap().push(Heard { service, chat, at_ms, posts, fate });
        fate
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

/// The mark of a post's text.
pub fn mark(n: usize) -> String {
    format!("<{n:06}>")
}

/// The posts whose marks stand in a text.
pub fn posts_in(text: &str) -> Vec<usize> {
    let marks = text.split("<").skip(1).filter_map(|rest| rest.get(..7));
    marks.filter_map(|mark| mark.strip_suffix('>')?.parse().ok()).collect()
}

pub struct Services {
    pub telegram: FakeTelegram,
    pub robots: [FakeRobots; 3],
    pub webhook: FakeWebhook,
}

impl Services {
    pub async fn start(ear: &Ear) -> Services {
        let telegram = FakeTelegram::start(TOKEN).await;
        let ears = ear.clone();
        telegram.judge(Box::new(move |body| match ears.hear("telegram", body) {
            Fate::Arrives => fake_telegram::Reply::Arrives,
            Fate::FailsAfterArrival => fake_telegram::Reply::FailsAfterArrival,
            Fate::CutAfterArrival => fake_telegram::Reply::CutAfterArrival,
            Fate::SlowAfterArrival => fake_telegram::Reply::SlowAfterArrival,
            Fate::Html => fake_telegram::Reply::HtmlBadGateway,
            Fate::Later => fake_telegram::Reply::Flood(LATER_S),
            Fate::Refused => fake_telegram::Reply::Error(400, "Bad Request: not enough rights to send text messages"),
        }));
        let robots = [Service::Wecom, Service::Dingtalk, Service::Feishu];
        let robots = futures::future::join_all(robots.map(|service| robot(service, ear.clone()))).await;
        let webhook = FakeWebhook::start(0).await;
        let ears = ear.clone();
        webhook.judge(Box::new(move |body| match ears.hear("webhook", body) {
            Fate::Arrives => fake_webhook::Reply::Takes,
            Fate::FailsAfterArrival => fake_webhook::Reply::FailsAfterTaking,
            Fate::CutAfterArrival => fake_webhook::Reply::CutAfterTaking,
            Fate::SlowAfterArrival => fake_webhook::Reply::SlowAfterTaking,
            Fate::Html => fake_webhook::Reply::Status(502),
            Fate::Later => fake_webhook::Reply::Later(LATER_S),
            Fate::Refused => fake_webhook::Reply::Status(400),
        }));
        Services { telegram, robots: robots.try_into().ok().expect("three"), webhook }
    }

    /// Services sign by a clock that is right.
    pub fn set_clocks(&self, now_ms: i64) {
        self.robots.iter().for_each(|robot| robot.set_clock(now_ms));
        self.webhook.set_clock(now_ms / 1000);
    }

    /// Every text that a group sees.
    pub fn seen(&self) -> Vec<String> {
        let telegram = self.telegram.arrived().into_iter().map(|call| call.text);
        let others = self.robots.iter().flat_map(FakeRobots::arrived).chain(self.webhook.seen());
        telegram.chain(others.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())).collect()
    }
}

pub fn name(service: Service) -> &'static str {
    match service {
        Service::Wecom => "wecom",
        Service::Dingtalk => "dingtalk",
        Service::Feishu => "feishu",
    }
}

async fn robot(service: Service, ear: Ear) -> FakeRobots {
    use fake_robots::Reply;
    let robot = FakeRobots::start(service, 0).await;
    // What each says of a text it does not take, and of a robot that says too much (docs/ref/chats.md).
    let (refused, later) = match service {
        Service::Wecom => (Reply::Code(200, 40058, "invalid Request Parameter"), Reply::Flood(LATER_S)),
        Service::Dingtalk => (Reply::Code(200, 40035, "缺少参数 text.content"), Reply::Flood(LATER_S)),
        Service::Feishu => (Reply::Code(400, 9499, "Bad Request"), Reply::Flood(LATER_S)),
    };
    robot.judge(Box::new(move |body| match ear.hear(name(service), body) {
        Fate::Arrives => Reply::Arrives,
        Fate::FailsAfterArrival => Reply::FailsAfterArrival,
        Fate::CutAfterArrival => Reply::CutAfterArrival,
        Fate::SlowAfterArrival => Reply::SlowAfterArrival,
        Fate::Html => Reply::Raw(502, "<html><h1>502 Bad Gateway</h1></html>"),
        Fate::Later => later.clone(),
        Fate::Refused => refused.clone(),
    }));
    robot
}
