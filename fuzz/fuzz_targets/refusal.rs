//! A refusal of OVHcloud's, or of a proxy in between: its words are bounded and hold no link.

#![no_main]

use bernard::ovh::Answered;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let answered = Answered::read(403, None, body);
    let message = answered.message.unwrap_or_default();
    assert!(message.chars().count() <= 300);
    assert!(!message.contains("://") && !message.contains('\n'));
});
