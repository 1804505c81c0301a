//! What no one file of `card` can show alone: texts set with the real fonts.

use proptest::prelude::*;

use super::fonts::{Fonts, Options, Weight};
use super::script::Script;
use super::typeset::{self, Line, Style};
use super::{Card, CardFault, Item, Look, Section, layout, sheets};

/// Common and rare stacks, high vowels and deep subjoined letters.
const STACKS: &str = "བསྒྲུབས་རྐྱེན། པདྨེ་ཧཱུྃ། རྫོགས་འབྲེལ་སྐྱོང་རྒྱུན། ཨོཾ་བརྒྱུད་བསྐྱོད་རྩྭ་ཕྲུག་གྲྭ། ལྗོངས་ཀྱིས།";

fn fonts() -> Fonts {
    Fonts::open(&Options::default()).unwrap()
}

fn style(script: Script) -> Style {
    Style { script, weight: Weight::Regular, size: 40.0 }
}

/// The text of each line.
fn texts(lines: &[Line]) -> Vec<String> {
    let text = |line: &Line| {
        let glyphs = line.runs.iter().flat_map(|run| run.glyphs.iter().map(move |glyph| (run, glyph)));
        let mut out = String::new();
        let mut last = None;
        for (run, glyph) in glyphs {
            // Glyphs of one cluster stand for the same characters.
            if last != Some(glyph.range.clone()) {
                out.push_str(&run.text[glyph.range.clone()]);
            }
            last = Some(glyph.range.clone());
        }
        out
    };
    lines.iter().map(text).collect()
}

fn check(script: Script, width: f32, text: &str, wanted: &[&str]) {
    let found = texts(&typeset::set(&mut fonts().press(), text, style(script), width).unwrap());
    let found: Vec<&str> = found.iter().map(|line| line.trim()).collect();
    assert_eq!(found, wanted);
}

#[test]
fn lines_end_where_each_script_lets_them() {
    check(Script::Tibetan, 260.0, "གསུངས་པ་དང་། ཡང་ན་འགྲོ་བ།", &["གསུངས་པ་དང་།", "ཡང་ན་འགྲོ་བ།"]);
    check(Script::Tibetan, 180.0, "གསུངས་པ་དང་།", &["གསུངས་པ་", "དང་།"]);
    check(Script::Tibetan, 210.0, "ཁ་པར་12320ལ་གཏོང་།", &["ཁ་པར་", "12320ལ་", "གཏོང་།"]);
    check(Script::Lisu, 110.0, "ꓡꓲ-ꓢꓴ ꓡꓯꓼ ꓒꓯꓹ", &["ꓡꓲ-ꓢꓴ", "ꓡꓯꓼ", "ꓒꓯꓹ"]);
    // A space before a comma or full stop would let a line begin with it.
    check(Script::Lisu, 110.0, "ꓡꓲ ꓢꓴ ꓾ ꓡꓯꓼ ꓿", &["ꓡꓲ", "ꓢꓴ\u{A0}꓾", "ꓡꓯꓼ\u{A0}꓿"]);
    check(Script::Han, 200.0, "请戴好口罩，到医院。", &["请戴好口", "罩，到医", "院。"]);
    check(Script::Han, 165.0, "出门戴罩，洗手。", &["出门戴", "罩，洗", "手。"]);
}

#[test]
fn no_stack_reaches_out_of_its_line() {
    let fonts = fonts();
    let mut guard = fonts.press();
    let press = &mut *guard;
    for weight in [Weight::Regular, Weight::Bold] {
        let style = Style { weight, ..style(Script::Tibetan) };
        for line in typeset::set(press, STACKS, style, 2000.0).unwrap() {
            for run in &line.runs {
                for glyph in &run.glyphs {
                    let (key, _, top) = run.key(glyph, (0.0, -glyph.offset.1 * run.size));
                    let Some(image) = press.images.get_image(&mut press.system, key).clone() else { continue };
                    let rises = (image.placement.top - top) as f32;
                    let falls = image.placement.height as f32 - rises;
                    let stack = &run.text[glyph.range.clone()];
                    assert!(rises <= line.up + 1.0, "{stack} rises {rises} of {}", line.up);
                    assert!(falls <= line.down + 1.0, "{stack} falls {falls} of {}", line.down);
                }
            }
        }
    }
}

#[test]
fn isolating_marks_leave_no_trace() {
    let fonts = fonts();
    let set = |text: &str| texts(&typeset::set(&mut fonts.press(), text, style(Script::Han), 500.0).unwrap());
    assert_eq!(set("去\u{2068}奔子栏\u{2069}村口"), ["去奔子栏村口"]);
}

fn card(text: &str) -> Card {
    let items = vec![Item { title: "通知".to_owned(), text: text.to_owned() }];
    let section = Section { language: "zh-CN".parse().unwrap(), county: None, date: None, items, is_draft: false };
    Card { look: Look::Daily, sections: vec![section], notice: None, hotline: None, link: None, is_sample: false }
}

fn refused(text: &str) -> CardFault {
    card(text).png(&fonts()).err().unwrap_or_else(|| panic!("`{text}` was drawn"))
}

#[test]
fn what_no_font_draws_is_a_fault_with_its_code_point() {
    for (text, wanted) in [("请戴\u{E000}口罩", "U+E000"), ("请戴口罩😷", "U+1F637"), ("ཀ\u{0FFF}ཁ", "U+0FFF")]
    {
        let fault = refused(text);
        assert!(matches!(&fault, CardFault::NoGlyph { characters, .. } if characters == wanted), "{fault:?}");
        assert!(fault.to_string().contains(wanted), "{fault}");
    }
}

#[test]
fn a_mark_without_its_letter_is_a_fault() {
    for (text, wanted) in [
        ("\u{0F72}ཀ་", "U+0F72"),
        ("ཀ་\u{0F7A}ཁ", "U+0F7A"),
        ("ཀ་\u{0FB1}", "U+0FB1"),
        ("中\u{0F74}", "U+0F74"),
        ("14\u{0F72}", "U+0F72"),
        ("ཀ\u{25CC}ཁ", "U+25CC"),
    ] {
        let fault = refused(text);
        assert!(
            matches!(&fault, CardFault::DottedCircle { characters, .. } if characters.contains(wanted)),
            "{text}: {fault:?}"
        );
    }
}

#[test]
fn what_does_not_fit_is_a_fault() {
    let fault = refused(&"A".repeat(80));
    assert!(matches!(&fault, CardFault::TooWide { text, .. } if text.starts_with("AAA")), "{fault:?}");
    let fault = refused(&"请戴好口罩。".repeat(400));
    assert!(matches!(fault, CardFault::TooHigh { height_max: 3240, .. }), "{fault:?}");
    let fault = super::poster(&card(&"请戴好口罩。".repeat(3000)), &fonts()).unwrap_err();
    assert!(matches!(fault, CardFault::TooManyPages { pages_max: 12, .. }), "{fault:?}");
}

#[test]
fn a_card_without_a_text_is_a_fault() {
    let fonts = fonts();
    let mut empty = card("口罩");
    empty.sections[0].items.clear();
    assert_eq!(empty.png(&fonts), Err(CardFault::Empty));
    empty.sections.clear();
    assert_eq!(empty.png(&fonts), Err(CardFault::Empty));
    let mut foreign = card("口罩");
    foreign.sections[0].language = "dz".parse().unwrap();
    assert_eq!(foreign.png(&fonts), Err(CardFault::UnknownLanguage("dz".to_owned())));
}

#[test]
fn signs_have_chinese_below() {
    let mut tags = ["zh-CN", "lis", "bo"].map(|tag| tag.parse().unwrap());
    super::signage_order(&mut tags);
    assert_eq!(tags.map(|tag| tag.to_string()), ["lis", "bo", "zh-CN"]);
}

/// The largest type that fits is taken: a longer text gets smaller letters, and none leaves the page.
#[test]
fn a_poster_fills_its_page() {
    let fonts = fonts();
    let body = |text: &str| {
        let mut pages = sheets::poster(&mut fonts.press(), &card(text)).unwrap();
        let mut sizes = Vec::new();
        assert_eq!(pages.len(), 1);
        for mark in pages.remove(0).marks {
            if let layout::Mark::Letters { baseline, run, .. } = mark {
                assert!(baseline < sheets::POSTER_HEIGHT);
                sizes.push(run.size);
            }
        }
        sizes.into_iter().last().unwrap()
    };
    let (short, long) = (body("请戴好口罩。"), body(&"请戴好口罩。".repeat(100)));
    assert_eq!(short, 34.0);
    assert!(long < 24.0 && long > 11.0, "{long}");
}

/// The letters of each line of a page with their size, from above to below.
fn page_lines(page: &layout::Page) -> Vec<(f32, f32, String)> {
    let mut lines: Vec<(f32, f32, String)> = Vec::new();
    for mark in &page.marks {
        if let layout::Mark::Letters { baseline, run, .. } = mark {
            let text: String = run.glyphs.iter().map(|glyph| &run.text[glyph.range.clone()]).collect();
            match lines.last_mut() {
                Some((at, _, line)) if at == baseline => line.push_str(&text),
                _ => lines.push((*baseline, run.size, text)),
            }
        }
    }
    lines
}

/// Every page says whose it is, which it is, and whether it is a draft; no letter is small; nothing is lost or said twice.
#[test]
fn what_one_page_cannot_hold_goes_on_over_others() {
    let fonts = fonts();
    let item = |name: &str, sentences: usize| Item {
        title: name.to_owned(),
        text: (0..sentences).map(|i| format!("{name}第{i}句请戴好口罩。")).collect(),
    };
    let mut long = card("");
    long.hotline = Some("12320".to_owned());
    long.sections[0].is_draft = true;
    // One that a page holds, one that no page does.
    long.sections[0].items = vec![item("甲", 40), item("乙", 40), item("丙", 400), item("丁", 1)];
    let pages = sheets::poster(&mut fonts.press(), &long).unwrap();
    assert!(pages.len() >= 4, "{}", pages.len());
    let mut body = String::new();
    for (i, page) in pages.iter().enumerate() {
        let lines = page_lines(page);
        let count = |wanted: &str| lines.iter().filter(|(_, _, text)| text.contains(wanted)).count();
        assert_eq!((count("草稿"), count("热线 12320"), count(&format!("{} / {}", i + 1, pages.len()))), (1, 1, 1));
        let is_head = |text: &str| text.trim() == "通知";
        let said: Vec<_> = lines.iter().filter(|(_, size, text)| *size >= 16.0 && !is_head(text)).collect();
        assert!(said.iter().all(|(baseline, _, _)| *baseline < lines.last().unwrap().0), "nothing lies in the foot");
        // A title is never the last of a page.
        assert!(said.last().unwrap().2.chars().count() > 1, "{said:?}");
        body.extend(said.iter().map(|(_, _, text)| text.trim()));
    }
    for item in &long.sections[0].items {
        assert_eq!(body.matches(&item.text).count(), 1, "{}", item.title);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is set, nothing of it is lost, no line is wider than it may be, and none begins with what ends a word.
    #[test]
    fn no_text_is_lost_in_lines(
        words in prop::collection::vec(prop::sample::select(vec![
            "བདེ་", "ཆེན།", " ", "སྒྲུབས་", "དང༌། ", "12320", "请", "戴好口罩，", "。", "ꓡꓯꓼ ", "ꓠꓯꓹˍ ", "꓿ ", "ꓟ ꓾ ", "（", "A",
        ]), 1..40),
        width in 320.0_f32..900.0,
    ) {
        let text = words.concat();
        let lines = typeset::set(&mut fonts().press(), &text, style(Script::Tibetan), width);
        prop_assume!(!matches!(lines, Err(CardFault::TooWide { .. })));
        let lines = lines.unwrap();
        let kept = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
        let found = texts(&lines);
        prop_assert_eq!(kept(&found.concat()), kept(&text));
        for (i, (line, text)) in lines.iter().zip(&found).enumerate() {
            prop_assert!(line.width <= width + 1.0);
            let first = text.chars().next().unwrap_or('x');
            prop_assert!(i == 0 || !"།་。，꓿꓾ꓼꓹˍ".contains(first), "line {i} begins with {first}: {found:?}");
        }
    }
}
