//! `classic/vor`: a flocculus calibrates the vestibulo-ocular reflex, which has no feedback, from delayed retinal slip.
//!
//! ```text
//! Subject (seed): eye, brainstem, head ──▶ circuit: ClosedLoop<Eye, VestibuloOcular> ──▶ calibration, tests in the dark
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

pub use study::Vor;
