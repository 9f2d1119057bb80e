//! Trials of the reduced single-cell model.
//!
//! Equations, \[x\]+ = max(x, 0):
//! ```text
//! perturbed (probability rho): E = |P + A - R|, I = [J - q (P + A)]+
//!   E > I: P <- [P - dP]+, J <- J + dJ   (19, 20)      otherwise: P <- P + dP, J <- [J - dJ]+   (21, 22)
//! unperturbed:                 E = |P - R|,     I = [J - q P]+
//!   E > I:                J <- J + dJ    (24)          otherwise:              J <- [J - dJ]+   (26)
//! ```
//! The paper leaves E = I open. Chosen: no error spike, since a spike tells that the error
//! exceeds its estimate; starts off the lattice of dP and dJ never meet the case.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1.

use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// SingleCellParameters of the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleCellParameters {
    /// Target rate R, Hz.
    pub target_hz: f64,
    /// Perturbation A of P on a perturbed trial, Hz.
    pub perturbation_hz: f64,
    /// Step dP of P, Hz; at 0, P is constant and J alone tracks the error (Figure 7).
    pub step_p_hz: f64,
    /// Step dJ of J, Hz.
    pub step_j_hz: f64,
    /// Ratio q of the influence of P on the olive to that on the movement.
    pub q: f64,
    /// Probability rho that a trial is perturbed.
    pub rho: f64,
}

impl SingleCellParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("single_cell");
        ranges.at_least_zero("target_hz", self.target_hz)?;
        ranges.at_least_zero("perturbation_hz", self.perturbation_hz)?;
        ranges.at_least_zero("step_p_hz", self.step_p_hz)?;
        ranges.positive("step_j_hz", self.step_j_hz)?;
        ranges.at_least_zero("q", self.q)?;
        Ok(ranges.probability("rho", self.rho)?)
    }

    /// beta = dJ / dP; infinite where P is held.
    pub fn beta(&self) -> f64 {
        self.step_j_hz / self.step_p_hz
    }
}

/// State of the cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SingleCellState {
    /// Purkinje rate P, Hz.
    pub p_hz: f64,
    /// Inhibition J of the olive, Hz.
    pub j_hz: f64,
    /// Trials done.
    pub trial: u64,
}

impl SingleCellState {
    /// The state before the first trial.
    pub fn at(p_hz: f64, j_hz: f64) -> Self {
        Self { p_hz, j_hz, trial: 0 }
    }
}

/// Outcome of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SingleCellTrial {
    /// Error E, Hz.
    pub error_hz: f64,
    /// Estimate I of it, Hz.
    pub estimate_hz: f64,
    /// True if P was perturbed.
    pub is_perturbed: bool,
    /// True if the olive reported E > I.
    pub is_error_spike: bool,
}

/// The reduced model: parameters and the stream of perturbations.
///
/// # Example: from far above the target to P\* = R - A (1 + q) / 2
/// ```
/// use lobule_theory::single_cell::{SingleCell, SingleCellParameters, SingleCellState};
/// let figure_9e = SingleCellParameters {
///     target_hz: 50.0, perturbation_hz: 10.0, step_p_hz: 1.0, step_j_hz: 2.0, q: 0.5, rho: 0.2,
/// };
/// let model = SingleCell::new(figure_9e, 1)?;
/// let mut state = SingleCellState::at(90.3, 80.1);
/// for _ in 0..2000 {
///     model.step(&mut state);
/// }
/// assert!((state.p_hz - 42.5).abs() < 3.0);
/// # Ok::<(), lobule_theory::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SingleCell {
    parameters: SingleCellParameters,
    perturbations: Stream,
}

impl SingleCell {
    /// A model whose perturbations are drawn under `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a parameter is outside its range.
    pub fn new(parameters: SingleCellParameters, seed: u64) -> Result<Self, Error> {
        parameters.validate()?;
        Ok(Self { parameters, perturbations: Stream::new(seed, "single_cell.perturbation") })
    }

    /// The parameters.
    pub fn parameters(&self) -> &SingleCellParameters {
        &self.parameters
    }

    /// Runs the next trial, perturbed with probability rho.
    pub fn step(&self, state: &mut SingleCellState) -> SingleCellTrial {
        let is_perturbed = self.perturbations.uniform(state.trial, 0) < self.parameters.rho;
        self.trial(state, is_perturbed)
    }

    /// Runs one trial with or without perturbation (19-26).
    pub fn trial(&self, state: &mut SingleCellState, is_perturbed: bool) -> SingleCellTrial {
        let SingleCellParameters { target_hz, perturbation_hz, step_p_hz, step_j_hz, q, .. } =
            self.parameters;
        let p = state.p_hz + if is_perturbed { perturbation_hz } else { 0.0 };
        let error_hz = (p - target_hz).abs();
        let estimate_hz = (state.j_hz - q * p).max(0.0);
        let is_error_spike = error_hz > estimate_hz;
        let sign = if is_error_spike { 1.0 } else { -1.0 };
        if is_perturbed {
            state.p_hz = (state.p_hz - sign * step_p_hz).max(0.0);
        }
        state.j_hz = (state.j_hz + sign * step_j_hz).max(0.0);
        state.trial += 1;
        SingleCellTrial { is_perturbed, error_hz, estimate_hz, is_error_spike }
    }
}
