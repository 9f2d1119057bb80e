//! Estimate of the memory and time of a run, made before it starts.
//!
//! `docs/validation.md` ("What a run costs") explains the constants and compares the estimate with runs.

use crate::{Error, stored::Probe};
use lobule_circuit::{Circuit, Connect, Model, models::BLOCK};
use std::collections::HashMap;
use std::fmt;

/// Wall time of one step of a neuron with a membrane on an idle core, including its synapses, s.
const NEURON_STEP_S: f64 = 4.0e-9;
/// The same of a relay or a generator, s.
const RELAY_STEP_S: f64 = 0.3e-9;
/// Memory of one synapse while the circuit is described and compiled, bytes: the pair and its weight (12), its
/// target and weight in the network (6), what sorting a projection takes.
const SYNAPSE_BYTES: u64 = 24;
const NEURON_BYTES: u64 = 150;
/// Memory of a recorded spike, bytes; vectors may have twice the room they need.
const SPIKE_BYTES: f64 = 24.0;
/// Chosen: rate at which spikes are expected to be recorded, Hz. The canonical circuit at rest fires at 4.
const EXPECTED_HZ: f64 = 8.0;

/// Memory of a thread, bytes.
const STACK_BYTES: u64 = 2 << 20;

/// Number of neurons of each population and the steps for which its spikes are kept: its longest delay and an interval.
fn kept_steps(circuit: &Circuit, interval: u64, dt_ms: f64) -> impl Iterator<Item = (u64, u64)> {
    let mut longest: HashMap<&String, f64> = HashMap::new();
    for p in circuit.projections() {
        for end in [&p.pre, &p.post] {
            let ms = longest.entry(end).or_default();
            *ms = ms.max(p.delay_ms);
        }
    }
    circuit.populations().iter().map(move |p| {
        let delay = longest.get(&p.label).copied().unwrap_or(0.0) / dt_ms;
        // A number that is too large saturates.
        (p.n as u64, (delay as u64).saturating_add(interval).min(u64::MAX / 64))
    })
}

/// Estimated size and cost of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Number of neurons, including generators.
    pub neurons: u64,
    /// Number of synapses.
    pub synapses: u64,
    /// Memory beside the data of the network file, bytes.
    pub memory: u64,
    /// Wall time, s.
    pub wall_s: f64,
}

impl Estimate {
    /// The estimate for `steps` steps of a circuit on `threads` threads; variables are recorded every `interval` steps.
    pub(super) fn of(
        circuit: &Circuit,
        (steps, interval): (u64, u64),
        probes: &[Probe],
        dt_ms: f64,
        threads: usize,
    ) -> Self {
        let (mut neurons, mut synapses, mut step_s, mut offsets) = (0u64, 0u64, 0.0, 0u64);
        let sizes: HashMap<_, _> = circuit.populations().iter().map(|p| (&p.label, p.n as u64)).collect();
        for p in circuit.populations() {
            neurons += p.n as u64;
            let has_membrane = matches!(
                p.model,
                Model::Eglif(_) | Model::EglifMultirec(_) | Model::CondLif(_) | Model::Custom(_)
            );
            step_s += p.n as f64 * if has_membrane { NEURON_STEP_S } else { RELAY_STEP_S };
        }
        for p in circuit.projections() {
            let n = |label: &String| sizes.get(label).copied().unwrap_or(0);
            let (pre, post) = (n(&p.pre), n(&p.post));
            synapses += match &p.connect {
                Connect::List(list) => list.len() as u64,
                Connect::OneToOne => post,
                Connect::AllToAll => pre.saturating_mul(post),
                Connect::FixedIndegree(k) => post.saturating_mul(*k as u64),
                Connect::PairwiseBernoulli(p) => ((pre.saturating_mul(post)) as f64 * p) as u64,
            };
            // Every block of targets has a row of offsets over all sources.
            offsets += 4 * pre.saturating_mul(post.div_ceil(BLOCK as u64));
        }
        let histories: u64 = kept_steps(circuit, interval, dt_ms)
            .map(|(n, keep)| (3 * keep).saturating_mul(8).saturating_add(16 * n))
            .fold(512, u64::saturating_add);
        let seconds = steps as f64 * dt_ms / 1000.0;
        let recorded: u64 = probes.iter().map(|p| p.neurons.as_ref().map_or(0, Vec::len) as u64).sum();
        let spikes = neurons as f64 * EXPECTED_HZ * seconds * SPIKE_BYTES;
        // Four bytes of a value, and again while a file is written.
        let traces = recorded as f64 * (steps / interval.max(1)) as f64 * 8.0;
        let stacks = if threads > 1 { threads as u64 * STACK_BYTES } else { 0 };
        let parts = [offsets, neurons * NEURON_BYTES, histories, spikes as u64, traces as u64, stacks];
        let memory = parts.into_iter().fold(synapses.saturating_mul(SYNAPSE_BYTES), u64::saturating_add);
        let wall_s = step_s * steps as f64 / threads.max(1) as f64;
        Self { neurons, synapses, memory, wall_s }
    }

    /// Refuses a run that needs more than `limit` bytes.
    ///
    /// # Errors
    /// [`Error::Config`] with the numbers.
    pub(super) fn check(&self, limit: Option<u64>) -> Result<(), Error> {
        let Some(limit) = limit.filter(|limit| self.memory > *limit) else { return Ok(()) };
        let remedy = "use a smaller network, a shorter --duration or fewer --record neurons";
        let (needed, free) = (bytes(self.memory), bytes(limit));
        Err(Error::config(
            "memory",
            format!("the run would take about {needed}, and this process may take {free} more; {remedy}"),
        ))
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { neurons, synapses, memory, wall_s } = *self;
        write!(f, "{neurons} neurons, {synapses} synapses: about {} and ", bytes(memory))?;
        match wall_s {
            s if s < 90.0 => write!(f, "{s:.1} s"),
            s if s < 5400.0 => write!(f, "{:.0} min", s / 60.0),
            s => write!(f, "{:.1} h", s / 3600.0),
        }
    }
}

/// A number of bytes in MB or GB.
pub(super) fn bytes(n: u64) -> String {
    match n as f64 / 1e6 {
        mb if mb < 1000.0 => format!("{mb:.0} MB"),
        mb => format!("{:.1} GB", mb / 1000.0),
    }
}
