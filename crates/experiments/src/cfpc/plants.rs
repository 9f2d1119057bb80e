//! `cfpc/plants`: the model trace, exact and identified, on all plants, on an unstable one and with a bounded motor, tick by tick.

use super::bench::{self, Bench, Outside, PLANTS, plant_name};

use super::{REFERENCE, SOURCES};
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::filter::{AdaptiveFilter, Learning, Step, TraceModel, Update};
use lobule_control::identify::{identify, impulse_response};
use lobule_control::oracle::Lifted;
use lobule_control::plant::{Linear, Saturated};
use lobule_control::{Cfpc, Plant};
use lobule_study::Error;
use lobule_study::report::axes::trial_at;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct OtherPlants;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    trials: usize,
    pendulum_kg: f64,
    pendulum_m: f64,
    pendulum_kp: f64,
    pendulum_kd: f64,
    pendulum_rad: f64,
    bounds: Vec<f64>,
    probe_amplitude: f64,
    probe_s: f64,
    ridge: f64,
    bench: Bench,
}

/// A body with its feedback law.
#[derive(Debug, Clone)]
struct Subject {
    name: String,
    plant: Linear,
    bound: Option<f64>,
    law: Pid,
    amplitude: f64,
}

/// A course of learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    body: String,
    /// Exact model, or identified with the probe of a seed.
    seed: Option<u64>,
    /// Relative error of each trial.
    relative: Vec<f64>,
    /// Reference and position before and after learning, over the amplitude. `[3][ticks]`
    movement: [Vec<f64>; 3],
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    dt_s: f64,
    courses: Vec<Course>,
}

static CARD: Card = Card {
    name: "cfpc/plants",
    title: "Other bodies: an unstable one, a bounded motor",
    line: "the model trace, exact and identified, on six bodies, tick by tick",
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: SOURCES,
    defaults: concat!(include_str!("plants.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "100 trials, seconds", ""),
        Preset::new("quick", "20 trials", include_str!("plants.quick.toml")),
    ],
    unit: "courses",
    ..Card::BLANK
};

fn subjects(config: &Config) -> Result<Vec<Subject>, Error> {
    let bench = &config.bench;
    let mut all = Vec::new();
    for name in PLANTS {
        let body = bench.config(name);
        let (plant, law) = (body.plant()?, bench.law(&body)?);
        all.push(Subject { name: name.into(), plant, bound: None, law, amplitude: 1.0 });
    }
    let gains =
        PidGains { kp: config.pendulum_kp, kd: config.pendulum_kd, ki: 0.0, filter_s: bench.filter_s };
    all.push(Subject {
        name: "inverted_pendulum".into(),
        plant: Linear::inverted_pendulum(config.pendulum_kg, config.pendulum_m)?,
        bound: None,
        law: Pid::new(gains, bench.dt_s)?,
        amplitude: config.pendulum_rad,
    });
    let damped = bench.config("damped");
    for &bound in &config.bounds {
        all.push(Subject {
            name: format!("damped, motor ±{bound}"),
            plant: damped.plant()?,
            bound: Some(bound),
            law: bench.law(&damped)?,
            amplitude: 1.0,
        });
    }
    Ok(all)
}

impl Study for OtherPlants {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        if !(1..=10_000).contains(&config.trials) {
            return wrong("trials", format!("{}; 1 to 10000", config.trials));
        }
        if !(config.pendulum_rad > 0.0 && config.pendulum_rad <= 1.0) {
            return wrong(
                "pendulum_rad",
                format!("{}; above 0 to 1, for the plant is linear", config.pendulum_rad),
            );
        }
        if let Some(bound) = config.bounds.iter().find(|b| b.is_nan() || **b <= 0.0) {
            return wrong("bounds", format!("{bound}; above 0"));
        }
        let probe = config.probe_s / config.bench.dt_s;
        if !(probe >= config.bench.ticks() as f64 && probe <= 1e6) {
            return wrong("probe_s", format!("{}; from a trial to a million ticks", config.probe_s));
        }
        for subject in subjects(config)? {
            let radius = config.bench.system(&subject.plant, &subject.law)?.spectral_radius();
            if !bench::is_stable(radius) {
                return wrong(
                    "pendulum_kp",
                    format!("{}; the loop of `{}` is unstable ({radius})", config.pendulum_kp, subject.name),
                );
            }
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let subjects = subjects(config)?;
        let mut items = Vec::new();
        for subject in &subjects {
            items.push((subject, None));
            items.extend(config.seeds.iter().map(|s| (subject, Some(*s))));
        }
        run.progress.expect(items.len() as u64);
        let courses = run.each(&items, |(subject, seed)| {
            let course = learn(config, subject, *seed)?;
            run.progress.done(1);
            Ok(course)
        })?;
        Ok(Record { dt_s: config.bench.dt_s, courses })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        let mut bodies: Vec<&str> = record.courses.iter().map(|c| c.body.as_str()).collect();
        bodies.dedup();
        for body in bodies {
            let of = |exact: bool| -> Vec<f64> {
                let all = record.courses.iter().filter(|c| c.body == body && c.seed.is_none() == exact);
                all.filter_map(|c| c.relative.get(50).or(c.relative.last()).copied()).collect()
            };
            let (exact, found) = (of(true), of(false));
            let full = config.trials >= 50;
            let (range, source) = match body {
                "inverted_pendulum" => {
                    ([None, Some(0.2)], "chosen: an unstable plant in a stable loop learns as others do")
                }
                b if b.starts_with("damped,") => {
                    ([None, Some(1.0)], "chosen: a bounded motor limits learning but does not undo it")
                }
                _ => ([None, None], "measured here; `cfpc/traces` judges it"),
            };
            let range = if full { range } else { [None, None] };
            let slug = body.replace(", motor ±", "_motor_");
            let meaning = "Exact model: relative error at trial 50 (or the last).";
            all.push(Finding::seven(
                format!("exact/{slug}"),
                meaning,
                exact.clone(),
                "1",
                range,
                Judge::Each,
                source,
            ));
            let linear = !body.starts_with("damped,");
            let range = if full && linear { [Some(0.5), Some(2.0)] } else { [None, None] };
            let ratios = found.iter().map(|v| v / exact.first().copied().unwrap_or(f64::NAN)).collect();
            let meaning = "Identified over exact model at that trial; each seed's probe.";
            all.push(Finding::seven(
                format!("identified_over_exact/{slug}"),
                meaning,
                ratios,
                "1",
                range,
                Judge::Each,
                REFERENCE,
            ));
        }
        all
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let colours = [BLUE, GREEN, ORANGE, PURPLE, VERMILLION, SKY, BLACK];
        let exact: Vec<&Course> = record.courses.iter().filter(|c| c.seed.is_none()).collect();
        let mut plate = Plate::new("plants", 2, 210.0);
        let y = Axis::decades("relative error", -3, 1, 1);
        let mut left = Panel::new("learning", Axis::trials(config.trials), y);
        left.levels.push(Level::across(0.0).pen(Stroke::guide()));
        for (k, course) in exact.iter().enumerate() {
            let stroke = Stroke::new(colours[k % colours.len()], 2.0);
            let points = course.relative.iter().enumerate().map(|(k, v)| {
                let y = libm::log10(*v);
                (trial_at(k), if y <= 1.0 { y.max(-3.0) } else { f64::NAN })
            });
            left.marks.push(Mark::Line { points: points.collect(), stroke: stroke.clone() });
            let words = if PLANTS.contains(&course.body.as_str()) || course.body == "inverted_pendulum" {
                plant_name(&course.body)
            } else {
                &course.body
            };
            plate.legend.push(Key::line(words, stroke));
        }
        plate.panels.push(left);
        for (body, title) in [("inverted_pendulum", "inverted pendulum".to_owned())].into_iter().chain(
            exact
                .iter()
                .rev()
                .take(2)
                .filter(|c| c.body.contains("motor"))
                .map(|c| (c.body.as_str(), c.body.clone())),
        ) {
            let Some(course) = exact.iter().find(|c| c.body == body) else { continue };
            let x = Axis::exact("time (s)", 0.0, config.bench.trial_s);
            let y = Axis::exact("position (amplitudes)", -1.1, 1.6).step(0.5);
            let mut panel = Panel::new(&title, x, y);
            let pens =
                [Stroke::new(GUIDE, 3.0), Stroke::new(BLACK, 1.6).dash(Dash::Dashed), Stroke::new(BLUE, 2.0)];
            for (curve, pen) in course.movement.iter().zip(pens) {
                let points = curve.iter().enumerate().map(|(n, y)| (n as f64 * record.dt_s, *y)).collect();
                panel.marks.push(Mark::Line { points, stroke: pen });
            }
            plate.panels.push(panel);
        }
        plate.legend.push(Key::line("reference", Stroke::new(GUIDE, 3.0)));
        plate.legend.push(Key::line("before learning", Stroke::new(BLACK, 1.6).dash(Dash::Dashed)));
        let caption = "Left: error of each trial with the exact model of the loop (that without bounds, where the motor has some). Others: the movement before \
            learning (broken) and after it (blue, in every panel), on the reference (grey).";
        Ok(vec![Figure::svg("plants", caption, plot::svg(&plate)?)])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let last = |body: &str| {
            let course = record.courses.iter().find(|c| c.body == body && c.seed.is_none());
            course.and_then(|c| c.relative.last().copied()).unwrap_or(f64::NAN)
        };
        use lobule_study::report::numbers::short;
        let bounded: Vec<String> = config
            .bounds
            .iter()
            .map(|b| format!("{} at ±{b}", short(last(&format!("damped, motor ±{b}")))))
            .collect();
        Story {
            answer: format!(
                "After {} trials the inverted pendulum's relative error is {}; with a bounded motor the damped plant's is {}.",
                config.trials,
                short(last("inverted_pendulum")),
                bounded.join(", ")
            ),
            small_print: vec![
                "CFPC needs a stable loop, not a stable plant: its trace is a model of the loop. A Smith predictor, which models the plant \
                 outside the loop, cannot be used on the pendulum."
                    .into(),
                "A bounded motor gives less than is asked for; what cannot be reached remains, and the weights keep growing there."
                    .into(),
            ],
            steps: vec![
                "Each body learns the bench's movement tick by tick with the exact model of its loop in every synapse.".into(),
                "The same with a model that a minute of random steps identified beforehand.".into(),
            ],
            sections: vec![Section::new("Six bodies", "", &["plants"])],
            differences: vec!["The pendulum is linear: small angles about upright.".into()], ..Story::default() }
    }
}

fn learn(config: &Config, subject: &Subject, seed: Option<u64>) -> Result<Course, Error> {
    let bench = &config.bench;
    let body = || -> Result<Box<dyn Plant>, Error> {
        Ok(match subject.bound {
            Some(bound) => Box::new(Saturated::new(subject.plant.clone(), -bound, bound)?),
            None => Box::new(subject.plant.clone()),
        })
    };
    let reflex = |body| bench.close(body, Box::new(Reflex::new(subject.law.clone())));
    let h = impulse_response(&mut reflex(Box::new(subject.plant.clone()))?, bench.ticks())?;
    let trace = match seed {
        None => TraceModel::System(bench.system(&subject.plant, &subject.law)?),
        Some(seed) => {
            let ticks = (config.probe_s / bench.dt_s).round() as usize;
            let amplitude = config.probe_amplitude * subject.amplitude;
            TraceModel::Response(identify(
                &mut reflex(body()?)?,
                amplitude,
                ticks,
                bench.ticks(),
                config.ridge,
                seed,
            )?)
        }
    };
    let signals = bench.signals()?;
    let rate = Lifted::new(&h, &trace.impulse(bench.ticks()), &signals)?.bench_rate()?;
    let learning = Learning { trace, update: Update::Trial, step: Step::Plain(rate) };
    let filter = AdaptiveFilter::new(bench.basis()?, &learning)?;
    let mut closed = bench.close(body()?, Box::new(Cfpc::new(subject.law.clone(), filter, bench.dt_s)))?;
    let reference: Vec<f64> = bench.minjerk().iter().map(|r| subject.amplitude * r).collect();
    let outside = Outside { reference: &reference, ..Default::default() };
    let scaled = |values: &[f64]| values.iter().map(|v| v / subject.amplitude).collect();
    let mut course = Course {
        body: subject.name.clone(),
        seed,
        relative: Vec::new(),
        movement: [scaled(&reference), Vec::new(), Vec::new()],
    };
    let mut first = 1.0;
    for trial in 0..=config.trials {
        let told = bench::trial(&mut closed, bench.delays()[0], &outside)?;
        let now = bench::rms(&told.sensed_error);
        if trial == 0 {
            first = now;
            course.movement[1] = scaled(&told.position);
        }
        course.movement[2] = scaled(&told.position);
        course.relative.push(now / first);
        if now.is_nan() || now / first > 1e6 {
            break;
        }
    }
    Ok(course)
}
