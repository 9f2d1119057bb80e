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
//! V and I_adap advance by one Runge-Kutta step of fourth order with exact conductances and I_dep, or by several where the
//! step exceeds four times a rise or 1.25 times a decay. `t_ref` is rounded up to whole steps, as NEST does.
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

use super::glif::{Glif, GlifLanes};
use super::lanes::{ElectricLanes, input, load, store};
use super::{BlockStep, Eglif, NeuronModel, Variable, escape, grid, grid::Constant, synapse::flush};
use crate::ranges::{FINITE, NOT_NEGATIVE, POSITIVE};
use lobule_signal::{Clock, GROUP, Parameter, Ranges};
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
    /// Increment of the rise variable by a spike of weight 1.
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
    /// True if magnesium blocks it (NMDA).
    pub is_blocked: bool,
}

impl DoubleDecay {
    /// A receptor that nothing addresses.
    pub const UNUSED: Self = Self::row([0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0]);

    /// A receptor without block from the row of a table: E_rev, g_init, τ_r, A_r, A_1, τ_d1, A_2, τ_d2.
    pub const fn row([e_rev, g_init, tau_r, a_r, a_1, tau_d1, a_2, tau_d2]: [f64; 8]) -> Self {
        Self { e_rev, g_init, tau_r, a_r, a_1, tau_d1, a_2, tau_d2, is_blocked: false }
    }
}

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
    /// Increment of I_adap by a spike, pA.
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
        let ampa = DoubleDecay::row([0.0, 1.3254, 0.99666, 6.9738, 1.4552, 0.38599, 1.5957, 3.7021]);
        let nmda = DoubleDecay::row([-3.7, 0.023437, 21.192, 3.2972, 2.9513, 14.861, 0.21349, 121.09]);
        let gaba = DoubleDecay::row([-65.0, 0.16824, 0.85389, 4.8539, 5.8706, 27.865, 1.6255, 280.35]);
        Self::from_rows(
            [7.0, 24.15, -62.0, -41.0, -70.0, 1.5, 4.9144, 0.067465, 0.160414, 0.0414079, 20.7431, 4.19515],
            [Some(ampa), Some(nmda), Some(gaba), None, None],
        )
    }
}

impl EglifMultirec {
    /// Parameters from the row of a table, C_m, τ_m, E_L, V_th, V_reset, t_ref, I_e, k_adap, k_1, k_2, A1, A2, and receptors,
    /// of which the second is blocked by magnesium. Initial potentials lie between E_L and V_th, the sign of the leak is the
    /// published one, and the threshold has no noise.
    pub fn from_rows(membrane: [f64; 12], receptors: [Option<DoubleDecay>; RECEPTORS]) -> Self {
        let [c_m, tau_m, e_l, v_th, v_reset, t_ref, i_e, k_adap, k_1, k_2, a1, a2] = membrane;
        let mut receptors = receptors.map(|receptor| receptor.unwrap_or(DoubleDecay::UNUSED));
        receptors[1].is_blocked = true;
        Self {
            c_m,
            tau_m,
            e_l,
            v_th,
            v_reset,
            v_init: (e_l, v_th),
            t_ref,
            i_e,
            k_adap,
            k_1,
            k_2,
            a1,
            a2,
            lambda_0: 0.0,
            tau_v: 1.0,
            receptors,
            leak_is_published: true,
        }
    }

    /// The parameters that both models have, as those of the other.
    fn membrane(&self) -> Eglif {
        let Self { c_m, tau_m, e_l, v_th, v_reset, t_ref, i_e, k_adap, k_1, k_2, a1, a2, .. } = *self;
        let Self { lambda_0, tau_v, leak_is_published, .. } = *self;
        let passive = Eglif { c_m, tau_m, e_l, v_th, v_reset, t_ref, i_e, ..Eglif::default() };
        let adaptive = Eglif { k_adap, k_1, k_2, a1, a2, lambda_0, tau_v, ..passive };
        Eglif { leak_is_published, threshold_is_hard: lambda_0 == 0.0, ..adaptive }
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

pub(crate) struct Compiled {
    glif: Glif,
    c_m: f64,
    /// Lowest and highest initial potential, mV.
    v_init: (f64, f64),
    receptors: usize,
    hold_steps: f32,
    half: [Map; RECEPTORS],
    full: [Map; RECEPTORS],
    jump: [f32; RECEPTORS],
    is_blocked: [bool; RECEPTORS],
    /// E_rev - E_L, mV.
    drive: [f32; RECEPTORS],
}

impl Compiled {
    pub fn new(
        p: &EglifMultirec,
        ranges: &Ranges,
        clock: &Clock,
        receptors: usize,
    ) -> Result<Self, Parameter> {
        ranges.within(FINITE, &[("v_init", p.v_init.0)])?;
        let rises = p.v_init.1 >= p.v_init.0;
        ranges.require(rises, "v_init", p.v_init.1, "the upper end must not lie below the lower")?;
        for r in &p.receptors {
            let times = [("tau_r", r.tau_r), ("a_r", r.a_r), ("tau_d1", r.tau_d1), ("tau_d2", r.tau_d2)];
            ranges.within(POSITIVE, &times)?;
            ranges.within(NOT_NEGATIVE, &[("g_init", r.g_init), ("a_1", r.a_1), ("a_2", r.a_2)])?;
            ranges.within(FINITE, &[("e_rev", r.e_rev)])?;
        }
        let dt = clock.dt_ms();
        // Fitted to: the published cells, which keep one part at 0.1 ms; a rise is smoothed by the decay that follows it.
        let constants = |r: &DoubleDecay| {
            let times = [
                ("tau_r / a_r", r.tau_r / r.a_r, 4.0),
                ("tau_d1", r.tau_d1, 1.25),
                ("tau_d2", r.tau_d2, 1.25),
            ];
            times.map(|(name, tau_ms, longest)| Constant { name, tau_ms, longest })
        };
        let used = p.receptors[..receptors.min(RECEPTORS)].iter().filter(|r| r.g_init > 0.0);
        let glif = Glif::new(&p.membrane(), &used.flat_map(constants).collect::<Vec<_>>(), ranges, clock)?;
        let part = dt / glif.parts as f64;
        Ok(Self {
            glif,
            c_m: p.c_m,
            v_init: p.v_init,
            receptors,
            hold_steps: grid::whole_steps(ranges, "t_Mg_Unblock", BLOCK_HOLD_MS, dt)?,
            half: p.receptors.map(|r| Map::new(&r, 0.5 * part)),
            full: p.receptors.map(|r| Map::new(&r, part)),
            jump: p.receptors.map(|r| r.g_init as f32),
            is_blocked: p.receptors.map(|r| r.is_blocked),
            drive: p.receptors.map(|r| (r.e_rev - p.e_l) as f32),
        })
    }
}

impl NeuronModel for Compiled {
    fn variables(&self) -> Vec<Variable> {
        let plain = |name: &str, unit| Variable::new(name, unit, 0.0);
        let (low, high) = self.v_init;
        let (spread, padding) = ((high - low) as f32, self.glif.v_reset);
        let v_m = Variable { spread, padding, ..Variable::new("v_m", "mV", low as f32) };
        // Padding is refractory for ever: it neither spikes nor runs away.
        let refractory = Variable { padding: 1e30, ..plain("refractory", "steps") };
        let mut variables =
            vec![v_m, plain("i_adap", "pA"), plain("i_dep", "pA"), refractory, plain("depolarized", "steps")];
        for i in 1..=self.receptors {
            variables.extend(["r", "d1", "d2"].map(|name| plain(&format!("{name}_{i}"), "nS")));
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
        b * (variable(6 + 3 * k) + variable(7 + 3 * k)) * (self.drive[k] - (v - self.glif.membrane.e_l))
    }

    fn capacitance(&self) -> Option<f64> {
        Some(self.c_m)
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
    advance_plain(c, block);
}

/// The kernel as it is compiled for each set of instructions.
#[inline(always)]
pub(super) fn advance_plain(c: &Compiled, block: &mut BlockStep<'_>) {
    match (block.electric.is_some(), c.glif.parts > 1) {
        (false, false) => advance_with::<false, false>(c, block),
        (true, false) => advance_with::<true, false>(c, block),
        (false, true) => advance_with::<false, true>(c, block),
        (true, true) => advance_with::<true, true>(c, block),
    }
}

#[inline(always)]
fn advance_with<const ELECTRIC: bool, const PARTS: bool>(c: &Compiled, block: &mut BlockStep<'_>) {
    let stride = block.stride;
    for base in (0..stride).step_by(GROUP) {
        let mut lanes = GlifLanes::<GROUP>::load(block, base);
        let mut depolarized: [f32; GROUP] = load(block, base, 4);
        for step in 0..block.steps {
            let electric = ElectricLanes::<GROUP>::load::<ELECTRIC>(block, step, base);
            let mut open = [0f32; GROUP];
            for j in 0..GROUP {
                let v_b = if depolarized[j] > 0.0 { BLOCK_SPIKE_MV } else { lanes.v[j] };
                open[j] = self::open(v_b);
                depolarized[j] = if depolarized[j] > 0.0 { depolarized[j] - 1.0 } else { 0.0 };
            }
            let parts = if PARTS { c.glif.parts } else { 1 };
            let (mut ln_y, mut rises) = ([0f32; GROUP], [0f32; GROUP]);
            for part in 0..parts {
                let is_last = part + 1 == parts;
                let mut total = [[0f32; GROUP]; 3];
                let mut current = [[0f32; GROUP]; 3];
                for r in 0..c.receptors {
                    let (half, full) = (&c.half[r], &c.full[r]);
                    let [rise, d1, d2] = [5 + 3 * r, 6 + 3 * r, 7 + 3 * r].map(|k| k * stride + base);
                    let arriving: [f32; GROUP] = input(block, c.receptors, step, r, base);
                    for j in 0..GROUP {
                        let (r_0, d1_0, d2_0) =
                            (block.state[rise + j], block.state[d1 + j], block.state[d2 + j]);
                        let d1_m = half.d[0] * d1_0 + half.r_to_d[0] * r_0;
                        let d2_m = half.d[1] * d2_0 + half.r_to_d[1] * r_0;
                        let d1_1 = full.d[0] * d1_0 + full.r_to_d[0] * r_0;
                        let d2_1 = full.d[1] * d2_0 + full.r_to_d[1] * r_0;
                        let b = if c.is_blocked[r] { open[j] } else { 1.0 };
                        for (k, d) in [d1_0 + d2_0, d1_m + d2_m, d1_1 + d2_1].into_iter().enumerate() {
                            total[k][j] += b * d;
                            current[k][j] += b * d * c.drive[r];
                        }
                        // Input arrives at the end of the step.
                        let arriving = if is_last { arriving[j] } else { 0.0 };
                        block.state[rise + j] = flush(full.r * r_0) + c.jump[r] * arriving;
                        block.state[d1 + j] = flush(d1_1);
                        block.state[d2 + j] = flush(d2_1);
                    }
                }
                for j in 0..GROUP {
                    let mut drive = lanes.own_drive(&c.glif, j);
                    for k in 0..3 {
                        drive.g[k] = total[k][j];
                        drive.i[k] += current[k][j];
                    }
                    electric.add_to::<ELECTRIC>(&mut drive, j, c.glif.membrane.e_l, [part, parts]);
                    let v_0 = lanes.v[j];
                    if !PARTS {
                        ln_y[j] = lanes.advance(&c.glif, j, v_0, &drive);
                        continue;
                    }
                    lanes.advance_part(&c.glif, j, v_0, &mut rises[j], &drive);
                    if is_last {
                        ln_y[j] = lanes.settle(&c.glif, j, v_0 + rises[j]);
                    }
                }
            }
            lanes.fire(&c.glif, block, step, base, &ln_y, |j| depolarized[j] = c.hold_steps);
        }
        lanes.store(block, base);
        store(block, base, 4, &depolarized);
    }
}
