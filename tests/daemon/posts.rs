//! A person settles what may or may not have arrived in a group.

use chrono::TimeDelta;

use crate::county::{Home, TOKEN, eventually, instant};
use crate::fake_telegram::{FakeTelegram, Reply};

#[test]
fn what_was_seen_is_delivered_and_what_was_not_goes_out_once_more() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let telegram = runtime.block_on(FakeTelegram::start(TOKEN));
    let home = Home::new();
    home.machine("null", Some(&telegram.url));
    // Only texts and one group, no questions of residents in between.
    home.edit(
        "config/chats.toml",
        "send = [\"text\", \"voice\"]\nchannel = { kind = \"tele",
        "send = [\"text\"]\nchannel = { kind = \"tele",
    );
    home.write("config/machine.toml", &(home.read("config/machine.toml") + "[bot]\nanswers = false\n"));
    home.daily("masks", "wear-mask", "at = [\"09:00:06\"]", "gap = \"0s\"\npost = \"each\"");
    telegram.script([Reply::FailsAfterArrival, Reply::Arrives, Reply::Error(500, "Internal Server Error")]);
    let refused = home.refuse(2, &["posts", "list"]);
    assert!(refused.contains("nothing has run here yet"), "{refused}");
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    eventually("it is planned", || {
        (!home.json(&["posts", "list", "--chat", "group", "--all"]).is_empty()).then_some(())
    });
    assert_eq!(daemon.stop().1, Some(0));
    // The group is some minutes behind the airing.
    let daemon = home.start(&(instant("2026-11-24T09:00:06+08:00") + TimeDelta::minutes(9)).to_rfc3339());

    let unknown = || home.json(&["posts", "list", "--chat", "group"]);
    eventually("all three were tried", || (telegram.received().len() == 3).then_some(()));
    let posts = eventually("two are unknown", || {
        let posts = unknown();
        let calls = posts.first()?["calls"].as_array()?.len();
        (calls == 2).then_some(posts)
    });
    let post = posts[0]["post"].as_str().unwrap().to_owned();
    let (first, third) = (format!("{post}#1"), format!("{post}#3"));
    let names: Vec<&str> = posts[0]["calls"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, [&first, &third]);
    let table = home.say(&["posts", "list"]);
    assert!(table.contains(&first) && table.contains("posts resend NAME"), "{table}");

    let told = home.say(&["posts", "seen", &first]);
    assert!(told.contains(&format!("{first}: delivered, as ")), "{told}");
    let told = home.say(&["posts", "resend", &post]);
    assert!(told.contains(&format!("{third}~1: to be sent")), "{told}");
    eventually("it went out once more", || (telegram.arrived().len() == 3).then_some(()));
    let last = telegram.arrived().pop().unwrap().text;
    let notice = posts[0]["notice"].as_str().unwrap();
    assert!(last.starts_with("【重发 ") && last.contains(notice), "{last}");
    assert_eq!(telegram.received().len(), 4, "nothing else was sent");
    eventually("nothing is open", || unknown().is_empty().then_some(()));

    let states = || -> Vec<(String, bool)> {
        let all = home.json(&["posts", "list", "--chat", "group", "--all"]);
        let row = all.iter().find(|row| row["post"] == post.as_str()).unwrap();
        let calls = row["calls"].as_array().unwrap().iter();
        calls.map(|call| (call["state"].as_str().unwrap().to_owned(), call["settled"]["by"].is_string())).collect()
    };
    let want = [("delivered", true), ("delivered", false), ("lost", true), ("delivered", false)];
    let want = want.map(|(state, settled)| (state.to_owned(), settled));
    eventually("every call has its end", || (states() == want).then_some(()));
    for (arguments, says) in [
        (["posts", "seen", &first], "is not unknown (delivered)"),
        (["posts", "resend", "masks.20261124.nobody"], "there is no post or call"),
    ] {
        let refused = home.refuse(2, &arguments);
        assert!(refused.contains(says), "{refused}");
    }
    assert_eq!(daemon.stop().1, Some(0));
}
