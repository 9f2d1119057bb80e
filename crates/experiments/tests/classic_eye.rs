//! The experiments of the eye in small: directions of their claims, that jobs change nothing, what they refuse.

mod studies;

use lobule_experiments::classic::pursuit::Pursuit;
use lobule_experiments::classic::vor::Vor;
use studies::{found, resolve, value};

#[test]
fn slip_calibrates_the_reflex_and_needs_an_eligibility() {
    let folder = tempfile::tempdir().unwrap();
    let config = resolve(&Vor, "quick", &["seeds=[3]"]).unwrap();
    let (one, hash) = found(&Vor, &config, &folder.path().join("one"), 1);
    for architecture in ["feed_forward", "recurrent"] {
        let of = |name: &str| value(&one, &format!("{architecture}/{name}"));
        assert!((of("gain/after/1hz") - 1.0).abs() < 0.5 * (of("gain/before/1hz") - 1.0).abs());
        assert!(of("slip") < 0.8);
        assert!(of("with_eligibility") < 1.0);
        assert!(of("spectacles/2/gain") > 1.2 && of("spectacles/0/gain") < 0.8);
        assert!(of("muscle/recovered") > of("muscle/weak"));
    }
    assert!((value(&one, "feed_forward/boundary_over_theory") - 1.0).abs() < 0.2);
    // Trained at 2 Hz, 0.5 Hz changes less.
    assert!(value(&one, "feed_forward/selectivity/2hz/0.5hz") < 0.7);
    let (_, again) = found(&Vor, &config, &folder.path().join("two"), 2);
    assert_eq!(hash, again);
}

#[test]
fn an_eye_lags_by_the_delay_that_it_does_not_predict() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["targets.sines_hz=[1]", "targets.learning_s=40"];
    let config = resolve(&Pursuit, "quick", &small).unwrap();
    let (one, hash) = found(&Pursuit, &config, &folder.path().join("one"), 1);
    let delay = |kind: &str| value(&one, &format!("{kind}/delay/1hz"));
    assert!(delay("feedback") > delay("smith") + 50.0);
    // A model of the eye does not predict the target: the delay of 100 ms stays.
    assert!((90.0..130.0).contains(&delay("smith")));
    for kind in ["cfpc", "fel", "foresight"] {
        assert!(delay(kind).abs() < 20.0, "{kind}");
        assert!((value(&one, &format!("{kind}/gain/1hz")) - 1.0).abs() < 0.1, "{kind}");
    }
    assert!(value(&one, "foresight/delay/mixed") > delay("foresight"));
    assert!(value(&one, "feedback/ramp/ki10/overshoot") > 0.3 && value(&one, "smith/ramp/overshoot") < 0.05);
    assert!(value(&one, "foresight/hidden") > 0.7 && value(&one, "feedback/hidden") < 0.3);
    let (_, again) = found(&Pursuit, &config, &folder.path().join("two"), 2);
    assert_eq!(hash, again);
}

#[test]
fn wrong_configurations_are_named() {
    let vor = |set: &str| resolve(&Vor, "default", &[set]).err().unwrap().to_string();
    assert!(vor("seeds=[]").contains("seeds"));
    assert!(vor("visual_delay_ms=3").contains("visual_delay_ms: 3; a whole number of ticks of 2 is needed"));
    assert!(vor("flocculus.taus_s=[0.2, 0.1]").contains("tau_s = 0.1"));
    assert!(vor("flocculus.architectures=[]").contains("flocculus.architectures"));
    assert!(vor("brainstem.gain=[0.9, 0.6]").contains("brainstem.gain"));
    assert!(vor("calibration.test_hz=[500]").contains("calibration.test_hz: 500"));
    assert!(vor("delay.test_hz=[2, 1]").contains("delay.test_hz"));
    assert!(vor("muscle.strength=0").contains("muscle.strength: 0"));
    assert!(vor("spectacles.magnifications=[nan]").contains("spectacles.magnifications"));
    let pursuit = |set: &str| resolve(&Pursuit, "default", &[set]).err().unwrap().to_string();
    assert!(pursuit("targets.sines_hz=[0.33]").contains("whole periods"));
    assert!(pursuit("targets.mixed=1000").contains("targets.mixed: 1000"));
    assert!(pursuit("foresight.every_ms=3").contains("foresight.every_ms: 3"));
    assert!(pursuit("ramp.duration_s=0.1").contains("ramp.duration_s: 0.1"));
    assert!(pursuit("hidden.duration_s=-1").contains("hidden.duration_s: -1"));
    assert!(pursuit("eye.fast_s=0").contains("eye.fast_s: 0"));
    assert!(pursuit("cerebellum.taus_s=[-1]").contains("cerebellum.taus_s: -1"));
    assert!(pursuit("foresight.rate=3").contains("foresight.rate: 3"));
    assert!(pursuit("controllers=[\"mosaic\"]").contains("mosaic"));
}

#[test]
fn all_presets_resolve() {
    for preset in ["default", "quick"] {
        resolve(&Vor, preset, &[]).unwrap();
        resolve(&Pursuit, preset, &[]).unwrap();
    }
}
