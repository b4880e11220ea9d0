//! The frame around a card, in random histories: it costs no edit, it always fits, and what rings has none.

use std::collections::HashMap;

use bernard_bot::render::{
    card::{self, LinkOut, Moment, Rescue},
    message::Look,
    ticket::Support,
};
use bernard_domain::{
    locale::Locale,
    mark::Mark,
    operation::{Operation, OperationId},
};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*, sample::Index};

use super::{
    arbitrary::request,
    histories::{history, pool},
};
use crate::faces::manner;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_cards_colour_changes_only_where_its_words_do_and_what_rings_stays_plain(
        request in request(),
        pool in pool(),
        choices in vec(any::<Index>(), 30),
        usual in proptest::option::of(1_i64..60).prop_map(|minutes| minutes.map(SignedDuration::from_mins)),
    ) {
        let now = Timestamp::UNIX_EPOCH;
        let moment = Moment { link: LinkOut::Never, dm: None, support: Support::Closed, usual, now };
        let mut operation = Operation::open(OperationId(1), Mark::default(), request.clone(), now);
        let mut colours = HashMap::new();
        for event in history(&request, &pool, &choices) {
            operation = operation.record(&event, now).expect("the history is legal");
            for message in card::messages(&operation, Rescue::default(), moment, manner(Locale::En)) {
                let framed = matches!(message.edited(), Look::Layout(_));
                prop_assert_eq!(framed, message.slot == "card", "{}", &message.slot);
                prop_assert!(message.rings.is_empty() || !framed, "{} rings", &message.slot);
                if let Some(accent) = message.frame {
                    let before = *colours.entry(message.digest()).or_insert(accent);
                    prop_assert_eq!(before, accent, "nothing would show it: {}", &message.message.content);
                }
            }
        }
    }
}
