//! The Smith predictor, for stable plants.
//!
//! The model runs beside the plant on the controller's own commands; the law sees what was sensed plus the model's
//! state of now minus its state of when that was true: `u = C(y + ŷ(now) - ŷ(then), r)`. With a perfect model the
//! delay is out of the loop. The model never hears of the plant, so what it is wrong about decays with the plant
//! alone: on a plant that does not return by itself it never does, and the predictor is refused there. Predict from what was
//! sensed instead ([`super::InnerLoop`]).
//! Source: Smith 1957, *Chemical Engineering Progress* 53, 217-219.

use super::{ForwardModel, Law};
use crate::{Controller, DelayLine, Delays, Error, Inputs, Senses, same_delay};
use lobule_signal::Ranges;

/// A feedback law behind a Smith predictor.
pub struct SmithPredictor {
    law: Law,
    model: Box<dyn ForwardModel>,
    /// The model's state now. `[states]`
    now: Vec<f64>,
    /// The same, as late as the senses are.
    late: DelayLine,
    /// `[states]`
    then: Vec<f64>,
    corrected: Vec<f64>,
    /// Command of the last tick. `[commands]`
    last: Vec<f64>,
}

impl SmithPredictor {
    /// A predictor for a loop whose sensory and motor delay are `delay` ticks together. The model is linearized at the
    /// state `rest`, without command, in steps of `scale`, to see whether its plant returns by itself.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the plant does not return by itself, with its growth per tick; when lengths or scales
    /// do not fit.
    pub fn new(
        law: Law,
        mut model: Box<dyn ForwardModel>,
        rest: &[f64],
        scale: &[f64],
        delay: usize,
    ) -> Result<Self, Error> {
        let (ranges, n) = (Ranges::of("Smith predictor"), model.states());
        for (name, values) in [("length of `rest`", rest), ("length of `scale`", scale)] {
            ranges.require(values.len() == n, name, values.len() as f64, format!("{n} states"))?;
        }
        ranges.require(delay <= 1_000_000, "delay", delay as f64, "at most 1000000 ticks")?;
        ranges.all("scale", scale, |s| s > 0.0, "a scale is more than 0")?;
        let growth = growth(&mut *model, rest, scale)?;
        let allowed = "it must be below 1: this plant does not return by itself, so errors of the model that runs beside it never \
                       die out, whatever the law; predict from what is sensed instead (InnerLoop)";
        ranges.require(growth < STABLE, "growth of the plant in a tick", growth, allowed)?;
        let commands = model.commands();
        Ok(Self {
            law,
            model,
            now: vec![0.0; n],
            late: DelayLine::new(delay, n)?,
            then: vec![0.0; n],
            corrected: vec![0.0; n],
            last: vec![0.0; commands],
        })
    }
}

/// Growth above which a plant counts as one that does not return: an integrator's 1, less what differences of
/// floating-point numbers leave open.
const STABLE: f64 = 1.0 - 1e-6;

/// Largest factor by which a small deviation from rest grows in a tick: the spectral radius of the Jacobian J,
/// as `|J^p|^(1/p)` with p = 2^24.
fn growth(model: &mut dyn ForwardModel, rest: &[f64], scale: &[f64]) -> Result<f64, Error> {
    let n = rest.len();
    let nothing = vec![0.0; model.commands()];
    let (mut state, mut up, mut down) = (rest.to_vec(), vec![0.0; n], vec![0.0; n]);
    let mut power = vec![0.0; n * n];
    for j in 0..n {
        // Chosen: where cutting and rounding errors of central differences are about equal.
        let step = 1e-5 * scale[j];
        state[j] = rest[j] + step;
        model.predict(&state, &nothing, &mut up)?;
        state[j] = rest[j] - step;
        model.predict(&state, &nothing, &mut down)?;
        state[j] = rest[j];
        for i in 0..n {
            power[i * n + j] = (up[i] - down[i]) / (2.0 * step) * scale[j] / scale[i];
        }
    }
    let mut log = 0.0;
    let mut exponent = 1.0;
    for _ in 0..24 {
        let norm = power.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm == 0.0 || !norm.is_finite() {
            return Ok(norm);
        }
        log += libm::log(norm) / exponent;
        power.iter_mut().for_each(|x| *x /= norm);
        let square = |k: usize| (0..n).map(|m| power[k / n * n + m] * power[m * n + k % n]).sum();
        power = (0..n * n).map(square).collect();
        exponent *= 2.0;
    }
    Ok(libm::exp(log))
}

crate::snapshot!(SmithPredictor { model, now, late, last });

impl Controller for SmithPredictor {
    fn name(&self) -> &str {
        "Smith predictor"
    }

    fn commands(&self) -> usize {
        self.last.len()
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.now.len(), 0, 0)
    }

    fn reset(&mut self) {}

    fn fits(&self, dt_s: f64, delays: Delays) -> Result<(), Error> {
        same_delay(self.name(), "sensory and motor delay", self.late.ticks(), delays.total())?;
        self.model.fits(dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        if senses.tick == 0 {
            let n = self.now.len();
            self.now.copy_from_slice(&senses.sensed[..n]);
            self.late.flood(&self.now);
        } else {
            self.model.predict(&self.now, &self.last, &mut self.then)?;
            self.now.copy_from_slice(&self.then);
        }
        self.then.copy_from_slice(&self.now);
        self.late.pass(&mut self.then);
        for (i, y) in self.corrected.iter_mut().enumerate() {
            *y = senses.sensed[i] + self.now[i] - self.then[i];
        }
        (self.law)(&self.corrected, senses.reference, command);
        Error::finite(self.name(), std::iter::repeat("command"), command, f64::NAN)?;
        self.last.copy_from_slice(command);
        Ok(())
    }
}
