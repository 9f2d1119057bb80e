//! One robot, one cerebellum, many pushes.

use super::config::{Arm, Config, Kind, Scenario};
use super::record::{Pushed, Walked};
use super::trials::{Trial, lines, pushes, trials};
use crate::bout::{Bout, Stretch};
use crate::learner::{self, Learner, Rates};
use crate::robot::{Base, DT_S, generator, policy};
use lobule_control::walking::{
    Cue, Output, Pulse, PulseParameters, SteeredParameters, SteeredWalker, Teaching, WalkError,
};
use lobule_control::{Controller, Error};

/// Roll beyond which a robot has fallen, deg. Source: 1 rad in the reference measurements.
const FALLEN_DEG: f64 = 57.295_779_513_082_32;
/// Largest roll that counts, deg. Source: the reference measurements.
const MOST_DEG: f64 = 60.0;
/// Window of the recorded rolls around a push, s.
const AROUND_S: [f64; 2] = [-1.0, 2.0];
/// Time before the cue over which the course is extrapolated, s. Chosen: a cycle of the gait.
const COURSE_S: f64 = 0.5;

pub fn walk(config: &Config, scenario: Scenario, arm: Arm, seed: u64) -> Result<Walked, Error> {
    let all = trials(config, seed);
    let walker = scenario.walker();
    let stiffness = if scenario == Scenario::Stiff { config.stiff.stiffness } else { 1.0 };
    let robot = config.body.robot(walker, stiffness, seed, &pushes(config, scenario, &all))?;
    let base = match walker {
        Base::Generator => generator(config.weight, seed)?,
        Base::Policy => policy(config.speed_m_s)?,
    };
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
        bout.walk(for_s, cues, |_, _| ())
    };
    let settled = phase(config.trials.settle_s, false)?;
    let trained = phase(trained_s - config.trials.settle_s, arm != Arm::Frozen)?;
    let tested = phase(tested_s - trained_s, false)?;
    let whole = joined([settled, trained, tested]);

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

fn joined(stretches: [Stretch; 3]) -> Stretch {
    let mut whole = Stretch::default();
    for stretch in stretches {
        whole.time_s.extend(stretch.time_s);
        whole.place_m.extend(stretch.place_m);
        whole.yaw_deg.extend(stretch.yaw_deg);
        whole.roll_deg.extend(stretch.roll_deg);
        whole.pitch_deg.extend(stretch.pitch_deg);
        whole.effect.extend(stretch.effect);
        whole.falls += stretch.falls;
    }
    whole
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
    if walker == Base::Generator {
        cues.push(Cue::Phase { leg: 0 });
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
    let learner = match arm {
        Arm::TunedPulse => {
            let p = &config.pulse;
            let heights = vec![p.height_rad, -p.height_rad];
            let pulse = PulseParameters { heights, delay_s: p.delay_s, width_s: p.width_s };
            return Ok(Box::new(Pulse::new(&pulse)?));
        }
        Arm::FewCells => Learner::Circuit { cells: config.few_cells },
        Arm::Frozen | Arm::Learned | Arm::Shuffled | Arm::Late => {
            Learner::Circuit { cells: config.granule_cells }
        }
    };
    let rates = Rates { of_outputs: &[config.rate], delay_s: config.trace_s };
    learner::cerebellum(learner, cues, rates, seed)
}
