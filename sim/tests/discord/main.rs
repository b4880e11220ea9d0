//! The simulated Discord from outside: REST by hand, the gateway by twilight, the JSON judged by serenity's models.

mod bot;
mod gateway;
mod interaction;
mod people;
mod rest;
mod schema;
