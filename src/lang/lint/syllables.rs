//! Whether a Tibetan syllable can be one, by the rules of hunspell-bo (`src/lang/data/hunspell-bo`).

use std::collections::HashMap;
use std::sync::OnceLock;

use spellbook::Dictionary;

const AFF: &str = include_str!("../data/hunspell-bo/bo.aff");
const DIC: &str = include_str!("../data/hunspell-bo/bo.dic");

/// Syllables remembered: written Tibetan has some ten thousand, and a text of nonsense must not fill the memory.
const REMEMBERED_MAX: usize = 40_000;

fn rules() -> &'static Dictionary {
    static RULES: OnceLock<Dictionary> = OnceLock::new();
    RULES.get_or_init(|| Dictionary::new(AFF, DIC).expect("the rules built in are whole"))
}

/// What was looked up once; the rules take some microseconds a syllable, and texts repeat theirs.
#[derive(Default)]
pub(super) struct Syllables {
    known: HashMap<Box<str>, bool>,
}

impl Syllables {
    /// Whether `syllable`, without tsheg and in NFC, keeps the rules of spelling. It may still mean nothing.
    pub fn is_legal(&mut self, syllable: &str) -> bool {
        if let Some(known) = self.known.get(syllable) {
            return *known;
        }
        let is_legal = rules().check(syllable);
        if self.known.len() < REMEMBERED_MAX {
            self.known.insert(syllable.into(), is_legal);
        }
        is_legal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_syllables_from_what_runs_together() {
        let mut syllables = Syllables::default();
        for legal in ["བསྒྲུབས", "རྐྱེན", "བྱེད", "པའི", "ཐང", "གི", "ཨུ", "ཀྲུང", "རིམས", "ཁྲི", "པདྨ", "ཧྥ", "བཅུ"]
        {
            assert!(syllables.is_legal(legal), "{legal}");
            assert!(syllables.is_legal(legal), "{legal}, remembered");
        }
        for illegal in ["བྱེདཔ", "ཐངགི", "སྨནཁང", "ཀཀཀ", "ངབསྒ"] {
            assert!(!syllables.is_legal(illegal), "{illegal}");
        }
    }
}
