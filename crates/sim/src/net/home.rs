//! Who may ask: people at this machine, and no page of another site that happens to be open in their browser.
//!
//! A browser lets any site send requests to loopback, and a site whose name leads to loopback a moment later (DNS rebinding) even
//! read the answers. Such a request names the site: in `Host`, or in `Origin` and `Sec-Fetch-Site`, which no page can forge.

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Method, Request, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Whose address may stand in `Host`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guests {
    /// This machine's: loopback.
    Here,
    /// Also another machine's of the network, such as a phone's: the server's own address, as a number.
    Network,
}

impl Guests {
    /// Those whom a server can have that listens there.
    pub(crate) fn of(address: SocketAddr) -> Self {
        if address.ip().is_loopback() { Self::Here } else { Self::Network }
    }
}

/// A layer that lets nobody else in.
pub(crate) async fn only(State(guests): State<Guests>, request: Request<Body>, next: Next) -> Response {
    match foreign(request.method(), request.headers(), guests) {
        None => next.run(request).await,
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
    }
}

/// Why a request does not come from here; `None`: it does.
fn foreign(method: &Method, headers: &HeaderMap, guests: Guests) -> Option<&'static str> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).filter(|host| is_ours(host, guests));
    let Some(host) = host else { return Some("open this page by 127.0.0.1 or localhost\n") };
    if method.is_safe() {
        return None;
    }
    let from_elsewhere =
        text(header::ORIGIN).is_some_and(|origin| !origin.eq_ignore_ascii_case(&format!("http://{host}")));
    let sent_by = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    let by_elsewhere = sent_by.is_some_and(|site| !matches!(site, b"same-origin" | b"none"));
    (from_elsewhere || by_elsewhere).then_some("only this page itself may ask for that\n")
}

/// Whether `Host` names us: by a number, or by the one name that leads nowhere else.
fn is_ours(host: &str, guests: Guests) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let number = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    number.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || guests == Guests::Network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_here_is_not_ours() {
        for host in ["127.0.0.1:8400", "127.0.0.1", "127.8.9.1:1", "localhost", "LOCALHOST:8400", "[::1]:8400", "[::1]"]
        {
            assert!(is_ours(host, Guests::Here), "{host}");
        }
        let others = [
            "evil.example",
            "evil.example:8400",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8400",
            "",
            ":8400",
            "127.1",
        ];
        for host in others {
            assert!(!is_ours(host, Guests::Here) && !is_ours(host, Guests::Network), "{host}");
        }
        for host in ["192.0.2.7:8400", "[2001:db8::1]:8400"] {
            assert!(!is_ours(host, Guests::Here) && is_ours(host, Guests::Network), "{host}");
        }
    }
}
