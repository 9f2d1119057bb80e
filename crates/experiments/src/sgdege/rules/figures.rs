//! Signs that the model predicts, and means and intervals of the slices, as in the paper's Figures 3 and 6.

use super::Record;
use lobule_study::report::drawing::*;
use lobule_theory::plasticity::{DIFFERENCES, Protocol};

pub(super) const CAPTION: &str = "A: sign of the weight change predicted by equation (9) for four pairings; the rule does not predict \
    amplitudes. B: measured response after pairing divided by that before, mean and 95 % CI, with the number of cells (Table 1). C: \
    differences between pairings, mean and 95 % CI. G: granule burst, P: perturbation spike, E: error spike. Predicted and measured \
    signs agree.";

fn color(sign: f64) -> &'static str {
    match sign {
        s if s > 0.0 => BLUE,
        s if s < 0.0 => VERMILLION,
        _ => BLACK,
    }
}

fn pairings() -> Axis {
    let names = Protocol::ALL.iter().enumerate().map(|(k, p)| Tick::new(k as f64, p.name));
    Axis::exact("pairing", -0.6, 3.6).named(names.collect())
}

fn unchanged(at: f64) -> Level {
    Level::across(at).pen(Stroke::guide().dash(Dash::Dashed))
}

/// A dot at the second point at the end of, or on, a bar between the two others.
fn bar(panel: &mut Panel, from: (f64, f64), dot: (f64, f64), to: (f64, f64), color: &str) {
    panel.line([from, to], Stroke::new(color, 2.0));
    panel.marks.push(Mark::dots([dot], 4.5, color));
}

pub(super) fn signs(record: &Record) -> Panel {
    let named = [(-1.0, "−"), (0.0, "0"), (1.0, "+")].map(|(at, text)| Tick::new(at, text));
    let y = Axis::exact("sign of Δw (model)", -1.5, 1.5).named(named.into());
    let mut panel = Panel::new("Rule (9)", pairings(), y);
    panel.levels.push(unchanged(0.0));
    for (k, (_, sign)) in record.signs().enumerate() {
        bar(&mut panel, (k as f64, 0.0), (k as f64, sign), (k as f64, sign), color(sign));
    }
    panel
}

pub(super) fn ratios(record: &Record) -> Panel {
    let y = Axis::exact("response, after / before", 0.0, 2.0).step(0.5);
    let mut panel = Panel::new("Slices, Table 1", pairings(), y);
    panel.levels.push(unchanged(1.0));
    for (k, (protocol, sign)) in record.signs().enumerate() {
        let (x, m) = (k as f64, &protocol.measured);
        bar(&mut panel, (x, m.interval.0), (x, m.mean), (x, m.interval.1), color(sign));
        panel.note((x, 0.1), m.n.map(|n| format!("n {n}")).unwrap_or_default(), Anchor::Middle, FAINT);
    }
    panel
}

pub(super) fn differences() -> Panel {
    // Two pairings under each other: five such names do not fit side by side.
    let named = DIFFERENCES
        .iter()
        .enumerate()
        .map(|(k, (one, other, _))| Tick { under: format!("− {other}"), ..Tick::new(-(k as f64), *one) });
    let y = Axis::exact("", -4.6, 0.6).named(named.collect());
    let x = Axis::exact("difference of after / before", -1.0, 1.0).step(0.5);
    let mut panel = Panel::new("Differences", x, y);
    panel.levels.push(Level { is_vertical: true, ..unchanged(0.0) });
    for (k, (_, _, d)) in DIFFERENCES.iter().enumerate() {
        let y = -(k as f64);
        let color = color(f64::from(d.sign(0.0)));
        bar(&mut panel, (d.interval.0, y), (d.mean, y), (d.interval.1, y), color);
    }
    panel
}
