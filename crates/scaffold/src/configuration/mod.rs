//! Configurations of BSB 8 as plain data.

mod constants;
mod devices;
mod fields;
mod simulation;
mod targetting;

pub use constants::{Constant, Constants};
pub use devices::{Device, DeviceKind, Span};
pub use fields::Problem;
pub use simulation::{
    CellModel, ConnectionModel, ConnectionRule, StoredSimulation, StoredSynapse, simulation_names,
    simulations,
};
pub use targetting::{Axis, Part, Targets, Targetting};
