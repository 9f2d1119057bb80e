//! The perturbation network: rates of a movement and changes of weights.

use super::activity::{Perturbation, Presentation, mean};
use super::fibers::{Fiber, Fibers};
use super::nucleo_olivary::{NucleoOlivary, NucleoOlivaryState};
use super::parameters::NetworkParameters;
use super::purkinje::{Purkinje, PurkinjeState, phi};
use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// State that learning changes. A network of the same parameters, seed and name that restores it continues bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkState {
    purkinje: PurkinjeState,
    nucleo_olivary: NucleoOlivaryState,
    targets: Vec<Vec<f64>>,
}

/// Drives by mossy fibers in all patterns.
#[derive(Debug, Clone, PartialEq)]
pub struct Drives {
    /// Of Purkinje cells, `[L][p][S][T]`, Hz.
    pub purkinje: Vec<f64>,
    /// Of nucleo-olivary neurons, `[p][L][T]`, Hz.
    pub nucleo_olivary: Vec<f64>,
}

impl Drives {
    /// Largest difference of any drive, Hz; NaN if a drive is not a number.
    pub fn largest_difference(&self, other: &Self) -> f64 {
        let pairs = self.purkinje.iter().zip(&other.purkinje);
        let pairs = pairs.chain(self.nucleo_olivary.iter().zip(&other.nucleo_olivary));
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, |m, d| if d > m || d.is_nan() { d } else { m })
    }
}

/// A network of Purkinje cells and nuclei with its weights.
///
/// # Example: Purkinje cells start at 50 Hz, nuclear cells at 30 Hz in the mean
/// ```
/// use lobule_theory::network::{PerturbationNetwork, NetworkParameters, Perturbation, Presentation};
/// # fn main() -> Result<(), lobule_theory::Error> {
/// let network = PerturbationNetwork::new(&NetworkParameters::default(), 1)?;
/// let mut seen = Presentation::empty(network.parameters());
/// network.present(0, &Perturbation::none(network.parameters()), &mut seen)?;
/// let mean = seen.projection.iter().sum::<f64>() / seen.projection.len() as f64;
/// assert!((mean - 30.0).abs() < 2.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PerturbationNetwork {
    name: String,
    fibers: Fibers,
    /// Drive of projection neurons by mossy fibers, `[p][L][T]`, Hz.
    mossy_to_pn: Vec<f64>,
    purkinje: Purkinje,
    nucleo_olivary: NucleoOlivary,
}

impl std::fmt::Debug for PerturbationNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PerturbationNetwork")
            .field("name", &self.name)
            .field("parameters", self.parameters())
            .finish_non_exhaustive()
    }
}

impl PerturbationNetwork {
    /// Draws a network.
    ///
    /// # Errors
    /// [`Error::Parameter`] as [`NetworkParameters::validate`].
    pub fn new(parameters: &NetworkParameters, seed: u64) -> Result<Self, Error> {
        Self::named(parameters, seed, "network")
    }

    /// Draws a network whose random streams carry a name, so that several networks can share one seed.
    ///
    /// # Errors
    /// [`Error::Parameter`] as [`NetworkParameters::validate`].
    pub fn named(parameters: &NetworkParameters, seed: u64, name: &str) -> Result<Self, Error> {
        parameters.validate()?;
        let fibers = Fibers::new(parameters, seed, name);
        let p = fibers.parameters();
        let mut mossy_to_pn = vec![0.0; p.patterns * p.outputs()];
        for fiber in fibers.iter() {
            for mu in 0..p.patterns {
                if let Some(t) = fibers.active_bin(mu, fiber) {
                    mossy_to_pn[(mu * p.columns + fibers.nuclear_column(fiber)) * p.bins + t] +=
                        p.mossy_to_pn();
                }
            }
        }
        let (purkinje, nucleo_olivary) = (Purkinje::new(&fibers), NucleoOlivary::new(&fibers));
        Ok(Self { name: name.into(), fibers, mossy_to_pn, purkinje, nucleo_olivary })
    }

    /// Name that the random streams carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A random stream under the name of this network.
    pub fn stream(&self, seed: u64, label: &str) -> Stream {
        Stream::new(seed, &format!("{}/{label}", self.name))
    }

    /// Sizes and rates.
    pub fn parameters(&self) -> &NetworkParameters {
        self.fibers.parameters()
    }

    /// Connections, patterns and targets.
    pub fn fibers(&self) -> &Fibers {
        &self.fibers
    }

    /// Target rates of a pattern, `[L][T]`, Hz.
    ///
    /// # Panics
    /// If the pattern does not exist.
    pub fn target(&self, pattern: usize) -> &[f64] {
        self.fibers.target(pattern)
    }

    /// Sets the target rates of a pattern, `[L][T]`, Hz.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist, [`Error::Shape`] for another length, [`Error::Parameter`]
    /// for a target that is not a rate.
    pub fn set_target(&mut self, pattern: usize, target: &[f64]) -> Result<(), Error> {
        self.known_pattern(pattern)?;
        Error::same_len("target", target.len(), self.parameters().outputs())?;
        target.iter().try_for_each(|&rate| Ranges::of("network").at_least_zero("target", rate))?;
        self.fibers.set_target(pattern, target);
        Ok(())
    }

    /// Computes the rates of one movement; weights do not change.
    ///
    /// # Errors
    /// [`Error::Outside`] and [`Error::Shape`] if pattern, perturbation or `out` belong to another network.
    pub fn present(
        &self,
        pattern: usize,
        perturbation: &Perturbation,
        out: &mut Presentation,
    ) -> Result<(), Error> {
        self.known_pattern(pattern)?;
        let p = self.parameters();
        let n = p.outputs();
        Error::same_len("perturbation", perturbation.amplitude().len(), n)?;
        for part in [&out.purkinje_sum, &out.projection, &out.nucleo_olivary, &out.target] {
            Error::same_len("presentation", part.len(), n)?;
        }
        let of = pattern * n..(pattern + 1) * n;
        out.pattern = pattern;
        out.target.copy_from_slice(self.target(pattern));
        out.purkinje_sum.copy_from_slice(&self.purkinje.rate_sum[of.clone()]);
        for &k in perturbation.touched() {
            out.purkinje_sum[k] = self.purkinje.perturbed_sum(p, pattern, k, perturbation.amplitude()[k]);
        }
        let (to_pn, to_no) = (p.pc_to_pn(), p.q * p.pc_to_pn());
        let (mossy, plastic) = (&self.mossy_to_pn[of.clone()], &self.nucleo_olivary.state.drive[of]);
        for k in 0..n {
            let inhibition = out.purkinje_sum[k];
            out.projection[k] = phi(p, mossy[k] + to_pn * inhibition);
            out.nucleo_olivary[k] = phi(p, plastic[k] + to_no * inhibition);
        }
        out.inhibition = mean(n, |k| out.nucleo_olivary[k]);
        Ok(())
    }

    /// Shifts the Purkinje weights of the fibers active in one bin of a pattern, in one column.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern, column or bin that does not exist.
    pub fn shift_purkinje_at(
        &mut self,
        pattern: usize,
        column: usize,
        bin: usize,
        by: f64,
    ) -> Result<(), Error> {
        self.known_pattern(pattern)?;
        Error::inside("column", column, self.parameters().columns)?;
        Error::inside("bin", bin, self.parameters().bins)?;
        self.purkinje.shift_at(self.fibers.parameters(), pattern, column, bin, by);
        Ok(())
    }

    /// Shifts the Purkinje weights of the fibers active in a pattern, in one column.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern or column that does not exist.
    pub fn shift_purkinje_column(&mut self, pattern: usize, column: usize, by: f64) -> Result<(), Error> {
        Error::inside("column", column, self.parameters().columns)?;
        self.shift_columns(pattern, column..column + 1, |_| by)
    }

    /// Shifts the Purkinje weights of the fibers active in a pattern, in every column.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist.
    pub fn shift_purkinje_active(&mut self, pattern: usize, by: f64) -> Result<(), Error> {
        self.shift_columns(pattern, 0..self.parameters().columns, |_| by)
    }

    /// Shifts the Purkinje weights of the fibers active in each bin of a pattern, in each column by its own amount.
    /// `[L][T]`
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist, [`Error::Shape`] for another length.
    pub fn shift_purkinje_each(&mut self, pattern: usize, by: &[f64]) -> Result<(), Error> {
        Error::same_len("shifts", by.len(), self.parameters().outputs())?;
        self.shift_columns(pattern, 0..self.parameters().columns, |k| by[k])
    }

    /// Shifts by `by` of place `l T + t`.
    fn shift_columns(
        &mut self,
        pattern: usize,
        columns: Range<usize>,
        by: impl Fn(usize) -> f64,
    ) -> Result<(), Error> {
        self.known_pattern(pattern)?;
        let bins = self.parameters().bins;
        for column in columns {
            self.purkinje.shift_column(self.fibers.parameters(), pattern, column, |t| by(column * bins + t));
        }
        Ok(())
    }

    /// Shifts every Purkinje weight, including those of silent fibers.
    pub fn shift_purkinje_all(&mut self, by: f64) {
        self.purkinje.shift_all(self.fibers.parameters(), by);
    }

    /// Shifts the nucleo-olivary weights of the fibers active in a pattern, clipped at zero.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist.
    pub fn shift_nucleo_olivary(&mut self, pattern: usize, by: f64) -> Result<(), Error> {
        self.known_pattern(pattern)?;
        self.nucleo_olivary.shift(pattern, by);
        Ok(())
    }

    /// Unperturbed rates of all Purkinje cells in a pattern, `[S][L][T]`, Hz.
    ///
    /// # Errors
    /// [`Error::Outside`] for a pattern that does not exist.
    pub fn purkinje_rates(&self, pattern: usize) -> Result<Vec<f64>, Error> {
        self.known_pattern(pattern)?;
        let p = self.parameters();
        let cells = (0..p.rows).flat_map(|s| (0..p.columns).map(move |l| (s, l)));
        let bins = cells.flat_map(|(s, l)| (0..p.bins).map(move |t| (s, l, t)));
        Ok(bins.map(|(s, l, t)| self.purkinje.rate(p, pattern, s, l, t)).collect())
    }

    /// Weight of a fiber on the Purkinje cell of its row in a column; zero if it does not reach the cell.
    pub fn purkinje_weight(&self, fiber: Fiber, column: usize) -> f64 {
        self.purkinje.weight(&self.fibers, fiber, column)
    }

    /// Weight of a fiber on the nucleo-olivary neuron of its column.
    pub fn nucleo_olivary_weight(&self, fiber: Fiber) -> f64 {
        self.nucleo_olivary.weight(&self.fibers, fiber)
    }

    /// Drives as updated step by step.
    pub fn drives(&self) -> Drives {
        Drives {
            purkinje: self.purkinje.state.drive.clone(),
            nucleo_olivary: self.nucleo_olivary.state.drive.clone(),
        }
    }

    /// Drives computed from all weights.
    pub fn drives_from_weights(&self) -> Drives {
        Drives {
            purkinje: self.purkinje.drive_from_weights(&self.fibers),
            nucleo_olivary: self.nucleo_olivary.drive_from_weights(&self.fibers),
        }
    }

    /// Copy of the state that learning changes.
    pub fn state(&self) -> NetworkState {
        NetworkState {
            purkinje: self.purkinje.state.clone(),
            nucleo_olivary: self.nucleo_olivary.state.clone(),
            targets: (0..self.parameters().patterns).map(|mu| self.target(mu).to_vec()).collect(),
        }
    }

    /// Restores a state; a state that does not fit changes nothing.
    ///
    /// # Errors
    /// [`Error::Shape`] for the state of a network of another size.
    pub fn restore(&mut self, state: &NetworkState) -> Result<(), Error> {
        let own = self.state();
        let pairs = [
            ("state.shift", state.purkinje.shift.len(), own.purkinje.shift.len()),
            ("state.drive", state.purkinje.drive.len(), own.purkinje.drive.len()),
            ("state.walk", state.nucleo_olivary.walk.len(), own.nucleo_olivary.walk.len()),
            ("state.floor", state.nucleo_olivary.floor.len(), own.nucleo_olivary.floor.len()),
            ("state.nucleo_olivary", state.nucleo_olivary.drive.len(), own.nucleo_olivary.drive.len()),
            ("state.targets", state.targets.len(), own.targets.len()),
        ];
        for (what, found, expected) in pairs {
            Error::same_len(what, found, expected)?;
        }
        for target in &state.targets {
            Error::same_len("state.target", target.len(), self.parameters().outputs())?;
        }
        self.purkinje.state = state.purkinje.clone();
        self.nucleo_olivary.state = state.nucleo_olivary.clone();
        for (mu, target) in state.targets.iter().enumerate() {
            self.fibers.set_target(mu, target);
        }
        self.purkinje.refresh(self.fibers.parameters());
        Ok(())
    }

    fn known_pattern(&self, pattern: usize) -> Result<(), Error> {
        Error::inside("pattern", pattern, self.parameters().patterns)
    }
}
