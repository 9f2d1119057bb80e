//! Errors of describing, compiling and running a circuit.

use lobule_signal::{ClockError, Parameter, Reach, RoomError};
use thiserror::Error;

/// A circuit that cannot be compiled. Every user mistake ends here, none in a step.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CompileError {
    /// Two populations or projections share a label.
    #[error("{kind} label `{label}` is used twice; labels are unique")]
    DuplicateLabel {
        /// `population` or `projection`.
        kind: &'static str,
        /// The label.
        label: String,
    },
    /// A label that nobody carries.
    #[error("{of}: there is no {kind} `{label}`; there are: {known}")]
    UnknownLabel {
        /// The part that asks.
        of: String,
        /// `population` or `projection`.
        kind: &'static str,
        /// The label asked for.
        label: String,
        /// Names that exist.
        known: String,
    },
    /// A parameter out of range.
    #[error(transparent)]
    Parameter(#[from] Parameter),
    /// A synapse names a neuron that does not exist.
    #[error("projection `{of}`: synapse {synapse} names {side} neuron {index}, but `{population}` has {n}")]
    NeuronOutOfRange {
        /// The projection.
        of: String,
        /// Position in the list.
        synapse: usize,
        /// `presynaptic` or `postsynaptic`.
        side: &'static str,
        /// The neuron named.
        index: u32,
        /// The population.
        population: String,
        /// Its size.
        n: usize,
    },
    /// The number of weights differs from the number of synapses.
    #[error("projection `{of}`: {weights} weights for {synapses} synapses")]
    WeightCount {
        /// The projection.
        of: String,
        /// Weights given.
        weights: usize,
        /// Synapses made.
        synapses: usize,
    },
    /// A receptor that the target does not have.
    #[error(
        "projection `{of}`: receptor {receptor} does not exist; `{population}` has {receptors}, counted from 1"
    )]
    BadReceptor {
        /// The projection.
        of: String,
        /// The receptor asked for.
        receptor: usize,
        /// The target.
        population: String,
        /// How many it has.
        receptors: usize,
    },
    /// A delay or time that is not on the grid, or too short.
    #[error("{of}: {source}")]
    Time {
        /// The projection or rule.
        of: String,
        /// Why.
        #[source]
        source: ClockError,
    },
    /// A delay below one step.
    #[error(
        "projection `{of}`: delay {delay_ms} ms is shorter than one step of {dt_ms} ms; use at least one step"
    )]
    DelayBelowStep {
        /// The projection.
        of: String,
        /// The delay, ms.
        delay_ms: f64,
        /// The step, ms.
        dt_ms: f64,
    },
    /// A plastic projection without what its rule needs.
    #[error("projection `{of}`: {what}")]
    Rule {
        /// The projection.
        of: String,
        /// The missing part, and the remedy.
        what: String,
    },
}

impl CompileError {
    /// The error for a label that nobody carries, asked for by `of`.
    pub(crate) fn unknown<'a>(
        of: String,
        kind: &'static str,
        label: &str,
        labels: impl Iterator<Item = &'a String>,
    ) -> Self {
        Self::UnknownLabel { of, kind, label: label.into(), known: known(labels.map(String::as_str)) }
    }
}

/// Labels for a message that names what exists.
pub(crate) fn known<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    labels.collect::<Vec<_>>().join(", ")
}

/// Errors of a running network.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RunError {
    /// A state variable stopped being a number.
    #[error(
        "population `{population}`, neuron {neuron}: {variable} = {value} after step {step}; \
         lower the weights onto it or the time step"
    )]
    NonFinite {
        /// The population.
        population: String,
        /// The neuron.
        neuron: usize,
        /// The variable.
        variable: String,
        /// The value.
        value: f32,
        /// The last step of the interval in which it was found.
        step: u64,
    },
    /// A label that nobody carries.
    #[error("there is no {kind} `{label}`; there are: {known}")]
    UnknownLabel {
        /// `population`, `projection` or `variable`.
        kind: &'static str,
        /// The label asked for.
        label: String,
        /// Names that exist.
        known: String,
    },
    /// An input of the wrong length or value.
    #[error("`{label}`: {what}")]
    BadInput {
        /// The population or projection.
        label: String,
        /// The fault, and the remedy.
        what: String,
    },
    /// A duration that is not a whole number of exchange intervals.
    #[error("{ms} ms is not a whole number of exchange intervals of {interval_ms} ms (the smallest delay)")]
    OffInterval {
        /// The duration, ms.
        ms: f64,
        /// The interval, ms.
        interval_ms: f64,
    },
    /// Worker threads could not be started.
    #[error("could not start {threads} worker threads: {why}; use 1 thread")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// The system's reason.
        why: String,
    },
    /// An error on one rank; every rank reports the same.
    #[error("rank {rank}: {error}")]
    OnRank {
        /// The rank that met it.
        rank: usize,
        /// The value it met.
        error: Box<RunError>,
    },
    /// The ranks can no longer talk to each other.
    #[error(transparent)]
    Exchange(#[from] lobule_exchange::ExchangeError),
}

impl RunError {
    pub(crate) fn bad_input(label: impl Into<String>, what: impl Into<String>) -> Self {
        Self::BadInput { label: label.into(), what: what.into() }
    }
}

impl RoomError for CompileError {}

impl RoomError for RunError {
    fn is_input(&self) -> bool {
        match self {
            Self::NonFinite { .. } | Self::OnRank { .. } => false,
            Self::Exchange(error) => error.is_input(),
            _ => true,
        }
    }

    fn reach(&self) -> Reach {
        match self {
            Self::OnRank { .. } => Reach::Everywhere,
            Self::Exchange(error) => error.reach(),
            _ => Reach::Here,
        }
    }
}
