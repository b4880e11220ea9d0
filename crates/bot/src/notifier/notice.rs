//! The words of a notice, from how things are when it is posted.

use bernard_domain::{
    access::{Capability, UserId, Who},
    hindrance::Matter,
    lease::{Lease, reminder::Reminder},
    locale::Locale,
    notice::{Doing, Door, Notice, Unasked},
    operation::{ChannelId, OperationId},
    server::{Server, typed},
};
use bernard_platform::clock;
use bernard_store as store;
use bernard_text::{mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code;
use serenity::builder::CreateButton;

use super::Notifier;
use crate::{
    approval_card,
    component::Button,
    rescue_list::{in_rescue, listing},
    standing, wording,
};

/// What there is to say.
#[derive(Debug)]
pub(super) enum Draft {
    /// This.
    Say(Words),
    /// Nothing any more: what it was about is over.
    Needless,
}

/// A message.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// Its text.
    pub(super) content: String,
    /// Its buttons, the likely one first.
    pub(super) buttons: Vec<CreateButton>,
    /// Whom it rings.
    pub(super) rings: Vec<Who>,
}

/// What waits for the operator, and who for it.
struct Waits<'a> {
    operation: OperationId,
    label: &'a str,
    waiter: UserId,
}

/// Where nobody could be asked, and why.
struct Missed {
    channel: ChannelId,
    because: Unasked,
}

impl Notifier {
    /// The words of a notice at a door: a DM speaks its reader's language, a channel the configured one.
    pub(super) async fn draft(&self, notice: &Notice, door: Door) -> Result<Draft, store::Error> {
        let locale = self.locale_at(door).await?;
        let (content, buttons, rings) = match notice {
            Notice::Reminder { lease, deadline, reminder } => {
                let Some(lease) = self.store.lease_of(*lease).await?.filter(|lease| lease.deadline == *deadline) else {
                    return Ok(Draft::Needless);
                };
                if *reminder == Reminder::Before && lease.deadline <= self.fleet.time_of(&lease).await {
                    return Ok(Draft::Needless);
                }
                self.reminder(&lease, *reminder, door, locale)
            }
            Notice::RestoredAtDeadline { label, owner, operation, .. } => {
                let (server, who, id) = about(label, *owner, *operation);
                let content = say!(locale, "notice-restored-at-deadline", server = server, who = who, id = id);
                (content, Vec::new(), vec![Who::User(*owner)])
            }
            Notice::ServerLeft { lease, label, owner } => {
                let (server, who, id) = about(label, *owner, *lease);
                let content = say!(locale, "notice-server-left", server = server, who = who, id = id);
                (content, Vec::new(), vec![Who::User(*owner)])
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
                (format!("{left}\n{then}"), self.lease_buttons(*lease, locale).await?, vec![Who::User(*owner)])
            }
            Notice::NetbootChanged { lease, label, owner, boot } => {
                let (server, who, id) = about(label, *owner, *lease);
                let boot = standing::named(boot.as_deref(), locale);
                let content = say!(locale, "notice-netboot-changed", server = server, who = who, id = id, boot = boot);
                (content, self.lease_buttons(*lease, locale).await?, Vec::new())
            }
            Notice::RebootedByOthers { lease, label, owner, task } => {
                let (server, who, id) = about(label, *owner, *lease);
                let (task, command) = (task.to_string(), code(&format!("/rescue link server:{label}")));
                let content = say!(
                    locale,
                    "notice-rebooted-by-others",
                    server = server,
                    who = who,
                    id = id,
                    task = task,
                    command = command
                );
                (content, self.lease_buttons(*lease, locale).await?, vec![Who::User(*owner)])
            }
            Notice::Extended { lease, label, owner, by, until } => (
                say!(
                    locale,
                    "notice-extended",
                    server = named(label),
                    who = mention(*by),
                    owner = mention(*owner),
                    until = since_epoch(*until)
                ),
                self.lease_buttons(*lease, locale).await?,
                if owner == by { Vec::new() } else { vec![Who::User(*owner)] },
            ),
            Notice::HandedOver { lease, label, from, to, by } => (
                say!(
                    locale,
                    "notice-handed-over",
                    server = named(label),
                    from = mention(*from),
                    to = mention(*to),
                    who = mention(*by)
                ),
                self.lease_buttons(*lease, locale).await?,
                // Whoever handed it over knows, or hears it as the end of an operation.
                [*to, *from].into_iter().filter(|user| user != by).map(Who::User).collect(),
            ),
            Notice::OthersDoing { doing, label, owner, by, operation, .. } => {
                let (server, who, owner_is) = (named(label), mention(*by), mention(*owner));
                let id = operation.to_string();
                let content = match doing {
                    Doing::TakesOver => {
                        say!(locale, "notice-taken-over", server = server, who = who, owner = owner_is, id = id)
                    }
                    Doing::GivesBack => {
                        say!(locale, "notice-given-back", server = server, who = who, owner = owner_is, id = id)
                    }
                    Doing::Ended => say!(locale, "notice-ended", server = server, who = who, owner = owner_is, id = id),
                };
                (content, Vec::new(), vec![Who::User(*owner)])
            }
            Notice::DmStands { label, person, operation } => {
                let (server, who, id) = about(label, *person, *operation);
                let content = say!(locale, "notice-dm-stands", server = server, id = id, who = who);
                (content, Vec::new(), vec![Who::User(*person)])
            }
            Notice::Unshown { person, channel, code } => {
                let (place, why) = (format!("<#{}>", channel.0), wording::refused_by_discord(*code, locale));
                let content = say!(locale, "notice-unshown", who = mention(*person), channel = place, why = why);
                (content, Vec::new(), vec![Who::User(*person)])
            }
            Notice::NobodyAsked { label, person, operation, channel, because } => {
                let Some((content, buttons)) = self
                    .nobody_asked(label, *person, *operation, Missed { channel: *channel, because: *because }, locale)
                    .await?
                else {
                    return Ok(Draft::Needless);
                };
                (content, buttons, vec![Who::User(*person)])
            }
            Notice::Digest { .. } => self.digest(door, locale).await?,
            Notice::AuditAnchor { number, hash, lines } => {
                // As `bernard audit verify --anchor` takes it.
                let anchor = code(&format!("{number}:{hash}"));
                let count = lines.unwrap_or(*number);
                (say!(locale, "notice-anchor", anchor = anchor, count = count), Vec::new(), Vec::new())
            }
            Notice::AccountTrouble { account, matter, said, operation, label, waiter } => {
                let waits = Waits { operation: *operation, label, waiter: *waiter };
                self.account_trouble(account, *matter, said, waits, locale)
            }
            Notice::Paused { by, reason } => {
                (say!(locale, "notice-paused", who = mention(*by), reason = code(reason)), Vec::new(), self.oncall())
            }
            Notice::Resumed { by } => (say!(locale, "notice-resumed", who = mention(*by)), Vec::new(), Vec::new()),
        };
        Ok(Draft::Say(Words { content, buttons, rings }))
    }

    /// The language that is spoken at a door.
    pub(super) async fn locale_at(&self, door: Door) -> Result<Locale, store::Error> {
        Ok(match door {
            Door::Dm(person) => self.store.locale_of(person).await?.unwrap_or(self.settings.locale),
            Door::Channel(_) => self.settings.locale,
        })
    }

    /// What only the operator can mend: on-call is rung, or who waits for it.
    fn account_trouble(
        &self,
        account: &str,
        matter: Matter,
        said: &str,
        Waits { operation, label, waiter }: Waits<'_>,
        locale: Locale,
    ) -> (String, Vec<CreateButton>, Vec<Who>) {
        let mut rings = self.oncall();
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
        let (who, id) = (wording::each(&rings), operation.to_string());
        let met = say!(locale, "trouble-met", server = code(label), id = id, said = code(said));
        (format!("{what} {who}\n{met}\n{}", say!(locale, "trouble-next")), Vec::new(), rings)
    }

    /// Before the deadline it is between Bernard and the owner; from then on the channel and who is on call know too.
    fn reminder(
        &self,
        lease: &Lease,
        reminder: Reminder,
        door: Door,
        locale: Locale,
    ) -> (String, Vec<CreateButton>, Vec<Who>) {
        let server = named(&lease.label);
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
                rings.extend(self.oncall());
            }
            lines.push(wording::each(&rings));
        }
        let id = lease.operation.to_string();
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
        (lines.join("\n"), standing::buttons(lease, locale), rings)
    }

    /// What is in rescue now, as far as anybody may see it in that channel.
    async fn digest(&self, door: Door, locale: Locale) -> Result<(String, Vec<CreateButton>, Vec<Who>), store::Error> {
        let policy = self.policy.get();
        let sees = |server: &Server| match door {
            Door::Dm(_) => false,
            Door::Channel(channel) => !policy.who_may(Capability::View, server, channel.0).is_empty(),
        };
        let (leases, foreign) = in_rescue(&self.store, &self.fleet.servers(), sees).await?;
        let leases = self.lookout.leases(leases).await?;
        let listing = listing(&leases, &foreign, clock::now(), locale);
        let title = match leases.len() + foreign.len() {
            0 => say!(locale, "digest-quiet"),
            count => say!(locale, "digest-title", count = count),
        };
        let content = [title].into_iter().chain(listing.lines).collect::<Vec<_>>().join("\n");
        Ok((content, listing.buttons, Vec::new()))
    }

    /// That nobody was asked, and what to do; `None` once it waits no more.
    async fn nobody_asked(
        &self,
        label: &str,
        person: UserId,
        id: OperationId,
        Missed { channel, because }: Missed,
        locale: Locale,
    ) -> Result<Option<(String, Vec<CreateButton>)>, store::Error> {
        let Some(operation) = self.store.operation(id).await? else { return Ok(None) };
        let Some((round, until)) = operation.open_round() else { return Ok(None) };
        let (server, who, until) = (named(label), mention(person), since_epoch(until));
        let (id, place) = (operation.id.to_string(), format!("<#{}>", channel.0));
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
        Ok(Some((content, vec![Button::Withdraw(operation.round(number), number).create(locale)])))
    }

    fn oncall(&self) -> Vec<Who> {
        self.settings.oncall.map(Who::Role).into_iter().collect()
    }

    /// What leads out of the lease, while it is there.
    async fn lease_buttons(&self, lease: OperationId, locale: Locale) -> Result<Vec<CreateButton>, store::Error> {
        Ok(self.store.lease_of(lease).await?.map(|lease| standing::buttons(&lease, locale)).unwrap_or_default())
    }
}

/// What most notices name: the server, whose it is, and the operation.
fn about(label: &str, whose: UserId, id: OperationId) -> (String, String, String) {
    (named(label), mention(whose), id.to_string())
}
