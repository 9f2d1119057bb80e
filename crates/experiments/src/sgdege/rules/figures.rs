//! Signs of the model above, means and intervals of the slices below, as in the paper's Figures 3 and 6.

use super::Record;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Note, Panel, Plate, Swatch, Tick};
use lobule_study::report::palette::{BLACK, BLUE, GUIDE, VERMILLION};
use lobule_study::report::svg::{Anchor, Dash, FAINT, INK, Stroke};
use lobule_study::report::{Figure, plot};
use lobule_theory::plasticity::{DIFFERENCES, Measured, Protocol};

const CAPTION: &str = "A: sign of the weight change that equation (9) gives; amplitudes are not predicted. B: measured \
    response after/before, mean and 95 % confidence interval, with the number of cells (Table 1). C: differences between pairings, mean and 95 % \
    confidence interval. G: granule burst, P: perturbation spike, E: error spike.";

pub(super) fn figures(record: &Record) -> Result<Vec<Figure>, Error> {
    let mut plate = Plate::new("rules", 3, 200.0);
    plate.left = (58.0, 62.0);
    plate.legend = vec![
        Key { label: "potentiation".into(), swatch: Swatch::Dot(BLUE.into()) },
        Key { label: "depression".into(), swatch: Swatch::Dot(VERMILLION.into()) },
        Key { label: "no change".into(), swatch: Swatch::Dot(BLACK.into()) },
    ];
    plate.panels = vec![signs(record), ratios(record), differences()];
    Ok(vec![Figure::svg("rules", CAPTION, plot::svg(&plate)?)])
}

fn colour(change: f64) -> &'static str {
    match change {
        c if c > 0.0 => BLUE,
        c if c < 0.0 => VERMILLION,
        _ => BLACK,
    }
}

fn ticks(names: impl Iterator<Item = String>) -> Vec<Tick> {
    names
        .enumerate()
        .map(|(k, text)| Tick { at: k as f64, text, under: String::new(), colour: INK.into() })
        .collect()
}

fn protocols() -> Axis {
    Axis::exact("pairing", -0.6, 3.6).named(ticks(Protocol::ALL.iter().map(|p| p.name.to_owned())))
}

fn level(at: f64) -> Level {
    Level::across(at).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dashed))
}

fn dot(panel: &mut Panel, x: f64, y: f64, colour: &str) {
    panel.marks.push(Mark::Dots { points: vec![(x, y)], radius: 4.5, colour: colour.into(), opacity: 1.0 });
}

fn bar(panel: &mut Panel, x: f64, measured: &Measured, colour: &str) {
    let (low, high) = measured.interval;
    panel.marks.push(Mark::Line { points: vec![(x, low), (x, high)], stroke: Stroke::new(colour, 2.0) });
    dot(panel, x, measured.mean, colour);
}

fn signs(record: &Record) -> Panel {
    let named = [(-1.0, "−"), (0.0, "0"), (1.0, "+")].map(|(at, text)| Tick {
        at,
        text: text.into(),
        under: String::new(),
        colour: INK.into(),
    });
    let y = Axis::exact("sign of Δw (model)", -1.5, 1.5).named(named.to_vec());
    let mut panel = Panel::new("Rule (9)", protocols(), y);
    panel.levels.push(level(0.0));
    for (k, weight) in record.weight_after.iter().enumerate() {
        let change = weight - 1.0;
        let sign = super::sign(change);
        let stem = vec![(k as f64, 0.0), (k as f64, sign)];
        panel.marks.push(Mark::Line { points: stem, stroke: Stroke::new(colour(change), 2.0) });
        dot(&mut panel, k as f64, sign, colour(change));
    }
    panel
}

fn ratios(record: &Record) -> Panel {
    let y = Axis::exact("response, after / before", 0.0, 2.0).step(0.5);
    let mut panel = Panel::new("Slices, Table 1", protocols(), y);
    panel.levels.push(level(1.0));
    for (k, (protocol, weight)) in Protocol::ALL.iter().zip(&record.weight_after).enumerate() {
        bar(&mut panel, k as f64, &protocol.measured, colour(weight - 1.0));
        let text = protocol.measured.n.map(|n| format!("n {n}")).unwrap_or_default();
        panel.notes.push(Note { at: (k as f64, 0.1), text, anchor: Anchor::Middle, colour: FAINT.into() });
    }
    panel
}

fn differences() -> Panel {
    // Two pairings under each other: five such names do not fit side by side.
    let named = DIFFERENCES.iter().enumerate().map(|(k, (one, other, _))| Tick {
        at: -(k as f64),
        text: one.to_string(),
        under: format!("− {other}"),
        colour: INK.into(),
    });
    let y = Axis::exact("", -4.6, 0.6).named(named.collect());
    let mut panel =
        Panel::new("Differences", Axis::exact("difference of after / before", -1.0, 1.0).step(0.5), y);
    panel.levels.push(Level { is_vertical: true, ..level(0.0) });
    for (k, (_, _, d)) in DIFFERENCES.iter().enumerate() {
        let (y, colour) = (-(k as f64), colour(f64::from(d.sign(0.0))));
        let (low, high) = d.interval;
        panel.marks.push(Mark::Line { points: vec![(low, y), (high, y)], stroke: Stroke::new(colour, 2.0) });
        dot(&mut panel, d.mean, y, colour);
    }
    panel
}
