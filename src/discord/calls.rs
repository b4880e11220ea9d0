//! The exact calls as people are shown them: in one block of code, and in words how often the repeated ones are made.

use crate::{
    config::Locale,
    rescue::calls::{ExactCall, Times},
    say,
};

/// Method, path and body of each call, in their order. Nothing in them can end the block.
pub fn block(calls: &[ExactCall], locale: Locale) -> String {
    let listed = calls.iter().map(ExactCall::to_string).collect::<Vec<_>>().join("\n");
    let mut text = format!("```\n{listed}\n```");
    if calls.iter().any(|call| call.times == Times::UntilTheLink) {
        text.push('\n');
        text.push_str(&say!(locale, "calls-until-link"));
    }
    text
}
