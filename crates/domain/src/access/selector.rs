//! Which servers a rule speaks of: `web-*`, `tag:env=prod`.
//!
//! A selector never guesses. What it cannot know (a tag, a display name that could not be read) is [`Fit::Unknown`];
//! the policy reads that as "no" for a right and as "yes" for a protection.

use std::{fmt, str::FromStr};

use wildmatch::WildMatch;

use crate::server::Server;

/// A pattern over servers, parsed once. `*` stands for any characters, `?` for one; letters match in either case.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    written: String,
    pattern: Pattern,
}

#[derive(Clone, Debug, PartialEq)]
enum Pattern {
    /// Against the service name or the display name.
    Name(WildMatch),
    /// Against the value of the tag with this key.
    Tag { key: String, value: WildMatch },
}

/// Why a text is no selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASelector {
    /// Nothing is written.
    #[error("is empty")]
    Empty,
    /// `tag:` without a key, or without `=` and a value.
    #[error("names a tag without a key or without `=` and a value")]
    IncompleteTag,
    /// `*` or `?` in the key of a tag.
    #[error("has `*` or `?` in the key of a tag")]
    GlobInKey,
    /// A character of richer globs, which would silently match nothing here.
    #[error("has one of `[ ] {{ }} \\ !`, which Bernard's globs do not know")]
    ForeignGlob,
}

/// Whether a server is one of those that a rule speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is not.
    No,
    /// It depends on a tag or a display name that could not be read.
    Unknown,
    /// It is.
    Yes,
}

impl Selector {
    /// Whether it speaks of a server; `None` when that depends on what could not be read.
    pub fn speaks_of(&self, server: &Server) -> Option<bool> {
        match self.fit(server) {
            Fit::Yes => Some(true),
            Fit::No => Some(false),
            Fit::Unknown => None,
        }
    }

    pub(super) fn fit(&self, server: &Server) -> Fit {
        match &self.pattern {
            Pattern::Name(glob) => fit_name(glob, server),
            Pattern::Tag { key, value } => fit_tag(key, value, server),
        }
    }

    /// The best fit of several selectors; no selector fits nothing.
    pub(super) fn best_fit(selectors: &[Self], server: &Server) -> Fit {
        selectors.iter().map(|selector| selector.fit(server)).max().unwrap_or(Fit::No)
    }
}

/// Tags and display name arrive together (`iam`), so without tags the display name is not known either.
fn fit_name(glob: &WildMatch, server: &Server) -> Fit {
    if glob.matches(server.name.as_str()) {
        Fit::Yes
    } else if server.tags.is_none() {
        Fit::Unknown
    } else if server.display_name.as_deref().is_some_and(|name| glob.matches(name)) {
        Fit::Yes
    } else {
        Fit::No
    }
}

fn fit_tag(key: &str, value: &WildMatch, server: &Server) -> Fit {
    let Some(tags) = &server.tags else { return Fit::Unknown };
    let same_key = |other: &str| other.to_lowercase() == key.to_lowercase();
    if tags.iter().any(|(k, v)| same_key(k) && value.matches(v)) { Fit::Yes } else { Fit::No }
}

impl FromStr for Selector {
    type Err = NotASelector;

    fn from_str(text: &str) -> Result<Self, NotASelector> {
        let written = text.trim();
        if written.is_empty() {
            return Err(NotASelector::Empty);
        }
        if written.contains(['[', ']', '{', '}', '\\', '!']) {
            return Err(NotASelector::ForeignGlob);
        }
        let pattern = match written.strip_prefix("tag:") {
            Some(tag) => parse_tag(tag)?,
            None => Pattern::Name(WildMatch::new_case_insensitive(written)),
        };
        Ok(Self { written: written.to_owned(), pattern })
    }
}

fn parse_tag(text: &str) -> Result<Pattern, NotASelector> {
    let (key, value) = text.split_once('=').ok_or(NotASelector::IncompleteTag)?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || value.is_empty() {
        return Err(NotASelector::IncompleteTag);
    }
    if key.contains(['*', '?']) {
        return Err(NotASelector::GlobInKey);
    }
    Ok(Pattern::Tag { key: key.to_owned(), value: WildMatch::new_case_insensitive(value) })
}

/// As it was written.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::access::tests::server;

    fn fit(selector: &str, server: &Server) -> Fit {
        selector.parse::<Selector>().unwrap().fit(server)
    }

    #[test]
    fn names_match_without_regard_to_case_and_accents_count_as_one_character() {
        let mut web = server("ns1.ip-203-0-113.eu");
        web.display_name = Some("Équipe-Web-1".to_owned());
        for yes in ["équipe-web-*", "ÉQUIPE-WEB-1", "?quipe*", "*", "NS1.*", "ns1.ip-203-0-113.eu"] {
            assert_eq!(fit(yes, &web), Fit::Yes, "{yes}");
        }
        for no in ["web", "??quipe-web-1", "ns1", "equipe*"] {
            assert_eq!(fit(no, &web), Fit::No, "{no}");
        }
    }

    #[test]
    fn a_tag_needs_its_key_and_its_value() {
        let mut web = server("ns1");
        web.tags = Some([("env".to_owned(), "Prod-EU".to_owned())].into());
        assert_eq!(fit("tag:env=prod*", &web), Fit::Yes);
        assert_eq!(fit("tag:ENV=prod-eu", &web), Fit::Yes);
        assert_eq!(fit("tag:env=prod", &web), Fit::No);
        assert_eq!(fit("tag:team=prod*", &web), Fit::No);
    }

    #[test]
    fn what_was_not_read_is_unknown_and_a_stale_display_name_counts_for_nothing() {
        let mut web = server("ns1");
        web.display_name = Some("web-1".to_owned());
        web.tags = None;
        assert_eq!(fit("tag:env=prod", &web), Fit::Unknown);
        assert_eq!(fit("web-*", &web), Fit::Unknown);
        assert_eq!(fit("ns1", &web), Fit::Yes);
        assert_eq!(fit("*", &web), Fit::Yes);
    }

    #[test]
    fn a_selector_that_would_match_nothing_by_mistake_is_refused() {
        use NotASelector::{Empty, ForeignGlob, GlobInKey, IncompleteTag};
        let cases = [
            ("", Empty),
            ("  ", Empty),
            ("tag:env", IncompleteTag),
            ("tag:=prod", IncompleteTag),
            ("tag:env=", IncompleteTag),
            ("tag:*=prod", GlobInKey),
            ("web-[12]", ForeignGlob),
            ("web-{a,b}", ForeignGlob),
            ("!web", ForeignGlob),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Selector>(), Err(error), "{text}");
        }
    }

    /// The obvious glob: exponential, and right.
    fn model(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, _) => text.is_empty(),
            (Some('*'), _) => model(&pattern[1..], text) || (!text.is_empty() && model(pattern, &text[1..])),
            (Some(p), Some(t)) => {
                (*p == '?' || p.to_lowercase().eq(t.to_lowercase())) && model(&pattern[1..], &text[1..])
            }
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn globs_agree_with_the_obvious_model(pattern in "[aBé*?]{1,6}", name in "[AbÉ]{0,8}") {
            let mut web = server("zzz");
            web.display_name = Some(name.clone());
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = model(&chars(&pattern), &chars(&name)) || model(&chars(&pattern), &chars("zzz"));
            prop_assert_eq!(fit(&pattern, &web) == Fit::Yes, expected);
        }

        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = text.parse::<Selector>();
        }
    }
}
