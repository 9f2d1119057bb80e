//! The closed loop: exact delays, exact error, what is refused.

use lobule_control::feedback::Trimmed;
use lobule_control::plant::{Joint, Linear};
use lobule_control::{
    Beside, Channel, ClosedLoop, Controller, Drive, Error, Inputs, Plant, Senses, Signature, Snapshot,
    Status, conforms, snapshot,
};

/// Commands 1 at tick 0 of a trial, else 0.
struct Pulse;

snapshot!(Pulse {});

impl Controller for Pulse {
    fn name(&self) -> &str {
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
struct Echo {
    signature: Signature,
    sensed: f64,
}

fn echo() -> Echo {
    Echo { signature: Signature::new("echo", &[("heard", "1")], &[("said", "1")]), sensed: 0.0 }
}

snapshot!(Echo { sensed });

impl Plant for Echo {
    fn signature(&self) -> &Signature {
        &self.signature
    }
    fn reset(&mut self, _seed: Option<u64>) {
        self.sensed = 0.0;
    }
    fn advance(&mut self, command: &[f64], _dt_s: f64) -> Result<(), Error> {
        self.sensed = command[0];
        Ok(())
    }
    fn sense(&self, out: &mut [f64]) {
        out[0] = self.sensed;
    }
}

#[test]
fn a_pulse_comes_back_after_both_delays_and_one_tick() {
    for [sensory, motor] in [[0, 0], [1, 0], [0, 3], [4, 2]] {
        let mut echo = ClosedLoop::new(echo(), Pulse, 1, 1e-3, [sensory, motor]).unwrap();
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

snapshot!(Teller {});

impl Controller for Teller {
    fn name(&self) -> &str {
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
    let mut echo = ClosedLoop::new(echo(), Teller, 1, 1e-3, [5, 100]).unwrap();
    for t in 0..40 {
        let reference = f64::from(t) + 3.0;
        echo.tick(&Drive { reference: &[reference], ..Drive::default() }).unwrap();
        // Nothing has moved the plant yet: the error is the reference of five ticks ago.
        assert_eq!(echo.command()[0], (reference - 5.0).max(3.0));
    }
}

#[test]
fn a_disturbance_acts_at_once_whatever_the_motor_delay() {
    let mut echo = ClosedLoop::new(echo(), Pulse, 1, 1e-3, [0, 9]).unwrap();
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
    let loop_of = |references, dt_s, delays| {
        ClosedLoop::new(echo(), Pulse, references, dt_s, delays)
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    assert!(loop_of(2, 1e-3, [0, 0]).contains("references = 2"));
    assert!(loop_of(1, 0.0, [0, 0]).contains("dt_s = 0"));
    assert!(loop_of(1, 1e-3, [0, 2_000_000]).contains("motor delay"));
}

#[test]
fn controllers_beside_each_other_add_their_commands() {
    let both = Beside::new(Pulse, Teller).unwrap();
    let mut echo = ClosedLoop::new(echo(), both, 1, 1e-3, [0, 100]).unwrap();
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

snapshot!(Two {});

impl Controller for Two {
    fn name(&self) -> &str {
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
    snapshot!(Wrong {});
    impl Controller for Wrong {
        fn name(&self) -> &str {
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
    assert!(
        matches!(Trimmed::new(Wrong, 1, -0.5, 0.01), Err(Error::Parameter(error)) if error.parameter == "rate")
    );
}

#[test]
fn noise_has_its_size_and_the_plant_does_not_hear_of_it() {
    let closed = ClosedLoop::new(echo(), Hold(0.0), 0, 0.01, [0, 0]).unwrap().with_noise_of(3, "sensor");
    let mut noisy = closed.signed(|channels| channels.senses[0].noise_sd = 0.1).unwrap();
    let (mut sum, mut squares, n) = (0.0, 0.0, 20_000);
    for _ in 0..n {
        noisy.tick(&Drive::default()).unwrap();
        assert_eq!(noisy.senses(), [0.0]);
        sum += noisy.measured()[0];
        squares += noisy.measured()[0] * noisy.measured()[0];
    }
    // Four standard errors.
    let n = f64::from(n);
    assert!((sum / n).abs() < 4.0 * 0.1 / n.sqrt());
    assert!((squares / n - 0.01).abs() < 4.0 * 0.01 * (2.0 / n).sqrt());
    // Another trial has other noise; the same seed has the same.
    let mut trial = |seed: Option<u64>| {
        match seed {
            Some(seed) => noisy.reset_to(seed),
            None => noisy.reset(),
        }
        noisy.tick(&Drive::default()).unwrap();
        noisy.sensed()[0]
    };
    let drawn = [trial(Some(9)), trial(None)];
    assert_ne!(drawn[0], drawn[1]);
    assert_eq!([trial(Some(9)), trial(None)], drawn);
}

/// Commands the same in every tick.
struct Hold(f64);

snapshot!(Hold { 0 });

impl Controller for Hold {
    fn name(&self) -> &str {
        "hold"
    }
    fn commands(&self) -> usize {
        1
    }
    fn reset(&mut self) {}
    fn advance(&mut self, _: &Senses, command: &mut [f64]) -> Result<(), Error> {
        command[0] = self.0;
        Ok(())
    }
}

#[test]
fn a_command_outside_its_range_is_clamped_and_counted_with_its_disturbance() {
    let bounded = |command: f64| {
        let closed = ClosedLoop::new(echo(), Hold(command), 0, 0.01, [0, 0]).unwrap();
        closed.signed(|channels| channels.commands[0].range = [-1.0, 2.0]).unwrap()
    };
    for (asked, given, count) in [(5.0, 2.0, 3), (-5.0, -1.0, 3), (0.5, 0.5, 0), (f64::INFINITY, 2.0, 3)] {
        let mut closed = bounded(asked);
        (0..3).for_each(|_| closed.tick(&Drive::default()).unwrap());
        assert_eq!((closed.senses()[0], closed.clamped()[0]), (given, count));
        assert_eq!((closed.command()[0], closed.acting()[0]), (asked, given));
        closed.reset();
        assert_eq!(closed.clamped(), [0]);
    }
    let mut pushed = bounded(1.5);
    pushed.tick(&Drive { disturbance: &[1.0], ..Drive::default() }).unwrap();
    assert_eq!((pushed.senses()[0], pushed.clamped()[0]), (2.0, 1));
}

#[test]
fn what_is_no_number_is_reported_where_it_came_from() {
    let plain = |command: f64| ClosedLoop::new(echo(), Hold(command), 1, 0.01, [0, 0]).unwrap();
    let good = Drive { reference: &[0.0], ..Drive::default() };
    let text = |result: Result<(), Error>| result.unwrap_err().to_string();
    assert!(text(plain(f64::NAN).tick(&good)).contains("hold: command `said` is NaN"));
    // It is never clamped away.
    let mut bounded = plain(f64::NAN).signed(|c| c.commands[0].range = [-1.0, 1.0]).unwrap();
    assert!(text(bounded.tick(&good)).contains("hold: command `said` is NaN"));
    let mut deaf = plain(0.0);
    deaf.plant_mut().sensed = f64::NAN;
    assert!(text(deaf.tick(&good)).contains("sensor `heard` of the plant `echo` gave NaN"));
    let wanted = plain(0.0).tick(&Drive { reference: &[f64::NAN], ..good });
    assert!(text(wanted).contains("input of the loop: reference 0 is NaN"));
    let pushed = plain(0.0).tick(&Drive { disturbance: &[f64::INFINITY], ..good });
    assert!(text(pushed).contains("disturbance 0 is inf"));
}

#[test]
fn input_of_the_wrong_length_is_an_error_not_a_panic() {
    struct Cued;
    snapshot!(Cued {});
    impl Controller for Cued {
        fn name(&self) -> &str {
            "cued"
        }
        fn commands(&self) -> usize {
            1
        }
        fn inputs(&self) -> Inputs {
            Inputs::new(1, 1, 1)
        }
        fn reset(&mut self) {}
        fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
            command[0] = senses.cues[0];
            Ok(())
        }
    }
    let mut closed = ClosedLoop::new(echo(), Cued, 1, 0.01, [0, 0]).unwrap();
    let good = Drive { reference: &[0.0], disturbance: &[], cues: &[1.0] };
    for (drive, text) in [
        (Drive { reference: &[], ..good }, "0 values as reference; the loop has 1 references"),
        (
            Drive { disturbance: &[0.0, 0.0], ..good },
            "2 values as disturbance; one for each of 1 commands, or none",
        ),
        (Drive { cues: &[], ..good }, "0 values as cues; the controller `cued` reads 1"),
    ] {
        assert!(closed.tick(&drive).unwrap_err().to_string().contains(text));
    }
    closed.tick(&good).unwrap();
    let error = ClosedLoop::new(echo(), Cued, 0, 0.01, [0, 0]).err().unwrap().to_string();
    assert!(error.contains("references read by the controller `cued` = 1"), "{error}");
}

#[test]
fn a_channel_adds_its_own_delay_to_that_of_the_loop() {
    let closed = ClosedLoop::new(echo(), Pulse, 1, 0.01, [2, 1]).unwrap();
    let mut late = closed
        .signed(|channels| {
            channels.senses[0].delay_s = 0.03;
            channels.commands[0].delay_s = 0.02;
        })
        .unwrap();
    let sensed: Vec<f64> = (0..12)
        .map(|_| {
            late.tick(&Drive { reference: &[0.0], ..Drive::default() }).unwrap();
            late.sensed()[0]
        })
        .collect();
    assert_eq!(sensed.iter().position(|y| *y == 1.0), Some(2 + 3 + 1 + 2 + 1));
    // The reference is compared at the same age.
    let closed = ClosedLoop::new(echo(), Teller, 1, 0.01, [5, 100]).unwrap();
    let mut late = closed.signed(|channels| channels.senses[0].delay_s = 0.02).unwrap();
    for t in 0..40 {
        let reference = f64::from(t) + 3.0;
        late.tick(&Drive { reference: &[reference], ..Drive::default() }).unwrap();
        assert_eq!(late.command()[0], (reference - 7.0).max(3.0));
    }
    let closed = ClosedLoop::new(echo(), Pulse, 1, 0.01, [0, 0]).unwrap();
    let error = closed.signed(|channels| channels.senses[0].delay_s = 0.023).err().unwrap().to_string();
    assert!(
        error.contains("delay_s of `heard` = 0.023") && error.contains("the nearest is 0.02 s"),
        "{error}"
    );
}

#[test]
fn channels_cannot_be_renamed_and_a_signature_is_checked_by_the_loop() {
    let renamed =
        ClosedLoop::new(echo(), Pulse, 1, 0.01, [0, 0]).unwrap().signed(|s| s.senses[0].name = "x".into());
    assert!(renamed.err().unwrap().to_string().contains("cannot be added, removed or renamed"));
    let mut twice = echo();
    twice.signature.senses.push(Channel::new("heard", "1"));
    assert!(ClosedLoop::new(twice, Pulse, 1, 0.01, [0, 0]).err().unwrap().to_string().contains("`heard`"));
}

#[test]
fn a_loop_with_noise_and_delays_of_channels_goes_on_from_a_copy_of_its_state() {
    let make = || {
        let closed = ClosedLoop::new(echo(), Teller, 1, 0.01, [3, 2]).unwrap().with_noise_of(1, "sensor");
        closed
            .signed(|channels| {
                channels.senses[0].noise_sd = 0.1;
                channels.senses[0].delay_s = 0.04;
                channels.commands[0].delay_s = 0.01;
                channels.commands[0].range = [-0.05, 0.05];
            })
            .unwrap()
    };
    conforms::closed_loop(make, 1, 0);
    let mut running = make();
    assert_eq!(running.status(), Status::Running);
    let other = ClosedLoop::new(echo(), Teller, 1, 0.01, [4, 2]).unwrap();
    let error = running.restore(&other.snapshot()).unwrap_err().to_string();
    assert!(error.contains("`sensory`"), "{error}");
}
