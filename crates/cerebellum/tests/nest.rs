//! A circuit against NEST: rates, their spread over cells, regularity and correlations of a small mouse circuit at
//! rest, and rates under bursts of its mossy fibers. Both hear the same spikes on the mossy fibers; the escape noise differs.
//!
//! `validation/nest/statistics.json` is what `validation/nest/statistics_at_rest.py` measured on the same circuit.

use lobule_analysis::{count_correlation, interval_cv, mean, rates_hz, sd};
use lobule_cerebellum::{BrainState, Drive, ModuleOptions, add_module};
use lobule_circuit::{Circuit, Simulation};
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use lobule_signal::{Clock, SpikeTrain, Stream};
use serde_json::Value;

const STATISTICS: &str = include_str!("../../../validation/nest/statistics.json");
/// Steps in a millisecond.
const PER_MS: f64 = 10.0;
const DT_MS: f64 = 0.1;

/// The spikes of a train in `steps` steps from `from` on, counted from there.
fn part(train: &SpikeTrain, from: u64, steps: u64) -> SpikeTrain {
    let mut part = SpikeTrain::new(&train.label, train.n);
    for (&step, &id) in train.steps.iter().zip(&train.ids) {
        if (from..from + steps).contains(&step) {
            part.push(step - from, id);
        }
    }
    part
}

/// Spikes of all populations, the mossy fibers firing at the given times, ms.
fn simulate(anatomy: &Anatomy, mossy: &Value, duration_ms: f64) -> Vec<SpikeTrain> {
    let mut circuit = Circuit::new();
    add_module(&mut circuit, "", anatomy, &ModuleOptions::new(BrainState::Awake, Drive::Injected)).unwrap();
    let network = circuit.compile(Clock::new(DT_MS).unwrap(), 1).unwrap();
    let interval = network.interval_steps() as u64;
    let labels: Vec<String> = network.populations().into_iter().map(|p| p.label).collect();
    let mut simulation = Simulation::new(network, 2).unwrap();
    labels.iter().for_each(|label| simulation.record_spikes(label).unwrap());
    let mut input: Vec<(u64, u32)> = Vec::new();
    for (fiber, times) in mossy.as_array().unwrap().iter().enumerate() {
        // A time is the end of its step.
        let step = |t: &Value| (t.as_f64().unwrap() * PER_MS).round() as u64 - 1;
        input.extend(times.as_array().unwrap().iter().map(|t| (step(t), fiber as u32)));
    }
    input.sort_unstable();
    let source = simulation.population("mossy_fiber").unwrap();
    let mut next = 0;
    while simulation.ms() < duration_ms {
        let now = simulation.step();
        let due = input[next..].iter().take_while(|s| s.0 < now + interval).count();
        let spikes: Vec<(u16, u32)> =
            input[next..next + due].iter().map(|&(step, fiber)| ((step - now) as u16, fiber)).collect();
        next += due;
        simulation.inject(source, &spikes).unwrap();
        simulation.advance().unwrap();
    }
    labels.iter().map(|label| simulation.take_spikes(label).unwrap().unwrap()).collect()
}

/// Largest difference of a rate at rest and in bursts, in parts of NEST's. Chosen: half of what the engine's
/// specification allows at rest, and that in bursts, where few spikes fall.
const REST: f64 = 0.05;
const BURST: f64 = 0.1;

/// Two-sided quantile of a normal variable at one in a thousand, and the one-sided one at one in twenty.
const ONE_IN_1000: f64 = 3.29;
const ONE_IN_20: f64 = 1.645;

/// Difference of two sums of spikes in standard errors, and the part of the rate by which they must differ for the
/// test at one in a thousand to see it with a power of 95 %. Spikes of a renewal process of that CV have the variance
/// CV² n; the input is the same in both, so what is left is each run's own noise.
fn standard_errors(ours: f64, theirs: f64, cv: f64) -> (f64, f64) {
    let sd = (2.0 * cv * cv * theirs).sqrt();
    ((ours - theirs) / sd, (ONE_IN_1000 + ONE_IN_20) * sd / theirs)
}

/// Largest distance of two cumulative histograms of spikes per cell (Kolmogorov and Smirnov).
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let below = |x: &[f64], count: f64| x.iter().filter(|c| **c <= count).count() as f64 / x.len() as f64;
    a.iter().chain(b).map(|&count| (below(a, count) - below(b, count)).abs()).fold(0.0, f64::max)
}

#[test]
fn a_circuit_at_rest_and_under_bursts_agrees_with_nest() {
    let nest: Value = serde_json::from_str(STATISTICS).unwrap();
    let n = |key: &str| nest[key].as_f64().unwrap_or_else(|| panic!("`{key}` is missing"));
    let anatomy = reconstruct(&ScaffoldSpec::mouse(n("size_um"), n("size_um")), n("seed") as u64).unwrap();
    let (settle, window, windows) = (n("settle_ms"), n("window_ms"), n("windows"));
    let rest_ms = settle + windows * window;
    let bursts: Vec<f64> = (0..n("bursts") as usize).map(|k| rest_ms + k as f64 * n("every_ms")).collect();
    let spikes = simulate(&anatomy, &nest["mossy_fiber_spikes_ms"], rest_ms + n("bursts") * n("every_ms"));

    let mut wrong = Vec::new();
    let steps = |ms: f64| (ms * PER_MS).round() as u64;
    println!(
        "{:16}{:>18}{:>18}{:>14}{:>14}{:>14}",
        "", "rate, Hz", "in bursts, Hz", "sd, Hz", "CV", "correlation"
    );
    for train in &spikes {
        let name = train.label.as_str();
        let (rest, burst) = (&nest["rest"][name], &nest["burst"][name]);
        let of = |v: &Value, key: &str| v[key].as_f64().unwrap_or(f64::NAN);
        assert_eq!(rest["n"].as_u64(), Some(train.n as u64), "{name}: another circuit");

        let in_windows: Vec<f64> = (0..windows as u64)
            .map(|k| {
                let from = steps(settle) + k * steps(window);
                part(train, from, steps(window)).len() as f64 / train.n as f64 / window * 1e3
            })
            .collect();
        let in_bursts: Vec<f64> = bursts
            .iter()
            .map(|&from| {
                let ms = n("burst_ms");
                part(train, steps(from), steps(ms)).len() as f64 / train.n as f64 / ms * 1e3
            })
            .collect();
        let whole = part(train, steps(settle), steps(windows * window));
        let spread = sd(&rates_hz(&whole, steps(windows * window), DT_MS));
        let cv = mean(&interval_cv(&whole));

        // Spikes of each cell at rest: their sum and their histogram.
        let mut each = vec![0.0; train.n];
        whole.ids.iter().for_each(|&i| each[i as usize] += 1.0);
        let counts = nest["spikes_of_cells_at_rest"][name].as_array().unwrap();
        let counts: Vec<f64> = counts.iter().map(|c| c.as_f64().unwrap()).collect();
        let is_given = ["mossy_fiber", "glomerulus"].contains(&name);
        if name != "io_cell" && !is_given {
            let (errors, seen) = standard_errors(each.iter().sum(), counts.iter().sum(), cv);
            println!("{name:16}{errors:9.2} standard errors; a difference of {:.1} % is seen", 100.0 * seen);
            // The specification allows a tenth.
            assert!(seen < 0.1, "{name}: the run is too short to tell");
            if errors.abs() > ONE_IN_1000 {
                wrong.push(format!("{name}: {errors} standard errors"));
            }
        }
        if name == "granule_cell" {
            // Two samples of n cells lie farther apart than this once in a thousand times.
            let most = 1.95 * (2.0 / train.n as f64).sqrt();
            let found = distance(&each, &counts);
            let draws = Stream::new(0, "a tenth more");
            let more = |(i, c): (usize, &f64)| {
                c + (0..*c as u32).filter(|&k| draws.uniform(i as u64, k) < 0.1).count() as f64
            };
            let tenth_more: Vec<f64> = counts.iter().enumerate().map(more).collect();
            println!("{name:16}{found:9.4} between the histograms of spikes per cell, at most {most:.4}");
            assert!(found < most, "{name}: the histograms of spikes per cell differ by {found}");
            assert!(distance(&tenth_more, &counts) > most, "{name}: cells that fire a tenth more go unseen");
        }
        let bin = steps(n("bin_ms"));
        let correlation = count_correlation(&whole, 0, (steps(windows * window) / bin) as usize, bin);
        println!(
            "{name:16}{:9.2}{:9.2}{:9.2}{:9.2}{spread:7.2}{:7.2}{cv:7.3}{:7.3}{correlation:7.3}{:7.3}",
            mean(&in_windows),
            of(rest, "rate_hz"),
            mean(&in_bursts),
            of(burst, "rate_hz"),
            of(rest, "rate_sd_hz"),
            of(rest, "cv"),
            of(rest, "correlation"),
        );
        let mut check = |what: &str, is_right: bool| {
            if !is_right {
                wrong.push(format!("{name}: {what}"));
            }
        };
        let differs = |ours: f64, theirs: f64, part: f64| (ours - theirs).abs() > part * theirs;
        check("rate", !differs(mean(&in_windows), of(rest, "rate_hz"), REST));
        check("rate in bursts", !differs(mean(&in_bursts), of(burst, "rate_hz"), BURST));
        if is_given {
            // The input is the same, spike by spike; a relay loses and adds none.
            let spikes_of = |rate_hz: f64| (rate_hz * train.n as f64 * windows * window / 1e3).round();
            check("number of spikes", spikes_of(mean(&in_windows)) == spikes_of(of(rest, "rate_hz")));
        }
        if name != "io_cell" {
            // Chosen: a tenth of the rate or a fifth of the spread itself; no standard errors are known for these.
            let allowed = (0.1 * of(rest, "rate_hz")).max(0.2 * of(rest, "rate_sd_hz"));
            check("spread of the rates", (spread - of(rest, "rate_sd_hz")).abs() <= allowed);
            check("CV", (cv - of(rest, "cv")).abs() <= 0.05);
        }
        if rest["correlation"].is_number() {
            check("correlation", (correlation - of(rest, "correlation")).abs() <= 0.08);
        }
    }
    assert!(wrong.is_empty(), "not as in NEST: {wrong:?}");
    assert_eq!(spikes.len(), nest["rest"].as_object().unwrap().len());
}
