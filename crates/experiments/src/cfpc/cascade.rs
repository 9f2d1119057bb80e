//! `cfpc/cascade`: two ways to learn to meet a push. The sensory cascade predicts the proximal event (the push as it is felt) from
//! the cue, and then the error from that prediction. The motor way learns commands from the cue. Which generalizes when the push or
//! the body changes?
//!
//! ```text
//! cue ──Gaussians──▶ stage 1: ŝ[n] ≈ s[n + lead] ──delayed copies──▶ stage 2: o ──▶ error of the controller (CFPC)
//! cue ──Gaussians──▶ filter ──▶ command (feedback-error learning);  the same with o ──▶ error of the controller
//! ```
//!
//! Source of the question: Maffei, Herreros, Sanchez-Fibla, Friston & Verschure 2017, doi:10.1098/rspb.2017.1780 (abstract).

use super::family::{self, *};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Cascade;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    seeds: Vec<u64>,
    plant: String,
    #[serde(flatten)]
    push: CuedPush,
    trials: usize,
    after: usize,
    push_factor: f64,
    mass_factor: f64,
    stiffness_factor: f64,
    lead_s: f64,
    copies: usize,
    distance_s: f64,
    first_step: f64,
    second_step: f64,
    bench: Bench,
}

impl Config {
    fn body(&self) -> PlantConfig {
        self.bench.config(&self.plant)
    }

    fn changed(&self) -> PlantConfig {
        self.body().times([self.mass_factor, 1.0, self.stiffness_factor])
    }

    fn first_after(&self) -> usize {
        self.trials + 1
    }
}

/// Learning with one way through one change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviationCurve {
    /// `cascade`, `cfpc` or `fel`.
    way: String,
    /// `push` or `body`.
    change: String,
    /// Deviation of each trial relative to feedback alone under the same push and body; the first trial after the change has
    /// index `trials + 1`.
    relative: Vec<f64>,
}

impl DeviationCurve {
    fn at(&self, trial: usize) -> f64 {
        self.relative.get(trial).copied().unwrap_or(f64::NAN)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    #[serde(rename = "courses")]
    curves: Vec<DeviationCurve>,
}

impl Record {
    fn of(&self, way: &str, change: &str) -> Option<&DeviationCurve> {
        self.curves.iter().find(|c| c.way == way && c.change == change)
    }

    /// Deviation in a trial; not a number where there is none.
    fn at(&self, way: &str, change: &str, trial: usize) -> f64 {
        self.of(way, change).map_or(f64::NAN, |c| c.at(trial))
    }
}

const WAYS: [(&str, &str); 3] = [
    ("cascade", "sensory cascade"),
    ("cfpc", "one stage, counterfactual error"),
    ("fel", "one stage, motor (feedback-error learning)"),
];
const CHANGES: [(&str, &str); 2] = [("push", "changed push"), ("body", "changed body")];

const CLAIM: Source = Source::chosen_after(
    "direction: Maffei et al. 2017, doi:10.1098/rspb.2017.1780, abstract: the sensory cascade generalizes, motor adaptation does \
     not; bound and trial chosen",
);

impl Study for Cascade {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "cfpc/cascade",
        title: "Predicting the push, or learning the command",
        line: "Does a cascade of sensory predictions generalize better than motor adaptation when the push or the body changes?",
        source: "Maffei et al. 2017, doi:10.1098/rspb.2017.1780",
        defaults: concat!(include_str!("cascade.toml"), include_str!("bench.toml")),
        presets: &[
            Preset::new("default", "100 trials, then 40, seconds", ""),
            Preset::new("quick", "the direction of the effect", include_str!("cascade.quick.toml")),
        ],
        unit: "learning curves",
        grounds: &[CLAIM],
        ..family::CARD
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let (c, bench) = (config, &config.bench);
        bench.check()?;
        c.push.check(bench)?;
        Check::of("")
            .one_of("plant", &c.plant, &PLANTS)?
            .that("distance_s", c.distance_s, c.distance_s >= bench.dt_s, "at least a tick is needed")?
            .that("lead_s", c.lead_s, c.lead_s < c.push.push_s, "less than push_s is needed")?;
        let factors = format!("{}, with a stiffness_factor of {}", c.mass_factor, c.stiffness_factor);
        let changed = c.changed();
        let (plant, feedback) = (changed.plant()?, bench.feedback(&changed)?);
        bench.check_stable("mass_factor", factors, &plant, &feedback, "change the body less")
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(&str, &str)> = WAYS.iter().flat_map(|w| CHANGES.map(|c| (w.0, c.0))).collect();
        let curves = counted(run, &items, |&(way, change)| match way {
            "fel" => motor(config, change),
            _ => sensory(config, way, change),
        })?;
        Ok(Record { curves })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        let (before, first) = (config.trials, config.first_after());
        for (way, _) in WAYS {
            for (change, _) in CHANGES {
                let Some(curve) = record.of(way, change) else { continue };
                let mut add = |name: &str, meaning: &str, value: f64| {
                    all.push(Finding::new(format!("{name}/{way}/{change}"), meaning, vec![value]));
                };
                add("before", "Deviation before the change, relative to feedback alone.", curve.at(before));
                let meaning =
                    "Deviation three trials after the first with the change, relative to feedback alone.";
                add("third", meaning, curve.at(first + 3));
                let meaning = "Deviation in the last trial, relative to feedback alone.";
                add("after", meaning, curve.at(first + config.after));
                let meaning = "Deviation three trials after the first with the change, divided by that before the change.";
                add("loss", meaning, curve.at(first + 3) / curve.at(before));
            }
        }
        for (change, _) in CHANGES {
            let ratio = record.at("cascade", change, first + 3) / record.at("fel", change, first + 3);
            let meaning = "Deviation with the cascade divided by that with motor adaptation, three trials after the first with the \
                change. Below 1 the cascade generalizes better.";
            let ratio = Finding::new(format!("cascade_over_motor/{change}"), meaning, vec![ratio]);
            all.push(ratio.each(..=1.0, &CLAIM));
        }
        all
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let pens = [
            Stroke::new(BLUE, 2.2),
            Stroke::new(GREEN, 2.0).dash(Dash::Dashed),
            Stroke::new(VERMILLION, 2.0),
        ];
        let mut plate = Plate::new("cascade", 2, 220.0);
        for (change, title) in CHANGES {
            let (first, last) = (config.first_after() as f64, (config.first_after() + config.after) as f64);
            let x = Axis::exact("trial", 0.0, last).step(20.0);
            let y = Axis::decades("deviation relative to feedback alone", -3, 1, 1);
            let mut panel = Panel::new(title, x, y);
            panel.shades.push((first, last));
            panel.levels.push(Level::across(0.0).pen(Stroke::guide()));
            for ((way, _), pen) in WAYS.iter().zip(&pens) {
                let curve = record.of(way, change).into_iter().flat_map(|c| &c.relative);
                let points = curve.enumerate().map(|(k, v)| (k as f64, *v));
                panel.line(log_curve(points, -3, 1), pen.clone());
            }
            plate.panels.push(panel);
        }
        plate.legend.extend(WAYS.iter().zip(pens).map(|((_, words), pen)| Key::line(words, pen)));
        plate.legend.push(Key::block("after the change", SHADE));
        let caption = "Deviation of each trial relative to feedback alone under the same push and body, logarithmic; one line for each way \
            of learning. Shading: the push (A), or mass and stiffness of the body (B), have changed.";
        Ok(vec![plate.figure(caption)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let third = config.first_after() + 3;
        let deviation = |way: &str, change: &str| short(record.at(way, change, third));
        let loss = |way: &str, change: &str| {
            short(record.at(way, change, third) / record.at(way, change, config.trials))
        };
        Story {
            answer: format!(
                "Three trials after the first with the changed push, the deviation relative to feedback alone was {} with the cascade and {} \
                 with motor adaptation. After the body changed it was {} and {}.",
                deviation("cascade", "push"),
                deviation("fel", "push"),
                deviation("cascade", "body"),
                deviation("fel", "body"),
            ),
            small_print: texts([
                &format!(
                    "Relative to the deviation before the change, this is {} times as much for the cascade and {} times for motor adaptation \
                     with the changed push, and {} and {} times with the changed body.",
                    loss("cascade", "push"),
                    loss("fel", "push"),
                    loss("cascade", "body"),
                    loss("fel", "body"),
                ),
                "The first stage of the cascade has a direct teacher and follows a changed push in a few trials; the second stage needs no \
                 change in a linear loop. But the second stage receives the cue only through the prediction of the first, a smooth copy of \
                 the push. The one-stage ways may shape their output freely.",
                "The paper claims that the cascade generalizes and motor adaptation does not. A ratio above 1 in the findings \
                 contradicts this claim on this bench.",
            ]),
            steps: texts([
                "A cue comes before a push. The proximal event is the push as it is felt, after the sensory delay.",
                &format!(
                    "Cascade: stage 1 learns to predict the event {} s ahead from the cue, and stage 2 learns from delayed copies of this \
                     prediction which error to expect. One stage: the filter learns the error, or the command, directly from the cue.",
                    fixed(config.lead_s, 2)
                ),
                "Then the push grows, or the body becomes heavier and stiffer. All keep learning.",
            ]),
            sections: vec![Section::new("Which way generalizes?", "", &["cascade"])],
            differences: texts([
                "The paper's simulation was not available to us. Stages, body and changes are ours; only its claim is tested.",
            ]),
            ..Story::default()
        }
    }
}

/// Body, push and trials before and after the change.
fn phases(config: &Config, change: &str) -> [(PlantConfig, Vec<f64>, usize); 2] {
    let force = |factor| config.push.force(&config.bench, factor);
    let (body, factor) = match change {
        "push" => (config.body(), config.push_factor),
        _ => (config.changed(), 1.0),
    };
    [(config.body(), force(1.0), config.trials), (body, force(factor), config.after)]
}

/// The signal, `late` ticks late.
fn shifted(x: &[f64], late: usize) -> Vec<f64> {
    (0..x.len()).map(|n| if n >= late { x[n - late] } else { 0.0 }).collect()
}

/// The ways that add to the error: in two stages, or in one.
fn sensory(config: &Config, way: &str, change: &str) -> Result<DeviationCurve, Error> {
    let bench = &config.bench;
    let signals = bench.signals()?;
    let h = bench.response(&config.body())?;
    let (lead, late) = (bench.ticks_in(config.lead_s), bench.delays()[0]);

    // Stage 1 receives the event late. A trace of the same delay and the lead keeps its input, so that it learns what comes `lead`
    // after its input.
    let kept: Vec<Vec<f64>> = signals.iter().map(|x| shifted(x, lead + late)).collect();
    let direct = Lifted::new(&[1.0], &[1.0], &kept)?;
    let mut first = vec![0.0; signals.len()];
    let mut second = vec![0.0; if way == "cascade" { config.copies } else { signals.len() }];
    let mut relative = Vec::new();
    for (body, force, trials) in phases(config, change) {
        let alone = rms(&bench.alone(&body, &Inputs { force: &force, ..Default::default() })?.position);
        let felt = shifted(&force, late);
        for _ in 0..=trials {
            let predicted = mix(&signals, &first);
            let copy = |k| shifted(&predicted, k * bench.ticks_in(config.distance_s));
            let inputs: Vec<Vec<f64>> = match way {
                "cascade" => (0..config.copies).map(copy).collect(),
                _ => signals.clone(),
            };
            let cue = &mix(&inputs, &second);
            let trial = bench.alone(&body, &Inputs { force: &force, cue, ..Default::default() })?;
            relative.push(rms(&trial.position) / alone);
            if way == "cascade" {
                let error: Vec<f64> = felt.iter().zip(mix(&kept, &first)).map(|(s, p)| s - p).collect();
                descend(&mut first, &direct, &error, config.first_step);
            }
            // Before stage 1 predicts anything, stage 2 has no input to learn from.
            if inputs.iter().flatten().any(|x| *x != 0.0) {
                descend(&mut second, &Lifted::new(&h, &h, &inputs)?, &trial.sensed_error, config.second_step);
            }
        }
    }
    Ok(DeviationCurve { way: way.into(), change: change.into(), relative })
}

/// Moves the weights `steps` safe steps against the gradient.
fn descend(weights: &mut [f64], lifted: &Lifted, error: &[f64], steps: f64) {
    let rate = steps * lifted.safe_rate();
    let trace = lifted.response();
    for (j, w) in weights.iter_mut().enumerate() {
        *w += rate * error.iter().enumerate().fold(0.0, |sum, (n, e)| sum + trace[(n, j)] * e);
    }
}

/// The way that adds to the command.
fn motor(config: &Config, change: &str) -> Result<DeviationCurve, Error> {
    let bench = &config.bench;
    let h = bench.response(&config.body())?;
    let rate = config.second_step * Lifted::new(&h, &h, &bench.signals()?)?.safe_rate();
    let mut weights = vec![0.0; bench.signals];
    let mut relative = Vec::new();
    for (body, force, trials) in phases(config, change) {
        let inputs = Inputs { force: &force, ..Default::default() };
        let alone = rms(&bench.alone(&body, &inputs)?.position);
        let filter = bench.filter(TraceModel::Response(h.clone()), Step::Plain(rate), &weights)?;
        let mut closed = bench.taught(&body, "fel", filter)?;
        for _ in 0..=trials {
            relative.push(rms(&bench.trial(&mut closed, &inputs)?.position) / alone);
        }
        weights.copy_from_slice(closed.controller().weights());
    }
    Ok(DeviationCurve { way: "fel".into(), change: change.into(), relative })
}
