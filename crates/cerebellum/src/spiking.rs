//! The spiking scaffold as a controller: mossy fibers hear senses and cues, climbing fibers hear an error, and
//! the opponent nuclear cells command, in ticks of one millisecond.
//!
//! ```text
//! cues, senses ──Tuning──▶ Poisson mossy fibers ─▶ granule ─▶ Purkinje ─▶ nuclei (plus, minus)
//! error e, -1..1 ─▶ teaching [e]₊, [-e]₊ ─▶ olive (plus, minus) ─▶ PF→PC plasticity  │
//! command_k = gain_k (output - output at rest)  ◀── mean of 50 ms ◀── traces of 60 ms ◀──┘
//! ```
//!
//! Code: a fiber fires at `base + peak exp(-((q - preferred) / width)²)` Hz, q being a cue, a sense, a reference or the time
//! since the onset of a cue. Teaching: e > 0 asks for more command, so the olive of the plus zone fires at `gain · e` Hz
//! above its spontaneous rate; its Purkinje cells are depressed and its nuclear cells released. Readout: each nuclear spike adds
//! √(2 / 0.060) to the trace of its zone, which decays with 60 ms; output is the mean over 50 ms of plus - minus, over half the number of nuclear
//! cells. Source: closed-loop neuron and RBF input of extra-cereb-nest and its siblings (eyeblink, VOR; within-trial loop of 1 ms);
//! plasticity as in `prism`.
//!
//! Three cerebella are controllers: the rate models of [`lobule_control`] learn from the error of every tick and allocate nothing;
//! [`SgdegeController`](super::SgdegeController) plans a movement at its start, ignores what is sensed and learns from one
//! cost at its end; this one learns from the error of every tick as the first, and `finish` only brings
//! [`Controller::weights`] up to date.
//!
//! A tick allocates nothing once its buffers have grown; a reset that rewinds copies the state.

use super::{
    BrainState, DT_MS, Drive, Learning, ModuleOptions, PLASTIC_SET, Teaching, add_module, kernel_area_s,
};
use crate::Error;
use lobule_circuit::{Circuit, RunError, Simulation, State};
use lobule_control::{Controller, Error as ControlError, Senses};
use lobule_scaffold::{Anatomy, Microzone};
use lobule_signal::Clock;
use serde::{Deserialize, Serialize};

/// Decay of a zone's trace, ms; it sets the step with a spike, too. Source: closed-loop neuron.
const TRACE_MS: f64 = 60.0;
/// Window of the moving average, ms. Source: closed-loop neuron.
const AVERAGE_MS: usize = 50;
/// Spikes of an olive cell with each teaching spike: a pair at 200 nS. Source: prism, module.teaching_ns.
const OLIVE_SPIKES: f64 = 2.0;
const TICK_S: f64 = 1e-3;
const NAME: &str = "spiking";

/// What a mossy fiber hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// The value of a cue.
    Cue(usize),
    /// A sense, in its unit.
    Sense(usize),
    /// A reference, in its unit.
    Reference(usize),
    /// Time since a cue last rose in this trial, s; nothing before.
    SinceOnset(usize),
}

/// How a share of the mossy fibers hears.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// What is heard.
    pub heard: Heard,
    /// Lowest and highest preferred value; the fibers' lie evenly between.
    pub range: [f64; 2],
    /// Width of the tuning, in the same unit.
    pub width: f64,
}

/// What the olive is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teacher {
    /// The true error of a sense, as late as the senses are.
    Error(usize),
    /// A sense that is an error itself, such as the pain of a cornea.
    Sense(usize),
}

/// What happens between trials.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// The circuit goes back to the state before the first trial, with the weights of now. A reset forgets the trial to
    /// the bit, and noise is the same in every trial.
    Rewind,
    /// The circuit runs on at rest for so many ms. Every trial has noise of its own, and what a reset forgets
    /// is what the cells forget in that time.
    Rest(usize),
}

/// How the scaffold is put into a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpikingParameters {
    /// Parameter set of the cells.
    pub state: BrainState,
    /// Code of the mossy fibers, which are dealt out among the tunings in turn.
    pub tunings: Vec<Tuning>,
    /// Rate of a mossy fiber far from its preferred value, Hz.
    pub base_hz: f64,
    /// Rate at its preferred value above that, Hz.
    pub peak_hz: f64,
    /// What the olive is told.
    pub teacher: Teacher,
    /// Value of the teacher that counts as 1; more is clipped.
    pub teacher_scale: f64,
    /// Rate of teaching spikes of an olive cell at an error of 1, Hz.
    pub teaching_hz: f64,
    /// The same without error, Hz.
    pub spontaneous_hz: f64,
    /// Conductance of a teaching spike on an olive cell, nS.
    pub teaching_ns: f64,
    /// Conductance of a climbing fiber on a Purkinje cell, nS.
    pub climbing_fiber_ns: f64,
    /// Conductance of a Purkinje synapse on a nuclear cell, nS, at the in-degree of the 300 × 200 µm circuit.
    pub purkinje_to_dcn_ns: f64,
    /// Depression of a fully eligible synapse by a climbing-fiber spike, nS; 0 or negative.
    pub a_minus_ns: f64,
    /// Potentiation with a parallel-fiber spike, nS; [`balanced_potentiation_ns`] is usual.
    pub a_plus_ns: f64,
    /// Highest weight, nS.
    pub w_max_ns: f64,
    /// Phase of the eligibility kernel, ms: 150 puts its peak near -100 ms, 100 near -150 ms.
    pub kernel_t0_ms: f64,
    /// Command at an output of 1; 0 for a command that is left alone. `[commands]`
    pub gain: Vec<f64>,
    /// Time at rest before the first trial, ms; over its second half output at rest is measured.
    pub settle_ms: usize,
    /// What happens between trials.
    pub pause: Pause,
}

/// Potentiation that keeps weights where they are while the olive is told nothing, nS per parallel-fiber spike: depression ×
/// area of the kernel × rate of the climbing fibers. Source: the balance rule of `prism`.
pub fn balanced_potentiation_ns(a_minus_ns: f64, kernel_t0_ms: f64, spontaneous_hz: f64) -> f64 {
    -a_minus_ns * kernel_area_s(kernel_t0_ms) * OLIVE_SPIKES * spontaneous_hz
}

/// Traces of both zones and their moving average.
#[derive(Debug, Clone, PartialEq)]
struct Readout {
    decay: f64,
    /// Plus, minus.
    traces: [f64; 2],
    /// Differences of the last ticks. `[50]`, a ring
    held: Vec<f64>,
    next: usize,
    /// Half the number of nuclear cells.
    half: f64,
}

impl Readout {
    fn hear(&mut self, spikes: [usize; 2]) -> f64 {
        let step = (2.0 / (TRACE_MS * TICK_S)).sqrt();
        for (trace, n) in self.traces.iter_mut().zip(spikes) {
            *trace = self.decay * *trace + step * n as f64;
        }
        self.held[self.next] = (self.traces[0] - self.traces[1]) / self.half;
        self.next = (self.next + 1) % self.held.len();
        self.held.iter().sum::<f64>() / self.held.len() as f64
    }
}

/// A spiking cerebellar module that commands a body. It learns from the start; see [`Controller::set_learning`].
///
/// # Example: the smallest scaffold on a joint
/// ```
/// use lobule_cerebellum::{SpikingController, SpikingParameters};
/// use lobule_control::{ClosedLoop, Drive, plant::Joint};
/// use lobule_scaffold::{ScaffoldSpec, reconstruct};
///
/// let anatomy = reconstruct(&ScaffoldSpec::mouse(50.0, 50.0), 0)?;
/// let cerebellum = SpikingController::new(&anatomy, &SpikingParameters::on_error(&[1e-5, 0.0]), 0)?;
/// let mut arm = ClosedLoop::new(Joint::new(1.0, 0.0), cerebellum, 1, 1e-3, [10, 5])?;
/// for _ in 0..20 {
///     arm.tick(&Drive { reference: &[20.0], ..Drive::default() })?;
/// }
/// # Ok::<(), lobule_cerebellum::Error>(())
/// ```
pub struct SpikingController {
    parameters: SpikingParameters,
    simulation: Simulation,
    /// The state before the first trial, for [`Pause::Rewind`].
    rested: Option<(State, Readout)>,
    mossy: usize,
    teaching: usize,
    nuclear: usize,
    /// Zone of each nuclear cell: 0 plus, 1 minus, 2 none.
    nuclear_zones: Vec<Option<Microzone>>,
    olive_zones: Vec<Option<Microzone>>,
    purkinje_zones: Vec<Option<Microzone>>,
    /// Tuning and preferred value of each fiber. `[mossy fibers]`
    fibers: Vec<(usize, f64)>,
    /// Time since each cue rose, s; `None` before. `[cues]`, grows to the number of cues of the loop.
    since: Vec<Option<f64>>,
    before: Vec<f64>,
    mossy_hz: Vec<f64>,
    teaching_hz: Vec<f64>,
    readout: Readout,
    rest: f64,
    output: f64,
    learns: bool,
    weights: Vec<f64>,
    failure: Option<String>,
}

impl SpikingParameters {
    /// A code of senses and references and the error of the first reference as teacher: a start for loops in which units are
    /// near 1. The joint's tuning is wide and its teaching that of `prism`.
    pub fn on_error(gain: &[f64]) -> Self {
        let tuned = |heard| Tuning { heard, range: [-1.0, 1.0], width: 0.5 };
        let (a_minus_ns, kernel_t0_ms, spontaneous_hz) = (-0.0025, 150.0, 1.0);
        Self {
            state: BrainState::Awake,
            tunings: vec![tuned(Heard::Sense(0)), tuned(Heard::Reference(0))],
            base_hz: 4.0,
            peak_hz: 150.0,
            teacher: Teacher::Error(0),
            teacher_scale: 1.0,
            teaching_hz: 10.0,
            spontaneous_hz,
            teaching_ns: 200.0,
            climbing_fiber_ns: 100.0,
            purkinje_to_dcn_ns: 1.7,
            a_minus_ns,
            a_plus_ns: balanced_potentiation_ns(a_minus_ns, kernel_t0_ms, spontaneous_hz),
            w_max_ns: 0.6,
            kernel_t0_ms,
            gain: gain.to_vec(),
            settle_ms: 200,
            pause: Pause::Rewind,
        }
    }

    /// Checks what does not depend on the circuit.
    ///
    /// # Errors
    /// [`ControlError::Parameter`] naming the parameter, its value and its range.
    pub fn check(&self) -> Result<(), ControlError> {
        let refuse = |parameter: &'static str, value: f64, allowed: &str| {
            Err(ControlError::Parameter { part: NAME, parameter, value, allowed: allowed.into() })
        };
        if self.tunings.is_empty() {
            return refuse("tunings", 0.0, "at least one, or no mossy fiber hears anything");
        }
        for t in &self.tunings {
            if !(t.width > 0.0 && t.width.is_finite()) {
                return refuse("width", t.width, "a tuning is wider than 0");
            }
            if !(t.range[0].is_finite() && t.range[1].is_finite() && t.range[1] >= t.range[0]) {
                return refuse("range", t.range[1], "the highest preferred value is not below the lowest");
            }
        }
        for (name, hz) in [
            ("base_hz", self.base_hz),
            ("peak_hz", self.peak_hz),
            ("teaching_hz", self.teaching_hz),
            ("spontaneous_hz", self.spontaneous_hz),
        ] {
            if !(0.0..=1000.0).contains(&hz) {
                return refuse(name, hz, "0 to 1000 Hz");
            }
        }
        for (name, ns) in [
            ("teaching_ns", self.teaching_ns),
            ("climbing_fiber_ns", self.climbing_fiber_ns),
            ("purkinje_to_dcn_ns", self.purkinje_to_dcn_ns),
            ("a_plus_ns", self.a_plus_ns),
            ("w_max_ns", self.w_max_ns),
        ] {
            if !(ns >= 0.0 && ns.is_finite()) {
                return refuse(name, ns, "0 nS or more");
            }
        }
        if !(self.a_minus_ns <= 0.0 && self.a_minus_ns.is_finite()) {
            return refuse("a_minus_ns", self.a_minus_ns, "0 nS or less");
        }
        if !(self.teacher_scale > 0.0 && self.teacher_scale.is_finite()) {
            return refuse("teacher_scale", self.teacher_scale, "more than 0");
        }
        if !(1..=1_000_000).contains(&self.settle_ms) {
            return refuse("settle_ms", self.settle_ms as f64, "1 to 1000000 ms");
        }
        if self.gain.is_empty() {
            return refuse("gain", 0.0, "one for each command of the body");
        }
        match self.gain.iter().find(|g| !g.is_finite()) {
            Some(&g) => refuse("gain", g, "a number"),
            None => Ok(()),
        }
    }
}

/// Microzone of each cell of a type that has both.
fn zones(anatomy: &Anatomy, cell: &str) -> Result<Vec<Option<Microzone>>, Error> {
    let missing = |what: &str| Error::Anatomy {
        what: format!(
            "a controller needs `{cell}` {what}; use a circuit with nuclei, olive and two microzones"
        ),
    };
    let sites = anatomy.cells(cell).filter(|c| !c.is_empty()).ok_or_else(|| missing("and there is none"))?;
    let zones = sites.microzones();
    match Microzone::ALL.into_iter().find(|zone| !zones.contains(&Some(*zone))) {
        Some(zone) => Err(missing(&format!("in the zone {}", zone.name()))),
        None => Ok(zones),
    }
}

impl SpikingController {
    /// Puts an anatomy into a loop and lets it settle; one thread. Its noise is of `seed`.
    ///
    /// # Errors
    /// [`Error::Control`] for a parameter out of range; [`Error::Anatomy`] for one without nuclei, olive or two microzones;
    /// what compiling and running report.
    pub fn new(anatomy: &Anatomy, parameters: &SpikingParameters, seed: u64) -> Result<Self, Error> {
        let p = parameters;
        p.check()?;
        let (nuclear_zones, olive_zones) = (zones(anatomy, "dcn_p")?, zones(anatomy, "io_cell")?);
        let purkinje_zones = zones(anatomy, "purkinje_cell")?;
        let mossy_fibers = anatomy.count("mossy_fiber");
        if mossy_fibers < p.tunings.len() {
            return Err(Error::Anatomy {
                what: format!(
                    "{mossy_fibers} mossy fibers for {} tunings; use a larger circuit or fewer tunings",
                    p.tunings.len()
                ),
            });
        }
        let mut circuit = Circuit::new();
        let drive = Drive::Poisson(p.base_hz);
        let mut options = ModuleOptions::in_loop(p.state, drive, p.climbing_fiber_ns, p.purkinje_to_dcn_ns);
        Learning::sin_exp(p.a_plus_ns, p.a_minus_ns, p.w_max_ns, p.kernel_t0_ms).apply(&mut options);
        add_module(&mut circuit, "", anatomy, &options)?;
        let teaching = Teaching { label: "teaching", rate_hz: p.spontaneous_hz, weight_ns: p.teaching_ns };
        teaching.add(&mut circuit, "", anatomy);
        let network = circuit.compile(Clock::new(DT_MS)?, seed)?;
        let interval_ms = network.interval_steps() as f64 * DT_MS;
        if (interval_ms - 1.0).abs() > 1e-9 {
            return Err(Error::Anatomy {
                what: format!(
                    "the smallest delay is {interval_ms} ms; a controller exchanges spikes every 1 ms"
                ),
            });
        }
        let simulation = Simulation::new(network, 1)?;
        let shares = p.tunings.len();
        let fibers = (0..mossy_fibers).map(|m| {
            let (t, k) = (m % shares, m / shares);
            let own = (mossy_fibers - t).div_ceil(shares);
            let [low, high] = p.tunings[t].range;
            (t, low + (high - low) * k as f64 / (own.max(2) - 1) as f64)
        });
        let mut made = Self {
            mossy: simulation.population("mossy_fiber")?,
            teaching: simulation.population("teaching")?,
            nuclear: simulation.population("dcn_p")?,
            fibers: fibers.collect(),
            since: Vec::new(),
            before: Vec::new(),
            mossy_hz: vec![p.base_hz; mossy_fibers],
            teaching_hz: vec![p.spontaneous_hz; olive_zones.len()],
            readout: Readout {
                decay: libm::exp(-1.0 / TRACE_MS),
                traces: [0.0; 2],
                held: vec![0.0; AVERAGE_MS],
                next: 0,
                half: nuclear_zones.len() as f64 / 2.0,
            },
            rested: None,
            rest: 0.0,
            output: 0.0,
            learns: true,
            weights: Vec::new(),
            failure: None,
            nuclear_zones,
            olive_zones,
            purkinje_zones,
            simulation,
            parameters: p.clone(),
        };
        made.settle()?;
        Ok(made)
    }

    /// Runs at rest without learning, measures the output, and keeps the state.
    fn settle(&mut self) -> Result<(), RunError> {
        self.simulation.set_learning(PLASTIC_SET, false)?;
        let ms = self.parameters.settle_ms;
        let mut sum = 0.0;
        for t in 0..ms {
            let output = self.step()?;
            if t >= ms / 2 {
                sum += output;
            }
        }
        self.rest = sum / (ms - ms / 2) as f64;
        self.simulation.set_learning(PLASTIC_SET, true)?;
        if self.parameters.pause == Pause::Rewind {
            self.rested = Some((self.simulation.state().clone(), self.readout.clone()));
        }
        self.read_weights()
    }

    /// Sets the rates, advances by a millisecond and reads the nuclei.
    fn step(&mut self) -> Result<f64, RunError> {
        self.simulation.set_rates(self.mossy, &self.mossy_hz)?;
        self.simulation.set_rates(self.teaching, &self.teaching_hz)?;
        let from = self.simulation.step();
        self.simulation.advance()?;
        let history = self.simulation.history(self.nuclear);
        let mut spikes = [0; 2];
        for step in from..self.simulation.step() {
            for zone in history.at(step).iter().filter_map(|&i| self.nuclear_zones[i as usize]) {
                spikes[zone as usize] += 1;
            }
        }
        Ok(self.readout.hear(spikes))
    }

    fn rest_rates(&mut self) {
        self.mossy_hz.fill(self.parameters.base_hz);
        self.teaching_hz.fill(self.parameters.spontaneous_hz);
    }

    fn read_weights(&mut self) -> Result<(), RunError> {
        let weights = &mut self.weights;
        weights.clear();
        self.simulation.fold_synapses(PLASTIC_SET, &mut [], |_, _, _, w| weights.push(f64::from(w)))
    }

    fn pause(&mut self) -> Result<(), RunError> {
        self.rest_rates();
        match (&self.rested, self.parameters.pause) {
            (Some((state, readout)), _) => {
                self.readout = readout.clone();
                self.simulation.restore_with_own_weights(state.clone())?;
                self.simulation.set_learning(PLASTIC_SET, self.learns)?;
            }
            (None, Pause::Rest(ms)) => {
                for _ in 0..ms {
                    self.step()?;
                }
            }
            (None, Pause::Rewind) => {}
        }
        self.read_weights()
    }

    /// Rates of fibers and teachers in this tick.
    fn listen(&mut self, senses: &Senses) {
        self.since.resize(senses.cues.len(), None);
        self.before.resize(senses.cues.len(), 0.0);
        for (i, &cue) in senses.cues.iter().enumerate() {
            self.since[i] = match cue > self.before[i] {
                true => Some(0.0),
                false => self.since[i].map(|s| s + TICK_S),
            };
            self.before[i] = cue;
        }
        let p = &self.parameters;
        for (hz, &(t, preferred)) in self.mossy_hz.iter_mut().zip(&self.fibers) {
            let tuning = &p.tunings[t];
            let heard = match tuning.heard {
                Heard::Cue(i) => Some(senses.cues[i]),
                Heard::Sense(i) => Some(senses.sensed[i]),
                Heard::Reference(i) => Some(senses.reference[i]),
                Heard::SinceOnset(i) => self.since[i],
            };
            let z = heard.map(|q| (q - preferred) / tuning.width);
            *hz = p.base_hz + z.map_or(0.0, |z| p.peak_hz * libm::exp(-z * z));
        }
        let e = match p.teacher {
            Teacher::Error(i) => senses.error(i),
            Teacher::Sense(i) => senses.sensed[i],
        };
        let e = (e / p.teacher_scale).clamp(-1.0, 1.0);
        for (hz, zone) in self.teaching_hz.iter_mut().zip(&self.olive_zones) {
            *hz = p.spontaneous_hz
                + p.teaching_hz
                    * match zone {
                        Some(Microzone::Plus) => e.max(0.0),
                        Some(Microzone::Minus) => (-e).max(0.0),
                        None => 0.0,
                    };
        }
    }

    /// The output of the last tick less that at rest, before the gain.
    pub fn output(&self) -> f64 {
        self.output
    }

    /// The simulation underneath, e.g. to read the spikes of the last tick.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// Microzone of each Purkinje, projecting nuclear and olive cell.
    pub fn zones(&self) -> [&[Option<Microzone>]; 3] {
        [&self.purkinje_zones, &self.nuclear_zones, &self.olive_zones]
    }

    /// Mean PF→PC weight of the plus and of the minus zone now, nS.
    ///
    /// # Errors
    /// [`Error::Run`], a bug of lobule.
    pub fn mean_weights_ns(&self) -> Result<[f64; 2], Error> {
        // Sum and number by zone.
        let mut sums = [0.0; 4];
        self.simulation.fold_synapses(PLASTIC_SET, &mut sums, |sums, _, post, w| {
            if let Some(zone) = self.purkinje_zones[post as usize] {
                sums[2 * zone as usize] += f64::from(w);
                sums[2 * zone as usize + 1] += 1.0;
            }
        })?;
        Ok([sums[0] / sums[1].max(1.0), sums[2] / sums[3].max(1.0)])
    }

    fn failed(what: String) -> ControlError {
        ControlError::Controller { controller: NAME, what }
    }
}

impl Controller for SpikingController {
    fn name(&self) -> &'static str {
        NAME
    }

    fn commands(&self) -> usize {
        self.parameters.gain.len()
    }

    /// Starts a trial as [`Pause`] says; copies the state to rewind.
    fn reset(&mut self) {
        self.since.fill(None);
        self.before.fill(0.0);
        self.output = 0.0;
        self.failure = self.pause().err().map(|e| e.to_string());
    }

    /// # Panics
    /// When `command` has the wrong length, or a tuning or the teacher asks for a cue, sense or reference that
    /// the loop does not have: bugs of the caller.
    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), ControlError> {
        if let Some(what) = &self.failure {
            return Err(Self::failed(what.clone()));
        }
        assert_eq!(command.len(), self.parameters.gain.len(), "one value for each command");
        self.listen(senses);
        self.output = self.step().map_err(|e| Self::failed(e.to_string()))? - self.rest;
        for (u, gain) in command.iter_mut().zip(&self.parameters.gain) {
            *u = gain * self.output;
        }
        Ok(())
    }

    /// Brings the weights up to date. The cost is not used.
    fn finish(&mut self, _cost: f64) -> Result<(), ControlError> {
        self.read_weights().map_err(|e| Self::failed(e.to_string()))
    }

    /// PF→PC weights at the last reset or finish, nS. `[synapses]`
    fn weights(&self) -> &[f64] {
        &self.weights
    }

    fn set_learning(&mut self, learns: bool) {
        self.learns = learns;
        if let Err(e) = self.simulation.set_learning(PLASTIC_SET, learns) {
            self.failure = Some(e.to_string());
        }
    }
}
