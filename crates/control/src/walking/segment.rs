//! The spinal segment, the last layer before the muscles: tone, stretch reflex and Golgi tendon organ of each joint.
//!
//! ```text
//! u += tone_gain (hip -0.15, knee 0.25, ankle -0.10)       the same on both sides
//! v <- 0.8 v + 0.2 (q - q_before) / dt ;  u -= 0.05 v
//! |u| > 0.85:  |u| <- 0.85 + 0.5 (|u| - 0.85)
//! u  clipped to ±1
//! ```
//! The stretch reflex is silent in the first tick. In a leg of three joints the original's tone lands on abduction, thigh and
//! calf ([`Wiring::Paper`]).
//!
//! Source of equations and numbers: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::{Body, Wiring};
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "segment";

/// Parameters of the segments.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentParameters {
    /// Joints that the tone reaches.
    pub wiring: Wiring,
    /// Gain of the tone; 0 switches it off.
    pub tone_gain: f64,
    /// Tone of hip, knee and ankle before the gain.
    pub tone: [f64; 3],
    /// Gain of the stretch reflex, s/rad; 0 switches it off.
    pub stretch_gain: f64,
    /// Share of a joint's smoothed velocity that is left after a tick.
    pub stretch_decay: f64,
    /// Command above which the tendon organ inhibits.
    pub tendon_threshold: f64,
    /// Share of the excess that it takes away; 0 switches it off.
    pub tendon_gain: f64,
}

impl Default for SegmentParameters {
    fn default() -> Self {
        Self {
            wiring: Wiring::Paper,
            tone_gain: 0.2,
            tone: [-0.15, 0.25, -0.10],
            stretch_gain: 0.05,
            stretch_decay: 0.8,
            tendon_threshold: 0.85,
            tendon_gain: 0.5,
        }
    }
}

impl SegmentParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.all("tone", self.tone, |tone| tone.abs() <= 1.0, "-1 to 1")?;
        let gains = [("tone_gain", self.tone_gain), ("stretch_gain", self.stretch_gain)];
        ranges.each(gains, |gain| (0.0..=100.0).contains(&gain), "0 to 100")?;
        let shares = [
            ("stretch_decay", self.stretch_decay),
            ("tendon_threshold", self.tendon_threshold),
            ("tendon_gain", self.tendon_gain),
        ];
        Ok(ranges.each(shares, |share| (0.0..=1.0).contains(&share), "0 to 1")?)
    }
}

/// Segments of all joints.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    parameters: SegmentParameters,
    dt_s: f64,
    /// Tone with its gain. `[joints]`
    tone: Vec<f64>,
    /// Angles in the tick before, rad. `[joints]`
    before: Vec<f64>,
    /// Smoothed velocities, rad/s. `[joints]`
    velocity: Vec<f64>,
    has_before: bool,
}

crate::snapshot!(Segment { before, velocity, has_before });

impl Segment {
    /// Segments at rest.
    ///
    /// # Errors
    /// As [`SegmentParameters::check`], and [`Error::Parameter`] for a tick that is not positive.
    pub fn new(parameters: SegmentParameters, body: Body, dt_s: f64) -> Result<Self, Error> {
        parameters.check()?;
        Ranges::of(PART).require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        let n = body.joints();
        let mut tone = vec![0.0; n];
        for (part, k) in parameters.wiring.tone(body).into_iter().enumerate() {
            let Some(k) = k else { continue };
            for leg in 0..body.legs {
                tone[body.joint(leg, k)] = parameters.tone[part] * parameters.tone_gain;
            }
        }
        Ok(Self { parameters, dt_s, tone, before: vec![0.0; n], velocity: vec![0.0; n], has_before: false })
    }

    /// Goes back to rest.
    pub fn reset(&mut self) {
        self.velocity.fill(0.0);
        self.has_before = false;
    }

    /// Changes the commands of this tick; `angles` are those of the joints, rad. `[joints]`, `[joints]`
    pub fn advance(&mut self, angles: &[f64], command: &mut [f64]) {
        let p = &self.parameters;
        for (j, (u, q)) in command.iter_mut().zip(angles).enumerate() {
            if self.has_before {
                let velocity = (q - self.before[j]) / self.dt_s;
                self.velocity[j] = p.stretch_decay * self.velocity[j] + (1.0 - p.stretch_decay) * velocity;
            }
            self.before[j] = *q;
            *u += self.tone[j];
            *u -= p.stretch_gain * self.velocity[j];
            let excess = u.abs() - p.tendon_threshold;
            if excess > 0.0 {
                *u = (p.tendon_threshold + (1.0 - p.tendon_gain) * excess).copysign(*u);
            }
            *u = u.clamp(-1.0, 1.0);
        }
        self.has_before = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT: f64 = 0.005;

    fn segment(parameters: SegmentParameters) -> Segment {
        Segment::new(parameters, Body::default(), DT).unwrap()
    }

    fn only(change: impl Fn(&mut SegmentParameters)) -> Segment {
        let mut parameters =
            SegmentParameters { tone_gain: 0.0, stretch_gain: 0.0, tendon_gain: 0.0, ..Default::default() };
        change(&mut parameters);
        segment(parameters)
    }

    #[test]
    fn tone_lands_where_the_wiring_says_with_the_same_sign_on_both_sides() {
        for (wiring, leg) in [(Wiring::Paper, [-0.03, 0.05, -0.02]), (Wiring::Anatomical, [0.0, -0.03, 0.05])]
        {
            let mut segment = only(|p| (p.tone_gain, p.wiring) = (0.2, wiring));
            let mut u = [0.0; 12];
            segment.advance(&[0.3; 12], &mut u);
            for (j, u) in u.iter().enumerate() {
                assert!((u - leg[j % 3]).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn a_joint_that_moves_steadily_is_damped_by_its_smoothed_velocity() {
        let mut segment = only(|p| p.stretch_gain = 0.05);
        // 2 rad/s: after n ticks of movement the velocity is 2 (1 - 0.8^n).
        for n in 0..50 {
            let mut u = [0.0; 12];
            segment.advance(&[2.0 * DT * f64::from(n); 12], &mut u);
            let expected = -0.05 * 2.0 * (1.0 - 0.8_f64.powi(n));
            assert!((u[7] - expected).abs() < 1e-9, "{n}");
        }
        // After a reset the first tick is silent again, wherever the joint is.
        segment.reset();
        let mut u = [0.1; 12];
        segment.advance(&[-3.0; 12], &mut u);
        assert_eq!(u, [0.1; 12]);
    }

    #[test]
    fn the_tendon_organ_halves_what_exceeds_its_threshold() {
        let mut segment = only(|p| p.tendon_gain = 0.5);
        let mut u = [0.5, 0.85, 0.95, -0.95, 1.15, -1.5, 0.0, -0.85, 1.14, 2.0, -0.86, 0.86];
        segment.advance(&[0.0; 12], &mut u);
        let expected = [0.5, 0.85, 0.9, -0.9, 1.0, -1.0, 0.0, -0.85, 0.995, 1.0, -0.855, 0.855];
        for (found, expected) in u.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn parameters_out_of_range_are_refused_by_name() {
        let wrong = [
            ("tone", SegmentParameters { tone: [0.0, f64::NAN, 0.0], ..Default::default() }),
            ("stretch_gain", SegmentParameters { stretch_gain: -0.1, ..Default::default() }),
            ("tendon_threshold", SegmentParameters { tendon_threshold: 1.2, ..Default::default() }),
        ];
        for (name, parameters) in wrong {
            assert!(parameters.check().unwrap_err().to_string().contains(name));
        }
    }
}
