//! What can be not well.

use bernard_domain::access::UserId;
use jiff::{Timestamp, civil::Date};

/// Something that is not well. `label` is what people call a server.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// A server is set to boot a rescue, and nobody holds a lease.
    Forgotten {
        /// Which.
        label: String,
        /// What it boots.
        kernel: String,
    },
    /// A rescue is past its deadline.
    Overdue {
        /// Which.
        label: String,
        /// Whose it is.
        owner: UserId,
        /// Since when.
        deadline: Timestamp,
    },
    /// OVHcloud says that a server is not `ok`.
    Trouble {
        /// Which.
        label: String,
        /// OVHcloud's word.
        state: String,
    },
    /// An account cannot be read.
    AccountAway {
        /// Which.
        account: String,
        /// Why, in OVHcloud's words.
        said: String,
    },
    /// A credential is not good, or not for long.
    Credential {
        /// Whose.
        account: String,
        /// OVHcloud's word for its state.
        status: String,
        /// When it ends.
        ends: Option<Timestamp>,
    },
    /// A credential does not allow what is needed.
    Rights {
        /// Whose.
        account: String,
        /// The calls that it lacks.
        lacks: Vec<String>,
    },
    /// OVHcloud lists a server and does not describe it.
    Silent {
        /// Which.
        label: String,
        /// OVHcloud's words.
        said: String,
    },
    /// Something that OVHcloud sends cannot be read and is left out.
    Odd {
        /// Of which server, else of which account.
        of: String,
        /// What and why.
        said: String,
    },
    /// OVHcloud lists much fewer servers than there were, and those that it leaves out are still there.
    ShortList {
        /// Which account.
        account: String,
        /// How many were known.
        known: usize,
        /// How many it lists.
        listed: usize,
    },
    /// A service ends soon, or has ended, and nothing renews it.
    Ends {
        /// Which.
        label: String,
        /// On which day.
        on: Date,
    },
    /// OVHcloud says both of whether a service is renewed by itself.
    Contradicts {
        /// Which.
        label: String,
    },
    /// OVHcloud plans to work on a server.
    Planned {
        /// Which.
        label: String,
        /// When.
        begins: Option<Timestamp>,
    },
    /// A server is set to start where nobody gets: an iPXE shell, or not at all.
    DeadEnd {
        /// Which.
        label: String,
        /// What it starts.
        kernel: String,
    },
    /// A server is set to boot an image that OVHcloud has retired.
    Retired {
        /// Which.
        label: String,
        /// OVHcloud's description of the image.
        description: String,
    },
    /// Interventions in the datacentre are switched off.
    NoIntervention {
        /// Where.
        label: String,
    },
    /// OVHcloud does not monitor a server.
    Unmonitored {
        /// Which.
        label: String,
    },
    /// Our clock is not OVHcloud's.
    Drift {
        /// By which account's answer.
        account: String,
        /// By how many seconds; above zero when ours is ahead.
        seconds: i64,
    },
    /// The machine's clock was set since the program began.
    ClockSet {
        /// By how many seconds; above zero when it was set ahead.
        seconds: i64,
    },
    /// Something could not be looked at.
    Unchecked {
        /// What.
        what: Check,
        /// Of which account or server, if of one.
        of: String,
        /// Why.
        said: String,
    },
}

/// Something to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Servers of which only the name is known.
    Servers,
    /// What servers boot.
    Boots,
    /// Contracts and planned interventions.
    Contracts,
    /// The clock, against OVHcloud's.
    Clock,
    /// The credential of an account.
    Credential,
    /// Whether an account's credential allows changes: OVHcloud does not tell without one.
    Rights,
    /// What is said of addresses.
    Addresses,
}
