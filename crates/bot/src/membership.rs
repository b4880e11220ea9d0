//! Somebody's roles of this moment: read in one way, whoever wants to know.

use bernard_discord::Rest;
use bernard_domain::{
    access::{Requester, UserId},
    authorization::Membership,
};
use bernard_engine::messenger::NotTold;
use serenity::model::id::{GuildId, UserId as DiscordUser};

/// What Discord says of somebody now, within the time that `rest` gives it.
///
/// # Errors
/// [`NotTold::NotNow`] when it cannot say just now.
pub(super) async fn membership(rest: &Rest, guild: GuildId, user: UserId) -> Result<Membership, NotTold> {
    let error = match rest.member(guild, DiscordUser::new(user.0)).await {
        Ok(member) => {
            let roles = member.roles.iter().map(|role| role.get()).collect();
            return Ok(Membership::Member(Requester { user, roles }));
        }
        Err(error) => error,
    };
    tracing::warn!(user.id = user.0, %error, "somebody's roles cannot be read");
    match error {
        error if error.is_unknown_person() => Ok(Membership::NotAMember),
        error if error.is_transient() => Err(NotTold::NotNow),
        _ => Ok(Membership::Unreadable),
    }
}
