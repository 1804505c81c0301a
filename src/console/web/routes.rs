//! Every address of the console in one table: who may, and what answers. It builds the router and the navigation, and the
//! test of who may do what goes through it.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};

use super::asked::{Answered, Asked};
use super::pages::{
    account, as_run, broadcast, chats, clips, emergency, engineer, login, notice, notices, people, record, review,
    silence, stations, timetable, today,
};
use super::site::Site;
use super::{Session, assets, guard, live};
use crate::ledger::Role::{self, Approver, Engineer, Reviewer, Translator, Writer};

/// What answers.
pub type Handler = fn(Asked) -> Pin<Box<dyn Future<Output = Answered> + Send>>;

/// Who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Nobody need be logged in.
    Anyone,
    /// Whoever is logged in.
    Person,
    /// Who has one of these roles.
    Roles(&'static [Role]),
}

impl Who {
    pub fn lets(self, session: Option<&Session>) -> bool {
        match (self, session) {
            (Who::Anyone, _) | (Who::Person, Some(_)) => true,
            (Who::Roles(roles), Some(session)) => session.may(roles),
            (_, None) => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// An address.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    pub handler: Handler,
    /// The word under which it stands in the navigation of those who may.
    pub nav: Option<&'static str>,
    /// What a POST may send.
    pub body_bytes_max: usize,
}

/// A form of ours: a long text in Tibetan, of which each character is nine bytes in a form.
const FORM_BYTES_MAX: usize = 512 << 10;

impl Route {
    const fn get(path: &'static str, who: Who, handler: Handler) -> Route {
        Route { method: Method::Get, path, who, handler, nav: None, body_bytes_max: 0 }
    }

    const fn post(path: &'static str, who: Who, handler: Handler) -> Route {
        Route { method: Method::Post, path, who, handler, nav: None, body_bytes_max: FORM_BYTES_MAX }
    }

    /// Stands in the navigation.
    const fn nav(mut self, word: &'static str) -> Route {
        self.nav = Some(word);
        self
    }
}

/// A function of a page as a [`Handler`].
macro_rules! page {
    ($handler:path) => {
        |asked| Box::pin($handler(asked))
    };
}

/// Those who work with broadcasts.
const STAFF: Who = Who::Roles(&[Writer, Translator, Reviewer, Approver, Engineer]);
/// Those whose orders need nobody else: re-air, skip, air now.
const ORDERS: Who = Who::Roles(&[Writer, Approver, Engineer]);
/// Those who write and translate.
const EDITORS: Who = Who::Roles(&[Writer, Translator]);
const WRITER: Who = Who::Roles(&[Writer]);
/// Those who may say a word on an edition.
const REVIEWERS: Who = Who::Roles(&[Reviewer, Approver]);
/// The second person of an emergency.
const APPROVER: Who = Who::Roles(&[Approver]);
const ENGINEER: Who = Who::Roles(&[Engineer]);

/// Every address. The navigation has them in this order.
pub const ROUTES: &[Route] = &[
    Route::get("/static/{name}", Who::Anyone, page!(assets::show)),
    Route::get("/login", Who::Anyone, page!(login::show)),
    Route::post("/login", Who::Anyone, page!(login::enter)),
    Route::post("/logout", Who::Person, page!(login::leave)),
    Route::get("/link/{token}", Who::Anyone, page!(login::link)),
    Route::post("/link/{token}", Who::Anyone, page!(login::use_link)),
    Route::get("/", STAFF, page!(today::show)).nav("layout-nav-today"),
    Route::get("/live", STAFF, page!(live::watch)),
    Route::get("/emergency", STAFF, page!(emergency::show)).nav("layout-nav-emergency"),
    Route::get("/emergency/new/{broadcast}", ORDERS, page!(emergency::new)),
    Route::post("/emergency/new/{broadcast}", ORDERS, page!(emergency::file)),
    Route::get("/emergency/{order}", STAFF, page!(emergency::order)),
    Route::post("/emergency/{order}/confirm", APPROVER, page!(emergency::confirm)),
    Route::post("/emergency/{order}/signature", APPROVER, page!(emergency::sign)),
    Route::post("/emergency/{order}/cancel", ORDERS, page!(emergency::cancel)),
    Route::post("/emergency/{order}/all-clear", ORDERS, page!(emergency::all_clear)),
    Route::post("/emergency/{order}/correct", ORDERS, page!(emergency::correct)),
    Route::get("/silence", STAFF, page!(silence::show)),
    Route::post("/silence", STAFF, page!(silence::order)),
    Route::get("/notices", STAFF, page!(notices::show)).nav("layout-nav-notices"),
    Route::get("/new-notice", WRITER, page!(notices::write)),
    Route::post("/new-notice", WRITER, page!(notices::make)),
    Route::post("/new-notice/lint", WRITER, page!(notices::lint)),
    Route::get("/notices/{id}", STAFF, page!(notice::show)),
    Route::post("/notices/{id}", EDITORS, page!(notice::save)),
    Route::post("/notices/{id}/lint", EDITORS, page!(notice::lint)),
    Route::get("/notices/{id}/record/{tag}", EDITORS, page!(record::show)),
    Route {
        body_bytes_max: record::RECORDING_BYTES_MAX,
        ..Route::post("/notices/{id}/record/{tag}", EDITORS, page!(record::take))
    },
    Route::get("/timetable", STAFF, page!(timetable::show)).nav("layout-nav-timetable"),
    Route::get("/timetable/why", STAFF, page!(timetable::why::show)),
    Route::post("/timetable/skip", ORDERS, page!(timetable::why::skip)),
    Route::post("/timetable/air", ORDERS, page!(timetable::why::air)),
    Route::get("/as-run", STAFF, page!(as_run::show)).nav("layout-nav-as-run"),
    Route::get("/as-run.csv", STAFF, page!(as_run::table::show)),
    Route::get("/as-run/proof", STAFF, page!(as_run::proof::show)),
    Route::post("/as-run/reair", ORDERS, page!(as_run::reair)),
    Route::get("/broadcasts", STAFF, page!(broadcast::list)).nav("layout-nav-broadcasts"),
    Route::get("/new-broadcast", WRITER, page!(broadcast::new)),
    Route::post("/new-broadcast", WRITER, page!(broadcast::make)),
    Route::post("/new-broadcast/look", WRITER, page!(broadcast::preview)),
    Route::get("/broadcasts/{id}", STAFF, page!(broadcast::show)),
    Route::post("/broadcasts/{id}", WRITER, page!(broadcast::save)),
    Route::post("/broadcasts/{id}/look", WRITER, page!(broadcast::preview)),
    Route::get("/review", STAFF, page!(review::show)).nav("layout-nav-review"),
    Route::get("/review/{id}", STAFF, page!(review::one)),
    Route::post("/review/{id}", REVIEWERS, page!(review::judge)),
    Route::get("/clips/{digest}", STAFF, page!(clips::show)),
    Route::get("/chats", STAFF, page!(chats::show)).nav("layout-nav-chats"),
    Route::get("/chats/file", STAFF, page!(chats::tasks::file)),
    Route::get("/chats/posts", STAFF, page!(chats::posts::show)),
    Route::get("/chats/directory", STAFF, page!(chats::directory::show)),
    Route::post("/chats/accept", ORDERS, page!(chats::requests::accept)),
    Route::post("/chats/refuse", ORDERS, page!(chats::requests::refuse)),
    Route::post("/chats/seen", ORDERS, page!(chats::seen)),
    Route::post("/chats/resend", ORDERS, page!(chats::resend)),
    Route::post("/chats/done", ORDERS, page!(chats::done)),
    Route::post("/chats/test", ORDERS, page!(chats::directory::test)),
    Route::post("/chats/withdraw", ORDERS, page!(chats::withdraw)),
    Route::post("/chats/correct", ORDERS, page!(chats::correct)),
    Route::get("/stations", ENGINEER, page!(stations::show)).nav("layout-nav-stations"),
    Route::get("/stations/{station}", ENGINEER, page!(stations::show_one)),
    Route::post("/stations/enrol", ENGINEER, page!(stations::enrol)),
    Route::post("/stations/confirm", ENGINEER, page!(stations::confirm)),
    Route::post("/stations/revoke", ENGINEER, page!(stations::revoke)),
    Route::get("/engineer", ENGINEER, page!(engineer::show)).nav("layout-nav-engineer"),
    Route::get("/engineer/doctor", ENGINEER, page!(engineer::doctor)),
    Route::get("/engineer/metrics", ENGINEER, page!(engineer::metrics)),
    Route::post("/engineer/backup", ENGINEER, page!(engineer::backup)),
    Route::post("/engineer/release", ENGINEER, page!(engineer::release)),
    Route::get("/people", ENGINEER, page!(people::show)).nav("layout-nav-people"),
    Route::post("/people/add", ENGINEER, page!(people::add)),
    Route::post("/people/change", ENGINEER, page!(people::change)),
    Route::post("/people/link", ENGINEER, page!(people::link)),
    Route::post("/people/forget-code", ENGINEER, page!(people::forget_code)),
    Route::post("/people/log-out", ENGINEER, page!(people::log_out)),
    Route::post("/people/retire", ENGINEER, page!(people::retire)),
    Route::get("/account", Who::Person, page!(account::show)).nav("layout-nav-account"),
    Route::post("/account/password", Who::Person, page!(account::password)),
    Route::post("/account/code", Who::Person, page!(account::code)),
    Route::post("/account/sessions", Who::Person, page!(account::end_session)),
];

/// The router of the table.
pub fn router(site: Arc<Site>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let answer = move |State(site): State<Arc<Site>>, params: RawPathParams, request: Request| async move {
            let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            guard::answer(route, site, params, request).await
        };
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        router = router.route(route.path, on(filter, answer));
    }
    router
        .fallback(|State(site): State<Arc<Site>>, request: Request| async move { guard::nowhere(&site, &request) })
        .method_not_allowed_fallback(|| async { axum::http::StatusCode::METHOD_NOT_ALLOWED.into_response() })
        .layer(axum::middleware::map_response(|response: Response| async { guard::with_headers(response) }))
        .with_state(site)
}
