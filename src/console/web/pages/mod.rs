//! A file a page. Each has what it shows and what its forms do, as functions from [`super::Asked`] that stand in the table
//! of `routes.rs`.

pub mod account;
pub mod as_run;
pub mod broadcast;
pub mod chats;
pub mod clips;
pub mod emergency;
pub mod engineer;
pub mod login;
pub mod notice;
pub mod notices;
pub mod people;
mod places;
pub mod record;
pub mod review;
mod shown;
pub mod silence;
pub mod stations;
pub mod timetable;
pub mod today;

use maud::{Markup, html};

use super::words::Words;

/// The fields for a new password, typed twice.
fn new_password(words: Words) -> Markup {
    let (min, max) = (super::access::password::CHARS_MIN, super::access::password::CHARS_MAX);
    html! {
        label { (words.say_with("login-new-password", &[("count", &min.to_string())]))
            input type="password" name="password" required minlength=(min) maxlength=(max) autocomplete="new-password"; }
        label { (words.say("login-again"))
            input type="password" name="again" required maxlength=(max) autocomplete="new-password"; }
    }
}

/// Why a new password is not taken, as the words choose by it.
fn weakness(password: &str, again: &str, name: &str) -> Option<&'static str> {
    use super::access::password::{Weak, check};
    if password != again {
        return Some("differs");
    }
    check(password, name).err().map(|weak| match weak {
        Weak::Short => "short",
        Weak::Long => "long",
        Weak::Plain => "plain",
    })
}
