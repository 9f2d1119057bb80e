//! The Marr-Albus-Ito circuit with what keeps the published one from learning mended.
//!
//! ```text
//! cues ─ mossy fibers ─▶ granule cells (product of 1 to 3 fibers, less the Golgi cells' threshold θ)
//!           tuned           │ g                                 Golgi: θ rises while more cells are active than there should be
//!                           ├─▶ Purkinje cells of two groups, P± = P₀ + Σ (w± - 1) g          graded, not below 0
//!                           │      └─ inhibit ─▶ nuclei, N± ─▶ output y = N₊ - N₋ = P₋ - P₊    signed
//!                           └─ trace E, after a delay ─┐
//! errors e ─ climbing fibers c± = c₀ ± e, 0 to 2 c₀ ───┴─ Δw± = η dt E (c₀ - c±) / ⟨|g|²⟩
//! ```
//! A climbing fiber at its background rate c₀ changes no weight: potentiation and depression balance there. A positive error (reference minus
//! sense) depresses the group that inhibits the positive nucleus and potentiates the other one, so that the output rises.
//!
//! Differences from the published circuit ([`crate::marr_albus_ito`]), each with the fault that it mends:
//!
//! | published | here |
//! |---|---|
//! | the drive of a Purkinje cell is far above its threshold, so that it fires at its refractory rate | graded rates around a resting rate |
//! | every pulse of a climbing fiber depresses; weights settle where pulses and potentiation happen to balance | errors relative to a background rate, which changes nothing |
//! | corrections are sums of three values that cancel | a signed difference of two groups |
//! | the rate of learning depends on how many granule cells are active | divided by their mean square activity |
//! | sparseness is out of reach of its controller | the threshold integrates until the share is reached |
//!
//! Sources: Marr 1969, doi:10.1113/jphysiol.1969.sp008820; Albus 1971, doi:10.1016/0025-5564(71)90051-4; Ito 1984; normalization: Widrow
//! and Hoff 1960; decorrelation of climbing fiber and parallel fibers: Dean, Porrill, Ekerot and Jörntell 2010, doi:10.1038/nrn2756.

mod granule;
mod mossy;
mod parameters;

pub use mossy::{ChannelParameters, Tuning};
pub use parameters::GradedParameters;

use granule::{Granule, MOST_THRESHOLD};
use lobule_control::{
    Controller, Delays, Error, Inputs, Senses, Snapshot, StateReader, StateWriter, same_tick,
};
use lobule_signal::{Ranges, fingerprint};
pub(crate) use mossy::Mossy;

pub(super) const PART: &str = "graded circuit";

/// The circuit as a controller: sense i is compared with reference i, and its error teaches output i.
///
/// # Example: a bias that differs between two contexts
/// ```
/// use lobule_cerebellum::marr_albus_ito::graded::{ChannelParameters, GradedCircuit, GradedParameters, Tuning};
/// use lobule_control::{Controller, Error, Senses};
///
/// let context = ChannelParameters { cue: 0, tuning: Tuning::Line };
/// let parameters = GradedParameters { channels: vec![context], rates: vec![5.0], ..GradedParameters::default() };
/// let mut circuit = GradedCircuit::new(&parameters, 1, 0.02, 1)?;
/// let (mut command, mut missed) = ([0.0], [0.0; 2]);
/// for tick in 0..5000_u32 {
///     let context = f64::from(tick / 50 % 2);
///     let wanted = 0.2 - 0.5 * context;
///     let sensed = [command[0] - wanted];
///     missed[context as usize] = sensed[0];
///     let senses = Senses { tick: tick.into(), sensed: &sensed, reference: &[0.0], reference_then: &[0.0], cues: &[context] };
///     circuit.advance(&senses, &mut command)?;
/// }
/// assert!(missed.iter().all(|miss| miss.abs() < 0.01), "{missed:?}");
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GradedCircuit {
    parameters: GradedParameters,
    /// Hash of the channels and of the wiring.
    identity: u64,
    outputs: usize,
    dt_s: f64,
    cues: usize,
    mossy: Mossy,
    granule: Granule,
    /// Parallel fibers onto the group that inhibits the positive nucleus, and onto the other. `[outputs][2][cells]`
    weights: Vec<f64>,
    /// Past activity, a ring of the delay. `[delay][cells]`
    line: Vec<f64>,
    next: usize,
    /// Eligibility. `[cells]`
    trace: Vec<f64>,
    /// Running mean of the squared activity; 0 until there is some.
    square: f64,
    /// Rates of the Purkinje groups at the last update. `[outputs][2]`
    purkinje: Vec<f64>,
    learns: bool,
    pace: f64,
}

impl GradedCircuit {
    /// A circuit of so many outputs in updates of `dt_s`, whose wiring is drawn from `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] naming the parameter, its value and its range.
    pub fn new(parameters: &GradedParameters, outputs: usize, dt_s: f64, seed: u64) -> Result<Self, Error> {
        let ranges = Ranges::of(PART);
        ranges.require((1..=1000).contains(&outputs), "outputs", outputs as f64, "1 to 1000")?;
        ranges.require(dt_s > 0.0 && dt_s <= 10.0, "dt_s", dt_s, "above 0, and at most 10 s")?;
        parameters.check(outputs, dt_s)?;
        let n = parameters.granule_cells;
        let mossy = Mossy::new(&parameters.channels);
        let granule = Granule::new(&mossy, parameters, dt_s, seed);
        let delay = (parameters.delay_s / dt_s).round() as usize;
        let identity = fingerprint(format!("{:?} {:?}", parameters.channels, granule.wiring()).as_bytes());
        Ok(Self {
            cues: parameters.channels.iter().map(|channel| channel.cue + 1).max().unwrap_or(0),
            weights: vec![1.0; outputs * 2 * n],
            line: vec![0.0; delay * n],
            next: 0,
            trace: vec![0.0; n],
            square: 0.0,
            purkinje: vec![parameters.resting; outputs * 2],
            learns: true,
            pace: 1.0,
            parameters: parameters.clone(),
            identity,
            outputs,
            dt_s,
            mossy,
            granule,
        })
    }

    /// Activity of the granule cells at the last update, 0 to 1. `[cells]`
    pub fn granule_cells(&self) -> &[f64] {
        &self.granule.activity
    }

    /// Share of granule cells that were active at the last update.
    pub fn sparseness(&self) -> f64 {
        self.granule.activity.iter().filter(|g| **g > 0.0).count() as f64
            / self.parameters.granule_cells as f64
    }

    /// Rates of the Purkinje cells that inhibit the positive and the negative nucleus, in units of the output. `[outputs][2]`
    pub fn purkinje(&self) -> &[f64] {
        &self.purkinje
    }

    /// Purkinje rates and outputs of the present granule cells.
    fn answer(&mut self, command: &mut [f64]) {
        let n = self.parameters.granule_cells;
        for (rate, weights) in self.purkinje.iter_mut().zip(self.weights.chunks_exact(n)) {
            let drive: f64 = self
                .granule
                .active
                .iter()
                .map(|&cell| (weights[cell as usize] - 1.0) * self.granule.activity[cell as usize])
                .sum();
            *rate = (self.parameters.resting + drive).max(0.0);
        }
        for (command, groups) in command.iter_mut().zip(self.purkinje.chunks_exact(2)) {
            *command = groups[1] - groups[0];
        }
    }

    /// Moves the traces of eligibility on, and the mean square.
    fn remember(&mut self) {
        let n = self.parameters.granule_cells;
        let share = -libm::expm1(-self.dt_s / self.parameters.trace_s);
        let now = &self.granule.activity;
        if self.line.is_empty() {
            self.trace.iter_mut().zip(now).for_each(|(trace, now)| *trace += share * (now - *trace));
        } else {
            let then = &mut self.line[self.next * n..][..n];
            for ((trace, then), now) in self.trace.iter_mut().zip(then).zip(now) {
                *trace += share * (std::mem::replace(then, *now) - *trace);
            }
            self.next = (self.next + 1) % (self.line.len() / n);
        }
        let square: f64 = self.granule.active.iter().map(|&cell| now[cell as usize]).map(|g| g * g).sum();
        let share = -libm::expm1(-self.dt_s / self.parameters.mean_s);
        self.square = if self.square == 0.0 { square } else { self.square + share * (square - self.square) };
    }

    /// Potentiation and depression by the climbing fibers.
    fn learn(&mut self, senses: &Senses) {
        if self.square == 0.0 {
            return;
        }
        let (n, most, background) =
            (self.parameters.granule_cells, self.parameters.most_weight, self.parameters.background);
        for output in 0..self.outputs {
            let error = senses.error(output).clamp(-background, background);
            // Half of the change in each group: the output changes by the rate.
            let step = 0.5 * self.pace * self.parameters.rates[output] * self.dt_s / self.square;
            let (inhibits, other) = self.weights[output * 2 * n..][..2 * n].split_at_mut(n);
            for ((a, b), trace) in inhibits.iter_mut().zip(other).zip(&self.trace) {
                let change = step * error * trace;
                *a = (*a - change).clamp(0.0, most);
                *b = (*b + change).clamp(0.0, most);
            }
        }
    }
}

impl Snapshot for GradedCircuit {
    fn write_state(&self, to: &mut StateWriter) {
        to.section("GradedCircuit");
        to.put(&self.identity);
        to.put(&self.granule);
        to.put(&self.weights);
        to.put(&self.line);
        to.put(&self.next);
        to.put(&self.trace);
        to.put(&self.square);
        to.put(&self.purkinje);
        to.put(&self.learns);
        to.put(&self.pace);
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.section("GradedCircuit")?;
        let mut identity = 0u64;
        from.take("identity", &mut identity)?;
        if identity != self.identity {
            let what = "the state is of a circuit with another seed, other channels or other granule cells; make it as that one was made";
            return Err(Error::State { part: PART.into(), what: what.into() });
        }
        from.take("granule", &mut self.granule)?;
        from.take("weights", &mut self.weights)?;
        from.take("line", &mut self.line)?;
        from.take("next", &mut self.next)?;
        from.take("trace", &mut self.trace)?;
        from.take("square", &mut self.square)?;
        from.take("purkinje", &mut self.purkinje)?;
        from.take("learns", &mut self.learns)?;
        from.take("pace", &mut self.pace)
    }
}

impl Controller for GradedCircuit {
    fn name(&self) -> &str {
        "graded_circuit"
    }

    fn commands(&self) -> usize {
        self.outputs
    }

    fn inputs(&self) -> Inputs {
        Inputs::new(self.outputs, self.outputs, self.cues)
    }

    /// Traces end; weights and the threshold of the granule cells stay.
    fn reset(&mut self) {
        self.line.fill(0.0);
        self.trace.fill(0.0);
        self.next = 0;
        self.granule.rest();
        self.purkinje.fill(self.parameters.resting);
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), Error> {
        same_tick(PART, self.dt_s, dt_s)
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), Error> {
        senses.check(self, command)?;
        let errors = (0..self.outputs).map(|i| senses.error(i)).find(|error| !error.is_finite());
        if let Some(value) = errors {
            let (part, variable, time_s) = (PART.into(), "error".into(), f64::NAN);
            return Err(Error::NonFinite { part, variable, value, time_s });
        }
        self.mossy.fire(senses.cues)?;
        self.granule.fire(&self.mossy);
        self.answer(command);
        self.remember();
        if self.learns {
            self.learn(senses);
        }
        Ok(())
    }

    /// Weights of the parallel fibers. `[outputs][2][cells]`
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Switches plasticity, and with it the threshold of the granule cells.
    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
        self.granule.adapts = learns;
    }

    fn parameters(&self, to: &mut StateWriter) {
        to.put(&[
            self.outputs,
            self.parameters.granule_cells,
            self.parameters.channels.len(),
            self.mossy.fibers(),
        ]);
        to.put(&self.granule.wiring());
    }

    fn write_learned(&self, to: &mut StateWriter) {
        to.put(&self.weights);
        to.put(&self.granule.threshold);
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), Error> {
        from.take("weights", &mut self.weights)?;
        from.take("threshold", &mut self.granule.threshold)?;
        let most = self.parameters.most_weight;
        let wrong = |what: String| Err(Error::State { part: PART.into(), what });
        if let Some(weight) = self.weights.iter().find(|weight| !(0.0..=most).contains(*weight)) {
            return wrong(format!(
                "a weight of {weight} is none of this circuit, whose weights are 0 to {most}"
            ));
        }
        let threshold = self.granule.threshold;
        if !(0.0..=MOST_THRESHOLD).contains(&threshold) {
            return wrong(format!("a threshold of {threshold} is not 0 to {MOST_THRESHOLD}"));
        }
        Ok(())
    }

    fn slow(&mut self, factor: f64) -> bool {
        self.pace *= factor;
        true
    }
}
