//! What a request meets before its handler: 429s, the token, the paces; and after it: headers and the count of invalid requests.

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::discord::{BOT_TOKEN, Discord, Id, pace::Scope, refusal::Refusal};

/// Who may call a route.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Anybody: the path holds a token of its own, or nothing secret is behind it. It does not count towards the global limit.
    Nothing,
    /// The bot.
    Token,
}

/// The middleware around every route.
pub(super) async fn guard(State(discord): State<Discord>, request: Request, next: Next) -> Response {
    let whole = request.uri().path();
    let Some(path) = whole.strip_prefix("/api/v10").or_else(|| whole.strip_prefix("/api")).map(str::to_owned) else {
        return next.run(request).await;
    };
    let method = request.method().clone();
    let now = discord.read(|world| world.clock.now().as_millisecond()) as f64 / 1_000.0;
    let edited = edited_channel(&method, &path);
    let bucket = format!("sim-{}-{}", method.as_str().to_lowercase(), path.split('/').nth(1).unwrap_or_default());
    let place = match enter(&discord, &request, &path, edited) {
        Ok(place) => place,
        Err(Stopped::TooFast(too_fast)) => {
            let counts = too_fast.scope != Scope::Shared;
            return count(
                &discord,
                too_fast.into_response(&bucket, now),
                if counts { Counts::Yes } else { Counts::No },
            );
        }
        Err(Stopped::Refused(refusal)) => return count(&discord, refusal.into_response(), Counts::Yes),
    };
    let mut response = next.run(request).await;
    if let Some(place) = place {
        place.stamp(response.headers_mut(), &bucket, now);
    }
    if response.status() == StatusCode::BAD_REQUEST {
        discord.change(|world| world.refused_forms.push(format!("{method} {path}")));
    }
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert("via", header::HeaderValue::from_static("1.1 sim"));
    }
    count(&discord, response, Counts::Yes)
}

enum Stopped {
    TooFast(crate::discord::pace::TooFast),
    Refused(Refusal),
}

impl From<crate::discord::pace::TooFast> for Stopped {
    fn from(too_fast: crate::discord::pace::TooFast) -> Self {
        Self::TooFast(too_fast)
    }
}

fn enter(
    discord: &Discord,
    request: &Request,
    path: &str,
    edited: Option<Id>,
) -> Result<Option<crate::discord::pace::Place>, Stopped> {
    let needs = needs(path);
    discord.change(|world| {
        let now = world.clock.elapsed();
        world.pace.scripted(request.method().as_str(), path, now)?;
        if needs == Needs::Token {
            let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            if given.and_then(|value| value.strip_prefix("Bot ")) != Some(BOT_TOKEN) {
                return Err(Stopped::Refused(Refusal::Unauthorized));
            }
            world.pace.any(world.tempo.all, now)?;
        }
        let place = edited.map(|channel| world.pace.edit(channel, world.tempo.edits, now)).transpose()?;
        Ok(place)
    })
}

fn needs(path: &str) -> Needs {
    let free = path.starts_with("/interactions/") || path.starts_with("/webhooks/") || path == "/gateway";
    if free { Needs::Nothing } else { Needs::Token }
}

/// The channel whose message a request would edit.
fn edited_channel(method: &Method, path: &str) -> Option<Id> {
    let mut parts = path.split('/').skip(1);
    let edits = method == Method::PATCH && parts.next() == Some("channels");
    let channel = parts.next()?.parse().ok()?;
    (edits && parts.next() == Some("messages")).then_some(channel)
}

enum Counts {
    Yes,
    No,
}

/// Counts invalid requests: 401, 403 and 429, but not those of the shared scope.
fn count(discord: &Discord, response: Response, counts: Counts) -> Response {
    let invalid = matches!(response.status().as_u16(), 401 | 403 | 429);
    if invalid && matches!(counts, Counts::Yes) {
        discord.change(|world| world.invalid_requests += 1);
    }
    response
}
