//! What the gateway says to each frame of a client.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    GUILDS,
    session::{Acks, Frame, Resumes, Session},
    unavailable_guild,
};
use crate::discord::{APPLICATION, BOT_TOKEN, world::World};

/// Intents that have to be granted to an application, and are not.
const PRIVILEGED: u64 = (1 << 1) | (1 << 8) | (1 << 15);
/// All intents that exist.
const KNOWN: u64 = 0x1_ffff | (0b11 << 20) | (0b11 << 24);

/// Where a connection stands.
#[derive(Debug)]
pub(super) struct Position {
    /// Which connection it is.
    pub(super) line: usize,
    /// The way to its writer.
    pub(super) wire: mpsc::Sender<Frame>,
    /// The session that it carries, once identified or resumed.
    pub(super) session: Option<String>,
    /// Whether large frames may be compressed from now on.
    pub(super) compress: bool,
}

/// Whether a close code ends the session with the connection (Discord: opcodes and status codes).
pub(super) fn ends_session(code: u16) -> bool {
    matches!(code, 1000 | 1001 | 4004 | 4007 | 4009..=4014)
}

impl World {
    pub(super) fn new_line(&mut self) -> usize {
        self.sessions.lines += 1;
        self.sessions.lines
    }

    /// The first frame.
    pub(super) fn hello(&self) -> Value {
        let interval = u64::try_from(self.tempo.heartbeat.as_millis()).unwrap_or(41_250);
        json!({ "op": 10, "s": null, "t": null, "d": { "heartbeat_interval": interval, "_trace": [] } })
    }

    /// The connection is over; its session waits for a resume, unless the code ends it.
    pub(super) fn hang_up(&mut self, position: &Position, code: Option<u16>) {
        let Some(id) = &position.session else { return };
        let ours = |session: &Session| session.line.as_ref().is_some_and(|(line, _)| *line == position.line);
        if let Some(session) = self.sessions.all.get_mut(id).filter(|session| ours(session)) {
            session.line = None;
            if code.is_some_and(ends_session) {
                self.sessions.all.remove(id);
            }
        }
    }

    /// Answers one frame; `Err` is the code to close with.
    pub(super) fn hear(&mut self, position: &mut Position, text: &[u8]) -> Result<Vec<Value>, u16> {
        let frame: Value = serde_json::from_slice(text).map_err(|_| 4002_u16)?;
        let data = &frame["d"];
        match frame["op"].as_u64() {
            Some(1) => Ok(self.heartbeat()),
            Some(2) => self.identify(position, data),
            Some(6) => self.resume(position, data),
            Some(3 | 4 | 8 | 31 | 43) if position.session.is_some() => Ok(Vec::new()),
            Some(3 | 4 | 8 | 31 | 43) => Err(4003),
            Some(_) => Err(4001),
            None => Err(4002),
        }
    }

    fn heartbeat(&mut self) -> Vec<Value> {
        self.sessions.heartbeats += 1;
        match self.sessions.acks {
            Acks::Sent => vec![json!({ "op": 11, "d": null, "s": null, "t": null })],
            Acks::Withheld => Vec::new(),
        }
    }

    fn identify(&mut self, position: &mut Position, data: &Value) -> Result<Vec<Value>, u16> {
        if position.session.is_some() {
            return Err(4005);
        }
        check_token(data)?;
        if !data["properties"].is_object() {
            return Err(4002);
        }
        let intents = data["intents"].as_u64().filter(|intents| intents & !KNOWN == 0).ok_or(4013_u16)?;
        if intents & PRIVILEGED != 0 {
            return Err(4014);
        }
        let shard = &data["shard"];
        if !shard.is_null() && *shard != json!([0, 1]) {
            return Err(4010);
        }
        position.compress = data["compress"].as_bool().unwrap_or(false);
        Ok(self.start_session(position, intents))
    }

    fn start_session(&mut self, position: &mut Position, intents: u64) -> Vec<Value> {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let mut session = Session { seq: 0, intents, log: Default::default(), line: None };
        session.publish("READY", &self.ready(&id));
        if intents & GUILDS != 0 {
            session.publish("GUILD_CREATE", &self.guild_event());
        }
        let frames = session.log.iter().map(|(_, frame)| frame.clone()).collect();
        session.line = Some((position.line, position.wire.clone()));
        self.sessions.identified += 1;
        self.sessions.all.insert(id.clone(), session);
        position.session = Some(id);
        frames
    }

    fn ready(&self, session: &str) -> Value {
        json!({
            "v": 10, "user": self.self_json(), "guilds": [unavailable_guild()], "session_id": session, "session_type": "normal",
            "resume_gateway_url": self.sessions.gateway_url(), "shard": [0, 1], "user_settings": {}, "user_settings_proto": null,
            "private_channels": [], "presences": [], "relationships": [], "geo_ordered_rtc_regions": [], "guild_join_requests": [],
            "game_relationships": [], "auth": {}, "_trace": [], "application": { "id": APPLICATION, "flags": 0 },
        })
    }

    fn resume(&mut self, position: &mut Position, data: &Value) -> Result<Vec<Value>, u16> {
        if position.session.is_some() {
            return Err(4005);
        }
        check_token(data)?;
        let invalid = Ok(vec![json!({ "op": 9, "d": false, "s": null, "t": null })]);
        let (Some(id), Some(seq)) = (data["session_id"].as_str(), data["seq"].as_u64()) else { return Err(4002) };
        if self.sessions.resumes == Resumes::Refused {
            self.sessions.all.remove(id);
            return invalid;
        }
        let Some(session) = self.sessions.all.get_mut(id) else { return invalid };
        if seq > session.seq {
            return Err(4007);
        }
        let missed = session.log.iter().filter(|(number, _)| *number > seq);
        let mut frames: Vec<Value> = missed.map(|(_, frame)| frame.clone()).collect();
        let before = session.line.take();
        session.publish("RESUMED", &json!({ "_trace": [] }));
        frames.extend(session.log.back().map(|(_, frame)| frame.clone()));
        session.line = Some((position.line, position.wire.clone()));
        position.session = Some(id.to_owned());
        self.sessions.resumed += 1;
        if let Some((_, wire)) = before {
            // The connection that it was on is over, whether or not its loop still hears this.
            wire.try_send(Frame::Close(4000)).ok();
        }
        Ok(frames)
    }
}

/// The token may come with or without the word `Bot`.
fn check_token(data: &Value) -> Result<(), u16> {
    let token = data["token"].as_str().ok_or(4002_u16)?;
    if token.strip_prefix("Bot ").unwrap_or(token) == BOT_TOKEN { Ok(()) } else { Err(4004) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(world: &mut World) -> (Position, mpsc::Receiver<Frame>) {
        let (wire, heard) = mpsc::channel(16);
        (Position { line: world.new_line(), wire, session: None, compress: false }, heard)
    }

    fn say(world: &mut World, position: &mut Position, frame: &Value) -> Result<Vec<Value>, u16> {
        world.hear(position, frame.to_string().as_bytes())
    }

    fn identify(token: &str, intents: u64) -> Value {
        json!({ "op": 2, "d": { "token": token, "intents": intents, "properties": { "os": "linux" } } })
    }

    #[test]
    fn close_codes_say_what_was_wrong() {
        let mut world = World::new();
        let (mut position, _heard) = line(&mut world);
        assert_eq!(world.hear(&mut position, b"{"), Err(4002));
        assert_eq!(say(&mut world, &mut position, &json!({ "op": 99 })), Err(4001));
        assert_eq!(say(&mut world, &mut position, &json!({ "op": 3, "d": {} })), Err(4003));
        assert_eq!(say(&mut world, &mut position, &identify("wrong", 0)), Err(4004));
        assert_eq!(say(&mut world, &mut position, &identify(BOT_TOKEN, 1 << 30)), Err(4013));
        assert_eq!(say(&mut world, &mut position, &identify(BOT_TOKEN, 1 << 15)), Err(4014));
        assert!(say(&mut world, &mut position, &identify(BOT_TOKEN, 0)).is_ok());
        assert_eq!(say(&mut world, &mut position, &identify(BOT_TOKEN, 0)), Err(4005));
    }

    #[test]
    fn a_resume_replays_what_was_missed() {
        let mut world = World::new();
        let (mut first, _heard) = line(&mut world);
        let frames = say(&mut world, &mut first, &identify(BOT_TOKEN, GUILDS)).unwrap();
        assert_eq!(
            frames.iter().map(|frame| frame["t"].as_str().unwrap()).collect::<Vec<_>>(),
            ["READY", "GUILD_CREATE"]
        );
        let session = frames[0]["d"]["session_id"].clone();
        world.hang_up(&first, Some(1006));
        world.tell_interaction(&json!({ "id": "1" }));

        let (mut second, _heard) = line(&mut world);
        let resume = json!({ "op": 6, "d": { "token": BOT_TOKEN, "session_id": session, "seq": 2 } });
        let frames = say(&mut world, &mut second, &resume).unwrap();
        assert_eq!(
            frames.iter().map(|frame| frame["t"].as_str().unwrap()).collect::<Vec<_>>(),
            ["INTERACTION_CREATE", "RESUMED"]
        );
        assert_eq!(frames[0]["s"], 3);
    }

    #[test]
    fn an_orderly_goodbye_ends_the_session() {
        let mut world = World::new();
        let (mut first, _heard) = line(&mut world);
        let frames = say(&mut world, &mut first, &identify(BOT_TOKEN, 0)).unwrap();
        world.hang_up(&first, Some(1000));
        let (mut second, _heard) = line(&mut world);
        let resume =
            json!({ "op": 6, "d": { "token": BOT_TOKEN, "session_id": frames[0]["d"]["session_id"], "seq": 1 } });
        assert_eq!(say(&mut world, &mut second, &resume).unwrap()[0]["op"], 9);
    }
}
