//! Broadcasts: the list, and one of them with when, where and how it airs, its next airings and its history.

pub mod fields;

use axum::response::IntoResponse as _;
use chrono::TimeDelta;
use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop, html_of};
use super::super::form::encoded;
use super::super::words::Words;
use super::notice::{keep, refused};
use super::shown;
use crate::base::{Digest, Id, Problem, Timestamp};
use crate::catalog::{self, Broadcast, Files, State, load};
use crate::console::edit::broadcast::{BroadcastChange, Fields, fields_of};
use crate::console::edit::{Proposed, Refusal, check};
use crate::ledger::{Draft, FileChange, Role};
use crate::planner::recurrence::occurrences;

/// Airings that are shown ahead ...
const AIRINGS: usize = 10;
/// ... within this.
const AHEAD: TimeDelta = TimeDelta::days(400);
/// Changes shown of one file.
const HISTORY_MAX: u32 = 12;
/// A broadcast of the list has a few hundred bytes.
const ROWS_MAX: usize = 150;

/// What a new broadcast begins with.
const NEW: [(&str, &str); 6] = [
    ("state", "draft"),
    ("class", "daily"),
    ("how.missing_language", "hold"),
    ("how.repeat", "2"),
    ("how.post", "once"),
    ("where.stations", "all"),
];

pub async fn list(asked: Asked) -> Answered {
    let (words, catalog) = (asked.words, asked.site.catalog());
    let drafts = asked.site.ledger().drafts().await?;
    let drafts: Vec<&Draft> = drafts.iter().filter(|draft| draft.path.starts_with("broadcasts/")).collect();
    let first: usize = asked.query.one("from").parse().unwrap_or(0);
    let next = |broadcast: &Broadcast| upcoming(broadcast, catalog.county.zone, asked.now).into_iter().next();
    let body = html! {
        @if asked.who().may(&[Role::Writer]) { nav.choice { a.main href="/new-broadcast" { (words.say("broadcasts-new")) } } }
        @for draft in &drafts { p.mark { (words.say("notices-draft-of")) " " (draft.person) " · " a href=(address(&draft.path, &catalog)) { (id_of(&draft.path)) } } }
        table.board {
            thead { tr { @for word in ["title", "state", "next"] { th scope="col" { (words.say_with("broadcasts-key", &[("key", word)])) } } } }
            tbody { @for broadcast in catalog.broadcasts.values().skip(first).take(ROWS_MAX) { tr {
                th scope="row" { a href={ "/broadcasts/" (broadcast.id) } lang="zh-CN" { (broadcast.title) } br; small { code { (broadcast.id) } } }
                td { (words.say_with("broadcasts-value", &[("value", &format!("state-{}", state(broadcast.state)))])) }
                td { @match next(broadcast) { Some(at) if broadcast.state == State::Ready => (at.with_timezone(&catalog.county.zone).format("%m-%d %H:%M")), _ => "–" } }
            } } }
        }
        @if catalog.broadcasts.len() > first + ROWS_MAX { p { a href={ "/broadcasts?from=" (first + ROWS_MAX) } { (words.say("notices-next")) } } }
    };
    asked.page("broadcasts-title", &body)
}

fn id_of(path: &str) -> &str {
    path.trim_start_matches("broadcasts/").trim_end_matches(".toml")
}

/// Where a draft of a file is taken up.
fn address(path: &str, catalog: &catalog::Catalog) -> String {
    let id = id_of(path);
    if catalog.broadcasts.contains_key(id) {
        format!("/broadcasts/{id}")
    } else {
        format!("/new-broadcast?draft={}", encoded(id))
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Ready => "ready",
        State::Paused => "paused",
    }
}

fn upcoming(broadcast: &Broadcast, zone: chrono_tz::Tz, now: Timestamp) -> Vec<Timestamp> {
    let Some(when) = &broadcast.when else { return Vec::new() };
    let mut found = Vec::new();
    // Most air within days; a year is looked through for those that do not.
    for (from, until) in [(now, now + TimeDelta::days(14)), (now + TimeDelta::days(14), now + AHEAD)] {
        if found.len() < AIRINGS {
            found.extend(occurrences(when, zone, from, until).instants);
        }
    }
    found.truncate(AIRINGS);
    found
}

/// What would come of a form.
struct Looked {
    faults: Vec<Problem>,
    told: Vec<Problem>,
    airings: Vec<Timestamp>,
    stations: usize,
}

/// Checks a form's fields as if they were saved now.
async fn look(asked: &Asked, id: Id, fields: Fields) -> Result<Looked, Stop> {
    let files = asked.site.folder.files().await.map_err(|error| refused(error.into()))?;
    let (registry, now) = (asked.site.control.board.read().registry.clone(), asked.now);
    let work = move || {
        let based_on = files.text(&catalog::broadcast::path(&id)).map(|text| Digest::of(text.as_bytes()));
        let change = BroadcastChange { id: id.clone(), based_on, fields };
        let (after, checked) = match change.proposed(&files) {
            Ok(proposed) => (check::with(&files, &proposed), check::checked(&files, &proposed, &registry, now)),
            Err(Refusal::Faulty(faults)) => {
                return Looked { faults, told: Vec::new(), airings: Vec::new(), stations: 0 };
            }
            Err(_) => ((*files).clone(), check::Checked::default()),
        };
        let catalog = catalog::load(&after, &load::Texts::new()).catalog;
        let found = catalog.as_ref().and_then(|catalog| Some((catalog, catalog.broadcasts.get(&id)?)));
        let airings =
            found.map(|(catalog, broadcast)| upcoming(broadcast, catalog.county.zone, now)).unwrap_or_default();
        let stations = found.map_or(0, |(catalog, broadcast)| catalog.stations_of(&broadcast.stations).len());
        Looked { faults: checked.faults, told: checked.told, airings, stations }
    };
    Ok(tokio::task::spawn_blocking(work).await.expect("the checks do not panic, and nobody cancels them"))
}

impl Looked {
    fn shown(&self, words: Words, zone: chrono_tz::Tz) -> Markup {
        html! {
            @if !self.faults.is_empty() || !self.told.is_empty() {
                (shown::findings(words, &self.faults.iter().chain(&self.told).cloned().collect::<Vec<_>>()))
            }
            h3 { (words.say("broadcasts-next")) " " small { (words.say_with("today-stations", &[("count", &self.stations.to_string())])) } }
            @if self.airings.is_empty() { p { (words.say("broadcasts-never")) } }
            ol { @for at in &self.airings {
                @let local = at.with_timezone(&zone);
                li { (local.format("%Y-%m-%d %H:%M")) " " (words.say_with("broadcasts-day", &[("day", &local.format("%a").to_string().to_lowercase())])) }
            } }
        }
    }
}

pub async fn show(asked: Asked) -> Answered {
    let id: Id = asked.param("id").parse().map_err(|_| Stop::NotFound)?;
    render(&asked, Some(&id), None, &html! {}).await
}

pub async fn new(asked: Asked) -> Answered {
    render(&asked, None, None, &html! {}).await
}

/// `typed` is what was sent, when the page comes back with it.
async fn render(asked: &Asked, id: Option<&Id>, typed: Option<Fields>, told: &Markup) -> Answered {
    let (words, catalog, who) = (asked.words, asked.site.catalog(), asked.who());
    let files = asked.site.folder.files().await.map_err(|error| refused(error.into()))?;
    let path = id.map(catalog::broadcast::path);
    let text = match &path {
        Some(path) => Some(files.text(path).ok_or(Stop::NotFound)?.to_string()),
        None => None,
    };
    let wanted = path.clone().unwrap_or_else(|| format!("broadcasts/{}.toml", asked.query.one("draft")));
    let drafts = asked.site.ledger().drafts().await?;
    let mine = drafts.iter().find(|draft| draft.path == wanted && draft.person == who.name());
    let history = match &path {
        Some(path) => asked.site.ledger().file_changes_of(path, "", HISTORY_MAX).await?,
        None => Vec::new(),
    };
    let restored = history.iter().find(|change| change.number.to_string() == asked.query.one("restore"));
    let now = || {
        let mut fields = match &text {
            Some(text) => fields_of(text).unwrap_or_default(),
            None => NEW.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        };
        fields.insert(
            "based_on".to_owned(),
            text.as_deref().map(|text| Digest::of(text.as_bytes()).to_string()).unwrap_or_default(),
        );
        fields
    };
    let is_typed = typed.is_some();
    let fields = match (typed, restored, mine) {
        (Some(typed), ..) => typed,
        (None, Some(change), _) => {
            let based_on = now().remove("based_on").unwrap_or_default();
            let mut fields = fields_of(&change.after).unwrap_or_default();
            fields.insert("based_on".to_owned(), based_on);
            fields
        }
        (None, None, Some(draft)) => draft.fields.clone(),
        (None, None, None) => now(),
    };
    let shown_id = id.map(Id::to_string).unwrap_or_else(|| fields.get("id").cloned().unwrap_or_default());
    let looked = match shown_id.parse() {
        Ok(id) => Some(look(asked, id, fields.clone()).await?),
        Err(_) => None,
    };
    let at = |at: Timestamp| at.with_timezone(&catalog.county.zone).format("%m-%d %H:%M").to_string();
    let action = id.map_or_else(|| "/new-broadcast".to_owned(), |id| format!("/broadcasts/{id}"));
    let may = who.may(&[Role::Writer]);
    let body = html! {
        p { a href="/broadcasts" { (words.say("broadcasts-title")) } @if let Some(id) = id { " · " code { (id) } " · " a href={ "/review/" (id) } { (words.say("review-title")) } } }
        (told)
        @if let (false, Some(change)) = (is_typed, restored) { p.mark { (words.say_with("notices-restored", &[("at", &at(change.at))])) } }
        @else if let (false, Some(draft)) = (is_typed, mine) { p.mark { (words.say_with("notices-draft-yours", &[("at", &at(draft.saved))])) } }
        div.beside {
            @if may { section.card {
                form method="post" action=(action) data-lint={ (action) "/look" } {
                    (asked.token())
                    input type="hidden" name="based_on" value=(fields.get("based_on").map(String::as_str).unwrap_or_default());
                    @if id.is_none() { label { (words.say("notices-id")) input name="id" required value=(shown_id) maxlength="64" autocomplete="off" spellcheck="false"; } }
                    (fields::shown(words, &catalog, &fields, if is_typed { &asked.form } else { &asked.query }))
                    div.row {
                        button.main name="do" value="save" { (words.say("notices-save")) }
                        button name="do" value="look" formnovalidate { (words.say("broadcasts-look")) }
                        button name="do" value="draft" formnovalidate { (words.say("notices-keep")) }
                        @if mine.is_some() { button.stop name="do" value="drop" formnovalidate { (words.say("notices-drop")) } }
                    }
                }
            } }
            section.card.found { @if let Some(looked) = &looked { (looked.shown(words, catalog.county.zone)) } }
        }
        @if !history.is_empty() { (past(words, &history, catalog.county.zone, id.filter(|_| may))) }
    };
    asked.page_with("broadcasts-title", &body, &["notice.js"])
}

fn past(words: Words, history: &[FileChange], zone: chrono_tz::Tz, id: Option<&Id>) -> Markup {
    html! {
        section.card { details { summary { (words.say("notices-history")) }
            @for (i, change) in history.iter().enumerate() {
                div.change {
                    p { (change.at.with_timezone(&zone).format("%Y-%m-%d %H:%M")) " · " (change.person)
                        @if let (Some(id), true) = (id, i > 0) { " · " a href={ "/broadcasts/" (id) "?restore=" (change.number) } { (words.say("notices-restore")) } } }
                    (shown::changed_lines(change.before.as_deref().unwrap_or_default(), &change.after))
                }
            }
        } }
    }
}

/// What was sent, with what it was based on.
fn typed(asked: &Asked) -> Fields {
    let mut fields = fields::typed(&asked.form);
    for name in ["based_on", "id"] {
        fields.insert(name.to_owned(), asked.form.one(name).trim().to_owned());
    }
    fields
}

pub async fn save(asked: Asked) -> Answered {
    let id: Id = asked.param("id").parse().map_err(|_| Stop::NotFound)?;
    act(&asked, id.clone(), Some(&id)).await
}

pub async fn make(asked: Asked) -> Answered {
    let refusal =
        |why: &str| html! { p.said.bad role="alert" { (asked.words.say_with("notices-fault", &[("why", why)])) } };
    match asked.form.one("id").trim().parse::<Id>() {
        Ok(id) if asked.form.one("do") == "save" && asked.site.catalog().broadcasts.contains_key(&id) => {
            render(&asked, None, Some(typed(&asked)), &refusal("taken")).await
        }
        Ok(id) => act(&asked, id, None).await,
        Err(_) => render(&asked, None, Some(typed(&asked)), &refusal("id")).await,
    }
}

async fn act(asked: &Asked, id: Id, page: Option<&Id>) -> Answered {
    let (words, fields, who) = (asked.words, typed(asked), asked.who().name().to_owned());
    let path = catalog::broadcast::path(&id);
    let here = page.map_or_else(|| "/broadcasts".to_owned(), |id| format!("/broadcasts/{id}"));
    match (asked.form.one("do"), asked.form.has("open")) {
        ("drop", _) => {
            asked.site.ledger().drop_draft(&path, "", &who).await?;
            return asked.back(&here, "notices-said-dropped");
        }
        ("draft", _) => {
            return match keep(asked, &path, "", fields.clone()).await? {
                true => asked.back(&here, "notices-said-draft"),
                false => {
                    let told = html! { p.said.bad role="alert" { (words.say("notices-too-many")) } };
                    render(asked, page, Some(fields), &told).await
                }
            };
        }
        ("save", false) => {}
        _ => return render(asked, page, Some(fields), &html! {}).await,
    }
    let based_on = Some(fields["based_on"].as_str()).filter(|digest| !digest.is_empty() && page.is_some());
    let based_on = based_on.map(str::parse).transpose().map_err(|_| Stop::Foreign)?;
    let change = BroadcastChange { id: id.clone(), based_on, fields: fields.clone() };
    let by = who.clone();
    let proposed = move |files: &Files| signed(files, change, &by);
    match asked.site.folder.save(proposed, &asked.site.control, (&who, asked.now)).await {
        Ok(_) => asked.back(&format!("/broadcasts/{id}"), "notices-said-saved"),
        Err(Refusal::Same) => {
            asked.site.ledger().drop_draft(&path, "", &who).await?;
            asked.back(&here, "notices-said-same")
        }
        Err(Refusal::Faulty(faults)) => {
            keep(asked, &path, "", fields.clone()).await?;
            let told = html! {
                p.said.bad role="alert" { (words.say_with("notices-faulty", &[("count", &faults.len().to_string())])) }
                (shown::findings(words, &faults))
            };
            render(asked, page, Some(fields), &told).await
        }
        Err(Refusal::Conflict(now)) => {
            keep(asked, &path, "", fields.clone()).await?;
            conflict(asked, (id, page), fields, now).await
        }
        Err(other) => Err(refused(other)),
    }
}

/// Shows how what was typed differs from what stands there now; saved again, it takes its place.
async fn conflict(asked: &Asked, (id, page): (Id, Option<&Id>), mut fields: Fields, now: Option<String>) -> Answered {
    let files = asked.site.folder.files().await.map_err(|error| refused(error.into()))?;
    let now = now.or_else(|| files.text(&catalog::broadcast::path(&id)).map(|text| text.to_string()));
    let based_on = now.as_deref().map(|text| Digest::of(text.as_bytes()));
    let mine = BroadcastChange { id, based_on, fields: fields.clone() }.proposed(&files).map(|made| made.after);
    fields.insert("based_on".to_owned(), based_on.map(|digest| digest.to_string()).unwrap_or_default());
    let told = html! {
        p.said.bad role="alert" { (asked.words.say_with("notices-conflict", &[("what", if now.is_some() { "text" } else { "gone" })])) }
        @if let (Some(now), Ok(mine)) = (&now, &mine) { (shown::changed_lines(now, mine)) }
    };
    render(asked, page, Some(fields), &told).await
}

/// A change bears its maker's name, who then does not review it. One that only pauses it or takes it up again changes
/// nothing that was approved, and leaves the name.
fn signed(files: &Files, mut change: BroadcastChange, by: &str) -> Result<Proposed, Refusal> {
    let now = files.text(&catalog::broadcast::path(&change.id)).and_then(|text| fields_of(text)).unwrap_or_default();
    let author = now.get("written_by").cloned().unwrap_or_default();
    change.fields.insert("written_by".to_owned(), author);
    let mut unchanged = change.clone();
    unchanged.fields.insert("state".to_owned(), now.get("state").cloned().unwrap_or_default());
    match unchanged.proposed(files) {
        Err(Refusal::Same) => change.proposed(files),
        Err(other) => Err(other),
        Ok(_) => {
            change.fields.insert("written_by".to_owned(), by.to_owned());
            change.proposed(files)
        }
    }
}

/// A part of a page: what would come of what is typed.
pub async fn preview(asked: Asked) -> Answered {
    let id = if asked.param("id").is_empty() { asked.form.one("id").trim() } else { asked.param("id") };
    let id: Id = id.parse().or_else(|_| "new-broadcast".parse()).map_err(|_| Stop::NotFound)?;
    let looked = look(&asked, id, fields::typed(&asked.form)).await?;
    Ok(html_of(looked.shown(asked.words, asked.site.catalog().county.zone)).into_response())
}
