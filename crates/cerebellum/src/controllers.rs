//! Controllers by name: those of `lobule-control`, and the two cerebella that need other rooms.

use super::{Pause, SgdegeController, SpikingController, SpikingParameters, balanced_potentiation_ns};
use lobule_control::feedback::Reflex;
use lobule_control::registry::{
    self, ControllerEntry, Controllers, FINITE, Given, LAW, NOT_NEGATIVE, POSITIVE, Parameter, Setting,
    number, numbers, whole,
};
use lobule_control::{Beside, Controller, Error};
use lobule_scaffold::{ScaffoldSpec, reconstruct};
use lobule_signal::Ranges;
use lobule_theory::learner::Learner;
use lobule_theory::network::{NetworkParameters, PerturbationNetwork};
use lobule_theory::rules::{Sgdege, SgdegeParameters};

/// All controllers that a configuration can ask for by name.
pub fn controllers() -> Controllers {
    registry::controllers().with(MORE)
}

/// Defaults: [`SgdegeParameters`].
const SGDEGE: &[Parameter] = &[
    number("error_hz", "Hz", 1.0, POSITIVE, "Rate of the olive for a cost of 1"),
    number("full", "command", 1.0, FINITE, "Command at twice the mean rate of the nuclear cells"),
    number("rho", "1", 0.03, [0.0, 1.0], "Chance of a perturbing spike per climbing fiber and movement"),
    number("amplitude", "Hz", 2.0, NOT_NEGATIVE, "Effect of a perturbing spike on a Purkinje cell"),
    number("alpha_w", "Hz", 0.02, NOT_NEGATIVE, "Step of the Purkinje weights"),
    number("alpha_v", "Hz", 0.0002, NOT_NEGATIVE, "Step of the nucleo-olivary weights"),
];

/// Defaults: [`SpikingParameters::on_error`].
const SPIKING: &[Parameter] = &[
    numbers("size_um", "um", &[50.0, 50.0], [1.0, 2000.0], "Extent of the scaffold"),
    numbers("gain", "command", &[1.0], FINITE, "Command at an output of 1, one for each command"),
    number("teacher_scale", "sense", 1.0, POSITIVE, "Error that counts as 1; more is clipped"),
    number("peak_hz", "Hz", 150.0, [0.0, 1000.0], "Rate of a mossy fiber at its preferred value"),
    number("base_hz", "Hz", 4.0, [0.0, 1000.0], "Rate of a mossy fiber far from it"),
    number("teaching_hz", "Hz", 10.0, [0.0, 1000.0], "Teaching spikes of an olive cell at an error of 1"),
    number("spontaneous_hz", "Hz", 1.0, [0.0, 1000.0], "The same without error"),
    number("a_minus_ns", "nS", -0.0025, [-1.0, 0.0], "Depression by a climbing-fiber spike"),
    number(
        "kernel_t0_ms",
        "ms",
        150.0,
        [1.0, 10_000.0],
        "Phase of the eligibility kernel; 150 peaks near -100 ms",
    ),
    whole("settle_ms", "ms", 200, [1, 60_000], "Time at rest before the first trial"),
    whole("rest_ms", "ms", 0, [0, 60_000], "Time at rest between trials; 0 goes back to the first state"),
];

const MORE: &[ControllerEntry] = &[
    ControllerEntry::learning(
        "sgdege",
        "feedback and a network that learns from one number per movement",
        &[LAW, SGDEGE],
        sgdege,
    ),
    ControllerEntry::learning(
        "spiking",
        "the spiking scaffold of the mouse, taught by the late error; ticks of 1 ms",
        &[SPIKING],
        spiking,
    ),
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
    let network =
        PerturbationNetwork::new(&NetworkParameters { patterns: 1, ..Default::default() }, setting.seed)
            .map_err(wrong)?;
    let parameters = given.over(SgdegeParameters::default())?;
    let rule = Sgdege::new(&network, &parameters, setting.seed).map_err(wrong)?;
    let gain = [given.number("full") / (2.0 * network.parameters().rate_pn)];
    let learner = Learner::new(network, Box::new(rule));
    let cerebellum =
        SgdegeController::new(learner, &gain, given.number("error_hz"), setting.trial_ticks as u64)?;
    Ok(Box::new(Beside::new(Reflex::new(registry::law(given, setting)?), cerebellum)?))
}

fn spiking(given: &Given, setting: &Setting) -> Result<Box<dyn Controller>, Error> {
    let allowed = "0.001 s: the scaffold exchanges spikes every millisecond";
    Ranges::of("spiking").require(setting.dt_s == 1e-3, "dt_s", setting.dt_s, allowed)?;
    let [width_um, depth_um] = given.pair("size_um")?;
    let anatomy = reconstruct(&ScaffoldSpec::mouse(width_um, depth_um), setting.seed)
        .map_err(|error| refused("spiking")(error.into()))?;
    let base = SpikingParameters::on_error(&given.numbers_of("gain", setting.commands, 0.0)?);
    let told = given.over(base)?;
    let parameters = SpikingParameters {
        a_plus_ns: balanced_potentiation_ns(told.a_minus_ns, told.kernel_t0_ms, told.spontaneous_hz),
        pause: match given.whole("rest_ms") {
            0 => Pause::Rewind,
            ms => Pause::Rest(ms),
        },
        ..told
    };
    Ok(Box::new(SpikingController::new(&anatomy, &parameters, setting.seed).map_err(refused("spiking"))?))
}
