//! What came out of the bot, and what was in it.

use std::io::Write;

use sim::{discord, log::Page, ovh};

use super::search::Secrets;
use crate::{alerts, bot::TestBot, sinks::receiver::TOKEN};

/// How the simulated Discord begins each interaction's token.
const INTERACTION_TOKEN: &str = "fake-interaction-token-";

/// What only the configuration may hold: who has it can read who is on duty.
pub(super) const FEED: &str = "fake-feed-token-of-the-rota";

/// The address of a schedule whose server always refuses, and a person for it.
pub(super) async fn refused_feed() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // An answer before the question would break the connection.
            let mut request = [0; 4096];
            tokio::io::AsyncReadExt::read(&mut stream, &mut request).await.ok();
            let answer = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.ok();
        }
    });
    format!(
        "[oncall]\nfeed = \"http://{address}/{FEED}/feed\"\nrefresh = \"50ms\"\n[[person]]\nuser = \"7\"\nfeed = [\"Ann\"]\n"
    )
}

/// From now on panics are written there too.
pub(super) fn take_panics(page: &Page) {
    let page = page.clone();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        page.clone().write_all(format!("\n{panic}\n").as_bytes()).ok();
        usual(panic);
    }));
}

/// What nobody may ever see: keys and tokens.
pub(super) fn keys(bot: &TestBot) -> Secrets {
    let mut secrets = Secrets::default();
    secrets.add("the bot's token", discord::BOT_TOKEN);
    secrets.add("the schedule's address", FEED);
    secrets.add("the application secret", ovh::APPLICATION_SECRET);
    secrets.add("the consumer key", ovh::CONSUMER_KEY);
    secrets.add("the OAuth2 client's secret", ovh::CLIENT_SECRET);
    secrets.add("the token of a sink", TOKEN);
    secrets.add("a machine's token", alerts::TOKEN);
    let mut tokens: Vec<String> = Vec::new();
    for seen in bot.ovh.journal().all() {
        tokens.extend(seen.header("authorization").and_then(|text| text.strip_prefix("Bearer ")).map(str::to_owned));
    }
    tokens.sort();
    tokens.dedup();
    tokens.iter().for_each(|token| secrets.add("an access token", token));
    // They all begin like this, and not even their beginning has a place anywhere.
    assert!(!interaction_tokens(bot).is_empty());
    secrets.add("an interaction's token", INTERACTION_TOKEN);
    secrets
}

/// What only the one who asked may see: the ids that open passwords, of which a link holds one, and the links of consoles.
pub(super) fn links(bot: &TestBot) -> Secrets {
    let mut secrets = Secrets::default();
    bot.ovh.secret_ids().iter().for_each(|id| secrets.add("a secret's id", id));
    bot.ovh.console_links().iter().for_each(|link| secrets.add("a console's link", link));
    secrets
}

/// The tokens in the paths of answers.
pub(super) fn interaction_tokens(bot: &TestBot) -> Vec<String> {
    let paths = bot.discord.journal().all().into_iter().map(|seen| seen.path);
    let mut tokens: Vec<String> = paths
        .filter(|path| path.contains("/interactions/") || path.contains("/webhooks/"))
        .filter_map(|path| path.split('/').find(|part| part.starts_with(INTERACTION_TOKEN)).map(str::to_owned))
        .map(|part| part.split('?').next().unwrap_or_default().to_owned())
        .collect();
    tokens.sort();
    tokens.dedup();
    tokens
}
