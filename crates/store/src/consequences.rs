//! What follows from what happened, as it is written: nothing here asks what it means.

use bernard_domain::{
    consequences::{Consequences, Links, Rescue, Rescues},
    lease::past::Over,
    operation::OperationId,
    server::ServiceName,
};
use jiff::Timestamp;

use super::{
    Error, audit,
    database::{Connection, Row, query},
    foreign, json, leases, messages, millis, notices, time,
};

/// The server's rescues that are active, asleep or not yet over, and what has to do with that of `own`; the oldest first.
pub(super) async fn rescues(
    tx: &mut Connection,
    server: &ServiceName,
    own: Option<OperationId>,
) -> Result<Rescues, Error> {
    let rows = query(
        "SELECT lease, ended_at, replaced_by, over_at, over_how, over_by FROM leases
         WHERE server = $1 AND (ended_at IS NULL OR over_at IS NULL OR operation = $2 OR replaced_by = $2)
         ORDER BY operation",
    )
    .bind(server.as_str())
    .bind(own.map(|own| own.0))
    .fetch_all(tx)
    .await?;
    rows.iter().map(rescue).collect::<Result<_, _>>().map(Rescues::new)
}

fn rescue(row: &Row) -> Result<Rescue, Error> {
    let how =
        Over::of(row.get::<Option<&str>, _>(4).unwrap_or_default(), row.get::<Option<i64>, _>(5).map(OperationId));
    Ok(Rescue {
        lease: leases::read(row.get(0))?,
        ended: row.get::<Option<i64>, _>(1).map(time),
        replaced_by: row.get::<Option<i64>, _>(2).map(OperationId),
        over: row.get::<Option<i64>, _>(3).map(|at| (time(at), how)),
    })
}

/// All of it, in the caller's transaction.
pub(super) async fn write(
    tx: &mut Connection,
    server: &ServiceName,
    follows: &Consequences,
    now: Timestamp,
) -> Result<(), Error> {
    for rescue in &follows.rescues {
        keep(tx, rescue).await?;
    }
    if let Some(lease) = follows.planned_anew {
        plan_anew(tx, lease, now).await?;
    }
    if let Some(first) = follows.shown_again {
        show_again(tx, server, first).await?;
    }
    if let Some(links) = follows.wiped {
        wipe(tx, server, links).await?;
    }
    if follows.forgets_foreign {
        foreign::forget(tx, server).await?;
    }
    for owed in &follows.notices {
        notices::write(tx, owed, now).await?;
    }
    for entry in &follows.entries {
        audit::append(tx, entry).await?;
    }
    Ok(())
}

/// The rescue is kept as it is now; how far its reminders are stays.
async fn keep(tx: &mut Connection, rescue: &Rescue) -> Result<(), Error> {
    let lease = &rescue.lease;
    query(
        "INSERT INTO leases (operation, server, lease, deadline, ended_at, replaced_by, over_at, over_how, over_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (operation) DO UPDATE SET lease = $3, deadline = $4, ended_at = $5, replaced_by = $6,
             over_at = $7, over_how = $8, over_by = $9",
    )
    .bind(lease.operation.0)
    .bind(lease.server.as_str())
    .bind(json(lease))
    .bind(millis(lease.deadline))
    .bind(rescue.ended.map(millis))
    .bind(rescue.replaced_by.map(|by| by.0))
    .bind(rescue.over.map(|(at, _)| millis(at)))
    .bind(rescue.over.map(|(_, how)| how.as_str()))
    .bind(rescue.over.and_then(|(_, how)| how.by()).map(|by| by.0))
    .execute(tx)
    .await?;
    Ok(())
}

/// The reminders of a lease begin anew.
async fn plan_anew(tx: &mut Connection, lease: OperationId, now: Timestamp) -> Result<(), Error> {
    query("UPDATE leases SET since_at = $2, said = 0, due_at = NULL WHERE operation = $1")
        .bind(lease.0)
        .bind(millis(now))
        .execute(tx)
        .await?;
    Ok(())
}

/// The messages of the server's operations since that one say what is so now.
pub(super) async fn show_again(tx: &mut Connection, server: &ServiceName, first: OperationId) -> Result<(), Error> {
    query(
        "UPDATE operations SET reported = CASE WHEN reported < 0 THEN reported ELSE 0 END - 1
         WHERE server = $1 AND id >= $2",
    )
    .bind(server.as_str())
    .bind(first.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// These links are to be wiped. A console's goes with its session.
async fn wipe(tx: &mut Connection, server: &ServiceName, links: Links) -> Result<(), Error> {
    let before = match links {
        Links::All => None,
        Links::Before(operation) => Some(operation.0),
    };
    messages::wipe(tx, server, before).await
}

#[cfg(test)]
mod tests {
    use bernard_domain::{
        access::UserId,
        consequences::Ends,
        lease::{Lease, sight::Seen},
        locale::Locale,
        mark::Mark,
        operation::{
            ChannelId, Operation, Request, Setting, Snapshot, Wish,
            approval::Guard,
            event::{Event, Problem},
        },
        server::{Boot, BootId, System},
    };
    use jiff::SignedDuration;
    use tempfile::TempDir;

    use super::*;
    use crate::{Open, Store, operations::follow_up};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    async fn store() -> (Store, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        (Store::open(&folder.path().join("bernard.db")).await.expect("a store"), folder)
    }

    fn server() -> ServiceName {
        "ns1.example".to_owned().try_into().expect("a name")
    }

    async fn opened(store: &Store, press: u64, wish: Wish) -> Operation {
        let request = Request {
            wish,
            server: server(),
            account: "main".into(),
            label: "web-1".into(),
            requester: UserId(200),
            locale: Locale::En,
            channel: ChannelId(500),
            place: ChannelId(500),
            reason: None,
            rule: "role 1".into(),
            guard: Guard::Unprotected,
            known_as: None,
            beside: None,
            runbooks: Vec::new(),
        };
        match store.open_from_press(press, &request, NOW).await.expect("the store writes") {
            Open::Accepted(operation, _) => *operation,
            other => panic!("{other:?}"),
        }
    }

    fn lease(operation: &Operation) -> Lease {
        let boot = |id| Boot { id: BootId(id), boot_type: "rescue".into(), kernel: "k".into(), description: "".into() };
        Lease {
            operation: operation.id,
            mark: Mark::default(),
            server: server(),
            account: "main".into(),
            label: "web-1".into(),
            owner: UserId(200),
            channel: ChannelId(500),
            started: NOW,
            deadline: NOW + SignedDuration::from_hours(4),
            before: Snapshot::default(),
            set: Setting::of(boot(9).into()),
            system: System::Linux,
            found: Vec::new(),
            offset: None,
            seen: Seen::default(),
        }
    }

    #[tokio::test]
    async fn rescues_are_read_as_they_were_written_and_those_that_are_done_with_are_not() {
        let (store, _folder) = store().await;
        let at = |minutes| NOW + SignedDuration::from_mins(minutes);
        let mut rescues = Vec::new();
        for press in 1..=4 {
            let operation = opened(&store, press, Wish::Link { sources: Vec::new() }).await;
            rescues.push(Rescue { lease: lease(&operation), ended: None, replaced_by: None, over: None });
        }
        let ids: Vec<OperationId> = rescues.iter().map(|rescue| rescue.lease.operation).collect();
        rescues[0].ended = Some(at(1));
        rescues[0].over = Some((at(2), Over::By(ids[1])));
        rescues[1].ended = Some(at(3));
        rescues[1].replaced_by = Some(ids[2]);
        rescues[2].ended = Some(at(4));
        rescues[2].replaced_by = Some(ids[3]);
        rescues[2].over = Some((at(5), Over::ServerLeft));
        rescues[3].over = Some((at(6), Over::Others));
        let mut tx = store.write().await.expect("a transaction");
        let follows = Consequences { rescues: rescues.clone(), ..Consequences::default() };
        write(&mut tx, &server(), &follows, NOW).await.expect("written");
        let all = super::rescues(&mut tx, &server(), None).await.expect("read");
        assert_eq!(all.all(), [rescues[1].clone(), rescues[3].clone()]);
        let of_the_third = super::rescues(&mut tx, &server(), Some(ids[2])).await.expect("read");
        assert_eq!(of_the_third.all(), &rescues[1..], "its own, and what slept for it");
        let of_the_fourth = super::rescues(&mut tx, &server(), Some(ids[3])).await.expect("read");
        assert_eq!(of_the_fourth.all(), &rescues[1..], "what slept for it, though it is over");
        let ended =
            of_the_fourth.seen(&rescues[3].lease, &rescues[3].lease, Ends::WithIt, at(7)).expect("it is active");
        write(&mut tx, &server(), &ended, NOW).await.expect("written");
        let back = super::rescues(&mut tx, &server(), None).await.expect("read");
        assert_eq!(back.active().map(|active| active.over), Some(None), "it is in its rescue again");
    }

    #[tokio::test]
    async fn of_what_follows_for_others_all_is_written_or_nothing() {
        let (store, _folder) = store().await;
        let first = opened(&store, 1, Wish::Link { sources: Vec::new() }).await;
        let second = opened(&store, 2, Wish::Link { sources: Vec::new() }).await;
        let ends = || Event::FoundImpossible { problem: Problem::LeftRescue };
        let mut tx = store.write().await.expect("a transaction");
        let impossible = follow_up(&mut tx, vec![(&first, ends()), (&second, Event::Watched)], NOW).await;
        assert!(matches!(impossible, Err(Error::History(_))), "{impossible:?}");
        drop(tx);
        assert_eq!(store.live_operations().await.expect("read"), [first.clone(), second.clone()]);
        let mut tx = store.write().await.expect("a transaction");
        let twice = follow_up(&mut tx, vec![(&first, ends()), (&first, ends())], NOW).await;
        assert!(matches!(twice, Err(Error::Discontinued(id)) if id == first.id), "{twice:?}");
        drop(tx);
        let mut tx = store.write().await.expect("a transaction");
        let both = follow_up(&mut tx, vec![(&first, ends()), (&second, ends())], NOW).await;
        assert_eq!(both.expect("written"), [first.id, second.id]);
        tx.commit().await.expect("committed");
        assert_eq!(store.live_operations().await.expect("read"), []);
    }
}
