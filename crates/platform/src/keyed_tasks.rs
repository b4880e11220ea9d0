//! Work that goes on side by side, each piece under a name, and no name twice at a time.
//!
//! A piece that panics is told in the log and gives its name back after a rest, like one that failed: what it was about is
//! looked at again, and nothing else is touched by it.

use std::{collections::HashSet, fmt::Debug, hash::Hash, time::Duration};

use tokio::task::JoinSet;

/// What is under way.
#[derive(Debug)]
pub struct UnderWay<N> {
    pieces: JoinSet<N>,
    names: HashSet<N>,
    rest: Duration,
}

impl<N: Copy + Debug + Eq + Hash + Send + 'static> UnderWay<N> {
    /// Nothing yet. A name stays taken for `rest` after its piece panicked.
    pub fn new(rest: Duration) -> Self {
        Self { pieces: JoinSet::new(), names: HashSet::new(), rest }
    }

    /// The names of what is under way.
    pub fn names(&self) -> impl Iterator<Item = N> {
        self.names.iter().copied()
    }

    /// Begins a piece, unless one of this name is under way.
    pub fn begin(&mut self, name: N, work: impl Future<Output = ()> + Send + 'static) {
        if self.names.insert(name) {
            self.pieces.spawn(guarded(name, work, self.rest));
        }
    }

    /// Waits until a piece has ended; `None` at once when nothing is under way.
    pub async fn ended(&mut self) -> Option<()> {
        if let Ok(name) = self.pieces.join_next().await? {
            self.names.remove(&name);
        }
        Some(())
    }

    /// Lets everything finish.
    pub async fn finish(mut self) {
        while self.ended().await.is_some() {}
    }
}

async fn guarded<N: Debug>(name: N, work: impl Future<Output = ()> + Send + 'static, rest: Duration) -> N {
    // A set of one: whoever drops this drops the piece with it, so nothing goes on that nobody waits for.
    let mut piece = JoinSet::new();
    piece.spawn(work);
    if let Some(Err(_)) = piece.join_next().await {
        tracing::error!(?name, "a piece of work panicked; what it was about is looked at again");
        tokio::time::sleep(rest).await;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_piece_that_panics_gives_its_name_back() {
        let mut under_way = UnderWay::new(Duration::ZERO);
        under_way.begin(1, async { panic!("as it must not") });
        under_way.begin(2, async {});
        while under_way.ended().await.is_some() {}
        assert_eq!(under_way.names().count(), 0);
        let (done, seen) = tokio::sync::oneshot::channel();
        under_way.begin(1, async { done.send(()).expect("somebody waits") });
        under_way.finish().await;
        assert_eq!(seen.await, Ok(()));
    }

    #[tokio::test]
    async fn a_name_is_under_way_once() {
        let mut under_way = UnderWay::new(Duration::ZERO);
        let (go_on, wait) = tokio::sync::oneshot::channel();
        under_way.begin("a", async { wait.await.expect("it is told") });
        under_way.begin("a", async { panic!("begun twice") });
        assert_eq!(under_way.names().collect::<Vec<_>>(), ["a"]);
        go_on.send(()).expect("it waits");
        assert_eq!((under_way.ended().await, under_way.ended().await), (Some(()), None));
    }
}
