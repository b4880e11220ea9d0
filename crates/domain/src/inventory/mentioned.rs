//! Which servers somebody's text names: only what stands there as a whole word counts, and nothing that merely resembles one.
//!
//! Pure. What is found is offered to whoever asked, never acted on.

use std::collections::BTreeSet;

use crate::server::Server;

/// More text is not looked at; a message holds 4,000 characters, and what a monitoring system embeds a few more.
const LONGEST: usize = 20_000;

/// Those of `servers` that `text` names, in the order given: by service name, display name, reverse or address, without regard to case.
pub fn mentioned<'a>(servers: impl Iterator<Item = &'a Server>, text: &str) -> Vec<&'a Server> {
    let text: String = text.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let words: BTreeSet<&str> = text.split(|c: char| !is_of_a_name(c)).flat_map(forms).collect();
    let named = |name: &str| {
        let name = name.to_lowercase();
        match name.chars().all(is_of_a_name) {
            true => words.contains(name.as_str()),
            false => holds(&text, &name),
        }
    };
    servers.filter(|server| names(server).any(named)).collect()
}

fn names(server: &Server) -> impl Iterator<Item = &str> {
    let others = [server.display_name.as_deref(), server.reverse.as_deref(), server.ip.as_deref()];
    let all = std::iter::once(server.name.as_str()).chain(others.into_iter().flatten());
    all.filter(|name| !name.trim().is_empty())
}

/// What a name is usually made of.
fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// A word as it stands, and without what ends a sentence or a list.
fn forms(word: &str) -> [&str; 2] {
    [word, word.trim_matches(['.', '-', '_'])]
}

/// Whether a name of several words stands in the text, and not inside longer words.
fn holds(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::server::ServiceName;

    fn server(name: &str, display: &str) -> Server {
        let name = ServiceName::try_from(name.to_owned()).unwrap();
        Server { display_name: Some(display.to_owned()), ..Server::only_named(name, "main") }
    }

    fn fleet() -> Vec<Server> {
        let mut db = server("ns3.ip-198-51-100.eu", "db-1");
        db.ip = Some("198.51.100.7".to_owned());
        db.reverse = Some("Datenbank.example.org".to_owned());
        vec![
            server("ns1.ip-203-0-113.eu", "web-1"),
            server("ns2.ip-203-0-113.eu", "web-10"),
            db,
            server("ns4.ip-203-0-113.eu", "Mail relay (old)"),
        ]
    }

    fn found(text: &str) -> Vec<String> {
        let fleet = fleet();
        mentioned(fleet.iter(), text).into_iter().map(|server| server.label().to_owned()).collect()
    }

    #[test]
    fn whatever_a_server_goes_by_is_found_as_a_whole_word() {
        for text in [
            "db-1 is down",
            "DB-1: no answer",
            "(db-1)",
            "is it db-1?",
            "it is db-1.",
            "`db-1` and **nothing** else",
            "https://datenbank.example.org/health says 503",
            "ping 198.51.100.7: timeout",
            "host=ns3.ip-198-51-100.eu,level=critical",
        ] {
            assert_eq!(found(text), ["db-1"], "{text}");
        }
        assert_eq!(found("the mail relay (old) is slow"), ["Mail relay (old)"], "a name of several words");
    }

    #[test]
    fn what_only_resembles_a_name_is_none() {
        for text in
            ["", "web-11", "old-web-1x", "web 1", "198.51.100.77", "xmail relay (old)", "wbe-1", "the mail relay"]
        {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn several_are_all_found_in_their_order() {
        assert_eq!(found("db-1 cannot reach web-1, web-10 can"), ["web-1", "web-10", "db-1"]);
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_breaks_it(text in any::<String>(), name in any::<String>()) {
            let fleet = [server("ns1", &name)];
            mentioned(fleet.iter(), &text);
        }
    }
}
