//! A question that only a person can answer, and the same once more to on-call.

use bernard_domain::{
    locale::Locale,
    operation::{Operation, event::NotDone, state::Phase},
};
use bernard_text::{mention, say};
use bernard_untrusted::shown::span::code;
use jiff::Timestamp;

use super::{because_line, requester};
use crate::{
    component::Button,
    render::{
        button, others,
        rendering::{ChannelStyle, Rendering, rendering, title},
        wording::{self, Headline},
    },
};

/// A question that only a person can answer; answered, it keeps its text and loses its buttons.
pub(super) fn asked(operation: &Operation, asked: u32, locale: Locale) -> Rendering {
    let facts = &operation.state.facts;
    let mut lines = vec![title(operation, &Headline::new("❓", say!(locale, "state-undecided")), locale)];
    let mut buttons = Vec::new();
    match &operation.state.phase {
        Phase::Undecided { candidates, .. } if asked == facts.asked => {
            lines.push(mention(operation.request.requester));
            lines.push(match (facts.not_done, candidates.len()) {
                _ if !facts.stopped_by.is_empty() => {
                    let works = others::works(&facts.stopped_by, locale).join("\n");
                    format!("{}\n{works}", say!(locale, "question-others"))
                }
                (Some(NotDone::Refused), _) => say!(locale, "question-again-refused"),
                (Some(NotDone::Unsent), _) => say!(locale, "question-again-unsent"),
                (None, 0) => match &facts.tasks_unread {
                    None => say!(locale, "question-none"),
                    Some(said) => say!(locale, "question-unread", said = code(said)),
                },
                (None, several) => say!(locale, "question-several", count = several),
            });
            lines.extend(because_line(operation, locale));
            lines.extend(facts.logged.map(|at| say!(locale, "question-logged", at = second(at))));
            lines.push(say!(locale, "question-choices"));
            buttons = choices(operation, asked, locale);
        }
        _ => lines.push(say!(locale, "question-answered")),
    }
    rendering(format!("ask-{asked}"), lines, buttons, requester(operation))
}

/// A moment with its second, shown by Discord in the reader's own time zone.
fn second(at: Timestamp) -> String {
    format!("<t:{}:T>", at.as_second())
}

fn choices(operation: &Operation, asked: u32, locale: Locale) -> Vec<button::Button> {
    let both = [Button::LeaveIt as fn(_, _) -> _, Button::RebootAgain];
    both.map(|button| button(operation.question(asked), asked).create(locale)).to_vec()
}

/// The same question to on-call, because nobody answered it in time; to its requester once more if nobody is on call.
pub(super) fn for_oncall(operation: &Operation, asked: u32, manner: ChannelStyle) -> Rendering {
    let (locale, requester) = (manner.locale, operation.request.requester);
    let called = manner.called(requester);
    let mut lines =
        vec![title(operation, &Headline::new("❓", say!(locale, "state-unanswered")), locale), wording::each(&called)];
    let open = matches!(operation.state.phase, Phase::Undecided { .. }) && asked == operation.state.facts.asked;
    let buttons = if open {
        lines.push(say!(locale, "question-unanswered", who = mention(requester)));
        lines.push(say!(locale, "question-choices"));
        choices(operation, asked, locale)
    } else {
        lines.push(say!(locale, "question-answered"));
        Vec::new()
    };
    rendering(format!("call-{asked}"), lines, buttons, called)
}
