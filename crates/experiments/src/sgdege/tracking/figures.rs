//! Bars of error below and above the line of inhibition, as in the paper's Figure 7 B.

use super::{Config, Record, SHOWN};
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

const CAPTION: &str = "Error of single movements by trial (bars; orange: perturbed), the error without perturbation (dashed line), \
    the inhibition of the olive on the same movement (green line) and error spikes (black marks: the bar exceeds the line). A: from an \
    estimate near zero. B: after the estimate has settled at the mean error. A perturbation weakens the inhibition, too, by q A.";

pub(super) fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let mut plate = Plate::new("tracking", 1, 170.0);
    plate.legend = vec![
        Key::block("error E, unperturbed", BLUE),
        Key::block("error E, perturbed", ORANGE),
        Key::line("inhibition I", Stroke::new(GREEN, 2.0)),
        Key::block("error spike", BLACK),
    ];
    plate.panels = vec![
        panel(config, record, "Before: the estimate rises to the error", 0),
        panel(config, record, "After: it follows the error", config.settle as usize),
    ];
    Ok(vec![plate.figure(CAPTION)?])
}

fn panel(config: &Config, record: &Record, title: &str, from: usize) -> Panel {
    let shown: Vec<_> = record.bars.iter().skip(from).take(SHOWN as usize).collect();
    let highest = shown.iter().map(|b| b.error_hz.max(b.estimate_hz)).fold(0.0, f64::max);
    let below = 0.16 * highest;
    let x = Axis::exact("trial", from as f64, (from + SHOWN as usize) as f64).step(10.0);
    let mut panel = Panel::new(title, x, Axis::exact("E, I (Hz)", -below, 1.08 * highest).step(10.0));
    let unperturbed = (config.start_p_hz - config.model.target_hz).abs();
    panel.levels.push(Level::across(unperturbed).pen(Stroke::new(BLUE, 1.0).dash(Dash::Dashed)));
    let (mut cells, mut line) = (Vec::new(), Vec::new());
    for (k, bar) in shown.iter().enumerate() {
        let at = (from + k) as f64;
        let color = if bar.is_perturbed { ORANGE } else { BLUE };
        cells.push(Cell { x: (at + 0.2, at + 0.8), y: (0.0, bar.error_hz), color: color.into() });
        if bar.is_error_spike {
            let y = (-0.85 * below, -0.25 * below);
            cells.push(Cell { x: (at + 0.4, at + 0.6), y, color: BLACK.into() });
        }
        line.extend([(at, bar.estimate_hz), (at + 1.0, bar.estimate_hz)]);
    }
    panel.marks = vec![Mark::Cells(cells), Mark::line(line, Stroke::new(GREEN, 2.0))];
    panel
}
