//! The report in words, its tables, and the table to be quoted.

use super::config::{Config, TrialCondition, listed, words};
use super::record::{Cell, Record, TunedLaws};
use lobule_study::prelude::*;

/// Controllers by the number of places at which they are best, most first; and the number of places.
fn wins(config: &Config, record: &Record, condition: TrialCondition) -> (Vec<(&'static str, usize)>, usize) {
    let places = config.plants.iter().flat_map(|p| (0..config.delays_s.len()).map(move |d| (p, d)));
    let best: Vec<&str> =
        places.filter_map(|(p, d)| record.best(p, d, condition)).map(|c| c.controller.as_str()).collect();
    let count = |name: &str| best.iter().filter(|b| **b == name).count();
    let wins = listed(config).map(|(name, words)| (words, count(name))).filter(|w| w.1 > 0);
    let mut wins: Vec<(&'static str, usize)> = wins.collect();
    wins.sort_by_key(|w| std::cmp::Reverse(w.1));
    (wins, best.len())
}

pub fn story(config: &Config, record: &Record) -> Story {
    let answer = |&condition: &TrialCondition| {
        let (wins, places) = wins(config, record, condition);
        let first: Vec<String> =
            wins.iter().take(2).map(|(words, n)| format!("{words} at {n} of {places} places")).collect();
        format!("{}: {}", condition.words(), first.join(", "))
    };
    let answers: Vec<String> = config.conditions.iter().map(answer).collect();
    let runs: usize = record.cells.iter().map(|c| c.outcomes.len()).sum();
    Story {
        answer: format!("Controllers with the smallest error, by condition. {}.", answers.join(". ")),
        small_print: texts([
            &format!(
                "{} controllers, {} bodies, {} delays, {} conditions and {} seeds gave {runs} learning curves of {} trials. A place is a body \
                 under a delay. The count leaves out the controller that knows the equations of the body itself.",
                config.controllers.len(),
                config.plants.len(),
                config.delays_s.len(),
                config.conditions.len(),
                config.seeds.len(),
                config.trials + config.trials_after_change
            ),
            "Errors are relative to those of feedback alone on the same body and the same trials, means over seeds. The file table.csv in the \
             run folder holds every cell.",
        ]),
        steps: texts([
            "Each body has two control laws, tuned for it with a gain margin of one half: one on the delayed error, for each delay, and one on \
             the present state.",
            "Filters (CFPC, feedback-error learning) work beside the first law. Forward models and predictors estimate the state for the second. \
             Models that do not learn, and the traces of filters, are those of the nominal body; the body of each seed differs from it.",
            "No controller learns beforehand. A trial that leaves its bounds is stopped, and learning goes on with the next.",
            "Then the body changes, and learning goes on.",
            "A controller that did not stabilize its body at the end of learning runs again to find the reason: with smaller gains, or by the \
             theory of the filter.",
        ]),
        sections: vec![
            Section::new("How small does the error become?", "Blue: better than feedback alone.", &["error"]),
            winners(config, record),
            Section::new("How fast do controllers learn?", "", &["learning", "courses"]),
            Section::new("What happens when the body changes?", "", &["changed"]),
            reasons(config, record),
            laws(config, record),
        ],
        differences: texts([
            "The law on the present state differs from the law on the delayed error, since a state known without delay tolerates higher gains. \
             A difference between the two families is therefore not the effect of learning alone.",
            "Filters of time know the time within the trial, and with it the time of a push. Where movements never repeat, filters receive the \
             reference instead.",
        ]),
        ..Story::default()
    }
}

fn winners(config: &Config, record: &Record) -> Section {
    let mut html = Html::default();
    for &condition in &config.conditions {
        let delays = (0..config.delays_s.len()).map(|d| format!("{:.0} ms", config.delay_ms(d)));
        let columns: Vec<String> = ["body".into()].into_iter().chain(delays).collect();
        let mut table = Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
        for plant in &config.plants {
            let mut row = vec![plant.replace('_', " ")];
            row.extend((0..config.delays_s.len()).map(|delay| {
                let Some(best) = record.best(plant, delay, condition) else {
                    return "none stabilizes it".into();
                };
                let error = best.mean(|o| o.relative).unwrap_or(f64::NAN);
                format!("{} ({})", words(&best.controller), short(error))
            }));
            table.row(row);
        }
        html = html.and(Html::element("h3", condition.words())).and(table);
    }
    let text = "The controller with the smallest error relative to feedback alone, by body and delay.";
    Section { html, ..Section::new("Which controller is best where?", text, &[]) }
}

fn reasons(config: &Config, record: &Record) -> Section {
    let mut table =
        Table::new(&["controller", "body", "delay (ms)", "condition", "first stop", "reason"], &[2, 4]);
    for cell in record.cells.iter().filter(|c| !c.holds()) {
        let Some(reason) = &cell.reason else { continue };
        let first = cell.outcomes.iter().filter_map(|o| o.first_stop).min();
        table.row(vec![
            words(&cell.controller).to_owned(),
            cell.plant.replace('_', " "),
            format!("{:.0}", config.delay_ms(cell.delay)),
            cell.condition.key().into(),
            first.map_or_else(|| "–".into(), |k| format!("trial {k}")),
            reason.to_string(),
        ]);
    }
    let text = "Places that a controller refused, or did not stabilize with most seeds. The reason is that of the first seed.";
    let html = match table.len() {
        0 => Html::element("p", "There is none."),
        n => Html::details(&format!("{n} places"), table),
    };
    Section { html, ..Section::new("Divergences and their reasons", text, &[]) }
}

fn laws(config: &Config, record: &Record) -> Section {
    let columns = ["body", "delay (ms)", "kp", "kd (s)", "ki (1/s)", "kp, state", "kd, state (s)", "stable"];
    let mut table = Table::new(&columns, &[1, 2, 3, 4, 5, 6]);
    for TunedLaws { plant, delay, laws } in &record.tuned {
        let mut row = vec![plant.replace('_', " "), format!("{:.0}", config.delay_ms(*delay))];
        row.extend([laws.late.kp, laws.late.kd, laws.late.ki, laws.now[0], laws.now[1]].map(short));
        row.push(if laws.holds { "yes".into() } else { "no".into() });
        table.row(row);
    }
    let text = "Gains, tuned on the nominal body. Stable: the law on the delayed error stabilizes the body with the margin.";
    let html = Html::details(&format!("{} laws", table.len()), table);
    Section { html, ..Section::new("The control laws", text, &[]) }
}

/// Text of a cell, by the column of the table.
type Column = fn(&Cell) -> String;

fn number(value: Option<f64>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

/// Every cell as comma-separated values; means over seeds.
pub fn csv(record: &Record) -> Result<Vec<u8>, Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |what: String| Error::config("table.csv", what);
    let columns: [(&str, Column); 12] = [
        ("condition", |c| c.condition.key().into()),
        ("plant", |c| c.plant.clone()),
        ("delay_index", |c| c.delay.to_string()),
        ("controller", |c| c.controller.clone()),
        ("seeds", |c| c.outcomes.len().to_string()),
        ("rms", |c| number(c.mean(|o| o.rms))),
        ("relative_error", |c| number(c.mean(|o| o.relative))),
        ("learned_at_trial", |c| number(c.learned_at())),
        ("relative_after_change", |c| number(c.mean(|o| o.changed))),
        ("relative_recovered", |c| number(c.mean(|o| o.recovered))),
        ("diverged_share", |c| number((!c.outcomes.is_empty()).then(|| c.diverged()))),
        ("reason", |c| c.reason.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    table.write_record(columns.map(|c| c.0)).map_err(|e| failed(e.to_string()))?;
    for cell in &record.cells {
        table.write_record(columns.map(|c| c.1(cell))).map_err(|e| failed(e.to_string()))?;
    }
    table.into_inner().map_err(|e| failed(e.to_string()))
}
