//! Whoever knocks, and however often: the bot goes on, and nobody else is kept waiting.

use tokio::net::TcpStream;

use crate::bot::TestBot;

/// More than a process usually may hold.
const IDLE: usize = 1_050;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_connections_keep_nobody_from_a_rescue() {
    // Both ends of them are in this process.
    bernard::process::raise_descriptors();
    if bernard::process::descriptors() < 4 * IDLE as u64 {
        return println!("skipped: this machine gives a process fewer descriptors than the story needs");
    }
    let mut bot = TestBot::new().await;
    let address = bot.app().address();
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(TcpStream::connect(address).await.expect("the door is there"));
    }
    let health = reqwest::get(bot.endpoint("/healthz")).await.expect("an answer");
    assert_eq!(health.status(), 200);
    bot.rescued(&bot.ann, "web-1").await;
    bot.restored(&bot.ann, "web-1").await;
    assert_eq!((bot.ovh.reboots("web-1"), bot.ovh.kernel_of("web-1").as_deref()), (2, Some("hd")));
    assert_eq!(reqwest::get(bot.endpoint("/readyz")).await.expect("an answer").status(), 200);
}
