//! An arm that reaches on a table, moved by torques, with a handle that can push back: a force field that depends on the hand's velocity, or
//! a channel that leaves it one way only.
//!
//! # Equation
//! ```text
//! M(q) q'' + C(q, q') + V q' = τ + Jᵀ (B v + F_wall),   v = J q'
//! F_wall = -n (k n·(x - x0) + c n·v),  n across the channel
//! ```
//! Command: torques, N m. State: angles (rad) and velocities (rad/s), one Runge-Kutta step of fourth order for each tick.
//! V is the viscosity of joints and muscles; a curl field, `B = b [0, 1; -1, 0]`, does no work.
//! Source: field and arm, Shadmehr & Mussa-Ivaldi 1994, doi:10.1523/JNEUROSCI.14-05-03208.1994; channel, Scheidt, Reinkensmeyer,
//! Conditt, Rymer & Mussa-Ivaldi 2000, doi:10.1152/jn.2000.84.2.853.
//! Valid for: ticks well below the time constant of the wall, mass of the hand over its damping (about 4 ms as in the defaults of
//! `classic/force_field`).

use super::two_link::{Matrix2, TwoLink, runge_kutta, times, transposed_times};
use crate::{Error, Plant, Signature};
use lobule_signal::Ranges;

const NAME: &str = "reaching arm";

/// Stiff walls along a line: an error clamp.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ForceChannel {
    /// A point on the line, m.
    pub from_m: [f64; 2],
    /// Along the line, of length 1.
    pub along: [f64; 2],
    /// N/m across the line.
    pub stiffness: f64,
    /// N s/m across the line.
    pub damping: f64,
}

impl ForceChannel {
    /// Across the line, to the left.
    fn across(&self) -> [f64; 2] {
        [-self.along[1], self.along[0]]
    }

    /// Force on a hand, to the left of the line, N.
    fn push(&self, hand_m: [f64; 2], velocity: [f64; 2]) -> f64 {
        let n = self.across();
        let off = n[0] * (hand_m[0] - self.from_m[0]) + n[1] * (hand_m[1] - self.from_m[1]);
        -(self.stiffness * off + self.damping * (n[0] * velocity[0] + n[1] * velocity[1]))
    }
}

/// The field of a curl: a force at right angles to the velocity, `b` N s/m; for positive b it pushes to the right of the movement.
pub fn curl(b: f64) -> Matrix2 {
    [[0.0, b], [-b, 0.0]]
}

/// The arm.
#[derive(Debug, Clone, PartialEq)]
pub struct ReachingArm {
    signature: Signature,
    links: TwoLink,
    viscosity: Matrix2,
    start: [f64; 2],
    field: Matrix2,
    channel: Option<ForceChannel>,
    angle: [f64; 2],
    velocity: [f64; 2],
    time_s: f64,
}

impl ReachingArm {
    /// Viscosity of joints and muscles, N m s/rad. Source: Shadmehr & Mussa-Ivaldi 1994, as in a published simulation of
    /// its model (oceanedbs/ComputationalModels_IOC).
    pub const VISCOSITY: Matrix2 = [[2.3, 0.9], [0.9, 2.4]];

    /// An arm at rest with its hand at `start_m`, without field or channel.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a length, a mass or an inertia that is not positive, a viscosity that is not finite, or a start out of
    /// reach.
    pub fn new(links: TwoLink, viscosity: Matrix2, start_m: [f64; 2]) -> Result<Self, Error> {
        let ranges = Ranges::of(NAME);
        let sizes = ["length_m", "mass_kg", "center_m", "inertia_kg_m2"];
        let pairs = [links.length_m, links.mass_kg, links.center_m, links.inertia_kg_m2];
        for (name, pair) in sizes.into_iter().zip(pairs) {
            ranges.all(name, pair, |value| value > 0.0, "more than 0")?;
        }
        ranges.all("viscosity", viscosity.as_flattened(), |_| true, "finite")?;
        let torques = [("shoulder torque", "N m"), ("elbow torque", "N m")];
        let mut arm = Self {
            signature: Signature::new(NAME, &super::TWO_JOINTS, &torques),
            links,
            viscosity,
            start: [0.0; 2],
            field: [[0.0; 2]; 2],
            channel: None,
            angle: [0.0; 2],
            velocity: [0.0; 2],
            time_s: 0.0,
        };
        arm.set_start(start_m)?;
        Ok(arm)
    }

    /// The place of the hand from which trials start, m; takes effect now.
    ///
    /// # Errors
    /// [`Error::Parameter`] when it is out of reach.
    pub fn set_start(&mut self, hand_m: [f64; 2]) -> Result<(), Error> {
        let [l1, l2] = self.links.length_m;
        let far = libm::hypot(hand_m[0], hand_m[1]);
        let allowed = format!("from {} to {} m of the shoulder", (l1 - l2).abs(), l1 + l2);
        let angles = self.links.angles(hand_m);
        Ranges::of(NAME).require(angles.is_some(), "distance of the hand", far, allowed)?;
        self.start = angles.unwrap_or_default();
        self.reset(None);
        Ok(())
    }

    /// Sets the field: force on the hand per velocity of the hand, N s/m; zeros for none.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a value is not finite.
    pub fn set_field(&mut self, field: Matrix2) -> Result<(), Error> {
        let values = field.as_flattened();
        Ranges::of(NAME).all("field", values, |_| true, "finite, N s/m")?;
        self.field = field;
        Ok(())
    }

    /// Sets or removes the channel.
    ///
    /// # Errors
    /// [`Error::Parameter`] when its direction is not of length 1 or its walls are not at least 0 stiff and damped.
    pub fn set_channel(&mut self, channel: Option<ForceChannel>) -> Result<(), Error> {
        let ranges = Ranges::of(NAME);
        if let Some(c) = &channel {
            let length = libm::hypot(c.along[0], c.along[1]);
            ranges.require((length - 1.0).abs() < 1e-9, "length of the channel's direction", length, "1")?;
            ranges.require(c.stiffness >= 0.0, "stiffness of the channel", c.stiffness, "at least 0 N/m")?;
            ranges.require(c.damping >= 0.0, "damping of the channel", c.damping, "at least 0 N s/m")?;
        }
        self.channel = channel;
        Ok(())
    }

    /// Hand, m.
    pub fn hand_m(&self) -> [f64; 2] {
        self.links.hand_m(self.angle)
    }

    /// Velocity of the hand, m/s.
    pub fn hand_velocity(&self) -> [f64; 2] {
        times(&self.links.jacobian(self.angle), self.velocity)
    }

    /// Force of the hand against the wall to its left, N; 0 without a channel.
    pub fn pressed_n(&self) -> f64 {
        self.channel.map_or(0.0, |c| -c.push(self.hand_m(), self.hand_velocity()))
    }

    /// Kinetic energy, J.
    pub fn kinetic_energy_j(&self) -> f64 {
        self.links.kinetic_energy_j(self.angle, self.velocity)
    }

    /// Sets angles (rad) and velocities (rad/s).
    pub fn set_state(&mut self, angle: [f64; 2], velocity: [f64; 2]) {
        (self.angle, self.velocity) = (angle, velocity);
    }

    /// Force of field and walls on the hand in a state, N.
    fn handle(&self, angle: [f64; 2], hand_velocity: [f64; 2]) -> [f64; 2] {
        let mut force = times(&self.field, hand_velocity);
        if let Some(channel) = &self.channel {
            let push = channel.push(self.links.hand_m(angle), hand_velocity);
            let n = channel.across();
            force = [force[0] + n[0] * push, force[1] + n[1] * push];
        }
        force
    }

    /// Acceleration of the joints in a state, rad/s².
    fn acceleration(&self, angle: [f64; 2], velocity: [f64; 2], torque: [f64; 2]) -> [f64; 2] {
        let jacobian = self.links.jacobian(angle);
        let outside = transposed_times(&jacobian, self.handle(angle, times(&jacobian, velocity)));
        let drag = times(&self.viscosity, velocity);
        let net = [torque[0] + outside[0] - drag[0], torque[1] + outside[1] - drag[1]];
        self.links.acceleration(angle, velocity, net)
    }
}

crate::snapshot!(ForceChannel { from_m, along, stiffness, damping });
crate::snapshot!(ReachingArm { start, field, channel, angle, velocity, time_s });

impl Plant for ReachingArm {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.angle = self.start;
        self.velocity = [0.0; 2];
        self.time_s = 0.0;
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 2, "the arm takes two torques");
        let torque = [command[0], command[1]];
        [self.angle, self.velocity] =
            runge_kutta([self.angle, self.velocity], dt_s, |q, v| self.acceleration(q, v, torque));
        self.time_s += dt_s;
        let state = [self.angle, self.velocity];
        Error::finite(NAME, self.signature.sense_names(), state.as_flattened(), self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice([self.angle, self.velocity].as_flattened());
    }
}
