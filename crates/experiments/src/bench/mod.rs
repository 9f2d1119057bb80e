//! The bench: controllers × bodies × delays × conditions × seeds, and which controller is best at each place.
//!
//! ```text
//! Config ──▶ body, delay ──tune──▶ Laws ──┐
//!            seed ──▶ Body of its own ────┴─▶ Place ──controller(name)──▶ learning curve; the body changes in between
//!                                                                            │ relative to feedback alone
//!                                             Record { cells } ◀── Outcome ◀─┘      Reason of a divergence
//! ```
//!
//! A further controller is a branch in `controllers.rs` and a name in `config.rs`; a further body is a table in the TOML file.

mod body;
mod config;
mod controllers;
mod curve;
mod diagnose;
mod figures;
mod findings;
mod laws;
mod named;
mod record;
mod single;
mod study;
mod task;
mod tune;
mod words;

pub use body::{Body, Factors};
pub use config::{Config, TrialCondition};
pub use named::NamedBody;
pub use record::{Failure, Record};
pub use single::SingleMass;
pub use study::AnticipationBench;
