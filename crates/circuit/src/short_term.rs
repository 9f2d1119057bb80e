//! Short-term plasticity: resources that a spike uses up and a release probability that it raises.
//!
//! # Equation
//! At a spike that comes h after the last one of the same neuron
//! ```text
//! x ← 1 + (x - x u - 1) exp(-h/tau_rec)
//! u ← U + u (1 - U) exp(-h/tau_fac)          exp(...) = 0 for tau_fac = 0
//! ```
//! and the synapse acts with the weight x u w. The first spike acts with the values of the start.
//! # Source
//! Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719; NEST `tsodyks2_synapse`, after Maass & Markram 2002,
//! doi:10.1016/S0893-6080(01)00144-7.
//! # Design
//! All synapses of a source in one projection have seen the same spikes, so x and u belong to the
//! source and a spike's efficacy x u is computed once, whatever the number of its targets.
//! # Pinned by
//! `tests/short_term.rs`, `tests/nest.rs`.

use crate::SpikeHistory;
use lobule_signal::{Parameter, Range as Allowed, Ranges};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Parameters of short-term plasticity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortTerm {
    /// Increment of the release probability by a spike, U, 0..=1.
    pub u: f64,
    /// Time constant of recovery, ms.
    pub tau_rec_ms: f64,
    /// Time constant of facilitation, ms; 0 for none.
    pub tau_fac_ms: f64,
    /// Release probability of the first spike, 0..=1.
    pub u_start: f64,
    /// Part of the resources that the first spike finds, 0..=1.
    pub x_start: f64,
}

impl ShortTerm {
    /// With all resources and a release probability of 0.5 at the start, as NEST.
    pub fn new(u: f64, tau_rec_ms: f64, tau_fac_ms: f64) -> Self {
        Self { u, tau_rec_ms, tau_fac_ms, u_start: 0.5, x_start: 1.0 }
    }

    pub(crate) fn check(&self, label: &str) -> Result<(), Parameter> {
        let ranges = Ranges::of(format!("short-term plasticity of projection `{label}`"));
        let probability: Allowed = (|x| (0.0..=1.0).contains(&x), "a probability lies in 0..1");
        ranges.within(probability, &[("u", self.u), ("u_start", self.u_start)])?;
        ranges.within((probability.0, "a part lies in 0..1"), &[("x_start", self.x_start)])?;
        ranges.within((|x| x > 0.0, "a positive time is needed"), &[("tau_rec_ms", self.tau_rec_ms)])?;
        ranges.within((|x| x >= 0.0, "0 ms or more is needed"), &[("tau_fac_ms", self.tau_fac_ms)])
    }
}

/// Step of a spike that has not been.
const NEVER: u64 = u64::MAX;

/// Memory of the sources of one projection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ShortTermState {
    pre: usize,
    /// Resources that the last spike found. `[n_pre]`
    x: Vec<f64>,
    /// Release probability of the last spike. `[n_pre]`
    u: Vec<f64>,
    /// Step of the last spike; [`NEVER`] before the first. `[n_pre]`
    last: Vec<u64>,
    /// x u of each spike that the source's history holds, in its order.
    efficacy: Vec<f32>,
}

impl ShortTermState {
    pub fn initial(p: &ShortTerm, pre: usize, n_pre: usize) -> Self {
        let (x, u, last) = (vec![p.x_start; n_pre], vec![p.u_start; n_pre], vec![NEVER; n_pre]);
        Self { pre, x, u, last, efficacy: Vec::with_capacity(4 * n_pre) }
    }

    /// Takes the spikes of some steps of `dt_ms`.
    pub fn take(&mut self, p: &ShortTerm, history: &SpikeHistory, steps: Range<u64>, dt_ms: f64) {
        for step in steps {
            for &pre in history.at(step) {
                let i = pre as usize;
                if self.last[i] != NEVER {
                    let h_ms = (step - self.last[i]) as f64 * dt_ms;
                    let (x, u) = (self.x[i], self.u[i]);
                    let facilitation = if p.tau_fac_ms > 0.0 { libm::exp(-h_ms / p.tau_fac_ms) } else { 0.0 };
                    self.x[i] = 1.0 + (x - x * u - 1.0) * libm::exp(-h_ms / p.tau_rec_ms);
                    self.u[i] = p.u + u * (1.0 - p.u) * facilitation;
                }
                self.last[i] = step;
                self.efficacy.push((self.x[i] * self.u[i]) as f32);
            }
        }
    }

    pub fn pre(&self) -> usize {
        self.pre
    }

    /// Efficacies of the spikes that the history holds at `range`.
    pub fn at(&self, range: Range<usize>) -> &[f32] {
        &self.efficacy[range]
    }

    /// With the efficacies of the spikes at `positions` only.
    pub fn select(&self, positions: &[usize]) -> Self {
        let efficacy = positions.iter().map(|&k| self.efficacy[k]).collect();
        Self { pre: self.pre, x: self.x.clone(), u: self.u.clone(), last: self.last.clone(), efficacy }
    }

    /// Joins parts: source `i` as part `owner(i)` has it, spike k as part and position `from[k]` have it.
    pub fn join(parts: &[&Self], from: &[(usize, usize)], owner: impl Fn(usize) -> usize) -> Self {
        let sources = 0..parts[0].x.len();
        Self {
            pre: parts[0].pre,
            x: sources.clone().map(|i| parts[owner(i)].x[i]).collect(),
            u: sources.clone().map(|i| parts[owner(i)].u[i]).collect(),
            last: sources.map(|i| parts[owner(i)].last[i]).collect(),
            efficacy: from.iter().map(|&(r, k)| parts[r].efficacy[k]).collect(),
        }
    }

    /// Drops the oldest `spikes`, as the history did.
    pub fn forget(&mut self, spikes: usize) {
        self.efficacy.drain(..spikes);
    }

    /// True if it belongs to the same sources as `other` and to a history that holds `spikes`.
    pub fn fits(&self, other: &Self, spikes: usize) -> bool {
        let n = other.x.len();
        self.pre == other.pre
            && self.x.len() == n
            && self.u.len() == n
            && self.last.len() == n
            && self.efficacy.len() == spikes
    }

    /// All numbers that may still act, as words to hash; `kept` are those of the recent spikes.
    pub fn words(&self, kept: impl Iterator<Item = Range<usize>>, mut word: impl FnMut(u64)) {
        self.x.iter().chain(&self.u).for_each(|v| word(v.to_bits()));
        self.last.iter().for_each(|&step| word(step));
        kept.for_each(|range| self.at(range).iter().for_each(|e| word(u64::from(e.to_bits()))));
    }
}
