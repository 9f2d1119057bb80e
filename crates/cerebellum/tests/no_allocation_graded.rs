//! An update of the graded circuit asks the allocator for nothing.

use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, GradedCircuit, GradedParameters, Tuning};
use lobule_control::{Controller, Senses};

#[path = "../../control/tests/counting/mod.rs"]
mod counting;

#[test]
fn an_update_of_the_graded_circuit_allocates_nothing() {
    let channels = vec![
        ChannelParameters { cue: 0, tuning: Tuning::Circular },
        ChannelParameters { cue: 1, tuning: Tuning::Line },
        ChannelParameters { cue: 2, tuning: Tuning::Plain { low: 0.0, high: 0.8, fibers: 15, sd: 0.06 } },
    ];
    let parameters =
        GradedParameters { channels, delay_s: 0.16, rates: vec![1.0, 2.0], ..GradedParameters::default() };
    let mut circuit = GradedCircuit::new(&parameters, 2, 0.02, 1).unwrap();
    let allocations = counting::allocations(|| {
        for tick in 0..300_u64 {
            let x = 0.25 * tick as f64;
            let cues = [x, f64::from((tick / 50).is_multiple_of(2)), 0.02 * (tick % 70) as f64];
            let sensed = [0.1 * libm::sin(x), libm::cos(0.3 * x)];
            let senses = Senses {
                tick,
                sensed: &sensed,
                reference: &[0.0; 2],
                reference_then: &[0.0; 2],
                cues: &cues,
            };
            circuit.advance(&senses, &mut [0.0; 2]).unwrap();
        }
    });
    assert_eq!(allocations, 0);
    assert!(circuit.weights().iter().any(|w| *w != 1.0), "it learned meanwhile");
}
