//! Poisson generator: independent processes with a rate per neuron.
//!
//! Equation: the number of spikes in a step is Poisson distributed with mean `rate · dt`; a neuron with k events
//! emits k spikes in that step. State: `rate` (Hz), which may be set between intervals. Emits spikes, receives none.

use super::{BlockStep, LocalSpike, NeuronModel, Variable, lanes::for_each_bit};
use lobule_signal::{Clock, GROUP, Parameter, Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Parameters of the Poisson generator.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Poisson {
    /// Rate of every neuron at step 0, Hz.
    pub rate_hz: f64,
}

/// More events than this in one step are refused: the quantile starts from `exp(-mean)`, which must not vanish.
const MOST_EVENTS: f64 = 500.0;

/// The highest rate that a time step allows, Hz.
fn max_rate_hz(clock: &Clock) -> f64 {
    MOST_EVENTS / (clock.dt_ms() * 1e-3)
}

/// Refuses a rate that is negative or too high for a time step.
pub fn check_rate(ranges: &Ranges, name: &'static str, hz: f64, clock: &Clock) -> Result<(), Parameter> {
    let most = max_rate_hz(clock);
    let allowed = format!("a rate lies in 0..{most} Hz at this time step");
    ranges.require((0.0..=most).contains(&hz), name, hz, allowed)
}

pub(crate) struct Compiled {
    rate_hz: f32,
    dt_s: f64,
}

impl Compiled {
    pub(crate) fn new(p: &Poisson, ranges: &Ranges, clock: &Clock) -> Result<Self, Parameter> {
        check_rate(ranges, "rate_hz", p.rate_hz, clock)?;
        Ok(Self { rate_hz: p.rate_hz as f32, dt_s: clock.dt_ms() * 1e-3 })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable { padding: 0.0, ..Variable::new("rate", "Hz", self.rate_hz) }]
    }

    fn max_rate_hz(&self) -> Option<f64> {
        Some(MOST_EVENTS / self.dt_s)
    }

    fn is_generator(&self) -> bool {
        true
    }

    fn advance(&self, block: BlockStep<'_>) {
        for base in (0..block.stride).step_by(GROUP) {
            let rates = &block.state[base..base + GROUP];
            if rates.iter().all(|&rate| rate <= 0.0) {
                continue;
            }
            let means: [f64; GROUP] = std::array::from_fn(|j| f64::from(rates[j]) * self.dt_s);
            let silent = settled(&means);
            for step in 0..block.steps {
                let (first, now) = (block.first_neuron + base as u32, block.first_step + step as u64);
                draw(block.stream, now, first, &means, &silent, |j, count| {
                    let spike = LocalSpike { step: step as u16, neuron: (base + j) as u16 };
                    block.spikes.extend((0..count).map(|_| spike));
                });
            }
        }
    }
}

/// For each mean the draw below which there is no event: exp(-m) >= 1 - m, so that most neurons are
/// settled without an exponential.
pub(super) fn settled(means: &[f64; GROUP]) -> [u32; GROUP] {
    std::array::from_fn(|j| ((1.0 - means[j]) * 4_294_967_296.0 - 1.0) as u32)
}

/// Draws the number of events of 32 neurons in one step and calls `emit(neuron in the group, events)` for
/// those with any.
pub(super) fn draw(
    stream: &Stream,
    step: u64,
    first_neuron: u32,
    means: &[f64; GROUP],
    silent: &[u32; GROUP],
    mut emit: impl FnMut(usize, usize),
) {
    let mut draws = [0u32; GROUP];
    stream.fill_group(step, first_neuron / GROUP as u32, &mut draws);
    let mut maybe = 0u32;
    for j in 0..GROUP {
        maybe |= u32::from(draws[j] >= silent[j]) << j;
    }
    for_each_bit(maybe, |j| {
        let u = (f64::from(draws[j]) + 0.5) / 4_294_967_296.0;
        match poisson_quantile(means[j], u) {
            0 => {}
            count => emit(j, count),
        }
    });
}

/// The smallest k whose cumulative Poisson probability of mean `m` exceeds `u`.
fn poisson_quantile(m: f64, u: f64) -> usize {
    let mut term = libm::exp(-m);
    let mut sum = term;
    let mut k = 0;
    while u >= sum && term > 0.0 && k < 1000 {
        k += 1;
        term *= m / k as f64;
        sum += term;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::poisson_quantile;

    #[test]
    fn quantiles_have_the_poisson_mean_and_variance() {
        for m in [0.001, 0.05, 0.8, 20.0, 500.0] {
            let n = 100_000;
            let ks: Vec<f64> =
                (0..n).map(|i| poisson_quantile(m, (i as f64 + 0.5) / n as f64) as f64).collect();
            let mean = ks.iter().sum::<f64>() / n as f64;
            let var = ks.iter().map(|k| (k - mean).powi(2)).sum::<f64>() / n as f64;
            // The midpoint rule on the quantile function errs by less than the tail of one cell.
            let scale = f64::max(1.0, m);
            assert!((mean - m).abs() < 1e-3 * scale && (var - m).abs() < 2e-3 * scale, "{m}: {mean} {var}");
        }
    }
}
