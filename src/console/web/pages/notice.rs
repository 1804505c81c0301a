//! One notice: the Chinese and its translations side by side, each with what is found in it, what changed, its drafts and
//! its history.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::IntoResponse as _;
use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop, html_of};
use super::super::words::Words;
use super::shown;
use crate::base::{Problem, Timestamp};
use crate::catalog::Files;
use crate::console::edit::message::{PIECES, pieces_of};
use crate::console::edit::notices::{Notice, Standing, source_digest};
use crate::console::edit::{MessageChange, Notices, Refusal, findings};
use crate::lang::Language;
use crate::lang::language::{LANGUAGES, SOURCE};
use crate::lang::source::Wording;
use crate::ledger::{Draft, DraftFault, FileChange, Role};

/// Changes shown of one text.
const HISTORY_MAX: u32 = 12;

/// The files as they are now.
pub async fn files(asked: &Asked) -> Result<Arc<Files>, Stop> {
    asked.site.folder.files().await.map_err(|error| refused(error.into()))
}

/// Every notice as it is now.
pub async fn read(asked: &Asked) -> Result<Notices, Stop> {
    Ok(Notices::read(&*files(asked).await?))
}

/// A refusal that no page has words for.
pub fn refused(refusal: Refusal) -> Stop {
    match refusal {
        Refusal::Ledger(fault) => fault.into(),
        other => Stop::Refused(other.to_string()),
    }
}

/// The name of the field of a piece.
pub fn field(piece: &'static str) -> &'static str {
    if piece.is_empty() { "text" } else { piece }
}

/// Whether somebody may change a notice's text in a language: Chinese who writes, others who translates it.
pub fn may(asked: &Asked, language: &Language) -> bool {
    let who = asked.who();
    match *language == *SOURCE {
        true => who.may(&[Role::Writer]),
        false => who.may(&[Role::Translator]) && language.tag.parse().is_ok_and(|tag| who.person.translates(&tag)),
    }
}

/// Keeps what was typed as the draft of whoever asks. False: they have too many.
pub async fn keep(asked: &Asked, path: &str, item: &str, fields: BTreeMap<String, String>) -> Result<bool, Stop> {
    let (path, item, person) = (path.to_owned(), item.to_owned(), asked.who().name().to_owned());
    match asked.site.ledger().keep_draft(&Draft { path, item, person, fields, saved: asked.now }).await {
        Ok(()) => Ok(true),
        Err(DraftFault::TooMany(_)) => Ok(false),
        Err(DraftFault::Ledger(fault)) => Err(fault.into()),
    }
}

/// What stands above a language's form after something was not done.
struct Told<'a> {
    language: &'static Language,
    typed: BTreeMap<String, String>,
    markup: Markup,
    faults: Option<&'a [Problem]>,
}

pub async fn show(asked: Asked) -> Answered {
    render(&asked, None).await
}

async fn render(asked: &Asked, told: Option<Told<'_>>) -> Answered {
    let files = files(asked).await?;
    let notices = Notices::read(&files);
    let notice = notices.find(asked.param("id")).ok_or(Stop::NotFound)?;
    let drafts: Vec<Draft> =
        asked.site.ledger().drafts().await?.into_iter().filter(|draft| draft.item == notice.id.as_str()).collect();
    let restored = match asked.query.one("restore").parse() {
        Ok(number) => asked.site.ledger().file_change(number).await?.filter(|change| change.item == notice.id.as_str()),
        Err(_) => None,
    };
    let mut sections = Vec::new();
    for language in LANGUAGES {
        let path = path_of(notice, language);
        let history = asked.site.ledger().file_changes_of(&path, notice.id.as_str(), HISTORY_MAX).await?;
        let found = match &told {
            Some(Told { language: of, faults: Some(faults), .. }) if *of == language => faults.to_vec(),
            _ => findings::standing(&files, language, &notice.id),
        };
        let section = Section { asked, notices: &notices, notice, language, path };
        sections.push(section.show(&drafts, told.as_ref(), restored.as_ref(), &history, &found));
    }
    let body = html! {
        p { code { (notice.id) } " · " a href="/notices" { (asked.words.say("notices-title")) } }
        div.beside { @for section in sections { (section) } }
    };
    asked.page_with("notices-title", &body, &["notice.js"])
}

/// Where a notice's text stands in a language, or would.
fn path_of(notice: &Notice, language: &Language) -> String {
    match notice.text(language) {
        Some(text) => text.path.to_string(),
        None => {
            let name = notice.source.path.rsplit('/').next().unwrap_or_default();
            format!("locales/{}/{name}", language.tag)
        }
    }
}

struct Section<'a> {
    asked: &'a Asked,
    notices: &'a Notices,
    notice: &'a Notice,
    language: &'static Language,
    path: String,
}

impl Section<'_> {
    fn show(
        &self,
        drafts: &[Draft],
        told: Option<&Told<'_>>,
        restored: Option<&FileChange>,
        history: &[FileChange],
        found: &[Problem],
    ) -> Markup {
        let (words, language) = (self.asked.words, self.language);
        let told = told.filter(|told| told.language == language);
        let drafts: Vec<&Draft> = drafts.iter().filter(|draft| draft.path == self.path).collect();
        let mine = drafts.iter().copied().find(|draft| draft.person == self.asked.who().name());
        let others: Vec<&str> =
            drafts.iter().map(|draft| draft.person.as_str()).filter(|name| *name != self.asked.who().name()).collect();
        let restored = restored.filter(|change| change.path == self.path);
        let standing = self.notice.standing(language);
        html! {
            section.card {
                h2 { (words.say_with("people-language", &[("tag", language.tag)])) }
                @if *language != *SOURCE {
                    p.good[standing == Standing::Present].bad[standing != Standing::Present] { (words.say_with("notices-standing", &[("state", standing.word())])) }
                }
                @if self.notice.text(language).is_some_and(|text| text.draft) { p { small { (words.say("notices-file-draft")) } } }
                @if !others.is_empty() { p { small { (words.say("notices-draft-of")) " " (others.join(" · ")) } } }
                @if *language != *SOURCE { (self.beside()) }
                @if let Some(told) = told { (told.markup) }
                @if may(self.asked, language) {
                    (self.form(told, mine, restored))
                } @else if let Some(text) = self.notice.text(language) {
                    @for piece in PIECES { @if let Some(pattern) = text.wording.piece(piece) {
                        p { small { (shown::piece_word(words, piece)) } }
                        p.text lang=(language.tag) dir="ltr" { (pattern) }
                    } }
                }
                @if self.notice.text(language).is_some() || told.is_some() { div.found { (shown::findings(words, found)) } }
                @if self.notice.text(language).is_some() && (may(self.asked, language) || self.asked.who().may(&[Role::Writer])) {
                    p { a href={ "/notices/" (self.notice.id) "/record/" (language.tag) } { (words.say("record-title")) } }
                }
                @if !history.is_empty() { (self.history(history)) }
            }
        }
    }

    /// What the translator looks at beside the Chinese: what changed in it, and the terms it has.
    fn beside(&self) -> Markup {
        let (words, language) = (self.asked.words, self.language);
        let source = &self.notice.source.wording;
        let all: String = source.0.values().map(|text| format!("{text}\n")).collect();
        let terms = self.notices.terms_of(&all, language);
        html! {
            @if self.notice.standing(language) == Standing::Outdated {
                div.mark { b { (words.say("notices-changed")) }
                    @match self.notice.old_source(language, self.notices) {
                        Some(old) => (shown::changed_wording(words, old, source, SOURCE.tag)),
                        None => p { (words.say("notices-change-unknown")) },
                    }
                }
            }
            @if !terms.is_empty() {
                dl.terms { dt { (words.say("notices-terms")) }
                    @for (chinese, term) in terms { dd { span lang=(SOURCE.tag) { (chinese) } " → "
                        @match term {
                            Some(term) => b lang=(language.tag) { (term) },
                            None => span.bad { (words.say("notices-term-missing")) },
                        } } }
                }
            }
        }
    }

    fn form(&self, told: Option<&Told<'_>>, mine: Option<&Draft>, restored: Option<&FileChange>) -> Markup {
        let (words, language) = (self.asked.words, self.language);
        let text = self.notice.text(language);
        let now = || {
            let mut fields = typed_of(&text.map(|text| text.wording.0.clone()).unwrap_or_default());
            fields.insert("based_on".to_owned(), text.map(|text| text.digest().to_string()).unwrap_or_default());
            fields.insert("beside".to_owned(), source_digest(self.notice).to_string());
            fields
        };
        let fields = match (told, restored, mine) {
            (Some(told), ..) => told.typed.clone(),
            (None, Some(change), _) => now().into_iter().chain(typed_of(&pieces_of(&change.after))).collect(),
            (None, None, Some(draft)) => draft.fields.clone(),
            (None, None, None) => now(),
        };
        let value = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        let is_right = match fields.get("right") {
            Some(right) => right == "yes",
            // Who mends a slip in a translation that is outdated does not say more than that.
            None => self.notice.standing(language) != Standing::Outdated,
        };
        let at =
            |at: Timestamp| at.with_timezone(&self.asked.site.catalog().county.zone).format("%m-%d %H:%M").to_string();
        let id = &self.notice.id;
        html! {
            @if let (None, Some(change)) = (told, restored) { p.mark { (words.say_with("notices-restored", &[("at", &at(change.at))])) } }
            @else if let (None, Some(draft)) = (told, mine) { p.mark { (words.say_with("notices-draft-yours", &[("at", &at(draft.saved))])) } }
            form method="post" action={ "/notices/" (id) } data-lint={ "/notices/" (id) "/lint" } {
                (self.asked.token())
                input type="hidden" name="language" value=(language.tag);
                input type="hidden" name="based_on" value=(value("based_on"));
                input type="hidden" name="beside" value=(value("beside"));
                (pieces(words, language, &fields))
                @if *language != *SOURCE {
                    label.tick { input type="checkbox" name="right" value="yes" checked[is_right]; " " (words.say("notices-right")) }
                }
                div.row {
                    button.main name="do" value="save" { (words.say("notices-save")) }
                    button name="do" value="draft" { (words.say("notices-keep")) }
                    @if mine.is_some() { button.stop name="do" value="drop" { (words.say("notices-drop")) } }
                }
            }
        }
    }

    fn history(&self, history: &[FileChange]) -> Markup {
        let (words, zone) = (self.asked.words, self.asked.site.catalog().county.zone);
        let wording = |source: Option<&str>| Wording(source.map(pieces_of).unwrap_or_default());
        html! {
            details { summary { (words.say("notices-history")) }
                @for (i, change) in history.iter().enumerate() {
                    div.change {
                        p { (change.at.with_timezone(&zone).format("%Y-%m-%d %H:%M")) " · " (change.person)
                            @if i > 0 && may(self.asked, self.language) { " · " a href={ "/notices/" (self.notice.id) "?restore=" (change.number) } { (words.say("notices-restore")) } } }
                        (shown::changed_wording(words, &wording(change.before.as_deref()), &wording(Some(&change.after)), self.language.tag))
                    }
                }
            }
        }
    }
}

/// The fields of a message's pieces.
fn typed_of(pieces: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of = |piece: &'static str| (field(piece).to_owned(), pieces.get(piece).cloned().unwrap_or_default());
    PIECES.into_iter().map(of).collect()
}

/// The fields of a notice in a language.
pub fn pieces(words: Words, language: &Language, fields: &BTreeMap<String, String>) -> Markup {
    html! {
        @for piece in PIECES {
            @let rows = if piece.is_empty() { "6" } else if piece == "voice" { "3" } else { "2" };
            label { (shown::piece_word(words, piece))
                textarea name=(field(piece)) rows=(rows) lang=(language.tag) dir="ltr" spellcheck="false" required[piece.is_empty()] {
                    // A line break right behind the tag is not the text's.
                    "\n" (fields.get(field(piece)).map(String::as_str).unwrap_or_default())
                } }
        }
    }
}

fn language_of(asked: &Asked) -> Result<&'static Language, Stop> {
    let language = Language::of(asked.form.one("language")).ok_or(Stop::Foreign)?;
    if may(asked, language) { Ok(language) } else { Err(Stop::NotYours) }
}

fn change(asked: &Asked, language: &'static Language) -> Result<MessageChange, Stop> {
    let based_on = Some(asked.form.one("based_on")).filter(|digest| !digest.is_empty());
    let pieces = PIECES.into_iter().map(|piece| (piece.to_owned(), asked.form.one(field(piece)).to_owned()));
    Ok(MessageChange {
        language,
        message: asked.param("id").parse().map_err(|_| Stop::NotFound)?,
        topic: None,
        based_on: based_on.map(str::parse).transpose().map_err(|_| Stop::Foreign)?,
        beside: asked.form.one("beside").parse().ok(),
        is_its_translation: asked.form.one("right") == "yes",
        pieces: pieces.collect(),
        comment: String::new(),
        author: asked.who().name().to_owned(),
    })
}

/// What was typed, by field, with what it is based on.
fn typed(asked: &Asked) -> BTreeMap<String, String> {
    let names = PIECES.into_iter().map(field).chain(["based_on", "beside"]);
    let mut fields: BTreeMap<_, _> = names.map(|name| (name.to_owned(), asked.form.one(name).to_owned())).collect();
    let right = if asked.form.one("right") == "yes" { "yes" } else { "no" };
    fields.insert("right".to_owned(), right.to_owned());
    fields
}

/// Saves a text, keeps it as a draft, or drops the draft.
pub async fn save(asked: Asked) -> Answered {
    let language = language_of(&asked)?;
    let change = change(&asked, language)?;
    let notices = read(&asked).await?;
    let notice = notices.find(asked.param("id")).ok_or(Stop::NotFound)?;
    let (path, here, who) = (path_of(notice, language), format!("/notices/{}", notice.id), asked.who().name());
    match asked.form.one("do") {
        "drop" => {
            asked.site.ledger().drop_draft(&path, notice.id.as_str(), who).await?;
            return asked.back(&here, "notices-said-dropped");
        }
        "draft" if keep(&asked, &path, notice.id.as_str(), typed(&asked)).await? => {
            return asked.back(&here, "notices-said-draft");
        }
        "draft" => {
            let markup = html! { p.said.bad role="alert" { (asked.words.say("notices-too-many")) } };
            return render(&asked, Some(Told { language, typed: typed(&asked), markup, faults: None })).await;
        }
        _ => {}
    }
    let proposed = move |files: &Files| change.proposed(files, &Notices::read(files));
    let refusal = match asked.site.folder.save(proposed, &asked.site.control, (who, asked.now)).await {
        Ok(_) => return asked.back(&here, "notices-said-saved"),
        Err(Refusal::Same) => {
            asked.site.ledger().drop_draft(&path, notice.id.as_str(), who).await?;
            return asked.back(&here, "notices-said-same");
        }
        Err(refusal @ (Refusal::Conflict(_) | Refusal::SourceChanged | Refusal::Faulty(_))) => refusal,
        Err(other) => return Err(refused(other)),
    };
    // What was typed is not lost, whatever becomes of this page.
    keep(&asked, &path, notice.id.as_str(), typed(&asked)).await?;
    explain(&asked, language, &refusal).await
}

/// The page again, with what was typed and why it is not saved.
async fn explain(asked: &Asked, language: &'static Language, refusal: &Refusal) -> Answered {
    let (words, notices) = (asked.words, read(asked).await?);
    let notice = notices.find(asked.param("id")).ok_or(Stop::NotFound)?;
    let mut fields = typed(asked);
    let say =
        |what: &str| html! { p.said.bad role="alert" { (words.say_with("notices-conflict", &[("what", what)])) } };
    let (markup, faults) = match refusal {
        Refusal::Faulty(faults) => {
            let count = faults.len().to_string();
            (
                html! { p.said.bad role="alert" { (words.say_with("notices-faulty", &[("count", &count)])) } },
                Some(&faults[..]),
            )
        }
        Refusal::SourceChanged => {
            fields.insert("beside".to_owned(), source_digest(notice).to_string());
            (say("source"), None)
        }
        _ => match notice.text(language) {
            // Saved once more, having seen this, theirs is the text.
            Some(text) => {
                fields.insert("based_on".to_owned(), text.digest().to_string());
                fields.insert("beside".to_owned(), source_digest(notice).to_string());
                let of =
                    |piece: &'static str| (piece.to_owned(), fields.get(field(piece)).cloned().unwrap_or_default());
                let mine = Wording(PIECES.into_iter().map(of).collect());
                (html! { (say("text")) (shown::changed_wording(words, &text.wording, &mine, language.tag)) }, None)
            }
            None => {
                fields.insert("based_on".to_owned(), String::new());
                (say("gone"), None)
            }
        },
    };
    render(asked, Some(Told { language, typed: fields, markup, faults })).await
}

/// What is found in a text while it is typed.
pub async fn lint(asked: Asked) -> Answered {
    let change = change(&asked, language_of(&asked)?)?;
    found(&asked, change).await
}

/// A part of a page: the findings of a text that somebody types.
pub async fn found(asked: &Asked, change: MessageChange) -> Answered {
    let files = files(asked).await?;
    let typed = tokio::task::spawn_blocking(move || findings::typed(&files, &Notices::read(&files), change));
    let found = typed.await.expect("the lint does not panic, and nobody cancels it");
    Ok(html_of(shown::findings(asked.words, &found)).into_response())
}
