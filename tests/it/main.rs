//! Stories: the whole program against both simulated far ends, asserting the final state of the world.

mod bot;
mod faces;
mod leaks;
mod main_job;
mod properties;
mod spec;
