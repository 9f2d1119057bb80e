//! The plants of this crate by name.

use super::{
    FINITE, Given, NOT_NEGATIVE, POSITIVE, Parameter, PlantEntry, TIME_S, Tables, Text, number, numbers, word,
};
use crate::plant::{
    Actuator, CartPole, CartPoleParameters, Eye, EyeParameters, Eyelid, EyelidParameters, Forearm, Inertia,
    Joint, Linear, Pendulum, PendulumParameters, PlanarArm, ReachingArm, TwoLink,
};
use crate::{Error, Plant};

const MECHANICAL: &[Parameter] = &[
    number("mass", "1", 1.0, POSITIVE, "Mass"),
    number("damping", "1", 2.0, FINITE, "Damping"),
    number("stiffness", "1", 4.0, FINITE, "Stiffness"),
];

type Made = Result<Box<dyn Plant>, Error>;

const fn entry(name: Text, about: Text, parameters: Tables, make: fn(&Given) -> Made) -> PlantEntry {
    PlantEntry { name, about, parameters, make }
}

fn boxed(plant: impl Plant + 'static) -> Made {
    Ok(Box::new(plant))
}

pub(super) const ALL: &[PlantEntry] = &[
    entry(
        "first_order",
        "damping y' + stiffness y = command",
        &[&[
            number("damping", "1", 0.3, POSITIVE, "Damping"),
            number("stiffness", "1", 1.0, FINITE, "Stiffness"),
        ]],
        |given| boxed(Linear::first_order(given.number("damping"), given.number("stiffness"))?),
    ),
    entry("second_order", "mass y'' + damping y' + stiffness y = command", &[MECHANICAL], |given| {
        let [mass, damping, stiffness] = given.each(["mass", "damping", "stiffness"]);
        boxed(Linear::second_order(mass, damping, stiffness)?)
    }),
    entry(
        "non_minimum_phase",
        "the same, whose response begins in the wrong direction",
        &[MECHANICAL, &[number("zero_s", "s", 0.15, FINITE, "Sensed is y - zero_s y'")]],
        |given| {
            let [mass, damping, stiffness, zero] = given.each(["mass", "damping", "stiffness", "zero_s"]);
            boxed(Linear::non_minimum_phase(mass, damping, stiffness, zero)?)
        },
    ),
    entry(
        "pendulum",
        "a damped pendulum with a torque at its pivot",
        &[&[
            number("mass_kg", "kg", 1.0, POSITIVE, "Mass"),
            number("length_m", "m", 0.5, POSITIVE, "Length of the rod"),
            number("damping", "N m s/rad", 0.1, NOT_NEGATIVE, "Damping"),
            number("gravity", "m/s²", 9.81, FINITE, "Gravity; negative for one that stands on its pivot"),
            number("start_rad", "rad", 0.0, FINITE, "Angle at the start of a trial"),
        ]],
        |given| {
            let [mass_kg, length_m, damping, gravity, start] =
                given.each(["mass_kg", "length_m", "damping", "gravity", "start_rad"]);
            boxed(Pendulum::new(PendulumParameters { mass_kg, length_m, damping, gravity }, [start, 0.0])?)
        },
    ),
    entry(
        "inertia",
        "a mass on a damped rail",
        &[&[
            number("mass_kg", "kg", 1.0, POSITIVE, "Mass"),
            number("damping", "N s/m", 0.5, POSITIVE, "Damping"),
        ]],
        |given| boxed(Inertia::new(given.number("mass_kg"), given.number("damping"))?),
    ),
    entry(
        "cart_pole",
        "a pole on a cart that must not fall; Gymnasium's CartPole-v1",
        &[&[
            word("actuator", "continuous", &["continuous", "two_actions", "unlimited"], "How a command acts"),
            word("integrator", "euler", &["euler", "runge_kutta"], "How a tick is integrated"),
            number("gravity", "m/s²", 9.8, POSITIVE, "Gravity"),
            number("cart_kg", "kg", 1.0, POSITIVE, "Mass of the cart"),
            number("pole_kg", "kg", 0.1, POSITIVE, "Mass of the pole"),
            number("half_length_m", "m", 0.5, POSITIVE, "Half the length of the pole"),
            number("force_n", "N", 10.0, POSITIVE, "Force of a command of 1"),
            number("spread", "1", 0.05, NOT_NEGATIVE, "Largest start of each sense, drawn"),
        ]],
        |given| {
            let parameters = given.over(CartPoleParameters::gymnasium(Actuator::Continuous))?;
            boxed(CartPole::new(parameters)?.starting_within([given.number("spread"); 4], 0))
        },
    ),
    entry(
        "eye",
        "the oculomotor plant; senses eye velocity first",
        &[&[
            number("slow_s", "s", 0.2, TIME_S, "Slow time constant"),
            number("fast_s", "s", 0.016, TIME_S, "Fast time constant"),
            number("strength", "1", 1.0, POSITIVE, "Strength of the muscles; 1 healthy"),
        ]],
        |given| boxed(Eye::new(given.over(EyeParameters::default())?)?),
    ),
    entry(
        "eyelid",
        "an eyelid that closes before an air puff",
        &[&[
            number("muscle_s", "s", 0.01, TIME_S, "Time constant of the muscle"),
            number("lid_s", "s", 0.1, TIME_S, "Time constant of the lid"),
        ]],
        |given| boxed(Eyelid::new(given.over(EyelidParameters::default())?)?),
    ),
    entry(
        "forearm",
        "an adult's forearm about the elbow",
        &[&[number("viscosity", "N m s/rad", 0.5, NOT_NEGATIVE, "Viscosity of the joint")]],
        |given| boxed(Forearm::new(&TwoLink::HUMAN, given.number("viscosity"))?),
    ),
    entry(
        "reaching_arm",
        "an adult's arm of two joints on a table, moved by torques",
        &[&[numbers("hand_m", "m", &[0.0, 0.45], FINITE, "Hand at the start of a trial: right, ahead")]],
        |given| boxed(ReachingArm::new(TwoLink::HUMAN, ReachingArm::VISCOSITY, given.pair("hand_m")?)?),
    ),
    entry(
        "joint",
        "the minimal joint of the pointing task",
        &[&[number("deg_per_unit", "deg", 1.0, FINITE, "Degrees of a decoder unit")]],
        |given| boxed(Joint::new(given.number("deg_per_unit"), 0.0)),
    ),
    entry(
        "arm",
        "the planar arm of the pointing task",
        &[&[
            number("shoulder_rad", "rad", 0.1, FINITE, "Turn of the shoulder for a decoder unit"),
            number("elbow_rad", "rad", 0.1, FINITE, "Turn of the elbow for a decoder unit"),
            number("duration_s", "s", 0.3, TIME_S, "Duration of the planned movement"),
        ]],
        |given| {
            let [shoulder, elbow, duration] = given.each(["shoulder_rad", "elbow_rad", "duration_s"]);
            boxed(PlanarArm::new(shoulder, elbow, duration))
        },
    ),
];
