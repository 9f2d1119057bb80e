//! The forward-model experiments in small: what they find, that jobs change nothing, what they refuse.

mod studies;

use lobule_experiments::forward::{AnticipationStudy, CartPoleStudy};
use studies::{found, resolve, value};

const SMALL_CART: [&str; 9] = [
    "seeds=[0, 1]",
    "delays_ms=[0, 140]",
    "episodes=8",
    "curve_episodes=2",
    "controllers=[\"base\", \"doubled\", \"persistence\", \"constant_velocity\", \"rls\", \"equations\"]",
    "passes.passes=[1]",
    "passes.horizons=[5, 10]",
    "pole.episodes_after=6",
    "models.granule_cells=50",
];

#[test]
fn prediction_adds_nothing_without_delay_and_everything_under_a_long_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = resolve(&CartPoleStudy, "quick", &SMALL_CART).unwrap();
    let (one, hash) = found(&CartPoleStudy, &config, &folder.path().join("one"), 1);
    assert_eq!(value(&one, "predictor_contribution/two_actions/0ms"), 0.0);
    assert_eq!(value(&one, "predictor_contribution/two_actions/140ms"), 1.0);
    assert_eq!(value(&one, "predictor_contribution/continuous/0ms"), 0.0);
    assert_eq!(value(&one, "solved/two_actions/0ms/base"), 0.0);
    assert_eq!(value(&one, "solved/continuous/0ms/persistence"), 1.0);
    assert_eq!(value(&one, "solved/two_actions/140ms/constant_velocity"), 0.0);
    assert_eq!(value(&one, "passes/soft/converging"), 1.0);
    assert_eq!(value(&one, "passes/hard/diverging"), 0.0);
    assert_eq!(value(&one, "dm_control/base"), 0.0);
    assert_eq!(value(&one, "dm_control/persistence"), 1.0);

    // The number of jobs changes nothing.
    let (two, again) = found(&CartPoleStudy, &config, &folder.path().join("two"), 2);
    assert_eq!((one, hash), (two, again));
}

const SMALL_LINES: [&str; 6] = [
    "seeds=[0]",
    "lines.leads_ms=[200]",
    "lines.duration_s=60",
    "tracking.gains=[20, 40, 60, 200]",
    "tracking.learning_s=150",
    "tracking.test_s=20",
];

#[test]
fn the_gate_is_necessary_and_a_late_loop_becomes_stable_at_five_times_the_gain() {
    let folder = tempfile::tempdir().unwrap();
    let config = resolve(&AnticipationStudy, "quick", &SMALL_LINES).unwrap();
    let (one, hash) = found(&AnticipationStudy, &config, &folder.path().join("one"), 1);
    assert!(value(&one, "gate_necessary/200ms") < 0.0);
    assert!(value(&one, "gate_working/200ms") > value(&one, "gate_necessary/200ms"));
    assert_eq!(value(&one, "highest_stable_gain/raw"), 40.0);
    assert_eq!(value(&one, "highest_stable_gain/anticipated"), 200.0);
    assert!(value(&one, "highest_stable_gain/without_efference") <= 40.0);
    let (_, again) = found(&AnticipationStudy, &config, &folder.path().join("two"), 2);
    assert_eq!(hash, again);
}

#[test]
fn wrong_configurations_are_named() {
    let cart = |set: &str| resolve(&CartPoleStudy, "default", &[set]).err().unwrap().to_string();
    assert!(cart("delays_ms=[30]").contains("delays_ms: 30; a whole number of ticks of 20 is needed"));
    assert!(cart("seeds=[]").contains("seeds"));
    assert!(cart("models.rate=2.5").contains("models.rate: 2.5; above 0 to below 2"));
    assert!(cart("models.fan_in=9").contains("models.fan_in: 9; 1 to 5"));
    assert!(cart("inner_loop.horizon=0").contains("inner_loop.horizon: 0; 1 to 1000"));
    assert!(cart("pole.half_lengths_m=[0]").contains("pole.half_lengths_m: 0.0"));
    assert!(cart("passes.horizons=[0]").contains("passes.horizons"));
    assert!(cart("controllers=[\"htm\"]").contains("htm"));
    let lines = |set: &str| resolve(&AnticipationStudy, "default", &[set]).err().unwrap().to_string();
    assert!(
        lines("lines.leads_ms=[25]").contains("lines.leads_ms: 25; a whole number of ticks of 10 is needed")
    );
    assert!(lines("lines.rate=0").contains("lines.rate: 0.0; above 0 to below 2"));
    assert!(lines("tracking.gains=[-1]").contains("tracking.gains: -1"));
    assert!(lines("lines.duration_s=1").contains("duration_s"));
}

#[test]
fn all_presets_resolve() {
    for preset in ["default", "quick", "full"] {
        resolve(&CartPoleStudy, preset, &[]).unwrap();
        resolve(&AnticipationStudy, preset, &[]).unwrap();
    }
}
