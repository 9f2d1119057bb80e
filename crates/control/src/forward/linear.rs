//! A linear forward model: `F(s, u) = s + D W φ`, φ = (s, u, 1) relative to their scales.
//!
//! NLMS: `W += η e φᵀ/(ε + |φ|²)`, e the error relative to D. Stable for 0 < η < 2, independently of the number and
//! size of features; suggested 0.5. At that rate it follows the trajectory of the moment rather than it holds a model
//! of the whole: frozen, it need not even control the plant it learned.
//! RLS: `k = P φ/(λ + φᵀ P φ)`, `W += e kᵀ`, `P ← (P - k φᵀ P)/λ`, P at first the identity over `ridge`. With λ = 1 it is at
//! every step the least-squares solution with that ridge. λ within 0.9..=1, suggested 0.999: a memory of 1000
//! ticks. Where only few directions are excited for long, P grows by 1/λ a tick in the others and new evidence there is
//! taken at its word.
//! Source: Haykin 2014, *Adaptive Filter Theory*, chapters 6 and 10; settings: Chosen as in the reference runs of
//! `forward/cartpole`.

use super::{ForwardModel, Scales, Skill, fits, measured};
use crate::controller::learned;
use crate::room::room;
use crate::{Error, StateWriter};
use lobule_signal::Ranges;

/// How a linear model learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinearRule {
    /// Normalized least mean squares: the delta rule.
    Nlms {
        /// Part of the error that one sample corrects, 0 to 2.
        rate: f64,
    },
    /// Recursive least squares.
    Rls {
        /// λ, what a tick leaves of the weight of all earlier ones.
        forgetting: f64,
        /// Weight of the prior that nothing changes. Chosen: 1e-3 for features of the order of 1.
        ridge: f64,
    },
}

/// A linear forward model.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    rule: LinearRule,
    scales: Scales,
    /// `[states][features]`
    weights: Vec<f64>,
    /// Inverse correlation of the features, for RLS. `[features][features]`
    inverse: Vec<f64>,
    /// `[features]`
    features: Vec<f64>,
    /// `[features]`
    gain: Vec<f64>,
    /// Fraction of the rate that is left after it was lowered.
    pace: f64,
    /// `[states]`
    predicted: Vec<f64>,
    skill: Skill,
}

/// Growth of P in a direction that is not excited, relative to the prior, at which nothing is forgotten any more. Chosen: new evidence is
/// taken at its word long before, and numbers keep their digits.
const WINDUP: f64 = 1e12;
/// Keeps the norm of a sample without features from dividing by zero.
const EPSILON: f64 = 1e-6;

impl Linear {
    /// A model that has learned nothing: it predicts persistence.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a rate outside 0..2, a λ outside 0.9..=1, or scales that do not fit.
    pub fn new(rule: LinearRule, scales: Scales) -> Result<Self, Error> {
        let part = "linear model";
        scales.check(part)?;
        let n = scales.features();
        let mut inverse = Vec::new();
        let ranges = Ranges::of(part);
        match rule {
            LinearRule::Nlms { rate } => {
                let stable = rate > 0.0 && rate < 2.0;
                ranges.require(stable, "rate", rate, "NLMS is stable for 0 < rate < 2; try 0.5")?;
            }
            LinearRule::Rls { forgetting, ridge } => {
                let fits = (0.9..=1.0).contains(&forgetting);
                ranges.require(fits, "forgetting", forgetting, "it lies in 0.9..=1; try 0.999")?;
                ranges.require(ridge > 0.0, "ridge", ridge, "it must be more than 0; try 1e-3")?;
                room(part, "inverse correlation", &[n, n])?;
                inverse = vec![0.0; n * n];
                inverse.iter_mut().step_by(n + 1).for_each(|p| *p = 1.0 / ridge);
            }
        }
        let states = scales.state.len();
        Ok(Self {
            rule,
            weights: vec![0.0; states * n],
            inverse,
            features: vec![0.0; n],
            gain: vec![0.0; n],
            pace: 1.0,
            predicted: vec![0.0; states],
            skill: Skill::default(),
            scales,
        })
    }

    /// The matrices of `next = A s + B u + c` in units of the plant: A `[states][states]`, B `[states][commands]`, c
    /// `[states]`.
    pub fn matrices(&self) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (states, commands) = (self.scales.state.len(), self.scales.command.len());
        let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
        for (i, row) in self.weights.chunks_exact(states + commands + 1).enumerate() {
            let d = self.scales.change[i];
            a.extend((0..states).map(|j| f64::from(u8::from(i == j)) + d * row[j] / self.scales.state[j]));
            b.extend((0..commands).map(|j| d * row[states + j] / self.scales.command[j]));
            c.push(d * row[states + commands]);
        }
        (a, b, c)
    }

    /// Writes `state + D W φ` for the features at hand.
    fn apply(&self, state: &[f64], next: &mut [f64]) {
        let rows = self.weights.chunks_exact(self.features.len());
        for (i, row) in rows.enumerate() {
            let sum: f64 = row.iter().zip(&self.features).map(|(w, x)| w * x).sum();
            next[i] = state[i] + self.scales.change[i] * sum;
        }
    }
}

crate::snapshot!(Linear { weights, inverse, pace, skill });

impl ForwardModel for Linear {
    fn name(&self) -> &str {
        match self.rule {
            LinearRule::Nlms { .. } => "linear (NLMS)",
            LinearRule::Rls { .. } => "linear (RLS)",
        }
    }

    fn states(&self) -> usize {
        self.scales.state.len()
    }

    fn commands(&self) -> usize {
        self.scales.command.len()
    }

    fn predict(&mut self, state: &[f64], command: &[f64], next: &mut [f64]) -> Result<(), Error> {
        fits(self, state, command, next)?;
        self.scales.write(state, command, &mut self.features);
        self.apply(state, next);
        Ok(())
    }

    fn learn(&mut self, state: &[f64], command: &[f64], next: &[f64]) -> Result<f64, Error> {
        fits(self, state, command, next)?;
        self.scales.write(state, command, &mut self.features);
        let mut predicted = std::mem::take(&mut self.predicted);
        self.apply(state, &mut predicted);
        let error = self.skill.judge(state, next, &predicted, &self.scales.change);
        if error.is_nan() {
            self.predicted = predicted;
            return measured(self.name(), error);
        }
        let n = self.features.len();
        match self.rule {
            LinearRule::Nlms { rate } => {
                let norm: f64 = self.features.iter().map(|x| x * x).sum();
                let step = self.pace * rate / (EPSILON + norm);
                self.gain.iter_mut().zip(&self.features).for_each(|(k, x)| *k = step * x);
            }
            LinearRule::Rls { forgetting, ridge } => {
                let windup = self.inverse.iter().step_by(n + 1).any(|p| *p > WINDUP / ridge);
                let forgetting = if windup { 1.0 } else { forgetting };
                for (k, row) in self.gain.iter_mut().zip(self.inverse.chunks_exact(n)) {
                    *k = row.iter().zip(&self.features).map(|(p, x)| p * x).sum();
                }
                let spread: f64 = self.gain.iter().zip(&self.features).map(|(k, x)| k * x).sum();
                let down = 1.0 / (forgetting + spread);
                // P stays symmetric to the bit: both halves get the same product.
                for i in 0..n {
                    for j in 0..n {
                        let p = &mut self.inverse[i * n + j];
                        *p = (*p - (self.gain[i] * self.gain[j]) * down) / forgetting;
                    }
                }
                self.gain.iter_mut().for_each(|k| *k *= down);
            }
        }
        for (i, row) in self.weights.chunks_exact_mut(n).enumerate() {
            let e = (next[i] - predicted[i]) / self.scales.change[i];
            row.iter_mut().zip(&self.gain).for_each(|(w, k)| *w += e * k);
        }
        self.predicted = predicted;
        Ok(error)
    }

    fn confidence(&self) -> f64 {
        self.skill.value()
    }

    learned!(weights, inverse, skill);

    fn parameters(&self, to: &mut StateWriter) {
        to.put(&matches!(self.rule, LinearRule::Rls { .. }));
        self.scales.parameters(to);
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.pace *= factor;
        matches!(self.rule, LinearRule::Nlms { .. })
    }
}
