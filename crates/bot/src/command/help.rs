//! `/help`: what this very person can do here, and how.

use bernard_domain::access::Capability;
use bernard_text::say;

use crate::{asker::Asker, context::Handler, reply::Reply};

impl Handler {
    pub(super) fn help(&self, asking: &Asker) -> Reply {
        let locale = asking.locale;
        let policy = self.policy.get();
        let may = |capability| policy.check_anywhere(&asking.requester, capability, asking.place.0).is_ok();
        let mut lines = vec![say!(locale, "help-title")];
        if may(Capability::Rescue) {
            lines.push(say!(locale, "help-enable"));
            lines.push(say!(locale, "help-named-here"));
            lines.push(say!(locale, "help-link"));
            lines.push(say!(locale, "help-extend"));
            lines.push(say!(locale, "help-hand-over"));
        }
        if may(Capability::Restore) {
            lines.push(say!(locale, "help-restore"));
        }
        if may(Capability::Reboot) {
            lines.push(say!(locale, "help-reboot"));
        }
        if may(Capability::Console) {
            lines.push(say!(locale, "help-console"));
        }
        if may(Capability::Ticket) {
            lines.push(say!(locale, "help-ticket"));
        }
        if may(Capability::Approve) {
            lines.push(say!(locale, "help-approve"));
        }
        if may(Capability::Admin) {
            lines.push(say!(locale, "help-break-glass"));
        }
        if may(Capability::View) {
            lines.push(say!(locale, "help-status"));
            lines.push(say!(locale, "help-tasks"));
            lines.push(say!(locale, "help-list"));
            lines.push(say!(locale, "help-plan"));
            lines.push(say!(locale, "help-why"));
            lines.extend(self.policy.oncall().get().stale_after.map(|_| say!(locale, "help-oncall")));
            lines.push(say!(locale, "help-report"));
        }
        if may(Capability::Admin) {
            lines.push(say!(locale, "help-doctor"));
            lines.push(say!(locale, "help-admin"));
        }
        if may(Capability::Audit) {
            lines.push(say!(locale, "help-history"));
        }
        if lines.len() == 1 {
            lines.push(say!(locale, "help-nothing"));
        }
        lines.push(say!(locale, "help-guide"));
        lines.push(say!(locale, "help-names"));
        Reply::text(lines.join("\n"))
    }
}
