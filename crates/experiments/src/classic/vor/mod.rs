//! `classic/vor`: a reflex without feedback is calibrated by a flocculus that is told of retinal slip too late.
//!
//! ```text
//! Subject (seed): eye, brainstem, head ──▶ circuit: ClosedLoop<Eye, VestibuloOcular> ──▶ courses, tests in the dark
//! ```
//!
//! Units: deg, deg/s, s, Hz. Positive phase: the eye leads perfect compensation.

mod circuit;
mod config;
mod figures;
mod findings;
mod record;
mod run;
mod study;

pub use config::VorConfig;
pub use record::VorRecord;
pub use study::Vor;
