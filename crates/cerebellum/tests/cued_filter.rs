//! The adaptive filter over cues: its laws, what it learns, and what it must not learn from.

use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, Tuning};
use lobule_cerebellum::{CuedFilter, CuedFilterParameters};
use lobule_control::{Controller, Senses, conforms};
use lobule_signal::Stream;
use std::f64::consts::TAU;

const DT_S: f64 = 0.02;
const SINCE: Tuning = Tuning::Plain { low: 0.0, high: 0.8, fibers: 14, sd: 0.06 };

fn channels(tunings: &[Tuning]) -> Vec<ChannelParameters> {
    tunings.iter().enumerate().map(|(cue, &tuning)| ChannelParameters { cue, tuning }).collect()
}

fn made(tunings: &[Tuning], delay_s: f64) -> CuedFilter {
    let parameters = CuedFilterParameters {
        channels: channels(tunings),
        rates: vec![1.0],
        delay_s,
        ..CuedFilterParameters::default()
    };
    CuedFilter::new(&parameters, DT_S).unwrap()
}

/// One update with an error; the output.
fn update(filter: &mut CuedFilter, tick: u64, error: f64, cues: &[f64]) -> f64 {
    let mut command = [f64::NAN];
    let senses = Senses { tick, sensed: &[-error], reference: &[0.0], reference_then: &[0.0], cues };
    filter.advance(&senses, &mut command).unwrap();
    command[0]
}

/// Mean absolute miss in the last fifth of a run whose wanted output is a function of phase and context. `teach` changes the error.
fn missed(filter: &mut CuedFilter, wanted: impl Fn(f64, f64) -> f64, teach: impl Fn(u64, f64) -> f64) -> f64 {
    let (ticks, mut sum, mut error) = (20_000, 0.0, 0.0);
    for tick in 0..ticks {
        let (phase, context) = (TAU * (tick % 25) as f64 / 25.0, (tick / 250 % 2) as f64);
        let output = update(filter, tick, teach(tick, error), &[phase, context]);
        error = wanted(phase, context) - output;
        sum += if tick >= ticks - ticks / 5 { error.abs() } else { 0.0 };
    }
    sum / (ticks / 5) as f64
}

#[test]
fn it_keeps_the_contract_of_controllers() {
    conforms::controller(|| made(&[], 0.0), true);
    conforms::controller(|| made(&[Tuning::Circular, Tuning::Line], 0.0), true);
    conforms::controller(|| made(&[Tuning::Circular, SINCE, SINCE], 0.14), true);
    let two = CuedFilterParameters {
        channels: channels(&[Tuning::Line]),
        rates: vec![1.0, 0.1],
        ..CuedFilterParameters::default()
    };
    conforms::controller(|| CuedFilter::new(&two, DT_S).unwrap(), true);
}

#[test]
fn signals_are_the_products_of_a_phase_and_one_other_cue() {
    let mut filter = made(&[Tuning::Line, Tuning::Circular, Tuning::Line], 0.0);
    update(&mut filter, 0, 0.0, &[1.0, 0.0, 0.25]);
    let phase: Vec<f64> = (0..8).map(|k| libm::exp(3.0 * (libm::cos(TAU * k as f64 / 8.0) - 1.0))).collect();
    let expected: Vec<f64> =
        [1.0, 1.0, 0.0, 0.25, 0.75].iter().flat_map(|factor| phase.iter().map(move |x| factor * x)).collect();
    for (a, b) in filter.signals().iter().zip(&expected) {
        assert!((a - b).abs() < 1e-15, "{a} {b}");
    }
    assert_eq!(filter.signals().len(), expected.len());
    assert_eq!(made(&[Tuning::Circular, Tuning::Circular], 0.0).weights().len(), 64);
    assert_eq!(made(&[], 0.0).weights().len(), 1);
}

#[test]
fn without_a_cue_it_is_a_weight_that_integrates_its_error() {
    let mut filter = made(&[], 0.0);
    let outputs: Vec<f64> = (0..200).map(|tick| update(&mut filter, tick, 0.1, &[])).collect();
    // A trace t of the constant signal: each change is rate dt error / t, which ends at rate dt error.
    let slope = (outputs[199] - outputs[99]) / (100.0 * DT_S);
    assert!((slope / 0.1 - 1.0).abs() < 1e-6, "{slope}");
}

#[test]
fn without_an_error_and_without_a_trace_no_weight_changes() {
    let mut filter = made(&[Tuning::Circular, Tuning::Line], 0.0);
    for tick in 0..300 {
        assert_eq!(update(&mut filter, tick, 0.0, &[0.1 * tick as f64, 1.0]), 0.0);
    }
    assert!(filter.weights().iter().all(|w| *w == 0.0));
    // A delay of half a second: nothing is eligible before.
    let mut late = made(&[Tuning::Line], 0.5);
    (0..25).for_each(|tick| _ = update(&mut late, tick, 1.0, &[1.0]));
    assert!(late.weights().iter().all(|w| *w == 0.0));
    update(&mut late, 25, 1.0, &[1.0]);
    assert!(late.weights().iter().any(|w| *w > 0.0));
}

#[test]
fn it_learns_what_depends_on_phase_and_context_and_a_weight_does_not() {
    let wanted =
        |phase: f64, context: f64| 0.3 - 0.5 * context + 0.2 * (1.0 - 2.0 * context) * libm::sin(phase);
    let mut filter = made(&[Tuning::Circular, Tuning::Line], DT_S);
    let learned = missed(&mut filter, wanted, |_, error| error);
    assert!(learned < 0.05, "{learned}");
    let alone = missed(&mut made(&[], DT_S), wanted, |_, error| error);
    assert!(alone > 5.0 * learned, "{alone} {learned}");
}

#[test]
fn shuffled_signs_and_no_plasticity_teach_nothing() {
    let wanted = |_: f64, context: f64| 0.3 - 0.5 * context;
    let signs = Stream::new(5, "signs");
    let mut filter = made(&[Tuning::Circular, Tuning::Line], DT_S);
    let shuffled =
        missed(&mut filter, wanted, |tick, error| if signs.uniform(tick, 0) < 0.5 { error } else { -error });
    let mut frozen = made(&[Tuning::Circular, Tuning::Line], DT_S);
    frozen.set_learning(false);
    let untaught = missed(&mut frozen, wanted, |_, error| error);
    assert!((untaught - 0.25).abs() < 1e-12, "{untaught}");
    assert!(shuffled > 0.5 * untaught, "{shuffled}");
}

#[test]
fn parameters_out_of_range_are_refused_by_name() {
    let refused = |change: fn(&mut CuedFilterParameters)| {
        let mut parameters = CuedFilterParameters::default();
        change(&mut parameters);
        CuedFilter::new(&parameters, DT_S).unwrap_err().to_string()
    };
    assert!(refused(|p| p.rates = Vec::new()).contains("outputs"));
    assert!(refused(|p| p.rates = vec![-1.0]).contains("rates"));
    assert!(refused(|p| p.delay_s = f64::NAN).contains("delay_s"));
    assert!(refused(|p| p.trace_s = 0.0).contains("trace_s"));
    assert!(refused(|p| p.channels = channels(&[Tuning::Circular; 7])).contains("at most 100000"));
    assert!(CuedFilter::new(&CuedFilterParameters::default(), 0.0).unwrap_err().to_string().contains("dt_s"));
}
