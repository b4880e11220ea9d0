//! From what came over the wire to an `Answer` or a `Failure`, with everything taken out that nobody may see.

use std::time::Duration;

use bernard_platform::clock;
use bernard_untrusted::sieve::{one_line, word};
use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    Response,
    header::{HeaderMap, RETRY_AFTER},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::error::{Answered, Cause, Failure, Unreadable, Voice};

/// The largest body read. The longest known answer, the ids of a busy account's mails, is a hundredth of it.
const MAX_BODY: usize = 16 << 20;
/// The largest body read of a refusal: its words fit many times.
const MAX_REFUSAL: usize = 64 << 10;

/// A success, as it came.
pub(super) struct Answer {
    body: Vec<u8>,
    /// The HTTP status.
    pub(super) status: u16,
    pub(super) query_id: Option<String>,
    pub(super) paging: Paging,
}

/// What the headers of a page say of the whole list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paging {
    /// Where the next page begins, where the list is read by cursors; `None` on the last one.
    pub(super) next: Option<String>,
    /// How many entries the whole list has, where it is read by numbered pages.
    pub(super) elements: Option<usize>,
}

impl Paging {
    fn of(headers: &HeaderMap) -> Self {
        Self {
            next: header(headers, "x-pagination-cursor-next").filter(|next| !next.is_empty()),
            elements: header(headers, "x-pagination-elements").and_then(|count| count.trim().parse().ok()),
        }
    }
}

impl Answer {
    /// Reads a response to its end. Only a 2xx with its whole body is an `Ok`.
    pub(super) async fn read(response: Response) -> Result<Self, Failure> {
        let status = response.status();
        let query_id = header(response.headers(), "x-ovh-queryid").map(|id| word(&id));
        let fail = |cause| Failure { cause, query_id: query_id.clone(), before: None };
        if status.is_success() {
            let paging = Paging::of(response.headers());
            let body = read_body(response, MAX_BODY).await.map_err(fail)?;
            return Ok(Self { body, status: status.as_u16(), query_id, paging });
        }
        let status = status.as_u16();
        if status < 400 {
            return Err(fail(Cause::Redirected { status }));
        }
        let retry_after = header(response.headers(), RETRY_AFTER.as_str()).and_then(|value| retry_after(&value));
        // A refusal stands without its words: if they do not arrive, the status still says it.
        let body = read_body(response, MAX_REFUSAL).await.unwrap_or_default();
        let mut answered = Answered::read(status, retry_after, &body);
        // OVHcloud's older answers are nothing but a sentence; its name for the request shows that they are its own.
        if query_id.is_some() && answered.message.is_some() {
            answered.voice = Voice::Ovhcloud;
        }
        Err(fail(Cause::Answered(Box::new(answered))))
    }

    /// A success with this body.
    pub(super) fn of(body: &[u8]) -> Self {
        Self { body: body.to_vec(), status: 200, query_id: None, paging: Paging::default() }
    }

    /// The body as what it should be.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = word(&error.path().to_string());
            self.unreadable(self.why(error.inner(), path))
        })?;
        json.end().map_err(|error| self.unreadable(self.why(&error, ".".to_owned())))?;
        Ok(value)
    }

    /// Checks that the body is nothing, or JSON of any kind: a proxy's page is no success.
    pub(super) fn expect_any(&self) -> Result<(), Failure> {
        if self.body.trim_ascii().is_empty() { Ok(()) } else { self.parse().map(|_: serde::de::IgnoredAny| ()) }
    }

    /// A failure of this answer because of a value in it.
    pub(super) fn wrong(&self, path: &str) -> Failure {
        self.unreadable(Unreadable::Value { path: path.to_owned() })
    }

    fn unreadable(&self, why: Unreadable) -> Failure {
        Failure { cause: Cause::Unreadable(why), query_id: self.query_id.clone(), before: None }
    }

    fn why(&self, error: &serde_json::Error, path: String) -> Unreadable {
        use serde_json::error::Category;
        match error.classify() {
            Category::Data => Unreadable::Value { path },
            Category::Eof | Category::Io => Unreadable::CutShort,
            Category::Syntax if self.body.trim_ascii_start().starts_with(b"<") => Unreadable::Html,
            Category::Syntax => Unreadable::NotJson,
        }
    }
}

/// What a failed exchange means: reqwest's own words are dropped, because they hold the address.
pub(super) fn cause(error: &reqwest::Error) -> Cause {
    if error.is_connect() {
        Cause::NoConnection { why: why_not_connected(error) }
    } else if error.is_timeout() {
        Cause::TimedOut
    } else {
        Cause::Interrupted
    }
}

fn why_not_connected(error: &reqwest::Error) -> &'static str {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return "refused",
                std::io::ErrorKind::ConnectionReset => return "reset",
                _ => {}
            }
        }
        source = inner.source();
    }
    match () {
        () if error.is_timeout() => "nobody answered in time",
        () if error.is_dns() => "the name was not found",
        () => "could not be set up",
    }
}

async fn read_body(mut response: Response, limit: usize) -> Result<Vec<u8>, Cause> {
    // As long as it says it is: a long one is not moved again and again.
    let said = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Vec::with_capacity(said.unwrap_or_default().min(limit));
    while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(Cause::Unreadable(Unreadable::TooLong));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// `Retry-After`: seconds, or a date.
fn retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date: Timestamp = rfc2822::parse(value.trim()).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(clock::now())).unwrap_or_default())
}

/// OVHcloud's two shapes of a refusal in one; every field may be missing.
#[derive(Default, Deserialize)]
struct Body {
    #[serde(rename = "errorCode", default)]
    error_code: Option<String>,
    #[serde(rename = "httpCode", default)]
    http_code: Option<String>,
    #[serde(default)]
    class: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    details: serde_json::Value,
    /// OAuth2's word.
    #[serde(default)]
    error: Option<String>,
}

impl Body {
    fn voice(&self, status: u16) -> Voice {
        /// A status of OVHcloud's own making: the service has expired.
        const EXPIRED: u16 = 460;
        let named = self.error_code.is_some() || self.http_code.is_some() || self.class.is_some() || status == EXPIRED;
        if self.message.is_some() && named { Voice::Ovhcloud } else { Voice::SomebodyElse }
    }
}

impl Answered {
    /// Reads a refusal. `body` may be anything, a proxy's page included; what is kept of it is bounded and holds no link and no id.
    pub fn read(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let body: Body = serde_json::from_slice(body).unwrap_or_default();
        let rights = ["unauthorizedActionsByIAM", "unauthorizedActionsByAuthentication"];
        let missing_rights = rights.iter().flat_map(|name| actions(&body.details[name])).collect();
        Self {
            voice: body.voice(status),
            status,
            code: body.error_code.or(body.class).or(body.error).map(|code| word(&code)),
            message: body.message.map(|message| one_line(&message)),
            missing_rights,
            retry_after,
        }
    }
}

/// The actions named: a text with commas or a list.
fn actions(value: &serde_json::Value) -> Vec<String> {
    let texts: Vec<&str> = match value {
        serde_json::Value::String(text) => text.split([',', ' ']).collect(),
        serde_json::Value::Array(items) => items.iter().filter_map(serde_json::Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().map(str::trim).filter(|text| !text.is_empty()).map(word).take(20).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(body: &str) -> Answer {
        Answer::of(body.as_bytes())
    }

    #[derive(Debug, Deserialize)]
    struct Thing {
        #[serde(rename = "bootId")]
        _boot_id: u64,
    }

    #[test]
    fn a_malformed_answer_names_the_place_and_not_the_value() {
        let failure = answer(r#"[{"bootId":1},{"bootId":"hush"}]"#).parse::<Vec<Thing>>().unwrap_err();
        assert_eq!(failure.cause, Cause::Unreadable(Unreadable::Value { path: "[1].bootId".to_owned() }));
        assert!(!format!("{failure:?}").contains("hush"));
        for (body, why) in [
            ("<html><p>hello</p>", Unreadable::Html),
            ("", Unreadable::CutShort),
            (r#"[{"bootId":"#, Unreadable::CutShort),
            ("hello", Unreadable::NotJson),
        ] {
            assert_eq!(answer(body).parse::<Vec<Thing>>().unwrap_err().cause, Cause::Unreadable(why), "{body}");
        }
    }

    #[test]
    fn an_empty_success_is_one_and_a_page_is_none() {
        assert!(answer("").expect_any().is_ok());
        assert!(answer("null\n").expect_any().is_ok());
        assert!(answer("<html>").expect_any().is_err());
    }

    #[test]
    fn both_shapes_of_a_refusal_are_understood() {
        let read = |body: serde_json::Value| Answered::read(403, None, body.to_string().as_bytes());
        let old = read(json!({"errorCode": "NOT_GRANTED_CALL", "httpCode": "403 Forbidden", "message": "Not granted"}));
        assert_eq!((old.code.as_deref(), old.message.as_deref()), (Some("NOT_GRANTED_CALL"), Some("Not granted")));
        let new =
            read(json!({"class": "Client::Forbidden", "message": "User not granted for this request", "details": {
                "unauthorizedActionsByAuthentication": "",
                "unauthorizedActionsByIAM": "dedicatedServer:apiovh:reboot,dedicatedServer:apiovh:put",
            }}));
        assert_eq!(new.missing_rights, ["dedicatedServer:apiovh:reboot", "dedicatedServer:apiovh:put"]);
        let page = Answered::read(503, None, b"<html><body><p>test</p></body></html>");
        assert_eq!((page.code, page.message), (None, None));
    }

    #[test]
    fn only_ovhclouds_own_forms_are_its_voice() {
        let voice = |status, body: &str| Answered::read(status, None, body.as_bytes()).voice;
        for own in [
            r#"{"errorCode": "NOT_GRANTED_CALL", "httpCode": "403 Forbidden", "message": "Not granted"}"#,
            r#"{"httpCode": "404 Not Found", "message": "Got an invalid (or empty) URL"}"#,
            r#"{"class": "Client::Forbidden", "message": "Not granted", "details": {}}"#,
        ] {
            assert_eq!(voice(403, own), Voice::Ovhcloud, "{own}");
        }
        for other in [
            "",
            "null",
            "[]",
            "<html><h1>403 Forbidden</h1></html>",
            r#"{"message": "Forbidden"}"#,
            r#"{"error": "forbidden"}"#,
            r#"{"errorCode": "BLOCKED"}"#,
            r#"{"class": "waf", "details": {}}"#,
            r#"{"errorCode": 1020, "message": "blocked"}"#,
        ] {
            assert_eq!(voice(403, other), Voice::SomebodyElse, "{other}");
        }
        assert_eq!(voice(460, r#"{"message": "This service is expired"}"#), Voice::Ovhcloud);
    }

    proptest::proptest! {
        #[test]
        fn no_refusal_is_too_odd_to_be_told(bytes: Vec<u8>, message: String, code: String) {
            Answered::read(500, None, &bytes);
            let body = json!({"errorCode": code, "message": message, "details": message}).to_string();
            let told = Answered::read(500, None, body.as_bytes());
            let line = told.message.unwrap();
            assert!(line.chars().count() <= bernard_untrusted::sieve::MAX_MESSAGE && !line.chars().any(char::is_control));
            assert!(told.code.unwrap().chars().all(|c| c.is_ascii_graphic()));
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("soon"), None);
    }
}
