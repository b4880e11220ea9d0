//! That something is durable now: it begins, or others are asked.

use bernard_domain::{locale::Locale, operation::Operation};
use bernard_text::{named, say};
use bernard_untrusted::shown::span::code;

use super::{approval_card, card_links::CardLinks, others};

/// It is durable now, so the person can be told: with a link to its card, once that stands.
pub(crate) fn accepted(operation: &Operation, links: &CardLinks, locale: Locale) -> String {
    let accepted = accepted_waiting(operation, locale).unwrap_or_else(|| {
        let (server, id) = (named(&operation.request.label), operation.id.to_string());
        match links.address(operation.id) {
            Some(card) => say!(locale, "accepted-card", id = id, server = server, card = card),
            None => {
                let channel = format!("<#{}>", operation.request.channel.0);
                say!(locale, "accepted", id = id, server = server, channel = channel)
            }
        }
    });
    let beside = operation.request.beside.iter().flat_map(|beside| others::works(&beside.works, locale));
    std::iter::once(accepted).chain(beside).collect::<Vec<_>>().join("\n")
}

/// It is durable now, and others are asked.
pub(crate) fn accepted_waiting(operation: &Operation, locale: Locale) -> Option<String> {
    let (round, _) = operation.open_round()?;
    Some(say!(
        locale,
        "accepted-waiting",
        id = operation.id.to_string(),
        server = named(&operation.request.label),
        count = round.approval.count,
        rule = code(&round.approval.rule),
        who = approval_card::mentions(&round.approval),
    ))
}
