//! `cfpc/traces`: which eligibility trace lets a delayed loop learn to anticipate.
//!
//! Errors are relative to those of feedback alone. Learning curves are computed with the lifted matrices of
//! [`lobule_control::oracle`]; some are also run tick by tick and must agree.

mod figures;
mod findings;
mod record;
mod words;

use super::family::{self, *};
use lobule_control::oracle::{Course, cause};
use record::{Config, LoopResponse, Record, TraceCurve};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Traces;

impl Study for Traces {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "cfpc/traces",
        title: "What must a synapse remember to learn from late errors?",
        line: "Which eligibility trace, from none to a model of the loop, learns from late errors?",
        defaults: concat!(include_str!("traces.toml"), include_str!("../bench.toml")),
        presets: &[
            Preset::new("default", "400 trials, seconds", ""),
            Preset::new("quick", "100 trials, one seed", include_str!("traces.quick.toml")),
        ],
        unit: "plants",
        grounds: &findings::GROUNDS,
        ..family::CARD
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        let (bench, longest) = (&config.bench, config.scan_to_s);
        bench.check()?;
        Check::of("")
            .within("loop_trials", config.loop_trials, 0..=config.trials)?
            .that(
                "scan_step_s",
                config.scan_step_s,
                config.scan_step_s >= bench.dt_s,
                "at least a tick is needed",
            )?
            .that("scan_to_s", longest, longest < bench.trial_s, "less than a trial is needed")?;
        config.probe.check(bench)
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let mut record = Record { dt_s: config.bench.dt_s, loops: Vec::new(), curves: Vec::new() };
        for (response, curves) in counted(run, &PLANTS, |plant| on_plant(config, plant))? {
            record.loops.push(response);
            record.curves.extend(curves);
        }
        Ok(record)
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        findings::findings(config, record)
    }

    fn check_record(&self, _: &Config, record: &Record) -> Result<(), String> {
        record.curves.iter().try_for_each(|curve| shape::filled("cells.relative", &curve.relative))
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        figures::all(config, record)
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        words::story(config, record)
    }
}

/// All learning curves on a plant.
fn on_plant(config: &Config, plant: &str) -> Result<(LoopResponse, Vec<TraceCurve>), Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let h = bench.response(&body)?;
    let signals = bench.signals()?;
    let lifted = |g: &TraceModel| Lifted::new(&h, &g.impulse(bench.ticks()), &signals);
    let still = |reference: &[f64]| bench.alone(&body, &Inputs { reference, ..Default::default() });

    let learn = |name: &str, reference: &str, seed, delay_s, g: &TraceModel, first: &[f64]| {
        let lifted = lifted(g)?;
        let bound = lifted.bound()?;
        let rate = step_of(&lifted, bound, config.hopeless_step);
        let curve = lifted.learn(first, rate, config.trials, config.ceiling)?;
        let grew = curve.relative.iter().any(|r| has_grown(*r));
        let g = g.impulse(bench.ticks());
        let middle = &signals[signals.len() / 2];
        Ok::<_, Error>(TraceCurve {
            trace: name.into(),
            plant: plant.into(),
            reference: reference.into(),
            seed,
            delay_s,
            rate,
            has_bound: bound.is_some(),
            diverged_at: curve.diverged_at,
            cause: if grew { cause(&h, &g, middle, 5.0, bench.dt_s) } else { None },
            relative: curve.relative,
        })
    };

    // The traces that are the same for every seed.
    let model = TraceModel::Response(h.clone());
    let none = Mismatch::NONE;
    let nerve = TraceModel::Delay(bench.nerve_delay());
    let mut fixed = vec![("none", TraceModel::None), ("loop_delay", nerve), ("model", model.clone())];
    for (name, wrong) in [
        ("delay_50", Mismatch { delay_s: 0.05, ..none }),
        ("delay_150", Mismatch { delay_s: 0.15, ..none }),
        ("delay_300", Mismatch { delay_s: 0.3, ..none }),
        ("mass_2", Mismatch { mass: 2.0, ..none }),
        ("mass_half", Mismatch { mass: 0.5, ..none }),
    ] {
        if wrong.mass == 1.0 || body.mass > 0.0 {
            fixed.push((name, bench.mismatched(&body, &wrong)?));
        }
    }

    let mut curves = Vec::new();
    let minjerk = bench.minjerk();
    let first = still(&minjerk)?;
    let mut movements = vec![("minjerk", None, first.sensed_error.clone())];
    for &seed in &config.seeds {
        movements.push(("sines", Some(seed), still(&bench.sines(seed, 0))?.sensed_error));
    }
    for (reference, seed, error) in &movements {
        for (name, g) in &fixed {
            curves.push(learn(name, reference, *seed, None, g, error)?);
        }
        // The best delay of a scan has the smallest error at trial 50.
        let mut best: Option<TraceCurve> = None;
        for k in 1..=(config.scan_to_s / config.scan_step_s + 1e-9) as usize {
            let ticks = bench.ticks_in(k as f64 * config.scan_step_s);
            let delay_s = Some(ticks as f64 * bench.dt_s);
            let curve = learn("best_delay", reference, *seed, delay_s, &TraceModel::Delay(ticks), error)?;
            if best.as_ref().is_none_or(|b| curve.at(50) < b.at(50)) {
                best = Some(curve);
            }
        }
        curves.extend(best);
    }
    for &seed in &config.seeds {
        let g = config.probe.identify(bench, &mut bench.reflex(&body)?, 1.0, seed)?;
        curves.push(learn("identified", "minjerk", Some(seed), None, &g, &first.sensed_error)?);
    }

    let exact = lifted(&model)?;
    let curve = exact.learn(&first.sensed_error, exact.safe_rate(), config.trials, config.ceiling)?;
    let rises = curve.relative.windows(2).map(|w| w[1] - w[0]);
    let response = LoopResponse {
        plant: plant.into(),
        quarter_hz: quarter_hz(&h, bench.dt_s),
        rms: [rms(&first.true_error(&minjerk)), rms(&first.sensed_error)],
        largest_rise: rises.fold(f64::NEG_INFINITY, f64::max),
        lifted_minus_loop: tick_by_tick(bench, &body, exact.safe_rate(), &curve, config.loop_trials)?,
        response: h,
    };
    Ok((response, curves))
}

/// Lowest frequency at which the phase of a response passes -90 deg, Hz.
fn quarter_hz(h: &[f64], dt_s: f64) -> f64 {
    // The real part changes its sign there.
    (1..=2000).map(|k| 0.001 * f64::from(k)).find(|f| gain(h, *f, dt_s)[0] < 0.0).unwrap_or(f64::NAN)
}

/// Runs the exact trace in the loop, every synapse with its own trace; returns the largest difference from `curve`.
fn tick_by_tick(
    bench: &Bench,
    body: &PlantConfig,
    rate: f64,
    curve: &Course,
    trials: usize,
) -> Result<f64, Error> {
    let filter = bench.filter(bench.model(body)?, Step::Plain(rate), &[])?;
    let mut closed = bench.taught(body, "cfpc", filter)?;
    let minjerk = bench.minjerk();
    let inputs = Inputs { reference: &minjerk, ..Default::default() };
    let (mut first, mut largest) = (1.0, 0.0f64);
    for k in 0..=trials.min(curve.relative.len() - 1) {
        let now = rms(&bench.trial(&mut closed, &inputs)?.sensed_error);
        if k == 0 {
            first = now;
        }
        largest = largest.max((now / first - curve.relative[k]).abs());
    }
    Ok(largest)
}
