//! Who asks: the account at the other end of the socket, mapped to a person with roles.

use std::collections::BTreeSet;

use super::{Control, Refused, refuse};
use crate::base::Timestamp;
use crate::ledger::Role;

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub name: String,
    /// The account they work with.
    pub account: String,
    pub roles: BTreeSet<Role>,
    /// When they became one of the people; none when they are not.
    pub added: Option<Timestamp>,
    /// The account the daemon runs under, or root: may do what an engineer may.
    pub owns: bool,
}

impl Control {
    /// The person of an OS user. Whoever runs the daemon, and root, may always speak: they could read its memory.
    pub(super) async fn caller(&self, uid: u32) -> Result<Caller, Refused> {
        // The user database may be on a server that does not answer: this caller waits for it, nobody else.
        let os_user = tokio::task::spawn_blocking(move || account_of(uid)).await.ok().flatten();
        let os_user = os_user.unwrap_or_else(|| format!("uid {uid}"));
        let owns = uid == 0 || uid == rustix::process::geteuid().as_raw();
        match self.ledger.person_by_os_user(&os_user).await? {
            Some(person) => {
                let (name, roles, added) = (person.name, person.roles, Some(person.added));
                Ok(Caller { name, account: os_user, roles, added, owns })
            }
            None if owns => {
                Ok(Caller { name: os_user.clone(), account: os_user, roles: BTreeSet::new(), added: None, owns })
            }
            None => refuse(format!(
                "the account {os_user} belongs to none of the people here; an engineer adds it with `cunxiang people add NAME --account {os_user}`"
            )),
        }
    }
}

impl Caller {
    /// Emergencies take a person with that role; to run the daemon is not enough.
    ///
    /// Errors: the caller is none of the people, or no approver.
    pub(super) fn approves(&self) -> Result<(), Refused> {
        if self.added.is_some() && self.roles.contains(&Role::Approver) {
            return Ok(());
        }
        refuse(format!(
            "{} is not an approver, and only approvers file and confirm emergencies; an engineer adds one with `cunxiang people add NAME --account ACCOUNT --role approver`",
            self.name
        ))
    }

    /// Errors: the caller has none of these roles.
    pub(super) fn may(&self, roles: &[Role]) -> Result<(), Refused> {
        if self.owns || roles.iter().any(|role| self.roles.contains(role)) {
            return Ok(());
        }
        let wanted: Vec<String> = roles.iter().map(ToString::to_string).collect();
        refuse(format!("{} may not do this; it takes one of the roles {}", self.name, wanted.join(", ")))
    }
}

/// The account name of a user id, from the system's user database.
pub fn account_of(uid: u32) -> Option<String> {
    // getent(1) asks every source the machine is set up with; a daemon is asked a few times a day.
    let output = std::process::Command::new("getent").arg("passwd").arg(uid.to_string()).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    Some(line.split(':').next()?.to_owned()).filter(|name| !name.is_empty())
}
