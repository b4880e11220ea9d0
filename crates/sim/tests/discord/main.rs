//! The simulated Discord from outside: REST by hand, the gateway by twilight, the JSON judged by serenity's models.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail like tests")]

mod bot;
mod gateway;
mod interaction;
mod layout;
mod people;
mod rest;
mod schema;
mod serenity;
