//! The door of the web endpoints: how many come in, how long they may take, and how much they may bring.
//!
//! Promises, whoever knocks and however slowly: a connection lives for a bounded time, asks one thing and is closed; there are
//! never more of them than [`Bounds::most`], and at that number the oldest makes room for the newest, so that `/healthz` still
//! answers; what is too large is refused before it is kept.

use std::{collections::VecDeque, future::poll_fn, io, net::IpAddr, pin::pin, time::Duration};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::process;

/// The longest header of a request, in bytes: Discord's, behind a proxy that adds its own, have less than two thousand.
const HEADER_LIMIT: usize = 16 << 10;
/// What is read of a connection at once.
const BUFFER: usize = 32 << 10;
/// How long a listener that gives nothing is left alone: it does when the process has no descriptor left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// What is read and thrown away behind a refusal, in bytes, so that its sender reads the refusal and not a reset.
const LINGER_BYTES: u64 = 1 << 20;
/// How long that may take.
const LINGER: Duration = Duration::from_secs(1);

/// Where a request comes from: it stands beside each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// How long the header may take to come, from the first packet of the connection.
    pub(super) header: Duration,
    /// How long a connection may last in all: header, body, answer.
    pub(super) whole: Duration,
    /// How many connections there are at most.
    pub(super) most: usize,
}

impl Bounds {
    /// For a process that may hold so many descriptors: the store, Discord and OVHcloud need some too.
    pub(super) fn within(descriptors: u64) -> Self {
        /// More than any supervisor, collector of figures and Discord open at once.
        const MOST: u64 = 256;
        /// Even where the system is mean.
        const LEAST: u64 = 8;
        let most = (descriptors / 4).clamp(LEAST, MOST);
        Self {
            header: Duration::from_secs(5),
            whole: Duration::from_secs(15),
            most: usize::try_from(most).unwrap_or(usize::MAX),
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::within(process::descriptors())
    }
}

/// Serves `router` on `listener` until `stop`; then what is under way is finished.
pub(super) async fn keep(listener: TcpListener, router: Router, bounds: Bounds, stop: CancellationToken) {
    let mut inside = JoinSet::new();
    let mut oldest_first: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = inside.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, Peer(peer.ip().to_canonical())),
            Err(error) if is_only_theirs(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "the web endpoints take no connection for a moment");
                sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        if oldest_first.len() >= bounds.most {
            oldest_first.retain(|connection| !connection.is_finished());
        }
        if oldest_first.len() >= bounds.most
            && let Some(oldest) = oldest_first.pop_front()
        {
            metrics::counter!(bernard_platform::metrics::HTTP_CROWDED_OUT).increment(1);
            oldest.abort();
        }
        let router = router.clone().layer(Extension(peer));
        let connection = serve_one(stream, router, bounds, stop.clone());
        oldest_first.push_back(inside.spawn(async move {
            // Whoever is too slow is cut off.
            let _ = timeout(bounds.whole, connection).await;
        }));
    }
    drop(listener);
    while inside.join_next().await.is_some() {}
}

/// A connection that was over before it was taken.
fn is_only_theirs(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionAborted | Kind::ConnectionReset | Kind::ConnectionRefused)
}

/// One connection, one request. How a connection fails is its own affair.
async fn serve_one(stream: TcpStream, router: Router, bounds: Bounds, stop: CancellationToken) {
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header)
        .max_header_size(HEADER_LIMIT)
        .max_buf_size(BUFFER)
        // A proxy that keeps a connection for later would find it closed just when it sends an interaction.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let served = {
        let mut stopping = pin!(stop.cancelled());
        let mut is_stopping = false;
        poll_fn(|context| {
            if !is_stopping && stopping.as_mut().poll(context).is_ready() {
                is_stopping = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
            connection.poll_without_shutdown(context)
        })
        .await
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a web request was not served");
    }
    if !stop.is_cancelled() {
        linger(connection.into_parts().io.into_inner()).await;
    }
}

/// Says that nothing more comes, and lets the other side finish what it was saying.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut rest = (&mut stream).take(LINGER_BYTES);
    let mut thrown_away = [0; 4096];
    let reading = async { while rest.read(&mut thrown_away).await.is_ok_and(|read| read > 0) {} };
    // Whoever goes on speaking gets the reset.
    let _ = timeout(LINGER, reading).await;
}

#[cfg(test)]
mod tests;
