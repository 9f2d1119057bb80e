//! Is the ruler straight? The calibration sweep against the identity.

use super::look::signed;
use super::series::mean_sd;
use crate::prism::record::{Calibration, PrismResult};
use lobule_study::prelude::*;
use lobule_study::report::drawing::*;

/// Error against prism in the static network, all trials and seeds, and the deviation from the identity.
pub fn sweep(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let mut trials = Vec::new();
    let mut curves: Vec<Vec<(f64, f64)>> = Vec::new();
    for calibration in &result.calibrations {
        let mut curve: Vec<(f64, f64)> =
            calibration.sweep.iter().map(|p| (p.prism_deg, mean_sd(&p.errors_deg).0)).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        curves.push(curve);
        trials.extend(calibration.sweep.iter().flat_map(|p| p.errors_deg.iter().map(|e| (p.prism_deg, *e))));
    }
    if trials.is_empty() {
        return Ok(None);
    }
    let prisms = || trials.iter().map(|p: &(f64, f64)| p.0);
    let x = Axis::covering("prism (deg)", prisms());
    let identity = Stroke::new(BLACK, 1.4).dash(Dash::Dashed);
    let mean_pen = Stroke::new(&tint(BLUE, 0.75), 1.3);
    let dots = |points: &[(f64, f64)]| Mark::Dots {
        points: points.to_vec(),
        radius: 2.2,
        color: BLUE.into(),
        opacity: 0.35,
    };
    let lines = |curves: &[Vec<(f64, f64)>]| {
        let line = |c: &Vec<(f64, f64)>| Mark::Line { points: c.clone(), stroke: mean_pen.clone() };
        curves.iter().map(line).collect::<Vec<_>>()
    };

    let y = Axis::covering("pointing error (deg)", trials.iter().map(|p| p.1).chain(prisms()));
    let mut straight = Panel::new("Error against prism", x.clone(), y);
    straight.levels.push(Level::across(0.0));
    let (low, high) = (x.low.max(straight.y.low), x.high.min(straight.y.high));
    straight.marks.push(Mark::Line { points: vec![(low, low), (high, high)], stroke: identity.clone() });
    straight.marks.push(dots(&trials));
    straight.marks.extend(lines(&curves));

    let off = |points: &[(f64, f64)]| points.iter().map(|&(p, e)| (p, e - p)).collect::<Vec<_>>();
    let y = Axis::covering("error − prism (deg)", off(&trials).iter().map(|p| p.1).chain([-1.0, 1.0]));
    let mut deviation = Panel::new("Deviation from the identity", x, y);
    let ends = vec![(deviation.x.low, 0.0), (deviation.x.high, 0.0)];
    deviation.marks.push(Mark::Line { points: ends, stroke: identity.clone() });
    deviation.marks.push(dots(&off(&trials)));
    deviation.marks.extend(lines(&curves.iter().map(|c| off(c)).collect::<Vec<_>>()));

    let mut plate = Plate::new("calibration", 2, 260.0);
    plate.panels = vec![straight, deviation];
    plate.legend = vec![
        Key::line("identity", identity),
        Key { label: "one trial".into(), swatch: Swatch::Dot(tint(BLUE, 0.5)) },
        Key::line("mean of one seed", mean_pen.clone()),
        Key::line("zero", Stroke::new(GUIDE, 1.0).dash(Dash::Dotted)),
    ];
    let of = |pick: fn(&Calibration) -> f64, decimals: usize| {
        let (mean, sd) = mean_sd(&result.calibrations.iter().map(pick).collect::<Vec<_>>());
        match sd {
            Some(sd) => format!("{} ± {sd:.decimals$}", signed(mean, decimals)),
            None => signed(mean, decimals),
        }
    };
    let caption = format!(
        "Pointing error of the static network by deviation of the prisms. Slope {} (1 is ideal), intercept {} deg, r² {}{}. A slope of 1 means \
         that one degree of error corresponds to one degree of prism.",
        of(|c| c.slope, 2),
        of(|c| c.intercept_deg, 2),
        of(|c| c.r2, 3),
        if result.calibrations.len() > 1 {
            format!(" (mean ± standard deviation over {} seeds)", result.calibrations.len())
        } else {
            String::new()
        },
    );
    Ok(Some(plate.figure(caption)?))
}
