//! How the page of a village box looks: plain HTML in the person's language, small enough for an old phone.

use chrono::SubsecRound as _;
use maud::{DOCTYPE, Markup, html};

use super::{REASON_CHARS_MAX, Seen, SeenAiring, SeenStation, State, What};
use crate::base::Timestamp;
use crate::console::language::{DRAFTS, LANGUAGES};
use crate::lang::words::word;
use crate::rundown::Class;

/// The bounds a person may choose.
const VOLUMES: [u8; 6] = [0, 20, 40, 60, 80, 100];

pub const STYLE: &str = include_str!("style.css");

/// A word of the page.
struct Words(&'static str);

impl Words {
    fn of(&self, id: &str) -> String {
        word(self.0, &format!("ui-spot-{id}"), &[])
    }

    fn said(&self, what: What) -> String {
        word(self.0, "ui-spot-said", &[("what", what.name())])
    }
}

/// The whole page. `said` is how the last thing went that a person asked for.
pub fn render(seen: &Seen, language: &'static str, said: Option<What>, token: &str) -> Markup {
    let words = Words(language);
    let names: Vec<&str> = seen.stations.iter().map(|one| one.station.as_str()).collect();
    html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (words.of("title")) " " (names.join(", ")) }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    h1 { (words.of("title")) }
                    nav { @for (tag, name) in LANGUAGES {
                        @if tag == language { b lang=(tag) { (name) } } @else { a href={ "/?lang=" (tag) } lang=(tag) { (name) } }
                    } }
                }
                @if DRAFTS.contains(&language) { p.draft { (word(language, "ui-draft-mark", &[])) } }
                @if let Some(what) = said {
                    p.said.bad[what != What::Done] role="status" { (words.said(what)) }
                }
                @for station in &seen.stations { (loudspeaker(seen, station, &words, token)) }
                (health(seen, &words))
                footer { "cunxiang " (seen.version) " · " a href={ "/?lang=" (language) } { "↻ " (clock(seen, seen.at)) } }
            }
        }
    }
}

fn loudspeaker(seen: &Seen, one: &SeenStation, words: &Words, token: &str) -> Markup {
    let hidden = html! {
        input type="hidden" name="token" value=(token);
        input type="hidden" name="station" value=(one.station);
        input type="hidden" name="lang" value=(words.0);
    };
    html! {
        section {
            h2 { (one.station) }
            @if let Some(why) = &one.muted {
                p.muted { strong { (words.of("mute")) } " · " (why) }
            }
            @if let Some(why) = &one.refusal { p.bad { (why) } }
            h3 { (words.of("today")) }
            @if one.airings.is_empty() { p.none { (words.of("none")) } } @else {
                table { @for airing in &one.airings { (row(seen, airing, words)) } }
            }
            form.row method="post" action="/sound-check" { (hidden) button { "♪ " (words.of("check")) } }
            form.row method="post" action="/volume" {
                (hidden)
                fieldset {
                    legend { (words.of("volume")) " " strong { (one.volume_max) } }
                    @for volume in VOLUMES {
                        button name="volume" value=(volume) aria-pressed=(if volume == one.volume_max { "true" } else { "false" }) { (volume) }
                    }
                }
            }
            @if one.muted.is_some() {
                form.row method="post" action="/unmute" { (hidden) button.main { (words.of("unmute")) } }
            } @else {
                form.row method="post" action="/mute" {
                    (hidden)
                    label { (words.of("reason")) input name="reason" required maxlength=(REASON_CHARS_MAX) autocomplete="off"; }
                    button.stop { (words.of("mute")) }
                }
            }
        }
    }
}

fn row(seen: &Seen, airing: &SeenAiring, words: &Words) -> Markup {
    let (mark, name, class) = match airing.state {
        State::Waits => ("○", "waits", ""),
        State::Unready => ("!", "unready", "bad"),
        State::Sounds => ("♪", "sounds", "now"),
        State::Ended(outcome) => match outcome.word() {
            "played" => ("✓", "played", "good"),
            "cancelled" => ("–", "cancelled", ""),
            word => ("×", word, "bad"),
        },
    };
    let languages: Vec<&str> = airing.languages.iter().map(|tag| tag.as_str()).collect();
    let kind = match airing.class {
        Class::Daily => None,
        Class::Drill => Some("ui-drill-mark"),
        Class::Emergency => Some("ui-emergency-mark"),
    };
    html! {
        tr class=(class) {
            td.time { (clock(seen, airing.at)) }
            td {
                @if let Some(kind) = kind { strong { (word(words.0, kind, &[])) " " } }
                span lang="en" { (airing.id.broadcast) } " " small { (languages.join(" ")) }
            }
            td.state { span aria-hidden="true" { (mark) } " " (word(words.0, "ui-spot-state", &[("state", name)])) }
        }
    }
}

fn health(seen: &Seen, words: &Words) -> Markup {
    let good = |fault: Option<&str>| match fault {
        None => html! { span.good { "✓ " (words.of("good")) } },
        Some(why) => html! { span.bad { "× " (words.of("bad")) } " " small { (why) } },
    };
    let contact = seen.contact.map_or_else(|| words.of("never"), |at| day_and_clock(seen, at));
    let unknown = (!seen.clock_known).then_some("");
    html! {
        section { dl {
            dt { (words.of("contact")) }
            dd { (contact) @if let Some(why) = &seen.link_fault { " " (good(Some(why))) } }
            dt { (words.of("clock")) }
            dd { (day_and_clock(seen, seen.at)) " " (good(unknown)) " " small { (format!("{:+} ms", seen.clock_offset_ms)) } }
            @for one in &seen.stations {
                dt { (words.of("sink")) }
                dd { (one.sink) " " (good(one.device_fault.as_deref())) }
            }
            dt { (words.of("disk")) }
            dd {
                @if let Some(free) = seen.disk_free_bytes { (free >> 20) " MiB " }
                (good(seen.journal_fault.as_deref()))
            }
        } }
    }
}

fn clock(seen: &Seen, at: Timestamp) -> String {
    at.trunc_subsecs(0).with_timezone(&seen.zone).format("%H:%M").to_string()
}

fn day_and_clock(seen: &Seen, at: Timestamp) -> String {
    at.trunc_subsecs(0).with_timezone(&seen.zone).format("%Y-%m-%d %H:%M").to_string()
}
