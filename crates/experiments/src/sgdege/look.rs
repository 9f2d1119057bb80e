//! Panels that figures of these experiments share.

use lobule_study::report::drawing::*;

/// The broken line that guides the eye.
pub(super) fn guide() -> Stroke {
    Stroke::new(GUIDE, 1.2).dash(Dash::Dashed)
}

/// Rates of nuclear cells against their targets, with the line of equality. Both axes end at a multiple of 20 Hz above 60 Hz
/// and all of `covered`.
pub(super) fn rates_against_targets(
    title: &str,
    rates: &[f64],
    targets: &[f64],
    covered: &[&[f64]],
    color: &str,
) -> Panel {
    let highest = covered.iter().copied().flatten().fold(60.0f64, |m, v| m.max(*v));
    let ceiling = 20.0 * (highest / 20.0).ceil();
    let axis = |label| Axis::exact(label, 0.0, ceiling).step(20.0);
    let mut panel = Panel::new(title, axis("target R (Hz)"), axis("rate PN (Hz)"));
    panel.line([(0.0, 0.0), (ceiling, ceiling)], Stroke::guide().dash(Dash::Dashed));
    panel.pale_dots(targets.iter().copied().zip(rates.iter().copied()), 1.8, color, 0.7);
    panel
}
