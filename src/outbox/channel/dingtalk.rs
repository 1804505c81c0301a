//! DingTalk (钉钉) groups, by a custom robot each.
//!
//! What the service says at <https://open.dingtalk.com/document/orgapp/custom-robot-access>: `POST
//! /robot/send?access_token=`, signed with HMAC-SHA256 over `<ms>\n<secret>` within an hour; 20 messages a minute a robot,
//! and after more than that ten minutes of none; 20,000 bytes a message. A robot with keywords takes only messages that
//! hold one. It takes no files and no pictures but those of a public page. The code stands in the body, the status is 200.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::https::{self, Reply, refused, unknown};
use super::robots::{self, Key, Options, Robots, Said, Service};
use super::secret::Form;
use super::{Answer, Channel, ChannelFault, Content, Limit, Parcel, Scope, TextMax, Unit, impossible};

pub const KIND: &str = "dingtalk";

const SEND: &str = "/robot/send?access_token=";
const HOSTS: &[&str] = &["oapi.dingtalk.com"];

const FORM: Form<Key> = Form {
    name: "the address or the secret",
    whose: "DingTalk robot's address",
    help: "copy the Webhook address that the robot shows, https://oapi.dingtalk.com/robot/send?access_token=..., into its file, and on the next line its secret, SEC...; check this machine's clock",
    parse: |text| robots::key(text, HOSTS, SEND, |secret| secret.starts_with("SEC") && secret.len() > 16),
};

static SERVICE: Service = Service { kind: KIND, hosts: HOSTS, code: "errcode", words: "errmsg", form: &FORM, say };

/// Of the 20,000 bytes of a message, without room for what is around the text, line ends that count twice, and the keyword.
const TEXT_BYTES_MAX: usize = 18_000;

/// Three quarters of the service's 20 a minute.
const BUDGET: &[Limit] = &[Limit { scope: Scope::Robot, calls: 15, per: TimeDelta::seconds(60) }];
/// For so long the service takes nothing after more than 20 in a minute.
const FLOOD_WAIT: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug)]
pub struct Dingtalk {
    robots: Robots,
}

impl Dingtalk {
    /// Errors: no address in `api_url` or `proxy`.
    pub fn open(options: &Options) -> Result<Dingtalk, ChannelFault> {
        Ok(Dingtalk { robots: Robots::open(&SERVICE, options)? })
    }

    async fn call(&self, parcel: &Parcel) -> Result<Answer, Answer> {
        let Content::Text { text, .. } = &parcel.content else {
            return Err(impossible("DingTalk's robots take neither files nor pictures"));
        };
        let robot = self.robots.choose(&parcel.address)?;
        let body = json!({ "msgtype": "text", "text": { "content": with_keyword(text, robot.keyword) } });
        let mut request = self.robots.client.post(robot.url(SEND)).header("content-type", "application/json");
        if let Some(secret) = &robot.key.signing {
            let ms = parcel.at.timestamp_millis().to_string();
            request = request.query(&[("sign", signature(&ms, secret)), ("timestamp", ms)]);
        }
        robot.ask(request.body(body.to_string()), self.robots.timeout).await?;
        Ok(Answer::Sent { ids: Vec::new() })
    }
}

/// Adds the word without which the robot takes nothing, where the text lacks it.
pub(super) fn with_keyword(text: &str, keyword: Option<&str>) -> String {
    match keyword.filter(|keyword| !text.contains(keyword)) {
        Some(keyword) => format!("{text}\n\n{keyword}"),
        None => text.to_owned(),
    }
}

fn signature(ms: &str, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{ms}\n{secret}").as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

impl Channel for Dingtalk {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn robot(&self, address: &Value) -> String {
        self.robots.budget_of(address)
    }

    fn idempotent(&self) -> bool {
        false
    }

    fn budget(&self) -> &'static [Limit] {
        BUDGET
    }

    fn text_max(&self) -> TextMax {
        TextMax { size: TEXT_BYTES_MAX, unit: Unit::Bytes }
    }

    fn faults(&self) -> Vec<String> {
        self.robots.faults()
    }

    fn notes(&self) -> Vec<String> {
        self.robots.notes()
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        async move { self.call(parcel).await.unwrap_or_else(|answer| answer) }.boxed()
    }
}

fn say(code: i64, words: &str, _: &Reply) -> Said {
    let number = code.to_string();
    let detail = format!("the service says: {words}");
    Said::Answer(match code {
        // Busy: it does not say when it became so.
        -1 => unknown("-1", &detail),
        // Too often.
        130101 | 410100 => https::retry(Some(FLOOD_WAIT), &number, &detail),
        // The signature, the clock, the keyword or the address this machine comes from; only the words tell which.
        310000 if words.contains("keyword") => {
            let detail =
                format!("{detail}; write the robot's keyword as `keyword` beside its file in config/machine.toml");
            refused(&number, &detail)
        }
        // And no such robot, in the codes of several years.
        310000 | 300001 | 300005 | 400101 | 400102 | 400106 => return Said::BadRobot,
        _ => refused(&number, &detail),
    })
}
