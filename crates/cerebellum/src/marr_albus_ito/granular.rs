//! Rates of the granule cells, and the control of how many are active.
//!
//! ```text
//! r_i   <- 0.92 r_i + 0.08 n_i / substeps
//! S      = fraction of granule cells with r_i > 0.01
//! b     <- clip(b + 0.01 (S - S*), -0.5, 2)
//! theta  = max(0.1, 0.5 + (S - S*) + 0.5 b)              one threshold for all granule cells
//! ```
//! The threshold is that of the next control step. A rate below 1e-9 is set to 0, so that silent cells cost nothing: a ten-millionth of
//! the rate that counts as active.
//!
//! Source: MH-FLOCKE v0.4.1 (github.com/MarcHesse/mhflocke, tag v0.4.1-paper1).

use super::sensors::PART;
use lobule_control::{Error, snapshot};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Rate above which a granule cell counts as active. Source: MH-FLOCKE v0.4.1.
const ACTIVE: f64 = 0.01;
/// Rate below which a cell is silent. Chosen: see above.
pub(super) const SILENT: f64 = 1e-9;
/// Rate that a reset between episodes moves all cells to by half. Source: MH-FLOCKE v0.4.1.
const RESET_RATE: f64 = 0.015;
/// Threshold at the desired sparseness, and the least. Source: MH-FLOCKE v0.4.1.
const THRESHOLD: f64 = 0.5;
const LEAST_THRESHOLD: f64 = 0.1;

/// Parameters of the granular layer's control. Source: MH-FLOCKE v0.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GranularParameters {
    /// Desired fraction of active granule cells S*.
    pub target_sparseness: f64,
    /// Gain of the integral b in the threshold.
    pub golgi_gain: f64,
    /// Rate of the integral.
    pub golgi_adaptation_rate: f64,
    /// Limits of the integral.
    pub bias_range: [f64; 2],
    /// Share of a rate that is left after a control step.
    pub rate_decay: f64,
}

impl Default for GranularParameters {
    fn default() -> Self {
        Self {
            target_sparseness: 0.03,
            golgi_gain: 0.5,
            golgi_adaptation_rate: 0.01,
            bias_range: [-0.5, 2.0],
            rate_decay: 0.92,
        }
    }
}

impl GranularParameters {
    pub(super) fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of(PART);
        ranges.probability("granular.target_sparseness", self.target_sparseness)?;
        ranges.at_least_zero("granular.golgi_gain", self.golgi_gain)?;
        ranges.at_least_zero("granular.golgi_adaptation_rate", self.golgi_adaptation_rate)?;
        let [least, most] = self.bias_range;
        ranges.require(least <= 0.0, "granular.bias_range", least, "a lower limit of 0 or less")?;
        ranges.require(most >= 0.0, "granular.bias_range", most, "an upper limit of 0 or more")?;
        let allowed = "0 to less than 1";
        let holds = (0.0..1.0).contains(&self.rate_decay);
        Ok(ranges.require(holds, "granular.rate_decay", self.rate_decay, allowed)?)
    }
}

/// State of the granular layer above its spikes.
#[derive(Debug, Clone)]
pub(super) struct GranularLayer {
    parameters: GranularParameters,
    /// r. `[granule_cells]`
    pub rates: Vec<f64>,
    /// b.
    pub bias: f64,
    /// Threshold of the next control step.
    pub threshold: f64,
    /// S.
    pub sparseness: f64,
}

snapshot!(GranularLayer { rates, bias, threshold, sparseness });

impl GranularLayer {
    pub fn new(parameters: &GranularParameters, n: usize) -> Self {
        let (rates, bias, sparseness) = (vec![0.0; n], 0.0, 0.0);
        Self { parameters: *parameters, rates, bias, threshold: THRESHOLD, sparseness }
    }

    /// Goes back to birth, but for the integral, which is set.
    pub fn reset(&mut self, bias: f64) {
        self.rates.fill(0.0);
        self.bias = bias;
        self.sparseness = 0.0;
        self.threshold = (THRESHOLD + self.parameters.golgi_gain * bias).max(LEAST_THRESHOLD);
    }

    /// The reset between episodes of the original.
    pub fn end_episode(&mut self) {
        self.rates.iter_mut().for_each(|rate| *rate = 0.5 * *rate + 0.5 * RESET_RATE);
    }

    /// One control step with the cells' spikes in so many substeps. `[granule_cells]`
    pub fn advance(&mut self, counts: &[u32], substeps: u32) {
        let p = &self.parameters;
        let per_spike = (1.0 - p.rate_decay) / f64::from(substeps);
        let mut active = 0_u32;
        for (rate, count) in self.rates.iter_mut().zip(counts) {
            let now = p.rate_decay * *rate + per_spike * f64::from(*count);
            *rate = if now < SILENT { 0.0 } else { now };
            active += u32::from(now > ACTIVE);
        }
        self.sparseness = f64::from(active) / self.rates.len() as f64;
        let excess = self.sparseness - p.target_sparseness;
        let [least, most] = p.bias_range;
        self.bias = (self.bias + p.golgi_adaptation_rate * excess).clamp(least, most);
        self.threshold = (THRESHOLD + excess + p.golgi_gain * self.bias).max(LEAST_THRESHOLD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_sparseness_and_threshold_of_two_steps_are_those_by_hand() {
        let mut layer = GranularLayer::new(&GranularParameters::default(), 4);
        layer.advance(&[3, 1, 0, 0], 3);
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(layer.rates[0], 0.08);
        close(layer.rates[1], 0.08 / 3.0);
        close(layer.sparseness, 0.5);
        close(layer.bias, 0.0047);
        close(layer.threshold, 0.5 + 0.47 + 0.5 * 0.0047);
        layer.advance(&[0; 4], 3);
        close(layer.rates[0], 0.0736);
        close(layer.bias, 0.0094);
    }

    #[test]
    fn the_integral_stops_at_its_limits_and_the_threshold_at_its_least() {
        let mut layer = GranularLayer::new(&GranularParameters::default(), 10);
        (0..5000).for_each(|_| layer.advance(&[3; 10], 3));
        assert_eq!((layer.bias, layer.sparseness), (2.0, 1.0));
        assert!((layer.threshold - (0.5 + 0.97 + 1.0)).abs() < 1e-12);
        (0..20_000).for_each(|_| layer.advance(&[0; 10], 3));
        assert_eq!((layer.bias, layer.sparseness, layer.rates[0]), (-0.5, 0.0, 0.0));
        assert!((layer.threshold - (0.5 - 0.03 - 0.25)).abs() < 1e-12);
    }

    #[test]
    fn the_end_of_an_episode_moves_rates_halfway_to_their_baseline_and_keeps_the_integral() {
        let mut layer = GranularLayer::new(&GranularParameters::default(), 2);
        layer.advance(&[3, 0], 3);
        let bias = layer.bias;
        layer.end_episode();
        assert!((layer.rates[0] - (0.04 + 0.0075)).abs() < 1e-15 && (layer.rates[1] - 0.0075).abs() < 1e-15);
        assert_eq!(layer.bias, bias);
    }
}
