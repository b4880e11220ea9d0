//! How long a text is to Discord, and how it is made shorter.

/// How long a text is, in UTF-16 units: never fewer than the characters that Discord counts, however it counts them.
pub fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A text of so many units at most; `…` says that there was more.
pub fn shorten(text: &str, most: usize) -> String {
    super::cut_by(text, most, char::len_utf16)
}

#[cfg(test)]
mod tests {
    use super::*;

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
