//! Generators: spike sources whose activity is written down beforehand, so that it is a function of
//! (seed, label, step, neuron) and needs no state.
//!
//! [`PoissonGenerator`]: independent Poisson processes with one rate that changes in time. The number of
//! spikes in a step is Poisson distributed with the mean `rate(t) · dt`, with the rate at the begin of the step.
//! [`crate::Model::SpikeTimes`]: the spikes of a list.
//! # Receives / emits
//! Nothing / spikes.
//! # Source
//! NEST's `poisson_generator`, `inhomogeneous_poisson_generator`, `sinusoidal_poisson_generator` and `spike_generator`.
//! # Pinned by
//! `tests/generators.rs`.

use super::poisson::{check_rate, draw, settled};
use super::{BlockStep, LocalSpike, NeuronModel};
use crate::{error::CompileError, ranges::FINITE};
use lobule_signal::{Clock, GROUP, Ranges};
use serde::{Deserialize, Serialize};

/// A rate as a function of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RateProfile {
    /// (begin ms, rate Hz): each rate holds from its begin to the next; before the first one it is 0. Begins rise.
    Steps(Vec<(f64, f64)>),
    /// `mean + amplitude · sin(2π frequency · t + phase)` from `from_ms` to `to_ms`, 0 outside; where the sum
    /// is negative the rate is 0, as in NEST.
    Sinusoid {
        /// Mean rate, Hz.
        mean_hz: f64,
        /// Amplitude, Hz.
        amplitude_hz: f64,
        /// Frequency of the modulation, Hz.
        frequency_hz: f64,
        /// Phase at time 0, rad.
        phase_rad: f64,
        /// Begin, ms.
        from_ms: f64,
        /// End, ms; may be infinite.
        to_ms: f64,
    },
}

/// Independent Poisson processes that share a rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoissonGenerator {
    /// Rate of every neuron.
    pub rate: RateProfile,
}

/// A begin or end that need not lie on the grid: the first step that begins at it or later.
fn step_from(ms: f64, clock: &Clock) -> u64 {
    // A time that was meant to lie on the grid is not pushed to the next step by its last bit.
    (ms / clock.dt_ms() - 1e-6).ceil().max(0.0) as u64
}

/// The mean number of events in a step.
pub(crate) enum Poisson {
    /// (first step, mean number of events in a step)
    Steps(Vec<(u64, f64)>),
    Sinusoid {
        mean: f64,
        amplitude: f64,
        radians_per_step: f64,
        phase: f64,
        steps: std::ops::Range<u64>,
    },
}

impl Poisson {
    pub(crate) fn new(p: &PoissonGenerator, ranges: &Ranges, clock: &Clock) -> Result<Self, CompileError> {
        let dt_s = clock.dt_ms() * 1e-3;
        Ok(match &p.rate {
            RateProfile::Steps(steps) => {
                let mut before = 0.0;
                for &(ms, hz) in steps {
                    let allowed = "begins are 0 ms or later and rise";
                    ranges.require(ms >= before, "begin of a rate", ms, allowed)?;
                    check_rate(ranges, "rate", hz, clock)?;
                    before = ms;
                }
                Self::Steps(steps.iter().map(|&(ms, hz)| (step_from(ms, clock), hz * dt_s)).collect())
            }
            &RateProfile::Sinusoid { mean_hz, amplitude_hz, frequency_hz, phase_rad, from_ms, to_ms } => {
                check_rate(ranges, "mean_hz", mean_hz, clock)?;
                check_rate(ranges, "mean_hz + |amplitude_hz|", mean_hz + amplitude_hz.abs(), clock)?;
                let nyquist = 0.5 / dt_s;
                let slow = format!("a frequency lies in 0..{nyquist} Hz at this time step");
                let is_slow = (0.0..=nyquist).contains(&frequency_hz);
                ranges.require(is_slow, "frequency_hz", frequency_hz, slow)?;
                ranges.within(FINITE, &[("phase_rad", phase_rad)])?;
                ranges.require(from_ms >= 0.0, "from_ms", from_ms, "0 ms or later is needed")?;
                let follows = to_ms > from_ms;
                ranges.require(follows, "to_ms", to_ms.min(f64::MAX), "the end must follow the begin")?;
                Self::Sinusoid {
                    mean: mean_hz * dt_s,
                    amplitude: amplitude_hz * dt_s,
                    radians_per_step: std::f64::consts::TAU * frequency_hz * dt_s,
                    phase: phase_rad,
                    steps: step_from(from_ms, clock)..step_from(to_ms, clock),
                }
            }
        })
    }

    fn mean(&self, step: u64) -> f64 {
        match self {
            Self::Steps(steps) => {
                let k = steps.partition_point(|&(first, _)| first <= step);
                if k == 0 { 0.0 } else { steps[k - 1].1 }
            }
            Self::Sinusoid { mean, amplitude, radians_per_step, phase, steps } => {
                if !steps.contains(&step) {
                    return 0.0;
                }
                let x = mean + amplitude * libm::sin(radians_per_step * step as f64 + phase);
                if x > 0.0 { x } else { 0.0 }
            }
        }
    }
}

impl NeuronModel for Poisson {
    fn is_generator(&self) -> bool {
        true
    }

    fn advance(&self, block: BlockStep<'_>) {
        for step in 0..block.steps {
            let now = block.first_step + step as u64;
            let mean = self.mean(now);
            if mean <= 0.0 {
                continue;
            }
            let means = [mean; GROUP];
            let silent = settled(&means);
            for base in (0..block.stride).step_by(GROUP) {
                draw(block.stream, now, block.first_neuron + base as u32, &means, &silent, |j, count| {
                    // The last group is not full.
                    if base + j < block.len {
                        let spike = LocalSpike { step: step as u16, neuron: (base + j) as u16 };
                        block.spikes.extend((0..count).map(|_| spike));
                    }
                });
            }
        }
    }
}

pub(crate) struct Listed {
    /// (step, neuron), in order.
    spikes: Vec<(u64, u32)>,
}

impl Listed {
    /// The spikes of a population of `n` neurons.
    pub fn new(
        listed: &[(f64, u32)],
        n: usize,
        ranges: &Ranges,
        clock: &Clock,
    ) -> Result<Self, CompileError> {
        let mut spikes = Vec::with_capacity(listed.len());
        for &(ms, neuron) in listed {
            let allowed = format!("there are {n} neurons, counted from 0");
            ranges.require((neuron as usize) < n, "neuron of a spike", neuron.into(), allowed)?;
            let off = |source| CompileError::Time { of: ranges.owner().into(), source };
            spikes.push((clock.steps(ms).map_err(off)?, neuron));
        }
        spikes.sort_unstable();
        Ok(Self { spikes })
    }
}

impl NeuronModel for Listed {
    fn is_generator(&self) -> bool {
        true
    }

    fn advance(&self, block: BlockStep<'_>) {
        let neurons = block.first_neuron..block.first_neuron + block.len as u32;
        let from = self.spikes.partition_point(|s| s.0 < block.first_step);
        let to = self.spikes.partition_point(|s| s.0 < block.first_step + block.steps as u64);
        for &(step, neuron) in self.spikes[from..to].iter().filter(|s| neurons.contains(&s.1)) {
            let step = (step - block.first_step) as u16;
            block.spikes.push(LocalSpike { step, neuron: (neuron - neurons.start) as u16 });
        }
    }
}
