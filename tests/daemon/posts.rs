//! A person settles what may or may not have arrived in a group, and posts by hand where no robot can.

use std::io::{Read as _, Write as _};

use chrono::TimeDelta;

use crate::county::{Daemon, Home, TOKEN, eventually, instant};
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

#[test]
fn a_task_that_is_done_is_delivered_and_one_left_alone_expires() {
    let home = Home::new();
    home.machine("null", None);
    let machine = home.read("config/machine.toml") + "[channel.manual]\nfolder = \"data/tasks\"\n";
    home.write("config/machine.toml", &machine);
    home.edit("config/chats.toml", "{ kind = \"folder\" }", "{ kind = \"manual\", person = \"扎西\" }");
    home.edit("config/chats.toml", "{ kind = \"telegram\", chat = -1001 }", "{ kind = \"manual\", person = \"卓玛\" }");
    home.daily("masks", "wear-mask", "at = [\"09:00:06\"]", "gap = \"0s\"\npost = \"each\"\npost_expires = \"1h\"");
    let files = "[[chat]]\nid = \"duty\"\nname = { zh-CN = \"值班群\" }\nlanguages = [\"zh-CN\"]\nsend = [\"text\"]\n\
                 channel = { kind = \"folder\" }\n";
    home.write("config/chats.toml", &(home.read("config/chats.toml") + files));
    home.write("config/county.toml", &(home.read("config/county.toml") + "[alarm]\nchats = [\"duty\"]\n"));
    let refused = home.refuse(2, &["tasks", "list"]);
    assert!(refused.contains("nothing has run here yet"), "{refused}");
    let daemon = home.start("2026-11-24T09:00:00+08:00");
    eventually("it is planned", || (home.json(&["posts", "list", "--all"]).len() >= 2).then_some(()));
    assert_eq!(daemon.stop().1, Some(0));

    // Both groups are some minutes behind the airing.
    let daemon = home.start(&(instant("2026-11-24T09:00:06+08:00") + TimeDelta::minutes(9)).to_rfc3339());
    let files_of = |task: &serde_json::Value| task["files"].as_array().unwrap().len();
    let tasks = eventually("both are handed over", || {
        let tasks = home.json(&["tasks", "list"]);
        (tasks.len() == 2 && tasks.iter().all(|task| files_of(task) == 6)).then_some(tasks)
    });
    let of = |person: &str| tasks.iter().find(|task| task["person"] == person).unwrap();
    let (done, left) = (of("扎西"), of("卓玛"));
    assert_eq!((&done["chat"], &left["chat"]), (&"files".into(), &"group".into()));
    let name = done["post"].as_str().unwrap();
    assert_eq!(done["folder"], home.path(&format!("data/tasks/files/{name}")).to_str().unwrap());
    for file in done["files"].as_array().unwrap() {
        assert!(std::fs::metadata(file["file"].as_str().unwrap()).unwrap().len() > 0, "{file}");
    }
    let table = home.say(&["tasks", "list"]);
    assert!(table.contains("扎西") && table.contains("村民群") && table.contains("tasks done NAME"), "{table}");
    let open = home.json(&["posts", "list", "--state", "handed"]);
    assert_eq!(open.len(), 2);
    assert!(home.json(&["posts", "list"]).is_empty(), "nothing of it is unknown");

    let told = home.say(&["tasks", "done", name]);
    assert!(told.contains(&format!("{name}#1")) && told.contains(": delivered, as "), "{told}");
    let refused = home.refuse(2, &["tasks", "done", name]);
    assert!(refused.contains("is no open task (delivered)"), "{refused}");
    let refused = home.refuse(2, &["posts", "resend", left["post"].as_str().unwrap()]);
    assert!(refused.contains("is not unknown (handed)"), "{refused}");
    let open = home.json(&["tasks", "list"]);
    assert_eq!(open.iter().map(|task| &task["person"]).collect::<Vec<_>>(), ["卓玛"]);
    assert_eq!(daemon.stop().1, Some(0));

    // Nobody said a word of the other.
    let daemon = home.start("2026-11-24T10:30:00+08:00");
    eventually("it expires", || home.json(&["tasks", "list"]).is_empty().then_some(()));
    let calls_of = |task: &serde_json::Value| {
        let rows = home.json(&["posts", "list", "--all"]);
        let row = rows.iter().find(|row| row["post"] == task["post"]).unwrap();
        let calls = row["calls"].as_array().unwrap().clone();
        assert_eq!(calls.len(), 6);
        calls
    };
    for call in calls_of(done) {
        assert_eq!(call["state"], "delivered", "{call}");
        assert!(call["settled"]["by"].is_string() && call["settled"]["at"].is_string(), "{call}");
    }
    for call in calls_of(left) {
        assert_eq!((&call["state"], &call["code"]), (&"expired".into(), &"not-done".into()), "{call}");
    }
    let table = home.say(&["posts", "list", "--state", "expired"]);
    assert!(table.contains("nobody said that the task was done"), "{table}");
    let alarms = || {
        let posts = std::fs::read_dir(home.path("posts/duty")).ok()?.map(|entry| entry.unwrap().path());
        let alarms = posts.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("alarm."));
        let told: Vec<String> =
            alarms.filter_map(|path| std::fs::read_to_string(path.join("01-zh-CN.txt")).ok()).collect();
        told.iter().any(|text| text.contains("人工转发没有完成：卓玛，群group")).then_some(())
    };
    eventually("those on duty are told", alarms);
    assert_eq!(daemon.stop().1, Some(0));
}

/// What people read in the group now, voice notes by what stands under them.
fn shown(telegram: &FakeTelegram) -> Vec<String> {
    telegram.shown().into_iter().map(|call| call.text).collect()
}

/// The page of a notice, as a browser gets it.
fn public_page(daemon: &Daemon, notice: &str) -> String {
    let log = daemon.log();
    let address = log.split_once("pages=").unwrap().1.split(' ').next().unwrap().to_owned();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET /n/{notice} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

#[test]
fn a_notice_is_withdrawn_and_mended_where_it_was_posted() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let telegram = runtime.block_on(FakeTelegram::start(TOKEN));
    let home = Home::new();
    home.machine("null", Some(&telegram.url));
    home.write("config/machine.toml", &(home.read("config/machine.toml") + "[bot]\nanswers = false\n"));
    let page = "[page]\nlisten = \"127.0.0.1:0\"\nurl = \"https://notices.example.org\"\nnames = \"number\"\n";
    home.write("config/machine.toml", &(home.read("config/machine.toml") + page));
    for _ in 0..2 {
        home.edit("config/chats.toml", "languages = [\"bo\", \"lis\", \"zh-CN\"]", "languages = [\"zh-CN\"]");
    }
    home.daily("masks", "wear-mask", "at = [\"09:00:06\"]", "repeat = 10\ngap = \"5s\"\npost = \"each\"");
    let daemon = home.start("2026-11-24T08:00:00+08:00");
    eventually("it is planned", || (home.json(&["posts", "list", "--all"]).len() >= 2).then_some(()));
    assert_eq!(daemon.stop().1, Some(0));

    // The group is some minutes behind the airing. It is announced once more, and sounds.
    let daemon = home.start(&(instant("2026-11-24T09:00:06+08:00") + TimeDelta::minutes(40)).to_rfc3339());
    eventually("the group has text and voice note", || (shown(&telegram).len() == 2).then_some(()));
    crate::county::wait(std::time::Duration::from_secs(1));
    home.say(&["announce", "masks"]);
    let sounding = || {
        let status = home.status();
        status["stations"].as_array().unwrap().iter().filter(|station| station["sounding"].is_string()).count()
    };
    eventually("it sounds", || (sounding() == 3).then_some(()));
    // Posted a few minutes later to the group; to the folder at once.
    eventually("that is posted, too", || (home.path("posts/files").read_dir().unwrap().count() >= 2).then_some(()));
    let notice = home.json(&["posts", "list", "--all"])[0]["notice"].as_str().unwrap().to_owned();
    let page = public_page(&daemon, &notice);
    assert!(page.contains("要及时换") && page.contains("<audio"), "{page}");
    let told = home.say(&["withdraw", "masks"]);
    assert!(told.contains("order 1 ends, by order 2\norder 3: withdraw masks\n"), "{told}");
    eventually("it is quiet", || (sounding() == 0).then_some(()));
    let words = format!("【更正】\n出门戴好口罩\n通知第{notice}号\n此通知已撤回，请不要再转发。");
    eventually("the group reads that alone", || (shown(&telegram) == [words.as_str()]).then_some(()));
    let folder = || {
        let posts = std::fs::read_dir(home.path("posts/files")).unwrap().map(|entry| entry.unwrap().path());
        let corrections = posts.filter(|path| path.file_name().unwrap().to_str().unwrap().contains(".withdrawn-3."));
        corrections.map(|path| std::fs::read_to_string(path.join("01-zh-CN.txt")).unwrap()).collect::<Vec<_>>()
    };
    eventually("the folder has a file that says it", || (folder() == [format!("{words}\n")]).then_some(()));
    let refused = home.refuse(2, &["withdraw", "masks"]);
    assert!(refused.contains("`masks` is withdrawn already, by order 3"), "{refused}");
    let refused = home.refuse(2, &["announce", "masks"]);
    assert!(refused.contains("`masks` is withdrawn by order 3; mend it and say `cunxiang correct masks`"), "{refused}");
    let table = home.say(&["log", "--posts", "--broadcast", "masks"]);
    assert!(table.contains("taken back by order 3") && table.contains("deletes masks."), "{table}");
    let plan = || home.json(&["plan", "--days", "2", "--from", "2026-11-25"]);
    assert!(plan().is_empty(), "{:?}", plan());
    assert_eq!(daemon.stop().1, Some(0));

    // A start later everything is as it was, and the mended text takes the first one's place.
    home.edit("locales/zh-CN/epidemic.ftl", "要及时换", "要马上换");
    home.record();
    let daemon = home.start("2026-11-24T11:00:00+08:00");
    assert!(plan().is_empty(), "{:?}", plan());
    let page = public_page(&daemon, &notice);
    assert!(page.contains("此通知已撤回") && !page.contains("要及时换"), "{page}");
    let told = home.say(&["correct", "masks"]);
    assert!(told.contains("order 3, which withdrew it, ends by order 4\norder 5: correct masks\n"), "{told}");
    let corrected = eventually("the group reads the new text", || {
        let shown = shown(&telegram);
        (shown.len() == 2 && shown[0].starts_with(&format!("【更正 {notice}】\n"))).then_some(shown)
    });
    assert!(corrected[0].contains("要马上换"), "{corrected:?}");
    eventually("nothing is open", || {
        let open = ["posts", "list", "--state", "waiting", "--state", "sending", "--state", "unknown"];
        home.json(&[&open[..], &["--chat", "group", "--until", "2026-11-24T12:00:00+08:00"]].concat())
            .is_empty()
            .then_some(())
    });
    let refused = home.refuse(2, &["correct", "masks"]);
    assert!(refused.contains("`masks` is as it was posted, notice "), "{refused}");
    let refused = home.refuse(2, &["withdraw", "nothing"]);
    assert!(refused.contains("there is no broadcast `nothing`, and there never was"), "{refused}");
    assert!(!plan().is_empty(), "it airs again tomorrow");
    assert_eq!(daemon.stop().1, Some(0));
}
