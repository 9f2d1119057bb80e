//! Ranges of the numbers of a stored simulation. A value outside is a mistake, or would take memory and time without
//! bound.

use std::fmt;

/// An interval of finite numbers.
pub(super) struct Range {
    low: f64,
    high: f64,
    /// True if `low` itself is outside.
    is_above: bool,
    unit: &'static str,
}

const fn from(low: f64, high: f64, unit: &'static str) -> Range {
    Range { low, high, is_above: false, unit }
}

const fn above_zero(high: f64, unit: &'static str) -> Range {
    Range { low: 0.0, high, is_above: true, unit }
}

impl Range {
    pub fn contains(&self, value: f64) -> bool {
        value <= self.high && if self.is_above { value > self.low } else { value >= self.low }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high, unit, .. } = self;
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        match (self.is_above, *low == 0.0) {
            (true, _) => write!(f, "a number above 0, up to {high}{unit},"),
            (false, true) => write!(f, "a number of 0 or more, up to {high}{unit},"),
            _ => write!(f, "a number from {low} to {high}{unit}"),
        }
    }
}

/// Duration of a run. Chosen: a day.
pub(super) const DURATION: Range = above_zero(8.64e7, "ms");
/// Time step. Chosen: beyond what any model of a neuron allows.
pub(super) const RESOLUTION: Range = from(1.0e-3, 100.0, "ms");
/// Delay of a synapse or a device. Chosen: beyond any axon; spikes are kept for as long.
pub(super) const DELAY: Range = above_zero(1.0e4, "ms");
/// Begin or end of a device, and times of spikes and steps. Chosen: NEST's clock does not go further with a step of
/// 0.001 ms.
pub(super) const TIME: Range = from(0.0, 1.0e12, "ms");
/// Time between samples.
pub(super) const INTERVAL: Range = above_zero(8.64e7, "ms");
/// Rate of a generator. Chosen: several spikes in every step of 0.01 ms.
pub(super) const RATE: Range = from(0.0, 1.0e6, "Hz");
/// Amplitude of a rate.
pub(super) const RATE_AMPLITUDE: Range = from(-1.0e6, 1.0e6, "Hz");
/// Frequency of a rate.
pub(super) const FREQUENCY: Range = from(0.0, 1.0e6, "Hz");
/// Phase of a rate.
pub(super) const PHASE: Range = from(-1.0e6, 1.0e6, "degrees");
/// A part of all.
pub(super) const FRACTION: Range = from(0.0, 1.0, "");
/// A current.
pub(super) const CURRENT: Range = from(-1.0e9, 1.0e9, "pA");
/// Weight of a synapse or a device: nS, pA, or a factor.
pub(super) const WEIGHT: Range = from(-1.0e9, 1.0e9, "");
/// Mean and standard deviation of a logarithm.
pub(super) const EXPONENT: Range = from(-50.0, 50.0, "");
/// A coordinate or a distance. Chosen: beyond the range of chunk coordinates in a file (3.2 m).
pub(super) const COORDINATE: Range = from(-4.0e6, 4.0e6, "um");
/// Radius of a sphere or a cylinder.
pub(super) const RADIUS: Range = from(0.0, 1.0e7, "um");
/// Parameter of a model of NEST, whatever its unit.
pub(super) const PARAMETER: Range = from(-1.0e15, 1.0e15, "");
/// Most receptors of a cell.
pub(super) const MOST_RECEPTORS: usize = 1000;
