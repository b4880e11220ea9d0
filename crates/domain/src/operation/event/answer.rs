//! What came of a call that is made once.

use serde::{Deserialize, Serialize};

use super::seen::NotDone;
use crate::server::{QueryId, TaskId};

/// OVHcloud took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Its task.
    pub task: TaskId,
    /// OVHcloud's name for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryId>,
}

/// It was certainly not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotTaken {
    /// How that is known.
    pub why: NotDone,
    /// OVHcloud's words, or those of the failed connection.
    pub said: String,
    /// OVHcloud's name for the request, if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryId>,
}

/// Nobody can say whether OVHcloud took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoAnswer {
    /// What came instead of an answer.
    pub said: String,
    /// OVHcloud's name for the request, if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryId>,
}
