//! A message that has to be shorter: cut where Discord's markup can be closed again, and only there.

use unicode_segmentation::UnicodeSegmentation;

use super::ELLIPSIS;

/// The longest thing in angle brackets that is one thing: `</rescue hand-over:ID>`, `<t:…:R>`, an address.
const LONGEST_ANGLE: usize = 600;

/// At most `most` characters of a message in Discord's markup, with an ellipsis where it was cut. A span, a block or an emphasis
/// that was open is closed again; an escape, a mention, a time, an emoji, a link or an address is there as a whole or not at all.
pub fn cut_message(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cutter = Cutter { most, taken: 0, open: Vec::new(), best: None };
    cutter.note(0);
    let mut at = 0;
    while at < text.len() {
        let length = cutter.next(&text[at..]);
        at += length;
        cutter.note(at);
        if cutter.taken > most {
            break;
        }
    }
    match cutter.best {
        Some((end, closing)) => format!("{}{ELLIPSIS}{closing}", text[..end].trim_end_matches(' ')),
        None => String::new(),
    }
}

struct Cutter {
    most: usize,
    /// How many characters were taken so far.
    taken: usize,
    /// What was opened and not closed, the outermost first.
    open: Vec<Mark>,
    /// The last place where it may be cut, and what closes it there.
    best: Option<(usize, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Block,
    Span(usize),
    Emphasis(&'static str),
}

impl Mark {
    fn closing(self) -> String {
        match self {
            Self::Block => "\n```".to_owned(),
            // Between the ellipsis and two backticks a blank, as Discord drops it and shows one that belongs to the text.
            Self::Span(1) => "`".to_owned(),
            Self::Span(count) => format!(" {}", "`".repeat(count)),
            Self::Emphasis(mark) => mark.to_owned(),
        }
    }
}

impl Cutter {
    /// Notes that it could be cut here, if what closes it still fits.
    fn note(&mut self, at: usize) {
        let closing: String = self.open.iter().rev().map(|mark| mark.closing()).collect();
        if self.taken + 1 + closing.chars().count() <= self.most {
            self.best = Some((at, closing));
        }
    }

    /// Takes the next thing that cannot be parted; its length in bytes.
    fn next(&mut self, rest: &str) -> usize {
        let length = match self.open.last().copied() {
            Some(Mark::Block) => self.in_code(rest, "```"),
            Some(Mark::Span(count)) => self.in_code(rest, &"```"[..count]),
            _ => self.in_markup(rest),
        };
        self.taken += rest[..length].chars().count();
        length
    }

    fn in_code(&mut self, rest: &str, end: &str) -> usize {
        let run = backticks(rest);
        if run == end.len() {
            self.open.pop();
        }
        if run > 0 { run } else { sign(rest) }
    }

    fn in_markup(&mut self, rest: &str) -> usize {
        match backticks(rest) {
            0 => {}
            run @ 3.. => {
                self.open.push(Mark::Block);
                return run.min(3);
            }
            run => {
                if closes(&rest[run..], run) {
                    self.open.push(Mark::Span(run));
                }
                return run;
            }
        }
        if let Some(whole) = escape(rest).or_else(|| angle(rest)).or_else(|| link(rest)).or_else(|| address(rest)) {
            return whole;
        }
        if let Some(mark) = ["**", "__", "~~", "||"].into_iter().find(|mark| rest.starts_with(mark)) {
            match self.open.iter().position(|open| *open == Mark::Emphasis(mark)) {
                Some(place) => self.open.truncate(place),
                None => self.open.push(Mark::Emphasis(mark)),
            }
            return mark.len();
        }
        sign(rest)
    }
}

/// How many backticks it begins with.
fn backticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// Whether a span of so many backticks ends anywhere in `rest`.
fn closes(rest: &str, run: usize) -> bool {
    let mut rest = rest;
    while let Some(at) = rest.find('`') {
        let found = backticks(&rest[at..]);
        if found == run {
            return true;
        }
        rest = &rest[at + found..];
    }
    false
}

/// What people see as one sign.
fn sign(rest: &str) -> usize {
    rest.graphemes(true).next().map_or(rest.len(), str::len)
}

fn escape(rest: &str) -> Option<usize> {
    let escaped = rest.strip_prefix('\\')?;
    Some(1 + if escaped.is_empty() { 0 } else { sign(escaped) })
}

/// A mention, a time, an emoji, a command or an address in angle brackets.
fn angle(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('<')?;
    let begins = ["@", "#", "t:", ":", "a:", "/", "id:", "http://", "https://"];
    if !begins.iter().any(|begin| inner.starts_with(begin)) {
        return None;
    }
    let end = inner.find(['>', '<', '\n'])?;
    (inner[end..].starts_with('>') && end < LONGEST_ANGLE).then_some(end + 2)
}

/// `[text](address)`.
fn link(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let middle = inner.find(['\n', '['].as_slice()).unwrap_or(inner.len()).min(inner.find("](")?);
    let address = inner[middle..].strip_prefix("](")?;
    let end = address.find([')', '\n', ' '])?;
    address[end..].starts_with(')').then_some(1 + middle + 2 + end + 1)
}

/// An address that stands by itself.
fn address(rest: &str) -> Option<usize> {
    let is_one = rest.starts_with("http://") || rest.starts_with("https://");
    is_one.then(|| rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '`')).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is open at the end.
    fn left_open(text: &str) -> Vec<Mark> {
        let mut cutter = Cutter { most: usize::MAX, taken: 0, open: Vec::new(), best: None };
        let mut at = 0;
        while at < text.len() {
            at += cutter.next(&text[at..]);
        }
        cutter.open
    }

    #[test]
    fn what_was_open_is_closed() {
        for (text, most, short) in [
            ("a `code span` b", 8, "a `cod…`"),
            ("a ``x `y` z`` b", 10, "a ``x… ``"),
            ("**bold and so on**", 8, "**bol…**"),
            ("||**`a b c d e f`**||", 12, "||**`a…`**||"),
            ("```\nPOST /dedicated\n```", 14, "```\nPOST…\n```"),
            ("<@300000000000000001> and more", 22, "<@300000000000000001>…"),
            ("hi <@300000000000000001>", 10, "hi…"),
            ("now <t:1700000000:R>", 12, "now…"),
            ("</rescue enable:123> x", 12, "…"),
            ("a \\*b\\* c", 4, "a…"),
            ("see [the guide](https://example.com/a) now", 30, "see…"),
            ("see https://example.com/a/b/c now", 20, "see…"),
            ("`a` is a ` b and so on", 14, "`a` is a ` b…"),
            ("ae\u{301}bcdef", 3, "a…"),
        ] {
            assert_eq!(cut_message(text, most), short, "{text} at {most}");
        }
        assert_eq!(cut_message("`whole`", 7), "`whole`");
    }

    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ a-z\n]{0,12}",
            "[^`\n]{1,12}".prop_map(|text| format!("`{text}`")),
            "[^`\n]{1,6}`[^`\n]{1,6}".prop_map(|text| format!("`` {text} ``")),
            "[a-z /\n]{1,20}".prop_map(|text| format!("```\n{text}\n```")),
            "[a-z ]{1,12}".prop_map(|text| format!("**{text}**")),
            Just("<@300000000000000001>".to_owned()),
            Just("<@&400000000000000001>".to_owned()),
            Just("<t:1700000000:R>".to_owned()),
            Just("</rescue enable:900>".to_owned()),
            Just("<a:dog:900>".to_owned()),
            Just("[guide](https://example.com/x)".to_owned()),
            Just("https://example.com/a?b=c".to_owned()),
            Just("\\*".to_owned()),
            Just("e\u{301}👩‍🚒🇫🇷".to_owned()),
            "\\PC{0,6}",
        ]
    }

    proptest! {
        #[test]
        fn what_is_cut_is_short_enough_and_closed(pieces in prop::collection::vec(piece(), 0..12), most in 12..200_usize) {
            let text = pieces.join(" ");
            let short = cut_message(&text, most);
            prop_assert!(short.chars().count() <= most, "{short:?}");
            if short != text {
                prop_assert!(short.contains(ELLIPSIS));
                let (head, _) = short.rsplit_once(ELLIPSIS).expect("it was cut");
                prop_assert!(text.starts_with(head), "{short:?} of {text:?}");
            }
        }

        #[test]
        fn whole_things_stay_whole(
            pieces in prop::collection::vec(piece().prop_filter("closed", |text| left_open(text).is_empty() && !text.contains(['\\', '<', '[', '`', ELLIPSIS]) ), 0..6),
            span in "[^`\n…]{1,30}", most in 12..80_usize,
        ) {
            let text = format!("{} <@300000000000000001> `{span}` <t:1700000000:R> {}", pieces.join(" "), pieces.join(" "));
            let short = cut_message(&text, most);
            prop_assert_eq!(short.matches('`').count() % 2, 0, "{}", short);
            prop_assert!(left_open(&short).is_empty(), "{short:?}");
            let outside: String = short.split('`').step_by(2).collect();
            prop_assert_eq!(outside.matches("<@").count(), outside.matches("<@300000000000000001>").count(), "{}", short);
            prop_assert_eq!(outside.matches("<t:").count(), outside.matches("<t:1700000000:R>").count(), "{}", short);
        }
    }
}
