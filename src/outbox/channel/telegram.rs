//! Telegram groups, by a robot.
//!
//! Limits: about 30 messages a second over all, 20 a minute and 1 a second to one group, not fixed by the service
//! (<https://core.telegram.org/bots/faq>); 4,096 characters a text and 1,024 a caption, counted in UTF-16 units. The
//! service has no idempotency key, so a call without a readable answer stays unknown.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use futures::{FutureExt as _, TryFutureExt as _};
use serde_json::{Value, json};
use teloxide::payloads::{
    EditMessageCaptionSetters as _, EditMessageTextSetters as _, SendMessageSetters as _, SendPhotoSetters as _,
    SendVoiceSetters as _,
};
use teloxide::prelude::Requester as _;
use teloxide::types::{ChatId, FileId, InputFile, LinkPreviewOptions, Message, MessageId, Recipient};
use teloxide::{Bot, RequestError};

use super::https::{self, FILE_TIMES, Reach, unknown};
use super::secret::{Fault, Form, Secret};
use super::uploaded::{Uploaded, for_good};
use super::{Amendment, Answer, Change, Channel, ChannelFault, Content, Limit, Parcel, Scope, TextMax, Unit};
use crate::base::Digest;
use crate::outbox::split;
use crate::rundown::programme::FRAMES_PER_SECOND;

pub use super::https::TIMEOUT_MAX;

pub const KIND: &str = "telegram";

/// How to reach the service.
#[derive(Clone, PartialEq, Eq)]
pub struct Options {
    /// Holds the robot's token and nothing else; mode 0600.
    pub token_file: PathBuf,
    /// Another server that speaks the same; none for the service's own.
    pub api_url: Option<String>,
    /// Such as `http://proxy:3128` or `socks5h://127.0.0.1:1080`; may hold a password.
    pub proxy: Option<String>,
    /// The bound on a text; [`https::TIMEOUT`] unless there is a reason. teloxide alone waits 10 s on an error of the
    /// server.
    pub timeout: Duration,
}

const TEXT_MAX: TextMax = TextMax { size: 4096, unit: Unit::Utf16 };
const CAPTION_MAX: TextMax = TextMax { size: 1024, unit: Unit::Utf16 };

const FORM: Form<String> = Form {
    name: "the token",
    whose: "robot's token",
    help: "write it as BotFather gives it now: a number, a colon, 35 letters",
    parse: token,
};

/// The code of a call that the service would take with another token.
const BAD_TOKEN: &str = "401";
/// A new token is tried this soon, and a refused one asks no more often of each group.
const BAD_TOKEN_RETRY: TimeDelta = TimeDelta::minutes(1);

/// Stands in what the service says of a file that it does not have: `wrong file identifier`, `wrong remote file id`...
const BAD_FILE: &str = "wrong ";

/// Three quarters of the service's limits.
const BUDGET: &[Limit] = &[
    Limit { scope: Scope::Robot, calls: 22, per: TimeDelta::seconds(1) },
    Limit { scope: Scope::Chat, calls: 15, per: TimeDelta::seconds(60) },
    Limit { scope: Scope::Chat, calls: 1, per: TimeDelta::milliseconds(1334) },
];

pub struct Telegram {
    client: reqwest::Client,
    api_url: Option<reqwest::Url>,
    /// Of the token at the start: another robot's that comes later goes on under its budget.
    robot: String,
    token: Mutex<Secret<String>>,
    timeout: Duration,
    uploaded: Uploaded,
}

impl Telegram {
    /// Reads the token and makes ready; reaches for nothing.
    ///
    /// Errors: no token, or no address in `api_url` or `proxy`. None of them names the token.
    pub fn open(options: &Options) -> Result<Telegram, ChannelFault> {
        let mut secret = Secret::of(&options.token_file, &FORM);
        let token = secret.now().map_err(|Fault { what, help }| ChannelFault { kind: KIND, what, help })?;
        // Its number, the part that is no secret.
        let robot = format!("{KIND}:{}", token.split(':').next().unwrap_or_default());
        let timeout = options.timeout.min(TIMEOUT_MAX);
        let reach = Reach { kind: KIND, proxy: options.proxy.as_deref(), timeout };
        let client = https::client(&reach)?;
        let api_url = https::other_server(KIND, options.api_url.as_deref())?;
        let api_url = api_url.map(|url| url.parse().expect("it was read as an address"));
        Ok(Telegram { client, api_url, robot, token: Mutex::new(secret), timeout, uploaded: Uploaded::default() })
    }

    /// Makes clients for who else speaks as this robot: each has the token as its file has it then.
    pub fn connect(self: std::sync::Arc<Telegram>) -> Box<dyn Fn() -> Bot + Send + Sync> {
        Box::new(move || self.client())
    }

    fn client(&self) -> Bot {
        let token = self.token().now().expect("a channel without a token is not opened");
        let bot = Bot::with_client(token, self.client.clone());
        match &self.api_url {
            Some(url) => bot.set_api_url(url.clone()),
            None => bot,
        }
    }

    fn token(&self) -> MutexGuard<'_, Secret<String>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call(&self, parcel: &Parcel, chat: Recipient) -> Answer {
        let bot = self.client();
        let token = bot.token();
        let media = match &parcel.content {
            Content::Text { .. } => None,
            Content::Voice { bytes, .. } | Content::Card { bytes, .. } => Some(Digest::of(bytes)),
        };
        // Another robot's token came: what the last one uploaded is none of its.
        let robot = token.split(':').next().unwrap_or_default();
        let known = media.and_then(|media| self.uploaded.find(robot, &media, parcel.at));
        let file = |bytes: &[u8], name: String| match &known {
            Some(id) => InputFile::file_id(FileId(id.clone())),
            None => InputFile::memory(bytes.to_vec()).file_name(name),
        };
        let (sent, limit) = match &parcel.content {
            Content::Text { text, .. } => {
                let call = bot.send_message(chat, text).link_preview_options(no_preview());
                (call.into_future().boxed(), self.timeout)
            }
            Content::Voice { language, title, frames, bytes } => {
                let file = file(bytes, format!("{language}.ogg"));
                let seconds = u32::try_from(frames.div_ceil(u64::from(FRAMES_PER_SECOND))).unwrap_or(u32::MAX);
                let call = bot.send_voice(chat, file).caption(caption(title)).duration(seconds);
                (call.into_future().boxed(), self.timeout * FILE_TIMES)
            }
            Content::Card { language, title, bytes } => {
                let file = file(bytes, format!("{language}.png"));
                let call = bot.send_photo(chat, file).caption(caption(title));
                (call.into_future().boxed(), self.timeout * FILE_TIMES)
            }
        };
        let answer = match tokio::time::timeout(limit, sent).await {
            Ok(Ok(message)) => {
                if let Some((media, id)) = media.zip(file_of(&message)) {
                    self.uploaded.keep(robot, media, id, for_good(parcel.at));
                }
                Answer::Sent { ids: vec![message.id.0.to_string()] }
            }
            Ok(Err(error)) => match (media, without_secret(token, classify(error))) {
                // It is uploaded anew with the next try.
                (Some(media), Answer::Refused { code, detail }) if known.is_some() && detail.contains(BAD_FILE) => {
                    self.uploaded.forget(robot, &media);
                    Answer::Retry { after: None, code, detail }
                }
                (_, answer) => answer,
            },
            Err(_) => unknown("timeout", "no answer came in time"),
        };
        self.learn(&answer);
        answer
    }

    /// What an answer says of the token.
    fn learn(&self, answer: &Answer) {
        match answer {
            Answer::Retry { code, .. } if code == BAD_TOKEN => self.token().refused(true),
            Answer::Sent { .. } | Answer::Handed { .. } | Answer::Moved { .. } | Answer::Refused { .. } => {
                self.token().refused(false);
            }
            // These say nothing of it.
            Answer::Retry { .. } | Answer::Doubtful { .. } | Answer::Unknown { .. } => {}
        }
    }

    /// A robot changes its own messages for good, and deletes them for two days; as an administrator, for good.
    async fn change(&self, chat: Recipient, message: MessageId, amendment: &Amendment) -> Answer {
        let bot = self.client();
        let changed = match &amendment.change {
            Change::Delete => bot.delete_message(chat, message).into_future().map_ok(drop).boxed(),
            Change::Text(text) => {
                let call = bot.edit_message_text(chat, message, text).link_preview_options(no_preview());
                call.into_future().map_ok(drop).boxed()
            }
            Change::Caption(text) => {
                let call = bot.edit_message_caption(chat, message).caption(caption(text));
                call.into_future().map_ok(drop).boxed()
            }
        };
        let sent = || Answer::Sent { ids: vec![message.0.to_string()] };
        let answer = match tokio::time::timeout(self.timeout, changed).await {
            Ok(Ok(())) => sent(),
            Ok(Err(error)) => match without_secret(bot.token(), classify(error)) {
                Answer::Refused { detail, .. } if is_so_already(&amendment.change, &detail) => sent(),
                answer => answer,
            },
            Err(_) => unknown("timeout", "no answer came in time"),
        };
        self.learn(&answer);
        answer
    }
}

/// Whether the service says that a message is as it should be: an earlier try arrived, or somebody was faster.
fn is_so_already(change: &Change, detail: &str) -> bool {
    detail.contains(match change {
        Change::Delete => "message to delete not found",
        Change::Text(_) | Change::Caption(_) => "message is not modified",
    })
}

/// Links in notices do not grow pictures.
fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// What the service calls the media of a message: of a picture the largest of its sizes.
fn file_of(message: &Message) -> Option<String> {
    let voice = message.voice().map(|voice| &voice.file);
    let file = voice.or_else(|| message.photo()?.last().map(|size| &size.file))?;
    Some(file.id.0.clone())
}

fn caption(title: &str) -> String {
    split::head(title, CAPTION_MAX).to_owned()
}

/// The token of a robot: its number, a colon, its secret.
fn token(text: &str) -> Option<String> {
    let fits = text.split_once(':').is_some_and(|(number, secret)| {
        !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
            && secret.len() >= 20
            && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    fits.then(|| text.to_owned())
}

/// Services repeat what they were sent; the token is masked wherever it turns up.
fn without_secret(token: &str, answer: Answer) -> Answer {
    let mask = |text: String| text.replace(token, "<token>");
    match answer {
        Answer::Retry { after, code, detail } => Answer::Retry { after, code, detail: mask(detail) },
        Answer::Refused { code, detail } => Answer::Refused { code, detail: mask(detail) },
        Answer::Unknown { code, detail } => Answer::Unknown { code, detail: mask(detail) },
        Answer::Doubtful { after, code, detail } => Answer::Doubtful { after, code, detail: mask(detail) },
        answer @ (Answer::Sent { .. } | Answer::Handed { .. } | Answer::Moved { .. }) => answer,
    }
}

impl Channel for Telegram {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn robot(&self, _: &Value) -> String {
        self.robot.clone()
    }

    fn idempotent(&self) -> bool {
        false
    }

    fn budget(&self) -> &'static [Limit] {
        BUDGET
    }

    fn text_max(&self) -> TextMax {
        TEXT_MAX
    }

    fn faults(&self) -> Vec<String> {
        self.token().fault().map(|fault| format!("{KIND}: {fault}")).into_iter().collect()
    }

    fn notes(&self) -> Vec<String> {
        let note = |url| format!("{KIND} goes to {url} by `api_url`");
        self.api_url.iter().map(note).collect()
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        async move {
            match recipient(&parcel.address) {
                Ok(chat) => self.call(parcel, chat).await,
                Err(detail) => Answer::Refused { code: "bad-address".into(), detail },
            }
        }
        .boxed()
    }

    fn amends(&self) -> bool {
        true
    }

    fn amend<'a>(&'a self, amendment: &'a Amendment) -> BoxFuture<'a, Answer> {
        async move {
            match (recipient(&amendment.address), amendment.message.parse()) {
                (Ok(chat), Ok(message)) => self.change(chat, MessageId(message), amendment).await,
                (Err(detail), _) => Answer::Refused { code: "bad-address".into(), detail },
                (_, Err(_)) => {
                    let detail = format!("`{}` is no number of a message", amendment.message);
                    Answer::Refused { code: "bad-message".into(), detail }
                }
            }
        }
        .boxed()
    }
}

/// A text in the pieces that the service takes.
pub fn pieces(text: &str) -> Vec<String> {
    split::split(text, TEXT_MAX)
}

/// Whether an address can be a Telegram group's; what is wrong and what to write instead.
pub fn check_address(address: &Value) -> Result<(), String> {
    recipient(address).map(drop)
}

/// `chat = -1001234567890`, or `chat = "@name"` of a public one.
fn recipient(address: &Value) -> Result<Recipient, String> {
    let chat = &address["chat"];
    let number = chat.as_i64().or_else(|| chat.as_str()?.parse().ok()).filter(|number| *number != 0);
    match (number, chat.as_str()) {
        (Some(number), _) => Ok(Recipient::Id(ChatId(number))),
        (None, Some(name)) if name.len() > 1 && name.starts_with('@') => {
            Ok(Recipient::ChannelUsername(name.to_owned()))
        }
        _ => Err(
            "a Telegram group is named by its number or public name; write chat = -1001234567890, or chat = \"@name\""
                .into(),
        ),
    }
}

/// What an error of teloxide says about whether the message arrived.
fn classify(error: RequestError) -> Answer {
    match error {
        RequestError::RetryAfter(seconds) => {
            let after = TimeDelta::seconds(seconds.seconds().into());
            let detail = format!("the service asks to wait {} s", seconds.seconds());
            Answer::Retry { after: Some(after), code: "429".into(), detail }
        }
        RequestError::MigrateToChatId(chat) => Answer::Moved { address: json!({ "chat": chat.0 }) },
        RequestError::Api(error) => classify_description(&error.to_string()),
        // DNS, connect, TLS and a proxy's refusal: nothing of the request left.
        RequestError::Network(error) if error.is_connect() || error.is_builder() => Answer::Retry {
            after: None,
            code: "unreachable".into(),
            detail: "the service cannot be reached; check the line, the proxy and the clock".into(),
        },
        RequestError::Network(error) if error.is_timeout() => unknown("timeout", "no answer came in time"),
        RequestError::Network(_) => unknown("cut-off", "the connection ended before the answer came"),
        RequestError::InvalidJson { raw, .. } => {
            classify_raw(&raw).unwrap_or_else(|| unknown("unreadable", "the answer cannot be read"))
        }
        RequestError::Io(_) => unknown("interrupted", "sending was interrupted"),
    }
}

/// teloxide drops the error's number; the service begins each description with its name. Matched by that, since the
/// rest of the wording changes.
fn classify_description(description: &str) -> Answer {
    // teloxide's words for 404, which the service says of a token that it never gave.
    const TOKEN: [&str; 2] = ["Unauthorized", "Invalid bot token"];
    const PERMANENT: [(&str, &str); 5] = [
        ("Bad Request", "400"),
        ("Forbidden", "403"),
        ("Not Found", "404"),
        ("Conflict", "409"),
        ("Request Entity Too Large", "413"),
    ];
    // teloxide quotes descriptions it has no variant for.
    let plain = description.strip_prefix("Unknown error: ").map_or(description, |text| text.trim_matches('"'));
    let detail = format!("the service says: {plain}");
    if plain.starts_with("Too Many Requests") {
        return Answer::Retry { after: None, code: "429".into(), detail };
    }
    if TOKEN.iter().any(|name| plain.starts_with(name)) {
        return bad_token(plain);
    }
    match PERMANENT.iter().find(|(name, _)| plain.starts_with(name)) {
        Some((_, code)) => Answer::Refused { code: (*code).into(), detail },
        // An error of the server may come after delivery.
        None => Answer::Unknown { code: "server".into(), detail },
    }
}

/// An answer that this teloxide cannot read, such as one with fields of a later version: what counts of it is few.
fn classify_raw(raw: &str) -> Option<Answer> {
    let answer: Value = serde_json::from_str(raw).ok()?;
    if answer["ok"] == json!(true) {
        return Some(Answer::Sent { ids: vec![answer["result"]["message_id"].as_i64()?.to_string()] });
    }
    let code = answer["error_code"].as_i64()?;
    let detail = format!("the service says: {}", answer["description"].as_str()?);
    let parameters = &answer["parameters"];
    if let Some(chat) = parameters["migrate_to_chat_id"].as_i64() {
        return Some(Answer::Moved { address: json!({ "chat": chat }) });
    }
    match code {
        429 => {
            let after = parameters["retry_after"].as_i64().and_then(TimeDelta::try_seconds);
            Some(Answer::Retry { after, code: "429".into(), detail })
        }
        401 => Some(bad_token(answer["description"].as_str()?)),
        400..=499 => Some(Answer::Refused { code: code.to_string(), detail }),
        _ => None,
    }
}

/// A fault of the robot, not of the post: it waits for another token until it expires.
fn bad_token(words: &str) -> Answer {
    let detail =
        format!("the service refuses the robot's token ({words}); write the one BotFather shows into its file");
    Answer::Retry { after: Some(BAD_TOKEN_RETRY), code: BAD_TOKEN.into(), detail }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("telegram::Options")
            .field("token_file", &self.token_file)
            .field("api_url", &self.api_url)
            .field("proxy", &self.proxy.as_ref().map(|_| "<set>"))
            .field("timeout", &self.timeout)
            .finish()
    }
}

impl fmt::Debug for Telegram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Telegram({})", self.robot)
    }
}
