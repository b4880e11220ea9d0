//! Stories: the whole program against both simulated far ends, asserting the final state of the world.

mod aftermath;
mod bot;
mod busy;
mod buttons;
mod cards;
mod check;
mod commands;
mod crash;
mod discord_weather;
mod kill;
mod main_job;
mod mishaps;
mod places;
mod question;
mod reboot;
mod restore;
mod roles;
mod spec;
mod task;
