//! Which module does what: parts of the error, and runs with a part switched off.

use super::{look::*, series::*};

type Part = fn(&TrialRecord) -> Option<f64>;

/// The error and its two parts, from the cortical command and from the inverse module.
pub fn contributions(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let [cortex, inverse] = ModuleName::ALL.map(|module| Stroke::new(module_color(module), 1.8));
    let parts: [(&str, Stroke, Part); 3] = [
        ("error", Stroke::new(BLACK, 2.2), |t| Some(t.error_deg)),
        ("part from the cortical command", cortex, |t| Some(t.cortex_deg)),
        ("part from the inverse module", inverse.dash(Dash::Dashed), |t| Some(t.inverse_deg)),
    ];
    let mut plate = Plate::new("contributions", 2, 210.0);
    for condition in [Condition::Plastic, Condition::Static] {
        let runs = runs(result, condition);
        if runs.is_empty() {
            continue;
        }
        let mut panel = error_panel(result, condition_name(condition));
        for (_, stroke, part) in &parts {
            panel.marks.extend(curve_marks(&runs, part, stroke, false));
        }
        plate.panels.push(panel);
    }
    share_vertical_axis(&mut plate, "pointing error (deg)");
    plate.legend = parts.iter().map(|(name, stroke, _)| Key::line(name, stroke.clone())).collect();
    plate.legend.push(prism_key());
    let plastic = runs(result, Condition::Plastic);
    let rest = |t: &TrialRecord| (t.error_deg - t.cortex_deg - t.inverse_deg).abs();
    let largest_rest = plastic.iter().flat_map(|run| &run.trials).map(rest).fold(0.0, f64::max);
    let adds_up =
        if !plastic.is_empty() && largest_rest < 0.5 { " The two parts add up to the error." } else { "" };
    let caption = format!(
        "Contributions to the pointing error by trial. The forward module acts through the motor cortex and changes the part from the cortical \
         command (green). The inverse module adds its own command (orange, dashed).{adds_up} {}",
        seeds_in_words(plastic.len().max(1))
    );
    drawn(&plate, caption)
}

/// Runs in which a part of the loop is switched off or changed, each against static and plastic.
pub fn ablations(result: &PrismResult) -> Result<Option<Figure>, Error> {
    let mut changed: Vec<Condition> = Vec::new();
    for run in &result.runs {
        let is_main = matches!(run.condition, Condition::Static | Condition::Plastic);
        if !is_main && !changed.contains(&run.condition) && !run.trials.is_empty() {
            changed.push(run.condition);
        }
    }
    let mut plate = Plate::new("ablations", 2, 170.0);
    let reference = [(Condition::Static, Dash::Dotted), (Condition::Plastic, Dash::Solid)]
        .map(|(c, dash)| (c, Stroke::new(&tint(condition_color(c), 0.6), 1.4).dash(dash)));
    for &name in &changed {
        let mut panel = error_panel(result, condition_name(name));
        for (condition, stroke) in &reference {
            let points = over_seeds(&runs(result, *condition), |t| Some(t.error_deg));
            panel.line(points.iter().map(|p| (p.trial, p.mean)), stroke.clone());
        }
        let stroke = Stroke::new(condition_color(name), 2.2);
        panel.marks.extend(curve_marks(&runs(result, name), |t| Some(t.error_deg), &stroke, true));
        plate.panels.push(panel);
    }
    share_vertical_axis(&mut plate, "pointing error (deg)");
    for (condition, stroke) in &reference {
        plate.line_key(&format!("{} (mean)", condition.name()), stroke.clone());
    }
    plate.legend.push(prism_key());
    let n = changed.iter().map(|name| runs(result, *name).len()).max().unwrap_or(1);
    let where_run = |condition, text| if changed.contains(&condition) { text } else { "" };
    let exchanged = " With exchanged olive channels an error teaches the wrong microzone.";
    let fresh = " With fresh noise the planner's spikes differ in every trial, so they give the inverse module no information about time.";
    let caption = format!(
        "Pointing error by trial with the change that the panel title names (colored curve), beside the network that learns fully (pale blue) \
         and the one that does not learn (pale black, dotted).{}{} {}{}",
        where_run(Condition::WrongPolarity, exchanged),
        where_run(Condition::FreshNoise, fresh),
        seeds_in_words(n),
        if n > 1 { " Thin lines: single seeds." } else { "" },
    );
    drawn(&plate, caption)
}
