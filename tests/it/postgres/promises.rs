//! The promises on PostgreSQL: a story or two of each, the very functions that are told on a file. Never twice and never forgotten are
//! told beside this: under fire, and at every step.

use super::on_postgres;
use crate::{
    alerts, approvals, console, digest, dm_refused, duty, elsewhere, ended_elsewhere, foreign, limits, pause, reload,
    reminders, restore, wipes,
};

macro_rules! on_postgresql {
    ($($name:ident: $story:path;)*) => {$(
        #[test]
        fn $name() {
            on_postgres($story);
        }
    )*};
}

on_postgresql! {
    // Never leaked: closed DMs, a dead process, a session that ends.
    a_link_is_looked_for_again_and_sent_once: dm_refused::after_a_crash_the_link_is_looked_for_again_and_sent_once;
    a_refused_dm_waits_in_the_channel: dm_refused::a_dm_that_is_refused_for_good_is_tried_once_and_its_link_waits_in_the_channel;
    a_console_is_wiped: console::the_link_comes_by_dm_and_is_wiped_when_it_has_expired;
    a_wipe_is_tried_again_by_the_next_process: wipes::a_wipe_that_was_refused_is_tried_again_by_the_next_process;
    // Never by the wrong person.
    two_approvals_are_two_people: approvals::asking::two_approvals_are_two_people;
    two_at_the_same_moment_are_both_counted:
        approvals::asking::two_who_approve_at_the_same_moment_are_both_counted_where_two_are_needed;
    two_at_the_same_moment_cause_one_reboot: approvals::asking::two_who_approve_at_the_same_moment_cause_one_reboot;
    an_approval_by_code:
        approvals::code::an_approval_wants_a_code_that_is_right_and_a_press_without_one_approves_nothing;
    who_is_on_duty_is_rung: duty::who_is_on_duty_is_rung_instead_of_the_role_and_the_role_where_nobody_is;
    other_hours: duty::a_right_in_other_hours_is_refused_with_them;
    a_schedule_that_is_away_also_after_a_restart:
        duty::a_schedule_that_is_away_counts_until_it_is_stale_also_after_a_restart;
    // Never left behind: reminders once, late rather than never; what others began.
    reminders_come_in_time: reminders::its_owner_is_reminded_by_dm_and_at_the_deadline_who_is_on_call_too;
    a_reminder_comes_once_though_the_bot_was_down: reminders::a_reminder_fires_once_though_the_bot_was_down_at_its_time;
    a_reminder_comes_once_though_the_bot_was_killed: reminders::killed_right_after_posting_it_reminds_nobody_twice;
    a_digest_a_day: digest::after_days_of_silence_there_is_one_and_not_a_second_on_the_same_day;
    a_foreign_rescue_is_adopted: foreign::an_adopted_rescue_has_an_owner_and_a_deadline_and_is_restored_to_the_disk;
    // Everything put back.
    what_somebody_else_changed_is_asked_about:
        restore::what_somebody_else_changes_under_a_restores_card_is_shown_and_asked_about;
    // Always the whole truth about the server.
    a_rescue_that_others_ended: ended_elsewhere::a_rescue_that_others_ended_is_noticed_when_somebody_asks;
    // Never somebody else's button.
    a_button_of_a_lost_store: elsewhere::a_button_of_a_lost_store_never_touches_whoever_has_its_number_now;
    an_alerts_buttons_after_a_restart: alerts::a_cards_buttons_are_commands_of_whoever_presses_also_after_a_restart;
    // The kill switch, limits, another configuration.
    a_pause: pause::a_pause_refuses_what_is_new_also_after_a_restart_and_nobody_is_locked_in;
    limits_of_a_server: limits::a_server_has_so_many_operations_an_hour_and_always_a_way_out;
    another_configuration: reload::language_pace_and_limits_are_taken_under_a_running_operation;
}
