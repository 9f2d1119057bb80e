//! `classic/mosaic`: one hand, several objects, and modules that find out which of them is held.
//!
//! ```text
//! Config ──Tracker: ClosedLoop<Linear, Mosaic | Known>──▶ learning, test, an object between the others ──▶ Outcome
//! ```

mod config;
mod figures;
mod findings;
mod record;
mod study;
mod task;

pub use config::{Config, DEFAULTS};
pub use study::MosaicStudy;
