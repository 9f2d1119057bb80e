//! The report of the traces in words and its table.

use super::super::bench::{PLANTS, plant_name};
use super::{Config, EXPECTED, ROWS, Record, TRIALS};
use lobule_study::report::axes::power_of_ten;
use lobule_study::report::html::Table;
use lobule_study::report::numbers::short;
use lobule_study::report::svg::escape;
use lobule_study::{Section, Story};

pub fn story(config: &Config, record: &Record) -> Story {
    let last = config.trials;
    let of = |trace: &str| -> Vec<f64> {
        PLANTS.iter().flat_map(|p| record.cells(trace, p, "minjerk").next()).map(|c| c.at(last)).collect()
    };
    let below = |values: &[f64]| values.iter().filter(|v| **v < 1.0).count();
    let (none, delay, best, model) = (of("none"), of("loop_delay"), of("best_delay"), of("model"));
    let worst = model.iter().copied().fold(0.0, f64::max);
    let answer = format!(
        "After {last} trials the error is smaller than that of feedback alone on {} of 4 plants without a trace, on {} with the \
         delay of the nerves, on {} with the best delay of a scan, and on {} with a model of the closed loop, whose largest \
         remaining error is {} of that of feedback alone.",
        below(&none),
        below(&delay),
        below(&best),
        below(&model),
        short(worst),
    );
    let mut small_print = vec![
        "A trace converges where its phase stays within 90 deg of that of the closed loop. The exact model does everywhere, but \
         it is not the fastest: a loop lets low frequencies through best, the model trace does so once more, and a \
         well tuned delay does not. It has to be found anew for each plant, though."
            .to_owned(),
    ];
    small_print.extend(causes(record));
    Story {
        answer,
        small_print,
        steps: [
            "A plant is controlled through delays by a feedback law that never changes. It is always late.",
            "Forty granule cells fire in turn over the trial. Their weighted sum is added to the error that the law sees: a \
             counterfactual error, to which the law reacts as if it had happened.",
            "After each trial every weight changes by the product of the true error, which comes late, and of what its synapse \
             remembers of its input: nothing but the input, a delayed copy, or the input as the closed loop would answer it.",
            "The last is the gradient. The table and the figures compare the three, and models that are wrong.",
        ]
        .map(String::from)
        .to_vec(),
        sections: vec![
            Section::new(
                "What the synapse must remember",
                "The delay of the nerves alone is not enough: law and plant are slow, too.",
                &["curves"],
            ),
            Section::new("Why", "What decides is the phase.", &["phases"]),
            Section::new("Models that are wrong", "How good must the model be?", &["wrong_models"]),
            table(record, last),
        ],
        differences: vec![
            "The paper's plants, gains and figures are not public to us; the bench is ours and the rule is the published one."
                .into(),
            format!(
                "Expected values were measured with a prototype whose loop has a tick between sensing and command \
                 (bench.computation_ticks = {}).",
                config.bench.computation_ticks
            ),
            "Courses are broken off at the ceiling; the prototype ended at about 10⁶, too, and only the growth is compared.".into(),
        ], ..Story::default() }
}

/// One sentence for each course that diverged.
fn causes(record: &Record) -> Vec<String> {
    let diverged: Vec<String> = record
        .cells
        .iter()
        .filter(|c| c.reference == "minjerk" && c.seed.is_none())
        .filter_map(|c| {
            let words = ROWS.iter().find(|r| r.0 == c.trace).map_or(c.trace.as_str(), |r| r.1);
            let cause = c.cause.as_ref()?;
            let at = c.diverged_at?;
            Some(format!("{} with {words} (trial {at}): {cause}", plant_name(&c.plant)))
        })
        .collect();
    if diverged.is_empty() {
        return Vec::new();
    }
    vec![format!("Courses that diverged, and where the phase is worst: {}.", diverged.join("; "))]
}

fn table(record: &Record, last: usize) -> Section {
    let mut columns = vec!["trace"];
    columns.extend(PLANTS.map(plant_name));
    let numeric: Vec<usize> = (1..columns.len()).collect();
    let mut table = Table::new(&columns, &numeric);
    let trials: Vec<usize> = TRIALS.into_iter().filter(|t| *t <= last).collect();
    let joined = |values: &[f64]| values.iter().map(|v| large(*v)).collect::<Vec<_>>().join(" / ");
    for (row, words) in ROWS {
        let mut cells = vec![escape(words)];
        for (p, plant) in PLANTS.iter().enumerate() {
            let Some(cell) = record.cells(row, plant, "minjerk").next() else {
                cells.push("–".into());
                continue;
            };
            let delay = cell.delay_s.map(|d| format!(" ({:.0} ms)", 1e3 * d)).unwrap_or_default();
            let ours: Vec<f64> = trials.iter().map(|t| cell.at(*t)).collect();
            let theirs = EXPECTED.iter().find(|e| e.0 == row).map(|e| e.1[p]);
            let theirs =
                theirs.filter(|e| !e[0].is_nan()).map(|e| joined(&e[..trials.len()])).unwrap_or_default();
            cells.push(format!("{}{delay}<small>{theirs}</small>", joined(&ours)));
        }
        table.rows.push(cells);
    }
    let trials: Vec<String> = trials.iter().map(usize::to_string).collect();
    let mut section = Section::new(
        "The table",
        format!(
            "Relative error at trials {} with the reference `minjerk`; below, what the reference program measured.",
            trials.join(" / ")
        ),
        &[],
    );
    section.html = table.html();
    section
}

/// A number of any size, short.
fn large(value: f64) -> String {
    if value.abs() >= 1e4 {
        let exponent = libm::floor(libm::log10(value.abs())) as i32;
        return format!("{:.0} · {}", value / 10f64.powi(exponent), power_of_ten(exponent));
    }
    if value < 0.1 { format!("{value:.3}") } else { short(value) }
}
