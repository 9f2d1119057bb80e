//! Learning curves by trace, and the phases that explain them.

use super::super::bench::{self, Bench, PLANTS, plant_name};

use super::{Cell, Config, ROWS, Record};
use crate::cfpc::bench::Mismatch;
use lobule_control::LinearSystem;
use lobule_control::oracle::phase_error_deg;
use lobule_study::Error;
use lobule_study::report::axes::trial_at;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// Lowest and highest power of ten of a learning curve that is drawn.
const DECADES: (i32, i32) = (-3, 3);

fn stroke(trace: &str) -> Stroke {
    match trace {
        "none" => Stroke::new(VERMILLION, 2.0),
        "loop_delay" => Stroke::new(ORANGE, 2.0).dash(Dash::Dashed),
        "best_delay" => Stroke::new(GREEN, 2.0).dash(Dash::Dashed),
        "model" => Stroke::new(BLUE, 2.4),
        "identified" => Stroke::new(BLACK, 1.6).dash(Dash::Dotted),
        "delay_50" => Stroke::new(SKY, 2.0),
        "delay_150" => Stroke::new(SKY, 2.0).dash(Dash::Dashed),
        "delay_300" => Stroke::new(SKY, 2.0).dash(Dash::Dotted),
        "mass_2" => Stroke::new(PURPLE, 2.0),
        _ => Stroke::new(PURPLE, 2.0).dash(Dash::Dashed),
    }
}

pub fn all(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let first = ["none", "loop_delay", "best_delay", "model", "identified"];
    let wrong = ["model", "delay_50", "delay_150", "delay_300", "mass_2", "mass_half"];
    Ok(vec![
        curves(
            config,
            record,
            "curves",
            &first,
            "Error of each trial over that of feedback alone, by what the synapses \
            remember, for the reference `minjerk`. Both axes are logarithmic. A curve that leaves the panel at the top \
            diverges. The identified model (dotted, first seed) lies on the exact one.",
        )?,
        curves(
            config,
            record,
            "wrong_models",
            &wrong,
            "The same when the model in the synapses is wrong: its delay is too \
            long, or its mass is another. The model of a resonant loop must be good; the others bear 50 ms and a factor \
            of two in mass. A loop of first order has no mass.",
        )?,
        phases(&config.bench, record)?,
    ])
}

/// A curve until it leaves the panel.
fn points(cell: &Cell) -> Vec<(f64, f64)> {
    let top = f64::from(DECADES.1);
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (k, value) in cell.relative.iter().enumerate() {
        let y = libm::log10(*value);
        if y.is_nan() || y > top {
            // The last piece ends at the edge, where the curve leaves.
            if let (Some(&(x0, y0)), true) = (points.last(), y.is_finite()) {
                points.push((x0 + (trial_at(k) - x0) * (top - y0) / (y - y0), top));
            }
            break;
        }
        points.push((trial_at(k), y.max(f64::from(DECADES.0))));
    }
    points
}

fn curves(
    config: &Config,
    record: &Record,
    name: &str,
    rows: &[&str],
    caption: &str,
) -> Result<Figure, Error> {
    let mut plate = Plate::new(name, 2, 190.0);
    for plant in PLANTS {
        let y = Axis::decades("relative error", DECADES.0, DECADES.1, 1);
        let mut panel = Panel::new(plant_name(plant), Axis::trials(config.trials), y);
        panel.levels.push(Level::across(0.0).pen(Stroke::guide()));
        for row in rows {
            if let Some(cell) = record.cells(row, plant, "minjerk").next() {
                panel.marks.push(Mark::Line { points: points(cell), stroke: stroke(row) });
            }
        }
        plate.panels.push(panel);
    }
    for row in rows {
        let words = ROWS.iter().find(|r| r.0 == *row).map_or(*row, |r| r.1);
        plate.legend.push(Key::line(words, stroke(row)));
    }
    Ok(Figure::svg(name, caption, plot::svg(&plate)?))
}

/// Phase of each trace minus phase of the loop, with the boundary at 90 deg.
fn phases(bench: &Bench, record: &Record) -> Result<Figure, Error> {
    let rows = ["none", "loop_delay", "best_delay", "model", "delay_150", "mass_2"];
    let mut plate = Plate::new("phases", 2, 190.0);
    for row in &record.loops {
        let x = Axis::exact("frequency (Hz)", 0.0, 3.0).step(0.5);
        let y = Axis::exact("trace minus loop (deg)", -180.0, 180.0).step(90.0);
        let mut panel = Panel::new(plant_name(&row.plant), x, y);
        for at in [-90.0, 90.0] {
            let stroke = Stroke::new(BLACK, 1.2).dash(Dash::Dashed);
            panel.levels.push(Level { at, is_vertical: false, stroke });
        }
        let body = bench.config(&row.plant);
        let best = record.cells("best_delay", &row.plant, "minjerk").next().and_then(|c| c.delay_s);
        let right = bench.mismatched_system(&body, &Mismatch::NONE)?;
        for trace in rows {
            let ticks = |s: f64| LinearSystem::delay((s / bench.dt_s).round() as usize);
            let g = match trace {
                "none" => LinearSystem::delay(0),
                "loop_delay" => LinearSystem::delay(bench.loop_delay()),
                "best_delay" => ticks(best.unwrap_or(0.0)),
                "model" => right.clone(),
                "delay_150" => {
                    bench.mismatched_system(&body, &Mismatch { delay_s: 0.15, ..Mismatch::NONE })?
                }
                _ if body.mass > 0.0 => {
                    bench.mismatched_system(&body, &Mismatch { mass: 2.0, ..Mismatch::NONE })?
                }
                _ => continue,
            };
            // The model of an unstable loop has no steady phase.
            if !bench::is_stable(g.spectral_radius()) {
                continue;
            }
            let mut points: Vec<(f64, f64)> = Vec::new();
            for k in 1..=150 {
                let f = 0.02 * f64::from(k);
                let gains = (right.gain_at(f, bench.dt_s), g.gain_at(f, bench.dt_s));
                let (Some(t), Some(g)) = gains else { continue };
                let error = phase_error_deg(t, g);
                // A jump by a turn breaks the line.
                if points.last().is_some_and(|p| (p.1 - error).abs() > 180.0) {
                    points.push((f, f64::NAN));
                }
                points.push((f, error));
            }
            panel.marks.push(Mark::Line { points, stroke: stroke(trace) });
        }
        plate.panels.push(panel);
    }
    for trace in rows {
        let words = ROWS.iter().find(|r| r.0 == trace).map_or(trace, |r| r.1);
        plate.legend.push(Key::line(words, stroke(trace)));
    }
    plate.legend.push(Key::line("90 deg", Stroke::new(BLACK, 1.2).dash(Dash::Dashed)));
    let caption = "Phase of the trace minus phase of the closed loop. Between the broken lines learning lowers the error at that \
        frequency, outside it raises it. No trace leaves the band where the loop is 90 deg late; a delay follows the loop \
        over part of the spectrum; the exact model is in the middle everywhere. A model with 150 ms too much of the resonant loop is itself unstable and \
        has no steady phase.";
    Ok(Figure::svg("phases", caption, plot::svg(&plate)?))
}
