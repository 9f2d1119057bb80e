//! Figures of the experiment.

use super::config::{Arm, Config, Task};
use super::record::{Record, Walked};
use crate::robot::Base;
use lobule_analysis::mean;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// Color of an arm.
fn color(arm: Arm) -> &'static str {
    match arm {
        Arm::Frozen => BLACK,
        Arm::Learned | Arm::YawTuned | Arm::GyroTaught | Arm::FewCells | Arm::ManyCells => BLUE,
        Arm::Shuffled | Arm::Late | Arm::LaterThanContext => PURPLE,
        Arm::AdaptiveFilter | Arm::OneWeight | Arm::PiLost | Arm::PiLive => ORANGE,
        Arm::Random | Arm::Oracle => GUIDE,
    }
}

/// Bars of all arms with a dot for each robot.
pub fn bars(config: &Config, record: &Record, task: Task) -> Result<Figure, Error> {
    let (name, label, of): (_, _, fn(&Walked) -> f64) = match task {
        Task::Constant => ("turn", "turn in the test (deg)", |walk| walk.turn_deg.abs()),
        Task::Context => ("yaw_rate", "yaw rate in the test (deg/s)", |walk| walk.yaw_rate_deg_s),
    };
    let mut plate = Plate::new(name, 1, 20.0 * config.arms.len() as f64);
    plate.left = (170.0, 170.0);
    for &walker in &config.walkers {
        let arms: Vec<Arm> = config.arms.iter().rev().copied().collect();
        let y = Axis::categories("", arms.iter().map(|arm| arm.words()));
        let all: Vec<Vec<f64>> = arms.iter().map(|&arm| record.values(walker, task, arm, of)).collect();
        // What is taught later than a context lasts swerves so much that nothing else would be seen beside it.
        let others = arms.iter().zip(&all).filter(|(arm, _)| **arm != Arm::LaterThanContext);
        let x = Axis::covering(label, others.flat_map(|(_, values)| values).copied().chain([0.0]));
        let right = x.high;
        let mut panel = Panel::new(walker.words(), x, y);
        let bar = |(k, values): (usize, &Vec<f64>)| {
            let (at, end) = (k as f64, mean(values).min(right));
            Cell { x: (0.0, end), y: (at - 0.32, at + 0.32), color: tint(color(arms[k]), 0.55) }
        };
        panel.marks.push(Mark::Cells(all.iter().enumerate().map(bar).collect()));
        for (k, values) in all.iter().enumerate() {
            let seen = values.iter().filter(|value| **value <= right);
            panel.pale_dots(seen.map(|&value| (value, k as f64)), 2.4, color(arms[k]), 0.8);
            if mean(values) > right {
                panel.note((right, k as f64), format!("{} ▸", fixed(mean(values), 1)), Anchor::End, INK);
            }
        }
        if let Some(frozen) = arms.iter().position(|arm| *arm == Arm::Frozen) {
            panel.levels.push(Level::upright(mean(&all[frozen])));
        }
        plate.panels.push(panel);
    }
    let what = match task {
        Task::Constant => "Absolute turn in the test",
        Task::Context => "Mean absolute yaw rate in the test, over chords of half a second",
    };
    plate.figure(format!(
        "{what}, without plasticity and without the senses of the errors (but for feedback), {}. Bars: means, a number where one goes beyond the figure; dots: robots; dotted: \
         without plasticity.",
        task.words()
    ))
}

/// Colors of the arms that are drawn over time.
const COLORS: [&str; 4] = [BLACK, BLUE, ORANGE, GREEN];

/// Arms that are drawn over time.
fn drawn() -> impl Iterator<Item = (Arm, &'static str)> {
    Arm::DRAWN.into_iter().zip(COLORS)
}

/// Their walks by the robot with the median turn.
fn courses(record: &Record, walker: Base, task: Task) -> Vec<(&Walked, Stroke)> {
    let typical = record.typical_seed(walker, task);
    let of = |(arm, color): (Arm, &str)| {
        let walk = record.of(walker, task, arm).find(|walk| Some(walk.seed) == typical)?;
        Some((walk, Stroke::new(color, if arm == Arm::Learned { 2.2 } else { 1.6 })))
    };
    drawn().filter_map(of).collect()
}

fn legend(plate: &mut Plate, config: &Config) {
    for (arm, color) in drawn().filter(|(arm, _)| config.arms.contains(arm)) {
        plate.line_key(arm.words(), Stroke::new(color, 2.0));
    }
}

/// Paths from above.
pub fn paths(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("paths", config.tasks.len(), 250.0);
    legend(&mut plate, config);
    for &walker in &config.walkers {
        for &task in &config.tasks {
            let walks = courses(record, walker, task);
            let places = || walks.iter().flat_map(|(walk, _)| walk.course.iter().map(|c| c.1));
            let x = Axis::covering("x (m)", places().map(|p| p[0]).chain([0.0]));
            let y = Axis::covering("y (m)", places().map(|p| p[1]).chain([0.0]));
            let mut panel = Panel::new(&format!("{}, {}", walker.words(), task.words()), x, y);
            for (walk, stroke) in &walks {
                panel.line(walk.course.iter().map(|c| (c.1[0], c.1[1])), stroke.clone());
            }
            plate.panels.push(panel);
        }
    }
    plate.figure("Paths from above, from the start at 0, 0, of the robot with the median turn without plasticity. Axes have different scales where a path is straight.")
}

/// Heading and steering over time.
pub fn course(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("course", 2, 170.0);
    legend(&mut plate, config);
    let times = config.times;
    let (learns, tests) = (times.settle_s, times.settle_s + times.learn_s);
    for &walker in &config.walkers {
        for &task in &config.tasks {
            let walks = courses(record, walker, task);
            let unit = if walker == Base::Generator { "lateral step (rad)" } else { "yaw rate (rad/s)" };
            let title = format!("{}, {}", walker.words(), task.words());
            let mut panels = [
                Panel::new(&title, Axis::exact("time (s)", 0.0, times.all_s()), Axis::exact("", 0.0, 1.0)),
                Panel::new(
                    "its steering",
                    Axis::exact("time (s)", 0.0, times.all_s()),
                    Axis::exact("", 0.0, 1.0),
                ),
            ];
            for (walk, stroke) in &walks {
                panels[0].line(walk.course.iter().map(|c| (c.0, c.2)), stroke.clone());
                panels[1].line(walk.course.iter().map(|c| (c.0, c.3)), stroke.clone());
            }
            panels[0].cover("heading (deg)", [0.0]);
            panels[1].cover(unit, [0.0]);
            for mut panel in panels {
                panel.shades.push((tests, times.all_s()));
                panel.levels.push(Level::upright(learns));
                plate.panels.push(panel);
            }
        }
    }
    plate.figure(
        "Heading and steering of the same robots. Dotted: learning begins. Shaded: the test, without plasticity and without the senses of the \
         errors, but for feedback.",
    )
}
