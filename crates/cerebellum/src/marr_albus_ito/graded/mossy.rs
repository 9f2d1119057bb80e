//! Mossy fibers: tuning curves on the cues.

use super::PART;
use lobule_control::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Concentration of the tuning to a phase. Source: kappa 3 in reference measurements of steering a quadruped.
const CONCENTRATION: f64 = 3.0;

/// Tuning of the fibers of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Tuning {
    /// Eight fibers around a circle, for a phase in rad.
    Circular,
    /// Gaussians with centers from `low` to `high`; far outside of the range all are silent.
    Plain {
        /// First center, units of the cue.
        low: f64,
        /// Last center.
        high: f64,
        /// Number of fibers.
        fibers: usize,
        /// Standard deviation, units of the cue.
        sd: f64,
    },
    /// Two fibers for a line between 0 and 1: one that follows it, and one that does the opposite.
    Line,
}

/// Fibers of a phase. Source: eight for each channel in the publication.
const CIRCULAR: usize = 8;

/// A channel of mossy fibers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelParameters {
    /// Number of the cue.
    pub cue: usize,
    /// Tuning.
    pub tuning: Tuning,
}

impl ChannelParameters {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.require(self.cue < 100_000, "channels.cue", self.cue as f64, "below 100000")?;
        if let Tuning::Plain { low, high, fibers, sd } = self.tuning {
            ranges.require(low < high, "channels.high", high, format!("above channels.low = {low}"))?;
            ranges.require(low.is_finite(), "channels.low", low, "a number")?;
            ranges.require((2..=10_000).contains(&fibers), "channels.fibers", fibers as f64, "2 to 10000")?;
            ranges.require(sd > 0.0, "channels.sd", sd, "above 0")?;
        }
        Ok(())
    }

    /// Number of fibers.
    pub(crate) fn fibers(&self) -> usize {
        match self.tuning {
            Tuning::Circular => CIRCULAR,
            Tuning::Plain { fibers, .. } => fibers,
            Tuning::Line => 2,
        }
    }

    /// Rates of its fibers, 0 to 1.
    fn fire(&self, cue: f64, rates: &mut [f64]) {
        let n = rates.len();
        match self.tuning {
            Tuning::Circular => {
                for (k, rate) in rates.iter_mut().enumerate() {
                    let center = TAU * k as f64 / n as f64;
                    *rate = libm::exp(CONCENTRATION * (libm::cos(cue - center) - 1.0));
                }
            }
            Tuning::Plain { low, high, sd, .. } => {
                for (k, rate) in rates.iter_mut().enumerate() {
                    let center = low + (high - low) * k as f64 / (n - 1) as f64;
                    let away = (cue - center) / sd;
                    *rate = libm::exp(-0.5 * away * away);
                }
            }
            Tuning::Line => {
                let line = cue.clamp(0.0, 1.0);
                (rates[0], rates[1]) = (line, 1.0 - line);
            }
        }
    }
}

/// Mossy fibers of all channels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mossy {
    channels: Vec<ChannelParameters>,
    /// First fiber of each channel, and the number of fibers.
    first: Vec<usize>,
    /// `[fibers]`
    pub rates: Vec<f64>,
}

impl Mossy {
    pub fn new(channels: &[ChannelParameters]) -> Self {
        let mut first = vec![0];
        for channel in channels {
            first.push(first[first.len() - 1] + channel.fibers());
        }
        Self { channels: channels.to_vec(), rates: vec![0.0; first[first.len() - 1]], first }
    }

    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    pub fn fibers(&self) -> usize {
        self.rates.len()
    }

    /// Fibers of a channel.
    pub fn of(&self, channel: usize) -> std::ops::Range<usize> {
        self.first[channel]..self.first[channel + 1]
    }

    /// Rates for these cues.
    pub fn fire(&mut self, cues: &[f64]) -> Result<(), Error> {
        for (k, channel) in self.channels.iter().enumerate() {
            let cue = cues[channel.cue];
            if !cue.is_finite() {
                let variable = format!("cue {}", channel.cue).into();
                return Err(Error::NonFinite { part: PART.into(), variable, value: cue, time_s: f64::NAN });
            }
            channel.fire(cue, &mut self.rates[self.first[k]..self.first[k + 1]]);
        }
        Ok(())
    }
}
