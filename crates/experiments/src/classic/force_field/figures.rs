//! Figures of the experiment.

use super::config::Config;
use super::record::{CONTROLLERS, LEARNERS, Learner, Record, Session, Trial, TrialKind};
use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

fn pen(learner: Learner) -> Stroke {
    match learner {
        Learner::Shifted => Stroke::new(BLUE, 2.4),
        Learner::Unshifted => Stroke::new(ORANGE, 1.8),
        Learner::Counterfactual => Stroke::new(GREEN, 1.8).dash(Dash::Dashed),
        Learner::None => Stroke::new(BLACK, 1.8).dash(Dash::Dashed),
    }
}

/// The first trial of a kind for each direction that has one.
fn one_each<'a>(trials: impl Iterator<Item = &'a Trial>, kind: TrialKind) -> Vec<&'a Trial> {
    let mut found: Vec<&Trial> = Vec::new();
    for trial in trials.filter(|t| t.kind == kind) {
        if found.iter().all(|f| f.target_deg != trial.target_deg) {
            found.push(trial);
        }
    }
    found
}

pub fn paths(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("paths", 3, 218.0);
    let Some(session) = record.sessions.iter().find(|s| !s.trials[0].path.is_empty()) else {
        return Err(Error::Figure { figure: "paths".into(), what: "no paths were kept".into() });
    };
    let p = &config.protocol;
    let (baseline, rest) = session.trials.split_at(p.baseline);
    let (adaptation, washout) = rest.split_at(p.adaptation);
    let panels = [
        ("before the field", one_each(baseline.iter().rev(), TrialKind::Null), BLACK),
        ("first in the field", one_each(adaptation.iter(), TrialKind::Field), VERMILLION),
        ("last in the field", one_each(adaptation.iter().rev(), TrialKind::Field), BLUE),
        ("last catch trials", one_each(adaptation.iter().rev(), TrialKind::Catch), ORANGE),
        ("first of washout", one_each(washout.iter(), TrialKind::Null), GREEN),
    ];
    let far = 100.0 * config.reach.distance_m;
    for (title, trials, color) in panels {
        let axis = |label: &str| Axis::exact(label, -1.5 * far, 1.5 * far).step(5.0);
        let mut panel = Panel::new(title, axis("to the right (cm)"), axis("ahead (cm)"));
        for trial in trials {
            let radians = trial.target_deg.to_radians();
            let goal = (far * libm::cos(radians), far * libm::sin(radians));
            panel.marks.extend([
                Mark::line([(0.0, 0.0), goal], Stroke::new(GUIDE, 0.8).dash(Dash::Dotted)),
                Mark::dots([goal], 4.0, GUIDE),
                Mark::line(trial.path.iter().map(|[x, y]| (100.0 * x, 100.0 * y)), Stroke::new(color, 2.0)),
            ]);
        }
        plate.panels.push(panel);
    }
    plate.figure(format!(
        "Paths of the hand of subject {} from the center to {} targets (gray), seen from above, one for each direction that occurred. The \
         field deflects them to the right, and they return in a hook (B). With learning they straighten (C). In catch trials (D) and after \
         the field (E) they deviate in the opposite direction.",
        session.seed, config.reach.directions
    ))
}

/// Means over seeds of a value of trials, in windows of `width` trials: (middle of the window, mean).
fn windows(sessions: &[&Session], width: usize, of: impl Fn(&Trial) -> Option<f64>) -> Vec<(f64, f64)> {
    let length = sessions.first().map_or(0, |s| s.trials.len());
    let window = |k: usize| {
        let window = k * width..((k + 1) * width).min(length);
        let middle = 0.5 * (window.start + window.end) as f64;
        let values = sessions.iter().flat_map(|s| s.trials[window.clone()].iter().filter_map(&of));
        (middle, mean_of(values))
    };
    (0..length.div_ceil(width)).map(window).filter(|w| w.1.is_finite()).collect()
}

pub fn trials(config: &Config, record: &Record) -> Result<Figure, Error> {
    let p = &config.protocol;
    let all = (p.baseline + p.adaptation + p.washout) as f64;
    let of = |learner: Learner| record.sessions.iter().filter(|s| s.learner == learner).collect::<Vec<_>>();
    let deviation_cm = |t: &Trial, is_shown: bool| is_shown.then_some(100.0 * t.deviation_m);
    // A window may not join trials with and without field.
    let divides = |w: &usize| p.baseline.is_multiple_of(*w) && p.adaptation.is_multiple_of(*w);
    let width = (1..=5).rev().find(divides).unwrap_or(1);
    let mut plate = Plate::new("trials", 1, 190.0);
    let panel = |title: &str, label: &str, y: Axis| {
        let mut panel = Panel::new(title, Axis::exact(label, 0.0, all), y);
        panel.shades.push((p.baseline as f64, (p.baseline + p.adaptation) as f64));
        panel.levels.push(Level::across(0.0));
        panel
    };
    let y = Axis::exact("fraction of the field", -0.2, 1.2).step(0.2);
    let mut deviations = panel("deviation from the straight line", "", y.clone());
    let mut clamps = panel("force against the walls of error clamps", "trial", y);
    for (learner, _, words) in LEARNERS {
        let sessions = of(learner);
        let is_shown = |t: &Trial| matches!(t.kind, TrialKind::Null | TrialKind::Field);
        deviations.line(windows(&sessions, width, |t| deviation_cm(t, is_shown(t))), pen(learner));
        let clamped = |t: &Trial| (t.kind == TrialKind::Clamp).then_some(t.compensated);
        clamps.line(windows(&sessions, p.probe_every, clamped), pen(learner));
        plate.line_key(words, pen(learner));
    }
    let caught =
        windows(&of(Learner::Shifted), p.probe_every, |t| deviation_cm(t, t.kind == TrialKind::Catch));
    deviations.cover("to the right (cm)", caught.iter().map(|x| x.1).chain([0.0]));
    deviations.marks.push(Mark::dots(caught, 3.0, VERMILLION));
    plate.legend.push(Key::dot("catch trials, feedback-error learning", VERMILLION));
    plate.panels = vec![deviations, clamps];
    let (seeds, block) = (config.seeds.len(), p.probe_every);
    plate.figure(format!(
        "Learning by trial, mean over {seeds} seeds; shaded: field on. A: largest distance from the straight line; catch trials (dots) deviate in \
         the opposite direction. B: force in error clamps as a fraction of the force that would cancel the field, one point for each block of \
         {block} trials."
    ))
}

pub fn generalization(config: &Config, record: &Record) -> Result<Figure, Error> {
    let angles: Vec<f64> = config.generalization.angles_deg.iter().map(|a| f64::from(*a)).collect();
    let x = Axis::exact("angle to the trained direction (deg)", -5.0, 185.0).step(45.0);
    let mut panel = Panel::new("generalization of one direction", x, Axis::exact("", 0.0, 1.0));
    for seed in &record.spreads {
        let points = angles.iter().copied().zip(seed.compensated.iter().copied());
        panel.line(points, Stroke::new(GUIDE, 0.8));
    }
    panel.cover("fraction of the field", [0.0]);
    let mean_at = |k: usize| mean_of(record.spreads.iter().map(|s| s.compensated[k]));
    let means = angles.iter().enumerate().map(|(k, a)| (*a, mean_at(k)));
    panel.curve(means, 3.5, &Stroke::new(BLUE, 2.4));
    panel.levels.push(Level::across(0.0));
    let mut plate = Plate::new("generalization", 1, 190.0);
    plate.panels.push(panel);
    plate.figure(format!(
        "Fraction of the field's force that error clamps found compensated, against the angle to the trained direction (both sides averaged), \
         after {} trials straight ahead. Thin lines: seeds; thick line: mean.",
        config.generalization.trials
    ))
}

pub fn switching(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("switching", 2, 190.0);
    let length = config.switching.trials;
    let width = (length / 20).max(1);
    let pens =
        || CONTROLLERS.into_iter().rev().map(|(c, _, words, color)| (c, words, Stroke::new(color, 2.2)));
    let mut reach = vec![0.0];
    for (is_first, title) in [(true, "first trial after a change"), (false, "other trials")] {
        let x = Axis::exact("trial", 0.0, length as f64);
        let mut panel = Panel::new(title, x, Axis::exact("", 0.0, 1.0));
        for (controller, _, pen) in pens() {
            let runs: Vec<_> = record.turns.iter().filter(|t| t.controller == controller).collect();
            let window = |k: usize| {
                let at = |t: usize| runs.iter().filter(move |x| x.is_first[t] == is_first);
                let trials = k * width..(k + 1) * width;
                let sizes = trials.flat_map(|t| at(t).map(move |x| 100.0 * x.deviations_m[t].abs()));
                ((k as f64 + 0.5) * width as f64, mean_of(sizes))
            };
            let points: Vec<_> = (0..length / width).map(window).filter(|w| w.1.is_finite()).collect();
            reach.extend(points.iter().map(|p| p.1));
            panel.line(points, pen);
        }
        plate.panels.push(panel);
    }
    let y = Axis::covering("deviation (cm)", reach);
    plate.panels.iter_mut().for_each(|panel| panel.y = y.clone());
    pens().for_each(|(_, words, pen)| plate.line_key(words, pen));
    let (seeds, [short, long]) = (config.seeds.len(), config.switching.block);
    plate.figure(format!(
        "Size of the largest deviation from the straight line against trial, mean over {seeds} seeds; fields of opposite sign take turns every {short} to {long} \
         trials. A: in the first trial after a change, which only a cue announces. B: in the other trials."
    ))
}
