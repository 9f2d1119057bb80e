//! Findings: measured speeds and end points beside those that the equations predict.

use super::{Config, Measured, Record};
use crate::sgdege::around;
use lobule_study::grounds;
use lobule_study::report::Finding;
use lobule_theory::single_cell::{Corridor, Line, Region, Sector, SingleCellParameters as Parameters};

grounds! {
    SECTORS = law "lines C± and D± of Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, Figure 9B";
    REGIONS = law "domains of the lines in Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, Figure 9C, with the domain of D− \
        corrected";
    SPEED = law "speed along the line, Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, (30)-(35); tolerance set with a numerical \
        check before the first run";
    END = law "−A (1 + q) / 2, Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1; tolerance set with a numerical check before the \
        first run";
    DIVERGENCE = measured "numerical check of the equations in numpy, 100 runs: at most 1 Hz; bound of 3 Hz set with it (Bouvier et al. \
        2018, doi:10.7554/eLife.31599, Figure 9D: the cell falls silent)";
    NARROW = measured "numerical check of the equations in numpy, 200 runs: 0.412 and 0.313 Hz; the equations, 0.5 and 0.333, do not hold \
        in a corridor of few steps, as Bouvier et al. 2018, doi:10.7554/eLife.31599, Appendix 1, says";
    SPREAD = measured "numerical check of the equations in numpy, 400 starts: standard deviation 0.25 Hz; bound of 1 Hz set with it";
}

/// Points (beta, rho) of the phase diagram at q = 0.5, with the label of their region.
pub(super) const POINTS: [(f64, f64, &str); 4] =
    [(2.0, 0.2, "D+/D-"), (2.0, 0.5, "C+/D-"), (2.0, 0.75, "C+/C-"), (0.25, 0.75, "C+ only")];

/// Tolerances of each converging set: of the speed, relative to the prediction; of the end point, Hz; and speed and tolerance, Hz, in a
/// lower corridor too narrow for the equations.
const TOLERANCES: [(f64, f64, Option<(f64, f64)>); 4] = [
    (0.05, 0.15, None),
    (0.05, 0.15, Some((0.41, 0.03))),
    (0.05, 0.15, Some((0.31, 0.02))),
    (0.03, 0.1, None),
];

pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let each_seed = |v: f64| vec![v; config.seeds.len()];
    let right_regions = POINTS.iter().filter(|(b, r, l)| Region::of(*b, *r, 0.5).label() == *l).count();
    let hz = |name: &str, meaning: &str, values| Finding::new(name, meaning, values).unit("Hz");
    let meaning =
        "Fraction of grid points of the plane whose drift has the signs of their sector; a pure function.";
    let drifts = each_seed(right_drifts(&config.sets.figure_9ef));
    let drifts = Finding::new("9b/right_drifts", meaning, drifts).each(1.0..=1.0, &SECTORS);
    let meaning =
        "Number of four points of the phase diagram whose region has the right label; a pure function.";
    let regions = Finding::new("9c/right_regions", meaning, each_seed(right_regions as f64)).unit("of 4");
    let meaning = "Largest P of all runs at the end with q > 1, where the cell falls silent.";
    let largest = hz("9d/largest_rate_hz", meaning, record.seeds.iter().map(|s| s.diverged_hz).collect());
    let mut found = vec![drifts, regions.each(4.0..=4.0, &REGIONS), largest.each(..=3.0, &DIVERGENCE)];
    for (k, ((name, set, _), (of_speed, end_hz, narrow_hz))) in
        config.converging().into_iter().zip(TOLERANCES).enumerate()
    {
        let of = |value: fn(&Measured) -> f64| record.seeds.iter().map(|s| value(&s.sets[k])).collect();
        let mut speed = |side: &str, value, corridor, part: f64, window: &str| {
            let followed = set.followed(corridor);
            let predicted = followed.map_or(f64::NAN, |f| f.speed_hz);
            let line = followed.and_then(|f| f.line).map_or("no line", Line::name);
            let meaning = format!("Mean dP per trial along {line}, {window}.");
            let speed = hz(&format!("{name}/speed_{side}"), &meaning, of(value));
            found.push(speed.each(around(predicted, part * predicted.abs()), &SPEED));
        };
        let (long, short) = ("long window", "window of the figure");
        speed("upper", |m| m.upper_hz, Corridor::Upper, of_speed, long);
        if name == "9ef" {
            speed("lower", |m| m.lower_hz, Corridor::Lower, of_speed, long);
            speed("upper_short", |m| m.upper_short_hz, Corridor::Upper, 0.1, short);
            speed("lower_short", |m| m.lower_short_hz, Corridor::Lower, 0.1, short);
        }
        if let Some((expected, tolerance)) = narrow_hz {
            let meaning =
                "Mean dP per trial in the lower corridor, long window; slower than the equation predicts.";
            let slow = hz(&format!("{name}/speed_lower"), meaning, of(|m| m.lower_hz));
            found.push(slow.each(around(expected, tolerance), &NARROW));
        }
        let predicted = set.end_point().map_or(f64::NAN, |e| e.p_hz - set.target_hz);
        let meaning = "Mean P − R after convergence, from random starts.";
        let end = hz(&format!("{name}/end"), meaning, of(|m| m.end_hz));
        found.push(end.each(around(predicted, end_hz), &END));
        if name == "9ef" {
            let meaning = "Largest distance of the end of a single run from that mean.";
            found.push(hz("9ef/end_spread", meaning, of(|m| m.end_spread_hz)).each(..=1.0, &SPREAD));
        }
    }
    found
}

/// Fraction of points on a grid whose drift has the signs of the paper's Figure 9 B. Expected signs follow from the lines, the
/// drift from the rule of a single trial.
fn right_drifts(set: &Parameters) -> f64 {
    let agrees = |k: i32| {
        let at = |k: i32| 2.0 * set.target_hz * (f64::from(k) + 0.5) / 100.0;
        let (p, j) = (at(k / 100), at(k % 100) * (1.0 + set.q));
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
        dp.signum() == expected.0 && (dj.signum() == expected.1 || set.rho == 0.5)
    };
    (0..10_000).filter(|k| agrees(*k)).count() as f64 / 10_000.0
}
