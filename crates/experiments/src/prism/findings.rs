//! The findings of the prism experiment, computed from what the run recorded.

use super::config::{Condition, PrismConfig};
use super::keys::RateOf;
use super::record::{ConditionRun, PrismResult};
use lobule_analysis::{Adaptation, adaptation};
use lobule_study::report::{Finding, Judge};

const SPEC: &str = "acceptance of the closed-loop specification, after the cerebro-cerebellar use case (Antonietti et al. 2019, doi:10.1155/2019/4862157, protocol)";
const CHOSEN: &str = "Chosen: reported for comparison, no expectation";
const NETWORK: &str = "awake mouse at rest: Geminiani et al. 2019, doi:10.3389/fncom.2019.00068; cerebellar-models 0.13 (at rest; the loop drives the modules more)";

/// The adaptation in one run; `None` when the protocol is too short for it.
pub fn of_run(run: &ConditionRun, config: &PrismConfig) -> Option<Adaptation> {
    let errors: Vec<f64> = run.trials.iter().map(|t| t.error_deg).collect();
    adaptation(&errors, config.protocol.baseline, config.protocol.prism)
}

/// All findings that the run's conditions allow.
pub fn findings(result: &PrismResult, config: &PrismConfig) -> Vec<Finding> {
    let mut found = Vec::new();
    let measure = |condition: Condition, what: fn(Adaptation) -> f64| -> Option<Vec<f64>> {
        let values: Option<Vec<f64>> =
            result.condition(condition).map(|run| of_run(run, config).map(what)).collect();
        values.filter(|v| !v.is_empty())
    };
    if let Some(v) = measure(Condition::Static, |a| a.last - a.first) {
        found.push(Finding::seven(
            "static_error_change_deg",
            "Without plasticity: mean error of the last 6 trials through prisms minus that of the first 4; every seed counts.",
            v,
            "deg",
            [Some(-4.0), Some(4.0)],
            Judge::Each,
            SPEC,
        ));
    }
    if let Some(v) = measure(Condition::Plastic, |a| a.ratio) {
        found.push(Finding::seven(
            "plastic_error_ratio",
            "With plasticity: mean error of the last 6 trials through prisms over that of the first 4; every seed counts. Below 0 it overshoots.",
            v,
            "1",
            [Some(-0.5), Some(0.5)],
            Judge::Each,
            "Specification of the experiment: at most 0.5. Chosen: at least -0.5, an overshoot by half is no adaptation",
        ));
    }
    if let Some(v) = measure(Condition::Plastic, |a| a.after) {
        found.push(Finding::seven(
            "after_effect_deg",
            "With plasticity: mean error of trials 2 to 6 after the prisms came off; the mean over seeds counts.",
            v,
            "deg",
            [None, Some(-4.0)],
            Judge::Mean,
            SPEC,
        ));
    }
    if let Some(v) = measure(Condition::Static, |a| a.after) {
        found.push(Finding::seven(
            "static_after_effect_deg",
            "Without plasticity: mean error of trials 2 to 6 after the prisms came off.",
            v,
            "deg",
            [Some(-4.0), Some(4.0)],
            Judge::Mean,
            SPEC,
        ));
    }
    for (name, condition, meaning, expected, source) in [
        (
            "wrong_polarity_ratio",
            Condition::WrongPolarity,
            "Olive channels exchanged: last 6 over first 4; learning must not help.",
            [Some(0.8), None],
            SPEC,
        ),
        (
            "forward_only_ratio",
            Condition::ForwardOnly,
            "Only the forward module learns: last 6 over first 4.",
            [None, None],
            CHOSEN,
        ),
        (
            "inverse_only_ratio",
            Condition::InverseOnly,
            "Only the inverse module learns: last 6 over first 4.",
            [None, None],
            CHOSEN,
        ),
        (
            "fresh_noise_ratio",
            Condition::FreshNoise,
            "Only the inverse module learns, under planner noise that is new in every trial: last 6 over first 4.",
            [None, None],
            CHOSEN,
        ),
    ] {
        if let Some(v) = measure(condition, |a| a.ratio) {
            found.push(Finding::seven(name, meaning, v, "1", expected, Judge::Mean, source));
        }
    }
    let calibration =
        |what: fn(&super::record::Calibration) -> f64| result.calibrations.iter().map(what).collect();
    found.push(Finding::seven(
        "sweep_slope",
        "Slope of the error over the prism's deviation before learning.",
        calibration(|c| c.slope),
        "1",
        [Some(0.9), Some(1.1)],
        Judge::Mean,
        SPEC,
    ));
    found.push(Finding::seven(
        "sweep_intercept_deg",
        "Error without prisms before learning, from the same line.",
        calibration(|c| c.intercept_deg),
        "deg",
        [Some(-2.0), Some(2.0)],
        Judge::Mean,
        SPEC,
    ));
    found.push(Finding::seven(
        "end_point_sd_deg",
        "Standard deviation of the end point over trials without prisms.",
        calibration(|c| c.x0_sd_deg),
        "deg",
        [None, Some(config.calibration.max_sd_deg)],
        Judge::Each,
        "Chosen: limit of the calibration",
    ));
    let labels: Vec<&RateOf> =
        result.calibrations.first().map(|c| c.rates_hz.keys().collect()).unwrap_or_default();
    for label in labels.into_iter().filter(|l| l.zone.is_none()) {
        let rates: Vec<f64> =
            result.calibrations.iter().filter_map(|c| c.rates_hz.get(label).copied()).collect();
        found.push(Finding::seven(
            format!("rate_hz/{label}"),
            "Mean rate in the loop without prisms, before learning.",
            rates,
            "Hz",
            [None, None],
            Judge::Mean,
            NETWORK,
        ));
    }
    found
}
