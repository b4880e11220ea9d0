//! A configuration that an operator mistyped: it is usable, or everything wrong with it is said.

#![no_main]

use bernard::config::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Config::from_text(text, Vec::<(String, String)>::new()) {
        Ok(loaded) => assert!(!loaded.config.ovh.is_empty()),
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
