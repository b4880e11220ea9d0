//! One slip of the finger: a letter too many, one too few, another one, or two that changed places (`wbe-1` for `web-1`).
//!
//! Pure. It is looked for in one pass, without the table that a count of any number of slips would need: over ten thousand servers it
//! costs less than everything else that a typed letter does.

/// How well what was typed fits with its one slip: more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slipped {
    /// It is how something begins, with any slip.
    Begins,
    /// It is all of something, with a letter too many, too few, or another one.
    Whole,
    /// It is all of something, but for two letters that changed places: what fingers do most, and no other name.
    Swapped,
}

/// Fewer letters are within one slip of too much.
const FEWEST: usize = 4;

/// How `typed` is a word of `line` but for one slip, the best of all its words; `None` when it is of none, or is too short to tell.
///
/// A word here begins at the line's beginning or after a sign, and goes on to the line's end: of `old-web-1` these are all of it,
/// `web-1` and `1`.
pub(super) fn slipped(typed: &[u8], line: &[u8]) -> Option<Slipped> {
    let [first, second, ..] = *typed else { return None };
    if typed.len() < FEWEST {
        return None;
    }
    let begins = |at: usize| at == 0 || !is_letter(line[at - 1]) && is_letter(line[at]);
    // One slip leaves one of the first two letters among the first two: nearly every place is ruled out by that.
    let may_be = |[a, b]: &[u8; 2]| *a == first || *a == second || *b == first || *b == second;
    // What is shorter than all but one letter of it cannot be it.
    let places = (line.len() + 2).saturating_sub(typed.len());
    let places = line.array_windows().take(places).enumerate().filter(|(at, two)| may_be(two) && begins(*at));
    places.filter_map(|(at, _)| slipped_at(typed, &line[at..])).max()
}

/// A letter or digit; every part of one beyond ASCII counts as one too.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

fn slipped_at(typed: &[u8], name: &[u8]) -> Option<Slipped> {
    let same = typed.iter().zip(name).take_while(|(a, b)| a == b).count();
    let (typed, name) = (&typed[same..], &name[same..]);
    // Whether the rest of what was typed is how the rest of the name begins, and whether it is all of it.
    let rest = |typed: &[u8], name: &[u8]| name.starts_with(typed).then_some(typed.len() == name.len());
    let swapped = match (typed, name) {
        ([a, b, typed @ ..], [c, d, name @ ..]) if a == d && b == c => rest(typed, name),
        _ => None,
    };
    let other = match (typed, name) {
        ([_, typed @ ..], [_, name @ ..]) => rest(typed, name),
        _ => None,
    };
    let too_many = typed.split_first().and_then(|(_, typed)| rest(typed, name));
    let too_few = name.split_first().and_then(|(_, name)| rest(typed, name));
    match (swapped, other.max(too_many).max(too_few)) {
        (Some(true), _) => Some(Slipped::Swapped),
        (_, Some(true)) => Some(Slipped::Whole),
        (None, None) => None,
        _ => Some(Slipped::Begins),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(typed: &str, line: &str) -> Option<Slipped> {
        slipped(typed.as_bytes(), line.as_bytes())
    }

    #[test]
    fn two_letters_that_changed_places_are_found_anywhere() {
        for typed in ["ewb-1", "wbe-1", "we-b1", "web1-"] {
            assert_eq!(of(typed, "web-1"), Some(Slipped::Swapped), "{typed}");
        }
        assert_eq!(of("wbe-1", "old-web-1"), Some(Slipped::Swapped), "after a sign a word begins");
        assert_eq!(of("wbe-", "web-1"), Some(Slipped::Begins), "while it is typed");
        assert_eq!(of("wbe", "web-1"), None, "three letters are near everything");
    }

    #[test]
    fn a_letter_too_many_too_few_or_another_one_are_slips_and_two_are_not() {
        for typed in ["webb-1", "eb-1", "wen-1", "web-12", "web-2", "wweb-1"] {
            assert_eq!(of(typed, "web-1"), Some(Slipped::Whole), "{typed}");
        }
        for typed in ["bwe-1", "wbe-2", "xxb-1", "web-123", "wbeb-1x", "w-e-b-1"] {
            assert_eq!(of(typed, "web-1"), None, "{typed}");
        }
    }

    /// The distance by the book: optimal string alignment, with its whole table.
    fn distance(a: &[u8], b: &[u8]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let cost = usize::from(a[i - 1] != b[j - 1]);
                        let plain = (table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(table[i - 1][j - 1] + cost);
                        let swaps = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                        if swaps { plain.min(table[i - 2][j - 2] + 1) } else { plain }
                    }
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn it_is_the_distance_of_the_book_where_that_is_one(typed in "[ab1]{4,8}", name in "[ab1]{3,9}") {
            let whole = matches!(of(&typed, &name), Some(Slipped::Whole | Slipped::Swapped));
            prop_assert_eq!(whole || typed == name, distance(typed.as_bytes(), name.as_bytes()) <= 1 || typed == name);
        }

        #[test]
        fn nothing_breaks_it(typed in any::<Vec<u8>>(), line in any::<Vec<u8>>()) {
            slipped(&typed, &line);
        }
    }
}
