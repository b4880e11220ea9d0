//! A message that has to be shorter: cut between its lines or where Discord's markup can be closed again, and only there.

use bernard_untrusted::shown::size::length;
use unicode_segmentation::UnicodeSegmentation;

/// The longest thing in angle brackets that is one thing: `</rescue hand-over:ID>`, `<t:…:R>`, an address.
const LONGEST_ANGLE: usize = 600;
/// What says that there was more: a line of its own.
const MORE: &str = "\n…";

/// As much of a message in Discord's markup as there is room for: whole lines while they fit, and a part of one if that would be
/// little. A block or an emphasis that was open is closed again; a code span, an escape, a mention, a time, an emoji, a link or
/// an address is there as a whole or not at all. So nothing in what is left means something else.
pub fn cut_to(text: &str, most: usize) -> String {
    if length(text) <= most {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(length(MORE)) else { return String::new() };
    let mut cutter = Cutter { room, taken: 0, open: Vec::new(), line: None, last: None };
    let mut at = 0;
    while at < text.len() && cutter.taken <= room {
        at += cutter.next(&text[at..]);
        cutter.note(&text[..at]);
    }
    let line = cutter.line.filter(|line| line.taken >= most / 2);
    let Cut { end, closing, .. } = line.or(cutter.last).unwrap_or_default();
    format!("{}{closing}{MORE}", text[..end].trim_end())
}

struct Cutter {
    room: usize,
    /// How much was taken so far, as Discord counts.
    taken: usize,
    /// What was opened and not closed, the outermost first.
    open: Vec<Mark>,
    /// The last end of a line where it may be cut.
    line: Option<Cut>,
    /// The last place where it may be cut.
    last: Option<Cut>,
}

/// A place where a text may be cut.
#[derive(Clone, Default)]
struct Cut {
    /// How many bytes are before it.
    end: usize,
    /// How much that is, as Discord counts.
    taken: usize,
    /// What closes there what is open.
    closing: String,
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
            Self::Emphasis(mark) => mark.to_owned(),
            // It is never cut within one.
            Self::Span(_) => String::new(),
        }
    }
}

impl Cutter {
    /// Notes that it could be cut behind this head, if it is in no code span and what closes the rest still fits.
    fn note(&mut self, head: &str) {
        let closing: String = self.open.iter().rev().map(|mark| mark.closing()).collect();
        let in_span = self.open.iter().any(|mark| matches!(mark, Mark::Span(_)));
        if in_span || self.taken + length(&closing) > self.room {
            return;
        }
        let cut = Cut { end: head.len(), taken: self.taken, closing };
        if head.ends_with('\n') {
            self.line = Some(cut.clone());
        }
        self.last = Some(cut);
    }

    /// Takes the next thing that cannot be parted; its length in bytes.
    fn next(&mut self, rest: &str) -> usize {
        let end = match self.open.last().copied() {
            Some(Mark::Block) => self.in_code(rest, "```"),
            Some(Mark::Span(count)) => self.in_code(rest, &"```"[..count]),
            _ => self.in_markup(rest),
        };
        self.taken += length(&rest[..end]);
        end
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
        let mut cutter = Cutter { room: usize::MAX, taken: 0, open: Vec::new(), line: None, last: None };
        let mut at = 0;
        while at < text.len() {
            at += cutter.next(&text[at..]);
        }
        cutter.open
    }

    #[test]
    fn what_is_one_thing_stays_whole_and_what_was_open_is_closed() {
        for (text, most, short) in [
            ("a `code span` b", 8, "a\n…"),
            ("a ``x `y` z`` b", 10, "a\n…"),
            ("**bold and so on**", 8, "**bo**\n…"),
            ("||**a b `c` d e f**||", 13, "||**a b**||\n…"),
            ("```\nPOST /dedicated\n```", 14, "```\nPOST\n```\n…"),
            ("```\nPOST /dedicated\nPUT /dedicated/server\n```", 28, "```\nPOST /dedicated\n```\n…"),
            ("one line\nand another one", 16, "one line\n…"),
            ("one\nand 123456 more", 16, "one\nand 123456\n…"),
            ("<@300000000000000001> and more", 24, "<@300000000000000001>\n…"),
            ("hi <@300000000000000001>", 10, "hi\n…"),
            ("now <t:1700000000:R>", 12, "now\n…"),
            ("</rescue enable:123> x", 12, "\n…"),
            ("a \\*b\\* c", 5, "a\n…"),
            ("see [the guide](https://example.com/a) now", 30, "see\n…"),
            ("see https://example.com/a/b/c now", 20, "see\n…"),
            ("`a` is a ` b and so on", 14, "`a` is a ` b\n…"),
            ("ae\u{301}bcdef", 4, "a\n…"),
            ("🛟🛟🛟", 5, "🛟\n…"),
        ] {
            assert_eq!(cut_to(text, most), short, "{text} at {most}");
        }
        assert_eq!(cut_to("`whole`", 7), "`whole`");
        assert_eq!(cut_to("abc", 1), "");
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
            let short = cut_to(&text, most);
            prop_assert!(length(&short) <= most, "{short:?}");
            if short != text {
                let mut head = short.strip_suffix(MORE).expect("it was cut");
                while !text.starts_with(head) {
                    let closed = ["\n```", "**", "__", "~~", "||"].into_iter().find_map(|mark| head.strip_suffix(mark));
                    head = closed.unwrap_or_else(|| panic!("{short:?} of {text:?}"));
                }
            }
        }

        #[test]
        fn whole_things_stay_whole(
            pieces in prop::collection::vec(piece().prop_filter("closed", |text| left_open(text).is_empty() && !text.contains(['\\', '<', '[', '`', '…']) ), 0..6),
            span in "[^`\n…]{1,30}", most in 12..80_usize,
        ) {
            let text = format!("{} <@300000000000000001> `{span}` <t:1700000000:R> {}", pieces.join(" "), pieces.join(" "));
            let short = cut_to(&text, most);
            prop_assert_eq!(short.matches('`').count() % 2, 0, "{}", short);
            prop_assert!(left_open(&short).is_empty(), "{short:?}");
            let outside: String = short.split('`').step_by(2).collect();
            prop_assert_eq!(outside.matches("<@").count(), outside.matches("<@300000000000000001>").count(), "{}", short);
            prop_assert_eq!(outside.matches("<t:").count(), outside.matches("<t:1700000000:R>").count(), "{}", short);
        }
    }
}
