//! Stories: the whole program against both simulated far ends, asserting the final state of the world.

mod bot;
mod busy;
mod cards;
mod check;
mod faces;
mod leaks;
mod main_job;
mod properties;
mod question;
mod reboot;
mod restore;
mod roles;
mod spec;
mod task;
