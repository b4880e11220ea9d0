//! What Discord says when it refuses: the status, the code and the words of its error table.

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Why a request was refused. Each renders as `{"code", "message"[, "errors"]}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    Unauthorized,
    NotFound,
    UnknownApplication,
    UnknownChannel,
    UnknownGuild,
    UnknownMember,
    UnknownMessage,
    UnknownUser,
    UnknownWebhook,
    UnknownInteraction,
    UnknownCommand,
    TooManyCommands,
    OldMessage,
    AlreadyAcknowledged,
    MissingAccess,
    OtherAuthor,
    EmptyMessage,
    DmsClosed,
    MissingPermissions,
    NotOnDms,
    ArchivedThread,
    DeadToken,
    Form(Value),
    InvalidJson,
    NoMutualGuild,
    /// Discord's own trouble.
    Internal,
    /// Any other line of its error table, scripted by a test.
    Other(u32),
}

/// Status and words of refusals that no rule of this simulator makes, as documented or (20026, 240000) as users have reported them.
pub(crate) fn known(code: u32) -> (u16, &'static str) {
    match code {
        20_009 => (403, "Explicit content cannot be sent to the desired recipient(s)"),
        20_026 => (403, "Your bot has been flagged by our anti-spam system for abusive behavior"),
        20_028 => (429, "The channel you are writing has hit the write rate limit"),
        30_034 => (400, "You've reached the max number of daily application command creates (200)"),
        40_003 => (400, "You are opening direct messages too fast"),
        50_001 => (403, "Missing Access"),
        50_007 => (403, "Cannot send messages to this user"),
        50_013 => (403, "Missing Permissions"),
        50_027 => (401, "Invalid Webhook Token"),
        50_035 => (400, "Invalid Form Body"),
        10_003 => (404, "Unknown Channel"),
        10_008 => (404, "Unknown Message"),
        10_015 => (404, "Unknown Webhook"),
        200_000 => (400, "Message was blocked by automatic moderation"),
        240_000 => (400, "Message blocked by harmful links filter"),
        _ => (400, "Refused"),
    }
}

impl Refusal {
    /// Status, code and message, as Discord documents them or (30046, 50278) as users have reported them.
    pub(crate) fn parts(&self) -> (StatusCode, u32, &'static str) {
        use StatusCode as S;
        match self {
            Self::Unauthorized => (S::UNAUTHORIZED, 0, "401: Unauthorized"),
            Self::NotFound => (S::NOT_FOUND, 0, "404: Not Found"),
            Self::UnknownApplication => (S::NOT_FOUND, 10002, "Unknown Application"),
            Self::UnknownChannel => (S::NOT_FOUND, 10003, "Unknown Channel"),
            Self::UnknownGuild => (S::NOT_FOUND, 10004, "Unknown Guild"),
            Self::UnknownMember => (S::NOT_FOUND, 10007, "Unknown Member"),
            Self::UnknownMessage => (S::NOT_FOUND, 10008, "Unknown Message"),
            Self::UnknownUser => (S::NOT_FOUND, 10013, "Unknown User"),
            Self::UnknownWebhook => (S::NOT_FOUND, 10015, "Unknown Webhook"),
            Self::UnknownInteraction => (S::NOT_FOUND, 10062, "Unknown interaction"),
            Self::UnknownCommand => (S::NOT_FOUND, 10063, "Unknown application command"),
            Self::TooManyCommands => (S::BAD_REQUEST, 30032, "Maximum number of application commands reached (100)."),
            Self::OldMessage => {
                let words = "Maximum number of edits to messages older than 1 hour reached. Try again later.";
                (S::TOO_MANY_REQUESTS, 30046, words)
            }
            Self::AlreadyAcknowledged => (S::BAD_REQUEST, 40060, "Interaction has already been acknowledged."),
            Self::MissingAccess => (S::FORBIDDEN, 50001, "Missing Access"),
            Self::OtherAuthor => (S::FORBIDDEN, 50005, "Cannot edit a message authored by another user"),
            Self::EmptyMessage => (S::BAD_REQUEST, 50006, "Cannot send an empty message"),
            Self::DmsClosed => (S::FORBIDDEN, 50007, "Cannot send messages to this user"),
            Self::MissingPermissions => (S::FORBIDDEN, 50013, "Missing Permissions"),
            Self::NotOnDms => (S::FORBIDDEN, 50003, "Cannot execute action on a DM channel"),
            Self::ArchivedThread => (S::BAD_REQUEST, 50083, "Thread is archived"),
            Self::DeadToken => (S::UNAUTHORIZED, 50027, "Invalid Webhook Token"),
            Self::Form(_) => (S::BAD_REQUEST, 50035, "Invalid Form Body"),
            Self::InvalidJson => (S::BAD_REQUEST, 50109, "The request body contains invalid JSON."),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, 0, "500: Internal Server Error"),
            Self::Other(code) => {
                let (status, words) = known(*code);
                (S::from_u16(status).unwrap_or(S::BAD_REQUEST), *code, words)
            }
            Self::NoMutualGuild => {
                (S::FORBIDDEN, 50278, "Cannot send messages to this user due to having no mutual guilds")
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        let mut body = json!({ "code": code, "message": message });
        if let Self::Form(errors) = self {
            body["errors"] = errors;
        }
        as_json(status, &body)
    }
}

/// A JSON answer with the bare content type `application/json`: some clients compare the whole header.
pub(crate) fn as_json(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

/// What a handler gives back.
pub(crate) type Answer = Result<Response, Refusal>;

/// 200 with a body.
pub(crate) fn ok(body: &Value) -> Answer {
    Ok(as_json(StatusCode::OK, body))
}

/// 204 without one.
pub(crate) fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}
