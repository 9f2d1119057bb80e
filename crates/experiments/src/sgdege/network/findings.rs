//! What a run of the network says, with the ranges of the paper's Figure 8.

use super::{Config, PatternRecord, Record};
use lobule_analysis::mean;
use lobule_study::report::{Finding, Judge};

const PANEL: &str = "Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 8";

pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |name: String, meaning: &str, by_seed: Vec<f64>, unit: &str, expected, judge| {
        found.push(Finding::seven(name, meaning, by_seed, unit, expected, judge, PANEL));
    };
    let over = |f: &dyn Fn(&PatternRecord) -> f64, fold: fn(&[f64]) -> f64| -> Vec<f64> {
        record.seeds.iter().map(|s| fold(&s.patterns.iter().map(f).collect::<Vec<_>>())).collect()
    };
    let largest = |v: &[f64]| v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
    // Where E and I never meet, the whole run was too short.
    let meeting = |p: &PatternRecord| p.meeting.unwrap_or(config.trials_per_pattern) as f64;

    for mu in 0..config.network.patterns {
        let of = |f: fn(&PatternRecord) -> f64| record.seeds.iter().map(|s| f(&s.patterns[mu])).collect();
        add(
            format!("error/{}", mu + 1),
            "Mean error of the last presentations of this movement; every seed counts.",
            of(|p| p.error_last),
            "Hz",
            [Some(1.2), Some(1.9)],
            Judge::Each,
        );
        add(
            format!("error_fall/{}", mu + 1),
            "Error of this movement before learning over that of its last presentations; every seed counts.",
            of(|p| p.error_start / p.error_last),
            "1",
            [Some(9.0), Some(14.0)],
            Judge::Each,
        );
    }
    add(
        "tracking".into(),
        "Mean |E − I| of the last presentations, largest of the movements; every seed counts.",
        over(&|p| p.distance_last, largest),
        "Hz",
        [None, Some(0.01)],
        Judge::Each,
    );
    add(
        "error_before_meeting".into(),
        "|Change| of the error until I first meets E, as a share of the error, largest of the movements; every seed counts.",
        over(&|p| (p.error_at_meeting.unwrap_or(p.error_last) / p.error_start - 1.0).abs(), largest),
        "1",
        [None, Some(0.02)],
        Judge::Each,
    );
    add(
        "meeting".into(),
        "Presentation of a movement at which I first meets E, latest of the movements, or the whole run where it never does; every seed counts.",
        over(&meeting, largest),
        "presentations",
        [None, Some(800.0)],
        Judge::Each,
    );
    let first = record.seeds.iter().map(|s| {
        let p = &s.patterns[0];
        // Steps of I by presentations of this movement and, half as large, of the other.
        meeting(p) / ((p.error_start - p.inhibition_start).abs() / 0.0075)
    });
    add(
        "meeting_predicted".into(),
        "The first movement's meeting over |E − I| / 0.0075 Hz, its prediction for two movements.",
        first.collect(),
        "1",
        [None, None],
        Judge::Each,
    );
    add(
        "correlation_start".into(),
        "|Correlation| of rates and targets before learning, largest of the movements; every seed counts.",
        over(&|p| p.correlation_start.unwrap_or(0.0).abs(), largest),
        "1",
        [None, Some(0.15)],
        Judge::Each,
    );
    add(
        "correlation_end".into(),
        "Correlation of rates and targets after learning, smallest of the movements; every seed counts.",
        over(&|p| p.correlation_end.unwrap_or(0.0), smallest),
        "1",
        [Some(0.96), None],
        Judge::Each,
    );
    let reference = mean(&over(&|p| p.error_last, mean));
    for variant in &record.variants {
        add(
            format!("sensitivity/{}×{:.1}", variant.parameter, variant.factor),
            "Final error with this parameter changed, over the mean final error without a change; the mean over seeds counts.",
            variant.error_last.iter().map(|e| e / reference).collect(),
            "1",
            [Some(0.9), Some(1.1)],
            Judge::Mean,
        );
    }
    found.push(Finding::seven(
        "drift",
        "Largest difference of any drive, moved step by step, from one made anew of all weights; every seed counts.",
        record.seeds.iter().map(|s| s.drift).collect(),
        "Hz",
        [None, Some(1e-6)],
        Judge::Each,
        "arithmetic: 1e-6 Hz is far below the 0.0015 Hz by which a perturbation moves I",
    ));
    found
}
