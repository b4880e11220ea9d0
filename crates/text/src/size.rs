//! How a server is named in a sentence.

use bernard_untrusted::shown::{self, size::shorten, span::code};

/// The longest name of a server that is shown.
const NAME: usize = 80;

/// What people call a server, in a code span: as much as one reads.
pub fn named(label: &str) -> String {
    code(&shorten(shown::visible(label).trim(), NAME))
}

#[cfg(test)]
mod tests {
    use bernard_domain::server::typed;
    use bernard_untrusted::shown::size::length;

    use super::*;

    #[test]
    fn a_long_name_is_shown_by_its_beginning_and_typed_by_the_service_name() {
        let long = format!("web-1 {}", "🛟".repeat(200));
        assert!(
            named(&long).starts_with("`web-1 🛟") && named(&long).ends_with("…`") && length(&named(&long)) <= NAME + 2
        );
        assert_eq!((named("web-1").as_str(), typed("web-1", "ns1"), typed(&long, "ns1")), ("`web-1`", "web-1", "ns1"));
    }
}
