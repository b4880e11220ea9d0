//! Interactions by signed web request, instead of the gateway.

use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use super::{Discord, Id, model::Delivery, patch::Incoming, world::World};

/// The application's key: fixed, and of no use anywhere else.
const KEY: [u8; 32] = *b"FAKE-KEY-OF-THE-SIMULATED-DISCOR";
/// How long a check of an endpoint waits for its answers.
const CHECK: Duration = Duration::from_secs(20);

impl World {
    pub(crate) fn endpoint(&self) -> Option<&str> {
        match &self.delivery {
            Delivery::Gateway => None,
            Delivery::Endpoint(url) => Some(url),
        }
    }
}

impl Discord {
    /// The application's public key in hex, with which an endpoint checks signatures.
    pub fn public_key(&self) -> String {
        hex::encode(SigningKey::from_bytes(&KEY).verifying_key().as_bytes())
    }

    /// From now on interactions go to `url` by signed request, and no longer to the gateway.
    pub fn send_interactions_to(&self, url: &str) {
        self.change(|world| world.delivery = Delivery::Endpoint(url.to_owned()));
    }

    /// Does what Discord does before it accepts an endpoint: a signed ping must be answered by `{"type": 1}`, a ping with a bad signature by 401.
    ///
    /// # Errors
    ///
    /// What the endpoint did instead.
    pub async fn check_endpoint(&self, url: &str) -> Result<(), String> {
        let ping =
            json!({ "id": "1", "application_id": super::APPLICATION, "type": 1, "token": "fake-ping", "version": 1 });
        let (status, answer) = post(url, &ping, Signature::Good, CHECK).await?;
        if status != StatusCode::OK || answer["type"] != 1 {
            return Err(format!("a signed ping was answered by {status} {answer}"));
        }
        let (status, _) = post(url, &ping, Signature::Bad, CHECK).await?;
        if status == StatusCode::UNAUTHORIZED {
            Ok(())
        } else {
            Err(format!("a badly signed ping was answered by {status}"))
        }
    }

    /// Sends an interaction to the endpoint and takes its answer: 202 means that the callback route is used instead.
    pub(crate) async fn deliver(self, id: Id, payload: Value, url: String) {
        let limit = self.read(|world| world.tempo.acknowledge);
        let failed = match post(&url, &payload, Signature::Good, limit).await {
            Ok((StatusCode::ACCEPTED, _)) => false,
            Ok((StatusCode::OK, json)) => {
                let token = payload["token"].as_str().unwrap_or_default();
                self.change(|world| world.call_back(id, token, Incoming { json, files: Vec::new() })).is_err()
            }
            Ok(_) | Err(_) => true,
        };
        if failed {
            self.change(|world| world.give_up(id));
        }
    }
}

enum Signature {
    Good,
    Bad,
}

async fn post(
    url: &str,
    payload: &Value,
    signature: Signature,
    limit: Duration,
) -> Result<(StatusCode, Value), String> {
    let body = payload.to_string();
    let timestamp = jiff::Timestamp::now().as_second().to_string();
    let signed = match signature {
        Signature::Good => format!("{timestamp}{body}"),
        Signature::Bad => "something else".to_owned(),
    };
    let signature = SigningKey::from_bytes(&KEY).sign(signed.as_bytes());
    let request = crate::net::client()
        .post(url)
        .timeout(limit)
        .header("X-Signature-Ed25519", hex::encode(signature.to_bytes()))
        .header("X-Signature-Timestamp", timestamp)
        .header(header::USER_AGENT, "Discord-Interactions/1.0 (+https://discord.com)")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body);
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let bytes = answer.bytes().await.map_err(|error| error.to_string())?;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
}
