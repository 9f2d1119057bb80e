//! Figures of the experiment.

use super::config::{Arm, Config, Kind};
use super::record::{FELL, PEAK, Pushed, Record, Walked};
use lobule_analysis::mean;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// A value of a trial.
type Of = fn(&Pushed) -> f64;

fn color(arm: Arm) -> &'static str {
    match arm {
        Arm::Frozen => BLACK,
        Arm::Learned => BLUE,
        Arm::FewCells => SKY,
        Arm::CueTuned => GREEN,
        Arm::Shuffled | Arm::Late => PURPLE,
        Arm::AdaptiveFilter | Arm::TunedPulse => ORANGE,
    }
}

/// Arms that are drawn over time.
const TRACES: [Arm; 4] = [Arm::Frozen, Arm::Learned, Arm::CueTuned, Arm::TunedPulse];

/// Roll and trim around a push.
pub fn traces(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("traces", 2, 160.0);
    let arms: Vec<Arm> = TRACES.into_iter().filter(|arm| config.arms.contains(arm)).collect();
    for &arm in &arms {
        plate.line_key(arm.words(), Stroke::new(color(arm), 2.0));
    }
    let kinds = ["cue and push", "cue without push"];
    for &scenario in &config.scenarios {
        for (which, label) in [(0, "roll toward the push (deg)"), (1, "trim against the push (rad)")] {
            for (k, kind) in kinds.into_iter().enumerate() {
                let title = format!("{}, {kind}", scenario.words());
                let mut panel = Panel::new(
                    &title,
                    Axis::exact("time since the push (s)", -1.0, 2.0),
                    Axis::exact("", 0.0, 1.0),
                );
                panel.shades.push((0.0, config.push.for_s));
                panel.levels.push(Level::upright(-config.trials.lead_s));
                panel.levels.push(Level::across(0.0));
                for &arm in &arms {
                    let of = |walk: &Walked| {
                        if which == 0 { walk.rolls_deg[k].clone() } else { walk.trims[k].clone() }
                    };
                    let all: Vec<Vec<f64>> = record.of(scenario, arm).map(of).collect();
                    let samples = all.first().map_or(0, Vec::len);
                    let at = |s: usize| {
                        (
                            -1.0 + 0.02 * s as f64,
                            mean(&all.iter().map(|values| values[s]).collect::<Vec<_>>()),
                        )
                    };
                    panel.line((0..samples).map(at), Stroke::new(color(arm), 1.8));
                }
                panel.cover(label, [0.0]);
                plate.panels.push(panel);
            }
        }
    }
    plate.figure(
        "Roll and trim around a push after learning, means over trials and robots. Dotted: the cue. Shaded: the push, or its time in trials \
         without one.",
    )
}

/// Falls and rolls by kind of trial.
pub fn kinds(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("kinds", 2, 190.0);
    for &arm in &config.arms {
        plate.legend.push(Key::dot(arm.words(), color(arm)));
    }
    let measures: [(&str, Of); 2] = [("share of falls", FELL), ("roll toward the push (deg)", PEAK)];
    for &scenario in &config.scenarios {
        for (label, of) in measures {
            let x = Axis::categories("", Kind::ALL.map(Kind::short));
            let mut panel = Panel::new(scenario.words(), x, Axis::exact("", 0.0, 1.0));
            let mut values = vec![0.0];
            for (k, &arm) in config.arms.iter().enumerate() {
                let shift = (k as f64 + 0.5) / config.arms.len() as f64 - 0.5;
                for (at, kind) in Kind::ALL.into_iter().enumerate() {
                    let means = record.means(scenario, arm, kind, of);
                    let x = at as f64 + 0.8 * shift;
                    panel.pale_dots(means.iter().map(|&value| (x, value)), 1.8, color(arm), 0.5);
                    panel.marks.push(Mark::dots([(x, mean(&means))], 3.4, color(arm)));
                    values.extend(means);
                }
            }
            panel.y = Axis::covering(label, values);
            plate.panels.push(panel);
        }
    }
    plate.figure("Falls and largest roll by kind of trial, in the test. Large dots: means; small: robots.")
}

/// Roll from trial to trial of the training.
pub fn learning(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("learning", config.scenarios.len(), 170.0);
    for &arm in &config.arms {
        plate.line_key(arm.words(), Stroke::new(color(arm), 2.0));
    }
    for &scenario in &config.scenarios {
        let trials = Axis::exact("trial", 0.0, config.trials.training.max(1) as f64);
        let mut panel = Panel::new(scenario.words(), trials, Axis::exact("", 0.0, 1.0));
        for &arm in &config.arms {
            let peaks = |walk: &Walked| {
                let training = walk.trials.iter().filter(|trial| !trial.is_test);
                training.map(|trial| trial.peak_deg).collect::<Vec<_>>()
            };
            let all: Vec<Vec<f64>> = record.of(scenario, arm).map(peaks).collect();
            // Five trials together.
            let chunk = |k: usize| {
                mean(
                    &all.iter()
                        .flat_map(|peaks| peaks.iter().skip(5 * k).take(5).copied())
                        .collect::<Vec<_>>(),
                )
            };
            let chunks = config.trials.training.div_ceil(5);
            panel.line((0..chunks).map(|k| (5.0 * k as f64 + 2.5, chunk(k))), Stroke::new(color(arm), 1.8));
        }
        panel.cover("roll toward the push (deg)", [0.0]);
        plate.panels.push(panel);
    }
    plate.figure("Largest roll toward the pushed side in training, means over five trials and all robots.")
}
