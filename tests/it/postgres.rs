//! On PostgreSQL: the promises hold as they do on a file, with one replica and with several.

#[expect(dead_code, reason = "standbys and snapshots are for the store's own tests")]
pub(crate) mod cluster;
mod away;
mod moving;
mod promises;
mod replicas;
mod rolling;
mod stopped;

use std::cell::Cell;

use bernard_domain::operation::Kind;

use crate::{
    bot::{TestBot, TestConfig, db_1, web_1},
    crash::{Guard, Moment, every_step},
    kill::a_rescue_and_a_restore_under_fire,
    main_job::there_and_back,
};

/// Where the store of a story is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// An SQLite file.
    File,
    /// A PostgreSQL database.
    Postgres,
    /// The same, where another replica carries on what one leaves that dies.
    Replicas,
}

impl Base {
    /// The URL of a new database; `None`: a file does.
    pub(crate) async fn database(self) -> Option<String> {
        match self {
            Self::File => None,
            Self::Postgres | Self::Replicas => crate::prepared::database().await,
        }
    }
}

thread_local! {
    /// Where the story of this thread is kept.
    static BASE: Cell<Base> = const { Cell::new(Base::File) };
}

/// Tells a story on PostgreSQL that is told on a file too: the very same function.
fn on_postgres(story: fn()) {
    /// Whatever becomes of the story, the next one of this thread is kept in a file.
    struct Until;
    impl Drop for Until {
        fn drop(&mut self) {
            BASE.set(Base::File);
        }
    }
    if cluster::server().is_some() {
        let _until = Until;
        BASE.set(Base::Postgres);
        story();
    }
}

impl TestConfig {
    /// On a new database, if that is where this story is kept.
    pub(crate) async fn kept_where_the_story_is(self) -> Self {
        match self.postgres {
            Some(_) => self,
            None => Self { postgres: BASE.get().database().await, ..self },
        }
    }
}

/// The usual configuration, on a new database; `None`: there is no PostgreSQL here, which is said.
async fn configured() -> Option<TestConfig> {
    let url = crate::prepared::database().await?;
    Some(TestConfig { postgres: Some(url), ..TestConfig::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_slash_command_to_link_and_back_on_postgresql() {
    let Some(config) = configured().await else { return };
    there_and_back(&TestBot::with(config, [web_1(), db_1()]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_carries_on_and_nothing_happens_twice_on_postgresql() {
    let Some(config) = configured().await else { return };
    a_rescue_and_a_restore_under_fire(1, config).await;
}

/// The steps of a rescue, at each of the three moments.
fn crashes(moment: Moment) {
    crashes_of(Kind::Enable, moment, Base::Postgres);
}

/// The steps of one kind, at one of the three moments.
fn crashes_of(kind: Kind, moment: Moment, base: Base) {
    if cluster::server().is_some() {
        every_step(kind, moment, Guard::None, base);
    }
}

#[test]
fn a_rescue_survives_a_crash_before_the_effect_of_every_step_on_postgresql() {
    crashes(Moment::Before);
}

#[test]
fn a_rescue_survives_a_crash_after_the_effect_of_every_step_on_postgresql() {
    crashes(Moment::After);
}

#[test]
fn a_rescue_survives_a_crash_after_the_record_of_every_step_on_postgresql() {
    crashes(Moment::Recorded);
}
