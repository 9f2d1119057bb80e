//! Differences from robot to robot: a model is a mean, and what has learned on the mean has learned one robot.

use crate::Error;
use crate::library::{Model, Object};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Standard deviations of factors 1 + N(0, sd), each drawn by itself and cut off at three standard deviations; and the range of a
/// delay. 0 leaves the model as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Variation {
    /// Of the mass and the inertia of each body.
    pub mass: f64,
    /// Of the friction of each geom.
    pub friction: f64,
    /// Of the damping and the dry friction of each hinge or slide.
    pub damping: f64,
    /// Of the strength of each actuator: the factor of its control after the bounds.
    pub strength: f64,
    /// Most delay of the commands beyond `delay_s`, s; drawn evenly from 0.
    pub delay_s: f64,
}

/// Most standard deviations that a factor is away from 1.
const CUT: f64 = 3.0;
/// Draws until one within the cut is certain. The share of draws outside is 0.0027; 2.6e-52 of twenty.
const DRAWS: u64 = 20;

impl Variation {
    pub(crate) fn check(&self, part: &str) -> Result<(), Error> {
        let ranges = Ranges::of(part.to_string());
        let deviations = [
            ("variation.mass", self.mass),
            ("variation.friction", self.friction),
            ("variation.damping", self.damping),
            ("variation.strength", self.strength),
        ];
        // Below a third, so that a factor at the cut is positive.
        ranges.each(
            deviations,
            |sd| (0.0..=0.3).contains(&sd),
            "0 to 0.3, a share of the value in the file",
        )?;
        Ok(ranges.require(
            (0.0..=1.0).contains(&self.delay_s),
            "variation.delay_s",
            self.delay_s,
            "0 to 1 s",
        )?)
    }

    /// Draws the robot of a seed into a model.
    pub(crate) fn apply(&self, model: &mut Model, seed: u64) {
        let mass = factors(seed, "mass", self.mass, model.bodies());
        for (body, factor) in mass.iter().enumerate() {
            model.body_mass_mut()[body] *= factor;
            model.body_inertia_mut()[body].iter_mut().for_each(|moment| *moment *= factor);
        }
        let friction = factors(seed, "friction", self.friction, model.geoms());
        for (values, factor) in model.geom_friction_mut().iter_mut().zip(friction) {
            values.iter_mut().for_each(|value| *value *= factor);
        }
        let damping = factors(seed, "damping", self.damping, model.count(Object::Joint));
        for (joint, factor) in damping.iter().enumerate() {
            if let Some(axis) = model.axis(joint) {
                model.damping_mut()[axis] *= factor;
                model.friction_loss_mut()[axis] *= factor;
            }
        }
    }

    /// Strengths of the actuators of the robot of a seed.
    pub(crate) fn strengths(&self, seed: u64, actuators: usize) -> Vec<f64> {
        factors(seed, "strength", self.strength, actuators)
    }

    /// Delay of the robot of a seed beyond the common one, s.
    pub(crate) fn delay(&self, seed: u64) -> f64 {
        self.delay_s * Stream::new(seed, "robot delay").uniform(0, 0)
    }
}

fn factors(seed: u64, what: &str, sd: f64, count: usize) -> Vec<f64> {
    let stream = Stream::new(seed, &format!("robot {what}"));
    let factor = |index: usize| {
        let draws = (0..DRAWS).map(|draw| stream.normal(draw, index as u32));
        1.0 + sd * draws.into_iter().find(|x| x.abs() <= CUT).unwrap_or(0.0)
    };
    (0..count).map(factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_have_the_deviation_that_was_asked_for_and_end_at_the_cut() {
        let drawn = factors(3, "strength", 0.05, 20_000);
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let variance = drawn.iter().map(|f| (f - mean) * (f - mean)).sum::<f64>() / drawn.len() as f64;
        // A normal distribution that is cut off at 3 sd has a standard deviation of 0.9866 sd.
        assert!((mean - 1.0).abs() < 4.0 * 0.05 / (drawn.len() as f64).sqrt(), "{mean}");
        assert!((variance.sqrt() / (0.05 * 0.9866) - 1.0).abs() < 0.02, "{}", variance.sqrt());
        assert!(drawn.iter().all(|f| (f - 1.0).abs() <= 0.15));
        assert_eq!(
            drawn[..50],
            factors(3, "strength", 0.05, 50),
            "a factor does not depend on the number of them"
        );
        assert_ne!(drawn[..50], factors(4, "strength", 0.05, 50));
        assert_eq!(factors(3, "strength", 0.0, 3), [1.0; 3]);
    }
}
