//! Delay conditioning of the eyelid: a puff of air follows a tone after a few hundred milliseconds, and the lid learns to be closed by
//! then.
//!
//! The default cerebellum is [`lobule_control::Conditioning`], a rate model with two sites of plasticity; with
//! `cerebellum = "spiking"` it is the E-GLIF scaffold ([`lobule_cerebellum::SpikingController`]) on the same lid.

mod config;
mod figures;
mod findings;
mod rates;
mod record;
mod spiking;
mod spiking_figures;
mod spiking_findings;
mod study;
mod subject;

pub use config::Config as EyeblinkConfig;
pub use record::{Phase, Record as EyeblinkRecord};
pub use study::Eyeblink;
