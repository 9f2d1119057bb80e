//! The findings of the experiment.

use super::config::Config;
use super::record::{ROLL, Record, Walked, YAW};
use crate::whole_or_reported;
use lobule_control::walking::Effector;
use lobule_study::prelude::*;

grounds! {
    AMPLITUDE = measured "a prototype of the task in C on the same library: -7, +4 to +7 and +16 deg/s per unit at weights of 0.3, 0.4 and \
        0.5; half to twice each";
    REVERSES = chosen_before "the prototype: the gain is negative at a weight of 0.3 and positive at 0.5; at least 0.8 of the robots, ours";
    STEP = measured "the prototype: -290 deg/s per rad at a weight of 0.4, with one robot; 20 % to either side";
    STRAIGHT_LINE = chosen_before "the prototype: 14 and 45 deg/s at 0.05 and 0.15 rad; bound ours: 0.98 of the variance";
    ONE_SIGN = chosen_before "steering that is learned at one amplitude is of use at another one if the gain keeps its sign and its size: \
        within a factor of two of that at a weight of 0.4, ours";
    OFFSET = measured "the prototype: 0.7, 0.3, 0.1, -0.1 and -0.3 deg/s at offsets of -0.15 to 0.15 rad, -3.4 deg/s per rad at a weight of \
        0.4; half to twice";
    TILT = measured "a hand measurement of the same effector before this study: 10.5 deg of mean roll at 0.1 rad; about a quarter to either side";
    WALK = measured "the prototype: 0.17 m/s at a weight of 0.4, no falls; 0.02 m/s to either side";
}

/// Shortest walk that the ranges are about, s: the full amplitude, and forty cycles.
const SETTLED_S: f64 = 30.0;
const MEASURED_S: f64 = 20.0;
/// Weight at which most was measured before.
const MAIN: f64 = 0.4;

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &weight in &config.weights {
        found.extend(unsteered(record, weight));
        for effector in config.effectors() {
            found.extend(steered(config, record, weight, effector));
        }
    }
    found.extend(across(config, record));
    let is_whole = config.times.settle_s >= SETTLED_S && config.times.measure_s >= MEASURED_S;
    whole_or_reported(found, is_whole)
}

/// What the robots do without steering.
fn unsteered(record: &Record, weight: f64) -> Vec<Finding> {
    let name = |what: &str| format!("weight_{weight}/{what}");
    let values = |of: fn(&Walked) -> f64| record.unsteered(weight).map(of).collect::<Vec<f64>>();
    let without = format!("without steering at a weight of {weight}");
    let speed =
        Finding::new(name("speed"), format!("Speed {without}."), values(|walk| walk.speed_m_s)).unit("m/s");
    vec![
        Finding::new(name("yaw_rate"), format!("Mean yaw rate {without}."), values(YAW)).unit("deg/s"),
        Finding::new(name("roll"), format!("Mean roll {without}."), values(ROLL)).unit("deg"),
        if weight == MAIN { speed.mean(0.15..=0.19, &WALK) } else { speed },
        Finding::new(name("falls"), format!("Falls {without}."), values(|walk| f64::from(walk.falls)))
            .each(0.0..=0.0, &WALK),
    ]
}

/// Gains of an effector at a weight.
fn steered(config: &Config, record: &Record, weight: f64, effector: Effector) -> Vec<Finding> {
    let name = |what: &str| format!("weight_{weight}/{}/{what}", effector.name());
    let of = format!("{} at a weight of {weight}", words(effector));
    let per = |unit: &str| per(unit, effector);
    let yaw = record.lines(weight, effector, &config.seeds, YAW);
    let roll = record.lines(weight, effector, &config.seeds, ROLL);
    let gain = Finding::new(
        name("yaw_gain"),
        format!("Yaw rate by the {of}: slope of a straight line."),
        yaw.iter().map(|line| line.gain).collect(),
    );
    let gain = gain.unit(&per("deg/s"));
    let linear = Finding::new(
        name("yaw_linearity"),
        format!("Share of the variance of the yaw rate that this line explains, {of}."),
        yaw.iter().map(|line| line.r2).collect(),
    );
    let tilt = Finding::new(
        name("roll_gain"),
        format!("Mean roll by the {of}: slope of a straight line."),
        roll.iter().map(|line| line.gain).collect(),
    );
    let tilt = tilt.unit(&per("deg"));
    let tilt_linear = Finding::new(
        name("roll_linearity"),
        format!("Share of the variance of the mean roll that this line explains, {of}."),
        roll.iter().map(|line| line.r2).collect(),
    );
    let slowest = Finding::new(
        name("slowest"),
        format!("Lowest speed relative to that without steering, {of}."),
        record.slowest(weight, effector, &config.seeds),
    );
    let falls = Finding::new(
        name("falls"),
        format!("Share of the walks with a fall, {of}."),
        record.fallen(weight, effector, &config.seeds),
    );
    let is_main = weight == MAIN;
    let gain = match effector {
        Effector::StrideAsymmetry if weight == 0.3 => gain.mean(-14.0..=-3.5, &AMPLITUDE),
        Effector::StrideAsymmetry if is_main => gain.mean(2.0..=14.0, &AMPLITUDE),
        Effector::StrideAsymmetry if weight == 0.5 => gain.mean(8.0..=32.0, &AMPLITUDE),
        Effector::LateralStep if is_main => gain.mean(-348.0..=-232.0, &STEP),
        Effector::Splay if is_main => gain.mean(-6.8..=-1.7, &OFFSET),
        _ => gain,
    };
    let linear =
        if effector == Effector::LateralStep { linear.mean(0.98..=1.0, &STRAIGHT_LINE) } else { linear };
    let tilt = if effector == Effector::Trim && is_main { tilt.mean(80.0..=130.0, &TILT) } else { tilt };
    vec![gain, linear, tilt, tilt_linear, slowest, falls]
}

/// Gains at the lowest and the highest weight.
fn across(config: &Config, record: &Record) -> Vec<Finding> {
    let ([low, .., high], seeds) = (&config.weights[..], &config.seeds) else { return Vec::new() };
    let gains = |weight: f64, effector: Effector| {
        record.lines(weight, effector, seeds, YAW).into_iter().map(|line| line.gain)
    };
    let mut found = Vec::new();
    for effector in config.effectors() {
        let pairs = || gains(*low, effector).zip(gains(*high, effector));
        let reverses = pairs().filter(|(low, high)| low * high < 0.0).count() as f64 / seeds.len() as f64;
        let meaning = format!(
            "Share of robots whose yaw gain of the {} has opposite signs at weights of {low} and {high}.",
            words(effector)
        );
        let finding = Finding::new(format!("{}/reverses", effector.name()), meaning, vec![reverses]);
        let is_judged = (*low, *high) == (0.3, 0.5);
        found.push(match effector {
            Effector::StrideAsymmetry if is_judged => finding.mean(0.8..=1.0, &REVERSES),
            Effector::LateralStep if is_judged => finding.mean(0.0..=0.0, &ONE_SIGN),
            _ => finding,
        });
        if config.weights.contains(&MAIN) {
            for &weight in config.weights.iter().filter(|weight| **weight != MAIN) {
                let meaning = format!(
                    "Yaw gain of the {} at a weight of {weight} relative to that at {MAIN}.",
                    words(effector)
                );
                let ratio =
                    gains(weight, effector).zip(gains(MAIN, effector)).map(|(gain, main)| gain / main);
                let finding =
                    Finding::new(format!("{}/gain_at_{weight}", effector.name()), meaning, ratio.collect());
                let is_judged = effector == Effector::LateralStep && [0.3, 0.5].contains(&weight);
                found.push(if is_judged { finding.mean(0.5..=2.0, &ONE_SIGN) } else { finding });
            }
        }
    }
    found
}

/// An effector in words.
pub fn words(effector: Effector) -> &'static str {
    match effector {
        Effector::StrideAsymmetry => "stride asymmetry",
        Effector::AbductionOffset => "abduction offset of the generator",
        Effector::LateralStep => "lateral step",
        Effector::Trim => "trim",
        Effector::Lean => "lean",
        Effector::Splay => "splay",
        Effector::TurnRate => "desired yaw rate",
    }
}

/// A unit per unit of an effector.
pub fn per(unit: &str, effector: Effector) -> String {
    match effector.unit() {
        "1" => format!("{unit} per unit"),
        of => format!("{unit} per {of}"),
    }
}
