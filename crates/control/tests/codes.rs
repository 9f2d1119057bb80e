//! Population codes of planner, cortex, olive and decoder.

use lobule_control::{
    CortexParameters, Decoder, MotorCortex, MotorOlive, Planner, PlannerParameters, SMOOTHING_MS, TargetCode,
    minimum_jerk, normalized_acceleration,
};

fn planner_parameters() -> PlannerParameters {
    PlannerParameters {
        neurons: 400,
        base_hz: 30.0,
        gain_hz_per_deg: 1.0,
        is_frozen: true,
        code: TargetCode::Rate,
        place_peak_hz: 100.0,
        place_width_deg: 6.0,
        place_range_deg: [-20.0, 50.0],
        place_start_deg: -10.0,
        place_base_hz: 4.0,
        mossy_fraction: 0.5,
    }
}

fn cortex_parameters() -> CortexParameters {
    CortexParameters {
        neurons: 400,
        sigma_fraction: 1.0 / 32.0,
        gain: 5.0,
        other_joints_hz: 200.0,
        background_hz: 5.0,
        window_ms: 100,
        nuclear_weight: 1.0,
        nuclear_convergence: 4,
    }
}

#[test]
fn minimum_jerk_starts_and_ends_at_rest() {
    assert_eq!(minimum_jerk(0.0), [0.0, 0.0, 0.0]);
    let [q, v, a] = minimum_jerk(1.0);
    assert!((q - 1.0).abs() < 1e-12 && v.abs() < 1e-12 && a.abs() < 1e-12);
    let acceleration = normalized_acceleration(300);
    assert!(acceleration[75] > 0.9 && acceleration[225] < -0.9);
    assert!(acceleration.iter().sum::<f64>().abs() < 1e-9);
}

#[test]
fn frozen_trains_are_replayed_and_nested_and_fresh_ones_are_new() {
    let planner = Planner::new(planner_parameters(), 300, 0, 1).unwrap();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    let (mut nested, mut spikes) = (true, 0);
    for phase in 0..300 {
        planner.to_cortex(0.0, phase, phase, &mut a);
        planner.to_cortex(0.0, phase, 3000 + phase, &mut b);
        assert_eq!(a, b, "phase {phase} is replayed");
        planner.to_cortex(20.0, phase, phase, &mut b);
        nested &= a.iter().all(|i| b.contains(i));
        spikes += a.len();
    }
    assert!(nested, "the trains of a higher rate contain those of a lower one");
    // 400 neurons, 0.3 s, 30 Hz: 3600 spikes, four standard deviations.
    assert!((spikes as f64 - 3600.0).abs() < 240.0, "{spikes}");
    let fresh =
        Planner::new(PlannerParameters { is_frozen: false, ..planner_parameters() }, 300, 0, 1).unwrap();
    fresh.to_cortex(0.0, 7, 7, &mut a);
    fresh.to_cortex(0.0, 7, 307, &mut b);
    assert_ne!(a, b);
}

#[test]
fn place_coded_fibers_fire_in_sequence_along_the_planned_movement() {
    let parameters =
        PlannerParameters { code: TargetCode::Place, mossy_fraction: 1.0, ..planner_parameters() };
    let planner = Planner::new(parameters, 300, 0, 1).unwrap();
    let peak = |fiber| {
        (0..300u64).max_by(|&a, &b| {
            planner.mossy_rate_hz(20.0, a, fiber, 70).total_cmp(&planner.mossy_rate_hz(20.0, b, fiber, 70))
        })
    };
    // Fibers 12, 22 and 35 prefer about -7.5, 2.5 and 15.5 deg of a movement from -10 to 20.
    let peaks = [peak(12), peak(22), peak(35)];
    assert!(peaks[0] < peaks[1] && peaks[1] < peaks[2], "{peaks:?}");
    assert!(
        planner.mossy_rate_hz(20.0, 150, 69, 70) < 4.1,
        "a fiber far from the movement stays at its base"
    );
}

#[test]
fn the_cortex_follows_its_input_and_the_forward_module_adds_and_subtracts() {
    let mut cortex = MotorCortex::new(cortex_parameters(), 300, &[0, 1], &[2, 3], 4, 1).unwrap();
    let all: Vec<u32> = (0..400).collect();
    for tick in 0..100 {
        // One planner spike per neuron every 20 ms is 50 Hz.
        cortex.listen(if tick % 20 == 0 { &all } else { &[] }, &[]);
    }
    assert_eq!(cortex.input_hz(120), 50.0);
    let mut raised = cortex.clone();
    raised.listen(&[], &[0, 1]);
    let mut neither = cortex.clone();
    neither.listen(&[], &[]);
    assert!(raised.input_hz(120) > neither.input_hz(120));
    let mut lowered = cortex.clone();
    (0..30).for_each(|_| lowered.listen(&[], &[2, 3]));
    assert_eq!(lowered.input_hz(120), 0.0, "a rate is not below 0");
    // What is older than the window is forgotten.
    (0..100).for_each(|_| cortex.listen(&[], &[]));
    assert_eq!(cortex.input_hz(120), 0.0);
}

#[test]
fn replanning_replaces_what_the_planner_said_and_nothing_else() {
    let mut cortex = MotorCortex::new(cortex_parameters(), 300, &[0, 1], &[2, 3], 4, 1).unwrap();
    let all: Vec<u32> = (0..400).collect();
    let mut twice = cortex.clone();
    for tick in 0..100 {
        cortex.listen(if tick % 20 == 0 { &all } else { &[] }, &[0]);
        twice.listen(if tick % 10 == 0 { &all } else { &[] }, &[0]);
    }
    let every = |ms: usize| (0..100).map(|t| if t % ms == 0 { all.clone() } else { Vec::new() }).collect();
    cortex.replan(every(10));
    assert_eq!(cortex.memory(), twice.memory());
    // What is replaced is forgotten in its turn.
    (0..100).for_each(|_| cortex.listen(&[], &[]));
    assert_eq!(cortex.input_hz(120), 0.0);
    // A memory that is not full yet takes the last ticks.
    let mut young = MotorCortex::new(cortex_parameters(), 300, &[], &[], 0, 1).unwrap();
    let mut heard = young.clone();
    for tick in 0..30 {
        young.listen(&[], &[]);
        heard.listen(if tick % 10 == 0 { &all } else { &[] }, &[]);
    }
    // Of 100 ticks with a spike in every tenth, the last 30 have them in the same places.
    young.replan(every(10));
    assert_eq!(young.memory(), heard.memory());
}

#[test]
fn the_population_vector_inverts_the_tuning() {
    let mut cortex = MotorCortex::new(cortex_parameters(), 300, &[], &[], 0, 1).unwrap();
    let all: Vec<u32> = (0..400).collect();
    let mut out = Vec::new();
    let mut push = [0.0; 2];
    for phase in 0..300 {
        cortex.listen(if phase % 20 == 0 { &all } else { &[] }, &[]);
        cortex.fire(phase, phase, 10, &mut out);
        assert!(out.iter().all(|&(step, i)| step < 10 && i < 400));
        let fibers = out.iter().map(|x| x.1 as usize).filter(|i| i / 100 == 1).map(|i| i % 100);
        push[usize::from(phase >= 150)] += Decoder::fibers(fibers, 100);
    }
    assert!(push[0] > 0.0 && push[1] < 0.0, "first it pushes, then it brakes: {push:?}");
}

#[test]
fn the_motor_olive_follows_the_delayed_acceleration() {
    let olive = MotorOlive::new(1.0, 2.0, false, 300, 0, 100).unwrap();
    // Acceleration peaks near 63 ms and brakes most near 237 ms; teaching comes 100 ms later, wrapping.
    let [plus, minus] = olive.rates_hz(20.0, 163, true);
    assert!(minus > 40.0 && plus == 1.0);
    let [plus, minus] = olive.rates_hz(20.0, 37, true);
    assert!(plus > 40.0 && minus == 1.0);
    let [plus, minus] = olive.rates_hz(20.0, 163, false);
    assert!(plus > 40.0 && minus == 1.0, "the wrong polarity exchanges the channels");
    let [plus, minus] = olive.rates_hz(-20.0, 163, true);
    assert!(plus > 40.0 && minus == 1.0, "so does the sign of the error");
}

#[test]
fn what_is_taught_after_the_end_of_a_movement_falls_into_the_pause() {
    let olive = MotorOlive::new(1.0, 2.0, false, 300, 120, 100).unwrap();
    // The braking of 237 ms is taught at 337 ms, in the pause; nothing is left at the next start.
    let [plus, minus] = olive.rates_hz(20.0, 337, true);
    assert!(plus > 40.0 && minus == 1.0);
    assert_eq!(olive.rates_hz(20.0, 37, true), [1.0, 1.0]);
    assert_eq!(olive.rates_hz(20.0, 410, true), [1.0, 1.0]);
}

#[test]
fn push_pull_lowers_the_untaught_zone_down_to_silence() {
    let olive = MotorOlive::new(4.0, 0.1, true, 300, 0, 100).unwrap();
    let [plus, minus] = olive.rates_hz(20.0, 163, true);
    assert!(minus > 5.5 && plus < 2.5 && (plus + minus - 8.0).abs() < 1e-12);
    let [plus, minus] = olive.rates_hz(90.0, 163, true);
    assert!(minus > 12.0 && plus == 0.0);
}

#[test]
fn smoothing_delays_but_keeps_the_sum() {
    let mut smooth = Decoder::default();
    let out: Vec<f64> = (0..40).map(|t| smooth.smooth(if t == 15 { 10.0 } else { 0.0 })).collect();
    assert!((out.iter().sum::<f64>() - 10.0).abs() < 1e-12);
    assert_eq!(out.iter().filter(|x| **x != 0.0).count(), SMOOTHING_MS);
    assert_eq!(Decoder::nuclear(3, 5, 80), -Decoder::nuclear(5, 3, 80));
}

#[test]
fn bad_parameters_are_named() {
    let error =
        Planner::new(PlannerParameters { base_hz: -1.0, ..planner_parameters() }, 300, 0, 1).unwrap_err();
    assert!(error.to_string().contains("base_hz = -1"), "{error}");
    let error =
        MotorCortex::new(CortexParameters { neurons: 30, ..cortex_parameters() }, 300, &[], &[], 0, 1);
    assert!(error.unwrap_err().to_string().contains("neurons = 30"));
    assert!(MotorOlive::new(1.0, 2.0, false, 300, 0, 300).unwrap_err().to_string().contains("delay_ms"));
}
