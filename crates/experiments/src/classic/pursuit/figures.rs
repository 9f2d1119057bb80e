//! Figures of the experiment.

use super::config::{Kind, PursuitConfig};
use super::findings::{mean_delay, mean_mixed, runs};
use super::record::{PursuitRecord, Sample};
use crate::classic::response::Response;
use lobule_analysis::mean;
use lobule_study::Error;
use lobule_study::report::chart::Level;
use lobule_study::report::chart::{Axis, Cell, Key, Mark, Panel, Plate, Swatch, Tick};
use lobule_study::report::numbers::plain;
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &PursuitConfig, record: &PursuitRecord) -> Result<Vec<Figure>, Error> {
    Ok(vec![movement(config, record)?, bode(config, record)?, delay(config, record)?, ramp(config, record)?])
}

fn pen(kind: Kind) -> Stroke {
    match kind {
        Kind::Feedback => Stroke::new(BLACK, 2.0),
        Kind::Smith => Stroke::new(ORANGE, 2.0),
        Kind::Cfpc => Stroke::new(BLUE, 2.2),
        Kind::Fel => Stroke::new(GREEN, 2.2).dash(Dash::Dashed),
        Kind::Foresight => Stroke::new(VERMILLION, 2.0),
    }
}

/// Target and eyes in one panel, times from that of the first sample on.
fn traces(title: &str, all: &[(Stroke, &[Sample])]) -> Panel {
    let from = all.iter().find_map(|a| a.1.first()).map_or(0.0, |s| s.0);
    let to = all.iter().find_map(|a| a.1.last()).map_or(1.0, |s| s.0);
    let values = all.iter().flat_map(|a| a.1.iter().flat_map(|s| [s.1, s.2]));
    let mut panel = Panel::new(
        title,
        Axis::exact("time (s)", 0.0, to - from),
        Axis::covering("velocity (deg/s)", values),
    );
    if let Some((_, samples)) = all.first() {
        let points = samples.iter().map(|s| (s.0 - from, s.1)).collect();
        panel.marks.push(Mark::Line { points, stroke: Stroke::new(GUIDE, 3.5) });
    }
    for (stroke, samples) in all {
        let points = samples.iter().map(|s| (s.0 - from, s.2)).collect();
        panel.marks.push(Mark::Line { points, stroke: stroke.clone() });
    }
    panel
}

fn legend(plate: &mut Plate, kinds: impl IntoIterator<Item = Kind>) {
    plate.legend.push(Key::line("target", Stroke::new(GUIDE, 3.5)));
    plate.legend.extend(kinds.into_iter().map(|k| Key::line(k.words(), pen(k))));
}

/// Those of feedback and of the controllers that learn, in the order of the configuration.
fn shown(config: &PursuitConfig, with: &[Kind]) -> Vec<Kind> {
    config.controllers.iter().copied().filter(|k| with.contains(k)).collect()
}

/// A predictable and an unpredictable target.
fn movement(config: &PursuitConfig, record: &PursuitRecord) -> Result<Figure, Error> {
    let sines = &config.targets.sines_hz;
    let hz = sines.iter().copied().find(|f| *f >= 0.8).unwrap_or(sines[0]);
    let kinds = shown(config, &[Kind::Feedback, Kind::Smith, Kind::Foresight]);
    let mut plate = Plate::new("movement", 1, 170.0);
    for (title, target) in
        [(format!("a sine of {} Hz, long known", plain(hz)), Some(hz)), ("a mixed target".into(), None)]
    {
        let all: Vec<(Stroke, &[Sample])> = kinds
            .iter()
            .filter_map(|&k| runs(record, k, target).first().map(|t| (pen(k), &t.movement[..])))
            .collect();
        plate.panels.push(traces(&title, &all));
    }
    legend(&mut plate, kinds);
    let caption = "Velocity of target and eye, one subject, after learning. Feedback is late and rings; a model of the eye makes it follow what is seen, \
        100 ms late; a target that is expected is followed as it is, as far as it can be expected (red, on the grey line of the sine).";
    Ok(Figure::svg("movement", caption, plot::svg(&plate)?))
}

/// Title, label, what is drawn, ideal value.
type Part = (&'static str, &'static str, fn(&Response) -> f64, f64);

/// Gain and phase on predictable targets.
fn bode(config: &PursuitConfig, record: &PursuitRecord) -> Result<Figure, Error> {
    let hz = &config.targets.sines_hz;
    let mut plate = Plate::new("bode", 2, 230.0);
    let parts: [Part; 2] =
        [("gain", "eye over target", |r| r.gain, 1.0), ("phase", "lead (deg)", |r| r.phase_deg, 0.0)];
    for (title, label, of, ideal) in parts {
        let mut panel =
            Panel::new(title, Axis::frequency("frequency (Hz)", hz), Axis::exact(label, 0.0, 1.0));
        let mut reach = vec![ideal, 0.0];
        for &kind in &config.controllers {
            let value = |f: f64| {
                let all = runs(record, kind, Some(f));
                let told = all.iter().filter_map(|t| t.responses.as_ref().and_then(|r| r.first()).map(of));
                mean(&told.collect::<Vec<_>>())
            };
            let points: Vec<(f64, f64)> =
                hz.iter().map(|&f| ((f).log10(), value(f))).filter(|p| p.1.is_finite()).collect();
            reach.extend(points.iter().map(|p| p.1));
            panel.marks.push(Mark::Line { points: points.clone(), stroke: pen(kind) });
            panel.marks.push(Mark::Dots { points, radius: 3.0, colour: pen(kind).colour, opacity: 1.0 });
        }
        panel.y = Axis::covering(label, reach);
        panel.levels.push(Level::across(ideal));
        plate.panels.push(panel);
    }
    plate.legend.extend(config.controllers.iter().map(|&k| Key::line(k.words(), pen(k))));
    let caption = format!(
        "Gain and phase on one sine at a time, each learned for {} s, means over {} subjects. Dotted: an eye that is where the target is.",
        config.targets.learning_s,
        config.seeds.len()
    );
    Ok(Figure::svg("bode", caption, plot::svg(&plate)?))
}

/// Delays on predictable and mixed targets.
fn delay(config: &PursuitConfig, record: &PursuitRecord) -> Result<Figure, Error> {
    let n = config.controllers.len() as f64;
    let mut plate = Plate::new("delay", 1, 200.0);
    let (mut bars, mut reach) = (Vec::new(), vec![0.0]);
    for (k, &kind) in config.controllers.iter().enumerate() {
        let sines: Vec<f64> =
            config.targets.sines_hz.iter().map(|&hz| mean_delay(record, kind, hz)).collect();
        let mixed = mean_mixed(record, kind, Response::delay_ms);
        for (at, value, colour) in [(-0.2, mean(&sines), BLUE), (0.2, mixed, ORANGE)] {
            if value.is_finite() {
                let x = (k as f64 + at - 0.18, k as f64 + at + 0.18);
                bars.push(Cell { x, y: (value.min(0.0), value.max(0.0)), colour: colour.into() });
                reach.push(value);
            }
        }
    }
    let tick = |(k, kind): (usize, &Kind)| Tick::new(k as f64, kind.words());
    let x = Axis::exact("", -0.6, n - 0.4).named(config.controllers.iter().enumerate().map(tick).collect());
    let mut panel = Panel::new("how late the eye is", x, Axis::covering("delay (ms)", reach));
    panel.marks.push(Mark::Cells(bars));
    panel.levels.push(Level::across(0.0));
    plate.panels.push(panel);
    plate.legend.push(Key { label: "predictable sines".into(), swatch: Swatch::Block(BLUE.into()) });
    plate.legend.push(Key { label: "mixed".into(), swatch: Swatch::Block(ORANGE.into()) });
    let caption = "Delay behind the target, mean over frequencies and subjects; negative: the eye leads.";
    Ok(Figure::svg("delay", caption, plot::svg(&plate)?))
}

/// A target that starts to move, one that disappears.
fn ramp(config: &PursuitConfig, record: &PursuitRecord) -> Result<Figure, Error> {
    let mut plate = Plate::new("ramp", 2, 220.0);
    let dashes = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::Solid];
    let mut all: Vec<(Stroke, &[Sample])> = Vec::new();
    let mut keys = Vec::new();
    let mut dash = dashes.iter();
    for r in &record.ramps {
        let (stroke, label) = match r.kind {
            Kind::Feedback => {
                let dash = dash.next().copied().unwrap_or(Dash::Solid);
                (pen(r.kind).dash(dash), format!("feedback, {}/s", plain(r.ki)))
            }
            kind => (pen(kind), kind.words().to_string()),
        };
        keys.push(Key::line(&label, stroke.clone()));
        all.push((stroke, &r.samples[..]));
    }
    plate.panels.push(traces("it starts to move at 0 s", &all));
    let kinds = shown(config, &[Kind::Cfpc, Kind::Foresight]);
    let first = config.seeds[0];
    let mut all: Vec<(Stroke, &[Sample])> = Vec::new();
    for kind in shown(config, &[Kind::Feedback]).into_iter().chain(kinds.iter().copied()) {
        let found = record.hidden.iter().find(|h| h.kind == kind && h.seed == first);
        all.extend(found.map(|h| (pen(kind), &h.samples[..])));
    }
    let mut panel = traces("it disappears (grey)", &all);
    let gone = 0.5 / config.hidden.hz;
    panel.shades.push((gone, gone + config.hidden.duration_s));
    plate.panels.push(panel);
    legend(&mut plate, []);
    plate.legend.extend(keys);
    plate
        .legend
        .extend(kinds.into_iter().filter(|k| *k != Kind::Smith).map(|k| Key::line(k.words(), pen(k))));
    let caption = format!(
        "A: a target that starts to move at {} deg/s (a step-ramp). B: a sine of {} Hz, long known, disappears for {} s; black is feedback at {}/s.",
        plain(config.ramp.speed_deg_s),
        plain(config.hidden.hz),
        plain(config.hidden.duration_s),
        plain(config.feedback.ki)
    );
    Ok(Figure::svg("ramp", caption, plot::svg(&plate)?))
}
