//! The picture of a run: a raster of all populations.

use super::chart::{Axis, Cell, Mark, Panel, Plate, Tick};
use super::plot;
use crate::Error;
use lobule_signal::SpikeTrain;

/// Cells of a population shown in the raster, at most.
const SHOWN: usize = 150;

/// A raster of all populations as SVG: one strip each, every k-th cell of the large ones.
///
/// # Errors
/// When it cannot be drawn.
pub fn svg(spikes: &[SpikeTrain], dt_ms: f64, (from_ms, to_ms): (f64, f64)) -> Result<String, Error> {
    const COLORS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
    let (mut cells, mut ticks, mut bottom) = (Vec::new(), Vec::new(), 0.0);
    let width = ((to_ms - from_ms) / 700.0).max(0.3);
    for (k, train) in spikes.iter().enumerate() {
        let every = train.n.div_ceil(SHOWN).max(1);
        let shown = train.n.div_ceil(every);
        let height = (shown as f64).max(24.0);
        let color = COLORS[k % COLORS.len()];
        let row = height / shown as f64;
        for (&step, &id) in train.steps.iter().zip(&train.ids) {
            if (id as usize).is_multiple_of(every) {
                let (x, y) = (step as f64 * dt_ms, bottom + row * (id as usize / every) as f64);
                cells.push(Cell { x: (x, x + width), y: (y, y + row.min(2.0)), color: color.into() });
            }
        }
        ticks.push(Tick {
            at: bottom + 0.5 * height,
            text: train.label.clone(),
            under: format!("{shown} of {}", train.n),
            color: color.into(),
        });
        bottom += height + 8.0;
    }
    let mut plate = Plate::new("raster", 1, bottom.max(100.0));
    plate.left = (150.0, 16.0);
    let x = Axis::exact("time (ms)", from_ms, to_ms);
    let mut panel = Panel::new("", x, Axis::exact("", -4.0, bottom).named(ticks));
    panel.marks.push(Mark::Cells(cells));
    plate.panels.push(panel);
    plot::svg(&plate)
}
