//! What every process needs and no product: the two clocks, TLS, the names of the figures, tasks by key, files that only their
//! owner reads. Anybody but `bernard-domain` may depend on it; it knows neither servers nor Discord.
//!
//! - [`clock`]: the wall clock, and the one that counts while the machine is stopped.
//! - [`tls`]: one set of certificate authorities for all connections.
//! - [`metrics`]: every figure at `/metrics`, by name.
//! - [`live`]: a value that is replaced while it is used.
//! - [`keyed_tasks`]: at most one task for each key.
//! - [`shared_budget`]: how many requests several processes may send together.
//! - [`private`]: whether others can read a file.
//! - [`sealed`]: what is kept where others may read it.

pub mod tls;
pub mod metrics;
pub mod clock;
pub mod private;
pub mod sealed;
pub mod live;
pub mod keyed_tasks;
pub mod shared_budget;
