//! Controllers that know or learn a forward model, by name: a law of state, what tells it the state of now, and a slow trim.

use super::{
    ControllerEntry, FINITE, Given, Made, POSITIVE, Parameter, SHARE, Setting, flag, number, numbers,
    one_command, whole,
};
use crate::forward::{
    Anticipating, AnticipatorParameters, CmacModel, CmacParameters, ConstantVelocity, Context, Equations,
    ForwardModel, Granule, GranuleParameters, InnerLoop, InnerLoopParameters, Kalman, Law, Linear,
    LinearRule, Scales, SmithPredictor,
};
use crate::{Controller, Error, feedback::Trimmed, plant::Actuator};

/// A law on the state of now: u = kp (r - y) + kd (r' - y') + stiffness r + weight sin r + damping r'.
const STATE_LAW: &[Parameter] = &[
    number("kp", "command per sense", 1.0, FINITE, "Gain on the first sense"),
    number("kd", "command s per sense", 0.0, FINITE, "Gain on the second, if it is a reference, too"),
    number("stiffness", "command per sense", 0.0, FINITE, "Command that holds the plant, per sense"),
    number("weight", "command", 0.0, FINITE, "The same of a pendulum at a right angle"),
    number("damping", "command s per sense", 0.0, FINITE, "Command that keeps the plant moving"),
    number(
        "trim",
        "1/s",
        0.0,
        [0.0, 1000.0],
        "Rate of a slow integral of the late error that moves the reference; 0 for none",
    ),
];

const SCALES: &[Parameter] = &[
    numbers("sense_scales", "sense", &[], POSITIVE, "A large value of each sense; one for all, none for 1"),
    numbers("change_scales", "sense", &[], POSITIVE, "A large change of each in a tick; as above"),
    numbers("command_scales", "command", &[], POSITIVE, "A large value of each command; as above"),
];

const PASSES: &[Parameter] = &[
    whole("passes", "1", 0, [0, 100], "Corrections of a command by trying it on the model"),
    whole("horizon", "ticks", 5, [1, 1000], "How far a correction looks ahead"),
    flag("secant", true, "Corrects by the slope of the law along the command, not by adding"),
];

pub(super) const ALL: &[ControllerEntry] = &[
    ControllerEntry::fixed(
        "constant_velocity",
        "a law of state told that the velocity stays",
        &[STATE_LAW, SCALES, PASSES],
        |given, setting| {
            if setting.senses < 2 {
                let what = "the body senses no velocity".into();
                return Err(Error::Controller { controller: "constant velocity".into(), what });
            }
            let change = scales(given, setting)?.change;
            let model = ConstantVelocity::new(change, setting.commands, vec![(0, 1)], setting.dt_s)?;
            inner_loop(given, setting, model)
        },
    ),
    ControllerEntry::learning(
        "nlms",
        "a linear forward model, learned by the delta rule",
        &[STATE_LAW, SCALES, PASSES, NLMS],
        |given, setting| linear(given, setting, LinearRule::Nlms { rate: given.number("rate") }),
    ),
    ControllerEntry::learning(
        "rls",
        "a linear forward model, learned by recursive least squares",
        &[STATE_LAW, SCALES, PASSES, RLS],
        |given, setting| {
            let [forgetting, ridge] = given.each(["forgetting", "ridge"]);
            linear(given, setting, LinearRule::Rls { forgetting, ridge })
        },
    ),
    ControllerEntry::learning(
        "granule",
        "a forward model of granule and Purkinje cells, learned by the delta rule",
        &[STATE_LAW, SCALES, PASSES, GRANULE],
        |given, setting| {
            let fan_in = match given.whole("fan_in") {
                0 => (setting.senses + setting.commands).min(3),
                fan_in => fan_in,
            };
            let parameters = GranuleParameters { fan_in, ..given.over(GranuleParameters::default())? };
            inner_loop(given, setting, Granule::new(parameters, scales(given, setting)?, setting.seed)?)
        },
    ),
    ControllerEntry::learning(
        "cmac",
        "a forward model of shifted tables, learned by the delta rule",
        &[STATE_LAW, SCALES, PASSES, CMAC],
        |given, setting| {
            let [tilings, slots, cells] = ["tilings", "slots", "cells"].map(|key| given.whole(key));
            let parameters =
                CmacParameters { tilings, slots, rate: given.number("rate"), ..CmacParameters::default() };
            inner_loop(
                given,
                setting,
                CmacModel::new(parameters, cells, scales(given, setting)?, setting.seed)?,
            )
        },
    ),
    ControllerEntry::fixed(
        "kalman",
        "a Kalman filter that is given the model's equations near rest",
        &[STATE_LAW, SCALES, PASSES, KALMAN],
        |given, setting| {
            let change = scales(given, setting)?.change;
            let variances = |key: &str| change.iter().map(|d| given.number(key) * d * d).collect();
            let matrices = matrices((setting.model.equations)()?)?;
            inner_loop(given, setting, Kalman::new(matrices, variances("process"), variances("sensory"))?)
        },
    ),
    ControllerEntry::fixed(
        "equations",
        "a law of state that is told the plant's own equations: the best that a forward model could do",
        &[STATE_LAW, SCALES, PASSES],
        |given, setting| inner_loop(given, setting, (setting.truth.equations)()?),
    ),
    ControllerEntry::fixed(
        "smith",
        "a Smith predictor that is given the model's equations",
        &[STATE_LAW, SCALES],
        |given, setting| {
            let model = Box::new((setting.model.equations)()?);
            let scale = scales(given, setting)?.state;
            let delay = setting.delays[0] + setting.delays[1];
            let rest = vec![0.0; setting.senses];
            let smith = SmithPredictor::new(law(given, setting)?, model, &rest, &scale, delay)?;
            trimmed(given, setting, smith)
        },
    ),
    ControllerEntry::learning(
        "anticipator",
        "a law of state whose senses are sent on early by a learned predictor of each",
        &[STATE_LAW, SCALES, ANTICIPATOR],
        |given, setting| {
            let Scales { state, command, .. } = scales(given, setting)?;
            let lead = (setting.delays[0] + setting.delays[1]).max(1);
            let (sense_taps, command_taps) = (given.whole("sense_taps"), lead + 1);
            let context = Context { senses: state, commands: command, sense_taps, command_taps };
            let parameters = AnticipatorParameters::fixed(setting.senses, 1, lead, given.number("rate"));
            trimmed(given, setting, Anticipating::new(law(given, setting)?, context, parameters)?)
        },
    ),
];

const NLMS: &[Parameter] = &[number("rate", "1", 0.5, [1e-9, 1.99], "Rate; stable below 2")];

const RLS: &[Parameter] = &[
    number("forgetting", "1", 0.999, [0.9, 1.0], "What a tick leaves of the weight of earlier ones"),
    number("ridge", "1", 1e-3, POSITIVE, "Weight of the prior"),
];

const GRANULE: &[Parameter] = &[
    whole("cells", "1", 400, [2, 1 << 22], "Granule cells"),
    whole("fan_in", "1", 0, [0, 1000], "Inputs of each; 0 for 3, or all where there are fewer"),
    number("active", "1", 0.1, SHARE, "Part of the cells that is active"),
    number("rate", "1", 0.5, [1e-9, 1.99], "Rate; stable below 2"),
];

const CMAC: &[Parameter] = &[
    whole("tilings", "1", 16, [1, 4096], "Tables"),
    whole("slots", "1", 8192, [1, 1 << 24], "Weights of each output"),
    whole("cells", "1", 6, [1, 10_000], "Cells of each input between minus and plus its scale"),
    number("rate", "1", 0.3, [1e-9, 1.99], "Rate; stable below 2"),
];

const KALMAN: &[Parameter] = &[
    number("process", "1", 1e-2, POSITIVE, "Variance of the plant, relative to the squared scales of change"),
    number("sensory", "1", 1e-2, POSITIVE, "The same of the senses"),
];

const ANTICIPATOR: &[Parameter] = &[
    whole("sense_taps", "ticks", 3, [1, 10_000], "Past values of each sense in the context"),
    number("rate", "1", 0.1, [1e-9, 1.99], "Rate; stable below 2"),
];

fn law(given: &Given, setting: &Setting) -> Result<Law, Error> {
    one_command(given, setting)?;
    let [kp, kd, stiffness, weight, damping] = given.each(["kp", "kd", "stiffness", "weight", "damping"]);
    Ok(Box::new(move |s, r, u| {
        u[0] = kp * (r[0] - s[0]) + (stiffness * r[0] + weight * libm::sin(r[0]));
        if let (Some(wanted), Some(velocity)) = (r.get(1), s.get(1)) {
            u[0] += kd * (wanted - velocity) + damping * wanted;
        }
    }))
}

fn scales(given: &Given, setting: &Setting) -> Result<Scales, Error> {
    Ok(Scales {
        state: given.numbers_of("sense_scales", setting.senses, 1.0)?,
        change: given.numbers_of("change_scales", setting.senses, 1.0)?,
        command: given.numbers_of("command_scales", setting.commands, 1.0)?,
    })
}

fn linear(given: &Given, setting: &Setting, rule: LinearRule) -> Made {
    inner_loop(given, setting, Linear::new(rule, scales(given, setting)?)?)
}

fn inner_loop(given: &Given, setting: &Setting, model: impl ForwardModel + 'static) -> Made {
    let parameters = InnerLoopParameters {
        passes: given.whole("passes"),
        horizon: given.whole("horizon"),
        secant: given.flag("secant") && given.whole("passes") > 0,
        actuator: Actuator::Unlimited,
        delays: setting.delays,
        ..InnerLoopParameters::default()
    };
    trimmed(given, setting, InnerLoop::new(parameters, law(given, setting)?, Box::new(model))?)
}

fn trimmed(given: &Given, setting: &Setting, inner: impl Controller + 'static) -> Made {
    Ok(Box::new(Trimmed::new(inner, setting.references, given.number("trim"), setting.dt_s)?))
}

/// A, B and c, by rows.
type Matrices = (Vec<f64>, Vec<f64>, Vec<f64>);

/// The matrices of `next = A s + B u + c` near rest.
fn matrices(mut equations: Equations) -> Result<Matrices, Error> {
    // Exact for linear plants: differences of a linear function.
    const STEP: f64 = 1e-4;
    let (n, m) = (equations.states(), equations.commands());
    let mut after = |state: &[f64], command: &[f64]| -> Result<Vec<f64>, Error> {
        let mut next = vec![0.0; n];
        equations.predict(state, command, &mut next)?;
        Ok(next)
    };
    let unit = |length: usize, j: usize| (0..length).map(move |i| if i == j { STEP } else { 0.0 });
    let (rest, none) = (vec![0.0; n], vec![0.0; m]);
    let c = after(&rest, &none)?;
    let (mut a, mut b) = (vec![0.0; n * n], vec![0.0; n * m]);
    for j in 0..n {
        let next = after(&unit(n, j).collect::<Vec<_>>(), &none)?;
        (0..n).for_each(|i| a[i * n + j] = (next[i] - c[i]) / STEP);
    }
    for j in 0..m {
        let next = after(&rest, &unit(m, j).collect::<Vec<_>>())?;
        (0..n).for_each(|i| b[i * m + j] = (next[i] - c[i]) / STEP);
    }
    Ok((a, b, c))
}
