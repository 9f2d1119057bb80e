//! The experiment `sgdege/tracking`: the inhibition of the olive follows the mean error of a cell
//! whose rate is held constant, so that error spikes come to mean "worse than usual" (Figure 7).
//!
//! The figure of the paper is a cartoon; here the reduced single-cell model with dP = 0 draws it.

mod figures;

use lobule_analysis::mean;
use lobule_study::prelude::*;
use lobule_theory::single_cell::{
    SingleCell as Model, SingleCellParameters as Parameters, SingleCellState as State,
};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Tracking;

/// Configuration, see `tracking.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    start_p_hz: f64,
    start_j_hz: f64,
    trials: u64,
    settle: u64,
    model: Parameters,
}

/// One trial as it is drawn.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Bar {
    error_hz: f64,
    estimate_hz: f64,
    is_perturbed: bool,
    is_error_spike: bool,
}

/// Distances and error spikes of all seeds, and the trials that are drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Mean distance of the unperturbed estimate from the unperturbed error after settling, by seed, Hz.
    mean_off_hz: Vec<f64>,
    /// The largest such distance.
    largest_off_hz: Vec<f64>,
    /// Fraction of perturbed trials with an error spike, after settling.
    spikes_perturbed: Vec<f64>,
    /// Fraction of unperturbed trials with an error spike, after settling.
    spikes_unperturbed: Vec<f64>,
    /// Every trial of the first seed until shortly after settling.
    bars: Vec<Bar>,
}

/// Trials of a panel of the figure.
const SHOWN: u64 = 60;

const CHECK: Source = Source::measured(
    "numerical check of the equations in numpy: 1.3 Hz in the mean, 6.8 Hz at most; the bounds, one step dJ and the perturbation A, \
     were set with it (Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 7 and Appendix 1)",
);
const COMPARISON: Source = Source::reported("reported for comparison");

static CARD: Card = Card {
    name: "sgdege/tracking",
    title: "The olive's inhibition tracks the mean error",
    line: "Can adaptive inhibition of the inferior olive cancel the mean error? (Fig. 7)",
    source: super::PAPER,
    sources: &[
        "Model: Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 7 and Appendix 1, (19)-(26) with dP = 0",
    ],
    defaults: include_str!("tracking.toml"),
    presets: &[
        Preset::new("default", "3000 trials", ""),
        Preset::new("quick", "one seed", "seeds = [0]\n"),
        Preset::new("full", "100 000 trials", "trials = 100000\n"),
    ],
    unit: "seeds",
    grounds: &[CHECK],
    ..Card::BLANK
};

/// The record of one seed.
struct SeedResult {
    mean_off_hz: f64,
    largest_off_hz: f64,
    /// Fraction of trials with an error spike: unperturbed, perturbed.
    spikes: [f64; 2],
    bars: Vec<Bar>,
}

fn track(config: &Config, seed: u64) -> Result<SeedResult, Error> {
    let model = Model::new(config.model, seed)?;
    let mut state = State::at(config.start_p_hz, config.start_j_hz);
    let (mut off, mut largest, mut bars) = (0.0, 0.0f64, Vec::new());
    // Trials and error spikes after settling: unperturbed, perturbed.
    let mut counts = [[0u64; 2]; 2];
    while state.trial < config.trials {
        let trial = model.step(&mut state);
        if state.trial <= config.settle + SHOWN {
            bars.push(Bar {
                error_hz: trial.error_hz,
                estimate_hz: trial.estimate_hz,
                is_perturbed: trial.is_perturbed,
                is_error_spike: trial.is_error_spike,
            });
        }
        if state.trial > config.settle {
            let error = (state.p_hz - config.model.target_hz).abs();
            let distance = ((state.j_hz - config.model.q * state.p_hz).max(0.0) - error).abs();
            off += distance;
            largest = largest.max(distance);
            let [trials, spikes] = &mut counts[usize::from(trial.is_perturbed)];
            *trials += 1;
            *spikes += u64::from(trial.is_error_spike);
        }
    }
    Ok(SeedResult {
        mean_off_hz: off / (config.trials - config.settle) as f64,
        largest_off_hz: largest,
        // 0 where there was no such trial.
        spikes: counts.map(|[trials, spikes]| spikes as f64 / trials.max(1) as f64),
        bars,
    })
}

impl Study for Tracking {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        let measured = format!("more than `settle` = {} by 60 is needed: they are drawn", config.settle);
        let drawn = "60 or more is needed: the figure shows the first 60 trials";
        Check::of("")
            .that("trials", config.trials, config.trials >= config.settle + SHOWN, &measured)?
            .that("settle", config.settle, config.settle >= SHOWN, drawn)?
            .at_least("start_p_hz", config.start_p_hz, 0.0)?
            .at_least("start_j_hz", config.start_j_hz, 0.0)?;
        Ok(config.model.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(config.seeds.len() as u64);
        let seeds = run.each(&config.seeds, |&seed| track(config, seed).inspect(|_| run.progress.done(1)))?;
        let of = |value: fn(&SeedResult) -> f64| seeds.iter().map(value).collect();
        Ok(Record {
            mean_off_hz: of(|s| s.mean_off_hz),
            largest_off_hz: of(|s| s.largest_off_hz),
            spikes_unperturbed: of(|s| s.spikes[0]),
            spikes_perturbed: of(|s| s.spikes[1]),
            bars: seeds.into_iter().next().map(|s| s.bars).unwrap_or_default(),
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        vec![
            Finding::new(
                "mean_distance_hz",
                "Mean distance between estimate and error after settling, both without perturbation; expected below one step dJ.",
                record.mean_off_hz.clone(),
            )
            .unit("Hz")
            .each(..=config.model.step_j_hz, &CHECK),
            Finding::new(
                "largest_distance_hz",
                "Largest such distance; expected below the perturbation A.",
                record.largest_off_hz.clone(),
            )
            .unit("Hz")
            .each(..=config.model.perturbation_hz, &CHECK),
            Finding::new(
                "error_spikes_perturbed",
                "Fraction of perturbed trials with an error spike. The perturbation reduces the error of this cell.",
                record.spikes_perturbed.clone(),
            )
            .beside(&COMPARISON),
            Finding::new(
                "error_spikes_unperturbed",
                "Fraction of unperturbed trials with an error spike.",
                record.spikes_unperturbed.clone(),
            )
            .beside(&COMPARISON),
        ]
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let percent = |fraction: &[f64]| fixed(100.0 * mean(fraction), 0);
        Story {
            answer: format!(
                "The estimate stayed within {} Hz of the error on average. An error spike followed {} % of the perturbed trials and {} % \
                 of the others.",
                fixed(mean(&record.mean_off_hz), 1),
                percent(&record.spikes_perturbed),
                percent(&record.spikes_unperturbed)
            ),
            small_print: vec![format!(
                "Numbers are means over {} seeds after the first {} trials. The cell was held at {} Hz, below its target of {} Hz, so a \
                 perturbation reduces the error.",
                config.seeds.len(),
                config.settle,
                config.start_p_hz,
                config.model.target_hz
            )],
            steps: [
                "On each trial the movement has an error E. On one trial in five a perturbation changes it.",
                "The olive is inhibited by an estimate I of the error. When E exceeds I, the olive fires an error spike and the inhibition \
                 grows by dJ. Otherwise it is silent and the inhibition shrinks by dJ.",
                "The inhibition therefore settles at the mean error, where trials with and without error spikes balance. From then on a \
                 spike signals that this trial was worse than usual.",
            ]
            .map(String::from)
            .into(),
            sections: vec![Section::new(
                "From the first trial, and once settled",
                "Each bar is the error of one movement, orange when the movement was perturbed. The green line is the inhibition. Black \
                 marks below the bars are error spikes.",
                &["tracking"],
            )],
            differences: vec![
                "The paper's figure is a cartoon without numbers. Here the single-cell model of its Figure 9 E with dP = 0 draws it.".into(),
            ],
            ..Story::default()
        }
    }
}
