//! What a press of a button does. Buttons only work for whom they were made; the roles are those of this moment.

use bernard_domain::{
    access::{Capability, Grant, Protection, Reason},
    authorization::{Deed, RunningRescue, protection_of},
    lease,
    operation::{ChannelId, Kind, Operation, Source, event::Problem, state::Phase},
    server::{Server, ServiceName},
};
use bernard_engine::{
    fleet::{CANDIDATES, NotFound},
    intake::{self, Decision},
    plan,
};
use bernard_platform::clock;
use bernard_store::{CardId, Wiped};
use bernard_text::say;
use serenity::model::application::ComponentInteraction;

use super::{
    approve::done,
    asking::Asking,
    command::LeaseRefusal,
    component::{Button, Subject},
    dm,
    handler::{Handler, Reply},
    refusal::Refusal,
    retype::Retype,
};

/// Somebody who may, on a server as it is now.
#[derive(Debug)]
pub(super) struct Admitted {
    /// The server, read just now.
    pub(super) server: Server,
    /// The right.
    pub(super) grant: Grant,
    /// What others must approve before it is used.
    pub(super) protection: Option<Protection>,
}

impl Handler {
    pub(super) async fn pressed(&self, press: &ComponentInteraction, button: Button) -> Result<Reply, Refusal> {
        let realm = &self.settings.realm;
        match button.subject() {
            Subject::Card(card) => {
                let asking = self.asking_of_card(press, card).await?;
                match button {
                    Button::Confirm(_) => self.confirm(&asking, card).await,
                    Button::ToDisk(_) => self.to_the_disk(&asking, card).await,
                    _ => self.dismiss(&asking, card).await,
                }
            }
            Subject::Page(place) => self.turn(press, place),
            Subject::Operation(_) if matches!(button, Button::DeleteMessage(_)) => self.delete_message(press).await,
            Subject::Operation(named) => {
                let operation = self.store.operation(named.id).await?;
                let operation = self.made_here(press, button, operation, |one| button.is_of(one)).await?;
                let asking = Asking::of_press(press, realm, &self.rest, Some(&operation.request)).await?;
                self.about(&asking, button, &operation).await
            }
            Subject::Foreign(named) => {
                let asking = Asking::of_press(press, realm, &self.rest, None).await?;
                // Those that are over leave no row: then nobody can tell whose number it was.
                let foreign = self.store.foreign_rescue(named.id).await?.ok_or(Refusal::Lease(LeaseRefusal::Gone))?;
                let foreign = self.made_here(press, button, Some(foreign), |one| named == one.marked()).await?;
                match button {
                    Button::Adopt(_) => self.adopt(&asking, &foreign).await,
                    _ => self.restore_foreign(&asking, &foreign).await,
                }
            }
        }
    }

    /// What a button is about, if this store made the button for that very thing: by its mark, or, of before there were marks,
    /// because the message is ours. What another store made means nothing here, whatever has that number.
    async fn made_here<T>(
        &self,
        press: &ComponentInteraction,
        button: Button,
        named: Option<T>,
        is_its: impl Fn(&T) -> bool,
    ) -> Result<T, Refusal> {
        let elsewhere = || Refusal::MadeElsewhere(Retype::of(button, &press.message.content));
        let here = named.ok_or_else(elsewhere)?;
        if is_its(&here) {
            return Ok(here);
        }
        let channel = ChannelId(press.channel_id.get());
        match button.is_unmarked() && self.store.has_posted(channel, press.message.id.get()).await? {
            true => Ok(here),
            false => Err(elsewhere()),
        }
    }

    async fn about(&self, asking: &Asking, button: Button, operation: &Operation) -> Result<Reply, Refusal> {
        match button {
            Button::Cancel(_) => self.decide(asking, operation, Decision::Cancel).await,
            Button::RebootAgain(_, asked) => self.propose_again(asking, operation, asked).await,
            Button::LeaveIt(_, asked) => self.decide(asking, operation, Decision::LeaveIt(asked)).await,
            Button::LetGo(_) => self.decide(asking, operation, Decision::LetGo).await,
            Button::Approve(_, round) => self.approve(asking, operation, round).await,
            Button::Deny(_, round) => self.deny(asking, operation, round).await,
            Button::Withdraw(_, round) => self.withdraw(asking, operation, round).await,
            Button::RestoreNow(_) => self.restore_now(asking, operation).await,
            Button::PutNetbootBack(_) => self.put_netboot_back(asking, operation).await,
            Button::Reveal(_) => self.reveal(asking, operation).await,
            Button::LookAgain(_) => self.look_again(asking, operation, self.settings.secret_from.clone()).await,
            Button::TryMail(_) => self.look_again(asking, operation, vec![Source::Mail]).await,
            Button::Extend(_) => self.offer_extension(asking, operation).await,
            Button::ExtendBy(_, offer, shown) => self.take_offer(asking, operation, offer, shown).await,
            // The form of **Add reason** was the first answer to its press.
            Button::Confirm(_)
            | Button::Dismiss(_)
            | Button::ToDisk(_)
            | Button::DeleteMessage(_)
            | Button::AddReason(..)
            | Button::Adopt(_)
            | Button::RestoreForeign(_)
            | Button::Guide(_)
            | Button::Turn(_) => Err(Refusal::Unknown),
        }
    }

    /// A confirmation card may also stand in a DM, below **Restore now**: it counts as pressed where it was asked for.
    async fn asking_of_card(&self, press: &ComponentInteraction, id: CardId) -> Result<Asking, Refusal> {
        let card = self.store.card(id).await?;
        let request = card.as_ref().map(|card| &card.request);
        Asking::of_press(press, &self.settings.realm, &self.rest, request).await
    }

    async fn decide(&self, asking: &Asking, operation: &Operation, decision: Decision) -> Result<Reply, Refusal> {
        let (_, grant) = self.admit_for(asking, operation, decision.needs(operation)).await?;
        done(self.desk.decide(&grant, operation.id, decision).await?)?;
        Ok(Reply::text(match decision {
            Decision::Cancel => say!(asking.locale, "decided-cancel"),
            Decision::RebootAgain(_) => say!(asking.locale, "decided-again"),
            Decision::LeaveIt(_) => say!(asking.locale, "decided-leave"),
            Decision::LetGo => say!(asking.locale, "decided-let-go"),
        }))
    }

    /// Counts a press that begins something against its asker's limit.
    pub(super) fn press_counted(&self, asking: &Asking) -> Result<(), Refusal> {
        self.desk.limits().press(asking.requester.user).map_err(|too_often| Refusal::TooOften(too_often, None))
    }

    /// **Reveal link**: for the requester only, seen by nobody else.
    async fn reveal(&self, asking: &Asking, operation: &Operation) -> Result<Reply, Refusal> {
        if operation.request.requester != asking.requester.user {
            return Err(Refusal::NotYours);
        }
        let kind = operation.request.kind();
        let (kind, command) = if kind == Kind::Console { (kind, "/console") } else { (Kind::Link, "/rescue link") };
        let repeat = format!("{command} server:{}", operation.request.typed());
        if !matches!(operation.state.phase, Phase::AwaitingReveal(_)) {
            return Err(Refusal::TooLate(Some(operation.id), Some(repeat)));
        }
        // What is revealed is what they asked for, with every approval that it needed; and needs by now.
        let (server, grant) = self.admit_for(asking, operation, intake::needed(kind)).await?;
        if self.needs_approval_now(asking, operation, &server).await? {
            return Err(Refusal::NotSparedAnyMore(repeat));
        }
        self.still_approved(asking, operation, &server).await?;
        let Some(found) = self.desk.find_for_reveal(&grant, &self.runner, operation).await? else {
            return Err(Refusal::NoLinkYet(repeat));
        };
        let lease = self.store.lease(&operation.request.server).await?;
        let dm::Revealed { content, buttons, files } =
            dm::revealed(operation, lease.as_ref(), &(found.source, found.link));
        // A console's file is the way in; without a remote desktop's file one types the address.
        let files = if asking.bot_can_attach() || kind == Kind::Console { files } else { Vec::new() };
        Ok(Reply { buttons, files, reveals: Some((operation.id, found.query)), ..Reply::text(content) })
    }

    /// That a link, or a console, which was asked for with too few approvals for what protects its server by now stays where it is.
    async fn still_approved(&self, asking: &Asking, operation: &Operation, server: &Server) -> Result<(), Refusal> {
        let kind = operation.request.kind();
        let alone = matches!(kind, Kind::Link | Kind::Console);
        if !alone {
            return Ok(());
        }
        let Some(protection) = self.protection(asking, server, kind).await? else { return Ok(()) };
        let given = u32::try_from(operation.state.mandate.approvers.len()).unwrap_or(u32::MAX);
        let needed = protection.approvals.get();
        let problem = Problem::NotEnoughApprovals { needed, given };
        if given < needed { Err(Refusal::Problem(Box::new(problem), server.label().to_owned())) } else { Ok(()) }
    }

    /// **Delete this message**: the reader's own DM needs no right but being there. It is about the message and nothing else, so
    /// what another store sent goes too.
    async fn delete_message(&self, press: &ComponentInteraction) -> Result<Reply, Refusal> {
        let locale = bernard_text::locale_of(&press.locale);
        if press.guild_id.is_some() {
            return Err(Refusal::NotYours);
        }
        if let Err(error) = self.rest.delete(press.channel_id, press.message.id).await {
            tracing::warn!(%error, "a DM could not be deleted");
            return Err(Refusal::Fault);
        }
        self.store
            .mark_wiped(ChannelId(press.channel_id.get()), press.message.id.get(), Wiped::Deleted, clock::now())
            .await?;
        Ok(Reply::text(say!(locale, "dm-deleted")))
    }

    /// The server that was typed, if the asker may do this to it as far as memory knows.
    ///
    /// Who may do it to no server at all does not learn which servers there are; and one that they may not see is, to them, none.
    pub(super) async fn find(&self, asking: &Asking, typed: &str, capability: Capability) -> Result<Server, Refusal> {
        self.anywhere(asking, capability)?;
        let server = self.look_up(asking, typed, capability).await?;
        let policy = self.policy.get();
        let checked = policy.check(&asking.requester, capability, &server, asking.place.0);
        checked.map_err(|denial| {
            if denial.reason == Reason::NotThisServer && !self.sight(asking, Capability::View)(&server) {
                return Refusal::Unseen(Box::new(denial), typed.to_owned(), self.near(asking, capability, typed));
            }
            Refusal::Denied(Box::new(denial), Some(self.name_for(asking, &server, typed)))
        })?;
        self.fleet.inventory().named(asking.requester.user, &server.name);
        Ok(server)
    }

    /// The same for a server that a message names to whoever reads it: a refusal says which it is.
    pub(super) async fn find_named(
        &self,
        asking: &Asking,
        name: &ServiceName,
        capability: Capability,
    ) -> Result<Server, Refusal> {
        match self.find(asking, name.as_str(), capability).await {
            Err(Refusal::Unseen(denial, typed, _)) => Err(Refusal::Denied(denial, Some(typed))),
            found => found,
        }
    }

    /// What they see goes by that name comes first: what they do not see makes no name ambiguous.
    async fn look_up(&self, asking: &Asking, typed: &str, capability: Capability) -> Result<Server, Refusal> {
        let (views, acts) = (self.sight(asking, Capability::View), self.sight(asking, capability));
        let sees = |server: &Server| views(server) || acts(server);
        let no_server = |not_found| Refusal::NoServer(typed.to_owned(), not_found);
        match self.fleet.find_among(typed, sees) {
            Ok(server) => return Ok(server),
            Err(NotFound::Unknown(_)) => {}
            Err(NotFound::Ambiguous(mut all)) => {
                let servers = self.fleet.servers();
                let can_act = |name: &ServiceName| servers.get(name).is_some_and(|known| acts(&known.server));
                if all.iter().any(can_act) {
                    all.retain(can_act);
                }
                return Err(no_server(NotFound::Ambiguous(all)));
            }
            Err(other) => return Err(no_server(other)),
        }
        match self.fleet.find(typed).await {
            // Of one that was never read nobody knows yet whose it is.
            Ok(server) if !self.fleet.was_read(&server) => match self.fleet.read(&server).await {
                Err(plan::Error::Ovh(error)) if error.is_transient() => {
                    Err(no_server(NotFound::Unreadable(error.cause().to_string())))
                }
                read => read.map_err(|_| no_server(NotFound::Unknown(self.near(asking, capability, typed)))),
            },
            Ok(server) => Ok(server),
            Err(NotFound::Unknown(_) | NotFound::Ambiguous(_)) => {
                Err(no_server(NotFound::Unknown(self.near(asking, capability, typed))))
            }
            Err(other) => Err(no_server(other)),
        }
    }

    /// What is near to what was typed, of what they may act on.
    fn near(&self, asking: &Asking, capability: Capability, typed: &str) -> Vec<String> {
        let acts = self.sight(asking, capability);
        let servers = self.fleet.servers();
        let near = servers.search(&acts, typed, &[], CANDIDATES);
        near.into_iter().map(|server| self.fleet.unique_name(server, &acts)).collect()
    }

    fn sight(&self, asking: &Asking, capability: Capability) -> impl Fn(&Server) -> bool + use<> {
        let (policy, requester, place) = (self.policy.get(), asking.requester.clone(), asking.place.0);
        move |server| policy.check(&requester, capability, server, place).is_ok()
    }

    /// What a refusal calls a server: who may not see it does not learn what else it goes by.
    fn name_for(&self, asking: &Asking, server: &Server, typed: &str) -> String {
        if self.sight(asking, Capability::View)(server) { server.label().to_owned() } else { typed.to_owned() }
    }

    /// Reads the server as it is now, and checks the rights of this moment against it; and says what protects it.
    pub(super) async fn admit(&self, asking: &Asking, known: &Server, kind: Kind) -> Result<Admitted, Refusal> {
        let (server, grant) = self.admit_server(asking, known, intake::needed(kind)).await?;
        let protection = self.protection(asking, &server, kind).await?;
        Ok(Admitted { server, grant, protection })
    }

    /// The approval that the asker needs for this on a server that was read just now. What the rescue that runs spares its owner is
    /// looked at where it matters; what cannot be read spares nobody.
    async fn protection(&self, asking: &Asking, server: &Server, kind: Kind) -> Result<Option<Protection>, Refusal> {
        let (policy, by) = (self.policy.get(), asking.requester.user);
        let deed = Deed::Asked { kind, by };
        let protection = protection_of(&policy, deed, server, None);
        if kind != Kind::Link || protection.is_none() {
            return Ok(protection);
        }
        let Some((lease, begun_by)) = self.store.rescue(&server.name).await?.filter(|(lease, _)| lease.owner == by)
        else {
            return Ok(protection);
        };
        Ok(match self.fleet.reboots(server).await {
            Ok(reboots) => {
                let rescue = RunningRescue { lease: &lease, begun_by: &begun_by, reboots: &reboots };
                protection_of(&policy, deed, server, Some(rescue))
            }
            Err(error) => {
                tracing::warn!(server.name = %server.name, %error, "the reboots cannot be read: nobody is spared an approval");
                protection
            }
        })
    }

    /// Whether others would have to approve that this person has the link of the rescue that `operation` began, because it is no longer
    /// theirs, or was rebooted since.
    async fn needs_approval_now(
        &self,
        asking: &Asking,
        operation: &Operation,
        server: &Server,
    ) -> Result<bool, Refusal> {
        let own = operation.request.kind() == Kind::Enable;
        Ok(own && self.protection(asking, server, Kind::Link).await?.is_some())
    }

    /// The server as it is now, if the asker may see it with the names and tags it has now.
    pub(super) async fn read_to_view(&self, asking: &Asking, known: &Server) -> Result<Server, Refusal> {
        self.admit_server(asking, known, Capability::View).await.map(|(server, _)| server)
    }

    /// The same for the server of an operation.
    pub(super) async fn admit_by_name(
        &self,
        asking: &Asking,
        operation: &Operation,
        kind: Kind,
    ) -> Result<Admitted, Refusal> {
        let known = self.find_named(asking, &operation.request.server, intake::needed(kind)).await?;
        self.admit(asking, &known, kind).await
    }

    /// The same for a decision about a live operation, which was approved already.
    pub(super) async fn admit_for(
        &self,
        asking: &Asking,
        operation: &Operation,
        capability: Capability,
    ) -> Result<(Server, Grant), Refusal> {
        let known = self.find_named(asking, &operation.request.server, capability).await?;
        self.admit_server(asking, &known, capability).await
    }

    pub(super) async fn admit_server(
        &self,
        asking: &Asking,
        known: &Server,
        capability: Capability,
    ) -> Result<(Server, Grant), Refusal> {
        let server = self.fleet.read(known).await.map_err(|error| Refusal::from_plan(error, known.label()))?;
        // What it is called now is not told to whom it does not concern any more.
        let denied = |denial| Refusal::Denied(Box::new(denial), Some(known.label().to_owned()));
        let grant = self.policy.get().check(&asking.requester, capability, &server, asking.place.0).map_err(denied)?;
        Ok((server, grant))
    }

    /// The asker's right to do this to the server as it is given.
    pub(super) fn may(&self, asking: &Asking, capability: Capability, server: &Server) -> Result<Grant, Refusal> {
        let denied = |denial| Refusal::Denied(Box::new(denial), Some(server.label().to_owned()));
        self.policy.get().check(&asking.requester, capability, server, asking.place.0).map_err(denied)
    }

    pub(super) fn anywhere(&self, asking: &Asking, capability: Capability) -> Result<Grant, Refusal> {
        self.policy
            .get()
            .check_anywhere(&asking.requester, capability, asking.place.0)
            .map_err(|denial| Refusal::Denied(Box::new(denial), None))
    }

    /// That no live operation keeps the server from one of this kind.
    pub(super) async fn not_held(&self, server: &Server, kind: Kind) -> Result<(), Refusal> {
        let holds = |operation: &Operation| {
            operation.request.server == server.name && lease::stands_in_the_way(operation, kind)
        };
        match self.store.live_operations().await?.into_iter().find(holds) {
            Some(holder) => Err(Refusal::Busy(Box::new(holder))),
            None => Ok(()),
        }
    }
}
