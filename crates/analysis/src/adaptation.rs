//! Measures of adaptation on a series of signed errors.

use crate::mean;

const FIRST: usize = 4;
const LAST: usize = 6;

/// Adaptation in a protocol of baseline, exposure and removal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptation {
    /// Mean error of the first four trials of the exposure.
    pub first: f64,
    /// Mean error of the last six.
    pub last: f64,
    /// `last / first`.
    pub ratio: f64,
    /// Mean error of trials 2 to 6 after removal; the first still reflects the trial before it.
    pub after: f64,
}

/// Measures adaptation. Needs at least six trials of exposure and of removal; fewer give `None`.
///
/// # Example
/// ```
/// let errors = [vec![0.0; 5], vec![20.0; 10], vec![0.0; 6]].concat();
/// let a = lobule_analysis::adaptation(&errors, 5, 10).unwrap();
/// assert_eq!((a.first, a.last, a.ratio, a.after), (20.0, 20.0, 1.0, 0.0));
/// ```
pub fn adaptation(errors: &[f64], baseline: usize, exposure: usize) -> Option<Adaptation> {
    let removal = baseline + exposure;
    if exposure < LAST || errors.len() < removal + 6 {
        return None;
    }
    let first = mean(&errors[baseline..baseline + FIRST]);
    let last = mean(&errors[removal - LAST..removal]);
    Some(Adaptation { first, last, ratio: last / first, after: mean(&errors[removal + 1..removal + 6]) })
}
