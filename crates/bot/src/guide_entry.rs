//! Where the guide is opened for somebody whose rescue is known.

use bernard_domain::operation::Operation;

use super::{
    component::Button,
    guide::{Place, Reader, Topic},
};

/// The guide's first page for the rescue of this operation.
pub(super) fn first_page(operation: &Operation) -> Button {
    Button::Guide(Place::first(Topic::Connect, reader(operation)))
}

/// Which rescue the guide is asked about.
pub(super) fn reader(operation: &Operation) -> Reader {
    operation.rescue().map_or(Reader::Any, |(system, _)| Reader::Of(system))
}
