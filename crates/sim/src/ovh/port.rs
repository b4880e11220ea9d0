//! Real TCP ports that open and close with a simulated machine, so that something can be seen from outside.

use std::{
    net::SocketAddr,
    sync::{Mutex, Weak},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

use super::{
    machine::{Machine, Running},
    port_state::Port,
    spec::Installed,
    world::World,
};
use crate::net::lock;

/// How often the machine is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// Connections that wait to be accepted.
const BACKLOG: u32 = 64;

/// Opens and closes the port of one server until the server or the world is gone.
pub(super) async fn follow(world: Weak<Mutex<World>>, name: String) {
    let mut accepting: Option<JoinHandle<()>> = None;
    let mut shown = None;
    while let Some(wanted) = look(&world, &name) {
        if shown != wanted {
            if let Some(task) = accepting.take() {
                close(task).await;
            }
            let port = match wanted.map(|address| (address, open(address))) {
                None => Port::Closed,
                Some((address, Ok(listener))) => {
                    accepting = Some(tokio::spawn(accept(listener)));
                    Port::Open(address)
                }
                Some((address, Err(_))) => Port::Unavailable(address),
            };
            note(&world, &name, port);
            shown = wanted;
        }
        tokio::time::sleep(LOOK).await;
    }
    if let Some(task) = accepting {
        close(task).await;
    }
}

/// The address that should answer now; `None` when the server is gone.
fn look(world: &Weak<Mutex<World>>, name: &str) -> Option<Option<SocketAddr>> {
    let world = world.upgrade()?;
    let world = lock(&world);
    let now = world.clock.instant();
    let machine = world.machines.get(name)?;
    Some(number(machine, &machine.running(now)).map(|port| SocketAddr::from((machine.ip, port))))
}

/// The port by which people reach what runs.
fn number(machine: &Machine, running: &Running) -> Option<u16> {
    match (running, machine.spec.installed) {
        (Running::WindowsRescue, _) | (Running::Installed, Installed::Windows) => Some(3389),
        (Running::LinuxRescue, _) | (Running::Installed, Installed::Linux) => Some(22),
        _ => None,
    }
}

fn note(world: &Weak<Mutex<World>>, name: &str, port: Port) {
    if let Some(world) = world.upgrade()
        && let Some(machine) = lock(&world).machines.get_mut(name)
    {
        machine.port = port;
    }
}

fn open(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts and hangs up: that it answers is all there is to see.
async fn accept(listener: TcpListener) {
    loop {
        if listener.accept().await.is_err() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// When this returns, the port is closed.
async fn close(accepting: JoinHandle<()>) {
    accepting.abort();
    // That it was cancelled is no news.
    accepting.await.ok();
}
