//! Findings of the pointing experiment.

use super::Config;
use super::run::{Record, RuleRun};
use lobule_analysis::{mean, sd};
use lobule_study::report::{Finding, Source};

const LEARNS: Source = Source::chosen_after(
    "no published value; less than a quarter counts as learning; no record shows that the bound preceded the first run, and steps were \
     scanned on this task",
);
const FAILS: Source = Source::chosen_after(
    "no published value; more than half counts as not learning; no record shows that the bound preceded the first run",
);
const STATIC: Source = Source::law("without learning the error is constant; a ratio of 1 ± 5 %");
const AFTER_EFFECT: Source = Source::chosen_after(
    "an after-effect of at least half the deviation shows that the correction was learned; no record shows that the bound preceded the \
     first run",
);
const COMPARISON: Source = Source::reported("reported for comparison, no expectation");

pub(super) const GROUNDS: &[Source] = &[LEARNS, FAILS, STATIC, AFTER_EFFECT];

/// Mean pointing error of one run in three windows, deg: the first hundredth through prisms, the last tenth, and the first hundredth
/// after the prisms came off. Later movements without prisms unlearn the correction.
pub(super) fn windows(config: &Config, run: &RuleRun) -> [f64; 3] {
    let p = &config.protocol;
    let part = |from: usize, n: usize| mean(&run.errors_deg[from..from + n]);
    let (first, last) = (p.baseline, p.baseline + p.prism);
    let tenth = (p.prism / 10).max(1);
    [part(first, (p.prism / 100).max(1)), part(last - tenth, tenth), part(last, (p.removal / 100).max(1))]
}

/// Movements through prisms until the mean size of the error over 50 movements is below half of the deviation.
fn movements_to_half(config: &Config, run: &RuleRun) -> f64 {
    let p = &config.protocol;
    let exposure = &run.errors_deg[p.baseline..p.baseline + p.prism];
    let half = 0.5 * p.prism_deg.abs();
    let found = exposure.windows(50).position(|w| w.iter().map(|e| e.abs()).sum::<f64>() < 50.0 * half);
    found.unwrap_or(p.prism) as f64
}

/// All findings; those of rules that were not run are left out.
pub(super) fn findings(config: &Config, record: &Record) -> Vec<Finding> {
    let of = |rule: &str, value: &dyn Fn(&RuleRun) -> f64| record.of(rule).map(value).collect::<Vec<f64>>();
    let ratio = |rule: &str, meaning: &str| {
        let left = |run: &RuleRun| {
            let [first, last, _] = windows(config, run);
            last.abs() / first.abs()
        };
        Finding::new(format!("{rule}_miss_ratio"), meaning, of(rule, &left))
    };
    let to_half = |rule: &str| {
        let meaning = "Movements through prisms until the running mean of the error over 50 movements is less than half of the deviation; \
                       the whole exposure where it never is.";
        let values = of(rule, &|run| movements_to_half(config, run));
        Finding::new(format!("{rule}_movements_to_half"), meaning, values).beside(&COMPARISON)
    };
    let meaning =
        "Perturbation rule: error in the last tenth of the exposure divided by that in the first hundredth.";
    let sgdege = ratio("sgdege", meaning);
    let meaning = "Climbing fibers that signal every error, without its direction: the same ratio.";
    let marr_albus_ito = ratio("marr_albus_ito", meaning);
    let reinforce = ratio("reinforce", "REINFORCE with Gaussian perturbations: the same ratio.");
    let after_effect = |run: &RuleRun| {
        let [first, _, after] = windows(config, run);
        -after * first.signum()
    };
    let meaning = "Perturbation rule: error in the opposite direction in the first hundredth of movements after the prisms came off.";
    let after = Finding::new("sgdege_after_effect_deg", meaning, of("sgdege", &after_effect)).unit("deg");
    let end = config.protocol.baseline + config.protocol.prism;
    let scatter = |run: &RuleRun| sd(&run.errors_deg[end - config.protocol.prism / 10..end]);
    let meaning = "Perturbation rule: standard deviation of the error in the last tenth of the exposure, the cost of the perturbations.";
    let scatter = Finding::new("sgdege_scatter_deg", meaning, of("sgdege", &scatter)).unit("deg");
    let found = [
        sgdege.each(..=0.25, &LEARNS),
        marr_albus_ito.each(0.5.., &FAILS),
        ratio("static", "No learning: the same ratio.").each(0.95..=1.05, &STATIC),
        reinforce.each([None, None], &COMPARISON),
        after.each(0.5 * config.protocol.prism_deg.abs().., &AFTER_EFFECT),
        to_half("sgdege"),
        to_half("reinforce"),
        scatter.beside(&COMPARISON),
    ];
    found.into_iter().filter(|f| !f.by_seed.is_empty()).collect()
}
