//! Poisson generator: independent processes with a rate per neuron.
//!
//! Equation: the number of spikes in a step is Poisson distributed with mean
//! `rate · dt`; a neuron with k events emits k spikes in that step.
//! State: `rate` (Hz), which may be set between intervals. Emits spikes, receives none.

use super::{BlockStep, LocalSpike, NeuronModel, Variable, check};
use crate::error::CompileError;
use lobule_signal::Clock;
use serde::{Deserialize, Serialize};

/// Parameters of the Poisson generator.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Poisson {
    /// Rate of every neuron at step 0, Hz.
    pub rate_hz: f64,
}

pub(super) struct Compiled {
    rate_hz: f32,
    dt_s: f64,
}

impl Compiled {
    pub(super) fn new(p: &Poisson, label: &str, clock: &Clock) -> Result<Self, CompileError> {
        check(label, "rate_hz", p.rate_hz, p.rate_hz >= 0.0, "a rate is 0 or more")?;
        Ok(Self { rate_hz: p.rate_hz as f32, dt_s: clock.dt_ms() * 1e-3 })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable { name: "rate".into(), unit: "Hz", initial: self.rate_hz, padding: 0.0 }]
    }

    fn receptors(&self) -> usize {
        0
    }

    fn advance(&self, block: BlockStep<'_>) {
        for step in 0..block.steps {
            for i in 0..block.len {
                let rate = block.state[i];
                if rate <= 0.0 {
                    continue;
                }
                let u = block.stream.uniform(block.first_step + step as u64, block.first_neuron + i as u32);
                for _ in 0..poisson_quantile(f64::from(rate) * self.dt_s, u) {
                    block.spikes.push(LocalSpike { step: step as u16, neuron: i as u16 });
                }
            }
        }
    }
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
        for m in [0.001, 0.05, 0.8] {
            let n = 100_000;
            let ks: Vec<f64> = (0..n).map(|i| poisson_quantile(m, (i as f64 + 0.5) / n as f64) as f64).collect();
            let mean = ks.iter().sum::<f64>() / n as f64;
            let var = ks.iter().map(|k| (k - mean).powi(2)).sum::<f64>() / n as f64;
            // The midpoint rule on the quantile function errs by less than the tail of one cell.
            assert!((mean - m).abs() < 1e-3 && (var - m).abs() < 2e-3, "{m}: {mean} {var}");
        }
    }
}
