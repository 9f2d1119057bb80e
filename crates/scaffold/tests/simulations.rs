//! The node `simulations` of a configuration: what is read, what is refused, and that each refusal names its key,
//! the value and what is known.

use lobule_scaffold::configuration::{
    Constant, DeviceKind, Part, StoredSimulation, Targets, Targetting, simulations,
};
use lobule_scaffold::{Anatomy, CellSites, bsb};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A small simulation that can be run.
fn small() -> Value {
    json!({
        "simulator": "nest", "resolution": 0.1, "duration": 100.0, "modules": ["cerebmodule"],
        "cell_models": {
            "mossy_fibers": {"model": "parrot_neuron"},
            "io": {"model": "eglif_cond_alpha_multisyn", "constants": {"C_m": 189, "I_e": -18.101}},
        },
        "connection_models": {
            "a_to_b": {"synapses": [{"model": "static_synapse", "weight": 0.5, "delay": 1, "receptor_type": 2}]},
        },
        "devices": {
            "noise": {
                "device": "poisson_generator", "rate": 4.0, "weight": 1.0, "delay": 0.1,
                "targetting": {"strategy": "cell_model", "cell_models": ["mossy_fibers"]},
            },
            "record": {"device": "spike_recorder", "delay": 0.1},
        },
    })
}

fn read(simulation: Value) -> StoredSimulation {
    simulations(&json!({"simulations": {"s": simulation}})).remove(0)
}

/// The simulation with one value set, by JSON pointer.
fn with(pointer: &str, value: Value) -> StoredSimulation {
    let mut simulation = small();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    simulation.pointer_mut(parent).unwrap()[name] = value;
    read(simulation)
}

/// With a device in place of `noise`.
fn device(device: Value) -> StoredSimulation {
    with("/devices/noise", device)
}

fn refused(simulation: &StoredSimulation, key: &str, words: &[&str]) {
    let problem = simulation.problems.iter().find(|p| p.key == key);
    let problem = problem.unwrap_or_else(|| panic!("no problem at `{key}`, but {:#?}", simulation.problems));
    for word in words {
        assert!(problem.what.contains(word), "{problem}: `{word}` is missing");
    }
}

#[test]
fn a_simulation_is_read_with_lobules_names() {
    let s = read(small());
    assert_eq!(s.problems, []);
    assert_eq!((s.name.as_str(), s.duration_ms, s.resolution_ms), ("s", 100.0, 0.1));
    let types: Vec<&str> = s.cell_models.iter().map(|c| c.cell_type.as_str()).collect();
    assert_eq!(types, ["io_cell", "mossy_fiber"]);
    assert_eq!(s.cell_models[0].constants["C_m"], Constant::Number(189.0));
    let synapse = &s.connection_models[0].synapses[0];
    assert_eq!((synapse.weight, synapse.delay_ms, synapse.receptor), (0.5, Some(1.0), 2));
    assert_eq!(s.devices[0].targetting.cell_types, ["mossy_fiber"]);
    assert_eq!(s.devices[1].targetting, Targetting::default());
    assert!(s.notes.iter().any(|n| n.contains("modules") && n.contains("cerebmodule")), "{:?}", s.notes);
    assert!(s.notes.iter().any(|n| n.contains("`delay` of 1 recorders")), "{:?}", s.notes);
}

#[test]
fn devices_of_both_kinds_are_read() {
    let own = device(
        json!({"device": "dc_generator", "amplitude": 5, "start": 1, "stop": 3, "weight": 1, "delay": 0.1}),
    );
    let external = device(json!({
        "device": "external", "nest_model": "dc_generator", "weight": 1, "delay": 0.1,
        "constants": {"amplitude": 5.0, "start": 1.0, "stop": 3.0},
    }));
    assert_eq!((&own.problems[..], &external.problems[..]), (&[][..], &[][..]));
    assert_eq!(own.devices[0], external.devices[0]);
    assert_eq!(own.devices[0].kind, DeviceKind::Current { steps: vec![(1.0, 5.0), (3.0, 0.0)] });
    let spikes = device(json!({
        "device": "external", "nest_model": "spike_generator", "weight": 1, "delay": 0.1,
        "constants": {"spike_times": [1.0, 2.5]},
    }));
    assert_eq!(spikes.devices[0].kind, DeviceKind::SpikeTimes { times_ms: vec![1.0, 2.5] });
    let sine = device(json!({
        "device": "sinusoidal_poisson_generator", "rate": 20, "amplitude": 10, "frequency": 2, "phase": 90,
        "weight": 1, "delay": 0.1,
    }));
    assert!(
        matches!(sine.devices[0].kind, DeviceKind::SinusoidalPoisson { phase_deg: 90.0, .. }),
        "{sine:?}"
    );
    let steps = device(json!({
        "device": "external", "nest_model": "step_current_generator", "weight": 1, "delay": 0.1,
        "constants": {"amplitude_times": [1.0, 2.0], "amplitude_values": [3.0, 0.0]},
    }));
    assert_eq!(steps.devices[0].kind, DeviceKind::Current { steps: vec![(1.0, 3.0), (2.0, 0.0)] });
    let meter = device(json!({"device": "multimeter", "properties": ["V_m"], "units": ["mV"], "delay": 0.1}));
    assert!(
        matches!(&meter.devices[0].kind, DeviceKind::Multimeter { variables, .. } if variables == &["V_m"])
    );
}

#[test]
fn numbers_out_of_their_range_are_refused_with_key_value_and_range() {
    for (pointer, value, words) in [
        ("/duration", json!(1e300), &["1e+300", "above 0, up to 86400000 ms"]),
        ("/duration", json!(0), &["`0`", "above 0"]),
        ("/resolution", json!(1e-9), &["1e-9", "0.001 to 100 ms"]),
        ("/resolution", json!("inf"), &["inf", "0.001 to 100 ms"]),
        ("/devices/noise/delay", json!(1e18), &["1e+18", "up to 10000 ms"]),
        ("/devices/noise/delay", json!(1e10), &["10000000000", "up to 10000 ms"]),
        ("/devices/noise/rate", json!(1e9), &["1000000000", "up to 1000000 Hz"]),
        ("/devices/noise/weight", json!(-1e30), &["-1e+30", "from -1000000000"]),
        ("/devices/noise/start", json!(1e300), &["1e+300", "up to 1000000000000 ms"]),
        ("/devices/noise/stop", json!("nan"), &["nan", "1000000000000 ms"]),
        ("/devices/noise/receptor_type", json!(u64::MAX), &["18446744073709551615", "up to 1000"]),
        ("/connection_models/a_to_b/synapses/0/delay", json!(1e10), &["up to 10000 ms"]),
        ("/connection_models/a_to_b/synapses/0/delay", json!(-1), &["`-1`", "above 0"]),
        ("/connection_models/a_to_b/synapses/0/weight", json!(1e300), &["1e+300", "1000000000"]),
        ("/connection_models/a_to_b/synapses/0/receptor_type", json!(100_000), &["100000", "up to 1000"]),
        ("/cell_models/io/constants/C_m", json!(1e300), &["1e+300", "1000000000000000"]),
    ] as [(&str, Value, &[&str]); 16]
    {
        let key = format!("simulations.s{}", pointer.replace('/', "."));
        refused(&with(pointer, value), &key, words);
    }
    let sphere = |origin: Value, radius: Value| {
        let mut node = small()["devices"]["noise"].clone();
        node["targetting"] = json!({"strategy": "sphere", "origin": origin, "radius": radius});
        device(node)
    };
    let d = "simulations.s.devices.noise.targetting";
    refused(&sphere(json!([0, 0, 1e30]), json!(1)), &format!("{d}.origin"), &["1e+30", "4000000 um"]);
    refused(&sphere(json!([0, 0, 0]), json!(1e30)), &format!("{d}.radius"), &["1e+30", "up to 10000000 um"]);
    let spikes = device(json!({
        "device": "external", "nest_model": "spike_generator", "weight": 1, "delay": 0.1,
        "constants": {"spike_times": [1.0, 1e300]},
    }));
    let key = "simulations.s.devices.noise.constants.spike_times";
    refused(&spikes, key, &["entry 1", "up to 1000000000000 ms"]);
}

#[test]
fn what_is_wrong_is_named_with_key_value_and_what_is_known() {
    let d = "simulations.s.devices.noise";
    let poisson = |key: &str, value: Value| {
        let mut node = small()["devices"]["noise"].clone();
        node[key] = value;
        device(node)
    };
    refused(&poisson("rate", json!(-4.0)), &format!("{d}.rate"), &["-4", "0 or more"]);
    refused(&poisson("rate", json!("fast")), &format!("{d}.rate"), &["fast", "number"]);
    refused(&poisson("rate", json!([1])), &format!("{d}.rate"), &["[1]"]);
    refused(&poisson("rate", Value::Null), &format!("{d}.rate"), &["missing"]);
    refused(&poisson("weight", Value::Null), &format!("{d}.weight"), &["missing"]);
    refused(&poisson("delay", json!(0)), &format!("{d}.delay"), &["above 0"]);
    refused(&poisson("receptor_type", json!(1.5)), &format!("{d}.receptor_type"), &["1.5"]);
    refused(&poisson("tau", json!(3)), &format!("{d}.tau"), &["3", "rate", "remove"]);
    refused(&poisson("stop", json!(0)), &format!("{d}.stop"), &["must follow"]);
    refused(&poisson("device", json!("laser")), &format!("{d}.device"), &["laser", "poisson_generator"]);
    refused(&device(json!({"delay": 0.1})), &format!("{d}.device"), &["missing", "poisson_generator"]);
    refused(&device(json!(7)), d, &["7", "object"]);
    let external = |model: &str, constants: Value| {
        device(
            json!({"device": "external", "nest_model": model, "weight": 1, "delay": 0.1, "constants": constants}),
        )
    };
    refused(
        &external("noise_generator", json!({})),
        &format!("{d}.nest_model"),
        &["noise_generator", "dc_generator"],
    );
    refused(&external("spike_generator", json!({})), &format!("{d}.constants.spike_times"), &["missing"]);
    let unordered = external("spike_generator", json!({"spike_times": [2.0, 1.0]}));
    refused(&unordered, &format!("{d}.constants.spike_times"), &["1 after 2"]);
    let weights = external("spike_generator", json!({"spike_times": [2.0], "spike_weights": [3.0]}));
    refused(&weights, &format!("{d}.constants.spike_weights"), &["`weight`"]);
    let steps = external("step_current_generator", json!({"amplitude_times": [1.0], "amplitude_values": []}));
    refused(&steps, &format!("{d}.constants.amplitude_times"), &["1 times for 0"]);
    refused(
        &device(json!({"device": "external", "nest_model": "dc_generator", "weight": 1, "delay": 0.1})),
        &format!("{d}.constants.amplitude"),
        &["missing"],
    );

    let t = format!("{d}.targetting");
    let targets = |node: Value| poisson("targetting", node);
    refused(&targets(json!({"strategy": "nearest"})), &format!("{t}.strategy"), &["nearest", "sphere"]);
    refused(&targets(json!({"strategy": "cell_model"})), &format!("{t}.cell_models"), &["missing"]);
    let unknown = targets(json!({"strategy": "cell_model", "cell_models": ["granule_cell"]}));
    refused(&unknown, &format!("{t}.cell_models"), &["granule_cell", "mossy_fiber"]);
    refused(&targets(json!({"strategy": "sphere", "radius": 1})), &format!("{t}.origin"), &["missing"]);
    let flat = targets(json!({"strategy": "sphere", "radius": 1, "origin": [1, 2]}));
    refused(&flat, &format!("{t}.origin"), &["3 numbers"]);
    refused(&targets(json!({"strategy": "by_label", "labels": []})), &format!("{t}.labels"), &["no label"]);
    let both = json!({"strategy": "cell_model", "cell_models": ["io"], "count": 1, "fraction": 0.5});
    refused(&targets(both), &format!("{t}.fraction"), &["count"]);
    refused(&targets(json!({"strategy": "all", "radius": 4})), &format!("{t}.radius"), &["not known"]);
    refused(&targets(json!({"rule": "all_to_all"})), &format!("{t}.rule"), &["strategy"]);
    refused(&targets(json!({"strategy": "by_id", "ids": {"io": [-1]}})), &format!("{t}.ids.io"), &["whole"]);

    refused(&with("/duration", json!(0)), "simulations.s.duration", &["above 0"]);
    refused(&with("/duration", Value::Null), "simulations.s.duration", &["missing"]);
    refused(&with("/resolution", json!({})), "simulations.s.resolution", &["{}"]);
    refused(&with("/simulator", json!("neuron")), "simulations.s.simulator", &["neuron", "nest"]);
    refused(&with("/cell_models", Value::Null), "simulations.s.cell_models", &["missing"]);
    refused(&with("/cell_models", json!([])), "simulations.s.cell_models", &["object"]);
    refused(&with("/color", json!("red")), "simulations.s.color", &["red", "duration"]);
    let c = "simulations.s.connection_models.a_to_b";
    let synapses = |node: Value| with("/connection_models/a_to_b/synapses", node);
    refused(&synapses(json!([])), &format!("{c}.synapses"), &["list"]);
    refused(&synapses(json!([{"delay": 1}])), &format!("{c}.synapses.0.weight"), &["missing"]);
    refused(&synapses(json!([{"weight": 1}])), &format!("{c}.synapses.0.delay"), &["missing"]);
    refused(&synapses(json!([{"weight": 1, "delay": -1}])), &format!("{c}.synapses.0.delay"), &["-1"]);
    let computed = synapses(json!([{"weight": {"strategy": "by_distance"}, "delay": 1}]));
    refused(&computed, &format!("{c}.synapses.0.weight"), &["by_distance"]);
    let rule = with("/connection_models/a_to_b/rule", json!("fixed_indegree"));
    refused(&rule, &format!("{c}.rule"), &["fixed_indegree", "stored pairs"]);
    let twice = with("/cell_models/io/parameters", json!({"C_m": 3}));
    refused(&twice, "simulations.s.cell_models.io.parameters.C_m", &["twice"]);
    let strategy = with("/cell_models/io/parameters", json!({"t_ref": {"strategy": "x"}}));
    refused(&strategy, "simulations.s.cell_models.io.parameters.t_ref", &["strategy"]);
}

#[test]
fn every_problem_is_told_at_once() {
    let mut simulation = small();
    simulation["devices"]["noise"]["rate"] = json!(-1);
    simulation["devices"]["record"]["delay"] = json!("x");
    simulation["duration"] = json!(-5);
    let keys: Vec<String> = read(simulation).problems.into_iter().map(|p| p.key).collect();
    for key in ["devices.noise.rate", "devices.record.delay", "duration"] {
        assert!(keys.contains(&format!("simulations.s.{key}")), "{keys:?}");
    }
}

#[test]
fn a_device_can_be_left_out_with_its_problems() {
    let mut simulation = device(json!({"device": "laser"}));
    assert!(!simulation.problems.is_empty());
    assert!(simulation.leave_out("noise") && !simulation.leave_out("noise") && !simulation.leave_out("nois"));
    assert_eq!((&simulation.problems[..], simulation.devices.len()), (&[][..], 1));
    assert!(simulation.notes.iter().any(|n| n.contains("`noise` is left out")));
}

fn cells() -> CellSites {
    CellSites {
        cell_type: "io_cell".into(),
        positions: (0..20).map(|i| [f64::from(i), 0.0, f64::from(i % 2)]).collect(),
        label_sets: vec![vec![], vec!["plus".into()], vec!["minus".into(), "far".into()]],
        labels: (0..20).map(|i| i % 3).collect(),
    }
}

fn targetting(node: Value) -> Targetting {
    let mut noise = small()["devices"]["noise"].clone();
    noise["targetting"] = node;
    let simulation = device(noise);
    assert_eq!(simulation.problems, []);
    simulation.devices[0].targetting.clone()
}

#[test]
fn targets_are_those_of_bsb() {
    let select = |node: Value| targetting(node).select(&Anatomy::default(), &cells(), "noise", 1).unwrap();
    assert_eq!(select(json!({"strategy": "all"})).len(), 20);
    // Strictly inside.
    assert_eq!(select(json!({"strategy": "sphere", "origin": [3, 0, 0], "radius": 2})), [2, 3, 4]);
    assert_eq!(
        select(json!({"strategy": "cylinder", "axis": "z", "origin": [3, 0], "radius": 2})),
        [2, 3, 4]
    );
    assert_eq!(select(json!({"strategy": "cylinder", "origin": [3, 1], "radius": 1.1})), [3]);
    // Any of the labels.
    let labeled = select(json!({"strategy": "by_label", "labels": ["far", "plus"]}));
    assert_eq!(labeled, (0..20).filter(|i| i % 3 != 0).collect::<Vec<u32>>());
    assert_eq!(select(json!({"strategy": "by_id", "ids": {"io": [7, 2, 7]}})), [2, 7]);
    assert_eq!(select(json!({"strategy": "by_id", "ids": {"mossy_fibers": [7]}})), [0u32; 0]);
    let outside = targetting(json!({"strategy": "by_id", "ids": {"io": [20]}}));
    let (key, what) = outside.select(&Anatomy::default(), &cells(), "noise", 1).unwrap_err();
    assert!(key == "ids.io_cell" && what.contains("20"), "{key}: {what}");
    let many = targetting(json!({"strategy": "representatives", "n": 21}));
    assert!(many.select(&Anatomy::default(), &cells(), "noise", 1).unwrap_err().1.contains("21 of 20"));
}

#[test]
fn random_targets_depend_on_seed_and_device_only() {
    let part = targetting(json!({"strategy": "cell_model", "cell_models": ["io"], "fraction": 0.29}));
    assert_eq!((part.part, &part.targets), (Some(Part::Fraction(0.29)), &Targets::All));
    let draw = |device: &str, seed| part.select(&Anatomy::default(), &cells(), device, seed).unwrap();
    assert_eq!(draw("noise", 1).len(), 5);
    assert_eq!(draw("noise", 1), draw("noise", 1));
    assert_ne!(draw("noise", 1), draw("noise", 2));
    assert_ne!(draw("noise", 1), draw("other", 1));
}

#[test]
fn a_file_gives_back_the_simulations_it_was_written_with() {
    let folder = tempfile::tempdir().unwrap();
    let anatomy = lobule_scaffold::Anatomy { cells: vec![cells()], ..Default::default() };
    let (with, without) = (folder.path().join("with.hdf5"), folder.path().join("without.hdf5"));
    bsb::write_with_simulations(&with, &anatomy, &json!({"s": small()})).unwrap();
    bsb::write(&without, &anatomy).unwrap();
    let configuration = bsb::read_configuration(&with).unwrap().unwrap();
    assert_eq!(simulations(&configuration), [read(small())]);
    assert_eq!(simulations(&bsb::read_configuration(&without).unwrap().unwrap()), []);
    assert_eq!(bsb::read(&with).unwrap(), bsb::read(&without).unwrap());
    assert!(bsb::read_configuration(&folder.path().join("none.hdf5")).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z_]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{0,6}", inner, 0..4)
                .prop_map(|map| Value::from_iter(map.into_iter())),
        ]
    })
}

/// Every place of the small simulation.
fn places() -> Vec<String> {
    fn walk(value: &Value, at: String, places: &mut Vec<String>) {
        match value {
            Value::Object(o) => o.iter().for_each(|(k, v)| walk(v, format!("{at}/{k}"), places)),
            Value::Array(a) => a.iter().enumerate().for_each(|(k, v)| walk(v, format!("{at}/{k}"), places)),
            _ => {}
        }
        if !at.is_empty() {
            places.push(at);
        }
    }
    let mut places = Vec::new();
    walk(&small(), String::new(), &mut places);
    places
}

#[test]
fn cells_that_are_named_by_number_need_a_list() {
    let node = json!({"device": "poisson_generator", "rate": 4.0, "weight": 1.0, "delay": 0.1, "targetting": {"strategy": "by_id"}});
    refused(&device(node), "simulations.s.devices.noise.targetting.ids", &["missing"]);
}

#[test]
fn no_device_and_no_model_is_lost_without_a_problem() {
    let odd = [json!(null), json!({}), json!([]), json!(""), json!(-1), json!({"strategy": "by_id"})];
    let strategies = [
        "all",
        "cell_model",
        "by_label",
        "by_id",
        "sphere",
        "sphere_cell_types",
        "cylinder",
        "representatives",
    ];
    let targetting = strategies.map(|strategy| json!({"strategy": strategy}));
    let odd: Vec<Value> = odd.into_iter().chain(targetting).collect();
    let count = |s: &StoredSimulation| [s.cell_models.len(), s.connection_models.len(), s.devices.len()];
    let mut all = Vec::new();
    for part in ["cell_models", "connection_models", "devices"] {
        for (name, node) in small()[part].as_object().unwrap() {
            all.extend(node.as_object().unwrap().keys().map(|key| format!("/{part}/{name}/{key}")));
        }
    }
    for at in all {
        for odd in &odd {
            let read = with(&at, odd.clone());
            let is_whole = count(&read) == count(&self::read(small()));
            assert!(is_whole || !read.problems.is_empty(), "{at}: {odd} loses a part and nobody says so");
        }
    }
}

proptest! {
    #[test]
    fn no_value_anywhere_makes_reading_panic(place in prop::sample::select(places()), value in any_json()) {
        let mut simulation = small();
        *simulation.pointer_mut(&place).unwrap() = value;
        let read = read(simulation);
        // What was understood is usable.
        for device in &read.devices {
            let _ = device.targetting.select(&Anatomy::default(), &cells(), &device.name, 0);
            prop_assert!(device.delay_ms > 0.0 && device.weight.is_finite());
        }
    }
}
