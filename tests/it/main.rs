//! Stories: the whole program against both simulated far ends, asserting the final state of the world.

mod bot;
mod check;
mod busy;
mod cards;
mod main_job;
mod roles;
mod question;
mod reboot;
mod restore;
mod task;
