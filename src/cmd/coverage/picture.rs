//! The coverage of messages as a picture for the office's group: a row a message, a column a language, a colour a cell.

use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;

use crate::base::clock::RealClock;
use crate::base::{Clock, Id, Tag};
use crate::card::{self, Fonts};
use crate::catalog::Catalog;
use crate::catalog::coverage::{Cell, Standing};
use crate::cmd::coverage::{by_message, word};
use crate::cmd::{FAULTS, FINE, Place, check, page};
use crate::lang::language::SOURCE;
use crate::lang::{Arguments, LANGUAGES, Piece};

/// The heading of the messages, then the languages in Chinese.
const MESSAGE: &str = "信息";
const LANGUAGE_NAMES: &[(&str, &str)] = &[("zh-CN", "汉语"), ("bo", "藏语"), ("lis", "傈僳语")];

/// The words of the table on the terminal, for people who read Chinese.
const LABELS: &[(&str, &str)] = &[
    ("ready", "可播"),
    ("draft", "草稿"),
    ("outdated", "译文过时"),
    ("synthetic", "机器合成"),
    ("placeholder", "占位音"),
    ("no-text", "缺文字"),
    ("unrenderable", "文字有误"),
    ("no-recording", "缺录音"),
    ("other-wording", "录音与文字不符"),
    ("other-voice", "方言不符"),
    ("not-reviewed", "草稿未审定"),
    ("machine-voice", "只有机器合成"),
    ("placeholder-only", "只有占位音"),
    ("not-approved", "待审批"),
    ("-", "不需要"),
];

/// A mark for each letter of [`super::marks`].
const MARKS: &[(char, &str)] = &[
    ('t', "文"),
    ('r', "审"),
    ('u', "新"),
    ('p', "录"),
    ('m', "机"),
    ('o', "占"),
    ('v', "言"),
    ('-', "－"),
    ('.', "·"),
];

const LEGEND: &[(card::Tone, &str)] = &[
    (card::Tone::Good, "绿：可播"),
    (card::Tone::Warn, "黄：能播，但有不足，如草稿、译文过时、机器合成、占位音"),
    (card::Tone::Bad, "红：有的村播不出，如缺文字、缺录音、方言不符、待审批"),
    (card::Tone::Plain, "白：没有村或群需要"),
    (
        card::Tone::Plain,
        "文：有文字　审：已审定　新：与中文原文一致　录：真人录音（机：机器合成，占：占位音）　言：方言相符",
    ),
    (card::Tone::Plain, "－：不是这样　·：不要求或不知道"),
];

/// Draws the cells and writes them to `output`.
pub fn write(
    place: &Place,
    machine: Option<&Path>,
    catalog: &Catalog,
    cells: &[Cell],
    output: &Path,
) -> anyhow::Result<u8> {
    let is_png = output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    anyhow::ensure!(is_png, "{} does not end in .png; the picture is one", output.display());
    let mut problems = Vec::new();
    let machine = check::machine(place, machine, None, &mut problems)?;
    if !problems.is_empty() {
        page::problems(&problems);
        return Ok(FAULTS);
    }
    let options = machine.map(|machine| machine.cards).unwrap_or_default();
    let today = RealClock::default().now().with_timezone(&catalog.county.zone).date_naive();
    let table = card::Table { title: title(catalog, today), rows: rows(catalog, cells), legend: legend() };
    match Fonts::open(&options).and_then(|fonts| card::table(&table, &fonts)) {
        Ok(bytes) => {
            std::fs::write(output, bytes).with_context(|| format!("{} cannot be written", output.display()))?;
            anstream::println!("{}", output.display());
            Ok(FINE)
        }
        Err(fault) => {
            anstream::eprintln!("cunxiang: {fault}");
            Ok(FAULTS)
        }
    }
}

/// Whose it is, and of which day: a picture is sent on.
fn title(catalog: &Catalog, today: NaiveDate) -> String {
    let source: Tag = SOURCE.tag.parse().expect("the tags of the table are tags");
    let county = catalog.county.name.get(&source).cloned().unwrap_or_default();
    format!("{county} 播音准备情况 {}", today.format("%Y年%-m月%-d日")).trim().to_owned()
}

fn legend() -> Vec<card::Cell> {
    LEGEND.iter().map(|(tone, text)| card::Cell::new(*text, *tone)).collect()
}

/// The letters of the terminal's table, for people who read Chinese.
fn marks(cell: &Cell) -> String {
    let mark = |letter: &char| MARKS.iter().find(|(known, _)| known == letter).map_or("", |(_, mark)| mark);
    super::marks(cell).iter().map(mark).collect()
}

fn rows(catalog: &Catalog, cells: &[Cell]) -> Vec<Vec<card::Cell>> {
    let plain = |text: String| card::Cell::new(text, card::Tone::Plain);
    let names = LANGUAGES.iter().map(|language| label(LANGUAGE_NAMES, language.tag));
    let heading = std::iter::once(MESSAGE).chain(names).map(|text| plain(text.to_owned())).collect();
    let mut rows = vec![heading];
    for (message, cells) in by_message(cells) {
        let text = |cell: &Cell| format!("{}\n{}", label(LABELS, word(cell)), marks(cell));
        let coloured = cells.into_iter().map(|cell| card::Cell::new(text(cell), tone(cell)));
        rows.push(std::iter::once(plain(name(catalog, message))).chain(coloured).collect());
    }
    rows
}

/// The Chinese title with the id; the id alone where the title needs arguments.
fn name(catalog: &Catalog, message: &Id) -> String {
    let source: Tag = SOURCE.tag.parse().expect("the tags of the table are tags");
    match catalog.text(message, &source, Piece::Title, &Arguments::new()) {
        Ok(title) => format!("{title}（{message}）"),
        Err(_) => message.to_string(),
    }
}

fn tone(cell: &Cell) -> card::Tone {
    match cell.standing {
        Standing::Ready => card::Tone::Good,
        Standing::StandIn => card::Tone::Warn,
        Standing::Missing if cell.needed => card::Tone::Bad,
        Standing::Missing => card::Tone::Plain,
    }
}

fn label<'l>(labels: &[(&'l str, &'l str)], word: &'l str) -> &'l str {
    labels.iter().find(|(known, _)| *known == word).map_or(word, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{GapReason, Kind};

    #[test]
    fn every_language_and_every_word_has_a_label() {
        let gaps = [
            GapReason::NoText,
            GapReason::Unrenderable(String::new()),
            GapReason::NoRecording,
            GapReason::OtherWording,
            GapReason::OtherVoice(Vec::new()),
            GapReason::Outdated,
            GapReason::Draft,
            GapReason::MachineVoice,
            GapReason::PlaceholderOnly,
            GapReason::NotApproved(String::new()),
        ];
        let kinds = [Kind::Synthetic, Kind::Placeholder];
        let words =
            gaps.iter().map(GapReason::word).chain(kinds.map(Kind::word)).chain(["ready", "draft", "outdated", "-"]);
        for word in words {
            assert_ne!(label(LABELS, word), word);
        }
        for letter in "trupmov-.".chars() {
            assert!(MARKS.iter().any(|(known, _)| *known == letter), "{letter}");
        }
        for language in LANGUAGES {
            assert_ne!(label(LANGUAGE_NAMES, language.tag), language.tag);
        }
    }
}
