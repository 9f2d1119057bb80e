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
        let (sweep, scan, long, m) = (&config.sweep, &config.scan, &config.long, &config.measure);
        let q_below_1 = |table: &str, q: f64| {
            let allowed = "0 to 1 is allowed, without 1, where learning diverges";
            Check::of(table).that("q", q, (0.0..1.0).contains(&q), allowed).map(drop)
        };
        let check = Check::of("measure");
        check.that("average", m.average, m.average >= 1, "at least 1 is needed")?;
        check.that("snapshot", m.snapshot, m.snapshot >= 1, "at least 1 is needed")?;
        Check::of("sweep").some("patterns", &sweep.patterns)?;
        for (table, patterns, epochs) in [
            ("sweep", &sweep.patterns, sweep.epochs),
            ("scan", &scan.patterns, scan.epochs),
            ("long", &long.patterns, long.epochs),
        ] {
            let (is_long, least) = (epochs >= m.average, "at least measure.average is needed");
            let check = Check::of(table);
            check.all_within("patterns", patterns, 1..=100_000)?.that("epochs", epochs, is_long, least)?;
        }
        scan.q.iter().try_for_each(|q| q_below_1("scan", *q))?;
        long.q.iter().try_for_each(|q| q_below_1("long", *q))?;
        q_below_1("steps", config.steps.q)?;
        let (s, tail) = (&config.single, "at least 1000 are needed: the last 500 give the end");
        Check::of("single")
            .that("runs", s.runs, s.runs >= 1, "at least 1 is needed")?
            .that("epochs", s.epochs, s.epochs > s.settle, "more than single.settle are needed")?
            .that("epochs", s.epochs, s.epochs >= 1000, tail)?
            .above("stop_hz", s.stop_hz, 0.0)?
            .above("begin_hz", s.begin_hz, s.stop_hz)?;
        for p in &config.states.patterns {
            let is_run = sweep.patterns.contains(p);
            Check::of("states").that("patterns", p, is_run, "only numbers in sweep.patterns are allowed")?;
        }
        let step = config.delta.step;
        let allowed = "above 0 and below 2 is allowed: more overshoots by more than the error";
        Check::of("delta").that("step", step, step > 0.0 && step < 2.0, allowed).map(drop)
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
