//! "Cerebellar learning using perturbations": the simulations of Bouvier et al. 2018, one experiment
//! for each figure that shows a simulation, and three experiments that go beyond the paper.
//!
//! Ranges of findings come from equations of the paper, from its own numbers, or from a numerical check: the equations programmed
//! a second time, in numpy, before the experiments here were run.

mod cells;
mod credit;
mod look;
mod marr_albus_ito;
mod network;
mod perceptron;
mod pointing;
mod rules;
mod single_cell;
mod tracking;

use lobule_study::{Check, Error};
use lobule_theory::network::NetworkParameters;

pub use credit::Credit;
pub use marr_albus_ito::MarrAlbusIto;
pub use network::Network;
pub use perceptron::Perceptron;
pub use pointing::Pointing;
pub use rules::Rules;
pub use single_cell::SingleCell;
pub use tracking::Tracking;

/// The paper.
pub(crate) const PAPER: &str = "Bouvier et al. 2018, eLife 7:e31599, doi:10.7554/eLife.31599";

/// Synapses from mossy fibers in all patterns, at most. Chosen: a network is then made within a minute.
const MOST_SYNAPSES: usize = 1_000_000_000;

/// Refuses a network that its parts refuse, or one of too many synapses.
pub(crate) fn check_network(network: &NetworkParameters) -> Result<(), Error> {
    let NetworkParameters { rows, columns, fibers_per_row, patterns, .. } = *network;
    let few = format!(
        "times rows = {rows}, columns = {columns} and patterns = {patterns}, at most {MOST_SYNAPSES} is allowed"
    );
    let fits = rows * columns * fibers_per_row * patterns <= MOST_SYNAPSES;
    Check::of("network").that("fibers_per_row", fibers_per_row, fits, &few)?;
    Ok(network.validate()?)
}

/// A range around a value, without the digits that only rounding gave.
pub(crate) fn around(value: f64, tolerance: f64) -> [Option<f64>; 2] {
    let rounded = |v: f64| Some((v * 1e9).round() / 1e9);
    [rounded(value - tolerance), rounded(value + tolerance)]
}
