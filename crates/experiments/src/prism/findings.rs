//! The findings of the prism experiment, computed from the record of the run.

use super::config::{Condition, PrismConfig};
use super::keys::RateOf;
use super::record::{Calibration, ConditionRun, PrismResult};
use lobule_analysis::{Adaptation, adaptation};
use lobule_study::report::{Finding, Source};

const SPEC: Source = Source::chosen_before(
    "direction: prism adaptation, protocol of Antonietti et al. 2019, doi:10.1155/2019/4862157; bound chosen in the specification of the \
     experiment",
);
const RATIO: Source = Source::chosen_after(
    "at most 0.5: chosen in the specification of the experiment; at least −0.5: added after first results, since an overshoot by half is \
     no adaptation",
);
const STATIC_AFTER: Source = Source::chosen_after(
    "the bound of the static error change, extended to the after-effect; no record shows that this preceded the first run",
);
const SCATTER: Source = Source::chosen_before("limit of the calibration");
const COMPARISON: Source = Source::reported("reported for comparison, no expectation");
const FRESH_NOISE: Source = Source::reported(
    "the specification, written for a rate code, expects no learning; the place code has a time basis of its own, so no range is stated",
);
const REST: Source = Source::reported(
    "awake mouse at rest: Geminiani et al. 2019, doi:10.3389/fncom.2019.00068; cerebellar-models 0.13 (the loop drives the modules more)",
);

pub(super) const GROUNDS: &[Source] = &[SPEC, RATIO, STATIC_AFTER, SCATTER];

/// The adaptation in one run; `None` when the protocol is too short for it.
pub fn of_run(run: &ConditionRun, config: &PrismConfig) -> Option<Adaptation> {
    let errors: Vec<f64> = run.trials.iter().map(|t| t.error_deg).collect();
    adaptation(&errors, config.protocol.baseline, config.protocol.prism)
}

/// All findings that the run's conditions allow.
pub fn findings(result: &PrismResult, config: &PrismConfig) -> Vec<Finding> {
    // None where a condition was not run or is too short on some seed.
    let of = |condition: Condition, name: &str, meaning: &str, value: fn(Adaptation) -> f64| {
        let runs = result.condition(condition);
        let values = runs.map(|run| of_run(run, config).map(value)).collect::<Option<Vec<f64>>>();
        values.filter(|v| !v.is_empty()).map(|v| Finding::new(name, meaning, v))
    };
    let ratio = |condition, name, meaning| of(condition, name, meaning, |a| a.ratio);
    let mut all = Vec::new();
    let meaning =
        "Without plasticity: mean error of the last 6 trials through prisms minus that of the first 4.";
    let change = of(Condition::Static, "static_error_change_deg", meaning, |a| a.last - a.first);
    all.extend(change.map(|f| f.unit("deg").each(-4.0..=4.0, &SPEC)));
    let meaning = "With plasticity: mean error of the last 6 trials through prisms divided by that of the first 4. Below 0 the movement \
        overshoots.";
    let plastic = ratio(Condition::Plastic, "plastic_error_ratio", meaning);
    all.extend(plastic.map(|f| f.each(-0.5..=0.5, &RATIO)));
    let meaning = "With plasticity: mean error of trials 2 to 6 after the prisms came off.";
    let after = of(Condition::Plastic, "after_effect_deg", meaning, |a| a.after);
    all.extend(after.map(|f| f.unit("deg").mean(..=-4.0, &SPEC)));
    let meaning = "Without plasticity: mean error of trials 2 to 6 after the prisms came off.";
    let after = of(Condition::Static, "static_after_effect_deg", meaning, |a| a.after);
    all.extend(after.map(|f| f.unit("deg").mean(-4.0..=4.0, &STATIC_AFTER)));
    let meaning = "Olive channels exchanged: error of the last 6 trials divided by that of the first 4. Learning must not reduce the \
        error.";
    let wrong = ratio(Condition::WrongPolarity, "wrong_polarity_ratio", meaning);
    all.extend(wrong.map(|f| f.mean(0.8.., &SPEC)));
    let meaning =
        "Only the forward module learns: error of the last 6 trials divided by that of the first 4.";
    let forward = ratio(Condition::ForwardOnly, "forward_only_ratio", meaning);
    let meaning =
        "Only the inverse module learns: error of the last 6 trials divided by that of the first 4.";
    let inverse = ratio(Condition::InverseOnly, "inverse_only_ratio", meaning);
    all.extend([forward, inverse].into_iter().flatten().map(|f| f.beside(&COMPARISON)));
    let meaning = "Only the inverse module learns, and planner noise is new in every trial: error of the last 6 trials divided by that of \
        the first 4.";
    let fresh = ratio(Condition::FreshNoise, "fresh_noise_ratio", meaning);
    all.extend(fresh.map(|f| f.beside(&FRESH_NOISE)));
    let calibration = |name: &str, meaning: &str, value: fn(&Calibration) -> f64| {
        Finding::new(name, meaning, result.calibrations.iter().map(value).collect())
    };
    let slope = "Slope of the error over the prism's deviation before learning.";
    let intercept = "Error without prisms before learning, from the same line.";
    let scatter = "Standard deviation of the end point over trials without prisms.";
    let calibrated = [
        calibration("sweep_slope", slope, |c| c.slope).mean(0.9..=1.1, &SPEC),
        calibration("sweep_intercept_deg", intercept, |c| c.intercept_deg)
            .unit("deg")
            .mean(-2.0..=2.0, &SPEC),
        calibration("end_point_sd_deg", scatter, |c| c.x0_sd_deg)
            .unit("deg")
            .each(..=config.calibration.max_sd_deg, &SCATTER),
    ];
    let populations = result.calibrations.first().into_iter().flat_map(|c| c.rates_hz.keys());
    let rates = populations.filter(|of| of.zone.is_none()).map(|of: &RateOf| {
        let by_seed = result.calibrations.iter().filter_map(|c| c.rates_hz.get(of).copied()).collect();
        let meaning = "Mean rate in the loop without prisms, before learning.";
        Finding::new(format!("rate_hz/{of}"), meaning, by_seed).unit("Hz").beside(&REST)
    });
    all.into_iter().chain(calibrated).chain(rates).collect()
}
