//! Errors of a walk, as climbing fibers can report them.

use super::View;
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};
use std::f64::consts::{PI, TAU};

/// An error of a walk: zero where all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkError {
    /// Yaw rate in the body's frame, mean since the last time it was asked for, rad/s.
    YawRate,
    /// Its mean over the last gait cycle, rad/s.
    YawRateMean,
    /// Rate of the heading, mean since the last time it was asked for, rad/s: the yaw rate of the body's frame leaves out what pitching
    /// turns a body that is rolled, which adds up over a walk.
    HeadingRate,
    /// Turn to the left since the start, rad; whole turns count.
    Heading,
    /// Roll, rad.
    Roll,
    /// Roll relative to its mean over the last gait cycle, rad.
    RollDeviation,
    /// Mean of the roll over the last gait cycle, rad.
    RollMean,
    /// Velocity to the left in the body's frame, mean since the last time it was asked for, m/s.
    LateralVelocity,
}

/// Least cosine of the pitch in the rate of the heading: a body that stands on its head has none. Chosen: a pitch of 80 degrees.
const LEAST_COSINE: f64 = 0.17;

/// The last values of a gait cycle.
#[derive(Debug, Clone, PartialEq)]
struct Cycle {
    values: Vec<f64>,
    next: usize,
    filled: usize,
}

crate::snapshot!(Cycle { values, next, filled });

impl Cycle {
    fn new(ticks: usize) -> Self {
        Self { values: vec![0.0; ticks], next: 0, filled: 0 }
    }

    fn reset(&mut self) {
        (self.next, self.filled) = (0, 0);
    }

    fn put(&mut self, value: f64) {
        self.values[self.next] = value;
        self.next = (self.next + 1) % self.values.len();
        self.filled = (self.filled + 1).min(self.values.len());
    }

    /// Mean of the values so far, of a cycle at most. Summed anew each time, so that no rounding adds up over a walk.
    fn mean(&self) -> f64 {
        self.values[..self.filled].iter().sum::<f64>() / self.filled.max(1) as f64
    }
}

/// The mean of values since it was last asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Since {
    sum: f64,
    count: u64,
}

crate::snapshot!(Since { sum, count });

impl Since {
    fn put(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    fn mean(&self) -> f64 {
        self.sum / self.count.max(1) as f64
    }
}

/// Errors of a walk over time.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkErrors {
    roll_cycle: Cycle,
    yaw_cycle: Cycle,
    yaw_rate: Since,
    heading_rate: Since,
    lateral: Since,
    roll: f64,
    yaw_before: Option<f64>,
    heading: f64,
}

crate::snapshot!(WalkErrors {
    roll_cycle,
    yaw_cycle,
    yaw_rate,
    heading_rate,
    lateral,
    roll,
    yaw_before,
    heading
});

impl WalkErrors {
    /// Errors of a walk whose gait cycle takes `cycle_ticks`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a cycle of no ticks, or of more than 100,000.
    pub fn new(cycle_ticks: usize) -> Result<Self, Error> {
        let allowed = "1 to 100000";
        Ranges::of("errors of a walk").require(
            (1..=100_000).contains(&cycle_ticks),
            "cycle_ticks",
            cycle_ticks as f64,
            allowed,
        )?;
        Ok(Self {
            roll_cycle: Cycle::new(cycle_ticks),
            yaw_cycle: Cycle::new(cycle_ticks),
            yaw_rate: Since::default(),
            heading_rate: Since::default(),
            lateral: Since::default(),
            roll: 0.0,
            yaw_before: None,
            heading: 0.0,
        })
    }

    /// Starts a walk.
    pub fn reset(&mut self) {
        self.roll_cycle.reset();
        self.yaw_cycle.reset();
        self.forget_means();
        (self.roll, self.yaw_before, self.heading) = (0.0, None, 0.0);
    }

    /// Takes a tick.
    pub fn put(&mut self, view: &View) {
        let [roll, pitch, yaw] = view.roll_pitch_yaw();
        let [_, pitch_rate, yaw_rate] = view.body_angular_velocity();
        let about_vertical = pitch_rate * libm::sin(roll) + yaw_rate * libm::cos(roll);
        self.heading_rate.put(about_vertical / libm::cos(pitch).max(LEAST_COSINE));
        self.roll = roll;
        self.roll_cycle.put(roll);
        self.yaw_cycle.put(yaw_rate);
        self.yaw_rate.put(yaw_rate);
        self.lateral.put(view.body_velocity()[1]);
        if let Some(before) = self.yaw_before.replace(yaw) {
            let turn = yaw - before;
            self.heading += match turn {
                turn if turn > PI => turn - TAU,
                turn if turn < -PI => turn + TAU,
                turn => turn,
            };
        }
    }

    /// The error now.
    pub fn get(&self, error: WalkError) -> f64 {
        match error {
            WalkError::YawRate => self.yaw_rate.mean(),
            WalkError::YawRateMean => self.yaw_cycle.mean(),
            WalkError::HeadingRate => self.heading_rate.mean(),
            WalkError::Heading => self.heading,
            WalkError::Roll => self.roll,
            WalkError::RollDeviation => self.roll - self.roll_cycle.mean(),
            WalkError::RollMean => self.roll_cycle.mean(),
            WalkError::LateralVelocity => self.lateral.mean(),
        }
    }

    /// Begins the means that last until they are asked for.
    pub fn forget_means(&mut self) {
        (self.yaw_rate, self.heading_rate, self.lateral) = Default::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walking::Body;

    /// Senses of a body of this roll or yaw.
    fn senses(roll: f64, yaw: f64) -> Vec<f64> {
        let mut senses = vec![0.0; Body::default().senses()];
        let (angle, axis) = if roll == 0.0 { (yaw, 3) } else { (roll, 1) };
        senses[3] = libm::cos(angle / 2.0);
        senses[3 + axis] = libm::sin(angle / 2.0);
        senses
    }

    fn put(errors: &mut WalkErrors, senses: &[f64]) {
        errors.put(&Body::default().view(senses).unwrap());
    }

    #[test]
    fn roll_is_compared_with_its_mean_over_the_last_cycle() {
        let mut errors = WalkErrors::new(4).unwrap();
        for roll in [9.0, 0.1, 0.2, 0.3, 0.4_f64] {
            put(&mut errors, &senses(roll.min(1.0), 0.0));
        }
        for (error, expected) in
            [(WalkError::Roll, 0.4), (WalkError::RollMean, 0.25), (WalkError::RollDeviation, 0.15)]
        {
            assert!((errors.get(error) - expected).abs() < 1e-12, "{error:?}");
        }
        errors.reset();
        put(&mut errors, &senses(0.3, 0.0));
        assert!((errors.get(WalkError::RollMean) - 0.3).abs() < 1e-12, "of what there is");
    }

    #[test]
    fn the_rate_of_the_heading_is_that_of_the_yaw_whatever_roll_and_pitch_do() {
        let body = Body::default();
        // A body that rolls and pitches while it turns: angular velocity of the ZYX angles, in the world's axes.
        let (dt, mut errors) = (1e-4, WalkErrors::new(10).unwrap());
        let (mut counted, mut of_body) = (0.0, 0.0);
        for n in 0..20_000 {
            let t = f64::from(n) * dt;
            let (roll, roll_rate) = (0.2 * libm::sin(12.0 * t), 2.4 * libm::cos(12.0 * t));
            let (pitch, pitch_rate) = (-0.15 * libm::cos(12.0 * t), 1.8 * libm::sin(12.0 * t));
            let (yaw, yaw_rate) = (0.3 * t, 0.3);
            let half = |angle: f64| (libm::cos(angle / 2.0), libm::sin(angle / 2.0));
            let ((cr, sr), (cp, sp), (cy, sy)) = (half(roll), half(pitch), half(yaw));
            let mut senses = vec![0.0; body.senses()];
            senses[3] = cr * cp * cy + sr * sp * sy;
            senses[4] = sr * cp * cy - cr * sp * sy;
            senses[5] = cr * sp * cy + sr * cp * sy;
            senses[6] = cr * cp * sy - sr * sp * cy;
            senses[10] = roll_rate * libm::cos(pitch) * libm::cos(yaw) - pitch_rate * libm::sin(yaw);
            senses[11] = roll_rate * libm::cos(pitch) * libm::sin(yaw) + pitch_rate * libm::cos(yaw);
            senses[12] = yaw_rate - roll_rate * libm::sin(pitch);
            put(&mut errors, &senses);
            assert!((errors.get(WalkError::HeadingRate) - 0.3).abs() < 1e-9, "{t} s");
            of_body += errors.get(WalkError::YawRate) * dt;
            counted = errors.get(WalkError::Heading);
            errors.forget_means();
        }
        assert!((counted - 0.6).abs() < 1e-3, "{counted}");
        assert!((of_body - 0.6).abs() > 0.1, "the yaw rate of the body misses a part of it: {of_body}");
    }

    #[test]
    fn heading_counts_whole_turns_from_the_start() {
        let mut errors = WalkErrors::new(1).unwrap();
        for n in 0..=400 {
            put(&mut errors, &senses(0.0, 2.0 - 0.05 * f64::from(n)));
        }
        assert!((errors.get(WalkError::Heading) + 20.0).abs() < 1e-9);
    }

    #[test]
    fn rates_are_those_of_the_body_and_means_since_they_were_asked_for() {
        let mut errors = WalkErrors::new(3).unwrap();
        // Turned to the left by 90 degrees, the body's left is the world's -x.
        let mut turned = senses(0.0, std::f64::consts::FRAC_PI_2);
        for rate in [0.1, 0.2, 0.6] {
            (turned[7], turned[12]) = (-0.5 * rate, rate);
            put(&mut errors, &turned);
        }
        assert!((errors.get(WalkError::YawRate) - 0.3).abs() < 1e-12);
        assert!((errors.get(WalkError::LateralVelocity) - 0.15).abs() < 1e-12);
        errors.forget_means();
        turned[12] = 1.0;
        put(&mut errors, &turned);
        assert!((errors.get(WalkError::YawRate) - 1.0).abs() < 1e-12);
        assert!((errors.get(WalkError::YawRateMean) - 0.6).abs() < 1e-12);
        assert!(WalkErrors::new(0).unwrap_err().to_string().contains("cycle_ticks"));
    }
}
