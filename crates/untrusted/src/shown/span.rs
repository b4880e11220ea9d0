//! Somebody else's text in a code span.

use super::{cut, visible};

/// The longest piece of somebody else's text that is shown.
const LONGEST: usize = 500;
/// How a command of ours begins.
const COMMAND: &str = "``/";
/// How it ends.
const END: &str = "``";

/// Somebody else's text in a code span, as it is: nothing in it formats, mentions, breaks out or hides.
pub fn code(text: &str) -> String {
    code_within(text, LONGEST)
}

/// The same, with at most `most` characters of the text.
pub fn code_within(text: &str, most: usize) -> String {
    let shown = cut(visible(text).trim(), most);
    if shown.is_empty() {
        return "` `".to_owned();
    }
    if shown.contains('`') { format!("`` {} ``", without_runs(&shown)) } else { format!("`{shown}`") }
}

/// A command of ours that a sentence names, such as `rescue list`: a code span that [`code`] never makes, so that it is known where
/// it can be made a link.
pub fn command(name: &str) -> String {
    format!("{COMMAND}{name}{END}")
}

/// The first command in a text, as [`command`] writes it: what stands before it, its name, and what stands behind it.
pub fn next_command(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find(COMMAND).map(|at| from + at) {
        let rest = &text[at + COMMAND.len()..];
        match rest.split_once(END).filter(|(name, _)| is_command(name)) {
            Some((name, after)) => return Some((&text[..at], name, after)),
            None => from = at + COMMAND.len(),
        }
    }
    None
}

/// Whether this can be a command's name, with that of what is below it.
pub fn is_command(name: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    name.split(' ').all(is_word)
}

/// Discord knows spans of one and two backticks; a run of two or more cannot stand in either.
fn without_runs(text: &str) -> String {
    let mut parted = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '`' && parted.ends_with('`') {
            parted.push('\u{200b}');
        }
        parted.push(c);
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_cannot_break_out_of_its_code_span() {
        assert_eq!(code("web-1"), "`web-1`");
        assert_eq!(code("@everyone <@1>"), "`@everyone <@1>`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a``b"), "`` a`\u{200b}`b ``");
        assert_eq!(code("a```b"), "`` a`\u{200b}`\u{200b}`b ``");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(code("\n"), "` `");
        assert!(code(&"x".repeat(900)).chars().count() < LONGEST + 5);
        assert_eq!(code("web\u{202e}1"), "`web<U+202E>1`");
        assert_eq!(code_within("a`bcdef", 4), "`` a`b… ``");
    }

    #[test]
    fn a_command_is_found_and_nothing_else() {
        assert_eq!(next_command("a ``/rescue list`` b"), Some(("a ", "rescue list", " b")));
        assert_eq!(next_command("``/ ``/Up`` ``/restore``"), Some(("``/ ``/Up`` ", "restore", "")));
        for none in ["`/restore`", "`` /restore ``", "``/restore", "``/``", "``/restore server:web-1``"] {
            assert_eq!(next_command(none), None, "{none}");
        }
    }
}
