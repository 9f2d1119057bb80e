//! The experiment `sgdege/marr_albus_ito`: the consensus rule under a global error, as in the paper's Figure 2.

mod figures;

use super::cells::{correlation, mean_rate_error};
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding, Judge};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::learner::Learner;
use lobule_theory::network::{Network, NetworkParameters};
use lobule_theory::rules::{ErrorKind, MarrAlbusIto as Rule, MarrAlbusItoParameters};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct MarrAlbusIto;

/// Configuration, see `marr_albus_ito.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    trials: usize,
    last: usize,
    signed_means_hz: Vec<f64>,
    unsigned_mean_hz: f64,
    network: NetworkParameters,
    rule: MarrAlbusItoParameters,
}

/// One run under one error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    mean_target_hz: f64,
    /// Mean R - PN of each trial, Hz.
    signed_error: Vec<f64>,
    /// Mean |PN - R| of each trial, Hz.
    error: Vec<f64>,
    /// Mean rate of projection neurons after learning, Hz.
    mean_rate: f64,
    /// Rates after learning, `[L][T]`, Hz.
    rates: Vec<f64>,
    /// Targets, `[L][T]`, Hz.
    targets: Vec<f64>,
    correlation: Option<f64>,
    mean_rate_error: f64,
}

/// Runs of one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeedRecord {
    signed: Vec<Course>,
    unsigned: Course,
}

/// Runs of all seeds, in their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    seeds: Vec<SeedRecord>,
}

static CARD: Card = Card {
    name: "sgdege/marr_albus_ito",
    title: "What a global error can teach under the Marr-Albus-Ito rule",
    line: "the consensus rule under one signed or unsigned error (Fig. 2)",
    source: super::PAPER,
    sources: &[
        "Network and rule: Bouvier et al. 2018, doi:10.7554/eLife.31599, equations (2), (3), (7), (14), (15), Table 2",
    ],
    defaults: include_str!("marr_albus_ito.toml"),
    presets: &[
        Preset::new("default", "five seeds", ""),
        Preset::new("quick", "one seed", include_str!("marr_albus_ito.quick.toml")),
        Preset::new("full", "20 seeds", include_str!("marr_albus_ito.full.toml")),
    ],
    unit: "runs",
    ..Card::BLANK
};

fn course(config: &Config, seed: u64, kind: ErrorKind, mean_target_hz: f64) -> Result<Course, Error> {
    let parameters = NetworkParameters { rate_target: mean_target_hz, ..config.network.clone() };
    let rule = Rule::new(kind, &config.rule)?;
    let mut learner = Learner::new(Network::new(&parameters, seed)?, Box::new(rule));
    let trials = (0..config.trials).map(|_| learner.step()).collect::<Result<Vec<_>, _>>()?;
    let after = learner.at_rest(0)?;
    Ok(Course {
        mean_target_hz,
        signed_error: trials.iter().map(|t| t.signed_error).collect(),
        error: trials.iter().map(|t| t.error).collect(),
        mean_rate: mean(&after.projection),
        correlation: correlation(&after.projection, &after.target),
        mean_rate_error: mean_rate_error(&after.projection, &after.target, parameters.bins),
        rates: after.projection,
        targets: after.target,
    })
}

impl Course {
    fn last(&self, n: usize) -> (&[f64], &[f64]) {
        let from = self.error.len().saturating_sub(n);
        (&self.signed_error[from..], &self.error[from..])
    }

    fn largest_signed(&self, n: usize) -> f64 {
        self.last(n).0.iter().fold(0.0, |m, e| e.abs().max(m))
    }
}

impl Record {
    fn by_seed(&self, value: impl Fn(&SeedRecord) -> f64) -> Vec<f64> {
        self.seeds.iter().map(value).collect()
    }
}

/// The run whose targets have the mean rate that cells have before learning: the paper's panel C.
fn plain<'a>(config: &Config, record: &'a SeedRecord) -> &'a Course {
    let distance = |c: &Course| (c.mean_target_hz - config.network.rate_pn).abs();
    record
        .signed
        .iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .expect("the configuration has at least one mean")
}

impl Study for MarrAlbusIto {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        use super::need;
        need((1..=1_000_000).contains(&config.trials), "trials", "must lie between 1 and 1000000")?;
        need((1..=config.trials).contains(&config.last), "last", "must lie between 1 and trials")?;
        need(!config.signed_means_hz.is_empty(), "signed_means_hz", "at least one is needed")?;
        need(config.network.patterns == 1, "network.patterns", "must be 1: one error is drawn by trial")?;
        for &rate_target in config.signed_means_hz.iter().chain([&config.unsigned_mean_hz]) {
            NetworkParameters { rate_target, ..config.network.clone() }.validate()?;
        }
        Ok(config.rule.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(config.seeds.len() as u64 * (config.signed_means_hz.len() as u64 + 1));
        let seeds = run.each(&config.seeds, |&seed| {
            let made = |kind, mean| course(config, seed, kind, mean).inspect(|_| run.progress.done(1));
            let signed = config.signed_means_hz.iter().map(|&m| made(ErrorKind::Signed, m));
            Ok(SeedRecord {
                signed: signed.collect::<Result<_, _>>()?,
                unsigned: made(ErrorKind::Unsigned, config.unsigned_mean_hz)?,
            })
        })?;
        Ok(Record { seeds })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let source = |panel: &str| format!("Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure {panel}");
        let mut found = Vec::new();
        for (k, target) in config.signed_means_hz.iter().enumerate() {
            found.push(Finding::seven(
                format!("signed_error_left/{target}"),
                "Largest |mean R − PN| of the last trials under the signed error, at this mean target; every seed counts.",
                record.by_seed(|s| s.signed[k].largest_signed(config.last)),
                "Hz",
                [None, Some(0.7)],
                Judge::Each,
                &source("2B"),
            ));
        }
        found.push(Finding::seven(
            "unsigned_error_growth",
            "Mean unsigned error of the last trials over that of the first; every seed counts.",
            record.by_seed(|s| mean(s.unsigned.last(config.last).1) / s.unsigned.error[0]),
            "1",
            [Some(1.5), Some(2.1)],
            Judge::Each,
            &source("2B"),
        ));
        found.push(Finding::seven(
            "unsigned_mean_rate",
            "Mean rate of projection neurons after learning under the unsigned error: Purkinje cells are silent; every seed counts.",
            record.by_seed(|s| s.unsigned.mean_rate),
            "Hz",
            [Some(59.9), Some(60.1)],
            Judge::Each,
            "2 rate_pn, the drive of mossy fibers alone; Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 2B",
        ));
        found.push(Finding::seven(
            "rate_target_correlation",
            "|Correlation| of rates and targets after learning under the signed error, cells and bins; every seed counts.",
            record.by_seed(|s| plain(config, s).correlation.unwrap_or(0.0).abs()),
            "1",
            [None, Some(0.15)],
            Judge::Each,
            &source("2C"),
        ));
        found.push(Finding::seven(
            "cell_mean_rate_error",
            "Mean over cells of |mean rate − mean target| after learning under the signed error; every seed counts.",
            record.by_seed(|s| plain(config, s).mean_rate_error),
            "Hz",
            [Some(3.0), None],
            Judge::Each,
            &source("2C"),
        ));
        found
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let mean_of = |f: &dyn Fn(&SeedRecord) -> f64| mean(&record.by_seed(f));
        let signed = mean_of(&|s| mean(plain(config, s).last(config.last).0).abs());
        let left = mean_of(&|s| mean(plain(config, s).last(config.last).1));
        let (first, last) =
            (mean_of(&|s| s.unsigned.error[0]), mean_of(&|s| mean(s.unsigned.last(config.last).1)));
        Story {
            answer: format!(
                "Under a signed global error the mean rate is learned to {} Hz, but single cells stay {} Hz away from their targets; \
                 under an unsigned error the error grows from {} to {} Hz.",
                fixed(signed, 2),
                fixed(left, 1),
                fixed(first, 1),
                fixed(last, 1)
            ),
            small_print: vec![format!(
                "Targets of {} Hz in the mean; means over {} seeds and the last {} of {} trials.",
                fixed(config.unsigned_mean_hz, 0),
                config.seeds.len(),
                config.last,
                config.trials
            )],
            steps: vec![
                "Mossy fibers drive Purkinje cells and the nuclei; Purkinje cells inhibit the nuclei. A movement is the rates of the \
                 nuclear cells in ten time bins, compared with a random target."
                    .into(),
                "After a movement with a positive error every active fiber is depressed on every Purkinje cell; after one without, all \
                 weights drift up."
                    .into(),
            ],
            sections: vec![Section::new(
                "Learning",
                "As the paper's Figure 2 B and C: the rule brings the mean of all cells to its target, because one number is what \
                 it is told. It cannot tell which cell was wrong. Without the sign every movement is an error.",
                &["figure_2"],
            )],
            differences: vec![
                "The paper does not say how many patterns and trials it used: one pattern, 1000 trials.".into(),
                "Its Methods let all weights drift up without an error, its Results only those of active fibers: the Methods are followed.".into(),
            ], ..Story::default() }
    }
}
