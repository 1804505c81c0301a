//! Cards, posters and tables as people get them: by the commands, beside pictures that were looked at once. With
//! `UPDATE_EXPECT=1` the pictures are written anew; look at them then.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cunxiang::base::{Id, Tag};
use cunxiang::card::{self, Card, Cell, Fonts, Item, Level, Look, Options, Section, Table, Tone};
use cunxiang::catalog::{self, Catalog, Files, load::Texts};
use cunxiang::lang::{LANGUAGES, Piece};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| Fonts::open(&Options::default()).expect("apt-get install fonts-noto-core fonts-noto-cjk"))
}

fn sample() -> Catalog {
    let files = Files::read(root(), None).unwrap();
    catalog::load(&files, &Texts::new()).catalog.unwrap()
}

/// Runs `cunxiang card` on the sample county.
fn run(arguments: &[&str]) -> (i32, String) {
    run_in(root(), arguments)
}

fn run_in(home: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cunxiang"));
    let output = command.args(["card", "--home"]).arg(home).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), told)
}

struct Picture {
    width: usize,
    height: usize,
    /// Three bytes a pixel.
    rgb: Vec<u8>,
}

fn decode(bytes: &[u8]) -> Picture {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    Picture { width: info.width as usize, height: info.height as usize, rgb }
}

/// The part of the pixels that look different: another version of a font moves edges, another layout moves letters.
fn difference(a: &Picture, b: &Picture) -> f64 {
    if (a.width, a.height) != (b.width, b.height) {
        return 1.0;
    }
    let differs = |(a, b): &(&[u8], &[u8])| a.iter().zip(b.iter()).any(|(a, b)| a.abs_diff(*b) > 64);
    let count = a.rgb.chunks(3).zip(b.rgb.chunks(3)).filter(differs).count();
    count as f64 / (a.width * a.height) as f64
}

/// More than this and the picture is another one: a letter of a body is 0.04 % of a card.
const DIFFERENCE_MAX: f64 = 0.0004;

#[track_caller]
fn golden(name: &str, bytes: &[u8]) {
    let path = root().join("tests/cards").join(format!("{name}.png"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    let wanted = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let differs = difference(&decode(&wanted), &decode(bytes));
    if differs > DIFFERENCE_MAX {
        let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        std::fs::write(&seen, bytes).unwrap();
        panic!("{name}: {:.2} % of the pixels differ; now it is {}", differs * 100.0, seen.display());
    }
}

#[test]
fn cards_look_as_they_did() {
    let folder = tempfile::tempdir().unwrap();
    let link = ["--date", "2026-11-23", "--notice", "2026-0412", "--link", "https://example.org/notices/2026-0412"];
    for (name, arguments) in [
        ("flood-three-languages", vec!["flood-emergency"]),
        ("landslide-tibetan", vec!["landslide-emergency", "--languages", "zh-CN,bo"]),
        ("drill-lisu", vec!["evacuation-drill", "--languages", "lis,zh-CN"]),
        ("daily-whole-text", vec!["wash-hands", "--languages", "bo", "--text", "whole"]),
    ] {
        let file = folder.path().join(format!("{name}.png"));
        let arguments = [arguments, link.to_vec(), vec!["-o", file.to_str().unwrap()]].concat();
        let (code, told) = run(&arguments);
        assert_eq!(code, 0, "{name}: {told}");
        golden(name, &std::fs::read(file).unwrap());
    }
}

fn plain(look: Look) -> Card {
    let items = vec![Item { title: "道路封闭".into(), text: "前方塌方，请绕行。".into() }];
    let section =
        Section { language: tag("zh-CN"), county: Some("德钦县".into()), date: None, items, is_draft: false };
    Card { look, sections: vec![section], notice: None, hotline: None, link: None, is_sample: false }
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

#[test]
fn each_level_has_its_colour() {
    for (look, wanted) in [
        (Look::Emergency(Level::I), [0xc8, 0x10, 0x2e]),
        (Look::Emergency(Level::II), [0xff, 0x8c, 0x1a]),
        (Look::Emergency(Level::III), [0xff, 0xd8, 0x1f]),
        (Look::Emergency(Level::IV), [0x0b, 0x57, 0xa4]),
        (Look::Daily, [0x1f, 0x6f, 0x5c]),
        (Look::Drill(Some(Level::I)), [0x45, 0x4b, 0x57]),
    ] {
        let picture = decode(&plain(look).png(fonts()).unwrap());
        let at = |x: usize, y: usize| &picture.rgb[(y * picture.width + x) * 3..][..3];
        assert_eq!(at(2, 60), wanted, "{look:?}");
        // Stripes above and below are a drill's alone.
        let edge = picture.height - 5;
        let colours: std::collections::BTreeSet<&[u8]> = (0..picture.width).map(|x| at(x, edge)).collect();
        assert_eq!(colours.len(), if matches!(look, Look::Drill(_)) { 2 } else { 1 }, "{look:?}");
    }
}

#[test]
fn a_difference_is_seen() {
    let of = |text: &str| {
        let mut card = plain(Look::Daily);
        card.sections[0].items[0].text = text.to_owned();
        decode(&card.png(fonts()).unwrap())
    };
    assert_eq!(difference(&of("前方塌方，请绕行。"), &of("前方塌方，请绕行。")), 0.0);
    let one_letter = difference(&of("前方塌方，请绕行。"), &of("前方塌万，请绕行。"));
    assert!(one_letter > DIFFERENCE_MAX, "{one_letter}");
    assert_eq!(difference(&of("前方塌方。"), &of(&"前方塌方。".repeat(9))), 1.0);
}

/// The section of a message in a language, with arguments of the broadcast it stands in.
fn section(catalog: &Catalog, message: &Id, language: &Tag, piece: Piece) -> Section {
    let holder = catalog.broadcasts.values().find(|broadcast| broadcast.messages.contains(message));
    let arguments = holder.map(|broadcast| broadcast.arguments.clone()).unwrap_or_default();
    let text = |piece| catalog.text(message, language, piece, &arguments).unwrap();
    let items = vec![Item { title: text(Piece::Title), text: text(piece) }];
    Section { language: language.clone(), county: None, date: Some("2026-11-23".into()), items, is_draft: true }
}

#[test]
fn every_sample_message_makes_a_card_in_every_language() {
    let catalog = sample();
    let mut cards = 0;
    for language in LANGUAGES {
        let language = tag(language.tag);
        for entry in catalog.bundle(language.as_str()).unwrap().entries() {
            let piece = if cards % 2 == 0 { Piece::Body } else { Piece::Short };
            let card = Card {
                sections: vec![section(&catalog, &entry.id, &language, piece)],
                is_sample: true,
                hotline: Some("12320".into()),
                notice: Some("2026-0412".into()),
                ..plain(Look::Daily)
            };
            let png = card.png(fonts()).unwrap_or_else(|fault| panic!("{} in {language}: {fault}", entry.id));
            let picture = decode(&png);
            assert_eq!(picture.width, 1080);
            assert!(png.len() < 300_000, "{} in {language} has {} bytes", entry.id, png.len());
            cards += 1;
        }
    }
    assert!(cards >= 45, "{cards}");
}

#[test]
fn a_broadcast_makes_a_poster_with_its_fonts_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |broadcast: &str| {
        let file = folder.path().join(format!("{broadcast}.pdf"));
        let (code, told) = run(&[broadcast, "-o", file.to_str().unwrap(), "--date", "2026-11-23", "--text", "whole"]);
        assert_eq!(code, 0, "{broadcast}: {told}");
    };
    ["flood-emergency", "hotlines"].into_iter().for_each(draw);
    let file = folder.path().join("flood-emergency.pdf");
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).arg(&file).output().expect("apt-get install poppler-utils");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let fonts = output("pdffonts", &[]);
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 6, "{fonts}");
    // Embedded, a subset, with its characters.
    assert!(rows.iter().all(|row| row.contains(" yes yes yes ")), "{fonts}");
    let info = output("pdfinfo", &[]);
    assert!(info.contains("Pages:           1"), "{info}");
    assert!(info.contains("(A4)"), "{info}");
    // The text can be found and copied.
    let text = Command::new("pdftotext").arg(&file).arg("-").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for wanted in ["洪水预警", "ꓬꓲ ꓙꓬ ꓪꓴꓽ", "ལྟད་མོ", "12320"] {
        assert!(text.replace(' ', "").contains(&wanted.replace(' ', "")), "no {wanted} in {text}");
    }
}

/// A bulletin of five messages in three languages is more than a sheet: nothing of it is left out or made small.
#[test]
fn a_long_notice_goes_on_over_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("home-care.pdf");
    let path = file.to_str().unwrap();
    let (code, told) = run(&["home-care", "--poster", "-o", path, "--date", "2026-11-23"]);
    assert_eq!(code, 0, "{told}");
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().expect("apt-get install poppler-utils");
        String::from_utf8(output.stdout).unwrap()
    };
    let info = output("pdfinfo", &[path]);
    let pages = info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse::<usize>().unwrap();
    assert!((2..=6).contains(&pages), "{info}");
    let texts: Vec<String> = output("pdftotext", &[path, "-"]).split('\u{c}').map(str::to_owned).collect();
    for (i, text) in texts[..pages].iter().enumerate() {
        let text: String = text.split_whitespace().collect();
        for wanted in [format!("{}/{pages}", i + 1), "12320".to_owned(), "2026年11月23日".to_owned()] {
            assert!(text.contains(&wanted), "page {} has no {wanted}: {text}", i + 1);
        }
    }
    let catalog = sample();
    let whole: String = texts.concat().split_whitespace().collect();
    for message in &catalog.broadcasts["home-care"].messages {
        let title = section(&catalog, message, &tag("zh-CN"), Piece::Body).items.remove(0).title;
        assert!(whole.contains(&title), "no {title} in {whole}");
    }
}

/// The pages a poster prints, drawn by another program.
#[test]
fn a_poster_prints_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drill.pdf");
    let path = file.to_str().unwrap();
    let arguments =
        ["evacuation-drill", "--poster", "-o", path, "--date", "2026-11-23", "--link", "https://example.org"];
    let (code, told) = run(&arguments);
    assert_eq!(code, 0, "{told}");
    let drawn = folder.path().join("drill");
    let status = Command::new("pdftoppm").args(["-r", "60", "-png", "-singlefile", path]).arg(&drawn).status();
    assert!(status.expect("apt-get install poppler-utils").success());
    golden("poster-drill", &std::fs::read(drawn.with_extension("png")).unwrap());
}

/// What a telephone makes of the code.
#[test]
fn the_code_leads_to_the_notice() {
    for (name, wanted) in [
        ("flood-three-languages", "https://example.org/notices/2026-0412"),
        ("drill-lisu", "https://example.org/notices/2026-0412"),
        ("poster-drill", "https://example.org"),
    ] {
        let picture = root().join("tests/cards").join(format!("{name}.png"));
        let output = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(picture).output();
        let output = output.expect("apt-get install zbar-tools");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), wanted, "{name}");
    }
}

#[test]
fn a_table_holds_every_script() {
    let row = |cells: &[(&str, Tone)]| cells.iter().map(|(text, tone)| Cell::new(*text, *tone)).collect::<Vec<_>>();
    let rows = vec![
        row(&[("信息", Tone::Plain), ("bo བོད་ཡིག", Tone::Plain), ("lis ꓡꓲ-ꓢꓴ", Tone::Plain), ("zh-CN", Tone::Plain)]),
        row(&[("wear-mask", Tone::Plain), ("མ་ཞུས།", Tone::Warn), ("没有录音", Tone::Bad), ("✓", Tone::Good)]),
        row(&[
            ("flood-warning", Tone::Plain),
            ("recorded in another wording than the text now has, listen to it again", Tone::Warn),
            ("", Tone::Bad),
        ]),
    ];
    let whole = Table {
        title: "德钦县 2026年11月24日".to_owned(),
        rows,
        legend: row(&[("绿：可播", Tone::Good), ("红：播不出，缺文字或录音", Tone::Bad), ("白：不需要", Tone::Plain)]),
    };
    golden("table", &card::table(&whole, fonts()).unwrap());
    assert_eq!(card::table(&Table::default(), fonts()), Err(card::CardFault::Empty));
    let broken = vec![row(&[("ok", Tone::Plain)]), row(&[("\u{E000}", Tone::Bad)])];
    let legend = row(&[("\u{E000}", Tone::Bad)]);
    for broken in [
        Table { rows: broken, ..Table::default() },
        Table { legend, ..whole.clone() },
        Table { title: "\u{E000}".to_owned(), ..whole },
    ] {
        assert!(matches!(card::table(&broken, fonts()), Err(card::CardFault::NoGlyph { .. })));
    }
}

#[test]
fn the_command_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let long = format!("https://example.org/{}", "n".repeat(card::LINK_BYTES_MAX));
    let (png, pdf, gif) = (file("x.png"), file("x.pdf"), file("x.gif"));
    for (arguments, code, wanted) in [
        (vec!["flood-emergency", "-o", &gif], 2, "ends in neither .png, for a picture, nor .pdf, for a poster"),
        (vec!["flood-emergency", "--poster", "-o", &png], 2, "a poster is a PDF"),
        (vec!["flood-emergency", "--languages", "dz", "-o", &png], 2, "there is no language `dz` here"),
        (vec!["no-such-thing", "-o", &png], 1, "there is no broadcast and no message `no-such-thing`"),
        (vec!["flood-emergancy", "-o", &png], 1, "did you mean `flood-emergency`?"),
        (vec!["flood-emergency", "--set", "x=1", "--notice", "\u{E000}", "-o", &png], 1, "no font here draws U+E000"),
        (vec!["hotlines", "--link", "javascript:alert(1)", "-o", &png], 2, "this is no web address"),
        (vec!["hotlines", "--link", "https://", "-o", &png], 2, "this is no web address"),
        (vec!["hotlines", "--link", "https://example.org/a b", "-o", &png], 2, "this is no web address"),
        (vec!["hotlines", "--link", &long, "-o", &png], 2, "use a shorter one"),
        (vec!["hotlines", "--hotline", "call me", "-o", &png], 2, "this is no telephone number"),
        (vec!["hotlines", "--notice", " ", "-o", &png], 2, "write a notice number of at most 32 characters"),
        (vec!["hotlines", "--machine", "nowhere.toml", "-o", &png], 2, "nowhere.toml cannot be read"),
        (vec!["hotlines", "--set", "phone=\u{0F72}", "-o", &pdf], 1, "stands without the letter it belongs to"),
    ] {
        let (found, told) = run(&arguments);
        assert!(found == code && told.contains(wanted), "{arguments:?} ended {found}: {told}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a fault leaves no file");
}

/// A county of its own, whose machine has no fonts.
#[test]
fn missing_fonts_are_named_with_their_packages() {
    let home = tempfile::tempdir().unwrap();
    copy(&root().join("tests/golden/base"), home.path());
    std::fs::create_dir(home.path().join("no-fonts")).unwrap();
    let machine = home.path().join("config/machine.toml");
    // Another file of this machine, with the usual fonts.
    let other = home.path().join("other.toml");
    std::fs::copy(&machine, &other).unwrap();
    let text = std::fs::read_to_string(&machine).unwrap() + "\n[fonts]\nfolders = [\"no-fonts\"]\n";
    std::fs::write(&machine, text).unwrap();
    let output = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_cunxiang"))
            .args(arguments)
            .arg("--home")
            .arg(home.path())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let file = home.path().join("x.png");
    let told = output(&["card", "wear-mask", "--languages", "zh-CN", "-o", file.to_str().unwrap()]);
    assert!(told.contains("install fonts-noto-core and fonts-noto-cjk"), "{told}");
    assert!(told.contains("NotoSerifTibetan-Regular.ttf"), "{told}");
    let (file, other) = (file.to_str().unwrap(), other.to_str().unwrap());
    let told = output(&["card", "wear-mask", "--languages", "zh-CN", "-o", file, "--machine", other]);
    assert!(told.contains("x.png") && !told.contains("fonts-noto"), "{told}");
    let told = output(&["coverage", "-o", file, "--machine", other]);
    assert!(told.contains("x.png") && !told.contains("fonts-noto"), "{told}");
    let told = output(&["doctor"]);
    assert!(told.contains("no cards can be drawn here; install fonts-noto-core and fonts-noto-cjk"), "{told}");
}

fn copy(from: &Path, to: &Path) {
    let paths: Vec<PathBuf> = std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in paths {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Who hands out a card of an emergency hands out what its Chinese text says now, in the emergency's colours.
#[test]
fn a_card_of_an_emergency_is_neither_outdated_nor_green() {
    let home = tempfile::tempdir().unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-r").args(["config", "locales", "broadcasts"]).arg(home.path()).current_dir(root());
    assert!(copy.status().unwrap().success());
    let picture = home.path().join("card.png");
    let card = |what: &str| run_in(home.path(), &[what, "--languages", "bo,zh-CN", "-o", picture.to_str().unwrap()]);

    assert_eq!(card("flood-warning").0, 0);
    let texts = home.path().join("locales/zh-CN/disaster.ftl");
    let before = std::fs::read_to_string(&texts).unwrap();
    std::fs::write(&texts, before.replace("flood-warning = ", "flood-warning = 今夜")).unwrap();
    let (status, told) = card("flood-warning");
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("`flood-warning` in bo was made from a Chinese text that has changed since"), "{told}");

    std::fs::write(&texts, before).unwrap();
    let daily = std::fs::read_to_string(home.path().join("broadcasts/vaccination.toml")).unwrap();
    let daily = daily.replace("vaccination-day", "flood-warning").split("[arguments]").next().unwrap().to_owned();
    std::fs::write(home.path().join("broadcasts/flood-report.toml"), daily).unwrap();
    let (status, told) = card("flood-warning");
    assert_eq!(status, 2, "{told}");
    assert!(told.contains("several classes or levels") && told.contains("flood-report"), "{told}");
}
