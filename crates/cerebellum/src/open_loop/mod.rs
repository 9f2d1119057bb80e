//! Open-loop runs of a network file: rates, spikes and traces of its populations.
//!
//! The circuit comes from lobule's own tables with stimuli from the command line ([`own_tables`]), or from a simulation that
//! the file stores ([`stored`]).
//!
//! Units: ms, Hz, pA, nS.

mod estimate;
mod given_spikes;
mod own;
mod probes;
mod shared;
mod snapshot;
mod stimulus;
mod stored;
mod weights;

pub use estimate::Estimate;
pub use lobule_scaffold::memory::available as available_memory;
pub use own::{OwnTables, own_tables};
pub use probes::parse_probe;
pub use shared::SharedAnatomy;
pub use snapshot::Snapshots;
pub use stimulus::{Stimulus, StimulusKind};
pub use stored::stored;
pub use weights::SetWeights;

use crate::Error;
use crate::stored::{Probe, Recorder};
use lobule_analysis::{interval_cv, mean, rates_hz, sd};
use lobule_circuit::{Circuit, Profile, Share, Simulation};
use lobule_exchange::Ranks;
use lobule_signal::{Clock, Progress, SpikeTrain, Trace};
use std::collections::HashSet;
use std::time::Instant;

/// Reads `1s`, `500ms` or `500` (ms).
pub fn duration_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(ms), _) => (ms, 1.0),
        (None, Some(s)) => (s, 1000.0),
        (None, None) => (text, 1.0),
    };
    let value: f64 = number.trim().parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value * unit)
}

/// Options of an open-loop run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenLoop {
    /// Duration, ms; by default 1 s, or that of the stored simulation.
    pub duration_ms: Option<f64>,
    /// Seed of the noise.
    pub seed: u64,
    /// Threads; 0 is one.
    pub threads: usize,
    /// Variables to record.
    pub record: Vec<Probe>,
    /// True to measure the time of each stage.
    pub has_profile: bool,
    /// Memory limit, bytes; none for no limit.
    pub memory_limit: Option<u64>,
    /// True to give the weights of plastic sets at the end.
    pub has_weights: bool,
    /// State to start from and states to write.
    pub snapshots: Snapshots,
    /// Windows that the run must cover, (start, end) ms: those whose rates are measured afterward.
    pub windows: Vec<(f64, f64)>,
}

/// Rates of a population, or of the cells of a recorder.
#[derive(Debug, Clone, PartialEq)]
pub struct PopulationRates {
    /// Cell type.
    pub cell_type: String,
    /// Number of cells.
    pub n: usize,
    /// Mean over cells, Hz.
    pub mean_hz: f64,
    /// Standard deviation over cells, Hz.
    pub sd_hz: f64,
    /// Fraction of cells that fired.
    pub active: f64,
    /// Mean coefficient of variation of interspike intervals; NaN if no cell fired three times.
    pub cv: f64,
}

impl PopulationRates {
    /// Rates in the steps `from..to` of the given neurons of a train, by default of all.
    pub fn of(train: &SpikeTrain, neurons: Option<&[u32]>, from: u64, to: u64, dt_ms: f64) -> Self {
        let mut part = SpikeTrain::new(&train.label, neurons.map_or(train.n, <[u32]>::len));
        for (&step, &id) in train.steps.iter().zip(&train.ids) {
            let place = match neurons {
                None => Some(id),
                Some(neurons) => neurons.binary_search(&id).ok().map(|k| k as u32),
            };
            if let Some(place) = place.filter(|_| (from..to).contains(&step)) {
                part.push(step - from, place);
            }
        }
        let hz = rates_hz(&part, to - from, dt_ms);
        let active = hz.iter().filter(|r| **r > 0.0).count() as f64 / part.n as f64;
        let (mean_hz, sd_hz, cv) = (mean(&hz), sd(&hz), mean(&interval_cv(&part)));
        Self { cell_type: part.label, n: part.n, mean_hz, sd_hz, active, cv }
    }
}

/// Result of an open-loop run. Only the first rank has spikes, traces and rates.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLoopResult {
    /// Time step, ms.
    pub dt_ms: f64,
    /// Start of the run: 0, or the time of the snapshot, ms.
    pub from_ms: f64,
    /// End of the run, ms.
    pub duration_ms: f64,
    /// Set for a run that was asked to stop ([`Progress::stops`]): the time, and where it can go on.
    pub stopped: Option<String>,
    /// Spikes of every cell population since the start.
    pub spikes: Vec<SpikeTrain>,
    /// Recorded variables, in the order of the probes.
    pub traces: Vec<Trace>,
    /// Neurons of each trace, in its order.
    pub trace_neurons: Vec<Vec<u32>>,
    /// Rates of every cell population over the whole run.
    pub rates: Vec<PopulationRates>,
    /// Rates of the recorders of a stored simulation that record a part of a population or of the run.
    pub recorders: Vec<(Recorder, PopulationRates)>,
    /// Weights of plastic sets at the end of the run, if they were asked for.
    pub weights: Vec<SetWeights>,
    /// Contents of the file that have no effect on the run.
    pub left_out: Vec<String>,
    /// Hash of the final state.
    pub fingerprint: u64,
    /// Wall time of building and compiling the circuit, s.
    pub compile_s: f64,
    /// Wall time of simulating, s.
    pub simulate_s: f64,
    /// Time of each stage, if it was measured.
    pub profile: Option<Profile>,
}

/// A circuit with its recordings and times, ready to compile.
#[derive(Default)]
struct Prepared {
    circuit: Circuit,
    /// The cell populations, whose spikes are recorded.
    cells: Vec<String>,
    probes: Vec<Probe>,
    recorders: Vec<Recorder>,
    /// Changes of the rates of the mossy fibers: (begin ms, rate of each fiber Hz), from 0 on.
    changes: Vec<(f64, Vec<f64>)>,
    dt_ms: f64,
    duration_ms: f64,
    notes: Vec<String>,
}

/// A run and the processes that share it.
struct Job<'a> {
    what: &'a OpenLoop,
    progress: &'a dyn Progress,
    ranks: &'a Ranks,
}

impl Job<'_> {
    /// Announces the estimate, refuses a run that is too large, compiles and runs this rank's share.
    fn run(
        &self,
        shared: &mut SharedAnatomy,
        prepare: impl FnOnce(&SharedAnatomy) -> Result<Prepared, Error>,
    ) -> Result<OpenLoopResult, Error> {
        let (what, ranks, begin) = (self.what, self.ranks, Instant::now());
        ranks.agree(if ranks.is_first() { what.snapshots.check_places() } else { Ok(()) })?;
        let compiled = prepare(shared).and_then(|prepared| self.compile(prepared, shared));
        let mut ready = ranks.agree(compiled)?;
        // The rows are wiring now; they would take more memory than it.
        shared.anatomy.connections = Vec::new();
        what.snapshots.restore(&mut ready.simulation, ranks)?;
        let compile_s = begin.elapsed().as_secs_f64();
        let first_step = ready.simulation.step();
        let stopped = ranks.agree(self.advance(&mut ready))?;
        let CompiledRun { mut simulation, prepared, probes, every, clock, steps, .. } = ready;
        // A run that was stopped has what it recorded until then.
        let steps = if stopped.is_some() { simulation.step().min(steps) } else { steps };
        let fingerprint = simulation.fingerprint()?;
        let weights = if what.has_weights { weights::all(&simulation)? } else { Vec::new() };
        let simulate_s = begin.elapsed().as_secs_f64() - compile_s;

        simulation.merge_recordings()?;
        let mut spikes = Vec::new();
        for label in &prepared.cells {
            spikes.extend(simulation.take_spikes(label)?.map(|train| train.window(0, steps)));
        }
        let traces = simulation.take_traces().into_iter().zip(&every);
        let traces = traces.map(|(trace, every)| probes::thinned(trace, every.unwrap_or(1), steps)).collect();
        let dt_ms = clock.dt_ms();
        let rates = |train| PopulationRates::of(train, None, first_step, steps, dt_ms);
        let step = |ms: f64| (ms / dt_ms).round().min(steps as f64) as u64;
        // Of the recorders that cover a part of a population or of the run.
        let recorder_rates = |r: Recorder| {
            let train = spikes.iter().find(|s| s.label == r.population)?;
            let (from, to) = (step(r.from_ms).max(first_step), step(r.to_ms));
            let is_part = r.neurons.len() < train.n || from > first_step || to < steps;
            let rates = || PopulationRates::of(train, Some(&r.neurons), from, to, dt_ms);
            (is_part && from < to).then(rates).map(|rates| (r, rates))
        };
        let recorders = prepared.recorders.into_iter().filter_map(recorder_rates).collect();
        Ok(OpenLoopResult {
            dt_ms,
            from_ms: clock.ms(first_step),
            duration_ms: if stopped.is_some() { clock.ms(steps) } else { prepared.duration_ms },
            stopped,
            rates: spikes.iter().map(rates).collect(),
            spikes,
            traces,
            trace_neurons: probes.into_iter().map(|p| p.neurons.unwrap_or_default()).collect(),
            recorders,
            weights,
            left_out: prepared.notes,
            fingerprint,
            compile_s,
            simulate_s,
            profile: simulation.profile(),
        })
    }

    fn compile(&self, mut prepared: Prepared, shared: &SharedAnatomy) -> Result<CompiledRun, Error> {
        let (what, ranks) = (self.what, self.ranks);
        let clock = Clock::new(prepared.dt_ms)?;
        let steps =
            clock.steps(prepared.duration_ms).map_err(|e| Error::config("duration", e.to_string()))?;
        prepared.probes.extend(what.record.iter().cloned());
        let probes = probes::resolved(&prepared)?;
        // Samples are taken at the ends of intervals, so the interval must divide the times between them.
        let every =
            probes.iter().map(|p| probes::every_steps(p, &clock, steps)).collect::<Result<Vec<_>, _>>()?;
        let natural = natural_interval(&prepared.circuit, &clock)?;
        let interval = every.iter().flatten().fold(natural, |a, &b| greatest_divisor(a, b));
        if interval < natural {
            prepared.circuit.set_interval_at_most(clock.ms(interval));
        }
        let workers = what.threads.max(1) * ranks.ranks();
        let estimate = Estimate::of(&prepared.circuit, (steps, interval), &probes, prepared.dt_ms, workers);
        self.progress.note(&estimate.to_string());
        estimate.check(what.memory_limit)?;

        let network = prepared.circuit.compile_share(clock, what.seed, &Share::on(ranks))?;
        shared.covers(&network)?;
        // The description is as large as the network and is not needed any more.
        prepared.circuit = Circuit::new();
        let mut simulation = Simulation::on(ranks, network, what.threads)?;
        for label in &prepared.cells {
            simulation.record_spikes(label)?;
        }
        for probe in &probes {
            let neurons = probe.neurons.as_deref().unwrap_or_default();
            simulation.record_variable(&probe.population, &probe.variable, neurons)?;
        }
        simulation.reserve_samples(steps.div_ceil(interval) as usize)?;
        if what.has_profile {
            simulation.start_profile();
        }
        Ok(CompiledRun { simulation, prepared, probes, every, clock, steps })
    }

    /// Runs to the end. A run that is not a whole number of intervals continues to the end of the last one, and recordings after
    /// its end are dropped. Says so where it was asked to stop before.
    fn advance(&self, ready: &mut CompiledRun) -> Result<Option<String>, Error> {
        let interval = ready.simulation.network().interval_steps() as u64;
        let (first, intervals) = (ready.simulation.step() / interval, ready.steps.div_ceil(interval));
        self.what.snapshots.check(&ready.clock, first * interval, ready.steps, interval)?;
        ready.check_times(&self.what.windows, first * interval, interval)?;
        self.progress.expect(intervals - first);
        let CompiledRun { simulation, prepared, clock, .. } = ready;
        let fibers = simulation.population("mossy_fiber");
        let mut changes = prepared.changes.iter().peekable();
        for k in first..intervals {
            let now_ms = clock.ms(k * interval);
            // A resumed run takes up the last change before it.
            while let Some((_, hz)) = changes.next_if(|c| c.0 <= now_ms + 1e-9) {
                simulation.set_rates(fibers.clone()?, hz)?;
            }
            simulation.advance()?;
            self.progress.done(1);
            let is_end = k + 1 == intervals;
            let is_asked = k % BETWEEN_QUESTIONS == 0 || self.ranks.ranks() == 1;
            let stops = is_asked && self.ranks.on_first(|| Ok::<_, Error>(self.progress.stops()))?;
            self.what.snapshots.write_due(simulation, is_end || stops, self.ranks)?;
            if stops && !is_end {
                return Ok(Some(self.what.snapshots.stopped(clock.ms((k + 1) * interval))));
            }
            if k % BETWEEN_QUESTIONS == 0 && self.what.memory_limit.is_some() {
                self.ranks.agree(check_room(simulation.spikes_so_far()))?;
            }
        }
        Ok(None)
    }
}

/// Intervals between questions that cost an exchange or a look at the system.
const BETWEEN_QUESTIONS: u64 = 64;
/// Spikes that are recorded before memory is asked for again.
const FEW_SPIKES: usize = 1 << 22;

/// Refuses to go on where recorded spikes could not grow to twice their number.
fn check_room(spikes: usize) -> Result<(), Error> {
    // A step and a neuron.
    let taken = 12 * spikes as u64;
    let Some(free) = available_memory().filter(|free| spikes > FEW_SPIKES && *free < taken) else {
        return Ok(());
    };
    let (taken, free) = (estimate::bytes(taken), estimate::bytes(free));
    let what = format!(
        "{spikes} recorded spikes take {taken}, and this process may take {free} more; use a shorter --duration or weaker input"
    );
    Err(Error::config("memory", what))
}

/// A compiled simulation at its start, with its recordings.
struct CompiledRun {
    simulation: Simulation,
    prepared: Prepared,
    probes: Vec<Probe>,
    /// Steps between the samples of each probe; none for the exchange interval.
    every: Vec<Option<u64>>,
    clock: Clock,
    /// Steps in the run.
    steps: u64,
}

impl CompiledRun {
    /// Checks, before the run from step `first` on, that it covers the windows and that rates change only between exchange
    /// intervals.
    fn check_times(&self, windows: &[(f64, f64)], first: u64, interval: u64) -> Result<(), Error> {
        let clock = &self.clock;
        let (from_ms, to_ms) = (clock.ms(first), clock.ms(self.steps));
        for &(begin, stop) in windows {
            let wrong = |what: String| Error::config(format!("--window {begin}ms..{stop}ms"), what);
            if begin < from_ms - 1e-9 || stop > to_ms + 1e-9 {
                return Err(wrong(format!(
                    "the run lasts from {from_ms} to {to_ms} ms; choose a window inside it"
                )));
            }
            for ms in [begin, stop] {
                clock.steps(ms).map_err(|e| wrong(e.to_string()))?;
            }
        }
        for (ms, _) in &self.prepared.changes {
            if !clock.steps(*ms).is_ok_and(|step| step.is_multiple_of(interval)) {
                let interval_ms = clock.ms(interval);
                let what = format!(
                    "a rate of mossy fibers changes at {ms} ms; choose a multiple of the exchange interval of {interval_ms} ms"
                );
                return Err(Error::config("--stimulus", what));
            }
        }
        Ok(())
    }
}

/// The natural exchange interval of a circuit, steps: the smallest delay from a population that receives input, or of all.
fn natural_interval(circuit: &Circuit, clock: &Clock) -> Result<u64, Error> {
    let receives: HashSet<&String> = circuit.projections().iter().map(|p| &p.post).collect();
    let smallest = |all: bool| {
        let delays = circuit.projections().iter().filter(|p| all || receives.contains(&p.pre));
        delays.map(|p| p.delay_ms).min_by(f64::total_cmp)
    };
    let ms = smallest(false).or(smallest(true)).unwrap_or(1.0);
    Ok(clock.steps(ms)?.max(1))
}

fn greatest_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(
            (duration_ms("1s"), duration_ms("250ms"), duration_ms("7")),
            (Some(1000.0), Some(250.0), Some(7.0))
        );
        assert_eq!(duration_ms("soon"), None);
    }

    #[test]
    fn rates_of_a_part_count_its_cells_and_its_window_only() {
        let mut train = SpikeTrain::new("golgi_cell", 3);
        for (step, id) in [(5, 0), (10, 1), (15, 2), (25, 2)] {
            train.push(step, id);
        }
        let rates = PopulationRates::of(&train, Some(&[1, 2]), 10, 20, 1.0);
        assert_eq!((rates.n, rates.mean_hz, rates.active), (2, 100.0, 1.0));
        assert_eq!(PopulationRates::of(&train, None, 0, 30, 1.0).n, 3);
    }
}
