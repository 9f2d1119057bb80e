//! Anticipation: many lines, each sent on a little early.
//!
//! Lines: where the context holds an early copy of a line, it can be sent on early; where nothing does, prediction is
//! worse than the late line, and a gate is needed. Tracking: a loop whose senses are late becomes stable at far higher
//! gain when they are anticipated, given efference copies of the commands in flight.
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
