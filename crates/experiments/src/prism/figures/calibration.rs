//! Is the ruler straight? The calibration sweep against the identity.

use super::{look::*, series::*};

/// Error against prism in the static network, all trials and seeds, and the deviation from the identity.
pub fn sweep(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let (mut trials, mut curves) = (Vec::new(), Vec::new());
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
    let draw = |panel: &mut Panel, ends: [(f64, f64); 2], value: fn((f64, f64)) -> (f64, f64)| {
        panel.line(ends, identity.clone());
        let points = trials.iter().copied().map(value).collect();
        panel.marks.push(Mark::Dots { points, radius: 2.2, color: BLUE.into(), opacity: 0.35 });
        curves.iter().for_each(|curve| panel.line(curve.iter().copied().map(value), mean_pen.clone()));
    };

    let y = Axis::covering("pointing error (deg)", trials.iter().map(|p| p.1).chain(prisms()));
    let mut straight = Panel::new("Error against prism", x.clone(), y);
    straight.levels.push(Level::across(0.0));
    let (low, high) = (x.low.max(straight.y.low), x.high.min(straight.y.high));
    draw(&mut straight, [(low, low), (high, high)], |point| point);

    let y = Axis::covering("error − prism (deg)", trials.iter().map(|p| p.1 - p.0).chain([-1.0, 1.0]));
    let mut deviation = Panel::new("Deviation from the identity", x, y);
    let ends = [(deviation.x.low, 0.0), (deviation.x.high, 0.0)];
    draw(&mut deviation, ends, |(prism, error)| (prism, error - prism));

    let mut plate = Plate::new("calibration", 2, 260.0);
    plate.panels = vec![straight, deviation];
    plate.legend = vec![
        Key::line("identity", identity),
        Key::dot("one trial", &tint(BLUE, 0.5)),
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
    let over = match result.calibrations.len() {
        0 | 1 => String::new(),
        n => format!(" (mean ± standard deviation over {n} seeds)"),
    };
    let caption = format!(
        "Pointing error of the static network by deviation of the prisms. Slope {} (1 is ideal), intercept {} deg, r² {}{}. A slope of 1 means \
         that one degree of error corresponds to one degree of prism.",
        of(|c| c.slope, 2),
        of(|c| c.intercept_deg, 2),
        of(|c| c.r2, 3),
        over
    );
    drawn(&plate, caption)
}
