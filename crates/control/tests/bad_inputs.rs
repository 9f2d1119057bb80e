//! Mistakes of a first day, as a table: each entry ends in an error that names the part, the value and the remedy, and
//! none panics.

use lobule_control::feedback::{Pid, PidGains, Reflex, Trimmed};
use lobule_control::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use lobule_control::forward::{
    Anticipating, AnticipatorParameters, ConstantVelocity, Context, Equations, InnerLoop,
    InnerLoopParameters, Law, Linear as LinearModel, LinearRule, Persistence, Scales, SmithPredictor,
};
use lobule_control::identify::{Identify, Response};
use lobule_control::plant::{DrivenEye, Eye, EyeParameters, Linear, TwoLink};
use lobule_control::{
    Adaptive, Architecture, Beside, Brainstem, BrainstemParameters, ClosedLoop, Conditioning,
    ConditioningParameters, Controller, DelayLine, Delays, Drive, Driver, Dropout, Error, InverseDynamics,
    JointLearning, JointLearningParameters, Missing, Mosaic, MosaicParameters, MosaicScales, Role, Senses,
    Signature, VestibuloOcular,
};

const DT_S: f64 = 0.01;
const GAINS: PidGains = PidGains { kp: 6.0, kd: 1.5, ki: 4.0, filter_s: 0.03 };

fn law(dt_s: f64) -> Pid {
    Pid::new(GAINS, dt_s).unwrap()
}

fn body() -> Linear {
    Linear::second_order(1.0, 2.0, 4.0).unwrap()
}

fn filter(basis: Basis) -> AdaptiveFilter {
    let learning = Learning { trace: TraceModel::Delay(20), update: Update::Trial, step: Step::SUGGESTED };
    AdaptiveFilter::new(basis, &learning).unwrap()
}

fn gaussians(dt_s: f64) -> Basis {
    Basis::gaussians(40, 0.1, 0.06, dt_s).unwrap()
}

fn cfpc(law_dt_s: f64, basis_dt_s: f64, dt_s: f64) -> Adaptive {
    Adaptive::cfpc(law(law_dt_s), filter(gaussians(basis_dt_s)), dt_s)
}

fn looped<C: Controller>(controller: C) -> ClosedLoop<Linear, C> {
    ClosedLoop::new(body(), controller, 1, DT_S, [10, 5]).unwrap()
}

fn state_law() -> Law {
    Box::new(|s, r, u| u[0] = 4.0 * (r.first().unwrap_or(&0.0) - s[0]) - s.get(1).unwrap_or(&0.0))
}

fn inner(delays: [usize; 2], states: usize) -> InnerLoop {
    let parameters = InnerLoopParameters { delays, ..InnerLoopParameters::default() };
    InnerLoop::new(parameters, state_law(), Box::new(Persistence::new(vec![1.0; states], 1).unwrap()))
        .unwrap()
}

fn said<T>(result: Result<T, Error>) -> String {
    result.err().map_or_else(|| "accepted".into(), |error| error.to_string())
}

fn tick<C: Controller>(controller: C, reference: &[f64], disturbance: &[f64], cues: &[f64]) -> String {
    said(looped(controller).tick(&Drive { reference, disturbance, cues }))
}

#[test]
fn what_is_asked_for_wrongly_is_refused_by_name() {
    let closed = |controller: Box<dyn Controller>, references, dt_s, delays: [usize; 2]| {
        said(ClosedLoop::new(
            Box::new(body()) as Box<dyn lobule_control::Plant>,
            controller,
            references,
            dt_s,
            delays,
        ))
    };
    let reflex = || Box::new(Reflex::new(law(DT_S)));
    let table: Vec<(&str, String, &[&str])> = vec![
        ("dt = 0", closed(reflex(), 1, 0.0, [0, 0]), &["dt_s = 0", "more than 0 s"]),
        ("dt = -0.01", closed(reflex(), 1, -0.01, [0, 0]), &["dt_s = -0.01"]),
        ("dt = NaN", closed(reflex(), 1, f64::NAN, [0, 0]), &["dt_s = NaN"]),
        (
            "dt of the law",
            closed(Box::new(Reflex::new(law(0.02))), 1, DT_S, [0, 0]),
            &["pid: dt_s = 0.02", "ticks of 0.01 s"],
        ),
        ("dt of cfpc", closed(Box::new(cfpc(DT_S, DT_S, -1.0)), 1, DT_S, [0, 0]), &["cfpc: dt_s = -1"]),
        (
            "dt of the law of cfpc",
            closed(Box::new(cfpc(0.005, DT_S, DT_S)), 1, DT_S, [0, 0]),
            &["pid: dt_s = 0.005"],
        ),
        (
            "dt of the basis",
            closed(Box::new(cfpc(DT_S, 0.001, DT_S)), 1, DT_S, [0, 0]),
            &["gaussian basis: dt_s = 0.001"],
        ),
        (
            "dt of a trim",
            closed(Box::new(Trimmed::new(*reflex(), 1, 0.1, 0.02).unwrap()), 1, DT_S, [0, 0]),
            &["trim: dt_s = 0.02"],
        ),
        (
            "dt within two controllers",
            closed(Box::new(Beside::new(*reflex(), cfpc(DT_S, 0.02, DT_S)).unwrap()), 1, DT_S, [0, 0]),
            &["gaussian basis: dt_s = 0.02"],
        ),
        (
            "dt of a model",
            {
                let model = ConstantVelocity::new(vec![1.0; 2], 1, vec![(0, 1)], 0.02).unwrap();
                let parameters = InnerLoopParameters::default();
                let controller = InnerLoop::new(parameters, state_law(), Box::new(model)).unwrap();
                closed(Box::new(controller), 1, DT_S, [0, 0])
            },
            &["constant velocity: dt_s = 0.02"],
        ),
        (
            "sensory delay of a model",
            closed(Box::new(inner([9, 5], 2)), 1, DT_S, [10, 5]),
            &["sensory delay = 9", "10 ticks"],
        ),
        (
            "motor delay of a model",
            closed(Box::new(inner([10, 6], 2)), 1, DT_S, [10, 5]),
            &["motor delay = 6", "5 ticks"],
        ),
        (
            "delay of a Smith predictor",
            {
                let model = Box::new(Equations::new(2, 1, |s, u, next| {
                    next.copy_from_slice(&[0.5 * s[0] + u[0], 0.5 * s[1]])
                }));
                let smith = SmithPredictor::new(state_law(), model, &[0.0; 2], &[1.0; 2], 14).unwrap();
                closed(Box::new(smith), 1, DT_S, [10, 5])
            },
            &["sensory and motor delay = 14", "15 ticks"],
        ),
        (
            "states of a model",
            closed(Box::new(inner([10, 5], 4)), 1, DT_S, [10, 5]),
            &["senses read by the controller `inner loop` = 4", "2 senses"],
        ),
        (
            "references of a law",
            closed(reflex(), 0, DT_S, [0, 0]),
            &["references read by the controller `reflex` = 1"],
        ),
        ("more references than senses", closed(reflex(), 3, DT_S, [0, 0]), &["references = 3", "2 senses"]),
        ("endless delay", closed(reflex(), 1, DT_S, [usize::MAX, 0]), &["sensory delay"]),
        (
            "half a tick",
            said(Delays::seconds(0.065, 0.0, 0.01)),
            &["sensory delay = 0.065", "whole number of ticks", "0.07 s"],
        ),
        ("negative delay", said(Delays::seconds(0.06, -0.01, 0.01)), &["motor delay = -0.01"]),
        ("delay of NaN", said(Delays::seconds(f64::NAN, 0.0, 0.01)), &["sensory delay = NaN"]),
        ("delay in ms", said(Delays::seconds(60_000.0, 0.0, 0.001)), &["at most 1000000 ticks"]),
        ("line of all memory", said(DelayLine::new(usize::MAX, 2)), &["delay line", "ask for less"]),
        ("line of a terabyte", said(DelayLine::new(1 << 37, 1)), &["ask for less"]),
        (
            "response of a terabyte",
            said(AdaptiveFilter::new(
                gaussians(DT_S),
                &Learning {
                    trace: TraceModel::Response(vec![0.1; 1_000_001]),
                    update: Update::Trial,
                    step: Step::SUGGESTED,
                },
            )),
            &["response = 1000001"],
        ),
        (
            "response of NaN",
            said(AdaptiveFilter::new(
                gaussians(DT_S),
                &Learning {
                    trace: TraceModel::Response(vec![0.1, f64::NAN]),
                    update: Update::Tick,
                    step: Step::SUGGESTED,
                },
            )),
            &["response = NaN"],
        ),
        (
            "rate of 2",
            said(AdaptiveFilter::new(
                gaussians(DT_S),
                &Learning { trace: TraceModel::None, update: Update::Trial, step: Step::Normalized(2.0) },
            )),
            &["normalized rate = 2", "below 2; 1 is suggested"],
        ),
        (
            "plant of another tick",
            {
                let stem =
                    Brainstem::new(BrainstemParameters { gain: 0.8, direct_s: 0.2, leak_s: 5.0 }, 0.001)
                        .unwrap();
                let eye = DrivenEye::new(Eye::new(EyeParameters::default()).unwrap(), stem);
                said(ClosedLoop::new(eye, Reflex::new(law(DT_S)), 1, DT_S, [0, 0]))
            },
            &["brainstem: dt_s = 0.001"],
        ),
        (
            "no such sense",
            said(looped(Reflex::new(law(DT_S))).with_dropout(Dropout::between("angel", 1..2).unwrap())),
            &["no sense `angel`", "position"],
        ),
        ("no outage", said(Dropout::between("angle", 2..2)), &["dropout: ticks = 0"]),
        ("chance of 2", said(Dropout::drawn("angle", 2.0, 3, 0)), &["chance = 2"]),
    ];
    check(&table);
}

fn check(table: &[(&str, String, &[&str])]) {
    for (what, said, parts) in table {
        for part in *parts {
            assert!(said.contains(part), "{what}: {said}");
        }
    }
}

#[test]
fn what_is_given_wrongly_in_a_tick_is_refused_by_name() {
    let reflex = || Reflex::new(law(DT_S));
    let gammas = || Adaptive::cfpc(law(DT_S), filter(Basis::gammas(&[0.1], 1, DT_S).unwrap()), DT_S);
    let table: Vec<(&str, String, &[&str])> = vec![
        ("reference too short", tick(reflex(), &[], &[], &[]), &["0 values as reference", "1 references"]),
        ("reference too long", tick(reflex(), &[0.0; 2], &[], &[]), &["2 values as reference"]),
        (
            "disturbance too long",
            tick(reflex(), &[0.0], &[0.0; 2], &[]),
            &["2 values as disturbance", "1 commands, or none"],
        ),
        ("NaN reference", tick(reflex(), &[f64::NAN], &[], &[]), &["reference 0 is NaN"]),
        ("infinite cue", tick(reflex(), &[0.0], &[], &[f64::INFINITY]), &["cue 0 is inf"]),
        ("no cue", tick(gammas(), &[0.0], &[], &[]), &["0 values as cues", "`cfpc` reads 1"]),
    ];
    check(&table);
}

/// One of each controller of the crate.
fn controllers() -> Vec<Box<dyn Controller>> {
    let joints = JointLearningParameters {
        stiffness: vec![2.0],
        viscosity: vec![0.1],
        role: Role::Command,
        trace: TraceModel::Delay(2),
        rate: 0.5,
        retention: 1.0,
    };
    let mosaic = MosaicParameters {
        modules: 2,
        forgetting: 0.999,
        inverse_rate: 0.02,
        sigma: [0.5, 0.05],
        anneal_ticks: 100,
        spread: 0.1,
        switching: 0.002,
        cue_rate: 0.1,
        feedback: [50.0, 10.0],
        scales: MosaicScales { position: 1.0, velocity: 2.0, acceleration: 5.0, command: 20.0 },
    };
    let stem = Brainstem::new(BrainstemParameters { gain: 0.8, direct_s: 0.2, leak_s: 5.0 }, DT_S).unwrap();
    let bands = || filter(Basis::bands(&[0.02, 0.2], DT_S).unwrap());
    let scales = Scales { state: vec![1.0; 2], change: vec![0.1; 2], command: vec![1.0] };
    let rls = LinearModel::new(LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 }, scales).unwrap();
    let context = Context { senses: vec![1.0; 2], commands: vec![1.0], sense_taps: 2, command_taps: 3 };
    let anticipator = AnticipatorParameters {
        lines: 2,
        features: 1,
        lead: 3,
        max_lead: 3,
        rate: 0.1,
        gate: None,
        skill_samples: 100,
        adaptive_lead: None,
    };
    let links = TwoLink::HUMAN;
    vec![
        Box::new(Reflex::new(law(DT_S))),
        Box::new(Trimmed::new(Reflex::new(law(DT_S)), 1, 0.1, DT_S).unwrap()),
        Box::new(cfpc(DT_S, DT_S, DT_S)),
        Box::new(Adaptive::feedback_error_learning(law(DT_S), bands(), DT_S)),
        Box::new(Adaptive::cfpc(law(DT_S), filter(Basis::state(DT_S).unwrap()), DT_S)),
        Box::new(JointLearning::new(joints, gaussians(DT_S), DT_S).unwrap()),
        Box::new(Mosaic::new(mosaic, 1, 1, DT_S, 0).unwrap()),
        Box::new(VestibuloOcular::new(Architecture::Recurrent, 16.0, stem, bands(), DT_S).unwrap()),
        Box::new(Conditioning::new(&ConditioningParameters::default(), 1, 1e-3, 0).unwrap()),
        Box::new(InverseDynamics::new(links, [[0.0; 2]; 2], DT_S).unwrap()),
        Box::new(inner([0, 0], 2)),
        Box::new(InnerLoop::new(InnerLoopParameters::default(), state_law(), Box::new(rls)).unwrap()),
        Box::new(Anticipating::new(state_law(), context, anticipator).unwrap()),
        Box::new(Beside::new(Reflex::new(law(DT_S)), cfpc(DT_S, DT_S, DT_S)).unwrap()),
    ]
}

#[test]
fn no_controller_panics_for_any_length_and_none_learns_what_is_no_number() {
    for make in 0..controllers().len() {
        let fresh = || controllers().swap_remove(make);
        let (name, reads, commands) = {
            let c = fresh();
            (c.name().to_string(), c.inputs(), c.commands())
        };
        let full = [reads.senses, reads.references, reads.references, reads.cues];
        // Each input, and the room for commands, a value too short; those that are not read at all are skipped.
        for short in 0..5 {
            let mut lengths = full;
            let mut room = commands;
            match lengths.get_mut(short) {
                Some(0) => continue,
                Some(length) => *length -= 1,
                None => room -= 1,
            }
            let values = lengths.map(|n| vec![0.1; n]);
            let mut command = vec![0.0; room];
            let result = fresh().advance(&senses(&values), &mut command);
            assert!(matches!(result, Err(Error::Length { .. })), "{name}: input {short}: {result:?}");
        }
        // Each input not a number: what was learned stays.
        let mut learner = fresh();
        let good = full.map(|n| vec![0.1; n]);
        let mut command = vec![0.0; commands];
        learner.reset();
        for tick in 0..30 {
            learner.advance(&Senses { tick, ..senses(&good) }, &mut command).unwrap();
        }
        learner.finish(0.1).unwrap();
        let before = learner.save();
        for bad in [f64::NAN, f64::INFINITY] {
            for input in 0..4 {
                let mut values = good.clone();
                let Some(last) = values[input].last_mut() else { continue };
                *last = bad;
                let result = learner.advance(&Senses { tick: 30, ..senses(&values) }, &mut command);
                assert!(matches!(result, Err(Error::NonFinite { .. })), "{name}: input {input}: {result:?}");
                assert_eq!(learner.save(), before, "{name}: input {input}");
            }
        }
    }
}

fn senses(values: &[Vec<f64>; 4]) -> Senses<'_> {
    let [sensed, reference, reference_then, cues] = values;
    Senses { tick: 0, sensed, reference, reference_then, cues }
}

#[test]
fn useless_measurements_are_refused_with_the_remedy() {
    let run = |probe: Identify, closed: &mut ClosedLoop<Linear, Reflex>| said(probe.run(closed));
    let probe = Identify { response_s: 4.0, ..Identify::default() };
    let mut alone = looped(Reflex::new(law(DT_S)));
    let bounded = || looped(Reflex::new(law(DT_S))).signed(|c| c.commands[0].range = [-5.0, 5.0]).unwrap();
    let noisy = || looped(Reflex::new(law(DT_S))).signed(|c| c.senses[0].noise_sd = 0.5).unwrap();
    let table: Vec<(&str, String, &[&str])> = vec![
        ("good", run(probe, &mut alone), &["accepted"]),
        (
            "amplitude 0",
            run(Identify { amplitude: 0.0, ..probe }, &mut alone),
            &["amplitude = 0", "more than 0"],
        ),
        ("amplitude NaN", run(Identify { amplitude: f64::NAN, ..probe }, &mut alone), &["amplitude = NaN"]),
        ("negative amplitude", run(Identify { amplitude: -1.0, ..probe }, &mut alone), &["amplitude = -1"]),
        (
            "response longer than the probe",
            run(Identify { probe_s: 1.0, ..probe }, &mut alone),
            &["response_s = 4", "at most probe_s"],
        ),
        ("no probe", run(Identify { probe_s: 0.0, ..probe }, &mut alone), &["probe_s = 0"]),
        (
            "a year",
            run(Identify { probe_s: 3e7, ..probe }, &mut alone),
            &["probe_s = 30000000", "10000000 ticks"],
        ),
        (
            "saturated",
            run(Identify { amplitude: 2.0, ..probe }, &mut bounded()),
            &["at their bounds in", "take a smaller amplitude"],
        ),
        ("noise", run(probe, &mut noisy()), &["variance of the loop at rest", "take a larger amplitude"]),
        (
            "a controller that hears no cue",
            said(probe.run(&mut looped(cfpc(DT_S, DT_S, DT_S)))),
            &["`cfpc` does not add its first cue to the error", "Reflex"],
        ),
        ("3 taps of 2 ticks", said(Response::fit(&[1.0, 1.0], &[0.0, 0.0], 3, 0.0)), &["taps = 3"]),
        ("no taps", said(Response::fit(&[1.0; 2], &[0.0; 2], 0, 0.0)), &["taps = 0"]),
        ("an answer of another length", said(Response::fit(&[1.0; 3], &[0.0; 2], 1, 0.0)), &["ticks = 2"]),
        (
            "a loop that does not answer",
            said(Response::fit(&[1.0, -1.0, 1.0], &[0.0; 3], 1, 0.0).and_then(|r| r.check())),
            &["stood still in", "larger amplitude"],
        ),
    ];
    check(&table);
    // One that learns while it is probed.
    let model = LinearModel::new(
        LinearRule::Nlms { rate: 0.5 },
        Scales { state: vec![1.0; 2], change: vec![0.1; 2], command: vec![1.0] },
    );
    let parameters = InnerLoopParameters { delays: [10, 5], ..InnerLoopParameters::default() };
    let learner = InnerLoop::new(parameters, state_law(), Box::new(model.unwrap())).unwrap();
    let both = Beside::new(Reflex::new(law(DT_S)), learner).unwrap();
    let error = said(probe.run(&mut looped(both)));
    assert!(
        error.contains("learned while it was probed") && error.contains("set_learning(false)"),
        "{error}"
    );
}

#[test]
fn a_failing_sensor_is_named_and_held_for_as_long_as_is_asked() {
    let drive = Drive { reference: &[0.5], ..Drive::default() };
    let lossy = |ticks: std::ops::Range<u64>| {
        looped(cfpc(DT_S, DT_S, DT_S)).with_dropout(Dropout::between("position", ticks).unwrap()).unwrap()
    };
    // The loop hears of it when it is as late as everything that is sensed.
    let mut strict = lossy(50..53);
    let failed = (0..200u64).find_map(|n| strict.tick(&drive).err().map(|error| (n, error.to_string())));
    let (n, error) = failed.unwrap();
    assert_eq!(n, 60);
    assert!(
        error.contains("sensor `position` of the plant") && error.contains("see to the sensor"),
        "{error}"
    );
    assert!(!error.contains("gain"), "the remedy is not the controller's: {error}");
    let run = |at_most, ticks: std::ops::Range<u64>| {
        let mut closed = lossy(ticks).on_missing(Missing::Hold { at_most });
        (0..200u64).find_map(|n| closed.tick(&drive).err().map(|error| (n, error.to_string())))
    };
    assert_eq!(run(3, 50..53), None);
    let (n, error) = run(2, 50..53).unwrap();
    assert!(n == 62 && error.contains("for 3 ticks"), "{n} {error}");
    // What is held is the last value, and what was learned stays a number.
    let mut closed = lossy(50..55).on_missing(Missing::Hold { at_most: 10 });
    let sensed: Vec<f64> = (0..70)
        .map(|_| {
            closed.tick(&drive).unwrap();
            closed.sensed()[0]
        })
        .collect();
    assert!(sensed[60..65].iter().all(|y| *y == sensed[59]) && sensed[65] != sensed[59]);
    closed.finish(0.0).unwrap();
    assert!(closed.controller().weights().iter().all(|w| w.is_finite()));
    // A sensor that never spoke has nothing to hold.
    let mut dumb = lossy(0..10).on_missing(Missing::Hold { at_most: 100 });
    assert!(dumb.tick(&drive).is_err());
    // Outages that are drawn are the same for the same seed, and about as many as asked for.
    let silent = |seed| {
        let dropout = Dropout::drawn("position", 0.02, 3, seed).unwrap();
        let mut closed = looped(Reflex::new(law(DT_S)))
            .with_dropout(dropout)
            .unwrap()
            .on_missing(Missing::Hold { at_most: 1000 });
        (0..3000).filter(|_| closed.tick(&drive).is_ok() && closed.measured()[0].is_nan()).count()
    };
    assert_eq!(silent(1), silent(1));
    assert!((100..260).contains(&silent(1)) && silent(1) != silent(2), "{}", silent(1));
}

#[test]
fn a_driver_gives_the_commands_of_the_loop() {
    let mut closed = looped(cfpc(DT_S, DT_S, DT_S));
    let signature = Signature::new("arm", &[("position", "1"), ("velocity", "1")], &[("force", "1")]);
    let mut driver = Driver::new(&signature, cfpc(DT_S, DT_S, DT_S), 1, DT_S, [10, 5]).unwrap();
    for _ in 0..3 {
        closed.reset();
        driver.reset();
        for n in 0..300 {
            let reference = [libm::sin(0.03 * f64::from(n))];
            closed.tick(&Drive { reference: &reference, ..Drive::default() }).unwrap();
            let command = driver.act(closed.sensed(), &reference, &[]).unwrap();
            assert_eq!(command, closed.command());
        }
        closed.finish(1.0).unwrap();
        driver.finish(1.0).unwrap();
    }
    assert_eq!(driver.controller().weights(), closed.controller().weights());
    let text = |result: Result<&[f64], Error>| result.unwrap_err().to_string();
    assert!(text(driver.act(&[0.0], &[0.0], &[])).contains("1 values as senses"));
    assert!(text(driver.act(&[0.0; 2], &[0.0; 2], &[])).contains("2 values as reference"));
    assert!(text(driver.act(&[0.0, f64::NAN], &[0.0], &[])).contains("sensor `velocity` of the plant `arm`"));
    assert!(text(driver.act(&[0.0; 2], &[f64::NAN], &[])).contains("reference 0 is NaN"));
    let mut patient = driver.on_missing(Missing::Hold { at_most: 1 });
    patient.act(&[0.3, 0.0], &[0.0], &[]).unwrap();
    patient.act(&[f64::NAN, 0.0], &[0.0], &[]).unwrap();
    assert_eq!(patient.sensed()[0], 0.3);
    assert!(patient.act(&[f64::NAN, 0.0], &[0.0], &[]).is_err());
}

#[test]
fn bases_models_and_predictors_refuse_wrong_lengths_by_name() {
    use lobule_control::filter::{Traces, Tuning};
    use lobule_control::forward::{
        Anticipator, Cmac, CmacModel, CmacParameters, ForwardModel, Granule, GranuleParameters, Kalman,
    };
    let length = |result: Result<(), Error>, what: &str| {
        assert!(matches!(result, Err(Error::Length { .. })), "{what}: {result:?}");
    };
    let tuning = Tuning { middle: vec![0.0], reach: vec![0.5], speed: vec![2.0], width: 0.7 };
    let bases = [
        gaussians(DT_S),
        Basis::gammas(&[0.1], 1, DT_S).unwrap(),
        Basis::bands(&[0.1], DT_S).unwrap(),
        Basis::filtered_reference(&[0.1], 0.1, DT_S).unwrap(),
        Basis::state(DT_S).unwrap(),
        Basis::tuned(9, &tuning, DT_S, 0).unwrap(),
    ];
    for mut basis in bases {
        let n = basis.signals();
        let reads = basis.inputs();
        let none: [Vec<f64>; 4] = Default::default();
        let all = [reads.senses, reads.references, reads.references, reads.cues].map(|n| vec![0.0; n]);
        basis.advance(&senses(&all), &mut vec![0.0; n]).unwrap();
        length(basis.advance(&senses(&all), &mut vec![0.0; n + 1]), "room");
        if reads != lobule_control::Inputs::default() {
            length(basis.advance(&senses(&none), &mut vec![0.0; n]), "inputs");
        }
    }
    let mut traces = Traces::new(&TraceModel::Delay(3), 2).unwrap();
    length(traces.advance(&[0.0], &mut [0.0; 2]), "inputs");
    length(traces.advance(&[0.0; 2], &mut [0.0; 3]), "traces");

    let scales = || Scales { state: vec![1.0; 2], change: vec![0.1; 2], command: vec![1.0] };
    let rls = LinearRule::Rls { forgetting: 0.999, ridge: 1e-3 };
    let identity = (vec![1.0, 0.0, 0.0, 1.0], vec![0.0; 2], vec![0.0; 2]);
    let models: Vec<Box<dyn ForwardModel>> = vec![
        Box::new(LinearModel::new(rls, scales()).unwrap()),
        Box::new(LinearModel::new(LinearRule::Nlms { rate: 0.5 }, scales()).unwrap()),
        Box::new(
            Granule::new(
                GranuleParameters { cells: 50, fan_in: 2, ..GranuleParameters::default() },
                scales(),
                0,
            )
            .unwrap(),
        ),
        Box::new(CmacModel::new(CmacParameters::default(), 6, scales(), 0).unwrap()),
        Box::new(Kalman::new(identity, vec![0.1; 2], vec![0.1; 2]).unwrap()),
        Box::new(Persistence::new(vec![1.0; 2], 1).unwrap()),
        Box::new(ConstantVelocity::new(vec![1.0; 2], 1, vec![(0, 1)], DT_S).unwrap()),
        Box::new(Equations::new(2, 1, |s, _, next| next.copy_from_slice(s))),
    ];
    for mut model in models {
        let name = model.name().to_string();
        let mut next = [0.0; 2];
        for (state, command) in [
            (vec![0.1; 3], vec![0.1]),
            (vec![0.1], vec![0.1]),
            (vec![0.1; 2], vec![]),
            (vec![0.1; 2], vec![0.1; 2]),
        ] {
            length(model.predict(&state, &command, &mut next), &name);
            length(model.learn(&state, &command, &[0.0; 2]).map(drop), &name);
        }
        length(model.predict(&[0.1; 2], &[0.1], &mut [0.0; 3]), &name);
        // What is not a number is not learned.
        let learned = |model: &dyn ForwardModel| {
            let mut to = model.snapshot();
            to.truncate(to.len() - 8);
            to
        };
        model.learn(&[0.1; 2], &[0.1], &[0.12, 0.08]).unwrap();
        let before = learned(&*model);
        for bad in [f64::NAN, f64::INFINITY] {
            let result = model.learn(&[0.1; 2], &[0.1], &[bad, 0.1]);
            assert!(
                name == "equations" || matches!(result, Err(Error::NonFinite { .. })),
                "{name}: {result:?}"
            );
            let result = model.learn(&[0.1, bad], &[0.1], &[0.1; 2]);
            assert!(name == "equations" || result.is_err(), "{name}: {result:?}");
        }
        assert!(learned(&*model) == before, "{name}");
    }
    let mut cmac = Cmac::new(CmacParameters::default(), &[(0.0, 0.1)], 1, 0).unwrap();
    length(cmac.value(&[0.1; 2], &mut [0.0]), "CMAC");
    length(cmac.train(&[0.1], &[0.0; 2]), "CMAC");
    assert!(matches!(cmac.train(&[0.1], &[f64::NAN]), Err(Error::NonFinite { .. })));
    let parameters = AnticipatorParameters {
        lines: 1,
        features: 2,
        lead: 3,
        max_lead: 3,
        rate: 0.1,
        gate: None,
        skill_samples: 100,
        adaptive_lead: None,
    };
    let mut early = Anticipator::new(parameters).unwrap();
    length(early.tick(&[0.0; 2], &[0.0; 2], &mut [0.0]), "lines");
    length(early.tick(&[0.0], &[0.0], &mut [0.0]), "context");
    length(early.tick(&[0.0], &[0.0; 2], &mut []), "room");
}
