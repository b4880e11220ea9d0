//! Tickets and what happens to them, and what OVHcloud's log has.

use bernard_domain::operation::{
    event::{Event, NotDone},
    ticket::TicketWish,
};
use proptest::{option, prelude::*, sample::select};

use super::{operation_id, query, text, time};

pub(super) fn wish() -> impl Strategy<Value = TicketWish> {
    (option::of(operation_id()), text(), text()).prop_map(|(about, subject, body)| TicketWish { about, subject, body })
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let why = select(vec![NotDone::Refused, NotDone::Unsent]);
    prop_oneof![
        Just(Event::TicketPrepared),
        time().prop_map(|at| Event::RequestLogged { at }),
        time().prop_map(|at| Event::TicketIntended { at }),
        (any::<u64>(), option::of(query())).prop_map(|(number, query)| Event::TicketOpened { number, query }),
        (why, text(), option::of(query())).prop_map(|(why, said, query)| Event::TicketNotDone { why, said, query }),
        (text(), option::of(query())).prop_map(|(said, query)| Event::TicketUnknown { said, query }),
        any::<u64>().prop_map(|number| Event::TicketFound { number }),
        option::of(text()).prop_map(|trouble| Event::TicketNotFound { trouble }),
    ]
}
