//! One robot, one cerebellum, many pushes.

use super::config::{AROUND_S, Arm, Config, Kind, Scenario};
use super::record::{Pushed, Walked};
use super::trials::{Trial, lines, pushes, trials};
use crate::bout::{Bout, Stretch};
use crate::learner::{self, Rates};
use crate::robot::{Base, DT_S};
use lobule_control::walking::{
    Cue, Output, Pulse, PulseParameters, SteeredParameters, SteeredWalker, Teaching, WalkError,
};
use lobule_control::{Controller, Error};

/// Roll beyond which a robot has fallen, deg. Source: 1 rad in the reference measurements.
const FALLEN_DEG: f64 = 57.295_779_513_082_32;
/// Largest roll that counts, deg. Source: the reference measurements.
const MOST_DEG: f64 = 60.0;
/// Time before the cue over which the course is extrapolated, s. Chosen: a cycle of the gait.
const COURSE_S: f64 = 0.5;

pub fn walk(config: &Config, scenario: Scenario, arm: Arm, seed: u64) -> Result<Walked, Error> {
    let all = trials(config, seed);
    let walker = scenario.walker();
    let stiffness = if scenario == Scenario::Stiff { config.stiff.stiffness } else { 1.0 };
    let robot = config.body.robot(walker, stiffness, seed, &pushes(config, scenario, &all))?;
    let base = walker.walker(config.weight, config.speed_m_s, seed)?;
    let parameters = steered(config, walker, arm);
    let cerebellum = cerebellum(config, arm, &parameters.cues, seed)?;
    let steered = SteeredWalker::new(&parameters, base, cerebellum, seed)?;
    let lying = (config.trials.lies_s / DT_S).round() as u64;
    let mut bout = Bout::new(robot, steered, config.body.gyro_noise_rad_s, seed)?.lying_for(lying);

    let end_of =
        |trial: Option<&Trial>| trial.map_or(config.trials.settle_s, |trial| trial.push_s + AROUND_S[1]);
    let is_training = |trial: &&Trial| !trial.is_test;
    let trained_s = end_of(all.iter().rfind(is_training));
    let tested_s = end_of(all.last());
    let cues = |time_s: f64, values: &mut [f64]| lines(&all, time_s, values);
    let mut phase = |for_s: f64, learns: bool| {
        bout.walker().set_learning(learns);
        bout.walk(for_s, cues)
    };
    let mut whole = phase(config.trials.settle_s, false)?;
    whole.join(phase(trained_s - config.trials.settle_s, arm != Arm::Frozen)?);
    whole.join(phase(tested_s - trained_s, false)?);

    let measured = all.iter().map(|trial| measure(config, &whole, trial)).collect();
    let kinds = [Kind::Cued, Kind::Catch];
    let around = |of: fn(&Stretch, usize) -> f64| {
        kinds.map(|kind| {
            let of_kind: Vec<&Trial> =
                all.iter().filter(|trial| trial.is_test && trial.kind == kind).collect();
            mean_around(&whole, &of_kind, of)
        })
    };
    Ok(Walked {
        scenario,
        arm,
        seed,
        trials: measured,
        rolls_deg: around(|stretch, k| stretch.roll_deg[k]),
        // A positive trim makes the left legs longer, against a push to the left.
        trims: around(|stretch, k| -stretch.effect[k][0]),
    })
}

/// Rolls toward the side of the trial are positive: to the right for a push to the right.
fn toward(trial: &Trial, roll_deg: f64) -> f64 {
    -trial.side * roll_deg
}

fn measure(config: &Config, whole: &Stretch, trial: &Trial) -> Pushed {
    let t = &config.trials;
    let window = whole.within(trial.push_s, trial.push_s + t.window_s);
    let largest = |rolls: &[f64], sign: f64| {
        let rolls = rolls.iter().map(|&roll| sign * toward(trial, roll));
        rolls.fold(0.0, f64::max).min(MOST_DEG)
    };
    let from_cue = whole.within(trial.push_s - t.lead_s, trial.push_s + t.window_s);
    let before = whole.within(trial.push_s - t.lead_s - COURSE_S, trial.push_s - t.lead_s);
    Pushed {
        kind: trial.kind,
        is_test: trial.is_test,
        peak_deg: largest(&window.roll_deg, 1.0),
        opposite_deg: largest(&from_cue.roll_deg, -1.0),
        way_m: way(&before, &window, trial),
        fell: window.roll_deg.iter().any(|roll| roll.abs() > FALLEN_DEG),
    }
}

/// Way to the pushed side beyond the course before the cue, m.
fn way(before: &Stretch, window: &Stretch, trial: &Trial) -> f64 {
    let (Some(first), Some(last), Some(end)) =
        (before.place_m.first(), before.place_m.last(), window.place_m.last())
    else {
        return f64::NAN;
    };
    let course = [last[0] - first[0], last[1] - first[1]];
    let length = libm::hypot(course[0], course[1]);
    if length == 0.0 {
        return f64::NAN;
    }
    // The left of the course.
    let left = [-course[1] / length, course[0] / length];
    trial.side * ((end[0] - last[0]) * left[0] + (end[1] - last[1]) * left[1])
}

/// Mean of a value toward the pushed side around the pushes of some trials.
fn mean_around(whole: &Stretch, trials: &[&Trial], of: fn(&Stretch, usize) -> f64) -> Vec<f64> {
    let samples = ((AROUND_S[1] - AROUND_S[0]) * Stretch::HZ as f64) as usize;
    let mut sums = vec![0.0; samples];
    for trial in trials {
        let first = whole.time_s.partition_point(|time| *time < trial.push_s + AROUND_S[0] - 1e-9);
        for (k, sum) in sums.iter_mut().enumerate() {
            let at = (first + k).min(whole.time_s.len() - 1);
            *sum += toward(trial, of(whole, at)) / trials.len() as f64;
        }
    }
    sums
}

/// Trim by the roll relative to its mean over a cycle.
fn steered(config: &Config, walker: Base, arm: Arm) -> SteeredParameters {
    let mut cues = vec![Cue::SinceLine { line: 0 }, Cue::SinceLine { line: 1 }];
    if arm != Arm::CueTuned {
        cues.extend(walker.gait());
    }
    let teaching = match arm {
        Arm::Frozen => Teaching::Frozen,
        Arm::Shuffled => Teaching::Shuffled { window_s: config.shuffled_s, time: true, sign: true },
        Arm::Late => Teaching::Delayed { delay_s: config.late_s },
        _ => Teaching::Live,
    };
    let output = Output {
        limit: config.trim_limit_rad,
        error: WalkError::RollDeviation,
        error_limit: config.error_limit_rad,
        ..Output::TRIM
    };
    SteeredParameters { outputs: vec![output], cues, lines: 2, teaching, ..SteeredParameters::default() }
}

fn cerebellum(config: &Config, arm: Arm, cues: &[Cue], seed: u64) -> Result<Box<dyn Controller>, Error> {
    let rates = Rates { of_outputs: &[config.rate], delay_s: config.trace_s };
    let cells = match arm {
        Arm::AdaptiveFilter => return learner::filter(cues, rates),
        Arm::TunedPulse => {
            let p = &config.pulse;
            let heights = vec![p.height_rad, -p.height_rad];
            let pulse = PulseParameters { heights, delay_s: p.delay_s, width_s: p.width_s };
            return Ok(Box::new(Pulse::new(&pulse)?));
        }
        Arm::FewCells => config.few_cells,
        Arm::Frozen | Arm::Learned | Arm::CueTuned | Arm::Shuffled | Arm::Late => config.granule_cells,
    };
    learner::circuit(cells, cues, rates, seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_study::Study;

    fn trial(side: f64) -> Trial {
        Trial { kind: Kind::Cued, is_test: true, side, push_s: 2.0, cue: Some((1.7, side)) }
    }

    /// Ten seconds at 0.5 m/s along x, pushed at 2 s to y = 0.3 m on the left, with a roll to the left of up to 20 deg.
    fn pushed_to_the_left() -> Stretch {
        let mut stretch = Stretch::default();
        for k in 0..10 * Stretch::HZ {
            let t = k as f64 / Stretch::HZ as f64;
            let since = (t - 2.0).clamp(0.0, 1.0);
            stretch.time_s.push(t);
            stretch.place_m.push([0.5 * t, 0.3 * since]);
            stretch.yaw_deg.push(0.0);
            // The left side goes down: roll is negative; before, a sway of 3 deg to the other side.
            stretch.roll_deg.push(if t < 2.0 {
                3.0
            } else {
                -20.0 * libm::sin(std::f64::consts::PI * since)
            });
            stretch.effect.push(vec![0.1]);
        }
        stretch
    }

    #[test]
    fn rolls_and_ways_toward_the_push_are_positive() {
        let config: Config = toml::from_str(super::super::CuedPush::CARD.defaults).unwrap();
        let stretch = pushed_to_the_left();
        let pushed = measure(&config, &stretch, &trial(1.0));
        assert!((pushed.peak_deg - 20.0).abs() < 0.05, "{}", pushed.peak_deg);
        assert!((pushed.opposite_deg - 3.0).abs() < 1e-9, "{}", pushed.opposite_deg);
        assert!((pushed.way_m - 0.3).abs() < 1e-9 && !pushed.fell, "{}", pushed.way_m);
        // The same walk after a push to the right.
        let other = measure(&config, &stretch, &trial(-1.0));
        assert!((other.way_m + 0.3).abs() < 1e-9 && (other.opposite_deg - 20.0).abs() < 0.05);
        assert_eq!(other.peak_deg, 0.0);
        let mut fallen = pushed_to_the_left();
        fallen.roll_deg.iter_mut().for_each(|roll| *roll *= 4.0);
        let fell = measure(&config, &fallen, &trial(1.0));
        assert!(fell.fell && fell.peak_deg == MOST_DEG);
    }

    #[test]
    fn means_around_a_push_are_toward_its_side() {
        let stretch = pushed_to_the_left();
        let left = trial(1.0);
        let rolls = mean_around(&stretch, &[&left], |stretch, k| stretch.roll_deg[k]);
        assert_eq!(rolls.len(), 150);
        assert!(
            (rolls[0] + 3.0).abs() < 1e-9 && (rolls[75] - 20.0).abs() < 0.05,
            "{} {}",
            rolls[0],
            rolls[75]
        );
        let both = mean_around(&stretch, &[&left, &trial(-1.0)], |stretch, k| stretch.roll_deg[k]);
        assert!(both.iter().all(|roll| roll.abs() < 1e-12));
    }
}
