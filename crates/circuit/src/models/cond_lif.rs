//! Conductance-based leaky integrate-and-fire neuron with an excitatory (receptor 1) and an inhibitory receptor (2).
//!
//! # Equation
//! ```text
//! C_m dV/dt = -g_L (V - E_L) + g_ex (E_ex - V) + g_in (E_in - V) + I_e
//! spike when V >= V_th; then V = V_reset, held for t_ref
//! ```
//! V advances by one Runge-Kutta step of fourth order with exact conductances, or by several where a synapse is shorter than the
//! step. `t_ref` is rounded up to whole steps, as NEST does.
//! # State variables
//! `v_m` mV, `refractory` steps, `g_ex`, `g_in` nS and their derivatives nS/ms. Derived: `i_syn_ex`, `i_syn_in` pA.
//! # Source
//! NEST `iaf_cond_exp` and `iaf_cond_alpha`; Meffin et al. 2004, doi:10.1023/B:JCNS.0000014108.03012.81.
//! # Valid for
//! total conductance up to 2.5 C_m / dt (beyond it the step is unstable and the run stops with an error).
//! # Pinned by
//! `tests/cond_lif.rs`.

use super::lanes::{Drive, ElectricLanes, emit, for_each_bit, hold, input, load, store};
use super::membrane::Membrane;
pub use super::synapse::SynapseShape;
use super::synapse::{Propagator, stiffest};
use super::{BlockStep, NeuronModel, Variable, grid, grid::Constant};
use crate::ranges::{FINITE, NOT_NEGATIVE, POSITIVE};
use lobule_signal::{Clock, GROUP, Parameter, Ranges};
use multiversion::multiversion;
use serde::{Deserialize, Serialize};

/// Parameters of the conductance LIF. The default is NEST's `iaf_cond_exp`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CondLif {
    /// Membrane capacitance, pF.
    pub c_m: f64,
    /// Leak conductance, nS.
    pub g_l: f64,
    /// Resting potential, mV.
    pub e_l: f64,
    /// Threshold, mV.
    pub v_th: f64,
    /// Reset potential, mV.
    pub v_reset: f64,
    /// Refractory period, ms.
    pub t_ref: f64,
    /// Excitatory reversal potential, mV.
    pub e_ex: f64,
    /// Inhibitory reversal potential, mV.
    pub e_in: f64,
    /// Excitatory synaptic time constant, ms.
    pub tau_syn_ex: f64,
    /// Inhibitory synaptic time constant, ms.
    pub tau_syn_in: f64,
    /// Constant current, pA.
    pub i_e: f64,
    /// Time course of both conductances.
    pub shape: SynapseShape,
    /// Initial potential, mV; none for `e_l`.
    #[serde(default)]
    pub v_init: Option<f64>,
}

impl Default for CondLif {
    fn default() -> Self {
        Self {
            c_m: 250.0,
            g_l: 16.6667,
            e_l: -70.0,
            v_th: -55.0,
            v_reset: -60.0,
            t_ref: 2.0,
            e_ex: 0.0,
            e_in: -85.0,
            tau_syn_ex: 0.2,
            tau_syn_in: 2.0,
            i_e: 0.0,
            shape: SynapseShape::Exponential,
            v_init: None,
        }
    }
}

pub(crate) struct Compiled {
    membrane: Membrane,
    /// Equal parts in which a step is integrated.
    parts: usize,
    v_init: f64,
    c_m: f64,
    i_e: f32,
    v_th: f32,
    v_reset: f32,
    refractory_steps: f32,
    syn: [Propagator; 2],
    /// E_rev - E_L, mV.
    drive: [f32; 2],
}

impl Compiled {
    pub(crate) fn new(
        p: &CondLif,
        ranges: &Ranges,
        clock: &Clock,
        receptors: usize,
    ) -> Result<Self, Parameter> {
        let times = [("tau_syn_ex", p.tau_syn_ex), ("tau_syn_in", p.tau_syn_in)];
        ranges.within(POSITIVE, &[("c_m", p.c_m), ("g_l", p.g_l)])?;
        ranges.within(POSITIVE, &times)?;
        let potentials = [("e_l", p.e_l), ("v_th", p.v_th), ("e_ex", p.e_ex), ("e_in", p.e_in)];
        ranges.within(FINITE, &potentials)?;
        let v_init = p.v_init.unwrap_or(p.e_l);
        ranges.within(FINITE, &[("i_e", p.i_e), ("v_init", v_init)])?;
        ranges.within(NOT_NEGATIVE, &[("t_ref", p.t_ref)])?;
        ranges.require(p.v_reset < p.v_th, "v_reset", p.v_reset, "it must lie below v_th")?;
        let dt = clock.dt_ms();
        let fast = format!("c_m / g_l must exceed {} ms at this time step", -1.0 / stiffest(dt));
        ranges.require(-p.g_l / p.c_m > stiffest(dt), "g_l", p.g_l, fast)?;
        let parts = {
            let constant = |&(name, tau_ms): &(_, f64)| Constant { name, tau_ms, longest: 1.0 };
            let used: Vec<_> = times[..receptors.min(2)].iter().map(constant).collect();
            grid::parts(ranges, &used, dt)?
        };
        let part = dt / parts as f64;
        Ok(Self {
            membrane: Membrane::new(part, -p.g_l / p.c_m, p.c_m, p.e_l, [0.0; 2]),
            parts,
            v_init,
            c_m: p.c_m,
            i_e: p.i_e as f32,
            v_th: p.v_th as f32,
            v_reset: p.v_reset as f32,
            refractory_steps: grid::whole_steps(ranges, "t_ref", p.t_ref, dt)?,
            syn: [Propagator::new(p.shape, p.tau_syn_ex, part), Propagator::new(p.shape, p.tau_syn_in, part)],
            drive: [(p.e_ex - p.e_l) as f32, (p.e_in - p.e_l) as f32],
        })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        let v_m = Variable::new("v_m", "mV", self.v_init as f32);
        let refractory = Variable { padding: 1e30, ..Variable::new("refractory", "steps", 0.0) };
        let synaptic = [("g_ex", "nS"), ("dg_ex", "nS/ms"), ("g_in", "nS"), ("dg_in", "nS/ms")];
        let synaptic = synaptic.map(|(name, unit)| Variable::new(name, unit, 0.0));
        [v_m, refractory].into_iter().chain(synaptic).collect()
    }

    fn receptors(&self) -> usize {
        2
    }

    fn derived(&self) -> Vec<(String, &'static str)> {
        vec![("i_syn_ex".into(), "pA"), ("i_syn_in".into(), "pA")]
    }

    fn derive(&self, k: usize, variable: &dyn Fn(usize) -> f32) -> f32 {
        variable(2 + 2 * k) * (self.drive[k] - (variable(0) - self.membrane.e_l))
    }

    fn capacitance(&self) -> Option<f64> {
        Some(self.c_m)
    }

    fn advance(&self, mut block: BlockStep<'_>) {
        advance(self, &mut block);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512bw+avx512vl", "x86_64+avx2", "x86_64+sse4.1"))]
fn advance(c: &Compiled, block: &mut BlockStep<'_>) {
    advance_plain(c, block);
}

/// The kernel as it is compiled for each set of instructions.
#[inline(always)]
pub(super) fn advance_plain(c: &Compiled, block: &mut BlockStep<'_>) {
    match (block.electric.is_some(), c.parts > 1) {
        (false, false) => advance_with::<false, false>(c, block),
        (true, false) => advance_with::<true, false>(c, block),
        (false, true) => advance_with::<false, true>(c, block),
        (true, true) => advance_with::<true, true>(c, block),
    }
}

#[inline(always)]
fn advance_with<const ELECTRIC: bool, const PARTS: bool>(c: &Compiled, block: &mut BlockStep<'_>) {
    for base in (0..block.stride).step_by(GROUP) {
        let mut v: [f32; GROUP] = load(block, base, 0);
        let mut held: [f32; GROUP] = load(block, base, 1);
        let mut g: [[f32; GROUP]; 2] = [load(block, base, 2), load(block, base, 4)];
        let mut h: [[f32; GROUP]; 2] = [load(block, base, 3), load(block, base, 5)];
        for step in 0..block.steps {
            let mut arriving = [[0f32; GROUP]; 2];
            for (r, x) in arriving.iter_mut().enumerate().take(block.receptors) {
                *x = input(block, block.receptors, step, r, base);
            }
            let electric = ElectricLanes::<GROUP>::load::<ELECTRIC>(block, step, base);
            let mut above = 0u32;
            let parts = if PARTS { c.parts } else { 1 };
            let mut rise = [0f32; GROUP];
            for part in 0..parts {
                let is_last = part + 1 == parts;
                for j in 0..GROUP {
                    let mut drive = Drive { g: [0.0; 3], i: [c.i_e; 3] };
                    for r in 0..2 {
                        // Input arrives at the end of the step.
                        let arriving = if is_last { arriving[r][j] } else { 0.0 };
                        drive.add(c.syn[r].step(&mut g[r][j], &mut h[r][j], arriving), c.drive[r]);
                    }
                    electric.add_to::<ELECTRIC>(&mut drive, j, c.membrane.e_l, [part, parts]);
                    let v_1 = if PARTS {
                        let (dv, _) = c.membrane.rise::<false>(v[j] + rise[j], 0.0, drive.g, drive.i);
                        // A refractory neuron stays where it is held.
                        rise[j] = if held[j] > 0.0 { 0.0 } else { rise[j] + dv };
                        v[j] + rise[j]
                    } else {
                        c.membrane.step::<false>(v[j], 0.0, drive.g, drive.i).0
                    };
                    if is_last {
                        let is_held = hold(&mut v[j], &mut held[j], v_1, c.v_reset);
                        above |= u32::from(!is_held && v_1 >= c.v_th) << j;
                    }
                }
            }
            for_each_bit(above, |j| {
                v[j] = c.v_reset;
                held[j] = c.refractory_steps;
                emit(block, step, base + j);
            });
        }
        store(block, base, 0, &v);
        store(block, base, 1, &held);
        for r in 0..2 {
            store(block, base, 2 + 2 * r, &g[r]);
            store(block, base, 3 + 2 * r, &h[r]);
        }
    }
}
