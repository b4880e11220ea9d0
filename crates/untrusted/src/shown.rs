//! Text that somebody else wrote (names of servers, reasons, OVHcloud's words, mails), made fit to be shown: nothing in it is
//! hidden, turns the direction of reading or begins a line of its own, and whatever is shortened stays whole and closed.
//!
//! Pure, and a leaf: whoever shows something may use it. What decides compares the text as it came.

pub mod size;
pub mod span;

use std::net::IpAddr;

use unicode_segmentation::UnicodeSegmentation;

/// What says that something was left out.
pub(crate) const ELLIPSIS: char = '…';
/// The longest sign of which people see one: a family of four with skins is eleven characters. More are a heap of accents.
const LONGEST_SIGN: usize = 16;

/// The text on one line, with everything in sight: line breaks and tabs are spaces; what shows nothing or turns the direction of
/// reading (controls, bidirectional marks, zero-width characters, soft hyphens, fillers, tags) is written as `<U+202E>`. What
/// joins an emoji stays.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.graphemes(true) {
        let mut before = None;
        let all: Vec<char> = sign.chars().collect();
        for (at, &c) in all.iter().take(LONGEST_SIGN).enumerate() {
            push(&mut shown, before, c, all.get(at + 1).copied());
            before = Some(c);
        }
        if all.len() > LONGEST_SIGN {
            shown.push(ELLIPSIS);
        }
    }
    shown
}

fn push(shown: &mut String, before: Option<char>, c: char, after: Option<char>) {
    if is_break(c) {
        shown.push(' ');
    } else if c.is_control() || (is_unseen(c) && !joins_emoji(before, c, after)) {
        shown.push_str(&format!("<U+{:04X}>", u32::from(c)));
    } else {
        shown.push(c);
    }
}

/// At most `most` characters of a text, the ellipsis that says so included; never cut inside what people see as one sign.
pub fn cut(text: &str, most: usize) -> String {
    cut_by(text, most, |_| 1)
}

/// The same where characters do not all count for one.
pub(crate) fn cut_by(text: &str, most: usize, counts: fn(char) -> usize) -> String {
    if text.chars().map(counts).sum::<usize>() <= most {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(counts(ELLIPSIS)) else { return String::new() };
    format!("{}{ELLIPSIS}", first_by(text, room, counts).trim_end())
}

/// The beginning of a text that counts for `most` at most; never cut inside what people see as one sign.
pub(crate) fn first_by(text: &str, most: usize, counts: fn(char) -> usize) -> &str {
    let mut left = most;
    for (at, sign) in text.grapheme_indices(true) {
        match left.checked_sub(sign.chars().map(counts).sum()) {
            Some(rest) => left = rest,
            None => return &text[..at],
        }
    }
    text
}

/// The address in its plain form; `None` for what is none, whatever else it holds.
pub fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse().ok()
}

/// A name for a file: letters, digits, hyphens, dots and underscores of `text`, the rest as hyphens; `otherwise` if nothing is left.
pub fn file_stem(text: &str, otherwise: &str) -> String {
    /// Long enough to tell servers apart, short enough for every file system.
    const LONGEST: usize = 64;
    let mut stem = String::new();
    for c in text.chars() {
        let plain = c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        match plain {
            true => stem.push(c),
            false if stem.ends_with('-') => {}
            false => stem.push('-'),
        }
    }
    stem.truncate(LONGEST);
    let stem = stem.trim_matches(['-', '.']);
    if stem.is_empty() { otherwise.to_owned() } else { stem.to_owned() }
}

/// A line break, or a blank that moves the cursor.
fn is_break(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that show nothing of themselves (Unicode: `Default_Ignorable_Code_Point`, interlinear marks, the blank of Braille).
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether an unseen character does what it is there for: it joins two emoji, or says how the one before it looks.
fn joins_emoji(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        '\u{200d}' => after.is_some_and(is_pictograph) && (is_pictograph(before) || before == '\u{fe0f}'),
        '\u{fe0e}' | '\u{fe0f}' => is_pictograph(before) || after == Some('\u{20e3}'),
        _ => false,
    }
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '©' | '®' | '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}') && !is_unseen(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_hides_or_turns_is_written_out() {
        assert_eq!(visible("web\u{202e}1-bd"), "web<U+202E>1-bd");
        assert_eq!(visible("a\u{200b}b\u{ad}c\u{feff}"), "a<U+200B>b<U+00AD>c<U+FEFF>");
        assert_eq!(visible("\u{2066}x\u{2069}\u{61c}\u{3164}"), "<U+2066>x<U+2069><U+061C><U+3164>");
        assert_eq!(visible("\u{1b}[31mred\u{7}\u{0}\u{9b}"), "<U+001B>[31mred<U+0007><U+0000><U+009B>");
        assert_eq!(visible("\u{e0041}\u{e007f}"), "<U+E0041><U+E007F>");
        assert_eq!(visible("a\nb\r\nc\u{2028}d\te"), "a b  c d e");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for plain in ["web-1", "Équipe n°1", "データ", "база", "👩‍🚒 on duty", "❤️", "1️⃣", "👨‍👩‍👧‍👦", "a`b*c_d~|", "🇫🇷"]
        {
            assert_eq!(visible(plain), plain);
        }
        assert_eq!(visible("web\u{200d}1"), "web<U+200D>1", "a joiner between letters hides");
        assert_eq!(visible("a\u{fe0f}"), "a<U+FE0F>");
    }

    #[test]
    fn a_heap_of_accents_is_cut() {
        let heap = format!("a{}", "\u{301}".repeat(500));
        assert_eq!(visible(&heap).chars().count(), LONGEST_SIGN + 1);
    }

    #[test]
    fn nothing_is_cut_inside_a_sign() {
        assert_eq!(cut("web-1", 5), "web-1");
        assert_eq!(cut("web-12", 5), "web-…");
        assert_eq!(cut("ae\u{301}x", 3), "a…", "an accent stays with its letter");
        assert_eq!(cut("a👩‍🚒bcd", 4), "a…");
        assert_eq!(cut("a🇫🇷🇩🇪", 3), "a…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn an_address_is_one_or_nothing() {
        assert_eq!(address("203.0.113.9").map(|ip| ip.to_string()).as_deref(), Some("203.0.113.9"));
        assert_eq!(address(" 2001:DB8::1 ").map(|ip| ip.to_string()).as_deref(), Some("2001:db8::1"));
        for wrong in [
            "",
            "web-1",
            "203.0.113.9:22",
            "203.0.113.9/32",
            "203.0.113.9\r\nusername:s:eve",
            "[2001:db8::1]",
            "-oProxyCommand=x",
            "010.0.0.1",
        ] {
            assert_eq!(address(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_files_name_is_plain() {
        assert_eq!(file_stem("web-1", "rescue"), "web-1");
        assert_eq!(file_stem("Équipe web/1\u{202e}", "rescue"), "quipe-web-1");
        for nothing in ["", "..", "\u{202e}", "日本"] {
            assert_eq!(file_stem(nothing, "rescue"), "rescue");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_shown_is_on_one_line_and_in_sight(text: String) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_break(c)));
            let hides = |c: char| is_unseen(c) && !matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}');
            prop_assert!(!shown.chars().any(hides), "{shown:?}");
        }

        #[test]
        fn what_is_cut_is_no_longer_than_allowed_and_a_beginning(text in "(\\PC|e\u{301}|👩‍🚒|🇫🇷){0,20}", most in 0..25_usize) {
            let short = cut(&text, most);
            prop_assert!(short.chars().count() <= most);
            let head = short.strip_suffix(ELLIPSIS).unwrap_or(&short);
            prop_assert!(text.starts_with(head));
            let is_boundary = text.grapheme_indices(true).any(|(at, _)| at == head.len()) || head.len() == text.len();
            prop_assert!(short == text || is_boundary, "{short:?} of {text:?}");
        }

        #[test]
        fn any_text_gives_a_files_name(text: String) {
            let stem = file_stem(&text, "rescue");
            prop_assert!(!stem.is_empty() && stem.len() <= 64);
            prop_assert!(stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        }
    }
}
