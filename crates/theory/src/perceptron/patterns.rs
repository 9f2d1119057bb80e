//! Patterns: sets of active fibers with the target rate of the cell.
//!
//! Fibers are active independently with probability f; targets are uniform in \[0, Pmax\].
//! A pattern is kept as the ascending list of its active fibers. Measured at N = 1000, f = 0.2, a
//! presentation with learning took 0.2 us with lists at any vector width; dense sums and steps
//! over a mask of bytes took 0.3 us at 256 and 512 bits and 1.3 us at 128.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, methods of Figure 10.

use super::PerceptronParameters;
use crate::Error;
use lobule_signal::{Ranges, Stream};

/// A set of patterns with their targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Patterns {
    /// Number of fibers, which bounds the indices in `active`.
    fibers: u32,
    /// Active fibers, pattern after pattern, ascending in each.
    active: Vec<u32>,
    /// Start of each pattern in `active`, then its length. `[p + 1]`
    begin: Vec<usize>,
    /// `[p]`, Hz.
    targets_hz: Vec<f64>,
}

impl Patterns {
    /// Draws `count` patterns under `seed`. The first patterns of a larger set are those of a smaller one.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its range, or without a pattern.
    pub fn draw(parameters: &PerceptronParameters, count: u32, seed: u64) -> Result<Self, Error> {
        parameters.validate()?;
        Ranges::of("perceptron").require(count > 0, "patterns", f64::from(count), "1 or more")?;
        let fibers = Stream::new(seed, "perceptron.patterns");
        let targets = Stream::new(seed, "perceptron.targets");
        let (mut active, mut begin) = (Vec::new(), vec![0]);
        for mu in 0..count {
            let drawn = |i: &u32| fibers.uniform(u64::from(mu), *i) < parameters.active_fraction;
            active.extend((0..parameters.fibers).filter(drawn));
            begin.push(active.len());
        }
        let targets_hz = (0..count).map(|mu| parameters.rate_max_hz * targets.uniform(0, mu)).collect();
        Ok(Self { fibers: parameters.fibers, active, begin, targets_hz })
    }

    /// The same patterns with other targets, Hz.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there is not one finite target >= 0 for each pattern.
    pub fn with_targets(mut self, targets_hz: Vec<f64>) -> Result<Self, Error> {
        let (ranges, n) = (Ranges::of("perceptron"), targets_hz.len());
        ranges.require(n == self.len(), "number of targets", n as f64, "one for each pattern")?;
        targets_hz.iter().try_for_each(|&target| ranges.at_least_zero("targets", target))?;
        self.targets_hz = targets_hz;
        Ok(self)
    }

    /// Number of patterns p.
    pub fn len(&self) -> usize {
        self.targets_hz.len()
    }

    /// True if there is no pattern, which no set that was drawn is.
    pub fn is_empty(&self) -> bool {
        self.targets_hz.is_empty()
    }

    /// Active fibers of pattern `mu`, ascending.
    ///
    /// # Panics
    /// If the pattern does not exist.
    pub fn active(&self, mu: usize) -> &[u32] {
        &self.active[self.begin[mu]..self.begin[mu + 1]]
    }

    /// Target of each pattern, `[p]`, Hz.
    pub fn targets_hz(&self) -> &[f64] {
        &self.targets_hz
    }

    /// Checks that a perceptron has as many fibers as the patterns.
    pub(crate) fn belong_to(&self, parameters: &PerceptronParameters) -> Result<(), Error> {
        let allowed = format!("{}, for which the patterns were drawn", self.fibers);
        let n = f64::from(parameters.fibers);
        Ok(Ranges::of("perceptron").require(self.fibers == parameters.fibers, "fibers", n, allowed)?)
    }
}
