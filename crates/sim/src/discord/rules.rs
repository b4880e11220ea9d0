//! The rule book: what Discord refuses in a body before it does anything with it.
//!
//! A body passes here only if Discord would take it. The sources are Discord's documentation and its OpenAPI file; unknown
//! fields, which Discord ignores, are refused too, because a field that does nothing is a mistake.

mod command;
mod component;
mod control;
mod embed;
mod form;
mod layout;
mod message;
mod modal;

pub(crate) use command::{check_command, check_commands};
pub(crate) use form::Form;
pub(crate) use message::{BodyOf, check_choices, check_edit, check_message};
pub(crate) use modal::{check_modal, refuses_typed};
