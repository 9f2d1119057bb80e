//! Figures of the experiment.

use super::config::Config;
use super::findings::{per, words};
use super::record::{Of, ROLL, Record, SPEED, YAW};
use lobule_analysis::mean;
use lobule_control::walking::Effector;
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// Colors of the weights, from the lowest.
const COLORS: [&str; 6] = [SKY, BLUE, BLACK, ORANGE, VERMILLION, PURPLE];

fn color(k: usize) -> &'static str {
    COLORS[k % COLORS.len()]
}

fn legend(plate: &mut Plate, config: &Config) {
    for (k, weight) in config.weights.iter().enumerate() {
        plate.line_key(&format!("weight {weight}"), Stroke::new(color(k), 2.0));
    }
}

/// A measure over the values of each effector.
fn curves(
    config: &Config,
    record: &Record,
    name: &str,
    label: &str,
    of: Of,
    what: &str,
) -> Result<Figure, Error> {
    let mut plate = Plate::new(name, 3, 170.0);
    legend(&mut plate, config);
    for effector in config.effectors() {
        let values = || config.values(effector).iter().copied().chain([0.0]);
        let x = match effector.unit() {
            "1" => Axis::covering("value", values()),
            unit => Axis::covering(&format!("value ({unit})"), values()),
        };
        let mut panel = Panel::new(&capital(words(effector)), x, Axis::exact("", 0.0, 1.0));
        let mut seen = Vec::new();
        for (k, &weight) in config.weights.iter().enumerate() {
            for &seed in &config.seeds {
                let walks = record.of(weight, effector, seed);
                let upright = walks.iter().filter(|walk| walk.falls == 0);
                let dots: Vec<(f64, f64)> = upright.map(|walk| (walk.value(), of(walk))).collect();
                seen.extend(dots.iter().map(|dot| dot.1));
                panel.pale_dots(dots, 2.2, color(k), 0.35);
            }
            panel.curve(record.curve(weight, effector, &config.seeds, of), 2.6, &Stroke::new(color(k), 1.8));
        }
        panel.y = Axis::covering(label, seen.into_iter().filter(|y| y.is_finite()).chain([0.0]));
        panel.levels.push(Level::across(0.0));
        plate.panels.push(panel);
    }
    plate.figure(format!(
        "{what} under a constant value of each effector, at each weight of the generator. Lines: means over the robots; pale dots: robots. Walks \
         with a fall are left out."
    ))
}

/// Yaw rates.
pub fn yaw(config: &Config, record: &Record) -> Result<Figure, Error> {
    let what = "Mean yaw rate, positive to the left,";
    curves(config, record, "yaw_rate", "yaw rate (deg/s)", YAW, what)
}

/// Rolls.
pub fn roll(config: &Config, record: &Record) -> Result<Figure, Error> {
    let what = "Mean roll, positive with the right side down,";
    curves(config, record, "roll", "roll (deg)", ROLL, what)
}

/// Speeds.
pub fn speed(config: &Config, record: &Record) -> Result<Figure, Error> {
    curves(config, record, "speed", "speed (m/s)", SPEED, "Speed along the path")
}

/// Yaw gain over the weight.
pub fn amplitude(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("amplitude", 2, 190.0);
    let shown = [Effector::StrideAsymmetry, Effector::LateralStep];
    for effector in config.effectors().filter(|effector| shown.contains(effector)) {
        let gains = |weight: f64| -> Vec<f64> {
            let lines = record.lines(weight, effector, &config.seeds, YAW);
            lines.into_iter().map(|line| line.gain).filter(|gain| gain.is_finite()).collect()
        };
        let of_weights: Vec<(f64, Vec<f64>)> =
            config.weights.iter().map(|&weight| (weight, gains(weight))).collect();
        let x = Axis::covering("weight of the generator", config.weights.iter().copied());
        let all = of_weights.iter().flat_map(|(_, gains)| gains.iter().copied());
        let y = Axis::covering(&format!("yaw gain ({})", per("deg/s", effector)), all.chain([0.0]));
        let mut panel = Panel::new(&capital(words(effector)), x, y);
        panel.levels.push(Level::across(0.0));
        for (weight, gains) in &of_weights {
            panel.pale_dots(gains.iter().map(|&gain| (*weight, gain)), 2.4, BLUE, 0.4);
        }
        panel.curve(
            of_weights.iter().map(|(weight, gains)| (*weight, mean(gains))),
            3.0,
            &Stroke::new(BLUE, 2.0),
        );
        plate.panels.push(panel);
    }
    plate.figure(
        "Slope of the yaw rate by the weight of the generator, which scales the amplitude of the gait. Lines: means; pale dots: robots; dotted: no \
         effect. A controller whose effector changes its sign with the amplitude drives its error up at one of them.",
    )
}
