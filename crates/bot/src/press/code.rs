//! Six digits of a second factor, which a form brings: for an approval, and for a broken glass.

use bernard_domain::{
    audit::{Act, Entry},
    authorization::second_factor_of,
    operation::{
        Operation,
        approval::{Approval, Guard},
    },
    second_factor::Code,
    server::Server,
};
use bernard_engine::second_factor::{self, Attempt, Checked};
use bernard_platform::clock;
use bernard_store::{Card, GivenStep};
use bernard_text::say;
use bernard_untrusted::shown::span;

use crate::{
    asker::Asker,
    component::Button,
    context::Handler,
    refusal::{CodeRefusal, Refusal},
    render::button::Button as Drawn,
    reply::Reply,
};

/// Whether what a press asks for may go on.
pub(super) enum ByCode {
    /// No code is wanted.
    NotWanted,
    /// The code was right.
    Given(Box<GivenStep>),
    /// One is wanted: this opens the form, which a press that was answered already cannot.
    Wanted(Box<Reply>),
}

impl Handler {
    /// Whether an approval may be given: by the rule that was in force when others were asked, or by those of this moment.
    pub(super) async fn code_for_approval(
        &self,
        asking: &Asker,
        (operation, round): (&Operation, u32),
        server: &Server,
        code: Option<&Code>,
    ) -> Result<ByCode, Refusal> {
        let asked = operation.open_round().and_then(|(round, _)| round.approval.second_factor.clone());
        let now = second_factor_of(&self.policy.get(), operation, server).map(|rule| rule.to_string());
        let Some(rule) = asked.or(now) else { return Ok(ByCode::NotWanted) };
        let about = Entry::act(Act::CodeRefused, clock::now()).about(operation).under(rule.clone());
        let button = Button::ApproveByCode(operation.round(round), round).create(asking.locale);
        self.code(asking, code, (about, rule), button).await
    }

    /// The same for a glass that is broken by a card.
    pub(super) async fn glass_code(
        &self,
        asking: &Asker,
        card: &Card,
        guard: &Guard,
        code: Option<&Code>,
    ) -> Result<ByCode, Refusal> {
        let Guard::BrokenGlass { passed: Approval { second_factor: Some(rule), .. }, .. } = guard else {
            return Ok(ByCode::NotWanted);
        };
        let request = &card.request;
        let entry = Entry::act(Act::CodeRefused, clock::now()).on(&request.server).asking(request.kind().as_str());
        let about = entry.under(rule.clone());
        let button = Button::ConfirmByCode(card.id).create(asking.locale);
        self.code(asking, code, (about, rule.clone()), button).await
    }

    async fn code(
        &self,
        asking: &Asker,
        code: Option<&Code>,
        (entry, rule): (Entry, String),
        button: Drawn,
    ) -> Result<ByCode, Refusal> {
        let Some(code) = code else {
            let words = say!(asking.locale, "code-wanted", rule = span::code(&rule));
            return Ok(ByCode::Wanted(Box::new(Reply::with_buttons(words, vec![button]))));
        };
        let (person, channel) = (asking.requester.user, asking.channel);
        let attempt = Attempt { person, channel, entry: entry.by(person).at_place(channel) };
        let key = self.settings.second_factor_key.as_ref();
        match second_factor::check(&self.store, key, &attempt, code).await? {
            Checked::Right(given) => Ok(ByCode::Given(given)),
            Checked::Refused(why) => Err(Refusal::Code(CodeRefusal::NotTaken(why, person))),
        }
    }
}
