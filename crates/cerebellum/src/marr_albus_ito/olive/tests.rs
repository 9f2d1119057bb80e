//! Each channel of the olive by hand, with both wirings.

use super::super::sensors::tests::level;
use super::*;

const JOINTS: [f64; 12] = [0.0; 12];
/// A walk fast enough that the velocity's channel is silent.
const FAST: f64 = 1.0;

fn walking() -> Sensors<'static> {
    Sensors { velocity: [FAST, 0.0, 0.0], forward_velocity: FAST, ..level(&JOINTS) }
}

/// Signals at a step under these senses, after steps of a level walk.
fn signals(parameters: &OliveParameters, step: u64, sensors: &Sensors) -> Vec<f64> {
    let mut olive = Olive::new(parameters, Body::default(), 12);
    (0..step).for_each(|_| olive.advance(&walking(), true));
    let mut signals = vec![f64::NAN; 24];
    olive.signal(sensors, &mut signals);
    signals
}

fn wired(wiring: Wiring) -> OliveParameters {
    OliveParameters { wiring, ..Default::default() }
}

/// Signals that are 0 but at these places.
fn only(places: &[(usize, f64)]) -> Vec<f64> {
    let mut signals = vec![0.0; 24];
    places.iter().for_each(|(place, signal)| signals[*place] = *signal);
    signals
}

fn close(found: &[f64], expected: &[f64]) {
    let is_close = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
    assert!(is_close, "{found:?}, not {expected:?}");
}

/// Places of push and pull of joint k of each leg.
fn places(k: usize) -> [[usize; 2]; 4] {
    [0, 1, 2, 3].map(|leg| [2 * (3 * leg + k), 2 * (3 * leg + k) + 1])
}

/// Signals of joint k of each leg, by the signs of the error there.
fn by_sign(k: usize, signs: [f64; 4], size: f64) -> Vec<f64> {
    let place = |(sign, [push, pull]): (f64, [usize; 2])| (if sign > 0.0 { push } else { pull }, size);
    only(&signs.into_iter().zip(places(k)).map(place).collect::<Vec<_>>())
}

const LEFT_RIGHT: [f64; 4] = [-1.0, 1.0, -1.0, 1.0];
const FRONT_REAR: [f64; 4] = [-1.0, -1.0, 1.0, 1.0];

#[test]
fn roll_reaches_left_and_right_abductions_under_anatomy_and_front_and_rear_ones_under_paper() {
    let rolled = Sensors { euler: [0.15, 0.0, 0.0], ..walking() };
    close(&signals(&wired(Wiring::Anatomical), 0, &rolled), &by_sign(0, LEFT_RIGHT, 0.25));
    close(&signals(&wired(Wiring::Paper), 0, &rolled), &by_sign(0, FRONT_REAR, 0.25));
    let over = Sensors { euler: [-2.0, 0.0, 0.0], ..walking() };
    close(&signals(&wired(Wiring::Paper), 0, &over), &by_sign(0, FRONT_REAR.map(|s| -s), 0.5));
}

#[test]
fn pitch_reaches_front_and_rear_thighs_under_anatomy_and_left_and_right_ones_under_paper() {
    let pitched = Sensors { euler: [0.0, 0.15, 0.0], ..walking() };
    let size = 0.5 * 0.3;
    // The velocity in the body's frame changes with the pitch, but is still fast.
    close(&signals(&wired(Wiring::Anatomical), 0, &pitched), &by_sign(1, FRONT_REAR, size));
    close(&signals(&wired(Wiring::Paper), 0, &pitched), &by_sign(1, LEFT_RIGHT, size));
}

#[test]
fn height_reaches_all_that_push() {
    for wiring in [Wiring::Paper, Wiring::Anatomical] {
        let low = Sensors { height: 0.6 * 0.27 - 0.05, ..walking() };
        let expected: Vec<f64> = (0..24).map(|i| if i % 2 == 0 { 0.15 } else { 0.0 }).collect();
        close(&signals(&wired(wiring), 0, &low), &expected);
        let not_low = Sensors { height: 0.6 * 0.27 - 0.004, ..walking() };
        close(&signals(&wired(wiring), 0, &not_low), &only(&[]));
    }
}

/// Parameters with the vestibular channel off, which the first pulse of a turn wakes as well.
fn without_canals(wiring: Wiring) -> OliveParameters {
    let mut parameters = wired(wiring);
    parameters.vestibular.pulse.is_on = false;
    parameters
}

#[test]
fn yaw_rate_reaches_abductions_by_diagonal() {
    for wiring in [Wiring::Paper, Wiring::Anatomical] {
        let turning = Sensors { angular_velocity: [0.0, 0.0, 0.6], ..walking() };
        let expected = by_sign(0, [1.0, -1.0, -1.0, 1.0], 0.12);
        close(&signals(&without_canals(wiring), 0, &turning), &expected);
    }
}

#[test]
fn lateral_velocity_is_the_worlds_under_paper_and_the_bodys_under_anatomy() {
    let drifting = Sensors { velocity: [FAST, 0.2, 0.0], ..walking() };
    close(&signals(&wired(Wiring::Paper), 0, &drifting), &by_sign(0, FRONT_REAR, 0.08));
    close(&signals(&wired(Wiring::Anatomical), 0, &drifting), &by_sign(0, LEFT_RIGHT, 0.08));
    // A body that has turned left by 90 degrees and walks ahead moves along the world's y.
    let half = std::f64::consts::FRAC_PI_2;
    let turned = Sensors { velocity: [0.0, FAST, 0.0], euler: [0.0, 0.0, half], ..walking() };
    close(&signals(&wired(Wiring::Paper), 0, &turned), &by_sign(0, FRONT_REAR, 0.2));
    close(&signals(&wired(Wiring::Anatomical), 0, &turned), &only(&[]));
}

#[test]
fn slowness_reaches_all_and_those_that_push_more() {
    for wiring in [Wiring::Paper, Wiring::Anatomical] {
        let slow =
            Sensors { velocity: [0.09, 0.0, 0.0], forward_velocity: 0.09, norepinephrine: 0.36, ..walking() };
        // v* = 0.18, half of which is reached.
        let expected: Vec<f64> = (0..24).map(|i| if i % 2 == 0 { 0.1 } else { 0.025 }).collect();
        close(&signals(&wired(wiring), 0, &slow), &expected);
        close(&signals(&wired(wiring), 50, &slow), &only(&[]));
        close(&signals(&wired(wiring), 100, &slow), &expected);
        // v* is at least 0.15.
        let calm =
            Sensors { norepinephrine: 0.1, velocity: [0.15, 0.0, 0.0], forward_velocity: 0.15, ..slow };
        close(&signals(&wired(wiring), 0, &calm), &only(&[]));
    }
}

#[test]
fn changes_of_the_angular_velocity_are_smoothed_from_pulse_to_pulse() {
    let turning = Sensors { angular_velocity: [2.0, -4.0, 0.0], ..walking() };
    // 0.15 of the change, by 2 rad/s: 0.15 and -0.3.
    let expected = |side: [f64; 4], fore: [f64; 4]| -> Vec<f64> {
        let roll = by_sign(0, side, 0.15 * 0.4);
        let pitch = by_sign(1, fore.map(|sign| -sign), 0.3 * 0.3);
        roll.iter().zip(pitch).map(|(roll, pitch)| roll + pitch).collect()
    };
    close(&signals(&wired(Wiring::Anatomical), 50, &turning), &expected(LEFT_RIGHT, FRONT_REAR));
    close(&signals(&wired(Wiring::Paper), 50, &turning), &expected(FRONT_REAR, LEFT_RIGHT));

    let mut olive = Olive::new(&wired(Wiring::Paper), Body::default(), 12);
    (0..51).for_each(|_| olive.advance(&turning, true));
    let after: [f64; 2] = [olive.turning_change[0], olive.turning_change[1]];
    // The change is that of the first pulse, then decays by 0.85 at the second.
    close(&after, &[0.85 * 0.15 * 2.0, 0.85 * 0.15 * -4.0]);
}

#[test]
fn an_unpredicted_movement_reaches_its_own_joint() {
    let mut angles = JOINTS;
    angles[5] = 0.03;
    let moved = Sensors { joint_angles: &angles, ..walking() };
    close(&signals(&wired(Wiring::Paper), 25, &moved), &only(&[(11, 0.24)]));
    close(&signals(&wired(Wiring::Paper), 24, &moved), &only(&[]));
}

#[test]
fn an_obstacle_stops_all_joints_nearby_and_turns_the_front_farther_off() {
    let parameters = wired(Wiring::Anatomical);
    let at = |range| signals(&parameters, 50, &Sensors { obstacle_range: Some(range), ..walking() });
    let all = |push: f64, pull: f64| -> Vec<f64> { (0..12).flat_map(|_| [push, pull]).collect() };
    close(&at(0.05), &all(0.9, 0.1));
    close(&at(0.2), &all(0.35, 0.35 * 0.15));
    let [front_left, front_right, ..] = places(0);
    let warned = [front_left, front_right].map(|[push, pull]| [(push, 0.2), (pull, 0.02)]).concat();
    close(&at(0.55), &only(&warned));
    close(&at(0.8), &only(&[]));
    close(&signals(&parameters, 50, &walking()), &only(&[]));
}

#[test]
fn a_channel_that_is_off_is_silent_and_a_schedule_of_its_own_moves_its_pulses() {
    let rolled = Sensors { euler: [0.15, 0.0, 0.0], ..walking() };
    let mut parameters = wired(Wiring::Anatomical);
    parameters.roll.pulse = Pulse { is_on: true, every: 7, at: 3 };
    close(&signals(&parameters, 0, &rolled), &only(&[]));
    close(&signals(&parameters, 10, &rolled), &by_sign(0, LEFT_RIGHT, 0.25));
    parameters.roll.pulse.is_on = false;
    close(&signals(&parameters, 10, &rolled), &only(&[]));
}

#[test]
fn errors_below_the_threshold_are_silent_and_the_larger_of_two_signals_stays() {
    let small = Sensors { euler: [0.0149, 0.0149, 0.0], velocity: [FAST, 0.02, 0.0], ..walking() };
    close(&signals(&wired(Wiring::Paper), 0, &small), &only(&[]));
    // Roll and lateral velocity reach the same cells: 0.25 and 0.08.
    let both = Sensors { euler: [0.15, 0.0, 0.0], velocity: [FAST, 0.2, 0.0], ..walking() };
    close(&signals(&wired(Wiring::Paper), 0, &both), &by_sign(0, FRONT_REAR, 0.25));
}

#[test]
fn the_gain_of_the_steering_is_that_of_navigation_and_search_together() {
    let mut parameters = wired(Wiring::Anatomical);
    parameters.gain_search.is_on = true;
    let mut olive = Olive::new(&parameters, Body::default(), 12);
    let steered = Sensors { steering: 0.4, angular_velocity: [0.0, 0.0, 0.3], ..walking() };
    (0..2000).for_each(|_| olive.advance(&steered, true));
    let correction = olive.steering_gain_correction();
    // 39 pulses of n = 0.4 G_h about 0.004, and one step of the search.
    let expected = 0.02 + 0.3 * 0.004 * (1.0 - 0.95_f64.powi(39));
    assert!((correction - expected).abs() < 2e-5, "{correction} {expected}");
}

#[test]
fn parameters_out_of_range_are_refused_by_name() {
    let refused = |change: fn(&mut OliveParameters), name: &str| {
        let mut parameters = OliveParameters::default();
        change(&mut parameters);
        let error = parameters.check().unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    };
    assert!(OliveParameters::default().check().is_ok());
    refused(|p| p.roll.pulse.every = 0, "olive.roll.pulse.every = 0");
    refused(|p| p.forward_model.pulse.at = 50, "olive.forward_model.pulse.at = 50");
    refused(|p| p.pitch.scale = 0.0, "olive.pitch.scale = 0");
    refused(|p| p.yaw.gain = 1.5, "olive.yaw.gain = 1.5");
    refused(|p| p.obstacle.ranges_m = [0.3, 0.1, 0.8], "olive.obstacle.ranges_m");
    refused(|p| p.navigation.start = 0.2, "olive.navigation.start = 0.2");
    refused(|p| p.height.standing_m = f64::NAN, "olive.height.standing_m = NaN");
}
