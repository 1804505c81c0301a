//! WeCom (企业微信) groups, by a group robot each.
//!
//! What the service says at <https://developer.work.weixin.qq.com/document/path/91770>: `POST /cgi-bin/webhook/send?key=`;
//! a text of 2,048 bytes; an image of 2 MB as base64 with its MD5; a file of 20 MB, and a voice message of AMR only, by
//! `upload_media` first; 20 messages a minute a robot. The code stands in the body, the status is 200. Texts go as text
//! and not as Markdown, which members in ordinary WeChat do not see. There is no idempotency key and no message number.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use md5::Digest as _;
use reqwest::multipart;
use serde_json::{Value, json};

use super::https::{self, FILE_TIMES, Reply, refused, unknown};
use super::robots::{self, Chosen, Key, Options, Robots, Said, Service};
use super::secret::Form;
use super::uploaded::Uploaded;
use super::{Answer, Channel, ChannelFault, Content, Limit, Parcel, Scope, TextMax, Unit, impossible};
use crate::base::Digest;

pub const KIND: &str = "wecom";

const SEND: &str = "/cgi-bin/webhook/send?key=";
const UPLOAD: &str = "/cgi-bin/webhook/upload_media?type=file&key=";
const HOSTS: &[&str] = &["qyapi.weixin.qq.com"];

const FORM: Form<Key> = Form {
    name: "the address",
    whose: "WeCom robot's address",
    help: "copy the Webhook address that the group's robot shows, https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=..., into its file",
    // These robots do not sign.
    parse: |text| robots::key(text, HOSTS, SEND, |_| false),
};

static SERVICE: Service = Service { kind: KIND, hosts: HOSTS, code: "errcode", words: "errmsg", form: &FORM, say };

const TEXT_BYTES_MAX: usize = 2048;
const IMAGE_BYTES_MAX: usize = 2 << 20;
const FILE_BYTES_MAX: usize = 20 << 20;
/// The service keeps a file for three days.
const FILE_KEPT: TimeDelta = TimeDelta::days(2);
/// It has no such file any more.
const UNKNOWN_FILE: &str = "40007";
/// Shorter than the longest file name that telephones show and systems keep.
const FILE_NAME_CHARS_MAX: usize = 40;

/// Three quarters of the service's 20 a minute.
const BUDGET: &[Limit] = &[Limit { scope: Scope::Robot, calls: 15, per: TimeDelta::seconds(60) }];
/// The service counts by the minute.
const FLOOD_WAIT: TimeDelta = TimeDelta::seconds(65);

pub struct Wecom {
    robots: Robots,
    uploaded: Uploaded,
}

impl Wecom {
    /// Errors: no address in `api_url` or `proxy`.
    pub fn open(options: &Options) -> Result<Wecom, ChannelFault> {
        Ok(Wecom { robots: Robots::open(&SERVICE, options)?, uploaded: Uploaded::default() })
    }

    async fn call(&self, parcel: &Parcel) -> Result<Answer, Answer> {
        let robot = self.robots.choose(&parcel.address)?;
        let timeout = self.robots.timeout;
        let (body, limit) = match &parcel.content {
            Content::Text { text, .. } => (json!({ "msgtype": "text", "text": { "content": text } }), timeout),
            Content::Voice { language, title, bytes, .. } => {
                let name = file_name(title, language.as_str());
                return self.file(parcel, &robot, name, bytes).await;
            }
            Content::Card { bytes, .. } if bytes.len() > IMAGE_BYTES_MAX => {
                return Err(impossible("WeCom takes pictures of at most 2 MB; make the texts of the card shorter"));
            }
            Content::Card { bytes, .. } => {
                let md5 = md5::Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
                let image = json!({ "base64": BASE64_STANDARD.encode(bytes), "md5": md5 });
                (json!({ "msgtype": "image", "image": image }), timeout * FILE_TIMES)
            }
        };
        let request = self.robots.client.post(robot.url(SEND)).header("content-type", "application/json");
        robot.ask(request.body(body.to_string()), limit).await?;
        Ok(Answer::Sent { ids: Vec::new() })
    }

    /// A file is uploaded and then named; one that is there since an earlier try is named alone.
    async fn file(&self, parcel: &Parcel, robot: &Chosen<'_>, name: String, bytes: &[u8]) -> Result<Answer, Answer> {
        let timeout = self.robots.timeout;
        // What people see of it is its name.
        let (of, digest) = (format!("{} {name}", self.robots.budget_of(&parcel.address)), Digest::of(bytes));
        let known = self.uploaded.find(&of, &digest, parcel.at);
        let media = match &known {
            Some(media) => media.clone(),
            None => {
                let media = self.upload(robot, name, bytes.to_vec(), timeout * FILE_TIMES / 2).await?;
                self.uploaded.keep(&of, digest, media.clone(), parcel.at + FILE_KEPT);
                media
            }
        };
        let body = json!({ "msgtype": "file", "file": { "media_id": media } });
        let request = self.robots.client.post(robot.url(SEND)).header("content-type", "application/json");
        match robot.ask(request.body(body.to_string()), timeout).await {
            Ok(_) => Ok(Answer::Sent { ids: Vec::new() }),
            Err(Answer::Refused { code, detail }) if known.is_some() && code == UNKNOWN_FILE => {
                self.uploaded.forget(&of, &digest);
                Err(https::retry(None, &code, &detail))
            }
            Err(answer) => Err(answer),
        }
    }

    /// What the service calls a file that it keeps for three days. Nobody in the group sees anything of this.
    async fn upload(
        &self,
        robot: &Chosen<'_>,
        name: String,
        bytes: Vec<u8>,
        limit: Duration,
    ) -> Result<String, Answer> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(impossible("WeCom takes files of at most 20 MB"));
        }
        let part = multipart::Part::bytes(bytes).file_name(name).mime_str("audio/ogg");
        let part = part.map_err(|_| refused("bad-file", "the file cannot be sent"))?;
        let request = self.robots.client.post(robot.url(UPLOAD)).multipart(multipart::Form::new().part("media", part));
        match robot.ask(request, limit).await {
            Ok(said) => match said["media_id"].as_str() {
                Some(media) => Ok(media.to_owned()),
                None => Err(https::retry(None, "upload", "the service took the file and gave no number for it")),
            },
            // Nothing was posted yet, whatever became of the file.
            Err(Answer::Unknown { code, detail }) => Err(Answer::Retry { after: None, code, detail }),
            Err(answer) => Err(answer),
        }
    }
}

/// What the group sees of a file: the title, without what a name of a file may not hold.
fn file_name(title: &str, language: &str) -> String {
    let plain: String = title
        .chars()
        .map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { ' ' } else { c })
        .take(FILE_NAME_CHARS_MAX)
        .collect();
    let plain = plain.trim().trim_start_matches('.');
    if plain.is_empty() { format!("{language}.ogg") } else { format!("{plain} ({language}).ogg") }
}

impl Channel for Wecom {
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

/// The codes at <https://developer.work.weixin.qq.com/document/path/90313>.
fn say(code: i64, words: &str, _: &Reply) -> Said {
    let number = code.to_string();
    let detail = format!("the service says: {words}");
    Said::Answer(match code {
        // Busy: it does not say when it became so.
        -1 => unknown("-1", &detail),
        // Too often; too many at once.
        45009 | 45033 => https::retry(Some(FLOOD_WAIT), &number, &detail),
        // No such robot, or one that was taken out of its group.
        93000 => return Said::BadRobot,
        // It answered that it does not take this: 40058 a bad parameter, 40007 an unknown file, 44004 an empty text...
        _ => refused(&number, &detail),
    })
}
