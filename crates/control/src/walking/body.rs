//! The layout of the senses of a body with legs, and readings of them.
//!
//! ```text
//! base position x|y|z          m, world
//! base orientation w|x|y|z     1, rotation from the body to the world
//! base velocity x|y|z          m/s, world, at the trunk's center of mass
//! base angular velocity x|y|z  rad/s, world
//! <joint> angle                rad     [joints]
//! <joint> velocity             rad/s   [joints]
//! <foot> force                 N       [legs], normal to the ground
//! ```
//! Legs come in rows from front to rear, left before right: FL, FR, RL, RR. Joint k of leg l is joint
//! `joints_per_leg l + k`; the joints of a leg are abduction (`hip`), `thigh`, `calf`.
//! The body's frame: x forward, y left, z up. Roll is positive with the right side down, pitch with the nose down, yaw to the left.

use crate::{Channel, Error};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "body with legs";
/// Senses of the trunk: position, orientation, velocity, angular velocity.
const TRUNK: usize = 3 + 4 + 3 + 3;
/// Largest deviation of an orientation's length from 1. Chosen: far above rounding, far below what changes an angle by a degree.
const UNIT: f64 = 1e-2;
/// Most legs, and most joints of a leg. Chosen: more than any machine that walks.
const MOST: usize = 100;

/// A body with legs of equal joints.
///
/// # Example: a trunk that is rolled by 30 degrees
/// ```
/// use lobule_control::walking::Body;
/// let body = Body::default();
/// let mut senses = vec![0.0; body.senses()];
/// let half = 15.0_f64.to_radians();
/// (senses[3], senses[4]) = (libm::cos(half), libm::sin(half));
/// let view = body.view(&senses)?;
/// let [roll, pitch, yaw] = view.roll_pitch_yaw();
/// assert!((roll.to_degrees() - 30.0).abs() < 1e-9 && pitch == 0.0 && yaw == 0.0);
/// assert!((view.upright() - libm::cos(30.0_f64.to_radians())).abs() < 1e-12);
/// # Ok::<(), lobule_control::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Legs.
    pub legs: usize,
    /// Joints of each leg.
    pub joints_per_leg: usize,
}

impl Default for Body {
    /// A quadruped with three joints in each leg.
    fn default() -> Self {
        Self { legs: 4, joints_per_leg: 3 }
    }
}

/// Joints of a leg by what they do, as places within the leg; none where the leg has no such joint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Sideways.
    pub abduction: Option<usize>,
    /// Thigh, back and forth.
    pub hip: Option<usize>,
    /// Calf.
    pub knee: Option<usize>,
    /// Foot.
    pub ankle: Option<usize>,
}

impl Body {
    /// Checks that there is a leg and a joint, and not more than a hundred of each.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the number.
    pub fn check(&self) -> Result<(), Error> {
        let counts = [("legs", self.legs as f64), ("joints_per_leg", self.joints_per_leg as f64)];
        Ok(Ranges::of(PART).each(counts, |n| (1.0..=MOST as f64).contains(&n), "1 to 100")?)
    }

    /// Number of joints.
    pub fn joints(&self) -> usize {
        self.legs * self.joints_per_leg
    }

    /// Number of senses.
    pub fn senses(&self) -> usize {
        TRUNK + 2 * self.joints() + self.legs
    }

    /// Number of a joint.
    pub fn joint(&self, leg: usize, k: usize) -> usize {
        self.joints_per_leg * leg + k
    }

    /// Joints of a leg by what they do. A leg of one joint has a hip, of two a knee as well, of three an abduction before them, and
    /// the fourth is an ankle; further joints have no part.
    pub fn leg(&self) -> Leg {
        let has = |least: usize, k: usize| (self.joints_per_leg >= least).then_some(k);
        let first = usize::from(self.joints_per_leg >= 3);
        Leg { abduction: has(3, 0), hip: has(1, first), knee: has(2, first + 1), ankle: has(4, 3) }
    }

    /// Side of a leg: 1 left, -1 right.
    pub fn side(&self, leg: usize) -> f64 {
        if leg.is_multiple_of(2) { 1.0 } else { -1.0 }
    }

    /// Place of a leg along the trunk: 1 in the front half, -1 in the rear half, 0 in the middle row.
    pub fn fore(&self, leg: usize) -> f64 {
        let (row, rows) = (leg / 2, self.legs.div_ceil(2));
        match (2 * row + 1).cmp(&rows) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.0,
            std::cmp::Ordering::Greater => -1.0,
        }
    }

    /// Pairs of legs on the diagonals of neighboring rows: (FL, RR), (FR, RL).
    pub fn diagonals(&self) -> impl Iterator<Item = [usize; 2]> + use<> {
        let legs = self.legs;
        (0..legs / 2)
            .flat_map(|row| [[2 * row, 2 * row + 3], [2 * row + 1, 2 * row + 2]])
            .filter(move |[_, rear]| *rear < legs)
    }

    /// Name of a leg, which is that of its foot.
    pub fn foot_name(&self, leg: usize) -> String {
        let side = if self.side(leg) > 0.0 { "L" } else { "R" };
        match (self.legs, self.fore(leg)) {
            (4, fore) => format!("{}{side}", if fore > 0.0 { "F" } else { "R" }),
            (2, _) => side.into(),
            _ => format!("{side}{}", leg / 2 + 1),
        }
    }

    /// Name of a joint.
    pub fn joint_name(&self, joint: usize) -> String {
        let k = joint % self.joints_per_leg;
        let leg = self.leg();
        let part = match Some(k) {
            k if k == leg.abduction => "hip".into(),
            k if k == leg.hip => "thigh".into(),
            k if k == leg.knee => "calf".into(),
            k if k == leg.ankle => "foot".into(),
            _ => format!("joint {}", k + 1),
        };
        format!("{} {part}", self.foot_name(joint / self.joints_per_leg))
    }

    /// Channels of the senses, in order, without bounds, noise or delay.
    pub fn channels(&self) -> Vec<Channel> {
        let trunk = [
            ("position", "m", &["x", "y", "z"][..]),
            ("orientation", "1", &["w", "x", "y", "z"]),
            ("velocity", "m/s", &["x", "y", "z"]),
            ("angular velocity", "rad/s", &["x", "y", "z"]),
        ];
        let mut channels: Vec<Channel> = trunk
            .iter()
            .flat_map(|(what, unit, axes)| {
                axes.iter().map(move |axis| Channel::new(format!("base {what} {axis}"), *unit))
            })
            .collect();
        for (what, unit) in [("angle", "rad"), ("velocity", "rad/s")] {
            let named = |joint| Channel::new(format!("{} {what}", self.joint_name(joint)), unit);
            channels.extend((0..self.joints()).map(named));
        }
        channels
            .extend((0..self.legs).map(|leg| Channel::new(format!("{} force", self.foot_name(leg)), "N")));
        channels
    }

    /// Checks and reads senses. `[senses]`
    ///
    /// # Errors
    /// [`Error::Length`] for another number of senses, [`Error::NonFinite`] for one that is not a number, [`Error::Parameter`] for
    /// an orientation that is not of unit length.
    pub fn view<'a>(&self, senses: &'a [f64]) -> Result<View<'a>, Error> {
        let count = senses.len();
        if count != self.senses() {
            let Self { legs, joints_per_leg } = self;
            let needed = format!(
                "{legs} legs of {joints_per_leg} joints have {} in the order of `Body`: trunk {TRUNK}, angles, velocities, feet",
                self.senses()
            );
            return Err(Error::Length { part: PART.into(), input: "senses".into(), count, needed });
        }
        if senses.iter().any(|value| !value.is_finite()) {
            let names = self.channels().into_iter().map(|channel| channel.name);
            Error::finite(PART, names, senses, f64::NAN)?;
        }
        let view = View { body: *self, senses };
        let length = view.orientation().iter().map(|q| q * q).sum::<f64>().sqrt();
        let allowed = "1, as of every rotation: normalize it, and give it as w, x, y, z";
        Ranges::of(PART).require(
            (length - 1.0).abs() <= UNIT,
            "length of the base orientation",
            length,
            allowed,
        )?;
        Ok(view)
    }
}

/// Senses of a body by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View<'a> {
    body: Body,
    senses: &'a [f64],
}

impl<'a> View<'a> {
    fn array<const N: usize>(&self, from: usize) -> [f64; N] {
        std::array::from_fn(|i| self.senses[from + i])
    }

    /// The body.
    pub fn body(&self) -> Body {
        self.body
    }

    /// All senses, in order. `[senses]`
    pub fn senses(&self) -> &'a [f64] {
        self.senses
    }

    /// Position of the trunk in the world, m.
    pub fn position(&self) -> [f64; 3] {
        self.array(0)
    }

    /// Rotation from the body to the world: w, x, y, z.
    pub fn orientation(&self) -> [f64; 4] {
        self.array(3)
    }

    /// Velocity of the trunk in the world, m/s.
    pub fn velocity(&self) -> [f64; 3] {
        self.array(7)
    }

    /// Angular velocity of the trunk in the world, rad/s.
    pub fn angular_velocity(&self) -> [f64; 3] {
        self.array(10)
    }

    /// Angles of the joints, rad. `[joints]`
    pub fn joint_angles(&self) -> &'a [f64] {
        &self.senses[TRUNK..TRUNK + self.body.joints()]
    }

    /// Velocities of the joints, rad/s. `[joints]`
    pub fn joint_velocities(&self) -> &'a [f64] {
        let n = self.body.joints();
        &self.senses[TRUNK + n..TRUNK + 2 * n]
    }

    /// Normal forces on the feet, N. `[legs]`
    pub fn foot_forces(&self) -> &'a [f64] {
        &self.senses[TRUNK + 2 * self.body.joints()..]
    }

    /// Uprightness `1 - 2 (qx² + qy²)`: 1 on the feet, 0 on a side, -1 on the back.
    pub fn upright(&self) -> f64 {
        let [_, x, y, _] = self.orientation();
        1.0 - 2.0 * (x * x + y * y)
    }

    /// Rotation matrix from the body to the world, rows of the world.
    pub fn rotation(&self) -> [[f64; 3]; 3] {
        let [w, x, y, z] = self.orientation();
        [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
            [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
            [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), self.r33()],
        ]
    }

    /// R33: height of the tip of the body's unit vector upward. Equal to [`View::upright`] for an orientation of unit length.
    pub fn r33(&self) -> f64 {
        let [w, x, y, z] = self.orientation();
        w * w - x * x - y * y + z * z
    }

    /// Roll, pitch and yaw, rad: rotation about x, then y, then z of the world.
    pub fn roll_pitch_yaw(&self) -> [f64; 3] {
        let [w, x, y, z] = self.orientation();
        let roll = libm::atan2(2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y));
        let pitch = libm::asin((2.0 * (w * y - z * x)).clamp(-1.0, 1.0));
        let yaw = libm::atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z));
        [roll, pitch, yaw]
    }

    /// A vector of the world in the body's frame.
    pub fn to_body(&self, world: [f64; 3]) -> [f64; 3] {
        let rows = self.rotation();
        std::array::from_fn(|i| (0..3).fold(0.0, |sum, j| sum + rows[j][i] * world[j]))
    }

    /// Velocity of the trunk in the body's frame, m/s: forward, left, up.
    pub fn body_velocity(&self) -> [f64; 3] {
        self.to_body(self.velocity())
    }

    /// Angular velocity of the trunk in the body's frame, rad/s.
    pub fn body_angular_velocity(&self) -> [f64; 3] {
        self.to_body(self.angular_velocity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Senses in which every value is its own place, but for the orientation.
    fn senses(body: Body, orientation: [f64; 4]) -> Vec<f64> {
        let mut senses: Vec<f64> = (0..body.senses()).map(|i| i as f64).collect();
        senses[3..7].copy_from_slice(&orientation);
        senses
    }

    /// A rotation by `angle` about an axis of unit length.
    fn about(axis: [f64; 3], angle: f64) -> [f64; 4] {
        let [x, y, z] = axis.map(|a| a * libm::sin(angle / 2.0));
        [libm::cos(angle / 2.0), x, y, z]
    }

    const LEVEL: [f64; 4] = [1.0, 0.0, 0.0, 0.0];

    #[test]
    fn senses_of_a_quadruped_are_41_and_lie_where_the_layout_says() {
        let body = Body::default();
        assert_eq!((body.joints(), body.senses()), (12, 41));
        let senses = senses(body, LEVEL);
        let view = body.view(&senses).unwrap();
        assert_eq!(view.position(), [0.0, 1.0, 2.0]);
        assert_eq!(view.velocity(), [7.0, 8.0, 9.0]);
        assert_eq!(view.angular_velocity(), [10.0, 11.0, 12.0]);
        assert_eq!(view.joint_angles(), (13..25).map(f64::from).collect::<Vec<_>>());
        assert_eq!(view.joint_velocities(), (25..37).map(f64::from).collect::<Vec<_>>());
        assert_eq!(view.foot_forces(), [37.0, 38.0, 39.0, 40.0]);
        assert_eq!(view.joint_angles()[body.joint(2, 1)], 13.0 + 7.0);
    }

    #[test]
    fn channels_are_as_many_as_senses_and_have_names_of_their_own() {
        for body in
            [Body::default(), Body { legs: 2, joints_per_leg: 4 }, Body { legs: 6, joints_per_leg: 5 }]
        {
            let channels = body.channels();
            let names: std::collections::BTreeSet<&str> = channels.iter().map(|c| c.name.as_str()).collect();
            assert_eq!((channels.len(), names.len()), (body.senses(), body.senses()), "{names:?}");
        }
        let channels = Body::default().channels();
        let at = |i: usize| (channels[i].name.as_str(), channels[i].unit.as_str());
        assert_eq!(at(0), ("base position x", "m"));
        assert_eq!(at(3), ("base orientation w", "1"));
        assert_eq!(at(12), ("base angular velocity z", "rad/s"));
        assert_eq!(at(13), ("FL hip angle", "rad"));
        assert_eq!(at(18), ("FR calf angle", "rad"));
        assert_eq!(at(32), ("RL thigh velocity", "rad/s"));
        assert_eq!(at(40), ("RR force", "N"));
    }

    #[test]
    fn legs_have_sides_rows_and_diagonals() {
        let body = Body::default();
        assert_eq!([0, 1, 2, 3].map(|leg| body.side(leg)), [1.0, -1.0, 1.0, -1.0]);
        assert_eq!([0, 1, 2, 3].map(|leg| body.fore(leg)), [1.0, 1.0, -1.0, -1.0]);
        assert_eq!(body.diagonals().collect::<Vec<_>>(), [[0, 3], [1, 2]]);
        let six = Body { legs: 6, joints_per_leg: 3 };
        assert_eq!([0, 1, 2, 3, 4, 5].map(|leg| six.fore(leg)), [1.0, 1.0, 0.0, 0.0, -1.0, -1.0]);
        assert_eq!(six.diagonals().count(), 4);
        let two = Body { legs: 2, joints_per_leg: 2 };
        assert_eq!(([0, 1].map(|leg| two.fore(leg)), two.diagonals().count()), ([0.0, 0.0], 0));
        assert_eq!(two.leg(), Leg { abduction: None, hip: Some(0), knee: Some(1), ankle: None });
        assert_eq!(body.leg(), Leg { abduction: Some(0), hip: Some(1), knee: Some(2), ankle: None });
    }

    #[test]
    fn roll_pitch_and_yaw_are_those_of_a_rotation_about_one_axis() {
        let body = Body::default();
        for angle in [-1.2, -0.1, 0.0, 0.4, 1.5] {
            for axis in 0..3 {
                let mut unit = [0.0; 3];
                unit[axis] = 1.0;
                let senses = senses(body, about(unit, angle));
                let angles = body.view(&senses).unwrap().roll_pitch_yaw();
                for (i, found) in angles.into_iter().enumerate() {
                    assert!((found - if i == axis { angle } else { 0.0 }).abs() < 1e-12, "{axis} {angle}");
                }
            }
        }
    }

    #[test]
    fn a_vector_of_the_world_is_turned_back_into_the_body() {
        let body = Body::default();
        // Turned to the left by 90 degrees, the body's forward is the world's y.
        let mut turned = senses(body, about([0.0, 0.0, 1.0], std::f64::consts::FRAC_PI_2));
        turned[7..10].copy_from_slice(&[0.0, 0.3, 0.0]);
        let view = body.view(&turned).unwrap();
        for (found, expected) in view.body_velocity().into_iter().zip([0.3, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
        // Lengths stay, and there and back is the same.
        let senses = senses(body, about([0.6, 0.0, 0.8], 1.1));
        let view = body.view(&senses).unwrap();
        let there = view.to_body([1.0, -2.0, 0.5]);
        let back: Vec<f64> =
            view.rotation().iter().map(|row| row.iter().zip(there).map(|(r, v)| r * v).sum()).collect();
        for (found, expected) in back.iter().zip([1.0, -2.0, 0.5]) {
            assert!((found - expected).abs() < 1e-12);
        }
        assert!((view.rotation()[2][2] - view.upright()).abs() < 1e-12);
    }

    #[test]
    fn senses_that_cannot_be_are_refused_by_name() {
        let body = Body::default();
        let good = senses(body, LEVEL);
        let error = body.view(&good[..40]).unwrap_err().to_string();
        assert!(error.contains("40 values as senses") && error.contains("41"), "{error}");
        let mut nan = good.clone();
        nan[14] = f64::NAN;
        let error = body.view(&nan).unwrap_err().to_string();
        assert!(error.contains("FL thigh angle is NaN"), "{error}");
        let mut long = good;
        long[3] = 1.1;
        let error = body.view(&long).unwrap_err().to_string();
        assert!(error.contains("orientation") && error.contains("normalize"), "{error}");
        for body in [Body { legs: 0, joints_per_leg: 3 }, Body { legs: 4, joints_per_leg: 0 }] {
            assert!(body.check().unwrap_err().to_string().contains("1 to 100"));
        }
    }
}
