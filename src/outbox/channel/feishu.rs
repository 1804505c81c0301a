//! Feishu (飞书) and Lark groups, by a custom bot each.
//!
//! What the service says under 自定义机器人使用指南 of <https://open.feishu.cn>: `POST
//! /open-apis/bot/v2/hook/`, signed with HMAC-SHA256 of nothing under the key `<s>\n<secret>` within an hour; 100 messages
//! a minute and 5 a second a bot, fewer at full and half hours; 20 KB a request. A bot with keywords takes only messages
//! that hold one. It takes no files, and pictures only of an app that uploaded them. The code stands in the body, the
//! status may be 200 or 400.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::dingtalk::with_keyword;
use super::https::{self, Reply, refused};
use super::robots::{self, Key, Options, Robots, Said, Service};
use super::secret::Form;
use super::{Answer, Channel, ChannelFault, Content, Limit, Parcel, Scope, TextMax, Unit, impossible};

pub const KIND: &str = "feishu";

const SEND: &str = "/open-apis/bot/v2/hook/";
const HOSTS: &[&str] = &["open.feishu.cn", "open.larksuite.com"];

const FORM: Form<Key> = Form {
    name: "the address or the secret",
    whose: "Feishu bot's address",
    help: "copy the Webhook address that the bot shows, https://open.feishu.cn/open-apis/bot/v2/hook/..., into its file, and on the next line its secret for signing where it has one; check this machine's clock",
    parse: |text| robots::key(text, HOSTS, SEND, |secret| secret.len() >= 10 && !secret.contains(char::is_whitespace)),
};

static SERVICE: Service = Service { kind: KIND, hosts: HOSTS, code: "code", words: "msg", form: &FORM, say };

/// Of the 20 KB of a request, without room for what is around the text, line ends that count twice, and the keyword.
const TEXT_BYTES_MAX: usize = 18_000;

/// Three quarters of the service's limits.
const BUDGET: &[Limit] = &[
    Limit { scope: Scope::Robot, calls: 75, per: TimeDelta::seconds(60) },
    Limit { scope: Scope::Robot, calls: 3, per: TimeDelta::seconds(1) },
];
/// The service counts by the minute, and is busiest for a minute or two.
const FLOOD_WAIT: TimeDelta = TimeDelta::seconds(90);

#[derive(Debug)]
pub struct Feishu {
    robots: Robots,
}

impl Feishu {
    /// Errors: no address in `api_url` or `proxy`.
    pub fn open(options: &Options) -> Result<Feishu, ChannelFault> {
        Ok(Feishu { robots: Robots::open(&SERVICE, options)? })
    }

    async fn call(&self, parcel: &Parcel) -> Result<Answer, Answer> {
        let Content::Text { text, .. } = &parcel.content else {
            return Err(impossible("Feishu's bots take neither files nor pictures"));
        };
        let robot = self.robots.choose(&parcel.address)?;
        let text = with_keyword(text, robot.keyword);
        let mut body = json!({ "msg_type": "text", "content": { "text": text } });
        if let Some(secret) = &robot.key.signing {
            let seconds = parcel.at.timestamp().to_string();
            body["sign"] = json!(signature(&seconds, secret));
            body["timestamp"] = json!(seconds);
        }
        let request = self.robots.client.post(robot.url(SEND)).header("content-type", "application/json");
        robot.ask(request.body(body.to_string()), self.robots.timeout).await?;
        Ok(Answer::Sent { ids: Vec::new() })
    }
}

/// Not as DingTalk's: what is signed there is the key here, and nothing is signed.
fn signature(seconds: &str, secret: &str) -> String {
    let key = format!("{seconds}\n{secret}");
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

impl Channel for Feishu {
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

fn say(code: i64, words: &str, reply: &Reply) -> Said {
    let number = code.to_string();
    let detail = format!("the service says: {words}");
    Said::Answer(match code {
        // Too often; 9499 is that, or a body it cannot read, and only the words tell which.
        9499 if words.to_lowercase().contains("too many") => https::retry(Some(FLOOD_WAIT), &number, &detail),
        11232 | 11233 => https::retry(Some(FLOOD_WAIT), &number, &detail),
        99991400 => {
            let after = reply.wait("x-ogw-ratelimit-reset").unwrap_or(FLOOD_WAIT);
            https::retry(Some(after), &number, &detail)
        }
        // No such bot; the signature or the clock; the address this machine comes from.
        19001 | 19021 | 19022 => return Said::BadRobot,
        19024 => {
            let detail =
                format!("{detail}; write the bot's keyword as `keyword` beside its file in config/machine.toml");
            refused(&number, &detail)
        }
        _ => refused(&number, &detail),
    })
}
