//! Gain and phase of eyes against frequency.

use super::response::Response;
use lobule_study::report::drawing::*;

/// Responses at rising frequencies, averaged over subjects, with their pen.
pub type Curve = (Stroke, Vec<Response>);

/// Label of an axis, value of a response, ideal value.
type Quantity<'a> = (&'a str, fn(&Response) -> f64, f64);

/// A plate with a panel of gain, labeled `ratio`, and one of phase; dotted: gain 1 and phase 0. `hz`: all tested frequencies.
pub fn plate(titles: [&str; 2], ratio: &str, hz: &[f64], curves: &[Curve]) -> Plate {
    let mut plate = Plate::new("bode", 2, 230.0);
    let parts: [Quantity; 2] = [(ratio, |r| r.gain, 1.0), ("lead (deg)", |r| r.phase_deg, 0.0)];
    for (title, (label, value, ideal)) in titles.into_iter().zip(parts) {
        let reach = curves.iter().flat_map(|(_, responses)| responses.iter().map(value)).chain([ideal, 0.0]);
        let mut panel =
            Panel::new(title, Axis::frequency("frequency (Hz)", hz), Axis::covering(label, reach));
        for (pen, responses) in curves {
            panel.curve(responses.iter().map(|r| (r.hz.log10(), value(r))), 3.0, pen);
        }
        panel.levels.push(Level::across(ideal));
        plate.panels.push(panel);
    }
    plate
}
