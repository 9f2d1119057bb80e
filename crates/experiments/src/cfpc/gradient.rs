//! `cfpc/gradient`: the trace is the gradient of the error, in the loop itself; its forms agree.

use super::bench::{self, Bench, PLANTS, plant_name};
use super::{REFERENCE, SOURCES};
use lobule_control::filter::{AdaptiveFilter, Learning, Step, TraceModel, Traces, Update};
use lobule_control::oracle::{Lifted, gain};
use lobule_control::{Cfpc, Controller, FeedbackErrorLearning};
use lobule_signal::Stream;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Mark, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, ORANGE, PURPLE};
use lobule_study::report::svg::Stroke;
use lobule_study::report::{Figure, Finding, Judge, plot};
use lobule_study::{Card, Preset, Run, Section, Story, Study};
use serde::{Deserialize, Serialize};

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Gradient;

/// Its configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    weight_sd: f64,
    bench: Bench,
}

/// What was measured on a plant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    plant: String,
    /// Largest |Δε + M Δw| of each seed.
    error_path: Vec<f64>,
    /// Largest |Δu_fb + M Δw| of each seed.
    command_path: Vec<f64>,
    /// Largest difference of traces: running response, running state, Fourier transform.
    forms: f64,
    /// Response of the loop. `[ticks]`
    response: Vec<f64>,
    /// Change of the error by one weight, in the loop and in theory. `[ticks]`
    change: [Vec<f64>; 2],
    /// Feedback alone, `minjerk`: error at once and as sensed, root mean square.
    rms: [f64; 2],
}

/// What a run leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    dt_s: f64,
    rows: Vec<Row>,
}

static CARD: Card = Card {
    name: "cfpc/gradient",
    title: "The trace of a synapse is the gradient of the error",
    line: "finite differences in the loop against the trace; FIR, state-space and Fourier forms",
    source: "counterfactual predictive control, Herreros-Alonso et al. 2016",
    sources: SOURCES,
    defaults: concat!(include_str!("gradient.toml"), include_str!("bench.toml")),
    presets: &[
        Preset::new("default", "three draws of weights", ""),
        Preset::new("quick", "the direction of the effect", include_str!("gradient.quick.toml")),
    ],
    unit: "plants",
    ..Card::BLANK
};

impl Study for Gradient {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &CARD;

    fn check(&self, config: &Config) -> Result<(), Error> {
        if !(config.weight_sd > 0.0 && config.weight_sd <= 1e3) {
            let what = format!("{}; above 0, at most 1000", config.weight_sd);
            return Err(Error::Config { key: "weight_sd".into(), what });
        }
        config.bench.check()
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        run.progress.expect(PLANTS.len() as u64);
        let rows = run.each(&PLANTS, |plant| {
            let row = on_plant(config, plant)?;
            run.progress.done(1);
            Ok(row)
        })?;
        Ok(Record { dt_s: config.bench.dt_s, rows })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        for row in &record.rows {
            for (name, meaning, values, limit) in [
                ("error_path", "CFPC: largest |Δε + M Δw| over a trial.", &row.error_path, 1e-12),
                (
                    "command_path",
                    "FEL: largest |Δu_fb + M Δw|: its teacher has the same trace.",
                    &row.command_path,
                    1e-12,
                ),
                (
                    "forms",
                    "Largest difference between FIR, state-space and Fourier traces.",
                    &vec![row.forms],
                    1e-9,
                ),
            ] {
                let name = format!("{name}/{}", row.plant);
                let range = [None, Some(limit)];
                all.push(Finding::seven(
                    name,
                    meaning,
                    values.clone(),
                    "1",
                    range,
                    Judge::Each,
                    "theory: rounding alone",
                ));
            }
        }
        if let Some(row) = record.rows.iter().find(|r| r.plant == "damped") {
            let dt = record.dt_s;
            let first = row.response.iter().position(|h| *h != 0.0).unwrap_or(0) as f64 * dt;
            let top = row.response.iter().copied().fold(f64::MIN, f64::max);
            let peak = row.response.iter().position(|h| *h == top).unwrap_or(0) as f64 * dt;
            let at_rest: f64 = row.response.iter().sum();
            let cut = (1..=3000)
                .map(|k| 0.001 * f64::from(k))
                .find(|f| {
                    let [re, im] = gain(&row.response, *f, dt);
                    re * re + im * im < 0.5
                })
                .unwrap_or(f64::NAN);
            for (name, meaning, value, unit, expected, margin) in [
                ("first_answer_s", "First answer of the damped plant's loop.", first, "s", 0.17, 0.005),
                ("peak_s", "Time of its largest answer.", peak, "s", 0.38, 0.005),
                ("gain_at_rest", "Its gain at 0 Hz within the trial.", at_rest, "1", 0.93, 0.005),
                ("cut_off_hz", "Frequency at which its gain passes 1/√2.", cut, "Hz", 0.78, 0.01),
                ("rms_true", "Feedback alone: error at once.", row.rms[0], "1", 0.455, 0.001),
                ("rms_sensed", "Feedback alone: error as sensed.", row.rms[1], "1", 0.453, 0.001),
            ] {
                let rounded = |v: f64| (1e9 * v).round() / 1e9;
                let range = [Some(rounded(expected - margin)), Some(rounded(expected + margin))];
                all.push(Finding::seven(name, meaning, vec![value], unit, range, Judge::Each, REFERENCE));
            }
        }
        all
    }

    fn figures(&self, _: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let pens = [BLUE, GREEN, ORANGE, PURPLE].map(|c| Stroke::new(c, 2.0));
        let mut plate = Plate::new("gradient", 2, 210.0);
        let seconds = |values: &[f64]| -> Vec<(f64, f64)> {
            values.iter().enumerate().map(|(n, v)| (n as f64 * record.dt_s, *v)).collect()
        };
        let until = record.rows.first().map_or(1.0, |r| r.response.len() as f64 * record.dt_s);
        let per_second = 1.0 / record.dt_s;
        let mut left =
            Panel::new("what a loop answers", Axis::exact("time (s)", 0.0, until), Axis::exact("", 0.0, 1.0));
        let mut values = vec![0.0];
        for (row, pen) in record.rows.iter().zip(&pens) {
            let h: Vec<f64> = row.response.iter().map(|h| h * per_second).collect();
            values.extend(&h);
            left.marks.push(Mark::Line { points: seconds(&h), stroke: pen.clone() });
            plate.legend.push(Key::line(plant_name(&row.plant), pen.clone()));
        }
        left.y = Axis::covering("response to an impulse (1/s)", values);
        plate.panels.push(left);
        if let Some(row) = record.rows.iter().find(|r| r.plant == "damped") {
            let y = Axis::covering("change of the error", row.change.iter().flatten().copied());
            let mut right = Panel::new("one weight, damped plant", Axis::exact("time (s)", 0.0, until), y);
            right.marks.push(Mark::Line { points: seconds(&row.change[1]), stroke: Stroke::new(BLUE, 2.0) });
            let dots = seconds(&row.change[0]).into_iter().step_by(8).collect();
            right.marks.push(Mark::Dots { points: dots, radius: 2.6, colour: BLACK.into(), opacity: 1.0 });
            plate.panels.push(right);
        }
        plate.legend.push(Key {
            label: "in the loop".into(),
            swatch: lobule_study::report::chart::Swatch::Dot(BLACK.into()),
        });
        let caption = "Left: what the sensed output of each closed loop answers to an impulse at the error; a synapse with an exact \
            trace convolves its input with it. Right: how the error of a trial changes with the weight of a granule cell that fires \
            at 1 s, simulated in the loop (dots) and minus the trace (line).";
        Ok(vec![Figure::svg("gradient", caption, plot::svg(&plate)?)])
    }

    fn story(&self, _: &Config, record: &Record) -> Story {
        let worst = |f: fn(&Row) -> f64| record.rows.iter().map(f).fold(0.0, f64::max);
        let top = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        let answer = format!(
            "Changing weights changes the error of a trial by minus the trace, to {:.0e}; the feedback command, teacher of \
             feedback-error learning, changes by the same trace, to {:.0e}.",
            worst(|r| r.error_path.iter().copied().fold(0.0, f64::max)),
            record.rows.iter().map(|r| top(&r.command_path)).fold(0.0, f64::max),
        );
        Story {
            answer,
            steps: vec![
                "A trial is run twice, with weights of 0 and with random weights; the difference of the errors is compared with the \
                 convolution of the loop's response with the inputs."
                    .into(),
                "The same for feedback-error learning, whose filter adds to the command and whose teacher is the feedback command."
                    .into(),
                "A trace can be kept as a response of finite length, as a copy of the loop's state in each synapse, or be made \
                 for a whole trial at once by a Fourier transform."
                    .into(),
            ],
            sections: vec![Section::new("The gradient", "What the loop does to an input is what the synapse must remember.", &["gradient"])],
            ..Story::default()
        }
    }
}

fn on_plant(config: &Config, plant: &str) -> Result<Row, Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let h = bench.response(&body)?;
    let signals = bench.signals()?;
    let theory = Lifted::new(&h, &h, &signals)?;
    let m = theory.response();
    let minjerk = bench.minjerk();
    let outside = bench::Outside { reference: &minjerk, ..Default::default() };
    let still = Learning { trace: TraceModel::None, update: Update::Trial, step: Step::Plain(0.0) };
    let filter = |weights: &[f64]| -> Result<AdaptiveFilter, Error> {
        Ok(AdaptiveFilter::new(bench.basis()?, &still)?.with_weights(weights)?)
    };
    let run = |controller: Box<dyn Controller>| -> Result<bench::Trial, Error> {
        let mut closed = bench.close(Box::new(body.plant()?), controller)?;
        bench::trial(&mut closed, bench.delays()[0], &outside)
    };
    let law = || bench.law(&body);
    let cfpc = |w: &[f64]| Ok::<_, Error>(Box::new(Cfpc::new(law()?, filter(w)?, bench.dt_s)));
    let fel =
        |w: &[f64]| Ok::<_, Error>(Box::new(FeedbackErrorLearning::new(law()?, filter(w)?, bench.dt_s)));
    let zero = vec![0.0; signals.len()];
    let base = [run(cfpc(&zero)?)?, run(fel(&zero)?)?];
    let product = |w: &[f64], n: usize| (0..w.len()).fold(0.0, |sum, j| sum + m[(n, j)] * w[j]);
    let output = |w: &[f64], n: usize| (0..w.len()).fold(0.0, |sum, j| sum + signals[j][n] * w[j]);

    let (mut error_path, mut command_path) = (Vec::new(), Vec::new());
    for &seed in &config.seeds {
        let draws = Stream::new(seed, "weights");
        let w: Vec<f64> = (0..signals.len() as u32).map(|j| config.weight_sd * draws.normal(0, j)).collect();
        let moved = [run(cfpc(&w)?)?, run(fel(&w)?)?];
        let (mut error, mut command) = (0.0f64, 0.0f64);
        for n in 0..bench.ticks() {
            let change = moved[0].sensed_error[n] - base[0].sensed_error[n];
            error = error.max((change + product(&w, n)).abs());
            // The feedback command is the whole command minus the filter's.
            let change = moved[1].command[n] - output(&w, n) - base[1].command[n];
            command = command.max((change + product(&w, n)).abs());
        }
        error_path.push(error);
        command_path.push(command);
    }

    let middle = (1.0 / bench.spacing_s).round() as usize;
    let mut one = zero;
    let middle = middle.min(one.len() - 1);
    one[middle] = 1.0;
    let moved = run(cfpc(&one)?)?;
    let in_loop = moved.sensed_error.iter().zip(&base[0].sensed_error).map(|(a, b)| a - b).collect();
    let in_theory = (0..bench.ticks()).map(|n| -m[(n, middle)]).collect();
    Ok(Row {
        plant: plant.into(),
        error_path,
        command_path,
        forms: forms(bench, &body, &h, &signals)?,
        change: [in_loop, in_theory],
        rms: [bench::rms(&base[0].true_error(&minjerk)), bench::rms(&base[0].sensed_error)],
        response: h,
    })
}

/// Largest difference between the three forms of a trace over a trial.
fn forms(bench: &Bench, body: &bench::PlantConfig, h: &[f64], signals: &[Vec<f64>]) -> Result<f64, Error> {
    let response = TraceModel::Response(h.to_vec());
    let state = TraceModel::System(bench.system(&body.plant()?, &bench.law(body)?)?);
    let fourier: Vec<Vec<f64>> = signals.iter().map(|x| response.of_trial(x)).collect();
    let n = signals.len();
    let mut running = [Traces::new(&response, n)?, Traces::new(&state, n)?];
    let mut e = [vec![0.0; n], vec![0.0; n]];
    let (mut x, mut largest) = (vec![0.0; n], 0.0f64);
    for t in 0..bench.ticks() {
        x.iter_mut().zip(signals).for_each(|(x, s)| *x = s[t]);
        running.iter_mut().zip(&mut e).for_each(|(r, e)| r.advance(&x, e));
        for j in 0..n {
            largest = largest.max((e[0][j] - e[1][j]).abs()).max((e[0][j] - fourier[j][t]).abs());
        }
    }
    Ok(largest)
}
