//! Whether an edition may air and be posted, as far as people's reviews and the order behind it go.

use crate::base::{Digest, Tag, Timestamp};
use crate::catalog::model::{Broadcast, GapReason, MissingLanguage};
use crate::catalog::spoken::Permit;
use crate::catalog::{Catalog, Edition};
use crate::planner::plan::Registry;
use crate::rundown::review::{Standing, approvals_needed, standing};
use crate::rundown::{Agreed, AgreedLanguage, Programme, Review, Statement};

/// An order that binds what sounds: because the edition has changed since, or because people signed for its clips.
#[derive(Clone, Copy)]
pub struct Bound<'a> {
    pub order: u64,
    /// What was agreed to.
    pub agreed: &'a Agreed,
    /// What was signed: no other clip sounds. It does not bind what is posted.
    pub signed: Option<&'a Statement>,
}

/// What holds a broadcast back in some of its languages.
pub struct Approval<'a> {
    catalog: &'a Catalog,
    broadcast: &'a Broadcast,
    /// Of the edition as it is now; none when review is not required.
    reviews: Option<&'a [Review]>,
    /// Of the edition that was agreed to, when that is another.
    reviews_of_agreed: &'a [Review],
    bound: Option<Bound<'a>>,
}

impl<'a> Approval<'a> {
    pub fn of(
        catalog: &'a Catalog,
        registry: &'a Registry,
        broadcast: &'a Broadcast,
        bound: Option<Bound<'a>>,
    ) -> Approval<'a> {
        let of = |edition| registry.reviews.get(edition).map_or(&[][..], Vec::as_slice);
        let reviews = catalog.editions.get(&broadcast.id).map_or(&[][..], |edition| of(&edition.digest));
        Approval {
            catalog,
            broadcast,
            reviews: catalog.county.review_required.then_some(reviews),
            reviews_of_agreed: bound.map_or(&[][..], |bound| of(&bound.agreed.edition)),
            bound,
        }
    }

    /// What sounded in a language when the order was agreed to; none when it was missing, or no order binds it.
    fn agreed(&self, language: &Tag) -> Option<(u64, &'a AgreedLanguage)> {
        let Bound { order, agreed, .. } = self.bound?;
        Some((order, agreed.languages.get(language)?))
    }

    /// Since when it may air in a language; none when it may not, or need not be approved.
    fn since(&self, language: &Tag) -> Option<Timestamp> {
        // What was approved and ordered goes on in the languages that stayed as they were.
        let of_agreed = self.agreed(language).and_then(|_| self.approved(self.reviews_of_agreed, language));
        let now = self.approved(self.reviews?, language);
        of_agreed.into_iter().chain(now).min()
    }

    /// Since when these reviews let it air in a language: as a whole and in that language.
    fn approved(&self, reviews: &[Review], language: &Tag) -> Option<Timestamp> {
        let part = |part| match standing(reviews, part, approvals_needed(self.broadcast.class, part)) {
            Standing::Approved(since) => Some(since),
            Standing::Waits { .. } | Standing::Rejected(_) => None,
        };
        Some(part(None)?.max(part(Some(language))?))
    }

    /// What a part waits for, in words; none when it is approved.
    fn lacks(&self, reviews: &[Review], part: Option<&Tag>) -> Option<String> {
        match (standing(reviews, part, approvals_needed(self.broadcast.class, part)), part) {
            (Standing::Approved(_), _) => None,
            (Standing::Waits { .. }, Some(_)) => Some("waits for review".to_owned()),
            (Standing::Waits { missing: 1 }, None) => {
                Some("waits: one more person is to approve when, where and how it airs".to_owned())
            }
            (Standing::Waits { .. }, None) => {
                Some("waits: two people are to approve when, where and how it airs".to_owned())
            }
            (Standing::Rejected(review), _) => {
                let comment = review.comment.as_deref().map_or_else(String::new, |comment| format!(": {comment}"));
                Some(format!("was rejected by {}{comment}", review.reviewer))
            }
        }
    }

    /// From when on a programme may air: what its times name before that was never planned.
    pub fn begins(&self, programme: &Programme) -> Option<Timestamp> {
        let languages = programme.languages();
        let since = languages.iter().filter_map(|language| self.since(language));
        match self.broadcast.how.missing_language {
            MissingLanguage::Hold => since.max(),
            MissingLanguage::Skip => since.min(),
        }
    }

    /// The first instant at which anything of it was approved.
    pub fn earliest(&self) -> Option<Timestamp> {
        let languages = self.catalog.languages_of(self.broadcast);
        languages.into_iter().filter_map(|language| self.since(language)).min()
    }

    /// The latest instant at which more of it was approved: a post that was held back until then is due now.
    pub fn latest(&self) -> Option<Timestamp> {
        let languages = self.catalog.languages_of(self.broadcast);
        languages.into_iter().filter_map(|language| self.since(language)).max()
    }

    /// The parts that are not approved, as in `when, where and how; bo, lis`; none when all are, or need not be.
    pub fn waiting(&self) -> Option<String> {
        let reviews = self.reviews?;
        let edition = self.catalog.editions.get(&self.broadcast.id)?;
        let languages: Vec<&str> = self
            .catalog
            .languages_of(self.broadcast)
            .into_iter()
            .filter(|tag| edition.languages.contains_key(*tag) && self.lacks(reviews, Some(tag)).is_some())
            .map(Tag::as_str)
            .collect();
        let plan = self.lacks(reviews, None).map(|_| "when, where and how".to_owned());
        let languages = (!languages.is_empty()).then(|| languages.join(", "));
        let parts: Vec<String> = plan.into_iter().chain(languages).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

impl Permit for Approval<'_> {
    fn bar(&self, language: &Tag) -> Option<GapReason> {
        let edition = self.catalog.editions.get(&self.broadcast.id)?;
        if let Some((order, agreed)) = self.agreed(language)
            && edition.languages.get(language) != Some(&agreed.texts)
        {
            return Some(GapReason::ChangedSince(order));
        }
        let reviews = self.reviews?;
        match self.since(language) {
            Some(_) => None,
            None => {
                let lacks = [None, Some(language)].into_iter().find_map(|part| self.lacks(reviews, part));
                lacks.map(GapReason::NotApproved)
            }
        }
    }

    /// What was agreed to goes first; a recording made since serves where there was none, when it may air by itself.
    fn rank(&self, language: &Tag, clip: &Digest) -> Option<u8> {
        if self.bound.and_then(|bound| bound.signed).is_some_and(|signed| !signed.clips.contains(clip)) {
            return None;
        }
        let Some((_, agreed)) = self.agreed(language) else { return Some(0) };
        if agreed.clips.contains(clip) {
            return Some(0);
        }
        let is_free = self.reviews.is_none_or(|reviews| self.approved(reviews, language).is_some());
        is_free.then_some(1)
    }

    fn unranked(&self) -> GapReason {
        match self.bound {
            Some(Bound { order, signed: Some(_), .. }) => GapReason::NotSigned(order),
            _ => GapReason::NotApproved("waits for review of its recording".to_owned()),
        }
    }
}

/// In words, how an edition is not what was agreed to any more; none when it is, or has more languages only.
pub fn departs(agreed: &Agreed, edition: &Edition) -> Option<String> {
    if agreed.plan != edition.plan {
        return Some("how it airs changed".to_owned());
    }
    let changed = agreed.languages.iter().filter(|(tag, agreed)| edition.languages.get(*tag) != Some(&agreed.texts));
    let changed: Vec<&str> = changed.map(|(tag, _)| tag.as_str()).collect();
    (!changed.is_empty()).then(|| format!("what it says in {} changed", changed.join(", ")))
}
