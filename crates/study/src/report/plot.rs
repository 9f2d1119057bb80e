//! Charts drawn as SVG: the plain data of [`super::chart`] become lines, areas and letters.
//!
//! Panels stand in rows and line up to the pixel; the legend is one row above them. Sizes are px of a plate that is
//! read at its own width or a little less. Spikes are too many for a browser to lay out one by one: they are drawn
//! as one picture of pixels inside the drawing.

use super::chart::{Axis, Cell, Key, Mark, Panel, Plate, SHADE, Swatch, WIDTH, round_step};
use super::figure::Figure;
use super::numbers::signed;
use super::svg::{Anchor, Drawing, FAINT, INK, Lettering, Stroke, rgb, width_of};
use crate::Error;

/// Size of titles and axis labels, px.
const LABEL: f64 = 13.0;
/// Size of tick labels, legend and notes, px.
const SMALL: f64 = 12.0;
/// Space above a panel for its title, px.
const TOP: f64 = 24.0;
/// Space under a panel for ticks and label, px.
const BOTTOM: f64 = 44.0;
/// The same where the axis has no label, px.
const BARE_BOTTOM: f64 = 26.0;
/// Space at the right of a panel, px.
const RIGHT: f64 = 24.0;
/// Height of one row of the legend, px.
const LEGEND_ROW: f64 = 20.0;
/// Length of a tick, px.
const TICK: f64 = 5.0;
/// Cells above which a picture of pixels is drawn in their place.
const MOST_CELLS: usize = 3000;
/// Steps on an axis above which another step is taken.
const MOST_TICKS: f64 = 100.0;
/// Pixels of that picture to a px of the drawing.
const SCALE: f64 = 2.0;

impl Plate {
    /// The figure of that name with a caption.
    ///
    /// # Errors
    /// [`Error::Figure`] when nothing is on the plate.
    pub fn figure(&self, caption: impl Into<String>) -> Result<Figure, Error> {
        Ok(Figure::svg(&self.name, caption, svg(self)?))
    }
}

/// The plate as the text of an SVG file; equal plates give equal texts.
pub fn svg(plate: &Plate) -> Result<String, Error> {
    let failed = |what: String| Error::Figure { figure: plate.name.clone(), what };
    if plate.panels.is_empty() {
        return Err(failed("no panel to draw".into()));
    }
    let columns = plate.columns.min(plate.panels.len());
    let gutters = plate.left.0 + (columns - 1) as f64 * plate.left.1 + columns as f64 * RIGHT;
    let inner = (WIDTH - gutters) / columns as f64;
    let rows = legend_rows(&plate.legend);
    // Rows whose panels have no label under the axis are closer together.
    let mut row_tops = vec![rows];
    for row in plate.panels.chunks(columns) {
        let bottom = if row.iter().all(|p| p.x.label.is_empty()) { BARE_BOTTOM } else { BOTTOM };
        row_tops.push(row_tops[row_tops.len() - 1] + TOP + plate.panel_height + bottom);
    }
    let mut drawing = Drawing::new(WIDTH, row_tops[row_tops.len() - 1] + 4.0);
    legend(&mut drawing, &plate.legend);
    for (k, panel) in plate.panels.iter().enumerate() {
        let (left, gutter) = match k % columns {
            0 => (plate.left.0, plate.left.0),
            n => (plate.left.0 + n as f64 * (inner + RIGHT + plate.left.1), plate.left.1),
        };
        let (top, height) = (row_tops[k / columns] + TOP, plate.panel_height);
        let letter = (plate.panels.len() > 1).then(|| char::from(plate.first_letter as u8 + (k % 26) as u8));
        let frame = Frame { left, top, inner, height, panel };
        frame.draw(&mut drawing, letter, gutter, k).map_err(failed)?;
    }
    Ok(drawing.finish())
}

/// One panel in its place.
struct Frame<'a> {
    left: f64,
    top: f64,
    inner: f64,
    height: f64,
    panel: &'a Panel,
}

impl Frame<'_> {
    fn x(&self, value: f64) -> f64 {
        let axis = &self.panel.x;
        self.left + (value - axis.low) / (axis.high - axis.low) * self.inner
    }

    fn y(&self, value: f64) -> f64 {
        let axis = &self.panel.y;
        self.top + (axis.high - value) / (axis.high - axis.low) * self.height
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x(x), self.y(y))
    }

    fn draw(&self, out: &mut Drawing, letter: Option<char>, gutter: f64, index: usize) -> Result<(), String> {
        let panel = self.panel;
        let bottom = self.top + self.height;
        // Shades and cells lie under axes and curves.
        for &(from, to) in &panel.shades {
            let (from, to) = (self.x(from.max(panel.x.low)), self.x(to.min(panel.x.high)));
            out.block((from, self.top), (to - from, self.height), SHADE);
        }
        for mark in &panel.marks {
            if let Mark::Cells(cells) = mark {
                self.cells(out, cells)?;
            }
        }
        let axis = Stroke::new(INK, 1.0);
        out.line(&[(self.left, bottom), (self.left + self.inner, bottom)], &axis);
        out.line(&[(self.left, self.top), (self.left, bottom)], &axis);
        for value in ticks(&panel.x) {
            let x = self.x(value);
            out.line(&[(x, bottom), (x, bottom + TICK)], &axis);
            out.text(
                (x, bottom + 16.0),
                &label(value, step(&panel.x)),
                Lettering::new(SMALL, Anchor::Middle),
            );
        }
        for value in ticks(&panel.y) {
            let y = self.y(value);
            out.line(&[(self.left - TICK, y), (self.left, y)], &axis);
            let look = Lettering::new(SMALL, Anchor::End);
            out.text((self.left - 8.0, y + 4.4), &label(value, step(&panel.y)), look);
        }
        let clip = format!("clip{index}");
        out.begin_clip(&clip, (self.left, self.top), (self.inner, self.height));
        for level in &panel.levels {
            let (x, y) = (self.x(level.at), self.y(level.at));
            let ends = match level.is_vertical {
                true => [(x, self.top), (x, bottom)],
                false => [(self.left, y), (self.left + self.inner, y)],
            };
            out.line(&ends, &level.stroke);
        }
        panel.marks.iter().for_each(|mark| self.mark(out, mark));
        out.end_clip();
        self.letters(out, letter, gutter);
        Ok(())
    }

    /// Title, axis labels, named ticks, notes.
    fn letters(&self, out: &mut Drawing, letter: Option<char>, gutter: f64) {
        let panel = self.panel;
        let (bottom, above) = (self.top + self.height, self.top - 9.0);
        let bold = Lettering::new(LABEL, Anchor::Start).bold();
        let title_at = self.left + if letter.is_some() { 18.0 } else { 0.0 };
        if let Some(letter) = letter {
            out.text((self.left, above), &letter.to_string(), bold);
        }
        out.text((title_at, above), &panel.title, bold);
        let middle = Lettering::new(LABEL, Anchor::Middle);
        out.text((self.left + self.inner / 2.0, bottom + 37.0), &panel.x.label, middle);
        out.upright((self.left - gutter + 13.0, self.top + self.height / 2.0), &panel.y.label, middle);
        for tick in panel.y.named.iter().flatten() {
            let (x, y) = (self.left - 8.0, self.y(tick.at));
            let up = if tick.under.is_empty() { 0.0 } else { 6.0 };
            out.text((x, y + 4.0 - up), &tick.text, Lettering::new(SMALL, Anchor::End).color(&tick.color));
            out.text((x, y + 10.0), &tick.under, Lettering::new(SMALL - 2.0, Anchor::End).color(FAINT));
        }
        for tick in panel.x.named.iter().flatten() {
            let look = Lettering::new(SMALL, Anchor::Middle).color(&tick.color);
            out.text((self.x(tick.at), bottom + 17.0), &tick.text, look);
        }
        for note in &panel.notes {
            out.text(self.at(note.at), &note.text, Lettering::new(SMALL, note.anchor).color(&note.color));
        }
    }

    fn mark(&self, out: &mut Drawing, mark: &Mark) {
        match mark {
            Mark::Line { points, stroke } => {
                for piece in points.split(|(x, y)| !(x.is_finite() && y.is_finite())) {
                    out.line(&piece.iter().map(|p| self.at(*p)).collect::<Vec<_>>(), stroke);
                }
            }
            Mark::Band { edges, color, opacity } => {
                let edges: Vec<_> = edges.iter().filter(|e| e.1.is_finite() && e.2.is_finite()).collect();
                let lower = edges.iter().map(|e| self.at((e.0, e.1)));
                let upper = edges.iter().rev().map(|e| self.at((e.0, e.2)));
                out.area(&lower.chain(upper).collect::<Vec<_>>(), color, *opacity);
            }
            Mark::Dots { points, radius, color, opacity } => {
                let finite = points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
                out.dots(&finite.map(|p| self.at(*p)).collect::<Vec<_>>(), *radius, color, *opacity);
            }
            Mark::Cells(_) => {}
        }
    }

    fn cells(&self, out: &mut Drawing, cells: &[Cell]) -> Result<(), String> {
        if cells.len() > MOST_CELLS {
            return self.pixels(out, cells);
        }
        for cell in cells {
            let (left, top) = self.at((cell.x.0, cell.y.1));
            let (right, bottom) = self.at((cell.x.1, cell.y.0));
            out.block((left, top), (right - left, bottom - top), &cell.color);
        }
        Ok(())
    }

    /// Cells as a picture; what is smaller than a pixel is drawn as one.
    fn pixels(&self, out: &mut Drawing, cells: &[Cell]) -> Result<(), String> {
        let (width, height) = ((SCALE * self.inner).ceil() as usize, (SCALE * self.height).ceil() as usize);
        let mut rgba = vec![0u8; 4 * width * height];
        let span = |from: f64, to: f64, end: usize| {
            let first = (SCALE * from).round().clamp(0.0, end as f64) as usize;
            let last = (SCALE * to).round().clamp(0.0, end as f64) as usize;
            first..last.max(first + 1).min(end)
        };
        for cell in cells {
            let (left, top) = self.at((cell.x.0, cell.y.1));
            let (right, bottom) = self.at((cell.x.1, cell.y.0));
            let [red, green, blue] = rgb(&cell.color);
            for y in span(top - self.top, bottom - self.top, height) {
                for x in span(left - self.left, right - self.left, width) {
                    rgba[4 * (y * width + x)..][..4].copy_from_slice(&[red, green, blue, 255]);
                }
            }
        }
        let mut data = Vec::new();
        let mut encoder = png::Encoder::new(&mut data, width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rgba));
        written.map_err(|e| format!("{e}; this is a bug of lobule"))?;
        out.picture((self.left, self.top), (width as f64 / SCALE, height as f64 / SCALE), &data);
        Ok(())
    }
}

/// Distance of the ticks of an axis: its step, or a round one where the axis became much longer than its step was made for.
fn step(axis: &Axis) -> f64 {
    let length = axis.high - axis.low;
    if length / axis.step > MOST_TICKS { round_step(length) } else { axis.step }
}

/// Multiples of the step that lie on an axis without named ticks.
fn ticks(axis: &Axis) -> Vec<f64> {
    let step = step(axis);
    if axis.named.is_some() || step.is_nan() || step <= 0.0 {
        return Vec::new();
    }
    let room = 1e-9 * (axis.high - axis.low);
    let (first, last) = (((axis.low - room) / step).ceil(), ((axis.high + room) / step).floor());
    (0..).map(|k| first + f64::from(k)).take_while(|n| *n <= last).map(|n| n * step).collect()
}

/// A tick label with as many decimals as the step needs.
fn label(value: f64, step: f64) -> String {
    let decimals = (0..6).find(|d| ((step * 10f64.powi(*d)).round() - step * 10f64.powi(*d)).abs() < 1e-6);
    signed(value, decimals.unwrap_or(6) as usize)
}

/// Where an entry of the legend stands: left end, texts at the two ends of its sample, width of the sample.
struct Entry {
    x: f64,
    y: f64,
    /// Room for the texts at the two ends of a scale.
    ends: [f64; 2],
    sample: f64,
}

/// The entries in rows that wrap at the width of the plate.
fn entries(keys: &[Key]) -> Vec<Entry> {
    let (mut x, mut y) = (10.0, 15.0);
    let place = |key: &Key| {
        let (sample, ends) = match &key.swatch {
            Swatch::Scale(_, low, high) => (160.0, [low, high].map(|text| width_of(text, SMALL) + 6.0)),
            _ => (24.0, [0.0; 2]),
        };
        let width = ends[0] + sample + ends[1] + 7.0 + width_of(&key.label, SMALL) + 16.0;
        if x > 10.0 && x + width > WIDTH {
            (x, y) = (10.0, y + LEGEND_ROW);
        }
        let entry = Entry { x, y, ends, sample };
        x += width;
        entry
    };
    keys.iter().map(place).collect()
}

/// Height of the legend.
fn legend_rows(keys: &[Key]) -> f64 {
    entries(keys).last().map_or(0.0, |entry| entry.y + 9.0)
}

fn legend(out: &mut Drawing, keys: &[Key]) {
    for (key, Entry { x, y, ends, sample }) in keys.iter().zip(entries(keys)) {
        let from = x + ends[0];
        match &key.swatch {
            Swatch::Line(stroke) => out.line(&[(from, y - 4.0), (from + sample, y - 4.0)], stroke),
            Swatch::Block(color) => out.block((from + 2.0, y - 10.0), (20.0, 12.0), color),
            Swatch::Dot(color) => out.dots(&[(from + sample / 2.0, y - 4.0)], 3.5, color, 1.0),
            Swatch::Scale(colors, low, high) => {
                let step = sample / colors.len().max(1) as f64;
                for (k, color) in colors.iter().enumerate() {
                    out.block((from + k as f64 * step, y - 10.0), (step + 0.3, 12.0), color);
                }
                out.text((from - 6.0, y), low, Lettering::new(SMALL, Anchor::End));
                out.text((from + sample + 6.0, y), high, Lettering::new(SMALL, Anchor::Start));
            }
        }
        let at = (from + sample + ends[1] + 7.0, y);
        out.text(at, &key.label, Lettering::new(SMALL, Anchor::Start));
    }
}
