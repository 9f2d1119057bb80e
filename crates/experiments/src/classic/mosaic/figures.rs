//! Figures of the experiment.

use super::config::Config;
use super::findings::of;
use super::record::{CONTROLLERS, Moment, Outcome, Record};
use lobule_analysis::mean_of;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// Colors of the objects; there are at most as many.
const COLORS: [&str; 6] = [BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY];

pub fn responsibilities(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("responsibilities", 1, 110.0);
    let Some(kept) = record.outcomes.iter().find(|o| !o.moments[1].is_empty()) else {
        return Err(Error::Figure { figure: "responsibilities".into(), what: "no moments were kept".into() });
    };
    let [early, late] = &kept.moments;
    plate.panels.push(shares(config, "first 30 s of learning: responsibilities", early));
    plate.panels.push(shares(config, "after learning: responsibilities", late));
    let y = Axis::covering("m", late.iter().flat_map(|m| m.position));
    let mut panel = Panel::new("after learning: position", Axis::exact("time (s)", 0.0, 30.0), y);
    let pens = [("desired", Stroke::new(GUIDE, 3.0)), ("true", Stroke::new(BLACK, 1.3))];
    for (k, [m, b, stiffness]) in config.task.objects.iter().enumerate() {
        let object = format!("object {}: {m} kg, {b} N s/m, {stiffness} N/m", k + 1);
        plate.legend.push(Key::block(&object, COLORS[k]));
    }
    for (k, (words, pen)) in pens.into_iter().enumerate() {
        panel.line(late.iter().map(|m| (m.time_s, m.position[k])), pen.clone());
        plate.line_key(words, pen);
    }
    plate.panels.push(panel);
    plate.figure(
        "Object in the hand (pale background) and responsibility of the module paired with each object (lines) against time, first seed. A: at the \
         beginning of learning. B: after learning. C: desired and true position in the time of B; the lines nearly coincide.",
    )
}

fn shares(config: &Config, title: &str, moments: &[Moment]) -> Panel {
    let mut panel = Panel::new(title, Axis::exact("", 0.0, 30.0), Axis::exact("share", 0.0, 1.0).step(0.5));
    let step = moments.get(1).map_or(0.05, |m| m.time_s - moments[0].time_s);
    let background = moments.iter().map(|m| Cell {
        x: (m.time_s, (m.time_s + step * 1.02).min(30.0)),
        y: (0.0, 1.0),
        color: tint(COLORS[m.object], 0.25),
    });
    panel.marks.push(Mark::Cells(background.collect()));
    for (k, color) in COLORS.iter().enumerate().take(config.task.objects.len()) {
        panel.line(moments.iter().map(|m| (m.time_s, m.shares[k])), Stroke::new(color, 1.8));
    }
    panel
}

pub fn errors(config: &Config, record: &Record) -> Result<Figure, Error> {
    let n = config.task.objects.len();
    let names = (1..=n).map(|k| format!("object {k}"));
    let names = names.chain(["after changes".to_string(), "intermediate object".to_string()]);
    let error_mm = |o: &Outcome, group: usize| 1e3 * o.errors_m.get(group).copied().unwrap_or(o.between_m);
    let mut bars = Vec::new();
    for group in 0..n + 2 {
        for (k, (controller, _, _, color)) in CONTROLLERS.into_iter().enumerate() {
            let height = mean_of(of(record, controller).into_iter().map(|o| error_mm(o, group)));
            bars.push(Cell::bar(group as f64 - 0.365 + 0.12 * k as f64, 0.055, height, color));
        }
    }
    let y = Axis::covering("rms (mm)", bars.iter().map(|b| b.y.1).chain([0.0]));
    let mut panel = Panel::new("tracking error", Axis::categories("", names), y);
    panel.marks.push(Mark::Cells(bars));
    let mut plate = Plate::new("errors", 1, 220.0);
    plate.panels.push(panel);
    plate.legend.extend(CONTROLLERS.map(|(_, _, words, color)| Key::block(words, color)));
    plate.figure(format!(
        "Rms of the position error by controller, mean over {} seeds: with each object, in the first 0.3 s after a change, and with an intermediate object that \
         was never learned.",
        config.seeds.len()
    ))
}

pub fn seeds(record: &Record) -> Result<Figure, Error> {
    let modular = || CONTROLLERS.into_iter().filter(|c| c.0.has_modules());
    let x = Axis::categories("", modular().map(|c| c.2));
    let y = Axis::exact("share of the time", 0.0, 1.05).step(0.2);
    let mut panel = Panel::new("is the right module responsible?", x, y);
    for (k, (controller, ..)) in modular().enumerate() {
        let outcomes = of(record, controller);
        let wide = 0.5 / outcomes.len().max(2) as f64;
        for (is_collapsed, color) in [(false, BLUE), (true, VERMILLION)] {
            let points = outcomes.iter().enumerate().filter(|(_, o)| o.is_collapsed() == is_collapsed);
            let points = points.map(|(i, o)| (k as f64 - 0.25 + wide * i as f64, o.accuracy));
            panel.marks.push(Mark::dots(points, 3.5, color));
        }
    }
    let mut plate = Plate::new("seeds", 1, 170.0);
    plate.panels.push(panel);
    plate.legend = vec![
        Key::dot("each object has its own module", BLUE),
        Key::dot("collapsed: some object has none", VERMILLION),
    ];
    plate.figure(
        "Accuracy of responsibilities after learning by controller, one dot for each seed. Modules collapse where two objects share one.",
    )
}
