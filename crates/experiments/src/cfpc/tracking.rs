//! `cfpc/tracking`: references that never repeat. Signals that know the time since the start of the trial cannot help; those made of
//! the reference can.

use super::SOURCES;
use super::bench::{self, Bench, Outside, PLANTS};

use lobule_analysis::mean;
use lobule_control::Cfpc;
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_study::Error;
use lobule_study::report::axes::trial_at;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::numbers::fixed;
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Tracking;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    plant: String,
    trials: usize,
    tests: Vec<usize>,
    test_references: usize,
    scale_s: f64,
    taus_s: Vec<f64>,
    rate: f64,
    delay_s: f64,
    bench: Bench,
}

/// A course of learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    basis: String,
    trace: String,
    seed: u64,
    /// Sensed error on references never learned over that of feedback alone, at each test. A course that diverged is shorter.
    relative: Vec<f64>,
    /// A test reference, and the position before and after learning. `[3][ticks]`
    movement: [Vec<f64>; 3],
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    dt_s: f64,
    courses: Vec<Course>,
}

const ARMS: [(&str, &str, &str); 4] = [
    ("reference", "model", "made of the reference, model trace"),
    ("reference", "delay", "made of the reference, delay"),
    ("reference", "none", "made of the reference, no trace"),
    ("gauss", "model", "made of time, model trace"),
];

static CARD: Card = Card {
    name: "cfpc/tracking",
    title: "Tracking what never repeats",
    line: "a new random reference in every trial: signals made of the reference against signals made of time",
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: SOURCES,
    defaults: concat!(include_str!("tracking.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "300 trials, seconds", ""),
        Preset::new("quick", "30 trials", include_str!("tracking.quick.toml")),
    ],
    unit: "courses",
    ..Card::BLANK
};

impl Study for Tracking {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        if !PLANTS.contains(&config.plant.as_str()) {
            return wrong("plant", format!("`{}`; one of {}", config.plant, PLANTS.join(", ")));
        }
        let ordered = config.tests.windows(2).all(|w| w[0] < w[1]);
        if config.tests.first() != Some(&0) || !ordered || config.tests.iter().any(|t| *t > config.trials) {
            return wrong("tests", "trials in rising order, from 0 to at most `trials`".into());
        }
        if !(1..=10_000).contains(&config.trials) || !(1..=1000).contains(&config.test_references) {
            return wrong("trials", format!("{}; 1 to 10000, with 1 to 1000 test_references", config.trials));
        }
        if !(config.delay_s >= 0.0 && config.delay_s < config.bench.trial_s) {
            return wrong("delay_s", format!("{}; from 0 to less than a trial", config.delay_s));
        }
        filter(config, "reference", "none", &[]).map(|_| ())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(&str, &str, u64)> =
            ARMS.iter().flat_map(|a| config.seeds.iter().map(|s| (a.0, a.1, *s))).collect();
        run.progress.expect(items.len() as u64);
        let courses = run.each(&items, |&(basis, trace, seed)| {
            let course = learn(config, basis, trace, seed)?;
            run.progress.done(1);
            Ok(course)
        })?;
        Ok(Record { dt_s: config.bench.dt_s, courses })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        ARMS.iter()
            .map(|(basis, trace, _)| {
                let range = match (*basis, *trace) {
                    ("reference", "model") => [None, Some(0.9)],
                    ("gauss", _) => [Some(0.95), None],
                    ("reference", "none") => [Some(0.9), None],
                    _ => [None, None],
                };
                Finding::seven(
                    format!("unseen/{basis}/{trace}"),
                    "Sensed error on references never learned, over that of feedback alone, after the last trial.",
                    of(record, basis, trace).iter().filter_map(|c| c.relative.last().copied()).collect(),
                    "1",
                    range,
                    Judge::Each,
                    "chosen: a tenth better, or not; the claim is that the rule is not bound to a repeated movement",
                )
            })
            .collect()
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let pens = [
            Stroke::new(BLUE, 2.2),
            Stroke::new(GREEN, 2.0).dash(Dash::Dashed),
            Stroke::new(VERMILLION, 2.0),
            Stroke::new(ORANGE, 2.0).dash(Dash::Dashed),
        ];
        let mut plate = Plate::new("tracking", 2, 220.0);
        let mut left = Panel::new(
            "references never learned",
            Axis::trials(config.trials),
            Axis::exact("relative error", 0.0, 2.0).step(0.5),
        );
        left.levels.push(Level::across(1.0).pen(Stroke::guide()));
        for ((basis, trace, words), pen) in ARMS.iter().zip(&pens) {
            for course in of(record, basis, trace) {
                let points = course.relative.iter().zip(&config.tests);
                let points = points.map(|(v, t)| (trial_at(*t), v.min(1e3))).collect();
                left.marks.push(Mark::Line { points, stroke: pen.clone() });
            }
            plate.legend.push(Key::line(words, pen.clone()));
        }
        plate.panels.push(left);
        if let Some(course) = of(record, "reference", "model").first() {
            let x = Axis::exact("time (s)", 0.0, config.bench.trial_s);
            let y = Axis::covering("position", course.movement.iter().flatten().copied());
            let mut right = Panel::new("one of them", x, y);
            let pens =
                [Stroke::new(GUIDE, 3.0), Stroke::new(BLACK, 1.6).dash(Dash::Dashed), Stroke::new(BLUE, 2.2)];
            for (curve, pen) in course.movement.iter().zip(&pens) {
                let points = curve.iter().enumerate().map(|(n, y)| (n as f64 * record.dt_s, *y)).collect();
                right.marks.push(Mark::Line { points, stroke: pen.clone() });
            }
            plate.panels.push(right);
            plate.legend.push(Key::line("reference", pens[0].clone()));
            plate.legend.push(Key::line("before learning", pens[1].clone()));
        }
        let caption = "Left: error on references that were never learned, by trial; one line for each seed. Right: one such reference (grey), and the position \
            before learning (broken) and after it (blue), with signals made of the reference and a model trace.";
        Ok(vec![Figure::svg("tracking", caption, plot::svg(&plate)?)])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let last = |basis: &str, trace: &str| {
            let all: Vec<f64> =
                of(record, basis, trace).iter().filter_map(|c| c.relative.last().copied()).collect();
            let value = mean(&all);
            if value.abs() < 100.0 { fixed(value, 2) } else { "more than 100".into() }
        };
        Story {
            answer: format!(
                "On references it has never met, feedback with learned signals made of the reference makes {} of the error of feedback alone with a \
                 model trace, {} with a delay, {} without a trace; with signals made of time it makes {}.",
                last("reference", "model"),
                last("reference", "delay"),
                last("reference", "none"),
                last("gauss", "model"),
            ),
            small_print: vec![
                "The reference is known only as it happens. What remains is not lack of learning alone: a loop whose delays are longer than the reference \
                 can be foretold cannot follow it, whatever it learns."
                    .into(),
            ],
            steps: vec![
                "Every trial has a new reference: six sines of random phase.".into(),
                "The signals are the reference, its derivatives and leaky averages; or Gaussians of time, which know nothing of it.".into(),
                format!("Now and then learning is switched off, and {} references are tracked that are never learned.", config.test_references),
            ],
            sections: vec![Section::new("Does it carry over?", "", &["tracking"])],
            ..Story::default()
        }
    }
}

fn of<'a>(record: &'a Record, basis: &str, trace: &str) -> Vec<&'a Course> {
    record.courses.iter().filter(|c| c.basis == basis && c.trace == trace).collect()
}

fn filter(config: &Config, basis: &str, trace: &str, weights: &[f64]) -> Result<AdaptiveFilter, Error> {
    let bench = &config.bench;
    let body = bench.config(&config.plant);
    let trace = match trace {
        "model" => TraceModel::System(bench.system(&body.plant()?, &bench.law(&body)?)?),
        "delay" => TraceModel::Delay((config.delay_s / bench.dt_s).round() as usize),
        _ => TraceModel::None,
    };
    let basis = match basis {
        "reference" => Basis::filtered_reference(&config.taus_s, config.scale_s, bench.dt_s)?,
        _ => bench.basis()?,
    };
    let learning = Learning { trace, update: Update::Trial, step: Step::Normalised(config.rate) };
    let filter = AdaptiveFilter::new(basis, &learning)?;
    Ok(if weights.is_empty() { filter } else { filter.with_weights(weights)? })
}

fn learn(config: &Config, basis: &str, trace: &str, seed: u64) -> Result<Course, Error> {
    let bench = &config.bench;
    let body = bench.config(&config.plant);
    let close = |weights: &[f64]| {
        let controller = Cfpc::new(bench.law(&body)?, filter(config, basis, trace, weights)?, bench.dt_s);
        bench.close(Box::new(body.plant()?), Box::new(controller))
    };
    let delay = bench.delays()[0];
    // Test references are numbered from the other end, so that none is ever learned.
    let unseen: Vec<Vec<f64>> =
        (0..config.test_references as u64).map(|k| bench.sines(seed, u64::MAX - k)).collect();
    let test = |weights: &[f64]| -> Result<(f64, Vec<f64>), Error> {
        let mut closed = close(weights)?;
        closed.controller_mut().set_learning(false);
        let (mut squares, mut position) = (Vec::new(), Vec::new());
        for (k, reference) in unseen.iter().enumerate() {
            let told = bench::trial(&mut closed, delay, &Outside { reference, ..Default::default() })?;
            squares.push(bench::rms(&told.sensed_error).powi(2));
            if k == 0 {
                position = told.position;
            }
        }
        Ok((mean(&squares).sqrt(), position))
    };
    let mut learner = close(&[])?;
    let (alone, before) = test(&[])?;
    let mut course = Course {
        basis: basis.into(),
        trace: trace.into(),
        seed,
        relative: Vec::new(),
        movement: [unseen[0].clone(), before.clone(), before],
    };
    for trial in 0..=config.trials {
        if config.tests.contains(&trial) {
            let (error, position) = test(learner.controller().weights())?;
            course.relative.push(error / alone);
            course.movement[2] = position;
            if error.is_nan() || error / alone > 1e6 {
                break;
            }
        }
        let reference = bench.sines(seed, trial as u64);
        bench::trial(&mut learner, delay, &Outside { reference: &reference, ..Default::default() })?;
    }
    Ok(course)
}
