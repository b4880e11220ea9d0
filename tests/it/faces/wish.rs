//! What is asked for in the scenes, one of each kind.

use bernard_domain::{
    access::UserId,
    console::ConsoleMinutes,
    operation::{EnableWish, Ends, Kind, OperationId, Source, Wish, ticket::TicketWish},
    server::System,
};
use jiff::SignedDuration;

use super::boot;

pub(super) fn wish(kind: Kind, system: System) -> Wish {
    let kernel = match system {
        System::Windows => "rescue-customer-windows",
        System::Linux => "rescue12-customer",
    };
    match kind {
        Kind::Enable => Wish::Enable(EnableWish {
            into: boot(2, "rescue", kernel),
            system,
            email: None,
            ssh_key: None,
            lease: SignedDuration::from_hours(4),
            over: None,
        }),
        Kind::Restore => Wish::Restore {
            into: boot(1, "harddisk", "hd").into(),
            despite: Vec::new(),
            ends: Ends::default(),
            instead: None,
        },
        Kind::PutBack => Wish::PutBack { into: boot(1, "harddisk", "hd").into(), despite: Vec::new(), instead: None },
        Kind::Reboot => Wish::Reboot { into: Some(boot(1, "harddisk", "hd").into()) },
        Kind::Link => Wish::Link { sources: vec![Source::Mail] },
        Kind::Adopt => Wish::Adopt { lease: SignedDuration::from_hours(4) },
        Kind::HandOver => Wish::HandOver {
            lease: OperationId(141),
            from: UserId(200_000_000_000_000_001),
            to: UserId(200_000_000_000_000_002),
        },
        Kind::FreeSessions => Wish::FreeSessions { about: OperationId(141) },
        Kind::Ticket => Wish::Ticket(TicketWish {
            about: Some(OperationId(141)),
            subject: "ns1111111.ip-203-0-113.eu: a task failed [Bernard 00000000fake0000]".into(),
            body: "Your task 123456789 ended as \"ovhError\".".into(),
        }),
        Kind::Console => {
            Wish::Console { minutes: ConsoleMinutes::Fifteen, ip: Some(std::net::Ipv4Addr::new(203, 0, 113, 7)) }
        }
    }
}
