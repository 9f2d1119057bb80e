//! `cfpc/traces`: which eligibility trace lets a late loop learn to anticipate.
//!
//! Errors are relative to those of feedback alone. Courses over trials are computed with the lifted matrices of
//! [`lobule_control::oracle`]; some are run tick by tick as well and must agree.

mod figures;
mod words;

use super::bench::{self, Bench, Mismatch, PLANTS};
use super::{REFERENCE, SOURCES};
use lobule_control::Cfpc;
use lobule_control::filter::{AdaptiveFilter, Learning, Step, TraceModel, Update};
use lobule_control::identify::identify;
use lobule_control::oracle::{Cause, Course, Lifted, cause};
use lobule_study::Error;
use lobule_study::report::{Figure, Finding, Judge};
use lobule_study::{Card, Preset, Run, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Traces;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    trials: usize,
    hopeless_step: f64,
    ceiling: f64,
    scan_step_s: f64,
    scan_to_s: f64,
    probe_amplitude: f64,
    probe_s: f64,
    ridge: f64,
    loop_trials: usize,
    bench: Bench,
}

/// One course of learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Trace, one of [`ROWS`].
    pub trace: String,
    /// Plant.
    pub plant: String,
    /// `minjerk` or `sines`.
    pub reference: String,
    /// Seed, of what is drawn at random in this cell.
    pub seed: Option<u64>,
    /// Delay of the trace, s, where it is one.
    pub delay_s: Option<f64>,
    /// Step.
    pub rate: f64,
    /// Whether the theory of eigenvalues has a step that converges.
    pub has_bound: bool,
    /// Relative error of each trial; a course that diverged is shorter.
    pub relative: Vec<f64>,
    /// Trial at which the course was broken off.
    pub diverged_at: Option<usize>,
    /// Why it grew, for courses that end above 1 or were broken off.
    pub cause: Option<Cause>,
}

impl Cell {
    /// Relative error at a trial; of a course that was broken off before, its last.
    pub fn at(&self, trial: usize) -> f64 {
        self.relative[trial.min(self.relative.len() - 1)]
    }
}

/// A plant's loop in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopRow {
    /// Plant.
    pub plant: String,
    /// Response of the sensed output to a signal at the error, over a trial. `[ticks]`
    pub response: Vec<f64>,
    /// Lowest frequency at which its phase passes -90 deg, Hz.
    pub quarter_hz: f64,
    /// Feedback alone, `minjerk`: error at once and as sensed, root mean square.
    pub rms: [f64; 2],
    /// Largest rise from a trial to the next with the exact trace and the safe step.
    pub largest_rise: f64,
    /// Largest difference of relative errors between lifted matrices and the loop, tick by tick.
    pub lifted_minus_loop: f64,
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Tick, s.
    pub dt_s: f64,
    /// The loops.
    pub loops: Vec<LoopRow>,
    /// The courses.
    pub cells: Vec<Cell>,
}

impl Record {
    fn cells<'a>(
        &'a self,
        trace: &'a str,
        plant: &'a str,
        reference: &'a str,
    ) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().filter(move |c| c.trace == trace && c.plant == plant && c.reference == reference)
    }

    fn values(&self, trace: &str, plant: &str, reference: &str, trial: usize) -> Vec<f64> {
        self.cells(trace, plant, reference).map(|c| c.at(trial)).collect()
    }
}

/// The traces, in the order of the table: name in the record, name in text.
pub const ROWS: [(&str, &str); 10] = [
    ("none", "none"),
    ("loop_delay", "delay of the nerves"),
    ("best_delay", "best delay of a scan"),
    ("model", "model of the loop, exact"),
    ("identified", "model, identified from noise"),
    ("delay_50", "model, delay +50 ms"),
    ("delay_150", "model, delay +150 ms"),
    ("delay_300", "model, delay +300 ms"),
    ("mass_2", "model, mass × 2"),
    ("mass_half", "model, mass × 0.5"),
];

/// Trials of the table.
pub const TRIALS: [usize; 3] = [10, 50, 400];

/// What the reference measured at [`TRIALS`], by plant; NaN where there is none. Its courses end at about 10⁶.
pub const EXPECTED: [(&str, [[f64; 3]; 4]); 9] = {
    const NONE: [f64; 3] = [f64::NAN; 3];
    [
        ("none", [[1.5, 229.0, 3e6], [1.3, 27.0, 2e6], [1.7, 38.0, 9e5], [2.8, 143.0, 2e6]]),
        ("loop_delay", [[0.64, 2.1, 0.43], [1.1, 61.0, 1.8e3], [1.4, 11.0, 1.3e3], [1.6, 29.0, 2e6]]),
        (
            "best_delay",
            [[0.008, 0.002, 0.002], [0.078, 0.003, 0.001], [0.27, 0.011, 0.002], [0.16, 0.013, 0.21]],
        ),
        ("model", [[0.016, 0.005, 0.001], [0.12, 0.026, 0.004], [0.72, 0.36, 0.011], [0.075, 0.011, 0.003]]),
        (
            "delay_50",
            [[0.036, 0.007, 0.002], [0.14, 0.041, 0.005], [0.81, 0.57, 0.069], [0.087, 0.018, 0.004]],
        ),
        ("delay_150", [[0.54, 0.90, 0.14], [0.30, 0.20, 0.11], [2.2, 2.8e3, 2e6], [0.24, 0.11, 0.035]]),
        ("delay_300", [[1.1, 13.0, 3e5], [1.0, 0.48, 0.71], [0.98, 6.8, 2e6], [0.67, 0.25, 1.1]]),
        ("mass_2", [NONE, [0.18, 0.079, 0.007], [0.86, 116.0, 2e6], [0.12, 0.036, 0.003]]),
        ("mass_half", [NONE, [0.070, 0.010, 0.002], [0.99, 6.1, 2e6], [0.095, 0.006, 0.003]]),
    ]
};

/// Largest relative error allowed at trial 50 with the exact model, by plant. Source: acceptance of the reference.
const MODEL_AT_50: [f64; 4] = [0.01, 0.05, 0.45, 0.02];

static CARD: Card = Card {
    name: "cfpc/traces",
    title: "What must a synapse remember to learn from late errors?",
    line: "eligibility traces from none to a model of the loop, on four plants with delays",
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: SOURCES,
    defaults: concat!(include_str!("traces.toml"), include_str!("../bench.toml")),
    presets: &[
        Preset::new("default", "400 trials, seconds", ""),
        Preset::new("quick", "100 trials, one seed", include_str!("traces.quick.toml")),
    ],
    unit: "courses",
    ..Card::BLANK
};

impl Study for Traces {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        if !(1..=10_000).contains(&config.trials) {
            return wrong("trials", format!("{}; 1 to 10000", config.trials));
        }
        if config.loop_trials > config.trials {
            return wrong("loop_trials", format!("{}; at most `trials`", config.loop_trials));
        }
        if !(config.scan_step_s >= config.bench.dt_s && config.scan_to_s < config.bench.trial_s) {
            return wrong(
                "scan_step_s",
                format!("{}; at least a tick, to less than a trial", config.scan_step_s),
            );
        }
        if !(config.ceiling > 1.0 && config.hopeless_step > 0.0) {
            return wrong("ceiling", format!("{}; above 1, with a positive hopeless_step", config.ceiling));
        }
        let probe = config.probe_s / config.bench.dt_s;
        if !(probe >= config.bench.ticks() as f64 && probe <= 1e6) {
            return wrong("probe_s", format!("{}; from a trial to a million ticks", config.probe_s));
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(PLANTS.len() as u64);
        let parts = run.each(&PLANTS, |plant| {
            let part = on_plant(config, plant)?;
            run.progress.done(1);
            Ok(part)
        })?;
        let mut record = Record { dt_s: config.bench.dt_s, loops: Vec::new(), cells: Vec::new() };
        for (row, cells) in parts {
            record.loops.push(row);
            record.cells.extend(cells);
        }
        Ok(record)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::all(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        words::story(config, record)
    }
}

/// All courses on a plant.
fn on_plant(config: &Config, plant: &str) -> Result<(LoopRow, Vec<Cell>), Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let h = bench.response(&body)?;
    let signals = bench.signals()?;
    let lifted = |g: &TraceModel| Lifted::new(&h, &g.impulse(bench.ticks()), &signals);
    let delay = bench.delays()[0];
    let still = |reference: &[f64]| {
        let outside = bench::Outside { reference, ..Default::default() };
        bench::trial(&mut bench.reflex(&body)?, delay, &outside)
    };

    let learn = |name: &str, reference: &str, seed, delay_s, g: &TraceModel, first: &[f64]| {
        let lifted = lifted(g)?;
        let bound = lifted.bound()?;
        let rate = match bound {
            Some(bound) => lifted.safe_rate().min(0.5 * bound),
            None => config.hopeless_step * lifted.safe_rate(),
        };
        let course = lifted.learn(first, rate, config.trials, config.ceiling)?;
        let grew = course.relative.iter().any(|r| bench::has_grown(*r));
        let g = g.impulse(bench.ticks());
        let middle = &signals[signals.len() / 2];
        Ok::<Cell, Error>(Cell {
            trace: name.into(),
            plant: plant.into(),
            reference: reference.into(),
            seed,
            delay_s,
            rate,
            has_bound: bound.is_some(),
            diverged_at: course.diverged_at,
            cause: if grew { cause(&h, &g, middle, 5.0, bench.dt_s) } else { None },
            relative: course.relative,
        })
    };

    // The traces that are the same for every seed.
    let loop_delay = TraceModel::Delay(bench.loop_delay());
    let model = TraceModel::Response(h.clone());
    let wrong = |mismatch| bench.mismatched(&body, &mismatch);
    let mut fixed = vec![("none", TraceModel::None), ("loop_delay", loop_delay), ("model", model.clone())];
    for (name, delay_s) in [("delay_50", 0.05), ("delay_150", 0.15), ("delay_300", 0.3)] {
        fixed.push((name, wrong(Mismatch { delay_s, ..Mismatch::NONE })?));
    }
    if body.mass > 0.0 {
        fixed.push(("mass_2", wrong(Mismatch { mass: 2.0, ..Mismatch::NONE })?));
        fixed.push(("mass_half", wrong(Mismatch { mass: 0.5, ..Mismatch::NONE })?));
    }

    let mut cells = Vec::new();
    let minjerk = bench.minjerk();
    let first = still(&minjerk)?;
    let mut movements = vec![("minjerk", None, first.sensed_error.clone())];
    for &seed in &config.seeds {
        movements.push(("sines", Some(seed), still(&bench.sines(seed, 0))?.sensed_error));
    }
    for (reference, seed, error) in &movements {
        for (name, g) in &fixed {
            cells.push(learn(name, reference, *seed, None, g, error)?);
        }
        // The best delay of a scan is the one with the smallest error at trial 50.
        let mut best: Option<Cell> = None;
        for k in 1..=(config.scan_to_s / config.scan_step_s + 1e-9) as usize {
            let ticks = (k as f64 * config.scan_step_s / bench.dt_s).round() as usize;
            let delay_s = Some(ticks as f64 * bench.dt_s);
            let cell = learn("best_delay", reference, *seed, delay_s, &TraceModel::Delay(ticks), error)?;
            if best.as_ref().is_none_or(|b| cell.at(50) < b.at(50)) {
                best = Some(cell);
            }
        }
        cells.extend(best);
    }
    for &seed in &config.seeds {
        let ticks = (config.probe_s / bench.dt_s).round() as usize;
        let (amplitude, taps) = (config.probe_amplitude, bench.ticks());
        let found = identify(&mut bench.reflex(&body)?, amplitude, ticks, taps, config.ridge, seed)?;
        let g = TraceModel::Response(found);
        cells.push(learn("identified", "minjerk", Some(seed), None, &g, &first.sensed_error)?);
    }

    let exact = lifted(&model)?;
    let course = exact.learn(&first.sensed_error, exact.safe_rate(), config.trials, config.ceiling)?;
    let rises = course.relative.windows(2).map(|w| w[1] - w[0]);
    let row = LoopRow {
        plant: plant.into(),
        quarter_hz: quarter_hz(&h, bench.dt_s),
        rms: [bench::rms(&first.true_error(&minjerk)), bench::rms(&first.sensed_error)],
        largest_rise: rises.fold(f64::NEG_INFINITY, f64::max),
        lifted_minus_loop: tick_by_tick(config, plant, exact.safe_rate(), &course)?,
        response: h,
    };
    Ok((row, cells))
}

/// Lowest frequency at which the phase of a response passes -90 deg, Hz.
fn quarter_hz(h: &[f64], dt_s: f64) -> f64 {
    use lobule_control::oracle::gain;
    // The real part changes its sign there.
    (1..=2000).map(|k| 0.001 * f64::from(k)).find(|f| gain(h, *f, dt_s)[0] < 0.0).unwrap_or(f64::NAN)
}

/// Runs the exact trace in the loop, every synapse with its own trace; returns the largest difference from `course`.
fn tick_by_tick(config: &Config, plant: &str, rate: f64, course: &Course) -> Result<f64, Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let system = bench.system(&body.plant()?, &bench.law(&body)?)?;
    let learning =
        Learning { trace: TraceModel::System(system), update: Update::Trial, step: Step::Plain(rate) };
    let filter = AdaptiveFilter::new(bench.basis()?, &learning)?;
    let controller = Cfpc::new(bench.law(&body)?, filter, bench.dt_s);
    let mut closed = bench.close(Box::new(body.plant()?), Box::new(controller))?;
    let minjerk = bench.minjerk();
    let outside = bench::Outside { reference: &minjerk, ..Default::default() };
    let (mut first, mut largest) = (1.0, 0.0f64);
    for k in 0..=config.loop_trials.min(course.relative.len() - 1) {
        let now = bench::rms(&bench::trial(&mut closed, bench.delays()[0], &outside)?.sensed_error);
        if k == 0 {
            first = now;
        }
        largest = largest.max((now / first - course.relative[k]).abs());
    }
    Ok(largest)
}

fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut add = |name: String, meaning: &str, values: Vec<f64>, range, judge, source: &str| {
        all.push(Finding::seven(name, meaning, values, "1", range, judge, source));
    };
    for (p, row) in record.loops.iter().enumerate() {
        let plant = row.plant.as_str();
        add(
            format!("largest_rise/{plant}"),
            "Exact model, step 1/‖MᵀM‖₂: largest rise of the relative error from a trial to the next.",
            vec![row.largest_rise],
            [None, Some(0.0)],
            Judge::Each,
            "theory: gradient descent on a quadratic",
        );
        if config.trials >= 50 {
            add(
                format!("model_at_50/{plant}"),
                "Exact model: relative error at trial 50.",
                record.values("model", plant, "minjerk", 50),
                [None, Some(MODEL_AT_50[p])],
                Judge::Each,
                REFERENCE,
            );
            add(
                format!("none_at_50/{plant}"),
                "No trace: relative error at trial 50, where it must have grown tenfold.",
                record.values("none", plant, "minjerk", 50),
                [Some(10.0), None],
                Judge::Each,
                REFERENCE,
            );
            let exact = record.values("model", plant, "minjerk", 50)[0];
            add(
                format!("identified_over_exact_at_50/{plant}"),
                "Identified model over exact model: relative errors at trial 50; every seed's probe counts.",
                record.values("identified", plant, "minjerk", 50).iter().map(|v| v / exact).collect(),
                [Some(0.5), Some(2.0)],
                Judge::Each,
                REFERENCE,
            );
        }
        add(
            format!("lifted_minus_loop/{plant}"),
            "Largest difference of relative errors between lifted matrices and the loop simulated tick by tick.",
            vec![row.lifted_minus_loop],
            [None, Some(1e-9)],
            Judge::Each,
            "both are exact",
        );
    }
    if config.trials >= 400 {
        mismatches(record, &mut all);
    }
    for (row, plant) in [("model", "damped"), ("none", "damped")] {
        let trial = config.trials.min(50);
        let range = if row == "model" { [None, Some(0.2)] } else { [Some(10.0), None] };
        // Shorter runs have not had the time.
        let range = if config.trials >= 50 { range } else { [None, None] };
        all.push(Finding::seven(
            format!("sines/{row}/{plant}"),
            "Reference `sines`: relative error at trial 50 (or the last).",
            record.values(row, plant, "sines", trial),
            "1",
            range,
            Judge::Each,
            "independent numpy prototype: 0.067 with the model; without a trace it diverges. Range chosen: other phases",
        ));
    }
    for row in &record.loops {
        let value = vec![row.quarter_hz];
        let meaning = "Frequency at which the loop is 90 deg late: no trace fails above it.";
        let source = "independent numpy prototype: 0.87, 0.55, 1.17, 0.39 Hz; 3 percent for the grid of its frequencies";
        let expected = [0.87, 0.55, 1.17, 0.39][PLANTS.iter().position(|p| *p == row.plant).unwrap_or(0)];
        let rounded = |v: f64| (1e3 * v).round() / 1e3;
        let range = [Some(rounded(0.97 * expected)), Some(rounded(1.03 * expected))];
        all.push(Finding::seven(
            format!("quarter_hz/{}", row.plant),
            meaning,
            value,
            "Hz",
            range,
            Judge::Each,
            source,
        ));
    }
    all
}

/// The rows of wrong models against the reference: within a factor of 2 below 1, growing above 10.
fn mismatches(record: &Record, all: &mut Vec<Finding>) {
    for (row, expected) in
        EXPECTED.iter().filter(|(row, _)| row.starts_with("delay_") || row.starts_with("mass_"))
    {
        for (plant, expected) in PLANTS.iter().zip(expected) {
            let values: Vec<f64> =
                TRIALS.iter().flat_map(|t| record.values(row, plant, "minjerk", *t)).collect();
            if values.len() != TRIALS.len() || expected[0].is_nan() {
                continue;
            }
            let pairs = || values.iter().zip(expected);
            let factor =
                pairs().filter(|(_, e)| **e < 1.0).map(|(v, e)| (v / e).max(e / v)).fold(1.0, f64::max);
            all.push(Finding::seven(
                format!("mismatch/{row}/{plant}"),
                "Wrong model: largest factor between ours and the reference, trials 10, 50, 400, where the reference is below 1.",
                vec![factor],
                "1",
                [None, Some(2.0)],
                Judge::Each,
                REFERENCE,
            ));
            let grown: Vec<f64> = pairs().filter(|(_, e)| **e > 10.0).map(|(v, _)| *v).collect();
            if !grown.is_empty() {
                all.push(Finding::seven(
                    format!("grows/{row}/{plant}"),
                    "Wrong model: smallest relative error at those trials at which the reference has grown above 10.",
                    vec![grown.iter().copied().fold(f64::INFINITY, f64::min)],
                    "1",
                    [Some(10.0), None],
                    Judge::Each,
                    REFERENCE,
                ));
            }
        }
    }
}
