//! Stories: the whole program against both simulated far ends, asserting the final state of the world.

mod aftermath;
mod approvals;
mod bot;
mod busy;
mod buttons;
mod cards;
mod check;
mod commands;
mod crash;
mod discord_weather;
mod faces;
mod kill;
mod leaks;
mod link;
mod main_job;
mod mishaps;
mod ovhcloud;
mod places;
mod port;
mod properties;
mod question;
mod reboot;
mod restore;
mod roles;
mod spec;
mod task;
