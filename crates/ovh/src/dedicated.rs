//! Calls on dedicated servers (`/dedicated/server`), all but the reboot and the console.

use std::{fmt, time::Duration};

use backon::{ConstantBuilder, Retryable};
use bernard_domain::server::{
    Boot, BootId, Server, ServiceName, Task, TaskId,
    start::{BootScript, Fact, LeftOut},
};
use bernard_untrusted::lenient::List;
use futures_util::{StreamExt, stream};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{
    call::{Call, Written},
    client::Client,
    error::{Cause, Error, Unreadable},
    in_time::in_time,
    service::latest,
};
use crate::bodies;

/// How many more times a task that is "not found" is looked for: reads lag behind soon after its creation.
const TASK_LOOKS: usize = 2;
/// The pause between two such looks.
const TASK_PAUSE: Duration = Duration::from_millis(500);

/// How many netboot entries are read at once: a person waits a third as long, and most of a small burst is left to others.
const BOOTS_AT_ONCE: usize = 4;

/// How long one entry of a list is tried while there are others: several tries in bad weather, and a person still waits.
const ENTRY_WITHIN: Duration = Duration::from_secs(3);

/// What to change on a server; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The netboot entry of the next start. It empties the script.
    pub boot: Option<BootId>,
    /// The script of the next start, which empties the netboot; `Some(None)` takes it away.
    pub boot_script: Option<Option<BootScript>>,
    /// Where rescue credentials are mailed to; `Some(None)` means back to the account's contact.
    pub rescue_mail: Option<Option<String>>,
    /// The SSH key of the Linux rescue; `Some(None)` takes it away.
    pub rescue_ssh_key: Option<Option<String>>,
    /// What else shall be so.
    pub facts: Vec<Fact>,
}

impl Change {
    /// The body of the request that makes it: only what changes, and nulls where meant.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        if let Some(boot) = self.boot {
            body.insert("bootId".to_owned(), json!(boot));
        }
        if let Some(script) = &self.boot_script {
            body.insert("bootScript".to_owned(), json!(script.as_ref().map(BootScript::whole)));
        }
        if let Some(mail) = &self.rescue_mail {
            body.insert("rescueMail".to_owned(), json!(mail));
        }
        if let Some(key) = &self.rescue_ssh_key {
            body.insert("rescueSshKey".to_owned(), json!(key));
        }
        for fact in &self.facts {
            let value = match fact {
                Fact::EfiBootloaderPath(text) | Fact::RootDevice(text) => json!(text),
                Fact::Monitoring(flag) | Fact::NoIntervention(flag) => json!(flag),
            };
            body.insert(fact.field().as_str().to_owned(), value);
        }
        Value::Object(body)
    }

    /// The body as people may read it: a script is said by its length.
    pub fn shown(&self) -> Value {
        let mut body = self.body();
        if let (Some(Some(script)), Some(shown)) = (&self.boot_script, body.get_mut("bootScript")) {
            *shown = json!(format!("({} characters)", script.length()));
        }
        body
    }
}

/// What a list of netboots holds.
#[derive(Clone, Debug, Default)]
pub struct Boots {
    /// The entries that could be read.
    pub read: Vec<Boot>,
    /// Those that OVHcloud lists and does not show.
    pub left_out: Vec<LeftOut>,
}

/// The servers that an account lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Their names.
    pub names: Vec<ServiceName>,
    /// Whether all of the list could be read: if not, a server that is not among them may still be there.
    pub is_whole: bool,
}

/// A way into a server, as `authenticationSecret` lists it. Its address and secret are not printed.
#[derive(Clone)]
pub struct Access {
    /// `SSH`, `RDP`, `PLESK_PANEL`, …, or a word of the future.
    pub kind: String,
    /// Who logs in.
    pub user: Option<String>,
    /// Where, for a panel.
    pub url: Option<String>,
    /// The id of the secret. Whoever has it has the password.
    pub secret: Option<SecretString>,
}

impl From<bodies::Access> for Access {
    fn from(bodies::Access { kind, user, url, password }: bodies::Access) -> Self {
        let secret = password.read().filter(|id| !id.is_empty()).map(SecretString::from);
        Self { kind, user: user.read(), url: url.read(), secret }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("kind", &self.kind).field("user", &self.user).finish_non_exhaustive()
    }
}

impl Client {
    /// The names of all servers of the account. What is no name is left out and noted.
    ///
    /// # Errors
    /// As every read: after its tries are spent.
    pub async fn servers(&self) -> Result<Listed, Error> {
        let url = self.inner.endpoint.url(&["dedicated", "server"]);
        let call = Call::new(Method::GET, url, format!("list the servers of the account `{}`", self.account()));
        let listed: List<ServiceName> = self.read(&call).await?;
        Ok(Listed { is_whole: listed.odd.is_empty(), names: listed.entries })
    }

    /// A server as it is now.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when the account has no such server.
    pub async fn server(&self, name: &ServiceName) -> Result<Server, Error> {
        let call = self.get(name, &[], format!("read the server `{name}`"));
        let server: bodies::Server = self.read(&call).await?;
        if server.name != name.as_str() {
            let why = Unreadable::Value { path: "name".to_owned() };
            return Err(call.error(Cause::Unreadable(why).into()));
        }
        Ok(server.into_domain(name.clone(), self.account()))
    }

    /// The ids of a server's netboot entries, of one `bootType` or all. The order means nothing.
    ///
    /// # Errors
    /// As every read.
    pub(crate) async fn boot_ids(&self, name: &ServiceName, boot_type: Option<&str>) -> Result<Vec<BootId>, Error> {
        let mut call = self.get(name, &["boot"], format!("read the boots of `{name}`"));
        filter(&mut call, "bootType", boot_type);
        self.read_whole(&call).await
    }

    /// One netboot entry.
    ///
    /// # Errors
    /// As every read.
    pub async fn boot(&self, name: &ServiceName, id: BootId) -> Result<Boot, Error> {
        let call = self.get(name, &["boot", &id.to_string()], format!("read the boot {id} of `{name}`"));
        self.read::<bodies::Boot>(&call).await.map(Boot::from)
    }

    /// A server's netboot entries, of one `bootType` or all: one request and then one each. An entry that cannot be read, for
    /// whatever reason, keeps nobody from the others, and nobody waiting for long: it is left out, with OVHcloud's words.
    ///
    /// # Errors
    /// When the list itself cannot be read; or, for what the operator must mend, none of its entries.
    pub async fn boots(&self, name: &ServiceName, boot_type: Option<&str>) -> Result<Boots, Error> {
        let ids = self.boot_ids(name, boot_type).await?;
        let boots = self.boots_of(name, &ids, ENTRY_WITHIN).await?;
        // Where none was read in a hurry, there is nothing else to go on with.
        if boots.read.is_empty() { self.boots_of(name, &ids, Duration::MAX).await } else { Ok(boots) }
    }

    /// These netboot entries of a server, each read for at most so long.
    ///
    /// # Errors
    /// For what the operator must mend, if none can be read.
    pub async fn boots_of(&self, name: &ServiceName, ids: &[BootId], within: Duration) -> Result<Boots, Error> {
        let each = stream::iter(ids.to_vec()).map(|id| async move { (id, in_time(within, self.boot(name, id)).await) });
        let each: Vec<_> = each.buffered(BOOTS_AT_ONCE).collect().await;
        let mut boots = Boots::default();
        let mut barred = None;
        for (id, entry) in each {
            match entry {
                Some(Ok(boot)) => boots.read.push(boot),
                Some(Err(error)) => {
                    boots.left_out.push(LeftOut { id, said: error.to_string() });
                    barred = barred.or(Some(error).filter(Error::is_credential));
                }
                None => {
                    let said = format!("could not read the boot {id} of `{name}` within {} s", within.as_secs());
                    boots.left_out.push(LeftOut { id, said });
                }
            }
        }
        barred.filter(|_| boots.read.is_empty()).map_or(Ok(boots), Err)
    }

    /// Changes a server. May be repeated: it says how things shall be. OVHcloud has been seen not to store `rescueMail`: read back.
    ///
    /// # Errors
    /// After the first attempt that [`Error::may_have_happened`]: whether it was made, or will be, is unknown then.
    pub async fn set(&self, name: &ServiceName, change: &Change) -> Result<Written<()>, Error> {
        let url = self.server_url(name, &[]);
        let call = Call::new(Method::PUT, url, format!("change the netboot of `{name}`")).about(name);
        let written = self.write_idempotent(&call.with_body(&change.body())).await;
        match &change.boot_script {
            // OVHcloud's words may quote what they are about.
            Some(Some(script)) => written.map_err(|error| error.without(|words| script.is_quoted_in(words))),
            _ => written,
        }
    }

    /// The ids of a server's tasks, such as `hardReboot` ones, in such a state: all of them, because a reboot is told by them.
    ///
    /// # Errors
    /// As every read.
    pub async fn task_ids(
        &self,
        name: &ServiceName,
        function: Option<&str>,
        status: Option<&str>,
    ) -> Result<Vec<TaskId>, Error> {
        let mut call = self.get(name, &["task"], format!("read the tasks of `{name}`"));
        filter(&mut call, "function", function);
        filter(&mut call, "status", status);
        self.read_whole(&call).await
    }

    /// The latest tasks of a server in such a state, at most `most`, the newest first; what cannot be read is left out and noted.
    ///
    /// # Errors
    /// As every read.
    pub async fn tasks(&self, name: &ServiceName, status: Option<&str>, most: usize) -> Result<Vec<Task>, Error> {
        let mut call = self.get(name, &["task"], format!("read the tasks of `{name}`"));
        filter(&mut call, "status", status);
        let listed: List<u64> = self.read(&call).await?;
        let mut ids = listed.entries;
        latest(&mut ids, most);
        let read = self.each(ids, |client, id| async move { client.task(name, TaskId(id)).await });
        read.await.map(|tasks| tasks.read)
    }

    /// One task; `None` when OVHcloud does not know it, a few looks later still: not yet, or no longer. Never proof that nothing was done.
    ///
    /// # Errors
    /// As every read.
    pub async fn task(&self, name: &ServiceName, id: TaskId) -> Result<Option<Task>, Error> {
        let call = self.get(name, &["task", &id.to_string()], format!("read the task {id} of `{name}`"));
        let looks = ConstantBuilder::default().with_delay(TASK_PAUSE).with_max_times(TASK_LOOKS);
        let found = (|| self.read::<bodies::Task>(&call)).retry(looks).when(Error::is_not_found).await;
        match found {
            Ok(task) => Ok(Some(task.into())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The ways into a server. Each call may create new secrets, so it is never repeated by itself; call it only for a
    /// server whose rescue has started.
    ///
    /// # Errors
    /// After one attempt.
    pub async fn authentication_secrets(&self, name: &ServiceName) -> Result<Written<Vec<Access>>, Error> {
        let url = self.server_url(name, &["authenticationSecret"]);
        let call = Call::new(Method::POST, url, format!("ask for the secret of `{name}`")).about(name);
        let listed: Written<List<bodies::Access>> = self.write_once(&call).await?;
        self.note_parts(&call, &listed.value);
        Ok(listed.map(|listed| listed.entries.into_iter().map(Access::from).collect()))
    }

    /// A server's memory in MB; `None` when OVHcloud does not say.
    ///
    /// # Errors
    /// As every read.
    pub async fn hardware(&self, name: &ServiceName) -> Result<Option<u64>, Error> {
        let call = self.get(name, &["specifications", "hardware"], format!("read the hardware of `{name}`"));
        let hardware: bodies::Hardware = self.read(&call).await?;
        Ok(hardware.memory_size.read().and_then(|size| size.megabytes()))
    }

    pub(super) fn get(&self, name: &ServiceName, rest: &[&str], doing: String) -> Call {
        Call::new(Method::GET, self.server_url(name, rest), doing).about(name)
    }

    pub(super) fn server_url(&self, name: &ServiceName, rest: &[&str]) -> url::Url {
        let segments = ["dedicated", "server", name.as_str()].into_iter().chain(rest.iter().copied());
        self.inner.endpoint.url(&segments.collect::<Vec<_>>())
    }
}

/// Adds a filter to a call's query.
pub(super) fn filter(call: &mut Call, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        call.outgoing.url.query_pairs_mut().append_pair(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_holds_only_what_changes_and_nulls_where_meant() {
        assert_eq!(Change::default().body(), json!({}));
        let change = Change { boot: Some(BootId(7)), rescue_mail: Some(None), ..Change::default() };
        assert_eq!(change.body(), json!({"bootId": 7, "rescueMail": null}));
        let change = Change { rescue_mail: Some(Some("ops@example.com".to_owned())), ..Change::default() };
        assert_eq!(change.body(), json!({"rescueMail": "ops@example.com"}));
    }

    #[test]
    fn an_access_is_printed_without_its_address_and_secret() {
        let access = Access {
            kind: "RDP".to_owned(),
            user: Some("Administrator".to_owned()),
            url: Some("https://example.invalid/fake".to_owned()),
            secret: Some("fake-secret-id".into()),
        };
        let printed = format!("{access:?}");
        assert!(printed.contains("RDP") && !printed.contains("fake"), "{printed}");
    }
}
