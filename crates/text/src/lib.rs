//! Every sentence the bot can say, in English and French, by Fluent: `en.ftl` and `fr.ftl` beside this file.
//!
//! Only what speaks to people depends on it; it knows words, numbers and times, and no operation.
//!
//! [`say!`](crate::say) looks a sentence up. A test fails when one is missing, unused or wants other values in one of the two
//! files than in the program.

mod size;
mod words;

use std::sync::LazyLock;

use bernard_domain::locale::Locale;
pub use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

pub use size::named;
pub use words::{day, day_and_hour, duration, from_now, from_to, hour, mention, message_link, since_epoch, weekday};

static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("en", include_str!("en.ftl")));
static FRENCH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle("fr", include_str!("fr.ftl")));

/// The sentence `key` in a locale, with its values: `say!(locale, "greeting", name = who)`.
#[macro_export]
macro_rules! say {
    ($locale:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "sentences without values")]
        let mut values = $crate::FluentArgs::new();
        $( values.set(stringify!($name), $value); )*
        $crate::sentence($locale, $key, &values)
    }};
}

/// The locale of a person's Discord client: French for every French, English for everybody else.
pub fn locale_of(client: &str) -> Locale {
    if client.split('-').next() == Some("fr") { Locale::Fr } else { Locale::En }
}

/// The sentence `key` with its values. A key that no file has comes back as it is, so that something is said.
pub fn sentence(locale: Locale, key: &str, values: &FluentArgs<'_>) -> String {
    let bundle = match locale {
        Locale::En => &*ENGLISH,
        Locale::Fr => &*FRENCH,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        tracing::error!(key, ?locale, "a sentence is missing");
        return key.to_owned();
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(values), &mut errors).into_owned();
    if !errors.is_empty() {
        tracing::error!(key, ?locale, ?errors, "a sentence lacks a value");
    }
    text
}

fn bundle(language: &str, source: &'static str) -> FluentBundle<FluentResource> {
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            tracing::error!(%language, ?errors, "a file of sentences has mistakes");
            resource
        }
    };
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would show as stray characters in Discord's clients.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}
