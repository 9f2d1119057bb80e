//! Counterfactual predictive control and feedback-error learning on one bench of linear plants with delays.
//!
//! ```text
//! Bench (plant, law, delays, signals) ──▶ Subject: response h, first error ε₀ ──Lifted──▶ courses over trials
//!                                     └──▶ ClosedLoop with Cfpc or FeedbackErrorLearning, tick by tick
//! ```
//!
//! Source: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775 (rule and architecture, from the abstract); the
//! plants, gains and expected values are a measurement of our own with an independent program, called the reference.

mod bench;
mod cascade;
mod gradient;
mod mismatch;
mod plants;
mod posture;
mod spectrum;
mod traces;
mod tracking;
mod transfer;

pub use bench::{Bench, PlantConfig, Plants, reaches, signals, sines};
pub use cascade::Cascade;
pub use gradient::Gradient;
pub use mismatch::MismatchMap;
pub use plants::OtherPlants;
pub use posture::Posture;
pub use spectrum::Spectrum;
pub use traces::Traces;
pub use tracking::Tracking;
pub use transfer::Transfer;

/// Sources common to all experiments of this folder.
pub(crate) const SOURCES: &[&str] = &[
    "CFPC: Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775; rule and architecture from the abstract",
    "Feedback-error learning: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149; Gomi & Kawato 1993, doi:10.1016/S0893-6080(09)80004-X",
    "Convergence over trials: Bristow, Tharayil & Alleyne 2006, doi:10.1109/MCS.2006.1636313",
    "Cascade and anticipatory postural adjustment: Maffei, Herreros, Sanchez-Fibla, Friston & Verschure 2017, doi:10.1098/rspb.2017.1780",
    "Minimum jerk: Flash & Hogan 1985, doi:10.1523/JNEUROSCI.05-07-01688.1985",
    "Expected values: prototype of our own in numpy, independent of this program; no numbers of the paper are quoted",
];

/// Source of ranges that the reference measured.
pub(crate) const REFERENCE: &str = "independent numpy prototype of the same bench";
