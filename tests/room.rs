//! How much room the inventory takes: every byte that is asked for is counted, in a test binary of its own, so that neither the
//! pages of the program nor what other tests do is in the figure.

use std::{alloc::System, sync::Arc};

use bernard_domain::inventory::known::{Known, Servers};
use jiff::Timestamp;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const COUNT: usize = 10_000;
/// Measured were 1,220: twelve megabytes of the sixty that there are with ten thousand servers. What is asked for is the same on
/// every machine, so a quarter more is a change that somebody made.
const LIMIT: usize = 1_500;

/// A server as it reads with all that it can say of itself.
fn server(n: usize) -> Arc<Known> {
    let body = format!(
        r#"{{"name":"ns{n:07}.ip-203-0-113.eu","account":"main","display_name":"node-{n}","tags":{{"env":"prod",
        "team":"team-{}"}},"ip":"203.0.113.100","reverse":"ns{n:07}.ip-203-0-113.eu","os":"debian12_64","state":"ok",
        "power_state":"poweron","boot":1,"rescue_mail":null,"rescue_ssh_key":null,"monitoring":true,
        "no_intervention":false,"datacenter":"gra3"}}"#,
        n % 40
    );
    let read = serde_json::from_str(&body).expect("a server");
    Arc::new(Known::new(read, Some(Timestamp::UNIX_EPOCH), None))
}

#[test]
fn ten_thousand_servers_take_little_room() {
    let room = Region::new(COUNTED);
    let servers = Servers::new((0..COUNT).map(server).collect());
    let change = room.change();
    let each = (change.bytes_allocated - change.bytes_deallocated) / servers.known().count();
    assert!(each < LIMIT, "{each} bytes a server: all of them shall leave most of 60 MiB to others");
}
