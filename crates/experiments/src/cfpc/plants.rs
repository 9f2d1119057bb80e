//! `cfpc/plants`: the model trace, exact and identified, on all plants, on an unstable one and with a bounded motor, tick by tick.

use super::family::{self, *};
use lobule_control::feedback::{Pid, PidGains, Reflex};
use lobule_control::identify::impulse_response;
use lobule_control::plant::Linear;
use lobule_control::{ClosedLoop, Controller};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct OtherPlants;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    seeds: Vec<u64>,
    trials: usize,
    pendulum_kg: f64,
    pendulum_m: f64,
    pendulum_kp: f64,
    pendulum_kd: f64,
    pendulum_rad: f64,
    bounds: Vec<f64>,
    #[serde(flatten)]
    probe: Probe,
    bench: Bench,
}

/// A body with its feedback controller.
#[derive(Debug, Clone)]
struct Subject {
    name: String,
    plant: Linear,
    bound: Option<f64>,
    feedback: Pid,
    amplitude: f64,
}

/// A learning curve of one body, and its movement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BodyCurve {
    body: String,
    /// None for the exact model, else the seed of the probe that identified it.
    seed: Option<u64>,
    /// Relative error of each trial.
    relative: Vec<f64>,
    /// Reference, and position before and after learning, in units of the amplitude. `[3][ticks]`
    movement: [Vec<f64>; 3],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    dt_s: f64,
    #[serde(rename = "courses")]
    curves: Vec<BodyCurve>,
}

impl Record {
    fn exact(&self) -> impl DoubleEndedIterator<Item = &BodyCurve> {
        self.curves.iter().filter(|c| c.seed.is_none())
    }
}

const PENDULUM: &str = "inverted_pendulum";

fn motor(bound: f64) -> String {
    format!("damped, motor ±{bound}")
}

const UNSTABLE: Source =
    Source::chosen_after("direction: an unstable plant in a stable loop learns as others do; bound chosen");
const BOUNDED: Source =
    Source::chosen_after("direction: a bounded motor limits learning but does not reverse it; bound chosen");
const ELSEWHERE: Source = Source::reported("`cfpc/traces` judges it");

fn subjects(config: &Config) -> Result<Vec<Subject>, Error> {
    let bench = &config.bench;
    let on_bench = |name: String, plant: &str, bound| -> Result<Subject, Error> {
        let body = bench.config(plant);
        Ok(Subject { name, plant: body.plant()?, bound, feedback: bench.feedback(&body)?, amplitude: 1.0 })
    };
    let mut all = PLANTS.iter().map(|p| on_bench((*p).into(), p, None)).collect::<Result<Vec<_>, _>>()?;
    let gains =
        PidGains { kp: config.pendulum_kp, kd: config.pendulum_kd, ki: 0.0, filter_s: bench.filter_s };
    all.push(Subject {
        name: PENDULUM.into(),
        plant: Linear::inverted_pendulum(config.pendulum_kg, config.pendulum_m)?,
        bound: None,
        feedback: Pid::new(gains, bench.dt_s)?,
        amplitude: config.pendulum_rad,
    });
    for &bound in &config.bounds {
        all.push(on_bench(motor(bound), "damped", Some(bound))?);
    }
    Ok(all)
}

impl Study for OtherPlants {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "cfpc/plants",
        title: "Other bodies: an unstable one, a bounded motor",
        line: "Does the model trace work on an unstable plant, with a bounded motor, and with an identified model?",
        defaults: concat!(include_str!("plants.toml"), include_str!("bench.toml")),
        presets: &[
            Preset::new("default", "100 trials, seconds", ""),
            Preset::new("quick", "20 trials", include_str!("plants.quick.toml")),
        ],
        unit: "learning curves",
        grounds: &[UNSTABLE, BOUNDED, IDENTIFIED],
        ..family::CARD
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        config.probe.check(&config.bench)?;
        for s in subjects(config)? {
            let remedy = format!("change the gains of `{}`", s.name);
            config.bench.check_stable("pendulum_kp", config.pendulum_kp, &s.plant, &s.feedback, &remedy)?;
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
        let curves = counted(run, &items, |(subject, seed)| learn(config, subject, *seed))?;
        Ok(Record { dt_s: config.bench.dt_s, curves })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        let at_50 = |c: &BodyCurve| c.relative.get(50).or(c.relative.last()).copied();
        for curve in record.exact() {
            let body = curve.body.as_str();
            let is_bounded = body.starts_with("damped,");
            let (top, source) = match body {
                PENDULUM => (Some(0.2), &UNSTABLE),
                _ if is_bounded => (Some(1.0), &BOUNDED),
                _ => (None, &ELSEWHERE),
            };
            // Shorter runs have not had the time.
            let judged = |range: [Option<f64>; 2]| if config.trials >= 50 { range } else { [None, None] };
            let (slug, exact) = (body.replace(", motor ±", "_motor_"), at_50(curve));
            let meaning = "Exact model: relative error at trial 50 (or the last).";
            let error = Finding::new(format!("exact/{slug}"), meaning, exact.into_iter().collect());
            all.push(error.each(judged([None, top]), source));
            let found = record.curves.iter().filter(|c| c.body == body && c.seed.is_some()).filter_map(at_50);
            let ratios = found.map(|v| v / exact.unwrap_or(f64::NAN)).collect();
            let meaning = "Relative error at that trial with the identified model, divided by that with the exact model.";
            let ratio = Finding::new(format!("identified_over_exact/{slug}"), meaning, ratios);
            let range = if is_bounded { [None, None] } else { [Some(0.5), Some(2.0)] };
            all.push(ratio.each(judged(range), &IDENTIFIED));
        }
        all
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let colors = [BLUE, GREEN, ORANGE, PURPLE, VERMILLION, SKY, BLACK];
        let in_words = |c: &BodyCurve| {
            if c.body.contains("motor") { c.body.clone() } else { plant_name(&c.body).into() }
        };
        let mut plate = Plate::new("plants", 2, 210.0);
        let mut learning = relative_error("learning", Axis::trials(config.trials), -3, 1);
        for (curve, color) in record.exact().zip(colors.into_iter().cycle()) {
            let points = curve.relative.iter().enumerate().map(|(k, v)| (trial_at(k), *v));
            learning.line(log_curve(points, -3, 1), Stroke::new(color, 2.0));
            plate.line_key(&in_words(curve), Stroke::new(color, 2.0));
        }
        plate.panels.push(learning);
        let bounded = record.exact().rev().take(2).filter(|c| c.body.contains("motor"));
        for curve in record.exact().filter(|c| c.body == PENDULUM).chain(bounded) {
            let y = Axis::exact("position (amplitudes)", -1.1, 1.6).step(0.5);
            plate.panels.push(movement(&in_words(curve), &curve.movement, y, record.dt_s));
        }
        movement_legend(&mut plate);
        let caption = "A: error of each trial relative to feedback alone with the exact model of the loop; one line for each body, both \
            axes logarithmic. With a bounded motor the model is that of the loop without bounds. Other panels: movement before learning \
            (dashed) and after it (blue), on the desired movement (gray).";
        Ok(vec![plate.figure(caption)?])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let last = |body: &str| {
            let curve = record.exact().find(|c| c.body == body);
            short(curve.and_then(|c| c.relative.last().copied()).unwrap_or(f64::NAN))
        };
        let of_motor = |bound: &f64| format!("{} with a motor bounded at ±{bound}", last(&motor(*bound)));
        let bounded: Vec<String> = config.bounds.iter().map(of_motor).collect();
        Story {
            answer: format!(
                "After {} trials the relative error of the inverted pendulum was {}. That of the damped plant was {}.",
                config.trials,
                last(PENDULUM),
                bounded.join(" and ")
            ),
            small_print: texts([
                "CFPC needs a stable loop, not a stable plant, since its trace is a model of the loop. A Smith predictor, which models the \
                 plant outside the loop, cannot be used on the pendulum.",
                "A bounded motor delivers less than the command. The error that the motor cannot remove remains, and the weights keep \
                 growing there.",
            ]),
            steps: texts([
                "Each body learns the bench's movement tick by tick with the exact model of its loop in every synapse.",
                "It learns the movement again with a model that a minute of random steps identified beforehand.",
            ]),
            sections: vec![Section::new("The bodies", "", &["plants"])],
            differences: texts(["The pendulum is linear: small angles about upright."]),
            ..Story::default()
        }
    }
}

fn learn(config: &Config, subject: &Subject, seed: Option<u64>) -> Result<BodyCurve, Error> {
    let bench = &config.bench;
    let close = |controller: Box<dyn Controller>| bench.close(Box::new(subject.plant.clone()), controller);
    let bounded = |closed: ClosedLoop| match subject.bound {
        Some(bound) => closed.signed(|channels| channels.commands[0].range = [-bound, bound]),
        None => Ok(closed),
    };
    let reflex = || close(Box::new(Reflex::new(subject.feedback.clone())));
    let h = impulse_response(&mut reflex()?, bench.ticks())?;
    let trace = match seed {
        None => TraceModel::System(bench.system(&subject.plant, &subject.feedback)?),
        Some(seed) => config.probe.identify(bench, &mut bounded(reflex()?)?, subject.amplitude, seed)?,
    };
    let rate = Lifted::new(&h, &trace.impulse(bench.ticks()), &bench.signals()?)?.bench_rate()?;
    let filter = bench.filter(trace, Step::Plain(rate), &[])?;
    let mut closed = bounded(close(bench.learner("cfpc", subject.feedback.clone(), filter))?)?;
    let reference: Vec<f64> = bench.minjerk().iter().map(|r| subject.amplitude * r).collect();
    let inputs = Inputs { reference: &reference, ..Default::default() };
    let scaled = |values: &[f64]| values.iter().map(|v| v / subject.amplitude).collect();
    let movement = [scaled(&reference), Vec::new(), Vec::new()];
    let mut curve = BodyCurve { body: subject.name.clone(), seed, relative: Vec::new(), movement };
    let mut first = 1.0;
    for index in 0..=config.trials {
        let trial = bench.trial(&mut closed, &inputs)?;
        let now = rms(&trial.sensed_error);
        if index == 0 {
            first = now;
            curve.movement[1] = scaled(&trial.position);
        }
        curve.movement[2] = scaled(&trial.position);
        curve.relative.push(now / first);
        if now.is_nan() || now / first > 1e6 {
            break;
        }
    }
    Ok(curve)
}
