use proptest::prelude::*;

use super::*;

/// The key of RFC 6238's appendix.
const KEY: &[u8; SECRET_BYTES] = b"12345678901234567890";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a moment")
}

fn code(typed: &str) -> Code {
    Code::parse(typed).expect("six digits")
}

#[test]
fn the_known_answers_of_the_rfc_are_ours() {
    let secret = Secret::new(*KEY);
    for (seconds, digits) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(secret.code(Step::at(at(seconds))).digits(), digits);
        assert_eq!(secret.judge(&code(digits), at(seconds), Step::NONE), Verdict::Right(Step::at(at(seconds))));
    }
}

#[test]
fn an_authenticator_takes_the_secret_as_it_is_written() {
    let written = Secret::new(*KEY).otpauth("200000000000000001");
    assert_eq!(
        written,
        "otpauth://totp/Bernard:200000000000000001?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bernard&algorithm=SHA1&digits=6&period=30"
    );
    for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
        assert_eq!(base32::encode(bytes.as_bytes()), text, "RFC 4648, 10");
    }
    assert!(Secret::new(*KEY).otpauth("a b&c?d/é").contains("Bernard:abcd?"));
}

#[test]
fn a_code_is_good_for_its_step_and_one_to_either_side_and_counts_once() {
    let secret = Secret::new(*KEY);
    let step = Step::at(at(1_234_567_890));
    let code = secret.code(step);
    let judge = |seconds: i64, last: Step| secret.judge(&code, at(step.0 * 30 + seconds), last);
    for seconds in [-30, -1, 0, 29, 30, 59] {
        assert_eq!(judge(seconds, Step::NONE), Verdict::Right(step), "{seconds}");
        assert_eq!(judge(seconds, step), Verdict::Used, "{seconds}");
        assert_eq!(judge(seconds, Step(step.0 + 1)), Verdict::Used, "an older step than the last does not count");
    }
    for seconds in [-31, 60] {
        assert_eq!(judge(seconds, Step::NONE), Verdict::Wrong, "{seconds}");
    }
}

#[test]
fn digits_are_read_as_people_type_them_and_nothing_else_is() {
    for typed in [
        "005924",
        " 005 924 ",
        "005-924",
        "\u{ff10}\u{ff10}\u{ff15}\u{ff19}\u{ff12}\u{ff14}",
        "0 0 5 9 2 4\n",
        "005\u{a0}924",
    ] {
        assert_eq!(code(typed).digits(), "005924", "{typed}");
    }
    for bad in ["", "00592", "0059244", "00592a", "O05924", "\u{660}\u{660}5924", "+05924", "5924.0"] {
        assert_eq!(Code::parse(bad), None, "{bad}");
    }
    assert_eq!(Code::parse(&"1".repeat(10_000)), None);
    assert_eq!(Code::parse(&format!("{}123456", " ".repeat(10_000))), None);
}

#[test]
fn neither_secret_nor_code_is_printed() {
    assert_eq!(format!("{:?} {:?}", Secret::new(*KEY), code("005924")), "Secret Code");
}

#[test]
fn the_fifth_wrong_code_within_a_quarter_of_an_hour_locks_for_as_long() {
    let mut tries = Tries::default();
    for (number, left) in [(1, 4), (2, 3), (3, 2), (4, 1)] {
        tries = tries.after_wrong(at(number));
        assert_eq!((tries.left(), tries.locked(at(number))), (left, None));
    }
    let locked = tries.after_wrong(at(5));
    assert_eq!(
        (locked.locked(at(5)), locked.locked(at(904)), locked.locked(at(905))),
        (Some(at(905)), Some(at(905)), None)
    );
    assert_eq!(locked.after_wrong(at(905)).left(), 4, "then it begins anew");
    assert_eq!(tries.after_wrong(at(901)).left(), 4, "the first ones are too long ago");
    assert_eq!(tries.after_wrong(at(0)).left(), 4, "the clock was set back");
}

proptest! {
    #[test]
    fn at_most_five_wrong_codes_are_looked_at_between_two_locks(pauses in prop::collection::vec(0..1_000_i64, 1..80)) {
        let (mut tries, mut now, mut looked_at) = (Tries::default(), 0, Vec::new());
        for pause in pauses {
            now += pause;
            if tries.locked(at(now)).is_none() {
                looked_at.push(now);
                tries = tries.after_wrong(at(now));
            }
        }
        // In any quarter of an hour: what is left of one run, and another run.
        for (index, first) in looked_at.iter().enumerate() {
            let within = looked_at[index..].iter().filter(|moment| **moment - first < 900).count();
            prop_assert!(within < 2 * TRIES as usize, "{looked_at:?}");
        }
        let all = looked_at.len() as i64;
        prop_assert!(all <= 5 * (now / 900 + 1) + 5, "{all} in {now} s");
    }

    #[test]
    fn any_text_is_six_digits_or_nothing(typed in ".{0,40}") {
        if let Some(code) = Code::parse(&typed) {
            prop_assert_eq!(code.digits().len(), 6);
        }
    }
}
