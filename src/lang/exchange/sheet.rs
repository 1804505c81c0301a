//! Rows as a spreadsheet: CSV in UTF-8, with the byte order mark without which office programs take it for another
//! encoding. What a program makes of it when it saves is taken back: no mark, semicolons or tabs, other line ends.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use crate::lang::exchange::{Answer, Row, Said, State};
use crate::lang::source::SourceDigest;

const HEADER: [&str; 6] = ["id", "attribute", "source", "translation", "state", "comment"];
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The table of all rows.
pub fn write(rows: &[Row]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let mut put = |record: &[&str]| writer.write_record(record).expect("memory takes every record of six cells");
    put(&HEADER);
    for row in rows {
        // The digest stands in brackets: a cell that begins with @ would be a formula.
        let mut comment = row.comment.join("\n");
        if !comment.is_empty() {
            comment.push(' ');
        }
        comment.push_str(&format!("[source {}]", row.digest));
        put(&[&row.message, &row.piece, &row.source, &row.translation, row.state.word(), &comment]);
    }
    let bytes = writer.into_inner().expect("memory is never full before the machine is");
    format!("{BYTE_ORDER_MARK}{}", String::from_utf8(bytes).expect("texts stay texts"))
}

/// The rows of a table that came back.
///
/// Errors: every fault, with its line.
pub fn read(text: &str) -> Result<Vec<Answer>, Vec<(u32, String)>> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let heading = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| heading.bytes().filter(|byte| byte == delimiter).count())
        .expect("there are three of them");
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |name: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let [id, attribute, source, translation, state, comment] = HEADER.map(column);
    let (Some(id), Some(attribute), Some(translation)) = (id, attribute, translation) else {
        return Err(vec![(1, format!("the first line is not the heading {}", HEADER.join(",")))]);
    };
    let cell =
        |record: &StringRecord, at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().to_owned();
    let (mut answers, mut faults) = (Vec::new(), Vec::new());
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push((line, format!("this row cannot be read: {error}")));
                continue;
            }
        };
        // The reader's own count lags where lines end in CR LF: it stands before the LF then.
        let begin = record.position().map_or(counted, |position| position.byte() as usize);
        let begin = begin + usize::from(text.as_bytes().get(begin) == Some(&b'\n'));
        line += text.as_bytes()[counted.min(begin)..begin].iter().filter(|byte| **byte == b'\n').count() as u32;
        counted = begin;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let word = cell(&record, state).trim().to_lowercase();
        let said = match State::ALL.iter().find(|(known, _)| *known == word) {
            Some((_, State::Translated)) => Said::Done,
            Some(_) => Said::Nothing,
            None if word.is_empty() => Said::Nothing,
            None => {
                let known = State::ALL.map(|(word, _)| word).join(", ");
                faults.push((line, format!("there is no state `{word}`; write one of {known}")));
                continue;
            }
        };
        answers.push(Answer {
            message: cell(&record, Some(id)).trim().to_owned(),
            piece: cell(&record, Some(attribute)).trim().trim_start_matches('.').to_owned(),
            source: cell(&record, source),
            translation: cell(&record, Some(translation)),
            said,
            digest: digest_in(&cell(&record, comment)),
            line,
        });
    }
    if faults.is_empty() { Ok(answers) } else { Err(faults) }
}

fn digest_in(comment: &str) -> Option<SourceDigest> {
    comment.rsplit_once("[source ")?.1.split(']').next()?.trim().parse().ok()
}
