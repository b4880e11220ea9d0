//! Makes a store as this program writes it, with an operation of each kind, and writes it down as SQL.
//!
//! The files in `tests/stores` were made so, each on its day; they are never changed. Every run leaves `store.sql` in
//! `target/tmp`: whoever changes what is kept commits that one under the name of its day, and has `former` read it too.

use std::{fmt::Write, fs, path::Path};

use bernard_domain::{
    access::UserId,
    audit::{Act, Entry},
    console::{ConsoleKind, ConsoleMinutes},
    hindrance::Matter,
    inventory::{foreign::Found, known::Known},
    locale::Locale,
    notice::{Letter, Notice, To},
    operation::{
        Difference, EnableWish, Ends, Intent, Operation, Plan, Request, Source, Wish,
        approval::Guard,
        event::{Age, Event, Taken},
    },
    pause::Pause,
    server::{System, TaskId, TaskStatus},
};
use bernard_store::{About, Append, Card, CardId, Delivered, Delivery, NextReminder, Open, Posted, Store};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::{
    operations,
    sample::{
        ANN, BEN, CHANNEL, approval, at, disk, facts, instead, operation, plan, queries, query, rescue, service, text,
    },
};

/// A store that is being made.
struct Maker {
    store: Store,
    /// Presses so far: each has an id of its own.
    presses: u64,
}

/// A store as this program makes it, as SQL.
pub(crate) async fn store_of_today() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bernard.db");
    let mut maker = Maker { store: Store::open(&path).await.expect("a store"), presses: 0 };
    maker.begin().await;
    maker.rescues().await;
    maker.others().await;
    maker.sessions().await;
    maker.beside().await;
    maker.store.close().await;
    drop(maker);
    let sql = dump(&path).await;
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("store.sql"), &sql).expect("it is written");
    sql
}

impl Maker {
    async fn begin(&mut self) {
        let store = &self.store;
        store.audit_policy("fakepolicydigest", &Entry::act(Act::Started, at(0))).await.expect("written");
        store.set_fact("commands", "fakedigestofcommands").await.expect("written");
        let [web, db] = ["web-1", "db-1"].map(|name| Known::new(operations::server(name), Some(at(0)), None).into());
        store.save_inventory(&[web, db]).await.expect("written");
        let place = ("main".to_owned(), "gra3".to_owned(), rescue().id);
        store.save_known_boots(&[(place, rescue().into())]).await.expect("written");
    }

    /// A rescue that runs, one that its deadline ended, the link of the first again, and a netboot that was put back.
    async fn rescues(&mut self) {
        let wish = Wish::Enable(EnableWish { over: None, ssh_key: None, ..operations::enable() });
        let request = self.request("web-1", wish.clone());
        let card = Card { id: CardId::new(), request, command: "/rescue enable server:web-1".into(), again: None };
        self.store.save_card(&card, at(1)).await.expect("written");
        let opened = self.store.open_from_card(card.id, &card.request, at(2)).await.expect("written");
        let web = self
            .all(accepted(opened), [rebooted(3), vec![attempted(Source::AuthenticationSecret), Event::LinkDelivered]])
            .await;
        let posted = |slot: &str, message| Posted {
            slot: slot.into(),
            channel: CHANNEL,
            message: Some(message),
            shown: "fakedigest".into(),
            attempted: at(4),
        };
        self.store.save_message(web.id, &posted("card", 9_001)).await.expect("written");
        self.store.save_message(web.id, &posted("end", 9_002)).await.expect("written");
        let dm = Delivery { operation: web.id, person: ANN, channel: CHANNEL, message: 9_003, expires: None };
        self.store.save_delivery(&dm, &web.request.server).await.expect("written");

        let over = self.press("web-2", wish.clone()).await;
        self.all(over, [rebooted(5), vec![attempted(Source::Mail), Event::LinkDelivered]]).await;
        self.at_deadline().await;

        let link = self.press("web-1", Wish::Link { sources: vec![Source::AuthenticationSecret, Source::Mail] }).await;
        let found = Event::RescueFound {
            system: System::Linux,
            ip: text("203.0.113.10"),
            since: at(3),
            key: None,
            age: Age::Known,
        };
        let not_found = Event::LinkNotFound { searched: vec![Source::Mail], trouble: text("500"), query: None };
        self.all(link, [vec![found, not_found]]).await;

        let failed = self.press("web-3", wish.clone()).await;
        let mut failing = rebooted(8);
        failing.pop();
        let end = Event::TaskSeen { status: TaskStatus::CustomerError, comment: text("failed") };
        self.all(failed, [failing, vec![end]]).await;
        let put_back = Wish::PutBack { into: disk().into(), despite: vec![Difference::RescueMail], instead: instead() };
        let put_back = self.press("web-3", put_back).await;
        self.all(put_back, [set(plan())]).await;
    }

    /// The second rescue's deadline passes: it is restored for it.
    async fn at_deadline(&mut self) {
        let due = self.store.due_leases(at(600)).await.expect("read");
        let kept = due.iter().find(|kept| kept.lease.server == service("web-2")).expect("its lease is due").clone();
        let (operation, label) = (kept.lease.operation, kept.lease.label.clone());
        let into =
            Wish::Restore { into: disk().into(), despite: Vec::new(), ends: Ends::This(operation), instead: None };
        let request = self.request("web-2", into);
        let onward = NextReminder { said: 2, due: at(700) };
        let letter = |restore| Letter {
            to: To::Channel { channel: CHANNEL, or_to: Some(ANN) },
            notice: Notice::RestoredAtDeadline {
                label: label.clone(),
                owner: ANN,
                operation: restore,
                lease: Some(operation),
            },
        };
        let opened = self.store.open_at_deadline(&kept, onward, &request, letter, at(600)).await.expect("written");
        self.all(accepted(opened.expect("the lease is as it was")), [rebooted(601), vec![Event::Watched]]).await;
    }

    /// A reboot that others approved and of which nobody knows whether it was done; a rescue that was adopted and handed over; a
    /// console whose link waits.
    async fn others(&mut self) {
        let request = Request {
            guard: Guard::Approval(approval()),
            ..self.request("db-1", Wish::Reboot { into: Some(disk().into()) })
        };
        let reboot = self.pressed(&request).await;
        let given = Event::ApprovalGiven { by: BEN, rule: text("[[role]] #1 (line 20)") };
        let approved = self.store.append(&reboot, &given, at(11)).await.expect("written");
        let Append::Done(reboot) = approved else { panic!("{approved:?}") };
        let intended = Event::RebootIntended { intent: Intent { at: at(12), known: vec![TaskId(40)] } };
        let unknown = Event::RebootUnknown { said: "a time-out".into(), query: None };
        let question = Event::NotSettled { candidates: vec![TaskId(41), TaskId(42)], trouble: None };
        let prepared = Event::Prepared { plan: Box::new(Plan { change: None, ..plan() }), offset: None };
        self.all(*reboot, [vec![prepared, intended, unknown, question]]).await;

        let adopt = self.press("db-2", Wish::Adopt { lease: jiff::SignedDuration::from_hours(4) }).await;
        let adopted = Event::Adopted {
            plan: Box::new(plan()),
            system: System::Windows,
            offset: None,
            reboots: Some(vec![TaskId(40)]),
        };
        let adopted = self.all(adopt, [vec![adopted]]).await;
        let hand_over = self.press("db-2", Wish::HandOver { lease: adopted.id, from: ANN, to: BEN }).await;
        self.all(hand_over, [vec![Event::HandedOver { from: ANN, to: BEN }]]).await;

        let console = self.press("db-3", Wish::Console { minutes: ConsoleMinutes::Five, ip: None }).await;
        let asked = Event::ConsoleAsked { task: TaskId(7_002), query: query() };
        let chosen = Event::ConsoleChosen { kind: ConsoleKind::KvmHtml5 };
        let opened = Event::ConsoleOpened { until: at(20) };
        let closed = Event::DmClosed { code: Some(50_007) };
        self.all(console, [vec![chosen, asked, done(), opened, attempted(Source::Console), closed]]).await;

        let ticket = self.press("web-3", Wish::Ticket(operations::ticket())).await;
        let opened = Event::TicketOpened { number: 7_000_001, query: query() };
        self.all(ticket, [vec![Event::TicketPrepared, Event::TicketIntended { at: at(21) }, opened]]).await;
    }

    /// The end of a console's stuck sessions.
    async fn sessions(&mut self) {
        let free = self.press("web-3", Wish::FreeSessions { about: operation() }).await;
        let intent = Intent { at: at(22), known: vec![TaskId(40)] };
        let accepted = Event::SessionsAccepted(Taken { task: TaskId(7_003), query: query() });
        self.all(free, [vec![Event::SessionsPrepared, Event::SessionsIntended(intent), accepted, done()]]).await;
    }

    /// What is beside operations: a foreign rescue, a trouble, the pause, notices in all their ends, lines of the audit.
    async fn beside(&mut self) {
        let store = &self.store;
        let found = Found { server: service("old-1"), account: "main".into(), label: "old-1".into(), boot: rescue() };
        store.save_foreign(&[found], &Default::default(), at(30)).await.expect("written");
        let notice = Notice::AccountTrouble {
            account: "main".into(),
            matter: Matter::Right,
            said: "403".into(),
            operation: operation(),
            label: "db-1".into(),
            waiter: ANN,
        };
        let letter = |notice| Letter { to: To::Person { person: ANN, or_in: Some(CHANNEL) }, notice };
        let about = About { account: "main", matter: Matter::Right, server: None };
        assert!(store.begin_trouble(about, &letter(notice), at(31)).await.expect("written"));
        let pause = Pause { by: BEN, at: at(32), reason: "maintenance".into() };
        let paused = letter(Notice::Paused { by: BEN, reason: "maintenance".into() });
        store.begin_pause(&pause, &paused, &Entry::act(Act::Paused, at(32)).by(BEN)).await.expect("written");
        assert!(store.anchor(jiff::civil::date(2026, 11, 30), CHANNEL, at(33)).await.expect("written"));
        store.audit(Entry::act(Act::Refused, at(34)).by(UserId(3)).asking("rescue")).await.expect("written");
        let (owed, _) = store.due_notices(at(1_000)).await.expect("read");
        let [first, second, third, ..] = owed.as_slice() else { panic!("{owed:?}") };
        store.notice_tried(first.id, "fakedigest", at(35)).await.expect("written");
        let posted = Delivered::Posted { channel: CHANNEL, message: 9_010, offer: None, about: None };
        store.end_notice(first.id, posted).await.expect("written");
        store.end_notice(second.id, Delivered::Needless).await.expect("written");
        store.turn_notice(third.id, None, at(36)).await.expect("written");
        store.keep_appointment("digest@08:00:00", at(1_440), None, at(37)).await.expect("written");
    }

    fn request(&self, label: &str, wish: Wish) -> Request {
        Request {
            wish,
            server: service(label),
            account: "main".into(),
            label: label.into(),
            requester: ANN,
            locale: Locale::En,
            channel: CHANNEL,
            place: CHANNEL,
            reason: text("the disk is full"),
            rule: "[[role]] #1 (line 20)".into(),
            guard: Guard::Unprotected,
            known_as: Some(operations::server(label).identity()),
            beside: None,
            runbooks: Vec::new(),
        }
    }

    async fn press(&mut self, label: &str, wish: Wish) -> Operation {
        let request = self.request(label, wish);
        self.pressed(&request).await
    }

    async fn pressed(&mut self, request: &Request) -> Operation {
        self.presses += 1;
        accepted(self.store.open_from_press(self.presses, request, at(10)).await.expect("written"))
    }

    /// The operation after these events, one a minute.
    async fn all(&self, mut operation: Operation, events: impl IntoIterator<Item = Vec<Event>>) -> Operation {
        let mut now: Timestamp = operation.since;
        for event in events.into_iter().flatten() {
            now += jiff::SignedDuration::from_mins(1);
            operation = match self.store.append(&operation, &event, now).await.expect("written") {
                Append::Done(operation) => *operation,
                other => panic!("{event:?}: {other:?}"),
            };
        }
        operation
    }
}

fn accepted(open: Open) -> Operation {
    match open {
        Open::Accepted(operation, _) => *operation,
        other => panic!("{other:?}"),
    }
}

fn set(plan: Plan) -> Vec<Event> {
    let prepared = Event::Prepared { plan: Box::new(plan), offset: Some(jiff::SignedDuration::from_secs(2)) };
    vec![prepared, Event::BootSet { queries: queries(), found: facts(), lacking: Vec::new() }]
}

/// From the plan to the end of the reboot's task.
fn rebooted(minute: i64) -> Vec<Event> {
    let intended = Event::RebootIntended { intent: Intent { at: at(minute), known: vec![TaskId(40)] } };
    let accepted = Event::RebootAccepted { task: TaskId(7_001), query: query() };
    set(plan()).into_iter().chain([intended, accepted, done()]).collect()
}

fn done() -> Event {
    Event::TaskSeen { status: TaskStatus::Done, comment: None }
}

fn attempted(source: Source) -> Event {
    Event::DeliveryAttempted { source: Some(source), query: query(), refused: None }
}

/// A database as the statements that make it.
async fn dump(path: &Path) -> String {
    let mut file = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.expect("it opens");
    let things = sqlx::query(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
         ORDER BY type <> 'table', rowid",
    );
    let things = things.fetch_all(&mut file).await.expect("its schema is read");
    let mut sql = String::new();
    let (tables, rest): (Vec<_>, Vec<_>) = things.iter().partition(|thing| thing.get::<&str, _>(0) == "table");
    for table in &tables {
        writeln!(sql, "{};", table.get::<&str, _>(2)).expect("a text takes all");
    }
    for name in tables.iter().map(|table| table.get::<&str, _>(1)).chain(["sqlite_sequence"]) {
        let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY cid").bind(name);
        let columns: Vec<String> = columns.fetch_all(&mut file).await.expect("its columns are read");
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let rows = format!("SELECT {} FROM {name} ORDER BY rowid", quoted.join(" || ',' || "));
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut file).await.expect("its rows are read");
        for row in rows {
            writeln!(sql, "INSERT INTO {name} ({}) VALUES ({row});", columns.join(",")).expect("a text takes all");
        }
    }
    for thing in rest {
        writeln!(sql, "{};", thing.get::<&str, _>(2)).expect("a text takes all");
    }
    sql
}
