//! The adaptive filter: granule-cell signals, weights, and a trace at every synapse.
//!
//! ```text
//! senses ──Basis──▶ x[j] ──weights──▶ o = Σ w[j] x[j]
//!                    └────Traces──▶ e[j] ──× teacher──▶ Δw[j]
//! ```
//!
//! Source: Fujita 1982, doi:10.1007/BF00336192; Dean, Porrill, Ekerot & Jörntell 2010, doi:10.1038/nrn2756.

mod adaptive;
mod basis;
mod bound;
mod fourier;
mod trace;

pub use adaptive::{AdaptiveFilter, Learning, Step, Update};
pub use basis::{Basis, Tuning};
pub use bound::trial_bound;
pub use fourier::convolve;
pub use trace::{TraceModel, Traces};
