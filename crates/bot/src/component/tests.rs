use bernard_domain::mark::Mark;
use proptest::prelude::*;

use super::*;

fn button() -> impl Strategy<Value = Button> {
    let mark = || prop::option::of(any::<i64>()).prop_map(|moment| moment.map(|_| Mark::new()));
    let id = (1..i64::MAX, mark()).prop_map(|(id, mark)| Marked { id: OperationId(id), mark });
    let foreign = (1..i64::MAX, mark()).prop_map(|(id, mark)| Marked { id: ForeignId(id), mark });
    let card = any::<u128>().prop_map(|bits| CardId(Uuid::from_u128(bits)));
    prop_oneof![
        card.clone().prop_map(Button::Confirm),
        card.clone().prop_map(Button::ConfirmByCode),
        card.clone().prop_map(Button::Dismiss),
        card.clone().prop_map(Button::ToDisk),
        card.prop_map(Button::ShowCalls),
        (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::AskedCalls(id, round)),
        id.clone().prop_map(Button::Cancel),
        (id.clone(), any::<u32>()).prop_map(|(id, asked)| Button::RebootAgain(id, asked)),
        (id.clone(), any::<u32>()).prop_map(|(id, asked)| Button::LeaveIt(id, asked)),
        id.clone().prop_map(Button::LetGo),
        (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::Approve(id, round)),
        (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::ApproveByCode(id, round)),
        (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::Deny(id, round)),
        (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::Withdraw(id, round)),
        (id.clone(), any::<u32>()).prop_map(|(id, round)| Button::AddReason(id, round)),
        id.clone().prop_map(Button::RestoreNow),
        id.clone().prop_map(Button::PutNetbootBack),
        id.clone().prop_map(Button::Reveal),
        id.clone().prop_map(Button::LookAgain),
        id.clone().prop_map(Button::TryMail),
        id.clone().prop_map(Button::AskOvhcloud),
        id.clone().prop_map(Button::FreeSessions),
        id.clone().prop_map(Button::Console),
        id.clone().prop_map(Button::DeleteMessage),
        id.clone().prop_map(Button::Extend),
        (id.clone(), prop::sample::select(Offer::ALL.to_vec()), any::<i64>())
            .prop_map(|(id, offer, shown)| Button::ExtendBy(id, offer, shown)),
        foreign.clone().prop_map(Button::Adopt),
        foreign.prop_map(Button::RestoreForeign),
        proptest::sample::select(Place::all()).prop_map(Button::Guide),
        proptest::sample::select(Place::all()).prop_map(Button::Turn),
    ]
}

/// Discord shows them for years: they are known again, so that a press is refused with words, and never mean a thing by number.
#[test]
fn what_was_made_before_there_were_marks_is_still_read_and_names_nothing_by_itself() {
    let old = Marked { id: OperationId(12), mark: None };
    let foreign = Marked { id: ForeignId(12), mark: None };
    let known = [
        ("cancel:12", Button::Cancel(old)),
        ("again:12:1", Button::RebootAgain(old, 1)),
        ("leave:12:1", Button::LeaveIt(old, 1)),
        ("approve:12:1", Button::Approve(old, 1)),
        ("deny:12:1", Button::Deny(old, 1)),
        ("withdraw:12:1", Button::Withdraw(old, 1)),
        ("why:12:1", Button::AddReason(old, 1)),
        ("restore:12", Button::RestoreNow(old)),
        ("putback:12", Button::PutNetbootBack(old)),
        ("reveal:12", Button::Reveal(old)),
        ("look:12", Button::LookAgain(old)),
        ("mail:12", Button::TryMail(old)),
        ("delete:12", Button::DeleteMessage(old)),
        ("extend:12", Button::Extend(old)),
        ("longer:12:1h:1700000000000", Button::ExtendBy(old, Offer::Hour, 1_700_000_000_000)),
        ("adopt:12", Button::Adopt(foreign)),
        ("return:12", Button::RestoreForeign(foreign)),
    ];
    for (text, button) in known {
        assert_eq!(text.parse(), Ok(button), "{text}");
    }
    for other in
        ["restore:12@", "restore:@12", "restore:12@12", "restore:12@018F00000000ABCD", "restore:12@+18f00000000abcd"]
    {
        assert_eq!(other.parse::<Button>(), Err(NotAButton), "{other}");
    }
}

proptest! {
    #[test]
    fn a_button_survives_its_custom_id_which_discord_takes(button in button()) {
        let text = button.to_string();
        prop_assert!((1..=100).contains(&text.len()));
        prop_assert_eq!(text.parse(), Ok(button));
    }

    #[test]
    fn any_text_is_a_button_or_is_refused(text in ".*") {
        let _ = text.parse::<Button>();
    }

    #[test]
    fn near_misses_are_refused_or_are_buttons(verb in "[a-z]{1,8}", rest in "[-+0-9a-f:@]{0,40}") {
        let _ = format!("{verb}:{rest}").parse::<Button>();
    }
}
