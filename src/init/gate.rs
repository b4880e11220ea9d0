//! Ctrl-C: it ends the program at any moment but one, while files are written; then it waits until they are whole.

use std::{
    io,
    process::exit,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

/// The exit code of a program that SIGINT ended, as shells have it.
pub(super) const INTERRUPTED: u8 = 130;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Nothing,
    Everything,
}

/// Held closed while files are written.
pub(super) struct Gate(Arc<Mutex<Written>>);

impl Gate {
    /// From now on SIGINT and SIGTERM end the program through this gate.
    pub(super) fn watch(runtime: &Runtime) -> io::Result<Self> {
        let _inside = runtime.enter();
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let written = Arc::new(Mutex::new(Written::Nothing));
        let gate = Arc::clone(&written);
        runtime.spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            let written = gate.lock().unwrap_or_else(PoisonError::into_inner);
            match *written {
                Written::Nothing => eprintln!("bernard: stopped; nothing was written"),
                Written::Everything => eprintln!("bernard: stopped; the configuration is written"),
            }
            exit(INTERRUPTED.into());
        });
        Ok(Self(written))
    }

    /// Writes, while nothing can end the program.
    pub(super) fn whole<E>(&self, write: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write()?;
        *written = Written::Everything;
        Ok(())
    }
}
