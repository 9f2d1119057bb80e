//! Masses on a line, joined by springs and dampers: a body of any size that a file describes.
//!
//! ```text
//! m_i x_i'' = Σ_commands gain u + Σ_links [k (x_j - x_i - rest) + b (x_j' - x_i')]      x = 0, x' = 0 for the ground
//! ```
//! Each mass moves along one axis; a link joins two masses, or a mass and the ground. `rest` is how much farther the second
//! end is than the first where the spring is slack. Integration: `exact` holds the command over a tick and is exact (matrix
//! exponential); `runge_kutta` is of fourth order in the tick.
//! Units: kg, N/m, N s/m, m, m/s, N, or any other consistent set; those of the channels stand in the description.
//! Pinned by: `tests/network.rs` (normal modes, energy, order of the integration, conformance).

use crate::linear::{Held, sense};
use crate::{Channel, Error, LinearSystem, Name, Plant, Signature};
use lobule_signal::Ranges;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// The end of a link that does not move.
pub const GROUND: &str = "ground";
/// Chosen: the matrix exponential of so many masses takes about a second.
const LARGEST: usize = 200;

/// A mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mass {
    /// Name, unique.
    pub name: String,
    /// Mass.
    pub mass: f64,
    /// Position at the start of a trial, and how far to either side of it a seed may move it.
    #[serde(default)]
    pub start: f64,
    /// Largest distance of a drawn start from `start`.
    #[serde(default)]
    pub start_spread: f64,
}

/// A spring and a damper between two masses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Names of two masses, or of one and [`GROUND`].
    pub between: [String; 2],
    /// Stiffness of the spring.
    #[serde(default)]
    pub stiffness: f64,
    /// Damping.
    #[serde(default)]
    pub damping: f64,
    /// Distance from the first to the second end at which the spring is slack.
    #[serde(default)]
    pub rest: f64,
}

/// Quantity of a mass that can be sensed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Its position.
    Position,
    /// Its velocity.
    Velocity,
}

/// A sense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sense {
    /// Name of the mass.
    pub of: String,
    /// Position or velocity.
    pub quantity: Quantity,
    /// Name, unit, range, noise and delay.
    pub channel: Channel,
}

/// A command: a force on a mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Force {
    /// Name of the mass.
    pub on: String,
    /// Force at a command of 1.
    #[serde(default = "one")]
    pub gain: f64,
    /// Name, unit, range and delay.
    pub channel: Channel,
}

fn one() -> f64 {
    1.0
}

/// Integration of a tick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integration {
    /// Exact under a command that is held for the tick.
    #[default]
    Exact,
    /// Runge-Kutta of fourth order in the tick.
    RungeKutta,
}

/// The description of a network, as it stands in a file.
///
/// # Example: two carts
/// ```
/// use lobule_control::plant::{Network, NetworkParameters};
/// use lobule_control::{Error, Plant};
///
/// let parameters: NetworkParameters = toml::from_str(r#"
///     name = "two carts"
///     masses = [{ name = "front", mass = 1.0 }, { name = "back", mass = 0.5 }]
///     links = [
///         { between = ["ground", "front"], stiffness = 4.0, damping = 1.0 },
///         { between = ["front", "back"], stiffness = 40.0, damping = 0.5 },
///     ]
///     senses = [{ of = "back", quantity = "position", channel = { name = "back position", unit = "m" } }]
///     commands = [{ on = "front", channel = { name = "push", unit = "N", range = [-5.0, 5.0] } }]
/// "#).unwrap();
/// let mut carts = Network::new(parameters)?;
/// (0..5000).for_each(|_| carts.advance(&[2.0], 0.01).unwrap());
/// let mut position = [0.0];
/// carts.sense(&mut position);
/// assert!((position[0] - 2.0 / 4.0).abs() < 1e-6);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkParameters {
    /// Name for messages and reports.
    pub name: String,
    /// Integration of a tick.
    #[serde(default)]
    pub integration: Integration,
    /// The masses.
    pub masses: Vec<Mass>,
    /// Springs and dampers.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Senses, in order.
    pub senses: Vec<Sense>,
    /// Forces that are commanded, in order.
    pub commands: Vec<Force>,
}

/// Matrices by rows of `senses' = A senses + B commands + c`: `[senses][senses]`, `[senses][commands]`, `[senses]`.
pub type SensedEquations = (Vec<f64>, Vec<f64>, Vec<f64>);

/// `dx/dt = A x + B u + c`, senses `C x`; x: positions of all masses, then their velocities.
#[derive(Debug, Clone, PartialEq)]
struct Equations {
    a: DMatrix<f64>,
    b: DMatrix<f64>,
    constant: DVector<f64>,
    c: DMatrix<f64>,
}

impl Equations {
    /// A and the matrix of commands and constant over a tick.
    fn hold(&self, dt_s: f64) -> (DMatrix<f64>, DMatrix<f64>) {
        let mut forced = self.b.clone().insert_column(self.b.ncols(), 0.0);
        forced.set_column(self.b.ncols(), &self.constant);
        LinearSystem::hold(&self.a, &forced, dt_s)
    }
}

impl NetworkParameters {
    /// Its channels.
    pub fn signature(&self) -> Signature {
        Signature {
            name: self.name.clone(),
            senses: self.senses.iter().map(|s| s.channel.clone()).collect(),
            commands: self.commands.iter().map(|c| c.channel.clone()).collect(),
        }
    }

    /// Checks names, masses, links and channels.
    ///
    /// # Errors
    /// [`Error::Description`] and [`Error::Parameter`] naming the part.
    pub fn check(&self) -> Result<(), Error> {
        self.signature().check()?;
        let name = || Name::Owned(self.name.clone());
        let wrong = |what: String| Err(Error::Description { part: name(), what });
        let n = self.masses.len();
        let allowed = format!("1 to {LARGEST}");
        let ranges = Ranges::of(name());
        ranges.require((1..=LARGEST).contains(&n), "number of masses", n as f64, allowed)?;
        for (i, mass) in self.masses.iter().enumerate() {
            let Mass { name, mass, start, start_spread } = mass;
            if name.trim().is_empty() || name == GROUND {
                return wrong(format!("mass {i} is called `{name}`; it needs a name other than ground"));
            }
            if self.masses[..i].iter().any(|other| other.name == *name) {
                return wrong(format!("two masses are called `{name}`; names are unique"));
            }
            let of = |what: &str| format!("{what} of `{name}`");
            ranges.require(*mass > 0.0, of("mass"), *mass, "more than 0")?;
            ranges.require(true, of("start"), *start, "a finite number")?;
            ranges.require(*start_spread >= 0.0, of("start_spread"), *start_spread, "0 or more")?;
        }
        for link in &self.links {
            let [from, to] = &link.between;
            let of = |what: &str| format!("{what} between `{from}` and `{to}`");
            self.end(from).and(self.end(to))?;
            if from == to {
                return wrong(format!("a link joins `{from}` to itself; it needs two ends"));
            }
            let numbers = [("stiffness", link.stiffness), ("damping", link.damping), ("rest", link.rest)];
            ranges.each(numbers.map(|(what, x)| (of(what), x)), |_| true, "a finite number")?;
        }
        for sense in &self.senses {
            self.index(&sense.of)?;
        }
        for force in &self.commands {
            self.index(&force.on)?;
            let of = format!("gain of command `{}`", force.channel.name);
            ranges.require(force.gain != 0.0, of, force.gain, "not 0, and finite")?;
        }
        Ok(())
    }

    fn index(&self, mass: &str) -> Result<usize, Error> {
        let names = || self.masses.iter().map(|m| m.name.as_str());
        let what = || format!("mass of `{}` called", self.name);
        names().position(|name| name == mass).ok_or_else(|| Error::unknown(what(), mass, names()))
    }

    /// The mass at the end of a link; none for the ground.
    fn end(&self, name: &str) -> Result<Option<usize>, Error> {
        if name == GROUND { Ok(None) } else { self.index(name).map(Some) }
    }

    fn equations(&self) -> Result<Equations, Error> {
        let n = self.masses.len();
        let (mut a, mut constant) = (DMatrix::zeros(2 * n, 2 * n), DVector::zeros(2 * n));
        for i in 0..n {
            a[(i, n + i)] = 1.0;
        }
        for link in &self.links {
            let [from, to] = &link.between;
            let (from, to) = (self.end(from)?, self.end(to)?);
            for (here, there, rest) in [(from, to, link.rest), (to, from, -link.rest)] {
                let Some(i) = here else { continue };
                let mass = self.masses[i].mass;
                a[(n + i, i)] -= link.stiffness / mass;
                a[(n + i, n + i)] -= link.damping / mass;
                constant[n + i] -= link.stiffness * rest / mass;
                if let Some(j) = there {
                    a[(n + i, j)] += link.stiffness / mass;
                    a[(n + i, n + j)] += link.damping / mass;
                }
            }
        }
        let mut b = DMatrix::zeros(2 * n, self.commands.len());
        for (k, force) in self.commands.iter().enumerate() {
            let i = self.index(&force.on)?;
            b[(n + i, k)] = force.gain / self.masses[i].mass;
        }
        let mut c = DMatrix::zeros(self.senses.len(), 2 * n);
        for (k, sense) in self.senses.iter().enumerate() {
            let i = self.index(&sense.of)?;
            c[(k, if sense.quantity == Quantity::Position { i } else { n + i })] = 1.0;
        }
        Ok(Equations { a, b, constant, c })
    }

    /// Force on the first command's mass that holds the first sense's mass 1 from where it rests: the static stiffness;
    /// 0 where no force is needed, or none does it.
    ///
    /// # Errors
    /// As [`NetworkParameters::check`].
    pub fn static_stiffness(&self) -> Result<f64, Error> {
        self.check()?;
        let n = self.masses.len();
        let Equations { a, b, .. } = self.equations()?;
        let (sensed, stiffness) = (self.index(&self.senses[0].of)?, -a.view((n, 0), (n, n)).into_owned());
        let moved = stiffness.lu().solve(&b.view((n, 0), (n, 1)).into_owned());
        let compliance = moved.map_or(f64::INFINITY, |x| x[(sensed, 0)]);
        Ok(if compliance.is_finite() && compliance.abs() > 1e-12 { 1.0 / compliance } else { 0.0 })
    }

    /// The senses a tick of `dt_s` later as a linear function of the senses, the commands and 1: matrices by rows, `[senses][senses]`,
    /// `[senses][commands]`, `[senses]`.
    ///
    /// # Errors
    /// [`Error::Description`] when the senses do not tell the whole state: positions and velocities of all masses.
    pub fn sensed_equations(&self, dt_s: f64) -> Result<SensedEquations, Error> {
        self.check()?;
        let equations = self.equations()?;
        let (c, n, m) = (&equations.c, equations.a.nrows(), self.commands.len());
        let inverse = if c.nrows() == n { c.clone().try_inverse() } else { None };
        let Some(inverse) = inverse else {
            let what = format!(
                "its {} senses do not tell the {n} states that its equations need; sense position and velocity of each mass",
                c.nrows()
            );
            return Err(Error::Description { part: Name::Owned(self.name.clone()), what });
        };
        let (held, forced) = equations.hold(dt_s);
        let (next, forced) = (c * held * inverse, c * forced);
        let by_rows = |matrix: &DMatrix<f64>, columns: std::ops::Range<usize>| -> Vec<f64> {
            (0..n).flat_map(|i| columns.clone().map(move |j| matrix[(i, j)])).collect()
        };
        Ok((by_rows(&next, 0..n), by_rows(&forced, 0..m), by_rows(&forced, m..m + 1)))
    }
}

/// A network of masses; see the module's equations.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    parameters: NetworkParameters,
    signature: Signature,
    equations: Equations,
    held: Held,
    /// Positions, then velocities. `[2 masses]`
    x: DVector<f64>,
    next: DVector<f64>,
    slope: DVector<f64>,
    sum: DVector<f64>,
    /// Seed of the starts, and trials begun since it was set.
    seed: u64,
    trials: u64,
    time_s: f64,
}

crate::snapshot!(Network { x, seed, trials, time_s });

impl Network {
    /// A network at the start of a trial.
    ///
    /// # Errors
    /// As [`NetworkParameters::check`].
    pub fn new(parameters: NetworkParameters) -> Result<Self, Error> {
        parameters.check()?;
        let equations = parameters.equations()?;
        let x = DVector::zeros(equations.a.nrows());
        let mut made = Self {
            signature: parameters.signature(),
            equations,
            held: Held::default(),
            next: x.clone(),
            slope: x.clone(),
            sum: x.clone(),
            x,
            seed: 0,
            trials: 0,
            time_s: 0.0,
            parameters,
        };
        made.reset(None);
        Ok(made)
    }

    /// Its description.
    pub fn parameters(&self) -> &NetworkParameters {
        &self.parameters
    }

    /// Positions, then velocities, of the masses in order. `[2 masses]`
    pub fn state(&self) -> &[f64] {
        self.x.as_slice()
    }

    /// Kinetic energy and energy of the springs.
    pub fn energy(&self) -> f64 {
        let (masses, n) = (&self.parameters.masses, self.parameters.masses.len());
        let kinetic = (0..n).map(|i| 0.5 * masses[i].mass * self.x[n + i] * self.x[n + i]).sum::<f64>();
        let place = |end: &str| masses.iter().position(|m| m.name == end).map_or(0.0, |i| self.x[i]);
        let springs = self.parameters.links.iter().map(|link| {
            let stretch = place(&link.between[1]) - place(&link.between[0]) - link.rest;
            0.5 * link.stiffness * stretch * stretch
        });
        kinetic + springs.sum::<f64>()
    }

    /// A step of Runge-Kutta of fourth order; `next` holds the state at which the slope is taken.
    fn runge_kutta(&mut self, command: &[f64], dt_s: f64) {
        let Equations { a, b, constant, .. } = &self.equations;
        self.next.copy_from(&self.x);
        self.sum.copy_from(&self.x);
        for (weight, ahead) in [(1.0, 0.5), (2.0, 0.5), (2.0, 1.0), (1.0, 0.0)] {
            self.slope.copy_from(constant);
            self.slope.gemv(1.0, a, &self.next, 1.0);
            command.iter().enumerate().for_each(|(k, u)| self.slope.axpy(*u, &b.column(k), 1.0));
            self.sum.axpy(weight * dt_s / 6.0, &self.slope, 1.0);
            self.next.copy_from(&self.x);
            self.next.axpy(ahead * dt_s, &self.slope, 1.0);
        }
        std::mem::swap(&mut self.x, &mut self.sum);
    }
}

impl Plant for Network {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Masses begin at their starts, at rest; those with a spread somewhere within it.
    fn reset(&mut self, seed: Option<u64>) {
        if let Some(seed) = seed {
            (self.seed, self.trials) = (seed, 0);
        }
        let draws = lobule_signal::Stream::new(self.seed, "network/start");
        self.x.fill(0.0);
        for (i, mass) in self.parameters.masses.iter().enumerate() {
            self.x[i] = mass.start;
            if mass.start_spread > 0.0 {
                self.x[i] += mass.start_spread * (2.0 * draws.uniform(self.trials, i as u32) - 1.0);
            }
        }
        self.trials += 1;
        self.time_s = 0.0;
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), self.equations.b.ncols(), "one value for each command");
        match self.parameters.integration {
            Integration::Exact => {
                let state = [&mut self.x, &mut self.next];
                self.held.advance(state, command.iter().chain(&[1.0]), dt_s, || self.equations.hold(dt_s));
            }
            Integration::RungeKutta => self.runge_kutta(command, dt_s),
        }
        self.time_s += dt_s;
        let masses = self.parameters.masses.iter().map(|m| m.name.as_str());
        Error::finite(&self.signature.name, masses.clone().chain(masses), self.x.as_slice(), self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        sense(&self.equations.c, &self.x, out);
    }
}
