//! The four rules of Table 1: signs of the model, and what the slices allow.

use lobule_theory::plasticity::{DIFFERENCES, Protocol, SIX_STIMULI, weight_change};

#[test]
fn the_rules_have_the_signs_plus_minus_zero_zero() {
    let signs: Vec<(&str, f64)> = Protocol::ALL.iter().map(|p| (p.name, p.predicted(0.02))).collect();
    assert_eq!(signs, [("GP_", 0.02), ("GPE", -0.02), ("G__", 0.0), ("G_E", 0.0)]);
}

#[test]
fn without_granule_input_nothing_changes() {
    for is_perturbed in [false, true] {
        for is_error_spike in [false, true] {
            assert_eq!(weight_change(0.02, is_perturbed, is_error_spike, 0.0), 0.0);
        }
    }
}

#[test]
fn every_measured_interval_allows_the_predicted_sign_and_no_other() {
    for protocol in Protocol::ALL {
        let predicted = protocol.predicted(0.02);
        let sign = if predicted == 0.0 { 0 } else { predicted.signum() as i8 };
        assert_eq!(protocol.measured.sign(1.0), sign, "{}", protocol.name);
    }
    for (one, other, difference) in DIFFERENCES {
        let of = |name: &str| Protocol::ALL.iter().find(|p| p.name == name).expect("a protocol of the table");
        let predicted = of(one).predicted(0.02) - of(other).predicted(0.02);
        let sign = if predicted == 0.0 { 0 } else { predicted.signum() as i8 };
        assert_eq!(difference.sign(0.0), sign, "{one} - {other}");
        // Three numbers rounded to 0.01. The last row has the other sign than its means in the paper.
        let means = of(one).measured.mean - of(other).measured.mean;
        let printed = if (one, other) == ("G__", "G_E") { -difference.mean } else { difference.mean };
        assert!((means - printed).abs() < 0.015, "{one} - {other}: {means}");
    }
    let (mean, _, (low, high)) = SIX_STIMULI;
    assert!(low < 1.0 && 1.0 < high && low < mean && mean < high);
}
