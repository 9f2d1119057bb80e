//! `quadruped/effectors`: how far, and to which side, each effector turns and tilts a walking robot.
//!
//! ```text
//! constant ─▶ effector ─▶ walker (pattern generator, three weights) ─▶ joint targets ─▶ robot ─▶ yaw rate, roll, speed, falls
//! ```
//!
//! Units: deg, deg/s, m/s; an effector's own.

mod config;
mod figures;
mod findings;
mod record;
mod subject;

use config::Config;
use findings::{GROUNDS, per, words};
use lobule_analysis::mean_of;
use lobule_control::walking::Effector;
use lobule_study::prelude::*;
use record::{Line, ROLL, Record, YAW};
use std::path::PathBuf;

/// `quadruped/effectors`.
#[derive(Debug, Clone, Copy)]
pub struct Effectors;

static CARD: Card = Card {
    name: "quadruped/effectors",
    title: "Gains of the effectors",
    line: "Which command turns or tilts a walking robot, and does its sign depend on the amplitude of the gait?",
    source: "Hesse, MH-FLOCKE v0.4.1; Todorov, Erez & Tassa 2012",
    sources: &[
        "Pattern generator, reflexes and body: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1); stride asymmetry: v0.5.1",
        "Physics: Todorov, Erez & Tassa 2012, doi:10.1109/IROS.2012.6386109; Go2: MuJoCo Menagerie, BSD-3-Clause (Unitree)",
    ],
    defaults: include_str!("effectors.toml"),
    presets: &[
        Preset::new("default", "four robots, three weights, six effectors, some minutes on two cores", ""),
        Preset::new("quick", "two robots, short walks, a few seconds", include_str!("effectors.quick.toml")),
    ],
    unit: "walks",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for Effectors {
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
        for &weight in &config.weights {
            for &seed in &config.seeds {
                walks.extend(config.steerings().into_iter().map(|steering| (weight, seed, steering)));
            }
        }
        run.progress.expect(walks.len() as u64);
        let walk = |&(weight, seed, steering): &(f64, u64, Option<(Effector, f64)>)| {
            Ok(subject::walk(config, weight, seed, steering)?)
        };
        Ok(Record { walks: run.each_counted("walks", &walks, walk)? })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        for &weight in &config.weights {
            for &seed in &config.seeds {
                for effector in config.effectors() {
                    let walks = record.of(weight, effector, seed);
                    shape::long("walks", &walks, config.values(effector).len() + 1)?;
                }
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut all = vec![figures::yaw(config, record)?, figures::roll(config, record)?];
        all.push(figures::speed(config, record)?);
        all.push(figures::amplitude(config, record)?);
        Ok(all)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        story(config, record)
    }
}

/// Mean gain over the robots that have one.
fn gain(lines: &[Line]) -> f64 {
    mean_of(lines.iter().map(|line| line.gain).filter(|gain| gain.is_finite()))
}

fn linearity(lines: &[Line]) -> f64 {
    mean_of(lines.iter().map(|line| line.r2).filter(|r2| r2.is_finite()))
}

/// Gains of an effector at all weights, in words.
fn gains(config: &Config, record: &Record, effector: Effector) -> String {
    let of = |&weight: &f64| {
        let lines = record.lines(weight, effector, &config.seeds, YAW);
        format!("{} at {weight}", signed(gain(&lines), 1))
    };
    let each: Vec<String> = config.weights.iter().map(of).collect();
    format!("{} {}", each.join(", "), per("deg/s", effector))
}

/// The table of the gains.
fn table(config: &Config, record: &Record) -> Html {
    let columns =
        ["effector", "weight", "yaw gain (deg/s)", "linear", "roll gain (deg)", "linear", "slowest", "falls"];
    let mut table = Table::new(&columns, &[1, 2, 3, 4, 5, 6, 7]);
    let seeds = &config.seeds;
    for effector in config.effectors() {
        for &weight in &config.weights {
            let yaw = record.lines(weight, effector, seeds, YAW);
            let roll = record.lines(weight, effector, seeds, ROLL);
            table.row([
                format!(
                    "{}, per {}",
                    words(effector),
                    if effector.unit() == "1" { "unit" } else { effector.unit() }
                ),
                plain(weight),
                signed(gain(&yaw), 2),
                fixed(linearity(&yaw), 2),
                signed(gain(&roll), 1),
                fixed(linearity(&roll), 2),
                fixed(mean_of(record.slowest(weight, effector, seeds)), 2),
                format!("{} %", fixed(100.0 * mean_of(record.fallen(weight, effector, seeds)), 0)),
            ]);
        }
    }
    table.html()
}

/// The table of all walks, means over the robots.
fn values(config: &Config, record: &Record) -> Html {
    let mut table =
        Table::new(&["effector", "weight", "value", "yaw rate (deg/s)", "roll (deg)"], &[1, 2, 3, 4]);
    for effector in config.effectors() {
        for &weight in &config.weights {
            let yaw = record.curve(weight, effector, &config.seeds, YAW);
            let roll = record.curve(weight, effector, &config.seeds, ROLL);
            for ((value, yaw), (_, roll)) in yaw.into_iter().zip(roll) {
                table.row([
                    words(effector).into(),
                    plain(weight),
                    plain(value),
                    signed(yaw, 2),
                    signed(roll, 1),
                ]);
            }
        }
    }
    table.html()
}

fn story(config: &Config, record: &Record) -> Story {
    let mut answers = Vec::new();
    for (effector, what) in [
        (Effector::StrideAsymmetry, "Larger steps on the left side turn the robot by"),
        (Effector::LateralStep, "A lateral step that is locked to the gait turns it by"),
    ] {
        if config.effectors().any(|other| other == effector) {
            answers
                .push(format!("{what} {} of the weight of the generator.", gains(config, record, effector)));
        }
    }
    let gains_section = Section {
        html: table(config, record),
        details: vec![("Yaw rate and roll at each value".into(), values(config, record))],
        ..Section::new(
            "The gains",
            "Slopes of straight lines through the walks of a robot, means over the robots. Linear: share of the variance that the line explains. \
             Slowest: lowest speed relative to that without steering. Falls: share of the walks.",
            &[],
        )
    };
    Story {
        answer: answers.join(" "),
        small_print: vec![
            format!(
                "Means over {} robots; each walks {} s until the gait has its amplitude and is then measured for {} s. Positive: to the left, or \
                 with the right side down.",
                config.seeds.len(),
                plain(config.times.settle_s),
                plain(config.times.measure_s)
            ),
            "A cerebellum that learns from the error of its output needs to know the sign of that output's effect. An effector whose sign depends on \
             the amplitude of the gait cannot be used by it, nor by an integrator."
                .into(),
        ],
        steps: texts([
            "Each seed is another robot: its motors are a few percent stronger or weaker than their model.",
            "A pattern generator with reflexes drives its legs. Its weight scales the amplitude of the gait.",
            "One effector has a constant value from the first step on; nothing learns.",
            "Yaw rate, roll, speed and falls are measured, and a straight line is drawn through them.",
        ]),
        sections: vec![
            Section::new("Does the sign depend on the amplitude?", "", &["amplitude"]),
            gains_section,
            Section::new("Turning", "", &["yaw_rate"]),
            Section::new("Tilting", "", &["roll"]),
            Section::new("Walking on", "", &["speed"]),
        ],
        differences: texts([
            "MH-FLOCKE steers by the abduction offset of its generator; v0.5.1 by stride asymmetry. The other effectors are added to the joint targets.",
            "The prototype measured one robot, with its abduction offset in radians at the joints, which is the splay here.",
            "The yaw rate that a trained policy is asked for is an effector of its own walker and is not measured here.",
        ]),
        ..Story::default()
    }
}
