//! Scales and cells of the figures.

use lobule_study::report::chart::{Cell, Tick};
use lobule_study::report::svg::INK;

/// What was not reached or not measured.
pub const VOID: &str = "#e4e4e4";

/// A colour between pale yellow (0) and dark blue (1), darker all the way. Source: ColorBrewer YlGnBu.
pub fn shade(share: f64) -> String {
    const STOPS: [[f64; 3]; 6] = [
        [255.0, 255.0, 204.0],
        [199.0, 233.0, 180.0],
        [127.0, 205.0, 187.0],
        [65.0, 182.0, 196.0],
        [44.0, 127.0, 184.0],
        [37.0, 52.0, 148.0],
    ];
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let k = (at as usize).min(STOPS.len() - 2);
    let mix = |c: usize| {
        let part = at - k as f64;
        (STOPS[k][c] * (1.0 - part) + STOPS[k + 1][c] * part).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// The colour of text on [`shade`].
pub fn text_on(share: f64) -> &'static str {
    if share > 0.6 { "#ffffff" } else { INK }
}

/// A named tick.
pub fn tick(at: f64, text: impl Into<String>) -> Tick {
    Tick { at, text: text.into(), under: String::new(), colour: INK.into() }
}

/// A cell of a grid in column `x` and row `y`.
pub fn cell(x: usize, y: usize, colour: String) -> Cell {
    let (x, y) = (x as f64, y as f64);
    Cell { x: (x - 0.48, x + 0.48), y: (y - 0.46, y + 0.46), colour }
}
