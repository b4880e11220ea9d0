//! The real policy against a naive model of it: some cases here, a million in `cargo bench --bench policy`.

#[path = "../../benches/policy/model.rs"]
mod model;

use proptest::{
    prelude::ProptestConfig,
    prop_assert_eq, proptest,
    strategy::{Strategy, ValueTree},
    test_runner::{TestCaseError, TestRunner},
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_policy_and_the_model_never_differ(case in model::case()) {
        prop_assert_eq!(model::difference(&case, &case), None);
    }
}

/// Whether a policy that was spoilt like this is told from the right one.
fn is_noticed(spoil: impl Fn(&mut model::Case)) -> bool {
    let config = ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&model::case(), |case| {
        let mut spoilt = case.clone();
        spoil(&mut spoilt);
        match model::difference(&spoilt, &case) {
            None => Ok(()),
            Some(about) => Err(TestCaseError::fail(about)),
        }
    });
    outcome.is_err()
}

#[test]
fn a_policy_that_is_a_little_wrong_is_noticed() {
    assert!(is_noticed(|case| case.entries.iter_mut().for_each(|entry| entry.channels.clear())), "channels");
    assert!(is_noticed(|case| case.entries.iter_mut().for_each(|entry| entry.is_role = true)), "people and roles");
    assert!(is_noticed(|case| case.entries.iter_mut().for_each(|entry| entry.can.truncate(1))), "capabilities");
    assert!(is_noticed(|case| case.entries.iter_mut().for_each(|entry| entry.servers.truncate(1))), "servers");
    assert!(is_noticed(|case| case.shields.truncate(1)), "protections");
    assert!(!is_noticed(|case| case.shields.reverse()), "the order of the file means nothing");
}

#[test]
fn the_cases_are_not_all_alike() {
    let mut runner = TestRunner::deterministic();
    let cases = (0..2_000).map(|_| model::case().new_tree(&mut runner).expect("a case").current());
    let verdicts: Vec<(bool, bool)> = cases.map(|case| model::verdict(&case)).collect();
    let allowed = verdicts.iter().filter(|(allowed, _)| *allowed).count();
    let protected = verdicts.iter().filter(|(_, protected)| *protected).count();
    assert!((100..1_900).contains(&allowed) && (200..1_800).contains(&protected), "{allowed}, {protected} of 2,000");
}
