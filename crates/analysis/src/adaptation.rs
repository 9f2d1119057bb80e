//! Measures of adaptation on a series of signed errors.

use crate::mean;

/// Trials at the start of the exposure that count as first.
const FIRST: usize = 4;
/// Trials at its end that count as last.
const LAST: usize = 6;

/// What a protocol baseline / exposure / removal came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptation {
    /// Mean error of the first four trials of the exposure.
    pub first: f64,
    /// Mean error of the last six.
    pub last: f64,
    /// `last / first`.
    pub ratio: f64,
    /// Mean error of trials 2 to 6 after removal: the first is still marked by the trial before it.
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
