//! Mossy fibers: each value of the senses drives a few fibers, each about a preferred value.
//!
//! ```text
//! I_k = amplitude exp(-(x - p_k)² / (2 s²)),  p_k = -1 + 2 k / (curves - 1),  s = width 2 / (curves - 1)
//! ```
//! Channels in order: position / 10 m (3), velocity / 5 m/s (3), Euler angles / pi (3), height / 2 m, R33, forward velocity / 5 m/s,
//! angles of the joints / 2 rad (n), their velocities / 10 rad/s (n), heading and distance of a target (2): `14 + 2 n` in all.
//! Those of joints and target are limited to -1 to 1; the trunk's are not, so that a body far from its start drives no fiber by its position.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::sensors::{PART, Sensors};
use lobule_control::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Channels of the trunk and the target.
const FIXED: usize = 14;

/// Tuning of the mossy fibers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MossyParameters {
    /// Fibers of each channel. Source: MH-FLOCKE v0.4.1.
    pub curves: usize,
    /// Current at the preferred value, as a fraction of the threshold. Source: MH-FLOCKE v0.4.1.
    pub amplitude: f64,
    /// Width of a curve, in distances between preferred values. Source: MH-FLOCKE v0.4.1.
    pub width: f64,
}

impl Default for MossyParameters {
    fn default() -> Self {
        Self { curves: 8, amplitude: 2.0, width: 1.5 }
    }
}

impl MossyParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.whole("mossy.curves", self.curves, (2, 1000))?;
        ranges.at_least_zero("mossy.amplitude", self.amplitude)?;
        Ok(ranges.positive("mossy.width", self.width)?)
    }
}

/// Channels for so many actuators: 38 for 12.
pub(super) fn channels(n_actuators: usize) -> usize {
    FIXED + 2 * n_actuators
}

/// The code of the mossy fibers.
#[derive(Debug, Clone)]
pub(super) struct MossyCode {
    amplitude: f64,
    /// 1 / (2 s²).
    sharpness: f64,
    /// `[curves]`
    preferred: Vec<f64>,
}

impl MossyCode {
    pub fn new(parameters: &MossyParameters) -> Self {
        let steps = (parameters.curves - 1) as f64;
        let s = parameters.width * 2.0 / steps;
        Self {
            amplitude: parameters.amplitude,
            sharpness: 1.0 / (2.0 * s * s),
            preferred: (0..parameters.curves).map(|k| -1.0 + 2.0 * k as f64 / steps).collect(),
        }
    }

    /// Writes the currents of all fibers, channel by channel. `[channels][curves]`
    pub fn encode(&self, sensors: &Sensors, currents: &mut [f64]) {
        let limited = |x: f64| x.clamp(-1.0, 1.0);
        let trunk = [
            (&sensors.position[..], 10.0),
            (&sensors.velocity, 5.0),
            (&sensors.euler, PI),
            (&[sensors.height], 2.0),
            (&[sensors.r33], 1.0),
            (&[sensors.forward_velocity], 5.0),
        ];
        let trunk = trunk.into_iter().flat_map(|(values, scale)| values.iter().map(move |x| x / scale));
        let angles = sensors.joint_angles.iter().map(|x| limited(x / 2.0));
        let velocities = sensors.joint_velocities.iter().map(|x| limited(x / 10.0));
        let target = [sensors.target_heading, sensors.target_distance].into_iter().map(limited);
        let values = trunk.chain(angles).chain(velocities).chain(target);
        for (x, fibers) in values.zip(currents.chunks_exact_mut(self.preferred.len())) {
            for (current, preferred) in fibers.iter_mut().zip(&self.preferred) {
                let distance = x - preferred;
                *current = self.amplitude * libm::exp(-distance * distance * self.sharpness);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sensors::tests::level;
    use super::*;

    #[test]
    fn a_channel_drives_eight_fibers_about_their_preferred_values() {
        let code = MossyCode::new(&MossyParameters::default());
        let mut joints = [0.0; 12];
        joints[0] = 20.0;
        let mut currents = vec![f64::NAN; 8 * channels(12)];
        assert_eq!(currents.len(), 304);
        code.encode(&Sensors { target_heading: 1.0 / 7.0, ..level(&joints) }, &mut currents);
        assert!(currents.iter().all(|current| current.is_finite()));
        // R33 = 1 is the preferred value of the eleventh channel's last fiber; the one before lies 2/7 below, s = 3/7 away.
        let upright = &currents[80..88];
        assert_eq!(upright[7], 2.0);
        assert!((upright[6] - 2.0 * libm::exp(-0.5 * (2.0_f64 / 3.0).powi(2))).abs() < 1e-12);
        assert!((upright[0] - 2.0 * libm::exp(-0.5 * (14.0_f64 / 3.0).powi(2))).abs() < 1e-12);
        // An angle of 20 rad is limited to the end of the channel's range.
        assert_eq!(currents[12 * 8 + 7], 2.0);
        assert!((currents[36 * 8 + 4] - 2.0).abs() < 1e-12, "1/7 is preferred by the fifth fiber");
        // The channel of x at 0 lies between the two middle fibers.
        assert!((currents[3] - currents[4]).abs() < 1e-12);
    }

    #[test]
    fn a_trunk_far_from_its_start_drives_no_fiber_by_its_position() {
        let code = MossyCode::new(&MossyParameters::default());
        let joints = [0.0; 12];
        let mut currents = vec![f64::NAN; 304];
        code.encode(&Sensors { position: [45.0, 0.0, 0.27], ..level(&joints) }, &mut currents);
        assert!(currents[..8].iter().all(|current| *current < 1e-10));
    }
}
