//! Why a call to Discord failed, in a form that is safe to print: no token, no interaction token and no body is ever in it.

use std::{fmt, time::Duration};

use serde_json::error::Category;

/// "Maximum number of edits to messages older than 1 hour reached": comes as a 429, names no time, and passes with none.
pub const TOO_OLD_TO_EDIT: u32 = 30_046;

/// "Attempt to perform an operation on an archived thread": posting opens a thread again, editing does not.
const ARCHIVED: u32 = 50_083;

/// What Discord says of a state that passes by itself, whatever status it comes with: opening DMs too fast, sending or a feature
/// switched off for a while, a slow or limited channel, guild or resource, an application or a resource that is not up yet.
const PASSING: [u32; 9] = [40_003, 40_004, 40_006, 20_016, 20_028, 20_029, 40_062, 110_001, 130_000];

/// A call to Discord that did not succeed, with the call it was.
///
/// `Display` and `Debug` hold the method, the route's template and what Discord said; never a token or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not {method} {route}: {cause}")]
pub struct Error {
    /// The request's method, such as `POST`.
    method: &'static str,
    /// The route's template, such as `/channels/{channel}/messages`.
    route: &'static str,
    /// What went wrong.
    cause: Cause,
}

/// What went wrong with a call to Discord.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Discord said no in its own form, or is in trouble (5xx).
    Refused {
        /// The HTTP status: 4xx or 5xx.
        status: u16,
        /// Discord's own code, such as 50007, if the body held one.
        code: Option<u32>,
        /// Discord's own sentence and the fields it complains about, at most 300 characters, nothing of what was sent in it; may
        /// be empty.
        message: String,
    },
    /// Something before Discord answered in its place: a proxy's page, an empty body, a redirect. It says nothing about the call.
    NotDiscords {
        /// The HTTP status.
        status: u16,
    },
    /// The call may not go out before its deadline; it was not carried out.
    Limited {
        /// Who has it wait.
        by: Limiter,
        /// How long it would have had to wait.
        wait: Duration,
    },
    /// The time for the call was over before it could be sent; it was not carried out.
    OutOfTime,
    /// No connection could be made: Discord has certainly not seen the call.
    NotSent(String),
    /// The connection broke or the time ran out after sending: nobody here knows whether it was carried out.
    Lost(String),
    /// Discord did it, but its answer could not be understood.
    Unreadable(String),
    /// The call could not be put into words, for example because a limit of Discord's was broken on our side.
    Unbuildable(String),
    /// The bot cannot talk to Discord until its operator has acted.
    Fault(Fault),
}

/// Who has a call wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limiter {
    /// Discord: a 429, or a bucket that it calls empty.
    Discord,
    /// We ourselves: the pace of edits, or the distance from being shut out.
    Ourselves,
    /// What is between us and Discord: its answers were not Discord's, so the next try has a while.
    Weather,
}

impl Error {
    /// What went wrong with a call, by its method and its route's template.
    pub fn new(method: &'static str, route: &'static str, cause: Cause) -> Self {
        Self { method, route, cause }
    }

    /// What went wrong.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// The route's template; holds no id and no token.
    pub fn route(&self) -> &'static str {
        self.route
    }

    /// The HTTP status, if Discord, or something in its place, answered with an error.
    pub fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Refused { status, .. } | Cause::NotDiscords { status } => Some(status),
            _ => None,
        }
    }

    /// How long the call would have had to wait for its turn, if that is why it did not go out.
    pub fn wait(&self) -> Option<Duration> {
        match self.cause {
            Cause::Limited { wait, .. } => Some(wait),
            _ => None,
        }
    }

    /// Discord's own code, such as 50007 "Cannot send messages to this user".
    pub fn code(&self) -> Option<u32> {
        match self.cause {
            Cause::Refused { code, .. } => code,
            _ => None,
        }
    }

    /// Whether it is about a thread that was archived.
    pub fn is_archived(&self) -> bool {
        self.code() == Some(ARCHIVED)
    }

    /// Whether Discord says that there is no such person, or that they are not in the guild.
    pub fn is_unknown_person(&self) -> bool {
        /// "Unknown Member", "Unknown User".
        const UNKNOWN: [u32; 2] = [10_007, 10_013];
        self.code().is_some_and(|code| UNKNOWN.contains(&code))
    }

    /// Whether Discord says that the bot is not in the guild, or may not be there: that ends only when somebody acts.
    pub fn is_barred_from_guild(&self) -> bool {
        /// "Unknown Guild", "Missing Access".
        const BARRED: [u32; 2] = [10_004, 50_001];
        self.code().is_some_and(|code| BARRED.contains(&code))
    }

    /// Discord's own sentence, if it said one.
    pub fn message(&self) -> Option<&str> {
        match &self.cause {
            Cause::Refused { message, .. } if !message.is_empty() => Some(message),
            _ => None,
        }
    }

    /// Whether time alone may heal it: 429 but for code 30046, 408, 499, 5xx, a state of Discord's that passes, whatever is not Discord's own answer, no connection, a lost
    /// answer.
    pub fn is_transient(&self) -> bool {
        match &self.cause {
            Cause::Refused { code: Some(TOO_OLD_TO_EDIT), .. } => false,
            Cause::Refused { code: Some(code), .. } if PASSING.contains(code) => true,
            Cause::Refused { status, .. } => matches!(status, 408 | 429 | 499 | 500..),
            Cause::NotDiscords { .. }
            | Cause::Limited { .. }
            | Cause::OutOfTime
            | Cause::NotSent(_)
            | Cause::Lost(_) => true,
            Cause::Unreadable(_) | Cause::Unbuildable(_) | Cause::Fault(_) => false,
        }
    }

    /// Whether Discord may have carried the call out in spite of the error.
    pub fn may_have_happened(&self) -> bool {
        match &self.cause {
            // 408 and 499: somebody on the way lost their patience.
            Cause::Refused { status, .. } => matches!(status, 408 | 499 | 500..),
            // Whoever answered in Discord's place may have passed the call on before.
            Cause::NotDiscords { .. } | Cause::Lost(_) | Cause::Unreadable(_) => true,
            Cause::Limited { .. } | Cause::OutOfTime | Cause::NotSent(_) | Cause::Unbuildable(_) | Cause::Fault(_) => {
                false
            }
        }
    }

    /// Whether a later try would meet the same: it was certainly not carried out, and neither time nor the operator heals it.
    pub fn is_final(&self) -> bool {
        !self.is_transient() && !self.may_have_happened() && self.fault().is_none()
    }

    /// What the operator must do something about, if that is the reason.
    pub fn fault(&self) -> Option<Fault> {
        match self.cause {
            Cause::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code, message } => {
                write!(f, "{status}")?;
                if let Some(code) = code {
                    write!(f, " (code {code})")?;
                }
                if message.is_empty() { Ok(()) } else { write!(f, " {message}") }
            }
            Self::NotDiscords { status } => {
                write!(f, "{status}, and the answer is not Discord's (a proxy's page, maybe)")
            }
            Self::Limited { by: Limiter::Discord, wait } => {
                write!(f, "Discord's rate limit asks to wait {:.1} s", wait.as_secs_f64())
            }
            Self::Limited { by: Limiter::Ourselves, wait } => {
                write!(f, "its turn is in {:.1} s, so that Discord's limits are kept", wait.as_secs_f64())
            }
            Self::Limited { by: Limiter::Weather, wait } => {
                write!(f, "the last answers were not Discord's; the next try is in {:.1} s", wait.as_secs_f64())
            }
            Self::OutOfTime => f.write_str("its time was over before it could be sent"),
            Self::NotSent(why) => write!(f, "no connection: {why}"),
            Self::Lost(why) => write!(f, "no answer: {why}"),
            Self::Unreadable(why) => write!(f, "the answer could not be read: {why}"),
            Self::Unbuildable(why) => write!(f, "the request could not be built: {why}"),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

/// What stops the bot from talking to Discord until its operator acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 401, or gateway close code 4004.
    BadToken,
    /// Close code 4010 or 4011: the shard is wrong, or the bot is in too many guilds for one shard.
    Sharding,
    /// Close code 4012: this version of the gateway's protocol is no longer served.
    ApiVersion,
    /// Close code 4013 or 4014: the intents are not understood or not allowed.
    Intents,
}

impl Fault {
    /// The fault that a final close code of the gateway stands for; `None` if the code is not final.
    pub(crate) fn from_close_code(code: u16) -> Option<Self> {
        match code {
            4004 => Some(Self::BadToken),
            4010 | 4011 => Some(Self::Sharding),
            4012 => Some(Self::ApiVersion),
            4013 | 4014 => Some(Self::Intents),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadToken => {
                "Discord refuses the bot's token: reset it in the developer portal, put the new one at `discord.token` \
                 and start Bernard again"
            }
            Self::Sharding => {
                "Discord refuses the gateway's single shard (4010 or 4011): the bot must be in few guilds only; remove it \
                 from those that Bernard does not serve"
            }
            Self::ApiVersion => "Discord no longer serves version 10 of its gateway (4012): update Bernard",
            Self::Intents => {
                "Discord refuses the gateway's intents (4013 or 4014), though Bernard asks for none: update Bernard"
            }
        })
    }
}

/// What kind of mistake is in JSON that cannot be read, without anything of that JSON.
pub(crate) fn kind_of(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Io => "Io",
        Category::Syntax => "Syntax",
        Category::Data => "Data",
        Category::Eof => "Eof",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_call_and_answers_its_callers_questions() {
        let refused =
            Cause::Refused { status: 403, code: Some(50007), message: "Cannot send messages to this user".into() };
        let error = Error::new("POST", "/channels/{channel}/messages", refused);
        let text = "could not POST /channels/{channel}/messages: 403 (code 50007) Cannot send messages to this user";
        assert_eq!(error.to_string(), text);
        assert!(!error.is_transient() && !error.may_have_happened() && error.is_final());
        let lost = Error::new("POST", "/x", Cause::Lost("reset".into()));
        assert!(lost.is_transient() && lost.may_have_happened());
        let unsent = Error::new("POST", "/x", Cause::NotSent("refused".into()));
        assert!(unsent.is_transient() && !unsent.may_have_happened() && !unsent.is_final());
        assert!(!Error::new("POST", "/x", Cause::Unreadable("half of it".into())).is_final());
        for (status, code) in [(408, 0), (499, 0), (403, 40_004), (400, 20_028), (403, 130_000)] {
            let refused = Cause::Refused { status, code: Some(code), message: String::new() };
            let passing = Error::new("POST", "/x", refused);
            assert!(passing.is_transient() && !passing.is_final(), "{status} {code}");
        }
        for status in [200, 302, 401, 403, 404, 408, 429, 499] {
            let page = Error::new("POST", "/x", Cause::NotDiscords { status });
            assert!(page.is_transient() && page.may_have_happened() && !page.is_final(), "{status}");
            assert_eq!((page.code(), page.fault()), (None, None), "{status}");
        }
    }

    #[test]
    fn every_final_close_code_is_a_fault_and_no_other() {
        for code in 4000..4020 {
            assert_eq!(Fault::from_close_code(code).is_some(), matches!(code, 4004 | 4010..=4014), "{code}");
        }
        assert_eq!(Fault::from_close_code(1000), None);
    }
}
