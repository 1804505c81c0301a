//! Every notice with how its translations stand, and the page on which a new one is written.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::form::encoded;
use super::super::words::Words;
use super::notice::{self, refused};
use super::shown;
use crate::base::Id;
use crate::console::edit::message::PIECES;
use crate::console::edit::notices::{Notice, Standing};
use crate::console::edit::{MessageChange, Notices, Refusal};
use crate::lang::language::{LANGUAGES, Language, SOURCE};
use crate::ledger::{Draft, Role};

/// Notices of one page: a row has about a kilobyte.
const ROWS_MAX: usize = 60;

/// The translations, in the order of the table of languages.
pub fn translations() -> impl Iterator<Item = &'static Language> {
    LANGUAGES.iter().filter(|language| **language != *SOURCE)
}

pub async fn show(asked: Asked) -> Answered {
    let words = asked.words;
    let notices = notice::read(&asked).await?;
    let drafts = asked.site.ledger().drafts().await?;
    let filter = asked.query.one("only");
    let mine = |item: &str| drafts.iter().any(|draft| draft.item == item && draft.person == asked.who().name());
    let wanted = |notice: &&Notice| match filter {
        "" => true,
        "drafts" => mine(notice.id.as_str()),
        tag => Language::of(tag).is_none_or(|language| notice.standing(language) != Standing::Present),
    };
    let rows: Vec<&Notice> = notices.all.iter().filter(wanted).collect();
    let first: usize = asked.query.one("from").parse().unwrap_or(0).min(rows.len());
    let shown = &rows[first..rows.len().min(first + ROWS_MAX)];
    let unwritten = drafts.iter().filter(|draft| !draft.item.is_empty() && notices.find(&draft.item).is_none());
    let unwritten: Vec<&Draft> = unwritten.filter(|draft| draft.path.starts_with("locales/")).collect();
    let body = html! {
        @if !notices.faulty.is_empty() {
            div.said.bad { p { (words.say("notices-unreadable")) } ul lang="en" { @for fault in notices.faulty.iter().take(10) { li { (fault) } } } }
        }
        nav.choice {
            @for (value, what) in [("", "all"), ("bo", "bo"), ("lis", "lis"), ("drafts", "drafts")] {
                a href={ "/notices?only=" (value) } aria-current=[(filter == value).then_some("true")] { (words.say_with("notices-filter", &[("what", what)])) }
            }
            @if asked.who().may(&[Role::Writer]) { a.main href="/new-notice" { (words.say("notices-new")) } }
        }
        @for draft in &unwritten {
            p.mark { (words.say("notices-draft-of")) " " (draft.person) " · "
                @if draft.person == asked.who().name() { a href={ "/new-notice?draft=" (encoded(&draft.item)) } { (draft.item) } } @else { (draft.item) } }
        }
        @if shown.is_empty() { p { (words.say("notices-none")) } } @else { (table(words, shown, &drafts)) }
        @if first + ROWS_MAX < rows.len() {
            p { a href={ "/notices?only=" (encoded(filter)) "&from=" (first + ROWS_MAX) } { (words.say("notices-next")) } }
        }
    };
    asked.page("notices-title", &body)
}

fn table(words: Words, notices: &[&Notice], drafts: &[Draft]) -> Markup {
    html! {
        table.board {
            thead { tr {
                th scope="col" { (words.say_with("people-language", &[("tag", SOURCE.tag)])) }
                @for language in translations() { th scope="col" { (words.say_with("people-language", &[("tag", language.tag)])) } }
            } }
            tbody { @for notice in notices {
                @let title = notice.source.wording.piece("title").or(notice.source.wording.piece("")).unwrap_or_default();
                @let of: Vec<&str> = drafts.iter().filter(|draft| draft.item == notice.id.as_str()).map(|draft| draft.person.as_str()).collect();
                tr {
                    th scope="row" { a href={ "/notices/" (notice.id) } lang="zh-CN" { (title.chars().take(60).collect::<String>()) }
                        br; small { code { (notice.id) } @if !of.is_empty() { " " (words.say("notices-draft-of")) " " (of.join(" · ")) } } }
                    @for language in translations() {
                        @let standing = notice.standing(language);
                        td.good[standing == Standing::Present].bad[matches!(standing, Standing::Missing | Standing::Outdated)] {
                            (words.say_with("notices-standing", &[("state", standing.word())]))
                        }
                    }
                }
            } }
        }
    }
}

pub async fn write(asked: Asked) -> Answered {
    let notices = notice::read(&asked).await?;
    let (who, item) = (asked.who().name(), asked.query.one("draft"));
    let drafts = asked.site.ledger().drafts().await?;
    let draft = drafts.into_iter().find(|draft| draft.person == who && draft.item == item && !item.is_empty());
    let fields = draft.map(|draft| draft.fields).unwrap_or_default();
    form(&asked, &notices, &fields, &html! {})
}

/// An id nobody has: the day, and a number where the day has several.
fn suggested(asked: &Asked, notices: &Notices) -> String {
    let day = (asked.now.with_timezone(&asked.site.catalog().county.zone) + TimeDelta::zero()).format("notice-%Y%m%d");
    let mut names = std::iter::once(day.to_string()).chain((2..).map(|n| format!("{day}-{n}")));
    names.find(|name| notices.find(name).is_none()).expect("numbers do not end")
}

fn form(asked: &Asked, notices: &Notices, fields: &BTreeMap<String, String>, told: &Markup) -> Answered {
    let words = asked.words;
    let value = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let id = if value("id").is_empty() { suggested(asked, notices) } else { value("id").to_owned() };
    let body = html! {
        (told)
        form.card.wide method="post" action="/new-notice" data-lint="/new-notice/lint" {
            (asked.token())
            input type="hidden" name="language" value=(SOURCE.tag);
            label { (words.say("notices-topic"))
                select name="topic" required { @for topic in &notices.topics {
                    option value=(topic) selected[value("topic") == &**topic] { (topic.rsplit('/').next().unwrap_or_default().trim_end_matches(".ftl")) }
                } } }
            label { (words.say("notices-id")) input name="id" required value=(id) maxlength="64" autocomplete="off" spellcheck="false"; }
            (notice::pieces(words, SOURCE, fields))
            label { (words.say("notices-comment")) textarea name="comment" rows="2" { (value("comment")) } }
            div.found aria-live="polite" {}
            div.row {
                button.main name="do" value="save" { (words.say("notices-save")) }
                button name="do" value="draft" formnovalidate { (words.say("notices-keep")) }
            }
        }
    };
    asked.page_with("notices-new", &body, &["notice.js"])
}

/// What was typed, by field.
fn typed(asked: &Asked) -> BTreeMap<String, String> {
    let names = ["topic", "id", "comment"].into_iter().chain(PIECES.into_iter().map(notice::field));
    names.map(|name| (name.to_owned(), asked.form.one(name).to_owned())).collect()
}

/// The change that makes the notice, when its id is one.
fn change(asked: &Asked, id: &str) -> Option<MessageChange> {
    let pieces = PIECES.into_iter().map(|piece| (piece.to_owned(), asked.form.one(notice::field(piece)).to_owned()));
    Some(MessageChange {
        language: SOURCE,
        message: id.parse::<Id>().ok()?,
        topic: Some(asked.form.one("topic").into()),
        based_on: None,
        beside: None,
        is_its_translation: false,
        pieces: pieces.collect(),
        comment: asked.form.one("comment").to_owned(),
        author: asked.who().name().to_owned(),
    })
}

pub async fn make(asked: Asked) -> Answered {
    let (words, fields) = (asked.words, typed(&asked));
    let id = fields["id"].trim().to_owned();
    let notices = notice::read(&asked).await?;
    let wrong = |why: &str| html! { p.said.bad role="alert" { (words.say_with("notices-fault", &[("why", why)])) } };
    let Some(change) = change(&asked, &id).filter(|change| !change.message.as_str().starts_with("ui-")) else {
        return form(&asked, &notices, &fields, &wrong("id"));
    };
    if notices.find(&id).is_some() {
        return form(&asked, &notices, &fields, &wrong("taken"));
    }
    let Some(topic) = notices.topics.iter().find(|topic| ***topic == *fields["topic"]) else {
        return form(&asked, &notices, &fields, &wrong("topic"));
    };
    if asked.form.one("do") == "draft" {
        return match notice::keep(&asked, topic, &id, fields.clone()).await? {
            true => asked.back("/notices", "notices-said-draft"),
            false => {
                form(&asked, &notices, &fields, &html! { p.said.bad role="alert" { (words.say("notices-too-many")) } })
            }
        };
    }
    let proposed = move |files: &_| change.proposed(files, &Notices::read(files));
    match asked.site.folder.save(proposed, &asked.site.control, (asked.who().name(), asked.now)).await {
        Ok(_) => asked.back(&format!("/notices/{id}"), "notices-said-saved"),
        Err(Refusal::Conflict(_)) => form(&asked, &notices, &fields, &wrong("taken")),
        Err(Refusal::Unknown) => form(&asked, &notices, &fields, &wrong("topic")),
        Err(Refusal::Faulty(faults)) => {
            notice::keep(&asked, topic, &id, fields.clone()).await?;
            let told = html! {
                p.said.bad role="alert" { (words.say_with("notices-faulty", &[("count", &faults.len().to_string())])) }
                (shown::findings(words, &faults))
            };
            form(&asked, &notices, &fields, &told)
        }
        Err(other) => Err(refused(other)),
    }
}

/// What is found in a new notice while it is typed.
pub async fn lint(asked: Asked) -> Answered {
    let id = asked.form.one("id").trim().to_owned();
    let change = change(&asked, &id).or_else(|| change(&asked, "new-notice")).ok_or(Stop::NotFound)?;
    notice::found(&asked, change).await
}
