//! The learning curve of a controller at a place in the matrix.

use super::body::Body;
use super::config::{Config, TrialCondition};
use super::controllers::BenchSetup;
use super::laws::{ImmediateLaw, Laws, state_law};
use super::record::SeedOutcome;
use super::task::{NoisySenses, Task, desired};
use lobule_analysis::mean;
use lobule_control::forward::{ForwardModel, Scales};
use lobule_control::registry::Plants;
use lobule_control::trajectory::reaches;
use lobule_control::{ClosedLoop, Controller, Drive, Plant};
use lobule_study::Error;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningCurve {
    /// Root mean square error. `[trials]`
    pub rms: Vec<f64>,
    /// True for a trial that was stopped. `[trials]`
    pub stopped: Vec<bool>,
}

impl LearningCurve {
    /// True if one of the last trials before the change, and after it, was stopped.
    pub fn diverged(&self, config: &Config) -> [bool; 2] {
        let ends = |to: usize| self.stopped[to - config.tail..to].contains(&true);
        [ends(config.trials), ends(config.trials + config.trials_after_change)]
    }
}

/// Runs a controller over all trials; the body changes in between.
pub fn learning_curve(place: &BenchSetup, name: &str, gain: f64) -> Result<LearningCurve, Error> {
    let c = place.config;
    let mut controller = place.controller(name, gain)?;
    if place.condition == TrialCondition::Noise {
        let sd = place.scales.state.iter().map(|s| c.noise * s).collect();
        controller = Box::new(NoisySenses::new(controller, sd, place.seed));
    }
    let task = Task::new(c, place.condition, place.seed, place.laws.force);
    // The bench shows learners without the guard.
    let mut closed = ClosedLoop::new(
        place.body.plant(place.plants)?,
        controller,
        place.body.references(),
        c.dt_s,
        place.delays,
    )?
    .unguarded();
    let mut curve = LearningCurve { rms: Vec::new(), stopped: Vec::new() };
    for index in 0..c.trials + c.trials_after_change {
        if index == c.trials {
            *closed.plant_mut() = place.body.changed(&c.change).plant(place.plants)?;
        }
        let trial = task.run(&mut closed, index, c.stop_at)?;
        curve.rms.push(trial.rms);
        curve.stopped.push(trial.stopped.is_some());
    }
    Ok(curve)
}

/// Trials right after the change that count. Chosen: before much is learned anew.
const FIRST_AFTER: usize = 3;
/// Trials over which the learning curve is smoothed to find the trial at which learning was done. Chosen: against single noisy trials.
const SMOOTH: usize = 3;
/// Relative error above which nothing improved. Chosen: references and noise scatter by about a twentieth.
const NOT_IMPROVED: f64 = 0.95;

pub fn outcome(config: &Config, seed: u64, curve: &LearningCurve, feedback: &LearningCurve) -> SeedOutcome {
    let relative = relative(curve, feedback);
    let (n, tail) = (config.trials, config.tail);
    let end = mean(&relative[n - tail..n]);
    let learned_at = (end < NOT_IMPROVED).then(|| {
        let enough = end + 0.1 * (1.0 - end);
        let smooth = |k: usize| mean(&relative[k..(k + SMOOTH).min(n)]);
        (0..n).rev().take_while(|&k| smooth(k) <= enough).last().unwrap_or(n - 1)
    });
    let stopped: Vec<usize> = (0..curve.stopped.len()).filter(|&k| curve.stopped[k]).collect();
    SeedOutcome {
        seed,
        rms: mean(&curve.rms[n - tail..n]),
        relative: end,
        learned_at,
        changed: mean(&relative[n..(n + FIRST_AFTER).min(relative.len())]),
        recovered: mean(&relative[relative.len() - tail..]),
        stops: stopped.len(),
        first_stop: stopped.first().copied(),
        diverged: curve.diverged(config),
    }
}

/// Error of each trial relative to feedback alone. `[trials]`
pub fn relative(curve: &LearningCurve, feedback: &LearningCurve) -> Vec<f64> {
    curve.rms.iter().zip(&feedback.rms).map(|(e, f)| e / f).collect()
}

/// Scales of senses, changes and commands: their largest values on the nominal body in a movement under feedback without delay.
pub fn scales(c: &Config, plants: &Plants, body: &Body, laws: &Laws) -> Result<Scales, Error> {
    let law = state_law(laws.now, body);
    let reference = reaches(c.ticks(), c.dt_s);
    let (n, references) = (body.senses(), body.references());
    // A body that hides a part of its state is moved itself.
    let (mut equations, mut plant) = (body.equations(c.dt_s).ok(), body.plant(plants)?);
    let (mut state, mut change, mut command) = (vec![0.0f64; n], vec![0.0f64; n], 0.0f64);
    let (mut sensed, mut next, mut u) = (vec![0.0; n], vec![0.0; n], [0.0]);
    for tick in 0..reference.len() {
        law(&sensed, &desired(&reference, tick, c.dt_s)[..references], &mut u);
        match &mut equations {
            Some(equations) => equations.predict(&sensed, &u, &mut next)?,
            None => {
                plant.advance(&u, c.dt_s)?;
                plant.sense(&mut next);
            }
        }
        for i in 0..n {
            state[i] = state[i].max(next[i].abs());
            change[i] = change[i].max((next[i] - sensed[i]).abs());
        }
        command = command.max(u[0].abs());
        sensed.copy_from_slice(&next);
    }
    Ok(Scales { state, change, command: vec![command] })
}

/// The seed's body.
pub fn body_of(config: &Config, plants: &Plants, plant: &str, seed: u64) -> Body {
    config.bodies[plant].of_seed(seed, config.spread, plants)
}

/// Mean time of a control step, s, the shortest of several measurements: the time of a loop minus that of the plant alone.
pub fn step_time(place: &BenchSetup, name: &str) -> Result<f64, Error> {
    let c = place.config;
    let reference = reaches(c.ticks(), c.dt_s);
    let time = |controller: Box<dyn Controller>| -> Result<f64, Error> {
        let senses = place.known.references();
        let closed =
            ClosedLoop::new(place.known.plant(place.plants)?, controller, senses, c.dt_s, place.delays)?;
        let mut closed = closed.unguarded();
        let mut shortest = f64::INFINITY;
        for _ in 0..c.timing.repeats {
            closed.reset();
            let begin = std::time::Instant::now();
            for n in 0..c.timing.steps {
                if n.is_multiple_of(reference.len()) {
                    closed.reset();
                }
                let desired = desired(&reference, n % reference.len(), c.dt_s);
                closed.tick(&Drive { reference: &desired[..senses], ..Drive::default() })?;
            }
            shortest = shortest.min(begin.elapsed().as_secs_f64() / c.timing.steps as f64);
        }
        Ok(shortest)
    };
    Ok((time(place.controller(name, 1.0)?)?
        - time(Box::new(ImmediateLaw(Box::new(|_, _, command| command[0] = 0.0))))?)
    .max(0.0))
}
