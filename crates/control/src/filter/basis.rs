//! Signals of the granule cells: fixed functions of time, cue, reference or state.

use crate::{Error, Inputs, Senses, Snapshot, StateReader, StateWriter};
use lobule_signal::{Ranges, Stream};

/// The input signals of an adaptive filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    kind: Kind,
    len: usize,
    dt_s: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Gaussians { spacing_s: f64, width_s: f64, dt_s: f64 },
    Gammas { cells: Vec<Gamma> },
    Bands { decays: Vec<f64>, leaky: Vec<f64> },
    Reference { dt_s: f64, scale_s: f64, decays: Vec<f64>, leaky: Vec<f64>, before: Option<[f64; 2]> },
    State { dt_s: f64, before: Option<[f64; 2]> },
    Tuned(Box<Tuned>),
}

/// Preferred points of granule cells, and the reference of the tick before.
#[derive(Debug, Clone, PartialEq)]
struct Tuned {
    tuning: Tuning,
    dt_s: f64,
    /// Preferred point of each cell, relative to the ranges. `[signals][2 references]`
    preferred: Vec<f64>,
    before: Vec<f64>,
    /// True before the first tick of a trial.
    is_first: bool,
    /// References and their velocities relative to the ranges. `[2 references]`
    at: Vec<f64>,
}

/// Tuning of granule cells: places and velocities of the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuning {
    /// Middle of the range of each reference, in its units. `[references]`
    pub middle: Vec<f64>,
    /// Half the range of each reference. `[references]`
    pub reach: Vec<f64>,
    /// Largest velocity of each reference, per second. `[references]`
    pub speed: Vec<f64>,
    /// Width of a cell's Gaussian, relative to half the range.
    pub width: f64,
}

/// A cascade of leaky integrators of one time constant.
#[derive(Debug, Clone, PartialEq)]
struct Gamma {
    decay: f64,
    /// Makes the largest response to an impulse 1.
    gain: f64,
    stages: Vec<f64>,
}

impl Basis {
    /// Gaussians over the trial, `exp(-((t - j spacing) / width)² / 2)` for j = 0 .. n. Well conditioned at a width of
    /// 0.6 spacings; for movements that repeat.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the count, the spacing, the width or the tick is not positive.
    pub fn gaussians(n: usize, spacing_s: f64, width_s: f64, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("gaussian basis");
        ranges.require(n > 0, "signals", n as f64, "at least 1")?;
        let times = [("spacing_s", spacing_s), ("width_s", width_s), ("dt_s", dt_s)];
        ranges.each(times, |value| value > 0.0, "more than 0 s")?;
        Ok(Self { kind: Kind::Gaussians { spacing_s, width_s, dt_s }, len: n, dt_s })
    }

    /// Gamma kernels driven by the first cue: `order + 1` equal leaky integrators for each time constant, largest
    /// response to an impulse 1. Order 1 is the alpha function `t/τ exp(1 - t/τ)`. Badly conditioned for log-spaced
    /// time constants; higher orders are narrower and better.
    ///
    /// # Errors
    /// [`Error::Parameter`] when there is no time constant, one is not positive, or the order is above 30.
    pub fn gammas(taus_s: &[f64], order: usize, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("gamma basis");
        ranges.require(!taus_s.is_empty(), "signals", taus_s.len() as f64, "at least 1")?;
        ranges.require(order <= 30, "order", order as f64, "at most 30")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.all("tau_s", taus_s, |tau| tau > 0.0, "more than 0 s")?;
        let cells = taus_s.iter().map(|tau| Gamma::new(libm::exp(-dt_s / tau), order)).collect();
        Ok(Self { len: taus_s.len(), kind: Kind::Gammas { cells }, dt_s })
    }

    /// The first cue in bands: what is faster than the first time constant, what lies between each two neighbors, what is slower
    /// than the last; each band is the difference of two leaky averages, and together they are the cue. Far better
    /// conditioned than the averages themselves.
    ///
    /// # Errors
    /// [`Error::Parameter`] when there is no time constant, they do not rise from above 0, or the tick is not positive.
    pub fn bands(taus_s: &[f64], dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("band basis");
        ranges.require(!taus_s.is_empty(), "time constants", taus_s.len() as f64, "at least 1")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        let mut last = 0.0;
        for &tau in taus_s {
            ranges.require(tau > last, "tau_s", tau, "more than 0 s and than the one before it")?;
            last = tau;
        }
        let (decays, leaky) = averages(taus_s, dt_s);
        Ok(Self { kind: Kind::Bands { decays, leaky }, len: taus_s.len() + 1, dt_s })
    }

    /// The reference, its velocity and acceleration (backward differences) in units of `scale_s`, and a leaky average for
    /// each time constant: for movements that never repeat. A scale near 1 / (2π f) of the fastest movement keeps all signals of
    /// one size.
    ///
    /// # Errors
    /// [`Error::Parameter`] when a time constant, the scale or the tick is not positive.
    pub fn filtered_reference(taus_s: &[f64], scale_s: f64, dt_s: f64) -> Result<Self, Error> {
        let ranges = Ranges::of("reference basis");
        ranges.each([("dt_s", dt_s), ("scale_s", scale_s)], |value| value > 0.0, "more than 0 s")?;
        ranges.all("tau_s", taus_s, |tau| tau > 0.0, "more than 0 s")?;
        let (decays, leaky) = averages(taus_s, dt_s);
        let kind = Kind::Reference { dt_s, scale_s, decays, leaky, before: None };
        Ok(Self { kind, len: 3 + taus_s.len(), dt_s })
    }

    /// The wanted acceleration and the sensed velocity and position: input of nonlinear regulator learning. Of a
    /// plant that senses no velocity it is the difference of positions.
    ///
    /// # Errors
    /// [`Error::Parameter`] when the tick is not positive.
    pub fn state(dt_s: f64) -> Result<Self, Error> {
        Ranges::of("state basis").require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        Ok(Self { kind: Kind::State { dt_s, before: None }, len: 3, dt_s })
    }

    /// Granule cells with Gaussian fields at random points of the space of references and their velocities (backward differences):
    /// `exp(-½ |z - c_j|² / width²)` with z relative to the ranges and c_j uniform within them, drawn from the stream
    /// `basis/tuned` of `seed`. For movements that differ from trial to trial: what is learned at one velocity holds near it.
    /// Source: Thoroughman & Shadmehr 2000, doi:10.1038/35037588, whose primitives are Gaussians of velocity.
    ///
    /// # Errors
    /// [`Error::Parameter`] without signals or references, for ranges of different number, or for one that is not positive.
    pub fn tuned(n: usize, tuning: &Tuning, dt_s: f64, seed: u64) -> Result<Self, Error> {
        let ranges = Ranges::of("tuned basis");
        ranges.require((1..=1 << 20).contains(&n), "signals", n as f64, "1 to 1048576")?;
        ranges.require(dt_s > 0.0, "dt_s", dt_s, "more than 0 s")?;
        ranges.require(tuning.width > 0.0, "width", tuning.width, "more than 0")?;
        let references = tuning.middle.len();
        ranges.require(references > 0, "references", references as f64, "at least 1")?;
        for (name, values) in [("reach", &tuning.reach), ("speed", &tuning.speed)] {
            let count = values.len();
            ranges.require(count == references, name, count as f64, "one for each reference")?;
            ranges.all(name, values, |value| value > 0.0, "more than 0")?;
        }
        let dimensions = 2 * references;
        let stream = Stream::new(seed, "basis/tuned");
        let draw = |i: usize| 2.0 * stream.uniform((i / dimensions) as u64, (i % dimensions) as u32) - 1.0;
        let preferred = (0..n * dimensions).map(draw).collect();
        let tuned = Tuned {
            tuning: tuning.clone(),
            dt_s,
            preferred,
            before: vec![0.0; references],
            is_first: true,
            at: vec![0.0; dimensions],
        };
        Ok(Self { kind: Kind::Tuned(Box::new(tuned)), len: n, dt_s })
    }

    /// Number of signals.
    pub fn signals(&self) -> usize {
        self.len
    }

    /// Checks that it was made for ticks of `dt_s`.
    ///
    /// # Errors
    /// [`Error::Parameter`] with both ticks.
    pub fn fits(&self, dt_s: f64) -> Result<(), Error> {
        crate::same_tick(self.kind.name(), self.dt_s, dt_s)
    }

    /// Writes what the signals are: kind, number and constants.
    pub fn parameters(&self, to: &mut StateWriter) {
        to.section(self.kind.name());
        to.put(&self.len);
        to.put(&self.dt_s);
        match &self.kind {
            Kind::Gaussians { spacing_s, width_s, .. } => to.put(&[*spacing_s, *width_s]),
            Kind::Gammas { cells } => cells.iter().for_each(|cell| {
                to.put(&[cell.decay, cell.gain]);
                to.put(&cell.stages.len());
            }),
            Kind::Bands { decays, .. } => to.put(decays),
            Kind::Reference { scale_s, decays, .. } => {
                to.put(scale_s);
                to.put(decays);
            }
            Kind::State { .. } => {}
            Kind::Tuned(tuned) => {
                let Tuning { middle, reach, speed, width } = &tuned.tuning;
                [middle, reach, speed, &tuned.preferred].into_iter().for_each(|values| to.put(values));
                to.put(width);
            }
        }
    }

    /// Input that the signals are made of.
    pub fn inputs(&self) -> Inputs {
        match &self.kind {
            Kind::Gaussians { .. } => Inputs::default(),
            Kind::Gammas { .. } | Kind::Bands { .. } => Inputs::new(0, 0, 1),
            Kind::Reference { .. } => Inputs::new(0, 1, 0),
            Kind::State { .. } => Inputs::new(1, 1, 0),
            Kind::Tuned(tuned) => Inputs::new(0, tuned.before.len(), 0),
        }
    }

    /// The signals over a trial of `reference` and, where it is not empty, of `cue` as the first one. `[signals][ticks]`
    ///
    /// # Errors
    /// As [`Basis::advance`].
    pub fn over_trial(mut self, reference: &[f64], cue: &[f64]) -> Result<Vec<Vec<f64>>, Error> {
        self.reset();
        let mut all = vec![Vec::with_capacity(reference.len()); self.len];
        let mut x = vec![0.0; self.len];
        for n in 0..reference.len() {
            let senses = Senses {
                tick: n as u64,
                sensed: &[0.0],
                reference: &reference[n..=n],
                reference_then: &reference[n..=n],
                cues: cue.get(n..=n).unwrap_or(&[]),
            };
            self.advance(&senses, &mut x)?;
            all.iter_mut().zip(&x).for_each(|(all, x)| all.push(*x));
        }
        Ok(all)
    }

    /// Starts a trial.
    pub fn reset(&mut self) {
        match &mut self.kind {
            Kind::Gaussians { .. } => {}
            Kind::Gammas { cells } => cells.iter_mut().for_each(|c| c.stages.fill(0.0)),
            Kind::Bands { leaky, .. } => leaky.fill(0.0),
            Kind::Reference { leaky, before, .. } => {
                leaky.fill(0.0);
                *before = None;
            }
            Kind::State { before, .. } => *before = None,
            Kind::Tuned(tuned) => tuned.is_first = true,
        }
    }

    /// Writes the signals of this tick. `[signals]`
    ///
    /// # Errors
    /// [`Error::Length`] when `x` has the wrong length, or there is less than [`Basis::inputs`] says: gamma kernels and bands need a cue.
    pub fn advance(&mut self, senses: &Senses, x: &mut [f64]) -> Result<(), Error> {
        self.check(senses, x)?;
        match &mut self.kind {
            Kind::Gaussians { spacing_s, width_s, dt_s } => {
                // Farther than 39 widths a Gaussian is 0 to the last bit, so that only its neighborhood is computed.
                let t = senses.tick as f64 * *dt_s;
                let reach = 39.0 * *width_s;
                let from = (((t - reach) / *spacing_s).max(0.0) as usize).min(x.len());
                let to = (((t + reach) / *spacing_s).max(0.0) as usize).saturating_add(1).min(x.len());
                x[..from].fill(0.0);
                x[to..].fill(0.0);
                for (j, x) in x.iter_mut().enumerate().take(to).skip(from) {
                    let z = (t - j as f64 * *spacing_s) / *width_s;
                    *x = libm::exp(-0.5 * z * z);
                }
            }
            Kind::Gammas { cells } => {
                for (x, cell) in x.iter_mut().zip(cells) {
                    cell.advance(senses.cues[0]);
                    *x = cell.gain * cell.stages[cell.stages.len() - 1];
                }
            }
            Kind::Bands { decays, leaky } => {
                let mut faster = senses.cues[0];
                for ((x, leaky), decay) in x.iter_mut().zip(leaky).zip(decays) {
                    *leaky = *decay * *leaky + (1.0 - *decay) * senses.cues[0];
                    *x = faster - *leaky;
                    faster = *leaky;
                }
                x[self.len - 1] = faster;
            }
            Kind::Reference { dt_s, scale_s, decays, leaky, before } => {
                let r = senses.reference[0];
                // The reference has been there before the trial.
                let [r1, r2] = before.unwrap_or([r; 2]);
                x[0] = r;
                let scale = *scale_s / *dt_s;
                x[1] = scale * (r - r1);
                x[2] = scale * scale * (r - 2.0 * r1 + r2);
                *before = Some([r, r1]);
                for ((x, leaky), decay) in x[3..].iter_mut().zip(leaky).zip(decays) {
                    *leaky = *decay * *leaky + (1.0 - *decay) * r;
                    *x = *leaky;
                }
            }
            Kind::State { dt_s, before } => {
                let r = senses.reference[0];
                let [r1, r2] = before.unwrap_or([r; 2]);
                x[0] = (r - 2.0 * r1 + r2) / (*dt_s * *dt_s);
                x[1] = senses.sensed.get(1).copied().unwrap_or(0.0);
                x[2] = senses.sensed[0];
                *before = Some([r, r1]);
            }
            Kind::Tuned(tuned) => tuned.advance(senses.reference, x),
        }
        Ok(())
    }

    fn check(&self, senses: &Senses, x: &[f64]) -> Result<(), Error> {
        let (reads, exact) = (self.inputs(), x.len() == self.len);
        for (input, count, needed, fits) in [
            ("room for signals", x.len(), self.len, exact),
            ("sense", senses.sensed.len(), reads.senses, senses.sensed.len() >= reads.senses),
            (
                "reference",
                senses.reference.len(),
                reads.references,
                senses.reference.len() >= reads.references,
            ),
            ("cue", senses.cues.len(), reads.cues, senses.cues.len() >= reads.cues),
        ] {
            if !fits {
                let (part, needed) = (self.kind.name().into(), format!("it needs {needed}"));
                return Err(Error::Length { part, input: input.into(), count, needed });
            }
        }
        Ok(())
    }
}

/// Decay factors of leaky averages in a tick, and averages that start at 0.
fn averages(taus_s: &[f64], dt_s: f64) -> (Vec<f64>, Vec<f64>) {
    (taus_s.iter().map(|tau| libm::exp(-dt_s / tau)).collect(), vec![0.0; taus_s.len()])
}

crate::snapshot!(Gamma { stages });
crate::snapshot!(Tuned { before, is_first });

impl Snapshot for Basis {
    fn write_state(&self, to: &mut StateWriter) {
        to.section(self.kind.name());
        match &self.kind {
            Kind::Gaussians { .. } => {}
            Kind::Gammas { cells } => to.put(cells),
            Kind::Bands { leaky, .. } => to.put(leaky),
            Kind::Reference { leaky, before, .. } => {
                to.put(leaky);
                to.put(before);
            }
            Kind::State { before, .. } => to.put(before),
            Kind::Tuned(tuned) => to.put(tuned),
        }
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.section(self.kind.name())?;
        match &mut self.kind {
            Kind::Gaussians { .. } => Ok(()),
            Kind::Gammas { cells } => from.take("cells", cells),
            Kind::Bands { leaky, .. } => from.take("averages", leaky),
            Kind::Reference { leaky, before, .. } => {
                from.take("averages", leaky)?;
                from.take("before", before)
            }
            Kind::State { before, .. } => from.take("before", before),
            Kind::Tuned(tuned) => from.take("tuned", tuned),
        }
    }
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::Gaussians { .. } => "gaussian basis",
            Kind::Gammas { .. } => "gamma basis",
            Kind::Bands { .. } => "band basis",
            Kind::Reference { .. } => "reference basis",
            Kind::State { .. } => "state basis",
            Kind::Tuned(_) => "tuned basis",
        }
    }
}

impl Tuned {
    fn advance(&mut self, reference: &[f64], x: &mut [f64]) {
        let Tuning { middle, reach, speed, width } = &self.tuning;
        let n = middle.len();
        if self.is_first {
            // The reference has been there before the trial.
            self.before.copy_from_slice(&reference[..n]);
            self.is_first = false;
        }
        for i in 0..n {
            self.at[i] = (reference[i] - middle[i]) / reach[i];
            self.at[n + i] = (reference[i] - self.before[i]) / (self.dt_s * speed[i]);
        }
        self.before.copy_from_slice(&reference[..n]);
        let sharpness = 0.5 / (width * width);
        for (x, preferred) in x.iter_mut().zip(self.preferred.chunks_exact(2 * n)) {
            let far = preferred.iter().zip(&self.at).fold(0.0, |sum, (c, z)| sum + (z - c) * (z - c));
            *x = libm::exp(-sharpness * far);
        }
    }
}

impl Gamma {
    fn new(decay: f64, order: usize) -> Self {
        let cell = Self { decay, gain: 1.0, stages: vec![0.0; order + 1] };
        Self { gain: 1.0 / cell.peak(), ..cell }
    }

    /// Stage k holds C(n, k) decayⁿ, n ticks after an impulse.
    fn advance(&mut self, input: f64) {
        for k in (1..self.stages.len()).rev() {
            self.stages[k] = self.decay * (self.stages[k] + self.stages[k - 1]);
        }
        self.stages[0] = self.decay * self.stages[0] + input;
    }

    /// Largest value of the last stage after an impulse.
    fn peak(&self) -> f64 {
        let mut copy = Self { stages: vec![0.0; self.stages.len()], ..self.clone() };
        copy.advance(1.0);
        let mut peak = copy.stages[copy.stages.len() - 1];
        // It rises to its peak and falls; before it rises it is 0.
        loop {
            copy.advance(0.0);
            let value = copy.stages[copy.stages.len() - 1];
            if value < peak || (value == 0.0 && copy.stages[0] == 0.0) {
                return if peak > 0.0 { peak } else { 1.0 };
            }
            peak = value;
        }
    }
}
