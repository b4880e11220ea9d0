//! The card of a server's alerts: what a machine says, in code spans, since when, how often; and who said **Not now**.

use bernard_domain::{
    alert::{AlertCard, Closed, Offered},
    locale::Locale,
};
use bernard_text::{mention, named, say, since_epoch};
use bernard_untrusted::shown::span::code_within;

use super::{button::Button, message::Plain};
use crate::component::{Button as Meaning, OnAlert};

/// How much of what it says is shown: a phone's notification has room for less.
const SUMMARY: usize = 200;
/// How much of an address.
const LINK: usize = 200;

/// The card as it should look now.
pub(crate) fn alert_card(card: &AlertCard, locale: Locale) -> Plain {
    let mut lines = vec![headline(card, locale), from(card, locale)];
    if card.alerts > 1 {
        lines.push(say!(locale, "alert-counts", alerts = card.alerts, firing = card.firing, heard = heard(card)));
    } else if card.repeats > 0 {
        lines.push(say!(locale, "alert-heard", heard = heard(card)));
    }
    // As text: nobody taps on what a machine wrote.
    lines.extend(card.link.as_deref().map(|link| code_within(link, LINK)));
    lines.extend(ended(card, locale));
    Plain::with_buttons(lines.join("\n"), buttons(card, locale))
}

fn headline(card: &AlertCard, locale: Locale) -> String {
    let (server, summary) = (named(&card.label), code_within(&card.summary, SUMMARY));
    match (card.resolved, card.quieted, card.closed) {
        (Some(_), ..) => say!(locale, "alert-over", server = server, summary = summary),
        (None, Some(_), _) => say!(locale, "alert-quiet", server = server, summary = summary),
        (None, None, Some(_)) => say!(locale, "alert-replaced", server = server, summary = summary),
        (None, None, None) => say!(locale, "alert-firing", server = server, summary = summary),
    }
}

fn from(card: &AlertCard, locale: Locale) -> String {
    say!(locale, "alert-from", source = code_within(&card.source, SUMMARY), when = since_epoch(card.began))
}

/// How often something was heard in all.
fn heard(card: &AlertCard) -> u32 {
    card.alerts.saturating_add(card.repeats)
}

fn ended(card: &AlertCard, locale: Locale) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some((by, _)), Some(until)) = (card.quieted, card.quiet_until()) {
        lines.push(say!(locale, "alert-quieted-by", who = mention(by), until = since_epoch(until)));
    }
    lines.extend(card.resolved.map(|at| say!(locale, "alert-over-since", when = since_epoch(at))));
    if card.closed == Some(Closed::Replaced) && card.resolved.is_none() {
        lines.push(say!(locale, "alert-newer-card"));
    }
    lines
}

/// What can be pressed: what is over or quiet offers nothing.
fn buttons(card: &AlertCard, locale: Locale) -> Vec<Button> {
    if !card.is_open() {
        return Vec::new();
    }
    let offered = card.offers.iter().map(|offered| match offered {
        Offered::Reboot => OnAlert::Reboot,
        Offered::Rescue => OnAlert::Rescue,
        Offered::Console => OnAlert::Console,
    });
    let all = offered.chain([OnAlert::Status, OnAlert::NotNow]);
    all.map(|what| Meaning::Alert(card.marked(), what).create(locale)).collect()
}

#[cfg(test)]
mod tests {
    use bernard_domain::{access::UserId, alert::AlertCardId, mark::Mark, operation::ChannelId, server::ServiceName};
    use jiff::Timestamp;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    fn card() -> AlertCard {
        AlertCard {
            id: AlertCardId(3),
            mark: Mark::new(),
            server: ServiceName::try_from("ns2.example.net".to_owned()).expect("a name"),
            label: "web-2".to_owned(),
            source: "alertmanager".to_owned(),
            channel: ChannelId(1),
            offers: Offered::ALL.to_vec(),
            summary: "HostDown: no answer".to_owned(),
            link: Some("https://monitoring.example/a".to_owned()),
            began: at(60),
            opened: at(61),
            heard: at(61),
            alerts: 1,
            firing: 1,
            repeats: 0,
            quieted: None,
            resolved: None,
            closed: None,
        }
    }

    fn labels(card: &AlertCard, locale: Locale) -> Vec<String> {
        alert_card(card, locale).buttons.into_iter().map(|button| button.label).collect()
    }

    #[test]
    fn a_card_says_what_of_which_server_since_when_and_offers_what_it_may() {
        let drawn = alert_card(&card(), Locale::En);
        assert_eq!(
            drawn.content,
            "🔔 **Alert** · `web-2` · `HostDown: no answer`\nFrom `alertmanager`, since <t:60:t> (<t:60:R>)\n`https://monitoring.example/a`"
        );
        assert_eq!(labels(&card(), Locale::En), ["Reboot…", "Rescue…", "Console…", "Status", "Not now"]);
        assert_eq!(
            labels(&AlertCard { offers: vec![Offered::Console], ..card() }, Locale::En),
            ["Console…", "Status", "Not now"]
        );
        assert_eq!(labels(&card(), Locale::Fr).len(), 5);
        let many = alert_card(&AlertCard { alerts: 12, firing: 9, repeats: 30, ..card() }, Locale::En).content;
        assert!(many.contains("12 alerts, 9 of them go on; heard 42 times"), "{many}");
        let again = alert_card(&AlertCard { repeats: 1, ..card() }, Locale::En).content;
        assert!(again.contains("Heard 2 times"), "{again}");
    }

    #[test]
    fn what_is_over_quiet_or_replaced_says_so_and_offers_nothing() {
        let quiet = AlertCard { quieted: Some((UserId(7), at(100))), ..card() };
        let over = AlertCard { resolved: Some(at(200)), ..card() };
        let both = AlertCard { resolved: Some(at(200)), ..quiet.clone() };
        let replaced = AlertCard { closed: Some(Closed::Replaced), ..card() };
        for (card, parts) in [
            (&quiet, &["🔕 **Not now** · `web-2`", "<@7>", "<t:3700:t>"][..]),
            (&over, &["✅ **Over** · `web-2`", "<t:200:t>"][..]),
            (&both, &["✅ **Over** · `web-2`", "<@7>", "<t:200:t>"][..]),
            (&replaced, &["`web-2`", "newer card"][..]),
        ] {
            let content = alert_card(card, Locale::En).content;
            for part in parts {
                assert!(content.contains(part), "{part}: {content}");
            }
            assert!(labels(card, Locale::En).is_empty());
        }
    }

    #[test]
    fn what_a_machine_wrote_stays_in_its_span() {
        let hostile = "@everyone <@&1> [tap](https://evil.example) ``` ` **bold** \n# big https://evil.example";
        let drawn = alert_card(
            &AlertCard {
                summary: hostile.to_owned(),
                label: hostile.to_owned(),
                link: Some(hostile.to_owned()),
                ..card()
            },
            Locale::En,
        );
        // Spans of one or two backticks only: what stands outside of them is ours.
        let mut outside = String::new();
        for line in drawn.content.lines() {
            let mut rest = line;
            while let Some(at) = rest.find('`') {
                outside.push_str(&rest[..at]);
                let fence = if rest[at..].starts_with("``") { "``" } else { "`" };
                let inner = &rest[at + fence.len()..];
                let end = inner.find(fence).expect("every span is closed");
                rest = &inner[end + fence.len()..];
            }
            outside.push_str(rest);
        }
        assert!(!outside.contains("evil") && !outside.contains("everyone") && !outside.contains("tap"), "{outside}");
        assert_eq!(drawn.content.lines().count(), 3);
    }
}
