//! Purkinje to nucleus plasticity: pairs of a presynaptic and a postsynaptic
//! spike, each with the last one of the other side.
//!
//! # Equation
//! ```text
//! inhibitory: Δw = ½ · 0.03 · w_max · { exp(-|δ|/τ₊) [1 + cos(2δ/τ₊)] - λ μ₊ exp(-|δ|/μ₋) [1 - cos(2δ/μ₋)] }
//! additive:   Δw = +λ w_max exp(-δ/τ₊)  for δ = t_post - t_pre > 0,   -α λ w_max exp(δ/τ₊)  for δ < 0
//! ```
//! Pairing is nearest-neighbor: a spike pairs with the last spike of the other side. A pair in the same step counts
//! once, at δ = 0, for the inhibitory rule and not at all for the additive one.
//! # Source
//! cereb-nest `iSTDP`; Luque et al. 2016, doi:10.3389/fncom.2016.00017; NEST `stdp_synapse` with mu = 0.
//! # Pinned by
//! `tests/plasticity.rs`.

use super::{Bounds, Learning, PlasticityRule};
use crate::ranges::{NOT_NEGATIVE, POSITIVE};
use lobule_signal::{Clock, Parameter, Ranges};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Parameters of the inhibitory rule with a symmetric window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InhibitoryStdp {
    /// Width of potentiation, ms.
    pub tau_plus_ms: f64,
    /// Strength of depression.
    pub lambda: f64,
    /// Amplitude of depression.
    pub mu_plus: f64,
    /// Width of depression, ms.
    pub mu_minus_ms: f64,
    /// Lowest weight, nS.
    pub w_min: f64,
    /// Highest weight, nS.
    pub w_max: f64,
}

impl InhibitoryStdp {
    /// The change of a pair at distance `delta_ms`, nS.
    pub fn change(&self, delta_ms: f64) -> f64 {
        let d = delta_ms.abs();
        let up = libm::exp(-d / self.tau_plus_ms) * (1.0 + libm::cos(2.0 * d / self.tau_plus_ms));
        let down = libm::exp(-d / self.mu_minus_ms) * (1.0 - libm::cos(2.0 * d / self.mu_minus_ms));
        0.5 * 0.03 * self.w_max * (up - self.lambda * self.mu_plus * down)
    }
}

/// Parameters of the additive pair rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdditiveStdp {
    /// Width of both windows, ms.
    pub tau_plus_ms: f64,
    /// Relative step.
    pub lambda: f64,
    /// Depression over potentiation.
    pub alpha: f64,
    /// Lowest weight, nS.
    pub w_min: f64,
    /// Highest weight, nS.
    pub w_max: f64,
}

impl AdditiveStdp {
    /// The change of a pair at δ = t_post − t_pre, nS.
    pub fn change(&self, delta_ms: f64) -> f64 {
        if delta_ms > 0.0 {
            self.lambda * self.w_max * libm::exp(-delta_ms / self.tau_plus_ms)
        } else if delta_ms < 0.0 {
            -self.alpha * self.lambda * self.w_max * libm::exp(delta_ms / self.tau_plus_ms)
        } else {
            0.0
        }
    }
}

/// A pair rule, by the change of a pair at t_post − t_pre in ms.
struct Compiled<F> {
    change: F,
    /// True if a pair of spikes in the same step counts.
    same_step: bool,
    bounds: Bounds,
    dt_ms: f64,
}

impl InhibitoryStdp {
    pub(super) fn compile(
        self,
        ranges: &Ranges,
        clock: &Clock,
    ) -> Result<Arc<dyn PlasticityRule>, Parameter> {
        let bounds = Bounds::new(ranges, self.w_min, self.w_max)?;
        ranges.within(POSITIVE, &[("tau_plus_ms", self.tau_plus_ms), ("mu_minus_ms", self.mu_minus_ms)])?;
        ranges.within(NOT_NEGATIVE, &[("lambda", self.lambda), ("mu_plus", self.mu_plus)])?;
        let (change, dt_ms) = (move |ms| self.change(ms), clock.dt_ms());
        Ok(Arc::new(Compiled { change, same_step: true, bounds, dt_ms }))
    }
}

impl AdditiveStdp {
    pub(super) fn compile(
        self,
        ranges: &Ranges,
        clock: &Clock,
    ) -> Result<Arc<dyn PlasticityRule>, Parameter> {
        let bounds = Bounds::new(ranges, self.w_min, self.w_max)?;
        ranges.within(POSITIVE, &[("tau_plus_ms", self.tau_plus_ms)])?;
        ranges.within(NOT_NEGATIVE, &[("lambda", self.lambda), ("alpha", self.alpha)])?;
        let (change, dt_ms) = (move |ms| self.change(ms), clock.dt_ms());
        Ok(Arc::new(Compiled { change, same_step: false, bounds, dt_ms }))
    }
}

impl<F: Fn(f64) -> f64 + Send + Sync> PlasticityRule for Compiled<F> {
    fn bounds(&self) -> (f32, f32) {
        (self.bounds.0, self.bounds.1)
    }

    fn memory(&self, n_pre: usize, n_post: usize) -> usize {
        n_pre + n_post
    }

    /// Pairs each spike with the last one of the other side, step by step: first the sources of a step, then its
    /// targets.
    fn learn(&self, x: &mut Learning<'_>) {
        let change = |steps: i64| (self.change)(steps as f64 * self.dt_ms) as f32;
        let n_pre = x.n_pre();
        for step in x.first_step..x.first_step + x.steps as u64 {
            let now = step as i64;
            for &pre in x.pre.at(step) {
                for k in x.synapses_of(pre) {
                    let last = x.memory[n_pre + x.target(k)];
                    if last >= 0 {
                        self.bounds.add(&mut x.weights[k], change(last - now));
                    }
                }
                x.memory[pre as usize] = now;
            }
            for &post in x.post.at(step) {
                let Some(local) = post.checked_sub(x.first_neuron).map(|l| l as usize).filter(|&l| l < x.len)
                else {
                    continue;
                };
                for &(k, pre) in x.synapses_onto(local) {
                    let last = x.memory[pre as usize];
                    if last >= 0 && (self.same_step || last < now) {
                        self.bounds.add(&mut x.weights[k as usize], change(now - last));
                    }
                }
                x.memory[n_pre + local] = now;
            }
        }
    }
}
