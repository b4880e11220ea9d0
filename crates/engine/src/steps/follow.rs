//! After the reboot was taken: OVHcloud's task, then the machine itself, each shown as it was seen.

use std::{net::IpAddr, time::Duration};

use bernard_domain::{
    operation::{
        Kind, Wish,
        event::{Event, Port},
        state::Phase,
    },
    server::{Boot, System, TaskId},
};
use bernard_platform::clock;
use tokio::net::TcpStream;

use super::{Failure, Next, PATIENCE, Probe, Settings, Work, link::opens_by_key};
use crate::link::Look as LinkLook;

/// How long a port has to answer: across the world and through a slow firewall.
const PORT_TIMEOUT: Duration = Duration::from_secs(2);

impl Work<'_> {
    /// Asks how far OVHcloud's task is.
    pub(super) async fn follow(&self) -> Result<Next, Failure> {
        let Some(id) = self.operation.state.phase.task() else { return Ok(Next::Reread) };
        let early = self.is_early();
        if early && let Some(seen) = self.look_at_port().await {
            return Ok(seen);
        }
        if early && self.client.is_waited_for() {
            return Ok(Next::Wait(self.settings().task_poll));
        }
        if let Some(news) = self.news_of(id).await? {
            return Ok(Next::Record(news));
        }
        if self.is_out_of_patience() {
            return Ok(Next::Record(Event::TaskStands));
        }
        let seen = if early { None } else { self.look_at_port().await };
        Ok(seen.unwrap_or(Next::Wait(self.pause(self.settings().task_poll))))
    }

    /// Follows a task that stands, and looks for a rescue's link meanwhile; after a while on-call hears of it too.
    ///
    /// A key opens nothing that may not run yet, so nobody is told to use it before the task is over.
    pub(super) async fn outlast(&self) -> Result<Next, Failure> {
        let Phase::Standing(id) = self.operation.state.phase else { return Ok(Next::Reread) };
        let Settings { task_patience, question_patience, task_poll, secret_timeout, .. } = *self.settings();
        if !self.operation.state.facts.standing_unanswered && self.waited() > task_patience.min(question_patience) {
            return Ok(Next::Record(Event::StandingUnanswered));
        }
        let news = self.news_of(id).await;
        if let Ok(Some(news)) = news {
            return Ok(Next::Record(news));
        }
        if self.operation.request.kind() == Kind::Enable
            && !opens_by_key(self.operation)
            && let LinkLook { found: Some(found), refused, .. } =
                self.context.find_link(self.client, self.operation).await
        {
            return self.hand_out(found, refused).await;
        }
        news?;
        // Each look may make a secret at OVHcloud: in the long run there are fewer of them.
        let pause = if self.waited() > secret_timeout { task_poll * 4 } else { task_poll };
        Ok(self.look_at_port().await.unwrap_or(Next::Wait(pause)))
    }

    /// What is new of the task, if anything is.
    async fn news_of(&self, id: TaskId) -> Result<Option<Event>, Failure> {
        let known = self.operation.state.facts.task.as_ref().map(|(_, status)| status);
        match self.client.task(self.server(), id).await? {
            Some(task) if Some(&task.status) != known => {
                Ok(Some(Event::TaskSeen { status: task.status, comment: task.comment }))
            }
            Some(_) => Ok(None),
            None => self.missing_task(id).await,
        }
    }

    /// OVHcloud forgets ended tasks, and now and then a living one for a moment: only a list without it counts, after a while.
    async fn missing_task(&self, id: TaskId) -> Result<Option<Event>, Failure> {
        let listed = self.client.task_ids(self.server(), None, None).await?.contains(&id);
        Ok((!listed && self.waited() > self.settings().task_poll * 2).then_some(Event::TaskVanished))
    }

    /// Watches the machine go dark and come back, for a bounded time.
    pub(super) async fn watch(&self) -> Result<Next, Failure> {
        let over = self.waited() > self.settings().task_poll * PATIENCE;
        if over || self.operation.state.facts.is_back() || self.settings().probe == Probe::Off {
            return Ok(Next::Record(Event::Watched));
        }
        if let Some(seen) = self.look_at_port().await {
            return Ok(seen);
        }
        let power = self.client.server(self.server()).await?.power_state;
        match power {
            Some(power) if self.operation.state.facts.power.as_ref() != Some(&power) => {
                Ok(Next::Record(Event::PowerSeen { power }))
            }
            _ => Ok(Next::Wait(self.settings().task_poll)),
        }
    }

    /// Looks whether the port of the system that is being started answers; `None` when there is nothing new.
    pub(super) async fn look_at_port(&self) -> Option<Next> {
        if self.settings().probe == Probe::Off {
            return None;
        }
        let plan = self.operation.state.facts.plan.as_ref()?;
        let address: IpAddr = plan.before.ip.as_deref()?.parse().ok()?;
        let number = self.starting_system()?.port();
        let port = seen(|| look(address, number)).await?;
        let known = self.operation.state.facts.port.map(|(port, _)| port);
        (known != Some(port)).then(|| Next::Record(Event::PortSeen { port, at: clock::now() }))
    }

    /// The family of what is being started: the rescue's, or the installed system's as far as it is known.
    fn starting_system(&self) -> Option<System> {
        match &self.operation.request.wish {
            Wish::Enable(wish) => Some(wish.system),
            Wish::Restore { .. } | Wish::Reboot { .. } => {
                let servers = self.context.fleet.servers();
                let server = &servers.get(self.server())?.server;
                let into = self.operation.state.facts.plan.as_ref()?.into.as_ref()?;
                let rescue = into.netboot().and_then(Boot::rescue_system);
                Some(rescue.filter(|_| self.operation.request.kind() == Kind::Reboot).unwrap_or(server.system()))
            }
            Wish::Link { .. }
            | Wish::PutBack { .. }
            | Wish::Adopt { .. }
            | Wish::HandOver { .. }
            | Wish::Console { .. }
            | Wish::Ticket(_)
            | Wish::FreeSessions { .. } => None,
        }
    }
}

/// What one look at a port met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// It answers.
    Answers,
    /// The machine says that nobody listens.
    Refused,
    /// Nothing came back in time.
    Silence,
    /// Our own network cannot tell.
    Unknown,
}

/// What is seen of a port; `None` when nobody can tell. Silence counts only when a second look meets it too: one lost packet is
/// no closed port.
async fn seen<F: Future<Output = Look>>(look: impl Fn() -> F) -> Option<Port> {
    let first = look().await;
    let last = if first == Look::Silence { look().await } else { first };
    match last {
        Look::Answers => Some(Port::Open),
        Look::Refused | Look::Silence => Some(Port::Closed),
        Look::Unknown => None,
    }
}

async fn look(address: IpAddr, port: u16) -> Look {
    use std::io::ErrorKind as E;
    match tokio::time::timeout(PORT_TIMEOUT, TcpStream::connect((address, port))).await {
        Ok(Ok(_)) => Look::Answers,
        Ok(Err(error)) => match error.kind() {
            E::ConnectionRefused | E::ConnectionReset => Look::Refused,
            E::TimedOut => Look::Silence,
            _ => Look::Unknown,
        },
        Err(_) => Look::Silence,
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::VecDeque};

    use super::*;

    /// What is seen of a port that meets looks like these, and how many of them it took.
    async fn of<const N: usize>(looks: [Look; N]) -> (Option<Port>, usize) {
        let left = RefCell::new(VecDeque::from(looks));
        let next = || left.borrow_mut().pop_front().expect("no more looks than needed");
        let port = seen(|| std::future::ready(next())).await;
        (port, N - left.into_inner().len())
    }

    #[tokio::test]
    async fn one_lost_packet_is_not_seen_closed() {
        use Look as L;
        assert_eq!(of([L::Silence, L::Answers]).await, (Some(Port::Open), 2));
        assert_eq!(of([L::Silence, L::Unknown]).await, (None, 2));
        assert_eq!(of([L::Silence, L::Silence]).await, (Some(Port::Closed), 2));
    }

    #[tokio::test]
    async fn an_answer_counts_at_once() {
        assert_eq!(of([Look::Refused, Look::Answers]).await, (Some(Port::Closed), 1));
        assert_eq!(of([Look::Answers, Look::Silence]).await, (Some(Port::Open), 1));
    }
}
