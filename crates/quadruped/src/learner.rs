//! Cerebella that learn on top of a walker, by name: one place for all studies.

use lobule_control::walking::Cue;
use lobule_control::{Controller, Error};

/// Time from one update to the next, s.
pub const UPDATE_S: f64 = 0.02;

/// What learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learner {
    /// The Marr-Albus-Ito circuit with graded Purkinje cells.
    Circuit {
        /// Granule cells.
        cells: usize,
    },
    /// Adaptive filter.
    AdaptiveFilter,
    /// Stochastic gradient descent with estimated global errors.
    Sgdege,
    /// Microzone of the spiking scaffold.
    Eglif,
}

/// Rates of learning.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'a> {
    /// Of each output, 1/s.
    pub of_outputs: &'a [f64],
    /// Delay of the eligibility, s.
    pub delay_s: f64,
}

/// A cerebellum of one output for each rate, which is given these cues.
///
/// # Errors
/// What the cerebellum refuses.
pub fn cerebellum(
    learner: Learner,
    cues: &[Cue],
    rates: Rates,
    seed: u64,
) -> Result<Box<dyn Controller>, Error> {
    let _ = (learner, cues, rates, seed);
    Err(Error::Description { part: "learner".into(), what: "is not built".into() })
}
