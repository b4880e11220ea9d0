//! A request for tests, which take over of it what they do not care about.

use super::{ChannelId, Request, Wish, approval::Guard};
use crate::{access::UserId, locale::Locale};

/// Somebody's wish about `web-1`, with no rule in its way.
pub(crate) fn request(wish: Wish) -> Request {
    Request {
        wish,
        server: "ns1.ip-203-0-113.eu".to_owned().try_into().expect("a name"),
        account: "main".into(),
        label: "web-1".into(),
        requester: UserId(1),
        locale: Locale::En,
        channel: ChannelId(2),
        place: ChannelId(2),
        reason: None,
        rule: "[[role]] #1".into(),
        guard: Guard::Unprotected,
        known_as: None,
        beside: None,
        runbooks: Vec::new(),
    }
}
