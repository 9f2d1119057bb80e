//! `cfpc/gradient`: the trace is the gradient of the error in the loop itself, and its three forms agree.

use super::family::{self, *};
use lobule_control::filter::Traces;
use lobule_signal::Stream;

/// The experiment.
#[derive(Debug, Clone, Copy)]
pub struct Gradient;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    seeds: Vec<u64>,
    weight_sd: f64,
    bench: Bench,
}

/// Gradient of the error on one plant: in the loop, and in theory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlantGradient {
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
    /// Feedback alone, `minjerk`: true and sensed error, root mean square.
    rms: [f64; 2],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    dt_s: f64,
    #[serde(rename = "rows")]
    gradients: Vec<PlantGradient>,
}

impl Record {
    fn damped(&self) -> Option<&PlantGradient> {
        self.gradients.iter().find(|g| g.plant == "damped")
    }
}

const LINEAR: Source = Source::law(
    "Δε = −M Δw and Δu_fb = −M Δw in a linear loop; 1e-12 for rounding, as in acceptance test 1 of the numpy reference",
);
const FORMS: Source = Source::law(
    "three forms of one convolution; 1e-9 for rounding, as in acceptance test 7 of the numpy reference",
);
const FIRST_RESPONSE: Source = Source::measured(
    "numpy reference: 170 ms, within half a tick. No test of this program: `bench.computation_ticks` is fitted to it",
);
const LOOP: Source = Source::measured(
    "numpy reference: 380 ms, 0.93, 0.78 Hz, 0.455, 0.453; within half a tick, or about one unit of the last digit",
);

impl Study for Gradient {
    type Config = Config;
    type Record = Record;

    const CARD: &'static Card = &Card {
        name: "cfpc/gradient",
        title: "The trace of a synapse is the gradient of the error",
        line: "Is the eligibility trace the gradient of the error, and do its three forms agree?",
        defaults: concat!(include_str!("gradient.toml"), include_str!("bench.toml")),
        presets: &[
            Preset::new("default", "three draws of weights", ""),
            Preset::new("quick", "the direction of the effect", include_str!("gradient.quick.toml")),
        ],
        unit: "plants",
        grounds: &[LINEAR, FORMS, FIRST_RESPONSE, LOOP],
        ..family::CARD
    };

    fn check(&self, config: &Config) -> Result<(), Error> {
        config.bench.check()
    }

    fn run(&self, config: &Config, run: &Run) -> Result<Record, Error> {
        let gradients = counted(run, &PLANTS, |plant| gradient_of(config, plant))?;
        Ok(Record { dt_s: config.bench.dt_s, gradients })
    }

    fn findings(&self, _: &Config, record: &Record) -> Vec<Finding> {
        let mut all = Vec::new();
        for g in &record.gradients {
            let mut add = |name: &str, meaning: &str, values: &[f64], limit: f64, source: &Source| {
                let finding = Finding::new(format!("{name}/{}", g.plant), meaning, values.to_vec());
                all.push(finding.each(..=limit, source));
            };
            add("error_path", "CFPC: largest |Δε + M Δw| over a trial.", &g.error_path, 1e-12, &LINEAR);
            let meaning =
                "FEL: largest |Δu_fb + M Δw| over a trial. The teaching signal of FEL has the same trace.";
            add("command_path", meaning, &g.command_path, 1e-12, &LINEAR);
            let meaning = "Largest difference between FIR, state-space and Fourier traces.";
            add("forms", meaning, &[g.forms], 1e-9, &FORMS);
        }
        let Some(g) = record.damped() else { return all };
        let (h, dt) = (&g.response, record.dt_s);
        let first = h.iter().position(|h| *h != 0.0).unwrap_or(0) as f64 * dt;
        let top = h.iter().copied().fold(f64::MIN, f64::max);
        let peak = h.iter().position(|h| *h == top).unwrap_or(0) as f64 * dt;
        let at_rest: f64 = h.iter().sum();
        let is_cut = |f: &f64| {
            let [re, im] = gain(h, *f, dt);
            re * re + im * im < 0.5
        };
        let cut = (1..=3000).map(|k| 0.001 * f64::from(k)).find(is_cut).unwrap_or(f64::NAN);
        let mut add = |name: &str, of: &str, value: f64, unit: &str, range, source| {
            let meaning = format!("Damped plant: {of}.");
            all.push(Finding::new(name, meaning, vec![value]).unit(unit).each(range, source));
        };
        let delay = "delay of the loop's first response";
        add("first_answer_s", delay, first, "s", 0.165..=0.175, &FIRST_RESPONSE);
        add("peak_s", "time of the loop's largest response", peak, "s", 0.375..=0.385, &LOOP);
        add("gain_at_rest", "gain of the loop at 0 Hz within the trial", at_rest, "1", 0.925..=0.935, &LOOP);
        add("cut_off_hz", "frequency at which the gain falls to 1/√2", cut, "Hz", 0.77..=0.79, &LOOP);
        let [truly, sensed] =
            ["true", "sensed"].map(|error| format!("rms of the {error} error under feedback alone"));
        add("rms_true", &truly, g.rms[0], "1", 0.454..=0.456, &LOOP);
        add("rms_sensed", &sensed, g.rms[1], "1", 0.452..=0.454, &LOOP);
        all
    }

    fn figures(&self, _: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
        let mut plate = Plate::new("gradient", 2, 210.0);
        let dt = record.dt_s;
        let until = record.gradients.first().map_or(1.0, |g| g.response.len() as f64 * dt);
        let scaled = |g: &PlantGradient| g.response.iter().map(|h| h / dt).collect();
        let per_second: Vec<Vec<f64>> = record.gradients.iter().map(scaled).collect();
        let all = per_second.iter().flatten().copied();
        let y = Axis::covering("response to an impulse (1/s)", all.chain([0.0]));
        let mut left = Panel::new("response of the loop", Axis::exact("time (s)", 0.0, until), y);
        for ((g, h), color) in record.gradients.iter().zip(&per_second).zip([BLUE, GREEN, ORANGE, PURPLE]) {
            left.marks.push(Mark::series(h, 0.0, dt, Stroke::new(color, 2.0)));
            plate.line_key(plant_name(&g.plant), Stroke::new(color, 2.0));
        }
        plate.panels.push(left);
        if let Some(g) = record.damped() {
            let y = Axis::covering("change of the error", g.change.iter().flatten().copied());
            let mut right = Panel::new("one weight, damped plant", Axis::exact("time (s)", 0.0, until), y);
            right.marks.push(Mark::series(&g.change[1], 0.0, dt, Stroke::new(BLUE, 2.0)));
            let dots = g.change[0].iter().enumerate().step_by(8).map(|(n, v)| (n as f64 * dt, *v));
            right.marks.push(Mark::dots(dots, 2.6, BLACK));
            plate.panels.push(right);
        }
        plate.legend.push(Key::dot("measured in the loop", BLACK));
        let caption = "A: response of each closed loop to an impulse at the error; a synapse with an exact trace convolves its \
            input with this response. B: change of the error when the weight of a granule cell that fires at 1 s grows by 1. \
            Dots: simulated in the loop, line: minus the trace. The two agree.";
        Ok(vec![plate.figure(caption)?])
    }

    fn story(&self, _: &Config, record: &Record) -> Story {
        let worst = |path: fn(&PlantGradient) -> &Vec<f64>| {
            record.gradients.iter().flat_map(path).copied().fold(0.0, f64::max)
        };
        let section = "A synapse must filter its input exactly as the closed loop does.";
        Story {
            answer: format!(
                "A change of the weights changed the error of a trial by minus the trace, to within {:.0e}. It changed the \
                 feedback command, the teaching signal of feedback-error learning, by the same trace, to within {:.0e}.",
                worst(|g| &g.error_path),
                worst(|g| &g.command_path),
            ),
            steps: texts([
                "A trial runs twice, with weights of 0 and with random weights. The difference of the two errors is compared \
                 with the convolution of the loop's response with the inputs.",
                "The same comparison is made for feedback-error learning, whose filter adds to the command and whose teaching \
                 signal is the feedback command.",
                "A synapse can compute its trace in three forms: with a response of finite length, with its own copy of the \
                 loop's state, or for a whole trial at once with a Fourier transform.",
            ]),
            sections: vec![Section::new("The gradient", section, &["gradient"])],
            ..Story::default()
        }
    }
}

fn gradient_of(config: &Config, plant: &str) -> Result<PlantGradient, Error> {
    let bench = &config.bench;
    let body = bench.config(plant);
    let h = bench.response(&body)?;
    let signals = bench.signals()?;
    let theory = Lifted::new(&h, &h, &signals)?;
    let m = theory.response();
    let minjerk = bench.minjerk();
    let run = |teacher: &str, weights: &[f64]| -> Result<LoopTrial, Error> {
        let filter = bench.filter(TraceModel::None, Step::Plain(0.0), weights)?;
        let mut closed = bench.taught(&body, teacher, filter)?;
        bench.trial(&mut closed, &Inputs { reference: &minjerk, ..Default::default() })
    };
    let base = [run("cfpc", &[])?, run("fel", &[])?];
    let product = |w: &[f64], n: usize| (0..w.len()).fold(0.0, |sum, j| sum + m[(n, j)] * w[j]);

    let (mut error_path, mut command_path) = (Vec::new(), Vec::new());
    for &seed in &config.seeds {
        let draws = Stream::new(seed, "weights");
        let w: Vec<f64> = (0..signals.len() as u32).map(|j| config.weight_sd * draws.normal(0, j)).collect();
        let (moved, output) = ([run("cfpc", &w)?, run("fel", &w)?], mix(&signals, &w));
        let (mut error, mut command) = (0.0f64, 0.0f64);
        for (n, output) in output.iter().enumerate() {
            let change = moved[0].sensed_error[n] - base[0].sensed_error[n];
            error = error.max((change + product(&w, n)).abs());
            // The feedback command is the whole command minus the filter's.
            let change = moved[1].command[n] - output - base[1].command[n];
            command = command.max((change + product(&w, n)).abs());
        }
        error_path.push(error);
        command_path.push(command);
    }

    let mut one = vec![0.0; signals.len()];
    let middle = ((1.0 / bench.spacing_s).round() as usize).min(one.len() - 1);
    one[middle] = 1.0;
    let moved = run("cfpc", &one)?;
    let in_loop = moved.sensed_error.iter().zip(&base[0].sensed_error).map(|(a, b)| a - b).collect();
    let in_theory = (0..bench.ticks()).map(|n| -m[(n, middle)]).collect();
    Ok(PlantGradient {
        plant: plant.into(),
        error_path,
        command_path,
        forms: forms(bench, &body, &h, &signals)?,
        change: [in_loop, in_theory],
        rms: [rms(&base[0].true_error(&minjerk)), rms(&base[0].sensed_error)],
        response: h,
    })
}

/// Largest difference between the three forms of a trace over a trial.
fn forms(bench: &Bench, body: &PlantConfig, h: &[f64], signals: &[Vec<f64>]) -> Result<f64, Error> {
    let response = TraceModel::Response(h.to_vec());
    let fourier: Vec<Vec<f64>> = signals.iter().map(|x| response.of_trial(x)).collect();
    let n = signals.len();
    let mut running = [Traces::new(&response, n)?, Traces::new(&bench.model(body)?, n)?];
    let mut e = [vec![0.0; n], vec![0.0; n]];
    let (mut x, mut largest) = (vec![0.0; n], 0.0f64);
    for t in 0..bench.ticks() {
        x.iter_mut().zip(signals).for_each(|(x, s)| *x = s[t]);
        running.iter_mut().zip(&mut e).try_for_each(|(r, e)| r.advance(&x, e))?;
        for j in 0..n {
            largest = largest.max((e[0][j] - e[1][j]).abs()).max((e[0][j] - fourier[j][t]).abs());
        }
    }
    Ok(largest)
}
