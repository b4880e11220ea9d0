//! OVHcloud's own authorization check (v2, stable): whether these credentials may do something to a server, asked without doing it.

use bernard_domain::server::ServiceName;
use bernard_untrusted::lenient::Field;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{call::Call, client::Client, error::Error};

#[derive(Deserialize)]
struct Described {
    #[serde(default)]
    iam: Field<Iam>,
}

#[derive(Deserialize)]
struct Iam {
    #[serde(default)]
    urn: Field<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    unauthorized_actions: Vec<String>,
}

impl Client {
    /// The URN that policies know a server by, as OVHcloud has it; `None` when it does not tell.
    ///
    /// # Errors
    /// As every read.
    pub async fn urn(&self, name: &ServiceName) -> Result<Option<String>, Error> {
        let described: Described = self.read_whole(&self.get(name, &[], format!("read the URN of `{name}`"))).await?;
        Ok(described.iam.read().and_then(|iam| iam.urn.read()))
    }

    /// Those of `actions` that the credentials may not do to the resource; changes nothing.
    ///
    /// # Errors
    /// As every read; OVHcloud refuses an action or a URN that it does not know.
    pub async fn unauthorized(&self, urn: &str, actions: &[&str]) -> Result<Vec<String>, Error> {
        let url = self.inner.endpoint.second(&["iam", "resource", urn, "authorization", "check"]);
        let call = Call::new(Method::POST, url, format!("ask what may be done to `{urn}`"));
        let checked: Checked = self.read_whole(&call.with_body(&json!({ "actions": actions }))).await?;
        Ok(checked.unauthorized_actions)
    }
}
