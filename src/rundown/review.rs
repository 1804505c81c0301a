//! What reviewers say of an edition, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Tag, Timestamp};
use crate::rundown::Class;

/// What a reviewer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approved,
    Rejected,
}

/// One person's word on one part of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub edition: Digest,
    /// None for what is of no language: when, where, how, with what arguments.
    pub language: Option<Tag>,
    pub reviewer: String,
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub at: Timestamp,
}

/// How a part of an edition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'r> {
    /// Since when.
    Approved(Timestamp),
    /// By whom; this many more people are to approve it.
    Waits { missing: usize },
    /// A rejection stands until the one who gave it approves, or the edition changes.
    Rejected(&'r Review),
}

/// How many different people approve a part of an edition before it airs. What only an order airs is approved as a
/// whole by two approvers ahead of time: there is no time for it on the day.
pub fn approvals_needed(class: Class, language: Option<&Tag>) -> usize {
    match (class, language) {
        (Class::Drill | Class::Emergency, None) => 2,
        _ => 1,
    }
}

/// How a part stands after these reviews of one edition, given in order. Of each person the last word counts.
pub fn standing<'r>(reviews: &'r [Review], language: Option<&Tag>, needed: usize) -> Standing<'r> {
    let mut words: BTreeMap<&str, &Review> = BTreeMap::new();
    let mut since = None;
    let rejection = |words: &BTreeMap<&str, &'r Review>| {
        words.values().copied().filter(|review| review.verdict == Verdict::Rejected).max_by_key(|review| review.at)
    };
    for review in reviews.iter().filter(|review| review.language.as_ref() == language) {
        words.insert(&review.reviewer, review);
        let is_approved = rejection(&words).is_none() && words.len() >= needed;
        since = if is_approved { since.or(Some(review.at)) } else { None };
    }
    match (rejection(&words), since) {
        (Some(review), _) => Standing::Rejected(review),
        (None, Some(since)) => Standing::Approved(since),
        (None, None) => Standing::Waits { missing: needed.saturating_sub(words.len()) },
    }
}

/// Leaves out what somebody said who rejected a part and has retired since, once another person approved that part
/// after they had gone: nobody could ever take that rejection back.
pub fn without_those_gone(mut reviews: Vec<Review>, retired: &BTreeMap<String, Timestamp>) -> Vec<Review> {
    let last: BTreeMap<(Option<Tag>, String), Verdict> =
        reviews.iter().map(|r| ((r.language.clone(), r.reviewer.clone()), r.verdict)).collect();
    let answered: BTreeSet<(Option<Tag>, String)> = last
        .into_iter()
        .filter(|((part, who), verdict)| {
            let by_another = |at: &Timestamp| {
                reviews
                    .iter()
                    .any(|r| r.language == *part && r.reviewer != *who && r.verdict == Verdict::Approved && r.at >= *at)
            };
            *verdict == Verdict::Rejected && retired.get(who).is_some_and(by_another)
        })
        .map(|(key, _)| key)
        .collect();
    reviews.retain(|r| !answered.contains(&(r.language.clone(), r.reviewer.clone())));
    reviews
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tashi+ drolma-` are an approval and a rejection, one second apart.
    fn check(words: &str, needed: usize, wanted: &str) {
        let at = |n: usize| Timestamp::from_timestamp(1_795_000_000 + n as i64, 0).unwrap();
        let reviews: Vec<Review> = words
            .split_whitespace()
            .enumerate()
            .map(|(n, word)| Review {
                edition: Digest::of(b"x"),
                language: None,
                reviewer: word[..word.len() - 1].to_owned(),
                verdict: if word.ends_with('+') { Verdict::Approved } else { Verdict::Rejected },
                comment: None,
                at: at(n),
            })
            .collect();
        let shown = match standing(&reviews, None, needed) {
            Standing::Approved(since) => format!("since {}", (since - at(0)).num_seconds()),
            Standing::Waits { missing } => format!("waits for {missing}"),
            Standing::Rejected(review) => format!("no from {}", review.reviewer),
        };
        assert_eq!(shown, wanted, "{words} of {needed}");
        assert_eq!(standing(&reviews, Some(&"bo".parse().unwrap()), 1), Standing::Waits { missing: 1 });
    }

    #[test]
    fn each_persons_last_word_counts() {
        check("", 1, "waits for 1");
        check("tashi+", 1, "since 0");
        check("tashi+ drolma+", 1, "since 0");
        check("tashi-", 1, "no from tashi");
        check("tashi- tashi+", 1, "since 1");
        // A rejection stands, whatever others say.
        check("tashi+ drolma-", 1, "no from drolma");
        check("drolma- tashi+", 1, "no from drolma");
        check("tashi+ drolma- drolma+", 1, "since 2");
    }

    /// Of `tashi+ drolma-`, those whose words are left when Tashi retired after so many of them.
    fn left(words: &str, retired_after: i64) -> String {
        let at = |n: i64| Timestamp::from_timestamp(1_795_000_000 + n, 0).unwrap();
        let review = |(n, word): (usize, &str)| Review {
            edition: Digest::of(b"x"),
            language: None,
            reviewer: word[..word.len() - 1].to_owned(),
            verdict: if word.ends_with('+') { Verdict::Approved } else { Verdict::Rejected },
            comment: None,
            at: at(n as i64),
        };
        let reviews = words.split_whitespace().enumerate().map(review).collect();
        let left = without_those_gone(reviews, &BTreeMap::from([("tashi".to_owned(), at(retired_after))]));
        left.iter().map(|review| review.reviewer.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_rejection_of_one_who_has_gone_ends_with_anothers_approval() {
        assert_eq!(left("tashi-", 1), "tashi");
        assert_eq!(left("tashi- drolma+", 1), "drolma");
        assert_eq!(left("tashi- drolma-", 1), "tashi drolma");
        // While Tashi was here, it was Tashi's to take back.
        assert_eq!(left("tashi- drolma+", 2), "tashi drolma");
        // What was taken back with the rejection does not come back.
        assert_eq!(left("tashi+ tashi- drolma+", 2), "drolma");
        assert_eq!(left("tashi+ drolma+", 1), "tashi drolma");
    }

    #[test]
    fn two_approvers_are_two_people() {
        check("", 2, "waits for 2");
        check("tashi+", 2, "waits for 1");
        check("tashi+ tashi+", 2, "waits for 1");
        check("tashi+ drolma+", 2, "since 1");
        check("tashi+ drolma+ norbu-", 2, "no from norbu");
        check("tashi+ drolma+ tashi-", 2, "no from tashi");
    }
}
