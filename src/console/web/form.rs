//! Reads what a form sends, and what stands behind the question mark of an address
//! (`application/x-www-form-urlencoded`, WHATWG URL, section 5).

/// No page of ours has more fields: tick boxes of every village of a county.
const FIELDS_MAX: usize = 20_000;

/// Fields in their order; a name may stand several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// None: it is not UTF-8, or has too many fields.
    pub fn read(text: &[u8]) -> Option<Form> {
        let mut fields = Vec::new();
        for field in text.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            if fields.len() == FIELDS_MAX {
                return None;
            }
            let equals = field.iter().position(|byte| *byte == b'=');
            let (name, value) = equals.map_or((field, &b""[..]), |at| (&field[..at], &field[at + 1..]));
            fields.push((decoded(name)?, decoded(value)?));
        }
        Some(Form(fields))
    }

    /// The first value of a name; empty when it is not there.
    pub fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    pub fn all<'f, 'n>(&'f self, name: &'n str) -> impl Iterator<Item = &'f str> + use<'f, 'n> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

fn decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |offset: usize| char::from(*text.get(at + offset)?).to_digit(16);
        match (text[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => bytes.push(b' '),
            (byte, ..) => bytes.push(byte),
        }
        at += 1;
    }
    String::from_utf8(bytes).ok()
}

/// A text as a value of an address or a form.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_as_browsers_write() {
        let form = Form::read("a=1&b=%E5%A5%94+%2B&a=2&c&=d&&e=%zz%4".as_bytes()).unwrap();
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.one("b"), form.one("c"), form.one("e"), form.one("")), ("奔 +", "", "%zz%4", "d"));
        assert!(form.has("c") && !form.has("f"));
        assert_eq!(Form::read(b"a=%FF"), None, "not UTF-8");
        assert_eq!(Form::read("a&".repeat(FIELDS_MAX + 1).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_reads_back(name in "\\PC{1,20}", value in any::<String>()) {
            let text = format!("{}={}", encoded(&name), encoded(&value));
            let form = Form::read(text.as_bytes()).unwrap();
            prop_assert_eq!(form.one(&name), value);
        }

        #[test]
        fn nothing_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Form::read(&bytes);
        }
    }
}
