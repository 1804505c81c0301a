//! For engineers: what doctor finds, every metric, backups, keys and how long they last, HOLD. What belongs to this machine
//! (sinks, commands, paths, secrets) is looked at here and changed in its files alone.

use maud::{Markup, html};

use super::super::asked::{Answered, Asked, Stop};
use super::super::machine::{Backup, Finding};
use super::super::words::Words;
use crate::base::Timestamp;
use crate::console::control::Ask;
use crate::ledger::Role;
use crate::rundown::seal::{Key, Use};
use crate::rundown::statement::APPROVERS_NEEDED;

/// Faults of the content, and metrics, on one page.
const FAULTS_MAX: usize = 40;
const METRICS_MAX: usize = 400;
/// A key that ends sooner is told as a fault, as doctor does.
const KEY_DAYS_MIN: i64 = 30;

pub async fn show(asked: Asked) -> Answered {
    let words = asked.words;
    let site = asked.site.clone();
    let backups = tokio::task::spawn_blocking(move || site.machine.backups()).await.map_err(|_| Stop::Late)?;
    let (hold, keys, certificate, faults) = {
        let board = asked.site.control.board.read();
        let errors = board.problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string);
        (board.hold.clone(), board.keys.clone(), board.certificate.clone(), errors.collect::<Vec<String>>())
    };
    let body = html! {
        @if let Some(hold) = &hold { (of_hold(&asked, &hold.reason)) }
        p.links {
            a href="/engineer/doctor" { (words.say("engineer-doctor")) } " "
            a href="/engineer/metrics" { (words.say("engineer-metrics")) }
        }
        h2 { (words.say("engineer-faults")) " (" (faults.len()) ")" }
        @if faults.is_empty() { p.good { (words.say("today-needs-nothing")) } } @else {
            ul lang="en" { @for fault in faults.iter().take(FAULTS_MAX) { li { (fault) } } }
        }
        @if faults.len() > FAULTS_MAX { p.mark { (words.say_with("today-more", &[("count", &(faults.len() - FAULTS_MAX).to_string())])) } }
        h2 { (words.say("engineer-keys")) }
        (of_keys(words, keys.as_ref().map_or(&[], |keys| &keys.keys), asked.now))
        @match &certificate {
            None => {},
            Some(Ok(ends)) => p { (words.say_with("engineer-certificate", &[("days", &(*ends - asked.now).num_days().to_string())])) },
            Some(Err(why)) => p.bad lang="en" { (why) },
        }
        (advice(words))
        h2 { (words.say("engineer-backups")) }
        (of_backups(&asked, &backups))
    };
    asked.page("engineer-title", &body)
}

fn of_hold(asked: &Asked, reason: &str) -> Markup {
    let words = asked.words;
    html! {
        section.card {
            h2.bad { (words.say("engineer-hold")) }
            p { (words.say("engineer-hold-what")) }
            p lang="en" { small { (reason) } }
            form method="post" action="/engineer/release" {
                (asked.token())
                label.tick { input type="checkbox" name="sure" value="yes" required; " " (words.say("engineer-sure")) }
                button.main { (words.say("engineer-release")) }
            }
        }
    }
}

/// Every key that may still be verified with, and how long it lasts.
fn of_keys(words: Words, keys: &[Key], now: Timestamp) -> Markup {
    let valid: Vec<&Key> = keys.iter().filter(|key| key.is_valid(now)).collect();
    let approvers = valid.iter().filter_map(|key| key.person.as_deref()).collect::<std::collections::BTreeSet<_>>();
    let days = |key: &Key| (key.not_after - now).num_days();
    let used_for = |key: &Key| match (key.purpose, &key.person) {
        (_, Some(_)) => "approver",
        (Use::Time, _) => "time",
        _ => "rundown",
    };
    html! {
        @if valid.is_empty() { p { (words.say("engineer-no-keys")) } } @else {
            table.cards {
                thead { tr {
                    th scope="col" { (words.say("engineer-key-for")) }
                    th scope="col" { (words.say("engineer-key-id")) }
                    th scope="col" { (words.say("engineer-key-ends")) }
                } }
                tbody { @for key in &valid { tr {
                    td { (words.say_with("engineer-key-use", &[("use", used_for(key))]))
                        @if let Some(person) = &key.person { " " span lang="zh-CN" { (person) } } }
                    td { code lang="en" { (key.id) } }
                    td.number.bad[days(key) < KEY_DAYS_MIN] { (words.say_with("engineer-days", &[("days", &days(key).to_string())])) }
                } } }
            }
        }
        @if !keys.is_empty() && approvers.len() < APPROVERS_NEEDED {
            p.mark { (words.say_with("engineer-approvers", &[("count", &approvers.len().to_string())])) }
        }
    }
}

/// What is done with keys, and by which command: the root key is never at hand here.
fn advice(words: Words) -> Markup {
    html! {
        details {
            summary { (words.say("engineer-advice")) }
            dl {
                @for (what, command) in [
                    ("approver", "cunxiang keys approver NAME --root /media/stick/root.key"),
                    ("rotate", "cunxiang keys rotate --root /media/stick/root.key"),
                    ("revoke", "cunxiang keys revoke ID --root /media/stick/root.key"),
                    ("certificate", "cunxiang tls init --name HOST"),
                ] {
                    dt { (words.say_with("engineer-advice-of", &[("what", what)])) }
                    dd { code lang="en" { (command) } }
                }
            }
        }
    }
}

fn of_backups(asked: &Asked, backups: &[Backup]) -> Markup {
    let words = asked.words;
    let zone = asked.site.control.board.read().catalog.county.zone;
    html! {
        p { (words.say("engineer-backup-what")) }
        form method="post" action="/engineer/backup" { (asked.token()) button.main { (words.say("engineer-backup")) } }
        @if backups.is_empty() { p { (words.say("engineer-no-backups")) } } @else {
            ul.plain lang="en" { @for one in backups { li {
                (one.made.with_timezone(&zone).format("%Y-%m-%d %H:%M")) " " code { (one.name) } " " (one.bytes.div_ceil(1 << 20)) " MiB"
            } } }
        }
    }
}

/// Looks at everything, which takes a while: one look at a time.
pub async fn doctor(asked: Asked) -> Answered {
    let words = asked.words;
    let _alone = asked.site.at_work.try_acquire().map_err(|_| Stop::Late)?;
    let site = asked.site.clone();
    let findings = tokio::task::spawn_blocking(move || site.machine.findings()).await.map_err(|_| Stop::Late)?;
    let faults = findings.iter().filter(|finding| finding.state.is_err()).count();
    let body = html! {
        p { @if faults == 0 { span.good { (words.say("engineer-all-well")) } } @else {
            span.bad { (words.say_with("engineer-fault-count", &[("count", &faults.to_string())])) } } }
        dl { @for Finding { what, state } in &findings {
            dt { span.good[state.is_ok()].bad[state.is_err()] { @if state.is_ok() { "✓ " } @else { "✗ " } }
                (words.say_with("engineer-finding", &[("what", &what.replace(' ', "-"))])) }
            dd lang="en" { @match state { Ok(text) => (text), Err(text) => span.bad { (text) } } }
        } }
        p { a href="/engineer" { (words.say("engineer-title")) } }
    };
    asked.page("engineer-doctor", &body)
}

/// A metric: its name with its labels, its value, what it is.
#[derive(Debug, PartialEq, Eq)]
struct Metric<'t> {
    name: &'t str,
    value: &'t str,
    help: &'t str,
}

/// Reads what a monitor reads (OpenMetrics text format): each sample, with the help of its name.
fn metrics_in(text: &str) -> Vec<Metric<'_>> {
    let mut help = std::collections::BTreeMap::new();
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            help.insert(name, text);
        } else if let Some((name, value)) = line.rsplit_once(' ').filter(|_| !line.starts_with('#')) {
            let bare = name.split('{').next().unwrap_or(name);
            found.push(Metric { name, value, help: help.get(bare).copied().unwrap_or_default() });
        }
    }
    found
}

pub async fn metrics(asked: Asked) -> Answered {
    let words = asked.words;
    let site = asked.site.clone();
    let text = tokio::task::spawn_blocking(move || site.machine.metrics()).await.map_err(|_| Stop::Late)?;
    let found = metrics_in(&text);
    let body = html! {
        table.cards lang="en" {
            tbody { @for metric in found.iter().take(METRICS_MAX) { tr {
                td { code { (metric.name) } }
                td.number { b { (metric.value) } }
                td { small { (metric.help) } }
            } } }
        }
        @if found.len() > METRICS_MAX { p.mark { (words.say_with("today-more", &[("count", &(found.len() - METRICS_MAX).to_string())])) } }
        p { a href="/engineer" { (words.say("engineer-title")) } }
    };
    asked.page("engineer-metrics", &body)
}

pub async fn backup(asked: Asked) -> Answered {
    let _alone = asked.site.at_work.try_acquire().map_err(|_| Stop::Late)?;
    let (site, now) = (asked.site.clone(), asked.now);
    let made = tokio::task::spawn_blocking(move || site.machine.back_up(now)).await.map_err(|_| Stop::Late)?;
    let made = made.map_err(Stop::Refused)?;
    asked.audit("make backup", &serde_json::json!({ "name": made.name, "bytes": made.bytes })).await?;
    asked.back("/engineer", "engineer-said-backup")
}

pub async fn release(asked: Asked) -> Answered {
    if asked.form.one("sure") != "yes" || !asked.who().may(&[Role::Engineer]) {
        return Err(Stop::Foreign);
    }
    asked.order(Ask::Release).await?;
    asked.back("/engineer", "engineer-said-released")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_read_with_their_help() {
        let text = "# HELP cunxiang_hold 1 while held.\n# TYPE cunxiang_hold gauge\ncunxiang_hold 0\n\
                    # HELP cunxiang_key_ends_seconds when.\ncunxiang_key_ends_seconds{key=\"a b\",person=\"\"} 17\n# EOF\n";
        let metric = |name, value, help| Metric { name, value, help };
        assert_eq!(
            metrics_in(text),
            [
                metric("cunxiang_hold", "0", "1 while held."),
                metric("cunxiang_key_ends_seconds{key=\"a b\",person=\"\"}", "17", "when."),
            ]
        );
    }
}
