//! The same on a terminal: a person types.

use sim::{discord::BOT_TOKEN, ovh};

use super::World;
use crate::terminal::Terminal;

/// What a terminal sends for the key.
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";

fn typed(text: &str) -> String {
    format!("{text}{ENTER}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_answers_is_asked_again_and_has_a_configuration() {
    let world = World::new().await;
    let (out, api_url, endpoint) = (world.out().display().to_string(), world.discord.url(), world.ovh.url());
    let mut terminal = Terminal::start(&["init", "--out", &out, "--api-url", &api_url, "--endpoint", &endpoint]);
    terminal.answers("The bot's token?", &typed("fake-other-token")).await;
    terminal.shows("refuses this token").await;
    terminal.answers("The bot's token?", &typed(BOT_TOKEN)).await;
    terminal.answers("Which guild shall be served?", ENTER).await;
    terminal.answers("Which roles may do something?", &format!(" {ENTER}")).await;
    terminal.answers("do?", ENTER).await;
    terminal.answers("In which channels are commands taken?", ENTER).await;
    terminal.answers("How shall Bernard prove itself?", ENTER).await;
    terminal.answers("The application's key?", &typed(ovh::APPLICATION_KEY)).await;
    terminal.answers("The application's secret?", &typed(ovh::APPLICATION_SECRET)).await;
    world.authorize().await;
    terminal.answers("Write them?", ENTER).await;
    assert_eq!(terminal.ends().await, Some(0), "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("ready") && !screen.contains("WRONG"), "{screen}");
    let text = std::fs::read_to_string(world.out()).expect("a text");
    for part in [sim::discord::GUILD, sim::discord::ROLE] {
        assert!(text.contains(&format!("\"{part}\"")), "{text}");
    }
    assert!(text.contains("can = [\"view\", \"reboot\", \"rescue\", \"restore\", \"console\"]"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_at_a_question_leaves_nothing() {
    let world = World::new().await;
    let (out, api_url) = (world.out().display().to_string(), world.discord.url());
    let mut terminal = Terminal::start(&["init", "--out", &out, "--api-url", &api_url]);
    terminal.answers("The bot's token?", CTRL_C).await;
    assert_eq!(terminal.ends().await, Some(130), "{}", terminal.screen());
    assert!(world.written().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_the_same_is_tried_again_and_nothing_is_asked_for_anew() {
    let world = World::new().await;
    let (out, token) = (world.out().display().to_string(), world.input("token", BOT_TOKEN).display().to_string());
    let nobody = "http://127.0.0.1:1";
    let mut terminal = Terminal::start(&["init", "--out", &out, "--api-url", nobody, "--discord-token-file", &token]);
    terminal.shows("Discord (http://127.0.0.1:1) cannot be reached").await;
    terminal.answers("Try that again?", &typed("n")).await;
    assert_eq!(terminal.ends().await, Some(130), "{}", terminal.screen());
    assert!(!terminal.screen().contains("The bot's token?"), "{}", terminal.screen());
    assert!(world.written().is_empty());
}
