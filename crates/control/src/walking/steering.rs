//! Effectors: what a cerebellum may command on a body that walks by itself.
//!
//! Those in command units act inside the generator; those in radians are added to the targets of the joints, so that they act on
//! a walker of any kind:
//!
//! ```text
//! lateral step s   abduction of leg l += s sin(phi_l + pi/4) fore_l             fore = 1 front, -1 rear
//! trim t           calf += t side_l, thigh -= t/2 side_l                         side = 1 left, -1 right
//! lean a           abduction += a                                                all feet to one side
//! splay a          abduction += a side_l                                         feet apart
//! ```
//! The lateral step turns the body in proportion to s, the trim makes the legs of one side longer.

use super::Body;
use crate::{Error, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Lead of the lateral step before the phase of its leg, rad.
/// Source: measured with MH-FLOCKE's generator on a Unitree Go2; the turning rate is linear in the step there.
const LATERAL_LEAD: f64 = std::f64::consts::FRAC_PI_4;
/// Share of the trim that the thigh takes back, so that the foot stays below its hip.
/// Source: the leg-length trim measured on the same body.
const THIGH_SHARE: f64 = 0.5;

/// A command besides those of the joints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effector {
    /// Constant abduction, outward left and inward right for a positive value, in the generator: the original's steering, 1.
    AbductionOffset,
    /// Larger steps left, smaller steps right, in the generator, 1.
    StrideAsymmetry,
    /// Abduction of front and rear legs in antiphase, locked to the gait, rad.
    LateralStep,
    /// Length of the legs, left against right, rad at the calf.
    Trim,
    /// Abduction of all legs to one side, rad.
    Lean,
    /// Abduction of left and right legs apart, rad.
    Splay,
    /// Desired yaw rate of a walker that follows one, rad/s.
    TurnRate,
}

impl Effector {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::AbductionOffset,
        Self::StrideAsymmetry,
        Self::LateralStep,
        Self::Trim,
        Self::Lean,
        Self::Splay,
        Self::TurnRate,
    ];

    /// Name, as in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::AbductionOffset => "abduction_offset",
            Self::StrideAsymmetry => "stride_asymmetry",
            Self::LateralStep => "lateral_step",
            Self::Trim => "trim",
            Self::Lean => "lean",
            Self::Splay => "splay",
            Self::TurnRate => "turn_rate",
        }
    }

    /// Unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::AbductionOffset | Self::StrideAsymmetry => "1",
            Self::LateralStep | Self::Trim | Self::Lean | Self::Splay => "rad",
            Self::TurnRate => "rad/s",
        }
    }
}

/// Values of all effectors; 0 leaves a walk as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Steering {
    values: [f64; Effector::ALL.len()],
}

impl Steering {
    /// The value of an effector.
    pub fn get(&self, effector: Effector) -> f64 {
        self.values[effector as usize]
    }

    /// Sets an effector.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a value that is not a number.
    pub fn set(&mut self, effector: Effector, value: f64) -> Result<(), Error> {
        Ranges::of("steering").require(true, effector.name(), value, "a number, e.g. 0 for none")?;
        self.values[effector as usize] = value;
        Ok(())
    }

    /// Adds the effectors in radians to targets. `phases` are those of the legs, rad; without them a lateral step does
    /// nothing. `[legs]`, `[joints]`
    pub fn add_to(&self, body: Body, phases: &[f64], targets: &mut [f64]) {
        let [step, trim, lean, splay] =
            [Effector::LateralStep, Effector::Trim, Effector::Lean, Effector::Splay].map(|e| self.get(e));
        let joints = body.leg();
        for (leg, angles) in targets.chunks_exact_mut(body.joints_per_leg).enumerate() {
            let (side, fore) = (body.side(leg), body.fore(leg));
            if let Some(k) = joints.abduction {
                angles[k] += lean + splay * side;
                if let Some(phase) = phases.get(leg)
                    && step != 0.0
                {
                    angles[k] += step * libm::sin(phase + LATERAL_LEAD) * fore;
                }
            }
            if let Some(k) = joints.knee {
                angles[k] += trim * side;
            }
            if let Some(k) = joints.hip {
                angles[k] -= THIGH_SHARE * trim * side;
            }
        }
    }
}

impl Snapshot for Steering {
    fn write_state(&self, to: &mut StateWriter) {
        to.put(&self.values);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("steering", &mut self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHASES: [f64; 4] = [0.0, 1.0, 2.0, 3.0];

    fn targets(effector: Effector, value: f64) -> Vec<f64> {
        let mut steering = Steering::default();
        steering.set(effector, value).unwrap();
        let mut targets = vec![0.0; 12];
        steering.add_to(Body::default(), &PHASES, &mut targets);
        targets
    }

    #[test]
    fn effectors_stand_at_their_own_places() {
        for (i, effector) in Effector::ALL.into_iter().enumerate() {
            assert_eq!(effector as usize, i);
            let written = serde_json::to_string(&effector).unwrap();
            assert_eq!(written, format!("\"{}\"", effector.name()));
        }
    }

    #[test]
    fn a_lateral_step_moves_front_and_rear_legs_apart_with_the_gait() {
        let found = targets(Effector::LateralStep, 0.1);
        let quarter = std::f64::consts::FRAC_PI_4;
        for (leg, sign) in [1.0, 1.0, -1.0, -1.0].into_iter().enumerate() {
            assert_eq!(found[3 * leg], 0.1 * libm::sin(PHASES[leg] + quarter) * sign);
            assert_eq!(found[3 * leg + 1..3 * leg + 3], [0.0, 0.0]);
        }
    }

    #[test]
    fn a_trim_makes_one_side_longer_and_keeps_the_feet_below_the_hips() {
        let left = [0.0, -0.05, 0.1];
        let right = [0.0, 0.05, -0.1];
        assert_eq!(targets(Effector::Trim, 0.1), [left, right, left, right].concat());
    }

    #[test]
    fn lean_and_splay_move_feet_together_and_apart() {
        let leg = |a: f64| [a, 0.0, 0.0];
        assert_eq!(targets(Effector::Lean, 0.2), [leg(0.2), leg(0.2), leg(0.2), leg(0.2)].concat());
        assert_eq!(targets(Effector::Splay, 0.2), [leg(0.2), leg(-0.2), leg(0.2), leg(-0.2)].concat());
    }

    #[test]
    fn effectors_of_the_generator_leave_targets_alone_and_a_value_that_is_no_number_is_refused() {
        for effector in [Effector::AbductionOffset, Effector::StrideAsymmetry, Effector::TurnRate] {
            assert_eq!(targets(effector, 0.5), [0.0; 12]);
        }
        let error = Steering::default().set(Effector::Trim, f64::NAN).unwrap_err().to_string();
        assert!(error.contains("trim") && error.contains("NaN"), "{error}");
    }
}
