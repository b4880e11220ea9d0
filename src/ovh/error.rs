//! What went wrong, in OVHcloud's own words, and what the caller may conclude from it.
//!
//! An [`Error`] can be shown to anyone: it never holds a header, a token, an address, a link or a body, and its `Debug`
//! holds nothing that its `Display` would not.

use std::{fmt, time::Duration};

use crate::rescue::server::{QueryId, ServiceName};

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
    /// OVHcloud, or something before it, answered with a status of 400 or more.
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
    /// The request budget had no room within the time that one waits for it, so nothing was sent.
    NoPermit,
    /// The credentials were refused before the request could be made (OAuth2).
    NotAuthorised {
        /// OAuth2's word, such as `invalid_client`.
        code: String,
    },
}

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
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

    /// OVHcloud said no (any 4xx but 408 and 429): the same call will be refused again until somebody acts.
    pub fn is_refusal(&self) -> bool {
        self.status().is_some_and(|status| (400..500).contains(&status) && !matches!(status, 408 | 429))
    }

    /// OVHcloud itself says that the object does not exist; a proxy's 404 page does not count.
    pub fn is_not_found(&self) -> bool {
        let said_so = |answer: &Answered| answer.status == 404 && (answer.code.is_some() || answer.message.is_some());
        self.0.cause.answered().is_some_and(said_so)
    }

    /// The operator must look at the credentials: invalid, expired, or without the right for this call.
    pub fn is_credential(&self) -> bool {
        match &self.0.cause {
            Cause::NotAuthorised { .. } => true,
            Cause::Answered(answer) => answer.blames_credentials() || answer.blames_signature(),
            _ => false,
        }
    }

    /// The service has expired and was not renewed (OVHcloud's status 460).
    pub fn is_expired_service(&self) -> bool {
        self.status() == Some(460)
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
        let unsent = matches!(self.0.cause, Cause::NoConnection { .. } | Cause::TooLate | Cause::NoPermit);
        unsent || self.0.before.is_some() || matches!(self.0.cause, Cause::NotAuthorised { .. })
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
            Self::Answered(answer) => matches!(answer.status, 408 | 429 | 500..),
            Self::Unreadable(why) => matches!(why, Unreadable::Html | Unreadable::CutShort | Unreadable::NotJson),
            Self::NoConnection { .. } | Self::TimedOut | Self::Interrupted | Self::NoPermit => true,
            Self::Redirected { .. } | Self::TooLate | Self::NotAuthorised { .. } => false,
        }
    }

    pub(super) fn may_have_happened(&self) -> bool {
        match self {
            // 408: something before OVHcloud lost its patience with somebody; 429: OVHcloud would not even look.
            Self::Answered(answer) => matches!(answer.status, 408 | 500..),
            Self::Redirected { .. } | Self::Unreadable(_) | Self::TimedOut | Self::Interrupted => true,
            Self::NoConnection { .. } | Self::TooLate | Self::NoPermit | Self::NotAuthorised { .. } => false,
        }
    }

    /// How long OVHcloud asks us to stay away.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.answered()?.retry_after
    }

    /// The word for the metric.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Answered(answer) if matches!(answer.status, 408 | 429 | 500..) => "weather",
            Self::Answered(_) | Self::NotAuthorised { .. } => "refused",
            Self::Redirected { .. } => "redirected",
            Self::Unreadable(_) => "unreadable",
            Self::TimedOut | Self::Interrupted => "unknown",
            Self::NoConnection { .. } | Self::TooLate | Self::NoPermit => "unsent",
        }
    }
}

impl Answered {
    /// The clock may be the reason: the signature was refused, or its time.
    pub(super) fn blames_signature(&self) -> bool {
        let says = |word: &str| {
            let has = |text: &Option<String>| text.as_deref().is_some_and(|text| text.to_lowercase().contains(word));
            has(&self.code) || has(&self.message)
        };
        let refused = (400..500).contains(&self.status);
        refused && (says("query_time_out") || says("invalid signature") || says("invalid_signature"))
    }

    fn blames_credentials(&self) -> bool {
        const CODES: [&str; 4] = ["INVALID_CREDENTIAL", "NOT_CREDENTIAL", "NOT_GRANTED_CALL", "Client::Forbidden"];
        let listed = self.code.as_deref().is_some_and(|code| CODES.contains(&code));
        self.status == 401 || (self.status == 403 && listed)
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
            Self::NoPermit => f.write_str("not sent, because the request budget is spent"),
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
        Ok(())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Html => f.write_str("the answer is a web page, not OVHcloud's"),
            Self::CutShort => f.write_str("the answer ends too early"),
            Self::TooLong => f.write_str("the answer is too long"),
            Self::NotJson => f.write_str("the answer is not JSON"),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, code: Option<&str>, message: Option<&str>) -> Error {
        let cause = Cause::Answered(Box::new(Answered {
            status,
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
            missing_rights: Vec::new(),
            retry_after: None,
        }));
        let name = ServiceName::try_from("ns1.example".to_owned()).unwrap();
        let query_id = Some("FR.ws-8.5860".to_owned());
        Error::new("read the boots of `ns1.example`", Some(&name), Failure { cause, query_id, before: None })
    }

    #[test]
    fn an_error_is_a_sentence_with_its_object_and_query_id() {
        let error = answered(403, Some("NOT_GRANTED_CALL"), Some("This call has not been granted"));
        assert_eq!(
            error.to_string(),
            "could not read the boots of `ns1.example`: 403 NOT_GRANTED_CALL: This call has not been granted \
             (query id FR.ws-8.5860)"
        );
    }

    #[test]
    fn an_error_answers_its_callers_question() {
        for status in [408, 429, 500, 503] {
            assert!(answered(status, None, None).is_transient(), "{status}");
            assert!(!answered(status, None, None).is_refusal(), "{status}");
            assert_eq!(answered(status, None, None).may_have_happened(), status != 429, "{status}");
        }
        assert!(!answered(403, None, None).may_have_happened());
        assert!(answered(409, None, None).is_refusal());
        assert!(answered(460, None, None).is_expired_service());
        assert!(answered(404, None, Some("The requested object does not exist")).is_not_found());
        assert!(!answered(404, None, None).is_not_found(), "a proxy's page proves nothing");
        assert!(answered(403, Some("INVALID_CREDENTIAL"), None).is_credential());
        assert!(answered(400, None, Some("Invalid signature")).is_credential());
        assert!(!answered(403, None, Some("Not while this runs")).is_credential());
    }
}
