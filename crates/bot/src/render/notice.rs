//! The words of a notice: what happened, and how it stands with that now.

use bernard_domain::{
    access::{UserId, Who},
    hindrance::Matter,
    lease::{Lease, reminder::Reminder},
    locale::Locale,
    notice::{Doing, Door, Listed, Notice, Unasked},
    operation::{ChannelId, Operation, OperationId},
    server::typed,
};
use bernard_text::{hour, mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

use super::{
    approval_card, button, card_links::CardLinks, message::Plain, rendering::ChannelStyle, rescue_list::Listing, sinks,
    standing, wording,
};
use crate::component::Button;

/// What a notice says, and whom it rings.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// The message; its likely button comes first.
    pub(crate) message: Plain,
    /// Whom it rings.
    pub(crate) rings: Vec<Who>,
    /// The rescues that it lists, and when that was so.
    pub(crate) lists: Option<(Timestamp, Vec<Listed>)>,
}

impl Words {
    fn new(content: String) -> Self {
        Self { message: Plain::with_buttons(content, Vec::new()), rings: Vec::new(), lists: None }
    }

    fn with(mut self, buttons: Vec<button::Button>) -> Self {
        self.message.buttons = buttons;
        self
    }

    fn ringing(mut self, rings: impl IntoIterator<Item = Who>) -> Self {
        self.rings.extend(rings);
        self
    }
}

/// How it stands with what a notice is about, as far as that is a matter of this moment.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// The lease it names, while that is active.
    pub(crate) lease: Option<Lease>,
    /// The operation it names.
    pub(crate) operation: Option<Operation>,
    /// What is in rescue, for a digest.
    pub(crate) digest: Digest,
    /// Where the card of the operation stands that it names.
    pub(crate) links: CardLinks,
}

/// What waits for the operator, and who for it.
struct Waits<'a> {
    /// The operation's number.
    id: String,
    label: &'a str,
    waiter: UserId,
}

/// Where nobody could be asked, and why.
struct Missed {
    channel: ChannelId,
    because: Unasked,
}

/// The words of a notice at a door; `None` when what it was about is over.
pub(crate) fn words(notice: &Notice, standing: Standing, door: Door, style: ChannelStyle) -> Option<Words> {
    let locale = style.locale;
    let links = &standing.links;
    let about = |label: &str, whose: UserId, id: OperationId| (named(label), mention(whose), links.number(id));
    let lease_buttons = || standing.lease.iter().flat_map(|lease| standing::buttons(lease, locale)).collect();
    let words = match notice {
        Notice::Reminder { reminder, .. } => reminded(standing.lease.as_ref()?, links, *reminder, door, style),
        Notice::RestoredAtDeadline { label, owner, operation, .. } => {
            let (server, who, id) = about(label, *owner, *operation);
            let content = say!(locale, "notice-restored-at-deadline", server = server, who = who, id = id);
            Words::new(content).ringing([Who::User(*owner)])
        }
        Notice::ServerLeft { lease, label, owner } => {
            let (server, who, id) = about(label, *owner, *lease);
            let content = say!(locale, "notice-server-left", server = server, who = who, id = id);
            Words::new(content).ringing([Who::User(*owner)])
        }
        Notice::LeftRescue { lease, label, owner, boot, task, remains } => {
            let (server, who, id) = about(label, *owner, *lease);
            let boot = standing::named(boot.as_deref(), locale);
            let left = say!(
                locale,
                "notice-left-rescue",
                server = server,
                who = who,
                id = id,
                boot = boot,
                task = task.to_string()
            );
            let then = match remains {
                false => say!(locale, "notice-left-closed"),
                true => say!(locale, "notice-left-remains", command = code(&format!("/restore server:{label}"))),
            };
            Words::new(format!("{left}\n{then}")).with(lease_buttons()).ringing([Who::User(*owner)])
        }
        Notice::NetbootChanged { lease, label, owner, boot } => {
            let (server, who, id) = about(label, *owner, *lease);
            let boot = standing::named(boot.as_deref(), locale);
            let content = say!(locale, "notice-netboot-changed", server = server, who = who, id = id, boot = boot);
            Words::new(content).with(lease_buttons())
        }
        Notice::RebootedByOthers { lease, label, owner, task } => {
            let (server, who, id) = about(label, *owner, *lease);
            let (task, command) = (task.to_string(), wording::link_command(label));
            let content = say!(
                locale,
                "notice-rebooted-by-others",
                server = server,
                who = who,
                id = id,
                task = task,
                command = command
            );
            Words::new(content).with(lease_buttons()).ringing([Who::User(*owner)])
        }
        Notice::Extended { label, owner, by, until, .. } => {
            let (server, who, until) = (named(label), mention(*by), since_epoch(*until));
            match owner == by {
                true => Words::new(say!(locale, "notice-extended-own", server = server, who = who, until = until)),
                false => {
                    let owner_is = mention(*owner);
                    Words::new(say!(
                        locale,
                        "notice-extended",
                        server = server,
                        who = who,
                        owner = owner_is,
                        until = until
                    ))
                    .ringing([Who::User(*owner)])
                }
            }
            .with(lease_buttons())
        }
        Notice::HandedOver { label, from, to, by, .. } => Words::new(say!(
            locale,
            "notice-handed-over",
            server = named(label),
            from = mention(*from),
            to = mention(*to),
            who = mention(*by)
        ))
        .with(lease_buttons())
        // Whoever handed it over knows, or hears it as the end of an operation.
        .ringing([*to, *from].into_iter().filter(|user| user != by).map(Who::User)),
        Notice::OthersDoing { doing, label, owner, by, operation, .. } => {
            let (server, who, owner_is) = (named(label), mention(*by), mention(*owner));
            let id = links.number(*operation);
            let content = match doing {
                Doing::TakesOver => {
                    say!(locale, "notice-taken-over", server = server, who = who, owner = owner_is, id = id)
                }
                Doing::GivesBack => {
                    say!(locale, "notice-given-back", server = server, who = who, owner = owner_is, id = id)
                }
                Doing::Ended => say!(locale, "notice-ended", server = server, who = who, owner = owner_is, id = id),
                Doing::Rebooted => {
                    let command = wording::link_command(label);
                    let owner = owner_is;
                    say!(
                        locale,
                        "notice-rebooted",
                        server = server,
                        who = who,
                        owner = owner,
                        id = id,
                        command = command
                    )
                }
            };
            Words::new(content).ringing([Who::User(*owner)])
        }
        Notice::DmStands { label, person, operation } => {
            let (server, who, id) = about(label, *person, *operation);
            let content = say!(locale, "notice-dm-stands", server = server, id = id, who = who);
            Words::new(content).ringing([Who::User(*person)])
        }
        Notice::Unshown { person, channel, code } => {
            let (place, why) = (format!("<#{}>", channel.0), wording::refused_by_discord(*code, locale));
            let content = say!(locale, "notice-unshown", who = mention(*person), channel = place, why = why);
            Words::new(content).ringing([Who::User(*person)])
        }
        Notice::NobodyAsked { label, person, channel, because, .. } => {
            let missed = Missed { channel: *channel, because: *because };
            nobody_asked(label, *person, standing.operation.as_ref()?, links, missed, locale)?
        }
        Notice::Digest { .. } => return Some(digest(standing.digest, locale)),
        Notice::AuditAnchor { number, hash, lines } => {
            // As `bernard audit verify --anchor` takes it.
            let anchor = code(&format!("{number}:{hash}"));
            let count = lines.unwrap_or(*number);
            Words::new(say!(locale, "notice-anchor", anchor = anchor, count = count))
        }
        Notice::AccountTrouble { account, matter, said, operation, label, waiter } => {
            let waits = Waits { id: links.number(*operation), label, waiter: *waiter };
            account_trouble(account, *matter, said, waits, style)
        }
        Notice::HelpAsked { person, of, capability, label } => {
            let (who, of_whom, capability) = (mention(*person), wording::each(&[*of]), code(capability.as_str()));
            let content = match label {
                Some(label) => {
                    let server = named(label);
                    say!(locale, "notice-help-asked", who = who, of = of_whom, capability = capability, server = server)
                }
                None => say!(locale, "notice-help-asked-anywhere", who = who, of = of_whom, capability = capability),
            };
            Words::new(content).ringing([*of])
        }
        Notice::CodesLocked { person } => {
            let rings = oncall(style);
            let words = say!(locale, "notice-codes-locked", who = mention(*person), oncall = wording::each(&rings));
            Words::new(words.trim_end().to_owned()).ringing(rings)
        }
        Notice::Paused { by, reason } => {
            Words::new(say!(locale, "notice-paused", who = mention(*by), reason = code(reason))).ringing(oncall(style))
        }
        Notice::Resumed { by } => Words::new(say!(locale, "notice-resumed", who = mention(*by))),
        Notice::CopyFound { made, operations, leases } => {
            let rings = oncall(style);
            let who = wording::each(&rings);
            let mut lines = vec![say!(locale, "notice-copy", who = who).trim_end().to_owned()];
            lines.push(match made {
                Some(made) => say!(locale, "notice-copy-made", at = since_epoch(*made)),
                None => say!(locale, "notice-copy-older"),
            });
            lines.extend((*operations > 0).then(|| say!(locale, "notice-copy-operations", count = *operations)));
            lines.extend((*leases > 0).then(|| say!(locale, "notice-copy-leases", count = *leases)));
            lines.push(say!(locale, "notice-copy-next"));
            Words::new(lines.join("\n")).ringing(rings)
        }
        Notice::SinkTrouble { sink, trouble, admins } => {
            let on_call = oncall(style);
            let rings = if on_call.is_empty() { admins.clone() } else { on_call };
            Words::new(sinks::told(sink, trouble, &rings, locale)).ringing(rings)
        }
    };
    Some(words)
}

/// What only the operator can mend: on-call is rung, or who waits for it.
fn account_trouble(
    account: &str,
    matter: Matter,
    said: &str,
    Waits { id, label, waiter }: Waits<'_>,
    style: ChannelStyle,
) -> Words {
    let (locale, mut rings) = (style.locale, oncall(style));
    if rings.is_empty() {
        rings.push(Who::User(waiter));
    }
    let account = code(account);
    let what = match matter {
        Matter::Right => say!(locale, "trouble-right", account = account),
        Matter::Clock => say!(locale, "trouble-clock", account = account),
        Matter::Service => say!(locale, "trouble-service", server = code(label)),
        Matter::Account => say!(locale, "trouble-account", account = account),
        Matter::Key | Matter::Refused | Matter::Weather => say!(locale, "trouble-key", account = account),
    };
    let who = wording::each(&rings);
    let met = say!(locale, "trouble-met", server = code(label), id = id, said = code(said));
    Words::new(format!("{what} {who}\n{met}\n{}", say!(locale, "trouble-next"))).ringing(rings)
}

/// Before the deadline it is between Bernard and the owner; from then on the channel and who is on call know too.
fn reminded(lease: &Lease, links: &CardLinks, reminder: Reminder, door: Door, style: ChannelStyle) -> Words {
    let (locale, server) = (style.locale, named(&lease.label));
    let until = since_epoch(lease.deadline);
    let left = lease.seen.has_left();
    let mut lines = vec![match reminder {
        _ if left => say!(locale, "reminder-left", server = server),
        Reminder::Before => say!(locale, "reminder-before", server = server),
        Reminder::Deadline => say!(locale, "reminder-deadline", server = server),
        Reminder::After(_) => say!(locale, "reminder-after", server = server),
    }];
    let mut rings = vec![Who::User(lease.owner)];
    if let Door::Channel(_) = door {
        if reminder != Reminder::Before {
            rings.extend(oncall(style));
        }
        lines.push(wording::each(&rings));
    }
    let id = links.number(lease.operation);
    lines.push(match reminder {
        Reminder::Before => say!(locale, "reminder-until", id = id, until = until),
        Reminder::Deadline | Reminder::After(_) => say!(locale, "reminder-was-until", id = id, until = until),
    });
    match standing::seen(&lease.seen, locale) {
        Some(seen) => lines.push(seen),
        None if reminder == Reminder::Before => {}
        None => lines.push(say!(locale, "reminder-into-rescue")),
    }
    // The buttons go when there is a later word; what to type stays.
    let command = |name: &str| code(&format!("{name} server:{}", typed(&lease.label, lease.server.as_str())));
    let (restore, extend) = (command("/restore"), command("/rescue extend"));
    lines.push(match left {
        true => say!(locale, "notice-left-remains", command = restore),
        false => say!(locale, "reminder-choices", restore = restore, extend = extend),
    });
    Words::new(lines.join("\n")).with(standing::buttons(lease, locale)).ringing(rings)
}

/// A list of what is in rescue, which is posted.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    /// The list.
    pub(crate) listing: Listing,
    /// What is remembered of it.
    pub(crate) listed: Vec<Listed>,
}

/// What is in rescue, or was when that was posted.
pub(crate) fn digest(Digest { listing, listed }: Digest, locale: Locale) -> Words {
    let title = match listing.count {
        0 => say!(locale, "digest-quiet"),
        count => say!(locale, "digest-title", count = count, at = hour(listing.at)),
    };
    let content = [title].into_iter().chain(listing.lines).collect::<Vec<_>>().join("\n");
    Words { lists: Some((listing.at, listed)), ..Words::new(content).with(listing.buttons) }
}

/// That nobody was asked, and what to do; `None` once it waits no more.
fn nobody_asked(
    label: &str,
    person: UserId,
    operation: &Operation,
    links: &CardLinks,
    Missed { channel, because }: Missed,
    locale: Locale,
) -> Option<Words> {
    let (round, until) = operation.open_round()?;
    let (server, who, until) = (named(label), mention(person), since_epoch(until));
    let (id, place) = (links.number(operation.id), format!("<#{}>", channel.0));
    let content = match because {
        Unasked::NoMessage => {
            say!(locale, "unasked-no-message", server = server, id = id, who = who, channel = place, until = until)
        }
        Unasked::NoRing => say!(
            locale,
            "unasked-no-ring",
            server = server,
            id = id,
            who = who,
            channel = place,
            approvers = approval_card::mentions(&round.approval),
            until = until
        ),
    };
    let number = u32::try_from(operation.state.facts.rounds.len()).unwrap_or(u32::MAX);
    let withdraw = Button::Withdraw(operation.round(number), number).create(locale);
    Some(Words::new(content).with(vec![withdraw]).ringing([Who::User(person)]))
}

fn oncall(style: ChannelStyle) -> Vec<Who> {
    style.oncall.to_vec()
}
