//! Words of the report of the pointing experiment.

use super::config::PointingConfig;
use super::run::PointingRecord;
use super::windows;
use lobule_analysis::mean;
use lobule_study::report::numbers::fixed;
use lobule_study::{Section, Story};

/// A rule in words.
pub fn rule_name(rule: &str) -> &str {
    match rule {
        "sgdege" => "perturbation rule (SGDEGE)",
        "marr_albus_ito" => "Marr-Albus-Ito, told of every miss",
        "reinforce" => "REINFORCE",
        "static" => "no learning",
        other => other,
    }
}

/// Mean over seeds of the miss first, last and after, deg.
fn course(config: &PointingConfig, record: &PointingRecord, rule: &str) -> Option<[f64; 3]> {
    let arms: Vec<[f64; 3]> = record.of(rule).map(|a| windows(config, &a.errors_deg)).collect();
    (!arms.is_empty()).then(|| [0, 1, 2].map(|k| mean(&arms.iter().map(|a| a[k]).collect::<Vec<_>>())))
}

/// The story of a record.
pub fn story(config: &PointingConfig, record: &PointingRecord) -> Story {
    let of = |rule: &str| course(config, record, rule);
    let said = |rule: &str| {
        of(rule).map(|[first, last, _]| {
            format!("{}: from {}° to {}°", rule_name(rule), fixed(first, 1), fixed(last, 1))
        })
    };
    let answer = match of("sgdege") {
        Some([first, last, after]) => format!(
            "Told after each movement only how far it missed, the perturbation rule brought the miss through prisms from {}° to {}°, \
             and missed by {}° when the prisms came off.",
            fixed(first, 1),
            fixed(last, 1),
            fixed(after, 1)
        ),
        None => "The perturbation rule was not run.".into(),
    };
    let rivals: Vec<String> =
        ["marr_albus_ito", "reinforce", "static"].into_iter().filter_map(said).collect();
    let mut small_print = Vec::new();
    if !rivals.is_empty() {
        small_print.push(format!("Beside it, on the same network and arm: {}.", rivals.join("; ")));
    }
    small_print.push(format!(
        "All numbers are means over {} seed(s). First: the first hundredth of the exposure; last: its last tenth.",
        config.seeds.len()
    ));
    Story {
        answer,
        small_print,
        steps: [
            "A motor cortex points to where the target seems to be. Prisms shift what it sees, so it misses.",
            "Beside it sits a cerebellar network of 400 Purkinje cells in 40 columns. Half of the columns turn the shoulder to one side, \
             half to the other: the difference of their nuclear rates is added to the command.",
            "In every movement a few climbing fibres fire by themselves. Such a spike changes the rate of its column in one bin of time by a \
             little, and so changes where the hand ends.",
            "After the movement the olive compares the size of the miss with an inhibition that follows the recent misses. Worse than usual: \
             all climbing fibres fire, and every change that a spontaneous spike had made is taken back and a little more. Better: it is kept.",
            "No cell is ever told to which side the hand missed, or what it should have done.",
        ]
        .map(String::from)
        .into(),
        sections: vec![
            Section::new("Did it learn?", String::new(), &["miss"]),
            Section::new("How one number can teach every cell", String::new(), &["olive"]),
            Section::new("What the arm did", String::new(), &["paths"]),
        ],
        differences: vec![
            "The paper has no body; the task, the decoder and its gain are ours.".into(),
            "Perturbations are larger and more frequent than in the paper's network, where 400 targets are learned at once: \
             one output leaves few weights to confuse."
                .into(),
            "In the default run REINFORCE is the faster teacher. It needs a graded error at every synapse and a record of a continuous perturbation of every cell; \
             the perturbation rule needs one spike that comes or not."
                .into(),
            "When the error is gone, the inhibition of the olive is at its floor, every chance miss counts as worse than usual, and the \
             hand wanders off a little before the inhibition catches up: the bumps of the error late in the exposure of the default run."
                .into(),
            "The prism experiment of the spiking modules adapts within some ten movements, because its olive is told the side of the miss. \
             Without the side some hundred movements are needed."
                .into(),
        ], ..Story::default() }
}
