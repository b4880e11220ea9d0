//! What the store writes, it reads back: `kill -9` between two events loses neither of them, nor a null in them.

use std::fmt::Debug;

use bernard_domain::{
    audit::{self, Decision, Kind},
    mark::Mark,
    operation::{
        Operation, OperationId,
        event::{Event, NotDone, Problem},
    },
};
use jiff::Timestamp;
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

#[test]
fn every_decision_has_a_word_that_history_knows() {
    let mut runner = TestRunner::deterministic();
    let request = request().new_tree(&mut runner).expect("a value").current();
    let operation = Operation::open(OperationId(1), Mark::default(), request, Timestamp::UNIX_EPOCH);
    for _ in 0..2_000 {
        let event = event().new_tree(&mut runner).expect("a value").current();
        let entry = audit::of_event(&operation, &event, Timestamp::UNIX_EPOCH);
        let is_known = Decision::of_word(&entry.what).is_some();
        assert_eq!(is_known, entry.kind == Kind::Decision, "{entry:?}");
    }
    let opened = audit::opened(&operation, "a card", Timestamp::UNIX_EPOCH);
    assert_eq!(Decision::of_word(&opened.what), Some(Decision::Opened));
}

#[test]
fn events_of_earlier_versions_still_read() {
    let said = "could not reboot: 403 (query id EU.1)".to_owned();
    let old = [
        (r#"{"event":"setting_refused","said":"SAID"}"#, {
            Event::SettingRefused { why: NotDone::Refused, said: said.clone(), query: None }
        }),
        (r#"{"event":"reboot_not_done","why":"refused","said":"SAID"}"#, {
            Event::RebootNotDone { why: NotDone::Refused, said: said.clone(), query: None }
        }),
        (r#"{"event":"reboot_unknown","said":"SAID"}"#, Event::RebootUnknown { said: said.clone(), query: None }),
        (r#"{"event":"found_impossible","problem":{"problem":"ovhcloud","said":"SAID"}}"#, {
            Event::FoundImpossible { problem: Problem::Ovhcloud { said: said.clone(), query: None } }
        }),
    ];
    for (text, event) in old {
        assert_eq!(serde_json::from_str::<Event>(&text.replace("SAID", &said)).expect("it reads"), event);
    }
}
