//! Which module does what: parts of the error, and runs with a part switched off.

use super::look::{condition_colour, condition_name, module_colour};
use super::series::{
    arms, curve_marks, over_seeds, prism_key, prism_spans, seeds_in_words, share_vertical_axis, trial_axis,
    zero,
};
use crate::prism::results::{PrismResult, TrialRecord};
use lobule_study::Error;
use lobule_study::report::chart::{Axis, Key, Mark, Panel, Plate};
use lobule_study::report::palette::BLACK;
use lobule_study::report::svg::{Dash, Stroke, tint};
use lobule_study::report::{Figure, plot};

/// A part of the error of a trial.
type Part = fn(&TrialRecord) -> Option<f64>;

/// The error and its two parts, from the cortical command and from the inverse module.
pub fn contributions(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let parts: [(&str, Stroke, Part); 3] = [
        ("error", Stroke::new(BLACK, 2.2), |t| Some(t.error_deg)),
        ("part from the cortical command", Stroke::new(module_colour("forward"), 1.8), |t| {
            Some(t.cortex_deg)
        }),
        (
            "part from the inverse module",
            Stroke::new(module_colour("inverse"), 1.8).dash(Dash::Dashed),
            |t| Some(t.inverse_deg),
        ),
    ];
    let mut plate = Plate::new("contributions", 2, 210.0);
    for condition in ["plastic", "static"] {
        let arms = arms(result, condition);
        if arms.is_empty() {
            continue;
        }
        let x = trial_axis(result, "trial");
        let mut panel = Panel::new(&condition_name(condition), x, Axis::exact("", 0.0, 1.0));
        panel.shades = prism_spans(result);
        panel.levels.push(zero());
        for (_, stroke, part) in &parts {
            panel.marks.extend(curve_marks(&arms, part, stroke, false));
        }
        plate.panels.push(panel);
    }
    if plate.panels.is_empty() {
        return Ok(None);
    }
    share_vertical_axis(&mut plate, "pointing error (deg)");
    plate.legend = parts.iter().map(|(name, stroke, _)| Key::line(name, stroke.clone())).collect();
    plate.legend.push(prism_key());
    let plastic = arms(result, "plastic");
    let largest_rest = plastic
        .iter()
        .flat_map(|a| &a.trials)
        .map(|t| (t.error_deg - t.cortex_deg - t.inverse_deg).abs())
        .fold(0.0, f64::max);
    let adds_up =
        if !plastic.is_empty() && largest_rest < 0.5 { " The two parts add up to the error." } else { "" };
    let n = plastic.len().max(1);
    let caption = format!(
        "Where the error comes from. The forward module acts through the motor cortex, so what it learns \
         shows in the part from the cortical command (green); the inverse module adds its own command \
         (orange, broken).{adds_up} {}",
        seeds_in_words(n)
    );
    Ok(Some(Figure::svg("contributions", caption, plot::svg(&plate)?)))
}

/// Runs in which a part of the loop is switched off or changed, each against static and plastic.
pub fn ablations(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let mut names: Vec<&str> = Vec::new();
    for arm in &result.arms {
        let name = arm.condition.as_str();
        if !["static", "plastic"].contains(&name) && !names.contains(&name) && !arm.trials.is_empty() {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    let mut plate = Plate::new("ablations", 2, 170.0);
    let reference = [("static", Dash::Dotted), ("plastic", Dash::Solid)]
        .map(|(c, dash)| (c, Stroke::new(&tint(condition_colour(c), 0.6), 1.4).dash(dash)));
    for name in &names {
        let x = trial_axis(result, "trial");
        let mut panel = Panel::new(&condition_name(name), x, Axis::exact("", 0.0, 1.0));
        panel.shades = prism_spans(result);
        panel.levels.push(zero());
        for (condition, stroke) in &reference {
            let points = over_seeds(&arms(result, condition), |t| Some(t.error_deg));
            let points = points.iter().map(|p| (p.trial, p.mean)).collect();
            panel.marks.push(Mark::Line { points, stroke: stroke.clone() });
        }
        let stroke = Stroke::new(condition_colour(name), 2.2);
        panel.marks.extend(curve_marks(&arms(result, name), |t| Some(t.error_deg), &stroke, true));
        plate.panels.push(panel);
    }
    share_vertical_axis(&mut plate, "pointing error (deg)");
    for (condition, stroke) in &reference {
        plate.legend.push(Key::line(&format!("{condition} (mean)"), stroke.clone()));
    }
    plate.legend.push(prism_key());
    let n = names.iter().map(|name| arms(result, name).len()).max().unwrap_or(1);
    let caption = format!(
        "The same protocol with something switched off or changed, as the panel title says. Compare the \
         coloured curve with the network that learns fully (pale blue) and the one that does not learn (pale black, \
         dotted).{}{} {}{}",
        if names.contains(&"wrong_polarity") {
            " With exchanged olive channels an error teaches the wrong microzone."
        } else {
            ""
        },
        if names.contains(&"fresh_noise") {
            " With fresh noise the planner's spikes differ in every trial, so they tell the inverse module nothing about time."
        } else {
            ""
        },
        seeds_in_words(n),
        if n > 1 { " Thin lines: single seeds." } else { "" },
    );
    Ok(Some(Figure::svg("ablations", caption, plot::svg(&plate)?)))
}
