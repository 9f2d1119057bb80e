//! One movement: its perturbation and the rates that result.

use super::parameters::NetworkParameters;
use crate::Error;

/// Drive added to the Purkinje cells of a column in a bin, Hz:
/// the effect of perturbing complex spikes, or a rule's noise.
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbation {
    columns: usize,
    bins: usize,
    /// `[L][T]`, Hz.
    amplitude: Vec<f64>,
    /// Perturbed places `l T + t`, in the order of perturbation.
    places: Vec<usize>,
}

impl Perturbation {
    /// Zero perturbation of a network of the given size.
    pub fn none(parameters: &NetworkParameters) -> Self {
        let outputs = parameters.outputs();
        Self {
            columns: parameters.columns,
            bins: parameters.bins,
            amplitude: vec![0.0; outputs],
            places: Vec::with_capacity(outputs),
        }
    }

    /// Resets all amplitudes to 0.
    pub fn clear(&mut self) {
        for &k in &self.places {
            self.amplitude[k] = 0.0;
        }
        self.places.clear();
    }

    /// Adds `amplitude` (Hz) to every Purkinje cell of a column in a bin.
    ///
    /// # Errors
    /// [`Error::Outside`] for a column or bin that does not exist.
    pub fn add(&mut self, column: usize, bin: usize, amplitude: f64) -> Result<(), Error> {
        Error::inside("column", column, self.columns)?;
        Error::inside("bin", bin, self.bins)?;
        let k = column * self.bins + bin;
        if !self.places.contains(&k) {
            self.places.push(k);
        }
        self.amplitude[k] += amplitude;
        Ok(())
    }

    /// Sets all amplitudes, `[L][T]`, Hz.
    ///
    /// # Errors
    /// [`Error::Shape`] for another length than L T.
    pub fn set_all(&mut self, amplitude: &[f64]) -> Result<(), Error> {
        Error::same_len("perturbation", amplitude.len(), self.amplitude.len())?;
        self.amplitude.copy_from_slice(amplitude);
        self.places.clear();
        self.places.extend(0..amplitude.len());
        Ok(())
    }

    /// Amplitudes, `[L][T]`, Hz.
    pub fn amplitude(&self) -> &[f64] {
        &self.amplitude
    }

    /// The perturbed places (column, bin).
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.places.iter().map(|&k| (k / self.bins, k % self.bins))
    }

    pub(super) fn touched(&self) -> &[usize] {
        &self.places
    }
}

/// Rates of one movement and their targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Presentation {
    /// Pattern shown.
    pub pattern: usize,
    /// Sum over rows of the Purkinje rates, `[L][T]`, Hz.
    pub purkinje_sum: Vec<f64>,
    /// Rates of projection neurons, `[L][T]`, Hz.
    pub projection: Vec<f64>,
    /// Rates of nucleo-olivary neurons, `[L][T]`, Hz.
    pub nucleo_olivary: Vec<f64>,
    /// Target rates of the pattern, `[L][T]`, Hz.
    pub target: Vec<f64>,
    /// Inhibition of the olive I, eq. (8): mean nucleo-olivary rate, Hz.
    pub inhibition: f64,
}

impl Presentation {
    /// Error of the movement E, eq. (7): mean over columns and bins of |PN - R|, Hz.
    pub fn error(&self) -> f64 {
        mean(self.target.len(), |k| (self.projection[k] - self.target[k]).abs())
    }

    /// Signed error, eq. (14): mean over columns and bins of R - PN, Hz.
    pub fn signed_error(&self) -> f64 {
        mean(self.target.len(), |k| self.target[k] - self.projection[k])
    }

    /// Zero rates of a network of the given size.
    pub fn empty(parameters: &NetworkParameters) -> Self {
        let zeros = vec![0.0; parameters.outputs()];
        Self {
            pattern: 0,
            purkinje_sum: zeros.clone(),
            projection: zeros.clone(),
            nucleo_olivary: zeros.clone(),
            target: zeros,
            inhibition: 0.0,
        }
    }
}

/// Mean of `f(k)` over `0..n`, summed in four fixed lanes.
pub(crate) fn mean(n: usize, f: impl Fn(usize) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    let whole = n - n % 4;
    for k in (0..whole).step_by(4) {
        for (j, lane) in lanes.iter_mut().enumerate() {
            *lane += f(k + j);
        }
    }
    for k in whole..n {
        lanes[k - whole] += f(k);
    }
    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) / n as f64
}
