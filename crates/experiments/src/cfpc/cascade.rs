//! `cfpc/cascade`: two ways to learn to meet a push. The sensory cascade first foretells the proximal event (the push as it is felt) from
//! the cue, and then the error from that; the motor way learns commands from the cue. What carries over when the push or the body
//! changes?
//!
//! ```text
//! cue ──Gaussians──▶ stage 1: ŝ[n] ≈ s[n + lead] ──delayed copies──▶ stage 2: o ──▶ error of the law (CFPC)
//! cue ──Gaussians──▶ filter ──▶ command (feedback-error learning);  the same with o ──▶ error of the law
//! ```
//!
//! Source of the question: Maffei, Herreros, Sanchez-Fibla, Friston & Verschure 2017, doi:10.1098/rspb.2017.1780 (abstract).

use super::SOURCES;
use super::bench::{self, Bench, Outside, PLANTS};

use lobule_control::FeedbackErrorLearning;
use lobule_control::filter::{AdaptiveFilter, Learning, Step, TraceModel, Update};
use lobule_control::oracle::Lifted;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::numbers::{fixed, short};
use lobule_study::report::palette::{BLUE, GREEN, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Cascade;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    plant: String,
    cue_s: f64,
    push_s: f64,
    push_for_s: f64,
    push: f64,
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

/// A course of learning through a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// `cascade`, `cfpc` or `fel`.
    way: String,
    /// `push` or `body`.
    change: String,
    /// Deviation of each trial over that of feedback alone under the same push and body; the first trial after the change has
    /// index `trials + 1`.
    relative: Vec<f64>,
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    courses: Vec<Course>,
}

const WAYS: [(&str, &str); 3] = [
    ("cascade", "sensory cascade"),
    ("cfpc", "one stage, counterfactual error"),
    ("fel", "one stage, motor (feedback-error learning)"),
];

static CARD: Card = Card {
    name: "cfpc/cascade",
    title: "Foretelling the push, or learning the command",
    line: "a cascade of sensory predictions against motor adaptation when the push or the body changes",
    source: "Maffei et al. 2017, doi:10.1098/rspb.2017.1780",
    sources: SOURCES,
    defaults: concat!(include_str!("cascade.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "100 trials, then 40, seconds", ""),
        Preset::new("quick", "the direction of the effect", include_str!("cascade.quick.toml")),
    ],
    unit: "courses",
    ..Card::BLANK
};

impl Study for Cascade {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        if !PLANTS.contains(&config.plant.as_str()) {
            return wrong("plant", format!("`{}`; one of {}", config.plant, PLANTS.join(", ")));
        }
        let end = config.push_s + config.push_for_s;
        if !(config.push_s > config.cue_s
            && config.cue_s >= 0.0
            && end < config.bench.trial_s
            && config.push_for_s > 0.0)
        {
            return wrong(
                "push_s",
                format!("{}; after the cue, and over before the trial is", config.push_s),
            );
        }
        if !(1..=10_000).contains(&config.trials) || !(1..=10_000).contains(&config.after) {
            return wrong("trials", format!("{}, then {}; 1 to 10000 each", config.trials, config.after));
        }
        let apart = config.distance_s >= config.bench.dt_s;
        if !(apart && (1..=200).contains(&config.copies)) {
            return wrong("copies", format!("{}; 1 to 200, at least a tick apart", config.copies));
        }
        if !(config.lead_s >= 0.0 && config.lead_s < config.push_s) {
            return wrong("lead_s", format!("{}; from 0 to less than push_s", config.lead_s));
        }
        if !((0.0..2.0).contains(&config.first_step) && (0.0..2.0).contains(&config.second_step)) {
            return wrong(
                "first_step",
                format!("{} and {}; from 0 to below 2", config.first_step, config.second_step),
            );
        }
        let (bench, body) = (&config.bench, changed(config));
        let radius = bench.system(&body.plant()?, &bench.law(&body)?)?.spectral_radius();
        if !bench::is_stable(radius) {
            return wrong(
                "mass_factor",
                format!("{}; the changed loop is unstable, change less", config.mass_factor),
            );
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let items: Vec<(&str, &str)> = WAYS.iter().flat_map(|w| [(w.0, "push"), (w.0, "body")]).collect();
        run.progress.expect(items.len() as u64);
        let courses = run.each(&items, |&(way, change)| {
            let course = match way {
                "fel" => motor(config, change)?,
                _ => sensory(config, way, change)?,
            };
            run.progress.done(1);
            Ok(course)
        })?;
        Ok(Record { courses })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        for (way, _) in WAYS {
            for change in ["push", "body"] {
                let Some(course) = find(record, way, change) else { continue };
                let first = config.trials + 1;
                for (name, trial, meaning) in [
                    ("before", config.trials, "Deviation before the change, over that of feedback alone."),
                    ("third", first + 3, "Deviation in the third trial after the first with the change."),
                    ("after", first + config.after, "Deviation at the end."),
                ] {
                    let value =
                        course.relative.get(trial).or(course.relative.last()).copied().unwrap_or(f64::NAN);
                    let name = format!("{name}/{way}/{change}");
                    all.push(Finding::seven(
                        name,
                        meaning,
                        vec![value],
                        "1",
                        [None, None],
                        Judge::Each,
                        "measured here",
                    ));
                }
                let (before, third) = (course.relative.get(config.trials), course.relative.get(first + 3));
                let loss = third.zip(before).map_or(f64::NAN, |(t, b)| t / b);
                let meaning = "Deviation in the third trial after the first with the change, over that before the change.";
                let name = format!("loss/{way}/{change}");
                all.push(Finding::seven(
                    name,
                    meaning,
                    vec![loss],
                    "1",
                    [None, None],
                    Judge::Each,
                    "measured here",
                ));
            }
        }
        for change in ["push", "body"] {
            let (Some(a), Some(b)) = (find(record, "cascade", change), find(record, "fel", change)) else {
                continue;
            };
            let third = config.trials + 4;
            let ratio = match (a.relative.get(third), b.relative.get(third)) {
                (Some(a), Some(b)) => a / b,
                _ => f64::NAN,
            };
            all.push(Finding::seven(
                format!("cascade_over_motor/{change}"),
                "Third trial after the first with the change: deviation of the cascade over that of the motor way. Below 1 the cascade \
                 carries over better.",
                vec![ratio],
                "1",
                [None, Some(1.0)],
                Judge::Each,
                "Maffei et al. 2017, doi:10.1098/rspb.2017.1780, abstract: the sensory cascade generalizes, motor adaptation does not",
            ));
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
        for (change, title) in [("push", "another push"), ("body", "another body")] {
            let last = (config.trials + 1 + config.after) as f64;
            let x = Axis::exact("trial", 0.0, last).step(20.0);
            let mut panel = Panel::new(title, x, Axis::decades("deviation (1: feedback alone)", -3, 1, 1));
            panel.shades.push((config.trials as f64 + 1.0, last));
            panel.levels.push(Level::across(0.0).pen(Stroke::guide()));
            for ((way, _), pen) in WAYS.iter().zip(&pens) {
                let Some(course) = find(record, way, change) else { continue };
                let points = course.relative.iter().enumerate();
                let points = points.map(|(k, v)| (k as f64, libm::log10(*v).clamp(-3.0, 1e3))).collect();
                panel.marks.push(Mark::Line { points, stroke: pen.clone() });
            }
            plate.panels.push(panel);
        }
        plate.legend.extend(WAYS.iter().zip(pens).map(|((_, words), pen)| Key::line(words, pen)));
        plate.legend.push(Key::block("after the change", lobule_study::report::chart::SHADE));
        let caption = "Deviation of each trial over that of feedback alone under the same push and body. In the shaded part the push (A) or mass and \
            stiffness (B) are others.";
        Ok(vec![Figure::svg("cascade", caption, plot::svg(&plate)?)])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let third = |way: &str, change: &str| {
            let course = find(record, way, change);
            short(course.and_then(|c| c.relative.get(config.trials + 4).copied()).unwrap_or(f64::NAN))
        };
        let loss = |way: &str, change: &str| {
            let course = find(record, way, change);
            let at = |k: usize| course.and_then(|c| c.relative.get(k).copied()).unwrap_or(f64::NAN);
            short(at(config.trials + 4) / at(config.trials))
        };
        Story {
            answer: format!(
                "Three trials after the first with another push, the deviation is {} of that of feedback alone with the cascade and {} with motor \
                 adaptation; with another body {} and {}.",
                third("cascade", "push"),
                third("fel", "push"),
                third("cascade", "body"),
                third("fel", "body"),
            ),
            small_print: vec![
                format!(
                    "Over the deviation before the change that is {} times as much for the cascade and {} times for motor adaptation with another \
                     push, {} and {} with another body.",
                    loss("cascade", "push"),
                    loss("fel", "push"),
                    loss("cascade", "body"),
                    loss("fel", "body"),
                ),
                "The cascade loses little when the push changes: its first stage has a direct teacher and follows in a few trials, and its second \
                 needs no change in a linear loop. But it sees the cue only through what the first stage says, a smooth copy of the push, and \
                 never gets as good as the one-stage ways, which may shape their output freely. The claim that it does better after a change is \
                 therefore not borne out on this bench in absolute terms."
                    .into(),
            ],
            steps: vec![
                "A cue comes before a push. The proximal event is the push as it is felt, late.".into(),
                format!(
                    "Cascade: stage 1 learns to foretell the event {} s ahead from the cue; stage 2 learns from delayed copies of that what error \
                     to expect. One stage: the error, or the command, is learned from the cue directly.",
                    fixed(config.lead_s, 2)
                ),
                "Then the push grows, or the body becomes heavier and stiffer; all keep learning.".into(),
            ],
            sections: vec![Section::new("What carries over", "", &["cascade"])],
            differences: vec![
                "The paper's simulation is not public to us: stages, body and changes are ours; only its claim is tested.".into(),
            ], ..Story::default() }
    }
}

fn find<'a>(record: &'a Record, way: &str, change: &str) -> Option<&'a Course> {
    record.courses.iter().find(|c| c.way == way && c.change == change)
}

fn changed(config: &Config) -> bench::PlantConfig {
    let mut body = config.bench.config(&config.plant);
    body.mass *= config.mass_factor;
    body.stiffness *= config.stiffness_factor;
    body
}

fn push(config: &Config, size: f64) -> Vec<f64> {
    let tick = |s: f64| (s / config.bench.dt_s).round() as usize;
    let (from, to) = (tick(config.push_s), tick(config.push_s + config.push_for_s));
    (0..config.bench.ticks()).map(|n| if (from..to).contains(&n) { size } else { 0.0 }).collect()
}

/// Body and push before and after the change.
fn phases(config: &Config, change: &str) -> [(bench::PlantConfig, Vec<f64>, usize); 2] {
    let body = config.bench.config(&config.plant);
    let before = (body, push(config, config.push), config.trials);
    let after = if change == "push" {
        (body, push(config, config.push * config.push_factor), config.after)
    } else {
        (changed(config), push(config, config.push), config.after)
    };
    [before, after]
}

/// A trial of feedback with a counterfactual error.
fn sway(
    config: &Config,
    body: &bench::PlantConfig,
    force: &[f64],
    expected: &[f64],
) -> Result<bench::Trial, Error> {
    let bench = &config.bench;
    let zero = vec![0.0; bench.ticks()];
    bench::trial(
        &mut bench.reflex(body)?,
        bench.delays()[0],
        &Outside { reference: &zero, force, cue: expected },
    )
}

/// `Σ w x`. `[ticks]`
fn mix(signals: &[Vec<f64>], weights: &[f64], ticks: usize) -> Vec<f64> {
    (0..ticks).map(|n| signals.iter().zip(weights).fold(0.0, |sum, (x, w)| sum + w * x[n])).collect()
}

/// The signal, so many ticks late.
fn shifted(x: &[f64], late: usize) -> Vec<f64> {
    (0..x.len()).map(|n| if n >= late { x[n - late] } else { 0.0 }).collect()
}

/// The ways that add to the error: in two stages, or in one.
fn sensory(config: &Config, way: &str, change: &str) -> Result<Course, Error> {
    let bench = &config.bench;
    let ticks = bench.ticks();
    let signals = bench.signals()?;
    let h = bench.response(&bench.config(&config.plant))?;
    let tick = |s: f64| (s / bench.dt_s).round() as usize;
    let (lead, late) = (tick(config.lead_s), bench.delays()[0]);

    // Stage 1 hears the event late. Its input is kept by a trace of the same delay and the lead, so that it learns what comes `lead` after
    // its input.
    let kept: Vec<Vec<f64>> = signals.iter().map(|x| shifted(x, lead + late)).collect();
    let direct = Lifted::new(&[1.0], &[1.0], &kept)?;
    let mut first = vec![0.0; signals.len()];
    let mut second = vec![0.0; if way == "cascade" { config.copies } else { signals.len() }];
    let zero = vec![0.0; ticks];
    let mut relative = Vec::new();
    for (body, force, trials) in phases(config, change) {
        let alone = bench::rms(&sway(config, &body, &force, &zero)?.position);
        let felt = shifted(&force, late);
        for _ in 0..=trials {
            let foretold = mix(&signals, &first, ticks);
            let inputs: Vec<Vec<f64>> = if way == "cascade" {
                (0..config.copies).map(|k| shifted(&foretold, k * tick(config.distance_s))).collect()
            } else {
                signals.clone()
            };
            let told = sway(config, &body, &force, &mix(&inputs, &second, ticks))?;
            relative.push(bench::rms(&told.position) / alone);
            if way == "cascade" {
                let error: Vec<f64> =
                    felt.iter().zip(mix(&kept, &first, ticks)).map(|(s, p)| s - p).collect();
                descend(&mut first, &direct, &error, config.first_step);
            }
            // Before stage 1 says anything, stage 2 has no input to learn from.
            if inputs.iter().flatten().any(|x| *x != 0.0) {
                let lifted = Lifted::new(&h, &h, &inputs)?;
                descend(&mut second, &lifted, &told.sensed_error, config.second_step);
            }
        }
    }
    Ok(Course { way: way.into(), change: change.into(), relative })
}

/// A step of so many safe steps against the gradient.
fn descend(weights: &mut [f64], lifted: &Lifted, error: &[f64], steps: f64) {
    let rate = steps * lifted.safe_rate();
    let trace = lifted.response();
    for (j, w) in weights.iter_mut().enumerate() {
        *w += rate * error.iter().enumerate().fold(0.0, |sum, (n, e)| sum + trace[(n, j)] * e);
    }
}

/// The way that adds to the command.
fn motor(config: &Config, change: &str) -> Result<Course, Error> {
    let bench = &config.bench;
    let h = bench.response(&bench.config(&config.plant))?;
    let rate = config.second_step * Lifted::new(&h, &h, &bench.signals()?)?.safe_rate();
    let learning =
        Learning { trace: TraceModel::Response(h), update: Update::Trial, step: Step::Plain(rate) };
    let mut weights = vec![0.0; bench.signals];
    let zero = vec![0.0; bench.ticks()];
    let mut relative = Vec::new();
    for (body, force, trials) in phases(config, change) {
        let alone = bench::rms(&sway(config, &body, &force, &zero)?.position);
        let filter = AdaptiveFilter::new(bench.basis()?, &learning)?.with_weights(&weights)?;
        let controller = FeedbackErrorLearning::new(bench.law(&body)?, filter, bench.dt_s);
        let mut closed = bench.close(Box::new(body.plant()?), Box::new(controller))?;
        for _ in 0..=trials {
            let outside = Outside { reference: &zero, force: &force, cue: &[] };
            let told = bench::trial(&mut closed, bench.delays()[0], &outside)?;
            relative.push(bench::rms(&told.position) / alone);
        }
        weights.copy_from_slice(closed.controller().weights());
    }
    Ok(Course { way: "fel".into(), change: change.into(), relative })
}
