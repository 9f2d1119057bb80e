//! Sums over and steps of the weights of active fibers.
//!
//! The weights w and v of a fiber lie side by side: one load brings both, and one pair of
//! lanes serves both. Sums run in [`LANES`] partial sums, dealt in turn and added in order,
//! so that additions overlap and the bits do not depend on the machine.

use crate::Error;
use lobule_signal::{Parameter, Ranges};

/// Partial sums side by side; four hide the latency of an addition, eight were not faster.
const LANES: usize = 4;

/// Sums of each kind of weight over the active fibers.
///
/// # Panics
/// If an index is not that of a weight.
#[inline]
pub(super) fn sums<const KINDS: usize>(active: &[u32], weights: &[[f64; KINDS]]) -> [f64; KINDS] {
    let add = |sum: &mut [f64; KINDS], by: &[f64; KINDS]| sum.iter_mut().zip(by).for_each(|(s, w)| *s += w);
    let mut lanes = [[0.0; KINDS]; LANES];
    let (chunks, rest) = active.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &i) in lanes.iter_mut().zip(chunk) {
            add(lane, &weights[i as usize]);
        }
    }
    for (lane, &i) in lanes.iter_mut().zip(rest) {
        add(lane, &weights[i as usize]);
    }
    let mut sums = [0.0; KINDS];
    lanes.iter().for_each(|lane| add(&mut sums, lane));
    sums
}

/// Adds a step to each kind of weight of the active fibers and rectifies the sum (38, 39, 42).
///
/// # Panics
/// If an index is not that of a weight.
#[inline]
pub(super) fn learn<const KINDS: usize>(active: &[u32], weights: &mut [[f64; KINDS]], step: [f64; KINDS]) {
    for &i in active {
        weights[i as usize].iter_mut().zip(step).for_each(|(w, by)| *w = rectified(*w + by));
    }
}

/// Refuses weights of another perceptron, or such as no run can give.
pub(super) fn check_snapshot(weights: &[f64], expected: usize) -> Result<(), Parameter> {
    let ranges = Ranges::of("snapshot");
    let allowed = format!("{expected} weights are needed; take a snapshot of the same perceptron");
    ranges.require(weights.len() == expected, "number of weights", weights.len() as f64, allowed)?;
    weights.iter().try_for_each(|&weight| ranges.at_least_zero("weight", weight))
}

/// Refuses a sum of errors that is not finite, as it is if a single rate is not.
pub(super) fn finite(sum: f64, trial: u64) -> Result<(), Error> {
    if sum.is_finite() { Ok(()) } else { Err(Error::NonFinite { quantity: "perceptron.error", trial }) }
}

/// \[x\]+; a value that is not a number stays one, to be found at the end of the epoch.
#[inline]
fn rectified(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}
