use super::*;

const POST: Counted =
    Counted { method: "POST", template: "/channels/{channel}/messages", major: 1, minor: 0, access: Access::BotToken };
const ELSEWHERE: Counted = Counted { major: 2, ..POST };
const OTHER: Counted = Counted { method: "GET", template: "/guilds/{guild}", major: 3, ..POST };
const EDIT: Counted = Counted { method: "PATCH", template: "/channels/{channel}/messages/{message}", minor: 7, ..POST };
const NEXT_EDIT: Counted = Counted { minor: 8, ..EDIT };
const ANSWER: Counted = Counted {
    method: "PATCH",
    template: "/webhooks/{application}/{token}/messages/@original",
    access: Access::InteractionToken,
    ..POST
};
const SECOND: Duration = Duration::from_secs(1);

fn headers(remaining: u32, reset_after: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-bucket", "abcd".parse().unwrap());
    headers.insert("x-ratelimit-limit", "5".parse().unwrap());
    headers.insert("x-ratelimit-remaining", remaining.into());
    headers.insert("x-ratelimit-reset-after", reset_after.parse().unwrap());
    headers
}

#[test]
fn a_bucket_lets_out_what_discord_said_is_left_and_the_rest_after_the_reset() {
    let (limits, now) = (Limits::default(), Instant::now());
    limits.learn(POST, &headers(2, "1.5"), now);
    let _first = limits.try_acquire(POST, now).ok().unwrap();
    let second = limits.try_acquire(POST, now).ok().unwrap();
    assert_eq!(until(limits.try_acquire(POST, now)), Some(now + SECOND.mul_f64(1.5)));
    assert!(limits.try_acquire(ELSEWHERE, now).is_ok(), "another channel has a bucket of its own");
    drop(second);
    limits.learn(POST, &headers(0, "1.4"), now + SECOND.mul_f64(0.1));
    assert!(limits.try_acquire(POST, now + SECOND).is_err());
    assert!(limits.try_acquire(POST, now + 2 * SECOND).is_ok());
}

#[test]
fn an_older_answer_that_comes_late_gives_nothing_back() {
    let (limits, now) = (Limits::default(), Instant::now());
    limits.learn(POST, &headers(0, "1.0"), now);
    limits.learn(POST, &headers(3, "1.0"), now);
    assert!(limits.try_acquire(POST, now).is_err());
    limits.learn(POST, &headers(4, "1.0"), now + 2 * SECOND);
    assert!(limits.try_acquire(POST, now + 2 * SECOND).is_ok());
}

fn hold(limits: &Limits, counted: Counted, scope: Scope, wait: Duration, now: Instant) {
    limits.hold(counted, scope, wait, &headers(0, &wait.as_secs_f64().to_string()), now);
}

fn until(acquired: Result<Out<'_>, Wait>) -> Option<Instant> {
    acquired.err().map(|wait| wait.until)
}

#[test]
fn a_hold_covers_its_bucket_and_a_global_one_everything_but_answers_to_interactions() {
    let (limits, now) = (Limits::default(), Instant::now());
    hold(&limits, POST, Scope::User, SECOND, now);
    assert!(limits.try_acquire(POST, now).is_err());
    assert!(limits.try_acquire(OTHER, now).is_ok());
    hold(&limits, POST, Scope::Global, 387 * SECOND, now);
    assert_eq!(until(limits.try_acquire(OTHER, now)), Some(now + 387 * SECOND));
    assert!(limits.try_acquire(ANSWER, now).is_ok());
    assert!(limits.try_acquire(OTHER, now + 387 * SECOND).is_ok());
}

#[test]
fn a_global_429_to_an_answer_to_an_interaction_holds_no_call_with_the_bots_token() {
    let (limits, now) = (Limits::default(), Instant::now());
    hold(&limits, ANSWER, Scope::Global, 60 * SECOND, now);
    assert!(limits.try_acquire(ANSWER, now).is_err());
    assert!(limits.try_acquire(POST, now).is_ok());
}

#[test]
fn a_429_of_minutes_to_an_edit_holds_that_message_and_no_other() {
    for (scope, wait) in [(Scope::User, 1_140 * SECOND), (Scope::Shared, SECOND)] {
        let (limits, now) = (Limits::default(), Instant::now());
        hold(&limits, EDIT, scope, wait, now);
        assert_eq!(until(limits.try_acquire(EDIT, now)), Some(now + wait));
        assert!(limits.try_acquire(NEXT_EDIT, now).is_ok());
        assert!(limits.try_acquire(POST, now).is_ok());
        assert!(limits.try_acquire(EDIT, now + wait).is_ok());
    }
}

#[test]
fn a_429_of_seconds_to_an_edit_holds_its_channels_edits() {
    let (limits, now) = (Limits::default(), Instant::now());
    hold(&limits, EDIT, Scope::User, 3 * SECOND, now);
    assert!(limits.try_acquire(NEXT_EDIT, now).is_err());
    assert!(limits.try_acquire(Counted { major: 2, ..EDIT }, now).is_ok());
}

#[test]
fn answers_that_are_not_discords_make_growing_pauses_with_one_look_after_each() {
    let (limits, mut now) = (Limits::default(), Instant::now());
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let look = limits.try_acquire(POST, now).ok().unwrap();
        assert!(limits.try_acquire(POST, now).is_err() || pauses.is_empty(), "one look at a time");
        drop(look);
        limits.rest(POST, SECOND, None, now);
        let wait = limits.try_acquire(POST, now).err().unwrap();
        assert_eq!(wait.by, Limiter::Weather);
        pauses.push((wait.until - now).as_secs());
        now = wait.until;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]);
    assert!(limits.try_acquire(ELSEWHERE, now).is_ok(), "one route's page says nothing about the others");
    limits.cleared(POST);
    let all = [0; 20].map(|_| limits.try_acquire(POST, now).ok().unwrap());
    assert_eq!(all.len(), 20, "and then everything goes on");
    limits.rest(POST, SECOND, Some(3_600 * SECOND), now);
    assert_eq!(until(limits.try_acquire(POST, now)), Some(now + LONGEST_WEATHER), "a proxy's hour is not believed");
}

#[test]
fn many_invalid_requests_make_suspect_for_ten_minutes() {
    let (limits, now) = (Limits::default(), Instant::now());
    (1..INVALID_MANY).for_each(|_| limits.count_invalid(now));
    assert!(!limits.is_suspect(now));
    limits.count_invalid(now);
    assert!(limits.is_suspect(now + INVALID_WINDOW));
    assert!(!limits.is_suspect(now + INVALID_WINDOW + SECOND));
}

#[test]
fn idle_buckets_and_things_are_forgotten() {
    let (limits, now) = (Limits::default(), Instant::now());
    for major in 0..2_000 {
        let later = now + 20 * SECOND * u32::try_from(major).unwrap();
        limits.learn(Counted { major, ..POST }, &headers(1, "0.5"), later);
        hold(&limits, Counted { minor: major + 1, ..EDIT }, Scope::User, 16 * SECOND, later);
    }
    assert!(limits.book().buckets.len() <= BUCKETS_KEPT + 1);
    assert!(limits.book().things.len() <= BUCKETS_KEPT + 1);
}
