//! Stories: the whole program against both simulated far ends, asserting the final state of the world.

mod aftermath;
mod bot;
mod crash;
mod discord_weather;
mod kill;
mod main_job;
