//! The closed loop: exact delays, exact error, what is refused.

use lobule_control::feedback::Trimmed;
use lobule_control::plant::{Joint, Linear};
use lobule_control::{Beside, ClosedLoop, Controller, Drive, Error, Plant, Senses};

/// Commands 1 at tick 0 of a trial, else 0.
struct Pulse;

impl Controller for Pulse {
    fn name(&self) -> &'static str {
        "pulse"
    }
    fn commands(&self) -> usize {
        1
    }
    fn reset(&mut self) {}
    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        command[0] = f64::from(u8::from(senses.tick == 0));
        Ok(())
    }
}

/// Senses what it was commanded in the tick before.
struct Echo(f64);

impl Plant for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }
    fn commands(&self) -> usize {
        1
    }
    fn senses(&self) -> &'static [(&'static str, &'static str)] {
        &[("command", "1")]
    }
    fn reset(&mut self) {
        self.0 = 0.0;
    }
    fn advance(&mut self, command: &[f64], _dt_s: f64) -> Result<(), Error> {
        self.0 = command[0];
        Ok(())
    }
    fn sense(&self, out: &mut [f64]) {
        out[0] = self.0;
    }
}

#[test]
fn a_pulse_comes_back_after_both_delays_and_one_tick() {
    for [sensory, motor] in [[0, 0], [1, 0], [0, 3], [4, 2]] {
        let mut echo = ClosedLoop::new(Echo(0.0), Pulse, 1, 1e-3, [sensory, motor]).unwrap();
        for _trial in 0..2 {
            echo.reset();
            let sensed: Vec<f64> = (0..20)
                .map(|_| {
                    echo.tick(&Drive { reference: &[0.0], ..Drive::default() }).unwrap();
                    echo.sensed()[0]
                })
                .collect();
            let expected: Vec<f64> = (0..20).map(|t| f64::from(u8::from(t == sensory + motor + 1))).collect();
            assert_eq!(sensed, expected, "{sensory} {motor}");
        }
    }
}

/// Keeps the error it was told in its command.
struct Teller;

impl Controller for Teller {
    fn name(&self) -> &'static str {
        "teller"
    }
    fn commands(&self) -> usize {
        1
    }
    fn reset(&mut self) {}
    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        command[0] = senses.error(0);
        Ok(())
    }
}

#[test]
fn the_reference_is_compared_at_the_time_of_what_is_sensed() {
    let mut echo = ClosedLoop::new(Echo(0.0), Teller, 1, 1e-3, [5, 100]).unwrap();
    for t in 0..40 {
        let reference = f64::from(t) + 3.0;
        echo.tick(&Drive { reference: &[reference], ..Drive::default() }).unwrap();
        // Nothing has moved the plant yet: the error is the reference of five ticks ago.
        assert_eq!(echo.command()[0], (reference - 5.0).max(3.0));
    }
}

#[test]
fn a_disturbance_acts_at_once_whatever_the_motor_delay() {
    let mut echo = ClosedLoop::new(Echo(0.0), Pulse, 1, 1e-3, [0, 9]).unwrap();
    echo.tick(&Drive { reference: &[0.0], disturbance: &[7.0], cues: &[] }).unwrap();
    assert_eq!(echo.senses(), [7.0]);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let make = |references, dt_s, delays| {
        ClosedLoop::new(Joint::new(1.0, 0.0), Pulse, references, dt_s, delays)
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    assert!(make(1, 1e-3, [0, 0]).contains("commands of the controller = 1"));
    let echo = |references, dt_s, delays| {
        ClosedLoop::new(Echo(0.0), Pulse, references, dt_s, delays)
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    assert!(echo(2, 1e-3, [0, 0]).contains("references = 2"));
    assert!(echo(1, 0.0, [0, 0]).contains("dt_s = 0"));
    assert!(echo(1, 1e-3, [0, 2_000_000]).contains("motor delay"));
}

#[test]
fn controllers_beside_each_other_add_their_commands() {
    let both = Beside::new(Pulse, Teller).unwrap();
    let mut echo = ClosedLoop::new(Echo(0.0), both, 1, 1e-3, [0, 100]).unwrap();
    echo.tick(&Drive { reference: &[3.0], ..Drive::default() }).unwrap();
    assert_eq!(echo.command(), [4.0]);
    echo.tick(&Drive { reference: &[3.0], ..Drive::default() }).unwrap();
    assert_eq!(echo.command(), [3.0]);
}

#[test]
fn a_loop_of_trait_objects_is_the_same_loop() {
    let mut boxed: ClosedLoop = ClosedLoop::new(
        Box::new(Joint::new(1.0, 0.0)) as Box<dyn Plant>,
        Box::new(Beside::new(Two, Two).unwrap()) as Box<dyn Controller>,
        1,
        1e-3,
        [3, 2],
    )
    .unwrap();
    let mut plain =
        ClosedLoop::new(Joint::new(1.0, 0.0), Beside::new(Two, Two).unwrap(), 1, 1e-3, [3, 2]).unwrap();
    for t in 0..50 {
        let drive = Drive { reference: &[f64::from(t)], ..Drive::default() };
        boxed.tick(&drive).unwrap();
        plain.tick(&drive).unwrap();
        assert_eq!(boxed.senses(), plain.senses());
    }
    assert_ne!(plain.plant().position(), 0.0);
}

/// A proportional law for two commands.
struct Two;

impl Controller for Two {
    fn name(&self) -> &'static str {
        "two"
    }
    fn commands(&self) -> usize {
        2
    }
    fn reset(&mut self) {}
    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        command.copy_from_slice(&[1e-3 * senses.error(0), 0.0]);
        Ok(())
    }
}

#[test]
fn a_trimmed_law_that_is_wrong_about_the_body_still_comes_to_its_reference() {
    // The law takes the spring for half as stiff as it is, and rests at a place of its own.
    struct Wrong;
    impl Controller for Wrong {
        fn name(&self) -> &'static str {
            "wrong"
        }
        fn commands(&self) -> usize {
            1
        }
        fn reset(&mut self) {}
        fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
            command[0] = 2.0 * senses.reference[0] + 2.0 * (senses.reference[0] - senses.sensed[0]);
            Ok(())
        }
    }
    let body = || Linear::second_order(1.0, 3.0, 4.0).unwrap();
    let rest = |controller: Box<dyn Controller>| {
        let mut closed = ClosedLoop::new(body(), controller, 1, 0.01, [10, 5]).unwrap();
        for _ in 0..4000 {
            closed.tick(&Drive { reference: &[1.0], ..Drive::default() }).unwrap();
        }
        closed.senses()[0]
    };
    assert!((rest(Box::new(Wrong)) - 4.0 / 6.0).abs() < 1e-6);
    assert!((rest(Box::new(Trimmed::new(Wrong, 1, 0.5, 0.01).unwrap())) - 1.0).abs() < 1e-6);
    assert!(matches!(Trimmed::new(Wrong, 1, -0.5, 0.01), Err(Error::Parameter { parameter: "rate", .. })));
}
