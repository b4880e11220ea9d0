//! The same on a terminal: a person types.

use std::{collections::BTreeMap, fs};

use rustix::process::Signal;
use sim::{discord::BOT_TOKEN, ovh};

use super::{World, without_a_policy};
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

/// The same flags on a terminal; what can be left away is asked for, unless `more` says otherwise.
fn on_a_terminal(flags: &BTreeMap<&'static str, String>, more: &[&str]) -> Terminal {
    let flags = flags.iter().flat_map(|(flag, value)| [*flag, value.as_str()]);
    Terminal::start(&["init"].into_iter().chain(flags).chain(more.iter().copied()).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_asked_for_again_before_anything_else() {
    let world = World::new().await;
    let mut flags = world.with_client();
    let out = flags.insert("--out", "/proc/bernard.toml".to_owned()).expect("a place");
    let mut terminal = on_a_terminal(&flags, &["--yes"]);
    terminal.shows("the folder /proc cannot be written").await;
    assert!(world.discord.journal().all().is_empty());
    terminal.answers("Where shall the configuration be written?", &typed(&out)).await;
    assert_eq!(terminal.ends().await, Some(0), "{}", terminal.screen());
    assert_eq!(world.written().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_in_the_end_can_be_tried_again_without_another_key() {
    let world = World::new().await;
    let mut terminal = on_a_terminal(&world.with_keys(), &[]);
    world.authorize().await;
    terminal.shows("Write them?").await;
    let taken = world.folder.path().join("bernard.consumer-key");
    fs::write(&taken, "somebody's").expect("it is written");
    terminal.types(ENTER);
    terminal.shows("cannot be written").await;
    fs::remove_file(&taken).expect("it is ours");
    terminal.answers("Try that again?", ENTER).await;
    assert_eq!(terminal.ends().await, Some(0), "{}", terminal.screen());
    assert_eq!((world.written().len(), world.ovh.asked_rules().len()), (4, 1), "one key was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_lacking_can_be_granted_meanwhile_and_nothing_is_typed_again() {
    let world = World::new().await;
    let refusal = without_a_policy(&world);
    let mut terminal = on_a_terminal(&world.with_client(), &["--yes"]);
    terminal.shows("no policy at OVHcloud").await;
    refusal.clear();
    terminal.answers("Try that again?", ENTER).await;
    assert_eq!(terminal.ends().await, Some(0), "{}", terminal.screen());
    assert!(!terminal.screen().contains("client id?"), "{}", terminal.screen());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_it_at_a_question_from_outside_has_the_terminal_as_it_was() {
    for signal in [Signal::INT, Signal::TERM] {
        let world = World::new().await;
        let mut terminal = on_a_terminal(&BTreeMap::from([("--out", world.out().display().to_string())]), &[]);
        assert!(terminal.is_for_lines());
        terminal.shows("The bot's token?").await;
        crate::bot::eventually("each key is read by itself", async || !terminal.is_for_lines()).await;
        terminal.send(signal);
        assert_eq!(terminal.ends().await, Some(130), "{}", terminal.screen());
        assert!(terminal.is_for_lines(), "{signal:?}");
        assert!(world.written().is_empty());
    }
}
