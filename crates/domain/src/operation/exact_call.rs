//! A call to OVHcloud that changes something, written down before it is made.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A text in a body that is longer than this is shown by its two ends.
const LONGEST_TEXT: usize = 80;
/// How much of its beginning is shown.
const HEAD: usize = 40;
/// How much of its end: of an SSH key, the comment that says whose it is.
const TAIL: usize = 24;
/// OVHcloud's word for the one address that may use a console.
const ADDRESS: &str = "ipToAllow";

/// A call to OVHcloud that changes something. Its `Display` is two pieces: method and path, and below them the body as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExactCall {
    /// How.
    pub method: Method,
    /// Where, below the account's base URL.
    pub path: String,
    /// With what; `None` when the call has no body.
    #[serde(default)]
    pub body: Option<Value>,
    /// How often.
    pub times: Times,
}

/// The methods of calls that change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Says how things shall be; repeating it does no harm.
    Put,
    /// Asks for something to happen.
    Post,
}

/// How often a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// Once, whatever comes of it.
    Once,
    /// Until OVHcloud's answer arrives; one call too many does no harm.
    UntilAnswered,
    /// Until it reads back, a few times at most.
    UntilItHolds,
    /// Until the link is there, or its time is over.
    UntilTheLink,
}

impl ExactCall {
    /// The call as it may be shown to others than the one who asked: the address that a console opens to is that person's own.
    pub fn for_others(&self) -> Self {
        let mut call = self.clone();
        if let Some(address) = call.body.as_mut().and_then(|body| body.get_mut(ADDRESS)) {
            *address = Value::from("…");
        }
        call
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Put => "PUT",
            Self::Post => "POST",
        })
    }
}

impl fmt::Display for ExactCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match &self.body {
            Some(body) => write!(f, "\n{}", plain(&shortened(body))),
            None => Ok(()),
        }
    }
}

/// The same JSON with its long texts cut in the middle.
fn shortened(body: &Value) -> Value {
    match body {
        Value::String(text) if text.chars().count() > LONGEST_TEXT => {
            let head: String = text.chars().take(HEAD).collect();
            let tail: String = text.chars().skip(text.chars().count() - TAIL).collect();
            Value::String(format!("{head}…{tail}"))
        }
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), shortened(value))).collect())
        }
        other => other.clone(),
    }
}

/// JSON, a line for each field, in which nothing can end a block of code or turn the direction of reading: what is not plain
/// ASCII is escaped as JSON allows, but for the ellipsis of our own.
fn plain(body: &Value) -> String {
    let text = serde_json::to_string_pretty(body).unwrap_or_default();
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '…' || (c.is_ascii() && c != '`') {
            plain.push(c);
        } else {
            let mut units = [0; 2];
            plain.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    plain
}
