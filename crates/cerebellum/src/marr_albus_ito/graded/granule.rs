//! Granule cells and the Golgi cells' threshold.

use super::GradedParameters;
use super::mossy::Mossy;
use lobule_signal::Stream;

/// Highest threshold. Chosen: half of the peak, so that neighboring tuning curves still overlap and no phase is without active cells.
pub(super) const MOST_THRESHOLD: f64 = 0.5;

/// Granule cells, each the product of its mossy fibers, less a common threshold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Granule {
    /// First input of each cell among the inputs, and their number. `[cells + 1]`
    first: Vec<u32>,
    /// Fibers of the cells, in order.
    inputs: Vec<u32>,
    /// Activity, 0 to 1. `[cells]`
    pub activity: Vec<f64>,
    /// Cells that are active.
    pub active: Vec<u32>,
    pub threshold: f64,
    sparseness: f64,
    /// Change of the threshold in an update for a share of 1 too many.
    share: f64,
    /// True while the threshold adapts.
    pub adapts: bool,
}

lobule_control::snapshot!(Granule { activity, threshold, adapts });

impl Granule {
    pub fn new(mossy: &Mossy, parameters: &GradedParameters, dt_s: f64, seed: u64) -> Self {
        let n = parameters.granule_cells;
        let channels = mossy.channels();
        let most = parameters.fan_in.min(channels) as u32;
        let stream = Stream::new(seed, "graded circuit/granule cells");
        let (mut first, mut inputs) = (vec![0u32], Vec::new());
        let mut chosen: Vec<usize> = Vec::new();
        for cell in 0..n as u64 {
            chosen.clear();
            // The seventh draw is the number of inputs; before it, channels and fibers in turn.
            let count = if most == 0 { 0 } else { 1 + stream.below(cell, 16, most) as usize };
            for k in 0..count as u32 {
                // Of the channels that are left.
                let mut channel = stream.below(cell, 2 * k, (channels - k as usize) as u32) as usize;
                chosen.sort_unstable();
                for &taken in &chosen {
                    channel += usize::from(channel >= taken);
                }
                chosen.push(channel);
                let fibers = mossy.of(channel);
                let fiber = fibers.start + stream.below(cell, 2 * k + 1, fibers.len() as u32) as usize;
                inputs.push(fiber as u32);
            }
            first.push(inputs.len() as u32);
        }
        Self {
            first,
            inputs,
            activity: vec![0.0; n],
            active: Vec::with_capacity(n),
            threshold: 0.0,
            sparseness: parameters.sparseness,
            share: dt_s / parameters.golgi_s,
            adapts: true,
        }
    }

    /// Fibers of all cells, for the fingerprint of what was learned.
    pub fn wiring(&self) -> Vec<u32> {
        self.inputs.clone()
    }

    pub fn rest(&mut self) {
        self.activity.fill(0.0);
        self.active.clear();
    }

    pub fn fire(&mut self, mossy: &Mossy) {
        self.active.clear();
        let rises = 1.0 / (1.0 - self.threshold);
        for (cell, activity) in self.activity.iter_mut().enumerate() {
            let fibers = &self.inputs[self.first[cell] as usize..self.first[cell + 1] as usize];
            let product: f64 = fibers.iter().map(|&fiber| mossy.rates[fiber as usize]).product();
            *activity = ((product - self.threshold) * rises).max(0.0);
            if *activity > 0.0 {
                self.active.push(cell as u32);
            }
        }
        if self.adapts {
            let share = self.active.len() as f64 / self.activity.len() as f64;
            self.threshold =
                (self.threshold + self.share * (share - self.sparseness)).clamp(0.0, MOST_THRESHOLD);
        }
    }
}
