//! What people wrote, read and checked: plain data. Order of maps is order of ids, so that equal content gives equal
//! rundowns.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::base::problem::Place;
use crate::base::{Digest, Id, Length, Tag};
use crate::catalog::county::NOTICE_PLACE;
use crate::lang::Arguments;
use crate::rundown::quiet::Quiet;
use crate::rundown::{Class, Level};

/// A name by language. A text that uses a name lacking its language is a gap in that language.
pub type Names = BTreeMap<Tag, String>;

/// `config/county.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct County {
    pub id: Id,
    pub name: Names,
    pub zone: Tz,
    /// A county made up for trying things out: shown on every post, log and page.
    pub sample: bool,
    /// Named times of day.
    pub slots: BTreeMap<Id, NaiveTime>,
    pub quiet: Quiet,
    /// The least time between two starts of the same daily broadcast at one station.
    pub min_gap: Length,
    /// The most starts of the same daily broadcast at one station in a local day.
    pub airings_per_day_max: u32,
    pub review_required: bool,
    pub alarm_chats: Vec<Id>,
    /// The number on cards and posters.
    pub hotline: Option<String>,
    /// What the QR code on cards and posters leads to.
    pub notice_link: Option<String>,
}

impl County {
    /// [`County::notice_link`] with the notice number in its place. One that wants a number leads nowhere without one.
    pub fn link_of(&self, notice: Option<&str>) -> Option<String> {
        let link = self.notice_link.as_ref()?;
        if link.contains(NOTICE_PLACE) {
            notice.map(|notice| link.replace(NOTICE_PLACE, notice))
        } else {
            Some(link.clone())
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Township {
    pub id: Id,
    pub name: Names,
}

/// A village loudspeaker system.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    pub id: Id,
    pub name: Names,
    pub township: Id,
    /// Aired in this order.
    pub languages: Vec<Tag>,
    /// For a language, the only voices (dialects) that count; none named: any.
    pub voices: BTreeMap<Tag, Vec<Tag>>,
    pub groups: BTreeSet<Id>,
}

/// What of a notice a chat group gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Send {
    Text,
    Voice,
    Card,
}

/// A group of residents.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    pub id: Id,
    pub name: Names,
    /// Of its station, where it has one.
    pub township: Option<Id>,
    /// The village whose group it is; none for a township's or the county's.
    pub station: Option<Id>,
    pub languages: Vec<Tag>,
    pub send: Vec<Send>,
    /// The kind of service, a name of the table of channels.
    pub channel: String,
    /// The group's address on that service, as that channel understands it.
    pub address: serde_json::Map<String, serde_json::Value>,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Draft,
    Ready,
    Paused,
}

/// When a broadcast airs. Dates and times are local, in the county's zone.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    pub rule: Rule,
    /// Inclusive.
    pub from: Option<NaiveDate>,
    /// Inclusive.
    pub until: Option<NaiveDate>,
    pub except: BTreeSet<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Times of day, slots resolved, in order and each once; on these weekdays.
    At { times: Vec<NaiveTime>, days: BTreeSet<Day> },
    /// The text of a cron expression that parses and that has a next occurrence: seconds first, names for weekdays.
    Cron(String),
    /// Single instants, in order and each once; none where only an order airs it.
    On(Vec<NaiveDateTime>),
}

/// A weekday that can be ordered, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u8);

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Day {
        Day(day.num_days_from_monday() as u8)
    }
}

/// Which stations or chats: `all`, `township:<id>`, `group:<id>` or an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    All,
    Township(Id),
    Group(Id),
    One(Id),
}

impl FromStr for Target {
    type Err = crate::base::id::BadId;

    fn from_str(text: &str) -> Result<Target, Self::Err> {
        Ok(match text.split_once(':') {
            _ if text == "all" => Target::All,
            Some(("township", id)) => Target::Township(id.parse()?),
            Some(("group", id)) => Target::Group(id.parse()?),
            _ => Target::One(text.parse()?),
        })
    }
}

/// What to do at a station one of whose languages cannot sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingLanguage {
    /// The broadcast does not air there at all.
    Hold,
    /// It airs there without that language.
    Skip,
}

/// How often a broadcast is posted to a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostRule {
    /// Once, and again when its text changes.
    Once,
    /// With the first airing of each local day.
    Daily,
    /// With each airing.
    Each,
    None,
}

#[derive(Debug, Clone, PartialEq)]
pub struct How {
    /// The name of a chime in `recordings.toml`.
    pub chime: Option<Id>,
    pub repeat: u8,
    pub gap: Length,
    pub late: Length,
    pub volume: u8,
    pub missing_language: MissingLanguage,
    pub post: PostRule,
    pub post_expires: Length,
    /// Of an emergency or a drill: the daily broadcast that says that it is over.
    pub all_clear: Option<Id>,
}

/// How an order's announcement repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    pub every: Length,
    pub expires: Length,
}

/// `broadcasts/<name>.toml`. Its id is the file's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Broadcast {
    pub id: Id,
    pub title: String,
    /// Who wrote it, by the name they have among the people; they do not review it.
    pub written_by: Option<String>,
    pub state: State,
    pub messages: Vec<Id>,
    pub class: Class,
    pub level: Option<Level>,
    /// None for what only an order airs.
    pub when: Option<When>,
    pub stations: Vec<Target>,
    pub chats: Vec<Target>,
    pub how: How,
    pub repeat: Option<Repeat>,
    pub arguments: Arguments,
    /// Where in its file the schedule stands, for faults found later.
    pub when_place: Place,
    pub where_place: Place,
    pub messages_place: Place,
}

/// What a recording is; the better one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Person,
    /// A machine's voice.
    Synthetic,
    /// A tone, standing in until somebody speaks.
    Placeholder,
}

impl Kind {
    /// As it stands in `recordings.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Synthetic => "synthetic",
            Kind::Placeholder => "placeholder",
        }
    }
}

/// One entry of `broadcasts/recordings.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Below `broadcasts/`.
    pub file: String,
    pub message: Id,
    pub language: Tag,
    pub voice: Option<Tag>,
    /// The digest of the rendered spoken text it was made from.
    pub text: Digest,
    /// That text itself, to show what changed since; older entries do not have it.
    pub wording: Option<Arc<str>>,
    pub clip: Digest,
    pub frames: u64,
    pub bytes: u64,
    pub kind: Kind,
    pub speaker: Option<String>,
    /// A second person who heard the clip and found it right.
    pub listened_by: Option<String>,
    pub place: Place,
}

/// As in "`wear-mask` in bo (khg, Drolma)".
impl std::fmt::Display for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` in {}", self.message, self.language)?;
        let who = [self.voice.as_ref().map(Tag::as_str), self.speaker.as_deref()];
        let who: Vec<&str> = who.into_iter().flatten().collect();
        if who.is_empty() { Ok(()) } else { write!(f, " ({})", who.join(", ")) }
    }
}

/// A sound that opens a broadcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Chime {
    pub file: String,
    pub clip: Digest,
    pub frames: u64,
    pub bytes: u64,
    pub place: Place,
}

/// Why a broadcast does not sound, or is not posted, in a language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    pub language: Tag,
    pub message: Id,
    pub why: GapReason,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapReason {
    /// No text in this language.
    NoText,
    /// The text does not render; what Fluent says.
    Unrenderable(String),
    /// Of an emergency or a drill: the Chinese text changed since it was translated.
    Outdated,
    /// No recording of exactly this text.
    NoRecording,
    /// There are recordings of this message and language, of another wording.
    OtherWording,
    /// Recorded, but in no voice the station counts.
    OtherVoice(Vec<Tag>),
    /// Review is required, and the text is a draft.
    Draft,
    /// Review is required, and only a machine reads it.
    MachineVoice,
    /// Review is required, and only a placeholder is there.
    PlaceholderOnly,
    /// Review is required, and the edition is not approved in this language; what it waits for, in words.
    NotApproved(String),
    /// It is not what was agreed to when this order was filed.
    ChangedSince(u64),
    /// It is not among what approvers signed of this order.
    NotSigned(u64),
}

/// As in "`wear-mask` in bo has no recording".
impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` in {} {}", self.message, self.language, self.why)
    }
}

impl GapReason {
    /// A stable name for scripts.
    pub fn word(&self) -> &'static str {
        match self {
            GapReason::NoText => "no-text",
            GapReason::Unrenderable(_) => "unrenderable",
            GapReason::Outdated => "outdated",
            GapReason::NoRecording => "no-recording",
            GapReason::OtherWording => "other-wording",
            GapReason::OtherVoice(_) => "other-voice",
            GapReason::Draft => "not-reviewed",
            GapReason::MachineVoice => "machine-voice",
            GapReason::PlaceholderOnly => "placeholder-only",
            GapReason::NotApproved(_) => "not-approved",
            GapReason::ChangedSince(_) => "changed-since",
            GapReason::NotSigned(_) => "not-signed",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            GapReason::NoText => "write the text in that language",
            GapReason::Unrenderable(_) => "mend the text",
            GapReason::Outdated => "translate it anew, then say so with `cunxiang locale stamp`",
            GapReason::NoRecording => "have it read and import it with `cunxiang clip import`",
            GapReason::OtherWording => "have the text as it is now read, and import it with `cunxiang clip import`",
            GapReason::OtherVoice(_) => "have it read in that voice and import it with --voice",
            GapReason::Draft => {
                "have a native speaker look at the text, then take the line `### review = \"draft\"` out of its file"
            }
            GapReason::MachineVoice | GapReason::PlaceholderOnly => {
                "have a person read it and import it with `cunxiang clip import`"
            }
            GapReason::NotApproved(_) => "`cunxiang review list` says who may review it",
            GapReason::ChangedSince(_) | GapReason::NotSigned(_) => "cancel that order and announce it anew",
        }
    }
}

impl std::fmt::Display for GapReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GapReason::NoText => f.write_str("has no text"),
            GapReason::Unrenderable(why) => write!(f, "does not render: {why}"),
            GapReason::Outdated => f.write_str("was made from a Chinese text that has changed since"),
            GapReason::NoRecording => f.write_str("has no recording"),
            GapReason::OtherWording => f.write_str("is recorded in another wording than the text now has"),
            GapReason::OtherVoice(voices) => {
                let voices: Vec<_> = voices.iter().map(Tag::as_str).collect();
                write!(f, "is recorded, but not in a voice the station asks for ({})", voices.join(", "))
            }
            GapReason::Draft => f.write_str("is a draft that no native speaker has reviewed, and review is required"),
            GapReason::MachineVoice => f.write_str("is read by a machine's voice only, and review is required"),
            GapReason::PlaceholderOnly => f.write_str("is recorded as a placeholder only, and review is required"),
            GapReason::NotApproved(why) => f.write_str(why),
            GapReason::ChangedSince(order) => write!(f, "changed since order {order} was agreed to"),
            GapReason::NotSigned(order) => write!(f, "was recorded after order {order} was signed"),
        }
    }
}
