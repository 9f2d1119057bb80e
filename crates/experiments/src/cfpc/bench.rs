//! The bench: plants, feedback laws, delays, references, and the loops made of them.

use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{Basis, TraceModel};
use lobule_control::identify::impulse_response;
use lobule_control::plant::Linear;
use lobule_control::{ClosedLoop, Controller, Drive, LinearSystem, Plant, minimum_jerk};
use lobule_signal::Stream;
use lobule_study::Error;
use serde::{Deserialize, Serialize};

/// What all experiments of the bench share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bench {
    /// Tick, s.
    pub dt_s: f64,
    /// Duration of a trial, s.
    pub trial_s: f64,
    /// From command to plant, s.
    pub motor_delay_s: f64,
    /// From plant to error, s.
    pub sensory_delay_s: f64,
    /// Ticks between sensing and command.
    pub computation_ticks: usize,
    /// Low-pass of the derivative, s.
    pub filter_s: f64,
    /// Gaussian signals.
    pub signals: usize,
    /// Distance of their centers, s.
    pub spacing_s: f64,
    /// Their width, s.
    pub width_s: f64,
    /// The plants.
    pub plants: Plants,
}

/// The four plants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plants {
    /// P1.
    pub first_order: PlantConfig,
    /// P2.
    pub damped: PlantConfig,
    /// P3.
    pub resonant: PlantConfig,
    /// P4.
    pub non_minimum_phase: PlantConfig,
}

/// A plant `m y'' + b y' + k y = u` and the gains of its feedback law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantConfig {
    /// m; 0 for first order.
    pub mass: f64,
    /// b.
    pub damping: f64,
    /// k.
    pub stiffness: f64,
    /// Sensed is y - zero_s y', s.
    pub zero_s: f64,
    /// Proportional gain.
    pub kp: f64,
    /// Derivative gain, s.
    pub kd: f64,
    /// Integral gain, 1/s.
    pub ki: f64,
}

/// The plants by name, in order.
pub const PLANTS: [&str; 4] = ["first_order", "damped", "resonant", "non_minimum_phase"];

/// A plant in words.
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

    /// Checks what types do not.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |key: &str, what: String| Err(Error::Config { key: format!("bench.{key}"), what });
        if !(self.dt_s > 0.0 && self.dt_s <= 0.1) {
            return wrong("dt_s", format!("{}; above 0 and at most 0.1 s", self.dt_s));
        }
        if !(self.trial_s >= 0.5 && self.ticks() <= 4000) {
            return wrong("trial_s", format!("{}; at least 0.5 s and at most 4000 ticks", self.trial_s));
        }
        for (key, delay) in [("motor_delay_s", self.motor_delay_s), ("sensory_delay_s", self.sensory_delay_s)]
        {
            let ticks = delay / self.dt_s;
            if !((0.0..=1000.0).contains(&ticks) && (ticks - ticks.round()).abs() < 1e-6) {
                return wrong(
                    key,
                    format!("{delay}; a whole number of ticks of {} s, at most 1000", self.dt_s),
                );
            }
        }
        if self.computation_ticks > 100 {
            return wrong("computation_ticks", format!("{}; at most 100", self.computation_ticks));
        }
        if !(1..=400).contains(&self.signals) {
            return wrong("signals", format!("{}; 1 to 400", self.signals));
        }
        // Parts check themselves; a wrong one is reported before anything runs.
        self.basis()?;
        for name in PLANTS {
            let config = self.config(name);
            let (plant, law) = (config.plant()?, self.law(&config)?);
            let radius = self.system(&plant, &law)?.spectral_radius();
            if !is_stable(radius) {
                return wrong(
                    &format!("plants.{name}"),
                    format!(
                        "its loop is unstable with these delays (largest eigenvalue {radius}); lower its gains"
                    ),
                );
            }
        }
        Ok(())
    }

    /// Ticks of a trial.
    pub fn ticks(&self) -> usize {
        (self.trial_s / self.dt_s).round() as usize
    }

    /// Sensory delay with the ticks of computation, and motor delay, in ticks.
    pub fn delays(&self) -> [usize; 2] {
        let ticks = |s: f64| (s / self.dt_s).round() as usize;
        [ticks(self.sensory_delay_s) + self.computation_ticks, ticks(self.motor_delay_s)]
    }

    /// Both delays without the ticks of computation: what somebody would say who knows the nerves.
    pub fn loop_delay(&self) -> usize {
        ((self.sensory_delay_s + self.motor_delay_s) / self.dt_s).round() as usize
    }

    /// The feedback law of a plant.
    pub fn law(&self, config: &PlantConfig) -> Result<Pid, Error> {
        let PlantConfig { kp, kd, ki, .. } = *config;
        Ok(Pid::new(PidGains { kp, kd, ki, filter_s: self.filter_s }, self.dt_s)?)
    }

    /// The granule-cell signals.
    pub fn basis(&self) -> Result<Basis, Error> {
        Ok(Basis::gaussians(self.signals, self.spacing_s, self.width_s, self.dt_s)?)
    }

    /// The signals over a trial. `[signals][ticks]`
    pub fn signals(&self) -> Result<Vec<Vec<f64>>, Error> {
        signals(self.basis()?, &vec![0.0; self.ticks()], &[])
    }

    /// The closed loop as a linear system, from a signal at the error of the law to the sensed output.
    pub fn system(&self, plant: &Linear, law: &Pid) -> Result<LinearSystem, Error> {
        self.system_with(plant, law, self.delays())
    }

    /// As [`Bench::system`], with other delays.
    pub fn system_with(&self, plant: &Linear, law: &Pid, delays: [usize; 2]) -> Result<LinearSystem, Error> {
        let open = law.system()?.then(&LinearSystem::delay(delays[1])).then(&plant.system(self.dt_s)?);
        Ok(open.then(&LinearSystem::delay(delays[0])).closed()?)
    }

    /// A loop of a plant and a controller with the bench's delays.
    pub fn close(&self, plant: Box<dyn Plant>, controller: Box<dyn Controller>) -> Result<ClosedLoop, Error> {
        Ok(ClosedLoop::new(plant, controller, 1, self.dt_s, self.delays())?)
    }

    /// A loop of feedback alone whose error takes a probe.
    pub fn reflex(&self, config: &PlantConfig) -> Result<ClosedLoop, Error> {
        self.close(Box::new(config.plant()?), Box::new(Reflex::new(self.law(config)?)))
    }

    /// Measured response of a plant's loop over a trial. `[ticks]`
    pub fn response(&self, config: &PlantConfig) -> Result<Vec<f64>, Error> {
        Ok(impulse_response(&mut self.reflex(config)?, self.ticks())?)
    }

    /// The loop as a synapse would model it if mass, damping, stiffness and delay were other than they are.
    pub fn mismatched_system(&self, config: &PlantConfig, wrong: &Mismatch) -> Result<LinearSystem, Error> {
        let mut model = *config;
        model.mass *= wrong.mass;
        model.damping *= wrong.damping;
        model.stiffness *= wrong.stiffness;
        let extra = (wrong.delay_s / self.dt_s).round() as i64;
        let [sensory, motor] = self.delays();
        let sensory = (sensory as i64 + extra).max(0) as usize;
        self.system_with(&model.plant()?, &self.law(config)?, [sensory, motor])
    }

    /// The response of [`Bench::mismatched_system`] over a trial, times the wrong gain.
    pub fn mismatched(&self, config: &PlantConfig, wrong: &Mismatch) -> Result<TraceModel, Error> {
        let response = self.mismatched_system(config, wrong)?.impulse(self.ticks());
        Ok(TraceModel::Response(response.into_iter().map(|h| wrong.gain * h).collect()))
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

/// 0 to 1, to -0.5 and back within 3.4 s, each of minimum jerk. `[ticks]`
pub fn reaches(ticks: usize, dt_s: f64) -> Vec<f64> {
    let part = |t: f64, from: f64, to: f64| minimum_jerk(((t - from) / (to - from)).clamp(0.0, 1.0))[0];
    (0..ticks)
        .map(|n| {
            let t = n as f64 * dt_s;
            part(t, 0.5, 1.3) - 1.5 * part(t, 1.7, 2.4) + 0.5 * part(t, 2.7, 3.4)
        })
        .collect()
}

/// A sum of sines of random phase, 0.25 to 1.5 Hz in steps of 0.25, within a smooth window, largest value 1; a movement of
/// its own for each `index`. `[ticks]`
pub fn sines(seed: u64, index: u64, ticks: usize, dt_s: f64) -> Vec<f64> {
    let phases = Stream::new(seed, "sines");
    let raw: Vec<f64> = (0..ticks)
        .map(|i| {
            let t = i as f64 * dt_s;
            let window = 0.5 - 0.5 * libm::cos(std::f64::consts::TAU * i as f64 / (ticks - 1) as f64);
            let sum: f64 = (1..=6u32)
                .map(|k| {
                    let angle = t * f64::from(k) * 0.25 + phases.uniform(index, k);
                    libm::sin(std::f64::consts::TAU * angle)
                })
                .sum();
            window * sum
        })
        .collect();
    let top = raw.iter().fold(f64::MIN_POSITIVE, |top, v| top.max(v.abs()));
    raw.into_iter().map(|v| v / top).collect()
}

/// A model that is wrong: factors, and what is added to the delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mismatch {
    /// Added to the delay, s.
    pub delay_s: f64,
    /// Factor of the mass.
    pub mass: f64,
    /// Factor of the damping.
    pub damping: f64,
    /// Factor of the stiffness.
    pub stiffness: f64,
    /// Factor of the whole response.
    pub gain: f64,
}

impl Mismatch {
    /// A model that is right.
    pub const NONE: Self = Self { delay_s: 0.0, mass: 1.0, damping: 1.0, stiffness: 1.0, gain: 1.0 };
}

/// What a basis gives over a trial of `reference` and, where it is not empty, `cue`. `[signals][ticks]`
pub fn signals(mut basis: Basis, reference: &[f64], cue: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
    basis.reset();
    let mut all = vec![Vec::with_capacity(reference.len()); basis.signals()];
    let mut x = vec![0.0; basis.signals()];
    for n in 0..reference.len() {
        let senses = lobule_control::Senses {
            tick: n as u64,
            sensed: &[0.0],
            reference: &reference[n..=n],
            reference_then: &reference[n..=n],
            cues: cue.get(n..=n).unwrap_or(&[]),
        };
        basis.advance(&senses, &mut x);
        all.iter_mut().zip(&x).for_each(|(all, x)| all.push(*x));
    }
    Ok(all)
}

/// What comes from outside in a trial; empty for none. `[ticks]`
#[derive(Debug, Clone, Copy, Default)]
pub struct Outside<'a> {
    /// The reference.
    pub reference: &'a [f64],
    /// Added to the command at the plant.
    pub force: &'a [f64],
    /// First cue.
    pub cue: &'a [f64],
}

/// What happened in a trial.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trial {
    /// First sense, true and at once. `[ticks]`
    pub position: Vec<f64>,
    /// What the controller was told is wrong: reference minus sense, late. `[ticks]`
    pub sensed_error: Vec<f64>,
    /// The controller's command. `[ticks]`
    pub command: Vec<f64>,
}

impl Trial {
    /// Reference minus position, at once; before the plant moves in that tick. `[ticks]`
    pub fn true_error(&self, reference: &[f64]) -> Vec<f64> {
        self.position.iter().zip(reference).map(|(y, r)| r - y).collect()
    }
}

/// Runs a trial and ends it, so that controllers that learn do.
pub fn trial(closed: &mut ClosedLoop, sensory_delay: usize, outside: &Outside) -> Result<Trial, Error> {
    let mut told = Trial::default();
    closed.reset();
    for (n, &r) in outside.reference.iter().enumerate() {
        told.position.push(closed.senses()[0]);
        let (force, cue) = (outside.force.get(n..=n), outside.cue.get(n..=n));
        let (disturbance, cues) = (force.unwrap_or(&[]), cue.unwrap_or(&[]));
        closed.tick(&Drive { reference: &[r], disturbance, cues })?;
        let then = outside.reference[n.saturating_sub(sensory_delay)];
        told.sensed_error.push(then - closed.sensed()[0]);
        told.command.push(closed.command()[0]);
    }
    closed.finish(0.0)?;
    Ok(told)
}

/// Whether a loop of that spectral radius is stable; an integral that is switched off counts as stable.
pub fn is_stable(radius: f64) -> bool {
    radius < 1.0 + 1e-9
}

/// Whether a relative error is above that of feedback alone, or no number.
pub fn has_grown(relative: f64) -> bool {
    relative.is_nan() || relative > 1.0
}

/// Root mean square.
pub fn rms(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}
