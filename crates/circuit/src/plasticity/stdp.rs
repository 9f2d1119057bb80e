//! Purkinje to nucleus plasticity: pairs of a presynaptic and a postsynaptic
//! spike, each with the last one of the other side.
//!
//! # Equation
//! ```text
//! inhibitory: Δw = ½ · 0.03 · w_max · { exp(-|δ|/τ₊) [1 + cos(2δ/τ₊)] - λ μ₊ exp(-|δ|/μ₋) [1 - cos(2δ/μ₋)] }
//! additive:   Δw = +λ w_max exp(-δ/τ₊)  for δ = t_post - t_pre > 0,   -α λ w_max exp(δ/τ₊)  for δ < 0
//! ```
//! Pairing is nearest-neighbor: a spike pairs with the last spike of the other
//! side. A pair in the same step counts once, at δ = 0, for the inhibitory rule and
//! not at all for the additive one.
//! # Source
//! cereb-nest `iSTDP`; Luque et al. 2016, doi:10.3389/fncom.2016.00017; NEST `stdp_synapse` with mu = 0.
//! # Pinned by
//! `tests/plasticity.rs`.

use super::{Learning, PlasticityRule, check, check_bounds};
use crate::error::CompileError;
use lobule_signal::Clock;
use serde::{Deserialize, Serialize};

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

pub(super) struct CompiledInhibitory {
    rule: InhibitoryStdp,
    dt_ms: f64,
}

impl CompiledInhibitory {
    pub(super) fn new(p: &InhibitoryStdp, of: &str, clock: &Clock) -> Result<Self, CompileError> {
        check_bounds(of, p.w_min, p.w_max)?;
        check(of, "tau_plus_ms", p.tau_plus_ms, p.tau_plus_ms > 0.0, "a positive number is needed")?;
        check(of, "mu_minus_ms", p.mu_minus_ms, p.mu_minus_ms > 0.0, "a positive number is needed")?;
        check(of, "lambda", p.lambda, p.lambda >= 0.0, "0 or more is needed")?;
        check(of, "mu_plus", p.mu_plus, p.mu_plus >= 0.0, "0 or more is needed")?;
        Ok(Self { rule: *p, dt_ms: clock.dt_ms() })
    }
}

pub(super) struct CompiledAdditive {
    rule: AdditiveStdp,
    dt_ms: f64,
}

impl CompiledAdditive {
    pub(super) fn new(p: &AdditiveStdp, of: &str, clock: &Clock) -> Result<Self, CompileError> {
        check_bounds(of, p.w_min, p.w_max)?;
        check(of, "tau_plus_ms", p.tau_plus_ms, p.tau_plus_ms > 0.0, "a positive number is needed")?;
        check(of, "lambda", p.lambda, p.lambda >= 0.0, "0 or more is needed")?;
        check(of, "alpha", p.alpha, p.alpha >= 0.0, "0 or more is needed")?;
        Ok(Self { rule: *p, dt_ms: clock.dt_ms() })
    }
}

impl PlasticityRule for CompiledInhibitory {
    fn window_steps(&self) -> u64 {
        1
    }

    fn needs_teacher(&self) -> bool {
        false
    }

    fn bounds(&self) -> (f32, f32) {
        (self.rule.w_min as f32, self.rule.w_max as f32)
    }

    fn memory(&self, n_pre: usize, n_post: usize) -> usize {
        n_pre + n_post
    }

    fn learn(&self, x: &mut Learning<'_>) {
        pair(x, self.bounds(), true, |steps| self.rule.change(steps as f64 * self.dt_ms) as f32);
    }
}

impl PlasticityRule for CompiledAdditive {
    fn window_steps(&self) -> u64 {
        1
    }

    fn needs_teacher(&self) -> bool {
        false
    }

    fn bounds(&self) -> (f32, f32) {
        (self.rule.w_min as f32, self.rule.w_max as f32)
    }

    fn memory(&self, n_pre: usize, n_post: usize) -> usize {
        n_pre + n_post
    }

    fn learn(&self, x: &mut Learning<'_>) {
        pair(x, self.bounds(), false, |steps| self.rule.change(steps as f64 * self.dt_ms) as f32);
    }
}

/// Pairs each spike with the last one of the other side, step by step:
/// first the sources of a step, then its targets. `change` takes t_post − t_pre in steps.
fn pair(x: &mut Learning<'_>, (lo, hi): (f32, f32), same_step: bool, change: impl Fn(i64) -> f32) {
    let n_pre = x.n_pre();
    for step in x.first_step..x.first_step + x.steps as u64 {
        let now = step as i64;
        for &pre in x.pre.at(step) {
            for k in x.synapses_of(pre) {
                let last = x.memory[n_pre + x.target(k)];
                if last >= 0 {
                    x.weights[k] = (x.weights[k] + change(last - now)).clamp(lo, hi);
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
                if last >= 0 && (same_step || last < now) {
                    let w = &mut x.weights[k as usize];
                    *w = (*w + change(now - last)).clamp(lo, hi);
                }
            }
            x.memory[n_pre + local] = now;
        }
    }
}
