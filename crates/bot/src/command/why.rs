//! `/why`: which rule allows or denies something, who would have to approve, and who could help. It changes nothing.

use bernard_domain::{
    access::{Action, Because, Capability, Denial, Grant, Policy, Protection, Reason, Requester, UserId, WantedReason},
    audit::Act,
    duty::Mark,
    locale::Locale,
    server::Server,
};
use bernard_engine::plan;
use bernard_text::{duration, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use serenity::{builder::CreateCommandOption, model::application::CommandOptionType};

use super::{Options, WhyOptions, option, server};
use crate::{
    asker::{self, Asker},
    context::Handler,
    refusal::Refusal,
    render::wording,
    reply::Reply,
};

impl WhyOptions {
    pub(super) fn parse(options: &Options<'_>) -> Result<Self, Refusal> {
        Ok(Self { action: action(options)?, server: options.server()?, user: options.user("user") })
    }
}

/// The options as they are registered.
pub(super) fn options() -> Vec<CreateCommandOption> {
    vec![action_option(), server(), option(CommandOptionType::User, "user", |l| say!(l, "option-user"))]
}

/// `action`, with its fixed choices.
pub(super) fn action_option() -> CreateCommandOption {
    let action = option(CommandOptionType::String, "action", |l| say!(l, "option-action")).required(true);
    Action::ALL.into_iter().fold(action, |option, action| option.add_string_choice(action.as_str(), action.as_str()))
}

/// The action that was typed.
pub(super) fn action(options: &Options<'_>) -> Result<Action, Refusal> {
    options.text("action").and_then(|word| word.parse().ok()).ok_or(Refusal::Unknown)
}

/// Of whom an answer speaks.
#[derive(Clone, Copy)]
enum Whom {
    You,
    Them(UserId),
}

impl Handler {
    pub(super) async fn why(&self, asking: &Asker, typed: WhyOptions) -> Result<Reply, Refusal> {
        let other = typed.user.filter(|user| *user != asking.requester.user);
        let needed = if other.is_some() { Capability::Audit } else { Capability::View };
        let known = self.find(asking, &typed.server, needed).await?;
        let (server, trouble) = self.as_it_is(&known).await?;
        let policy = self.policy.get();
        let place = asking.place.0;
        let grant = policy
            .check(&asking.requester, needed, &server, place)
            .map_err(|denial| Refusal::Denied(Box::new(denial), Some(known.label().to_owned())))?;
        let (whom, requester) = match other {
            None => (Whom::You, asking.requester.clone()),
            Some(user) => {
                let entry = asking.entry(Act::RightExplained, &grant);
                let asked = format!("{} by {}", typed.action, user.0);
                self.store.audit(entry.saying(asked)).await?;
                (Whom::Them(user), self.requester_of(user).await?)
            }
        };
        let mut lines = Vec::new();
        lines.extend(unread(&server, known.label(), trouble.as_deref(), asking.locale));
        let question = Question { requester: &requester, whom, action: typed.action, server: &server, place };
        lines.extend(verdict(&policy, question, known.label(), asking.locale));
        let may = policy.check(&requester, typed.action.capability(), &server, place).is_ok();
        let waiver = policy.waived_for(requester.user, typed.action, &server);
        lines.extend(match policy.protection_for(requester.user, typed.action, &server) {
            // Whom the right is missing does not care who else would have to agree.
            None => may.then(|| match &waiver {
                Some((protection, mark)) => waived(protection, mark, asking.locale),
                None => say!(asking.locale, "why-no-protection"),
            }),
            Some(protection) => Some(approval(&policy, &protection, &server, place, asking.locale)),
        });
        lines.extend(reasons(&policy, typed.action, &server, asking.locale));
        lines.extend(self.pause_line(asking).await?);
        Ok(Reply::text(lines.join("\n")))
    }

    /// The server as OVHcloud describes it now. If it cannot be read, nothing is known of its tags and names, and why.
    async fn as_it_is(&self, known: &Server) -> Result<(Server, Option<String>), Refusal> {
        match self.fleet.read(known).await {
            Ok(server) => Ok((server, None)),
            Err(plan::Error::Ovh(error)) => {
                let unread = Server { tags: None, display_name: None, ..known.clone() };
                Ok((unread, Some(error.to_string())))
            }
            Err(error) => Err(Refusal::from_plan(error, known.label())),
        }
    }

    async fn requester_of(&self, user: UserId) -> Result<Requester, Refusal> {
        asker::requester(&self.settings.served_guild, &self.rest, user)
            .await
            .map_err(|_| Refusal::TheirRolesUnreadable(user))
    }
}

/// That tags and names are not known, if they are not.
pub(super) fn unread(server: &Server, label: &str, trouble: Option<&str>, locale: Locale) -> Option<String> {
    match (trouble, &server.tags) {
        (Some(said), _) => Some(say!(locale, "why-unread-because", server = named(label), said = code(said))),
        (None, None) => Some(say!(locale, "why-unread", server = named(label))),
        (None, Some(_)) => None,
    }
}

/// Who would do what, to which server, asked in which channel.
struct Question<'a> {
    requester: &'a Requester,
    whom: Whom,
    action: Action,
    server: &'a Server,
    place: u64,
}

/// Whether they may, by which rule, and who could help.
fn verdict(
    policy: &Policy,
    Question { requester, whom, action, server, place }: Question<'_>,
    label: &str,
    locale: Locale,
) -> Vec<String> {
    let (capability, name) = (code(action.as_str()), named(label));
    match policy.check(requester, action.capability(), server, place) {
        Ok(grant) => vec![
            match whom {
                Whom::You => say!(locale, "why-you-may", capability = capability, server = name),
                Whom::Them(user) => {
                    say!(locale, "why-they-may", who = mention(user), capability = capability, server = name)
                }
            },
            allowed_by(&grant, locale),
        ],
        Err(denial) => match whom {
            Whom::You => vec![format!("🚫 {}", wording::denial(&denial, Some(label), locale))],
            Whom::Them(user) => {
                let first =
                    say!(locale, "why-they-may-not", who = mention(user), capability = capability, server = name);
                let mut lines = vec![format!("🚫 {first} {}", reason_of_theirs(&denial, locale))];
                lines.extend(wording::help(&denial, locale));
                lines
            }
        },
    }
}

/// The rule that allows it, and the reading of the schedule if that decided.
pub(super) fn allowed_by(grant: &Grant, locale: Locale) -> String {
    let rule =
        say!(locale, "why-allowed-by", place = code(&grant.place().to_string()), who = wording::who(&grant.who()));
    match grant.on_duty() {
        Some(mark) => format!("{rule}\n{}", say!(locale, "why-on-duty", at = since_epoch(mark.read_at))),
        None => rule,
    }
}

/// That nobody has to approve it because whoever does it is on duty.
pub(super) fn waived(protection: &Protection, mark: &Mark, locale: Locale) -> String {
    let (rule, count) = (code(&protection.rule.to_string()), protection.approvals.get());
    say!(locale, "why-waived", rule = rule, count = count, at = since_epoch(mark.read_at))
}

fn reason_of_theirs(denial: &Denial, locale: Locale) -> String {
    match &denial.reason {
        Reason::NobodyMay => say!(locale, "why-they-nobody"),
        Reason::NoEntryForYou => say!(locale, "why-they-no-entry"),
        Reason::LacksCapability => say!(locale, "why-they-lack"),
        Reason::NotThisServer => say!(locale, "why-they-other-servers"),
        Reason::ServerUnread => say!(locale, "why-they-unread"),
        Reason::NotThisChannel { channels } => {
            say!(locale, "why-they-other-channels", channels = wording::channels(channels))
        }
        Reason::OutsideHours { hours } => say!(locale, "why-they-other-hours", hours = wording::hours(hours)),
        Reason::NotOnDuty(off) => format!("{} {}", say!(locale, "why-they-off-duty"), wording::off_duty(off, locale)),
    }
}

/// What its reason must match.
pub(super) fn reasons(policy: &Policy, action: Action, server: &Server, locale: Locale) -> Vec<String> {
    let line = |wanted: WantedReason| {
        say!(locale, "why-reason", rule = code(&wanted.rule.to_string()), pattern = code(&wanted.pattern))
    };
    match action {
        Action::Rescue | Action::Restore | Action::Reboot => policy.wanted_reasons(action, server).map(line).collect(),
        // Nobody is asked why they open one.
        Action::Console => Vec::new(),
    }
}

/// The approval that a protection asks for, and who may give it.
pub(super) fn approval(
    policy: &Policy,
    protection: &Protection,
    server: &Server,
    place: u64,
    locale: Locale,
) -> String {
    let rule = code(&protection.rule.to_string());
    let count = protection.approvals.get();
    let within = duration(locale, jiff::SignedDuration::try_from(protection.expires).unwrap_or_default());
    let first = match protection.because {
        Because::Matches => say!(locale, "why-protected", rule = rule, count = count, within = within),
        Because::Unread => say!(locale, "why-protected-unread", rule = rule, count = count, within = within),
    };
    let who = policy.who_may(Capability::Approve, server, place);
    let second = match who.is_empty() {
        true => say!(locale, "why-nobody-approves"),
        false => say!(locale, "why-approvers", who = wording::everybody(&who)),
    };
    let by_code = protection.second_factor.map(|rule| say!(locale, "why-code", rule = code(&rule.to_string())));
    [Some(first), Some(second), by_code].into_iter().flatten().collect::<Vec<_>>().join("\n")
}
