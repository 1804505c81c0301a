//! A whole county in one thread under a clock that the test moves: days in seconds, every frame and commit counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use cunxiang::base::clock::SimulatedClock;
use cunxiang::base::{Clock, Id, Length, Timestamp};
use cunxiang::county::duty::StationFaults;
use cunxiang::county::{self, County, Stations};
use cunxiang::ledger::{AiringFilter, AiringRow, Ledger, PostFilter, PostRow};
use cunxiang::outbox::{self, Outbox, folder};
use cunxiang::rundown::seal::Envelope;
use cunxiang::rundown::{Outcome, Reason, Receipt};
use cunxiang::station::{self, Loudspeaker, Machine, sink};
use cunxiang::store::Store;

use crate::county::{Home, STATIONS, correlation, instant};

/// How long the county and the outbox are left alone while nothing rings them.
const COUNTY_PAUSE: TimeDelta = TimeDelta::minutes(10);
const OUTBOX_PAUSE: TimeDelta = TimeDelta::minutes(30);

/// The stations, as the county sees them.
struct Local(Mutex<Machine>, Mutex<StationFaults>);

impl Stations for Local {
    fn offer(&self, rundowns: Vec<Arc<Envelope>>) {
        let mut machine = self.0.lock().unwrap();
        rundowns.into_iter().for_each(|rundown| machine.offer(rundown));
    }

    fn renew_keys(&self, document: Envelope) {
        self.0.lock().unwrap().renew_keys(document);
    }

    fn receipts(&self) -> Vec<Receipt> {
        self.0.lock().unwrap().receipts()
    }

    fn acknowledge(&self, number: u64) {
        self.0.lock().unwrap().acknowledge(number);
    }

    fn faults(&self) -> StationFaults {
        self.1.lock().unwrap().clone()
    }
}

/// Everything that `cunxiang run` puts together, without its threads.
struct World {
    clock: Arc<SimulatedClock>,
    ledger: Ledger,
    county: County,
    stations: Local,
    outbox: Arc<Outbox>,
    /// When the county wants to be called.
    county_next: Timestamp,
    outbox_next: Timestamp,
    runtime: tokio::runtime::Runtime,
}

impl World {
    fn open(home: &Home, at: &str, is_heard: bool) -> World {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let clock = SimulatedClock::at(instant(at));
        let local: Vec<Id> = STATIONS.iter().map(|(id, _)| id.parse().unwrap()).collect();
        let wav = sink::Options::Wav { folder: home.path("aired"), keep_days: 14 };
        let sink = if is_heard { wav } else { sink::Options::Null };
        let (ledger, county, machine, outbox) = runtime.block_on(async {
            std::fs::create_dir_all(home.data()).unwrap();
            let ledger = Ledger::open(&home.data().join("ledger.db")).await.unwrap();
            let store = Store::open(home.data().join("clips")).unwrap();
            let folder = Some(folder::Options { folder: home.path("posts") });
            let (channels, faults) = outbox::channel::open(&outbox::Options { folder, ..outbox::Options::default() });
            assert!(faults.is_empty());
            let outbox = Outbox::open(ledger.clone(), store.clone(), channels, cunxiang::county::WORDS, clock.now())
                .await
                .unwrap();
            let outbox = Arc::new(outbox);
            let options = county::Options { home: home.path(""), data: home.data(), local: local.clone() };
            let county =
                County::open(options, clock.clone(), ledger.clone(), store.clone(), outbox.clone()).await.unwrap();
            let loudspeakers = local.into_iter().map(|station| Loudspeaker {
                station,
                sink: sink.clone(),
                power_on: vec![],
                power_off: vec![],
                power_lead: Length::ms(0),
                gain_db: 0.0,
            });
            let options = station::Options {
                journal: home.data().join("journal"),
                loudspeakers: loudspeakers.collect(),
                remote: false,
            };
            let machine = Machine::new(options, clock.clone(), store, county.trust().unwrap()).unwrap();
            (ledger, county, machine, outbox)
        });
        let now = clock.now();
        let stations = Local(Mutex::new(machine), Mutex::default());
        World { clock, ledger, county, stations, outbox, county_next: now, outbox_next: now, runtime }
    }

    /// Lets the county look at its files, as the watch on them asks for.
    fn look(&mut self) {
        self.county_next = self.runtime.block_on(self.county.turn(true, &self.stations)).unwrap();
        self.stations.0.lock().unwrap().turn();
        self.outbox_next = self.clock.now();
    }

    /// Everything that is due now. Returns when to come back.
    fn turn(&mut self) -> Timestamp {
        let now = self.clock.now();
        let mut next = self.stations.0.lock().unwrap().turn().unwrap_or(now + TimeDelta::seconds(30));
        // A receipt rings the county; so does an instant it named, and a clock that went back behind it. The looks at
        // its files, each minute, are the test's own.
        let rung = !self.stations.receipts().is_empty();
        if rung || now >= self.county_next || self.county_next > now + COUNTY_PAUSE {
            self.runtime.block_on(self.county.turn(false, &self.stations)).unwrap();
            self.county_next = now + COUNTY_PAUSE;
            self.outbox_next = now;
            // What the county offered is taken in at once.
            next = next.min(self.stations.0.lock().unwrap().turn().unwrap_or(next));
        }
        if now >= self.outbox_next || self.outbox_next > now + OUTBOX_PAUSE {
            self.runtime.block_on(async {
                self.outbox.turn(now).await.unwrap();
                self.outbox.settle(self.clock.now()).await;
                let due = self.outbox.turn(now).await.unwrap();
                self.outbox_next = due.unwrap_or(now + OUTBOX_PAUSE).min(now + OUTBOX_PAUSE);
            });
        }
        next.min(self.county_next).min(self.outbox_next).max(now + TimeDelta::nanoseconds(1))
    }

    fn run_to(&mut self, until: &str) {
        let until = instant(until);
        while self.clock.now() < until {
            let next = self.turn();
            self.clock.advance_to(next.min(until));
        }
        self.turn();
    }

    fn airings(&self) -> Vec<AiringRow> {
        let filter = AiringFilter {
            from: instant("2026-01-01T00:00:00Z"),
            to: instant("2028-01-01T00:00:00Z"),
            station: None,
            broadcast: None,
            state: None,
        };
        self.runtime.block_on(self.ledger.airings(&filter)).unwrap()
    }

    /// How often each outcome came, of the airings due before `now`.
    fn outcomes(&self) -> BTreeMap<String, usize> {
        let now = self.clock.now();
        let mut counts = BTreeMap::new();
        for row in self.airings().into_iter().filter(|row| row.at < now) {
            let outcome = row.outcome.map_or("none".to_owned(), |outcome| outcome.to_string());
            *counts.entry(outcome).or_default() += 1;
        }
        counts
    }

    /// Every call of every post due before now, by its state.
    fn calls(&self) -> BTreeMap<String, usize> {
        let now = self.clock.now();
        let posts = self.runtime.block_on(self.ledger.posts(&PostFilter::default())).unwrap();
        let mut counts = BTreeMap::new();
        for call in posts.iter().filter(|row| row.post.due < now).flat_map(|row| &row.calls) {
            *counts.entry(format!("{:?}", call.state)).or_default() += 1;
        }
        counts
    }

    fn commits(&self) -> u64 {
        self.stations.0.lock().unwrap().commits().0
    }
}

/// Three stations, three instants of the same minute of the day and one alone.
fn county() -> Home {
    let home = Home::new();
    // Only the folder channel is here.
    let chats = home.read("config/chats.toml");
    home.write("config/chats.toml", chats.split("[[chat]]\nid = \"group\"").next().unwrap());
    let how = "chime = \"chime\"\nrepeat = 2\ngap = \"200ms\"\nvolume = 100\npost = \"each\"";
    home.daily("masks", "wear-mask", "at = [\"morning\", \"noon\"]", how);
    home.daily("hands", "wash-hands", "at = [\"morning\", \"16:00\"]", how);
    home.daily("rooms", "ventilate-rooms", "at = [\"noon\"]\ndays = [\"tue\"]", how);
    home
}

#[test]
fn a_county_day_sounds_on_its_frames_and_leaves_one_final_state_for_everything() {
    let home = county();
    let mut world = World::open(&home, "2026-11-24T05:00:00+08:00", true);
    world.run_to("2026-11-24T07:29:57+08:00");
    let before = world.commits();
    world.run_to("2026-11-24T07:30:00.1+08:00");
    // Three loudspeakers begin together, and one record of all three is durable before.
    assert_eq!(world.commits() - before, 1, "one commit for the airings due together");
    world.run_to("2026-11-25T05:00:00+08:00");

    // masks and hands twice at three stations, rooms once: it is a Tuesday.
    assert_eq!(world.outcomes(), [("played".to_owned(), 15)].into());
    let rows: Vec<AiringRow> = world.airings().into_iter().filter(|row| row.at < world.clock.now()).collect();
    for row in &rows {
        let started = row.started.unwrap();
        let waits = row.id.broadcast.as_str() == "masks" && row.id.instant == instant("2026-11-24T07:30:00+08:00")
            || row.id.broadcast.as_str() == "rooms";
        if !waits {
            assert_eq!(started, row.at, "{} begins on the frame of its instant", row.id);
        }
    }
    assert_eq!(home.files_aired().len(), 15);
    // The first is the chime from its first frame on: sample for sample, since nothing but rounding lies between.
    let sound = home.aired("hands.20261123T233000Z.upper");
    let (_, chime) = home.clip_file("chime");
    assert!(correlation(&sound[48_000..48_000 + chime.len()], &chime) > 0.999);
    for (found, made) in sound[48_000..].iter().zip(&chime) {
        assert!((found - made).abs() < 1.0 / 32_000.0, "{found} for {made}");
    }
    // One group, five occasions, a text and a voice note in three languages each.
    assert_eq!(world.calls(), [("Delivered".to_owned(), 5 * 6)].into());
}

#[test]
fn fourteen_days_with_a_clock_that_steps_and_content_that_changes() {
    let home = county();
    let mut world = World::open(&home, "2026-11-24T05:00:00+08:00", false);
    world.run_to("2026-11-26T09:00:00+08:00");
    let edges = |world: &World| -> BTreeMap<String, u64> {
        let saved = world.runtime.block_on(world.ledger.latest_rundowns()).unwrap();
        saved.into_iter().map(|rundown| (rundown.station.to_string(), rundown.edge.version)).collect()
    };

    // An edit of a broadcast that airs at one station seals that station's rundown anew, once, and no other.
    home.edit("broadcasts/rooms.toml", "stations = [\"all\"]", "stations = [\"upper\"]");
    world.look();
    let (before, signatures) = (edges(&world), world.county.signatures());
    home.edit("broadcasts/rooms.toml", "at = [\"noon\"]", "at = [\"15:00\"]");
    world.look();
    world.look();
    assert_eq!(world.county.signatures() - signatures, 1);
    let changed: BTreeSet<String> =
        edges(&world).into_iter().filter(|(station, version)| before[station] != *version).map(|(id, _)| id).collect();
    assert_eq!(changed, ["upper".to_owned()].into());
    // A comment changes nothing that airs.
    home.write("broadcasts/masks.toml", &format!("# for the winter\n{}", home.read("broadcasts/masks.toml")));
    world.look();
    assert_eq!(world.county.signatures() - signatures, 1);

    // The clock goes back two hours just after an airing: what was heard is not heard again.
    world.run_to("2026-11-26T12:30:00+08:00");
    let aired = world.outcomes();
    world.clock.step(-TimeDelta::hours(2));
    world.run_to("2026-11-26T12:30:00+08:00");
    assert_eq!(world.outcomes(), aired);
    // It goes forward over an airing: that one is missed, and told.
    world.run_to("2026-11-26T15:30:00+08:00");
    world.clock.step(TimeDelta::hours(1));
    world.run_to("2026-11-26T18:00:00+08:00");
    let missed: Vec<AiringRow> =
        world.airings().into_iter().filter(|row| matches!(row.outcome, Some(Outcome::Missed(_)))).collect();
    assert_eq!(missed.len(), 3, "{missed:#?}");
    assert!(
        missed
            .iter()
            .all(|row| row.id.broadcast.as_str() == "hands" && row.outcome == Some(Outcome::Missed(Reason::Down)))
    );

    // A broadcast goes: what was planned of it is told as cancelled.
    std::fs::remove_file(home.path("broadcasts/hands.toml")).unwrap();
    world.look();
    world.run_to("2026-12-08T05:00:00+08:00");
    let open: Vec<_> =
        world.airings().into_iter().filter(|row| row.at < world.clock.now() && row.outcome.is_none()).collect();
    assert!(open.is_empty(), "{open:#?}");
    let mut ids: Vec<_> = world.airings().iter().map(|row| row.id.to_string()).collect();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "one row, one final state");
    let outcomes = world.outcomes();
    // Fourteen mornings and noons of masks; hands on three mornings and two afternoons; rooms on the 24th everywhere,
    // on the 1st at one station.
    assert_eq!(outcomes["played"], 14 * 2 * 3 + (3 + 2) * 3 + 3 + 1, "{outcomes:?}");
    assert_eq!(outcomes["missed(down)"], 3, "{outcomes:?}");
    assert!(outcomes.keys().all(|outcome| ["played", "missed(down)", "cancelled(unlisted)"].contains(&&**outcome)));
    let calls = world.calls();
    assert_eq!(calls.keys().collect::<Vec<_>>(), ["Delivered"], "{calls:?}");
}

#[test]
fn those_on_duty_are_told_once_what_was_missed_and_what_works_again() {
    let home = county();
    home.write("config/county.toml", &format!("{}\n[alarm]\nchats = [\"office\"]\n", home.read("config/county.toml")));
    let chats = home.read("config/chats.toml");
    let office = "[[chat]]\nid = \"office\"\nname = { zh-CN = \"值班\" }\nlanguages = [\"zh-CN\"]\nsend = [\"text\"]\nchannel = { kind = \"folder\" }\n";
    home.write("config/chats.toml", &format!("{chats}\n{office}"));
    let mut world = World::open(&home, "2026-11-24T05:00:00+08:00", false);
    let told = |world: &World| -> Vec<String> {
        let filter = PostFilter { broadcast: Some("alarm".parse().unwrap()), ..PostFilter::default() };
        let mut posts = world.runtime.block_on(world.ledger.posts(&filter)).unwrap();
        posts.reverse();
        assert!(posts.iter().flat_map(|row| &row.calls).all(|call| format!("{:?}", call.state) == "Delivered"));
        let text = |row: &PostRow| row.calls[0].body["text"].as_str().unwrap().to_owned();
        posts.iter().map(text).collect()
    };
    world.run_to("2026-11-24T07:29:00+08:00");
    assert_eq!(told(&world), [""; 0]);

    // The machine sleeps over the morning.
    world.clock.step(TimeDelta::hours(1));
    world.run_to("2026-11-24T09:00:00+08:00");
    let first = told(&world);
    assert_eq!(first.len(), 1, "{first:#?}");
    assert!(first[0].contains("未播出：masks，11-24 07:30，3处（"), "{first:#?}");
    assert!(first[0].contains("未播出：hands，11-24 07:30，3处（"), "{first:#?}");
    assert!(first[0].contains("当时设备没有运行"), "{first:#?}");

    // A device fails, and is mended; the county is opened again in between.
    let fails = StationFaults { devices: vec![("upper".parse().unwrap(), "unplugged".to_owned())], journal: None };
    *world.stations.1.lock().unwrap() = fails.clone();
    world.run_to("2026-11-24T10:00:00+08:00");
    assert_eq!(told(&world).len(), 2);
    assert!(told(&world)[1].contains("没有声音设备：unplugged"), "{:#?}", told(&world));
    drop(world);
    let mut world = World::open(&home, "2026-11-24T10:00:00+08:00", false);
    *world.stations.1.lock().unwrap() = fails;
    world.run_to("2026-11-24T11:00:00+08:00");
    assert_eq!(told(&world).len(), 2, "nothing is told twice");
    *world.stations.1.lock().unwrap() = StationFaults::default();
    world.run_to("2026-11-24T11:50:00+08:00");
    let last = told(&world);
    assert!(last.len() == 3 && last[2].contains("已恢复：广播点") && !last[2].contains("未播出"), "{last:#?}");
}
