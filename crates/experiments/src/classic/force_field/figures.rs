//! Figures of the experiment.

use super::config::Config;
use super::record::{Kind, Learner, Player, Record, Session, Trial};
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    Ok(vec![
        paths(config, record)?,
        trials(config, record)?,
        generalization(config, record)?,
        switching(config, record)?,
    ])
}

fn pen(learner: Learner) -> Stroke {
    match learner {
        Learner::Shifted => Stroke::new(BLUE, 2.4),
        Learner::Unshifted => Stroke::new(ORANGE, 1.8),
        Learner::Counterfactual => Stroke::new(GREEN, 1.8).dash(Dash::Dashed),
        Learner::None => Stroke::new(BLACK, 1.8).dash(Dash::Dashed),
    }
}

/// The first or the last trial of a kind for each direction that has one.
fn one_each(trials: &[Trial], kind: Kind, is_last: bool) -> Vec<&Trial> {
    let mut found: Vec<&Trial> = Vec::new();
    let mut take = |trial| {
        let trial: &Trial = trial;
        if trial.kind == kind && found.iter().all(|f| f.target_deg != trial.target_deg) {
            found.push(trial);
        }
    };
    if is_last {
        trials.iter().rev().for_each(&mut take)
    } else {
        trials.iter().for_each(&mut take)
    }
    found
}

/// Hand paths of the first subject.
fn paths(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("paths", 3, 218.0);
    let Some(session) = record.sessions.iter().find(|s| !s.trials[0].path.is_empty()) else {
        return Err(Error::Figure { figure: "paths".into(), what: "no paths were kept".into() });
    };
    let p = &config.protocol;
    let (baseline, rest) = session.trials.split_at(p.baseline);
    let (adaptation, washout) = rest.split_at(p.adaptation);
    let panels: [(&str, &[Trial], Kind, bool, &str); 5] = [
        ("before the field", baseline, Kind::Null, true, BLACK),
        ("first in the field", adaptation, Kind::Field, false, VERMILLION),
        ("last in the field", adaptation, Kind::Field, true, BLUE),
        ("catch trials, last", adaptation, Kind::Catch, true, ORANGE),
        ("first of washout", washout, Kind::Null, false, GREEN),
    ];
    let reach = 150.0 * config.reach.distance_m;
    for (title, trials, kind, is_last, colour) in panels {
        let mut panel = Panel::new(
            title,
            Axis::exact("to the right (cm)", -reach, reach).step(5.0),
            Axis::exact("ahead (cm)", -reach, reach).step(5.0),
        );
        for trial in one_each(trials, kind, is_last) {
            let radians = trial.target_deg.to_radians();
            let far = 100.0 * config.reach.distance_m;
            let goal = (far * radians.cos(), far * radians.sin());
            let line = vec![(0.0, 0.0), goal];
            panel.marks.push(Mark::Line { points: line, stroke: Stroke::new(GUIDE, 0.8).dash(Dash::Dotted) });
            panel.marks.push(Mark::Dots {
                points: vec![goal],
                radius: 4.0,
                colour: GUIDE.into(),
                opacity: 0.7,
            });
            let points = trial.path.iter().map(|[x, y]| (100.0 * x, 100.0 * y)).collect();
            panel.marks.push(Mark::Line { points, stroke: Stroke::new(colour, 2.0) });
        }
        plate.panels.push(panel);
    }
    let caption = format!(
        "Paths of the hand of subject {} from the center to {} targets (grey), seen from above, one for each direction that occurred. In the \
         field (B) they are pushed to the right and come back in a hook; with learning (C) they straighten; where the field is left out \
         unannounced (D), and when it has gone (E), they bend to the other side.",
        session.seed, config.reach.directions
    );
    Ok(Figure::svg("paths", caption, plot::svg(&plate)?))
}

/// Means over seeds of what `of` tells, by trial, in windows of `width` trials.
fn course(sessions: &[&Session], width: usize, of: impl Fn(&Trial) -> Option<f64>) -> Vec<(f64, f64)> {
    let length = sessions.first().map_or(0, |s| s.trials.len());
    (0..length.div_ceil(width))
        .filter_map(|k| {
            let window = k * width..((k + 1) * width).min(length);
            let middle = 0.5 * (window.start + window.end) as f64;
            let all: Vec<f64> =
                sessions.iter().flat_map(|s| s.trials[window.clone()].iter().filter_map(&of)).collect();
            (!all.is_empty()).then(|| (middle, mean(&all)))
        })
        .collect()
}

/// Deviation and compensation by trial.
fn trials(config: &Config, record: &Record) -> Result<Figure, Error> {
    let p = &config.protocol;
    let all = (p.baseline + p.adaptation + p.washout) as f64;
    let field = (p.baseline as f64, (p.baseline + p.adaptation) as f64);
    let mut plate = Plate::new("trials", 1, 190.0);
    let of = |learner: Learner| record.sessions.iter().filter(|s| s.learner == learner).collect::<Vec<_>>();
    let mut reached = vec![0.0];
    let mut marks = [Vec::new(), Vec::new()];
    for learner in Learner::ALL {
        let sessions = of(learner);
        let ordinary =
            |t: &Trial| matches!(t.kind, Kind::Null | Kind::Field).then_some(100.0 * t.deviation_m);
        // A window may not join trials with and without field.
        let width = (1..=5)
            .rev()
            .find(|w| p.baseline.is_multiple_of(*w) && p.adaptation.is_multiple_of(*w))
            .unwrap_or(1);
        let points = course(&sessions, width, ordinary);
        reached.extend(points.iter().map(|x| x.1));
        marks[0].push(Mark::Line { points, stroke: pen(learner) });
        let clamped = |t: &Trial| (t.kind == Kind::Clamp).then_some(t.compensated);
        marks[1].push(Mark::Line { points: course(&sessions, p.probe_every, clamped), stroke: pen(learner) });
        plate.legend.push(Key::line(learner.words(), pen(learner)));
    }
    let caught = course(&of(Learner::Shifted), p.probe_every, |t| {
        (t.kind == Kind::Catch).then_some(100.0 * t.deviation_m)
    });
    reached.extend(caught.iter().map(|x| x.1));
    marks[0].push(Mark::Dots { points: caught, radius: 3.0, colour: VERMILLION.into(), opacity: 1.0 });
    plate.legend.push(Key {
        label: "catch trials, feedback-error learning".into(),
        swatch: lobule_study::report::chart::Swatch::Dot(VERMILLION.into()),
    });
    let [above, below] = marks;
    for (title, label, y, marks) in [
        ("deviation from the straight line", "", Axis::covering("to the right (cm)", reached), above),
        (
            "force against the walls of error clamps",
            "trial",
            Axis::exact("part of the field", -0.2, 1.2).step(0.2),
            below,
        ),
    ] {
        let mut panel = Panel::new(title, Axis::exact(label, 0.0, all), y);
        panel.shades.push(field);
        panel.levels.push(Level::across(0.0).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dotted)));
        panel.marks = marks;
        plate.panels.push(panel);
    }
    let caption = format!(
        "By trial, mean over {} seeds; the field is on in the shaded time. A: largest distance from the straight line; catch trials (dots) deviate to the other \
         side. B: force that error clamps measure, as part of the force that would cancel the field, a point for each block of {} trials.",
        config.seeds.len(),
        p.probe_every
    );
    Ok(Figure::svg("trials", caption, plot::svg(&plate)?))
}

/// Compensation against the angle to the trained direction.
fn generalization(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("generalization", 1, 190.0);
    let angles: Vec<f64> = config.generalization.angles_deg.iter().map(|a| f64::from(*a)).collect();
    let mut panel = Panel::new(
        "learned in one direction, found in others",
        Axis::exact("angle to the trained direction (deg)", -5.0, 185.0).step(45.0),
        Axis::exact("part of the field", 0.0, 1.0),
    );
    let mut reached = vec![0.0];
    for spread in &record.spreads {
        let points: Vec<(f64, f64)> =
            angles.iter().copied().zip(spread.compensated.iter().copied()).collect();
        reached.extend(points.iter().map(|x| x.1));
        panel.marks.push(Mark::Line { points, stroke: Stroke::new(GUIDE, 0.8) });
    }
    let means: Vec<(f64, f64)> = angles
        .iter()
        .enumerate()
        .map(|(k, a)| (*a, mean(&record.spreads.iter().map(|s| s.compensated[k]).collect::<Vec<_>>())))
        .collect();
    panel.marks.push(Mark::Line { points: means.clone(), stroke: Stroke::new(BLUE, 2.4) });
    panel.marks.push(Mark::Dots { points: means, radius: 3.5, colour: BLUE.into(), opacity: 1.0 });
    panel.levels.push(Level::across(0.0).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dotted)));
    panel.y = Axis::covering("part of the field", reached);
    plate.panels.push(panel);
    let caption = format!(
        "After {} trials straight ahead: part of the field's force that error clamps find compensated in other directions (both sides averaged). \
         Thin lines: seeds; thick: mean.",
        config.generalization.trials
    );
    Ok(Figure::svg("generalization", caption, plot::svg(&plate)?))
}

/// Deviations while two fields take turns: after a change, and else.
fn switching(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("switching", 2, 190.0);
    let length = config.switching.trials;
    let width = (length / 20).max(1);
    let mut reached = vec![0.0];
    let mut panels = Vec::new();
    for (is_first, title) in [(true, "first trial after a change"), (false, "other trials")] {
        let mut panel = Panel::new(
            title,
            Axis::exact("trial", 0.0, length as f64),
            Axis::exact("deviation (cm)", 0.0, 1.0),
        );
        for (player, colour) in [(Player::OneModule, ORANGE), (Player::Uncued, GREEN), (Player::Cued, BLUE)] {
            let turns: Vec<_> = record.turns.iter().filter(|t| t.player == player).collect();
            let points: Vec<(f64, f64)> = (0..length / width)
                .filter_map(|k| {
                    let window = k * width..(k + 1) * width;
                    let at = |t: usize| turns.iter().filter(move |x| x.is_first[t] == is_first);
                    let all: Vec<f64> =
                        window.flat_map(|t| at(t).map(move |x| 100.0 * x.deviations_m[t].abs())).collect();
                    (!all.is_empty()).then(|| ((k as f64 + 0.5) * width as f64, mean(&all)))
                })
                .collect();
            reached.extend(points.iter().map(|p| p.1));
            panel.marks.push(Mark::Line { points, stroke: Stroke::new(colour, 2.2) });
            if is_first {
                plate.legend.push(Key::line(player.words(), Stroke::new(colour, 2.2)));
            }
        }
        panels.push(panel);
    }
    for mut panel in panels {
        panel.y = Axis::covering("deviation (cm)", reached.iter().copied());
        plate.panels.push(panel);
    }
    let caption = format!(
        "Fields of either sign take turns every {} to {} trials; size of the largest deviation from the straight line, mean over {} seeds. A: in the trial in which the field has just \
         changed, which a cue tells and nothing else; B: in the others.",
        config.switching.block[0],
        config.switching.block[1],
        config.seeds.len()
    );
    Ok(Figure::svg("switching", caption, plot::svg(&plate)?))
}
