//! Logs to stderr, as text for people or JSON for collectors.
//!
//! Whatever the operator asks for, the libraries that see tokens and bodies stay at info and their spans are never recorded: at
//! trace one of them prints the bot's token in hex, at debug others print interaction tokens and whole messages. A panic is logged
//! without what it quotes.

use std::{io, sync::Arc};

use bernard_untrusted::shown;
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    fmt::{self, MakeWriter},
    layer::{Filter, SubscriberExt},
    registry, reload,
};

/// The libraries that see secrets, by the first part of their targets.
const CAPPED: [&str; 15] = [
    "serenity",
    "tungstenite",
    "tokio_tungstenite",
    "tokio_websockets",
    "twilight_gateway",
    "twilight_gateway_queue",
    "twilight_http",
    "hyper",
    "hyper_util",
    "reqwest",
    "h2",
    "sqlx",
    "sqlx_core",
    "rustls",
    "rustls_platform_verifier",
];

/// What the logs look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One line of text an event.
    Text,
    /// One JSON object an event, its fields beside `message`.
    Json,
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter is not one.
    #[error("what is to be logged (RUST_LOG, or log_level) cannot be understood: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logging was set up already.
    #[error("logging is set up already")]
    Twice,
}

/// What is logged, while the process runs. Cheap to clone.
#[derive(Clone)]
pub struct LevelHandle(Arc<dyn Fn(EnvFilter) -> bool + Send + Sync>);

impl std::fmt::Debug for LevelHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LevelHandle").finish_non_exhaustive()
    }
}

impl LevelHandle {
    /// What has this logged, as [`init`] takes it, as soon as it is called.
    ///
    /// # Errors
    ///
    /// When it cannot be understood.
    pub fn prepared(&self, filter: &str) -> Result<impl FnOnce() + use<>, LoggingError> {
        let (filter, set) = (asked(Some(filter))?, Arc::clone(&self.0));
        Ok(move || {
            if !set(filter) {
                tracing::error!("what is logged could not be changed; it stays as it was");
            }
        })
    }
}

/// Sets up the process' logging to stderr; to be called once.
///
/// `filter` is what `RUST_LOG` or `log_level` says, if one does: `info`, `bernard=debug`, …; without them `info`.
///
/// # Errors
///
/// When the filter cannot be understood, or logging was set up already.
pub fn init(format: Format, filter: Option<&str>) -> Result<LevelHandle, LoggingError> {
    let (asked, handle) = reload::Layer::new(asked(filter)?);
    // Not by `try_init`: that would also take in what libraries write by the `log` crate, past our targets.
    tracing::subscriber::set_global_default(written(format, asked, io::stderr)).map_err(|_| LoggingError::Twice)?;
    Ok(LevelHandle(Arc::new(move |filter| handle.reload(filter).is_ok())))
}

/// The same, written elsewhere.
///
/// # Errors
///
/// When the filter cannot be understood.
pub fn subscriber<W>(
    format: Format,
    filter: Option<&str>,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + use<W>, LoggingError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Ok(written(format, asked(filter)?, writer))
}

fn asked(filter: Option<&str>) -> Result<EnvFilter, LoggingError> {
    Ok(EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse(filter.unwrap_or_default())?)
}

fn written<W, F>(format: Format, asked: F, writer: W) -> impl Subscriber + Send + Sync + use<W, F>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
    F: Filter<Registry> + Send + Sync + 'static,
{
    let writer = Visible { writer, format };
    let lines = match format {
        Format::Text => fmt::layer().with_ansi(false).with_writer(writer).boxed(),
        Format::Json => fmt::layer().json().flatten_event(true).with_writer(writer).boxed(),
    };
    registry().with(lines.with_filter(asked.and(filter_fn(is_harmless))))
}

/// Writes each event as one line in which nothing hides: an event may quote somebody else's text, and a terminal obeys what it
/// is shown.
struct Visible<M> {
    writer: M,
    format: Format,
}

/// One event being written.
struct Line<W> {
    out: W,
    format: Format,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Visible<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { out: self.writer.make_writer(), format: self.format }
    }
}

impl<W: io::Write> io::Write for Line<W> {
    /// An event comes in one piece, its line break at the end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let event = String::from_utf8_lossy(bytes);
        let (event, end) = event.strip_suffix('\n').map_or((&*event, ""), |event| (event, "\n"));
        let shown = match self.format {
            Format::Text => shown::visible(event),
            Format::Json => escaped(event),
        };
        self.out.write_all(format!("{shown}{end}").as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The same JSON, with what hides in its texts escaped.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c.is_control() || shown::is_unseen(c) {
            true => escaped.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}"))),
            false => escaped.push(c),
        }
    }
    escaped
}

/// From now on a panic is logged by its place alone (before logging is set up: said on stderr). What it says is withheld,
/// because it may quote whatever it was about, a link or a token among it; only a text that stands in the program itself is
/// told.
pub fn withhold_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let said = panic.payload().downcast_ref::<&'static str>().unwrap_or(&"what it says is withheld");
        if tracing::dispatcher::has_been_set() {
            tracing::error!(place, said, "a panic");
        } else {
            eprintln!("bernard: a panic at {place}: {said}");
        }
    }));
}

/// Whether an event or span may be recorded at all.
fn is_harmless(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    !CAPPED.contains(&library) || (metadata.is_event() && *metadata.level() <= Level::INFO)
}

#[cfg(test)]
mod tests {
    use sim::log::Page;

    use super::*;

    fn logged(format: Format, filter: Option<&str>, events: impl FnOnce()) -> String {
        let page = Page::default();
        let writer = page.clone();
        tracing::subscriber::with_default(subscriber(format, filter, move || writer.clone()).unwrap(), events);
        page.text()
    }

    #[test]
    fn the_libraries_stay_at_info_whatever_is_asked_for() {
        macro_rules! leak {
            ($($target:literal),*) => {$(
                tracing::trace!(target: $target, "fake-token");
                tracing::debug!(target: $target, "fake-token");
                let span = tracing::info_span!(target: $target, "request", body = "fake-token");
                span.in_scope(|| tracing::info!(target: $target, "calm {}", $target));
            )*};
        }
        let asked = ["trace", "serenity=trace,hyper_util=trace,h2=trace", "serenity::http[request]=trace,trace"];
        for filter in asked {
            let text = logged(Format::Text, Some(filter), || {
                leak!("serenity::http::request", "tungstenite", "tokio_tungstenite", "tokio_websockets::proto");
                leak!(
                    "twilight_gateway::shard",
                    "twilight_gateway_queue",
                    "twilight_http",
                    "hyper",
                    "hyper_util::client"
                );
                leak!(
                    "reqwest::connect",
                    "h2::codec",
                    "sqlx::query",
                    "sqlx_core",
                    "rustls",
                    "rustls_platform_verifier"
                );
            });
            assert!(!text.contains("fake-token"), "{filter}: {text}");
        }
        let text = logged(Format::Text, Some("trace"), || tracing::trace!(target: "bernard", "our own trace"));
        assert!(text.contains("our own trace"), "{text}");
    }

    #[test]
    fn every_capped_library_is_silent_below_info_and_heard_at_info() {
        let text = logged(Format::Text, Some("trace"), || {
            tracing::info!(target: "serenity::http", "heard");
            tracing::debug!(target: "serenity::http", "not this");
            tracing::debug!(target: "serenity_like", "another library");
        });
        assert!(text.contains("heard") && text.contains("another library") && !text.contains("not this"), "{text}");
    }

    #[test]
    fn nothing_that_is_quoted_hides_or_begins_a_line() {
        let quoted = "web\u{202e}1\n2026-01-01T00:00:00Z ERROR forged\u{1b}[2J";
        for format in [Format::Text, Format::Json] {
            let text = logged(format, None, || tracing::warn!(said = %quoted, name = quoted, "a name: {quoted}"));
            assert_eq!(text.lines().count(), 1, "{text}");
            let hides = |c: char| c != '\n' && (c.is_control() || shown::is_unseen(c));
            assert!(!text.chars().any(hides), "{text:?}");
            assert!(text.to_lowercase().contains("202e"), "it is seen: {text}");
        }
        let line = logged(Format::Json, None, || tracing::warn!(said = %quoted, "a name"));
        let line: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
        assert_eq!(line["said"], quoted, "it is the same text to a machine");
    }

    #[test]
    fn json_has_the_fields_beside_the_message() {
        let text = logged(Format::Json, None, || {
            tracing::info!(operation.id = 142, "opened");
            tracing::debug!("not asked for");
        });
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!((&line["message"], &line["operation.id"]), (&"opened".into(), &142.into()), "{line}");
    }

    #[test]
    fn a_panic_is_logged_with_its_place_and_without_what_it_quotes() {
        withhold_panics();
        let link = format!("https://www.ovh.com/manager/secret/#?id={}", "fake-id");
        let refused = || link.parse::<i64>().map_err(|_| link.clone());
        let text = logged(Format::Json, None, || {
            let quotes = [
                std::panic::catch_unwind(|| panic!("no {link} here")).is_err(),
                std::panic::catch_unwind(|| refused().expect("no link")).is_err(),
                std::panic::catch_unwind(|| std::panic::panic_any(link.clone())).is_err(),
                // Slicing inside a character quotes the whole text.
                std::panic::catch_unwind(|| format!("{link}é")[..=link.len()].len()).is_err(),
                std::panic::catch_unwind(|| panic!("a text of the program")).is_err(),
            ];
            assert_eq!(quotes, [true; 5]);
        });
        // The next test of this process wants to see its own.
        drop(std::panic::take_hook());
        assert_eq!(text.matches("src/logging.rs").count(), 5, "{text}");
        assert!(!text.contains("fake-id") && text.contains("a text of the program"), "{text}");
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        assert!(subscriber(Format::Text, Some("bernard=loud"), io::stderr).is_err());
    }

    #[test]
    fn the_list_of_capped_libraries_has_no_repetitions() {
        let mut sorted = CAPPED.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), CAPPED.len());
    }
}
