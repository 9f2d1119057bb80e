//! Which Purkinje cells an error reaches.
//!
//! ```text
//!                    paper                            anatomical
//! side of a leg      -1 front half, 1 rear half       -1 left, 1 right
//! fore of a leg      -1 left, 1 right                 -1 front, 0 middle row, 1 rear
//! diagonal           1 for FL, RR and so on along the rows; -1 for the others, in both
//! abduction, thigh   first and second joint           by the joints of the leg
//! ```
//! In the original, side and fore are meant as left and right, front and rear, but assume another order of the legs: roll errors reach front
//! and rear legs, pitch errors left and right ones.

use lobule_control::walking::{Body, Wiring};

/// Places of a leg's Purkinje cells, and the signs of the errors that reach it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leg {
    /// Joint of the abduction.
    pub abduction: Option<usize>,
    /// Joint of the thigh.
    pub thigh: Option<usize>,
    pub side: f64,
    pub fore: f64,
    pub diagonal: f64,
    /// True in the first row.
    pub is_front: bool,
}

/// The legs of a body.
pub(super) fn legs(wiring: Wiring, body: Body) -> Vec<Leg> {
    let sign = |is_negative: bool| if is_negative { -1.0 } else { 1.0 };
    let of = |leg: usize| {
        let (is_left, row) = (leg.is_multiple_of(2), leg / 2);
        let has = |k: usize| (k < body.joints_per_leg).then_some(k);
        let (abduction, thigh, side, fore) = match wiring {
            Wiring::Paper => (has(0), has(1), sign(2 * leg < body.legs), sign(is_left)),
            Wiring::Anatomical => (body.leg().abduction, body.leg().hip, -body.side(leg), -body.fore(leg)),
        };
        Leg {
            abduction: abduction.map(|k| body.joint(leg, k)),
            thigh: thigh.map(|k| body.joint(leg, k)),
            side,
            fore,
            diagonal: sign(is_left != row.is_multiple_of(2)),
            is_front: row == 0,
        }
    };
    (0..body.legs).map(of).collect()
}

/// Signals of the climbing fibers, push before pull of each joint. Rules write the larger of what is there and what they say.
pub(super) struct Fibers<'a>(pub &'a mut [f64]);

impl Fibers<'_> {
    /// Raises the signals of the cells that push and pull a joint to at least these.
    pub fn raise(&mut self, joint: usize, push: f64, pull: f64) {
        for (fiber, signal) in self.0[2 * joint..2 * joint + 2].iter_mut().zip([push, pull]) {
            *fiber = fiber.max(signal);
        }
    }

    /// A signed error: its positive part to the cell that pushes, its negative part to the one that pulls.
    pub fn signed(&mut self, joint: Option<usize>, error: f64) {
        if let Some(joint) = joint {
            self.raise(joint, error.max(0.0), (-error).max(0.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(wiring: Wiring, body: Body) -> Vec<[f64; 3]> {
        legs(wiring, body).iter().map(|leg| [leg.side, leg.fore, leg.diagonal]).collect()
    }

    #[test]
    fn paper_takes_front_for_left_and_anatomy_does_not() {
        let body = Body::default();
        let paper = [[-1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, -1.0], [1.0, 1.0, 1.0]];
        assert_eq!(signs(Wiring::Paper, body), paper);
        let anatomical = [[-1.0, -1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [1.0, 1.0, 1.0]];
        assert_eq!(signs(Wiring::Anatomical, body), anatomical);
        for wiring in [Wiring::Paper, Wiring::Anatomical] {
            let joints: Vec<_> = legs(wiring, body).iter().map(|leg| (leg.abduction, leg.thigh)).collect();
            let expected = [(Some(0), Some(1)), (Some(3), Some(4)), (Some(6), Some(7)), (Some(9), Some(10))];
            assert_eq!(joints, expected);
        }
    }

    #[test]
    fn two_legs_have_sides_but_no_front_and_rear() {
        let body = Body { legs: 2, joints_per_leg: 4 };
        assert_eq!(signs(Wiring::Anatomical, body), [[-1.0, -0.0, 1.0], [1.0, -0.0, -1.0]]);
        let joints: Vec<_> = legs(Wiring::Anatomical, body).iter().map(|l| (l.abduction, l.thigh)).collect();
        assert_eq!(joints, [(Some(0), Some(1)), (Some(4), Some(5))]);
        let one_joint = legs(Wiring::Anatomical, Body { legs: 2, joints_per_leg: 1 });
        assert!(one_joint.iter().all(|leg| leg.abduction.is_none() && leg.thigh.is_some()));
    }
}
