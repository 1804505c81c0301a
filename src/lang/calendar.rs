//! Dates, times of day, weekdays and lengths of time in the words of each language. Own tables, because ICU has no data
//! for Lisu and writes two kinds of digits into one Tibetan date. Knows no Fluent and reads no clock.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, Weekday};

use crate::base::Length;

/// The words of one language. A word nobody has attested is not there: what needs it is a fault, never a guess.
pub struct Calendar {
    /// BCP-47.
    pub tag: &'static str,
    /// `{year}`, `{month}`, `{month-name}` and `{day}` are put in.
    date: &'static str,
    month_day: &'static str,
    /// January first.
    months: Option<[&'static str; 12]>,
    /// Monday first.
    weekdays: Option<[&'static str; 7]>,
    spoken_time: Option<SpokenTime>,
    units: Option<Units>,
}

/// A time of day as it is said.
struct SpokenTime {
    /// From this hour on, until the next one's.
    parts_of_day: &'static [(u32, &'static str)],
    /// `{part}`, `{hour}` (1 to 12) and `{minute}` are put in.
    at: &'static str,
    /// At the full hour.
    at_hour: &'static str,
}

/// Lengths of time: `{n}` is put in, in one and in many.
struct Units {
    day: [&'static str; 2],
    hour: [&'static str; 2],
    minute: [&'static str; 2],
    second: [&'static str; 2],
    between: &'static str,
}

/// Sources: Chinese and English, CLDR 48. Tibetan: months, weekdays, the long date and parts of the day, CLDR 48 `bo`
/// (never `dz`, whose weekdays are one day off); times and lengths are drafts. Lisu: CLDR has none; the month-and-day
/// pattern is the sample county's draft, and what is not there has to come from the county's translators.
const CALENDARS: &[Calendar] = &[
    Calendar {
        tag: "zh-CN",
        date: "{year}年{month}月{day}日",
        month_day: "{month}月{day}日",
        months: None,
        weekdays: Some(["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]),
        spoken_time: Some(SpokenTime {
            parts_of_day: &[(0, "凌晨"), (5, "早上"), (8, "上午"), (12, "中午"), (13, "下午"), (19, "晚上")],
            at: "{part}{hour}点{minute}分",
            at_hour: "{part}{hour}点",
        }),
        units: Some(Units {
            day: ["{n}天"; 2],
            hour: ["{n}小时"; 2],
            minute: ["{n}分钟"; 2],
            second: ["{n}秒"; 2],
            between: "",
        }),
    },
    Calendar {
        tag: "bo",
        date: "སྤྱི་ལོ་{year} {month-name}འི་ཚེས་{day}",
        month_day: "{month-name}འི་ཚེས་{day}",
        months: Some([
            "ཟླ་བ་དང་པོ",
            "ཟླ་བ་གཉིས་པ",
            "ཟླ་བ་གསུམ་པ",
            "ཟླ་བ་བཞི་པ",
            "ཟླ་བ་ལྔ་པ",
            "ཟླ་བ་དྲུག་པ",
            "ཟླ་བ་བདུན་པ",
            "ཟླ་བ་བརྒྱད་པ",
            "ཟླ་བ་དགུ་པ",
            "ཟླ་བ་བཅུ་པ",
            "ཟླ་བ་བཅུ་གཅིག་པ",
            "ཟླ་བ་བཅུ་གཉིས་པ",
        ]),
        weekdays: Some(["གཟའ་ཟླ་བ", "གཟའ་མིག་དམར", "གཟའ་ལྷག་པ", "གཟའ་ཕུར་བུ", "གཟའ་པ་སངས", "གཟའ་སྤེན་པ", "གཟའ་ཉི་མ"]),
        spoken_time: Some(SpokenTime {
            parts_of_day: &[(0, "སྔ་དྲོ"), (12, "ཕྱི་དྲོ")],
            at: "{part}་ཆུ་ཚོད་ {hour} དང་སྐར་མ་ {minute}",
            at_hour: "{part}་ཆུ་ཚོད་ {hour}",
        }),
        units: Some(Units {
            day: ["ཉིན་ {n}"; 2],
            hour: ["ཆུ་ཚོད་ {n}"; 2],
            minute: ["སྐར་མ་ {n}"; 2],
            second: ["སྐར་ཆ་ {n}"; 2],
            between: " དང་ ",
        }),
    },
    Calendar {
        tag: "lis",
        date: "{year}-{month-two}-{day-two}",
        month_day: "{month} ꓧ {day} ꓠꓲ",
        months: None,
        weekdays: None,
        spoken_time: None,
        units: None,
    },
    Calendar {
        tag: "en",
        date: "{day} {month-name} {year}",
        month_day: "{day} {month-name}",
        months: Some([
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]),
        weekdays: Some(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
        spoken_time: Some(SpokenTime {
            parts_of_day: &[(0, "in the morning"), (12, "in the afternoon"), (18, "in the evening")],
            at: "{hour}:{minute-two} {part}",
            at_hour: "{hour} o'clock {part}",
        }),
        units: Some(Units {
            day: ["{n} day", "{n} days"],
            hour: ["{n} hour", "{n} hours"],
            minute: ["{n} minute", "{n} minutes"],
            second: ["{n} second", "{n} seconds"],
            between: " ",
        }),
    },
];

/// There is no word for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{tag} has no words for {what} yet; write it out in the text, or give it as an argument")]
pub struct NoWord {
    pub tag: &'static str,
    pub what: &'static str,
}

impl Calendar {
    /// The table of a language of notices, or of the console.
    pub fn of(tag: &str) -> Option<&'static Calendar> {
        CALENDARS.iter().find(|calendar| calendar.tag == tag)
    }

    /// With the year: `2026年11月25日`.
    pub fn date(&self, date: NaiveDate) -> String {
        self.put_date(self.date, date)
    }

    /// Without the year: `11月25日`.
    pub fn month_day(&self, date: NaiveDate) -> String {
        self.put_date(self.month_day, date)
    }

    fn put_date(&self, pattern: &str, date: NaiveDate) -> String {
        let name = self.months.map_or("", |months| months[date.month0() as usize]);
        pattern
            .replace("{year}", &date.year().to_string())
            .replace("{month-name}", name)
            .replace("{month-two}", &format!("{:02}", date.month()))
            .replace("{day-two}", &format!("{:02}", date.day()))
            .replace("{month}", &date.month().to_string())
            .replace("{day}", &date.day().to_string())
    }

    /// Errors: the language has no attested names of days.
    pub fn weekday(&self, day: Weekday) -> Result<&'static str, NoWord> {
        let names = self.weekdays.ok_or(NoWord { tag: self.tag, what: "weekdays" })?;
        Ok(names[day.num_days_from_monday() as usize])
    }

    /// As on a card: `18:30`, in every language.
    pub fn time(time: NaiveTime) -> String {
        time.format("%H:%M").to_string()
    }

    /// As it is said: `下午6点30分`. Seconds are left out.
    ///
    /// Errors: the language has no attested words for it.
    pub fn spoken_time(&self, time: NaiveTime) -> Result<String, NoWord> {
        let said = self.spoken_time.as_ref().ok_or(NoWord { tag: self.tag, what: "the time of day" })?;
        let part = said.parts_of_day.iter().rfind(|(from, _)| *from <= time.hour()).map_or("", |(_, part)| part);
        let (_, hour) = time.hour12();
        let pattern = if time.minute() == 0 { said.at_hour } else { said.at };
        Ok(pattern
            .replace("{part}", part)
            .replace("{hour}", &hour.to_string())
            .replace("{minute-two}", &format!("{:02}", time.minute()))
            .replace("{minute}", &time.minute().to_string()))
    }

    /// In days, hours, minutes and seconds, those that are not zero; parts of a second are left out.
    ///
    /// Errors: the language has no attested words for it.
    pub fn length(&self, length: Length) -> Result<String, NoWord> {
        let units = self.units.as_ref().ok_or(NoWord { tag: self.tag, what: "lengths of time" })?;
        let seconds = length.ms / 1000;
        let counted = [
            (seconds / 86_400, units.day),
            (seconds / 3600 % 24, units.hour),
            (seconds / 60 % 60, units.minute),
            (seconds % 60, units.second),
        ];
        let said: Vec<String> = counted
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, [one, many])| (if *n == 1 { one } else { many }).replace("{n}", &n.to_string()))
            .collect();
        if said.is_empty() { Ok(units.second[1].replace("{n}", "0")) } else { Ok(said.join(units.between)) }
    }
}
