//! The real policy against a naive model of it: a million cases, and not one difference.
//!
//! `cargo bench --bench policy`, or with another number of cases: `cargo bench --bench policy -- 10000`. Ends with 1 when the
//! two differ, and shows the smallest case in which they do.

#[path = "policy/model.rs"]
mod model;

use std::{cell::Cell, process::ExitCode, time::Instant};

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

const CASES: u32 = 1_000_000;

fn main() -> ExitCode {
    let cases = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(CASES);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let (seen, allowed, protected) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_u32));
    let count = |cell: &Cell<u32>, is: bool| cell.set(cell.get() + u32::from(is));
    let began = Instant::now();
    let outcome = runner.run(&model::case(), |case| {
        let (may, shielded) = model::verdict(&case);
        count(&seen, true);
        count(&allowed, may);
        count(&protected, shielded);
        match model::difference(&case, &case) {
            None => Ok(()),
            Some(about) => Err(TestCaseError::fail(about)),
        }
    });
    let differences = u32::from(outcome.is_err());
    println!(
        "policy: {} cases ({} allowed, {} with a protection), {differences} differences, {:.1} s",
        seen.get(),
        allowed.get(),
        protected.get(),
        began.elapsed().as_secs_f64()
    );
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(TestError::Fail(about, case)) => {
            println!("they differ about {about}: {case:#?}");
            ExitCode::FAILURE
        }
        Err(TestError::Abort(why)) => {
            println!("given up: {why}");
            ExitCode::FAILURE
        }
    }
}
