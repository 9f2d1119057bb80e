//! From spikes to commands: population vectors of cortex fibers and opponent
//! nuclear cells, smoothed over 10 ms.
//!
//! A spike of fiber f adds `2 f / F - 1`, a nuclear spike +1 (plus microzone) or
//! -1 (minus). Both sums are means over cells, divided by the number of cells of
//! the reference network, so that gains mean the same at any size.
//! Source: extra-cereb-nest, `world` and `world_populations`, which divide twice by
//! the number of cells (180 fibers, 44 nuclear cells).

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Length of the moving average, ms.
pub const SMOOTHING_MS: usize = 10;

/// Fibers per joint of the reference network.
const REFERENCE_FIBERS: f64 = 180.0;
/// Nuclear cells of the reference network.
const REFERENCE_NUCLEAR: f64 = 44.0;

/// A moving average over the last 10 ticks; 0 until they are there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Decoder {
    last: VecDeque<f64>,
}

impl Decoder {
    /// Forgets the past, at the start of a trial.
    pub fn reset(&mut self) {
        self.last.clear();
    }

    /// Takes the raw value of a tick and gives the smoothed one.
    pub fn smooth(&mut self, raw: f64) -> f64 {
        self.last.push_back(raw);
        if self.last.len() > SMOOTHING_MS {
            self.last.pop_front();
        }
        if self.last.len() == SMOOTHING_MS {
            self.last.iter().sum::<f64>() / SMOOTHING_MS as f64
        } else {
            0.0
        }
    }

    /// The population vector of the spikes of one joint's fibers.
    pub fn fibers(spiking: impl Iterator<Item = usize>, fibers: usize) -> f64 {
        let f_max = fibers as f64;
        spiking.map(|f| 2.0 * f as f64 / f_max - 1.0).sum::<f64>() / (f_max * REFERENCE_FIBERS)
    }

    /// The difference of opponent nuclear spikes.
    pub fn nuclear(plus: usize, minus: usize, cells: usize) -> f64 {
        (plus as f64 - minus as f64) / (cells as f64 * REFERENCE_NUCLEAR)
    }
}
