//! Every request of every story, held against what both vendors publish.
//!
//! A [`crate::bot::TestBot`] checks both journals when its story is over. The vendors' files are no part of the project: they are
//! looked for in the folder that `BERNARD_SHARED` names, else beside the checkout. Without them that is said once, and
//! nothing is checked; where `BERNARD_REQUIRE` names `shared`, that is a failure.

mod discord;
mod document;
mod ovh;
mod requests;

use sim::net::Journal;

/// Both journals, checked when the story is over, unless it failed anyway.
pub(crate) struct AtTheEnd {
    pub(crate) discord: Journal,
    pub(crate) ovh: Journal,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut wrong = discord::violations(&self.discord.all());
        wrong.extend(ovh::violations(&self.ovh.all()));
        assert!(wrong.is_empty(), "not as the vendors publish it:\n{}", wrong.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::Value;
    use sim::net::Seen;

    /// A request that nobody sent; without a body if that is null.
    pub(super) fn request(method: &str, path: &str, body: &Value) -> Seen {
        let content_type = [("content-type".parse().expect("a name"), "application/json".parse().expect("a value"))];
        Seen {
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            headers: content_type.into_iter().collect(),
            body: if body.is_null() { Vec::new().into() } else { body.to_string().into() },
            status: None,
            at: Instant::now(),
        }
    }
}
