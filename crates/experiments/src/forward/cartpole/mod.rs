//! A pole on a cart, balanced with and without a forward model.
//!
//! Every learned model runs beside the rivals that could explain its success without prediction: feedback with twice the gain, a
//! "model" that predicts no change, constant velocity, a PD controller tuned for each delay; and beside the perfect model.
//! Source: the iterated forward-model controller of htm-rs, on Gymnasium's CartPole.

mod attempt;
mod config;
mod figures;
mod findings;
pub mod record;
mod reference;
mod study;
mod words;

pub use config::{Actuation, CartPoleConfig, ControllerKind};
pub use record::CartPoleRecord;
pub use study::CartPoleStudy;
