//! Which ways on a refusal leaves.

use bernard_discord::fit::LABEL;
use bernard_domain::{
    access::{Capability, Denial, Who},
    locale::Locale,
    operation::event::Problem,
    server::ServiceName,
};
use bernard_engine::fleet::NotFound;
use bernard_text::{locale_of, say};
use bernard_untrusted::shown::{self, size::shorten};
use serenity::model::application::ComponentInteraction;

use super::{Help, Way};
use crate::{
    asker::Asker,
    command::Command,
    component::Button,
    context::Handler,
    refusal::Refusal,
    render::{button::Button as Drawn, message::Message, wording},
};

/// More candidates than these are not offered: they fit a screen, and what was typed can be made better.
const CANDIDATES: usize = 5;
/// How many roles and people can be asked from one refusal.
const ASKED: usize = 3;

/// What stands below a refusal.
struct Onward {
    words: String,
    ways: Vec<(String, Way)>,
}

impl Handler {
    /// What stands below the refusal of a press: what its command would have; or the same button, if OVHcloud did not answer.
    pub(crate) async fn ways_on_press(
        &self,
        press: &ComponentInteraction,
        button: Button,
        refusal: &Refusal,
    ) -> Option<Message> {
        if let Button::Way(way) = button {
            let asking = Asker::of_press(press, &self.settings.served_guild, &self.rest, None).await.ok()?;
            let typed = self.command_of(&asking, way).await?;
            return self.ways_on(&asking, &typed, refusal).await;
        }
        let locale = locale_of(&press.locale);
        let Refusal::Problem(problem, _) = refusal else { return self.to_its_card(refusal, locale).await };
        let again = || button.create(locale).labelled(say!(locale, "button-try-again"));
        matches!(**problem, Problem::Weather { .. })
            .then(|| Message::with_buttons(say!(locale, "ways-again"), vec![again()]))
    }

    /// What stands below this refusal of what was typed; `None` when there is nothing to offer.
    pub(crate) async fn ways_on(&self, asking: &Asker, typed: &Command, refusal: &Refusal) -> Option<Message> {
        let locale = asking.locale;
        if let Some(link) = self.to_its_card(refusal, locale).await {
            return Some(link);
        }
        let typed = &self.meant(asking, typed);
        let onward = match refusal {
            Refusal::Denied(denial, label) => {
                let label = label.clone().or_else(|| self.seen_label(asking, typed));
                self.helpers(denial, label.as_deref(), locale).await?
            }
            Refusal::Problem(problem, _) if matches!(**problem, Problem::HeldByOvhcloud { .. }) => {
                self.support(asking, typed)?
            }
            _ => found(typed, refusal, locale)?,
        };
        Some(Message::with_buttons(onward.words, self.way_buttons(asking, onward.ways).await))
    }

    /// The buttons of these ways for who asks, each with its label; they can be taken for a while.
    pub(crate) async fn way_buttons(&self, asking: &Asker, ways: Vec<(String, Way)>) -> Vec<Drawn> {
        let (labels, ways): (Vec<String>, Vec<Way>) = ways.into_iter().unzip();
        let ids = self.ways.offer(&self.store, asking.requester.user, ways).await;
        let button = |(id, label)| Button::Way(id).create(asking.locale).labelled(label);
        ids.into_iter().zip(labels).map(button).collect()
    }

    /// A link to the card of what is under way, where a refusal is about that.
    async fn to_its_card(&self, refusal: &Refusal, locale: Locale) -> Option<Message> {
        let id = match refusal {
            Refusal::Busy(operation) => operation.id,
            Refusal::UnderWay(id, _) => *id,
            _ => return None,
        };
        let links = self.card_links([id]).await.ok()?;
        let address = links.address(id)?.to_owned();
        let id = id.to_string();
        let link = Drawn::link(say!(locale, "button-open-card", id = id.as_str()), address);
        Some(Message::with_buttons(say!(locale, "ways-under-way", id = id.as_str()), vec![link]))
    }

    /// OVHcloud's support, of a server that OVHcloud itself holds, to whoever may ask it.
    fn support(&self, asking: &Asker, typed: &Command) -> Option<Onward> {
        let locale = asking.locale;
        let policy = self.policy.get();
        let may = policy.sight(&asking.requester, Capability::Ticket, asking.place.0);
        let server = self.fleet.find_among(&typed.server()?, may).ok()?;
        let ways = vec![(say!(locale, "button-ask-ovhcloud"), Way::Support(server.name.to_string()))];
        Some(Onward { words: say!(locale, "ways-support"), ways })
    }

    /// What people call the server that was typed, if who typed it may see it.
    fn seen_label(&self, asking: &Asker, typed: &Command) -> Option<String> {
        let policy = self.policy.get();
        let sees = policy.sight(&asking.requester, Capability::View, asking.place.0);
        let server = self.fleet.find_among(&typed.server()?, sees).ok()?;
        Some(server.label().to_owned())
    }

    /// Those who may do what was refused.
    async fn helpers(&self, denial: &Denial, label: Option<&str>, locale: Locale) -> Option<Onward> {
        let of: Vec<Who> = denial.could_help.iter().copied().take(ASKED).collect();
        if of.is_empty() {
            return None;
        }
        let mut ways = Vec::new();
        for who in &of {
            let help = Help { of: *who, capability: denial.capability, label: label.map(str::to_owned) };
            let name = self.name_of(*who).await.map(|name| shown::visible(&name));
            let words = match name {
                Some(name) => say!(locale, "button-ask", name = name),
                None => say!(locale, "button-ask-them"),
            };
            ways.push((shorten(&words, LABEL), Way::Ask(help)));
        }
        Some(Onward { words: say!(locale, "ways-ask", who = wording::each(&of)), ways })
    }
}

fn found(typed: &Command, refusal: &Refusal, locale: Locale) -> Option<Onward> {
    match refusal {
        Refusal::NoServer(_, NotFound::Unknown(near)) | Refusal::Unseen(_, _, near) => {
            candidates(typed, near.iter().map(String::as_str), locale)
        }
        Refusal::NoServer(_, NotFound::Ambiguous(all)) => {
            candidates(typed, all.iter().map(ServiceName::as_str), locale)
        }
        Refusal::NoServer(_, NotFound::Unreadable(_)) => Some(again(typed, locale)),
        Refusal::Problem(problem, _) => match &**problem {
            Problem::Weather { .. } => Some(again(typed, locale)),
            Problem::NoSuchRescue { wanted, has, .. } if has.iter().any(|kernel| is_linux(kernel)) => {
                let way = (wanted != "linux").then(|| typed.with_system("linux"))??;
                let label = say!(locale, "button-use-linux");
                Some(Onward { words: say!(locale, "ways-linux"), ways: vec![(label, Way::Command(Box::new(way)))] })
            }
            _ => None,
        },
        _ => None,
    }
}

fn candidates<'a>(typed: &Command, names: impl Iterator<Item = &'a str>, locale: Locale) -> Option<Onward> {
    let way = |name: &str| {
        let command = typed.for_server(name)?;
        Some((shorten(&shown::visible(name), LABEL), Way::Command(Box::new(command))))
    };
    let ways: Vec<_> = names.take(CANDIDATES).filter_map(way).collect();
    (!ways.is_empty()).then(|| Onward { words: say!(locale, "ways-near"), ways })
}

fn again(typed: &Command, locale: Locale) -> Onward {
    let label = say!(locale, "button-try-again");
    Onward { words: say!(locale, "ways-again"), ways: vec![(label, Way::Command(Box::new(typed.clone())))] }
}

/// Whether this kernel is a rescue of the Linux family.
fn is_linux(kernel: &str) -> bool {
    let kernel = kernel.to_ascii_lowercase();
    kernel.starts_with("rescue") && !kernel.ends_with("windows")
}
