//! Mean rates across trials: the output path as curves, all populations as a map.

use super::{look::*, series::*};
use std::collections::BTreeSet;

/// Rates below this count as this in ratios, Hz. Chosen: a tenth of a spike per second is noise in a short trial.
const FLOOR_HZ: f64 = 0.1;
/// Largest change the map resolves, in doublings.
const DOUBLINGS: f64 = 1.0;

/// All populations that occur; one with rates by microzone is left out as a whole.
fn populations(runs: &[&ConditionRun]) -> Vec<RateOf> {
    let all: BTreeSet<&RateOf> =
        runs.iter().flat_map(|run| &run.trials).flat_map(|t| t.rates_hz.keys()).collect();
    let has_zones =
        |of: &RateOf| all.iter().any(|l| l.zone.is_some() && l.module == of.module && l.cell == of.cell);
    all.iter().filter(|of| of.zone.is_some() || !has_zones(of)).map(|of| (*of).clone()).collect()
}

/// Rates of Purkinje, nuclear and olive cells of both microzones across trials.
pub fn rates(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let runs = runs(result, Condition::Plastic);
    let populations = populations(&runs);
    let mut plate = Plate::new("rates", 2, 130.0);
    plate.left.1 = 44.0;
    for cell in ["purkinje_cell", "dcn_p", "io_cell"] {
        let mut row = Vec::new();
        for module in ModuleName::ALL {
            let title = format!("{}: {}", capital(module.name()), cell_name(cell));
            let mut panel = trial_panel(result, &title);
            panel.x = trial_axis(result, if cell == "io_cell" { "trial" } else { "" });
            for of in populations.iter().filter(|of| of.module == module && of.cell == cell) {
                let stroke = zone_stroke(module, of.zone);
                panel.marks.extend(curve_marks(&runs, |t| t.rates_hz.get(of).copied(), &stroke, false));
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
    for module in ModuleName::ALL {
        for zone in Microzone::ALL {
            plate.line_key(&format!("{module} {}", sign(zone)), zone_stroke(module, Some(zone)));
        }
    }
    plate.legend.push(prism_key());
    let caption = format!(
        "Mean firing rate by trial with plasticity, by module (columns) and microzone (plus: solid; minus: dashed). {} The olive signals the \
         error. Its climbing fibers depress the Purkinje cells of the same microzone, which disinhibits its nuclear cells.",
        seeds_in_words(runs.len())
    );
    drawn(&plate, caption)
}

/// One row of the map: name, baseline rate and change by trial in doublings.
struct Row {
    words: String,
    baseline_hz: f64,
    changes: Vec<(f64, f64)>,
}

/// The change of the rate of every population against the baseline trials.
pub fn rate_map(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let runs = runs(result, Condition::Plastic);
    let baseline: BTreeSet<usize> =
        runs.iter().flat_map(|a| &a.trials).filter(|t| t.epoch == Epoch::Baseline).map(|t| t.index).collect();
    let mut populations = populations(&runs);
    populations
        .sort_by_key(|of| (cell_rank(&of.cell), of.cell.clone(), of.zone.map(|z| z as usize), of.clone()));
    let mut plate = Plate::new("rate_map", 1, 0.0);
    plate.left = (224.0, 224.0);
    for module in ModuleName::ALL {
        let row = |of: &RateOf| {
            let points = over_seeds(&runs, |t| t.rates_hz.get(of).copied());
            let before = points.iter().filter(|p| baseline.contains(&(p.trial as usize))).map(|p| p.mean);
            let before: Vec<f64> = before.collect();
            // Without a baseline the first trial stands in for it.
            let baseline_hz =
                if before.is_empty() { points.first()?.mean } else { super::mean_sd(&before).0 };
            let change = |hz: f64| libm::log2(hz.max(FLOOR_HZ) / baseline_hz.max(FLOOR_HZ));
            let changes = points.iter().map(|p| (p.trial, change(p.mean))).collect();
            Some(Row { words: population_words(of), baseline_hz, changes })
        };
        let rows: Vec<Row> = populations.iter().filter(|of| of.module == module).filter_map(row).collect();
        if !rows.is_empty() {
            plate.panels.push(map_panel(result, module, &rows));
        }
    }
    plate.panel_height = plate.panels.iter().map(|p| p.y.high - p.y.low).fold(0.0, f64::max) * 18.0;
    let scale = (0..41).map(|k| shade(f64::from(k - 20) / 20.0 * DOUBLINGS)).collect();
    plate.legend.push(Key {
        label: "rate relative to baseline".into(),
        swatch: Swatch::Scale(scale, "half or less".into(), "twice or more".into()),
    });
    let caption = format!(
        "Rate of every population by trial with plasticity, relative to its mean before the prisms (given beside the name). White: unchanged; \
         orange: higher; blue: lower; the scale is logarithmic and rates under {FLOOR_HZ} Hz count as {FLOOR_HZ} Hz. Vertical lines: prisms on and off. Mean over {}.",
        if runs.len() == 1 { "one seed".into() } else { format!("{} seeds", runs.len()) }
    );
    drawn(&plate, caption)
}

fn map_panel(result: &PrismResult, module: ModuleName, rows: &[Row]) -> Panel {
    let title = format!("{} module", capital(module.name()));
    let tick = |(k, row): (usize, &Row)| {
        Tick::new(-(k as f64) - 0.5, format!("{}, {} Hz", row.words, signed(row.baseline_hz, 1)))
    };
    let y = Axis::exact("", -(rows.len() as f64), 0.0).named(rows.iter().enumerate().map(tick).collect());
    let mut panel = Panel::new(&title, trial_axis(result, "trial"), y);
    let cells = rows.iter().enumerate().flat_map(|(k, row)| {
        let y = (-(k as f64) - 0.94, -(k as f64) - 0.06);
        let cell = move |&(trial, change)| Cell { x: (trial - 0.5, trial + 0.5), y, color: shade(change) };
        row.changes.iter().map(cell)
    });
    panel.marks.push(Mark::Cells(cells.collect()));
    for at in prism_spans(result).iter().flat_map(|s| [s.0, s.1]) {
        panel.levels.push(Level::upright(at).pen(Stroke::new(GUIDE, 1.2)));
    }
    panel
}

/// Color of a change in doublings: blue below, white at none, orange above.
fn shade(doublings: f64) -> String {
    let t = (doublings / DOUBLINGS).clamp(-1.0, 1.0);
    // Ends of equal darkness, so that print in grey shows the size of the change.
    let end = if t < 0.0 { [0x1f, 0x5f, 0xa8] } else { [0xb3, 0x57, 0x06] };
    let mix = |c: i32| (255.0 + libm::pow(t.abs(), 0.85) * (f64::from(c) - 255.0)).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(end[0]), mix(end[1]), mix(end[2]))
}
