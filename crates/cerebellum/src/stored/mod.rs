//! A network file under its stored configuration: from an anatomy and a simulation of BSB to a circuit.
//!
//! ```text
//! Anatomy + StoredSimulation ──plan──▶ Plan (problems, notes) ──circuit──▶ Circuit
//! ```
//! Rules of the translation, as in bsb-nest 8.0.2:
//! - a cell type with a cell model is a population; one without is left out;
//! - a connection set with a connection model has one synapse per pair of cells and synapse model, with
//!   weight × rows;
//! - a generator is a population of its own, one neuron per target, under the name of the device;
//! - relays (`parrot_neuron`) count spikes, so every weight onto them is 1.
//!
//! A plan needs no wiring: `lobule network info` plans each simulation to list its unsupported features.
//! Source: bsb-nest 8.0.2; NEST 3.10 for the times at which devices act (`drives.rs`).

mod drives;
mod module;
mod neurons;
mod projections;
mod rules;
mod synapses;

use crate::Error;
use lobule_circuit::{Circuit, Model, Population};
use lobule_scaffold::Anatomy;
use lobule_scaffold::configuration::{DeviceKind, Problem, Span, StoredSimulation, Targets};
use neurons::NeuronKind;
pub(crate) use neurons::eglif_constants;
pub(crate) use projections::set_of;
use std::collections::{BTreeMap, BTreeSet};
use synapses::Link;

pub use rules::is_plastic;

/// Resolution of times in NEST, ms.
const TIC_MS: f64 = 0.001;
/// Longest delay, steps. Source: `lobule_circuit` keeps the spikes of a source for so long.
const MOST_DELAY_STEPS: f64 = 1e6;
/// Latest time, steps. Chosen: five days at a step of 0.1 ms.
const MOST_STEPS: f64 = 4_294_967_295.0;

/// Spike recorder of the file and its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorder {
    /// Name of the device.
    pub device: String,
    /// Population.
    pub population: String,
    /// Its neurons, ascending.
    pub neurons: Vec<u32>,
    /// Start, ms.
    pub from_ms: f64,
    /// End, ms; may be infinite.
    pub to_ms: f64,
}

/// A variable to record.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Population.
    pub population: String,
    /// Variable, by lobule's name, e.g. `v_m`.
    pub variable: String,
    /// Neurons; by default all.
    pub neurons: Option<Vec<u32>>,
    /// Time between samples, ms; none for the exchange interval (1 ms in the canonical circuit).
    pub every_ms: Option<f64>,
}

/// A cell type that becomes a population.
#[derive(Debug, Clone)]
struct Cells {
    cell_type: String,
    n: usize,
    kind: NeuronKind,
    model: Model,
    /// Receptor by presynaptic cell type, where cells have a say.
    receptors: BTreeMap<String, usize>,
}

/// Translation of a stored simulation, before anything is wired.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    cells: Vec<Cells>,
    links: Vec<Link>,
    /// Generators and currents.
    drives: Circuit,
    /// Spike recorders.
    pub recorders: Vec<Recorder>,
    /// Variables that the multimeters record.
    pub probes: Vec<Probe>,
    /// Duration, ms.
    pub duration_ms: f64,
    /// Time step, ms.
    pub resolution_ms: f64,
    /// Supported settings without effect, one sentence each.
    pub notes: Vec<String>,
    /// Unsupported settings, any of which prevents a circuit.
    pub problems: Vec<Problem>,
    /// Step to which drawn delays are rounded, ms.
    stored_resolution_ms: f64,
    /// Seed of drawn weights and delays.
    seed: u64,
    /// True if every row of a set is a synapse of its own, as before BSB 4.
    has_synapse_per_row: bool,
}

/// Plans a simulation of a network file. Random choices of targets depend on `seed`. `duration_ms` replaces the stored
/// duration.
pub fn plan(anatomy: &Anatomy, simulation: &StoredSimulation, duration_ms: Option<f64>, seed: u64) -> Plan {
    let mut plan = Plan {
        duration_ms: duration_ms.unwrap_or(simulation.duration_ms),
        resolution_ms: simulation.resolution_ms,
        notes: simulation.notes.clone(),
        problems: simulation.problems.clone(),
        stored_resolution_ms: simulation.stored_resolution_ms,
        seed,
        has_synapse_per_row: simulation.is_before_bsb4,
        ..Plan::default()
    };
    // Without readable times there is no grid to check against.
    if !plan.resolution_ms.is_finite() || !plan.duration_ms.is_finite() || plan.resolution_ms <= 0.0 {
        return plan;
    }
    let key = match duration_ms {
        Some(_) => "--duration".to_string(),
        None => format!("simulations.{}.duration", simulation.name),
    };
    plan.duration_ms = plan.on_grid(key, "is", plan.duration_ms).unwrap_or(plan.duration_ms);
    plan.add_cells(anatomy, simulation);
    plan.add_links(anatomy, simulation);
    plan.add_devices(anatomy, simulation, seed);
    plan
}

/// The refusal of a model for cells or connections that are not in the network.
fn missing<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a String>, remedy: &str) -> String {
    let known = known.map(String::as_str).collect::<Vec<_>>().join(", ");
    format!("the network has no {kind} `{name}`; it has: {known}; remove the model or {remedy}")
}

impl Plan {
    fn problem(&mut self, key: impl Into<String>, what: impl Into<String>) {
        self.problems.push(Problem::new(key, what));
    }

    /// The time on the grid that NEST takes for `ms`, which differs by half a tic of 1 µs at most; otherwise a problem that says
    /// what the key does with it.
    fn on_grid(&mut self, key: impl Into<String>, verb: &str, ms: f64) -> Option<f64> {
        let step_ms = self.resolution_ms;
        let nearest = (ms / step_ms).round();
        if nearest.is_nan() || nearest.abs() > MOST_STEPS {
            let most_ms = MOST_STEPS * step_ms;
            self.problem(key, format!("{verb} {ms} ms; times lie in 0..{most_ms} ms at this step"));
            return None;
        }
        if (nearest * step_ms - ms).abs() < TIC_MS / 2.0 {
            // A time that is on the grid stays as it is written.
            let is_exact = (ms / step_ms - nearest).abs() < 1e-6;
            return Some(if is_exact { ms } else { nearest * step_ms });
        }
        self.problem(key, format!("{verb} {ms} ms, not a multiple of the step of {step_ms} ms"));
        None
    }

    /// Longest delay, ms.
    fn most_delay_ms(&self) -> f64 {
        MOST_DELAY_STEPS * self.resolution_ms
    }

    /// A delay in whole steps, which NEST rounds to the nearest; with a note where that changes it. A problem where none is left.
    fn delay(&mut self, key: &str, ms: f64) -> Option<f64> {
        let step_ms = self.resolution_ms;
        // NEST multiplies by the steps in a ms and rounds a half up: 1.15 ms are 12 steps of 0.1 ms.
        let steps = (ms * (1.0 / step_ms) + 0.5).floor();
        let most_ms = self.most_delay_ms();
        if !(1.0..=MOST_DELAY_STEPS).contains(&steps) {
            let what = format!("is {ms} ms; delays lie in {step_ms}..{most_ms} ms at a step of {step_ms} ms");
            self.problem(format!("{key}.delay"), what);
            return None;
        }
        if (ms / step_ms - steps).abs() < 1e-6 {
            return Some(ms);
        }
        let rounded_ms = (steps * step_ms * 1e9).round() / 1e9;
        self.notes.push(format!(
            "{key}.delay: {ms} ms is rounded to {rounded_ms} ms, whole steps of {step_ms} ms, as in NEST."
        ));
        Some(rounded_ms)
    }

    /// Begin and end of a device on the grid; an end that is not given is infinite.
    fn span(&mut self, key: &str, span: &Span) -> Option<(f64, f64)> {
        let from = self.on_grid(format!("{key}.start"), "is", span.start_ms);
        let to = match span.stop_ms {
            // Beyond the end of any run.
            Some(ms) if ms / self.resolution_ms > MOST_STEPS => Some(f64::INFINITY),
            Some(ms) => self.on_grid(format!("{key}.stop"), "is", ms),
            None => Some(f64::INFINITY),
        };
        from.zip(to)
    }

    /// The populations of cells, in order.
    pub fn populations(&self) -> Vec<String> {
        self.cells.iter().filter(|c| c.n > 0).map(|c| c.cell_type.clone()).collect()
    }

    /// The rule of a connection set's synapses, if they learn.
    pub fn rule_of(&self, set: &str) -> Option<lobule_circuit::plasticity::Rule> {
        self.links.iter().find(|link| link.set == set)?.plasticity
    }

    fn population(&self, cell_type: &str) -> Option<&Cells> {
        self.cells.iter().find(|c| c.cell_type == cell_type)
    }

    fn add_cells(&mut self, anatomy: &Anatomy, simulation: &StoredSimulation) {
        for model in &simulation.cell_models {
            let Some(cells) = anatomy.cells(&model.cell_type) else {
                let known = anatomy.cells.iter().map(|c| &c.cell_type);
                self.problem(&model.key, missing("cell type", &model.cell_type, known, "place the cells"));
                continue;
            };
            if let Some((kind, compiled)) = neurons::model(model, &mut self.problems) {
                if kind == NeuronKind::EglifMultirec && model.constants.contains_key("V_min") {
                    let what = "V_min has no effect; the multi-receptor model has no lowest potential here";
                    self.notes.push(format!("cell model `{}`: {what}.", model.cell_type));
                }
                let (cell_type, n) = (model.cell_type.clone(), cells.len());
                self.cells.push(Cells {
                    cell_type,
                    n,
                    kind,
                    model: compiled,
                    receptors: model.receptors.clone(),
                });
            }
        }
        // In the order of the file, so that tables have one order in all its runs.
        let place = |name: &str| anatomy.cells.iter().position(|c| c.cell_type == name);
        self.cells.sort_by_key(|c| place(&c.cell_type));
        for cells in &anatomy.cells {
            if !simulation.cell_models.iter().any(|m| m.cell_type == cells.cell_type) {
                let what = "has no cell model in this simulation and is left out";
                self.notes.push(format!("cell type `{}` ({} cells) {what}.", cells.cell_type, cells.len()));
            } else if cells.is_empty() {
                self.notes.push(format!("{}: no cell of this type.", cells.cell_type));
            }
        }
    }

    fn add_links(&mut self, anatomy: &Anatomy, simulation: &StoredSimulation) {
        for model in &simulation.connection_models {
            let Some(set) = anatomy.connections(&model.set) else {
                if simulation.is_before_bsb4 {
                    let what = "its connection set is not on file; it is left out, as the original does";
                    self.notes.push(format!("connection model `{}`: {what}.", model.name));
                    continue;
                }
                let known = anatomy.connections.iter().map(|c| &c.name);
                self.problem(&model.key, missing("connection set", &model.set, known, "connect the cells"));
                continue;
            };
            let ends = [&set.pre_type, &set.post_type];
            if let Some(lonely) =
                ends.iter().find(|t| !simulation.cell_models.iter().any(|m| &&m.cell_type == *t))
            {
                let what = format!("its cells `{lonely}` have no cell model; add one or remove this model");
                self.problem(&model.key, what);
                continue;
            }
            // A model with a problem of its own has been reported.
            let (Some(pre), Some(post)) = (self.population(&set.pre_type), self.population(&set.post_type))
            else {
                continue;
            };
            let (pre, post) = (pre.clone(), post.clone());
            if set.is_empty() && model.rule.is_none() {
                self.notes.push(format!("{}: no connection in this set.", set.name));
            }
            synapses::add(self, model, set, &pre, &post);
        }
        self.check_teachers(anatomy, simulation);
        self.note_unequal_microzones(anatomy);
        for set in &anatomy.connections {
            if !simulation.connection_models.iter().any(|m| m.set == set.name) {
                let what = "has no connection model in this simulation and is left out";
                self.notes.push(format!("connection set `{}` ({} rows) {what}.", set.name, set.len()));
            }
        }
    }

    /// Notes the weights of a set and of its `_minus` mirror if the two differ.
    fn note_unequal_microzones(&mut self, anatomy: &Anatomy) {
        let per_pair = |link: &Link| {
            let set = anatomy.connections(&link.set).filter(|s| !s.is_empty())?;
            Some(link.weight * set.len() as f64 / set.pairs().len() as f64)
        };
        let mut notes = Vec::new();
        for link in self.links.iter().filter(|l| !l.counts_spikes && l.rule.is_none()) {
            let mirror = format!("{}_minus", link.label);
            let Some(minus) = self.links.iter().find(|l| l.label == mirror) else { continue };
            if let (Some(p), Some(m)) = (per_pair(link), per_pair(minus))
                && (p > 2.0 * m || m > 2.0 * p)
            {
                let weights = format!("`{}` weighs {p:.4} nS per pair and `{mirror}` {m:.4} nS", link.label);
                let what = "weight × rows as in BSB: the two microzones differ in their input";
                notes.push(format!("{weights}, {what}."));
            }
        }
        self.notes.extend(notes);
    }

    fn add_devices(&mut self, anatomy: &Anatomy, simulation: &StoredSimulation, seed: u64) {
        for device in &simulation.devices {
            let key = format!("simulations.{}.devices.{}", simulation.name, device.name);
            let named = &device.targetting.cell_types;
            // All cells of the simulation, or those named; a name without a model has been reported.
            let types: Vec<String> = (self.cells.iter().map(|c| c.cell_type.clone()))
                .filter(|t| named.is_empty() || named.contains(t))
                .collect();
            for label in device.targetting.missing_labels(anatomy, &types) {
                let sets = types.iter().filter_map(|t| anatomy.cells(t)).flat_map(|c| &c.label_sets);
                let carried: BTreeSet<&str> = sets.flatten().map(String::as_str).collect();
                let carried = match carried.len() {
                    0 => "no label".into(),
                    _ => carried.into_iter().collect::<Vec<_>>().join(", "),
                };
                let of = types.join(", ");
                let what =
                    format!("names label `{label}`, which no cell of {of} carries; they carry: {carried}");
                self.problem(format!("{key}.targetting.labels"), what);
            }
            if let Targets::ById(lists) = &device.targetting.targets {
                for cell_type in lists.keys() {
                    if self.population(cell_type).is_none() {
                        let known = self.populations().join(", ");
                        let what =
                            format!("`{cell_type}` has no cell model in this simulation; there are: {known}");
                        self.problem(format!("{key}.targetting.ids"), what);
                    }
                }
            }
            let mut targets: Vec<(String, Vec<u32>)> = Vec::new();
            for cell_type in &types {
                let Some(cells) = anatomy.cells(cell_type) else { continue };
                match device.targetting.select(anatomy, cells, &device.name, seed) {
                    Ok(neurons) if neurons.is_empty() => {}
                    Ok(neurons) => targets.push((cell_type.clone(), neurons)),
                    Err((name, what)) => self.problem(format!("{key}.targetting.{name}"), what),
                }
            }
            if device.targetting.is_random() {
                let what = "its targets are drawn by lobule (by --seed); BSB draws as many, but other ones";
                self.notes.push(format!("device `{}`: {what}.", device.name));
            }
            if targets.is_empty() {
                self.notes.push(format!("device `{}` ({}) has no target.", device.name, device.model()));
            }
            match &device.kind {
                DeviceKind::SpikeRecorder { span } => {
                    let Some((from_ms, to_ms)) = self.span(&key, span) else { continue };
                    self.recorders.extend(targets.into_iter().map(|(population, neurons)| Recorder {
                        device: device.name.clone(),
                        population,
                        neurons,
                        from_ms,
                        to_ms,
                    }));
                }
                DeviceKind::Multimeter { variables, interval_ms, span } => {
                    if span.start_ms > 0.0 || span.stop_ms.is_some() {
                        let what =
                            "and `stop` of a multimeter are not known; it records the whole run: remove them";
                        self.problem(format!("{key}.start"), what);
                    }
                    let sample_ms = interval_ms.unwrap_or(self.resolution_ms);
                    let sample_ms =
                        self.on_grid(format!("{key}.interval"), "is", sample_ms).unwrap_or(sample_ms);
                    for (population, neurons) in targets {
                        let kind = self.population(&population).map(|c| c.kind);
                        for variable in variables {
                            match kind.and_then(|k| k.variable(variable)) {
                                Some(known) => self.probes.push(Probe {
                                    population: population.clone(),
                                    variable: known.into(),
                                    neurons: Some(neurons.clone()),
                                    every_ms: Some(sample_ms),
                                }),
                                None => {
                                    let known = kind.map(NeuronKind::recordable).unwrap_or_default();
                                    let what = format!(
                                        "names `{variable}`, which `{population}` cannot record; it can: {known}"
                                    );
                                    self.problem(format!("{key}.properties"), what);
                                }
                            }
                        }
                    }
                }
                _ => drives::add(self, device, &key, targets),
            }
        }
    }

    /// The planned circuit.
    ///
    /// # Errors
    /// [`Error::Stored`] with all problems of the plan.
    pub fn circuit(&self, anatomy: &Anatomy) -> Result<Circuit, Error> {
        if !self.problems.is_empty() {
            let problems = self.problems.iter().map(|p| format!("\n  {p}")).collect();
            return Err(Error::Stored { problems });
        }
        let mut circuit = Circuit::new();
        for cells in self.cells.iter().filter(|c| c.n > 0) {
            circuit.add_population(Population::new(&cells.cell_type, cells.n, cells.model.clone()));
        }
        self.add_projections(&mut circuit, anatomy);
        circuit.extend(&self.drives);
        Ok(circuit)
    }
}
