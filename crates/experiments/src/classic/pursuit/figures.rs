//! Figures of the experiment.

use super::config::{Config, PursuitController};
use super::record::{Record, Sample, Tracked};
use crate::classic::bode;
use crate::classic::response::Response;
use PursuitController::{Cfpc, Feedback, Fel, Foresight, Smith};
use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

fn pen(kind: PursuitController) -> Stroke {
    match kind {
        Feedback => Stroke::new(BLACK, 2.0),
        Smith => Stroke::new(ORANGE, 2.0),
        Cfpc => Stroke::new(BLUE, 2.2),
        Fel => Stroke::new(GREEN, 2.2).dash(Dash::Dashed),
        Foresight => Stroke::new(VERMILLION, 2.0),
    }
}

fn target_pen() -> Stroke {
    Stroke::new(GUIDE, 3.5)
}

fn key(kind: PursuitController) -> Key {
    Key::line(kind.words(), pen(kind))
}

/// Velocity of target and eyes against the time since the first sample.
fn traces(title: &str, all: &[(Stroke, &[Sample])]) -> Panel {
    let from = all.iter().find_map(|a| a.1.first()).map_or(0.0, |s| s.0);
    let to = all.iter().find_map(|a| a.1.last()).map_or(1.0, |s| s.0);
    let mut panel = Panel::new(title, Axis::exact("time (s)", 0.0, to - from), Axis::exact("", 0.0, 1.0));
    if let Some((_, samples)) = all.first() {
        panel.line(samples.iter().map(|s| (s.0 - from, s.1)), target_pen());
    }
    for (pen, samples) in all {
        panel.line(samples.iter().map(|s| (s.0 - from, s.2)), pen.clone());
    }
    panel.cover("velocity (deg/s)", all.iter().flat_map(|a| a.1).map(|s| s.1));
    panel
}

/// The configured controllers among some, in the order of the configuration.
fn shown(config: &Config, among: &[PursuitController]) -> Vec<PursuitController> {
    config.controllers.iter().copied().filter(|k| among.contains(k)).collect()
}

pub fn movement(config: &Config, record: &Record) -> Result<Figure, Error> {
    let sines = &config.targets.sines_hz;
    let hz = sines.iter().copied().find(|f| *f >= 0.8).unwrap_or(sines[0]);
    let kinds = shown(config, &[Feedback, Smith, Foresight]);
    let mut plate = Plate::new("movement", 1, 170.0);
    let sine = format!("sine of {} Hz, learned", plain(hz));
    for (title, target) in [(sine.as_str(), Some(hz)), ("mixed target", None)] {
        let first = |&k| Some((pen(k), record.on_target(k, target).next()?.movement.as_slice()));
        let all: Vec<_> = kinds.iter().filter_map(first).collect();
        plate.panels.push(traces(title, &all));
    }
    plate.line_key("target", target_pen());
    plate.legend.extend(kinds.into_iter().map(key));
    plate.figure(
        "Velocity of target and eye against time, one subject, after learning; sine (A) and mixed target (B). Feedback lags and rings. \
        With a model of the eye, the eye follows the seen target, 100 ms late. With a predicted target (red) it follows the \
        true target where that can be predicted.",
    )
}

pub fn gain_and_phase(config: &Config, record: &Record) -> Result<Figure, Error> {
    let hz = &config.targets.sines_hz;
    let means = |kind: PursuitController| -> Vec<Response> {
        let first = |t: &Tracked| t.responses.as_ref()?.first().copied();
        let at = |f: f64| record.on_target(kind, Some(f)).filter_map(first).collect::<Vec<_>>();
        hz.iter().map(|&f| Response::mean(f, at(f).into_iter())).collect()
    };
    let curves: Vec<bode::Curve> = config.controllers.iter().map(|&k| (pen(k), means(k))).collect();
    let mut plate = bode::plate(["gain", "phase"], "eye relative to target", hz, &curves);
    plate.legend.extend(config.controllers.iter().map(|&k| key(k)));
    let (learning_s, subjects) = (config.targets.learning_s, config.seeds.len());
    plate.figure(format!(
        "Gain (A) and phase (B) against the frequency of predictable targets, one sine at a time, each learned for {learning_s} s; means over {subjects} \
         subjects. Dotted: an eye that follows the target perfectly."
    ))
}

pub fn delay(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("delay", 1, 200.0);
    let mut bars = Vec::new();
    for (k, &kind) in config.controllers.iter().enumerate() {
        let sines = mean_of(config.targets.sines_hz.iter().map(|&hz| record.mean_delay(kind, Some(hz))));
        let mixed = record.mean_delay(kind, None);
        for (at, value, color) in [(-0.2, sines, BLUE), (0.2, mixed, ORANGE)] {
            if value.is_finite() {
                bars.push(Cell::bar(k as f64 + at, 0.18, value, color));
            }
        }
    }
    let x = Axis::categories("", config.controllers.iter().map(|k| k.words()));
    let ends = bars.iter().flat_map(|b| [b.y.0, b.y.1]).chain([0.0]);
    let mut panel = Panel::new("delay of the eye", x, Axis::covering("delay (ms)", ends));
    panel.marks.push(Mark::Cells(bars));
    panel.levels.push(Level::across(0.0));
    plate.panels.push(panel);
    plate.legend = vec![Key::block("predictable sines", BLUE), Key::block("mixed", ORANGE)];
    plate.figure(
        "Delay of the eye behind the target by controller, mean over frequencies and subjects; negative: the eye leads.",
    )
}

pub fn ramp(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("ramp", 2, 220.0);
    plate.line_key("target", target_pen());
    let mut dashes = [Dash::Solid, Dash::Dashed, Dash::Dotted].into_iter();
    let mut all: Vec<(Stroke, &[Sample])> = Vec::new();
    for r in &record.ramps {
        let (stroke, label) = match r.kind {
            Feedback => {
                let dash = dashes.next().unwrap_or(Dash::Solid);
                (pen(r.kind).dash(dash), format!("feedback, {}/s", plain(r.ki)))
            }
            kind => (pen(kind), kind.words().into()),
        };
        plate.line_key(&label, stroke.clone());
        all.push((stroke, &r.samples));
    }
    plate.panels.push(traces("target starts to move at 0 s", &all));
    let kinds = shown(config, &[Cfpc, Foresight]);
    let of_first_seed = |&k: &PursuitController| {
        let run = record.hidden.iter().find(|h| h.kind == k && h.seed == config.seeds[0]);
        run.map(|h| (pen(k), h.samples.as_slice()))
    };
    let all: Vec<_> = shown(config, &[Feedback]).iter().chain(&kinds).filter_map(of_first_seed).collect();
    let mut panel = traces("target disappears", &all);
    let gone = 0.5 / config.hidden.hz;
    panel.shades.push((gone, gone + config.hidden.duration_s));
    plate.panels.push(panel);
    plate.legend.extend(kinds.into_iter().map(key));
    let [speed, hz, hidden_s, ki] =
        [config.ramp.speed_deg_s, config.hidden.hz, config.hidden.duration_s, config.feedback.ki].map(plain);
    plate.figure(format!(
        "Velocity of target and eye against time. A: a target that starts to move at {speed} deg/s (a step-ramp). B: a learned sine of \
         {hz} Hz that disappears for {hidden_s} s (shaded); black: feedback at {ki}/s."
    ))
}
