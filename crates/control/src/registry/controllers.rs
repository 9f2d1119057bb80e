//! The controllers of this crate by name.

use super::{
    ControllerEntry, FINITE, Given, Known, Made, NOT_NEGATIVE, POSITIVE, Parameter, SHARE, SHORT_S, Setting,
    TIME_S, number, numbers, one_command, whole, word,
};
use crate::feedback::{Pid, PidGains, Reflex};
use crate::filter::{AdaptiveFilter, Basis, Learning, Step, TraceModel, Update};
use crate::identify::{Identify, impulse_response};
use crate::{
    Adaptive, AddsTo, Architecture, Brainstem, BrainstemParameters, ClosedLoop, Conditioning,
    ConditioningParameters, Error, JointLearning, JointLearningParameters, Mosaic, MosaicParameters,
    MosaicScales, Plant, Role, VestibuloOcular,
};

/// Parameters of feedback on the late error.
pub const LAW: &[Parameter] = &[
    number("kp", "command per sense", 1.0, FINITE, "Proportional gain"),
    number("kd", "command s per sense", 0.0, FINITE, "Derivative gain"),
    number("ki", "command per sense and s", 0.0, FINITE, "Integral gain"),
    number("filter_s", "s", 0.03, SHORT_S, "Low-pass of the derivative"),
];

/// An adaptive filter. Defaults: those of `bench/anticipation`.
const FILTER: &[Parameter] = &[
    word(
        "basis",
        "gaussians",
        &["gaussians", "reference", "state", "bands", "gammas"],
        "Signals: Gaussians of time, for movements that repeat; the reference and its averages, for those that do not; the \
         state; or bands or gamma kernels behind the first cue",
    ),
    whole("signals", "1", 40, [1, 100_000], "Gaussians of time"),
    number("spacing_s", "s", 0.1, TIME_S, "Distance of the Gaussians"),
    number("width_s", "s", 0.06, TIME_S, "Width of the Gaussians"),
    numbers(
        "taus_s",
        "s",
        &[0.05, 0.1, 0.2, 0.4, 0.8],
        TIME_S,
        "Time constants of averages of the reference, of bands or of gamma kernels, rising",
    ),
    number("scale_s", "s", 0.1, TIME_S, "Unit of the derivatives of the reference"),
    word(
        "trace",
        "model",
        &["none", "delay", "model", "identified"],
        "Eligibility of a synapse: its input; its input as late as the loop answers most; its input through the loop's \
         response, computed from the model of the plant or measured on the plant",
    ),
    number("trace_s", "s", 2.0, [1e-6, 60.0], "Length of a response"),
    number("probe", "sense", 0.05, POSITIVE, "Amplitude of the steps that measure a response"),
    number("hold_s", "s", 0.0, SHORT_S, "Time for which each of these steps is held; 0 for a tick"),
    number("probe_s", "s", 60.0, [1e-3, 3600.0], "Time over which a response is measured"),
    word("update", "trial", &["trial", "tick"], "When weights change"),
    number(
        "rate",
        "1",
        1.0,
        [0.0, 1.99],
        "Normalized rate, below 2; the same for every tick; 1 is suggested",
    ),
];

pub(super) const LAWS: &[ControllerEntry] = &[
    ControllerEntry::fixed("feedback", "feedback alone: PID on the late error", &[LAW], |given, setting| {
        Ok(Box::new(Reflex::new(law(given, setting)?)))
    }),
    ControllerEntry::learning(
        "cfpc",
        "counterfactual predictive control: a filter learns the error that feedback should expect",
        &[LAW, FILTER],
        |given, setting| adaptive(given, setting, AddsTo::Error),
    ),
    ControllerEntry::learning(
        "fel",
        "feedback-error learning: a filter learns to add to the command",
        &[LAW, FILTER],
        |given, setting| adaptive(given, setting, AddsTo::Command),
    ),
];

pub(super) const MODELS: &[ControllerEntry] = &[
    ControllerEntry::learning(
        "joint_learning",
        "several joints: a Purkinje cell for each command, taught by feedback",
        &[JOINTS],
        joint_learning,
    ),
    ControllerEntry::learning(
        "mosaic",
        "several pairs of forward and inverse models, which share the command by how well they predict",
        &[MOSAIC],
        mosaic,
    ),
    ControllerEntry::learning(
        "vestibulo_ocular",
        "canals, brainstem and a flocculus that retinal slip teaches",
        &[REFLEX],
        vestibulo_ocular,
    ),
    ControllerEntry::learning(
        "conditioning",
        "an eyelid's cerebellum: when and whether to close before an air puff",
        &[CONDITIONING],
        conditioning,
    ),
];

/// The law on the late error, from the parameters of [`LAW`].
///
/// # Errors
/// As [`Pid::new`].
pub fn law(given: &Given, setting: &Setting) -> Result<Pid, Error> {
    let [kp, kd, ki, filter_s] = given.each(["kp", "kd", "ki", "filter_s"]);
    Pid::new(PidGains { kp, kd, ki, filter_s }, setting.dt_s)
}

/// A loop of feedback alone whose error takes a probe.
fn reflex(
    given: &Given,
    setting: &Setting,
    known: &Known,
) -> Result<ClosedLoop<Box<dyn Plant>, Reflex>, Error> {
    let law = Reflex::new(law(given, setting)?);
    ClosedLoop::new((known.plant)()?, law, 1, setting.dt_s, setting.delays)
}

fn gaussians(given: &Given, setting: &Setting) -> Result<Basis, Error> {
    let [spacing, width] = given.each(["spacing_s", "width_s"]);
    Basis::gaussians(given.whole("signals"), spacing, width, setting.dt_s)
}

fn basis(given: &Given, setting: &Setting) -> Result<Basis, Error> {
    let (dt, taus) = (setting.dt_s, given.numbers("taus_s"));
    match given.word("basis") {
        "gaussians" => gaussians(given, setting),
        "reference" => Basis::filtered_reference(taus, given.number("scale_s"), dt),
        "state" => Basis::state(dt),
        "bands" => Basis::bands(taus, dt),
        _ => Basis::gammas(taus, 1, dt),
    }
}

fn trace(given: &Given, setting: &Setting) -> Result<TraceModel, Error> {
    let ticks = |key: &str| ((given.number(key) / setting.dt_s).round() as usize).max(1);
    let taps = ticks("trace_s");
    let modeled = || impulse_response(&mut reflex(given, setting, &setting.model)?, taps);
    Ok(match given.word("trace") {
        "none" => TraceModel::None,
        "delay" => {
            // What somebody would choose who sees when the known loop answers most.
            let h = modeled()?;
            TraceModel::Delay((0..h.len()).fold(0, |top, n| if h[n].abs() > h[top].abs() { n } else { top }))
        }
        "identified" => {
            let (mut truth, probe) = (reflex(given, setting, &setting.truth)?, given.number("probe"));
            let probe = Identify {
                amplitude: probe,
                hold_s: given.number("hold_s"),
                probe_s: given.number("probe_s"),
                response_s: given.number("trace_s"),
                seed: setting.seed,
                ..Identify::default()
            };
            TraceModel::Response(probe.run(&mut truth)?.taps)
        }
        _ => TraceModel::Response(modeled()?),
    })
}

/// Signals and eligibility of the filter of `cfpc` or `fel`.
///
/// # Errors
/// A part that cannot be made; a loop that left the numbers while it was measured.
pub fn basis_and_trace(given: &Given, setting: &Setting) -> Result<(Basis, TraceModel), Error> {
    Ok((basis(given, setting)?, trace(given, setting)?))
}

fn adaptive(given: &Given, setting: &Setting, adds_to: AddsTo) -> Made {
    one_command(given, setting)?;
    let update = if given.word("update") == "tick" { Update::Tick } else { Update::Trial };
    let (basis, trace) = basis_and_trace(given, setting)?;
    let learning = Learning { trace, update, step: Step::Normalized(given.number("rate")) };
    let filter = AdaptiveFilter::new(basis, &learning)?;
    Ok(Box::new(Adaptive::new(law(given, setting)?, filter, adds_to, setting.dt_s)))
}

/// Feedback and learning of several joints.
const JOINTS: &[Parameter] = &[
    numbers(
        "stiffness",
        "command per rad",
        &[2.0],
        FINITE,
        "Feedback on positions, by rows; one number for the diagonal",
    ),
    numbers(
        "viscosity",
        "command s per rad",
        &[0.1],
        FINITE,
        "Feedback on velocities, by rows; one number for the diagonal",
    ),
    word(
        "adds_to",
        "command",
        &["command", "error"],
        "What the output is added to: feedback-error learning, or counterfactual predictive control",
    ),
    number("delay_s", "s", 0.0, SHORT_S, "Eligibility: the input so much later"),
    whole("signals", "1", 40, [1, 100_000], "Gaussians of time"),
    number("spacing_s", "s", 0.1, TIME_S, "Distance of the Gaussians"),
    number("width_s", "s", 0.06, TIME_S, "Width of the Gaussians"),
    number("rate", "1", 0.5, NOT_NEGATIVE, "Rate of a trial; below 2 is safe with a trace in phase"),
    number("retention", "1", 1.0, [0.0, 1.0], "Part of a weight that is left in the next trial"),
];

fn joint_learning(given: &Given, setting: &Setting) -> Made {
    let joints = setting.commands;
    let matrix = |key: &'static str| -> Result<Vec<f64>, Error> {
        let mut matrix = given.numbers_of(key, joints * joints, 0.0)?;
        if given.numbers(key).len() == 1 {
            matrix.iter_mut().enumerate().filter(|(k, _)| k % (joints + 1) != 0).for_each(|(_, x)| *x = 0.0);
        }
        Ok(matrix)
    };
    let role = if given.word("adds_to") == "error" { Role::ExpectedError } else { Role::Command };
    let parameters = JointLearningParameters {
        stiffness: matrix("stiffness")?,
        viscosity: matrix("viscosity")?,
        role,
        trace: TraceModel::Delay((given.number("delay_s") / setting.dt_s).round() as usize),
        rate: given.number("rate"),
        retention: given.number("retention"),
    };
    Ok(Box::new(JointLearning::new(parameters, gaussians(given, setting)?, setting.dt_s)?))
}

/// MOSAIC. Defaults: those of `classic/mosaic` where they depend on no plant.
const MOSAIC: &[Parameter] = &[
    whole("modules", "1", 3, [1, 1000], "Pairs of models"),
    number("forgetting", "1", 0.9995, SHARE, "What a tick leaves of a forward model"),
    number("inverse_rate", "1", 0.01, [0.0, 2.0], "Rate of the inverse models"),
    numbers("sigma", "1", &[0.5, 0.05], POSITIVE, "First and last σ, relative to a large acceleration"),
    number("anneal_s", "s", 100.0, [0.0, 86_400.0], "Time of learning over which σ falls"),
    number("spread", "1", 0.1, NOT_NEGATIVE, "Standard deviation of the first weights"),
    number("switching", "1", 0.002, SHARE, "Chance of another module in a tick"),
    number("cue_rate", "1", 0.0, NOT_NEGATIVE, "Rate of the predictor from cues"),
    numbers("feedback", "command per sense", &[50.0, 10.0], FINITE, "Kp and Kd"),
    number("position", "sense", 1.0, POSITIVE, "A large position"),
    number("velocity", "sense per s", 2.0, POSITIVE, "A large velocity"),
    number("acceleration", "sense per s²", 5.0, POSITIVE, "A large acceleration"),
    number("command", "command", 20.0, POSITIVE, "A large command"),
];

fn mosaic(given: &Given, setting: &Setting) -> Made {
    let number = |key| given.number(key);
    let [position, velocity, acceleration, command] =
        given.each(["position", "velocity", "acceleration", "command"]);
    let parameters = MosaicParameters {
        modules: given.whole("modules"),
        forgetting: number("forgetting"),
        inverse_rate: number("inverse_rate"),
        sigma: given.pair("sigma")?,
        anneal_ticks: (number("anneal_s") / setting.dt_s).round() as u64,
        spread: number("spread"),
        switching: number("switching"),
        cue_rate: number("cue_rate"),
        feedback: given.pair("feedback")?,
        scales: MosaicScales { position, velocity, acceleration, command },
    };
    Ok(Box::new(Mosaic::new(parameters, setting.commands, setting.cues, setting.dt_s, setting.seed)?))
}

/// The vestibulo-ocular reflex. Defaults: those of `classic/vor`.
const REFLEX: &[Parameter] = &[
    word(
        "architecture",
        "recurrent",
        &["recurrent", "feed_forward"],
        "Input of the flocculus: a copy of the command, or head velocity",
    ),
    number("canal_s", "s", 16.0, TIME_S, "Time constant of the canals"),
    number("gain", "1", 0.8, POSITIVE, "Gain of the brainstem"),
    number("direct_s", "s", 0.2, [0.0, 86_400.0], "Weight of the brainstem's direct path"),
    number("leak_s", "s", 5.0, [1e-6, 1e9], "Leak of the brainstem's integrator"),
    numbers("taus_s", "s", &[0.02, 0.2], TIME_S, "Bands of the flocculus, rising"),
    number("eligibility_s", "s", 0.1, SHORT_S, "Eligibility: the input so much later"),
    number("rate", "1", 1.0, [0.0, 1.99], "Normalized rate of a tick, below 2; 1 is suggested"),
];

fn vestibulo_ocular(given: &Given, setting: &Setting) -> Made {
    one_command(given, setting)?;
    let dt = setting.dt_s;
    let [gain, direct_s, leak_s] = given.each(["gain", "direct_s", "leak_s"]);
    let brainstem = Brainstem::new(BrainstemParameters { gain, direct_s, leak_s }, dt)?;
    let learning = Learning {
        trace: TraceModel::Delay((given.number("eligibility_s") / dt).round() as usize),
        update: Update::Tick,
        step: Step::Normalized(given.number("rate")),
    };
    let filter = AdaptiveFilter::new(Basis::bands(given.numbers("taus_s"), dt)?, &learning)?;
    let architecture = match given.word("architecture") {
        "feed_forward" => Architecture::FeedForward,
        _ => Architecture::Recurrent,
    };
    Ok(Box::new(VestibuloOcular::new(architecture, given.number("canal_s"), brainstem, filter, dt)?))
}

/// Conditioning of the eyelid. Sources of the defaults: [`ConditioningParameters`].
const CONDITIONING: &[Parameter] = &[
    whole("signals", "1", 24, [1, 1000], "Granule signals of each cue"),
    numbers("peaks_s", "s", &[0.02, 1.2], [1e-6, 100.0], "First and last peak of a signal after the onset"),
    whole("order", "1", 16, [1, 30], "Order of the kernels"),
    number("purkinje_gain", "1", 2.0, NOT_NEGATIVE, "Fall of the Purkinje rate with all weights"),
    number("depression", "1", 0.005, NOT_NEGATIVE, "Fall of an eligible weight with a climbing-fiber spike"),
    number("window_s", "s", 0.1, [0.0, 10.0], "How long before the climbing fiber a synapse was active"),
    number("spontaneous_hz", "Hz", 1.0, NOT_NEGATIVE, "Rate of the olive without input"),
    number("puff_hz", "Hz", 100.0, NOT_NEGATIVE, "Rate that a full puff adds"),
    number("nucleo_olivary_hz", "Hz", 100.0, NOT_NEGATIVE, "Rate that nuclear output of 1 takes away"),
    number("nucleo_olivary_delay_s", "s", 0.03, [0.0, 10.0], "Delay of the nucleo-olivary pathway"),
    number("olive_refractory_s", "s", 0.1, [0.0, 10.0], "Shortest interval of the olive's spikes"),
    numbers("mossy_weight", "1", &[0.1, 1.0], NOT_NEGATIVE, "Naive and largest weight on the nucleus"),
    number("nuclear_ltp_hz", "1/s", 0.05, NOT_NEGATIVE, "Growth of that weight in a pause"),
    number("nuclear_ltd_hz", "1/s", 0.01, NOT_NEGATIVE, "Its fall under activity"),
    numbers("nuclear_thresholds", "1", &[0.5, 1.0], NOT_NEGATIVE, "Purkinje rates of pause and activity"),
    number("lid_gain", "1", 1.5, NOT_NEGATIVE, "Command of a nuclear output of 1"),
    number("reflex_gain", "1", 5.0, NOT_NEGATIVE, "Command of the reflex to a full puff"),
    number("reflex_s", "s", 0.03, TIME_S, "Time constant of the reflex"),
];

fn conditioning(given: &Given, setting: &Setting) -> Made {
    let parameters = given.over(ConditioningParameters::default())?;
    Ok(Box::new(Conditioning::new(&parameters, setting.cues, setting.dt_s, setting.seed)?))
}
