//! The tables of a database as its own catalogue tells them, and whole rows of them: for a move, which takes everything there is.
//!
//! Names come from the catalogue alone. What is sqlx' is none of them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream::BoxStream};

use super::{
    connection::Connection,
    query::{query, query_as, query_of},
    row::Row,
    value::Value,
};

/// A table, with what its columns hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    name: String,
    holds: Holds,
    /// Its place in the primary key; 0: it is not in it.
    key: i64,
    /// Whether the database counts it by itself.
    is_counted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Number,
    Text,
}

/// Rows of a table: those for which `condition` is true with these values.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    condition: &'static str,
    values: Vec<Value>,
}

impl Part {
    /// Every row.
    pub(crate) fn all() -> Self {
        Self::of("1 = 1", [])
    }

    /// Those for which this is true.
    pub(crate) fn of(condition: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { condition, values: values.into_iter().collect() }
    }
}

const OF_SQLITE: &str = "SELECT m.name, c.name, c.type, c.pk,
         CASE WHEN c.pk > 0 AND m.sql LIKE '%AUTOINCREMENT%' THEN 1 ELSE 0 END
     FROM sqlite_master m, pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.name <> '_sqlx_migrations'
     ORDER BY m.name, c.cid";
const OF_POSTGRES: &str = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, -1),
         COALESCE(array_position(k.conkey, a.attnum), 0)::bigint,
         CASE WHEN a.attidentity <> '' THEN 1 ELSE 0 END::bigint
     FROM pg_class c
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'
     ORDER BY c.relname, a.attnum";
const PARENTS_IN_SQLITE: &str = "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f
     WHERE m.type = 'table' ORDER BY m.name";
const PARENTS_IN_POSTGRES: &str = "SELECT c.relname::text, p.relname::text FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
     WHERE k.contype = 'f' AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname";

/// The tables of this database, each behind those that it refers to.
pub(crate) async fn tables(on: &mut Connection) -> Result<Vec<Table>, sqlx::Error> {
    let (columns, parents) = match on {
        Connection::Sqlite(_) => (OF_SQLITE, PARENTS_IN_SQLITE),
        Connection::Postgres(_) => (OF_POSTGRES, PARENTS_IN_POSTGRES),
    };
    let rows: Vec<(String, String, String, i64, i64)> = query_as(columns).fetch_all(&mut *on).await?;
    let mut found: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for (table, name, of, key, counted) in rows {
        let holds = match of.to_lowercase().as_str() {
            "integer" | "bigint" => Holds::Number,
            _ => Holds::Text,
        };
        found.entry(table).or_default().push(Column { name, holds, key, is_counted: counted == 1 });
    }
    let parents: Vec<(String, String)> = query_as(parents).fetch_all(on).await?;
    Ok(in_order(found, &parents))
}

fn in_order(mut found: BTreeMap<String, Vec<Column>>, parents: &[(String, String)]) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(found.len());
    loop {
        let waits = |name: &str| {
            parents.iter().any(|(table, parent)| table == name && table != parent && found.contains_key(parent))
        };
        // A circle would be of our own making; its tables come as they are named.
        let next = found.keys().find(|name| !waits(name)).or_else(|| found.keys().next()).cloned();
        let Some((name, columns)) = next.and_then(|name| found.remove_entry(&name)) else { return ordered };
        ordered.push(Table { name, columns });
    }
}

impl Table {
    /// Whether the other one has the same columns, in whatever order.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let columns = |table: &Self| -> BTreeSet<(String, bool)> {
            table.columns.iter().map(|column| (column.name.clone(), column.holds == Holds::Number)).collect()
        };
        columns(self) == columns(other)
    }

    /// Rows, one after the other, in the order of the primary key, which is the same in both dialects.
    pub(crate) fn rows<'c>(
        &self,
        part: &Part,
        on: &'c mut Connection,
    ) -> BoxStream<'c, Result<Vec<Value>, sqlx::Error>> {
        let order: Vec<String> = self.key().map(|column| column.in_order(on)).collect();
        let columns: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {}",
            columns.join(", "),
            quoted(&self.name),
            part.condition,
            order.join(", ")
        );
        let holds: Vec<Holds> = self.columns.iter().map(|column| column.holds).collect();
        let rows = part.values.iter().cloned().fold(query_of::<Row>(sql), |query, value| query.bind(value)).fetch(on);
        rows.map(move |row| values(&row?, &holds)).boxed()
    }

    /// How many rows there are.
    pub(crate) async fn count(&self, part: &Part, on: &mut Connection) -> Result<u64, sqlx::Error> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", quoted(&self.name), part.condition);
        let counting = part.values.iter().cloned().fold(query_of::<i64>(sql), |query, value| query.bind(value));
        Ok(u64::try_from(counting.fetch_one(on).await?).unwrap_or_default())
    }

    /// Writes whole rows as [`Table::rows`] gave them.
    pub(crate) async fn insert(&self, rows: Vec<Vec<Value>>, on: &mut Connection) -> Result<(), sqlx::Error> {
        let columns: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        let mut places = (1..).map(|number| format!("${number}"));
        let tuples: Vec<String> = rows
            .iter()
            .map(|row| format!("({})", places.by_ref().take(row.len()).collect::<Vec<_>>().join(", ")))
            .collect();
        let sql = format!("INSERT INTO {} ({}) VALUES {}", quoted(&self.name), columns.join(", "), tuples.join(", "));
        let inserting = rows.into_iter().flatten().fold(query_of::<Row>(sql), |query, value| query.bind(value));
        inserting.execute(on).await?;
        Ok(())
    }

    /// Removes every row.
    pub(crate) async fn clear(&self, on: &mut Connection) -> Result<(), sqlx::Error> {
        query_of::<Row>(format!("DELETE FROM {}", quoted(&self.name))).execute(on).await?;
        Ok(())
    }

    /// The last number that the database gave to a row by itself, be it gone; `None`: it counts none here.
    pub(crate) async fn last_number(&self, on: &mut Connection) -> Result<Option<i64>, sqlx::Error> {
        let Some(column) = self.counted() else { return Ok(None) };
        match on {
            Connection::Sqlite(_) => {
                let last = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = $1), 0)";
                query_as(last).bind(&self.name).fetch_one(on).await.map(Some)
            }
            Connection::Postgres(_) => {
                let sequence: String = query_as("SELECT pg_get_serial_sequence($1, $2)")
                    .bind(quoted(&self.name))
                    .bind(&column.name)
                    .fetch_one(&mut *on)
                    .await?;
                let last = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}");
                query_of(last).fetch_one(on).await.map(Some)
            }
        }
    }

    /// The next number that the database gives by itself is the one after `last`.
    pub(crate) async fn count_on_from(&self, last: i64, on: &mut Connection) -> Result<(), sqlx::Error> {
        let Some(column) = self.counted() else { return Ok(()) };
        match on {
            Connection::Sqlite(_) => {
                query("DELETE FROM sqlite_sequence WHERE name = $1").bind(&self.name).execute(&mut *on).await?;
                query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)")
                    .bind(&self.name)
                    .bind(last)
                    .execute(on)
                    .await?;
            }
            Connection::Postgres(_) => {
                // It has no number before its first one.
                query("SELECT setval(pg_get_serial_sequence($1, $2), GREATEST($3, 1), $3 > 0)")
                    .bind(quoted(&self.name))
                    .bind(&column.name)
                    .bind(last)
                    .execute(on)
                    .await?;
            }
        }
        Ok(())
    }

    fn counted(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.is_counted)
    }

    /// The columns of the primary key; all, if it has none.
    fn key(&self) -> impl Iterator<Item = &Column> {
        let mut columns: Vec<&Column> = self.columns.iter().collect();
        if columns.iter().any(|column| column.key > 0) {
            columns.retain(|column| column.key > 0);
        }
        columns.sort_by_key(|column| column.key);
        columns.into_iter()
    }
}

impl Column {
    /// As it is sorted by: texts by their bytes, which SQLite does anyway.
    fn in_order(&self, on: &Connection) -> String {
        match (on, self.holds) {
            (Connection::Postgres(_), Holds::Text) => format!("{} COLLATE \"C\"", quoted(&self.name)),
            _ => quoted(&self.name),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// PostgreSQL takes no NUL in a text; it has the same for it that [`super::Query`] gives it.
fn plain(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

fn values(row: &Row, holds: &[Holds]) -> Result<Vec<Value>, sqlx::Error> {
    let value = |(place, holds): (usize, &Holds)| match holds {
        Holds::Number => row.try_get(place).map(Value::Number),
        Holds::Text => row.try_get(place).map(|text: Option<String>| Value::Text(text.map(plain))),
    };
    holds.iter().enumerate().map(value).collect()
}
