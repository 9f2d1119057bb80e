//! Cerebella that experiments put into a loop: the mouse's as a spiking circuit
//! (anatomy + cell models + synapse models, ready to compile), and the network of
//! learning theory as a controller.

mod module;
mod mouse;
mod mouse_multirec;
mod protocols;
mod sgdege;
pub mod stored;

pub use module::{CellModels, Drive, ModuleOptions, add_module, merged_pairs};
pub use mouse::{BrainState, SynapseModel, cell_model, short_term_model, synapse_model};
pub use mouse_multirec::{GAP_JUNCTION_NS, multirec_cell_model, multirec_synapses};
pub use protocols::protocols;
pub use sgdege::SgdegeController;
