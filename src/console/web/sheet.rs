//! Tables for office programs: CSV in UTF-8 with the byte order mark without which Excel takes it for another encoding
//! (RFC 4180). What people typed is text in them and never a formula.

use csv::{Terminator, WriterBuilder};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// A cell that begins with one of these is a formula or a command to some office program, full-width forms too.
/// (OWASP, CSV Injection.)
const FORMULAS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The first bytes of a table.
pub fn heading(cells: &[String]) -> Vec<u8> {
    let mut bytes = BYTE_ORDER_MARK.as_bytes().to_vec();
    bytes.extend(rows(std::iter::once(cells.to_vec())));
    bytes
}

/// Some rows of a table.
pub fn rows(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).expect("memory takes every record");
    }
    writer.into_inner().expect("memory is never full before the machine is")
}

/// An apostrophe before what an office program would reckon: it shows the text then, and the apostrophe at the most.
fn harmless(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with(FORMULAS) || cell.starts_with(['\t', '\r', '\n']);
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (cell, expected) in [
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"\r\n"),
            ("+1", "'+1\r\n"),
            ("-1", "'-1\r\n"),
            ("@SUM(A1)", "'@SUM(A1)\r\n"),
            ("＝1", "'＝1\r\n"),
            (" =1", "' =1\r\n"),
            ("\t=1", "'\t=1\r\n"),
            ("\r", "\"'\r\"\r\n"),
            ("戴口罩, 勤洗手", "\"戴口罩, 勤洗手\"\r\n"),
            ("a-b", "a-b\r\n"),
            ("བོད། \"x\"", "\"བོད། \"\"x\"\"\"\r\n"),
        ] {
            assert_eq!(String::from_utf8(rows([vec![cell.to_owned()]])).unwrap(), expected, "{cell:?}");
        }
        assert_eq!(heading(&["a".to_owned(), "b".to_owned()]), "\u{FEFF}a,b\r\n".as_bytes());
    }
}
