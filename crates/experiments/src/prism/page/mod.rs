//! The report of the prism experiment as one HTML page.

mod answer;
mod tables;
mod words;

use super::results::PrismResult;
use lobule_study::report::html::{Page, Table};
use lobule_study::report::numbers::thousands;
use lobule_study::report::svg::escape;
use lobule_study::report::{Figure, Findings, tables as tables_of_all};
use serde_json::Value;

/// Sections of figures in the order of the story: heading, names of figures.
const STORY: [(&str, &[&str]); 5] = [
    ("Did it learn?", &["error"]),
    ("Which module learned?", &["contributions", "ablations"]),
    ("What the arm did", &["arm", "joint_angle"]),
    ("What the cells did", &["raster_forward", "raster_inverse", "rates", "rate_map"]),
    ("What changed in the network", &["mean_weights", "weights_before_after"]),
];
/// Figures with a place outside the story.
const ELSEWHERE: [&str; 2] = ["schematic", "calibration"];

/// Writes the report: one HTML file that needs no other file.
///
/// Every sentence about the outcome is made from `result`; a figure that is not
/// in `figures` is left out, one with an unknown name is shown before the findings.
pub fn page(result: &PrismResult, findings: &Findings, figures: &[Figure], provenance: &Value) -> String {
    let mut page = Page::new(
        &format!(
            "lobule {} · experiment {} · preset {}",
            findings.version, findings.experiment, findings.preset
        ),
        "Pointing through prisms with a spiking cerebellum",
    );
    page.lead(&answer::answer(result));
    for sentence in answer::small_print(result) {
        page.text(&sentence);
    }
    tables_of_all::count_of_passed(&mut page, findings);

    what_was_run(&mut page, result);

    page.section("How the experiment works");
    show(&mut page, figures, &["schematic"]);
    page.html("<ol class=\"steps\">\n");
    for line in words::EXPLANATION {
        page.html(&format!("<li>{}</li>\n", escape(line)));
    }
    page.html("</ol>\n");

    for (heading, names) in STORY {
        if figures.iter().any(|f| names.contains(&f.name.as_str())) {
            page.section(heading);
            show(&mut page, figures, names);
        }
    }
    let known = |f: &&Figure| {
        STORY.iter().any(|(_, names)| names.contains(&f.name.as_str()))
            || ELSEWHERE.contains(&f.name.as_str())
    };
    if figures.iter().any(|f| !known(&f)) {
        page.section("More figures");
        figures.iter().filter(|f| !known(f)).for_each(|f| page.figure(f));
    }

    tables_of_all::all_findings(&mut page, findings);

    page.section("Calibration");
    let second = result.calibrations.first().map_or_else(String::new, |c| format!(" of {}°", c.second_deg));
    page.text(&format!(
        "Before learning, the static network points without prisms and with a prism{second}; this fixes what one degree \
         of error is. The sweep over other prisms checks that the ruler is straight."
    ));
    show(&mut page, figures, &["calibration"]);
    if !result.calibrations.is_empty() {
        page.html(&tables::calibration(&result.calibrations));
        page.details("Rates at rest", &tables::rest_rates(&result.calibrations));
    }

    tables_of_all::how_to_repeat(&mut page, &findings.experiment, findings.wall_s, provenance);

    page.section("Glossary");
    page.terms(&words::GLOSSARY.map(|(term, text)| (term.to_owned(), text.to_owned())));
    page.finish()
}

fn show(page: &mut Page, figures: &[Figure], names: &[&str]) {
    for name in names {
        figures.iter().filter(|f| f.name == *name).for_each(|f| page.figure(f));
    }
}

fn what_was_run(page: &mut Page, result: &PrismResult) {
    use super::figures::cell_name;
    let count = |n: usize| thousands(n as u64);
    let cells: usize = result.populations.iter().map(|p| p.n).sum();
    let [x, y, z] = result.size_um;
    let (modules, both) = match tables::modules(result)[..] {
        [only] => (format!("the {only} module alone,"), String::new()),
        _ => ("two modules, each".into(), format!(", {} in both", count(2 * cells))),
    };
    let seeds: Vec<String> = result.seeds.iter().map(u64::to_string).collect();
    let plant = match result.plant.as_str() {
        "joint" => "one joint, decoded from the spikes at the end of each trial".into(),
        "arm" => "planar arm of two segments".into(),
        other => other.to_owned(),
    };
    page.section("What was run");
    page.terms(
        &[
            ("Network", format!("{modules} {x:.0} × {y:.0} µm at the base and {z:.0} µm high")),
            ("Cells", format!("{} in one module{both}", count(cells))),
            (
                "Synapses",
                format!(
                    "{} in one module, of which {} are plastic (parallel fibre to Purkinje cell)",
                    count(result.synapses_per_module),
                    count(result.plastic_per_module)
                ),
            ),
            ("Anatomy", result.anatomy_source.clone()),
            ("Protocol", tables::protocol(result)),
            ("Conditions", tables::conditions(result)),
            ("Seeds", seeds.join(", ")),
            ("Plant", plant),
            ("Simulation step", format!("{} ms", result.dt_ms)),
        ]
        .map(|(term, text)| (term.to_owned(), text)),
    );
    if !result.notes.is_empty() {
        page.text("Notes on this run:");
        page.html("<ul>\n");
        for note in &result.notes {
            page.html(&format!("<li>{}</li>\n", escape(note)));
        }
        page.html("</ul>\n");
    }
    let mut table = Table::new(&["cell type", "cells in one module"], &[1]);
    for row in &result.populations {
        let name = format!("{} <code>{}</code>", escape(&cell_name(&row.cell_type)), escape(&row.cell_type));
        table.rows.push(vec![name, count(row.n)]);
    }
    page.details("Cells by type", &table.html());
}
