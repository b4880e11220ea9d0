//! One gateway connection.

use std::time::Duration;

use axum::{
    extract::{
        Query, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::mpsc, time::Instant};

use super::{Frame, WAITING, deflate::Packing, protocol::Position};
use crate::discord::{Discord, refusal::Refusal};

/// A client may be this many intervals late with a heartbeat.
const LATE: u32 = 2;
/// Frames that a client may send in [`PER`].
const FRAMES: u32 = 120;
const PER: Duration = Duration::from_secs(60);

/// What stands in the address.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    v: Option<String>,
    encoding: Option<String>,
    compress: Option<String>,
}

/// Any path that is nothing else: a WebSocket is the gateway, the rest is not found.
pub(crate) async fn upgrade(
    State(discord): State<Discord>,
    Query(wanted): Query<Wanted>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(move |socket| serve(discord, socket, wanted)),
        Err(_) => Refusal::NotFound.into_response(),
    }
}

struct Line {
    socket: WebSocket,
    packing: Packing,
}

impl Line {
    /// Sends frames; `false` when the client is gone.
    async fn say(&mut self, frames: &[Value]) -> bool {
        for frame in frames {
            let packed = self.packing.pack(frame.to_string());
            if self.socket.send(packed).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn close(&mut self, code: u16) {
        let frame = CloseFrame { code, reason: reason(code).into() };
        // The client may be gone already; then nobody needs the code.
        self.socket.send(Message::Close(Some(frame))).await.ok();
    }
}

fn reason(code: u16) -> &'static str {
    match code {
        4000 => "Unknown error.",
        4001 => "Unknown opcode.",
        4002 => "Error while decoding payload.",
        4003 => "Not authenticated.",
        4004 => "Authentication failed.",
        4005 => "Already authenticated.",
        4007 => "Invalid seq.",
        4008 => "Rate limited.",
        4009 => "Session timed out.",
        4010 => "Invalid shard.",
        4011 => "Sharding required.",
        4012 => "Invalid API version.",
        4013 => "Invalid intent(s).",
        4014 => "Disallowed intent(s).",
        _ => "",
    }
}

async fn serve(discord: Discord, socket: WebSocket, wanted: Wanted) {
    let packing = if wanted.compress.as_deref() == Some("zlib-stream") { Packing::stream() } else { Packing::Plain };
    let mut line = Line { socket, packing };
    if wanted.v.as_deref() != Some("10") {
        return line.close(4012).await;
    }
    if !matches!(wanted.encoding.as_deref(), None | Some("json")) {
        return line.close(4002).await;
    }
    let (wire, mut outgoing) = mpsc::channel(WAITING);
    let number = discord.change(super::World::new_line);
    let mut position = Position { line: number, wire, session: None, compress: false };
    let code = talk(&discord, &mut line, &mut position, &mut outgoing).await;
    discord.change(|world| world.hang_up(&position, code));
}

/// Talks until one side closes; gives back the code it closed with, if any.
async fn talk(
    discord: &Discord,
    line: &mut Line,
    position: &mut Position,
    outgoing: &mut mpsc::Receiver<Frame>,
) -> Option<u16> {
    if !line.say(&[discord.read(|world| world.hello())]).await {
        return None;
    }
    let patience = discord.read(|world| world.tempo.heartbeat) * LATE;
    let mut last_heard = Instant::now();
    let mut counted = (Instant::now(), 0_u32);
    loop {
        let heard = tokio::select! {
            frame = outgoing.recv() => {
                match frame? {
                    Frame::Send(frame) => {
                        if frame["op"] == 9 && frame["d"] == false {
                            position.session = None;
                        }
                        if !line.say(&[frame]).await {
                            return None;
                        }
                    }
                    Frame::Close(code) => {
                        line.close(code).await;
                        return Some(code);
                    }
                }
                continue;
            }
            heard = line.socket.recv() => heard,
            () = tokio::time::sleep_until(last_heard + patience) => {
                line.close(4009).await;
                return Some(4009);
            }
        };
        let text = match heard?.ok()? {
            Message::Text(text) => text.as_bytes().to_vec(),
            Message::Binary(bytes) => bytes.to_vec(),
            Message::Close(frame) => return frame.map(|frame| frame.code),
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        last_heard = Instant::now();
        if counted.0.elapsed() > PER {
            counted = (Instant::now(), 0);
        }
        counted.1 += 1;
        let answer = if counted.1 > FRAMES { Err(4008) } else { discord.change(|world| world.hear(position, &text)) };
        if position.compress && matches!(line.packing, Packing::Plain) {
            line.packing = Packing::Large;
        }
        match answer {
            Ok(frames) => {
                if !line.say(&frames).await {
                    return None;
                }
            }
            Err(code) => {
                line.close(code).await;
                return Some(code);
            }
        }
    }
}
