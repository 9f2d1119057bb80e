//! `classic/mosaic`: one hand, several objects, and modules that identify the object in the hand.
//!
//! ```text
//! Config ──Tracker: ClosedLoop<Linear, Mosaic | Known>──▶ learning, test, intermediate object ──▶ Outcome
//! ```

mod config;
mod figures;
mod findings;
mod record;
mod study;
mod task;

pub use study::MosaicStudy;
