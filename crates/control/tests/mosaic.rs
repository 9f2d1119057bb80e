//! MOSAIC: what the trait promises, exact identification, selection, and what a cue does.

mod counting;

use lobule_control::plant::Linear;
use lobule_control::{ClosedLoop, Controller, Drive, Error, Mosaic, MosaicParameters, MosaicScales, Senses};
use lobule_signal::Stream;

const DT: f64 = 0.005;
/// Mass, damping, stiffness.
const OBJECTS: [[f64; 3]; 3] = [[1.0, 2.0, 8.0], [1.0, 8.0, 1.0], [8.0, 2.0, 1.0]];

fn parameters(modules: usize) -> MosaicParameters {
    MosaicParameters {
        modules,
        forgetting: 0.9995,
        inverse_rate: 0.01,
        sigma: [0.3, 0.1],
        anneal_ticks: 8000,
        spread: 1.0,
        switching: 0.002,
        cue_rate: 0.0,
        feedback: [200.0, 60.0],
        scales: MosaicScales { position: 1.0, velocity: 2.0, acceleration: 5.0, command: 20.0 },
    }
}

fn reference(seed: u64, t: f64) -> f64 {
    let phase = Stream::new(seed, "phases");
    let sine = |k: u32| {
        libm::sin(std::f64::consts::TAU * (0.13 + 0.17 * f64::from(k)) * t + 6.3 * phase.uniform(0, k))
    };
    0.35 * (0..4).map(sine).sum::<f64>()
}

type Loop = ClosedLoop<Linear, Mosaic>;

fn join(parameters: MosaicParameters, cues: usize, seed: u64) -> Loop {
    let [m, b, k] = OBJECTS[0];
    let controller = Mosaic::new(parameters, 1, cues, DT, seed).unwrap();
    ClosedLoop::new(Linear::second_order(m, b, k).unwrap(), controller, 1, DT, [0, 0]).unwrap()
}

/// Tracks for so many seconds; the object changes every 3 s; calls `see` with time, object and the loop after every tick.
fn track(joined: &mut Loop, seed: u64, seconds: f64, cues: usize, mut see: impl FnMut(usize, usize, &Loop)) {
    let objects: Vec<Linear> =
        OBJECTS.iter().map(|[m, b, k]| Linear::second_order(*m, *b, *k).unwrap()).collect();
    for tick in 0..(seconds / DT) as usize {
        let object = (tick / 600) % 3;
        if tick % 600 == 0 {
            joined.plant_mut().become_like(&objects[object]).unwrap();
        }
        let mut shown = vec![0.0; cues];
        if cues > 0 {
            shown[object] = 1.0;
        }
        let wanted = [reference(seed, tick as f64 * DT)];
        joined.tick(&Drive { reference: &wanted, cues: &shown, ..Drive::default() }).unwrap();
        see(tick, object, joined);
    }
}

#[test]
fn one_module_identifies_an_object_and_its_inverse() {
    let [m, b, k] = OBJECTS[0];
    let mut joined = join(parameters(1), 0, 1);
    for tick in 0..600_000 {
        let wanted = [reference(3, tick as f64 * DT)];
        joined.tick(&Drive { reference: &wanted, ..Drive::default() }).unwrap();
    }
    let [forward, inverse] = joined.controller().models(0);
    for (found, law) in forward.iter().zip([-k / m, -b / m, 1.0 / m, 0.0]) {
        assert!((found - law).abs() < 0.1 * (1.0 + law.abs()), "forward {forward:?}");
    }
    // The reference is held for a tick and differences lag by half to one, so that the inverse is that of a slightly later object.
    for (found, law) in inverse.iter().zip([m, b, k, 0.0]) {
        assert!((found - law).abs() < 0.1 * (1.0 + law.abs()), "inverse {inverse:?}");
    }
}

/// After `seconds` of learning: part of the last 60 s in which the most responsible module is that of the object, under the best pairing.
fn accuracy(seed: u64, cues: usize, cue_rate: f64) -> f64 {
    let mut joined = join(MosaicParameters { cue_rate, ..parameters(3) }, cues, seed);
    track(&mut joined, seed, 180.0, cues, |_, _, _| {});
    let mut counts = [[0usize; 3]; 3];
    track(&mut joined, seed + 100, 60.0, cues, |_, object, joined| {
        let shares = joined.controller().responsibilities();
        let best = (0..3).fold(0, |best, i| if shares[i] > shares[best] { i } else { best });
        counts[object][best] += 1;
    });
    let pairings = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let best = pairings.iter().map(|p| (0..3).map(|o| counts[o][p[o]]).sum::<usize>()).max().unwrap();
    best as f64 / counts.iter().flatten().sum::<usize>() as f64
}

#[test]
fn modules_divide_the_objects_among_themselves() {
    // On some seeds two objects share a module; where they do not, accuracy is high.
    let all: Vec<f64> = (0..8).map(|seed| accuracy(seed, 0, 0.0)).collect();
    let good = all.iter().filter(|a| **a > 0.9).count();
    assert!(good >= 4, "{all:?}");
}

#[test]
fn shares_are_probabilities_and_frozen_modules_do_not_change() {
    let mut joined = join(parameters(3), 0, 1);
    track(&mut joined, 1, 20.0, 0, |_, _, joined| {
        for shares in [joined.controller().responsibilities(), joined.controller().expectations()] {
            assert!(shares.iter().all(|s| (0.0..=1.0).contains(s)));
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    });
    let sigma = joined.controller().sigma();
    assert!(sigma < 0.3 && sigma > 0.1);
    joined.controller_mut().set_learning(false);
    let before = joined.controller().weights().to_vec();
    track(&mut joined, 2, 10.0, 0, |_, _, _| {});
    assert_eq!((before.as_slice(), sigma), (joined.controller().weights(), joined.controller().sigma()));
}

#[test]
fn a_learned_cue_selects_before_anything_is_felt() {
    let mut joined = join(MosaicParameters { cue_rate: 0.05, ..parameters(3) }, 3, 1);
    track(&mut joined, 1, 240.0, 3, |_, _, _| {});
    // Which module belongs to which cue, and its share in the very tick in which the cue appears.
    let mut late = [0usize; 3];
    let mut at_once = Vec::new();
    track(&mut joined, 5, 60.0, 3, |tick, object, joined| {
        let shares = joined.controller().responsibilities();
        if tick % 600 == 599 {
            late[object] = (0..3).fold(0, |best, i| if shares[i] > shares[best] { i } else { best });
        }
        if tick % 600 == 3 && tick > 1800 {
            at_once.push(shares[late[object]]);
        }
    });
    assert!(late[0] != late[1] && late[1] != late[2] && late[0] != late[2], "{late:?}");
    assert!(at_once.iter().sum::<f64>() / at_once.len() as f64 > 0.9, "{at_once:?}");
}

#[test]
fn what_cannot_be_is_refused() {
    let said = |p: MosaicParameters| Mosaic::new(p, 1, 0, DT, 0).unwrap_err().to_string();
    assert!(said(MosaicParameters { modules: 0, ..parameters(3) }).contains("modules = 0"));
    assert!(said(MosaicParameters { switching: 0.0, ..parameters(3) }).contains("come back"));
    assert!(said(MosaicParameters { sigma: [1.0, 0.0], ..parameters(3) }).contains("sigma"));
    assert!(said(MosaicParameters { forgetting: 0.0, ..parameters(3) }).contains("forgetting"));
    let mut mosaic = Mosaic::new(parameters(2), 1, 0, DT, 0).unwrap();
    let senses =
        Senses { tick: 0, sensed: &[f64::NAN, 0.0], reference: &[0.0], reference_then: &[0.0], cues: &[] };
    let failed = mosaic.advance(&senses, &mut [0.0]).unwrap_err();
    assert!(matches!(failed, Error::NonFinite { .. }));
}

#[test]
fn a_tick_allocates_nothing() {
    let mut joined = join(parameters(3), 0, 1);
    track(&mut joined, 1, 1.0, 0, |_, _, _| {});
    let ticks = counting::allocations(|| {
        for _ in 0..100 {
            joined.tick(&Drive { reference: &[0.3], ..Drive::default() }).unwrap();
        }
    });
    assert_eq!(ticks, 0);
}
