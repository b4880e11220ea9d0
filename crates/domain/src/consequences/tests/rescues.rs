//! A server's rescues are a stack: one that begins lies on top, one that comes to nothing is taken off again, and whoever arrives, or
//! leaves, clears what lies below.

use super::*;

/// What happens next to the server.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// This person begins a rescue.
    Begin(u64),
    /// The topmost came to nothing, as long as the machine has not arrived there.
    Undo,
    /// The machine arrived in the topmost.
    Arrive,
    /// This person's restore is done.
    Restore(u64),
    /// The topmost is handed over to this person.
    HandOver(u64),
    /// Others took the server out of rescue.
    Left(Ends),
    /// Others set the rescue's netboot again.
    Back,
    /// The server left the account.
    Gone,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (200..203_u64).prop_map(Act::Begin),
        2 => Just(Act::Undo),
        2 => Just(Act::Arrive),
        1 => (200..203_u64).prop_map(Act::Restore),
        2 => (200..203_u64).prop_map(Act::HandOver),
        1 => prop_oneof![Just(Ends::WithIt), Just(Ends::OncePutBack)].prop_map(Act::Left),
        1 => Just(Act::Back),
        1 => Just(Act::Gone),
    ]
}

/// A rescue as the model knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Modelled {
    number: i64,
    owner: u64,
    arrived: bool,
    over: bool,
}

/// All rescues as they are kept, and the model of them.
#[derive(Default)]
struct World {
    kept: Vec<Rescue>,
    stack: Vec<Modelled>,
    next: i64,
}

impl World {
    fn number(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// As the store reads them: what is done with is left out.
    fn read(&self, own: i64) -> Rescues {
        let own = OperationId(own);
        let wanted = self.kept.iter().filter(|rescue| {
            let is_own = rescue.lease.operation == own || rescue.replaced_by == Some(own);
            rescue.is_active() || rescue.over.is_none() || is_own
        });
        Rescues::new(wanted.cloned().collect())
    }

    /// As the store writes them: one after the other, and never two are active.
    fn write(&mut self, follows: &Consequences) -> Result<(), TestCaseError> {
        for rescue in &follows.rescues {
            self.kept.retain(|kept| kept.lease.operation != rescue.lease.operation);
            self.kept.push(rescue.clone());
            let active = self.kept.iter().filter(|kept| kept.is_active()).count();
            prop_assert!(active <= 1, "two are active at once");
        }
        Ok(())
    }

    /// Records an event of an operation and writes what follows.
    fn record(&mut self, operation: &Operation, event: &Event) -> Result<Consequences, TestCaseError> {
        let recording = Recording::of(operation, event, NOW).expect("it follows");
        let recorded = recording.among(&self.read(operation.id.0)).expect("nobody was faster");
        self.write(&recorded.consequences)?;
        Ok(recorded.consequences)
    }

    fn active(&self) -> Option<Lease> {
        self.read(0).active().map(|active| active.lease.clone())
    }

    /// What is owed to the owner of the topmost: about others' deeds, one word; about their own, none.
    fn owed(&self, top: Option<Modelled>, by: u64) -> usize {
        usize::from(top.is_some_and(|top| top.owner != by))
    }

    fn act(&mut self, act: Act) -> Result<(), TestCaseError> {
        let top = self.stack.last().copied();
        match act {
            Act::Begin(by) => {
                let number = self.number();
                let mut enable = operation(number, Kind::Enable);
                enable.request.requester = UserId(by);
                let follows = self.record(&enable, &prepared())?;
                prop_assert_eq!(follows.notices.len(), self.owed(top, by));
                prop_assert_eq!(follows.shown_again, top.map(|top| OperationId(top.number)));
                self.stack.push(Modelled { number, owner: by, arrived: false, over: false });
            }
            Act::Undo => {
                let Some(undone) = top.filter(|top| !top.arrived && !top.over) else { return Ok(()) };
                let mut enable = operation(undone.number, Kind::Enable);
                enable.state.phase = Phase::PuttingBack(Outcome::Expired);
                let back = Event::PutBack { result: PutBack::Done, queries: Vec::new() };
                let follows = self.record(&enable, &back)?;
                self.stack.pop();
                prop_assert_eq!(follows.notices.len(), self.owed(self.stack.last().copied(), 200));
                prop_assert_eq!(follows.wiped, None, "what was delivered before still leads somewhere");
            }
            Act::Arrive => {
                let Some(mut arrived) = top else { return Ok(()) };
                let mut enable = operation(arrived.number, Kind::Enable);
                enable.state.phase = Phase::Rebooting(TaskId(7));
                let follows = self.record(&enable, &Event::TaskSeen { status: TaskStatus::Done, comment: None })?;
                prop_assert_eq!(follows.wiped, Some(Links::Before(OperationId(arrived.number))));
                arrived.arrived = true;
                self.stack = vec![arrived];
            }
            Act::Restore(by) => {
                let mut restore = operation(self.number(), Kind::Restore);
                restore.request.requester = UserId(by);
                restore.state.phase = Phase::Rebooting(TaskId(7));
                let follows = self.record(&restore, &Event::TaskSeen { status: TaskStatus::Done, comment: None })?;
                prop_assert_eq!(follows.notices.len(), self.owed(top, by));
                prop_assert_eq!(follows.wiped, Some(Links::All));
                self.stack.clear();
            }
            Act::HandOver(to) => {
                let Some(held) = top else { return Ok(()) };
                let (lease, from, to_user) = (OperationId(held.number), UserId(held.owner), UserId(to));
                let mut hand_over = operation(self.number(), Kind::HandOver);
                hand_over.request.wish = Wish::HandOver { lease, from, to: to_user };
                let follows = self.record(&hand_over, &Event::HandedOver { from, to: to_user })?;
                prop_assert_eq!(follows.notices.len(), 1, "both are told at once");
                self.stack.last_mut().expect("it is there").owner = to;
            }
            Act::Left(ends) => {
                let Some(lease) = self.active() else { return Ok(()) };
                let seen = Seen { sight: Some(Sight::Left { boot: None, task: TaskId(9) }), stayed: None };
                let follows = self.read(0).seen(&lease, &Lease { seen, ..lease.clone() }, ends, NOW);
                let follows = follows.expect("it is as it was");
                prop_assert_eq!(follows.wiped, Some(Links::All));
                self.write(&follows)?;
                // While something is to be put back, the topmost stays, and what sleeps below it would wake for that.
                let left = self.stack.drain(..).map(|one| Modelled { over: true, ..one });
                self.stack = left.filter(|_| ends == Ends::OncePutBack).collect();
            }
            Act::Back => {
                let Some(lease) = self.active() else { return Ok(()) };
                let changed = Lease { seen: Seen::default(), ..lease.clone() };
                let follows = self.read(0).seen(&lease, &changed, Ends::WithIt, NOW).expect("it is as it was");
                self.write(&follows)?;
                self.stack.last_mut().expect("it is active").over = false;
            }
            Act::Gone => {
                let follows = self.read(0).end(Over::ServerLeft, NOW);
                self.write(&follows)?;
                self.stack.clear();
            }
        }
        Ok(())
    }

    /// The active one is the topmost, and what is not over is what lies on the stack.
    fn agree(&self) -> Result<(), TestCaseError> {
        let active = self.active();
        prop_assert_eq!(active.as_ref().map(|lease| lease.operation.0), self.stack.last().map(|top| top.number));
        prop_assert_eq!(active.map(|lease| lease.owner.0), self.stack.last().map(|top| top.owner));
        let mut runs: Vec<i64> = self.kept.iter().filter(|kept| kept.over.is_none()).map(number).collect();
        runs.sort_unstable();
        let modelled: Vec<i64> = self.stack.iter().filter(|one| !one.over).map(|one| one.number).collect();
        prop_assert_eq!(runs, modelled);
        for kept in &self.kept {
            prop_assert!(kept.is_active() || kept.over.is_some() || kept.replaced_by.is_some(), "it sleeps for nobody");
        }
        Ok(())
    }
}

fn number(rescue: &Rescue) -> i64 {
    rescue.lease.operation.0
}

fn prepared() -> Event {
    let change = Some(Setting::of(boot(9, "rescue").into()));
    let plan = Plan { before: Snapshot::default(), change, into: None, entry: Opens::Password };
    Event::Prepared { plan: Box::new(plan), offset: None }
}

proptest! {
    #[test]
    fn a_servers_rescues_are_a_stack_whatever_happens(acts in vec(act(), 0..40)) {
        let mut world = World::default();
        for act in acts {
            world.act(act)?;
            world.agree()?;
        }
    }
}

#[test]
fn a_hand_over_of_what_ended_or_is_somebody_elses_is_overtaken() {
    let mut world = World::default();
    world.act(Act::Begin(200)).expect("it begins");
    let mut hand_over = operation(9, Kind::HandOver);
    let event = |from| Event::HandedOver { from: UserId(from), to: UserId(202) };
    let mut recorded = |lease: i64, from: u64, world: &World| {
        hand_over.request.wish = Wish::HandOver { lease: OperationId(lease), from: UserId(from), to: UserId(202) };
        let event = event(from);
        let recording = Recording::of(&hand_over, &event, NOW).expect("it follows");
        recording.among(&world.read(9)).is_some()
    };
    assert!(recorded(1, 200, &world));
    assert!(!recorded(1, 201, &world), "it is somebody else's");
    assert!(!recorded(2, 200, &world), "it is another one");
    world.act(Act::Gone).expect("it ends");
    assert!(!recorded(1, 200, &world), "it ended");
}

#[test]
fn a_lease_is_changed_as_it_was_read_and_not_on_the_way_out() {
    let mut world = World::default();
    world.act(Act::Begin(200)).expect("it begins");
    let lease = world.active().expect("it is active");
    let later = Lease { deadline: lease.deadline + SignedDuration::from_hours(1), ..lease.clone() };
    let change = |lease: &Lease, live: &[Operation]| world.read(0).change(lease, &later, live);
    let Changed::Done(follows) = change(&lease, &[]) else { panic!("nothing is in the way") };
    assert_eq!(follows.rescues.iter().map(|rescue| rescue.lease.deadline).collect::<Vec<_>>(), [later.deadline]);
    assert_eq!((follows.planned_anew, follows.shown_again), (Some(OperationId(1)), Some(OperationId(1))));
    let way_out = operation(2, Kind::Restore);
    assert_eq!(change(&lease, std::slice::from_ref(&way_out)), Changed::Leaving(Box::new(way_out)));
    assert_eq!(change(&later, &[]), Changed::Overtaken);
    let theirs = Lease { owner: UserId(201), ..lease.clone() };
    let Changed::Done(follows) = world.read(0).change(&lease, &theirs, &[]) else { panic!("nothing is in the way") };
    assert_eq!(follows.planned_anew, None, "another owner has the same reminders");
}
