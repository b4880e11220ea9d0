//! `/plan`: the reads that an action would make now, the exact calls that it would make after, and whether it would be refused.
//! It changes nothing.

use bernard_domain::{
    access::{Action, Capability},
    console::ConsoleMinutes,
    locale::Locale,
    operation::{Kind, Wish, event::Problem, exact_call::ExactCall},
    server::Server,
};
use bernard_engine::{
    exact_calls as exact,
    plan::{Aim, Back, Wanted},
};
use bernard_text::{named, say};
use bernard_untrusted::shown::span::code;

use super::{status, why};
use crate::{
    asker::Asker,
    context::Handler,
    refusal::Refusal,
    render::{
        confirmation,
        exact_calls::{self, Readers},
        layout::{Accent, Block},
        message::Message,
        others, starts,
        wording::small,
    },
    reply::Reply,
};

/// What would be done.
struct Deed {
    /// What it would boot into, whose rescue it would end, and what somebody else changed; nothing for a console.
    about: Vec<String>,
    calls: Vec<ExactCall>,
    /// What frees stuck sessions of a console, if somebody wants that then.
    on_request: Vec<ExactCall>,
}

impl Handler {
    pub(super) async fn plan_of(&self, asking: &Asker, action: Action, typed: &str) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        let known = self.find(asking, typed, Capability::View).await?;
        let (server, _) = self.admit_server(asking, &known, Capability::View).await?;
        let deed = self.deed(asking, &server, action).await;
        let mut obstacles = self.obstacles(asking, &server, action).await;
        let deed = deed.map_err(|refusal| obstacles.push(refusal)).ok();
        let policy = self.policy.get();
        let place = asking.place.0;
        let person = asking.requester.user;
        let waived = policy.waived_for(person, action, &server);
        let approval = policy
            .protection_for(person, action, &server)
            .map(|protection| why::approval(&policy, &protection, &server, place, locale));
        let (name, what) = (named(server.label()), code(action.as_str()));
        let mut lines = vec![match (obstacles.is_empty(), &approval) {
            (false, _) => say!(locale, "plan-refused", action = what, server = name),
            (true, Some(_)) => say!(locale, "plan-needs-approval", action = what, server = name),
            (true, None) => say!(locale, "plan-possible", action = what, server = name),
        }];
        lines.extend(why::unread(&server, server.label(), None, locale));
        lines.extend(obstacles.iter().map(|obstacle| obstacle.speak(locale)));
        if let Ok(grant) = policy.check(&asking.requester, action.capability(), &server, place) {
            lines.push(why::allowed_by(&grant, locale));
        }
        lines.extend(status::odd(&self.fleet.oddities(&server), locale));
        let protected = approval.is_some();
        lines.extend(approval);
        lines.extend(waived.map(|(protection, mark)| why::waived(&protection, &mark, locale)));
        lines.extend(why::reasons(&policy, action, &server, locale));
        let accent = match (obstacles.is_empty(), protected) {
            (false, _) => Accent::Bad,
            (true, true) => Accent::Warning,
            (true, false) => Accent::Good,
        };
        let mut blocks = vec![Block::Text(lines.join("\n"))];
        blocks.extend(deed.into_iter().flat_map(|deed| described(&deed, locale)));
        blocks.push(Block::Text(small(&say!(locale, "plan-nothing-changed"))));
        Ok(Message::framed(accent, blocks).into())
    }

    /// Everything that would refuse it now, but for what the plan itself runs into.
    async fn obstacles(&self, asking: &Asker, server: &Server, action: Action) -> Vec<Refusal> {
        let right = self.may(asking, action.capability(), server).map(drop);
        let mut found = vec![right, asking.bot_can_report()];
        let kind = kind_of(action);
        found.push(self.not_paused(asking, kind).await);
        if !kind.is_always_open() {
            found.push(self.would_let(server).await);
        }
        found.push(self.not_held(server, kind).await);
        found.into_iter().filter_map(Result::err).collect()
    }

    /// What the action would do now, by the reads that it would make.
    async fn deed(&self, asking: &Asker, server: &Server, action: Action) -> Result<Deed, Refusal> {
        let locale = asking.locale;
        let aim = match action {
            Action::Rescue => {
                Aim::Enable { wanted: Wanted::ByOs, email: None, ssh_key: None, lease: self.settings.lease }
            }
            Action::Restore => self.aim_now(server, Aim::Restore(Back::Recorded)).await?,
            Action::Reboot => Aim::Reboot,
            Action::Console => return self.console_deed(server).await,
        };
        let (proposal, beside) = self.proposal_beside(server, aim).await?;
        let mut about = vec![say!(locale, "plan-boots-into", into = confirmation::into(&proposal.plan, locale))];
        let lease = self.lookout.lease(server).await?;
        about.extend(confirmation::in_rescue(&proposal, lease.as_ref(), asking.requester.user, locale));
        about.extend(match &proposal.wish {
            Wish::Enable(_) => starts::displaced(proposal.plan.before.boot.as_ref(), lease.as_ref(), locale),
            Wish::Reboot { into } => starts::dead_end(into.as_ref(), locale),
            _ => None,
        });
        about.extend(starts::instead(&proposal.wish, locale));
        if let Wish::Restore { despite, .. } | Wish::PutBack { despite, .. } = &proposal.wish {
            about.extend(despite.iter().map(|difference| starts::difference(difference, locale)));
        }
        about.extend(proposal.remarks.iter().map(|remark| starts::remark(remark, locale)));
        about.extend(others::lines(&beside, locale));
        let calls = exact::of(&server.name, &proposal.wish, &proposal.plan, &self.settings.secret_from);
        Ok(Deed { about, calls, on_request: Vec::new() })
    }

    async fn console_deed(&self, server: &Server) -> Result<Deed, Refusal> {
        let calls = self.fleet.console_calls(server, ConsoleMinutes::Fifteen, None).await;
        let calls = calls.map_err(|error| Refusal::from_plan(error, server.label()))?;
        if calls.is_empty() {
            return Err(Refusal::Problem(Box::new(Problem::NoConsole), server.label().to_owned()));
        }
        Ok(Deed { about: Vec::new(), calls, on_request: vec![exact::of_session_reset(&server.name)] })
    }
}

fn described(deed: &Deed, locale: Locale) -> Vec<Block> {
    let about = (!deed.about.is_empty()).then(|| Block::Text(deed.about.join("\n")));
    let calls = exact_calls::block(&deed.calls, Readers::Asker, locale);
    let calls = Block::Text(format!("{}\n{calls}", say!(locale, "plan-calls")));
    let on_request = (!deed.on_request.is_empty()).then(|| {
        let calls = exact_calls::block(&deed.on_request, Readers::Asker, locale);
        Block::Text(format!("{}\n{calls}", say!(locale, "plan-free-sessions")))
    });
    about.into_iter().chain([Block::Separator, calls]).chain(on_request).collect()
}

/// The kind of operation that an action is.
fn kind_of(action: Action) -> Kind {
    match action {
        Action::Rescue => Kind::Enable,
        Action::Restore => Kind::Restore,
        Action::Reboot => Kind::Reboot,
        Action::Console => Kind::Console,
    }
}
