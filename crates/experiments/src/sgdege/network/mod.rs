//! The experiment `sgdege/network`: perturbation learning of two interleaved movements, as in the
//! paper's Figure 8, and what ±10 % of its parameters change.

mod figures;
mod findings;
mod measure;

pub use measure::{PatternRecord, Record, SeedRecord, Variant};

use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::numbers::{fixed, thousands};
use lobule_study::report::{Figure, Finding};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::network::NetworkParameters;
use lobule_theory::rules::SgdegeParameters;
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Network;

/// Configuration, see `network.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    trials_per_pattern: usize,
    last: usize,
    block: usize,
    early: usize,
    sensitivity: bool,
    sensitivity_share: f64,
    network: NetworkParameters,
    rule: SgdegeParameters,
}

static CARD: Card = Card {
    name: "sgdege/network",
    title: "Learning from one global error by perturbations",
    line: "perturbation learning of two movements by 400 Purkinje cells; sensitivity (Fig. 8)",
    source: super::PAPER,
    sources: &["Network and rule: Bouvier et al. 2018, doi:10.7554/eLife.31599, equations (2)-(10), Table 2"],
    defaults: include_str!("network.toml"),
    presets: &[
        Preset::new("default", "five seeds, sensitivity to four parameters", ""),
        Preset::new("quick", "one seed, no sensitivity", include_str!("network.quick.toml")),
        Preset::new("full", "20 seeds, sensitivity to four parameters", include_str!("network.full.toml")),
    ],
    unit: "runs",
    ..Card::BLANK
};

impl Study for Network {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        use super::need;
        let n = config.trials_per_pattern;
        need((10..=10_000_000).contains(&n), "trials_per_pattern", "must lie between 10 and 10000000")?;
        need((1..=n).contains(&config.last), "last", "must lie between 1 and trials_per_pattern")?;
        need((1..=n).contains(&config.block), "block", "must lie between 1 and trials_per_pattern")?;
        need((1..=n).contains(&config.early), "early", "must lie between 1 and trials_per_pattern")?;
        let share = config.sensitivity_share;
        need(share > 0.0 && share < 1.0, "sensitivity_share", "must lie between 0 and 1, both excluded")?;
        need(
            !config.sensitivity || config.rule.rho * (1.0 + share) <= 1.0,
            "rule.rho",
            "must stay a probability when it is raised by sensitivity_share",
        )?;
        config.network.validate()?;
        Ok(config.rule.validate()?)
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
        let patterns = || record.seeds.iter().flat_map(|s| &s.patterns);
        let over = |f: fn(&PatternRecord) -> f64| mean(&patterns().map(f).collect::<Vec<_>>());
        let p = &config.network;
        let mut sections = vec![
            Section::new(
                "Learning",
                "As the paper's Figure 8: error E and inhibition I of the olive (A), the first meeting of the two (B), rates against \
                 targets before (C) and after learning (D). Nothing is learned before I has met E: until then every movement \
                 is an error, or none is.",
                &["figure_8"],
            ),
            Section::new(
                "The movements themselves",
                "Rates of single nuclear cells over the bins of a movement. No cell is ever told its own error. Two kinds of \
                 places stay away from their targets: those silent from the start, which a perturbation cannot lower further, and \
                 those whose mossy drive is below the target, where silent Purkinje cells do not help.",
                &["movements"],
            ),
        ];
        if !record.variants.is_empty() {
            sections.push(Section::new(
                "Sensitivity",
                format!(
                    "One parameter at a time changed by {} %: the final error over that of the unchanged network.",
                    fixed(100.0 * config.sensitivity_share, 0)
                ),
                &["sensitivity"],
            ));
        }
        Story {
            answer: format!(
                "From one global error {} Purkinje cells learn {} movements: the error falls from {} to {} Hz.",
                p.rows * p.columns,
                p.patterns,
                fixed(over(|r| r.error_start), 1),
                fixed(over(|r| r.error_last), 2),
            ),
            small_print: vec![format!(
                "Means over {} seeds and all movements; final: the last {} of {} presentations of each movement. The paper's run: 1.4 Hz.",
                config.seeds.len(),
                thousands(config.last as u64),
                thousands(config.trials_per_pattern as u64)
            )],
            steps: vec![
                "A movement is the rates of the nuclear cells in the time bins. Its error E is the mean distance from the targets.".into(),
                "Now and then a climbing fiber fires by itself and perturbs its column in one bin, and with it the movement.".into(),
                "Nucleo-olivary cells inhibit the olive by I, which follows E: complex spikes then say whether the error was larger \
                 than usual."
                    .into(),
                "If it was, the synapses active together with the perturbation are depressed, else they are potentiated.".into(),
            ],
            sections,
            differences: vec![
                "The trial axis of Figure 8 counts presentations of each movement, not of all: only so its final error is reached.".into(),
                "Weights of one fiber onto projection and nucleo-olivary neurons share one random column, as the text says.".into(),
                "E = I, which the paper leaves open, gives no error spike.".into(),
            ], ..Story::default() }
    }
}
