//! Gain and phase of eyes against frequency.

use super::response::Response;
use lobule_study::report::drawing::*;

/// Responses at rising frequencies, averaged over subjects, with their pen.
pub type Curve = (Stroke, Vec<Response>);

/// A plate with a panel of gain, labeled `ratio`, and one of phase; dotted: gain 1 and phase 0. `hz`: all tested frequencies.
pub fn plate(titles: [&str; 2], ratio: &str, hz: &[f64], curves: &[Curve]) -> Plate {
    let mut plate = Plate::new("bode", 2, 230.0);
    let mut panel = |title: &str, label: &str, value: fn(&Response) -> f64, ideal: f64| {
        let mut panel = Panel::new(title, Axis::frequency("frequency (Hz)", hz), Axis::exact("", 0.0, 1.0));
        for (pen, responses) in curves {
            panel.curve(responses.iter().map(|r| (libm::log10(r.hz), value(r))), 3.0, pen);
        }
        panel.cover(label, [ideal, 0.0]);
        panel.levels.push(Level::across(ideal));
        plate.panels.push(panel);
    };
    panel(titles[0], ratio, |r| r.gain, 1.0);
    panel(titles[1], "lead (deg)", |r| r.phase_deg, 0.0);
    plate
}
