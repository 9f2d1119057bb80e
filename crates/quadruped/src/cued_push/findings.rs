//! The findings of the experiment.

use super::config::{Arm, Config, Kind, Scenario};
use super::record::{FELL, OPPOSITE, PEAK, Pushed, Record, WAY};
use crate::whole_or_reported;
use lobule_analysis::{mean, paired_ratio};
use lobule_study::prelude::*;

grounds! {
    FALLS = chosen_before "a prototype of the task in C on the same library: no falls with the cue, 40 % without it; bounds ours: 5 %, and a \
        third of those without";
    ROLL = chosen_before "the prototype: 0.29 of the roll without plasticity; bound ours: 0.6";
    WRONG = chosen_before "the prototype: 49.7 deg after the cue of the other side, 32.8 deg without one; what was learned is of that side, so \
        that a wrong cue is worse than none";
    PREPARED = chosen_before "the prototype: 11.9 deg to the other side when the push does not come, 5.8 deg without plasticity; bound ours: \
        3 deg";
    DIFFICULT = measured "the prototype: 24 +- 8 % falls and 25.4 +- 2.1 deg with a cue and without plasticity; a range of about two \
        standard errors of ten seeds with ten trials each, and as much for another reading of the same description";
}

/// Fewest trials that the ranges are about: those of the prototype.
const TRAINING: usize = 60;
const EACH_KIND: usize = 8;

type Of = fn(&Pushed) -> f64;
const MEASURES: [(&str, &str, &str, Of); 4] = [
    ("falls", "Share of falls", "1", FELL),
    ("peak", "Largest roll toward the pushed side", "deg", PEAK),
    ("opposite", "Largest roll to the other side", "deg", OPPOSITE),
    ("way", "Way to the pushed side", "m", WAY),
];

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &scenario in &config.scenarios {
        for &arm in &config.arms {
            for kind in Kind::ALL {
                for (key, words, unit, of) in MEASURES {
                    let name = format!("{}/{}/{}/{key}", scenario.key(), arm.key(), kind.key());
                    let meaning = format!("{words}, {}, {}.", kind.words(), arm.words());
                    let finding =
                        Finding::new(name, meaning, record.means(scenario, arm, kind, of)).unit(unit);
                    found.push(match (scenario, arm, kind, key) {
                        (Scenario::Generator, Arm::Frozen, Kind::Cued, "falls") => {
                            finding.mean(0.1..=0.4, &DIFFICULT)
                        }
                        (Scenario::Generator, Arm::Frozen, Kind::Cued, "peak") => {
                            finding.mean(20.0..=31.0, &DIFFICULT)
                        }
                        (Scenario::Generator | Scenario::Stiff, Arm::Learned, Kind::Cued, "falls") => {
                            finding.mean(0.0..=0.05, &FALLS)
                        }
                        _ => finding,
                    });
                }
            }
        }
        for &arm in config.arms.iter().filter(|arm| **arm != Arm::Frozen) {
            found.extend(compared(record, scenario, arm));
        }
    }
    let trials = &config.trials;
    whole_or_reported(found, trials.training >= TRAINING && trials.each_kind >= EACH_KIND)
}

/// An arm by kinds of trials, and with the walk without plasticity.
fn compared(record: &Record, scenario: Scenario, arm: Arm) -> [Finding; 4] {
    let name = |what: &str| format!("{}/{}/{what}", scenario.key(), arm.key());
    let of = |arm: Arm, kind: Kind, of: Of| record.means(scenario, arm, kind, of);
    let ratio = |what: &str, a: &[f64], b: &[f64]| {
        paired_ratio(a, b, &format!("quadruped/cued_push/{}", name(what))).value
    };
    let words = arm.words();
    // No falls at all are as good as a third of none.
    let falls = [Kind::Cued, Kind::NoCue].map(|kind| mean(&of(arm, kind, FELL)));
    let falls = if falls == [0.0, 0.0] { 0.0 } else { falls[0] / falls[1] };
    let peak = ratio("peak", &of(arm, Kind::Cued, PEAK), &of(Arm::Frozen, Kind::Cued, PEAK));
    let wrong = ratio("wrong", &of(arm, Kind::WrongSide, PEAK), &of(arm, Kind::NoCue, PEAK));
    let opposite = of(arm, Kind::Catch, OPPOSITE)
        .iter()
        .zip(of(Arm::Frozen, Kind::Catch, OPPOSITE))
        .map(|(a, b)| a - b)
        .collect();
    let findings = [
        Finding::new(
            name("falls_ratio"),
            format!("Falls with the cue relative to those without it, {words}."),
            vec![falls],
        ),
        Finding::new(
            name("peak_ratio"),
            format!("Roll with the cue relative to that without plasticity, {words}."),
            vec![peak],
        ),
        Finding::new(
            name("wrong_ratio"),
            format!("Roll after the cue of the other side relative to that without a cue, {words}."),
            vec![wrong],
        ),
        Finding::new(
            name("prepared"),
            format!(
                "Roll to the other side when the push does not come, beyond that without plasticity, {words}."
            ),
            opposite,
        )
        .unit("deg"),
    ];
    if arm != Arm::Learned || scenario == Scenario::Policy {
        return findings;
    }
    let [falls, peak, wrong, opposite] = findings;
    [
        falls.mean(0.0..=1.0 / 3.0, &FALLS),
        peak.mean(0.0..=0.6, &ROLL),
        wrong.mean(1.0.., &WRONG),
        opposite.mean(3.0.., &PREPARED),
    ]
}
