//! The findings of the experiment.

use super::record::{MosaicController, Outcome, Record};
use lobule_study::report::{Finding, Source};

/// Everything on which ranges rest.
pub const GROUNDS: &[Source] = &[DIVIDED, CLAIM, INSIDE, SHARED, CUE];

const DIVIDED: Source = Source::chosen_before(
    "bound of 0.9 from the specification of the experiment, which preceded the program; a third is chance",
);
const CLAIM: Source = Source::chosen_after(
    "direction: one module for each object controls better than one for all (Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5; \
     Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778; abstracts); bound ours: 1 is an equal error; no commit precedes the \
     first run",
);
const INSIDE: Source = Source::chosen_after(
    "direction: generalization to objects inside the polyhedron of those learned (Haruno, Wolpert & Kawato 2001, \
     doi:10.1162/089976601750541778, abstract); bound ours: 1 is the error of feedback alone; no commit precedes the first run",
);
const SHARED: Source = Source::chosen_after(
    "direction: modules share an object inside the polyhedron of those learned (Haruno, Wolpert & Kawato 2001, \
     doi:10.1162/089976601750541778, abstract); bound ours: a tenth above 1, which is one module alone; no commit precedes the first run",
);
const CUE: Source = Source::chosen_after(
    "direction: a learned cue selects before movement (Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778, abstract); bound \
     ours: 1 is an equal latency; no commit precedes the first run",
);

/// Outcomes of a controller, by seed.
pub fn of(record: &Record, controller: MosaicController) -> Vec<&Outcome> {
    record.outcomes.iter().filter(|o| o.controller == controller).collect()
}

/// Effective number of modules: the exponential of the entropy of mean responsibilities; 1 for one alone.
pub fn sharing(shares: &[f64]) -> f64 {
    libm::exp(shares.iter().filter(|s| **s > 0.0).fold(0.0, |h, s| h - s * libm::log(*s)))
}

/// All findings.
pub fn findings(record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    MosaicController::ALL.into_iter().for_each(|controller| controlled(record, controller, &mut found));
    compared(record, &mut found);
    found
}

/// Responsibilities and errors of one controller.
fn controlled(record: &Record, controller: MosaicController, found: &mut Vec<Finding>) {
    let new = |name: &str, meaning: &str, value: &dyn Fn(&Outcome) -> f64| {
        let by_seed = of(record, controller).into_iter().map(value).collect();
        Finding::new(format!("{}/{name}", controller.name()), meaning, by_seed)
    };
    if controller.has_modules() {
        let meaning = "Share of the test in which the module of the object had the largest responsibility, under the best pairing of \
                       modules and objects.";
        let accuracy = new("accuracy", meaning, &|o| o.accuracy);
        let is_main = controller == MosaicController::Mosaic;
        found.push(if is_main { accuracy.mean(0.9.., &DIVIDED) } else { accuracy });
        let meaning = "1 for a seed with a collapse: the module of some object leads in less than half of the object's time.";
        found.push(new("collapsed", meaning, &|o| f64::from(u8::from(o.is_collapsed()))));
        let meaning =
            "Mean time from a change of object until its module had more than half of the responsibility.";
        found.push(new("latency", meaning, &|o| 1e3 * o.latency_s.unwrap_or(f64::NAN)).unit("ms"));
    }
    let meaning = "Rms of the position error in the test, with equal weight for all objects.";
    found.push(new("error", meaning, &|o| 1e3 * o.error_m()).unit("mm"));
    let meaning = "Rms of the position error in the first 0.3 s after a change of object.";
    found.push(new("error_after_changes", meaning, &|o| 1e3 * o.errors_m[o.errors_m.len() - 1]).unit("mm"));
    let meaning = "Rms of the position error with the intermediate object, without learning.";
    found.push(new("error_between", meaning, &|o| 1e3 * o.between_m).unit("mm"));
}

/// MOSAIC relative to its rivals, and the effect of a cue.
fn compared(record: &Record, found: &mut Vec<Finding>) {
    use MosaicController::{Cued, Feedback, Mosaic, OneModule};
    let ratio = |of_whom, to_whom, value: fn(&Outcome) -> f64| -> Vec<f64> {
        of(record, of_whom).into_iter().zip(of(record, to_whom)).map(|(a, b)| value(a) / value(b)).collect()
    };
    let meaning = "Error of MOSAIC relative to that of one module that learns all the time.";
    let error = ratio(Mosaic, OneModule, Outcome::error_m);
    found.push(Finding::new("error_over_one_module", meaning, error).mean(..=1.0, &CLAIM));
    let meaning = "Error of MOSAIC relative to that of feedback alone.";
    let error = ratio(Mosaic, Feedback, Outcome::error_m);
    found.push(Finding::new("error_over_feedback", meaning, error).mean(..=1.0, &CLAIM));
    let meaning = "Error of MOSAIC relative to that of feedback alone, with the intermediate object.";
    let error = ratio(Mosaic, Feedback, |o| o.between_m);
    found.push(Finding::new("between/error_over_feedback", meaning, error).mean(..=1.0, &INSIDE));
    let meaning = "Effective number of modules for the intermediate object: the exponential of the entropy of mean responsibilities.";
    let modules = of(record, Mosaic).iter().map(|o| sharing(&o.between_shares)).collect();
    found.push(Finding::new("between/sharing", meaning, modules).mean(1.1.., &SHARED));
    let meaning =
        "Latency until the module of the object led after a change, with a cue relative to that without.";
    let latency = ratio(Cued, Mosaic, |o| o.latency_s.unwrap_or(f64::NAN));
    found.push(Finding::new("cue/latency_ratio", meaning, latency).mean(..=1.0, &CUE));
    let meaning = "Share of the object's module in the first command after a change, with a cue.";
    let shares = of(record, Cued).iter().map(|o| o.at_once.unwrap_or(f64::NAN)).collect();
    found.push(Finding::new("cue/first_command", meaning, shares));
}
