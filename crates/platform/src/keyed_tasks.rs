//! Work that goes on side by side, each piece under a name, and no name twice at a time.
//!
//! A piece that panics is told in the log and gives its name back after a rest, like one that failed: what it was about is
//! looked at again, and nothing else is touched by it.

use std::{
    collections::{HashMap, HashSet},
    fmt::Debug,
    hash::Hash,
    time::Duration,
};

use tokio::task::{Id, JoinError, JoinSet};

/// What is under way. Whoever drops it drops the pieces with it, so nothing goes on that nobody waits for.
#[derive(Debug)]
pub struct UnderWay<N> {
    pieces: JoinSet<()>,
    names: HashSet<N>,
    /// Whose each piece is: one that panicked cannot say it.
    of: HashMap<Id, N>,
    rest: Duration,
}

impl<N: Clone + Debug + Eq + Hash + Send + 'static> UnderWay<N> {
    /// Nothing yet. A name stays taken for `rest` after its piece panicked.
    pub fn new(rest: Duration) -> Self {
        Self { pieces: JoinSet::new(), names: HashSet::new(), of: HashMap::new(), rest }
    }

    /// The names of what is under way.
    pub fn names(&self) -> impl Iterator<Item = N> {
        self.names.iter().cloned()
    }

    /// Whether nothing of this name is under way.
    pub fn is_free(&self, name: &N) -> bool {
        !self.names.contains(name)
    }

    /// Begins a piece, unless one of this name is under way.
    pub fn begin(&mut self, name: N, work: impl Future<Output = ()> + Send + 'static) {
        if self.names.insert(name.clone()) {
            let piece = self.pieces.spawn(work);
            self.of.insert(piece.id(), name);
        }
    }

    /// Waits until a piece, or the rest after one, has ended, and takes note of all that have by then; the names of those that panicked,
    /// which rest now. `None` at once when nothing is under way.
    pub async fn ended(&mut self) -> Option<Vec<N>> {
        let mut next = Some(self.pieces.join_next_with_id().await?);
        let mut panicked = Vec::new();
        while let Some(ended) = next {
            panicked.extend(self.note(ended));
            next = self.pieces.try_join_next_with_id();
        }
        panicked.iter().for_each(|name| self.begin(name.clone(), tokio::time::sleep(self.rest)));
        Some(panicked)
    }

    /// Begins a piece beside them that has no name: nobody hears of its end.
    pub fn begin_beside(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.pieces.spawn(work);
    }

    /// Lets everything finish; what panics now needs no rest.
    pub async fn finish(mut self) {
        while let Some(ended) = self.pieces.join_next_with_id().await {
            self.note(ended);
        }
    }

    /// A piece has ended and gives its name back; the name, if it panicked.
    fn note(&mut self, ended: Result<(Id, ()), JoinError>) -> Option<N> {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        let name = self.of.remove(&id)?;
        self.names.remove(&name);
        if ended.is_ok() {
            return None;
        }
        tracing::error!(?name, "a piece of work panicked; what it was about is looked at again");
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_piece_that_panics_gives_its_name_back_after_a_rest() {
        let mut under_way = UnderWay::new(Duration::ZERO);
        under_way.begin(1, async { panic!("as it must not") });
        assert_eq!(under_way.ended().await, Some(vec![1]));
        assert_eq!(under_way.names().collect::<Vec<_>>(), [1], "it rests");
        under_way.begin(1, async { panic!("begun in its rest") });
        assert_eq!((under_way.ended().await, under_way.ended().await), (Some(Vec::new()), None));
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
        assert_eq!((under_way.is_free(&"a"), under_way.is_free(&"b")), (false, true));
        assert_eq!(under_way.names().collect::<Vec<_>>(), ["a"]);
        go_on.send(()).expect("it waits");
        assert_eq!((under_way.ended().await, under_way.ended().await), (Some(Vec::new()), None));
    }

    #[tokio::test]
    async fn what_is_dropped_goes_on_no_more() {
        let mut under_way = UnderWay::new(Duration::ZERO);
        let (held, gone) = tokio::sync::oneshot::channel::<()>();
        under_way.begin("a", async move {
            let _held = held;
            std::future::pending().await
        });
        drop(under_way);
        assert!(gone.await.is_err(), "its piece was dropped");
    }

    #[tokio::test]
    async fn whoever_finishes_waits_for_all_and_for_no_rest() {
        let mut under_way = UnderWay::new(Duration::MAX);
        under_way.begin(1, async { panic!("as it must not") });
        let (done, seen) = tokio::sync::oneshot::channel();
        under_way.begin(2, async { done.send(()).expect("somebody waits") });
        under_way.finish().await;
        assert_eq!(seen.await, Ok(()));
    }

    #[tokio::test]
    async fn what_has_no_name_takes_none_and_harms_none() {
        let mut under_way = UnderWay::new(Duration::MAX);
        under_way.begin_beside(async { panic!("as it must not") });
        assert_eq!(under_way.names().count(), 0);
        under_way.begin(1, async {});
        while let Some(panicked) = under_way.ended().await {
            assert_eq!(panicked, [], "a name that nobody has");
        }
        assert!(under_way.is_free(&1));
    }

    #[tokio::test]
    async fn whatever_has_ended_by_then_gives_its_name_back_at_once() {
        let mut under_way = UnderWay::new(Duration::ZERO);
        (0..100).for_each(|name| under_way.begin(name, async {}));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!((under_way.ended().await, under_way.names().count()), (Some(Vec::new()), 0));
    }
}
