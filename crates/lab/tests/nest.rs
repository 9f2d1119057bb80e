//! A circuit against NEST: rates, their spread over cells, regularity and correlations of a small mouse circuit at
//! rest, and rates under bursts of its mossy fibres.
//!
//! `validation/nest/statistics.json` is what `validation/nest/statistics_at_rest.py` measured on the same circuit.

use lobule::analysis::{count_correlation, interval_cv, mean, rates_hz, sd};
use lobule::cerebellum::BrainState;
use lobule::open_loop::{OpenLoop, Stimulus, open_loop};
use lobule::scaffold::{ScaffoldSpec, reconstruct};
use lobule::signal::SpikeTrain;
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

/// Whether a rate agrees: within a tenth, or within three standard errors of the difference.
///
/// At rest the standard error of the difference is at most 4.4 % of the rate in every population but the sources,
/// so a rate that is wrong by a third is found with a probability above 99.9 %.
fn agrees(ours: f64, our_se: f64, theirs: f64, their_se: f64) -> bool {
    let allowed = (0.1 * theirs).max(3.0 * our_se.hypot(their_se));
    (ours - theirs).abs() <= allowed
}

#[test]
fn a_circuit_at_rest_and_under_bursts_agrees_with_nest() {
    let nest: Value = serde_json::from_str(STATISTICS).unwrap();
    let n = |key: &str| nest[key].as_f64().unwrap_or_else(|| panic!("`{key}` is missing"));
    let anatomy = reconstruct(&ScaffoldSpec::mouse(n("size_um"), n("size_um")), n("seed") as u64).unwrap();
    let (settle, window, windows) = (n("settle_ms"), n("window_ms"), n("windows"));
    let rest_ms = settle + windows * window;
    let stimuli: Vec<Stimulus> = (0..n("bursts") as usize)
        .map(|k| {
            let from_ms = rest_ms + k as f64 * n("every_ms");
            let to_ms = from_ms + n("burst_ms");
            Stimulus { rate_hz: n("burst_hz"), from_ms, to_ms, within_um: n("within_um") }
        })
        .collect();
    let result = open_loop(
        &anatomy,
        &OpenLoop {
            duration_ms: rest_ms + n("bursts") * n("every_ms"),
            background_hz: 4.0,
            stimuli: stimuli.clone(),
            state: BrainState::Awake,
            has_short_term: false,
            seed: 1,
            threads: 2,
        },
    )
    .unwrap();

    let mut wrong = Vec::new();
    let se = |x: &[f64]| sd(x) / (x.len() as f64).sqrt();
    let steps = |ms: f64| (ms * PER_MS).round() as u64;
    println!(
        "{:16}{:>18}{:>18}{:>14}{:>14}{:>14}",
        "", "rate, Hz", "in bursts, Hz", "sd, Hz", "CV", "correlation"
    );
    for train in &result.spikes {
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
        let in_bursts: Vec<f64> = stimuli
            .iter()
            .map(|s| {
                let ms = s.to_ms - s.from_ms;
                part(train, steps(s.from_ms), steps(ms)).len() as f64 / train.n as f64 / ms * 1e3
            })
            .collect();
        let whole = part(train, steps(settle), steps(windows * window));
        let spread = sd(&rates_hz(&whole, steps(windows * window), DT_MS));
        let cv = mean(&interval_cv(&whole));
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
        check(
            "rate",
            agrees(mean(&in_windows), se(&in_windows), of(rest, "rate_hz"), of(rest, "rate_se_hz")),
        );
        check(
            "rate in bursts",
            agrees(mean(&in_bursts), se(&in_bursts), of(burst, "rate_hz"), of(burst, "rate_se_hz")),
        );
        let is_source = ["mossy_fiber", "glomerulus", "io_cell"].contains(&name);
        if !is_source {
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
    assert_eq!(result.spikes.len(), nest["rest"].as_object().unwrap().len());
}
