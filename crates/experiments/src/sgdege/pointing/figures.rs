//! Figures of the pointing experiment.

use super::config::PointingConfig;
use super::run::{ArmRecord, PointingRecord};
use super::words::rule_name;
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Level, Mark, Panel, Plate, SHADE};
use lobule_study::report::palette::{BLACK, BLUE, GREEN, GUIDE, VERMILLION};
use lobule_study::report::svg::{Dash, Stroke, tint};
use lobule_study::report::{Figure, plot};

/// Points that a curve of thousands of movements is drawn with.
const POINTS: usize = 220;

fn pen(rule: &str) -> Stroke {
    match rule {
        "sgdege" => Stroke::new(BLUE, 2.2),
        "marr_albus_ito" => Stroke::new(VERMILLION, 2.0),
        "reinforce" => Stroke::new(GREEN, 2.0),
        _ => Stroke::new(BLACK, 1.6).dash(Dash::Dashed),
    }
}

/// Means of blocks: (middle, mean). `[blocks]`
fn blocks(values: &[f64]) -> Vec<(f64, f64)> {
    let size = values.len().div_ceil(POINTS).max(1);
    values
        .chunks(size)
        .enumerate()
        .map(|(k, block)| {
            let n = block.len() as f64;
            ((k * size) as f64 + 0.5 * n, block.iter().sum::<f64>() / n)
        })
        .collect()
}

fn zero() -> Level {
    Level::across(0.0).pen(Stroke::new(GUIDE, 1.0).dash(Dash::Dotted))
}

fn span(config: &PointingConfig) -> (f64, f64) {
    let p = &config.protocol;
    (p.baseline as f64, (p.baseline + p.prism) as f64)
}

/// All figures.
pub fn figures(config: &PointingConfig, record: &PointingRecord) -> Result<Vec<Figure>, Error> {
    let mut figures = vec![miss(config, record)?];
    if let Some(arm) = record.of("sgdege").next() {
        figures.push(olive(config, arm)?);
    }
    figures.push(paths(config, record)?);
    Ok(figures)
}

/// Miss by movement, one line per rule and seed.
fn miss(config: &PointingConfig, record: &PointingRecord) -> Result<Figure, Error> {
    let movements = record.arms.first().map_or(1, |a| a.errors_deg.len());
    let mut panel = Panel::new("", Axis::exact("movement", 0.0, movements as f64), Axis::exact("", 0.0, 1.0));
    panel.shades.push(span(config));
    panel.levels.push(zero());
    let mut plate = Plate::new("miss", 1, 300.0);
    let mut reach = vec![0.0];
    for rule in &config.rules {
        let stroke = pen(rule);
        let arms: Vec<Vec<(f64, f64)>> = record.of(rule).map(|a| blocks(&a.errors_deg)).collect();
        let Some(first) = arms.first() else { continue };
        let mean: Vec<(f64, f64)> = (0..first.len())
            .map(|k| (first[k].0, arms.iter().map(|a| a[k].1).sum::<f64>() / arms.len() as f64))
            .collect();
        if arms.len() > 1 {
            let thin = Stroke::new(&tint(&stroke.colour, 0.45), 0.8);
            panel.marks.extend(arms.iter().map(|a| Mark::Line { points: a.clone(), stroke: thin.clone() }));
        }
        reach.extend(arms.iter().flatten().map(|p| p.1));
        panel.marks.push(Mark::Line { points: mean, stroke: stroke.clone() });
        plate.legend.push(Key::line(rule_name(rule), stroke));
    }
    panel.y = Axis::covering("miss (deg, signed)", reach);
    plate.legend.push(Key::block("through prisms", SHADE));
    plate.panels.push(panel);
    let size = movements.div_ceil(POINTS).max(1);
    let caption = format!(
        "Where the hand ends beside the target, by movement (means of {size}). Thick lines: mean over seeds; thin \
         lines: single seeds. The rules are told the size of the miss, not its side. Learning shows as a fall to zero \
         within the shade, and as an after-effect of the opposite sign behind it."
    );
    Ok(Figure::svg("miss", caption, plot::svg(&plate)?))
}

/// Error and inhibition of the olive on the first seed.
fn olive(config: &PointingConfig, arm: &ArmRecord) -> Result<Figure, Error> {
    let hz = config.decoder.error_hz_per_deg;
    let error: Vec<f64> = arm.errors_deg.iter().map(|e| e.abs() * hz).collect();
    let (error, inhibition) = (blocks(&error), blocks(&arm.inhibition_hz));
    let x = Axis::exact("movement", 0.0, arm.errors_deg.len() as f64);
    let y = Axis::covering("rate (Hz)", error.iter().chain(&inhibition).map(|p| p.1).chain([0.0]));
    let mut panel = Panel::new("", x, y);
    panel.shades.push(span(config));
    let pens = [Stroke::new(VERMILLION, 2.0), Stroke::new(BLUE, 1.6).dash(Dash::Dashed)];
    panel.marks.push(Mark::Line { points: error, stroke: pens[0].clone() });
    panel.marks.push(Mark::Line { points: inhibition, stroke: pens[1].clone() });
    let mut plate = Plate::new("olive", 1, 200.0);
    plate.legend = vec![
        Key::line("error E: size of the miss", pens[0].clone()),
        Key::line("inhibition I of the olive", pens[1].clone()),
        Key::block("through prisms", SHADE),
    ];
    plate.panels.push(panel);
    let caption = format!(
        "Why one number is enough (perturbation rule, seed {}). The inhibition of the olive follows the error, so that a climbing \
         fibre fires after a movement when, and only when, this movement was worse than the last ones; what spontaneous \
         complex spikes had changed in it is then taken back, else kept.",
        arm.seed
    );
    Ok(Figure::svg("olive", caption, plot::svg(&plate)?))
}

/// Paths of the hand at the end of the exposure.
fn paths(config: &PointingConfig, record: &PointingRecord) -> Result<Figure, Error> {
    let first = config.seeds.first().copied().unwrap_or(0);
    let mut panel = Panel::new("", Axis::exact("", 0.0, 1.0), Axis::exact("", 0.0, 1.0));
    let mut plate = Plate::new("paths", 1, 300.0);
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for arm in record.arms.iter().filter(|a| a.seed == first) {
        let points: Vec<(f64, f64)> = arm.hand_m.iter().map(|[x, y]| (*x, *y)).collect();
        xs.extend(points.iter().map(|p| p.0));
        ys.extend(points.iter().map(|p| p.1));
        if let Some(&end) = points.last() {
            let dot =
                Mark::Dots { points: vec![end], radius: 4.0, colour: pen(&arm.rule).colour, opacity: 1.0 };
            panel.marks.push(Mark::Line { points, stroke: pen(&arm.rule) });
            panel.marks.push(dot);
        }
        plate.legend.push(Key::line(rule_name(&arm.rule), pen(&arm.rule)));
    }
    if let Some(arm) = record.arms.iter().find(|a| a.seed == first) {
        let far = ys.iter().copied().fold(0.0, f64::max) * 1.04;
        let ray = |y: f64| (y * arm.target_deg.to_radians().tan(), y);
        let near = ys.iter().copied().fold(far, f64::min);
        xs.extend([ray(near).0, ray(far).0]);
        let stroke = Stroke::new(GUIDE, 1.0).dash(Dash::Dotted);
        panel.marks.insert(0, Mark::Line { points: vec![ray(near), ray(far)], stroke: stroke.clone() });
        plate.legend.push(Key::line("direction of the target", stroke));
    }
    panel.x = Axis::covering("hand to the right of the shoulder (m)", xs);
    panel.y = Axis::covering("hand ahead of the shoulder (m)", ys);
    plate.panels.push(panel);
    let caption = format!(
        "Path of the hand after the exposure, still through prisms and without perturbations (seed {first}); discs: end of the movement. \
         The cortex alone points to where the target seems to be, {}° beside it.",
        config.protocol.prism_deg
    );
    Ok(Figure::svg("paths", caption, plot::svg(&plate)?))
}
