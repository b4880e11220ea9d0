//! One accepted connection that can be cut from outside, whoever holds it: hyper, or a WebSocket's handler.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, Weak},
    task::{Context, Poll, Waker},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::lock;

/// A connection; clones are the same connection.
#[derive(Clone)]
pub(super) struct Line(Arc<Mutex<Ends>>);

/// A connection that may have ended: knowing it does not keep it open.
pub(super) struct Known(Weak<Mutex<Ends>>);

impl Known {
    /// The connection, while somebody holds it open.
    pub(super) fn open(&self) -> Option<Line> {
        self.0.upgrade().map(Line).filter(Line::is_open)
    }
}

struct Ends {
    /// `None` once cut.
    stream: Option<TcpStream>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Line {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(Arc::new(Mutex::new(Ends { stream: Some(stream), reader: None, writer: None })))
    }

    pub(super) fn known(&self) -> Known {
        Known(Arc::downgrade(&self.0))
    }

    /// Closes the connection with a reset; the other end reads an error, not an end.
    pub(super) fn reset(&self) {
        if let Some(stream) = self.cut() {
            // Fails only on a socket that is dead already, which is what is wanted.
            stream.set_zero_linger().ok();
        }
    }

    /// Closes the connection in an orderly way.
    pub(super) fn close(&self) {
        drop(self.cut());
    }

    /// Whether nobody has closed it at this end.
    fn is_open(&self) -> bool {
        lock(&self.0).stream.is_some()
    }

    fn cut(&self) -> Option<TcpStream> {
        let mut ends = lock(&self.0);
        let stream = ends.stream.take();
        for waker in [ends.reader.take(), ends.writer.take()].into_iter().flatten() {
            waker.wake();
        }
        stream
    }

    fn write_side<T>(
        &self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut ends = lock(&self.0);
        ends.writer = Some(cx.waker().clone());
        match &mut ends.stream {
            Some(stream) => poll(Pin::new(stream), cx),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut ends = lock(&self.0);
        ends.reader = Some(cx.waker().clone());
        match &mut ends.stream {
            Some(stream) => Pin::new(stream).poll_read(cx, buffer),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write_side(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_side(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_side(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}
