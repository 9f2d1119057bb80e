//! Walkers keep what controllers promise, their angles stay in range, and a cerebellum on top of one ends an error if, and only if, it
//! is taught by it.

use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::walking::{
    Body, Bundle, Cue, Curiosity, Effector, FixedCorrections, Mix, OneWeight, Output, Parts, PiController,
    PiGains, Pulse, PulseParameters, RandomCorrections, RandomParameters, Speed, Steerable,
    SteeredParameters, SteeredWalker, Teaching, View, WalkError, Walker, WalkerParameters, Weight, Wiring,
};
use lobule_control::{
    Adaptive, AddsTo, Channel, ClosedLoop, Controller, Drive, Error, Inputs, Plant, Senses, Signature,
    Snapshot, conforms, feedback::Pid, feedback::PidGains, snapshot,
};

const DT: f64 = 0.005;

fn none(parameters: &WalkerParameters) -> Box<dyn Controller> {
    Box::new(FixedCorrections::none(parameters.body.joints()).unwrap())
}

fn walker(parameters: &WalkerParameters) -> Walker {
    Walker::new(parameters, none(parameters), 1).unwrap()
}

/// Senses of a level body at its height, with joints at home.
fn level(parameters: &WalkerParameters) -> Vec<f64> {
    let body = parameters.body;
    let mut senses = vec![0.0; body.senses()];
    (senses[2], senses[3]) = (0.27, 1.0);
    for joint in 0..body.joints() {
        senses[13 + joint] = parameters.home[joint % body.joints_per_leg];
    }
    senses
}

fn advance(controller: &mut dyn Controller, sensed: &[f64]) -> Result<Vec<f64>, Error> {
    let mut command = vec![f64::NAN; controller.commands()];
    let senses = Senses { tick: 0, sensed, reference: &[], reference_then: &[], cues: &[] };
    controller.advance(&senses, &mut command).map(|()| command)
}

/// A controller that is given a trunk of unit orientation, whatever the suite signals there.
struct Posed<C> {
    inner: C,
    sensed: Vec<f64>,
}

snapshot!([C: Controller] Posed<C> { inner });

impl<C: Controller> Posed<C> {
    fn new(inner: C) -> Self {
        Self { sensed: vec![0.0; inner.inputs().senses], inner }
    }
}

impl<C: Controller> Controller for Posed<C> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn commands(&self) -> usize {
        self.inner.commands()
    }

    fn inputs(&self) -> Inputs {
        self.inner.inputs()
    }

    fn reset(&mut self) {
        self.inner.reset();
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        self.sensed.copy_from_slice(senses.sensed);
        self.sensed[2] += 0.27;
        self.sensed[3] = 1.0;
        let length = self.sensed[3..7].iter().map(|q| q * q).sum::<f64>().sqrt();
        self.sensed[3..7].iter_mut().for_each(|q| *q /= length);
        self.inner.advance(&Senses { sensed: &self.sensed, ..*senses }, command)
    }

    fn finish(&mut self, cost: f64) -> Result<(), Error> {
        self.inner.finish(cost)
    }

    fn weights(&self) -> &[f64] {
        self.inner.weights()
    }

    fn set_learning(&mut self, learns: bool) {
        self.inner.set_learning(learns);
    }
}

/// Parameters that differ from the defaults in every switch.
fn others() -> Vec<WalkerParameters> {
    let mut all = vec![WalkerParameters::default(), WalkerParameters::default()];
    let p = &mut all[1];
    p.weight = Weight::Fixed(0.4);
    p.mixing.mix = Mix::Additive;
    p.reflexes.wiring = Wiring::Anatomical;
    p.segment.wiring = Wiring::Anatomical;
    p.arousal.curiosity = Curiosity::Drawn;
    p.arousal.rises_when_fallen = true;
    p.speed = Speed::Body;
    p.reflexes_see_late = true;
    all.push(WalkerParameters {
        body: Body { legs: 2, joints_per_leg: 4 },
        home: vec![0.0, 0.5, -1.0, 0.2],
        ..Default::default()
    });
    all[2].generator.phase_offsets = vec![0.0, 0.5];
    let off = Parts { generator: false, reflexes: false, terrain: false, segment: false };
    all.push(WalkerParameters { parts: off, speed: Speed::World, ..Default::default() });
    all
}

#[test]
fn walkers_conform_with_every_part_and_source_of_corrections() {
    for parameters in others() {
        let n = parameters.body.joints();
        let make = || Posed::new(walker(&parameters));
        conforms::controller(make, false);
        let random = || {
            let size = RandomParameters { sd: 0.05, correlation_s: 0.2 };
            let random = RandomCorrections::new(size, n, DT, 3).unwrap();
            Posed::new(Walker::new(&parameters, Box::new(random), 2).unwrap())
        };
        conforms::controller(random, false);
        let learning = || {
            let weights = OneWeight::new(&vec![0.5; n], DT).unwrap();
            Posed::new(Walker::new(&parameters, Box::new(weights), 2).unwrap())
        };
        conforms::controller(learning, true);
    }
}

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

#[test]
fn angles_stay_within_the_range_of_a_command_whatever_is_sensed() {
    let draws = RandomCorrections::new(RandomParameters { sd: 3.0, correlation_s: 0.05 }, 41, DT, 9);
    let mut wild = draws.unwrap();
    for parameters in others().into_iter().filter(|p| p.body == Body::default()) {
        let size = RandomParameters { sd: 2.0, correlation_s: 0.0 };
        let corrections = Box::new(RandomCorrections::new(size, 12, DT, 3).unwrap());
        let mut walker = Walker::new(&parameters, corrections, 1).unwrap();
        walker.steer(Effector::Trim, 0.2).unwrap();
        walker.steer(Effector::LateralStep, 0.1).unwrap();
        wild.reset();
        for _ in 0..5000 {
            let mut sensed = advance(&mut wild, &[]).unwrap();
            let length = sensed[3..7].iter().map(|q| q * q).sum::<f64>().sqrt();
            sensed[3..7].iter_mut().for_each(|q| *q /= length);
            let up = parameters.body.view(&sensed).unwrap().upright();
            let range = 0.4 + 1.1 * (1.0 - up) / 2.0;
            let angles = advance(&mut walker, &sensed).unwrap();
            assert!(walker.normalized().iter().all(|u| u.abs() <= 1.0));
            for (j, angle) in angles.iter().enumerate() {
                let steering = [0.1, 0.1, 0.2][j % 3];
                assert!((angle - parameters.home[j % 3]).abs() <= range + steering + 1e-12);
            }
        }
    }
}

#[test]
fn the_first_tick_is_that_of_the_equations() {
    let parameters = WalkerParameters::default();
    let mut walker = walker(&parameters);
    let angles = advance(&mut walker, &level(&parameters)).unwrap();
    let phi = std::f64::consts::TAU * 0.01;
    // The gate has not changed yet: a body at rest cannot lose competence that it does not have.
    let (a, w) = (0.5001 * 0.85, 0.9);
    let tone = [-0.03, 0.05, -0.02];
    let cpg = [
        0.05 * a * libm::sin(phi),
        0.8 * a * 1.5 * libm::sin(phi),
        1.2 * a * libm::sin(phi + 0.2 * std::f64::consts::PI),
    ];
    for (k, home) in [0.0, 0.9, -1.8].into_iter().enumerate() {
        let expected = home + 0.4 * (w * cpg[k] + tone[k]);
        assert!((angles[3 + k] - expected).abs() < 1e-12, "{k}");
    }
    assert_eq!(walker.norepinephrine(), 0.25);
    // Corrections have the share that is left.
    let fixed = FixedCorrections::new(&[0.02; 12]).unwrap();
    let mut corrected = Walker::new(&parameters, Box::new(fixed), 1).unwrap();
    let moved = advance(&mut corrected, &level(&parameters)).unwrap();
    for (with, without) in moved.iter().zip(&angles) {
        assert!((with - without - 0.02 * 0.1 * 0.4).abs() < 1e-12);
    }
}

#[test]
fn parts_that_are_off_command_nothing() {
    let parts = Parts { generator: false, reflexes: false, terrain: false, segment: false };
    let parameters = WalkerParameters { parts, ..Default::default() };
    let mut still = walker(&parameters);
    let mut sensed = level(&parameters);
    (sensed[13], sensed[14]) = (0.7, -0.4);
    for _ in 0..50 {
        let angles = advance(&mut still, &sensed).unwrap();
        assert_eq!(angles, parameters.home.repeat(4));
    }
    let only = |change: fn(&mut Parts)| {
        let mut parts = parts;
        change(&mut parts);
        let mut walker = walker(&WalkerParameters { parts, ..Default::default() });
        let angles: Vec<Vec<f64>> = (0..50).map(|_| advance(&mut walker, &sensed).unwrap()).collect();
        assert!(angles.iter().any(|angles| *angles != parameters.home.repeat(4)), "{parts:?}");
        angles
    };
    let found = [only(|p| p.generator = true), only(|p| p.reflexes = true), only(|p| p.segment = true)];
    assert!(found[0] != found[1] && found[1] != found[2]);
    sensed[4..6].copy_from_slice(&[0.1, 0.1]);
    sensed[3] = 0.98_f64.sqrt();
    let slope = walker(&WalkerParameters { parts: Parts { terrain: true, ..parts }, ..Default::default() });
    let (mut slope, mut last) = (slope, Vec::new());
    (0..50).for_each(|_| last = advance(&mut slope, &sensed).unwrap());
    assert!(last != parameters.home.repeat(4));
}

#[test]
fn the_speed_of_the_original_loses_sight_of_a_walk_along_y() {
    let weight = |speed, way: [f64; 2], turned: bool| {
        let parameters = WalkerParameters { speed, ..Default::default() };
        let mut walker = walker(&parameters);
        let mut sensed = level(&parameters);
        if turned {
            (sensed[3], sensed[6]) = (0.5_f64.sqrt(), 0.5_f64.sqrt());
        }
        for n in 0..3000 {
            for axis in 0..2 {
                sensed[axis] = way[axis] * DT * f64::from(n);
                sensed[7 + axis] = way[axis];
            }
            advance(&mut walker, &sensed).unwrap();
        }
        walker.weight()
    };
    for speed in [Speed::WorldDifference, Speed::World, Speed::Body] {
        let along_x = weight(speed, [0.2, 0.0], false);
        // From the tick on in which 0.2 (1 - 0.99^n) exceeds 0.03 (n = 17, one later without a way in the first).
        assert!((0.6..0.61).contains(&along_x), "{speed:?} {along_x}");
    }
    assert_eq!(weight(Speed::WorldDifference, [0.0, 0.2], true), 0.9);
    assert_eq!(weight(Speed::World, [0.0, 0.2], true), 0.9);
    assert!(weight(Speed::Body, [0.0, 0.2], true) < 0.61);
    // Backwards is not forwards.
    assert_eq!(weight(Speed::WorldDifference, [-0.2, 0.0], false), 0.9);
}

/// What a cerebellum in a walker was given.
#[derive(Default)]
struct Witness {
    told: std::sync::Arc<std::sync::Mutex<Vec<Vec<f64>>>>,
}

snapshot!(Witness {});

impl Controller for Witness {
    fn name(&self) -> &str {
        "witness"
    }

    fn commands(&self) -> usize {
        12
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(41, 0, 17)
    }

    fn reset(&mut self) {}

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        self.told.lock().unwrap().push([senses.sensed, senses.cues].concat());
        command.fill(0.1);
        Ok(())
    }
}

#[test]
fn a_cerebellum_is_told_the_senses_the_last_command_steering_target_norepinephrine_and_way() {
    let witness = Witness::default();
    let told = witness.told.clone();
    let parameters = WalkerParameters::default();
    let mut walker = Walker::new(&parameters, Box::new(witness), 1).unwrap();
    walker.steer(Effector::AbductionOffset, 0.3).unwrap();
    let (mut sensed, mut commands) = (level(&parameters), vec![vec![0.0; 12]]);
    for n in 0..3 {
        sensed[0] = 1.0 + 0.001 * f64::from(n);
        let cues = [0.5, 0.7];
        let senses = Senses { tick: 0, sensed: &sensed, reference: &[], reference_then: &[], cues: &cues };
        walker.advance(&senses, &mut [0.0; 12]).unwrap();
        commands.push(walker.normalized().to_vec());
        let told = told.lock().unwrap()[n as usize].clone();
        assert_eq!(told[..41], sensed);
        assert_eq!(told[41..53], commands[n as usize]);
        assert_eq!(told[53..57], [0.3, 0.5, 0.7, 0.25]);
        assert!((told[57] - if n == 0 { 0.0 } else { 0.001 }).abs() < 1e-12);
    }
    assert_eq!(walker.corrections(), [0.1; 12]);
    // A body that was put back has not gone there.
    walker.relocated();
    sensed[0] = 0.0;
    advance(&mut walker, &sensed).unwrap();
    assert_eq!(told.lock().unwrap()[3][57], 0.0);
}

#[test]
fn reflexes_that_see_late_are_given_the_tilt_of_the_tick_before() {
    let parts = Parts { generator: false, reflexes: true, terrain: false, segment: false };
    let parameters = WalkerParameters { parts, reflexes_see_late: true, ..Default::default() };
    let (mut late, mut now) =
        (walker(&parameters), walker(&WalkerParameters { reflexes_see_late: false, ..parameters.clone() }));
    let flat = level(&parameters);
    let mut tilted = flat.clone();
    (tilted[3], tilted[4]) = (libm::cos(0.05), libm::sin(0.05));
    let home = parameters.home.repeat(4);
    assert_eq!(advance(&mut late, &flat).unwrap(), home);
    assert_eq!(advance(&mut late, &tilted).unwrap(), home);
    let after = advance(&mut late, &flat).unwrap();
    advance(&mut now, &flat).unwrap();
    assert!(after != home && advance(&mut now, &tilted).unwrap() != home);
    assert_eq!(advance(&mut now, &flat).unwrap(), home);
}

/// A body whose joints follow their targets, on a trunk that stands still.
#[derive(Clone)]
struct Puppet {
    body: Body,
    signature: Signature,
    angles: Vec<f64>,
}

snapshot!(Puppet { angles });

impl Puppet {
    fn new(body: Body) -> Self {
        let joint = |j| Channel::new(body.joint_name(j), "rad");
        let commands = (0..body.joints()).map(joint).collect();
        let signature = Signature { name: "puppet".into(), senses: body.channels(), commands };
        Self { body, signature, angles: vec![0.0; body.joints()] }
    }
}

impl Plant for Puppet {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.angles.fill(0.0);
    }

    fn advance(&mut self, command: &[f64], _dt_s: f64) -> Result<(), Error> {
        Error::finite("puppet", ["angle"], command, f64::NAN)?;
        self.angles.iter_mut().zip(command).for_each(|(q, target)| *q += 0.2 * (target - *q));
        Ok(())
    }

    fn sense(&self, out: &mut [f64]) {
        out.fill(0.0);
        (out[2], out[3]) = (0.27, 1.0);
        out[13..13 + self.body.joints()].copy_from_slice(&self.angles);
    }
}

#[test]
fn a_loop_of_a_body_and_a_walker_goes_on_from_a_copy_bit_for_bit() {
    let make = || {
        let parameters = WalkerParameters::default();
        let size = RandomParameters { sd: 0.05, correlation_s: 0.2 };
        let random = Box::new(RandomCorrections::new(size, 12, DT, 3).unwrap());
        let walker = Walker::new(&parameters, random, 1).unwrap();
        ClosedLoop::new(Puppet::new(parameters.body), walker, 0, DT, [0, 0]).unwrap()
    };
    conforms::closed_loop(make, 0, 0);
    let mut walk = make();
    for _ in 0..2000 {
        walk.tick(&Drive::default()).unwrap();
    }
    let thighs = walk.plant().angles.iter().skip(1).step_by(3);
    assert!(thighs.clone().all(|q| (q - 0.9).abs() < 0.5), "{:?}", thighs.collect::<Vec<_>>());
}

#[test]
fn bad_senses_bodies_and_cerebella_are_refused_by_name() {
    let parameters = WalkerParameters::default();
    let mut walks = walker(&parameters);
    let good = level(&parameters);
    let before = walks.snapshot();
    let mut nan = good.clone();
    nan[14] = f64::NAN;
    let mut zero = good.clone();
    zero[3] = 0.0;
    let table: [(&[f64], &str); 4] = [
        (&nan, "FL thigh angle is NaN"),
        (&good[..40], "40 values as senses"),
        (&[good.as_slice(), &[0.0]].concat(), "42 values as senses"),
        (&zero, "length of the base orientation = 0"),
    ];
    for (sensed, text) in table {
        let error = advance(&mut walks, sensed).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
        assert_eq!(walks.snapshot(), before, "nothing has changed");
    }
    let steering = walks.steer(Effector::TurnRate, 0.1).unwrap_err().to_string();
    assert!(steering.contains("no effector of the walker `turn_rate`"), "{steering}");
    let error = |change: &dyn Fn(&mut WalkerParameters)| {
        let mut parameters = WalkerParameters::default();
        change(&mut parameters);
        let cerebellum = Box::new(FixedCorrections::none(12).unwrap());
        Walker::new(&parameters, cerebellum, 1).err().unwrap().to_string()
    };
    assert!(error(&|p| p.body.legs = 0).contains("legs = 0"));
    assert!(error(&|p| p.body.legs = 6).contains("phase_offsets = 4"));
    assert!(error(&|p| p.home = vec![0.0; 2]).contains("home = 2"));
    assert!(error(&|p| p.dt_s = 0.0).contains("dt_s = 0"));
    assert!(error(&|p| p.weight = Weight::Fixed(-0.1)).contains("fixed weight = -0.1"));
    let many = Walker::new(&parameters, Box::new(FixedCorrections::none(13).unwrap()), 1);
    assert!(many.err().unwrap().to_string().contains("commands of the cerebellum = 13"));
    // A body with other joints, and a loop of other ticks.
    let six = Body { legs: 6, joints_per_leg: 3 };
    assert!(ClosedLoop::new(Puppet::new(six), walker(&parameters), 0, DT, [0, 0]).is_err());
    let slow = ClosedLoop::new(Puppet::new(parameters.body), walker(&parameters), 0, 0.01, [0, 0]);
    assert!(slow.err().unwrap().to_string().contains("walker: dt_s = 0.005"));
    let written = serde_json::to_string(&parameters).unwrap();
    assert_eq!(serde_json::from_str::<WalkerParameters>(&written).unwrap(), parameters);
    assert!(serde_json::from_str::<WalkerParameters>(r#"{"gaet": 1}"#).is_err());
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

#[test]
fn a_view_is_read_without_a_walker() {
    let sensed = level(&WalkerParameters::default());
    let view: View = Body::default().view(&sensed).unwrap();
    assert!(!WalkerParameters::default().is_fallen(&view));
    let mut low = sensed.clone();
    low[2] = 0.12;
    assert!(WalkerParameters::default().is_fallen(&Body::default().view(&low).unwrap()));
    let mut side = sensed;
    (side[3], side[4]) = (0.5_f64.sqrt(), 0.5_f64.sqrt());
    assert!(WalkerParameters::default().is_fallen(&Body::default().view(&side).unwrap()));
}
