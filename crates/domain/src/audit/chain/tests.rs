use jiff::Timestamp;
use proptest::{prelude::*, sample::Index};

use super::*;
use crate::{
    access::UserId,
    audit::{Act, Entry},
};

fn chain(reasons: &[String]) -> Vec<Line> {
    let mut last = None;
    let line = |reason: &String| {
        let entry = Entry::act(Act::Paused, Timestamp::UNIX_EPOCH).by(UserId(7)).because(Some(reason));
        let line = Line::next(last, |number| entry.canonical(number, Some("fake-policy")));
        last = Some((line.number, line.hash));
        line
    };
    reasons.iter().map(line).collect()
}

fn verify(texts: &[String], start: Start, anchors: &[Anchor]) -> Result<Verified, Broken> {
    let mut verifier = Verifier::new(start, Gaps::Refused, anchors.iter().copied());
    for text in texts {
        verifier.take(Line::of_json(text))?;
    }
    verifier.end()
}

fn exported(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::to_json).collect()
}

/// The line that a broken chain names.
fn named(broken: &Broken) -> u64 {
    match broken {
        Broken::Changed { number }
        | Broken::Rewritten { number }
        | Broken::Unreadable { number, .. }
        | Broken::Missing { number, .. }
        | Broken::NotAsAnchored { number }
        | Broken::CutOff { number, .. }
        | Broken::NotHere { number } => *number,
        Broken::OutOfPlace { expected, .. } => *expected,
        Broken::NotTheBeginning => 1,
        Broken::Contradiction { lines } => lines.keys().next().copied().unwrap_or_default(),
    }
}

fn reasons() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(".{0,12}", 2..24)
}

fn number_of(index: usize) -> u64 {
    u64::try_from(index).expect("few") + 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_untouched_chain_and_every_part_of_it_is_whole(reasons in reasons(), from: Index, to: Index) {
        let lines = chain(&reasons);
        let texts = exported(&lines);
        let head = lines.last().map(|line| Anchor { number: line.number, hash: line.hash });
        let whole = verify(&texts, Start::Genesis, head.as_slice());
        prop_assert_eq!(whole, Ok(Verified { first: Some(1), head, lines: number_of(lines.len() - 1) }));
        let (from, to) = (from.index(lines.len()), to.index(lines.len()));
        let (from, to) = (from.min(to), from.max(to));
        prop_assert!(verify(&texts[from..=to], Start::Anywhere, &[]).is_ok());
    }

    #[test]
    fn any_changed_character_is_found_and_its_line_named(reasons in reasons(), which: Index, place: Index, to: char) {
        let mut texts = exported(&chain(&reasons));
        let at = which.index(texts.len());
        let mut characters: Vec<char> = texts[at].chars().collect();
        let place = place.index(characters.len());
        prop_assume!(characters[place] != to);
        characters[place] = to;
        texts[at] = characters.into_iter().collect();
        let broken = verify(&texts, Start::Genesis, &[]).expect_err("it was changed");
        // A changed number shows as a missing line, a changed hash or text as a changed one: always this one.
        prop_assert_eq!(named(&broken), number_of(at), "{}", broken);
    }

    #[test]
    fn any_removed_line_is_found_and_named(reasons in reasons(), which: Index) {
        let mut texts = exported(&chain(&reasons));
        let last = texts.len() - 1;
        let at = which.index(last);
        texts.remove(at);
        let broken = verify(&texts, Start::Genesis, &[]).expect_err("one is missing");
        prop_assert_eq!(broken, Broken::Missing { number: number_of(at), found: number_of(at) + 1 });
    }

    #[test]
    fn any_inserted_line_is_found_and_its_place_named(reasons in reasons(), from: Index, to: Index) {
        let mut texts = exported(&chain(&reasons));
        let copy = texts[from.index(texts.len())].clone();
        let at = to.index(texts.len() + 1);
        texts.insert(at, copy);
        let broken = verify(&texts, Start::Genesis, &[]).expect_err("one is too many");
        // A copy beside its original: which of the two is the copy nobody can say.
        prop_assert!([number_of(at), number_of(at + 1)].contains(&named(&broken)), "{}", broken);
    }

    #[test]
    fn any_two_swapped_lines_are_found_and_the_first_place_named(reasons in reasons(), one: Index, other: Index) {
        let mut texts = exported(&chain(&reasons));
        let (one, other) = (one.index(texts.len()), other.index(texts.len()));
        prop_assume!(one != other);
        texts.swap(one, other);
        let broken = verify(&texts, Start::Genesis, &[]).expect_err("two were swapped");
        prop_assert_eq!(named(&broken), number_of(one.min(other)), "{}", broken);
    }

    #[test]
    fn a_line_rewritten_with_its_hash_is_found_by_the_next_or_by_an_anchor(reasons in reasons(), which: Index) {
        let mut lines = chain(&reasons);
        let at = which.index(lines.len());
        let anchor = lines.last().map(|line| Anchor { number: line.number, hash: line.hash });
        let forged = Entry::act(Act::Resumed, Timestamp::UNIX_EPOCH).canonical(number_of(at), None);
        lines[at] = Line { hash: Hash::after(lines[at].previous, &forged), entry: forged, ..lines[at].clone() };
        let broken = verify(&exported(&lines), Start::Genesis, anchor.as_slice()).expect_err("one was rewritten");
        prop_assert_eq!(named(&broken), number_of(at), "{}", broken);
    }

    #[test]
    fn a_cut_tail_is_found_by_an_anchor(reasons in reasons(), rest: Index) {
        let lines = chain(&reasons);
        let head = lines.last().map(|line| Anchor { number: line.number, hash: line.hash }).expect("two at least");
        let rest = rest.index(lines.len());
        let texts = exported(&lines[..rest]);
        prop_assert!(verify(&texts, Start::Genesis, &[]).is_ok(), "the chain by itself cannot show it");
        let cut = Broken::CutOff { number: head.number, last: u64::try_from(rest).expect("few") };
        prop_assert_eq!(verify(&texts, Start::Genesis, &[head]), Err(cut));
    }

    #[test]
    fn a_chain_written_anew_is_found_by_an_anchor(reasons in reasons(), which: Index) {
        let honest = chain(&reasons);
        let anchor = honest.last().map(|line| Anchor { number: line.number, hash: line.hash }).expect("two at least");
        let mut other = reasons.clone();
        let at = which.index(other.len());
        other[at].push('!');
        let forged = exported(&chain(&other));
        prop_assert!(verify(&forged, Start::Genesis, &[]).is_ok());
        prop_assert_eq!(verify(&forged, Start::Genesis, &[anchor]), Err(Broken::NotAsAnchored { number: anchor.number }));
    }

    #[test]
    fn no_text_is_too_odd_to_be_refused(text in ".*") {
        let _ = Line::of_json(&text);
        let _ = Line::of_row(text.clone(), &text, &text);
        let _ = text.parse::<Anchor>();
    }
}

#[test]
fn the_documented_recipe_gives_the_documented_hash() {
    let line = chain(&["disk full".to_owned()]).remove(0);
    let zeros = "0".repeat(64);
    assert_eq!(GENESIS.to_string(), zeros);
    let digest = Sha256::digest(format!("{zeros}{}", line.entry));
    assert_eq!(line.hash.to_string(), hex::encode(digest));
}

#[test]
fn a_selection_may_have_gaps_and_still_shows_a_changed_line() {
    let reasons: Vec<String> = (0..9).map(|number| number.to_string()).collect();
    let lines = chain(&reasons);
    let chosen = [&lines[1], &lines[2], &lines[6]].map(Line::to_json);
    let verify = |texts: &[String]| {
        let mut verifier = Verifier::new(Start::Anywhere, Gaps::Allowed, []);
        texts.iter().try_for_each(|text| verifier.take(Line::of_json(text)))?;
        verifier.end()
    };
    assert_eq!(verify(&chosen).map(|whole| whole.lines), Ok(3));
    let changed = chosen.clone().map(|text| text.replace("\"6\"", "\"5\""));
    assert_eq!(verify(&changed), Err(Broken::Changed { number: 7 }));
}

#[test]
fn anchors_that_contradict_each_other_are_named_with_their_lines() {
    let lines = chain(&["a".to_owned(), "b".to_owned(), "c".to_owned()]);
    let anchor = |line: &Line| Anchor { number: line.number, hash: line.hash };
    let (one, three) = (anchor(&lines[0]), anchor(&lines[2]));
    let (false_one, false_three) = (Anchor { hash: three.hash, ..one }, Anchor { hash: one.hash, ..three });
    for anchors in [[one, false_one], [false_one, one]] {
        let broken = verify(&exported(&lines), Start::Genesis, &anchors).unwrap_err();
        assert!(matches!(&broken, Broken::Contradiction { lines } if lines.keys().eq([&1])), "{broken}");
        let said = broken.to_string();
        assert!(said.contains("line 1") && said.contains(&one.hash.to_string()), "{said}");
        assert!(said.contains(&false_one.hash.to_string()) && !said.contains("line 3"), "{said}");
    }
    let both =
        verify(&exported(&lines), Start::Genesis, &[one, false_one, three, false_three]).unwrap_err().to_string();
    assert!(both.contains("line 1") && both.contains("line 3"), "{both}");
    assert!(verify(&[], Start::Genesis, &[one, false_one]).unwrap_err().to_string().contains("contradict"));
    assert!(
        verify(&exported(&lines), Start::Genesis, &[one, one, three]).is_ok(),
        "the same twice is no contradiction"
    );
}

#[test]
fn an_anchor_and_a_hash_are_read_only_as_they_are_written() {
    let anchor = Anchor { number: 12, hash: GENESIS };
    assert_eq!(anchor.to_string().parse(), Ok(anchor));
    let upper = "AB".repeat(32);
    for wrong in ["", "12", "12:", ":00", "12:00", &format!("12:{upper}"), "x:00"] {
        assert_eq!(wrong.parse::<Anchor>(), Err(NotAnAnchor), "{wrong}");
    }
}
