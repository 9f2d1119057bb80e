//! One robot, one cerebellum, one change.

use super::config::{Arm, Config, Scenario};
use super::record::{Errors, Walked};
use crate::bout::{Bout, Stretch};
use crate::learner::{self, Rates};
use crate::robot::Base;
use lobule_control::walking::{
    Cue, OneWeight, Output, PiController, PiGains, SteeredParameters, SteeredWalker, Teaching, WalkError,
};
use lobule_control::{Controller, Error};

pub fn walk(config: &Config, scenario: Scenario, arm: Arm, seed: u64) -> Result<Walked, Error> {
    let walker = scenario.walker();
    let robot = config.body.robot(walker, 1.0, seed, &[config.change(scenario)])?;
    let base = walker.walker(config.weight, config.speed_m_s, seed)?;
    let parameters = steered(config, walker, arm);
    let cerebellum = cerebellum(config, walker, arm, &parameters.cues, seed)?;
    let steered = SteeredWalker::new(&parameters, base, cerebellum, seed)?;
    let mut bout = Bout::new(robot, steered, config.body.gyro_noise_rad_s, seed)?;

    let (times, windows) = (config.times, config.windows);
    let mut phase = |for_s: f64, learns: bool| {
        bout.walker().set_learning(learns);
        bout.walk(for_s, |_, _| ())
    };
    // Feedback acts from the beginning; what learns has nothing to command before it has learned.
    let settled = phase(times.settle_s, false)?;
    let before = phase(times.before_s, true)?;
    let changed = phase(times.changed_s, arm != Arm::Frozen)?;
    let after = phase(times.after_s, arm != Arm::Frozen)?;

    let [from_s, to_s, end_s] = times.marks_s();
    let base = errors(&before.within(from_s - windows.late_s, from_s));
    let relative = |stretch: &Stretch, from_s: f64, to_s: f64| {
        let Errors { yaw_deg_s, roll_deg } = errors(&stretch.within(from_s, to_s));
        Errors { yaw_deg_s: yaw_deg_s - base.yaw_deg_s, roll_deg: roll_deg - base.roll_deg }
    };
    let [early_from, early_to] = windows.early_s;
    let seconds = |stretch: &Stretch| {
        let chunk = |chunk: (&[f64], &[f64])| {
            let rate = (chunk.0[chunk.0.len() - 1] - chunk.0[0])
                / ((chunk.0.len() - 1).max(1) as f64 / Stretch::HZ as f64);
            (rate, chunk.1.iter().sum::<f64>() / chunk.1.len() as f64)
        };
        let pairs = stretch.yaw_deg.chunks(Stretch::HZ).zip(stretch.roll_deg.chunks(Stretch::HZ));
        pairs.map(chunk).collect::<Vec<_>>()
    };
    Ok(Walked {
        scenario,
        arm,
        seed,
        early: relative(&changed, from_s + early_from, from_s + early_to),
        late: relative(&changed, to_s - windows.late_s, to_s),
        after: relative(&after, to_s + early_from, to_s + early_to),
        end: relative(&after, end_s - windows.late_s, end_s),
        falls: [&settled, &before, &changed, &after].iter().map(|stretch| stretch.falls).sum(),
        course: [&before, &changed, &after].into_iter().flat_map(seconds).collect(),
    })
}

/// Mean yaw rate and roll of a stretch.
fn errors(stretch: &Stretch) -> Errors {
    let n = stretch.time_s.len();
    let time_s = stretch.time_s[n - 1] - stretch.time_s[0];
    Errors {
        yaw_deg_s: stretch.turn_deg() / time_s,
        roll_deg: stretch.roll_deg.iter().sum::<f64>() / n as f64,
    }
}

/// Steering by the yaw rate, trim by the mean roll.
fn steered(config: &Config, walker: Base, arm: Arm) -> SteeredParameters {
    let [steer, trim] = config.of_walker(walker).limits;
    let mut steering = walker.steering(steer);
    if arm == Arm::Pi {
        steering.error = WalkError::Heading;
    }
    let outputs = vec![steering, Output { limit: trim, ..Output::TRIM }];
    // Source: the reference measurements, whose granule cells are tuned to the phase of the gait and to the smoothed yaw rate.
    let mut cues = walker.gait();
    cues.push(Cue::YawRate { tau_s: 0.1 });
    let teaching = match arm {
        Arm::Shuffled => Teaching::Shuffled { window_s: config.shuffled_s, time: true, sign: true },
        Arm::Late => Teaching::Delayed { delay_s: config.late_s },
        _ => Teaching::Live,
    };
    SteeredParameters { outputs, cues, teaching, ..SteeredParameters::default() }
}

fn cerebellum(
    config: &Config,
    walker: Base,
    arm: Arm,
    cues: &[Cue],
    seed: u64,
) -> Result<Box<dyn Controller>, Error> {
    let of_walker = config.of_walker(walker);
    let rates = Rates { of_outputs: &of_walker.rates, delay_s: 0.0 };
    match arm {
        Arm::OneWeight => Ok(Box::new(OneWeight::new(&of_walker.rates, learner::UPDATE_S)?)),
        Arm::Pi => {
            let [kp, ki] = of_walker.pi_heading;
            let gains = [PiGains { kp, ki }, PiGains { kp: of_walker.pi_roll, ki: 0.0 }];
            Ok(Box::new(PiController::new(&gains, None, learner::UPDATE_S)?))
        }
        Arm::AdaptiveFilter => learner::filter(cues, rates),
        Arm::Frozen | Arm::Learned | Arm::Shuffled | Arm::Late => {
            learner::circuit(config.granule_cells, cues, rates, seed)
        }
    }
}
