//! The gateway as twilight sees it, and what happens in outages.

use serde_json::json;
use sim::discord::{OPS, Resumable};

use crate::bot::{Ear, stage};

#[tokio::test]
async fn a_client_identifies_once_and_hears_interactions() {
    let (discord, _, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    ann.try_slash(OPS, "help", ()).unwrap();
    assert_eq!(ear.next("INTERACTION_CREATE").await["data"]["name"], "help");
    assert_eq!((discord.gateway().identifies(), discord.gateway().connected()), (1, 1));
}

#[tokio::test]
async fn a_reset_is_followed_by_a_resume_that_brings_what_was_missed() {
    let (discord, _, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    discord.server().refuse().await;
    discord.gateway().reset_all();
    discord.gateway().wait_for_connected(0).await;
    ann.try_slash(OPS, "help", ()).unwrap();
    discord.server().accept_again().unwrap();
    assert_eq!(ear.next("INTERACTION_CREATE").await["data"]["name"], "help");
    assert_eq!((discord.gateway().identifies(), discord.gateway().resumes()), (1, 1));
}

#[tokio::test]
async fn op_7_and_op_9_lead_back_to_a_session() {
    let (discord, _, mut ear) = stage().await;
    discord.gateway().ask_to_reconnect();
    ear.next("RESUMED").await;
    discord.gateway().invalidate(Resumable::No);
    ear.next("READY").await;
    assert_eq!((discord.gateway().identifies(), discord.gateway().resumes()), (2, 1));
}

#[tokio::test]
async fn a_refused_resume_leads_to_an_identify() {
    let (discord, _, mut ear) = stage().await;
    discord.gateway().refuse_resumes();
    discord.gateway().close_all(4000);
    ear.next("READY").await;
    assert_eq!((discord.gateway().identifies(), discord.gateway().resumes()), (2, 0));
}

#[tokio::test]
async fn withheld_acknowledgements_end_the_connection() {
    let (discord, _, ear) = stage().await;
    drop(ear);
    discord.set_tempo(|tempo| tempo.heartbeat = std::time::Duration::from_millis(50));
    let mut ear = Ear::of(&discord);
    ear.next("READY").await;
    discord.gateway().stop_acknowledging();
    ear.until(discord.gateway().wait_for_resumes(1)).await;
    assert!(discord.gateway().heartbeats() > 0);
}

#[tokio::test]
async fn an_upgrade_that_is_never_answered_can_be_ended() {
    let (discord, _, mut ear) = stage().await;
    let hanging = discord.gateway().hang_upgrades();
    discord.gateway().close_all(4000);
    let hung = async {
        while hanging.hits() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await
        }
    };
    ear.until(hung).await;
    hanging.clear();
    discord.gateway().reset_all();
    ear.next("RESUMED").await;
}

#[tokio::test]
async fn a_final_close_code_ends_the_client() {
    let (discord, _, mut ear) = stage().await;
    discord.gateway().close_all(4014);
    let ended = async {
        use futures_util::StreamExt;
        while ear.shard.next().await.is_some() {}
    };
    tokio::time::timeout(sim::net::PATIENCE, ended).await.unwrap();
    assert_eq!(discord.gateway().connected(), 0);
}

#[tokio::test]
async fn what_does_not_parse_is_sent_as_it_is() {
    let (discord, _, mut ear) = stage().await;
    let ann = discord.person("ann", "en-GB", &[]);
    discord.dispatch_spoilt(&ann, OPS, "help", |json| json["data"]["name"] = json!(null));
    let spoilt = ear.next("INTERACTION_CREATE").await;
    assert!(serde_json::from_value::<::serenity::all::Interaction>(spoilt).is_err());
    discord.dispatch_raw("NEW_THING", &json!({ "what": 1 }));
    assert_eq!(ear.next("NEW_THING").await["what"], 1);
}
