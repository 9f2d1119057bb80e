//! Draws charts with kuva.
//!
//! This is the only module that knows kuva; a chart itself is plain data
//! ([`super::chart`]). kuva draws axes, ticks, lines, bands and dots of one
//! panel and writes the file; panels, titles, axis labels and the legend are
//! placed here, so that panels line up to the pixel and the legend is one row.
//! Sizes are px of a plate made to be read at its own width or a little less.

use super::chart::{Cell, Key, Mark, Panel, Plate, SHADE, Swatch, WIDTH};
use super::svg::{Anchor, FAINT, FONTS, INK, PAPER, width_of};
use crate::Error;
use kuva::plot::{BandPlot, LinePlot, LineStyle, ScatterPlot};
use kuva::prelude::{Plot, ReferenceLine, TickFormat};
use kuva::render::color::Color;
use kuva::render::layout::Layout;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};
use kuva::render::theme::Theme;
use std::sync::Arc;

/// Size of titles and axis labels, px.
const LABEL: u32 = 13;
/// Size of tick labels, legend and notes, px.
const SMALL: u32 = 12;
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

/// The plate as the text of an SVG file; equal plates give equal texts.
///
/// # Errors
/// [`Error::Figure`] when nothing is on the plate.
pub fn svg(plate: &Plate) -> Result<String, Error> {
    let scene = scene(plate)?;
    let text = kuva::backend::svg::SvgBackend::new().render_scene(&scene);
    // kuva gives a fixed size only; with a view box the drawing scales to the page.
    let view = format!(" viewBox=\"0 0 {} {}\" width=", scene.width, scene.height);
    Ok(text.replacen(" width=", &view, 1))
}

/// The plate as the bytes of a PNG file of twice its size in px.
///
/// # Errors
/// [`Error::Figure`] when nothing is on the plate or the encoder fails.
pub fn png(plate: &Plate) -> Result<Vec<u8>, Error> {
    kuva::backend::png::PngBackend::new()
        .with_scale(2.0)
        .render_scene(&scene(plate)?)
        .map_err(|what| Error::Figure { figure: plate.name.clone(), what })
}

fn scene(plate: &Plate) -> Result<Scene, Error> {
    if plate.panels.is_empty() {
        return Err(Error::Figure { figure: plate.name.clone(), what: "no panel to draw".into() });
    }
    let columns = plate.columns.min(plate.panels.len());
    let gutters = plate.left.0 + (columns - 1) as f64 * plate.left.1 + columns as f64 * RIGHT;
    let inner = (WIDTH - gutters) / columns as f64;
    let (legend, legend_height) = legend_marks(&plate.legend);
    // Rows whose panels have no label under the axis are closer together.
    let mut row_tops = vec![legend_height];
    for row in plate.panels.chunks(columns) {
        let bottom = if row.iter().all(|p| p.x.label.is_empty()) { BARE_BOTTOM } else { BOTTOM };
        row_tops.push(row_tops[row_tops.len() - 1] + TOP + plate.panel_height + bottom);
    }

    let mut scene = Scene::new(WIDTH, row_tops[row_tops.len() - 1] + 4.0);
    scene.background_color = Some(PAPER.into());
    scene.text_color = Some(INK.into());
    scene.font_family = Some(FONTS.into());
    scene.elements.extend(legend);

    for (k, panel) in plate.panels.iter().enumerate() {
        let column = k % columns;
        let left = if column == 0 { plate.left.0 } else { plate.left.1 };
        let x0 = if column == 0 {
            0.0
        } else {
            plate.left.0 + inner + RIGHT + (column - 1) as f64 * (plate.left.1 + inner + RIGHT)
        };
        let y0 = row_tops[k / columns];
        let frame = Frame { left, inner, height: plate.panel_height, panel };
        let letter = (plate.panels.len() > 1).then(|| char::from(plate.first_letter as u8 + (k % 26) as u8));
        scene.add(Primitive::GroupStart {
            transform: Some(format!("translate({x0:.2},{y0:.2})")),
            title: None,
            extra_attrs: None,
        });
        frame.draw(&mut scene, letter, k);
        scene.add(Primitive::GroupEnd);
    }
    Ok(scene)
}

/// One panel in its place.
struct Frame<'a> {
    left: f64,
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
        TOP + (axis.high - value) / (axis.high - axis.low) * self.height
    }

    fn draw(&self, scene: &mut Scene, letter: Option<char>, index: usize) {
        let panel = self.panel;
        // Shades and cells lie under axes and curves; kuva would lay shades over the axes.
        for &(from, to) in &panel.shades {
            let (from, to) = (self.x(from.max(panel.x.low)), self.x(to.min(panel.x.high)));
            scene.add(block(from, TOP, to - from, self.height, SHADE));
        }
        for mark in &panel.marks {
            if let Mark::Cells(cells) = mark {
                scene.add(self.cells(cells));
            }
        }

        let mut chart = render_multiple(self.plots(), self.layout());
        // kuva numbers its clip paths over the life of the process; equal plates must give equal files.
        for element in &mut chart.elements {
            if let Primitive::ClipStart { id, .. } = element {
                let own = format!("clip{index}");
                chart
                    .defs
                    .iter_mut()
                    .for_each(|d| *d = d.replace(&format!("\"{id}\""), &format!("\"{own}\"")));
                *id = own;
            }
        }
        scene.defs.append(&mut chart.defs);
        scene.elements.append(&mut chart.elements);

        // Title, axis labels, named ticks, notes.
        let title_at = self.left + if letter.is_some() { 18.0 } else { 0.0 };
        if let Some(letter) = letter {
            scene.add(text(self.left, TOP - 9.0, &letter.to_string(), LABEL, Anchor::Start, INK, true));
        }
        scene.add(text(title_at, TOP - 9.0, &panel.title, LABEL, Anchor::Start, INK, true));
        let bottom = TOP + self.height;
        let middle = self.left + self.inner / 2.0;
        scene.add(text(middle, bottom + 37.0, &panel.x.label, LABEL, Anchor::Middle, INK, false));
        scene.add(upright(13.0, TOP + self.height / 2.0, &panel.y.label));
        for tick in panel.y.named.iter().flatten() {
            let (x, y) = (self.left - 8.0, self.y(tick.at));
            let up = if tick.under.is_empty() { 0.0 } else { 6.0 };
            scene.add(text(x, y + 4.0 - up, &tick.text, SMALL, Anchor::End, &tick.colour, false));
            scene.add(text(x, y + 10.0, &tick.under, SMALL - 2, Anchor::End, FAINT, false));
        }
        for tick in panel.x.named.iter().flatten() {
            scene.add(text(
                self.x(tick.at),
                bottom + 17.0,
                &tick.text,
                SMALL,
                Anchor::Middle,
                &tick.colour,
                false,
            ));
        }
        for note in &panel.notes {
            let (x, y) = (self.x(note.at.0), self.y(note.at.1));
            scene.add(text(x, y, &note.text, SMALL, note.anchor, &note.colour, false));
        }
    }

    fn cells(&self, cells: &[Cell]) -> Primitive {
        let n = cells.len();
        let (mut x, mut y) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut w, mut h) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for cell in cells {
            x.push(self.x(cell.x.0));
            y.push(self.y(cell.y.1));
            w.push(self.x(cell.x.1) - self.x(cell.x.0));
            h.push(self.y(cell.y.0) - self.y(cell.y.1));
        }
        let fills = cells.iter().map(|c| Color::from(c.colour.as_str())).collect();
        Primitive::RectBatch { x, y, w, h, fills }
    }

    fn plots(&self) -> Vec<Plot> {
        // An empty plot comes first: without any, kuva draws no axes.
        let mut plots: Vec<Plot> = vec![ScatterPlot::new().into()];
        for mark in &self.panel.marks {
            match mark {
                Mark::Line { points, stroke } => {
                    let style = match stroke.dash.pattern() {
                        Some(pattern) => LineStyle::Custom(pattern.into()),
                        None => LineStyle::Solid,
                    };
                    for piece in points.split(|(x, y)| !(x.is_finite() && y.is_finite())) {
                        let line = LinePlot::new()
                            .with_data(piece.iter().copied())
                            .with_color(stroke.colour.clone())
                            .with_stroke_width(stroke.width)
                            .with_line_style(style.clone());
                        plots.push(line.into());
                    }
                }
                Mark::Band { edges, colour, opacity } => {
                    let edges: Vec<_> = edges.iter().filter(|e| e.1.is_finite() && e.2.is_finite()).collect();
                    let band = BandPlot::new(
                        edges.iter().map(|e| e.0),
                        edges.iter().map(|e| e.1),
                        edges.iter().map(|e| e.2),
                    );
                    plots.push(band.with_color(colour.clone()).with_opacity(*opacity).into());
                }
                Mark::Dots { points, radius, colour, opacity } => {
                    let finite = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite());
                    let dots = ScatterPlot::new().with_data(finite).with_size(*radius);
                    plots.push(dots.with_color(colour.clone()).with_marker_opacity(*opacity).into());
                }
                Mark::Cells(_) => {}
            }
        }
        plots
    }

    fn layout(&self) -> Layout {
        let (x, y) = (&self.panel.x, &self.panel.y);
        let mut layout = Layout::new((x.low, x.high), (y.low, y.high))
            .with_width(self.left + self.inner + RIGHT)
            .with_height(TOP + self.height + BOTTOM)
            .with_force_margins(self.left, RIGHT)
            .with_force_margins_y(TOP, BOTTOM)
            .with_theme(theme())
            .with_tick_size(SMALL)
            .with_x_tick_step(x.step)
            .with_y_tick_step(y.step)
            .with_x_tick_format(numbers(x.step))
            .with_y_tick_format(numbers(y.step))
            .with_x_axis_min(x.low)
            .with_x_axis_max(x.high)
            .with_y_axis_min(y.low)
            .with_y_axis_max(y.high);
        layout.suppress_x_ticks = x.named.is_some();
        layout.suppress_y_ticks = y.named.is_some();
        for level in &self.panel.levels {
            let line = if level.is_vertical {
                ReferenceLine::vertical(level.at)
            } else {
                ReferenceLine::horizontal(level.at)
            };
            layout = layout.with_reference_line(
                line.with_color(level.stroke.colour.clone())
                    .with_stroke_width(level.stroke.width)
                    .with_dasharray(level.stroke.dash.pattern().unwrap_or("none")),
            );
        }
        layout
    }
}

/// Tick labels with as many decimals as the step needs, and a true minus sign.
fn numbers(step: f64) -> TickFormat {
    let decimals = (0..6).find(|d| ((step * 10f64.powi(*d)).round() - step * 10f64.powi(*d)).abs() < 1e-6);
    let decimals = decimals.unwrap_or(6) as usize;
    TickFormat::Custom(Arc::new(move |v| {
        let text = format!("{v:.decimals$}");
        if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
            return text.trim_start_matches('-').into();
        }
        text.replacen('-', "−", 1)
    }))
}

fn theme() -> Theme {
    let mut theme = Theme::light();
    theme.background = PAPER.into();
    theme.text_color = INK.into();
    theme.axis_color = INK.into();
    theme.tick_color = INK.into();
    theme.show_grid = false;
    theme
}

fn text(x: f64, y: f64, content: &str, size: u32, anchor: Anchor, colour: &str, bold: bool) -> Primitive {
    let anchor = match anchor {
        Anchor::Start => TextAnchor::Start,
        Anchor::Middle => TextAnchor::Middle,
        Anchor::End => TextAnchor::End,
    };
    Primitive::Text {
        x,
        y,
        content: content.into(),
        size,
        anchor,
        rotate: None,
        bold,
        color: Some(Color::from(colour)),
    }
}

fn upright(x: f64, y: f64, content: &str) -> Primitive {
    Primitive::Text {
        x,
        y,
        content: content.into(),
        size: LABEL,
        anchor: TextAnchor::Middle,
        rotate: Some(-90.0),
        bold: false,
        color: Some(Color::from(INK)),
    }
}

/// The legend as rows that wrap at the width of the plate, and its height.
fn legend_marks(keys: &[Key]) -> (Vec<Primitive>, f64) {
    let mut marks = Vec::new();
    let (mut x, mut y) = (10.0, 15.0);
    for key in keys {
        let sample = if matches!(key.swatch, Swatch::Scale(..)) { 160.0 } else { 24.0 };
        let ends = match &key.swatch {
            Swatch::Scale(_, low, high) => (width_of(low, 12.0) + 6.0, width_of(high, 12.0) + 6.0),
            _ => (0.0, 0.0),
        };
        let width = ends.0 + sample + ends.1 + 7.0 + width_of(&key.label, f64::from(SMALL)) + 16.0;
        if x > 10.0 && x + width > WIDTH {
            (x, y) = (10.0, y + LEGEND_ROW);
        }
        let from = x + ends.0;
        match &key.swatch {
            Swatch::Line(stroke) => marks.push(Primitive::Line {
                x1: from,
                y1: y - 4.0,
                x2: from + sample,
                y2: y - 4.0,
                stroke: Color::from(stroke.colour.as_str()),
                stroke_width: stroke.width,
                stroke_dasharray: stroke.dash.pattern().map(str::to_owned),
            }),
            Swatch::Block(colour) => marks.push(block(from + 2.0, y - 10.0, 20.0, 12.0, colour)),
            Swatch::Dot(colour) => marks.push(Primitive::Circle {
                cx: from + sample / 2.0,
                cy: y - 4.0,
                r: 3.5,
                fill: Color::from(colour.as_str()),
                fill_opacity: None,
                stroke: None,
                stroke_width: None,
            }),
            Swatch::Scale(colours, low, high) => {
                let step = sample / colours.len().max(1) as f64;
                for (k, colour) in colours.iter().enumerate() {
                    marks.push(block(from + k as f64 * step, y - 10.0, step + 0.3, 12.0, colour));
                }
                marks.push(text(from - 6.0, y, low, SMALL, Anchor::End, INK, false));
                marks.push(text(from + sample + 6.0, y, high, SMALL, Anchor::Start, INK, false));
            }
        }
        let label_at = from + sample + ends.1 + 7.0;
        marks.push(text(label_at, y, &key.label, SMALL, Anchor::Start, INK, false));
        x += width;
    }
    (marks, if keys.is_empty() { 0.0 } else { y + 9.0 })
}

fn block(x: f64, y: f64, width: f64, height: f64, colour: &str) -> Primitive {
    Primitive::Rect {
        x,
        y,
        width,
        height,
        fill: Color::from(colour),
        stroke: None,
        stroke_width: None,
        opacity: None,
    }
}
