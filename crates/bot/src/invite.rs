//! The bot's invite: which permissions it needs in a guild, and the address that asks for them. One list, held by `check` too.

use serenity::model::Permissions;

/// What the bot needs, each with Discord's own words for it.
const NEEDED: [(Permissions, &str); 6] = [
    (Permissions::VIEW_CHANNEL, "view channels"),
    (Permissions::SEND_MESSAGES, "send messages"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "send messages in threads"),
    (Permissions::EMBED_LINKS, "embed links"),
    (Permissions::ATTACH_FILES, "attach files"),
    (Permissions::READ_MESSAGE_HISTORY, "read message history"),
];

/// Discord's own address, where people are: a simulator's or a proxy's serves no pages.
const PAGE: &str = "https://discord.com/oauth2/authorize";

/// The names of the permissions that it needs, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    NEEDED.iter().map(|(_, name)| *name)
}

/// The names of those that are not among `held`; none when it is an administrator.
pub fn lacking(held: Permissions) -> Vec<&'static str> {
    if held.administrator() {
        return Vec::new();
    }
    NEEDED.iter().filter(|(needed, _)| !held.contains(*needed)).map(|(_, name)| *name).collect()
}

/// The page on which somebody who manages a guild lets the bot in.
pub fn address(application: &str) -> String {
    let permissions = NEEDED.iter().fold(Permissions::empty(), |all, (needed, _)| all | *needed);
    format!("{PAGE}?client_id={application}&scope=bot+applications.commands&permissions={}", permissions.bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_asks_for_what_check_wants_to_see() {
        let address = address("123");
        assert!(
            address.ends_with("?client_id=123&scope=bot+applications.commands&permissions=274878024704"),
            "{address}"
        );
        let asked = Permissions::from_bits(274_878_024_704).expect("known bits");
        assert!(lacking(asked).is_empty() && lacking(Permissions::ADMINISTRATOR).is_empty());
        assert_eq!(lacking(asked - Permissions::EMBED_LINKS), ["embed links"]);
        assert_eq!(names().count(), 6);
    }
}
