//! What is to be read before acting on a server, as links.

use bernard_domain::{locale::Locale, runbook::Runbook};
use bernard_text::say;

/// How many are shown: a card fits a screen.
const SHOWN: usize = 3;

/// A line for each, the first ones of the file.
pub(crate) fn lines(runbooks: &[Runbook], locale: Locale) -> Vec<String> {
    let line = |Runbook { url, text }: &Runbook| say!(locale, "runbook-line", text = text.as_str(), url = url.as_str());
    runbooks.iter().take(SHOWN).map(line).collect()
}
