//! The client against a far end that loses answers, refuses, resets and lies. Each test asks the far end's journal what was
//! really sent.

mod auth;
mod examples;
mod observed;
mod reading;
mod reboot;
mod story;

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    http::{Method, StatusCode, Uri},
    response::IntoResponse,
};
use bernard_domain::server::ServiceName;
use bernard_platform::clock;
use sim::net::{Listener, Server};

use super::{
    Account, ApiLog, Client, Credentials, Error, RecordedIntent,
    client::Timeouts,
    sign::{Keys, signature},
};

const SECRET: &str = "fake-application-secret";
const CONSUMER: &str = "fake-consumer-key";
const CLIENT_SECRET: &str = "fake-client-secret";
const NAME: &str = "ns1111111.ip-203-0-113.eu";
const TASK: &str = r#"{"taskId":123456789,"function":"hardReboot","status":"init","comment":"Reboot asked",
    "startDate":"2024-01-26T17:57:10+01:00","doneDate":null}"#;
/// Long enough for a loaded machine, short enough for a silent far end.
const HURRIED: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    total: Duration::from_secs(3),
    patience: Duration::from_secs(30),
    pause: Duration::from_millis(10),
};

/// A far end that knows one server, one task and the time.
struct FarEnd {
    server: Server,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    skew: AtomicI64,
    tokens: AtomicU64,
    token_life: AtomicU64,
}

impl FarEnd {
    async fn start() -> Self {
        let state = Arc::new(State::default());
        state.token_life.store(3599, Ordering::SeqCst);
        let answers = Arc::clone(&state);
        let router =
            Router::new().fallback(move |method: Method, uri: Uri| async move { answers.answer(&method, &uri) });
        Self { server: Listener::start(router).await.unwrap(), state }
    }

    fn account(&self, credentials: Credentials) -> Account {
        Account {
            name: "main".to_owned(),
            endpoint: format!("{}/1.0", self.server.url()).parse().unwrap(),
            credentials,
            requests_per_minute: NonZeroU32::new(60_000).unwrap().into(),
            api_log: ApiLog::Read,
        }
    }

    fn client(&self) -> Client {
        self.client_with(HURRIED)
    }

    fn client_with(&self, timeouts: Timeouts) -> Client {
        let keys = Credentials::Keys {
            application_key: "fake-application-key".to_owned(),
            application_secret: SECRET.into(),
            consumer_key: CONSUMER.into(),
        };
        Client::with_timeouts(self.account(keys), timeouts).unwrap()
    }

    fn service(&self) -> Credentials {
        Credentials::OAuth2 {
            client_id: "fake-client".to_owned(),
            client_secret: CLIENT_SECRET.into(),
            token_url: Some(format!("{}/token", self.server.url()).parse().unwrap()),
        }
    }

    fn oauth2(&self) -> Client {
        Client::with_timeouts(self.account(self.service()), HURRIED).unwrap()
    }

    fn skew(&self, seconds: i64) {
        self.state.skew.store(seconds, Ordering::SeqCst);
    }

    fn count(&self, method: &str, path: &str) -> usize {
        self.server.journal().count(method, path)
    }

    /// The seconds between our clock and the one that the last signed request was signed with; checks its signature too.
    #[track_caller]
    fn signed_skew(&self, path: &str) -> i64 {
        let seen = self.server.journal().matching("*", path).pop().expect("a request");
        let second: i64 = seen.header("x-ovh-timestamp").expect("a time").parse().unwrap();
        let keys = Keys { application: String::new(), secret: SECRET.into(), consumer: CONSUMER.into() };
        let url = format!("{}{}", self.server.url(), seen.path);
        let body = String::from_utf8(seen.body.to_vec()).unwrap();
        let expected = signature(&keys, seen.method.as_str(), &url, &body, second);
        assert_eq!(seen.header("x-ovh-signature"), Some(expected.as_str()));
        assert_eq!(seen.header("x-ovh-consumer"), Some(CONSUMER));
        second - clock::now().as_second()
    }
}

impl State {
    fn answer(&self, method: &Method, uri: &Uri) -> axum::response::Response {
        let server = format!("/1.0/dedicated/server/{NAME}");
        let path = uri.path();
        let body = match (method.as_str(), path.strip_prefix(&server).unwrap_or(path)) {
            ("GET", "/1.0/auth/time") => (clock::now().as_second() + self.skew.load(Ordering::SeqCst)).to_string(),
            ("GET", "/1.0/dedicated/server") => format!(r#"["{NAME}","not a name"]"#),
            ("GET", "") => format!(r#"{{"name":"{NAME}","state":"ok","os":"win2022-std_64","bootId":1}}"#),
            ("PUT", "") => "null".to_owned(),
            ("GET", "/boot") => "[203323,1]".to_owned(),
            ("GET", "/boot/203323") => {
                r#"{"bootId":203323,"bootType":"rescue","kernel":"ipxe-shell","description":"iPXE"}"#.to_owned()
            }
            ("GET", "/boot/1") => r#"{"bootId":1,"bootType":"harddisk","kernel":"hd","description":"Disk"}"#.to_owned(),
            ("GET", "/task/123456789") | ("POST", "/reboot") => TASK.to_owned(),
            ("GET", "/task") => "[1,2]".to_owned(),
            ("POST", "/authenticationSecret") => {
                r#"[{"type":"RDP","user":"Administrator","url":null,"password":"fake-secret-id"}]"#.to_owned()
            }
            ("POST", "/token") => {
                let number = self.tokens.fetch_add(1, Ordering::SeqCst) + 1;
                let life = self.token_life.load(Ordering::SeqCst);
                format!(r#"{{"access_token":"fake-token-{number}","token_type":"Bearer","expires_in":{life}}}"#)
            }
            _ => {
                let refusal = r#"{"class":"Client::NotFound","message":"The requested object does not exist"}"#;
                return (StatusCode::NOT_FOUND, refusal).into_response();
            }
        };
        (StatusCode::OK, [("x-ovh-queryid", "FR.ws-8.5860f657.4632.0180")], body).into_response()
    }
}

fn name() -> ServiceName {
    ServiceName::try_from(NAME.to_owned()).unwrap()
}

/// The proof of an intent that nobody recorded: only tests make one here.
fn intent() -> RecordedIntent {
    bernard_intent::before_writing(&name()).written()
}

/// What anybody may see of an error, checked for what nobody may see.
#[track_caller]
fn shown(error: &Error) -> String {
    let shown = format!("{error} {error:?}");
    for hidden in [SECRET, CONSUMER, CLIENT_SECRET, "fake-token", "fake-secret", "http:", "127.0.0.1", "$1$"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    error.to_string()
}
