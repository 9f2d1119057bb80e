//! A control step of the Marr-Albus-Ito circuit asks the allocator for nothing.

use lobule_cerebellum::marr_albus_ito::{CircuitParameters, MarrAlbusIto};
use lobule_control::walking::Body;
use lobule_control::{Controller, Senses};

mod controller_senses;
#[path = "../../control/tests/counting/mod.rs"]
mod counting;
#[path = "../examples/gait/mod.rs"]
mod gait;
use controller_senses::senses;

#[test]
fn a_step_of_the_circuit_allocates_nothing() {
    let body = Body::default();
    let mut parameters = CircuitParameters::paper();
    parameters.olive.gain_search.is_on = true;
    let mut controller = MarrAlbusIto::new(&parameters, body, 1).unwrap();
    let mut gait = gait::Gait::new();
    let given: Vec<(Vec<f64>, Vec<f64>)> = (0..220).map(|_| senses(&mut gait, body)).collect();
    let mut command = [f64::NAN; 12];
    let allocations = counting::allocations(|| {
        for (tick, (sensed, cues)) in (0..).zip(&given) {
            let senses = Senses { tick, sensed, reference: &[], reference_then: &[], cues };
            controller.advance(&senses, &mut command).unwrap();
        }
    });
    assert_eq!(allocations, 0);
}
