//! The report of the prism experiment: words, tables and the order of its figures.

mod answer;
mod tables;
mod words;

use super::config::PlantKind;
use super::figures::cell_name;
use super::record::PrismResult;
use lobule_study::prelude::*;

/// Sections of figures in the order of the story: heading, names of figures.
const SECTIONS: [(&str, &[&str]); 5] = [
    ("Did it learn?", &["error"]),
    ("Which module learned?", &["contributions", "ablations"]),
    ("Movements of the arm", &["arm", "joint_angle"]),
    ("Activity of the cells", &["raster_forward", "raster_inverse", "rates", "rate_map"]),
    ("Changes in the network", &["mean_weights", "weights_before_after"]),
];

/// The story of a run; every sentence about the outcome is written from `result`.
pub fn story(result: &PrismResult) -> Story {
    let glossary = words::GLOSSARY.lines().filter_map(|line| line.split_once(": "));
    Story {
        answer: answer::answer(result),
        small_print: answer::small_print(result),
        what_was_run: what_was_run(result),
        steps: texts(words::EXPLANATION),
        step_figures: vec!["schematic".into()],
        sections: SECTIONS.map(|(heading, figures)| Section::new(heading, "", figures)).into(),
        appendix: vec![calibration(result)],
        glossary: glossary.map(|(term, text)| (term.into(), text.into())).collect(),
        ..Story::default()
    }
}

fn calibration(result: &PrismResult) -> Section {
    let second = result.calibrations.first().map(|c| format!(" of {}°", c.second_deg)).unwrap_or_default();
    let text = format!(
        "Before learning, the static network points without prisms and with a prism{second}. These two end points define the scale in degrees. A \
         sweep over other prisms tests that the scale is linear."
    );
    let mut section = Section::new("Calibration", text, &["calibration"]);
    if !result.calibrations.is_empty() {
        section.html = tables::calibration(&result.calibrations);
        section.details.push(("Rates at rest".into(), tables::rest_rates(&result.calibrations)));
    }
    section
}

fn what_was_run(result: &PrismResult) -> Section {
    let count = |n: usize| thousands(n as u64);
    let cells: usize = result.populations.iter().map(|p| p.n).sum();
    let [x, y, z] = result.size_um;
    let (modules, both) = match tables::modules(result)[..] {
        [only] => (format!("the {only} module alone,"), String::new()),
        _ => ("two modules, each".into(), format!(", {} in both", count(2 * cells))),
    };
    let seeds: Vec<String> = result.seeds.iter().map(u64::to_string).collect();
    let plant = match result.plant {
        PlantKind::Joint => "one joint, decoded from the spikes at the end of each trial",
        PlantKind::Arm => "planar arm of two segments",
    };
    let (synapses, plastic) = (count(result.synapses_per_module), count(result.plastic_per_module));
    let of_which = format!("{synapses} in one module, of which {plastic} are plastic");
    let terms = [
        ("Network", format!("{modules} {x:.0} × {y:.0} µm at the base and {z:.0} µm high")),
        ("Cells", format!("{} in one module{both}", count(cells))),
        ("Synapses", of_which),
        ("Anatomy", result.anatomy_source.clone()),
        ("Protocol", tables::protocol(result)),
        ("Conditions", tables::conditions(result)),
        ("Seeds", seeds.join(", ")),
        ("Plant", plant.into()),
        ("Simulation step", format!("{} ms", result.dt_ms)),
    ];
    let notes = match result.notes.is_empty() {
        true => Html::default(),
        false => Html::element("p", "Notes on this run:").and(Html::list(&result.notes)),
    };
    let mut table = Table::new(&["cell type", "cells in one module"], &[1]);
    for row in &result.populations {
        let name = Html::from(cell_name(&row.cell_type)).and(" ").and(Html::element("code", &row.cell_type));
        table.row([name, count(row.n).into()]);
    }
    Section {
        terms: terms.map(|(term, text)| (term.to_owned(), text)).into(),
        html: notes,
        details: vec![("Cells by type".into(), table.html())],
        ..Section::default()
    }
}
