//! Controllers by name: those of `lobule-control`, and the two cerebella that need other rooms.

use super::{Pause, SgdegeController, SpikingController, SpikingParameters, balanced_potentiation_ns};
use lobule_control::feedback::Reflex;
use lobule_control::registry::{
    self, ControllerEntry, Controllers, FINITE, Given, Kind, LAW, NOT_NEGATIVE, POSITIVE, Parameter, Setting,
    parameter,
};
use lobule_control::{Beside, Controller, Error};
use lobule_scaffold::{ScaffoldSpec, reconstruct};
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork};
use lobule_theory::rules::{Sgdege, SgdegeParameters};

/// All controllers that a configuration can ask for by name.
pub fn controllers() -> Controllers {
    registry::controllers().with(MORE)
}

/// Defaults: [`SgdegeParameters`].
const SGDEGE: &[Parameter] = &[
    parameter("error_hz", "Hz", Kind::Number(1.0, POSITIVE), "Rate of the olive for a cost of 1"),
    parameter(
        "full",
        "command",
        Kind::Number(1.0, FINITE),
        "Command at twice the mean rate of the nuclear cells",
    ),
    parameter(
        "rho",
        "1",
        Kind::Number(0.03, [0.0, 1.0]),
        "Chance of a perturbing spike per climbing fiber and movement",
    ),
    parameter(
        "amplitude",
        "Hz",
        Kind::Number(2.0, NOT_NEGATIVE),
        "Effect of a perturbing spike on a Purkinje cell",
    ),
    parameter("alpha_w", "Hz", Kind::Number(0.02, NOT_NEGATIVE), "Step of the Purkinje weights"),
    parameter("alpha_v", "Hz", Kind::Number(0.0002, NOT_NEGATIVE), "Step of the nucleo-olivary weights"),
];

/// Defaults: [`SpikingParameters::on_error`].
const SPIKING: &[Parameter] = &[
    parameter("size_um", "um", Kind::Numbers(&[50.0, 50.0], POSITIVE), "Extent of the scaffold"),
    parameter(
        "gain",
        "command",
        Kind::Numbers(&[1.0], FINITE),
        "Command at an output of 1, one for each command",
    ),
    parameter(
        "teacher_scale",
        "sense",
        Kind::Number(1.0, POSITIVE),
        "Error that counts as 1; more is clipped",
    ),
    parameter(
        "peak_hz",
        "Hz",
        Kind::Number(150.0, [0.0, 1000.0]),
        "Rate of a mossy fiber at its preferred value",
    ),
    parameter("base_hz", "Hz", Kind::Number(4.0, [0.0, 1000.0]), "Rate of a mossy fiber far from it"),
    parameter(
        "teaching_hz",
        "Hz",
        Kind::Number(10.0, [0.0, 1000.0]),
        "Teaching spikes of an olive cell at an error of 1",
    ),
    parameter("spontaneous_hz", "Hz", Kind::Number(1.0, [0.0, 1000.0]), "The same without error"),
    parameter("a_minus_ns", "nS", Kind::Number(-0.0025, [-1.0, 0.0]), "Depression by a climbing-fiber spike"),
    parameter(
        "kernel_t0_ms",
        "ms",
        Kind::Number(150.0, POSITIVE),
        "Phase of the eligibility kernel; 150 peaks near -100 ms",
    ),
    parameter("settle_ms", "ms", Kind::Whole(200, [1, 1_000_000]), "Time at rest before the first trial"),
    parameter(
        "rest_ms",
        "ms",
        Kind::Whole(0, [0, 1_000_000]),
        "Time at rest between trials; 0 goes back to the first state",
    ),
];

const MORE: &[ControllerEntry] = &[
    ControllerEntry {
        name: "sgdege",
        about: "feedback and a network that learns from one number per movement",
        parameters: &[LAW, SGDEGE],
        learns: true,
        make: sgdege,
    },
    ControllerEntry {
        name: "spiking",
        about: "the spiking scaffold of the mouse, taught by the late error; ticks of 1 ms",
        parameters: &[SPIKING],
        learns: true,
        make: spiking,
    },
];

/// A refusal by another room in the words of the registry.
fn refused(part: &'static str) -> impl Fn(crate::Error) -> Error {
    move |error| match error {
        crate::Error::Control(error) => error,
        error => Error::Description { part: part.into(), what: error.to_string() },
    }
}

fn sgdege(given: &Given, setting: &Setting) -> Result<Box<dyn Controller>, Error> {
    let wrong = |error: lobule_theory::Error| refused("sgdege")(error.into());
    let [rho, amplitude, alpha_w, alpha_v] =
        ["rho", "amplitude", "alpha_w", "alpha_v"].map(|key| given.number(key));
    let network =
        PerturbationNetwork::new(&NetworkParameters { patterns: 1, ..Default::default() }, setting.seed)
            .map_err(wrong)?;
    let parameters = SgdegeParameters { rho, amplitude, alpha_w, alpha_v };
    let rule = Sgdege::new(&network, &parameters, setting.seed).map_err(wrong)?;
    let gain = [given.number("full") / (2.0 * network.parameters().rate_pn)];
    let learner = Learner::new(network, Box::new(rule));
    let cerebellum =
        SgdegeController::new(learner, &gain, given.number("error_hz"), setting.trial_ticks as u64)?;
    Ok(Box::new(Beside::new(Reflex::new(registry::law(given, setting)?), cerebellum)?))
}

fn spiking(given: &Given, setting: &Setting) -> Result<Box<dyn Controller>, Error> {
    if setting.dt_s != 1e-3 {
        return Err(Error::Parameter {
            part: "spiking".into(),
            parameter: "dt_s".into(),
            value: setting.dt_s,
            allowed: "0.001 s: the scaffold exchanges spikes every millisecond".into(),
        });
    }
    let number = |key| given.number(key);
    let size = given.numbers_of("size_um", 2, 0.0)?;
    let anatomy = reconstruct(&ScaffoldSpec::mouse(size[0], size[1]), setting.seed)
        .map_err(|error| refused("spiking")(error.into()))?;
    let (a_minus_ns, kernel_t0_ms, spontaneous_hz) =
        (number("a_minus_ns"), number("kernel_t0_ms"), number("spontaneous_hz"));
    let parameters = SpikingParameters {
        teacher_scale: number("teacher_scale"),
        peak_hz: number("peak_hz"),
        base_hz: number("base_hz"),
        teaching_hz: number("teaching_hz"),
        spontaneous_hz,
        a_minus_ns,
        a_plus_ns: balanced_potentiation_ns(a_minus_ns, kernel_t0_ms, spontaneous_hz),
        kernel_t0_ms,
        settle_ms: given.whole("settle_ms"),
        pause: match given.whole("rest_ms") {
            0 => Pause::Rewind,
            ms => Pause::Rest(ms),
        },
        ..SpikingParameters::on_error(&given.numbers_of("gain", setting.commands, 0.0)?)
    };
    Ok(Box::new(SpikingController::new(&anatomy, &parameters, setting.seed).map_err(refused("spiking"))?))
}
