//! The quadruped Go2 under the pattern generator. Needs the library and the model: `scripts/fetch_mujoco.sh`.

use lobule_control::walking::{FixedCorrections, Walker, WalkerParameters};
use lobule_control::{Controller, Plant, Senses};
use lobule_mujoco::go2::Go2Parameters;

/// Farthest distance from the start and last place of a walk of so many ticks without a fall, m.
fn walk(ticks: u64) -> (f64, [f64; 3]) {
    let go2 = Go2Parameters::default();
    let mut robot = go2.robot(&go2.body()).unwrap();
    let parameters = WalkerParameters::default();
    let mut walker = Walker::new(&parameters, Box::new(FixedCorrections::none(12).unwrap()), 1).unwrap();
    let (mut sensed, mut targets) = (vec![0.0; 41], vec![0.0; 12]);
    robot.sense(&mut sensed);
    let start = [sensed[0], sensed[1]];
    let mut farthest: f64 = 0.0;
    for tick in 0..ticks {
        let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
        walker.advance(&senses, &mut targets).unwrap();
        robot.advance(&targets, 0.005).unwrap();
        robot.sense(&mut sensed);
        assert!(!walker.is_fallen(), "tick {tick}");
        farthest = farthest.max(libm::hypot(sensed[0] - start[0], sensed[1] - start[1]));
    }
    (farthest, [sensed[0], sensed[1], sensed[2]])
}

#[test]
fn the_generator_walks_as_far_as_that_of_the_publication() {
    // Measured with the publication's own classes in Python, without neurons, at a norepinephrine of 0.25: 43.54 m, ends at 31.54, 30.02.
    let (farthest, [x, y, _]) = walk(50_000);
    assert!((farthest - 43.54).abs() < 0.01, "{farthest}");
    assert!((x - 31.54).abs() < 0.01 && (y - 30.02).abs() < 0.01, "{x} {y}");
}

#[test]
fn walks_are_the_same_bits_on_any_thread() {
    let alone = walk(1000);
    let others = [0, 1].map(|_| std::thread::spawn(|| walk(1000)));
    others.into_iter().for_each(|other| assert_eq!(other.join().unwrap(), alone));
}
