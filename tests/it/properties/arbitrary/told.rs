//! Any letter and any lease.

use bernard_domain::{access::Capability, audit::sink_trouble::Trouble};

use super::*;

pub(in crate::properties) fn letter() -> impl Strategy<Value = Letter> {
    let to = prop_oneof![
        (user(), option::of(channel())).prop_map(|(person, or_in)| To::Person { person, or_in }),
        (channel(), option::of(user())).prop_map(|(channel, or_to)| To::Channel { channel, or_to }),
        (channel(), user(), channel()).prop_map(|(channel, or_to, and_in)| To::Call { channel, or_to, and_in }),
    ];
    let reminder =
        prop_oneof![Just(Reminder::Before), Just(Reminder::Deadline), any::<u32>().prop_map(Reminder::After)];
    let notice = prop_oneof![
        (operation_id(), time(), reminder).prop_map(|(lease, deadline, reminder)| Notice::Reminder {
            lease,
            deadline,
            reminder
        }),
        (operation_id(), text(), user()).prop_map(|(lease, label, owner)| Notice::ServerLeft { lease, label, owner }),
        (text(), user(), operation_id(), option::of(operation_id())).prop_map(|(label, owner, operation, lease)| {
            Notice::RestoredAtDeadline { label, owner, operation, lease }
        }),
        (operation_id(), text(), user(), user(), time())
            .prop_map(|(lease, label, owner, by, until)| Notice::Extended { lease, label, owner, by, until }),
        (operation_id(), text(), user(), user(), user()).prop_map(|(lease, label, from, to, by)| Notice::HandedOver {
            lease,
            label,
            from,
            to,
            by
        }),
        (doing(), text(), user(), user(), operation_id(), option::of(operation_id())).prop_map(
            |(doing, label, owner, by, operation, lease)| Notice::OthersDoing {
                doing,
                label,
                owner,
                by,
                operation,
                lease
            }
        ),
        (operation_id(), text(), user(), option::of(text()), any::<u64>(), any::<bool>()).prop_map(
            |(lease, label, owner, boot, task, remains)| Notice::LeftRescue {
                lease,
                label,
                owner,
                boot,
                task: TaskId(task),
                remains
            }
        ),
        (operation_id(), text(), user(), option::of(text()))
            .prop_map(|(lease, label, owner, boot)| { Notice::NetbootChanged { lease, label, owner, boot } }),
        (operation_id(), text(), user(), any::<u64>()).prop_map(|(lease, label, owner, task)| {
            Notice::RebootedByOthers { lease, label, owner, task: TaskId(task) }
        }),
        Just(Notice::Digest { day: jiff::civil::date(2026, 11, 22) }),
        (any::<u64>(), text(), option::of(any::<u64>())).prop_map(|(number, hash, lines)| Notice::AuditAnchor {
            number,
            hash,
            lines
        }),
        (user(), user(), text()).prop_map(|(person, of, label)| Notice::HelpAsked {
            person,
            of: Who::User(of),
            capability: Capability::Reboot,
            label: Some(label)
        }),
        user().prop_map(|person| Notice::CodesLocked { person }),
        (text(), trouble(), user()).prop_map(|(sink, trouble, admin)| Notice::SinkTrouble {
            sink,
            trouble,
            admins: vec![Who::User(admin)]
        }),
        (user(), text()).prop_map(|(by, reason)| Notice::Paused { by, reason }),
        user().prop_map(|by| Notice::Resumed { by }),
        (option::of(time()), any::<u32>(), any::<u32>()).prop_map(|(made, operations, leases)| Notice::CopyFound {
            made,
            operations,
            leases
        }),
        (text(), matter(), text(), operation_id(), text(), user()).prop_map(
            |(account, matter, said, operation, label, waiter)| Notice::AccountTrouble {
                account,
                matter,
                said,
                operation,
                label,
                waiter
            }
        ),
        (text(), user(), operation_id()).prop_map(|(label, person, operation)| Notice::DmStands {
            label,
            person,
            operation
        }),
        (user(), channel(), any::<u32>()).prop_map(|(person, channel, code)| Notice::Unshown { person, channel, code }),
        (text(), user(), operation_id(), channel(), select(vec![Unasked::NoMessage, Unasked::NoRing])).prop_map(
            |(label, person, operation, channel, because)| Notice::NobodyAsked {
                label,
                person,
                operation,
                channel,
                because
            }
        ),
    ];
    (to, notice).prop_map(|(to, notice)| Letter { to, notice })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        text().prop_map(|said| Trouble::Closed { said }),
        (any::<u64>(), text()).prop_map(|(number, said)| Trouble::Line { number, said }),
        any::<u64>().prop_map(|number| Trouble::Chain { number }),
    ]
}

fn doing() -> impl Strategy<Value = Doing> {
    select(vec![Doing::TakesOver, Doing::GivesBack, Doing::Ended, Doing::Rebooted])
}

fn seen() -> impl Strategy<Value = Seen> {
    let task = || any::<u64>().prop_map(TaskId);
    let sight = prop_oneof![
        (option::of(boot()), task()).prop_map(|(boot, task)| Sight::Left { boot, task }),
        option::of(boot()).prop_map(|boot| Sight::Leaving { boot }),
        task().prop_map(|task| Sight::Rebooted { task }),
    ];
    (option::of(sight), option::of(task())).prop_map(|(sight, stayed)| Seen { sight, stayed })
}

pub(in crate::properties) fn lease() -> impl Strategy<Value = Lease> {
    let whose = (operation_id(), service_name(), text(), text(), user(), channel());
    (whose, time(), time(), snapshot(), setting(), system(), (seen(), option::of(length()))).prop_map(
        |((operation, server, account, label, owner, channel), started, deadline, before, set, system, seen)| Lease {
            operation,
            mark: Mark::new(),
            server,
            account,
            label,
            owner,
            channel,
            started,
            deadline,
            before,
            set,
            system,
            found: Vec::new(),
            seen: seen.0,
            offset: seen.1,
        },
    )
}
