//! Simulations that a network file brings along: what they become, that they equal lobule's own tables where the two
//! agree, when devices act, and what is refused.

use lobule_cerebellum::Error;
use lobule_cerebellum::open_loop::{
    OpenLoop, OpenLoopResult, OwnTables, SharedAnatomy, Stimulus, own_tables, parse_probe, stored,
};
use lobule_cerebellum::stored::{Probe, plan};
use lobule_cerebellum::{BrainState, CellModels, Drive, ModuleOptions, add_module, protocols};
use lobule_circuit::{Circuit, Connect, Model, Population, Projection, Simulation, Weight};
use lobule_exchange::Ranks;
use lobule_scaffold::configuration::{StoredSimulation, simulations};
use lobule_scaffold::{Anatomy, CellSites, ConnectionSet, ScaffoldSpec, reconstruct};
use lobule_signal::Quiet;
use lobule_signal::{Clock, SpikeTrain};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A run on one process.
fn run_own(anatomy: &Anatomy, tables: &OwnTables, what: &OpenLoop) -> Result<OpenLoopResult, Error> {
    own_tables(&mut SharedAnatomy::whole(anatomy.clone()), tables, what, &Quiet, &Ranks::alone())
}

/// A stored run on one process.
fn run_stored(
    anatomy: &Anatomy,
    simulation: &StoredSimulation,
    what: &OpenLoop,
) -> Result<OpenLoopResult, Error> {
    stored(&mut SharedAnatomy::whole(anatomy.clone()), simulation, what, &Quiet, &Ranks::alone())
}

fn simulation(node: Value) -> StoredSimulation {
    simulations(&json!({"simulations": {"s": node}})).remove(0)
}

fn sites(cell_type: &str, n: usize) -> CellSites {
    CellSites {
        cell_type: cell_type.into(),
        positions: (0..n).map(|i| [10.0 * i as f64, 50.0, 60.0]).collect(),
        ..CellSites::default()
    }
}

fn set(name: &str, pre: &str, post: &str, rows: &[(u32, u32)]) -> ConnectionSet {
    ConnectionSet {
        name: name.into(),
        pre_type: pre.into(),
        post_type: post.into(),
        pre: rows.iter().map(|r| r.0).collect(),
        post: rows.iter().map(|r| r.1).collect(),
        ..ConnectionSet::default()
    }
}

/// (pre, post) → (weight, delay, receptor), a set together with its mirror.
type Synapses = BTreeMap<(String, u32, u32), (f32, f64, usize)>;

fn synapses(circuit: &Circuit) -> Synapses {
    let mut synapses = Synapses::new();
    for p in circuit.projections() {
        let Connect::List(list) = &p.connect else { panic!("{} is no list", p.label) };
        for (k, &(i, j)) in list.iter().enumerate() {
            let weight = match &p.weight {
                Weight::Uniform(w) => *w,
                Weight::PerSynapse(w) => w[k],
            };
            let key = (p.label.trim_end_matches("_minus").to_string(), i, j);
            let before = synapses.insert(key, (weight, p.delay_ms, p.receptor));
            assert!(before.is_none(), "{} has two synapses from {i} to {j}", p.label);
        }
    }
    synapses
}

/// Spikes of the cells of a circuit whose mossy fibers are relays that all hear one regular train.
fn driven(mut circuit: Circuit, anatomy: &Anatomy, threads: usize) -> Vec<SpikeTrain> {
    let n = anatomy.count("mossy_fiber");
    let labels: Vec<String> = circuit.populations().iter().map(|p| p.label.clone()).collect();
    let times = (1..30).flat_map(|k| (0..n as u32).map(move |i| (f64::from(k) * 5.0 + f64::from(i % 7), i)));
    circuit.add_population(Population::new("input", n, Model::SpikeTimes(Arc::new(times.collect()))));
    circuit.add_projection(
        Projection::new("input_to_mossy_fiber", "input", "mossy_fiber", Connect::OneToOne).delay_ms(0.1),
    );
    let network = circuit.compile(Clock::new(0.1).unwrap(), 3).unwrap();
    let mut simulation = Simulation::new(network, threads).unwrap();
    labels.iter().for_each(|l| simulation.record_spikes(l).unwrap());
    simulation.run_ms(150.0).unwrap();
    labels.iter().map(|l| simulation.take_spikes(l).unwrap().unwrap()).collect()
}

#[test]
fn a_stored_protocol_equals_lobules_own_tables() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(60.0, 60.0), 1).unwrap();
    let all = simulations(&json!({"simulations": protocols(&anatomy)}));
    for (name, state) in [("basal_awake", BrainState::Awake), ("basal_in_vitro", BrainState::InVitro)] {
        let mut stored = all.iter().find(|s| s.name == name).unwrap().clone();
        stored.devices.clear();
        let plan = plan(&anatomy, &stored, None, 0);
        assert_eq!(plan.problems, []);
        let from_file = plan.circuit(&anatomy).unwrap();
        let mut own = Circuit::new();
        add_module(&mut own, "", &anatomy, &ModuleOptions::new(state, Drive::Relayed)).unwrap();

        let models = |c: &Circuit| c.populations().iter().map(|p| format!("{p:?}")).collect::<Vec<_>>();
        assert_eq!(models(&from_file), models(&own), "{name}");
        assert!(synapses(&from_file) == synapses(&own), "{name}: synapses differ");

        // Sums are taken in the order of projections, and a set and its mirror are two of them here: none of their
        // targets hears both, so the same spikes come out, to the bit.
        let (a, b) = (driven(from_file, &anatomy, 1), driven(own, &anatomy, 2));
        assert!(a.iter().map(SpikeTrain::len).sum::<usize>() > 10_000);
        assert!(a == b, "{name}: spikes differ");
    }
    let names: Vec<&str> = all.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["basal_awake", "basal_in_vitro", "mf_cf_stimulus", "mf_stimulus"]);
}

#[test]
fn all_protocols_run_and_their_stimuli_act() {
    let anatomy = reconstruct(&ScaffoldSpec::mouse(60.0, 60.0), 1).unwrap();
    let all = simulations(&json!({"simulations": protocols(&anatomy)}));
    let run = |name: &str, threads| {
        let simulation = all.iter().find(|s| s.name == name).unwrap();
        let what = OpenLoop { duration_ms: Some(1300.0), threads, ..OpenLoop::default() };
        run_stored(&anatomy, simulation, &what).unwrap()
    };
    let result = run("mf_cf_stimulus", 1);
    assert_eq!(
        result,
        lobule_cerebellum::open_loop::OpenLoopResult {
            compile_s: result.compile_s,
            simulate_s: result.simulate_s,
            ..run("mf_cf_stimulus", 2)
        }
    );
    let in_window = |label: &str, from: u64, to: u64| {
        result.spikes.iter().find(|s| s.label == label).unwrap().window(from, to).len() as f64
    };
    // Ten times the background on the fibers; the olive is silent but for its stimulus.
    assert!(
        in_window("mossy_fiber", 12_000, 12_600) / 60.0
            > 4.0 * in_window("mossy_fiber", 6_000, 12_000) / 600.0
    );
    assert_eq!(in_window("io_cell", 0, 12_500), 0.0);
    assert!(in_window("io_cell", 12_500, 12_620) > 0.0);
}

/// A file with one relay, three E-GLIF cells and contacts of several rows.
fn small() -> (Anatomy, Value) {
    let cells = vec![sites("mossy_fiber", 2), sites("golgi_cell", 3)];
    let rows = [(0, 0), (0, 0), (0, 0), (1, 1), (0, 2), (0, 2)];
    let connections = vec![
        set("a", "mossy_fiber", "golgi_cell", &rows),
        set("gap", "golgi_cell", "golgi_cell", &[(0, 1), (1, 0), (1, 2)]),
    ];
    let anatomy = Anatomy { size: [100.0, 100.0, 100.0], cells, connections, ..Anatomy::default() };
    let node = json!({
        "simulator": "nest", "resolution": 0.1, "duration": 20.5,
        "cell_models": {
            "mossy_fibers": {"model": "parrot_neuron"},
            "golgi_cell": {"model": "iaf_cond_exp", "constants": {}},
        },
        "connection_models": {
            "a": {"synapses": [{"model": "static_synapse", "weight": 0.25, "delay": 1}]},
        },
        "devices": {
            "clock": {
                "device": "external", "nest_model": "spike_generator", "weight": 1, "delay": 0.1,
                "constants": {"spike_times": [5.0, 10.0]},
                "targetting": {"strategy": "cell_model", "cell_models": ["mossy_fibers"]},
            },
        },
    });
    (anatomy, node)
}

#[test]
fn rows_of_a_pair_become_one_synapse_that_weighs_as_much() {
    let (anatomy, node) = small();
    let circuit = plan(&anatomy, &simulation(node), None, 0).circuit(&anatomy).unwrap();
    let weights: Vec<(u32, u32, f32)> = synapses(&circuit)
        .into_iter()
        .filter(|s| s.0.0 == "a")
        .map(|((_, i, j), (w, ..))| (i, j, w))
        .collect();
    assert_eq!(weights, [(0, 0, 0.75), (0, 2, 0.5), (1, 1, 0.25)]);
}

#[test]
fn devices_act_at_nests_times() {
    // NEST 3.10, measured: a spike_generator at 5 ms with a delay of 0.1 ms makes a parrot fire at 5.1 ms, the end of
    // step 50; a dc_generator from 3 ms moves a potential first in the sample at 3.2 ms.
    let (anatomy, mut node) = small();
    node["devices"]["step"] = json!({
        "device": "dc_generator", "amplitude": 100.0, "start": 3.0, "stop": 4.0, "weight": 1, "delay": 0.1,
        "targetting": {"strategy": "by_id", "ids": {"golgi_cell": [1]}},
    });
    node["devices"]["meter"] = json!({
        "device": "multimeter", "properties": ["V_m"], "units": ["mV"], "delay": 0.1,
        "targetting": {"strategy": "by_id", "ids": {"golgi_cell": [0, 1]}},
    });
    let result = run_stored(&anatomy, &simulation(node), &OpenLoop::default()).unwrap();
    assert_eq!((result.dt_ms, result.duration_ms), (0.1, 20.5));
    let relays = result.spikes.iter().find(|s| s.label == "mossy_fiber").unwrap();
    assert_eq!((&relays.steps[..], &relays.ids[..]), (&[50, 50, 100, 100][..], &[0, 1, 0, 1][..]));

    let trace = &result.traces[0];
    assert_eq!((trace.label.as_str(), &result.trace_neurons[0][..]), ("golgi_cell.v_m", &[0, 1][..]));
    assert_eq!((trace.steps.first(), trace.steps.last(), trace.steps.len()), (Some(&1), Some(&205), 205));
    let moved = |i| trace.series(i).position(|v| v > -70.0).map(|k| trace.steps[k]);
    assert_eq!(moved(1), Some(32));
    // The spike arrives at 6.1 ms at the synapse and acts from the next step on.
    assert_eq!(moved(0), Some(62));
    let top =
        (0..trace.steps.len()).max_by(|&a, &b| trace.values[2 * a + 1].total_cmp(&trace.values[2 * b + 1]));
    assert_eq!(trace.steps[top.unwrap()], 41);
}

#[test]
fn recorders_of_a_part_report_that_part() {
    let (mut anatomy, mut node) = small();
    anatomy.cells[0].label_sets = vec![vec![], vec!["plus".into()]];
    anatomy.cells[0].labels = vec![0, 1];
    let recorder = |labels: &str| {
        let targetting = json!({"strategy": "by_label", "cell_models": ["mossy_fibers"], "labels": [labels]});
        json!({"device": "spike_recorder", "delay": 0.1, "targetting": targetting})
    };
    node["devices"]["plus"] = recorder("plus");
    node["devices"]["clock"]["targetting"] = json!({"strategy": "by_id", "ids": {"mossy_fibers": [1]}});
    let result = run_stored(&anatomy, &simulation(node.clone()), &OpenLoop::default()).unwrap();
    let (recorder_of, rates) = &result.recorders[0];
    assert_eq!((recorder_of.neurons.as_slice(), rates.n), (&[1][..], 1));
    assert!((rates.mean_hz - 2.0 / 0.0205).abs() < 1e-9, "{}", rates.mean_hz);

    node["devices"]["minus"] = recorder("minus");
    refused(&anatomy, node, "simulations.s.devices.minus.targetting.labels", &["minus", "plus"]);
}

fn refused(anatomy: &Anatomy, node: Value, key: &str, words: &[&str]) {
    let plan = plan(anatomy, &simulation(node), None, 0);
    let problem = plan.problems.iter().find(|p| p.key == key);
    let problem = problem.unwrap_or_else(|| panic!("no problem at `{key}`, but {:#?}", plan.problems));
    words.iter().for_each(|w| assert!(problem.what.contains(w), "{problem}: `{w}` is missing"));
    let Err(Error::Stored { problems }) = plan.circuit(anatomy) else { panic!("{key} made a circuit") };
    assert!(problems.contains(key), "{problems}");
}

#[test]
fn what_cannot_be_honored_is_named() {
    let (anatomy, node) = small();
    let with = |pointer: &str, value: Value| {
        let mut node = node.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        node.pointer_mut(parent).unwrap()[name] = value;
        node
    };
    let check = |pointer: &str, value: Value, key: &str, words: &[&str]| {
        refused(&anatomy, with(pointer, value), &format!("simulations.s.{key}"), words);
    };
    let golgi = "/cell_models/golgi_cell";
    check(
        &format!("{golgi}/model"),
        json!("hh_psc_alpha"),
        "cell_models.golgi_cell.model",
        &["hh_psc_alpha", "iaf_cond_exp"],
    );
    check(&format!("{golgi}/constants/C_n"), json!(1), "cell_models.golgi_cell.constants.C_n", &["C_m"]);
    let drawn = json!({"distribution": "uniform", "min": 1, "max": 2});
    check(&format!("{golgi}/constants/C_m"), drawn, "cell_models.golgi_cell.constants.C_m", &["uniform"]);
    check(&format!("{golgi}/constants/C_m"), json!(true), "cell_models.golgi_cell.constants.C_m", &["true"]);
    check(
        "/cell_models/mossy_fibers/constants",
        json!({"x": 1}),
        "cell_models.mossy_fibers.constants.x",
        &["no parameter"],
    );
    check(
        "/cell_models/dcn_p",
        json!({"model": "parrot_neuron"}),
        "cell_models.dcn_p",
        &["dcn_p", "golgi_cell"],
    );
    let extra = json!({"synapses": [{"weight": 1, "delay": 1}]});
    check("/connection_models/b", extra.clone(), "connection_models.b", &["`b`", "gap"]);
    let synapse = |node: Value| json!({"synapses": [node]});
    let a = "/connection_models/a";
    check(
        a,
        synapse(json!({"model": "vogels_sprekeler_synapse", "weight": 1, "delay": 1})),
        "connection_models.a.synapses.0.model",
        &["vogels_sprekeler_synapse", "static_synapse", "stdp_synapse_sinexp"],
    );
    check(
        a,
        synapse(json!({"model": "stdp_synapse", "weight": 1, "delay": 1, "mu_minus": 0})),
        "connection_models.a.synapses.0.mu_plus",
        &["left out, which means 1", "set it to 0"],
    );
    check(
        a,
        synapse(json!({"weight": 1, "delay": 0.04})),
        "connection_models.a.synapses.0.delay",
        &["0.04", "0.1..100000"],
    );
    check(
        a,
        synapse(json!({"weight": 1, "delay": 1, "receptor_type": 3})),
        "connection_models.a.synapses.0.receptor_type",
        &["sign"],
    );
    check(
        a,
        synapse(json!({"weight": 1, "delay": 1, "tau": 3})),
        "connection_models.a.synapses.0.tau",
        &["receptor_type"],
    );
    let tsodyks = json!({"model": "tsodyks2_synapse", "weight": 1, "delay": 1, "U": 2});
    check(a, synapse(tsodyks), "connection_models.a.synapses.0.U", &["0..1"]);
    let mut eglif = with(&format!("{golgi}/model"), json!("eglif_cond_alpha_multisyn"));
    refused(
        &anatomy,
        eglif.clone(),
        "simulations.s.connection_models.a.synapses.0.receptor_type",
        &["missing", "1 to 4"],
    );
    eglif["connection_models"]["a"]["synapses"][0]["receptor_type"] = json!(5);
    refused(&anatomy, eglif, "simulations.s.connection_models.a.synapses.0.receptor_type", &["5", "1 to 4"]);
    let clock = "/devices/clock";
    check(&format!("{clock}/constants/spike_times"), json!([0.25]), "devices.clock.spike_times", &["0.25"]);
    check(&format!("{clock}/receptor_type"), json!(1), "devices.clock.receptor_type", &["relay"]);
    check(
        &format!("{clock}/targetting"),
        json!({"strategy": "by_id", "ids": {"mossy_fibers": [2]}}),
        "devices.clock.targetting.ids.mossy_fiber",
        &["2"],
    );
    check(
        &format!("{clock}/targetting"),
        json!({"strategy": "by_id", "ids": {"basket_cell": [2]}}),
        "devices.clock.targetting.ids",
        &["basket_cell", "golgi_cell"],
    );
    let on_golgi = json!({"strategy": "cell_model", "cell_models": ["golgi_cell"]});
    let meter =
        json!({"device": "multimeter", "properties": ["I_syn"], "delay": 0.1, "targetting": on_golgi});
    check("/devices/meter", meter, "devices.meter.properties", &["I_syn", "V_m"]);
    let current = json!({"device": "dc_generator", "amplitude": 1, "weight": 1, "delay": 0.1});
    check("/devices/dc", current, "devices.dc.targetting", &["relay"]);
    let taken = node["devices"]["clock"].clone();
    check("/devices/golgi_cell", taken, "devices.golgi_cell", &["in use"]);

    // A cell type with connections and no model: named at the connection model.
    let mut lonely = node.clone();
    lonely["cell_models"].as_object_mut().unwrap().remove("golgi_cell");
    refused(&anatomy, lonely, "simulations.s.connection_models.a", &["golgi_cell", "cell model"]);
}

#[test]
fn what_is_left_out_is_said() {
    let (anatomy, mut node) = small();
    node["devices"]["late"] = json!({
        "device": "poisson_generator", "rate": 4, "start": 30, "weight": 2, "delay": 0.1,
        "targetting": {"strategy": "cell_model", "cell_models": ["mossy_fibers"]},
    });
    node["devices"]["far"] = json!({
        "device": "spike_recorder", "delay": 0.1, "targetting": {"strategy": "sphere", "origin": [0, 0, 999], "radius": 1},
    });
    let plan = plan(&anatomy, &simulation(node), None, 0);
    assert_eq!(plan.problems, []);
    let notes = plan.notes.join("\n");
    for words in
        ["`gap` (3 rows)", "`late` begins at 30 ms", "weight of 2", "`far` (spike_recorder) has no target"]
    {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}

#[test]
fn the_multi_receptor_variant_runs_with_its_gap_junctions() {
    let (anatomy, mut node) = small();
    node["duration"] = json!(200.0);
    node["cell_models"]["golgi_cell"] = json!({"model": "eglif_multirec", "constants": {
        "t_ref": 2, "C_m": 145, "V_th": -55, "V_reset": -75, "E_L": -62, "V_min": -150, "tau_m": 44, "I_e": 24.4852,
        "k_adap": 0.109735, "k_1": 0.0683128, "k_2": 0.0227273, "A1": 345.471, "A2": 94.1995,
        "V_m": {"distribution": "uniform", "min": -62, "max": -55}, "AMPA_g_init": 1.116, "stochastic_spiking": false,
    }});
    let both = |receptor: usize| json!({"weight": 1, "delay": 1, "receptor_type": receptor});
    node["connection_models"]["a"]["synapses"] = json!([both(1), both(2)]);
    let synapses = json!([{"model": "gap_junction", "weight": 3.0}]);
    node["connection_models"]["gap"] = json!({"synapses": synapses});
    let run = |node: &Value| run_stored(&anatomy, &simulation(node.clone()), &OpenLoop::default()).unwrap();
    let coupled = run(&node);
    assert!(coupled.left_out.iter().any(|n| n.contains("V_min")));
    let golgi = |r: &lobule_cerebellum::open_loop::OpenLoopResult| {
        r.spikes.iter().find(|s| s.label == "golgi_cell").unwrap().clone()
    };
    assert!(golgi(&coupled).len() > 5);

    // As the shipped configuration writes it, in NEST every cell is joined with itself.
    node["connection_models"]["gap"] =
        json!({"synapses": synapses, "rule": "one_to_one", "make_symmetric": true});
    let selves = run(&node);
    assert!(selves.left_out.iter().any(|n| n.contains("with itself") && n.contains("Remove `rule`")));
    node["connection_models"].as_object_mut().unwrap().remove("gap");
    assert_eq!(golgi(&selves), golgi(&run(&node)));
    assert_ne!(golgi(&selves), golgi(&coupled));

    node["cell_models"]["golgi_cell"]["constants"]["GABA_tau"] = json!(1);
    refused(
        &anatomy,
        node.clone(),
        "simulations.s.cell_models.golgi_cell.constants.GABA_tau",
        &["Tau_r", "AMPA_g_init"],
    );
}

/// A circuit with unipolar brush cells: fiber → glomerulus → brush cell → its own glomeruli → granule, Golgi, and back.
fn brush_cells() -> Anatomy {
    let n = |k: u32, m: u32| move |i: u32| (i % k, i % m);
    let rows = |count: u32, of: &dyn Fn(u32) -> (u32, u32)| (0..count).map(of).collect::<Vec<_>>();
    let cells = vec![
        sites("mossy_fiber", 4),
        sites("glomerulus", 20),
        sites("unipolar_brush_cell", 5),
        sites("ubc_glomerulus", 20),
        sites("granule_cell", 100),
        sites("golgi_cell", 2),
    ];
    let (ubc, go) = ("unipolar_brush_cell", "golgi_cell");
    let connections = vec![
        set("mossy_fibers_to_glomerulus", "mossy_fiber", "glomerulus", &rows(20, &n(4, 20))),
        set("glomerulus_to_ubc_glomerulus_to_unipolar_brush_cell", "glomerulus", ubc, &rows(5, &n(20, 5))),
        set("ubc_to_ubc_glomerulus", ubc, "ubc_glomerulus", &rows(20, &n(5, 20))),
        set(
            "glomerulus_to_ubc_ubc_glomerulus_to_unipolar_brush_cell",
            "ubc_glomerulus",
            ubc,
            &rows(5, &|i| (i, 4 - i)),
        ),
        set(
            "glomerulus_to_granule_glomerulus_to_granule_cell",
            "glomerulus",
            "granule_cell",
            &rows(200, &|i| (i % 20, i / 2)),
        ),
        set(
            "glomerulus_to_granule_ubc_glomerulus_to_granule_cell",
            "ubc_glomerulus",
            "granule_cell",
            &rows(200, &|i| (i % 20, i / 2)),
        ),
        set(
            "glomerulus_to_golgi_glomerulus_to_golgi_cell",
            "glomerulus",
            go,
            &rows(40, &|i| (i % 20, i / 20)),
        ),
        set(
            "glomerulus_to_golgi_ubc_glomerulus_to_golgi_cell",
            "ubc_glomerulus",
            go,
            &rows(40, &|i| (i % 20, i / 20)),
        ),
        set("golgi_to_glomerulus_golgi_cell_to_granule_cell", go, "granule_cell", &rows(100, &n(2, 100))),
        set("golgi_to_glomerulus_golgi_cell_to_unipolar_brush_cell", go, ubc, &rows(5, &n(2, 5))),
    ];
    Anatomy { size: [100.0, 100.0, 130.0], cells, connections, source: "a test".into(), ..Anatomy::default() }
}

#[test]
fn unipolar_brush_cells_run_with_and_without_a_stored_simulation() {
    let anatomy = brush_cells();
    let tables = OwnTables {
        background_hz: 40.0,
        stimuli: Vec::new(),
        state: BrainState::InVitro,
        has_short_term: false,
        is_plastic: false,
        cells: CellModels::Eglif,
    };
    let what = OpenLoop { duration_ms: Some(500.0), ..OpenLoop::default() };
    let own = run_own(&anatomy, &tables, &what).unwrap();
    assert_eq!(own.left_out, [""; 0]);
    let stored_one = simulations(&json!({"simulations": protocols(&anatomy)}));
    let basal = stored_one.iter().find(|s| s.name == "basal_in_vitro").unwrap();
    let from_file = run_stored(&anatomy, basal, &what).unwrap();
    for result in [&own, &from_file] {
        let rate = |label: &str| result.rates.iter().find(|r| r.cell_type == label).unwrap().mean_hz;
        assert_eq!(result.rates.len(), 6);
        assert!(rate("glomerulus") > 0.0, "{:?}", result.rates);
    }
    // A brush cell fires under 40 Hz on its glomerulus, and each of its spikes reaches four glomeruli 50 ms later.
    let train = |label: &str| own.spikes.iter().find(|s| s.label == label).unwrap();
    let (brush, own_glomeruli) = (train("unipolar_brush_cell"), train("ubc_glomerulus"));
    assert!(!brush.is_empty(), "brush cells are silent");
    let mut expected: Vec<(u64, u32)> = (brush.steps.iter().zip(&brush.ids))
        .flat_map(|(&step, &id)| (0..4).map(move |k| (step + 500, id + 5 * k)))
        .filter(|s| s.0 < 5000)
        .collect();
    expected.sort_unstable();
    let seen: Vec<(u64, u32)> =
        own_glomeruli.steps.iter().copied().zip(own_glomeruli.ids.iter().copied()).collect();
    assert_eq!(seen, expected);
}

#[test]
fn stimuli_of_the_command_line_reach_cells() {
    let (anatomy, _) = small();
    let cells = vec![sites("mossy_fiber", 2), sites("glomerulus", 2), sites("golgi_cell", 3)];
    let connections = vec![set("mossy_fibers_to_glomerulus", "mossy_fiber", "glomerulus", &[(0, 0), (1, 1)])];
    let anatomy = Anatomy { cells, connections, ..anatomy };
    let folder = std::env::temp_dir().join(format!("lobule-stimuli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("spikes.csv");
    std::fs::write(&file, "population,neuron,time_ms\nmossy_fiber,1,20.0\nother,7,1\nmossy_fiber,0,30.5\n")
        .unwrap();
    let run = |stimuli: &[&str], record: &[&str]| {
        let stimuli = stimuli.iter().map(|s| Stimulus::parse(s)).collect::<Result<_, _>>()?;
        let tables = OwnTables {
            background_hz: 0.0,
            stimuli,
            state: BrainState::Awake,
            has_short_term: false,
            is_plastic: false,
            cells: CellModels::Eglif,
        };
        let what = OpenLoop {
            duration_ms: Some(100.0),
            record: record
                .iter()
                .map(|t| parse_probe(t).map(|p| Probe { every_ms: Some(0.5), ..p }))
                .collect::<Result<_, _>>()?,
            ..OpenLoop::default()
        };
        run_own(&anatomy, &tables, &what)
    };
    let count = |r: &OpenLoopResult, label: &str| r.spikes.iter().find(|s| s.label == label).unwrap().len();
    let listed = run(&[&format!("mossy:spikes={}", file.display())], &[]).unwrap();
    let fibers = listed.spikes.iter().find(|s| s.label == "mossy_fiber").unwrap();
    assert_eq!((&fibers.steps[..], &fibers.ids[..]), (&[200, 305][..], &[1, 0][..]));
    let still = run(&[], &[]).unwrap();
    let golgi = count(&still, "golgi_cell");
    assert_eq!(count(&still, "mossy_fiber"), 0);
    let current = run(&["golgi_cell[0,2]:400pA@20ms..80ms"], &["golgi_cell.v_m[0..1]"]).unwrap();
    assert!(count(&current, "golgi_cell") > golgi, "{golgi}");
    let trace = &current.traces[0];
    assert_eq!((trace.n, trace.steps[0], trace.steps[1], *trace.steps.last().unwrap()), (2, 5, 10, 1000));
    assert!(
        count(&run(&["golgi_cell:500Hz@0..100,weight=2,receptor=1"], &[]).unwrap(), "golgi_cell") > golgi
    );
    let sine = run(&["mossy:200Hz@0..100,amplitude=200Hz,frequency=10Hz,phase=-90"], &[]).unwrap();
    let fibers = sine.spikes.iter().find(|s| s.label == "mossy_fiber").unwrap();
    assert!(fibers.window(250, 750).len() > 3 * (fibers.len() - fibers.window(250, 750).len()));

    for (stimulus, words) in [
        ("golgi_cell:50Hz@0..100", "weight=1"),
        ("glomerulus:50Hz@0..100,weight=2", "relay"),
        ("glomerulus:50pA@0..100", "relay"),
        ("dcn_p:50pA@0..100", "there are: mossy_fiber"),
        ("golgi_cell[9]:50pA@0..100", "neuron 9"),
        ("golgi_cell:50pA@100..200", "after the end"),
        ("mossy:5Hz@0..100,within=0.1", "within"),
        ("mossy:spikes=/nowhere.csv", "/nowhere.csv"),
    ] {
        let message = run(&[stimulus], &[]).unwrap_err().to_string();
        assert!(message.contains(words), "{stimulus}: {message}");
    }
    for (text, words) in [
        ("neuron,time_ms", "no spike"),
        ("mossy_fiber,9,1", "neuron 9"),
        ("neuron,time_ms\nx,1", "line 2"),
        ("1,3\n1,-3", "line 2"),
        ("0,0.05", "0.1 ms"),
        ("0,1,2,3", "first line"),
    ] {
        std::fs::write(&file, text).unwrap();
        let message = run(&[&format!("mossy:spikes={}", file.display())], &[]).unwrap_err().to_string();
        assert!(message.contains("spikes.csv") && message.contains(words), "{text}: {message}");
    }
    for (record, words) in
        [("golgi.v_m", "golgi_cell"), ("golgi_cell.v", "v_m"), ("golgi_cell.v_m[3]", "neuron 3")]
    {
        let message = run(&[], &[record]).unwrap_err().to_string();
        assert!(message.contains(words), "{record}: {message}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_needs_too_much_memory_is_refused_with_the_numbers() {
    let (anatomy, node) = small();
    let what = OpenLoop { memory_limit: Some(1000), ..OpenLoop::default() };
    let message = run_stored(&anatomy, &simulation(node), &what).unwrap_err().to_string();
    assert!(message.contains("memory") && message.contains("MB"), "{message}");
}
