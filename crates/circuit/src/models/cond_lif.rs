//! Conductance-based leaky integrate-and-fire neuron with an excitatory
//! (receptor 1) and an inhibitory receptor (2).
//!
//! # Equation
//! ```text
//! C_m dV/dt = -g_L (V - E_L) + g_ex (E_ex - V) + g_in (E_in - V) + I_e
//! spike when V >= V_th; then V = V_reset, held for t_ref
//! ```
//! V advances by one Runge-Kutta step of fourth order with exact conductances.
//! # State variables
//! `v_m` mV, `refractory` steps, `g_ex`, `g_in` nS and their derivatives nS/ms. Derived: `i_syn_ex`, `i_syn_in` pA.
//! # Source
//! NEST `iaf_cond_exp` and `iaf_cond_alpha`; Meffin et al. 2004, doi:10.1023/B:JCNS.0000014108.03012.81.
//! # Valid for
//! total conductance up to 2.5 C_m / dt (beyond it the step is unstable and the run stops with an error).
//! # Pinned by
//! `tests/cond_lif.rs`.

use super::electric::Lanes;
pub use super::synapse::SynapseShape;
use super::synapse::{Propagator, flush, stiffest};
use super::{BlockStep, LocalSpike, NeuronModel, Variable, check};
use crate::error::CompileError;
use lobule_signal::{Clock, GROUP};
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
        }
    }
}

pub(super) struct Compiled {
    c_m: f64,
    dt: f32,
    leak: f32,
    stiffest: f32,
    inv_c: f32,
    i_e: f32,
    e_l: f32,
    v_th: f32,
    v_reset: f32,
    refractory_steps: f32,
    syn: [Propagator; 2],
    drive: [f32; 2],
}

impl Compiled {
    pub(super) fn new(p: &CondLif, label: &str, clock: &Clock) -> Result<Self, CompileError> {
        for (name, x) in
            [("c_m", p.c_m), ("g_l", p.g_l), ("tau_syn_ex", p.tau_syn_ex), ("tau_syn_in", p.tau_syn_in)]
        {
            check(label, name, x, x > 0.0, "a positive number is needed")?;
        }
        for (name, x) in
            [("e_l", p.e_l), ("v_th", p.v_th), ("e_ex", p.e_ex), ("e_in", p.e_in), ("i_e", p.i_e)]
        {
            check(label, name, x, true, "a finite number is needed")?;
        }
        check(label, "t_ref", p.t_ref, p.t_ref >= 0.0, "0 or more is needed")?;
        check(label, "v_reset", p.v_reset, p.v_reset < p.v_th, "it must lie below v_th")?;
        let dt = clock.dt_ms();
        let fast = format!("c_m / g_l must exceed {} ms at this time step", -1.0 / stiffest(dt));
        check(label, "g_l", p.g_l, -p.g_l / p.c_m > stiffest(dt), &fast)?;
        Ok(Self {
            c_m: p.c_m,
            dt: dt as f32,
            leak: (-p.g_l / p.c_m) as f32,
            stiffest: stiffest(dt) as f32,
            inv_c: (1.0 / p.c_m) as f32,
            i_e: p.i_e as f32,
            e_l: p.e_l as f32,
            v_th: p.v_th as f32,
            v_reset: p.v_reset as f32,
            refractory_steps: (p.t_ref / dt).round() as f32,
            syn: [Propagator::new(p.shape, p.tau_syn_ex, dt), Propagator::new(p.shape, p.tau_syn_in, dt)],
            drive: [(p.e_ex - p.e_l) as f32, (p.e_in - p.e_l) as f32],
        })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        vec![
            Variable::new("v_m", "mV", self.e_l),
            Variable { padding: 1e30, ..Variable::new("refractory", "steps", 0.0) },
            Variable::new("g_ex", "nS", 0.0),
            Variable::new("dg_ex", "nS/ms", 0.0),
            Variable::new("g_in", "nS", 0.0),
            Variable::new("dg_in", "nS/ms", 0.0),
        ]
    }

    fn receptors(&self) -> usize {
        2
    }

    fn derived(&self) -> Vec<(String, &'static str)> {
        vec![("i_syn_ex".into(), "pA"), ("i_syn_in".into(), "pA")]
    }

    fn derive(&self, k: usize, variable: &dyn Fn(usize) -> f32) -> f32 {
        variable(2 + 2 * k) * (self.drive[k] - (variable(0) - self.e_l))
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
    match block.electric {
        None => advance_with::<false>(c, block),
        Some(_) => advance_with::<true>(c, block),
    }
}

#[inline(always)]
fn advance_with<const ELECTRIC: bool>(c: &Compiled, block: &mut BlockStep<'_>) {
    let stride = block.stride;
    for base in (0..stride).step_by(GROUP) {
        let load = |state: &[f32], variable: usize| -> [f32; GROUP] {
            let mut x = [0f32; GROUP];
            x.copy_from_slice(&state[variable * stride + base..variable * stride + base + GROUP]);
            x
        };
        let mut v = load(block.state, 0);
        let mut held = load(block.state, 1);
        let mut g = [load(block.state, 2), load(block.state, 4)];
        let mut h = [load(block.state, 3), load(block.state, 5)];
        for step in 0..block.steps {
            let mut input = [[0f32; GROUP]; 2];
            for (r, x) in input.iter_mut().enumerate().take(block.receptors) {
                let at = (step * block.receptors + r) * stride + base;
                x.copy_from_slice(&block.input[at..at + GROUP]);
            }
            let electric = Lanes::<GROUP>::load::<ELECTRIC>(block, step, base);
            let mut above = 0u32;
            for j in 0..GROUP {
                let (mut total_0, mut total_m, mut total_1) = (0f32, 0f32, 0f32);
                let (mut i_0, mut i_m, mut i_1) = (c.i_e, c.i_e, c.i_e);
                for r in 0..2 {
                    let s = &c.syn[r];
                    let (g_0, h_0) = (g[r][j], h[r][j]);
                    let g_m = s.half[0] * g_0 + s.half[1] * h_0;
                    let g_1 = s.g[0] * g_0 + s.g[1] * h_0;
                    let h_1 = s.h[0] * g_0 + s.h[1] * h_0;
                    total_0 += g_0;
                    total_m += g_m;
                    total_1 += g_1;
                    i_0 += g_0 * c.drive[r];
                    i_m += g_m * c.drive[r];
                    i_1 += g_1 * c.drive[r];
                    g[r][j] = flush(g_1) + s.jump_g * input[r][j];
                    h[r][j] = flush(h_1) + s.jump_h * input[r][j];
                }
                if ELECTRIC {
                    let (g, to_rest) = (electric.conductance[j], electric.conductance[j] * c.e_l);
                    let (begin, end) = (electric.begin[j] - to_rest, electric.end[j] - to_rest);
                    total_0 += g;
                    total_m += g;
                    total_1 += g;
                    i_0 += begin;
                    i_m += 0.5 * (begin + end);
                    i_1 += end;
                }
                let (a_0, b_0) = (c.leak - total_0 * c.inv_c, i_0 * c.inv_c);
                let (a_m, b_m) = (c.leak - total_m * c.inv_c, i_m * c.inv_c);
                let (a_1, b_1) = (c.leak - total_1 * c.inv_c, i_1 * c.inv_c);
                let a_0 = if a_0 < c.stiffest { f32::NAN } else { a_0 };
                let u = v[j] - c.e_l;
                let half = 0.5 * c.dt;
                let d1 = a_0 * u + b_0;
                let d2 = a_m * (u + half * d1) + b_m;
                let d3 = a_m * (u + half * d2) + b_m;
                let d4 = a_1 * (u + c.dt * d3) + b_1;
                let v_1 = v[j] + c.dt / 6.0 * (d1 + 2.0 * (d2 + d3) + d4);
                let is_held = held[j] > 0.0;
                held[j] = if is_held { held[j] - 1.0 } else { held[j] };
                v[j] = if is_held { c.v_reset } else { v_1 };
                above |= u32::from(!is_held && v_1 >= c.v_th) << j;
            }
            while above != 0 {
                let j = above.trailing_zeros() as usize;
                above &= above - 1;
                v[j] = c.v_reset;
                held[j] = c.refractory_steps;
                block.spikes.push(LocalSpike { step: step as u16, neuron: (base + j) as u16 });
            }
        }
        let mut store = |variable: usize, x: &[f32; GROUP]| {
            block.state[variable * stride + base..variable * stride + base + GROUP].copy_from_slice(x);
        };
        store(0, &v);
        store(1, &held);
        for r in 0..2 {
            store(2 + 2 * r, &g[r]);
            store(3 + 2 * r, &h[r]);
        }
    }
}
