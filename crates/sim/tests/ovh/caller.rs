//! A caller of the API: signs as OVHcloud documents it, and reads answers as they are.

use reqwest::{Client, Method, Response};
use serde_json::Value;
use sha1::{Digest, Sha1};
use sim::{
    net::PATIENCE,
    ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY, Ovh},
};

/// One with the keys of the simulated account.
pub(crate) struct Caller {
    pub(crate) http: Client,
    pub(crate) base: String,
    /// What its own clock is off, in seconds.
    pub(crate) drift: i64,
    pub(crate) secret: String,
    pub(crate) consumer_key: String,
}

/// A status and a body; null when the body is no JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Caller {
    pub(crate) fn of(ovh: &Ovh) -> Self {
        Self {
            http: sim::net::client(),
            base: ovh.url(),
            drift: 0,
            secret: APPLICATION_SECRET.to_owned(),
            consumer_key: CONSUMER_KEY.to_owned(),
        }
    }

    /// One who calls another version of the API, such as `/v2`.
    pub(crate) fn of_version(ovh: &Ovh, version: &str) -> Self {
        let base = ovh.url().replace("/1.0", version);
        Self { base, ..Self::of(ovh) }
    }

    /// Sends a signed call; an error if the answer was lost.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> reqwest::Result<Response> {
        let url = format!("{}{path}", self.base);
        let at = jiff::Timestamp::now().as_second() + self.drift;
        let signed = format!("{}+{}+{method}+{url}+{body}+{at}", self.secret, self.consumer_key);
        let signature = format!("$1${}", hex::encode(Sha1::digest(signed)));
        let method: Method = method.parse().expect("a method");
        self.http
            .request(method, url)
            .header("X-Ovh-Application", APPLICATION_KEY)
            .header("X-Ovh-Consumer", &self.consumer_key)
            .header("X-Ovh-Timestamp", at)
            .header("X-Ovh-Signature", signature)
            .body(body.to_owned())
            .send()
            .await
    }

    /// Sends a signed call and reads its answer.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        read(self.send(method, path, body).await.expect("an answer")).await
    }

    /// Reads something, which must go well.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// Reads something again and again until it is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            let body = self.get(path).await;
            if wanted(&body) {
                return body;
            }
            assert!(tokio::time::Instant::now() < end, "{path} stayed {body}");
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
}

pub(crate) async fn read(response: Response) -> Answer {
    let status = response.status().as_u16();
    assert!(response.headers().contains_key("x-ovh-queryid"), "no query id");
    let body = response.text().await.expect("a body");
    Answer { status, body: serde_json::from_str(&body).unwrap_or_default() }
}
