//! The Marr-Albus-Ito circuit of a published quadruped, as a ready-made cerebellum and as a controller.
//!
//! ```text
//! senses ─ mossy fibers ─┬▶ granule cells ──parallel fibers──▶ Purkinje cells ─▶ nuclei ─ gate, ramp ─▶ corrections
//!          8 per channel └▶ Golgi cells ┘ one threshold       3 compartments   push, pull
//! errors ─ inferior olive, 10 channels in pulses ──climbing fibers─┘ calcium: LTD, else LTP
//! ```
//! [`Circuit`] has the interface of the original: parameters, populations, [`Circuit::update`], [`Circuit::corrections`],
//! [`Circuit::cf_signal`]. [`MarrAlbusIto`] is a [`Controller`](lobule_control::Controller) around it, to be put into a
//! [`Walker`](lobule_control::walking::Walker).
//!
//! With [`CircuitParameters::paper`] it is the published one, which does not learn a walk: its Purkinje cells saturate and its weights run to
//! their limits.
//!
//! Each part is a file with its equations and parameters. Source of both: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag
//! v0.4.1-paper1). Equations and constants only.

mod circuit;
mod controller;
pub mod graded;
mod granular;
mod mossy;
mod noise;
mod nuclei;
mod olive;
mod parallel_fibers;
mod parameters;
mod populations;
mod projections;
mod purkinje;
mod sensors;
mod spiking;

pub use circuit::{Circuit, Update};
pub use controller::MarrAlbusIto;
pub use granular::GranularParameters;
pub use mossy::MossyParameters;
pub use nuclei::{NucleiParameters, NucleiRule};
pub use olive::{
    Channel, ForwardModelChannel, GainSearch, HeightChannel, NavigationChannel, ObstacleChannel,
    OliveParameters, Pulse, VelocityChannel, VestibularChannel,
};
pub use parallel_fibers::PlasticityParameters;
pub use parameters::CircuitParameters;
pub use populations::Populations;
pub use projections::ProjectionParameters;
pub use purkinje::PurkinjeParameters;
pub use sensors::Sensors;
pub use spiking::SpikingParameters;
