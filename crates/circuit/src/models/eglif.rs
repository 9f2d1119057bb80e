//! Extended generalised leaky integrate-and-fire neuron with escape noise and
//! up to four conductance receptors.
//!
//! # Equation
//! ```text
//! dV/dt      = ± (V - E_L)/τ_m + (I_e + I_dep - I_adap + Σ g_i (E_i - V)) / C_m
//! dI_adap/dt = k_adap (V - E_L) - k_2 I_adap
//! dI_dep/dt  = -k_1 I_dep
//! λ          = λ_0 exp((V - V_th)/τ_V),   P(spike in a step) = 1 - exp(-λ dt)
//! on a spike:  V = V_reset,  I_dep = A1,  I_adap += A2,  V held for t_ref
//! ```
//! The published mouse parameters belong to the *plus* sign of the leak
//! ([`Eglif::leak_is_published`]); with the minus sign Golgi
//! cells and interneurons fall silent. The corrected sign is a switch.
//!
//! One step: V is raised to V_min where below; V and I_adap advance by one
//! Runge-Kutta step of fourth order with conductances and I_dep exact at the
//! start, middle and end; refractory neurons are held at V_reset, the others
//! draw; then the input that arrives at the end of the step is added.
//!
//! # State variables
//! `v_m` mV, `i_adap` pA, `i_dep` pA, `refractory` steps, `g_i` nS and `dg_i` nS/ms per receptor in use. Derived: `i_syn_i` pA, the current of each
//! receptor, inward positive.
//! # Receives / emits
//! Spikes on receptors 1 to 4 (weight = peak conductance, nS), stimulus currents, gap junctions / spikes.
//! # Source
//! Geminiani et al. 2018, doi:10.3389/fninf.2018.00088; parameters and sign as in cerebellar-models 0.13.
//! # Valid for
//! dt up to 0.2 ms with the published parameters; total conductance up to 2.5 C_m / dt
//! (beyond it the step is unstable and the run stops with an error).
//! # Pinned by
//! `tests/eglif.rs`.

use super::electric::Lanes;
use super::membrane::Membrane;
use super::synapse::{Propagator, flush, stiffest};
use super::{BlockStep, LocalSpike, NeuronModel, SynapseShape, Variable, check, escape};
use crate::error::CompileError;
use lobule_signal::{Clock, GROUP};
use multiversion::multiversion;
use serde::{Deserialize, Serialize};

/// A receptor: time course and reversal potential.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Receptor {
    /// Time constant, ms.
    pub tau_syn: f64,
    /// Reversal potential, mV.
    pub e_rev: f64,
    /// Time course.
    pub shape: SynapseShape,
}

/// Parameters of the E-GLIF neuron. The default is the mouse granule cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Eglif {
    /// Membrane capacitance, pF.
    pub c_m: f64,
    /// Membrane time constant, ms.
    pub tau_m: f64,
    /// Resting potential, mV.
    pub e_l: f64,
    /// Threshold of the escape rate, mV.
    pub v_th: f64,
    /// Reset potential, mV.
    pub v_reset: f64,
    /// Lowest potential, mV.
    pub v_min: f64,
    /// Initial potential, mV.
    pub v_init: f64,
    /// Refractory period, ms.
    pub t_ref: f64,
    /// Endogenous current, pA.
    pub i_e: f64,
    /// Coupling of I_adap to the potential, nS/ms.
    pub k_adap: f64,
    /// Decay rate of I_dep, 1/ms.
    pub k_1: f64,
    /// Decay rate of I_adap, 1/ms.
    pub k_2: f64,
    /// I_dep after a spike, pA.
    pub a1: f64,
    /// What a spike adds to I_adap, pA.
    pub a2: f64,
    /// Escape rate at threshold, 1/ms.
    pub lambda_0: f64,
    /// Width of the threshold, mV.
    pub tau_v: f64,
    /// The four receptors.
    pub receptors: [Receptor; 4],
    /// True: the sign of the leak the parameters were published with, `+(V - E_L)/τ_m`.
    /// False: the sign of a membrane, `-(V - E_L)/τ_m`.
    pub leak_is_published: bool,
    /// True: spike when V reaches V_th, without noise.
    pub threshold_is_hard: bool,
}

impl Default for Eglif {
    fn default() -> Self {
        let alpha = |tau_syn, e_rev| Receptor { tau_syn, e_rev, shape: SynapseShape::Alpha };
        Self {
            c_m: 7.0,
            tau_m: 24.15,
            e_l: -62.0,
            v_th: -41.0,
            v_reset: -70.0,
            v_min: -150.0,
            v_init: -62.0,
            t_ref: 1.5,
            i_e: -0.888,
            k_adap: 0.022,
            k_1: 0.311,
            k_2: 0.041_407_868,
            a1: 0.01,
            a2: -0.94,
            lambda_0: 1.0,
            tau_v: 0.3,
            receptors: [alpha(5.8, 0.0), alpha(13.61, -80.0), alpha(2.0, 0.0), alpha(2.0, -80.0)],
            leak_is_published: true,
            threshold_is_hard: false,
        }
    }
}

pub(super) struct Compiled {
    c_m: f64,
    receptors: usize,
    membrane: Membrane,
    i_e: f32,
    v_init: f32,
    v_min: f32,
    v_reset: f32,
    v_th: f32,
    a1: f32,
    a2: f32,
    refractory_steps: f32,
    dep_half: f32,
    dep_full: f32,
    inv_tau_v: f32,
    ln_rate: f32,
    threshold_is_hard: bool,
    syn: [Propagator; 4],
    /// E_rev - E_L, mV.
    drive: [f32; 4],
}

impl Compiled {
    pub(super) fn new(p: &Eglif, label: &str, clock: &Clock, receptors: usize) -> Result<Self, CompileError> {
        let positive = "a positive number is needed";
        for (name, x) in [("c_m", p.c_m), ("tau_m", p.tau_m), ("tau_v", p.tau_v)] {
            check(label, name, x, x > 0.0, positive)?;
        }
        for (name, x) in [
            ("t_ref", p.t_ref),
            ("k_1", p.k_1),
            ("k_2", p.k_2),
            ("lambda_0", p.lambda_0),
            ("k_adap", p.k_adap),
        ] {
            check(label, name, x, x >= 0.0, "0 or more is needed")?;
        }
        for (name, x) in [("e_l", p.e_l), ("v_th", p.v_th), ("i_e", p.i_e), ("a1", p.a1), ("a2", p.a2)] {
            check(label, name, x, true, "a finite number is needed")?;
        }
        check(label, "v_reset", p.v_reset, p.v_reset < p.v_th, "it must lie below v_th")?;
        check(label, "v_min", p.v_min, p.v_min <= p.v_reset, "it must not exceed v_reset")?;
        check(label, "v_init", p.v_init, p.v_init >= p.v_min, "it must not lie below v_min")?;
        let dt = clock.dt_ms();
        let fast = format!("it must exceed {} ms at this time step", -1.0 / stiffest(dt));
        check(label, "tau_m", p.tau_m, -1.0 / p.tau_m > stiffest(dt), &fast)?;
        let mut syn = [Propagator::default(); 4];
        let mut drive = [0f32; 4];
        for (i, receptor) in p.receptors.iter().enumerate() {
            check(label, "tau_syn", receptor.tau_syn, receptor.tau_syn > 0.0, positive)?;
            check(label, "e_rev", receptor.e_rev, true, "a finite number is needed")?;
            syn[i] = Propagator::new(receptor.shape, receptor.tau_syn, dt);
            drive[i] = (receptor.e_rev - p.e_l) as f32;
        }
        Ok(Self {
            c_m: p.c_m,
            receptors,
            membrane: Membrane {
                dt: dt as f32,
                leak: (if p.leak_is_published { 1.0 } else { -1.0 } / p.tau_m) as f32,
                stiffest: stiffest(dt) as f32,
                inv_c: (1.0 / p.c_m) as f32,
                e_l: p.e_l as f32,
                k_adap: p.k_adap as f32,
                k_2: p.k_2 as f32,
            },
            i_e: p.i_e as f32,
            v_init: p.v_init as f32,
            v_min: p.v_min as f32,
            v_reset: p.v_reset as f32,
            v_th: p.v_th as f32,
            a1: p.a1 as f32,
            a2: p.a2 as f32,
            refractory_steps: (p.t_ref / dt).round() as f32,
            dep_half: libm::exp(-0.5 * dt * p.k_1) as f32,
            dep_full: libm::exp(-dt * p.k_1) as f32,
            inv_tau_v: (1.0 / p.tau_v) as f32,
            ln_rate: libm::log(p.lambda_0 * dt) as f32,
            threshold_is_hard: p.threshold_is_hard,
            syn,
            drive,
        })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        let mut variables = vec![
            Variable::new("v_m", "mV", self.v_init),
            Variable::new("i_adap", "pA", 0.0),
            Variable::new("i_dep", "pA", 0.0),
            // Padding is refractory for ever: it neither spikes nor runs away.
            Variable { padding: 1e30, ..Variable::new("refractory", "steps", 0.0) },
        ];
        for i in 1..=self.receptors {
            variables.push(Variable::new(&format!("g_{i}"), "nS", 0.0));
            variables.push(Variable::new(&format!("dg_{i}"), "nS/ms", 0.0));
        }
        variables
    }

    fn receptors(&self) -> usize {
        4
    }

    fn derived(&self) -> Vec<(String, &'static str)> {
        (1..=4).map(|i| (format!("i_syn_{i}"), "pA")).collect()
    }

    /// Synaptic current g (E_rev - V); 0 for a receptor that nothing addresses.
    fn derive(&self, k: usize, variable: &dyn Fn(usize) -> f32) -> f32 {
        if k >= self.receptors {
            return 0.0;
        }
        variable(4 + 2 * k) * (self.drive[k] - (variable(0) - self.membrane.e_l))
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
    match (c.receptors, block.electric.is_some()) {
        (0, false) => advance_with::<0, false>(c, block),
        (1, false) => advance_with::<1, false>(c, block),
        (2, false) => advance_with::<2, false>(c, block),
        (3, false) => advance_with::<3, false>(c, block),
        (_, false) => advance_with::<4, false>(c, block),
        (0, true) => advance_with::<0, true>(c, block),
        (1, true) => advance_with::<1, true>(c, block),
        (2, true) => advance_with::<2, true>(c, block),
        (3, true) => advance_with::<3, true>(c, block),
        (_, true) => advance_with::<4, true>(c, block),
    }
}

/// Groups side by side: the steps of one group wait for each other, those of several overlap.
const WIDE: usize = 2 * GROUP;

#[inline(always)]
fn advance_with<const R: usize, const ELECTRIC: bool>(c: &Compiled, block: &mut BlockStep<'_>) {
    let wide = block.stride / WIDE * WIDE;
    for base in (0..wide).step_by(WIDE) {
        advance_lanes::<R, ELECTRIC, WIDE>(c, block, base);
    }
    for base in (wide..block.stride).step_by(GROUP) {
        advance_lanes::<R, ELECTRIC, GROUP>(c, block, base);
    }
}

/// Advances `L` neurons over the whole interval, so that their state stays in registers and L1.
#[inline(always)]
fn advance_lanes<const R: usize, const ELECTRIC: bool, const L: usize>(
    c: &Compiled,
    block: &mut BlockStep<'_>,
    base: usize,
) {
    let stride = block.stride;
    let load = |state: &[f32], variable: usize| -> [f32; L] {
        let mut x = [0f32; L];
        x.copy_from_slice(&state[variable * stride + base..variable * stride + base + L]);
        x
    };
    let mut v = load(block.state, 0);
    let mut adap = load(block.state, 1);
    let mut dep = load(block.state, 2);
    let mut held = load(block.state, 3);
    let mut g: [[f32; L]; R] = std::array::from_fn(|r| load(block.state, 4 + 2 * r));
    let mut h: [[f32; L]; R] = std::array::from_fn(|r| load(block.state, 5 + 2 * r));

    for step in 0..block.steps {
        let mut ln_y = [0f32; L];
        let input: [&[f32; L]; R] = std::array::from_fn(|r| {
            let at = (step * R + r) * stride + base;
            block.input[at..at + L].try_into().expect("a group of input")
        });
        let electric = Lanes::<L>::load::<ELECTRIC>(block, step, base);
        for j in 0..L {
            // Conductances and I_dep at the start, the middle and the end of the step.
            let dep_0 = dep[j];
            let dep_m = dep_0 * c.dep_half;
            let dep_1 = dep_0 * c.dep_full;
            let (mut total_0, mut total_m, mut total_1) = (0f32, 0f32, 0f32);
            let (mut i_0, mut i_m, mut i_1) = (c.i_e + dep_0, c.i_e + dep_m, c.i_e + dep_1);
            for r in 0..R {
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
                let (g, to_rest) = (electric.conductance[j], electric.conductance[j] * c.membrane.e_l);
                let (begin, end) = (electric.begin[j] - to_rest, electric.end[j] - to_rest);
                total_0 += g;
                total_m += g;
                total_1 += g;
                i_0 += begin;
                i_m += 0.5 * (begin + end);
                i_1 += end;
            }
            dep[j] = flush(dep_1);

            let v_0 = if v[j] < c.v_min { c.v_min } else { v[j] };
            let (g, i) = ([total_0, total_m, total_1], [i_0, i_m, i_1]);
            let (v_1, adap_1) = c.membrane.step(v_0, adap[j], g, i);
            adap[j] = flush(adap_1);

            // Refractory neurons are held and cannot spike.
            let is_held = held[j] > 0.0;
            held[j] = if is_held { held[j] - 1.0 } else { held[j] };
            v[j] = if is_held { c.v_reset } else { v_1 };
            let free = if c.threshold_is_hard {
                if v_1 >= c.v_th { 30.0 } else { f32::NEG_INFINITY }
            } else {
                (v_1 - c.v_th) * c.inv_tau_v + c.ln_rate
            };
            ln_y[j] = if is_held { f32::NEG_INFINITY } else { free };
        }

        let now = block.first_step + step as u64;
        for (first, ln_y) in ln_y.as_chunks::<GROUP>().0.iter().enumerate() {
            let first = first * GROUP;
            let mut fired =
                escape::spikes(ln_y, block.stream, now, block.first_neuron + (base + first) as u32);
            while fired != 0 {
                let j = first + fired.trailing_zeros() as usize;
                fired &= fired - 1;
                v[j] = c.v_reset;
                dep[j] = c.a1;
                adap[j] += c.a2;
                held[j] = c.refractory_steps;
                block.spikes.push(LocalSpike { step: step as u16, neuron: (base + j) as u16 });
            }
        }
    }

    let mut store = |variable: usize, x: &[f32; L]| {
        block.state[variable * stride + base..variable * stride + base + L].copy_from_slice(x);
    };
    store(0, &v);
    store(1, &adap);
    store(2, &dep);
    store(3, &held);
    for r in 0..R {
        store(4 + 2 * r, &g[r]);
        store(5 + 2 * r, &h[r]);
    }
}
