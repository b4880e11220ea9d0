//! What happens to the end of a console's stuck sessions.

use bernard_domain::operation::{
    Intent,
    event::{Event, NoAnswer, NotDone, NotTaken, Taken},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{query, task, text, time};

pub(super) fn event() -> impl Strategy<Value = Event> {
    let why = select(vec![NotDone::Refused, NotDone::Unsent]);
    let intent = (time(), vec(task(), 0..4)).prop_map(|(at, known)| Intent { at, known });
    prop_oneof![
        Just(Event::SessionsPrepared),
        intent.prop_map(Event::SessionsIntended),
        (task(), option::of(query())).prop_map(|(task, query)| Event::SessionsAccepted(Taken { task, query })),
        (why, text(), option::of(query())).prop_map(|(why, said, query)| Event::SessionsNotDone(NotTaken {
            why,
            said,
            query
        })),
        (text(), option::of(query())).prop_map(|(said, query)| Event::SessionsUnknown(NoAnswer { said, query })),
    ]
}
