//! Words about the sinks of the audit: what keeps one from its lines.

use bernard_domain::{access::Who, audit::sink_trouble::Trouble, locale::Locale};
use bernard_text::say;
use bernard_untrusted::shown::span::code;

use super::wording;

/// What troubles a sink, in a clause.
pub(crate) fn clause(trouble: &Trouble, locale: Locale) -> String {
    match trouble {
        Trouble::Away { said } => say!(locale, "sink-away", said = code(said)),
        Trouble::Closed { said } => say!(locale, "sink-closed", said = code(said)),
        Trouble::Line { number, said } => say!(locale, "sink-line", number = number.to_string(), said = code(said)),
        Trouble::Chain { number } => say!(locale, "sink-chain", number = number.to_string()),
    }
}

/// What is told of a sink that people must mend, to these.
pub(crate) fn told(sink: &str, trouble: &Trouble, rings: &[Who], locale: Locale) -> String {
    let (what, who) = (clause(trouble, locale), wording::each(rings));
    let title = say!(locale, "notice-sink", sink = code(sink), what = what, who = who);
    let next = match trouble {
        Trouble::Line { .. } => say!(locale, "notice-sink-line-next", command = code("bernard reload")),
        Trouble::Chain { .. } => say!(locale, "notice-sink-chain-next", command = code("bernard audit verify")),
        Trouble::Away { .. } | Trouble::Closed { .. } => say!(locale, "notice-sink-closed-next"),
    };
    format!("{}\n{next}", title.trim_end())
}
