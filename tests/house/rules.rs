//! The rules, each with what it is for, whom it binds, and lines that break and keep it.

use super::names::{Name, Seen};

/// A file (`src/main.rs`), a folder (`crates/ovh/src`), or a beginning (`crates/discord/src/sender`).
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

/// What decides and does nothing, and what it stands on.
const PURE: &[Place] = &[Place("crates/domain/src"), Place("crates/proposals/src"), Place("crates/untrusted/src")];

/// Every rule of the house that no manifest holds: which crate may know which is in `walls.rs`.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "what decides is pure: it does not wait, asks no clock and touches nothing outside",
        bound: Bound::Only(PURE),
        tests: Tests::Too,
        forbids: |name| {
            let waits = name.starts(&["async"]) || name.starts(&["await"]);
            let outside =
                ["fs", "io", "net", "process", "thread", "env"].iter().any(|part| name.starts(&["std", part]));
            waits || reads_a_clock(name) || (outside && !name.starts(&["std", "net", "IpAddr"]))
        },
        breaks: &[
            ("crates/domain/src/access.rs", "async fn check() {}"),
            ("crates/domain/src/operation/state.rs", "fn f() { Timestamp::now(); }"),
            ("crates/domain/src/lease.rs", "use std::{fmt, fs};"),
            ("crates/untrusted/src/shown.rs", "fn f() { std::io::stdout(); }"),
        ],
        keeps: &[
            ("crates/domain/src/access.rs", "//! Not async.\nuse jiff::Timestamp;"),
            ("crates/engine/src/runner.rs", "async fn f() { tokio::spawn(g()).await; }"),
            ("crates/domain/src/server.rs", "fn f() -> &'static str { \"async\" }"),
        ],
    },
    Rule {
        says: "what is drawn is a function of data: render asks nobody and waits for nothing",
        bound: Bound::Only(&[Place("crates/bot/src/render")]),
        tests: Tests::Free,
        forbids: |name| {
            let waits = name.starts(&["async"]) || name.starts(&["await"]);
            let asks = name.starts(&["bernard_discord", "Rest"]) || name.starts(&["bernard_discord", "rest"]);
            let keeps = name.starts(&["bernard_store", "Store"]) || name.has(&["bernard_engine", "fleet", "Fleet"]);
            let sends = name.starts(&["serenity"]) || name.starts(&["crate", "context"]);
            waits || asks || keeps || sends
        },
        breaks: &[
            ("crates/bot/src/render/card.rs", "async fn card() {}"),
            ("crates/bot/src/render/dm.rs", "use bernard_discord::{Rest, fit};"),
            ("crates/bot/src/render/rescue_list.rs", "use bernard_store::{Again, Store};"),
            ("crates/bot/src/render/dm/console.rs", "use serenity::builder::CreateMessage;"),
        ],
        keeps: &[
            ("crates/bot/src/render/card.rs", "//! No Store, no Rest.\nuse bernard_discord::fit;"),
            ("crates/bot/src/outbox/reporter.rs", "use bernard_store::Store;\nasync fn f() { g().await; }"),
        ],
    },
    Rule {
        says: "twilight's gateway stays in the gateway's thread",
        bound: Bound::AllBut(&[Place("crates/discord/src/gateway")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["twilight_gateway"]),
        breaks: &[("crates/discord/src/rest.rs", "use twilight_gateway::Shard;")],
        keeps: &[("crates/discord/src/gateway/driver.rs", "use twilight_gateway::Shard;")],
    },
    Rule {
        says: "what builds a client of its own is OVHcloud's client, Discord's sender, the schedule's feed or what traces and the audit \
               are sent with, so that no call goes past a budget",
        bound: Bound::AllBut(&[
            Place("crates/ovh/src"),
            Place("crates/discord/src/sender"),
            Place("crates/oncall/src/feed"),
            Place("crates/sinks/src/web.rs"),
            Place("src/traces.rs"),
        ]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["reqwest", "Client"]) || name.starts(&["reqwest", "get"]),
        breaks: &[("crates/discord/src/rest.rs", "use reqwest::{Client, Method};")],
        keeps: &[
            ("crates/discord/src/rest.rs", "use reqwest::{Method, header};"),
            ("crates/ovh/src/auth.rs", "use reqwest::Client;"),
        ],
    },
    Rule {
        says: "no path leads from what a machine sends to a call of OVHcloud: what hears it knows neither the client nor who has one",
        bound: Bound::Only(&[Place("src/http"), Place("crates/proposals/src")]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["bernard_ovh"]) || name.starts(&["bernard_engine"]),
        breaks: &[
            ("src/http/proposals.rs", "use bernard_engine::fleet::Fleet;"),
            ("src/http.rs", "fn f(client: bernard_ovh::Client) {}"),
        ],
        keeps: &[
            ("src/http/proposals.rs", "use bernard_domain::inventory::known::Servers;"),
            ("src/app/web.rs", "use bernard_engine::fleet::Fleet;"),
        ],
    },
    Rule {
        says: "governor only where a budget is held",
        bound: Bound::AllBut(&[
            Place("crates/ovh/src/quota"),
            Place("crates/discord/src/sender"),
            Place("crates/engine/src/limits.rs"),
        ]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["governor"]),
        breaks: &[("crates/ovh/src/client.rs", "use governor::Quota;")],
        keeps: &[("crates/ovh/src/quota.rs", "use governor::Quota;")],
    },
    Rule {
        says: "anyhow only at the edge: below it errors answer their caller's question",
        bound: Bound::AllBut(&[
            Place("src/main.rs"),
            Place("src/app"),
            Place("src/check/verb.rs"),
            Place("src/init.rs"),
            Place("src/demo.rs"),
        ]),
        tests: Tests::Too,
        forbids: |name| name.starts(&["anyhow"]),
        breaks: &[("crates/ovh/src/client.rs", "use anyhow::Context;")],
        keeps: &[("src/main.rs", "use anyhow::Context;")],
    },
    Rule {
        says: "the environment is read only by config, so that --help and the configuration's errors tell all there is",
        bound: Bound::AllBut(&[Place("crates/config/src")]),
        tests: Tests::Free,
        forbids: |name| {
            let own = name.starts(&["std", "env", "current_exe"]);
            (name.starts(&["std", "env"]) && !own) || name.starts(&["env", "var"])
        },
        breaks: &[
            ("src/logging.rs", "fn f() { std::env::var(\"RUST_LOG\"); }"),
            ("src/main.rs", "use std::{env, fs};"),
        ],
        keeps: &[
            ("crates/config/src/lib.rs", "use std::env;"),
            ("src/http.rs", "const A: &str = env!(\"CARGO_PKG_VERSION\");"),
        ],
    },
    Rule {
        says: "the simulators only in the demo: the program itself must not know that it is played with",
        bound: Bound::AllBut(&[Place("src/demo")]),
        tests: Tests::Free,
        forbids: |name| name.starts(&["sim"]),
        breaks: &[("src/app.rs", "use sim::ovh::Ovh;"), ("src/http.rs", "fn f() { sim::web::cast::fleet(); }")],
        keeps: &[("src/demo.rs", "use sim::ovh::Ovh;"), ("src/http/tests.rs", "use sim::net;")],
    },
    Rule {
        says: "the wall clock is read in clock.rs only",
        bound: Bound::AllBut(&[Place("crates/platform/src/clock.rs")]),
        tests: Tests::Free,
        forbids: |name| reads_a_clock(name) && !name.has(&["Instant", "now"]),
        breaks: &[
            ("crates/bot/src/render/card.rs", "fn f() { let now = jiff::Timestamp::now(); }"),
            ("crates/store/src/leases.rs", "fn f() { std::time::SystemTime::now(); }"),
            ("crates/engine/src/runner.rs", "fn f() { Zoned::now(); }"),
        ],
        keeps: &[
            ("crates/platform/src/clock.rs", "fn f() { Timestamp::now() }"),
            ("crates/discord/src/sender.rs", "fn f() { Instant::now() }"),
        ],
    },
    Rule {
        says: "figures have their names in metrics.rs, beside the help that says their unit",
        bound: Bound::AllBut(&[Place("crates/platform/src/metrics.rs")]),
        tests: Tests::Free,
        forbids: |name| name.quotes("\"bernard_"),
        breaks: &[("crates/ovh/src/quota.rs", "fn f() { metrics::counter!(\"bernard_waits_total\"); }")],
        keeps: &[
            ("crates/platform/src/metrics.rs", "const A: &str = \"bernard_paused\";"),
            ("crates/ovh/src/quota.rs", "fn f() { metrics::counter!(crate::metrics::A); }"),
        ],
    },
    Rule {
        says: "only the store, which writes the intent of a reboot, makes the proof that it is recorded",
        bound: Bound::AllBut(&[Place("crates/intent/src"), Place("crates/store/src/operations.rs")]),
        tests: Tests::Free,
        forbids: |name| name.has(&["before_writing"]),
        breaks: &[
            ("crates/ovh/src/reboot.rs", "fn f() { bernard_intent::before_writing(&name).written(); }"),
            ("crates/store/src/leases.rs", "use bernard_intent::{RecordedIntent, before_writing};"),
        ],
        keeps: &[
            ("crates/store/src/operations.rs", "use bernard_intent::{RecordedIntent, before_writing};"),
            ("crates/ovh/src/reboot.rs", "use bernard_intent::RecordedIntent;"),
            ("crates/ovh/src/tests.rs", "#[cfg(test)] mod tests { fn f() { bernard_intent::before_writing(&name); } }"),
        ],
    },
    Rule {
        says: "a link's text is taken out where the message is made that only its requester sees, and nowhere else",
        bound: Bound::AllBut(&[Place("crates/engine/src/link/secret_link.rs"), Place("crates/bot/src/render/dm")]),
        tests: Tests::Free,
        forbids: |name| name.has(&["expose_to_requester"]),
        breaks: &[
            ("crates/bot/src/render/card.rs", "fn f(link: &SecretLink) { say(link.expose_to_requester()); }"),
            ("crates/engine/src/steps/link.rs", "fn f() { found.map(SecretLink::expose_to_requester); }"),
        ],
        keeps: &[(
            "crates/bot/src/render/dm/console.rs",
            "fn f(link: &SecretLink) { say(link.expose_to_requester()); }",
        )],
    },
    Rule {
        says: "no code redeems a secret: Bernard handles links, never passwords",
        bound: Bound::All,
        tests: Tests::Too,
        forbids: |name| name.quotes("secret/retrieve") || name.quotes("\"retrieve\""),
        breaks: &[
            ("crates/ovh/src/client.rs", "const PATH: &str = \"/secret/retrieve\";"),
            ("crates/ovh/src/mail.rs", "fn f() { url(&[\"secret\", \"retrieve\"]); }"),
        ],
        keeps: &[("crates/ovh/src/lib.rs", "//! `POST /secret/retrieve` does not exist here.\nmod a;")],
    },
];

/// Whether a name asks any clock for the time.
fn reads_a_clock(name: &Name) -> bool {
    ["Timestamp", "SystemTime", "Zoned", "Instant"].iter().any(|clock| name.has(&[clock, "now"]))
}
