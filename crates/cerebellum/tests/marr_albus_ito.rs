//! The Marr-Albus-Ito circuit as a whole: figures of the published one under a scripted walk, corrections, resets, memory, other bodies, and
//! what it refuses.

use lobule_cerebellum::marr_albus_ito::{Circuit, CircuitParameters, MarrAlbusIto, NucleiRule, Populations};
use lobule_control::walking::{Body, Walker, WalkerParameters, Wiring};
use lobule_control::{Controller, Error, Inputs, Memory, Senses, Snapshot, conforms, snapshot};

mod controller_senses;
#[path = "../examples/gait/mod.rs"]
mod gait;
use controller_senses::senses;
use gait::Gait;

fn circuit(parameters: &CircuitParameters) -> Circuit {
    Circuit::new(parameters, 12, 4, 1).unwrap()
}

/// A small circuit whose nuclei answer from the first step, at its full share.
fn small() -> CircuitParameters {
    let mut parameters =
        CircuitParameters { granule_cells: 200, golgi_cells: 20, ..CircuitParameters::paper() };
    parameters.nuclei.rule = NucleiRule::Graded;
    parameters.olive.wiring = Wiring::Anatomical;
    parameters.ramp_steps = 0;
    parameters
}

/// Steps of a walk; the corrections of the last.
fn walk(circuit: &mut Circuit, gait: &mut Gait, steps: usize) -> [f64; 12] {
    let mut corrections = [f64::NAN; 12];
    for _ in 0..steps {
        let sensors = gait.next();
        circuit.update(&sensors).unwrap();
        circuit.corrections(sensors.upright, &mut corrections).unwrap();
    }
    corrections
}

#[test]
fn the_published_circuit_has_the_published_figures_and_saturates() {
    let mut circuit = circuit(&CircuitParameters::paper());
    let mut gait = Gait::new();
    walk(&mut circuit, &mut gait, 3000);
    let (mut sparseness, mut size, mut mean) = (0.0, 0.0, [0.0; 12]);
    let steps = 1500;
    for _ in 0..steps {
        let corrections = walk(&mut circuit, &mut gait, 1);
        let update = circuit.measures();
        sparseness += update.granule_sparseness / f64::from(steps);
        size += update.correction_magnitude / f64::from(steps);
        mean.iter_mut().zip(corrections).for_each(|(mean, c)| *mean += c / f64::from(steps));
    }
    // Sparseness never comes near its target of 0.03: the integral of its control has reached its limit.
    assert_eq!(circuit.granule_threshold()[1], 2.0);
    assert!((0.12..0.18).contains(&sparseness), "{sparseness}");
    // Apical potentials are far above the threshold of 1, so all cells spike once in three steps, and their smoothed rates have three values.
    assert!(circuit.apical_potentials().iter().all(|a| *a > 10.0), "{:?}", circuit.apical_potentials());
    let high = 0.1 / (1.0 - 0.9_f64.powi(3));
    for rate in circuit.purkinje_rates() {
        assert!([1.0, 0.9, 0.81].iter().any(|part| (rate - high * part).abs() < 1e-3), "{rate}");
    }
    // What is left are differences of phase between push and pull, which sum to nothing over a cycle of three steps.
    assert!((0.01..0.04).contains(&size), "{size}");
    assert!(mean.iter().all(|c| c.abs() < 1e-4), "{mean:?}");
    assert!(circuit.complex_spikes() > 0);
}

#[test]
fn the_same_walk_gives_the_same_bits_and_another_seed_others() {
    let run = |seed| {
        let mut circuit = Circuit::new(&small(), 12, 4, seed).unwrap();
        (walk(&mut circuit, &mut Gait::new(), 200), circuit.weights().to_vec())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_copied_state_goes_on_bit_for_bit_in_another_circuit() {
    for rule in [NucleiRule::Tonic, NucleiRule::Graded, NucleiRule::Rebound] {
        let mut parameters = small();
        parameters.nuclei.rule = rule;
        parameters.olive.gain_search.is_on = true;
        let mut one = circuit(&parameters);
        let mut gait = Gait::new();
        walk(&mut one, &mut gait, 130);
        let state = one.snapshot();
        let mut other = circuit(&parameters);
        walk(&mut other, &mut Gait::new(), 17);
        other.restore(&state).unwrap();
        let mut same_gait = Gait::new();
        for _ in 0..130 {
            same_gait.next();
        }
        for step in 0..60 {
            let corrections = walk(&mut one, &mut gait, 1);
            assert_eq!(walk(&mut other, &mut same_gait, 1), corrections, "{rule:?} {step}");
        }
        assert!(one.snapshot() == other.snapshot(), "{rule:?}");
    }
}

#[test]
fn a_state_of_another_circuit_is_refused_by_name() {
    let make = |n, legs, seed| Circuit::new(&small(), n, legs, seed).unwrap();
    let mut circuit = make(12, 4, 1);
    for (n, legs, seed) in [(12, 4, 2), (12, 2, 1), (8, 4, 1)] {
        let error = circuit.restore(&make(n, legs, seed).snapshot()).unwrap_err().to_string();
        let said = format!("{n} actuators, {legs} legs and seed {seed}, not 12 actuators, 4 legs and seed 1");
        assert!(error.contains(&said), "{error}");
    }
}

/// A controller that is given a trunk of unit orientation, whatever the suite signals there, and norepinephrine that is not negative.
struct Posed(MarrAlbusIto);

snapshot!(Posed { 0 });

impl Controller for Posed {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn commands(&self) -> usize {
        self.0.commands()
    }
    fn inputs(&self) -> Inputs {
        self.0.inputs()
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        let mut sensed = senses.sensed.to_vec();
        sensed[2] += 0.27;
        sensed[3] = 1.0;
        let length = sensed[3..7].iter().map(|q| q * q).sum::<f64>().sqrt();
        sensed[3..7].iter_mut().for_each(|q| *q /= length);
        self.0.advance(&Senses { sensed: &sensed, ..*senses }, command)
    }
    fn weights(&self) -> &[f64] {
        self.0.weights()
    }
    fn set_learning(&mut self, learns: bool) {
        self.0.set_learning(learns);
    }
}

#[test]
fn the_controller_keeps_the_promises_of_controllers() {
    for body in [Body::default(), Body { legs: 2, joints_per_leg: 4 }] {
        conforms::controller(|| Posed(MarrAlbusIto::new(&small(), body, 3).unwrap()), true);
    }
}

/// Ticks of a controller along a walk; its last commands.
fn ticks(controller: &mut MarrAlbusIto, gait: &mut Gait, n: u64) -> Result<[f64; 12], Error> {
    let mut command = [f64::NAN; 12];
    for tick in 0..n {
        let (sensed, cues) = senses(gait, Body::default());
        let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &cues };
        controller.advance(&senses, &mut command)?;
    }
    Ok(command)
}

#[test]
fn the_controller_gives_its_circuit_what_the_layout_of_the_senses_says() {
    for wiring in [Wiring::Paper, Wiring::Anatomical] {
        let mut parameters = small();
        parameters.olive.wiring = wiring;
        parameters.spiking.noise = 0.0;
        let mut controller = MarrAlbusIto::new(&parameters, Body::default(), 1).unwrap();
        let mut circuit = circuit(&parameters);
        let by_senses = ticks(&mut controller, &mut Gait::new(), 300).unwrap();
        let mut gait = Gait::new();
        let mut corrections = [f64::NAN; 12];
        for _ in 0..300 {
            let mut sensors = gait.next();
            if wiring == Wiring::Anatomical {
                let [roll, pitch, yaw] = sensors.euler;
                // The body's x axis in the world.
                let x =
                    [libm::cos(yaw) * libm::cos(pitch), libm::sin(yaw) * libm::cos(pitch), -libm::sin(pitch)];
                sensors.forward_velocity = (0..3).map(|i| x[i] * sensors.velocity[i]).sum();
                assert!(roll.abs() < 0.2);
            }
            circuit.update(&sensors).unwrap();
            circuit.corrections(sensors.upright, &mut corrections).unwrap();
        }
        // Equal but for the rounding of Euler angles through the orientation.
        for (found, expected) in by_senses.iter().zip(corrections) {
            assert!((found - expected).abs() < 1e-6, "{wiring:?}: {by_senses:?} {corrections:?}");
        }
    }
}

#[test]
fn corrections_grow_along_the_ramp_shrink_with_uprightness_and_stop_at_their_limit() {
    let mut parameters = CircuitParameters { ramp_steps: 100, mix_end: 0.4, ..small() };
    let mut circuit = circuit(&parameters);
    let mut gait = Gait::new();
    walk(&mut circuit, &mut gait, 50);
    let corrections = |circuit: &mut Circuit, upright| {
        let mut out = [f64::NAN; 12];
        circuit.corrections(upright, &mut out).unwrap();
        out
    };
    let nuclei = circuit.nuclear_activity().to_vec();
    let expected = |mix: f64| -> Vec<f64> { nuclei.chunks(2).map(|d| (d[0] - d[1]) * mix).collect() };
    let close = |found: &[f64], expected: Vec<f64>| {
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?} {expected:?}");
    };
    assert!(nuclei.chunks(2).any(|d| d[0] != d[1]));
    close(&corrections(&mut circuit, 1.0), expected(0.2));
    close(&corrections(&mut circuit, 0.5), expected(0.1));
    close(&corrections(&mut circuit, 7.0), expected(0.2));
    assert_eq!(corrections(&mut circuit, -0.3), [0.0; 12]);
    assert_eq!(circuit.measures().correction_magnitude, 0.0);

    // Nuclei without inhibition of one cell and full inhibition of the other differ by more than either limit.
    for (mix_end, limit) in [(1.0, 1.0), (0.4, 0.5)] {
        parameters = CircuitParameters { mix_end, ramp_steps: 0, ..small() };
        parameters.nuclei.tonic = 1.0;
        parameters.nuclei.inhibition = 20.0;
        parameters.olive.roll.gain = 1.0;
        let mut circuit = Circuit::new(&parameters, 12, 4, 1).unwrap();
        let mut sensors = Gait::new();
        let mut rolled = sensors.next();
        rolled.euler[0] = 0.3;
        circuit.update(&rolled).unwrap();
        let most = corrections(&mut circuit, 1.0).into_iter().fold(0.0_f64, |most, c| most.max(c.abs()));
        assert_eq!(most, limit, "{mix_end}");
    }
}

#[test]
fn the_reset_between_episodes_forgets_the_movement_and_keeps_weights_and_control() {
    let mut circuit = circuit(&small());
    let mut gait = Gait::new();
    walk(&mut circuit, &mut gait, 120);
    let (weights, rates) = (circuit.weights().to_vec(), circuit.granule_rates().to_vec());
    let ([_, bias], age) = (circuit.granule_threshold(), circuit.age());
    circuit.reset();
    assert_eq!(circuit.weights(), weights);
    assert_eq!((circuit.granule_threshold()[1], circuit.age()), (bias, age));
    for (after, before) in circuit.granule_rates().iter().zip(rates) {
        assert!((after - (0.5 * before + 0.0075)).abs() < 1e-15);
    }
    assert!(circuit.apical_potentials().iter().chain(circuit.calcium()).all(|x| *x == 0.0));
    let mut corrections = [f64::NAN; 12];
    circuit.corrections(1.0, &mut corrections).unwrap();
    assert_eq!(corrections, [0.0; 12], "nuclei that were forgotten say nothing");
}

#[test]
fn a_robot_that_lies_for_500_steps_ends_the_episode() {
    let mut controller = MarrAlbusIto::new(&small(), Body::default(), 1).unwrap();
    let mut gait = Gait::new();
    ticks(&mut controller, &mut gait, 50).unwrap();
    let (mut command, body) = ([f64::NAN; 12], Body::default());
    let mut lie = |controller: &mut MarrAlbusIto, n: u64| {
        for tick in 0..n {
            let (mut sensed, cues) = senses(&mut gait, body);
            sensed[2] = 0.1;
            let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &cues };
            controller.advance(&senses, &mut command).unwrap();
        }
    };
    lie(&mut controller, 499);
    assert!(controller.circuit().apical_potentials().iter().any(|a| *a > 0.0));
    lie(&mut controller, 1);
    assert!(controller.circuit().apical_potentials().iter().all(|a| *a == 0.0));
}

#[test]
fn weights_are_kept_given_away_and_taken_back_by_the_same_circuit_alone() {
    let make =
        |parameters: &CircuitParameters, seed| MarrAlbusIto::new(parameters, Body::default(), seed).unwrap();
    let mut learned = make(&small(), 1);
    ticks(&mut learned, &mut Gait::new(), 150).unwrap();
    let memory = Memory::from_bytes(&learned.save().to_bytes()).unwrap();
    let mut other = make(&small(), 1);
    assert_ne!(other.save(), memory);
    other.load(&memory).unwrap();
    assert_eq!((other.save(), other.weights()), (memory.clone(), learned.weights()));
    // A new trial begins with what was learned, in both.
    learned.reset();
    other.reset();
    let again = ticks(&mut learned, &mut Gait::new(), 40).unwrap();
    assert_eq!(ticks(&mut other, &mut Gait::new(), 40).unwrap(), again);

    let faster = {
        let mut parameters = small();
        parameters.plasticity.ltd_rate = 0.002;
        parameters
    };
    assert!(make(&faster, 1).load(&memory).is_ok(), "rates of learning do not change what weights mean");
    let error = make(&small(), 2).load(&memory).unwrap_err().to_string();
    assert!(error.contains("other parameters"), "{error}");
}

#[test]
fn without_learning_weights_and_gains_stay_while_the_control_of_sparseness_goes_on() {
    let mut circuit = circuit(&small());
    circuit.set_learning(false);
    let (weights, gains) = (circuit.weights().to_vec(), circuit.forward_gains().to_vec());
    walk(&mut circuit, &mut Gait::new(), 200);
    assert_eq!((circuit.weights(), circuit.forward_gains()), (&weights[..], &gains[..]));
    assert!(circuit.granule_threshold()[1] != 0.0);
    circuit.set_learning(true);
    walk(&mut circuit, &mut Gait::new(), 200);
    assert!(circuit.weights() != weights && circuit.forward_gains() != gains);
}

#[test]
fn a_slowed_circuit_changes_its_weights_by_less() {
    let change = |factor| {
        let mut circuit = circuit(&small());
        circuit.slow(factor);
        let before = circuit.weight_mean();
        walk(&mut circuit, &mut Gait::new(), 30);
        circuit.weight_mean() - before
    };
    // Within the first steps no weight reaches a limit, so the mean change is proportional to the rates.
    assert!((change(0.1) / change(1.0) - 0.1).abs() < 0.02, "{} {}", change(0.1), change(1.0));
}

#[test]
fn two_legs_of_four_joints_and_any_number_of_actuators_work() {
    for (n, legs, mossy) in [(8, 2, 240), (1, 1, 128), (18, 6, 400), (13, 4, 320)] {
        let mut circuit = Circuit::new(&small(), n, legs, 1).unwrap();
        let sizes = circuit.populations();
        assert_eq!((sizes.mossy_fibers, sizes.purkinje_cells, sizes.output_neurons), (mossy, 2 * n, 6 * n));
        let (joints, mut gait, mut corrections) = (vec![0.1; n], Gait::new(), vec![f64::NAN; n]);
        let mut signals = vec![f64::NAN; 2 * n];
        for _ in 0..60 {
            let mut sensors = gait.next();
            sensors.euler[0] = 0.2;
            (sensors.joint_angles, sensors.joint_velocities, sensors.command) = (&joints, &joints, &joints);
            circuit.cf_signal(&sensors, &mut signals).unwrap();
            circuit.update(&sensors).unwrap();
            assert_eq!(circuit.climbing_fibers(), signals, "what a step would signal is what it signals");
            circuit.corrections(1.0, &mut corrections).unwrap();
        }
        assert!(corrections.iter().all(|c| c.is_finite()), "{n} {legs}");
    }
}

#[test]
fn populations_are_set_and_those_that_must_follow_are_refused() {
    let mut circuit = circuit(&small());
    let [granule_cells, golgi_cells] = Populations::scaled(1000, 12);
    let sizes = Populations { granule_cells, golgi_cells, ..circuit.populations() };
    circuit.set_populations(&sizes).unwrap();
    assert_eq!((circuit.populations(), circuit.granule_rates().len()), (sizes, 567));
    let error =
        circuit.set_populations(&Populations { purkinje_cells: 32, ..sizes }).unwrap_err().to_string();
    assert!(error.contains("purkinje_cells = 32 is not allowed; 24"), "{error}");
    let error = circuit.set_populations(&Populations { granule_cells: 0, ..sizes }).unwrap_err().to_string();
    assert!(error.contains("granule_cells = 0"), "{error}");
    assert_eq!(circuit.populations(), sizes);
}

#[test]
fn bad_parameters_and_bodies_are_refused_by_name() {
    let message = |change: fn(&mut CircuitParameters), n, legs| {
        let mut parameters = small();
        change(&mut parameters);
        Circuit::new(&parameters, n, legs, 1).unwrap_err().to_string()
    };
    for (change, n, legs, said) in [
        ((|_| ()) as fn(&mut CircuitParameters), 0, 4, "n_actuators = 0 is not allowed"),
        (|_| (), 12, 0, "legs = 0 is not allowed"),
        (|_| (), 10_000, 4, "joints_per_leg = 2500"),
        (|_| (), 3, 4, "legs = 4 is not allowed"),
        (|p| p.granule_cells = 0, 12, 4, "granule_cells = 0"),
        (|p| (p.granule_cells, p.golgi_cells) = (1_000_000, 1_000_000), 12, 4, "synapses"),
        (|p| p.granule_cells = 1_000_000, 400, 4, "pairs of parallel fibers"),
        (|p| p.mix_end = f64::NAN, 12, 4, "mix_end = NaN"),
        (|p| p.spiking.substeps = 0, 12, 4, "spiking.substeps = 0"),
        (|p| p.purkinje.tau_soma = 0.0, 12, 4, "purkinje.tau_soma = 0"),
        (|p| p.plasticity.probability = 0.0, 12, 4, "plasticity.probability = 0"),
        (|p| p.mossy.curves = 1, 12, 4, "mossy.curves = 1"),
        (|p| p.granular.rate_decay = 1.0, 12, 4, "granular.rate_decay = 1"),
    ] {
        let error = message(change, n, legs);
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn bad_senses_are_refused_and_change_nothing() {
    let mut controller = MarrAlbusIto::new(&small(), Body::default(), 1).unwrap();
    ticks(&mut controller, &mut Gait::new(), 20).unwrap();
    let before = controller.snapshot();
    let (good, cues) = senses(&mut Gait::new(), Body::default());
    let mut command = [f64::NAN; 12];
    let mut refused = |sensed: &[f64], cues: &[f64]| {
        let senses = Senses { tick: 0, sensed, reference: &[], reference_then: &[], cues };
        let error = controller.advance(&senses, &mut command).unwrap_err().to_string();
        assert!(controller.snapshot() == before, "{error}");
        error
    };
    let with = |place: usize, value: f64| {
        let mut values = good.clone();
        values[place] = value;
        values
    };
    let mut arousal = cues.clone();
    arousal[15] = -0.5;
    for (error, said) in [
        (refused(&with(20, f64::NAN), &cues), "sense 20 is NaN"),
        (refused(&good[..40], &cues), "40 values as sense"),
        (refused(&good, &cues[..16]), "16 values as cue"),
        (refused(&with(3, 2.0), &cues), "orientation"),
        (refused(&good, &arousal), "norepinephrine = -0.5"),
    ] {
        assert!(error.contains(said), "{error}");
    }
    let mut circuit = circuit(&small());
    assert!(circuit.corrections(1.0, &mut [0.0; 11]).unwrap_err().to_string().contains("it gives 12"));
    assert!(circuit.corrections(f64::NAN, &mut [0.0; 12]).unwrap_err().to_string().contains("uprightness"));
    assert!(circuit.output_votes(&mut [0.0; 13]).is_err());
}

#[test]
fn parameters_are_read_and_written_and_unknown_ones_refused() {
    for parameters in [CircuitParameters::default(), CircuitParameters::paper()] {
        let text = serde_json::to_string(&parameters).unwrap();
        assert_eq!(serde_json::from_str::<CircuitParameters>(&text).unwrap(), parameters);
    }
    let some: CircuitParameters = serde_json::from_str(r#"{"granular": {"golgi_gain": 1.0}}"#).unwrap();
    assert_eq!((some.granular.golgi_gain, some.granular.rate_decay), (1.0, 0.92));
    let error = serde_json::from_str::<CircuitParameters>(r#"{"plasticity": {"ltd": 1}}"#).unwrap_err();
    assert!(error.to_string().contains("unknown field `ltd`"), "{error}");
}

#[test]
fn presets_have_the_published_values() {
    let (class, paper) = (CircuitParameters::default(), CircuitParameters::paper());
    assert_eq!((class.ramp_steps, class.mix_end, class.spiking.substeps), (3000, 0.35, 6));
    assert_eq!((paper.ramp_steps, paper.mix_end, paper.spiking.substeps), (2000, 1.0, 3));
    assert_eq!((class.olive.wiring, paper.olive.wiring), (Wiring::Anatomical, Wiring::Paper));
    for p in [&class, &paper] {
        assert_eq!((p.granule_cells, p.golgi_cells, p.projections.mossy_per_granule), (4000, 200, 4));
        assert_eq!((p.projections.granule_to_golgi, p.plasticity.probability), (0.05, 0.4));
        assert_eq!((p.granular.target_sparseness, p.granular.golgi_gain), (0.03, 0.5));
        assert_eq!((p.granular.golgi_adaptation_rate, p.granular.rate_decay), (0.01, 0.92));
        assert_eq!(
            (p.plasticity.ltd_rate, p.plasticity.ltp_rate, p.olive.cf_threshold),
            (0.001, 0.001, 0.05)
        );
        assert_eq!((p.plasticity.eligibility_decay, p.plasticity.da_ltp_modulation), (0.95, 1.0));
        assert_eq!((p.plasticity.da_ltd_suppression, p.nuclei.tonic, p.nuclei.inhibition), (0.5, 0.5, 0.8));
    }
    assert_eq!((class.projections.golgi_to_granule, paper.projections.golgi_to_granule), (0.05, 0.02));
    assert_eq!((class.spiking.granule_noise, paper.spiking.granule_noise), (0.02, 0.0));
    assert!(paper.projections.limits_of_inert_learning && !class.projections.limits_of_inert_learning);
}

#[test]
fn a_walker_takes_the_circuit_as_its_cerebellum_at_its_own_step_only() {
    let parameters = WalkerParameters::default();
    let make = |seed| {
        let cerebellum = MarrAlbusIto::new(&small(), parameters.body, seed).unwrap();
        Walker::new(&parameters, Box::new(cerebellum), 1).unwrap()
    };
    let run = |seed| {
        let (mut walker, mut gait, mut angles) = (make(seed), Gait::new(), [f64::NAN; 12]);
        for tick in 0..100 {
            let (sensed, _) = senses(&mut gait, parameters.body);
            let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[] };
            walker.advance(&senses, &mut angles).unwrap();
        }
        assert!(walker.corrections().iter().any(|c| *c != 0.0));
        angles
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let cerebellum = MarrAlbusIto::new(&small(), parameters.body, 1).unwrap();
    assert!(cerebellum.fits(0.005, Default::default()).is_ok());
    assert!(cerebellum.fits(0.001, Default::default()).is_err());
}
