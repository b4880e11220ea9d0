//! The proof that the intent of a deed is recorded that cannot be repeated (a reboot, a ticket, a reset of console sessions): without one
//! nothing is sent, and each sends one.
//!
//! The store writes the intent and gives the proof back; OVHcloud's client takes it, and sends. Whoever calls them carries it from
//! the one to the other and can do nothing else with it.
//!
//! What holds by type:
//!
//! - a [`RecordedIntent`] has private fields, no `Clone` and no `Default`; it is made only from an [`Unwritten`];
//! - an [`Unwritten`] takes the boot clock when it is made, so a proof is never younger than the moment that its writing began;
//! - what sends takes the proof by value, so it sends once;
//! - a proof says of which deed it is: the intent of a ticket reboots nothing.
//!
//! What holds by manifest: [`before_writing`] is a function of this crate, and store and client hand on only the type. So it
//! can be called only where this crate stands in the manifest, which is in those two; `tests/house/walls.rs` pins it. The engine,
//! the bot and the program cannot name it.
//!
//! What holds by convention, in two places of a few lines: the store calls [`Unwritten::written`] only after its transaction
//! was committed, and OVHcloud's client makes no proof outside its tests.
//!
//! A proof is not made twice:
//!
//! ```compile_fail
//! fn twice(intent: bernard_intent::RecordedIntent) -> [bernard_intent::RecordedIntent; 2] {
//!     [intent.clone(), intent]
//! }
//! ```
//!
//! Nor is one of another deed any use:
//!
//! ```compile_fail
//! fn other(ticket: bernard_intent::RecordedIntent<bernard_intent::Ticket>) -> bernard_intent::RecordedIntent {
//!     ticket
//! }
//! ```
//!
//! Nor is it made from its parts:
//!
//! ```compile_fail
//! fn made(server: bernard_domain::server::ServiceName) -> bernard_intent::RecordedIntent {
//!     bernard_intent::RecordedIntent { server, since: bernard_platform::clock::BootInstant::now(), deed: Default::default() }
//! }
//! ```

use std::marker::PhantomData;

use bernard_domain::server::ServiceName;
use bernard_platform::clock::BootInstant;

/// A reboot, as the deed that is intended.
#[derive(Debug)]
pub enum Reboot {}

/// A ticket with OVHcloud's support, as the deed that is intended.
#[derive(Debug)]
pub enum Ticket {}

/// A reset of a server's console sessions, as the deed that is intended.
#[derive(Debug)]
pub enum SessionReset {}

/// An intent that is about to be written. It proves nothing yet; dropped, it never will.
#[derive(Debug)]
#[must_use]
pub struct Unwritten<Deed = Reboot> {
    server: ServiceName,
    since: BootInstant,
    deed: PhantomData<Deed>,
}

/// The proof that the intent of one deed to one server is durable: the right to send that one request, in time.
#[derive(Debug)]
#[must_use = "an intent whose request is not sent is in doubt until somebody has looked for what came of it"]
pub struct RecordedIntent<Deed = Reboot> {
    server: ServiceName,
    since: BootInstant,
    deed: PhantomData<Deed>,
}

/// Takes the clock, before the intent to do this to `server` is written: time counts from the earliest moment that the record can
/// have existed.
pub fn before_writing<Deed>(server: &ServiceName) -> Unwritten<Deed> {
    Unwritten { server: server.clone(), since: BootInstant::now(), deed: PhantomData }
}

impl<Deed> Unwritten<Deed> {
    /// The proof. To be called by whoever has just committed the intent, and by nobody before that.
    pub fn written(self) -> RecordedIntent<Deed> {
        let Self { server, since, deed } = self;
        RecordedIntent { server, since, deed }
    }
}

impl<Deed> RecordedIntent<Deed> {
    /// The server that it speaks of.
    pub fn server(&self) -> &ServiceName {
        &self.server
    }

    /// The moment before it was written.
    pub fn since(&self) -> BootInstant {
        self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_intent_counts_from_before_it_was_written() {
        let server: ServiceName = "ns1111111.ip-203-0-113.eu".to_owned().try_into().unwrap();
        let unwritten = before_writing::<Reboot>(&server);
        let meanwhile = BootInstant::now();
        let intent = unwritten.written();
        assert!(intent.since() <= meanwhile);
        assert_eq!(intent.server(), &server);
    }
}
