//! The findings of the experiment.

use super::record::{CONTROLLERS, MosaicController, Outcome, Record};
use MosaicController::{Cued, Feedback, Mosaic, OneModule};
use lobule_study::prelude::*;

grounds! {
    DIVIDED = chosen_before "bound of 0.9 from the specification of the experiment, which preceded the program; a third is chance";
    CLAIM = chosen_after "direction: one module for each object controls better than one for all (Wolpert & Kawato 1998, \
        doi:10.1016/S0893-6080(98)00066-5; Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778; abstracts); bound ours: 1 is an \
        equal error; no commit precedes the first run";
    INSIDE = chosen_after "direction: generalization to objects inside the polyhedron of those learned (Haruno, Wolpert & Kawato 2001, \
        doi:10.1162/089976601750541778, abstract); bound ours: 1 is the error of feedback alone; no commit precedes the first run";
    SHARED = chosen_after "direction: modules share an object inside the polyhedron of those learned (Haruno, Wolpert & Kawato 2001, \
        doi:10.1162/089976601750541778, abstract); bound ours: a tenth above 1, which is one module alone; no commit precedes the first \
        run";
    CUE = chosen_after "direction: a learned cue selects before movement (Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778, \
        abstract); bound ours: 1 is an equal latency; no commit precedes the first run";
}

/// Outcomes of a controller, by seed.
pub fn of(record: &Record, controller: MosaicController) -> Vec<&Outcome> {
    record.outcomes.iter().filter(|o| o.controller == controller).collect()
}

/// Effective number of modules: the exponential of the entropy of mean responsibilities; 1 for one alone.
pub fn sharing(shares: &[f64]) -> f64 {
    libm::exp(shares.iter().filter(|s| **s > 0.0).fold(0.0, |h, s| h - s * libm::log(*s)))
}

pub fn findings(record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for (controller, key, ..) in CONTROLLERS {
        let new = |name: &str, meaning: &str, value: fn(&Outcome) -> f64| {
            let by_seed = of(record, controller).into_iter().map(value).collect();
            Finding::new(format!("{key}/{name}"), meaning, by_seed)
        };
        if controller.has_modules() {
            let meaning = "Share of the test in which the module of the object had the largest responsibility, under the best pairing of \
                           modules and objects.";
            let accuracy = new("accuracy", meaning, |o| o.accuracy);
            let is_main = controller == Mosaic;
            found.push(if is_main { accuracy.mean(0.9.., &DIVIDED) } else { accuracy });
            let meaning = "1 for a seed with a collapse: the module of some object leads in less than half of the object's time.";
            found.push(new("collapsed", meaning, |o| f64::from(u8::from(o.is_collapsed()))));
            let meaning = "Mean time from a change of object until its module had more than half of the responsibility.";
            found.push(new("latency", meaning, |o| 1e3 * o.latency_s.unwrap_or(f64::NAN)).unit("ms"));
        }
        let meaning = "Rms of the position error in the test, with equal weight for all objects.";
        found.push(new("error", meaning, |o| 1e3 * o.error_m()).unit("mm"));
        let meaning = "Rms of the position error in the first 0.3 s after a change of object.";
        let after_changes: fn(&Outcome) -> f64 = |o| 1e3 * o.errors_m[o.errors_m.len() - 1];
        found.push(new("error_after_changes", meaning, after_changes).unit("mm"));
        let meaning = "Rms of the position error with the intermediate object, without learning.";
        found.push(new("error_between", meaning, |o| 1e3 * o.between_m).unit("mm"));
    }
    compared(record, &mut found);
    found
}

/// MOSAIC relative to its rivals, and the effect of a cue.
fn compared(record: &Record, found: &mut Vec<Finding>) {
    let ratio = |name: &str, meaning: &str, pair: [_; 2], value: fn(&Outcome) -> f64, source| {
        let pairs = of(record, pair[0]).into_iter().zip(of(record, pair[1]));
        Finding::new(name, meaning, pairs.map(|(a, b)| value(a) / value(b)).collect()).mean(..=1.0, source)
    };
    let meaning = "Error of MOSAIC relative to that of one module that learns all the time.";
    found.push(ratio("error_over_one_module", meaning, [Mosaic, OneModule], Outcome::error_m, &CLAIM));
    let meaning = "Error of MOSAIC relative to that of feedback alone.";
    found.push(ratio("error_over_feedback", meaning, [Mosaic, Feedback], Outcome::error_m, &CLAIM));
    let meaning = "Error of MOSAIC relative to that of feedback alone, with the intermediate object.";
    found.push(ratio("between/error_over_feedback", meaning, [Mosaic, Feedback], |o| o.between_m, &INSIDE));
    let meaning = "Effective number of modules for the intermediate object: the exponential of the entropy of mean responsibilities.";
    let modules = of(record, Mosaic).iter().map(|o| sharing(&o.between_shares)).collect();
    found.push(Finding::new("between/sharing", meaning, modules).mean(1.1.., &SHARED));
    let meaning =
        "Latency until the module of the object led after a change, with a cue relative to that without.";
    let latency: fn(&Outcome) -> f64 = |o| o.latency_s.unwrap_or(f64::NAN);
    found.push(ratio("cue/latency_ratio", meaning, [Cued, Mosaic], latency, &CUE));
    let meaning = "Share of the object's module in the first command after a change, with a cue.";
    let shares = of(record, Cued).iter().map(|o| o.at_once.unwrap_or(f64::NAN)).collect();
    found.push(Finding::new("cue/first_command", meaning, shares));
}
