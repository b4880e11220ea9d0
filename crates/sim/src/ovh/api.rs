//! The web API: which calls there are, which right each needs, and the way in that checks it.

mod auth;
mod console;
mod datacentre;
mod iam;
mod logs;
mod mail;
mod network;
mod pages;
mod secret;
mod server;
mod support;
mod task;

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{MatchedPath, OriginalUri, Request, State},
    http::{Method, header::HOST},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{refusal::Refusal, world::World};
use crate::net::lock;

/// The world, as handlers share it.
pub(super) type Shared = Arc<Mutex<World>>;

/// What a handler answers.
type Answer<T = axum::Json<serde_json::Value>> = Result<T, Refusal>;

/// The largest body that is read, in bytes: OVHcloud's own are a few hundred.
const BODY_LIMIT: usize = 1 << 20;

/// The right that each call needs (schema, `x-iam-actions`). A call that is not here needs none.
const ACTIONS: &[(&str, &str, &str)] = &[
    ("GET", "/dedicated/server", "dedicatedServer:apiovh:get"),
    ("GET", "/dedicated/server/{name}", "dedicatedServer:apiovh:get"),
    ("PUT", "/dedicated/server/{name}", "dedicatedServer:apiovh:put"),
    ("GET", "/dedicated/server/{name}/boot", "dedicatedServer:apiovh:boot/get"),
    ("GET", "/dedicated/server/{name}/boot/{id}", "dedicatedServer:apiovh:boot/get"),
    ("POST", "/dedicated/server/{name}/reboot", "dedicatedServer:apiovh:reboot"),
    ("GET", "/dedicated/server/{name}/task", "dedicatedServer:apiovh:task/get"),
    ("GET", "/dedicated/server/{name}/task/{id}", "dedicatedServer:apiovh:task/get"),
    ("POST", "/dedicated/server/{name}/task/{id}/cancel", "dedicatedServer:apiovh:task/cancel"),
    ("GET", "/dedicated/server/{name}/ongoing", "dedicatedServer:apiovh:ongoing/get"),
    ("GET", "/dedicated/server/{name}/specifications/hardware", "dedicatedServer:apiovh:specifications/hardware/get"),
    ("POST", "/dedicated/server/{name}/authenticationSecret", "dedicatedServer:apiovh:authenticationSecret/create"),
    ("GET", "/dedicated/server/{name}/serviceInfos", "dedicatedServer:apiovh:serviceInfos/get"),
    ("GET", "/dedicated/server/{name}/intervention", "dedicatedServer:apiovh:intervention/get"),
    ("GET", "/dedicated/server/{name}/intervention/{id}", "dedicatedServer:apiovh:intervention/get"),
    ("GET", "/dedicated/server/{name}/plannedIntervention", "dedicatedServer:apiovh:plannedIntervention/get"),
    ("GET", "/dedicated/server/{name}/plannedIntervention/{id}", "dedicatedServer:apiovh:plannedIntervention/get"),
    ("GET", "/dedicated/server/{name}/features/ipmi", "dedicatedServer:apiovh:features/ipmi/get"),
    ("GET", "/dedicated/server/{name}/features/ipmi/access", "dedicatedServer:apiovh:features/ipmi/access/get"),
    ("POST", "/dedicated/server/{name}/features/ipmi/access", "dedicatedServer:apiovh:features/ipmi/access/create"),
    ("GET", "/dedicated/server/{name}/features/ipmi/test", "dedicatedServer:apiovh:features/ipmi/test/get"),
    ("POST", "/dedicated/server/{name}/features/ipmi/test", "dedicatedServer:apiovh:features/ipmi/test/create"),
    (
        "POST",
        "/dedicated/server/{name}/features/ipmi/resetSessions",
        "dedicatedServer:apiovh:features/ipmi/resetSessions",
    ),
    ("GET", "/me/notification/email/history", "account:apiovh:me/notification/email/history/get"),
    ("GET", "/me/notification/email/history/{id}", "account:apiovh:me/notification/email/history/get"),
    ("GET", "/me/api/logs/self", "account:apiovh:me/api/logs/self/get"),
    ("GET", "/me/api/logs/self/{id}", "account:apiovh:me/api/logs/self/get"),
    ("GET", "/ip/{block}/antihack", "ip:apiovh:antihack/get"),
    ("GET", "/ip/{block}/spam", "ip:apiovh:spam/get"),
    ("GET", "/ip/{block}/phishing", "ip:apiovh:phishing/get"),
    ("GET", "/ip/{block}/mitigation/{address}", "ip:apiovh:mitigation/get"),
    ("POST", "/support/tickets/create", "account:apiovh:support/tickets/create"),
    ("GET", "/support/tickets", "account:apiovh:support/tickets/get"),
    ("GET", "/support/tickets/{id}", "account:apiovh:support/tickets/get"),
    ("GET", "/notification/history", "account:apiovh:notification/history/get"),
];

/// The whole API under `/1.0`, `/v1` and `/v2`, and the OAuth2 token page.
pub(super) fn router(world: &Shared) -> Router {
    let first = Router::new()
        .route("/auth/currentCredential", get(auth::current_credential))
        .route("/auth/details", get(auth::details))
        .route("/dedicated/server", get(server::list))
        .route("/dedicated/server/{name}", get(server::read).put(server::write))
        .route("/dedicated/server/{name}/boot", get(server::boots))
        .route("/dedicated/server/{name}/boot/{id}", get(server::boot))
        .route("/dedicated/server/{name}/specifications/hardware", get(server::hardware))
        .route("/dedicated/server/{name}/serviceInfos", get(server::service_infos))
        .route("/dedicated/server/{name}/intervention", get(datacentre::past))
        .route("/dedicated/server/{name}/intervention/{id}", get(datacentre::past_one))
        .route("/dedicated/server/{name}/plannedIntervention", get(datacentre::planned))
        .route("/dedicated/server/{name}/plannedIntervention/{id}", get(datacentre::planned_one))
        .route("/dedicated/server/{name}/ongoing", get(datacentre::ongoing))
        .route("/dedicated/server/{name}/reboot", post(task::reboot))
        .route("/dedicated/server/{name}/task", get(task::list))
        .route("/dedicated/server/{name}/task/{id}", get(task::read))
        .route("/dedicated/server/{name}/task/{id}/cancel", post(task::cancel))
        .route("/dedicated/server/{name}/authenticationSecret", post(secret::authentication))
        .route("/dedicated/server/{name}/features/ipmi", get(console::features))
        .route("/dedicated/server/{name}/features/ipmi/access", get(console::read).post(console::ask))
        .route("/dedicated/server/{name}/features/ipmi/test", get(console::tested).post(console::test))
        .route("/dedicated/server/{name}/features/ipmi/resetSessions", post(console::reset_sessions))
        .route("/me/notification/email/history", get(mail::list))
        .route("/me/notification/email/history/{id}", get(mail::read))
        .route("/me/api/logs/self", get(logs::list))
        .route("/me/api/logs/self/{id}", get(logs::read))
        .route("/ip/{block}/antihack", get(network::antihack))
        .route("/ip/{block}/spam", get(network::spam))
        .route("/ip/{block}/phishing", get(network::phishing))
        .route("/ip/{block}/mitigation/{address}", get(network::mitigation))
        .route("/support/tickets/create", post(support::create))
        .route("/support/tickets", get(support::list))
        .route("/support/tickets/{id}", get(support::read))
        .route_layer(middleware::from_fn_with_state(world.clone(), guard))
        .route("/auth/time", get(auth::time))
        .route("/auth/credential", post(auth::ask_for_key))
        .route("/secret/retrieve", post(secret::retrieve));
    let second = Router::new()
        .route("/notification/history", get(mail::notifications))
        .route("/iam/resource", get(iam::resources))
        .route("/iam/reference/action", get(iam::reference))
        .route("/iam/resource/{urn}/authorization/check", post(iam::check))
        .route_layer(middleware::from_fn_with_state(world.clone(), guard));
    Router::new()
        .nest("/1.0", first.clone())
        .nest("/v1", first)
        .nest("/v2", second)
        .route("/auth/oauth2/token", post(auth::token))
        .route("/auth/sso", get(auth::key_page).post(auth::validate_key))
        .fallback(async || Refusal::NoSuchRoute)
        .with_state(world.clone())
}

/// Lets in who proved who they are and has the right; everybody else reads why not. Also brings the world up to now.
async fn guard(
    State(world): State<Shared>,
    OriginalUri(uri): OriginalUri,
    route: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return Refusal::BadRequest("The body is too large".to_owned()).into_response();
    };
    let checked = {
        let mut world = lock(&world);
        world.settle();
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let sent = uri.path_and_query().map_or("", |sent| sent.as_str());
        let caller =
            world.access.identify(&world.clock, &parts.method, &format!("http://{host}{sent}"), &parts.headers, &body);
        caller.and_then(|caller| {
            let action = action(&parts.method, unversioned(route.as_str()));
            world.access.permit(caller, &parts.method, unversioned(uri.path()), action)?;
            if parts.method != Method::GET {
                let now = world.clock.now();
                world.api_log.note(now, parts.method.as_str(), unversioned(uri.path()));
            }
            Ok(caller)
        })
    };
    match checked {
        Err(refusal) => refusal.into_response(),
        Ok(caller) => {
            let mut request = Request::from_parts(parts, Body::from(body));
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    }
}

/// A path below its version: `/1.0/auth/time` is `/auth/time`.
fn unversioned(path: &str) -> &str {
    path.get(1..).and_then(|path| path.find('/')).map_or(path, |slash| &path[slash + 1..])
}

fn action(method: &Method, route: &str) -> &'static str {
    ACTIONS.iter().find(|(its, path, _)| *its == method.as_str() && *path == route).map_or("", |(_, _, action)| action)
}

/// A number in a path.
fn number(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::BadRequest(format!("Invalid value in path: {text}")))
}

/// Every IAM action that a call of this API needs, each once.
pub(super) fn actions() -> std::collections::BTreeSet<&'static str> {
    ACTIONS.iter().map(|(.., action)| *action).collect()
}

/// The IAM action that a call needs, by its path below the version, query or not; `None` when it needs none.
pub(super) fn action_of(method: &str, path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |pattern: &str| {
        let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
        let same =
            wanted.by_ref().zip(given.by_ref()).all(|(wanted, given)| wanted.starts_with('{') || wanted == given);
        same && pattern.split('/').count() == path.split('/').count()
    };
    ACTIONS.iter().find(|(its, pattern, _)| *its == method && fits(pattern)).map(|(.., action)| *action)
}
