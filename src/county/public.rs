//! Links to the public pages of notices, and what such a page may tell: what groups were sent, and nothing else.

use std::collections::BTreeSet;

use crate::base::{Digest, Tag};
use crate::ledger::{CallState, Ledger, LedgerFault, PostFilter, PostRow};
use crate::rundown::post::CardText;
use crate::rundown::{Post, PostPart};

/// In the ledger: the secret that makes links hard to guess, so that they stay what they are.
const KEY: &str = "page-key";
/// Of the digest that ends a link: 128 bits.
const TOKEN_DIGITS: usize = 32;

/// Makes links, and reads them.
#[derive(Clone)]
pub struct Links {
    /// Without a slash at its end.
    url: String,
    key: Digest,
    by_number: bool,
}

impl Links {
    /// With the secret of this ledger; made where there is none yet. `by_number` leaves the secret out: whoever knows a
    /// notice's number then finds its page.
    pub async fn open(ledger: &Ledger, url: &str, by_number: bool) -> Result<Links, LedgerFault> {
        let key = match ledger.meta_get(KEY).await?.and_then(|text| text.parse().ok()) {
            Some(key) => key,
            None => {
                let key = Digest(rand::random());
                ledger.meta_set(KEY, &key.to_string()).await?;
                key
            }
        };
        Ok(Links { url: url.trim_end_matches('/').to_owned(), key, by_number })
    }

    pub fn of(&self, notice: &str) -> String {
        format!("{}/n/{}", self.url, self.name(notice))
    }

    /// The notice that the last part of a link names; none where nobody made that link.
    pub fn read<'n>(&self, name: &'n str) -> Option<&'n str> {
        let notice = if self.by_number { name } else { name.rsplit_once('-')?.0 };
        let (made, name) = (Digest::of(self.name(notice).as_bytes()), Digest::of(name.as_bytes()));
        // Digests are compared, so that the time it takes says nothing.
        (is_number(notice) && made == name).then_some(notice)
    }

    fn name(&self, notice: &str) -> String {
        if self.by_number {
            return notice.to_owned();
        }
        // Nested, so that nothing can be added to what was digested.
        let inner = Digest::of(&[&self.key.0, notice.as_bytes()].concat());
        let token = Digest::of(&[self.key.0, inner.0].concat()).to_string();
        format!("{notice}-{}", &token[..TOKEN_DIGITS])
    }
}

/// `2026-0412`
fn is_number(text: &str) -> bool {
    text.len() <= 16
        && text.split_once('-').is_some_and(|(year, number)| {
            [year, number].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        })
}

/// What the page of a notice tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Public {
    pub notice: String,
    /// Nothing of it stands any more.
    pub withdrawn: bool,
    /// The notice that corrects it.
    pub corrected_by: Option<String>,
    /// One of the posts, for how its cards look.
    pub post: Post,
    pub languages: Vec<PublicLanguage>,
}

/// A notice in one language, as groups got it.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicLanguage {
    pub language: Tag,
    pub title: String,
    pub text: String,
    /// Voice notes, with their titles.
    pub voices: Vec<(String, Digest)>,
    pub card: Option<CardText>,
}

/// What is public of a notice: none where no group was sent any of it.
pub async fn notice(ledger: &Ledger, number: &str) -> Result<Option<Public>, LedgerFault> {
    let Some((broadcast, first_seen)) = ledger.notice(number).await? else { return Ok(None) };
    let filter = PostFilter { broadcast: Some(broadcast), since: Some(first_seen), ..PostFilter::default() };
    Ok(public(number, &ledger.posts(&filter).await?))
}

fn public(number: &str, rows: &[PostRow]) -> Option<Public> {
    use CallState::{Delivered, Digested, Handed, Sending, Unknown};
    let was_sent = |row: &&PostRow| {
        let is_out = |state| [Delivered, Digested, Handed, Sending, Unknown].contains(&state);
        row.post.notice.as_deref() == Some(number)
            && !row.post.withdraws()
            && row.calls.iter().any(|call| is_out(call.state))
    };
    let sent: Vec<&PostRow> = rows.iter().filter(was_sent).collect();
    let first = sent.first()?;
    let stands = |row: &&PostRow| row.calls.iter().any(|call| is_standing(call.state) && call.taken_back.is_none());
    let withdrawn = !sent.iter().any(stands);
    let is_later = |row: &&PostRow| row.post.amends() && !row.post.withdraws() && row.enqueued >= first.enqueued;
    let corrected_by = rows.iter().filter(is_later).find_map(|row| row.post.notice.clone());
    let mut seen: BTreeSet<&Tag> = BTreeSet::new();
    let mut languages = Vec::new();
    for (row, language) in sent.iter().flat_map(|row| row.post.parts.iter().map(move |part| (row, part.language()))) {
        if seen.insert(language) {
            languages.push(in_language(&row.post, language));
        }
    }
    Some(Public {
        notice: number.to_owned(),
        withdrawn,
        corrected_by: corrected_by.filter(|other| withdrawn && other != number),
        post: first.post.clone(),
        languages,
    })
}

fn is_standing(state: CallState) -> bool {
    !matches!(state, CallState::Refused | CallState::Expired | CallState::Lost)
}

fn in_language(post: &Post, language: &Tag) -> PublicLanguage {
    let mut found = PublicLanguage {
        language: language.clone(),
        title: String::new(),
        text: String::new(),
        voices: Vec::new(),
        card: None,
    };
    for part in post.parts.iter().filter(|part| part.language() == language) {
        match part {
            PostPart::Text { text, .. } => {
                let title = text.lines().find(|line| !line.is_empty() && !line.starts_with('【'));
                found.title = title.unwrap_or_default().to_owned();
                found.text.clone_from(text);
            }
            PostPart::Voice { clip, title, .. } => found.voices.push((title.clone(), *clip)),
            PostPart::Card { card, .. } => found.card = Some(card.clone()),
        }
    }
    if found.title.is_empty() {
        found.title = found.voices.first().map(|(title, _)| title.clone()).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_link_is_read_by_who_made_it_alone() {
        let ledger = Ledger::in_memory().await.unwrap();
        let links = Links::open(&ledger, "https://notices.example.org/", false).await.unwrap();
        let link = links.of("2026-0412");
        let name = link.strip_prefix("https://notices.example.org/n/").unwrap();
        assert_eq!(name.len(), "2026-0412-".len() + 32, "128 bits");
        assert_eq!(links.read(name), Some("2026-0412"));
        let again = Links::open(&ledger, "https://elsewhere.example.org", false).await.unwrap();
        assert_eq!(again.read(name), Some("2026-0412"), "a link stays what it is");
        let other =
            Links::open(&Ledger::in_memory().await.unwrap(), "https://notices.example.org", false).await.unwrap();
        assert_eq!(other.read(name), None);
        let token = name.rsplit_once('-').unwrap().1;
        for wrong in
            ["2026-0412", &format!("2026-0413-{token}"), &name[..name.len() - 1], &format!("{name}0"), "", "-", token]
        {
            assert_eq!(links.read(wrong), None, "{wrong}");
        }
        assert_ne!(links.of("2026-0413").rsplit_once('-').unwrap().1, token);
        let plain = Links::open(&ledger, "https://notices.example.org", true).await.unwrap();
        assert_eq!(plain.of("2026-0412"), "https://notices.example.org/n/2026-0412");
        assert_eq!(plain.read("2026-0412"), Some("2026-0412"));
        for wrong in ["2026", "2026-x", "../ledger", "2026-0412-1", "2026-00000000000000000"] {
            assert_eq!(plain.read(wrong), None, "{wrong}");
        }
    }
}
