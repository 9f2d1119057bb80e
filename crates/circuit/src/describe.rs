//! The description of a circuit: populations, projections, rules. Plain data that serde writes down and reads,
//! except for neuron models of the user's own; nothing is checked before `compile`.

use crate::models::{CondLif, CustomModel, Eglif, EglifMultirec, NeuronModel, Poisson, PoissonGenerator};
use crate::{ShortTerm, error::CompileError, plasticity::Rule};
use lobule_signal::Fingerprint;
use serde::{Deserialize, Serialize, Serializer, ser::Error};
use std::sync::Arc;

/// The model of a population's neurons.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Model {
    /// Extended generalized leaky integrate-and-fire.
    Eglif(Eglif),
    /// E-GLIF with up to five receptors of one rise and two decays.
    EglifMultirec(Box<EglifMultirec>),
    /// Conductance-based leaky integrate-and-fire.
    CondLif(CondLif),
    /// Independent Poisson processes; the rate of each neuron can be set while running.
    Poisson(Poisson),
    /// Independent Poisson processes whose common rate is a function of time.
    PoissonGenerator(PoissonGenerator),
    /// Emits the listed spikes: (time ms, neuron), in any order; a neuron listed twice at a time emits twice.
    SpikeTimes(Arc<Vec<(f64, u32)>>),
    /// Emits the spikes it is given by [`crate::Simulation::inject`].
    SpikeSource,
    /// Emits one spike per spike that arrives, at arrival (NEST's parrot).
    Relay,
    /// A model of the user's own, which is not serialized.
    #[serde(serialize_with = "refuse", skip_deserializing)]
    Custom(CustomModel),
}

impl Model {
    /// A model of the user's own, see [`CustomModel::new`].
    pub fn custom(name: impl Into<String>, parameters: &[f64], model: impl NeuronModel + 'static) -> Self {
        Model::Custom(CustomModel::new(name, parameters, model))
    }
}

/// A description that is written down holds parameters, not code.
fn refuse<S: Serializer>(custom: &CustomModel, _: S) -> Result<S::Ok, S::Error> {
    let name = custom.name();
    Err(S::Error::custom(format!(
        "`{name}` is a neuron model of your own, which cannot be written down; build the circuit in Rust or use a built-in model"
    )))
}

/// Neurons of one model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Unique label, e.g. `granule_cell`.
    pub label: String,
    /// Number of neurons.
    pub n: usize,
    /// Their model.
    pub model: Model,
}

impl Population {
    /// A population of `n` neurons.
    pub fn new(label: impl Into<String>, n: usize, model: Model) -> Self {
        Self { label: label.into(), n, model }
    }
}

/// Rule of connection, by NEST's names, or an explicit list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Connect {
    /// Neuron i to neuron i; both populations have the same size.
    OneToOne,
    /// Every pair.
    AllToAll,
    /// Each target draws `k` distinct sources.
    FixedIndegree(usize),
    /// Each pair with probability `p`.
    PairwiseBernoulli(f64),
    /// The given (source, target) pairs.
    List(Arc<Vec<(u32, u32)>>),
}

/// The weights of a projection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Weight {
    /// The same for every synapse, nS (conductance) at its peak.
    Uniform(f32),
    /// One for each synapse in the order of the list (only with [`Connect::List`]).
    PerSynapse(Vec<f32>),
}

impl Weight {
    pub(crate) fn at(&self, k: usize) -> f32 {
        match self {
            Self::Uniform(w) => *w,
            Self::PerSynapse(weights) => weights[k],
        }
    }

    /// Refuses another number of weights than there are synapses.
    pub(crate) fn check_count(&self, of: &str, synapses: usize) -> Result<(), CompileError> {
        match self {
            Self::PerSynapse(w) if w.len() != synapses => {
                Err(CompileError::WeightCount { of: of.into(), weights: w.len(), synapses })
            }
            _ => Ok(()),
        }
    }
}

/// The signal that gates a rule: whose spikes teach which target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Teacher {
    /// Label of the projection whose spikes teach, e.g. `io_cell_to_purkinje_cell`.
    /// It must end on the same population as the plastic projection.
    pub projection: String,
    /// True if its spikes act through a volume: however many of them reach a cell in one step, they count once.
    #[serde(default)]
    pub is_volume: bool,
}

/// All synapses of one kind between two populations.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Projection {
    /// Unique label, `<pre>_to_<post>` by custom.
    pub label: String,
    /// Source population.
    pub pre: String,
    /// Target population.
    pub post: String,
    /// Wiring.
    pub connect: Connect,
    /// Weights.
    pub weight: Weight,
    /// Delay, ms.
    pub delay_ms: f64,
    /// Receptor of the target, from 1.
    pub receptor: usize,
    /// Short-term plasticity, if any.
    #[serde(default)]
    pub short_term: Option<ShortTerm>,
    /// Plasticity, if any.
    #[serde(default)]
    pub rule: Option<Rule>,
    /// The teacher of the rule, if it needs one.
    #[serde(default)]
    pub teacher: Option<Teacher>,
}

impl Projection {
    /// A static projection with weight 1, delay 1 ms, receptor 1.
    pub fn new(
        label: impl Into<String>,
        pre: impl Into<String>,
        post: impl Into<String>,
        connect: Connect,
    ) -> Self {
        Self {
            label: label.into(),
            pre: pre.into(),
            post: post.into(),
            connect,
            weight: Weight::Uniform(1.0),
            delay_ms: 1.0,
            receptor: 1,
            short_term: None,
            rule: None,
            teacher: None,
        }
    }

    /// Sets one weight for all synapses, nS.
    pub fn weight(mut self, weight: f32) -> Self {
        self.weight = Weight::Uniform(weight);
        self
    }

    /// Sets the weight of each synapse, nS.
    pub fn weights(mut self, weights: Vec<f32>) -> Self {
        self.weight = Weight::PerSynapse(weights);
        self
    }

    /// Sets the delay, ms.
    pub fn delay_ms(mut self, delay_ms: f64) -> Self {
        self.delay_ms = delay_ms;
        self
    }

    /// Sets the receptor, from 1.
    pub fn receptor(mut self, receptor: usize) -> Self {
        self.receptor = receptor;
        self
    }

    /// Makes the efficacy of each spike depend on the ones before.
    pub fn short_term(mut self, short_term: ShortTerm) -> Self {
        self.short_term = Some(short_term);
        self
    }

    /// Makes the projection plastic under a rule.
    pub fn plastic(mut self, rule: Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    /// Names the projection whose spikes teach the rule.
    pub fn taught_by(mut self, projection: impl Into<String>) -> Self {
        self.teacher = Some(Teacher { projection: projection.into(), is_volume: false });
        self
    }

    /// Names the projection whose spikes teach the rule through a volume: however many of them reach a cell in one step, they count
    /// once.
    pub fn taught_through_volume_by(mut self, projection: impl Into<String>) -> Self {
        self.teacher = Some(Teacher { projection: projection.into(), is_volume: true });
        self
    }
}

/// A current into some cells of a population, constant between its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrentStimulus {
    /// Unique label.
    pub label: String,
    /// The population.
    pub population: String,
    /// Its neurons that take the current, each once.
    pub neurons: Vec<u32>,
    /// (begin ms, current pA): each current holds from its begin to the next; before the first one it is 0.
    /// Begins rise and lie on the grid of time.
    pub steps: Vec<(f64, f64)>,
}

/// Gap junctions between the cells of one population. Each pair is one junction, which carries current both
/// ways; a pair that is listed twice has two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapJunctions {
    /// Unique label.
    pub label: String,
    /// The population.
    pub population: String,
    /// The two cells of each junction.
    pub pairs: Arc<Vec<(u32, u32)>>,
    /// Conductance, nS.
    pub conductance: Weight,
}

/// A description of populations and projections.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circuit {
    pub(crate) populations: Vec<Population>,
    pub(crate) projections: Vec<Projection>,
    #[serde(default)]
    pub(crate) currents: Vec<CurrentStimulus>,
    #[serde(default)]
    pub(crate) gap_junctions: Vec<GapJunctions>,
    #[serde(default)]
    pub(crate) interval_at_most_ms: Option<f64>,
}

impl Circuit {
    /// An empty circuit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a population.
    pub fn add_population(&mut self, population: Population) -> &mut Self {
        self.populations.push(population);
        self
    }

    /// Adds a projection.
    pub fn add_projection(&mut self, projection: Projection) -> &mut Self {
        self.projections.push(projection);
        self
    }

    /// Adds a current into cells.
    pub fn add_current(&mut self, current: CurrentStimulus) -> &mut Self {
        self.currents.push(current);
        self
    }

    /// Adds gap junctions between the cells of a population.
    pub fn add_gap_junctions(&mut self, gap_junctions: GapJunctions) -> &mut Self {
        self.gap_junctions.push(gap_junctions);
        self
    }

    /// Adds all parts of another circuit.
    pub fn extend(&mut self, other: &Circuit) -> &mut Self {
        self.populations.extend_from_slice(&other.populations);
        self.projections.extend_from_slice(&other.projections);
        self.currents.extend_from_slice(&other.currents);
        self.gap_junctions.extend_from_slice(&other.gap_junctions);
        self
    }

    /// Makes the exchange interval no longer than this, ms, so that variables are recorded, inputs given and
    /// weights changed that often. Without it the interval is the smallest delay between populations that
    /// receive input. A shorter interval changes no spike of a circuit without plasticity.
    pub fn set_interval_at_most(&mut self, ms: f64) -> &mut Self {
        self.interval_at_most_ms = Some(ms);
        self
    }

    /// The populations so far.
    pub fn populations(&self) -> &[Population] {
        &self.populations
    }

    /// The projections so far.
    pub fn projections(&self) -> &[Projection] {
        &self.projections
    }

    /// A hash of what the network does not keep, as it is serialized: models, receptors, rules, currents, gap junctions.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hash = Fingerprint::default();
        for population in &self.populations {
            match &population.model {
                Model::Custom(custom) => hash.word(custom.fingerprint()),
                model => hash.bytes(&packed(model)),
            }
        }
        for p in &self.projections {
            let teacher = p.teacher.as_ref().map(|teacher| &teacher.projection);
            hash.bytes(&packed(&(p.receptor, &p.short_term, &p.rule, teacher)));
            if p.teacher.as_ref().is_some_and(|teacher| teacher.is_volume) {
                hash.bytes(b"through a volume");
            }
        }
        hash.bytes(&packed(&(&self.currents, &self.gap_junctions)));
        hash.value()
    }
}

/// A part of a description as bytes; each says its own length.
fn packed<T: Serialize>(part: &T) -> Vec<u8> {
    postcard::to_stdvec(part).expect("a description without custom models is plain data")
}
