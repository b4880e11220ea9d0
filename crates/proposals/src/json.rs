//! JSON that is not nested deeper than anybody writes it.

use serde_json::Value;

/// How deep it may be nested: the deepest of the senders that are known needs five.
const DEEPEST: usize = 32;

/// A body as JSON; `None` for what is none, or is nested too deep. How deep is looked at before anything is built of it.
pub(crate) fn bounded(body: &[u8]) -> Option<Value> {
    if depth(body) > DEEPEST {
        return None;
    }
    serde_json::from_slice(body).ok()
}

/// How deep lists and objects are nested; texts do not count.
fn depth(body: &[u8]) -> usize {
    let (mut deepest, mut open, mut in_text, mut escaped) = (0, 0_usize, false, false);
    for byte in body {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                open += 1;
                deepest = deepest.max(open);
            }
            (false, b'}' | b']') => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deep_is_not_read_and_brackets_in_a_text_are_text() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(bounded(nested(DEEPEST).as_bytes()).is_some());
        assert!(bounded(nested(DEEPEST + 1).as_bytes()).is_none());
        assert!(bounded(&[b'['; 200_000]).is_none());
        let text = format!(r#"{{"a": "\"{}\\"}}"#, "[".repeat(100));
        assert_eq!(depth(text.as_bytes()), 1);
        assert!(bounded(text.as_bytes()).is_some());
        assert!(bounded(b"").is_none() && bounded(b"\xff").is_none());
    }
}
