//! Bodies, controllers and the loop between them ([`Plant`], [`Controller`],
//! [`ClosedLoop`]); and what the spiking modules of the pointing task are wired
//! to: planner, motor cortex, olive, decoder. Everything is plain state that
//! advances in ticks: the same calls give the same bits.
//!
//! Units: SI at the body, decoder units inside the pointing task; angles in
//! degrees carry `_deg` in their name.
#![warn(missing_docs)]

mod beside;
mod brainstem;
mod cfpc;
mod closed_loop;
mod conditioning;
mod controller;
mod cortex;
mod decoder;
mod delay;
mod error;
pub mod feedback;
mod fel;
pub mod filter;
pub mod forward;
pub mod identify;
mod inverse;
pub mod linear;
mod mosaic;
mod olive;
pub mod oracle;
mod planner;
pub mod plant;
mod trajectory;
mod vestibulo_ocular;

pub use beside::Beside;
pub use brainstem::{Brainstem, BrainstemParameters};
pub use cfpc::Cfpc;
pub use closed_loop::{ClosedLoop, Drive};
pub use conditioning::{Conditioning, ConditioningParameters};
pub use controller::{Controller, Senses};
pub use cortex::{CortexMemory, CortexParameters, ELBOW, MotorCortex, POINTING};
pub use decoder::{Decoder, SMOOTHING_MS};
pub use delay::DelayLine;
pub use error::Error;
pub use fel::{FeedbackErrorLearning, JointLearning, JointLearningParameters, Role};
pub use inverse::InverseDynamics;
pub use linear::LinearSystem;
pub use mosaic::{Mosaic, MosaicParameters, MosaicScales};
pub use olive::{Channel, MotorOlive, SensoryOlive, opponent};
pub use planner::{Planner, PlannerParameters, TargetCode};
pub use plant::Plant;
pub use trajectory::{minimum_jerk, normalised_acceleration};
pub use vestibulo_ocular::{Architecture, VestibuloOcular};

/// A spike inside a tick: step from its start, neuron.
pub type TickSpike = (u16, u32);

/// The code of the how-to is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/control_your_own_plant.md")]
pub struct HowTo;
