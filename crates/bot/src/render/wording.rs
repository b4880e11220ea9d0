//! What the bot decided, in words: states, outcomes, problems and refusals as functions of data.

use std::collections::BTreeSet;

use bernard_domain::{
    access::{Capability, Denial, Reason, UserId, Who},
    duty::{OffDuty, Unknown},
    locale::Locale,
    operation::{
        Kind, Operation, Source,
        event::{Doubt, NotDone, Problem, PutBack},
        state::{Link, Outcome, Phase},
    },
    pause::Pause,
};
use bernard_text::{mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;

use super::{installed, others, starts};

/// How many roles and people one line names at most.
const MENTIONED: usize = 12;

/// How something stands, at the head of a message: an emoji and a word or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// Seen before anything is read.
    pub emoji: &'static str,
    /// The same in words.
    pub words: String,
}

impl Headline {
    pub(crate) const fn new(emoji: &'static str, words: String) -> Self {
        Self { emoji, words }
    }
}

/// How an operation stands.
pub fn state(operation: &Operation, locale: Locale) -> Headline {
    match &operation.state.phase {
        Phase::AwaitingApproval => Headline::new("🔏", say!(locale, "state-awaiting-approval")),
        Phase::Opened => Headline::new("⏳", say!(locale, "state-opened")),
        Phase::Prepared => Headline::new("⏳", say!(locale, "state-prepared")),
        Phase::Ready => Headline::new("⏳", say!(locale, "state-ready")),
        Phase::Intended(_) => Headline::new("⏳", say!(locale, "state-intended")),
        Phase::Unsettled(_) => Headline::new("🔎", say!(locale, "state-unsettled")),
        Phase::Undecided { .. } => Headline::new("❓", say!(locale, "state-undecided")),
        Phase::PuttingBack(_) => Headline::new("↩️", say!(locale, "state-putting-back")),
        Phase::Rebooting(_) => Headline::new("🔄", say!(locale, "state-rebooting")),
        Phase::TestingConsole(..) => Headline::new("⏳", say!(locale, "state-testing-console")),
        Phase::AskingConsole(_) => Headline::new("⏳", say!(locale, "state-asking-console")),
        Phase::Standing(_) => Headline::new("🐌", say!(locale, "state-standing")),
        Phase::OpeningConsole(_) => Headline::new("⏳", say!(locale, "state-opening-console")),
        Phase::TicketReady | Phase::TicketIntended(_) => Headline::new("⏳", say!(locale, "state-ticket-sending")),
        Phase::TicketUnsettled(_) => Headline::new("🔎", say!(locale, "state-ticket-unsettled")),
        Phase::SessionsReady | Phase::SessionsIntended(_) | Phase::FreeingSessions(_) => {
            Headline::new("⏳", say!(locale, "state-freeing-sessions"))
        }
        Phase::SessionsUnsettled(_) => Headline::new("🔎", say!(locale, "state-sessions-unsettled")),
        Phase::Searching => Headline::new("🔎", say!(locale, "state-searching")),
        Phase::Delivering(_) => Headline::new("✉️", say!(locale, "state-delivering")),
        Phase::AwaitingReveal(_) => Headline::new("✉️", say!(locale, "state-awaiting-reveal")),
        Phase::Watching => Headline::new("👀", say!(locale, "state-watching")),
        Phase::Ended(_) if operation.state.is_end_unseen() => Headline::new("⚠️", say!(locale, "outcome-end-unseen")),
        Phase::Ended(ended) => outcome(ended, operation.request.kind(), locale),
    }
}

/// How it ended.
fn outcome(outcome: &Outcome, kind: Kind, locale: Locale) -> Headline {
    match outcome {
        Outcome::InRescue(Link::NotFound | Link::NotTaken | Link::Withheld) => {
            Headline::new("⚠️", say!(locale, "outcome-in-rescue-no-link"))
        }
        Outcome::InRescue(Link::NotNeeded) if kind == Kind::Link => Headline::new("🔑", say!(locale, "outcome-key")),
        Outcome::InRescue(_) if kind == Kind::Link => Headline::new("✅", say!(locale, "outcome-link")),
        Outcome::InRescue(_) => Headline::new("🛟", say!(locale, "outcome-in-rescue")),
        Outcome::Adopted => Headline::new("🛟", say!(locale, "outcome-adopted")),
        Outcome::HandedOver(_) => Headline::new("🤝", say!(locale, "outcome-handed-over")),
        Outcome::ConsoleOpen(Link::NotFound | Link::NotTaken | Link::Withheld) => {
            Headline::new("⚠️", say!(locale, "outcome-console-no-link"))
        }
        Outcome::ConsoleOpen(_) => Headline::new("🖥️", say!(locale, "outcome-console")),
        Outcome::TicketOpened(_) => Headline::new("🎫", say!(locale, "outcome-ticket")),
        Outcome::TicketUnknown => Headline::new("❔", say!(locale, "outcome-ticket-unknown")),
        Outcome::SessionsFreed => Headline::new("✅", say!(locale, "outcome-sessions-freed")),
        Outcome::SessionsUnknown => Headline::new("❔", say!(locale, "outcome-sessions-unknown")),
        Outcome::Restored => Headline::new("✅", say!(locale, "outcome-restored")),
        Outcome::Rebooted => Headline::new("✅", say!(locale, "outcome-rebooted")),
        Outcome::NetbootBack => Headline::new("↩️", say!(locale, "outcome-netboot-back")),
        Outcome::Impossible(_) => Headline::new("🚫", say!(locale, "outcome-impossible")),
        Outcome::Expired => Headline::new("⌛", say!(locale, "outcome-expired")),
        Outcome::Denied(_) => Headline::new("🚫", say!(locale, "outcome-denied")),
        Outcome::NotApproved => Headline::new("⌛", say!(locale, "outcome-not-approved")),
        Outcome::Cancelled(_) => Headline::new("✋", say!(locale, "outcome-cancelled")),
        Outcome::NotDone(NotDone::Refused, _) => Headline::new("🚫", say!(locale, "outcome-refused")),
        Outcome::NotDone(NotDone::Unsent, _) => Headline::new("🚫", say!(locale, "outcome-unsent")),
        Outcome::TaskFailed { .. } if kind == Kind::Console => {
            Headline::new("❌", say!(locale, "outcome-console-failed"))
        }
        Outcome::TaskFailed { .. } if kind == Kind::FreeSessions => {
            Headline::new("❌", say!(locale, "outcome-sessions-failed"))
        }
        Outcome::TaskFailed { .. } => Headline::new("❌", say!(locale, "outcome-task-failed")),
        Outcome::LeftAlone(_) => Headline::new("✋", say!(locale, "outcome-left-alone")),
        Outcome::InDoubt => Headline::new("❔", say!(locale, "outcome-in-doubt")),
        Outcome::Superseded(by) => Headline::new("➡️", say!(locale, "outcome-superseded", by = by.to_string())),
    }
}

/// Small and grey, below what matters more (Discord's subtext).
pub(crate) fn small(text: &str) -> String {
    text.lines().map(|line| format!("-# {line}")).collect::<Vec<_>>().join("\n")
}

/// What OVHcloud or a library said, in one code span: marks of its own would only show as marks.
pub(crate) fn said(text: &str) -> String {
    code(&text.replace('`', ""))
}

/// The command that looks for the link to a server's rescue.
pub(crate) fn link_command(server: &str) -> String {
    code(&format!("/rescue link server:{server}"))
}

/// OVHcloud's word for whether a server has power, in ours.
pub(crate) fn power(word: Option<&str>, locale: Locale) -> String {
    match word {
        Some("poweron") => say!(locale, "power-on"),
        Some("poweroff") => say!(locale, "power-off"),
        Some(other) => code(other),
        None => say!(locale, "power-unknown"),
    }
}

/// Why Discord did not take a message, by its code; 0: it did not say.
pub(crate) fn refused_by_discord(code: u32, locale: Locale) -> String {
    match code {
        0 => say!(locale, "discord-no-answer"),
        20_009 => say!(locale, "discord-explicit", code = code.to_string()),
        20_026 => say!(locale, "discord-flagged", code = code.to_string()),
        40_003 => say!(locale, "discord-too-fast", code = code.to_string()),
        50_001 | 50_013 => say!(locale, "discord-may-not", code = code.to_string()),
        200_000 | 200_001 | 240_000 => say!(locale, "discord-filter", code = code.to_string()),
        _ => say!(locale, "discord-other", code = code.to_string()),
    }
}

/// Why a change of the setting may still show up late: while it is put back for that long, and once that is over.
pub fn doubt(operation: &Operation, locale: Locale) -> Option<String> {
    let facts = &operation.state.facts;
    let next = match (&operation.state.phase, &facts.put_back) {
        (Phase::PuttingBack(_), _) => say!(locale, "doubt-looking"),
        (Phase::Ended(_), Some(PutBack::Done)) => say!(locale, "doubt-over"),
        _ => return None,
    };
    let why = match facts.doubt.as_ref()? {
        Doubt::Unanswered { said } => say!(locale, "doubt-unanswered", said = code(said)),
        Doubt::Stopped => say!(locale, "doubt-stopped"),
    };
    Some(format!("{why}\n{next}"))
}

/// Why something cannot be done to the server that people call `label`, and what to do.
pub fn problem(problem: &Problem, label: &str, locale: Locale) -> String {
    let server = named(label);
    match problem {
        Problem::ServerGone => say!(locale, "problem-server-gone", server = server),
        Problem::HeldByOvhcloud { state } => say!(locale, "problem-held", server = server, state = code(state)),
        Problem::NoBoots => say!(locale, "problem-no-boots", server = server),
        Problem::NoSuchRescue { wanted, has, left_out, .. } if has.is_empty() => {
            let what = say!(locale, "problem-no-rescue-shown", server = server, wanted = family(wanted));
            with_line(what, starts::left_out(left_out, locale))
        }
        Problem::NoSuchRescue { wanted, has, os, memory_gb, left_out } => {
            let has = has.iter().map(|kernel| code(kernel)).collect::<Vec<_>>().join(", ");
            let memory = memory_gb.map_or_else(|| "?".to_owned(), |gb| gb.to_string());
            let what = say!(
                locale,
                "problem-no-such-rescue",
                server = server,
                wanted = family(wanted),
                has = has,
                os = installed::in_words(os),
                memory = memory
            );
            let needs = (wanted == "windows").then(|| say!(locale, "problem-windows-needs"));
            with_line(with_line(what, starts::left_out(left_out, locale)), needs)
        }
        Problem::NoDisk { recorded, said } => {
            let what = say!(locale, "problem-no-disk", server = server, said = code(said));
            let recorded = recorded.as_ref().map(|start| starts::long(start, locale));
            with_line(what, recorded.map(|start| say!(locale, "problem-no-disk-recorded", start = start)))
        }
        Problem::ChangedMeanwhile => say!(locale, "problem-changed", server = server),
        Problem::NotInRescue => say!(locale, "problem-not-in-rescue", server = server),
        Problem::NothingToRestore => {
            say!(
                locale,
                "problem-nothing-to-restore",
                server = server,
                reboot = code(&format!("/reboot server:{label}"))
            )
        }
        Problem::LeftRescue => say!(locale, "problem-left-rescue", server = server),
        Problem::HasOwner { owner } => say!(locale, "lease-has-owner", server = server, who = mention(*owner)),
        Problem::LeaseChanged => say!(locale, "lease-changed", server = server),
        Problem::CannotOwn { person } => say!(locale, "lease-cannot-own", who = mention(*person), server = server),
        Problem::OthersAtWork { works } => {
            let first = say!(locale, "problem-others-at-work", server = server);
            let works = others::works(works, locale).join("\n");
            format!("{first}\n{works}\n{}", say!(locale, "problem-others-ask-again"))
        }
        Problem::Rebooting => say!(locale, "problem-rebooting", server = server),
        Problem::NoAccount { account } => say!(locale, "problem-no-account", server = server, account = code(account)),
        Problem::NoLongerAllowed => say!(locale, "problem-no-longer-allowed"),
        Problem::NotOnDuty { read_at: Some(at) } => say!(locale, "problem-not-on-duty", at = since_epoch(*at)),
        Problem::NotOnDuty { read_at: None } => say!(locale, "problem-duty-unread"),
        Problem::RolesUnreadable { person } => say!(locale, "problem-roles-unreadable", who = mention(*person)),
        Problem::NotEnoughApprovals { needed, given } => {
            say!(locale, "problem-not-enough-approvals", needed = *needed, given = *given)
        }
        Problem::ReasonUnfit { rule, pattern } => {
            say!(locale, "problem-reason-unfit", rule = code(rule), pattern = code(pattern))
        }
        Problem::SystemUnread => say!(locale, "problem-system-unread", server = server),
        Problem::KeyNeedsLinux => say!(locale, "problem-key-needs-linux"),
        Problem::NoConsole => say!(locale, "problem-no-console", server = server),
        Problem::Weather { said, .. } => say!(locale, "problem-weather", server = server, said = code(said)),
        Problem::Unclear { said, .. } => say!(locale, "problem-unclear", server = server, said = code(said)),
        Problem::Ovhcloud { said, .. } => say!(locale, "problem-ovhcloud", server = server, said = code(said)),
    }
}

fn with_line(text: String, line: Option<String>) -> String {
    match line {
        Some(line) => format!("{text}\n{line}"),
        None => text,
    }
}

/// What was wanted of OVHcloud's rescues: a family in people's words, or one of its kernels.
fn family(wanted: &str) -> String {
    match wanted {
        "windows" => "Windows".to_owned(),
        "linux" => "Linux".to_owned(),
        kernel => code(kernel),
    }
}

/// What somebody may not do, in words.
fn deed(capability: Capability, label: Option<&str>, locale: Locale) -> String {
    let server = label.map_or_else(|| say!(locale, "deed-any-server"), named);
    match capability {
        Capability::View => say!(locale, "deed-view", server = server),
        Capability::Rescue => say!(locale, "deed-rescue", server = server),
        Capability::Restore => say!(locale, "deed-restore", server = server),
        Capability::Reboot => say!(locale, "deed-reboot", server = server),
        Capability::Console => say!(locale, "deed-console", server = server),
        Capability::Ticket => say!(locale, "deed-ticket", server = server),
        Capability::Approve => say!(locale, "deed-approve", server = server),
        Capability::Audit => say!(locale, "deed-audit", server = server),
        Capability::Admin => say!(locale, "deed-admin"),
    }
}

/// Which rule refused, and who could help. `label` is what people call the server, if it is about one.
pub fn denial(denial: &Denial, label: Option<&str>, locale: Locale) -> String {
    let capability = code(denial.capability.as_str());
    let server = named(label.unwrap_or("*"));
    let deed = deed(denial.capability, label, locale);
    let first = match denial.could_help.is_empty() {
        true => say!(locale, "denial-you-may-not", deed = deed),
        false => say!(locale, "denial-ask", deed = deed, who = everybody(&denial.could_help)),
    };
    let why = match &denial.reason {
        Reason::NobodyMay => say!(locale, "denial-nobody", capability = capability),
        Reason::NoEntryForYou => say!(locale, "denial-no-entry", capability = capability),
        Reason::LacksCapability => say!(locale, "denial-lacks", capability = capability),
        Reason::NotThisServer => say!(locale, "denial-not-this-server", capability = capability, server = server),
        Reason::ServerUnread => say!(locale, "denial-server-unread", capability = capability, server = server),
        Reason::NotThisChannel { channels } => {
            say!(locale, "denial-not-this-channel", capability = capability, channels = self::channels(channels))
        }
        Reason::OutsideHours { hours } => {
            say!(locale, "denial-other-hours", capability = capability, hours = self::hours(hours))
        }
        Reason::NotOnDuty(off) => {
            format!("{} {}", say!(locale, "denial-off-duty", capability = capability), off_duty(off, locale))
        }
    };
    let small = [Some(why), nearest(denial, locale)].into_iter().flatten().map(|line| small(&line));
    [first].into_iter().chain(small).collect::<Vec<_>>().join("\n")
}

/// Hours of the week, as the configuration has them.
pub(crate) fn hours(hours: &BTreeSet<String>) -> String {
    hours.iter().map(|hours| code(hours)).collect::<Vec<_>>().join(", ")
}

/// Why somebody is not on duty: who is, or what is wrong with the schedule.
pub(crate) fn off_duty(off: &OffDuty, locale: Locale) -> String {
    match off {
        OffDuty::NoSchedule => say!(locale, "duty-no-schedule"),
        OffDuty::Unknown(Unknown::NeverRead) => say!(locale, "duty-never-read"),
        OffDuty::Unknown(Unknown::ClockSet) => say!(locale, "duty-clock-set"),
        OffDuty::Unknown(Unknown::Stale { read_at }) => say!(locale, "duty-stale", at = since_epoch(*read_at)),
        OffDuty::Unknown(Unknown::Empty { read_at }) => say!(locale, "duty-empty", at = since_epoch(*read_at)),
        OffDuty::Others { people, read_at } if people.is_empty() => {
            say!(locale, "duty-nobody", at = since_epoch(*read_at))
        }
        OffDuty::Others { people, read_at } => {
            say!(locale, "duty-others", who = self::people(people), at = since_epoch(*read_at))
        }
    }
}

/// Mentions of people, silent in an ephemeral answer.
pub(crate) fn people(people: &BTreeSet<UserId>) -> String {
    everybody(&people.iter().copied().map(Who::User).collect())
}

/// The nearest rule, and who could help.
pub fn help(denial: &Denial, locale: Locale) -> Vec<String> {
    let mut lines: Vec<String> = nearest(denial, locale).into_iter().collect();
    if !denial.could_help.is_empty() {
        lines.push(say!(locale, "denial-could-help", who = everybody(&denial.could_help)));
    }
    lines
}

fn nearest(denial: &Denial, locale: Locale) -> Option<String> {
    let nearest = denial.nearest.as_ref()?;
    Some(say!(locale, "denial-nearest", place = code(&nearest.place.to_string()), who = who(&nearest.who)))
}

/// Who pulled the kill switch, when and why.
pub fn paused(pause: &Pause, locale: Locale) -> String {
    say!(locale, "paused", who = mention(pause.by), at = since_epoch(pause.at), reason = code(&pause.reason))
}

/// Mentions of channels.
pub fn channels(channels: &BTreeSet<u64>) -> String {
    channels.iter().map(|channel| format!("<#{channel}>")).collect::<Vec<_>>().join(" ")
}

/// Mentions of roles and people, silent in an ephemeral answer. A long list is cut.
pub fn everybody(all: &BTreeSet<Who>) -> String {
    let names = each(all.iter().take(MENTIONED));
    if all.len() > MENTIONED { format!("{names} …") } else { names }
}

/// Mentions of these roles and people; they ring only where the message lets them.
pub fn each<'a>(all: impl IntoIterator<Item = &'a Who>) -> String {
    all.into_iter().map(who).collect::<Vec<_>>().join(" ")
}

/// A mention, silent in an ephemeral answer.
pub fn who(who: &Who) -> String {
    match who {
        Who::Role(role) => format!("<@&{role}>"),
        Who::User(user) => format!("<@{}>", user.0),
    }
}

/// Where a link was found, in words.
pub fn source(source: Source, locale: Locale) -> String {
    match source {
        Source::AuthenticationSecret => say!(locale, "source-authentication-secret"),
        Source::Mail => say!(locale, "source-mail"),
        Source::Console => say!(locale, "source-console"),
    }
}
