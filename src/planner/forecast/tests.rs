//! Who airs, waits, is cut and is missed, over made-up turns.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::rundown::{Class, Level};

fn t(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap()
}

fn turn(rank: Rank, at: i64, late: i64, length: i64) -> Turn {
    let length = TimeDelta::seconds(length);
    Turn { rank, at: t(at), until: t(at + late), broadcast: "x".parse().unwrap(), length, expires: None }
}

#[test]
fn an_emergency_cuts_what_sounds_and_it_does_not_come_back() {
    let (daily, two, one) = (
        Rank::of(Class::Daily, None),
        Rank::of(Class::Emergency, Some(Level::II)),
        Rank::of(Class::Emergency, Some(Level::I)),
    );
    let turns = [turn(daily, 0, 300, 100), turn(two, 10, 300, 50), turn(one, 20, 300, 10), turn(daily, 25, 4, 5)];
    assert_eq!(
        forecast(&turns),
        [
            Forecast::Cut { by: 1, from: t(0), until: t(10) },
            Forecast::Cut { by: 2, from: t(10), until: t(20) },
            Forecast::Airs { until: t(30) },
            Forecast::Missed { by: 2 },
        ]
    );
    let expiring = Turn { expires: Some(t(40)), ..turn(two, 0, 300, 100) };
    assert_eq!(forecast(&[expiring]), [Forecast::Airs { until: t(40) }]);
    assert_eq!(forecast(&[]), []);
}

proptest! {
    #[test]
    fn one_at_a_time_inside_the_late_window_and_none_is_forgotten(
        turns in proptest::collection::vec((0u8..4, 0i64..600, 0i64..120, 0i64..90), 0..40),
    ) {
        let ranks = [
            Rank::of(Class::Daily, None),
            Rank::of(Class::Drill, Some(Level::I)),
            Rank::of(Class::Emergency, Some(Level::IV)),
            Rank::of(Class::Emergency, Some(Level::I)),
        ];
        let mut turns: Vec<Turn> =
            turns.into_iter().map(|(rank, at, late, length)| turn(ranks[usize::from(rank)], at, late, length)).collect();
        turns.sort_by_key(|turn| turn.at);
        let forecasts = forecast(&turns);
        prop_assert_eq!(forecasts.len(), turns.len());
        let mut spans = Vec::new();
        for (turn, forecast) in turns.iter().zip(&forecasts) {
            if let Some((from, until)) = forecast.sounds(turn.at) {
                prop_assert!(turn.at <= from && from <= turn.until, "{:?} {:?}", turn, forecast);
                prop_assert!(until <= from + turn.length);
                let is_cut = matches!(forecast, Forecast::Cut { .. });
                prop_assert!(is_cut || until == from + turn.length);
                spans.push((from, until));
            } else {
                // It was missed for a reason: at every second of its window something else sounded or began.
                let busy = |at: Timestamp| turns.iter().zip(&forecasts).any(|(other, forecast)| {
                    forecast.sounds(other.at).is_some_and(|(from, until)| from <= at && (at < until || at == from))
                });
                prop_assert!(busy(turn.at) && busy(turn.until), "{:?}", turn);
            }
        }
        spans.sort();
        prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", spans);
    }
}
