//! Notices: written, translated, kept as drafts, saved into the files, taken back.

use std::collections::BTreeSet;

use super::world::{Browser, Page, World};
use crate::ledger::Role;

const ZH: &str = "locales/zh-CN/epidemic.ftl";
const BO: &str = "locales/bo/epidemic.ftl";

/// The value of a field in the form of a language.
fn field(page: &Page, language: &str, name: &str) -> String {
    let form = page.text.split(&format!("name=\"language\" value=\"{language}\"")).nth(1).expect("there is a form");
    let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("there is a field");
    value.split('"').next().unwrap().to_owned()
}

/// A text as a page has it in its field.
fn typed(page: &Page, language: &str, name: &str) -> String {
    let form = page.text.split(&format!("name=\"language\" value=\"{language}\"")).nth(1).expect("there is a form");
    let area = form.split(&format!("name=\"{name}\"")).nth(1).unwrap();
    let text = area.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
    text.trim_start_matches('\n').to_owned()
}

/// What a form of `/notices/wear-mask` sends, with some fields typed otherwise.
async fn send(world: &World, browser: &Browser, language: &str, typed_now: &[(&str, &str)]) -> Page {
    let page = world.get(browser, "/notices/wear-mask").await;
    send_from(world, browser, &page, language, typed_now).await
}

async fn send_from(world: &World, browser: &Browser, page: &Page, language: &str, typed_now: &[(&str, &str)]) -> Page {
    let mut fields: Vec<(String, String)> = vec![("language".into(), language.into())];
    fields.extend(["based_on", "beside"].map(|name| (name.to_owned(), field(page, language, name))));
    fields.extend(["text", "title", "short", "voice"].map(|name| (name.to_owned(), typed(page, language, name))));
    for (name, value) in typed_now {
        fields.retain(|(found, _)| found != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    world.post(browser, "/notices/wear-mask", &fields).await
}

async fn world() -> (World, Browser, Browser) {
    let world = World::new().await;
    world.person("Li", &[Role::Writer]).await;
    world.person("Drolma", &[Role::Translator]).await;
    let (roles, languages) = (BTreeSet::from([Role::Translator]), BTreeSet::from(["bo".parse().unwrap()]));
    world.site.ledger().change_person("Drolma", (&roles, &languages), "test", world.now()).await.unwrap();
    let (li, drolma) = (world.browser("Li", false).await, world.browser("Drolma", false).await);
    (world, li, drolma)
}

#[tokio::test]
async fn what_is_saved_stands_in_the_file_and_nothing_else_changes() {
    let (world, li, drolma) = world().await;
    let (zh, bo) = (world.file(ZH), world.file(BO));
    let list = world.get(&li, "/notices").await;
    assert!(list.text.contains("出门戴好口罩") && list.text.len() < 100 << 10);

    let page = send(&world, &li, "zh-CN", &[("title", "出门请戴口罩")]).await;
    assert_eq!(page.to(), "/notices/wear-mask?said=notices-said-saved", "{}", page.text);
    let wanted =
        zh.replacen("出门戴好口罩\n", "出门请戴口罩\n", 1).replacen("wear-mask =", "# @written-by Li\nwear-mask =", 1);
    assert_eq!(world.file(ZH), wanted);
    assert_eq!(world.file(BO), bo);
    let audit = &world.site.ledger().audit_rows(1).await.unwrap()[0];
    assert_eq!((audit.who.as_str(), audit.action.as_str()), ("Li", "change file"));
    assert!(audit.detail["before"].as_str().unwrap().contains("出门戴好口罩"));
    assert!(audit.detail["after"].as_str().unwrap().contains("出门请戴口罩"));

    // The translator sees what changed, and says that the translation is that.
    let page = world.get(&drolma, "/notices/wear-mask").await;
    assert!(page.text.contains("中文已改") && page.text.len() < 100 << 10, "{}", page.text.len());
    assert!(world.get(&drolma, "/notices?only=bo").await.text.contains("/notices/wear-mask"));
    let page = send(&world, &drolma, "bo", &[("title", "ཁ་རས་ངེས་པར་གྱོན་རོགས།"), ("right", "yes")]).await;
    assert!(page.to().ends_with("notices-said-saved"), "{}", page.text);
    assert!(
        world.file(BO).contains("    .title = ཁ་རས་ངེས་པར་གྱོན་རོགས།\n")
            && world.file(BO).contains("# @translated-by Drolma\n")
    );
    let page = world.get(&drolma, "/notices?only=bo").await;
    assert!(!page.text.contains("/notices/wear-mask"), "it is translated");

    // Back to what it was: the form has it, and saving puts it there.
    let page = world.get(&li, "/notices/wear-mask").await;
    assert!(page.text.contains("<del>") && page.text.contains("<ins>"));
    let page = send(&world, &li, "zh-CN", &[("title", "出门请一定戴口罩")]).await;
    assert!(page.to().ends_with("notices-said-saved"));
    let page = world.get(&li, "/notices/wear-mask?restore=1").await;
    assert_eq!(typed(&page, "zh-CN", "title"), "出门请戴口罩");
    let page = send_from(&world, &li, &page, "zh-CN", &[]).await;
    assert!(page.to().ends_with("notices-said-saved"));
    assert_eq!(world.file(ZH), wanted);
    let page = send(&world, &li, "zh-CN", &[]).await;
    assert!(page.to().ends_with("notices-said-same"));
}

#[tokio::test]
async fn a_translator_changes_their_languages_alone() {
    let (world, li, drolma) = world().await;
    let page = world.get(&drolma, "/notices/wear-mask").await;
    assert_eq!(page.text.matches("<form method=\"post\" action=\"/notices/").count(), 1);
    for (browser, language) in [(&drolma, "lis"), (&drolma, "zh-CN"), (&li, "bo"), (&drolma, "xx")] {
        for path in ["/notices/wear-mask", "/notices/wear-mask/lint"] {
            let page = world.post(browser, path, &[("language", language), ("text", "x")]).await;
            assert_eq!(page.status, 403, "{language} {path}");
        }
    }
    assert_eq!(world.post(&drolma, "/notices/no-such", &[("language", "bo")]).await.status, 404);
    assert_eq!(world.post(&drolma, "/new-notice", &[("id", "x")]).await.status, 403);
}

#[tokio::test]
async fn a_faulty_text_stays_a_draft() {
    let (world, _, drolma) = world().await;
    let before = world.file(BO);
    let page = send(&world, &drolma, "bo", &[("text", "戴好口罩 <b>"), ("short", "")]).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("处错误") && page.text.contains("wrong-script") && page.text.contains("missing-attribute"),
        "{}",
        page.text
    );
    assert_eq!(world.file(BO), before);
    let page = world.get(&drolma, "/notices/wear-mask").await;
    assert!(page.text.contains("的草稿"));
    assert_eq!(typed(&page, "bo", "text"), "戴好口罩 &lt;b&gt;");
    assert!(world.get(&drolma, "/notices?only=drafts").await.text.contains("/notices/wear-mask"));
    let page = send(&world, &drolma, "bo", &[("do", "drop")]).await;
    assert!(page.to().ends_with("notices-said-dropped"));
    assert!(!world.get(&drolma, "/notices/wear-mask").await.text.contains("的草稿"));

    // What is kept on purpose is not looked at, and is forgotten when it is saved.
    let page = send(&world, &drolma, "bo", &[("do", "draft"), ("title", "half")]).await;
    assert!(page.to().ends_with("notices-said-draft"));
    assert_eq!(world.site.ledger().drafts().await.unwrap().len(), 1);
    let page = send(&world, &drolma, "bo", &[("title", "ཁ་རས་ངེས་པར་གྱོན་རོགས།")]).await;
    assert!(page.to().ends_with("notices-said-saved"), "{}", page.text);
    assert_eq!(world.site.ledger().drafts().await.unwrap(), []);
}

#[tokio::test]
async fn a_conflict_is_shown_and_overwrites_nothing() {
    let (world, li, drolma) = world().await;
    let mine = world.get(&drolma, "/notices/wear-mask").await;
    let path = world.site.home.join(BO);
    std::fs::write(&path, world.file(BO).replacen("ཁ་རས་གྱོན་རོགས།\n", "ཁ་རས་གོན་རོགས།\n", 1)).unwrap();
    let theirs = world.file(BO);
    let page = send_from(&world, &drolma, &mine, "bo", &[("title", "ཁ་རས་ངེས་པར་གྱོན་རོགས།")]).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("别人改了这段文字") && page.text.contains("<del>"), "{}", page.text);
    assert_eq!(world.file(BO), theirs);
    // Having seen it, the same is saved.
    assert_eq!(typed(&page, "bo", "title"), "ཁ་རས་ངེས་པར་གྱོན་རོགས།");
    let page = send_from(&world, &drolma, &page, "bo", &[]).await;
    assert!(page.to().ends_with("notices-said-saved"), "{}", page.text);

    // The Chinese changes while somebody translates.
    let mine = world.get(&drolma, "/notices/wear-mask").await;
    send(&world, &li, "zh-CN", &[("title", "出门请戴口罩")]).await;
    let before = world.file(BO);
    let page = send_from(&world, &drolma, &mine, "bo", &[("title", "ཁ་རས་གྱོན་དགོས།"), ("right", "yes")]).await;
    assert!(page.text.contains("您写的时候中文改了"));
    assert_eq!(world.file(BO), before);
}

#[tokio::test]
async fn findings_are_told_while_one_types() {
    let (world, _, drolma) = world().await;
    let fields = [("language", "bo"), ("text", "戴口罩"), ("title", "<script>"), ("short", "ཁ་རས་གྱོན་རོགས།")];
    let page = world.post(&drolma, "/notices/wear-mask/lint", &fields).await;
    assert!(
        page.text.contains("用字") && page.text.contains("wrong-script") && !page.text.contains("<html"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<script>"));
    assert_eq!(world.site.ledger().drafts().await.unwrap(), []);
    let page = world.post(&drolma, "/notices/wear-mask/lint", &[("language", "bo"), ("text", "{ $x")]).await;
    assert!(page.text.contains("ftl-syntax"));
}

#[tokio::test]
async fn a_new_notice_is_written() {
    let (world, li, _) = world().await;
    let page = world.get(&li, "/new-notice").await;
    assert!(page.text.contains("value=\"notice-20261124\""));
    let fields = |id: &'static str, text: &'static str| {
        [("id", id), ("topic", ZH), ("text", text), ("title", "通风"), ("short", "请通风。"), ("comment", "Air.")]
    };
    for (id, why) in [("Bad Id", "小写字母"), ("wear-mask", "用过了")] {
        assert!(world.post(&li, "/new-notice", &fields(id, "请通风。")).await.text.contains(why));
    }
    let page = world.post(&li, "/new-notice", &[("id", "air"), ("topic", "config/county.toml"), ("text", "x")]).await;
    assert!(page.text.contains("请选一类"));
    let page = world.post(&li, "/new-notice", &fields("air", "待翻译")).await;
    assert!(page.text.contains("placeholder-text"), "{}", page.text);
    assert!(world.get(&li, "/notices").await.text.contains("/new-notice?draft=air"));
    assert!(world.get(&li, "/new-notice?draft=air").await.text.contains("待翻译"));
    let page = world.post(&li, "/new-notice", &fields("air", "请每天开窗通风。")).await;
    assert_eq!(page.to(), "/notices/air?said=notices-said-saved");
    assert!(
        world.file(ZH).ends_with(
            "\n# Air.\n# @written-by Li\nair =\n    请每天开窗通风。\n    .title = 通风\n    .short = 请通风。\n"
        ) || world.file(ZH).contains("\n# Air.\n# @written-by Li\nair = 请每天开窗通风。\n"),
        "{}",
        world.file(ZH)
    );
    assert_eq!(world.get(&li, page.to()).await.status, 200);
    assert_eq!(world.site.ledger().drafts().await.unwrap(), []);
}
