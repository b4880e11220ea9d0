//! What went wrong, in OVHcloud's own words, and what the caller may conclude from it.
//!
//! An [`Error`] can be shown to anyone: it never holds a header, a token, an address, a link or a body, and its `Debug`
//! holds nothing that its `Display` would not.

#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use bernard_domain::server::{QueryId, ServiceName};

/// What is done first by an account with OAuth2.
pub(super) const FOR_A_TOKEN: &str = "asking for an access token first";

/// One call that did not work. Reads as a sentence: "could not read the boots of `ns1…`: 403 NOT_GRANTED_CALL: … (query id …)".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    doing: String,
    server: Option<ServiceName>,
    before: Option<&'static str>,
    cause: Cause,
    query_id: Option<String>,
}

/// Why a call did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// OVHcloud, or something before it, answered with a status of 400 or more: see [`Answered::voice`].
    Answered(Box<Answered>),
    /// A redirect, which is never followed: following one could repeat a deed.
    Redirected {
        /// The status, 300 to 399 (or a stray 1xx).
        status: u16,
    },
    /// A success whose body cannot be understood.
    Unreadable(Unreadable),
    /// No connection could be made, so nothing was sent.
    NoConnection {
        /// What failed, in a few words.
        why: &'static str,
    },
    /// The answer did not come in time. Whether the request was carried out is unknown.
    TimedOut,
    /// The connection broke before the whole answer was there. Whether the request was carried out is unknown.
    Interrupted,
    /// The time within which the request could be sent had passed, so it was not sent.
    TooLate,
    /// The recorded intent was that of another server's reboot, so nothing was sent.
    NoIntent,
    /// Our own request budget had no room within the time that one waits for it, so nothing was sent.
    NoPermit,
    /// Whoever gives out the budget that several processes share does not answer, so nothing was sent.
    BudgetAway,
    /// OVHcloud asked for fewer requests (429), and for longer than one waits, so nothing was sent.
    AskedToWait {
        /// How long the account still stays away.
        wait: Duration,
    },
    /// The credentials were refused before the request could be made (OAuth2).
    NotAuthorised {
        /// OAuth2's word, such as `invalid_client`.
        code: String,
    },
}

/// Who gave an answer, as far as it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// OVHcloud itself: the answer is in its own form, `{errorCode, httpCode, message}` or `{class, message, details}`.
    Ovhcloud,
    /// Something in its place: a proxy's page, somebody else's JSON, nothing. It says nothing about the request.
    SomebodyElse,
}

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Who gave it.
    pub voice: Voice,
    /// The HTTP status, 400 or more. 460 is OVHcloud's own: the service has expired.
    pub status: u16,
    /// OVHcloud's `errorCode` or `class`.
    pub code: Option<String>,
    /// OVHcloud's own words: one line, at most 300 characters, links and ids taken out.
    pub message: Option<String>,
    /// The IAM actions that the credentials lack, if it names them.
    pub missing_rights: Vec<String>,
    /// How long it asks us to stay away.
    pub retry_after: Option<Duration>,
}

/// Why a successful answer cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A page for people: something between us and OVHcloud answered.
    Html,
    /// It ends too early.
    CutShort,
    /// It is larger than any answer we know.
    TooLong,
    /// It is not JSON.
    NotJson,
    /// A token was asked for, and it holds none and no reason that has to do with us.
    NotAToken,
    /// A value is missing or of the wrong type.
    Value {
        /// Where, such as `[0].bootId`; never the value itself.
        path: String,
    },
}

impl Error {
    pub(super) fn new(doing: &str, server: Option<&ServiceName>, failure: Failure) -> Self {
        let Failure { cause, query_id, before } = failure;
        Self(Box::new(Inner { doing: doing.to_owned(), server: server.cloned(), before, cause, query_id }))
    }

    /// The same without OVHcloud's own words, if they are not to be repeated.
    #[must_use]
    pub(super) fn without(mut self, unspeakable: impl Fn(&str) -> bool) -> Self {
        if let Cause::Answered(answered) = &mut self.0.cause
            && answered.message.as_deref().is_some_and(unspeakable)
        {
            answered.message = Some("(OVHcloud's words quote the boot script)".to_owned());
        }
        self
    }

    /// Why it did not work.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// What could not be done, as it completes "could not …".
    pub(super) fn doing(&self) -> &str {
        &self.0.doing
    }

    /// The fault is this one thing's: OVHcloud answered, and neither the account, its credentials nor the weather are to blame.
    pub fn is_of_one_thing(&self) -> bool {
        match &self.0.cause {
            Cause::Answered(answer) => !matches!(answer.status, 401 | 429) && !answer.blames_signature(),
            Cause::Unreadable(_) => true,
            _ => false,
        }
    }

    /// The server that the call was about, if it was about one.
    pub fn server(&self) -> Option<&ServiceName> {
        self.0.server.as_ref()
    }

    /// OVHcloud's id of the call (`X-Ovh-QueryID`), for its support.
    pub fn query_id(&self) -> Option<&str> {
        self.0.query_id.as_deref()
    }

    /// The same, as the audit has it.
    pub fn query(&self) -> Option<QueryId> {
        self.0.query_id.clone().map(QueryId::from)
    }

    /// The HTTP status of a refusal or a failure of OVHcloud's.
    pub fn status(&self) -> Option<u16> {
        self.0.cause.answered().map(|answer| answer.status)
    }

    /// OVHcloud's own words.
    pub fn message(&self) -> Option<&str> {
        self.0.cause.answered()?.message.as_deref()
    }

    /// Weather: the same call may well work later, with nobody doing anything.
    pub fn is_transient(&self) -> bool {
        self.0.cause.is_transient()
    }

    /// It was not asked at all: our own budget had nothing for it for as long as it could wait.
    pub fn is_for_want_of_a_permit(&self) -> bool {
        self.0.cause.is_for_want_of_a_permit()
    }

    /// OVHcloud said no (a 4xx in its own form, but for 408, 429 and 499): the same call will be refused again until somebody acts.
    pub fn is_refusal(&self) -> bool {
        self.0.cause.answered().is_some_and(|answer| answer.is_no() && answer.status != 429)
    }

    /// OVHcloud itself says that the object does not exist; a proxy's 404 page does not count.
    pub fn is_not_found(&self) -> bool {
        self.0.cause.answered().is_some_and(|answer| answer.is_no() && answer.status == 404)
    }

    /// The operator must look at the credentials: invalid, expired, or without the right for this call.
    pub fn is_credential(&self) -> bool {
        match &self.0.cause {
            Cause::NotAuthorised { .. } => true,
            Cause::Answered(answer) => answer.blames_credentials() || answer.blames_signature(),
            _ => false,
        }
    }

    /// The credentials are good, and have no right to this call.
    pub fn is_right(&self) -> bool {
        self.0.cause.answered().is_some_and(Answered::blames_rights)
    }

    /// It was OAuth2's token that could not be had, so the call itself was not made.
    pub fn is_about_token(&self) -> bool {
        self.0.before == Some(FOR_A_TOKEN)
    }

    /// OVHcloud refuses the signature, or its time: the clock or the secret is wrong.
    pub fn is_clock(&self) -> bool {
        self.0.cause.answered().is_some_and(Answered::blames_signature)
    }

    /// The service has expired and was not renewed (OVHcloud's status 460).
    pub fn is_expired_service(&self) -> bool {
        self.0.cause.answered().is_some_and(|answer| answer.is_no() && answer.status == 460)
    }

    /// The IAM actions that the credentials lack, such as `dedicatedServer:apiovh:reboot`; empty when none are named.
    pub fn missing_rights(&self) -> &[String] {
        self.0.cause.answered().map_or(&[], |answer| &answer.missing_rights)
    }

    /// Nobody knows whether OVHcloud carries it out, perhaps later: it is neither a refusal nor certainly unsent.
    pub fn may_have_happened(&self) -> bool {
        self.0.before.is_none() && self.0.cause.may_have_happened()
    }

    /// Whether it is certain that the request never left: no connection, no permit, no access token, or too late.
    pub fn is_unsent(&self) -> bool {
        self.0.before.is_some() || self.0.cause.is_unsent()
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { doing, before, cause, query_id, .. } = &*self.0;
        write!(f, "could not {doing}")?;
        if let Some(step) = before {
            write!(f, " ({step})")?;
        }
        write!(f, ": {cause}")?;
        match query_id {
            Some(id) => write!(f, " (query id {id})"),
            None => Ok(()),
        }
    }
}

impl Cause {
    fn answered(&self) -> Option<&Answered> {
        match self {
            Self::Answered(answer) => Some(answer),
            _ => None,
        }
    }

    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Answered(answer) => !answer.is_no() || answer.status == 429,
            Self::Unreadable(why) => why.is_transient(),
            Self::Redirected { .. } | Self::NoConnection { .. } | Self::TimedOut | Self::Interrupted => true,
            Self::NoPermit | Self::BudgetAway | Self::AskedToWait { .. } => true,
            Self::TooLate | Self::NoIntent | Self::NotAuthorised { .. } => false,
        }
    }

    pub(super) fn is_for_want_of_a_permit(&self) -> bool {
        matches!(self, Self::NoPermit | Self::BudgetAway)
    }

    fn is_unsent(&self) -> bool {
        match self {
            Self::NoConnection { .. }
            | Self::TooLate
            | Self::NoIntent
            | Self::NoPermit
            | Self::BudgetAway
            | Self::AskedToWait { .. }
            | Self::NotAuthorised { .. } => true,
            Self::Answered(_) | Self::Redirected { .. } | Self::Unreadable(_) | Self::TimedOut | Self::Interrupted => {
                false
            }
        }
    }

    pub(super) fn may_have_happened(&self) -> bool {
        match self {
            Self::Answered(answer) => !answer.is_no(),
            Self::Redirected { .. } | Self::Unreadable(_) | Self::TimedOut | Self::Interrupted => true,
            _ => false,
        }
    }

    /// How long OVHcloud asks us to stay away.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.answered()?.retry_after
    }

    /// The HTTP status that came, if one did.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Redirected { status } => Some(*status),
            _ => self.answered().map(|answer| answer.status),
        }
    }

    /// The word for the metric.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Answered(_) if self.is_transient() => "weather",
            Self::Answered(_) | Self::NotAuthorised { .. } => "refused",
            Self::Redirected { .. } => "redirected",
            Self::Unreadable(_) => "unreadable",
            Self::TimedOut | Self::Interrupted => "unknown",
            Self::NoConnection { .. }
            | Self::TooLate
            | Self::NoIntent
            | Self::NoPermit
            | Self::BudgetAway
            | Self::AskedToWait { .. } => "unsent",
        }
    }
}

impl Unreadable {
    /// Whether it may be another one next time: a value that is wrong stays so.
    fn is_transient(&self) -> bool {
        match self {
            Self::Html | Self::CutShort | Self::NotJson | Self::NotAToken => true,
            Self::TooLong | Self::Value { .. } => false,
        }
    }
}

impl Answered {
    /// OVHcloud itself said no, so it did not do it: a 4xx in its own form, 429 too, where it would not even look. 408 and 499 say
    /// only that somebody on the way lost their patience, in whatever form.
    pub(super) fn is_no(&self) -> bool {
        self.voice == Voice::Ovhcloud && (400..500).contains(&self.status) && !matches!(self.status, 408 | 499)
    }

    /// The clock may be the reason: the signature was refused, or its time.
    pub(super) fn blames_signature(&self) -> bool {
        let says = |word: &str| {
            let has = |text: &Option<String>| text.as_deref().is_some_and(|text| text.to_lowercase().contains(word));
            has(&self.code) || has(&self.message)
        };
        self.is_no() && (says("query_time_out") || says("invalid signature") || says("invalid_signature"))
    }

    pub(super) fn blames_credentials(&self) -> bool {
        const CODES: [&str; 3] = ["INVALID_CREDENTIAL", "NOT_CREDENTIAL", "INVALID_KEY"];
        let listed = self.code.as_deref().is_some_and(|code| CODES.contains(&code));
        (self.is_no() && (self.status == 401 || (self.status == 403 && listed))) || self.blames_rights()
    }

    pub(super) fn blames_rights(&self) -> bool {
        const CODES: [&str; 2] = ["NOT_GRANTED_CALL", "Client::Forbidden"];
        let listed = self.code.as_deref().is_some_and(|code| CODES.contains(&code));
        self.is_no() && self.status == 403 && (listed || !self.missing_rights.is_empty())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(answer) => answer.fmt(f),
            Self::Redirected { status } => write!(f, "{status}, a redirect, which is not followed"),
            Self::Unreadable(why) => why.fmt(f),
            Self::NoConnection { why } => write!(f, "no connection ({why})"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Interrupted => f.write_str("the connection broke before the answer was complete"),
            Self::TooLate => f.write_str("not sent, because the time to send it had passed"),
            Self::NoIntent => f.write_str("not sent, because no intent of it was recorded"),
            Self::NoPermit => {
                f.write_str("not sent, because our own budget of requests (requests_per_minute) is spent")
            }
            Self::BudgetAway => {
                f.write_str("not sent, because my database, which shares out the budget of requests, does not answer")
            }
            Self::AskedToWait { wait } => {
                write!(
                    f,
                    "not sent, because OVHcloud asked for fewer requests (429), for another {} s",
                    wait.as_secs() + 1
                )
            }
            Self::NotAuthorised { code } => write!(f, "the credentials were refused: {code}"),
        }
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if !self.missing_rights.is_empty() {
            write!(f, " (missing rights: {})", self.missing_rights.join(", "))?;
        }
        match self.voice {
            Voice::SomebodyElse if self.status < 500 => {
                f.write_str(", and the answer is not OVHcloud's (a proxy's, maybe)")
            }
            Voice::SomebodyElse | Voice::Ovhcloud => Ok(()),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Html => f.write_str("the answer is a web page, not OVHcloud's"),
            Self::CutShort => f.write_str("the answer ends too early"),
            Self::TooLong => f.write_str("the answer is too long"),
            Self::NotJson => f.write_str("the answer is not JSON"),
            Self::NotAToken => f.write_str("the answer holds no token"),
            Self::Value { path } => write!(f, "the answer has a missing or wrong value at `{path}`"),
        }
    }
}

/// A failed exchange, before it knows what it was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    pub(super) query_id: Option<String>,
    /// What had to be done first and failed, such as asking for the time: then the call itself was not made.
    pub(super) before: Option<&'static str>,
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self { cause, query_id: None, before: None }
    }
}
