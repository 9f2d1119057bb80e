//! Figures of the experiment.

use super::config::AnticipationConfig;
use super::findings::{highest_gains, is_earliest, of_lead, rms};
use super::record::{AnticipationRecord, LineResult, LinesRun, Sensor};
use lobule_study::Error;
use lobule_study::report::axes::grid_cell;
use lobule_study::report::chart::Tick;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate};
use lobule_study::report::numbers::plain;
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, ORANGE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke};
use lobule_study::report::{Figure, plot};

/// All figures.
pub fn figures(config: &AnticipationConfig, record: &AnticipationRecord) -> Result<Vec<Figure>, Error> {
    Ok(vec![leads(config, record)?, gains(config, record)?])
}

/// A group of lines, and what is measured of them.
type Group = (&'static str, fn(&LinesRun, &LineResult) -> bool, fn(&LineResult) -> f64, Stroke);

/// R² against lead, by group of lines.
fn leads(config: &AnticipationConfig, record: &AnticipationRecord) -> Result<Figure, Error> {
    let dashed = |colour| Stroke::new(colour, 2.0).dash(Dash::Dashed);
    let groups: [Group; 5] = [
        ("known earlier elsewhere", |r, l| r.is_known_early(l), |l| l.predicted, Stroke::new(BLUE, 2.4)),
        ("all lines", |_, _| true, |l| l.predicted, Stroke::new(BLACK, 2.2)),
        ("earliest lines", |_, l| is_earliest(l), |l| l.predicted, Stroke::new(VERMILLION, 2.2)),
        ("earliest lines, gated", |_, l| is_earliest(l), |l| l.gated, Stroke::new(GREEN, 2.2)),
        ("earliest lines as they are", |_, l| is_earliest(l), |l| l.persistence, dashed(GUIDE)),
    ];
    let mut plate = Plate::new("leads", 2, 250.0);
    let mut panel = Panel::new(
        "how well a line is known a lead early",
        Axis::exact("lead (ms)", 0.0, config.lines.leads_ms.iter().copied().max().unwrap_or(1) as f64 * 1.05),
        Axis::exact("", 0.0, 1.0),
    );
    let mut reach = vec![0.0, 1.0];
    for (label, fits, of, stroke) in groups {
        let points: Vec<(f64, f64)> = config
            .lines
            .leads_ms
            .iter()
            .map(|&lead| {
                let means: Vec<f64> = of_lead(record, lead)
                    .iter()
                    .map(|r| r.mean(|l| fits(r, l), of))
                    .filter(|m| m.is_finite())
                    .collect();
                (lead as f64, means.iter().sum::<f64>() / means.len() as f64)
            })
            .filter(|p| p.1.is_finite())
            .collect();
        reach.extend(points.iter().map(|p| p.1));
        panel.marks.push(Mark::Line { points: points.clone(), stroke: stroke.clone() });
        panel.marks.push(Mark::Dots { points, radius: 3.0, colour: stroke.colour.clone(), opacity: 1.0 });
        plate.legend.push(Key::line(label, stroke));
    }
    panel.y = Axis::covering("R²", reach);
    panel.levels.push(Level::across(0.0).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dotted)));
    plate.panels.push(panel);

    // Each line of the longest lead: skill over its lateness.
    let longest = config.lines.leads_ms.iter().copied().max().unwrap_or(0);
    let all: Vec<LineResult> = of_lead(record, longest).iter().flat_map(|r| r.lines.clone()).collect();
    let dots = |of: fn(&LineResult) -> f64| all.iter().map(|l| (l.lag_ms as f64, of(l))).collect::<Vec<_>>();
    let (ungated, gated) = (dots(|l| l.predicted - l.persistence), dots(|l| l.gated - l.persistence));
    let mut panel = Panel::new(
        &format!("won over the line as it is, lead {longest} ms"),
        Axis::exact("lateness of the line (ms)", -5.0, config.lines.longest_lag_ms as f64 + 5.0),
        Axis::covering("R² less that of the line", ungated.iter().chain(&gated).map(|p| p.1).chain([0.0])),
    );
    panel.levels.push(Level::across(0.0).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dotted)));
    panel.marks.push(Mark::Dots { points: ungated, radius: 2.0, colour: VERMILLION.into(), opacity: 0.5 });
    panel.marks.push(Mark::Dots { points: gated, radius: 2.0, colour: GREEN.into(), opacity: 0.5 });
    plate.panels.push(panel);
    let caption = format!(
        "A: R² of {} lines against the lead, mean over {} seeds. Lines that others tell of earlier are known at every lead; of the \
         earliest ones nothing is known, and without a gate their predictions become worse than the lines as they are. B: each line at \
         the longest lead; red without, green with the gate, which keeps the green dots at 0 or above.",
        config.lines.lines,
        config.seeds.len()
    );
    Ok(Figure::svg("leads", caption, plot::svg(&plate)?))
}

/// Pen of a sensor.
fn pen(sensor: Sensor) -> Stroke {
    match sensor {
        Sensor::Raw => Stroke::new(BLACK, 2.2),
        Sensor::ConstantVelocity => Stroke::new(VERMILLION, 2.2),
        Sensor::WithoutEfference => Stroke::new(ORANGE, 2.2),
        Sensor::Anticipated => Stroke::new(BLUE, 2.6),
        Sensor::Perfect => Stroke::new(GUIDE, 2.0).dash(Dash::Dashed),
    }
}

/// Rms against gain, and the highest stable gain.
fn gains(config: &AnticipationConfig, record: &AnticipationRecord) -> Result<Figure, Error> {
    let mut gains = config.tracking.gains.clone();
    gains.sort_by(f64::total_cmp);
    let ticks = gains.iter().enumerate().map(|(k, g)| Tick::new(k as f64, plain(*g))).collect();
    let last = gains.len() as f64 - 1.0;
    let mut plate = Plate::new("gains", 2, 240.0);
    let mut panel = Panel::new(
        "error of the loop",
        Axis::exact("gain Kp (N/m)", -0.3, last + 0.3).named(ticks),
        Axis::exact("rms of the error (m)", 0.0, 1.0),
    );
    for sensor in Sensor::ALL {
        let points: Vec<(f64, f64)> = gains
            .iter()
            .enumerate()
            .map_while(|(k, &gain)| {
                let all: Option<Vec<f64>> =
                    config.seeds.iter().map(|&seed| rms(record, sensor, gain, seed)).collect();
                all.map(|v| (k as f64, v.iter().sum::<f64>() / v.len() as f64))
            })
            .collect();
        let end: Vec<(f64, f64)> = points.last().copied().filter(|p| p.0 < last).into_iter().collect();
        panel.marks.push(Mark::Line { points, stroke: pen(sensor) });
        panel.marks.push(Mark::Dots { points: end, radius: 5.0, colour: pen(sensor).colour, opacity: 1.0 });
        plate.legend.push(Key::line(sensor.words(), pen(sensor)));
    }
    plate.panels.push(panel);

    let names = [(0, "late"), (1, "velocity"), (2, "no copy"), (3, "early"), (4, "now")];
    let top = gains.last().copied().unwrap_or(1.0);
    let mut panel = Panel::new(
        "highest stable gain tested",
        Axis::exact("", -0.6, 4.6).named(names.map(|(k, n)| Tick::new(f64::from(k), n)).to_vec()),
        Axis::exact("Kp (N/m)", 0.0, top * 1.08),
    );
    let bars = Sensor::ALL.iter().enumerate().map(|(k, &sensor)| {
        let highest = highest_gains(config, record, sensor);
        let mean = highest.iter().sum::<f64>() / highest.len() as f64;
        let mut bar = grid_cell(k, 0, pen(sensor).colour);
        (bar.x, bar.y) = ((k as f64 - 0.3, k as f64 + 0.3), (0.0, mean));
        bar
    });
    panel.marks.push(Mark::Cells(bars.collect()));
    plate.panels.push(panel);
    let caption = format!(
        "A mass that follows a sum of sines with senses {} ms late, mean over {} seeds. A: rms of the error by gain; a line ends with a dot \
         at the last gain at which no seed diverged. B: the highest gain at which the rms stays below twice that of the law with the state of \
         now; the highest gain tested is {}.",
        config.tracking.delay_ms,
        config.seeds.len(),
        plain(top)
    );
    Ok(Figure::svg("gains", caption, plot::svg(&plate)?))
}
