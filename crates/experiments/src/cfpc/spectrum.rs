//! `cfpc/spectrum`: one frequency at a time, does learning lower the error where theory says so?
//!
//! The inputs are a sine and its quadrature, so that the two weights reach every amplitude and phase. A disturbance that the
//! right weights would cancel is there; the loop runs tick by tick.

use super::bench::{self, Bench, Mismatch, PLANTS, plant_name};
use super::{REFERENCE, SOURCES};
use lobule_control::filter::{TraceModel, convolve};
use lobule_control::identify::answer_to;
use lobule_control::oracle::{alignment, gain, phase_error_deg};
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, ORANGE, SKY, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Spectrum;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    lowest_hz: f64,
    highest_hz: f64,
    step_hz: f64,
    sine_s: f64,
    trials: usize,
    step: f64,
    margin_deg: f64,
    bench: Bench,
}

impl Config {
    fn frequencies(&self) -> Vec<f64> {
        let n = ((self.highest_hz - self.lowest_hz) / self.step_hz + 1e-9) as usize;
        (0..=n).map(|k| self.lowest_hz + k as f64 * self.step_hz).collect()
    }
}

/// What was measured of a trace on a plant at a frequency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    plant: String,
    trace: String,
    frequency_hz: f64,
    /// Phase of the trace minus phase of the loop, deg.
    phase_error_deg: f64,
    /// Rate of learning for each trial over the step; theory: the cosine of the phase error.
    measured: f64,
    predicted: f64,
}

impl Point {
    fn is_judged(&self, margin: f64) -> bool {
        (self.phase_error_deg.abs() - 90.0).abs() > margin
    }
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    points: Vec<Point>,
}

const TRACES: [(&str, &str, &str); 5] = [
    ("none", "none", VERMILLION),
    ("loop_delay", "delay of the nerves", ORANGE),
    ("delay_300", "delay of 300 ms", GREEN),
    ("model", "model of the loop, exact", BLUE),
    ("late_model", "model, delay +150 ms", SKY),
];

static CARD: Card = Card {
    name: "cfpc/spectrum",
    title: "Ninety degrees: which frequencies can a trace learn?",
    line: "measured rate of learning at single frequencies against the phase of the trace",
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: SOURCES,
    defaults: concat!(include_str!("spectrum.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "30 frequencies", ""),
        Preset::new("quick", "6 frequencies", include_str!("spectrum.quick.toml")),
    ],
    unit: "frequencies",
    ..Card::BLANK
};

impl Study for Spectrum {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()?;
        let wrong = |key: &str, what: String| Err(Error::Config { key: key.into(), what });
        let nyquist = 0.5 / config.bench.dt_s;
        if !(config.lowest_hz > 0.0 && config.highest_hz >= config.lowest_hz && config.highest_hz < nyquist) {
            return wrong(
                "highest_hz",
                format!("{}; from lowest_hz > 0 to below {nyquist} Hz", config.highest_hz),
            );
        }
        if !(config.step_hz > 0.0 && config.frequencies().len() <= 1000) {
            return wrong("step_hz", format!("{}; above 0, for at most 1000 frequencies", config.step_hz));
        }
        let ticks = config.sine_s / config.bench.dt_s;
        if !(config.sine_s * config.lowest_hz >= 2.0 && ticks <= 1e5) {
            return wrong("sine_s", format!("{}; two periods of the lowest to 100000 ticks", config.sine_s));
        }
        if !((1..=100).contains(&config.trials) && config.step > 0.0 && config.step <= 0.2) {
            return wrong(
                "step",
                format!("{} over {} trials; above 0 to 0.2, 1 to 100", config.step, config.trials),
            );
        }
        Ok(())
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let frequencies = config.frequencies();
        run.progress.expect((PLANTS.len() * frequencies.len()) as u64);
        let items: Vec<(&str, f64)> =
            PLANTS.iter().flat_map(|p| frequencies.iter().map(|f| (*p, *f))).collect();
        let points = run.each(&items, |(plant, frequency)| {
            let points = measure(config, plant, *frequency)?;
            run.progress.done(1);
            Ok(points)
        })?;
        Ok(Record { points: points.into_iter().flatten().collect() })
    }

    fn findings(&self, config: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        for (trace, _, _) in TRACES {
            let of = |plant: &str| -> Vec<&Point> {
                record.points.iter().filter(|p| p.trace == trace && p.plant == plant).collect()
            };
            let wrong = |plant: &&str| {
                let judged = of(plant).into_iter().filter(|p| p.is_judged(config.margin_deg));
                judged.filter(|p| (p.measured > 0.0) != (p.predicted > 0.0)).count() as f64
            };
            all.push(Finding::seven(
                format!("wrong_sign/{trace}"),
                "Frequencies at which the error falls although theory says it rises, or the reverse; on each of the four plants.",
                PLANTS.iter().map(wrong).collect(),
                "1",
                [Some(0.0), Some(0.0)],
                Judge::Each,
                REFERENCE,
            ));
            let far =
                |plant: &&str| of(plant).iter().map(|p| (p.measured - p.predicted).abs()).fold(0.0, f64::max);
            all.push(Finding::seven(
                format!("rate_minus_theory/{trace}"),
                "Largest difference between measured and predicted rate, in units of the step; on each plant.",
                PLANTS.iter().map(far).collect(),
                "1",
                [None, Some(0.1)],
                Judge::Each,
                "theory of steady sines; range chosen: transients at the start of a trial",
            ));
        }
        all
    }

    fn figures(&self, config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut plate = Plate::new("spectrum", 2, 190.0);
        for plant in PLANTS {
            let x = Axis::exact("frequency (Hz)", 0.0, config.highest_hz).step(0.5);
            let y = Axis::exact("rate of learning (steps)", -1.1, 1.1).step(0.5);
            let mut panel = Panel::new(plant_name(plant), x, y);
            let stroke = Stroke::new(BLACK, 1.2).dash(Dash::Dashed);
            panel.levels.push(Level { at: 0.0, is_vertical: false, stroke });
            for (trace, _, colour) in TRACES {
                let of = || record.points.iter().filter(|p| p.plant == plant && p.trace == trace);
                let line = of().map(|p| (p.frequency_hz, p.predicted)).collect();
                let dots = of().map(|p| (p.frequency_hz, p.measured)).collect();
                panel.marks.push(Mark::Line { points: line, stroke: Stroke::new(colour, 1.4) });
                panel.marks.push(Mark::Dots {
                    points: dots,
                    radius: 2.6,
                    colour: colour.into(),
                    opacity: 1.0,
                });
            }
            plate.panels.push(panel);
        }
        for (_, words, colour) in TRACES {
            plate.legend.push(Key::line(words, Stroke::new(colour, 2.0)));
        }
        let caption = "Rate at which the error of a single frequency falls from trial to trial, in units of the step: measured in the \
            loop (dots) and the cosine of the phase between trace and loop (lines). Below the broken line, where the phase is \
            beyond 90 deg, learning makes the error grow.";
        Ok(vec![Figure::svg("spectrum", caption, plot::svg(&plate)?)])
    }

    fn story(&self, config: &Config, record: &Record) -> Story {
        let judged = record.points.iter().filter(|p| p.is_judged(config.margin_deg)).count();
        let right = record
            .points
            .iter()
            .filter(|p| p.is_judged(config.margin_deg) && (p.measured > 0.0) == (p.predicted > 0.0))
            .count();
        Story {
            answer: format!(
                "At {right} of {judged} combinations of plant, trace and frequency the error fell exactly when the phase of the trace \
                 was within 90 deg of that of the closed loop."
            ),
            small_print: vec![
                format!(
                    "{} combinations closer to the boundary than {} deg are not judged.",
                    record.points.len() - judged,
                    config.margin_deg
                ),
                "The resonant loop with 150 ms more is itself unstable; the synapse's model of it is cut at the end of a bench trial, \
                 which makes its phase jump from frequency to frequency. The criterion holds nevertheless."
                    .into(),
            ],
            steps: vec![
                "The granule cells carry one sine and its quadrature. A disturbance of the same frequency is to be cancelled.".into(),
                "The loop runs for a few trials with a small step; the rate is what the error loses in each.".into(),
                "Theory: the rate is η N/2 Re[T conj G], T and G the gains of loop and trace. It is divided by η N/2 |T||G|.".into(),
            ],
            sections: vec![Section::new("The boundary", "Dots on lines: theory holds.", &["spectrum"])],
            ..Story::default()
        }
    }
}

fn measure(config: &Config, plant: &str, frequency: f64) -> Result<Vec<Point>, Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let n = (config.sine_s / bench.dt_s).round() as usize;
    let system = bench.system(&body.plant()?, &bench.law(&body)?)?;
    let angle = |t: usize| std::f64::consts::TAU * frequency * bench.dt_s * t as f64;
    let inputs: [Vec<f64>; 2] =
        [(0..n).map(|t| libm::sin(angle(t))).collect(), (0..n).map(|t| libm::cos(angle(t))).collect()];
    let t = gain(&system.impulse(n), frequency, bench.dt_s);
    let mut closed = bench.reflex(&body)?;
    let late = bench.mismatched(&body, &Mismatch { delay_s: 0.15, ..Mismatch::NONE })?;
    TRACES
        .iter()
        .map(|(trace, _, _)| {
            let model = match *trace {
                "none" => TraceModel::None,
                "loop_delay" => TraceModel::Delay(bench.loop_delay()),
                "delay_300" => TraceModel::Delay((0.3 / bench.dt_s).round() as usize),
                "model" => TraceModel::System(system.clone()),
                _ => late.clone(),
            };
            let g = model.impulse(n);
            let e = [convolve(&g, &inputs[0]), convolve(&g, &inputs[1])];
            let g = gain(&g, frequency, bench.dt_s);
            let size = libm::hypot(t[0], t[1]) * libm::hypot(g[0], g[1]);
            let rate = config.step / (0.5 * n as f64 * size);
            // The error without weights is that of a disturbance that weights (1, 0) cancel.
            let mut missing = [1.0, 0.0];
            let mut sizes = Vec::with_capacity(config.trials + 1);
            for _ in 0..=config.trials {
                let o: Vec<f64> =
                    (0..n).map(|t| -missing[0] * inputs[0][t] - missing[1] * inputs[1][t]).collect();
                let error: Vec<f64> = answer_to(&mut closed, &o)?.iter().map(|y| -y).collect();
                sizes.push(bench::rms(&error));
                for (w, e) in missing.iter_mut().zip(&e) {
                    *w -= rate * e.iter().zip(&error).fold(0.0, |sum, (e, error)| sum + e * error);
                }
            }
            let kept = libm::pow(sizes[config.trials] / sizes[0], 1.0 / config.trials as f64);
            Ok(Point {
                plant: plant.into(),
                trace: (*trace).into(),
                frequency_hz: frequency,
                phase_error_deg: phase_error_deg(t, g),
                measured: (1.0 - kept) / config.step,
                predicted: alignment(t, g) / size,
            })
        })
        .collect()
}
