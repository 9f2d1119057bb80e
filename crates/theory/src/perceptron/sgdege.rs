//! Perturbation learning of a perceptron (36-41).
//!
//! ```text
//! P = [(sum_i w_i M_i - theta N) / sqrt(N)]+ + eta A     J = (sum_i v_i M_i - theta N) / sqrt(N)
//! E = |P - R|      I = [J - q P]+      c = +1 where E > I, else -1
//! w_i <- [w_i - alpha_w c eta M_i]+    v_i <- [v_i + alpha_v c M_i]+
//! ```
//! Every epoch presents all patterns once, in a fresh random order; eta is 1 with probability
//! rho. The perturbation is added outside of the rectification. E = I gives no error spike.
//!
//! Source: Bouvier et al. 2018, doi:10.7554/eLife.31599, methods of Figure 10.

use super::kernel::{check_snapshot, finite, learn, sums};
use super::{Patterns, PerceptronParameters, Start, Steps};
use crate::Error;
use lobule_signal::{GROUP, Stream};
use serde::{Deserialize, Serialize};

/// Epochs and weights: a copy resumes bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SgdegePerceptronState {
    /// Epochs done.
    pub epoch: u64,
    /// Weights \[w, v\] of each fiber, `[n][2]`, Hz.
    pub weights: Vec<[f64; 2]>,
}

/// Errors in an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Mean over patterns of |P - R| without perturbation, each when it was presented, Hz.
    pub error_hz: f64,
    /// Fraction of presentations with an error spike (c = 1); 0 for the delta rule, which has none.
    pub error_spikes: f64,
}

/// A perceptron that learns by perturbations.
///
/// # Example: five patterns, down to A (1 + q) / 2
/// ```
/// use lobule_theory::perceptron::{PerceptronParameters, Patterns, SgdegePerceptron, Start, Steps};
/// let parameters = PerceptronParameters { fibers: 100, ..PerceptronParameters::default() };
/// let patterns = Patterns::draw(&parameters, 5, 1)?;
/// let mut cell = SgdegePerceptron::new(parameters, Steps::default(), patterns, Start::Uniform, 1)?;
/// let mut error_hz = 0.0;
/// for _ in 0..5000 {
///     error_hz = cell.epoch()?.error_hz;
/// }
/// assert!((error_hz - 1.5).abs() < 1.0);
/// # Ok::<(), lobule_theory::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SgdegePerceptron {
    parameters: PerceptronParameters,
    steps: Steps,
    patterns: Patterns,
    order: Stream,
    perturbations: Stream,
    state: SgdegePerceptronState,
    /// Patterns in the order of the current epoch; `[p]`.
    sequence: Vec<u32>,
    /// Raw draws of the current epoch: order, then perturbation. `[p]` each, rounded up to whole groups
    draws: [Vec<u32>; 2],
}

impl SgdegePerceptron {
    /// A perceptron before learning.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its range, or patterns of other fibers.
    pub fn new(
        parameters: PerceptronParameters,
        steps: Steps,
        patterns: Patterns,
        start: Start,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.validate()?;
        steps.validate()?;
        patterns.belong_to(&parameters)?;
        let v = Stream::new(seed, "perceptron.v");
        let mean_v = parameters.mean_v_hz(steps.q);
        let w = start.weights(&parameters, seed);
        let weights =
            (0..parameters.fibers).zip(w).map(|(i, w)| [w, 2.0 * mean_v * v.uniform(0, i)]).collect();
        let room = patterns.len().next_multiple_of(GROUP);
        Ok(Self {
            parameters,
            steps,
            order: Stream::new(seed, "perceptron.order"),
            perturbations: Stream::new(seed, "perceptron.perturbation"),
            state: SgdegePerceptronState { epoch: 0, weights },
            sequence: vec![0; patterns.len()],
            draws: [vec![0; room], vec![0; room]],
            patterns,
        })
    }

    /// The state after the last epoch.
    pub fn state(&self) -> &SgdegePerceptronState {
        &self.state
    }

    /// Puts a state in place of the current one.
    ///
    /// # Errors
    /// [`Error::Parameter`] if it has another number of weights, or one that no run can give.
    pub fn restore(&mut self, state: SgdegePerceptronState) -> Result<(), Error> {
        check_snapshot(state.weights.as_flattened(), 2 * self.state.weights.len())?;
        self.state = state;
        Ok(())
    }

    /// The patterns.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Rate P and inhibition J of pattern `mu` without perturbation, Hz.
    ///
    /// # Panics
    /// If the pattern does not exist.
    pub fn rates_hz(&self, mu: usize) -> (f64, f64) {
        let [w, v] = sums(self.patterns.active(mu), &self.state.weights);
        (self.parameters.drive(w).max(0.0), self.parameters.drive(v))
    }

    /// Presents every pattern once and learns from each.
    ///
    /// # Errors
    /// [`Error::NonFinite`] if a rate is not finite.
    pub fn epoch(&mut self) -> Result<Epoch, Error> {
        self.draw_epoch();
        let Steps { perturbation_hz, step_p_hz, step_j_hz, rho, q } = self.steps;
        let (alpha_w, alpha_v) = (self.parameters.alpha(step_p_hz), self.parameters.alpha(step_j_hz));
        let (threshold, scale) =
            (self.parameters.theta_hz() * f64::from(self.parameters.fibers), 1.0 / self.parameters.root());
        let weights = self.state.weights.as_mut_slice();
        let (mut error_sum, mut spikes) = (0.0, 0u32);
        for (&mu, &draw) in self.sequence.iter().zip(&self.draws[1]) {
            let active = self.patterns.active(mu as usize);
            let target = self.patterns.targets_hz()[mu as usize];
            let [w, v] = sums(active, weights);
            let unperturbed = ((w - threshold) * scale).max(0.0);
            let inhibition = (v - threshold) * scale;
            let is_perturbed = Stream::to_uniform(draw) < rho;
            let p = unperturbed + if is_perturbed { perturbation_hz } else { 0.0 };
            let is_error_spike = (p - target).abs() > (inhibition - q * p).max(0.0);
            let sign = if is_error_spike { 1.0 } else { -1.0 };
            let step_w = if is_perturbed { -alpha_w * sign } else { 0.0 };
            learn(active, weights, [step_w, alpha_v * sign]);
            error_sum += (unperturbed - target).abs();
            spikes += u32::from(is_error_spike);
        }
        let count = self.patterns.len() as f64;
        self.state.epoch += 1;
        finite(error_sum, self.state.epoch - 1)?;
        Ok(Epoch { error_hz: error_sum / count, error_spikes: f64::from(spikes) / count })
    }

    /// Draws the order (Fisher-Yates) and the perturbations of the current epoch.
    fn draw_epoch(&mut self) {
        let epoch = self.state.epoch;
        for (stream, draws) in [self.order, self.perturbations].iter().zip(&mut self.draws) {
            for (group, out) in draws.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
                stream.fill_group(epoch, group as u32, out);
            }
        }
        for (mu, place) in self.sequence.iter_mut().enumerate() {
            *place = mu as u32;
        }
        for k in (1..self.sequence.len()).rev() {
            // Multiply-shift, as `Stream::below`.
            let other = (u64::from(self.draws[0][k]) * (k as u64 + 1)) >> 32;
            self.sequence.swap(k, other as usize);
        }
    }
}
