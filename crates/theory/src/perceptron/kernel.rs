//! Sums over and steps of the weights of active fibers.
//!
//! The weights w and v of a fiber lie side by side: one load brings both, and one pair of
//! lanes serves both. Sums run in [`LANES`] partial sums, dealt in turn and added in order,
//! so that additions overlap and the bits do not depend on the machine.

/// Partial sums side by side; four hide the latency of an addition, eight were not faster.
const LANES: usize = 4;

/// Sums of both weights over the active fibers.
///
/// # Panics
/// When an index is not that of a weight.
#[inline]
pub(super) fn sums(active: &[u32], weights: &[[f64; 2]]) -> [f64; 2] {
    let mut lanes = [[0.0; 2]; LANES];
    let (chunks, rest) = active.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &i) in lanes.iter_mut().zip(chunk) {
            let [w, v] = weights[i as usize];
            *lane = [lane[0] + w, lane[1] + v];
        }
    }
    for (lane, &i) in lanes.iter_mut().zip(rest) {
        let [w, v] = weights[i as usize];
        *lane = [lane[0] + w, lane[1] + v];
    }
    lanes.iter().fold([0.0; 2], |[w, v], lane| [w + lane[0], v + lane[1]])
}

/// Adds a step to both weights of the active fibers, and stops them at 0 (38, 39).
///
/// # Panics
/// When an index is not that of a weight.
#[inline]
pub(super) fn learn(active: &[u32], weights: &mut [[f64; 2]], step: [f64; 2]) {
    for &i in active {
        let [w, v] = &mut weights[i as usize];
        (*w, *v) = (rectified(*w + step[0]), rectified(*v + step[1]));
    }
}

/// Sum of single weights over the active fibers.
///
/// # Panics
/// When an index is not that of a weight.
#[inline]
pub(super) fn sum(active: &[u32], weights: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = active.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &i) in lanes.iter_mut().zip(chunk) {
            *lane += weights[i as usize];
        }
    }
    for (lane, &i) in lanes.iter_mut().zip(rest) {
        *lane += weights[i as usize];
    }
    lanes.iter().sum()
}

/// Adds a step to the weights of the active fibers, and stops them at 0 (42).
///
/// # Panics
/// When an index is not that of a weight.
#[inline]
pub(super) fn learn_one(active: &[u32], weights: &mut [f64], step: f64) {
    for &i in active {
        let w = &mut weights[i as usize];
        *w = rectified(*w + step);
    }
}

/// \[x\]+; a value that is not a number stays one, to be found at the end of the epoch.
#[inline]
fn rectified(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}
