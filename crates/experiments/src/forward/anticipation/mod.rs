//! Anticipation: many lines, each transmitted ahead of time.
//!
//! Lines: where the context holds an early copy of a line, the line can be transmitted early; elsewhere prediction may be worse than the
//! delayed line, and a gate is needed. Tracking: a loop with delayed senses is stable at far higher gain if they are anticipated, given
//! efference copies of the commands in flight.
//! Source: Byrnes 2020, the cerebellum as an array of short-term predictors; tasks of the reference measurements.

mod config;
mod figures;
mod findings;
mod lines;
mod record;
mod study;
mod tracking;

pub use config::{AnticipationConfig, LinesConfig, TrackingConfig};
pub use record::{AnticipationRecord, LineResult, LinesRun, Sensor, TrackingRun};
pub use study::AnticipationStudy;
