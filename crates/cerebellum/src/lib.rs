//! Cerebella for closed loops: the mouse cerebellum as a spiking circuit (anatomy, cell models and synapse models, ready to
//! compile) and as a controller; the network of learning theory as a controller; the circuit of Marr, Albus and Ito that a walking robot
//! was published with ([`marr_albus_ito`]); open-loop runs of network files
//! ([`open_loop`]); recordings in the formats of the field ([`recordings`]).

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod controllers;
mod cued_filter;
mod error;
mod learning;
pub mod marr_albus_ito;
mod module;
mod mouse;
mod mouse_multirec;
pub mod open_loop;
mod protocols;
pub mod recordings;
mod sgdege;
mod spiking;
pub mod stored;

pub use controllers::controllers;
pub use cued_filter::{CuedFilter, CuedFilterParameters};
pub use error::Error;
pub use learning::{DT_MS, PLASTIC_SET, TEACHING_SET, Teaching, sin_exp_rule};
pub use module::{
    CellModels, Drive, ModuleOptions, NUCLEAR_IN_DEGREE, add_module, kernel_area_s, merged_pairs,
};
pub use mouse::{BrainState, SynapseModel, cell_model, short_term_model, synapse_model};
pub use mouse_multirec::{GAP_JUNCTION_NS, multirec_cell_model, multirec_synapses};
pub use protocols::protocols;
pub use sgdege::SgdegeController;
pub use spiking::{
    MossySignal, Pause, SpikingController, SpikingParameters, Teacher, Tuning, balanced_potentiation_ns,
};
