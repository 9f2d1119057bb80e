//! What is judged, and what is only told.

use super::config::{Config, TrialCondition, listed};
use super::record::{Cell, Record};
use lobule_study::report::{Finding, Judge};

/// The bodies of cfpc/*.
const OF_CFPC: [&str; 4] = ["first_order", "damped", "resonant", "non_minimum_phase"];

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => 0.5 * (values[n / 2 - 1] + values[n / 2]),
    }
}

/// All findings.
pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = claims(config, record);
    for (name, _) in listed(config).filter(|c| c.0 != "feedback") {
        let cells: Vec<&Cell> = record.of(name).filter(|c| !c.outcomes.is_empty()).collect();
        if cells.is_empty() {
            continue;
        }
        let seeds = 0..config.seeds.len();
        let of_seed = |k: usize| median(cells.iter().map(|c| c.outcomes[k].relative).collect());
        all.push(told(
            format!("relative_error/{name}"),
            "Error over that of feedback alone, median over all places where it does not refuse.",
            seeds.clone().map(of_seed).collect(),
        ));
        let after = |k: usize| median(cells.iter().map(|c| c.outcomes[k].changed).collect());
        all.push(told(
            format!("after_change/{name}"),
            "The same in the first three trials after the body has changed.",
            seeds.clone().map(after).collect(),
        ));
        let held = |k: usize| {
            let held = cells.iter().filter(|c| !c.outcomes[k].diverged[0]).count();
            held as f64 / cells.len() as f64
        };
        all.push(told(
            format!("held/{name}"),
            "Share of these places at which no trial at the end of learning had to be stopped.",
            seeds.map(held).collect(),
        ));
    }
    all
}

fn told(name: String, meaning: &str, by_seed: Vec<f64>) -> Finding {
    Finding::seven(name, meaning, by_seed, "1", [None, None], Judge::Each, "measured here")
}

/// What theory or another experiment says.
fn claims(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    let floating: Vec<&Cell> =
        record.of("smith").filter(|c| ["inertia", "inverted_pendulum"].contains(&c.plant.as_str())).collect();
    if !floating.is_empty() {
        let refused = floating.iter().filter(|c| c.outcomes.is_empty()).count();
        all.push(Finding::seven(
            "smith_refused",
            "Share of the places with a body that does not return by itself at which the Smith predictor refuses.",
            vec![refused as f64 / floating.len() as f64],
            "1",
            [Some(1.0), None],
            Judge::Each,
            "theory: its model runs beside the plant, and errors of it never die out (Smith 1957; forward_models §4)",
        ));
    }
    // The delay for which cfpc/* was measured.
    let late = (0..config.delays_s.len()).find(|d| (config.delay_ms(*d) - 150.0).abs() < 1.0);
    let of_cfpc = |name: &str| -> Vec<&Cell> {
        let cells = OF_CFPC.iter().filter_map(|p| record.at(name, p, late?, TrialCondition::Reach));
        cells.filter(|c| !c.outcomes.is_empty()).collect()
    };
    let by_seed = |cells: &[&Cell], start: f64, pick: fn(f64, f64) -> f64| -> Vec<f64> {
        let of = |k: usize| cells.iter().map(|c| c.outcomes[k].relative).fold(start, pick);
        (0..config.seeds.len()).map(of).collect()
    };
    let source = "theory and cfpc/traces: the phase of the trace against that of the loop";
    let cells = of_cfpc("cfpc_none");
    if !cells.is_empty() {
        all.push(Finding::seven(
            "cfpc_none/least",
            "CFPC without a trace, movements that repeat, 150 ms: least relative error over the bodies of cfpc/*. It grows on every one.",
            by_seed(&cells, f64::INFINITY, f64::min),
            "1",
            [Some(1.0), None],
            Judge::Each,
            source,
        ));
    }
    let cells = of_cfpc("cfpc_model");
    if !cells.is_empty() {
        all.push(Finding::seven(
            "cfpc_model/most",
            "CFPC with a model of the nominal loop in its synapses, same places: greatest relative error. It falls on every one.",
            by_seed(&cells, 0.0, f64::max),
            "1",
            [None, Some(1.0)],
            Judge::Each,
            source,
        ));
    }
    let ratios: Vec<f64> = record
        .of("fel")
        .filter(|c| c.holds())
        .filter_map(|c| {
            let other = record.at("cfpc_model", &c.plant, c.delay, c.condition).filter(|o| o.holds())?;
            Some(c.mean(|o| o.relative)? / other.mean(|o| o.relative)?)
        })
        .collect();
    if !ratios.is_empty() {
        all.push(Finding::seven(
            "fel_over_cfpc",
            "Error of feedback-error learning over that of CFPC with the same trace, median over the places that both hold.",
            vec![median(ratios)],
            "1",
            [Some(0.9), Some(1.1)],
            Judge::Each,
            "cfpc/transfer: the two differ by a few parts in a hundred with the same trace",
        ));
    }
    all
}
