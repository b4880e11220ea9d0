//! Permissions: the bits, and how roles and overwrites of a channel add up.

use super::Id;

/// See the channel.
pub const VIEW_CHANNEL: u64 = 1 << 10;
/// Write in a channel.
pub const SEND_MESSAGES: u64 = 1 << 11;
/// Delete other people's messages.
pub const MANAGE_MESSAGES: u64 = 1 << 13;
/// Send embeds.
pub const EMBED_LINKS: u64 = 1 << 14;
/// Send files.
pub const ATTACH_FILES: u64 = 1 << 15;
/// Read what was written before.
pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
/// Ring `@everyone` and roles that are not mentionable.
pub const MENTION_EVERYONE: u64 = 1 << 17;
/// Use slash commands.
pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
/// Write in threads.
pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
/// Everything, whatever the overwrites say.
pub const ADMINISTRATOR: u64 = 1 << 3;

/// What everybody has in a fresh guild, as far as a bot of messages cares.
pub(crate) const EVERYBODY: u64 = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_APPLICATION_COMMANDS
    | SEND_MESSAGES_IN_THREADS;

/// A channel's exception for one role or member.
#[derive(Clone, Debug)]
pub(crate) struct Overwrite {
    pub(crate) of: Id,
    pub(crate) kind: OverwriteOf,
    pub(crate) allow: u64,
    pub(crate) deny: u64,
}

/// What an overwrite is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverwriteOf {
    Role,
    Member,
}

/// What a member with `roles` may do in a channel: `@everyone`'s overwrite, then the roles' together, then the member's own.
pub(crate) fn in_channel(base: u64, guild: Id, member: Id, roles: &[Id], overwrites: &[Overwrite]) -> u64 {
    if base & ADMINISTRATOR != 0 {
        return u64::MAX >> 11;
    }
    let mut permissions = base;
    for overwrite in overwrites.iter().filter(|o| o.kind == OverwriteOf::Role && o.of == guild) {
        permissions = (permissions & !overwrite.deny) | overwrite.allow;
    }
    let of_roles = overwrites.iter().filter(|o| o.kind == OverwriteOf::Role && roles.contains(&o.of));
    let (allow, deny) = of_roles.fold((0, 0), |(allow, deny), o| (allow | o.allow, deny | o.deny));
    permissions = (permissions & !deny) | allow;
    for overwrite in overwrites.iter().filter(|o| o.kind == OverwriteOf::Member && o.of == member) {
        permissions = (permissions & !overwrite.deny) | overwrite.allow;
    }
    if permissions & VIEW_CHANNEL == 0 { 0 } else { permissions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_own_overwrite_has_the_last_word() {
        let overwrite = |of, kind, allow, deny| Overwrite { of: Id(of), kind, allow, deny };
        let overwrites = [
            overwrite(1, OverwriteOf::Role, 0, SEND_MESSAGES),
            overwrite(7, OverwriteOf::Role, SEND_MESSAGES, 0),
            overwrite(9, OverwriteOf::Member, 0, SEND_MESSAGES),
        ];
        let may_send =
            |member, roles: &[Id]| in_channel(EVERYBODY, Id(1), Id(member), roles, &overwrites) & SEND_MESSAGES != 0;
        assert!(!may_send(5, &[]));
        assert!(may_send(5, &[Id(7)]));
        assert!(!may_send(9, &[Id(7)]));
    }

    #[test]
    fn who_cannot_see_a_channel_can_do_nothing_in_it() {
        let hidden = [Overwrite { of: Id(1), kind: OverwriteOf::Role, allow: 0, deny: VIEW_CHANNEL }];
        assert_eq!(in_channel(EVERYBODY, Id(1), Id(5), &[], &hidden), 0);
        assert_ne!(in_channel(EVERYBODY | ADMINISTRATOR, Id(1), Id(5), &[], &hidden), 0);
    }
}
