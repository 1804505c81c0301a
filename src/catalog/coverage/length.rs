//! Clips whose length does not fit their text: the wrong file, or one that was cut.
//!
//! How fast a speaker reads is learned from the clips that the county has of that speaker, language by language.

use std::collections::BTreeMap;

use crate::base::{Digest, Problem, Tag};
use crate::catalog::Catalog;
use crate::catalog::model::{Kind, Recording};
use crate::lang::{Language, speech};
use crate::rundown::programme::FRAMES_PER_SECOND;

/// A pace is learned from no fewer clips of a speaker, the one in question left out: with less, one wrong file would
/// make the pace that is to find it out.
pub const LEARN_CLIPS_MIN: usize = 5;
/// A clip is odd when its length is this far from the estimate.
const FAR: f64 = 0.4;
/// The rate of a text shorter than this many units says little: a breath more or less moves it out of any range.
const UNITS_MIN: f64 = 20.0;

/// The rates, in units a minute, at which people read here.
#[derive(Debug, Default)]
pub struct Paces {
    /// By language and speaker; each clip once.
    rates: BTreeMap<(Tag, String), BTreeMap<Digest, f64>>,
}

/// What is expected of a clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Units a minute.
    pub per_minute: f64,
    pub range: (f64, f64),
    /// Of how many clips it was learned; none: from the table of the language.
    pub clips: usize,
}

/// A clip beside its text.
pub struct Reading<'r> {
    pub language: &'static Language,
    pub kind: Kind,
    pub speaker: Option<&'r str>,
    pub text: &'r str,
    pub clip: Digest,
    pub frames: u64,
}

impl Paces {
    /// Learns from what people recorded; machines and tones are nobody's pace, nor are people without a name.
    pub fn learn(recordings: &[Recording]) -> Paces {
        let mut found = Paces::default();
        for recording in recordings.iter().filter(|recording| recording.kind == Kind::Person) {
            let language = Language::of(recording.language.as_str());
            if let (Some(language), Some(speaker), Some(wording)) = (language, &recording.speaker, &recording.wording) {
                let rate = speech::measure(language, wording).per_minute(seconds(recording.frames));
                let key = (recording.language.clone(), speaker.clone());
                found.rates.entry(key).or_default().insert(recording.clip, rate);
            }
        }
        found
    }

    /// What is expected of a clip, by what the others of its speaker are.
    pub fn expected(&self, reading: &Reading<'_>) -> Expected {
        let pace = reading.language.pace();
        let wide = speech::widened(pace.range);
        let range = if reading.kind == Kind::Synthetic { wide } else { pace.range };
        let default = Expected { per_minute: pace.per_minute, range, clips: 0 };
        let (Kind::Person, Some(speaker)) = (reading.kind, reading.speaker) else { return default };
        let tag: Tag = reading.language.tag.parse().expect("the tags of the table are tags");
        let known = self.rates.get(&(tag, speaker.to_owned()));
        let mut rates: Vec<f64> =
            known.into_iter().flatten().filter(|(clip, _)| **clip != reading.clip).map(|(_, rate)| *rate).collect();
        if rates.len() < LEARN_CLIPS_MIN {
            return default;
        }
        rates.sort_by(f64::total_cmp);
        let median = rates[rates.len() / 2];
        // A pace that nobody speaks at comes from clips that are wrong themselves.
        if !(wide.0..=wide.1).contains(&median) {
            return default;
        }
        Expected { per_minute: median, range: speech::widened((median, median)), clips: rates.len() }
    }

    /// What is odd about the length of a clip, when something is. A placeholder is a tone and as long as it is.
    pub fn odd(&self, reading: &Reading<'_>) -> Option<String> {
        if reading.kind == Kind::Placeholder {
            return None;
        }
        let text = speech::measure(reading.language, reading.text);
        let (expected, seconds) = (self.expected(reading), seconds(reading.frames));
        let estimate = text.seconds(expected.per_minute);
        let rate = text.per_minute(seconds);
        let in_range = text.units < UNITS_MIN || (expected.range.0..=expected.range.1).contains(&rate);
        if in_range && (seconds - estimate).abs() <= FAR * estimate {
            return None;
        }
        let whose = match (expected.clips, reading.speaker) {
            (0, _) | (_, None) => String::new(),
            (clips, Some(speaker)) => format!(", as {speaker} reads in {clips} other clips"),
        };
        Some(format!(
            "lasts {seconds:.1} s where its text takes about {estimate:.1} s ({:.0} {} a minute{whose}): it may be the \
             wrong file, or a cut one",
            expected.per_minute,
            reading.language.pace().unit,
        ))
    }
}

/// The seconds a text takes to read at the pace of its language, where nobody has read it yet.
pub fn estimate(language: &Language, text: &str) -> f64 {
    speech::measure(language, text).seconds(language.pace().per_minute)
}

/// Frames as seconds.
pub fn seconds(frames: u64) -> f64 {
    frames as f64 / f64::from(FRAMES_PER_SECOND)
}

/// Frames as seconds to a tenth, for people.
pub fn rounded(frames: u64) -> f64 {
    tenths(seconds(frames))
}

/// Seconds to a tenth.
pub fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

impl Catalog {
    /// A warning per recording whose length does not fit the wording that is kept with it.
    pub(super) fn odd_lengths(&self) -> Vec<Problem> {
        let paces = Paces::learn(&self.recordings.recordings);
        let odd = |recording: &Recording| {
            let reading = Reading {
                language: Language::of(recording.language.as_str())?,
                kind: recording.kind,
                speaker: recording.speaker.as_deref(),
                text: recording.wording.as_deref()?,
                clip: recording.clip,
                frames: recording.frames,
            };
            let message = format!("the recording of {recording} {}", paces.odd(&reading)?);
            let help = format!("listen to broadcasts/{}, and import the right file", recording.file);
            Some(Problem::warning("clip-length", recording.place.clone(), message, help))
        };
        self.recordings.recordings.iter().filter_map(odd).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::problem::Place;

    /// 30 characters without a pause.
    const TEXT: &str = "请家里有老人孩子和牲畜的乡亲们今天早晚把门窗关好不要外出走动";

    fn recording(i: u64, seconds: f64, speaker: Option<&str>, kind: Kind) -> Recording {
        Recording {
            file: format!("clips/{i}.opus"),
            message: "stay".parse().unwrap(),
            language: "zh-CN".parse().unwrap(),
            voice: None,
            text: Digest::of(TEXT.as_bytes()),
            wording: Some(TEXT.into()),
            clip: Digest::of(&i.to_le_bytes()),
            frames: (seconds * f64::from(FRAMES_PER_SECOND)) as u64,
            bytes: 1,
            kind,
            speaker: speaker.map(str::to_owned),
            listened_by: None,
            place: Place::file("broadcasts/recordings.toml"),
        }
    }

    /// Whether a clip of the text is odd beside clips of these lengths by `Drolma`.
    fn is_odd(others: &[f64], seconds: f64, speaker: Option<&str>, kind: Kind) -> Option<String> {
        let mut all: Vec<Recording> =
            (1..).zip(others).map(|(i, seconds)| recording(i, *seconds, Some("Drolma"), Kind::Person)).collect();
        // The clip itself is among them, as it is at `check`: it must not vouch for itself.
        all.push(recording(0, seconds, speaker, kind));
        let reading = Reading {
            language: Language::of("zh-CN").unwrap(),
            kind,
            speaker,
            text: TEXT,
            clip: all.last().unwrap().clip,
            frames: all.last().unwrap().frames,
        };
        Paces::learn(&all).odd(&reading)
    }

    #[test]
    fn a_clip_out_of_range_is_odd_and_a_speakers_own_pace_is_learned() {
        assert_eq!(speech::measure(Language::of("zh-CN").unwrap(), TEXT).units, 30.0);
        let (person, drolma) = (Kind::Person, Some("Drolma"));
        // 30 characters: 9 s at 200 a minute, 12 s at 150, 7.2 s at 250, 16 s at 112.
        let slow = [15.0; LEARN_CLIPS_MIN];
        for (others, seconds, speaker, kind, odd) in [
            (&[][..], 10.6, drolma, person, false),
            (&[], 12.5, drolma, person, true),
            (&[], 8.5, drolma, person, true),
            (&[], 1.5, None, person, true),
            (&[], 60.0, None, person, true),
            (&[], 1.5, None, Kind::Placeholder, false),
            (&[], 12.5, None, Kind::Synthetic, false),
            (&[], 17.0, None, Kind::Synthetic, true),
            // 120 a minute is how she reads: known from five other clips, not from four.
            (&slow[1..], 15.0, drolma, person, true),
            (&slow[..], 15.0, drolma, person, false),
            (&slow[..], 18.0, drolma, person, false),
            (&slow[..], 10.6, drolma, person, true),
            // What she does says nothing of others, of nobody and of machines.
            (&slow[..], 15.0, Some("Tashi"), person, true),
            (&slow[..], 15.0, None, person, true),
            (&slow[..], 10.6, drolma, Kind::Synthetic, false),
            // One wrong file among many does not move the pace; a heap of wrong ones is no pace.
            (&[15.0, 15.0, 15.0, 15.0, 15.0, 600.0], 15.0, drolma, person, false),
            (&[1.0, 1.0, 1.0, 1.0, 1.0], 1.0, drolma, person, true),
        ] {
            let found = is_odd(others, seconds, speaker, kind);
            assert_eq!(found.is_some(), odd, "{others:?} {seconds} {speaker:?} {kind:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_odd_is_told_with_both_lengths() {
        let told = is_odd(&[15.0; 6], 3.0, Some("Drolma"), Kind::Person).unwrap();
        assert_eq!(
            told,
            "lasts 3.0 s where its text takes about 15.0 s (120 characters a minute, as Drolma reads in 6 other clips): \
             it may be the wrong file, or a cut one"
        );
    }
}
