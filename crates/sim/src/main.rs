//! The far ends as a program of their own, for clients in other languages.
//!
//! What listens where is printed, one line each, as soon as it answers; SIGINT ends it. Without an address both listen on free ports.

use std::{
    error::Error,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use clap::Parser;
use sim::discord::{BOT_TOKEN, Discord, GUILD, Mentions, OPS, ROLE, control};
use sim::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY, Ovh, ServerSpec, Tempo};

/// A free port of this machine alone.
const FREE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Who may type commands from the beginning.
const PERSON: &str = "ann";

/// Runs the simulated far ends on loopback; both, on free ports, unless one is named.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where the simulated OVHcloud listens, such as 127.0.0.1:8081 (port 0: a free one).
    #[arg(long)]
    ovh: Option<SocketAddr>,
    /// Where the simulated Discord listens; its people are moved by `POST /_sim/slash` and the like.
    #[arg(long)]
    discord: Option<SocketAddr>,
    /// How long things take at OVHcloud.
    #[arg(long, value_enum, default_value_t = Pace::Shown)]
    pace: Pace,
}

/// How long things take.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Pace {
    /// Tens of milliseconds, for tests.
    Hurried,
    /// Seconds, for watching.
    Shown,
    /// Minutes, as measured on real servers.
    Real,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let (at_ovh, at_discord) = match (arguments.ovh, arguments.discord) {
        (None, None) => (Some(FREE), Some(FREE)),
        told => told,
    };
    if let Some(address) = at_ovh {
        ovh(address, arguments.pace).await?;
    }
    if let Some(address) = at_discord {
        discord(address).await?;
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}

async fn ovh(address: SocketAddr, pace: Pace) -> Result<(), Box<dyn Error>> {
    let ovh = Ovh::start_at(address).await?;
    ovh.tempo(match pace {
        Pace::Hurried => Tempo::HURRIED,
        Pace::Shown => Tempo::SHOWN,
        Pace::Real => Tempo::REAL,
    });
    for spec in ServerSpec::fleet() {
        ovh.add(spec);
    }
    println!("ovh {}", ovh.url());
    println!("ovh-token {}", ovh.token_url());
    println!("ovh-keys {APPLICATION_KEY} {APPLICATION_SECRET} {CONSUMER_KEY}");
    println!("ovh-oauth2 {CLIENT_ID} {CLIENT_SECRET}");
    Ok(())
}

async fn discord(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let discord = Discord::start_at(address, control::routes).await?;
    discord.role(ROLE, "ops", Mentions::Anybody);
    discord.person(PERSON, "en-GB", &[ROLE]);
    println!("discord {}", discord.url());
    println!("discord-token {BOT_TOKEN}");
    println!("discord-guild {GUILD}");
    println!("discord-role {ROLE}");
    println!("discord-person {PERSON}");
    println!("discord-channel {OPS}");
    println!("discord-public-key {}", discord.public_key());
    Ok(())
}
