//! The experiment `sgdege/network`: perturbation learning of two interleaved movements, as in the
//! paper's Figure 8, and what ±10 % of its parameters change.

mod figures;
mod findings;
mod measure;

use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use lobule_theory::network::NetworkParameters;
use lobule_theory::rules::SgdegeParameters;
use measure::{PatternRecord, Record};
use serde::{Deserialize, Serialize};

const FULL: &str = include_str!("network.full.toml");

/// The experiment `sgdege/network`.
#[derive(Debug, Clone, Copy)]
pub struct Network;

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

impl Study for Network {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "sgdege/network",
        title: "Learning from one global error by perturbations",
        line: "Can 400 Purkinje cells learn two movements from one global error? Sensitivity to parameters (Fig. 8)",
        source: super::PAPER,
        sources: &[
            "Network and rule: Bouvier et al. 2018, doi:10.7554/eLife.31599, equations (2)-(10), Table 2",
        ],
        defaults: include_str!("network.toml"),
        presets: &[
            Preset::new("default", "five seeds, sensitivity to four parameters", ""),
            Preset::new("quick", "one seed, no sensitivity", include_str!("network.quick.toml")),
            Preset::new("full", "20 seeds, sensitivity to four parameters", FULL),
        ],
        unit: "runs",
        grounds: findings::GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let (n, share) = (config.trials_per_pattern, config.sensitivity_share);
        let (is_share, shares) =
            (share > 0.0 && share < 1.0, "a number between 0 and 1, both excluded, is needed");
        Check::of("")
            .within("trials_per_pattern", n, 10..=10_000_000)?
            .within("last", config.last, 1..=n)?
            .within("block", config.block, 1..=n)?
            .within("early", config.early, 1..=n)?
            .that("sensitivity_share", share, is_share, shares)?;
        let is_probability = !config.sensitivity || config.rule.rho * (1.0 + share) <= 1.0;
        let allowed = "with sensitivity_share added it must stay a probability: lower one of them";
        Check::of("rule").that("rho", config.rule.rho, is_probability, allowed)?;
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
        if record.seeds.is_empty() {
            return Ok(Vec::new());
        }
        let mut figures = vec![figures::figure_8(config, record)?, figures::movements(config, record)?];
        if !record.variants.is_empty() {
            figures.push(figures::sensitivity(record)?);
        }
        Ok(figures)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let over =
            |f: fn(&PatternRecord) -> f64| mean_of(record.seeds.iter().flat_map(|s| &s.patterns).map(f));
        let p = &config.network;
        let mut sections = vec![
            Section::new(
                "Learning",
                "The panels correspond to Figure 8 of the paper: error E and inhibition I of the olive (A), their first meeting (B), rates                  against targets before (C) and after learning (D). The network learns nothing before I has met E, because until then                  either every movement or none triggers an error spike.",
                &["figure_8"],
            ),
            Section::new(
                "The movements themselves",
                "The panels show rates of single nuclear cells over the bins of a movement. No cell receives its own error. Rates stay away                  from their targets where they were zero from the start, since a perturbation cannot lower them further. They also stay                  away where the mossy-fiber drive is below the target, since silencing Purkinje cells does not suffice.",
                &["movements"],
            ),
        ];
        if !record.variants.is_empty() {
            sections.push(Section::new(
                "Sensitivity",
                format!(
                    "One parameter at a time was changed by {} %. The figure shows the final error relative to the unchanged network.",
                    fixed(100.0 * config.sensitivity_share, 0)
                ),
                &["sensitivity"],
            ));
        }
        Story {
            answer: format!(
                "From one global error {} Purkinje cells learned {} movements: the error fell from {} to {} Hz.",
                p.rows * p.columns,
                p.patterns,
                fixed(over(|r| r.error_start), 1),
                fixed(over(|r| r.error_last), 2),
            ),
            small_print: vec![format!(
                "Numbers are means over {} seeds and all movements. The final error is that of the last {} of {} presentations of each                  movement; in the paper's run it was 1.4 Hz.",
                config.seeds.len(),
                thousands(config.last as u64),
                thousands(config.trials_per_pattern as u64)
            )],
            steps: texts([
                "A movement consists of the rates of the nuclear cells in the time bins. Its error E is their mean distance from the targets.",
                "Now and then a climbing fiber fires spontaneously. The spike perturbs its column in one bin, and thereby the movement.",
                "Nucleo-olivary cells inhibit the olive by I, which follows E. Complex spikes then signal whether the error was larger than \
                 usual.",
                "If it was, the synapses that were active together with the perturbation are depressed. Otherwise they are potentiated.",
            ]),
            sections,
            differences: texts([
                "The trial axis of Figure 8 counts presentations of each movement, not of all. Only then is the paper's final error reached.",
                "Weights of one fiber onto projection and nucleo-olivary neurons share one random column, as the text says.",
                "A trial with E = I gives no error spike; the paper does not define this case.",
            ]),
            ..Story::default()
        }
    }
}
