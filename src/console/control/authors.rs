//! Who wrote and translated an edition, as far as its files say. Nobody reviews their own work, and that takes a name.

use super::review::name_of;
use crate::base::Tag;
use crate::catalog::Written;
use crate::catalog::coverage::count_of;
use crate::lang::language::SOURCE;
use crate::ledger::Person;

/// Whether somebody is named as an author of a part, by name or by account.
pub(super) fn is_author(written: &Written, part: Option<&Tag>, name: &str, account: &str) -> bool {
    written.authors(part).iter().any(|author| is_same(author, name) || is_same(author, account))
}

/// A name in a file is typed by hand.
fn is_same(author: &str, other: &str) -> bool {
    author.trim().to_lowercase() == other.trim().to_lowercase()
}

/// What of a part names nobody who wrote or translated it, and how to name them; none when all of it does.
pub(super) fn unsigned(written: &Written, part: Option<&Tag>) -> Option<String> {
    let Some(language) = part else {
        let how = || {
            format!(
                "nobody is named as the author of {}: write `written_by = \"NAME\"` into broadcasts/{}.toml",
                name_of(None),
                written.id
            )
        };
        return (!written.has_writer()).then(how);
    };
    let texts = written.unsigned(language);
    let (who, note) = if language.as_str() == SOURCE.tag {
        ("author", "@written-by NAME")
    } else {
        ("translator", "@translated-by NAME")
    };
    (!texts.is_empty()).then(|| {
        format!(
            "nobody is named as the {who} of {language} ({}): write `# {note}` above the text, or `### {note}` for a whole file below locales/{language}/",
            count_of(&texts)
        )
    })
}

/// The authors of these parts who are none of the people, now or before: the rule keeps nobody from reviewing a text of
/// theirs, and a name may be misspelt.
pub(super) fn strangers<'w>(written: &'w Written, parts: &[Option<Tag>], people: &[Person]) -> Vec<&'w str> {
    let is_known = |author: &str| {
        people.iter().any(|person| {
            is_same(author, &person.name) || person.os_user.as_deref().is_some_and(|account| is_same(author, account))
        })
    };
    let mut found: Vec<&str> = parts.iter().flat_map(|part| written.authors(part.as_ref())).collect();
    found.retain(|author| !is_known(author));
    found.sort_unstable();
    found.dedup();
    found
}

/// The same in words; empty when there is none.
pub(super) fn strangers_told(written: &Written, parts: &[Option<Tag>], people: &[Person]) -> String {
    match &strangers(written, parts, people)[..] {
        [] => String::new(),
        [one] => format!(
            "{one} is named as an author and is none of the people here; is the name as `cunxiang people list` has it?"
        ),
        all => format!(
            "{} are named as authors and are none of the people here; are the names as `cunxiang people list` has them?",
            all.join(", ")
        ),
    }
}
