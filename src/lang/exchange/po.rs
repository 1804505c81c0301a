//! Rows as gettext PO, by way of `polib`. Its reader takes what PO allows for granted and panics where it does not
//! hold, and joins entries without a blank line between them: so a file is first looked at line by line, and handed on
//! in the one form it reads well. It reads and writes paths only: a file in memory stands in.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use polib::catalog::Catalog;
use polib::message::{Message, MessageFlags};
use polib::metadata::CatalogMetadata;
use rustix::fd::{AsRawFd, OwnedFd};

use crate::lang::Language;
use crate::lang::difference;
use crate::lang::exchange::{Answer, Row, Said, State};

/// A difference in a comment is cut here: the whole texts stand beside it.
const DIFFERENCE_CHARS_MAX: usize = 200;
/// The note of a row's digest; only the first of a message counts.
const SOURCE: &str = "@source ";

/// The whole file. Rows that need work are `fuzzy`, as gettext's tools know it.
///
/// Errors: the system has no memory for the file.
pub fn write(rows: &[Row], language: &Language) -> io::Result<String> {
    let metadata = CatalogMetadata {
        project_id_version: "cunxiang".to_owned(),
        mime_version: "1.0".to_owned(),
        content_type: "text/plain; charset=UTF-8".to_owned(),
        content_transfer_encoding: "8bit".to_owned(),
        language: language.tag.to_owned(),
        ..CatalogMetadata::default()
    };
    let mut catalog = Catalog::new(metadata);
    let mut previous: BTreeMap<String, &str> = BTreeMap::new();
    for row in rows {
        let context = context(&row.message, &row.piece);
        let mut comments = row.comment.clone();
        let mut flags = MessageFlags::new();
        if matches!(row.state, State::Outdated | State::Unchecked) {
            flags.add_flag("fuzzy");
        }
        if let Some(before) = &row.previous {
            let changed = difference::words(before, &row.source);
            comments.push(format!("Changed: {}", difference::clipped(&changed, DIFFERENCE_CHARS_MAX)));
            previous.insert(format!("msgctxt \"{context}\""), before);
        }
        comments.push(format!("{SOURCE}{}", row.digest));
        let mut message = Message::build_singular();
        message
            .with_comments(comments.join("\n"))
            .with_source(format!("{}:{}", row.place.file, row.place.line))
            .with_flags(flags)
            .with_msgctxt(context)
            .with_msgid(row.source.clone())
            .with_msgstr(row.translation.clone());
        catalog.append_or_update(message.done());
    }
    let memory = Memory::new()?;
    polib::po_file::write(&catalog, &memory.path())?;
    let written = std::fs::read_to_string(memory.path())?;
    // The source text as it was, which polib does not know of and Poedit and Weblate show beside the one that is.
    let mut text = String::with_capacity(written.len());
    for line in written.trim_start().lines() {
        if let Some(before) = previous.get(line) {
            text.extend(["#| msgid \"", &escaped(before), "\"\n"]);
        }
        text.extend([line, "\n"]);
    }
    Ok(text)
}

fn context(message: &str, piece: &str) -> String {
    if piece.is_empty() { message.to_owned() } else { format!("{message}.{piece}") }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r")
}

/// The rows of a file that came back, in its order.
///
/// Errors: every fault, with its line; a file for another language among them.
pub fn read(text: &str, language: &Language) -> Result<Vec<Answer>, Vec<(u32, String)>> {
    let Sound { text, lines } = sound(text, language)?;
    let whole = |error: String| vec![(0, error)];
    let parsed = (|| {
        let memory = Memory::new()?;
        std::fs::write(memory.path(), text)?;
        Ok(polib::po_file::parse(&memory.path()))
    })();
    let catalog =
        parsed.map_err(|error: io::Error| whole(error.to_string()))?.map_err(|error| whole(error.to_string()))?;
    let answers = catalog.messages().filter_map(|message| {
        let context = message.msgctxt();
        let (id, piece) = context.split_once('.').unwrap_or((context, ""));
        let mut notes = message.comments().lines().filter_map(|line| line.trim().strip_prefix(SOURCE));
        Some(Answer {
            message: id.to_owned(),
            piece: piece.to_owned(),
            source: message.msgid().to_owned(),
            translation: message.msgstr().ok()?.to_owned(),
            said: if message.is_fuzzy() { Said::Undone } else { Said::Done },
            digest: notes.next().and_then(|digest| digest.trim().parse().ok()),
            line: lines.get(context).copied().unwrap_or(0),
        })
    });
    Ok(answers.collect())
}

/// A file whose every line is PO, one blank line between entries, with a header of our own.
struct Sound {
    text: String,
    /// By context.
    lines: BTreeMap<String, u32>,
}

/// What polib asks of a header. Ours says nothing that the file's own said: its language was looked at.
const HEADER: &str = "msgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: \\n\"\n\"POT-Creation-Date: \\n\"\n\
                      \"PO-Revision-Date: \\n\"\n\"Language-Team: \\n\"\n\"MIME-Version: 1.0\\n\"\n\
                      \"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n\
                      \"Language: \\n\"\n\"Plural-Forms: nplurals=1; plural=0;\\n\"\n";

#[derive(Default)]
struct Unit {
    /// Of its first line.
    line: u32,
    /// Comments and fields, as they are handed on.
    text: String,
    context: String,
    id: String,
    translation: String,
    field: Option<&'static str>,
}

fn sound(text: &str, language: &Language) -> Result<Sound, Vec<(u32, String)>> {
    let mut sound = Sound { text: HEADER.to_owned(), lines: BTreeMap::new() };
    let mut faults = Vec::new();
    let mut unit = Unit::default();
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        let keyword = ["msgctxt", "msgid", "msgstr"]
            .into_iter()
            .find(|keyword| line.strip_prefix(keyword).is_some_and(|rest| rest.starts_with([' ', '\t', '"'])));
        let begins = line.starts_with('#') || keyword.is_some_and(|keyword| keyword != "msgstr");
        if begins && unit.field == Some("msgstr") {
            close(std::mem::take(&mut unit), language, &mut sound, &mut faults);
        }
        if line.is_empty()
            || (line.starts_with('#') && !["#. ", "#: ", "#, "].iter().any(|known| line.starts_with(known)))
        {
            continue;
        }
        if unit.line == 0 {
            unit.line = number;
        }
        if line.starts_with('#') {
            unit.text.extend([line, "\n"]);
        } else if let Some(keyword) = keyword {
            unit.field = Some(keyword);
            quoted(&line[keyword.len()..], number, keyword, &mut unit, &mut faults);
        } else if line.starts_with('"') && unit.field.is_some() {
            quoted(line, number, "", &mut unit, &mut faults);
        } else if line.starts_with("msgid_plural") || line.starts_with("msgstr[") {
            faults.push((number, "these languages have no plural forms; write one msgstr".to_owned()));
        } else {
            faults.push((number, "this is no line of a PO file".to_owned()));
        }
    }
    close(unit, language, &mut sound, &mut faults);
    if faults.is_empty() { Ok(sound) } else { Err(faults) }
}

/// Takes the text in quotes of a line.
fn quoted(rest: &str, line: u32, keyword: &str, unit: &mut Unit, faults: &mut Vec<(u32, String)>) {
    let inner = rest.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| is_escaped(inner)) else {
        faults.push((
            line,
            "the text is not in quotes, or has a quote or backslash without a backslash before it".into(),
        ));
        return;
    };
    unit.text.extend([keyword, if keyword.is_empty() { "" } else { " " }, "\"", inner, "\"\n"]);
    match unit.field {
        Some("msgctxt") => unit.context.push_str(inner),
        Some("msgid") => unit.id.push_str(inner),
        _ => unit.translation.push_str(inner),
    }
}

fn is_escaped(inner: &str) -> bool {
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let fits = match c {
            '"' => false,
            '\\' => chars.next().is_some_and(|next| ['\\', '"', 'n', 't', 'r'].contains(&next)),
            _ => true,
        };
        if !fits {
            return false;
        }
    }
    true
}

/// Ends an entry: the header is looked at and left out.
fn close(unit: Unit, language: &Language, sound: &mut Sound, faults: &mut Vec<(u32, String)>) {
    if unit.field.is_none() {
        return;
    }
    if unit.field != Some("msgstr") {
        faults.push((unit.line, "this entry has no msgstr".to_owned()));
    } else if unit.context.is_empty() && unit.id.is_empty() {
        let tag = unit.translation.split("\\n").find_map(|line| line.strip_prefix("Language:")).map(str::trim);
        let other = tag.filter(|tag| !tag.is_empty()).filter(|tag| Language::meant_by(tag) != Ok(language));
        if let Some(other) = other {
            let what = format!("this file is for the language `{other}`, not for {}", language.tag);
            faults.push((unit.line, what));
        }
    } else if unit.context.is_empty() {
        faults.push((unit.line, "this entry has no msgctxt, so its message is not known; export again".to_owned()));
    } else if sound.lines.insert(unit.context.clone(), unit.line).is_some() {
        faults.push((unit.line, format!("`{}` stands twice", unit.context)));
    } else {
        sound.text.extend(["\n", &unit.text]);
    }
}

/// A file that has a path and is on no disk.
struct Memory(OwnedFd);

impl Memory {
    fn new() -> io::Result<Memory> {
        Ok(Memory(rustix::fs::memfd_create("po", rustix::fs::MemfdFlags::CLOEXEC)?))
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.0.as_raw_fd()))
    }
}
