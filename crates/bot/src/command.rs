//! The slash commands: what is registered, what was typed, and one file for what each does.
//!
//! A command that is registered here does not compile until it is parsed, described in both languages and carried out.

mod admin;
mod console;
mod doctor;
mod enable;
mod fleet_status;
mod guide;
mod help;
mod history;
mod lease;
mod link;
mod list;
mod named_here;
mod oncall;
mod plan;
mod report;
mod status;
mod tasks;
mod why;

use bernard_domain::{
    access::{Capability, UserId},
    locale::Locale,
};
use bernard_engine::plan::{Aim, Back};
use bernard_text::say;
use serenity::{
    builder::{CreateCommand, CreateCommandOption},
    model::application::{
        CommandData, CommandDataOption, CommandDataOptionValue, CommandOptionType, CommandType, InstallationContext,
        InteractionContext,
    },
};

use crate::{
    admission::guard::ApprovalMode, asker::Asker, context::Handler, modal::LONGEST_REASON, proposal::Typed,
    refusal::Refusal, reply::Reply,
};

pub use crate::typed::{Command, ConsoleOptions, EnableOptions, WhyOptions};

/// The longest reason, e-mail or key that is taken (an RSA key of 16,384 bits fits).
const LONGEST_TEXT: u16 = 4_000;

/// A typed option's values by name; a subcommand's are inside it.
pub(super) struct Options<'a> {
    typed: &'a [CommandDataOption],
    /// In whose words it is said what is wrong with one.
    locale: Locale,
}

impl Options<'_> {
    fn named(&self, name: &str) -> Option<&CommandDataOption> {
        self.typed.iter().find(|option| option.name == name)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.named(name).and_then(|option| match &option.value {
            CommandDataOptionValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        })
    }

    fn integer(&self, name: &str) -> Option<i64> {
        self.named(name).and_then(|option| option.value.as_i64())
    }

    fn user(&self, name: &str) -> Option<UserId> {
        self.named(name).and_then(|option| match &option.value {
            CommandDataOptionValue::User(user) => Some(UserId(user.get())),
            _ => None,
        })
    }

    /// A text that must be there; only another version's command has none, but Discord lets people type spaces alone.
    fn required(&self, name: &'static str) -> Result<String, Refusal> {
        let missing = || match self.named(name) {
            Some(_) => Refusal::Typed(name, say!(self.locale, "typed-blank")),
            None => Refusal::Unknown,
        };
        self.text(name).ok_or_else(missing)
    }

    fn server(&self) -> Result<String, Refusal> {
        self.required("server")
    }

    fn typed(&self) -> Result<Typed, Refusal> {
        Ok(Typed { server: self.server()?, reason: self.text("reason"), haste: self.haste() })
    }

    fn haste(&self) -> ApprovalMode {
        let breaks = |option: &CommandDataOption| {
            option.name == "break_glass" && option.value == CommandDataOptionValue::Boolean(true)
        };
        if self.typed.iter().any(breaks) { ApprovalMode::BreakGlass } else { ApprovalMode::None }
    }
}

impl Command {
    /// What was typed, by name; values that are typed rather than chosen arrive unchecked.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] for a command of another version, and [`Refusal::Typed`], in `locale`, where nothing but spaces was typed.
    pub fn parse(data: &CommandData, locale: Locale) -> Result<Self, Refusal> {
        if data.kind == CommandType::Message {
            return named_here::parse(data);
        }
        let options = Options { typed: &data.options, locale };
        match data.name.as_str() {
            "rescue" => Self::parse_rescue(&data.options, locale),
            "restore" => Ok(Self::Restore(options.typed()?)),
            "reboot" => Ok(Self::Reboot(options.typed()?)),
            "status" => Ok(Self::Status { server: options.text("server") }),
            "console" => Ok(Self::Console(ConsoleOptions::parse(&options)?)),
            "guide" => {
                let topic = options.text("topic").and_then(|topic| topic.parse().ok());
                topic.map(Self::Guide).ok_or(Refusal::Unknown)
            }
            "tasks" => Ok(Self::Tasks { server: options.server()? }),
            "plan" => Ok(Self::Plan { action: why::action(&options)?, server: options.server()? }),
            "why" => Ok(Self::Why(WhyOptions::parse(&options)?)),
            "admin" => Self::parse_admin(&data.options, locale),
            "history" => Ok(Self::History { server: options.text("server"), user: options.user("user") }),
            "report" => Ok(Self::Report { operation: options.required("operation")? }),
            "doctor" => Ok(Self::Doctor),
            "oncall" => Ok(Self::Oncall),
            "help" => Ok(Self::Help),
            _ => Err(Refusal::Unknown),
        }
    }

    fn parse_rescue(options: &[CommandDataOption], locale: Locale) -> Result<Self, Refusal> {
        let (name, options) = sub_command(options, locale)?;
        match name {
            "enable" => Ok(Self::Enable(EnableOptions::parse(&options)?)),
            "link" => Ok(Self::Link { server: options.server()? }),
            "extend" => Ok(Self::Extend { server: options.server()?, by: options.text("by") }),
            "hand-over" => {
                Ok(Self::HandOver { server: options.server()?, user: options.user("user").ok_or(Refusal::Unknown)? })
            }
            "list" => Ok(Self::List),
            _ => Err(Refusal::Unknown),
        }
    }

    fn parse_admin(options: &[CommandDataOption], locale: Locale) -> Result<Self, Refusal> {
        let (name, options) = sub_command(options, locale)?;
        match name {
            "pause" => Ok(Self::Pause { reason: options.required("reason")? }),
            "resume" => Ok(Self::Resume),
            _ => Err(Refusal::Unknown),
        }
    }

    /// Whether no limit stands in its way: it leads out of rescue, looks for a link, or is the kill switch.
    pub fn is_always_open(&self) -> bool {
        matches!(self, Self::Restore(_) | Self::Link { .. } | Self::Pause { .. } | Self::Resume)
    }
}

impl Command {
    /// The same for another server; `None` when it is about none.
    pub(crate) fn for_server(&self, name: &str) -> Option<Self> {
        let mut command = self.clone();
        name.clone_into(command.server_mut()?);
        Some(command)
    }

    /// The server that was typed, if one was.
    pub(crate) fn server(&self) -> Option<String> {
        self.clone().server_mut().cloned()
    }

    fn server_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Enable(EnableOptions { server, .. })
            | Self::Link { server }
            | Self::Extend { server, .. }
            | Self::HandOver { server, .. }
            | Self::Restore(Typed { server, .. })
            | Self::Reboot(Typed { server, .. })
            | Self::Console(ConsoleOptions { server, .. })
            | Self::Tasks { server }
            | Self::Plan { server, .. }
            | Self::Why(WhyOptions { server, .. })
            | Self::Status { server: Some(server) }
            | Self::History { server: Some(server), .. } => Some(server),
            Self::Status { server: None }
            | Self::History { server: None, .. }
            | Self::List
            | Self::Guide(_)
            | Self::Pause { .. }
            | Self::Resume
            | Self::Report { .. }
            | Self::Doctor
            | Self::Oncall
            | Self::Help
            | Self::NamedHere(_) => None,
        }
    }

    /// The same with another rescue; `None` when it starts none.
    pub(crate) fn with_system(&self, system: &str) -> Option<Self> {
        match self {
            Self::Enable(options) => {
                Some(Self::Enable(EnableOptions { system: Some(system.to_owned()), ..options.clone() }))
            }
            _ => None,
        }
    }
}

/// A sub-command's name and its options.
fn sub_command(options: &[CommandDataOption], locale: Locale) -> Result<(&str, Options<'_>), Refusal> {
    let sub = options.first().ok_or(Refusal::Unknown)?;
    let CommandDataOptionValue::SubCommand(inner) = &sub.value else { return Err(Refusal::Unknown) };
    Ok((sub.name.as_str(), Options { typed: inner, locale }))
}

impl Handler {
    /// Carries a command out; what comes back is shown to its asker only.
    pub(super) async fn execute(&self, asking: &Asker, command: Command) -> Result<Reply, Refusal> {
        match command {
            Command::Enable(options) => self.enable(asking, options).await,
            Command::Link { server } => self.link(asking, &server).await,
            Command::Extend { server, by } => self.extend(asking, &server, by.as_deref()).await,
            Command::HandOver { server, user } => self.hand_over(asking, &server, user).await,
            Command::List => self.list(asking).await,
            Command::Restore(typed) => {
                let repeat = typed.repeat("/restore");
                self.propose(asking, typed, Aim::Restore(Back::Recorded), repeat).await
            }
            Command::Reboot(typed) => {
                let repeat = typed.repeat("/reboot");
                self.propose(asking, typed, Aim::Reboot, repeat).await
            }
            Command::Status { server: Some(server) } => self.status_of(asking, &server).await,
            Command::Status { server: None } => self.status_of_fleet(asking).await,
            Command::Console(options) => self.console(asking, options).await,
            Command::Guide(topic) => Ok(guide::opened(topic, asking.locale)),
            Command::Tasks { server } => self.tasks(asking, &server).await,
            Command::Plan { action, server } => self.plan_of(asking, action, &server).await,
            Command::Why(options) => self.why(asking, options).await,
            Command::Pause { reason } => self.pause(asking, reason).await,
            Command::Resume => self.resume(asking).await,
            Command::History { server, user } => self.history(asking, server.as_deref(), user).await,
            Command::Report { operation } => self.report(asking, &operation).await,
            Command::Doctor => self.doctor(asking).await,
            Command::Oncall => self.oncall(asking),
            Command::Help => Ok(self.help(asking)),
            Command::NamedHere(text) => self.named_here(asking, &text).await,
        }
    }
}

/// Which capability decides what `server` offers while it is typed.
pub(super) fn capability_of(data: &CommandData) -> Capability {
    match data.name.as_str() {
        "rescue" => Capability::Rescue,
        "restore" => Capability::Restore,
        "reboot" => Capability::Reboot,
        "console" => Capability::Console,
        "history" => Capability::Audit,
        _ => Capability::View,
    }
}

/// What is registered with Discord: names in English everywhere, descriptions in both languages.
pub fn registered() -> Vec<CreateCommand> {
    let rescue = base("rescue", |l| say!(l, "command-rescue"))
        .add_option(sub("enable", |l| say!(l, "command-rescue-enable"), enable::options()))
        .add_option(sub("link", |l| say!(l, "command-rescue-link"), vec![server()]))
        .add_option(sub("extend", |l| say!(l, "command-rescue-extend"), lease::extend_options()))
        .add_option(sub("hand-over", |l| say!(l, "command-rescue-hand-over"), lease::hand_over_options()))
        .add_option(sub("list", |l| say!(l, "command-rescue-list"), Vec::new()));
    let admin = base("admin", |l| say!(l, "command-admin"))
        .add_option(sub("pause", |l| say!(l, "command-admin-pause"), admin::options()))
        .add_option(sub("resume", |l| say!(l, "command-admin-resume"), Vec::new()));
    let status = text("server", |l| say!(l, "option-server")).set_autocomplete(true);
    vec![
        rescue,
        with(base("restore", |l| say!(l, "command-restore")), vec![server(), reason(), break_glass()]),
        with(base("reboot", |l| say!(l, "command-reboot")), vec![server(), reason(), break_glass()]),
        with(base("status", |l| say!(l, "command-status")), vec![status]),
        with(base("console", |l| say!(l, "command-console")), console::options()),
        with(base("guide", |l| say!(l, "command-guide")), vec![guide::topic()]),
        with(base("tasks", |l| say!(l, "command-tasks")), vec![server()]),
        with(base("plan", |l| say!(l, "command-plan")), vec![why::action_option(), server()]),
        with(base("why", |l| say!(l, "command-why")), why::options()),
        admin,
        with(base("history", |l| say!(l, "command-history")), history::options()),
        with(base("report", |l| say!(l, "command-report")), report::options()),
        base("doctor", |l| say!(l, "command-doctor")),
        base("oncall", |l| say!(l, "command-oncall")),
        base("help", |l| say!(l, "command-help")),
        named_here::registered(),
    ]
}

fn base(name: &str, describe: impl Fn(Locale) -> String) -> CreateCommand {
    CreateCommand::new(name)
        .description(describe(Locale::En))
        .description_localized("fr", describe(Locale::Fr))
        .contexts(vec![InteractionContext::Guild])
        .integration_types(vec![InstallationContext::Guild])
}

fn with(command: CreateCommand, options: Vec<CreateCommandOption>) -> CreateCommand {
    options.into_iter().fold(command, CreateCommand::add_option)
}

fn sub(name: &str, describe: impl Fn(Locale) -> String, options: Vec<CreateCommandOption>) -> CreateCommandOption {
    let sub = option(CommandOptionType::SubCommand, name, describe);
    options.into_iter().fold(sub, CreateCommandOption::add_sub_option)
}

fn option(kind: CommandOptionType, name: &str, describe: impl Fn(Locale) -> String) -> CreateCommandOption {
    CreateCommandOption::new(kind, name, describe(Locale::En)).description_localized("fr", describe(Locale::Fr))
}

fn text(name: &str, describe: impl Fn(Locale) -> String) -> CreateCommandOption {
    option(CommandOptionType::String, name, describe)
}

fn server() -> CreateCommandOption {
    text("server", |l| say!(l, "option-server")).set_autocomplete(true).required(true)
}

fn reason() -> CreateCommandOption {
    text("reason", |l| say!(l, "option-reason")).max_length(LONGEST_REASON)
}

fn break_glass() -> CreateCommandOption {
    option(CommandOptionType::Boolean, "break_glass", |l| say!(l, "option-break-glass"))
}
