//! The report in words, its tables, and the table to be quoted.

use super::config::{Config, TrialCondition, listed};
use super::figures::title;
use super::record::Record;
use lobule_study::report::html::Table;
use lobule_study::report::numbers::short;
use lobule_study::report::svg::escape;
use lobule_study::{Section, Story};
use std::fmt::Write;

/// Controllers by the number of places at which they are best, most first; and the number of places.
fn wins(config: &Config, record: &Record, condition: TrialCondition) -> (Vec<(&'static str, usize)>, usize) {
    let mut wins: Vec<(&str, &'static str, usize)> = listed(config).map(|(n, w)| (n, w, 0)).collect();
    let mut places = 0;
    for plant in &config.plants {
        for delay in 0..config.delays_s.len() {
            let Some(best) = record.best(plant, delay, condition) else { continue };
            places += 1;
            wins.iter_mut().filter(|w| w.0 == best.controller).for_each(|w| w.2 += 1);
        }
    }
    let mut wins: Vec<(&'static str, usize)> =
        wins.into_iter().filter(|w| w.2 > 0).map(|w| (w.1, w.2)).collect();
    wins.sort_by_key(|w| std::cmp::Reverse(w.1));
    (wins, places)
}

/// The words of the report.
pub fn story(config: &Config, record: &Record) -> Story {
    let answers: Vec<String> = config
        .conditions
        .iter()
        .map(|&condition| {
            let (wins, places) = wins(config, record, condition);
            let first: Vec<String> =
                wins.iter().take(2).map(|(words, n)| format!("{words} at {n} of {places} places")).collect();
            format!("{}: {}", title(condition), first.join(", "))
        })
        .collect();
    let runs: usize = record.cells.iter().map(|c| c.outcomes.len()).sum();
    Story {
        answer: format!("Least error by condition. {}.", answers.join(". ")),
        small_print: vec![
            format!(
                "{} controllers, {} bodies, {} delays, {} conditions, {} seeds: {runs} courses of {} trials. A place is a body under a delay; \
                 the controller that is told the body's own equations is left out of the count.",
                config.controllers.len(),
                config.plants.len(),
                config.delays_s.len(),
                config.conditions.len(),
                config.seeds.len(),
                config.trials + config.trials_after_change
            ),
            "Errors are over those of feedback alone on the same body and the same trials; means over seeds. table.csv in the run folder holds \
             every cell."
                .into(),
        ],
        steps: [
            "Each body gets two feedback laws, tuned for it with a margin of one half in gain: one on the late error, for each delay, and one on the state \
             of now.",
            "Filters (CFPC, feedback-error learning) work beside the first, forward models and predictors feed the second. Models that \
             are not learned, and the traces of filters, are those of the nominal body; each seed's own body differs from it.",
            "Nothing is learned beforehand. A trial that leaves its bounds is stopped, and learning goes on with the next.",
            "Then the body changes, and all go on.",
            "Whatever did not hold its body in the end is run again, to find out why: with smaller gains, or by the theory of the filter.",
        ]
        .map(String::from)
        .to_vec(),
        sections: vec![
            Section::new("How well?", "Blue: better than feedback alone.", &["error"]),
            winners(config, record),
            Section::new("How fast?", "", &["learning", "courses"]),
            Section::new("And when the body changes?", "", &["changed"]),
            reasons(config, record),
            laws(config, record),
        ],
        differences: vec![
            "Laws of state and laws on the late error are different laws: a state known without delay bears higher gains. That is what knowing is \
             for, but an error of one family over the other is not the effect of learning alone."
                .into(),
            "Filters of time know when in the trial they are, and with it when a push comes; where movements never repeat they are given the reference in their place.".into(),
        ], ..Story::default() }
}

/// Who is best at each place.
fn winners(config: &Config, record: &Record) -> Section {
    let mut html = String::new();
    for &condition in &config.conditions {
        let mut columns = vec!["body".to_owned()];
        columns.extend((0..config.delays_s.len()).map(|d| format!("{:.0} ms", config.delay_ms(d))));
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut table = Table::new(&columns, &[]);
        for plant in &config.plants {
            let mut row = vec![escape(&plant.replace('_', " "))];
            for delay in 0..config.delays_s.len() {
                row.push(match record.best(plant, delay, condition) {
                    Some(best) => {
                        let words = super::config::words(&best.controller).unwrap_or_default();
                        format!(
                            "{} ({})",
                            escape(words),
                            short(best.mean(|o| o.relative).unwrap_or(f64::NAN))
                        )
                    }
                    None => "none holds it".into(),
                });
            }
            table.rows.push(row);
        }
        let _ = write!(html, "<h3>{}</h3>\n{}", escape(title(condition)), table.html());
    }
    let text = "The least error over that of feedback alone, by body and delay.";
    Section { html, ..Section::new("Who is best where?", text, &[]) }
}

/// Why some did not hold.
fn reasons(config: &Config, record: &Record) -> Section {
    let mut table =
        Table::new(&["controller", "body", "delay (ms)", "condition", "first stop", "reason"], &[2, 4]);
    let words = |name: &str| super::config::words(name).unwrap_or_default();
    for cell in record.cells.iter().filter(|c| !c.holds()) {
        let Some(why) = &cell.why else { continue };
        let first = cell.outcomes.iter().filter_map(|o| o.first_stop).min();
        table.rows.push(vec![
            escape(words(&cell.controller)),
            escape(&cell.plant.replace('_', " ")),
            format!("{:.0}", config.delay_ms(cell.delay)),
            cell.condition.key().into(),
            first.map_or_else(|| "–".into(), |k| format!("trial {k}")),
            escape(&why.to_string()),
        ]);
    }
    let text = "Places that a controller did not hold with most seeds, or refused. The reason is that of the first seed.";
    let html = if table.rows.is_empty() {
        "<p>There is none.</p>".into()
    } else {
        format!("<details><summary>{} places</summary>\n{}</details>\n", table.rows.len(), table.html())
    };
    Section { html, ..Section::new("What did not hold, and why", text, &[]) }
}

/// The tuned laws.
fn laws(config: &Config, record: &Record) -> Section {
    let columns = ["body", "delay (ms)", "kp", "kd (s)", "ki (1/s)", "kp, state", "kd, state (s)", "holds"];
    let mut table = Table::new(&columns, &[1, 2, 3, 4, 5, 6]);
    for t in &record.tuned {
        let l = &t.laws;
        table.rows.push(vec![
            escape(&t.plant.replace('_', " ")),
            format!("{:.0}", config.delay_ms(t.delay)),
            short(l.late.kp),
            short(l.late.kd),
            short(l.late.ki),
            short(l.now[0]),
            short(l.now[1]),
            if l.holds { "yes".into() } else { "no".into() },
        ]);
    }
    let text =
        "Gains, tuned on the nominal body. Holds: the law on the late error is stable with the margin.";
    let html = format!("<details><summary>{} laws</summary>\n{}</details>\n", table.rows.len(), table.html());
    Section { html, ..Section::new("The laws", text, &[]) }
}

/// Every cell as comma-separated values; means over seeds.
pub fn csv(record: &Record) -> String {
    let mut out = String::from(
        "condition,plant,delay_index,controller,seeds,rms,relative_error,learned_at_trial,relative_after_change,relative_recovered,\
         diverged_share,reason\n",
    );
    for c in &record.cells {
        let number = |v: Option<f64>| v.map(|v| v.to_string()).unwrap_or_default();
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let why = c.why.as_ref().map(|w| quoted(&w.to_string())).unwrap_or_default();
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{why}",
            c.condition.key(),
            quoted(&c.plant),
            c.delay,
            c.controller,
            c.outcomes.len(),
            number(c.mean(|o| o.rms)),
            number(c.mean(|o| o.relative)),
            number(c.learned_at()),
            number(c.mean(|o| o.changed)),
            number(c.mean(|o| o.recovered)),
            number((!c.outcomes.is_empty()).then(|| c.diverged())),
        );
    }
    out
}
