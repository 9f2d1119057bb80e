//! The feedback controllers of a body under a delay.

use super::body::Body;
use lobule_control::feedback::{Pid, PidGains};
use lobule_control::forward::Law;
use lobule_control::{Controller, Senses};
use lobule_study::Error;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Laws {
    /// Gains on the delayed error.
    pub late: PidGains,
    /// True if that law stabilizes the body with the margin.
    pub holds: bool,
    /// Gains on the present state: kp, kd.
    pub now: [f64; 2],
    /// Force of a push.
    pub force: f64,
}

impl Laws {
    /// The law on the delayed error, its gains times `gain`.
    pub fn pid(&self, gain: f64, dt_s: f64) -> Result<Pid, Error> {
        let PidGains { kp, kd, ki, filter_s } = self.late;
        Ok(Pid::new(PidGains { kp: gain * kp, kd: gain * kd, ki: gain * ki, filter_s }, dt_s)?)
    }
}

/// A proportional-derivative law on the present state that also commands the static load of `body`.
pub fn state_law([kp, kd]: [f64; 2], body: &Body) -> Law {
    let [stiffness, weight, damping] = body.feedforward();
    Box::new(move |s, r, u| {
        u[0] = kp * (r[0] - s[0]) + (stiffness * r[0] + weight * libm::sin(r[0]));
        if let (Some(desired), Some(velocity)) = (r.get(1), s.get(1)) {
            u[0] += kd * (desired - velocity) + damping * desired;
        }
    })
}

/// A law on the present state, which it senses without delay.
pub struct ImmediateLaw(pub Law);

lobule_control::snapshot!(ImmediateLaw {});

impl Controller for ImmediateLaw {
    fn name(&self) -> &str {
        "law of state"
    }

    fn commands(&self) -> usize {
        1
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), lobule_control::Error> {
        (self.0)(senses.sensed, senses.reference, command);
        Ok(())
    }
}
