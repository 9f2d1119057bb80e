//! Maps of the matrix, and learning curves at one place.

use super::config::{Config, listed};
use super::record::{Cell, Record};
use lobule_study::{prelude::*, report::drawing::*};

pub fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let ratio = |name: &str, caption: &str, of: fn(&Cell) -> Option<f64>| {
        let colors = (-4..=4).map(|k| color(libm::pow(10.0, f64::from(k) / 2.0))).collect();
        let swatch = Swatch::Scale(colors, "0.01".into(), "100".into());
        let scale = Key { label: "error relative to feedback alone; white: equal".into(), swatch };
        map(config, record, name, caption, scale, &|cell| of(cell).map(|v| (color(v), INK)))
    };
    let shades = (0..=8).map(|k| shade(f64::from(k) / 8.0)).collect();
    let swatch = Swatch::Scale(shades, "0".into(), config.trials.to_string());
    let learned = |c: &Cell| {
        let at = c.learned_at()? / config.trials as f64;
        Some((shade(at), text_on(at)))
    };
    let caption =
        "Trial from which on nine tenths of the final improvement were reached; gray: no improvement.";
    let error = "Error after learning relative to feedback alone, by controller, body and delay.";
    let changed = "Error in the first three trials after the body changed, relative to feedback alone on the changed body.";
    Ok(vec![
        ratio("error", error, |c| c.mean(|o| o.relative))?,
        map(config, record, "learning", caption, Key { label: "trial".into(), swatch }, &learned)?,
        ratio("changed", changed, |c| c.mean(|o| o.changed))?,
        courses(config, record)?,
    ])
}

/// Blue where better than feedback alone, red where worse; decimal logarithm from -2 to 2.
fn color(ratio: f64) -> String {
    let log = if ratio > 0.0 { libm::log10(ratio) } else { -2.0 };
    let v = if log.is_finite() { log.clamp(-2.0, 2.0) / 2.0 } else { 1.0 };
    tint(if v < 0.0 { BLUE } else { VERMILLION }, v.abs())
}

/// A body in letters that fit under its columns.
fn short_name(plant: &str) -> String {
    match plant {
        "non_minimum_phase" => "non-min. phase".into(),
        "inverted_pendulum" => "inverted pend.".into(),
        other if other.chars().count() > 14 => other.chars().take(13).chain(['…']).collect(),
        other => other.replace('_', " "),
    }
}

/// Fill of a cell and color of a letter on it; none where nothing improved or was measured.
type Paint<'a> = &'a dyn Fn(&Cell) -> Option<(String, &'static str)>;

fn map(
    config: &Config,
    record: &Record,
    name: &str,
    caption: &str,
    scale: Key,
    paint: Paint,
) -> Result<Figure, Error> {
    let rows: Vec<(&str, &str)> = listed(config).filter(|c| c.0 != "feedback").collect();
    let (delays, columns) = (config.delays_s.len(), config.plants.len() * config.delays_s.len());
    let mut plate = Plate::new(name, 1, 15.0 * rows.len() as f64);
    plate.left = (170.0, 170.0);
    for &condition in &config.conditions {
        let names: Vec<Tick> = rows.iter().rev().enumerate().map(|(y, r)| Tick::new(y as f64, r.1)).collect();
        let middle = |k: usize| (k * delays) as f64 + 0.5 * (delays as f64 - 1.0);
        let plants =
            config.plants.iter().enumerate().map(|(k, plant)| Tick::new(middle(k), short_name(plant)));
        let x = Axis::exact("", -0.55, columns as f64 - 0.45).named(plants.collect());
        let y = Axis::exact("", -0.5, rows.len() as f64 - 0.5).named(names);
        let mut panel = Panel::new(condition.words(), x, y);
        let (mut cells, mut notes) = (Vec::new(), Vec::new());
        for (y, (controller, _)) in rows.iter().rev().enumerate() {
            for (k, plant) in config.plants.iter().enumerate() {
                for delay in 0..delays {
                    let x = k * delays + delay;
                    let Some(place) = record.at(controller, plant, delay, condition) else { continue };
                    let (fill, ink) = paint(place).unwrap_or((VOID.into(), INK));
                    cells.push(grid_cell(x, y, if place.outcomes.is_empty() { VOID.into() } else { fill }));
                    let (at, color) = ((x as f64, y as f64 - 0.28), ink.into());
                    if let Some(reason) = place.reason.as_ref().filter(|_| !place.holds()) {
                        notes.push(Note { at, text: reason.letter().into(), anchor: Anchor::Middle, color });
                    }
                }
            }
        }
        panel.marks.push(Mark::Cells(cells));
        panel.notes = notes;
        for k in 1..config.plants.len() {
            let at = (k * delays) as f64 - 0.5;
            panel.levels.push(Level::upright(at).pen(Stroke::new(BLACK, 1.2)));
        }
        plate.panels.push(panel);
    }
    plate.legend.push(scale);
    let ms: Vec<String> = (0..delays).map(|d| format!("{:.0}", config.delay_ms(d))).collect();
    let caption = format!(
        "{caption} The columns of each body are delays of {} ms. A letter marks a place where the controller did not stabilize the body with most \
         seeds, because of the gain (G), the model (M), the feedback on which it rests (F), the phase of the trace (P), the step (S) or \
         transient growth (T); –: it refused.",
        ms.join(", ")
    );
    plate.figure(&caption)
}

/// Controllers whose learning curves are drawn, with their pens.
fn pens() -> [(&'static str, Stroke); 8] {
    [
        ("kalman", Stroke::new(GUIDE, 2.0).dash(Dash::Dashed)),
        ("nlms", Stroke::new(SKY, 2.0)),
        ("rls", Stroke::new(BLUE, 2.2)),
        ("granule", Stroke::new(GREEN, 2.0)),
        ("anticipator", Stroke::new(PURPLE, 2.0)),
        ("cfpc_none", Stroke::new(VERMILLION, 1.6).dash(Dash::Dotted)),
        ("cfpc_model", Stroke::new(ORANGE, 2.2)),
        ("equations", Stroke::new(BLACK, 1.6).dash(Dash::Dotted)),
    ]
}

/// Learning curves of the damped body, if it is there, under the middle delay.
fn courses(config: &Config, record: &Record) -> Result<Figure, Error> {
    let plant = config.plants.iter().find(|p| *p == "damped").unwrap_or(&config.plants[0]);
    let delay = config.delays_s.len() / 2;
    let mut plate = Plate::new("courses", 2, 170.0);
    let trials = (config.trials + config.trials_after_change) as f64;
    for &condition in &config.conditions {
        let y = Axis::decades("error relative to feedback alone", -2, 1, 1);
        let mut panel = Panel::new(condition.words(), Axis::exact("trial", 0.0, trials), y);
        panel.shades.push((config.trials as f64, trials));
        panel.levels.push(Level::across(0.0).pen(Stroke::guide()));
        for (name, pen) in pens() {
            let Some(cell) = record.at(name, plant, delay, condition) else { continue };
            let logs: Vec<f64> = cell.curve.iter().map(|v| libm::log10(*v).clamp(-2.0, 1.0)).collect();
            panel.marks.push(Mark::series(&logs, 0.0, 1.0, pen));
        }
        plate.panels.push(panel);
    }
    for (name, pen) in pens() {
        if let Some((_, words)) = listed(config).find(|c| c.0 == name) {
            plate.line_key(words, pen);
        }
    }
    let caption = format!(
        "Error of each trial relative to feedback alone, logarithmic, mean over seeds; one line for each controller, body `{}`, delay {:.0} ms. \
         Shading: the body has changed.",
        plant.replace('_', " "),
        config.delay_ms(delay)
    );
    plate.figure(&caption)
}
