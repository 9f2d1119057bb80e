//! Tracking with an object in the hand that changes.

use super::config::Config;
use super::record::{Moment, MosaicController, Outcome};
use lobule_analysis::mean;
use lobule_control::plant::Linear;
use lobule_control::{ClosedLoop, Controller, Drive, Mosaic, MosaicParameters, MosaicScales, Senses};
use lobule_signal::Stream;
use lobule_study::Error;

/// Feedback, and the inverse of a known object; its cues are mass, damping and stiffness of the object.
struct Known {
    feedback: [f64; 2],
    dt_s: f64,
    before: Option<[f64; 2]>,
}

lobule_control::snapshot!(Known { before });

impl Controller for Known {
    fn name(&self) -> &str {
        "known object"
    }

    fn commands(&self) -> usize {
        1
    }

    fn reset(&mut self) {
        self.before = None;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), lobule_control::Error> {
        let (r, dt, object) = (senses.reference[0], self.dt_s, senses.cues);
        let [r1, r2] = self.before.unwrap_or([r; 2]);
        let (velocity, acceleration) = ((r - r1) / dt, (r - 2.0 * r1 + r2) / (dt * dt));
        let [kp, kd] = self.feedback;
        command[0] = object[0] * acceleration + object[1] * velocity + object[2] * r;
        command[0] += kp * (r - senses.sensed[0]) + kd * (velocity - senses.sensed[1]);
        self.before = Some([r, r1]);
        Ok(())
    }
}

/// State of a tick.
struct Tick {
    object: usize,
    /// Ticks since the object changed.
    since: usize,
    /// Responsibility of each module; empty without modules.
    responsible: Vec<f64>,
    expected: Vec<f64>,
    desired: f64,
    error: f64,
}

/// A hand with an object.
struct Tracker<'a, C> {
    config: &'a Config,
    controller: MosaicController,
    seed: u64,
    joined: ClosedLoop<Linear, C>,
    /// Responsibility and expectation of each module; empty without modules.
    shares: fn(&C) -> [Vec<f64>; 2],
    ticks: u64,
}

pub fn parameters(config: &Config, controller: MosaicController) -> MosaicParameters {
    let (m, [position, velocity, acceleration, command]) = (&config.mosaic, config.mosaic.scales);
    let modules = if controller.has_modules() { m.modules } else { 1 };
    let mut parameters = MosaicParameters {
        modules,
        forgetting: m.forgetting,
        inverse_rate: m.inverse_rate,
        sigma: m.sigma,
        anneal_ticks: (m.anneal_s / config.dt_s()).round() as u64,
        spread: m.spread,
        switching: m.switching,
        cue_rate: 0.0,
        feedback: m.feedback,
        scales: MosaicScales { position, velocity, acceleration, command },
    };
    match controller {
        MosaicController::Cued => parameters.cue_rate = m.cue_rate,
        MosaicController::WithoutMemory => parameters.switching = 1.0 - 1.0 / modules as f64,
        MosaicController::WithoutAnnealing => parameters.sigma = [m.sigma[1]; 2],
        MosaicController::Feedback => parameters.inverse_rate = 0.0,
        _ => {}
    }
    parameters
}

fn plant(object: [f64; 3]) -> Result<Linear, Error> {
    Ok(Linear::second_order(object[0], object[1], object[2])?)
}

impl<C: Controller> Tracker<'_, C> {
    /// Follows the reference for some seconds, with objects that change or with one fixed object.
    fn follow(
        &mut self,
        seconds: usize,
        fixed: Option<[f64; 3]>,
        mut observe: impl FnMut(usize, Tick),
    ) -> Result<(), Error> {
        let (task, dt) = (&self.config.task, self.config.dt_s());
        let [phases, order, force] =
            ["mosaic/phases", "mosaic/order", "mosaic/force"].map(|label| Stream::new(self.seed, label));
        let n = task.objects.len();
        // Sines of equal amplitude; the rms of each is 1/√2 of its amplitude.
        let size = task.reference_rms_m * (2.0 / task.reference_hz.len() as f64).sqrt();
        let (mut object, mut left, mut since) = (0, 0, 0);
        let mut cues = Vec::new();
        for k in 0..(seconds as f64 / dt).round() as usize {
            let now = self.ticks;
            let changes = fixed.is_none() && left == 0;
            if changes {
                // Another object than before, for a random time between the shortest and the longest.
                let draw = order.below(now, 0, n as u32 - u32::from(k > 0)) as usize;
                object = if k > 0 && draw >= object { draw + 1 } else { draw };
                let [short, long] = task.dwell_s;
                left = ((short + (long - short) * order.uniform(now, 1)) / dt).round() as usize;
                since = 0;
            }
            if changes || k == 0 {
                let held = fixed.unwrap_or(task.objects[object]);
                self.joined.plant_mut().become_like(&plant(held)?)?;
                cues = match self.controller {
                    MosaicController::Perfect => held.to_vec(),
                    MosaicController::Cued if changes => {
                        (0..n).map(|o| f64::from(u8::from(o == object))).collect()
                    }
                    _ => vec![0.0; n],
                };
            }
            let t = now as f64 * dt;
            let desired: f64 = task.reference_hz.iter().enumerate().fold(0.0, |sum, (j, hz)| {
                sum + size * libm::sin(std::f64::consts::TAU * (hz * t + phases.uniform(0, j as u32)))
            });
            let push = [task.noise_n * force.normal(now, 0)];
            self.joined.tick(&Drive { reference: &[desired], disturbance: &push, cues: &cues })?;
            let [responsible, expected] = (self.shares)(self.joined.controller());
            let error = desired - self.joined.senses()[0];
            observe(k, Tick { object, since, responsible, expected, desired, error });
            (left, since) = (left.saturating_sub(1), since + 1);
            self.ticks += 1;
        }
        Ok(())
    }
}

/// The module of each object, such that the sum of `counts[object][module]` is largest; no two objects have the same.
fn pairing(counts: &[Vec<f64>]) -> Vec<usize> {
    let modules = counts.first().map_or(0, Vec::len);
    let mut pairings = vec![Vec::new()];
    for _ in counts {
        let more = |taken: &Vec<usize>| {
            let free = (0..modules).filter(|m| !taken.contains(m));
            free.map(|m| [taken.as_slice(), &[m]].concat()).collect::<Vec<_>>()
        };
        pairings = pairings.iter().flat_map(more).collect();
    }
    let sum = |pairing: &[usize]| pairing.iter().zip(counts).fold(0.0, |sum, (m, counts)| sum + counts[*m]);
    pairings
        .into_iter()
        .reduce(|best, next| if sum(&next) > sum(&best) { next } else { best })
        .unwrap_or_default()
}

/// Runs learning, the test, and the intermediate object.
pub fn run(config: &Config, controller: MosaicController, seed: u64, keeps: bool) -> Result<Outcome, Error> {
    let (objects, dt_s) = (&config.task.objects, config.dt_s());
    if controller == MosaicController::Perfect {
        let hand = Known { feedback: config.mosaic.feedback, dt_s, before: None };
        let joined = ClosedLoop::new(plant(objects[0])?, hand, 1, dt_s, [0, 0])?;
        let shares = |_: &Known| [Vec::new(), Vec::new()];
        return Tracker { config, controller, seed, joined, shares, ticks: 0 }.run(keeps);
    }
    let mosaic = Mosaic::new(parameters(config, controller), 1, objects.len(), dt_s, seed)?;
    // Objects change: a large error is the task's, not the learner's.
    let joined = ClosedLoop::new(plant(objects[0])?, mosaic, 1, dt_s, [0, 0])?.unguarded();
    let shares = |m: &Mosaic| [m.responsibilities().to_vec(), m.expectations().to_vec()];
    Tracker { config, controller, seed, joined, shares, ticks: 0 }.run(keeps)
}

impl<C: Controller> Tracker<'_, C> {
    fn run(mut self, keeps: bool) -> Result<Outcome, Error> {
        let (config, controller, seed) = (self.config, self.controller, self.seed);
        let (task, dt) = (&config.task, config.dt_s());
        let n = task.objects.len();
        let every = (50 / config.tick_ms).max(1);
        let kept = (30.0 / dt) as usize;
        let is_kept = |k: usize| keeps && k < kept && k.is_multiple_of(every);
        let mut early = Vec::new();
        self.follow(task.learning_s, None, |k, tick| {
            if is_kept(k) {
                early.push((k, tick));
            }
        })?;
        let mut test = Vec::new();
        self.follow(task.test_s, None, |_, tick| test.push(tick))?;

        // Modules are paired with objects by the largest responsibility in each tick.
        let modules = test.first().map_or(0, |t: &Tick| t.responsible.len());
        let first =
            |shares: &[f64]| (0..shares.len()).fold(0, |b, i| if shares[i] > shares[b] { i } else { b });
        let mut counts = vec![vec![0.0; modules]; n];
        let mut time = vec![0.0f64; n];
        for tick in test.iter().filter(|t| !t.responsible.is_empty()) {
            counts[tick.object][first(&tick.responsible)] += 1.0;
            time[tick.object] += 1.0;
        }
        let own = if controller.has_modules() { pairing(&counts) } else { Vec::new() };
        let right: Vec<f64> = own.iter().enumerate().map(|(o, m)| counts[o][*m]).collect();
        let accuracies = right.iter().zip(&time).map(|(right, time)| right / time.max(1.0)).collect();

        // Latency from a change of object until its module has more than half of the responsibility.
        let (mut latencies, mut at_once, mut waiting) = (Vec::new(), Vec::new(), false);
        for tick in test.iter().filter(|_| !own.is_empty()) {
            if tick.since == 0 {
                waiting = true;
                at_once.push(tick.expected[own[tick.object]]);
            }
            if waiting && tick.responsible[own[tick.object]] > 0.5 && tick.since > 0 {
                latencies.push(tick.since as f64 * dt);
                waiting = false;
            }
        }

        // Errors, by object and after changes.
        let soon = (0.3 / dt).round() as usize;
        let rms = |among: &dyn Fn(&Tick) -> bool| {
            let squares: Vec<f64> = test.iter().filter(|t| among(t)).map(|t| t.error * t.error).collect();
            (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
        };
        let mut errors_m: Vec<f64> = (0..n).map(|o| rms(&|t| t.object == o)).collect();
        errors_m.push(rms(&|t| t.since < soon));

        // The intermediate object, without learning, so that it stays new.
        self.joined.controller_mut().set_learning(false);
        let (mut squares, mut shares, mut ticks) = (0.0, vec![0.0; own.len()], 0.0);
        self.follow(task.between_s, Some(task.object_between()), |_, tick| {
            squares += tick.error * tick.error;
            ticks += 1.0;
            own.iter().zip(&mut shares).for_each(|(m, share)| *share += tick.responsible[*m]);
        })?;
        shares.iter_mut().for_each(|s| *s /= ticks);

        let moment = |(k, tick): (usize, &Tick)| Moment {
            time_s: k as f64 * dt,
            object: tick.object,
            shares: own.iter().map(|m| tick.responsible[*m]).collect(),
            position: [tick.desired, tick.desired - tick.error],
        };
        let late = test.iter().enumerate().filter(|(k, _)| is_kept(*k));
        Ok(Outcome {
            controller,
            seed,
            accuracy: if own.is_empty() { 0.0 } else { right.iter().sum::<f64>() / test.len() as f64 },
            accuracies,
            latency_s: (!latencies.is_empty()).then(|| mean(&latencies)),
            at_once: (!at_once.is_empty()).then(|| mean(&at_once)),
            errors_m,
            between_m: (squares / f64::max(ticks, 1.0)).sqrt(),
            between_shares: shares,
            moments: [early.iter().map(|(k, t)| moment((*k, t))).collect(), late.map(moment).collect()],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_pairing_is_not_the_greedy_one() {
        let counts = vec![vec![5.0, 4.0, 0.0], vec![5.0, 0.0, 0.0], vec![0.0, 1.0, 1.0]];
        assert_eq!(pairing(&counts), [1, 0, 2]);
    }
}
