//! Spikes of a module in single trials: populations stacked, one row a cell.

use super::{look::*, series::*};

/// Pause before the movement that the snapshots hold, ms: what their spikes take more than a movement, to 10 ms.
fn pause_ms(result: &PrismResult, trials: &[&ActivitySnapshot]) -> f64 {
    let last = trials.iter().flat_map(|s| &s.spikes).filter_map(|t| t.steps.last()).max();
    let recorded = last.map_or(0.0, |&step| (step + 1) as f64 * result.dt_ms);
    let pause = ((recorded - result.trial_ms) / 10.0).ceil() * 10.0;
    if recorded - result.trial_ms > 1.0 { pause } else { 0.0 }
}

/// The strip of one population in the raster.
struct Strip {
    cell: String,
    n: usize,
    /// Every how many cells one is shown.
    every: usize,
    shown: usize,
    /// Bottom and top, px.
    y: (f64, f64),
}

/// Rasters of the first, middle and last trial through prisms, one figure for each module.
pub fn rasters(result: &PrismResult) -> Result<Vec<Figure>, Error> {
    let mut figures = Vec::new();
    let plastic = runs(result, Condition::Plastic);
    let Some(run) = plastic.iter().find(|run| !run.snapshots.is_empty()) else { return Ok(figures) };
    for module in ModuleName::ALL {
        // Trials kept for an analysis hold no granule cells.
        let whole = |s: &&ActivitySnapshot| s.spikes.iter().any(|t| t.label.contains("granule_cell"));
        let of_module = run.snapshots.iter().filter(|s| s.module == module);
        let mut trials: Vec<&ActivitySnapshot> = of_module.filter(whole).collect();
        trials.sort_by_key(|s| s.trial);
        trials.dedup_by_key(|s| s.trial);
        let trials = spread(&trials, 3);
        let strips = strips(&trials);
        if strips.is_empty() {
            continue;
        }
        let caption = caption(module, run.seed, &strips, pause_ms(result, &trials) > 0.0);
        figures.push(plate(result, run, module, &trials, &strips).figure(caption)?);
    }
    Ok(figures)
}

/// At most `n` of the items, with the first and the last.
fn spread<T: Copy>(items: &[T], n: usize) -> Vec<T> {
    if items.len() <= n || n < 2 {
        return items.to_vec();
    }
    (0..n).map(|k| items[k * (items.len() - 1) / (n - 1)]).collect()
}

/// The populations that occur, input below, with a height that grows with their size but leaves none invisible.
fn strips(trials: &[&ActivitySnapshot]) -> Vec<Strip> {
    let mut sizes: Vec<(String, usize)> = Vec::new();
    for train in trials.iter().flat_map(|s| &s.spikes) {
        let cell = train.label.clone();
        match sizes.iter_mut().find(|s| s.0 == cell) {
            Some(size) => size.1 = size.1.max(train.n),
            None => sizes.push((cell, train.n)),
        }
    }
    // A glomerulus repeats the spikes of its mossy fiber.
    let relays = sizes.iter().any(|s| s.0 == "mossy_fiber");
    sizes.retain(|s| s.1 > 0 && !(relays && s.0 == "glomerulus"));
    sizes.sort_by_key(|s| (cell_rank(&s.0), s.0.clone()));
    let mut bottom = 0.0;
    let strip = |(cell, n): (String, usize)| {
        let (most, highest) = if cell == "granule_cell" { (180, 150.0) } else { (120, 80.0) };
        let every = n.div_ceil(most);
        let shown = n.div_ceil(every);
        let y = (bottom, bottom + (shown as f64).clamp(30.0, highest));
        bottom = y.1 + 7.0;
        Strip { cell, n, every, shown, y }
    };
    sizes.into_iter().map(strip).collect()
}

fn plate(
    result: &PrismResult,
    run: &ConditionRun,
    module: ModuleName,
    trials: &[&ActivitySnapshot],
    strips: &[Strip],
) -> Plate {
    let top = strips.last().map_or(1.0, |s| s.y.1);
    let pause = pause_ms(result, trials);
    let mut plate = Plate::new(&format!("raster_{module}"), trials.len(), top);
    plate.left = (184.0, 16.0);
    for (k, snapshot) in trials.iter().enumerate() {
        let trial = run.trials.iter().find(|t| t.index == snapshot.trial);
        let error = trial.map(|t| format!(", error {}°", signed(t.error_deg, 0))).unwrap_or_default();
        let title = format!("Trial {}{error}", snapshot.trial);
        let tick = |s: &Strip| {
            let of = if s.every > 1 { format!("{} of", s.shown) } else { "all".into() };
            Tick {
                at: 0.5 * (s.y.0 + s.y.1),
                text: cell_name(&s.cell),
                under: format!("{of} {}", thousands(s.n as u64)),
                color: cell_color(&s.cell).into(),
            }
        };
        let ticks = strips.iter().filter(|_| k == 0).map(tick).collect();
        let label = if pause > 0.0 { "time in the movement (ms)" } else { "time in the trial (ms)" };
        let step = 100.0 * ((pause + result.trial_ms) / 300.0).ceil();
        let x = Axis::exact(label, -pause, result.trial_ms).step(step);
        let mut panel = Panel::new(&title, x, Axis::exact("", -4.0, top + 4.0).named(ticks));
        if pause > 0.0 {
            panel.shades.push((-pause, 0.0));
        }
        panel.marks.push(Mark::Cells(spikes(result, snapshot, strips, pause)));
        plate.panels.push(panel);
    }
    plate
}

fn spikes(result: &PrismResult, snapshot: &ActivitySnapshot, strips: &[Strip], pause: f64) -> Vec<Cell> {
    // A spike is a stroke about one px wide, whatever the trial lasts.
    let width = (pause + result.trial_ms) / 130.0;
    let mut cells = Vec::new();
    for train in &snapshot.spikes {
        let cell = &train.label;
        let Some(strip) = strips.iter().find(|s| s.cell == *cell) else { continue };
        let row = (strip.y.1 - strip.y.0) / strip.shown as f64;
        for (&step, &id) in train.steps.iter().zip(&train.ids) {
            let (id, at) = (id as usize, step as f64 * result.dt_ms - pause);
            if id % strip.every != 0 || at >= result.trial_ms {
                continue;
            }
            let bottom = strip.y.0 + (id / strip.every) as f64 * row;
            let y = (bottom, bottom + (0.85 * row).max(1.5));
            cells.push(Cell { x: (at, at + width), y, color: cell_color(cell).into() });
        }
    }
    cells
}

fn caption(module: ModuleName, seed: u64, strips: &[Strip], has_pause: bool) -> String {
    let words = |s: &Strip| format!("{} of {} {}s", s.shown, thousands(s.n as u64), cell_name(&s.cell));
    let thinned: Vec<String> = strips.iter().filter(|s| s.every > 1).map(words).collect();
    let thinned = match thinned.join(", ").as_str() {
        "" => "All cells are shown.".into(),
        thinned => format!("Of large populations every k-th cell is shown: {thinned}."),
    };
    format!(
        "Spikes of the {module} module by time in the first, a middle and the last recorded trial through prisms, plastic, seed {seed}. One row is one \
         cell; populations are stacked from input (bottom) to the teaching signal (top).{} {thinned}",
        if has_pause { " Shaded: the pause before the movement." } else { "" }
    )
}
