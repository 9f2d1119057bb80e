//! Parameters of the perceptron, and the threshold, mean weights and steps that follow from them.
//!
//! ```text
//! theta   = (Pmax / 2) (sqrt(f / (3 (1 - f) gamma)) - 1 / sqrt(N))
//! mean w  = theta / f + Pmax / (2 f sqrt(N))             so that the mean of P is Pmax / 2
//! mean v  = theta / f + (q Pmax / 2 + Pmax / 4) / (f sqrt(N))   so that I starts at Pmax / 4
//! alpha_w = dP / (f sqrt(N)), alpha_v = dJ / (f sqrt(N))   (40, 41)
//! ```
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, methods of Figure 10. Initial weights are
//! not given there. Chosen: means as above and, by default, uniform between 0 and twice the
//! mean; half of the weights at zero ([`Start::HalfZero`]) is what gives the half speed
//! that the paper reports for one pattern whose rate must fall.

use crate::Error;
use lobule_signal::{Ranges, Stream};
use serde::{Deserialize, Serialize};

/// Parameters of the perceptron.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerceptronParameters {
    /// Mossy fibers N.
    pub fibers: u32,
    /// Probability f that a fiber is active in a pattern.
    pub active_fraction: f64,
    /// Largest target Pmax, Hz; targets are uniform between 0 and it.
    pub rate_max_hz: f64,
    /// gamma = Var(R) / (f (1 - f) mean(w)²), which sets the threshold.
    pub gamma: f64,
}

impl Default for PerceptronParameters {
    /// Figure 10: N = 1000, f = 0.2, Pmax = 100 Hz, gamma = 1.
    fn default() -> Self {
        Self { fibers: 1000, active_fraction: 0.2, rate_max_hz: 100.0, gamma: 1.0 }
    }
}

impl PerceptronParameters {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("perceptron");
        let (n, allowed) = (f64::from(self.fibers), "1 or more: learning needs input");
        ranges.require(self.fibers > 0, "fibers", n, allowed)?;
        let f = self.active_fraction;
        ranges.require(f > 0.0 && f < 1.0, "active_fraction", f, "between 0 and 1, both excluded")?;
        ranges.positive("rate_max_hz", self.rate_max_hz)?;
        Ok(ranges.positive("gamma", self.gamma)?)
    }

    /// sqrt(N).
    pub(crate) fn root(&self) -> f64 {
        f64::from(self.fibers).sqrt()
    }

    /// Threshold theta of one fiber, Hz: `theta N` is subtracted from the sum of weights.
    pub fn theta_hz(&self) -> f64 {
        let f = self.active_fraction;
        self.rate_max_hz / 2.0 * ((f / (3.0 * (1.0 - f) * self.gamma)).sqrt() - 1.0 / self.root())
    }

    /// Mean initial w, Hz.
    pub fn mean_w_hz(&self) -> f64 {
        self.mean_weight(self.rate_max_hz / 2.0)
    }

    /// Mean initial v, Hz, for a ratio q of influences.
    pub fn mean_v_hz(&self, q: f64) -> f64 {
        self.mean_weight(q * self.rate_max_hz / 2.0 + self.rate_max_hz / 4.0)
    }

    /// The mean weight at which the mean drive is `rate_hz`.
    fn mean_weight(&self, rate_hz: f64) -> f64 {
        (self.theta_hz() + rate_hz / self.root()) / self.active_fraction
    }

    /// The weight step that moves the rate of a pattern by `step_hz` (40, 41), Hz.
    pub fn alpha(&self, step_hz: f64) -> f64 {
        step_hz / (self.active_fraction * self.root())
    }

    /// Drive of a pattern, Hz: `(sum - theta N) / sqrt(N)` for the sum of its active weights.
    pub(crate) fn drive(&self, sum: f64) -> f64 {
        (sum - self.theta_hz() * f64::from(self.fibers)) / self.root()
    }
}

/// Perturbation and steps of SGDEGE.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Perturbation A of P, Hz.
    pub perturbation_hz: f64,
    /// Step dP of the rate of a perturbed pattern, Hz.
    pub step_p_hz: f64,
    /// Step dJ of the inhibition of the olive, Hz.
    pub step_j_hz: f64,
    /// Probability rho that a presentation is perturbed.
    pub rho: f64,
    /// Ratio q of the influence of P on the olive to that on the movement.
    pub q: f64,
}

impl Default for Steps {
    /// Figure 10: A = 2, dP = 0.2, dJ = 0.4 Hz, rho = 0.2, q = 0.5.
    fn default() -> Self {
        Self { perturbation_hz: 2.0, step_p_hz: 0.2, step_j_hz: 0.4, rho: 0.2, q: 0.5 }
    }
}

impl Steps {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Parameter`] names the first parameter outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let ranges = Ranges::of("perceptron");
        ranges.at_least_zero("perturbation_hz", self.perturbation_hz)?;
        ranges.at_least_zero("step_p_hz", self.step_p_hz)?;
        ranges.at_least_zero("step_j_hz", self.step_j_hz)?;
        ranges.probability("rho", self.rho)?;
        Ok(ranges.at_least_zero("q", self.q)?)
    }

    /// Residual error, A (1 + q) / 2, Hz; none for q >= 1, where learning diverges.
    pub fn floor_hz(&self) -> Option<f64> {
        (self.q < 1.0).then(|| self.perturbation_hz * (1.0 + self.q) / 2.0)
    }
}

/// Distribution of the initial weights w. The weights v onto the olive are always uniform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Uniform between 0 and twice the mean.
    #[default]
    Uniform,
    /// Half of the weights zero: `mean sqrt(2 pi) max(h, 0)`, h standard normal.
    HalfZero,
}

impl Start {
    /// Initial weights w, Hz, one per fiber.
    pub(crate) fn weights(self, parameters: &PerceptronParameters, seed: u64) -> Vec<f64> {
        let stream = Stream::new(seed, "perceptron.w");
        let mean = parameters.mean_w_hz();
        (0..parameters.fibers)
            .map(|i| match self {
                Start::Uniform => 2.0 * mean * stream.uniform(0, i),
                Start::HalfZero => mean * std::f64::consts::TAU.sqrt() * stream.normal(0, i).max(0.0),
            })
            .collect()
    }
}
