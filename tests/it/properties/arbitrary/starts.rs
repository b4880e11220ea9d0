//! What servers start, and what else decides about them.

use bernard_domain::{
    operation::Difference,
    server::{
        BootId,
        start::{BootScript, Fact, Field, Instead, LeftOut, Start, Unfit},
    },
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{boot, text};

pub(super) fn start() -> BoxedStrategy<Start> {
    let script = "[ -~]{0,40}[a-z]".prop_filter_map("a script", BootScript::new);
    prop_oneof![boot().prop_map(Start::Netboot), script.prop_map(Start::Script)].boxed()
}

pub(super) fn facts() -> BoxedStrategy<Vec<Fact>> {
    let fact = prop_oneof![
        option::of(text()).prop_map(Fact::EfiBootloaderPath),
        option::of(text()).prop_map(Fact::RootDevice),
        any::<bool>().prop_map(Fact::Monitoring),
        any::<bool>().prop_map(Fact::NoIntervention),
    ];
    vec(fact, 0..4).boxed()
}

pub(super) fn fields() -> impl Strategy<Value = Vec<Field>> {
    let all = vec![
        Field::RescueMail,
        Field::RescueSshKey,
        Field::EfiBootloaderPath,
        Field::RootDevice,
        Field::Monitoring,
        Field::NoIntervention,
    ];
    vec(select(all), 0..3)
}

pub(super) fn instead() -> BoxedStrategy<Option<Instead>> {
    let why = prop_oneof![
        Just(Unfit::Rescue),
        Just(Unfit::PowerOff),
        Just(Unfit::Unreachable),
        Just(Unfit::Gone),
        text().prop_map(|said| Unfit::Unread { said }),
        Just(Unfit::Chosen),
    ];
    option::of((start(), why).prop_map(|(of, why)| Instead { of, why })).boxed()
}

pub(super) fn left_out() -> impl Strategy<Value = Vec<LeftOut>> {
    vec((any::<u64>(), text()).prop_map(|(id, said)| LeftOut { id: BootId(id), said }), 0..3)
}

pub(super) fn difference() -> impl Strategy<Value = Difference> {
    prop_oneof![
        option::of(start()).prop_map(Difference::Boot),
        Just(Difference::RescueMail),
        Just(Difference::RescueSshKey),
        Just(Difference::Field(Field::EfiBootloaderPath)),
    ]
}
