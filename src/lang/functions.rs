//! The functions a text may call: the same in what is read, on a card and in what is read aloud.

use chrono::{NaiveDate, NaiveTime, Weekday};
use fluent_bundle::{FluentArgs, FluentValue};

use crate::base::Length;
use crate::lang::bundle::MessageBundle;
use crate::lang::calendar::Calendar;

/// A function, by the name texts call it by.
pub struct Function {
    pub name: &'static str,
    /// A value it takes, for trying a text out.
    pub sample: &'static str,
    /// The named options it takes, with their values; none: a whole number.
    pub options: &'static [(&'static str, &'static [&'static str])],
    call: fn(&Calendar, &FluentValue<'_>, &Options) -> Result<FluentValue<'static>, String>,
}

const DIGITS: (&str, &[&str]) = ("digits", &["latin", "tibetan"]);

/// Every function there is.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "NUMBER",
        sample: "7",
        options: &[DIGITS, ("minimumFractionDigits", &[]), ("maximumFractionDigits", &[])],
        call: number,
    },
    Function { name: "DATE", sample: "2026-11-25", options: &[DIGITS, ("style", &["full", "month-day"])], call: date },
    Function { name: "TIME", sample: "18:30", options: &[DIGITS, ("style", &["digits", "words"])], call: time },
    Function { name: "WEEKDAY", sample: "2026-11-25", options: &[], call: weekday },
    Function { name: "DURATION", sample: "14d", options: &[DIGITS], call: duration },
];

/// Stand around the words of a call that failed: Fluent has no way for a function to say why, and lets a text through
/// that holds the name of the function. Both are noncharacters (Unicode, section 23.7): no text holds them.
const FAULT_BEGINS: char = '\u{FDD0}';
const FAULT_ENDS: char = '\u{FDD1}';

/// The named options of a call, as texts.
struct Options(Vec<(String, String)>);

impl Options {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(option, _)| option == name).map(|(_, value)| value.as_str())
    }
}

/// Offers every function to the texts of `bundle`.
pub(super) fn add(bundle: &mut MessageBundle, calendar: &'static Calendar) {
    for function in FUNCTIONS {
        bundle
            .add_function(function.name, move |values, named| match run(function, calendar, values, named) {
                Ok(value) => value,
                Err(why) => format!("{FAULT_BEGINS}{}: {why}{FAULT_ENDS}", function.name).into(),
            })
            .expect("a new bundle has no function of that name");
    }
}

/// What calls in a rendered text said was wrong, without repeats.
pub(super) fn faults(rendered: &str) -> Vec<&str> {
    let mut found: Vec<&str> = rendered
        .split(FAULT_BEGINS)
        .skip(1)
        .map(|rest| rest.split_once(FAULT_ENDS).map_or(rest, |(fault, _)| fault))
        .collect();
    found.dedup();
    found
}

fn run(
    function: &Function,
    calendar: &'static Calendar,
    values: &[FluentValue<'_>],
    named: &FluentArgs<'_>,
) -> Result<FluentValue<'static>, String> {
    let [value] = values else { return Err(format!("it takes one value, not {}", values.len())) };
    let mut options = Vec::new();
    for (name, value) in named.iter() {
        let Some((_, known)) = function.options.iter().find(|(option, _)| *option == name) else {
            let known: Vec<_> = function.options.iter().map(|(option, _)| *option).collect();
            return Err(format!("it has no option `{name}`; it has {}", listed(&known)));
        };
        let text = match value {
            FluentValue::String(text) => text.to_string(),
            FluentValue::Number(number) => number.value.to_string(),
            _ => return Err(format!("the value of `{name}` is missing")),
        };
        let fits = if known.is_empty() { text.parse::<u8>().is_ok() } else { known.contains(&text.as_str()) };
        if !fits {
            let known = if known.is_empty() { "a whole number".to_owned() } else { listed(known) };
            return Err(format!("`{name}` is `{text}`; it can be {known}"));
        }
        options.push((name.to_owned(), text));
    }
    let options = Options(options);
    let said = (function.call)(calendar, value, &options)?;
    if options.get("digits") != Some("tibetan") {
        return Ok(said);
    }
    if calendar.tag != "bo" {
        return Err("Tibetan digits stand in Tibetan texts only".to_owned());
    }
    Ok(tibetan_digits(&plain(&said)).into())
}

fn listed(words: &[&str]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// Digits of the Tibetan block (U+0F20 to U+0F29) for ASCII ones.
fn tibetan_digits(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|n| char::from_u32(0x0F20 + n)).unwrap_or(c);
    text.chars().map(digit).collect()
}

fn plain(value: &FluentValue<'_>) -> String {
    match value {
        FluentValue::String(text) => text.to_string(),
        FluentValue::Number(number) => number.as_string().into_owned(),
        _ => String::new(),
    }
}

fn text(value: &FluentValue<'_>, sample: &str) -> Result<String, String> {
    match value {
        FluentValue::String(text) => Ok(text.trim().to_owned()),
        _ => Err(format!("its value is no text such as \"{sample}\"")),
    }
}

/// A number stays one, so that it can choose between variants.
fn number(_: &Calendar, value: &FluentValue<'_>, options: &Options) -> Result<FluentValue<'static>, String> {
    let FluentValue::Number(mut number) = FluentValue::try_number(&plain(value)) else {
        return Err(format!("`{}` is no number", plain(value)));
    };
    let digits = |name| options.get(name).and_then(|text| text.parse::<usize>().ok());
    if let Some(most) = digits("maximumFractionDigits") {
        let scale = 10f64.powi(i32::try_from(most).unwrap_or(0));
        number.value = (number.value * scale).round() / scale;
        // As many as were written are kept by Fluent otherwise.
        number.options.minimum_fraction_digits = None;
    }
    if let Some(least) = digits("minimumFractionDigits") {
        number.options.minimum_fraction_digits = Some(least);
    }
    Ok(FluentValue::Number(number))
}

fn day(value: &FluentValue<'_>) -> Result<NaiveDate, String> {
    let text = text(value, "2026-11-25")?;
    text.parse().map_err(|_| format!("`{text}` is no date: write it as 2026-11-25"))
}

fn date(calendar: &Calendar, value: &FluentValue<'_>, options: &Options) -> Result<FluentValue<'static>, String> {
    let day = day(value)?;
    Ok(if options.get("style") == Some("month-day") { calendar.month_day(day) } else { calendar.date(day) }.into())
}

fn time(calendar: &Calendar, value: &FluentValue<'_>, options: &Options) -> Result<FluentValue<'static>, String> {
    let text = text(value, "18:30")?;
    let time = NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| format!("`{text}` is no time of day: write it as 18:30"))?;
    if options.get("style") == Some("words") {
        return Ok(calendar.spoken_time(time).map_err(|why| why.to_string())?.into());
    }
    Ok(Calendar::time(time).into())
}

fn weekday(calendar: &Calendar, value: &FluentValue<'_>, _: &Options) -> Result<FluentValue<'static>, String> {
    let given = text(value, "2026-11-25")?;
    let day = match given.parse::<Weekday>() {
        Ok(day) => day,
        Err(_) => chrono::Datelike::weekday(
            &day(value).map_err(|_| format!("`{given}` is no day: write it as 2026-11-25 or wed"))?,
        ),
    };
    Ok(calendar.weekday(day).map_err(|why| why.to_string())?.into())
}

fn duration(calendar: &Calendar, value: &FluentValue<'_>, _: &Options) -> Result<FluentValue<'static>, String> {
    let length: Length = text(value, "14d")?.parse().map_err(|bad: crate::base::length::BadLength| bad.to_string())?;
    Ok(calendar.length(length).map_err(|why| why.to_string())?.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lang::{Argument, Arguments, Bundle, Language, Piece, Topic};

    /// Renders `pattern` in a language with `$v` set.
    fn check(tag: &str, pattern: &str, value: &str) -> Result<String, String> {
        let text = format!("m = {pattern}\n");
        let topic = Topic::parse("locales/t.ftl", &text).map_err(|found| format!("{found:?}"))?;
        let language = Language::of(tag).unwrap();
        let (bundle, _) = Bundle::build(language, &[Arc::new(topic)]);
        let arguments: Arguments = [("v".to_owned(), Argument::Text(value.to_owned()))].into();
        bundle.render("m", Piece::Body, &arguments).map_err(|fault| fault.to_string())
    }

    #[test]
    fn each_function_speaks_each_language() {
        for (tag, pattern, value, wanted) in [
            ("zh-CN", "{ DATE($v) }", "2026-11-05", "2026年11月5日"),
            ("zh-CN", r#"{ DATE($v, style: "month-day") }"#, "2026-11-05", "11月5日"),
            ("bo", "{ DATE($v) }", "2025-02-03", "སྤྱི་ལོ་2025 ཟླ་བ་གཉིས་པའི་ཚེས་3"),
            ("bo", r#"{ DATE($v, digits: "tibetan") }"#, "2025-02-03", "སྤྱི་ལོ་༢༠༢༥ ཟླ་བ་གཉིས་པའི་ཚེས་༣"),
            ("bo", r#"{ DATE($v, style: "month-day") }"#, "2026-12-05", "ཟླ་བ་བཅུ་གཉིས་པའི་ཚེས་5"),
            ("lis", "{ DATE($v) }", "2026-02-03", "2026-02-03"),
            ("lis", r#"{ DATE($v, style: "month-day") }"#, "2026-02-03", "2 ꓧ 3 ꓠꓲ"),
            ("zh-CN", "{ TIME($v) }", "18:30", "18:30"),
            ("zh-CN", r#"{ TIME($v, style: "words") }"#, "18:30", "下午6点30分"),
            ("zh-CN", r#"{ TIME($v, style: "words") }"#, "07:00", "早上7点"),
            ("zh-CN", r#"{ TIME($v, style: "words") }"#, "00:05", "凌晨12点5分"),
            ("bo", r#"{ TIME($v, style: "words") }"#, "18:30", "ཕྱི་དྲོ་ཆུ་ཚོད་ 6 དང་སྐར་མ་ 30"),
            ("lis", "{ TIME($v) }", "07:05", "07:05"),
            ("zh-CN", "{ WEEKDAY($v) }", "2026-11-23", "星期一"),
            ("bo", "{ WEEKDAY($v) }", "mon", "གཟའ་ཟླ་བ"),
            ("bo", "{ WEEKDAY($v) }", "sun", "གཟའ་ཉི་མ"),
            ("zh-CN", "{ DURATION($v) }", "14d", "14天"),
            ("zh-CN", "{ DURATION($v) }", "90m", "1小时30分钟"),
            ("bo", "{ DURATION($v) }", "30m", "སྐར་མ་ 30"),
            ("zh-CN", "{ NUMBER($v) }", "12320", "12320"),
            ("bo", r#"{ NUMBER($v, digits: "tibetan") }"#, "14", "༡༤"),
            ("zh-CN", "{ NUMBER($v, minimumFractionDigits: 1) }", "37", "37.0"),
            ("zh-CN", "{ NUMBER($v, maximumFractionDigits: 1) }", "37.26", "37.3"),
            ("zh-CN", "{ NUMBER($v) ->\n    [0] 无\n   *[other] 有\n }", "0", "无"),
        ] {
            assert_eq!(check(tag, pattern, value).as_deref(), Ok(wanted), "{tag} {pattern} {value}");
        }
    }

    #[test]
    fn a_call_that_cannot_be_answered_says_why_and_nothing_of_the_text_is_used() {
        for (tag, pattern, value, wanted) in [
            ("zh-CN", "{ DATE($v) }好", "25.11.2026", "`25.11.2026` is no date"),
            ("zh-CN", "{ DATE($v) }", "2026-02-30", "is no date"),
            ("zh-CN", "{ TIME($v) }", "24:30", "is no time of day"),
            ("lis", "{ WEEKDAY($v) }", "mon", "lis has no words for weekdays"),
            ("lis", "{ DURATION($v) }", "14d", "lis has no words for lengths of time"),
            ("lis", r#"{ TIME($v, style: "words") }"#, "18:30", "lis has no words for the time of day"),
            ("zh-CN", r#"{ NUMBER($v, digits: "tibetan") }"#, "14", "Tibetan digits stand in Tibetan texts only"),
            ("zh-CN", "{ NUMBER($v) }", "many", "`many` is no number"),
            (
                "zh-CN",
                r#"{ DATE($v, style: "medium") }"#,
                "2026-11-25",
                "`style` is `medium`; it can be full, month-day",
            ),
            ("zh-CN", r#"{ WEEKDAY($v, style: "full") }"#, "mon", "it has no option `style`; it has none"),
            ("zh-CN", "{ DURATION($v) }", "soon", "no length of time"),
            ("zh-CN", "{ DATE() }", "", "it takes one value, not 0"),
        ] {
            let fault = check(tag, pattern, value).expect_err(pattern);
            assert!(fault.contains(wanted), "{tag} {pattern} {value}: {fault}");
        }
    }

    #[test]
    fn every_function_takes_its_own_sample_in_chinese() {
        for function in FUNCTIONS {
            let pattern = format!("{{ {}($v) }}", function.name);
            assert!(check("zh-CN", &pattern, function.sample).is_ok(), "{}", function.name);
        }
    }

    /// CLDR 48's Dzongkha names begin one day later; Tibetan ones must not be taken from it.
    #[test]
    fn monday_is_the_moons_day_in_tibetan() {
        assert_eq!(Calendar::of("bo").unwrap().weekday(Weekday::Mon), Ok("གཟའ་ཟླ་བ"));
        assert_eq!(Calendar::of("bo").unwrap().weekday(Weekday::Tue), Ok("གཟའ་མིག་དམར"));
    }
}
