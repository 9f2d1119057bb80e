//! Panels that several studies of the family draw.

use lobule_study::report::drawing::*;

/// The points (x, log10 y) of a curve between two powers of ten. Smaller values lie on the lower end; the curve stops where it
/// leaves the upper end.
pub fn log_curve(points: impl IntoIterator<Item = (f64, f64)>, low: i32, high: i32) -> Vec<(f64, f64)> {
    let (low, high) = (f64::from(low), f64::from(high));
    let mut curve: Vec<(f64, f64)> = Vec::new();
    for (x, value) in points {
        let y = libm::log10(value);
        if y.is_nan() || y > high {
            // The last piece ends at the edge.
            if let (Some(&(x0, y0)), true) = (curve.last(), y.is_finite()) {
                curve.push((x0 + (x - x0) * (high - y0) / (y - y0), high));
            }
            break;
        }
        curve.push((x, y.max(low)));
    }
    curve
}

/// An empty panel of a relative error over trials, with a guide at 1: the error of feedback alone.
pub fn relative_error(title: &str, x: Axis, low: i32, high: i32) -> Panel {
    let mut panel = Panel::new(title, x, Axis::decades("error relative to feedback alone", low, high, 1));
    panel.levels.push(Level::across(0.0).pen(Stroke::guide()));
    panel
}

/// The pens of a movement: desired position, position before learning, position after learning.
fn movement_pens() -> [Stroke; 3] {
    [Stroke::new(GUIDE, 3.0), Stroke::new(BLACK, 1.6).dash(Dash::Dashed), Stroke::new(BLUE, 2.2)]
}

/// A panel of a movement: desired position, position before and after learning. `[3][ticks]`
pub fn movement(title: &str, movement: &[Vec<f64>; 3], y: Axis, dt_s: f64) -> Panel {
    let mut panel = Panel::new(title, Axis::exact("time (s)", 0.0, movement[0].len() as f64 * dt_s), y);
    panel.marks =
        movement.iter().zip(movement_pens()).map(|(y, pen)| Mark::series(y, 0.0, dt_s, pen)).collect();
    panel
}

/// The legend of [`movement`].
pub fn movement_legend(plate: &mut Plate) {
    let [desired, before, after] = movement_pens();
    plate.line_key("desired position", desired);
    plate.line_key("before learning", before);
    plate.line_key("after learning", after);
}
