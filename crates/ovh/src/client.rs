//! One account's way to OVHcloud. Every request goes through [`Client::send`], and that takes a [`Permit`].
//!
//! Reads are repeated when the weather is bad, within [`READ_PATIENCE`]; writes only while it is certain that nothing was done:
//! whoever wrote must know of every attempt that may still be carried out. Writes go over a connection of their own, so that
//! nothing beneath us can send one twice. Redirects are never followed: a 307 would repeat a POST somewhere else.

mod proof;
mod route;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use backon::{ExponentialBuilder, Retryable};
use bernard_domain::server::ServiceName;
use bernard_platform::{
    shared_budget::SharedBudget,
    tls::{self, Http},
};
use reqwest::{
    ClientBuilder, Method,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use rustls::ClientConfig;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    account::{Account, ApiLog, Endpoint},
    answer::{self, Answer, Paging},
    auth::{Another, Auth},
    call::{Call, Fault, Outgoing, Written},
    error::{Cause, Error, Failure},
    odd::{Oddities, Oddity, Partly},
    quota::{Permit, Priority, Quota},
    standing::{Latest, Standing},
};

/// How long the wire is waited for.
#[derive(Clone, Copy)]
pub(super) struct Timeouts {
    /// Setting up a connection, TLS included.
    pub(super) connect: Duration,
    /// A whole exchange, connection and body included.
    pub(super) total: Duration,
    /// From a call's first attempt to its last.
    pub(super) patience: Duration,
    /// The first pause between two attempts.
    pub(super) pause: Duration,
}

/// A healthy connection needs a tenth of five seconds, from anywhere. OVHcloud's slow calls need several; after twenty nobody
/// is coming.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(20),
    patience: READ_PATIENCE,
    pause: Duration::from_millis(200),
};
/// How long a call is repeated in bad weather, after its first attempt: as long as a person stays patient.
pub const READ_PATIENCE: Duration = Duration::from_secs(30);
/// How long one of many is asked for again: the others are worth more than it.
const BRIEFLY: Duration = Duration::from_secs(2);
/// How much longer than the first pause between two attempts the longest is that OVHcloud did not ask for; each doubles, with jitter.
const LONGEST_PAUSE: u32 = 25;
/// How many times a call is repeated at most.
const REPEATS: usize = 6;

/// One account's way to OVHcloud. Cheap to clone; all clones share one budget, one token and one clock.
#[derive(Clone)]
pub struct Client {
    pub(super) inner: Arc<Inner>,
    pub(super) priority: Priority,
    patience: Duration,
}

pub(super) struct Inner {
    pub(super) account: String,
    pub(super) endpoint: Endpoint,
    pub(super) api_log: ApiLog,
    pub(super) auth: Auth,
    pub(super) quota: Quota,
    pub(super) reads: reqwest::Client,
    writes: reqwest::Client,
    one: ClientConfig,
    timeouts: Timeouts,
    odd: Oddities,
    pub(super) latest: Latest,
}

impl Client {
    /// Builds the way to an account. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Fault`] when the account cannot work as it is configured.
    pub fn new(account: Account) -> Result<Self, Fault> {
        Self::with_timeouts(account, TIMEOUTS)
    }

    /// The same, with `answer` for each exchange instead of the usual 20 s.
    ///
    /// # Errors
    /// [`Fault`] when the account cannot work as it is configured.
    pub fn with_timeout(account: Account, answer: Duration) -> Result<Self, Fault> {
        Self::at_pace(account, answer, TIMEOUTS.pause)
    }

    /// The same, with `answer` for each exchange instead of the usual 20 s, and `pause` before the first repetition instead of the
    /// usual 200 ms.
    ///
    /// # Errors
    /// [`Fault`] when the account cannot work as it is configured.
    pub fn at_pace(account: Account, answer: Duration, pause: Duration) -> Result<Self, Fault> {
        Self::sharing(account, answer, pause, None)
    }

    /// The same, with a budget that other processes draw on too, if there is one.
    ///
    /// # Errors
    /// [`Fault`] when the account cannot work as it is configured.
    pub fn sharing(
        account: Account,
        answer: Duration,
        pause: Duration,
        budget: Option<Arc<dyn SharedBudget>>,
    ) -> Result<Self, Fault> {
        let connect = TIMEOUTS.connect.min(answer);
        Self::built(account, Timeouts { connect, total: answer, pause, ..TIMEOUTS }, budget)
    }

    pub(super) fn with_timeouts(account: Account, timeouts: Timeouts) -> Result<Self, Fault> {
        Self::built(account, timeouts, None)
    }

    fn built(account: Account, timeouts: Timeouts, budget: Option<Arc<dyn SharedBudget>>) -> Result<Self, Fault> {
        let fault = |why: String| Fault::Tls { account: account.name.clone(), why };
        let build = |builder: ClientBuilder| builder.build().map_err(|error| fault(error.without_url().to_string()));
        let many = tls::settings(Http::Newest).map_err(|error| fault(error.to_string()))?;
        let one = tls::settings(Http::One).map_err(|error| fault(error.to_string()))?;
        let inner = Inner {
            auth: Auth::new(&account)?,
            quota: Quota::new(&account.name, account.requests_per_minute, budget),
            reads: build(http(timeouts, many))?,
            writes: build(unpooled(timeouts, one.clone()))?,
            one,
            account: account.name,
            endpoint: account.endpoint,
            api_log: account.api_log,
            timeouts,
            odd: Oddities::default(),
            latest: Latest::default(),
        };
        Ok(Self { inner: Arc::new(inner), priority: Priority::Person, patience: timeouts.patience })
    }

    /// The account's name in the configuration.
    pub fn account(&self) -> &str {
        &self.inner.account
    }

    /// The same account for somebody else: background work waits until people were served.
    #[must_use]
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self { priority, ..self.clone() }
    }

    /// Whether requests of people or of operations wait for the budget now: what can be asked later should be.
    pub fn is_waited_for(&self) -> bool {
        self.inner.quota.is_waited_for()
    }

    /// The same account for whom the answer is not worth more than so much repeating in bad weather.
    #[must_use]
    pub fn within(&self, patience: Duration) -> Self {
        Self { patience: self.patience.min(patience), ..self.clone() }
    }

    /// The same account for what is one of many: a single thing that OVHcloud cannot read is not waited for as long as all of it.
    #[must_use]
    pub(super) fn briefly(&self) -> Self {
        self.within(BRIEFLY)
    }

    /// How it stands with the account, by its latest request.
    pub fn standing(&self) -> Standing {
        self.inner.latest.standing()
    }

    /// What could not be read in this account lately, each thing once.
    pub fn oddities(&self) -> Vec<Oddity> {
        self.inner.odd.list()
    }

    /// Remembers that something could not be read, and says so in the log if that is news.
    pub fn note(&self, error: &Error) {
        self.note_oddity(error.doing(), Oddity::of_error(error));
    }

    fn note_oddity(&self, doing: &str, oddity: Oddity) {
        let said = oddity.said.clone();
        let server = oddity.server.clone();
        if self.inner.odd.note(doing, oddity) {
            let server = server.as_ref().map(ServiceName::as_str);
            tracing::warn!(account = self.account(), server.name = server, said, "left out: it could not be read");
        }
    }

    /// A way for one write alone, to be built upon.
    pub(super) fn one_way(&self) -> ClientBuilder {
        unpooled(self.inner.timeouts, self.inner.one.clone())
    }

    /// Reads, again in bad weather; what of it is odd is noted.
    pub(super) async fn read<T: DeserializeOwned + Partly>(&self, call: &Call) -> Result<T, Error> {
        let read = self.read_whole(call).await?;
        self.note_parts(call, &read);
        Ok(read)
    }

    /// The same for what must be whole.
    pub(super) async fn read_whole<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let attempt = || async { self.attempt(call, &self.inner.reads).await?.parse() };
        self.patiently(call, Cause::is_transient, attempt).await.map_err(|failure| call.error(failure))
    }

    /// The same for one page of a list, with what its headers say of the others.
    pub(super) async fn read_page<T: DeserializeOwned>(&self, call: &Call) -> Result<(T, Paging), Error> {
        let attempt = || async {
            let answer = self.attempt(call, &self.inner.reads).await?;
            answer.parse().map(|page| (page, answer.paging))
        };
        self.patiently(call, Cause::is_transient, attempt).await.map_err(|failure| call.error(failure))
    }

    pub(super) fn note_parts(&self, call: &Call, read: &impl Partly) {
        let odd = read.odd();
        if odd.is_empty() {
            return self.inner.odd.forget(&call.doing);
        }
        self.note_oddity(&call.doing, Oddity::of_parts(&call.doing, call.server.as_ref(), &odd));
    }

    /// Writes what may be written twice, again in bad weather that certainly kept it from happening.
    pub(super) async fn write_idempotent(&self, call: &Call) -> Result<Written<()>, Error> {
        let is_undone = |cause: &Cause| cause.is_transient() && !cause.may_have_happened();
        let patiently = self.patiently(call, is_undone, || async {
            let answer = self.attempt(call, &self.inner.writes).await?;
            answer.expect_any().map(|()| Written::of((), &answer))
        });
        patiently.await.map_err(|failure| call.error(failure))
    }

    /// Writes what must not be written twice: one attempt, whatever comes of it.
    pub(super) async fn write_once<T: DeserializeOwned>(&self, call: &Call) -> Result<Written<T>, Error> {
        let attempt = async {
            let ready = self.ready().await?;
            let permit = self.inner.quota.permit(self.priority).await?;
            let headers = self.inner.auth.headers(&ready, &call.outgoing)?;
            let sent = self.send(permit, &self.inner.writes, call.outgoing.clone(), headers).await;
            let answer = sent.inspect_err(|failure| {
                self.inner.auth.learn(&ready, failure);
            })?;
            answer.parse().map(|value| Written::of(value, &answer))
        };
        attempt.await.map_err(|failure| call.error(failure))
    }

    async fn patiently<T, Attempt>(
        &self,
        call: &Call,
        again: impl Fn(&Cause) -> bool,
        attempt: impl Fn() -> Attempt,
    ) -> Result<T, Failure>
    where
        Attempt: Future<Output = Result<T, Failure>>,
    {
        let began = Instant::now();
        let first = self.inner.timeouts.pause;
        let pauses = ExponentialBuilder::default()
            .with_min_delay(first)
            .with_max_delay(first.saturating_mul(LONGEST_PAUSE))
            .with_max_times(REPEATS)
            .with_jitter();
        (|| attempt())
            .retry(pauses)
            .when(|failure| again(&failure.cause) && !failure.cause.is_for_want_of_a_permit())
            .adjust(|failure, pause| {
                let pause = pause?.max(failure.cause.retry_after().unwrap_or_default());
                (began.elapsed() + pause < self.patience).then_some(pause)
            })
            .notify(|failure, pause| {
                tracing::debug!(
                    account = self.account(),
                    server.name = call.server.as_ref().map(ServiceName::as_str),
                    ovh.query_id = failure.query_id.as_deref(),
                    pause = ?pause,
                    "could not {} yet: {}",
                    call.doing,
                    failure.cause
                );
            })
            .await
    }

    /// One attempt of a call that may be repeated; a second one if fresh proof may help.
    async fn attempt(&self, call: &Call, http: &reqwest::Client) -> Result<Answer, Failure> {
        let mut fresh = Another::MayHelp;
        loop {
            let ready = self.ready().await?;
            let permit = self.inner.quota.permit(self.priority).await?;
            let headers = self.inner.auth.headers(&ready, &call.outgoing)?;
            let failure = match self.send(permit, http, call.outgoing.clone(), headers).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if self.inner.auth.learn(&ready, &failure) == Another::IsPointless || fresh == Another::IsPointless {
                return Err(failure);
            }
            fresh = Another::IsPointless;
        }
    }

    /// The only way out. One permit, one request, one answer.
    pub(super) async fn send(
        &self,
        permit: Permit,
        http: &reqwest::Client,
        outgoing: Outgoing,
        headers: HeaderMap,
    ) -> Result<Answer, Failure> {
        let Outgoing { method, url, body, asks } = outgoing;
        let route = route::of(&url);
        let request = http.request(method.clone(), url).headers(headers).headers(asks.into_iter().collect());
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body),
            // Some proxies refuse a POST that does not say that it has no body.
            None if method == Method::POST => request.header(CONTENT_LENGTH, HeaderValue::from_static("0")),
            None => request,
        };
        let result = self.exchange(permit, (&method, &route), request).await;
        self.inner.latest.note(&result);
        result
    }

    /// The same for OAuth2's form; how it stands with the account shows only in what the answer says.
    pub(super) async fn send_form(&self, permit: Permit, url: &Url, form: &[(&str, &str)]) -> Result<Answer, Failure> {
        self.exchange(permit, (&Method::POST, "/oauth2/token"), self.inner.reads.post(url.clone()).form(form)).await
    }

    async fn exchange(
        &self,
        _spent: Permit,
        (method, route): (&Method, &str),
        request: reqwest::RequestBuilder,
    ) -> Result<Answer, Failure> {
        let began = Instant::now();
        let result = match request.send().await {
            Ok(response) => Answer::read(response).await,
            Err(error) => Err(answer::cause(&error).into()),
        };
        self.count((method, route), &result, began.elapsed());
        if let Err(failure) = &result {
            self.obey(failure);
        }
        result
    }

    fn count(&self, (method, route): (&Method, &str), result: &Result<Answer, Failure>, took: Duration) {
        let (outcome, status) = match result {
            Ok(answer) => ("ok", Some(answer.status)),
            Err(failure) => (failure.cause.outcome(), failure.cause.status()),
        };
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        let labels = [("account", self.inner.account.clone()), ("method", method.to_string())];
        metrics::histogram!(bernard_platform::metrics::OVH_SECONDS, &labels).record(took);
        let [account, method] = labels;
        let more = [("route", route.to_owned()), ("status", status), ("outcome", outcome.to_owned())];
        let labels: Vec<_> = [account, method].into_iter().chain(more).collect();
        metrics::counter!(bernard_platform::metrics::OVH_REQUESTS, &labels).increment(1);
    }

    /// OVHcloud's 429 is for the whole account.
    fn obey(&self, failure: &Failure) {
        let Cause::Answered(answered) = &failure.cause else { return };
        if answered.status == 429 {
            self.inner.quota.hold(answered.retry_after);
            tracing::warn!(
                account = self.account(),
                ovh.query_id = failure.query_id.as_deref(),
                "OVHcloud asks for fewer requests; the account pauses"
            );
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("account", &self.inner.account).finish_non_exhaustive()
    }
}

/// How every request travels.
fn http(timeouts: Timeouts, tls: ClientConfig) -> ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("bernard/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        // As on Discord's side: whoever has a proxy names it as the endpoint.
        .no_proxy()
}

/// How writes travel: each on a connection of its own, so a connection that fails has certainly carried nothing.
fn unpooled(timeouts: Timeouts, tls: ClientConfig) -> ClientBuilder {
    http(timeouts, tls).http1_only().pool_max_idle_per_host(0)
}
