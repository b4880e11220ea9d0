//! Frames as bytes: plain text, each compressed by itself, or one zlib stream over the connection.

use std::io::Write;

use axum::extract::ws::Message;
use flate2::{Compress, Compression, FlushCompress, write::ZlibEncoder};

/// Above this many bytes a frame is compressed for a client that takes compressed frames.
const LARGE: usize = 1_024;

/// How frames to one client are packed.
#[derive(Debug)]
pub(super) enum Packing {
    /// As text.
    Plain,
    /// Large frames are compressed (`compress: true` in the identify).
    Large,
    /// Everything is one stream (`compress=zlib-stream` in the address).
    Stream(Box<Compress>),
}

impl Packing {
    pub(super) fn stream() -> Self {
        Self::Stream(Box::new(Compress::new(Compression::default(), true)))
    }

    pub(super) fn pack(&mut self, text: String) -> Message {
        match self {
            Self::Large if text.len() > LARGE => match whole(text.as_bytes()) {
                Ok(packed) => Message::Binary(packed.into()),
                Err(_) => Message::Text(text.into()),
            },
            Self::Plain | Self::Large => Message::Text(text.into()),
            Self::Stream(stream) => Message::Binary(flush(stream, text.as_bytes()).into()),
        }
    }
}

fn whole(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Compresses a frame so that the client can read it at once: it ends with the four bytes of a sync flush.
fn flush(stream: &mut Compress, bytes: &[u8]) -> Vec<u8> {
    let before = stream.total_in();
    let mut packed = Vec::with_capacity(bytes.len() + 64);
    loop {
        let done = usize::try_from(stream.total_in() - before).unwrap_or(bytes.len());
        let room = packed.capacity() - packed.len();
        // Fails only on a broken state, which a fresh stream cannot have.
        let Ok(_) = stream.compress_vec(&bytes[done..], &mut packed, FlushCompress::Sync) else { break };
        let all_in = stream.total_in() - before == bytes.len() as u64;
        if all_in && packed.len() < packed.capacity() {
            break;
        }
        packed.reserve(room.max(64));
    }
    packed
}

#[cfg(test)]
mod tests {
    use flate2::{Decompress, FlushDecompress};

    use super::*;

    #[test]
    fn a_stream_is_readable_frame_by_frame() {
        let mut packing = Packing::stream();
        let mut reader = Decompress::new(true);
        for text in ["short".to_owned(), "x".repeat(100_000), (0..20_000).map(|n| n.to_string()).collect()] {
            let Message::Binary(packed) = packing.pack(text.clone()) else { panic!("not packed") };
            assert!(packed.ends_with(&[0, 0, 0xff, 0xff]));
            let mut read = Vec::with_capacity(text.len() + 1_024);
            reader.decompress_vec(&packed, &mut read, FlushDecompress::Sync).unwrap();
            assert_eq!(read, text.as_bytes());
        }
    }
}
