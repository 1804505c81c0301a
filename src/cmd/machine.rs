//! What of this machine the web console uses: the commands' own code, below one folder, with nothing that a browser names.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::base::Timestamp;
use crate::catalog::Chat;
use crate::cmd::status::Watched;
use crate::cmd::{Place, backup, chats, doctor};
use crate::console::web::{Backup, Finding, Machine, Tried};
use crate::outbox::channel;

/// Backups that are made from the console lie here, below the data folder.
const FOLDER: &str = "backups";
/// Beyond these somebody is to take some away: each has the whole ledger.
const BACKUPS_MAX: usize = 30;
const NAMES: &str = "county-%Y%m%dT%H%M%SZ.tar.gz";

/// This machine.
pub struct Here {
    pub place: Place,
    /// `--machine`.
    pub machine: Option<PathBuf>,
    pub channels: channel::Options,
    pub watched: Watched,
}

impl Here {
    fn folder(&self) -> PathBuf {
        self.place.data().join(FOLDER)
    }
}

impl Machine for Here {
    fn findings(&self) -> Vec<Finding> {
        doctor::findings(&self.place, self.machine.as_deref())
    }

    fn metrics(&self) -> String {
        self.watched.metrics()
    }

    fn backups(&self) -> Vec<Backup> {
        let entries = std::fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let read = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            let made = NaiveDateTime::parse_from_str(&name, NAMES).ok()?.and_utc();
            Some(Backup { name, bytes: entry.metadata().ok()?.len(), made })
        };
        let mut found: Vec<Backup> = entries.filter_map(read).collect();
        found.sort_by_key(|one| std::cmp::Reverse(one.made));
        found
    }

    fn back_up(&self, now: Timestamp) -> Result<Backup, String> {
        let folder = self.folder();
        let shown = folder.display();
        if self.backups().len() >= BACKUPS_MAX {
            return Err(format!("there are {BACKUPS_MAX} backups in {shown}; take some away, and make one then"));
        }
        std::fs::create_dir_all(&folder).map_err(|error| format!("{shown} cannot be made: {error}"))?;
        let name = now.format(NAMES).to_string();
        let file = folder.join(&name);
        backup::write(&self.place, &file).map_err(|error| format!("{error:#}"))?;
        let bytes = std::fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
        Ok(Backup { name, bytes, made: now })
    }

    fn try_chat(&self, chat: &Chat, now: Timestamp) -> Result<Tried, String> {
        let catalog = Arc::clone(&self.watched.board.read().catalog);
        match chats::try_chat(&catalog, chat, &self.channels, now) {
            Ok(Some((_, tried))) => Ok(tried),
            Ok(None) => Err(format!("this machine has no channel `{}`; config/machine.toml sets it up", chat.channel)),
            Err(error) => Err(format!("{error:#}")),
        }
    }
}
