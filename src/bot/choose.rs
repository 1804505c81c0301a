//! Choosing: languages and a village, by buttons, since many who ask cannot write.

use super::{Bot, CHANNEL, Chat, ChatKind, Listener, Say, Township, Village, help, name_in};
use crate::base::{Digest, Id, Tag, Timestamp};
use crate::lang::words::word;
use crate::ledger::{ChatSettings, LedgerFault};

/// Buttons in a row, as narrow telephones show them.
const COLUMNS: usize = 2;
/// Buttons under one message; the service takes a hundred.
const BUTTONS_MAX: usize = 90;

/// What a button says: the service sends it back, and anybody can make one up.
enum Button {
    Language(Tag),
    /// The n-th ninety of the villages of a township.
    Township(String, usize),
    Village(String),
}

impl Button {
    fn read(text: &str) -> Option<Button> {
        match text.split_once(':')? {
            ("l", tag) => tag.parse().ok().map(Button::Language),
            ("v", key) => Some(Button::Village(key.to_owned())),
            ("t", rest) => {
                let (key, page) = rest.split_once(':')?;
                Some(Button::Township(key.to_owned(), page.parse().ok()?))
            }
            _ => None,
        }
    }
}

/// What stands for an id on a button, which holds 64 bytes.
fn key(id: &Id) -> String {
    Digest::of(id.as_str().as_bytes()).short()
}

impl Bot {
    pub(super) async fn pressed(
        &self,
        chat: &Chat,
        button: &str,
        (by, may_choose): (&str, bool),
        now: Timestamp,
    ) -> Result<Vec<Say>, LedgerFault> {
        let listener = self.listener(chat, None).await?;
        let Some(button) = Button::read(button) else { return Ok(Vec::new()) };
        if chat.kind == ChatKind::Group && listener.group.is_none() {
            return Ok(Vec::new());
        }
        match button {
            Button::Township(township, page) => Ok(vec![self.villages(chat, &listener, Some((&township, page)))]),
            Button::Language(_) if !may_choose => Ok(vec![self.in_all(chat, &listener.languages, "ui-bot-not-you")]),
            Button::Language(tag) => self.choose_language(chat, &listener, tag, by, now).await,
            Button::Village(village) => self.choose_village(chat, &listener, &village, now).await,
        }
    }

    /// A person reads one language; in a group each press adds a language or takes it away.
    async fn choose_language(
        &self,
        chat: &Chat,
        listener: &Listener,
        tag: Tag,
        by: &str,
        now: Timestamp,
    ) -> Result<Vec<Say>, LedgerFault> {
        if !self.board.languages().contains(&tag) {
            return Ok(Vec::new());
        }
        let mut languages = listener.languages.clone();
        match (chat.kind, languages.iter().position(|language| *language == tag)) {
            (ChatKind::Person, _) => languages = vec![tag],
            (ChatKind::Group, None) => languages.push(tag),
            // One stays: a group that wants none leaves the robot.
            (ChatKind::Group, Some(_)) if languages.len() == 1 => {}
            (ChatKind::Group, Some(at)) => drop(languages.remove(at)),
        }
        let settings = ChatSettings { languages: languages.clone(), ..held(chat, listener, now) };
        let by = format!("{CHANNEL}: {by}");
        let by = (chat.kind == ChatKind::Group).then_some(by.as_str());
        if !self.ledger.choose(&settings, by).await? {
            return Ok(Vec::new());
        }
        let chosen: Vec<String> = languages.iter().map(own_name).collect();
        let told = word(languages[0].as_str(), "ui-bot-chosen", &[("what", &chosen.join(" · "))]);
        let mut says = vec![Say::Text { chat: chat.number, text: told, buttons: Vec::new() }];
        if chat.kind == ChatKind::Person && listener.village().is_none() {
            let listener = Listener { settings: Some(settings), group: None, languages, chose: true };
            says.push(self.villages(chat, &listener, None));
        }
        Ok(says)
    }

    async fn choose_village(
        &self,
        chat: &Chat,
        listener: &Listener,
        village: &str,
        now: Timestamp,
    ) -> Result<Vec<Say>, LedgerFault> {
        // A group's villages are the county's to say.
        let villages = self.board.villages();
        let Some(village) = villages.iter().find(|found| key(&found.id) == village) else { return Ok(Vec::new()) };
        if chat.kind == ChatKind::Group {
            return Ok(Vec::new());
        }
        let settings = ChatSettings { village: Some(village.id.clone()), ..held(chat, listener, now) };
        if !self.ledger.choose(&settings, None).await? {
            return Ok(Vec::new());
        }
        let name = name_in(&village.names, &listener.languages, &village.id);
        let told = word(listener.languages[0].as_str(), "ui-bot-chosen", &[("what", &name)]);
        let help = help(&listener.languages[0]);
        Ok(vec![Say::Text { chat: chat.number, text: format!("{told}\n\n{help}"), buttons: Vec::new() }])
    }

    pub(super) fn language_buttons(&self, chat: &Chat, listener: &Listener) -> Say {
        let languages = self.board.languages();
        let ask: Vec<String> =
            languages.iter().map(|language| word(language.as_str(), "ui-bot-choose-language", &[])).collect();
        let label = |tag: &Tag| {
            let mark = if listener.chose && listener.languages.contains(tag) { "✓ " } else { "" };
            (format!("{mark}{}", own_name(tag)), format!("l:{tag}"))
        };
        let buttons = languages.iter().map(|tag| vec![label(tag)]).collect();
        Say::Text { chat: chat.number, text: ask.join(" / "), buttons }
    }

    /// A group is told its villages; a person chooses theirs: first the township, where there are several.
    pub(super) fn villages(&self, chat: &Chat, listener: &Listener, of: Option<(&str, usize)>) -> Say {
        let mut villages = self.board.villages();
        let named = |village: &Village| name_in(&village.names, &listener.languages, &village.id);
        if let Some(group) = &listener.group {
            villages.retain(|village| group.villages.contains(&village.id));
            let names: Vec<String> = villages.iter().take(BUTTONS_MAX).map(named).collect();
            return Say::Text { chat: chat.number, text: names.join(" · "), buttons: Vec::new() };
        }
        let ask: Vec<String> =
            listener.languages.iter().map(|language| word(language.as_str(), "ui-bot-choose-village", &[])).collect();
        let townships: Vec<Township> = self.board.townships();
        let only = match &townships[..] {
            [one] => Some((key(&one.id), 0)),
            _ => None,
        };
        let labels: Vec<(String, String)> = match of.map(|(key, page)| (key.to_owned(), page)).or(only) {
            None => {
                let label = |found: &Township| name_in(&found.names, &listener.languages, &found.id);
                let township = |found| (label(found), format!("t:{}:0", key(&found.id)));
                townships.iter().take(BUTTONS_MAX).map(township).collect()
            }
            Some((township, page)) => {
                villages.retain(|village| key(&village.township) == township);
                let shown_before = page.saturating_mul(BUTTONS_MAX);
                let shown = villages.iter().skip(shown_before).take(BUTTONS_MAX);
                let mut labels: Vec<(String, String)> =
                    shown.map(|village| (named(village), format!("v:{}", key(&village.id)))).collect();
                if villages.len() > shown_before.saturating_add(BUTTONS_MAX) {
                    labels.push(("→".to_owned(), format!("t:{township}:{}", page + 1)));
                }
                labels
            }
        };
        let buttons = labels.chunks(COLUMNS).map(<[_]>::to_vec).collect();
        Say::Text { chat: chat.number, text: ask.join(" / "), buttons }
    }
}

/// A language's own name.
fn own_name(language: &Tag) -> String {
    word(language.as_str(), "ui-bot-language-name", &[])
}

fn held(chat: &Chat, listener: &Listener, now: Timestamp) -> ChatSettings {
    let held = listener.settings.clone().unwrap_or_else(|| ChatSettings {
        channel: CHANNEL.to_owned(),
        address: chat.address(),
        is_group: chat.kind == ChatKind::Group,
        languages: Vec::new(),
        village: None,
        gone_at: None,
        updated: now,
    });
    ChatSettings { updated: now, ..held }
}
