//! Maps of the matrix, and courses of learning at one place.

use super::config::{Config, TrialCondition, listed};
use super::record::{Cell, Record};
use lobule_study::Error;
use lobule_study::report::axes::{VOID, grid_cell, shade, text_on};
use lobule_study::report::chart::{Axis, Key, Level, Mark, Note, Panel, Plate, Swatch, Tick};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{Anchor, Dash, INK, Stroke, tint};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let ratio = |name: &str, caption: &str, of: fn(&Cell) -> Option<f64>| {
        let paint = |cell: &Cell| of(cell).map(|v| (colour(v), INK));
        let scale = Key {
            label: "over feedback alone; white: the same".into(),
            swatch: Swatch::Scale(
                (-4..=4).map(|k| colour(10f64.powf(f64::from(k) / 2.0))).collect(),
                "0.01".into(),
                "100".into(),
            ),
        };
        map(config, record, name, caption, scale, &paint)
    };
    let error = ratio(
        "error",
        "Error after learning over that of feedback alone, by controller, body and delay.",
        |c| c.mean(|o| o.relative),
    )?;
    let changed = ratio(
        "changed",
        "Error in the first three trials after the body has changed, over that of feedback alone on the changed body.",
        |c| c.mean(|o| o.changed),
    )?;
    let most = config.trials as f64;
    let learn = |c: &Cell| {
        let at = c.learned_at()? / most;
        Some((shade(at), text_on(at)))
    };
    let key = Key {
        label: "trial".into(),
        swatch: Swatch::Scale(
            (0..=8).map(|k| shade(f64::from(k) / 8.0)).collect(),
            "0".into(),
            config.trials.to_string(),
        ),
    };
    let caption = "Trial from which on nine tenths of what is won in the end are won; grey: nothing is won.";
    let learning = map(config, record, "learning", caption, key, &learn)?;
    Ok(vec![error, learning, changed, courses(config, record)?])
}

/// Blue where better than feedback alone, red where worse; decimal logarithm from -2 to 2.
fn colour(ratio: f64) -> String {
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

/// What a cell is filled with, and the colour of a letter on it; none: nothing was won or measured.
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
        let plants = config.plants.iter().enumerate().map(|(k, plant)| {
            Tick::new((k * delays) as f64 + 0.5 * (delays as f64 - 1.0), short_name(plant))
        });
        let x = Axis::exact("", -0.55, columns as f64 - 0.45).named(plants.collect());
        let y = Axis::exact("", -0.5, rows.len() as f64 - 0.5).named(names);
        let mut panel = Panel::new(title(condition), x, y);
        let (mut cells, mut notes) = (Vec::new(), Vec::new());
        for (y, (controller, _)) in rows.iter().rev().enumerate() {
            for (k, plant) in config.plants.iter().enumerate() {
                for delay in 0..delays {
                    let x = k * delays + delay;
                    let Some(place) = record.at(controller, plant, delay, condition) else { continue };
                    let (fill, ink) = paint(place).unwrap_or((VOID.into(), INK));
                    cells.push(grid_cell(x, y, if place.outcomes.is_empty() { VOID.into() } else { fill }));
                    let letter = place.why.as_ref().filter(|_| !place.holds());
                    if let Some(why) = letter {
                        notes.push(Note {
                            at: (x as f64, y as f64 - 0.28),
                            text: why.letter().into(),
                            anchor: Anchor::Middle,
                            colour: ink.into(),
                        });
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
        "{caption} Each body from left to right: delays of {} ms. Letters: most seeds did not hold the body, because of the law's gain (G), the \
         model (M), the feedback it rests on (F), the phase of the trace (P), the step (S) or growth that passes (T); – refused.",
        ms.join(", ")
    );
    Ok(Figure::svg(name, &caption, plot::svg(&plate)?))
}

/// A condition in words.
pub fn title(condition: TrialCondition) -> &'static str {
    match condition {
        TrialCondition::Reach => "movements that repeat",
        TrialCondition::Wander => "movements that never repeat",
        TrialCondition::Push => "a push at a known time",
        TrialCondition::Noise => "movements that repeat, noisy senses",
    }
}

/// Controllers whose courses are drawn, with their pens.
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

/// The place of the courses: the damped body where it is there, the middle delay.
fn showcase(config: &Config) -> (&str, usize) {
    let plant = config.plants.iter().find(|p| *p == "damped").unwrap_or(&config.plants[0]);
    (plant, config.delays_s.len() / 2)
}

fn courses(config: &Config, record: &Record) -> Result<Figure, Error> {
    let (plant, delay) = showcase(config);
    let mut plate = Plate::new("courses", 2, 170.0);
    let trials = (config.trials + config.trials_after_change) as f64;
    for &condition in &config.conditions {
        let mut panel = Panel::new(
            title(condition),
            Axis::exact("trial", 0.0, trials),
            Axis::decades("error over feedback alone", -2, 1, 1),
        );
        panel.shades.push((config.trials as f64, trials));
        panel.levels.push(Level::across(0.0).pen(Stroke::new(GUIDE, 1.0)));
        for (name, pen) in pens() {
            let Some(cell) = record.at(name, plant, delay, condition) else { continue };
            let at = |(k, v): (usize, &f64)| (k as f64, libm::log10(*v).clamp(-2.0, 1.0));
            let points = cell.curve.iter().enumerate().map(at).collect();
            panel.marks.push(Mark::Line { points, stroke: pen });
        }
        plate.panels.push(panel);
    }
    for (name, pen) in pens() {
        if let Some((_, words)) = listed(config).find(|c| c.0 == name) {
            plate.legend.push(Key::line(words, pen));
        }
    }
    let caption = format!(
        "Error of each trial over that of feedback alone, mean over seeds; body `{}`, delay {:.0} ms. Shaded: after the body has changed.",
        plant.replace('_', " "),
        config.delay_ms(delay)
    );
    Ok(Figure::svg("courses", &caption, plot::svg(&plate)?))
}
