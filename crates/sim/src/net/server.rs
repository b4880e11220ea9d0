//! The accept loop, and the way of a request through journal and faults to its handler.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, Response, StatusCode, header},
};
use http_body_util::BodyExt;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
};
use tower::ServiceExt;

use super::{
    fault::{Fault, Faults},
    journal::{Journal, Seen},
    line::{Known, Line},
    lock,
};

/// Connections that the kernel keeps for us until they are accepted.
const BACKLOG: u32 = 1024;

/// Starts servers.
pub struct Listener;

impl Listener {
    /// Serves `router` on a free port of 127.0.0.1, faults and journal before it.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn start(router: Router) -> io::Result<Server> {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), router, |_| {}).await
    }

    /// Serves `router` at `address` (port 0: a free one). `stamp` sees the headers of every answer, scripted ones too.
    ///
    /// # Errors
    ///
    /// If the address cannot be had.
    pub async fn start_at(
        address: SocketAddr,
        router: Router,
        stamp: impl Fn(&mut HeaderMap) + Send + Sync + 'static,
    ) -> io::Result<Server> {
        let reserved = bind(address)?;
        let address = reserved.local_addr()?;
        let server = Server(Arc::new(Shared {
            address,
            _reserved: reserved,
            router,
            stamp: Box::new(stamp),
            journal: Journal::new(),
            faults: Faults::new(),
            lines: Mutex::default(),
            accepting: Mutex::default(),
        }));
        server.accept_again()?;
        Ok(server)
    }
}

/// A running server; clones are the same server. It lives until [`Server::stop`], or as long as its runtime.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

struct Shared {
    address: SocketAddr,
    /// Bound and never listening: nobody else gets the port while connections are refused.
    _reserved: TcpSocket,
    router: Router,
    stamp: Box<dyn Fn(&mut HeaderMap) + Send + Sync>,
    journal: Journal,
    faults: Faults,
    lines: Mutex<Vec<(Known, JoinHandle<()>)>>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    /// Its base URL, such as `http://127.0.0.1:40123`, without a final slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// What it has received.
    pub fn journal(&self) -> Journal {
        self.0.journal.clone()
    }

    /// What goes wrong.
    pub fn faults(&self) -> Faults {
        self.0.faults.clone()
    }

    /// Closes the listening socket: when this returns, new connections are refused. Open ones go on.
    pub async fn refuse(&self) {
        let accepting = lock(&self.0.accepting).take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // Waits until the socket is closed; that it was cancelled is no news.
            accepting.await.ok();
        }
    }

    /// Listens again, on the same port. Does nothing if it listens.
    ///
    /// # Errors
    ///
    /// If the socket cannot be made.
    pub fn accept_again(&self) -> io::Result<()> {
        let mut accepting = lock(&self.0.accepting);
        if accepting.is_none() {
            let listener = bind(self.0.address)?.listen(BACKLOG)?;
            *accepting = Some(tokio::spawn(self.clone().accept(listener)));
        }
        Ok(())
    }

    /// Resets every open connection.
    pub fn reset_all(&self) {
        for line in lock(&self.0.lines).iter().filter_map(|(line, _)| line.open()) {
            line.reset();
        }
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        lock(&self.0.lines).iter().filter(|(line, _)| line.open().is_some()).count()
    }

    /// Closes the listening socket and every connection. What a handler has begun, it ends.
    pub async fn stop(&self) {
        self.refuse().await;
        for (line, serving) in lock(&self.0.lines).drain(..) {
            serving.abort();
            if let Some(line) = line.open() {
                line.close();
            }
        }
    }

    async fn accept(self, listener: TcpListener) {
        loop {
            // An error here is about one connection (it went away) or about file descriptors: try on, a little later.
            match listener.accept().await {
                Ok((stream, _)) => self.serve(stream),
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    fn serve(&self, stream: TcpStream) {
        // Fails only on a socket that is dead already; then serving it ends at once.
        stream.set_nodelay(true).ok();
        let line = Line::new(stream);
        let known = line.known();
        let server = self.clone();
        let serving = tokio::spawn(async move {
            let io = TokioIo::new(line.clone());
            let service = service_fn(|request| server.clone().answer(request, line.clone()));
            // A connection that ends badly is the sender's affair, or a fault at work.
            hyper::server::conn::http1::Builder::new().serve_connection(io, service).with_upgrades().await.ok();
        });
        let mut lines = lock(&self.0.lines);
        lines.retain(|(line, _)| line.open().is_some());
        lines.push((known, serving));
    }

    /// The whole life of one request. `Err` makes hyper drop the connection, which was reset before.
    async fn answer(self, request: Request<Incoming>, line: Line) -> Result<Response<Body>, Lost> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
        let path = parts.uri.path_and_query().map_or_else(String::new, |path| path.as_str().to_owned());
        let entry = self.0.journal.note(Seen {
            method: parts.method.clone(),
            path: path.clone(),
            headers: parts.headers.clone(),
            body: body.clone(),
            status: None,
            at: Instant::now(),
        });
        let fault = self.0.faults.meet(&parts.method, &path);
        if matches!(fault, Some(Fault::Hang)) {
            return std::future::pending().await;
        }
        // In a task of its own, so that it happens even if the sender goes away.
        let request = Request::from_parts(parts, Body::from(body));
        let handled = tokio::spawn(handle(self.0.router.clone(), request, fault));
        let answer = match handled.await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(Lost)) => None,
            Err(panicked) => Some(explain(&panicked.to_string())),
        };
        let Some(mut answer) = answer else {
            line.reset();
            return Err(Lost);
        };
        (self.0.stamp)(answer.headers_mut());
        self.0.journal.answered(entry, answer.status());
        Ok(answer)
    }
}

/// There is no answer.
#[derive(Debug, Clone, Copy)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer was lost")
    }
}

impl std::error::Error for Lost {}

async fn handle(router: Router, request: Request<Body>, fault: Option<Fault>) -> Result<Response<Body>, Lost> {
    match fault {
        Some(Fault::Reset | Fault::Hang) => return Err(Lost),
        Some(Fault::Answer(status, headers, body)) => return Ok(scripted(status, headers, body)),
        Some(Fault::Slow(by)) => tokio::time::sleep(by).await,
        Some(Fault::HoldBefore(ref hold)) => hold.pass().await,
        Some(Fault::LoseAnswer | Fault::HoldAnswer(_) | Fault::Truncate | Fault::AnswerInstead(..) | Fault::Odd(_))
        | None => {}
    }
    let answer = router.oneshot(request).await.unwrap_or_else(|never: Infallible| match never {});
    match fault {
        Some(Fault::LoseAnswer) => Err(Lost),
        Some(Fault::HoldAnswer(hold)) => {
            hold.pass().await;
            Ok(answer)
        }
        Some(Fault::Truncate) => halve(answer).await,
        Some(Fault::Odd(odd)) => with_odd(answer, odd).await,
        Some(Fault::AnswerInstead(status, headers, body)) => Ok(scripted(status, headers, body)),
        _ => Ok(answer),
    }
}

fn scripted(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Response<Body> {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

async fn halve(answer: Response<Body>) -> Result<Response<Body>, Lost> {
    let (mut parts, body) = answer.into_parts();
    let whole: Bytes = body.collect().await.map_err(|_| Lost)?.to_bytes();
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(whole.slice(..whole.len() / 2))))
}

async fn with_odd(answer: Response<Body>, odd: serde_json::Value) -> Result<Response<Body>, Lost> {
    let (mut parts, body) = answer.into_parts();
    let whole: Bytes = body.collect().await.map_err(|_| Lost)?.to_bytes();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = match (serde_json::from_slice(&whole), odd) {
        (Ok(serde_json::Value::Object(mut fields)), serde_json::Value::Object(odd)) => {
            fields.extend(odd);
            serde_json::Value::Object(fields).to_string().into()
        }
        (Ok(serde_json::Value::Array(all)), serde_json::Value::Array(odd)) => {
            serde_json::Value::Array(odd.into_iter().chain(all).collect()).to_string().into()
        }
        _ => whole,
    };
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// A handler of the simulator panicked: said aloud, because it is a bug here and not the far end's behaviour.
fn explain(panic: &str) -> Response<Body> {
    let mut answer = Response::new(Body::from(format!("the simulator is broken: {panic}")));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
