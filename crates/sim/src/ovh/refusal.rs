//! Every error that the simulated OVHcloud answers, in OVHcloud's shapes.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No credentials at all, or a token that is not good any more.
    NotLoggedIn,
    UnknownApplication,
    NotCredential,
    InvalidCredential,
    InvalidSignature,
    QueryTimeOut,
    /// The keys have no rule for this call.
    NotGrantedCall,
    /// IAM denies this action.
    Iam(&'static str),
    /// No such object: its kind and its name.
    NotFound(&'static str, String),
    NoSuchRoute,
    BadRequest(String),
    Conflict(String),
    /// The service has expired.
    Expired,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let class = |class: &str, message: &str| json!({"class": class, "message": message});
        let code =
            |code: &str, http: &str, message: &str| json!({"errorCode": code, "httpCode": http, "message": message});
        let (status, body) = match self {
            Self::NotLoggedIn => (401, class("Client::Unauthorized", "You must login first")),
            Self::UnknownApplication => (403, class("Client::Forbidden", "This application key is invalid")),
            Self::NotCredential => (403, code("NOT_CREDENTIAL", "403 Forbidden", "This credential does not exist")),
            Self::InvalidCredential => {
                (403, code("INVALID_CREDENTIAL", "403 Forbidden", "This credential is not valid"))
            }
            Self::InvalidSignature => (400, code("INVALID_SIGNATURE", "400 Bad Request", "Invalid signature")),
            Self::QueryTimeOut => (403, code("QUERY_TIME_OUT", "403 Forbidden", "Query out of time")),
            Self::NotGrantedCall => (403, code("NOT_GRANTED_CALL", "403 Forbidden", "This call has not been granted")),
            Self::Iam(action) => (
                403,
                json!({
                    "class": "Client::Forbidden",
                    "message": "User not granted for this request",
                    "details": {"unauthorizedActionsByAuthentication": "", "unauthorizedActionsByIAM": action},
                }),
            ),
            Self::NotFound(kind, name) => {
                (404, class("Client::NotFound", &format!("The requested object ({kind} = {name}) does not exist")))
            }
            Self::NoSuchRoute => (404, class("Client::NotFound", "Got an invalid (or empty) URL")),
            Self::BadRequest(why) => (400, class("Client::BadRequest", &why)),
            Self::Conflict(why) => (409, class("Client::Conflict", &why)),
            Self::Expired => (460, json!({"message": "This service is expired"})),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(body)).into_response()
    }
}
