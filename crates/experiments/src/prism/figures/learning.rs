//! The result in one chart: pointing error across trials.

use super::{look::*, series::*};

/// Error across trials, static against plastic.
pub fn error_by_trial(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let mut panel = error_panel(result, "");
    let mut plate = Plate::new("error", 1, 300.0);
    let mut seeds = 0;
    for condition in [Condition::Static, Condition::Plastic] {
        let runs = runs(result, condition);
        if runs.is_empty() {
            continue;
        }
        seeds = seeds.max(runs.len());
        let dash = if condition == Condition::Static { Dash::Dashed } else { Dash::Solid };
        let stroke = Stroke::new(condition_color(condition), 2.4).dash(dash);
        panel.marks.extend(curve_marks(&runs, |t| Some(t.error_deg), &stroke, true));
        plate.line_key(condition_name(condition), stroke);
    }
    if panel.marks.is_empty() {
        return Ok(None);
    }
    panel.y = Axis::covering("pointing error (deg)", reach(&panel.marks).into_iter().chain([0.0]));
    plate.legend.push(prism_key());
    plate.panels.push(panel);
    let spread = match seeds {
        1 => "One seed, so no spread is shown.".into(),
        n => format!(
            "Thick lines: mean over {n} seeds; bands: ± one standard deviation over seeds; thin lines: single seeds."
        ),
    };
    let prism = longest(result).iter().flat_map(|a| &a.trials).find(|t| t.epoch == Epoch::Prism);
    let displaced =
        |t: &TrialRecord| format!(" The prisms displace the target by {}°", signed(t.prism_deg, 0));
    let side =
        prism.map(|t| displaced(t) + ", the error of a movement to the apparent target.").unwrap_or_default();
    let caption = format!(
        "Pointing error at the end of each movement by trial, with learning (blue) and without (black, dashed). Shading: prisms on.{side} \
         {spread} Trials count from 0. A network that learns reduces the error toward zero through prisms and shows an after-effect, an error \
         of opposite sign, once they are off."
    );
    Ok(Some(plate.figure(caption)?))
}
