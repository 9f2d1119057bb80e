//! Delay conditioning of the eyelid: a tone, a puff of air some hundred milliseconds later, and a lid that learns to be closed by
//! then.
//!
//! The default cerebellum is [`lobule_control::Conditioning`], a model of rates with two sites of plasticity; with
//! `cerebellum = "spiking"` it is the E-GLIF scaffold ([`lobule_cerebellum::SpikingController`]) on the same lid.

mod config;
mod figures;
mod findings;
mod rates;
mod record;
mod spiking;
mod spiking_figures;
mod study;
mod subject;

pub use config::{Cerebellum, EyeblinkConfig};
pub use record::{Blocking, Cells, Course, EyeblinkRecord, Interval, Phase, Session, SpikingCourse};
pub use study::Eyeblink;
pub use subject::{Response, Stimuli, Subject};
