//! Pens and axes of the bench's figures.

use lobule_study::report::chart::{Axis, Tick};
use lobule_study::report::numbers::superscript;
use lobule_study::report::palette::GUIDE;
use lobule_study::report::svg::{INK, Stroke};

/// A thin line that guides the eye.
pub fn guide() -> Stroke {
    Stroke::new(GUIDE, 1.0)
}

/// 10ⁿ in letters.
pub fn power_of_ten(n: i32) -> String {
    match n {
        0 => "1".into(),
        1 => "10".into(),
        -1 => "0.1".into(),
        n => format!("10{}", superscript(n)),
    }
}

/// An axis of decimal logarithms from 10^low to 10^high with a tick at every `every` decades.
pub fn decades(label: &str, low: i32, high: i32, every: i32) -> Axis {
    let tick =
        |n: i32| Tick { at: f64::from(n), text: power_of_ten(n), under: String::new(), colour: INK.into() };
    let ticks = (low..=high).filter(|n| (n - low) % every == 0).map(tick).collect();
    Axis::exact(label, f64::from(low), f64::from(high)).named(ticks)
}

/// Trials on a logarithmic axis: trial k is drawn at log10(k + 1), so that the first has its place.
pub fn trial_axis(trials: usize) -> Axis {
    let tick =
        |k: usize| Tick { at: trial_at(k), text: k.to_string(), under: String::new(), colour: INK.into() };
    let ticks = [0, 1, 3, 10, 30, 100, 400, 1000].into_iter().filter(|k| *k <= trials).map(tick).collect();
    Axis::exact("trial", 0.0, trial_at(trials)).named(ticks)
}

/// Place of a trial on [`trial_axis`].
pub fn trial_at(k: usize) -> f64 {
    libm::log10(k as f64 + 1.0)
}
