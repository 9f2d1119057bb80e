//! The answer in words, written from measured numbers only.

use crate::prism::config::Condition;
use crate::prism::figures::mean_sd;
use crate::prism::record::{ConditionRun, Epoch, PrismResult};
use lobule_study::prelude::*;

/// Trials that count as the first through prisms, at most.
const FIRST: usize = 4;
/// Trials that count as the last through prisms, at most.
const LAST: usize = 6;
/// Trials after removal, at most; the first one is left out when there are more.
const AFTER: usize = 5;
/// Smallest error that the answer mentions as one, deg. Chosen: trials of the static network scatter by this much.
const NOTICEABLE_DEG: f64 = 2.0;

/// Errors of one condition, as means over seeds; signs are relative to the prism.
struct Errors {
    seeds: usize,
    /// Number of seeds on which the last error is less than half of the first.
    halved: usize,
    first: (f64, Option<f64>),
    last: (f64, Option<f64>),
    after: Option<(f64, Option<f64>)>,
    trials: (usize, usize),
}

/// First error, last error, error after removal in one run.
fn of_run(run: &ConditionRun) -> Option<([f64; 3], (usize, usize))> {
    let in_epoch = |epoch| run.trials.iter().filter(move |t| t.epoch == epoch);
    let sign = in_epoch(Epoch::Prism).map(|t| t.prism_deg).find(|p| *p != 0.0).unwrap_or(1.0).signum();
    let prism: Vec<f64> = in_epoch(Epoch::Prism).map(|t| sign * t.error_deg).collect();
    if prism.is_empty() {
        return None;
    }
    let half = prism.len().div_ceil(2);
    let (first, last) = (FIRST.min(half), LAST.min(half));
    let removal: Vec<f64> = in_epoch(Epoch::Removal).map(|t| sign * t.error_deg).collect();
    let skip = usize::from(removal.len() > 1);
    let after: Vec<f64> = removal.into_iter().skip(skip).take(AFTER).collect();
    let mean = |values: &[f64]| mean_sd(values).0;
    Some(([mean(&prism[..first]), mean(&prism[prism.len() - last..]), mean(&after)], (first, last)))
}

fn errors(result: &PrismResult, condition: Condition) -> Option<Errors> {
    let runs: Vec<_> = result.condition(condition).filter_map(of_run).collect();
    let column = |k: usize| mean_sd(&runs.iter().map(|a| a.0[k]).collect::<Vec<_>>());
    let after = column(2);
    Some(Errors {
        seeds: runs.len(),
        halved: runs.iter().filter(|(e, _)| e[1].abs() < 0.5 * e[0].abs()).count(),
        first: column(0),
        last: column(1),
        after: after.0.is_finite().then_some(after),
        trials: runs.first()?.1,
    })
}

fn degrees((mean, sd): (f64, Option<f64>)) -> String {
    let sd = sd.map(|sd| format!("\u{a0}±\u{a0}{sd:.1}")).unwrap_or_default();
    format!("{}{sd}°", fixed(mean, 1))
}

fn trials(n: usize) -> String {
    if n == 1 { "trial".into() } else { format!("{n} trials") }
}

/// Change of the error between its first and last value; completes a sentence that begins with "the error".
fn change(errors: &Errors, windows: bool) -> String {
    let (first, last) = (errors.first.0, errors.last.0);
    let (mut from, mut to) = (degrees(errors.first), degrees(errors.last));
    if windows {
        from += &format!(" in the first {} through prisms", trials(errors.trials.0));
        to += &format!(" in the last {}", errors.trials.1);
    }
    if !(first.is_finite() && last.is_finite()) {
        "was not measured".into()
    } else if first.abs() < NOTICEABLE_DEG && last.abs() < NOTICEABLE_DEG {
        format!("was small from the start ({from}, then {to})")
    } else if (first - last).abs() < NOTICEABLE_DEG.max(0.15 * first.abs()) {
        format!("stayed where it was ({from}, then {to})")
    } else if last.abs() <= 0.5 * first.abs() {
        format!("fell from {from} to {to}")
    } else if last.abs() < first.abs() {
        format!("fell only partly, from {from} to {to}")
    } else {
        format!("grew from {from} to {to}")
    }
}

/// One or two sentences that answer the question of the experiment.
pub fn answer(result: &PrismResult) -> String {
    let of = |condition, windows| errors(result, condition).map(|errors| change(&errors, windows));
    match (of(Condition::Plastic, true), of(Condition::Static, false), of(Condition::Static, true)) {
        (Some(plastic), Some(fixed), _) => {
            format!("With plasticity the pointing error {plastic}; without it, it {fixed}.")
        }
        (Some(plastic), None, _) => {
            format!("With plasticity the pointing error {plastic}. There is no static run for comparison.")
        }
        (None, _, Some(fixed)) => {
            format!("Without plasticity the pointing error {fixed}. There is no plastic run.")
        }
        (None, _, None) => "The run has no trial through prisms, so it answers nothing.".into(),
    }
}

/// The after-effect, and the averages behind the numbers of the answer.
pub fn small_print(result: &PrismResult) -> Vec<String> {
    let mut sentences = Vec::new();
    let (plastic, fixed) = (errors(result, Condition::Plastic), errors(result, Condition::Static));
    if let Some((errors, after)) = plastic.as_ref().and_then(|p| p.after.map(|a| (p, a))) {
        let reference = fixed.as_ref().and_then(|f| f.after);
        let beside = reference.map(|f| format!(" (static network: {})", degrees(f))).unwrap_or_default();
        let beyond_static = reference.is_none_or(|f| after.0 < f.0 - NOTICEABLE_DEG);
        sentences.push(if after.0 < -NOTICEABLE_DEG && beyond_static {
            format!(
                "When the prisms came off, the network missed by {}{beside} in the opposite direction: an after-effect.",
                degrees((-after.0, after.1))
            )
        } else {
            format!("When the prisms came off, the error was {}{beside}: no clear after-effect.", degrees(after))
        });
        if errors.seeds > 1 {
            sentences.push(format!(
                "With plasticity the last error was less than half of the first on {} of {} seeds.",
                errors.halved, errors.seeds
            ));
        }
    }
    if let Some(errors) = plastic.or(fixed) {
        let spread = match errors.seeds {
            1 => " on one seed".into(),
            n => format!("; ± is the standard deviation over {n} seeds"),
        };
        sentences.push(format!(
            "All numbers are means over trials{spread}. Signs are relative to the displacement by the prisms. The error after removal is that of up \
             to {AFTER} trials, without the first."
        ));
    }
    sentences
}
