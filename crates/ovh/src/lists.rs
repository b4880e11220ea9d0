//! OVHcloud's whole lists: many servers in one answer, where it gives them.
//!
//! They come from a cache that does not tell its age, so they help to find a server and decide nothing: before a deed, a right or a
//! protection its own object is read. Two kinds, neither promised by anybody:
//!
//! - v1 lists that answer whole objects when asked by a header (`X-Pagination-Mode`), as OVHcloud's control panel asks. There is no
//!   public documentation; where it is not served, the same request answers the names alone, as without the header;
//! - `GET /v2/iam/resource`, names and tags, which takes no right of its own with OAuth2 and a rule with keys.
//!
//! Each ends, whatever OVHcloud answers: a page that brings nothing new is the last one.

use std::collections::{BTreeMap, BTreeSet};

use bernard_domain::{
    inventory::listed::Naming,
    server::{Boot, Server, ServiceName},
};
use bernard_untrusted::lenient::{Field, List};
use reqwest::{Method, header::HeaderValue};
use serde::{Deserialize, de::DeserializeOwned};

use super::{answer::Paging, call::Call, client::Client, dedicated::Listed, error::Error};
use crate::bodies;

/// How many entries a page is asked for; it may give fewer. Half of what OVHcloud's control panel asks for: while a page is read it is in
/// memory twice.
const PAGE: u32 = 2_500;
/// OVHcloud's word for servers.
const SERVERS: &str = "dedicatedServer";
/// How many pages are read at most: with the smallest page that anybody saw, more servers than any account has.
const PAGES: u32 = 100;

/// What a list answered that was asked for whole objects.
#[derive(Clone, Debug)]
pub enum Whole {
    /// Whole servers, without their boot scripts; as many as there were pages for.
    Servers(Vec<Server>),
    /// The names alone: this is not served here.
    Names(Listed),
}

/// An entry of such a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry<T> {
    Whole(Box<T>),
    Id(serde_json::Value),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    name: String,
    #[serde(default)]
    urn: Field<String>,
    #[serde(default)]
    display_name: Field<String>,
    #[serde(default)]
    tags: Field<BTreeMap<String, String>>,
}

/// An action that policies speak of (schema `iam.reference.Action`).
#[derive(Deserialize)]
struct Action {
    action: String,
}

impl Resource {
    fn into_naming(self, name: ServiceName) -> Naming {
        let Self { display_name, tags, .. } = self;
        let (display_name, tags) = bodies::Iam { display_name, tags }.naming(&name);
        Naming { name, display_name, tags }
    }
}

impl Client {
    /// The servers of the account as a cached list has them, or their names alone; one request for each page.
    ///
    /// # Errors
    /// As every read.
    pub async fn whole_servers(&self) -> Result<Whole, Error> {
        let doing = format!("list the servers of the account `{}`", self.account());
        let (mut servers, mut names) = (Vec::new(), BTreeSet::new());
        for page in 1..=PAGES {
            let call = Call::new(Method::GET, self.inner.endpoint.url(&["dedicated", "server"]), doing.clone());
            let (entries, paging) = self.page::<bodies::Server>(&call, page).await?;
            if page == 1 && !entries.iter().any(|entry| matches!(entry, Entry::Whole(_))) {
                return Ok(Whole::Names(self.names_of(&call, entries)));
            }
            let rows = objects(entries);
            self.note_parts(&call, &rows);
            let known = servers.len();
            servers.reserve_exact(rows.entries.len());
            let rows = rows.entries.into_iter().filter_map(|row| self.row(*row));
            servers.extend(rows.filter(|row| names.insert(row.name.clone())));
            let is_all = paging.elements.is_some_and(|all| servers.len() >= all);
            if servers.len() == known || is_all {
                break;
            }
        }
        Ok(Whole::Servers(servers))
    }

    /// The netboot entries of a server as a cached list has them, in one request; `None` where only their ids are given.
    ///
    /// # Errors
    /// As every read.
    pub async fn whole_boots(&self, name: &ServiceName) -> Result<Option<Vec<Boot>>, Error> {
        let call = self.get(name, &["boot"], format!("read the boots of `{name}`"));
        let (entries, _) = self.page::<bodies::Boot>(&call, 1).await?;
        let boots = objects(entries).entries;
        Ok((!boots.is_empty()).then(|| boots.into_iter().map(|boot| Boot::from(*boot)).collect()))
    }

    /// What the account's servers are called and tagged, as far as these credentials may see; one request for each page.
    ///
    /// # Errors
    /// As every read: 403 and 404 where this is not served.
    pub async fn server_names(&self) -> Result<Vec<Naming>, Error> {
        let doing = format!("list the names of the servers of the account `{}`", self.account());
        let resources = self.resources(&doing).await?;
        let named = |resource: Resource| {
            let name = ServiceName::try_from(resource.name.clone()).ok()?;
            Some(resource.into_naming(name))
        };
        Ok(resources.into_iter().filter_map(named).collect())
    }

    /// The URNs that policies know the account's servers by, each with OVHcloud's name for it, as far as these credentials may see
    /// them.
    ///
    /// # Errors
    /// As every read.
    pub async fn urns(&self) -> Result<BTreeMap<String, String>, Error> {
        let resources = self.resources(&format!("list the URNs of the account `{}`", self.account())).await?;
        let urn = |resource: Resource| Some((resource.name, resource.urn.read()?));
        Ok(resources.into_iter().filter_map(urn).collect())
    }

    async fn resources(&self, doing: &str) -> Result<Vec<Resource>, Error> {
        self.by_cursor(&["iam", "resource"], doing, |resource: &Resource| resource.name.clone()).await
    }

    /// The names of all actions that OVHcloud knows for servers.
    ///
    /// # Errors
    /// As every read.
    pub async fn known_actions(&self) -> Result<BTreeSet<String>, Error> {
        let doing = format!("list the actions on resources of the type {SERVERS}");
        let path = ["iam", "reference", "action"];
        let actions: Vec<Action> = self.by_cursor(&path, &doing, |it: &Action| it.action.clone()).await?;
        Ok(actions.into_iter().map(|action| action.action).collect())
    }

    /// All of a list about servers of the newer branch, page after page. It ends at the last page, at a cursor that came before, and at a page
    /// that brings no new `key`.
    async fn by_cursor<T: DeserializeOwned>(
        &self,
        path: &[&str],
        doing: &str,
        key: impl Fn(&T) -> String,
    ) -> Result<Vec<T>, Error> {
        let mut url = self.inner.endpoint.second(path);
        url.query_pairs_mut().append_pair("resourceType", SERVERS);
        let call = Call::new(Method::GET, url, doing).asking("x-pagination-size", HeaderValue::from(PAGE));
        let (mut all, mut keys, mut cursors) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut next = call.clone();
        for _ in 0..PAGES {
            let (page, paging) = self.read_page::<List<T>>(&next).await?;
            let known = all.len();
            all.extend(page.entries.into_iter().filter(|entry| keys.insert(key(entry))));
            let cursor = paging.next.filter(|cursor| cursors.insert(cursor.clone()));
            let Some(cursor) = cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) else { break };
            if all.len() == known {
                break;
            }
            next = call.clone().asking("x-pagination-cursor", cursor);
        }
        Ok(all)
    }

    async fn page<T: DeserializeOwned>(&self, call: &Call, page: u32) -> Result<(Vec<Entry<T>>, Paging), Error> {
        let call = call
            .clone()
            .asking("x-pagination-mode", HeaderValue::from_static("CachedObjectList-Pages"))
            .asking("x-pagination-size", HeaderValue::from(PAGE))
            .asking("x-pagination-number", HeaderValue::from(page));
        self.read_page(&call).await
    }

    /// A list that answered as it does without being asked for objects.
    fn names_of(&self, call: &Call, entries: Vec<Entry<bodies::Server>>) -> Listed {
        let all = entries.len();
        let name = |entry| match entry {
            Entry::Id(id) => serde_json::from_value::<ServiceName>(id).ok(),
            Entry::Whole(_) => None,
        };
        let places: Vec<Option<ServiceName>> = entries.into_iter().map(name).collect();
        let odd = places.iter().enumerate().filter(|(_, name)| name.is_none()).map(|(place, _)| place).collect();
        let names = List { entries: places.into_iter().flatten().collect(), odd };
        self.note_parts(call, &names);
        Listed { is_whole: names.entries.len() == all, names: names.entries }
    }

    /// A row as a server; what is none is left out, as it would be of any list. Its script stays where it is.
    fn row(&self, row: bodies::Server) -> Option<Server> {
        let name = ServiceName::try_from(row.name.clone()).ok()?;
        let server = row.into_domain(name, self.account());
        Some(Server { boot_script: None, ..server })
    }
}

/// The objects among the entries, and the places of the others.
fn objects<T>(entries: Vec<Entry<T>>) -> List<Box<T>> {
    let mut objects = List::default();
    for (place, entry) in entries.into_iter().enumerate() {
        match entry {
            Entry::Whole(object) => objects.entries.push(object),
            Entry::Id(_) => objects.odd.push(place),
        }
    }
    objects
}
