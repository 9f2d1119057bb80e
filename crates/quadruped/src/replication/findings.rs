//! The findings of the experiment.

use super::config::{Arm, Config, Ground};
use super::record::{FALLS, FARTHEST, Neurons, PATH, Record, Stage, TURN, Walked, Way};
use crate::whole_or_reported;
use lobule_analysis::{mean_of, sd};
use lobule_study::prelude::*;

grounds! {
    PUBLISHED = published "Hesse, MH-FLOCKE v0.4.1, README: SNN + cerebellum 45.15 +- 0.67 m, CPG only 40.73 +- 6.14 m, PPO 12.83 +- 7.78 m, ten \
        seeds of 50,000 steps; the mean is expected within twice the standard error of the difference of two such samples, 2 sd sqrt(2/10)";
    SPREAD = published "as above: a standard deviation of 0.67 m; two samples of ten differ by less than a factor of two (F test, 95 %)";
    UPRIGHT = published "as above: no falls with the cerebellum";
    FELL = published "as above: 0.2 falls for CPG only; two in ten walks, of which Poisson's 95 % are 0 to 5";
    SYNAPSES = published "the project's pages: weights near 0.55 at 50,000 steps; within 0.05, ours";
    CORRECTION = published "the project's pages: corrections near 0.02; within 0.005, ours";
    SPARSE = published "the project's pages: sparseness of 0.05 to 0.20";
    MOSSY = published "the project's pages: about 150 mossy fibers; within 15, ours";
    ALONE = measured "the reference: the original's classes in Python without neurons 43.54 m at constant norepinephrine, a Rust version of them \
        44.10 to 44.29 m with drawn curiosity, no falls, a path of 49.2 to 49.3 m";
    AGAIN = measured "the reference: a Rust version with four seeds; sparseness 0.142 to 0.160, weights 0.426 to 0.457, corrections 0.021 to \
        0.027, no falls at 50,000 steps";
    SIZES = measured "the original's code: 304 mossy fibers, 72 output neurons, 4000 granule cells, 200 Golgi, 24 Purkinje and 24 nuclear cells";
    SATURATED = measured "a checkpoint of the original after 12,000 steps: apical potentials of 14 to 33 times the threshold of the soma, smoothed \
        rates of 0.29 to 0.37, one spike in three steps; 52 % of the weights at 0 and 9 to 10 % at the cap; a fifth to either side, ours";
    ZERO_MEAN = chosen_before "corrections of the reference cycle through three values that add up to zero: their mean is less than a tenth of \
        their size, ours";
    SAME_PATH = chosen_before "the reference: path lengths with and without the circuit 49.08 to 49.27 m; within 1 % of each other, ours";
    FIXED = measured "the original's classes without neurons: 40.32 m and no falls at a weight of 0.4, 7.65 m and 17 falls at 0.9; a tenth, or half \
        to twice, ours";
    WITHOUT = measured "the reference, without neurons: 38.34 m without reflexes, 41.34 m and 3 falls without segments, 20.06 m and 24 falls \
        without both; a tenth, or half to twice, ours";
    FROZEN = measured "the reference: 44.16 m without plasticity, corrections of 0.000";
    STANDS = measured "the original's PPO: 4.29 to 9.33 m, mean reward of a step 1.996 to 1.998 of 2 in three seeds";
    WIRING = law "the original's equations: side and front are exchanged, so that roll teaches front against rear legs, and pitch left against \
        right ones";
}

/// Steps that the ranges are about.
const STEPS: u64 = 50_000;
/// Stages of the last 10,000 steps.
const LATE: usize = 10;

pub fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for &ground in &config.grounds {
        for arm in Arm::ALL.into_iter().filter(|arm| !config.seeds_of(ground, *arm).is_empty()) {
            if arm != Arm::ResidualPpo {
                found.extend(of_arm(record, ground, arm));
            }
            if arm.has_neurons() {
                found.extend(of_neurons(record, ground, arm));
            }
        }
        found.extend(compared(config, record, ground));
    }
    found.extend(residual(config, record));
    found.extend(taught(record));
    whole_or_reported(found, config.steps == STEPS)
}

/// How an arm walks.
fn of_arm(record: &Record, ground: Ground, arm: Arm) -> Vec<Finding> {
    let name = |what: &str| format!("{}/{}/{what}", ground.key(), arm.key());
    let what = format!("{} {}", arm.words(), ground.words());
    let values = |of: fn(&Walked) -> f64| record.values(ground, arm, of);
    let farthest = || {
        Finding::new(name("distance"), format!("Farthest distance from the start, {what}."), values(FARTHEST))
            .unit("m")
    };
    let falls = || Finding::new(name("falls"), format!("Falls, {what}."), values(FALLS));
    let is_flat = ground == Ground::Flat;
    let judged = match arm {
        Arm::NoNeurons if is_flat => vec![
            farthest().mean(43.5..=44.3, &ALONE),
            published(farthest().mean(35.24..=46.22, &PUBLISHED)),
            falls().each(0.0..=0.0, &ALONE),
            published(falls().mean(0.0..=0.5, &FELL)),
        ],
        Arm::Circuit if is_flat => vec![
            published(farthest().mean(44.55..=45.75, &PUBLISHED)),
            Finding::new(
                name("distance_sd/published"),
                format!("Standard deviation of that distance over the robots, {what}."),
                vec![sd(&values(FARTHEST))],
            )
            .unit("m")
            .mean(0.33..=1.35, &SPREAD),
            published(falls().each(0.0..=0.0, &UPRIGHT)),
        ],
        Arm::Frozen if is_flat => vec![farthest().each(43.5..=44.4, &FROZEN), falls()],
        Arm::LowWeight => vec![farthest().mean(36.3..=44.4, &FIXED), falls().each(0.0..=0.0, &FIXED)],
        Arm::HighWeight => vec![farthest().mean(3.8..=15.3, &FIXED), falls().mean(8.0..=34.0, &FIXED)],
        Arm::NoReflexes => vec![farthest().mean(34.5..=42.2, &WITHOUT), falls().mean(0.0..=1.0, &WITHOUT)],
        Arm::NoSegments => vec![farthest().mean(37.2..=45.5, &WITHOUT), falls().mean(1.5..=6.0, &WITHOUT)],
        Arm::Neither => vec![farthest().mean(10.0..=40.1, &WITHOUT), falls().mean(12.0..=48.0, &WITHOUT)],
        Arm::PublishedPpo => vec![
            farthest().mean(2.1..=18.7, &STANDS),
            published(farthest().mean(5.87..=19.79, &PUBLISHED)),
            falls(),
            Finding::new(
                name("reward"),
                format!("Mean reward of a step, of which standing earns 2, {what}."),
                record.of(ground, arm).filter_map(|walk| walk.reward).collect(),
            )
            .each(1.99..=2.0, &STANDS),
        ],
        _ => vec![farthest(), falls()],
    };
    let mut found = judged;
    let path = Finding::new(
        name("path"),
        format!("Length of the path in chords of a second, {what}."),
        values(PATH),
    );
    let path = path.unit("m");
    let is_alone = is_flat && arm == Arm::NoNeurons;
    found.push(if is_alone { path.each(48.9..=49.6, &ALONE) } else { path });
    let turn = format!("Turn from beginning to end, to the left, {what}.");
    found.push(Finding::new(name("turn"), turn, values(TURN)).unit("deg"));
    found
}

/// The same number beside a published one: a finding of its own name.
fn published(finding: Finding) -> Finding {
    Finding { name: format!("{}/published", finding.name), ..finding }
}

/// The circuit at work.
fn of_neurons(record: &Record, ground: Ground, arm: Arm) -> Vec<Finding> {
    let name = |what: &str| format!("{}/{}/{what}", ground.key(), arm.key());
    let at = format!("{} {}", arm.words(), ground.words());
    let late = |of: fn(&Stage) -> Option<f64>| record.values(ground, arm, |walk| walk.late(LATE, of));
    let last = |of: fn(&Neurons) -> f64| -> Vec<f64> {
        record.of(ground, arm).filter_map(|walk| walk.neurons.as_ref().map(of)).collect()
    };
    let sparse = || {
        let meaning = format!("Share of active granule cells in the last 10,000 steps, {at}.");
        Finding::new(name("sparseness"), meaning, late(|stage| stage.sparseness))
    };
    let synapses = || {
        let meaning = format!("Mean weight of the parallel-fiber synapses at the end, {at}.");
        let of = |walk: &Walked| walk.late(1, |stage| stage.synapses);
        Finding::new(name("synapses"), meaning, record.values(ground, arm, of))
    };
    let correction = || {
        let meaning = format!(
            "Mean size of the corrections in the last 10,000 steps, as a fraction of the range of a joint, {at}."
        );
        Finding::new(name("correction"), meaning, late(|stage| Some(stage.correction)))
    };
    let bias = || {
        let meaning = format!(
            "Size of the mean correction of a joint in the last 1,000 steps relative to the mean size of the corrections, {at}."
        );
        let of = |walk: &Walked| {
            let bias = walk.neurons.as_ref().map_or(f64::NAN, |neurons| neurons.bias);
            bias / walk.late(1, |stage| Some(stage.correction))
        };
        Finding::new(name("correction_bias"), meaning, record.values(ground, arm, of))
    };
    let is_judged = arm == Arm::Circuit && ground == Ground::Flat;
    if !is_judged {
        let mut found = vec![sparse(), synapses(), correction()];
        if arm == Arm::Circuit {
            found.push(bias());
        }
        return found;
    }
    let of_limit = |which: &str, at_limit: fn(&Neurons) -> f64| {
        Finding::new(
            name(&format!("weights_at_{which}")),
            format!("Share of the weights within a hundredth of the cap of {which}, {at}."),
            last(at_limit),
        )
    };
    vec![
        sparse().each(0.12..=0.18, &AGAIN),
        published(sparse().each(0.05..=0.20, &SPARSE)),
        synapses().each(0.40..=0.48, &AGAIN),
        published(synapses().mean(0.50..=0.60, &SYNAPSES)),
        correction().mean(0.02..=0.03, &AGAIN),
        published(correction().mean(0.015..=0.025, &CORRECTION)),
        bias().mean(0.0..=0.1, &ZERO_MEAN),
        of_limit("zero", |neurons| neurons.at_limits[0]).mean(0.42..=0.63, &SATURATED),
        of_limit("cap", |neurons| neurons.at_limits[1]).mean(0.07..=0.13, &SATURATED),
        Finding::new(
            name("purkinje_drive"),
            format!("Least apical potential of a Purkinje cell relative to the threshold of its soma, {at}."),
            last(|neurons| neurons.apical[0]),
        )
        .each(3.0.., &SATURATED),
        Finding::new(
            name("purkinje_limit"),
            format!(
                "Share of the Purkinje cells' steps at the refractory limit, smoothed rates of 0.29 to 0.37, in the last 1,000 steps, {at}."
            ),
            last(refractory),
        )
        .each(0.9..=1.0, &SATURATED),
        Finding::new(name("mossy_fibers"), format!("Mossy fibers, {at}."), last(|n| n.mossy_fibers as f64))
            .each(304.0..=304.0, &SIZES),
        published(
            Finding::new(name("mossy_fibers"), format!("Mossy fibers, {at}."), last(|n| n.mossy_fibers as f64))
                .each(135.0..=165.0, &MOSSY),
        ),
        Finding::new(name("neurons"), format!("Neurons of all populations, {at}."), last(|n| n.all as f64))
            .each(4624.0..=4624.0, &SIZES),
    ]
}

/// Share of the smoothed rates from 0.29 to 0.37.
pub fn refractory(neurons: &Neurons) -> f64 {
    let bins = neurons.rates.len() as f64;
    let all: u64 = neurons.rates.iter().sum();
    let is_there = |k: usize| (0.29..0.375).contains(&((k as f64 + 0.5) / bins));
    let there: u64 = neurons.rates.iter().enumerate().filter(|(k, _)| is_there(*k)).map(|(_, n)| n).sum();
    there as f64 / all as f64
}

/// With the circuit relative to without, robot by robot.
fn compared(config: &Config, record: &Record, ground: Ground) -> Vec<Finding> {
    if config.seeds_of(ground, Arm::Circuit).is_empty() {
        return Vec::new();
    }
    let pairs = |of: fn(&Walked) -> f64| -> Vec<(f64, f64)> {
        let with = record.values(ground, Arm::Circuit, of);
        with.into_iter().zip(record.values(ground, Arm::NoNeurons, of)).collect()
    };
    let name = |what: &str| format!("{}/circuit_against_no_neurons/{what}", ground.key());
    let path = Finding::new(
        name("path"),
        format!("Length of the path with the circuit relative to that without neurons {}.", ground.words()),
        pairs(PATH).into_iter().map(|(with, without)| with / without).collect(),
    );
    let farther = Finding::new(
        name("distance"),
        format!("Farthest distance with the circuit less that without neurons {}.", ground.words()),
        pairs(FARTHEST).into_iter().map(|(with, without)| with - without).collect(),
    );
    vec![if ground == Ground::Flat { path.mean(0.99..=1.01, &SAME_PATH) } else { path }, farther.unit("m")]
}

/// Residual policies, beside the same walker without corrections.
fn residual(config: &Config, record: &Record) -> Vec<Finding> {
    if record.trained.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (k, budget) in config.residual.budgets.iter().enumerate() {
        let values = |of: fn(&Way) -> f64| -> Vec<f64> {
            record.trained.iter().map(|trained| of(&trained.tested[k])).collect()
        };
        let after =
            format!("of a residual policy in the test after {} steps of training", thousands(*budget));
        for (what, meaning, unit, of) in [
            ("distance", "Farthest distance", "m", (|way| way.farthest_m) as fn(&Way) -> f64),
            ("path", "Length of the path", "m", |way| way.path_m),
            ("turn", "Turn to the left", "deg", |way| way.turn_deg),
            ("falls", "Falls", "1", |way| f64::from(way.falls)),
        ] {
            let name = format!("flat/residual_ppo/{budget}/{what}");
            found.push(Finding::new(name, format!("{meaning} {after}."), values(of)).unit(unit));
        }
    }
    let falls = record.trained.iter().map(|trained| trained.falls as f64).collect();
    found.push(Finding::new(
        "flat/residual_ppo/training_falls",
        "Falls of a residual policy in all its training.",
        falls,
    ));
    found
}

/// Legs to which the olive reports a tilt: 1 if it tells front from rear legs, -1 if left from right ones.
fn taught(record: &Record) -> Vec<Finding> {
    // Legs FL, FR, RL, RR, three joints each.
    let told = |signals: &[f64], joint: usize| {
        let legs: Vec<f64> =
            (0..4).map(|leg| signals.get(3 * leg + joint).copied().unwrap_or(f64::NAN)).collect();
        let rows = (legs[0] + legs[1] - legs[2] - legs[3]).abs();
        let sides = (legs[0] - legs[1] + legs[2] - legs[3]).abs();
        (rows - sides) / (rows + sides)
    };
    let finding = |what: &str, value: f64| {
        let meaning = format!(
            "Legs that climbing fibers tell apart at a {what}: 1 for front and rear legs, -1 for left and right ones."
        );
        Finding::new(format!("taught/{what}"), meaning, vec![value])
    };
    vec![
        finding("roll", told(&record.taught.roll, 0)).each(1.0..=1.0, &WIRING),
        finding("pitch", told(&record.taught.pitch, 1)).each(-1.0..=-1.0, &WIRING),
    ]
}

/// Mean of a value of an arm.
pub fn mean_over(record: &Record, ground: Ground, arm: Arm, of: fn(&Walked) -> f64) -> f64 {
    mean_of(record.values(ground, arm, of))
}
