//! Marks and axes that the figures of these experiments share.

use lobule_study::report::chart::{Axis, Level, Mark, Panel, Tick};
use lobule_study::report::numbers::superscript;
use lobule_study::report::palette::GUIDE;
use lobule_study::report::svg::{Dash, INK, Stroke, tint};

/// A line with a value every `step`, the first at `from`.
pub(super) fn line(values: &[f64], from: f64, step: f64, stroke: Stroke) -> Mark {
    let points = values.iter().enumerate().map(|(k, &v)| (from + step * k as f64, v)).collect();
    Mark::Line { points, stroke }
}

/// A thin, pale line of one seed among others.
pub(super) fn thin(colour: &str) -> Stroke {
    Stroke::new(&tint(colour, 0.45), 0.9)
}

/// Rates against targets, with the line on which they are equal.
pub(super) fn rates_against_targets(
    title: &str,
    rates: &[f64],
    targets: &[f64],
    ceiling: f64,
    colour: &str,
) -> Panel {
    let axis = |label| Axis::exact(label, 0.0, ceiling).step(20.0);
    let mut panel = Panel::new(title, axis("target R (Hz)"), axis("rate PN (Hz)"));
    let equal = vec![(0.0, 0.0), (ceiling, ceiling)];
    panel.marks.push(Mark::Line { points: equal, stroke: Stroke::new(GUIDE, 1.0).dash(Dash::Dashed) });
    let points = targets.iter().copied().zip(rates.iter().copied()).collect();
    panel.marks.push(Mark::Dots { points, radius: 1.8, colour: colour.into(), opacity: 0.7 });
    panel
}

/// A horizontal line that guides the eye.
pub(super) fn level(at: f64) -> Level {
    Level { at, is_vertical: false, stroke: Stroke::new(GUIDE, 1.0).dash(Dash::Dotted) }
}

/// An axis of decades: data units are log10 of the value.
pub(super) fn decades(label: &str, low: f64, high: f64) -> Axis {
    let (low, high) = (low.log10(), high.log10());
    let mut axis = Axis::exact(label, low, high);
    let whole = (low.ceil() as i32)..=(high.floor() as i32);
    axis = axis.named(whole.map(|e| tick(f64::from(e), power(e))).collect());
    axis
}

/// An axis with the given values named at log2 of them.
pub(super) fn doublings(label: &str, values: &[usize]) -> Axis {
    let ends = values.iter().map(|&v| (v as f64).log2());
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let room = 0.06 * (high - low).max(1.0);
    let ticks = values.iter().map(|&v| tick((v as f64).log2(), v.to_string())).collect();
    Axis::exact(label, low - room, high + room).named(ticks)
}

fn tick(at: f64, text: String) -> Tick {
    Tick { at, text, under: String::new(), colour: INK.into() }
}

fn power(exponent: i32) -> String {
    match exponent {
        -2 => "0.01".into(),
        -1 => "0.1".into(),
        0 => "1".into(),
        1 => "10".into(),
        2 => "100".into(),
        3 => "1000".into(),
        e => format!("10{}", superscript(e)),
    }
}
