//! A chart as plain data, with no word of how it is drawn. A plate holds
//! panels; a panel holds axes, marks and texts in data units.

use super::svg::{Anchor, Stroke};

/// Width of a plate, px.
pub const WIDTH: f64 = 760.0;

/// A tick with a text of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Place on the axis, data units.
    pub at: f64,
    /// Label.
    pub text: String,
    /// Second line, smaller; may be empty.
    pub under: String,
    /// Color of the label.
    pub color: String,
}

/// One axis of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Quantity and unit; empty where the neighboring panel says it.
    pub label: String,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Distance of ticks.
    pub step: f64,
    /// Named ticks in place of numbers.
    pub named: Option<Vec<Tick>>,
}

impl Axis {
    /// An axis with given ends; the ticks are at round numbers.
    pub fn exact(label: &str, low: f64, high: f64) -> Self {
        let (low, high) = if (high - low).is_finite() { (low, high) } else { (0.0, 1.0) };
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
        Self { label: label.into(), low, high, step: round_step(high - low), named: None }
    }

    /// An axis that covers all finite values with a little room; an end at zero stays at zero.
    pub fn covering(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values.into_iter().filter(|v| v.is_finite()));
        let room = 0.06 * (high - low);
        let (below, above) = (if low == 0.0 { 0.0 } else { room }, if high == 0.0 { 0.0 } else { room });
        Self::exact(label, low - below, high + above)
    }

    /// The same axis with named ticks.
    pub fn named(mut self, ticks: Vec<Tick>) -> Self {
        self.named = Some(ticks);
        self
    }

    /// The same axis with ticks at multiples of a given step.
    pub fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }
}

/// Least and largest of the values that are numbers.
pub(super) fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

/// The 1-2-5 step that gives three to seven intervals or so.
pub(super) fn round_step(span: f64) -> f64 {
    let raw = span / 7.0;
    let unit = 10f64.powi(libm::log10(raw).floor() as i32);
    [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * unit).find(|s| *s >= raw * 0.999).unwrap_or(unit)
}

/// A filled rectangle in data units.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Left and right.
    pub x: (f64, f64),
    /// Lower and upper.
    pub y: (f64, f64),
    /// `#rrggbb`.
    pub color: String,
}

/// Something drawn in a panel.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A polyline; a point that is not finite breaks it.
    Line {
        /// (x, y).
        points: Vec<(f64, f64)>,
        /// Pen.
        stroke: Stroke,
    },
    /// The area between two curves.
    Band {
        /// (x, lower, upper).
        edges: Vec<(f64, f64, f64)>,
        /// `#rrggbb`.
        color: String,
        /// 0 to 1.
        opacity: f64,
    },
    /// Discs.
    Dots {
        /// (x, y).
        points: Vec<(f64, f64)>,
        /// Radius, px.
        radius: f64,
        /// `#rrggbb`.
        color: String,
        /// 0 to 1.
        opacity: f64,
    },
    /// Rectangles: heat maps, spikes.
    Cells(Vec<Cell>),
}

/// A straight line across a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Place, data units.
    pub at: f64,
    /// True: at a value of x.
    pub is_vertical: bool,
    /// Pen.
    pub stroke: Stroke,
}

/// A text in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Place, data units.
    pub at: (f64, f64),
    /// Text.
    pub text: String,
    /// Side of the place.
    pub anchor: Anchor,
    /// `#rrggbb`.
    pub color: String,
}

/// One chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Title, at the left above the chart.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Shaded spans of x.
    pub shades: Vec<(f64, f64)>,
    /// Straight lines across.
    pub levels: Vec<Level>,
    /// Marks, later over earlier.
    pub marks: Vec<Mark>,
    /// Texts.
    pub notes: Vec<Note>,
}

impl Panel {
    /// An empty panel.
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        let (shades, levels, marks, notes) = Default::default();
        Self { title: title.into(), x, y, shades, levels, marks, notes }
    }
}

/// The sample beside a text of the legend.
#[derive(Debug, Clone, PartialEq)]
pub enum Swatch {
    /// A stroke of a pen.
    Line(Stroke),
    /// A block of a color.
    Block(String),
    /// A disc of a color.
    Dot(String),
    /// A scale of colors with the texts at its two ends.
    Scale(Vec<String>, String, String),
}

/// One entry of the legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Text.
    pub label: String,
    /// Sample.
    pub swatch: Swatch,
}

impl Key {
    /// An entry for a line.
    pub fn line(label: &str, stroke: Stroke) -> Self {
        Self { label: label.into(), swatch: Swatch::Line(stroke) }
    }

    /// An entry for an area.
    pub fn block(label: &str, color: &str) -> Self {
        Self { label: label.into(), swatch: Swatch::Block(color.into()) }
    }
}

/// Color of shaded spans.
pub const SHADE: &str = "#eceff1";

/// A figure of one or more panels in rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Plate {
    /// Name of the figure.
    pub name: String,
    /// Panels in one row.
    pub columns: usize,
    /// Height of the area inside the axes, px.
    pub panel_height: f64,
    /// Space at the left of the first column and of the others, px.
    pub left: (f64, f64),
    /// Panels, row by row; those of more than one get letters.
    pub panels: Vec<Panel>,
    /// Letter of the first panel: `A`, or the one that the same panel has in a paper.
    pub first_letter: char,
    /// Legend, above the panels.
    pub legend: Vec<Key>,
}

impl Plate {
    /// An empty plate.
    pub fn new(name: &str, columns: usize, panel_height: f64) -> Self {
        let (columns, left, first_letter) = (columns.max(1), (58.0, 58.0), 'A');
        let (panels, legend) = Default::default();
        Self { name: name.into(), columns, panel_height, left, panels, first_letter, legend }
    }
}
