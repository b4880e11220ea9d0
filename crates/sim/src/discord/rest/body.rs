//! Reads a request's body: JSON, or JSON and files as `multipart/form-data`.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use serde_json::Value;

use crate::discord::{
    patch::{File, Incoming},
    refusal::Refusal,
};

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let bare = kind.split(';').next().unwrap_or_default().trim().to_owned();
        match bare.as_str() {
            "application/json" => {
                let bytes = Bytes::from_request(request, state).await.map_err(|_| Refusal::InvalidJson)?;
                let json = serde_json::from_slice(&bytes).map_err(|_| Refusal::InvalidJson)?;
                Ok(Self { json, files: Vec::new() })
            }
            "multipart/form-data" => {
                let parts = Multipart::from_request(request, state).await.map_err(|_| Refusal::InvalidJson)?;
                read_parts(parts).await
            }
            _ => Err(Refusal::InvalidJson),
        }
    }
}

async fn read_parts(mut parts: Multipart) -> Result<Incoming, Refusal> {
    let mut incoming = Incoming { json: Value::Object(serde_json::Map::new()), files: Vec::new() };
    while let Some(part) = parts.next_field().await.map_err(|_| Refusal::InvalidJson)? {
        let name = part.name().unwrap_or_default().to_owned();
        let filename = part.file_name().map(str::to_owned);
        let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(|_| Refusal::InvalidJson)?.to_vec();
        if name == "payload_json" {
            incoming.json = serde_json::from_slice(&bytes).map_err(|_| Refusal::InvalidJson)?;
        } else if let Some(filename) = filename {
            let number = name.trim_start_matches("files[").trim_end_matches(']').parse();
            let number = number.unwrap_or(incoming.files.len() as u64);
            incoming.files.push(File { number, filename, content_type, bytes });
        }
    }
    Ok(incoming)
}
