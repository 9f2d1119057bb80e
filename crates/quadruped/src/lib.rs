//! Experiments on legs: cerebella on a quadruped in MuJoCo (`quadruped/*`), in a catalogue of their own.
#![forbid(unsafe_code)]

mod body_change;
pub mod bout;
mod cued_push;
mod heading;
pub mod learner;
pub mod robot;

pub use body_change::BodyChange;
pub use cued_push::CuedPush;
pub use heading::Heading;

use lobule_study::Experiment;

/// The experiments on legs, in the order in which they are listed.
pub static ALL: &[&dyn Experiment] = &[&Heading, &BodyChange, &CuedPush];
