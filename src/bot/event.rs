//! What happens in chats, as far as the bot cares.

use serde_json::{Value, json};

use crate::base::Tag;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatKind {
    Person,
    Group,
}

/// Where it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    pub number: i64,
    pub kind: ChatKind,
    /// Of a group, as its people wrote it; may say anything.
    pub title: String,
    /// Of a public group, as in `@name`.
    pub name: Option<String>,
}

impl Chat {
    /// As `chats.toml` writes it.
    pub fn address(&self) -> Value {
        json!({ "chat": self.number })
    }
}

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Start,
    Help,
    Latest,
    Next,
    Villages,
    Language,
}

/// What is told of: the word it is asked with, and the program's word for what it does.
pub const COMMANDS: [(Command, &str, &str); 5] = [
    (Command::Latest, "latest", "ui-bot-latest"),
    (Command::Next, "next", "ui-bot-next"),
    (Command::Villages, "villages", "ui-bot-villages"),
    (Command::Language, "language", "ui-bot-language"),
    (Command::Help, "help", "ui-bot-help"),
];

/// What a service asks by itself when somebody begins.
const START: &str = "start";

impl Command {
    /// Reads `/latest`, or `/latest@robot` as groups write it; none when it is something else, or another robot's.
    pub fn read(text: &str, robot: &str) -> Option<Command> {
        let first = text.split_whitespace().next()?.strip_prefix('/')?;
        let word = match first.split_once('@') {
            Some((word, name)) if name.eq_ignore_ascii_case(robot) => word,
            Some(_) => return None,
            None => first,
        };
        let word = word.to_ascii_lowercase();
        if word == START {
            return Some(Command::Start);
        }
        COMMANDS.into_iter().find(|(_, name, _)| *name == word).map(|(command, ..)| command)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Asked {
        chat: Chat,
        command: Command,
        /// The language of the asker's telephone.
        speaks: Option<Tag>,
    },
    /// A button under one of the bot's own messages.
    Pressed {
        chat: Chat,
        query: String,
        button: String,
        /// Who, as the service names them.
        by: String,
        /// Whether they may choose for everybody there: a person for themselves, an administrator for the group.
        may_choose: bool,
    },
    /// The robot was added to a group.
    Added { chat: Chat, by: String },
    /// The robot was taken out of a group.
    Removed { chat: Chat },
    /// A group has another number now.
    Moved { from: i64, to: i64 },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_groups_write_them() {
        for (text, expected) in [
            ("/latest", Some(Command::Latest)),
            ("/Latest@CunxiangBot", Some(Command::Latest)),
            ("/latest@other_bot", None),
            ("/next now please", Some(Command::Next)),
            ("latest", None),
            ("/unknown", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(Command::read(text, "cunxiangbot"), expected, "{text:?}");
        }
    }
}
