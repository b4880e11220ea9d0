//! Looking for the link that leads to the rescue's password. What is found is a secret: it leaves this module only as one.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use super::{
    operation::Source,
    server::{QueryId, ServiceName, System},
    steps,
};
use crate::{
    clock::BootInstant,
    ovh::{self, MailId},
};

/// How much older than the intent a mail may look: OVHcloud's dates have whole seconds, and its mail comes from another machine.
const SLACK: SignedDuration = SignedDuration::from_secs(60);
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
    /// The link: whoever has it has the password, or the screen.
    pub link: SecretString,
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
}

/// The sources that refuse to be asked, with OVHcloud's words.
pub type Refused = BTreeMap<Source, ovh::Error>;

/// What a search remembers between two looks; only saves requests.
#[derive(Debug, Default)]
pub struct Memory {
    /// The mails that need no second reading.
    pub read: HashSet<u64>,
    /// The sources that refused.
    pub refused: Refused,
    /// When they were asked last.
    pub asked: Option<BootInstant>,
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
    error.is_refusal() && matches!(error.status(), Some(401 | 403 | 460)) && !steps::matter(error).is_the_accounts()
}

/// Looks once in each of `sources`, in order. One that cannot be read counts as one that has nothing.
pub async fn find(
    client: &ovh::Client,
    target: &Target,
    sources: &[Source],
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
            Source::Mail => from_mail(client, target, &mut memory.read).await.map(|id| Some((id?, None))),
            // A console leads to no password.
            Source::Console => Ok(None),
        };
        if id.is_ok() {
            look.refused.remove(source);
        }
        match id {
            Ok(Some((id, query))) => {
                look.found = Some(Found { source: *source, link: render(template, &id), query });
                break;
            }
            Ok(None) => {}
            Err(error) if is_by_right(&error) => drop(look.refused.insert(*source, error)),
            Err(error) => look.trouble = Some(error),
        }
    }
    memory.refused.clone_from(&look.refused);
    look
}

/// Only an entry of the rescue's own kind counts: an installed system's panels are listed too.
async fn from_authentication_secret(
    client: &ovh::Client,
    target: &Target,
) -> Result<Option<(SecretString, Option<QueryId>)>, ovh::Error> {
    let listed = client.authentication_secrets(&target.server).await?;
    let ours = listed.value.into_iter().find(|access| {
        let kind_fits = matches!(access.kind.as_str(), "RDP" | "SSH");
        kind_fits && access.user.as_deref() == Some(target.system.user())
    });
    let secret = ours.and_then(|access| access.secret).filter(|secret| is_id(secret.expose_secret()));
    Ok(secret.map(|secret| (secret, listed.query)))
}

async fn from_mail(
    client: &ovh::Client,
    target: &Target,
    read: &mut HashSet<u64>,
) -> Result<Option<SecretString>, ovh::Error> {
    let mut ids: Vec<u64> = client.mail_ids().await?.into_iter().map(|id| id.0).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let oldest_known = target.known_mails.iter().flatten().min().copied().unwrap_or(0);
    let known: HashSet<u64> = target.known_mails.iter().flatten().copied().collect();
    let unread = ids.into_iter().filter(|id| *id > oldest_known && !known.contains(id) && !read.contains(id));
    for id in unread.take(MAILS_AT_ONCE).collect::<Vec<_>>() {
        let mail = client.mail(MailId(id)).await?;
        read.insert(id);
        let names_it = mail.subject.contains(&format!("[{}]", target.server));
        let fresh = mail.date >= target.since - SLACK;
        if !names_it || !fresh {
            continue;
        }
        if let Some(found) = id_in_mail(mail.body.expose_secret()) {
            // It may have to be read again, should the process end before the DM is sent.
            read.remove(&id);
            return Ok(Some(found));
        }
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

fn render(template: &str, id: &SecretString) -> SecretString {
    SecretString::from(template.replace("{id}", id.expose_secret()))
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
        assert_eq!(link.expose_secret(), &format!("https://www.ovh.com/manager/secret/#?id={ID}"));
    }
}
