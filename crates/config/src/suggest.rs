//! "Did you mean …?": the nearest of the words that would have been right.

/// How alike two words must be, from 0 to 1 (Damerau-Levenshtein, by length): `reboto` is near `reboot`, `delay` near nothing.
const NEAR: f64 = 0.6;

/// What is longer than this, in bytes, is no slip of the finger, and comparing it takes time.
const LONGEST: usize = 64;

/// The word nearest to `written`, if any is near; the first of several.
pub(super) fn nearest<'a>(written: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > LONGEST {
        return None;
    }
    let likeness = |word: &str| strsim::normalized_damerau_levenshtein(&written.to_lowercase(), &word.to_lowercase());
    words
        .into_iter()
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .min_by(|(a, _), (b, _)| b.total_cmp(a))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word_and_nonsense_finds_none() {
        let words = ["reboot", "rescue", "restore"];
        assert_eq!(nearest("reboto", words), Some("reboot"));
        assert_eq!(nearest("Rescue", words), Some("rescue"));
        assert_eq!(nearest("restor", words), Some("restore"));
        assert_eq!(nearest("zzz", words), None);
        assert_eq!(nearest("", words), None);
    }
}
