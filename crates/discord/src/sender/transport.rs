//! One request and its answer: how a call is put on the wire, and what its answer says.

use std::time::Duration;

use bernard_untrusted::sieve;
use reqwest::{
    Client, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    multipart::{Form, Part},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use serenity::builder::CreateAttachment;

use super::{Failed, Sender};
use crate::{
    error::{Cause, Error, TOO_OLD_TO_EDIT},
    route::{Access, Route},
    sender::rate_limits,
};

/// The most of an answer that is read: a guild's commands are well below it.
const ANSWER_LIMIT: usize = 16 << 20;
/// From this length on a word that Discord says and that we sent is taken for a quotation; shorter ones are its own English.
const QUOTED_FROM: usize = 12;
/// After a 429 that does not say how long: a while.
const WAIT_UNSAID: Duration = Duration::from_secs(1);
/// Discord's own codes begin here; below are 0, its "general error", and other people's HTTP statuses.
const FIRST_CODE: u32 = 10_000;
/// "Cloudflare is blocking your request": in Discord's form, and the word of the wall before it.
const WALL: u32 = 40_333;

/// What a call carries.
#[derive(Clone)]
pub(crate) enum Body {
    Empty,
    Json(Vec<u8>),
    /// A message as JSON and the files that belong to it.
    WithFiles(Vec<u8>, Vec<CreateAttachment>),
}

/// When a call may go out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Its second time changes nothing.
    Freely,
    /// Only if Discord has certainly not carried it out.
    OnlyIfUndone,
}

/// One call: route, method, query and body. Each attempt builds its request anew.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) route: Route<'a>,
    /// Numbers and plain words only, so nothing needs escaping.
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    pub(crate) repeat: Repeat,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// What a 429 asks for.
#[derive(Clone, Copy)]
pub(super) struct Limited {
    pub(super) scope: rate_limits::Scope,
    pub(super) wait: Duration,
}

impl<'a> Call<'a> {
    pub(crate) fn new(method: Method, route: Route<'a>, body: Body, repeat: Repeat) -> Self {
        Self { method, route, query: Vec::new(), body, repeat }
    }

    /// A read.
    pub(crate) fn get(route: Route<'a>) -> Self {
        Self::new(Method::GET, route, Body::Empty, Repeat::Freely)
    }

    pub(crate) fn error(&self, cause: Cause) -> Error {
        Error::new(self.method_name(), self.route.template(), cause)
    }

    /// Whether the call may go out again after `cause`.
    pub(super) fn bears(&self, cause: &Cause) -> bool {
        match cause {
            Cause::NotSent(_) => true,
            Cause::Lost(_) | Cause::NotDiscords { .. } => self.repeat == Repeat::Freely,
            Cause::Refused { status, .. } => matches!(status, 408 | 499 | 500..) && self.repeat == Repeat::Freely,
            Cause::Limited { .. }
            | Cause::OutOfTime
            | Cause::Unreadable(_)
            | Cause::Unbuildable(_)
            | Cause::Fault(_) => false,
        }
    }

    /// Discord's words without those that quote what was sent.
    fn without_what_was_sent(&self, message: &str) -> String {
        let path = self.route.path();
        let body = match &self.body {
            Body::Empty => "".into(),
            Body::Json(json) | Body::WithFiles(json, _) => String::from_utf8_lossy(json),
        };
        let was_sent = |part: &str| part.len() >= QUOTED_FROM && (body.contains(part) || path.contains(part));
        let between = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'));
        let words = message.split_whitespace();
        let kept = words.map(|word| if word.split(between).any(was_sent) { "[…]" } else { word });
        kept.collect::<Vec<_>>().join(" ")
    }

    /// What it counts against.
    pub(super) fn counted(&self) -> rate_limits::Counted {
        let Self { route, .. } = self;
        rate_limits::Counted {
            method: self.method_name(),
            template: route.template(),
            major: route.major(),
            minor: route.minor(),
            access: route.access(),
        }
    }

    pub(super) fn method_name(&self) -> &'static str {
        match self.method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            _ => "(other)",
        }
    }
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether Discord itself gave this answer, and nothing that stands between us: a success with JSON or (204) nothing, a refusal
    /// with Discord's code, a 429 that says how long. A 5xx is weather whoever says it.
    pub(super) fn is_discords(&self) -> bool {
        let body = self.body.trim_ascii_start();
        match self.status {
            204 | 500.. => true,
            200..300 => matches!(body.first(), Some(b'{' | b'[')) && is_json(body),
            429 => Refused::of(body).retry_after.is_some() || Refused::of(body).is_in_discords_form(429),
            status @ 400..500 => Refused::of(body).is_in_discords_form(status),
            _ => false,
        }
    }

    /// How long whoever answered asks us to stay away.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        rate_limits::seconds(&self.headers, RETRY_AFTER.as_str())
    }

    /// What a 429 of Discord's asks for; `None` for every other answer, and for a 429 that no waiting heals.
    pub(super) fn limited(&self) -> Option<Limited> {
        if self.status != 429 {
            return None;
        }
        let body = Refused::of(&self.body);
        if body.code == Some(TOO_OLD_TO_EDIT) {
            return None;
        }
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        let named = header("x-ratelimit-scope");
        let is_global =
            body.global.unwrap_or(false) || header("x-ratelimit-global").is_some() || named == Some("global");
        let scope = match named {
            _ if is_global => rate_limits::Scope::Global,
            Some("shared") => rate_limits::Scope::Shared,
            _ => rate_limits::Scope::User,
        };
        let said = body.retry_after.and_then(rate_limits::length).or_else(|| self.retry_after());
        Some(Limited { scope, wait: said.unwrap_or(WAIT_UNSAID) })
    }
}

/// Discord's error body, of which any part may be missing: a proxy's is not even JSON.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    code: Option<u32>,
    message: Option<String>,
    errors: Option<Value>,
    retry_after: Option<f64>,
    global: Option<bool>,
}

impl Refused {
    fn of(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Discord's errors have a number of its own and a sentence; the few without one begin with their status.
    fn is_in_discords_form(&self, status: u16) -> bool {
        let Some(message) = &self.message else { return false };
        let numbered = self.code.is_some_and(|code| code == 0 || (code >= FIRST_CODE && code != WALL));
        numbered || (self.code.is_none() && message.starts_with(&format!("{status}: ")))
    }
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

impl Sender {
    /// Sends once and reads the answer, within `limit`.
    pub(super) async fn exchange(&self, client: &Client, call: &Call<'_>, limit: Duration) -> Result<Answer, Failed> {
        let started = std::time::Instant::now();
        let request = self.request(client, call, limit).map_err(|why| call.error(Cause::Unbuildable(why)))?;
        let outcome = read(request).await;
        let status = outcome.as_ref().map_or("none".to_owned(), |answer| answer.status.to_string());
        let (route, method) = (call.route.template(), call.method_name());
        tracing::debug!(discord.route = route, method, status, "asked Discord");
        metrics::counter!(bernard_platform::metrics::DISCORD_REQUESTS, "route" => route, "method" => method, "status" => status)
            .increment(1);
        metrics::histogram!(bernard_platform::metrics::DISCORD_SECONDS, "route" => route, "method" => method)
            .record(started.elapsed());
        outcome.map_err(|cause| call.error(cause).into())
    }

    fn request(&self, client: &Client, call: &Call<'_>, limit: Duration) -> Result<reqwest::RequestBuilder, String> {
        let mut url = format!("{}{}", self.base, call.route.path());
        for (n, (name, value)) in call.query.iter().enumerate() {
            url.push_str(&format!("{}{name}={value}", if n == 0 { '?' } else { '&' }));
        }
        let mut request = client.request(call.method.clone(), url).timeout(limit);
        if call.route.access() == Access::BotToken {
            request = request.header(AUTHORIZATION, self.token.get().authorization.clone());
        }
        Ok(match &call.body {
            Body::Empty => request,
            Body::Json(json) => {
                request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(json.clone())
            }
            Body::WithFiles(json, files) => request.multipart(form(json, files)?),
        })
    }

    /// An answer that is no success as a cause: Discord's code, its sentence with nothing in it of what was sent, and the fields it
    /// complains about without their values.
    pub(super) fn refusal(&self, call: &Call<'_>, answer: &Answer) -> Cause {
        if !answer.is_discords() {
            return Cause::NotDiscords { status: answer.status };
        }
        let body = Refused::of(&answer.body);
        let mut message = body.message.unwrap_or_default();
        let token = self.token.get();
        let secrets = call.route.token().into_iter().chain([&token.secret]);
        for secret in secrets.map(|token| token.expose_secret()).filter(|token| !token.is_empty()) {
            message = message.replace(secret, "[secret]");
        }
        if let Some(errors) = body.errors {
            complaints(&errors, &mut String::new(), &mut message);
        }
        let message = sieve::one_line(&call.without_what_was_sent(&message));
        Cause::Refused { status: answer.status, code: body.code, message }
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer, Cause> {
    let mut response = request.send().await.map_err(|error| match () {
        () if error.is_builder() => Cause::Unbuildable(reason(error)),
        () if error.is_connect() => Cause::NotSent(reason(error)),
        () => Cause::Lost(reason(error)),
    })?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Cause::Lost(reason(error)))? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_LIMIT {
            return Err(Cause::Unreadable(format!("more than {ANSWER_LIMIT} bytes")));
        }
    }
    Ok(Answer { status, headers, body })
}

/// Adds each complaint as ` · embeds.0.title: BASE_TYPE_MAX_LENGTH`: the codes, as the sentences may quote what was sent.
fn complaints(errors: &Value, path: &mut String, into: &mut String) {
    let Value::Object(fields) = errors else { return };
    for (name, value) in fields {
        if name == "_errors" {
            for code in value.as_array().into_iter().flatten().filter_map(|e| e.get("code")?.as_str()) {
                into.push_str(&format!(" · {path}: {code}"));
            }
            continue;
        }
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        complaints(value, path, into);
        path.truncate(length);
    }
}

fn form(json: &[u8], files: &[CreateAttachment]) -> Result<Form, String> {
    let payload = Part::bytes(json.to_vec()).mime_str("application/json").map_err(reason)?;
    let mut form = Form::new().part("payload_json", payload);
    for (n, file) in files.iter().enumerate() {
        form = form.part(format!("files[{n}]"), Part::bytes(file.data.clone()).file_name(file.filename.clone()));
    }
    Ok(form)
}

/// The causes of a failed request as text, without its address, which may hold a token, and without what the far end put there.
pub(super) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    sieve::one_line(&text)
}
