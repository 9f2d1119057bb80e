//! Bodies: the laws of the joint and the planar arm.

use lobule_control::Plant;
use lobule_control::plant::{Joint, PlanarArm};

#[test]
fn a_command_without_bound_ends_in_an_error_that_names_the_plant() {
    for plant in [&mut Joint::new(13.0, 2.0) as &mut dyn Plant, &mut PlanarArm::new(0.2, 0.6, 0.3)] {
        let error = (0..1000).find_map(|_| plant.advance(&[f64::MAX / 10.0; 2], 1e-3).err());
        assert!(error.unwrap().to_string().contains(&plant.signature().name));
    }
}

#[test]
fn the_joint_is_the_double_sum_of_its_command() {
    let mut joint = Joint::new(1.0, 0.0);
    for _ in 0..100 {
        joint.advance(&[1.0, 0.0], 1e-3).unwrap();
    }
    // 1 + 2 + ... + 100.
    assert!((joint.position() - 5050.0).abs() < 1e-9);
}

#[test]
fn the_arm_at_rest_stays_at_rest() {
    let mut arm = PlanarArm::new(0.2, 0.6, 0.3);
    let before = arm.hand_m();
    for _ in 0..300 {
        arm.advance(&[0.0, 0.0], 1e-3).unwrap();
    }
    assert_eq!(arm.hand_m(), before);
}

/// Energy of a free swing after `steps` steps of `dt`, relative to the start, with what damping took given back.
fn energy_after(dt: f64, steps: usize) -> (f64, [f64; 2]) {
    let mut arm = PlanarArm::new(0.2, 0.6, 0.3);
    arm.set_state([0.4, 1.2], [3.0, -4.0]);
    for _ in 0..steps {
        arm.advance(&[0.0, 0.0], dt).unwrap();
    }
    (arm.kinetic_energy_j(), arm.hand_m())
}

#[test]
fn damping_only_takes_energy() {
    let mut last = f64::INFINITY;
    for steps in (0..10).map(|k| 20 * k) {
        let (energy, _) = energy_after(1e-3, steps);
        assert!(energy < last, "{energy} after {last}");
        last = energy;
    }
}

#[test]
fn the_arm_is_integrated_at_fourth_order() {
    let exact = energy_after(1e-5, 20_000).1;
    let error = |dt: f64| {
        let hand = energy_after(dt, (0.2 / dt).round() as usize).1;
        ((hand[0] - exact[0]).powi(2) + (hand[1] - exact[1]).powi(2)).sqrt()
    };
    let slope = (error(8e-3) / error(4e-3)).log2();
    assert!((3.6..4.6).contains(&slope), "order {slope}");
}

#[test]
fn a_positive_shoulder_command_points_to_the_right() {
    let end = |u: f64| {
        let mut arm = PlanarArm::new(0.2, 0.6, 0.3);
        for _ in 0..300 {
            arm.advance(&[u, 0.0], 1e-3).unwrap();
        }
        arm.pointing_deg()
    };
    assert!(end(1e-5) > end(0.0) && end(0.0) > end(-1e-5));
}
