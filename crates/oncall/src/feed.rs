//! The feed: an address or a file, read within bounds of time and size.
//!
//! Whoever has the address can read the schedule, so it is a secret: no error here holds it, and no redirect leads it to another
//! host. A feed that has not changed since it was read last is not sent again, where its server knows how to say so.

use std::{io, path::PathBuf, time::Duration};

use bernard_platform::tls::{self, Http};
use reqwest::{
    Client, Response, StatusCode,
    header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
    redirect::{Attempt, Policy},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncReadExt;
use url::Url;

/// The largest feed, in bytes: schedules of years are a tenth of that.
pub const LARGEST: usize = 1024 * 1024;
/// How long one reading may take.
pub const WITHIN: Duration = Duration::from_secs(10);
/// How many redirects within its host are followed.
const REDIRECTS: usize = 3;

/// Where a schedule is read.
#[derive(Debug)]
pub struct Feed {
    source: Source,
    /// What the server said of the text that was taken last, to be asked with.
    known: Validators,
}

#[derive(Debug)]
enum Source {
    Address(SecretString, Client),
    File(PathBuf),
}

/// What a server says of a version of the feed.
#[derive(Clone, Debug, Default)]
pub struct Validators {
    etag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
}

/// What came of a reading.
#[derive(Debug)]
pub enum Fetched {
    /// All of these bytes; once they were understood, [`Feed::took`] is told so.
    Whole(Vec<u8>, Validators),
    /// It is as it was.
    Unchanged,
}

/// Why a feed could not be read. None holds its address.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Nobody can be trusted, or the TLS library refuses its settings.
    #[error("{0}")]
    Tls(#[from] tls::Unusable),
    /// It is no http, https or webcal address.
    #[error("its address is none")]
    NotAnAddress,
    /// No answer came, or it broke off.
    #[error("its server cannot be reached: {0}")]
    Unreached(String),
    /// It took too long.
    #[error("it was not there within {} s", WITHIN.as_secs())]
    TooSlow,
    /// The server leads to another host, or in circles.
    #[error("its server leads elsewhere, which is not followed; write the address that it leads to")]
    Elsewhere,
    /// The server would not.
    #[error("its server answered {0}")]
    Refused(StatusCode),
    /// It is larger than any schedule.
    #[error("it is larger than {LARGEST} bytes")]
    TooLarge,
    /// The file cannot be read.
    #[error("its file cannot be read: {0}")]
    File(io::Error),
}

impl Feed {
    /// The feed at this address (`https`, `http`, `webcal`), or in the file of this path.
    ///
    /// # Errors
    /// When the address makes no sense, or nobody could be trusted.
    pub fn new(at: &SecretString) -> Result<Self, Unread> {
        let text = at.expose_secret().trim();
        let source = match text.contains("://") {
            true => Source::Address(address(text)?, client()?),
            false => Source::File(PathBuf::from(text)),
        };
        Ok(Self { source, known: Validators::default() })
    }

    /// Reads it once.
    ///
    /// # Errors
    /// [`Unread`] says why, and never where.
    pub async fn read(&self) -> Result<Fetched, Unread> {
        let read = async {
            match &self.source {
                Source::Address(address, client) => self.fetch(address, client).await,
                Source::File(path) => from_file(path).await,
            }
        };
        tokio::time::timeout(WITHIN, read).await.unwrap_or(Err(Unread::TooSlow))
    }

    /// The bytes of this version were understood: it need not be sent again.
    pub fn took(&mut self, version: Validators) {
        self.known = version;
    }

    async fn fetch(&self, address: &SecretString, client: &Client) -> Result<Fetched, Unread> {
        let mut request = client.get(address.expose_secret());
        let asked: [(HeaderName, &Option<HeaderValue>); 2] =
            [(IF_NONE_MATCH, &self.known.etag), (IF_MODIFIED_SINCE, &self.known.modified)];
        for (name, value) in asked {
            if let Some(value) = value {
                request = request.header(name, value.clone());
            }
        }
        let answer = request.send().await.map_err(unreached)?;
        match answer.status() {
            StatusCode::NOT_MODIFIED if self.known.is_some() => Ok(Fetched::Unchanged),
            status if status.is_redirection() => Err(Unread::Elsewhere),
            StatusCode::OK => {
                let version = Validators::of(answer.headers());
                Ok(Fetched::Whole(body(answer).await?, version))
            }
            status => Err(Unread::Refused(status)),
        }
    }
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        Self { etag: headers.get(ETAG).cloned(), modified: headers.get(LAST_MODIFIED).cloned() }
    }

    fn is_some(&self) -> bool {
        self.etag.is_some() || self.modified.is_some()
    }
}

fn address(text: &str) -> Result<SecretString, Unread> {
    let (scheme, rest) = text.split_once("://").ok_or(Unread::NotAnAddress)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "webcal" | "webcals" | "https" => "https",
        "http" => "http",
        _ => return Err(Unread::NotAnAddress),
    };
    let address = format!("{scheme}://{rest}");
    let url = Url::parse(&address).map_err(|_| Unread::NotAnAddress)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Unread::NotAnAddress);
    }
    Ok(address.into())
}

fn client() -> Result<Client, Unread> {
    let client = Client::builder()
        .tls_backend_preconfigured(tls::settings(Http::One)?)
        .redirect(Policy::custom(|attempt| match stays(&attempt) {
            true => attempt.follow(),
            false => attempt.stop(),
        }))
        // Of a secret address nobody else is told.
        .referer(false)
        .user_agent(concat!("bernard/", env!("CARGO_PKG_VERSION")))
        .timeout(WITHIN);
    client.build().map_err(unreached)
}

/// Whether a redirect stays where the address leads: on the same host and port, and as well protected.
fn stays(attempt: &Attempt<'_>) -> bool {
    let Some(from) = attempt.previous().first() else { return false };
    let to = attempt.url();
    let same = (from.scheme(), from.host_str(), from.port_or_known_default())
        == (to.scheme(), to.host_str(), to.port_or_known_default());
    same && attempt.previous().len() <= REDIRECTS
}

fn unreached(error: reqwest::Error) -> Unread {
    if error.is_timeout() {
        return Unread::TooSlow;
    }
    let error = error.without_url();
    let what = match (error.is_connect(), error.is_body() || error.is_decode()) {
        (true, _) => "no connection",
        (_, true) => "the answer broke off",
        _ => "no answer",
    };
    Unread::Unreached(what.to_owned())
}

async fn body(mut answer: Response) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn from_file(path: &PathBuf) -> Result<Fetched, Unread> {
    let about = tokio::fs::metadata(path).await.map_err(Unread::File)?;
    if !about.is_file() {
        return Err(Unread::File(io::Error::other("it is not a file")));
    }
    let file = tokio::fs::File::open(path).await.map_err(Unread::File)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX);
    file.take(most + 1).read_to_end(&mut bytes).await.map_err(Unread::File)?;
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    Ok(Fetched::Whole(bytes, Validators::default()))
}

#[cfg(test)]
mod tests;
