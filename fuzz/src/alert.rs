//! What monitoring sends, and who signed it.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use bernard_domain::{
    alert::{AlertSource, Offered},
    inventory::known::{Known, Servers},
    operation::ChannelId,
    server::{Server, ServiceName},
};
use bernard_proposals::{Source, auth::Auth, formats::Format};
use jiff::Timestamp;

/// A request of a machine's: what comes of it is of a server that is known, bounded and in sight; and nothing that is not signed is
/// genuine, whatever its headers say.
///
/// The first byte says which format it is in; the body follows, and is taken for the headers too.
pub fn alert(data: &[u8]) {
    static SERVERS: LazyLock<Servers> = LazyLock::new(servers);
    let Some((first, body)) = data.split_first() else { return };
    let (_, format) = Format::ALL[usize::from(*first) % Format::ALL.len()];
    if let Ok(received) = source(format).read(body, &SERVERS) {
        for placed in &received.alerts {
            assert!(SERVERS.get(&placed.server).is_some());
            let texts = [Some(&placed.alert.summary), placed.alert.link.as_ref()];
            for text in texts.into_iter().flatten() {
                assert!(text.chars().count() <= 200 && !text.chars().any(char::is_control), "{text:?}");
            }
        }
        assert!(!received.alerts.is_empty() && received.unknown.iter().all(|name| name.chars().count() <= 64));
    }
    let text = String::from_utf8_lossy(body);
    let parts: Vec<&str> = text.splitn(3, '\n').collect();
    let header = |name: &str| match name {
        "webhook-timestamp" | "x-time" => Some("1767225600"),
        "webhook-id" => parts.first().copied(),
        _ => parts.get(1).copied(),
    };
    let grafana = Auth::of_grafana("fake-secret-of-grafana".into(), "x-signature", "x-time").expect("a secret");
    for auth in [source(format).auth, grafana] {
        let now = Timestamp::from_second(1_767_225_600).expect("a moment");
        assert!(auth.check(&header, body, now).is_err(), "nobody signed this");
    }
}

fn source(format: Format) -> Source {
    let about = AlertSource {
        name: "fuzz".to_owned(),
        channel: ChannelId(1),
        offers: Offered::ALL.to_vec(),
        max_age: Duration::from_secs(3_600),
    };
    let auth = Auth::of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()).expect("a key");
    Source { about, format, auth, server_from: format.server_from() }
}

fn servers() -> Servers {
    let called = |name: &str, label: &str, ip: &str| {
        let name = ServiceName::try_from(name.to_owned()).expect("a name");
        let server = Server {
            display_name: Some(label.to_owned()),
            ip: Some(ip.to_owned()),
            ..Server::only_named(name, "main")
        };
        Arc::new(Known::new(server, None, None))
    };
    Servers::new(vec![
        called("ns1.example.net", "web-1", "203.0.113.1"),
        called("ns2.example.net", "web-2", "203.0.113.2"),
    ])
}
