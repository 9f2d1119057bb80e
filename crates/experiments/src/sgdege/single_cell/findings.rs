//! Findings: the equations on the one side, what the runs measured on the other.

use super::{Config, Measured, Record};
use crate::sgdege::around;
use lobule_study::report::{Finding, Judge};
use lobule_theory::single_cell::{Corridor, Line, Parameters, Region, Sector};

const EQUATIONS: &str = "Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1";
const MEASURED: &str = "measured with two other programs, as the equations do not hold in a corridor of few steps \
    (Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1 says so)";

/// Points (beta, rho) of the phase diagram at q = 0.5, with the label of their region.
pub(super) const POINTS: [(f64, f64, &str); 4] =
    [(2.0, 0.2, "D+/D-"), (2.0, 0.5, "C+/D-"), (2.0, 0.75, "C+/C-"), (0.25, 0.75, "C+ only")];

pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let each_seed = |v: f64| vec![v; config.seeds.len()];
    let mut found = vec![
        Finding::seven(
            "9b/right_drifts",
            "Fraction of grid points of the plane whose drift has the signs of their sector; a pure function.",
            each_seed(right_drifts(&config.sets.figure_9ef)),
            "1",
            [Some(1.0), Some(1.0)],
            Judge::Each,
            EQUATIONS,
        ),
        Finding::seven(
            "9c/right_regions",
            "Of four points of the phase diagram, those whose region has the right label; a pure function.",
            each_seed(POINTS.iter().filter(|(b, r, l)| Region::of(*b, *r, 0.5).label() == *l).count() as f64),
            "of 4",
            [Some(4.0), Some(4.0)],
            Judge::Each,
            EQUATIONS,
        ),
        Finding::seven(
            "9d/largest_rate_hz",
            "q > 1: the largest P of all runs at the end; the cell falls silent.",
            record.seeds.iter().map(|s| s.diverged_hz).collect(),
            "Hz",
            [None, Some(3.0)],
            Judge::Each,
            EQUATIONS,
        ),
    ];
    // Tolerances: part of the predicted speed; Hz of the end point.
    let plans = [
        (0.05, 0.15, None),
        (0.05, 0.15, Some((0.41, 0.03))),
        (0.05, 0.15, Some((0.31, 0.02))),
        (0.03, 0.1, None),
    ];
    for (k, ((name, set, _), (part, end, lower))) in config.converging().iter().zip(plans).enumerate() {
        let of =
            |what: fn(&Measured) -> f64| record.seeds.iter().map(|s| what(&s.sets[k])).collect::<Vec<f64>>();
        let mut speed = |side: &str, values: Vec<f64>, corridor, tolerance: f64, window: &str| {
            let predicted = set.followed(corridor).map_or(f64::NAN, |f| f.speed_hz);
            let line = set.followed(corridor).and_then(|f| f.line).map_or("no line", Line::name);
            let range = around(predicted, tolerance * predicted.abs());
            let meaning = format!("Mean dP per trial along {line}, {window}.");
            found.push(Finding::seven(
                format!("{name}/{side}"),
                &meaning,
                values,
                "Hz",
                range,
                Judge::Each,
                EQUATIONS,
            ));
        };
        speed("speed_upper", of(|m| m.upper_hz), Corridor::Upper, part, "long window");
        if *name == "9ef" {
            speed("speed_lower", of(|m| m.lower_hz), Corridor::Lower, part, "long window");
            speed(
                "speed_upper_short",
                of(|m| m.upper_short_hz),
                Corridor::Upper,
                0.1,
                "window of the figure",
            );
            speed(
                "speed_lower_short",
                of(|m| m.lower_short_hz),
                Corridor::Lower,
                0.1,
                "window of the figure",
            );
        }
        if let Some((expected, tolerance)) = lower {
            found.push(Finding::seven(
                format!("{name}/speed_lower"),
                "Mean dP per trial in the lower corridor, long window; slower than the equation.",
                of(|m| m.lower_hz),
                "Hz",
                around(expected, tolerance),
                Judge::Each,
                MEASURED,
            ));
        }
        let predicted = set.end_point().map_or(f64::NAN, |e| e.p_hz - set.target_hz);
        found.push(Finding::seven(
            format!("{name}/end"),
            "Mean P - R after convergence, from random starts.",
            of(|m| m.end_hz),
            "Hz",
            around(predicted, end),
            Judge::Each,
            EQUATIONS,
        ));
        if *name == "9ef" {
            found.push(Finding::seven(
                "9ef/end_spread",
                "The single run that ended farthest from that mean.",
                of(|m| m.end_spread_hz),
                "Hz",
                [None, Some(1.0)],
                Judge::Each,
                EQUATIONS,
            ));
        }
    }
    found
}

/// Fraction of points on a grid whose drift has the signs of the paper's Figure 9 B: found on the one
/// side from the lines, on the other from the trial.
fn right_drifts(set: &Parameters) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    for a in 0..100 {
        for b in 0..100 {
            let at = |k: i32| 2.0 * set.target_hz * (f64::from(k) + 0.5) / 100.0;
            let (p, j) = (at(a), at(b) * (1.0 + set.q));
            let line = |line: Line| line.at(set, p);
            let c = line(Line::CPlus).max(line(Line::CMinus));
            let d = line(Line::DPlus).max(line(Line::DMinus));
            let push = |above: bool| if above { -1.0 } else { 1.0 };
            // Between the lines the more frequent kind of trial decides where J goes.
            let expected = match (j >= c, j >= d) {
                (true, true) => (1.0, -1.0),
                (false, false) => (-1.0, 1.0),
                (true, false) => (1.0, push(set.rho > 0.5)),
                (false, true) => (-1.0, push(set.rho < 0.5)),
            };
            let (dp, dj) = Sector::of(set, p, j).drift(set);
            let agrees = dp.signum() == expected.0 && (dj.signum() == expected.1 || set.rho == 0.5);
            (right, all) = (right + f64::from(u8::from(agrees)), all + 1.0);
        }
    }
    right / all
}
