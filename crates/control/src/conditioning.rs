//! A cerebellum for classical conditioning of the eyelid: a cortex that learns *when*, a nucleus that learns *whether*,
//! and an olive that the nucleus inhibits.
//!
//! ```text
//! cue i ──onset──▶ x_ij(t) ──w_ij──▶ P = [1 + κ Σ (w_ij - 1) x_ij / S]₊ ──┐ inhibits
//!   └───────── m_i(t) = cue ──v_i──────────────────▶ n = [Σ v_i m_i - P]₊ ◀┘ ──▶ u = gain n + reflex
//! cornea ─────────────────▶ olive: Poisson, rate [c0 + us · cornea - no · n(t - d)]₊, refractory
//! PF→PC    w_ij += η (c̄ dt - spike) x_ij(t - window)                                0 ≤ w ≤ 2
//! MF→DCN   v_i  += dt m_i (ltp [θ_pause - P]₊ - ltd [P - θ_active]₊)        v_naive ≤ v ≤ v_max
//! ```
//!
//! x are gamma kernels behind the onset of the cue, the temporal basis; P is the rate of Purkinje cells relative to
//! their rate at rest; S is the largest sum of the signals of one cue; c̄ the mean rate of the refractory olive without input, so that
//! nothing is learned from spontaneous spikes on average. The nucleus says nothing while Purkinje cells fire at
//! rest: the command is what a pause lets through, and what it lets through depends on v. The reflex is a leaky copy of the cornea's
//! signal and does not pass the cerebellum.
//!
//! Consequences of these equations, and their sources: the olive falls silent during a conditioned response, so
//! that an omitted puff raises w (extinction) and a second cue learns nothing beside a learned one (blocking): Medina,
//! Nores & Mauk 2002, doi:10.1038/416330a; Kim, Krupa & Thompson 1998, doi:10.1126/science.279.5350.570. Extinction
//! stops where n is 0, before P is back at rest, so v is not brought back: savings, Medina, Garcia & Mauk 2001,
//! doi:10.1523/JNEUROSCI.21-11-04081.2001. A synapse is depressed when it was active some time before the climbing fiber:
//! Suvrathan, Payne & Raymond 2016, doi:10.1016/j.neuron.2016.10.022.
//!
//! Units: s, Hz; rates of Purkinje and nuclear cells relative to a Purkinje cell's rate at rest.

use crate::controller::{exact_cues, learned};
use crate::filter::{Basis, TraceModel, Traces};
use crate::plant::Eyelid;
use crate::{Controller, DelayLine, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Parameters of [`Conditioning`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditioningParameters {
    /// Granule signals of each cue.
    pub signals: usize,
    /// First and last time of a signal's peak after the onset, s; the others lie between them, equally far in logarithm.
    pub peaks_s: [f64; 2],
    /// Order of the kernels: their width over their peak falls as 1/√order.
    pub order: usize,
    /// κ: fall of P when every weight is lower by 1 at the time of the largest sum of the signals.
    pub purkinje_gain: f64,
    /// η: fall of a fully eligible weight with a climbing-fiber spike.
    pub depression: f64,
    /// How long before the climbing fiber a synapse must have been active, s.
    pub window_s: f64,
    /// c0: rate of the olive without input, Hz.
    pub spontaneous_hz: f64,
    /// Rate that a full puff adds, Hz.
    pub puff_hz: f64,
    /// Rate that nuclear output of 1 takes away, Hz.
    pub nucleo_olivary_hz: f64,
    /// Delay of the nucleo-olivary pathway, s.
    pub nucleo_olivary_delay_s: f64,
    /// Shortest interval of the olive's spikes, s.
    pub olive_refractory_s: f64,
    /// v of a naive animal, and the largest v.
    pub mossy_weight: [f64; 2],
    /// Growth of v under full inactivity of Purkinje cells, 1/s.
    pub nuclear_ltp_hz: f64,
    /// Fall of v with P one above its threshold, 1/s.
    pub nuclear_ltd_hz: f64,
    /// θ_pause, θ_active: v grows with P below the first, falls with P above the second.
    pub nuclear_thresholds: [f64; 2],
    /// Command of a nuclear output of 1, in units of the drive that just closes the lid.
    pub lid_gain: f64,
    /// Command of the reflex to a full puff held for long, the same unit.
    pub reflex_gain: f64,
    /// Time constant of the reflex, s.
    pub reflex_s: f64,
}

/// A cerebellum that learns to close the eye before an air puff. Its cues are the conditioned stimuli, 0 for absent; it takes
/// the puff from the sense [`Eyelid::CORNEA`].
///
/// # Example: a tone and a puff 300 ms later
/// ```
/// use lobule_control::plant::{Eyelid, EyelidParameters};
/// use lobule_control::{ClosedLoop, Conditioning, ConditioningParameters, Drive, Error};
///
/// let eyelid = Eyelid::new(EyelidParameters::default())?;
/// let cerebellum = Conditioning::new(&ConditioningParameters::default(), 1, 1e-3, 0)?;
/// let mut rabbit = ClosedLoop::new(eyelid, cerebellum, 0, 1e-3, [10, 5])?;
/// let mut closed = 0.0;
/// for _trial in 0..400 {
///     rabbit.reset();
///     for tick in 0..600 {
///         rabbit.plant_mut().blow(if (400..430).contains(&tick) { 1.0 } else { 0.0 })?;
///         let tone = if (100..430).contains(&tick) { 1.0 } else { 0.0 };
///         rabbit.tick(&Drive { cues: &[tone], ..Drive::default() })?;
///         if tick == 400 {
///             closed = rabbit.plant().closure(); // before the puff has acted
///         }
///     }
/// }
/// assert!(closed > 0.2, "{closed}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Conditioning {
    parameters: ConditioningParameters,
    dt_s: f64,
    /// One for each cue.
    bases: Vec<Basis>,
    traces: Traces,
    /// w by cue and signal, then v by cue. `[cues × signals + cues]`
    weights: Vec<f64>,
    /// `[cues × signals]`
    x: Vec<f64>,
    e: Vec<f64>,
    /// Cues of the tick before. `[cues]`
    before: Vec<f64>,
    /// S.
    largest_sum: f64,
    /// Mean rate of the olive without input, per tick.
    mean_spikes: f64,
    nucleo_olivary: DelayLine,
    refractory_ticks: u64,
    /// Ticks until the olive can fire again.
    silent: u64,
    stream: Stream,
    /// Ticks since it was made: every trial has olive spikes of its own.
    ticks: u64,
    reflex: f64,
    learns: bool,
    purkinje: f64,
    nucleus: f64,
    climbing: bool,
}

impl Default for ConditioningParameters {
    /// Sources and reasons: `classic/eyeblink/eyeblink.toml` of the room `experiments`.
    fn default() -> Self {
        Self {
            signals: 24,
            peaks_s: [0.02, 1.2],
            order: 16,
            purkinje_gain: 2.0,
            depression: 0.005,
            window_s: 0.1,
            spontaneous_hz: 1.0,
            puff_hz: 100.0,
            nucleo_olivary_hz: 100.0,
            nucleo_olivary_delay_s: 0.03,
            olive_refractory_s: 0.1,
            mossy_weight: [0.1, 1.0],
            nuclear_ltp_hz: 0.05,
            nuclear_ltd_hz: 0.01,
            nuclear_thresholds: [0.5, 1.0],
            lid_gain: 1.5,
            reflex_gain: 5.0,
            reflex_s: 0.03,
        }
    }
}

const PART: &str = "conditioning";

impl Conditioning {
    /// A naive cerebellum for so many cues, in ticks of `dt_s` seconds; its olive draws from `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter and its range.
    pub fn new(
        parameters: &ConditioningParameters,
        cues: usize,
        dt_s: f64,
        seed: u64,
    ) -> Result<Self, Error> {
        let p = parameters;
        let ranges = Ranges::of(PART);
        ranges.require((1..=100).contains(&cues), "cues", cues as f64, "1 to 100")?;
        ranges.require(dt_s > 0.0 && dt_s <= 0.01, "dt_s", dt_s, "more than 0 and at most 0.01 s")?;
        ranges.require((1..=1000).contains(&p.signals), "signals", p.signals as f64, "1 to 1000")?;
        ranges.require((1..=30).contains(&p.order), "order", p.order as f64, "1 to 30")?;
        let [first, last] = p.peaks_s;
        ranges.require(first >= dt_s, "peaks_s", first, "the first at least a tick")?;
        let fits = last >= first && last <= 100.0;
        ranges.require(fits, "peaks_s", last, "the last from the first to 100 s")?;
        let not_negative = [
            ("purkinje_gain", p.purkinje_gain),
            ("depression", p.depression),
            ("window_s", p.window_s),
            ("spontaneous_hz", p.spontaneous_hz),
            ("puff_hz", p.puff_hz),
            ("nucleo_olivary_hz", p.nucleo_olivary_hz),
            ("nucleo_olivary_delay_s", p.nucleo_olivary_delay_s),
            ("olive_refractory_s", p.olive_refractory_s),
            ("mossy_weight", p.mossy_weight[0]),
            ("nuclear_ltp_hz", p.nuclear_ltp_hz),
            ("nuclear_ltd_hz", p.nuclear_ltd_hz),
            ("nuclear_thresholds", p.nuclear_thresholds[0]),
            ("lid_gain", p.lid_gain),
            ("reflex_gain", p.reflex_gain),
        ];
        ranges.each(not_negative, |value| value >= 0.0, "0 or more")?;
        let [naive, largest] = p.mossy_weight;
        ranges.require(largest >= naive, "mossy_weight", largest, "the largest not below the naive")?;
        let [pause, active] = p.nuclear_thresholds;
        let allowed = "that of activity not below that of the pause";
        ranges.require(active >= pause, "nuclear_thresholds", active, allowed)?;
        ranges.require(p.reflex_s > 0.0, "reflex_s", p.reflex_s, "more than 0 s")?;
        let short = ["window_s", "nucleo_olivary_delay_s", "olive_refractory_s"];
        let short = short.into_iter().zip([p.window_s, p.nucleo_olivary_delay_s, p.olive_refractory_s]);
        ranges.each(short, |s| s <= 10.0, "at most 10 s")?;
        let chance = p.spontaneous_hz * dt_s;
        ranges.require(chance < 1.0, "spontaneous_hz", p.spontaneous_hz, "less than one spike per tick")?;

        let ticks = |s: f64| (s / dt_s).round() as usize;
        let basis = Basis::gammas(&taus_s(p), p.order, dt_s)?;
        let all = cues * p.signals;
        let refractory_ticks = ticks(p.olive_refractory_s) as u64;
        let mut made = Self {
            largest_sum: largest_sum(&basis, ticks(3.0 * last))?,
            bases: vec![basis; cues],
            traces: Traces::new(&TraceModel::Delay(ticks(p.window_s)), all)?,
            weights: vec![1.0; all + cues],
            x: vec![0.0; all],
            e: vec![0.0; all],
            before: vec![0.0; cues],
            // A renewal process: after a spike the refractory time, then 1/chance ticks in the mean.
            mean_spikes: if chance > 0.0 { 1.0 / (refractory_ticks as f64 + 1.0 / chance) } else { 0.0 },
            nucleo_olivary: DelayLine::new(ticks(p.nucleo_olivary_delay_s), 1)?,
            refractory_ticks,
            silent: 0,
            stream: Stream::new(seed, "conditioning/olive"),
            ticks: 0,
            reflex: 0.0,
            learns: true,
            purkinje: 1.0,
            nucleus: 0.0,
            climbing: false,
            dt_s,
            parameters: p.clone(),
        };
        made.weights[all..].fill(p.mossy_weight[0]);
        Ok(made)
    }

    /// w of a cue: weights of its signals relative to a naive one. `[signals]`
    pub fn cortical(&self, cue: usize) -> &[f64] {
        let n = self.parameters.signals;
        &self.weights[cue * n..(cue + 1) * n]
    }

    /// v of a cue: its direct weight on the nucleus.
    pub fn nuclear(&self, cue: usize) -> f64 {
        self.weights[self.x.len() + cue]
    }

    /// Times of the signals' peaks, s. `[signals]`
    pub fn peaks_s(&self) -> Vec<f64> {
        taus_s(&self.parameters).iter().map(|tau| tau * self.parameters.order as f64).collect()
    }

    /// P in the last tick.
    pub fn purkinje(&self) -> f64 {
        self.purkinje
    }

    /// n in the last tick.
    pub fn nucleus(&self) -> f64 {
        self.nucleus
    }

    /// True if the climbing fiber fired in the last tick.
    pub fn climbing_fiber(&self) -> bool {
        self.climbing
    }

    /// Gives the cortex (w) the weights of a naive animal and leaves the nucleus (v) as it is, or the other way round: a
    /// lesion that tells where a memory is.
    pub fn forget(&mut self, cortex: bool, nucleus: bool) {
        let all = self.x.len();
        if cortex {
            self.weights[..all].fill(1.0);
        }
        if nucleus {
            self.weights[all..].fill(self.parameters.mossy_weight[0]);
        }
    }

    /// True if the olive fires in this tick.
    fn olive(&mut self, cornea: f64) -> bool {
        let p = &self.parameters;
        let mut inhibition = [self.nucleus];
        self.nucleo_olivary.pass(&mut inhibition);
        self.ticks += 1;
        if self.silent > 0 {
            self.silent -= 1;
            return false;
        }
        let rate = p.spontaneous_hz + p.puff_hz * cornea - p.nucleo_olivary_hz * inhibition[0];
        // A rate below 0 is silence.
        let fires = self.stream.uniform(self.ticks, 0) < rate * self.dt_s;
        if fires {
            self.silent = self.refractory_ticks;
        }
        fires
    }

    fn learn(&mut self, cues: &[f64]) {
        let p = &self.parameters;
        let by = p.depression * (self.mean_spikes - f64::from(u8::from(self.climbing)));
        let (cortical, nuclear) = self.weights.split_at_mut(self.e.len());
        for (w, e) in cortical.iter_mut().zip(&self.e) {
            *w = (*w + by * e).clamp(0.0, 2.0);
        }
        let [pause, active] = p.nuclear_thresholds;
        let by = p.nuclear_ltp_hz * (pause - self.purkinje).max(0.0)
            - p.nuclear_ltd_hz * (self.purkinje - active).max(0.0);
        for (v, m) in nuclear.iter_mut().zip(cues) {
            *v = (*v + self.dt_s * m * by).clamp(p.mossy_weight[0], p.mossy_weight[1]);
        }
    }
}

/// Time constants of the kernels, s: a kernel of order k peaks k time constants after the onset.
fn taus_s(p: &ConditioningParameters) -> Vec<f64> {
    let [first, last] = p.peaks_s;
    let step = libm::log(last / first) / (p.signals.max(2) - 1) as f64;
    (0..p.signals).map(|j| first * libm::exp(step * j as f64) / p.order as f64).collect()
}

/// Input of a basis that is driven by a cue and nothing else.
fn of_cue(cue: &[f64]) -> Senses<'_> {
    Senses { tick: 0, sensed: &[], reference: &[], reference_then: &[], cues: cue }
}

fn largest_sum(basis: &Basis, ticks: usize) -> Result<f64, Error> {
    let mut basis = basis.clone();
    let mut x = vec![0.0; basis.signals()];
    (0..ticks.max(2)).try_fold(0.0, |largest, tick| {
        basis.advance(&of_cue(&[if tick == 0 { 1.0 } else { 0.0 }]), &mut x)?;
        Ok(x.iter().sum::<f64>().max(largest))
    })
}

crate::snapshot!([] Conditioning {
    bases, traces, weights, before, nucleo_olivary, silent, ticks, reflex, learns, purkinje, nucleus, climbing,
});

impl Controller for Conditioning {
    fn name(&self) -> &str {
        PART
    }

    fn commands(&self) -> usize {
        1
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(Eyelid::CORNEA + 1, 0, self.before.len())
    }

    fn reset(&mut self) {
        self.bases.iter_mut().for_each(Basis::reset);
        self.traces.reset();
        self.nucleo_olivary.flood(&[0.0]);
        self.before.fill(0.0);
        (self.silent, self.reflex, self.purkinje, self.nucleus, self.climbing) = (0, 0.0, 1.0, 0.0, false);
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        exact_cues(PART, senses, self.before.len())?;
        let (n, all) = (self.parameters.signals, self.x.len());
        for (i, &cue) in senses.cues.iter().enumerate() {
            // The onset, relative to a cue of 1.
            let onset = [(cue - self.before[i]).max(0.0)];
            self.bases[i].advance(&of_cue(&onset), &mut self.x[i * n..(i + 1) * n])?;
            self.before[i] = cue;
        }
        self.traces.advance(&self.x, &mut self.e)?;
        let p = &self.parameters;
        let shift = self.weights[..all].iter().zip(&self.x).fold(0.0, |s, (w, x)| s + (w - 1.0) * x);
        self.purkinje = (1.0 + p.purkinje_gain * shift / self.largest_sum).max(0.0);
        let mossy = self.weights[all..].iter().zip(senses.cues).fold(0.0, |s, (v, m)| s + v * m);
        self.nucleus = (mossy - self.purkinje).max(0.0);
        let cornea = senses.sensed[Eyelid::CORNEA];
        self.reflex += (self.parameters.reflex_gain * cornea - self.reflex)
            * -libm::expm1(-self.dt_s / self.parameters.reflex_s);
        command[0] = self.parameters.lid_gain * self.nucleus + self.reflex;
        Error::finite(PART, ["command"], command, senses.tick as f64 * self.dt_s)?;
        self.climbing = self.olive(cornea);
        if self.learns {
            self.learn(senses.cues);
        }
        Ok(())
    }

    learned!(weights);

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.dt_s, dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        // Of the parameters all but the rates.
        let p = &self.parameters;
        [p.signals, p.order, self.before.len()].iter().for_each(|n| to.put(n));
        to.put(&p.peaks_s);
        to.put(&p.mossy_weight);
        to.put(&[p.purkinje_gain, p.lid_gain, p.window_s, self.dt_s]);
    }

    /// w by cue and signal, then v by cue. `[cues × signals + cues]`
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }
}
