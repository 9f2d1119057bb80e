//! The pair of configurations of the closed-loop use case: both modules of the loop are made of it.

use lobule_circuit::Simulation;
use lobule_exchange::Ranks;
use lobule_experiments::prism::circuit::compile;
use lobule_experiments::prism::pair::Pair;
use lobule_experiments::prism::pointing_loop::{PointingLoop, TrialInput, TrialOutcome};
use lobule_experiments::prism::{Prism, PrismConfig};
use lobule_scaffold::{Anatomy, format};
use lobule_study::{Request, Study};
use std::path::{Path, PathBuf};

fn shared(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scaffold/tests/legacy").join(name)
}

fn config(settings: &[String]) -> PrismConfig {
    let file = format!("scaffold.file={}", shared("scaffold3_tiny.hdf5").display());
    let settings: Vec<String> = [file].iter().chain(settings).cloned().collect();
    Prism.resolve(&Request { settings: &settings, ..Request::default() }).unwrap()
}

fn anatomy() -> Anatomy {
    format::read(&shared("scaffold3_tiny.hdf5")).unwrap()
}

fn fixed() -> String {
    format!("scaffold.static={}", shared("scaffold3_tiny_static.json").display())
}

fn plastic() -> String {
    format!("scaffold.plastic={}", shared("scaffold3_tiny.json").display())
}

fn refused(settings: &[String]) -> String {
    Pair::read(&config(settings), &mut anatomy()).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn both_modules_have_the_cells_weights_delays_and_rules_of_the_pair() {
    let (config, mut anatomy) = (config(&[fixed(), plastic()]), anatomy());
    let pair = Pair::read(&config, &mut anatomy).unwrap().unwrap();
    assert_eq!(pair.w_max_ns(), Some(4.0));
    let notes = pair.notes.join("\n");
    assert!(notes.contains("devices of the configuration (background_noise, puff, "), "{notes}");
    assert!(notes.contains("teaching spikes, planner, cortex and gains are the experiment's"), "{notes}");
    assert!(!notes.contains("device `tone`"), "{notes}");
    let network = compile(&config, &anatomy, Some(&pair), [0.0; 2], 0, &Ranks::alone()).unwrap();
    let simulation = Simulation::on(&Ranks::alone(), network, 1).unwrap();
    for module in ["forward", "inverse"] {
        let synapses = simulation.synapses(&format!("{module}/parallel_fiber_to_purkinje")).unwrap();
        assert_eq!(synapses.len(), 240);
        assert!(synapses.iter().all(|s| s.2 == 0.7));
        let plastic: Vec<String> = simulation
            .network()
            .projections()
            .into_iter()
            .filter(|p| p.is_plastic && p.label.starts_with(module))
            .map(|p| p.label.split('/').next_back().unwrap().to_string())
            .collect();
        let expected = [
            "mossy_fibers_to_dcn_p",
            "parallel_fiber_to_basket",
            "parallel_fiber_to_purkinje",
            "parallel_fiber_to_stellate",
            "purkinje_to_dcn_p",
        ];
        assert_eq!(plastic, expected);
    }
}

#[test]
fn one_of_the_two_suffices_for_what_it_says() {
    let mut network = anatomy();
    assert!(Pair::read(&config(&[plastic()]), &mut network).unwrap().is_some());
    let alone = [fixed(), "conditions=[\"static\"]".to_string()];
    let pair = Pair::read(&config(&alone), &mut network).unwrap().unwrap();
    assert_eq!(pair.w_max_ns(), None);
    assert!(Pair::read(&config(&[]), &mut network).unwrap().is_none());
    let nothing_learns = refused(&[fixed()]);
    assert!(
        nothing_learns.contains("scaffold3_tiny_static.json")
            && nothing_learns.contains("no plastic synapse"),
        "{nothing_learns}"
    );
    let error = refused(&[format!("scaffold.plastic={}", shared("scaffold3_tiny_static.json").display())]);
    assert!(error.starts_with("scaffold.plastic") && error.contains("no plastic synapse"), "{error}");
}

#[test]
fn two_configurations_that_differ_in_more_than_rules_are_told_key_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(shared("scaffold3_tiny_static.json")).unwrap();
    let mut tree: serde_json::Value = serde_json::from_str(&text).unwrap();
    let simulation = &mut tree["simulations"]["closed_loop"];
    simulation["cell_models"]["purkinje_cell"]["eglif_cond_alpha_multisyn"]["I_e"] = 700.0.into();
    simulation["connection_models"]["parallel_fiber_to_purkinje"]["connection"]["weight"] = 0.6.into();
    simulation["connection_models"]["io_to_purkinje"]["connection"]["delay"] = 5.0.into();
    simulation["connection_models"]["basket_to_purkinje"]["synapse_model"] = "tsodyks2_synapse".into();
    let path = folder.path().join("other.json");
    std::fs::write(&path, tree.to_string()).unwrap();
    let error = refused(&[format!("scaffold.static={}", path.display()), plastic()]);
    for said in [
        "cell_models.purkinje_cell.I_e",
        "connection_models.parallel_fiber_to_purkinje.weight",
        "connection_models.io_to_purkinje.delay",
        "connection_models.basket_to_purkinje.synapse_model",
        "scaffold.static",
        "other.json",
    ] {
        assert!(error.contains(said), "{said}: {error}");
    }
}

#[test]
fn a_parameter_that_only_one_of_the_two_gives_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, of: &str, change: &dyn Fn(&mut serde_json::Value)| {
        let mut tree: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(shared(of)).unwrap()).unwrap();
        let simulation = &mut tree["simulations"]["closed_loop"];
        // A model without defaults of its own, so that a parameter may be missing.
        simulation["cell_models"]["golgi_cell"]["neuron_model"] = "iaf_cond_alpha".into();
        change(simulation);
        let path = folder.path().join(name);
        std::fs::write(&path, tree.to_string()).unwrap();
        path.display().to_string()
    };
    let without = |simulation: &mut serde_json::Value| {
        let golgi = &mut simulation["cell_models"]["golgi_cell"]["iaf_cond_alpha"];
        golgi.as_object_mut().unwrap().remove("I_e");
    };
    let same = |_: &mut serde_json::Value| {};
    for (fixed, plastic) in [(&without as &dyn Fn(&mut _), &same as &dyn Fn(&mut _)), (&same, &without)] {
        let fixed = written("fixed.json", "scaffold3_tiny_static.json", fixed);
        let plastic = written("plastic.json", "scaffold3_tiny.json", plastic);
        let error = refused(&[format!("scaffold.static={fixed}"), format!("scaffold.plastic={plastic}")]);
        assert!(error.contains("cell_models.golgi_cell.I_e"), "{error}");
    }
}

#[test]
fn a_plastic_network_whose_rules_are_frozen_is_the_static_one() {
    let trials = |setting: String| {
        let config = config(&[setting, "conditions=[\"static\"]".into()]);
        let mut anatomy = anatomy();
        let pair = Pair::read(&config, &mut anatomy).unwrap();
        let network = compile(&config, &anatomy, pair.as_ref(), [0.0; 2], 0, &Ranks::alone()).unwrap();
        let mut closed = PointingLoop::new(&config, &anatomy, network, 0, 1, &Ranks::alone()).unwrap();
        let input = TrialInput { seen_target_deg: 20.0, error_deg: 20.0, learns: [false; 2] };
        (0..3).map(|_| closed.trial(input).unwrap()).collect::<Vec<TrialOutcome>>()
    };
    let (fixed, frozen) = (trials(fixed()), trials(plastic()));
    assert!(fixed.iter().any(|trial| trial.rates_hz.values().any(|rate| *rate > 0.0)));
    assert_eq!(fixed, frozen);
}

#[test]
fn devices_that_cannot_be_read_are_left_out_by_name_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(shared("scaffold3_tiny.json")).unwrap();
    let mut tree: serde_json::Value = serde_json::from_str(&text).unwrap();
    let devices = &mut tree["simulations"]["closed_loop"]["devices"];
    devices["tone"]["device"] = "noise_generator".into();
    let path = folder.path().join("odd.json");
    std::fs::write(&path, tree.to_string()).unwrap();
    let config = config(&[format!("scaffold.plastic={}", path.display())]);
    let notes = Pair::read(&config, &mut anatomy()).unwrap().unwrap().notes.join("\n");
    assert!(notes.contains("record_pc_spikes, tone) are left out"), "{notes}");
}

#[test]
fn a_simulation_without_a_pair_is_refused() {
    let error = refused(&["scaffold.simulation=closed_loop".into()]);
    assert!(error.starts_with("scaffold.simulation") && error.contains("no effect"), "{error}");
}

#[test]
fn a_pair_that_is_none_is_refused_by_key_and_file() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("scaffold.plastic={}", path.display())
    };
    let none = refused(&[written("none.json", "{\"connection_types\": {}, \"network_architecture\": {}}")]);
    assert!(none.contains("none.json") && none.contains("simulation"), "{none}");
    let broken = refused(&[written("broken.json", "{")]);
    assert!(broken.contains("broken.json"), "{broken}");
    let missing = refused(&[format!("scaffold.plastic={}/nowhere.json", folder.path().display())]);
    assert!(missing.starts_with("scaffold.plastic") && missing.contains("nowhere.json"), "{missing}");
    let unnamed = refused(&[plastic(), "scaffold.simulation=other".into()]);
    assert!(unnamed.starts_with("scaffold.simulation") && unnamed.contains("closed_loop"), "{unnamed}");
    let setting = [plastic()];
    let error = Prism.resolve(&Request { settings: &setting, ..Request::default() }).unwrap_err().to_string();
    assert!(error.contains("would have no effect without scaffold.file"), "{error}");
}
