//! The spiking scaffold as a controller: mossy fibers encode senses and cues, climbing fibers signal an error, and
//! opponent nuclear cells command, in ticks of one millisecond.
//!
//! ```text
//! cues, senses ──Tuning──▶ Poisson mossy fibers ─▶ granule ─▶ Purkinje ─▶ nuclei (plus, minus)
//! error e, -1..1 ─▶ teaching [e]₊, [-e]₊ ─▶ olive (plus, minus) ─▶ PF→PC plasticity  │
//! command_k = gain_k (output - output at rest)  ◀── mean of 50 ms ◀── traces of 60 ms ◀──┘
//! ```
//!
//! Code: a fiber fires at `base + peak exp(-((q - preferred) / width)²)` Hz, q being a cue, a sense, a reference or the time
//! since the onset of a cue. Teaching: e > 0 asks for more command, so the olive of the plus zone fires at `teaching_hz · e` Hz
//! above its spontaneous rate; its Purkinje cells are depressed and its nuclear cells released. Readout: each nuclear spike adds
//! √(2 / 0.060) to the trace of its zone, which decays with 60 ms; output is the mean over 50 ms of plus - minus, divided by half the number of nuclear
//! cells. Source: closed-loop neuron and RBF input of extra-cereb-nest and its siblings (eyeblink, VOR; within-trial loop of 1 ms);
//! plasticity as in `prism`.
//!
//! Three cerebella are controllers: the rate models of [`lobule_control`] learn from the error of every tick and allocate nothing;
//! [`SgdegeController`](super::SgdegeController) plans a movement at its start, ignores the senses and learns from one
//! cost at its end; this one learns from the error of every tick, too, and `finish` only updates
//! [`Controller::weights`].
//!
//! A tick allocates nothing once its buffers have grown; a reset that rewinds copies the state.

mod parameters;
mod readout;

pub use parameters::{MossySignal, Pause, SpikingParameters, Teacher, Tuning, balanced_potentiation_ns};

use crate::{DT_MS, Drive, Error, ModuleOptions, PLASTIC_SET, Teaching, add_module, sin_exp_rule};
use lobule_circuit::{Circuit, RunError, Simulation, State};
use lobule_control::{
    Controller, Delays, Error as ControlError, Inputs, Senses, Snapshot, StateReader, StateWriter, same_tick,
};
use lobule_scaffold::{Anatomy, Microzone};
use lobule_signal::Clock;
use parameters::NAME;
use readout::{Readout, TICK_S};

/// A spiking cerebellar module as a controller. It learns from the start; see [`Controller::set_learning`].
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
    /// Zone of each nuclear cell.
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

/// Microzone of each cell of a type with both microzones.
fn zones(anatomy: &Anatomy, cell: &str) -> Result<Vec<Option<Microzone>>, Error> {
    let remedy = "use a circuit with nuclei, olive and two microzones";
    let missing = |what: &str| Error::anatomy(format!("a controller needs `{cell}` {what}; {remedy}"));
    let sites = anatomy.cells(cell).filter(|c| !c.is_empty()).ok_or_else(|| missing("and there is none"))?;
    let zones = sites.microzones();
    match Microzone::ALL.into_iter().find(|zone| !zones.contains(&Some(*zone))) {
        Some(zone) => Err(missing(&format!("in the zone {}", zone.name()))),
        None => Ok(zones),
    }
}

impl SpikingController {
    /// Builds the controller on an anatomy and lets it settle, on one thread. Noise depends on `seed`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its range; [`Error::Anatomy`] for an anatomy without nuclei, olive or two
    /// microzones; errors of compiling and running.
    pub fn new(anatomy: &Anatomy, parameters: &SpikingParameters, seed: u64) -> Result<Self, Error> {
        let p = parameters;
        p.check()?;
        let (nuclear_zones, olive_zones) = (zones(anatomy, "dcn_p")?, zones(anatomy, "io_cell")?);
        let purkinje_zones = zones(anatomy, "purkinje_cell")?;
        let mossy_fibers = anatomy.count("mossy_fiber");
        if mossy_fibers < p.tunings.len() {
            let remedy = "use a larger circuit or fewer tunings";
            let tunings = p.tunings.len();
            return Err(Error::anatomy(format!(
                "{mossy_fibers} mossy fibers for {tunings} tunings; {remedy}"
            )));
        }
        let mut circuit = Circuit::new();
        let drive = Drive::Poisson(p.base_hz);
        let mut options = ModuleOptions::in_loop(p.state, drive, p.climbing_fiber_ns, p.purkinje_to_dcn_ns);
        options.learn(sin_exp_rule(p.a_plus_ns, p.a_minus_ns, p.w_max_ns, p.kernel_t0_ms));
        add_module(&mut circuit, "", anatomy, &options)?;
        let teaching = Teaching { label: "teaching", rate_hz: p.spontaneous_hz, weight_ns: p.teaching_ns };
        teaching.add(&mut circuit, "", anatomy);
        let network = circuit.compile(Clock::new(DT_MS)?, seed)?;
        let interval_ms = network.interval_steps() as f64 * DT_MS;
        if (interval_ms - 1.0).abs() > 1e-9 {
            let what = "ms; a controller exchanges spikes every 1 ms";
            return Err(Error::anatomy(format!("the smallest delay is {interval_ms} {what}")));
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
            readout: Readout::new(nuclear_zones.len()),
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

    /// Runs at rest without learning, measures the output and copies the state.
    fn settle(&mut self) -> Result<(), RunError> {
        self.simulation.set_learning(PLASTIC_SET, false)?;
        let first_half = self.parameters.settle_ms / 2;
        let second_half = self.parameters.settle_ms - first_half;
        (0..first_half).try_for_each(|_| self.step().map(|_| ()))?;
        let mut sum = 0.0;
        for _ in 0..second_half {
            sum += self.step()?;
        }
        self.rest = sum / second_half as f64;
        self.simulation.set_learning(PLASTIC_SET, true)?;
        if self.parameters.pause == Pause::Rewind {
            self.rested = Some((self.simulation.state().clone(), self.readout.clone()));
        }
        self.read_weights()
    }

    /// Sets the rates, advances by one tick and reads the nuclei.
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
        Ok(self.readout.advance(spikes))
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
            (None, Pause::Rest(ms)) => (0..ms).try_for_each(|_| self.step().map(|_| ()))?,
            (None, Pause::Rewind) => {}
        }
        self.read_weights()
    }

    /// Computes the rates of mossy fibers and teaching generators in this tick.
    fn encode(&mut self, senses: &Senses) {
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
            let value = match tuning.signal {
                MossySignal::Cue(i) => Some(senses.cues[i]),
                MossySignal::Sense(i) => Some(senses.sensed[i]),
                MossySignal::Reference(i) => Some(senses.reference[i]),
                MossySignal::SinceOnset(i) => self.since[i],
            };
            let z = value.map(|q| (q - preferred) / tuning.width);
            *hz = p.base_hz + z.map_or(0.0, |z| p.peak_hz * libm::exp(-z * z));
        }
        let e = match p.teacher {
            Teacher::Error(i) => senses.error(i),
            Teacher::Sense(i) => senses.sensed[i],
        };
        let e = (e / p.teacher_scale).clamp(-1.0, 1.0);
        for (hz, zone) in self.teaching_hz.iter_mut().zip(&self.olive_zones) {
            let signal = match zone {
                Some(Microzone::Plus) => e.max(0.0),
                Some(Microzone::Minus) => (-e).max(0.0),
                None => 0.0,
            };
            *hz = p.spontaneous_hz + p.teaching_hz * signal;
        }
    }

    /// Output of the last tick less that at rest, before the gain.
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

    /// Current mean PF→PC weight of the plus and of the minus zone, nS.
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
        ControlError::Controller { controller: NAME.into(), what }
    }
}

impl Snapshot for SpikingController {
    fn write_state(&self, to: &mut StateWriter) {
        to.section(NAME);
        // Identity and state are plain data, which is always written.
        let identity = self.simulation.identity();
        to.put(&identity);
        to.bytes(&postcard::to_stdvec(self.simulation.state()).unwrap_or_default());
        to.put(&self.readout);
        to.put(&self.rest);
        to.put(&self.output);
        to.put(&self.learns);
        let cues: Vec<_> = self.since.iter().zip(&self.before).collect();
        to.bytes(&postcard::to_stdvec(&cues).unwrap_or_default());
    }

    fn read_state(&mut self, from: &mut StateReader) -> Result<(), ControlError> {
        let wrong = |what: String| ControlError::State { part: NAME.into(), what };
        from.section(NAME)?;
        let (mut identity, own) = (0u64, self.simulation.identity());
        from.take("identity", &mut identity)?;
        if identity != own {
            let what = "the state is of another circuit, or of other parameters or another seed";
            return Err(wrong(what.into()));
        }
        let state: State = postcard::from_bytes(from.bytes()?)
            .map_err(|e| wrong(format!("its circuit cannot be read: {e}")))?;
        self.simulation.restore(state).map_err(|e| wrong(e.to_string()))?;
        from.take("readout", &mut self.readout)?;
        from.take("rest", &mut self.rest)?;
        from.take("output", &mut self.output)?;
        from.take("learns", &mut self.learns)?;
        let cues: Vec<(Option<f64>, f64)> = postcard::from_bytes(from.bytes()?)
            .map_err(|e| wrong(format!("its cues cannot be read: {e}")))?;
        (self.since, self.before) = cues.into_iter().unzip();
        self.failure = self.read_weights().err().map(|e| e.to_string());
        Ok(())
    }
}

impl Controller for SpikingController {
    fn name(&self) -> &str {
        NAME
    }

    fn commands(&self) -> usize {
        self.parameters.gain.len()
    }

    fn inputs(&self) -> Inputs {
        let p = &self.parameters;
        let teacher = match p.teacher {
            Teacher::Error(i) => Inputs::new(i + 1, i + 1, 0),
            Teacher::Sense(i) => Inputs::new(i + 1, 0, 0),
        };
        p.tunings.iter().fold(teacher, |inputs, tuning| {
            inputs.and(match tuning.signal {
                MossySignal::Cue(i) | MossySignal::SinceOnset(i) => Inputs::new(0, 0, i + 1),
                MossySignal::Sense(i) => Inputs::new(i + 1, 0, 0),
                MossySignal::Reference(i) => Inputs::new(0, i + 1, 0),
            })
        })
    }

    /// Starts a trial as [`Pause`] says; copies the state to rewind.
    fn reset(&mut self) {
        self.since.fill(None);
        self.before.fill(0.0);
        self.output = 0.0;
        self.failure = self.pause().err().map(|e| e.to_string());
    }

    fn advance(&mut self, senses: &Senses, command: &mut [f64]) -> Result<(), ControlError> {
        if let Some(what) = &self.failure {
            return Err(Self::failed(what.clone()));
        }
        senses.check(self, command)?;
        self.encode(senses);
        self.output = self.step().map_err(|e| Self::failed(e.to_string()))? - self.rest;
        for (u, gain) in command.iter_mut().zip(&self.parameters.gain) {
            *u = gain * self.output;
        }
        Ok(())
    }

    /// Updates the weights. The cost is not used.
    fn finish(&mut self, _cost: f64) -> Result<(), ControlError> {
        self.read_weights().map_err(|e| Self::failed(e.to_string()))
    }

    fn fits(&self, dt_s: f64, _delays: Delays) -> Result<(), ControlError> {
        same_tick(NAME, TICK_S, dt_s)
    }

    fn parameters(&self, to: &mut StateWriter) {
        to.put(&self.simulation.identity());
        to.bytes(&postcard::to_stdvec(&self.parameters).unwrap_or_default());
    }

    /// The circuit as it is between movements, with its weights.
    fn write_learned(&self, to: &mut StateWriter) {
        to.bytes(&postcard::to_stdvec(self.simulation.state()).unwrap_or_default());
    }

    fn read_learned(&mut self, from: &mut StateReader) -> Result<(), ControlError> {
        let wrong = |what: String| ControlError::State { part: NAME.into(), what };
        let state: State = postcard::from_bytes(from.bytes()?)
            .map_err(|e| wrong(format!("its circuit cannot be read: {e}")))?;
        self.simulation.restore(state).map_err(|e| wrong(e.to_string()))?;
        self.read_weights().map_err(|e| wrong(e.to_string()))
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
