//! Bodies, controllers and the loop between them ([`Plant`], [`Controller`],
//! [`ClosedLoop`]); and what the spiking modules of the pointing task are wired
//! to: planner, motor cortex, olive, decoder. Everything is plain state that
//! advances in ticks: the same calls give the same bits.
//!
//! Units: SI at the body, decoder units inside the pointing task; angles in
//! degrees carry `_deg` in their name.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod adaptive;
mod beside;
mod brainstem;
mod closed_loop;
mod conditioning;
#[cfg(feature = "conforms")]
pub mod conforms;
mod controller;
mod cortex;
mod decoder;
mod delay;
mod delays;
mod driver;
mod dropout;
mod error;
pub mod feedback;
pub mod filter;
pub mod forward;
mod guard;
pub mod identify;
mod inverse;
mod joints;
pub mod linear;
mod memory;
mod mosaic;
mod olive;
pub mod oracle;
mod planner;
pub mod plant;
pub mod registry;
mod room;
mod signature;
mod state;
pub mod trajectory;
mod vestibulo_ocular;
pub mod walking;

pub use adaptive::{Adaptive, AddsTo};
pub use beside::Beside;
pub use brainstem::{Brainstem, BrainstemParameters};
pub use closed_loop::{ClosedLoop, Drive};
pub use conditioning::{Conditioning, ConditioningParameters};
pub use controller::{Controller, Inputs, Senses};
pub use cortex::{CortexMemory, CortexParameters, ELBOW, MotorCortex, POINTING};
pub use decoder::{Decoder, SMOOTHING_MS};
pub use delay::DelayLine;
pub use delays::{Delays, same_delay, same_tick};
pub use driver::{Driver, Missing};
pub use dropout::Dropout;
pub use error::{Error, Name};
pub use guard::{Happened, News};
pub use inverse::InverseDynamics;
pub use joints::{JointLearning, JointLearningParameters, Role};
pub use linear::LinearSystem;
pub use memory::Memory;
pub use mosaic::{Mosaic, MosaicParameters, MosaicScales};
pub use olive::{MotorOlive, SensoryOlive, Zone, opponent};
pub use planner::{Planner, PlannerParameters, TargetCode};
pub use plant::{Plant, Status};
pub use signature::{Channel, Signature};
pub use state::{FORMAT, Snapshot, StateReader, StateWriter};
pub use trajectory::{minimum_jerk, normalized_acceleration};
pub use vestibulo_ocular::{Architecture, VestibuloOcular};

/// A spike inside a tick: step from its start, neuron.
pub type TickSpike = (u16, u32);

/// The code of the how-to is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/how-to/control_your_own_plant.md")]
pub struct HowTo;
