//! The circuit with graded Purkinje cells: its laws, what it learns, and what it must not learn from.

use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, GradedCircuit, GradedParameters, Tuning};
use lobule_control::{Controller, Error, Senses, Snapshot, conforms};
use lobule_signal::Stream;
use std::f64::consts::TAU;

const DT_S: f64 = 0.02;

fn channel(cue: usize, tuning: Tuning) -> ChannelParameters {
    ChannelParameters { cue, tuning }
}

/// Phase and context.
fn parameters() -> GradedParameters {
    GradedParameters {
        channels: vec![channel(0, Tuning::Circular), channel(1, Tuning::Line)],
        rates: vec![1.0],
        ..GradedParameters::default()
    }
}

fn made(parameters: &GradedParameters) -> GradedCircuit {
    GradedCircuit::new(parameters, parameters.rates.len(), DT_S, 3).unwrap()
}

/// One update with an error, at a phase and in a context; the output.
fn update(circuit: &mut GradedCircuit, tick: u64, error: f64, cues: &[f64]) -> f64 {
    let mut command = [0.0];
    let senses = Senses { tick, sensed: &[-error], reference: &[0.0], reference_then: &[0.0], cues };
    circuit.advance(&senses, &mut command).unwrap();
    command[0]
}

/// Mean absolute miss in the last fifth of a run whose wanted output is a function of phase and context. `teach` changes the error.
fn missed(
    circuit: &mut GradedCircuit,
    wanted: impl Fn(f64, f64) -> f64,
    teach: impl Fn(u64, f64) -> f64,
) -> f64 {
    let (ticks, mut sum, mut output) = (20_000, 0.0, 0.0);
    for tick in 0..ticks {
        let (phase, context) = (TAU * (tick % 25) as f64 / 25.0, (tick / 250 % 2) as f64);
        // The error of the output before, as a body would show it.
        let before = (TAU * ((tick + 24) % 25) as f64 / 25.0, ((tick.max(1) - 1) / 250 % 2) as f64);
        let error = wanted(before.0, before.1) - output;
        output = update(circuit, tick, teach(tick, error), &[phase, context]);
        if tick >= ticks - ticks / 5 {
            sum += (wanted(phase, context) - output).abs();
        }
    }
    sum / (ticks / 5) as f64
}

#[test]
fn it_keeps_the_contract_of_controllers() {
    conforms::controller(|| made(&parameters()), true);
    let delayed = GradedParameters {
        channels: vec![channel(1, Tuning::Plain { low: 0.0, high: 0.8, fibers: 14, sd: 0.06 })],
        rates: vec![1.0, 0.1],
        delay_s: 0.14,
        granule_cells: 60,
        ..GradedParameters::default()
    };
    conforms::controller(|| made(&delayed), true);
}

#[test]
fn without_an_error_no_weight_changes_and_the_output_is_zero() {
    let mut circuit = made(&parameters());
    for tick in 0..500 {
        assert_eq!(update(&mut circuit, tick, 0.0, &[0.1 * tick as f64, 1.0]), 0.0);
    }
    assert!(circuit.weights().iter().all(|weight| *weight == 1.0), "potentiation and depression balance");
}

#[test]
fn the_output_rises_by_rate_times_error_for_any_number_of_cells() {
    for granule_cells in [100, 500, 4000] {
        // Tonic granule cells, so that the law has no other part.
        let tonic = GradedParameters { granule_cells, rates: vec![0.5], ..GradedParameters::default() };
        let mut circuit = made(&tonic);
        let outputs: Vec<f64> = (0..200).map(|tick| update(&mut circuit, tick, 0.1, &[])).collect();
        // After the eligibility has risen, which takes some hundred ms.
        let slope = (outputs[199] - outputs[99]) / (100.0 * DT_S);
        assert!((slope / (0.5 * 0.1) - 1.0).abs() < 1e-3, "{granule_cells}: {slope}");
    }
}

#[test]
fn the_share_of_active_cells_reaches_its_target() {
    // Cells that hear a line alone are active whenever it is up, so that a share below theirs is out of reach; here are none.
    let channels = vec![
        channel(0, Tuning::Circular),
        channel(1, Tuning::Plain { low: 0.0, high: 1.0, fibers: 8, sd: 0.2 }),
    ];
    for sparseness in [0.2, 0.3] {
        let parameters = GradedParameters { channels: channels.clone(), ..parameters() };
        let mut circuit = made(&GradedParameters { sparseness, granule_cells: 2000, ..parameters });
        let mut mean = 0.0;
        for tick in 0..2000 {
            update(&mut circuit, tick, 0.0, &[TAU * (tick % 25) as f64 / 25.0, (tick % 40) as f64 / 40.0]);
            mean += if tick >= 1000 { circuit.sparseness() / 1000.0 } else { 0.0 };
        }
        assert!((mean / sparseness - 1.0).abs() < 0.1, "{mean} of {sparseness}");
    }
}

#[test]
fn it_learns_what_depends_on_context_and_phase() {
    let by_context = |_: f64, context: f64| 0.2 - 0.5 * context;
    let by_both = |phase: f64, context: f64| 0.3 * libm::sin(phase) * (1.0 - 2.0 * context);
    let live = |_: u64, error: f64| error;
    assert!(missed(&mut made(&parameters()), by_context, live) < 0.02);
    // An eligibility that is short relative to the cycle, and time for what few cells tell apart; 0.19 is the mean of the wanted output.
    let quick = GradedParameters { trace_s: 0.02, rates: vec![5.0], ..parameters() };
    let left = missed(&mut made(&quick), by_both, live);
    assert!(left < 0.06, "{left}");

    let mut frozen = made(&parameters());
    frozen.set_learning(false);
    let nothing = missed(&mut frozen, by_context, live);
    assert!((nothing - 0.25).abs() < 1e-12, "{nothing}");
    // One weight is right in neither context.
    let one = GradedParameters { channels: Vec::new(), rates: vec![0.03], ..parameters() };
    assert!(missed(&mut made(&one), by_context, live) > 0.2);
}

#[test]
fn errors_with_random_signs_teach_nothing() {
    let stream = Stream::new(5, "signs");
    let shuffled = |tick: u64, error: f64| if stream.u32(tick, 0) & 1 == 1 { error } else { -error };
    let slow = GradedParameters { rates: vec![0.1], ..parameters() };
    let left = missed(&mut made(&slow), |_, context| 0.2 - 0.5 * context, shuffled);
    assert!(left > 0.2, "{left}");
}

#[test]
fn a_delayed_eligibility_learns_from_a_delayed_error_in_time() {
    // A cue rises every 2 s; an output is wanted 0.2 to 0.4 s after it, and its error is known 0.2 s later.
    let since = Tuning::Plain { low: 0.0, high: 0.8, fibers: 14, sd: 0.06 };
    let learned = |delay_s: f64| {
        let mut circuit = made(&GradedParameters {
            channels: vec![channel(0, since)],
            rates: vec![0.5],
            delay_s,
            trace_s: 0.02,
            ..GradedParameters::default()
        });
        let (mut outputs, mut in_time, mut late) = (vec![0.0; 100], 0.0, 0.0);
        for tick in 0..10_000_u64 {
            let k = (tick % 100) as usize;
            let wanted = |k: usize| if (10..20).contains(&k) { 0.3 } else { 0.0 };
            let then = (k + 90) % 100;
            let error = wanted(then) - outputs[then];
            outputs[k] = update(&mut circuit, tick, error, &[(k as f64 * DT_S).min(1.0)]);
            if tick >= 9_900 {
                in_time += if (10..20).contains(&k) { outputs[k] / 10.0 } else { 0.0 };
                late += if (20..30).contains(&k) { outputs[k].abs() / 10.0 } else { 0.0 };
            }
        }
        [in_time, late]
    };
    let [in_time, late] = learned(0.2);
    assert!(in_time > 0.2 && late < 0.1, "{in_time} {late}");
    let [in_time, late] = learned(0.0);
    assert!(
        (in_time - 0.3).abs() > 0.15 || late > 0.15,
        "without the delay it learns for another time: {in_time} {late}"
    );
}

#[test]
fn a_state_resumes_bit_for_bit_and_what_was_learned_is_taken_over() {
    let mut circuit = made(&parameters());
    let run = |circuit: &mut GradedCircuit, from: u64| -> Vec<f64> {
        (from..from + 100).map(|tick| update(circuit, tick, 0.1, &[0.25 * tick as f64, 1.0])).collect()
    };
    run(&mut circuit, 0);
    let state = circuit.snapshot();
    let rest = run(&mut circuit, 100);
    let mut other = made(&parameters());
    other.restore(&state).unwrap();
    assert_eq!(run(&mut other, 100), rest);
    let memory = circuit.save();
    let mut new = made(&parameters());
    new.load(&memory).unwrap();
    assert_eq!(new.weights(), circuit.weights());
    let mut foreign = GradedCircuit::new(&parameters(), 1, DT_S, 4).unwrap();
    assert!(foreign.load(&memory).is_err(), "of another wiring");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refused = |change: &dyn Fn(&mut GradedParameters), outputs: usize, word: &str| {
        let mut parameters = parameters();
        change(&mut parameters);
        let error = GradedCircuit::new(&parameters, outputs, DT_S, 1).unwrap_err().to_string();
        assert!(error.starts_with("graded circuit: ") && error.contains(word), "{error}");
    };
    refused(&|_| (), 0, "outputs = 0");
    refused(&|_| (), 2, "rates = 1");
    refused(&|p| p.granule_cells = 0, 1, "granule_cells = 0");
    refused(&|p| p.fan_in = 9, 1, "fan_in = 9");
    refused(&|p| p.sparseness = 0.0, 1, "sparseness = 0");
    refused(&|p| p.rates = vec![f64::NAN], 1, "rates = NaN");
    refused(&|p| p.delay_s = 11.0, 1, "delay_s = 11");
    refused(&|p| p.most_weight = 0.5, 1, "most_weight = 0.5");
    refused(
        &|p| p.channels[0].tuning = Tuning::Plain { low: 1.0, high: 0.0, fibers: 3, sd: 0.1 },
        1,
        "channels.high = 0",
    );

    let mut circuit = made(&parameters());
    let mut command = [0.0];
    let mut advance = |sensed: f64, cues: &[f64]| {
        let senses = Senses { tick: 0, sensed: &[sensed], reference: &[0.0], reference_then: &[0.0], cues };
        circuit.advance(&senses, &mut command)
    };
    assert!(matches!(advance(f64::NAN, &[0.0, 0.0]), Err(Error::NonFinite { .. })));
    assert!(
        matches!(advance(0.0, &[0.0, f64::NAN]), Err(Error::NonFinite { variable, .. }) if variable == "cue 1")
    );
    assert!(advance(0.0, &[0.0]).is_err());
}
