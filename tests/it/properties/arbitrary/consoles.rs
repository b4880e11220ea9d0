//! What happens to consoles.

use bernard_domain::{console::Health, operation::event::Event};
use proptest::{option, prelude::*};

use super::{console_kind, query, task, text, time};

fn health() -> impl Strategy<Value = Health> {
    prop_oneof![
        Just(Health::Passes),
        text().prop_map(|said| Health::Fails { said }),
        text().prop_map(|said| Health::Unknown { said }),
    ]
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        console_kind().prop_map(|kind| Event::ConsoleFound { kind }),
        (task(), time(), option::of(query())).prop_map(|(task, until, query)| Event::ConsoleTestAsked {
            task,
            until,
            query
        }),
        health().prop_map(|health| Event::ConsoleTested { health }),
        console_kind().prop_map(|kind| Event::ConsoleChosen { kind }),
        (task(), option::of(query())).prop_map(|(task, query)| Event::ConsoleAsked { task, query }),
        time().prop_map(|until| Event::ConsoleOpened { until }),
    ]
}
