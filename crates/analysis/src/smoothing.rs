//! Firing rates from spike times: bins, a Gaussian kernel, samples.
//!
//! A causal kernel is the half of a Gaussian that lies in the past, `k(s) ∝ exp(-s²/2σ²)` for `s ≥ 0`: a rate at
//! time t depends on spikes up to t. A symmetric kernel has both halves and looks about σ into the future, so that
//! predictions at leads below 2σ are not meaningful. Both have area one. Units: ms, Hz.

use crate::Error;
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

/// Side of the present from which spikes enter a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The past.
    Causal,
    /// Past and future.
    Symmetric,
}

/// Bins, kernel and samples of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Start of the sampled window, ms from the event.
    pub from_ms: f64,
    /// End of the window, ms from the event.
    pub to_ms: f64,
    /// Width of a bin, ms.
    pub bin_ms: f64,
    /// Bins from one sample to the next.
    pub bins_per_sample: usize,
    /// Width σ of the Gaussian, ms; 0 for none.
    pub sigma_ms: f64,
    /// Side of the kernel.
    pub side: Side,
}

/// Bins beyond this many σ are left out. Chosen: it leaves out 0.3 % of the area; further out, the faint end of a single
/// spike would be all the data of a unit in some folds, which standardization then scales up by thousands.
const REACH: f64 = 3.0;

impl Sampling {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] for the first parameter outside its range.
    pub fn check(&self) -> Result<(), Error> {
        let ranges = Ranges::of("smoothing");
        ranges.positive("bin_ms", self.bin_ms)?;
        let (sigma, bins) = (self.sigma_ms, self.bins_per_sample);
        let is_short = (0.0..=1000.0 * self.bin_ms).contains(&sigma);
        ranges.require(is_short, "sigma_ms", sigma, "from 0 to 1000 bins")?;
        ranges.positive("bins_per_sample", bins as f64)?;
        ranges.require(true, "from_ms", self.from_ms, "a finite number")?;
        let exact = (self.to_ms - self.from_ms) / (self.bin_ms * bins as f64);
        let is_whole = (1.0 - 1e-9..=1e6).contains(&exact) && (exact - exact.round()).abs() < 1e-6;
        Ok(ranges.require(is_whole, "to_ms", self.to_ms, "1 to 1000000 whole samples after `from_ms`")?)
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        ((self.to_ms - self.from_ms) / (self.bin_ms * self.bins_per_sample as f64)).round() as usize
    }

    /// Time of sample `k`, ms from the event: the end of its last bin.
    pub fn time_ms(&self, k: usize) -> f64 {
        self.from_ms + self.sample_ms() * (k + 1) as f64
    }

    /// Interval between samples, ms.
    pub fn sample_ms(&self) -> f64 {
        self.bin_ms * self.bins_per_sample as f64
    }

    /// Numbers of bins before the first and after the last sampled bin that a rate depends on.
    pub fn margins(&self) -> (usize, usize) {
        let reach = (REACH * self.sigma_ms / self.bin_ms).ceil() as usize;
        (reach, if self.side == Side::Symmetric { reach } else { 0 })
    }

    /// Start and end of the bins that [`Sampling::rates`] uses, ms from the event.
    pub fn reach_ms(&self) -> (f64, f64) {
        let (before, after) = self.margins();
        (self.from_ms - before as f64 * self.bin_ms, self.to_ms + after as f64 * self.bin_ms)
    }

    /// Number of bins that [`Sampling::rates`] uses: sampled bins and margins.
    pub fn bins(&self) -> usize {
        let (before, after) = self.margins();
        before + self.samples() * self.bins_per_sample + after
    }

    /// The bin of a time in ms from the event; none outside.
    pub fn bin(&self, ms: f64) -> Option<usize> {
        let at = ((ms - self.reach_ms().0) / self.bin_ms).floor();
        (at >= 0.0 && at < self.bins() as f64).then_some(at as usize)
    }

    /// Weights of the bins from `-after` to `before`, of area one. Index `k` is the bin `k - after` bins ago.
    pub fn kernel(&self) -> Vec<f64> {
        let (before, after) = self.margins();
        let weight = |k: usize| {
            if self.sigma_ms == 0.0 {
                return 1.0;
            }
            let s = (k as f64 - after as f64) * self.bin_ms / self.sigma_ms;
            libm::exp(-0.5 * s * s)
        };
        let raw: Vec<f64> = (0..=before + after).map(weight).collect();
        let area: f64 = raw.iter().sum();
        raw.into_iter().map(|w| w / area).collect()
    }

    /// Smooths the values of [`Sampling::bins`] bins and samples them. `[bins]` to `[samples]`
    ///
    /// # Panics
    /// If the number of bins differs: a bug of the caller.
    pub fn smoothed(&self, binned: &[f64]) -> Vec<f64> {
        assert_eq!(binned.len(), self.bins(), "bins");
        let kernel = self.kernel();
        let (before, after) = self.margins();
        let sample = |k: usize| {
            let newest = before + (k + 1) * self.bins_per_sample - 1 + after;
            kernel.iter().enumerate().map(|(i, w)| w * binned[newest - i]).sum()
        };
        (0..self.samples()).map(sample).collect()
    }

    /// Rate of a unit, Hz, from its spike times, ms from the event, in any order; times outside [`Sampling::reach_ms`] are
    /// left out. `[samples]`
    pub fn rates(&self, times_ms: &[f64]) -> Vec<f64> {
        let mut counts = vec![0.0; self.bins()];
        for bin in times_ms.iter().filter_map(|&ms| self.bin(ms)) {
            counts[bin] += 1.0;
        }
        counts.iter_mut().for_each(|c| *c /= self.bin_ms * 1e-3);
        self.smoothed(&counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(side: Side) -> Sampling {
        Sampling { from_ms: -200.0, to_ms: 800.0, bin_ms: 5.0, bins_per_sample: 4, sigma_ms: 30.0, side }
    }

    #[test]
    fn kernels_have_area_one() {
        for side in [Side::Causal, Side::Symmetric] {
            assert!((sampling(side).kernel().iter().sum::<f64>() - 1.0).abs() < 1e-12);
            // A steady train of 200 Hz has a rate of 200 Hz at every sample.
            let times: Vec<f64> = (-100..300).map(|k| f64::from(k) * 5.0 + 2.5).collect();
            for rate in sampling(side).rates(&times) {
                assert!((rate - 200.0).abs() < 1e-9, "{side:?} {rate}");
            }
        }
    }

    #[test]
    fn a_causal_rate_does_not_know_the_spike_before_it_comes() {
        for spike in [-199.0, 0.0, 33.0, 799.0] {
            for side in [Side::Causal, Side::Symmetric] {
                let s = sampling(side);
                let early = s
                    .rates(&[spike])
                    .iter()
                    .enumerate()
                    .any(|(k, &rate)| s.time_ms(k) <= spike && rate > 0.0);
                assert_eq!(early, side == Side::Symmetric && spike > -180.0, "{side:?} {spike}");
            }
        }
    }

    #[test]
    fn all_of_a_spike_is_seen_when_every_bin_is_sampled() {
        let s = Sampling { bins_per_sample: 1, ..sampling(Side::Causal) };
        let total: f64 = s.rates(&[100.0]).iter().sum::<f64>() * s.bin_ms * 1e-3;
        assert!((total - 1.0).abs() < 1e-12);
        // One that came before the first sample, too.
        assert!(s.rates(&[-210.0])[0] > 0.0 && s.rates(&[-400.0])[0] == 0.0);
    }

    #[test]
    fn what_gives_no_samples_is_refused() {
        let ok = sampling(Side::Causal);
        assert!(ok.check().is_ok() && ok.samples() == 50);
        for bad in [
            Sampling { bin_ms: 0.0, ..ok },
            Sampling { bin_ms: f64::NAN, ..ok },
            Sampling { to_ms: -200.0, ..ok },
            Sampling { to_ms: 790.0, ..ok },
            Sampling { sigma_ms: -1.0, ..ok },
            Sampling { bins_per_sample: 0, ..ok },
        ] {
            let message = bad.check().unwrap_err().to_string();
            assert!(message.starts_with("smoothing: "), "{message}");
        }
    }
}
