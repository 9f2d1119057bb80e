//! Mechanics of two rigid links in a horizontal plane: an arm on a table.
//!
//! ```text
//! M(q) q'' + C(q, q') = τ,   a = I1 + m1 r1² + I2 + m2 (r2² + l1²), b = m2 l1 r2, d = I2 + m2 r2²
//! M = [a + 2 b cos q2, d + b cos q2; d + b cos q2, d]
//! C = b sin q2 [-(2 q1' q2' + q2'²), q1'²]
//! ```
//! q1 is the shoulder from the x axis, q2 the elbow from the upper arm, rad; the hand lies at `l1 (cos, sin) q1 + l2 (cos, sin)
//! (q1 + q2)`, m. There is no gravity in the plane.

use super::along;

/// Two links with their masses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoLink {
    /// Upper arm and forearm with hand: length, m.
    pub length_m: [f64; 2],
    /// Mass, kg.
    pub mass_kg: [f64; 2],
    /// Distance of the center of mass from the joint, m.
    pub center_m: [f64; 2],
    /// Moment of inertia about the center of mass, kg m².
    pub inertia_kg_m2: [f64; 2],
}

/// A matrix of two rows.
pub type Matrix2 = [[f64; 2]; 2];

/// Product of a matrix and a vector.
pub(crate) fn times(m: &Matrix2, v: [f64; 2]) -> [f64; 2] {
    [m[0][0] * v[0] + m[0][1] * v[1], m[1][0] * v[0] + m[1][1] * v[1]]
}

/// Product of a transposed matrix and a vector.
pub(crate) fn transposed_times(m: &Matrix2, v: [f64; 2]) -> [f64; 2] {
    [m[0][0] * v[0] + m[1][0] * v[1], m[0][1] * v[0] + m[1][1] * v[1]]
}

/// The vector x of `M x = v`.
fn solved(m: &Matrix2, v: [f64; 2]) -> [f64; 2] {
    let det = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    [(m[1][1] * v[0] - m[0][1] * v[1]) / det, (m[0][0] * v[1] - m[1][0] * v[0]) / det]
}

/// A step of Runge-Kutta of fourth order of two joints: angles and velocities after it.
pub(super) fn runge_kutta(
    [q, v]: Matrix2,
    dt_s: f64,
    acceleration: impl Fn([f64; 2], [f64; 2]) -> [f64; 2],
) -> Matrix2 {
    let a1 = acceleration(q, v);
    let (q2, v2) = (along(q, v, 0.5 * dt_s), along(v, a1, 0.5 * dt_s));
    let a2 = acceleration(q2, v2);
    let (q3, v3) = (along(q, v2, 0.5 * dt_s), along(v, a2, 0.5 * dt_s));
    let a3 = acceleration(q3, v3);
    let (q4, v4) = (along(q, v3, dt_s), along(v, a3, dt_s));
    let a4 = acceleration(q4, v4);
    [
        [0, 1].map(|i| q[i] + dt_s / 6.0 * (v[i] + 2.0 * (v2[i] + v3[i]) + v4[i])),
        [0, 1].map(|i| v[i] + dt_s / 6.0 * (a1[i] + 2.0 * (a2[i] + a3[i]) + a4[i])),
    ]
}

impl TwoLink {
    /// An adult's arm. Source: Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994, Table 1.
    pub const HUMAN: Self = Self {
        length_m: [0.33, 0.34],
        mass_kg: [1.93, 1.52],
        center_m: [0.165, 0.19],
        inertia_kg_m2: [0.0141, 0.0188],
    };

    /// Mass matrix with the elbow at `elbow` rad, kg m².
    pub fn mass_matrix(&self, elbow: f64) -> Matrix2 {
        let [_, m2] = self.mass_kg;
        let d = self.inertia_kg_m2[1] + m2 * self.center_m[1] * self.center_m[1];
        let upper = self.inertia_kg_m2[0] + self.mass_kg[0] * self.center_m[0] * self.center_m[0];
        let a = upper + d + m2 * self.length_m[0] * self.length_m[0];
        let b = m2 * self.length_m[0] * self.center_m[1] * libm::cos(elbow);
        [[a + 2.0 * b, d + b], [d + b, d]]
    }

    /// Torques of the motion itself, `C(q, q')`, N m.
    pub fn motion_torque(&self, angle: [f64; 2], velocity: [f64; 2]) -> [f64; 2] {
        let b = self.mass_kg[1] * self.length_m[0] * self.center_m[1] * libm::sin(angle[1]);
        let [v1, v2] = velocity;
        [-b * (2.0 * v1 * v2 + v2 * v2), b * v1 * v1]
    }

    /// Acceleration under `torque`, rad/s².
    pub fn acceleration(&self, angle: [f64; 2], velocity: [f64; 2], torque: [f64; 2]) -> [f64; 2] {
        let c = self.motion_torque(angle, velocity);
        solved(&self.mass_matrix(angle[1]), [torque[0] - c[0], torque[1] - c[1]])
    }

    /// The torque that gives `acceleration`, N m: the inverse of [`TwoLink::acceleration`].
    pub fn torque(&self, angle: [f64; 2], velocity: [f64; 2], acceleration: [f64; 2]) -> [f64; 2] {
        let c = self.motion_torque(angle, velocity);
        let m = times(&self.mass_matrix(angle[1]), acceleration);
        [m[0] + c[0], m[1] + c[1]]
    }

    /// Kinetic energy, J.
    pub fn kinetic_energy_j(&self, angle: [f64; 2], velocity: [f64; 2]) -> f64 {
        let p = times(&self.mass_matrix(angle[1]), velocity);
        0.5 * (p[0] * velocity[0] + p[1] * velocity[1])
    }

    /// Hand, m.
    pub fn hand_m(&self, angle: [f64; 2]) -> [f64; 2] {
        let ([l1, l2], q12) = (self.length_m, angle[0] + angle[1]);
        [l1 * libm::cos(angle[0]) + l2 * libm::cos(q12), l1 * libm::sin(angle[0]) + l2 * libm::sin(q12)]
    }

    /// Jacobian of the hand: hand velocity = J q'; a force F at the hand acts as the torque Jᵀ F.
    pub fn jacobian(&self, angle: [f64; 2]) -> Matrix2 {
        let ([l1, l2], q12) = (self.length_m, angle[0] + angle[1]);
        let (x2, y2) = (l2 * libm::cos(q12), l2 * libm::sin(q12));
        [[-l1 * libm::sin(angle[0]) - y2, -y2], [l1 * libm::cos(angle[0]) + x2, x2]]
    }

    /// Angles that bring the hand to `hand_m`, elbow bent to the positive side; `None` out of reach.
    pub fn angles(&self, hand_m: [f64; 2]) -> Option<[f64; 2]> {
        let ([l1, l2], [x, y]) = (self.length_m, hand_m);
        let cosine = (x * x + y * y - l1 * l1 - l2 * l2) / (2.0 * l1 * l2);
        if !(-1.0..=1.0).contains(&cosine) {
            return None;
        }
        let elbow = libm::acos(cosine);
        let inner = libm::atan2(l2 * libm::sin(elbow), l1 + l2 * libm::cos(elbow));
        Some([libm::atan2(y, x) - inner, elbow])
    }
}
