//! `bernard audit`: what an inspector asks of the file alone. Exit codes: 0 whole, 1 broken, 2 it could not be looked at.

mod notes;

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    slice,
};

use anyhow::{Context, anyhow, bail};
use bernard_config as config;
use bernard_config::{Config, StoreUrl};
use bernard_domain::audit::{Anchor, Broken, COLUMNS, Gaps, Line, NotALine, Start, Verified, Verifier, row};
use bernard_sinks::note::PublicKey;
use bernard_store as store;
use bernard_store::{Address, Ledger};
use clap::{Args, Subcommand, ValueEnum};
use futures_util::{StreamExt, TryStreamExt, pin_mut};
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

use super::store::address;

/// The chain is whole.
const WHOLE: u8 = 0;
/// The chain is broken.
const BROKEN: u8 = 1;
/// Wrong arguments, or nothing that could be looked at.
const NOT_LOOKED_AT: u8 = 2;
/// Who did what is for the one who exports it.
const OWNER_ONLY: u32 = 0o600;

/// What can be done with the audit.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Find the first line that was changed, removed, put in or moved. Exit code 0: none, 1: broken, 2: it could not be looked at.
    Verify {
        /// Where the audit is.
        #[command(flatten)]
        place: Place,
        /// Verify this exported file (jsonl; - for the input) instead of a store. It may be a part of the chain.
        #[arg(long, conflicts_with_all = ["config", "database"])]
        file: Option<PathBuf>,
        /// The file is a selection, as `/history` gives it: lines may be missing in between.
        #[arg(long, requires = "file")]
        selection: bool,
        /// A line that is known from elsewhere, as N:HASH, or a file with such words in it; it must still be there. May be repeated.
        #[arg(long, value_name = "N:HASH|FILE")]
        anchor: Vec<String>,
        /// Only what this key has signed counts as an anchor: each --anchor is a file of signed notes.
        #[arg(long, value_name = "NAME+ID+KEY", requires = "anchor")]
        key: Option<PublicKey>,
    },
    /// Make a key that signs anchors: its secret into a file, for `[audit] anchor_key`; its public half is printed.
    AnchorKey {
        /// Its name, as `[audit] anchor_name` has it.
        #[arg(long, default_value = "bernard/audit")]
        name: String,
        /// The file for the secret, for its owner's eyes only; it must not be there yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the audit out, all of it or a period.
    Export {
        /// Where the audit is.
        #[command(flatten)]
        place: Place,
        /// jsonl can be verified; csv is for spreadsheets.
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// From this day or moment on, in the configured time zone: 2026-11-01, 2026-11-01T03:00.
        #[arg(long)]
        from: Option<String>,
        /// Up to the end of this day, or up to this moment.
        #[arg(long)]
        to: Option<String>,
        /// The file to write, for its owner's eyes only; - for the output.
        #[arg(long, default_value = "-")]
        out: PathBuf,
    },
}

/// Which store.
#[derive(Debug, Args)]
pub struct Place {
    /// The configuration, which names the store and the time zone.
    #[arg(long, default_value = "config/bernard.toml")]
    config: PathBuf,
    /// The SQLite file itself; then no configuration is read, and times are in UTC.
    #[arg(long, value_name = "FILE", conflicts_with = "config")]
    database: Option<PathBuf>,
}

/// How an export looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A table; cells that a spreadsheet would take for a formula begin with an apostrophe.
    Csv,
}

/// Why there is no good news.
enum Failure {
    /// The chain is broken.
    Broken(Broken),
    /// It could not be looked at.
    Other(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// Does it, says what came of it, and returns the exit code.
pub fn run(verb: &Audit) -> u8 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(carry_out(verb)));
    match done {
        Ok(()) => WHOLE,
        Err(Failure::Broken(broken)) => {
            eprintln!("bernard: the audit is broken: {broken}");
            BROKEN
        }
        // Whoever reads only the beginning of an export has what they wanted.
        Err(Failure::Other(error)) if is_closed_pipe(&error) => WHOLE,
        Err(Failure::Other(error)) => {
            eprintln!("bernard: {error:#}");
            NOT_LOOKED_AT
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

async fn carry_out(verb: &Audit) -> Result<(), Failure> {
    match verb {
        Audit::Verify { place, file, selection, anchor, key } => {
            let anchors = match key {
                Some(key) => notes::signed_by(key, anchor)?,
                None => anchors(anchor, place)?,
            };
            let held = (anchors.len(), anchors.iter().map(|anchor| anchor.number).max());
            let verified = match file {
                Some(file) => {
                    let gaps = if *selection { Gaps::Allowed } else { Gaps::Refused };
                    verify_file(file, Verifier::new(Start::Anywhere, gaps, anchors))?
                }
                None => verify_store(&place.find()?.0, Verifier::new(Start::Genesis, Gaps::Refused, anchors)).await?,
            };
            Ok(say_verified(&verified, held)?)
        }
        Audit::AnchorKey { name, out } => Ok(notes::make_key(name, out)?),
        Audit::Export { place, format, from, to, out } => {
            let (source, zone) = place.find()?;
            let from = from.as_deref().map(|text| moment(text, &zone, Edge::From)).transpose()?;
            let to = to.as_deref().map(|text| moment(text, &zone, Edge::To)).transpose()?;
            let verified = export(&source, from, to, || Writer::new(*format, open_out(out)?)).await?;
            let head = verified.head.map_or_else(String::new, |head| format!("; its last line is {head}"));
            eprintln!("{} lines{head}", verified.lines);
            Ok(())
        }
    }
}

/// Where an audit is read from.
enum Source {
    /// An SQLite database.
    File(PathBuf),
    /// A PostgreSQL database.
    Database(Address),
}

impl Place {
    fn own_key(&self) -> anyhow::Result<Option<PublicKey>> {
        if self.database.is_some() {
            return Ok(None);
        }
        let loaded =
            Config::load(&self.config, config::process_environment()).map_err(|problems| anyhow!("{problems}"))?;
        notes::own_key(&loaded.config)
    }

    fn find(&self) -> anyhow::Result<(Source, TimeZone)> {
        if let Some(database) = &self.database {
            return Ok((Source::File(database.clone()), TimeZone::UTC));
        }
        let loaded = Config::load(&self.config, config::process_environment())
            .map_err(|problems| anyhow!("{problems}\n(--database FILE needs no configuration)"))?;
        match loaded.config.store.url {
            StoreUrl::Sqlite(path) => Ok((Source::File(path), loaded.config.time_zone)),
            StoreUrl::Postgres(postgres) => Ok((Source::Database(address(&postgres)), loaded.config.time_zone)),
        }
    }
}

/// Each is an anchor, or a file in which anchors stand among other words, such as a copy of the messages in the anchors' channel.
/// Signed notes are held against the key of the configuration, where that has one.
fn anchors(given: &[String], place: &Place) -> anyhow::Result<Vec<Anchor>> {
    let mut anchors = Vec::new();
    for given in given {
        if let Ok(anchor) = given.parse() {
            anchors.push(anchor);
            continue;
        }
        let text = fs::read_to_string(given)
            .map_err(|error| anyhow!("--anchor {given:?} is neither N:HASH nor a file that can be read: {error}"))?;
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':'));
        let before = anchors.len();
        anchors.extend(words.filter_map(|word| word.parse::<Anchor>().ok()));
        if anchors.len() == before
            && notes::are_signed(&text)
            && let Some(key) = place.own_key()?
        {
            eprintln!("bernard: {given:?} is held against this configuration's own key, {key}");
            anchors.extend(notes::signed_by(&key, slice::from_ref(given))?);
        } else if anchors.len() == before {
            bail!("--anchor {given:?} is a file without any N:HASH in it (signed notes need --key)");
        }
    }
    Ok(anchors)
}

async fn verify_store(source: &Source, mut verifier: Verifier) -> Result<Verified, Failure> {
    let mut ledger = open(source).await?;
    let lines = ledger.lines(None);
    pin_mut!(lines);
    while let Some(line) = lines.next().await {
        verifier.take(line.map_err(unreadable)?).map_err(Failure::Broken)?;
    }
    verifier.end().map_err(Failure::Broken)
}

async fn open(source: &Source) -> anyhow::Result<Ledger> {
    match source {
        Source::File(path) => {
            Ledger::open(path).await.with_context(|| format!("the audit in {} cannot be opened", path.display()))
        }
        Source::Database(address) => {
            Ledger::connect(address).await.with_context(|| format!("the audit in {address} cannot be opened"))
        }
    }
}

/// A database that cannot be read on is no reason to doubt a line.
fn unreadable(error: store::Error) -> Failure {
    Failure::Other(anyhow!(error).context("the audit cannot be read to its end"))
}

fn verify_file(path: &Path, mut verifier: Verifier) -> Result<Verified, Failure> {
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?)
    };
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).with_context(|| format!("{} cannot be read", path.display()))? > 0 {
        let text = str::from_utf8(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
        let line = text.map_err(|_| NotALine::NotJson).and_then(Line::of_json);
        verifier.take(line).map_err(Failure::Broken)?;
        bytes.clear();
    }
    verifier.end().map_err(Failure::Broken)
}

fn say_verified(verified: &Verified, held: (usize, Option<u64>)) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if let (count, Some(newest)) = held {
        writeln!(out, "held against {count} anchors from elsewhere, the newest is of line {newest}")?;
    }
    match (verified.first, verified.head) {
        (Some(first), Some(head)) => {
            writeln!(out, "the audit is whole: {} lines, from {first} to {}", verified.lines, head.number)?;
            writeln!(out, "the last line, to be compared later with --anchor: {head}")
        }
        _ => writeln!(out, "the audit is whole: it has no line"),
    }
}

/// Which end of a period a moment is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    From,
    To,
}

/// A day (for the end of a period: its end), a moment of the time zone, or one with an offset of its own.
fn moment(text: &str, zone: &TimeZone, edge: Edge) -> anyhow::Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let wrong = || anyhow!("{text:?} is neither a day (2026-11-01) nor a moment (2026-11-01T03:00)");
    let mut time: civil::DateTime = text.parse().map_err(|_| wrong())?;
    let is_day = !text.contains([':', 'T', 't', ' ']);
    if is_day && edge == Edge::To {
        time = time.checked_add(SignedDuration::from_hours(24)).map_err(|_| wrong())?;
    }
    zone.to_timestamp(time).map_err(|_| wrong())
}

/// Only when a store was found and its first line read, the export begins: a mistyped store costs no earlier export.
async fn export(
    source: &Source,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    begin: impl FnOnce() -> anyhow::Result<Writer>,
) -> Result<Verified, Failure> {
    let mut verifier = Verifier::new(Start::Anywhere, Gaps::Refused, []);
    let mut ledger = open(source).await?;
    // As entries write their `at`, so that the two compare as texts.
    let written = |moment: Option<Timestamp>| moment.map(|moment| format!("{moment:.3}"));
    let (from, to) = (written(from), written(to));
    let range = match (&from, &to) {
        (None, None) => None,
        _ => match ledger.period(from.as_deref(), to.as_deref()).await? {
            Some(range) => Some(range),
            None => {
                begin()?.finish()?;
                return verifier.end().map_err(Failure::Broken);
            }
        },
    };
    let lines = ledger.lines(range);
    pin_mut!(lines);
    let mut next = lines.try_next().await.map_err(unreadable)?;
    let mut out = begin()?;
    while let Some(line) = next {
        if let Ok(line) = &line {
            out.write(line)?;
        }
        verifier.take(line).map_err(Failure::Broken)?;
        next = lines.try_next().await.map_err(unreadable)?;
    }
    out.finish()?;
    verifier.end().map_err(Failure::Broken)
}

fn open_out(path: &Path) -> anyhow::Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdout()));
    }
    let cannot = || format!("{} cannot be written", path.display());
    let file =
        File::options().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(path).with_context(cannot)?;
    // A file that was there keeps its rights; what stands in it now is for fewer people.
    if file.metadata().with_context(cannot)?.is_file() {
        file.set_permissions(fs::Permissions::from_mode(OWNER_ONLY)).with_context(cannot)?;
    }
    Ok(Box::new(file))
}

/// An export being written, line by line.
enum Writer {
    Jsonl(BufWriter<Box<dyn Write>>),
    Csv(Box<csv::Writer<Box<dyn Write>>>),
}

impl Writer {
    fn new(format: Format, out: Box<dyn Write>) -> anyhow::Result<Self> {
        Ok(match format {
            Format::Jsonl => Self::Jsonl(BufWriter::new(out)),
            Format::Csv => {
                let mut table = csv::Writer::from_writer(out);
                table.write_record(COLUMNS)?;
                Self::Csv(Box::new(table))
            }
        })
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        match self {
            Self::Jsonl(out) => writeln!(out, "{}", line.to_json()),
            Self::Csv(table) => table.write_record(row(line)).map_err(io::Error::from),
        }
    }

    fn finish(mut self) -> io::Result<()> {
        match &mut self {
            Self::Jsonl(out) => out.flush(),
            Self::Csv(table) => table.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_in_the_time_zone_and_a_last_day_is_in_it_to_its_end() {
        let paris = TimeZone::get("Europe/Paris").expect("it is known");
        let at = |text, edge| moment(text, &paris, edge).map(|moment| moment.to_string()).ok();
        assert_eq!(at("2026-11-01", Edge::From).as_deref(), Some("2026-10-31T23:00:00Z"));
        assert_eq!(at("2026-11-01", Edge::To).as_deref(), Some("2026-11-01T23:00:00Z"));
        assert_eq!(at("2026-10-25", Edge::To).as_deref(), Some("2026-10-25T23:00:00Z"), "a day of 25 hours");
        assert_eq!(at("2026-07-01T03:00", Edge::To).as_deref(), Some("2026-07-01T01:00:00Z"));
        assert_eq!(at("2026-07-01T03:00:00Z", Edge::From).as_deref(), Some("2026-07-01T03:00:00Z"));
        for wrong in ["", "yesterday", "2026-13-01", "11/01/2026"] {
            assert_eq!(at(wrong, Edge::From), None, "{wrong}");
        }
    }
}
