//! Spiking dynamics: describe a [`Circuit`], compile it to a [`Network`], step
//! a [`Simulation`], let it learn, look at it through probes.
//!
//! ```text
//! Circuit ──compile(clock, seed)──▶ Network (immutable, Arc) ──▶ Simulation = Network + State + Recording
//! ```
//!
//! Units: mV, ms, pF, nS, pA, Hz. State and weights are `f32` arrays, one per
//! variable; time is a whole number of steps.
//!
//! # Example: one driven cell
//! ```
//! use lobule_circuit::{Circuit, Model, Population, Projection, Connect, Simulation};
//! use lobule_circuit::models::{Eglif, Poisson};
//! use lobule_signal::Clock;
//!
//! let mut circuit = Circuit::new();
//! circuit.add_population(Population::new("drive", 10, Model::Poisson(Poisson { rate_hz: 50.0 })));
//! circuit.add_population(Population::new("granule_cell", 10, Model::Eglif(Eglif::default())));
//! circuit.add_projection(
//!     Projection::new("drive_to_granule_cell", "drive", "granule_cell", Connect::OneToOne).weight(3.0).delay_ms(1.0),
//! );
//! let network = circuit.compile(Clock::new(0.1)?, 1)?;
//! let mut simulation = Simulation::new(network, 1)?;
//! simulation.record_spikes("granule_cell")?;
//! simulation.run_ms(200.0)?;
//! assert!(simulation.recorded_spikes("granule_cell")?.len() > 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod block;
mod compile;
#[cfg(feature = "conforms")]
pub mod conforms;
mod coupled;
mod deliver;
mod describe;
mod electric;
mod error;
mod history;
pub mod models;
mod network;
pub mod plasticity;
mod profile;
mod ranges;
mod ranks;
mod recording;
mod share;
mod short_term;
mod simulation;
mod state;
mod step;
mod wiring;

pub use describe::{
    Circuit, Connect, CurrentStimulus, GapJunctions, Model, Population, Projection, Teacher, Weight,
};
pub use error::{CompileError, RunError};
pub use history::SpikeHistory;
pub use network::{Network, PopulationInfo, ProjectionInfo};
pub use profile::Profile;
pub use share::Share;
pub use short_term::ShortTerm;
pub use simulation::Simulation;
pub use state::State;
