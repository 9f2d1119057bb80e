//! Counterfactual predictive control and feedback-error learning on one bench of linear plants with delays.
//!
//! ```text
//! Bench (plant, feedback, delays, signals) ──▶ response h, first error ε₀ ──Lifted──▶ learning curves
//!                                          └──▶ ClosedLoop with Adaptive, tick by tick
//! ```
//!
//! Source: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775 (rule and architecture, from the abstract). Plants,
//! gains and expected values come from an independent program of the same bench, called the reference.

mod bench;
mod cascade;
mod family;
mod figures;
mod gradient;
mod mismatch;
mod plants;
mod posture;
mod probe;
mod push;
mod spectrum;
mod traces;
mod tracking;
mod transfer;

pub use cascade::Cascade;
pub use gradient::Gradient;
pub use mismatch::MismatchMap;
pub use plants::OtherPlants;
pub use posture::Posture;
pub use spectrum::Spectrum;
pub use traces::Traces;
pub use tracking::Tracking;
pub use transfer::Transfer;
