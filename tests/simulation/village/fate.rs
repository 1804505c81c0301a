//! What happens to a box, and what has to be true of it from time to time.

use super::*;

impl Village {
    /// One thing happens.
    pub(super) fn happen(&mut self) {
        if !self.up {
            // Switched on again, or only started again.
            return if self.dice.one_in(2) { self.boot() } else { self.start() };
        }
        match self.dice.below(24) {
            0..=5 => self.new_rundown(),
            6 | 7 => self.near_an_airing(|village| village.dies_after = Some(village.dice.below(14))),
            8 | 9 => self.near_an_airing(|village| {
                village.coming.push((village.t + village.dice.below(40_000), Event::Shutdown))
            }),
            10 => {
                self.die();
                self.t += self.dice.below(9 * HOUR);
                self.boot();
            }
            11 => self.step_clock(),
            12 if self.link => {
                let long = self.dice.one_in(4);
                self.tally.fortnights += u64::from(long);
                self.link = false;
                self.link_back = self.t + if long { 14 * DAY } else { self.dice.below(2 * DAY) };
            }
            13 => self.lose_device(),
            14 => self.disk_works = false,
            15 => self.offer_wrong_ones(),
            // A clock that a battery keeps wrong would make a lost past a second time for what already sounded.
            16 if !self.has_battery => self.lose_journal(),
            17 => self.clip_good = !self.clip_good,
            18 => self.mute(),
            20 => self.near_an_airing(|village| {
                let until = village.t + village.dice.below(MINUTE);
                village.pass(until);
                village.die();
            }),
            19 if self.has_ntp => (self.wrong, self.synchronised) = (0, true),
            _ => {}
        }
        self.tally.full_disks += u64::from(!self.disk_works);
        if self.dice.one_in(2) {
            (self.device_works, self.disk_works, self.clip_good) = (true, true, true);
        }
        if !self.link && self.t >= self.link_back {
            self.link = true;
            self.meet();
        }
        self.turn(vec![]);
        if self.link && self.disk_works {
            self.report();
        }
    }

    /// Lets time pass to shortly before something is due: there a fault has something to break.
    fn near_an_airing(&mut self, fault: impl FnOnce(&mut Village)) {
        let next = self.held.as_ref().and_then(|held| held.airings.iter().map(|a| a.at).find(|at| *at > self.now()));
        let near = next.map_or(0, |at| (at - self.now()).num_milliseconds() - 6_000);
        let until = self.t + near.clamp(0, DAY);
        self.pass(until);
        fault(self);
    }

    /// Lets time pass in the middle of a happening.
    fn pass(&mut self, until: i64) {
        while self.up && self.t < until {
            let wake = self.player.next_wake().map_or(until, |wake| self.t + (wake - self.now()).num_milliseconds());
            let event = self.coming.iter().map(|(t, _)| *t).min().unwrap_or(until);
            self.t = wake.min(event).min(until).max(self.t + 1);
            self.wake();
        }
    }

    fn new_rundown(&mut self) {
        let now = self.true_now();
        let sealed = self.county.change(&mut self.dice, now);
        if self.link {
            self.held_back.push(sealed);
            self.turn(vec![Event::Renewed(self.county.quiet)]);
        }
    }

    /// The line works: the county says the time and what it knows, and hands out its rundown.
    pub(super) fn meet(&mut self) {
        let reading = self.reading();
        self.reckoning.set(self.true_now(), reading.monotonic);
        if self.amnesia {
            self.told = Some(self.county.claims());
        }
        self.held_back.extend(self.county.issued.last().cloned());
        self.turn(vec![Event::Renewed(self.county.quiet)]);
    }

    fn report(&mut self) {
        let last = self.county.receipts.keys().next_back().copied().unwrap_or(0);
        let new: Vec<Receipt> = self.disk.outcomes.iter().filter(|receipt| receipt.number > last).cloned().collect();
        if let Err(why) = self.county.receive(&new) {
            self.broke(why);
        }
        // As the journal does: what is acknowledged and old is forgotten, what is recent stays.
        let old = self.now() - MEMORY;
        self.disk.outcomes.retain(|receipt| receipt.airing.instant > old);
        let outcomes: HashSet<&AiringId> = self.disk.outcomes.iter().map(|receipt| &receipt.airing).collect();
        self.disk.claims.retain(|claim| claim.airing.instant > old || outcomes.contains(&claim.airing));
    }

    fn step_clock(&mut self) {
        self.tally.steps += 1;
        self.wrong += [DAY, -DAY, HOUR, -HOUR, 40 * 365 * DAY][self.dice.below(5) as usize];
        self.wrong = self.wrong.clamp(-START_MS - self.t, 60 * 365 * DAY);
        self.synchronised = false;
        self.say(|| "its clock is set".to_owned());
    }

    fn lose_device(&mut self) {
        self.near_an_airing(|_| {});
        self.tally.lost_devices += 1;
        self.device_works = false;
        let after = self.t + self.dice.below(40_000);
        self.pass(after);
        let left = self.sounding.drain(..).map(|(v, start)| (v, (self.t - start).max(0) as u64 * 48)).collect();
        self.coming.retain(|(_, e)| !matches!(e, Event::Started { .. } | Event::Ended { .. } | Event::Opened { .. }));
        self.turn(vec![Event::Lost { speaker: 0, detail: "unplugged".to_owned(), left }]);
    }

    /// Rundowns that were not signed, or that were in force before.
    fn offer_wrong_ones(&mut self) {
        let Some(last) = self.county.issued.last().cloned() else { return };
        let mut forged = (*last.rundown).clone();
        forged.edge.version += 1;
        forged.edge.epoch += 1;
        self.held_back.push(Sealed { rundown: Arc::new(forged), signed: false });
        let older = self.dice.below(self.county.issued.len() as i64) as usize;
        // Right after a start, when a station has no more than its memory.
        if self.dice.one_in(2) {
            self.die();
            self.disk.rundown = None;
            self.link = false;
            self.start();
            self.link = true;
        }
        self.held_back.push(self.county.issued[older].clone());
        self.turn(vec![]);
        self.meet();
    }

    fn lose_journal(&mut self) {
        self.tally.amnesias += 1;
        self.say(|| "loses its journal".to_owned());
        self.die();
        let Disk { limit, rundown, .. } = std::mem::take(&mut self.disk);
        self.disk = Disk { limit, rundown, number_next: 1, ..Disk::default() };
        // What it accepted and how things ended is lost with it; that they sounded is not.
        (self.accepted, self.ended) = (Edge::default(), HashSet::new());
        if self.mutation == Mutation::ForgetsItsPast {
            self.disk.number_next = self.county.claims().1;
        }
        self.start();
    }

    fn mute(&mut self) {
        self.tally.mutes += 1;
        let muted = (self.disk.limit.muted.is_none()).then(|| "a funeral".to_owned());
        self.disk.limit = Limit { muted, volume_max: 60 };
        // What sounds fades; what is armed and not begun is cut before it does.
        let limit = self.disk.limit.clone();
        self.turn(vec![Event::Limited { speaker: 0, limit }]);
    }

    /// I3: what was due has ended, a minute after its window, whenever the station could see to it.
    pub(super) fn check_terminal(&mut self) {
        let up = self.up && self.hold.is_none() && self.disk_works && self.pending.is_empty();
        let Some(held) = self.held.clone().filter(|_| up && self.t > self.up_since + 2 * MINUTE) else { return };
        let Some((_, since)) = self.disk.edge else { return };
        let now = self.now();
        let sounds = TimeDelta::milliseconds(PROGRAMME_MS + MINUTE);
        let told: HashSet<&AiringId> =
            self.disk.settled.iter().flat_map(|(_, ended)| ended.iter().map(|(id, _)| id)).collect();
        let open = held.airings.iter().find(|airing| {
            airing.until().max(airing.at) + sounds < now
                && airing.until() >= since
                && held.issued <= now
                && !self.ended.contains(&airing.id)
                && !told.contains(&airing.id)
        });
        if let Some(airing) = open {
            let why = format!("I3: {} was due until {} and has no end", airing.id, airing.until());
            self.broke(why);
        }
    }
}
