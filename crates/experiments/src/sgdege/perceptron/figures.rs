//! The six panels of the paper's Figure 10.

use super::{Config, Record, Rule, findings};
use crate::sgdege::look;
use lobule_analysis::mean_of;
use lobule_study::{prelude::*, report::drawing::*};
use lobule_theory::perceptron::Steps;

/// Colors of curves by number of patterns, from few to many.
const LADDER: [&str; 7] = ["#08306b", "#2171b5", "#56b4e9", "#009e73", "#e69f00", "#d55e00", "#8c2d04"];
const BY_Q: [&str; 4] = ["#bcbddc", "#9e9ac8", "#6a51a3", "#3f007d"];

pub(super) fn figures(config: &Config, record: &Record) -> Result<Vec<Figure>, Error> {
    let mut plate = Plate::new("figure_10", 2, 210.0);
    let shown = shown_patterns(config);
    for (k, p) in shown.iter().enumerate() {
        plate.line_key(&format!("p = {p}"), Stroke::new(color(k, shown.len()), 2.0));
    }
    plate.line_key("delta rule (D)", Stroke::new(BLACK, 2.0));
    for (q, color) in qs(config).iter().zip(BY_Q.iter().cycle()) {
        plate.line_key(&format!("q = {q} (D)"), Stroke::new(color, 2.0));
    }
    let own = Rule::Sgdege { q: config.steps.q };
    plate.panels = vec![
        one_pattern(config, record),
        curves("Perturbation learning", config, record, own, &shown),
        curves("Delta rule", config, record, Rule::Delta, &shown),
        by_patterns(config, record),
    ];
    plate.panels.extend(config.states.patterns.iter().map(|&p| states(config, record, p)));
    let (shown, capacity) = (config.single.shown, config.capacity());
    let (epochs, long) = (config.sweep.epochs, config.long.epochs);
    Ok(vec![plate.figure(format!(
        "Panels as in Figure 10 of the paper. A: P − R of one pattern by epoch, {shown} runs of the first seed (blue: rising, vermillion: falling); \
         dashed: rho dP per epoch, and half of it for falling rates. B, C: mean error by epoch, mean over seeds, one color for each number of \
         patterns; dashed: the floor A (1 + q) / 2. D: final error by number of patterns, mean over seeds; small dots: after {epochs} epochs; large, \
         pale dots: after {long}; dashed: capacity, {capacity:.0} patterns; dotted: the floors. E, F: P − R and the estimate J − q P of each pattern, \
         first seed, averaged over the last epochs; patterns beyond 12 Hz are drawn on the frame."
    ))?])
}

/// At most seven numbers of patterns: those that are far from each other.
fn shown_patterns(config: &Config) -> Vec<u32> {
    let mut shown = config.sweep.patterns.clone();
    shown.sort_unstable();
    shown.dedup_by(|next, last| *next < *last + *last / 12 + 1);
    shown.truncate(LADDER.len());
    shown
}

fn color(k: usize, n: usize) -> &'static str {
    LADDER[if n > 1 { k * (LADDER.len() - 1) / (n - 1) } else { 0 }]
}

/// Every q that was run, ascending.
fn qs(config: &Config) -> Vec<f64> {
    let all = config.scan.q.iter().chain(&config.long.q).copied().chain([config.steps.q]);
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn guide(at: f64) -> Level {
    Level::across(at).pen(look::guide())
}

fn one_pattern(config: &Config, record: &Record) -> Panel {
    let x = Axis::exact("epochs", 0.0, config.single.epochs as f64);
    let mut panel = Panel::new("One pattern", x, Axis::exact("P − R (Hz)", -100.0, 100.0).step(50.0));
    panel.levels.push(guide(0.0));
    let courses = record.seeds.first().map(|s| s.single.courses.as_slice()).unwrap_or_default();
    for course in courses {
        let rises = course.first().is_some_and(|off| *off < 0.0);
        let pen = Stroke::new(if rises { BLUE } else { VERMILLION }, 1.0);
        panel.marks.push(Mark::series(course, 0.0, 10.0, pen));
    }
    let speed = config.steps.rho * config.steps.step_p_hz;
    for (from, slope) in [(-95.0, speed), (95.0, -speed / 2.0)] {
        let (last, end) = (80.0 / slope.abs(), from + 80.0 * slope.signum());
        panel.line([(0.0, from), (last, end)], Stroke::new(BLACK, 1.4).dash(Dash::Dashed));
        let at = (last + 60.0, end - 4.0 - 4.0 * slope.signum());
        panel.note(at, format!("{slope:+.2} Hz").replace('-', "−"), Anchor::Start, INK);
    }
    panel
}

fn curves(title: &str, config: &Config, record: &Record, rule: Rule, shown: &[u32]) -> Panel {
    let x = Axis::log10("epochs", 1.0, config.sweep.epochs as f64);
    let mut panel = Panel::new(title, x, Axis::log10("error (Hz)", 0.01, 100.0));
    if let (Rule::Sgdege { .. }, Some(floor)) = (rule, config.steps.floor_hz()) {
        panel.levels.push(guide(libm::log10(floor)));
    }
    for (k, &p) in shown.iter().enumerate() {
        let of_seed = record.seeds.iter().filter_map(|s| s.learned(rule, p, config.sweep.epochs));
        let of_seed: Vec<_> = of_seed.collect();
        let Some(first) = of_seed.first() else { continue };
        let points = (0..first.curve.len()).map(|t| {
            // Errors below the axis lie on it.
            let error = mean_of(of_seed.iter().map(|l| l.curve[t].1)).max(0.01);
            (libm::log10(first.curve[t].0 as f64), libm::log10(error))
        });
        panel.line(points, Stroke::new(color(k, shown.len()), 1.6));
    }
    panel
}

fn by_patterns(config: &Config, record: &Record) -> Panel {
    let high = 10.0;
    let patterns = config.sweep.patterns.iter().chain(&config.long.patterns).map(|p| f64::from(*p));
    let most = patterns.fold(1.0, f64::max);
    let x = Axis::exact("patterns", 0.0, 1.03 * most).step(100.0);
    let mut panel = Panel::new("Error and capacity", x, Axis::exact("error (Hz)", 0.0, high).step(2.0));
    panel.levels.push(Level { is_vertical: true, ..guide(config.capacity()) });
    let by_q =
        qs(config).into_iter().zip(BY_Q.into_iter().cycle()).map(|(q, color)| (Rule::Sgdege { q }, color));
    for (rule, color) in by_q.chain([(Rule::Delta, BLACK)]) {
        if let Rule::Sgdege { q } = rule {
            let floor = Steps { q, ..config.steps }.floor_hz().unwrap_or(f64::NAN);
            let points = [(0.0, floor), (config.capacity(), floor)];
            panel.line(points, Stroke::new(color, 1.0).dash(Dash::Dotted));
        }
        for (epochs, radius, opacity) in [(config.sweep.epochs, 3.0, 1.0), (config.long.epochs, 5.5, 0.45)] {
            let points = || along(record, rule, epochs).into_iter().map(|(p, error)| (p, error.min(high)));
            if epochs == config.sweep.epochs {
                panel.line(points(), Stroke::new(color, 1.4));
            }
            panel.pale_dots(points(), radius, color, opacity);
        }
    }
    panel
}

/// (patterns, mean error over seeds) of all perceptrons of that rule and length, ascending.
fn along(record: &Record, rule: Rule, epochs: u64) -> Vec<(f64, f64)> {
    let learned = record.seeds.first().map(|s| s.learned.as_slice()).unwrap_or_default();
    let patterns = learned.iter().filter(|l| l.rule == rule && l.epochs == epochs).map(|l| l.patterns);
    let mut patterns: Vec<u32> = patterns.collect();
    patterns.sort_unstable();
    patterns.iter().map(|&p| (f64::from(p), findings::mean_error(record, rule, p, epochs))).collect()
}

fn states(config: &Config, record: &Record, p: u32) -> Panel {
    const REACH: f64 = 12.0;
    let x = Axis::exact("P − R (Hz)", -REACH, REACH).step(4.0);
    let y = Axis::exact("J − qP (Hz)", -3.0, REACH).step(3.0);
    let mut panel = Panel::new(&format!("{p} patterns at the end"), x, y);
    // E = I without perturbation, and with it.
    let q = config.steps.q;
    let lines = |shift: f64| {
        let without = [(-REACH, (shift - REACH).abs()), (-shift, 0.0), (REACH, REACH + shift)];
        without.map(|(x, y)| (x, y + q * shift))
    };
    panel.line(lines(config.steps.perturbation_hz), Stroke::new(ORANGE, 1.3));
    panel.line(lines(0.0), Stroke::new(SKY, 1.3));
    let learned = record.seeds.first().and_then(|s| s.learned(Rule::Sgdege { q }, p, config.sweep.epochs));
    let states = learned.map(|l| l.states.as_slice()).unwrap_or_default();
    let inside = |v: f64| v.clamp(-REACH, REACH);
    panel.pale_dots(states.iter().map(|(x, y)| (inside(*x), inside(*y))), 2.0, BLUE, 0.6);
    panel.note((4.6, 10.2), "C±", Anchor::Start, ORANGE);
    panel.note((8.6, 6.4), "D±", Anchor::Start, SKY);
    if let Some(floor) = config.steps.floor_hz() {
        panel.note((-11.5, -2.4), format!("black: (−{floor}, {floor}), predicted"), Anchor::Start, FAINT);
        panel.marks.push(Mark::dots([(-floor, floor)], 3.5, BLACK));
    }
    panel
}
