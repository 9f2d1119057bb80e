//! The spiking scaffold as a controller keeps what the trait promises, and its parts do what they say.

#[path = "../../control/tests/counting/mod.rs"]
mod counting;

use counting::allocations;
use lobule_cerebellum::Error;
use lobule_cerebellum::{MossySignal, Pause, SpikingController, SpikingParameters, Teacher, Tuning};
use lobule_control::{Controller, Senses, conforms};
use lobule_scaffold::{Anatomy, ScaffoldSpec, reconstruct};
use std::sync::OnceLock;

fn small() -> &'static Anatomy {
    static ANATOMY: OnceLock<Anatomy> = OnceLock::new();
    ANATOMY.get_or_init(|| reconstruct(&ScaffoldSpec::mouse(50.0, 50.0), 0).unwrap())
}

/// A scaffold that hears its cue and its error, and learns within 50 ms.
fn eager() -> SpikingParameters {
    let tuned = |signal| Tuning { signal, range: [-0.1, 0.1], width: 0.1 };
    SpikingParameters {
        tunings: vec![tuned(MossySignal::Sense(0)), tuned(MossySignal::SinceOnset(0))],
        teacher: Teacher::Error(0),
        teacher_scale: 0.1,
        teaching_hz: 1000.0,
        a_minus_ns: -0.1,
        a_plus_ns: 0.02,
        settle_ms: 20,
        ..SpikingParameters::on_error(&[1.0, 0.0])
    }
}

fn controller(parameters: &SpikingParameters) -> SpikingController {
    SpikingController::new(small(), parameters, 1).unwrap()
}

/// Outputs over a trial of a constant error.
fn trial(controller: &mut SpikingController, ticks: u64, error: f64) -> Vec<f64> {
    controller.reset();
    let mut command = [f64::NAN; 2];
    (0..ticks)
        .map(|tick| {
            let told = [0.0, 0.0];
            let senses =
                Senses { tick, sensed: &told, reference: &[0.0], reference_then: &[error], cues: &[1.0] };
            controller.advance(&senses, &mut command).unwrap();
            assert_eq!(command[1], 0.0, "a command without gain is left alone");
            command[0]
        })
        .collect()
}

#[test]
fn it_conforms() {
    // The suite's trials last 50 ms, less than the kernel's peak: what is eligible in them fired before. Heavy synapses,
    // so that the few spikes of few nuclear cells shift within that time.
    let parameters = SpikingParameters {
        base_hz: 100.0,
        settle_ms: 200,
        a_plus_ns: 0.2,
        w_max_ns: 5.0,
        purkinje_to_dcn_ns: 10.0,
        ..eager()
    };
    conforms::controller(|| controller(&parameters), true);
}

#[test]
fn an_error_depresses_the_zone_that_it_asks_for_more_of() {
    let mut parameters = eager();
    (parameters.a_plus_ns, parameters.spontaneous_hz) = (0.0, 0.0);
    for (error, taught) in [(0.1, 0), (-0.1, 1)] {
        let mut controller = controller(&parameters);
        let before = controller.mean_weights_ns().unwrap();
        trial(&mut controller, 150, error);
        let after = controller.mean_weights_ns().unwrap();
        assert!(after[taught] < 0.8 * before[taught], "{before:?} {after:?}");
        assert_eq!(after[1 - taught], before[1 - taught], "the other zone is told nothing");
    }
}

#[test]
fn learning_survives_a_reset_and_can_be_switched_off() {
    let mut controller = controller(&eager());
    let naive = controller.weights().to_vec();
    controller.set_learning(false);
    let still = trial(&mut controller, 60, 0.1);
    controller.finish(1.0).unwrap();
    assert_eq!(controller.weights(), naive);
    // Rewound, the same trial has the same bits.
    assert_eq!(trial(&mut controller, 60, 0.1), still);
    controller.set_learning(true);
    trial(&mut controller, 60, 0.1);
    controller.finish(1.0).unwrap();
    let learned = controller.weights().to_vec();
    assert_ne!(learned, naive);
    controller.set_learning(false);
    controller.reset();
    assert_eq!(controller.weights(), learned);
}

#[test]
fn a_pause_has_noise_of_its_own_in_every_trial() {
    let mut parameters = eager();
    parameters.pause = Pause::Rest(30);
    let run = || {
        let mut controller = controller(&parameters);
        controller.set_learning(false);
        [trial(&mut controller, 60, 0.0), trial(&mut controller, 60, 0.0)]
    };
    let [first, second] = run();
    assert_ne!(first, second);
    assert_eq!([first, second], run());
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refused = |change: &dyn Fn(&mut SpikingParameters)| {
        let mut parameters = eager();
        change(&mut parameters);
        SpikingController::new(small(), &parameters, 0).err().unwrap().to_string()
    };
    assert!(refused(&|p| p.tunings.clear()).contains("tunings"));
    assert!(refused(&|p| p.tunings[0].width = 0.0).contains("width"));
    assert!(refused(&|p| p.gain.clear()).contains("gain"));
    assert!(refused(&|p| p.gain[0] = f64::NAN).contains("gain"));
    assert!(refused(&|p| p.teaching_hz = -1.0).contains("teaching_hz"));
    assert!(refused(&|p| p.teacher_scale = 0.0).contains("teacher_scale"));
    assert!(refused(&|p| p.a_minus_ns = 1.0).contains("a_minus_ns"));
    let many = vec![Tuning { signal: MossySignal::Cue(0), range: [0.0, 1.0], width: 1.0 }; 1000];
    assert!(refused(&|p| p.tunings = many.clone()).contains("mossy fibers"));
    let mut headless = small().clone();
    headless.cells.retain(|c| c.cell_type != "dcn_p");
    let error = SpikingController::new(&headless, &eager(), 0).err().unwrap();
    assert!(matches!(&error, Error::Anatomy { what } if what.contains("dcn_p")), "{error}");
}

#[test]
fn a_tick_allocates_nothing_once_buffers_have_grown() {
    let mut controller = controller(&eager());
    trial(&mut controller, 400, 0.1);
    let mut command = [0.0; 2];
    let told = [0.0, 0.0];
    let mut run = || {
        for tick in 400..500 {
            let senses =
                Senses { tick, sensed: &told, reference: &[0.0], reference_then: &[0.1], cues: &[1.0] };
            controller.advance(&senses, &mut command).unwrap();
        }
    };
    assert_eq!(allocations(&mut run), 0);
}
