//! One connection to the gateway, by the library that speaks its protocol: heartbeats, identify, resume, close.
//!
//! The library would reconnect by itself; here it is left as soon as its connection is over, because its pauses grow to minutes
//! and it spoils a resume address that has a path.

use std::{future::poll_fn, task::Poll, time::Duration};

use bernard_untrusted::sieve;
use futures_util::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::oneshot, time::timeout};
use twilight_gateway::{
    CloseFrame, ConfigBuilder, Intents, Message, Session, Shard, ShardId, ShardState,
    error::{ReceiveMessageError, ReceiveMessageErrorType},
    queue::Queue,
};

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// The library's settings; the TLS context in it is made once.
pub(super) type Config = twilight_gateway::Config<Granted>;

/// The turn to identify is waited for before the connection is made, so the library's own queue grants it at once.
#[derive(Clone, Debug)]
pub(super) struct Granted;

impl Queue for Granted {
    fn enqueue(&self, _shard: u32) -> oneshot::Receiver<()> {
        let (tx, rx) = oneshot::channel();
        // The receiver is right here.
        let _ = tx.send(());
        rx
    }
}

/// The settings of every connection but for its address and session.
pub(super) fn config(token: &SecretString) -> Config {
    let token = token.expose_secret().trim().to_owned();
    // No intent is needed for interactions, and nothing is sent that would need the library's own limits.
    ConfigBuilder::new(token, Intents::empty()).queue(Granted).ratelimit_messages(false).build()
}

/// One connection.
pub(super) struct Link {
    shard: Shard<Granted>,
    /// Whether there has been a connection: before it the library also calls itself disconnected.
    was_connected: bool,
}

/// What came from a connection.
pub(super) enum Heard {
    /// A frame of JSON. The library has dealt with it already.
    Frame(String),
    /// The other side closed it, or (1006) stopped answering heartbeats.
    Close(Option<u16>),
    /// It broke without a word.
    End,
    /// It could not be made; why.
    NoConnection(String),
    /// A frame that makes no sense. Not even its error may be printed: it holds the frame.
    Nonsense,
}

impl Link {
    pub(super) fn new(config: Config) -> Self {
        Self { shard: Shard::with_config(ShardId::ONE, config), was_connected: false }
    }

    pub(super) fn state(&self) -> ShardState {
        self.shard.state()
    }

    pub(super) fn session(&self) -> Option<&Session> {
        self.shard.session()
    }

    /// Where Discord said to resume this session; `None` if it was itself a resumed one.
    pub(super) fn resume_url(&self) -> Option<&str> {
        self.shard.resume_url()
    }

    /// The next thing that happens. Dropping the wait loses nothing.
    pub(super) async fn hear(&mut self) -> Heard {
        poll_fn(|context| {
            let polled = self.shard.poll_next_unpin(context);
            let is_disconnected = matches!(self.shard.state(), ShardState::Disconnected { .. });
            let had_connection = self.was_connected;
            self.was_connected |= !is_disconnected;
            match polled {
                Poll::Ready(item) => Poll::Ready(item.map_or(Heard::End, heard)),
                // The library is about to connect again by itself.
                Poll::Pending if had_connection && is_disconnected => Poll::Ready(Heard::End),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }

    /// Closes the connection in a way that ends the session, so that the bot shows as offline at once.
    pub(super) async fn say_goodbye(&mut self) {
        if matches!(self.state(), ShardState::Disconnected { .. }) {
            return;
        }
        self.shard.close(CloseFrame::NORMAL);
        let closed = async {
            // If the other side hangs up without a word, the library connects again: never as far as an identify.
            while let Some(Ok(Message::Text(_))) = self.shard.next().await {
                if self.shard.state() == ShardState::Identifying {
                    return;
                }
            }
        };
        // Nobody waits longer for a goodbye; the kernel closes what is left.
        let _ = timeout(GOODBYE, closed).await;
    }
}

fn heard(item: Result<Message, ReceiveMessageError>) -> Heard {
    match item {
        Ok(Message::Text(text)) => Heard::Frame(text),
        Ok(Message::Close(frame)) => Heard::Close(frame.map(|frame| frame.code)),
        Err(error) => match error.kind() {
            ReceiveMessageErrorType::Reconnect => Heard::NoConnection(
                error.into_source().map(|why| sieve::one_line(&why.to_string())).unwrap_or_default(),
            ),
            _ => Heard::Nonsense,
        },
    }
}
