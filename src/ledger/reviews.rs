//! Reviews: who approved or rejected what of an edition. Rows are added and never changed; each is in the audit.

use serde_json::json;
use sqlx::any::AnyRow;

use super::row::{self, Columns as _, ms, next_number, signed};
use super::{Ledger, LedgerFault, NewEdition, audit, editions};
use crate::base::{Digest, Id, Tag, Timestamp};
use crate::rundown::review::without_those_gone;
use crate::rundown::{Review, Verdict};

/// What one person says of an edition.
#[derive(Debug, Clone, Copy)]
pub struct NewReview<'a> {
    /// Its bytes are kept with the review, so that a later edition can be held against them.
    pub edition: &'a NewEdition,
    /// Languages; none is for when, where and how.
    pub parts: &'a [Option<Tag>],
    pub verdict: Verdict,
    pub comment: Option<&'a str>,
    pub by: &'a str,
}

impl Ledger {
    /// Records a review. `year` is the local year, for the notice number of an edition that is new. One commit.
    ///
    /// Errors: bytes that are not UTF-8; then nothing is recorded.
    pub async fn record_review(&self, review: NewReview<'_>, now: Timestamp, year: i32) -> Result<(), LedgerFault> {
        let NewReview { edition, parts, verdict, comment, by } = review;
        let mut tx = self.write().await?;
        editions::keep(&mut tx, edition, now, year).await?;
        for part in parts {
            let number = next_number(&mut tx, "review").await?;
            let language = part.as_ref().map_or("", Tag::as_str);
            sqlx::query(
                "INSERT INTO reviews (number, edition, language, reviewer, verdict, comment, at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(signed(number))
            .bind(edition.digest.to_string())
            .bind(language.to_owned())
            .bind(by.to_owned())
            .bind(row::word(&verdict))
            .bind(comment.map(str::to_owned))
            .bind(ms(now))
            .execute(&mut *tx)
            .await?;
            let detail = json!({
                "review": number, "broadcast": edition.broadcast, "edition": edition.digest, "language": language,
                "verdict": verdict, "comment": comment,
            });
            audit::append(&mut tx, by, "review edition", &detail, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The reviews of an edition that count, in the order they were given: a rejection by somebody who has retired
    /// does so until another person approves.
    pub async fn reviews_of(&self, edition: Digest) -> Result<Vec<Review>, LedgerFault> {
        let rows = sqlx::query("SELECT * FROM reviews WHERE edition = $1 ORDER BY number")
            .bind(edition.to_string())
            .fetch_all(&self.readers)
            .await?;
        let reviews = rows.iter().map(read).collect::<Result<Vec<Review>, LedgerFault>>()?;
        if reviews.iter().all(|review| review.verdict == Verdict::Approved) {
            return Ok(reviews);
        }
        let people = self.people().await?;
        let retired = people.into_iter().filter_map(|person| Some((person.name, person.retired?))).collect();
        Ok(without_those_gone(reviews, &retired))
    }

    /// How many reviews there are: another number means that there is a new one.
    pub async fn reviews_count(&self) -> Result<u64, LedgerFault> {
        let row = sqlx::query("SELECT value FROM counters WHERE name = 'review'").fetch_optional(&self.readers).await?;
        row.map_or(Ok(0), |row| row.count("value"))
    }

    /// Every approval of any edition of a broadcast, the newest first.
    pub async fn approvals_of_broadcast(&self, broadcast: &Id) -> Result<Vec<Review>, LedgerFault> {
        let rows = sqlx::query(
            "SELECT reviews.* FROM reviews JOIN editions ON editions.digest = reviews.edition \
             WHERE editions.broadcast = $1 AND reviews.verdict = 'approved' ORDER BY reviews.number DESC",
        )
        .bind(broadcast.to_string())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Review, LedgerFault> {
    let language = row.text("language")?;
    let language = (!language.is_empty()).then(|| language.parse());
    Ok(Review {
        edition: row.parsed("edition")?,
        language: language.transpose().map_err(|e: crate::base::tag::BadTag| LedgerFault::Damaged(e.to_string()))?,
        reviewer: row.text("reviewer")?,
        verdict: row::read_word(&row.text("verdict")?)?,
        comment: row.text_or_none("comment")?,
        at: row.time("at")?,
    })
}
