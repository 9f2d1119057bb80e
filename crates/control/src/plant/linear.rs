//! Linear plants: `dx/dt = A x + B u`, held exactly between ticks.
//!
//! Senses: position first; those of second order sense the velocity, too. The four plants of the CFPC bench
//! and the inverted pendulum near its upright position are constructors.

use crate::linear::{Held, sense};
use crate::{Error, LinearSystem, Plant, Signature};
use lobule_signal::Ranges;
use nalgebra::{DMatrix, DVector};

const POSITION_AND_VELOCITY: [(&str, &str); 2] = [("position", "1"), ("velocity", "1/s")];
const FORCE: [(&str, &str); 1] = [("force", "1")];

/// A linear plant.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    signature: Signature,
    a: DMatrix<f64>,
    b: DMatrix<f64>,
    c: DMatrix<f64>,
    held: Held,
    x: DVector<f64>,
    next: DVector<f64>,
    time_s: f64,
}

impl Linear {
    /// A plant `dx/dt = A x + B u` that senses `C x`, at rest. A `[states, states]`, B `[states, commands]`, C `[senses, states]`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the shapes do not fit or a value is not finite; [`Error::Description`] for a signature
    /// that does not hold together.
    pub fn new(
        signature: Signature,
        a: DMatrix<f64>,
        b: DMatrix<f64>,
        c: DMatrix<f64>,
    ) -> Result<Self, Error> {
        signature.check()?;
        let (n, senses, commands) = (a.nrows(), signature.senses.len(), signature.commands.len());
        let fits = n > 0 && a.ncols() == n && b.shape() == (n, commands) && c.shape() == (senses, n);
        let ranges = Ranges::of(signature.name.clone());
        ranges.require(fits, "states", n as f64, "at least 1; A, B and C must agree in their shapes")?;
        for (which, matrix) in [("A", &a), ("B", &b), ("C", &c)] {
            ranges.all(which, matrix, |_| true, "all entries are finite")?;
        }
        let x = DVector::zeros(n);
        Ok(Self { signature, a, b, c, held: Held::default(), next: x.clone(), x, time_s: 0.0 })
    }

    /// First order: `b dy/dt = u - k y`, of time constant b/k.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the damping is not positive.
    pub fn first_order(damping: f64, stiffness: f64) -> Result<Self, Error> {
        Ranges::of("first-order plant").require(damping > 0.0, "damping", damping, "more than 0")?;
        let scalar = |v| DMatrix::from_element(1, 1, v);
        Self::new(
            Signature::new("first-order plant", &POSITION_AND_VELOCITY[..1], &FORCE),
            scalar(-stiffness / damping),
            scalar(1.0 / damping),
            scalar(1.0),
        )
    }

    /// Second order: `m d²y/dt² = u - b dy/dt - k y`.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the mass is not positive.
    pub fn second_order(mass: f64, damping: f64, stiffness: f64) -> Result<Self, Error> {
        Self::mechanical("second-order plant", mass, damping, stiffness, 0.0)
    }

    /// As [`Linear::second_order`], sensed as `y - advance dy/dt`: a zero in the right half plane, so that the
    /// response begins in the wrong direction.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the mass is not positive.
    pub fn non_minimum_phase(mass: f64, damping: f64, stiffness: f64, advance_s: f64) -> Result<Self, Error> {
        Self::mechanical("non-minimum-phase plant", mass, damping, stiffness, advance_s)
    }

    /// The inverted pendulum near upright, `m l² d²y/dt² = u + m g l y`: unstable. Angle in rad, g 9.81 m/s².
    ///
    /// # Errors
    /// [`Error::Parameter`] when mass or length is not positive.
    pub fn inverted_pendulum(mass_kg: f64, length_m: f64) -> Result<Self, Error> {
        Ranges::of("inverted pendulum").require(length_m > 0.0, "length_m", length_m, "more than 0 m")?;
        let inertia = mass_kg * length_m * length_m;
        Self::mechanical("inverted pendulum", inertia, 0.0, -mass_kg * 9.81 * length_m, 0.0)
    }

    fn mechanical(
        name: &'static str,
        mass: f64,
        damping: f64,
        stiffness: f64,
        advance_s: f64,
    ) -> Result<Self, Error> {
        Ranges::of(name).require(mass > 0.0, "mass", mass, "more than 0")?;
        let a = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -stiffness / mass, -damping / mass]);
        let b = DMatrix::from_row_slice(2, 1, &[0.0, 1.0 / mass]);
        let c = DMatrix::from_row_slice(2, 2, &[1.0, -advance_s, 0.0, 1.0]);
        Self::new(Signature::new(name, &POSITION_AND_VELOCITY, &FORCE), a, b, c)
    }

    /// Takes over the dynamics of `other` and keeps the state: a plant that changes in mid-run.
    ///
    /// # Errors
    /// [`Error::Parameter`] when `other` has another number of states, senses or commands.
    pub fn become_like(&mut self, other: &Self) -> Result<(), Error> {
        let fits = other.b.shape() == self.b.shape() && other.c.shape() == self.c.shape();
        let allowed = "a plant can only become one of as many states, senses and commands";
        Ranges::of(self.signature.name.clone()).require(fits, "states", other.x.len() as f64, allowed)?;
        self.a.copy_from(&other.a);
        self.b.copy_from(&other.b);
        self.c.copy_from(&other.c);
        self.held = Held::default();
        Ok(())
    }

    /// From the first command to the first sense in ticks of `dt_s`, exact.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the discretization is not finite: the tick is too long for the plant.
    pub fn system(&self, dt_s: f64) -> Result<LinearSystem, Error> {
        let (a, b) = LinearSystem::hold(&self.a, &self.b, dt_s);
        LinearSystem::new(a, b.columns(0, 1).into(), self.c.rows(0, 1).into(), DMatrix::zeros(1, 1))
    }
}

// The dynamics are part of the state: [`Linear::become_like`] changes them.
crate::snapshot!(Linear { a, b, c, x, held, time_s });

impl Plant for Linear {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn reset(&mut self, _seed: Option<u64>) {
        self.x.fill(0.0);
        self.time_s = 0.0;
    }

    fn advance(&mut self, command: &[f64], dt_s: f64) -> Result<(), Error> {
        assert_eq!(command.len(), self.b.ncols(), "one value for each command");
        let hold = || LinearSystem::hold(&self.a, &self.b, dt_s);
        self.held.advance([&mut self.x, &mut self.next], command.iter(), dt_s, hold);
        self.time_s += dt_s;
        Error::finite(&self.signature.name, [""; 0], self.x.as_slice(), self.time_s)
    }

    fn sense(&self, out: &mut [f64]) {
        sense(&self.c, &self.x, out);
    }
}
