//! The inverse dynamics of an arm that is known: what a practised cortex commands, without feedback.

use crate::plant::{Matrix2, TwoLink};
use crate::{Controller, Delays, Error, Inputs, Senses, same_tick};
use lobule_signal::Ranges;

/// Torques of the planned movement, `M(r) r'' + C(r, r') + V r'`, with velocity and acceleration as backward differences of
/// the two angles of the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct InverseDynamics {
    links: TwoLink,
    viscosity: Matrix2,
    dt_s: f64,
    /// References one and two ticks ago; none at the start of a trial.
    before: Option<[[f64; 2]; 2]>,
}

impl InverseDynamics {
    /// The inverse of an arm with the viscosity of its joints, N m s/rad, in ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the tick is not positive.
    pub fn new(links: TwoLink, viscosity: Matrix2, dt_s: f64) -> Result<Self, Error> {
        Ranges::of("inverse dynamics").require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        Ok(Self { links, viscosity, dt_s, before: None })
    }
}

crate::snapshot!(InverseDynamics { before });

impl Controller for InverseDynamics {
    fn name(&self) -> &str {
        "inverse dynamics"
    }

    fn commands(&self) -> usize {
        2
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(0, 2, 0)
    }

    fn reset(&mut self) {
        self.before = None;
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick("inverse dynamics", self.dt_s, dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let r = [senses.reference[0], senses.reference[1]];
        // The reference has been there before the trial.
        let [r1, r2] = self.before.unwrap_or([r; 2]);
        let dt = self.dt_s;
        let velocity = [0, 1].map(|i| (r[i] - r1[i]) / dt);
        let acceleration = [0, 1].map(|i| (r[i] - 2.0 * r1[i] + r2[i]) / (dt * dt));
        let torque = self.links.torque(r, velocity, acceleration);
        for (i, u) in command.iter_mut().enumerate() {
            *u = torque[i] + self.viscosity[i][0] * velocity[0] + self.viscosity[i][1] * velocity[1];
        }
        self.before = Some([r, r1]);
        Ok(())
    }
}
