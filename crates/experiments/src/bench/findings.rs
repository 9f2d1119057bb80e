//! Findings of the bench: claims with a range, and what each controller reached.

use super::config::{Config, TrialCondition, listed};
use super::record::{Cell, Record, SeedOutcome};
use lobule_analysis::median;
use lobule_study::report::{Finding, Source};

const OF_CFPC: [&str; 4] = ["first_order", "damped", "resonant", "non_minimum_phase"];

const SMITH: Source = Source::law(
    "the predictor's model runs beside the plant, and its errors never die out on a body that does not return (Smith 1957)",
);
const PHASE: Source = Source::chosen_after(
    "direction: the phase of the trace relative to that of the loop (theory and cfpc/traces); bound of 1 chosen",
);
const TEACHERS: Source = Source::chosen_after(
    "direction: cfpc/transfer, where the two teachers with the same trace agree to about 1 %; tolerance of a tenth chosen",
);

pub const GROUNDS: [Source; 3] = [SMITH, PHASE, TEACHERS];

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = claims(config, record);
    for (name, _) in listed(config).filter(|c| c.0 != "feedback") {
        let cells: Vec<&Cell> = record.of(name).filter(|c| !c.outcomes.is_empty()).collect();
        if cells.is_empty() {
            continue;
        }
        let mut add = |key: &str, meaning: &str, of_seed: &dyn Fn(usize) -> f64| {
            let by_seed = (0..config.seeds.len()).map(of_seed).collect();
            all.push(Finding::new(format!("{key}/{name}"), meaning, by_seed));
        };
        let over_places = |k: usize, of: fn(&SeedOutcome) -> f64| {
            median(&cells.iter().map(|c| of(&c.outcomes[k])).collect::<Vec<_>>())
        };
        let meaning =
            "Error relative to feedback alone, median over all places where the controller does not refuse.";
        add("relative_error", meaning, &|k| over_places(k, |o| o.relative));
        let meaning = "Error relative to feedback alone in the first three trials after the body changed, median over these places.";
        add("after_change", meaning, &|k| over_places(k, |o| o.changed));
        let meaning = "Share of these places at which no trial at the end of learning had to be stopped.";
        let held = |k: usize| cells.iter().filter(|c| !c.outcomes[k].diverged[0]).count() as f64;
        add("held", meaning, &|k| held(k) / cells.len() as f64);
    }
    all
}

fn claims(config: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    let floating: Vec<&Cell> =
        record.of("smith").filter(|c| ["inertia", "inverted_pendulum"].contains(&c.plant.as_str())).collect();
    if !floating.is_empty() {
        let refused = floating.iter().filter(|c| c.outcomes.is_empty()).count();
        let meaning = "Share of the places with a body that does not return by itself at which the Smith predictor refuses.";
        let share = vec![refused as f64 / floating.len() as f64];
        all.push(Finding::new("smith_refused", meaning, share).each(1.0.., &SMITH));
    }
    // The delay for which cfpc/* was measured.
    let late = (0..config.delays_s.len()).find(|d| (config.delay_ms(*d) - 150.0).abs() < 1.0);
    let by_seed = |name: &str, start: f64, pick: fn(f64, f64) -> f64| -> Option<Vec<f64>> {
        let cells = OF_CFPC.iter().filter_map(|p| record.at(name, p, late?, TrialCondition::Reach));
        let cells: Vec<&Cell> = cells.filter(|c| !c.outcomes.is_empty()).collect();
        let of = |k: usize| cells.iter().map(|c| c.outcomes[k].relative).fold(start, pick);
        (!cells.is_empty()).then(|| (0..config.seeds.len()).map(of).collect())
    };
    if let Some(least) = by_seed("cfpc_none", f64::INFINITY, f64::min) {
        let meaning = "CFPC without a trace, repeated movements, 150 ms: smallest relative error over the bodies of cfpc/*. Above 1 \
            the error grows on every one.";
        all.push(Finding::new("cfpc_none/least", meaning, least).each(1.0.., &PHASE));
    }
    if let Some(most) = by_seed("cfpc_model", 0.0, f64::max) {
        let meaning = "CFPC with a model of the nominal loop in its synapses, same places: largest relative error. Below 1 the error \
            falls on every one.";
        all.push(Finding::new("cfpc_model/most", meaning, most).each(..=1.0, &PHASE));
    }
    let ratio = |c: &Cell| {
        let other = record.at("cfpc_model", &c.plant, c.delay, c.condition).filter(|o| o.holds())?;
        Some(c.mean(|o| o.relative)? / other.mean(|o| o.relative)?)
    };
    let ratios: Vec<f64> = record.of("fel").filter(|c| c.holds()).filter_map(ratio).collect();
    if !ratios.is_empty() {
        let meaning = "Error of feedback-error learning divided by that of CFPC with the same trace, median over the places that both \
            stabilize.";
        all.push(Finding::new("fel_over_cfpc", meaning, vec![median(&ratios)]).each(0.9..=1.1, &TEACHERS));
    }
    all
}
