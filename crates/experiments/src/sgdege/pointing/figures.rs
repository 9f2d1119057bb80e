//! Figures of the pointing experiment.

use super::run::{Record, RuleRun};
use super::{Config, rule_name};
use lobule_analysis::{mean, mean_of};
use lobule_study::{prelude::*, report::drawing::*};

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

fn block_size(movements: usize) -> usize {
    movements.div_ceil(POINTS).max(1)
}

/// Means of blocks: (middle, mean). `[blocks]`
fn blocks(values: &[f64]) -> Vec<(f64, f64)> {
    let size = block_size(values.len());
    let middle = |k: usize, block: &[f64]| (k * size) as f64 + 0.5 * block.len() as f64;
    values.chunks(size).enumerate().map(|(k, block)| (middle(k, block), mean(block))).collect()
}

/// A panel over all movements, with the exposure shaded.
fn by_movement(config: &Config, movements: usize, y: Axis) -> Panel {
    let p = &config.protocol;
    let mut panel = Panel::new("", Axis::exact("movement", 0.0, movements as f64), y);
    panel.shades.push((p.baseline as f64, (p.baseline + p.prism) as f64));
    panel
}

pub(super) fn error_by_movement(config: &Config, record: &Record) -> Result<Figure, Error> {
    let movements = record.runs.first().map_or(1, |r| r.errors_deg.len());
    let curves = |rule| record.of(rule).map(|r| blocks(&r.errors_deg)).collect::<Vec<_>>();
    let all = config.rules.iter().flat_map(|rule| curves(rule)).flatten().map(|(_, error)| error);
    let y = Axis::covering("pointing error (deg, signed)", all.chain([0.0]));
    let (mut plate, mut panel) = (Plate::new("miss", 1, 300.0), by_movement(config, movements, y));
    panel.levels.push(Level::across(0.0));
    for rule in &config.rules {
        let curves = curves(rule);
        let Some(first) = curves.first() else { continue };
        let mean = (0..first.len()).map(|k| (first[k].0, mean_of(curves.iter().map(|c| c[k].1)))).collect();
        let seeds = if curves.len() > 1 { curves } else { Vec::new() };
        panel.seeds([mean].into_iter().chain(seeds), &pen(rule));
        plate.line_key(rule_name(rule), pen(rule));
    }
    plate.legend.push(Key::block("through prisms", SHADE));
    plate.panels.push(panel);
    plate.figure(format!(
        "Signed pointing error by movement (means of {}). Thick lines: mean over seeds; thin lines: single seeds. Shading: prisms on. The \
         rules receive the size of the error, not its direction. A rule that learns reduces the error to zero through prisms and shows an \
         after-effect of opposite sign afterwards.",
        block_size(movements)
    ))
}

pub(super) fn olive(config: &Config, run: &RuleRun) -> Result<Figure, Error> {
    let hz = config.decoder.error_hz_per_deg;
    let error: Vec<f64> = run.errors_deg.iter().map(|e| e.abs() * hz).collect();
    let curves = [
        ("error E: size of the pointing error", blocks(&error), Stroke::new(VERMILLION, 2.0)),
        ("inhibition I of the olive", blocks(&run.inhibition_hz), Stroke::new(BLUE, 1.6).dash(Dash::Dashed)),
    ];
    let all = curves.iter().flat_map(|(_, points, _)| points).map(|p| p.1).chain([0.0]);
    let mut panel = by_movement(config, run.errors_deg.len(), Axis::covering("rate (Hz)", all));
    let mut plate = Plate::new("olive", 1, 200.0);
    for (label, points, pen) in curves {
        plate.line_key(label, pen.clone());
        panel.line(points, pen);
    }
    plate.legend.push(Key::block("through prisms", SHADE));
    plate.panels.push(panel);
    plate.figure(format!(
        "Error and inhibition of the olive by movement (perturbation rule, seed {}). Shading: prisms on. The inhibition follows the error, so \
         that climbing fibers fire after a movement only if its error was larger than those of the last movements. The rule then reverses \
         the changes that spontaneous complex spikes made in this movement, and otherwise reinforces them.",
        run.seed
    ))
}

pub(super) fn paths(config: &Config, record: &Record) -> Result<Figure, Error> {
    let seed = config.seeds.first().copied().unwrap_or(0);
    let of_seed = || record.runs.iter().filter(|r| r.seed == seed);
    let mut marks = Vec::new();
    let mut plate = Plate::new("paths", 1, 300.0);
    let (mut xs, ys): (Vec<f64>, Vec<f64>) = of_seed().flat_map(|r| &r.hand_m).map(|[x, y]| (*x, *y)).unzip();
    for run in of_seed() {
        let pen = pen(&run.rule);
        if let Some(&[x, y]) = run.hand_m.last() {
            marks.push(Mark::line(run.hand_m.iter().map(|[x, y]| (*x, *y)), pen.clone()));
            marks.push(Mark::dots([(x, y)], 4.0, &pen.color));
        }
        plate.line_key(rule_name(&run.rule), pen);
    }
    if let Some(run) = of_seed().next() {
        let far = ys.iter().copied().fold(0.0, f64::max) * 1.04;
        let near = ys.iter().copied().fold(far, f64::min);
        let ray = [near, far].map(|y| (y * libm::tan(run.target_deg.to_radians()), y));
        xs.extend(ray.map(|p| p.0));
        let pen = Stroke::guide().dash(Dash::Dotted);
        marks.insert(0, Mark::line(ray, pen.clone()));
        plate.line_key("direction of the target", pen);
    }
    let x = Axis::covering("hand to the right of the shoulder (m)", xs);
    let mut panel = Panel::new("", x, Axis::covering("hand ahead of the shoulder (m)", ys));
    panel.marks = marks;
    plate.panels.push(panel);
    plate.figure(format!(
        "Path of the hand at the end of the exposure, through prisms and without perturbations, seen from above (seed {seed}); one color for \
         each rule; discs: end of the movement. The cortex alone points to the apparent target, {}° beside the actual one.",
        config.protocol.prism_deg
    ))
}
