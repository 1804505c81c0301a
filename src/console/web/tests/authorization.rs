//! Every route, asked by everybody.

use axum::http::StatusCode;

use super::world::{NOBODY, World};
use crate::console::web::routes::{Method, ROUTES, Who};
use crate::ledger::Role;

/// A path of a route, with something in the place of its parts.
fn path(route: &str) -> String {
    route
        .replace("{name}", "style.css")
        .replace("{token}", &"0".repeat(64))
        .replace("{id}", "wear-mask")
        .replace("{station}", "foshan-nagu")
        .replace("{digest}", "0")
        .replace("{tag}", "bo")
}

#[tokio::test]
async fn each_route_lets_in_whom_its_row_names_and_nobody_else() {
    let world = World::new().await;
    for route in ROUTES {
        let mut people = vec![(None, NOBODY)];
        for (i, role) in Role::ALL.into_iter().enumerate() {
            let name = format!("{role} {i} {} {:?}", route.path, route.method);
            world.person(&name, &[role]).await;
            people.push((Some(role), world.browser(&name, true).await));
        }
        for (role, browser) in people {
            let page = match route.method {
                Method::Get => world.get(&browser, &path(route.path)).await,
                Method::Post => world.post(&browser, &path(route.path), &[]).await,
            };
            let may = match (route.who, role) {
                (Who::Anyone, _) | (Who::Person, Some(_)) => true,
                (Who::Roles(roles), Some(role)) => roles.contains(&role),
                _ => false,
            };
            let at_login = page.to().starts_with("/login?to=");
            let is_let_in = page.status != StatusCode::FORBIDDEN && !at_login;
            // A form without its fields may be refused for that, by a page that lets the person in.
            let is_empty_form = may && route.method == Method::Post && page.status == StatusCode::FORBIDDEN;
            assert!(is_let_in == may || is_empty_form, "{:?} {} {role:?}: {}", route.method, route.path, page.status);
            if !may {
                let expected =
                    if role.is_none() && route.method == Method::Get { at_login } else { page.status == 403 };
                assert!(expected, "{:?} {} {role:?}: {}", route.method, route.path, page.status);
            }
        }
    }
}

#[tokio::test]
async fn an_approver_without_a_code_approves_nothing() {
    let world = World::new().await;
    world.person("tashi", &[Role::Approver]).await;
    // Without one the first page leads to where one is set up.
    for (with_code, first, other) in [(false, 303, 403), (true, 200, 200)] {
        let browser = world.browser("tashi", with_code).await;
        assert_eq!(world.get(&browser, "/").await.status, first, "{with_code}");
        assert_eq!(world.get(&browser, "/emergency").await.status, other, "{with_code}");
        assert_eq!(world.get(&browser, "/account").await.status, 200);
    }
}

#[tokio::test]
async fn a_table_names_each_address_once_and_every_nav_is_a_page() {
    for (i, route) in ROUTES.iter().enumerate() {
        assert!(ROUTES[..i].iter().all(|other| (other.method, other.path) != (route.method, route.path)));
        assert!(route.nav.is_none() || (route.method == Method::Get && route.who != Who::Anyone), "{}", route.path);
        assert_eq!(route.body_bytes_max == 0, route.method == Method::Get, "{}", route.path);
    }
}
