//! What does not work that a step waits on: said on the card, told to on-call where only the operator can mend it, and asked less
//! often then. It goes on by itself when it works again.

use std::time::Duration;

use bernard_domain::{
    hindrance::{Hindrance, Matter},
    notice::{Letter, Notice, To},
    operation::{Operation, event::Event},
};
use bernard_ovh as ovh;
use bernard_platform::clock;
use bernard_store as store;
use bernard_store::{About, Store};

use super::{Context, Failure, Next, Work};
use crate::{matter::matter, wakeups::Wakeups};

/// How many looks in a row must meet the same before it is certain: a proxy may answer nonsense once.
const CERTAIN: u32 = 2;
/// The same for a refusal that nobody understands: OVHcloud gives one now and then where a moment later all is well.
const LASTING: u32 = 3;
/// How many task polls weather may last before it is said: with the usual ones three minutes.
const WEATHER_LASTS: u32 = 12;
/// How many times a pause doubles while only the operator can mend it: with the usual task poll to two minutes.
const DOUBLINGS: u32 = 3;

impl Work<'_> {
    /// What a step came to, with what is to be said of what does not work.
    pub(super) async fn hindered(&self, next: Next) -> Result<Next, Failure> {
        let id = self.operation.id;
        match next {
            Next::Hindered(pause, error) => self.hindered_by(&error, pause).await,
            Next::RecordAfter(event, error) => {
                self.context.troubles.over(id);
                self.tell_operator(&error).await?;
                Ok(Next::Record(event))
            }
            next => {
                self.context.troubles.over(id);
                match (&next, &self.operation.state.facts.hindrance) {
                    (Next::Wait(_), Some(hindrance)) => {
                        self.context.store.end_trouble(about(self.operation, hindrance.matter)).await?;
                        Ok(Next::Record(Event::Unhindered))
                    }
                    _ => Ok(next),
                }
            }
        }
    }

    async fn hindered_by(&self, error: &ovh::Error, pause: Duration) -> Result<Next, Failure> {
        let matter = matter(error);
        let run = self.context.troubles.met(self.operation.id, matter);
        if run.looks >= CERTAIN {
            self.tell_operator(error).await?;
        }
        let to_be_said = match matter {
            Matter::Weather => run.since.elapsed() > self.settings().task_poll * WEATHER_LASTS,
            Matter::Refused => run.looks >= LASTING,
            _ => run.looks >= CERTAIN,
        };
        if to_be_said && !is_said(self.operation, matter) {
            return Ok(Next::Record(Event::Hindered { matter, said: error.to_string(), query: error.query() }));
        }
        let slower = if matter.is_the_operators() { (run.looks - 1).min(DOUBLINGS) } else { 0 };
        Ok(Next::Wait(pause * 2_u32.pow(slower)))
    }

    /// On-call hears of what only the operator can mend.
    async fn tell_operator(&self, error: &ovh::Error) -> Result<(), Failure> {
        let context = self.context;
        Ok(tell_operator(&context.store, &context.wakeups, self.operation, matter(error), error.to_string()).await?)
    }
}

/// On-call hears, where this operation was asked for, of what only the operator can mend: once for each account and matter.
pub(crate) async fn tell_operator(
    store: &Store,
    wakeups: &Wakeups,
    operation: &Operation,
    matter: Matter,
    said: String,
) -> Result<(), store::Error> {
    if matter.is_the_operators() {
        let request = &operation.request;
        let to = To::Channel { channel: request.channel, or_to: Some(request.requester) };
        let (account, label) = (request.account.clone(), request.label.clone());
        let notice =
            Notice::AccountTrouble { account, matter, said, operation: operation.id, label, waiter: request.requester };
        let letter = Letter { to, notice };
        if store.begin_trouble(about(operation, matter), &letter, clock::now()).await? {
            tracing::error!(operation.id = %operation.id, account = request.account, matter = matter.as_str(), "only the operator can mend this");
            wakeups.notify();
        }
    }
    Ok(())
}

/// What on-call hears of once: a matter of its account, or of its server.
fn about(operation: &Operation, matter: Matter) -> About<'_> {
    let server = (matter == Matter::Service).then_some(&operation.request.server);
    About { account: &operation.request.account, matter, server }
}

/// The account of an operation is no longer in the configuration: said once, like what OVHcloud refuses.
pub(crate) async fn account_gone(context: &Context, operation: &Operation, next: Next) -> Result<Next, store::Error> {
    if !matches!(next, Next::Wait(_)) || is_said(operation, Matter::Account) {
        return Ok(next);
    }
    let said = format!("the configuration no longer names the account {}", operation.request.account);
    tell_operator(&context.store, &context.wakeups, operation, Matter::Account, said.clone()).await?;
    Ok(Next::Record(Event::Hindered { matter: Matter::Account, said, query: None }))
}

fn is_said(operation: &Operation, matter: Matter) -> bool {
    matches!(&operation.state.facts.hindrance, Some(Hindrance { matter: said, .. }) if *said == matter)
}
