//! Lines over one connection to a syslog server.
//!
//! Syslog acknowledges nothing: what was written to a connection that then breaks may be lost, and nobody says so. So after each new
//! connection the last lines are sent again. That makes a loss unlikely; at least once is what only HTTP can promise.

use std::{fmt, io, sync::Arc, time::Duration};

use bernard_domain::audit::shipping::{Answer, Record};
use bernard_platform::tls::{self, Http};
use bernard_untrusted::sieve;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use crate::{
    Wire,
    frame::{framed, machine},
};

/// How long a connection may take, its handshake included.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the other end may take no octet.
const WRITE: Duration = Duration::from_secs(30);
/// How many lines are sent again on a new connection: more than what both ends' buffers hold of lines of the usual length, a few
/// hundred octets, is never on the way unseen for long.
const AGAIN: u64 = 200;

/// Both directions.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// A syslog server.
pub(crate) struct Syslog {
    host: String,
    port: u16,
    wire: Wire,
    machine: String,
    stream: Option<Box<dyn Stream>>,
}

impl fmt::Debug for Syslog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Syslog({} {})", self.host, self.port)
    }
}

impl Syslog {
    pub(crate) fn new(host: String, port: u16, wire: Wire) -> Self {
        Self { host, port, wire, machine: machine(), stream: None }
    }

    /// Connects, unless the connection still stands; how many lines are to be sent again.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(crate) async fn open(&mut self) -> Result<u64, String> {
        if let Some(stream) = &mut self.stream
            && stands(stream).await
        {
            return Ok(0);
        }
        self.stream = None;
        let connected = tokio::time::timeout(CONNECT, self.connect()).await;
        let stream = connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        self.stream = Some(stream.map_err(|error| sieve::one_line(&error.to_string()))?);
        Ok(AGAIN)
    }

    async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        match self.wire {
            Wire::Clear => Ok(Box::new(stream)),
            Wire::Tls => {
                let mut settings = tls::settings(Http::One).map_err(io::Error::other)?;
                // It is no HTTP, and RFC 5425 has no name for it.
                settings.alpn_protocols.clear();
                let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
                Ok(Box::new(TlsConnector::from(Arc::new(settings)).connect(name, stream).await?))
            }
        }
    }

    /// Writes all of these. That they were written is all that is known.
    pub(crate) async fn send(&mut self, records: impl Iterator<Item = &Record>) -> Answer {
        let Some(stream) = &mut self.stream else {
            return Answer::Away { said: "not connected".to_owned(), again: None };
        };
        let octets: String = records.map(|record| framed(record, &self.machine)).collect();
        let written = tokio::time::timeout(WRITE, async {
            stream.write_all(octets.as_bytes()).await?;
            stream.flush().await
        });
        match written.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(()) => Answer::Taken,
            Err(error) => {
                self.stream = None;
                Answer::Away { said: sieve::one_line(&error.to_string()), again: None }
            }
        }
    }
}

/// Whether the other end has not hung up yet, as far as it was heard. What it says is not listened to.
async fn stands(stream: &mut Box<dyn Stream>) -> bool {
    let mut ignored = [0; 256];
    tokio::select! {
        biased;
        read = stream.read(&mut ignored) => matches!(read, Ok(count) if count > 0),
        () = std::future::ready(()) => true,
    }
}
