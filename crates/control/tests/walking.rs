//! Walkers keep what controllers promise, follow their equations, and refuse what they cannot walk with.

use lobule_control::walking::{
    Body, Curiosity, Effector, FixedCorrections, Mix, OneWeight, Parts, RandomCorrections, RandomParameters,
    Speed, Steerable, View, Walker, WalkerParameters, Weight, Wiring,
};
use lobule_control::{ClosedLoop, Controller, Drive, Error, Inputs, Senses, Snapshot, conforms, snapshot};

mod legs;
use legs::{DT, Posed, Puppet, advance, level, walker};

/// Parameters that differ from the defaults in every switch.
fn others() -> Vec<WalkerParameters> {
    let mut all = vec![WalkerParameters::default(), WalkerParameters::default()];
    let p = &mut all[1];
    p.weight = Weight::Fixed(0.4);
    p.mixing.mix = Mix::Additive;
    p.reflexes.wiring = Wiring::Anatomical;
    p.segment.wiring = Wiring::Anatomical;
    p.arousal.curiosity = Curiosity::Drawn;
    p.arousal.rises_when_fallen = true;
    p.speed = Speed::Body;
    p.reflexes_see_late = true;
    all.push(WalkerParameters {
        body: Body { legs: 2, joints_per_leg: 4 },
        home: vec![0.0, 0.5, -1.0, 0.2],
        ..Default::default()
    });
    all[2].generator.phase_offsets = vec![0.0, 0.5];
    let off = Parts { generator: false, reflexes: false, terrain: false, segment: false };
    all.push(WalkerParameters { parts: off, speed: Speed::World, ..Default::default() });
    all
}

#[test]
fn walkers_conform_with_every_part_and_source_of_corrections() {
    for parameters in others() {
        let n = parameters.body.joints();
        let make = || Posed::new(walker(&parameters));
        conforms::controller(make, false);
        let random = || {
            let size = RandomParameters { sd: 0.05, correlation_s: 0.2 };
            let random = RandomCorrections::new(size, n, DT, 3).unwrap();
            Posed::new(Walker::new(&parameters, Box::new(random), 2).unwrap())
        };
        conforms::controller(random, false);
        let learning = || {
            let weights = OneWeight::new(&vec![0.5; n], DT).unwrap();
            Posed::new(Walker::new(&parameters, Box::new(weights), 2).unwrap())
        };
        conforms::controller(learning, true);
    }
}

#[test]
fn angles_stay_within_the_range_of_a_command_whatever_is_sensed() {
    let draws = RandomCorrections::new(RandomParameters { sd: 3.0, correlation_s: 0.05 }, 41, DT, 9);
    let mut wild = draws.unwrap();
    for parameters in others().into_iter().filter(|p| p.body == Body::default()) {
        let size = RandomParameters { sd: 2.0, correlation_s: 0.0 };
        let corrections = Box::new(RandomCorrections::new(size, 12, DT, 3).unwrap());
        let mut walker = Walker::new(&parameters, corrections, 1).unwrap();
        walker.steer(Effector::Trim, 0.2).unwrap();
        walker.steer(Effector::LateralStep, 0.1).unwrap();
        wild.reset();
        for _ in 0..5000 {
            let mut sensed = advance(&mut wild, &[]).unwrap();
            let length = sensed[3..7].iter().map(|q| q * q).sum::<f64>().sqrt();
            sensed[3..7].iter_mut().for_each(|q| *q /= length);
            let up = parameters.body.view(&sensed).unwrap().upright();
            let range = 0.4 + 1.1 * (1.0 - up) / 2.0;
            let angles = advance(&mut walker, &sensed).unwrap();
            assert!(walker.normalized().iter().all(|u| u.abs() <= 1.0));
            for (j, angle) in angles.iter().enumerate() {
                let steering = [0.1, 0.1, 0.2][j % 3];
                assert!((angle - parameters.home[j % 3]).abs() <= range + steering + 1e-12);
            }
        }
    }
}

#[test]
fn the_first_tick_is_that_of_the_equations() {
    let parameters = WalkerParameters::default();
    let mut walker = walker(&parameters);
    let angles = advance(&mut walker, &level(&parameters)).unwrap();
    let phi = std::f64::consts::TAU * 0.01;
    // The gate has not changed yet: a body at rest cannot lose competence that it does not have.
    let (a, w) = (0.5001 * 0.85, 0.9);
    let tone = [-0.03, 0.05, -0.02];
    let cpg = [
        0.05 * a * libm::sin(phi),
        0.8 * a * 1.5 * libm::sin(phi),
        1.2 * a * libm::sin(phi + 0.2 * std::f64::consts::PI),
    ];
    for (k, home) in [0.0, 0.9, -1.8].into_iter().enumerate() {
        let expected = home + 0.4 * (w * cpg[k] + tone[k]);
        assert!((angles[3 + k] - expected).abs() < 1e-12, "{k}");
    }
    assert_eq!(walker.norepinephrine(), 0.25);
    // Corrections have the share that is left.
    let fixed = FixedCorrections::new(&[0.02; 12]).unwrap();
    let mut corrected = Walker::new(&parameters, Box::new(fixed), 1).unwrap();
    let moved = advance(&mut corrected, &level(&parameters)).unwrap();
    for (with, without) in moved.iter().zip(&angles) {
        assert!((with - without - 0.02 * 0.1 * 0.4).abs() < 1e-12);
    }
}

#[test]
fn parts_that_are_off_command_nothing() {
    let parts = Parts { generator: false, reflexes: false, terrain: false, segment: false };
    let parameters = WalkerParameters { parts, ..Default::default() };
    let mut still = walker(&parameters);
    let mut sensed = level(&parameters);
    (sensed[13], sensed[14]) = (0.7, -0.4);
    for _ in 0..50 {
        let angles = advance(&mut still, &sensed).unwrap();
        assert_eq!(angles, parameters.home.repeat(4));
    }
    let only = |change: fn(&mut Parts)| {
        let mut parts = parts;
        change(&mut parts);
        let mut walker = walker(&WalkerParameters { parts, ..Default::default() });
        let angles: Vec<Vec<f64>> = (0..50).map(|_| advance(&mut walker, &sensed).unwrap()).collect();
        assert!(angles.iter().any(|angles| *angles != parameters.home.repeat(4)), "{parts:?}");
        angles
    };
    let found = [only(|p| p.generator = true), only(|p| p.reflexes = true), only(|p| p.segment = true)];
    assert!(found[0] != found[1] && found[1] != found[2]);
    sensed[4..6].copy_from_slice(&[0.1, 0.1]);
    sensed[3] = 0.98_f64.sqrt();
    let slope = walker(&WalkerParameters { parts: Parts { terrain: true, ..parts }, ..Default::default() });
    let (mut slope, mut last) = (slope, Vec::new());
    (0..50).for_each(|_| last = advance(&mut slope, &sensed).unwrap());
    assert!(last != parameters.home.repeat(4));
}

#[test]
fn the_speed_of_the_original_loses_sight_of_a_walk_along_y() {
    let weight = |speed, way: [f64; 2], turned: bool| {
        let parameters = WalkerParameters { speed, ..Default::default() };
        let mut walker = walker(&parameters);
        let mut sensed = level(&parameters);
        if turned {
            (sensed[3], sensed[6]) = (0.5_f64.sqrt(), 0.5_f64.sqrt());
        }
        for n in 0..3000 {
            for axis in 0..2 {
                sensed[axis] = way[axis] * DT * f64::from(n);
                sensed[7 + axis] = way[axis];
            }
            advance(&mut walker, &sensed).unwrap();
        }
        walker.weight()
    };
    for speed in [Speed::WorldDifference, Speed::World, Speed::Body] {
        let along_x = weight(speed, [0.2, 0.0], false);
        // From the tick on in which 0.2 (1 - 0.99^n) exceeds 0.03 (n = 17, one later without a way in the first).
        assert!((0.6..0.61).contains(&along_x), "{speed:?} {along_x}");
    }
    assert_eq!(weight(Speed::WorldDifference, [0.0, 0.2], true), 0.9);
    assert_eq!(weight(Speed::World, [0.0, 0.2], true), 0.9);
    assert!(weight(Speed::Body, [0.0, 0.2], true) < 0.61);
    // Backwards is not forwards.
    assert_eq!(weight(Speed::WorldDifference, [-0.2, 0.0], false), 0.9);
}

/// Input that a cerebellum in a walker received.
#[derive(Default)]
struct Witness {
    given: std::sync::Arc<std::sync::Mutex<Vec<Vec<f64>>>>,
}

snapshot!(Witness {});

impl Controller for Witness {
    fn name(&self) -> &str {
        "witness"
    }

    fn commands(&self) -> usize {
        12
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(41, 0, 17)
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        self.given.lock().unwrap().push([senses.sensed, senses.cues].concat());
        command.fill(0.1);
        Ok(())
    }
}

#[test]
fn a_cerebellum_is_given_the_senses_the_last_command_steering_target_norepinephrine_and_way() {
    let witness = Witness::default();
    let given = witness.given.clone();
    let parameters = WalkerParameters::default();
    let mut walker = Walker::new(&parameters, Box::new(witness), 1).unwrap();
    walker.steer(Effector::AbductionOffset, 0.3).unwrap();
    let (mut sensed, mut commands) = (level(&parameters), vec![vec![0.0; 12]]);
    for n in 0..3 {
        sensed[0] = 1.0 + 0.001 * f64::from(n);
        let cues = [0.5, 0.7];
        let senses = Senses { tick: 0, sensed: &sensed, reference: &[], reference_then: &[], cues: &cues };
        walker.advance(&senses, &mut [0.0; 12]).unwrap();
        commands.push(walker.normalized().to_vec());
        let given = given.lock().unwrap()[n as usize].clone();
        assert_eq!(given[..41], sensed);
        assert_eq!(given[41..53], commands[n as usize]);
        assert_eq!(given[53..57], [0.3, 0.5, 0.7, 0.25]);
        assert!((given[57] - if n == 0 { 0.0 } else { 0.001 }).abs() < 1e-12);
    }
    assert_eq!(walker.corrections(), [0.1; 12]);
    // A body that was put back has not gone there.
    walker.relocated();
    sensed[0] = 0.0;
    advance(&mut walker, &sensed).unwrap();
    assert_eq!(given.lock().unwrap()[3][57], 0.0);
}

#[test]
fn reflexes_that_see_late_are_given_the_tilt_of_the_tick_before() {
    let parts = Parts { generator: false, reflexes: true, terrain: false, segment: false };
    let parameters = WalkerParameters { parts, reflexes_see_late: true, ..Default::default() };
    let (mut late, mut now) =
        (walker(&parameters), walker(&WalkerParameters { reflexes_see_late: false, ..parameters.clone() }));
    let flat = level(&parameters);
    let mut tilted = flat.clone();
    (tilted[3], tilted[4]) = (libm::cos(0.05), libm::sin(0.05));
    let home = parameters.home.repeat(4);
    assert_eq!(advance(&mut late, &flat).unwrap(), home);
    assert_eq!(advance(&mut late, &tilted).unwrap(), home);
    let after = advance(&mut late, &flat).unwrap();
    advance(&mut now, &flat).unwrap();
    assert!(after != home && advance(&mut now, &tilted).unwrap() != home);
    assert_eq!(advance(&mut now, &flat).unwrap(), home);
}

#[test]
fn a_loop_of_a_body_and_a_walker_goes_on_from_a_copy_bit_for_bit() {
    let make = || {
        let parameters = WalkerParameters::default();
        let size = RandomParameters { sd: 0.05, correlation_s: 0.2 };
        let random = Box::new(RandomCorrections::new(size, 12, DT, 3).unwrap());
        let walker = Walker::new(&parameters, random, 1).unwrap();
        ClosedLoop::new(Puppet::new(parameters.body), walker, 0, DT, [0, 0]).unwrap()
    };
    conforms::closed_loop(make, 0, 0);
    let mut walk = make();
    for _ in 0..2000 {
        walk.tick(&Drive::default()).unwrap();
    }
    let thighs = walk.plant().angles.iter().skip(1).step_by(3);
    assert!(thighs.clone().all(|q| (q - 0.9).abs() < 0.5), "{:?}", thighs.collect::<Vec<_>>());
}

#[test]
fn bad_senses_bodies_and_cerebella_are_refused_by_name() {
    let parameters = WalkerParameters::default();
    let mut walks = walker(&parameters);
    let good = level(&parameters);
    let before = walks.snapshot();
    let mut nan = good.clone();
    nan[14] = f64::NAN;
    let mut zero = good.clone();
    zero[3] = 0.0;
    let table: [(&[f64], &str); 4] = [
        (&nan, "FL thigh angle is NaN"),
        (&good[..40], "40 values as senses"),
        (&[good.as_slice(), &[0.0]].concat(), "42 values as senses"),
        (&zero, "length of the base orientation = 0"),
    ];
    for (sensed, text) in table {
        let error = advance(&mut walks, sensed).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
        assert_eq!(walks.snapshot(), before, "nothing has changed");
    }
    let steering = walks.steer(Effector::TurnRate, 0.1).unwrap_err().to_string();
    assert!(steering.contains("no effector of the walker `turn_rate`"), "{steering}");
    let error = |change: &dyn Fn(&mut WalkerParameters)| {
        let mut parameters = WalkerParameters::default();
        change(&mut parameters);
        let cerebellum = Box::new(FixedCorrections::none(12).unwrap());
        Walker::new(&parameters, cerebellum, 1).err().unwrap().to_string()
    };
    assert!(error(&|p| p.body.legs = 0).contains("legs = 0"));
    assert!(error(&|p| p.body.legs = 6).contains("phase_offsets = 4"));
    assert!(error(&|p| p.home = vec![0.0; 2]).contains("home = 2"));
    assert!(error(&|p| p.dt_s = 0.0).contains("dt_s = 0"));
    assert!(error(&|p| p.weight = Weight::Fixed(-0.1)).contains("fixed weight = -0.1"));
    let many = Walker::new(&parameters, Box::new(FixedCorrections::none(13).unwrap()), 1);
    assert!(many.err().unwrap().to_string().contains("commands of the cerebellum = 13"));
    // A body with other joints, and a loop of other ticks.
    let six = Body { legs: 6, joints_per_leg: 3 };
    assert!(ClosedLoop::new(Puppet::new(six), walker(&parameters), 0, DT, [0, 0]).is_err());
    let slow = ClosedLoop::new(Puppet::new(parameters.body), walker(&parameters), 0, 0.01, [0, 0]);
    assert!(slow.err().unwrap().to_string().contains("walker: dt_s = 0.005"));
    let written = serde_json::to_string(&parameters).unwrap();
    assert_eq!(serde_json::from_str::<WalkerParameters>(&written).unwrap(), parameters);
    assert!(serde_json::from_str::<WalkerParameters>(r#"{"gaet": 1}"#).is_err());
}

#[test]
fn a_view_is_read_without_a_walker() {
    let sensed = level(&WalkerParameters::default());
    let view: View = Body::default().view(&sensed).unwrap();
    assert!(!WalkerParameters::default().is_fallen(&view));
    let mut low = sensed.clone();
    low[2] = 0.12;
    assert!(WalkerParameters::default().is_fallen(&Body::default().view(&low).unwrap()));
    let mut side = sensed;
    (side[3], side[4]) = (0.5_f64.sqrt(), 0.5_f64.sqrt());
    assert!(WalkerParameters::default().is_fallen(&Body::default().view(&side).unwrap()));
}
