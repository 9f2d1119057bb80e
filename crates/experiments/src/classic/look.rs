//! Axes of the figures of eye movements.

use lobule_study::report::chart::{Axis, Level, Tick};
use lobule_study::report::numbers::plain;
use lobule_study::report::palette::GUIDE;
use lobule_study::report::svg::{Dash, INK, Stroke};

/// A logarithmic axis of frequency through all of `hz`, with a tick at round ones; places are [`frequency_at`].
pub fn frequency_axis(label: &str, hz: &[f64]) -> Axis {
    let (low, high) =
        hz.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), f| (low.min(*f), high.max(*f)));
    let tick =
        |f: f64| Tick { at: frequency_at(f), text: plain(f), under: String::new(), colour: INK.into() };
    let round = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
    let ticks = round.into_iter().filter(|f| (low * 0.99..=high * 1.01).contains(f)).map(tick).collect();
    let room = 0.04 * (frequency_at(high) - frequency_at(low)).max(0.5);
    Axis::exact(label, frequency_at(low) - room, frequency_at(high) + room).named(ticks)
}

/// Place of a frequency on [`frequency_axis`].
pub fn frequency_at(hz: f64) -> f64 {
    libm::log10(hz)
}

/// A dotted line across at `at`.
pub fn level(at: f64) -> Level {
    Level { at, is_vertical: false, stroke: Stroke::new(GUIDE, 1.2).dash(Dash::Dotted) }
}
