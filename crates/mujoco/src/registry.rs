//! Bodies in MuJoCo by name, as a configuration asks for them: any model in MJCF, two small models of our own, the Go2, and a Go2 that walks.

use crate::go2::{Fit, Go2Parameters, Ground, JOINTS, LEGS as LEGS_OF_GO2};
use crate::{
    Adjustment, BodyParameters, Change, Ending, Error, MujocoPlant, Source, Variation, WalkingRobot, refuse,
};
use lobule_control::Plant;
use lobule_control::registry::{
    self, Given, NOT_NEGATIVE, Parameter, PlantEntry, Plants, flag, number, numbers, text, whole, word,
};
use lobule_control::walking::{Body, FixedCorrections, Walker, WalkerParameters, Weight};
use std::path::Path;

/// An arm of two joints on a table, in MJCF.
pub const REACHER: &str = include_str!("models/reacher.xml");
/// A pole on a cart, in MJCF.
pub const CART_POLE: &str = include_str!("models/cart_pole.xml");

/// All plants that a configuration can ask for by name: those of `lobule-control`, and bodies in MuJoCo.
///
/// # Example: a body in MuJoCo by name
/// ```no_run
/// use lobule_control::registry::Values;
///
/// let mut arm = lobule_mujoco::plants().make("reacher", &Values::new())?;
/// arm.advance(&[0.5, 0.0], 0.01)?;
/// # Ok::<(), lobule_mujoco::Error>(())
/// ```
pub fn plants() -> Plants {
    registry::plants().with(BODIES)
}

/// Physics, and what differs between trials and robots.
const COMMON: &[Parameter] = &[
    number("timestep_s", "s", 0.0, [0.0, 0.1], "Physics step; 0 for that of the model"),
    number("delay_s", "s", 0.0, [0.0, 10.0], "Delay of the commands"),
    number("start_noise_rad", "rad", 0.0, [0.0, 1.0], "Standard deviation of hinges' angles at the start"),
    number("strength_sd", "1", 0.0, [0.0, 0.3], "Standard deviation of the actuators' strengths, by robot"),
    whole("robot", "1", 0, [0, 1_000_000], "Seed of what is drawn for a robot and its starts"),
];

const FILE: &[Parameter] = &[
    text("file", "", "File in MJCF or URDF"),
    text("keyframe", "", "Keyframe in which a trial begins; empty for the reference position"),
];

/// A body that is heavier, and motors that are weaker, than those of the file.
const ALTERED: &[Parameter] = &[
    number("mass", "1", 1.0, [0.1, 10.0], "Factor of mass and inertia of the part that carries a load"),
    number("strength", "1", 1.0, [0.0, 10.0], "Factor of the actuators' strengths"),
];

const LIMITS: &[Parameter] = &[
    number("track_m", "m", 2.4, [0.01, 2.5], "The trial ends when the cart is farther from the middle"),
    number("lean_rad", "rad", 0.6, [0.01, 3.0], "The trial ends when the pole leans more"),
];

const LEGS: &[Parameter] = &[
    flag("hills", false, "Hills around the start"),
    number("difficulty", "1", 0.3, [0.0, 1.0], "Number and height of the hills"),
    whole("hills_seed", "1", 42, [0, 1_000_000], "Seed of the hills' places"),
    word("fit", "stock", &["stock", "identified"], "Passive body: that of the file, or the identified one"),
    numbers("kp", "N m/rad", &[60.0, 60.0, 80.0], NOT_NEGATIVE, "Stiffness of the servos: hip, thigh, calf"),
    numbers("kd", "N m s/rad", &[2.0, 2.0, 3.0], NOT_NEGATIVE, "Damping of the servos: hip, thigh, calf"),
    number("lag_s", "s", 0.0, [0.0, 10.0], "Time constant of the motors"),
];

const WALK: &[Parameter] =
    &[number("weight", "1", 0.4, [0.1, 1.0], "Amplitude of the gait, a share of the generator's")];

const BODIES: &[PlantEntry] = &[
    PlantEntry {
        name: "mujoco",
        about: "any model in MJCF: its sensors are senses, its actuators commands",
        parameters: &[FILE, COMMON],
        make: any,
    },
    PlantEntry {
        name: "reacher",
        about: "an adult's arm of two joints on a table in MuJoCo, moved by torques",
        parameters: &[ALTERED, COMMON],
        make: reacher,
    },
    PlantEntry {
        name: "mujoco_cart_pole",
        about: "a pole on a cart in MuJoCo that must not fall",
        parameters: &[LIMITS, ALTERED, COMMON],
        make: cart_pole,
    },
    PlantEntry {
        name: "go2",
        about: "the quadruped Go2 in MuJoCo, moved by joint targets",
        parameters: &[LEGS, ALTERED, COMMON],
        make: go2,
    },
    PlantEntry {
        name: "go2_walk",
        about: "the Go2 walking under a pattern generator, steered by lateral step and trim",
        parameters: &[WALK, LEGS, ALTERED, COMMON],
        make: go2_walk,
    },
];

type Made = Result<Box<dyn Plant>, Error>;

/// What all bodies are asked for. `base` has the physics step of a body that does not keep that of its file.
fn common(given: &Given, base: BodyParameters) -> BodyParameters {
    let [timestep_s, delay_s, start_noise_rad, strength] =
        given.each(["timestep_s", "delay_s", "start_noise_rad", "strength_sd"]);
    BodyParameters {
        timestep_s: if timestep_s > 0.0 { timestep_s } else { base.timestep_s },
        delay_s,
        start_noise_rad,
        variation: Variation { strength, ..Variation::default() },
        seed: given.whole("robot") as u64,
        ..base
    }
}

/// The same altered: the load on `carrier`, and `actuators`.
fn altered(given: &Given, carrier: &str, actuators: &[&str], base: BodyParameters) -> BodyParameters {
    let [mass, factor] = given.each(["mass", "strength"]);
    let mut body = common(given, base);
    // A factor of 1 leaves the model's own numbers untouched, to the bit.
    if mass != 1.0 {
        let bodies = vec![carrier.into()];
        body.adjustments.push(Adjustment::Bodies { bodies, mass, inertia: mass, shift_m: [0.0; 3] });
    }
    if factor != 1.0 {
        let actuators = actuators.iter().map(|name| (*name).to_string()).collect();
        body.changes.push(Change::Strength { actuators, factor, from_s: 0.0, to_s: None });
    }
    body
}

fn boxed(plant: Result<MujocoPlant, Error>) -> Made {
    Ok(Box::new(plant?))
}

/// A model of our own.
fn shipped(text: &str, parameters: &BodyParameters) -> Made {
    boxed(MujocoPlant::new(Source::Text { text, includes: &[] }, parameters))
}

fn any(given: &Given) -> Made {
    let file = given.word("file");
    if file.is_empty() {
        return Err(refuse("mujoco", "`file` is empty; set it to a model in MJCF, e.g. file = \"arm.xml\""));
    }
    let base = BodyParameters {
        name: "MuJoCo model".into(),
        keyframe: given.word("keyframe").into(),
        ..BodyParameters::default()
    };
    boxed(MujocoPlant::new(Source::File(Path::new(file)), &common(given, base)))
}

fn reacher(given: &Given) -> Made {
    let base =
        BodyParameters { name: "reacher".into(), keyframe: "ahead".into(), ..BodyParameters::default() };
    shipped(REACHER, &altered(given, "forearm", &["shoulder torque", "elbow torque"], base))
}

fn cart_pole(given: &Given) -> Made {
    let beyond =
        |sense: &str, limit: f64| Ending { sense: sense.into(), below: Some(-limit), above: Some(limit) };
    let [track_m, lean_rad] = given.each(["track_m", "lean_rad"]);
    let base = BodyParameters {
        name: "MuJoCo cart-pole".into(),
        endings: vec![beyond("position", track_m), beyond("angle", lean_rad)],
        ..BodyParameters::default()
    };
    shipped(CART_POLE, &altered(given, "pole", &["force"], base))
}

fn go2_robot(given: &Given) -> Result<MujocoPlant, Error> {
    let three = |key| -> Result<[f64; 3], Error> {
        let gains = given.numbers_of(key, 3, 0.0)?;
        Ok([gains[0], gains[1], gains[2]])
    };
    let ground = if given.flag("hills") {
        Ground::Hills { difficulty: given.number("difficulty"), seed: given.whole("hills_seed") as u64 }
    } else {
        Ground::Flat
    };
    let parameters = Go2Parameters {
        ground,
        fit: if given.word("fit") == "identified" { Fit::Identified } else { Fit::Stock },
        kp: three("kp")?,
        kd: three("kd")?,
        lag_s: given.number("lag_s"),
        ..Go2Parameters::default()
    };
    let motors: Vec<String> =
        LEGS_OF_GO2.iter().flat_map(|leg| JOINTS.map(|joint| format!("{leg}_{joint}"))).collect();
    let motors: Vec<&str> = motors.iter().map(String::as_str).collect();
    parameters.robot(&altered(given, "base", &motors, parameters.body()))
}

fn go2(given: &Given) -> Made {
    boxed(go2_robot(given))
}

fn go2_walk(given: &Given) -> Made {
    let parameters =
        WalkerParameters { weight: Weight::Fixed(given.number("weight")), ..WalkerParameters::default() };
    let none = FixedCorrections::none(Body::default().joints())?;
    let walker = Walker::new(&parameters, Box::new(none), given.whole("robot") as u64)?;
    Ok(Box::new(WalkingRobot::new("walking Go2", go2_robot(given)?, walker)?))
}
