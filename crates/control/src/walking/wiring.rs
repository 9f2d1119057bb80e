//! Which joint a reflex reaches.

use super::{Body, Leg};
use serde::{Deserialize, Serialize};

/// Joints that the reflexes of the original reach, and those that they were meant for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wiring {
    /// As published: in a leg of three joints what was meant for hip and knee reaches abduction and hip.
    #[default]
    Paper,
    /// By what the joints do.
    Anatomical,
}

impl Wiring {
    /// Joints of a leg by what reflexes take them for.
    pub fn leg(self, body: Body) -> Leg {
        if self == Self::Anatomical || body.joints_per_leg >= 4 {
            return body.leg();
        }
        let has = |k: usize| (k < body.joints_per_leg).then_some(k);
        Leg { abduction: None, hip: has(0), knee: has(1), ankle: None }
    }

    /// Joints that the tone of hip, knee and ankle reaches.
    pub(super) fn tone(self, body: Body) -> [Option<usize>; 3] {
        if self == Self::Anatomical || body.joints_per_leg >= 4 {
            let leg = body.leg();
            return [leg.hip, leg.knee, leg.ankle];
        }
        std::array::from_fn(|k| (k < body.joints_per_leg).then_some(k))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflexes_of_the_original_are_off_by_one_in_a_leg_of_three_joints_only() {
        let body = Body::default();
        let off = Leg { abduction: None, hip: Some(0), knee: Some(1), ankle: None };
        assert_eq!(Wiring::Paper.leg(body), off);
        assert_eq!(Wiring::Paper.tone(body), [Some(0), Some(1), Some(2)]);
        assert_eq!(Wiring::Anatomical.tone(body), [Some(1), Some(2), None]);
        let four = Body { legs: 4, joints_per_leg: 4 };
        assert_eq!(Wiring::Paper.leg(four), Wiring::Anatomical.leg(four));
        assert_eq!(Wiring::Paper.tone(four), [Some(1), Some(2), Some(3)]);
        let one = Body { legs: 4, joints_per_leg: 1 };
        assert_eq!(Wiring::Paper.tone(one), [Some(0), None, None]);
    }
}
