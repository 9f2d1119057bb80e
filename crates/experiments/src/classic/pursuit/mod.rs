//! `classic/pursuit`: an eye follows a target that it sees late.
//!
//! ```text
//! target ──slip, late──▶ Seen ▶ feedback, Smith predictor, flocculus ──desired velocity──▶ DrivenEye (brainstem + eye)
//! ```
//!
//! Units: deg, deg/s, s, Hz. Positive phase: the eye leads the target.

mod config;
mod eyes;
mod figures;
mod findings;
mod record;
mod run;
mod study;

pub use study::Pursuit;
