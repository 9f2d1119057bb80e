//! E-GLIF with receptors that rise once and decay twice, up to five of them, one with the magnesium block of
//! NMDA; the second neuron model of cerebellar-models.
//!
//! # Equation
//! ```text
//! dV/dt      = ± (V - E_L)/τ_m + (I_e + I_dep - I_adap + Σ b_i g_i (E_i - V)) / C_m
//! dI_adap/dt = k_adap (V - E_L) - k_2 I_adap
//! dI_dep/dt  = -k_1 I_dep
//! g_i = d_1 + d_2,   d_j' = A_j r - d_j / τ_dj,   r' = -(A_r / τ_r) r,   a spike of weight w: r += w g_init
//! b_i = 1,  for NMDA 1 / (1 + exp((-20 - V_b) / 13)),  V_b = V, +20 mV in the 0.5 ms after a spike
//! on a spike:  V = V_reset,  I_dep = A1,  I_adap += A2,  V held for t_ref
//! ```
//! A spike is emitted when V reaches V_th, or, with an escape rate ([`EglifMultirec::lambda_0`] > 0), as in
//! [`super::Eglif`]. V_b is the potential at the begin of the step and constant inside it, as in the source.
//!
//! V and I_adap advance by one Runge-Kutta step of fourth order with exact conductances and I_dep.
//!
//! # State variables
//! `v_m` mV, `i_adap` pA, `i_dep` pA, `refractory` steps, `depolarized` steps (how long V_b is still held), and per
//! receptor in use `r_i`, `d1_i`, `d2_i` (nS when A_j are in 1/ms). Derived: `i_syn_i` pA, the current of each receptor, inward positive.
//! # Receives / emits
//! Spikes on receptors 1 to 5 (dimensionless weights), stimulus currents, gap junctions / spikes.
//! # Source
//! cerebellar-models 0.13, `eglif_multirec`; membrane: Geminiani et al. 2018, doi:10.3389/fninf.2018.00088.
//! # Valid for
//! dt up to 0.1 ms; total conductance up to 2.5 C_m / dt (beyond it the run stops with an error).
//! # Pinned by
//! `tests/eglif_multirec.rs`.

use super::electric::Lanes;
use super::membrane::Membrane;
use super::synapse::{flush, stiffest};
use super::{BlockStep, LocalSpike, NeuronModel, Variable, check, escape};
use crate::error::CompileError;
use lobule_signal::{Clock, GROUP};
use multiversion::multiversion;
use serde::{Deserialize, Serialize};

/// Receptors the model has.
pub const RECEPTORS: usize = 5;
/// How long the magnesium block sees the spike, ms, and the potential it sees, mV.
const BLOCK_HOLD_MS: f64 = 0.5;
const BLOCK_SPIKE_MV: f32 = 20.0;
/// Half-point and width of the magnesium block, mV.
const BLOCK_HALF_MV: f32 = -20.0;
const BLOCK_WIDTH_MV: f32 = 13.0;

/// A receptor with one rise and two decays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DoubleDecay {
    /// Reversal potential, mV.
    pub e_rev: f64,
    /// What a spike of weight 1 adds to the rise variable.
    pub g_init: f64,
    /// Time constant of the rise variable, divided by `a_r`, ms.
    pub tau_r: f64,
    /// Factor of the decay of the rise variable.
    pub a_r: f64,
    /// Gain of the first decay, 1/ms.
    pub a_1: f64,
    /// Time constant of the first decay, ms.
    pub tau_d1: f64,
    /// Gain of the second decay, 1/ms.
    pub a_2: f64,
    /// Time constant of the second decay, ms.
    pub tau_d2: f64,
    /// Whether magnesium blocks it (NMDA).
    pub is_blocked: bool,
}

/// A receptor that nothing addresses.
const UNUSED: DoubleDecay = DoubleDecay {
    e_rev: 0.0,
    g_init: 0.0,
    tau_r: 1.0,
    a_r: 1.0,
    a_1: 0.0,
    tau_d1: 1.0,
    a_2: 0.0,
    tau_d2: 1.0,
    is_blocked: false,
};

/// Parameters of the multi-receptor E-GLIF. The default is the mouse granule cell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EglifMultirec {
    /// Membrane capacitance, pF.
    pub c_m: f64,
    /// Membrane time constant, ms.
    pub tau_m: f64,
    /// Resting potential, mV.
    pub e_l: f64,
    /// Threshold, mV.
    pub v_th: f64,
    /// Reset potential, mV.
    pub v_reset: f64,
    /// Initial potentials are uniform between these two, mV.
    pub v_init: (f64, f64),
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
    /// Escape rate at threshold, 1/ms; 0 for a threshold without noise.
    pub lambda_0: f64,
    /// Width of the threshold with an escape rate, mV.
    pub tau_v: f64,
    /// AMPA (1), NMDA (2), GABA (3), AMPA2 (4), AMPA3 (5).
    pub receptors: [DoubleDecay; RECEPTORS],
    /// True: the sign of the leak the parameters were published with, see [`super::Eglif`].
    pub leak_is_published: bool,
}

impl Default for EglifMultirec {
    fn default() -> Self {
        let receptor = |e_rev, g_init, tau_r, a_r, (a_1, tau_d1), (a_2, tau_d2)| DoubleDecay {
            e_rev,
            g_init,
            tau_r,
            a_r,
            a_1,
            tau_d1,
            a_2,
            tau_d2,
            is_blocked: false,
        };
        let ampa = receptor(0.0, 1.3254, 0.99666, 6.9738, (1.4552, 0.38599), (1.5957, 3.7021));
        let nmda = receptor(-3.7, 0.023437, 21.192, 3.2972, (2.9513, 14.861), (0.21349, 121.09));
        let gaba = receptor(-65.0, 0.16824, 0.85389, 4.8539, (5.8706, 27.865), (1.6255, 280.35));
        Self {
            c_m: 7.0,
            tau_m: 24.15,
            e_l: -62.0,
            v_th: -41.0,
            v_reset: -70.0,
            v_init: (-62.0, -41.0),
            t_ref: 1.5,
            i_e: 4.9144,
            k_adap: 0.067465,
            k_1: 0.160414,
            k_2: 0.0414079,
            a1: 20.7431,
            a2: 4.19515,
            lambda_0: 0.0,
            tau_v: 1.0,
            receptors: [ampa, DoubleDecay { is_blocked: true, ..nmda }, gaba, UNUSED, UNUSED],
            leak_is_published: true,
        }
    }
}

/// Linear maps of (r, d1, d2) over a time.
#[derive(Debug, Clone, Copy, Default)]
struct Map {
    r: f32,
    d: [f32; 2],
    r_to_d: [f32; 2],
}

impl Map {
    fn new(p: &DoubleDecay, ms: f64) -> Self {
        let fast = p.a_r / p.tau_r;
        let r = libm::exp(-fast * ms);
        let decay = |gain: f64, tau: f64| {
            let d = libm::exp(-ms / tau);
            let difference = 1.0 / tau - fast;
            // Equal rates: the limit t · exp(-t / τ).
            let from_r = if difference.abs() < 1e-9 { gain * ms * d } else { gain * (r - d) / difference };
            (d as f32, from_r as f32)
        };
        let (d1, k1) = decay(p.a_1, p.tau_d1);
        let (d2, k2) = decay(p.a_2, p.tau_d2);
        Self { r: r as f32, d: [d1, d2], r_to_d: [k1, k2] }
    }
}

pub(super) struct Compiled {
    p: EglifMultirec,
    receptors: usize,
    membrane: Membrane,
    i_e: f32,
    v_reset: f32,
    v_th: f32,
    a1: f32,
    a2: f32,
    refractory_steps: f32,
    hold_steps: f32,
    dep_half: f32,
    dep_full: f32,
    inv_tau_v: f32,
    ln_rate: f32,
    threshold_is_hard: bool,
    half: [Map; RECEPTORS],
    full: [Map; RECEPTORS],
    jump: [f32; RECEPTORS],
    is_blocked: [bool; RECEPTORS],
    /// E_rev - E_L, mV.
    drive: [f32; RECEPTORS],
}

impl Compiled {
    pub(super) fn new(
        p: &EglifMultirec,
        label: &str,
        clock: &Clock,
        receptors: usize,
    ) -> Result<Self, CompileError> {
        let positive = "a positive number is needed";
        for (name, x) in [("c_m", p.c_m), ("tau_m", p.tau_m), ("tau_v", p.tau_v)] {
            check(label, name, x, x > 0.0, positive)?;
        }
        for (name, x) in [
            ("t_ref", p.t_ref),
            ("k_1", p.k_1),
            ("k_2", p.k_2),
            ("k_adap", p.k_adap),
            ("lambda_0", p.lambda_0),
        ] {
            check(label, name, x, x >= 0.0, "0 or more is needed")?;
        }
        for (name, x) in [("e_l", p.e_l), ("v_th", p.v_th), ("i_e", p.i_e), ("a1", p.a1), ("a2", p.a2)] {
            check(label, name, x, true, "a finite number is needed")?;
        }
        check(label, "v_reset", p.v_reset, p.v_reset < p.v_th, "it must lie below v_th")?;
        check(label, "v_init", p.v_init.0, true, "a finite number is needed")?;
        let rises = p.v_init.1 >= p.v_init.0;
        check(label, "v_init", p.v_init.1, rises, "the upper end must not lie below the lower")?;
        let dt = clock.dt_ms();
        let fast = format!("it must exceed {} ms at this time step", -1.0 / stiffest(dt));
        check(label, "tau_m", p.tau_m, -1.0 / p.tau_m > stiffest(dt), &fast)?;
        for r in &p.receptors {
            for (name, x) in [("tau_r", r.tau_r), ("a_r", r.a_r), ("tau_d1", r.tau_d1), ("tau_d2", r.tau_d2)]
            {
                check(label, name, x, x > 0.0, positive)?;
            }
            for (name, x) in [("g_init", r.g_init), ("a_1", r.a_1), ("a_2", r.a_2)] {
                check(label, name, x, x >= 0.0, "0 or more is needed")?;
            }
            check(label, "e_rev", r.e_rev, true, "a finite number is needed")?;
        }
        Ok(Self {
            p: *p,
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
            v_reset: p.v_reset as f32,
            v_th: p.v_th as f32,
            a1: p.a1 as f32,
            a2: p.a2 as f32,
            refractory_steps: (p.t_ref / dt).round() as f32,
            hold_steps: (BLOCK_HOLD_MS / dt).round() as f32,
            dep_half: libm::exp(-0.5 * dt * p.k_1) as f32,
            dep_full: libm::exp(-dt * p.k_1) as f32,
            inv_tau_v: (1.0 / p.tau_v) as f32,
            ln_rate: libm::log(p.lambda_0 * dt) as f32,
            threshold_is_hard: p.lambda_0 == 0.0,
            half: p.receptors.map(|r| Map::new(&r, 0.5 * dt)),
            full: p.receptors.map(|r| Map::new(&r, dt)),
            jump: p.receptors.map(|r| r.g_init as f32),
            is_blocked: p.receptors.map(|r| r.is_blocked),
            drive: p.receptors.map(|r| (r.e_rev - p.e_l) as f32),
        })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        let plain =
            |name: &str, unit| Variable { name: name.into(), unit, initial: 0.0, spread: 0.0, padding: 0.0 };
        let (low, high) = self.p.v_init;
        let v_m = Variable {
            initial: low as f32,
            spread: (high - low) as f32,
            padding: self.v_reset,
            ..plain("v_m", "mV")
        };
        // Padding is refractory for ever: it neither spikes nor runs away.
        let refractory = Variable { padding: 1e30, ..plain("refractory", "steps") };
        let mut variables =
            vec![v_m, plain("i_adap", "pA"), plain("i_dep", "pA"), refractory, plain("depolarized", "steps")];
        for i in 1..=self.receptors {
            variables.push(plain(&format!("r_{i}"), "nS"));
            variables.push(plain(&format!("d1_{i}"), "nS"));
            variables.push(plain(&format!("d2_{i}"), "nS"));
        }
        variables
    }

    fn receptors(&self) -> usize {
        RECEPTORS
    }

    fn derived(&self) -> Vec<(String, &'static str)> {
        (1..=RECEPTORS).map(|i| (format!("i_syn_{i}"), "pA")).collect()
    }

    /// Synaptic current b (d_1 + d_2) (E_rev - V); 0 for a receptor that nothing addresses.
    fn derive(&self, k: usize, variable: &dyn Fn(usize) -> f32) -> f32 {
        if k >= self.receptors {
            return 0.0;
        }
        let v = variable(0);
        let v_b = if variable(4) > 0.0 { BLOCK_SPIKE_MV } else { v };
        let b = if self.is_blocked[k] { open(v_b) } else { 1.0 };
        b * (variable(6 + 3 * k) + variable(7 + 3 * k)) * (self.drive[k] - (v - self.membrane.e_l))
    }

    fn capacitance(&self) -> Option<f64> {
        Some(self.p.c_m)
    }

    fn advance(&self, mut block: BlockStep<'_>) {
        advance(self, &mut block);
    }
}

/// Part of the NMDA receptors that magnesium leaves open at a potential.
#[inline(always)]
fn open(v_b: f32) -> f32 {
    1.0 / (1.0 + escape::exp((BLOCK_HALF_MV - v_b) * (1.0 / BLOCK_WIDTH_MV)))
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
        let mut adap = load(block.state, 1);
        let mut dep = load(block.state, 2);
        let mut held = load(block.state, 3);
        let mut depolarized = load(block.state, 4);
        for step in 0..block.steps {
            let electric = Lanes::<GROUP>::load::<ELECTRIC>(block, step, base);
            let mut total = [[0f32; GROUP]; 3];
            let mut current = [[0f32; GROUP]; 3];
            let mut open = [0f32; GROUP];
            for j in 0..GROUP {
                let v_b = if depolarized[j] > 0.0 { BLOCK_SPIKE_MV } else { v[j] };
                open[j] = self::open(v_b);
                depolarized[j] = if depolarized[j] > 0.0 { depolarized[j] - 1.0 } else { 0.0 };
            }
            for r in 0..c.receptors {
                let (half, full) = (&c.half[r], &c.full[r]);
                let [rise, d1, d2] = [5 + 3 * r, 6 + 3 * r, 7 + 3 * r].map(|k| k * stride + base);
                let at = (step * c.receptors + r) * stride + base;
                for j in 0..GROUP {
                    let (r_0, d1_0, d2_0) = (block.state[rise + j], block.state[d1 + j], block.state[d2 + j]);
                    let d1_m = half.d[0] * d1_0 + half.r_to_d[0] * r_0;
                    let d2_m = half.d[1] * d2_0 + half.r_to_d[1] * r_0;
                    let d1_1 = full.d[0] * d1_0 + full.r_to_d[0] * r_0;
                    let d2_1 = full.d[1] * d2_0 + full.r_to_d[1] * r_0;
                    let b = if c.is_blocked[r] { open[j] } else { 1.0 };
                    for (k, d) in [d1_0 + d2_0, d1_m + d2_m, d1_1 + d2_1].into_iter().enumerate() {
                        total[k][j] += b * d;
                        current[k][j] += b * d * c.drive[r];
                    }
                    block.state[rise + j] = flush(full.r * r_0) + c.jump[r] * block.input[at + j];
                    block.state[d1 + j] = flush(d1_1);
                    block.state[d2 + j] = flush(d2_1);
                }
            }
            let mut ln_y = [0f32; GROUP];
            for j in 0..GROUP {
                let dep_0 = dep[j];
                let dep_m = dep_0 * c.dep_half;
                let dep_1 = dep_0 * c.dep_full;
                dep[j] = flush(dep_1);
                let mut i = [
                    c.i_e + dep_0 + current[0][j],
                    c.i_e + dep_m + current[1][j],
                    c.i_e + dep_1 + current[2][j],
                ];
                let mut g = [total[0][j], total[1][j], total[2][j]];
                if ELECTRIC {
                    let (gap, to_rest) = (electric.conductance[j], electric.conductance[j] * c.membrane.e_l);
                    let (begin, end) = (electric.begin[j] - to_rest, electric.end[j] - to_rest);
                    g.iter_mut().for_each(|g| *g += gap);
                    i[0] += begin;
                    i[1] += 0.5 * (begin + end);
                    i[2] += end;
                }

                let (v_1, adap_1) = c.membrane.step(v[j], adap[j], g, i);
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
            let mut fired = escape::spikes(&ln_y, block.stream, now, block.first_neuron + base as u32);
            while fired != 0 {
                let j = fired.trailing_zeros() as usize;
                fired &= fired - 1;
                v[j] = c.v_reset;
                dep[j] = c.a1;
                adap[j] += c.a2;
                held[j] = c.refractory_steps;
                depolarized[j] = c.hold_steps;
                block.spikes.push(LocalSpike { step: step as u16, neuron: (base + j) as u16 });
            }
        }
        let mut store = |variable: usize, x: &[f32; GROUP]| {
            block.state[variable * stride + base..variable * stride + base + GROUP].copy_from_slice(x);
        };
        store(0, &v);
        store(1, &adap);
        store(2, &dep);
        store(3, &held);
        store(4, &depolarized);
    }
}
