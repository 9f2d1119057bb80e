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

use crate::sweep::over_seeds;
use learn::{Job, Learned, Rule};
use lobule_study::prelude::*;
use lobule_theory::perceptron::{PerceptronParameters as Parameters, Steps, capacity};
use single::Single;

const FULL: &str = include_str!("perceptron.full.toml");

/// The experiment `sgdege/perceptron`.
#[derive(Debug, Clone, Copy)]
pub struct Perceptron;

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

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    seeds: Vec<Seed>,
}

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
    /// Number of patterns that the cell can hold.
    fn capacity(&self) -> f64 {
        capacity(self.cell.gamma).map_or(f64::NAN, |c| f64::from(self.cell.fibers) * c.load)
    }

    /// Every perceptron of one seed, each once.
    fn plan(&self) -> Vec<Job> {
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

/// Inputs of all patterns, at most. Chosen: 4 bytes for each that is active.
const MOST_INPUTS: u64 = 100_000_000;
/// Presentations on a seed, at most. Chosen: ten times those of the preset full.
const MOST_PRESENTATIONS: u64 = 20_000_000_000;

impl Study for Perceptron {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "sgdege/perceptron",
        title: "How many patterns one Purkinje cell learns from a global error",
        line: "How many patterns can one Purkinje cell learn by perturbations, and how many could it hold? (Fig. 10)",
        source: super::PAPER,
        sources: &[
            "Perceptron: Bouvier et al. 2018, doi:10.7554/eLife.31599, methods, (36)-(42)",
            "Capacity: Clopath and Brunel 2013, doi:10.1371/journal.pcbi.1002919; formula derived in lobule-theory",
        ],
        defaults: include_str!("perceptron.toml"),
        presets: &[
            Preset::new("default", "2e4 epochs, 1e5 for 350 and 450 patterns; minutes", ""),
            Preset::new("quick", "one seed, few patterns: seconds", include_str!("perceptron.quick.toml")),
            Preset::new("full", "all patterns and q at 1e5 epochs, one seed", FULL),
        ],
        unit: "million presentations",
        grounds: findings::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.cell.validate()?;
        config.steps.validate()?;
        let (sweep, scan, long, average) =
            (&config.sweep, &config.scan, &config.long, config.measure.average);
        let fibers = config.cell.fibers;
        for (table, patterns, epochs, runs) in [
            ("sweep", &sweep.patterns, sweep.epochs, 2),
            ("scan", &scan.patterns, scan.epochs, scan.q.len()),
            ("long", &long.patterns, long.epochs, long.q.len()),
        ] {
            let (check, is_long) = (Check::of(table), epochs >= average);
            check.that(
                "epochs",
                epochs,
                is_long,
                &format!("at least measure.average = {average} is needed"),
            )?;
            check.distinct("patterns", patterns)?;
            let most = format!("times cell.fibers = {fibers}, at most {MOST_INPUTS} is allowed");
            for &count in patterns {
                check.that("patterns", count, u64::from(count) * u64::from(fibers) <= MOST_INPUTS, &most)?;
            }
            let shown = patterns.iter().map(|&p| u64::from(p)).sum::<u64>() * runs as u64;
            let few =
                format!("times the {shown} patterns of all runs, at most {MOST_PRESENTATIONS} is allowed");
            check.that("epochs", epochs, epochs * shown <= MOST_PRESENTATIONS, &few)?;
        }
        Check::of("scan").distinct("q", &scan.q)?;
        Check::of("long").distinct("q", &long.q)?;
        let s = &config.single;
        let few = format!("of {} runs, at most {MOST_PRESENTATIONS} in all is allowed", s.runs);
        let drawn = format!("of {} runs shown, at most {MOST_INPUTS} in all is allowed", s.shown);
        Check::of("single")
            .that("epochs", s.epochs, s.epochs > s.settle, "more than single.settle are needed")?
            .that("epochs", s.epochs, s.epochs * u64::from(s.runs) <= MOST_PRESENTATIONS, &few)?
            .that("epochs", s.epochs, s.epochs * s.shown as u64 <= MOST_INPUTS, &drawn)?
            .above("begin_hz", s.begin_hz, s.stop_hz)?;
        for p in &config.states.patterns {
            let is_run = sweep.patterns.contains(p);
            Check::of("states").that("patterns", p, is_run, "only numbers in sweep.patterns are allowed")?;
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let jobs = over_seeds(&config.plan(), &config.seeds);
        let work = |((_, p, epochs), _): &(Job, _)| u64::from(*p) * epochs;
        run.progress.expect(jobs.iter().map(work).sum::<u64>() / learn::MILLION);
        let learned = run.each("learned", &jobs, |&(job, seed), at| learn::learn(config, job, seed, at))?;
        let singles = run.each("singles", &config.seeds, |&seed, _| single::runs(config, seed))?;
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

    fn check_record(&self, _: &Config, record: &Record) -> Result<(), String> {
        for learned in record.seeds.iter().flat_map(|seed| &seed.learned) {
            let same =
                |s: &Seed| s.learned(learned.rule, learned.patterns, learned.epochs).map(|l| l.curve.len());
            let first = record.seeds.iter().find_map(same).unwrap_or(0);
            shape::long("seeds.learned.curve", &learned.curve, first)?;
        }
        Ok(())
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let (limit, q) = (config.capacity(), config.steps.q);
        let (seeds, fibers, average) = (config.seeds.len(), config.cell.fibers, config.measure.average);
        let rule = Rule::Sgdege { q };
        let few = config.sweep.patterns.iter().copied().filter(|p| f64::from(*p) < 0.8 * limit).max();
        let error = few.map(|p| findings::mean_error(record, rule, p, config.sweep.epochs));
        let floor = config.steps.floor_hz().unwrap_or(f64::NAN);
        let answer = match (few, error) {
            (Some(p), Some(error)) => format!(
                "The cell learned {p} patterns to within {} Hz ({} Hz predicted); it could hold {} patterns.",
                fixed(error, 2),
                fixed(floor, 2),
                fixed(limit, 0)
            ),
            _ => format!("The cell could hold {} patterns.", fixed(limit, 0)),
        };
        Story {
            answer,
            small_print: vec![format!(
                "Numbers are from {seeds} seeds with {fibers} fibers and q = {q}. The error is the mean over patterns of |P − R| without \
                 perturbation, over the last {average} epochs."
            )],
            steps: texts([
                "Each pattern excites a random fifth of the fibers and has a target rate.",
                "Every epoch presents the patterns in a new random order. For each presentation the cell receives one signal: whether the \
                 error exceeded its estimate.",
                "On perturbed presentations this signal sets the sign in which the weights of the cell change. On every presentation it sets \
                 the sign in which the weights of the olive's inhibition change.",
                "The delta rule uses the signed error of the cell. It shows how much can be learned at all.",
            ]),
            sections: vec![Section::new(
                "Speed, error and capacity",
                "The panels correspond to Figure 10 of the paper. Below capacity perturbation learning ends at its floor A (1 + q) / 2, the \
                 delta rule at zero. Near capacity both need many more epochs. Above it a few patterns keep large errors while most are \
                 learned.",
                &["figure_10"],
            )],
            differences: texts([
                "The paper does not give initial weights. Here they are uniform between 0 and twice the mean that gives half the largest \
                 rate. For panel A half of them are zero; only then do falling rates have the half speed that the paper reports.",
                "The paper's results give the floor at q = 0.5 as 1.5 A. The formula gives 0.75 A, which is 1.5 Hz.",
                "The appendix compares panel A with (33). At rho = 0.2 and beta = 2 the cell follows D±, so (32) and (35) apply: 0.04 Hz per \
                 trial.",
                "The error is that without perturbation, since only this has the floor A (1 + q) / 2.",
                "The paper does not give the step of the delta rule. Here it equals that of perturbation learning.",
            ]),
            ..Story::default()
        }
    }
}
