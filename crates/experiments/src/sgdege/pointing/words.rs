//! Words of the report of the pointing experiment.

use super::config::PointingConfig;
use super::findings::windows;
use super::run::PointingRecord;
use lobule_analysis::mean_of;
use lobule_study::prelude::*;

/// A rule in words.
pub fn rule_name(rule: &str) -> &str {
    match rule {
        "sgdege" => "perturbation rule (SGDEGE)",
        "marr_albus_ito" => "Marr-Albus-Ito, unsigned error",
        "reinforce" => "REINFORCE",
        "static" => "no learning",
        other => other,
    }
}

/// The story of a record.
pub fn story(config: &PointingConfig, record: &PointingRecord) -> Story {
    // Mean over seeds of the errors of the three windows, deg.
    let errors = |rule: &str| {
        let of_seeds: Vec<[f64; 3]> = record.of(rule).map(|run| windows(config, run)).collect();
        (!of_seeds.is_empty()).then(|| [0, 1, 2].map(|k| fixed(mean_of(of_seeds.iter().map(|e| e[k])), 1)))
    };
    let answer = match errors("sgdege") {
        Some([first, last, after]) => format!(
            "From the size of each pointing error alone, the perturbation rule reduced the error through prisms from {first}° to {last}°. \
             When the prisms came off, the error was {after}°."
        ),
        None => "The perturbation rule was not run.".into(),
    };
    let rivals: Vec<String> = ["marr_albus_ito", "reinforce", "static"]
        .into_iter()
        .filter_map(|rule| {
            errors(rule).map(|[first, last, _]| format!("{}: from {first}° to {last}°", rule_name(rule)))
        })
        .collect();
    let mut small_print = vec![format!(
        "All numbers are means over {} seed(s). The first is that of the first hundredth of the exposure, the last that of its last tenth.",
        config.seeds.len()
    )];
    if !rivals.is_empty() {
        small_print.insert(0, format!("The rivals on the same network and arm: {}.", rivals.join("; ")));
    }
    Story {
        answer,
        small_print,
        steps: texts([
            "A motor cortex points to the apparent position of the target. Prisms shift this position, so the movement misses the target.",
            "A cerebellar network of 400 Purkinje cells in 40 columns works in parallel. Half of the columns turn the shoulder in one direction, \
             half in the other: the difference of their nuclear rates is added to the command.",
            "In every movement a few climbing fibers fire spontaneously. Such a spike changes the rate of its column in one time bin a little, and \
             so changes where the hand ends.",
            "After the movement the olive compares the size of the error with an inhibition that follows recent errors. If the error was larger \
             than usual, all climbing fibers fire, and every change that a spontaneous spike had made is reversed. If it was smaller, the \
             change is reinforced.",
            "No cell receives the direction of the error or the correct command.",
        ]),
        sections: vec![
            Section::new("Did it learn?", String::new(), &["miss"]),
            Section::new("How one number can teach every cell", String::new(), &["olive"]),
            Section::new("Paths of the hand", String::new(), &["paths"]),
        ],
        differences: texts([
            "The paper has no body. The task, the decoder and its gain are ours.",
            "Perturbations are larger and more frequent than in the paper's network, which learns 400 targets at once. With a single output the \
             weights interfere less.",
            "In the default run REINFORCE learned faster. It needs a graded error at every synapse and a record of a continuous perturbation of \
             every cell. The perturbation rule needs only the presence or absence of a spike.",
            "Once the error is gone, the inhibition of the olive is at its floor, and every chance error counts as larger than usual. The hand \
             then drifts away a little before the inhibition catches up. This causes the bumps of the error late in the exposure of the \
             default run.",
            "The spiking modules of the prism experiment adapt within about ten movements, because their olive signals the direction of the \
             error. Without the direction the network needs several hundred.",
        ]),
        ..Story::default()
    }
}
