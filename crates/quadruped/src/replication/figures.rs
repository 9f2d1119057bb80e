//! Figures of the experiment.

use super::config::{Arm, Config, Ground};
use super::record::{FARTHEST, Neurons, Pose, Record, Stage, Walked};
use lobule_analysis::{mean, mean_of};
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

fn color(arm: Arm) -> &'static str {
    match arm {
        Arm::NoNeurons => BLACK,
        Arm::Circuit => BLUE,
        Arm::Frozen => SKY,
        Arm::Random => PURPLE,
        Arm::LowWeight | Arm::HighWeight => GREEN,
        Arm::NoReflexes | Arm::NoSegments | Arm::Neither => GUIDE,
        Arm::PublishedPpo | Arm::ResidualPpo => ORANGE,
    }
}

/// Published distances, m. Source: MH-FLOCKE v0.4.1, README.
const PUBLISHED: [(Arm, f64); 3] =
    [(Arm::NoNeurons, 40.73), (Arm::Circuit, 45.15), (Arm::PublishedPpo, 12.83)];

/// Distances of all arms on flat ground, with the published ones.
pub fn distances(config: &Config, record: &Record) -> Result<Figure, Error> {
    let arms: Vec<Arm> =
        Arm::ALL.into_iter().rev().filter(|arm| !config.seeds_of(Ground::Flat, *arm).is_empty()).collect();
    let mut plate = Plate::new("distance", 1, 24.0 * arms.len() as f64);
    plate.left = (190.0, 190.0);
    plate.legend.push(Key::dot("published", VERMILLION));
    let y = Axis::categories("", arms.iter().map(|arm| arm.words()));
    let values = |arm: Arm| match arm {
        Arm::ResidualPpo => {
            record.trained.iter().filter_map(|t| t.tested.last()).map(|way| way.farthest_m).collect()
        }
        _ => record.values(Ground::Flat, arm, FARTHEST),
    };
    let all: Vec<Vec<f64>> = arms.iter().map(|&arm| values(arm)).collect();
    let published = PUBLISHED.iter().map(|(_, distance)| *distance);
    let x =
        Axis::covering("farthest distance (m)", all.iter().flatten().copied().chain(published).chain([0.0]));
    let mut panel = Panel::new("", x, y);
    let bar = |(k, values): (usize, &Vec<f64>)| {
        let at = k as f64;
        Cell { x: (0.0, mean(values)), y: (at - 0.32, at + 0.32), color: tint(color(arms[k]), 0.55) }
    };
    panel.marks.push(Mark::Cells(all.iter().enumerate().map(bar).collect()));
    for (k, values) in all.iter().enumerate() {
        panel.pale_dots(values.iter().map(|&value| (value, k as f64)), 2.4, color(arms[k]), 0.8);
        if let Some((_, distance)) = PUBLISHED.iter().find(|(arm, _)| *arm == arms[k]) {
            panel.marks.push(Mark::dots([(*distance, k as f64)], 4.5, VERMILLION));
        }
    }
    plate.panels.push(panel);
    plate.figure(
        "Farthest distance from the start in 250 s on flat ground. Bars: means; small dots: robots; large dots: means of the publication. The residual \
         policy is tested after its last budget.",
    )
}

/// Paths from above.
pub fn paths(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("paths", config.grounds.len(), 280.0);
    let arms = [Arm::NoNeurons, Arm::Circuit];
    for arm in arms.into_iter().filter(|arm| config.arms.contains(arm)) {
        plate.line_key(arm.words(), Stroke::new(color(arm), 2.0));
    }
    for &ground in &config.grounds {
        let walks = || arms.into_iter().flat_map(|arm| record.of(ground, arm));
        let places = || walks().flat_map(|walk| walk.way.places_m.iter());
        let x = Axis::covering("x (m)", places().map(|p| p[0]).chain([0.0]));
        let y = Axis::covering("y (m)", places().map(|p| p[1]).chain([0.0]));
        let mut panel = Panel::new(&capital(ground.words()), x, y);
        for walk in walks() {
            let path = walk.way.places_m.iter().map(|p| (p[0], p[1]));
            panel.line(path, Stroke::new(color(walk.arm), 1.4));
        }
        plate.panels.push(panel);
    }
    plate.figure(
        "Paths from above, all robots, from the start at 0, 0. All walk equally far along their paths; what differs is how much they turn.",
    )
}

/// A value of a stage.
type Of = fn(&Stage) -> Option<f64>;

/// Sparseness, weights and corrections over the walk.
pub fn course(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("course", 2, 170.0);
    let arms = [Arm::NoNeurons, Arm::Circuit, Arm::Frozen, Arm::Random];
    let arms: Vec<Arm> = arms.into_iter().filter(|arm| config.arms.contains(arm)).collect();
    for &arm in &arms {
        plate.line_key(arm.words(), Stroke::new(color(arm), 2.0));
    }
    let measures: [(&str, &str, Of); 4] = [
        ("Granule cells", "share of active cells", |stage| stage.sparseness),
        ("Parallel-fiber synapses", "mean weight", |stage| stage.synapses),
        ("Corrections", "mean size", |stage| Some(stage.correction)),
        ("Gate", "weight of the generator", |stage| Some(stage.weight)),
    ];
    for (title, label, of) in measures {
        let steps = Axis::exact("control steps (thousands)", 0.0, config.steps as f64 / 1000.0);
        let mut panel = Panel::new(title, steps, Axis::exact("", 0.0, 1.0));
        for &arm in &arms {
            let walks: Vec<&Walked> = record.of(Ground::Flat, arm).collect();
            let stages = walks.iter().map(|walk| walk.stages.len()).min().unwrap_or(0);
            let at = |k: usize| {
                let values = walks.iter().filter_map(|walk| of(&walk.stages[k]));
                (k as f64 + 1.0, mean_of(values))
            };
            panel.line((0..stages).map(at).filter(|(_, y)| y.is_finite()), Stroke::new(color(arm), 1.8));
        }
        panel.cover(label, [0.0]);
        plate.panels.push(panel);
    }
    plate.figure("Means of a thousand control steps and over the robots, on flat ground.")
}

fn histogram(panel: &mut Panel, counts: &[u64], high: f64, color: &str) {
    let all: u64 = counts.iter().sum();
    let width = high / counts.len() as f64;
    let cell = |(k, count): (usize, &u64)| {
        let share = *count as f64 / all as f64;
        Cell { x: (k as f64 * width, (k as f64 + 1.0) * width), y: (0.0, share), color: color.into() }
    };
    panel.y = Axis::covering("share", counts.iter().map(|count| *count as f64 / all as f64).chain([0.0]));
    panel.marks.push(Mark::Cells(counts.iter().enumerate().map(cell).collect()));
}

/// Weights, Purkinje rates and corrections of the first robot with the circuit.
pub fn circuit(record: &Record, cap: f64) -> Result<Option<Figure>, Error> {
    let first = record.of(Ground::Flat, Arm::Circuit).next().and_then(|walk| walk.neurons.as_ref());
    let Some(neurons) = first else { return Ok(None) };
    let mut plate = Plate::new("circuit", 3, 170.0);
    let mut weights =
        Panel::new("Parallel-fiber synapses", Axis::exact("weight", 0.0, cap), Axis::exact("", 0.0, 1.0));
    histogram(&mut weights, &neurons.weights, cap, BLUE);
    let rate = Axis::exact("smoothed rate (spikes per step)", 0.0, 1.0);
    let mut rates = Panel::new("Purkinje cells", rate, Axis::exact("", 0.0, 1.0));
    histogram(&mut rates, &neurons.rates, 1.0, BLUE);
    rates.levels.push(Level::upright(1.0 / 3.0));
    plate.panels.push(weights);
    plate.panels.push(rates);
    plate.panels.push(corrections(neurons));
    plate
        .figure(
            "The circuit of the first robot at the end of its walk. Dotted: a spike in three steps, which the refractory period allows at most. Right: \
             corrections of the three joints of the left front leg in the last steps.",
        )
        .map(Some)
}

fn corrections(neurons: &Neurons) -> Panel {
    let n = neurons.corrections.len();
    let mut panel = Panel::new(
        "Corrections",
        Axis::exact("control step", 0.0, n.max(1) as f64),
        Axis::exact("", 0.0, 1.0),
    );
    for (joint, color) in [BLUE, ORANGE, GREEN].into_iter().enumerate() {
        let of = |(k, corrections): (usize, &Vec<f64>)| {
            (k as f64, corrections.get(joint).copied().unwrap_or(f64::NAN))
        };
        panel.line(neurons.corrections.iter().enumerate().map(of), Stroke::new(color, 1.4));
    }
    panel.cover("fraction of the range", [0.0]);
    panel.levels.push(Level::across(0.0));
    panel
}

/// Roll and pitch of the last seconds.
pub fn tilt(config: &Config, record: &Record) -> Result<Figure, Error> {
    let mut plate = Plate::new("tilt", 2, 160.0);
    let arms = [Arm::NoNeurons, Arm::Circuit];
    for arm in arms.into_iter().filter(|arm| config.arms.contains(arm)) {
        plate.line_key(arm.words(), Stroke::new(color(arm), 2.0));
    }
    for (which, title) in ["Roll", "Pitch"].into_iter().enumerate() {
        let mut panel = Panel::new(title, Axis::exact("time (s)", 0.0, 5.0), Axis::exact("", 0.0, 1.0));
        for arm in arms {
            let close_up = record.of(Ground::Flat, arm).find_map(|walk| walk.close_up.as_ref());
            let samples = close_up.iter().flat_map(|close_up| &close_up.tilt_deg);
            panel.line(
                samples.enumerate().map(|(k, tilt)| (0.02 * k as f64, tilt[which])),
                Stroke::new(color(arm), 1.4),
            );
        }
        panel.cover("deg", [0.0]);
        plate.panels.push(panel);
    }
    plate.figure("Roll and pitch of the first robot in the last five seconds, on flat ground.")
}

/// Poses that are drawn, of the 25 of a cycle, and the distance between them, m.
const DRAWN: usize = 8;
const APART_M: f64 = 0.62;

/// A cycle of the gait as a strip of stick figures.
pub fn gait(record: &Record) -> Result<Option<Figure>, Error> {
    let arms = [Arm::Circuit, Arm::NoNeurons].into_iter();
    let shown: Vec<(Arm, &Vec<Pose>)> = arms
        .filter_map(|arm| {
            let close_up = record.of(Ground::Flat, arm).find_map(|walk| walk.close_up.as_ref())?;
            (!close_up.poses.is_empty()).then_some((arm, &close_up.poses))
        })
        .collect();
    if shown.is_empty() {
        return Ok(None);
    }
    let mut plate = Plate::new("gait", 1, 95.0);
    plate.line_key("left legs", Stroke::new(SKY, 1.6));
    plate.line_key("right legs and trunk", Stroke::new(BLACK, 2.0));
    for (arm, poses) in shown {
        let x = Axis::exact("", -0.35, APART_M * DRAWN as f64 - 0.2);
        let mut panel = Panel::new(&capital(arm.words()), x, Axis::exact("m", -0.02, 0.4));
        for k in 0..DRAWN {
            let pose = &poses[k * poses.len() / DRAWN];
            let at = |[x, z]: [f64; 2]| (x + APART_M * k as f64, z);
            let hip = |legs: &[usize]| {
                let of =
                    |i: usize| legs.iter().map(|&leg| pose.legs[leg][0][i]).sum::<f64>() / legs.len() as f64;
                at([of(0), of(1)])
            };
            // Legs FL, FR, RL, RR: the left ones lie behind.
            for (legs, stroke) in [([0, 2], Stroke::new(SKY, 1.6)), ([1, 3], Stroke::new(BLACK, 1.8))] {
                for leg in legs {
                    panel.line(pose.legs[leg].iter().map(|&point| at(point)), stroke.clone());
                }
            }
            panel.line([hip(&[0, 1]), hip(&[2, 3])], Stroke::new(BLACK, 3.0));
        }
        panel.levels.push(Level::across(0.0));
        plate.panels.push(panel);
    }
    plate
        .figure("A cycle of the gait, half a second, seen from the right side, from left to right; the robot walks to the right.")
        .map(Some)
}

/// Reward of the residual policies in training.
pub fn training(config: &Config, record: &Record) -> Result<Option<Figure>, Error> {
    if record.trained.is_empty() {
        return Ok(None);
    }
    let mut plate = Plate::new("training", 1, 170.0);
    let most = config.residual.budgets.last().copied().unwrap_or(1) as f64 / 1000.0;
    let steps = Axis::exact("control steps of training (thousands)", 0.0, most);
    let mut panel = Panel::new("Residual policies", steps, Axis::exact("", 0.0, 1.0));
    for trained in &record.trained {
        let rewards = trained.rewards.iter().map(|(step, reward)| (*step as f64 / 1000.0, *reward));
        panel.line(rewards, Stroke::new(ORANGE, 1.4));
    }
    panel.cover("speed along x (m/s)", [0.0]);
    plate.panels.push(panel);
    plate
        .figure("Mean reward of the residual policies with their noise, between updates. Lines: robots.")
        .map(Some)
}
