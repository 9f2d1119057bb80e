//! The laws of the eyelid, and what its conditioning promises.

use lobule_control::plant::{Eyelid, EyelidParameters};
use lobule_control::{ClosedLoop, Conditioning, ConditioningParameters, Controller, Drive, Error, Plant};

mod counting;
use counting::allocations;

fn lid() -> Eyelid {
    Eyelid::new(EyelidParameters::default()).unwrap()
}

fn hold(lid: &mut Eyelid, drive: f64, seconds: f64, dt_s: f64) {
    for _ in 0..(seconds / dt_s).round() as usize {
        lid.advance(&[drive], dt_s).unwrap();
    }
}

#[test]
fn a_held_drive_moves_the_lid_as_two_lags_in_series() {
    let EyelidParameters { muscle_s, lid_s } = EyelidParameters::default();
    for t in [0.005, 0.02, 0.1, 0.4] {
        let mut lid = lid();
        hold(&mut lid, 0.6, t, 1e-3);
        let lag = (lid_s * (-t / lid_s).exp() - muscle_s * (-t / muscle_s).exp()) / (lid_s - muscle_s);
        assert!((lid.closure() - 0.6 * (1.0 - lag)).abs() < 1e-12, "{t}: {}", lid.closure());
    }
    // The step of time changes nothing between the stops.
    let closure = |dt_s: f64| {
        let mut lid = lid();
        hold(&mut lid, 0.6, 0.1, dt_s);
        lid.closure()
    };
    assert!((closure(1e-3) - closure(1e-2)).abs() < 1e-12);
}

#[test]
fn equal_time_constants_are_the_limit_of_nearly_equal_ones() {
    let closure = |muscle_s: f64| {
        let mut lid = Eyelid::new(EyelidParameters { muscle_s, lid_s: 0.1 }).unwrap();
        hold(&mut lid, 0.8, 0.15, 1e-3);
        lid.closure()
    };
    assert!((closure(0.1) - closure(0.1 * (1.0 + 1e-6))).abs() < 1e-6);
}

#[test]
fn the_lid_rests_at_its_stops_and_leaves_them_at_once() {
    let mut lid = lid();
    hold(&mut lid, 50.0, 0.3, 1e-3);
    assert_eq!(lid.closure(), 1.0);
    // The muscle relaxes before the lid moves: it opens once the pull is below 1, with no memory of 50.
    let (mut opened, mut senses) = (0, [0.0; 3]);
    while lid.closure() == 1.0 {
        lid.advance(&[0.0], 1e-3).unwrap();
        opened += 1;
    }
    let expected = 1e3 * EyelidParameters::default().muscle_s * 50f64.ln();
    assert!((f64::from(opened) - expected).abs() <= 1.0, "{opened} ms, not {expected}");
    hold(&mut lid, 0.0, 2.0, 1e-3);
    assert!(lid.closure() < 1e-6);
    // Motoneurons cannot push.
    hold(&mut lid, -3.0, 0.1, 1e-3);
    lid.sense(&mut senses);
    assert!(senses[0] >= 0.0 && senses[0] < 1e-6);
    let mut never_driven = self::lid();
    hold(&mut never_driven, -3.0, 0.1, 1e-3);
    assert_eq!(never_driven.closure(), 0.0);
}

#[test]
fn the_cornea_feels_what_the_lid_lets_through() {
    let mut lid = lid();
    let cornea = |lid: &Eyelid| {
        let mut senses = [f64::NAN; 3];
        lid.sense(&mut senses);
        senses[Eyelid::CORNEA]
    };
    assert_eq!(cornea(&lid), 0.0);
    lid.blow(2.0).unwrap();
    assert_eq!(cornea(&lid), 2.0);
    hold(&mut lid, 0.5, 2.0, 1e-3);
    assert!((cornea(&lid) - 1.0).abs() < 1e-6);
    lid.reset(None);
    assert_eq!(cornea(&lid), 0.0);
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(lid.blow(wrong).unwrap_err().to_string().contains("puff"), "{wrong}");
    }
    assert!(Eyelid::new(EyelidParameters { muscle_s: 0.0, lid_s: 0.1 }).is_err());
}

type Animal = ClosedLoop<Eyelid, Conditioning>;

fn animal(parameters: &ConditioningParameters) -> Animal {
    let cerebellum = Conditioning::new(parameters, 1, 1e-3, 0).unwrap();
    ClosedLoop::new(lid(), cerebellum, 0, 1e-3, [10, 5]).unwrap()
}

/// A trial with a tone at 100 ms and a puff at 400 ms; closure at the puff.
fn trial(animal: &mut Animal, puff: bool) -> f64 {
    animal.reset();
    let mut closed = 0.0;
    for tick in 0..700 {
        let blows = puff && (400..430).contains(&tick);
        animal.plant_mut().blow(f64::from(u8::from(blows))).unwrap();
        let tone = f64::from(u8::from((100..430).contains(&tick)));
        animal.tick(&Drive { cues: &[tone], ..Drive::default() }).unwrap();
        if tick == 400 {
            closed = animal.plant().closure();
        }
    }
    closed
}

#[test]
fn a_trial_allocates_nothing() {
    let mut animal = animal(&ConditioningParameters::default());
    trial(&mut animal, true);
    assert_eq!(allocations(|| _ = trial(&mut animal, true)), 0);
}

#[test]
fn the_first_puff_closes_the_lid_and_the_cerebellum_has_no_part_in_it() {
    let mut animal = animal(&ConditioningParameters { lid_gain: 0.0, ..Default::default() });
    assert_eq!(trial(&mut animal, true), 0.0);
    animal.reset();
    let mut most: f64 = 0.0;
    for tick in 0..200 {
        animal.plant_mut().blow(if tick < 30 { 1.0 } else { 0.0 }).unwrap();
        animal.tick(&Drive { cues: &[0.0], ..Drive::default() }).unwrap();
        most = most.max(animal.plant().closure());
    }
    assert!((0.75..=1.0).contains(&most), "{most}");
}

#[test]
fn spontaneous_climbing_fibers_teach_nothing_on_average() {
    // No puff and no response: the weights stay near naive although the olive fires all the time.
    let mut animal = animal(&ConditioningParameters { lid_gain: 0.0, ..Default::default() });
    for _ in 0..300 {
        trial(&mut animal, false);
    }
    let weights = animal.controller().cortical(0);
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    // One spike per second through 0.7 s of 300 trials: each synapse is drawn some 40 times by 0.005.
    assert!((mean - 1.0).abs() < 0.05, "{mean}");
    assert_eq!(animal.controller().nuclear(0), ConditioningParameters::default().mossy_weight[0]);
}

#[test]
fn a_response_is_learned_before_the_puff_and_unlearned_without_it() {
    // Four times the rate of the experiment, to be quick.
    let fast = ConditioningParameters { depression: 0.02, nuclear_ltp_hz: 0.2, ..Default::default() };
    let mut animal = animal(&fast);
    let naive = trial(&mut animal, true);
    (0..150).for_each(|_| _ = trial(&mut animal, true));
    let learned = trial(&mut animal, true);
    (0..600).for_each(|_| _ = trial(&mut animal, false));
    let extinguished = trial(&mut animal, false);
    assert!(naive < 0.01 && learned > 0.5 && extinguished < 0.1, "{naive} {learned} {extinguished}");
    // The second site outlives the response.
    assert!(animal.controller().nuclear(0) > 2.0 * fast.mossy_weight[0]);
    animal.controller_mut().forget(false, true);
    assert_eq!(animal.controller().nuclear(0), fast.mossy_weight[0]);
    animal.controller_mut().forget(true, false);
    assert!(animal.controller().cortical(0).iter().all(|w| *w == 1.0));
}

#[test]
fn wrong_parameters_are_named() {
    let base = ConditioningParameters::default;
    for (wrong, name) in [
        (ConditioningParameters { signals: 0, ..base() }, "signals"),
        (ConditioningParameters { peaks_s: [0.5, 0.1], ..base() }, "peaks_s"),
        (ConditioningParameters { depression: -1.0, ..base() }, "depression"),
        (ConditioningParameters { window_s: f64::NAN, ..base() }, "window_s"),
        (ConditioningParameters { mossy_weight: [1.0, 0.5], ..base() }, "mossy_weight"),
        (ConditioningParameters { spontaneous_hz: 2000.0, ..base() }, "spontaneous_hz"),
        (ConditioningParameters { reflex_s: 0.0, ..base() }, "reflex_s"),
    ] {
        let error = Conditioning::new(&wrong, 1, 1e-3, 0).unwrap_err();
        assert!(matches!(&error, Error::Parameter { .. }) && error.to_string().contains(name), "{error}");
    }
    assert!(Conditioning::new(&base(), 0, 1e-3, 0).is_err());
    assert_eq!(Conditioning::new(&base(), 2, 1e-3, 0).unwrap().weights().len(), 2 * base().signals + 2);
}
