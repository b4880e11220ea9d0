//! `[rescue]`: leases, and where the link to the password is looked for.

use std::time::Duration;

use bernard_domain::{duration::show, lease::reminder::OnDeadline, operation::Source};

use super::{
    problem::{At, Wrong},
    section::Section,
    source::{Form, Value},
    value,
};

/// `[rescue]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rescue {
    /// How long a rescue lasts unless its requester says otherwise, never longer than `max_lease`. Default: 4 h.
    pub lease: Duration,
    /// How long before the deadline its owner is reminded; of a rescue that is shorter than twice that, at half time. Default: 30 min.
    pub remind_before: Duration,
    /// Where the link is looked for, in this order; never empty, nothing twice, never the console. Default: both, the authentication secret first.
    pub secret_from: Vec<Source>,
    /// What a link is made of: an https URL with `{id}` in the place of the secret's id. Default: OVHcloud's.
    pub secret_link: String,
    /// How long the link is looked for. Default: 20 min.
    pub secret_timeout: Duration,
    /// Whether Bernard looks if port 3389 or 22 answers. Default: true.
    pub probe: bool,
    /// A lease never ends later than this from now. Default: 7 d, or `lease` if that is longer.
    pub max_lease: Duration,
    /// What happens when a lease ends. Default: the on-call role is told.
    pub on_deadline: OnDeadline,
    /// The domains that rescue mail may go to, in lower case, without `@`; empty (the default): any.
    pub email_domains: Vec<String>,
}

const HOUR: Duration = Duration::from_secs(3600);
const DEFAULT_LEASE: Duration = HOUR.saturating_mul(4);
const DEFAULT_MAX_LEASE: Duration = HOUR.saturating_mul(7 * 24);
const DEFAULT_REMINDER: Duration = Duration::from_secs(30 * 60);
const DEFAULT_SECRET_TIMEOUT: Duration = Duration::from_secs(20 * 60);
const DEFAULT_SECRET_LINK: &str = "https://www.ovh.com/manager/secret/#?id={id}";

pub(super) fn read(section: &mut Section<'_>) -> Rescue {
    let Leases { lease, remind_before, max_lease } = leases(section);
    let secret_from = secret_from(section);
    let secret_link = section.read("secret_link", Form::Text, secret_link);
    let secret_timeout = section.read("secret_timeout", Form::Text, value::length);
    let probe = section.read("probe", Form::Toml, value::flag);
    let words = [("remind", OnDeadline::Remind), ("restore", OnDeadline::Restore)];
    let on_deadline = section.read("on_deadline", Form::Text, |value| value::word(value, &words));
    Rescue {
        lease,
        remind_before,
        secret_from,
        secret_link: secret_link.unwrap_or_else(|| DEFAULT_SECRET_LINK.to_owned()),
        secret_timeout: secret_timeout.unwrap_or(DEFAULT_SECRET_TIMEOUT),
        probe: probe.unwrap_or(true),
        max_lease,
        on_deadline: on_deadline.unwrap_or(OnDeadline::Remind),
        email_domains: section.list("email_domains", domain).unwrap_or_default(),
    }
}

struct Leases {
    lease: Duration,
    remind_before: Duration,
    max_lease: Duration,
}

/// Defaults make room for what is written. Where that contradicts itself, `max_lease` counts: any length is legal.
fn leases(section: &mut Section<'_>) -> Leases {
    let (at_lease, at_reminder) = (section.at_of("lease"), section.at_of("remind_before"));
    let lease = section.read("lease", Form::Text, value::length);
    let max_lease = section.read("max_lease", Form::Text, value::length);
    let remind_before = section.read("remind_before", Form::Text, value::length);
    if let (Some(lease), Some(max)) = (lease, max_lease)
        && lease > max
    {
        let what = format!("is {}, longer than max_lease, which is {}: that counts", show(lease), show(max));
        section.warn("lease", at_lease, Wrong::new(what, "shorten it or raise max_lease"));
    }
    let max_lease = max_lease.unwrap_or_else(|| DEFAULT_MAX_LEASE.max(lease.unwrap_or_default()));
    let lease = lease.unwrap_or(DEFAULT_LEASE).min(max_lease);
    if let Some(reminder) = remind_before {
        warn_if_at_once(section, at_reminder, reminder, lease);
    }
    Leases { lease, remind_before: remind_before.unwrap_or(DEFAULT_REMINDER), max_lease }
}

fn warn_if_at_once(section: &mut Section<'_>, at: At, reminder: Duration, lease: Duration) {
    if reminder >= lease {
        let what = format!("is {}, no shorter than a lease of {}", show(reminder), show(lease));
        section.warn("remind_before", at, Wrong::new(what, "the reminder comes at half time; shorten it"));
    }
}

fn secret_from(section: &mut Section<'_>) -> Vec<Source> {
    let words = [("authentication-secret", Source::AuthenticationSecret), ("mail", Source::Mail)];
    let at = section.at_of("secret_from");
    let problems = section.reader.problems.len();
    let Some(list) = section.list("secret_from", |value| value::word(value, &words)) else {
        return words.map(|(_, source)| source).to_vec();
    };
    let repeated = (1..list.len()).any(|index| list[..index].contains(&list[index]));
    if repeated {
        section.complain("secret_from", at, Wrong::new("names something twice", "name each source once"));
    } else if list.is_empty() && section.reader.problems.len() == problems {
        section.complain("secret_from", at, Wrong::new("is empty, so no link would ever be found", "name one source"));
    }
    list
}

fn secret_link(value: &Value) -> Result<String, Wrong> {
    let right = r#"write it like "https://www.ovh.com/manager/secret/#?id={id}""#;
    let text = value::text(value)?;
    let url = url::Url::parse(&text.replace("{id}", "id")).map_err(|_| Wrong::new("is not a URL", right))?;
    if url.scheme() != "https" && (url.scheme() != "http" || value::is_in_the_clear(url.as_str())) {
        return Err(Wrong::new("is not https", right));
    }
    match text.matches("{id}").count() {
        1 => Ok(text.to_owned()),
        0 => Err(Wrong::new("has no {id} in it", right)),
        _ => Err(Wrong::new("has {id} in it more than once", right)),
    }
}

fn domain(value: &Value) -> Result<String, Wrong> {
    let text = value::text(value)?.to_ascii_lowercase();
    let legal = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    if text.is_empty() || !text.chars().all(legal) || text.starts_with('.') || text.ends_with('.') {
        return Err(Wrong::new("is not a domain", r#"write what stands after the @, such as "example.com""#));
    }
    Ok(text)
}
