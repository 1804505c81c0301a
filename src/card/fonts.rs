//! Finds and opens the fonts, one a script and weight, by the name of the file: what else is installed does not change a
//! card. Knows no text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use cosmic_text::{FontSystem, SwashCache, fontdb};

use crate::card::CardFault;
use crate::card::script::Script;

/// Where Debian and most others keep fonts.
const FOLDER: &str = "/usr/share/fonts";

/// How deep below a named folder fonts are looked for; Debian's lie two deep.
const DEPTH_MAX: usize = 6;
/// So many entries are looked at in all: a wrong folder, such as `/`, must not take a minute.
const ENTRIES_MAX: usize = 50_000;
/// So many pictures of letters are kept: a year of notices in three scripts has fewer, at about 2 KB each.
const IMAGES_MAX: usize = 8192;

/// What a machine says of its fonts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Looked through with all that lies below them; of two files of one name the first counts.
    pub folders: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Options {
        Options { folders: vec![FOLDER.into()] }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A font that is needed.
struct Wanted {
    script: Script,
    weight: Weight,
    /// File names, the first one found is taken.
    files: &'static [&'static str],
    /// The family in the file, where the file holds several.
    family: Option<&'static str>,
    /// For people.
    name: &'static str,
    /// Debian's package.
    package: &'static str,
}

const WANTED: &[Wanted] = &[
    Wanted {
        script: Script::Tibetan,
        weight: Weight::Regular,
        files: &["NotoSerifTibetan-Regular.ttf"],
        family: None,
        name: "Tibetan",
        package: "fonts-noto-core",
    },
    Wanted {
        script: Script::Tibetan,
        weight: Weight::Bold,
        files: &["NotoSerifTibetan-Bold.ttf"],
        family: None,
        name: "Tibetan (bold)",
        package: "fonts-noto-core",
    },
    Wanted {
        script: Script::Lisu,
        weight: Weight::Regular,
        files: &["NotoSansLisu-Regular.ttf"],
        family: None,
        name: "Lisu",
        package: "fonts-noto-core",
    },
    Wanted {
        script: Script::Lisu,
        weight: Weight::Bold,
        files: &["NotoSansLisu-Bold.ttf"],
        family: None,
        name: "Lisu (bold)",
        package: "fonts-noto-core",
    },
    Wanted {
        script: Script::Han,
        weight: Weight::Regular,
        files: &["NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf"],
        family: Some("Noto Sans CJK SC"),
        name: "Chinese",
        package: "fonts-noto-cjk",
    },
    Wanted {
        script: Script::Han,
        weight: Weight::Bold,
        files: &["NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf", "NotoSansSC-Bold.otf"],
        family: Some("Noto Sans CJK SC"),
        name: "Chinese (bold)",
        package: "fonts-noto-cjk",
    },
];

/// A font that is needed and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// What it draws, as `Tibetan (bold)`.
    pub name: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// Debian's package that has it.
    pub package: &'static str,
}

/// Which fonts are in none of the folders.
pub fn missing(options: &Options) -> Vec<Missing> {
    let files = font_files(&options.folders);
    let missing = WANTED.iter().filter(|wanted| wanted.path(&files).is_none());
    missing.map(|wanted| Missing { name: wanted.name, file: wanted.files[0], package: wanted.package }).collect()
}

impl Wanted {
    fn path<'f>(&self, files: &'f BTreeMap<String, PathBuf>) -> Option<&'f Path> {
        self.files.iter().find_map(|name| files.get(*name)).map(PathBuf::as_path)
    }
}

/// The files of `folders` that have a wanted name; of two the first in the order of folders and names counts.
fn font_files(folders: &[PathBuf]) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut entries_left = ENTRIES_MAX;
    for folder in folders {
        look(folder, DEPTH_MAX, &mut entries_left, &mut found);
    }
    found
}

fn look(folder: &Path, depth_left: usize, entries_left: &mut usize, found: &mut BTreeMap<String, PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.take(*entries_left).flatten().map(|entry| entry.path()).collect();
    *entries_left -= paths.len();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth_left > 0 {
                look(&path, depth_left - 1, entries_left, found);
            }
            continue;
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if WANTED.iter().any(|wanted| wanted.files.contains(&name)) {
            found.entry(name.to_owned()).or_insert(path);
        }
    }
}

/// The fonts, opened once and used by every card. Cards are drawn one after the other.
pub struct Fonts {
    press: Mutex<Press>,
}

impl Fonts {
    /// Opens the fonts that lie in the named folders, or anywhere below them. The files are mapped, not read.
    ///
    /// Errors: one that is needed is not there, or is no font.
    pub fn open(options: &Options) -> Result<Fonts, CardFault> {
        let absent = missing(options);
        if !absent.is_empty() {
            return Err(CardFault::NoFonts(told(&absent, &options.folders)));
        }
        let files = font_files(&options.folders);
        let mut db = fontdb::Database::new();
        let mut faces = BTreeMap::new();
        for wanted in WANTED {
            let path = wanted.path(&files).expect("a font that is not there was told above");
            let face = load(&mut db, path, wanted.family)
                .ok_or_else(|| CardFault::NoFonts(format!("{} is no font that can be used", path.display())))?;
            faces.insert((wanted.script, wanted.weight), face);
        }
        let mut system = FontSystem::new_with_locale_and_db("zh-CN".to_owned(), db);
        for face in faces.values_mut() {
            let font = system.get_font(face.id, face.weight);
            let font = font.ok_or_else(|| CardFault::NoFonts(format!("{} cannot be read", face.family)))?;
            face.dotted_circle = font.as_swash().charmap().map('\u{25CC}');
        }
        Ok(Fonts { press: Mutex::new(Press { system, images: SwashCache::new(), faces }) })
    }

    pub(super) fn press(&self) -> MutexGuard<'_, Press> {
        // What a card that panicked leaves behind are caches, each entry whole.
        let mut press = self.press.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if press.images.image_cache.len() > IMAGES_MAX {
            press.images = SwashCache::new();
        }
        press
    }
}

/// As in `Tibetan (NotoSerifTibetan-Regular.ttf): install fonts-noto-core`.
fn told(missing: &[Missing], folders: &[PathBuf]) -> String {
    let each: Vec<String> = missing.iter().map(|font| format!("{} ({})", font.name, font.file)).collect();
    let mut packages: Vec<&str> = missing.iter().map(|font| font.package).collect();
    packages.dedup();
    let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    format!(
        "{} in {}; install {}, or name the fonts' folder in config/machine.toml",
        each.join(", "),
        folders.join(", "),
        packages.join(" and ")
    )
}

fn load(db: &mut fontdb::Database, path: &Path, family: Option<&str>) -> Option<Face> {
    let before: Vec<fontdb::ID> = db.faces().map(|face| face.id).collect();
    db.load_font_file(path).ok()?;
    let loaded: Vec<fontdb::ID> = db.faces().map(|face| face.id).filter(|id| !before.contains(id)).collect();
    let is_wanted = |id: &&fontdb::ID| {
        family.is_some_and(|family| {
            db.face(**id).is_some_and(|face| face.families.iter().any(|(name, _)| name == family))
        })
    };
    let kept = *loaded.iter().find(is_wanted).or(loaded.first())?;
    // A collection has the same characters in the forms of other countries: none of these may be fallen back to.
    for id in loaded {
        if id != kept {
            db.remove_face(id);
        }
    }
    let info = db.face(kept)?;
    Some(Face { id: kept, family: info.families.first()?.0.clone(), weight: info.weight, dotted_circle: 0 })
}

/// A font that is open.
pub(super) struct Face {
    pub(super) id: fontdb::ID,
    pub(super) family: String,
    pub(super) weight: fontdb::Weight,
    /// The glyph that a mark without a letter is set on; 0 where the font has none.
    dotted_circle: u16,
}

/// The fonts with everything that is kept between two cards.
pub(super) struct Press {
    pub(super) system: FontSystem,
    pub(super) images: SwashCache,
    faces: BTreeMap<(Script, Weight), Face>,
}

impl Press {
    pub(super) fn face(&self, script: Script, weight: Weight) -> &Face {
        self.faces.get(&(script, weight)).expect("every script has both weights: they were opened together")
    }

    /// Whether this glyph is the circle of dots that stands for a missing letter.
    pub(super) fn is_dotted_circle(&self, font: fontdb::ID, glyph: u16) -> bool {
        glyph != 0 && self.faces.values().any(|face| face.id == font && face.dotted_circle == glyph)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_its_package() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        for name in ["NotoSansLisu-Regular.ttf", "NotoSansLisu-Bold.ttf", "NotoSerifTibetan-Regular.ttf"] {
            std::fs::write(deep.join(name), "no font").unwrap();
        }
        let options = Options { folders: vec![folder.path().to_owned()] };
        let names: Vec<&str> = missing(&options).iter().map(|font| font.name).collect();
        assert_eq!(names, ["Tibetan (bold)", "Chinese", "Chinese (bold)"]);
        let fault = Fonts::open(&options).err().unwrap().to_string();
        assert!(fault.contains("NotoSerifTibetan-Bold.ttf"), "{fault}");
        assert!(fault.contains("install fonts-noto-core and fonts-noto-cjk"), "{fault}");
    }

    #[test]
    fn a_file_that_is_no_font_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        for wanted in WANTED {
            std::fs::write(folder.path().join(wanted.files[0]), "no font").unwrap();
        }
        let fault = Fonts::open(&Options { folders: vec![folder.path().to_owned()] }).err().unwrap().to_string();
        assert!(fault.contains("is no font that can be used"), "{fault}");
    }
}
