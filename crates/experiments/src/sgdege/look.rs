//! A panel that figures of these experiments share.

use lobule_study::report::chart::{Axis, Mark, Panel};
use lobule_study::report::svg::{Dash, Stroke};

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
    panel.marks.push(Mark::Line { points: equal, stroke: Stroke::guide().dash(Dash::Dashed) });
    let points = targets.iter().copied().zip(rates.iter().copied()).collect();
    panel.marks.push(Mark::Dots { points, radius: 1.8, colour: colour.into(), opacity: 0.7 });
    panel
}
