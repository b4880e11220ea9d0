//! A message as the simulated Discord keeps it: what it shows, to whom, whom it rang, and everything it ever was.

use jiff::Timestamp;
use serde_json::Value;

use super::Id;

/// Flag 4: links and embeds are not shown, and links are not fetched.
pub const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// Flag 64: only one person sees it.
pub const EPHEMERAL: u64 = 1 << 6;
/// Flag 128: the bot is "thinking…".
pub const LOADING: u64 = 1 << 7;
/// Flag 4096: it rings no phone.
pub const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
/// Flag 32768: it is made of the newer components and has neither content nor embeds, for good.
pub const COMPONENTS_V2: u64 = 1 << 15;

/// A message, deleted ones included. A snapshot: look it up again to see later edits.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: Id,
    /// Where it stands.
    pub channel: Id,
    /// Who wrote it; the bot's messages have [`BOT`](super::BOT).
    pub author: Id,
    /// Who can see it.
    pub audience: Audience,
    /// What its author says in it: its text, or the texts of one that is made of the newer components, each on a line of its own. What
    /// Discord sends as its content is [`notification`](Self::notification).
    pub content: String,
    /// Its embeds, as sent.
    pub embeds: Vec<Value>,
    /// Its rows of buttons and selects, as sent.
    pub components: Vec<Value>,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// Discord's message flags.
    pub flags: u64,
    /// The sender's own mark against doubles.
    pub nonce: Option<String>,
    /// The interaction that it answers, if any.
    pub answers: Option<Id>,
    /// The message that it replies to, if any.
    pub replies_to: Option<Id>,
    /// The people whom it named and was allowed to ring; edits ring nobody.
    pub pinged_users: Vec<Id>,
    /// The roles whom it named and was allowed to ring.
    pub pinged_roles: Vec<Id>,
    /// Whether it rang everyone.
    pub pinged_everyone: bool,
    /// When it was sent.
    pub created: Timestamp,
    /// When it was last edited.
    pub edited: Option<Timestamp>,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// Everything that it showed, the first version first and the current one last.
    pub history: Vec<Version>,
}

/// Who can see a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever sees the channel.
    Channel,
    /// One person: the message is ephemeral.
    Only(Id),
}

/// A file of a message.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub filename: String,
    /// Its alternative text.
    pub description: Option<String>,
    /// The media type that came with it.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a message showed from a moment on.
#[derive(Clone, Debug)]
pub struct Version {
    /// From when.
    pub at: Timestamp,
    /// The text.
    pub content: String,
    /// The embeds.
    pub embeds: Vec<Value>,
    /// The components.
    pub components: Vec<Value>,
    /// The names of the files.
    pub files: Vec<String>,
}

/// A button of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Its text, an emoji before it included if that is part of the text.
    pub label: String,
    /// What comes back when it is pressed; a link button has none.
    pub custom_id: Option<String>,
    /// Where a link button leads.
    pub url: Option<String>,
    /// Whether it can be pressed.
    pub state: ButtonState,
}

/// Whether a button can be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonState {
    /// It can.
    Enabled,
    /// It is grey.
    Disabled,
}

impl Message {
    /// Whether only one person sees it.
    pub fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }

    /// Whether it is still the empty "thinking…".
    pub fn is_thinking(&self) -> bool {
        self.flags & LOADING != 0
    }

    /// Whether it came without a sound (flag 4096).
    pub fn is_silent(&self) -> bool {
        self.flags & SUPPRESS_NOTIFICATIONS != 0
    }

    /// The embeds that people see: none when they are suppressed.
    pub fn shown_embeds(&self) -> &[Value] {
        if self.flags & SUPPRESS_EMBEDS == 0 { &self.embeds } else { &[] }
    }

    /// Whether it is made of the newer components alone.
    pub fn is_layout(&self) -> bool {
        self.flags & COMPONENTS_V2 != 0
    }

    /// The colour of the frame around it, if there is one.
    pub fn accent(&self) -> Option<u64> {
        self.components.iter().find(|component| component["type"] == 17)?["accent_color"].as_u64()
    }

    /// The texts among its components.
    pub(crate) fn texts(&self) -> String {
        let mut said = Vec::new();
        walk(&self.components, &mut |component| {
            if component["type"] == 10 {
                said.extend(component["content"].as_str());
            }
        });
        said.join("\n")
    }

    /// What a phone's notification shows of it: its text alone. Texts among its components are not shown there, so of a message
    /// that is made of the newer ones it shows nothing.
    pub fn notification(&self) -> &str {
        if self.is_layout() { "" } else { &self.content }
    }

    /// Everything that a person reads in it, from top to bottom: text, embeds, file names, labels.
    pub fn text(&self) -> String {
        let mut lines = vec![self.notification().to_owned()];
        self.shown_embeds().iter().for_each(|embed| embed_lines(embed, &mut lines));
        lines.extend(self.attachments.iter().map(|file| file.filename.clone()));
        let mut texts = Vec::new();
        walk(&self.components, &mut |component| {
            for field in ["content", "label", "placeholder"] {
                texts.extend(component.get(field).and_then(Value::as_str).map(str::to_owned));
            }
        });
        lines.extend(texts);
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// Its buttons, in order.
    pub fn buttons(&self) -> Vec<Button> {
        let mut buttons = Vec::new();
        walk(&self.components, &mut |component| {
            if component.get("type").and_then(Value::as_i64) == Some(2) {
                let text = |field: &str| component.get(field).and_then(Value::as_str).map(str::to_owned);
                let disabled = component.get("disabled").and_then(Value::as_bool).unwrap_or(false);
                buttons.push(Button {
                    label: text("label").unwrap_or_default(),
                    custom_id: text("custom_id"),
                    url: text("url"),
                    state: if disabled { ButtonState::Disabled } else { ButtonState::Enabled },
                });
            }
        });
        buttons
    }

    /// The button of that label, or else the first one whose label begins with these words (`Confirm` finds **Confirm reboot**); an
    /// emoji or other sign before the words does not matter.
    pub fn button(&self, label: &str) -> Option<Button> {
        let bare = |text: &str| text.trim_start_matches(|c: char| !c.is_alphanumeric()).trim().to_owned();
        let wanted = bare(label);
        let begins = |button: &&Button| {
            bare(&button.label).strip_prefix(&wanted).is_some_and(|rest| rest.starts_with([' ', ',']))
        };
        let all = self.buttons();
        let exact = all.iter().find(|button| bare(&button.label) == wanted);
        exact.or_else(|| all.iter().find(begins)).cloned()
    }

    /// The custom ids of everything that can be used in it.
    pub(crate) fn custom_ids(&self) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        walk(&self.components, &mut |component| {
            if let Some(custom_id) = component.get("custom_id").and_then(Value::as_str) {
                found.push((custom_id.to_owned(), component.clone()));
            }
        });
        found
    }

    /// The links in its text that Discord's servers fetch for a preview: all, unless embeds are suppressed or `<…>` stands around.
    pub fn links_fetched(&self) -> Vec<String> {
        if self.flags & SUPPRESS_EMBEDS != 0 {
            return Vec::new();
        }
        let text = self.notification();
        let starts = text.match_indices("http").filter(|(at, _)| !text[..*at].ends_with('<'));
        let links = starts.map(|(at, _)| text[at..].split([' ', '\n', '>', ')']).next().unwrap_or_default().to_owned());
        links.filter(|link| link.starts_with("http://") || link.starts_with("https://")).collect()
    }

    /// Its body as text for searching: everything that its audience could read or click, files' contents included.
    pub(crate) fn body(&self) -> String {
        let mut body = self.content.clone();
        for value in self.embeds.iter().chain(&self.components) {
            body.push('\n');
            body.push_str(&value.to_string());
        }
        for file in &self.attachments {
            body.push('\n');
            body.push_str(&file.filename);
            body.push('\n');
            body.push_str(&String::from_utf8_lossy(&file.bytes));
        }
        body
    }

    pub(crate) fn version(&self, at: Timestamp) -> Version {
        Version {
            at,
            content: self.content.clone(),
            embeds: self.embeds.clone(),
            components: self.components.clone(),
            files: self.attachments.iter().map(|file| file.filename.clone()).collect(),
        }
    }
}

fn embed_lines(embed: &Value, lines: &mut Vec<String>) {
    let text = |pointer: &str| embed.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    lines.extend([text("/author/name"), text("/title"), text("/description")]);
    for field in embed.get("fields").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| field.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        lines.extend([part("name"), part("value")]);
    }
    lines.push(text("/footer/text"));
}

/// Visits every component, rows and containers included, from top to bottom.
fn walk<'a>(components: &'a [Value], visit: &mut impl FnMut(&'a Value)) {
    for component in components {
        visit(component);
        if let Some(children) = component.get("components").and_then(Value::as_array) {
            walk(children, visit);
        }
        if let Some(accessory) = component.get("accessory") {
            visit(accessory);
        }
    }
}
