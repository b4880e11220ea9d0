//! One gateway connection.

use std::{convert::Infallible, time::Duration};

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

use super::{WAITING, deflate::Packing, protocol::Position, session::Frame};
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

/// One connection: how frames go out, and how many came in.
struct Line {
    socket: WebSocket,
    packing: Packing,
    /// Since when frames are counted, and how many there were.
    counted: (Instant, u32),
}

/// The connection is over: with this code, or without a word.
struct Over(Option<u16>);

impl Line {
    async fn say(&mut self, frames: &[Value]) -> Result<(), Over> {
        for frame in frames {
            let packed = self.packing.pack(frame.to_string());
            self.socket.send(packed).await.map_err(|_| Over(None))?;
        }
        Ok(())
    }

    async fn close(&mut self, code: u16) -> Over {
        let frame = CloseFrame { code, reason: reason(code).into() };
        // The client may be gone already; then nobody needs the code.
        self.socket.send(Message::Close(Some(frame))).await.ok();
        Over(Some(code))
    }

    /// The next frame of the client.
    async fn hear(&mut self) -> Result<Vec<u8>, Over> {
        loop {
            match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => return Ok(text.as_bytes().to_vec()),
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes.to_vec()),
                Some(Ok(Message::Close(frame))) => return Err(Over(frame.map(|frame| frame.code))),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Err(_)) | None => return Err(Over(None)),
            }
        }
    }

    /// Counts a frame; says whether it was one too many.
    fn too_many(&mut self) -> bool {
        if self.counted.0.elapsed() > PER {
            self.counted = (Instant::now(), 0);
        }
        self.counted.1 += 1;
        self.counted.1 > FRAMES
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
    let mut line = Line { socket, packing, counted: (Instant::now(), 0) };
    let refused = match (wanted.v.as_deref(), wanted.encoding.as_deref()) {
        (Some("10"), None | Some("json")) => None,
        (Some("10"), Some(_)) => Some(4002),
        _ => Some(4012),
    };
    if let Some(code) = refused {
        line.close(code).await;
        return;
    }
    let (wire, mut outgoing) = mpsc::channel(WAITING);
    let number = discord.change(super::World::new_line);
    let mut position = Position { line: number, wire, session: None, compress: false };
    let Err(Over(code)) = talk(&discord, &mut line, &mut position, &mut outgoing).await;
    discord.change(|world| world.hang_up(&position, code));
}

/// Talks until one side closes.
async fn talk(
    discord: &Discord,
    line: &mut Line,
    position: &mut Position,
    outgoing: &mut mpsc::Receiver<Frame>,
) -> Result<Infallible, Over> {
    line.say(&[discord.read(|world| world.hello())]).await?;
    let patience = discord.read(|world| world.tempo.heartbeat) * LATE;
    let mut last_heard = Instant::now();
    loop {
        tokio::select! {
            frame = outgoing.recv() => forward(line, position, frame).await?,
            heard = line.hear() => {
                last_heard = Instant::now();
                answer(discord, line, position, &heard?).await?;
            }
            () = tokio::time::sleep_until(last_heard + patience) => return Err(line.close(4009).await),
        }
    }
}

/// Sends what the simulator has for this client.
async fn forward(line: &mut Line, position: &mut Position, frame: Option<Frame>) -> Result<(), Over> {
    match frame {
        Some(Frame::Send(frame)) => {
            if frame["op"] == 9 && frame["d"] == false {
                position.session = None;
            }
            line.say(&[frame]).await
        }
        Some(Frame::Close(code)) => Err(line.close(code).await),
        None => Err(Over(None)),
    }
}

/// Answers what the client said.
async fn answer(discord: &Discord, line: &mut Line, position: &mut Position, heard: &[u8]) -> Result<(), Over> {
    if line.too_many() {
        return Err(line.close(4008).await);
    }
    let answer = discord.change(|world| world.hear(position, heard));
    if position.compress && matches!(line.packing, Packing::Plain) {
        line.packing = Packing::Large;
    }
    match answer {
        Ok(frames) => line.say(&frames).await,
        Err(code) => Err(line.close(code).await),
    }
}
