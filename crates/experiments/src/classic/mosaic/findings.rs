//! The findings of the experiment.

use super::config::Config;
use super::record::{Outcome, Player, Record};
use lobule_study::report::{Finding, Judge};

const DIVIDED: &str = "Chosen: modules that have divided the objects among themselves lead nearly always, wrong only for a while after a change; a third is chance";
const CLAIM: &str = "direction only: one module per object controls better than one for all, Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5; \
     Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778 (from the abstracts)";
const INSIDE: &str = "direction only: generalization to objects inside the polyhedron of those learned, Haruno, Wolpert & Kawato 2001, \
     doi:10.1162/089976601750541778 (from the abstract)";
const SHARED: &str = "direction: modules share an object inside the polyhedron of those learned, Haruno, Wolpert & Kawato 2001, \
     doi:10.1162/089976601750541778 (from the abstract); Chosen: a tenth above 1, which is one module alone, so that a trace of the others does not pass";
const CUE: &str = "direction only: a learned cue selects before movement, Haruno, Wolpert & Kawato 2001, doi:10.1162/089976601750541778 (from the abstract)";
const REPORTED: &str = "reported; no published value was looked up";

/// Outcomes of a player, seed by seed.
pub fn of(record: &Record, player: Player) -> Vec<&Outcome> {
    record.outcomes.iter().filter(|o| o.player == player).collect()
}

/// How many modules share: the exponential of the entropy of mean responsibilities, 1 for one alone.
pub fn sharing(shares: &[f64]) -> f64 {
    libm::exp(shares.iter().filter(|s| **s > 0.0).fold(0.0, |h, s| h - s * libm::log(*s)))
}

/// All findings.
pub fn findings(_: &Config, record: &Record) -> Vec<Finding> {
    let mut all = Vec::new();
    for player in Player::ALL {
        let outcomes = of(record, player);
        let values = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(|o| f(o)).collect::<Vec<f64>>();
        let mut add = |name: &str, meaning: &str, by_seed: Vec<f64>, unit: &str, range, source: &str| {
            let name = format!("{}/{name}", player.name());
            all.push(Finding::seven(name, meaning, by_seed, unit, range, Judge::Mean, source));
        };
        let main = player == Player::Mosaic;
        if player.has_modules() {
            add(
                "accuracy",
                "Part of the test in which the most responsible module is that of the object, under the best pairing of modules and objects.",
                values(&|o| o.accuracy),
                "1",
                if main { [Some(0.9), None] } else { [None, None] },
                if main { DIVIDED } else { REPORTED },
            );
            add(
                "collapsed",
                "1 on seeds on which some object has no module of its own: its module leads in less than half of its time.",
                values(&|o| f64::from(u8::from(o.is_collapsed()))),
                "1",
                [None, None],
                REPORTED,
            );
            add(
                "latency",
                "Mean time from a change of the object until its module has more than half of the responsibility.",
                values(&|o| 1e3 * o.latency_s.unwrap_or(f64::NAN)),
                "ms",
                [None, None],
                REPORTED,
            );
        }
        add(
            "error",
            "Rms of the error of position in the test, all objects with the same weight.",
            values(&|o| 1e3 * o.error_m()),
            "mm",
            [None, None],
            REPORTED,
        );
        add(
            "error_after_changes",
            "Rms of the error in the first 0.3 s after a change of the object.",
            values(&|o| 1e3 * o.errors_m[o.errors_m.len() - 1]),
            "mm",
            [None, None],
            REPORTED,
        );
        add(
            "error_between",
            "Rms of the error with the object between the others, without learning.",
            values(&|o| 1e3 * o.between_m),
            "mm",
            [None, None],
            REPORTED,
        );
    }
    let ratio = |f: fn(&Outcome) -> f64, over: Player| -> Vec<f64> {
        of(record, Player::Mosaic).iter().zip(of(record, over)).map(|(m, o)| f(m) / f(o)).collect()
    };
    let mut add = |name: &str, meaning: &str, by_seed: Vec<f64>, range, source: &str| {
        all.push(Finding::seven(name, meaning, by_seed, "1", range, Judge::Mean, source));
    };
    let below = [None, Some(1.0)];
    add(
        "error_over_one_module",
        "Error of MOSAIC over that of one module that learns all the time.",
        ratio(Outcome::error_m, Player::OneModule),
        below,
        CLAIM,
    );
    add(
        "error_over_feedback",
        "Error of MOSAIC over that of feedback alone.",
        ratio(Outcome::error_m, Player::Feedback),
        below,
        CLAIM,
    );
    add(
        "between/error_over_feedback",
        "The same with the object between.",
        ratio(|o| o.between_m, Player::Feedback),
        below,
        INSIDE,
    );
    add(
        "between/sharing",
        "How many modules share the object between: the exponential of the entropy of mean responsibilities.",
        of(record, Player::Mosaic).iter().map(|o| sharing(&o.between_shares)).collect(),
        [Some(1.1), None],
        SHARED,
    );
    let cued = of(record, Player::Cued);
    let plain = of(record, Player::Mosaic);
    add(
        "cue/latency_ratio",
        "Time until the right module leads after a change, with a cue over without.",
        cued.iter()
            .zip(&plain)
            .map(|(c, m)| c.latency_s.unwrap_or(f64::NAN) / m.latency_s.unwrap_or(f64::NAN))
            .collect(),
        below,
        CUE,
    );
    add(
        "cue/first_command",
        "Share of the right module in the very first command after a change, with a cue.",
        cued.iter().map(|o| o.at_once.unwrap_or(f64::NAN)).collect(),
        [None, None],
        REPORTED,
    );
    all
}
