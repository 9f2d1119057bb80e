//! `cfpc/tracking`: references that never repeat. Signals of the time since the start of the trial cannot help; signals made of the
//! reference can.

use super::family::{self, *};
use lobule_analysis::mean;
use lobule_control::filter::{AdaptiveFilter, Basis};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Tracking;

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

/// A learning curve on references that were never learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestCurve {
    basis: String,
    trace: String,
    seed: u64,
    /// Sensed error relative to feedback alone, at each test. A curve that diverged is shorter.
    relative: Vec<f64>,
    /// A test reference, and the position before and after learning. `[3][ticks]`
    movement: [Vec<f64>; 3],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    dt_s: f64,
    #[serde(rename = "courses")]
    curves: Vec<TestCurve>,
}

impl Record {
    fn of<'a>(&'a self, basis: &'a str, trace: &'a str) -> impl Iterator<Item = &'a TestCurve> {
        self.curves.iter().filter(move |c| c.basis == basis && c.trace == trace)
    }

    /// Relative error at the last test, by seed.
    fn last(&self, basis: &str, trace: &str) -> Vec<f64> {
        self.of(basis, trace).filter_map(|c| c.relative.last().copied()).collect()
    }
}

const WAYS: [(&str, &str, &str); 4] = [
    ("reference", "model", "made of the reference, model trace"),
    ("reference", "delay", "made of the reference, delay"),
    ("reference", "none", "made of the reference, no trace"),
    ("gauss", "model", "made of time, model trace"),
];

const UNSEEN: Source = Source::chosen_after(
    "claim: the rule is not bound to a repeated movement; bounds chosen: a tenth better than feedback alone, or not",
);

impl Study for Tracking {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "cfpc/tracking",
        title: "Tracking what never repeats",
        line: "Does learning transfer to references that never repeat?",
        defaults: concat!(include_str!("tracking.toml"), include_str!("bench.toml")),
        presets: &[
            Preset::new("default", "300 trials, seconds", ""),
            Preset::new("quick", "30 trials", include_str!("tracking.quick.toml")),
        ],
        unit: "learning curves",
        grounds: &[UNSEEN],
        ..family::CARD
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let c = config;
        c.bench.check()?;
        let (starts, has_delay) = (c.tests.first() == Some(&0), (0.0..c.bench.trial_s).contains(&c.delay_s));
        Check::of("")
            .one_of("plant", &c.plant, &PLANTS)?
            .that("tests", format!("{:?}", c.tests), starts, "the first test is at trial 0")?
            .rising("tests", &c.tests)?
            .all_within("tests", &c.tests, 0..=c.trials)?
            .that("delay_s", c.delay_s, has_delay, "0 to less than a trial is allowed")?;
        filter(config, "reference", "none", &[]).map(|_| ())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(&str, &str, u64)> =
            WAYS.iter().flat_map(|w| config.seeds.iter().map(|s| (w.0, w.1, *s))).collect();
        let curves = counted(run, &items, |&(basis, trace, seed)| learn(config, basis, trace, seed))?;
        Ok(Record { dt_s: config.bench.dt_s, curves })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        let finding = |(basis, trace, _): (&str, &str, _)| {
            let range = match (basis, trace) {
                ("reference", "model") => [None, Some(0.9)],
                ("gauss", _) => [Some(0.95), None],
                ("reference", "none") => [Some(0.9), None],
                _ => [None, None],
            };
            let meaning = "Sensed error on references that were never learned, relative to feedback alone, after the last trial.";
            let last = record.last(basis, trace);
            Finding::new(format!("unseen/{basis}/{trace}"), meaning, last).each(range, &UNSEEN)
        };
        WAYS.into_iter().map(finding).collect()
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let pens = [
            Stroke::new(BLUE, 2.2),
            Stroke::new(GREEN, 2.0).dash(Dash::Dashed),
            Stroke::new(VERMILLION, 2.0),
            Stroke::new(ORANGE, 2.0).dash(Dash::Dashed),
        ];
        let mut plate = Plate::new("tracking", 2, 220.0);
        let y = Axis::exact("error relative to feedback alone", 0.0, 2.0).step(0.5);
        let mut left = Panel::new("references never learned", Axis::trials(config.trials), y);
        left.levels.push(Level::across(1.0).pen(Stroke::guide()));
        for ((basis, trace, words), pen) in WAYS.iter().zip(&pens) {
            for curve in record.of(basis, trace) {
                let tests = config.tests.iter().zip(&curve.relative);
                left.line(tests.map(|(t, v)| (trial_at(*t), v.min(1e3))), pen.clone());
            }
            plate.line_key(words, pen.clone());
        }
        plate.panels.push(left);
        if let Some(curve) = record.of("reference", "model").next() {
            let y = Axis::covering("position", curve.movement.iter().flatten().copied());
            plate.panels.push(movement("one of these references", &curve.movement, y, record.dt_s));
            movement_legend(&mut plate);
        }
        let caption = "A: error on references that were never learned, by trial; one line for each seed, its color for signals and trace. \
            B: one such reference (gray), and the position before learning (dashed) and after it (blue), with signals made of the \
            reference and a model trace.";
        Ok(vec![plate.figure(caption)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let last = |basis: &str, trace: &str| {
            let value = mean(&record.last(basis, trace));
            if value.abs() < 100.0 { fixed(value, 2) } else { "more than 100".into() }
        };
        Story {
            answer: format!(
                "On references that were never learned, the error relative to feedback alone was {} with signals made of the reference and a \
                 model trace, {} with a delay, and {} without a trace. With signals made of time it was {}.",
                last("reference", "model"),
                last("reference", "delay"),
                last("reference", "none"),
                last("gauss", "model"),
            ),
            small_print: texts([
                "The controller learns the reference only as it happens. The remaining error is not only a lack of learning: a loop whose \
                 delays are longer than the time over which the reference can be predicted cannot follow it.",
            ]),
            steps: texts([
                "Every trial has a new reference: six sines of random phase.",
                "The signals are the reference, its derivatives and leaky averages; or Gaussians of time, which do not depend on it.",
                &format!(
                    "At the test trials learning is switched off, and the loop tracks {} references that are never learned.",
                    config.test_references
                ),
            ]),
            sections: vec![Section::new("Does learning generalize?", "", &["tracking"])],
            ..Story::default()
        }
    }
}

fn filter(config: &Config, basis: &str, trace: &str, weights: &[f64]) -> Result<AdaptiveFilter, Error> {
    let bench = &config.bench;
    let trace = match trace {
        "model" => bench.model(&bench.config(&config.plant))?,
        "delay" => bench.delay(config.delay_s),
        _ => TraceModel::None,
    };
    let basis = match basis {
        "reference" => Basis::filtered_reference(&config.taus_s, config.scale_s, bench.dt_s)?,
        _ => bench.basis()?,
    };
    family::filter(basis, trace, Step::Normalized(config.rate), weights)
}

fn learn(config: &Config, basis: &str, trace: &str, seed: u64) -> Result<TestCurve, Error> {
    let bench = &config.bench;
    let body = bench.config(&config.plant);
    let close = |weights: &[f64]| bench.taught(&body, "cfpc", filter(config, basis, trace, weights)?);
    // Test references are numbered from the other end, so that none is ever learned.
    let unseen: Vec<Vec<f64>> =
        (0..config.test_references as u64).map(|k| bench.sines(seed, u64::MAX - k)).collect();
    let test = |weights: &[f64]| -> Result<(f64, Vec<f64>), Error> {
        let mut closed = close(weights)?;
        closed.controller_mut().set_learning(false);
        let (mut squares, mut first) = (Vec::new(), None);
        for reference in &unseen {
            let trial = bench.trial(&mut closed, &Inputs { reference, ..Default::default() })?;
            squares.push(rms(&trial.sensed_error).powi(2));
            first.get_or_insert(trial.position);
        }
        Ok((mean(&squares).sqrt(), first.unwrap_or_default()))
    };
    let mut learner = close(&[])?;
    let (alone, before) = test(&[])?;
    let movement = [unseen[0].clone(), before.clone(), before];
    let mut curve =
        TestCurve { basis: basis.into(), trace: trace.into(), seed, relative: Vec::new(), movement };
    for trial in 0..=config.trials {
        if config.tests.contains(&trial) {
            let (error, position) = test(learner.controller().weights())?;
            curve.relative.push(error / alone);
            curve.movement[2] = position;
            if error.is_nan() || error / alone > 1e6 {
                break;
            }
        }
        let reference = bench.sines(seed, trial as u64);
        bench.trial(&mut learner, &Inputs { reference: &reference, ..Default::default() })?;
    }
    Ok(curve)
}
