//! Findings of the network, with the ranges of a numerical check of the paper's Figure 8.

use super::Config;
use super::measure::{PatternRecord, Record, SeedRecord, Variant};
use lobule_study::report::{Finding, Source};

const ERROR: Source = Source::measured(
    "numerical check of the equations in numpy, seven runs: 1.37 to 1.73 Hz, 10.4 to 12.3 times less than before learning; ranges set \
     with it (Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 8A: 1.4 Hz, about 10-fold)",
);
const MEETING: Source = Source::measured(
    "numerical check of the equations in numpy, five seeds: |E − I| 0.003 to 0.004 Hz at the end; I meets E at presentations 177 to 236 \
     and about 520, E having changed by less than 0.1 Hz; bounds set with it (Bouvier et al. 2018, doi:10.7554/eLife.31599, Figure 8A, B)",
);
const CORRELATION: Source = Source::measured(
    "numerical check of the equations in numpy, five seeds: 0 ± 0.07 before, 0.98 to 0.99 after learning; bounds set with it (Bouvier et \
     al. 2018, doi:10.7554/eLife.31599, Figure 8C, D)",
);
const SENSITIVITY: Source = Source::measured(
    "numerical check of the equations in numpy: means of two seeds within 6.3 %; bound of 10 % set with it (Bouvier et al. 2018, \
     doi:10.7554/eLife.31599, Results: at most 7 %)",
);
const DRIFT: Source =
    Source::chosen_before("1e-6 Hz is far below the 0.0015 Hz by which a perturbation changes I");
const PREDICTION: Source =
    Source::reported("steps of I; Bouvier et al. 2018, doi:10.7554/eLife.31599, equation (10)");

pub(super) const GROUNDS: &[Source] = &[ERROR, MEETING, CORRELATION, SENSITIVITY, DRIFT];

pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let mut found = Vec::new();
    for mu in 0..config.network.patterns {
        let of = |f: fn(&PatternRecord) -> f64| record.seeds.iter().map(|s| f(&s.patterns[mu])).collect();
        let meaning = "Mean error of the last presentations of this movement.";
        let error = Finding::new(format!("error/{}", mu + 1), meaning, of(|p| p.error_last));
        let meaning = "Error of this movement before learning divided by that of its last presentations.";
        let fall = of(|p| p.error_start / p.error_last);
        let fall = Finding::new(format!("error_fall/{}", mu + 1), meaning, fall);
        found.extend([error.unit("Hz").each(1.2..=1.9, &ERROR), fall.each(9.0..=14.0, &ERROR)]);
    }
    let over = |f: &dyn Fn(&PatternRecord) -> f64, fold: fn(f64, f64) -> f64| -> Vec<f64> {
        let of_seed = |patterns: &[PatternRecord]| patterns.iter().map(f).reduce(fold).unwrap_or(f64::NAN);
        record.seeds.iter().map(|s| of_seed(&s.patterns)).collect()
    };
    let meaning = "Mean |E − I| of the last presentations, largest of the movements.";
    let tracking = Finding::new("tracking", meaning, over(&|p| p.distance_last, f64::max)).unit("Hz");
    let change = |p: &PatternRecord| (p.error_at_meeting.unwrap_or(p.error_last) / p.error_start - 1.0).abs();
    let meaning = "Relative change of the error until I first meets E, largest of the movements.";
    let change = Finding::new("error_before_meeting", meaning, over(&change, f64::max));
    // Where E and I never meet, the whole run was too short.
    let meeting_of = |p: &PatternRecord| p.meeting.unwrap_or(config.trials_per_pattern) as f64;
    let meaning = "Presentation of a movement at which I first meets E, latest of the movements; the length of the run where it never does.";
    let meeting = Finding::new("meeting", meaning, over(&meeting_of, f64::max)).unit("presentations");
    // Presentations of this movement change I by one step, those of the other by half a step.
    let predicted = |p: &PatternRecord| (p.error_start - p.inhibition_start).abs() / 0.0075;
    let ratio = |s: &SeedRecord| meeting_of(&s.patterns[0]) / predicted(&s.patterns[0]);
    let meaning = "Presentation at which I first meets E in the first movement, divided by |E − I| / 0.0075 Hz, its prediction for two movements.";
    let ratio = Finding::new("meeting_predicted", meaning, record.seeds.iter().map(ratio).collect());
    let meaning = "|Correlation| of rates and targets before learning, largest of the movements.";
    let start = over(&|p| p.correlation_start.unwrap_or(0.0).abs(), f64::max);
    let start = Finding::new("correlation_start", meaning, start);
    let meaning = "Correlation of rates and targets after learning, smallest of the movements.";
    let end = over(&|p| p.correlation_end.unwrap_or(0.0), f64::min);
    let end = Finding::new("correlation_end", meaning, end);
    found.extend([
        tracking.each(..=0.01, &MEETING),
        change.each(..=0.02, &MEETING),
        meeting.each(..=800.0, &MEETING),
        ratio.beside(&PREDICTION),
        start.each(..=0.15, &CORRELATION),
        end.each(0.96.., &CORRELATION),
    ]);
    let reference = record.mean_error();
    for Variant { parameter, factor, error_last } in &record.variants {
        let name = format!("sensitivity/{parameter}×{factor:.1}");
        let meaning = "Final error with this parameter changed, divided by the mean final error of the unchanged network.";
        let ratios = error_last.iter().map(|e| e / reference).collect();
        found.push(Finding::new(name, meaning, ratios).mean(0.9..=1.1, &SENSITIVITY));
    }
    let meaning = "Largest difference between a drive updated step by step and the same drive recomputed from all weights.";
    let drift = Finding::new("drift", meaning, record.seeds.iter().map(|s| s.drift).collect());
    found.push(drift.unit("Hz").each(..=1e-6, &DRIFT));
    found
}
