//! What a page gets, and what it may answer.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value;

use super::form::{Form, encoded};
use super::routes::Route;
use super::site::Site;
use super::{Session, Words, layout};
use crate::base::Timestamp;
use crate::console::control::{Answer, Ask};
use crate::ledger::LedgerFault;

/// Who looks at a page, and how.
#[derive(Clone)]
pub struct Viewer {
    pub site: Arc<Site>,
    /// None: nobody is logged in.
    pub session: Option<Arc<Session>>,
    pub words: Words,
    /// When they asked, by the county's clock.
    pub now: Timestamp,
    /// What they asked for, with what stands behind the question mark.
    pub path: String,
    pub route: Option<&'static Route>,
}

/// A request that may be answered: whoever asks may, and a form comes from a page of theirs.
pub struct Asked {
    pub(super) viewer: Viewer,
    pub(super) params: Vec<(String, String)>,
    pub query: Form,
    /// Of a POST that is a form.
    pub form: Form,
    /// Of a POST that is none, such as a recording.
    pub body: Bytes,
    /// Where the request comes from, and with what.
    pub address: String,
    pub browser: String,
    /// How the browser calls the console, as `http://127.0.0.1:8330`.
    pub here: String,
}

impl Deref for Asked {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.viewer
    }
}

/// What a page answers.
pub type Answered = Result<Response, Stop>;

/// Why a page does not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    #[error("there is nothing here")]
    NotFound,
    /// The person lacks the role.
    #[error("this person may not")]
    NotYours,
    /// A form that no page of ours sends, or one of an ended session.
    #[error("this form is not from here")]
    Foreign,
    /// The request has more than the page takes.
    #[error("this is too long")]
    TooLong,
    /// The control socket's reason.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// It took too long.
    #[error("it took too long")]
    Late,
}

impl Stop {
    fn status(&self) -> StatusCode {
        match self {
            Stop::NotFound => StatusCode::NOT_FOUND,
            Stop::NotYours | Stop::Foreign => StatusCode::FORBIDDEN,
            Stop::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Stop::Refused(_) => StatusCode::CONFLICT,
            Stop::Ledger(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Stop::Late => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// As `layout-stop` chooses by it.
    fn word(&self) -> &'static str {
        match self {
            Stop::NotFound => "not-found",
            Stop::NotYours => "not-yours",
            Stop::Foreign => "foreign",
            Stop::TooLong => "too-long",
            Stop::Refused(_) => "refused",
            Stop::Ledger(_) => "ledger",
            Stop::Late => "late",
        }
    }
}

impl Viewer {
    /// The page that says so.
    pub(super) fn stopped(&self, stop: &Stop) -> Response {
        if let Stop::Ledger(fault) = stop {
            tracing::error!(path = self.path, "the console could not answer: {fault}");
        }
        let body = html! {
            p.said.bad role="alert" { (self.words.say_with("layout-stop", &[("why", stop.word())])) }
            @if let Stop::Refused(why) = stop { p lang="en" dir="ltr" { small { (why) } } }
            p { a href="/" { (self.words.say("layout-back")) } }
        };
        let page = layout::page(self, &self.words.say("layout-stop-title"), &body, &[], None);
        (stop.status(), html_of(page)).into_response()
    }
}

impl Asked {
    /// Who asks.
    ///
    /// Panics: the route lets anyone in.
    pub fn who(&self) -> &Session {
        self.session.as_deref().expect("the table of routes asks for somebody here")
    }

    /// A part of the path, such as `{name}`.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// A whole page. `title` is a word's id.
    pub fn page(&self, title: &str, body: &Markup) -> Answered {
        self.page_with(title, body, &[])
    }

    /// A whole page with scripts, by their names in `assets.rs`.
    pub fn page_with(&self, title: &str, body: &Markup, scripts: &[&str]) -> Answered {
        let said = self.words.told(self.query.one("said"));
        Ok(html_of(layout::page(self, &self.words.say(title), body, scripts, said.as_deref())).into_response())
    }

    /// After a form was done: to an address of ours.
    pub fn redirect(&self, to: &str) -> Answered {
        Ok(Redirect::to(to).into_response())
    }

    /// After a form was done: to a page of ours that says so. `said` is the id of a word `PAGE-said-WHAT`.
    pub fn back(&self, to: &str, said: &str) -> Answered {
        self.redirect(&format!("{to}?said={}", encoded(said)))
    }

    /// Stands in every form of somebody who is logged in.
    pub fn token(&self) -> Markup {
        layout::token(self)
    }

    /// Orders, through the control socket's own code and under its rules, in the name of whoever asks.
    ///
    /// Errors: what the control socket would refuse, [`Stop::Refused`].
    pub async fn order(&self, ask: Ask) -> Result<Answer, Stop> {
        let who = self.who();
        match self.site.control.order(ask, &who.person, who.roles()).await {
            Answer::Refused(why) => Err(Stop::Refused(why)),
            answer => Ok(answer),
        }
    }

    /// Adds to the audit what the ledger does not add by itself, as `{"before": …, "after": …}`.
    pub async fn audit(&self, action: &str, detail: &Value) -> Result<(), Stop> {
        Ok(self.site.ledger().audit_append(self.who().name(), action, detail, self.now).await?)
    }
}

pub(super) fn html_of(page: Markup) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}
