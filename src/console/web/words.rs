//! The words of the console: a file a page and language below `words/`, built in.
//!
//! A page speaks one language: every language has every word, with the same variables. What people wrote (names of
//! villages, titles, notices) is no word, and is shown in its own language.

use std::sync::LazyLock;

use crate::console::language::LANGUAGES;
use crate::lang::words::Book;

macro_rules! texts {
    ($($page:literal),+ $(,)?) => {
        [$((
            $page,
            [
                include_str!(concat!("words/zh-CN/", $page, ".ftl")),
                include_str!(concat!("words/bo/", $page, ".ftl")),
                include_str!(concat!("words/lis/", $page, ".ftl")),
                include_str!(concat!("words/en/", $page, ".ftl")),
            ],
        )),+]
    };
}

/// A page's words in each language, in the order of [`LANGUAGES`].
type Texts = (&'static str, [&'static str; 4]);

/// Every page that has words. To add one: a name here, a file of this name in each folder of `words/`.
pub const PAGES: &[Texts] = &texts![
    "account",
    "as-run",
    "broadcasts",
    "chats",
    "emergency",
    "engineer",
    "layout",
    "login",
    "notices",
    "people",
    "record",
    "review",
    "stations",
    "timetable",
    "today"
];

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    let all = PAGES.iter().flat_map(|(_, texts)| LANGUAGES.iter().zip(texts));
    Book::new(all.map(|((tag, _), text)| (*tag, *text)))
});

/// The words of one language. What people typed does not go through these, but beside them into the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words(&'static str);

impl Words {
    /// Panics in a test that names a language that is not one of [`LANGUAGES`].
    pub fn of(language: &'static str) -> Words {
        debug_assert!(LANGUAGES.iter().any(|(tag, _)| *tag == language));
        Words(language)
    }

    /// As `lang` attributes have it.
    pub fn language(self) -> &'static str {
        self.0
    }

    pub fn say(self, id: &str) -> String {
        BOOK.word(self.0, id, &[])
    }

    /// A word with variables: numbers, dates, and words that Fluent chooses by.
    pub fn say_with(self, id: &str, arguments: &[(&str, &str)]) -> String {
        BOOK.word(self.0, id, arguments)
    }

    /// What an address may name as told: a word of some page that is one.
    pub fn told(self, id: &str) -> Option<String> {
        (id.contains("-said-") && BOOK.has(self.0, id)).then(|| self.say(id))
    }
}
