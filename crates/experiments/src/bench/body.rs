//! The bodies of the bench: `mass y'' + damping y' + stiffness y + weight sin y = command`, a network of masses that the matrix describes
//! ([`NetworkParameters`]), or a plant by name, such as a body in MuJoCo ([`NamedBody`]).

use super::named::NamedBody;
use super::single::SingleMass;
use lobule_control::forward::Equations;
use lobule_control::plant::{Network, NetworkParameters, Quantity};
use lobule_control::registry::Plants;
use lobule_control::{Error as ControlError, Plant};
use lobule_signal::Stream;
use lobule_study::{Check, Error};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A body of one command.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// One mass.
    Single(SingleMass),
    /// Masses, springs and dampers; its first sense is a position.
    Network(Box<NetworkParameters>),
    /// A plant by name.
    Named(Box<NamedBody>),
}

/// Factors of a body's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    /// Of the mass, and with it of the weight.
    pub mass: f64,
    /// Of the damping.
    pub damping: f64,
    /// Of the stiffness.
    pub stiffness: f64,
}

impl Factors {
    /// Factors of a seed: log-normal with a standard deviation of `spread`.
    pub fn of_seed(seed: u64, spread: f64) -> Self {
        let draw = Stream::new(seed, "bench/body");
        let [mass, damping, stiffness] = [0, 1, 2].map(|i| libm::exp(spread * draw.normal(0, i)));
        Self { mass, damping, stiffness }
    }
}

/// A table with masses is a network, one with a plant is a plant by name.
impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let table = toml::Table::deserialize(from)?;
        let body = if table.contains_key("masses") {
            table.try_into().map(Box::new).map(Self::Network)
        } else if table.contains_key("plant") {
            table.try_into().map(Box::new).map(Self::Named)
        } else {
            table.try_into().map(Self::Single)
        };
        body.map_err(D::Error::custom)
    }
}

impl Body {
    /// Checks what types do not, for ticks of `dt_s`.
    pub(super) fn check(&self, name: &str, dt_s: f64, plants: &Plants) -> Result<(), Error> {
        let table = format!("bodies.{name}");
        let check = Check::of(&table);
        let network = match self {
            Self::Single(body) => return body.check(check),
            Self::Network(network) => network,
            Self::Named(named) => return named.check(check, dt_s, plants),
        };
        let wrong = |what: String| Err(check.refusal("", what));
        if let Err(error) = network.check() {
            return wrong(error.to_string());
        }
        if network.commands.len() != 1 {
            return wrong(format!("it has {} commands; the bench gives one", network.commands.len()));
        }
        if network.senses[0].quantity != Quantity::Position {
            return wrong("its first sense is a velocity; it must be the position that is controlled".into());
        }
        let signature = network.signature();
        for channel in signature.senses.iter().chain(&signature.commands) {
            let ticks = channel.delay_s / dt_s;
            if (ticks - ticks.round()).abs() > 1e-6 || ticks > 1000.0 {
                let what = format!("delay_s of `{}` is {}", channel.name, channel.delay_s);
                return wrong(format!("{what}; whole ticks of {dt_s} s, at most 1000"));
            }
        }
        Ok(())
    }

    /// The body of a seed.
    pub(super) fn of_seed(&self, seed: u64, spread: f64, plants: &Plants) -> Self {
        match self {
            Self::Named(named) => Self::Named(Box::new(named.of_seed(seed, plants))),
            _ => self.times(&Factors::of_seed(seed, spread)),
        }
    }

    /// The same after the change: by factors, or by the values that a plant by name then has.
    pub(super) fn changed(&self, by: &Factors) -> Self {
        match self {
            Self::Named(named) => Self::Named(Box::new(named.changed())),
            _ => self.times(by),
        }
    }

    fn times(&self, by: &Factors) -> Self {
        match self {
            Self::Named(_) => self.clone(),
            Self::Single(body) => Self::Single(SingleMass {
                mass: body.mass * by.mass,
                // Of first order the damping is what a mass is elsewhere.
                damping: body.damping * by.damping * if body.mass == 0.0 { by.mass } else { 1.0 },
                stiffness: body.stiffness * by.stiffness,
                weight: body.weight * by.mass,
                zero_s: body.zero_s,
            }),
            Self::Network(network) => {
                let mut network = network.clone();
                network.masses.iter_mut().for_each(|m| m.mass *= by.mass);
                for link in &mut network.links {
                    link.damping *= by.damping;
                    link.stiffness *= by.stiffness;
                }
                Self::Network(network)
            }
        }
    }

    /// What control laws and models that do not learn know of it.
    pub(super) fn known(&self) -> Self {
        match self {
            Self::Named(named) => Self::Single(named.model),
            _ => self.clone(),
        }
    }

    /// Senses.
    pub fn senses(&self) -> usize {
        match self {
            Self::Named(named) => named.senses.len(),
            Self::Single(body) => body.senses(),
            Self::Network(network) => network.senses.len(),
        }
    }

    /// Leading senses that have a reference: a position and, where it is sensed next, its velocity.
    pub(super) fn references(&self) -> usize {
        match self {
            Self::Named(named) => named.senses.len(),
            Self::Single(body) => body.senses(),
            Self::Network(network) => match network.senses.get(..2) {
                Some([x, v]) if v.quantity == Quantity::Velocity && v.of == x.of => 2,
                _ => 1,
            },
        }
    }

    /// The body as a plant, at rest.
    ///
    /// # Errors
    /// What the plant refuses; for a plant by name also a name that is not among `plants`.
    pub fn plant(&self, plants: &Plants) -> Result<Box<dyn Plant>, ControlError> {
        match self {
            Self::Named(named) => named.plant(plants),
            Self::Single(body) => body.plant(),
            Self::Network(network) => Ok(Box::new(Network::new((**network).clone())?)),
        }
    }

    /// Gains that hold the body at a place and keep it moving: stiffness, weight at a right angle, damping.
    pub fn feedforward(&self) -> [f64; 3] {
        match self {
            Self::Named(named) => named.model.feedforward(),
            Self::Single(body) => body.feedforward(),
            // Checked before.
            Self::Network(network) => [network.static_stiffness().unwrap_or(0.0), 0.0, 0.0],
        }
    }

    /// Mass that a command accelerates in the long run.
    pub(super) fn mass(&self) -> f64 {
        match self {
            Self::Named(named) => named.model.mass,
            Self::Single(body) => body.mass,
            Self::Network(network) => network.masses.iter().map(|m| m.mass).sum(),
        }
    }

    /// Stiffness that a law works against: the body's own, at least that of its mass, or without mass its damping, at 1 rad/s.
    pub fn scale(&self) -> f64 {
        match self {
            Self::Named(named) => named.model.scale(),
            Self::Single(body) => body.scale(),
            Self::Network(_) => self.feedforward()[0].abs().max(self.mass()),
        }
    }

    /// Its equations from senses and command to the senses a tick later.
    ///
    /// # Errors
    /// A network that does not sense its whole state, and a plant by name.
    pub fn equations(&self, dt_s: f64) -> Result<Equations, ControlError> {
        match self {
            Self::Single(body) => {
                let body = *body;
                Ok(Equations::new(body.senses(), 1, move |s, u, next| body.step(s, u[0], dt_s, next)))
            }
            Self::Named(named) => {
                let what = "its equations are not at hand; leave `equations` out of the controllers";
                Err(ControlError::Description { part: named.plant.clone().into(), what: what.into() })
            }
            Self::Network(network) => {
                let (a, b, c) = network.sensed_equations(dt_s)?;
                let n = c.len();
                Ok(Equations::new(n, 1, move |s, u, next| {
                    for (i, y) in next.iter_mut().enumerate() {
                        let row = a[i * n..(i + 1) * n].iter().zip(s);
                        *y = row.fold(b[i] * u[0] + c[i], |sum, (a, s)| sum + a * s);
                    }
                }))
            }
        }
    }
}
