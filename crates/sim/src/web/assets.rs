//! The page itself, as it is in `sim/src/web/page/`: part of the program, without a build step.

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Redirect},
    routing::get,
};

/// Where a file is found, what it is, and what is in it.
const FILES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("page/index.html")),
    ("/secret/", HTML, include_str!("page/secret.html")),
    ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/style.css", CSS, include_str!("page/style.css")),
    ("/cloud.css", CSS, include_str!("page/cloud.css")),
    ("/app.js", SCRIPT, include_str!("page/app.js")),
    ("/chat.js", SCRIPT, include_str!("page/chat.js")),
    ("/cloud.js", SCRIPT, include_str!("page/cloud.js")),
    ("/composer.js", SCRIPT, include_str!("page/composer.js")),
    ("/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/form.js", SCRIPT, include_str!("page/form.js")),
    ("/markdown.js", SCRIPT, include_str!("page/markdown.js")),
    ("/message.js", SCRIPT, include_str!("page/message.js")),
    ("/secret.js", SCRIPT, include_str!("page/secret.js")),
    ("/words.js", SCRIPT, include_str!("page/words.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The routes of all files.
pub(super) fn routes() -> Router {
    let served = FILES.iter().fold(Router::new(), |router, (path, kind, text)| {
        router.route(path, get(|| async { ([(header::CONTENT_TYPE, *kind)], *text).into_response() }))
    });
    served
        .route("/secret", get(|| async { Redirect::permanent("/secret/") }))
        .route("/favicon.ico", get(|| async { Redirect::permanent("/icon.svg") }))
}
