//! Mean rates across trials: the output path as curves, all populations as a map.

use super::look::{Label, MODULES, ZONES, cell_name, cell_rank, signed, zone_stroke};
use super::series::{
    arms, curve_marks, over_seeds, prism_key, prism_spans, reach, seeds_in_words, trial_axis,
};
use crate::prism::results::{ArmResult, Epoch, PrismResult};
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Cell, Key, Level, Mark, Panel, Plate, Swatch, Tick};
use lobule_study::report::numbers::capital;
use lobule_study::report::palette::GUIDE;
use lobule_study::report::svg::{INK, Stroke};
use lobule_study::report::{Figure, plot};
use std::collections::BTreeSet;

/// Rates below this count as this in ratios, Hz. Chosen: a tenth of a spike per second is noise in a short trial.
const FLOOR_HZ: f64 = 0.1;
/// Largest change the map resolves, in doublings.
const DOUBLINGS: f64 = 1.0;

/// All population labels that occur, with their parts; a population with rates by microzone is left out as a whole.
fn labels(arms: &[&ArmResult]) -> Vec<(String, Label)> {
    let names: BTreeSet<&String> =
        arms.iter().flat_map(|a| &a.trials).flat_map(|t| t.rates_hz.keys()).collect();
    let all: Vec<(String, Label)> = names.into_iter().map(|name| (name.clone(), Label::read(name))).collect();
    let zoned: BTreeSet<(String, String)> =
        all.iter().filter(|l| !l.1.zone.is_empty()).map(|l| (l.1.module.clone(), l.1.cell.clone())).collect();
    all.into_iter()
        .filter(|(_, l)| !(l.zone.is_empty() && zoned.contains(&(l.module.clone(), l.cell.clone()))))
        .collect()
}

/// Rates of Purkinje, nuclear and olive cells of both microzones across trials.
pub fn rates(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let arms = arms(result, "plastic");
    let labels = labels(&arms);
    let mut plate = Plate::new("rates", 2, 130.0);
    plate.left.1 = 44.0;
    for cell in ["purkinje_cell", "dcn_p", "io_cell"] {
        let mut row = Vec::new();
        for module in MODULES {
            let mut panel = Panel::new(
                &format!("{}: {}", capital(module), cell_name(cell)),
                trial_axis(result, if cell == "io_cell" { "trial" } else { "" }),
                Axis::exact("", 0.0, 1.0),
            );
            panel.shades = prism_spans(result);
            for (name, label) in labels.iter().filter(|(_, l)| l.module == module && l.cell == cell) {
                let stroke = zone_stroke(module, &label.zone);
                panel.marks.extend(curve_marks(&arms, |t| t.rates_hz.get(name).copied(), &stroke, false));
            }
            row.push(panel);
        }
        // A row without a curve would only take space; the two panels of a row share their axis.
        let values: Vec<f64> = row.iter().flat_map(|p: &Panel| reach(&p.marks)).collect();
        if !values.is_empty() {
            let high = values.into_iter().fold(0.0, f64::max);
            for (panel, label) in row.iter_mut().zip(["rate (Hz)", ""]) {
                panel.y = Axis::covering(label, [0.0, high]);
            }
            plate.panels.extend(row);
        }
    }
    if plate.panels.is_empty() {
        return Ok(None);
    }
    for module in MODULES {
        for (zone, sign) in ZONES.iter().zip(["+", "−"]) {
            plate.legend.push(Key::line(&format!("{module} {sign}"), zone_stroke(module, zone)));
        }
    }
    plate.legend.push(prism_key());
    let caption = format!(
        "Mean firing rate in each trial with plasticity, by module (columns) and by microzone: plus unbroken, minus \
         broken. The olive reports the error; climbing-fibre spikes depress the Purkinje cells of the same microzone, \
         which frees its nuclear cells. {}",
        seeds_in_words(arms.len())
    );
    Ok(Some(Figure::svg("rates", caption, plot::svg(&plate)?)))
}

/// One row of the map: name, baseline rate and change by trial in doublings.
struct Row {
    words: String,
    baseline_hz: f64,
    changes: Vec<(f64, f64)>,
}

/// The change of the rate of every population against the baseline trials.
pub fn rate_map(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let arms = arms(result, "plastic");
    let baseline: BTreeSet<usize> =
        arms.iter().flat_map(|a| &a.trials).filter(|t| t.epoch == Epoch::Baseline).map(|t| t.index).collect();
    let mut labels = labels(&arms);
    labels.sort_by_key(|(name, l)| {
        (cell_rank(&l.cell), l.cell.clone(), ZONES.iter().position(|z| *z == l.zone), name.clone())
    });
    let mut plate = Plate::new("rate_map", 1, 0.0);
    plate.left = (224.0, 224.0);
    for module in MODULES.iter().copied().chain([""]) {
        let rows: Vec<Row> = labels
            .iter()
            .filter(|(_, l)| l.module == module)
            .filter_map(|(name, label)| {
                let points = over_seeds(&arms, |t| t.rates_hz.get(name).copied());
                let before: Vec<f64> = points
                    .iter()
                    .filter(|p| baseline.contains(&(p.trial as usize)))
                    .map(|p| p.mean)
                    .collect();
                // Without a baseline the first trial stands in for it.
                let baseline_hz =
                    if before.is_empty() { points.first()?.mean } else { super::mean_sd(&before).0 };
                let change = |hz: f64| (hz.max(FLOOR_HZ) / baseline_hz.max(FLOOR_HZ)).log2();
                let changes = points.iter().map(|p| (p.trial, change(p.mean))).collect();
                Some(Row { words: label.words(), baseline_hz, changes })
            })
            .collect();
        if !rows.is_empty() {
            plate.panels.push(map_panel(result, module, &rows));
        }
    }
    if plate.panels.is_empty() {
        return Ok(None);
    }
    plate.panel_height = plate.panels.iter().map(|p| p.y.high - p.y.low).fold(0.0, f64::max) * 18.0;
    let scale = (0..41).map(|k| shade(f64::from(k - 20) / 20.0 * DOUBLINGS)).collect();
    plate.legend.push(Key {
        label: "rate relative to baseline".into(),
        swatch: Swatch::Scale(scale, "half or less".into(), "twice or more".into()),
    });
    let caption = format!(
        "Every population with plasticity: rate in each trial relative to its mean before the prisms \
         (written beside the name). White: unchanged; orange: faster; blue: slower; the scale is logarithmic and \
         rates under {FLOOR_HZ} Hz count as {FLOOR_HZ} Hz. Vertical lines: prisms on and off. Mean over {}.",
        match arms.len() {
            1 => "one seed".into(),
            n => format!("{n} seeds"),
        }
    );
    Ok(Some(Figure::svg("rate_map", caption, plot::svg(&plate)?)))
}

fn map_panel(result: &PrismResult, module: &str, rows: &[Row]) -> Panel {
    let title =
        if module.is_empty() { "Outside the modules".into() } else { format!("{} module", capital(module)) };
    let tick = |(k, row): (usize, &Row)| Tick {
        at: -(k as f64) - 0.5,
        text: format!("{}, {} Hz", row.words, signed(row.baseline_hz, 1)),
        under: String::new(),
        colour: INK.into(),
    };
    let y = Axis::exact("", -(rows.len() as f64), 0.0).named(rows.iter().enumerate().map(tick).collect());
    let mut panel = Panel::new(&title, trial_axis(result, "trial"), y);
    let cells = rows
        .iter()
        .enumerate()
        .flat_map(|(k, row)| {
            row.changes.iter().map(move |&(trial, change)| Cell {
                x: (trial - 0.5, trial + 0.5),
                y: (-(k as f64) - 0.94, -(k as f64) - 0.06),
                colour: shade(change),
            })
        })
        .collect();
    panel.marks.push(Mark::Cells(cells));
    for at in prism_spans(result).iter().flat_map(|s| [s.0, s.1]) {
        panel.levels.push(Level::upright(at).pen(Stroke::new(GUIDE, 1.2)));
    }
    panel
}

/// Colour of a change in doublings: blue below, white at none, orange above.
fn shade(doublings: f64) -> String {
    let t = (doublings / DOUBLINGS).clamp(-1.0, 1.0);
    // Ends of equal darkness, so that print in grey shows the size of the change.
    let end = if t < 0.0 { [0x1f, 0x5f, 0xa8] } else { [0xb3, 0x57, 0x06] };
    let mix = |c: i32| (255.0 + t.abs().powf(0.85) * (f64::from(c) - 255.0)).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(end[0]), mix(end[1]), mix(end[2]))
}
