//! The experiment `sgdege/credit`: error at convergence and speed against the number of cells and patterns,
//! for perturbation learning and its rivals; and the bicycle problem with its two solutions.

mod figures;
mod findings;
mod measure;
mod rule;

pub use measure::{Curve, Record, Rides};
pub use rule::RuleName;

use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::html::Table;
use lobule_study::report::numbers::{fixed, short};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::bicycle::Solution;
use lobule_theory::network::NetworkParameters;
use lobule_theory::rules::{
    MarrAlbusItoParameters, NodePerturbationParameters, ReinforceParameters, SgdegeParameters,
    SignedErrorOracleParameters,
};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Credit;

/// Configuration, see `credit.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    columns: Vec<usize>,
    patterns: Vec<usize>,
    rules: Vec<RuleName>,
    reference_columns: usize,
    blocks: usize,
    last_share: f64,
    network: NetworkParameters,
    trials: Trials,
    sgdege: SgdegeParameters,
    marr_albus_ito: MarrAlbusItoParameters,
    node_perturbation: NodePerturbationParameters,
    reinforce: ReinforceParameters,
    signed_error_oracle: SignedErrorOracleParameters,
    bicycle: BicycleConfig,
}

/// Lengths of runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trials {
    sgdege: u64,
    sgdege_growth: f64,
    perturbation: u64,
    perturbation_growth: f64,
    marr_albus_ito: u64,
    signed_error_oracle: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BicycleConfig {
    rides: u64,
    columns: usize,
    gain: f64,
}

static CARD: Card = Card {
    name: "sgdege/credit",
    title: "Who gets the credit: learning rules against the number of cells",
    line: "error and speed of five rules against the number of cells and patterns; the bicycle problem",
    source: super::PAPER,
    sources: &[
        "Network, perturbation learning, Marr-Albus-Ito, bicycle problem: Bouvier et al. 2018, doi:10.7554/eLife.31599",
        "Node perturbation: Werfel, Xie & Seung 2005, doi:10.1162/089976605774320539",
        "REINFORCE: Williams 1992, doi:10.1007/BF00992696",
    ],
    defaults: include_str!("credit.toml"),
    presets: &[
        Preset::new("default", "three sizes, three numbers of patterns, five seeds", ""),
        Preset::new("quick", "one seed of the small sizes", include_str!("credit.quick.toml")),
        Preset::new(
            "full",
            "every doubling to 640 cells, up to ten patterns",
            include_str!("credit.full.toml"),
        ),
    ],
    unit: "runs",
    ..Card::BLANK
};

impl Study for Credit {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        use super::need;
        need(!config.rules.is_empty(), "rules", "at least one is needed")?;
        need(config.reference_columns > 0, "reference_columns", "must be at least 1")?;
        need((10..=100_000).contains(&config.blocks), "blocks", "must lie between 10 and 100000")?;
        let share = config.last_share;
        need(share > 0.0 && share <= 1.0, "last_share", "must lie above 0 and at most at 1")?;
        let t = &config.trials;
        let rides = config.bicycle.rides;
        for (key, n) in [
            ("trials.sgdege", t.sgdege),
            ("trials.perturbation", t.perturbation),
            ("trials.marr_albus_ito", t.marr_albus_ito),
            ("trials.signed_error_oracle", t.signed_error_oracle),
            ("bicycle.rides", rides),
        ] {
            let blocks = config.blocks as u64;
            need((blocks..=100_000_000).contains(&n), key, "must lie between blocks and 100000000")?;
        }
        for (key, g) in
            [("trials.sgdege_growth", t.sgdege_growth), ("trials.perturbation_growth", t.perturbation_growth)]
        {
            need((0.0..=2.0).contains(&g), key, "must lie between 0 and 2")?;
        }
        for &columns in &config.columns {
            need((1..=4096).contains(&columns), "columns", "each must lie between 1 and 4096")?;
            rule::network(config, columns, 1).validate()?;
        }
        for &patterns in &config.patterns {
            rule::network(config, config.reference_columns, patterns).validate()?;
        }
        config.sgdege.validate()?;
        config.marr_albus_ito.validate()?;
        config.node_perturbation.validate()?;
        config.reinforce.validate()?;
        config.signed_error_oracle.validate()?;
        need(
            config.bicycle.columns.is_multiple_of(2) && config.bicycle.columns > 0,
            "bicycle.columns",
            "must be even and above 0: half of the muscles steer",
        )?;
        Ok(measure::bicycle(config).arm.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        measure::run(config, run)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let last = |rule: RuleName, columns: usize| {
            let errors: Vec<_> = record.curves(rule, columns, 1).map(|c| c.error_last).collect();
            mean(&errors)
        };
        let (small, large) = (
            config.columns.iter().copied().min().unwrap_or(config.reference_columns),
            config.columns.iter().copied().max().unwrap_or(config.reference_columns),
        );
        let steering = |s: Solution| {
            let left: Vec<_> = record.rides(s).map(|r| r.balance_last / r.balance_start).collect();
            fixed(100.0 * mean(&left), 0)
        };
        let mut table =
            Table::new(&["rule", "cells", "patterns", "error (Hz)", "presentations to half"], &[1, 2, 3, 4]);
        for (rule, columns, patterns) in record.settings() {
            let curves: Vec<_> = record.curves(rule, columns, patterns).collect();
            let error = mean(&curves.iter().map(|c| c.error_last).collect::<Vec<_>>());
            let half = curves.iter().map(|c| c.half.map(|h| h as f64)).collect::<Option<Vec<_>>>();
            table.rows.push(vec![
                rule.label().into(),
                columns.to_string(),
                patterns.to_string(),
                fixed(error, 2),
                half.map_or("not reached".into(), |h| short(mean(&h))),
            ]);
        }
        Story {
            answer: format!(
                "With {small} nuclear cells perturbation learning ends at {} Hz, with {large} at {}. When a fall is felt in another region \
                 than the one that steers, {} % of the error of steering is left where outputs converge, {} % where errors are broadcast, {} % \
                 where each region keeps to itself.",
                fixed(last(RuleName::Sgdege, small), 2),
                fixed(last(RuleName::Sgdege, large), 2),
                steering(Solution::OutputConvergence),
                steering(Solution::ErrorBroadcast),
                steering(Solution::Separate),
            ),
            small_print: vec![format!("Means over {} seeds.", config.seeds.len())],
            steps: vec![
                "All rules learn on the same network, wiring, patterns and targets; they differ in what they perturb and what they are told.".into(),
                "The error at convergence is that of the end of the run; the speed is the number of presentations of each pattern after which \
                 the error is half of that before learning."
                    .into(),
                "In the bicycle problem two regions make one movement: the arm region moves hand and steering, the vestibular region alone \
                 hears how far steering is off."
                    .into(),
            ],
            sections: vec![
                Section::new("Learning curves", "One pattern, the paper's size.", &["curves"]),
                Section {
                    html: table.html(),
                    ..Section::new(
                        "Number of cells and patterns",
                        "Perturbing few cells and hearing one bit costs trials; perturbing all and hearing a number costs them in \
                         proportion to the cells. A rule that is told each cell's error, which no climbing fiber could be, does not depend on either.",
                        &["cells", "patterns"],
                    )
                },
                Section::new(
                    "The bicycle problem",
                    "A fall is felt by the vestibular region, but the arms steer. The paper proposes that outputs of regions converge, or \
                     that errors are broadcast.",
                    &["bicycle"],
                ),
            ],
            differences: vec![
                "The paper does not scale its network. Fibers per nuclear cell are kept here, steps are scaled with size as the \
                 configuration says. The step of the inhibition is kept: all perturbed cells move the error together by rho times one \
                 step of a cell over the bins, whatever the size, and by our reading an inhibition that cannot outrun this lets the error \
                 run away. Slow inhibition is the rule with a step in proportion to a single perturbation."
                    .into(),
                "The paper gives the bicycle problem in words; model and sizes are ours.".into(),
            ], ..Story::default() }
    }
}
