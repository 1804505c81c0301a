//! The console of the real program: the first link from its log, a password, today's page, the button that stops everything.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::county::Home;

const PASSWORD: &str = "three+yaks+by+the+river";

/// What the console answers: head and body.
fn ask(address: &str, method: &str, path: &str, cookie: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let kind = "application/x-www-form-urlencoded";
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[test]
fn the_first_engineer_follows_the_link_sees_today_and_stops_everything() {
    let home = Home::new();
    home.machine("null", None);
    let machine = home.read("config/machine.toml") + "[console]\nlisten = \"127.0.0.1:0\"\n";
    home.write("config/machine.toml", &machine);
    let daemon = home.start("2026-11-24T10:00:00+08:00");
    let log = daemon.log();
    let (_, link) = log.split_once("within 15 minutes, open http://").expect("it tells the link");
    let link = link.split_whitespace().next().unwrap();
    let (address, path) = link.split_at(link.find('/').unwrap());

    let (head, _) = ask(address, "GET", "/", "", "");
    assert!(head.starts_with("HTTP/1.1 303") && head.contains("location: /login?to="), "{head}");
    let (_, page) = ask(address, "GET", path, "", "");
    assert!(page.contains("第一位工程师"), "{page}");
    let form = format!("name=Drolma&password={PASSWORD}&again={PASSWORD}");
    let (head, _) = ask(address, "POST", path, "", &form);
    assert!(head.starts_with("HTTP/1.1 303"), "{head}");
    let (_, cookie) = head.split_once("set-cookie: ").unwrap();
    let cookie = cookie.split(';').next().unwrap();

    let (head, page) = ask(address, "GET", "/", cookie, "");
    assert!(head.starts_with("HTTP/1.1 200") && page.contains("北乡"), "{head}\n{page}");
    let (_, token) = page.split_once("name=\"token\" value=\"").unwrap();
    let form = format!("token={}&where=all", &token[..64]);
    let (head, _) = ask(address, "POST", "/silence", cookie, &form);
    assert!(head.contains("location: /?said=layout-said-silenced"), "{head}");
    assert!(home.say(&["orders"]).contains("silence all until 2026-11-24T12:00"), "{}", home.say(&["orders"]));
    let people = home.say(&["people", "list"]);
    assert!(people.contains("Drolma") && people.contains("engineer"), "{people}");
    drop(daemon);

    let log = home.start("2026-11-24T10:00:00+08:00").log();
    assert!(!log.contains("no engineer yet"), "{log}");
}
