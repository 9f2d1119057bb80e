//! Many signals, each sent on a little early: a linear predictor for each line over one shared context.
//!
//! Line i, lead Δ ticks, context φ: `ŝ_i(t + Δ) = s_i(t) + w_i φ(t)`. The truth is the line itself, a lead later:
//! `e_i = s_i(t) - s_i(t - Δ) - w_i φ(t - Δ)`, `w_i += η e_i φ(t - Δ)/(ε + |φ|²)`. Predicting the *increment*, a predictor that has
//! learned nothing passes its line through. Gate: a line is anticipated only while its skill,
//! `1 - ⟨e²⟩/⟨(s(t) - s(t - Δ))²⟩` over the last samples, exceeds a minimum, and passes through otherwise: where the context holds
//! no early copy of a line, prediction is worse than the late line. Adaptive lead: a tick more while the skill is
//! high, a tick less while it is low.
//!
//! NLMS is stable for 0 < η < 2; suggested 0.05 to 0.5, lower with more noise. The context should be of the order of
//! one. Cost of a tick: 3 multiply-adds for each line and feature; memory: 4 bytes for each.
//! Source: Byrnes 2020 (the cerebellum as an array of short-term predictors of its own lines); Haykin 2014, chapter 6.

use crate::room::room;
use crate::{Error, StateReader, StateWriter};
use lobule_signal::Ranges;

/// A lead that follows what can be predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdaptiveLead {
    /// Above this skill the lead grows.
    pub raise_above: f64,
    /// Below this skill it shrinks, down to 1.
    pub lower_below: f64,
}

/// Settings of an anticipator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnticipatorParameters {
    /// Signals.
    pub lines: usize,
    /// Length of the shared context.
    pub features: usize,
    /// Lead at the start, ticks.
    pub lead: usize,
    /// Largest lead, ticks: the delay of the loop that the lines are part of.
    pub max_lead: usize,
    /// η, 0 to 2.
    pub rate: f64,
    /// Skill from which on a line is anticipated; none: always.
    pub gate: Option<f64>,
    /// Samples over which skill is measured, and between two changes of lead.
    pub skill_samples: usize,
    /// Adapts the lead of each line; none: fixed.
    pub adaptive_lead: Option<AdaptiveLead>,
}

impl AnticipatorParameters {
    /// Predictors of one lead that are always used; skill is measured over 1000 samples.
    pub(crate) fn fixed(lines: usize, features: usize, lead: usize, rate: f64) -> Self {
        let (gate, adaptive_lead) = (None, None);
        Self { lines, features, lead, max_lead: lead, rate, gate, skill_samples: 1000, adaptive_lead }
    }
}

/// An array of short-term predictors.
///
/// # Example: a sine, a tenth of its period early
/// ```
/// use lobule_control::forward::{Anticipator, AnticipatorParameters};
///
/// let mut early = Anticipator::new(AnticipatorParameters {
///     lines: 1, features: 2, lead: 10, max_lead: 10, rate: 0.5,
///     gate: Some(0.2), skill_samples: 200, adaptive_lead: None,
/// })?;
/// let sine = |t: usize| (t as f64 * 0.0628).sin();
/// let mut out = [0.0];
/// for t in 8..4000 {
///     early.tick(&[sine(t)], &[sine(t), sine(t - 8)], &mut out)?;
/// }
/// assert!((out[0] - sine(3999 + 10)).abs() < 1e-2);
/// # Ok::<(), lobule_control::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Anticipator {
    parameters: AnticipatorParameters,
    /// Features, padded to whole lanes.
    stride: usize,
    /// `[lines][stride]`
    weights: Vec<f32>,
    /// Contexts, their squared norms and the lines of the last ticks, rings. `[max_lead + 1][...]`
    contexts: Vec<f32>,
    norms: Vec<f64>,
    history: Vec<f64>,
    /// Increments that were predicted, whether or not a gate was open, a ring. `[max_lead + 1][lines]`
    predicted: Vec<f64>,
    ticks: u64,
    /// Of each line. `[lines]`
    lead: Vec<u32>,
    error: Vec<f64>,
    persistence: Vec<f64>,
    /// Tick of the last change of lead. `[lines]`
    changed: Vec<u64>,
    learns: bool,
    /// Fraction of the rate that is left after it was lowered.
    pace: f64,
}

/// Sums are taken in this many interleaved parts, whatever the machine's vectors: the same bits everywhere.
const LANES: usize = 8;
/// Keeps the norm of a silent context from dividing by zero.
const EPSILON: f64 = 1e-6;

impl Anticipator {
    /// Predictors that have learned nothing: they pass their lines through.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no line or feature, a lead outside 1..=`max_lead`, a `max_lead` above 100000, a rate outside
    /// 0..2, thresholds of skill above 1 or in the wrong order.
    pub fn new(parameters: AnticipatorParameters) -> Result<Self, Error> {
        let (ranges, p) = (Ranges::of("anticipator"), &parameters);
        let counts = [("lines", p.lines as f64), ("features", p.features as f64)];
        ranges.each(counts, |n| n > 0.0, "at least one is needed")?;
        let fits = (1..=100_000).contains(&p.max_lead);
        ranges.require(fits, "max_lead", p.max_lead as f64, "1 to 100000 ticks are possible")?;
        let fits = (1..=p.max_lead).contains(&p.lead);
        ranges.require(fits, "lead", p.lead as f64, format!("it lies in 1..={} ticks", p.max_lead))?;
        let (stable, samples) = (p.rate > 0.0 && p.rate < 2.0, p.skill_samples as f64);
        ranges.require(stable, "rate", p.rate, "it is stable for 0 < rate < 2; try 0.1")?;
        ranges.require(samples > 0.0, "skill_samples", samples, "at least one is needed; try 1000")?;
        if let Some(gate) = p.gate {
            ranges.require(gate < 1.0, "gate", gate, "skill is at most 1; try 0.2")?;
        }
        if let Some(a) = p.adaptive_lead {
            let ordered = a.lower_below < a.raise_above && a.lower_below.is_finite();
            ranges.require(ordered, "raise_above", a.raise_above, "it must exceed `lower_below`")?;
        }
        let stride = p.features.div_ceil(LANES) * LANES;
        let slots = p.max_lead + 1;
        room("anticipator", "weights", &[p.lines, stride])?;
        room("anticipator", "past", &[slots, stride.max(p.lines)])?;
        Ok(Self {
            parameters,
            stride,
            weights: vec![0.0; p.lines * stride],
            contexts: vec![0.0; slots * stride],
            norms: vec![0.0; slots],
            history: vec![0.0; slots * p.lines],
            predicted: vec![0.0; slots * p.lines],
            ticks: 0,
            lead: vec![p.lead as u32; p.lines],
            error: vec![0.0; p.lines],
            persistence: vec![0.0; p.lines],
            changed: vec![0; p.lines],
            learns: true,
            pace: 1.0,
        })
    }

    /// Takes the lines and the context of a tick and writes each line as it will be a lead later, or as it is where
    /// its gate is closed; allocates nothing. `[lines]`, `[features]`, `[lines]`
    ///
    /// # Errors
    /// [`Error::Length`] for a slice of the wrong length.
    pub fn tick(&mut self, lines: &[f64], context: &[f64], out: &mut [f64]) -> Result<(), Error> {
        let p = self.parameters;
        for (input, count, needed) in [
            ("lines", lines.len(), p.lines),
            ("room for lines", out.len(), p.lines),
            ("context", context.len(), p.features),
        ] {
            if count != needed {
                let needed = format!("it has {needed}");
                return Err(Error::Length { part: "anticipator".into(), input: input.into(), count, needed });
            }
        }
        let slots = self.norms.len() as u64;
        let here = (self.ticks % slots) as usize;
        let kept = &mut self.contexts[here * self.stride..][..p.features];
        kept.iter_mut().zip(context).for_each(|(k, x)| *k = *x as f32);
        self.norms[here] = context.iter().map(|x| x * x).sum();
        self.history[here * p.lines..][..p.lines].copy_from_slice(lines);

        for i in 0..p.lines {
            let row = i * self.stride..(i + 1) * self.stride;
            if let Some(then) = self.ticks.checked_sub(u64::from(self.lead[i])) {
                let slot = (then % slots) as usize;
                let increment = lines[i] - self.history[slot * p.lines + i];
                // Skill is that of what was said, by the weights of then: those of now have seen what came since, and
                // would look better than they are. What was said before the lead changed was of another time.
                if then >= self.changed[i] {
                    let e = increment - self.predicted[slot * p.lines + i];
                    let samples = p.skill_samples as f64;
                    // What is not a number says nothing about skill.
                    if (e * e + increment * increment).is_finite() {
                        self.error[i] += (e * e - self.error[i]) / samples;
                        self.persistence[i] += (increment * increment - self.persistence[i]) / samples;
                    }
                }
                if self.learns {
                    let context = &self.contexts[slot * self.stride..][..self.stride];
                    let weights = &mut self.weights[row.clone()];
                    let e = increment - f64::from(dot(weights, context));
                    let step = (self.pace * p.rate * e / (EPSILON + self.norms[slot])) as f32;
                    // What is not a number is not learned.
                    if step.is_finite() {
                        weights.iter_mut().zip(context).for_each(|(w, x)| *w += step * x);
                    }
                }
                if let Some(rule) = p.adaptive_lead {
                    self.adapt_lead(i, rule);
                }
            }
            let context = &self.contexts[here * self.stride..][..self.stride];
            let increment = f64::from(dot(&self.weights[row], context));
            self.predicted[here * p.lines + i] = increment;
            out[i] = if self.is_open(i) { lines[i] + increment } else { lines[i] };
        }
        self.ticks += 1;
        Ok(())
    }

    fn adapt_lead(&mut self, line: usize, rule: AdaptiveLead) {
        if self.ticks - self.changed[line] < self.parameters.skill_samples as u64 {
            return;
        }
        let (skill, lead) = (self.skill(line), self.lead[line]);
        self.lead[line] = if skill > rule.raise_above && (lead as usize) < self.parameters.max_lead {
            lead + 1
        } else if skill < rule.lower_below && lead > 1 {
            lead - 1
        } else {
            return;
        };
        self.changed[line] = self.ticks;
    }

    /// Skill of a line lately: 1 perfect, 0 no better than passing it through, below 0 worse. 0 before it moved.
    ///
    /// # Panics
    /// When there is no such line: a bug of the caller.
    pub fn skill(&self, line: usize) -> f64 {
        let moved = self.persistence[line];
        if moved > 0.0 { 1.0 - self.error[line] / moved } else { 0.0 }
    }

    /// True if a line is anticipated rather than passed through.
    ///
    /// # Panics
    /// As [`Anticipator::skill`].
    pub fn is_open(&self, line: usize) -> bool {
        self.parameters.gate.is_none_or(|minimum| self.skill(line) > minimum)
    }

    /// The increment that was predicted for a line in the last tick, whether or not its gate was open; 0 before the
    /// first.
    ///
    /// # Panics
    /// As [`Anticipator::skill`].
    pub fn predicted_increment(&self, line: usize) -> f64 {
        let lines = self.parameters.lines;
        assert!(line < lines, "there are {lines} lines");
        let last = self.ticks.checked_sub(1).map(|last| (last % self.norms.len() as u64) as usize);
        last.map_or(0.0, |slot| self.predicted[slot * lines + line])
    }

    /// Lead of a line, ticks.
    ///
    /// # Panics
    /// As [`Anticipator::skill`].
    pub fn lead(&self, line: usize) -> usize {
        self.lead[line] as usize
    }

    /// Switches learning; skill is measured all the same.
    pub fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }

    /// Multiplies the rate of learning.
    pub fn slow(&mut self, factor: f64) {
        self.pace *= factor;
    }

    /// Writes lines, features, leads and thresholds, which give the weights their meaning.
    pub fn parameters(&self, to: &mut StateWriter) {
        let p = &self.parameters;
        [p.lines, p.features, p.lead, p.max_lead].iter().for_each(|n| to.put(n));
        to.put(&p.adaptive_lead.is_some());
    }

    /// Writes weights, leads and skill.
    pub fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.weights);
        to.put(&self.lead);
        to.put(&self.error);
        to.put(&self.persistence);
    }

    /// Takes over what [`Anticipator::write_learned`] wrote.
    ///
    /// # Errors
    /// [`Error::State`] for another shape, or a lead that is too long.
    pub fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("weights", &mut self.weights)?;
        let mut lead = self.lead.clone();
        from.take("lead", &mut lead)?;
        let fits = lead.iter().all(|lead| (1..=self.parameters.max_lead as u32).contains(lead));
        if !fits {
            let what = format!("a lead is not within 1 to {}", self.parameters.max_lead);
            return Err(Error::State { part: "anticipator".into(), what });
        }
        self.lead = lead;
        from.take("error", &mut self.error)?;
        from.take("persistence", &mut self.persistence)
    }

    /// Forgets what was seen, not what was learned: the start of a trial.
    pub fn reset(&mut self) {
        self.ticks = 0;
        self.changed.fill(0);
    }
}

crate::snapshot!([] Anticipator {
    weights, contexts, norms, history, predicted, ticks, lead, error, persistence, changed, learns, pace,
});

/// Dot product of two rows of whole lanes.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for k in 0..LANES {
            sums[k] += a[k] * b[k];
        }
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]))
}
