//! The circuit with graded Purkinje cells in what walking asks of it: contexts, pulses behind a cue, after-effects, a walker to steer.

use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, GradedCircuit, GradedParameters, Tuning};
use lobule_control::walking::{
    Body, Cue, Effector, OneWeight, Steerable, SteeredParameters, SteeredWalker, Teaching,
};
use lobule_control::{Controller, Error, Senses, Snapshot, snapshot};
use lobule_signal::Stream;

mod needs;
use needs::{DT, phase, rms, run};

fn channel(cue: usize, tuning: Tuning) -> ChannelParameters {
    ChannelParameters { cue, tuning }
}

/// A context of 10 s, told by a line, that calls for one correction or for the other.
fn context(tick: u64) -> f64 {
    f64::from((tick / 500).is_multiple_of(2))
}

fn needed_in_context(tick: u64) -> f64 {
    if context(tick) > 0.5 { 0.06 } else { -0.04 }
}

/// Phase of the gait, context, yaw rate.
fn cues(tick: u64) -> Vec<f64> {
    vec![phase(tick), context(tick), 0.1 * libm::sin(0.7 * phase(tick))]
}

fn walking(granule_cells: usize) -> GradedCircuit {
    let yaw_rate = Tuning::Plain { low: -0.5, high: 0.5, fibers: 8, sd: 0.15 };
    let channels = vec![channel(0, Tuning::Circular), channel(1, Tuning::Line), channel(2, yaw_rate)];
    let parameters = GradedParameters { channels, granule_cells, rates: vec![1.0], ..Default::default() };
    GradedCircuit::new(&parameters, 1, DT, 3).unwrap()
}

#[test]
fn the_right_correction_of_each_context_is_kept_without_teaching_where_one_weight_has_none() {
    let after = |controller: &mut dyn Controller| {
        run(controller, 0..5000, needed_in_context, cues, |_, missing| missing);
        controller.set_learning(false);
        rms(&run(controller, 0..1000, needed_in_context, cues, |_, _| 0.0))
    };
    let before = 0.0026_f64.sqrt();
    for cells in [100, 500, 4000] {
        let left = after(&mut walking(cells)) / before;
        assert!(left < 0.2, "{cells} cells: {left}");
    }
    // Whatever the weight, it misses both by half their distance at the least.
    assert!(after(&mut OneWeight::new(&[1.0], DT).unwrap()) >= 0.05);
}

#[test]
fn an_error_that_is_shuffled_in_time_and_sign_leaves_most_of_it() {
    let draw = Stream::new(11, "shuffled");
    let mut past: Vec<f64> = Vec::new();
    let shuffled = |tick: u64, missing: f64| {
        past.push(missing);
        let ago = draw.below(tick, 0, past.len().min(500) as u32) as usize;
        let sign = if draw.u32(tick, 1) & 1 == 1 { -1.0 } else { 1.0 };
        sign * past[past.len() - 1 - ago]
    };
    let mut circuit = walking(500);
    run(&mut circuit, 0..5000, needed_in_context, cues, shuffled);
    circuit.set_learning(false);
    let after = rms(&run(&mut circuit, 0..1000, needed_in_context, cues, |_, _| 0.0));
    assert!(after > 0.7 * 0.0026_f64.sqrt(), "{after}");
}

/// Ticks from one cue to the next: 4 s.
const EVERY: u64 = 200;
/// Time since a cue that never came, s.
const LONG: f64 = 1.5;

/// Times since the cues of the left and of the right push, which take turns.
fn since(tick: u64) -> Vec<f64> {
    let (now, side) = ((tick % EVERY) as f64 * DT, (tick / EVERY % 2) as usize);
    let mut cues = vec![LONG; 2];
    cues[side] = now.min(LONG);
    cues
}

/// A raised cosine from 0.1 to 0.5 s after a cue, to the side that the cue is for.
fn pulse(tick: u64) -> f64 {
    let place = ((tick % EVERY) as f64 * DT - 0.1) / 0.4;
    let side = if (tick / EVERY).is_multiple_of(2) { 1.0 } else { -1.0 };
    let is_within = (0.0..=1.0).contains(&place);
    if is_within { side * 0.075 * (1.0 - libm::cos(std::f64::consts::TAU * place)) } else { 0.0 }
}

#[test]
fn a_pulse_follows_its_own_cue_and_the_cue_of_the_other_side_gives_the_opposite() {
    let time = Tuning::Plain { low: 0.0, high: 0.8, fibers: 15, sd: 0.06 };
    let parameters = GradedParameters {
        channels: vec![channel(0, time), channel(1, time)],
        fan_in: 1,
        trace_s: 0.02,
        rates: vec![2.0],
        ..Default::default()
    };
    let mut circuit = GradedCircuit::new(&parameters, 1, DT, 2).unwrap();
    run(&mut circuit, 0..60 * EVERY, pulse, since, |_, missing| missing);
    circuit.set_learning(false);
    let whole = rms(&(0..2 * EVERY).map(pulse).collect::<Vec<_>>());
    let mut tested = |cues: &dyn Fn(u64) -> Vec<f64>| {
        rms(&run(&mut circuit, 0..2 * EVERY, pulse, cues, |_, _| 0.0)) / whole
    };
    let with = tested(&since);
    let without = tested(&|_| vec![LONG; 2]);
    let other = tested(&|tick| since(tick).into_iter().rev().collect());
    assert!(with < 0.2, "{with}");
    assert!((without - 1.0).abs() < 0.05, "without a cue nothing is commanded: {without}");
    assert!((1.7..2.1).contains(&other), "{other}");
}

#[test]
fn what_was_needed_and_is_not_any_more_leaves_the_opposite_error_behind() {
    let mut circuit = walking(500);
    let changed = |tick: u64| if tick < 4000 { 0.1 } else { 0.0 };
    let missing = run(&mut circuit, 0..6000, changed, cues, |_, missing| missing);
    assert!(rms(&missing[3500..4000]) < 0.02, "learned: {}", rms(&missing[3500..4000]));
    assert!((missing[4000] + 0.1).abs() < 0.03, "after-effect: {}", missing[4000]);
    assert!(rms(&missing[5500..]) < 0.02, "unlearned: {}", rms(&missing[5500..]));
}

#[test]
fn the_output_of_a_frozen_circuit_depends_on_its_cues_alone() {
    let mut circuit = walking(500);
    run(&mut circuit, 0..1000, needed_in_context, cues, |_, missing| missing);
    circuit.set_learning(false);
    circuit.reset();
    let (weights, state) = (circuit.weights().to_vec(), circuit.snapshot());
    let first = run(&mut circuit, 0..1000, needed_in_context, cues, |_, missing| 10.0 * missing);
    assert_eq!(circuit.weights(), weights);
    circuit.restore(&state).unwrap();
    assert_eq!(first, run(&mut circuit, 0..1000, needed_in_context, cues, |_, _| -1.0));
}

#[test]
fn errors_whose_mean_is_zero_leave_the_weights_in_the_interior() {
    // With constant cues the traces are constant, so that changes of both signs cancel to rounding.
    let mut circuit = walking(500);
    circuit.set_learning(false); // the threshold is to stay, too
    let still = |_| vec![1.0, 1.0, 0.0];
    run(&mut circuit, 0..500, |_| 0.0, still, |_, _| 0.0);
    circuit.set_learning(true);
    let state = circuit.snapshot();
    let before = circuit.weights().to_vec();
    run(&mut circuit, 0..2, |_| 0.0, still, |_, _| 0.2);
    assert_ne!(circuit.weights(), before, "one error changes them");
    circuit.restore(&state).unwrap();
    run(&mut circuit, 0..10_000, |_| 0.0, still, |tick, _| if tick.is_multiple_of(2) { 0.2 } else { -0.2 });
    for weight in circuit.weights() {
        assert!((weight - 1.0).abs() < 0.1, "{weight}");
    }
}

#[test]
fn a_state_of_another_wiring_is_refused_by_name_and_changes_nothing() {
    let mut other = {
        let channels = vec![channel(0, Tuning::Circular)];
        GradedCircuit::new(&GradedParameters { channels, ..Default::default() }, 1, DT, 4).unwrap()
    };
    let mut circuit = {
        let channels = vec![channel(0, Tuning::Circular)];
        GradedCircuit::new(&GradedParameters { channels, ..Default::default() }, 1, DT, 3).unwrap()
    };
    run(&mut circuit, 0..100, |_| 0.1, cues, |_, missing| missing);
    let error = other.restore(&circuit.snapshot()).unwrap_err().to_string();
    assert!(error.contains("graded circuit: the state is of a circuit with another seed"), "{error}");
    assert!(other.weights().iter().all(|weight| *weight == 1.0));
}

#[test]
fn learned_weights_that_this_circuit_could_not_have_are_refused() {
    let made = |most_weight| {
        let parameters = GradedParameters { most_weight, rates: vec![50.0], ..Default::default() };
        GradedCircuit::new(&parameters, 1, DT, 3).unwrap()
    };
    let mut learned = made(2.0);
    run(&mut learned, 0..200, |_| 9.0, |_| Vec::new(), |_, missing| missing);
    assert!(learned.weights().iter().any(|weight| *weight > 1.001));
    let mut other = made(1.001);
    let error = other.load(&learned.save()).unwrap_err().to_string();
    assert!(error.contains("weights are 0 to 1.001"), "{error}");
    assert!(other.weights().iter().all(|weight| *weight == 1.0), "what is refused changes nothing");
}
/// A walker that only turns: it drifts by what its surroundings are, and its lateral step turns it to the right.
struct Turning {
    step: f64,
    phases: [f64; 1],
}

snapshot!(Turning { step, phases });

impl Controller for Turning {
    fn name(&self) -> &str {
        "turning"
    }

    fn commands(&self) -> usize {
        12
    }

    fn reset(&mut self) {}

    fn advance(&mut self, _: &Senses, command: &mut [f64]) -> Result<(), Error> {
        self.phases[0] += std::f64::consts::TAU * 2.0 * 0.005;
        command.fill(0.0);
        Ok(())
    }
}

impl Steerable for Turning {
    fn body(&self) -> Body {
        Body::default()
    }

    fn effectors(&self) -> &[Effector] {
        &[Effector::LateralStep]
    }

    fn steer(&mut self, _: Effector, value: f64) -> Result<(), Error> {
        self.step = value;
        Ok(())
    }

    fn phases(&self) -> &[f64] {
        &self.phases
    }
}

/// Mean absolute yaw rate in two contexts of 10 s each after 200 s of walking, without learning and without the senses that teach: in
/// one the body drifts at 0.1 rad/s to the left, in the other at 0.06 rad/s to the right.
fn drift_after_walking(teaching: Teaching) -> f64 {
    let channels = vec![channel(0, Tuning::Circular), channel(1, Tuning::Line)];
    let parameters = GradedParameters { channels, ..Default::default() };
    let cerebellum = GradedCircuit::new(&parameters, 1, DT, 1).unwrap();
    let cues = vec![Cue::Phase { leg: 0 }, Cue::Line { line: 0 }];
    let parameters = SteeredParameters { teaching, cues, lines: 1, ..Default::default() };
    let base = Turning { step: 0.0, phases: [0.0] };
    let mut steered = SteeredWalker::new(&parameters, base, Box::new(cerebellum), 7).unwrap();
    let (mut sensed, mut yaw, mut late) = (vec![0.0; 41], 0.0_f64, 0.0);
    sensed[2] = 0.27;
    for n in 0..44_000_u64 {
        if n == 40_000 {
            steered.set_learning(false);
            steered.lose_senses(true);
        }
        let line = f64::from((n / 2000).is_multiple_of(2));
        // Gain: 290 deg/s for each rad, as measured on a Unitree Go2.
        let rate = (if line > 0.5 { 0.1 } else { -0.06 }) - 5.06 * steered.base().step;
        yaw += rate * 0.005;
        late += if n >= 40_000 { rate.abs() / 4000.0 } else { 0.0 };
        (sensed[3], sensed[6], sensed[12]) = (libm::cos(yaw / 2.0), libm::sin(yaw / 2.0), rate);
        let senses = Senses { tick: n, sensed: &sensed, reference: &[], reference_then: &[], cues: &[line] };
        steered.advance(&senses, &mut [0.0; 12]).unwrap();
    }
    late
}

#[test]
fn on_top_of_a_walker_the_drift_of_each_context_is_ended_and_stays_ended() {
    let frozen = drift_after_walking(Teaching::Frozen);
    assert!((frozen - 0.08).abs() < 1e-9, "{frozen}");
    let learned = drift_after_walking(Teaching::Live);
    assert!(learned < 0.2 * frozen, "{learned}");
    let shuffled = drift_after_walking(Teaching::Shuffled { window_s: 20.0, time: true, sign: true });
    assert!(shuffled > 0.6 * frozen, "{shuffled}");
}
