//! A run with lobule's own tables of cells and synapses, and stimuli from the command line.

use super::given_spikes::{self, Wanted};
use super::{Job, OpenLoop, OpenLoopResult, Prepared, SharedAnatomy, Stimulus, StimulusKind};
use crate::{
    BrainState, CellModels, DT_MS, Drive, Error, ModuleOptions, PLASTIC_SET, TEACHING_SET, add_module,
    module::drive,
};
use lobule_circuit::models::{PoissonGenerator, RateProfile};
use lobule_circuit::{Circuit, CurrentStimulus, Model, Population, plasticity::Supervised};
use lobule_exchange::Ranks;
use lobule_scaffold::CellSites;
use lobule_signal::{Clock, Progress};
use std::sync::Arc;

const DURATION_MS: f64 = 1000.0;
/// Delay of generators, ms: one step.
const DELAY_MS: f64 = DT_MS;

/// Parameters and stimuli of a network file.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnTables {
    /// Background rate of each mossy fiber, Hz.
    pub background_hz: f64,
    /// Stimuli.
    pub stimuli: Vec<Stimulus>,
    /// Parameter set.
    pub state: BrainState,
    /// Neuron models of the cortex.
    pub cells: CellModels,
    /// True if synapses have short-term plasticity.
    pub has_short_term: bool,
    /// True if synapses from parallel fibers to Purkinje cells learn, taught by climbing fibers.
    pub is_plastic: bool,
}

/// Runs a network file with lobule's own tables. The rows of the anatomy are dropped once they are wiring.
///
/// # Errors
/// Cells or sets without a model, stimuli that cannot be given, times off the grid, too little memory, a state that is not
/// finite; the same on every rank.
pub fn own_tables(
    shared: &mut SharedAnatomy,
    tables: &OwnTables,
    what: &OpenLoop,
    progress: &dyn Progress,
    ranks: &Ranks,
) -> Result<OpenLoopResult, Error> {
    Job { what, progress, ranks }.run(shared, |shared| prepare(shared, tables, what))
}

fn prepare(shared: &SharedAnatomy, tables: &OwnTables, what: &OpenLoop) -> Result<Prepared, Error> {
    let anatomy = &shared.anatomy;
    let duration_ms = what.duration_ms.unwrap_or(DURATION_MS);
    let mut circuit = Circuit::new();
    // Rates that change only at the borders of stimuli are set while running. Other stimuli of mossy fibers need relays
    // with generators.
    let is_rate = |s: &Stimulus| matches!(s.kind, StimulusKind::Rate { .. });
    // Glomeruli, which are relays, are the input of a circuit without mossy fibers.
    let has_fibers = anatomy.count("mossy_fiber") > 0 || anatomy.count("glomerulus") == 0;
    let of_fibers = |s: &&Stimulus| s.population == "mossy_fiber";
    let has_relays = !has_fibers || tables.stimuli.iter().filter(of_fibers).any(|s| !is_rate(s));
    let input = if has_fibers { "mossy_fiber" } else { "glomerulus" };
    let fibers = if has_relays { Drive::Relayed } else { Drive::Poisson(tables.background_hz) };
    let mut options = ModuleOptions::new(tables.state, fibers);
    options.has_short_term = tables.has_short_term;
    options.cells = tables.cells;
    options.is_part = shared.is_part;
    if tables.is_plastic && (tables.has_short_term || tables.cells == CellModels::Multirec) {
        let what = "it goes neither with --short-term nor with --cells multirec, which have no plastic synapses; leave \
                    one of them out";
        return Err(Error::config("--plastic", what));
    }
    if tables.is_plastic {
        for set in [PLASTIC_SET, TEACHING_SET] {
            if anatomy.connections(set).is_none() {
                let what = format!("the network has no connection set `{set}`; leave it out");
                return Err(Error::config("--plastic", what));
            }
        }
        // Chosen: small steps against weights of 0.14 nS, so that a run of seconds changes them and does not end them.
        options.learn(Supervised::pf_pc(1e-4, -5e-3, 5.0));
    }
    let mut notes = add_module(&mut circuit, "", anatomy, &options)?;
    let cells: Vec<String> = circuit.populations().iter().map(|p| p.label.clone()).collect();
    if !has_fibers {
        let what =
            "the network has no mossy fibers: the background and stimuli of mossy fibers drive its glomeruli";
        notes.push(what.into());
    }
    if has_relays && let Some(fibers) = anatomy.cells(input) {
        let rate = RateProfile::Steps(vec![(0.0, tables.background_hz)]);
        let all: Vec<u32> = (0..fibers.len() as u32).collect();
        let (model, n, list) = poisson(rate, &all);
        circuit.add_population(Population::new("background", n, model));
        circuit.add_projection(drive("background", input, list, (1.0, 1), DELAY_MS));
    }
    let mut rates = Vec::new();
    let onto_input = |stimulus: &Stimulus| {
        let mut stimulus = stimulus.clone();
        if of_fibers(&&stimulus) {
            stimulus.population = input.into();
        }
        stimulus
    };
    let stimuli: Vec<Stimulus> = tables.stimuli.iter().map(onto_input).collect();
    for (k, stimulus) in stimuli.iter().enumerate() {
        if stimulus.from_ms >= duration_ms {
            let what = format!("it starts after the end of the run at {duration_ms} ms; raise --duration");
            return Err(stimulus.wrong(what));
        }
        let clock = Clock::new(DT_MS)?;
        for ms in [stimulus.from_ms, stimulus.to_ms].into_iter().filter(|ms| ms.is_finite()) {
            clock.steps(ms).map_err(|e| stimulus.wrong(e.to_string()))?;
        }
        let name = &stimulus.population;
        let known = cells.join(", ");
        let unknown = || stimulus.wrong(format!("there is no population `{name}`; there are: {known}"));
        let sites = anatomy.cells(name).filter(|c| cells.contains(&c.cell_type)).ok_or_else(unknown)?;
        let targets = stimulus.targets(anatomy, sites)?;
        if !has_relays && of_fibers(&stimulus) {
            if stimulus.weight.is_some() || stimulus.receptor.is_some() {
                return Err(stimulus.wrong(counts_spikes("mossy_fiber")));
            }
            rates.push((stimulus, targets));
        } else {
            let label = format!("stimulus.{}", k + 1);
            notes.extend(add_stimulus(&mut circuit, &label, stimulus, (sites, &targets), duration_ms)?);
        }
    }
    let fibers = anatomy.cells("mossy_fiber").filter(|c| !has_relays && !c.is_empty());
    let changes = fibers.map(|fibers| changes(fibers, &rates, tables.background_hz, duration_ms));
    let changes = changes.unwrap_or_default();
    Ok(Prepared { circuit, cells, changes, dt_ms: DT_MS, duration_ms, notes, ..Prepared::default() })
}

/// Rates of all fibers at the borders of the stimuli.
fn changes(
    fibers: &CellSites,
    stimuli: &[(&Stimulus, Vec<u32>)],
    background_hz: f64,
    duration_ms: f64,
) -> Vec<(f64, Vec<f64>)> {
    let mut borders = vec![0.0];
    borders.extend(stimuli.iter().flat_map(|(s, _)| [s.from_ms, s.to_ms]).filter(|t| *t < duration_ms));
    borders.sort_by(f64::total_cmp);
    borders.dedup();
    let rates = |at: f64| {
        let mut hz = vec![background_hz; fibers.len()];
        for (s, targets) in stimuli.iter().filter(|(s, _)| s.from_ms <= at && at < s.to_ms) {
            if let StimulusKind::Rate { rate_hz } = s.kind {
                targets.iter().for_each(|&i| hz[i as usize] += rate_hz);
            }
        }
        (at, hz)
    };
    borders.into_iter().map(rates).collect()
}

/// Poisson generators, one for each target: their model, their number and their synapses.
fn poisson(rate: RateProfile, targets: &[u32]) -> (Model, usize, Vec<(u32, u32)>) {
    let list = targets.iter().zip(0..).map(|(&i, k)| (k, i)).collect();
    (Model::PoissonGenerator(PoissonGenerator { rate }), targets.len(), list)
}

fn counts_spikes(population: &str) -> String {
    format!("`{population}` is a relay, which counts spikes; leave `weight` and `receptor` out")
}

/// Adds a stimulus of targets among the cells; gives notes.
fn add_stimulus(
    circuit: &mut Circuit,
    label: &str,
    stimulus: &Stimulus,
    (sites, targets): (&CellSites, &[u32]),
    duration_ms: f64,
) -> Result<Vec<String>, Error> {
    let population = stimulus.population.as_str();
    let is_relay =
        circuit.populations().iter().any(|p| p.label == population && matches!(p.model, Model::Relay));
    if let StimulusKind::Current { pa } = stimulus.kind {
        if is_relay || population == "mossy_fiber" {
            let what = format!("`{population}` is a relay and takes no current; give it a rate in Hz");
            return Err(stimulus.wrong(what));
        }
        let steps = vec![(stimulus.from_ms, pa), (stimulus.to_ms, 0.0)];
        let (label, population, neurons) = (label.into(), population.into(), targets.to_vec());
        circuit.add_current(CurrentStimulus { label, population, neurons, steps });
        return Ok(Vec::new());
    }
    let input = match (is_relay, stimulus.weight) {
        (true, None) if stimulus.receptor.is_none() => (1.0, 1),
        (true, _) => return Err(stimulus.wrong(counts_spikes(population))),
        (false, Some(weight)) => (weight, stimulus.receptor.unwrap_or(1)),
        (false, None) => {
            let remedy = "add e.g. ,weight=1 (nS) and ,receptor=1";
            return Err(stimulus.wrong(format!("spikes onto `{population}` need a weight; {remedy}")));
        }
    };
    let (from_ms, to_ms) = (stimulus.from_ms, stimulus.to_ms);
    let mut notes = Vec::new();
    let (model, n, list) = match &stimulus.kind {
        StimulusKind::Rate { rate_hz } => {
            poisson(RateProfile::Steps(vec![(from_ms, *rate_hz), (to_ms, 0.0)]), targets)
        }
        &StimulusKind::Sinusoid { mean_hz, amplitude_hz, frequency_hz, phase_deg } => {
            let phase_rad = phase_deg.to_radians();
            let rate =
                RateProfile::Sinusoid { mean_hz, amplitude_hz, frequency_hz, phase_rad, from_ms, to_ms };
            poisson(rate, targets)
        }
        StimulusKind::Current { .. } => return Ok(notes),
        StimulusKind::Spikes { path, rounds } => {
            let (clock, n, rounds) = (Clock::new(DT_MS)?, sites.len(), *rounds);
            let wanted =
                Wanted { population, n, targets, rounds, clock, first_ms: DELAY_MS, end_ms: duration_ms };
            let given = given_spikes::read(path, &wanted)?;
            notes = given.notes;
            // The time on file is that of the arrival.
            let spikes = given.spikes.into_iter().map(|(ms, i)| (ms - DELAY_MS, i)).collect();
            (Model::SpikeTimes(Arc::new(spikes)), n, targets.iter().map(|&i| (i, i)).collect())
        }
    };
    circuit.add_population(Population::new(label, n, model));
    circuit.add_projection(drive(label, population, list, input, DELAY_MS));
    Ok(notes)
}
