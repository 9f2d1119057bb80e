//! Capacity: the number of patterns that an analog perceptron with weights >= 0 can answer exactly.
//!
//! With random patterns and targets, and the mean weight fixed by the threshold,
//! ```text
//! p_c / N = max_b Phi(b)² / ((1 + b²) Phi(b) + b phi(b) + gamma G(b)²),   G(b) = phi(b) + b Phi(b)
//! ```
//! (Phi, phi: normal distribution function and density). The maximum lies where
//! b + gamma G(b) = 0; there p_c / N = Phi(b), and the fraction of weights at zero is 1 - Phi(b).
//!
//! The paper cites Clopath and Brunel 2013, doi:10.1371/journal.pcbi.1002919, for the number;
//! the formula is derived by a Gardner argument and agrees with it (391 at N = 1000, gamma = 1)
//! and with 0.5 N at gamma = 0.

use crate::Error;
use lobule_signal::Ranges;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// The capacity of a perceptron.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// Patterns per weight, p_c / N.
    pub load: f64,
    /// Fraction of weights that are zero at capacity.
    pub zero_weights: f64,
    /// Position b of the maximum.
    pub b: f64,
}

/// Computes the capacity at a given `gamma` = Var(R) / (f (1 - f) mean(w)²).
///
/// # Errors
/// [`Error::Parameter`] if gamma is negative or not finite.
///
/// # Example: 391 patterns for 1000 weights
/// ```
/// let capacity = lobule_theory::perceptron::capacity(1.0)?;
/// assert!((1000.0 * capacity.load - 391.3).abs() < 0.1);
/// # Ok::<(), lobule_theory::Error>(())
/// ```
pub fn capacity(gamma: f64) -> Result<Capacity, Error> {
    Ranges::of("perceptron").at_least_zero("gamma", gamma)?;
    // b + gamma G(b) rises with slope 1 + gamma Phi(b): one root. It is >= 0 at b = 0, and below 0
    // at b = -40, where G vanishes in f64. Halving until the ends are neighbors needs no tolerance.
    let (mut low, mut high) = (-40.0, 0.0);
    loop {
        let b = 0.5 * (low + high);
        if b <= low || b >= high {
            let b = high;
            return Ok(Capacity { load: distribution(b), zero_weights: 1.0 - distribution(b), b });
        }
        if b + gamma * partial_mean(b) < 0.0 { low = b } else { high = b }
    }
}

/// G(b) = phi(b) + b Phi(b), the mean of \[h + b\]+ for h standard normal.
fn partial_mean(b: f64) -> f64 {
    density(b) + b * distribution(b)
}

fn density(b: f64) -> f64 {
    libm::exp(-0.5 * b * b) / TAU.sqrt()
}

fn distribution(b: f64) -> f64 {
    0.5 * libm::erfc(-b * FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression under the maximum.
    fn load(b: f64, gamma: f64) -> f64 {
        let (cdf, g) = (distribution(b), partial_mean(b));
        cdf * cdf / ((1.0 + b * b) * cdf + b * density(b) + gamma * g * g)
    }

    #[test]
    fn the_root_is_where_the_load_is_largest() {
        for gamma in [0.0, 0.1, 1.0, 4.0] {
            let found = capacity(gamma).unwrap();
            assert!((load(found.b, gamma) - found.load).abs() < 1e-12, "gamma {gamma}");
            for k in -4000..4000 {
                let b = f64::from(k) / 1000.0;
                assert!(load(b, gamma) <= found.load + 1e-12, "gamma {gamma}, b {b}");
            }
        }
    }
}
