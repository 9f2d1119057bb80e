//! Draws from the distributions a configuration may name.

use crate::configuration::Distribution;
use lobule_signal::Stream;

/// The integer part of a draw, not below 0.
///
/// The integer part, not the nearest integer, as in BSB: N(160, 5) gives 159.5 on average.
pub(super) fn count(of: Distribution, stream: Stream, step: u64, index: u32) -> u32 {
    let value = match of {
        Distribution::Constant(value) => value,
        Distribution::Normal { mean, sd } => mean + sd * stream.normal(step, index),
        Distribution::Uniform { low, width } => low + width * stream.uniform(step, index),
        Distribution::Exponential { low, scale } => low - scale * libm::log(stream.uniform(step, index)),
    };
    value.max(0.0) as u32
}
