//! Cerebella that experiments put into a loop: the mouse's as a spiking circuit
//! (anatomy + cell models + synapse models, ready to compile), and as a controller;
//! and the network of learning theory as a controller. Networks run open-loop ([`open_loop`]), and recordings go
//! out to and come in from the formats of the field ([`recordings`]).

#![warn(missing_docs)]

mod error;
mod learning;
mod module;
mod mouse;
mod mouse_multirec;
pub mod open_loop;
mod protocols;
pub mod recordings;
mod sgdege;
mod spiking;
pub mod stored;

pub use error::Error;
pub use learning::{DT_MS, Learning, PLASTIC_SET, TEACHING_SET, Teaching};
pub use module::{
    CellModels, Drive, ModuleOptions, NUCLEAR_IN_DEGREE, add_module, kernel_area_s, merged_pairs,
};
pub use mouse::{BrainState, SynapseModel, cell_model, short_term_model, synapse_model};
pub use mouse_multirec::{GAP_JUNCTION_NS, multirec_cell_model, multirec_synapses};
pub use protocols::protocols;
pub use sgdege::SgdegeController;
pub use spiking::{
    Heard, Pause, SpikingController, SpikingParameters, Teacher, Tuning, balanced_potentiation_ns,
};
