//! Supervised plasticity of granule-cell synapses: a constant change with every presynaptic spike, and a change in
//! proportion to an eligibility kernel with every spike of the synapse's own teacher.
//!
//! # Equation
//! ```text
//! every presynaptic spike:            w += a_pre
//! every spike of the target's teacher: w += a_teacher · Σ K(Δ)   over presynaptic spikes with -window <= Δ < 0
//! sin-exp (PF→PC):  K(Δ) = exp((t0 - Δ)/τ) sin^20(2π (Δ - t0)/τ) / 1.2848
//! alpha (PF→MLI):   K(Δ) = e (-Δ/τ) exp(Δ/τ)
//! ```
//! With τ = 1000 ms, t0 = 150 ms puts the peak of the sin-exp kernel near −100 ms
//! (the older kernel), t0 = 100 ms near −150 ms (the current one). The peak value is 1.
//!
//! PF→PC: a_pre >= 0 (potentiation), a_teacher <= 0 (climbing-fiber depression). PF→MLI: the signs are the other way
//! round. Other signs are refused: with a positive teacher amplitude at PF→PC weights can only grow.
//! # Source
//! Luque et al. 2016, doi:10.3389/fncom.2016.00017 (kernel); Antonietti et al. 2016,
//! doi:10.1109/TBME.2015.2485301 (three sites).
//! # Pinned by
//! `tests/plasticity.rs`.

use super::{Bounds, Learning, PlasticityRule, window_steps};
use crate::error::CompileError;
use crate::ranges::{FINITE, POSITIVE};
use lobule_signal::{Clock, Range, Ranges};
use serde::{Deserialize, Serialize};

/// Eligibility of a presynaptic spike at the time of the teacher's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Kernel {
    /// Delayed bump for Purkinje cells.
    SinExp {
        /// Phase, ms: 150 for the older kernel (peak near −100 ms), 100 for the current one (near −150 ms).
        t0_ms: f64,
        /// Period and decay, ms.
        tau_ms: f64,
    },
    /// Alpha function for interneurons, peak at −τ.
    Alpha {
        /// Time of the peak, ms.
        tau_ms: f64,
    },
}

impl Kernel {
    /// The kernel at `delta_ms` = t_pre − t_teacher, inside the window `-window_ms <= Δ < 0`.
    pub fn at(&self, delta_ms: f64, window_ms: f64) -> f64 {
        if !(-window_ms..0.0).contains(&delta_ms) {
            return 0.0;
        }
        match *self {
            Kernel::SinExp { t0_ms, tau_ms } => {
                let x = (delta_ms - t0_ms) / tau_ms;
                libm::exp(-x) * libm::sin(std::f64::consts::TAU * x).powi(20) / 1.2848
            }
            Kernel::Alpha { tau_ms } => {
                std::f64::consts::E * (-delta_ms / tau_ms) * libm::exp(delta_ms / tau_ms)
            }
        }
    }
}

/// Which of the two sites of granule-cell plasticity a rule belongs to; it fixes the signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Site {
    /// Parallel fiber to Purkinje cell.
    Purkinje,
    /// Parallel fiber to molecular-layer interneuron.
    Interneuron,
}

/// Parameters of the supervised rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Supervised {
    /// The site, which fixes the allowed signs.
    pub site: Site,
    /// Eligibility kernel.
    pub kernel: Kernel,
    /// Presynaptic spikes older than this do not count, ms.
    pub window_ms: f64,
    /// Change with every presynaptic spike, nS.
    pub a_pre: f64,
    /// Change with a teacher's spike at full eligibility, nS.
    pub a_teacher: f64,
    /// Lowest weight, nS.
    pub w_min: f64,
    /// Highest weight, nS.
    pub w_max: f64,
}

impl Supervised {
    /// PF→PC with the older kernel (peak near −100 ms): `a_plus` >= 0, `a_minus` <= 0, nS.
    pub fn pf_pc(a_plus: f64, a_minus: f64, w_max: f64) -> Self {
        Self {
            site: Site::Purkinje,
            kernel: Kernel::SinExp { t0_ms: 150.0, tau_ms: 1000.0 },
            window_ms: 200.0,
            a_pre: a_plus,
            a_teacher: a_minus,
            w_min: 0.0,
            w_max,
        }
    }

    /// PF→MLI with the alpha kernel (peak at −50 ms): `a_minus` <= 0 per presynaptic spike, `a_plus` >= 0, nS.
    pub fn pf_mli(a_minus: f64, a_plus: f64, w_max: f64) -> Self {
        let (site, kernel) = (Site::Interneuron, Kernel::Alpha { tau_ms: 50.0 });
        Self { site, kernel, ..Self::pf_pc(a_minus, a_plus, w_max) }
    }
}

pub(super) struct Compiled {
    /// Kernel by age in steps, `[0] = 0`. `[window + 1]`
    table: Vec<f32>,
    a_pre: f32,
    a_teacher: f32,
    bounds: Bounds,
}

impl Compiled {
    pub(super) fn new(p: &Supervised, ranges: &Ranges, clock: &Clock) -> Result<Self, CompileError> {
        let bounds = Bounds::new(ranges, p.w_min, p.w_max)?;
        let up: Range = (|x| x >= 0.0, "it must be 0 or positive at this site");
        let down: Range = (|x| x <= 0.0, "it must be 0 or negative at this site");
        let (pre, teacher) = match p.site {
            Site::Purkinje => (up, down),
            Site::Interneuron => (down, up),
        };
        ranges.within(pre, &[("a_pre", p.a_pre)])?;
        ranges.within(teacher, &[("a_teacher", p.a_teacher)])?;
        let (Kernel::SinExp { tau_ms, .. } | Kernel::Alpha { tau_ms }) = p.kernel;
        ranges.within(POSITIVE, &[("tau_ms", tau_ms)])?;
        if let Kernel::SinExp { t0_ms, .. } = p.kernel {
            ranges.within(FINITE, &[("t0_ms", t0_ms)])?;
        }
        let window = window_steps(ranges, p.window_ms, 5000.0, clock)?;
        let table = (0..=window).map(|age| p.kernel.at(-clock.ms(age), p.window_ms) as f32).collect();
        Ok(Self { table, a_pre: p.a_pre as f32, a_teacher: p.a_teacher as f32, bounds })
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
        for step in x.first_step..x.first_step + x.steps as u64 {
            // Every presynaptic spike.
            if self.a_pre != 0.0 {
                for &pre in x.pre.at(step) {
                    for k in x.synapses_of(pre) {
                        self.bounds.add(&mut x.weights[k], self.a_pre);
                    }
                }
            }
            // Every teacher spike: one eligibility per source, then the rows of the taught cells.
            if self.a_teacher == 0.0 || x.taught_at(step).is_empty() {
                continue;
            }
            x.scratch.resize(x.n_pre(), 0.0);
            let past =
                (1..self.table.len() as u64).filter(|&age| age <= step && self.table[age as usize] != 0.0);
            x.teach(step, past, &self.table, |w, sum| self.bounds.add(w, self.a_teacher * sum));
        }
    }
}
