//! The findings of the experiment.

use super::config::{Arm, Config, Task};
use super::record::{Record, Walked};
use crate::robot::Base;
use crate::whole_or_reported;
use lobule_analysis::paired_ratio;
use lobule_study::prelude::*;

grounds! {
    STRAIGHT = chosen_before "a prototype of the task in C on the same library left 0.27 of the drift on the generator walker and 0.05 on \
        the policy walker (upper ends of the intervals 0.44 and 0.07); bounds ours: 0.4, 0.15, and 0.7 for the upper ends";
    TAUGHT = chosen_before "teaching that is random in time and sign teaches nothing: the prototype left 4 and 13 times the learned \
        drift; bound ours";
    CONTEXT = chosen_before "the prototype left 0.22 of the yaw rate on the generator walker and 0.33 on the policy walker; bounds ours: \
        0.4 and 0.5";
    GRANULAR = chosen_before "one weight and a stored integral cannot be right in both contexts; in the prototype they left 1.10 and 0.95 \
        of the yaw rate on the generator walker; at least eight of ten seeds, ours";
    UPRIGHT = measured "the prototype: no falls in any arm";
    DRIFT = measured "the prototype: 16.8 +- 10.1 deg in 50 s on the generator walker, 241.7 +- 27.6 deg on the policy walker, over ten \
        robots; the mean is expected within twice the standard error of both";
}

/// Shortest learning that the ranges are about, s: that of the prototype.
const LEARNED_S: f64 = 100.0;

/// A value of a walk.
type Of = fn(&Walked) -> f64;

const TURN: Of = |walk| walk.turn_deg.abs();
const RATE: Of = |walk| walk.yaw_rate_deg_s;

/// Arms that the bounds of a task are about.
fn others(config: &Config) -> impl Iterator<Item = Arm> + '_ {
    config.arms.iter().copied().filter(|arm| *arm != Arm::Frozen)
}

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &walker in &config.walkers {
        for &task in &config.tasks {
            for &arm in &config.arms {
                found.extend(of_arm(config, record, walker, task, arm));
            }
            found.extend(ratios(config, record, walker, task));
        }
    }
    whole_or_reported(found, config.times.learn_s >= LEARNED_S)
}

/// Findings of one arm.
fn of_arm(config: &Config, record: &Record, walker: Base, task: Task, arm: Arm) -> Vec<Finding> {
    let name = |what: &str| format!("{}/{}/{}/{what}", walker.key(), task.key(), arm.key());
    let values = |of: Of| record.values(walker, task, arm, of);
    let (test_s, words) = (plain(config.times.test_s), arm.words());
    let turn = Finding::new(
        name("turn"),
        format!("Absolute turn in the {test_s} s of the test, {words}."),
        values(TURN),
    );
    let turn = match (arm, task, walker) {
        (Arm::Frozen, Task::Constant, Base::Generator) => turn.unit("deg").mean(7.8..=25.8, &DRIFT),
        (Arm::Frozen, Task::Constant, Base::Policy) => turn.unit("deg").mean(217.0..=266.4, &DRIFT),
        _ => turn.unit("deg"),
    };
    let rate = "Mean absolute yaw rate over chords of half a second in the test";
    let mut found = vec![
        turn,
        Finding::new(name("yaw_rate"), format!("{rate}, {words}."), values(RATE)).unit("deg/s"),
        Finding::new(
            name("falls"),
            format!("Falls in the whole walk, {words}."),
            values(|walk| f64::from(walk.falls)),
        )
        .each(0.0..=0.0, &UPRIGHT),
    ];
    if arm == Arm::Frozen {
        let speed = values(|walk| walk.speed_m_s);
        found.push(Finding::new(name("speed"), format!("Speed in the test, {words}."), speed).unit("m/s"));
    }
    found
}

/// Arms relative to the walk without plasticity, and to each other.
fn ratios(config: &Config, record: &Record, walker: Base, task: Task) -> Vec<Finding> {
    let mut found = Vec::new();
    let (of, what, words): (Of, &str, &str) = match task {
        Task::Constant => (TURN, "turn", "Turn in the test"),
        Task::Context => (RATE, "yaw_rate", "Mean absolute yaw rate in the test"),
    };
    let prefix = format!("{}/{}", walker.key(), task.key());
    let values = |arm: Arm| record.values(walker, task, arm, of);
    let has = |arm: Arm| config.arms.contains(&arm);
    let ratio = |arm: Arm, to: Arm| {
        paired_ratio(
            &values(arm),
            &values(to),
            &format!("quadruped/heading/{prefix}/{}/{}", arm.key(), to.key()),
        )
    };
    for arm in others(config) {
        let name = format!("{prefix}/{}/{what}_ratio", arm.key());
        let than = ratio(arm, Arm::Frozen);
        let meaning = format!("{words} relative to that without plasticity, {}.", arm.words());
        let value = Finding::new(&*name, meaning, vec![than.value]);
        let upper = format!("Upper end of the 95 % bootstrap interval of that ratio, {}.", arm.words());
        let upper = Finding::new(format!("{name}/upper"), upper, vec![than.interval[1]]);
        let lower = format!("Lower end of the 95 % bootstrap interval of that ratio, {}.", arm.words());
        let lower = Finding::new(format!("{name}/lower"), lower, vec![than.interval[0]]);
        let bound = match (task, walker) {
            (Task::Constant, Base::Generator) => (0.4, &STRAIGHT),
            (Task::Constant, Base::Policy) => (0.15, &STRAIGHT),
            (Task::Context, Base::Generator) => (0.4, &CONTEXT),
            (Task::Context, Base::Policy) => (0.5, &CONTEXT),
        };
        let is_judged = arm == Arm::Learned;
        found.push(if is_judged { value.mean(0.0..=bound.0, bound.1) } else { value });
        found.push(lower);
        found.push(if is_judged && task == Task::Constant {
            upper.mean(0.0..=0.7, &STRAIGHT)
        } else {
            upper
        });
    }
    if has(Arm::Shuffled) && has(Arm::Learned) && task == Task::Constant {
        let meaning = "Turn after shuffled teaching relative to that after teaching.";
        let than = ratio(Arm::Shuffled, Arm::Learned).value;
        found.push(
            Finding::new(format!("{prefix}/shuffled_to_learned"), meaning, vec![than]).mean(1.5.., &TAUGHT),
        );
    }
    if task == Task::Context && has(Arm::Learned) {
        for rival in [Arm::OneWeight, Arm::PiLost].into_iter().filter(|arm| has(*arm)) {
            let wins = values(Arm::Learned)
                .iter()
                .zip(values(rival))
                .filter(|(learned, rival)| *learned < rival)
                .count();
            let share = wins as f64 / config.seeds.len() as f64;
            let meaning = format!(
                "Share of seeds in which the circuit leaves less yaw rate than the rival: {}.",
                rival.words()
            );
            let finding =
                Finding::new(format!("{prefix}/learned_below_{}", rival.key()), meaning, vec![share]);
            // A stored integral is no rival that must lose on the policy walker.
            let is_judged = rival == Arm::OneWeight || walker == Base::Generator;
            found.push(if is_judged { finding.mean(0.8..=1.0, &GRANULAR) } else { finding });
        }
    }
    found
}
