//! Why there is no picture.

/// Why a card, a poster or a table cannot be drawn. Nothing is drawn then: half a notice is a wrong notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardFault {
    #[error(
        "no font here draws {characters}, in `{text}`; write it with other characters, or install a font that has them"
    )]
    NoGlyph {
        /// By code point, as `U+0F77`.
        characters: String,
        /// The words around it.
        text: String,
    },
    #[error("{characters} stands without the letter it belongs to, in `{text}`; correct the spelling")]
    DottedCircle { characters: String, text: String },
    #[error("`{text}` is {width} wide and has {width_max}: it has no place where a line may end; part it")]
    TooWide { text: String, width: u32, width_max: u32 },
    #[error(
        "the text needs {height} of height and has {height_max}; take fewer languages or messages, or the short texts"
    )]
    TooHigh { height: u32, height_max: u32 },
    #[error(
        "the text needs {pages} pages and may have {pages_max}; take fewer languages or messages, or the short texts"
    )]
    TooManyPages { pages: usize, pages_max: usize },
    #[error(
        "the link has {bytes} bytes, more than {bytes_max}; a code that dense cannot be read from paper: use a shorter one"
    )]
    LongLink { bytes: usize, bytes_max: usize },
    #[error("there is nothing to draw")]
    Empty,
    #[error("there is no language `{0}` here")]
    UnknownLanguage(String),
    #[error("fonts are missing: {0}")]
    NoFonts(String),
    #[error("the picture cannot be written: {0}")]
    Write(String),
}
