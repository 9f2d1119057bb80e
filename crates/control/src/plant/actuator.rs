//! Actuators: what is left of a command when it acts.

use serde::{Deserialize, Serialize};

/// How a command acts. What a saturated actuator cuts off is lost, as in the plants it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actuator {
    /// The command itself.
    Unlimited,
    /// The command within −1..1.
    Continuous,
    /// The sign of the command: all or nothing to either side, as in Gymnasium's CartPole. A command of 0 does nothing.
    TwoActions,
}

impl Actuator {
    /// The effect of a command, relative to the largest; NaN stays NaN.
    pub fn act(self, command: f64) -> f64 {
        match self {
            Actuator::Unlimited => command,
            Actuator::Continuous => command.clamp(-1.0, 1.0),
            Actuator::TwoActions if command > 0.0 => 1.0,
            Actuator::TwoActions if command < 0.0 => -1.0,
            Actuator::TwoActions => command,
        }
    }

    /// The command within the same limits, for a controller that weighs small changes.
    pub fn soft(self, command: f64) -> f64 {
        match self {
            Actuator::Unlimited => command,
            Actuator::Continuous | Actuator::TwoActions => command.clamp(-1.0, 1.0),
        }
    }
}
