//! Real ports that follow a machine.

use std::{net::SocketAddr, time::Duration};

use sim::{
    net::PATIENCE,
    ovh::{Ovh, Port, Running, ServerSpec},
};
use tokio::{net::TcpStream, time::Instant};

async fn until_port(ovh: &Ovh, server: &str, wanted: impl Fn(Port) -> bool) -> Port {
    let end = Instant::now() + PATIENCE;
    loop {
        let port = ovh.port_of(server);
        if wanted(port) {
            return port;
        }
        assert!(Instant::now() < end, "{server} shows {port:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn answers(address: SocketAddr) -> bool {
    TcpStream::connect(address).await.is_ok()
}

#[tokio::test]
async fn a_port_answers_closes_in_the_dark_and_answers_again() {
    let ovh = Ovh::start().await;
    ovh.add(ServerSpec::windows("ns1111111.ip-127.eu").named("win").listening());
    let Port::Open(address) = until_port(&ovh, "win", |port| port != Port::Closed).await else {
        panic!("port 3389 of a loopback address of our own is not to be had")
    };
    assert_eq!(address.port(), 3389);
    assert!(answers(address).await);

    ovh.freeze();
    ovh.netboot_by_somebody("win", Some(230_243));
    ovh.reboot_by_somebody("win");
    ovh.advance(Duration::from_millis(120));
    assert_eq!(ovh.running_system("win"), Running::Dark);
    until_port(&ovh, "win", |port| port == Port::Closed).await;
    assert!(!answers(address).await);

    ovh.advance(Duration::from_millis(60));
    assert_eq!(ovh.running_system("win"), Running::WindowsRescue);
    until_port(&ovh, "win", |port| port == Port::Open(address)).await;
    assert!(answers(address).await);

    ovh.netboot_by_somebody("win", Some(230_242));
    ovh.reboot_by_somebody("win");
    ovh.advance(Duration::from_secs(1));
    // As an ordinary person, one may not have port 22; then that is said.
    let ssh = SocketAddr::from((address.ip(), 22));
    until_port(&ovh, "win", |port| port == Port::Open(ssh) || port == Port::Unavailable(ssh)).await;
    assert!(!answers(address).await);
}
