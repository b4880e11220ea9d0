//! `bernard healthcheck`: asks the process that runs here whether it lives, for a container that has nothing else to ask with.
//!
//! It reads `http.listen` and nothing else of the configuration, so that neither a secret that is gone nor a mistake that somebody
//! is just making in the file has a healthy process started again.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use bernard_config as config;
use bernard_config::Config;
use serde_json::Value;

/// How long the whole question may take: a supervisor's own limit is usually three seconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest status line that is read, in bytes.
const LONGEST_LINE: usize = 256;
/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 << 10;

/// Asks `/healthz` where the configuration at `path` says that it is served, for at most two seconds.
///
/// # Errors
/// When the file does not say where, nobody answers there in time, or the answer is not 200.
pub fn run(path: &Path) -> anyhow::Result<()> {
    let listen = Config::listen(path, config::process_environment()).map_err(|problems| anyhow!("{problems}"))?;
    if listen.port() == 0 {
        bail!("http.listen names no port (it is 0), so nobody knows where to ask");
    }
    let address = reachable(listen);
    let answer = ask(address, "/healthz", LONGEST_LINE);
    let answer = answer.with_context(|| format!("/healthz on {address} does not answer"))?;
    let status = answer.lines().next().unwrap_or_default().escape_debug().to_string();
    if status.split(' ').nth(1) == Some("200") { Ok(()) } else { bail!("/healthz on {address} answers: {status}") }
}

/// What the process that listens there says of its configuration (`/readyz`).
///
/// # Errors
/// When nobody answers, or what comes says nothing of it.
pub(super) fn configuration(listen: SocketAddr) -> anyhow::Result<Value> {
    let answer = ask(reachable(listen), "/readyz", LONGEST_ANSWER)?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let mut said: Value = serde_json::from_str(body)?;
    let configuration = said.get_mut("configuration").filter(|said| said.is_object());
    configuration.map(Value::take).context("what answers there says nothing of a configuration")
}

/// Where somebody on this machine reaches what listens there.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The answer to a GET, or as much of it as fits into `most` bytes; of a short one only the first line is waited for.
fn ask(address: SocketAddr, route: &str, most: usize) -> io::Result<String> {
    let asked = Instant::now();
    let left = || match PATIENCE.saturating_sub(asked.elapsed()) {
        Duration::ZERO => Err(io::Error::from(io::ErrorKind::TimedOut)),
        left => Ok(left),
    };
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(left()?))?;
    stream.write_all(question(route).as_bytes())?;
    let mut answer = Vec::new();
    let mut some = [0; LONGEST_LINE];
    while answer.len() < most && (most > LONGEST_LINE || !answer.contains(&b'\n')) {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut some)? {
            0 => break,
            read => answer.extend_from_slice(&some[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn question(route: &str) -> String {
    format!("GET {route} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

#[cfg(test)]
mod tests {
    use std::{fs, net::TcpListener, thread};

    use super::*;

    /// What the question comes to when the answer is `says`, with a configuration that has a mistake elsewhere.
    fn asked(says: &'static str) -> anyhow::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.toml");
        let port = listener.local_addr().expect("it is bound").port();
        fs::write(&path, format!("lokale = \"en\"\n[http]\nlisten = \"0.0.0.0:{port}\"\n")).expect("it is written");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let mut question = vec![0; question("/healthz").len()];
            stream.read_exact(&mut question).expect("a question");
            stream.write_all(says.as_bytes()).expect("it is taken");
            question
        });
        let came = run(&path);
        assert_eq!(server.join().expect("no panic"), question("/healthz").into_bytes());
        came
    }

    #[test]
    fn only_a_200_is_healthy() {
        assert!(asked("HTTP/1.1 200 OK\r\n\r\nalive\n").is_ok());
        for sick in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", "", "200"] {
            let error = asked(sick).expect_err(sick);
            assert!(error.to_string().contains("/healthz on 127.0.0.1:"), "{error}");
        }
    }

    #[test]
    fn nobody_there_is_not_healthy() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bernard.toml");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        for (listen, said) in [(free.to_string(), "does not answer"), ("127.0.0.1:0".to_owned(), "no port")] {
            fs::write(&path, format!("[http]\nlisten = \"{listen}\"\n")).expect("it is written");
            let error = run(&path).expect_err("nobody listens");
            assert!(error.to_string().contains(said), "{error}");
        }
        assert!(run(&folder.path().join("none.toml")).is_err());
    }

    #[test]
    fn who_listens_everywhere_is_asked_here() {
        let at = |text: &str| reachable(text.parse().expect("an address")).to_string();
        assert_eq!(at("0.0.0.0:9090"), "127.0.0.1:9090");
        assert_eq!(at("[::]:9090"), "[::1]:9090");
        assert_eq!(at("192.0.2.7:9090"), "192.0.2.7:9090");
    }
}
