//! The experiment `sgdege/rules`: the plasticity that perturbation learning predicts for one
//! parallel-fiber synapse under four pairings, beside what was measured (Figures 3 and 6, Table 1).

mod figures;

use lobule_study::Error;
use lobule_study::report::html::Table;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding, Judge};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::plasticity::{DIFFERENCES, Protocol, SIX_STIMULI};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Rules;

/// Configuration, see `rules.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    alpha_w: f64,
}

/// The weight after one pairing, for each protocol of the table in its order; the weight before was 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    weight_after: Vec<f64>,
    /// The same without the granule burst.
    without_granule: Vec<f64>,
}

static CARD: Card = Card {
    name: "sgdege/rules",
    title: "Four plasticity rules: predicted signs, measured changes",
    line: "signs of plasticity under four pairings beside the slice experiment (Fig. 3, Table 1)",
    source: super::PAPER,
    sources: &["Rule and measurements: Bouvier et al. 2018, doi:10.7554/eLife.31599, equation (9), Table 1"],
    defaults: include_str!("rules.toml"),
    presets: &[
        Preset::new("default", "one synapse, four pairings", ""),
        Preset { name: "quick", line: "the same on one seed", toml: "seeds = [0]\n" },
        Preset::new("full", "the same as default", ""),
    ],
    unit: "pairings",
    ..Card::BLANK
};

fn sign(change: f64) -> f64 {
    if change == 0.0 { 0.0 } else { change.signum() }
}

impl Study for Rules {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        super::need(
            config.alpha_w > 0.0 && config.alpha_w < 1.0,
            "alpha_w",
            "must lie between 0 and 1: the weight begins at 1",
        )
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(Protocol::ALL.len() as u64);
        let after = |input| {
            let change = |p: &Protocol| {
                lobule_theory::plasticity::weight_change(
                    config.alpha_w,
                    p.is_perturbed,
                    p.is_error_spike,
                    input,
                )
            };
            Protocol::ALL.iter().map(|p| 1.0 + change(p)).collect()
        };
        let record = Record { weight_after: after(1.0), without_granule: after(0.0) };
        run.progress.done(Protocol::ALL.len() as u64);
        Ok(record)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let each_seed = |v: f64| vec![v; config.seeds.len()];
        let mut found = Vec::new();
        for ((protocol, after), expected) in
            Protocol::ALL.iter().zip(&record.weight_after).zip([1.0, -1.0, 0.0, 0.0])
        {
            found.push(Finding::seven(
                format!("sign/{}", protocol.name),
                "Sign of the change that rule (9) gives under this pairing.",
                each_seed(sign(after - 1.0)),
                "1",
                [Some(expected), Some(expected)],
                Judge::Each,
                "Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 3",
            ));
        }
        let moved = record.without_granule.iter().filter(|w| **w != 1.0).count();
        found.push(Finding::seven(
            "changes_without_granule_burst",
            "Pairings that change the weight of a fiber that was silent.",
            each_seed(moved as f64),
            "1",
            [Some(0.0), Some(0.0)],
            Judge::Each,
            "Bouvier et al. 2018, doi:10.7554/eLife.31599, equation (9)",
        ));
        let agree = Protocol::ALL
            .iter()
            .zip(&record.weight_after)
            .filter(|(p, after)| f64::from(p.measured.sign(1.0)) == sign(**after - 1.0))
            .count();
        found.push(Finding::seven(
            "measured_signs_that_agree",
            "Pairings whose measured 95 % interval of after/before lies on the side of 1 that the rule says, or holds 1 where it says 0.",
            each_seed(agree as f64),
            "of 4",
            [Some(4.0), Some(4.0)],
            Judge::Each,
            "Bouvier et al. 2018, doi:10.7554/eLife.31599, Table 1",
        ));
        found
    }

    fn figures(&self, _: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(record)
    }

    fn story(&self, _: &Config, record: &Record) -> Story {
        let signs: Vec<String> = Protocol::ALL
            .iter()
            .zip(&record.weight_after)
            .map(|(p, w)| {
                let word = match sign(w - 1.0) {
                    s if s > 0.0 => "potentiation",
                    s if s < 0.0 => "depression",
                    _ => "no change",
                };
                format!("{} {word}", p.name)
            })
            .collect();
        let mut text = Section::new(
            "Predicted signs and measured changes",
            "A perturbation spike with the granule burst potentiates unless an error spike follows, which makes \
             it a depression; without a perturbation nothing changes. The interval of every pairing agrees with its sign.",
            &["rules"],
        );
        text.html = table();
        Story {
            answer: format!("The rule gives: {}.", signs.join(", ")),
            small_print: vec![
                "Signs only: how much a weight changes is a free step of the model, and nothing is fitted to the slices.".into(),
            ],
            steps: vec![
                "G: a burst of the granule cells, 5 stimuli at 200 Hz.".into(),
                "P: a perturbation spike, 2 stimuli at 400 Hz to the climbing fiber 11 to 15 ms after the burst began (about 500 ms in G__).".into(),
                "E: an error spike, 4 stimuli at 400 Hz after 100 to 115 ms.".into(),
                "300 pairings, one every 2 s; the response after, divided by that before.".into(),
            ],
            sections: vec![text],
            differences: vec![
                "Table 1 prints 0.01 for G__ − G_E, though its means are 0.97 and 0.98; the figure shows what is printed. Neither differs from 0.".into(),
            ], ..Story::default() }
    }
}

/// Table 1 as HTML.
fn table() -> String {
    let mut table = Table::new(&["group", "mean", "95 % interval", "cells", "p"], &[1, 2, 3, 4]);
    let interval = |(low, high): (f64, f64)| format!("{} to {}", fixed(low, 2), fixed(high, 2));
    for p in &Protocol::ALL {
        let cells = p.measured.n.map(|n| n.to_string()).unwrap_or_default();
        let row = [
            p.name.into(),
            fixed(p.measured.mean, 2),
            interval(p.measured.interval),
            cells,
            p.measured.p.to_string(),
        ];
        table.rows.push(row.to_vec());
    }
    let (mean, _, six) = SIX_STIMULI;
    table.rows.push(vec![
        "six climbing-fiber stimuli with G".into(),
        fixed(mean, 2),
        interval(six),
        String::new(),
        String::new(),
    ]);
    for (one, other, d) in &DIFFERENCES {
        let name = format!("{one} − {other}");
        table.rows.push(vec![name, fixed(d.mean, 2), interval(d.interval), String::new(), d.p.to_string()]);
    }
    table.html()
}
