//! Figures of the experiment.

use super::Config;
use super::record::{LineResult, LinesRun, Record, Sensor};
use lobule_analysis::mean;
use lobule_study::{prelude::*, report::drawing::*};

/// A group of lines: name, membership, value of a line, pen.
type LineGroup = (&'static str, fn(&LinesRun, &LineResult) -> bool, fn(&LineResult) -> f64, Stroke);

pub fn leads(config: &Config, record: &Record) -> Result<Figure, Error> {
    let dashed = Stroke::new(GUIDE, 2.0).dash(Dash::Dashed);
    let groups: [LineGroup; 5] = [
        ("known earlier elsewhere", LinesRun::is_known_early, |l| l.predicted, Stroke::new(BLUE, 2.4)),
        ("all lines", |_, _| true, |l| l.predicted, Stroke::new(BLACK, 2.2)),
        ("earliest lines", |_, l| l.is_earliest(), |l| l.predicted, Stroke::new(VERMILLION, 2.2)),
        ("earliest lines, gated", |_, l| l.is_earliest(), |l| l.gated, Stroke::new(GREEN, 2.2)),
        ("earliest lines, present value", |_, l| l.is_earliest(), |l| l.persistence, dashed),
    ];
    let leads_ms = &config.lines.leads_ms;
    let longest = leads_ms.iter().copied().max().unwrap_or(1);
    let mut plate = Plate::new("leads", 2, 250.0);
    let x = Axis::exact("lead (ms)", 0.0, longest as f64 * 1.05);
    let mut panel = Panel::new("accuracy of prediction", x, Axis::exact("", 0.0, 1.0));
    let mut reach = vec![0.0, 1.0];
    for (label, fits, of, pen) in groups {
        let mean_at = |&ms: &usize| (ms as f64, mean(&record.by_seed(ms, fits, of)));
        let points: Vec<(f64, f64)> = leads_ms.iter().map(mean_at).collect();
        reach.extend(points.iter().map(|p| p.1));
        panel.curve(points, 3.0, &pen);
        plate.line_key(label, pen);
    }
    panel.y = Axis::covering("R²", reach);
    panel.levels.push(Level::across(0.0));
    plate.panels.push(panel);

    // Each line at the longest lead: gain in R² against its lag.
    let dots = |of: fn(&LineResult) -> f64| -> Vec<(f64, f64)> {
        let lines = record.of_lead(longest).flat_map(|r| &r.lines);
        lines.map(|l| (l.lag_ms as f64, of(l) - l.persistence)).collect()
    };
    let (ungated, gated) = (dots(|l| l.predicted), dots(|l| l.gated));
    let x = Axis::exact("lag of the line (ms)", -5.0, config.lines.longest_lag_ms as f64 + 5.0);
    let values = ungated.iter().chain(&gated).map(|p| p.1);
    let y = Axis::covering("difference in R²", values.chain([0.0]));
    let title = format!("improvement over the present value, lead {longest} ms");
    let mut panel = Panel::new(&title, x, y);
    panel.levels.push(Level::across(0.0));
    for (points, color) in [(ungated, VERMILLION), (gated, GREEN)] {
        panel.pale_dots(points, 2.0, color, 0.5);
    }
    plate.panels.push(panel);
    plate.figure(format!(
        "Prediction of {} lines. A: R² against the lead, mean over {} seeds. B: R² of the prediction minus R² of the present value, against the lag of each \
         line, at the longest lead; red: without the gate, green: with it. Lines whose signal other lines carry earlier are predicted well at every lead. For \
         the earliest lines there is no such information; where their prediction is worse than the present value, the gate closes.",
        config.lines.lines,
        config.seeds.len()
    ))
}

fn pen(sensor: Sensor) -> Stroke {
    match sensor {
        Sensor::Raw => Stroke::new(BLACK, 2.2),
        Sensor::ConstantVelocity => Stroke::new(VERMILLION, 2.2),
        Sensor::WithoutEfference => Stroke::new(ORANGE, 2.2),
        Sensor::Anticipated => Stroke::new(BLUE, 2.6),
        Sensor::Perfect => Stroke::new(GUIDE, 2.0).dash(Dash::Dashed),
    }
}

pub fn gains(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut gains = config.tracking.gains.clone();
    gains.sort_by(f64::total_cmp);
    let (last, top) = (gains.len() as f64 - 1.0, gains.last().copied().unwrap_or(1.0));
    let x = Axis::categories("gain Kp (N/m)", gains.iter().map(|g| plain(*g)));
    let mut error = Panel::new("error of the loop", x, Axis::exact("rms of the error (m)", 0.0, 1.0));
    for sensor in Sensor::ALL {
        let mean_rms = |gain: f64| -> Option<f64> {
            let all = config.seeds.iter().map(|&seed| record.rms(sensor, gain, seed));
            Some(mean(&all.collect::<Option<Vec<_>>>()?))
        };
        let points = gains.iter().enumerate().map_while(|(k, &gain)| Some((k as f64, mean_rms(gain)?)));
        let points: Vec<(f64, f64)> = points.collect();
        let end = points.last().copied().filter(|p| p.0 < last);
        error.line(points, pen(sensor));
        error.marks.push(Mark::dots(end, 5.0, &pen(sensor).color));
    }
    let names = ["raw", "velocity", "no copy", "early", "present"];
    let y = Axis::exact("Kp (N/m)", 0.0, top * 1.08);
    let mut highest = Panel::new("highest stable gain tested", Axis::categories("", names), y);
    let bar = |(k, &sensor): (usize, &Sensor)| {
        Cell::bar(k as f64, 0.3, record.highest_gain(config, sensor), &pen(sensor).color)
    };
    highest.marks.push(Mark::Cells(Sensor::ALL.iter().enumerate().map(bar).collect()));
    let mut plate = Plate::new("gains", 2, 240.0);
    plate.panels = vec![error, highest];
    plate.legend = Sensor::ALL.map(|sensor| Key::line(sensor.words(), pen(sensor))).to_vec();
    plate.figure(format!(
        "A mass follows a sum of sines with a sensory delay of {} ms, mean over {} seeds. A: rms of the error against the gain; a dot marks the last gain at \
         which no seed diverged. B: highest gain at which the rms stays below twice that with the present state; the highest gain tested is {}.",
        config.tracking.delay_ms,
        config.seeds.len(),
        plain(top)
    ))
}
