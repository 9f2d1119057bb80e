//! A description is data: it is written down, read and told from others by what it says.

use lobule_circuit::models::{BlockStep, Eglif, NeuronModel, Poisson, Variable};
use lobule_circuit::plasticity::{Rule, Supervised};
use lobule_circuit::{
    Circuit, Connect, CurrentStimulus, GapJunctions, Model, Population, Projection, ShortTerm, Simulation,
    Weight,
};
use lobule_signal::Clock;

/// Does nothing, with a rate that it says can be set, or without.
struct Idle {
    max_rate_hz: Option<f64>,
}

impl NeuronModel for Idle {
    fn variables(&self) -> Vec<Variable> {
        vec![Variable::new("rate", "Hz", 0.0)]
    }

    fn receptors(&self) -> usize {
        0
    }

    fn max_rate_hz(&self) -> Option<f64> {
        self.max_rate_hz
    }

    fn advance(&self, _block: BlockStep<'_>) {}
}

fn idle(name: &str, parameters: &[f64]) -> Circuit {
    let mut circuit = Circuit::new();
    let model = Model::custom(name, parameters, Idle { max_rate_hz: None });
    circuit.add_population(Population::new("cell", 3, model));
    circuit
}

fn identity(circuit: &Circuit) -> u64 {
    let network = circuit.compile(Clock::new(0.1).unwrap(), 1).unwrap();
    Simulation::new(network, 1).unwrap().identity()
}

/// One of everything that is not a model of a user's own.
fn all_kinds() -> Circuit {
    let mut circuit = Circuit::new();
    circuit.add_population(Population::new("drive", 6, Model::Poisson(Poisson { rate_hz: 30.0 })));
    circuit.add_population(Population::new("list", 6, Model::SpikeTimes(vec![(1.5, 2), (3.0, 0)].into())));
    circuit.add_population(Population::new("cell", 6, Model::Eglif(Eglif::default())));
    let rule = Rule::Supervised(Supervised::pf_pc(0.01, -0.05, 0.6));
    let pairs = vec![(0, 1), (2, 3)];
    circuit.add_projection(
        Projection::new("plastic", "drive", "cell", Connect::List(pairs.clone().into()))
            .weights(vec![0.1, 0.2])
            .plastic(rule)
            .taught_by("teaching"),
    );
    circuit.add_projection(Projection::new("teaching", "list", "cell", Connect::OneToOne).receptor(2));
    circuit.add_projection(
        Projection::new("tiring", "drive", "cell", Connect::FixedIndegree(2))
            .short_term(ShortTerm::new(0.5, 30.0, 0.0)),
    );
    circuit.add_current(CurrentStimulus {
        label: "step".into(),
        population: "cell".into(),
        neurons: vec![1],
        steps: vec![(2.0, 10.0)],
    });
    circuit.add_gap_junctions(GapJunctions {
        label: "gap".into(),
        population: "cell".into(),
        pairs: pairs.into(),
        conductance: Weight::Uniform(0.1),
    });
    circuit
}

#[test]
fn a_description_that_is_written_down_and_read_is_the_same_circuit() {
    let circuit = all_kinds();
    let text = serde_json::to_string(&circuit).unwrap();
    let read: Circuit = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(identity(&read), identity(&circuit));
}

#[test]
fn a_description_with_an_unknown_key_is_refused() {
    let text = r#"{"label": "cell", "n": 3, "model": "Relay", "size": 3}"#;
    let error = serde_json::from_str::<Population>(text).unwrap_err().to_string();
    assert!(error.contains("`size`") && error.contains("`label`"), "{error}");
}

#[test]
fn a_model_of_the_users_own_is_not_written_down_and_named() {
    let error = serde_json::to_string(&idle("delta_lif", &[])).unwrap_err().to_string();
    assert!(error.contains("`delta_lif`") && error.contains("built-in"), "{error}");
    let error = serde_json::from_str::<Model>(r#"{"Custom": null}"#).unwrap_err().to_string();
    assert!(error.contains("`Custom`") && error.contains("`Eglif`"), "{error}");
}

#[test]
fn circuits_whose_own_models_differ_have_identities_that_differ() {
    let of = |name, parameters: &[f64]| identity(&idle(name, parameters));
    let one = of("one", &[20.0, -70.0]);
    assert_eq!(one, of("one", &[20.0, -70.0]));
    for other in [of("other", &[20.0, -70.0]), of("one", &[20.0, -60.0]), of("one", &[20.0]), of("one", &[])]
    {
        assert_ne!(one, other);
    }
}

#[test]
fn circuits_that_differ_in_one_number_have_identities_that_differ() {
    let with = |rate_hz: f64, receptor: usize| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("drive", 4, Model::Poisson(Poisson { rate_hz })));
        circuit.add_population(Population::new("cell", 4, Model::Eglif(Eglif::default())));
        circuit.add_projection(Projection::new("p", "drive", "cell", Connect::OneToOne).receptor(receptor));
        identity(&circuit)
    };
    assert_ne!(with(30.0, 1), with(30.000_000_000_1, 1));
    assert_ne!(with(30.0, 1), with(30.0, 2));
}

#[test]
fn rates_are_set_where_the_model_takes_them_whatever_its_variables_are_called() {
    let set = |max_rate_hz| {
        let mut circuit = Circuit::new();
        circuit.add_population(Population::new("cell", 3, Model::custom("idle", &[], Idle { max_rate_hz })));
        let network = circuit.compile(Clock::new(0.1).unwrap(), 1).unwrap();
        let mut simulation = Simulation::new(network, 1).unwrap();
        let refused = simulation.set_rates(0, &[1.0, 2.0, 30.0]);
        refused.map(|()| simulation.variable("cell", "rate").unwrap()).map_err(|e| e.to_string())
    };
    assert_eq!(set(Some(40.0)).unwrap(), [1.0, 2.0, 30.0]);
    let error = set(None).unwrap_err();
    assert!(error.contains("`cell`") && error.contains("Poisson"), "{error}");
    let error = set(Some(20.0)).unwrap_err();
    assert!(error.contains("30 Hz") && error.contains("0..20 Hz"), "{error}");
}
