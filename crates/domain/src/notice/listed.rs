//! The rescues that a posted list names, so that it can say of each that it is over.

use crate::{inventory::foreign::ForeignId, operation::OperationId, server::ServiceName};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// One of ours, by the operation that began it.
    Ours(OperationId),
    /// One that somebody else began.
    Foreign {
        /// Its number.
        id: ForeignId,
        /// Its server: nothing else is left of it when it is over.
        server: ServiceName,
    },
}
