//! Whom a message rings: what its text names, what `allowed_mentions` lets through, and what the bot may ring at all.

use serde_json::Value;

use super::Id;

/// What a text names.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Named {
    pub(crate) users: Vec<Id>,
    pub(crate) roles: Vec<Id>,
    pub(crate) everyone: bool,
}

impl Named {
    /// Finds `<@1>`, `<@!1>`, `<@&1>`, `@everyone` and `@here`.
    pub(crate) fn in_text(text: &str) -> Self {
        let mut named = Self { everyone: text.contains("@everyone") || text.contains("@here"), ..Self::default() };
        for (at, _) in text.match_indices("<@") {
            let Some((inside, _)) = text[at + 2..].split_once('>') else { continue };
            let (list, digits) = match inside.strip_prefix('&') {
                Some(digits) => (&mut named.roles, digits),
                None => (&mut named.users, inside.trim_start_matches('!')),
            };
            if let Ok(id) = digits.parse()
                && !list.contains(&id)
            {
                list.push(id);
            }
        }
        named
    }

    /// Keeps what `allowed_mentions` allows; without it everything is allowed.
    pub(crate) fn allowed(mut self, allowed: Option<&Value>) -> Self {
        let Some(allowed) = allowed.filter(|allowed| !allowed.is_null()) else { return self };
        let parses =
            |kind: &str| allowed["parse"].as_array().is_some_and(|parse| parse.iter().any(|word| word == kind));
        let names = |kind: &str, id: Id| {
            let list = allowed[kind].as_array().map_or(&[][..], Vec::as_slice);
            list.iter().any(|named| named.as_u64() == Some(id.0) || named.as_str() == Some(&id.to_string()))
        };
        self.users.retain(|id| parses("users") || names("users", *id));
        self.roles.retain(|id| parses("roles") || names("roles", *id));
        self.everyone &= parses("everyone");
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_names_users_roles_and_everyone() {
        let named = Named::in_text("<@1> <@!2> <@&3> <@1> <@x> @here");
        assert_eq!(named, Named { users: vec![Id(1), Id(2)], roles: vec![Id(3)], everyone: true });
    }

    #[test]
    fn allowed_mentions_let_through_what_they_name() {
        let named = |allowed: Value| Named::in_text("<@1> <@2> <@&3> @everyone").allowed(Some(&allowed));
        assert_eq!(named(json!({ "parse": [] })), Named::default());
        assert_eq!(named(json!({ "parse": [], "users": ["2"] })).users, vec![Id(2)]);
        assert_eq!(named(json!({ "parse": ["roles"] })), Named { roles: vec![Id(3)], ..Named::default() });
        assert!(named(json!({ "parse": ["everyone"] })).everyone);
        assert_eq!(named(Value::Null).users.len(), 2);
    }
}
