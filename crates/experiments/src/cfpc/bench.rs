//! The bench: plants, feedback controllers, delays, references, and the loops made of them.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::identify::impulse_response;
use lobule_control::oracle::Lifted;
use lobule_control::plant::Linear;
use lobule_control::trajectory::{reaches, sines};
use lobule_control::{Adaptive, ClosedLoop, Controller, Drive, LinearSystem, Plant};
use lobule_study::{Check, Error};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// Configuration that all experiments of the bench share; `bench.toml` documents its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bench {
    pub dt_s: f64,
    pub trial_s: f64,
    pub motor_delay_s: f64,
    pub sensory_delay_s: f64,
    pub computation_ticks: usize,
    pub filter_s: f64,
    pub signals: usize,
    pub spacing_s: f64,
    pub width_s: f64,
    pub plants: Plants,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plants {
    pub first_order: PlantConfig,
    pub damped: PlantConfig,
    pub resonant: PlantConfig,
    pub non_minimum_phase: PlantConfig,
}

/// A plant `m y'' + b y' + k y = u`, sensed as `y - zero_s y'`, and the gains of its feedback controller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantConfig {
    pub mass: f64,
    pub damping: f64,
    pub stiffness: f64,
    pub zero_s: f64,
    pub kp: f64,
    pub kd: f64,
    pub ki: f64,
}

/// Ticks of a trial, at most. Chosen: learning in closed form multiplies matrices of as many rows.
const MOST_TICKS: usize = 4000;
/// Ticks of a delay, at most. Chosen: each is a state of the loop whose stability is tested before anything runs.
const MOST_DELAY: f64 = 200.0;

/// The plants by name, in order.
pub const PLANTS: [&str; 4] = ["first_order", "damped", "resonant", "non_minimum_phase"];

pub fn plant_name(name: &str) -> &'static str {
    match name {
        "first_order" => "first order",
        "damped" => "damped",
        "resonant" => "resonant",
        "non_minimum_phase" => "non-minimum phase",
        _ => "inverted pendulum",
    }
}

impl PlantConfig {
    /// The plant, at rest.
    pub fn plant(&self) -> Result<Linear, Error> {
        Ok(if self.mass == 0.0 {
            Linear::first_order(self.damping, self.stiffness)?
        } else if self.zero_s == 0.0 {
            Linear::second_order(self.mass, self.damping, self.stiffness)?
        } else {
            Linear::non_minimum_phase(self.mass, self.damping, self.stiffness, self.zero_s)?
        })
    }

    /// The same plant with its mass, damping and stiffness times these factors.
    pub fn times(mut self, [mass, damping, stiffness]: [f64; 3]) -> Self {
        self.mass *= mass;
        self.damping *= damping;
        self.stiffness *= stiffness;
        self
    }
}

impl Bench {
    /// The plant of that name in `PLANTS`.
    pub fn config(&self, plant: &str) -> PlantConfig {
        match plant {
            "first_order" => self.plants.first_order,
            "damped" => self.plants.damped,
            "resonant" => self.plants.resonant,
            _ => self.plants.non_minimum_phase,
        }
    }

    pub fn check(&self) -> Result<(), Error> {
        let check = Check::of("bench");
        let (dt, long) = (self.dt_s, format!("at most {MOST_TICKS} ticks of {} s are allowed", self.dt_s));
        check.that("trial_s", self.trial_s, self.ticks() <= MOST_TICKS, &long)?;
        for (key, delay) in [("motor_delay_s", self.motor_delay_s), ("sensory_delay_s", self.sensory_delay_s)]
        {
            check.within(key, delay, 0.0..=MOST_DELAY * dt)?.whole_ticks(key, delay, dt)?;
        }
        // Parts check themselves; a wrong one is reported before anything runs.
        self.basis()?;
        for name in PLANTS {
            let config = self.config(name);
            let (key, gain) = (format!("bench.plants.{name}"), format!("kp = {}", config.kp));
            self.check_stable(&key, gain, &config.plant()?, &self.feedback(&config)?, "lower the gains")?;
        }
        Ok(())
    }

    /// Refuses the value of a key if the loop of plant and feedback controller is unstable.
    pub fn check_stable(
        &self,
        key: &str,
        value: impl Display,
        plant: &Linear,
        feedback: &Pid,
        remedy: &str,
    ) -> Result<(), Error> {
        let radius = self.system(plant, feedback)?.spectral_radius();
        let what = format!("the loop is unstable with these delays (largest eigenvalue {radius}); {remedy}");
        Check::of("").that(key, value, is_stable(radius), &what)?;
        Ok(())
    }

    pub fn ticks(&self) -> usize {
        self.ticks_in(self.trial_s)
    }

    /// Ticks in a time, rounded.
    pub fn ticks_in(&self, seconds: f64) -> usize {
        (seconds / self.dt_s).round() as usize
    }

    /// Sensory delay with the ticks of computation, and motor delay, in ticks.
    pub fn delays(&self) -> [usize; 2] {
        [self.ticks_in(self.sensory_delay_s) + self.computation_ticks, self.ticks_in(self.motor_delay_s)]
    }

    /// Both delays without the ticks of computation: the conduction delay of the nerves, ticks.
    pub fn nerve_delay(&self) -> usize {
        self.ticks_in(self.sensory_delay_s + self.motor_delay_s)
    }

    pub fn feedback(&self, config: &PlantConfig) -> Result<Pid, Error> {
        let PlantConfig { kp, kd, ki, .. } = *config;
        Ok(Pid::new(PidGains { kp, kd, ki, filter_s: self.filter_s }, self.dt_s)?)
    }

    pub fn basis(&self) -> Result<Basis, Error> {
        Ok(Basis::gaussians(self.signals, self.spacing_s, self.width_s, self.dt_s)?)
    }

    /// The signals over a trial. `[signals][ticks]`
    pub fn signals(&self) -> Result<Vec<Vec<f64>>, Error> {
        Ok(self.basis()?.over_trial(&vec![0.0; self.ticks()], &[])?)
    }

    /// The closed loop as a linear system, from a signal at the error of the controller to the sensed output.
    pub fn system(&self, plant: &Linear, feedback: &Pid) -> Result<LinearSystem, Error> {
        self.system_with(plant, feedback, self.delays())
    }

    /// As [`Bench::system`], with other delays.
    fn system_with(&self, plant: &Linear, feedback: &Pid, delays: [usize; 2]) -> Result<LinearSystem, Error> {
        let open = feedback.system()?.then(&LinearSystem::delay(delays[1])).then(&plant.system(self.dt_s)?);
        Ok(open.then(&LinearSystem::delay(delays[0])).closed()?)
    }

    /// A loop of a plant and a controller with the bench's delays. Learning is not guarded, since the studies show where it diverges.
    pub fn close(&self, plant: Box<dyn Plant>, controller: Box<dyn Controller>) -> Result<ClosedLoop, Error> {
        Ok(ClosedLoop::new(plant, controller, 1, self.dt_s, self.delays())?.unguarded())
    }

    /// A loop of a plant, its feedback controller and a filter that learns from that teacher.
    pub fn taught(
        &self,
        config: &PlantConfig,
        teacher: &str,
        filter: AdaptiveFilter,
    ) -> Result<ClosedLoop, Error> {
        self.close(Box::new(config.plant()?), self.learner(teacher, self.feedback(config)?, filter))
    }

    /// A loop of feedback alone whose error takes a probe.
    pub fn reflex(&self, config: &PlantConfig) -> Result<ClosedLoop, Error> {
        self.close(Box::new(config.plant()?), Box::new(Reflex::new(self.feedback(config)?)))
    }

    /// Measured response of a plant's loop over a trial. `[ticks]`
    pub fn response(&self, config: &PlantConfig) -> Result<Vec<f64>, Error> {
        Ok(impulse_response(&mut self.reflex(config)?, self.ticks())?)
    }

    /// The exact model of a plant's loop, as the memory of a synapse.
    pub fn model(&self, config: &PlantConfig) -> Result<TraceModel, Error> {
        Ok(TraceModel::System(self.system(&config.plant()?, &self.feedback(config)?)?))
    }

    /// A delay, as the memory of a synapse.
    pub fn delay(&self, seconds: f64) -> TraceModel {
        TraceModel::Delay(self.ticks_in(seconds))
    }

    /// The model of the loop if mass, damping, stiffness and delay were wrong.
    pub fn mismatched_system(&self, config: &PlantConfig, wrong: &Mismatch) -> Result<LinearSystem, Error> {
        let model = config.times([wrong.mass, wrong.damping, wrong.stiffness]);
        let extra = (wrong.delay_s / self.dt_s).round() as i64;
        let [sensory, motor] = self.delays();
        let sensory = (sensory as i64 + extra).max(0) as usize;
        self.system_with(&model.plant()?, &self.feedback(config)?, [sensory, motor])
    }

    /// The response of [`Bench::mismatched_system`] over a trial, times the wrong gain.
    pub fn mismatched(&self, config: &PlantConfig, wrong: &Mismatch) -> Result<TraceModel, Error> {
        let response = self.mismatched_system(config, wrong)?.impulse(self.ticks());
        Ok(TraceModel::Response(response.into_iter().map(|h| wrong.gain * h).collect()))
    }

    /// A filter of the bench's signals that learns after each trial; its weights are 0 where none are given.
    pub fn filter(&self, trace: TraceModel, step: Step, weights: &[f64]) -> Result<AdaptiveFilter, Error> {
        filter(self.basis()?, trace, step, weights)
    }

    /// A feedback controller with a filter that adds to its error (`cfpc`) or to its command (`fel`).
    pub fn learner(&self, teacher: &str, feedback: Pid, filter: AdaptiveFilter) -> Box<dyn Controller> {
        match teacher {
            "fel" => Box::new(Adaptive::feedback_error_learning(feedback, filter, self.dt_s)),
            _ => Box::new(Adaptive::cfpc(feedback, filter, self.dt_s)),
        }
    }

    /// Runs a trial and ends it, so that controllers that learn do.
    pub fn trial(&self, closed: &mut ClosedLoop, inputs: &Inputs) -> Result<LoopTrial, Error> {
        let delay = self.delays()[0];
        let reference = |n: usize| inputs.reference.get(n).copied().unwrap_or(0.0);
        let mut trial = LoopTrial::default();
        closed.reset();
        for n in 0..self.ticks() {
            trial.position.push(closed.measured()[0]);
            let (force, cue) = (inputs.force.get(n..=n), inputs.cue.get(n..=n));
            let (disturbance, cues) = (force.unwrap_or(&[]), cue.unwrap_or(&[]));
            closed.tick(&Drive { reference: &[reference(n)], disturbance, cues })?;
            trial.sensed_error.push(reference(n.saturating_sub(delay)) - closed.sensed()[0]);
            trial.command.push(closed.command()[0]);
        }
        closed.finish(0.0)?;
        Ok(trial)
    }

    /// A trial of a plant under feedback alone; a cue is added to the error, as a filter would.
    pub fn alone(&self, config: &PlantConfig, inputs: &Inputs) -> Result<LoopTrial, Error> {
        self.trial(&mut self.reflex(config)?, inputs)
    }

    /// The movements of the bench: [`reaches`]. `[ticks]`
    pub fn minjerk(&self) -> Vec<f64> {
        reaches(self.ticks(), self.dt_s)
    }

    /// A random movement: [`sines`]. `[ticks]`
    pub fn sines(&self, seed: u64, index: u64) -> Vec<f64> {
        sines(seed, index, self.ticks(), self.dt_s)
    }
}

/// Errors of a model of the loop: factors, and a surplus of delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mismatch {
    /// Added to the delay, s.
    pub delay_s: f64,
    pub mass: f64,
    pub damping: f64,
    pub stiffness: f64,
    pub gain: f64,
}

impl Mismatch {
    pub const NONE: Self = Self { delay_s: 0.0, mass: 1.0, damping: 1.0, stiffness: 1.0, gain: 1.0 };
}

/// Exogenous signals of a trial; an empty one is 0 throughout. `[ticks]`
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    pub reference: &'a [f64],
    /// Force that is added to the command at the plant.
    pub force: &'a [f64],
    pub cue: &'a [f64],
}

/// Signals of a trial. `[ticks]`
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoopTrial {
    /// First sense, true and without delay, before the plant moves in that tick.
    pub position: Vec<f64>,
    /// Delayed reference minus delayed sense: the error that reaches the controller.
    pub sensed_error: Vec<f64>,
    pub command: Vec<f64>,
}

impl LoopTrial {
    /// Reference minus position, without delay. `[ticks]`
    pub fn true_error(&self, reference: &[f64]) -> Vec<f64> {
        self.position.iter().zip(reference).map(|(y, r)| r - y).collect()
    }
}

/// A filter that learns after each trial; its weights are 0 where none are given.
pub fn filter(basis: Basis, trace: TraceModel, step: Step, weights: &[f64]) -> Result<AdaptiveFilter, Error> {
    let filter = AdaptiveFilter::new(basis, &Learning { trace, update: Update::Trial, step })?;
    Ok(if weights.is_empty() { filter } else { filter.with_weights(weights)? })
}

/// Step of learning: half the bound `bound`, but at most the safe step; `hopeless` safe steps where no step converges.
pub fn step_of(lifted: &Lifted, bound: Option<f64>, hopeless: f64) -> f64 {
    bound.map_or(hopeless * lifted.safe_rate(), |bound| lifted.safe_rate().min(0.5 * bound))
}

/// Output of a filter, `Σ w x`, of signals `[signals][ticks]`. `[ticks]`
pub fn mix(signals: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let ticks = signals.first().map_or(0, Vec::len);
    (0..ticks).map(|n| signals.iter().zip(weights).fold(0.0, |sum, (x, w)| sum + w * x[n])).collect()
}

/// Values from `from` to `to`, `step` apart.
pub fn grid(from: f64, to: f64, step: f64) -> Vec<f64> {
    (0..=((to - from) / step + 1e-9) as usize).map(|k| from + k as f64 * step).collect()
}

/// True if a loop of that spectral radius is stable; an integral that is switched off counts as stable.
pub fn is_stable(radius: f64) -> bool {
    radius < 1.0 + 1e-9
}

/// True if a relative error is above that of feedback alone, or no number.
pub fn has_grown(relative: f64) -> bool {
    relative.is_nan() || relative > 1.0
}

/// Largest magnitude.
pub fn peak(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |top: f64, v| top.max(v.abs()))
}

pub fn rms(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}
