//! What whole lists hold.

use serde_json::{Value, json};

use super::{
    machine::Machine,
    world::{ACCOUNT, World},
};

impl World {
    /// The servers that lists show.
    pub(super) fn listed(&self) -> impl Iterator<Item = &Machine> {
        self.machines.values().take(self.lists.shows.unwrap_or(usize::MAX))
    }

    /// Some rows of a whole list, as old as it is, and how many there are in all.
    pub(super) fn rows(&self, skipped: usize, most: usize) -> (Vec<Value>, usize) {
        let now = self.clock.instant();
        match &self.frozen {
            Some(rows) => (rows.iter().skip(skipped).take(most).cloned().collect(), rows.len()),
            None => {
                let rows = self.listed().skip(skipped).take(most).map(|machine| machine.body(now));
                (rows.collect(), self.listed().count())
            }
        }
    }

    /// The same with names and tags alone (schema `iam.resource.Resource`).
    pub(super) fn resources(&self, skipped: usize, most: usize) -> (Vec<Value>, usize) {
        let (rows, all) = self.rows(skipped, most);
        let resource = |row: Value| {
            let iam = &row["iam"];
            json!({
                "displayName": iam["displayName"],
                "id": iam["id"],
                "name": row["name"],
                "owner": ACCOUNT,
                "tags": iam["tags"],
                "type": "dedicatedServer",
                "urn": iam["urn"],
            })
        };
        (rows.into_iter().filter(|row| !row["iam"].is_null()).map(resource).collect(), all)
    }
}
