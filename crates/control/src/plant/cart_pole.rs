//! A pole on a cart: the cart is pushed, the pole must not fall.
//!
//! With F the force, θ the angle from upright, l half the length of the pole (a uniform rod), M and m the masses:
//! `q = (F + m l θ'² sin θ)/(M + m)`, `θ'' = (g sin θ - q cos θ)/(l (4/3 - m cos²θ/(M + m)))`,
//! `x'' = q - m l θ'' cos θ/(M + m)`. State: x (m), x' (m/s), θ (rad), θ' (rad/s).
//! Source: Barto, Sutton & Anderson 1983, doi:10.1109/TSMC.1983.6313077, without friction; constants and the
//! explicit Euler step of Gymnasium's CartPole-v1 (`gymnasium/envs/classic_control/cartpole.py`).

use super::{Actuator, Plant, Status, along, runge_kutta};
use crate::{Error, Signature};
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

const NAME: &str = "cart-pole";
const SENSES: [(&str, &str); 4] =
    [("position", "m"), ("velocity", "m/s"), ("angle", "rad"), ("angular velocity", "rad/s")];
const MORE_THAN_0: &str = "it must be more than 0";

/// How a tick is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrator {
    /// Explicit Euler, positions by the old velocities: Gymnasium's default.
    Euler,
    /// Runge-Kutta of fourth order.
    RungeKutta,
}

/// A cart and a pole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CartPoleParameters {
    /// Gravity, m/s².
    pub gravity: f64,
    /// Mass of the cart, kg.
    pub cart_kg: f64,
    /// Mass of the pole, kg.
    pub pole_kg: f64,
    /// Half the length of the pole, m.
    pub half_length_m: f64,
    /// Force of a command of 1, N.
    pub force_n: f64,
    /// How a tick is integrated.
    pub integrator: Integrator,
    /// How a command acts.
    pub actuator: Actuator,
    /// The trial ends when the cart is farther from the middle, m.
    pub track_m: f64,
    /// The trial ends when the pole leans more, rad.
    pub lean_rad: f64,
}

impl CartPoleParameters {
    /// Gymnasium's CartPole-v1; its ticks last 20 ms. With [`Actuator::Continuous`] the force lies within ±10 N.
    pub fn gymnasium(actuator: Actuator) -> Self {
        Self {
            gravity: 9.8,
            cart_kg: 1.0,
            pole_kg: 0.1,
            half_length_m: 0.5,
            force_n: 10.0,
            integrator: Integrator::Euler,
            actuator,
            track_m: 2.4,
            lean_rad: 12.0 * std::f64::consts::TAU / 360.0,
        }
    }

    /// Like `cartpole/balance` of dm_control, which runs in ticks of 10 ms: the same masses and lengths, g = 9.81, a
    /// continuous force, and the failure of the iterated controller's test, |sin θ| > 0.66. The rail is not
    /// limited. Source: dm_control `suite/cartpole.xml` (gear 10); htm-rs `tests/test_cartpole.py`.
    pub fn dm_control() -> Self {
        Self {
            gravity: 9.81,
            integrator: Integrator::RungeKutta,
            track_m: f64::MAX,
            lean_rad: libm::asin(0.66),
            ..Self::gymnasium(Actuator::Continuous)
        }
    }

    /// The state `dt_s` seconds after `state` under `command` times the largest force.
    pub fn step(&self, state: [f64; 4], command: f64, dt_s: f64) -> [f64; 4] {
        let force = command * self.force_n;
        match self.integrator {
            Integrator::Euler => along(state, self.slope(state, force), dt_s),
            Integrator::RungeKutta => runge_kutta(state, dt_s, |state| self.slope(state, force)),
        }
    }

    /// Rate of change of the state under a force in N.
    fn slope(&self, [_, v, angle, omega]: [f64; 4], force: f64) -> [f64; 4] {
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let total = self.cart_kg + self.pole_kg;
        let lever = self.pole_kg * self.half_length_m;
        let push = (force + lever * omega * omega * sin) / total;
        let inertia = self.half_length_m * (4.0 / 3.0 - self.pole_kg * cos * cos / total);
        let angular = (self.gravity * sin - cos * push) / inertia;
        [v, push - lever * angular * cos / total, omega, angular]
    }
}

/// A pole on a cart. Its command is the part of the largest force, within −1..1.
#[derive(Debug, Clone, PartialEq)]
pub struct CartPole {
    signature: Signature,
    parameters: CartPoleParameters,
    state: [f64; 4],
    /// Middle of the starts, half widths, and the seed of the draws between.
    middle: [f64; 4],
    spread: [f64; 4],
    seed: u64,
    /// Trials begun.
    trials: u64,
    /// Ticks since it was made.
    ticks: u64,
    /// From which tick on the pole has another half length, m.
    change: Option<(u64, f64)>,
    time_s: f64,
}

impl CartPole {
    /// A pole at rest upright in the middle, where every trial begins.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a mass, a length, the force or a limit is not positive.
    pub fn new(parameters: CartPoleParameters) -> Result<Self, Error> {
        let p = &parameters;
        let sizes = [
            ("gravity", p.gravity),
            ("cart_kg", p.cart_kg),
            ("pole_kg", p.pole_kg),
            ("half_length_m", p.half_length_m),
            ("force_n", p.force_n),
            ("track_m", p.track_m),
            ("lean_rad", p.lean_rad),
        ];
        Ranges::of(NAME).each(sizes, |size| size > 0.0, MORE_THAN_0)?;
        let mut signature = Signature::new(NAME, &SENSES, &[("force", "largest force")]);
        if p.actuator == Actuator::Continuous {
            signature.commands[0].range = [-1.0, 1.0];
        }
        Ok(Self {
            signature,
            parameters,
            state: [0.0; 4],
            middle: [0.0; 4],
            spread: [0.0; 4],
            seed: 0,
            trials: 0,
            ticks: 0,
            change: None,
            time_s: 0.0,
        })
    }

    /// The same, but every trial begins at `state`.
    pub fn starting_at(mut self, state: [f64; 4]) -> Self {
        self.middle = state;
        self.reset(None);
        self
    }

    /// The same, but each trial begins somewhere else: every variable is drawn within ± `spread` of its start. The
    /// draws depend on the seed and the number of trials begun; Gymnasium's spread is 0.05 in all four.
    pub fn starting_within(mut self, spread: [f64; 4], seed: u64) -> Self {
        self.spread = spread;
        self.reset(Some(seed));
        self
    }

    /// The same, but after `ticks` ticks of all trials together the pole has another half length.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the length is not positive.
    pub fn changing_pole(mut self, ticks: u64, half_length_m: f64) -> Result<Self, Error> {
        Ranges::of(NAME).require(half_length_m > 0.0, "half_length_m", half_length_m, MORE_THAN_0)?;
        self.change = Some((ticks, half_length_m));
        Ok(self)
    }

    /// Its parameters, with the half length of now.
    pub fn parameters(&self) -> &CartPoleParameters {
        &self.parameters
    }
}

crate::snapshot!(CartPoleParameters { half_length_m });
crate::snapshot!(CartPole { parameters, state, middle, spread, seed, trials, ticks, time_s });

impl Plant for CartPole {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, seed: Option<u64>) {
        if let Some(seed) = seed {
            (self.seed, self.trials) = (seed, 0);
        }
        let draws = Stream::new(self.seed, "cart_pole/start");
        for (i, x) in self.state.iter_mut().enumerate() {
            *x = self.middle[i] + self.spread[i] * (2.0 * draws.uniform(self.trials, i as u32) - 1.0);
        }
        self.trials += 1;
        self.time_s = 0.0;
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), 1, "the cart-pole takes one command");
        if let Some((at, half_length_m)) = self.change
            && self.ticks >= at
        {
            self.parameters.half_length_m = half_length_m;
        }
        let acting = self.parameters.actuator.act(command[0]);
        self.state = self.parameters.step(self.state, acting, dt_s);
        self.ticks += 1;
        self.time_s += dt_s;
        Error::finite(NAME, self.signature.sense_names(), &self.state, self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.state);
    }

    fn status(&self) -> Status {
        let [x, _, angle, _] = self.state;
        match x.abs() > self.parameters.track_m || angle.abs() > self.parameters.lean_rad {
            true => Status::Terminated,
            false => Status::Running,
        }
    }
}
