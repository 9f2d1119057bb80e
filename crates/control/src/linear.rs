//! Linear systems in discrete time: `x[n+1] = A x[n] + B u[n]`, `y[n] = C x[n] + D u[n]`.
//!
//! Loops are made of parts in series and closed; the result is the state-space form of a synapse's
//! eligibility trace and the source of its impulse and frequency response. Matrices are nalgebra's, without
//! its kernels that choose instructions by machine, so that bits are the same everywhere.
//!
//! Shapes: A `[states, states]`, B `[states, inputs]`, C `[outputs, states]`, D `[outputs, inputs]`.

use crate::{Error, Snapshot, StateReader, StateWriter};
use lobule_signal::Ranges;
use nalgebra::{Complex, DMatrix, DVector};

/// A linear system with a state of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearSystem {
    a: DMatrix<f64>,
    b: DMatrix<f64>,
    c: DMatrix<f64>,
    d: DMatrix<f64>,
    x: DVector<f64>,
    next: DVector<f64>,
}

impl LinearSystem {
    /// A system at rest.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the shapes do not fit or a value is not finite.
    pub fn new(a: DMatrix<f64>, b: DMatrix<f64>, c: DMatrix<f64>, d: DMatrix<f64>) -> Result<Self, Error> {
        let n = a.nrows();
        let fits = a.ncols() == n && b.nrows() == n && c.ncols() == n && d.shape() == (c.nrows(), b.ncols());
        let ranges = Ranges::of("linear system");
        ranges.require(fits, "states", n as f64, "A, B, C and D must agree in their shapes")?;
        for (name, matrix) in [("A", &a), ("B", &b), ("C", &c), ("D", &d)] {
            ranges.all(name, matrix, |_| true, "all entries are finite")?;
        }
        Ok(Self::at_rest(a, b, c, d))
    }

    fn at_rest(a: DMatrix<f64>, b: DMatrix<f64>, c: DMatrix<f64>, d: DMatrix<f64>) -> Self {
        let x = DVector::zeros(a.nrows());
        Self { next: x.clone(), x, a, b, c, d }
    }

    /// Exact discretization of `dx/dt = A x + B u` for a tick in which `u` is held, by the matrix
    /// exponential of `[[A, B], [0, 0]] dt`. Returns the discrete (A, B).
    pub fn hold(a: &DMatrix<f64>, b: &DMatrix<f64>, dt_s: f64) -> (DMatrix<f64>, DMatrix<f64>) {
        let (n, m) = (a.nrows(), b.ncols());
        let mut joined = DMatrix::zeros(n + m, n + m);
        joined.view_mut((0, 0), (n, n)).copy_from(&(a * dt_s));
        joined.view_mut((0, n), (n, m)).copy_from(&(b * dt_s));
        let grown = exponential(&joined);
        (grown.view((0, 0), (n, n)).into(), grown.view((0, n), (n, m)).into())
    }

    /// A delay of one signal by `ticks`.
    pub fn delay(ticks: usize) -> Self {
        let one = |is_one: bool| if is_one { 1.0 } else { 0.0 };
        Self::at_rest(
            DMatrix::from_fn(ticks, ticks, |i, j| one(i == j + 1)),
            DMatrix::from_fn(ticks, 1, |i, _| one(i == 0)),
            DMatrix::from_fn(1, ticks, |_, j| one(j + 1 == ticks)),
            DMatrix::from_element(1, 1, one(ticks == 0)),
        )
    }

    /// This system, then `after`.
    ///
    /// # Panics
    /// When `after` takes another number of inputs than this has outputs: a bug of the caller.
    pub fn then(&self, after: &Self) -> Self {
        assert_eq!(self.c.nrows(), after.b.ncols(), "one input for each output");
        let (n1, n2) = (self.a.nrows(), after.a.nrows());
        let mut a = DMatrix::zeros(n1 + n2, n1 + n2);
        a.view_mut((0, 0), (n1, n1)).copy_from(&self.a);
        a.view_mut((n1, 0), (n2, n1)).copy_from(&(&after.b * &self.c));
        a.view_mut((n1, n1), (n2, n2)).copy_from(&after.a);
        let mut b = DMatrix::zeros(n1 + n2, self.b.ncols());
        b.view_mut((0, 0), (n1, self.b.ncols())).copy_from(&self.b);
        b.view_mut((n1, 0), (n2, self.b.ncols())).copy_from(&(&after.b * &self.d));
        let mut c = DMatrix::zeros(after.c.nrows(), n1 + n2);
        c.view_mut((0, 0), (after.c.nrows(), n1)).copy_from(&(&after.d * &self.c));
        c.view_mut((0, n1), (after.c.nrows(), n2)).copy_from(&after.c);
        Self::at_rest(a, b, c, &after.d * &self.d)
    }

    /// The loop `L / (1 + L)` around this system of one input and one output.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the output depends on the input of the same tick: such a loop has no order.
    pub fn closed(&self) -> Result<Self, Error> {
        let through = self.d[(0, 0)];
        let allowed = "0: a loop needs a tick of delay";
        Ranges::of("closed loop").require(through == 0.0, "direct path", through, allowed)?;
        let a = &self.a - &self.b * &self.c;
        Ok(Self::at_rest(a, self.b.clone(), self.c.clone(), self.d.clone()))
    }

    /// States.
    pub fn states(&self) -> usize {
        self.a.nrows()
    }

    /// Goes back to rest.
    pub fn reset(&mut self) {
        self.x.fill(0.0);
    }

    /// Advances a system of one input and one output by a tick; returns the output before the advance.
    pub fn advance(&mut self, u: f64) -> f64 {
        let mut y = self.d[(0, 0)] * u;
        for (i, x) in self.x.iter().enumerate() {
            y += self.c[(0, i)] * x;
        }
        self.next.gemv(1.0, &self.a, &self.x, 0.0);
        self.next.axpy(u, &self.b.column(0), 1.0);
        std::mem::swap(&mut self.x, &mut self.next);
        y
    }

    /// Output of one system at rest after an impulse of 1. `[ticks]`
    pub fn impulse(&self, ticks: usize) -> Vec<f64> {
        let mut copy = self.clone();
        copy.reset();
        (0..ticks).map(|n| copy.advance(if n == 0 { 1.0 } else { 0.0 })).collect()
    }

    /// The largest magnitude of an eigenvalue of A, by repeated squaring: below 1 the system is stable. (An iteration for the eigenvalues
    /// themselves does not settle on delay lines.)
    pub fn spectral_radius(&self) -> f64 {
        const SQUARINGS: i32 = 40;
        let mut power = self.a.clone();
        // Logarithm of the factor that was taken out of the power.
        let mut log = 0.0;
        for _ in 0..SQUARINGS {
            let size = power.amax();
            if size.is_nan() || size <= 0.0 {
                return size;
            }
            power /= size;
            log = 2.0 * (log + libm::log(size));
            power = &power * &power;
        }
        match power.amax() {
            size if size > 0.0 => libm::exp((log + libm::log(size)) / libm::exp2(f64::from(SQUARINGS))),
            size => size,
        }
    }

    /// Gain (real and imaginary part) from the first input to the first output at `frequency_hz`:
    /// `C (zI - A)⁻¹ B + D`. Absent at a pole.
    pub fn gain_at(&self, frequency_hz: f64, dt_s: f64) -> Option<[f64; 2]> {
        let angle = std::f64::consts::TAU * frequency_hz * dt_s;
        let z = Complex::new(libm::cos(angle), libm::sin(angle));
        let n = self.states();
        if n == 0 {
            return Some([self.d[(0, 0)], 0.0]);
        }
        let mut matrix = self.a.map(|v| Complex::new(-v, 0.0));
        (0..n).for_each(|i| matrix[(i, i)] += z);
        let x = matrix.lu().solve(&self.b.column(0).map(|v| Complex::new(v, 0.0)))?;
        let y = (0..n)
            .fold(Complex::new(self.d[(0, 0)], 0.0), |y, i| y + x[i] * Complex::new(self.c[(0, i)], 0.0));
        Some([y.re, y.im])
    }

    /// The matrices A, B, C, D.
    pub fn matrices(&self) -> [&DMatrix<f64>; 4] {
        [&self.a, &self.b, &self.c, &self.d]
    }
}

/// A linear plant over the tick of a loop, which never changes, so that it is discretized once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Held(Option<(f64, DMatrix<f64>, DMatrix<f64>)>);

impl Held {
    /// Advances the state `x` by a tick under `inputs`; `hold` makes A and B of the tick.
    pub fn advance<'a>(
        &mut self,
        [x, next]: [&mut DVector<f64>; 2],
        inputs: impl Iterator<Item = &'a f64>,
        dt_s: f64,
        hold: impl FnOnce() -> (DMatrix<f64>, DMatrix<f64>),
    ) {
        if self.0.as_ref().is_none_or(|held| held.0 != dt_s) {
            let (a, b) = hold();
            self.0 = Some((dt_s, a, b));
        }
        if let Some((_, a, b)) = &self.0 {
            next.gemv(1.0, a, x, 0.0);
            inputs.enumerate().for_each(|(j, u)| next.axpy(*u, &b.column(j), 1.0));
        }
        std::mem::swap(x, next);
    }
}

/// No part of a state: after one is read, the tick is discretized anew.
impl Snapshot for Held {
    fn write_state(&self, _to: &mut StateWriter) {}

    fn read_state(&mut self, _from: &mut StateReader) -> Result<(), Error> {
        self.0 = None;
        Ok(())
    }
}

/// Writes `C x`.
///
/// # Panics
/// When `out` has the wrong length: a bug of the caller.
pub(crate) fn sense(c: &DMatrix<f64>, x: &DVector<f64>, out: &mut [f64]) {
    assert_eq!(out.len(), c.nrows(), "one value for each sense");
    for (i, y) in out.iter_mut().enumerate() {
        *y = (0..x.len()).fold(0.0, |sum, j| sum + c[(i, j)] * x[j]);
    }
}

/// exp(M) by scaling and squaring of the Taylor series: halved until the norm is below 1/2, where 18 terms leave less than
/// rounding. (nalgebra's needs the kernels that are switched off.)
fn exponential(m: &DMatrix<f64>) -> DMatrix<f64> {
    let n = m.nrows();
    let norm = m.column_iter().map(|c| c.iter().fold(0.0, |sum, v| sum + v.abs())).fold(0.0, f64::max);
    let mut halvings = 0;
    let mut scale = 1.0;
    while norm * scale > 0.5 && halvings < 1000 {
        scale *= 0.5;
        halvings += 1;
    }
    let small = m * scale;
    let mut sum = DMatrix::identity(n, n);
    for k in (1..=18).rev() {
        sum = DMatrix::identity(n, n) + &small * sum / f64::from(k);
    }
    for _ in 0..halvings {
        sum = &sum * &sum;
    }
    sum
}
