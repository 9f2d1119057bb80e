//! Mossy-fiber to nucleus plasticity gated by Purkinje cells.
//!
//! # Equation
//! ```text
//! every presynaptic (mossy) spike:          w += a_plus
//! every pair with a teacher (Purkinje) spike: w += a_minus · exp(-|0.4 Δ|) cos²(Δ/1000),  |Δ| <= window
//! ```
//! All pairs within the window count, in whichever order they come; the public code pairs a later mossy spike with
//! the last Purkinje spike only. The cosine is near 1: the window is a symmetric exponential of 2.5 ms.
//! # Source
//! Luque et al. 2016, doi:10.3389/fncom.2016.00017; Antonietti et al. 2016, doi:10.1109/TBME.2015.2485301.
//! # Pinned by
//! `tests/plasticity.rs`.

use super::{Bounds, Learning, PlasticityRule, window_steps};
use crate::error::CompileError;
use lobule_signal::{Clock, Ranges};
use serde::{Deserialize, Serialize};

/// Parameters of the cos-exp rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CosExp {
    /// Change with every mossy spike, nS; 0 or positive.
    pub a_plus: f64,
    /// Change with a coincident Purkinje spike, nS; 0 or negative.
    pub a_minus: f64,
    /// Pairs further apart do not count, ms.
    pub window_ms: f64,
    /// Lowest weight, nS.
    pub w_min: f64,
    /// Highest weight, nS.
    pub w_max: f64,
}

impl CosExp {
    /// The kernel at Δ = t_pre − t_teacher, ms.
    pub fn kernel(delta_ms: f64) -> f64 {
        libm::exp(-(0.4 * delta_ms).abs()) * libm::cos(delta_ms / 1000.0).powi(2)
    }
}

pub(super) struct Compiled {
    /// Kernel by distance in steps. `[window + 1]`
    table: Vec<f32>,
    a_plus: f32,
    a_minus: f32,
    bounds: Bounds,
}

impl Compiled {
    pub(super) fn new(p: &CosExp, ranges: &Ranges, clock: &Clock) -> Result<Self, CompileError> {
        let bounds = Bounds::new(ranges, p.w_min, p.w_max)?;
        ranges.require(p.a_plus >= 0.0, "a_plus", p.a_plus, "it must be 0 or positive")?;
        ranges.require(p.a_minus <= 0.0, "a_minus", p.a_minus, "it must be 0 or negative")?;
        let window = window_steps(ranges, p.window_ms, 1000.0, clock)?;
        let table = (0..=window).map(|age| CosExp::kernel(clock.ms(age)) as f32).collect();
        Ok(Self { table, a_plus: p.a_plus as f32, a_minus: p.a_minus as f32, bounds })
    }
}

impl PlasticityRule for Compiled {
    fn window_steps(&self) -> u64 {
        self.table.len() as u64
    }

    fn needs_teacher(&self) -> bool {
        true
    }

    fn bounds(&self) -> (f32, f32) {
        (self.bounds.0, self.bounds.1)
    }

    fn learn(&self, x: &mut Learning<'_>) {
        let Some(teacher) = x.teacher else { return };
        x.scratch.resize(x.len.max(x.n_pre()), 0.0);
        for step in x.first_step..x.first_step + x.steps as u64 {
            let ages = 0..(self.table.len() as u64).min(step + 1);
            // Mossy spikes: the constant change, and Purkinje spikes strictly before them.
            if !x.pre.at(step).is_empty() {
                for age in ages.clone().skip(1) {
                    x.taught_at(step - age);
                    for &post in x.taught.iter() {
                        x.scratch[usize::from(post)] += self.table[age as usize];
                    }
                }
                for &pre in x.pre.at(step) {
                    for k in x.synapses_of(pre) {
                        self.bounds.add(&mut x.weights[k], self.a_plus);
                        let coincidence = x.scratch[x.target(k)];
                        if coincidence != 0.0 {
                            self.bounds.add(&mut x.weights[k], self.a_minus * coincidence);
                        }
                    }
                }
                x.scratch.fill(0.0);
            }
            // Purkinje spikes: mossy spikes before them or in the same step.
            if !teacher.at(step).is_empty() {
                x.teach(step, ages, &self.table, |w, sum| self.bounds.add(w, self.a_minus * sum));
            }
        }
    }
}
