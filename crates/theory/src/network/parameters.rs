//! Sizes and rates of the network, with the values of the paper's Table 2.

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Largest table of shared fibers, bytes. Chosen: it fits into a laptop's memory beside everything else.
const LARGEST_TABLE: f64 = 1e9;

/// Sizes and rates of a network.
///
/// Source of the defaults: Bouvier et al. 2018, doi:10.7554/eLife.31599, Table 2;
/// the mean rate of nucleo-olivary neurons from its "Simulation methods".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkParameters {
    /// Sagittal rows S: Purkinje cells of a column.
    pub rows: usize,
    /// Lateral columns L: climbing fibers, projection and nucleo-olivary neurons.
    pub columns: usize,
    /// Time bins T of a movement.
    pub bins: usize,
    /// Mossy fibers N of one row.
    pub fibers_per_row: usize,
    /// Patterns p, shown in turn.
    pub patterns: usize,
    /// Ceiling of every rate, Hz.
    pub rate_max: f64,
    /// Mean rate of Purkinje cells before learning, Hz.
    pub rate_pc: f64,
    /// Mean rate of projection neurons before learning, Hz.
    pub rate_pn: f64,
    /// Mean rate of nucleo-olivary neurons before learning, Hz.
    pub rate_no: f64,
    /// Mean of the target rates, Hz: targets are uniform in 0 to twice this.
    pub rate_target: f64,
    /// Inhibition of nucleo-olivary neurons by Purkinje cells, relative to that of projection neurons.
    pub q: f64,
}

impl Default for NetworkParameters {
    fn default() -> Self {
        Self {
            rows: 10,
            columns: 40,
            bins: 10,
            fibers_per_row: 2000,
            patterns: 2,
            rate_max: 300.0,
            rate_pc: 50.0,
            rate_pn: 30.0,
            rate_no: 15.0,
            rate_target: 30.0,
            q: 0.5,
        }
    }
}

impl NetworkParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("network");
        for (name, n) in [
            ("rows", self.rows),
            ("columns", self.columns),
            ("bins", self.bins),
            ("fibers_per_row", self.fibers_per_row),
        ] {
            ranges.whole(name, n, (1, 65_535))?;
        }
        // Each pattern is one bit of a fiber's set of patterns.
        ranges.whole("patterns", self.patterns, (1, 64))?;
        let is_even = self.fibers().is_multiple_of(2);
        let allowed = "an even number, times `rows`: half of all fibers are active in a pattern";
        ranges.require(is_even, "fibers_per_row", self.fibers_per_row as f64, allowed)?;
        let is_small = self.shared_table_len() as f64 * 2.0 <= LARGEST_TABLE;
        let allowed =
            "2 rows columns (patterns bins)² bytes must be 1e9 or less; lower patterns, bins or columns";
        ranges.require(is_small, "patterns", self.patterns as f64, allowed)?;
        ranges.positive("rate_max", self.rate_max)?;
        ranges.positive("rate_pc", self.rate_pc)?;
        ranges.positive("rate_pn", self.rate_pn)?;
        ranges.positive("rate_target", self.rate_target)?;
        ranges.at_least_zero("rate_no", self.rate_no)?;
        Ok(ranges.at_least_zero("q", self.q)?)
    }

    /// Mossy fibers of all rows, N S.
    pub fn fibers(&self) -> usize {
        self.rows * self.fibers_per_row
    }

    /// Columns times bins, L T: number of values of one output.
    pub fn outputs(&self) -> usize {
        self.columns * self.bins
    }

    /// Weight of a mossy fiber on the projection neuron of its column, 4 T L rate_pn / (N S).
    pub fn mossy_to_pn(&self) -> f64 {
        4.0 * (self.bins * self.columns) as f64 * self.rate_pn / self.fibers() as f64
    }

    /// Weight of a Purkinje cell on the projection neuron of its column, -rate_pn / (rate_pc S).
    pub fn pc_to_pn(&self) -> f64 {
        -self.rate_pn / (self.rate_pc * self.rows as f64)
    }

    /// Largest initial weight of a mossy fiber on a Purkinje cell, 8 T rate_pc / N.
    pub fn largest_mossy_to_pc(&self) -> f64 {
        8.0 * self.bins as f64 * self.rate_pc / self.fibers_per_row as f64
    }

    /// Largest initial weight of a mossy fiber on its nucleo-olivary neuron,
    /// (rate_no + q rate_pn) 4 T L / (N S).
    pub fn largest_mossy_to_no(&self) -> f64 {
        (self.rate_no + self.q * self.rate_pn) * 4.0 * (self.bins * self.columns) as f64
            / self.fibers() as f64
    }

    /// Mean number of connected fibers active in one bin of a Purkinje cell, N / (4 T).
    pub fn inputs_per_bin(&self) -> f64 {
        self.fibers_per_row as f64 / (4.0 * self.bins as f64)
    }

    pub(super) fn shared_table_len(&self) -> usize {
        let times = self.patterns * self.bins;
        (self.rows * self.columns).saturating_mul(times.saturating_mul(times))
    }
}
