//! A person in the place of a robot: ordinary WeChat groups have none, so the post becomes a task for somebody.
//!
//! The files lie as those of the `folder` channel do. That somebody has them is not that they arrived: the call is
//! handed over, and stays open until the person says so or its time is over.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::Value;

use super::folder::{Folder, Options};
use super::{Answer, Channel, Limit, Parcel, TextMax};

pub const KIND: &str = "manual";

/// A name in a list, not a letter.
const PERSON_CHARS_MAX: usize = 40;

#[derive(Debug)]
pub struct Manual(Folder);

impl Manual {
    /// The folder is where people look for their tasks' files.
    pub fn new(options: Options) -> Manual {
        Manual(Folder::new(options))
    }
}

/// Whom an address names.
///
/// Errors: it names nobody; what is wrong and what to write.
pub fn person_of(address: &Value) -> Result<&str, String> {
    let person = address["person"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let person = person.ok_or("`person` is missing: who posts to this group; write such as person = \"扎西\"")?;
    if person.chars().count() > PERSON_CHARS_MAX || person.contains(char::is_control) {
        return Err(format!("`person` is no name; write one of at most {PERSON_CHARS_MAX} letters, in one line"));
    }
    Ok(person)
}

pub(super) fn check_address(address: &Value) -> Result<(), String> {
    person_of(address).map(drop)
}

impl Channel for Manual {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn robot(&self, _: &Value) -> String {
        KIND.to_owned()
    }

    fn idempotent(&self) -> bool {
        self.0.idempotent()
    }

    fn budget(&self) -> &'static [Limit] {
        self.0.budget()
    }

    fn text_max(&self) -> TextMax {
        self.0.text_max()
    }

    fn send<'a>(&'a self, parcel: &'a Parcel) -> BoxFuture<'a, Answer> {
        async move {
            if let Err(detail) = person_of(&parcel.address) {
                return Answer::Refused { code: "bad-address".into(), detail };
            }
            match self.0.send(parcel).await {
                // Whole paths: who looks for the files knows nothing of this machine's set-up.
                Answer::Sent { ids } => Answer::Handed { ids: ids.iter().map(|id| self.0.path_of(id)).collect() },
                answer => answer,
            }
        }
        .boxed()
    }
}
