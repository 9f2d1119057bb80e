//! The report of the traces in words and its table.

use super::super::family::*;
use super::record::{self, Config, EXPECTED, Record, TRACES, TRIALS};

pub fn story(config: &Config, record: &Record) -> Story {
    let last = config.trials;
    let of = |trace: &str| -> Vec<f64> {
        PLANTS.iter().flat_map(|p| record.curves(trace, p, "minjerk").next()).map(|c| c.at(last)).collect()
    };
    let below = |trace: &str| of(trace).iter().filter(|v| **v < 1.0).count();
    let answer = format!(
        "After {last} trials the error was smaller than that of feedback alone on {} of 4 plants without a trace, on {} with the \
         conduction delay, on {} with the best delay of a scan, and on {} with a model of the closed loop. The largest error that \
         remained with the model was {} relative to feedback alone.",
        below("none"),
        below("loop_delay"),
        below("best_delay"),
        below("model"),
        short(of("model").iter().copied().fold(0.0, f64::max)),
    );
    let mut small_print = texts([
        "Learning converges where the phase of the trace stays within 90 deg of that of the closed loop. The exact model meets this \
         condition at every frequency, but it is not the fastest trace. The loop is a low-pass filter; the model trace applies this \
         filter a second time, and a well-tuned delay does not. The delay must be found anew for each plant, however.",
    ]);
    small_print.extend(causes(record));
    let remember = "The conduction delay alone is not enough, because controller and plant are slow as well.";
    Story {
        answer,
        small_print,
        steps: texts([
            "A feedback controller that never changes controls a plant through delays. It always reacts late.",
            "Forty granule cells fire in turn over the trial. Their weighted sum is added to the error that the controller receives: a \
             counterfactual error, to which the controller reacts as if it had occurred.",
            "After each trial every weight changes by the product of the true error, which arrives late, and the eligibility trace of \
             its synapse: the input itself, a delayed copy, or the input filtered as the closed loop would filter it.",
            "The last of these is the gradient. The table and the figures compare the three, and models that are wrong.",
        ]),
        sections: vec![
            Section::new("What the synapse must remember", remember, &["curves"]),
            Section::new(
                "Phase decides",
                "A trace fails at frequencies at which its phase is wrong.",
                &["phases"],
            ),
            Section::new("Wrong models", "How good must the model be?", &["wrong_models"]),
            table(record, last),
        ],
        differences: texts([
            "The paper's code and the parameters of its plants were not available to us. The rule is the published one; the bench is ours.",
            &format!(
                "Expected values were measured with a program whose loop has a tick between sensing and command \
                 (bench.computation_ticks = {}).",
                config.bench.computation_ticks
            ),
            "A learning curve ends at the ceiling. Those of the reference ended at about 10⁶ as well, and only growth is compared.",
        ]),
        ..Story::default()
    }
}

/// One sentence that names each diverged curve and its cause.
fn causes(record: &Record) -> Option<String> {
    let fixed = record.curves.iter().filter(|c| c.reference == "minjerk" && c.seed.is_none());
    let diverged = fixed.filter_map(|c| {
        let (cause, at) = (c.cause.as_ref()?, c.diverged_at?);
        Some(format!("{} with {} (trial {at}): {cause}", plant_name(&c.plant), record::words(&c.trace)))
    });
    let diverged: Vec<String> = diverged.collect();
    (!diverged.is_empty())
        .then(|| format!("Curves that diverged, and where the phase is worst: {}.", diverged.join("; ")))
}

fn table(record: &Record, last: usize) -> Section {
    let mut table = Table::new(&[&["trace"][..], &PLANTS.map(plant_name)].concat(), &[1, 2, 3, 4]);
    let trials: Vec<usize> = TRIALS.into_iter().filter(|t| *t <= last).collect();
    let joined = |values: &[f64]| values.iter().map(|v| large(*v)).collect::<Vec<_>>().join(" / ");
    for (row, words) in TRACES {
        let mut cells = vec![Html::from(words)];
        for (p, plant) in PLANTS.iter().enumerate() {
            let Some(curve) = record.curves(row, plant, "minjerk").next() else {
                cells.push("–".into());
                continue;
            };
            let delay = curve.delay_s.map(|d| format!(" ({:.0} ms)", 1e3 * d)).unwrap_or_default();
            let ours: Vec<f64> = trials.iter().map(|t| curve.at(*t)).collect();
            let theirs = EXPECTED.iter().find(|e| e.0 == row).map(|e| e.1[p]);
            let theirs =
                theirs.filter(|e| !e[0].is_nan()).map(|e| joined(&e[..trials.len()])).unwrap_or_default();
            let ours = Html::from(format!("{}{delay}", joined(&ours)));
            cells.push(ours.and(Html::element("small", theirs)));
        }
        table.row(cells);
    }
    let trials: Vec<String> = trials.iter().map(usize::to_string).collect();
    let text = format!(
        "Error relative to feedback alone at trials {} with the reference `minjerk`. Small print: measured by the reference program.",
        trials.join(" / ")
    );
    Section { html: table.html(), ..Section::new("The table", text, &[]) }
}

/// A number of any size, short.
fn large(value: f64) -> String {
    if value.abs() >= 1e4 {
        let exponent = libm::floor(libm::log10(value.abs())) as i32;
        return format!("{:.0} · {}", value / 10f64.powi(exponent), power_of_ten(exponent));
    }
    if value < 0.1 { format!("{value:.3}") } else { short(value) }
}
