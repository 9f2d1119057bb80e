//! The recipe of the how-to on a DC motor whose angle is 60 ms late, with and without friction, at several ticks.

use lobule_control::feedback::PidGains;
use lobule_control::filter::Update;

mod motor;

#[test]
fn the_recipe_beats_a_tuned_pid_at_every_tick_with_and_without_friction() {
    for friction in [0.0, 8.0] {
        for dt_s in [0.02, 0.01, 0.005, 0.0025] {
            let (best, alone) = motor::tuned(friction, dt_s, 250).unwrap();
            let guess = PidGains { kp: 3.0, kd: 0.3, ki: 1.0, filter_s: 0.02 };
            let laws = [motor::times(best, 0.5), best, guess];
            // The finest tick is slow: one law stands for all.
            for gains in laws.into_iter().take(if dt_s < 0.005 { 1 } else { 3 }) {
                let amplitude = motor::amplitude(gains, dt_s);
                let response = motor::response(friction, gains, dt_s, amplitude).unwrap();
                let mut learner = motor::learner(friction, gains, dt_s, &response, Update::Trial).unwrap();
                let errors: Vec<f64> = (0..40).map(|_| motor::movement(&mut learner).unwrap()).collect();
                let name = format!("{friction} {dt_s} {gains:?}");
                assert!(errors[39] < 0.5 * alone, "{name}: {alone} {errors:?}");
                assert!(learner.news().is_empty(), "{name}: {:?}", learner.news());
            }
        }
    }
}

#[test]
fn a_probe_of_the_wrong_size_is_refused_with_the_remedy() {
    let gains = PidGains { kp: 3.0, kd: 0.3, ki: 1.0, filter_s: 0.02 };
    for dt_s in [0.01, 0.005] {
        let right = motor::amplitude(gains, dt_s);
        let said = |friction, factor: f64| {
            motor::response(friction, gains, dt_s, factor * right)
                .map_or_else(|e| e.to_string(), |_| "taken".into())
        };
        assert_eq!(said(8.0, 1.0), "taken");
        assert!(said(8.0, 0.1).contains("friction holds it; take a larger amplitude"), "{}", said(8.0, 0.1));
        assert!(said(8.0, 10.0).contains("take a smaller amplitude"), "{}", said(8.0, 10.0));
    }
}
