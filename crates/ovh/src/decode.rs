//! OVHcloud's bodies without a connection, such as recorded ones: read exactly as the calls read them.

use bernard_domain::server::{Boot, Server, ServiceName, Task};
use bernard_untrusted::lenient::List;

use super::{
    answer::Answer,
    console::Console,
    dedicated::Access,
    error::{Cause, Unreadable},
    mail::{Mail, MailId},
};
use crate::bodies;

/// What a body was read as.
#[derive(Debug)]
pub enum Decoded {
    /// Ids of boots, tasks or mails.
    Ids(Vec<u64>),
    /// A server, under the name it gives itself.
    Server(Box<Server>),
    /// A netboot entry.
    Boot(Boot),
    /// A task.
    Task(Task),
    /// The ways into a server.
    Accesses(Vec<Access>),
    /// A mail.
    Mail(Mail),
    /// A console's session, if there is one.
    Console(Option<Console>),
}

/// The body as each thing that it can be read as; for every other one, why it cannot.
pub fn each(body: &[u8]) -> Vec<Result<Decoded, Unreadable>> {
    let answer = Answer::of(body);
    vec![
        read::<List<u64>>(&answer).map(|ids| Decoded::Ids(ids.entries)),
        read::<bodies::Server>(&answer).and_then(server),
        read::<bodies::Boot>(&answer).map(|boot| Decoded::Boot(boot.into())),
        read::<bodies::Task>(&answer).map(|task| Decoded::Task(task.into())),
        read::<List<bodies::Access>>(&answer)
            .map(|all| Decoded::Accesses(all.entries.into_iter().map(Access::from).collect())),
        read::<bodies::Mail>(&answer).map(|mail| Decoded::Mail(Mail::of(MailId(0), mail))),
        read::<bodies::IpmiAccess>(&answer).map(|access| Decoded::Console(Console::of(access))),
    ]
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Unreadable> {
    answer.parse().map_err(|failure| match failure.cause {
        Cause::Unreadable(why) => why,
        // Reading a body that is there fails for no other reason.
        _ => Unreadable::NotJson,
    })
}

fn server(server: bodies::Server) -> Result<Decoded, Unreadable> {
    let name = ServiceName::try_from(server.name.clone()).map_err(|_| Unreadable::Value { path: "name".to_owned() })?;
    Ok(Decoded::Server(Box::new(server.into_domain(name, "account"))))
}
