//! The analog perceptron: N mossy fibers onto one Purkinje cell, which learns to answer p patterns with p rates, from one
//! global error or by the delta rule; and its capacity.
//!
//! * [`PerceptronParameters`]: fibers, their activity, threshold, mean weights;
//! * [`Patterns`]: active fibers of each pattern and its target rate;
//! * [`SgdegePerceptron`]: perturbation learning (36-41); [`DeltaPerceptron`]: the rule that knows the error (42);
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
pub use delta::{DeltaPerceptron, DeltaPerceptronState};
pub use parameters::{PerceptronParameters, Start, Steps};
pub use patterns::Patterns;
pub use sgdege::{Epoch, SgdegePerceptron, SgdegePerceptronState};
