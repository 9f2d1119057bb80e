//! Learning curves by trace, and the phases that explain them.

use super::super::family::*;
use super::record::{Config, Record, words};
use lobule_control::LinearSystem;

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
    let of_first = "Error of each trial relative to feedback alone, for the reference `minjerk`; one panel for each plant, one line for \
        each trace. Both axes are logarithmic. A curve that leaves the panel at the top diverges. The identified model (dotted, first \
        seed) learns as the exact model does.";
    let of_wrong = "Error of each trial relative to feedback alone when the model in the synapses is wrong: its delay is too long, or its \
        mass is half or twice the true one. Axes as above. The resonant loop needs a good model; the other loops tolerate 50 ms and a \
        factor of two in mass. The loop of first order has no mass.";
    Ok(vec![
        curves(config, record, "curves", &first, of_first)?,
        curves(config, record, "wrong_models", &wrong, of_wrong)?,
        phases(&config.bench, record)?,
    ])
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
        let mut panel = relative_error(plant_name(plant), Axis::trials(config.trials), -3, 3);
        for row in rows {
            if let Some(curve) = record.curves(row, plant, "minjerk").next() {
                let points = curve.relative.iter().enumerate().map(|(k, v)| (trial_at(k), *v));
                panel.line(log_curve(points, -3, 3), stroke(row));
            }
        }
        plate.panels.push(panel);
    }
    plate.legend.extend(rows.iter().map(|row| Key::line(words(row), stroke(row))));
    plate.figure(caption)
}

/// Phase of each trace minus phase of the loop, with the boundary at 90 deg.
fn phases(bench: &Bench, record: &Record) -> Result<Figure, Error> {
    let rows = ["none", "loop_delay", "best_delay", "model", "delay_150", "mass_2"];
    let boundary = Stroke::new(BLACK, 1.2).dash(Dash::Dashed);
    let none = Mismatch::NONE;
    let mut plate = Plate::new("phases", 2, 190.0);
    for row in &record.loops {
        let x = Axis::exact("frequency (Hz)", 0.0, 3.0).step(0.5);
        let y = Axis::exact("trace minus loop (deg)", -180.0, 180.0).step(90.0);
        let mut panel = Panel::new(plant_name(&row.plant), x, y);
        panel.levels.extend([-90.0, 90.0].map(|at| Level::across(at).pen(boundary.clone())));
        let body = bench.config(&row.plant);
        let best = record.curves("best_delay", &row.plant, "minjerk").next().and_then(|c| c.delay_s);
        let right = bench.mismatched_system(&body, &none)?;
        for trace in rows {
            let g = match trace {
                "none" => LinearSystem::delay(0),
                "loop_delay" => LinearSystem::delay(bench.nerve_delay()),
                "best_delay" => LinearSystem::delay(bench.ticks_in(best.unwrap_or(0.0))),
                "model" => right.clone(),
                "delay_150" => bench.mismatched_system(&body, &Mismatch { delay_s: 0.15, ..none })?,
                _ if body.mass > 0.0 => bench.mismatched_system(&body, &Mismatch { mass: 2.0, ..none })?,
                _ => continue,
            };
            // The model of an unstable loop has no steady phase.
            if !is_stable(g.spectral_radius()) {
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
            panel.line(points, stroke(trace));
        }
        plate.panels.push(panel);
    }
    plate.legend.extend(rows.iter().map(|trace| Key::line(words(trace), stroke(trace))));
    plate.line_key("90 deg", boundary);
    let caption = "Phase of each trace minus phase of the closed loop, by frequency; one panel for each plant. Dashed lines: \
        ±90 deg. Learning lowers the error at frequencies between these lines and raises it outside. Without a trace the phase \
        leaves the band where the loop is 90 deg late. A delay follows the loop over part of the spectrum, and the exact model \
        follows it everywhere. A model of the resonant loop with 150 ms too much delay is itself unstable and has no steady phase.";
    plate.figure(caption)
}
