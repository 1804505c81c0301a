//! Coming in and staying in: passwords, codes, lockout, forms, sessions, links.

use std::time::Duration;

use axum::http::{Request, header};
use chrono::TimeDelta;

use super::world::{Browser, HOST, NOBODY, PASSWORD, World, sample};
use crate::console::web::access::code::Generator;
use crate::console::web::access::session::{IDLE_MAX, Token};
use crate::console::web::access::tries::{OF_A_NAME, WAIT_FIRST};
use crate::console::web::{Options, first_link};
use crate::ledger::Role;

fn token_of(cookie: &str) -> Token {
    Token::read(cookie.split_once('=').unwrap().1.split(';').next().unwrap()).unwrap()
}

async fn log_in(world: &World, name: &str, password: &str, code: &str) -> super::world::Page {
    world.post(&NOBODY, "/login", &[("name", name), ("password", password), ("code", code), ("to", "/account")]).await
}

#[tokio::test]
async fn the_first_engineer_comes_in_by_the_link_and_adds_the_others() {
    let world = World::new().await;
    let first = first_link(world.site.ledger(), world.now()).await.unwrap().unwrap();
    let second = first_link(world.site.ledger(), world.now()).await.unwrap().unwrap();
    assert!(world.get(&NOBODY, &first).await.text.contains("链接已用过"), "a later start voids it");
    assert!(world.get(&NOBODY, &second).await.text.contains("第一位工程师"));
    let fields = |password| vec![("name", "卓玛"), ("password", password), ("again", password)];
    let weak = world.post(&NOBODY, &second, &fields("short")).await;
    assert!(weak.text.contains("密码太短") && weak.session().is_none());
    let page = world.post(&NOBODY, &second, &fields(PASSWORD)).await;
    let cookie = page.session().unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
    let engineer = Browser(Some(token_of(&cookie)));
    assert!(world.get(&NOBODY, &second).await.text.contains("链接已用过"), "it works once");
    assert_eq!(first_link(world.site.ledger(), world.now()).await.unwrap(), None);

    let page =
        world.post(&engineer, "/people/add", &[("name", "Tashi"), ("role", "translator"), ("language", "bo")]).await;
    let link = page.text.split("value=\"").find_map(|rest| rest.split_once("/link/")).unwrap().1;
    let link = format!("/link/{}", &link[..64]);
    let page = world.post(&NOBODY, &link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    let tashi = Browser(Some(token_of(&page.session().unwrap())));
    assert_eq!(world.get(&tashi, "/").await.status, 200);
    assert_eq!(world.get(&tashi, "/people").await.status, 403);
    let person = world.site.ledger().people().await.unwrap().into_iter().find(|person| person.name == "Tashi").unwrap();
    assert!(person.translates(&"bo".parse().unwrap()) && !person.translates(&"lis".parse().unwrap()));
    let audit: Vec<String> =
        world.site.ledger().audit_rows(50).await.unwrap().into_iter().map(|row| row.action).collect();
    for action in ["make login link", "use login link", "add person", "change person", "log in"] {
        assert!(audit.iter().any(|found| found == action), "{action}: {audit:?}");
    }
    // Whoever retires is out at once.
    world.post(&engineer, "/people/retire", &[("name", "Tashi")]).await;
    assert!(world.get(&tashi, "/").await.to().starts_with("/login"));
    assert!(log_in(&world, "Tashi", PASSWORD, "").await.session().is_none());
}

#[tokio::test]
async fn a_link_ends_by_itself() {
    let world = World::new().await;
    let link = first_link(world.site.ledger(), world.now()).await.unwrap().unwrap();
    world.clock.advance(Duration::from_secs(15 * 60));
    let page = world.post(&NOBODY, &link, &[("name", "a"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    assert!(page.session().is_none() && world.site.ledger().people().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_is_wrong_too_often_waits_even_when_right() {
    let world = World::new().await;
    world.person("tashi", &[Role::Writer]).await;
    for _ in 0..OF_A_NAME {
        assert!(log_in(&world, "tashi", "wrong password", "").await.text.contains("不对"));
    }
    let page = log_in(&world, "tashi", PASSWORD, "").await;
    assert!(page.text.contains("请等1分钟") && page.session().is_none());
    // A name that nobody has is counted the same: nobody learns who is here.
    for _ in 0..OF_A_NAME {
        assert!(log_in(&world, "nobody", "wrong password", "").await.text.contains("不对"));
    }
    assert!(log_in(&world, "nobody", "wrong password", "").await.text.contains("请等1分钟"));
    world.clock.advance(WAIT_FIRST);
    let page = log_in(&world, "tashi", PASSWORD, "").await;
    assert_eq!(page.to(), "/account");
    assert!(page.session().is_some());
}

#[tokio::test]
async fn a_code_is_asked_for_once_it_is_set_up_and_taken_once() {
    let world = World::new().await;
    world.person("tashi", &[Role::Approver]).await;
    let browser = world.browser("tashi", false).await;
    let page = world.get(&browser, "/account").await.text;
    let secret = page.split("<code lang=\"en\">").nth(1).unwrap().split('<').next().unwrap();
    let generator = Generator::read(secret).unwrap();
    let code = generator.code_at(world.now());
    let fields = [("old", "not this one"), ("code", code.as_str())];
    assert!(world.post(&browser, "/account/code", &fields).await.text.contains("原密码不对"));
    let page = world.post(&browser, "/account/code", &[("old", PASSWORD), ("code", &code)]).await;
    assert!(page.to().contains("account-said-code"), "{}", page.text);
    assert_eq!(world.get(&browser, "/").await.status, 200, "this session may approve now");
    assert_eq!(world.post(&browser, "/account/code", &[("old", PASSWORD), ("code", &code)]).await.status, 403);

    assert!(log_in(&world, "tashi", PASSWORD, "").await.session().is_none());
    assert!(log_in(&world, "tashi", PASSWORD, &code).await.session().is_none(), "it was taken");
    world.clock.advance(Duration::from_secs(60));
    let code = generator.code_at(world.now());
    let page = log_in(&world, "tashi", PASSWORD, &code).await;
    let row = world.site.ledger().session(token_of(&page.session().unwrap()).digest(), world.now()).await.unwrap();
    assert!(row.unwrap().0.with_code);

    // An engineer who forgets the generator does not confirm in the approver's place.
    world.clock.advance(Duration::from_secs(60));
    world.site.ledger().forget_code("tashi", "drolma", world.now()).await.unwrap();
    let person = &world.site.ledger().people().await.unwrap()[0];
    assert_eq!(person.added, world.now());
    assert!(world.get(&browser, "/").await.to().starts_with("/login"));
}

#[tokio::test]
async fn forms_of_elsewhere_do_nothing() {
    let world = World::new().await;
    world.person("drolma", &[Role::Engineer]).await;
    let browser = world.browser("drolma", false).await;
    let other = world.browser("drolma", false).await;
    let ours = browser.0.as_ref().unwrap().of_forms();
    let theirs = other.0.as_ref().unwrap().of_forms();
    let here = format!("http://{HOST}");
    let fields = [("name", "Mallory"), ("role", "engineer")];
    for (origin, token) in [
        ("http://evil.example", ours.as_str()),
        ("null", ours.as_str()),
        ("", ours.as_str()),
        (here.as_str(), ""),
        (here.as_str(), theirs.as_str()),
        ("https://127.0.0.1:8330", ours.as_str()),
    ] {
        let page = world.post_from(&browser, "/people/add", &fields, (origin, token)).await;
        assert_eq!(page.status, 403, "{origin} {token}");
    }
    assert_eq!(world.site.ledger().people().await.unwrap().len(), 1);
    assert_eq!(world.post(&browser, "/people/add", &fields).await.status, 200);
    let request = Request::get("/login").header(header::HOST, "evil.example").body(axum::body::Body::empty()).unwrap();
    assert_eq!(world.ask(request).await.status, 403, "called by somebody else's name");
}

#[tokio::test]
async fn a_session_ends_unused_and_by_its_person() {
    let world = World::new().await;
    world.person("tashi", &[Role::Writer]).await;
    let (one, two) = (world.browser("tashi", false).await, world.browser("tashi", false).await);
    let mut left = TimeDelta::hours(5);
    while left > TimeDelta::zero() {
        world.clock.advance(Duration::from_secs(3600));
        assert_eq!(world.get(&one, "/").await.status, 200);
        // What lives on by itself is no use of it.
        if left > TimeDelta::hours(4) {
            assert_eq!(world.get(&two, "/live").await.status, 200);
        }
        left -= TimeDelta::hours(1);
    }
    assert!(IDLE_MAX < TimeDelta::hours(5));
    assert!(world.get(&two, "/").await.to().starts_with("/login"), "nobody used it");
    let page = world.post(&one, "/logout", &[]).await;
    assert!(page.session().unwrap().contains("Max-Age=0"));
    assert!(world.get(&one, "/").await.to().starts_with("/login"));

    let three = world.browser("tashi", false).await;
    world.clock.advance(Duration::from_secs(3600));
    let four = world.browser("tashi", false).await;
    world.post(&four, "/account/sessions", &[("session", "all")]).await;
    assert!(world.get(&three, "/").await.to().starts_with("/login"));
    let fields = [("old", PASSWORD), ("password", "four yaks on the hill"), ("again", "four yaks on the hill")];
    let five = world.browser("tashi", false).await;
    assert!(world.post(&four, "/account/password", &fields).await.to().contains("said-password"));
    assert!(world.get(&five, "/").await.to().starts_with("/login"));
    assert_eq!(world.get(&four, "/").await.status, 200);
    assert!(log_in(&world, "tashi", PASSWORD, "").await.session().is_none());
}

#[tokio::test]
async fn over_tls_a_cookie_is_for_that_alone() {
    let options = Options { secure: true, behind_proxy: true, url: None };
    let world = World::of(sample(), options).await;
    world.person("tashi", &[Role::Writer]).await;
    let fields = [("name", "tashi"), ("password", PASSWORD)];
    let page = world.post_from(&NOBODY, "/login", &fields, (&format!("https://{HOST}"), "")).await;
    let cookie = page.session().unwrap();
    assert!(cookie.starts_with("__Host-cunxiang=") && cookie.contains("; Secure"), "{cookie}");
    assert!(page.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let world = World::new().await;
    for path in ["/login", "/nowhere", "/static/style.css", "/people"] {
        let page = world.get(&NOBODY, path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path} {policy}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert!(page.headers.contains_key("cache-control"));
        for inline in ["<script>", "style=", "onclick", "javascript:"] {
            assert!(!page.text.contains(inline) || path.starts_with("/static"), "{path} {inline}");
        }
    }
}

#[tokio::test]
async fn the_button_stops_everything() {
    let world = World::new().await;
    world.person("tashi", &[Role::Translator]).await;
    let browser = world.browser("tashi", false).await;
    assert!(world.get(&browser, "/account").await.text.contains("href=\"/silence\""));
    let page = world.post(&browser, "/silence", &[("where", "all")]).await;
    assert!(world.get(&browser, page.to()).await.text.contains("已下令停播"));
    let order = world.site.ledger().order(1).await.unwrap().unwrap();
    assert_eq!(order.filed_by, "tashi");
    assert_eq!(world.post(&browser, "/silence", &[("where", "nowhere")]).await.status, 409);
}

/// However many look, it is written once in two seconds.
#[tokio::test]
async fn those_who_watch_share_what_is_written() {
    let world = World::new().await;
    world.person("tashi", &[Role::Writer]).await;
    let browser = world.browser("tashi", false).await;
    for round in 1..=3 {
        for _ in 0..50 {
            let page = world.get(&browser, "/").await;
            assert!(page.text.len() < 100 << 10, "{}", page.text.len());
        }
        assert_eq!(world.site.live.written().await, round);
        world.clock.advance(Duration::from_secs(2));
    }
}
