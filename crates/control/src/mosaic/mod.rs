//! MOSAIC: several pairs of a forward and an inverse model; how well each pair predicts says how much it commands and learns.
//!
//! In each tick, with a the acceleration since the last tick, and φ = (position, velocity, command, 1) then, relative to the scales:
//! ```text
//! â_i = W_i φ                      prediction of module i
//! l_i = exp(-|a - â_i|² / 2σ²)     likelihood
//! λ_i = π_i l_i / Σ_j π_j l_j      responsibility for the tick that has passed
//! ΔW_i = λ_i (a - â_i) (P_i φ)ᵀ/(f_i + λ_i φᵀP_i φ),  P_i ← (P_i - λ_i P_i φ φᵀ P_i/(f_i + λ_i φᵀP_i φ))/f_i,  f_i = 1 - (1 - f) λ_i
//! π_i ∝ c_i(cues) Σ_j T_ij λ_j     what is expected of the coming tick
//! u = Σ π_i A_i ψ + u_fb,          ψ = (r'', r', r, 1)
//! ΔA_i = η π_i u_fb ψᵀ/(ε + |ψ|²)
//! Δ(cue weights) = η' (λ - c) cuesᵀ
//! ```
//! c is the responsibility predictor, a softmax of linear sums of the cues; T switches with chance s at each tick, to any other
//! module alike (s = 1 - 1/n forgets everything: the variant without temporal context). σ falls geometrically from its first to its last
//! value: while it is large all modules learn alike; when it is small from the start the module that wins first is expected to take all,
//! which the default run of `classic/mosaic` does not show (1 of 20 seeds collapses without annealing, 3 with it).
//! Source: Wolpert & Kawato 1998, doi:10.1016/S0893-6080(98)00066-5; Haruno, Wolpert & Kawato 2001,
//! doi:10.1162/089976601750541778. Ours: forward models learn by least squares weighted by responsibility, tick by tick, which is the EM
//! variant without stored data (of the hidden Markov model the forward filter is used); σ falls by schedule; inverse models take normalized
//! gradient steps. Forward models that take gradient steps, too, are too slow to take over an object while it is held, and collapse.

mod parameters;

pub use parameters::{MosaicParameters, MosaicScales};

use crate::controller::{exact_cues, learned};
use crate::{Controller, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use lobule_signal::Stream;

/// Keeps the norm of silent features from dividing by zero.
const EPSILON: f64 = 1e-6;
/// First P, in units of features: large against what a second of movement tells. Source: usual for RLS.
const IGNORANCE: f64 = 100.0;
/// Growth of that in a direction that nothing excites at which nothing is forgotten any more. Chosen: numbers keep their digits.
const WINDUP: f64 = 1e12;
const PART: &str = "mosaic";

/// The controller. Senses: all positions, then all their velocities; references: the positions; commands: one for each position.
#[derive(Debug, Clone, PartialEq)]
pub struct Mosaic {
    p: MosaicParameters,
    joints: usize,
    cues: usize,
    dt_s: f64,
    learns: bool,
    /// Part of the rates that is left after they were lowered.
    pace: f64,
    /// Ticks of learning so far.
    learned_ticks: u64,
    /// True before the first tick of a trial: there is nothing to compare a prediction with.
    is_first: bool,
    /// Forward and inverse weights of all modules, then those of the cues, so that reports see all.
    /// `[modules][joints][3 joints + 1]`, twice, `[modules][cues]`
    weights: Vec<f64>,
    /// P of all modules. `[modules][3 joints + 1][3 joints + 1]`
    inverse_power: Vec<f64>,
    /// P φ. `[3 joints + 1]`
    power_phi: Vec<f64>,
    /// φ of the last tick and ψ of this one. `[3 joints + 1]`
    phi: Vec<f64>,
    psi: Vec<f64>,
    /// λ. `[modules]`
    responsible: Vec<f64>,
    /// π. `[modules]`
    expected: Vec<f64>,
    /// c. `[modules]`
    cued: Vec<f64>,
    /// Cues of the last tick. `[cues]`
    last_cues: Vec<f64>,
    /// Errors of the predictions. `[modules][joints]`
    prediction_error: Vec<f64>,
    log_likelihood: Vec<f64>,
    feedback: Vec<f64>,
    velocity: Vec<f64>,
    /// References one and two ticks ago, as wanted and as sensed. `[joints]`
    wanted: [Vec<f64>; 2],
    wanted_then: Vec<f64>,
}

impl Mosaic {
    /// A controller of `joints` positions that is shown `cues` cues, in ticks of `dt_s`; small random weights from `seed` tell its modules
    /// apart.
    ///
    /// # Errors
    /// [`Error::Parameter`] for parameters out of range.
    pub fn new(
        parameters: MosaicParameters,
        joints: usize,
        cues: usize,
        dt_s: f64,
        seed: u64,
    ) -> Result<Self, Error> {
        parameters.check(joints, dt_s)?;
        let (modules, features) = (parameters.modules, 3 * joints + 1);
        let models = modules * joints * features;
        let draw = Stream::new(seed, "mosaic/weights");
        let mut weights = vec![0.0; 2 * models + modules * cues];
        for (k, w) in weights[..models].iter_mut().enumerate() {
            *w = parameters.spread * draw.normal(0, k as u32);
        }
        let mut inverse_power = vec![0.0; modules * features * features];
        for p in inverse_power.chunks_exact_mut(features * features) {
            p.iter_mut().step_by(features + 1).for_each(|diagonal| *diagonal = IGNORANCE);
        }
        Ok(Self {
            joints,
            cues,
            dt_s,
            learns: true,
            pace: 1.0,
            learned_ticks: 0,
            is_first: true,
            weights,
            inverse_power,
            power_phi: vec![0.0; features],
            phi: vec![0.0; features],
            psi: vec![0.0; features],
            responsible: vec![1.0 / modules as f64; modules],
            expected: vec![1.0 / modules as f64; modules],
            cued: vec![1.0 / modules as f64; modules],
            last_cues: vec![0.0; cues],
            prediction_error: vec![0.0; modules * joints],
            log_likelihood: vec![0.0; modules],
            feedback: vec![0.0; joints],
            velocity: vec![0.0; joints],
            wanted: [vec![0.0; joints], vec![0.0; joints]],
            wanted_then: vec![0.0; joints],
            p: parameters,
        })
    }

    /// Responsibilities for the tick that has passed. `[modules]`
    pub fn responsibilities(&self) -> &[f64] {
        &self.responsible
    }

    /// Expectation for the coming tick: the shares of the inverse models in the command. `[modules]`
    pub fn expectations(&self) -> &[f64] {
        &self.expected
    }

    /// σ now, relative to the scale of acceleration.
    pub fn sigma(&self) -> f64 {
        let [first, last] = self.p.sigma;
        let share = (self.learned_ticks as f64 / self.p.anneal_ticks.max(1) as f64).min(1.0);
        first * libm::pow(last / first, share)
    }

    /// Forward and inverse weights of a module in units of the plant: acceleration for each unit of position, velocity and command and a constant;
    /// command for each unit of acceleration, velocity, position and a constant. `[joints][3 joints + 1]` each.
    ///
    /// # Panics
    /// When there is no such module: a bug of the caller.
    pub fn models(&self, module: usize) -> [Vec<f64>; 2] {
        let (n, features, s) = (self.joints, self.phi.len(), &self.p.scales);
        assert!(module < self.p.modules, "there are {} modules", self.p.modules);
        let in_units = |from: usize, out: f64, by: [f64; 3]| {
            let weights = &self.weights[from + module * n * features..][..n * features];
            let unit = |k: usize| if k == features - 1 { None } else { Some(by[k / n]) };
            let parts = weights.iter().enumerate();
            parts
                .map(|(k, w)| unit(k % features).map_or(w * out, |unit| w * out / unit))
                .collect::<Vec<f64>>()
        };
        let models = self.p.modules * n * features;
        [
            in_units(0, s.acceleration, [s.position, s.velocity, s.command]),
            in_units(models, s.command, [s.acceleration, s.velocity, s.position]),
        ]
    }

    /// Judges the predictions of the last tick and lets the forward models and the predictor learn.
    fn look_back(&mut self, sensed: &[f64], time_s: f64) -> Result<(), Error> {
        let (n, features) = (self.joints, self.phi.len());
        let two_sigma_squared = 2.0 * self.sigma() * self.sigma();
        for (i, log) in self.log_likelihood.iter_mut().enumerate() {
            let mut squares = 0.0;
            for j in 0..n {
                let row = &self.weights[(i * n + j) * features..][..features];
                let predicted = row.iter().zip(&self.phi).fold(0.0, |a, (w, x)| a + w * x);
                let happened = (sensed[n + j] - self.velocity[j]) / (self.dt_s * self.p.scales.acceleration);
                self.prediction_error[i * n + j] = happened - predicted;
                squares += (happened - predicted) * (happened - predicted);
            }
            // A module that nothing speaks for keeps a chance of coming back.
            *log = libm::log(self.expected[i].max(f64::MIN_POSITIVE)) - squares / two_sigma_squared;
        }
        Error::finite(PART, std::iter::repeat("prediction"), &self.prediction_error, time_s)?;
        softmax(&self.log_likelihood, &mut self.responsible);
        Error::finite(PART, std::iter::repeat("responsibility"), &self.responsible, time_s)?;
        if !self.learns {
            return Ok(());
        }
        for i in 0..self.p.modules {
            self.learn_forward(i);
        }
        let from = 2 * self.p.modules * n * features;
        for (i, row) in self.weights[from..].chunks_exact_mut(self.cues.max(1)).enumerate() {
            let step = self.p.cue_rate * (self.responsible[i] - self.cued[i]);
            row.iter_mut().zip(&self.last_cues).for_each(|(w, x)| *w += step * x);
        }
        self.learned_ticks += 1;
        Ok(())
    }

    /// Least squares weighted by responsibility: module `i` learns from its prediction error.
    fn learn_forward(&mut self, i: usize) {
        let (n, features, share) = (self.joints, self.phi.len(), self.responsible[i]);
        let p = &mut self.inverse_power[i * features * features..][..features * features];
        for (power_phi, row) in self.power_phi.iter_mut().zip(p.chunks_exact(features)) {
            *power_phi = row.iter().zip(&self.phi).fold(0.0, |s, (p, x)| s + p * x);
        }
        let keeps = match p.iter().step_by(features + 1).any(|diagonal| *diagonal > WINDUP * IGNORANCE) {
            // Where nothing excites a direction for long, nothing is forgotten any more.
            true => 1.0,
            false => 1.0 - (1.0 - self.p.forgetting) * share,
        };
        let power = self.power_phi.iter().zip(&self.phi).fold(0.0, |s, (t, x)| s + t * x);
        let gain = share / (keeps + share * power);
        for j in 0..n {
            let step = gain * self.prediction_error[i * n + j];
            let row = &mut self.weights[(i * n + j) * features..][..features];
            row.iter_mut().zip(&self.power_phi).for_each(|(w, t)| *w += step * t);
        }
        // Both triangles alike, so that P stays symmetric to the last bit.
        for a in 0..features {
            for b in 0..=a {
                let next = (p[a * features + b] - gain * (self.power_phi[a] * self.power_phi[b])) / keeps;
                (p[a * features + b], p[b * features + a]) = (next, next);
            }
        }
    }

    /// Writes what is expected of the coming tick.
    fn look_ahead(&mut self, cues: &[f64]) {
        let (modules, from) = (self.p.modules, self.weights.len() - self.p.modules * self.cues);
        for (i, sum) in self.log_likelihood.iter_mut().enumerate() {
            let row = &self.weights[from + i * self.cues..][..self.cues];
            *sum = row.iter().zip(cues).fold(0.0, |s, (w, x)| s + w * x);
        }
        softmax(&self.log_likelihood, &mut self.cued);
        let s = if modules > 1 { self.p.switching } else { 0.0 };
        let other = s / (modules.max(2) - 1) as f64;
        let mut all = 0.0;
        for ((expected, responsible), cued) in self.expected.iter_mut().zip(&self.responsible).zip(&self.cued)
        {
            *expected = cued * ((1.0 - s) * responsible + other * (1.0 - responsible));
            all += *expected;
        }
        self.expected.iter_mut().for_each(|e| *e /= all);
        self.last_cues.copy_from_slice(cues);
    }
}

/// Probabilities of these logarithms.
fn softmax(logs: &[f64], out: &mut [f64]) {
    let top = logs.iter().fold(f64::NEG_INFINITY, |m, x| m.max(*x));
    let mut sum = 0.0;
    for (p, log) in out.iter_mut().zip(logs) {
        *p = libm::exp(log - top);
        sum += *p;
    }
    out.iter_mut().for_each(|p| *p /= sum);
}

crate::snapshot!([] Mosaic {
    learns, pace, learned_ticks, is_first, weights, inverse_power, phi, responsible, expected, cued, last_cues, velocity, wanted,
    wanted_then,
});

impl Controller for Mosaic {
    fn name(&self) -> &str {
        PART
    }

    fn commands(&self) -> usize {
        self.joints
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(2 * self.joints, self.joints, self.cues)
    }

    fn reset(&mut self) {
        let even = 1.0 / self.p.modules as f64;
        for shares in [&mut self.responsible, &mut self.expected, &mut self.cued] {
            shares.fill(even);
        }
        self.is_first = true;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let (n, features) = (self.joints, self.phi.len());
        exact_cues(PART, senses, self.cues)?;
        if self.is_first {
            for (i, &r) in senses.reference[..n].iter().enumerate() {
                (self.wanted[0][i], self.wanted[1][i]) = (r, r);
                self.wanted_then[i] = senses.reference_then[i];
            }
        } else {
            self.look_back(senses.sensed, senses.tick as f64 * self.dt_s)?;
        }
        self.look_ahead(senses.cues);

        // Feedback, and the features of the inverse models.
        let (s, dt) = (&self.p.scales, self.dt_s);
        for i in 0..n {
            let wanted = (senses.reference_then[i] - self.wanted_then[i]) / dt;
            self.wanted_then[i] = senses.reference_then[i];
            let [kp, kd] = self.p.feedback;
            self.feedback[i] = kp * senses.error(i) + kd * (wanted - senses.sensed[n + i]);
            let (r, [r1, r2]) = (senses.reference[i], [self.wanted[0][i], self.wanted[1][i]]);
            self.psi[i] = (r - 2.0 * r1 + r2) / (dt * dt * s.acceleration);
            self.psi[n + i] = (r - r1) / (dt * s.velocity);
            self.psi[2 * n + i] = r / s.position;
            (self.wanted[0][i], self.wanted[1][i]) = (r, r1);
        }
        self.psi[features - 1] = 1.0;

        // Command: inverse models by their shares, which learn from the feedback command.
        let norm = EPSILON + self.psi.iter().fold(0.0, |sum, x| sum + x * x);
        let from = self.p.modules * n * features;
        for (j, u) in command.iter_mut().enumerate() {
            *u = self.feedback[j];
            for (i, share) in self.expected.iter().enumerate() {
                let row = &mut self.weights[from + (i * n + j) * features..][..features];
                let said = row.iter().zip(&self.psi).fold(0.0, |a, (w, x)| a + w * x);
                *u += share * said * s.command;
                let step = self.pace * self.p.inverse_rate * share * self.feedback[j] / (s.command * norm);
                // What is not a number is not learned; the command says so below.
                if self.learns && step.is_finite() {
                    row.iter_mut().zip(&self.psi).for_each(|(w, x)| *w += step * x);
                }
            }
        }

        // What the next tick will be compared with.
        for (i, u) in command.iter().enumerate() {
            self.velocity[i] = senses.sensed[n + i];
            self.phi[i] = senses.sensed[i] / s.position;
            self.phi[n + i] = senses.sensed[n + i] / s.velocity;
            self.phi[2 * n + i] = u / s.command;
        }
        self.phi[features - 1] = 1.0;
        self.is_first = false;
        let time_s = senses.tick as f64 * dt;
        Error::finite(PART, std::iter::repeat("command"), command, time_s)?;
        Error::finite(PART, std::iter::repeat("responsibility"), &self.responsible, time_s)
    }

    learned!(weights, inverse_power, learned_ticks);

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.dt_s, dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        let MosaicScales { position, velocity, acceleration, command } = self.p.scales;
        to.put(&self.p.modules);
        to.put(&[position, velocity, acceleration, command, self.dt_s]);
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.pace *= factor;
        true
    }

    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }
}
