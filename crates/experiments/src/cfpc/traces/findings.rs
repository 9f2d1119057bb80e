//! Findings of `cfpc/traces`: the acceptance tests of the reference, and its table of wrong models.

use super::super::family::*;
use super::record::{Config, EXPECTED, Record, TRIALS};

/// Largest relative error allowed at trial 50 with the exact model, by plant.
const MODEL_AT_50: [f64; 4] = [0.01, 0.05, 0.45, 0.02];
/// Frequencies at which the reference measured a phase of -90 deg, by plant, Hz.
const QUARTER_HZ: [f64; 4] = [0.87, 0.55, 1.17, 0.39];

const DESCENT: Source = Source::law("gradient descent on a quadratic cost with a step below 2/λ_max");
const EXACT: Source = Source::chosen_before(
    "acceptance test 3 of the numpy reference, which itself measured 0.005, 0.026, 0.36 and 0.011",
);
const NO_TRACE: Source = Source::chosen_before(
    "acceptance test 4 of the numpy reference, which itself measured 229, 27, 38 and 143 times the error of feedback alone",
);
const IDENTITY: Source = Source::law("both compute the same linear loop; 1e-9 for rounding");
const TABLE: Source =
    Source::measured("table of the numpy reference, within the factor of 2 of its acceptance test 6");
const GROWTH: Source =
    Source::measured("table of the numpy reference, acceptance test 6: above 10 where the reference is");
const SINES: Source = Source::chosen_after(
    "direction: numpy reference, 0.067 with the model, divergence without a trace; its random phases differ, bounds chosen",
);
const QUARTER: Source = Source::measured(
    "numpy reference: 0.87, 0.55, 1.17 and 0.39 Hz; tolerance of 3 % chosen, for the grid of its frequencies",
);

pub const GROUNDS: [Source; 9] =
    [DESCENT, EXACT, NO_TRACE, IDENTIFIED, IDENTITY, TABLE, GROWTH, SINES, QUARTER];

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    for (p, row) in record.loops.iter().enumerate() {
        let plant = row.plant.as_str();
        let meaning =
            "Exact model, step 1/‖MᵀM‖₂: largest rise of the relative error from a trial to the next.";
        let rise = Finding::new(format!("largest_rise/{plant}"), meaning, vec![row.largest_rise]);
        all.push(rise.each(..=0.0, &DESCENT));
        if config.trials >= 50 {
            let at_50 = |trace: &str| record.values(trace, plant, "minjerk", 50);
            let meaning = "Exact model: relative error at trial 50.";
            let exact = Finding::new(format!("model_at_50/{plant}"), meaning, at_50("model"));
            let meaning = "No trace: relative error at trial 50. It must have grown tenfold.";
            let none = Finding::new(format!("none_at_50/{plant}"), meaning, at_50("none"));
            let meaning =
                "Relative error at trial 50 with the identified model, divided by that with the exact model.";
            let ratios = at_50("identified").iter().map(|v| v / at_50("model")[0]).collect();
            let ratio = Finding::new(format!("identified_over_exact_at_50/{plant}"), meaning, ratios);
            all.push(exact.each(..=MODEL_AT_50[p], &EXACT));
            all.push(none.each(10.0.., &NO_TRACE));
            all.push(ratio.each(0.5..=2.0, &IDENTIFIED));
        }
        let meaning = "Largest difference of relative errors between lifted matrices and the loop simulated tick by tick.";
        let apart = Finding::new(format!("lifted_minus_loop/{plant}"), meaning, vec![row.lifted_minus_loop]);
        all.push(apart.each(..=1e-9, &IDENTITY));
    }
    if config.trials >= 400 {
        wrong_models(record, &mut all);
    }
    for (trace, range) in [("model", [None, Some(0.2)]), ("none", [Some(10.0), None])] {
        let values = record.values(trace, "damped", "sines", config.trials.min(50));
        let meaning = "Reference `sines`: relative error at trial 50 (or the last).";
        let finding = Finding::new(format!("sines/{trace}/damped"), meaning, values);
        // Shorter runs have not had the time.
        all.push(finding.each(if config.trials >= 50 { range } else { [None, None] }, &SINES));
    }
    for (row, expected) in record.loops.iter().zip(QUARTER_HZ) {
        let meaning = "Frequency at which the loop is 90 deg late. Above it, learning without a trace fails.";
        let quarter = Finding::new(format!("quarter_hz/{}", row.plant), meaning, vec![row.quarter_hz]);
        all.push(quarter.unit("Hz").each(around(expected, [0.97, 1.03], 3), &QUARTER));
    }
    all
}

/// Wrong models against the reference: within a factor of 2 below 1, growing above 10.
fn wrong_models(record: &Record, all: &mut Vec<Finding>) {
    let is_wrong = |row: &str| row.starts_with("delay_") || row.starts_with("mass_");
    for (row, expected) in EXPECTED.iter().filter(|(row, _)| is_wrong(row)) {
        for (plant, expected) in PLANTS.iter().zip(expected) {
            let at = |trial: &usize| record.values(row, plant, "minjerk", *trial);
            let values: Vec<f64> = TRIALS.iter().flat_map(at).collect();
            if values.len() != TRIALS.len() || expected[0].is_nan() {
                continue;
            }
            let pairs = || values.iter().zip(expected);
            let factors = pairs().filter(|(_, e)| **e < 1.0).map(|(v, e)| (v / e).max(e / v));
            let meaning = "Wrong model: largest factor between this program and the reference at those of the trials 10, 50 and 400 \
                at which the reference is below 1.";
            let factor = vec![factors.fold(1.0, f64::max)];
            all.push(Finding::new(format!("mismatch/{row}/{plant}"), meaning, factor).each(..=2.0, &TABLE));
            let grown = pairs().filter(|(_, e)| **e > 10.0).map(|(v, _)| *v).reduce(f64::min);
            let meaning = "Wrong model: smallest relative error at those trials at which the reference has grown above 10.";
            let finding =
                |v| Finding::new(format!("grows/{row}/{plant}"), meaning, vec![v]).each(10.0.., &GROWTH);
            all.extend(grown.map(finding));
        }
    }
}
