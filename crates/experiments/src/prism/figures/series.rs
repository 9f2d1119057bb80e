//! Values by trial, averaged over seeds.

use super::look::*;
use lobule_analysis::{mean, sd};
use std::collections::BTreeMap;

/// Mean, and sample standard deviation of two or more finite values.
pub fn mean_sd(values: &[f64]) -> (f64, Option<f64>) {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    (mean(&finite), (finite.len() > 1).then(|| sd(&finite)))
}

/// One trial of a curve.
pub struct Point {
    pub trial: f64,
    pub mean: f64,
    pub sd: Option<f64>,
}

pub fn over_seeds(runs: &[&ConditionRun], value: impl Fn(&TrialRecord) -> Option<f64>) -> Vec<Point> {
    let mut by_trial: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for trial in runs.iter().flat_map(|run| &run.trials) {
        by_trial.entry(trial.index).or_default().extend(value(trial));
    }
    let point = |(index, values): (usize, Vec<f64>)| {
        let (mean, sd) = mean_sd(&values);
        Point { trial: index as f64, mean, sd }
    };
    by_trial.into_iter().map(point).filter(|p| p.mean.is_finite()).collect()
}

pub fn runs(result: &PrismResult, condition: Condition) -> Vec<&ConditionRun> {
    result.condition(condition).filter(|run| !run.trials.is_empty()).collect()
}

/// The longest run, which shows the protocol.
pub fn longest(result: &PrismResult) -> Option<&ConditionRun> {
    result.runs.iter().filter(|a| !a.trials.is_empty()).max_by_key(|a| a.trials.len())
}

/// Spans of trials through prisms, half a trial wider at both ends.
pub fn prism_spans(result: &PrismResult) -> Vec<(f64, f64)> {
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for trial in longest(result).iter().flat_map(|a| &a.trials).filter(|t| t.epoch == Epoch::Prism) {
        let at = trial.index as f64;
        match spans.last_mut() {
            Some(span) if (span.1 - (at - 0.5)).abs() < 1e-9 => span.1 = at + 0.5,
            _ => spans.push((at - 0.5, at + 0.5)),
        }
    }
    spans
}

pub fn trial_axis(result: &PrismResult, label: &str) -> Axis {
    let last = longest(result).and_then(|a| a.trials.last()).map_or(1, |t| t.index);
    Axis::exact(label, -0.5, last as f64 + 0.5)
}

/// An empty panel over trials, those through prisms shaded; its vertical axis follows from what is drawn.
pub fn trial_panel(result: &PrismResult, title: &str) -> Panel {
    let mut panel = Panel::new(title, trial_axis(result, "trial"), Axis::exact("", 0.0, 1.0));
    panel.shades = prism_spans(result);
    panel
}

/// The same with a guide at an error of 0.
pub fn error_panel(result: &PrismResult, title: &str) -> Panel {
    let mut panel = trial_panel(result, title);
    panel.levels.push(Level::across(0.0));
    panel
}

/// The figure of a plate; none where nothing is on it.
pub fn drawn(plate: &Plate, caption: String) -> Result<Option<Figure>, Error> {
    (!plate.panels.is_empty()).then(|| plate.figure(caption)).transpose()
}

/// Mean line, band of ± one standard deviation and, with `seeds`, a thin line for each run.
pub fn curve_marks(
    runs: &[&ConditionRun],
    value: impl Fn(&TrialRecord) -> Option<f64>,
    stroke: &Stroke,
    seeds: bool,
) -> Vec<Mark> {
    let points = over_seeds(runs, &value);
    let mut marks = Vec::new();
    let edges: Vec<_> =
        points.iter().filter_map(|p| p.sd.map(|sd| (p.trial, p.mean - sd, p.mean + sd))).collect();
    if !edges.is_empty() {
        marks.push(Mark::Band { edges, color: stroke.color.clone(), opacity: 0.16 });
    }
    if seeds && runs.len() > 1 {
        let thin = Stroke::new(&tint(&stroke.color, 0.5), 0.8);
        for run in runs {
            let points = run.trials.iter().filter_map(|t| value(t).map(|v| (t.index as f64, v)));
            marks.push(Mark::line(points, thin.clone()));
        }
    }
    marks.push(Mark::line(points.iter().map(|p| (p.trial, p.mean)), stroke.clone()));
    marks
}

/// All values that marks reach on the vertical axis.
pub fn reach(marks: &[Mark]) -> Vec<f64> {
    let of_mark = |mark: &Mark| match mark {
        Mark::Line { points, .. } | Mark::Dots { points, .. } => points.iter().map(|p| p.1).collect(),
        Mark::Band { edges, .. } => edges.iter().flat_map(|e| [e.1, e.2]).collect::<Vec<_>>(),
        Mark::Cells(cells) => cells.iter().flat_map(|c| [c.y.0, c.y.1]).collect(),
    };
    marks.iter().flat_map(of_mark).collect()
}

/// Gives all panels one vertical axis, named in the first column only.
pub fn share_vertical_axis(plate: &mut Plate, label: &str) {
    let all = plate.panels.iter().flat_map(|p| reach(&p.marks)).chain([0.0]).collect::<Vec<_>>();
    let axis = Axis::covering("", all);
    for (k, panel) in plate.panels.iter_mut().enumerate() {
        panel.y = axis.clone();
        if k % plate.columns == 0 {
            panel.y.label = label.into();
        }
    }
    plate.left.1 = 44.0;
}

pub fn prism_key() -> Key {
    Key::block("through prisms", SHADE)
}

/// `one seed` or `mean ± sd over 3 seeds`, as in captions.
pub fn seeds_in_words(n: usize) -> String {
    match n {
        1 => "One seed.".into(),
        n => format!("Thick lines and bands: mean ± standard deviation over {n} seeds."),
    }
}
