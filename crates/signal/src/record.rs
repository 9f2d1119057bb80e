//! Recorded events and recorded values.

use serde::{Deserialize, Serialize};

/// The spikes of one population in order of (step, neuron).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpikeTrain {
    /// The population.
    pub label: String,
    /// Number of neurons in the population.
    pub n: usize,
    /// Step of each spike. `[n_spikes]`
    pub steps: Vec<u64>,
    /// Neuron of each spike, `0..n`. `[n_spikes]`
    pub ids: Vec<u32>,
}

impl SpikeTrain {
    /// An empty train of a population of `n` neurons.
    pub fn new(label: impl Into<String>, n: usize) -> Self {
        Self { label: label.into(), n, steps: Vec::new(), ids: Vec::new() }
    }

    /// Number of spikes.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// True if there is no spike.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Appends one spike.
    pub fn push(&mut self, step: u64, id: u32) {
        self.steps.push(step);
        self.ids.push(id);
    }

    /// The spikes with `from <= step < to`. Steps must be in order.
    pub fn window(&self, from: u64, to: u64) -> SpikeTrain {
        let a = self.steps.partition_point(|&s| s < from);
        let b = self.steps.partition_point(|&s| s < to);
        let (steps, ids) = (self.steps[a..b].to_vec(), self.ids[a..b].to_vec());
        SpikeTrain { label: self.label.clone(), n: self.n, steps, ids }
    }
}

/// Samples of one variable over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Recorded variable, e.g. `purkinje_cell.v_m`.
    pub label: String,
    /// Unit of the values.
    pub unit: String,
    /// Number of recorded elements per sample.
    pub n: usize,
    /// Step of each sample. `[n_samples]`
    pub steps: Vec<u64>,
    /// `[t][n]`, row-major.
    pub values: Vec<f32>,
}

impl Trace {
    /// The series of element `i`.
    pub fn series(&self, i: usize) -> impl Iterator<Item = f32> + '_ {
        self.values.iter().skip(i).step_by(self.n.max(1)).copied()
    }
}
