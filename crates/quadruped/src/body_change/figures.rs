//! Figures of the experiment.

use super::config::{Arm, Config};
use super::record::{Errors, Of, Record, Walked};
use lobule_analysis::{mean, mean_of};
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// A window of a walk.
type Window = fn(&Walked) -> Errors;

fn color(arm: Arm) -> &'static str {
    match arm {
        Arm::Frozen => BLACK,
        Arm::Learned => BLUE,
        Arm::Shuffled | Arm::Late => PURPLE,
        Arm::Pi | Arm::OneWeight | Arm::AdaptiveFilter => ORANGE,
    }
}

/// Arms that are drawn over time.
const COURSES: [Arm; 4] = [Arm::Frozen, Arm::Learned, Arm::Shuffled, Arm::Pi];

/// Yaw rate and roll over time, means over the robots.
pub fn course(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("course", 2, 170.0);
    let arms: Vec<Arm> = COURSES.into_iter().filter(|arm| config.arms.contains(arm)).collect();
    for &arm in &arms {
        plate.line_key(arm.words(), Stroke::new(color(arm), 2.0));
    }
    let times = config.times;
    let [from_s, to_s, end_s] = times.marks_s();
    for &scenario in &config.scenarios {
        for of in Of::ALL {
            let title = match of {
                Of::Yaw => scenario.words(),
                Of::Roll => "",
            };
            let x = Axis::exact("time (s)", times.settle_s, end_s);
            let mut panel = Panel::new(title, x, Axis::exact("", 0.0, 1.0));
            panel.shades.push((from_s, to_s));
            panel.levels.push(Level::across(0.0));
            for &arm in &arms {
                let courses: Vec<&Vec<(f64, f64)>> =
                    record.of(scenario, arm).map(|walk| &walk.course).collect();
                let seconds = courses.iter().map(|course| course.len()).min().unwrap_or(0);
                let at = |k: usize| {
                    let values = courses.iter().map(|course| match of {
                        Of::Yaw => course[k].0,
                        Of::Roll => course[k].1,
                    });
                    (times.settle_s + 0.5 + k as f64, mean_of(values))
                };
                panel.line((0..seconds).map(at), Stroke::new(color(arm), 1.6));
            }
            panel.cover(&format!("{} ({})", of.words(), of.unit()), [0.0]);
            plate.panels.push(panel);
        }
    }
    plate.figure(
        "Yaw rate and mean roll in each second, means over the robots. Shaded: the changed body. What learns compensates it, and errs the \
         other way when it is gone.",
    )
}

/// Errors in the four windows.
pub fn windows(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("windows", 2, 170.0);
    let of_windows: [(&str, Window); 4] = [
        ("early", |walk| walk.early),
        ("late", |walk| walk.late),
        ("after", |walk| walk.after),
        ("end", |walk| walk.end),
    ];
    for &arm in &config.arms {
        plate.legend.push(Key::dot(arm.words(), color(arm)));
    }
    for &scenario in &config.scenarios {
        for of in Of::ALL {
            let title = match of {
                Of::Yaw => scenario.words(),
                Of::Roll => "",
            };
            let x = Axis::categories("", of_windows.map(|(name, _)| name));
            let mut values = vec![0.0];
            let mut panel = Panel::new(title, x, Axis::exact("", 0.0, 1.0));
            for (k, &arm) in config.arms.iter().enumerate() {
                let shift = (k as f64 + 0.5) / config.arms.len() as f64 - 0.5;
                for (w, (_, window)) in of_windows.iter().enumerate() {
                    let errors = record.errors(scenario, arm, of, *window);
                    let x = w as f64 + 0.8 * shift;
                    panel.pale_dots(errors.iter().map(|&error| (x, error)), 1.8, color(arm), 0.5);
                    panel.marks.push(Mark::dots([(x, mean(&errors))], 3.4, color(arm)));
                    values.extend(errors);
                }
            }
            panel.levels.push(Level::across(0.0));
            panel.y = Axis::covering(&format!("{} ({})", of.words(), of.unit()), values);
            plate.panels.push(panel);
        }
    }
    plate.figure("Change of yaw rate and mean roll relative to before, in the four windows. Large dots: means; small: robots.")
}
