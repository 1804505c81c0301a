//! Narrows a page to villages: a township, and a few letters of a village's name or id. A county has thousands of
//! villages, and a list of them all would be the whole page.

use maud::{Markup, html};

use super::super::form::{Form, encoded};
use super::super::layout::name;
use super::super::words::Words;
use crate::base::Id;
use crate::catalog::Catalog;

/// Villages of a township that are offered while one types.
const OFFERED_MAX: usize = 100;
/// Letters of a village's name.
const TYPED_CHARS_MAX: usize = 64;

/// Which villages; all of them where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub township: Option<Id>,
    /// As it was typed: an id, or a part of a name in any language.
    pub village: String,
}

impl Places {
    pub fn read(query: &Form) -> Places {
        let village = query.one("village").trim().chars().filter(|c| !c.is_control()).take(TYPED_CHARS_MAX).collect();
        Places { township: query.one("township").parse().ok(), village }
    }

    pub fn is_everywhere(&self) -> bool {
        *self == Places::default()
    }

    /// A station that is in no directory any more has its id alone.
    pub fn holds(&self, catalog: &Catalog, station: &Id) -> bool {
        let found = catalog.stations.get(station);
        if self.township.as_ref().is_some_and(|township| found.is_none_or(|found| found.township != *township)) {
            return false;
        }
        let typed = self.village.to_lowercase();
        let is_named = |name: &String| name.to_lowercase().contains(&typed);
        station.as_str().contains(&typed) || found.is_some_and(|found| found.name.values().any(is_named))
    }

    /// The stations of the directory.
    pub fn stations<'c>(&self, catalog: &'c Catalog) -> Vec<&'c Id> {
        catalog.stations.keys().filter(|id| self.holds(catalog, id)).collect()
    }

    /// Fields of a form that asks for them.
    pub fn fields(&self, catalog: &Catalog, words: Words) -> Markup {
        let here = self.township.as_ref().into_iter().flat_map(|township| {
            catalog.stations.values().filter(move |station| station.township == *township).take(OFFERED_MAX)
        });
        html! {
            label { (words.say("layout-township"))
                select name="township" {
                    option value="" { (words.say("layout-all")) }
                    @for one in catalog.townships.values() {
                        option value=(one.id) selected[self.township.as_ref() == Some(&one.id)] { (name(&one.name, words.language())) }
                    }
                }
            }
            label { (words.say("layout-village"))
                input name="village" value=(self.village) maxlength=(TYPED_CHARS_MAX) list="villages" autocomplete="off";
            }
            datalist id="villages" { @for station in here {
                option value=(station.id) { (name(&station.name, words.language())) }
            } }
        }
    }

    /// As an address has it.
    pub fn query(&self) -> String {
        let mut text = self.township.as_ref().map_or_else(String::new, |id| format!("&township={id}"));
        if !self.village.is_empty() {
            text += &format!("&village={}", encoded(&self.village));
        }
        text
    }
}
