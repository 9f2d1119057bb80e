//! The analog perceptron: N mossy fibers onto one Purkinje cell, p patterns to be answered with
//! p rates, learned from one global error or with the delta rule, and how many can be learned.
//!
//! * [`Parameters`]: fibers, their activity, threshold, mean weights;
//! * [`Patterns`]: who is active in which pattern, and the rate it should give;
//! * [`Sgdege`]: perturbation learning (36-41); [`Delta`]: the rule that knows the error (42);
//! * [`capacity`]: the largest number of patterns that weights >= 0 can answer.
//!
//! Rates in Hz, weights in Hz (a weight is divided by sqrt(N) in the sum), an epoch is one
//! presentation of every pattern: the "trials" of the paper's figure are epochs.
//!
//! Source: Bouvier et al. 2018, eLife 7:e31599, doi:10.7554/eLife.31599, Figure 10.

mod capacity;
mod delta;
mod kernel;
mod parameters;
mod patterns;
mod sgdege;

pub use capacity::{Capacity, capacity};
pub use delta::{Delta, DeltaState};
pub use parameters::{Parameters, Start, Steps};
pub use patterns::Patterns;
pub use sgdege::{Epoch, Sgdege, SgdegeState};
