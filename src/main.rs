//! Arguments, logging, one call; prints the one fatal error.

use std::{
    io,
    path::{Path, PathBuf},
    pin::pin,
    process::ExitCode,
};

use anyhow::Context;
#[cfg(feature = "demo")]
use bernard::demo;
use bernard::{
    app::{
        self, App,
        audit::{self, Audit},
        backup,
        check::Ask,
        healthcheck, tell,
        totp::{self, Totp},
        transfer::{self, StoreVerb},
    },
    check::{self, Looks},
    init,
    logging::{self, LevelHandle},
    manual, metrics, process, rights, say,
    service_manager::{Pulse, ServiceManager},
};
use bernard_config as config;
use bernard_config::{Config, LogFormat};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use tokio::signal::unix::{SignalKind, signal};

/// Takes OVHcloud dedicated servers into rescue and back, from Discord, exactly once.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 it failed, 2 wrong arguments or configuration, 75 start me again."
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the bot until SIGTERM or SIGINT; SIGHUP reads the configuration again.
    Run {
        /// The configuration.
        #[arg(long, default_value = "config/bernard.toml")]
        config: PathBuf,
    },
    /// Show the bot without any account: simulated servers, a simulated Discord, and a page for your browser.
    #[cfg(feature = "demo")]
    Demo(demo::Flags),
    /// The demo's bot: `run`, but it ends with whoever holds its standard input.
    #[cfg(feature = "demo")]
    #[command(hide = true)]
    DemoBot {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// Say everything that is wrong with the configuration; change nothing. The last line is the verdict: ready (exit code 0),
    /// ready, but … (0), not ready (1; 2 when the file is no configuration).
    Check {
        /// Also prove every credential and right that will be needed, by reading from Discord and OVHcloud.
        #[arg(long)]
        online: bool,
        /// Print one JSON object instead of lines.
        #[arg(long)]
        json: bool,
        /// The configuration.
        #[arg(long, default_value = "config/bernard.toml")]
        config: PathBuf,
    },
    /// Write a configuration, by questions or by flags: the bot's invite, OVHcloud's consumer key or service account, roles, channels.
    Init(init::Flags),
    /// Print what to grant at Discord and OVHcloud, and nothing more than the configuration needs. Works before the credentials exist.
    Rights {
        /// The configuration.
        #[arg(long, default_value = "config/bernard.toml")]
        config: PathBuf,
    },
    /// Verify the audit, or take it out: offline, changing nothing, beside a bot that runs.
    #[command(subcommand)]
    Audit(Audit),
    /// Copy the SQLite store, whole, beside a bot that runs. A bot that is started on a copy knows it for one: what was under way in it
    /// is told as in doubt, and never done again.
    Backup {
        /// The configuration, which names the store.
        #[arg(long, default_value = "config/bernard.toml")]
        config: PathBuf,
        /// The file to write, for its owner's eyes only; it must not be there yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Move the store from one database to another.
    #[command(subcommand)]
    Store(StoreVerb),
    /// Give people second factors, and take them away: at the machine alone, beside a bot that runs.
    #[command(subcommand)]
    Totp(Totp),
    /// Have the bot that runs here read its configuration again, as SIGHUP does, and say what it took and what waits for a restart.
    Reload {
        /// The configuration; a mistake in it is said, and nobody is told to read it.
        #[arg(long, default_value = "config/bernard.toml")]
        config: PathBuf,
    },
    /// Ask the process that runs here whether it lives: exit code 0 yes, 1 no. For containers; takes at most two seconds.
    Healthcheck {
        /// The configuration; only http.listen is read.
        #[arg(long, default_value = "config/bernard.toml")]
        config: PathBuf,
    },
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Write the manual pages.
    Man {
        /// Into this folder, which is made if need be.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// The exit code for wrong arguments or configuration, as clap has it.
const WRONG_CONFIGURATION: u8 = 2;

fn main() -> ExitCode {
    logging::withhold_panics();
    process::keep_to_itself();
    match Arguments::parse().verb {
        Verb::Audit(verb) => ExitCode::from(audit::run(&verb)),
        Verb::Run { config } => with_configuration(&config, |loaded| run(loaded, &config)),
        Verb::Check { config, online, json } => {
            let ask = if online { Ask::Everybody } else { Ask::Nobody };
            told(app::check::verb(&config, ask, if json { Looks::Json } else { Looks::Text }))
        }
        Verb::Init(flags) => told(init::run(&flags)),
        Verb::Backup { config, out } => {
            with_configuration(&config, |loaded| backup::run(&loaded, &out).map(|()| ExitCode::SUCCESS))
        }
        Verb::Store(verb) => done(transfer::run(&verb)),
        Verb::Totp(verb) => with_configuration(verb.config(), |loaded| {
            say::needed(totp::run(&verb, &loaded)?)?;
            Ok(ExitCode::SUCCESS)
        }),
        Verb::Reload { config } => with_configuration(&config, |loaded| {
            say::line(tell::run(&loaded, &config)?);
            Ok(ExitCode::SUCCESS)
        }),
        Verb::Healthcheck { config } => done(healthcheck::run(&config)),
        Verb::Completions { shell } => done(printed(shell)),
        Verb::Man { folder } => {
            let written = manual::pages(Arguments::command(), &folder);
            done(written.with_context(|| format!("{} cannot be written", folder.display())))
        }
        Verb::Rights { config } => told(rights::run(&config).map_err(Into::into)),
        #[cfg(feature = "demo")]
        Verb::Demo(flags) => told(demo::run(&flags)),
        #[cfg(feature = "demo")]
        Verb::DemoBot { config } => with_configuration(&config, |loaded| {
            demo::leash::hold(&config)?;
            run(loaded, &config)
        }),
    }
}

/// Reads the configuration and says everything that is wrong with it; only a right one is worked with.
fn with_configuration(path: &Path, work: impl FnOnce(Config) -> anyhow::Result<ExitCode>) -> ExitCode {
    match Config::load(path, config::process_environment()) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                eprintln!("{warning}");
            }
            told(work(loaded.config))
        }
        Err(problems) => {
            eprintln!("{problems}");
            if check::is_untouched(path) {
                eprintln!("{}: {}", path.display(), check::said_of_example());
            }
            ExitCode::from(WRONG_CONFIGURATION)
        }
    }
}

/// The exit code, or the one fatal error.
fn told(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("bernard: {error:#}");
        ExitCode::FAILURE
    })
}

/// The exit code of what is either done or not.
fn done(result: anyhow::Result<()>) -> ExitCode {
    told(result.map(|()| ExitCode::SUCCESS))
}

/// Whoever reads only the beginning has what they wanted.
fn printed(shell: Shell) -> anyhow::Result<()> {
    match manual::completions(shell, Arguments::command(), &mut io::stdout()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn run(config: Config, path: &Path) -> anyhow::Result<ExitCode> {
    let format = match config.log {
        LogFormat::Text => logging::Format::Text,
        LogFormat::Json => logging::Format::Json,
    };
    let filter = config::process_environment()
        .find(|(name, _)| name == "RUST_LOG")
        .map(|(_, value)| value.to_string_lossy().into_owned());
    let from_environment = filter.is_some();
    let level = logging::init(format, Some(filter.as_deref().unwrap_or(&config.log_level)))?;
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, config = %path.display(), "bernard {version} starts with {}", path.display());
    process::raise_descriptors();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    // Who says in the environment what is to be logged wants that, whatever the file says later.
    let level = (!from_environment).then_some(level);
    let code = runtime.block_on(serve(config, path, level))?;
    // A look-up that hangs in the system must not keep a stopped process.
    runtime.shutdown_background();
    Ok(code)
}

async fn serve(config: Config, path: &Path, level: Option<LevelHandle>) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let manager = ServiceManager::of(config::process_environment());
    let metrics = metrics::install()?;
    let opens = || Pulse { status: "opens the store".to_owned(), ..Pulse::default() };
    let mut told = pin!(manager.keep(opens));
    let mut app = tokio::select! {
        app = App::start(config, metrics) => app?,
        () = &mut told => return Ok(ExitCode::SUCCESS),
        _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
        _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
    };
    if let Some(level) = level {
        app = app.with_level(level);
    }
    tracing::info!(http = %app.address(), "bernard runs");
    manager.ready();
    let mut told = pin!(manager.keep(app.pulse(manager.allowance())));
    let ended = loop {
        tokio::select! {
            _ = terminate.recv() => break None,
            _ = interrupt.recv() => break None,
            _ = hang_up.recv() => {
                manager.reloading();
                reload(&app, path).await;
                manager.ready();
            }
            ended = app.ended() => break Some(ended),
            () = &mut told => {}
        }
    };
    let code = match ended {
        None => {
            manager.stopping("stops: what is under way is carried on by the next start", app.drain());
            ExitCode::SUCCESS
        }
        Some(ended) => {
            manager.stopping(&format!("cannot go on: {ended}"), app.drain());
            tracing::error!(%ended, "bernard cannot go on");
            eprintln!("bernard: {ended}");
            ExitCode::from(ended.code())
        }
    };
    tokio::select! {
        () = app.stop() => {}
        // Who asks twice does not want to wait.
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(code)
}

async fn reload(app: &App, path: &Path) {
    match Config::load(path, config::process_environment()) {
        Ok(loaded) => {
            if let Err(error) = app.reload(&loaded.config).await {
                let error = format!("{error:#}");
                tracing::error!(error, "the configuration was not read again; the old one stays in force");
            }
        }
        Err(problems) => {
            app.not_reloaded();
            tracing::error!(%problems, "the configuration was not read again; the old one stays in force");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The pages that tell people what to type.
    fn pages() -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let book = fs::read_dir(root.join("docs")).expect("the book").flatten().map(|entry| entry.path());
        let pages = book.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        pages.chain(["README.md", "SECURITY.md"].map(|name| root.join(name))).collect()
    }

    /// The command lines in a page's blocks and code spans, without their comments; a line that ends in a backslash goes on.
    fn command_lines(text: &str) -> Vec<String> {
        let text = text.replace("\\\n", " ");
        let lines = text.lines().filter(|line| line.starts_with("bernard ")).map(str::to_owned);
        let spans = text.split('`').skip(1).step_by(2).filter(|span| span.starts_with("bernard ")).map(str::to_owned);
        let plain = |line: String| {
            let typed = line.split(" #").next().unwrap_or_default();
            typed.split(" > ").next().unwrap_or_default().trim().to_owned()
        };
        lines.chain(spans).map(plain).filter(|line| !line.contains(['\n', '…'])).collect()
    }

    #[test]
    fn the_command_line_is_defined_without_a_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_shell_completes_every_verb_that_is_shown() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
            let mut text = Vec::new();
            manual::completions(shell, Arguments::command(), &mut text).expect("it is written");
            let text = String::from_utf8(text).expect("a text");
            for verb in Arguments::command().get_subcommands().filter(|verb| !verb.is_hide_set()) {
                assert!(text.contains(verb.get_name()), "{shell}: {}", verb.get_name());
            }
        }
    }

    #[test]
    fn each_verb_that_is_shown_has_a_page_that_everybody_may_read() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let pages = folder.path().join("man/man1");
        manual::pages(Arguments::command(), &pages).expect("they are written");
        let page = |name: String| {
            let path = pages.join(format!("{name}.1"));
            let mode = fs::metadata(&path).unwrap_or_else(|error| panic!("{name}: {error}")).permissions().mode();
            assert_eq!(mode & 0o777, 0o644, "{name}");
            fs::read_to_string(path).expect("a text")
        };
        assert!(page("bernard".to_owned()).contains("75 start me again"));
        for verb in Arguments::command().get_subcommands() {
            let name = format!("bernard-{}", verb.get_name());
            match verb.is_hide_set() {
                true => assert!(!pages.join(format!("{name}.1")).exists(), "{name} is hidden"),
                false => assert!(page(name).contains(".SH SYNOPSIS")),
            }
        }
    }

    #[test]
    fn every_command_line_of_the_manual_is_understood() {
        let mut seen = 0;
        for page in pages() {
            for line in command_lines(&fs::read_to_string(&page).expect("a page")) {
                let parsed = Arguments::try_parse_from(line.split_whitespace());
                // A verb that is only named needs not say everything.
                let named = line.split_whitespace().count() < 4;
                let is_known = match &parsed {
                    Ok(_) => true,
                    Err(error) => named && error.kind() == clap::error::ErrorKind::MissingRequiredArgument,
                };
                assert!(
                    is_known,
                    "{}: `{line}`: {}",
                    page.display(),
                    parsed.err().map_or_else(String::new, |error| error.to_string())
                );
                seen += 1;
            }
        }
        assert!(seen > 15, "the pages were found: {seen}");
    }
}
