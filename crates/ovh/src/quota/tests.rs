//! The budget against its own clock, and who gets of it.

use bernard_platform::shared_budget::Pace;
use futures_util::FutureExt;

use super::*;

fn quota(per_minute: u32) -> Quota {
    Quota::new("main", NonZeroU32::new(per_minute).unwrap().into(), None)
}

fn at_once(quota: &Quota, priority: Priority) -> bool {
    tokio::task::unconstrained(quota.permit(priority)).now_or_never().is_some()
}

#[tokio::test]
async fn a_burst_is_a_quarter_of_the_budget() {
    let quota = quota(8);
    assert!(at_once(&quota, Priority::Person));
    assert!(at_once(&quota, Priority::Person));
    assert!(!at_once(&quota, Priority::Person));
}

#[test]
fn no_minute_has_more_requests_than_it_may() {
    use governor::clock::FakeRelativeClock;
    for per_minute in [1, 2, 3, 4, 7, 8, 60, 600] {
        let clock = FakeRelativeClock::default();
        let limiter =
            RateLimiter::direct_with_clock(everyones(NonZeroU32::new(per_minute).unwrap().into()), clock.clone());
        let mut sent = Vec::new();
        for step in 0..12_000_u32 {
            while limiter.check().is_ok() {
                sent.push(step);
            }
            clock.advance(Duration::from_millis(10));
        }
        let most = sent.iter().map(|from| sent.iter().filter(|at| (*from..from + 6_000).contains(*at)).count()).max();
        assert!(most.is_some_and(|most| most <= per_minute as usize), "{per_minute}: {most:?}");
    }
}

#[tokio::test]
async fn a_rate_below_one_a_minute_or_beyond_counting_is_kept_to() {
    let each = |requests| {
        let Rate { count, within } = Rate::per_minute(requests);
        within / count.get()
    };
    assert_eq!((each(0.5), each(1.5)), (Duration::from_secs(120), Duration::from_secs(40)));
    assert_eq!(Rate::per_minute(60.0), NonZeroU32::new(60).unwrap().into());
    assert_eq!([0.5, 2.5, 60.0].map(|requests| Rate::per_minute(requests).to_string()), ["0.5", "2.5", "60"]);
    for requests in [5e9, 1e300, 1e-300] {
        let quota = Quota::new("main", Rate::per_minute(requests), None);
        assert!(at_once(&quota, Priority::Person), "{requests}");
        assert_eq!(at_once(&quota, Priority::Person), requests > 1.0, "{requests}");
    }
}

#[tokio::test]
async fn background_work_leaves_the_burst_to_people() {
    let quota = quota(12);
    assert!(at_once(&quota, Priority::Background));
    assert!(!at_once(&quota, Priority::Background));
    assert!(at_once(&quota, Priority::Person));
    assert!(at_once(&quota, Priority::Person));
    assert!(!at_once(&quota, Priority::Person));
}

#[tokio::test]
async fn background_work_steps_aside_while_a_person_waits() {
    let quota = quota(40);
    let waiting = Waiting::new(&quota.people_waiting);
    assert!(!at_once(&quota, Priority::Background));
    drop(waiting);
    assert_eq!(*quota.people_waiting.borrow(), 0);
}

#[tokio::test]
async fn a_hold_is_for_everyone_and_the_longest_counts() {
    let quota = quota(40);
    quota.hold(Some(Duration::from_secs(3600 * 24)));
    quota.hold(Some(Duration::ZERO));
    let told = tokio::task::unconstrained(quota.permit(Priority::Person)).now_or_never();
    let said = told.expect("it is told at once").err().expect("it may not").to_string();
    assert!(said.contains("OVHcloud asked for fewer requests (429), for another"), "{said}");
    assert!(!at_once(&quota, Priority::Background));
    let held = quota.held_until.borrow().unwrap();
    assert!(held <= Instant::now() + LONGEST_HOLD);
}

#[tokio::test]
async fn who_waits_already_hears_at_once_that_nobody_may_send_for_long() {
    let quota = quota(4);
    assert!(at_once(&quota, Priority::Person), "the burst");
    let since = clock::now();
    let begins = Priority::Operation(Precedence { urgency: Urgency::Beginning, since });
    let mut waiting = std::pin::pin!(quota.permit(begins));
    assert!(tokio::task::unconstrained(&mut waiting).now_or_never().is_none());
    quota.hold(Some(Duration::from_secs(600)));
    assert!(matches!(waiting.await, Err(Cause::AskedToWait { .. })));
    assert_eq!(*quota.people_waiting.borrow(), 0);
}

/// Nobody answers for it.
#[derive(Debug)]
struct Away;

impl SharedBudget for Away {
    fn take<'a>(&'a self, _: &'a str, _: Pace, _: u32) -> futures_util::future::BoxFuture<'a, Given> {
        async {
            tokio::task::yield_now().await;
            Given::Unknown
        }
        .boxed()
    }

    fn hold<'a>(&'a self, _: &'a str, _: Pace, _: Duration) -> futures_util::future::BoxFuture<'a, ()> {
        async {}.boxed()
    }
}

#[tokio::test]
async fn who_looks_at_the_screen_is_told_that_the_shared_budget_is_away_and_an_operation_waits() {
    let quota = Quota::new("main", NonZeroU32::new(60).unwrap().into(), Some(Arc::new(Away)));
    let since = clock::now();
    let operation = Priority::Operation(Precedence { urgency: Urgency::Delivery, since });
    tokio::select! {
        biased;
        done = quota.permit(operation) => panic!("an operation does not wait: {}", done.is_ok()),
        told = quota.permit(Priority::Person) => assert!(matches!(told, Err(Cause::BudgetAway))),
    }
}

#[tokio::test]
async fn what_is_handed_out_is_before_what_is_begun() {
    let quota = quota(240);
    while at_once(&quota, Priority::Person) {}
    let since = clock::now();
    let of = |urgency| quota.permit(Priority::Operation(Precedence { urgency, since }));
    let mut begins = std::pin::pin!(of(Urgency::Beginning));
    assert!(tokio::task::unconstrained(&mut begins).now_or_never().is_none());
    let mut delivers = std::pin::pin!(of(Urgency::Delivery));
    tokio::select! {
        biased;
        first = &mut begins => panic!("begun first: {}", first.is_ok()),
        first = &mut delivers => assert!(first.is_ok()),
    }
    assert!(begins.await.is_ok());
}

#[tokio::test]
async fn the_smallest_budget_still_lets_somebody_through() {
    let quota = quota(1);
    assert!(at_once(&quota, Priority::Background));
    assert!(!at_once(&quota, Priority::Person));
}
