//! The exact calls as people are shown them: in one block of code that is as narrow as a phone, and in words what the block
//! does not say by itself.
//!
//! A line that is broken goes on in the next ones, which are indented by four spaces: put together again they are the call.

use bernard_domain::{
    locale::Locale,
    operation::exact_call::{ExactCall, Times},
};
use bernard_text::say;

/// The most columns of a line: what a phone of 390 pixels shows of a block of code without scrolling sideways.
const COLUMNS: usize = 40;
/// What the rest of a broken line begins with; nothing else does.
const INDENT: &str = "    ";

/// Who can read the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Nobody but the one who asked.
    Asker,
    /// Everybody in the channel: nothing that is the asker's own is shown.
    Channel,
}

/// Method, path and body of each call, in their order. Nothing in them can end the block.
pub fn block(calls: &[ExactCall], readers: Readers, locale: Locale) -> String {
    let shown: Vec<ExactCall> = match readers {
        Readers::Asker => calls.to_vec(),
        Readers::Channel => calls.iter().map(ExactCall::for_others).collect(),
    };
    let texts: Vec<String> = shown.iter().map(ExactCall::to_string).collect();
    let narrow: Vec<String> = texts.iter().flat_map(|text| text.lines()).flat_map(narrow).collect();
    let mut lines = vec![format!("```\n{}\n```", narrow.join("\n"))];
    if shown != calls {
        lines.push(say!(locale, "calls-address-hidden"));
    }
    lines.extend(
        [Times::UntilTheLink, Times::UntilAnswered].into_iter().filter_map(|times| {
            calls.iter().any(|call| call.times == times).then(|| how_often(times, locale)).flatten()
        }),
    );
    lines.join("\n")
}

/// In words; `None` when there is nothing that the block does not say by itself.
fn how_often(times: Times, locale: Locale) -> Option<String> {
    match times {
        Times::Once | Times::UntilItHolds => None,
        Times::UntilTheLink => Some(say!(locale, "calls-until-link")),
        Times::UntilAnswered => Some(say!(locale, "calls-until-answered")),
    }
}

/// A line as several that are narrow enough.
fn narrow(line: &str) -> Vec<String> {
    if width(line) <= COLUMNS {
        return vec![line.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces(line) {
        match lines.last_mut() {
            None => lines.push(piece),
            Some(last) if width(last) + width(&piece) <= COLUMNS => last.push_str(&piece),
            Some(_) => lines.push(format!("{INDENT}{piece}")),
        }
    }
    lines
}

/// A line in pieces that fit: cut before the slashes of a path or behind the name of a field, and elsewhere only what is
/// still too long.
fn pieces(line: &str) -> Vec<String> {
    let pieces: Vec<String> = match line.split_once("\": ") {
        Some((name, value)) => vec![format!("{name}\":"), value.to_owned()],
        None => {
            let (method, path) = line.split_once('/').unwrap_or((line, ""));
            let segments = path.split('/').map(|segment| format!("/{segment}"));
            [method.to_owned()].into_iter().chain(segments).collect()
        }
    };
    pieces.iter().flat_map(|piece| part(piece)).collect()
}

/// A piece in parts that fit; together they are the piece.
fn part(piece: &str) -> Vec<String> {
    let all: Vec<char> = piece.chars().collect();
    all.chunks(COLUMNS - INDENT.len()).map(|chunk| chunk.iter().collect()).collect()
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        console::{ConsoleKind, ConsoleMinutes},
        operation::exact_call::Method,
        server::ServiceName,
    };
    use bernard_engine::exact_calls;
    use serde_json::json;

    use super::*;

    fn name() -> ServiceName {
        "ns1111111.ip-203-0-113.eu".to_owned().try_into().expect("a name")
    }

    fn put(body: serde_json::Value) -> ExactCall {
        let path = format!("/dedicated/server/{}", name());
        ExactCall { method: Method::Put, path, body: Some(body), times: Times::UntilItHolds }
    }

    /// The calls' lines, put together again.
    fn whole(block: &str) -> String {
        let inside = block.split("```").nth(1).expect("a block").trim();
        inside.replace(&format!("\n{INDENT}"), "")
    }

    #[test]
    fn nothing_scrolls_sideways_and_put_together_it_is_the_call() {
        let long = format!("ssh-ed25519 {} {}", "A".repeat(68), "`é".repeat(40));
        let calls = [
            put(json!({"bootId": 230_243, "rescueMail": "ops@example.com"})),
            put(json!({"bootId": 1, "rescueMail": format!("{}@example.com", "ops-".repeat(15)), "rescueSshKey": long})),
            exact_calls::of_reboot(&name()),
            ExactCall { path: format!("/{}", "a".repeat(300)), ..exact_calls::of_reboot(&name()) },
        ];
        let block = block(&calls, Readers::Asker, Locale::En);
        assert!(block.lines().all(|line| width(line) <= COLUMNS), "{block}");
        let texts: Vec<String> = calls.iter().map(ExactCall::to_string).collect();
        assert_eq!(whole(&block).replace("\": ", "\":"), texts.join("\n").replace("\": ", "\":"));
    }

    #[test]
    fn a_path_is_broken_at_its_slashes() {
        let console = exact_calls::of_console(&name(), ConsoleKind::KvmHtml5, ConsoleMinutes::Five, None);
        let block = block(&console, Readers::Asker, Locale::En);
        let broken = "POST /dedicated/server\n    /ns1111111.ip-203-0-113.eu/features\n    /ipmi/access\n{\n";
        assert!(block.contains(broken), "{block}");
        assert!(block.contains("lost"), "{block}");
    }

    #[test]
    fn the_address_of_the_one_who_asks_is_shown_to_nobody_else() {
        let ip = "203.0.113.9".parse().ok();
        let calls = exact_calls::of_console(&name(), ConsoleKind::KvmHtml5, ConsoleMinutes::Five, ip);
        assert!(block(&calls, Readers::Asker, Locale::En).contains("\"ipToAllow\": \"203.0.113.9\""));
        for locale in [Locale::En, Locale::Fr] {
            let shown = block(&calls, Readers::Channel, locale);
            assert!(!shown.contains("203.0.113.9") && shown.contains("\"ipToAllow\": \"…\""), "{shown}");
            assert!(shown.contains(&say!(locale, "calls-address-hidden")), "{shown}");
        }
        let reboot = [exact_calls::of_reboot(&name())];
        assert_eq!(block(&reboot, Readers::Channel, Locale::En), block(&reboot, Readers::Asker, Locale::En));
    }
}
