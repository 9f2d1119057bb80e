//! One robot, one cerebellum, one walk.

use super::config::{Arm, Config, Steered, Task};
use super::record::Walked;
use crate::bout::{Bout, Stretch};
use crate::learner::{self, Rates};
use crate::robot::{Base, side};
use lobule_control::walking::{
    Cue, FixedCorrections, OneWeight, PiController, PiGains, RandomCorrections, RandomParameters,
    SteeredParameters, SteeredWalker, Teaching, WalkError,
};
use lobule_control::{Controller, Error};
use lobule_mujoco::Change;

/// Samples from one entry of a course to the next: 1 Hz.
const COURSE: usize = Stretch::HZ;

/// A walk, all that an arm needs of another one given: the steering that another arm of the same robot came to.
pub fn walk(config: &Config, walker: Base, task: Task, arm: Arm, seed: u64) -> Result<Walked, Error> {
    // Random corrections have the size of the learned ones, and the oracle is what feedback settles at.
    let steering = match arm {
        Arm::Random => walk(config, walker, task, Arm::Learned, seed)?.steering,
        Arm::Oracle => walk(config, walker, task, Arm::PiLive, seed)?.steering,
        _ => [0.0; 2],
    };
    let changes = if task == Task::Context { weak_in_turn(config) } else { Vec::new() };
    let robot = config.body.robot(walker, 1.0, seed, &changes)?;
    let base = walker.walker(config.generator.weight, config.policy.speed_m_s, seed)?;
    let parameters = steered(config, walker, task, arm);
    let cerebellum = cerebellum(config, walker, arm, &parameters.cues, seed, steering)?;
    let steered = SteeredWalker::new(&parameters, base, cerebellum, seed)?;
    let mut bout = Bout::new(robot, steered, config.body.gyro_noise_rad_s, seed)?;

    let context = config.context;
    let lines = |time_s: f64, lines: &mut [f64]| {
        lines.iter_mut().for_each(|line| *line = f64::from(u8::from(context.is_right(time_s))))
    };
    bout.walker().set_learning(false);
    bout.walker().lose_senses(true);
    let settled = bout.walk(config.times.settle_s, lines)?;
    bout.walker().set_learning(arm != Arm::Frozen);
    bout.walker().lose_senses(false);
    let learned = bout.walk(config.times.learn_s, lines)?;
    bout.walker().set_learning(false);
    bout.walker().lose_senses(arm != Arm::PiLive);
    let tested = bout.walk(config.times.test_s, lines)?;

    let late: Vec<f64> = learned.effect[learned.effect.len() / 2..].iter().map(|effect| effect[0]).collect();
    let mean = late.iter().sum::<f64>() / late.len() as f64;
    let square = late.iter().map(|effect| effect * effect).sum::<f64>() / late.len() as f64;
    let mut course = Vec::new();
    if Arm::DRAWN.contains(&arm) {
        for stretch in [&settled, &learned, &tested] {
            for k in (0..stretch.time_s.len()).step_by(COURSE) {
                course.push((
                    stretch.time_s[k],
                    stretch.place_m[k],
                    stretch.yaw_deg[k],
                    stretch.effect[k][0],
                ));
            }
        }
    }
    Ok(Walked {
        walker,
        task,
        arm,
        seed,
        turn_deg: tested.turn_deg(),
        yaw_rate_deg_s: tested.yaw_rate_deg_s(),
        speed_m_s: tested.speed_m_s(),
        falls: settled.falls + learned.falls + tested.falls,
        steering: [mean, square.sqrt()],
        course,
    })
}

/// Right and left legs at the strength of the context, in turn, for the whole walk.
fn weak_in_turn(config: &Config) -> Vec<Change> {
    let (context, all_s) = (config.context, config.times.all_s());
    let periods = (all_s / context.period_s).ceil() as u64;
    let weak = |k: u64| Change::Strength {
        actuators: side(k.is_multiple_of(2)),
        factor: context.strength,
        from_s: k as f64 * context.period_s,
        to_s: Some((k + 1) as f64 * context.period_s),
    };
    (0..periods).map(weak).collect()
}

/// Effector, error and cues of an arm.
fn steered(config: &Config, walker: Base, task: Task, arm: Arm) -> SteeredParameters {
    let of_walker = config.of_walker(walker);
    let mut output = walker.steering(of_walker.limit);
    match arm {
        Arm::PiLive | Arm::PiLost => output.error = WalkError::Heading,
        Arm::GyroTaught => output.error = WalkError::YawRate,
        _ => (),
    }
    let mut cues = walker.gait();
    if task == Task::Context {
        cues.push(Cue::Line { line: 0 });
    }
    if arm == Arm::YawTuned {
        cues.push(Cue::YawRate { tau_s: 0.1 });
    }
    let (window_s, time, sign) = (config.shuffled.window_s, true, true);
    let teaching = match arm {
        Arm::Frozen => Teaching::Frozen,
        Arm::Shuffled => Teaching::Shuffled { window_s, time, sign },
        Arm::Late => Teaching::Delayed { delay_s: config.late.short_s },
        Arm::LaterThanContext => Teaching::Delayed { delay_s: config.late.long_s },
        _ => Teaching::Live,
    };
    SteeredParameters {
        outputs: vec![output],
        cues,
        lines: usize::from(task == Task::Context),
        teaching,
        ..SteeredParameters::default()
    }
}

fn cerebellum(
    config: &Config,
    walker: Base,
    arm: Arm,
    cues: &[Cue],
    seed: u64,
    steering: [f64; 2],
) -> Result<Box<dyn Controller>, Error> {
    let Steered { rate, pi: [kp, ki], .. } = config.of_walker(walker);
    let cells = match arm {
        Arm::FewCells => config.cells.few,
        Arm::ManyCells => config.cells.many,
        _ => config.cells.main,
    };
    let rates = Rates { of_outputs: &[rate], delay_s: 0.0 };
    // Outputs are steering before the gain of the effector.
    let gain = walker.steering(1.0).gain;
    Ok(match arm {
        Arm::AdaptiveFilter => learner::filter(cues, rates)?,
        Arm::OneWeight => Box::new(OneWeight::new(rates.of_outputs, learner::UPDATE_S)?),
        Arm::PiLive | Arm::PiLost => {
            Box::new(PiController::new(&[PiGains { kp, ki }], None, learner::UPDATE_S)?)
        }
        Arm::Oracle => Box::new(FixedCorrections::new(&[gain * steering[0]])?),
        Arm::Random => {
            let size = RandomParameters { sd: steering[1], correlation_s: config.random.correlation_s };
            Box::new(RandomCorrections::new(size, 1, learner::UPDATE_S, seed)?)
        }
        _ => learner::circuit(cells, cues, rates, seed)?,
    })
}
