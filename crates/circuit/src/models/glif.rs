//! Parts that both E-GLIF models share: the membrane with its adaptive current, the current that a spike leaves behind, the
//! threshold with or without escape noise, and the refractory period.

use super::lanes::{Drive, emit, for_each_bit, hold, load, store};
use super::synapse::{flush, stiffest};
use super::{BlockStep, Eglif, escape, grid, membrane::Membrane};
use crate::ranges::{FINITE, NOT_NEGATIVE, POSITIVE};
use lobule_signal::{Clock, GROUP, Parameter, Ranges};

/// Constants for one time step.
pub(super) struct Glif {
    pub membrane: Membrane,
    pub v_reset: f32,
    i_e: f32,
    v_th: f32,
    a1: f32,
    a2: f32,
    refractory_steps: f32,
    dep_half: f32,
    dep_full: f32,
    inv_tau_v: f32,
    ln_rate: f32,
    threshold_is_hard: bool,
    /// Equal parts in which a step is integrated.
    pub parts: usize,
}

impl Glif {
    /// Checks and compiles what both models have; other parameters of `p` are not read. `synapses` are the time constants (ms) of
    /// the receptors in use.
    pub fn new(
        p: &Eglif,
        synapses: &[grid::Constant],
        ranges: &Ranges,
        clock: &Clock,
    ) -> Result<Self, Parameter> {
        ranges.within(POSITIVE, &[("c_m", p.c_m), ("tau_m", p.tau_m), ("tau_v", p.tau_v)])?;
        ranges.within(NOT_NEGATIVE, &[("t_ref", p.t_ref), ("k_1", p.k_1), ("k_2", p.k_2)])?;
        ranges.within(NOT_NEGATIVE, &[("lambda_0", p.lambda_0), ("k_adap", p.k_adap)])?;
        ranges.within(
            FINITE,
            &[("e_l", p.e_l), ("v_th", p.v_th), ("i_e", p.i_e), ("a1", p.a1), ("a2", p.a2)],
        )?;
        ranges.require(p.v_reset < p.v_th, "v_reset", p.v_reset, "it must lie below v_th")?;
        let dt = clock.dt_ms();
        let fast = format!("it must exceed {} ms at this time step", -1.0 / stiffest(dt));
        ranges.require(-1.0 / p.tau_m > stiffest(dt), "tau_m", p.tau_m, fast)?;
        let slow = format!("at most {} 1/ms at this time step", -stiffest(dt));
        ranges.require(p.k_2 < -stiffest(dt), "k_2", p.k_2, slow)?;
        let parts = grid::parts(ranges, synapses, dt)?;
        let part = dt / parts as f64;
        let leak = if p.leak_is_published { 1.0 } else { -1.0 } / p.tau_m;
        Ok(Self {
            membrane: Membrane::new(part, leak, p.c_m, p.e_l, [p.k_adap, p.k_2]),
            i_e: p.i_e as f32,
            v_reset: p.v_reset as f32,
            v_th: p.v_th as f32,
            a1: p.a1 as f32,
            a2: p.a2 as f32,
            refractory_steps: grid::whole_steps(ranges, "t_ref", p.t_ref, dt)?,
            dep_half: libm::exp(-0.5 * part * p.k_1) as f32,
            dep_full: libm::exp(-part * p.k_1) as f32,
            inv_tau_v: (1.0 / p.tau_v) as f32,
            ln_rate: libm::log(p.lambda_0 * dt) as f32,
            threshold_is_hard: p.threshold_is_hard,
            parts,
        })
    }
}

/// State of `L` neurons side by side. Variables 0 to 3 of both models.
pub(super) struct GlifLanes<const L: usize> {
    pub v: [f32; L],
    adap: [f32; L],
    dep: [f32; L],
    held: [f32; L],
}

impl<const L: usize> GlifLanes<L> {
    #[inline(always)]
    pub fn load(block: &BlockStep<'_>, base: usize) -> Self {
        let [v, adap, dep, held] = std::array::from_fn(|k| load(block, base, k));
        Self { v, adap, dep, held }
    }

    #[inline(always)]
    pub fn store(&self, block: &mut BlockStep<'_>, base: usize) {
        for (k, x) in [&self.v, &self.adap, &self.dep, &self.held].into_iter().enumerate() {
            store(block, base, k, x);
        }
    }

    /// The drive of lane `j` without synapses: I_e and I_dep, which decays exactly.
    #[inline(always)]
    pub fn own_drive(&mut self, c: &Glif, j: usize) -> Drive {
        let dep_0 = self.dep[j];
        let (dep_m, dep_1) = (dep_0 * c.dep_half, dep_0 * c.dep_full);
        self.dep[j] = flush(dep_1);
        Drive { g: [0.0; 3], i: [c.i_e + dep_0, c.i_e + dep_m, c.i_e + dep_1] }
    }

    /// Advances lane `j` by a step from the potential `v_0`; gives the logarithm of the escape rate times dt, -∞ for a
    /// neuron that cannot spike.
    #[inline(always)]
    pub fn advance(&mut self, c: &Glif, j: usize, v_0: f32, drive: &Drive) -> f32 {
        let (v_1, adap_1) = c.membrane.step::<true>(v_0, self.adap[j], drive.g, drive.i);
        self.adap[j] = flush(adap_1);
        self.settle(c, j, v_1)
    }

    /// Advances lane `j` by a part of a step in which the potential has risen by `rise` mV from `v_0`.
    #[inline(always)]
    pub fn advance_part(&mut self, c: &Glif, j: usize, v_0: f32, rise: &mut f32, drive: &Drive) {
        let (dv, adap_1) = c.membrane.rise::<true>(v_0 + *rise, self.adap[j], drive.g, drive.i);
        self.adap[j] = flush(adap_1);
        // A refractory neuron stays where it is held.
        *rise = if self.held[j] > 0.0 { 0.0 } else { *rise + dv };
    }

    /// Ends the step of lane `j` at the potential `v_1`, as [`GlifLanes::advance`].
    #[inline(always)]
    pub fn settle(&mut self, c: &Glif, j: usize, v_1: f32) -> f32 {
        let is_held = hold(&mut self.v[j], &mut self.held[j], v_1, c.v_reset);
        let free = if c.threshold_is_hard {
            if v_1 >= c.v_th { 30.0 } else { f32::NEG_INFINITY }
        } else {
            (v_1 - c.v_th) * c.inv_tau_v + c.ln_rate
        };
        if is_held { f32::NEG_INFINITY } else { free }
    }

    /// Draws the spikes of a step, group by group; `on_spike` is told the lane.
    #[inline(always)]
    pub fn fire(
        &mut self,
        c: &Glif,
        block: &mut BlockStep<'_>,
        step: usize,
        base: usize,
        ln_y: &[f32; L],
        mut on_spike: impl FnMut(usize),
    ) {
        let now = block.first_step + step as u64;
        for (k, ln_y) in ln_y.as_chunks::<GROUP>().0.iter().enumerate() {
            let first = k * GROUP;
            let neuron = block.first_neuron + (base + first) as u32;
            for_each_bit(escape::spikes(ln_y, block.stream, now, neuron), |j| {
                let j = first + j;
                self.v[j] = c.v_reset;
                self.dep[j] = c.a1;
                self.adap[j] += c.a2;
                self.held[j] = c.refractory_steps;
                on_spike(j);
                emit(block, step, base + j);
            });
        }
    }
}
