//! The plants of this crate by name.

use super::{FINITE, Given, Kind, NOT_NEGATIVE, POSITIVE, Parameter, PlantEntry, parameter};
use crate::error::Error;
use crate::plant::{
    Actuator, CartPole, CartPoleParameters, Eye, EyeParameters, Eyelid, EyelidParameters, Forearm, Inertia,
    Integrator, Joint, Linear, Pendulum, PendulumParameters, PlanarArm, Plant, ReachingArm, TwoLink,
};

const MECHANICAL: &[Parameter] = &[
    parameter("mass", "1", Kind::Number(1.0, POSITIVE), "Mass"),
    parameter("damping", "1", Kind::Number(2.0, FINITE), "Damping"),
    parameter("stiffness", "1", Kind::Number(4.0, FINITE), "Stiffness"),
];

const fn entry(
    name: &'static str,
    about: &'static str,
    parameters: &'static [&'static [Parameter]],
    make: fn(&Given) -> Result<Box<dyn Plant>, Error>,
) -> PlantEntry {
    PlantEntry { name, about, parameters, make }
}

fn boxed(plant: impl Plant + 'static) -> Result<Box<dyn Plant>, Error> {
    Ok(Box::new(plant))
}

pub(super) const ALL: &[PlantEntry] = &[
    entry(
        "first_order",
        "damping y' + stiffness y = command",
        &[&[
            parameter("damping", "1", Kind::Number(0.3, POSITIVE), "Damping"),
            parameter("stiffness", "1", Kind::Number(1.0, FINITE), "Stiffness"),
        ]],
        |given| boxed(Linear::first_order(given.number("damping"), given.number("stiffness"))?),
    ),
    entry("second_order", "mass y'' + damping y' + stiffness y = command", &[MECHANICAL], |given| {
        let [mass, damping, stiffness] = ["mass", "damping", "stiffness"].map(|key| given.number(key));
        boxed(Linear::second_order(mass, damping, stiffness)?)
    }),
    entry(
        "non_minimum_phase",
        "the same, whose response begins in the wrong direction",
        &[MECHANICAL, &[parameter("zero_s", "s", Kind::Number(0.15, FINITE), "Sensed is y - zero_s y'")]],
        |given| {
            let [mass, damping, stiffness, zero] =
                ["mass", "damping", "stiffness", "zero_s"].map(|key| given.number(key));
            boxed(Linear::non_minimum_phase(mass, damping, stiffness, zero)?)
        },
    ),
    entry(
        "pendulum",
        "a damped pendulum with a torque at its pivot",
        &[&[
            parameter("mass_kg", "kg", Kind::Number(1.0, POSITIVE), "Mass"),
            parameter("length_m", "m", Kind::Number(0.5, POSITIVE), "Length of the rod"),
            parameter("damping", "N m s/rad", Kind::Number(0.1, NOT_NEGATIVE), "Damping"),
            parameter(
                "gravity",
                "m/s²",
                Kind::Number(9.81, FINITE),
                "Gravity; negative for one that stands on its pivot",
            ),
            parameter("start_rad", "rad", Kind::Number(0.0, FINITE), "Angle at the start of a trial"),
        ]],
        |given| {
            let [mass_kg, length_m, damping, gravity, start] =
                ["mass_kg", "length_m", "damping", "gravity", "start_rad"].map(|key| given.number(key));
            boxed(Pendulum::new(PendulumParameters { mass_kg, length_m, damping, gravity }, [start, 0.0])?)
        },
    ),
    entry(
        "inertia",
        "a mass on a damped rail",
        &[&[
            parameter("mass_kg", "kg", Kind::Number(1.0, POSITIVE), "Mass"),
            parameter("damping", "N s/m", Kind::Number(0.5, POSITIVE), "Damping"),
        ]],
        |given| boxed(Inertia::new(given.number("mass_kg"), given.number("damping"))?),
    ),
    entry(
        "cart_pole",
        "a pole on a cart that must not fall; Gymnasium's CartPole-v1",
        &[&[
            parameter(
                "actuator",
                "1",
                Kind::Word("continuous", &["continuous", "two_actions", "unlimited"]),
                "How a command acts",
            ),
            parameter(
                "integrator",
                "1",
                Kind::Word("euler", &["euler", "runge_kutta"]),
                "How a tick is integrated",
            ),
            parameter("gravity", "m/s²", Kind::Number(9.8, POSITIVE), "Gravity"),
            parameter("cart_kg", "kg", Kind::Number(1.0, POSITIVE), "Mass of the cart"),
            parameter("pole_kg", "kg", Kind::Number(0.1, POSITIVE), "Mass of the pole"),
            parameter("half_length_m", "m", Kind::Number(0.5, POSITIVE), "Half the length of the pole"),
            parameter("force_n", "N", Kind::Number(10.0, POSITIVE), "Force of a command of 1"),
            parameter("spread", "1", Kind::Number(0.05, NOT_NEGATIVE), "Largest start of each sense, drawn"),
        ]],
        |given| {
            let number = |key| given.number(key);
            let actuator = match given.word("actuator") {
                "two_actions" => Actuator::TwoActions,
                "unlimited" => Actuator::Unlimited,
                _ => Actuator::Continuous,
            };
            let integrator = match given.word("integrator") {
                "runge_kutta" => Integrator::RungeKutta,
                _ => Integrator::Euler,
            };
            let parameters = CartPoleParameters {
                gravity: number("gravity"),
                cart_kg: number("cart_kg"),
                pole_kg: number("pole_kg"),
                half_length_m: number("half_length_m"),
                force_n: number("force_n"),
                integrator,
                ..CartPoleParameters::gymnasium(actuator)
            };
            boxed(CartPole::new(parameters)?.starting_within([number("spread"); 4], 0))
        },
    ),
    entry(
        "eye",
        "the oculomotor plant; senses eye velocity first",
        &[&[
            parameter("slow_s", "s", Kind::Number(0.2, POSITIVE), "Slow time constant"),
            parameter("fast_s", "s", Kind::Number(0.016, POSITIVE), "Fast time constant"),
            parameter("strength", "1", Kind::Number(1.0, POSITIVE), "Strength of the muscles; 1 healthy"),
        ]],
        |given| {
            let [slow_s, fast_s, strength] = ["slow_s", "fast_s", "strength"].map(|key| given.number(key));
            boxed(Eye::new(EyeParameters { slow_s, fast_s, strength })?)
        },
    ),
    entry(
        "eyelid",
        "an eyelid that closes before an air puff",
        &[&[
            parameter("muscle_s", "s", Kind::Number(0.01, POSITIVE), "Time constant of the muscle"),
            parameter("lid_s", "s", Kind::Number(0.1, POSITIVE), "Time constant of the lid"),
        ]],
        |given| {
            let [muscle_s, lid_s] = ["muscle_s", "lid_s"].map(|key| given.number(key));
            boxed(Eyelid::new(EyelidParameters { muscle_s, lid_s })?)
        },
    ),
    entry(
        "forearm",
        "an adult's forearm about the elbow",
        &[&[parameter("viscosity", "N m s/rad", Kind::Number(0.5, NOT_NEGATIVE), "Viscosity of the joint")]],
        |given| boxed(Forearm::new(&TwoLink::HUMAN, given.number("viscosity"))?),
    ),
    entry(
        "reaching_arm",
        "an adult's arm of two joints on a table, moved by torques",
        &[&[parameter(
            "hand_m",
            "m",
            Kind::Numbers(&[0.0, 0.45], FINITE),
            "Hand at the start of a trial: right, ahead",
        )]],
        |given| {
            let hand = given.numbers_of("hand_m", 2, 0.0)?;
            boxed(ReachingArm::new(TwoLink::HUMAN, ReachingArm::VISCOSITY, [hand[0], hand[1]])?)
        },
    ),
    entry(
        "joint",
        "the minimal joint of the pointing task",
        &[&[parameter("deg_per_unit", "deg", Kind::Number(1.0, FINITE), "Degrees of a decoder unit")]],
        |given| boxed(Joint::new(given.number("deg_per_unit"), 0.0)),
    ),
    entry(
        "arm",
        "the planar arm of the pointing task",
        &[&[
            parameter(
                "shoulder_rad",
                "rad",
                Kind::Number(0.1, FINITE),
                "Turn of the shoulder for a decoder unit",
            ),
            parameter("elbow_rad", "rad", Kind::Number(0.1, FINITE), "Turn of the elbow for a decoder unit"),
            parameter("duration_s", "s", Kind::Number(0.3, POSITIVE), "Duration of the planned movement"),
        ]],
        |given| {
            let [shoulder, elbow, duration] =
                ["shoulder_rad", "elbow_rad", "duration_s"].map(|key| given.number(key));
            boxed(PlanarArm::new(shoulder, elbow, duration))
        },
    ),
];
