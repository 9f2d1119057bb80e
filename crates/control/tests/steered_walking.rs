//! A cerebellum on top of a walker keeps what controllers promise, and ends an error if, and only if, it is taught by it.

use lobule_control::feedback::{Pid, PidGains};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::walking::{
    Body, Bundle, Cue, Effector, FixedCorrections, OneWeight, Output, PiController, PiGains, Pulse,
    PulseParameters, Steerable, SteeredParameters, SteeredWalker, Teaching, WalkError, WalkerParameters,
};
use lobule_control::{Adaptive, AddsTo, ClosedLoop, Controller, Error, Senses, conforms, snapshot};

mod legs;
use legs::{DT, Posed, Puppet, advance, level, walker};

fn steered_parameters(teaching: Teaching) -> SteeredParameters {
    let trim = Output {
        effector: Effector::Trim,
        gain: 0.5,
        limit: 0.3,
        error: WalkError::RollDeviation,
        error_scale: 0.3,
        error_limit: 0.3,
    };
    SteeredParameters {
        outputs: vec![Output::LATERAL_STEP, trim],
        cues: vec![
            Cue::SinceLine { line: 0 },
            Cue::Phases,
            Cue::Line { line: 1 },
            Cue::YawRate { tau_s: 0.1 },
        ],
        lines: 2,
        teaching,
        ..Default::default()
    }
}

fn adaptive(basis: Basis) -> Adaptive {
    let learning = Learning { trace: TraceModel::Delay(5), update: Update::Tick, step: Step::Plain(1e-2) };
    let law = Pid::new(PidGains { kp: 0.5, kd: 0.0, ki: 0.0, filter_s: 0.0 }, 0.02).unwrap();
    Adaptive::new(law, AdaptiveFilter::new(basis, &learning).unwrap(), AddsTo::Command, 0.02)
}

#[test]
fn steered_walkers_conform_with_every_teaching_and_rival() {
    type Make<'a> = &'a dyn Fn() -> Box<dyn Controller>;
    let bases = || [Basis::gammas(&[0.05], 2, 0.02).unwrap(), Basis::bands(&[0.1], 0.02).unwrap()];
    let bundle = || {
        let parts = bases().into_iter().map(|basis| Box::new(adaptive(basis)) as Box<dyn Controller>);
        Box::new(Bundle::new(parts.collect()).unwrap()) as Box<dyn Controller>
    };
    let gains = [PiGains { kp: 0.5, ki: 0.2 }; 2];
    let cerebella: [(Make, bool); 3] = [
        (&|| Box::new(OneWeight::new(&[0.3, 0.3], 0.02).unwrap()), true),
        (&|| Box::new(PiController::new(&gains, Some(9), 0.02).unwrap()), false),
        (&bundle, true),
    ];
    let teachings = [
        Teaching::Live,
        Teaching::Delayed { delay_s: 0.06 },
        Teaching::Shuffled { window_s: 0.2, time: true, sign: true },
        Teaching::Frozen,
    ];
    for (make, learns) in cerebella {
        for teaching in teachings {
            let steered = || {
                let base: Box<dyn Steerable> = Box::new(walker(&WalkerParameters::default()));
                Posed::new(SteeredWalker::new(&steered_parameters(teaching), base, make(), 4).unwrap())
            };
            conforms::controller(steered, learns && teaching != Teaching::Frozen);
        }
    }
    conforms::controller(|| Pulse::new(&PulseParameters::default()).unwrap(), false);
}

#[test]
fn learned_values_of_a_steered_walker_are_given_away_and_taken_back() {
    let make = || {
        let base = walker(&WalkerParameters::default());
        let weights = OneWeight::new(&[0.3, 0.3], 0.02).unwrap();
        SteeredWalker::new(&steered_parameters(Teaching::Live), base, Box::new(weights), 4).unwrap()
    };
    let mut learned = make();
    let mut sensed = level(&WalkerParameters::default());
    sensed[12] = 0.4;
    let mut command = [0.0; 12];
    for tick in 0..100 {
        let senses = Senses { tick, sensed: &sensed, reference: &[], reference_then: &[], cues: &[0.0, 0.0] };
        learned.advance(&senses, &mut command).unwrap();
    }
    let mut other = make();
    other.load(&learned.save()).unwrap();
    assert!(learned.weights()[0] != 0.0);
    assert_eq!(other.weights(), learned.weights());
    // Another gain gives the weights another meaning.
    let mut parameters = steered_parameters(Teaching::Live);
    parameters.outputs[0].gain = 1.0;
    let base = walker(&WalkerParameters::default());
    let weights = OneWeight::new(&[0.3, 0.3], 0.02).unwrap();
    let mut turned = SteeredWalker::new(&parameters, base, Box::new(weights), 4).unwrap();
    assert!(turned.load(&learned.save()).is_err());
}

/// A walker that only turns: it drifts to the left, and its lateral step turns it to the right.
struct Turning {
    step: f64,
    phases: [f64; 1],
}

snapshot!(Turning { step });

impl Turning {
    /// Yaw rate, rad/s. Gain: 290 deg/s for each rad, as measured on a Unitree Go2.
    fn yaw_rate(&self, drift: f64) -> f64 {
        drift - 5.06 * self.step
    }
}

impl Controller for Turning {
    fn name(&self) -> &str {
        "turning"
    }

    fn commands(&self) -> usize {
        12
    }

    fn reset(&mut self) {}

    fn advance(&mut self, _: &Senses, command: &mut [f64]) -> Result<(), Error> {
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

/// Mean yaw rate in the last ten seconds of 100 with a drift of 0.1 rad/s, and the step.
fn drift_after_learning(teaching: Teaching, cerebellum: Box<dyn Controller>) -> [f64; 2] {
    let parameters = SteeredParameters { teaching, cues: Vec::new(), ..Default::default() };
    let base = Turning { step: 0.0, phases: [0.0] };
    let mut steered = SteeredWalker::new(&parameters, base, cerebellum, 7).unwrap();
    let (mut sensed, mut yaw, mut late) = (level(&WalkerParameters::default()), 0.0_f64, 0.0);
    for n in 0..20_000 {
        let rate = steered.base().yaw_rate(0.1);
        yaw += rate * DT;
        late += if n >= 18_000 { rate / 2000.0 } else { 0.0 };
        (sensed[3], sensed[6]) = (libm::cos(yaw / 2.0), libm::sin(yaw / 2.0));
        sensed[12] = rate;
        advance(&mut steered, &sensed).unwrap();
    }
    [late, steered.effect()[0]]
}

#[test]
fn a_drift_is_ended_by_a_weight_that_is_taught_by_it_and_by_no_other() {
    let weight = || Box::new(OneWeight::new(&[0.03], 0.02).unwrap());
    let right = 0.1 / 5.06;
    // Time constant of the learning: 1 / (0.03 x 5.06 /s) = 6.6 s; 90 s are 13 of them.
    let [rate, step] = drift_after_learning(Teaching::Live, weight());
    assert!(rate.abs() < 1e-5 && (step - right).abs() < 1e-5, "{rate} {step}");
    // A delay of half a second is far below that.
    let [rate, _] = drift_after_learning(Teaching::Delayed { delay_s: 0.5 }, weight());
    assert!(rate.abs() < 1e-4, "{rate}");
    let [rate, step] = drift_after_learning(Teaching::Frozen, weight());
    assert!((rate - 0.1).abs() < 1e-12 && step == 0.0);
    let shuffled = Teaching::Shuffled { window_s: 10.0, time: true, sign: true };
    let [rate, _] = drift_after_learning(shuffled, weight());
    // Steps of ±0.03 x 0.02 x 0.1 add up as a walk at random: sd 0.0042 in 5000 updates, and so 0.021 rad/s of 0.1.
    assert!((rate - 0.1).abs() < 4.0 * 0.021, "{rate}");
    assert!(rate.abs() > 0.01, "{rate}");
}

#[test]
fn a_pi_controller_of_heading_ends_the_drift_and_brings_the_heading_back() {
    let pi = PiController::new(&[PiGains { kp: 0.05, ki: 0.01 }], None, 0.02).unwrap();
    let output = Output { error: WalkError::Heading, ..Output::LATERAL_STEP };
    let parameters = SteeredParameters { outputs: vec![output], cues: Vec::new(), ..Default::default() };
    let base = Turning { step: 0.0, phases: [0.0] };
    let mut steered = SteeredWalker::new(&parameters, base, Box::new(pi), 7).unwrap();
    let (mut sensed, mut yaw) = (level(&WalkerParameters::default()), 3.0_f64);
    for _ in 0..40_000 {
        let rate = steered.base().yaw_rate(0.1);
        yaw += rate * DT;
        (sensed[3], sensed[6]) = (libm::cos(yaw / 2.0), libm::sin(yaw / 2.0));
        sensed[12] = rate;
        advance(&mut steered, &sensed).unwrap();
    }
    assert!((yaw - 3.0).abs() < 1e-2 && (steered.effect()[0] - 0.1 / 5.06).abs() < 1e-3, "{yaw}");
    assert!((steered.errors().get(WalkError::Heading) - (yaw - 3.0)).abs() < 2e-3);
}

#[test]
fn without_its_senses_a_cerebellum_commands_what_it_has_stored() {
    let weight = OneWeight::new(&[1.0], 0.02).unwrap();
    let parameters = SteeredParameters { cues: Vec::new(), ..Default::default() };
    let base = Turning { step: 0.0, phases: [0.0] };
    let mut steered = SteeredWalker::new(&parameters, base, Box::new(weight), 7).unwrap();
    let mut sensed = level(&WalkerParameters::default());
    sensed[12] = 0.1;
    // Twelve ticks are three updates, the third of which commands what the first two have added up.
    let walk = |steered: &mut SteeredWalker<Turning>, ticks: usize| {
        (0..ticks).for_each(|_| _ = advance(steered, &sensed).unwrap());
        steered.effect()[0]
    };
    assert!((walk(&mut steered, 12) - 2.0 * 0.02 * 0.1).abs() < 1e-12);
    steered.lose_senses(true);
    let stored = walk(&mut steered, 4);
    assert!((stored - 3.0 * 0.02 * 0.1).abs() < 1e-12, "{stored}");
    assert_eq!(walk(&mut steered, 40), stored);
    assert_eq!(steered.reported(), [0.0]);
    steered.lose_senses(false);
    assert!(walk(&mut steered, 8) > stored);
}

#[test]
fn effectors_are_held_between_updates_clipped_and_counted() {
    let output = Output { limit: 0.02, ..Output::LATERAL_STEP };
    let parameters = SteeredParameters { outputs: vec![output], cues: Vec::new(), ..Default::default() };
    let weight = OneWeight::new(&[1.0], 0.02).unwrap();
    let base = Turning { step: 0.0, phases: [0.0] };
    let mut steered = SteeredWalker::new(&parameters, base, Box::new(weight), 7).unwrap();
    let mut sensed = level(&WalkerParameters::default());
    sensed[12] = 0.5;
    let mut steps = Vec::new();
    for _ in 0..24 {
        advance(&mut steered, &sensed).unwrap();
        steps.push(steered.base().step);
    }
    // w falls by 1 x 0.02 x 0.5 in each update, and is used from the next one on.
    let expected = [0.0, 0.01, 0.02, 0.02, 0.02, 0.02];
    for (n, step) in steps.iter().enumerate() {
        assert!((step - expected[n / 4]).abs() < 1e-12, "{n}: {step}");
    }
    assert_eq!(steered.clipped(), [3]);
    steered.reset();
    assert_eq!((steered.base().step, steered.clipped()), (0.0, &[0][..]));
}

#[test]
fn steered_walkers_that_cannot_be_are_refused_by_name() {
    let error = |change: &dyn Fn(&mut SteeredParameters), cerebellum: Box<dyn Controller>| {
        let mut parameters = SteeredParameters::default();
        change(&mut parameters);
        let base = walker(&WalkerParameters::default());
        SteeredWalker::new(&parameters, base, cerebellum, 1).err().unwrap().to_string()
    };
    let weight = || Box::new(OneWeight::new(&[0.1], 0.02).unwrap());
    let turn = |p: &mut SteeredParameters| p.outputs[0].effector = Effector::TurnRate;
    assert!(error(&turn, weight()).contains("`turn_rate`; there are abduction_offset"));
    assert!(error(&|p| p.outputs.clear(), weight()).contains("outputs"));
    assert!(error(&|p| p.outputs.push(Output::LATERAL_STEP), weight()).contains("one for `lateral_step`"));
    assert!(error(&|p| p.outputs[0].gain = 0.0, weight()).contains("gain = 0"));
    assert!(error(&|p| p.cues.push(Cue::Line { line: 0 }), weight()).contains("line = 0"));
    assert!(error(&|p| p.every_ticks = 0, weight()).contains("every_ticks"));
    let two = Box::new(OneWeight::new(&[0.1; 2], 0.02).unwrap());
    assert!(error(&|_| {}, two).contains("commands of the cerebellum = 2"));
    let pi = PiController::new(&[PiGains { kp: 1.0, ki: 0.0 }], Some(30), 0.02).unwrap();
    assert!(error(&|_| {}, Box::new(pi)).contains("cues of the cerebellum = 31"));
    // Its ticks are those of the updates.
    let slow = Box::new(OneWeight::new(&[0.1], DT).unwrap());
    let base = walker(&WalkerParameters::default());
    let steered = SteeredWalker::new(&SteeredParameters::default(), base, slow, 1).unwrap();
    let refused = ClosedLoop::new(Puppet::new(Body::default()), steered, 0, DT, [0, 0]);
    assert!(refused.err().unwrap().to_string().contains("one weight: dt_s = 0.005"));
    assert!(
        Bundle::new(vec![Box::new(FixedCorrections::none(2).unwrap())])
            .err()
            .unwrap()
            .to_string()
            .contains("commands")
    );
}
