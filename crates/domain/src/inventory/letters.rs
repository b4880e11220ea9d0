//! Which letters a name has: one look at two sets tells of nearly every name that it cannot be meant, before it is read.

/// A set of letters, 64 bits wide: what is not in it is not in the text; what is in it may be. Small and capital letters are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Letters(u64);

impl Letters {
    /// The letters of a text. Letters, digits and the signs of ASCII that names have share no bit; others may.
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |set, byte| set | 1 << (byte.to_ascii_uppercase() & 63)))
    }

    /// How many letters the other lacks, at least.
    pub(super) fn missing_in(self, other: Self) -> u32 {
        (self.0 & !other.0).count_ones()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const EVERY: Letters = Letters(u64::MAX);

    #[test]
    fn letters_digits_and_signs_of_names_are_told_apart() {
        let all: Vec<String> = ('a'..='z').chain('0'..='9').chain("-._ =:/".chars()).map(String::from).collect();
        for one in &all {
            for other in &all {
                assert_eq!(
                    Letters::of(one).missing_in(Letters::of(other)),
                    u32::from(one != other),
                    "{one} and {other}"
                );
            }
        }
        assert_eq!(Letters::of("").missing_in(Letters::of("")), 0);
        assert_eq!(Letters::of("web-12").missing_in(Letters::of("old-wEB-21")), 0);
        assert_eq!(Letters::of("wex-12").missing_in(Letters::of("web-1")), 2);
    }
}
