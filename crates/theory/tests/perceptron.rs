//! The analog perceptron against its theory: capacity, floors, speeds; resuming; bad input.

use lobule_theory::Error;
use lobule_theory::perceptron::{
    DeltaPerceptron, Patterns, PerceptronParameters, SgdegePerceptron, SgdegePerceptronState, Start, Steps,
    capacity,
};

/// A fifth of the size of Figure 10, for tests that need convergence.
fn small() -> PerceptronParameters {
    PerceptronParameters { fibers: 200, ..PerceptronParameters::default() }
}

fn sgdege(parameters: PerceptronParameters, steps: Steps, patterns: u32, seed: u64) -> SgdegePerceptron {
    let patterns = Patterns::draw(&parameters, patterns, seed).unwrap();
    SgdegePerceptron::new(parameters, steps, patterns, Start::Uniform, seed).unwrap()
}

#[track_caller]
fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} +- {tolerance}");
}

#[test]
fn capacity_has_its_known_values() {
    let one = capacity(1.0).unwrap();
    near(1000.0 * one.load, 391.3, 0.1);
    near(one.zero_weights, 0.609, 0.001);
    near(one.b, -0.2760, 0.0001);
    // Without spread of the targets: Brunel et al. 2004, half a pattern per weight.
    near(capacity(0.0).unwrap().load, 0.5, 1e-12);
    assert!(capacity(1e300).unwrap().load >= 0.0);
    for gamma in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(capacity(gamma), Err(Error::Parameter { .. })));
    }
}

#[test]
fn derived_constants_are_those_of_the_paper() {
    let p = PerceptronParameters::default();
    near(p.theta_hz(), 12.8526, 1e-4);
    near(p.alpha(0.2), 0.0316228, 1e-7);
    near(p.alpha(0.4), 0.0632456, 1e-7);
    near(p.mean_w_hz(), 72.17, 0.01);
    // gamma is Var(R) / (f (1 - f) mean(w)²), with Var(R) = Pmax² / 12.
    near(1e4 / 12.0 / (0.16 * p.mean_w_hz() * p.mean_w_hz()), 1.0, 1e-12);
}

#[test]
fn initial_rates_have_their_means() {
    for start in [Start::Uniform, Start::HalfZero] {
        // A cell has one set of weights, whose mean scatters; forty cells average it.
        let (mut p_sum, mut j_sum, mut zeros) = (0.0, 0.0, 0);
        for seed in 0..40 {
            let p = PerceptronParameters::default();
            let patterns = Patterns::draw(&p, 100, seed).unwrap();
            let cell = SgdegePerceptron::new(p, Steps::default(), patterns, start, seed).unwrap();
            for mu in 0..100 {
                let (rate, inhibition) = cell.rates_hz(mu);
                (p_sum, j_sum) = (p_sum + rate / 4000.0, j_sum + inhibition / 4000.0);
            }
            zeros += cell.state().weights.iter().filter(|w| w[0] == 0.0).count();
        }
        // Rates are rectified, so the mean of P lies a little above that of its drive, 50.
        // Spread: between cells about 50 (w) and 21 (v) Hz divided by sqrt(40), and four of these.
        assert!((35.0..75.0).contains(&p_sum), "{start:?}: {p_sum}");
        near(j_sum, 50.0, 20.0);
        let half = f64::from(zeros as u32) / 40_000.0;
        near(half, if start == Start::HalfZero { 0.5 } else { 0.0 }, 0.01);
    }
}

#[test]
fn what_is_left_is_the_floor() {
    for q in [0.0, 0.25, 0.5, 0.75] {
        let steps = Steps { q, ..Steps::default() };
        let mut cell = sgdege(small(), steps, 30, 2);
        let mut mean = 0.0;
        for epoch in 0..12_000 {
            let error = cell.epoch().unwrap().error_hz;
            if epoch >= 11_000 {
                mean += error / 1000.0;
            }
        }
        near(mean, steps.floor_hz().unwrap(), 0.08);
    }
    assert_eq!(Steps { q: 1.0, ..Steps::default() }.floor_hz(), None);
}

/// Half of the weights start at zero: they cannot fall, so the rate falls at half the speed.
#[test]
fn one_pattern_rises_at_the_predicted_speed_and_falls_at_half_of_it() {
    let parameters = PerceptronParameters::default();
    for (target, drive_from, expected, tolerance) in [(100.0, 20.0, 0.04, 0.004), (0.0, 80.0, -0.02, 0.003)] {
        let (mut speeds, mut runs) = (0.0, 0);
        let mut seed = 0;
        while runs < 50 {
            seed += 1;
            let patterns = Patterns::draw(&parameters, 1, seed).unwrap().with_targets(vec![target]).unwrap();
            let mut cell =
                SgdegePerceptron::new(parameters, Steps::default(), patterns, Start::HalfZero, seed).unwrap();
            // Runs that begin with room on the way to the target; the first 300 trials find the error.
            let begin = cell.rates_hz(0).0;
            if (target - begin) * expected < 0.0 || begin == 0.0 || (begin - target).abs() < drive_from {
                continue;
            }
            let mut rates = Vec::new();
            for _ in 0..5000 {
                cell.epoch().unwrap();
                rates.push(cell.rates_hz(0).0);
            }
            let far = |p: &f64| (p - target).abs() > 10.0;
            let last = rates.iter().take_while(|p| far(p)).count();
            if last < 600 {
                continue;
            }
            speeds += (rates[last - 1] - rates[299]) / (last - 300) as f64;
            runs += 1;
        }
        near(speeds / f64::from(runs), expected, tolerance);
    }
}

#[test]
fn the_delta_rule_leaves_nothing_below_capacity() {
    let parameters = small();
    let patterns = Patterns::draw(&parameters, 40, 3).unwrap();
    let mut cell =
        DeltaPerceptron::new(parameters, parameters.alpha(0.2), patterns, Start::Uniform, 3).unwrap();
    let first = cell.epoch().unwrap().error_hz;
    let mut last = first;
    for _ in 0..10_000 {
        last = cell.epoch().unwrap().error_hz;
    }
    assert!(first > 5.0 && last < 0.01, "{first} to {last}");
}

#[test]
fn an_epoch_shows_every_pattern_once_in_an_order_of_its_own() {
    // With steps of zero nothing is learned, and the error of an epoch is that of all patterns.
    let steps = Steps { step_p_hz: 0.0, step_j_hz: 0.0, ..Steps::default() };
    let mut cell = sgdege(small(), steps, 37, 5);
    let all = |cell: &SgdegePerceptron| {
        let targets = cell.patterns().targets_hz();
        (0..37).map(|mu| (cell.rates_hz(mu).0 - targets[mu]).abs()).sum::<f64>() / 37.0
    };
    for _ in 0..20 {
        let expected = all(&cell);
        near(cell.epoch().unwrap().error_hz, expected, 1e-9);
    }
}

#[test]
fn a_copy_of_the_state_resumes_bit_for_bit() {
    let mut whole = sgdege(small(), Steps::default(), 33, 9);
    for _ in 0..50 {
        whole.epoch().unwrap();
    }
    let bytes = postcard::to_allocvec(whole.state()).unwrap();
    let mut resumed = sgdege(small(), Steps::default(), 33, 9);
    resumed.restore(postcard::from_bytes(&bytes).unwrap()).unwrap();
    for _ in 0..50 {
        assert_eq!(whole.epoch().unwrap(), resumed.epoch().unwrap());
    }
    let bits = |state: &SgdegePerceptronState| -> Vec<u64> {
        state.weights.as_flattened().iter().map(|w| w.to_bits()).collect()
    };
    assert_eq!(whole.state().epoch, 100);
    assert_eq!(bits(whole.state()), bits(resumed.state()));

    let patterns = || Patterns::draw(&small(), 33, 9).unwrap();
    let delta = || DeltaPerceptron::new(small(), 0.1, patterns(), Start::HalfZero, 9).unwrap();
    let (mut whole, mut resumed) = (delta(), delta());
    whole.epoch().unwrap();
    resumed.restore(whole.state().clone()).unwrap();
    whole.epoch().unwrap();
    resumed.epoch().unwrap();
    assert_eq!(whole.state(), resumed.state());
}

#[test]
fn foreign_and_damaged_snapshots_are_refused() {
    let mut cell = sgdege(small(), Steps::default(), 3, 1);
    let short = SgdegePerceptronState { epoch: 1, weights: vec![[1.0; 2]; 199] };
    assert!(matches!(cell.restore(short), Err(Error::Parameter { .. })));
    let mut weights = vec![[1.0; 2]; 200];
    weights[7][1] = f64::NAN;
    assert!(matches!(
        cell.restore(SgdegePerceptronState { epoch: 1, weights }),
        Err(Error::Parameter { .. })
    ));
}

#[test]
fn parameters_outside_their_range_are_named() {
    let named = |result: Result<Patterns, Error>| match result {
        Err(Error::Parameter(error)) => error.parameter,
        other => panic!("accepted: {other:?}"),
    };
    let good = PerceptronParameters::default();
    let draw = |p: PerceptronParameters| named(Patterns::draw(&p, 5, 0));
    assert_eq!(draw(PerceptronParameters { fibers: 0, ..good }), "fibers");
    assert_eq!(draw(PerceptronParameters { active_fraction: 1.0, ..good }), "active_fraction");
    assert_eq!(draw(PerceptronParameters { active_fraction: f64::NAN, ..good }), "active_fraction");
    assert_eq!(draw(PerceptronParameters { gamma: 0.0, ..good }), "gamma");
    assert_eq!(draw(PerceptronParameters { rate_max_hz: f64::INFINITY, ..good }), "rate_max_hz");
    assert_eq!(named(Patterns::draw(&good, 0, 0)), "patterns");
    let five = || Patterns::draw(&good, 5, 0).unwrap();
    assert_eq!(named(five().with_targets(vec![1.0; 4])), "number of targets");
    assert_eq!(named(five().with_targets(vec![f64::NAN; 5])), "targets");

    let steps = |steps: Steps| match SgdegePerceptron::new(good, steps, five(), Start::Uniform, 0) {
        Err(Error::Parameter(error)) => error.parameter,
        other => panic!("accepted: {other:?}"),
    };
    let fine = Steps::default();
    assert_eq!(steps(Steps { rho: -0.1, ..fine }), "rho");
    assert_eq!(steps(Steps { q: f64::NAN, ..fine }), "q");
    assert_eq!(steps(Steps { step_p_hz: -0.2, ..fine }), "step_p_hz");
    assert_eq!(steps(Steps { step_j_hz: f64::INFINITY, ..fine }), "step_j_hz");
    assert_eq!(steps(Steps { perturbation_hz: -2.0, ..fine }), "perturbation_hz");
    for alpha in [0.0, -1.0, 0.32, f64::NAN] {
        assert!(DeltaPerceptron::new(good, alpha, five(), Start::Uniform, 0).is_err(), "{alpha}");
    }
    assert!(
        SgdegePerceptron::new(small(), fine, five(), Start::Uniform, 0).is_err(),
        "patterns of other fibers"
    );
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one() {
    let (few, many) = (Patterns::draw(&small(), 3, 4).unwrap(), Patterns::draw(&small(), 9, 4).unwrap());
    for mu in 0..3 {
        assert_eq!(few.active(mu), many.active(mu));
        assert_eq!(few.targets_hz()[mu], many.targets_hz()[mu]);
    }
}
