//! The planner: spikes that tell where the target is seen.
//!
//! Rate code: every neuron fires at `base + gain · P`, P the seen target in
//! degrees from straight ahead. Place code (mossy fibers of the inverse module
//! only): fiber i prefers the planned angle c_i and fires at
//! `base + peak · exp(-((q(t) - c_i)/width)²)`, q(t) the minimum-jerk movement
//! from the start to the seen target; the fibers fire in sequence.
//!
//! The noise is frozen: one field of uniform draws over (phase in the trial,
//! neuron) is shared by all targets, so each trial replays the same trains and
//! the trains of a higher rate contain those of a lower one. This replay is what
//! gives the inverse module a time basis; fresh noise removes it.
//! Source: cerebro-cerebellar loop of Antonietti et al. (extra-cereb-nest), with one
//! field for all targets in place of a train per target. Chosen: two targets then
//! differ by their rates only, not by an independent draw.

use crate::{Error, TickSpike, minimum_jerk};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// How mossy fibers of the inverse module encode the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetCode {
    /// All fibers change their rate with the target.
    Rate,
    /// Each fiber prefers one angle of the planned movement.
    Place,
}

/// Parameters of the planner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannerParameters {
    /// Number of neurons.
    pub neurons: usize,
    /// Rate without a target offset, Hz.
    pub base_hz: f64,
    /// Change of rate with the target, Hz/deg.
    pub gain_hz_per_deg: f64,
    /// True: the same noise in every trial. Set by the experiment, not read from a file.
    #[serde(skip)]
    pub is_frozen: bool,
    /// Code on the mossy fibers of the inverse module.
    pub code: TargetCode,
    /// Place code: rate at the preferred target, Hz.
    pub place_peak_hz: f64,
    /// Place code: width, deg.
    pub place_width_deg: f64,
    /// Place code: lowest and highest preferred angle, deg.
    pub place_range_deg: [f64; 2],
    /// Place code: planned angle at the start of the movement, deg.
    pub place_start_deg: f64,
    /// Place code: rate far from the preferred angle, Hz.
    pub place_base_hz: f64,
    /// Part of the rate that reaches a mossy fiber, 0..=1.
    pub mossy_fraction: f64,
}

/// The planner.
#[derive(Debug, Clone)]
pub struct Planner {
    parameters: PlannerParameters,
    noise: Stream,
    ticks: u64,
    pause: u64,
}

impl Planner {
    /// A planner for movements of `ticks` ms, each after a pause of `pause` ms in which the
    /// target is already seen and the planned angle holds at the start.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter, its value and the range.
    pub fn new(parameters: PlannerParameters, ticks: usize, pause: usize, seed: u64) -> Result<Self, Error> {
        let p = &parameters;
        let ranges = Ranges::of("planner");
        ranges.require(p.neurons > 0, "neurons", p.neurons as f64, "at least one neuron is needed")?;
        let rates = ["base_hz", "place_base_hz", "place_peak_hz"];
        let rates = rates.into_iter().zip([p.base_hz, p.place_base_hz, p.place_peak_hz]);
        let allowed = "rates lie in 0..900 Hz (one spike per ms at most)";
        ranges.each(rates, |rate| (0.0..=900.0).contains(&rate), allowed)?;
        ranges.require(true, "gain_hz_per_deg", p.gain_hz_per_deg, "a finite number is needed")?;
        let width = p.place_width_deg;
        ranges.require(width > 0.0, "place_width_deg", width, "a positive width is needed")?;
        let [low, high] = p.place_range_deg;
        let allowed = "the second angle must exceed the first";
        ranges.require(high > low, "place_range_deg", high - low, allowed)?;
        ranges.require(true, "place_start_deg", p.place_start_deg, "a finite angle is needed")?;
        let part = p.mossy_fraction;
        ranges.require((0.0..=1.0).contains(&part), "mossy_fraction", part, "it lies in 0..1")?;
        Ok(Self { parameters, noise: Stream::new(seed, "planner"), ticks: ticks as u64, pause: pause as u64 })
    }

    /// Rate toward the motor cortex, Hz.
    pub fn rate_hz(&self, target_deg: f64) -> f64 {
        (self.parameters.base_hz + self.parameters.gain_hz_per_deg * target_deg).max(0.0)
    }

    /// Rate of mossy fiber `i` of `n` at `phase` ms of the movement, Hz; the phases from `ticks`
    /// on are those of the pause.
    pub fn mossy_rate_hz(&self, target_deg: f64, phase: u64, i: usize, n: usize) -> f64 {
        let p = &self.parameters;
        p.mossy_fraction
            * match p.code {
                TargetCode::Rate => self.rate_hz(target_deg),
                TargetCode::Place => {
                    let [low, high] = p.place_range_deg;
                    let preferred = low + (high - low) * (i as f64 + 0.5) / n as f64;
                    let phase = if phase < self.ticks { phase } else { 0 };
                    let s = minimum_jerk(phase as f64 / (self.ticks - 1).max(1) as f64)[0];
                    let planned = p.place_start_deg + (target_deg - p.place_start_deg) * s;
                    let x = (planned - preferred) / p.place_width_deg;
                    p.place_base_hz + p.place_peak_hz * libm::exp(-x * x)
                }
            }
    }

    /// Neurons that fire toward the cortex in the tick at `phase` ms of the trial.
    pub fn to_cortex(&self, target_deg: f64, phase: u64, tick: u64, out: &mut Vec<u32>) {
        out.clear();
        let p = self.rate_hz(target_deg) * 1e-3;
        let at = self.at(phase, tick);
        out.extend((0..self.parameters.neurons as u32).filter(|&i| self.noise.uniform(at, i) < p));
    }

    /// Spikes on `n` mossy fibers of the inverse module in a tick of `steps` steps.
    /// Fiber m shares the noise of planner neuron `m · neurons / n`.
    pub fn to_mossy(
        &self,
        target_deg: f64,
        phase: u64,
        tick: u64,
        n: usize,
        steps: u16,
        out: &mut Vec<TickSpike>,
    ) {
        out.clear();
        let at = self.at(phase, tick);
        let neurons = self.parameters.neurons;
        for m in 0..n {
            let i = (m * neurons / n) as u32;
            if self.noise.uniform(at, i) < self.mossy_rate_hz(target_deg, phase, m, n) * 1e-3 {
                let step = self.noise.below(at, i + neurons as u32, u32::from(steps));
                out.push((step as u16, m as u32));
            }
        }
    }

    fn at(&self, phase: u64, tick: u64) -> u64 {
        // Fresh noise starts behind the frozen field, so that the two never share a draw.
        if self.parameters.is_frozen { phase } else { self.ticks + self.pause + tick }
    }
}
