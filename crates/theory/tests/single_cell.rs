//! The reduced single-cell model against its equations: drift, regions, speeds, end points.

use lobule_theory::Error;
use lobule_theory::single_cell::{
    Corridor, Line, Region, Sector, SingleCell, SingleCellParameters, SingleCellState,
};
use proptest::prelude::*;

/// Figure 9 E, F; panels of the appendix change rho, A and dJ.
fn figure_9e() -> SingleCellParameters {
    SingleCellParameters {
        target_hz: 50.0,
        perturbation_hz: 10.0,
        step_p_hz: 1.0,
        step_j_hz: 2.0,
        q: 0.5,
        rho: 0.2,
    }
}

fn appendix_b() -> SingleCellParameters {
    SingleCellParameters { rho: 0.5, ..figure_9e() }
}

fn appendix_d() -> SingleCellParameters {
    SingleCellParameters { rho: 0.75, ..figure_9e() }
}

fn appendix_f() -> SingleCellParameters {
    SingleCellParameters { rho: 0.75, perturbation_hz: 2.0, step_j_hz: 0.25, ..figure_9e() }
}

/// Mean speed over the middle half of a way of 300 Hz to a target of 500 Hz, 100 runs.
fn speed(parameters: SingleCellParameters, corridor: Corridor) -> f64 {
    let parameters = SingleCellParameters { target_hz: 500.0, ..parameters };
    let followed = parameters.followed(corridor).unwrap();
    let trials = (300.0 / followed.speed_hz.abs()) as u64;
    let p = 500.0 - 300.0 * followed.speed_hz.signum();
    let j = followed.line.unwrap_or(Line::DMinus).at(&parameters, p);
    let mut sum = 0.0;
    for seed in 0..100 {
        let model = SingleCell::new(parameters, seed).unwrap();
        let mut state = SingleCellState::at(p + 0.3, j + 0.1);
        let mut quarter = 0.0;
        while state.trial < trials * 3 / 4 {
            if state.trial == trials / 4 {
                quarter = state.p_hz;
            }
            model.step(&mut state);
        }
        sum += (state.p_hz - quarter) / (trials * 3 / 4 - trials / 4) as f64;
    }
    sum / 100.0
}

/// Mean of P - R after convergence, over 100 starts.
fn end(parameters: SingleCellParameters) -> f64 {
    let mut sum = 0.0;
    for seed in 0..100 {
        let model = SingleCell::new(parameters, seed).unwrap();
        let starts = lobule_signal::Stream::new(seed, "starts");
        let mut state = SingleCellState::at(100.0 * starts.uniform(0, 0), 100.0 * starts.uniform(0, 1));
        while state.trial < 3000 {
            model.step(&mut state);
        }
        while state.trial < 4000 {
            model.step(&mut state);
            sum += (state.p_hz - parameters.target_hz) / 1000.0 / 100.0;
        }
    }
    sum
}

#[track_caller]
fn near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} +- {tolerance}");
}

#[test]
fn speeds_are_those_of_the_equations() {
    near(figure_9e().followed(Corridor::Upper).unwrap().speed_hz, -0.2, 1e-12);
    near(appendix_b().followed(Corridor::Upper).unwrap().speed_hz, -1.0 / 3.5, 1e-12);
    near(appendix_d().followed(Corridor::Upper).unwrap().speed_hz, -0.5 / 3.5, 1e-12);
    near(appendix_d().followed(Corridor::Lower).unwrap().speed_hz, 0.5 / 1.5, 1e-12);
    near(appendix_f().followed(Corridor::Upper).unwrap().speed_hz, -0.0625 / 1.75, 1e-12);

    near(speed(figure_9e(), Corridor::Upper), -0.2, 0.01);
    near(speed(figure_9e(), Corridor::Lower), 0.2, 0.01);
    near(speed(appendix_b(), Corridor::Upper), -1.0 / 3.5, 0.05 / 3.5);
    near(speed(appendix_d(), Corridor::Upper), -0.5 / 3.5, 0.025 / 3.5);
    near(speed(appendix_f(), Corridor::Upper), -0.0625 / 1.75, 0.03 * 0.0625 / 1.75);
}

/// A corridor only a few steps of J wide slows the cell, as the paper remarks.
#[test]
fn narrow_corridors_are_slower_than_predicted() {
    near(speed(appendix_b(), Corridor::Lower), 0.41, 0.03);
    near(speed(appendix_d(), Corridor::Lower), 0.31, 0.02);
}

#[test]
fn learning_ends_where_c_plus_crosses_d_minus() {
    for (parameters, tolerance) in
        [(figure_9e(), 0.15), (appendix_b(), 0.15), (appendix_d(), 0.15), (appendix_f(), 0.1)]
    {
        let end_point = parameters.end_point().unwrap();
        near(Line::CPlus.at(&parameters, end_point.p_hz), end_point.j_hz, 1e-12);
        near(Line::DMinus.at(&parameters, end_point.p_hz), end_point.j_hz, 1e-12);
        near(end(parameters), end_point.p_hz - parameters.target_hz, tolerance);
    }
}

#[test]
fn without_a_lower_corridor_the_rate_falls_to_zero() {
    let parameters = SingleCellParameters { q: 1.5, ..figure_9e() };
    assert_eq!(parameters.end_point(), None);
    assert_eq!(parameters.region(), Region::Diverges);
    for seed in 0..20 {
        let model = SingleCell::new(parameters, seed).unwrap();
        let mut state = SingleCellState::at(90.3, 80.1);
        while state.trial < 5000 {
            model.step(&mut state);
        }
        assert!(state.p_hz < 3.0, "seed {seed}: {}", state.p_hz);
    }
}

#[test]
fn regions_have_the_labels_of_figure_9c() {
    for (beta, rho, label) in
        [(2.0, 0.2, "D+/D-"), (2.0, 0.5, "C+/D-"), (2.0, 0.75, "C+/C-"), (0.25, 0.75, "C+ only")]
    {
        assert_eq!(Region::of(beta, rho, 0.5).label(), label);
    }
    assert_eq!(figure_9e().region().label(), "D+/D-");
    assert_eq!(appendix_b().region().label(), "C+/D-");
    assert_eq!(appendix_d().region().label(), "C+/C-");
    assert_eq!(appendix_f().region().label(), "C+ only");
}

#[test]
fn steps_that_are_too_large_are_not_sure_to_converge() {
    assert!(figure_9e().upper_is_sure() && figure_9e().lower_is_sure());
    assert!(!SingleCellParameters { step_j_hz: 5.0, ..figure_9e() }.lower_is_sure());
    assert!(!SingleCellParameters { step_p_hz: 9.0, ..figure_9e() }.upper_is_sure());
    assert!(!SingleCellParameters { rho: 1.0, ..figure_9e() }.upper_is_sure());
}

/// Figure 7: with P held, J brings the estimate to the error and stays there.
#[test]
fn the_estimate_tracks_the_error_of_a_held_cell() {
    let parameters = SingleCellParameters { step_p_hz: 0.0, ..figure_9e() };
    for seed in 0..20 {
        let model = SingleCell::new(parameters, seed).unwrap();
        let mut state = SingleCellState::at(20.3, 10.1);
        let (mut mean, mut largest) = (0.0f64, 0.0f64);
        while state.trial < 2000 {
            model.step(&mut state);
            if state.trial > 500 {
                let off = ((state.j_hz - 0.5 * 20.3).max(0.0) - 29.7).abs();
                mean += off / 1500.0;
                largest = largest.max(off);
            }
        }
        assert_eq!(state.p_hz, 20.3);
        assert!(mean < 2.0 && largest < 10.0, "seed {seed}: mean {mean}, largest {largest}");
    }
}

/// The four sectors of Figure 9B, point by point.
#[test]
fn sectors_on_a_grid_have_the_signs_of_the_drift() {
    let parameters = figure_9e();
    let signs = |p: f64, j: f64| {
        let (dp, dj) = Sector::of(&parameters, p, j).drift(&parameters);
        (dp.signum(), dj.signum())
    };
    for k in 0..200 {
        let p = 0.35 + f64::from(k);
        let c = Line::CPlus.at(&parameters, p).max(Line::CMinus.at(&parameters, p));
        let d = Line::DPlus.at(&parameters, p).max(Line::DMinus.at(&parameters, p));
        assert_eq!(signs(p, c.max(d) + 0.1), (1.0, -1.0), "above both, P = {p}");
        assert_eq!(signs(p, c.min(d) - 0.1), (-1.0, 1.0), "below both, P = {p}");
        // Between them J comes back to the D line, as rho < 1/2.
        let between = if c > d { (-1.0, -1.0) } else { (1.0, 1.0) };
        assert_eq!(signs(p, 0.5 * (c + d)), between, "in a corridor, P = {p}");
    }
}

proptest! {
    /// The drift of a sector is the mean of a perturbed and an unperturbed trial.
    #[test]
    fn the_drift_is_the_mean_of_the_two_kinds_of_trial(
        p in 10.0..200.0f64, j in 10.0..400.0f64, target in 0.0..150.0f64,
        a in 0.1..20.0f64, dp in 0.01..5.0f64, dj in 0.01..5.0f64, q in 0.0..2.0f64, rho in 0.0..1.0f64,
    ) {
        let parameters = SingleCellParameters {
            target_hz: target, perturbation_hz: a, step_p_hz: dp, step_j_hz: dj, q, rho,
        };
        let model = SingleCell::new(parameters, 0).unwrap();
        let change = |is_perturbed| {
            let mut state = SingleCellState::at(p, j);
            model.trial(&mut state, is_perturbed);
            (state.p_hz - p, state.j_hz - j)
        };
        let ((p1, j1), (p0, j0)) = (change(true), change(false));
        let (p_drift, j_drift) = Sector::of(&parameters, p, j).drift(&parameters);
        prop_assert!((rho * p1 + (1.0 - rho) * p0 - p_drift).abs() < 1e-9);
        prop_assert!((rho * j1 + (1.0 - rho) * j0 - j_drift).abs() < 1e-9);
    }

    /// Nothing is left between the lines: a point above both arms of C and D is in `Above`, and so on.
    #[test]
    fn sectors_are_bounded_by_the_lines(
        p in 0.0..200.0f64, j in -50.0..400.0f64, a in 0.1..20.0f64, q in 0.0..2.0f64,
    ) {
        let parameters = SingleCellParameters { perturbation_hz: a, q, ..figure_9e() };
        let at = |line: Line| line.at(&parameters, p);
        let (c, d) = (at(Line::CPlus).max(at(Line::CMinus)), at(Line::DPlus).max(at(Line::DMinus)));
        prop_assume!((j - c).abs() > 1e-9 && (j - d).abs() > 1e-9);
        let expected = match (j < c, j < d) {
            (false, false) => Sector::Above,
            (true, true) => Sector::Below,
            (true, false) => Sector::UpperCorridor,
            (false, true) => Sector::LowerCorridor,
        };
        prop_assert_eq!(Sector::of(&parameters, p, j), expected);
    }

    /// The line that is followed is the one to which J drifts from inside the corridor.
    #[test]
    fn the_followed_line_attracts(
        dj in 0.01..5.0f64, q in 0.0..0.99f64, rho in 0.01..0.99f64,
    ) {
        let parameters = SingleCellParameters { step_j_hz: dj, q, rho, ..figure_9e() };
        let (p_drift, j_drift) = Sector::UpperCorridor.drift(&parameters);
        // Slope of both lines of the upper corridor: q + 1.
        let towards_c = j_drift - (q + 1.0) * p_drift;
        prop_assume!(towards_c.abs() > 1e-9);
        let upper = parameters.followed(Corridor::Upper).unwrap().line.unwrap();
        prop_assert_eq!(upper, if towards_c > 0.0 { Line::CPlus } else { Line::DPlus });
        // Lower corridor, slope q - 1, C- under D-.
        let (p_drift, j_drift) = Sector::LowerCorridor.drift(&parameters);
        let towards_d = j_drift - (q - 1.0) * p_drift;
        let lower = parameters.followed(Corridor::Lower).unwrap().line;
        prop_assume!(towards_d.abs() > 1e-9);
        match lower {
            Some(Line::CMinus) => prop_assert!(towards_d < 0.0),
            Some(Line::DMinus) => prop_assert!(towards_d > 0.0),
            // J falls less steeply than D- even where every trial lowers it: no line can hold P.
            _ => prop_assert!(dj / parameters.step_p_hz < (1.0 - q) * rho),
        }
    }
}

#[test]
fn a_copy_of_the_state_resumes() {
    let model = SingleCell::new(figure_9e(), 7).unwrap();
    let mut whole = SingleCellState::at(90.3, 20.1);
    for _ in 0..300 {
        model.step(&mut whole);
    }
    let bytes = postcard::to_allocvec(&whole).unwrap();
    let mut resumed: SingleCellState = postcard::from_bytes(&bytes).unwrap();
    let model = SingleCell::new(figure_9e(), 7).unwrap();
    for _ in 0..300 {
        assert_eq!(model.step(&mut whole), model.step(&mut resumed));
    }
    assert_eq!(whole, resumed);
}

#[test]
fn parameters_outside_their_range_are_named() {
    let named = |parameters: SingleCellParameters| match SingleCell::new(parameters, 0) {
        Err(Error::Parameter(error)) => error.parameter,
        other => panic!("accepted: {other:?}"),
    };
    let good = figure_9e();
    assert_eq!(named(SingleCellParameters { rho: 1.2, ..good }), "rho");
    assert_eq!(named(SingleCellParameters { rho: f64::NAN, ..good }), "rho");
    assert_eq!(named(SingleCellParameters { q: -0.1, ..good }), "q");
    assert_eq!(named(SingleCellParameters { step_j_hz: 0.0, ..good }), "step_j_hz");
    assert_eq!(named(SingleCellParameters { step_p_hz: f64::INFINITY, ..good }), "step_p_hz");
    assert_eq!(named(SingleCellParameters { target_hz: -1.0, ..good }), "target_hz");
    assert_eq!(named(SingleCellParameters { perturbation_hz: -1.0, ..good }), "perturbation_hz");
}
