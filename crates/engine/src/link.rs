//! Looking for the link that leads to the rescue's password. What is found is a secret: it leaves this module only as one.

pub mod kept;
mod mailbox;
pub(crate) mod searches;
mod secret_link;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use bernard_domain::{
    operation::Source,
    server::{QueryId, ServiceName, System},
};
use bernard_ovh as ovh;
use bernard_ovh::MailId;
use bernard_platform::clock::BootInstant;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use mailbox::Head;
pub use mailbox::Mailbox;
pub use secret_link::SecretLink;

use super::matter::matter;

/// How much older than the intent a mail may look: OVHcloud's dates have whole seconds, and its mail comes from another machine.
const SLACK: SignedDuration = SignedDuration::from_secs(60);
/// How many of the account's mails are remembered as older than the reboot: more than one page of any mailbox.
pub(super) const KNOWN_MAILS: usize = 500;
/// How many of the newest mails are read at most in one look: a busy account must not eat the budget.
const MAILS_AT_ONCE: usize = 20;

/// The rescue whose link is looked for.
#[derive(Clone, Debug)]
pub struct Target {
    /// The server.
    pub server: ServiceName,
    /// The rescue's family: it says which user counts.
    pub system: System,
    /// Mails that are older are another rescue's.
    pub since: Timestamp,
    /// The mails that were there before the reboot; `None` when they were not looked at.
    pub known_mails: Option<Vec<u64>>,
}

/// A link and where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where.
    pub source: Source,
    /// The link. It is in memory once, however many hold it: until it is taken, one serves all tries of one delivery.
    pub link: Arc<SecretLink>,
    /// OVHcloud's name for the request that made the secret; `None` when it was in a mail.
    pub query: Option<QueryId>,
}

/// What a look came to.
#[derive(Debug, Default)]
pub struct Look {
    /// The link, if it is there.
    pub found: Option<Found>,
    /// The sources that refuse to be asked, as long as nobody changes that.
    pub refused: Refused,
    /// What else did not work.
    pub trouble: Option<ovh::Error>,
    /// Why a mail could not be read, which may have been the one; it keeps nobody from reading the others.
    pub unread: Option<ovh::Error>,
}

/// The sources that refuse to be asked, with OVHcloud's words.
pub type Refused = BTreeMap<Source, ovh::Error>;

/// What a search remembers between two looks; only saves requests.
#[derive(Debug, Default)]
pub struct Memory {
    /// What is known of the account's mails.
    pub mails: Mails,
    /// The sources that refused.
    pub refused: Refused,
    /// When they were asked last.
    pub asked: Option<BootInstant>,
    /// When it looked last.
    pub looked: Option<BootInstant>,
}

impl Memory {
    /// How old a list of mails may be that serves this search too: half a poll, so that a search alone always has a list of its own;
    /// and a quarter of the time since its last look, so that one list serves a hundred that have to wait for their turns.
    pub fn list_within(&self, poll: Duration) -> Duration {
        let share = self.looked.map_or(Duration::ZERO, |looked| looked.elapsed() / 4);
        share.max(poll / 2)
    }
}

/// Whether a source that refused is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusing {
    /// It may have changed its mind.
    AreAsked,
    /// Not yet.
    AreLeft,
}

impl Look {
    /// Something that is found, or not there yet.
    pub fn of(found: Option<Found>) -> Self {
        Self { found, ..Self::default() }
    }

    /// All that did not work.
    pub fn troubles(&self) -> impl Iterator<Item = &ovh::Error> {
        self.refused.values().chain(&self.unread).chain(&self.trouble)
    }

    /// A place that could not be looked at.
    pub fn failed(source: Source, error: ovh::Error) -> Self {
        match is_by_right(&error) {
            true => Self { refused: BTreeMap::from([(source, error)]), ..Self::default() },
            false => Self { trouble: Some(error), ..Self::default() },
        }
    }
}

/// OVHcloud's words for all that refused, in one line; `None` if nothing did.
pub fn words<'a>(refused: impl IntoIterator<Item = &'a ovh::Error>) -> Option<String> {
    let words: Vec<String> = refused.into_iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Whether OVHcloud itself says that this may not be asked, though the key is good: asking again changes nothing.
fn is_by_right(error: &ovh::Error) -> bool {
    error.is_refusal() && matches!(error.status(), Some(401 | 403 | 460)) && !matter(error).is_the_accounts()
}

/// What is known of an account's mails while a link is looked for.
#[derive(Debug, Default)]
pub struct Mails {
    /// Those that need no second reading.
    read: HashSet<u64>,
    /// Those that could not be read: how often, and for how many looks they are left alone.
    bad: HashMap<u64, (u32, u32)>,
}

impl Mails {
    /// Whether a mail is worth a request now; one that could not be read is tried again after twice as many looks each time.
    fn is_due(&mut self, id: u64) -> bool {
        if self.read.contains(&id) {
            return false;
        }
        match self.bad.get_mut(&id) {
            Some((_, rest)) if *rest > 0 => {
                *rest -= 1;
                false
            }
            _ => true,
        }
    }

    fn could_not_be_read(&mut self, id: u64) {
        let (times, rest) = self.bad.entry(id).or_default();
        *times += 1;
        *rest = 1 << (*times).min(10);
    }
}

/// The mails of the account in which a link is looked for.
#[derive(Debug)]
pub struct MailSource {
    /// What all searches know of them.
    pub mailbox: Arc<Mailbox>,
    /// How old a list of them may be that serves this search too.
    pub within: Duration,
}

/// Looks once in each of `sources`, in order. One that cannot be read counts as one that has nothing.
pub async fn find(
    client: &ovh::Client,
    target: &Target,
    sources: &[Source],
    mails: &MailSource,
    template: &str,
    memory: &mut Memory,
    refusing: Refusing,
) -> Look {
    let mut look = Look { refused: memory.refused.clone(), ..Look::default() };
    for source in sources {
        if refusing == Refusing::AreLeft && memory.refused.contains_key(source) {
            continue;
        }
        let id = match source {
            Source::AuthenticationSecret => from_authentication_secret(client, target).await,
            Source::Mail => {
                let id = from_mail(client, target, mails, &mut memory.mails, &mut look.unread).await;
                id.map(|id| Some((id?, None)))
            }
            // A console leads to no password.
            Source::Console => Ok(None),
        };
        if id.is_ok() {
            look.refused.remove(source);
        }
        match id {
            Ok(Some((id, query))) => {
                look.found = Some(Found { source: *source, link: Arc::new(render(template, &id)), query });
                break;
            }
            Ok(None) => {}
            Err(error) if is_by_right(&error) => drop(look.refused.insert(*source, error)),
            Err(error) => look.trouble = Some(error),
        }
    }
    memory.refused.clone_from(&look.refused);
    memory.looked = Some(BootInstant::now());
    look
}

/// Only an entry of the rescue's own kind counts: an installed system's panels are listed too.
async fn from_authentication_secret(
    client: &ovh::Client,
    target: &Target,
) -> Result<Option<(SecretString, Option<QueryId>)>, ovh::Error> {
    let listed = client.authentication_secrets(&target.server).await?;
    let ours = listed.value.into_iter().filter(|access| {
        let kind_fits = matches!(access.kind.as_str(), "RDP" | "SSH");
        kind_fits && access.user.as_deref() == Some(target.system.user())
    });
    // One that cannot be read hides no other.
    let secret = ours.filter_map(|access| access.secret).find(|secret| is_id(secret.expose_secret()));
    Ok(secret.map(|secret| (secret, listed.query)))
}

/// A mail that cannot be read is noted and hides no other; why comes back in `bad`.
async fn from_mail(
    client: &ovh::Client,
    target: &Target,
    MailSource { mailbox, within }: &MailSource,
    mails: &mut Mails,
    bad: &mut Option<ovh::Error>,
) -> Result<Option<SecretString>, ovh::Error> {
    let turn = mailbox.turn(*within).await;
    let mut ids = match &turn {
        Some(turn) => turn.ids(client, *within).await?,
        None => mailbox.known_ids(),
    };
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let known: HashSet<u64> = target.known_mails.iter().flatten().copied().collect();
    // Only a list that had no room for more says anything of what is older: one odd id is not to hide all that come after it.
    let is_full = known.len() >= KNOWN_MAILS;
    let oldest_known = known.iter().min().copied().filter(|_| is_full).unwrap_or(0);
    // Without a date only its id tells that it came after the reboot.
    let is_fresh = |head: &Head| head.date.map_or(target.known_mails.is_some(), |date| date >= target.since - SLACK);
    let is_ours = |head: &Head| head.names(target.server.as_str()) && is_fresh(head);
    let may_be_ours = |id: u64| mailbox.head(id).map_or(turn.is_some(), |head| is_ours(&head));
    let new = ids.into_iter().filter(|id| *id > oldest_known && !known.contains(id));
    let unread = new.filter(|id| may_be_ours(*id) && mails.is_due(*id));
    let mut unread: Vec<u64> = unread.take(MAILS_AT_ONCE).collect();
    // What could not be read before comes last.
    unread.sort_by_key(|id| mails.bad.contains_key(id));
    for id in unread {
        let mail = match client.mail(MailId(id)).await {
            Ok(mail) => mail,
            Err(error) if error.is_of_one_thing() => {
                client.note(&error);
                mails.could_not_be_read(id);
                *bad = Some(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        let is_ours = is_ours(&mailbox.read(&mail));
        match id_in_mail(mail.body.expose_secret()).filter(|_| is_ours) {
            // It may have to be read again, should the process end before the DM is sent.
            Some(found) => return Ok(Some(found)),
            None => mails.read.insert(id),
        };
    }
    Ok(None)
}

/// The secret's id in a mail's text or HTML. The mail's own address is not trusted: only the id is taken.
pub fn id_in_mail(body: &str) -> Option<SecretString> {
    body.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')'))
        .filter(|word| word.starts_with("http") && word.contains("secret"))
        .filter_map(|word| {
            let (_, rest) = word.rsplit_once("id=")?;
            let end = rest.find(|c: char| !is_id_char(c)).unwrap_or(rest.len());
            Some(&rest[..end])
        })
        .find(|id| is_id(id))
        .map(|id| SecretString::from(id.to_owned()))
}

fn is_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// OVHcloud's ids are UUIDs; a little room is left, and none for anything that could break out of a link.
fn is_id(text: &str) -> bool {
    (8..=128).contains(&text.len()) && text.chars().all(is_id_char)
}

fn render(template: &str, id: &SecretString) -> SecretLink {
    SecretString::from(template.replace("{id}", id.expose_secret())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "11111111-2222-3333-4444-555555555555";

    fn found(body: &str) -> Option<String> {
        id_in_mail(body).map(|id| id.expose_secret().to_owned())
    }

    #[test]
    fn a_link_is_found_in_text_and_in_html_in_either_of_its_forms() {
        for body in [
            format!(" - password: https://www.ovh.com/manager/secret/#?id={ID}"),
            format!("<a href=\"https://www.ovh.com/manager/secret/#?id={ID}\">ici</a>"),
            format!("https://www.ovh.com/secret-as-a-service-ui/#!/secret-retrieve?id={ID}."),
            format!("Voir https://www.ovh.com/fr/ puis (https://www.ovh.com/manager/secret/#?lang=fr&id={ID})"),
        ] {
            assert_eq!(found(&body).as_deref(), Some(ID), "{body}");
        }
    }

    #[test]
    fn what_is_no_id_is_not_taken() {
        for body in ["", "no link", "https://www.ovh.com/manager/secret/#?id=", "https://example.com/?id=123456789"] {
            assert_eq!(found(body), None, "{body}");
        }
    }

    #[test]
    fn only_the_id_is_taken_from_a_mail() {
        let id = SecretString::from(ID.to_owned());
        let link = render("https://www.ovh.com/manager/secret/#?id={id}", &id);
        assert_eq!(link.expose_to_requester(), format!("https://www.ovh.com/manager/secret/#?id={ID}"));
    }
}
