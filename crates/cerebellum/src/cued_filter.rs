//! An adaptive filter over cues: the cerebellum of linear theory in the place of a circuit with granule cells.
//!
//! ```text
//! cues ─ tuning curves ─▶ signals x = carrier ⊗ (1 ⊕ curves of all other cues)      carrier: product of the phases' curves, or 1
//!                            │ y = Σ w x
//!                            └─ trace E (x after a delay, low-passed) ─┐
//! errors e ────────────────────────────────────────────────────────────┴─ Δw = η dt e E / |E|²
//! ```
//! The signals are all products of a phase and one other cue, dense and without a threshold: the best that such an expansion can be, and as many as the
//! product of the curves. A circuit draws some of them at random.
//!
//! Sources: adaptive filter, Fujita 1982, doi:10.1007/BF00335242; Dean, Porrill, Ekerot and Jörntell 2010, doi:10.1038/nrn2756; normalization, Widrow
//! and Hoff 1960.

use crate::marr_albus_ito::graded::{ChannelParameters, Mossy, Tuning};
use lobule_control::{Controller, Delays, Error, Inputs, Senses, StateReader, StateWriter, same_tick};
use lobule_signal::Ranges;
use serde::{Deserialize, Serialize};

const PART: &str = "cued filter";
/// Most signals. Chosen: a tick still takes less than a millisecond.
const MOST_SIGNALS: usize = 100_000;
/// Squared trace below which nothing is learned: a trace that has died away says nothing of the error. Chosen: a thousandth of a signal.
const SILENT: f64 = 1e-6;

/// Parameters of the filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CuedFilterParameters {
    /// Cues and their tuning curves; without one, the filter is a weight.
    pub channels: Vec<ChannelParameters>,
    /// Rate of learning of each output, 1/s: a constant error of 1 raises the output by it in a second. `[outputs]`
    pub rates: Vec<f64>,
    /// Delay of the eligibility, s.
    pub delay_s: f64,
    /// Time constant of the eligibility, s. Chosen: as of the graded circuit.
    pub trace_s: f64,
}

impl Default for CuedFilterParameters {
    fn default() -> Self {
        Self { channels: Vec::new(), rates: vec![1.0], delay_s: 0.0, trace_s: 0.1 }
    }
}

/// The filter as a controller: sense i is compared with reference i, and its error teaches output i.
///
/// # Example: a bias that differs between two contexts
/// ```
/// use lobule_cerebellum::{CuedFilter, CuedFilterParameters};
/// use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, Tuning};
/// use lobule_control::{Controller, Error, Senses};
///
/// let context = ChannelParameters { cue: 0, tuning: Tuning::Line };
/// let parameters = CuedFilterParameters { channels: vec![context], rates: vec![5.0], ..CuedFilterParameters::default() };
/// let mut filter = CuedFilter::new(&parameters, 0.02)?;
/// let (mut command, mut missed) = ([0.0], [0.0; 2]);
/// for tick in 0..5000_u32 {
///     let context = f64::from(tick / 50 % 2);
///     let sensed = [command[0] - (0.2 - 0.5 * context)];
///     missed[context as usize] = sensed[0];
///     let senses = Senses { tick: tick.into(), sensed: &sensed, reference: &[0.0], reference_then: &[0.0], cues: &[context] };
///     filter.advance(&senses, &mut command)?;
/// }
/// assert!(missed.iter().all(|miss| miss.abs() < 0.01), "{missed:?}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CuedFilter {
    parameters: CuedFilterParameters,
    dt_s: f64,
    cues: usize,
    mossy: Mossy,
    /// Channels that carry, and those that are carried.
    carriers: Vec<usize>,
    carried: Vec<usize>,
    /// Products of the carriers' curves.
    carrier: Vec<f64>,
    /// `[signals]`
    signals: Vec<f64>,
    /// Past signals, a ring of the delay. `[delay][signals]`
    line: Vec<f64>,
    next: usize,
    /// Eligibility. `[signals]`
    trace: Vec<f64>,
    /// `[outputs][signals]`
    weights: Vec<f64>,
    learns: bool,
    pace: f64,
}

lobule_control::snapshot!(CuedFilter { weights, line, next, trace, learns, pace });

impl CuedFilter {
    /// A filter with weights of 0, in updates of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter, its value and its range.
    pub fn new(parameters: &CuedFilterParameters, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of(PART);
        let CuedFilterParameters { channels, rates, delay_s, trace_s } = parameters;
        ranges.require(dt_s > 0.0 && dt_s <= 10.0, "dt_s", dt_s, "above 0, and at most 10 s")?;
        let outputs = rates.len();
        ranges.require((1..=1000).contains(&outputs), "outputs", outputs as f64, "1 to 1000")?;
        ranges.all("rates", rates.iter().copied(), |rate| rate >= 0.0, "at least 0")?;
        ranges.require((0.0..=10.0).contains(delay_s), "delay_s", *delay_s, "0 to 10 s")?;
        ranges.require(*trace_s > 0.0, "trace_s", *trace_s, "above 0")?;
        channels.iter().try_for_each(ChannelParameters::check)?;
        let carries = |k: &usize| channels[*k].tuning == Tuning::Circular;
        let (carriers, carried): (Vec<usize>, Vec<usize>) = (0..channels.len()).partition(carries);
        let count = |of: &[usize]| -> Vec<usize> { of.iter().map(|k| channels[*k].fibers()).collect() };
        let signals = count(&carriers)
            .into_iter()
            .chain([1 + count(&carried).iter().sum::<usize>()])
            .try_fold(1usize, usize::checked_mul)
            .filter(|signals| *signals <= MOST_SIGNALS);
        let Some(signals) = signals else {
            let allowed = format!("at most {MOST_SIGNALS} products of their curves; tune to fewer phases");
            return Err(ranges.refusal("channels", channels.len() as f64, allowed).into());
        };
        let delay = (delay_s / dt_s).round() as usize;
        Ok(Self {
            dt_s,
            cues: channels.iter().map(|channel| channel.cue + 1).max().unwrap_or(0),
            carrier: vec![0.0; count(&carriers).iter().product()],
            carriers,
            carried,
            signals: vec![0.0; signals],
            line: vec![0.0; delay * signals],
            next: 0,
            trace: vec![0.0; signals],
            weights: vec![0.0; outputs * signals],
            learns: true,
            pace: 1.0,
            mossy: Mossy::new(channels),
            parameters: parameters.clone(),
        })
    }

    /// The signals at the last update. `[signals]`
    pub fn signals(&self) -> &[f64] {
        &self.signals
    }

    /// Products of the tuning curves.
    fn expand(&mut self) {
        self.carrier[0] = 1.0;
        let mut filled = 1;
        for &channel in &self.carriers {
            let curves = self.mossy.of(channel);
            // From the last one down, so that what is read has not been overwritten.
            for k in (0..filled).rev() {
                let product = self.carrier[k];
                for (j, fiber) in curves.clone().enumerate() {
                    self.carrier[k * curves.len() + j] = product * self.mossy.rates[fiber];
                }
            }
            filled *= curves.len();
        }
        let mut signals = self.signals.chunks_exact_mut(self.carrier.len());
        let mut put = |factor: f64| {
            let to = signals.next().expect("as many blocks as factors");
            to.iter_mut().zip(&self.carrier).for_each(|(x, carrier)| *x = factor * carrier);
        };
        put(1.0);
        for &channel in &self.carried {
            self.mossy.of(channel).for_each(|fiber| put(self.mossy.rates[fiber]));
        }
    }

    fn remember(&mut self) {
        let n = self.signals.len();
        let share = -libm::expm1(-self.dt_s / self.parameters.trace_s);
        if self.line.is_empty() {
            self.trace
                .iter_mut()
                .zip(&self.signals)
                .for_each(|(trace, now)| *trace += share * (now - *trace));
            return;
        }
        let then = &mut self.line[self.next * n..][..n];
        for ((trace, then), now) in self.trace.iter_mut().zip(then).zip(&self.signals) {
            *trace += share * (std::mem::replace(then, *now) - *trace);
        }
        self.next = (self.next + 1) % (self.line.len() / n);
    }

    fn learn(&mut self, senses: &Senses) {
        let square: f64 = self.trace.iter().map(|x| x * x).sum();
        if square < SILENT {
            return;
        }
        for (i, weights) in self.weights.chunks_exact_mut(self.signals.len()).enumerate() {
            let step = self.pace * self.parameters.rates[i] * self.dt_s * senses.error(i) / square;
            weights.iter_mut().zip(&self.trace).for_each(|(w, trace)| *w += step * trace);
        }
    }
}

impl Controller for CuedFilter {
    fn name(&self) -> &str {
        "cued_filter"
    }

    fn commands(&self) -> usize {
        self.parameters.rates.len()
    }

    fn inputs(&self) -> Inputs {
        let outputs = self.commands();
        Inputs::new(outputs, outputs, self.cues)
    }

    /// Traces end; weights stay.
    fn reset(&mut self) {
        self.line.fill(0.0);
        self.trace.fill(0.0);
        self.next = 0;
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.dt_s, dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        for i in 0..command.len() {
            Error::finite(PART, ["error"], &[senses.error(i)], f64::NAN)?;
        }
        self.mossy.fire(senses.cues)?;
        self.expand();
        for (command, weights) in command.iter_mut().zip(self.weights.chunks_exact(self.signals.len())) {
            *command = weights.iter().zip(&self.signals).map(|(w, x)| w * x).sum();
        }
        self.remember();
        if self.learns {
            self.learn(senses);
        }
        Ok(())
    }

    /// `[outputs][signals]`
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
    }

    fn parameters(&self, to: &mut StateWriter) {
        to.put(&[self.commands(), self.signals.len(), self.mossy.channels(), self.mossy.fibers()]);
    }

    fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.weights);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("weights", &mut self.weights)
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.pace *= factor;
        true
    }
}
