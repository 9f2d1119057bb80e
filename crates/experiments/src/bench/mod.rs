//! The bench: controllers × bodies × delays × conditions × seeds, and who is best where.
//!
//! ```text
//! Config ──▶ body, delay ──tune──▶ Laws ──┐
//!            seed ──▶ Body of its own ────┴─▶ Place ──controller(name)──▶ course over trials, the body changed in between
//!                                                                            │ over that of feedback alone
//!                                             Record { cells } ◀── Outcome ◀─┘      why: of what diverged
//! ```
//!
//! A controller more is an arm in `controllers.rs` and a name in `config.rs`; a body more is a table in the TOML file.

mod body;
mod config;
mod controllers;
mod course;
mod diagnose;
mod figures;
mod findings;
mod laws;
mod record;
mod study;
mod task;
mod tune;
mod words;

pub use body::{Body, Factors};
pub use config::{Config, TrialCondition};
pub use laws::Laws;
pub use record::{Cell, Failure, Record, SeedOutcome};
pub use study::AnticipationBench;
