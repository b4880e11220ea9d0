//! `/console`: a session on a server's screen, for the one who asks. It changes nothing, so nothing is to be confirmed.

use std::net::Ipv4Addr;

use bernard_domain::{
    access::Capability,
    console::ConsoleMinutes,
    locale::Locale,
    operation::{Kind, Wish},
};
use bernard_text::say;
use serenity::{builder::CreateCommandOption, model::application::CommandOptionType};

use super::{ConsoleOptions, Options, option, server, text};
use crate::{admission::guard::ApprovalMode, asker::Asker, context::Handler, refusal::Refusal, reply::Reply};

impl ConsoleOptions {
    pub(super) fn parse(options: &Options<'_>) -> Result<Self, Refusal> {
        Ok(Self { server: options.server()?, minutes: options.integer("minutes"), ip: options.text("ip") })
    }
}

/// The options as they are registered, in the contract's order.
pub(super) fn options() -> Vec<CreateCommandOption> {
    let minutes = option(CommandOptionType::Integer, "minutes", |l| say!(l, "option-minutes"));
    let minutes = ConsoleMinutes::ALL.into_iter().fold(minutes, |minutes, choice| {
        let name = |locale| say!(locale, "duration-minutes", count = choice.get());
        minutes.add_int_choice_localized(name(Locale::En), i32::from(choice.get()), [("fr", name(Locale::Fr))])
    });
    vec![server(), minutes, text("ip", |l| say!(l, "option-ip"))]
}

impl Handler {
    pub(super) async fn console(&self, asking: &Asker, typed: ConsoleOptions) -> Result<Reply, Refusal> {
        let locale = asking.locale;
        asking.bot_can_report()?;
        self.not_paused(asking, Kind::Console).await?;
        let minutes = match typed.minutes {
            None => ConsoleMinutes::Fifteen,
            Some(minutes) => ConsoleMinutes::from_minutes(minutes)
                .ok_or_else(|| Refusal::Typed("minutes", say!(locale, "typed-minutes")))?,
        };
        let ip = typed.ip.as_deref().map(|ip| check_ip(ip, locale)).transpose()?;
        let known = self.find(asking, &typed.server, Capability::Console).await?;
        let admitted = self.admit(asking, &known, Kind::Console).await?;
        self.not_held(&admitted.server, Kind::Console).await?;
        // Whoever approves sees the exact calls; for nobody else they need to be known yet.
        let calls = match admitted.protection {
            Some(_) => self.fleet.console_calls(&admitted.server, minutes, ip).await,
            None => Ok(Vec::new()),
        };
        let calls = calls.map_err(|error| Refusal::from_plan(error, admitted.server.label()))?;
        let guard = self.guard(asking, &admitted, ApprovalMode::None, calls)?;
        self.open_at_once(asking, &admitted, Wish::Console { minutes, ip }, guard).await
    }
}

/// The address as OVHcloud sees the person; one of a home or office network is none of those.
fn check_ip(typed: &str, locale: Locale) -> Result<Ipv4Addr, Refusal> {
    let inside = |ip: &Ipv4Addr| {
        let [first, second, ..] = ip.octets();
        let shared = first == 100 && (64..128).contains(&second);
        ip.is_private()
            || ip.is_loopback()
            || ip.is_link_local()
            || ip.is_unspecified()
            || ip.is_multicast()
            || ip.is_broadcast()
            || shared
    };
    let ip = typed.parse().ok().filter(|ip| !inside(ip));
    ip.ok_or_else(|| Refusal::Typed("ip", say!(locale, "typed-ip")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_ovhcloud_can_see() {
        assert_eq!(check_ip("203.0.113.7", Locale::En).ok(), Some(Ipv4Addr::new(203, 0, 113, 7)));
        for bad in [
            "192.168.1.2",
            "10.0.0.1",
            "172.16.3.4",
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "100.64.0.1",
            "169.254.1.1",
            "224.0.0.1",
            "2001:db8::1",
            "203.0.113.7/32",
            "localhost",
            "",
        ] {
            assert!(check_ip(bad, Locale::En).is_err(), "{bad}");
        }
    }
}
