//! `quadruped/replication`: a published walk with a cerebellum, again, beside walks without it.
//!
//! ```text
//!                                      ┌ Marr-Albus-Ito circuit | frozen | random | none
//! pattern generator ── gate (weight) ──┴─▶ joint targets ─▶ robot ─▶ way, heading, falls
//! policy (PPO) as published ─────────────▶ joint targets
//! ```
//!
//! Units: m, deg, control steps of 5 ms.

mod config;
mod figures;
mod findings;
mod gait;
mod policies;
mod record;
mod story;
mod subject;
mod track;
mod watched;

use config::{Arm, Config, Ground};
use lobule_study::Item;
use lobule_study::prelude::*;
use record::{BINS, RATE_BINS, Record};
use std::path::PathBuf;
use std::time::Instant;

/// `quadruped/replication`.
#[derive(Debug, Clone, Copy)]
pub struct Replication;

static CARD: Card = Card {
    name: "quadruped/replication",
    title: "A published walk with a cerebellum, again",
    line: "Does the published cerebellum of a quadruped make it walk farther, and what do its numbers mean?",
    source: "Hesse, MH-FLOCKE v0.4.1; Todorov, Erez & Tassa 2012",
    sources: &[
        "Circuit, pattern generator, reflexes, gate, body and PPO baseline: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1)",
        "Physics: Todorov, Erez & Tassa 2012, doi:10.1109/IROS.2012.6386109; Go2: MuJoCo Menagerie, BSD-3-Clause (Unitree)",
        "PPO: Schulman et al. 2017, arXiv:1707.06347; as a residual: Johannink et al. 2019, doi:10.1109/ICRA.2019.8794127",
    ],
    defaults: include_str!("replication.toml"),
    presets: &[
        Preset::new(
            "default",
            "ten robots with and without the circuit, fewer in the controls, about ten minutes on two cores",
            "",
        ),
        Preset::new(
            "quick",
            "two robots, short walks, a few seconds",
            include_str!("replication.quick.toml"),
        ),
    ],
    unit: "steps",
    grounds: findings::GROUNDS,
    ..Card::BLANK
};

impl Study for Replication {
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
        run.progress.expect(config.all_steps());
        let walk = |&(ground, arm, seed): &(Ground, Arm, u64), item: &Item| {
            if arm == Arm::PublishedPpo {
                return policies::published(config, seed, item);
            }
            let begin = Instant::now();
            let walked = subject::walk(config, ground, arm, seed, item)?;
            if (ground, arm, Some(&seed)) == (Ground::Flat, Arm::Circuit, config.seeds.first()) {
                let rate = config.steps as f64 / begin.elapsed().as_secs_f64();
                run.measured("control_steps_with_circuit", rate, "1/s");
            }
            Ok(walked)
        };
        let train = |&seed: &u64, item: &Item| policies::residual(config, seed, item);
        // The longest first.
        let trained = run.each("trained", config.trained(), train)?;
        let walks = run.each("walks", &config.walks(), walk)?;
        Ok(Record { walks, trained, taught: subject::taught(config)? })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, config: &Config, record: &Record) -> Result<(), String> {
        for &ground in &config.grounds {
            for arm in config.arms.iter().copied().filter(|arm| *arm != Arm::ResidualPpo) {
                let walks: Vec<_> = record.of(ground, arm).collect();
                shape::long("walks", &walks, config.seeds_of(ground, arm).len())?;
                for walk in walks.into_iter().filter(|walk| walk.arm.has_neurons()) {
                    let neurons = walk.neurons.as_ref().ok_or("neurons: the circuit is missing")?;
                    shape::long("weights", &neurons.weights, BINS)?;
                    shape::long("rates", &neurons.rates, RATE_BINS)?;
                }
            }
        }
        shape::long("trained", &record.trained, config.trained().len())?;
        for trained in &record.trained {
            shape::long("tested", &trained.tested, config.residual.budgets.len())?;
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut all = vec![figures::distances(config, record)?, figures::paths(config, record)?];
        all.push(figures::course(config, record)?);
        all.extend(figures::circuit(record, subject::cap(config))?);
        all.push(figures::tilt(config, record)?);
        all.extend(figures::gait(record)?);
        all.extend(figures::training(config, record)?);
        Ok(all)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        story::story(config, record)
    }
}
