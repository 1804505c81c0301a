//! The known name that somebody meant who wrote another.

/// Names further apart than this are not each other's slips.
const EDITS_MAX: usize = 2;

/// The name among `known` that is nearest to `written`, where one is near: letters missed, swapped or doubled.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.into_iter().map(|known| (strsim::damerau_levenshtein(written, known), known)).min()?;
    (near.0 <= EDITS_MAX).then_some(near.1)
}

/// `; did you mean `masks`?`, or nothing: the end of a message about a name that is not known.
pub fn hint<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(written, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_word_is_not() {
        for (written, wanted) in [
            ("maks", Some("masks")),
            ("mask", Some("masks")),
            ("amsks", Some("masks")),
            ("hands", Some("hands")),
            ("flood", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, ["masks", "hands"]), wanted, "{written}");
        }
        assert_eq!(hint("maks", ["masks"]), "; did you mean `masks`?");
        assert_eq!(hint("flood", ["masks"]), "");
        assert_eq!(nearest("masks", []), None);
    }
}
