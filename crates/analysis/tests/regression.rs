//! Laws of regression and cross-validation: known maps are found again, nothing of a fold leaks into its fit.

use lobule_analysis::folds::Fitting;
use lobule_analysis::regression::{Moments, Samples, r_squared};
use lobule_signal::Stream;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

fn draws(seed: u64, rows: usize, columns: usize) -> DMatrix<f64> {
    let stream = Stream::new(seed, "test/draws");
    DMatrix::from_fn(rows, columns, |t, k| stream.normal(t as u64, k as u32))
}

/// Inputs with means and scales of their own, outputs by a known map with an offset, and noise.
fn known(seed: u64, rows: usize, noise: f64) -> Samples {
    let mut x = draws(seed, rows, 4);
    for (k, mut column) in x.column_iter_mut().enumerate() {
        column.iter_mut().for_each(|v| *v = 30.0 + *v * (1.0 + k as f64));
    }
    let map = DMatrix::from_row_slice(4, 3, &[1.0, 0.0, -2.0, 0.5, 0.0, 0.0, 0.0, 3.0, 1.0, -1.0, 0.2, 0.1]);
    let offset = DVector::from_vec(vec![5.0, -7.0, 0.0]);
    let e = draws(seed + 100, rows, 3) * noise;
    let y = DMatrix::from_fn(rows, 3, |t, k| (x.row(t) * map.column(k))[0] + offset[k] + e[(t, k)]);
    Samples { inputs: x, outputs: y }
}

#[test]
fn a_known_map_is_found_again() {
    let fit = Moments::of(&known(1, 60, 0.0)).standardized().fit(1e-12, 0).unwrap();
    let fresh = known(2, 40, 0.0);
    let error = (fit.predict(&fresh.inputs) - &fresh.outputs).abs().max();
    assert!(error < 1e-7, "{error}");
    assert!(r_squared(&fresh.outputs, &fit.predict(&fresh.inputs)).iter().all(|r| *r > 1.0 - 1e-12));
}

#[test]
fn weights_are_the_closed_form() {
    let samples = known(3, 50, 2.0);
    let (n, penalty) = (50.0, 0.37);
    let standard = |m: &DMatrix<f64>| {
        let mut z = m.clone();
        for mut c in z.column_iter_mut() {
            let mean = c.sum() / n;
            let sd = (c.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            c.iter_mut().for_each(|v| *v = (*v - mean) / sd);
        }
        z
    };
    let (x, y) = (standard(&samples.inputs), standard(&samples.outputs));
    let left = x.transpose() * &x / n + DMatrix::identity(4, 4) * penalty;
    let exact = left.try_inverse().unwrap() * (x.transpose() * y / n);
    let fit = Moments::of(&samples).standardized().fit(penalty, 0).unwrap();
    assert!((fit.weights() - exact).abs().max() < 1e-12);
}

#[test]
fn the_mean_explains_nothing() {
    let y = draws(4, 30, 2);
    let mean = DMatrix::from_fn(30, 2, |_, k| y.column(k).sum() / 30.0);
    assert!(r_squared(&y, &mean).iter().all(|r| r.abs() < 1e-12));
    // A very large penalty leaves the mean only.
    let samples = known(5, 50, 1.0);
    let fit = Moments::of(&samples).standardized().fit(1e12, 0).unwrap();
    assert!(r_squared(&samples.outputs, &fit.predict(&samples.inputs)).iter().all(|r| r.abs() < 1e-6));
    // What does not vary has no R², and no weight.
    assert!(r_squared(&DMatrix::from_element(5, 1, 2.0), &DMatrix::zeros(5, 1))[0].is_nan());
    let mut constant = samples;
    constant.inputs.column_mut(1).fill(7.0);
    let fit = Moments::of(&constant).standardized().fit(1e-6, 0).unwrap();
    assert!(fit.weights().row(1).iter().all(|w| *w == 0.0));
}

#[test]
fn a_bound_on_the_rank_is_kept_and_finds_a_map_of_that_rank() {
    let x = draws(6, 80, 5);
    let map = draws(7, 5, 2) * draws(8, 2, 4);
    let samples = Samples { outputs: &x * &map, inputs: x };
    let standardized = Moments::of(&samples).standardized();
    let fit = standardized.fit(1e-10, 2).unwrap();
    assert!(r_squared(&samples.outputs, &fit.predict(&samples.inputs)).iter().all(|r| *r > 1.0 - 1e-9));
    let singular = standardized.fit(1e-10, 1).unwrap().weights().clone().svd(false, false).singular_values;
    assert!(singular[0] > 0.1 && singular.iter().skip(1).all(|s| *s < 1e-9), "{singular}");
    let full = standardized.fit(0.1, 0).unwrap();
    assert_eq!(standardized.fit(0.1, 4).unwrap(), full);
}

#[test]
fn penalties_that_solve_nothing_are_refused() {
    let mut samples = known(9, 20, 1.0);
    let copy = samples.inputs.column(0).into_owned();
    samples.inputs.set_column(1, &copy);
    let message = Moments::of(&samples).standardized().fit(-1.0, 0).unwrap_err().to_string();
    assert!(message.contains("penalty -1"), "{message}");
    samples.outputs[(0, 0)] = f64::NAN;
    assert!(Moments::of(&samples).standardized().fit(1.0, 0).is_err());
    let fitting = |penalties: Vec<f64>| Fitting { penalties, rank: 0 };
    let two = [known(1, 5, 1.0), known(2, 5, 1.0)];
    for (bad, groups) in [
        (fitting(vec![]), &two[..]),
        (fitting(vec![0.0]), &two[..]),
        (fitting(vec![f64::NAN]), &two[..]),
        (fitting(vec![1.0]), &two[..1]),
    ] {
        assert!(bad.fit(groups).is_err());
    }
    assert!(fitting(vec![1.0]).predict_left_out(&two).unwrap_err().to_string().contains("3 or more"));
}

#[test]
fn the_penalty_grows_with_noise() {
    let fitting = Fitting { penalties: vec![1e-4, 1e-2, 1.0, 100.0], rank: 0 };
    // Outputs that the inputs do not tell of are best predicted by the mean.
    let nothing: Vec<Samples> =
        (0..4).map(|k| Samples { inputs: draws(k, 12, 6), outputs: draws(k + 50, 12, 2) }).collect();
    let largest = fitting.fit(&nothing).unwrap().weights().abs().max();
    let clean: Vec<Samples> = (0..4).map(|k| known(k, 12, 0.0)).collect();
    let error = fitting.fit(&clean).unwrap().standardized_error(&clean[0]);
    assert!(largest < 0.02 && error < 1e-4, "{largest} {error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_group_that_is_left_out_has_no_part_in_its_prediction(
        seed in 0u64..1000, group in 0usize..4, scale in -1e3f64..1e3, offset in -1e3f64..1e3,
    ) {
        let fitting = Fitting { penalties: vec![1e-3, 0.1, 10.0], rank: 0 };
        let groups: Vec<Samples> = (0..4).map(|k| known(seed + k, 9, 3.0)).collect();
        let before = fitting.predict_left_out(&groups).unwrap();
        // Whatever its outputs are, and how they are scaled: its inputs alone tell what is predicted.
        let mut changed = groups.clone();
        changed[group].outputs.iter_mut().for_each(|y| *y = *y * scale + offset);
        let after = fitting.predict_left_out(&changed).unwrap();
        prop_assert_eq!(&before[group], &after[group]);
        // Whatever its other inputs are: each of its samples is predicted by itself.
        let mut changed = groups.clone();
        changed[group].inputs.rows_mut(1, 8).iter_mut().for_each(|x| *x = *x * scale + offset);
        let after = fitting.predict_left_out(&changed).unwrap();
        prop_assert_eq!(before[group].row(0), after[group].row(0));
    }

    #[test]
    fn moments_of_parts_join_to_those_of_the_whole(seed in 0u64..1000, cut in 1usize..29) {
        let whole = known(seed, 30, 1.0);
        let part = |from: usize, n: usize| Samples {
            inputs: whole.inputs.rows(from, n).into_owned(),
            outputs: whole.outputs.rows(from, n).into_owned(),
        };
        let joined = Moments::joined(&[Moments::of(&part(0, cut)), Moments::of(&part(cut, 30 - cut))]);
        let fit = |m: &Moments| m.standardized().fit(0.1, 0).unwrap().weights().clone();
        prop_assert!((fit(&joined) - fit(&Moments::of(&whole))).abs().max() < 1e-10);
    }

    #[test]
    fn the_penalty_of_a_left_out_group_is_that_of_a_fit_to_the_others(seed in 0u64..1000) {
        let fitting = Fitting { penalties: vec![1e-3, 0.1, 10.0], rank: 0 };
        let groups: Vec<Samples> = (0..5).map(|k| known(seed + k, 7, 6.0)).collect();
        let left_out = fitting.predict_left_out(&groups).unwrap();
        for (k, predicted) in left_out.iter().enumerate() {
            let mut others = groups.clone();
            let own = others.remove(k);
            let direct = fitting.fit(&others).unwrap().predict(&own.inputs);
            prop_assert!((direct - predicted).abs().max() < 1e-8);
        }
    }
}

#[test]
fn a_constant_has_neither_weight_nor_r_squared_whatever_rounding_leaves_of_it() {
    let n = 376;
    let varying = draws(9, n, 1);
    for value in [0.0, 0.1, -37.3, 1e6 / 3.0] {
        let two = |first: f64| DMatrix::from_fn(n, 2, |t, k| if k == 0 { first } else { varying[t] });
        let samples = Samples { inputs: two(value), outputs: two(value) };
        let mut moments = Moments::of(&samples);
        moments.join(&moments.clone());
        let fit = moments.standardized().fit(1e-6, 0).unwrap();
        assert!(
            fit.weights().row(0).iter().chain(fit.weights().column(0).iter()).all(|w| *w == 0.0),
            "{value}"
        );
        let r = r_squared(&samples.outputs, &fit.predict(&samples.inputs));
        assert!(r[0].is_nan() && r[1] > 0.999, "{value} {r:?}");
    }
    // A small variation about a large mean is one.
    let small = varying.map(|x| 1e3 + 1e-3 * x);
    assert_eq!(r_squared(&small, &small), [1.0]);
}
