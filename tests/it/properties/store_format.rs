//! What the store writes, it reads back: `kill -9` between two events loses neither of them, nor a null in them.

use std::fmt::Debug;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde::{Serialize, de::DeserializeOwned};

use super::arbitrary::{EVENTS, event, lease, letter, place, plan, request};

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).expect("our own types are JSON");
    let back: T = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
    prop_assert_eq!(&back, value, "{}", text);
    Ok(())
}

proptest! {
    #[test]
    fn an_event_survives_the_store(event in event()) {
        survives(&event)?;
        prop_assert_ne!(event.word(), "an event");
    }

    #[test]
    fn a_request_survives_the_store(request in request()) {
        survives(&request)?;
    }

    #[test]
    fn a_plan_survives_the_store(plan in plan()) {
        survives(&plan)?;
    }

    #[test]
    fn a_letter_survives_the_store(letter in letter()) {
        survives(&letter)?;
    }

    #[test]
    fn a_lease_survives_the_store(lease in lease()) {
        survives(&lease)?;
    }
}

#[test]
fn every_event_is_made_by_the_strategies() {
    let mut runner = TestRunner::deterministic();
    let mut seen = [false; EVENTS];
    for _ in 0..2_000 {
        seen[place(&event().new_tree(&mut runner).expect("a value").current())] = true;
    }
    assert_eq!(seen, [true; EVENTS]);
}
