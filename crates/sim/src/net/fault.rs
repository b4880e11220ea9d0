//! Scripted faults: what goes wrong, with which requests, how often.
//!
//! Rules are tried in the order they were made; the first that fits and is not used up decides, and a request meets at
//! most one fault. A verb alone means the next fitting request: `faults.lose_answer("POST", "/reboot")`. Before it, say
//! how often: `faults.next(3)`, `faults.always()`, `faults.sometimes(0.1, seed)`.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::sync::watch;

use super::lock;

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The handler runs and changes what it changes; then the connection is reset without an answer.
    LoseAnswer,
    /// The connection is reset before the handler runs.
    Reset,
    /// This is answered; the handler does not run.
    Answer(StatusCode, HeaderMap, Vec<u8>),
    /// The handler runs; this is answered in the place of its answer.
    AnswerInstead(StatusCode, HeaderMap, Vec<u8>),
    /// The handler runs after this long.
    Slow(Duration),
    /// Nothing is ever answered; the handler does not run.
    Hang,
    /// The handler waits until the [`Hold`] lets it run.
    HoldBefore(Hold),
    /// The handler runs; its answer waits until the [`Hold`] lets it go.
    HoldAnswer(Hold),
    /// The handler runs; the first half of its body is answered, as if it were all.
    Truncate,
    /// The handler runs; its JSON is answered with this in it: fields in the place of an object's, entries before a list's.
    Odd(serde_json::Value),
}

/// The faults of one server, and how often the next one made here happens; clones are the same faults.
#[derive(Clone)]
pub struct Faults {
    rules: Arc<Mutex<Vec<Arc<State>>>>,
    often: Often,
}

#[derive(Clone, Copy)]
enum Often {
    Next(usize),
    Always,
    Sometimes { chance: f64, seed: u64 },
}

struct State {
    method: String,
    path_part: String,
    fault: Fault,
    often: Often,
    dice: Mutex<fastrand::Rng>,
    hits: AtomicUsize,
    cleared: AtomicBool,
}

impl State {
    /// Whether this rule takes the request; counts it if so.
    fn takes(&self, method: &Method, path: &str) -> bool {
        let fits_path = match self.path_part.strip_suffix('$') {
            Some(end) => path.ends_with(end),
            None => path.contains(&self.path_part),
        };
        let fits = (self.method == "*" || self.method == method.as_str()) && fits_path;
        if !fits || self.cleared.load(Ordering::SeqCst) {
            return false;
        }
        let takes = match self.often {
            Often::Next(count) => self.hits.load(Ordering::SeqCst) < count,
            Often::Always => true,
            Often::Sometimes { chance, .. } => lock(&self.dice).f64() < chance,
        };
        if takes {
            self.hits.fetch_add(1, Ordering::SeqCst);
        }
        takes
    }
}

/// One scripted fault, to ask and to take back. Dropping it changes nothing.
#[derive(Clone)]
pub struct Rule(Arc<State>);

impl Rule {
    /// How many requests it has met.
    pub fn hits(&self) -> usize {
        self.0.hits.load(Ordering::SeqCst)
    }

    /// It meets no further request.
    pub fn clear(&self) {
        self.0.cleared.store(true, Ordering::SeqCst);
    }
}

impl Faults {
    pub(super) fn new() -> Self {
        Self { rules: Arc::default(), often: Often::Next(1) }
    }

    /// The same faults, where the verb that follows holds for the next `count` fitting requests.
    pub fn next(&self, count: usize) -> Self {
        Self { rules: self.rules.clone(), often: Often::Next(count) }
    }

    /// The same faults, where the verb that follows holds until cleared.
    pub fn always(&self) -> Self {
        Self { rules: self.rules.clone(), often: Often::Always }
    }

    /// The same faults, where the verb that follows meets each fitting request with this chance (0 to 1), by dice that
    /// fall the same way for the same seed.
    pub fn sometimes(&self, chance: f64, seed: u64) -> Self {
        Self { rules: self.rules.clone(), often: Often::Sometimes { chance, seed } }
    }

    /// No rule made so far meets any further request. What is held stays held.
    pub fn clear(&self) {
        lock(&self.rules).clear();
    }

    /// Adds a rule: `fault` for requests with this method (`*`: any) whose path or query holds `path_part`, or ends with it if
    /// a `$` stands behind.
    pub fn script(&self, method: &str, path_part: &str, fault: Fault) -> Rule {
        let seed = if let Often::Sometimes { seed, .. } = self.often { seed } else { 0 };
        let rule = Arc::new(State {
            method: method.to_owned(),
            path_part: path_part.to_owned(),
            fault,
            often: self.often,
            dice: Mutex::new(fastrand::Rng::with_seed(seed)),
            hits: AtomicUsize::new(0),
            cleared: AtomicBool::new(false),
        });
        lock(&self.rules).push(rule.clone());
        Rule(rule)
    }

    /// It happens; the answer does not arrive.
    pub fn lose_answer(&self, method: &str, path_part: &str) -> Rule {
        self.script(method, path_part, Fault::LoseAnswer)
    }

    /// It does not happen, and the sender cannot know: the connection is reset.
    pub fn reset(&self, method: &str, path_part: &str) -> Rule {
        self.script(method, path_part, Fault::Reset)
    }

    /// It does not happen; `status` with this JSON is answered.
    ///
    /// # Panics
    ///
    /// If `status` is not an HTTP status.
    pub fn status(&self, method: &str, path_part: &str, status: u16, body: &serde_json::Value) -> Rule {
        self.answer(method, path_part, status, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// It does not happen; a proxy's HTML page is answered.
    ///
    /// # Panics
    ///
    /// If `status` is not an HTTP status.
    pub fn html(&self, method: &str, path_part: &str, status: u16) -> Rule {
        let page = format!("<html><body><h1>{status}</h1><p>not from the API</p></body></html>");
        self.answer(method, path_part, status, &[("content-type", "text/html")], page.as_bytes())
    }

    /// It does not happen; a 429 is answered, to be tried again after so many whole seconds: in Discord's form and in OVHcloud's.
    pub fn rate_limit(&self, method: &str, path_part: &str, retry_after: u32) -> Rule {
        let body = serde_json::json!({
            "class": "Client::TooManyRequests", "message": "Too many requests", "retry_after": retry_after, "global": false,
        });
        let headers = [("content-type", "application/json"), ("retry-after", &retry_after.to_string())];
        self.answer(method, path_part, 429, &headers, body.to_string().as_bytes())
    }

    /// It does not happen; a proxy, or what guards the address, answers in each of its ways in turn: a page, nothing at all, JSON of
    /// its own. Each holds for the number of requests that was said.
    ///
    /// # Panics
    ///
    /// If `status` is not an HTTP status.
    pub fn proxy(&self, method: &str, path_part: &str, status: u16) -> [Rule; 4] {
        let json = &[("content-type", "application/json")];
        [
            self.html(method, path_part, status),
            self.answer(method, path_part, status, &[], b""),
            self.answer(method, path_part, status, json, br#"{"message": "Forbidden"}"#),
            self.answer(method, path_part, status, json, br#"{"error": {"code": 1020}, "code": "blocked"}"#),
        ]
    }

    /// It does not happen; exactly this is answered.
    ///
    /// # Panics
    ///
    /// If the status or a header is not HTTP.
    pub fn answer(&self, method: &str, path_part: &str, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Rule {
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        let headers = headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().expect("a header's name");
            (name, HeaderValue::from_str(value).expect("a header's value"))
        });
        self.script(method, path_part, Fault::Answer(status, headers.collect(), body.to_vec()))
    }

    /// It happens; `status` with this body is answered all the same, as a proxy does that lost its patience.
    ///
    /// # Panics
    ///
    /// If `status` is not an HTTP status.
    pub fn answer_instead(&self, method: &str, path_part: &str, status: u16, body: &str) -> Rule {
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        self.script(method, path_part, Fault::AnswerInstead(status, HeaderMap::new(), body.as_bytes().to_vec()))
    }

    /// It happens after this long.
    pub fn slow(&self, method: &str, path_part: &str, by: Duration) -> Rule {
        self.script(method, path_part, Fault::Slow(by))
    }

    /// It does not happen, and nothing is ever answered.
    pub fn hang(&self, method: &str, path_part: &str) -> Rule {
        self.script(method, path_part, Fault::Hang)
    }

    /// It happens; half of the JSON is answered.
    pub fn truncate(&self, method: &str, path_part: &str) -> Rule {
        self.script(method, path_part, Fault::Truncate)
    }

    /// It happens; the JSON that is answered has `odd` in it: fields in the place of an object's, entries before a list's.
    pub fn odd(&self, method: &str, path_part: &str, odd: &serde_json::Value) -> Rule {
        self.script(method, path_part, Fault::Odd(odd.clone()))
    }

    /// It happens only when the hold is released.
    pub fn hold_before(&self, method: &str, path_part: &str) -> Hold {
        let hold = Hold::new();
        self.script(method, path_part, Fault::HoldBefore(hold.clone()));
        hold
    }

    /// It happens; the answer comes only when the hold is released.
    pub fn hold_answer(&self, method: &str, path_part: &str) -> Hold {
        let hold = Hold::new();
        self.script(method, path_part, Fault::HoldAnswer(hold.clone()));
        hold
    }

    pub(super) fn meet(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let fault = rules.iter().find(|rule| rule.takes(method, path)).map(|rule| rule.fault.clone());
        rules.retain(|rule| !rule.cleared.load(Ordering::SeqCst));
        fault
    }
}

/// A gate at which requests wait; clones are the same gate. Never released, its requests wait for ever.
#[derive(Clone, Debug)]
pub struct Hold(Arc<watch::Sender<Gate>>);

#[derive(Clone, Copy, Debug)]
struct Gate {
    reached: usize,
    open: bool,
}

impl Hold {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Gate { reached: 0, open: false })))
    }

    /// Waits until a request stands at the gate (for a held answer: its handler has run).
    ///
    /// # Panics
    ///
    /// After [`super::PATIENCE`].
    pub async fn reached(&self) {
        let mut gate = self.0.subscribe();
        let reached = gate.wait_for(|gate| gate.reached > 0);
        assert!(tokio::time::timeout(super::PATIENCE, reached).await.is_ok(), "no request reached the hold");
    }

    /// How many requests have come to the gate.
    pub fn count(&self) -> usize {
        self.0.borrow().reached
    }

    /// Opens the gate for good: for those who wait, and for later ones.
    pub fn release(&self) {
        self.0.send_modify(|gate| gate.open = true);
    }

    pub(super) async fn pass(&self) {
        let mut gate = self.0.subscribe();
        self.0.send_modify(|gate| gate.reached += 1);
        // Fails only without a sender, and this hold is one.
        gate.wait_for(|gate| gate.open).await.ok();
    }
}

impl Fault {
    /// A scripted answer in JSON, for [`Faults::script`].
    pub fn json(status: StatusCode, body: &serde_json::Value) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Self::Answer(status, headers, body.to_string().into_bytes())
    }
}
