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

/// Three seconds of sound, as a telephone would bring it.
fn wav() -> Vec<u8> {
    let samples: Vec<i16> = crate::county::noise("reading", 3 * 48_000).iter().map(|s| (s * 12_000.0) as i16).collect();
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(48_000u32.to_le_bytes());
    file.extend(96_000u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

/// Sends bytes as the recording page's script does.
fn send(address: &str, path: &str, (cookie, token): (&str, &str), body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\nX-Token: {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .unwrap();
    stream.write_all(body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_somebody_reads_aloud_is_bound_to_the_text_of_the_page() {
    let home = Home::new();
    home.machine("null", None);
    home.daily("masks", "wear-mask", "at = [\"morning\"]", "");
    let machine = home.read("config/machine.toml") + "[console]\nlisten = \"127.0.0.1:0\"\n";
    home.write("config/machine.toml", &machine);
    let daemon = home.start("2026-11-24T10:00:00+08:00");
    let log = daemon.log();
    let (_, link) = log.split_once("within 15 minutes, open http://").expect("it tells the link");
    let link = link.split_whitespace().next().unwrap();
    let (address, path) = link.split_at(link.find('/').unwrap());
    let (head, _) = ask(address, "POST", path, "", &format!("name=Drolma&password={PASSWORD}&again={PASSWORD}"));
    let cookie = head.split_once("set-cookie: ").unwrap().1.split(';').next().unwrap().to_owned();
    let (_, page) = ask(address, "GET", "/people", &cookie, "");
    let token = page.split_once("name=\"token\" value=\"").unwrap().1[..64].to_owned();
    let form = format!("token={token}&name=Drolma&role=engineer&role=writer");
    assert!(ask(address, "POST", "/people/change", &cookie, &form).0.starts_with("HTTP/1.1 303"));

    let here = "/notices/wear-mask/record/bo";
    let (head, page) = ask(address, "GET", here, &cookie, "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{page}");
    let read = &page.split_once("data-read=\"").unwrap().1[..64];
    let query = format!("read={read}&broadcast=masks&kind=wav&speaker=Drolma&voice=");
    let before = home.read("broadcasts/recordings.toml");
    for (query, body, why) in [
        (query.replace(read, &"0".repeat(64)), wav(), "文字刚刚改了"),
        (query.clone(), b"no sound".to_vec(), "不能用"),
        (query.replace("speaker=Drolma", "speaker="), wav(), "朗读人"),
    ] {
        let answer = send(address, &format!("{here}?{query}"), (&cookie, &token), &body);
        assert!(answer.starts_with("HTTP/1.1 422") && answer.contains(why), "{answer}");
    }
    assert_eq!(home.read("broadcasts/recordings.toml"), before);
    assert!(send(address, &format!("{here}?{query}"), (&cookie, "none"), &wav()).starts_with("HTTP/1.1 403"));

    let answer = send(address, &format!("{here}?{query}"), (&cookie, &token), &wav());
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("已存好"), "{answer}");
    let after = home.read("broadcasts/recordings.toml");
    let entry = after.split("[[recording]]").find(|entry| entry.contains("speaker = \"Drolma\"")).expect("it is there");
    for part in ["message = \"wear-mask\"", "language = \"bo\"", "kind = \"person\"", "date = \"2026-11-24\"", read] {
        assert!(entry.contains(part), "{part}: {entry}");
    }
    let file = |key: &str| entry.split(&format!("{key} = \"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(std::fs::read(home.path(&format!("broadcasts/{}", file("original")))).unwrap(), wav());
    let clip = std::fs::read(home.path(&format!("broadcasts/{}", file("file")))).unwrap();
    assert_eq!(cunxiang::base::Digest::of(&clip).to_string(), file("clip"));
    let left: Vec<_> =
        std::fs::read_dir(home.path("broadcasts/originals")).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(left.len(), 1, "nothing is left of what was sent: {left:?}");
}
