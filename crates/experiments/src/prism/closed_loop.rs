//! The closed loop, one trial at a time: planner, motor cortex, the spiking
//! modules, the olive's channels and the decoder, in ticks of one millisecond.
//!
//! One tick: planner and cortex fire from what they heard before → mossy fibres
//! → both modules advance 1 ms → nuclear spikes are heard by the cortex (forward)
//! and decoded (inverse). The body never acts back within a trial, so commands
//! are returned and played on any [`Plant`](lobule_control::Plant) afterwards.
//!
//! Over several ranks the modules are divided and the rest is done by every rank alike: all ranks hear all nuclear
//! spikes, so planner, cortex and decoder of each have the bits of a single process.

use super::config::{Noise, Part, Polarity, PrismConfig};
use lobule_cerebellum::{Drive, ModuleOptions, NUCLEAR_IN_DEGREE, add_module};
use lobule_circuit::models::Poisson;
use lobule_circuit::plasticity::{CosExp, InhibitoryStdp, Kernel, Rule, Supervised};
use lobule_circuit::{Circuit, Connect, Model, Network, Population, Projection, Share, Simulation, State};
use lobule_control::{Decoder, MotorCortex, MotorOlive, Planner, SensoryOlive, TickSpike};
use lobule_exchange::Ranks;
use lobule_scaffold::{Anatomy, Microzone};
use lobule_signal::Clock;
use lobule_study::Error;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names of the two modules.
pub const MODULES: [&str; 2] = ["forward", "inverse"];
/// The plastic connection set of a module.
pub const PLASTIC_SET: &str = "parallel_fiber_to_purkinje";
/// Simulation step, ms.
pub const DT_MS: f64 = 0.1;

/// What a trial is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialInput {
    /// Deviation by the prisms, deg.
    pub prism_deg: f64,
    /// Error that the olive reports, deg: that of the trial before.
    pub error_deg: f64,
    /// Whether the forward and the inverse module learn.
    pub learns: [bool; 2],
}

/// What came out of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialOutcome {
    /// Cortical command of the pointing joint, decoder units per ms². `[ticks]`
    pub cortex: Vec<f64>,
    /// Command of the inverse module, the same unit. `[ticks]`
    pub inverse: Vec<f64>,
    /// Cortical command of the elbow. `[ticks]`
    pub elbow: Vec<f64>,
    /// Mean rate over the trial by population and microzone, Hz.
    pub rates_hz: BTreeMap<String, f64>,
}

/// Populations of one module by index, with the microzone of each cell that has one.
struct Module {
    name: &'static str,
    mossy: usize,
    n_mossy: usize,
    teaching: usize,
    nuclear: usize,
    /// (plus, minus) cells of the projecting nucleus.
    zones: [Vec<u32>; 2],
    /// Microzone of each nuclear cell: 0 plus, 1 minus, 2 none.
    nuclear_zone: Vec<u8>,
    /// Microzone of each olive cell.
    olive_zone: Vec<u8>,
    /// Labels of the plastic projections.
    plastic: Vec<String>,
    counted: Vec<Counted>,
}

/// A population whose rates are told.
struct Counted {
    label: String,
    population: usize,
    n: usize,
    /// Microzone of each cell; empty without labels.
    zones: Vec<u8>,
    /// Whether this rank counts each cell; empty for all.
    owned: Vec<bool>,
}

/// Spikes of each counted population, in the order of the modules: (all, plus, minus).
type Counts = Vec<[u64; 3]>;

/// The loop with its state.
pub struct ClosedLoop {
    simulation: Simulation,
    ranks: Ranks,
    modules: [Option<Module>; 2],
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
    /// Mossy fibre of the forward module fed by each cortical neuron, if any.
    efference: Vec<Option<u32>>,
}

/// Everything a trial may change: a copy resumes bit for bit. On one rank of several the circuit's is that rank's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoopState {
    circuit: State,
    cortex: lobule_control::CortexMemory,
    tick: u64,
}

fn zone_codes(cells: &lobule_scaffold::CellSites) -> Vec<u8> {
    (0..cells.len())
        .map(|i| match cells.microzone(i) {
            Some(Microzone::Plus) => 0,
            Some(Microzone::Minus) => 1,
            None => 2,
        })
        .collect()
}

/// Compiles the circuit of the loop, the anatomy once per module that takes part: this rank's share of it.
/// Every rank gives the whole anatomy. Collective.
///
/// # Errors
/// [`Error::Anatomy`] when a cell type, microzone or connection set that the loop needs is missing.
pub fn compile(
    config: &PrismConfig,
    anatomy: &Anatomy,
    a_plus_ns: [f64; 2],
    seed: u64,
    ranks: &Ranks,
) -> Result<Arc<Network>, Error> {
    let compiled = describe(config, anatomy, a_plus_ns).and_then(|circuit| {
        let nuclei = circuit.populations().iter().map(|p| p.label.clone());
        let share = Share::on(ranks).with_everywhere(nuclei.filter(|label| label.ends_with("/dcn_p")));
        Ok(circuit.compile_share(Clock::new(DT_MS)?, seed, &share)?)
    });
    ranks.agree(compiled)
}

/// The anatomy cannot serve the loop.
fn unfit(what: String) -> Error {
    lobule_cerebellum::Error::Anatomy { what }.into()
}

fn describe(config: &PrismConfig, anatomy: &Anatomy, a_plus_ns: [f64; 2]) -> Result<Circuit, Error> {
    for cell in ["mossy_fiber", "granule_cell", "purkinje_cell", "dcn_p", "io_cell"] {
        if anatomy.count(cell) == 0 {
            return Err(unfit(format!(
                "the loop needs `{cell}`, and there is none ({}); use a circuit with nuclei and olive",
                anatomy.source
            )));
        }
    }
    for cell in ["purkinje_cell", "dcn_p", "io_cell"] {
        let sites = anatomy.cells(cell).expect("checked above");
        for (zone, name) in [(Microzone::Plus, "plus"), (Microzone::Minus, "minus")] {
            if sites.in_microzone(zone).is_empty() {
                return Err(unfit(format!(
                    "no `{cell}` is labelled `{name}`; the loop needs two microzones, build the circuit with them"
                )));
            }
        }
    }
    for set in [PLASTIC_SET, "io_to_purkinje", "purkinje_to_dcn_p"] {
        if anatomy.connections(set).is_none_or(|c| c.is_empty()) {
            return Err(unfit(format!(
                "the loop needs the connection set `{set}`, and it is missing or empty"
            )));
        }
    }
    let mut circuit = Circuit::new();
    let parts = [config.wiring.forward, config.wiring.inverse];
    let learning = [&config.forward, &config.inverse];
    for (m, name) in MODULES.into_iter().enumerate() {
        if parts[m] == Part::Off {
            continue;
        }
        let prefix = format!("{name}/");
        let mut options = ModuleOptions::new(config.scaffold.state, Drive::Injected);
        options.leak_is_published = config.module.leak_is_published;
        options.pair_weights.insert("io_to_purkinje".into(), config.module.climbing_fibre_ns);
        options.pair_weights.insert("purkinje_to_dcn_p".into(), config.module.purkinje_to_dcn_ns);
        options.reference_in_degree = NUCLEAR_IN_DEGREE.map(|(set, k)| (set.to_string(), k)).into();
        let mut rule = Supervised::pf_pc(a_plus_ns[m], learning[m].a_minus_ns, learning[m].w_max_ns);
        rule.kernel = Kernel::SinExp { t0_ms: learning[m].kernel_t0_ms, tau_ms: 1000.0 };
        options.rules.insert(PLASTIC_SET.into(), (Rule::Supervised(rule), Some("io_to_purkinje".into())));
        options.rules.extend(further_sites(config, anatomy)?);
        add_module(&mut circuit, &prefix, anatomy, &options)?;
        let n_io = anatomy.count("io_cell");
        let teaching = format!("{prefix}teaching");
        circuit.add_population(Population::new(&teaching, n_io, Model::Poisson(Poisson { rate_hz: 0.0 })));
        circuit.add_projection(
            Projection::new(
                format!("{prefix}teaching_to_io_cell"),
                &teaching,
                format!("{prefix}io_cell"),
                Connect::OneToOne,
            )
            .weight(config.module.teaching_ns as f32)
            .delay_ms(1.0),
        );
    }
    Ok(circuit)
}

/// A connection set, its rule and the set that teaches it, if any.
type SiteRule = (String, (Rule, Option<String>));

/// Rules of the sites beside PF→PC that are switched on: (set, (rule, teaching set)).
fn further_sites(config: &PrismConfig, anatomy: &Anatomy) -> Result<Vec<SiteRule>, Error> {
    let s = &config.sites;
    let mut rules = Vec::new();
    if s.pf_mli {
        let rule = Supervised::pf_mli(s.pf_mli_a_minus_ns, s.pf_mli_a_plus_ns, s.pf_mli_w_max_ns);
        for (set, teacher) in [
            ("parallel_fiber_to_basket", "io_to_mli_io_to_basket_cell"),
            ("parallel_fiber_to_stellate", "io_to_mli_io_to_stellate_cell"),
        ] {
            rules.push((set.to_string(), (Rule::Supervised(rule), Some(teacher.to_string()))));
        }
    }
    if s.mf_dcn {
        let rule = CosExp {
            a_plus: s.mf_dcn_a_plus_ns,
            a_minus: s.mf_dcn_a_minus_ns,
            window_ms: 10.0,
            w_min: 0.0,
            w_max: s.mf_dcn_w_max_ns,
        };
        rules.push(("mossy_fibers_to_dcn_p".into(), (Rule::CosExp(rule), Some("purkinje_to_dcn_p".into()))));
    }
    if s.pc_dcn {
        let rule = InhibitoryStdp {
            tau_plus_ms: s.pc_dcn_tau_plus_ms,
            lambda: s.pc_dcn_lambda,
            mu_plus: s.pc_dcn_mu_plus,
            mu_minus_ms: s.pc_dcn_mu_minus_ms,
            w_min: 0.0,
            w_max: s.pc_dcn_w_max_ns,
        };
        rules.push(("purkinje_to_dcn_p".into(), (Rule::InhibitoryStdp(rule), None)));
    }
    for (set, (_, teacher)) in &rules {
        for needed in std::iter::once(set).chain(teacher) {
            if anatomy.connections(needed).is_none_or(|c| c.is_empty()) {
                return Err(unfit(format!(
                    "[sites] wants `{set}` to learn, but the set `{needed}` is missing or empty; switch the site off"
                )));
            }
        }
    }
    Ok(rules)
}

impl ClosedLoop {
    /// A loop at rest on a compiled network. All ranks make the same calls in the same order; those that advance
    /// the circuit or are marked *collective* wait for the others. Collective.
    ///
    /// # Errors
    /// Parameters out of range, or a network whose smallest delay is not 1 ms.
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
            return Err(Error::Config {
                key: "scaffold".into(),
                what: format!(
                    "the smallest delay is {} ms; the loop exchanges spikes every 1 ms",
                    steps as f64 * DT_MS
                ),
            });
        }
        let simulation = ranks.agree(Simulation::on(ranks, network, threads).map_err(Error::from))?;
        let parts = [config.wiring.forward, config.wiring.inverse];
        let mut modules = [None, None];
        for (m, name) in MODULES.into_iter().enumerate() {
            if parts[m] == Part::Off {
                continue;
            }
            let index = |cell: &str| simulation.population(&format!("{name}/{cell}"));
            let nuclei = anatomy.cells("dcn_p").expect("compile has checked");
            let count = |cell: &str, n: usize, zones: Vec<u8>| -> Result<Counted, Error> {
                let label = format!("{name}/{cell}");
                let owned = match ranks.ranks() {
                    1 => Vec::new(),
                    _ => simulation.network().owned(&label)?,
                };
                Ok(Counted { population: index(cell)?, label, n, zones, owned })
            };
            let mut counted = Vec::new();
            for cells in anatomy.cells.iter().filter(|c| !c.is_empty()) {
                let zones = if cells.labels.is_empty() { Vec::new() } else { zone_codes(cells) };
                counted.push(count(&cells.cell_type, cells.len(), zones)?);
            }
            let olive_zone = zone_codes(anatomy.cells("io_cell").expect("compile has checked"));
            counted.push(count("teaching", olive_zone.len(), olive_zone.clone())?);
            let plastic = simulation
                .network()
                .projections()
                .into_iter()
                .filter(|p| p.is_plastic && p.label.starts_with(&format!("{name}/")))
                .map(|p| p.label)
                .collect();
            modules[m] = Some(Module {
                name,
                plastic,
                mossy: index("mossy_fiber")?,
                n_mossy: anatomy.count("mossy_fiber"),
                teaching: index("teaching")?,
                nuclear: index("dcn_p")?,
                zones: [nuclei.in_microzone(Microzone::Plus), nuclei.in_microzone(Microzone::Minus)],
                nuclear_zone: zone_codes(nuclei),
                olive_zone,
                counted,
            });
        }
        let ticks = config.protocol.trial_ms;
        let mut planner = config.planner;
        planner.is_frozen = config.wiring.noise == Noise::Frozen;
        let (plus, minus, n) = match &modules[0] {
            Some(f) => (f.zones[0].clone(), f.zones[1].clone(), f.nuclear_zone.len()),
            None => (Vec::new(), Vec::new(), 0),
        };
        let cortex = MotorCortex::new(config.cortex, ticks, &plus, &minus, n, seed)?;
        let mut efference = vec![None; cortex.neurons()];
        if let Some(f) = &modules[0] {
            for m in 0..f.n_mossy {
                efference[m * cortex.neurons() / f.n_mossy] = Some(m as u32);
            }
        }
        let olive = &config.motor_olive;
        Ok(Self {
            planner: Planner::new(planner, ticks, config.protocol.gap_ms, seed)?,
            cortex,
            sensory: config.sensory_olive.checked()?,
            motor: MotorOlive::new(
                olive.spontaneous_hz,
                olive.gain_hz_per_deg,
                olive.is_push_pull,
                ticks,
                config.protocol.gap_ms,
                olive.delay_ms,
            )?,
            is_right: config.wiring.polarity == Polarity::Right,
            inverse_gain: config.wiring.inverse_gain,
            ticks,
            gap: config.protocol.gap_ms,
            sees_ahead: config.protocol.sees_target_ahead,
            steps: steps as u16,
            tick: 0,
            efference,
            simulation,
            ranks: ranks.clone(),
            modules,
        })
    }

    /// The state, to go back to; on one rank of several this rank's part.
    pub fn state(&self) -> LoopState {
        LoopState {
            circuit: self.simulation.state().clone(),
            cortex: self.cortex.memory().clone(),
            tick: self.tick,
        }
    }

    /// Goes back, or on, to a state of the same loop on the same rank.
    ///
    /// # Errors
    /// When the state belongs to another network.
    pub fn restore(&mut self, state: LoopState) -> Result<(), Error> {
        self.simulation.restore(state.circuit)?;
        self.cortex.restore(state.cortex);
        self.tick = state.tick;
        Ok(())
    }

    /// The state to write down: the whole on rank 0, `None` on the others. It fits any number of ranks. Collective.
    ///
    /// # Errors
    /// When a rank is gone.
    pub fn gather_state(&self) -> Result<Option<LoopState>, Error> {
        let circuit = self.simulation.gather_state()?;
        Ok(circuit.map(|circuit| LoopState {
            circuit,
            cortex: self.cortex.memory().clone(),
            tick: self.tick,
        }))
    }

    /// Goes on from the whole state that rank 0 gives; the others give `None`. Collective.
    ///
    /// # Errors
    /// As [`ClosedLoop::restore`], on every rank; [`Error::Run`] when rank 0 gives none.
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

    /// The ranks that the loop runs on.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// The simulation underneath.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The simulation underneath, to record.
    pub fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.simulation
    }

    /// Exchanges the olive's channels.
    pub fn set_polarity(&mut self, is_right: bool) {
        self.is_right = is_right;
    }

    /// Mean PF→PC weight by module and microzone, nS. Collective.
    ///
    /// # Errors
    /// When a rank is gone.
    pub fn mean_weights(&self, anatomy: &Anatomy) -> Result<BTreeMap<String, f64>, Error> {
        let zones = zone_codes(anatomy.cells("purkinje_cell").expect("compile has checked"));
        let mut means = BTreeMap::new();
        for module in self.modules.iter().flatten() {
            // Sum and number by microzone. A sum of floating point numbers has its order in it.
            let mut sums = [0.0; 6];
            let set = format!("{}/{PLASTIC_SET}", module.name);
            self.simulation.fold_synapses(&set, &mut sums, |sums, _, post, w| {
                let zone = 2 * usize::from(zones[post as usize]);
                sums[zone] += f64::from(w);
                sums[zone + 1] += 1.0;
            })?;
            for (zone, sum) in ["plus", "minus"].into_iter().zip(sums.chunks(2)) {
                means.insert(format!("{}/{zone}", module.name), sum[0] / sum[1].max(1.0));
            }
        }
        Ok(means)
    }

    /// Runs one trial. Collective.
    ///
    /// # Errors
    /// A state variable that stopped being a number.
    pub fn trial(&mut self, input: TrialInput) -> Result<TrialOutcome, Error> {
        for (m, module) in self.modules.iter().enumerate() {
            if let Some(module) = module {
                for label in &module.plastic {
                    self.simulation.set_learning(label, input.learns[m])?;
                }
            }
        }
        let mut outcome = TrialOutcome {
            cortex: Vec::with_capacity(self.ticks),
            inverse: Vec::with_capacity(self.ticks),
            elbow: Vec::with_capacity(self.ticks),
            rates_hz: BTreeMap::new(),
        };
        let counted = self.modules.iter().flatten().map(|module| module.counted.len()).sum();
        let mut counts: Counts = vec![[0; 3]; counted];
        let mut smooth = [Decoder::default(), Decoder::default(), Decoder::default()];
        let (mut to_cortex, mut to_mossy, mut fired) = (Vec::new(), Vec::new(), Vec::new());
        let mut efferent: Vec<TickSpike> = Vec::new();
        let mut heard: Vec<u32> = Vec::new();
        if self.sees_ahead {
            self.see_ahead(input.prism_deg);
        }
        // The pause comes last in the cycle of phases and first in time.
        let mut begin = self.simulation.step();
        let cycle = (self.ticks + self.gap) as u64;
        for phase in (self.ticks as u64..cycle).chain(0..self.ticks as u64) {
            let is_moving = phase < self.ticks as u64;
            if phase == 0 {
                begin = self.simulation.step();
            }
            self.planner.to_cortex(input.prism_deg, phase, self.tick, &mut to_cortex);
            if is_moving {
                self.cortex.fire(phase, self.tick, self.steps, &mut fired);
            } else {
                fired.clear();
            }
            if let Some(forward) = &self.modules[0] {
                efferent.clear();
                efferent.extend(fired.iter().filter_map(|&(s, i)| Some((s, self.efference[i as usize]?))));
                self.simulation.inject(forward.mossy, &efferent)?;
            }
            if let Some(inverse) = &self.modules[1] {
                let n = inverse.n_mossy;
                self.planner.to_mossy(input.prism_deg, phase, self.tick, n, self.steps, &mut to_mossy);
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
            let fibres = self.cortex.fibres();
            let joint = |j: usize| {
                Decoder::fibres(
                    fired.iter().map(|&(_, i)| i as usize).filter(|i| i / fibres == j).map(|i| i % fibres),
                    fibres,
                )
            };
            outcome.cortex.push(smooth[0].smooth(joint(lobule_control::POINTING)));
            outcome.elbow.push(smooth[1].smooth(joint(lobule_control::ELBOW)));
            let mut inverse_raw = 0.0;
            if let Some(inverse) = &self.modules[1] {
                let history = self.simulation.history(inverse.nuclear);
                let mut count = [0usize; 3];
                for s in from..self.simulation.step() {
                    history
                        .at(s)
                        .iter()
                        .for_each(|&i| count[usize::from(inverse.nuclear_zone[i as usize])] += 1);
                }
                inverse_raw =
                    self.inverse_gain * Decoder::nuclear(count[0], count[1], inverse.nuclear_zone.len());
            }
            outcome.inverse.push(smooth[2].smooth(inverse_raw));
            self.count(from, &mut counts);
        }
        let seconds = (self.simulation.step() - begin) as f64 * DT_MS * 1e-3;
        self.ranks.sum(counts.as_flattened_mut())?;
        outcome.rates_hz = self.rates_hz(&counts, seconds);
        Ok(outcome)
    }

    /// Gives the cortex the planner spikes that the target of this trial would have sent over the
    /// window before it. Nothing changes when it is the target of the trial before: the draws are
    /// those of the same ticks.
    fn see_ahead(&mut self, prism_deg: f64) {
        let cycle = (self.ticks + self.gap) as u64;
        let window = (self.cortex.heard_ms() as u64).min(self.tick);
        let replanned = (self.tick - window..self.tick)
            .map(|tick| {
                // Ticks before now, counted back from the end of the last movement.
                let back = (self.tick - tick - 1) % cycle + 1;
                let ticks = self.ticks as u64;
                let phase = if back <= ticks { ticks - back } else { cycle + ticks - back };
                let mut spikes = Vec::new();
                self.planner.to_cortex(prism_deg, phase, tick, &mut spikes);
                spikes
            })
            .collect();
        self.cortex.replan(replanned);
    }

    /// Sets the climbing-fibre rates of both modules.
    fn olive(&mut self, error_deg: f64, phase: u64) -> Result<(), Error> {
        for m in 0..2 {
            let Some(module) = &self.modules[m] else { continue };
            let zones = match m {
                0 => self.sensory.rates_hz(error_deg, self.is_right),
                _ => self.motor.rates_hz(error_deg, phase, self.is_right),
            };
            let rates: Vec<f64> =
                module.olive_zone.iter().map(|&z| if z < 2 { zones[usize::from(z)] } else { 0.0 }).collect();
            self.simulation.set_rates(module.teaching, &rates)?;
        }
        Ok(())
    }

    /// Adds the spikes since `from` to the counts: those of this rank's own cells.
    fn count(&self, from: u64, counts: &mut Counts) {
        let counted = self.modules.iter().flatten().flat_map(|module| &module.counted);
        for (cells, count) in counted.zip(counts) {
            let history = self.simulation.history(cells.population);
            for s in from..self.simulation.step() {
                let ids = history.at(s);
                if cells.zones.is_empty() && cells.owned.is_empty() {
                    count[0] += ids.len() as u64;
                    continue;
                }
                let ids = ids.iter().map(|&i| i as usize);
                for i in ids.filter(|&i| cells.owned.is_empty() || cells.owned[i]) {
                    count[0] += 1;
                    match cells.zones.get(i) {
                        Some(0) => count[1] += 1,
                        Some(1) => count[2] += 1,
                        _ => {}
                    }
                }
            }
        }
    }

    /// Rates by label, Hz, from the counts of all ranks.
    fn rates_hz(&self, counts: &Counts, seconds: f64) -> BTreeMap<String, f64> {
        let mut rates = BTreeMap::new();
        let counted = self.modules.iter().flatten().flat_map(|module| &module.counted);
        for (cells, count) in counted.zip(counts) {
            rates.insert(cells.label.clone(), count[0] as f64 / (cells.n as f64 * seconds));
            if cells.zones.is_empty() {
                continue;
            }
            for (code, zone) in ["plus", "minus"].into_iter().enumerate() {
                let n = cells.zones.iter().filter(|&&z| usize::from(z) == code).count().max(1);
                let hz = count[1 + code] as f64 / (n as f64 * seconds);
                rates.insert(format!("{}/{zone}", cells.label), hz);
            }
        }
        rates
    }
}
