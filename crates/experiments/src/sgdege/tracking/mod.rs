//! The experiment `sgdege/tracking`: the inhibition of the olive follows the mean error of a cell
//! that is held still, so that error spikes come to mean "worse than usual" (Figure 7).
//!
//! The figure of the paper is a cartoon; here the reduced single-cell model with dP = 0 draws it.

mod figures;

use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::numbers::fixed;
use lobule_study::report::{Figure, Finding, Judge};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use lobule_theory::single_cell::{Model, Parameters, State};
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

/// What one seed measured.
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

static CARD: Card = Card {
    name: "sgdege/tracking",
    title: "The olive's inhibition tracks the mean error",
    line: "adaptive cancellation of the mean error at the inferior olive (Fig. 7)",
    source: super::PAPER,
    sources: &[
        "Model: Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 7 and Appendix 1, (19)-(26) with dP = 0",
    ],
    defaults: include_str!("tracking.toml"),
    presets: &[
        Preset::new("default", "3000 trials", ""),
        Preset { name: "quick", line: "one seed", toml: "seeds = [0]\n" },
        Preset { name: "full", line: "100 000 trials", toml: "trials = 100000\n" },
    ],
    unit: "seeds",
    ..Card::BLANK
};

struct Measured {
    mean_off_hz: f64,
    largest_off_hz: f64,
    spikes: [f64; 2],
    bars: Vec<Bar>,
}

fn follow(config: &Config, seed: u64) -> Result<Measured, Error> {
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
    // 0 where there was no such trial.
    let fraction = |[trials, spikes]: [u64; 2]| spikes as f64 / trials.max(1) as f64;
    Ok(Measured {
        mean_off_hz: off / (config.trials - config.settle) as f64,
        largest_off_hz: largest,
        spikes: counts.map(fraction),
        bars,
    })
}

impl Study for Tracking {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        super::need(
            config.trials >= config.settle + SHOWN,
            "trials",
            "must exceed `settle` by 60 trials at least, which are measured and shown",
        )?;
        super::need(
            config.settle >= SHOWN,
            "settle",
            "must be 60 or more: the figure shows the first 60 trials",
        )?;
        super::need(
            config.start_p_hz >= 0.0
                && config.start_j_hz >= 0.0
                && (config.start_p_hz + config.start_j_hz).is_finite(),
            "start_p_hz, start_j_hz",
            "must be rates: 0 or above",
        )?;
        Ok(config.model.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(config.seeds.len() as u64);
        let measured = run.each(&config.seeds, |&seed| {
            let measured = follow(config, seed)?;
            run.progress.done(1);
            Ok(measured)
        })?;
        let of = |what: fn(&Measured) -> f64| measured.iter().map(what).collect();
        Ok(Record {
            mean_off_hz: of(|m| m.mean_off_hz),
            largest_off_hz: of(|m| m.largest_off_hz),
            spikes_unperturbed: of(|m| m.spikes[0]),
            spikes_perturbed: of(|m| m.spikes[1]),
            bars: measured.into_iter().next().map(|m| m.bars).unwrap_or_default(),
        })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let law =
            "the estimate moves by dJ per trial (Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 7)";
        vec![
            Finding::seven(
                "mean_distance_hz",
                "Mean distance between estimate and error, both without perturbation, after settling; below one step dJ.",
                record.mean_off_hz.clone(),
                "Hz",
                [None, Some(config.model.step_j_hz)],
                Judge::Each,
                law,
            ),
            Finding::seven(
                "largest_distance_hz",
                "Largest such distance; below the perturbation A.",
                record.largest_off_hz.clone(),
                "Hz",
                [None, Some(config.model.perturbation_hz)],
                Judge::Each,
                law,
            ),
            Finding::seven(
                "error_spikes_perturbed",
                "Fraction of perturbed trials with an error spike: the perturbation lowers the error of this cell.",
                record.spikes_perturbed.clone(),
                "1",
                [None, None],
                Judge::Mean,
                "reported for comparison",
            ),
            Finding::seven(
                "error_spikes_unperturbed",
                "Fraction of unperturbed trials with an error spike.",
                record.spikes_unperturbed.clone(),
                "1",
                [None, None],
                Judge::Mean,
                "reported for comparison",
            ),
        ]
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::figures(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let (off, with, without) =
            (mean(&record.mean_off_hz), mean(&record.spikes_perturbed), mean(&record.spikes_unperturbed));
        Story {
            answer: format!(
                "The estimate stays within {} Hz of the error in the mean. An error spike then follows {} % of the trials \
                 that a perturbation changed, and {} % of the others.",
                fixed(off, 1),
                fixed(100.0 * with, 0),
                fixed(100.0 * without, 0)
            ),
            small_print: vec![format!(
                "Mean over {} seeds, after {} trials; the cell is held at {} Hz, below its target of {} Hz, so a \
                 perturbation lowers the error.",
                config.seeds.len(),
                config.settle,
                config.start_p_hz,
                config.model.target_hz
            )],
            steps: vec![
                "On each trial the movement has an error E; a perturbation, on a trial in five, changes it.".into(),
                "The olive is inhibited by an estimate I of the error. When E exceeds I it sends an error spike, and the \
                 inhibition grows by dJ; else there is none, and it shrinks by dJ."
                    .into(),
                "The inhibition therefore settles where error spikes on the whole balance, at the mean error; what is left in \
                 the spikes is whether this trial was worse than usual."
                    .into(),
            ],
            sections: vec![Section::new(
                "From the first trial, and once settled",
                "Each bar is the error of one movement, orange when it was perturbed. The green line is the inhibition; the marks \
                 below are error spikes.",
                &["tracking"],
            )],
            differences: vec![
                "The paper's figure is a cartoon without numbers; here it is the single-cell model of its Figure 9 E with dP = 0.".into(),
            ], ..Story::default() }
    }
}
