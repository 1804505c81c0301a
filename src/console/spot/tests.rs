//! The page and its forms, without a socket and without a box.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use chrono::TimeDelta;
use tower::ServiceExt as _;

use super::*;
use crate::rundown::Reason;

/// Notes what is asked for.
#[derive(Default)]
struct Noted(Mutex<Vec<Wish>>);

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

impl Spot for Noted {
    fn seen(&self) -> Seen {
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let airing = |minutes: i64, class, state| {
            let at = at + TimeDelta::minutes(minutes);
            let id = AiringId { broadcast: id("wear-mask"), instant: at, station: id("upper") };
            SeenAiring { id, at, class, languages: vec!["bo".parse().unwrap()], state }
        };
        Seen {
            at,
            zone: chrono_tz::Asia::Shanghai,
            version: "1".to_owned(),
            contact: None,
            link_fault: Some("cut <script>".to_owned()),
            clips_wanted: 0,
            clock_known: true,
            clock_offset_ms: -12,
            disk_free_bytes: Some(3 << 30),
            journal_fault: None,
            stations: vec![SeenStation {
                station: id("upper"),
                sink: "null".to_owned(),
                device_fault: None,
                muted: None,
                volume_max: 60,
                refusal: None,
                airings: vec![
                    airing(-60, Class::Daily, State::Ended(Outcome::Played)),
                    airing(-30, Class::Daily, State::Ended(Outcome::Missed(Reason::Down))),
                    airing(0, Class::Drill, State::Sounds),
                    airing(30, Class::Emergency, State::Unready),
                    airing(60, Class::Daily, State::Waits),
                ],
            }],
        }
    }

    fn wish(&self, wish: &Wish) -> Said {
        self.0.lock().unwrap().push(wish.clone());
        Said { what: What::Done, say: String::new() }
    }
}

struct Place {
    spot: Arc<Noted>,
    router: Router,
}

impl Place {
    fn new(language: Option<&'static str>) -> Place {
        let spot = Arc::new(Noted::default());
        Place { router: serve::router(spot.clone(), language), spot }
    }

    async fn send(&self, request: Request<Body>) -> (u16, axum::http::HeaderMap, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, path: &str, accepts: &str) -> String {
        let request = Request::get(path).header("host", "127.0.0.1:8080").header(header::ACCEPT_LANGUAGE, accepts);
        let (status, headers, body) = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, 200, "{body}");
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none';"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        body
    }

    async fn token(&self) -> String {
        let page = self.get("/", "").await;
        let at = page.find("name=\"token\" value=\"").unwrap() + 20;
        page[at..at + 32].to_owned()
    }

    async fn post(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = Request::post(path).header("host", "localhost:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (status, headers, _) = self.send(request.body(Body::from(form.to_owned())).unwrap()).await;
        (status, headers.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default())
    }
}

#[tokio::test]
async fn the_page_speaks_each_language_and_stays_small() {
    let place = Place::new(None);
    let check = async |path: &str, accepts: &str, lang: &str| {
        let page = place.get(path, accepts).await;
        assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{path} {accepts}");
        assert!(page.len() < 12_000, "{} bytes", page.len());
        assert!(!page.contains("<script"), "what others say is text");
        assert_eq!(page.contains("class=\"draft\""), ["bo", "lis"].contains(&lang));
        for words in ["played", "missed", "sounds", "unready", "waits"] {
            assert!(page.contains(&crate::lang::words::word(lang, "ui-spot-state", &[("state", words)])), "{words}");
        }
    };
    check("/", "", "zh-CN").await;
    check("/", "fr, bo;q=0.9, en;q=0.1", "bo").await;
    check("/", "zh-TW", "zh-CN").await;
    check("/?lang=lis", "en", "lis").await;
    check("/?lang=nonsense&said=nonsense", "en-GB", "en").await;
    let own = Place::new(Some("bo")).get("/", "en").await;
    assert!(own.contains("<html lang=\"bo\">"), "the box's own language goes before the browser's");
    for what in What::ALL {
        let page = place.get(&format!("/?lang=en&said={}", what.name()), "").await;
        assert!(page.contains("role=\"status\""));
    }
    let style = place.get("/style.css", "").await;
    assert!(style.len() < 8_000 && style.contains("button"));
}

#[tokio::test]
async fn a_form_of_this_page_does_what_it_says_and_no_other() {
    let place = Place::new(None);
    let token = place.token().await;
    let form = |more: &str| format!("token={token}&station=upper&lang=bo{more}");
    let ours = [("origin", "http://localhost:8080")];
    let done = (303, "/?lang=bo&said=done".to_owned());
    assert_eq!(place.post("/mute", &form("&reason=%E8%91%AC%E7%A4%BC+%26"), &ours).await, done);
    assert_eq!(place.post("/unmute", &form(""), &[("sec-fetch-site", "same-origin")]).await, done);
    assert_eq!(place.post("/volume", &form("&volume=40"), &[]).await, done);
    assert_eq!(place.post("/sound-check", &form(""), &ours).await, done);
    let station = id("upper");
    let asked = vec![
        Wish::Mute { station: station.clone(), reason: "葬礼 &".to_owned() },
        Wish::Unmute { station: station.clone() },
        Wish::Volume { station: station.clone(), volume: 40 },
        Wish::SoundCheck { station },
    ];
    assert_eq!(*place.spot.0.lock().unwrap(), asked);

    let no_reason = (303, "/?lang=bo&said=no-reason".to_owned());
    assert_eq!(place.post("/mute", &form("&reason=+"), &ours).await, no_reason);
    assert_eq!(place.post("/mute", &form(&format!("&reason={}", "x".repeat(201))), &ours).await, no_reason);
    let other = form("&reason=x").replace(&token, "00000000000000000000000000000000");
    for (path, form, headers, status) in [
        ("/mute", form("&reason=x"), &[("origin", "http://evil.example")][..], 403),
        ("/mute", form("&reason=x"), &[("origin", "null")], 403),
        ("/mute", form("&reason=x"), &[("origin", "http://localhost:8081")], 403),
        ("/mute", form("&reason=x"), &[("sec-fetch-site", "cross-site")], 403),
        ("/mute", other, &ours, 403),
        ("/mute", "station=upper&reason=x".to_owned(), &ours, 400),
        ("/volume", form("&volume=300"), &ours, 400),
        ("/volume", form(""), &ours, 404),
        ("/else", form(""), &ours, 404),
        ("/mute", form(&format!("&reason={}", "x".repeat(9000))), &ours, 400),
    ] {
        assert_eq!(place.post(path, &form, headers).await.0, status, "{path} {form:.80}");
    }
    // Another name that leads here, as after DNS was turned round.
    for host in ["evil.example", "127.0.0.1.evil.example:8080", ""] {
        let request = Request::get("/").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(place.send(request).await.0, 403, "{host}");
    }
    assert_eq!(place.spot.0.lock().unwrap().len(), asked.len(), "nothing of these was asked for");
}

#[tokio::test]
async fn the_socket_asks_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let spot = Arc::new(Noted::default());
    let wish = Wish::Volume { station: id("upper"), volume: 20 };
    let ask = |wish: Wish| {
        let data = folder.path().to_owned();
        tokio::task::spawn_blocking(move || socket::ask(&data, &wish))
    };
    assert!(matches!(ask(wish.clone()).await.unwrap(), Err(socket::SocketFault::Closed { .. })));
    // What a killed daemon left behind is no hindrance.
    drop(socket::listen(folder.path()).unwrap());
    let serving = tokio::spawn(socket::serve(socket::listen(folder.path()).unwrap(), spot.clone()));
    assert_eq!(ask(wish.clone()).await.unwrap().unwrap().what, What::Done);
    let mute = Wish::Mute { station: id("upper"), reason: " ".to_owned() };
    assert_eq!(ask(mute).await.unwrap().unwrap().what, What::NoReason);
    assert_eq!(*spot.0.lock().unwrap(), [wish]);
    serving.abort();
}
