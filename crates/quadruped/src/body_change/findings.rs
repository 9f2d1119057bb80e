//! The findings of the experiment.

use super::config::{Arm, Config, Scenario};
use super::record::{Errors, Of, Record, Walked};
use crate::whole_or_reported;
use lobule_analysis::{mean, paired_ratio};
use lobule_study::prelude::*;

grounds! {
    LOAD = chosen_before "a prototype of the task in C on the same library left 0.09 of the yaw rate and 0.03 of the roll; bound ours: a third";
    AFTER_LOAD = chosen_before "an after-effect has the opposite sign of the error; in the prototype it had 0.91 and 0.81 of its size; bound ours: 0.4";
    GONE = chosen_before "the prototype had 0.11 and 0.05 of the error left 50 s after the load; bound ours: a third";
    WEAK = chosen_before "the prototype left 0.16 of the yaw rate on the policy walker; bound ours: a half";
    AFTER_WEAK = chosen_before "in the prototype the after-effect had 0.70 of the size of the error on the policy walker; bound ours: 0.3";
    SIZE = measured "the prototype: 2.66 +- 0.10 deg/s and -2.26 +- 0.13 deg late in the change without learning; a quarter of each is \
        allowed for another reading of the same description";
}

/// Shortest phases that the ranges are about, s: those of the prototype.
const PHASE_S: f64 = 60.0;
const AFTER_S: f64 = 50.0;

type Window = fn(&Walked) -> Errors;
const WINDOWS: [(&str, &str, Window); 4] = [
    ("early", "soon after the change", |walk| walk.early),
    ("late", "at the end of the change", |walk| walk.late),
    ("after", "soon after the change has ended", |walk| walk.after),
    ("end", "at the end of the walk", |walk| walk.end),
];

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &scenario in &config.scenarios {
        for of in Of::ALL {
            for &arm in &config.arms {
                for (key, words, window) in WINDOWS {
                    let name = format!("{}/{}/{}/{key}", scenario.key(), arm.key(), of.key());
                    let meaning =
                        format!("Change of the {} {words}, relative to before: {}.", of.words(), arm.words());
                    let values = record.errors(scenario, arm, of, window);
                    let finding = Finding::new(name, meaning, values).unit(of.unit());
                    found.push(match (scenario, arm, of, key) {
                        (Scenario::Load, Arm::Frozen, Of::Yaw, "late") => finding.mean(2.0..=3.3, &SIZE),
                        (Scenario::Load, Arm::Frozen, Of::Roll, "late") => finding.mean(-2.8..=-1.7, &SIZE),
                        _ => finding,
                    });
                }
            }
            found.extend(learned(config, record, scenario, of));
        }
        for &arm in &config.arms {
            let falls = record.of(scenario, arm).map(|walk| f64::from(walk.falls)).collect();
            let name = format!("{}/{}/falls", scenario.key(), arm.key());
            found.push(Finding::new(name, format!("Falls in the whole walk, {}.", arm.words()), falls));
        }
    }
    let times = &config.times;
    whole_or_reported(found, times.before_s.min(times.changed_s) >= PHASE_S && times.after_s >= AFTER_S)
}

/// Errors that learning leaves, and those that it makes when the change has gone, relative to the error without learning.
fn learned(config: &Config, record: &Record, scenario: Scenario, of: Of) -> Vec<Finding> {
    let mut found = Vec::new();
    let frozen = record.errors(scenario, Arm::Frozen, of, |walk| walk.late);
    let size = mean(&frozen);
    for arm in config.arms.iter().copied().filter(|arm| *arm != Arm::Frozen) {
        let name = |what: &str| format!("{}/{}/{}/{what}", scenario.key(), arm.key(), of.key());
        let ratio = |window: Window, what: &str| {
            let absolute = |values: Vec<f64>| values.iter().map(|value| value.abs()).collect::<Vec<_>>();
            let errors = absolute(record.errors(scenario, arm, of, window));
            paired_ratio(&errors, &absolute(frozen.clone()), &format!("quadruped/body_change/{}", name(what)))
        };
        // The opposite of the error without learning counts as positive.
        let after: Vec<f64> =
            record.errors(scenario, arm, of, |walk| walk.after).iter().map(|error| -error / size).collect();
        let words = of.words();
        let left = ratio(|walk| walk.late, "left");
        let gone = ratio(|walk| walk.end, "gone");
        let late = format!(
            "Absolute change of the {words} that is left at the end of the change, relative to that without learning, {}.",
            arm.words()
        );
        let upper = format!("Upper end of the 95 % bootstrap interval of that ratio, {}.", arm.words());
        let effect = format!(
            "After-effect on the {words}: opposite error soon after the change has ended, relative to the error without learning, {}.",
            arm.words()
        );
        let end = format!(
            "Absolute change of the {words} at the end of the walk, relative to the error without learning, {}.",
            arm.words()
        );
        let mut left_finding = Finding::new(name("left"), late, vec![left.value]);
        let mut after_finding = Finding::new(name("after_effect"), effect, after.clone());
        let mut mean_finding = Finding::new(
            name("after_effect_mean"),
            format!("Mean of these, {}.", arm.words()),
            vec![mean(&after)],
        );
        let mut gone_finding = Finding::new(name("gone"), end, vec![gone.value]);
        if arm == Arm::Learned {
            match (scenario, of) {
                (Scenario::Load, _) => {
                    left_finding = left_finding.mean(0.0..=1.0 / 3.0, &LOAD);
                    after_finding = after_finding.each(0.0.., &AFTER_LOAD);
                    mean_finding = mean_finding.mean(0.4.., &AFTER_LOAD);
                    gone_finding = gone_finding.mean(0.0..=1.0 / 3.0, &GONE);
                }
                (Scenario::PolicyWeakLeg, Of::Yaw) => {
                    left_finding = left_finding.mean(0.0..=0.5, &WEAK);
                    after_finding = after_finding.each(0.0.., &AFTER_WEAK);
                    mean_finding = mean_finding.mean(0.3.., &AFTER_WEAK);
                }
                _ => (),
            }
        }
        found.push(left_finding);
        found.push(Finding::new(name("left/upper"), upper, vec![left.interval[1]]));
        found.extend([after_finding, mean_finding, gone_finding]);
    }
    found
}
