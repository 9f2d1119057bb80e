//! Tables of the prism experiment.

use crate::prism::config::Condition;
use crate::prism::figures::condition_name;
use crate::prism::keys::{ModuleName, RateOf};
use crate::prism::record::{Calibration, Epoch, PrismResult};
use lobule_study::prelude::*;
use std::collections::BTreeSet;

/// The protocol of one condition in words: trials by epoch.
pub fn protocol(result: &PrismResult) -> String {
    let Some(run) = result.runs.iter().max_by_key(|run| run.trials.len()) else { return "no trials".into() };
    let mut parts: Vec<(Epoch, f64, usize)> = Vec::new();
    for trial in &run.trials {
        match parts.last_mut() {
            Some(part) if part.0 == trial.epoch && part.1 == trial.prism_deg => part.2 += 1,
            _ => parts.push((trial.epoch, trial.prism_deg, 1)),
        }
    }
    let words = |(epoch, prism, n): &(Epoch, f64, usize)| match epoch {
        Epoch::Baseline => format!("{n} before the prisms"),
        Epoch::Prism => format!("{n} through prisms of {}°", plain(*prism)),
        Epoch::Removal => format!("{n} after their removal"),
    };
    let parts: Vec<String> = parts.iter().map(words).collect();
    format!("{} trials of {} ms: {}", run.trials.len(), plain(result.trial_ms), parts.join(", "))
}

/// The conditions in words, with the number of seeds.
pub fn conditions(result: &PrismResult) -> String {
    let mut counts: Vec<(Condition, usize)> = Vec::new();
    for run in &result.runs {
        match counts.iter_mut().find(|c| c.0 == run.condition) {
            Some(count) => count.1 += 1,
            None => counts.push((run.condition, 1)),
        }
    }
    let seeds = |n: usize| if n == 1 { "one seed".into() } else { format!("{n} seeds") };
    let Some(&(_, n)) = counts.first() else { return "none".into() };
    let is_equal = counts.iter().all(|c| c.1 == n);
    let words = |&(condition, n): &(Condition, usize)| match is_equal {
        true => condition_name(condition).into(),
        false => format!("{}, on {}", condition_name(condition), seeds(n)),
    };
    let names = counts.iter().map(words).collect::<Vec<String>>().join("; ");
    if is_equal { format!("{names}; each on {}", seeds(n)) } else { names }
}

/// An empty table with a column for each seed.
fn by_seed(first: &str, calibrations: &[Calibration]) -> Table {
    let seeds: Vec<String> = calibrations.iter().map(|c| format!("seed {}", c.seed)).collect();
    let columns: Vec<&str> = [first].into_iter().chain(seeds.iter().map(String::as_str)).collect();
    Table::new(&columns, &(1..columns.len()).collect::<Vec<_>>())
}

/// A value of a module in a calibration, if it has one.
type Value = fn(&Calibration, ModuleName) -> Option<String>;

/// Measurements of the calibration: a row for each quantity, a column for each seed.
pub fn calibration(calibrations: &[Calibration]) -> Html {
    let mut table = by_seed("quantity", calibrations);
    let mut row = |name: &str, under: &str, value: &dyn Fn(&Calibration) -> String| {
        let mut cells = vec![Html::from(name).and(Html::element("small", under))];
        cells.extend(calibrations.iter().map(|c| Html::from(value(c))));
        table.row(cells);
    };
    row("x₀ (decoder units)", "end point without prisms", &|c| short(c.x0));
    row("sd of x₀ (deg)", "scatter over trials", &|c| fixed(c.x0_sd_deg, 2));
    row("second prism (deg)", "sets the scale in degrees", &|c| short(c.second_deg));
    row("x₁ (decoder units)", "end point with the second prism", &|c| short(c.x_second));
    row("sd of x₁ (deg)", "scatter over trials", &|c| fixed(c.second_sd_deg, 2));
    row("slope of the sweep", "1 is ideal", &|c| fixed(c.slope, 3));
    row("intercept (deg)", "0 is ideal", &|c| fixed(c.intercept_deg, 2));
    row("r² of the sweep", "1 is a straight line", &|c| fixed(c.r2, 3));
    let under = "at the prism of the protocol, before learning";
    row("open-loop error (deg)", under, &|c| fixed(c.open_loop_error_deg, 2));
    let [bias, sign_test, potentiation]: [Value; 3] = [
        |c, m| c.static_bias_deg.get(&m).map(|v| fixed(*v, 2)),
        |c, m| c.sign_test_deg.get(&m).map(|v| format!("{} / {}", fixed(v[0], 2), fixed(v[1], 2))),
        |c, m| c.balanced_a_plus_ns.get(&m).map(|v| short(*v)),
    ];
    let opposes =
        "change of its contribution under an imposed error of +20° / −20°; it must oppose the error";
    for (name, unit, under, value) in [
        ("bias by the static", "(deg)", "shift of the end point without prisms", bias),
        ("sign test,", "(deg)", opposes, sign_test),
        ("potentiation,", "(nS)", "per parallel-fiber spike, from the balance rule", potentiation),
    ] {
        let is_known = |m: &ModuleName| calibrations.iter().any(|c| value(c, *m).is_some());
        for module in ModuleName::ALL.into_iter().filter(is_known) {
            let name = format!("{name} {module} module {unit}");
            row(&name, under, &|c| value(c, module).unwrap_or_else(|| "–".into()));
        }
    }
    table.html()
}

/// Rates at rest of every population, by seed.
pub fn rest_rates(calibrations: &[Calibration]) -> Html {
    let mut table = by_seed("population, rate at rest (Hz)", calibrations);
    let labels: BTreeSet<&RateOf> = calibrations.iter().flat_map(|c| c.rates_hz.keys()).collect();
    for label in labels {
        let mut cells = vec![Html::element("code", label.to_string())];
        let rate = |c: &Calibration| c.rates_hz.get(label).map_or("–".into(), |v| fixed(*v, 2).into());
        cells.extend(calibrations.iter().map(rate));
        table.row(cells);
    }
    table.html()
}

/// The modules that took part; all of them where nothing was recorded.
pub fn modules(result: &PrismResult) -> Vec<ModuleName> {
    let labels = || {
        let trials = result.runs.iter().flat_map(|a| &a.trials).flat_map(|t| t.rates_hz.keys());
        trials.chain(result.calibrations.iter().flat_map(|c| c.rates_hz.keys()))
    };
    let present = |module: &ModuleName| labels().any(|of| of.module == *module);
    let found: Vec<_> = ModuleName::ALL.into_iter().filter(present).collect();
    if found.is_empty() { ModuleName::ALL.to_vec() } else { found }
}
