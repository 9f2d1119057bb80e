//! `cfpc/transfer`: CFPC and feedback-error learning with the same trace, tick by tick: learning, a plant that changes and
//! changes back, a noisy sensor, a bounded motor.

use super::bench::{self, Bench, Mismatch, Outside, PLANTS};

use super::{REFERENCE, SOURCES};
use lobule_control::filter::{AdaptiveFilter, Learning, Step, TraceModel, Update};
use lobule_control::oracle::Lifted;
use lobule_control::plant::{Linear, Noisy, Saturated};
use lobule_control::{Cfpc, Controller, FeedbackErrorLearning, Plant};
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::html::Table;
use lobule_study::report::numbers::{fixed, short};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Transfer;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    plant: String,
    trials: usize,
    mass_factor: f64,
    stiffness_factor: f64,
    delay_s: f64,
    noise_sd: f64,
    bound: f64,
    hopeless_step: f64,
    learned_below: f64,
    bench: Bench,
}

/// A course through the three phases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// `cfpc` or `fel`.
    teacher: String,
    /// `model`, `delay` or `none`.
    trace: String,
    /// `plain`, `noisy` or `saturated`.
    body: String,
    seed: u64,
    /// True error of each trial, root mean square: on the plant, the changed one, the plant again. A course that diverged is shorter.
    rms: [Vec<f64>; 3],
    /// Largest magnitude of a weight at the end of the first phase.
    largest_weight: f64,
    /// Trial of the first phase at which it was broken off.
    diverged_at: Option<usize>,
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    arms: Vec<Arm>,
}

impl Record {
    fn of(&self, teacher: &str, trace: &str, body: &str) -> Vec<&Arm> {
        self.arms.iter().filter(|a| a.teacher == teacher && a.trace == trace && a.body == body).collect()
    }
}

/// Error, in units of position, at which a course is broken off: far beyond any movement.
const CEILING: f64 = 1e6;

static CARD: Card = Card {
    name: "cfpc/transfer",
    title: "Two teachers, one trace: CFPC and feedback-error learning",
    line: "CFPC against feedback-error learning: a plant that changes, noise, a bounded motor",
    source: "Herreros-Alonso et al. 2016; Gomi & Kawato 1993",
    sources: SOURCES,
    defaults: concat!(include_str!("transfer.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "80 trials of each phase, seconds", ""),
        Preset::new("quick", "20 trials, one seed", include_str!("transfer.quick.toml")),
    ],
    unit: "courses",
    ..Card::BLANK
};

const CONDITIONS: [(&str, &str); 5] =
    [("model", "plain"), ("delay", "plain"), ("none", "plain"), ("model", "noisy"), ("model", "saturated")];

impl Study for Transfer {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        if !PLANTS.contains(&config.plant.as_str()) {
            return wrong("plant", format!("`{}`; one of {}", config.plant, PLANTS.join(", ")));
        }
        if !(1..=10_000).contains(&config.trials) {
            return wrong("trials", format!("{}; 1 to 10000", config.trials));
        }
        let bench = &config.bench;
        let changed = bench.system(&changed(config).plant()?, &bench.law(&bench.config(&config.plant))?)?;
        if !bench::is_stable(changed.spectral_radius()) {
            let factors = format!("{}, {}", config.mass_factor, config.stiffness_factor);
            return wrong(
                "mass_factor",
                format!("{factors}: the loop of the changed plant is unstable; change less"),
            );
        }
        if !(config.delay_s >= 0.0 && config.delay_s < bench.trial_s) {
            return wrong("delay_s", format!("{}; from 0 to less than a trial", config.delay_s));
        }
        if !(config.noise_sd >= 0.0
            && config.bound > 0.0
            && config.hopeless_step > 0.0
            && config.learned_below > 0.0)
        {
            return wrong(
                "bound",
                format!(
                    "{}; above 0, as hopeless_step and learned_below, with noise_sd from 0",
                    config.bound
                ),
            );
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let mut items = Vec::new();
        for teacher in ["cfpc", "fel"] {
            for (trace, body) in CONDITIONS {
                let seeds = if body == "noisy" { config.seeds.len() } else { 1 };
                items.extend(config.seeds[..seeds].iter().map(|s| (teacher, trace, body, *s)));
            }
        }
        run.progress.expect(items.len() as u64);
        let arms = run.each(&items, |&(teacher, trace, body, seed)| {
            let arm = arm(config, teacher, trace, body, seed)?;
            run.progress.done(1);
            Ok(arm)
        })?;
        Ok(Record { arms })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings(config, record)
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut plate = Plate::new("transfer", 1, 200.0);
        let n = config.trials + 1;
        let pens = |teacher: &str, trace: &str, body: &str| {
            let colour = match (trace, body) {
                ("none", _) => VERMILLION,
                ("delay", _) => GREEN,
                (_, "saturated") => ORANGE,
                (_, "noisy") => BLACK,
                _ => BLUE,
            };
            let dash = if teacher == "fel" { Dash::Dashed } else { Dash::Solid };
            Stroke::new(colour, 2.0).dash(dash)
        };
        let y = Axis::decades("true error, rms", -3, 1, 1);
        let mut panel = Panel::new("", Axis::exact("trial", 0.0, 3.0 * n as f64).step(20.0), y);
        panel.shades.push((n as f64, 2.0 * n as f64));
        for (trace, body) in CONDITIONS {
            for teacher in ["cfpc", "fel"] {
                let Some(arm) = record.of(teacher, trace, body).first().copied() else { continue };
                let mut points = Vec::new();
                for (phase, rms) in arm.rms.iter().enumerate() {
                    for (k, v) in rms.iter().enumerate() {
                        let y = libm::log10(*v);
                        points.push(((phase * n + k) as f64, if y <= 1.0 { y.max(-3.0) } else { f64::NAN }));
                    }
                }
                panel.marks.push(Mark::Line { points, stroke: pens(teacher, trace, body) });
            }
        }
        let edge = Stroke::guide();
        for k in 1..3 {
            panel.levels.push(Level::upright((k * n) as f64).pen(edge.clone()));
        }
        plate.panels.push(panel);
        for (trace, body) in CONDITIONS {
            let words = match (trace, body) {
                ("none", _) => "no trace",
                ("delay", _) => "delay",
                (_, "saturated") => "model, bounded motor",
                (_, "noisy") => "model, noisy sensor",
                _ => "model",
            };
            plate.legend.push(Key::line(words, pens("cfpc", trace, body)));
        }
        plate.legend.push(Key::line("feedback-error learning", Stroke::new(GUIDE, 2.0).dash(Dash::Dashed)));
        plate.legend.push(Key::block("changed plant", lobule_study::report::chart::SHADE));
        let caption = "True error of each trial. Unbroken: CFPC, which corrects the error that the feedback law sees; broken: feedback-error \
            learning, which corrects the command. In the shaded part the plant is another; afterwards it is the first again. Without a \
            trace both diverge; those curves leave the panel and have no further phases.";
        Ok(vec![Figure::svg("transfer", caption, plot::svg(&plate)?)])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let gap = teachers_differ(record, "plain");
        let saturated = |t: &str| {
            record
                .of(t, "model", "saturated")
                .first()
                .and_then(|a| a.rms[0].last().copied())
                .unwrap_or(f64::NAN)
        };
        let mut table = Table::new(
            &[
                "teacher",
                "trace",
                "body",
                "learned at trial",
                "after the change",
                "on return",
                "first error after the change",
                "largest weight",
            ],
            &[3, 4, 5, 6, 7],
        );
        for arm in record.arms.iter().filter(|a| a.seed == config.seeds[0]) {
            let at = |phase: usize| reached(config, arm, phase).map_or_else(|| "–".into(), |k| k.to_string());
            table.rows.push(vec![
                arm.teacher.clone(),
                arm.trace.clone(),
                arm.body.clone(),
                at(0),
                at(1),
                at(2),
                arm.rms[1].first().map_or_else(|| "–".into(), |v| short(*v)),
                if arm.largest_weight < 1e4 { short(arm.largest_weight) } else { "diverged".into() },
            ]);
        }
        Story {
            answer: format!(
                "With the same model trace the errors of the two teachers differ by at most {} of that of feedback alone, before and after the \
                 plant changes. What they learn differs: the largest weights are {} and {}.",
                short(gap),
                short(record.of("cfpc", "model", "plain").first().map_or(f64::NAN, |a| a.largest_weight)),
                short(record.of("fel", "model", "plain").first().map_or(f64::NAN, |a| a.largest_weight)),
            ),
            small_print: vec![
                format!(
                    "With a motor bounded at ±{} the errors at the end are {} (CFPC) and {} (feedback-error learning). There the loop is not \
                     linear, and the two part.",
                    fixed(config.bound, 1),
                    short(saturated("cfpc")),
                    short(saturated("fel"))
                ),
                "In a scalar linear loop the filter's output meets the same T on its way to either teacher; hence the same condition of \
                 stability and nearly the same course."
                    .into(),
            ],
            steps: vec![
                "Both learn the bench's movement tick by tick, every synapse with its own trace.".into(),
                "The plant becomes heavier and stiffer; the trace remains the model of the old one. Then the plant is the old one again.".into(),
                "With a noisy sensor the error is measured in a trial without noise and without learning.".into(),
            ],
            sections: vec![
                Section::new("The courses", "", &["transfer"]),
                Section {
                    html: table.html(),
                    ..Section::new(
                        "Numbers",
                        format!("Learned: first trial below {} of the error of feedback alone on that plant.", fixed(config.learned_below, 2)),
                        &[],
                    )
                },
            ],
            ..Story::default()
        }
    }
}

fn changed(config: &Config) -> bench::PlantConfig {
    let mut body = config.bench.config(&config.plant);
    body.mass *= config.mass_factor;
    body.stiffness *= config.stiffness_factor;
    body
}

/// First trial of a phase with an error below the share of its own plant's error without learning. Phases begin with what was learned,
/// so that the error of feedback alone of the first phase serves for all.
fn reached(config: &Config, arm: &Arm, phase: usize) -> Option<usize> {
    let alone = *arm.rms[0].first()?;
    arm.rms[phase].iter().position(|v| *v < config.learned_below * alone)
}

/// Largest difference between the teachers' errors with a model trace, over that of feedback alone.
fn teachers_differ(record: &Record, body: &str) -> f64 {
    let (a, b) = (record.of("cfpc", "model", body), record.of("fel", "model", body));
    let (Some(a), Some(b)) = (a.first(), b.first()) else { return f64::NAN };
    let alone = a.rms[0].first().copied().unwrap_or(f64::NAN);
    a.rms.iter().flatten().zip(b.rms.iter().flatten()).map(|(a, b)| (a - b).abs() / alone).fold(0.0, f64::max)
}

fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    let full = config.trials >= 80 && config.plant == "damped";
    let mut add = |name: String, meaning: &str, values: Vec<f64>, expected: Option<f64>| {
        // A trial that was never reached has no number.
        if values.is_empty() {
            return;
        }
        // A quarter for what the prototype does not say of its step.
        let rounded = |v: f64| (1e5 * v).round() / 1e5;
        let range = expected
            .filter(|_| full)
            .map_or([None, None], |e| [Some(rounded(0.75 * e)), Some(rounded(1.25 * e))]);
        all.push(Finding::seven(name, meaning, values, "1", range, Judge::Mean, REFERENCE));
    };
    let known: [(&str, &str, [f64; 3]); 4] = [
        ("cfpc", "model", [0.055, 0.023, 0.0067]),
        ("fel", "model", [0.055, 0.023, 0.0065]),
        ("cfpc", "delay", [0.035, 0.005, 0.0015]),
        ("fel", "delay", [0.035, 0.004, 0.0010]),
    ];
    let at = |arms: &[&Arm], phase: usize, trial: usize| -> Vec<f64> {
        arms.iter().filter_map(|a| a.rms[phase].get(trial).or(a.rms[phase].last()).copied()).collect()
    };
    for (teacher, trace, expected) in known {
        for (trial, expected) in [10, 30, 80].into_iter().zip(expected).filter(|t| t.0 <= config.trials) {
            let values = at(&record.of(teacher, trace, "plain"), 0, trial);
            add(
                format!("rms_at_{trial}/{teacher}/{trace}"),
                "True error at that trial, root mean square.",
                values,
                Some(expected),
            );
        }
    }
    for (teacher, weight, noisy) in [("cfpc", 1.24, 0.0068), ("fel", 13.1, 0.0066)] {
        let arms = record.of(teacher, "model", "plain");
        let values = arms.iter().map(|a| a.largest_weight).collect();
        add(
            format!("largest_weight/{teacher}"),
            "Largest magnitude of a weight after the first phase.",
            values,
            Some(weight),
        );
        let values = at(&record.of(teacher, "model", "noisy"), 0, config.trials);
        add(
            format!("rms_noisy/{teacher}"),
            "True error after learning from a noisy sensor; each seed's noise.",
            values,
            Some(noisy),
        );
        for (name, trial, expected) in
            [("first", 0, 0.163), ("tenth", 10, 0.023), ("last", config.trials, 0.006)]
        {
            let values = at(&arms, 1, trial);
            add(
                format!("changed_{name}/{teacher}"),
                "True error in a trial on the changed plant.",
                values,
                Some(expected),
            );
        }
        let values = at(&record.of(teacher, "model", "saturated"), 0, config.trials);
        add(
            format!("rms_saturated/{teacher}"),
            "True error after learning with a bounded motor.",
            values,
            None,
        );
        let first = |phase: usize| {
            arms.iter().filter_map(|a| reached(config, a, phase)).map(|k| k as f64).collect::<Vec<_>>()
        };
        add(
            format!("learned_at/{teacher}"),
            "First trial at which the movement counts as learned.",
            first(0),
            None,
        );
        add(
            format!("relearned_at/{teacher}"),
            "The same on return to the first plant: savings when smaller.",
            first(2),
            None,
        );
    }
    let gap = vec![teachers_differ(record, "plain")];
    let source = "independent numpy prototype: 2 percent";
    let meaning = "Model trace: largest difference between the two teachers' errors over that of feedback alone, all phases.";
    all.push(Finding::seven("teachers_differ", meaning, gap, "1", [None, Some(0.02)], Judge::Each, source));
    for teacher in ["cfpc", "fel"] {
        let grown =
            record.of(teacher, "none", "plain").iter().filter_map(|a| a.rms[0].last().copied()).collect();
        let range = if full { [Some(10.0), None] } else { [None, None] };
        let meaning =
            "No trace: true error after the first phase, which must have grown beyond all movement.";
        all.push(Finding::seven(
            format!("rms_without_trace/{teacher}"),
            meaning,
            grown,
            "1",
            range,
            Judge::Each,
            REFERENCE,
        ));
    }
    all
}

fn arm(config: &Config, teacher: &str, trace: &str, body: &str, seed: u64) -> Result<Arm, Error> {
    let bench = &config.bench;
    let original = bench.config(&config.plant);
    let h = bench.response(&original)?;
    let model = match trace {
        "model" => TraceModel::System(bench.mismatched_system(&original, &Mismatch::NONE)?),
        "delay" => TraceModel::Delay((config.delay_s / bench.dt_s).round() as usize),
        _ => TraceModel::None,
    };
    let lifted = Lifted::new(&h, &model.impulse(bench.ticks()), &bench.signals()?)?;
    let rate = match lifted.bound()? {
        Some(bound) => lifted.safe_rate().min(0.5 * bound),
        None => config.hopeless_step * lifted.safe_rate(),
    };
    let learning = Learning { trace: model, update: Update::Trial, step: Step::Plain(rate) };
    let minjerk = bench.minjerk();
    let outside = Outside { reference: &minjerk, ..Default::default() };
    let controller = |weights: &[f64]| -> Result<Box<dyn Controller>, Error> {
        let filter = AdaptiveFilter::new(bench.basis()?, &learning)?.with_weights(weights)?;
        let law = bench.law(&original)?;
        Ok(match teacher {
            "cfpc" => Box::new(Cfpc::new(law, filter, bench.dt_s)),
            _ => Box::new(FeedbackErrorLearning::new(law, filter, bench.dt_s)),
        })
    };
    let dressed = |plant: Linear| -> Result<Box<dyn Plant>, Error> {
        Ok(match body {
            "noisy" => {
                let mut sd = vec![0.0; plant.senses().len()];
                sd[0] = config.noise_sd;
                Box::new(Noisy::new(plant, sd, seed, "sensor")?)
            }
            "saturated" => Box::new(Saturated::new(plant, -config.bound, config.bound)?),
            _ => Box::new(plant),
        })
    };

    let mut weights = vec![0.0; bench.signals];
    let mut arm = Arm {
        teacher: teacher.into(),
        trace: trace.into(),
        body: body.into(),
        seed,
        rms: [Vec::new(), Vec::new(), Vec::new()],
        largest_weight: 0.0,
        diverged_at: None,
    };
    for (phase, plant) in [original, changed(config), original].iter().enumerate() {
        let mut closed = bench.close(dressed(plant.plant()?)?, controller(&weights)?)?;
        let delay = bench.delays()[0];
        for trial in 0..=config.trials {
            let clean = if body == "noisy" {
                let mut clean =
                    bench.close(Box::new(plant.plant()?), controller(closed.controller().weights())?)?;
                Some(bench::trial(&mut clean, delay, &outside)?)
            } else {
                None
            };
            let told = bench::trial(&mut closed, delay, &outside)?;
            let now = bench::rms(&clean.unwrap_or(told).true_error(&minjerk));
            arm.rms[phase].push(now);
            if now.is_nan() || now > CEILING {
                arm.diverged_at = Some(trial);
                break;
            }
        }
        weights.copy_from_slice(closed.controller().weights());
        if phase == 0 {
            arm.largest_weight = weights.iter().fold(0.0, |top: f64, w| top.max(w.abs()));
        }
        // What has grown beyond all movement goes no further.
        if arm.rms[phase].last().is_some_and(|v| *v > 1.0) {
            break;
        }
    }
    Ok(arm)
}
