//! Who is there and what runs where when the curtain rises.

use std::time::Duration;

use crate::{
    discord::{Discord, Id, Mentions, ONCALL, OPS, Person, ROLE},
    ovh::{Ovh, ServerSpec, Tempo},
};

/// The role of the engineers; they do the work.
pub const ENGINEERS: Id = ROLE;
/// The role of those who may look, and nothing else.
pub const VIEWERS: Id = Id(400_000_000_000_000_002);
/// The role of those who approve what others ask for.
pub const LEADS: Id = Id(400_000_000_000_000_003);

/// The tag of the servers that a second person must approve.
pub const PROTECTED: (&str, &str) = ("env", "prod");

/// The server that can be given a boot script of its owners': the first, which every fleet has.
pub(super) const SCRIPTED: &str = "web-1";
/// The server that monitoring speaks of.
pub const ALERTED: &str = "web-2";

/// The kernel id of the Linux rescue in [`ServerSpec::linux`]'s list.
const LINUX_RESCUE: u64 = 218_949;
/// How long the simulated maintenance goes on: longer than anybody watches.
const MAINTENANCE: Duration = Duration::from_secs(24 * 60 * 60);

/// What somebody is there for; the page says it in their language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Is woken at night, and may do what is needed.
    OnCall,
    /// May look.
    Viewer,
    /// Is the second person where one is needed.
    Approver,
    /// Is on call too, and reads French.
    French,
}

impl Part {
    /// Its name on the wire between the page and its server.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::OnCall => "oncall",
            Self::Viewer => "viewer",
            Self::Approver => "approver",
            Self::French => "french",
        }
    }
}

/// A person of the page, and what they are there for.
#[derive(Clone, Debug)]
pub struct Member {
    /// The person.
    pub person: Person,
    /// What for.
    pub part: Part,
}

/// Who is on duty by the demo's schedule, and who after that: their names and ids.
pub const ON_DUTY: [[&str; 2]; 2] = [["Ann", "200000000000000001"], ["Camille", "200000000000000004"]];

/// Brings four people into the guild, who have said a word already.
pub fn people(discord: &Discord) -> Vec<Member> {
    discord.role(ENGINEERS, "engineers", Mentions::Anybody);
    discord.role(VIEWERS, "support", Mentions::Anybody);
    discord.role(LEADS, "leads", Mentions::Anybody);
    let member = |name, locale, roles: &[Id], part| Member { person: discord.person(name, locale, roles), part };
    let all = vec![
        member("Ann", "en-GB", &[ENGINEERS, ONCALL], Part::OnCall),
        member("Victor", "en-US", &[VIEWERS], Part::Viewer),
        member("Paula", "en-US", &[LEADS], Part::Approver),
        member("Camille", "fr", &[ENGINEERS, ONCALL], Part::French),
    ];
    for [name, id] in ON_DUTY {
        let is = |member: &Member| member.person.id().to_string() == id;
        debug_assert!(all.iter().any(is), "{name} is somebody else");
    }
    let general = discord.channel("general");
    all[2].person.says(general, "The new coffee machine is here. It has an API, please do not page anybody about it.");
    all[1].person.says(OPS, "web-1 has not come back since tonight's updates. Is anybody on call?");
    for member in &all {
        member.person.open_dms();
    }
    all
}

/// Rents a fleet of so many servers, of which the first seven have a story each.
pub fn fleet(ovh: &Ovh, count: u16) {
    let net = |number: u16| format!("ns31{number:05}.ip-203-0-113.eu");
    let (key, value) = PROTECTED;
    let mut specs = vec![
        ServerSpec::windows(&net(101)).named("web-1").tag("env", "staging").tag("team", "shop"),
        ServerSpec::windows(&net(102)).named("web-2").tag(key, value).tag("team", "shop"),
        ServerSpec::linux(&net(201)).named("db-1").tag("env", "staging").tag("team", "data"),
        ServerSpec::linux(&net(301)).named("build-1").tag("env", "test").booting(Some(LINUX_RESCUE)),
        ServerSpec::linux(&net(401)).named("mail-1").tag("env", "test").unmonitored(),
        ServerSpec::windows(&net(202)).named("sql-1").tag("env", "test").without_windows_rescue(),
        ServerSpec::linux(&net(501)).named("proxy-1").tag("env", "staging"),
    ];
    for number in 1..=count.saturating_sub(7) {
        let spec = match number % 3 {
            0 => ServerSpec::windows(&net(1_000 + number)),
            _ => ServerSpec::linux(&net(1_000 + number)),
        };
        specs.push(spec.named(&format!("node-{number:03}")).tag("env", "test"));
    }
    specs.truncate(usize::from(count));
    for spec in specs {
        ovh.add(spec);
    }
    if count >= 5 {
        ovh.tempo(Tempo { done: MAINTENANCE, ..Tempo::HURRIED });
        ovh.task_by_somebody("mail-1", "hardware_update");
    }
}
