//! Stored simulations of dbbs-scaffold 3 and BSB 3: names, defaults, distributions, devices and targets, and what is refused with
//! its key, value and remedy.

use lobule_scaffold::configuration::{
    Constant, Device, DeviceKind, Part, StoredSimulation, Targets, simulations,
};
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet, format};

use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::Path;

/// A small configuration that can be run.
fn small() -> Value {
    let stack = |at: u32| json!({"stack_id": 0, "position_in_stack": at});
    let mut below = stack(0);
    below["position"] = json!([0.0, 0.0, 0.0]);
    json!({
        "network_architecture": {"simulation_volume_x": 40.0, "simulation_volume_z": 60.0},
        "layers": {
            "dcn_layer": {"thickness": 60.0, "stack": below},
            "granular_layer": {"thickness": 40.0, "stack": stack(1)},
        },
        "cell_types": {"glomerulus": {"relay": true}},
        "connection_types": {},
        "simulations": {"s": {
            "simulator": "nest", "duration": 500, "default_neuron_model": "eglif_cond_alpha_multisyn",
            "cell_models": {
                "glomerulus": {"neuron_model": "parrot_neuron", "parameters": {}},
                "granule_cell": {
                    "parameters": {"C_m": 7.0, "t_ref": 1.5},
                    "iaf_cond_alpha": {"g_L": 0.3},
                    "eglif_cond_alpha_multisyn": {
                        "C_m": 8.0, "Vinit": -62.0, "kadap": 0.02, "receptors": {"glomerulus": 1, "golgi_cell": 2, "device": 1},
                    },
                },
                "dcn_cell": {},
            },
            "entities": {"mossy_fibers": {"device": "parrot_neuron", "targetting": "local"}},
            "connection_models": {
                "mossy_to_glomerulus": {"connection": {"weight": 1.0, "delay": 1.0}},
                "golgi_to_granule": {
                    "connection": {"weight": -0.25, "delay": 2.0},
                    "synapse": {"static_synapse": {}, "stdp_synapse_sinexp": {"A_minus": 0.5}},
                },
                "mossy_to_dcn": {
                    "connection": {"weight": 0.5, "delay": {"distribution": "normal_clipped", "mu": 70, "sigma": 10, "low": 40}},
                    "synapse": {"stdp_synapse_cosexp": {"A_minus": -0.002, "A_plus": 0.001}},
                    "synapse_model": "stdp_synapse_cosexp", "plastic": true, "hetero": true, "teaching": "purkinje_to_dcn",
                },
            },
            "devices": {
                "noise": {
                    "device": "poisson_generator", "io": "input", "targetting": "cell_type", "cell_types": ["glomerulus"],
                    "parameters": {"rate": 4.0, "start": 0.0, "stop": 500.0},
                },
            },
        }},
    })
}

fn read(configuration: &Value) -> StoredSimulation {
    simulations(configuration).remove(0)
}

/// The configuration with one value of its simulation set, by JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut configuration = small();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    configuration["simulations"]["s"].pointer_mut(parent).unwrap()[name] = value;
    configuration
}

fn device_of(node: Value) -> StoredSimulation {
    read(&with("/devices/noise", node))
}

/// The device `noise` with more keys and parameters.
fn device(keys: Value, parameters: Value) -> StoredSimulation {
    let mut node = small()["simulations"]["s"]["devices"]["noise"].clone();
    node["parameters"] = parameters;
    for (key, value) in keys.as_object().unwrap() {
        node[key] = value.clone();
    }
    device_of(node)
}

#[track_caller]
fn only(simulation: StoredSimulation) -> Device {
    assert_eq!(simulation.problems, []);
    simulation.devices.into_iter().next().unwrap()
}

#[track_caller]
fn refused(simulation: &StoredSimulation, key: &str, words: &[&str]) {
    let key = format!("simulations.s.{key}");
    let problem = simulation.problems.iter().find(|p| p.key == key);
    let problem = problem.unwrap_or_else(|| panic!("no problem at `{key}`, but {:#?}", simulation.problems));
    words.iter().for_each(|w| assert!(problem.what.contains(w), "{problem}: `{w}` is missing"));
}

#[test]
fn types_sets_and_parameters_have_today_s_names_and_the_defaults_of_their_time() {
    let s = read(&small());
    assert_eq!(s.problems, []);
    assert!(s.is_before_bsb4);
    let types: Vec<&str> = s.cell_models.iter().map(|c| c.cell_type.as_str()).collect();
    let mut sorted = types.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["dcn_p", "glomerulus", "granule_cell", "mossy_fiber"]);
    let cell = |name: &str| s.cell_models.iter().find(|c| c.cell_type == name).unwrap();
    assert_eq!(cell("mossy_fiber").model, "parrot_neuron");
    let granule = cell("granule_cell");
    let constant = |name: &str| granule.constants[name].clone();
    // The block of the model wins over the shared one; a key that is left out has the default of 2020.
    let expected = [
        ("C_m", 8.0),
        ("t_ref", 1.5),
        ("V_m", -62.0),
        ("k_adap", 0.02),
        ("V_min", -110.0),
        ("k_1", 0.005),
        ("k_2", 0.05),
        ("tau_m", 10.0),
        ("E_L", -70.0),
        ("V_th", -45.0),
        ("V_reset", -70.0),
        ("I_e", 0.0),
        ("A1", 10.0),
        ("A2", -0.6),
        ("lambda_0", 0.001),
        ("tau_V", 0.5),
        ("tau_syn4", 2.0),
        ("E_rev3", 0.0),
    ];
    for (name, value) in expected {
        assert_eq!(constant(name), Constant::Number(value), "{name}");
    }
    assert_eq!(granule.constants.len(), 24);
    assert_eq!(granule.receptors, [("glomerulus".into(), 1), ("golgi_cell".into(), 2)].into());

    let set = |name: &str| s.connection_models.iter().find(|c| c.set == name).unwrap();
    assert_eq!(set("golgi_to_glomerulus").synapses[0].model, "static_synapse");
    assert_eq!(set("golgi_to_glomerulus").synapses[0].weight, -0.25);
    let taught = &set("mossy_fibers_to_dcn_p").synapses[0];
    assert_eq!(
        (taught.model.as_str(), taught.teacher.as_deref()),
        ("stdp_synapse_cosexp", Some("purkinje_to_dcn_p"))
    );
    assert!(taught.delay_law.is_some() && taught.delay_ms == Some(70.0));
}

#[test]
fn a_step_that_is_left_out_is_one_ms_and_the_run_has_a_tenth() {
    let s = read(&small());
    assert_eq!((s.stored_resolution_ms, s.resolution_ms), (1.0, 0.1));
    assert!(
        s.notes.iter().any(|n| n.contains("1 ms") && n.contains("none is given") && n.contains("0.1 ms"))
    );
    // All times on the stored grid are on that of the run.
    for (stored, parts) in [(0.25, 3.0), (0.2, 2.0), (0.3, 3.0), (0.7, 7.0), (2.0, 20.0), (0.11, 2.0)] {
        let s = read(&with("/resolution", json!(stored)));
        assert_eq!((s.stored_resolution_ms, s.resolution_ms), (stored, stored / parts));
    }
    let s = read(&with("/resolution", json!(0.05)));
    assert_eq!((s.stored_resolution_ms, s.resolution_ms), (0.05, 0.05));
    assert_eq!(s.notes, [""; 0]);
}

#[test]
fn cells_with_two_receptors_begin_at_rest_unless_told_and_that_is_noted() {
    let of = |parameters: Value| {
        let s = read(&with(
            "/cell_models/granule_cell",
            json!({"neuron_model": "iaf_cond_alpha", "parameters": parameters}),
        ));
        assert_eq!(s.problems, []);
        let start =
            s.cell_models.iter().find(|c| c.cell_type == "granule_cell").unwrap().constants["V_m"].clone();
        (start, s.notes.iter().any(|n| n.contains("granule_cell begin at E_L") && n.contains("-70 mV")))
    };
    assert_eq!(of(json!({"E_L": -62.0})), (Constant::Number(-62.0), true));
    assert_eq!(of(json!({"E_L": -62.0, "V_m": -70.0})), (Constant::Number(-70.0), false));
    assert_eq!(of(json!({})), (Constant::Number(-70.0), false));
}

#[test]
fn a_relay_of_bsb_3_needs_no_model() {
    let mut configuration = with("/cell_models/glomerulus", json!({}));
    let model =
        |c: &Value| read(c).cell_models.iter().find(|c| c.cell_type == "glomerulus").unwrap().model.clone();
    assert_eq!(model(&configuration), "parrot_neuron");
    configuration["cell_types"]["glomerulus"] = json!({});
    assert_eq!(model(&configuration), "eglif_cond_alpha_multisyn");
}

#[test]
fn devices_are_read_with_their_parameters_weights_and_expressions() {
    let d = only(read(&small()));
    assert_eq!((d.weight, d.delay_ms, d.receptor), (1.0, 1.0, 0));
    let DeviceKind::Poisson { rate_hz, span } = d.kind else { panic!("{d:?}") };
    assert_eq!((rate_hz, span.start_ms, span.stop_ms), (4.0, 0.0, Some(500.0)));

    let stimulus = json!({
        "parameter_name": "spike_times", "statement": "list(np.round(np.linspace(start, stop, n)))",
        "variables": {"start": 750, "stop": 760, "n": 5},
    });
    let old = json!({"weight": 55.0, "delay": 2.0, "receptor_type": 1, "model": "static_synapse"});
    for block in ["connection_parameters", "synapse"] {
        let keys = json!({"device": "spike_generator", "stimulus": stimulus, block: old, "connection": {"rule": "all_to_all"}});
        let d = only(device(keys, json!({})));
        assert_eq!((d.weight, d.delay_ms, d.receptor), (55.0, 2.0, 1));
        assert_eq!(d.kind, DeviceKind::SpikeTimes { times_ms: vec![750.0, 752.0, 755.0, 758.0, 760.0] });
    }
    let rate = json!({"parameter_name": "rate", "statement": "4 * 9", "variables": {}});
    assert!(matches!(
        only(device(json!({"stimulus": rate}), json!({}))).kind,
        DeviceKind::Poisson { rate_hz: 36.0, .. }
    ));

    let s = device(
        json!({"device": "spike_detector", "io": "output"}),
        json!({"withgid": true, "label": "pc", "start": 10.0}),
    );
    assert!(s.notes.iter().any(|n| n.contains("noise") && n.contains("label, withgid")), "{:?}", s.notes);
    let d = only(s);
    assert!(matches!(d.kind, DeviceKind::SpikeRecorder { span } if span.start_ms == 10.0));
    assert!(matches!(
        only(device(json!({"device": "dc_generator"}), json!({"amplitude": 5.0}))).kind,
        DeviceKind::Current { .. }
    ));
}

#[test]
fn bursts_of_an_unconditioned_stimulus_have_a_spike_at_both_ends() {
    let burst = json!({
        "purpose": "US", "start_first": 350.0, "burst_dur": 8.0, "rate": 250.0, "between_start": 1000.0, "n_trials": 2,
    });
    let DeviceKind::SpikeTimes { times_ms } =
        only(device(json!({"device": "spike_generator"}), burst.clone())).kind
    else {
        panic!()
    };
    assert_eq!(times_ms, [350.0, 354.0, 358.0, 1350.0, 1354.0, 1358.0]);
    for purpose in ["CS", "PC_burst", "IO_burst", "other"] {
        let mut other = burst.clone();
        other["purpose"] = json!(purpose);
        let s = device(json!({"device": "spike_generator"}), other);
        refused(&s, "devices.noise.parameters.purpose", &[purpose, "give `spike_times`"]);
    }
    let with = |key: &str, value: Value| {
        let mut other = burst.clone();
        other[key] = value;
        device(json!({"device": "spike_generator"}), other)
    };
    refused(&with("n_trials", json!(1_000_000_000)), "devices.noise.parameters.n_trials", &["at most"]);
    refused(&with("rate", json!(0)), "devices.noise.parameters.rate", &["0"]);
    refused(&with("between_start", json!(4.0)), "devices.noise.parameters.spike_times", &["ascend"]);
}

/// A network of glomeruli on a line, fibers and labels.
fn network() -> Anatomy {
    let cells = |name: &str, n: usize| CellSites {
        cell_type: name.into(),
        positions: (0..n).map(|i| [10.0 * i as f64, 30.0, 5.0]).collect(),
        label_sets: vec![vec![], vec!["plus".into()], vec!["minus".into(), "odd".into()]],
        labels: (0..n).map(|i| (i % 3) as u16).collect(),
    };
    let rows = [(0, 0), (0, 1), (1, 2), (1, 3), (2, 3), (2, 4)];
    let set = ConnectionSet {
        name: "mossy_fibers_to_glomerulus".into(),
        pre_type: "mossy_fiber".into(),
        post_type: "glomerulus".into(),
        pre: rows.iter().map(|r| r.0).collect(),
        post: rows.iter().map(|r| r.1).collect(),
        ..ConnectionSet::default()
    };
    Anatomy {
        size: [40.0, 60.0, 40.0],
        cells: vec![cells("mossy_fiber", 3), cells("glomerulus", 5), cells("granule_cell", 4)],
        connections: vec![set],
        ..Anatomy::default()
    }
}

/// The targets of the device `noise` with other keys, by cell type.
fn targets(keys: Value) -> Vec<(String, Vec<u32>)> {
    let (anatomy, d) = (network(), only(device(keys, json!({"rate": 4.0}))));
    let is_named =
        |name: &String| d.targetting.cell_types.is_empty() || d.targetting.cell_types.contains(name);
    let types = anatomy.cells.iter().filter(|c| is_named(&c.cell_type));
    let select = |c: &CellSites| (c.cell_type.clone(), d.targetting.select(&anatomy, c, "noise", 3).unwrap());
    types.map(select).filter(|(_, cells)| !cells.is_empty()).collect()
}

#[test]
fn targets_are_those_of_the_original() {
    let of = |name: &str, cells: &[u32]| vec![(name.to_string(), cells.to_vec())];
    // In the middle of the base, (20, 30), and strictly below the radius.
    assert_eq!(targets(json!({"targetting": "cylinder", "radius": 10})), of("glomerulus", &[2]));
    assert_eq!(targets(json!({"targetting": "cylinder", "radius": 10.01})), of("glomerulus", &[1, 2, 3]));
    assert_eq!(
        targets(json!({"targetting": "cylinder", "radius": 5, "origin": [0, 30]})),
        of("glomerulus", &[0])
    );
    // (x, y, z) of the file: y is up, from the bottom of the layer of the nuclei, 60 µm thick.
    assert_eq!(
        targets(json!({"targetting": "local", "radius": 0.5, "origin": [10, 65, 30]})),
        of("glomerulus", &[1])
    );
    assert_eq!(
        targets(json!({"targetting": "by_label", "labels": ["microzone-positive"]})),
        of("glomerulus", &[1, 4])
    );
    assert_eq!(
        targets(json!({"targetting": "by_label", "labels": ["microzone-*"]})),
        of("glomerulus", &[1, 2, 4])
    );
    assert_eq!(targets(json!({"targetting": "by_label", "labels": ["o*d"]})), of("glomerulus", &[2]));
    // Fibers of the glomeruli at 20 and 30 µm; by default the far corner of the base, (40, 60), where none is.
    let fibers = json!({"targetting": "mf_cylinder", "radius": 6, "origin": [25, 30]});
    assert_eq!(targets(fibers), of("mossy_fiber", &[1, 2]));
    assert_eq!(targets(json!({"targetting": "mf_cylinder", "radius": 6})), []);
    assert_eq!(targets(json!({"targetting": "mf_cylinder", "radius": 30.5})), of("mossy_fiber", &[2]));
    let one = targets(json!({"targetting": "representatives", "cell_types": []}));
    assert_eq!(
        one.iter().map(|(name, cells)| (name.as_str(), cells.len())).collect::<Vec<_>>(),
        [("granule_cell", 1)]
    );
}

#[test]
fn a_share_of_a_type_is_drawn_cell_by_cell() {
    let part = |keys: Value| only(device(keys, json!({"rate": 4.0}))).targetting.part;
    assert_eq!(part(json!({"cell_fraction": 0.25})), Some(Part::Chance(0.25)));
    assert_eq!(part(json!({"cell_count": 7})), Some(Part::About(7)));
    let mut anatomy = network();
    anatomy.cells[1].positions = vec![[0.0; 3]; 2000];
    let d = only(device(json!({"cell_count": 500}), json!({"rate": 4.0})));
    let select = |seed| d.targetting.select(&anatomy, &anatomy.cells[1], "noise", seed).unwrap();
    // 500 ± 19 are expected.
    assert!((420..580).contains(&select(1).len()), "{}", select(1).len());
    assert!(select(1) == select(1) && select(1) != select(2));
    let both = device(json!({"cell_fraction": 0.2, "cell_count": 3}), json!({"rate": 4.0}));
    refused(&both, "devices.noise.cell_fraction", &["keep one"]);
}

#[test]
fn cells_are_named_by_identifiers_over_all_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy/scaffold3_tiny.hdf5");
    let mut configuration = format::read_configuration(&path).unwrap().unwrap();
    let tone = &mut configuration["simulations"]["closed_loop"]["devices"]["tone"];
    // Glomeruli begin at 34, Purkinje cells at 3.
    *tone = json!({
        "device": "spike_detector", "targetting": "by_id", "targets": [34, 53, 3, 35], "parameters": {},
    });
    let mut all = simulations(&configuration);
    format::number_cells(&path, &mut all).unwrap();
    let device = all[0].devices.iter().find(|d| d.name == "tone").unwrap();
    let expected =
        [("glomerulus".to_string(), vec![0, 19, 1]), ("purkinje_cell".to_string(), vec![0])].into();
    assert_eq!(device.targetting.targets, Targets::ById(expected));
    assert_eq!(all[0].problems, []);

    configuration["simulations"]["closed_loop"]["devices"]["tone"]["targets"] = json!([34, 4000]);
    let mut all = simulations(&configuration);
    format::number_cells(&path, &mut all).unwrap();
    let problem = &all[0].problems[0];
    assert_eq!(problem.key, "simulations.closed_loop.devices.tone.targets");
    assert!(problem.what.contains("cell 4000") && problem.what.contains("from 0 to 113"), "{problem}");
}

#[test]
fn what_is_wrong_is_named_with_key_value_and_remedy() {
    let check = |pointer: &str, value: Value, key: &str, words: &[&str]| {
        refused(&read(&with(pointer, value)), key, words);
    };
    let (granule, set) = ("/cell_models/granule_cell", "/connection_models/golgi_to_granule");
    let block = format!("{granule}/eglif_cond_alpha_multisyn");
    check(
        &format!("{block}/V_min"),
        json!(-150),
        "cell_models.granule_cell.eglif_cond_alpha_multisyn.V_min",
        &["Vmin"],
    );
    check(
        &format!("{block}/receptors/golgi_cell"),
        json!(5),
        "cell_models.granule_cell.eglif_cond_alpha_multisyn.receptors.golgi_cell",
        &["5", "1 to 4"],
    );
    check(&format!("{granule}/rate"), json!(3), "cell_models.granule_cell.rate", &["3", "known"]);
    let iaf = json!({"neuron_model": "iaf_cond_alpha", "iaf_cond_alpha": {"tau_m": 3}});
    check(granule, iaf, "cell_models.granule_cell.iaf_cond_alpha.tau_m", &["iaf_cond_alpha", "g_L"]);
    check(
        "/entities/mossy_fibers/device",
        json!("poisson_generator"),
        "entities.mossy_fibers.device",
        &["parrot_neuron"],
    );
    check(
        &format!("{set}/connection/weight"),
        json!("heavy"),
        "connection_models.golgi_to_granule.connection.weight",
        &["heavy"],
    );
    let binomial = json!({"distribution": "binomial", "n": 4});
    check(
        &format!("{set}/connection/delay"),
        binomial,
        "connection_models.golgi_to_granule.connection.delay.distribution",
        &["binomial", "normal_clipped"],
    );
    let far = json!({"distribution": "normal_clipped", "mu": 1, "sigma": 1, "low": 500});
    check(
        &format!("{set}/connection/delay"),
        far,
        "connection_models.golgi_to_granule.connection.delay.distribution",
        &["hardly any"],
    );
    let chosen = json!({
        "connection": {"weight": 1, "delay": 1}, "synapse": {"stdp_synapse_sinexp": {}}, "synapse_model": "stdp_synapse_sinexp",
    });
    check(
        set,
        chosen.clone(),
        "connection_models.golgi_to_granule.synapse_model",
        &["stdp_synapse_sinexp", "`teaching`"],
    );
    let mut hetero = chosen.clone();
    (hetero["plastic"], hetero["hetero"]) = (json!(true), json!(true));
    check(set, hetero.clone(), "connection_models.golgi_to_granule.teaching", &["missing"]);
    (hetero["synapse_model"], hetero["teaching"]) = (json!("stdp_synapse"), json!("io_to_purkinje"));
    check(set, hetero, "connection_models.golgi_to_granule.synapse_model", &["stdp_synapse", "no teacher"]);
    check(
        &format!("{set}/teacher"),
        json!("x"),
        "connection_models.golgi_to_granule.teacher",
        &["not known"],
    );
    check("/simulator", json!("arbor"), "simulator", &["arbor", "nest"]);
    check("/resolution", json!(-1), "resolution", &["-1"]);
    check("/duration", json!("long"), "duration", &["long"]);

    let noise = "devices.noise";
    let keyed = |keys: Value| device(keys, json!({"rate": 4.0}));
    refused(
        &keyed(json!({"device": "stdp_generator"})),
        &format!("{noise}.device"),
        &["stdp_generator", "poisson_generator"],
    );
    refused(
        &keyed(json!({"targetting": "sector"})),
        &format!("{noise}.targetting"),
        &["sector", "mf_cylinder"],
    );
    refused(
        &keyed(json!({"cell_types": ["golgi_cell"]})),
        &format!("{noise}.cell_types"),
        &["golgi_cell", "granule_cell"],
    );
    refused(&keyed(json!({"targetting": "cylinder"})), &format!("{noise}.radius"), &["missing"]);
    refused(&keyed(json!({"io": "both"})), &format!("{noise}.io"), &["both", "output"]);
    refused(
        &keyed(json!({"targetting": "by_id", "targets": [1.5]})),
        &format!("{noise}.targets"),
        &["whole"],
    );
    refused(&keyed(json!({"synapse": {"model": "stdp"}})), &format!("{noise}.synapse.model"), &["stdp"]);
    let stimulus = |text: &str| {
        device(
            json!({"device": "spike_generator", "stimulus": {"parameter_name": "spike_times", "statement": text}}),
            json!({}),
        )
    };
    for text in ["__import__('os').system('x')", "[0]*10**9", "np.linspace(0, 1, 1e9)", "open('x')"] {
        refused(&stimulus(text), &format!("{noise}.stimulus.statement"), &[text, "give `spike_times`"]);
    }
}

#[test]
fn a_law_needs_its_name() {
    for key in ["weight", "delay"] {
        for law in [json!({}), json!({"mu": 1, "sigma": 0.1})] {
            let s = read(&with(&format!("/connection_models/golgi_to_granule/connection/{key}"), law));
            let key = format!("connection_models.golgi_to_granule.connection.{key}.distribution");
            refused(&s, &key, &["missing"]);
        }
    }
}

#[test]
fn of_a_device_that_is_not_known_the_device_alone_is_refused() {
    let keys_of = |s: &StoredSimulation| s.problems.iter().map(|p| p.key.clone()).collect::<Vec<_>>();
    let s = device(json!({"device": "noise_generator"}), json!({"mean": 3}));
    assert_eq!(keys_of(&s), ["simulations.s.devices.noise.device"]);
    let s = device(json!({"targetting": "spiral", "radius": 3}), json!({"rate": 3}));
    assert_eq!(keys_of(&s), ["simulations.s.devices.noise.targetting"]);
    let both = json!({"connection_parameters": {"weight": 2}, "synapse": {"weight": 3}});
    refused(
        &device(both, json!({"rate": 3})),
        "devices.noise.synapse",
        &["connection_parameters", "keep one"],
    );
}

#[test]
fn configurations_of_bsb_4_to_6_have_one_synapse() {
    let of = |model: Value| {
        let node = json!({
            "simulator": "nest", "resolution": 0.1, "duration": 10, "cell_models": {}, "devices": {},
            "connection_models": {"a": model},
        });
        read(&json!({"simulations": {"s": node}}))
    };
    let synapse = json!({"model": "static_synapse", "weight": 2, "delay": 3, "receptor_type": 1});
    let s = of(json!({"synapse": synapse}));
    assert_eq!(s.problems, []);
    let [one] = &s.connection_models[0].synapses[..] else { panic!("{s:?}") };
    assert_eq!((one.weight, one.delay_ms, one.receptor), (2.0, Some(3.0), 1));
    let both = of(json!({"synapse": synapse, "synapses": [synapse]}));
    refused(&both, "connection_models.a.synapse", &["beside `synapses`"]);
    refused(&of(json!({})), "connection_models.a.synapses", &["missing"]);
    refused(&of(json!({"synapse": 3})), "connection_models.a.synapse", &["3"]);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec!["", "normal", "cylinder", "by_id", "US", "np.linspace(0,1,9)", "*", "é"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let key = prop::sample::select(vec![
            "distribution",
            "mu",
            "sigma",
            "low",
            "high",
            "rate",
            "purpose",
            "origin",
            "radius",
            "targets",
            "receptors",
            "weight",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4).prop_map(|entries| Value::Object(
                entries.into_iter().map(|(k, v)| (k.to_string(), v)).collect()
            )),
        ]
    })
}

/// All places of a JSON tree.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        let place = format!("{at}/{name}");
        places(child, &place, all);
        all.push(place);
    }
}

/// Values that stand where others are needed.
fn odd_values() -> [Value; 7] {
    [json!(null), json!({}), json!([]), json!(""), json!(-1), json!(true), json!({"strategy": "by_id"})]
}

#[test]
fn no_device_and_no_model_is_lost_without_a_problem() {
    let whole = read(&small());
    let count = |s: &StoredSimulation| [s.cell_models.len(), s.connection_models.len(), s.devices.len()];
    let parts = ["cell_models", "connection_models", "devices"];
    let mut all = Vec::new();
    places(&small()["simulations"]["s"], "", &mut all);
    for at in all.iter().filter(|at| parts.iter().any(|part| at.starts_with(&format!("/{part}/")))) {
        for odd in odd_values() {
            let mut configuration = small();
            *configuration["simulations"]["s"].pointer_mut(at).unwrap() = odd.clone();
            let read = read(&configuration);
            let is_whole = count(&read) == count(&whole);
            assert!(is_whole || !read.problems.is_empty(), "{at}: {odd} loses a part and nobody says so");
        }
    }
}

proptest! {
    /// Any value anywhere is read or refused, without a panic and without a list beyond its bound.
    #[test]
    fn any_value_anywhere_is_read_or_refused(value in any_json(), which in any::<prop::sample::Index>()) {
        let mut configuration = small();
        let mut all = Vec::new();
        places(&configuration, "", &mut all);
        *configuration.pointer_mut(&all[which.index(all.len())]).unwrap() = value;
        for s in simulations(&configuration) {
            for d in &s.devices {
                let anatomy = network();
                for cells in &anatomy.cells {
                    let _ = d.targetting.select(&anatomy, cells, &d.name, 1);
                }
            }
        }
    }
}
