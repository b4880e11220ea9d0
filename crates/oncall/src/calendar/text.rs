//! What is looked at before the library reads a feed: that it is whole, and no deeper and no longer than a calendar is.

use super::NotUnderstood;

/// How deep components may be nested: a calendar, an event, an alarm, and what later standards put into those.
const DEEPEST: usize = 8;
/// The most events and other components of a feed.
const MOST_COMPONENTS: usize = 20_000;
/// How much of a feed's words an error quotes, in characters.
const QUOTED: usize = 60;
/// The longest line, in bytes, once it is unfolded.
const LONGEST_LINE: usize = 64 * 1024;

/// The text of a feed with its folded lines put together, when it is whole.
pub(super) fn checked(bytes: &[u8]) -> Result<String, NotUnderstood> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Lines may be folded in the middle of a letter: so that comes first.
    let text =
        String::from_utf8(unfolded(bytes)).map_err(|_| NotUnderstood::Malformed("it is not UTF-8".to_owned()))?;
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    if !lines.clone().next().is_some_and(|first| first.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err(NotUnderstood::NotACalendar);
    }
    let (mut open, mut components) = (Vec::new(), 0);
    for line in lines.by_ref() {
        if line.len() > LONGEST_LINE {
            return Err(NotUnderstood::TooMuch("a line of more than 64 KiB"));
        }
        match line.split_once(':') {
            Some((word, name)) if word.eq_ignore_ascii_case("BEGIN") => {
                open.push(name.to_ascii_uppercase());
                components += 1;
            }
            Some((word, name)) if word.eq_ignore_ascii_case("END") => {
                let begun = open.pop();
                if begun != Some(name.to_ascii_uppercase()) {
                    return Err(NotUnderstood::Malformed("an END without its BEGIN".to_owned()));
                }
            }
            _ if open.is_empty() => return Err(NotUnderstood::Malformed("something behind the end".to_owned())),
            _ => {}
        }
        if open.len() > DEEPEST || components > MOST_COMPONENTS {
            return Err(NotUnderstood::TooMuch("components"));
        }
    }
    if open.is_empty() { Ok(text) } else { Err(NotUnderstood::CutOff) }
}

/// A line break with a space or a tab behind it is nothing.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = match rest {
            [b'\r', b'\n', b' ' | b'\t', more @ ..] | [b'\n', b' ' | b'\t', more @ ..] => more,
            _ => {
                text.push(*first);
                after
            }
        };
    }
    text
}

/// The beginning of somebody else's words.
pub(super) fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(QUOTED).collect()
}
