//! The experiment `sgdege/perceptron`: how many patterns one Purkinje cell can learn from a
//! global error, beside the delta rule and the capacity of the cell (Figure 10).
//!
//! ```text
//! seeds × rules × patterns × q ──jobs, with snapshots──▶ curves, final errors ──▶ findings, figures
//! ```

mod figures;
mod findings;
mod learn;
mod single;

pub use learn::{Learned, Rule};
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::perceptron::{Parameters, Steps, capacity};
use serde::{Deserialize, Serialize};
pub use single::Single;

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Perceptron;

/// Configuration, see `perceptron.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    cell: Parameters,
    steps: Steps,
    single: SingleConfig,
    sweep: Sweep,
    scan: Scan,
    long: Scan,
    states: States,
    delta: DeltaConfig,
    measure: Measure,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SingleConfig {
    runs: u32,
    epochs: u64,
    settle: u64,
    begin_hz: f64,
    stop_hz: f64,
    shown: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sweep {
    patterns: Vec<u32>,
    epochs: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    q: Vec<f64>,
    patterns: Vec<u32>,
    epochs: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct States {
    patterns: Vec<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeltaConfig {
    step: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    average: u64,
    snapshot: u64,
}

/// What a run leaves behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// One for each seed.
    seeds: Vec<Seed>,
}

/// What one seed measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seed {
    single: Single,
    /// Every perceptron, in the order of the jobs.
    learned: Vec<Learned>,
}

impl Seed {
    /// The perceptron of that rule, number of patterns and length.
    fn learned(&self, rule: Rule, patterns: u32, epochs: u64) -> Option<&Learned> {
        self.learned.iter().find(|l| l.rule == rule && l.patterns == patterns && l.epochs == epochs)
    }
}

impl Config {
    /// Every perceptron of one seed: rule, patterns, epochs; each once.
    fn plan(&self) -> Vec<(Rule, u32, u64)> {
        let q = self.steps.q;
        let mut plan = Vec::new();
        let mut add = |rule: Rule, patterns: &[u32], epochs: u64| {
            for &p in patterns {
                if !plan.contains(&(rule, p, epochs)) {
                    plan.push((rule, p, epochs));
                }
            }
        };
        // The long ones first, so that no core waits for one at the end.
        for &q in &self.long.q {
            add(Rule::Sgdege { q }, &self.long.patterns, self.long.epochs);
        }
        add(Rule::Sgdege { q }, &self.sweep.patterns, self.sweep.epochs);
        add(Rule::Delta, &self.sweep.patterns, self.sweep.epochs);
        for &q in &self.scan.q {
            add(Rule::Sgdege { q }, &self.scan.patterns, self.scan.epochs);
        }
        plan.sort_by_key(|(_, p, epochs)| std::cmp::Reverse(u64::from(*p) * epochs));
        plan
    }
}

static CARD: Card = Card {
    name: "sgdege/perceptron",
    title: "How many patterns one Purkinje cell learns from a global error",
    line: "analog perceptron: perturbation learning, delta rule, capacity (Fig. 10)",
    source: super::PAPER,
    sources: &[
        "Perceptron: Bouvier et al. 2018, doi:10.7554/eLife.31599, methods, (36)-(42)",
        "Capacity: Clopath and Brunel 2013, doi:10.1371/journal.pcbi.1002919; formula derived in lobule-theory",
    ],
    defaults: include_str!("perceptron.toml"),
    presets: &[
        Preset::new("default", "2e4 epochs, 1e5 for 350 and 450 patterns; minutes", ""),
        Preset::new("quick", "one seed, few patterns: seconds", include_str!("perceptron.quick.toml")),
        Preset::new(
            "full",
            "all patterns and q at 1e5 epochs, one seed",
            include_str!("perceptron.full.toml"),
        ),
    ],
    unit: "million presentations",
    ..Card::BLANK
};

impl Study for Perceptron {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        use super::need;
        config.cell.validate()?;
        config.steps.validate()?;
        for (key, patterns) in [
            ("sweep.patterns", &config.sweep.patterns),
            ("scan.patterns", &config.scan.patterns),
            ("long.patterns", &config.long.patterns),
        ] {
            need(patterns.iter().all(|p| (1..=100_000).contains(p)), key, "must lie between 1 and 100000")?;
        }
        need(!config.sweep.patterns.is_empty(), "sweep.patterns", "at least one number is needed")?;
        for (key, q) in [("scan.q", &config.scan.q), ("long.q", &config.long.q)] {
            need(
                q.iter().all(|q| (0.0..1.0).contains(q)),
                key,
                "must lie between 0 and 1, without 1: learning diverges there",
            )?;
        }
        need(config.steps.q < 1.0, "steps.q", "must be below 1: learning diverges there")?;
        let m = &config.measure;
        need(m.average > 0 && m.snapshot > 0, "measure.average, measure.snapshot", "must be at least 1")?;
        for (key, epochs) in [
            ("sweep.epochs", config.sweep.epochs),
            ("scan.epochs", config.scan.epochs),
            ("long.epochs", config.long.epochs),
        ] {
            need(epochs >= m.average, key, "must be at least measure.average")?;
        }
        let s = &config.single;
        need(
            s.runs > 0 && s.epochs > s.settle,
            "single.epochs",
            "must exceed single.settle, with single.runs at least 1",
        )?;
        need(s.epochs >= 1000, "single.epochs", "must be at least 1000: the last 500 give the end")?;
        need(
            s.begin_hz > s.stop_hz && s.stop_hz > 0.0,
            "single.begin_hz",
            "must be above single.stop_hz, and that above 0",
        )?;
        need(
            config.states.patterns.iter().all(|p| config.sweep.patterns.contains(p)),
            "states.patterns",
            "must be among sweep.patterns",
        )?;
        let step = config.delta.step;
        need(
            step > 0.0 && step < 2.0,
            "delta.step",
            "must lie between 0 and 2: more overshoots by more than the error",
        )
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let plan = config.plan();
        let jobs: Vec<(u64, Rule, u32, u64)> = plan
            .iter()
            .flat_map(|&(rule, p, epochs)| config.seeds.iter().map(move |&seed| (seed, rule, p, epochs)))
            .collect();
        let work = |(_, _, p, epochs): &(u64, Rule, u32, u64)| u64::from(*p) * epochs;
        run.progress.expect(jobs.iter().map(work).sum::<u64>() / learn::MILLION);
        let learned =
            run.each(&jobs, |&(seed, rule, p, epochs)| learn::learn(config, run, seed, rule, p, epochs))?;
        let singles = run.each(&config.seeds, |&seed| single::runs(config, seed))?;
        let seeds = config.seeds.len();
        let by_seed = singles.into_iter().enumerate().map(|(s, single)| Seed {
            single,
            learned: learned.iter().skip(s).step_by(seeds).cloned().collect(),
        });
        Ok(Record { seeds: by_seed.collect() })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let fibers = f64::from(config.cell.fibers);
        let limit = capacity(config.cell.gamma).map_or(f64::NAN, |c| fibers * c.load);
        let rule = Rule::Sgdege { q: config.steps.q };
        let few = config.sweep.patterns.iter().copied().filter(|p| f64::from(*p) < 0.8 * limit).max();
        let error = few.map(|p| findings::mean_error(record, rule, p, config.sweep.epochs));
        let floor = config.steps.floor_hz().unwrap_or(f64::NAN);
        let answer = match (few, error) {
            (Some(p), Some(error)) => format!(
                "{p} patterns are learned to {} Hz ({} predicted); the cell could hold {}.",
                fixed(error, 2),
                fixed(floor, 2),
                fixed(limit, 0)
            ),
            _ => format!("The cell could hold {} patterns.", fixed(limit, 0)),
        };
        Story {
            answer,
            small_print: vec![format!(
                "{} seeds, {} fibers, q = {}; error: mean over patterns of |P − R| without perturbation, over the last {} epochs.",
                config.seeds.len(),
                config.cell.fibers,
                config.steps.q,
                config.measure.average
            )],
            steps: vec![
                "Each pattern excites a random fifth of the fibers and has a target rate.".into(),
                "Patterns come in a new random order in every epoch; the cell hears of each only whether the error exceeded \
                 its estimate."
                    .into(),
                "On perturbed presentations that sign moves the weights of the cell; on every one it moves those of the olive's inhibition.".into(),
                "The delta rule knows the signed error of the cell, and shows what could be learned.".into(),
            ],
            sections: vec![Section::new(
                "Speed, error and capacity",
                "As the paper's Figure 10. Below capacity perturbation learning ends at its floor A (1 + q) / 2, the delta rule at zero; \
                 near capacity both need ever longer, and above it a few patterns keep large errors while most are learned.",
                &["figure_10"],
            )],
            differences: vec![
                "Initial weights are not in the paper: uniform between 0 and twice the mean that gives half the largest rate; for panel A half of \
                 them zero, which alone gives the half speed that the paper reports for a falling rate."
                    .into(),
                "The paper's results call the floor at q = 0.5 1.5 A; the formula gives 0.75 A, which is 1.5 Hz.".into(),
                "The appendix compares panel A with (33); at rho = 0.2 and beta = 2 the cell follows D±, so (32) and (35) hold: 0.04 Hz per trial.".into(),
                "The error is that without perturbation: only this has the floor A (1 + q) / 2.".into(),
                "The step of the delta rule is not in the paper; it is that of perturbation learning.".into(),
            ], ..Story::default() }
    }
}
