use std::{os::unix::net::UnixDatagram, path::Path};

use sim::net::PATIENCE;

use super::*;

/// What plays the service manager: it listens.
struct Listener(UnixDatagram);

impl Listener {
    fn at(address: &SocketAddr) -> Self {
        let socket = UnixDatagram::bind_addr(address).expect("a free address");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Self(socket)
    }

    fn in_folder(folder: &Path) -> (Self, OsString) {
        let path = folder.join("notify");
        (Self::at(&SocketAddr::from_pathname(&path).expect("a short path")), path.into_os_string())
    }

    fn hears(&self) -> String {
        let mut datagram = [0; 1_024];
        let length = self.0.recv(&mut datagram).expect("something is said");
        String::from_utf8(datagram[..length].to_vec()).expect("UTF-8")
    }
}

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

#[test]
fn it_is_told_in_its_own_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let (listener, address) = Listener::in_folder(folder.path());
    let manager = ServiceManager::of([("NOTIFY_SOCKET".into(), address)]);
    manager.ready();
    assert_eq!(listener.hears(), "READY=1");
    let before = clock::monotonic();
    manager.reloading();
    let said = listener.hears();
    let at = said.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect(&said);
    let at = Duration::from_micros(at.parse().expect("microseconds"));
    assert!(at + Duration::from_micros(1) > before && at <= clock::monotonic(), "{at:?} {before:?}");
    manager.stopping("stops", Duration::from_millis(1_500));
    assert_eq!(listener.hears(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000\nSTATUS=stops");
}

#[test]
#[cfg(target_os = "linux")]
fn an_abstract_socket_is_one_too() {
    let folder = tempfile::tempdir().expect("a folder");
    // A name that no other test has.
    let name = folder.path().to_string_lossy();
    let address =
        <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name.as_bytes()).expect("a short name");
    let listener = Listener::at(&address);
    ServiceManager::of(environment(&[("NOTIFY_SOCKET", &format!("@{name}"))])).ready();
    assert_eq!(listener.hears(), "READY=1");
}

#[test]
fn a_status_stays_on_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (listener, address) = Listener::in_folder(folder.path());
    let manager = ServiceManager::of([("NOTIFY_SOCKET".into(), address)]);
    manager.stopping(&format!("no answer:\nWATCHDOG=trigger{}", "é".repeat(500)), WAIT);
    let said = listener.hears();
    let status = said.split_once("EXTEND_TIMEOUT_USEC=1000000\nSTATUS=").expect(&said).1;
    assert!(status.starts_with("no answer: WATCHDOG=trigger"), "{said}");
    assert_eq!((said.lines().count(), status.chars().count()), (3, LONGEST_STATUS));
}

#[test]
fn without_a_service_manager_nothing_is_said_and_nothing_fails() {
    let nowhere = tempfile::tempdir().expect("a folder").path().join("gone");
    let gone = ("NOTIFY_SOCKET".into(), nowhere.into_os_string());
    let none =
        [vec![], environment(&[("NOTIFY_SOCKET", "")]), environment(&[("NOTIFY_SOCKET", "vsock:2:1")]), vec![gone]];
    for environment in none {
        let manager = ServiceManager::of(environment);
        manager.ready();
        manager.stopping("stops", WAIT);
    }
}

#[test]
fn the_watchdog_is_that_of_this_process_only() {
    let of = |pairs: &[(&str, &str)]| ServiceManager::of(environment(pairs)).watchdog;
    let me = std::process::id().to_string();
    assert_eq!(of(&[("WATCHDOG_USEC", "3000000")]), Some(Duration::from_secs(3)));
    assert_eq!(of(&[("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", &me)]), Some(Duration::from_secs(3)));
    assert_eq!(of(&[("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", "3000000")]), None);
    for wrong in ["", "0", "-1", "soon"] {
        assert_eq!(of(&[("WATCHDOG_USEC", wrong)]), None, "{wrong}");
    }
}

#[tokio::test]
async fn that_the_program_lives_is_said_as_long_as_no_loop_hangs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (listener, address) = Listener::in_folder(folder.path());
    let watchdog = environment(&[("WATCHDOG_USEC", "30000")]);
    let manager = ServiceManager::of([watchdog, vec![("NOTIFY_SOCKET".into(), address)]].concat());
    let turn = std::cell::Cell::new(0);
    let pulse = || {
        turn.set(turn.get() + 1);
        let hung = if turn.get() == 3 { vec![Loop::Runner] } else { vec![] };
        Pulse { status: if turn.get() < 3 { "well" } else { "hangs" }.to_owned(), hung }
    };
    let five_turns = async {
        while turn.get() < 5 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = manager.keep(pulse) => {}
        () = five_turns => {}
    }
    let mut heard = Vec::new();
    while heard.iter().filter(|said| *said == "WATCHDOG=1").count() < 4 {
        heard.push(listener.hears());
    }
    assert_eq!(heard, ["WATCHDOG=1", "STATUS=well", "WATCHDOG=1", "STATUS=hangs", "WATCHDOG=1", "WATCHDOG=1"]);
}
