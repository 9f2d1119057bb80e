//! The record of a run, and the slopes that are read from it.

use lobule_analysis::{linear_fit, mean_of};
use lobule_control::walking::Effector;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By weight, seed, steering.
    pub walks: Vec<Walked>,
}

/// One robot at one weight under one value of an effector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Walked {
    pub weight: f64,
    pub seed: u64,
    /// Effector and its value, in its unit; none for the walk without steering.
    pub steering: Option<(Effector, f64)>,
    /// Mean yaw rate, deg/s to the left.
    pub yaw_rate_deg_s: f64,
    /// Mean roll, deg, positive with the right side down.
    pub roll_deg: f64,
    /// Speed along chords of a second, m/s.
    pub speed_m_s: f64,
    /// Falls in the whole walk.
    pub falls: u32,
}

impl Walked {
    /// Value of the effector; 0 without steering.
    pub fn value(&self) -> f64 {
        self.steering.map_or(0.0, |(_, value)| value)
    }
}

/// A measure of a walk.
pub type Of = fn(&Walked) -> f64;

pub const YAW: Of = |walk| walk.yaw_rate_deg_s;
pub const ROLL: Of = |walk| walk.roll_deg;
pub const SPEED: Of = |walk| walk.speed_m_s;

/// A straight line through a measure over the values of an effector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Slope, units of the measure per unit of the effector; not a number for a robot without two walks that did not fall.
    pub gain: f64,
    /// Share of the variance that the line explains.
    pub r2: f64,
}

impl Record {
    /// Walks without steering at a weight, by seed.
    pub fn unsteered(&self, weight: f64) -> impl Iterator<Item = &Walked> {
        self.walks.iter().filter(move |walk| walk.weight == weight && walk.steering.is_none())
    }

    /// Walks of one robot at a weight under an effector, in the order of the values, with the walk without steering among them.
    pub fn of(&self, weight: f64, effector: Effector, seed: u64) -> Vec<&Walked> {
        let belongs = |walk: &&Walked| {
            (walk.weight, walk.seed) == (weight, seed) && walk.steering.is_none_or(|(of, _)| of == effector)
        };
        let mut walks: Vec<&Walked> = self.walks.iter().filter(belongs).collect();
        walks.sort_by(|a, b| a.value().total_cmp(&b.value()));
        walks
    }

    /// The line of each robot. A walk with a fall is no steady gait and is left out.
    pub fn lines(&self, weight: f64, effector: Effector, seeds: &[u64], of: Of) -> Vec<Line> {
        let line = |&seed: &u64| {
            let walks = self.of(weight, effector, seed);
            let points: Vec<(f64, f64)> =
                walks.iter().filter(|walk| walk.falls == 0).map(|walk| (walk.value(), of(walk))).collect();
            if points.len() < 2 {
                return Line { gain: f64::NAN, r2: f64::NAN };
            }
            let fit = linear_fit(&points);
            Line { gain: fit.slope, r2: fit.r2 }
        };
        seeds.iter().map(line).collect()
    }

    /// Mean of a measure over the robots, by value of the effector, without the walks with a fall.
    pub fn curve(&self, weight: f64, effector: Effector, seeds: &[u64], of: Of) -> Vec<(f64, f64)> {
        let by_seed: Vec<Vec<&Walked>> = seeds.iter().map(|&seed| self.of(weight, effector, seed)).collect();
        let values = by_seed.first().map_or(0, Vec::len);
        let at = |k: usize| {
            let upright = by_seed.iter().filter_map(|walks| walks.get(k)).filter(|walk| walk.falls == 0);
            (by_seed[0][k].value(), mean_of(upright.map(|walk| of(walk))))
        };
        (0..values).map(at).collect()
    }

    /// Share of the steered walks of an effector at a weight in which each robot fell, by seed.
    pub fn fallen(&self, weight: f64, effector: Effector, seeds: &[u64]) -> Vec<f64> {
        let share = |&seed: &u64| {
            let walks = self.of(weight, effector, seed);
            let steered = || walks.iter().filter(|walk| walk.steering.is_some());
            steered().filter(|walk| walk.falls > 0).count() as f64 / steered().count() as f64
        };
        seeds.iter().map(share).collect()
    }

    /// Speed of the slowest steered walk relative to that without steering, by seed.
    pub fn slowest(&self, weight: f64, effector: Effector, seeds: &[u64]) -> Vec<f64> {
        let ratio = |&seed: &u64| {
            let walks = self.of(weight, effector, seed);
            let free =
                walks.iter().find(|walk| walk.steering.is_none()).map_or(f64::NAN, |walk| walk.speed_m_s);
            let steered = walks.iter().filter(|walk| walk.steering.is_some());
            steered.map(|walk| walk.speed_m_s).fold(f64::INFINITY, f64::min) / free
        };
        seeds.iter().map(ratio).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(seed: u64, value: f64, yaw_rate_deg_s: f64, falls: u32) -> Walked {
        let steering = (value != 0.0).then_some((Effector::Trim, value));
        Walked {
            weight: 0.4,
            seed,
            steering,
            yaw_rate_deg_s,
            roll_deg: 0.0,
            speed_m_s: 0.2 - value.abs(),
            falls,
        }
    }

    #[test]
    fn the_line_of_a_robot_has_its_slope_and_leaves_falls_out() {
        let walks =
            vec![walk(1, 0.1, 1.3, 0), walk(1, 0.0, 0.3, 0), walk(1, -0.1, -0.7, 0), walk(1, 0.2, -50.0, 1)];
        let record = Record { walks };
        let [line] = record.lines(0.4, Effector::Trim, &[1], YAW)[..] else { panic!("one robot") };
        assert!((line.gain - 10.0).abs() < 1e-9 && (line.r2 - 1.0).abs() < 1e-9, "{line:?}");
        assert_eq!(record.fallen(0.4, Effector::Trim, &[1]), [1.0 / 3.0]);
        assert!((record.slowest(0.4, Effector::Trim, &[1])[0] - 0.0).abs() < 1e-9);
        let curve = record.curve(0.4, Effector::Trim, &[1], YAW);
        assert_eq!(curve[..3], [(-0.1, -0.7), (0.0, 0.3), (0.1, 1.3)]);
        assert!(curve[3].1.is_nan(), "no robot stayed upright");
        assert!(record.lines(0.5, Effector::Trim, &[1], YAW)[0].gain.is_nan(), "no walk at that weight");
    }
}
