//! Extended generalized leaky integrate-and-fire neuron with escape noise and up to four conductance receptors.
//!
//! # Equation
//! ```text
//! dV/dt      = ± (V - E_L)/τ_m + (I_e + I_dep - I_adap + Σ g_i (E_i - V)) / C_m
//! dI_adap/dt = k_adap (V - E_L) - k_2 I_adap
//! dI_dep/dt  = -k_1 I_dep
//! λ          = λ_0 exp((V - V_th)/τ_V),   P(spike in a step) = 1 - exp(-λ dt)
//! on a spike:  V = V_reset,  I_dep = A1,  I_adap += A2,  V held for t_ref
//! ```
//! The published mouse parameters belong to the *plus* sign of the leak ([`Eglif::leak_is_published`]); with the
//! minus sign Golgi cells and interneurons fall silent. The corrected sign is a switch.
//!
//! One step: V is raised to V_min where below; V and I_adap advance by one Runge-Kutta step of fourth order with
//! conductances and I_dep exact at the start, middle and end; refractory neurons are held at V_reset, the others
//! draw; then the input that arrives at the end of the step is added. Where a synapse is shorter than the step, the step is
//! integrated in several equal parts. `t_ref` is rounded up to whole steps, as NEST does.
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

use super::glif::{Glif, GlifLanes};
use super::lanes::{ElectricLanes, input, load, store};
use super::{BlockStep, NeuronModel, SynapseShape, Variable, grid, synapse::Propagator};
use crate::ranges::{FINITE, POSITIVE};
use lobule_signal::{Clock, GROUP, Parameter, Ranges};
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
    /// Increment of I_adap by a spike, pA.
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
        Self::from_rows(
            [7.0, 24.15, -62.0, -41.0, -70.0, -150.0, -62.0, 1.5, -0.888],
            [0.022, 0.311, 0.041_407_868, 0.01, -0.94, 1.0, 0.3],
            [5.8, 13.61, 2.0],
        )
    }
}

impl Eglif {
    /// Parameters from the rows of a table: C_m, τ_m, E_L, V_th, V_reset, V_min, V_init, t_ref, I_e; k_adap, k_1, k_2, A1, A2,
    /// λ_0, τ_V; time constants of receptors 1 to 3. All receptors are alpha functions; 1 and 3 excite (0 mV), 2 and 4
    /// inhibit (-80 mV), 4 with 2 ms. The sign of the leak is the published one, and the threshold has noise.
    pub fn from_rows(membrane: [f64; 9], adaptation: [f64; 7], tau_syn: [f64; 3]) -> Self {
        let [c_m, tau_m, e_l, v_th, v_reset, v_min, v_init, t_ref, i_e] = membrane;
        let [k_adap, k_1, k_2, a1, a2, lambda_0, tau_v] = adaptation;
        let alpha = |tau_syn, e_rev| Receptor { tau_syn, e_rev, shape: SynapseShape::Alpha };
        let [tau_1, tau_2, tau_3] = tau_syn;
        Self {
            c_m,
            tau_m,
            e_l,
            v_th,
            v_reset,
            v_min,
            v_init,
            t_ref,
            i_e,
            k_adap,
            k_1,
            k_2,
            a1,
            a2,
            lambda_0,
            tau_v,
            receptors: [alpha(tau_1, 0.0), alpha(tau_2, -80.0), alpha(tau_3, 0.0), alpha(2.0, -80.0)],
            leak_is_published: true,
            threshold_is_hard: false,
        }
    }
}

pub(crate) struct Compiled {
    glif: Glif,
    c_m: f64,
    receptors: usize,
    v_init: f32,
    v_min: f32,
    syn: [Propagator; 4],
    /// E_rev - E_L, mV.
    drive: [f32; 4],
}

impl Compiled {
    pub fn new(p: &Eglif, ranges: &Ranges, clock: &Clock, receptors: usize) -> Result<Self, Parameter> {
        let names =
            ["receptor 1: tau_syn", "receptor 2: tau_syn", "receptor 3: tau_syn", "receptor 4: tau_syn"];
        for receptor in &p.receptors {
            ranges.within(POSITIVE, &[("tau_syn", receptor.tau_syn)])?;
            ranges.within(FINITE, &[("e_rev", receptor.e_rev)])?;
        }
        let constant = |(name, r): (_, &Receptor)| grid::Constant { name, tau_ms: r.tau_syn, longest: 1.0 };
        let constants: Vec<_> =
            names.into_iter().zip(&p.receptors[..receptors.min(4)]).map(constant).collect();
        let glif = Glif::new(p, &constants, ranges, clock)?;
        ranges.require(p.v_min <= p.v_reset, "v_min", p.v_min, "it must not exceed v_reset")?;
        ranges.require(p.v_init >= p.v_min, "v_init", p.v_init, "it must not lie below v_min")?;
        let mut syn = [Propagator::default(); 4];
        for (syn, receptor) in syn.iter_mut().zip(&p.receptors) {
            *syn = Propagator::new(receptor.shape, receptor.tau_syn, clock.dt_ms() / glif.parts as f64);
        }
        Ok(Self {
            c_m: p.c_m,
            // One kernel integrates in parts, with all receptors.
            receptors: if glif.parts > 1 { syn.len() } else { receptors },
            glif,
            v_init: p.v_init as f32,
            v_min: p.v_min as f32,
            syn,
            drive: p.receptors.map(|r| (r.e_rev - p.e_l) as f32),
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
        variable(4 + 2 * k) * (self.drive[k] - (variable(0) - self.glif.membrane.e_l))
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
    if c.glif.parts > 1 {
        return match block.electric {
            None => advance_in_parts::<false>(c, block),
            Some(_) => advance_in_parts::<true>(c, block),
        };
    }
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
    let mut lanes = GlifLanes::<L>::load(block, base);
    let mut g: [[f32; L]; R] = std::array::from_fn(|r| load(block, base, 4 + 2 * r));
    let mut h: [[f32; L]; R] = std::array::from_fn(|r| load(block, base, 5 + 2 * r));
    for step in 0..block.steps {
        let arriving: [[f32; L]; R] = std::array::from_fn(|r| input(block, R, step, r, base));
        let electric = ElectricLanes::<L>::load::<ELECTRIC>(block, step, base);
        let mut ln_y = [0f32; L];
        for j in 0..L {
            let mut drive = lanes.own_drive(&c.glif, j);
            for r in 0..R {
                drive.add(c.syn[r].step(&mut g[r][j], &mut h[r][j], arriving[r][j]), c.drive[r]);
            }
            electric.add_to::<ELECTRIC>(&mut drive, j, c.glif.membrane.e_l, [0, 1]);
            let v_0 = if lanes.v[j] < c.v_min { c.v_min } else { lanes.v[j] };
            ln_y[j] = lanes.advance(&c.glif, j, v_0, &drive);
        }
        lanes.fire(&c.glif, block, step, base, &ln_y, |_| ());
    }
    lanes.store(block, base);
    for r in 0..R {
        store(block, base, 4 + 2 * r, &g[r]);
        store(block, base, 5 + 2 * r, &h[r]);
    }
}

/// Advances a block whose synapses are shorter than a step, each step in equal parts.
#[inline(always)]
fn advance_in_parts<const ELECTRIC: bool>(c: &Compiled, block: &mut BlockStep<'_>) {
    let parts = c.glif.parts;
    for base in (0..block.stride).step_by(GROUP) {
        let mut lanes = GlifLanes::<GROUP>::load(block, base);
        let mut g: [[f32; GROUP]; 4] = std::array::from_fn(|r| load(block, base, 4 + 2 * r));
        let mut h: [[f32; GROUP]; 4] = std::array::from_fn(|r| load(block, base, 5 + 2 * r));
        for step in 0..block.steps {
            let mut arriving = [[0f32; GROUP]; 4];
            for (r, x) in arriving.iter_mut().enumerate().take(block.receptors) {
                *x = input(block, block.receptors, step, r, base);
            }
            let electric = ElectricLanes::<GROUP>::load::<ELECTRIC>(block, step, base);
            let start: [f32; GROUP] = lanes.v.map(|v| if v < c.v_min { c.v_min } else { v });
            let mut rise = [0f32; GROUP];
            for part in 0..parts {
                // Input arrives at the end of the step.
                let arrives = if part + 1 == parts { 1.0 } else { 0.0 };
                for j in 0..GROUP {
                    let mut drive = lanes.own_drive(&c.glif, j);
                    for r in 0..4 {
                        let input = arrives * arriving[r][j];
                        drive.add(c.syn[r].step(&mut g[r][j], &mut h[r][j], input), c.drive[r]);
                    }
                    electric.add_to::<ELECTRIC>(&mut drive, j, c.glif.membrane.e_l, [part, parts]);
                    lanes.advance_part(&c.glif, j, start[j], &mut rise[j], &drive);
                }
            }
            let ln_y = std::array::from_fn(|j| lanes.settle(&c.glif, j, start[j] + rise[j]));
            lanes.fire(&c.glif, block, step, base, &ln_y, |_| ());
        }
        lanes.store(block, base);
        for r in 0..4 {
            store(block, base, 4 + 2 * r, &g[r]);
            store(block, base, 5 + 2 * r, &h[r]);
        }
    }
}
