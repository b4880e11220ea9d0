//! Custom ids of what hangs in Discord's channels: pressed years later, they must mean the same.

use bernard_bot::{
    component::{self, Button, OnAlert},
    modal::Modal,
    render::guide::{Place, Reader, Topic},
};
use bernard_domain::{
    alert::{AlertCardId, MarkedAlertCard},
    inventory::foreign::{ForeignId, MarkedForeign},
    lease::extension::Offer,
    operation::MarkedOperation,
    server::System,
};

use crate::{
    page::{Page, each_word, one_of_each},
    sample::{at, mark, operation},
};

const CARD: &str = "019ad00000007000800000000000abcd";

pub(crate) fn write(page: &mut Page) {
    page.heading("Custom ids of buttons");
    for button in every() {
        assert_eq!(button.to_string().parse(), Ok(button));
        page.word(button);
    }
    for before_there_were_marks in ["restore:142", "again:142:2", "longer:142:1h:1764504000000"] {
        assert!(before_there_were_marks.parse::<Button>().expect("it is still read").is_unmarked());
    }
    page.heading("Custom ids of forms");
    let Ok(Button::Confirm(card)) = format!("confirm:{CARD}").parse() else { panic!("no card: {CARD}") };
    let forms = one_of_each!(Modal:
        Modal::DenialReason(..) => Modal::DenialReason(marked(), 1),
        Modal::ApprovalCode(..) => Modal::ApprovalCode(marked(), 1),
        Modal::GlassCode(_) => Modal::GlassCode(card),
    );
    forms.iter().for_each(|form| page.word(form));
    page.heading("What the buttons of a server's alerts do");
    each_word!(OnAlert: Reboot, Rescue, Console, Status, NotNow)
        .iter()
        .for_each(|what| page.word(Button::Alert(alert(), *what)));
    page.heading("What Extend offers");
    each_word!(Offer: Hour, FourHours, Morning).iter().for_each(|offer| page.word(offer));
    page.heading("Custom ids of the guide's menus, and what they choose");
    for menu in ["guide-topics", "turn-topics"] {
        for reader in ["any", "windows", "linux"] {
            let id = format!("{menu}:{reader}");
            let chosen = component::guide::chosen(&id, &["leave".to_owned()]).expect("a menu of ours");
            page.word(format_args!("{id} + leave = {chosen}"));
        }
    }
    each_word!(Topic: Connect, Disks, Password, Firewall, Tools, Leave)
        .iter()
        .for_each(|topic| page.word(topic.as_str()));
}

fn marked() -> MarkedOperation {
    mark().on(operation())
}

fn foreign() -> MarkedForeign {
    mark().on(ForeignId(3))
}

fn alert() -> MarkedAlertCard {
    mark().on(AlertCardId(4))
}

fn page_of_guide() -> Place {
    Place::first(Topic::Connect, Reader::Of(System::Windows))
}

fn every() -> Vec<Button> {
    let Ok(Button::Confirm(card)) = format!("confirm:{CARD}").parse() else { panic!("no card: {CARD}") };
    let Ok(way) = format!("way:{CARD}:2").parse() else { panic!("no way: {CARD}") };
    one_of_each!(Button:
        Button::Confirm(_) => Button::Confirm(card),
        Button::ConfirmByCode(_) => Button::ConfirmByCode(card),
        Button::Dismiss(_) => Button::Dismiss(card),
        Button::ToDisk(_) => Button::ToDisk(card),
        Button::ShowCalls(_) => Button::ShowCalls(card),
        Button::AskedCalls(..) => Button::AskedCalls(marked(), 1),
        Button::Cancel(_) => Button::Cancel(marked()),
        Button::RebootAgain(..) => Button::RebootAgain(marked(), 2),
        Button::LeaveIt(..) => Button::LeaveIt(marked(), 2),
        Button::LetGo(_) => Button::LetGo(marked()),
        Button::Approve(..) => Button::Approve(marked(), 1),
        Button::ApproveByCode(..) => Button::ApproveByCode(marked(), 1),
        Button::Deny(..) => Button::Deny(marked(), 1),
        Button::Withdraw(..) => Button::Withdraw(marked(), 1),
        Button::AddReason(..) => Button::AddReason(marked(), 1),
        Button::RestoreNow(_) => Button::RestoreNow(marked()),
        Button::PutNetbootBack(_) => Button::PutNetbootBack(marked()),
        Button::Reveal(_) => Button::Reveal(marked()),
        Button::LookAgain(_) => Button::LookAgain(marked()),
        Button::TryMail(_) => Button::TryMail(marked()),
        Button::TryAgain(_) => Button::TryAgain(marked()),
        Button::AskOvhcloud(_) => Button::AskOvhcloud(marked()),
        Button::FreeSessions(_) => Button::FreeSessions(marked()),
        Button::Console(_) => Button::Console(marked()),
        Button::DeleteMessage(_) => Button::DeleteMessage(marked()),
        Button::Extend(_) => Button::Extend(marked()),
        Button::ExtendBy(..) => Button::ExtendBy(marked(), Offer::FourHours, at(240).as_millisecond()),
        Button::Adopt(_) => Button::Adopt(foreign()),
        Button::RestoreForeign(_) => Button::RestoreForeign(foreign()),
        Button::Alert(..) => Button::Alert(alert(), OnAlert::NotNow),
        Button::Guide(_) => Button::Guide(page_of_guide()),
        Button::Turn(_) => Button::Turn(page_of_guide()),
        Button::Way(_) => way,
    )
    .into()
}
