//! "Cerebellar learning using perturbations": the simulations of Bouvier et al. 2018, one experiment
//! for each figure that shows a simulation, and three experiments that go beyond the paper.
//!
//! Ranges of findings come from equations of the paper, from its own numbers, or from a numerical check: the equations programmed
//! a second time, in numpy, before the experiments here were run.

mod cells;
pub mod credit;
mod look;
pub mod marr_albus_ito;
pub mod network;
pub mod perceptron;
pub mod pointing;
pub mod rules;
pub mod single_cell;
pub mod tracking;

/// The paper.
pub(crate) const PAPER: &str = "Bouvier et al. 2018, eLife 7:e31599, doi:10.7554/eLife.31599";

/// A range around a value, without the digits that only rounding gave.
pub(crate) fn around(value: f64, tolerance: f64) -> [Option<f64>; 2] {
    let rounded = |v: f64| Some((v * 1e9).round() / 1e9);
    [rounded(value - tolerance), rounded(value + tolerance)]
}
