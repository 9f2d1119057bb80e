//! Axes, guides and marks that figures share.

use super::chart::{Axis, Cell, Key, Level, Mark, Note, Panel, Plate, Swatch, Tick, ends};
use super::numbers::{plain, superscript};
use super::palette::GUIDE;
use super::svg::{Anchor, Dash, INK, Stroke, rgb, tint};

impl Tick {
    /// A tick with a text in the color of ink.
    pub fn new(at: f64, text: impl Into<String>) -> Self {
        Self { at, text: text.into(), under: String::new(), color: INK.into() }
    }
}

impl Level {
    /// A thin dotted line across at a value of y.
    pub fn across(at: f64) -> Self {
        Self { at, is_vertical: false, stroke: Stroke::new(GUIDE, 1.0).dash(Dash::Dotted) }
    }

    /// A thin dotted line upright at a value of x.
    pub fn upright(at: f64) -> Self {
        Self { is_vertical: true, ..Self::across(at) }
    }

    /// The same line with another pen.
    pub fn pen(mut self, stroke: Stroke) -> Self {
        self.stroke = stroke;
        self
    }
}

impl Stroke {
    /// A thin line that guides the eye.
    pub fn guide() -> Self {
        Self::new(GUIDE, 1.0)
    }

    /// The thin, pale line of one seed among others.
    pub fn one_seed(color: &str) -> Self {
        Self::new(&tint(color, 0.45), 0.9)
    }
}

impl Mark {
    /// A line through points.
    pub fn line(points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) -> Self {
        Self::Line { points: points.into_iter().collect(), stroke }
    }

    /// A line with a value every `step`, the first at `from`.
    pub fn series(values: &[f64], from: f64, step: f64, stroke: Stroke) -> Self {
        Self::line(Self::points(values, from, step), stroke)
    }

    /// Points with a value every `step`, the first at `from`: what [`Mark::series`] joins.
    pub fn points(values: &[f64], from: f64, step: f64) -> Vec<(f64, f64)> {
        values.iter().enumerate().map(|(k, &v)| (from + step * k as f64, v)).collect()
    }

    /// Opaque discs.
    pub fn dots(points: impl IntoIterator<Item = (f64, f64)>, radius: f64, color: &str) -> Self {
        Self::Dots { points: points.into_iter().collect(), radius, color: color.into(), opacity: 1.0 }
    }
}

impl Plate {
    /// Adds a line to the legend.
    pub fn line_key(&mut self, label: &str, stroke: Stroke) {
        self.legend.push(Key::line(label, stroke));
    }
}

impl Panel {
    /// Draws a line through points.
    pub fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
        self.marks.push(Mark::line(points, stroke));
    }

    /// Draws pale discs, `opacity` from 0 to 1.
    pub fn pale_dots(
        &mut self,
        points: impl IntoIterator<Item = (f64, f64)>,
        radius: f64,
        color: &str,
        opacity: f64,
    ) {
        let points = points.into_iter().collect();
        self.marks.push(Mark::Dots { points, radius, color: color.into(), opacity });
    }

    /// Writes a text at a place.
    pub fn note(&mut self, at: (f64, f64), text: impl Into<String>, anchor: Anchor, color: &str) {
        self.notes.push(Note { at, text: text.into(), anchor, color: color.into() });
    }

    /// Draws one line for each seed: the first with the pen, the others thin and pale behind it.
    pub fn seeds(&mut self, lines: impl IntoIterator<Item = Vec<(f64, f64)>>, pen: &Stroke) {
        let mut lines: Vec<_> = lines.into_iter().collect();
        let rest = lines.split_off(1.min(lines.len()));
        self.marks.extend(rest.into_iter().rev().map(|line| Mark::line(line, Stroke::one_seed(&pen.color))));
        self.marks.extend(lines.into_iter().map(|line| Mark::line(line, pen.clone())));
    }

    /// Labels the vertical axis, which then covers all lines of the panel and `also`.
    pub fn cover(&mut self, label: &str, also: impl IntoIterator<Item = f64>) {
        let lines = self.marks.iter().flat_map(|mark| match mark {
            Mark::Line { points, .. } => points.as_slice(),
            _ => &[],
        });
        self.y = Axis::covering(label, lines.map(|p| p.1).chain(also));
    }

    /// Adds a line with a dot at each point; points that are not finite are left out of both.
    pub fn curve(&mut self, points: impl IntoIterator<Item = (f64, f64)>, radius: f64, stroke: &Stroke) {
        let points: Vec<(f64, f64)> = points.into_iter().filter(|p| p.1.is_finite()).collect();
        self.marks.push(Mark::line(points.iter().copied(), stroke.clone()));
        self.marks.push(Mark::dots(points, radius, &stroke.color));
    }
}

impl Cell {
    /// An upright bar from 0 to a height.
    pub fn bar(center: f64, half_width: f64, height: f64, color: &str) -> Self {
        let (x, y) = ((center - half_width, center + half_width), (height.min(0.0), height.max(0.0)));
        Self { x, y, color: color.into() }
    }
}

impl Key {
    /// An entry for a dot.
    pub fn dot(label: &str, color: &str) -> Self {
        Self { label: label.into(), swatch: Swatch::Dot(color.into()) }
    }

    /// An entry for the scale of [`shade`], with the texts at its pale and its dark end.
    pub fn scale(label: &str, pale: &str, dark: &str) -> Self {
        let colors = (0..6).map(|k| shade(f64::from(k) / 5.0)).collect();
        Self { label: label.into(), swatch: Swatch::Scale(colors, pale.into(), dark.into()) }
    }
}

impl Axis {
    /// An axis with one named place for each entry: 0, 1, 2 and so on.
    pub fn categories<T: Into<String>>(label: &str, names: impl IntoIterator<Item = T>) -> Self {
        let ticks = names.into_iter().enumerate().map(|(k, name)| Tick::new(k as f64, name));
        let ticks: Vec<Tick> = ticks.collect();
        Self::exact(label, -0.5, ticks.len() as f64 - 0.5).named(ticks)
    }

    /// An axis of decimal logarithms, from 10^`low` to 10^`high`, with a tick at every `every` decades. Places are log10 of
    /// the value.
    pub fn decades(label: &str, low: i32, high: i32, every: i32) -> Self {
        let ticks = (low..=high).filter(|n| (n - low) % every == 0);
        let ticks = ticks.map(|n| Tick::new(f64::from(n), power_of_ten(n))).collect();
        Self::exact(label, f64::from(low), f64::from(high)).named(ticks)
    }

    /// The same from a value to a value, with a tick at every whole decade.
    pub fn log10(label: &str, low: f64, high: f64) -> Self {
        let axis = Self::exact(label, libm::log10(low), libm::log10(high));
        let whole = (axis.low.ceil() as i32)..=(axis.high.floor() as i32);
        axis.named(whole.map(|n| Tick::new(f64::from(n), power_of_ten(n))).collect())
    }

    /// An axis with the given values named at log2 of them.
    pub fn doublings(label: &str, values: &[usize]) -> Self {
        let (low, high) = ends(values.iter().map(|&v| libm::log2(v as f64)));
        let room = 0.06 * (high - low).max(1.0);
        let ticks = values.iter().map(|&v| Tick::new(libm::log2(v as f64), v.to_string())).collect();
        Self::exact(label, low - room, high + room).named(ticks)
    }

    /// A logarithmic axis of frequency through all of `hz`, with a tick at round ones. Places are log10 of the frequency.
    pub fn frequency(label: &str, hz: &[f64]) -> Self {
        let (low, high) = ends(hz.iter().copied());
        let round = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];
        let shown = round.into_iter().filter(|f| (low * 0.99..=high * 1.01).contains(f));
        let ticks = shown.map(|f| Tick::new(libm::log10(f), plain(f))).collect();
        let room = 0.04 * (libm::log10(high) - libm::log10(low)).max(0.5);
        Self::exact(label, libm::log10(low) - room, libm::log10(high) + room).named(ticks)
    }

    /// Trials on a logarithmic axis that has a place for the first; places are [`trial_at`].
    pub fn trials(trials: usize) -> Self {
        let shown = [0, 1, 3, 10, 30, 100, 400, 1000].into_iter().filter(|k| *k <= trials);
        let ticks = shown.map(|k| Tick::new(trial_at(k), k.to_string())).collect();
        Self::exact("trial", 0.0, trial_at(trials)).named(ticks)
    }
}

/// Place of trial `k` on [`Axis::trials`]: log10(k + 1).
pub fn trial_at(k: usize) -> f64 {
    libm::log10(k as f64 + 1.0)
}

/// 10ⁿ in letters.
pub fn power_of_ten(n: i32) -> String {
    match n {
        -2 => "0.01".into(),
        -1 => "0.1".into(),
        0..=3 => 10_i32.pow(n as u32).to_string(),
        n => format!("10{}", superscript(n)),
    }
}

/// Color of what was not reached or not measured.
pub const VOID: &str = "#e4e4e4";

/// A color between pale yellow (0) and dark blue (1), darker all the way. Source: ColorBrewer YlGnBu.
pub fn shade(share: f64) -> String {
    const STOPS: [&str; 6] = ["#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494"];
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let k = (at as usize).min(STOPS.len() - 2);
    let (low, high, part) = (rgb(STOPS[k]), rgb(STOPS[k + 1]), at - k as f64);
    let [red, green, blue] =
        [0, 1, 2].map(|c| (f64::from(low[c]) * (1.0 - part) + f64::from(high[c]) * part).round() as u8);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Color of text on [`shade`].
pub fn text_on(share: f64) -> &'static str {
    if share > 0.6 { "#ffffff" } else { INK }
}

/// A cell of a grid in column `x` and row `y`.
pub fn grid_cell(x: usize, y: usize, color: String) -> Cell {
    let (x, y) = (x as f64, y as f64);
    Cell { x: (x - 0.48, x + 0.48), y: (y - 0.46, y + 0.46), color }
}
