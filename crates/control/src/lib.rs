//! What a cerebellum is wired to: planner, motor cortex, olive, decoder and the
//! body. Everything here advances in ticks of one millisecond and is plain
//! data, so that a copy resumes bit for bit.
//!
//! Units: decoder units inside the loop, SI at the body; angles in degrees carry
//! `_deg` in their name.
#![warn(missing_docs)]

mod cortex;
mod decoder;
mod error;
mod olive;
mod planner;
pub mod plant;
mod trajectory;

pub use cortex::{CortexMemory, CortexParameters, ELBOW, MotorCortex, POINTING};
pub use decoder::{Decoder, SMOOTHING_MS};
pub use error::Error;
pub use olive::{Channel, MotorOlive, SensoryOlive, opponent};
pub use planner::{Planner, PlannerParameters, TargetCode};
pub use plant::Plant;
pub use trajectory::{minimum_jerk, normalised_acceleration};

/// A spike inside a tick: step from its start, neuron.
pub type TickSpike = (u16, u32);
