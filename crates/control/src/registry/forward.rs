//! Controllers that know or learn a forward model, by name: a law of state, what tells it the state of now, and a slow trim.

use super::{
    ControllerEntry, FINITE, Given, Kind, NOT_NEGATIVE, POSITIVE, Parameter, Setting, one_command, parameter,
};
use crate::controller::Controller;
use crate::error::Error;
use crate::feedback::Trimmed;
use crate::forward::{
    Anticipating, AnticipatorParameters, CmacModel, CmacParameters, ConstantVelocity, Context, Equations,
    ForwardModel, Granule, GranuleParameters, InnerLoop, InnerLoopParameters, Kalman, Law, Linear,
    LinearRule, Scales, SmithPredictor,
};
use crate::plant::Actuator;

type Made = Result<Box<dyn Controller>, Error>;

/// A law on the state of now: u = kp (r - y) + kd (r' - y') + stiffness r + weight sin r + damping r'.
const STATE_LAW: &[Parameter] = &[
    parameter("kp", "command per sense", Kind::Number(1.0, FINITE), "Gain on the first sense"),
    parameter(
        "kd",
        "command s per sense",
        Kind::Number(0.0, FINITE),
        "Gain on the second, if it is a reference, too",
    ),
    parameter(
        "stiffness",
        "command per sense",
        Kind::Number(0.0, FINITE),
        "Command that holds the plant, per sense",
    ),
    parameter("weight", "command", Kind::Number(0.0, FINITE), "The same of a pendulum at a right angle"),
    parameter(
        "damping",
        "command s per sense",
        Kind::Number(0.0, FINITE),
        "Command that keeps the plant moving",
    ),
    parameter(
        "trim",
        "1/s",
        Kind::Number(0.0, NOT_NEGATIVE),
        "Rate of a slow integral of the late error that moves the reference; 0 for none",
    ),
];

const SCALES: &[Parameter] = &[
    parameter(
        "sense_scales",
        "sense",
        Kind::Numbers(&[], POSITIVE),
        "A large value of each sense; one for all, none for 1",
    ),
    parameter(
        "change_scales",
        "sense",
        Kind::Numbers(&[], POSITIVE),
        "A large change of each in a tick; as above",
    ),
    parameter(
        "command_scales",
        "command",
        Kind::Numbers(&[], POSITIVE),
        "A large value of each command; as above",
    ),
];

const PASSES: &[Parameter] = &[
    parameter("passes", "1", Kind::Whole(0, [0, 100]), "Corrections of a command by trying it on the model"),
    parameter("horizon", "ticks", Kind::Whole(5, [1, 10_000]), "How far a correction looks ahead"),
    parameter(
        "secant",
        "1",
        Kind::Flag(true),
        "Corrects by the slope of the law along the command, not by adding",
    ),
];

const fn entry(
    name: &'static str,
    about: &'static str,
    parameters: &'static [&'static [Parameter]],
    learns: bool,
    make: fn(&Given, &Setting) -> Made,
) -> ControllerEntry {
    ControllerEntry { name, about, parameters, learns, make }
}

pub(super) const CONSTANT_VELOCITY: ControllerEntry = entry(
    "constant_velocity",
    "a law of state told that the velocity stays",
    &[STATE_LAW, SCALES, PASSES],
    false,
    |given, setting| {
        if setting.senses < 2 {
            let what = "the body senses no velocity".into();
            return Err(Error::Controller { controller: "constant velocity".into(), what });
        }
        let change = scales(given, setting)?.change;
        let model = ConstantVelocity::new(change, setting.commands, vec![(0, 1)], setting.dt_s)?;
        inner_loop(given, setting, Box::new(model))
    },
);

pub(super) const NLMS: ControllerEntry = entry(
    "nlms",
    "a linear forward model, learned by the delta rule",
    &[
        STATE_LAW,
        SCALES,
        PASSES,
        &[parameter("rate", "1", Kind::Number(0.5, [0.0, 2.0]), "Rate; stable below 2")],
    ],
    true,
    |given, setting| linear(given, setting, LinearRule::Nlms { rate: given.number("rate") }),
);

pub(super) const RLS: ControllerEntry = entry(
    "rls",
    "a linear forward model, learned by recursive least squares",
    &[
        STATE_LAW,
        SCALES,
        PASSES,
        &[
            parameter(
                "forgetting",
                "1",
                Kind::Number(0.999, [0.9, 1.0]),
                "What a tick leaves of the weight of earlier ones",
            ),
            parameter("ridge", "1", Kind::Number(1e-3, POSITIVE), "Weight of the prior"),
        ],
    ],
    true,
    |given, setting| {
        let [forgetting, ridge] = ["forgetting", "ridge"].map(|key| given.number(key));
        linear(given, setting, LinearRule::Rls { forgetting, ridge })
    },
);

pub(super) const GRANULE: ControllerEntry = entry(
    "granule",
    "a forward model of granule and Purkinje cells, learned by the delta rule",
    &[
        STATE_LAW,
        SCALES,
        PASSES,
        &[
            parameter("cells", "1", Kind::Whole(400, [2, 1 << 24]), "Granule cells"),
            parameter(
                "fan_in",
                "1",
                Kind::Whole(0, [0, 1000]),
                "Inputs of each; 0 for 3, or all where there are fewer",
            ),
            parameter(
                "active",
                "1",
                Kind::Number(0.1, [f64::MIN_POSITIVE, 1.0]),
                "Part of the cells that is active",
            ),
            parameter("rate", "1", Kind::Number(0.5, [0.0, 2.0]), "Rate; stable below 2"),
        ],
    ],
    true,
    |given, setting| {
        let fan_in = match given.whole("fan_in") {
            0 => (setting.senses + setting.commands).min(3),
            fan_in => fan_in,
        };
        let (cells, active, rate) = (given.whole("cells"), given.number("active"), given.number("rate"));
        let parameters = GranuleParameters { cells, fan_in, active, rate };
        inner_loop(given, setting, Box::new(Granule::new(parameters, scales(given, setting)?, setting.seed)?))
    },
);

pub(super) const CMAC: ControllerEntry = entry(
    "cmac",
    "a forward model of shifted tables, learned by the delta rule",
    &[
        STATE_LAW,
        SCALES,
        PASSES,
        &[
            parameter("tilings", "1", Kind::Whole(16, [1, 4096]), "Tables"),
            parameter("slots", "1", Kind::Whole(8192, [1, 1 << 28]), "Weights of each output"),
            parameter(
                "cells",
                "1",
                Kind::Whole(6, [1, 10_000]),
                "Cells of each input between minus and plus its scale",
            ),
            parameter("rate", "1", Kind::Number(0.3, [0.0, 2.0]), "Rate; stable below 2"),
        ],
    ],
    true,
    |given, setting| {
        let (tilings, slots, rate) = (given.whole("tilings"), given.whole("slots"), given.number("rate"));
        let parameters = CmacParameters { tilings, slots, rate, ..CmacParameters::default() };
        let model = CmacModel::new(parameters, given.whole("cells"), scales(given, setting)?, setting.seed)?;
        inner_loop(given, setting, Box::new(model))
    },
);

pub(super) const KALMAN: ControllerEntry = entry(
    "kalman",
    "a Kalman filter that is given the model's equations near rest",
    &[
        STATE_LAW,
        SCALES,
        PASSES,
        &[
            parameter(
                "process",
                "1",
                Kind::Number(1e-2, POSITIVE),
                "Variance of the plant, in parts of the changes squared",
            ),
            parameter("sensory", "1", Kind::Number(1e-2, POSITIVE), "The same of the senses"),
        ],
    ],
    false,
    |given, setting| {
        let change = scales(given, setting)?.change;
        let variances = |key: &str| change.iter().map(|d| given.number(key) * d * d).collect();
        let matrices = matrices((setting.model.equations)()?);
        let model = Kalman::new(matrices, variances("process"), variances("sensory"))?;
        inner_loop(given, setting, Box::new(model))
    },
);

pub(super) const EQUATIONS: ControllerEntry = entry(
    "equations",
    "a law of state that is told the plant's own equations: the best that a forward model could do",
    &[STATE_LAW, SCALES, PASSES],
    false,
    |given, setting| inner_loop(given, setting, Box::new((setting.truth.equations)()?)),
);

pub(super) const SMITH: ControllerEntry = entry(
    "smith",
    "a Smith predictor that is given the model's equations",
    &[STATE_LAW, SCALES],
    false,
    |given, setting| {
        let model = Box::new((setting.model.equations)()?);
        let scale = scales(given, setting)?.state;
        let delay = setting.delays[0] + setting.delays[1];
        let rest = vec![0.0; setting.senses];
        let smith = SmithPredictor::new(law(given, setting)?, model, &rest, &scale, delay)?;
        trimmed(given, setting, smith)
    },
);

pub(super) const ANTICIPATOR: ControllerEntry = entry(
    "anticipator",
    "a law of state whose senses are sent on early by a learned predictor of each",
    &[
        STATE_LAW,
        SCALES,
        &[
            parameter(
                "sense_taps",
                "ticks",
                Kind::Whole(3, [1, 10_000]),
                "Past values of each sense in the context",
            ),
            parameter("rate", "1", Kind::Number(0.1, [0.0, 2.0]), "Rate; stable below 2"),
        ],
    ],
    true,
    |given, setting| {
        let Scales { state, command, .. } = scales(given, setting)?;
        let lead = (setting.delays[0] + setting.delays[1]).max(1);
        let context = Context {
            senses: state,
            commands: command,
            sense_taps: given.whole("sense_taps"),
            command_taps: lead + 1,
        };
        let parameters = AnticipatorParameters {
            lines: setting.senses,
            features: 1,
            lead,
            max_lead: lead,
            rate: given.number("rate"),
            gate: None,
            skill_samples: 1000,
            adaptive_lead: None,
        };
        trimmed(given, setting, Anticipating::new(law(given, setting)?, context, parameters)?)
    },
);

fn law(given: &Given, setting: &Setting) -> Result<Law, Error> {
    one_command(given, setting)?;
    let [kp, kd, stiffness, weight, damping] =
        ["kp", "kd", "stiffness", "weight", "damping"].map(|key| given.number(key));
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
    inner_loop(given, setting, Box::new(Linear::new(rule, scales(given, setting)?)?))
}

fn inner_loop(given: &Given, setting: &Setting, model: Box<dyn ForwardModel>) -> Made {
    let parameters = InnerLoopParameters {
        passes: given.whole("passes"),
        horizon: given.whole("horizon"),
        secant: given.flag("secant") && given.whole("passes") > 0,
        actuator: Actuator::Unlimited,
        delays: setting.delays,
        ..InnerLoopParameters::default()
    };
    trimmed(given, setting, InnerLoop::new(parameters, law(given, setting)?, model)?)
}

fn trimmed(given: &Given, setting: &Setting, inner: impl Controller + 'static) -> Made {
    Ok(Box::new(Trimmed::new(inner, setting.references, given.number("trim"), setting.dt_s)?))
}

/// The matrices of `next = A s + B u + c` near rest.
fn matrices(mut equations: Equations) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    // Exact for linear plants: differences of a linear function.
    const STEP: f64 = 1e-4;
    let (n, m) = (equations.states(), equations.commands());
    let mut after = |state: &[f64], command: &[f64]| {
        let mut next = vec![0.0; n];
        equations.predict(state, command, &mut next);
        next
    };
    let unit = |length: usize, j: usize| (0..length).map(move |i| if i == j { STEP } else { 0.0 });
    let (rest, none) = (vec![0.0; n], vec![0.0; m]);
    let c = after(&rest, &none);
    let (mut a, mut b) = (vec![0.0; n * n], vec![0.0; n * m]);
    for j in 0..n {
        let next = after(&unit(n, j).collect::<Vec<_>>(), &none);
        (0..n).for_each(|i| a[i * n + j] = (next[i] - c[i]) / STEP);
    }
    for j in 0..m {
        let next = after(&rest, &unit(m, j).collect::<Vec<_>>());
        (0..n).for_each(|i| b[i * m + j] = (next[i] - c[i]) / STEP);
    }
    (a, b, c)
}
