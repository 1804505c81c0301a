//! A console over the sample county, in this process, with a simulated clock.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::TimeDelta;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::base::Timestamp;
use crate::base::clock::SimulatedClock;
use crate::catalog::{Catalog, Chat, Files};
use crate::console::control::Control;
use crate::console::web::access::password;
use crate::console::web::access::session::{Token, begin};
use crate::console::web::{Backup, Finding, Machine, Options, Site, Tried, Village, form, router};
use crate::county::boxes::Boxes;
use crate::county::snapshot::{Board, Snapshot};
use crate::ledger::{Ledger, Role};
use crate::store::Store;

pub const HOST: &str = "127.0.0.1:8330";
pub const PASSWORD: &str = "three yaks by the river";

/// A machine with one fault, whose groups answer as their ids say.
#[derive(Default)]
struct Known(Mutex<Vec<Backup>>);

impl Machine for Known {
    fn findings(&self) -> Vec<Finding> {
        vec![
            Finding { what: "disk", state: Ok("700 MB free".to_owned()) },
            Finding { what: "data folder", state: Err("it is open: run chmod 750 on <it>".to_owned()) },
        ]
    }

    fn metrics(&self) -> String {
        "# HELP cunxiang_hold 1 while the county is in HOLD.\n# TYPE cunxiang_hold gauge\ncunxiang_hold 0\n# EOF\n"
            .to_owned()
    }

    fn backups(&self) -> Vec<Backup> {
        self.0.lock().unwrap().clone()
    }

    fn back_up(&self, now: Timestamp) -> Result<Backup, String> {
        let mut all = self.0.lock().unwrap();
        let made = Backup { name: format!("county-{}.tar.gz", all.len() + 1), bytes: 5 << 19, made: now };
        all.insert(0, made.clone());
        Ok(made)
    }

    fn try_chat(&self, chat: &Chat, _: Timestamp) -> Result<Tried, String> {
        match chat.id.as_str() {
            "foshan-residents" => Ok(Tried { word: "sent", detail: "the service took it as 7".to_owned() }),
            _ => Err("there is no such <channel>".to_owned()),
        }
    }
}

pub struct World {
    pub site: Arc<Site>,
    pub clock: Arc<SimulatedClock>,
    router: Router,
    _folder: tempfile::TempDir,
}

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    /// Where it sends the browser.
    pub fn to(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    /// The value of the session's cookie that it sets.
    pub fn session(&self) -> Option<String> {
        let mut all = self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned());
        all.rfind(|cookie| !cookie.starts_with("cunxiang-language="))
    }
}

/// Who asks: what a browser holds.
#[derive(Clone)]
pub struct Browser(pub Option<Token>);

pub const NOBODY: Browser = Browser(None);

pub fn sample() -> Catalog {
    let files = Files::read(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
    crate::catalog::load(&files, &Default::default()).catalog.unwrap()
}

/// The sample county's texts, to be changed; its clips are where they are.
fn furnish(home: &Path) {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["config", "broadcasts", "locales", "locales/zh-CN", "locales/bo", "locales/lis"] {
        std::fs::create_dir_all(home.join(folder)).unwrap();
        for entry in std::fs::read_dir(sample.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, home.join(folder).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    std::os::unix::fs::symlink(sample.join("broadcasts/clips"), home.join("broadcasts/clips")).unwrap();
}

impl World {
    /// A file of the content folder.
    pub fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.site.home.join(path)).unwrap()
    }

    pub async fn new() -> World {
        World::of(sample(), Options::default()).await
    }

    pub async fn of(catalog: Catalog, options: Options) -> World {
        World::built(catalog, options, false, Box::new(Vec::new)).await
    }

    /// One that village boxes could reach, whose stations are as told.
    pub async fn linked(catalog: Catalog, options: Options, village: Village) -> World {
        World::built(catalog, options, true, village).await
    }

    async fn built(catalog: Catalog, options: Options, has_link: bool, village: Village) -> World {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).await.unwrap();
        // Noon in the county.
        let clock = SimulatedClock::at("2026-11-24T04:00:00Z".parse().unwrap());
        let store = Store::open(folder.path().join("clips")).unwrap();
        let boxes = match has_link {
            true => Some(Boxes::of_test(&ledger, &store, clock.clone(), &folder.path().join("keys")).await),
            false => None,
        };
        let control = Control {
            ledger,
            board: Arc::new(Board::new(Snapshot::new(Arc::new(catalog)))),
            clock: clock.clone(),
            bell: Arc::new(Notify::new()),
            outbox: Arc::new(Notify::new()),
            boxes,
            status: Box::new(|| serde_json::Value::Null),
        };
        let home = folder.path().join("home");
        furnish(&home);
        let site = Site::new(Arc::new(control), (store, home), options, (village, Box::new(Known::default())));
        World { router: router(site.clone()), site, clock, _folder: folder }
    }

    pub fn now(&self) -> Timestamp {
        self.site.now()
    }

    /// A person with a password, added yesterday.
    pub async fn person(&self, name: &str, roles: &[Role]) {
        let (ledger, then) = (self.site.ledger(), self.now() - TimeDelta::days(1));
        let roles: BTreeSet<Role> = roles.iter().copied().collect();
        ledger.add_person(name, None, &roles, "test", then).await.unwrap();
        let token = Token::random();
        let until = self.now() + TimeDelta::hours(1);
        ledger.make_link(token.digest(), Some(name), "test", (self.now(), until)).await.unwrap();
        ledger.use_link(token.digest(), name, &password::hash(PASSWORD), self.now()).await.unwrap();
    }

    /// A browser in which a person is logged in.
    pub async fn browser(&self, name: &str, with_code: bool) -> Browser {
        let token = Token::random();
        let row = begin(&token, name, with_code, ("10.0.0.1", "test"), self.now());
        self.site.ledger().begin_session(&row).await.unwrap();
        Browser(Some(token))
    }

    pub async fn get(&self, browser: &Browser, path: &str) -> Page {
        let mut request = Request::get(path).header(header::HOST, HOST);
        if let Browser(Some(token)) = browser {
            request = request.header(header::COOKIE, format!("cunxiang-session={}", token.secret()));
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// What is no text.
    pub async fn ask_bytes(&self, Browser(token): &Browser, path: &str) -> Vec<u8> {
        let cookie = format!("cunxiang-session={}", token.as_ref().unwrap().secret());
        let request = Request::get(path).header(header::HOST, HOST).header(header::COOKIE, cookie);
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        to_bytes(response.into_body(), 16 << 20).await.unwrap().to_vec()
    }

    /// A form as a page of ours sends it.
    pub async fn post(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = browser.0.as_ref().map(Token::of_forms).unwrap_or_default();
        self.post_from(browser, path, fields, (&format!("http://{HOST}"), &token)).await
    }

    /// A form that comes from somewhere and carries a token.
    pub async fn post_from(
        &self,
        browser: &Browser,
        path: &str,
        fields: &[(&str, &str)],
        (origin, token): (&str, &str),
    ) -> Page {
        let mut request = Request::post(path).header(header::HOST, HOST);
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !origin.is_empty() {
            request = request.header(header::ORIGIN, origin);
        }
        if let Browser(Some(token)) = browser {
            request = request.header(header::COOKIE, format!("cunxiang-session={}", token.secret()));
        }
        let fields = fields.iter().copied().chain([("token", token)]);
        let body: Vec<String> = fields.map(|(name, value)| format!("{name}={}", form::encoded(value))).collect();
        self.ask(request.body(Body::from(body.join("&"))).unwrap()).await
    }

    pub async fn ask(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let is_live = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let bytes = if is_live { Default::default() } else { to_bytes(body, 4 << 20).await.unwrap() };
        Page { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}
