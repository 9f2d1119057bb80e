//! The loop of pointing, one trial at a time: planner, motor cortex, the spiking
//! modules, the olive's channels and the decoder, in ticks of one millisecond.
//!
//! One tick: planner and cortex fire from what they heard before → mossy fibers
//! → both modules advance 1 ms → nuclear spikes are heard by the cortex (forward)
//! and decoded (inverse). The body never acts back within a trial, so commands
//! are returned and played on any [`Plant`](lobule_control::Plant) afterwards.
//!
//! Over several ranks the modules are divided and the rest is done by every rank alike: all ranks hear all nuclear
//! spikes, so planner, cortex and decoder of each have the bits of a single process.

use super::circuit::TEACHING;
use super::config::{MotorOliveConfig, Noise, Polarity, PrismConfig};
use super::keys::{ModuleName, RateOf, ZoneOf};
use super::rates::RateCounter;
use lobule_cerebellum::{DT_MS, PLASTIC_SET};
use lobule_circuit::{Network, Simulation, State};
use lobule_control::{Decoder, MotorCortex, MotorOlive, Planner, SensoryOlive, TickSpike};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, Microzone};
use lobule_study::{Error, Item};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Input of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialInput {
    /// Direction in which the target is seen, deg: the target is straight ahead, and prisms shift it by their deviation.
    pub seen_target_deg: f64,
    /// Error that the olive reports, deg: that of the trial before.
    pub error_deg: f64,
    /// For the forward and the inverse module: true if it learns.
    pub learns: [bool; 2],
}

/// Outcome of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialOutcome {
    /// Cortical command of the pointing joint, decoder units per ms². `[ticks]`
    pub cortex: Vec<f64>,
    /// Command of the inverse module, the same unit. `[ticks]`
    pub inverse: Vec<f64>,
    /// Cortical command of the elbow. `[ticks]`
    pub elbow: Vec<f64>,
    /// Mean rate over the trial by population and microzone, Hz.
    pub rates_hz: BTreeMap<RateOf, f64>,
}

/// A module in the simulation: its populations by index, with the microzone of each cell that has one.
struct ModuleInLoop {
    name: ModuleName,
    mossy: usize,
    n_mossy: usize,
    teaching: usize,
    nuclear: usize,
    nuclear_zone: Vec<Option<Microzone>>,
    olive_zone: Vec<Option<Microzone>>,
    /// Labels of the plastic projections.
    plastic: Vec<String>,
}

/// The loop with its state.
pub struct PointingLoop {
    simulation: Simulation,
    ranks: Ranks,
    modules: [Option<ModuleInLoop>; 2],
    rates: RateCounter,
    planner: Planner,
    cortex: MotorCortex,
    sensory: SensoryOlive,
    motor: MotorOlive,
    is_right: bool,
    inverse_gain: f64,
    ticks: usize,
    gap: usize,
    sees_ahead: bool,
    steps: u16,
    tick: u64,
    /// Mossy fiber of the forward module fed by each cortical neuron, if any.
    efference: Vec<Option<u32>>,
}

/// Everything a trial may change: a copy resumes bit for bit. On one rank of several the circuit's is that rank's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopState {
    circuit: State,
    cortex: lobule_control::CortexMemory,
    tick: u64,
}

/// The value that [`PointingLoop::keep`] kept, if it fits, for every rank; with it, for rank 0, the state to scatter. Collective.
pub fn kept<T: Serialize + DeserializeOwned>(
    at: &Item,
    fits: impl Fn(&T) -> bool,
) -> Result<Option<(T, Option<LoopState>)>, Error> {
    let mut whole = None;
    let kept = at.run().ranks.on_first(|| {
        let kept: Option<(T, LoopState)> = at.state()?;
        let (kept, state) = kept.filter(|(kept, _)| fits(kept)).unzip();
        whole = state;
        Ok::<_, Error>(kept)
    })?;
    Ok(kept.map(|kept| (kept, whole)))
}

impl PointingLoop {
    /// A loop at rest on a compiled network. All ranks make the same calls in the same order; those that advance
    /// the circuit or are marked *collective* wait for the others. Collective.
    pub fn new(
        config: &PrismConfig,
        anatomy: &Anatomy,
        network: Arc<Network>,
        seed: u64,
        threads: usize,
        ranks: &Ranks,
    ) -> Result<Self, Error> {
        let steps = network.interval_steps();
        if (steps as f64 * DT_MS - 1.0).abs() > 1e-9 {
            let smallest = format!("the smallest delay is {} ms", steps as f64 * DT_MS);
            let what = format!("{smallest}; the loop exchanges spikes every 1 ms");
            return Err(Error::config("scaffold", what));
        }
        let simulation = ranks.agree(Simulation::on(ranks, network, threads).map_err(Error::from))?;
        let [nuclei, olive] =
            ["dcn_p", "io_cell"].map(|cell| anatomy.cells(cell).expect("compile has checked"));
        let mut modules: [Option<ModuleInLoop>; 2] = [None, None];
        for name in config.in_loop() {
            let index = |cell: &str| simulation.population(&format!("{name}/{cell}"));
            let of_module = format!("{name}/");
            let projections = simulation.network().projections().into_iter();
            let plastic = projections.filter(|p| p.is_plastic && p.label.starts_with(&of_module));
            modules[name as usize] = Some(ModuleInLoop {
                name,
                plastic: plastic.map(|p| p.label).collect(),
                mossy: index("mossy_fiber")?,
                n_mossy: anatomy.count("mossy_fiber"),
                teaching: index(TEACHING)?,
                nuclear: index("dcn_p")?,
                nuclear_zone: nuclei.microzones(),
                olive_zone: olive.microzones(),
            });
        }
        let rates = RateCounter::new(&simulation, config.in_loop(), anatomy, ranks)?;
        let ticks = config.protocol.trial_ms;
        let mut planner = config.planner;
        planner.is_frozen = config.wiring.noise == Noise::Frozen;
        let [plus, minus] = Microzone::ALL.map(|zone| nuclei.in_microzone(zone));
        let (plus, minus, n) = match &modules[0] {
            Some(f) => (plus, minus, f.nuclear_zone.len()),
            None => (Vec::new(), Vec::new(), 0),
        };
        let cortex = MotorCortex::new(config.cortex, ticks, &plus, &minus, n, seed)?;
        let mut efference = vec![None; cortex.neurons()];
        if let Some(f) = &modules[0] {
            for m in 0..f.n_mossy {
                efference[m * cortex.neurons() / f.n_mossy] = Some(m as u32);
            }
        }
        let gap = config.protocol.gap_ms;
        let MotorOliveConfig { spontaneous_hz, gain_hz_per_deg, is_push_pull, delay_ms } = config.motor_olive;
        Ok(Self {
            planner: Planner::new(planner, ticks, gap, seed)?,
            cortex,
            sensory: config.sensory_olive.checked()?,
            motor: MotorOlive::new(spontaneous_hz, gain_hz_per_deg, is_push_pull, ticks, gap, delay_ms)?,
            is_right: config.wiring.polarity == Polarity::Right,
            inverse_gain: config.wiring.inverse_gain,
            ticks,
            gap,
            sees_ahead: config.protocol.sees_target_ahead,
            steps: steps as u16,
            tick: 0,
            efference,
            simulation,
            ranks: ranks.clone(),
            modules,
            rates,
        })
    }

    /// The state, to go back to; on one rank of several this rank's part.
    pub fn state(&self) -> LoopState {
        self.with_circuit(self.simulation.state().clone())
    }

    fn with_circuit(&self, circuit: State) -> LoopState {
        LoopState { circuit, cortex: self.cortex.memory().clone(), tick: self.tick }
    }

    /// Goes back, or on, to a state of the same loop on the same rank.
    pub fn restore(&mut self, state: LoopState) -> Result<(), Error> {
        self.simulation.restore(state.circuit)?;
        self.cortex.restore(state.cortex);
        self.tick = state.tick;
        Ok(())
    }

    /// Goes on from the state of a loop that differs in the rates of its rules.
    pub fn transfer(&mut self, state: LoopState) -> Result<(), Error> {
        self.simulation.transfer(state.circuit)?;
        self.cortex.restore(state.cortex);
        self.tick = state.tick;
        Ok(())
    }

    /// The state to write down: the whole on rank 0, `None` on the others. It fits any number of ranks. Collective.
    pub fn gather_state(&self) -> Result<Option<LoopState>, Error> {
        Ok(self.simulation.gather_state()?.map(|circuit| self.with_circuit(circuit)))
    }

    /// Goes on from the whole state that rank 0 gives; the others give `None`. Collective.
    pub fn scatter_state(&mut self, whole: Option<LoopState>) -> Result<(), Error> {
        let (circuit, rest) = whole.map(|w| (w.circuit, (w.cortex, w.tick))).unzip();
        self.simulation.scatter_state(circuit.as_ref())?;
        let rest = self.ranks.on_first(|| Ok::<_, Error>(rest))?;
        if let Some((cortex, tick)) = rest {
            self.cortex.restore(cortex);
            self.tick = tick;
        }
        Ok(())
    }

    /// Keeps the whole state with what belongs to it in the folder of rank 0. Collective.
    pub fn keep(&self, at: &Item, with: impl Serialize) -> Result<(), Error> {
        let state = self.gather_state()?;
        at.run().ranks.on_first(|| state.map_or(Ok(()), |state| at.keep_state(&(with, state))))
    }

    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    pub fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.simulation
    }

    /// Mean PF→PC weight by module and microzone, nS. Collective.
    pub fn mean_weights(&self, anatomy: &Anatomy) -> Result<BTreeMap<ZoneOf, f64>, Error> {
        let zones = anatomy.cells("purkinje_cell").expect("compile has checked").microzones();
        let mut means = BTreeMap::new();
        for module in self.modules.iter().flatten() {
            // Sum and number by microzone. A sum of floating point numbers has its order in it.
            let mut sums = [0.0; 4];
            let set = format!("{}/{PLASTIC_SET}", module.name);
            self.simulation.fold_synapses(&set, &mut sums, |sums, _, post, w| {
                if let Some(zone) = zones[post as usize] {
                    sums[2 * zone as usize] += f64::from(w);
                    sums[2 * zone as usize + 1] += 1.0;
                }
            })?;
            for (zone, sum) in Microzone::ALL.into_iter().zip(sums.chunks(2)) {
                means.insert(ZoneOf { module: module.name, zone }, sum[0] / sum[1].max(1.0));
            }
        }
        Ok(means)
    }

    /// Runs one trial. Collective.
    pub fn trial(&mut self, input: TrialInput) -> Result<TrialOutcome, Error> {
        for module in self.modules.iter().flatten() {
            for label in &module.plastic {
                self.simulation.set_learning(label, input.learns[module.name as usize])?;
            }
        }
        let [cortex, inverse, elbow] = [(); 3].map(|()| Vec::with_capacity(self.ticks));
        let mut outcome = TrialOutcome { cortex, inverse, elbow, rates_hz: BTreeMap::new() };
        self.rates.clear();
        let mut smooth: [Decoder; 3] = Default::default();
        let (mut to_cortex, mut to_mossy, mut fired) = (Vec::new(), Vec::new(), Vec::new());
        let (mut efferent, mut heard): (Vec<TickSpike>, Vec<u32>) = (Vec::new(), Vec::new());
        if self.sees_ahead {
            self.see_ahead(input.seen_target_deg);
        }
        // The pause comes last in the cycle of phases and first in time.
        let mut begin = self.simulation.step();
        let cycle = (self.ticks + self.gap) as u64;
        for phase in (self.ticks as u64..cycle).chain(0..self.ticks as u64) {
            let is_moving = phase < self.ticks as u64;
            if phase == 0 {
                begin = self.simulation.step();
            }
            self.planner.to_cortex(input.seen_target_deg, phase, self.tick, &mut to_cortex);
            match is_moving {
                true => self.cortex.fire(phase, self.tick, self.steps, &mut fired),
                false => fired.clear(),
            }
            if let Some(forward) = &self.modules[0] {
                efferent.clear();
                efferent.extend(fired.iter().filter_map(|&(s, i)| Some((s, self.efference[i as usize]?))));
                self.simulation.inject(forward.mossy, &efferent)?;
            }
            if let Some(inverse) = &self.modules[1] {
                let n = inverse.n_mossy;
                self.planner.to_mossy(input.seen_target_deg, phase, self.tick, n, self.steps, &mut to_mossy);
                self.simulation.inject(inverse.mossy, &to_mossy)?;
            }
            self.olive(input.error_deg, phase)?;
            let from = self.simulation.step();
            self.simulation.advance()?;

            heard.clear();
            if let Some(forward) = &self.modules[0] {
                let history = self.simulation.history(forward.nuclear);
                (from..self.simulation.step()).for_each(|s| heard.extend_from_slice(history.at(s)));
            }
            self.cortex.listen(&to_cortex, &heard);
            self.tick += 1;
            if !is_moving {
                continue;
            }

            // Population vectors of this tick.
            let fibers = self.cortex.fibers();
            let joint = |j: usize| {
                let neurons = fired.iter().map(|&(_, i)| i as usize).filter(|i| i / fibers == j);
                Decoder::fibers(neurons.map(|i| i % fibers), fibers)
            };
            outcome.cortex.push(smooth[0].smooth(joint(lobule_control::POINTING)));
            outcome.elbow.push(smooth[1].smooth(joint(lobule_control::ELBOW)));
            let mut inverse_raw = 0.0;
            if let Some(inverse) = &self.modules[1] {
                let history = self.simulation.history(inverse.nuclear);
                let mut count = [0usize; 2];
                for s in from..self.simulation.step() {
                    for zone in history.at(s).iter().filter_map(|&i| inverse.nuclear_zone[i as usize]) {
                        count[zone as usize] += 1;
                    }
                }
                inverse_raw =
                    self.inverse_gain * Decoder::nuclear(count[0], count[1], inverse.nuclear_zone.len());
            }
            outcome.inverse.push(smooth[2].smooth(inverse_raw));
            self.rates.count(&self.simulation, from);
        }
        outcome.rates_hz = self.rates.rates_hz(self.simulation.step() - begin, &self.ranks)?;
        Ok(outcome)
    }

    /// Gives the cortex the planner spikes that the target of this trial would have sent over the
    /// window before it. Nothing changes when it is the target of the trial before: the draws are
    /// those of the same ticks.
    fn see_ahead(&mut self, seen_target_deg: f64) {
        let cycle = (self.ticks + self.gap) as u64;
        let window = (self.cortex.heard_ms() as u64).min(self.tick);
        let replanned = |tick| {
            // Ticks before now, counted back from the end of the last movement.
            let back = (self.tick - tick - 1) % cycle + 1;
            let ticks = self.ticks as u64;
            let phase = if back <= ticks { ticks - back } else { cycle + ticks - back };
            let mut spikes = Vec::new();
            self.planner.to_cortex(seen_target_deg, phase, tick, &mut spikes);
            spikes
        };
        self.cortex.replan((self.tick - window..self.tick).map(replanned).collect());
    }

    /// Sets the climbing-fiber rates of both modules.
    fn olive(&mut self, error_deg: f64, phase: u64) -> Result<(), Error> {
        for module in self.modules.iter().flatten() {
            let zones = match module.name {
                ModuleName::Forward => self.sensory.rates_hz(error_deg, self.is_right),
                ModuleName::Inverse => self.motor.rates_hz(error_deg, phase, self.is_right),
            };
            let rates: Vec<f64> =
                module.olive_zone.iter().map(|z| z.map_or(0.0, |zone| zones[zone as usize])).collect();
            self.simulation.set_rates(module.teaching, &rates)?;
        }
        Ok(())
    }
}
