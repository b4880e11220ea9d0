//! How long a text is to Discord, and how it is made shorter.

use super::code;
use crate::shown;

/// The longest name of a server that is shown.
const NAME: usize = 80;
/// The longest name that anybody types.
const TYPED: usize = 60;

/// How long a text is, in UTF-16 units: never fewer than the characters that Discord counts, however it counts them.
pub fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A text of so many units at most; `…` says that there was more.
pub fn shorten(text: &str, most: usize) -> String {
    shown::cut_by(text, most, char::len_utf16)
}

/// What people call a server, in a code span: as much as one reads.
pub fn named(label: &str) -> String {
    code(&shorten(shown::visible(label).trim(), NAME))
}

/// What one types for a server: what people call it, unless that is too long to be typed.
pub fn typed<'a>(label: &'a str, service: &'a str) -> &'a str {
    if length(label) <= TYPED { label } else { service }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_shown_by_its_beginning_and_typed_by_the_service_name() {
        let long = format!("web-1 {}", "🛟".repeat(200));
        assert!(
            named(&long).starts_with("`web-1 🛟") && named(&long).ends_with("…`") && length(&named(&long)) <= NAME + 2
        );
        assert_eq!((named("web-1").as_str(), typed("web-1", "ns1"), typed(&long, "ns1")), ("`web-1`", "web-1", "ns1"));
    }

    #[test]
    fn nothing_is_torn_from_what_it_belongs_to() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("abcd", 3), "ab…");
        assert_eq!(shorten("e\u{301}e\u{301}", 3), "e\u{301}…");
        assert_eq!(shorten("e\u{301}", 1), "…");
        assert_eq!(shorten("🛟🛟", 3), "🛟…");
        assert_eq!(shorten("🇫🇷🇩🇪", 5), "🇫🇷…");
    }
}
