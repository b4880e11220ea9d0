//! A `custom_id` comes back from any client: it is a button, which survives being written again, or it is refused.

#![no_main]

use bernard::discord::component::Button;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(button) = text.parse::<Button>() {
        let written = button.to_string();
        assert!((1..=100).contains(&written.len()));
        assert_eq!(written.parse(), Ok(button));
    }
});
