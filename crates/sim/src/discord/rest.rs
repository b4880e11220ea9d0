//! REST, v10: the routes, and what every request meets before its handler.

mod body;
mod commands;
mod guard;
mod guild;
mod interactions;
mod messages;
mod typing;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{Discord, Id, gateway, refusal::Refusal, rules::Form};

/// Most bytes of a request.
const LARGEST: usize = 26 * 1024 * 1024;

/// Everything under one port: REST, files, and the gateway on every other path.
pub(super) fn router(discord: &Discord, extra: Router) -> Router {
    let routes = routes();
    Router::new()
        .nest("/api/v10", routes.clone())
        .nest("/api", routes)
        .route("/attachments/{channel}/{attachment}/{name}", get(attachment))
        .fallback(gateway::upgrade)
        .method_not_allowed_fallback(|| async { Refusal::NotFound.into_response() })
        .layer(middleware::from_fn_with_state(discord.clone(), guard::guard))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(discord.clone())
        .merge(extra)
}

fn routes() -> Router<Discord> {
    Router::new()
        .route("/gateway", get(guild::gateway))
        .route("/gateway/bot", get(guild::gateway_bot))
        .route("/users/@me", get(guild::me))
        .route("/users/@me/channels", post(guild::open_dm))
        .route("/users/@me/guilds", get(guild::mine))
        .route("/users/{user}", get(guild::user))
        .route("/applications/@me", get(guild::application))
        .route("/oauth2/applications/@me", get(guild::application))
        .route("/guilds/{guild}", get(guild::guild))
        .route("/guilds/{guild}/roles", get(guild::roles))
        .route("/guilds/{guild}/roles/member-counts", get(guild::role_counts))
        .route("/guilds/{guild}/channels", get(guild::channels))
        .route("/guilds/{guild}/members/{user}", get(guild::member))
        .route("/channels/{channel}", get(guild::channel).patch(guild::modify_channel))
        .route("/channels/{channel}/messages", get(messages::list).post(messages::create))
        .route(
            "/channels/{channel}/messages/{message}",
            get(messages::read).patch(messages::edit).delete(messages::delete),
        )
        .route("/channels/{channel}/typing", post(typing::typing))
        .route("/interactions/{id}/{token}/callback", post(interactions::callback))
        .route("/webhooks/{application}/{token}", post(interactions::follow_up))
        .route(
            "/webhooks/{application}/{token}/messages/{message}",
            get(interactions::read).patch(interactions::edit).delete(interactions::delete),
        )
        .route(
            "/applications/{application}/commands",
            get(commands::list).put(commands::replace).post(commands::create),
        )
        .route(
            "/applications/{application}/commands/{command}",
            get(commands::read).patch(commands::edit).delete(commands::delete),
        )
        .route(
            "/applications/{application}/guilds/{guild}/commands",
            get(commands::list).put(commands::replace).post(commands::create),
        )
        .route(
            "/applications/{application}/guilds/{guild}/commands/{command}",
            get(commands::read).patch(commands::edit).delete(commands::delete),
        )
}

/// An id in a path.
fn id(text: &str) -> Result<Id, Refusal> {
    text.parse().map_err(|_| {
        let mut form = Form::new();
        form.wrong("id", "NUMBER_TYPE_COERCE", format!("Value \"{text}\" is not snowflake."));
        form.finish().err().unwrap_or(Refusal::NotFound)
    })
}

/// A file of a message, as long as the message is there.
async fn attachment(
    State(discord): State<Discord>,
    Path((_, wanted, _)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let wanted = id(&wanted)?;
    discord.read(|world| {
        let there = world.messages.values().filter(|message| message.deleted.is_none());
        let file =
            there.flat_map(|message| &message.attachments).find(|file| file.id == wanted).ok_or(Refusal::NotFound)?;
        Ok((StatusCode::OK, [(header::CONTENT_TYPE, file.content_type.clone())], file.bytes.clone()).into_response())
    })
}
