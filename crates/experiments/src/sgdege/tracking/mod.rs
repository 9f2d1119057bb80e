//! The experiment `sgdege/tracking`: the inhibition of the olive follows the mean error of a cell
//! whose rate is held constant, so that error spikes come to mean "worse than usual" (Figure 7).
//!
//! The figure of the paper is a cartoon; here the reduced single-cell model with dP = 0 draws it.

use lobule_analysis::mean;
use lobule_study::{prelude::*, report::drawing::*};
use lobule_theory::single_cell::{
    SingleCell as Model, SingleCellParameters as Parameters, SingleCellState as State,
    SingleCellTrial as Trial,
};

/// The experiment `sgdege/tracking`.
#[derive(Debug, Clone, Copy)]
pub struct Tracking;

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

/// Distances and error spikes by seed, after settling, and the trials that are drawn.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// Mean and largest distance of the unperturbed estimate from the unperturbed error.
    mean_off_hz: Vec<f64>,
    largest_off_hz: Vec<f64>,
    /// Fraction of such trials with an error spike.
    spikes_perturbed: Vec<f64>,
    spikes_unperturbed: Vec<f64>,
    /// Every trial of the first seed until shortly after settling.
    bars: Vec<Trial>,
}

/// Trials of a panel of the figure.
const SHOWN: u64 = 60;

grounds! {
    CHECK = measured "numerical check of the equations in numpy: 1.3 Hz in the mean, 6.8 Hz at most; the bounds, one step dJ and the \
        perturbation A, were set with it (Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 7 and Appendix 1)";
}
const COMPARISON: Source = Source::reported("reported for comparison");

const CAPTION: &str = "Error of single movements by trial (bars; orange: perturbed), the error without perturbation (dashed line), \
    the inhibition of the olive on the same movement (green line) and error spikes (black marks: the bar exceeds the line). A: from an \
    estimate near zero. B: after the estimate has settled at the mean error. A perturbation weakens the inhibition, too, by q A.";

/// Runs one seed: mean and largest distance, error spikes of unperturbed and perturbed trials, trials that are drawn.
fn track(config: &Config, seed: u64) -> Result<(f64, f64, [f64; 2], Vec<Trial>), Error> {
    let model = Model::new(config.model, seed)?;
    let mut state = State::at(config.start_p_hz, config.start_j_hz);
    let (mut off, mut largest, mut bars) = (0.0, 0.0f64, Vec::new());
    // Trials and error spikes after settling: unperturbed, perturbed.
    let mut counts = [[0u64; 2]; 2];
    while state.trial < config.trials {
        let trial = model.step(&mut state);
        if state.trial <= config.settle + SHOWN {
            bars.push(trial);
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
    let spikes = counts.map(|[trials, spikes]| spikes as f64 / trials.max(1) as f64);
    Ok((off / (config.trials - config.settle) as f64, largest, spikes, bars))
}

fn panel(config: &Config, record: &Record, title: &str, from: usize) -> Panel {
    let shown: Vec<_> = record.bars.iter().skip(from).take(SHOWN as usize).collect();
    let highest = shown.iter().map(|b| b.error_hz.max(b.estimate_hz)).fold(0.0, f64::max);
    let below = 0.16 * highest;
    let x = Axis::exact("trial", from as f64, (from + SHOWN as usize) as f64).step(10.0);
    let mut panel = Panel::new(title, x, Axis::exact("E, I (Hz)", -below, 1.08 * highest).step(10.0));
    let unperturbed = (config.start_p_hz - config.model.target_hz).abs();
    panel.levels.push(Level::across(unperturbed).pen(Stroke::new(BLUE, 1.0).dash(Dash::Dashed)));
    let (mut cells, mut line) = (Vec::new(), Vec::new());
    for (k, bar) in shown.iter().enumerate() {
        let at = (from + k) as f64;
        let color = if bar.is_perturbed { ORANGE } else { BLUE };
        cells.push(Cell { x: (at + 0.2, at + 0.8), y: (0.0, bar.error_hz), color: color.into() });
        if bar.is_error_spike {
            let y = (-0.85 * below, -0.25 * below);
            cells.push(Cell { x: (at + 0.4, at + 0.6), y, color: BLACK.into() });
        }
        line.extend([(at, bar.estimate_hz), (at + 1.0, bar.estimate_hz)]);
    }
    panel.marks = vec![Mark::Cells(cells), Mark::line(line, Stroke::new(GREEN, 2.0))];
    panel
}

impl Study for Tracking {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
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
        grounds: GROUNDS,
        ..Card::BLANK
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let measured = format!("more than `settle` = {} by 60 is needed: they are drawn", config.settle);
        Check::of("").that("trials", config.trials, config.trials >= config.settle + SHOWN, &measured)?;
        Ok(config.model.validate()?)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(config.seeds.len() as u64);
        let mut record = Record::default();
        for (mean_off, largest_off, [unperturbed, perturbed], bars) in
            run.each_counted("seeds", &config.seeds, |&seed| track(config, seed))?
        {
            record.mean_off_hz.push(mean_off);
            record.largest_off_hz.push(largest_off);
            record.spikes_unperturbed.push(unperturbed);
            record.spikes_perturbed.push(perturbed);
            if record.bars.is_empty() {
                record.bars = bars;
            }
        }
        Ok(record)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let (step, perturbation) = (config.model.step_j_hz, config.model.perturbation_hz);
        let meaning = "Mean distance between estimate and error after settling, both without perturbation; expected below one step dJ.";
        let mean = Finding::new("mean_distance_hz", meaning, record.mean_off_hz.clone());
        let meaning = "Largest such distance; expected below the perturbation A.";
        let largest = Finding::new("largest_distance_hz", meaning, record.largest_off_hz.clone());
        let meaning = "Fraction of perturbed trials with an error spike. The perturbation reduces the error of this cell.";
        let perturbed = Finding::new("error_spikes_perturbed", meaning, record.spikes_perturbed.clone());
        let meaning = "Fraction of unperturbed trials with an error spike.";
        let unperturbed =
            Finding::new("error_spikes_unperturbed", meaning, record.spikes_unperturbed.clone());
        vec![
            mean.unit("Hz").each(..=step, &CHECK),
            largest.unit("Hz").each(..=perturbation, &CHECK),
            perturbed.beside(&COMPARISON),
            unperturbed.beside(&COMPARISON),
        ]
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut plate = Plate::new("tracking", 1, 170.0);
        plate.legend = vec![
            Key::block("error E, unperturbed", BLUE),
            Key::block("error E, perturbed", ORANGE),
            Key::line("inhibition I", Stroke::new(GREEN, 2.0)),
            Key::block("error spike", BLACK),
        ];
        plate.panels = vec![
            panel(config, record, "Before: the estimate rises to the error", 0),
            panel(config, record, "After: it follows the error", config.settle as usize),
        ];
        Ok(vec![plate.figure(CAPTION)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let Config { settle, start_p_hz, model: Parameters { target_hz, .. }, .. } = config;
        let seeds = config.seeds.len();
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
                "Numbers are means over {seeds} seeds after the first {settle} trials. The cell was held at {start_p_hz} Hz, below its \
                 target of {target_hz} Hz, so a perturbation reduces the error."
            )],
            steps: texts([
                "On each trial the movement has an error E. On one trial in five a perturbation changes it.",
                "The olive is inhibited by an estimate I of the error. When E exceeds I, the olive fires an error spike and the inhibition \
                 grows by dJ. Otherwise it is silent and the inhibition shrinks by dJ.",
                "The inhibition therefore settles at the mean error, where trials with and without error spikes balance. From then on a \
                 spike signals that this trial was worse than usual.",
            ]),
            sections: vec![Section::new(
                "From the first trial, and once settled",
                "Each bar is the error of one movement, orange when the movement was perturbed. The green line is the inhibition. Black \
                 marks below the bars are error spikes.",
                &["tracking"],
            )],
            differences: texts([
                "The paper's figure is a cartoon without numbers. Here the single-cell model of its Figure 9 E with dP = 0 draws it.",
            ]),
            ..Story::default()
        }
    }
}
