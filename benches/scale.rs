//! How much Bernard carries, and what each thing costs: `cargo bench --bench scale`. So many servers, so many operations under way in so many
//! channels, so many interactions a second for so long, on one replica with a file and on three with a PostgreSQL database; each also
//! at a tenth, so that it shows what grows with what.
//!
//! The replicas run as processes of their own between both simulators, with the configuration's own `[pace]`. While the operations are under way
//! each looks for a link that OVHcloud withholds: that is what a rescue does for most of its time, and what asks most.
//!
//! `cargo bench --bench scale -- --servers 10000 --operations 1000 --channels 50 --interactions 200 --seconds 600` takes over an hour.

#[path = "../tests/it/postgres/cluster.rs"]
#[expect(dead_code, reason = "stories ask more of it")]
mod cluster;
#[path = "scale/meters.rs"]
mod meters;
mod program;
#[path = "scale/stages.rs"]
mod stages;
#[path = "scale/world.rs"]
mod world;

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

use program::ours;
use stages::Figure;
use world::{Base, World};

/// How large a run is.
#[derive(Clone, Copy, Debug, Parser)]
struct Size {
    /// Servers in the account.
    #[arg(long, default_value_t = 10_000)]
    servers: usize,
    /// Operations under way at once.
    #[arg(long, default_value_t = 200)]
    operations: usize,
    /// Channels that they stand in.
    #[arg(long, default_value_t = 10)]
    channels: usize,
    /// Interactions a second.
    #[arg(long, default_value_t = 50)]
    interactions: usize,
    /// For how long, in seconds; as long again, a minute at most each, for nothing at all and for the operations alone.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
}

/// What is run.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    size: Size,
    /// On which store.
    #[arg(long, value_enum, default_value_t = On::Both)]
    on: On,
    /// How many replicas stand beside each other on the database.
    #[arg(long, default_value_t = 3)]
    replicas: usize,
    /// Leave the tenth out.
    #[arg(long)]
    no_tenth: bool,
    /// The program that is measured, such as the one that is shipped; without this, the one of this build.
    #[arg(long, default_value_os_t = ours())]
    program: PathBuf,
    /// What cargo says.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum On {
    /// One replica on a file.
    Sqlite,
    /// Several on a database.
    Postgres,
    /// One after the other.
    Both,
}

impl Size {
    fn tenth(self) -> Self {
        let tenth = |of: usize| of.div_ceil(10);
        let Self { servers, operations, channels, interactions, seconds } = self;
        Self {
            servers: tenth(servers),
            operations: tenth(operations),
            channels: tenth(channels),
            interactions: tenth(interactions),
            seconds,
        }
    }

    fn window(self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let sizes = if arguments.no_tenth { vec![arguments.size] } else { vec![arguments.size.tenth(), arguments.size] };
    let mut columns = Vec::new();
    for size in sizes {
        if arguments.on != On::Postgres {
            columns.push(run(size, "SQLite, 1 replica".to_owned(), Base::file(&arguments.program)).await);
        }
        if arguments.on != On::Sqlite {
            let title = format!("PostgreSQL, {} replicas", arguments.replicas);
            match Base::database(&arguments.program, arguments.replicas) {
                Some(base) => columns.push(run(size, title, base).await),
                None => return,
            }
        }
    }
    println!();
    table(&columns);
}

/// One run, told as it goes.
async fn run(size: Size, title: String, base: Base) -> (String, Vec<Figure>) {
    let Size { servers, operations, channels, interactions, seconds } = size;
    println!(
        "\n{title}: {servers} servers, {operations} operations in {channels} channels, {interactions} interactions a second for {seconds} s"
    );
    let figures = stages::all(&World::start(size, base).await, size).await;
    (format!("{title}, {operations} operations"), figures)
}

/// What all runs came to, beside each other.
fn table(columns: &[(String, Vec<Figure>)]) {
    let Some((_, first)) = columns.first() else { return };
    for (at, (title, _)) in columns.iter().enumerate() {
        println!("{}: {title}", letter(at));
    }
    print!("{:62}", "");
    columns.iter().enumerate().for_each(|(at, _)| print!("{:>10}", letter(at)));
    println!();
    for (row, figure) in first.iter().enumerate() {
        print!("{:62}", figure.name);
        columns.iter().for_each(|(_, figures)| print!("{:>10}", figures[row].shown()));
        println!();
    }
}

fn letter(at: usize) -> char {
    char::from(b'A' + u8::try_from(at).unwrap_or_default())
}
