//! The rules, each with what it is for, whom it binds, and lines that break and keep it.

use super::names::{Name, Seen};

/// A file (`clock.rs`), a module with all its parts (`discord/`), or a beginning (`discord/sender`).
#[derive(Clone, Copy)]
pub(crate) struct Place(pub(crate) &'static str);

/// Whom a rule binds.
pub(crate) enum Bound {
    /// These places, and nobody else.
    Only(&'static [Place]),
    /// Everybody but these.
    AllBut(&'static [Place]),
    /// Everybody.
    All,
}

/// Whether a rule also looks at what only tests see.
#[derive(PartialEq, Eq)]
pub(crate) enum Tests {
    /// They are bound too.
    Too,
    /// They may.
    Free,
}

/// Something that may not be named somewhere.
pub(crate) struct Rule {
    /// The rule and its reason.
    pub(crate) says: &'static str,
    bound: Bound,
    tests: Tests,
    forbids: fn(&Name) -> bool,
    /// Files and lines that break it.
    pub(crate) breaks: &'static [(&'static str, &'static str)],
    /// Files and lines that keep it.
    pub(crate) keeps: &'static [(&'static str, &'static str)],
}

impl Place {
    /// Whether a file belongs to it.
    pub(crate) fn holds(self, file: &str) -> bool {
        file.starts_with(self.0)
    }
}

impl Rule {
    /// Whether it binds a file.
    pub(crate) fn binds(&self, file: &str) -> bool {
        let among = |places: &[Place]| places.iter().any(|place| place.holds(file));
        match self.bound {
            Bound::Only(places) => among(places),
            Bound::AllBut(places) => !among(places),
            Bound::All => true,
        }
    }

    /// Whether it looks at a name at all.
    pub(crate) fn looks_at(&self, name: &Name) -> bool {
        self.tests == Tests::Too || name.seen == Seen::ByAll
    }

    /// Whether it forbids a name.
    pub(crate) fn forbids(&self, name: &Name) -> bool {
        (self.forbids)(name)
    }

    /// The places it speaks of.
    pub(crate) fn places(&self) -> &'static [Place] {
        match self.bound {
            Bound::Only(places) | Bound::AllBut(places) => places,
            Bound::All => &[],
        }
    }
}

/// Where a rule is broken today, by file and name. Whoever mends one removes it here; nothing is ever added.
pub(crate) const OWED: &[(&str, &str)] = &[];

/// What decides and does nothing.
const PURE: &[Place] = &[
    Place("access"),
    Place("audit"),
    Place("rescue/server.rs"),
    Place("rescue/console.rs"),
    Place("rescue/mark.rs"),
    Place("rescue/operation"),
    Place("rescue/event"),
    Place("rescue/hindrance.rs"),
    Place("rescue/state"),
    Place("rescue/approval.rs"),
    Place("rescue/step.rs"),
    Place("rescue/lease.rs"),
    Place("rescue/past.rs"),
    Place("rescue/reminder.rs"),
    Place("rescue/notice.rs"),
    Place("rescue/daily.rs"),
    Place("rescue/extension.rs"),
    Place("rescue/foreign.rs"),
    Place("rescue/known.rs"),
    Place("rescue/search.rs"),
    Place("rescue/calls.rs"),
    Place("rescue/needs.rs"),
    Place("rescue/pause.rs"),
    Place("rescue/sight.rs"),
    Place("rescue/others.rs"),
];

/// Libraries that wait, talk or remember.
const BUSY: [&str; 10] = [
    "tokio",
    "sqlx",
    "reqwest",
    "serenity",
    "twilight_gateway",
    "axum",
    "governor",
    "futures_util",
    "backon",
    "metrics",
];

/// Every rule of the house.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "what decides is pure: no async, no clock, no library that waits, talks or remembers",
        bound: Bound::Only(PURE),
        tests: Tests::Too,
        forbids: |name| {
            let busy = BUSY.iter().any(|library| name.starts(&[library]));
            let waits = name.starts(&["async"]) || name.starts(&["await"]);
            busy || waits || name.starts(&["crate", "clock"]) || name.starts(&["clock", "now"]) || reads_a_clock(name)
        },
        breaks: &[
            ("access.rs", "async fn check() {}"),
            ("access/rule.rs", "use crate::{clock, config};"),
            ("rescue/state.rs", "fn f() { Timestamp::now(); }"),
            ("rescue/step.rs", "use tokio::time;"),
            ("rescue/lease.rs", "use super::super::clock::now;"),
            ("rescue/event.rs", "#[cfg(test)] mod tests { use tokio::test; }"),
        ],
        keeps: &[
            ("access.rs", "//! Not async.\nuse jiff::Timestamp;"),
            ("rescue/runner.rs", "async fn f() { tokio::spawn(g()).await; }"),
            ("rescue/server.rs", "fn f() -> &'static str { \"async\" }"),
        ],
    },
    Rule {
        says: "what decides touches nothing outside: no files, network, processes, threads",
        bound: Bound::Only(PURE),
        tests: Tests::Too,
        forbids: |name| ["fs", "io", "net", "process", "thread", "env"].iter().any(|part| name.starts(&["std", part])),
        breaks: &[("rescue/operation.rs", "use std::{fmt, fs};"), ("access.rs", "fn f() { std::io::stdout(); }")],
        keeps: &[("rescue/operation.rs", "use std::{fmt, collections::BTreeMap};")],
    },
    Rule {
        says: "rescue never names discord: a channel is its way out",
        bound: Bound::Only(&[Place("rescue/")]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["crate", "discord"]) || name.starts(&["bernard", "discord"]),
        breaks: &[
            ("rescue/runner.rs", "use crate::discord::rest::Rest;"),
            ("rescue/desk.rs", "use crate::{clock, discord};"),
            ("rescue/steps/link.rs", "use super::super::super::discord::dm;"),
        ],
        keeps: &[("discord/card.rs", "use crate::discord::rest;"), ("rescue/errand.rs", "//! See [`crate::discord`].")],
    },
    Rule {
        says: "discord never imports ovh: it knows OVHcloud only as rescue tells it",
        bound: Bound::Only(&[Place("discord/")]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["crate", "ovh"]) || name.starts(&["bernard", "ovh"]),
        breaks: &[
            ("discord/card.rs", "use crate::{config::Locale, ovh::{Client, Error}};"),
            ("discord/command/enable.rs", "fn f() -> crate::ovh::Error {}"),
        ],
        keeps: &[("discord/refusal.rs", "use crate::rescue::plan::Error;"), ("rescue/plan.rs", "use crate::ovh;")],
    },
    Rule {
        says: "serenity stays at Discord's end",
        bound: Bound::AllBut(&[Place("discord/"), Place("http"), Place("app")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["serenity"]),
        breaks: &[
            ("access.rs", "use serenity::model::id::UserId;"),
            ("text/mod.rs", "fn f(id: serenity::all::UserId) {}"),
        ],
        keeps: &[
            ("discord/card.rs", "use serenity::builder::CreateEmbed;"),
            ("logging.rs", "const A: &str = \"serenity\";"),
        ],
    },
    Rule {
        says: "twilight's gateway stays in the gateway's thread",
        bound: Bound::AllBut(&[Place("discord/gateway")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["twilight_gateway"]),
        breaks: &[("discord/rest.rs", "use twilight_gateway::Shard;")],
        keeps: &[("discord/gateway/driver.rs", "use twilight_gateway::Shard;")],
    },
    Rule {
        says: "reqwest only where requests leave: OVHcloud's client and Discord's sender, so that no call goes past a budget",
        bound: Bound::AllBut(&[
            Place("ovh/"),
            Place("discord/sender"),
            Place("discord/rest.rs"),
            Place("discord/error.rs"),
        ]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["reqwest"]),
        breaks: &[("rescue/link.rs", "use reqwest::Client;"), ("discord/dm.rs", "fn f() { reqwest::get(\"x\"); }")],
        keeps: &[("ovh/client.rs", "use reqwest::Client;"), ("http/tests.rs", "use reqwest::Client;")],
    },
    Rule {
        says: "what builds a client of its own is OVHcloud's client or Discord's sender",
        bound: Bound::AllBut(&[Place("ovh/"), Place("discord/sender")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["reqwest", "Client"]) || name.starts(&["reqwest", "get"]),
        breaks: &[("discord/rest.rs", "use reqwest::{Client, Method};")],
        keeps: &[("discord/rest.rs", "use reqwest::{Method, header};"), ("ovh/auth.rs", "use reqwest::Client;")],
    },
    Rule {
        says: "governor only where a budget is held",
        bound: Bound::AllBut(&[Place("ovh/quota.rs"), Place("discord/sender"), Place("limits.rs")]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["governor"]),
        breaks: &[("ovh/client.rs", "use governor::Quota;")],
        keeps: &[("ovh/quota.rs", "use governor::Quota;")],
    },
    Rule {
        says: "sqlx only in the store: whoever writes the database writes events and the row they belong to together",
        bound: Bound::AllBut(&[Place("store/")]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["sqlx"]),
        breaks: &[("rescue/desk.rs", "fn f() { sqlx::query(\"DELETE\"); }")],
        keeps: &[("store/cards.rs", "use sqlx::Row;")],
    },
    Rule {
        says: "anyhow only at the edge: below it errors answer their caller's question",
        bound: Bound::AllBut(&[
            Place("main.rs"),
            Place("app"),
            Place("check/verb.rs"),
            Place("init.rs"),
            Place("demo.rs"),
        ]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["anyhow"]),
        breaks: &[("ovh/client.rs", "use anyhow::Context;")],
        keeps: &[("main.rs", "use anyhow::Context;")],
    },
    Rule {
        says: "the environment is read only by config, so that --help and the configuration's errors tell all there is",
        bound: Bound::AllBut(&[Place("config/")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["std", "env"]) || name.starts(&["env", "var"]),
        breaks: &[("logging.rs", "fn f() { std::env::var(\"RUST_LOG\"); }"), ("main.rs", "use std::{env, fs};")],
        keeps: &[("config/mod.rs", "use std::env;"), ("http.rs", "const A: &str = env!(\"CARGO_PKG_VERSION\");")],
    },
    Rule {
        says: "the simulators only in the demo: the program itself must not know that it is played with",
        bound: Bound::AllBut(&[Place("demo.rs")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["sim"]),
        breaks: &[("app.rs", "use sim::ovh::Ovh;"), ("http.rs", "fn f() { sim::web::cast::fleet(); }")],
        keeps: &[("demo.rs", "use sim::ovh::Ovh;"), ("http/tests.rs", "use sim::net;")],
    },
    Rule {
        says: "the wall clock is read in clock.rs only",
        bound: Bound::AllBut(&[Place("clock.rs")]),
        tests: Tests::Free,
        forbids: |name| reads_a_clock(name) && !name.has(&["Instant", "now"]),
        breaks: &[
            ("discord/card.rs", "fn f() { let now = jiff::Timestamp::now(); }"),
            ("store/leases.rs", "fn f() { std::time::SystemTime::now(); }"),
            ("rescue/runner.rs", "fn f() { Zoned::now(); }"),
        ],
        keeps: &[("clock.rs", "fn f() { Timestamp::now() }"), ("discord/sender.rs", "fn f() { Instant::now() }")],
    },
    Rule {
        says: "figures have their names in metrics.rs, beside the help that says their unit",
        bound: Bound::AllBut(&[Place("metrics.rs")]),
        tests: Tests::Free,
        forbids: |name| name.quotes("\"bernard_"),
        breaks: &[("ovh/quota.rs", "fn f() { metrics::counter!(\"bernard_waits_total\"); }")],
        keeps: &[
            ("metrics.rs", "const A: &str = \"bernard_paused\";"),
            ("ovh/quota.rs", "fn f() { metrics::counter!(crate::metrics::A); }"),
        ],
    },
    Rule {
        says: "no code redeems a secret: Bernard handles links, never passwords",
        bound: Bound::All,
        tests: Tests::Too,
        forbids: |name| name.quotes("secret/retrieve") || name.quotes("\"retrieve\""),
        breaks: &[
            ("ovh/client.rs", "const PATH: &str = \"/secret/retrieve\";"),
            ("ovh/mail.rs", "fn f() { url(&[\"secret\", \"retrieve\"]); }"),
        ],
        keeps: &[("ovh/mod.rs", "//! `POST /secret/retrieve` does not exist here.\nmod a;")],
    },
];

/// Whether a name asks any clock for the time.
fn reads_a_clock(name: &Name) -> bool {
    ["Timestamp", "SystemTime", "Zoned", "Instant"].iter().any(|clock| name.has(&[clock, "now"]))
}
