//! A cerebellum for several joints: granule cells, one Purkinje cell for each command, and the feedback law that teaches them.
//!
//! ```text
//! ε = r - q, late                          q: the joints that were sensed
//! u = K (ε + o') + V ε'  + o               o: what the Purkinje cells add to the command, o' to the error
//! Δw_kj = rate Σ e_j teacher_k / Σ |e|²    sums over the ticks of a trial; then w is kept by `retention`
//! ```
//! As [`Role::Command`] it is feedback-error learning: o = W x, and the teacher is the feedback command. As [`Role::ExpectedError`] it is
//! counterfactual predictive control: o' = W x, and the teacher is ε. e is the trace of x: a delay makes it meet the error that
//! its x led to.
//! Source: Kawato, Furukawa & Suzuki 1987, doi:10.1007/BF00364149; Herreros-Alonso, Arsiwalla & Verschure 2016, arXiv:1701.07775;
//! forgetting from trial to trial: Smith, Ghazizadeh & Shadmehr 2006, doi:10.1371/journal.pbio.0040179.

use crate::controller::learned;
use crate::filter::{Basis, TraceModel, Traces};
use crate::{Controller, Delays, Error, Inputs, Senses, StateWriter, same_tick};
use lobule_signal::Ranges;

/// Meaning of the Purkinje cells' output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A command, N m: an inverse model.
    Command,
    /// The error that feedback should expect, rad.
    ExpectedError,
}

/// Feedback law and learning of [`JointLearning`].
#[derive(Debug, Clone, PartialEq)]
pub struct JointLearningParameters {
    /// K, command per rad, by rows. `[joints][joints]`
    pub stiffness: Vec<f64>,
    /// V, command per rad/s, by rows. `[joints][joints]`
    pub viscosity: Vec<f64>,
    /// Meaning of the Purkinje cells' output.
    pub role: Role,
    /// Memory that a synapse keeps of its input.
    pub trace: TraceModel,
    /// Rate of learning of a trial, no unit. Below 2 is safe with a trace in phase; more is possible, because the power of the
    /// traces is that of all directions in which signals vary, not of the strongest.
    pub rate: f64,
    /// Part of a weight that is there in the next trial, 0 to 1.
    pub retention: f64,
}

/// The controller. Senses: all joints, then all their velocities; references: the joints.
#[derive(Debug, Clone, PartialEq)]
pub struct JointLearning {
    joints: usize,
    parameters: JointLearningParameters,
    basis: Basis,
    traces: Traces,
    dt_s: f64,
    learns: bool,
    /// Fraction of the rate that is left after it was lowered.
    pace: f64,
    /// `[joints][signals]`
    weights: Vec<f64>,
    x: Vec<f64>,
    e: Vec<f64>,
    /// Sum of trace times teacher. `[joints][signals]`
    sum: Vec<f64>,
    /// Weights after a change, before they are known to be numbers.
    changed: Vec<f64>,
    /// Sum of the squares of the traces.
    power: f64,
    /// Output of the Purkinje cells in this tick. `[joints]`
    output: Vec<f64>,
    error: Vec<f64>,
    error_velocity: Vec<f64>,
    feedback: Vec<f64>,
    /// Reference of the tick before, as it was sensed. `[joints]`
    before: Vec<f64>,
    ticks: u64,
}

const PART: &str = "joint learning";

impl JointLearning {
    /// A controller of as many commands as joints, which has learned nothing.
    ///
    /// # Errors
    /// [`Error::Parameter`] for matrices that are not square and of one size, a rate below 0, a retention outside 0..=1, or a
    /// tick that is not positive.
    pub fn new(parameters: JointLearningParameters, basis: Basis, dt_s: f64) -> Result<Self, Error> {
        let p = &parameters;
        let joints = p.stiffness.len().isqrt();
        let square = joints > 0 && joints * joints == p.stiffness.len();
        let ranges = Ranges::of(PART);
        let (rows, others) = (p.stiffness.len(), p.viscosity.len());
        ranges.require(square, "length of the stiffness", rows as f64, "joints squared, at least 1")?;
        ranges.require(others == rows, "length of the viscosity", others as f64, "that of the stiffness")?;
        ranges.all("gain", p.stiffness.iter().chain(&p.viscosity), |_| true, "finite")?;
        ranges.require(p.rate >= 0.0, "rate", p.rate, "at least 0; below 2 is safe with a trace in phase")?;
        ranges.require((0.0..=1.0).contains(&p.retention), "retention", p.retention, "from 0 to 1")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        let n = basis.signals();
        Ok(Self {
            traces: Traces::new(&p.trace, n)?,
            joints,
            basis,
            dt_s,
            learns: true,
            pace: 1.0,
            changed: vec![0.0; joints * n],
            weights: vec![0.0; joints * n],
            x: vec![0.0; n],
            e: vec![0.0; n],
            sum: vec![0.0; joints * n],
            power: 0.0,
            output: vec![0.0; joints],
            error: vec![0.0; joints],
            error_velocity: vec![0.0; joints],
            feedback: vec![0.0; joints],
            before: vec![0.0; joints],
            ticks: 0,
            parameters,
        })
    }

    /// Output of the Purkinje cells in the last tick: commands, or expected errors. `[joints]`
    pub fn output(&self) -> &[f64] {
        &self.output
    }
}

crate::snapshot!(JointLearning { basis, traces, learns, pace, weights, sum, power, output, before, ticks });

impl Controller for JointLearning {
    fn name(&self) -> &str {
        "joint learning"
    }

    fn commands(&self) -> usize {
        self.joints
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(2 * self.joints, self.joints, 0).and(self.basis.inputs())
    }

    fn reset(&mut self) {
        self.basis.reset();
        self.traces.reset();
        self.sum.fill(0.0);
        self.power = 0.0;
        self.ticks = 0;
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        let n = self.joints;
        senses.check(self, command)?;

        // Errors, late.
        if self.ticks == 0 {
            self.before.copy_from_slice(&senses.reference_then[..n]);
        }
        for i in 0..n {
            let wanted = (senses.reference_then[i] - self.before[i]) / self.dt_s;
            self.error[i] = senses.error(i);
            self.error_velocity[i] = wanted - senses.sensed[n + i];
        }
        self.before.copy_from_slice(&senses.reference_then[..n]);

        // Granule and Purkinje cells.
        self.basis.advance(senses, &mut self.x)?;
        self.traces.advance(&self.x, &mut self.e)?;
        let signals = self.x.len();
        for (output, weights) in self.output.iter_mut().zip(self.weights.chunks_exact(signals)) {
            *output = weights.iter().zip(&self.x).fold(0.0, |o, (w, x)| o + w * x);
        }

        // Feedback, and the command.
        let JointLearningParameters { stiffness, viscosity, role, .. } = &self.parameters;
        for (i, u) in command.iter_mut().enumerate() {
            let (mut feedback, mut expected) = (0.0, 0.0);
            for j in 0..n {
                let k = stiffness[i * n + j];
                feedback += k * self.error[j] + viscosity[i * n + j] * self.error_velocity[j];
                expected += k * self.output[j];
            }
            self.feedback[i] = feedback;
            *u = feedback + if *role == Role::Command { self.output[i] } else { expected };
        }

        // What this tick teaches.
        if self.learns {
            let teacher = if *role == Role::Command { &self.feedback } else { &self.error };
            self.power += self.e.iter().fold(0.0, |p, e| p + e * e);
            for (sum, teacher) in self.sum.chunks_exact_mut(signals).zip(teacher) {
                sum.iter_mut().zip(&self.e).for_each(|(s, e)| *s += teacher * e);
            }
        }
        self.ticks += 1;
        Ok(())
    }

    fn finish(&mut self, _cost: f64) -> Result<(), Error> {
        if self.learns {
            let JointLearningParameters { rate, retention, .. } = self.parameters;
            let step = if self.power > 0.0 { rate / self.power } else { 0.0 };
            // What was not heard of in a trial fades, too: forgetting is of trials, not of use.
            let step = self.pace * step;
            for ((w, before), sum) in self.changed.iter_mut().zip(&self.weights).zip(&mut self.sum) {
                *w = retention * *before + step * *sum;
                *sum = 0.0;
            }
            self.power = 0.0;
            let time_s = self.ticks as f64 * self.dt_s;
            Error::finite(PART, std::iter::repeat("weight"), &self.changed, time_s)?;
            std::mem::swap(&mut self.weights, &mut self.changed);
        }
        Ok(())
    }

    learned!(weights);

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.dt_s, dt_s)?;
        self.basis.fits(dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        let JointLearningParameters { stiffness, viscosity, role, .. } = &self.parameters;
        to.put(stiffness);
        to.put(viscosity);
        to.put(&(*role == Role::Command));
        self.basis.parameters(to);
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
