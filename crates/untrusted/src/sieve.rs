//! Other people's words, made fit to be logged and shown: one bounded line without links, ids and secrets.
//!
//! Discord and OVHcloud may quote in an error what was sent to them, and that may be a link to a password or the token of an
//! interaction. So of their words only these pass; a word that could be a secret is taken for one.

use crate::shown;

/// How much of a message is kept: a sentence or two, which fits everywhere people read it.
pub const MAX_MESSAGE: usize = 300;
/// How much of a code, a query id or a right is kept; the known ones are a third of it.
const MAX_WORD: usize = 128;
/// An id of hexadecimal figures has at least so many: a UUID's.
const HEX_ID: usize = 32;
/// A run of letters and figures from this length on is a key or a token; the longest names that people give are shorter.
const TOKEN: usize = 24;

/// Words for people on one line, at most [`MAX_MESSAGE`] characters, with links, ids and tokens taken out.
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let kept: Vec<&str> = words.map(harmless).collect();
    shown::cut(&shown::visible(&kept.join(" ")), MAX_MESSAGE)
}

/// A code or an id as one short word of harmless characters; whatever looks like a link or a token is none.
pub fn word(text: &str) -> String {
    if is_link(text) {
        return "[link]".to_owned();
    }
    let kept = |c: &char| c.is_ascii_graphic() && !matches!(c, '`' | '<' | '>' | '"');
    text.chars().filter(kept).take(MAX_WORD).collect()
}

fn harmless(word: &str) -> &str {
    if is_link(word) {
        "[link]"
    } else if word.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).any(is_secret) {
        "[id]"
    } else {
        word
    }
}

/// A web address, its scheme said or not, escaped or not; or a path with what could name something secret in it.
fn is_link(word: &str) -> bool {
    let plain = word.replace('\\', "").to_ascii_lowercase();
    let begins_so = plain.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == "www");
    let leads_on = plain.contains('/') && plain.contains(['#', '?', '=']);
    plain.contains("://") || plain.contains("%3a%2f") || begins_so || leads_on
}

/// A long run of figures and letters: a UUID, a key, a token. Numbers alone are Discord's and OVHcloud's ids, which open nothing.
fn is_secret(part: &str) -> bool {
    let hex = part.chars().filter(char::is_ascii_hexdigit).count();
    let looks_like_id = hex >= HEX_ID && part.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let figures = part.chars().any(|c| c.is_ascii_digit());
    let letters = part.chars().filter(|c| c.is_ascii_alphabetic()).count();
    looks_like_id || (part.len() >= TOKEN && figures && letters * 4 >= part.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_links_ids_tokens_and_length() {
        let line = one_line("see\nhttps://www.ovh.com/x#?id=1 for 11111111-2222-3333-4444-555555555555.");
        assert_eq!(line, "see [link] for [id]");
        for link in [
            "(http://example.invalid)",
            "HTTPS://EXAMPLE.INVALID/",
            r"https:\/\/example.invalid\/x",
            "www.ovh.com/manager",
            "manager/secret/#?id=1",
            "https%3A%2F%2Fexample.invalid",
            "/webhooks/1/x?wait=true",
        ] {
            assert_eq!(one_line(link), "[link]", "{link}");
        }
        for token in [
            "\"fake0token0fake0token0fake0token\",",
            "Bearer:FAKE-1234-5678-90ab-cdef-ghij",
            "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTA6ZmFrZQ",
        ] {
            assert_eq!(one_line(token), "[id]", "{token}");
        }
        assert_eq!(one_line(&"word ".repeat(200)).chars().count(), MAX_MESSAGE);
    }

    #[test]
    fn what_people_need_to_read_stays() {
        for said in [
            "The requested object (bootId = 230242) does not exist",
            "ns1111111.ip-203-0-113.eu is in maintenance and/or hacked",
            "Unknown Channel 100000000000000001",
            "data.components.0.label: BASE_TYPE_MAX_LENGTH",
            "401: Unauthorized",
            "User not granted for dedicatedServer:apiovh:features/ipmi/access/create",
        ] {
            assert_eq!(one_line(said), said);
        }
    }

    #[test]
    fn a_word_is_one_and_no_link() {
        assert_eq!(word("Client::For bidden`<\u{7}"), "Client::Forbidden");
        assert_eq!(word("https://example.invalid/secret"), "[link]");
        assert_eq!(word(&"x".repeat(500)).len(), MAX_WORD);
    }
}
